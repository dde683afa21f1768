"""Messages that wait for a second of the calendar, which can be moved forward."""

import json
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.sandbox.persistence import dump, read, write
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox
from tests.sandbox.desk import LARKFIELD, NORTHWIND, Desk, Json

DAY = 86_400


def soon(desk: Desk, seconds: float = 3600) -> int:
    return int(desk.workspace.clock.timestamp() + seconds)


def plan(desk: Desk, channel: str = NORTHWIND, **more: Any) -> Json:
    return desk.call("chat.scheduleMessage", channel=channel, **{"text": "later", **more})


def planned(desk: Desk, **more: Any) -> str:
    answer = plan(desk, **{"post_at": soon(desk), **more})
    assert answer["ok"], answer
    return str(answer["scheduled_message_id"])


def error(answer: Json) -> str:
    assert answer["ok"] is False, answer
    return str(answer["error"])


def forward(desk: Desk, seconds: float) -> None:
    headers = {"x-sandbox-control": "1"}
    body = json.dumps({"advance_seconds": seconds}).encode()
    status, _ = desk.run(desk.request("/control/clock", headers=headers, body=body))
    assert status == 200


def texts(desk: Desk, channel: str = NORTHWIND) -> list[str]:
    messages = desk.call("conversations.history", channel=channel)["messages"]
    return [str(one["text"]) for one in messages]


def test_what_is_scheduled_is_listed_soonest_first_and_posted_when_it_is_due(desk: Desk) -> None:
    late, early = soon(desk, 7200), soon(desk, 3600)
    answer = plan(desk, post_at=late, text="second")
    assert (answer["channel"], answer["post_at"]) == (NORTHWIND, late)
    assert answer["message"]["text"] == "second"
    plan(desk, post_at=early, text="first")
    plan(desk, LARKFIELD, post_at=early, text="elsewhere")
    listed = desk.call("chat.scheduledMessages.list", channel=NORTHWIND)["scheduled_messages"]
    assert [(one["text"], one["post_at"]) for one in listed] == [
        ("first", early),
        ("second", late),
    ]
    forward(desk, 3600)
    assert texts(desk) == ["first"]
    assert texts(desk, LARKFIELD) == ["elsewhere"]
    forward(desk, 3600)
    assert texts(desk) == ["second", "first"]
    assert desk.call("chat.scheduledMessages.list")["scheduled_messages"] == []


def test_the_list_has_pages_and_bounds(desk: Desk) -> None:
    times = [soon(desk, 3600 * hour) for hour in (1, 2, 3)]
    for post_at in times:
        plan(desk, post_at=post_at)
    page = desk.call("chat.scheduledMessages.list", limit=2)
    assert len(page["scheduled_messages"]) == 2
    cursor = page["response_metadata"]["next_cursor"]
    rest = desk.call("chat.scheduledMessages.list", limit=2, cursor=cursor)
    assert [one["post_at"] for one in rest["scheduled_messages"]] == times[2:]
    bounded = desk.call("chat.scheduledMessages.list", oldest=times[1], latest=times[1])
    assert [one["post_at"] for one in bounded["scheduled_messages"]] == times[1:2]
    assert error(desk.call("chat.scheduledMessages.list", channel="C0X")) == "invalid_channel"
    assert error(desk.call("chat.scheduledMessages.list", cursor="x")) == "invalid_cursor"


def test_a_time_has_to_be_ahead_and_not_too_far(desk: Desk) -> None:
    assert error(plan(desk, post_at="soon")) == "invalid_time"
    assert error(plan(desk, post_at=soon(desk, -1))) == "time_in_past"
    assert plan(desk, post_at=soon(desk, 120 * DAY - 5))["ok"]
    assert error(plan(desk, post_at=soon(desk, 120 * DAY + 5))) == "time_too_far"
    assert error(plan(desk)) == "invalid_arguments"


def test_five_minutes_of_a_channel_take_thirty_messages(desk: Desk) -> None:
    post_at = soon(desk, 7200) // 300 * 300
    for number in range(30):
        assert plan(desk, post_at=post_at + number)["ok"]
    assert error(plan(desk, post_at=post_at + 299)) == "restricted_too_many"
    assert plan(desk, post_at=post_at + 300)["ok"]
    assert plan(desk, LARKFIELD, post_at=post_at)["ok"]


def test_what_a_message_may_not_say_is_refused_at_once(desk: Desk) -> None:
    ahead = soon(desk)
    assert error(plan(desk, post_at=ahead, text="")) == "no_text"
    assert error(plan(desk, post_at=ahead, blocks=[{"type": "line"}])) == "invalid_blocks"
    assert error(plan(desk, "C0NOWHERE", post_at=ahead)) == "channel_not_found"
    assert error(plan(desk, post_at=ahead, thread_ts="1700000000.000100")) == "thread_not_found"
    assert desk.call("chat.scheduledMessages.list")["scheduled_messages"] == []


def test_a_scheduled_message_can_be_taken_back_until_a_minute_before(desk: Desk) -> None:
    def delete(channel: str, message: str) -> Json:
        return desk.call(
            "chat.deleteScheduledMessage", channel=channel, scheduled_message_id=message
        )

    kept, gone = planned(desk, post_at=soon(desk, 59)), planned(desk)
    assert error(delete(NORTHWIND, kept)) == "invalid_scheduled_message_id"
    assert error(delete(LARKFIELD, gone)) == "invalid_scheduled_message_id"
    assert error(delete("C0NOWHERE", gone)) == "channel_not_found"
    assert delete(NORTHWIND, gone)["ok"]
    assert error(delete(NORTHWIND, gone)) == "invalid_scheduled_message_id"
    forward(desk, DAY)
    assert texts(desk) == ["later"]


@pytest.mark.parametrize("end", ["archived", "gone", "no tokens"])
def test_what_has_no_place_any_more_when_it_is_due_is_not_posted(desk: Desk, end: str) -> None:
    planned(desk)
    channel = desk.workspace.channels[NORTHWIND]
    match end:
        case "archived":
            channel.is_archived = True
        case "gone":
            desk.workspace.remove_channel(channel)
        case _:
            desk.workspace.app.refused = "token_revoked"
    forward(desk, DAY)
    assert channel.messages == {}
    assert desk.workspace.scheduled == {}


def test_it_keeps_its_thread_blocks_and_metadata(desk: Desk) -> None:
    ts = desk.post()
    metadata = {"event_type": "note", "event_payload": {"key": "k"}}
    blocks = [{"type": "divider", "block_id": "line"}]
    planned(desk, thread_ts=ts, metadata=metadata, blocks=blocks)
    forward(desk, DAY)
    replies = desk.call(
        "conversations.replies", channel=NORTHWIND, ts=ts, include_all_metadata=True
    )
    reply = replies["messages"][1]
    assert (reply["metadata"], reply["blocks"]) == (metadata, blocks)


def test_it_waits_in_the_file_too(desk: Desk, tmp_path: Path) -> None:
    planned(desk)
    write(tmp_path / "w.json", dump(desk.workspace))
    again = read(tmp_path / "w.json")
    assert again is not None
    assert again.scheduled == desk.workspace.scheduled


def test_a_running_sandbox_posts_by_itself(server: SandboxServer, sandbox: Sandbox) -> None:
    client = WebClient(server.bot_token, base_url=server.api_url)
    at = int(server.workspace.clock.timestamp()) + 2
    client.chat_scheduleMessage(channel=NORTHWIND, post_at=at, text="at last")
    maya = sandbox.visitor("maya")
    sandbox.wait_until(
        lambda: [one for one in maya.messages("#deal-northwind") if one.text == "at last"]
    )
