"""Day 30, 60 and 90: by whom, twice, with bad input, and who reads what was written."""

from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain import milestone_review, reviewing
from bot.domain.access import EVERY
from bot.domain.check_in import CheckIn
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.debrief import Question
from bot.domain.expansion import Expansion
from bot.domain.first_value import Engagement, FirstValue
from bot.domain.handoff import State
from bot.domain.milestone_review import MilestoneReview, Progress
from bot.domain.nps import Nps
from bot.domain.plan import MilestoneState
from bot.domain.reviews import Outcome, ReviewKind
from bot.domain.scoring import BriefScore
from bot.domain.still_true import Holds, StillTrue
from bot.domain.verification import Record
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from bot.views.whole import REVIEW_BUTTONS
from tests.builders import WEDNESDAY, FixedClock, assigned
from tests.flows.app import App, Modal, Reply
from tests.flows.test_kickoff import hold, told
from tests.flows.test_plan import about, add
from tests.flows.test_together import history_is_sound
from tests.flows.test_verification import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    handoff_of,
    opened,
    states,
    whole,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST_DAY = WEDNESDAY + 28 * DAY
"""Inside the week before day 30."""
SECOND_DAY = WEDNESDAY + 58 * DAY
LAST_DAY = WEDNESDAY + 88 * DAY
NOTE = "Dear Ilse, how do the first weeks feel? Call me any time."


@pytest.fixture
def held(app: App, clock: FixedClock) -> int:
    """A handoff whose kickoff was held, on a day that can be reviewed."""
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR)
    assert hold(app, handoff_id, WEDNESDAY + 18 * HOUR).body == {}
    go_to(app, clock, handoff_id, FIRST_DAY)
    return handoff_id


def go_to(app: App, clock: FixedClock, handoff_id: int, at: Any) -> None:
    """Time passes, and the sweep's part of it is done."""
    clock.advance(at - clock.now())
    with app.store.write(app.team.workspace_id) as unit:
        unit.save(unit.handoffs.lock(handoff_id), actor_id=None)
        unit.commit()


def written(app: App, handoff_id: int, kind: ReviewKind) -> Record:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.reviews.load(handoff_id, audiences=EVERY)[kind].record


def send(app: App, user: str, action: ActionId, handoff_id: int, **typed: Any) -> Reply:
    return app.submit(user, opened(app, user, action, handoff_id).type(**typed))


def fields_of(form: Modal) -> list[str]:
    """The inputs of a form, in order."""
    inputs = (one for one in form.view["blocks"] if one["type"] == "input")
    return [one["element"]["action_id"] for one in inputs]


# --- Day 30


def test_a_draft_is_looked_at_and_kept_and_a_sent_note_ends_the_step(
    app: App, held: int, clock: FixedClock
) -> None:
    form = opened(app, AE, ActionId.OPEN_CHECK_IN, held)
    assert "nothing sold" in form.words
    sells = form.type(note="Hello, shall we talk about an upgrade?")
    reply = app.submit(AE, sells)
    shown = app.screen(reply.body["view"])
    assert "This sells something: “upgrade”." in shown.words
    assert "It names nobody of the customer." in shown.words
    assert "not marked as sent" in shown.words
    assert states(app, held)[Step.CHECK_IN] is DeadlineState.OPEN
    assert handoff_of(app, held).reviews.check_in_at is None
    again = opened(app, AE, ActionId.OPEN_CHECK_IN, held)
    assert again.holds("note") == "Hello, shall we talk about an upgrade?"
    at = clock.now() - HOUR
    assert app.submit(AE, again.type(note=NOTE, note_sent_at=int(at.timestamp()))).body == {}
    assert written(app, held, ReviewKind.CHECK_IN) == CheckIn(words=NOTE, sent_at=at)
    assert states(app, held)[Step.CHECK_IN] is DeadlineState.DONE
    assert app.events(held)[-2:] == ["check_in.drafted", "check_in.sent"]
    assert history_is_sound(app, held)


