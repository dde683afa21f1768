"""The clock of the machine is wrong, or is set while nobody runs: nothing is doubled, nor waits."""

from datetime import datetime, timedelta

import pytest

from bot.bootstrap import reach_workplace
from bot.clock.sweep import Sweep
from bot.domain.channels import Channel
from bot.storage.delivery import DeliveryStore
from bot.storage.restoring import put_in_doubt
from bot.storage.tables import outbox, surface, workspace
from tests.builders import FakeMachine, posted
from tests.delivery.desk import MINUTE, SECOND, Crash, CrashAt, Desk
from tests.delivery.slack import Fault, Script

HOUR = 60 * MINUTE
WRONG = [61 * SECOND, 90 * SECOND, 240 * SECOND, 299 * SECOND, HOUR, 3 * HOUR]
"""How far a clock may be off; the last is more than any look goes back by itself."""


class OlderVersion(DeliveryStore):
    """Notes when a post was tried first as versions did that went by their own clock alone."""

    def slack_showed(self, date: datetime | None) -> None:
        pass


def set_wall(desk: Desk, off: timedelta) -> None:
    """Who starts next reads a wall that is so far ahead of Slack's clock."""
    desk.machine.set_wall(off - desk.slack.behind)
    desk.slack.behind = off


def take_over(desk: Desk, version: type[DeliveryStore] = DeliveryStore) -> None:
    """What the start of a process does on a file that is its own."""
    constants = desk.constants
    desk.store.delivery = version(desk.store.database, clock=desk.clock, machine=desk.machine)
    reach_workplace(desk.slack, desk.store)
    desk.store.delivery.take_over(
        lease=constants.lease,
        quarantine=constants.quarantine,
        longest_wait=constants.longest_back_off,
    )
    desk.hire()


def looks(desk: Desk) -> list[str]:
    """The calls that read what was said."""
    return [one for one, _ in desk.slack.ledger.calls if one.startswith("conversations.h")]


@pytest.mark.parametrize("ahead", [90 * SECOND, 5 * HOUR])
def test_a_post_in_doubt_is_found_though_this_clock_is_ahead_of_slacks(
    desk: Desk, ahead: timedelta
) -> None:
    desk.slack.behind = ahead
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    key = desk.say("hello")
    desk.drain()
    assert desk.slack.ledger.keys() == [key]


def test_a_process_that_heard_nothing_of_slacks_clock_yet_finds_what_the_one_before_posted(
    desk: Desk,
) -> None:
    desk.slack.behind = 5 * MINUTE
    key = desk.say("hello")
    desk.hire(reached=CrashAt("posted"))
    with pytest.raises(Crash):
        desk.work()
    take_over(desk)
    desk.drain()
    assert desk.slack.ledger.keys() == [key]


@pytest.mark.parametrize("down", [timedelta(0), 5 * HOUR])
@pytest.mark.parametrize("off", [*WRONG, *(-one for one in WRONG)])
def test_a_post_is_found_that_was_tried_by_a_wrong_clock_which_was_set_right_since(
    desk: Desk, off: timedelta, down: timedelta
) -> None:
    # The post itself is the first that this process has of Slack but for the question who it is.
    desk.store.delivery.set_dm(desk.team.ae.id, "D1")
    set_wall(desk, off)
    take_over(desk)
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    key = desk.say("hello")
    desk.work()
    desk.machine.advance(down)
    set_wall(desk, timedelta(0))
    take_over(desk)
    desk.drain()
    assert desk.slack.ledger.keys() == [key]


@pytest.mark.parametrize("down", [timedelta(0), 30 * MINUTE])
@pytest.mark.parametrize("off", [one for one in WRONG if one <= HOUR])
def test_what_a_version_tried_that_knew_its_own_clock_alone_is_found(
    desk: Desk, off: timedelta, down: timedelta
) -> None:
    set_wall(desk, off)
    take_over(desk, OlderVersion)
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    key = desk.say("hello")
    desk.work()
    desk.machine.advance(down)
    set_wall(desk, timedelta(0))
    take_over(desk)
    desk.drain()
    assert desk.slack.ledger.keys() == [key]


