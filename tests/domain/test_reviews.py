from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.domain import access, closing, reviewing
from bot.domain.access import Act, Audience
from bot.domain.brief import FirstDays
from bot.domain.check_in import BRIEF_WORDS, CheckIn, look
from bot.domain.closing import Closing, Unfinished, thanks, unfinished
from bot.domain.deadlines import Deadline, DeadlineState, Step, deadlines, to_open
from bot.domain.debrief import Question
from bot.domain.defined_done import DefinedDone, DoneLine, Met, written_lines
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.expansion import Appetite, Expansion
from bot.domain.first_value import Engagement, FirstValue
from bot.domain.handoff import Handoff, State
from bot.domain.items import SectionKey
from bot.domain.milestone_review import Progress, reviewed
from bot.domain.notices import NoticeKind, Place, announcements
from bot.domain.nps import Nps, answers_in, recorded, score
from bot.domain.nudging import Stage, StagePlan
from bot.domain.people import Person
from bot.domain.policy import Tier
from bot.domain.reviews import Outcome, ReviewDay, ReviewKind, act_of, audience_of
from bot.domain.scoring import BriefScore, scored_sections
from bot.domain.still_true import Holds, StillTrue
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    HOUR,
    MEMBER,
    MONDAY,
    POLICY,
    REVOPS,
    Office,
    assigned,
    utc,
)

DAY = timedelta(days=1)
KICKOFF = utc("2025-06-05T12:00")
OPENS_30 = utc("2025-06-25T07:00")
"""09:00 of Berlin's AE, five business days before Wednesday 2 July, the thirtieth day."""
OPENS_30_CSM = utc("2025-06-25T13:00")
"""The same of the CSM in New York."""
DAY_90 = utc("2025-09-01T12:00")


def held(*, at: datetime = KICKOFF) -> Handoff:
    handoff = assigned()
    handoff.hold_kickoff(at, by=CSM, at=at)
    return handoff


def owed(
    handoff: Handoff, *, now: datetime, before: dict[Step, Deadline] | None = None
) -> dict[Step, Deadline]:
    office = Office()
    found = deadlines(
        handoff,
        POLICY,
        office.calendar_of,
        manager_of=office.manager_of,
        now=now,
        stored=before,
    )
    return {one.step: one for one in found}


# --- The answers of the customer


@pytest.mark.parametrize(
    ("pasted", "answers"),
    [
        ("9", (9,)),
        ("9\n10\n7", (9, 10, 7)),
        ("9, 10; 7 | 0", (9, 10, 7, 0)),
        ("9,10,7", (9, 10, 7)),
        ("9-10-8", (9, 10, 8)),
        ("\n\n 10 \n\n 3\n", (10, 3)),
        ("- 9\n- 10", (9, 10)),
        ("1. 9\n2. 10\n3. 4", (9, 10, 4)),
        ("1) 9\n2) 10", (9, 10)),
        ("Q1: 9", (9,)),
        ("10.", (10,)),
        ("", ()),
    ],
)
def test_single_answers_are_found_whatever_stands_between_them(
    pasted: str, answers: tuple[int, ...]
) -> None:
    assert answers_in(pasted) == answers


@pytest.mark.parametrize(
    ("pasted", "row", "shown"),
    [
        ("9\n11", "2", "11"),
        ("9\n\n8.5", "3", "8.5"),
        ("9/10", "1", "9/10"),
        ("-3", "1", "-3"),
        ("9\nmany thanks", "2", "many thanks"),
        ("9\n12345678901234567890", "2", "12345678901234567890"),
        ("x" * 100, "1", "x" * 39 + "…"),
    ],
)
def test_a_row_that_is_no_answer_is_named(pasted: str, row: str, shown: str) -> None:
    with pytest.raises(Invalid) as refused:
        answers_in(pasted)
    assert refused.value.problem is Problem.BAD_NPS
    assert refused.value.facts == {"row": row, "shown": shown}
    assert refused.value.field == "nps"


def test_a_list_whose_numbers_do_not_count_it_is_taken_as_it_is() -> None:
    assert answers_in("9) 3\n10) 4") == (9, 3, 10, 4)


