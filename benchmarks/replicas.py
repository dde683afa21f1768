"""One process and three of them on PostgreSQL: `python -m benchmarks.replicas`.

64 people, each of whom acts again as soon as they were answered, on one process and on three in
turns, each kind on a database of its own. Then the three are restarted one by one while people act.
"""

import argparse
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from benchmarks import postgres_server, seeding
from benchmarks.answer import heading, row
from benchmarks.load import Connection, Times, WrongAnswer, closed_loop
from benchmarks.machine import Disk, Share, description
from benchmarks.one_act import goal
from benchmarks.processes import SIGNING_SECRET, Started, settle, slack, the_bot
from benchmarks.quota import NoQuota, held_to
from benchmarks.seeding import Assigned
from benchmarks.slack_acts import SlackActs
from benchmarks.slack_stub import RESPONSE_URL
from benchmarks.workspaces import calls, set_mood

PEOPLE = 64
REPLICAS = 3
TURNS = 3
DELAY, AS_SLACK = 0.02, 0.2
"""Seconds; the second is about what Slack's own calls take."""
MORE, NO_LESS = 2.0, 0.9
PART = 0.3
"""Of a processor, for each process: then none of them waits for what another one uses."""
RESTART_RATE, RESTART_PEOPLE = 20.0, 16


@dataclass
class Side:
    """Processes on one database, and the deals in it."""

    bots: list[Started]
    deals: Sequence[Assigned]
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    processor: float = 0.0
    """Seconds of it that the processes used."""

    @property
    def rate(self) -> float:
        """Acts a second."""
        return len(self.times) / self.seconds


