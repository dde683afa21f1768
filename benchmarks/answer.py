"""How fast the bot answers Slack, and how much memory it needs: `python -m benchmarks.answer`.

benchmarks/README.md says what each figure means.
"""

import argparse
import itertools
import json
import os
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks import seeding
from benchmarks.bot_process import LIMIT, STOCK
from benchmarks.load import (
    ANSWER_WITHIN,
    Connection,
    Request,
    Times,
    closed_loop,
    in_parallel,
    open_loop,
)
from benchmarks.machine import Disk, Share, description, resident_megabytes
from benchmarks.processes import SIGNING_SECRET, slack, the_bot
from benchmarks.seeding import Assigned
from benchmarks.slack_acts import SlackActs
from benchmarks.slack_stub import RESPONSE_URL

HANDOFFS = 1000
BLOCK = 20
"""Requests of one kind before those of the next: what slows the machine slows all kinds alike."""
WARM_UP = 40
PARALLEL = 4
"""Connections of the long run that memory is measured on."""
ACKNOWLEDGE_OVER_LIMIT = 0.003
FSYNCS = 2
STATUS_P95 = 0.200
OPEN_LOOP_P99 = 0.100
MOST_MEGABYTES = 150.0
MOST_GROWTH = 2.0
ACT, OPEN, STATUS = "act", "open", "status"


@dataclass
class Bench:
    """What all measurements share, and what was done so far."""

    bot_url: str
    bot_pid: int
    slack_url: str
    other_pids: Sequence[int]
    database_url: str
    acts: SlackActs
    requests: int = 0
    """What the bot itself was asked, without the listeners that do nothing."""
    acknowledged: set[int] = field(default_factory=set)
    refused: int = 0
    """Acts that were answered by a sentence and not done, for example while others wrote."""
    met: list[bool] = field(default_factory=list)

    def goal(self, words: str, met: bool) -> None:
        """Print whether a goal was met."""
        self.met.append(met)
        print(f"{'met' if met else 'NOT MET':>8}  {words}")

    def check(self) -> None:
        """Print where acts were not done: their figures are worth nothing."""
        stored = seeding.acknowledged(self.database_url)
        different = len(stored ^ self.acknowledged)
        refused = self.calls().get(RESPONSE_URL, 0) - self.refused
        if different or refused:
            self.goal(
                f"all acts done: {different} handoffs are in another state than they were "
                f"brought to, {refused} acts were refused by a sentence",
                False,
            )
        self.acknowledged = stored
        self.refused += refused

    def calls(self) -> dict[str, int]:
        """What the bot called of Slack's methods so far."""
        with urllib.request.urlopen(f"{self.slack_url}/calls") as answer:  # noqa: S310, loopback
            calls: dict[str, int] = json.load(answer)
        return calls

    @contextmanager
    def phase(self, title: str) -> Iterator[None]:
        """Print a title, and afterwards how busy the machine was with other things."""
        print(f"\n{title}")
        share = Share([self.bot_pid, *self.other_pids])
        yield
        others = share.of_others()
        if others is not None:
            print(
                f"          The bot used {share.ours()[0]:.1f} s of processor time; "
                f"work of others took {others:.0%} of the processors meanwhile."
            )
        self.check()


def row(name: str, times: Times) -> None:
    """Print the figures of one kind of request."""
    figures = "".join(f"{times.at(percent) * 1000:10.2f}" for percent in (50, 95, 99))
    print(f"{name:<34}{len(times):7}{figures}")


def heading() -> None:
    """Print what stands in the columns."""
    print(f"{'':<34}{'n':>7}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}")


def _nothing(body: bytes) -> bool:
    return body == b""


def _a_list(body: bytes) -> bool:
    answer = json.loads(body)
    return answer["response_type"] == "ephemeral" and "Northwind Mills" in json.dumps(answer)


def one_by_one(bench: Bench, disk: Disk, deals: Sequence[Assigned], count: int) -> None:
    """The four kinds of requests and the disk, in turns, each request after the other's answer."""
    acts = bench.acts
    fresh = iter(deals[: count + WARM_UP])
    some = itertools.cycle(deals)
    measured: dict[str, list[float]] = {}

    def acknowledge() -> bytes:
        at = next(fresh)
        bench.acknowledged.add(at.handoff_id)
        return acts.acknowledge(at)

    kinds: dict[str, tuple[Request, Callable[[bytes], bool]]] = {
        "no-op, before the response": (lambda: acts.nothing(LIMIT, next(some)), _nothing),
        "no-op, Bolt as it comes": (lambda: acts.nothing(STOCK, next(some)), _nothing),
        "acknowledgement": (acknowledge, _nothing),
        f"/handoff-status, {len(deals):,} handoffs": (lambda: acts.status(next(some)), _a_list),
    }
    with bench.phase("One request after the other"), Connection(bench.bot_url) as connection:
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
        bench.requests += 2 * (WARM_UP + count)
    limit, _, act, status, fsync = (Times.of(durations) for durations in measured.values())
    allowed = limit.median + FSYNCS * fsync.median + ACKNOWLEDGE_OVER_LIMIT
    bench.goal(
        f"acknowledgement p50 {act.median * 1000:.2f} ms ≤ no-op p50 + 2 fsync + 3 ms = "
        f"{allowed * 1000:.2f} ms",
        act.median <= allowed,
    )
    bench.goal(
        f"/handoff-status p95 {status.at(95) * 1000:.2f} ms < {STATUS_P95 * 1000:.0f} ms",
        status.at(95) < STATUS_P95,
    )