@pytest.mark.parametrize("off", [MINUTE, 90 * SECOND, HOUR])
def test_what_is_in_doubt_waits_out_its_quarantine_though_the_clock_was_set_forward(
    desk: Desk, off: timedelta
) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_LATE])
    key = desk.say("hello")
    desk.work()
    set_wall(desk, off)
    take_over(desk)
    desk.pass_time(desk.constants.quarantine - SECOND)
    assert not looks(desk)
    desk.drain()
    assert looks(desk)
    assert desk.slack.ledger.keys() == [key]


def test_a_card_in_doubt_waits_out_its_quarantine_too(desk: Desk) -> None:
    posted(desk.store, desk.team)
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_LATE] * 9)
    desk.work()
    in_doubt = [one["id"] for one in desk.rows(surface) if one["maybe_sent"]]
    assert in_doubt
    set_wall(desk, HOUR)
    take_over(desk)
    waits = desk.machine.now() + desk.constants.quarantine
    rows = {one["id"]: one for one in desk.rows(surface)}
    assert all(rows[one]["next_try_at"] >= waits for one in in_doubt)


def test_what_a_dead_process_sent_may_still_be_accepted_though_the_clock_was_set_forward(
    desk: Desk,
) -> None:
    desk.hire(reached=CrashAt("marked"))
    desk.say("hello")
    with pytest.raises(Crash):
        desk.work()
    desk.machine.advance(HOUR)
    take_over(desk)
    desk.work()
    assert not looks(desk)
    desk.machine.advance(desk.constants.lease)
    desk.drain()
    assert len(desk.slack.ledger.keys()) == 1


def test_nothing_waits_for_a_clock_that_was_set_back_to_catch_up(desk: Desk) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.SERVER_ERROR])
    desk.say("hello")
    desk.work()
    desk.store.delivery.block_workspace(desk.team.workspace_id, "invalid_auth")
    desk.machine.advance(-5 * HOUR)
    take_over(desk)
    now = desk.machine.now()
    waits = desk.constants.longest_back_off
    assert desk.row(outbox, key="hello")["next_try_at"] <= now + waits
    assert desk.row(workspace)["blocked_at"] <= now
    for _ in range(3):
        desk.machine.advance(waits)
        desk.work()
    assert len(desk.slack.ledger.keys()) == 1


@pytest.mark.parametrize("moved", [HOUR, -5 * HOUR])
def test_what_a_restore_left_in_doubt_waits_a_lease_from_the_start_on_and_no_longer(
    desk: Desk, moved: timedelta
) -> None:
    key = desk.say("hello")
    desk.hire(reached=CrashAt("posted"))
    with pytest.raises(Crash):
        desk.work()
    with desk.store.database.writing() as connection:
        put_in_doubt(connection, until=desk.machine.now() + desk.constants.lease)
        connection.commit()
    desk.machine.advance(moved)
    take_over(desk)
    Sweep(store=desk.store, clock=desk.clock).run()
    began = desk.machine.now()
    desk.pass_time(desk.constants.lease - SECOND)
    assert not [one for one, _ in desk.slack.ledger.calls if one.startswith("conversations.h")]
    # What was put off by the clock of before waits no longer than the longest pause.
    desk.drain(within=desk.constants.longest_back_off)
    assert desk.slack.ledger.keys() == [key]
    assert desk.row(workspace)["in_doubt_until"] == began + desk.constants.lease


def test_a_channel_that_was_looked_at_in_the_future_is_looked_at_again() -> None:
    now = FakeMachine().now()
    known = Channel(id=1, workspace_id=1, slack_id="C1", name="deal", checked_at=now)
    assert not known.stale(now)
    assert known.stale(now - SECOND)