@pytest.mark.parametrize(
    ("answers", "made"),
    [
        ((10, 9, 9, 10), None),
        ((10, 9, 9, 10, 9), 100),
        ((9, 10, 7, 8, 6), 20),
        ((0, 6, 3, 2, 1), -100),
        ((9, 9, 6, 7, 8, 8), 17),
        ((9, 6, 6, 7, 8, 8), -17),
        ((9, *[7] * 7), 13),
        ((6, *[7] * 7), -13),
        ((7, 8, 7, 8, 7), 0),
    ],
)
def test_a_score_is_made_from_five_answers_on(answers: tuple[int, ...], made: int | None) -> None:
    assert score(answers) == made


TODAY = date(2025, 7, 2)


def test_that_nobody_answered_is_recorded_with_its_day() -> None:
    assert recorded("", nobody=True, asked_on=TODAY, day0=TODAY, today=TODAY).nobody
    single = recorded("9", nobody=False, asked_on=None, day0=TODAY, today=TODAY)
    assert single == Nps(answers=(9,))


@pytest.mark.parametrize(
    ("pasted", "nobody", "asked_on", "problem"),
    [
        ("", True, None, Problem.DATE_NEEDED),
        ("9", True, TODAY, Problem.NOBODY_AND_SOME),
        ("", False, TODAY, Problem.NO_ANSWERS),
        ("9", False, TODAY + DAY, Problem.DAY_TO_COME),
        ("9", False, TODAY - 2 * DAY, Problem.BEFORE_SIGNATURE),
        ("9 " * 1001, False, None, Problem.TOO_MANY),
    ],
)
def test_answers_that_do_not_fit_together_are_refused(
    pasted: str, nobody: bool, asked_on: date | None, problem: Problem
) -> None:
    with pytest.raises(Invalid) as refused:
        recorded(pasted, nobody=nobody, asked_on=asked_on, day0=TODAY - DAY, today=TODAY)
    assert refused.value.problem is problem


# --- The note


def test_a_note_is_looked_at_for_length_a_name_and_words_that_sell() -> None:
    fine = look("Dear Ilse, how do the first weeks feel?", people=["Ilse Brandt"])
    assert fine.fine
    assert fine.words == 8
    long = look("word " * (BRIEF_WORDS + 1), people=["Ilse Brandt"])
    assert (long.brief, long.names) == (False, False)
    sells = look("Ilse, let us talk about an upgrade and a Rabatt.", people=["Ilse Brandt"])
    assert sells.selling == ("upgrade", "Rabatt")
    assert not sells.fine
    assert look("Hello", people=[]).names


def test_a_note_has_words_and_not_too_many() -> None:
    assert CheckIn(words=" Hello ").checked().words == "Hello"
    for words, problem in ((" ", Problem.EMPTY), ("x" * 3001, Problem.TOO_LONG)):
        with pytest.raises(Invalid) as refused:
            CheckIn(words=words).checked()
        assert refused.value.problem is problem


# --- Milestones


def test_what_is_ticked_nowhere_is_on_track_and_notes_find_their_milestone() -> None:
    record = reviewed([1, 2, 4], done=[1], behind=[4], notes="4: waits for IT\n\nAll in all good")
    assert [(one.number, one.progress, one.note) for one in record.states] == [
        (1, Progress.DONE, ""),
        (2, Progress.ON_TRACK, ""),
        (4, Progress.BEHIND, "waits for IT"),
    ]
    assert record.note == "All in all good"
    assert record.notes() == "4: waits for IT\nAll in all good"
    assert record.standing(Progress.BEHIND) == (4,)


@pytest.mark.parametrize(
    ("numbers", "done", "behind", "notes", "problem"),
    [
        ([1], [1], [1], "", Problem.DONE_AND_BEHIND),
        ([1], [], [], "3: what", Problem.NO_SUCH_MILESTONE),
        ([], [], [], " ", Problem.EMPTY),
        ([1], [], [], "x" * 3001, Problem.TOO_LONG),
    ],
)
def test_a_review_that_does_not_fit_the_plan_is_refused(
    numbers: list[int], done: list[int], behind: list[int], notes: str, problem: Problem
) -> None:
    with pytest.raises(Invalid) as refused:
        reviewed(numbers, done=done, behind=behind, notes=notes)
    assert refused.value.problem is problem


