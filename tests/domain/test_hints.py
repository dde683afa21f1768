"""What is pointed out to the writer of a form of the brief."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.brief import Contact, ContactRole, Section
from bot.domain.hints import (
    MOST_HINTS,
    MOST_SEEN,
    Hint,
    Occasion,
    anything_new,
    hints_on_contact,
    hints_on_promise,
    hints_on_section,
    hints_on_step,
    mark,
    pointed_out,
    written_quickly,
)
from bot.domain.items import SectionKey
from bot.domain.promises import Promise, PromiseText
from bot.domain.words import HintKind
from tests.briefs import COMMERCIALS, FULL_BRIEF, ILSE, PEOPLE, RED_FLAGS, SUCCESS, WHY

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)
LOOSE = [
    "see", "the", "notes", "improve", "soon", "probably", "happy", "none", "better", "visibility",
    "12", ".", "!", "bald", "besser",
]  # fmt: skip
TYPED = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(LOOSE), max_size=8).map(" ".join))


def kinds(hints: tuple[Hint, ...]) -> list[tuple[HintKind, str]]:
    return [(one.kind, one.field) for one in hints]


@pytest.mark.parametrize("key", list(SectionKey))
def test_a_specific_brief_has_nothing_pointed_out(key: SectionKey) -> None:
    assert hints_on_step(FULL_BRIEF, key) == ()


def test_the_most_telling_hint_comes_first() -> None:
    vague = SUCCESS.model_copy(
        update={"metric": "should improve", "target": "happy users", "whose": "see CRM"}
    )
    assert kinds(hints_on_section(vague)) == [
        (HintKind.ELSEWHERE, "whose"),
        (HintKind.MOOD, "target"),
        (HintKind.WISH, "metric"),
        (HintKind.WEASEL, "metric"),
    ]


def test_a_mood_is_pointed_out_where_a_metric_belongs_and_nowhere_else() -> None:
    assert kinds(hints_on_section(SUCCESS.model_copy(update={"metric": "excited users"}))) == [
        (HintKind.MOOD, "metric")
    ]
    assert hints_on_section(WHY.model_copy(update={"event": "The board was excited."})) == ()


def test_a_further_criterion_has_a_number_or_a_date() -> None:
    told = "Fewer tickets\nReturns under 2 %\nThe old hall empty by 30 June\n\n  Quiet shifts "
    (found,) = hints_on_section(SUCCESS.model_copy(update={"further": told}))
    assert found == Hint(HintKind.UNMEASURED, "further", ("Fewer tickets", "Quiet shifts"))
    # What is a wish already is not told of twice.
    wish = SUCCESS.model_copy(update={"further": "Improve the returns"})
    assert kinds(hints_on_section(wish)) == [(HintKind.WISH, "further")]
    assert hints_on_section(SUCCESS.model_copy(update={"further": "\n - \n"})) == ()


def test_what_somebody_else_said_may_be_vague() -> None:
    said = {"quote": "We should improve soon", "crm_reason": "better visibility"}
    assert hints_on_section(WHY.model_copy(update=said)) == ()
    source = WHY.model_copy(update={"quote_source": "in the call", "quote": "see notes"})
    assert kinds(hints_on_section(source)) == [(HintKind.ELSEWHERE, "quote")]


def test_links_and_worries_may_say_what_they_do() -> None:
    assert hints_on_section(COMMERCIALS.model_copy(update={"links": "see recording"})) == ()
    assert hints_on_section(RED_FLAGS.model_copy(update={"private_note": "I think he left"})) == ()


def test_only_good_news_in_the_red_flags_is_pointed_out_once() -> None:
    good = {"nearly": "nothing", "top_risk": "", "other_risks": "all good", "private_note": ""}
    flags = RED_FLAGS.model_copy(update=good)
    assert hints_on_section(flags) == (Hint(HintKind.GOOD_NEWS, "nearly", ("nothing",)),)
    ticked = type(RED_FLAGS)(no_risks=True)
    assert hints_on_section(ticked) == (Hint(HintKind.GOOD_NEWS, "no_risks"),)
    assert hints_on_section(flags.model_copy(update={"top_risk": "The owner leaves"})) == ()
    assert hints_on_section(type(RED_FLAGS)()) == ()


def test_a_champion_with_nothing_to_lose_is_pointed_out() -> None:
    easy = ILSE.model_copy(update={"stake": "none", "consequence": "Nothing"})
    assert kinds(hints_on_contact(easy)) == [
        (HintKind.GOOD_NEWS, "stake"),
        (HintKind.GOOD_NEWS, "consequence"),
    ]
    assert hints_on_contact(easy.model_copy(update={"roles": (ContactRole.USER,)})) == ()


def test_a_promise_with_a_due_date_may_say_soon() -> None:
    said = Promise(9, 1, 1, PromiseText("The connector is live soon"))
    (hint,) = hints_on_promise(said)
    assert hint == Hint(HintKind.SOMETIME, "words", ("soon",), entry=9)
    dated = replace(said.text, due=date(2026, 4, 18))
    assert hints_on_promise(replace(said, text=dated)) == ()


def test_a_step_is_looked_at_with_the_entries_listed_in_it() -> None:
    vague = ILSE.model_copy(update={"stake": "to improve"})
    people = PEOPLE.model_copy(update={"contacts": (vague,), "history": "probably a fair"})
    brief = FULL_BRIEF.with_section(SectionKey.PEOPLE, people)
    assert [(one.field, one.entry) for one in hints_on_step(brief, SectionKey.PEOPLE)] == [
        ("stake", vague.id),
        ("history", None),
    ]
    assert [one.field for one in hints_on_section(people)] == ["history"]


def test_a_form_shows_few_hints_and_remembers_all() -> None:
    words = [Hint(HintKind.WISH, "metric", (str(number),)) for number in range(6)]
    pointed = pointed_out(words, Occasion.SAVED, seen=())
    assert pointed.hints == tuple(words[:MOST_HINTS])
    assert not anything_new(words, pointed.seen)
    assert anything_new([*words, Hint(HintKind.WISH, "metric", ("7",))], pointed.seen)


def test_however_many_hints_there_are_the_same_words_hold_up_once() -> None:
    words = [Hint(HintKind.WISH, "metric", (str(number),)) for number in range(MOST_SEEN + 9)]
    pointed = pointed_out(words, Occasion.SAVED, seen=("before",))
    assert len(pointed.seen) == MOST_SEEN
    assert not anything_new(words, pointed.seen)


def test_a_mark_is_short_and_is_that_of_the_words_in_their_place() -> None:
    one = Hint(HintKind.WISH, "metric", ("improve",))
    assert mark(one) == mark(replace(one, words=("Improve",)))
    others = (replace(one, field="today"), replace(one, entry=1), replace(one, words=("better x",)))
    assert len({mark(one), *map(mark, others)}) == 4
    assert len(mark(one)) == 8


@pytest.mark.parametrize(("minutes", "quickly"), [(0, True), (3, True), (4, False), (90, False)])
def test_a_brief_ready_within_four_minutes_is_written_quickly(minutes: int, quickly: bool) -> None:
    assert written_quickly(AT, AT + timedelta(minutes=minutes)) is quickly
    assert not written_quickly(None, AT)
    assert not written_quickly(AT, None)


@given(st.sampled_from(list(SectionKey)), st.data())
def test_hints_never_raise_and_change_nothing(key: SectionKey, data: st.DataObject) -> None:
    filled: Section = FULL_BRIEF.section(key)
    texts = [name for name in type(filled).model_fields if isinstance(getattr(filled, name), str)]
    section = filled.model_copy(update={name: data.draw(TYPED) for name in texts})
    before = section.model_dump_json()
    hints = hints_on_section(section)
    assert section.model_dump_json() == before
    assert {one.field for one in hints} <= {*texts, "no_risks"}
    assert list(hints) == sorted(hints, key=lambda one: list(HintKind).index(one.kind))


@given(TYPED, TYPED, TYPED)
def test_hints_on_entries_never_raise(first: str, second: str, third: str) -> None:
    contact = Contact(
        id=4, name="Ilse", roles=(ContactRole.CHAMPION,),
        behaviour=first, stake=second, consequence=third,
    )  # fmt: skip
    promise = Promise(4, 1, 1, PromiseText(first, said_to=second))
    for hints in (hints_on_contact(contact), hints_on_promise(promise)):
        assert all(one.entry == 4 for one in hints)
