"""The one place where the parts meet: everything is built here, from settings or with fakes."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

import structlog
import uvicorn
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy import Connection
from starlette.applications import Starlette

from bot.clock.alarms import Alarms
from bot.clock.clocks import SteadyMachineClock, SystemClock, TravelClock
from bot.clock.drift import Drift
from bot.clock.housekeeping import Housekeeping
from bot.clock.sweep import Sweep
from bot.clock.ticks import Ticks
from bot.delivery.asking import Asking
from bot.delivery.calls import ClientOf
from bot.delivery.constants import Constants
from bot.delivery.daily import DailyLook
from bot.delivery.directory import LooksGoOn, SlackDirectory
from bot.delivery.failpoints import Reached, fail_points_from
from bot.delivery.granted import Granted, scopes_of
from bot.delivery.missing import MissingScopes
from bot.delivery.outcomes import Heard, Outcome, Verdict, date_of, failed, listened
from bot.delivery.senders import Senders
from bot.delivery.shaping import InMemory, Shaping
from bot.delivery.trouble import frames
from bot.domain.errors import Conflict, Problem
from bot.domain.policy import Policy, load_policy
from bot.domain.ports import Clock
from bot.flows.asked import Kind
from bot.flows.conversations import Conversations
from bot.flows.installations import Installations
from bot.flows.manifest import SCOPES
from bot.flows.registration import all_listeners
from bot.flows.shape import UNREADABLE
from bot.logs import lost_lines, quiet_logger
from bot.settings import Settings
from bot.slack_calls import CALL_FAILED, CALL_TIMEOUT, Clients, OneToken, TokenSource
from bot.storage.backup import NoBackup, file_named, file_of, keep_aside
from bot.storage.cipher import NoteCipher, WrongKey
from bot.storage.copying import holds_anything
from bot.storage.engine import Database, StorageUnavailable, open_database
from bot.storage.holidays import HolidayBook
from bot.storage.migrate import Schema, UnknownSchema, migrate, schema_of
from bot.storage.rates import RateRows
from bot.storage.unit_of_work import Store
from bot.storage.vitals import look
from bot.watch.heartbeat import Heartbeat
from bot.watch.metrics import Metrics
from bot.watch.pulse import Pulse
from bot.watch.wellbeing import Signs, Wellbeing
from bot.web.app import Health, build_web
from bot.web.listening import listening_socket
from bot.web.socket import Socket, build_socket

log = structlog.get_logger()

T = TypeVar("T")

THREADS = 16
"""Request threads, of the HTTP pool or the Socket Mode workers; the database pool follows it."""
BEFORE_ANSWER_BUDGET = 1.2
"""Seconds a look at a channel's members may take of those there are before the answer."""
IN_DELIVERY_BUDGET = 20.0
IN_BACKGROUND_BUDGET = 600.0
"""Long enough for several hundred people whom the bot never met, at Slack's rate."""
SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that computes lets another one on."""
STOP_WITHIN = 4
"""Seconds for requests in hand, and for posts."""
KEEPS_IDLE = 75
"""Seconds for which a connection is kept idle: longer than balancers keep theirs, often 60, so that
none sends into one that is just being closed."""
LINGER = 2.0
"""Seconds for which requests are still taken after SIGTERM, until a load balancer has let go."""
ENDS_WITHIN = 9.0
"""Seconds for all of it: containers are killed ten after SIGTERM."""


WRONG_KEY = (
    "HANDOFF_KEY: the private notes in this database were stored under another key; set that one "
    "again, or put it behind the new one, separated by a comma."
)


class StartError(Exception):
    """The bot cannot start; the message is one sentence that says what to do."""


class Stopping(Exception):
    """The bot ends, and what was done in the background with it."""


@dataclass(frozen=True)
class Workplace:
    """The workspace a token belongs to, as Slack names it."""

    id: int
    team_id: str
    enterprise_id: str | None
    bot_user_id: str
    bot_id: str | None
    name: str
    scopes: frozenset[str] | None = None
    """What the token might do at the start, where Slack said so."""


@dataclass(frozen=True)
class Parts:
    """What the bot is made of; who proves that a proof can fail puts worse ones in."""

    store: type[Store] = Store
    senders: type[Senders] = Senders
    ticks: type[Ticks] = Ticks
    client_of: ClientOf | None = None
    """The client that sends for each workspace; without it the token's, for every one."""