def busy(side: Side, build: Callable[[Assigned], bytes], seconds: float) -> None:
    """Everybody acts for so long, each time at the next process."""
    guard, share = threading.Lock(), Share([bot.pid for bot in side.bots])
    started = time.perf_counter()
    end = started + seconds

    def act(person: int) -> None:
        connections = [Connection(bot.url) for bot in side.bots]
        mine, taken = side.deals[person], []
        for turn in itertools.count(person):
            began = time.perf_counter()
            if began > end:
                break
            connections[turn % len(connections)].ask(build(mine))
            taken.append(time.perf_counter() - began)
        for one in connections:
            one.close()
        with guard:
            side.times += taken

    threads = [threading.Thread(target=act, args=(person,)) for person in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # With what was under way at the end, which may be as long again where a process has little.
    side.seconds += time.perf_counter() - started
    side.processor += sum(share.ours())


def in_turns(
    title: str,
    sides: tuple[Side, Side],
    build: Callable[[Assigned], bytes],
    *,
    seconds: float,
    wanted: float,
) -> bool:
    """One process and several, in turns; whether these did so many times as much."""
    one, several = sides
    for side in sides:
        side.times, side.seconds, side.processor = [], 0.0, 0.0
        busy(side, build, 1.0)
        side.times, side.seconds, side.processor = [], 0.0, 0.0
    machine = Share([])
    for _ in range(TURNS):
        busy(one, build, seconds)
        busy(several, build, seconds)
    print(f"\n{title}")
    heading()
    for name, side in (
        (f"{len(one.bots)} process", one),
        (f"{len(several.bots)} of them", several),
    ):
        row(f"{name}, {side.rate:.0f} acts a second", Times.of(side.times))
        used, each = side.processor / side.seconds, side.processor / len(side.times)
        print(f"{'':10}{used:.2f} processors used by the bot, {each * 1000:.1f} ms of one an act")
    print(f"{'':10}{machine.of_others() or 0:.0%} of the machine's processors were at work in all")
    ratio = several.rate / one.rate
    return goal(f"{ratio:.2f} times the acts a second ≥ {wanted}", ratio >= wanted)


def each_with_a_part(
    sides: tuple[Side, Side], build: Callable[[Assigned], bytes], *, seconds: float
) -> bool:
    """One process and several, each held to a part of a processor, as on a machine of its own."""
    title = f"{PEOPLE} people open a form, {DELAY * 1000:.0f} ms a Slack call, "
    title += f"{PART:g} of a processor for each process"
    try:
        with held_to(PART, [bot.pid for side in sides for bot in side.bots]):
            return in_turns(title, sides, build, seconds=seconds, wanted=MORE)
    except NoQuota as error:
        print(f"\nNot measured with a part of a processor for each process: {error}")
        return False


class Balancer:
    """Gives each act to the next process, and to another one where that cannot be reached.

    A request that got no answer is sent again, as a balancer does that is told it may: the bot
    knows an act that it has done.
    """

    def __init__(self, bots: list[Started]) -> None:
        self._bots = bots
        self._turn = itertools.count()
        self.again = 0

    def ask(self, request: bytes) -> None:
        """Raises the last error where no process answered."""
        bots = list(self._bots)
        first = next(self._turn)
        for number in range(len(bots)):
            try:
                with Connection(bots[(first + number) % len(bots)].url) as connection:
                    connection.ask(request)
                return
            except (OSError, HTTPException):
                self.again += 1
        raise WrongAnswer("no process answered")


def restart(
    side: Side,
    start: Callable[[], AbstractContextManager[Started]],
    running: list[ExitStack],
    acts: SlackActs,
) -> tuple[Times, int, int]:
    """Replace each process by a fresh one while people act; gives times, failures, second tries."""
    balancer, over = Balancer(side.bots), threading.Event()
    taken: list[float] = []
    failed: list[str] = []
    fresh, guard = enumerate(side.deals[PEOPLE:]), threading.Lock()

    def people() -> None:
        while not over.is_set():
            with guard:
                number, at = next(fresh, (0, None))
            if at is None:
                return
            due = began + number / RESTART_RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            try:
                balancer.ask(acts.acknowledge(at) if number % 2 else acts.open_form(at))
                taken.append(time.perf_counter() - due)
            except (OSError, HTTPException, WrongAnswer) as error:
                failed.append(str(error))

    began = time.perf_counter()
    acting = [threading.Thread(target=people) for _ in range(RESTART_PEOPLE)]
    for one in acting:
        one.start()
    for _ in range(len(side.bots)):
        stack = ExitStack()
        side.bots.append(stack.enter_context(start()))
        running.append(stack)
        running.pop(0).close()
        del side.bots[0]
    over.set()
    for one in acting:
        one.join()
    return Times.of(taken), len(failed), balancer.again


@contextmanager
def standing(
    count: int, start: Callable[[], AbstractContextManager[Started]]
) -> Iterator[tuple[list[Started], list[ExitStack]]]:
    """So many processes, each of which can be ended by itself."""
    running: list[ExitStack] = []
    bots: list[Started] = []
    try:
        for _ in range(count):
            stack = ExitStack()
            bots.append(stack.enter_context(start()))
            running.append(stack)
        yield bots, running
    finally:
        for stack in running:
            stack.close()


def _nothing(body: bytes) -> bool:
    return body == b""


def run(options: argparse.Namespace, folder: Path) -> bool:
    """All in one run; whether all goals were met."""
    print("\n".join(description(folder)), flush=True)
    disk, met = Disk(folder), []
    with (
        postgres_server.database(options.postgres, name="handoff_one") as first,
        postgres_server.database(options.postgres, name="handoff_three") as second,
        slack() as other,
    ):
        print(postgres_server.described(first), flush=True)
        fresh = round(options.restart * RESTART_RATE)
        deals = seeding.seed(first, first=0, count=PEOPLE)
        more = seeding.seed(second, first=0, count=PEOPLE + fresh)

        def starts(url: str) -> Callable[[], AbstractContextManager[Started]]:
            return lambda: the_bot(slack_url=other.url, database_url=url)

        with (
            standing(1, starts(first)) as (one, _),
            standing(REPLICAS, starts(second)) as (several, running),
        ):
            sides = Side(one, deals), Side(several, more)
            settle([*one, *several])
            acts = SlackActs(
                bot_url=one[0].url,
                slack_url=other.url,
                signing_secret=SIGNING_SECRET,
                card=seeding.card_blocks(first, deals[0]),
            )
            with Connection(one[0].url) as connection:
                closed_loop(connection, [lambda: acts.open_form(deals[0])] * 20, check=_nothing)
            for delay, wanted in ((DELAY, MORE), (AS_SLACK, MORE), (0.0, NO_LESS)):
                set_mood(other, delay=delay)
                title = f"{PEOPLE} people open a form, {delay * 1000:.0f} ms a Slack call"
                seconds = options.seconds
                met.append(in_turns(title, sides, acts.open_form, seconds=seconds, wanted=wanted))
            set_mood(other, delay=DELAY)
            met.append(each_with_a_part(sides, acts.open_form, seconds=options.seconds))
            if options.restart:
                set_mood(other, delay=DELAY)
                refused = calls(other).get(RESPONSE_URL, 0)
                times, failed, again = restart(sides[1], starts(second), running, acts)
                refused = calls(other).get(RESPONSE_URL, 0) - refused
                print(f"\nEach of the {REPLICAS} replaced while people act")
                heading()
                row(f"{RESTART_RATE:.0f} acts a second, from their instants", times)
                print(f"{'':10}{again} were tried at another process after the first one")
                words = f"{failed} acts without an answer and {refused} refused = 0"
                met.append(goal(words, not failed and not refused))
        row("write of 4 kB and fsync", Times.of(disk.measure(200)))
    disk.close()
    return all(met)


def main() -> int:
    """Read the options and measure; the status is 1 where a goal was not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="of one turn")
    parser.add_argument("--restart", type=float, default=60.0, help="at most, in seconds; 0: none")
    parser.add_argument("--postgres", help="URL of a server on which databases may be made")
    parser.add_argument("--data", type=Path, help="folder whose disk is looked at")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=options.data) as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
