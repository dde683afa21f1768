"""The bot as a process of its own that may be killed, and somebody who starts it again."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr
from sqlalchemy import update

from bot.bootstrap import Bot, build
from bot.cli import main
from bot.clock.clocks import SteadyMachineClock, SystemClock
from bot.delivery.failpoints import VARIABLE, nowhere
from bot.demo import PARTS, sandbox_environment, seed
from bot.domain.history import Tag
from bot.domain.policy import Policy
from bot.flows.manifest import manifest
from bot.flows.registration import all_listeners
from bot.operations import verify_histories
from bot.sandbox.answers import Answer
from bot.sandbox.seen import Seen
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox, Visitor
from bot.settings import Settings
from bot.storage.cipher import NoteCipher
from bot.storage.engine import open_database
from bot.storage.tables import outbox, surface
from bot.storage.unit_of_work import Store
from tests.builders import KEY, Team, compile_once, migrated_file, no_holidays
from tests.first_day import go_to_the_first_day
from tests.forked import Forked

ROOT = Path(__file__).parent.parent.parent
_ENVIRONMENT = dict(os.environ)
"""Copied once: pytest changes its own while threads of a test start processes."""
NORTHWIND, LARKFIELD = "#deal-northwind", "#deal-larkfield"
HURRY = 30
WITHIN = 30.0
"""Seconds in which something has to happen on a busy machine."""
LOOKS_EVERY = 0.05
ANSWER_SECONDS = 15.0
"""How fast the bot answers is measured elsewhere."""
_one_at_a_time = threading.Lock()
"""Alembic, which runs before anything is read, keeps its state in globals."""

T = TypeVar("T")


@dataclass
class Life:
    """A workspace, its people, and the bot's process through its deaths."""

    server: SandboxServer
    sandbox: Sandbox
    settings: Settings
    port: int
    log: Path
    over_http: bool = False
    forked: bool = False
    """Whether its process is forked from one that has loaded the code, not started anew."""
    hurry: int = HURRY
    """How many times faster than shipped it waits and sends."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """What else its processes find in their environment."""
    deaths: int = 0
    _process: subprocess.Popen[bytes] | Forked | None = None
    _people: dict[str, Visitor] = field(default_factory=dict)

    def person(self, name: str) -> Visitor:
        """Somebody at their screen."""
        if name not in self._people:
            self._people[name] = self.sandbox.visitor(name)
        return self._people[name]

    # --- The process

    def start(self, point: str | None = None) -> None:
        """Start the bot, with a point to die at; returns once it is connected, or dead."""
        self._process = self.spawn(self.port, point=point)
        wait(lambda: self.returncode is not None or self._connected())

    def spawn(
        self, port: int, *, point: str | None = None, database_url: str | None = None
    ) -> subprocess.Popen[bytes] | Forked:
        """One process of the bot, which is not waited for."""
        tokens = dict(sandbox_environment(self.server))
        if self.over_http:
            del tokens["SLACK_APP_TOKEN"]
        environ = {
            **_ENVIRONMENT,
            **tokens,
            "DATABASE_URL": database_url or self.settings.database_url,
            "HANDOFF_KEY": KEY,
            "HANDOFF_CLOCK_URL": f"{self.server.url}/control/clock",
            "HANDOFF_HURRY": str(self.hurry),
            "PORT": str(port),
            **self.environ,
        }
        if point is not None:
            environ[VARIABLE] = point
        if self.forked:
            return Forked(_run, environ, log=self.log)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environ, stderr=log
            )

    @property
    def returncode(self) -> int | None:
        """How the process ended; None while it runs, and where a test looks after several."""
        return None if self._process is None else self._process.poll()

    def terminate(self) -> None:
        """Ask the process to end, as a container's host does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def ended(self, *, within: float = WITHIN) -> int:
        """Wait for the end of the process."""
        assert self._process is not None
        return self._process.wait(within)

    def kill(self) -> None:
        """End the process without warning, if it still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _connected(self) -> bool:
        if not self.over_http:
            return bool(self.sandbox.get("/control/app")["connections"])
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _start_again_if_dead(self) -> bool:
        if self.returncode is None:
            return False
        assert self.returncode == -signal.SIGKILL, self.log.read_text()
        self.deaths += 1
        wait(lambda: not self._connected())
        self.start()
        return True

    def page(self, path: str, *, port: int | None = None) -> tuple[int, dict[str, Any]]:
        """A page of the process, or of that at a port; nothing while it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except OSError:
            return 0, {}
        finally:
            connection.close()

    # --- What people do and see; whoever looks after the process starts it again

    def see(self, look: Callable[[], T]) -> T:
        """What `look` gives as soon as it is something."""
        found: list[T] = []

        def looked() -> bool:
            self._start_again_if_dead()
            seen = look()
            found[:] = [seen] if seen else []
            return bool(found)

        wait(looked)
        return found[0]

    def act(self, act: Callable[[], Answer]) -> Answer:
        """Do something, and where nobody answered because the bot died, do it again."""
        answer = act()
        if not answer.answered:
            assert self.ended() == -signal.SIGKILL
            assert self._start_again_if_dead()
            answer = act()
        assert answer.answered, answer
        return answer

    def card(self, channel: str = NORTHWIND) -> Seen:
        """The card, once it stands in a channel."""
        return self.see(lambda: self.posts(channel))[0]

    def posts(self, channel: str) -> list[Seen]:
        """What the bot has posted in a channel for all to see, without threads."""
        return [one for one in self._posted(channel) if not one.tombstone]

    def replies(self, channel: str = NORTHWIND) -> list[Seen]:
        """What the bot has posted below the cards of a channel, also below deleted ones."""
        threads = [self.person("theo").thread(channel, one.ts) for one in self._posted(channel)]
        return [one for thread in threads for one in thread[1:]]

    def _posted(self, channel: str) -> list[Seen]:
        seen = self.person("theo").messages(channel)
        return [one for one in seen if one.bot_id and not one.ephemeral]

    def rest(self) -> None:
        """Wait until everything that was to be sent is, and shown surfaces are up to date."""
        with self.store() as store:
            self.see(lambda: store.delivery.next_due() is None)

    # --- The record

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database, looked at from outside of the process."""
        database = open_database(self.settings.database_url)
        compile_once(database)
        store = Store(
            database,
            clock=SystemClock(),
            machine=SteadyMachineClock(),
            policy=Policy(),
            holidays=no_holidays,
            on_commit=lambda: None,
            cipher=NoteCipher([KEY]),
        )
        try:
            yield store
        finally:
            store.close()

    def leases_run_out(self) -> None:
        """As when the process stays away for longer than the lease of what it had in hand."""
        with self.store() as store, store.database.writing() as connection:
            for table in (outbox, surface):
                ended = SteadyMachineClock().now()
                held = update(table).where(table.c.lease.is_not(None))
                connection.execute(held.values(lease_until=ended))
            connection.commit()

    def tags(self, handoff_id: int) -> list[Tag]:
        """What happened to a handoff, in order."""
        with self.store() as store, store.system() as system:
            (workspace,) = system.workspaces()
            with store.read(workspace.id) as unit:
                bodies = [json.loads(one.body) for one in unit.history.records(handoff_id)]
                return [Tag(body["tag"]) for body in bodies]

    def sound(self) -> bool:
        """Whether every history verifies."""
        with _one_at_a_time:
            reports = verify_histories(self.settings)
        return bool(reports) and all(report.sound for report in reports)

    def doubtful(self) -> list[str]:
        """The kinds of messages that were given up, or that nobody knows to have arrived.

        Without those of which a call took more than a second, as on a machine that is busy: then
        it was no death that brought the doubt.
        """
        with self.store() as store:
            counts, letters = store.delivery.counts(), store.delivery.dead_letters(1)
        assert len(letters) == counts.unconfirmed + counts.dead
        return [letter.kind for letter in letters if letter.reason != TimeoutError.__name__]

    def stands(self) -> dict[str, int]:
        """How many messages of the bot stand where; keys that are doubled are refused here."""
        people = ("maya", "jonas", "priya", "theo")
        places = {name: self.person(name).dms() for name in people}
        for channel in (NORTHWIND, LARKFIELD):
            places[channel] = self.posts(channel)
            places[f"{channel} thread"] = self.replies(channel)
        keys = [_key(one) for seen in places.values() for one in seen]
        assert len(keys) == len(set(keys)), keys
        return {place: len(seen) for place, seen in places.items() if seen}


def _key(message: Seen) -> str:
    if message.files:
        return ",".join(message.files)
    assert message.metadata is not None, message.text
    return str(message.metadata["event_payload"]["key"])


def wait(look: Callable[[], object], *, within: float = WITHIN) -> None:
    """Return as soon as something is true; fail where it never is."""
    end, tick = time.monotonic() + within, threading.Event()
    while not look():
        assert time.monotonic() < end, "it did not happen in time"
        tick.wait(LOOKS_EVERY)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Prepare = Callable[[Store, Team], object]
"""Brings the rows to where a test begins."""


def _run(environ: Mapping[str, str]) -> None:
    """What `python -m bot run` does, as far as a test asks of it."""
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["bot", "run"]
    main()


@contextmanager
def living(
    folder: Path,
    *,
    database_url: str | None = None,
    prepare: Prepare | None = None,
    over_http: bool = False,
    forked: bool = False,
) -> Iterator[Life]:
    """A workspace whose people have their roles; the bot is not started yet."""
    # Slack tries an event again at once, after a minute and after five: here sixteen times faster.
    port = free_port()
    server = SandboxServer(
        manifest=manifest(all_listeners()),
        request_url=f"http://127.0.0.1:{port}/slack/events" if over_http else None,
        answer_seconds=ANSWER_SECONDS,
        retry_scale=1 / 16,
    )
    go_to_the_first_day(server)
    server.start()
    settings = Settings(
        slack_bot_token=SecretStr(server.bot_token),
        slack_signing_secret=SecretStr(server.signing_secret),
        slack_api_url=server.api_url,
        database_url=database_url or f"sqlite:///{folder / 'handoff.db'}",
        handoff_key=SecretStr(KEY),
        handoff_clock_url=f"{server.url}/control/clock",
    )
    life = Life(server, Sandbox(server.url), settings, port, folder / "log", over_http, forked)
    try:
        _prepare(settings, prepare)
        yield life
    finally:
        life.kill()
        server.stop()


def _prepare(settings: Settings, prepare: Prepare | None) -> None:
    with _one_at_a_time:
        if settings.database_url.startswith("sqlite:"):
            path = Path(settings.database_url.removeprefix("sqlite:///"))
            path.write_bytes(migrated_file())
        bot = build(settings, reached=nowhere)
    compile_once(bot.store.database)
    try:
        seed(bot)
        if prepare is not None:
            assert bot.travel is not None
            bot.travel.look()
            prepare(bot.store, _team(bot))
    finally:
        bot.store.close()


def _team(bot: Bot) -> Team:
    workspace = bot.workplace.id
    people = {slack_id: bot.directory.person(workspace, slack_id) for slack_id in PARTS}
    ada, priya, theo, maya, jonas, sam = people.values()
    return Team(
        workspace_id=workspace,
        ae=maya,
        csm=jonas,
        cs_manager=priya,
        ae_manager=theo,
        revops=ada,
        outsider=sam,
        channel=bot.directory.channel(workspace, "C0NORTHWD1"),
    )