@dataclass
class Bot:
    """All parts of a running bot; `start` and `stop` are called once each."""

    settings: Settings
    store: Store
    workplace: Workplace
    bolt: App
    web: Starlette
    socket: Socket | None
    senders: Senders
    ticks: Ticks
    travel: TravelClock | None
    directory: SlackDirectory
    """The one that waits for its turn."""
    wellbeing: Wellbeing
    metrics: Metrics
    heartbeat: Heartbeat | None
    stopping: threading.Event
    """Set first of all: a load balancer sends nothing more."""

    def start(self, *beside: Callable[[], object]) -> None:
        """Begin to answer, to send and to look at the clocks; raises StartError.

        What is to begin `beside` the parts does so before the connection, for which Slack may have
        the bot wait: whoever looks after the process must not take it for dead meanwhile.
        """
        if self.travel is not None:
            # First: whatever read the calendar before it is told would draw an old day.
            with _told_the_time():
                self.travel.start()
        self.senders.start()
        self.ticks.start()
        for begin in beside:
            begin()
        if self.socket is not None:
            _connect(self.socket)
        if self.heartbeat is not None:
            self.heartbeat.start()

    def stop(self, *beside: Callable[[], bool]) -> bool:
        """Let the act in hand be answered and what is being sent be settled, then end.

        What is to end `beside` the parts ends with them. False where something did not end within
        its time: then the rows are as after a crash, and whoever starts next goes on from there.
        """
        self.stopping.set()
        if self.heartbeat is not None:
            self.heartbeat.stop()
        ends = [*beside, self.ticks.stop, lambda: self.senders.stop(STOP_WITHIN)]
        if self.socket is not None:
            ends.append(self.socket.close)
        if self.travel is not None:
            ends.append(self.travel.stop)
        ended = all_end(ends, within=ENDS_WITHIN)
        self.bolt.listener_runner.listener_executor.shutdown(wait=ended)
        self.store.close()
        return ended


def _address(
    here: WebClient,
    app_token: str,
    rest: Callable[[float], None],
    heard: Callable[[Outcome, float], object],
) -> str:
    """Ask where to connect to; where Slack wants to be asked later, `rest` until then.

    The SDK's own way sleeps, and whoever ends the bot would wait for the end of it.
    """
    ask = partial(here.apps_connections_open, app_token=app_token)
    while True:
        try:
            return str(listened(heard, ask)["url"])
        except SlackApiError as error:
            told = failed(error)
            if told.verdict is not Verdict.LIMITED:
                raise
        log.warning("connection_limited", seconds=told.retry_after.total_seconds())
        rest(told.retry_after.total_seconds())


def _connect(socket: Socket) -> None:
    """Ask for a connection; what goes wrong behind its address is tried again by itself."""
    try:
        socket.connect()
    except Stopping:
        return
    except SlackApiError as error:
        raise StartError(
            f"Slack refused SLACK_APP_TOKEN ({error.response.get('error')}): "
            "copy it again from the app's page, or generate one with the scope connections:write."
        ) from None
    except CALL_FAILED as error:
        raise StartError(
            f"SLACK_API_URL: no connection for Socket Mode ({type(error).__name__})."
        ) from None


