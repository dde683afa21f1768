"""Monday 09:00, when everything of the weekend is due at once: `python -m benchmarks.monday`.

benchmarks/README.md says what is real in it, what is simulated, and what each figure means.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy import Table, func, insert, select, update

from benchmarks import seeding
from benchmarks.machine import description
from benchmarks.one_act import goal
from benchmarks.processes import KEY
from benchmarks.stage import Stage, StageClock
from bot.clock.sweep import Sweep
from bot.clock.ticks import SWEEP_EVERY
from bot.delivery.constants import Constants
from bot.delivery.senders import GATHER, LOOKS_SHARE, Senders
from bot.domain.deadlines import Step
from bot.domain.errors import Problem
from bot.domain.notices import OF_THE_CLOCK, Notice, NoticeKind, Place, Priority
from bot.domain.nudging import Stage as Reminder
from bot.domain.policy import Policy
from bot.storage.cipher import NoteCipher
from bot.storage.engine import open_database
from bot.storage.holidays import HolidayBook
from bot.storage.tables import (
    OUTBOX_PENDING,
    OutboxState,
    deadline,
    digest_line,
    document,
    handoff,
    outbox,
    outbox_about,
    person,
    promise,
)
from bot.storage.unit_of_work import Store

NUDGES, PEOPLE = 10_000, 800
CALL = 0.3
"""Seconds Slack takes for each call."""
TIME_OUTS = 0.01
"""Of the posts, those to which no answer comes within the bot's time-out."""
LATEST = 20.0
"""Seconds after the bot gave up within which Slack takes such a post all the same."""
ALLOWED, BURST = 5.0, 12
"""Posts a second that Slack takes of the bot, and how many at once; more is answered with 429."""
ASKED_EVERY = 2.0
"""Seconds between two people who act and wait for an answer."""
IDEAL = PEOPLE / ALLOWED
WITHIN = 1.2 * IDEAL
ANSWERED_WITHIN = 1.0
AT_MOST = 600.0
"""Simulated seconds after which what was not sent is lost for the benchmark."""
SEED = 5
_FIRST_PERSON, _FIRST_HANDOFF = 1_000, 10_000


# --- The weekend's rows


def _monday() -> datetime:
    """Nine o'clock in Berlin on the Monday after next, so that the seeded deal is older."""
    today = datetime.now(ZoneInfo("Europe/Berlin"))
    day = today + timedelta(days=14 - today.weekday())
    return day.replace(hour=9, minute=0, second=0, microsecond=0).astimezone(UTC)


def _seed(url: str, monday: datetime) -> None:
    """Handoffs like the one that is seeded, each with a brief that its CSM is to read."""
    seeding.seed(url, first=0, count=1)
    with seeding.opened(url) as store, store.database.writing() as connection:

        def one(table: Table) -> dict[str, Any]:
            return dict(connection.execute(select(table).order_by("id")).mappings().first() or {})

        deal = one(handoff)
        csm = dict(
            connection.execute(select(person).where(person.c.id == deal["csm_id"])).mappings().one()
        )
        welcome = dict(
            connection.execute(select(outbox).where(outbox.c.kind == NoticeKind.WELCOME.value))
            .mappings()
            .first()
            or {}
        )
        connection.execute(update(deadline).values(next_at=None))
        connection.execute(update(handoff).values(light_at=None))
        deal["light_at"] = None
        documents = [dict(row) for row in connection.execute(select(document)).mappings()]
        owed = [dict(row) for row in connection.execute(select(deadline)).mappings()]
        people = range(_FIRST_PERSON, _FIRST_PERSON + PEOPLE)
        connection.execute(
            insert(person),
            [
                {
                    **csm,
                    "id": number,
                    "slack_id": f"U0MON{number:06d}",
                    "dm_slack_id": f"D0MON{number:06d}",
                }
                for number in people
            ],
        )
        _copy(
            connection,
            outbox,
            [
                {**welcome, "key": f"welcome:{number}", "person_id": number,
                 "destination": f"dm:{number}"}
                for number in people
            ],
        )  # fmt: skip
        handoffs = range(_FIRST_HANDOFF, _FIRST_HANDOFF + NUDGES)
        owner = {number: _FIRST_PERSON + number % PEOPLE for number in handoffs}
        connection.execute(
            insert(handoff),
            [{**deal, "id": number, "csm_id": owner[number]} for number in handoffs],
        )
        for each in documents:
            _copy(connection, document, [{**each, "handoff_id": number} for number in handoffs])
        due_at = monday + timedelta(hours=24)
        reminder = json.dumps([[Reminder.HALF.value, monday.isoformat()]])
        read = {
            "due_at": due_at,
            "raw_due_at": due_at,
            "stages": reminder,
            "said": "[]",
            "passed": "[]",
            "next_at": monday,
        }
        for each in owed:
            theirs = each["owner_id"] == csm["id"]
            reads = read if each["step"] == Step.READ else {}
            connection.execute(
                insert(deadline),
                [
                    {
                        **each,
                        **reads,
                        "handoff_id": number,
                        "owner_id": owner[number] if theirs else each["owner_id"],
                    }
                    for number in handoffs
                ],
            )
        connection.commit()


