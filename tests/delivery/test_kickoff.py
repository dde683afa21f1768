"""What goes out about a kickoff: its step's reminders, and that it was held."""

from datetime import datetime, timedelta

from bot.clock.sweep import Sweep
from bot.storage.unit_of_work import Store
from bot.views.sentences.reminders import MISSING_BOOKING
from bot.views.text import instant_token
from tests.builders import WEDNESDAY, Team, assigned
from tests.delivery.desk import Desk
from tests.delivery.test_verification import change

HOUR = timedelta(hours=1)


def hold(store: Store, team: Team, handoff_id: int, at: datetime) -> None:
    change(
        store,
        team,
        handoff_id,
        team.csm.id,
        lambda unit, h: h.hold_kickoff(at, by=team.csm, at=unit.now),
    )


def test_the_thread_tells_when_it_was_held_and_from_when_to_when_it_was_corrected(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.clock.advance(30 * HOUR)
    held, corrected = WEDNESDAY + 28 * HOUR, WEDNESDAY + 29 * HOUR
    hold(store, team, handoff_id, held)
    desk.drain()
    card, *replies = desk.slack.ledger.in_channel("C0DEAL")
    text = f"Jonas recorded that the kickoff was held {instant_token(held)}."
    assert [one.thread_ts for one in replies if text in one.args["text"]] == [card.ts]
    # The card says so, too, in place of when it was due.
    shown = str(desk.slack.ledger.in_channel("C0DEAL")[0].args)
    assert f"Kickoff held {instant_token(held)}" in shown
    hold(store, team, handoff_id, corrected)
    desk.drain()
    moved = f"from {instant_token(held)} to {instant_token(corrected)}."
    replies = desk.slack.ledger.in_channel("C0DEAL")[1:]
    assert len([one for one in replies if moved in one.args["text"]]) == 1


def test_its_owner_is_reminded_and_late_their_manager_hears_at_once(
    desk: Desk, store: Store, team: Team
) -> None:
    assigned(store, team)
    sweep = Sweep(store=store, clock=desk.clock)
    # Wednesday 10:00; due on Monday 18:00, the business day that follows the 72 hours.
    for _ in range(66):
        desk.clock.advance(2 * HOUR)
        sweep.run()
        desk.drain()
    own, above = (
        "\n".join(str(one.args) for one in desk.slack.ledger.in_channel(reader))
        for reader in ("D-UCSM", "D-UCS_MANAGER")
    )
    assert MISSING_BOOKING in own
    assert "kickoff was due" in own
    assert "kickoff was due" in above