def build(
    settings: Settings,
    *,
    constants: Constants | None = None,
    reached: Reached | None = None,
    parts: Parts | None = None,
    tokens: TokenSource | None = None,
    stopping: threading.Event | None = None,
) -> Bot:
    """Build every part from settings; raises SettingsError, PolicyError or StartError.

    `reached` is called with the name of each fail point that is passed; without it the
    environment's HANDOFF_FAILPOINT says where the process is to die. `tokens` are those of many
    workspaces; without them it is the one of the settings. Whoever sets `stopping` ends what waits
    in the background, a start too.
    """
    # A request waits for the interpreter at each of its statements; by default a busy sender
    # would keep it for 5 ms every time.
    sys.setswitchinterval(SWITCH_INTERVAL)
    settings.require_slack()
    parts = parts or Parts()
    ground = _ground(settings, parts, constants or constants_of(settings))
    edge = _edge(settings, ground, parts, tokens)
    watch = _watch(settings, ground, edge, stopping or threading.Event())
    fail_point = reached or fail_points_from(os.environ)

    def passed(point: str) -> None:
        watch.metrics.reached(point)
        fail_point(point)

    delivery = _delivery(ground, edge, watch, parts, passed)
    ticks = _ticks(ground, edge, watch, delivery, parts, passed)
    watch.ticks.target = ticks
    served = _served(settings, ground, edge, watch, delivery, passed)
    watch.socket.target = served.socket
    url = settings.handoff_heartbeat_url
    return Bot(
        settings=settings,
        store=ground.store,
        workplace=edge.workplace,
        bolt=served.bolt,
        web=served.web,
        socket=served.socket,
        senders=delivery.senders,
        ticks=ticks,
        travel=ground.travel,
        directory=delivery.in_background,
        wellbeing=watch.wellbeing,
        metrics=watch.metrics,
        heartbeat=(
            Heartbeat(url.get_secret_value(), not_well=watch.wellbeing.not_well) if url else None
        ),
        stopping=watch.stopping,
    )


@dataclass
class _Later(Generic[T]):
    """A part that is built after those who speak of it."""

    target: T | None = None


@dataclass(frozen=True)
class _Ground:
    """What everything stands on: rows, clocks, the policy."""

    kept: Constants
    policy: Policy
    database: Database
    machine: SteadyMachineClock
    clock: Clock
    travel: TravelClock | None
    store: Store
    sweep_poke: "_Late"
    senders_poke: "_Late"


def _ground(settings: Settings, parts: Parts, kept: Constants) -> _Ground:
    cipher = NoteCipher(settings.require_keys())
    policy = read_policy(settings)
    database = open_migrated(settings)
    machine = machine_clock(database)
    sweep_poke, senders_poke = _Late(), _Late()
    travel = None
    if settings.handoff_clock_url is not None:
        travel = TravelClock(settings.handoff_clock_url, on_moved=sweep_poke)
    clock = travel or SystemClock()
    store = parts.store(
        database,
        clock=clock,
        machine=machine,
        policy=policy,
        holidays=HolidayBook().holidays,
        on_commit=senders_poke,
        cipher=cipher,
    )
    return _Ground(kept, policy, database, machine, clock, travel, store, sweep_poke, senders_poke)


@dataclass(frozen=True)
class _Edge:
    """How Slack is reached: as which workspace, with whose token, how often."""

    here: WebClient
    """For what is asked of the workspace of the settings, and of the app."""
    workplace: Workplace
    tokens: TokenSource
    asking: ClientOf
    sending: ClientOf
    shaping: Shaping
    drift: Drift


def _edge(settings: Settings, ground: _Ground, parts: Parts, tokens: TokenSource | None) -> _Edge:
    token, base_url, drift = settings.require_slack(), settings.slack_api_url, Drift()
    here = WebClient(token, base_url, timeout=CALL_TIMEOUT, retry_handlers=[])
    try:
        workplace = _workplace(here, ground.store, drift)
        _take_key(ground.store, workplace)
        # Slack has just taken the token: where nothing is to be sent nobody else would find out.
        ground.store.delivery.unblock_workspace(workplace.id)
    except StorageUnavailable as error:
        ground.store.close()
        raise _not_opened(ground.database, error) from None
    tokens = tokens or OneToken(workplace.id, token)
    patiently = max(1, int(ground.kept.http_timeout.total_seconds()))
    # One process alone owns a SQLite file; on PostgreSQL others may take from the same rates.
    shared = ground.database.dialect == "postgresql"
    shelf = RateRows(ground.database) if shared else InMemory()
    return _Edge(
        here,
        workplace,
        tokens,
        asking=Clients(tokens, base_url=base_url, timeout=CALL_TIMEOUT).of,
        sending=parts.client_of or Clients(tokens, base_url=base_url, timeout=patiently).of,
        shaping=Shaping(machine=ground.machine, constants=ground.kept, shelf=shelf),
        drift=drift,
    )