def test_where_no_milestone_is_shared_a_line_says_where_they_stand() -> None:
    assert reviewed([], done=[], behind=[], notes="3: live").note == "3: live"


# --- What else is written down

ALL_HOLD = {
    Question.CHAMPION: Holds.YES,
    Question.GROWTH: Holds.NOT_KNOWN,
    Question.YEAR: Holds.YES,
}


def test_an_answer_that_is_not_true_any_more_says_what_changed() -> None:
    left = {**ALL_HOLD, Question.CHAMPION: Holds.NO}
    for said, field, problem in (
        (StillTrue(holds=left), "changed_champion", Problem.WHAT_CHANGED),
        (StillTrue(holds={}), "holds_champion", Problem.CHOOSE),
        (
            StillTrue(holds=ALL_HOLD, changed={Question.YEAR: "x" * 1001}),
            "changed_year",
            Problem.TOO_LONG,
        ),
    ):
        with pytest.raises(Invalid) as refused:
            said.checked()
        assert (refused.value.field, refused.value.problem) == (field, problem)
    kept = StillTrue(holds=left, changed={Question.CHAMPION: " She left. "}).checked()
    assert kept.changed == {Question.CHAMPION: "She left."}


def test_every_section_that_the_deal_has_is_scored() -> None:
    sections = scored_sections(Tier.LIGHT, POLICY)
    assert SectionKey.WHY not in sections
    assert scored_sections(Tier.FULL, POLICY) == tuple(SectionKey)
    every = dict.fromkeys(sections, 3)
    assert BriefScore(scores=every, words=" x ").checked(sections).words == "x"
    with pytest.raises(Invalid) as refused:
        BriefScore(scores={}).checked(sections)
    assert refused.value.field == f"score_{sections[0].value}"
    both = BriefScore(scores=every, carried=(SectionKey.PEOPLE,), thin=(SectionKey.PEOPLE,))
    with pytest.raises(Invalid) as refused:
        both.checked(sections)
    assert refused.value.problem is Problem.CARRIED_AND_THIN


def test_a_talk_and_a_first_value_lie_in_the_past() -> None:
    talk = Expansion(talked_on=TODAY, appetite=Appetite.LATER, words=" Two more sites ")
    assert talk.checked(day0=TODAY, today=TODAY).words == "Two more sites"
    for day0, today, problem in (
        (TODAY - DAY, TODAY - DAY, Problem.DAY_TO_COME),
        (TODAY + DAY, TODAY + DAY, Problem.BEFORE_SIGNATURE),
    ):
        with pytest.raises(Invalid) as refused:
            talk.checked(day0=day0, today=today)
        assert (refused.value.field, refused.value.problem) == ("talked_on", problem)
    value = FirstValue(reached_on=TODAY, engagement=Engagement.AMBER)
    assert value.checked(day0=TODAY, today=TODAY) == value
    for day0, today in ((TODAY + DAY, TODAY + DAY), (TODAY - DAY, TODAY - DAY)):
        with pytest.raises(Invalid):
            value.checked(day0=day0, today=today)
    assert FirstValue().checked(day0=TODAY, today=TODAY) == FirstValue()


def test_defined_done_is_judged_line_by_line_and_what_was_not_met_says_why() -> None:
    days = FirstDays(live_by=TODAY, outcome="Live in two halls", confirms=" ")
    lines = written_lines(days)
    assert [one.line for one in lines] == [DoneLine.LIVE_BY, DoneLine.OUTCOME]
    met = {DoneLine.LIVE_BY: Met.MOVED, DoneLine.OUTCOME: Met.MET}
    with pytest.raises(Invalid) as refused:
        DefinedDone(met=met).checked(lines)
    assert refused.value.field == "note_live_by"
    with pytest.raises(Invalid) as refused:
        DefinedDone(met={}).checked(lines)
    assert refused.value.field == "met_live_by"
    kept = DefinedDone(met=met, notes={DoneLine.LIVE_BY: " to 30 July "}).checked(lines)
    assert kept.notes == {DoneLine.LIVE_BY: "to 30 July"}


# --- Who may, and who reads


