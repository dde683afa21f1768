"""One workspace whose acts take long leaves threads to the others."""

import threading
from functools import partial

import anyio

from bot.web.threads import Threads

COUNT = 4


def most_at_once(*teams: str, wanted: int) -> dict[str, int]:
    """How many threads each team holds at once when it has twice as much to do as there are.

    `teams` have each done something before; only the first one's work waits.
    """
    held = dict.fromkeys(teams, 0)
    guard, let_go = threading.Lock(), threading.Event()

    def hold() -> None:
        with guard:
            held[teams[0]] += 1
        assert let_go.wait(10)

    def count(team: str) -> None:
        with guard:
            held[team] += 1

    async def act() -> None:
        threads = Threads(COUNT)
        for team in teams:
            await threads.run(team, lambda: None)
        async with anyio.create_task_group() as tasks:
            for _ in range(2 * COUNT):
                tasks.start_soon(threads.run, teams[0], hold)
            with anyio.fail_after(10):
                while held[teams[0]] < wanted:
                    await anyio.lowlevel.checkpoint()
                for team in teams[1:]:
                    await threads.run(team, partial(count, team))
            seen.update(held)
            let_go.set()

    seen: dict[str, int] = {}
    anyio.run(act)
    return seen


def test_one_workspace_alone_may_hold_all() -> None:
    assert most_at_once("T1", wanted=COUNT) == {"T1": COUNT}


def test_beside_another_one_it_leaves_a_quarter() -> None:
    assert most_at_once("T1", "T2", wanted=3) == {"T1": 3, "T2": 1}