@dataclass(frozen=True)
class _Watch:
    """What looks at how the others are."""

    wellbeing: Wellbeing
    metrics: Metrics
    missing: MissingScopes
    connected: Callable[[], bool] | None
    """Whether Slack reaches the bot, where it does so by a connection of the bot's."""
    stopping: threading.Event
    ticks: _Later[Ticks]
    socket: _Later[Socket]
    heard: Heard

    def through(
        self, workspace_id: int, method: str, call: Callable[[], SlackResponse]
    ) -> SlackResponse:
        """Make a call of a method, and have it heard how it ended; raises what the call does."""
        return listened(partial(self.heard, workspace_id, method), call)

    def rest(self, seconds: float) -> None:
        """Wait in the background; raises Stopping once the bot ends."""
        if self.stopping.wait(seconds):
            raise Stopping


def _watch(settings: Settings, ground: _Ground, edge: _Edge, stopping: threading.Event) -> _Watch:
    missing = MissingScopes()
    ticks, socket = _Later[Ticks](), _Later[Socket]()
    database = ground.database

    def connected() -> bool:
        return socket.target is not None and socket.target.connected

    by_connection = connected if settings.socket_mode else None
    pulse = Pulse(
        partial(
            look,
            database,
            clock=ground.clock,
            machine=ground.machine,
            pauses=edge.shaping.pauses,
        )
    )
    wellbeing = Wellbeing(
        Signs(
            vitals=pulse.vitals,
            last_success=lambda: ticks.target.last_success() if ticks.target else {},
            hanging=lambda: ticks.target.hanging() if ticks.target else [],
            failing=lambda: ticks.target.failing() if ticks.target else [],
            trouble=lambda: database.writability.trouble,
            drift=lambda: edge.drift.seconds,
            sqlite_version=database.sqlite_version,
            sqlite_safe=database.sqlite_safe,
            connected=by_connection,
            stopping=stopping.is_set,
        )
    )
    metrics = Metrics(
        wellbeing,
        kinds=list(Kind),
        refused_writes=lambda: database.writability.refused,
        lost_lines=lost_lines,
        version=own_version(),
        dialect=database.dialect,
    )

    def heard(workspace_id: int, method: str, outcome: Outcome, took: float) -> None:
        metrics.heard(method, outcome, took)
        edge.drift.heard(outcome.date, took)
        missing.heard(workspace_id, outcome)

    return _Watch(wellbeing, metrics, missing, by_connection, stopping, ticks, socket, heard)


@dataclass(frozen=True)
class _Delivery:
    """What goes out, and what is asked of Slack beside that."""

    senders: Senders
    before_answer: SlackDirectory
    in_background: SlackDirectory
    daily: DailyLook


def _delivery(
    ground: _Ground, edge: _Edge, watch: _Watch, parts: Parts, passed: Reached
) -> _Delivery:
    directory = partial(
        SlackDirectory,
        store=ground.store,
        machine=ground.machine,
        shaping=edge.shaping,
        heard=watch.heard,
    )
    in_background = directory(client_of=edge.sending, budget=IN_BACKGROUND_BUDGET, sleep=watch.rest)
    # A look at members in a public channel without the bot has to be one there, too.
    looks_go_on = LooksGoOn(
        partial(in_background.channel, anywhere=True), stopping=watch.stopping.is_set
    )
    in_delivery = directory(
        client_of=edge.sending, budget=IN_DELIVERY_BUDGET, on_unfinished=looks_go_on
    )
    before_answer = directory(
        client_of=edge.asking, budget=BEFORE_ANSWER_BUDGET, on_unfinished=looks_go_on
    )
    senders = parts.senders(
        store=ground.store,
        client_of=edge.sending,
        check_channel=in_delivery.channel,
        check_manager=in_delivery.profiles.refresh,
        policy=ground.policy,
        machine=ground.machine,
        constants=ground.kept,
        reached=passed,
        shaping=edge.shaping,
        heard=watch.heard,
    )
    ground.senders_poke.target = senders.poke
    if ground.database.dialect == "sqlite":
        # Of several processes none knows what the others have in hand, nor reads the wall.
        ground.store.delivery.take_over(
            lease=ground.kept.lease,
            quarantine=ground.kept.quarantine,
            longest_wait=ground.kept.longest_back_off,
        )
    daily = DailyLook(
        store=ground.store,
        asking=Asking(
            client_of=edge.sending,
            shaping=edge.shaping,
            sleep=watch.rest,
            on_no_access=ground.store.delivery.block_workspace,
            heard=watch.heard,
        ),
        look_anew=partial(in_background.channel, anew=True),
        machine=ground.machine,
        sleep=watch.rest,
    )
    return _Delivery(senders, before_answer, in_background, daily)