def test_words_are_checked_without_saving(app: App, held: int) -> None:
    form = opened(app, AE, ActionId.OPEN_CHECK_IN, held).type(note=NOTE)
    app.press(AE, ActionId.CHECK_NOTE, Ref(handoff=held), modal=form)
    shown = app.screen(app.slack.called("views.update")[-1]["view"])
    assert "12 words" in shown.words
    assert shown.holds("note") == NOTE
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.reviews.revision(held, ReviewKind.CHECK_IN) == 0


def test_the_milestone_review_is_of_what_the_plan_shares_with_the_customer(
    app: App, held: int
) -> None:
    with_internal = {"milestone": "Extend the hosting", "sharing": "internal"}
    for typed in ({"milestone": "The orders come in"}, with_internal, {"milestone": "They train"}):
        add(app, held, **typed)
    form = opened(app, CSM, ActionId.OPEN_MILESTONE_REVIEW, held)
    assert "The orders come in" in str(form.view)
    assert "Extend the hosting" not in str(form.view)
    filled = form.type(milestones_done=["1"], milestone_notes="3: a week late")
    assert app.submit(CSM, filled).body == {}
    record = written(app, held, ReviewKind.MILESTONES)
    assert record == MilestoneReview(
        states=(
            milestone_review.MilestoneState(number=1, progress=Progress.DONE),
            milestone_review.MilestoneState(
                number=3, progress=Progress.ON_TRACK, note="a week late"
            ),
        )
    )
    assert "The orders come in" in whole(app, CSM, held)


def test_what_the_review_ticks_as_done_is_done_in_the_plan_and_the_reverse(
    app: App, held: int
) -> None:
    for words in ("The orders come in", "They train", "They count"):
        add(app, held, milestone=words)

    def done() -> list[int]:
        with app.store.read(app.team.workspace_id) as unit:
            found = unit.plans.milestones(held, audiences=EVERY)
        return [one.number for one in found if one.state is MilestoneState.DONE]

    app.press(AE, ActionId.MILESTONE_DONE, about(app, held, 1))
    form = opened(app, CSM, ActionId.OPEN_MILESTONE_REVIEW, held)
    assert [one["value"] for one in form.holds("milestones_done")] == ["1"]
    filled = form.type(milestones_done=["1", "2"], milestones_behind=["3"])
    assert app.submit(CSM, filled).body == {}
    assert done() == [1, 2]
    assert app.events(held)[-2:] == ["milestone.done", "milestones.reviewed"]
    # What is done in the plan is done here, whoever leaves it out; and it is not behind.
    again = opened(app, CSM, ActionId.OPEN_MILESTONE_REVIEW, held)
    both = again.type(milestones_done=[], milestones_behind=["2"])
    assert list(app.submit(CSM, both).errors) == [again.block_of("milestones_behind")]
    assert app.submit(CSM, again.type(milestones_done=[], milestones_behind=["3"])).body == {}
    record = written(app, held, ReviewKind.MILESTONES)
    assert isinstance(record, MilestoneReview)
    assert record.standing(Progress.DONE) == (1, 2)
    assert done() == [1, 2]
    # A manager reviews them for the CSM; what is done in the plan AE and CSM say.
    managers = opened(app, CS_MANAGER, ActionId.OPEN_MILESTONE_REVIEW, held)
    said = managers.type(
        milestones_done=["1", "2", "3"], milestones_behind=[], reason="He is on a plane."
    )
    assert app.submit(CS_MANAGER, said).body == {}
    assert done() == [1, 2]
    assert history_is_sound(app, held)