def _copy(connection: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows under ids of their own."""
    connection.execute(insert(table), [{**row, "id": None} for row in rows])


# --- Slack


@dataclass
class Taken:
    """A message that Slack took, and when."""

    key: str
    channel: str
    at: float


@dataclass
class Record:
    """What Slack was asked and what it took, in simulated seconds."""

    calls: Counter[str] = field(default_factory=Counter)
    taken: list[Taken] = field(default_factory=list)
    begun: dict[str, float] = field(default_factory=dict)
    """When the first call with a key began."""
    silent: set[str] = field(default_factory=set)
    limited: int = 0


class Slack(WebClient):
    """Answers after a while, now and then never, and refuses what is more than it allows."""

    def __init__(self, stage: Stage, begins: datetime, *, gives_up: float, lost: float) -> None:
        super().__init__(token=None, retry_handlers=[])
        self.record = Record()
        self._stage = stage
        self._epoch = begins.timestamp()
        self._gives_up = gives_up
        self._lost = lost
        self._random = random.Random(SEED)  # noqa: S311, the same misfortunes in each run
        self._tokens, self._at = float(BURST), 0.0

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        """One call, which takes its time."""
        args: dict[str, Any] = given.get("json") or given.get("params") or {}
        self.record.calls[api_method] += 1
        if api_method == "chat.postMessage":
            return self._post(args)
        self._stage.wait(CALL)
        if api_method == "conversations.history":
            return self._answer({"messages": self._history(args)})
        raise AssertionError(api_method)

    def _post(self, args: dict[str, Any]) -> SlackResponse:
        now = self._stage.seconds()
        key = args["metadata"]["event_payload"]["key"]
        self.record.begun.setdefault(key, now)
        self._tokens = min(float(BURST), self._tokens + (now - self._at) * ALLOWED)
        self._at = now
        if self._tokens < 1:
            self.record.limited += 1
            answer = self._answer({"ok": False, "error": "ratelimited"}, 429)
            raise SlackApiError("refused", answer)  # type: ignore[no-untyped-call]
        self._tokens -= 1
        if self._random.random() < TIME_OUTS:
            self.record.silent.add(key)
            if self._random.random() >= self._lost:
                late = self._gives_up + self._random.uniform(0.0, LATEST)
                self.record.taken.append(Taken(key, args["channel"], now + late))
            self._stage.wait(self._gives_up)
            raise TimeoutError("timed out")
        self._stage.wait(CALL)
        took = Taken(key, args["channel"], self._stage.seconds())
        self.record.taken.append(took)
        return self._answer({"channel": took.channel, "ts": self._ts(took)})

    def _history(self, args: dict[str, Any]) -> list[dict[str, Any]]:
        now = self._stage.seconds()
        return [
            {"ts": self._ts(one), "metadata": {
                "event_type": "handoff_notice", "event_payload": {"key": one.key}}}
            for one in self.record.taken
            if one.channel == args["channel"] and one.at <= now
            and self._epoch + one.at > float(args["oldest"])
        ]  # fmt: skip

    def _ts(self, one: Taken) -> str:
        return f"{self._epoch + one.at:.6f}"

    def _answer(self, data: dict[str, Any], status: int = 200) -> SlackResponse:
        return SlackResponse(
            client=self, http_verb="POST", api_url="", req_args={}, data={"ok": True, **data},
            headers={"Retry-After": "1"} if status == 429 else {}, status_code=status,
        )  # fmt: skip


# --- The bot on the stage


class Monday:
    """The bot's sweep and its senders, and people who act, on one stage."""

    def __init__(self, url: str, monday: datetime, *, works: bool, lost: float) -> None:
        self.stage = Stage(works=works)
        clock = StageClock(self.stage, monday)
        self.constants = Constants()
        self.slack = Slack(
            self.stage,
            monday,
            gives_up=self.constants.http_timeout.total_seconds(),
            lost=lost,
        )
        self.store = Store(
            open_database(url, pool_size=8),
            clock=clock,
            machine=clock,
            policy=Policy(),
            holidays=HolidayBook().holidays,
            on_commit=self._poke,
            cipher=NoteCipher([KEY]),
        )
        self.asked: dict[str, float] = {}
        """When an answer was committed, by its key in Slack."""
        self.swept = 0.0
        self.swept_first = 0.0
        self._random = random.Random(SEED)  # noqa: S311, the same people in each run
        self._works = works
        self._sweep = Sweep(store=self.store, clock=clock, reached=self._between_batches)
        self._senders = Senders(
            store=self.store,
            client_of=lambda _: self.slack,
            check_channel=_no_channel,
            policy=Policy(),
            machine=clock,
            constants=self.constants,
            reached=self._while_sending,
        )
        self.stage.add("sweep", self._sweeps)
        self._actors = [
            self.stage.add(f"sender-{number}", self._sends)
            for number in range(self.constants.senders)
        ]
        self.stage.add("people", self._ask, at=1.0)

    def run(self) -> None:
        """Go on until everything was said, and for long enough to find what is doubled."""
        end = 0.0
        while end < AT_MOST and (end < 30 or self._waiting()):
            end += 10
            self.stage.run(end)
        self.stage.close()

    def _waiting(self) -> int:
        """How many messages of the clock's were not sent yet."""
        kinds = [kind.value for kind in OF_THE_CLOCK]
        with self.store.database.reading() as connection:
            return connection.execute(
                select(func.count())
                .select_from(outbox)
                .where(OUTBOX_PENDING, outbox.c.kind.in_(kinds))
            ).scalar_one()

    def _sweeps(self) -> None:
        while True:
            began = self.stage.seconds()
            found = self._sweep.run()
            if found:
                self.swept_first = self.stage.seconds() - began
            self.stage.wait(SWEEP_EVERY.total_seconds())

    def _between_batches(self, name: str) -> None:
        # Here the database is free: whoever waits for it goes on.
        if name == "swept":
            self.stage.wait(0.0)

    def _while_sending(self, name: str) -> None:
        # As in `Senders.work_once`: whoever finds work wakes one more.
        if name == "leased":
            self._poke()

    def _poke(self) -> None:
        for actor in getattr(self, "_actors", ()):
            if self.stage.poke(actor):
                return

    def _sends(self) -> None:
        """As `Senders` has each of its threads do, with its waits on the stage."""
        while True:
            began = time.process_time()
            if self._senders.work_once():
                continue
            looked = time.process_time() - began if self._works else 0.0
            self.stage.wait(self.constants.idle.total_seconds(), pokable=True)
            self.stage.wait(max(GATHER, LOOKS_SHARE * looked))

    def _ask(self) -> None:
        """Somebody acts, and what they are answered is a message."""
        for number in range(int(AT_MOST / ASKED_EVERY)):
            reader = self._random.randrange(_FIRST_PERSON, _FIRST_PERSON + PEOPLE)
            notice = Notice(
                NoticeKind.REACTION_NOT_TAKEN,
                Place.DM,
                f"benchmark:{number}",
                Priority.ANSWER,
                handoff_id=1,
                person_id=reader,
                facts={"promise": self._promise(), "problem": Problem.BUSY.value},
            )
            with self.store.write(self._workspace()) as unit:
                unit.outbox.add(notice)
                unit.commit()
            with self.store.database.reading() as connection:
                of_it = select(outbox.c.opaque).where(outbox.c.key == notice.key)
                self.asked[connection.execute(of_it).scalar_one()] = self.stage.seconds()
            self.stage.wait(ASKED_EVERY)

    def _workspace(self) -> int:
        return seeding.workspace_of(self.store)

    def _promise(self) -> int:
        with self.store.database.reading() as connection:
            return int(connection.execute(select(func.min(promise.c.id))).scalar_one())


def _no_channel(_workspace_id: int, _slack_id: str) -> Any:
    raise AssertionError("nothing is said in a channel")


# --- What came of it


@dataclass(frozen=True)
class Told:
    """When each person had their messages of the clock's, and what became of the rows."""

    first: dict[int, float]
    doubled: int
    silent: frozenset[int]
    """Whose message had an unclear end."""
    waiting: int
    failed: int
    said: int
    """Nudges named or put off in them."""


def _told(run: Monday) -> Told:
    kinds = {kind.value for kind in OF_THE_CLOCK}
    with run.store.database.reading() as connection:
        rows = [row for row in connection.execute(select(outbox)) if row.kind in kinds]
        named = connection.execute(select(func.count()).select_from(outbox_about)).scalar_one()
        put_off = connection.execute(select(func.count()).select_from(digest_line)).scalar_one()
    reader = {row.opaque: row.person_id for row in rows}
    times: dict[int, list[float]] = {}
    for one in run.slack.record.taken:
        if one.key in reader:
            times.setdefault(reader[one.key], []).append(one.at)
    states = Counter(row.state for row in rows)
    failed = sum(states[one.value] for one in (OutboxState.DEAD, OutboxState.UNCONFIRMED))
    return Told(
        {who: min(several) for who, several in times.items()},
        sum(len(several) - 1 for several in times.values()),
        frozenset(reader[key] for key in run.slack.record.silent if key in reader),
        states[OutboxState.PENDING.value],
        failed,
        named + put_off,
    )


def _share(values: list[float], percent: float) -> float:
    """The smallest of the values that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__int__() - 1)] if ordered else 0.0


def _report(run: Monday, *, lost: float) -> list[bool]:
    told, record = _told(run), run.slack.record
    certain = [at for who, at in told.first.items() if who not in told.silent]
    # Those who act while everybody is being told; afterwards there is nothing to wait behind.
    busy = max(certain, default=0.0)
    waits = [
        record.begun[key] - asked
        for key, asked in run.asked.items()
        if key in record.begun and asked <= busy
    ]
    unanswered = sum(key not in record.begun for key, at in run.asked.items() if at <= busy)
    everybody = list(told.first.values())
    print(
        f"          {told.said:,} nudges of {len(told.first)} people, swept in"
        f" {run.swept_first:.1f} s; {record.calls['chat.postMessage']:,} posts, of which"
        f" {len(record.silent)} had no answer; {record.calls['conversations.history']} looks"
    )
    print(
        f"          everybody's DM      p50 {_share(everybody, 50):6.1f} s  p99"
        f" {_share(everybody, 99):6.1f} s  last {max(everybody, default=0):6.1f} s"
    )
    if told.silent:
        last = max(told.first.get(who, AT_MOST) for who in told.silent)
        print(f"          of these, in doubt  {len(told.silent)} people, last {last:6.1f} s")
    print(
        f"          {len(waits)} answers waited  p50 {_share(waits, 50):6.3f} s  p99"
        f" {_share(waits, 99):6.3f} s  longest {max(waits, default=0):6.3f} s"
    )
    print(f"          processor time of the bot's own work {run.stage.worked:.1f} s")
    met = [
        goal(
            f"each of {PEOPLE} has one DM, none doubled, none given up, all nudges in them",
            (len(told.first), told.doubled, told.waiting, told.failed, told.said)
            == (PEOPLE, 0, 0, 0, NUDGES),
        ),
        goal(f"no post was more than Slack allows: {record.limited} times 429", not record.limited),
        goal(
            f"p99 of an answer {_share(waits, 99):.3f} s < {ANSWERED_WITHIN:.0f} s",
            bool(waits) and not unanswered and _share(waits, 99) < ANSWERED_WITHIN,
        ),
    ]
    if lost:
        again = sum((run.constants.http_timeout, run.constants.quarantine), timedelta())
        doubtful = [told.first.get(who, AT_MOST) for who in told.silent]
        most = WITHIN + again.total_seconds()
        return [
            *met,
            goal(f"but for those in doubt the last {max(certain):.1f} s <= {WITHIN:.0f} s",
                 max(certain) <= WITHIN),
            goal(f"those {again.total_seconds():.0f} s later at most: {max(doubtful):.1f} s <="
                 f" {most:.0f} s", max(doubtful) <= most),
        ]  # fmt: skip
    return [
        *met,
        goal(f"the last DM {max(everybody):.1f} s <= {WITHIN:.0f} s", max(everybody) <= WITHIN),
    ]


def main() -> int:
    """Seed once, then play the morning under each of the conditions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder for the database, on the disk to measure")
    options = parser.parse_args()
    monday = _monday()
    met: list[bool] = []
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=options.data) as name:
        folder = Path(name)
        print("\n".join(description(folder)))
        began = time.perf_counter()
        seeded = folder / "seeded.db"
        _seed(f"sqlite:///{seeded}", monday)
        print(f"seeded      {NUDGES:,} handoffs in {time.perf_counter() - began:.1f} s")
        for number, (title, works, lost) in enumerate(_RUNS):
            print(f"\n{title}")
            copied = folder / f"{number}.db"
            copied.write_bytes(seeded.read_bytes())
            run = Monday(f"sqlite:///{copied}", monday, works=works, lost=lost)
            run.run()
            met += _report(run, lost=lost)
            run.store.close()
    return 0 if all(met) else 1


_RUNS: tuple[tuple[str, bool, float], ...] = (
    ("As if the bot's own work took no time; what timed out is there, if late", False, 0.0),
    ("With the time that work took here, one thing at a time", True, 0.0),
    ("With that time, and half of what timed out never arrived", True, 0.5),
)


if __name__ == "__main__":
    sys.exit(main())
