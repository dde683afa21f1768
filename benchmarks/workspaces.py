"""A hundred workspaces, two of which are in trouble: `python -m benchmarks.workspaces`.

The same acts for everybody in turns of two kinds: while all is well, and while the token of one
workspace is refused and the Slack of another answers nothing. What the others wait for their
answers, and for what is said in their deal channels, is compared.
"""

import argparse
import itertools
import json
import os
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from benchmarks import postgres_server, seeding
from benchmarks.answer import heading, row
from benchmarks.load import Connection, Times, WrongAnswer
from benchmarks.machine import Disk, description
from benchmarks.one_act import goal, phase
from benchmarks.processes import SIGNING_SECRET, Started, settle, slack, the_bot, token_of
from benchmarks.seeding import Assigned
from benchmarks.slack_acts import SlackActs
from benchmarks.slack_stub import HANGING, REVOKED, TEAM_ID

WORKSPACES = 100
EACH, IN_TROUBLE_EACH = 5, 60
"""Handoffs of each workspace, and of those in trouble: each is acknowledged once."""
TURNS = 3
RATE = 2.0
"""Acts of the others a second: half are shown a view, half have something said.

With three times as many the process was busy all the time, and what was compared was its queue.
"""
IN_TROUBLE = 0.5
"""Acts a second in each of the two workspaces in trouble, as of people who try again."""
REFUSED, SILENT = 2, 3
"""The two workspaces that are in trouble in every second turn."""
PEOPLE = 48
WITHIN = 1.10
SETTLES_WITHIN, QUIET_FOR = 15.0, 1.5
"""Seconds: calls that hang have ended, and nothing is on its way any more."""


@dataclass(frozen=True)
class Act:
    """Something done in a workspace at a fixed instant of a turn."""

    at: float
    workspace_id: int
    build: Callable[[], bytes]
    says: bool
    """Whether it has something said in the deal channel."""


@dataclass
class Found:
    """What the workspaces without trouble waited for, in seconds."""

    answers: list[float] = field(default_factory=list)
    said: list[float] = field(default_factory=list)
    failed: int = 0


def team_of(workspace_id: int) -> str:
    """Slack's id of the workspace; the first one is that of the bot's own token."""
    return TEAM_ID if workspace_id == 1 else f"T0BENCH{workspace_id:03d}"