def test_a_note_that_sells_may_be_sent_all_the_same(app: App, held: int, clock: FixedClock) -> None:
    at = int(clock.now().timestamp())
    words = "Ilse, a discount waits for you."
    reply = send(app, AE, ActionId.OPEN_CHECK_IN, held, note=words, note_sent_at=at)
    assert "discount" in app.screen(reply.body["view"]).words
    assert states(app, held)[Step.CHECK_IN] is DeadlineState.DONE


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"note": " "}, "note"),
        ({"note": NOTE, "note_sent_at": int((FIRST_DAY + DAY).timestamp())}, "note_sent_at"),
        ({"note": NOTE, "note_sent_at": int(WEDNESDAY.timestamp())}, "note_sent_at"),
    ],
)
def test_a_note_that_cannot_be_keeps_the_form_open(
    app: App, held: int, typed: dict[str, Any], field: str
) -> None:
    form = opened(app, AE, ActionId.OPEN_CHECK_IN, held).type(**typed)
    assert list(app.submit(AE, form).errors) == [form.block_of(field)]


def test_the_csm_says_where_milestones_stand(app: App, held: int) -> None:
    form = opened(app, CSM, ActionId.OPEN_MILESTONE_REVIEW, held)
    assert "No milestone is shared" in form.words
    assert app.submit(CSM, form.type(milestone_notes="All of it is on track.")).body == {}
    record = written(app, held, ReviewKind.MILESTONES)
    assert record == MilestoneReview(note="All of it is on track.")
    assert states(app, held)[Step.MILESTONES] is DeadlineState.DONE


def test_single_answers_are_kept_and_a_row_that_is_none_is_named(app: App, held: int) -> None:
    form = opened(app, CSM, ActionId.OPEN_NPS, held).type(nps="9\n10, 8\nnone")
    reply = app.submit(CSM, form)
    assert "Row 3" in reply.errors[form.block_of("nps") or ""]
    assert app.submit(CSM, form.type(nps="9\n10, 8")).body == {}
    assert written(app, held, ReviewKind.NPS) == Nps(answers=(9, 10, 8))
    assert "3 answers; a score from 5 on" in whole(app, CSM, held)
    again = opened(app, CSM, ActionId.OPEN_NPS, held)
    assert again.holds("nps") == "9, 10, 8"
    assert app.submit(CSM, again.type(nps="9, 10, 8, 9, 9")).body == {}
    assert "NPS 80 from 5 answers" in whole(app, AE, held)
    assert "9, 10, 8, 9, 9" in whole(app, AE_MANAGER, held)
    assert "NPS 80" not in whole(app, "UOUTSIDER", held)


def test_that_nobody_answered_is_recorded_with_the_day_they_were_asked(app: App, held: int) -> None:
    form = opened(app, CSM, ActionId.OPEN_NPS, held).type(nps_nobody=["nobody"])
    assert list(app.submit(CSM, form).errors) == [form.block_of("asked_on")]
    assert app.submit(CSM, form.type(asked_on="2026-03-30")).body == {}
    assert written(app, held, ReviewKind.NPS) == Nps(asked_on=date(2026, 3, 30))
    assert states(app, held)[Step.NPS] is DeadlineState.DONE
    assert "nobody answered" in whole(app, CSM, held)


def test_what_was_recorded_meanwhile_is_not_overwritten_unseen(app: App, held: int) -> None:
    first, second = (opened(app, CSM, ActionId.OPEN_NPS, held) for _ in range(2))
    assert app.submit(CSM, first.type(nps="9")).body == {}
    refused = app.submit(CSM, second.type(nps="1"))
    assert list(refused.errors) == [second.block_of("nps")]
    assert "Jonas changed this while the form was open" in refused.sentence
    assert "What you typed is still here" in refused.sentence
    assert written(app, held, ReviewKind.NPS) == Nps(answers=(9,))


TRUE: dict[str, Any] = {
    "holds_champion": "no",
    "changed_champion": "She left.",
    "holds_growth": "not_known",
    "holds_year": "yes",
}


