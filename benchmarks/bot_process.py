"""The bot as it runs, with two listeners beside it that do nothing, on the same HTTP server."""

import logging
import os
import sys

from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.routing import Mount

from benchmarks.processes import WORKSPACES, token_of
from bot.bootstrap import THREADS, WebServer, build, spare_collections
from bot.logs import configure_logs
from bot.settings import Settings, load_settings
from bot.web.app import Health, build_web

NOTHING = "nothing"
"""Action id and callback id of the listeners that only acknowledge."""
LIMIT = "/limit"
STOCK = "/stock"
OURS = ""
"""Where each of the three listens, in front of `/slack/events`."""


class ManyTokens:
    """A TokenSource that holds the tokens of the first so many workspaces."""

    def __init__(self, count: int) -> None:
        self._tokens = {number: token_of(number) for number in range(1, count + 1)}

    def token(self, workspace_id: int) -> str | None:
        """Its token, where it is among them."""
        return self._tokens.get(workspace_id)


def _acknowledge(ack: Ack) -> None:
    ack()


def _limit(settings: Settings) -> App:
    """Bolt as the bot uses it, without anything to do: nothing of ours can be faster."""
    token = settings.require_slack()
    return App(
        name="limit",
        client=WebClient(base_url=settings.slack_api_url),
        authorize=lambda: AuthorizeResult(
            enterprise_id=None, team_id="T0BENCH001", bot_token=token
        ),
        process_before_response=True,
        request_verification_enabled=False,
        logger=_only_errors("limit"),
    )


def _stock(settings: Settings) -> App:
    """Bolt as it comes: the listener in a thread, its acknowledgement looked for now and then."""
    secret = settings.slack_signing_secret
    return App(
        name="stock",
        client=WebClient(settings.require_slack(), base_url=settings.slack_api_url),
        signing_secret=secret.get_secret_value() if secret else None,
        logger=_only_errors("stock"),
    )


def _only_errors(name: str) -> logging.Logger:
    # Bolt warns of the token that it finds in the environment as well.
    logger = logging.getLogger(f"benchmark.{name}")
    logger.setLevel(logging.ERROR)
    return logger


def _served(bolt: App, settings: Settings) -> Starlette:
    bolt.action(NOTHING)(_acknowledge)
    bolt.view(NOTHING)(_acknowledge)
    secret = settings.slack_signing_secret
    return build_web(
        health=Health(alive=lambda: None, ready=lambda: None),
        bolt=bolt,
        signing_secret=secret.get_secret_value() if secret else None,
        threads=THREADS,
    )


def main() -> None:
    """Print the address, then serve until standard input ends."""
    configure_logs()
    settings = load_settings()
    workspaces = int(os.environ.get(WORKSPACES, "1"))
    bot = build(settings, tokens=ManyTokens(workspaces) if workspaces > 1 else None)
    web = WebServer(
        Starlette(
            routes=[
                Mount(LIMIT, _served(_limit(settings), settings)),
                Mount(STOCK, _served(_stock(settings), settings)),
                Mount(OURS, bot.web),
            ]
        )
    )
    spare_collections()
    bot.start()
    web.start()
    print(web.url, flush=True)
    sys.stdin.read()
    web.stop()
    bot.stop()


if __name__ == "__main__":
    main()
