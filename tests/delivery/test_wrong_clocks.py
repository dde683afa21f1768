"""The clock of the machine is wrong, or is set while nobody runs: nothing is doubled, nor waits."""

from datetime import timedelta

import pytest

from bot.clock.sweep import Sweep
from bot.domain.channels import Channel
from bot.storage.restoring import put_in_doubt
from bot.storage.tables import outbox, workspace
from tests.builders import FakeMachine
from tests.delivery.desk import MINUTE, SECOND, Crash, CrashAt, Desk
from tests.delivery.slack import Fault, Script

HOUR = 60 * MINUTE


def take_over(desk: Desk) -> None:
    """What the start of a process does on a file that is its own."""
    constants = desk.constants
    desk.store.delivery.take_over(lease=constants.lease, longest_wait=constants.longest_back_off)
    desk.hire()


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


def test_a_post_is_found_that_was_tried_by_a_clock_that_was_an_hour_ahead(desk: Desk) -> None:
    desk.slack.behind = HOUR
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    key = desk.say("hello")
    desk.work()
    # The clock is set right while the bot is down.
    desk.slack.behind = timedelta(0)
    desk.machine.advance(-HOUR)
    take_over(desk)
    desk.drain()
    assert desk.slack.ledger.keys() == [key]


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
    assert not [one for one, _ in desk.slack.ledger.calls if one.startswith("conversations.h")]
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
