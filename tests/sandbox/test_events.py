import asyncio

import pytest

from bot.sandbox.deliver import Envelope, Failure, Kind, Reply
from bot.sandbox.events import RETRY_WAITS
from bot.sandbox.view_state import CannotAct
from tests.sandbox.desk import (
    ADA,
    BOT,
    GENERAL,
    JONAS,
    LARKFIELD,
    MAYA,
    NORTHWIND,
    THEO,
    Desk,
    Json,
)


def settle(desk: Desk) -> None:
    """Lets everything go out that the app caused itself or that is tried again."""

    async def drain() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        while others:
            await asyncio.gather(*others)
            others = asyncio.all_tasks() - {asyncio.current_task()}

    desk.run(drain())


def names(desk: Desk) -> list[str]:
    return [event["type"] for event in desk.app.events()]


def test_a_message_to_the_app_is_an_event_with_all_its_parts(desk: Desk) -> None:
    dm = desk.workspace.open_app_dm(MAYA)
    ts = desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="a < b & <@U0JONAS001>"))
    [envelope] = desk.app.heard
    assert envelope.kind is Kind.EVENT
    payload = envelope.payload
    assert payload["type"] == "event_callback"
    assert payload["api_app_id"] == "A0HANDOFF1"
    assert payload["authorizations"][0]["user_id"] == BOT
    event = payload["event"]
    assert (event["channel_type"], event["ts"], event["user"]) == ("im", ts, MAYA)
    assert event["text"] == "a &lt; b &amp; <@U0JONAS001>"
    assert "bot_id" not in event


def test_every_event_has_an_id_of_its_own(desk: Desk) -> None:
    dm = desk.workspace.open_app_dm(MAYA)
    for _ in range(3):
        desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="x"))
    assert len({e.payload["event_id"] for e in desk.app.heard}) == 3


def test_the_app_hears_of_its_own_message_in_a_dm(desk: Desk) -> None:
    desk.call("chat.postMessage", channel=MAYA, text="x")
    settle(desk)
    [event] = desk.app.events()
    assert (event["bot_id"], event["user"]) == ("B0HANDOFF1", BOT)


def test_nothing_is_sent_that_was_not_subscribed_or_granted(desk: Desk) -> None:
    app, dm = desk.workspace.app, desk.workspace.open_app_dm(MAYA)
    app.bot_scopes.remove("im:history")
    desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="x"))
    app.bot_scopes.append("im:history")
    app.bot_events.remove("message.im")
    desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="x"))
    assert desk.app.heard == []


def test_a_mention_in_a_channel_is_heard(desk: Desk) -> None:
    work = desk.acts.post_message(MAYA, channel_id=NORTHWIND, text=f"<@{BOT}> hello")
    desk.run(work)
    assert names(desk) == ["app_mention"]


def test_reactions_are_heard_where_the_app_is(desk: Desk) -> None:
    ts = desk.post()
    desk.run(desk.acts.react(MAYA, channel_id=NORTHWIND, ts=ts, name="eyes"))
    desk.run(desk.acts.unreact(MAYA, channel_id=NORTHWIND, ts=ts, name="eyes"))
    added, removed = desk.app.events()
    assert (added["type"], removed["type"]) == ("reaction_added", "reaction_removed")
    assert added["item"] == {"type": "message", "channel": NORTHWIND, "ts": ts}
    assert (added["user"], added["item_user"], added["reaction"]) == (MAYA, BOT, "eyes")
    elsewhere = desk.run(desk.acts.post_message(MAYA, channel_id=GENERAL, text="x"))
    desk.run(desk.acts.react(MAYA, channel_id=GENERAL, ts=elsewhere, name="eyes"))
    assert len(desk.app.heard) == 2


CHANNEL_ACTS: list[tuple[str, Json, str]] = [
    ("join", {}, "member_joined_channel"),
    ("archive", {}, "channel_archive"),
    ("share", {}, "channel_shared"),
    ("unshare", {}, "channel_unshared"),
]


@pytest.mark.parametrize(("act", "more", "event"), CHANNEL_ACTS, ids=lambda v: str(v)[:20])
def test_what_happens_to_a_channel_is_heard(desk: Desk, act: str, more: Json, event: str) -> None:
    desk.run(getattr(desk.acts, act)(JONAS, channel_id=LARKFIELD, **more))
    [heard] = desk.app.events()
    assert (heard["type"], heard["channel"]) == (event, LARKFIELD)