def turn(acts: Sequence[Act], bot: Started, other: Started, troubled: set[int]) -> Found:
    """Do all of it at its instants, however long answers take."""
    found, guard, queue = Found(), threading.Lock(), iter(acts)
    asked: dict[str, list[float]] = {}
    posts(other)
    began = time.perf_counter() + 0.3
    wall = time.time() + 0.3

    def work() -> None:
        while True:
            with guard:
                act = next(queue, None)
            if act is None:
                return
            time.sleep(max(0.0, began + act.at - time.perf_counter()))
            seconds = _one(bot.url, act, began)
            if act.workspace_id in troubled:
                continue
            with guard:
                if seconds is None:
                    found.failed += 1
                    continue
                found.answers.append(seconds)
                if act.says:
                    asked.setdefault(token_of(act.workspace_id), []).append(wall + act.at)

    threads = [threading.Thread(target=work) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _match(asked, until_quiet(other), found)
    return found


def _one(url: str, act: Act, began: float) -> float | None:
    """Seconds from the instant it was due to its answer; None without one."""
    try:
        # A connection of its own: one that was idle for long is closed just when it is used again.
        with Connection(url) as connection:
            connection.ask(act.build())
    except (OSError, HTTPException, WrongAnswer):
        return None
    return time.perf_counter() - began - act.at


def _match(
    asked: Mapping[str, Sequence[float]], told: Sequence[tuple[str, float]], found: Found
) -> None:
    """The first post of a workspace after each of its acts; they are seconds apart."""
    for token, instants in asked.items():
        posted = [at for one, at in told if one == token]
        for at in instants:
            first = min((one for one in posted if one >= at), default=None)
            if first is None:
                found.failed += 1
            else:
                found.said.append(first - at)


def posts(other: Started) -> list[tuple[str, float]]:
    """What was posted since this was asked last: by whose token, and when."""
    with urllib.request.urlopen(f"{other.url}/posts") as answer:  # noqa: S310, loopback
        return [(str(token), float(at)) for token, at in json.load(answer)]


def calls(other: Started) -> dict[str, int]:
    """What was called of Slack's methods so far."""
    with urllib.request.urlopen(f"{other.url}/calls") as answer:  # noqa: S310, loopback
        counted: dict[str, int] = json.load(answer)
    return counted


def until_quiet(other: Started) -> list[tuple[str, float]]:
    """What was posted in this turn, once nothing more is; what hangs is not waited for."""
    told: list[tuple[str, float]] = []
    end = time.monotonic() + SETTLES_WITHIN
    while time.monotonic() < end:
        time.sleep(QUIET_FOR)
        more = posts(other)
        told += more
        if not more:
            break
    return told


def set_mood(
    other: Started, *, delay: float = 0.0, tokens: Mapping[str, str] | None = None
) -> None:
    """Have Slack's side take longer, refuse or hang from now on."""
    wanted = json.dumps({"delay": delay, "tokens": dict(tokens or {})}).encode()
    with urllib.request.urlopen(f"{other.url}/mood", data=wanted):  # noqa: S310, loopback
        return


class Plan:
    """Acts for one turn after another, each acknowledgement on a handoff of its own."""

    def __init__(self, deals: Mapping[int, Sequence[Assigned]], acts: SlackActs) -> None:
        self._deals = deals
        self._acts = acts
        self._fresh = {one: iter(theirs) for one, theirs in deals.items()}
        self._healthy = [one for one in deals if one not in (REFUSED, SILENT)]
        self._count = itertools.count()

    def acts(self, seconds: float) -> list[Act]:
        """Those of the others, and those of the two that are in trouble now or then."""
        planned = [self._next(number / RATE) for number in range(round(seconds * RATE))]
        for one in (REFUSED, SILENT):
            planned += [
                self._act(number / IN_TROUBLE, one, acknowledges=number % 2 == 0)
                for number in range(round(seconds * IN_TROUBLE))
            ]
        return sorted(planned, key=lambda act: act.at)

    def _next(self, at: float) -> Act:
        """Each of the others in turn, and of each every second act an acknowledgement."""
        turn, place = divmod(next(self._count), len(self._healthy))
        return self._act(at, self._healthy[place], acknowledges=(turn + place) % 2 == 0)

    def _act(self, at: float, workspace_id: int, *, acknowledges: bool) -> Act:
        fresh = next(self._fresh[workspace_id], None) if acknowledges else None
        if fresh is not None:
            build = self._acknowledge(fresh)
            return Act(at, workspace_id, build, says=True)
        return Act(at, workspace_id, self._open(self._deals[workspace_id][0]), says=False)

    def _acknowledge(self, at: Assigned) -> Callable[[], bytes]:
        return lambda: self._acts.acknowledge(at)

    def _open(self, at: Assigned) -> Callable[[], bytes]:
        return lambda: self._acts.open_whole(at)


def compare(well: Found, trouble: Found) -> list[bool]:
    """Print both and their ratios; whether each goal was met."""
    heading()
    met = []
    for name, quiet, noisy in (
        ("answer", well.answers, trouble.answers),
        ("said in the channel", well.said, trouble.said),
    ):
        before, after = Times.of(quiet), Times.of(noisy)
        row(f"{name}, all well", before)
        row(f"{name}, two in trouble", after)
        for percent in (50, 95):
            ratio = after.at(percent) / before.at(percent)
            words = f"{name} p{percent}: {ratio:.2f} times that of all well ≤ {WITHIN:.2f}"
            met.append(goal(words, ratio <= WITHIN))
    failed = well.failed + trouble.failed
    met.append(
        goal(f"{failed} acts of the others without an answer or its message = 0", not failed)
    )
    return met


def run(options: argparse.Namespace, folder: Path) -> bool:
    """Both kinds of turns in one run on one process; whether all goals were met."""
    print("\n".join(description(folder)), flush=True)
    disk = Disk(folder)
    well, trouble = Found(), Found()
    with (
        postgres_server.database(options.postgres) as url,
        slack() as other,
    ):
        print(postgres_server.described(url), flush=True)
        deals = {
            one: seeding.seed(url, first=0, count=_deals_of(one), team_id=team_of(one))
            for one in range(1, WORKSPACES + 1)
        }
        with the_bot(slack_url=other.url, database_url=url, workspaces=WORKSPACES) as bot:
            acts = SlackActs(
                bot_url=bot.url,
                slack_url=other.url,
                signing_secret=SIGNING_SECRET,
                card=seeding.card_blocks(url, deals[1][0]),
            )
            plan = Plan(deals, acts)
            settle([bot])
            turn(plan.acts(4.0), bot, other, set())
            title = f"{WORKSPACES} workspaces, turns of {options.seconds:.0f} s"
            with phase(title, [bot.pid, other.pid, os.getpid()]):
                for _ in range(TURNS):
                    set_mood(other, delay=options.delay)
                    _add(well, turn(plan.acts(options.seconds), bot, other, {REFUSED, SILENT}))
                    bad = {token_of(REFUSED): REVOKED, token_of(SILENT): HANGING}
                    set_mood(other, delay=options.delay, tokens=bad)
                    _add(trouble, turn(plan.acts(options.seconds), bot, other, {REFUSED, SILENT}))
                    set_mood(other, delay=options.delay)
                    time.sleep(SETTLES_WITHIN)
            met = compare(well, trouble)
            row("write of 4 kB and fsync", Times.of(disk.measure(200)))
    disk.close()
    return all(met)


def _deals_of(workspace_id: int) -> int:
    return IN_TROUBLE_EACH if workspace_id in (REFUSED, SILENT) else EACH


def _add(to: Found, more: Found) -> None:
    to.answers += more.answers
    to.said += more.said
    to.failed += more.failed


def main() -> int:
    """Read the options and measure; the status is 1 where a goal was not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="of one turn")
    parser.add_argument("--delay", type=float, default=0.02, help="seconds each Slack call takes")
    parser.add_argument("--postgres", help="URL of a server on which a database may be made")
    parser.add_argument("--data", type=Path, help="folder whose disk is looked at")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=options.data) as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
