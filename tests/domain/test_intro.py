from datetime import date

import pytest

from bot.domain.brief import Brief, FirstDays, Success, Why
from bot.domain.intro import Flaw, Intro, IntroDraft, Looked, look
from bot.domain.items import SectionKey

BRIEF = Brief(
    why=Why(trigger="The lease on the sorting hall ends", event="The new hall opens in June"),
    success=Success(
        metric="Pick errors per 100 orders", target="under 0.8 %", by=date(2026, 6, 30)
    ),
    first_days=FirstDays(outcome="Both halls on one dashboard"),
)
GOOD = (
    "Dear Ilse, thank you for the trust you have put in us. From today on Jonas Weber is your "
    "contact; he led the same change at two warehouses of your size and answers within the day. "
    "What matters to you is that pick errors fall under 0.8 % before the sorting hall is given up, "
    "and that is what he will hold us to. In our kickoff next week we go through that number, the "
    "people it needs and the first thirty days; it takes an hour and I will be there. Does Tuesday "
    "at ten suit you and your shift leads? Just write back to both of us. Best, Maya"
)

PLAIN = GOOD.replace("0.8 %", "one in a hundred")
"""Here every piece between two blanks is a word."""


def found(draft: str, *, brief: Brief = BRIEF) -> Looked:
    return look(draft, brief=brief, csm="Jonas Weber", champion="Ilse Brandt", account="Northwind")


def test_an_intro_that_has_it_all_lacks_nothing() -> None:
    told = found(GOOD)
    assert (told.flaws, told.placeholder) == ((), "")
    assert 80 <= told.words <= 120


@pytest.mark.parametrize(("count", "flaws"), [(79, {Flaw.SHORT}), (80, set()), (120, set())])
def test_its_words_are_counted_to_the_one(count: int, flaws: set[Flaw]) -> None:
    words = PLAIN.split()
    draft = " ".join([*words, *["more"] * 50][:count])
    assert set(found(draft).flaws) & {Flaw.SHORT, Flaw.LONG} == flaws


def test_one_word_too_many_is_too_many() -> None:
    words = [*PLAIN.split(), *["more"] * 50][:121]
    assert found(" ".join(words)).flaws == (Flaw.LONG,)


@pytest.mark.parametrize(
    ("swap", "flaw"),
    [
        (("Jonas Weber", "a colleague"), Flaw.NO_CSM),
        (("kickoff", "talk"), Flaw.NO_KICKOFF),
        (("Does Tuesday at ten suit you and your shift leads? Just write back to both of us.", ""),
         Flaw.NO_INVITATION),
        (("Tuesday", "[day]"), Flaw.PLACEHOLDER),
        (("Tuesday", "{{day}}"), Flaw.PLACEHOLDER),
        (("Tuesday", "XX"), Flaw.PLACEHOLDER),
        (("Tuesday", "TBD"), Flaw.PLACEHOLDER),
        (("Tuesday", "<day>"), Flaw.PLACEHOLDER),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(swap: tuple[str, str], flaw: Flaw) -> None:
    assert flaw in found(GOOD.replace(*swap)).flaws


@pytest.mark.parametrize(
    ("told", "covers"),
    [
        ("Jonas will call you about the kickoff. Best, Maya", False),
        ("See you at the kickoff!\nBest regards, Maya", False),
        ("In the kickoff we go through the number you named and who does what.", True),
        ("Next is our kickoff. We go through the number you named and who does what.", True),
        ("Beim Auftakt besprechen wir die Zahl, die Termine und wer was bis wann tut.", True),
    ],
)
def test_the_kickoff_has_to_be_more_than_mentioned(told: str, covers: bool) -> None:
    assert (Flaw.NO_KICKOFF not in found(told).flaws) is covers


def test_the_placeholder_that_is_left_is_shown_as_typed() -> None:
    assert found(GOOD.replace("Tuesday", "[day of the week]")).placeholder == "[day of the week]"


def test_a_letter_that_anybody_could_write_has_no_detail() -> None:
    plain = (
        "Dear Ilse Brandt of Northwind, thank you for choosing us. Jonas Weber will look after you "
        "from now on. In the kickoff we go through the plan. Do you have time next week?"
    )
    assert Flaw.NO_DETAIL in found(plain).flaws
    assert Flaw.NO_DETAIL not in found(plain + " We know about the lease and the sorting.").flaws
    # Of a brief with nothing in it there is nothing to know.
    assert Flaw.NO_DETAIL in found(GOOD, brief=Brief()).flaws


PLAIN_LETTER = (
    "Dear Ilse Brandt of Northwind, thank you for choosing us. Jonas Weber will look after you "
    "from now on. In the kickoff we go through the plan. Do you have time next week?"
)


@pytest.mark.parametrize(
    "day",
    [
        "the 30 of June", "30 June", "30th June", "June 30", "Jun 30", "30. Juni", "30.6.", "30/6",
        "6/30", "2026-06-30",
    ],
)  # fmt: skip
def test_a_day_of_the_brief_counts_with_its_month(day: str) -> None:
    assert Flaw.NO_DETAIL not in found(f"{PLAIN_LETTER} By {day}, that is.").flaws


@pytest.mark.parametrize(
    "said",
    ["at 30 past nine", "for the 30th time", "in June", "30 July", "130 June", "in 2026", "0 or 8"],
)
def test_a_day_a_month_or_a_year_alone_may_be_any(said: str) -> None:
    brief = BRIEF.with_section(
        SectionKey.WHY, Why(trigger="By 2026 there are 30 new ones", event="At 12 places")
    )
    assert Flaw.NO_DETAIL in found(f"{PLAIN_LETTER} We meet {said}.", brief=brief).flaws


def test_a_number_of_the_brief_counts() -> None:
    assert Flaw.NO_DETAIL not in found(PLAIN_LETTER + " It is about 0.8 %.").flaws


@pytest.mark.parametrize(
    "address", ["<jonas@larkfield.example>", "<https://larkfield.example>", "<mailto:a@b.example>"]
)
def test_an_address_in_angle_brackets_is_no_placeholder(address: str) -> None:
    assert Flaw.PLACEHOLDER not in found(f"{GOOD} Jonas Weber {address}").flaws


def test_the_csm_is_known_by_the_first_name_and_not_by_a_part_of_a_word() -> None:
    assert Flaw.NO_CSM not in found(GOOD.replace("Jonas Weber", "Jonas")).flaws
    jon = look("Jonas writes.", brief=BRIEF, csm="Jon Li")
    assert Flaw.NO_CSM in jon.flaws


@pytest.mark.parametrize("draft", ["", "   "])
def test_nothing_is_no_draft(draft: str) -> None:
    with pytest.raises(Exception, match="empty"):
        IntroDraft(words=draft).checked()


def test_nobody_wrote_before_the_first_of_both_letters() -> None:
    assert Intro().first_contact_at is None
