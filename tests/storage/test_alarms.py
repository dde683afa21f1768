from datetime import timedelta

from bot.domain.alarms import About
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, FixedClock, Team

MINUTE = timedelta(minutes=1)


def _ago(store: Store, team: Team) -> timedelta | None:
    with store.read(team.workspace_id) as unit:
        return unit.alarms.connected_ago()


def test_it_is_known_how_long_ago_some_process_was_connected(
    store: Store, team: Team, clock: FixedClock, machine: FakeMachine
) -> None:
    assert _ago(store, team) is None
    with store.write(team.workspace_id) as unit:
        unit.alarms.note_connected()
        unit.commit()
    machine.advance(5 * MINUTE)
    clock.advance(timedelta(days=9))
    assert _ago(store, team) == 5 * MINUTE
    # Another replica's clock, a little behind.
    machine.advance(-5 * MINUTE - timedelta(seconds=1))
    assert _ago(store, team) == timedelta(0)


def test_a_connection_of_a_time_before_the_clock_was_set_back_is_none(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.alarms.note_connected()
        unit.commit()
    machine.advance(-5 * MINUTE)
    assert _ago(store, team) is None


def test_who_finds_it_over_late_ends_nothing_that_began_anew(
    store: Store, team: Team, clock: FixedClock
) -> None:
    began = clock.now() - MINUTE
    with store.write(team.workspace_id) as unit:
        assert unit.alarms.begin(About.SOCKET, reference="one", since=began)
        (first,) = unit.alarms.lasting()
        assert first.since == began
        assert unit.alarms.over(first)
        assert unit.alarms.begin(About.SOCKET, reference="two")
        assert not unit.alarms.over(first)
        (second,) = unit.alarms.lasting()
        assert (second.reference, second.since) == ("two", unit.now)
        assert unit.alarms.over(second)
