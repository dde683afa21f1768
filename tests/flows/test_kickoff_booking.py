"""The time of the kickoff, its card and who is prepared: by whom, twice, and where it is shown."""

from datetime import datetime, timedelta

from bot.domain.deadlines import DeadlineState, Step
from bot.domain.money import Money
from bot.views.ids import ActionId, ViewId
from bot.views.kickoff_calendar import kickoff_link
from bot.views.payload import Ref
from bot.views.text import instant_token
from tests.builders import WEDNESDAY, Deal, FixedClock, assigned, posted
from tests.flows.app import App, Modal, Reply
from tests.flows.test_briefing import page_of
from tests.flows.test_kickoff import hold, told
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

HOUR = timedelta(hours=1)
LATER = WEDNESDAY + 48 * HOUR
MUCH_LATER = WEDNESDAY + timedelta(days=9)
BOOKING, CARD = ActionId.OPEN_KICKOFF_BOOKING, ActionId.OPEN_KICKOFF_CARD


def stamp(at: datetime) -> int:
    return int(at.timestamp())


def book(
    app: App, handoff_id: int, at: datetime = LATER, *, by: str = CSM, **typed: object
) -> Reply:
    form = opened(app, by, BOOKING, handoff_id)
    return app.submit(by, form.type(kickoff_at=stamp(at), **typed))  # type: ignore[arg-type]


def card(app: App, user: str, handoff_id: int) -> Modal:
    return opened(app, user, CARD, handoff_id)


def shown(app: App, reply: Reply) -> str:
    """The view that a form was answered with."""
    return app.screen(reply.body["view"]).words


def test_the_csm_books_it_and_the_answer_is_its_card_with_a_link(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, CSM, BOOKING, handoff_id)
    for words in (
        "Joint kickoff",
        "Internal hold",
        "Still missing: the CSM's reading of the brief",
    ):
        assert words in form.words
    reply = app.submit(CSM, form.type(kickoff_at=stamp(LATER)))
    assert reply.body["response_action"] == "update"
    assert "Booked for" in shown(app, reply)
    link = kickoff_link(LATER, handoff_of(app, handoff_id).account, joint=True)
    assert link in str(reply.body["view"])
    assert handoff_of(app, handoff_id).kickoff.at == LATER
    assert told(app, "kickoff_file") == [app.team.csm.id, app.team.ae.id]
    # Whoever follows the link is not answered with anything.
    assert app.press(CSM, ActionId.KICKOFF_LINK, Ref(handoff=handoff_id)).body == {}
    assert history_is_sound(app, handoff_id)


def test_the_same_form_sent_twice_is_one_booking(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, CSM, BOOKING, handoff_id).type(kickoff_at=stamp(LATER))
    body = app.submit_body(CSM, form)
    first, second = app.deliver(body), app.deliver(body)
    assert "Booked for" in shown(app, first)
    assert "Booked for" in shown(app, second)
    assert told(app, "kickoff_file") == [app.team.csm.id, app.team.ae.id]


def test_ae_and_cs_manager_book_it_with_a_reason_and_the_csm_reads_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    refused = book(app, handoff_id, by=AE)
    assert "Write something" in refused.sentence
    for by, at, why in (
        (AE, LATER, "They called me."),
        (CS_MANAGER, LATER + HOUR, "Jonas is away."),
    ):
        assert "view" in book(app, handoff_id, at, by=by, reason=why).body
        assert why in whole(app, CSM, handoff_id)
        assert why not in whole(app, "UOUTSIDER", handoff_id)
    assert told(app, "recorded_for") == [app.team.csm.id] * 2
    turned_away = app.press(AE_MANAGER, BOOKING, Ref(handoff=handoff_id))
    assert "is up to Jonas." in turned_away.sentence


