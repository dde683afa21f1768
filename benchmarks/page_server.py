"""A sandbox for the benchmark of its page: many people, a long channel, an app without delay."""

import asyncio
import socket
import sys
import threading
from collections import Counter
from typing import Any

import uvicorn

from bot.sandbox.clock import SandboxClock
from bot.sandbox.deliver import Envelope, Reply
from bot.sandbox.posting import accept_blocks, post_as_app
from bot.sandbox.server import build
from bot.sandbox.workspace import Channel, Team, User, Workspace
from bot.sandbox.workspace_file import default_workspace

PEOPLE = 50
MESSAGES = 2000
CHANNEL = "C0BENCH001"
ACTION = "count"


def person(number: int) -> str:
    """The id of one of the people."""
    return f"U0BENCH{number:03}"


class AtOnce:
    """Says what was pressed in the message with the button and in a new one, then answers."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._pressed = Counter[str]()

    async def send(self, envelope: Envelope) -> Reply:
        payload = envelope.payload
        if payload.get("type") == "block_actions":
            user = payload["user"]["id"]
            self._pressed[user] += 1
            words = f"{user} pressed {self._pressed[user]} times."
            message = self._workspace.channels[CHANNEL].messages[payload["container"]["message_ts"]]
            message.blocks = accept_blocks(self._workspace, card(words))
            self._workspace.message_changed(message)
            post_as_app(self._workspace, CHANNEL, text=words, blocks=[])
        return Reply()

    async def close(self) -> None:
        """Nothing is open."""


def card(words: str) -> list[dict[str, Any]]:
    """A message with something to press."""
    text = {"type": "plain_text", "text": "Press"}
    button = {"type": "button", "action_id": ACTION, "text": text}
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": words}},
        {"type": "actions", "block_id": "row", "elements": [button]},
    ]


def furnished() -> Workspace:
    """One workspace in which everybody is in one channel, which was lived in."""
    shipped = default_workspace()
    team = Team(id="T0BENCH001", name="Bench", domain="bench")
    workspace = Workspace(team=team, app=shipped.app, clock=SandboxClock())
    bot = shipped.users[shipped.app.bot_user_id]
    bot.team_id = team.id
    workspace.add_user(bot)
    for number in range(PEOPLE):
        name = f"person{number}"
        workspace.add_user(
            User(
                id=person(number),
                team_id=team.id,
                name=name,
                real_name=f"Person {number}",
                tz="Europe/Berlin",
            )
        )
    members = [*workspace.users]
    workspace.add_channel(
        Channel(id=CHANNEL, name="everybody", creator=bot.id, created=0, members=members)
    )
    for number in range(MESSAGES):
        post_as_app(workspace, CHANNEL, text=f"Message *{number}* for <@{person(0)}>", blocks=[])
    for number in range(PEOPLE):
        post_as_app(
            workspace,
            CHANNEL,
            text="card",
            blocks=accept_blocks(workspace, card(f"For {person(number)}")),
        )
    return workspace


def main() -> None:
    """Print the address, then serve until standard input ends."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(256)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    workspace = furnished()
    built = build(workspace, deliver=AtOnce(workspace), base_url=url)
    server = uvicorn.Server(
        uvicorn.Config(built.app, http="h11", ws="none", log_config=None, timeout_keep_alive=60)
    )
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
    )
    thread.start()
    print(url, flush=True)
    sys.stdin.read()
    server.should_exit = True
    workspace.close()
    thread.join(10)


if __name__ == "__main__":
    main()
