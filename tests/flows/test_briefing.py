"""The briefing call: booked, done without, held; by whom, twice, and what it ends."""

from datetime import timedelta
from typing import Any

from bot.domain.access import EVERY
from bot.domain.briefing import BriefingCall, Mood, Overrun, Tone
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.verification import RecordKind
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from tests.builders import WEDNESDAY, FixedClock, assigned, hold_debrief
from tests.flows.app import App, Reply
from tests.flows.test_kickoff import told
from tests.flows.test_together import history_is_sound
from tests.flows.test_verification import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    WORDS,
    acknowledged,
    check,
    handoff_of,
    opened,
    states,
    whole,
)

HOUR = timedelta(hours=1)
LATER = WEDNESDAY + 26 * HOUR
RECORD: dict[str, Any] = {
    "minutes": "25",
    "tone": "hard_won",
    "mood": "wary",
    "emphasis": "The date in June, and nothing else.",
    "open_questions": "Who signs the second site?",
}


def book(app: App, handoff_id: int, *, by: str = AE, **typed: str) -> Reply:
    form = opened(app, by, ActionId.OPEN_BOOKING, handoff_id)
    return app.submit(by, form.type(briefing_at=int(LATER.timestamp()), **typed))


def record(app: App, handoff_id: int, *, by: str = AE, **typed: Any) -> Reply:
    form = opened(app, by, ActionId.OPEN_BRIEFING, handoff_id)
    return app.submit(by, form.type(**{**RECORD, **typed}))


def page_of(app: App, user: str, handoff_id: int) -> dict[str, Any]:
    """The page of the whole handoff, as it was sent."""
    return app.modal(app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id))).view


def written(app: App, handoff_id: int) -> BriefingCall:
    with app.store.read(app.team.workspace_id) as unit:
        found = unit.records.load(handoff_id, audiences=EVERY)[RecordKind.BRIEFING_CALL].record
    assert isinstance(found, BriefingCall)
    return found


def test_the_ae_books_it_and_the_csm_is_told_and_both_owe_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    assert book(app, handoff_id).body == {}
    assert handoff_of(app, handoff_id).briefing.at == LATER
    assert told(app, "briefing_booked") == [app.team.csm.id]
    now = states(app, handoff_id)
    assert now[Step.BOOK_CALL] is DeadlineState.DONE
    assert {now[Step.HOLD_CALL], now[Step.HOLD_CALL_AE]} == {DeadlineState.OPEN}
    assert history_is_sound(app, handoff_id)