def test_the_readers_are_those_of_the_table() -> None:
    readers = {kind: audience_of(kind) for kind in ReviewKind}
    still_true = {kind for kind in ReviewKind if readers[kind] is Audience.DEBRIEF}
    assert still_true == {
        ReviewKind.STILL_TRUE_30,
        ReviewKind.STILL_TRUE_60,
        ReviewKind.STILL_TRUE_90,
    }
    assert set(readers.values()) - {Audience.DEBRIEF} == {Audience.REASONS}


@pytest.mark.parametrize("kind", [one for one in ReviewKind if one is not ReviewKind.CLOSING])
def test_a_step_is_recorded_by_its_owner_or_by_their_manager_with_a_reason(
    kind: ReviewKind,
) -> None:
    handoff = held()
    of_ae = act_of(kind) is Act.RECORD_AE_STEP
    owner, manager = (AE, AE_MANAGER) if of_ae else (CSM, CS_MANAGER)
    reviewing.record(handoff, kind, revision=1, by=owner, at=KICKOFF + HOUR)
    assert handoff.reviews.at(kind) == KICKOFF + HOUR
    with pytest.raises(Invalid) as refused:
        reviewing.record(handoff, kind, revision=2, by=manager, at=KICKOFF + 2 * HOUR)
    assert refused.value.problem is Problem.EMPTY
    reviewing.record(
        handoff, kind, revision=2, by=manager, at=KICKOFF + 2 * HOUR, reason="They asked me"
    )
    assert handoff.reviews.at(kind) == KICKOFF + HOUR
    assert handoff.events[-1].facts["again"] is True
    assert handoff.events[-1].values == {"reason": "They asked me"}
    others: list[Person] = [MEMBER, REVOPS, CSM if of_ae else AE]
    for other in others:
        with pytest.raises(NotAllowed):
            reviewing.record(handoff, kind, revision=3, by=other, at=KICKOFF + 3 * HOUR)


def test_nothing_of_it_is_recorded_before_the_kickoff() -> None:
    with pytest.raises(Invalid) as refused:
        reviewing.require(ReviewKind.NPS, CSM, assigned())
    assert refused.value.problem is Problem.BEFORE_KICKOFF


def test_a_note_is_a_draft_until_it_was_sent() -> None:
    handoff = held()
    reviewing.draft_check_in(handoff, revision=1, by=AE, at=OPENS_30)
    assert handoff.reviews.check_in_at is None
    for sent_at, problem in (
        (OPENS_30 + HOUR, Problem.NOT_YET_HELD),
        (KICKOFF - HOUR, Problem.BEFORE_KICKOFF_HELD),
    ):
        with pytest.raises(Invalid) as refused:
            reviewing.send_check_in(handoff, sent_at, revision=2, by=AE, at=OPENS_30)
        assert refused.value.problem is problem
    reviewing.send_check_in(handoff, OPENS_30, revision=2, by=AE, at=OPENS_30)
    assert handoff.reviews.check_in_at == OPENS_30
    with pytest.raises(Conflict):
        reviewing.draft_check_in(handoff, revision=3, by=AE, at=OPENS_30)


# --- Opening by time


def test_a_review_waits_for_its_time_alone_and_is_looked_at_then() -> None:
    handoff = held()
    waiting = owed(handoff, now=KICKOFF + HOUR)
    check_in, nps = waiting[Step.CHECK_IN], waiting[Step.NPS]
    assert check_in.stages == (StagePlan(Stage.OPENS, OPENS_30),)
    assert nps.stages == (StagePlan(Stage.OPENS, OPENS_30_CSM),)
    assert {check_in.state, nps.state} == {DeadlineState.WAITING}
    assert check_in.next_at == OPENS_30
    assert not to_open(check_in, now=OPENS_30 - HOUR)
    assert to_open(check_in, now=OPENS_30)
    opened = owed(handoff, now=OPENS_30, before=waiting)[Step.CHECK_IN]
    assert opened.state is DeadlineState.OPEN
    assert opened.start_at == OPENS_30
    assert Stage.OPENS not in {plan.stage for plan in opened.stages}


