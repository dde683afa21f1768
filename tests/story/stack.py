"""The whole product on loopback: a sandbox workspace, the bot, and people who act in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr

from bot.bootstrap import Bot, WebServer, build
from bot.delivery.constants import Constants
from bot.delivery.failpoints import Reached
from bot.demo import seed
from bot.flows.manifest import manifest
from bot.flows.registration import all_listeners
from bot.sandbox.seen import Screen, Seen
from bot.sandbox.server import SandboxServer
from bot.sandbox.story import Story as SandboxStory
from bot.sandbox.visitor import Sandbox, Visitor
from bot.settings import Settings
from tests.builders import KEY, compile_once, migrated_file
from tests.first_day import go_to_the_first_day

DEAL = "#deal-northwind"


class Transport(StrEnum):
    """How Slack reaches the bot."""

    HTTP = "http"
    SOCKET = "socket"


def quick() -> Constants:
    """Waits and rates twenty times as fast; a call may still take as long as at Slack."""
    shipped = Constants()
    return replace(shipped.divided(20), http_timeout=shipped.http_timeout, lease=shipped.lease)


@dataclass
class Stack:
    """A running product and its people."""

    server: SandboxServer
    bot: Bot
    sandbox: Sandbox
    maya: Visitor
    jonas: Visitor
    priya: Visitor
    theo: Visitor
    ada: Visitor
    sam: Visitor

    def card(self, channel: str = DEAL) -> Seen | None:
        """The handoff message in a deal channel, where it stands."""
        posts = [one for one in self.theo.messages(channel) if not one.ephemeral and one.bot_id]
        return posts[-1] if posts else None

    def until(self, look: Callable[[], object], *, within: float = 15.0) -> None:
        """Wait for something to become true."""
        self.sandbox.wait_until(look, within=within)

    def card_says(self, words: str, channel: str = DEAL) -> Seen:
        """The card, as soon as it says something."""

        def look() -> Seen | None:
            card = self.card(channel)
            return card if card is not None and words in card.words else None

        found = self.sandbox.wait_until(look, within=15.0)
        assert found is not None
        return found

    def dm_says(self, reader: Visitor, words: str) -> Seen:
        """The newest direct message of the bot to a person that says something."""

        def look() -> Seen | None:
            return next((m for m in reversed(reader.dms()) if words in m.words), None)

        found = self.sandbox.wait_until(look, within=15.0)
        assert found is not None
        return found


def modal(visitor: Visitor) -> Screen:
    """The modal on top of a person's screen."""
    shown = visitor.modal
    assert shown is not None, visitor.notices
    return shown


@contextmanager
def running(
    tmp_path: Path,
    *,
    transport: Transport = Transport.SOCKET,
    database_url: str | None = None,
    constants: Constants | None = None,
    reached: Reached | None = None,
    story: SandboxStory | None = None,
    heartbeat_url: str | None = None,
    policy: Path | None = None,
) -> Iterator[Stack]:
    """Everything started, people with their roles, and stopped again at the end."""
    over_http = transport is Transport.HTTP
    server = SandboxServer(
        request_url="" if over_http else None,
        manifest=manifest(all_listeners()),
        story=story,
    )
    go_to_the_first_day(server)
    server.start()
    web: WebServer | None = None
    bot: Bot | None = None
    try:
        settings = Settings(
            slack_bot_token=SecretStr(server.bot_token),
            slack_app_token=None if over_http else SecretStr(server.app_token),
            slack_signing_secret=SecretStr(server.signing_secret) if over_http else None,
            slack_api_url=server.api_url,
            database_url=database_url or f"sqlite:///{tmp_path / 'handoff.db'}",
            handoff_key=SecretStr(KEY),
            handoff_clock_url=f"{server.url}/control/clock",
            handoff_heartbeat_url=SecretStr(heartbeat_url) if heartbeat_url else None,
            handoff_policy=policy,
        )
        if database_url is None:
            (tmp_path / "handoff.db").write_bytes(migrated_file())
        bot = build(settings, constants=constants or quick(), reached=reached)
        compile_once(bot.store.database)
        seed(bot)
        bot.start()
        if over_http:
            web = WebServer(bot.web)
            web.start()
            server.deliver_to(f"{web.url}/slack/events")
        sandbox = Sandbox(server.url)
        if not over_http:
            sandbox.wait_for_app()
        people = {name: sandbox.visitor(name) for name in PEOPLE}
        yield Stack(server, bot, sandbox, **people)
    finally:
        if web is not None:
            web.stop()
        if bot is not None:
            bot.stop()
        server.stop()


PEOPLE = ("maya", "jonas", "priya", "theo", "ada", "sam")
