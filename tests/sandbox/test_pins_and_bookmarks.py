"""What an app keeps at hand in a channel: pinned messages, and links at its head."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.persistence import dump, read, write
from bot.sandbox.workspace import Channel
from tests.sandbox.desk import BOT, GENERAL, LARKFIELD, MAYA, NORTHWIND, Desk, Json


def error(answer: Json) -> str:
    assert answer["ok"] is False, answer
    return str(answer["error"])


def pin(desk: Desk, ts: str, channel: str = NORTHWIND) -> Json:
    return desk.call("pins.add", channel=channel, timestamp=ts)


def unpin(desk: Desk, ts: str, channel: str = NORTHWIND) -> Json:
    return desk.call("pins.remove", channel=channel, timestamp=ts)


def pinned(desk: Desk) -> list[str]:
    items = desk.call("pins.list", channel=NORTHWIND)["items"]
    return [str(one["message"]["ts"]) for one in items]


# ---- pins


def test_a_pinned_message_is_listed_says_so_and_can_be_let_go(desk: Desk) -> None:
    first, second = desk.post(), desk.post()
    assert pin(desk, first)["ok"]
    assert pin(desk, second)["ok"]
    assert pinned(desk) == [second, first]
    history = desk.call("conversations.history", channel=NORTHWIND)
    assert history["pin_count"] == 2
    assert history["messages"][0]["pinned_to"] == [NORTHWIND]
    assert unpin(desk, second)["ok"]
    assert pinned(desk) == [first]


def test_a_deleted_message_is_not_pinned_any_more(desk: Desk) -> None:
    ts = desk.post()
    pin(desk, ts)
    desk.call("chat.delete", channel=NORTHWIND, ts=ts)
    assert pinned(desk) == []


def test_what_cannot_be_pinned_is_refused_by_its_name(desk: Desk) -> None:
    ts = desk.post()
    assert error(desk.call("pins.add", channel=NORTHWIND)) == "no_item_specified"
    assert error(pin(desk, "yesterday")) == "bad_timestamp"
    assert error(pin(desk, "1700000000.000100")) == "message_not_found"
    assert error(pin(desk, ts, "C0NOWHERE")) == "channel_not_found"
    assert error(pin(desk, ts, GENERAL)) == "not_in_channel"
    assert error(unpin(desk, ts)) == "no_pin"
    assert pin(desk, ts)["ok"]
    assert error(pin(desk, ts)) == "already_pinned"


def test_a_channel_has_a_hundred_pins_at_most(desk: Desk) -> None:
    for _ in range(100):
        assert pin(desk, desk.post())["ok"]
    assert error(pin(desk, desk.post())) == "too_many_pins"


def test_who_asked_for_it_hears_of_pins(desk: Desk) -> None:
    desk.workspace.app.bot_events += ["pin_added", "pin_removed"]
    ts = desk.post()
    pin(desk, ts)
    unpin(desk, ts)
    desk.run(settled(desk, 2))
    added, removed = desk.app.events()
    assert (added["type"], added["user"], added["channel_id"]) == ("pin_added", BOT, NORTHWIND)
    assert added["item"]["message"]["ts"] == ts
    assert (removed["type"], removed["has_pins"]) == ("pin_removed", False)


async def settled(desk: Desk, events: int) -> None:
    async with asyncio.timeout(5):
        while len(desk.app.events()) < events:
            await asyncio.sleep(0)


# ---- bookmarks


def add(desk: Desk, **more: Any) -> Json:
    given = {"channel_id": NORTHWIND, "title": "Brief", "type": "link", "link": "https://a.example"}
    return desk.call("bookmarks.add", **{**given, **more})


def listed(desk: Desk) -> list[tuple[str, str]]:
    found = desk.call("bookmarks.list", channel_id=NORTHWIND)["bookmarks"]
    return [(one["title"], one["link"]) for one in found]


def test_a_bookmark_is_added_changed_and_removed(desk: Desk) -> None:
    bookmark = add(desk, emoji=":pushpin:")["bookmark"]
    assert (bookmark["title"], bookmark["emoji"], bookmark["channel_id"]) == (
        "Brief",
        ":pushpin:",
        NORTHWIND,
    )
    assert bookmark["date_updated"] == 0
    named = {"channel_id": NORTHWIND, "bookmark_id": bookmark["id"]}
    changed = desk.call("bookmarks.edit", **named, title="The brief")["bookmark"]
    assert (changed["title"], changed["link"]) == ("The brief", "https://a.example")
    assert changed["last_updated_by_user_id"] == BOT
    assert changed["date_updated"] >= changed["date_created"]
    assert listed(desk) == [("The brief", "https://a.example")]
    assert desk.call("bookmarks.remove", **named)["ok"]
    assert listed(desk) == []
    assert error(desk.call("bookmarks.remove", **named)) == "not_found"
    assert error(desk.call("bookmarks.edit", **named, title="x")) == "not_found"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"type": "file"}, "invalid_bookmark_type"),
        ({"link": "ftp://a.example"}, "invalid_link"),
        ({"link": ""}, "invalid_link"),
        ({"emoji": "pushpin"}, "invalid_emoji"),
        ({"channel_id": "C0NOWHERE"}, "channel_not_found"),
        ({"channel_id": GENERAL}, "channel_not_found"),
        ({"parent_id": "Bk1"}, "invalid_arguments"),
        ({"title": ""}, "invalid_arguments"),
    ],
)
def test_a_bookmark_that_cannot_be_is_refused_by_its_name(
    desk: Desk, given: Json, why: str
) -> None:
    assert error(add(desk, **given)) == why
    assert listed(desk) == []


def test_a_refused_change_changes_nothing(desk: Desk) -> None:
    named = {"channel_id": NORTHWIND, "bookmark_id": add(desk)["bookmark"]["id"]}
    assert error(desk.call("bookmarks.edit", **named, title="x", link="ftp://")) == "invalid_link"
    assert listed(desk) == [("Brief", "https://a.example")]


def test_a_channel_has_a_hundred_bookmarks_at_most(desk: Desk) -> None:
    for number in range(100):
        assert add(desk, title=str(number))["ok"]
    assert error(add(desk)) == "too_many_bookmarks"
    assert add(desk, channel_id=LARKFIELD)["ok"]


def test_pins_and_bookmarks_are_in_the_file_and_follow_a_changed_id(
    desk: Desk, tmp_path: Path
) -> None:
    pin(desk, desk.post())
    add(desk)
    desk.workspace.renumber(desk.workspace.channels[NORTHWIND])
    channel = desk.workspace.channel_named("deal-northwind")
    write(tmp_path / "w.json", dump(desk.workspace))
    again = read(tmp_path / "w.json")
    assert channel is not None
    assert again is not None
    kept: Channel = again.channels[channel.id]
    assert (kept.pins, kept.bookmarks) == (channel.pins, channel.bookmarks)
    found = desk.call("bookmarks.list", channel_id=channel.id)["bookmarks"]
    assert [one["channel_id"] for one in found] == [channel.id]


# ---- the head of a channel, and people


def test_a_topic_is_set_only_from_inside(desk: Desk) -> None:
    answer = desk.call("conversations.setTopic", channel=NORTHWIND, topic="Kickoff on Monday")
    assert answer["channel"]["topic"]["value"] == "Kickoff on Monday"
    forgotten = desk.call("conversations.setTopic", channel=NORTHWIND)
    assert forgotten["response_metadata"]["messages"] == [
        "[ERROR] missing required field: topic [json-pointer:/topic]"
    ]
    assert desk.workspace.channels[NORTHWIND].topic == "Kickoff on Monday"
    assert desk.call("conversations.setTopic", channel=NORTHWIND, topic="")["topic"] == ""
    assert error(desk.call("conversations.setTopic", channel=GENERAL, topic="x")) == (
        "not_in_channel"
    )
    dm = desk.workspace.open_app_dm(MAYA).id
    assert error(desk.call("conversations.setTopic", channel=dm, topic="x")) == (
        "method_not_supported_for_channel_type"
    )
    desk.workspace.app.bot_scopes = ["groups:write.topic"]
    refused = desk.call("conversations.setTopic", channel=NORTHWIND, topic="x")
    assert error(refused) == "missing_scope"
    assert refused["needed"] == "channels:manage,channels:write.topic"


def test_somebody_is_found_by_their_address(desk: Desk) -> None:
    found = desk.call("users.lookupByEmail", email="MAYA@meridian-works.example")
    assert found["user"]["id"] == MAYA
    desk.workspace.users[MAYA].deleted = True
    for address in ("maya@meridian-works.example", "nobody@meridian-works.example"):
        assert error(desk.call("users.lookupByEmail", email=address)) == "users_not_found"
    desk.workspace.app.bot_scopes.remove("users:read.email")
    assert error(desk.call("users.lookupByEmail", email="x")) == "missing_scope"


def test_the_apps_bot_and_its_team_are_told(desk: Desk) -> None:
    app = desk.workspace.app
    shown = desk.call("bots.info", bot=app.bot_id)["bot"]
    assert (shown["user_id"], shown["app_id"]) == (BOT, app.id)
    assert error(desk.call("bots.info", bot="B0OTHER")) == "bot_not_found"
    teams = desk.call("auth.teams.list")["teams"]
    assert teams == [{"id": desk.workspace.team.id, "name": desk.workspace.team.name}]


def test_a_profile_has_its_labels_when_they_are_asked_for(desk: Desk) -> None:
    fields = desk.call("users.profile.get", user=MAYA, include_labels=True)["profile"]["fields"]
    assert fields["Xf0MANAGER1"]["label"] == "Manager"
    plain = desk.call("users.profile.get", user=MAYA)["profile"]["fields"]
    assert "label" not in plain["Xf0MANAGER1"]