def _ticks(
    ground: _Ground,
    edge: _Edge,
    watch: _Watch,
    delivery: _Delivery,
    parts: Parts,
    passed: Reached,
) -> Ticks:
    sweep = Sweep(store=ground.store, clock=ground.clock, reached=passed)
    # Everybody's profile takes minutes at the rate Slack allows; no tick waits for it.
    ask_for_managers = delivery.in_background.profiles.refresh_all
    looks = partial(LooksGoOn, stopping=watch.stopping.is_set)
    profiles = looks(lambda workspace_id, _: ask_for_managers(workspace_id))
    looks_around = looks(lambda workspace_id, _: delivery.daily.run(workspace_id))
    ask = partial(watch.through, edge.workplace.id, "auth.test", edge.here.auth_test)
    granted = Granted(ask, edge.workplace.scopes)
    housekeeping = Housekeeping(
        store=ground.store,
        machine=ground.machine,
        ask_for_managers=lambda workspace_id: profiles(workspace_id, ""),
        look_around=lambda workspace_id: looks_around(workspace_id, ""),
        ask_the_time=granted.anew,
        rest=watch.stopping.wait,
    )
    alarms = Alarms(
        store=ground.store,
        clock=ground.clock,
        missing=watch.missing,
        required=[scope.name for scope in SCOPES if not scope.optional],
        granted=granted,
        connected=watch.connected,
        heard_again=delivery.daily.missed_something,
    )

    def keep_house() -> None:
        delivery.senders.fit()  # First: looking at every handoff takes a while.
        housekeeping.run()

    ticks = parts.ticks(
        sweep=sweep.run,
        deliver=delivery.senders.look_after,
        housekeeping=keep_house,
        alarms=alarms.look,
    )
    ground.sweep_poke.target = ticks.poke_sweep
    return ticks


@dataclass(frozen=True)
class _Served:
    """How the bot is reached."""

    bolt: App
    web: Starlette
    socket: Socket | None


def _served(
    settings: Settings,
    ground: _Ground,
    edge: _Edge,
    watch: _Watch,
    delivery: _Delivery,
    passed: Reached,
) -> _Served:
    bot_ids = {edge.workplace.id: edge.workplace.bot_id}
    installations = Installations(store=ground.store, tokens=edge.tokens, bot_ids=bot_ids)
    bolt = _bolt(installations, settings.slack_api_url)
    Conversations(
        store=ground.store,
        directory=delivery.before_answer,
        listeners=all_listeners(),
        workspace_of=installations.workspace_of,
        reached=passed,
        answered=watch.metrics.answered,
        through=watch.through,
    ).bind(bolt)
    secret = settings.slack_signing_secret
    web = build_web(
        health=Health(
            alive=watch.wellbeing.not_alive,
            ready=watch.wellbeing.not_ready,
            facts=watch.wellbeing.facts,
            metrics=watch.metrics.text,
        ),
        bolt=None if settings.socket_mode else bolt,
        signing_secret=secret.get_secret_value() if secret else None,
        threads=THREADS,
        # Slack stamped the request: this machine's clock may be wrong, and PostgreSQL's, too.
        now=lambda: edge.drift.slack_now().timestamp(),
    )
    socket = None
    if settings.slack_app_token is not None:
        app_token = settings.slack_app_token.get_secret_value()
        # The scope of the other token: none that the bot's own would lack.
        asked_to_connect = partial(watch.metrics.heard, "apps.connections.open")
        socket = build_socket(
            bolt,
            app_token=app_token,
            client=edge.here,
            threads=THREADS,
            address=partial(_address, edge.here, app_token, watch.rest, asked_to_connect),
        )
    return _Served(bolt, web, socket)


