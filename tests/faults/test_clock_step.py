"""The wall clock is set back by an hour while the bot runs: what falls due is said all the same."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from tests.builders import migrated_file, wait_until
from tests.faults.child import Orders
from tests.faults.evidence import Evidence, Timing, read_rows
from tests.faults.factor import CI_FACTOR, divided
from tests.faults.fleet import Fleet
from tests.faults.invariants import Invariant, breaches, told
from tests.faults.mutants import Mutant
from tests.faults.run import Conditions, scene
from tests.faults.wall import NO_FAKETIME, Wall, library
from tests.faults.world import Scenario, sign_all

CAUGHT = Mutant.NO_WATCHDOG
STEP = 3600.0
DUES = 3
LATEST = 20.0
"""Seconds after the last due time by which it must have been said."""
A_SWEEP = 6.0
"""Seconds in which the sweep looks once more, at least."""


def _stepped(mutant: Mutant | None, folder: Path, passed: Event) -> Evidence:
    """A bot whose wall is an hour ahead, then set right; three briefs fall due after that.

    Where the sound one has `passed`, one that is wrong gets a sweep more and no longer time.
    """
    url = f"sqlite:///{folder / 'handoff.db'}"
    with scene(Conditions(readers=DUES + 3), url) as prepared:
        (place,) = prepared.places
        server = place.server
        ahead = (prepared.starts - datetime.now(UTC)).total_seconds()
        server.workspace.clock.advance(ahead)
        wall = Wall(folder / "wall", ahead=ahead + STEP)
        fleet = Fleet(folder / "orders", folder, 1, environ=wall.environ())
        orders = Orders(
            database_url=url,
            clock_url=None,
            factor=CI_FACTOR,
            workspaces={place.workspace_id: (server.api_url, server.bot_token)},
            scenarios=[],
            ready=str(folder),
            mutant=mutant.value if mutant else None,
            acting=False,
        )
        fleet.orders.write_text(orders.dumped())
        began = time.time()
        try:
            fleet.start()
            wall.step(-STEP)
            now = datetime.now(UTC) + timedelta(seconds=ahead)
            dues = [now + timedelta(seconds=4 + number) for number in range(DUES)]
            owing = sign_all(prepared.store, prepared.clock, place, dues, each_in_a_channel=False)
            scenario = Scenario(
                place.workspace_id,
                prepared.starts.isoformat(),
                readers=[],
                due={
                    one: (due - now).total_seconds() for one, due in zip(owing, dues, strict=True)
                },
            )

            def look() -> Evidence:
                return Evidence(
                    scenario=scenario,
                    rows=read_rows(prepared.store.database, place.workspace_id),
                    accepted=server.edge.record.after(),
                    standing=server.workspace,
                    constants=divided(CI_FACTOR),
                    lives=fleet.lives,
                    timing=Timing(began, calmed, time.time()),
                    offset=ahead,
                )

            calmed = time.time() + DUES + 4
            end = calmed + LATEST

            def over() -> bool:
                said = not breaches(look()).get(Invariant.ONE_INTENT)
                rests = prepared.store.delivery.next_due() is None
                late = mutant is not None and passed.is_set() and time.time() > calmed + A_SWEEP
                return (said and rests) or late or time.time() > end

            wait_until(over, seconds=LATEST * 3)
            if mutant is None:
                passed.set()
            return look()
        finally:
            fleet.stop()


@pytest.mark.slow
@pytest.mark.skipif(library() is None, reason=NO_FAKETIME)
def test_a_clock_set_back_stops_nothing_and_without_the_watchdog_it_would(tmp_path: Path) -> None:
    folders = {None: tmp_path / "sound", CAUGHT: tmp_path / "unwatched"}
    for folder in folders.values():
        folder.mkdir()
        (folder / "handoff.db").write_bytes(migrated_file())
    passed = Event()
    with ThreadPoolExecutor(2) as both:
        sound, unwatched = both.map(
            lambda each: _stepped(each[0], each[1], passed), folders.items()
        )
    assert not breaches(sound), told(breaches(sound))
    found = breaches(unwatched)
    assert Invariant.ONE_INTENT in found, told(found)
