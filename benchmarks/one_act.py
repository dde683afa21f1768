"""What the benchmarks of one act share: kinds that take turns, an open loop, and their goals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from benchmarks.answer import heading, row
from benchmarks.load import ANSWER_WITHIN, Connection, Times, closed_loop, open_loop
from benchmarks.machine import Disk, Share
from bot.storage.unit_of_work import Store

BLOCK = 20
"""Requests of one kind before those of the next: what slows the machine slows all kinds alike."""
WARM_UP = 60


def taking_turns(
    kinds: Mapping[str, tuple[Callable[[], bytes], Callable[[bytes], bool]]],
    url: str,
    disk: Disk,
    count: int,
) -> None:
    """`count` requests of each kind and as many writes, each after the other's answer.

    A kind is what builds a request and what says of a body whether it answers that.
    """
    measured: dict[str, list[float]] = {}
    with Connection(url) as connection:
        for build, check in kinds.values():
            closed_loop(connection, [build] * WARM_UP, check=check)
        for _ in range(count // BLOCK):
            for name, (build, check) in kinds.items():
                found = closed_loop(connection, [build] * BLOCK, check=check)
                measured.setdefault(name, []).extend(found)
            measured.setdefault("write of 4 kB and fsync", []).extend(disk.measure(BLOCK))
    heading()
    for name, durations in measured.items():
        row(name, Times.of(durations))


def steady(
    build: Callable[[], bytes], name: str, url: str, *, seconds: float, rate: float, p99: float
) -> bool:
    """Requests at fixed instants, whether or not the earlier ones were answered.

    `rate` is a second; `p99` is the goal in seconds. Whether it was met.
    """
    found = open_loop(url, [build] * round(seconds * rate), rate=rate)
    heading()
    row(f"{name}, from its instant", found.times)
    print(
        f"          The slowest took {found.times.at(100) * 1000:.1f} ms; "
        f"{found.unanswered} got no answer within {ANSWER_WITHIN:.0f} s."
    )
    measured = found.times.at(99)
    return goal(f"p99 {measured * 1000:.1f} ms < {p99 * 1000:.0f} ms", measured < p99)


def goal(words: str, met: bool) -> bool:
    """Print whether a goal was met, and give it back."""
    print(f"{'met' if met else 'NOT MET':>8}  {words}")
    return met


@contextmanager
def phase(title: str, pids: Sequence[int]) -> Iterator[None]:
    """Print a title, and afterwards who had the processors meanwhile."""
    print(f"\n{title}")
    share = Share(pids)
    yield
    others = share.of_others()
    if others is not None:
        print(
            f"          The bot used {share.ours()[0]:.1f} s of processor time; "
            f"work of others took {others:.0%} of the processors meanwhile."
        )


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements that are executed for writers, as long as this is open."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    event.listen(store.database.writers, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(store.database.writers, "before_cursor_execute", note)
