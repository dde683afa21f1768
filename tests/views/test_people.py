"""Another AE or manager, the interview list, the champion: forms and messages at their worst."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.domain.access import Act, Capacity
from bot.domain.brief import Contact, ContactRole, People
from bot.domain.promises import Side
from bot.domain.read_models import NamedPerson, WholePage, WrittenRecord
from bot.domain.succession import Interview, Interviews, Source
from bot.domain.verification import RecordKind
from bot.views.champion import (
    ChampionForm,
    ChampionTold,
    champion_message,
    champion_view,
    which_champion_message,
)
from bot.views.ids import ActionId, Field
from bot.views.interviews import interviews_view
from bot.views.reassigning import (
    PEOPLE_BUTTONS,
    Offered,
    Succeeded,
    lead_view,
    reassign_ae_view,
    reassign_manager_view,
    reassign_message,
    succeeded_message,
)
from bot.views.text import one_line
from bot.views.whole import whole_view
from tests.views.shown import (
    CARD,
    JONAS,
    LONG,
    MAYA,
    NOW,
    TRICKY,
    action_ids,
    check_message,
    parsed_texts,
    pressable,
    seen_text,
)
from tests.views.submitted import fields_of, form_dict, refused_by_slack, submitted

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)
ALL = tuple(PEOPLE_BUTTONS)


def test_the_form_of_another_ae_says_what_goes_on_and_asks_for_a_person_alone() -> None:
    made = reassign_ae_view(7, TRICKY, delivers=(TRICKY[:80], 3))
    view = form_dict(made)
    assert fields_of(view) == [Field.AE]
    shown = seen_text(view["blocks"])
    assert "Promises wait for their initials anew" in shown
    assert "3 promises name" in shown
    assert not any(TRICKY in text for text in parsed_texts(view))
    assert len(refused_by_slack(submitted(made))) == 1
    assert "who delivers" not in seen_text(form_dict(reassign_ae_view(7, "Northwind"))["blocks"])


@pytest.mark.parametrize("side", list(Side))
def test_the_form_of_another_manager_says_who_it_is_so_far(side: Side) -> None:
    view = form_dict(reassign_manager_view(7, TRICKY, side, JONAS))
    assert fields_of(view) == [Field.MANAGER]
    assert JONAS.name in seen_text(view["blocks"])
    assert "For this handoff alone" in seen_text(view["blocks"])
    assert form_dict(reassign_manager_view(7, "Northwind", side, None))


@pytest.mark.parametrize("lead", [JONAS, None])
def test_the_form_of_the_implementation_lead_may_be_left_empty(lead: NamedPerson | None) -> None:
    made = lead_view(7, TRICKY, lead)
    view = form_dict(made)
    assert fields_of(view) == [Field.PERSON]
    assert "they get the kickoff's time and card" in seen_text(view["blocks"])
    assert not any(TRICKY in text for text in parsed_texts(view))
    assert refused_by_slack(submitted(made)) == {}


def test_many_handoffs_of_a_channel_are_listed_as_far_as_a_message_goes() -> None:
    offered = [
        Offered(number, TRICKY, ALL, assigned=True, champion=number % 2 == 0)
        for number in range(1, 40)
    ]
    args = check_message(reassign_message(offered[:8], channel=3), most_buttons=56)
    texts = {one["text"]["text"] for one in pressable(args["blocks"])}
    assert {"Reassign AE", "Assign another CSM", "Name champion", "Champion left"} <= texts
    assert check_message(reassign_message(offered, channel=3), most_buttons=120)
    deals = [(one.handoff_id, TRICKY) for one in offered]
    assert check_message(which_champion_message(deals), most_buttons=20)


@pytest.mark.parametrize("part", [Capacity.AE, Capacity.CSM, Capacity.AE_MANAGER, Capacity.LEAD])
@pytest.mark.parametrize("reader", [MAYA, JONAS, None])
def test_who_is_told_reads_their_own_side_of_it(part: Capacity, reader: object) -> None:
    told = Succeeded(
        7,
        TRICKY,
        part,
        JONAS,
        now=MAYA,
        before=JONAS,
        reader_id=getattr(reader, "id", None),
        primary=part is Capacity.CSM,
        delivers=2,
        interviews=part is not Capacity.LEAD,
        kickoff=part is Capacity.LEAD,
        owes=part is not Capacity.LEAD,
    )
    args = check_message(succeeded_message(told))
    shown = seen_text(args["blocks"])
    if reader is MAYA:
        assert "named you as the" in shown
        opens = ActionId.OPEN_KICKOFF_CARD in action_ids(args["blocks"])
        assert opens is (part is Capacity.LEAD)
    elif reader is JONAS:
        assert "in your place" in shown
    else:
        assert pressable(args["blocks"]) == []
        assert "in place of" in shown
    assert (one_line(TRICKY) in shown) is (reader is not None), "below the card it is known"
    assert check_message(succeeded_message(replace(told, before=None, by=None)))


def talk(source: Source) -> Interview:
    return Interview(
        source=source, who=TRICKY[:150], on=date(2026, 3, 4), note=LONG[:3000], by=JONAS.id, at=AT
    )


@pytest.mark.parametrize("ticked", range(len(Source) + 1))
def test_the_list_shows_what_is_ticked_and_offers_the_next_one(ticked: int) -> None:
    kept = Interviews(talks=tuple(talk(one) for one in list(Source)[:ticked]))
    made = interviews_view(7, TRICKY, kept, revision=ticked)
    view = form_dict(made)
    shown = seen_text(view["blocks"])
    assert (shown.count("✅"), shown.count("⚪")) == (ticked, len(Source) - ticked)
    assert fields_of(view) == [
        Field.INTERVIEW_WITH,
        Field.INTERVIEWED,
        Field.INTERVIEW_ON,
        Field.INTERVIEW_NOTE,
    ]
    assert not any(TRICKY[:150] in text for text in parsed_texts(view))


def test_the_page_has_the_list_apart_from_the_csms_reading_and_who_ticked_it() -> None:
    record = Interviews(talks=tuple(talk(one) for one in Source))
    written = WrittenRecord(RecordKind.INTERVIEWS, record, JONAS, NOW, in_force=True)
    page = WholePage(
        CARD, (), (), (), records=(written,), interviewers={JONAS.id: JONAS}, about_people=ALL
    )
    shown = seen_text(form_dict(whole_view(page))["blocks"])
    assert "Interview list" in shown
    assert "The CSM's reading" not in shown
    assert "Who has which part" in shown
    assert ActionId.OPEN_REASSIGN_AE in str(form_dict(whole_view(page)))
    bare = seen_text(form_dict(whole_view(replace(page, about_people=(), records=())))["blocks"])
    assert "Who has which part" not in bare
    assert Act.REASSIGN_AE in ALL


PEOPLE = tuple(Contact(id=one, name=TRICKY, title=LONG[:300]) for one in range(1, 60))


def test_the_champions_form_holds_as_many_people_as_a_brief_does() -> None:
    many = form_dict(champion_view(ChampionForm(7, TRICKY, PEOPLE[:3], PEOPLE[3:], LONG)))
    assert fields_of(many)[:2] == [Field.CHAMPION_GONE, Field.LAST_DAY]
    none_left = form_dict(champion_view(ChampionForm(7, TRICKY, (), PEOPLE)))
    assert fields_of(none_left) == [Field.FOLLOWER, Field.NEW_CHAMPION, Field.NEW_TITLE]
    assert form_dict(champion_view(ChampionForm(7, "Northwind", (), ())))


@pytest.mark.parametrize("follows", [TRICKY[:200], None])
@pytest.mark.parametrize("gone", [TRICKY[:200], None])
def test_that_the_champion_left_is_said_with_who_follows_or_whose_question_it_is(
    gone: str | None, follows: str | None
) -> None:
    told = ChampionTold(7, TRICKY, None, gone, date(2026, 3, 20), follows, LONG)
    shown = seen_text(check_message(champion_message(told))["blocks"])
    assert one_line(TRICKY) in shown, "of which handoff it is"
    if gone and not follows:
        assert "the AE asks the customer who does" in shown
        later = replace(told, after_kickoff=True)
        assert "the CSM asks" in seen_text(check_message(champion_message(later))["blocks"])
    elif gone:
        assert "The champion is now" in shown


def test_whoever_left_is_marked_in_the_brief_and_not_named_as_the_champion() -> None:
    gone = Contact(
        id=1,
        name="Ilse Brandt",
        roles=(ContactRole.CHAMPION,),
        gone=True,
        last_day=date(2026, 3, 20),
    )
    brief = replace(CARD.brief, people=People(contacts=(gone,)))
    page = WholePage(replace(CARD, brief=brief), (), (), ())
    shown = seen_text(form_dict(whole_view(page))["blocks"])
    assert "gone, last day 20 Mar 2026" in shown
    undated = People(contacts=(gone.model_copy(update={"last_day": None}),))
    page = WholePage(replace(CARD, brief=replace(brief, people=undated)), (), (), ())
    assert "gone" in seen_text(form_dict(whole_view(page))["blocks"])
