"""What goes out of a deal that ends early, is opened again, becomes another one, or is amended."""

from datetime import timedelta
from typing import Any

from bot.domain import briefing_call, kickoff_booking
from bot.domain.handoff import Handoff
from bot.domain.linked import LinkKind, link, unlink
from bot.domain.reopening import reopen
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store, WriteUnit
from bot.views.ids import ActionId
from tests.builders import Deal, FixedClock, Team, assigned
from tests.delivery.desk import Desk
from tests.delivery.test_briefing import settled, shown
from tests.delivery.test_verification import change
from tests.views.shown import action_ids

BACK = "The parent company stepped back."
STOPPED = "They stopped."
OTHER = "Larkfield Clinics"
HOUR = timedelta(hours=1)
UNDO = timedelta(minutes=10)
"""How long a cancellation can be taken back."""


def cancel(store: Store, team: Team, handoff_id: int) -> None:
    change(
        store,
        team,
        handoff_id,
        team.ae.id,
        lambda unit, h: h.cancel(STOPPED, by=team.ae, at=unit.now),
    )


def open_again(store: Store, team: Team, handoff_id: int) -> None:
    change(
        store,
        team,
        handoff_id,
        team.ae_manager.id,
        lambda unit, h: reopen(h, BACK, by=team.ae_manager, at=unit.now),
    )


def linking(store: Store, team: Team, first: int, other: int, kind: LinkKind) -> None:
    with store.write(team.workspace_id) as unit:
        earlier, later = (unit.handoffs.lock(one) for one in (first, other))
        link(earlier, later, kind, by=team.ae, at=unit.now, carried=2)
        unit.links.add(first, other, kind, by=team.ae.id, at=unit.now)
        for one in (earlier, later):
            unit.save(one, actor_id=team.ae.id)
        unit.commit()


def messages(desk: Desk, reader: str) -> list[dict[str, Any]]:
    return [one.args for one in desk.slack.ledger.in_channel(f"D-{reader}")]


def thread(desk: Desk) -> str:
    return "\n".join(
        str(one.args) for one in desk.slack.ledger.messages if one.thread_ts is not None
    )


