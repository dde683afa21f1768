"""*Kickoff held*: by whom, when, what came of it, twice, and where it is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.domain.access import EVERY
from bot.domain.breakdowns import Breakdown
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.items import SectionKey
from bot.domain.kickoff_form import KickoffForm, Ours, Ran
from bot.domain.kickoff_prep import Missing
from bot.domain.verification import RecordKind
from bot.storage.tables import outbox
from bot.views import sentences
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from bot.views.sentences.buttons import BUTTONS, CORRECT_KICKOFF, FOR_CSM
from tests.builders import WEDNESDAY, FixedClock, assigned, posted
from tests.flows.app import App, Reply
from tests.flows.test_verification import (
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    acknowledged,
    check,
    handoff_of,
    opened,
    states,
    whole,
)

HOUR = timedelta(hours=1)
HELD = ActionId.OPEN_HELD
FORM: dict[str, Any] = {
    "ours": ["ae", "csm"],
    "customers": "Ilse Brandt and her deputy",
    "ran": "csm",
    "metric_right": "yes",
    "timing_right": "yes",
}


def hold(app: App, handoff_id: int, at: datetime, *, by: str = CSM, **typed: Any) -> Reply:
    form = opened(app, by, HELD, handoff_id)
    return app.submit(by, form.type(**{**FORM, "held_at": int(at.timestamp()), **typed}))


def told(app: App, kind: str) -> list[int | None]:
    with app.store.database.reading() as connection:
        query = select(outbox.c.person_id).where(outbox.c.kind == kind)
        return list(connection.execute(query).scalars())


def written(app: App, handoff_id: int) -> KickoffForm:
    with app.store.read(app.team.workspace_id) as unit:
        found = unit.records.load(handoff_id, audiences=EVERY)[RecordKind.KICKOFF].record
    assert isinstance(found, KickoffForm)
    return found


def test_the_csm_records_the_kickoff_and_the_thread_hears_it_once(
    app: App, clock: FixedClock
) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR)
    assert opened(app, CSM, HELD, handoff_id).callback_id == ViewId.HELD
    assert hold(app, handoff_id, WEDNESDAY + 18 * HOUR).body == {}
    assert handoff_of(app, handoff_id).kickoff_held_at == WEDNESDAY + 18 * HOUR
    assert states(app, handoff_id)[Step.KICKOFF] is DeadlineState.DONE
    assert told(app, "kickoff_held") == [None]
    assert told(app, "recorded_for") == []
    again = hold(app, handoff_id, WEDNESDAY + 18 * HOUR)
    assert "done already" in again.sentence
    assert told(app, "kickoff_held") == [None]


def test_what_came_of_it_is_kept_for_those_who_may_read_it(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR)
    typed = {"metric_right": "no", "changed": "They count hours now.", "section_lacked": "people"}
    assert hold(app, handoff_id, WEDNESDAY + 18 * HOUR, known_again=["again"], **typed).body == {}
    form = written(app, handoff_id)
    assert (form.ours, form.ran) == ((Ours.AE, Ours.CSM), Ran.CSM)
    assert (form.metric, form.timing, form.known_again) == (False, True, True)
    assert form.lacked is SectionKey.PEOPLE
    found = handoff_of(app, handoff_id).breakdowns.keys()
    expected = {
        Breakdown.OTHER_SUCCESS,
        Breakdown.KNOWN_ASKED_AGAIN,
        Breakdown.BRIEF_UNOPENED,
        Breakdown.KICKOFF_BEFORE_DEBRIEF,
    }
    assert found == expected
    # The AE hears which section was missing.
    assert told(app, "kickoff_lacked") == [app.team.ae.id]
    for reader, reads in (("UAE", True), (AE_MANAGER, True), ("UREVOPS", True)):
        assert ("They count hours now." in whole(app, reader, handoff_id)) is reads
    assert "They count hours now." not in whole(app, "UOUTSIDER", handoff_id)


def test_what_was_missing_then_stands_with_it_for_who_may_know(app: App, clock: FixedClock) -> None:
    handoff_id = acknowledged(app)
    check(app, handoff_id, check_no_plan="no")
    clock.advance(20 * HOUR)
    assert hold(app, handoff_id, WEDNESDAY + 18 * HOUR).body == {}
    for reader, reads in ((CSM, True), ("UAE", True), (AE_MANAGER, False), ("UREVOPS", False)):
        page = whole(app, reader, handoff_id)
        assert sentences.kickoff.LACKED_THEN in page
        assert sentences.kickoff.MISSING[Missing.DEBRIEF] in page
        assert (sentences.kickoff.MISSING[Missing.PLAN] in page) is reads
    assert sentences.kickoff.LACKED_THEN not in whole(app, "UOUTSIDER", handoff_id)


def test_what_is_wrong_keeps_the_form_open_with_what_was_typed(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR)
    refused = hold(app, handoff_id, WEDNESDAY + HOUR, timing_right="no")
    assert "Say what changed" in refused.sentence
    assert len(refused.errors) == 1
    assert handoff_of(app, handoff_id).kickoff_held_at is None


def test_the_form_stands_at_what_is_likely_and_then_at_what_is_recorded(
    app: App, clock: FixedClock
) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR + timedelta(seconds=17))
    for at in (WEDNESDAY + 20 * HOUR, WEDNESDAY + 18 * HOUR):
        form = opened(app, CSM, HELD, handoff_id)
        drawn = next(
            block["element"]["initial_date_time"]
            for block in form.view["blocks"]
            if block["type"] == "input"
        )
        assert datetime.fromtimestamp(drawn, tz=UTC) == at
        hold(app, handoff_id, WEDNESDAY + 18 * HOUR)
    recorded = opened(app, CSM, HELD, handoff_id)
    assert "Recorded so far" in recorded.words
    assert recorded.holds("customers") == FORM["customers"]


def test_a_correction_of_the_words_says_nothing_in_the_thread(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR)
    hold(app, handoff_id, WEDNESDAY + 18 * HOUR)
    assert hold(app, handoff_id, WEDNESDAY + 18 * HOUR, customers="Ilse Brandt").body == {}
    assert written(app, handoff_id).customers == "Ilse Brandt"
    assert told(app, "kickoff_held") == [None]
    hold(app, handoff_id, WEDNESDAY + 17 * HOUR)
    assert told(app, "kickoff_held") == [None, None]


def test_the_cs_manager_records_it_with_a_reason_and_the_csm_is_told(
    app: App, clock: FixedClock
) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR)
    missing = hold(app, handoff_id, WEDNESDAY + HOUR, by=CS_MANAGER)
    assert "Write something" in missing.sentence
    assert handoff_of(app, handoff_id).kickoff_held_at is None
    done = hold(app, handoff_id, WEDNESDAY + HOUR, by=CS_MANAGER, reason="Jonas is on a plane.")
    assert done.body == {}
    assert told(app, "recorded_for") == [app.team.csm.id]
    assert "Jonas is on a plane." in whole(app, CSM, handoff_id)
    assert "Jonas is on a plane." not in whole(app, "UOUTSIDER", handoff_id)


def test_a_time_that_cannot_be_keeps_the_form_open_with_what_was_typed(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    for at, words in (
        (WEDNESDAY + HOUR, "still to come"),
        (WEDNESDAY - HOUR, "before the signature"),
    ):
        refused = hold(app, handoff_id, at)
        assert list(refused.errors) != []
        assert words in refused.sentence
    assert handoff_of(app, handoff_id).kickoff_held_at is None


def test_a_record_made_while_the_form_was_open_is_not_overwritten_unseen(
    app: App, clock: FixedClock
) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR)
    stale = opened(app, CSM, HELD, handoff_id)
    at = WEDNESDAY + HOUR
    hold(app, handoff_id, at, by=CS_MANAGER, reason="Jonas is on a plane.")
    later = stale.type(**FORM, held_at=int((WEDNESDAY + 2 * HOUR).timestamp()))
    refused = app.submit(CSM, later)
    assert list(refused.errors) == [stale.block_of("held_at")]
    assert "changed this while the form was open" in refused.sentence
    assert "Recorded now: Wed 4 Mar 2026, 10:00 UTC" in refused.sentence
    assert handoff_of(app, handoff_id).kickoff_held_at == at
    assert told(app, "kickoff_held") == [None]
    assert hold(app, handoff_id, WEDNESDAY + 2 * HOUR).body == {}


def test_before_a_csm_is_assigned_there_is_nothing_to_record(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    refused = app.press(CS_MANAGER, HELD, Ref(handoff=handoff_id))
    assert "No CSM is assigned" in refused.sentence


def test_the_page_of_the_handoff_offers_it_to_whoever_may_and_then_to_correct_it(
    app: App,
) -> None:
    handoff_id = assigned(app.store, app.team)
    labels = {CSM: BUTTONS[HELD], CS_MANAGER: FOR_CSM[HELD], "UAE": None, "UOUTSIDER": None}
    for user, label in labels.items():
        page = app.modal(app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
        found = [
            element["text"]["text"]
            for block in page.view["blocks"]
            if block["type"] == "actions"
            for element in block["elements"]
            if element["action_id"] == HELD
        ]
        assert found == ([label] if label else [])
    hold(app, handoff_id, WEDNESDAY)
    assert CORRECT_KICKOFF in str(app.press(CSM, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
