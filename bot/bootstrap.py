"""The one place where the parts meet: everything is built here, from settings or with fakes."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
import uvicorn
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection
from starlette.applications import Starlette

from bot.clock.clocks import SteadyMachineClock, SystemClock, TravelClock
from bot.clock.housekeeping import Housekeeping
from bot.clock.sweep import Sweep
from bot.clock.ticks import Ticks
from bot.delivery.constants import Constants
from bot.delivery.directory import LooksGoOn, SlackDirectory
from bot.delivery.failpoints import Reached, fail_points_from
from bot.delivery.senders import Senders
from bot.delivery.shaping import Shaping
from bot.delivery.trouble import frames
from bot.domain.errors import Conflict, HandoffError
from bot.domain.policy import Policy, load_policy
from bot.flows.conversations import Conversations
from bot.flows.registration import all_listeners
from bot.flows.shape import UNREADABLE
from bot.logs import quiet_logger
from bot.settings import Settings
from bot.slack_calls import CALL_FAILED, CALL_TIMEOUT
from bot.storage.backup import NoBackup, file_of, keep_aside
from bot.storage.cipher import NoteCipher, WrongKey
from bot.storage.copying import holds_anything
from bot.storage.engine import Database, StorageUnavailable, open_database
from bot.storage.holidays import HolidayBook
from bot.storage.migrate import UnknownSchema, migrate
from bot.storage.unit_of_work import Store
from bot.web.app import Health, build_web
from bot.web.listening import listening_socket
from bot.web.socket import Socket, build_socket

log = structlog.get_logger()

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
"""Seconds for requests in hand, and again for posts: containers are killed ten after SIGTERM."""


WRONG_KEY = (
    "HANDOFF_KEY: the private notes in this database were stored under another key; set that one "
    "again, or put it behind the new one, separated by a comma."
)


class StartError(Exception):
    """The bot cannot start; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Workplace:
    """The workspace a token belongs to, as Slack names it."""

    id: int
    team_id: str
    enterprise_id: str | None
    bot_user_id: str
    bot_id: str | None
    name: str


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

    def start(self) -> None:
        """Begin to answer, to send and to look at the clocks."""
        self.senders.start()
        self.ticks.start()
        if self.travel is not None:
            self.travel.start()
        if self.socket is not None:
            self.socket.connect()

    def stop(self) -> None:
        """Let the act in hand be answered and what is being sent be settled, then end."""
        if self.socket is not None:
            self.socket.close()
        if self.travel is not None:
            self.travel.stop()
        self.ticks.stop()
        self.senders.stop(STOP_WITHIN)
        self.bolt.listener_runner.listener_executor.shutdown(wait=True)
        self.store.close()


def build(
    settings: Settings,
    *,
    constants: Constants | None = None,
    reached: Reached | None = None,
) -> Bot:
    """Build every part from settings; raises SettingsError, PolicyError or StartError.

    `reached` is called with the name of each fail point that is passed; without it the
    environment's HANDOFF_FAILPOINT says where the process is to die.
    """
    # A request waits for the interpreter at each of its statements; by default a busy sender
    # would keep it for 5 ms every time.
    sys.setswitchinterval(SWITCH_INTERVAL)
    token = settings.require_slack()
    cipher = NoteCipher(settings.require_keys())
    policy = read_policy(settings)
    database = open_migrated(settings)
    machine = _machine_clock(database)
    sweep_poke, senders_poke = _Late(), _Late()
    travel = None
    if settings.handoff_clock_url is not None:
        travel = TravelClock(settings.handoff_clock_url, on_moved=sweep_poke)
    clock = travel or SystemClock()
    kept = constants or _constants(settings.handoff_hurry)
    passed = reached or fail_points_from(os.environ)
    store = Store(
        database,
        clock=clock,
        machine=machine,
        policy=policy,
        holidays=HolidayBook().holidays,
        on_commit=senders_poke,
        cipher=cipher,
    )
    asking = WebClient(token, settings.slack_api_url, timeout=CALL_TIMEOUT, retry_handlers=[])
    workplace = _workplace(asking, store)
    _take_key(store, workplace)
    sending = WebClient(
        token,
        settings.slack_api_url,
        timeout=max(1, int(kept.http_timeout.total_seconds())),
        retry_handlers=[],
    )
    shaping = Shaping(machine=machine, constants=kept)
    directory = partial(SlackDirectory, store=store, machine=machine, shaping=shaping)
    in_background = directory(
        client_of=lambda _: sending, budget=IN_BACKGROUND_BUDGET, sleep=time.sleep
    )
    # A look at members in a public channel without the bot has to be one there, too.
    looks_go_on = LooksGoOn(partial(in_background.channel, anywhere=True))
    in_delivery = directory(
        client_of=lambda _: sending, budget=IN_DELIVERY_BUDGET, on_unfinished=looks_go_on
    )
    before_answer = directory(
        client_of=lambda _: asking, budget=BEFORE_ANSWER_BUDGET, on_unfinished=looks_go_on
    )
    senders = Senders(
        store=store,
        client_of=lambda _: sending,
        check_channel=in_delivery.channel,
        check_manager=in_delivery.profiles.refresh,
        policy=policy,
        machine=machine,
        constants=kept,
        reached=passed,
        shaping=shaping,
    )
    senders_poke.target = senders.poke
    sweep = Sweep(store=store, clock=clock, reached=passed)
    # Everybody's profile takes minutes at the rate Slack allows; no tick waits for it.
    profiles = LooksGoOn(lambda workspace_id, _: in_background.profiles.refresh_all(workspace_id))
    housekeeping = Housekeeping(
        store=store,
        machine=machine,
        ask_for_managers=lambda workspace_id: profiles(workspace_id, ""),
    )
    ticks = Ticks(sweep=sweep.run, deliver=senders.poke, housekeeping=housekeeping.run)
    sweep_poke.target = ticks.poke_sweep
    bolt = _bolt(workplace, token, asking)
    Conversations(
        store=store,
        directory=before_answer,
        listeners=all_listeners(),
        workspace_of=_only(workplace),
        reached=passed,
    ).bind(bolt)
    secret = settings.slack_signing_secret
    web = build_web(
        health=Health(alive=lambda: _not_alive(ticks), ready=lambda: _not_ready(store)),
        bolt=None if settings.socket_mode else bolt,
        signing_secret=secret.get_secret_value() if secret else None,
        threads=THREADS,
    )
    socket = None
    if settings.slack_app_token is not None:
        socket = build_socket(
            bolt,
            app_token=settings.slack_app_token.get_secret_value(),
            client=asking,
            threads=THREADS,
        )
    return Bot(settings, store, workplace, bolt, web, socket, senders, ticks, travel, in_background)


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