class _Late:
    """A poke whose receiver is built after those who poke."""

    def __init__(self) -> None:
        self.target: Callable[[], None] | None = None

    def __call__(self) -> None:
        if self.target is not None:
            self.target()


_WANTED_OF = {
    "sqlite": "sqlite:///path wants a folder and a file in it that can be written",
    "postgresql": "postgresql://user@host/name wants a server that answers, lets this user in and "
    "lets them make tables",
}


def read_policy(settings: Settings) -> Policy:
    """The team's policy as it may hold today; raises PolicyError."""
    return load_policy(settings.handoff_policy, today=SystemClock().now().date())


def opened(settings: Settings) -> Database:
    """The database of the settings, at whatever version's tables; raises StartError.

    The sentence never has the address, nor what the driver says of it: both may hold a password.
    """
    try:
        database = open_database(settings.database_url, pool_size=THREADS + 8)
    except ModuleNotFoundError:
        raise StartError(
            "DATABASE_URL: PostgreSQL needs its driver; install handoff-bot with [postgres]."
        ) from None
    with _usable(database):
        database.reach()
    return database


def migrated(database: Database) -> Database:
    """The same, brought to this version's tables; raises StartError, and then it is closed."""
    with _usable(database):
        try:
            migrate(database, before=partial(_keep_before_migrating, database))
        except (OSError, NoBackup) as error:
            raise StartError(
                f"DATABASE_URL: no copy could be kept before the tables are changed ({error})."
            ) from None
    return database


@contextmanager
def _usable(database: Database) -> Iterator[None]:
    """What keeps a database from being used becomes a sentence, and it is closed."""
    try:
        yield
        return
    except StartError as error:
        told = error
    except UnknownSchema:
        told = StartError(_NEWER)
    except Conflict:
        told = StartError(_BUSY)
    except StorageUnavailable as error:
        told = _not_opened(database, error)
    database.close()
    raise told from None


def open_migrated(settings: Settings) -> Database:
    """The database of the settings, brought to this version's tables; raises StartError."""
    return migrated(opened(settings))


def schema_made(database: Database) -> Schema:
    """How far the tables are that a bot may be using now; only one that is empty gets its tables.

    Raises StartError, and then it is closed.
    """
    with _usable(database):
        schema = schema_of(database)
    if schema.at is None:
        migrated(database)
        return replace(schema, at=schema.newest, pending=0)
    return schema


def not_current(schema: Schema) -> str:
    """What to do where the tables are another version's, as a sentence."""
    if schema.pending is None:
        return _NEWER
    return (
        f"DATABASE_URL: {schema.pending} step(s) of the tables are pending, from {schema.at} to "
        f"{schema.newest}, and nothing was changed: make a backup with the version that runs, "
        "then handoff-bot migrate; no older version starts after that."
    )


_NO_DATABASE = "DATABASE_URL: there is no such database; name the one that the bot runs on."
_NO_WORKSPACE = (
    "DATABASE_URL: no bot has started on this database yet; name the one that the bot runs on, or "
    "start it first."
)
_BUSY = "DATABASE_URL: others write to the database for too long."
_NEWER = (
    "DATABASE_URL: a newer version of the bot has changed this database; run that one, or restore "
    "a backup from before it."
)
UNWRITABLE_IN_WORDS = {
    Problem.STORAGE_FULL: "the disk under the database is full",
    Problem.STORAGE_READ_ONLY: "the database may only be read",
    Problem.STORAGE_FAULT: "the disk under the database fails",
    Problem.STORAGE_DAMAGED: (
        "the database is damaged, or it is none; name the right one, or put a backup back"
    ),
}


def _not_opened(database: Database, error: StorageUnavailable) -> StartError:
    wanted = UNWRITABLE_IN_WORDS.get(error.problem, _WANTED_OF[database.dialect])
    return StartError(f"DATABASE_URL: {wanted}.")