def test_a_time_booked_meanwhile_is_not_overwritten_unseen(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    first, second = (opened(app, CSM, BOOKING, handoff_id) for _ in range(2))
    app.submit(CSM, first.type(kickoff_at=stamp(LATER)))
    reply = app.submit(CSM, second.type(kickoff_at=stamp(LATER + HOUR)))
    assert list(reply.errors) == [second.block_of("kickoff_at")]
    assert handoff_of(app, handoff_id).kickoff.at == LATER


def test_it_moves_is_later_at_the_customers_wish_and_is_called_off(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    book(app, handoff_id)
    refused = book(app, handoff_id, MUCH_LATER, offered_at=stamp(MUCH_LATER))
    assert "lies before the time the customer wanted" in refused.sentence
    book(app, handoff_id, MUCH_LATER, offered_at=stamp(LATER))
    assert told(app, "kickoff_file") == [app.team.csm.id, app.team.ae.id] * 2
    assert told(app, "kickoff_later") == [app.team.cs_manager.id]
    assert told(app, "kickoff_past") == [app.team.revops.id]
    assert "The kickoff is past the last business day" in whole(app, CSM, handoff_id)
    wanted = f"wanted the kickoff later; the earliest slot offered was {instant_token(LATER)}"
    assert wanted in whole(app, AE, handoff_id)
    assert "The kickoff is past the last" not in whole(app, "UOUTSIDER", handoff_id)
    form = opened(app, CSM, BOOKING, handoff_id)
    assert app.submit(CSM, form.type(kickoff_off=["off"])).body == {}
    assert handoff_of(app, handoff_id).kickoff.at is None
    assert wanted not in whole(app, AE, handoff_id)
    assert told(app, "kickoff_fell") == [app.team.csm.id, app.team.ae.id]


def test_before_the_assignment_the_ae_books_the_joint_one(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    assert "view" in book(app, handoff_id, by=AE).body
    assert handoff_of(app, handoff_id).kickoff.at == LATER
    refused = app.press(AE_MANAGER, BOOKING, Ref(handoff=handoff_id))
    assert "is up to Maya." in refused.sentence


def test_the_preview_asks_for_no_other_time_than_the_booked_one(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    book(app, handoff_id)
    page = page_of(app, AE, handoff_id)
    assert f"kickoff booked {instant_token(LATER)}" in str(page)


def test_each_is_prepared_by_a_press_on_the_card(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    book(app, handoff_id)
    for user, step, words in (
        (CSM, Step.PREP, "I have read it"),
        (AE, Step.PREP_AE, "My part is ready"),
    ):
        form, twice = (card(app, user, handoff_id) for _ in range(2))
        assert form.callback_id == ViewId.KICKOFF_CARD
        assert form.view["submit"]["text"] == words
        assert app.submit(user, form).body == {}
        assert states(app, handoff_id)[step] is DeadlineState.DONE
        assert "submit" not in card(app, user, handoff_id).view
        assert "done already" in app.submit(user, twice).sentence
    assert told(app, "recorded_for") == []


def test_a_manager_says_it_with_a_reason(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = card(app, AE_MANAGER, handoff_id)
    assert "Write something" in app.submit(AE_MANAGER, form).sentence
    assert app.submit(AE_MANAGER, form.type(reason="Maya told me.")).body == {}
    assert states(app, handoff_id)[Step.PREP_AE] is DeadlineState.DONE
    assert told(app, "recorded_for") == [app.team.ae.id]


def test_a_light_deal_has_the_csms_part_alone(app: App) -> None:
    handoff_id = assigned(app.store, app.team, Deal(value=Money(2_000_000, "USD")))
    now = states(app, handoff_id)
    assert Step.PREP in now
    assert Step.PREP_AE not in now
    form = card(app, CSM, handoff_id)
    assert "Kickoff of customer success alone" in form.words
    assert "Closes by naming the CSM" not in form.words
    assert "submit" not in card(app, AE, handoff_id).view


def test_the_card_shows_each_what_they_may_read(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    style = "They like to be spoken to"
    for reader, reads in ((CSM, True), (AE, True), (CS_MANAGER, True), (AE_MANAGER, False)):
        assert (style.lower() in card(app, reader, handoff_id).words.lower()) is reads, reader
    refused = app.press("UOUTSIDER", CARD, Ref(handoff=handoff_id))
    assert "Opening the card of the kickoff" in refused.sentence


def test_the_page_of_the_handoff_leads_to_both_until_it_was_held(
    app: App, clock: FixedClock
) -> None:
    handoff_id = assigned(app.store, app.team)

    def offered(user: str) -> set[str]:
        page = str(page_of(app, user, handoff_id))
        return {one.value for one in (BOOKING, CARD) if f"'{one.value}'" in page}

    both = {BOOKING.value, CARD.value}
    assert [offered(one) for one in (CSM, AE, CS_MANAGER)] == [both] * 3
    assert offered(AE_MANAGER) == {CARD.value}
    assert offered("UOUTSIDER") == set()
    clock.advance(20 * HOUR)
    hold(app, handoff_id, WEDNESDAY + 18 * HOUR)
    assert offered(CSM) == offered(AE) == set()
    again = app.press(CSM, BOOKING, Ref(handoff=handoff_id))
    assert "recorded as held" in again.sentence