def test_everybody_with_a_part_reads_once_it_is_final_why_a_deal_ended(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id, other = assigned(store, team), assigned(store, team, Deal(account=OTHER))
    desk.drain()
    cancel(store, team, handoff_id)
    linking(store, team, handoff_id, other, LinkKind.MERGED)
    desk.pass_time(timedelta(minutes=1))
    assert "Maya" in thread(desk)
    assert "cancelled this handoff. Nothing in it is due any more." in thread(desk)
    for reader in ("UAE", "UCSM", "UCS_MANAGER", "UAE_MANAGER"):
        assert STOPPED not in shown(desk, reader)
    clock.advance(UNDO)
    desk.drain()
    for reader in ("UCSM", "UCS_MANAGER", "UAE_MANAGER"):
        (told,) = (args for args in messages(desk, reader) if STOPPED in str(args))
        assert "cancelled this handoff" in str(told)
        assert f"Merged into {OTHER}" in str(told)
        assert action_ids(told["blocks"]) == [ActionId.OPEN_HANDOFF]
    assert STOPPED not in shown(desk, "UAE")
    assert STOPPED not in thread(desk)


def test_nobody_is_told_of_a_cancellation_that_was_taken_back(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    cancel(store, team, handoff_id)

    def back(unit: WriteUnit, handoff: Handoff) -> None:
        handoff.undo_cancel(by=team.ae, at=unit.now, policy=unit.policy)

    clock.advance(UNDO - HOUR / 60)
    change(store, team, handoff_id, team.ae.id, back)
    cancel(store, team, handoff_id)  # Of this one they are told, of the first not.
    clock.advance(UNDO)
    desk.drain()
    assert shown(desk, "UCSM").count(STOPPED) == 1


def test_everybody_with_a_part_reads_why_it_goes_on_and_the_channel_only_that_it_does(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    cancel(store, team, handoff_id)
    clock.advance(HOUR)
    desk.drain()
    open_again(store, team, handoff_id)
    desk.drain()
    for reader in ("UAE", "UCSM", "UCS_MANAGER"):
        assert BACK in shown(desk, reader)
        assert "Tomás" in shown(desk, reader)
        assert "opened the handoff again" in shown(desk, reader)
    assert BACK not in shown(desk, "UAE_MANAGER")
    assert "opened the handoff again" in thread(desk)
    assert BACK not in thread(desk)
    assert [row[0] for row in settled(desk, "reopened")] == ["sent"] * 4


def booked(store: Store, team: Team) -> int:
    """Assigned, with briefing call and kickoff booked for two days later."""
    handoff_id = assigned(store, team)

    def book(unit: WriteUnit, handoff: Handoff) -> None:
        at, later = unit.now, unit.now + 48 * HOUR
        briefing_call.book(handoff, later, by=team.ae, at=at)
        kickoff_booking.book(handoff, later, by=team.csm, at=at, policy=unit.policy)

    change(store, team, handoff_id, team.csm.id, book)
    return handoff_id


def test_who_books_what_fell_with_the_cancellation_is_asked_to_book_it_anew(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = booked(store, team)
    desk.drain()
    cancel(store, team, handoff_id)
    clock.advance(HOUR)
    desk.drain()
    open_again(store, team, handoff_id)
    desk.drain()
    for reader, books in (
        ("UAE", {ActionId.OPEN_BOOKING}),
        ("UCSM", {ActionId.OPEN_KICKOFF_BOOKING}),
        ("UCS_MANAGER", set()),
    ):
        (told,) = (args for args in messages(desk, reader) if BACK in str(args))
        words = str(told)
        assert "The briefing call was booked for " in words
        assert "The kickoff was booked for " in words
        assert "fell with the cancellation" in words
        wanted = {ActionId.OPEN_BOOKING, ActionId.OPEN_KICKOFF_BOOKING}
        assert wanted & set(action_ids(told["blocks"])) == books
    assert "fell with the cancellation" not in thread(desk)


def test_what_is_booked_anew_by_then_is_asked_of_nobody(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = booked(store, team)
    desk.drain()
    cancel(store, team, handoff_id)
    clock.advance(HOUR)
    desk.drain()
    open_again(store, team, handoff_id)

    def again(unit: WriteUnit, handoff: Handoff) -> None:
        at = unit.now
        kickoff_booking.book(handoff, at + 50 * HOUR, by=team.csm, at=at, policy=unit.policy)

    change(store, team, handoff_id, team.csm.id, again)
    desk.drain()
    assert "The briefing call was booked for " in shown(desk, "UCSM")
    assert "The kickoff was booked for " not in shown(desk, "UCSM")


def test_what_fell_leaves_calendars_however_soon_the_deal_was_opened_again(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = booked(store, team)

    def agree(unit: WriteUnit, handoff: Handoff) -> None:
        wanted = unit.now + 24 * HOUR
        handoff.propose_talk(wanted, turn=0, by=team.csm, at=unit.now)
        handoff.agree_talk(turn=1, by=team.ae, at=unit.now)

    change(store, team, handoff_id, team.ae.id, agree)
    desk.drain()
    cancel(store, team, handoff_id)
    clock.advance(HOUR / 6)
    open_again(store, team, handoff_id)
    clock.advance(HOUR)
    desk.drain()
    for kind in ("kickoff_fell", "talk_fell"):
        assert {row[0] for row in settled(desk, kind)} == {"sent"}


def test_the_card_and_the_guides_say_that_it_is_cancelled_and_then_that_it_goes_on(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    cancel(store, team, handoff_id)
    clock.advance(UNDO)
    desk.drain()
    (card,) = (
        one
        for one in desk.slack.ledger.in_channel("C0DEAL")
        if one.thread_ts is None and "Northwind Robotics" in str(one.args)
    )
    assert "handoff cancelled" in str(card.args)
    assert "This handoff is cancelled" in shown(desk, "UCSM")
    clock.advance(HOUR)
    open_again(store, team, handoff_id)
    desk.drain()
    assert "handoff cancelled" not in str(card.args)
    assert "This handoff is cancelled" not in shown(desk, "UCSM")


def test_what_was_to_be_said_is_dropped_once_it_is_cancelled_again(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    cancel(store, team, handoff_id)
    clock.advance(HOUR)
    open_again(store, team, handoff_id)
    cancel(store, team, handoff_id)
    clock.advance(UNDO)
    desk.drain()
    told = {(state, reason) for state, reason, person in settled(desk, "reopened") if person}
    assert told == {("cancelled", "handoff_closed")}


def test_both_cards_name_the_other_one_and_the_csm_hears_of_it(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    first, other = assigned(store, team), assigned(store, team, Deal(account=OTHER))
    desk.drain()
    linking(store, team, first, other, LinkKind.MERGED)
    cancel(store, team, first)
    clock.advance(UNDO)
    desk.drain()
    cards = [
        str(one.args) for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None
    ]
    assert any(f"Merged into {OTHER}" in one for one in cards)
    assert any("Took in Northwind Robotics" in one for one in cards)
    told = shown(desk, "UCSM")
    assert "cancelled Northwind Robotics; that deal was merged into this one" in told
    assert "2 promises were copied into this ledger" in told
    assert f"merged into {OTHER}" in thread(desk)


def test_an_expansion_is_told_to_the_csm_of_the_first_contract(
    desk: Desk, store: Store, team: Team
) -> None:
    first, other = assigned(store, team), assigned(store, team, Deal(account=OTHER))
    desk.drain()
    linking(store, team, first, other, LinkKind.AMENDED)
    desk.drain()
    assert f"started {OTHER}: the contract was amended" in shown(desk, "UCSM")
    assert {
        (row["handoff_id"], row["place"]) for row in desk.rows(outbox) if row["kind"] == "linked"
    } == {(first, "dm"), (first, "thread"), (other, "thread")}


def test_that_it_goes_on_by_itself_is_told_with_what_becomes_of_copied_promises(
    desk: Desk, store: Store, team: Team
) -> None:
    first, other = assigned(store, team), assigned(store, team, Deal(account=OTHER))
    linking(store, team, first, other, LinkKind.SPLIT)
    desk.drain()
    with store.write(team.workspace_id) as unit:
        earlier, later = (unit.handoffs.lock(one) for one in (first, other))
        unlink(earlier, later, LinkKind.SPLIT, by=team.ae, at=unit.now)
        unit.links.end(first, other, LinkKind.SPLIT, at=unit.now)
        for one in (earlier, later):
            unit.save(one, actor_id=team.ae.id)
        unit.commit()
    desk.drain()
    assert "stay in this ledger until somebody withdraws them" in shown(desk, "UCSM")
    cards = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    assert not any("Split off" in str(one.args) for one in cards)