def _keep_before_migrating(database: Database, connection: Connection, revision: str) -> None:
    """A new version's first start keeps the file as the version before it left it."""
    if database.dialect != "sqlite" or not holds_anything(connection):
        return
    kept = keep_aside(file_of(database), revision, SystemClock().now())
    log.info("kept the database as it was before the migration", file=kept.name)


def machine_clock(database: Database) -> SteadyMachineClock:
    """On PostgreSQL the server's, so that replicas agree on who holds a lease."""
    if database.dialect == "postgresql":
        return SteadyMachineClock(told=database.server_now, shared=True)
    return SteadyMachineClock()


def constants_of(settings: Settings) -> Constants:
    """The waits of delivery, shorter where the settings say that it hurries."""
    hurry = settings.handoff_hurry
    if hurry == 1:
        return Constants()
    fast = Constants().divided(hurry)
    return replace(
        fast,
        # The client counts whole seconds.
        http_timeout=max(fast.http_timeout, timedelta(seconds=1)),
        # Who looks too often takes the time from who works.
        idle=max(fast.idle, timedelta(seconds=0.2)),
    )


def ask_the_time(client: WebClient, drift: Drift) -> SlackResponse:
    """Ask Slack who the bot is, and note what its clock showed; raises one of CALL_FAILED."""
    began = time.monotonic()
    told = client.auth_test()
    drift.heard(date_of(told.headers), time.monotonic() - began)
    return told


def bare_store(settings: Settings) -> Store:
    """A store for the commands that need no Slack, and mostly no key; raises StartError.

    They may be run beside a bot of another version, so they change no tables under it. Where no
    bot has ever started the address is most likely a wrong one, so they make no database either.
    """
    named = file_named(settings.database_url)
    if named is not None and not named.exists():
        raise StartError(_NO_DATABASE)
    database = opened(settings)
    with _usable(database):
        schema = schema_of(database)
        if schema.at is None:
            raise StartError(_NO_WORKSPACE)
        if not schema.current:
            raise StartError(not_current(schema))
        with database.reading() as connection:
            if not holds_anything(connection):
                raise StartError(_NO_WORKSPACE)
    return store_on(database, settings)


def store_on(database: Database, settings: Settings) -> Store:
    """A store on a database at this version's tables; raises StartError."""
    key = settings.handoff_key
    return Store(
        database,
        clock=_calendar(settings),
        machine=SteadyMachineClock(),
        policy=read_policy(settings),
        holidays=HolidayBook().holidays,
        on_commit=lambda: None,
        cipher=NoteCipher(settings.require_keys()) if key is not None else None,
    )


def _calendar(settings: Settings) -> Clock:
    """That of the bot of these settings: what a command writes comes after what the bot wrote."""
    if settings.handoff_clock_url is None:
        return SystemClock()
    travel = TravelClock(settings.handoff_clock_url, on_moved=lambda: None)
    with _told_the_time():
        travel.wait(CALL_TIMEOUT)
    return travel


@contextmanager
def _told_the_time() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise StartError("HANDOFF_CLOCK_URL: nothing there tells the time.") from None


def reach_workplace(client: WebClient, store: Store) -> Workplace:
    """The workspace of the token, kept in the store; raises StartError where Slack is no help."""
    return _workplace(client, store, Drift())


def _workplace(client: WebClient, store: Store, drift: Drift) -> Workplace:
    try:
        told = ask_the_time(client, drift)
    except SlackApiError as error:
        raise StartError(
            f"Slack refused SLACK_BOT_TOKEN ({error.response.get('error')}): "
            "copy it again from the app's page, or install the app anew."
        ) from None
    except CALL_FAILED as error:
        raise StartError(
            f"SLACK_API_URL: {client.base_url} does not answer ({type(error).__name__})."
        ) from None
    # What is sent first may be lost, and the next process may have another clock.
    store.delivery.slack_showed(date_of(told.headers))
    enterprise_id = told.get("enterprise_id")
    workspace_id = store.workspace(
        enterprise_id=enterprise_id,
        team_id=told["team_id"],
        bot_user_id=told["user_id"],
        name=told.get("team") or "",
    )
    return Workplace(
        workspace_id,
        told["team_id"],
        enterprise_id,
        told["user_id"],
        told.get("bot_id"),
        told.get("team") or "",
        scopes_of(told),
    )