def test_what_the_ae_said_is_asked_again_on_each_of_the_days(
    app: App, held: int, clock: FixedClock
) -> None:
    for at, day in ((FIRST_DAY, 30), (SECOND_DAY, 60), (LAST_DAY, 90)):
        go_to(app, clock, held, at)
        form = opened(app, CSM, ActionId.OPEN_STILL_TRUE, held)
        assert f"Day {day}" in form.words
        assert form.holds("changed_champion") is None
        assert app.submit(CSM, form.type(**TRUE)).body == {}
        found = written(app, held, ReviewKind(f"still_true_{day}"))
        assert isinstance(found, StillTrue)
        assert found.holds[Question.GROWTH] is Holds.NOT_KNOWN
        assert found.changed == {Question.CHAMPION: "She left."}
    assert "She left." in whole(app, AE_MANAGER, held)
    assert "She left." not in whole(app, "UOUTSIDER", held)


def test_what_changed_is_asked_where_something_is_not_true_any_more(app: App, held: int) -> None:
    form = opened(app, CSM, ActionId.OPEN_STILL_TRUE, held)
    reply = app.submit(CSM, form.type(**{**TRUE, "changed_champion": ""}))
    assert list(reply.errors) == [form.block_of("changed_champion")]


def test_first_value_and_engagement_may_be_told_any_day(app: App, held: int) -> None:
    form = opened(app, CSM, ActionId.OPEN_FIRST_VALUE, held)
    late = form.type(first_value_on="2026-05-01")
    assert list(app.submit(CSM, late).errors) == [form.block_of("first_value_on")]
    assert app.submit(CSM, form.type(first_value_on="2026-03-20", engagement="amber")).body == {}
    assert written(app, held, ReviewKind.FIRST_VALUE) == FirstValue(
        reached_on=date(2026, 3, 20), engagement=Engagement.AMBER
    )
    again = opened(app, CSM, ActionId.OPEN_FIRST_VALUE, held)
    assert (again.holds("first_value_on"), again.holds("engagement")) == ("2026-03-20", "amber")


# --- Day 60


def test_ae_and_csm_each_record_what_they_heard_of_more(
    app: App, held: int, clock: FixedClock
) -> None:
    go_to(app, clock, held, SECOND_DAY)
    heard = {"talked_on": "2026-04-30", "appetite": "later"}
    for user, action, step, kind in (
        (CSM, ActionId.OPEN_EXPANSION, Step.EXPANSION, ReviewKind.EXPANSION),
        (AE, ActionId.OPEN_EXPANSION_AE, Step.EXPANSION_AE, ReviewKind.EXPANSION_AE),
    ):
        assert states(app, held)[step] is DeadlineState.OPEN
        assert send(app, user, action, held, **heard, expansion_words=f"By {user}").body == {}
        assert states(app, held)[step] is DeadlineState.DONE
        found = written(app, held, kind)
        assert isinstance(found, Expansion)
        assert found.words == f"By {user}"


def test_each_scores_the_brief_and_reads_what_surfaced_late(
    app: App, held: int, clock: FixedClock
) -> None:
    go_to(app, clock, held, SECOND_DAY)
    for user, action, step, kind in (
        (CSM, ActionId.OPEN_SCORE, Step.SCORE, ReviewKind.SCORE),
        (AE, ActionId.OPEN_SCORE_AE, Step.SCORE_AE, ReviewKind.SCORE_AE),
    ):
        form = opened(app, user, action, held)
        assert "No promise surfaced late." in form.words
        fields = [one for one in fields_of(form) if one.startswith("score_")]
        scores = {one: "4" for one in fields if one != "score_words"}
        left = dict(list(scores.items())[1:])
        first = next(iter(scores))
        assert list(app.submit(user, form.type(**left)).errors) == [form.block_of(first)]
        done = app.submit(user, form.type(**scores, carried=["people"], thin=["success"]))
        assert done.body == {}
        found = written(app, held, kind)
        assert isinstance(found, BriefScore)
        assert set(found.scores.values()) == {4}
        assert states(app, held)[step] is DeadlineState.DONE
    both = whole(app, AE_MANAGER, held)
    assert "Score of the brief (CSM)" in both
    assert "Score of the brief (AE)" in both


# --- Day 90