def test_what_waits_for_more_than_its_time_is_not_looked_at() -> None:
    handoff = held()
    handoff.decline("Somebody else knows them.", by=CSM, at=KICKOFF + HOUR)
    waiting = owed(handoff, now=KICKOFF + 2 * HOUR)[Step.NPS]
    assert (waiting.state, waiting.next_at) == (DeadlineState.WAITING, None)


def test_the_day_is_the_last_one_that_can_be_reviewed() -> None:
    handoff = held()
    days = []
    for on in ("2025-06-24", "2025-06-26", "2025-07-30", "2025-08-29"):
        owing = list(owed(handoff, now=utc(f"{on}T15:00")).values())
        days.append(reviewing.day_now(owing))
        assert reviewing.asks_still_true(handoff, owing) is days[-1]
    assert days == [None, ReviewDay.FIRST, ReviewDay.SECOND, ReviewDay.LAST]
    now = utc("2025-08-29T15:00")
    reviewing.record(handoff, ReviewKind.STILL_TRUE_90, revision=1, by=CSM, at=now)
    assert reviewing.asks_still_true(handoff, list(owed(handoff, now=now).values())) is None


# --- The end

FINE = Closing(outcome=Outcome.ONBOARDED, line="Both halls are live.")
NOTHING_LEFT = Unfinished((), 0, 0, still_true=False, defined_done=False)


def close(
    handoff: Handoff, *, said: Closing = FINE, by: Person = CSM, at: datetime = DAY_90
) -> None:
    closing.close(
        handoff,
        said,
        left=NOTHING_LEFT,
        owed=list(owed(handoff, now=at).values()),
        revision=1,
        by=by,
        at=at,
    )


def test_the_csm_closes_and_everything_still_owed_is_dropped() -> None:
    handoff = held()
    close(handoff)
    assert (handoff.state, handoff.reviews.outcome) == (State.CLOSED, Outcome.ONBOARDED)
    states = {one.step: one.state for one in owed(handoff, now=DAY_90).values()}
    assert states[Step.OUTCOME] is DeadlineState.DONE
    assert states[Step.NPS] is DeadlineState.CANCELLED
    assert DeadlineState.OPEN not in states.values()
    with pytest.raises(Invalid) as refused:
        reviewing.require(ReviewKind.NPS, CSM, handoff)
    assert refused.value.problem is Problem.HANDOFF_CLOSED
    with pytest.raises(Invalid) as refused:
        handoff.cancel("No", by=AE, at=DAY_90)
    assert refused.value.problem is Problem.HANDOFF_CLOSED


@pytest.mark.parametrize("by", [AE, AE_MANAGER, CS_MANAGER, REVOPS, MEMBER])
def test_nobody_else_closes(by: Person) -> None:
    with pytest.raises(NotAllowed):
        close(held(), by=by)


def test_before_day_90_only_a_customer_who_is_lost_ends_it() -> None:
    handoff, early = held(), OPENS_30
    with pytest.raises(Invalid) as refused:
        close(handoff, at=early)
    assert refused.value.problem is Problem.CLOSES_LATER
    close(handoff, said=Closing(outcome=Outcome.LOST, line="They went under."), at=early)
    assert handoff.state is State.CLOSED


def test_closing_is_taken_back_for_some_minutes() -> None:
    handoff = held()
    with pytest.raises(Conflict):
        closing.undo_close(handoff, by=CSM, at=DAY_90, policy=POLICY)
    close(handoff)
    with pytest.raises(NotAllowed):
        closing.undo_close(handoff, by=AE, at=DAY_90, policy=POLICY)
    late = DAY_90 + POLICY.undo_window + timedelta(seconds=1)
    assert handoff.undo_ends_at(POLICY) == DAY_90 + POLICY.undo_window
    with pytest.raises(Conflict) as refused:
        closing.undo_close(handoff, by=CSM, at=late, policy=POLICY)
    assert refused.value.problem is Problem.UNDO_TOO_LATE
    closing.undo_close(handoff, by=CSM, at=DAY_90 + POLICY.undo_window, policy=POLICY)
    assert (handoff.state, handoff.reviews.outcome, handoff.reviews.closed_at) == (
        State.OPEN,
        None,
        None,
    )
    assert owed(handoff, now=DAY_90)[Step.NPS].state is DeadlineState.OPEN