def _take_key(store: Store, workplace: Workplace) -> None:
    try:
        renewed = store.take_key(workplace.id)
    except WrongKey:
        raise StartError(WRONG_KEY) from None
    if renewed:
        log.info("notes encrypted anew", count=renewed)


def _bolt(installations: Installations, base_url: str) -> App:
    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return installations.authorize(enterprise_id, team_id)

    bolt = App(
        name="handoff",
        client=WebClient(base_url=base_url, timeout=CALL_TIMEOUT, retry_handlers=[]),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,  # Checked in our own layer, which logs no body.
        raise_error_for_unhandled_request=True,  # Bolt's own handler would log the body.
        logger=quiet_logger("slack"),
    )

    def answer_error(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=404)
        ours = not isinstance(error, UNREADABLE)
        tell = log.error if ours else log.warning
        told = "request failed outside of a listener" if ours else "unreadable delivery"
        tell(told, error=type(error).__name__, frames=frames(error))
        # Slack delivers nothing but events again.
        return BoltResponse(status=500 if ours and body.get("type") == "event_callback" else 400)

    bolt.error(answer_error)
    return bolt


def own_version() -> str:
    """The release that runs; a checkout that was never installed has none."""
    try:
        return version("handoff-bot")
    except PackageNotFoundError:
        return "unknown"


def all_end(ends: Iterable[Callable[[], object]], *, within: float) -> bool:
    """Run all of it at once; False where one says so, or has not come to its end in time."""
    told: list[object] = []
    threads = [
        threading.Thread(target=lambda end=end: told.append(end()), name="ending", daemon=True)
        for end in ends
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + within
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return len(told) == len(threads) and False not in told


class WebServer:
    """Uvicorn in a thread, on a port bound when it is built; ends when it is told to."""

    def __init__(self, app: Starlette, *, host: str = "127.0.0.1", port: int = 0) -> None:
        config = _uvicorn(app, host=host, port=port)
        self._socket = listening_socket(host, port)
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="web", daemon=True
        )

    def start(self) -> None:
        """Serve until `stop`."""
        self._thread.start()

    def stop(self) -> bool:
        """End after the requests in hand; False where one of them did not end in time."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(timeout=STOP_WITHIN + 1)
        self._socket.close()
        return not self._thread.is_alive()


def _uvicorn(app: Starlette, *, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_WITHIN,
        timeout_keep_alive=KEEPS_IDLE,
    )


def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    ended = ended_by_signal()
    bot = build(settings, stopping=ended)
    try:
        # Inside a container the port is only reachable on all of its addresses.
        web = WebServer(bot.web, host="0.0.0.0", port=settings.port)  # noqa: S104
    except OSError:
        bot.store.close()
        raise StartError(f"PORT: {settings.port} cannot be used; is it taken already?") from None
    try:
        spare_collections()
        bot.start(web.start)
        if not ended.is_set():
            log.info("running", mode="socket" if bot.socket else "http", port=settings.port)
        ended.wait()
    finally:
        bot.stopping.set()

        def let_go() -> bool:
            if bot.socket is None:
                time.sleep(LINGER)
            return web.stop()

        ended_well = bot.stop(let_go)
    log.info("stopped", in_hand=not ended_well)
    if not ended_well:
        # Python would wait for the threads. What they have in hand is as after a crash.
        os._exit(0)


def spare_collections() -> None:
    """Take what was built out of the garbage collector's rounds, in a process that runs one bot.

    It lives as long as the process, and a full round through it holds up every request in hand by
    some 60 ms.
    """
    gc.collect()
    gc.freeze()


def ended_by_signal() -> threading.Event:
    """Set by SIGTERM or SIGINT from now on; what is in hand can then be ended first."""
    ended, came = threading.Event(), SimpleQueue[int]()

    def tell() -> None:
        came.get()
        ended.set()

    # A handler runs in the midst of what the main thread does. Where that is the event's own wait,
    # setting it there would wait for a lock which that thread holds itself.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _: came.put(number))
    threading.Thread(target=tell, name="signals", daemon=True).start()
    return ended