DONE: dict[str, Any] = {
    "met_live_by": "moved",
    "note_live_by": "to 30 July",
    "met_outcome": "met",
    "met_second_outcome": "partly",
    "note_second_outcome": "The second hall is late.",
    "met_confirms": "met",
    "met_review_on": "met",
}
CLOSING: dict[str, Any] = {"closing_outcome": "partly", "closing_line": "One hall is live."}


def closing_form(app: App, handoff_id: int) -> Modal:
    """What the CSM reads after defined done was gone through."""
    form = opened(app, CSM, ActionId.OPEN_CLOSING, handoff_id)
    assert form.callback_id == ViewId.DEFINED_DONE
    fields = {one: DONE[one] for one in DONE if one in fields_of(form)}
    return app.screen(app.submit(CSM, form.type(**fields)).body["view"])


def test_the_csm_goes_through_defined_done_and_closes(
    app: App, held: int, clock: FixedClock
) -> None:
    go_to(app, clock, held, LAST_DAY)
    form = closing_form(app, held)
    assert form.callback_id == ViewId.CLOSING
    assert "Not done: " in form.words
    assert app.submit(CSM, form.type(**CLOSING)).body == {}
    handoff = handoff_of(app, held)
    assert (handoff.state, handoff.reviews.outcome) == (State.CLOSED, Outcome.PARTLY)
    assert app.events(held)[-2:] == ["defined_done.reviewed", "handoff.closed"]
    assert states(app, held)[Step.NPS] is DeadlineState.CANCELLED
    assert told(app, "handoff_closed") == [None]
    assert told(app, "ae_leaves") == [app.team.ae.id, app.team.csm.id]
    assert "One hall is live." in whole(app, AE_MANAGER, held)
    assert "The second hall is late." in whole(app, AE, held)
    for words in ("One hall is live.", "The second hall is late."):
        assert words not in whole(app, "UOUTSIDER", held)
    refused = app.press(CSM, ActionId.OPEN_NPS, Ref(handoff=held))
    assert "This handoff is closed" in refused.sentence
    assert history_is_sound(app, held)


def test_first_value_that_comes_after_the_closing_is_recorded_too(
    app: App, held: int, clock: FixedClock
) -> None:
    go_to(app, clock, held, LAST_DAY)
    app.submit(CSM, closing_form(app, held).type(**CLOSING))
    clock.advance(timedelta(days=60))
    page = str(app.modal(app.press(CSM, ActionId.OPEN_HANDOFF, Ref(handoff=held))).view)
    offered = {one for one in REVIEW_BUTTONS.values() if f"'{one}'" in page}
    assert offered == {ActionId.OPEN_FIRST_VALUE}
    form = opened(app, CSM, ActionId.OPEN_FIRST_VALUE, held)
    on = clock.now().date()
    assert app.submit(CSM, form.type(first_value_on=on.isoformat())).body == {}
    record = written(app, held, ReviewKind.FIRST_VALUE)
    assert record == FirstValue(reached_on=on)
    assert handoff_of(app, held).state is State.CLOSED
    # Of a cancelled one there is no value to come.
    with app.store.read(app.team.workspace_id) as unit:
        over = unit.handoffs.get(held)
    over.state = State.CANCELLED
    assert not reviewing.takes(ReviewKind.FIRST_VALUE, over)
    assert history_is_sound(app, held)


def test_a_line_that_was_not_met_says_why(app: App, held: int, clock: FixedClock) -> None:
    go_to(app, clock, held, LAST_DAY)
    form = opened(app, CSM, ActionId.OPEN_DEFINED_DONE, held)
    fields = {one: DONE[one] for one in DONE if one in fields_of(form)}
    reply = app.submit(CSM, form.type(**{**fields, "note_live_by": ""}))
    assert list(reply.errors) == [form.block_of("note_live_by")]


def test_before_day_90_it_ends_only_with_a_customer_who_is_lost(app: App, held: int) -> None:
    form = opened(app, CSM, ActionId.OPEN_CLOSING, held)
    assert form.callback_id == ViewId.CLOSING
    assert "only a customer who is lost" in form.words
    assert "onboarded" not in str(form.view["blocks"])
    assert app.submit(CSM, form.type(closing_outcome="lost", closing_line="Gone")).body == {}
    assert handoff_of(app, held).reviews.outcome is Outcome.LOST