def test_a_time_booked_meanwhile_is_not_overwritten_unseen(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    first, second = (opened(app, AE, ActionId.OPEN_BOOKING, handoff_id) for _ in range(2))
    app.submit(AE, first.type(briefing_at=int(LATER.timestamp())))
    reply = app.submit(AE, second.type(briefing_at=int((LATER + HOUR).timestamp())))
    assert list(reply.errors) == [second.block_of("briefing_at")]
    assert handoff_of(app, handoff_id).briefing.at == LATER


def test_each_says_that_writing_is_enough_and_the_second_ends_the_step(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, AE, ActionId.OPEN_BOOKING, handoff_id)
    app.press(AE, ActionId.SKIP_BRIEFING, Ref(handoff=handoff_id), modal=form)
    shown = app.screen(app.slack.called("views.update")[-1]["view"])
    assert "You said that writing is enough" in shown.words
    assert told(app, "briefing_skipped") == [app.team.csm.id]
    assert states(app, handoff_id)[Step.BOOK_CALL] is DeadlineState.OPEN
    # Out of the message that asks them.
    assert app.press(CSM, ActionId.SKIP_BRIEFING, Ref(handoff=handoff_id)).body == {}
    assert states(app, handoff_id)[Step.BOOK_CALL] is DeadlineState.DONE
    assert told(app, "briefing_skipped") == [app.team.csm.id, app.team.ae.id]
    again = app.press(CSM, ActionId.SKIP_BRIEFING, Ref(handoff=handoff_id))
    assert "done already" in again.sentence


def test_a_deal_that_needs_it_offers_no_way_around(app: App) -> None:
    handoff_id = acknowledged(app)
    check(app, handoff_id, check_champion="no")
    form = opened(app, AE, ActionId.OPEN_BOOKING, handoff_id)
    assert "the intro waits until it was held" in form.words
    assert ActionId.SKIP_BRIEFING not in str(form.view)
    reply = app.press(AE, ActionId.SKIP_BRIEFING, Ref(handoff=handoff_id))
    assert "nobody does without it" in reply.sentence
    # Who may not read the checks is not told by the form that one of them asks for it.
    managed = opened(app, AE_MANAGER, ActionId.OPEN_BOOKING, handoff_id)
    assert "asks for a call" not in managed.words


def test_the_card_holds_the_opening_the_promises_and_the_three_questions(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, AE, ActionId.OPEN_BRIEFING, handoff_id)
    assert form.callback_id == ViewId.BRIEFING
    for words in (
        "Why they bought now",
        "What would end this account within 30 days?",
        "Whom do I call when the champion goes silent?",
        "What does my team have to deliver now?",
    ):
        assert words in form.words
    with app.store.read(app.team.workspace_id) as unit:
        entries = unit.brief.load(handoff_id, audiences=EVERY).entries
    assert entries
    assert all(one.text.words[:40] in form.words for one in entries)


def test_what_is_recorded_stays_with_those_who_may_read_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    book(app, handoff_id)
    assert record(app, handoff_id).body == {}
    call = written(app, handoff_id)
    assert (call.tone, call.mood, call.minutes) == (Tone.HARD_WON, Mood.WARY, 25)
    assert (call.read, call.unread) == ((), (1,))
    assert states(app, handoff_id)[Step.HOLD_CALL] is DeadlineState.DONE
    assert told(app, "briefing_held") == [None]
    for reader, reads in ((CSM, True), (AE, True), (AE_MANAGER, False), ("UOUTSIDER", False)):
        assert ("nothing else" in whole(app, reader, handoff_id)) is reads
    assert "promise 1" in whole(app, CSM, handoff_id)


def test_a_promise_that_was_read_is_ticked(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    record(app, handoff_id, read_aloud=["1"])
    assert (written(app, handoff_id).read, written(app, handoff_id).unread) == ((1,), ())


def test_more_than_thirty_minutes_want_a_reason_and_keep_what_was_typed(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, AE, ActionId.OPEN_BRIEFING, handoff_id).type(**{**RECORD, "minutes": "40"})
    reply = app.submit(AE, form)
    assert list(reply.errors) == [form.block_of("overrun")]
    assert app.submit(AE, form.type(overrun="thin")).body == {}
    assert written(app, handoff_id).overrun is Overrun.THIN
    assert "the brief was thin" in whole(app, CSM, handoff_id)


def test_a_record_written_meanwhile_is_not_overwritten_and_can_be_corrected(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    mine, theirs = (opened(app, one, ActionId.OPEN_BRIEFING, handoff_id) for one in (AE, CSM))
    app.submit(CSM, theirs.type(**RECORD))
    refused = app.submit(AE, mine.type(**{**RECORD, "emphasis": "Mine"}))
    assert list(refused.errors) == [mine.block_of("emphasis")]
    again = opened(app, AE, ActionId.OPEN_BRIEFING, handoff_id)
    assert again.holds("emphasis") == RECORD["emphasis"]
    assert app.submit(AE, again.type(emphasis="The date in May.")).body == {}
    assert written(app, handoff_id).emphasis == "The date in May."
    assert told(app, "briefing_held") == [None]


def test_the_debrief_that_was_held_stands_for_it(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        hold_debrief(unit, handoff, app.team)
        unit.save(handoff, actor_id=app.team.csm.id)
        unit.commit()
    assert record(app, handoff_id, stands_for=["stands"], minutes="").body == {}
    call = written(app, handoff_id)
    assert (call.debrief, call.overrun, call.unread) == (True, None, ())
    assert call.minutes == handoff_of(app, handoff_id).debrief.minutes


def test_a_held_call_ends_the_hold_that_a_check_put_on_the_intro(app: App) -> None:
    handoff_id = acknowledged(app)
    check(app, handoff_id, check_champion="no")
    assert handoff_of(app, handoff_id).intro_held
    assert states(app, handoff_id)[Step.HOLD_CALL] is DeadlineState.WAITING
    record(app, handoff_id, by=CSM)
    assert not handoff_of(app, handoff_id).intro_held
    assert app.events(handoff_id)[-2:] == ["briefing.held", "intro.free"]
    now = states(app, handoff_id)
    assert {now[Step.BOOK_CALL], now[Step.HOLD_CALL]} == {DeadlineState.DONE}


def test_the_cs_manager_lets_the_intro_go_out_with_a_reason(app: App) -> None:
    handoff_id = acknowledged(app)
    check(app, handoff_id, check_champion="no")
    assert ActionId.OPEN_LIFT in str(page_of(app, CS_MANAGER, handoff_id))
    assert ActionId.OPEN_LIFT not in str(page_of(app, CSM, handoff_id))
    form = opened(app, CS_MANAGER, ActionId.OPEN_LIFT, handoff_id)
    assert app.submit(CS_MANAGER, form.type(reason="They wait for us.")).body == {}
    assert not handoff_of(app, handoff_id).intro_held
    assert "They wait for us." in whole(app, CSM, handoff_id)
    assert ActionId.OPEN_LIFT not in str(page_of(app, CS_MANAGER, handoff_id))
    again = app.press(CS_MANAGER, ActionId.OPEN_LIFT, Ref(handoff=handoff_id))
    assert "Nothing holds the intro" in again.sentence
    refused = app.press(AE, ActionId.OPEN_LIFT, Ref(handoff=handoff_id))
    assert "Letting the intro go out" in refused.sentence


def test_either_manager_records_it_for_both_and_does_not_read_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, AE_MANAGER, ActionId.OPEN_BRIEFING, handoff_id)
    assert "What would end this account" not in form.words
    done = app.submit(AE_MANAGER, form.type(**RECORD, reason="Both are on the road."))
    assert done.body == {}
    assert sorted(told(app, "recorded_for"), key=str) == [app.team.ae.id, app.team.csm.id]
    assert opened(app, AE_MANAGER, ActionId.OPEN_BRIEFING, handoff_id).holds("emphasis") is None


def test_a_call_that_is_asked_for_again_begins_with_an_empty_card(
    app: App, clock: FixedClock
) -> None:
    handoff_id = acknowledged(app)
    record(app, handoff_id)
    assert opened(app, AE, ActionId.OPEN_BRIEFING, handoff_id).holds("minutes") == "25"
    clock.advance(HOUR)
    check(app, handoff_id, check_champion="no")
    form = opened(app, AE, ActionId.OPEN_BRIEFING, handoff_id)
    assert (form.holds("minutes"), form.holds("emphasis")) == (None, None)
    assert "What you save corrects that" not in form.words
    record(app, handoff_id)
    assert not handoff_of(app, handoff_id).intro_held


def test_the_page_of_the_handoff_leads_to_the_call_until_it_was_held(app: App) -> None:
    handoff_id = assigned(app.store, app.team)

    def offered(user: str) -> set[str]:
        page = str(page_of(app, user, handoff_id))
        calls = (ActionId.OPEN_BOOKING, ActionId.OPEN_BRIEFING)
        return {one.value for one in calls if f"'{one.value}'" in page}

    both = {"open_booking", "open_briefing"}
    assert (offered(AE), offered(AE_MANAGER)) == (both, both)
    assert (offered(CSM), offered(CS_MANAGER)) == ({"open_briefing"}, {"open_briefing"})
    book(app, handoff_id)
    assert (offered(AE), offered(CSM)) == (both, {"open_briefing"})
    record(app, handoff_id)
    assert offered(AE) == offered(CSM) == offered(AE_MANAGER) == set()


def test_a_manager_reads_neither_how_long_it_took_nor_does_without_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, AE_MANAGER, ActionId.OPEN_BOOKING, handoff_id)
    assert ActionId.SKIP_BRIEFING not in str(form.view)
    record(app, handoff_id)
    assert opened(app, AE_MANAGER, ActionId.OPEN_BRIEFING, handoff_id).holds("minutes") is None


def test_an_answer_to_the_restatement_is_found_though_the_card_is_full(app: App) -> None:
    handoff_id = acknowledged(app)
    check(app, handoff_id)
    form = opened(app, CSM, ActionId.OPEN_RESTATE, handoff_id)
    app.submit(CSM, form.type(**WORDS))
    assert ActionId.OPEN_JUDGE in str(page_of(app, AE, handoff_id))
    assert ActionId.OPEN_JUDGE not in str(page_of(app, CSM, handoff_id))