def open_migrated(settings: Settings) -> Database:
    """The database of the settings, brought to this version's tables; raises StartError.

    The sentence never has the address, nor what the driver says of it: both may hold a password.
    """
    try:
        database = open_database(settings.database_url, pool_size=THREADS + 8)
    except ModuleNotFoundError:
        raise StartError(
            "DATABASE_URL: PostgreSQL needs its driver; install handoff-bot with [postgres]."
        ) from None
    try:
        database.reach()
        migrate(database, before=partial(_keep_before_migrating, database))
    except UnknownSchema:
        database.close()
        raise StartError(
            "DATABASE_URL: a newer version of the bot has changed this database; run that one."
        ) from None
    except (OSError, NoBackup) as error:
        database.close()
        raise StartError(
            f"DATABASE_URL: no copy could be kept before the tables are changed ({error})."
        ) from None
    except Conflict:
        database.close()
        raise StartError("DATABASE_URL: others write to the database for too long.") from None
    except StorageUnavailable:
        database.close()
        raise StartError(f"DATABASE_URL: {_WANTED_OF[database.dialect]}.") from None
    return database


def _keep_before_migrating(database: Database, connection: Connection, revision: str) -> None:
    """A new version's first start keeps the file as the version before it left it."""
    if database.dialect != "sqlite" or not holds_anything(connection):
        return
    kept = keep_aside(file_of(database), revision, SystemClock().now())
    log.info("kept the database as it was before the migration", file=kept.name)


def _machine_clock(database: Database) -> SteadyMachineClock:
    """On PostgreSQL the server's, so that replicas agree on who holds a lease."""
    if database.dialect == "postgresql":
        return SteadyMachineClock(told=database.server_now, shared=True)
    return SteadyMachineClock()


def _constants(hurry: int) -> Constants:
    """The waits of delivery, so many times shorter."""
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


def _workplace(client: WebClient, store: Store) -> Workplace:
    try:
        told = client.auth_test()
    except SlackApiError as error:
        raise StartError(
            f"Slack refused SLACK_BOT_TOKEN ({error.response.get('error')}): "
            "copy it again from the app's page, or install the app anew."
        ) from None
    except CALL_FAILED as error:
        raise StartError(
            f"SLACK_API_URL: {client.base_url} does not answer ({type(error).__name__})."
        ) from None
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
    )


def _take_key(store: Store, workplace: Workplace) -> None:
    try:
        renewed = store.take_key(workplace.id)
    except WrongKey:
        raise StartError(WRONG_KEY) from None
    if renewed:
        log.info("notes encrypted anew", count=renewed)


def _only(workplace: Workplace) -> Callable[[str | None, str | None], int | None]:
    def workspace_of(_: str | None, team_id: str | None) -> int | None:
        return workplace.id if team_id == workplace.team_id else None

    return workspace_of


def _bolt(workplace: Workplace, token: str, client: WebClient) -> App:
    def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=workplace.enterprise_id,
            team_id=workplace.team_id,
            team=workplace.name,
            bot_token=token,
            bot_id=workplace.bot_id,
            bot_user_id=workplace.bot_user_id,
        )

    bolt = App(
        name="handoff",
        client=WebClient(base_url=client.base_url, timeout=CALL_TIMEOUT, retry_handlers=[]),
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


def _not_alive(ticks: Ticks) -> str | None:
    return None if ticks.healthy() else "A tick did not end within its time."


def _not_ready(store: Store) -> str | None:
    try:
        with store.system() as system:
            system.workspaces()
    except HandoffError:
        return "The database does not answer."
    return None


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

    def stop(self) -> None:
        """End after the requests in hand."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(timeout=STOP_WITHIN + 1)
        self._socket.close()


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
    )


def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    ended = ended_by_signal()
    bot = build(settings)
    try:
        # Inside a container the port is only reachable on all of its addresses.
        web = WebServer(bot.web, host="0.0.0.0", port=settings.port)  # noqa: S104
    except SystemExit:  # Uvicorn's answer to a port it cannot have.
        raise StartError(f"PORT: {settings.port} cannot be used; is it taken already?") from None
    try:
        spare_collections()
        bot.start()
        web.start()
        log.info("running", mode="socket" if bot.socket else "http", port=settings.port)
        ended.wait()
    finally:
        web.stop()
        bot.stop()
    log.info("stopped")


def spare_collections() -> None:
    """Take what was built out of the garbage collector's rounds, in a process that runs one bot.

    It lives as long as the process, and a full round through it holds up every request in hand by
    some 60 ms.
    """
    gc.collect()
    gc.freeze()


def ended_by_signal() -> threading.Event:
    """Set by SIGTERM or SIGINT from now on; what is in hand can then be ended first."""
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    return ended