def test_closing_is_taken_back_for_minutes_and_then_nothing_was_told(
    app: App, held: int, clock: FixedClock
) -> None:
    go_to(app, clock, held, LAST_DAY)
    app.submit(CSM, closing_form(app, held).type(**CLOSING))
    refused = app.press(AE, ActionId.UNDO_CLOSING, Ref(handoff=held))
    assert "Jonas" in refused.sentence
    clock.advance(9 * timedelta(minutes=1))
    assert app.press(CSM, ActionId.UNDO_CLOSING, Ref(handoff=held)).body == {}
    assert handoff_of(app, held).state is State.OPEN
    assert states(app, held)[Step.OUTCOME] is DeadlineState.OPEN
    again = app.press(CSM, ActionId.UNDO_CLOSING, Ref(handoff=held))
    assert again.sentence
    # What was written of a closing that was taken back is not shown as one.
    assert "One hall is live." not in whole(app, CSM, held)


def test_undo_comes_too_late_after_the_minutes(app: App, held: int, clock: FixedClock) -> None:
    go_to(app, clock, held, LAST_DAY)
    app.submit(CSM, closing_form(app, held).type(**CLOSING))
    clock.advance(timedelta(minutes=11))
    refused = app.press(CSM, ActionId.UNDO_CLOSING, Ref(handoff=held))
    assert refused.sentence
    assert handoff_of(app, held).state is State.CLOSED


# --- Who else


def test_a_manager_records_for_their_side_with_a_reason_and_its_owner_is_told(
    app: App, held: int
) -> None:
    form = opened(app, CS_MANAGER, ActionId.OPEN_NPS, held)
    assert list(app.submit(CS_MANAGER, form.type(nps="9")).errors) == [form.block_of("reason")]
    done = app.submit(CS_MANAGER, form.type(nps="9", reason="Jonas is on a plane."))
    assert done.body == {}
    assert told(app, "recorded_for") == [app.team.csm.id]
    refused = app.press(AE_MANAGER, ActionId.OPEN_NPS, Ref(handoff=held))
    assert "Jonas" in refused.sentence
    refused = app.press(CS_MANAGER, ActionId.OPEN_CLOSING, Ref(handoff=held))
    assert "Jonas" in refused.sentence


def test_the_page_offers_what_can_be_recorded_by_now(
    app: App, held: int, clock: FixedClock
) -> None:
    def offered(user: str) -> set[str]:
        pages = (Ref(handoff=held, page=number or None) for number in range(3))
        page = str([app.modal(app.press(user, ActionId.OPEN_HANDOFF, one)).view for one in pages])
        every = [one.value for one in ActionId if one.value.startswith("open_")]
        return {one for one in every if f"'{one}'" in page} & {
            "open_check_in",
            "open_milestone_review",
            "open_nps",
            "open_still_true",
            "open_first_value",
            "open_expansion",
            "open_expansion_ae",
            "open_score",
            "open_score_ae",
            "open_defined_done",
            "open_closing",
        }

    first = {"open_milestone_review", "open_nps", "open_still_true", "open_first_value"}
    assert offered(AE) == {"open_check_in"} == offered(AE_MANAGER)
    assert offered(CSM) == first | {"open_closing"}
    assert offered(CS_MANAGER) == first
    assert offered("UOUTSIDER") == set()
    go_to(app, clock, held, LAST_DAY)
    assert offered(AE) == {"open_check_in", "open_expansion_ae", "open_score_ae"}
    everything = first | {"open_expansion", "open_score", "open_defined_done", "open_closing"}
    assert offered(CSM) == everything


def test_before_the_kickoff_nothing_is_recorded(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    refused = app.press(CSM, ActionId.OPEN_NPS, Ref(handoff=handoff_id))
    assert "comes after the kickoff" in refused.sentence
