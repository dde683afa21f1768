"""What goes out around the debrief: to whom, at which time, and once for what came together."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.domain import debriefing
from bot.domain.access import EVERY
from bot.domain.debrief import Answer, Ask, Outlook, Question
from bot.domain.handoff import Handoff
from bot.domain.money import Money
from bot.domain.people import Person
from bot.storage.tables import outbox
from bot.storage.unit_of_work import WriteUnit
from tests.builders import Deal, assigned, hold_debrief, signed
from tests.delivery.desk import Desk
from tests.views.shown import seen_text

MINUTE, SHORTLY = timedelta(minutes=1), timedelta(seconds=20)
AE, CSM = "D-UAE", "D-UCSM"
LARGE = Deal(value=Money(60_000_00, "USD"))


@pytest.fixture
def handoff_id(desk: Desk) -> int:
    one = assigned(desk.store, desk.team)
    desk.drain()
    return one


def change(desk: Desk, handoff_id: int, act: Callable[[WriteUnit, Handoff], None], by: int) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        act(unit, handoff)
        unit.save(handoff, actor_id=by)
        unit.commit()


def ask(desk: Desk, handoff_id: int, text: str, question: Question | None = None) -> None:
    csm = desk.team.csm

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        one = unit.debriefs.add_ask(handoff.id, question, text, by=csm.id, at=unit.now)
        debriefing.ask(handoff, one, by=csm, at=unit.now)

    change(desk, handoff_id, act, csm.id)


def waiting(desk: Desk, handoff_id: int) -> list[Ask]:
    with desk.store.read(desk.team.workspace_id) as unit:
        asks = unit.debriefs.load(handoff_id, audiences=EVERY).asks
    return [one for one in asks if one.open]


def reply(desk: Desk, handoff_id: int, asked: Ask, text: str) -> None:
    ae = desk.team.ae

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        debriefing.reply(handoff, asked, text, others=(), by=ae, at=unit.now)
        unit.debriefs.reply(handoff.id, asked.id, text, by=ae.id, at=unit.now)

    change(desk, handoff_id, act, ae.id)


def answer_all(desk: Desk, handoff_id: int, words: str = "Secret words") -> None:
    ae = desk.team.ae

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        for question in Question:
            after = Answer(words=words, outlook=Outlook.FINE).checked(question)
            revision = unit.debriefs.save_answer(handoff.id, question, after, by=ae.id, at=unit.now)
            debriefing.save_answer(
                handoff,
                question,
                before=Answer(),
                after=after,
                revision=revision,
                by=ae,
                at=unit.now,
            )

    change(desk, handoff_id, act, ae.id)


def texts(desk: Desk, channel: str) -> list[str]:
    """What was newly said there, as it is seen."""
    return [
        seen_text(one.args.get("blocks", [])).replace("\u2068", "").replace("\u2069", "")
        for one in desk.slack.ledger.in_channel(channel)
    ]


def about(desk: Desk, channel: str, words: str) -> list[str]:
    return [one for one in texts(desk, channel) if words in one]


def states(desk: Desk, kind: str) -> list[str]:
    return [row["state"] for row in desk.rows(outbox) if row["kind"] == kind]


# --- Questions to the AE


def test_what_is_asked_within_ten_minutes_is_one_message_once_they_are_over(
    desk: Desk, handoff_id: int
) -> None:
    for number in range(4):
        ask(desk, handoff_id, f"Question {number}?", Question.NEARLY if number else None)
        desk.clock.advance(2 * MINUTE)
        desk.pass_time(SHORTLY)
        assert about(desk, AE, "for the debrief") == []
    desk.clock.advance(2 * MINUTE)
    desk.drain()
    (told,) = about(desk, AE, "for the debrief")
    assert "Jonas has 4 questions for the debrief." in told
    for number in range(4):
        assert f"Question {number}?" in told
    assert "3. What nearly stopped it: Question 1?" in told
    assert "Answer questions" in told


def test_what_is_asked_later_is_another_message_with_only_that(desk: Desk, handoff_id: int) -> None:
    ask(desk, handoff_id, "The first?")
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    ask(desk, handoff_id, "The second?")
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    first, second = about(desk, AE, "for the debrief")
    assert "The first?" in first
    assert "The second?" in second
    assert "The first?" not in second


def test_the_minutes_run_from_the_first_question_and_not_by_the_clock(
    desk: Desk, handoff_id: int
) -> None:
    desk.clock.advance(9 * MINUTE)
    ask(desk, handoff_id, "The first?")
    desk.clock.advance(2 * MINUTE)
    desk.pass_time(SHORTLY)
    ask(desk, handoff_id, "The second?")
    desk.clock.advance(9 * MINUTE)
    desk.drain()
    (told,) = about(desk, AE, "for the debrief")
    assert "The first?" in told
    assert "The second?" in told
    assert states(desk, "debrief_asked") == ["sent"]


def test_what_is_asked_while_a_message_waits_for_the_morning_goes_with_it(
    desk: Desk, handoff_id: int
) -> None:
    desk.clock.advance(timedelta(hours=12))
    ask(desk, handoff_id, "In the evening?")
    desk.clock.advance(11 * MINUTE)
    desk.pass_time(SHORTLY)
    desk.clock.advance(timedelta(hours=1))
    ask(desk, handoff_id, "At night?")
    desk.clock.advance(timedelta(hours=11))
    desk.drain()
    (told,) = about(desk, AE, "for the debrief")
    assert "In the evening?" in told
    assert "At night?" in told


def stand_in(desk: Desk, of: Person, by: Person | None) -> None:
    """Somebody is away with a person in their place, or with None back again."""
    until = date(2026, 3, 6) if by is not None else None
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.set_leave(of.id, until, by.id if by is not None else None, by=None)
        unit.commit()


def test_what_a_stand_in_was_to_be_told_goes_to_the_ae_who_is_back(
    desk: Desk, handoff_id: int
) -> None:
    stand_in(desk, desk.team.ae, desk.team.outsider)
    ask(desk, handoff_id, "Who raised it?")
    stand_in(desk, desk.team.ae, None)
    ask(desk, handoff_id, "And when?")
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    assert about(desk, "D-UOUTSIDER", "for the debrief") == []
    (told,) = about(desk, AE, "for the debrief")
    assert "Who raised it?" in told
    assert "And when?" in told


def test_what_was_answered_before_the_message_goes_out_is_not_in_it(
    desk: Desk, handoff_id: int
) -> None:
    ask(desk, handoff_id, "Answered at once?")
    ask(desk, handoff_id, "Still open?")
    reply(desk, handoff_id, waiting(desk, handoff_id)[0], "Yes")
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    (told,) = about(desk, AE, "for the debrief")
    assert "Still open?" in told
    assert "Answered at once?" not in told


def test_where_all_is_answered_already_nothing_is_said(desk: Desk, handoff_id: int) -> None:
    ask(desk, handoff_id, "Answered at once?")
    reply(desk, handoff_id, waiting(desk, handoff_id)[0], "Yes")
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    assert about(desk, AE, "for the debrief") == []
    assert states(desk, "debrief_asked") == ["cancelled"]


def test_whoever_is_the_ae_no_more_is_not_told(desk: Desk, handoff_id: int) -> None:
    ask(desk, handoff_id, "Who raised it?")

    def reassign(_: WriteUnit, handoff: Handoff) -> None:
        handoff.ae_id = desk.team.outsider.id

    change(desk, handoff_id, reassign, desk.team.ae_manager.id)
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    assert about(desk, AE, "for the debrief") == []


# --- Replies


def test_replies_within_ten_minutes_are_one_message_without_what_was_said(
    desk: Desk, handoff_id: int
) -> None:
    for number in range(3):
        ask(desk, handoff_id, f"Question {number}?")
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    for one in waiting(desk, handoff_id):
        reply(desk, handoff_id, one, "Secret words")
    desk.pass_time(SHORTLY)
    assert about(desk, CSM, "of your questions") == []
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    (told,) = about(desk, CSM, "of your questions")
    assert "Maya answered 3 of your questions." in told
    assert "Secret words" not in str(texts(desk, CSM))


def test_replies_and_that_all_is_answered_are_told_the_csm_of_by_then(
    desk: Desk, handoff_id: int
) -> None:
    ask(desk, handoff_id, "Who raised it?")
    reply(desk, handoff_id, waiting(desk, handoff_id)[0], "Secret words")
    answer_all(desk, handoff_id)
    other = desk.team.outsider

    def reassign(unit: WriteUnit, handoff: Handoff) -> None:
        handoff.assign_csm(other, by=desk.team.cs_manager, at=unit.now)

    change(desk, handoff_id, reassign, desk.team.cs_manager.id)
    desk.clock.advance(11 * MINUTE)
    desk.drain()
    for words in ("answered your question", "answered all seven questions"):
        assert about(desk, CSM, words) == []
        assert len(about(desk, "D-UOUTSIDER", words)) == 1


# --- Ahead, and done


def test_that_all_seven_are_answered_ahead_is_told_the_csm_once(
    desk: Desk, handoff_id: int
) -> None:
    for words in ("Secret words", "Other secret words"):
        answer_all(desk, handoff_id, words)
        desk.drain()
    (told,) = about(desk, CSM, "answered all seven questions")
    assert "ecret words" not in told
    assert states(desk, "debrief_ahead") == ["sent"]


def test_once_the_talk_is_recorded_nobody_is_told_that_it_was_answered_ahead(
    desk: Desk, handoff_id: int
) -> None:
    answer_all(desk, handoff_id)
    change(
        desk,
        handoff_id,
        lambda unit, handoff: hold_debrief(unit, handoff, desk.team),
        desk.team.csm.id,
    )
    desk.drain()
    assert about(desk, CSM, "answered all seven questions") == []


def test_that_it_is_done_stands_in_the_thread_and_says_nothing_of_what_was_said(
    desk: Desk, handoff_id: int
) -> None:
    change(
        desk,
        handoff_id,
        lambda unit, handoff: hold_debrief(unit, handoff, desk.team),
        desk.team.csm.id,
    )
    desk.drain()
    card, *replies = desk.slack.ledger.in_channel("C0DEAL")
    (done,) = [one for one in replies if "The debrief is done" in str(one.args)]
    assert done.thread_ts == card.ts
    assert "40 minutes" not in str(done.args)
    assert "Asked and told" not in str(desk.slack.ledger.in_channel("C0DEAL"))


def test_before_the_message_is_posted_nothing_is_said_in_its_thread(desk: Desk) -> None:
    handoff_id = signed(desk.store, desk.team)

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        by = desk.team.cs_manager
        handoff.assign_csm(desk.team.csm, by=by, at=unit.now, override="They start on Monday")
        hold_debrief(unit, handoff, desk.team)

    change(desk, handoff_id, act, desk.team.csm.id)
    desk.drain()
    assert states(desk, "debrief_done") == []


# --- The second listener


def test_a_second_listener_is_told_once_and_only_while_they_are(desk: Desk) -> None:
    handoff_id = assigned(desk.store, desk.team, LARGE)
    desk.drain()
    (told,) = about(desk, "D-UCS_MANAGER", "second listener")
    assert "that Jonas leads" in told
    csm, revops = desk.team.csm, desk.team.revops

    def choose(person: int | None) -> Callable[[WriteUnit, Handoff], None]:
        return lambda unit, handoff: handoff.listen(person, by=csm, at=unit.now)

    change(desk, handoff_id, choose(revops.id), csm.id)
    change(desk, handoff_id, choose(None), csm.id)
    desk.drain()
    assert about(desk, "D-UREVOPS", "second listener") == []
    stand_in(desk, revops, desk.team.outsider)
    change(desk, handoff_id, choose(revops.id), csm.id)
    stand_in(desk, revops, None)
    desk.drain()
    assert about(desk, "D-UOUTSIDER", "second listener") == []
    assert len(about(desk, "D-UREVOPS", "second listener")) == 1
    assert len(about(desk, "D-UCS_MANAGER", "second listener")) == 1