def test_a_pending_share_changes_the_channel_and_is_announced_by_nothing(desk: Desk) -> None:
    desk.run(desk.acts.share(MAYA, channel_id=LARKFIELD, pending=True))
    channel = desk.call("conversations.info", channel=LARKFIELD)["channel"]
    assert (channel["is_pending_ext_shared"], channel["is_ext_shared"]) == (True, False)
    assert desk.app.heard == []


def test_leaving_and_removing_are_heard(desk: Desk) -> None:
    desk.run(desk.acts.leave(MAYA, channel_id=LARKFIELD))
    desk.run(desk.acts.remove_member(THEO, channel_id=LARKFIELD, removed=BOT))
    assert names(desk) == ["member_left_channel", "member_left_channel"]
    assert [event["user"] for event in desk.app.events()] == [MAYA, BOT]


def test_an_invitation_by_a_person_names_the_inviter(desk: Desk) -> None:
    desk.run(desk.acts.invite(MAYA, channel_id=LARKFIELD, invited=[JONAS]))
    [event] = desk.app.events()
    assert (event["user"], event["inviter"]) == (JONAS, MAYA)


def test_a_changed_person_is_heard_with_the_new_values(desk: Desk) -> None:
    desk.run(desk.acts.edit_user(JONAS, tz="Asia/Tokyo", deleted=False))
    [event] = desk.app.events()
    assert (event["type"], event["user"]["tz"]) == ("user_change", "Asia/Tokyo")
    mistakes: list[tuple[str, str]] = [
        ("tz", "Mars/Base"),
        ("id", "U1"),
        ("name", "jo"),
        ("is_admin", "yes"),
        ("colour", "red"),
    ]
    for name, value in mistakes:
        with pytest.raises(CannotAct):
            desk.run(desk.acts.edit_user(JONAS, **{name: value}))


def test_a_deleted_message_is_heard_with_what_it_was(desk: Desk) -> None:
    dm = desk.workspace.open_app_dm(MAYA)
    ts = desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="first"))
    desk.run(desk.acts.edit_message(MAYA, channel_id=dm.id, ts=ts, text="second"))
    desk.run(desk.acts.delete_message(MAYA, channel_id=dm.id, ts=ts))
    _, changed, deleted = desk.app.events()
    assert changed["subtype"] == "message_changed"
    assert changed["previous_message"]["text"] == "first"
    assert changed["message"]["text"] == "second"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


def test_only_authors_and_administrators_delete(desk: Desk) -> None:
    ts = desk.post()
    with pytest.raises(CannotAct):
        desk.run(desk.acts.delete_message(MAYA, channel_id=NORTHWIND, ts=ts))
    desk.run(desk.acts.delete_message(ADA, channel_id=NORTHWIND, ts=ts))
    assert ts not in desk.workspace.channels[NORTHWIND].messages


# ---- tries


def told(desk: Desk, *replies: Reply) -> list[Envelope]:
    desk.app.answers.extend(replies)
    dm = desk.workspace.open_app_dm(MAYA)
    desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="x"))
    settle(desk)
    return desk.app.heard


LATE = Reply(failure=Failure.TIMEOUT, status=0)
WRONG = Reply(failure=Failure.STATUS, status=500)


def test_an_event_is_tried_three_times_more_with_number_and_reason(desk: Desk) -> None:
    heard = told(desk, LATE, WRONG, LATE, LATE)
    assert [(e.retry_num, e.retry_reason) for e in heard] == [
        (0, None),
        (1, "http_timeout"),
        (2, "http_error"),
        (3, "http_timeout"),
    ]
    assert len({e.payload["event_id"] for e in heard}) == 1


def test_an_event_taken_on_a_later_try_is_not_tried_again(desk: Desk) -> None:
    assert [e.retry_num for e in told(desk, WRONG, Reply())] == [0, 1]


def test_an_app_can_ask_not_to_be_tried_again(desk: Desk) -> None:
    no_more = Reply(failure=Failure.STATUS, status=500, headers={"x-slack-no-retry": "1"})
    assert [e.retry_num for e in told(desk, no_more)] == [0]


def test_a_command_is_never_tried_again(desk: Desk) -> None:
    desk.app.answers.append(LATE)
    desk.run(desk.acts.slash(MAYA, command="/handoff", text="", channel_id=NORTHWIND))
    settle(desk)
    assert len(desk.app.heard) == 1


