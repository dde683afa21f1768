"""Slack's rate tiers, switched on over the control API and kept by the machine's clock."""

import json
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.methods import METHODS
from bot.sandbox.rates import CHANNEL_BURST, Tier
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox
from tests.sandbox.desk import LARKFIELD, MAYA, NORTHWIND, Desk, Json


def switch(desk: Desk, on: Any) -> int:
    headers = {"x-sandbox-control": "1"}
    body = json.dumps({"on": on}).encode()
    return desk.run(desk.request("/control/rates", headers=headers, body=body))[0]


def ask(desk: Desk, method: str, **arguments: Any) -> tuple[int, dict[str, str], Json]:
    headers = {
        "authorization": f"Bearer {desk.workspace.app.bot_token}",
        "content-type": "application/json",
    }
    body = json.dumps(arguments).encode()
    answer = desk.answer(f"/api/{method}", verb="POST", headers=headers, body=body)
    status, told, content = desk.run(answer)
    return status, told, json.loads(content)


@pytest.mark.parametrize(
    ("method", "tier"),
    [
        ("apps.uninstall", Tier.ONE),
        ("users.list", Tier.TWO),
        ("conversations.info", Tier.THREE),
        ("users.info", Tier.FOUR),
    ],
)
def test_a_tier_is_so_many_calls_in_a_minute(desk: Desk, method: str, tier: Tier) -> None:
    assert METHODS[method].tier is tier
    switch(desk, True)
    for _ in range(tier.value):
        assert ask(desk, method)[0] == 200
    desk.ticker.seconds += 20.5
    status, headers, body = ask(desk, method)
    assert (status, headers["retry-after"]) == (429, "40")
    assert body == {"ok": False, "error": "ratelimited"}
    desk.ticker.seconds += float(headers["retry-after"])
    assert ask(desk, method)[0] == 200


def test_one_methods_calls_say_nothing_about_anothers(desk: Desk) -> None:
    switch(desk, True)
    for _ in range(Tier.TWO.value):
        ask(desk, "users.list")
    assert ask(desk, "users.list")[0] == 429
    assert ask(desk, "conversations.list")[0] == 200


def test_a_channel_takes_a_message_a_second_after_a_short_burst(desk: Desk) -> None:
    switch(desk, True)

    def post(channel: str) -> int:
        return ask(desk, "chat.postMessage", channel=channel, text="x")[0]

    assert [post(NORTHWIND) for _ in range(CHANNEL_BURST + 1)] == [200] * CHANNEL_BURST + [429]
    assert post(LARKFIELD) == 200
    desk.ticker.seconds += CHANNEL_BURST
    assert post(NORTHWIND) == 200


def test_it_is_off_until_it_is_asked_for_and_can_be_switched_off(desk: Desk) -> None:
    for _ in range(Tier.TWO.value + 1):
        assert ask(desk, "users.list")[0] == 200
    switch(desk, True)
    for _ in range(Tier.TWO.value):
        ask(desk, "users.list")
    assert ask(desk, "users.list")[0] == 429
    switch(desk, False)
    assert ask(desk, "users.list")[0] == 200
    assert switch(desk, "yes") == 400


def test_the_sdk_meets_it_as_slacks(server: SandboxServer, sandbox: Sandbox) -> None:
    sandbox.post("/control/rates", {"on": True})
    client = WebClient(server.bot_token, base_url=server.api_url)
    for _ in range(Tier.FOUR.value):
        client.users_info(user=MAYA)
    with pytest.raises(SlackApiError) as caught:
        client.users_info(user=MAYA)
    assert caught.value.response.status_code == 429
    assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 60


def test_a_server_may_be_born_with_them() -> None:
    with SandboxServer(rates=True) as server:
        assert server.edge.tiers is not None