def to_and_fro(bench: Bench, deals: Sequence[Assigned], most: int) -> None:
    """Acknowledge and undo, open and list, on some handoffs, `most` requests."""
    acts = bench.acts
    kinds = itertools.cycle(
        ["acknowledge", "acknowledge", "open", "acknowledge", "acknowledge", "status"]
    )
    turn = itertools.cycle(deals)
    with Connection(bench.bot_url) as connection:
        for kind in itertools.islice(kinds, most):
            at = next(turn)
            if kind == OPEN:
                connection.ask(acts.open_whole(at))
            elif kind == STATUS:
                connection.ask(acts.status(at))
            elif at.handoff_id in bench.acknowledged:
                connection.ask(acts.undo(at))
                bench.acknowledged.discard(at.handoff_id)
            else:
                connection.ask(acts.acknowledge(at))
                bench.acknowledged.add(at.handoff_id)


def memory(bench: Bench, deals: Sequence[Assigned], requests: int) -> None:
    """What the bot's process holds after half and after all of the requests."""
    held: list[tuple[int, float]] = []
    with bench.phase(f"Memory, at {len(deals):,} handoffs"):
        for until in (bench.requests, requests // 2, requests):
            missing = max(0, until - bench.requests)
            in_parallel(
                [
                    partial(to_and_fro, bench, deals[part::PARALLEL], missing // PARALLEL)
                    for part in range(PARALLEL)
                ]
            )
            bench.requests += missing
            megabytes = resident_megabytes(bench.bot_pid)
            if megabytes is None:
                print("          This system does not tell what a process holds (no /proc).")
                return
            held.append((bench.requests, megabytes))
            print(f"          {megabytes:6.1f} MB resident after {bench.requests:6,} requests")
    (_, before), (_, after) = held[-2:]
    bench.goal(f"resident {after:.1f} MB < {MOST_MEGABYTES:.0f} MB", after < MOST_MEGABYTES)
    bench.goal(
        f"grown by {after - before:.1f} MB ≤ {MOST_GROWTH:.0f} MB over the last "
        f"{held[-1][0] - held[-2][0]:,} requests",
        after - before <= MOST_GROWTH,
    )


def steady(bench: Bench, deals: Sequence[Assigned], rate: float) -> None:
    """Acts at fixed instants, whether or not the earlier ones were answered."""
    with bench.phase(f"{rate:.0f} acknowledgements a second, {len(deals) / rate:.0f} s, open loop"):
        found = open_loop(
            bench.bot_url, [partial(bench.acts.acknowledge, at) for at in deals], rate=rate
        )
        bench.acknowledged |= {at.handoff_id for at in deals}
        bench.requests += len(deals)
        heading()
        row("acknowledgement, from its instant", found.times)
        print(
            f"          The slowest took {found.times.at(100) * 1000:.1f} ms; "
            f"{found.unanswered} got no answer within {ANSWER_WITHIN:.0f} s."
        )
    bench.goal(
        f"p99 {found.times.at(99) * 1000:.1f} ms < {OPEN_LOOP_P99 * 1000:.0f} ms",
        found.times.at(99) < OPEN_LOOP_P99,
    )


def run(options: argparse.Namespace, folder: Path) -> bool:
    """All measurements in one run on one process; whether all goals were met."""
    print("\n".join(description(folder)), flush=True)
    database_url = f"sqlite:///{folder / 'handoff.db'}"
    deals = seeding.seed(database_url, first=0, count=HANDOFFS)
    disk = Disk(folder)
    with slack() as other, the_bot(slack_url=other.url, database_url=database_url) as bot:
        acts = SlackActs(
            bot_url=bot.url,
            slack_url=other.url,
            signing_secret=SIGNING_SECRET,
            card=seeding.card_blocks(database_url, deals[0]),
        )
        others = (other.pid, os.getpid())
        bench = Bench(bot.url, bot.pid, other.url, others, database_url, acts)
        one_by_one(bench, disk, deals, options.count)
        if options.requests:
            memory(bench, deals, options.requests)
        if options.seconds:
            acts_wanted = round(options.seconds * options.rate)
            fresh = seeding.seed(database_url, first=HANDOFFS, count=acts_wanted)
            steady(bench, fresh, options.rate)
        print("\nAt the end")
        print(f"          {seeding.waiting_to_be_sent(database_url):,} posts and edits wait")
        called = ", ".join(f"{name} {count}" for name, count in sorted(bench.calls().items()))
        print(f"          called meanwhile: {called}")
        print(f"          {resident_megabytes(bot.pid) or 0:.1f} MB resident")
    disk.close()
    return all(bench.met)


def main() -> int:
    """Read the options and measure; the status is 1 where a goal was not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="requests of each kind")
    parser.add_argument("--requests", type=int, default=10_000, help="for memory; 0 leaves it out")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the open loop; 0: none")
    parser.add_argument("--rate", type=float, default=50.0, help="acts a second of the open loop")
    parser.add_argument("--data", type=Path, help="folder for the database, on the disk to measure")
    options = parser.parse_args()
    if not BLOCK <= options.count <= HANDOFFS - WARM_UP:
        parser.error(f"--count must be from {BLOCK} to {HANDOFFS - WARM_UP}")
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=options.data) as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