def test_later_tries_wait_as_long_as_slack_does() -> None:
    desk = Desk(retry_scale=1.0)
    dm = desk.workspace.open_app_dm(MAYA)
    desk.app.answers.extend([LATE, LATE])
    desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="x"))

    async def first_retry() -> None:
        while len(desk.app.heard) < 2:
            await asyncio.sleep(0)

    desk.run(first_retry())
    # The second retry waits a whole minute, so that closing finds it still waiting.
    assert [e.retry_num for e in desk.app.heard] == [0, 1]
    desk.close()
    assert [e.retry_num for e in desk.app.heard] == [0, 1]


def test_slacks_waits_are_none_a_minute_and_five() -> None:
    assert RETRY_WAITS == (0.0, 60.0, 300.0)


def test_writing_needs_membership_and_an_open_channel(desk: Desk) -> None:
    with pytest.raises(CannotAct):
        desk.run(desk.acts.post_message(JONAS, channel_id=LARKFIELD, text="x"))
    desk.run(desk.acts.archive(MAYA, channel_id=LARKFIELD))
    with pytest.raises(CannotAct):
        desk.run(desk.acts.post_message(MAYA, channel_id=LARKFIELD, text="x"))


# ---- what becomes of channels and of the app


def hear(desk: Desk, *events: str) -> None:
    desk.workspace.app.bot_events += events


def test_a_channel_that_moves_to_another_id_takes_what_was_said_along(desk: Desk) -> None:
    hear(desk, "channel_id_changed")
    ts = desk.call("chat.postMessage", channel=NORTHWIND, text="here")["ts"]
    desk.app.heard.clear()
    new = desk.run(desk.acts.change_channel_id(MAYA, channel_id=NORTHWIND))
    [event] = [one for one in desk.app.events() if one["type"] == "channel_id_changed"]
    assert (event["old_channel_id"], event["new_channel_id"]) == (NORTHWIND, new)
    assert desk.call("chat.update", channel=NORTHWIND, ts=ts, text="x") == {
        "ok": False,
        "error": "channel_not_found",
    }
    assert desk.call("chat.update", channel=new, ts=ts, text="x")["ok"]


def test_a_deleted_channel_is_not_found_any_more(desk: Desk) -> None:
    hear(desk, "channel_deleted")
    with pytest.raises(CannotAct, match="administrator"):
        desk.run(desk.acts.delete_channel(MAYA, channel_id=NORTHWIND))
    desk.workspace.users[ADA].is_admin = True
    desk.run(desk.acts.delete_channel(ADA, channel_id=NORTHWIND))
    [event] = desk.app.events()
    assert (event["type"], event["channel"]) == ("channel_deleted", NORTHWIND)
    answer = desk.call("chat.postMessage", channel=NORTHWIND, text="x")
    assert answer["error"] == "channel_not_found"


def test_revoked_tokens_are_refused_and_the_app_hears_only_of_that(desk: Desk) -> None:
    hear(desk, "tokens_revoked")
    desk.run(desk.acts.revoke_tokens(ADA))
    [event] = desk.app.events()
    assert event["tokens"] == {"oauth": [], "bot": [BOT]}
    assert desk.call("auth.test")["error"] == "token_revoked"
    dm = desk.workspace.open_app_dm(MAYA)
    desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="x"))
    assert names(desk) == ["tokens_revoked"]
    desk.run(desk.acts.install(ADA))
    assert desk.call("auth.test")["ok"]
    desk.run(desk.acts.post_message(MAYA, channel_id=dm.id, text="x"))
    assert names(desk) == ["tokens_revoked", "message"]


def test_an_app_that_is_taken_out_hears_of_its_tokens_and_of_its_end(desk: Desk) -> None:
    hear(desk, "tokens_revoked", "app_uninstalled")
    desk.run(desk.acts.uninstall(ADA))
    assert names(desk) == ["tokens_revoked", "app_uninstalled"]
    assert desk.call("chat.postMessage", channel=NORTHWIND, text="x")["error"] == "account_inactive"
    with pytest.raises(CannotAct, match="no tokens"):
        desk.run(desk.acts.revoke_tokens(ADA))


def test_a_deactivated_person_is_told_as_a_changed_one(desk: Desk) -> None:
    hear(desk, "user_change")
    desk.run(desk.acts.edit_user(JONAS, deleted=True))
    [event] = desk.app.events()
    assert (event["user"]["id"], event["user"]["deleted"]) == (JONAS, True)