def test_a_line_says_why_it_ended_so() -> None:
    for line, problem in ((" ", Problem.EMPTY), ("x" * 301, Problem.TOO_LONG)):
        with pytest.raises(Invalid) as refused:
            Closing(outcome=Outcome.LOST, line=line).checked()
        assert refused.value.problem is problem


def test_what_is_not_done_is_named_before_the_closing() -> None:
    handoff = held()
    owing = list(owed(handoff, now=DAY_90).values())
    left = unfinished(handoff, owing, promises=2, milestones=1, lines=3)
    assert Step.NPS in left.steps
    assert Step.OUTCOME not in left.steps
    assert (left.promises, left.milestones) == (2, 1)
    assert (left.still_true, left.defined_done) == (True, True)
    reviewing.record(handoff, ReviewKind.DEFINED_DONE, revision=1, by=CSM, at=DAY_90)
    reviewing.record(handoff, ReviewKind.STILL_TRUE_90, revision=1, by=CSM, at=DAY_90)
    left = unfinished(handoff, owing, promises=0, milestones=0, lines=3)
    assert (left.still_true, left.defined_done) == (False, False)


def test_thanks_go_to_whom_a_step_was_when_it_was_done_in_time() -> None:
    handoff = held()
    reviewing.record(handoff, ReviewKind.NPS, revision=1, by=CSM, at=OPENS_30_CSM)
    late = utc("2025-07-03T12:00")
    reviewing.record(handoff, ReviewKind.MILESTONES, revision=1, by=CSM, at=late)
    owing = list(owed(handoff, now=DAY_90).values())
    named = {one.person_id: one.steps for one in thanks(handoff, owing)}
    assert Step.NPS in named[CSM.id]
    assert Step.MILESTONES not in named[CSM.id]
    assert Step.BRIEF in named[AE.id]
    assert named[CS_MANAGER.id] == (Step.ASSIGN,)


def test_nobody_is_thanked_for_what_the_bot_or_another_did() -> None:
    handoff = held()
    handoff.post_by_bot(at=MONDAY + 2 * HOUR)
    owing = list(owed(handoff, now=DAY_90).values())
    found = next(one for one in thanks(handoff, owing) if one.person_id == AE.id)
    assert Step.MESSAGE not in found.steps
    handed_on = [_owned_since(one, KICKOFF) if one.step is Step.BRIEF else one for one in owing]
    thanked = {step for one in thanks(handoff, handed_on) for step in one.steps}
    assert Step.BRIEF not in thanked
    assert Step.ASSIGN in thanked


def _owned_since(deadline: Deadline, at: datetime) -> Deadline:
    return replace(deadline, owned_at=at)


def test_the_end_is_told_once_it_cannot_be_taken_back() -> None:
    handoff = held()
    handoff.id, handoff.posted_at = 7, MONDAY
    handoff.events.clear()
    close(handoff)
    told = announcements(
        handoff,
        [(30, handoff.events[-1])],
        asked_in=5,
        chain=(30, bytes(32)),
        undo_window=POLICY.undo_window,
    )
    later = [one for one in told if one.kind is not NoticeKind.UNDO_OFFER]
    assert {one.not_before for one in later} == {DAY_90 + POLICY.undo_window}
    assert {one.facts["closed"] for one in later} == {"2025-09-01T12:00:00.000000Z"}
    assert [(one.kind, one.place, one.person_id) for one in told] == [
        (NoticeKind.HANDOFF_CLOSED, Place.THREAD, None),
        (NoticeKind.AE_LEAVES, Place.DM, AE.id),
        (NoticeKind.AE_LEAVES, Place.DM, CSM.id),
        (NoticeKind.ANCHOR, Place.THREAD, None),
        (NoticeKind.ANCHOR, Place.DM, AE.id),
        (NoticeKind.ANCHOR, Place.DM, CSM.id),
        (NoticeKind.UNDO_OFFER, Place.EPHEMERAL, CSM.id),
    ]


def test_who_may_close_is_the_csm_alone() -> None:
    handoff = held()
    may = {
        one.id
        for one in (AE, AE_MANAGER, CSM, CS_MANAGER, REVOPS)
        if access.may(Act.CLOSE, one, handoff)
    }
    assert may == {CSM.id}
