"""The demo: the bot beside a sandbox workspace, with people who already have their roles."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import typer
from pydantic import SecretStr

from bot.bootstrap import Bot, StartError, build, ended_by_signal
from bot.delivery.constants import Constants
from bot.domain.people import Role
from bot.examples import Cast, Stage, place_example, read_example
from bot.flows.manifest import manifest
from bot.flows.registration import all_listeners
from bot.sandbox.persistence import UnreadableFile
from bot.sandbox.server import SandboxServer
from bot.sandbox.story import load_story
from bot.settings import Settings
from bot.storage.cipher import new_key
from bot.storage.holidays import HolidayBook
from bot.storage.unit_of_work import Store


@dataclass(frozen=True)
class Part:
    """What an admin would have set for one invented person."""

    roles: frozenset[Role]
    manager: str | None
    region: str


MAYA, JONAS, PRIYA = "U0MAYA0001", "U0JONAS001", "U0PRIYA001"
THEO, ADA, SAM = "U0THEO0001", "U0ADA00001", "U0SAM00001"

DEAL_CHANNEL = "C0NORTHWD1"
STORY = Path(__file__).parent / "demo_story.yml"
_PLACE, _KEY = "workspace.json", "handoff.key"
"""Of the files in its folder those that every demo has."""
EXAMPLES_FOLDER = Path(__file__).parent.parent / "examples"
EXAMPLES: Mapping[str, tuple[str, Stage]] = {
    "northwind": (DEAL_CHANNEL, Stage.ASSIGNED),
    "larkfield": ("C0LARKFLD1", Stage.POSTED),
    "alderbay": ("C0REVENUE1", Stage.BEGUN),
}
"""In which channel each deal lives, and how far it is."""

PARTS: Mapping[str, Part] = {
    ADA: Part(frozenset({Role.REVOPS, Role.ADMIN}), None, "GB-ENG"),
    PRIYA: Part(frozenset({Role.CS_MANAGER}), ADA, "GB-ENG"),
    THEO: Part(frozenset({Role.AE_MANAGER}), ADA, "US-NY"),
    MAYA: Part(frozenset(), THEO, "US-NY"),
    JONAS: Part(frozenset(), PRIYA, "DE-BE"),
    SAM: Part(frozenset(), THEO, "US-IL"),
}


def working_moment(now: datetime) -> datetime:
    """The first 14:30 UTC, from `now` on, of three working days in a row for everybody.

    Then New York, London and Berlin are all at work, so nothing waits for anybody's morning.
    """
    book = HolidayBook()
    day = now.date()
    while True:
        moment = datetime.combine(day, time(14, 30), tzinfo=UTC)
        days = [day + timedelta(days=ahead) for ahead in range(3)]
        if moment >= now and all(_all_work(one, book) for one in days):
            return moment
        day += timedelta(days=1)


def _all_work(day: date, book: HolidayBook) -> bool:
    regions = {part.region for part in PARTS.values()}
    return day.weekday() < 5 and not any(day in book.holidays(one, day.year) for one in regions)


def forget(folder: Path) -> None:
    """Start over: remove what earlier demos kept.

    Raises StartError where that is no folder, or holds what no demo has put there.
    """
    with _usable(folder):
        if not folder.exists():
            return
        if any(folder.iterdir()) and not any((folder / one).exists() for one in (_PLACE, _KEY)):
            raise StartError(f"--data: {folder} holds no demo; --fresh would delete what is there.")
        shutil.rmtree(folder)


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """What is wrong with the place that somebody named becomes a sentence."""
    try:
        yield
    except OSError as error:
        raise StartError(
            f"--data: {folder} cannot be the folder of a demo ({error.strerror})."
        ) from None


def cast_roles(store: Store, workspace_id: int, known: Mapping[str, int]) -> None:
    """Give the invented people their roles; `known` maps Slack ids to person ids."""
    with store.write(workspace_id) as unit:
        for slack_id, part in PARTS.items():
            unit.people.set_part(
                known[slack_id],
                roles=part.roles,
                manager_id=known[part.manager] if part.manager else None,
                region=part.region,
            )
        unit.commit()


def sandbox_environment(server: SandboxServer) -> Mapping[str, str]:
    """What the bot needs to use a sandbox, as environment variables."""
    said = server.environment()
    return {name: value for name, value in said.items() if name.startswith("SLACK_")}


def demo_constants() -> Constants:
    """Each change shows within two seconds, also what others and a moved clock bring.

    The sandbox has no rates that would have to be kept. What waits for a message to stand, or for
    a look at its channel, is looked at again soon enough to be seen as one thing with it.
    """
    shipped, fast = Constants(), Constants().divided(20)
    soon = timedelta(seconds=0.2)
    return replace(
        shipped,
        settle=timedelta(seconds=1),
        thread_waits=fast.thread_waits,
        unknown_channel_waits=fast.unknown_channel_waits,
        idle=soon,
        rates=fast.rates,
        channel=fast.channel,
    )


def seed(bot: Bot) -> None:
    """Let the bot know the sandbox's people; the first time with roles as if by an admin.

    Later the roles are as whoever plays the admin left them.
    """
    with bot.store.read(bot.workplace.id) as unit:
        met = unit.people.by_slack_ids(PARTS)
    known = {slack_id: bot.directory.person(bot.workplace.id, slack_id).id for slack_id in PARTS}
    if not met:
        cast_roles(bot.store, bot.workplace.id, known)


def seed_examples(bot: Bot, folder: Path) -> bool:
    """Put the deals of `examples/` into the workspace; False where it has handoffs already."""
    workspace_id = bot.workplace.id
    with bot.store.read(workspace_id) as unit:
        if unit.handoffs.open_after(0, 1):
            return False
    cast = Cast(*(bot.directory.person(workspace_id, one) for one in (MAYA, JONAS, PRIYA, THEO)))
    for name, (slack_id, stage) in EXAMPLES.items():
        channel = bot.directory.channel(workspace_id, slack_id)
        with bot.store.write(workspace_id) as unit:
            today = unit.people.calendar(cast.ae.id).local_date(unit.now)
            example = read_example(folder / f"{name}.toml", today=today)
            place_example(unit, example, channel_id=channel.id, cast=cast, stage=stage)
            unit.commit()
    return True


def run_demo(data: Path, *, port: int, examples: bool = False) -> None:
    """A sandbox workspace and the bot in it, until Ctrl-C; with `examples` three deals, too.

    Raises StartError.
    """
    if examples and not EXAMPLES_FOLDER.is_dir():
        raise StartError(f"There is no {EXAMPLES_FOLDER}: run the demo from the bot's repository.")
    with _usable(data):
        first_time = not (data / _PLACE).exists()
        data.mkdir(parents=True, exist_ok=True)
        key = own_key(data / _KEY)
    try:
        server = SandboxServer(
            manifest=manifest(all_listeners()),
            data=data / _PLACE,
            port=port,
            story=load_story(STORY),
        )
    except UnreadableFile as error:
        raise StartError(f"--data: {error}") from None
    except OSError as error:
        raise StartError(f"--port: {port} cannot be used ({error.strerror}).") from None
    ended = ended_by_signal()
    if first_time:
        go_to_work(server)
    server.start()
    settings = Settings(
        slack_bot_token=SecretStr(server.bot_token),
        slack_app_token=SecretStr(server.app_token),
        handoff_key=SecretStr(key),
        slack_api_url=server.api_url,
        database_url=f"sqlite:///{data / 'handoff.db'}",
        handoff_clock_url=f"{server.url}/control/clock",
    )
    try:
        bot = build(settings, constants=demo_constants())
        seed(bot)
        bot.start()
        try:
            # Not before the bot has the time of the workspace.
            if examples and not seed_examples(bot, EXAMPLES_FOLDER):
                typer.echo(
                    "There are handoffs here already; --fresh --examples starts over with three."
                )
            typer.echo(f"Open {server.url}/?as={MAYA}&place={DEAL_CHANNEL}")
            typer.echo("The story at the right says what to try next, and does it for you.")
            typer.echo("Or on your own: you are Maya, the AE; type /handoff and press Send.")
            typer.echo("Change who you are at the top left, and the time at the top right.")
            typer.echo(f"What you do is kept in {data}/; Ctrl-C ends it.")
            ended.wait()
        finally:
            bot.stop()
    finally:
        server.stop()


def own_key(path: Path) -> str:
    """The demo's key, made where there is none; it lies beside the data that it keeps, in reach."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key())
    return path.read_text().strip()


def go_to_work(server: SandboxServer) -> None:
    """Move a workspace's calendar to a moment at which everybody in it is at work."""
    clock = server.workspace.clock
    ahead = working_moment(clock.now()) - clock.now()
    if ahead > timedelta(0):
        clock.advance(ahead.total_seconds())
