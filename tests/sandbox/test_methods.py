from typing import Any

import pytest

from bot.sandbox.workspace import Channel, Workspace
from tests.sandbox.desk import (
    ADA,
    BOT,
    GENERAL,
    HARBOR,
    JONAS,
    LARKFIELD,
    LENA,
    MAYA,
    NORTHWIND,
    PRIYA,
    SAM,
    THEO,
    Desk,
    Json,
)

SECRET = "G0SECRET01"
LONG_NAME = "a" * 81


@pytest.fixture
def secret(desk: Desk) -> Channel:
    """A private channel without the app."""
    channel = Channel(
        id=SECRET, name="secret", creator=ADA, created=0, members=[ADA, MAYA], is_private=True
    )
    desk.workspace.add_channel(channel)
    return channel


def error(answer: Json) -> str:
    assert answer["ok"] is False
    return str(answer["error"])


# ---- people


def test_a_private_channel_is_made_with_the_bot_alone_in_it(desk: Desk) -> None:
    desk.workspace.app.bot_scopes = ["groups:write", "groups:read"]
    made = desk.call("conversations.create", name="deal-harbor-internal", is_private=True)
    channel = made["channel"]
    assert (channel["name"], channel["is_private"], channel["is_member"], channel["creator"]) == (
        "deal-harbor-internal",
        True,
        True,
        BOT,
    )
    assert desk.workspace.channels[channel["id"]].members == [BOT]
    again = desk.call("conversations.create", name="deal-harbor-internal", is_private=True)
    assert error(again) == "name_taken"
    listed = desk.call("conversations.list", types="private_channel")["channels"]
    assert channel["id"] in [one["id"] for one in listed]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "invalid_name_required"),
        (LONG_NAME, "invalid_name_maxlength"),
        ("---", "invalid_name_punctuation"),
        ("Deal", "invalid_name_specials"),
        ("deal harbor", "invalid_name_specials"),
        ("deal-northwind", "name_taken"),
    ],
)
def test_a_channel_that_cannot_be_called_so_is_not_made(desk: Desk, name: str, why: str) -> None:
    desk.workspace.app.bot_scopes = ["groups:write"]
    assert error(desk.call("conversations.create", name=name, is_private=True)) == why


def test_making_a_channel_needs_the_scope_of_its_kind(desk: Desk) -> None:
    desk.workspace.app.bot_scopes = ["groups:write"]
    assert error(desk.call("conversations.create", name="deal")) == "missing_scope"
    desk.workspace.app.bot_scopes = ["channels:manage"]
    private = desk.call("conversations.create", name="deal", is_private=True)
    assert error(private) == "missing_scope"
    assert desk.call("conversations.create", name="deal")["channel"]["is_private"] is False


def test_users_info_tells_zone_flags_and_title(desk: Desk) -> None:
    user = desk.call("users.info", user=ADA)["user"]
    assert user["tz"] == "Europe/London"
    assert (user["is_admin"], user["is_owner"], user["is_restricted"]) == (True, True, False)
    assert user["profile"]["title"] == "Revenue Operations"
    assert error(desk.call("users.info", user="U0NOBODY01")) == "user_not_found"


def test_an_email_needs_its_own_scope(desk: Desk) -> None:
    assert "email" in desk.call("users.info", user=ADA)["user"]["profile"]
    desk.workspace.app.bot_scopes.remove("users:read.email")
    assert "email" not in desk.call("users.info", user=ADA)["user"]["profile"]


def test_a_deactivated_person_has_no_zone(desk: Desk) -> None:
    desk.workspace.users[SAM].deleted = True
    user = desk.call("users.info", user=SAM)["user"]
    assert user["deleted"] is True
    assert "tz" not in user


def test_users_list_pages_by_cursor(desk: Desk) -> None:
    seen: list[str] = []
    cursor, pages = "", 0
    while cursor or pages == 0:
        page = desk.call("users.list", limit=3, cursor=cursor)
        seen += [user["id"] for user in page["members"]]
        cursor, pages = page["response_metadata"]["next_cursor"], pages + 1
    assert seen == list(desk.workspace.users)
    assert pages == 3
    assert error(desk.call("users.list", cursor="rubbish")) == "invalid_cursor"


def test_people_are_listed_with_their_language_when_asked_for(desk: Desk) -> None:
    listed = desk.call("users.list", include_locale=True)["members"]
    assert {one["locale"] for one in listed} == {"en-US"}
    assert all("locale" not in one for one in desk.call("users.list")["members"])


@pytest.mark.parametrize("limit", ["many", float("inf"), [1]])
def test_a_limit_that_is_no_number_is_refused_by_name(desk: Desk, limit: object) -> None:
    answer = desk.call("users.list", limit=limit)
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must provide a number [json-pointer:/limit]"
    ]


def test_a_person_of_another_company_is_told_by_the_team(desk: Desk) -> None:
    assert desk.call("users.info", user=LENA)["user"]["team_id"] != "T0MERIDIAN"


def test_profile_and_team_are_read(desk: Desk) -> None:
    profile = desk.call("users.profile.get", user=JONAS)["profile"]
    assert profile["real_name"] == "Jonas Lindqvist"
    assert desk.call("team.info")["team"]["name"] == "Meridian Works"
    assert error(desk.call("team.info", team="T0OTHER")) == "team_not_found"


def test_custom_fields_are_listed_with_their_types_and_read_by_id(desk: Desk) -> None:
    fields = desk.call("team.profile.get")["profile"]["fields"]
    assert [(one["label"], one["type"]) for one in fields] == [
        ("Manager", "user"),
        ("Pronouns", "text"),
    ]
    manager = fields[0]["id"]
    held = desk.call("users.profile.get", user=JONAS)["profile"]["fields"]
    assert held == {manager: {"value": "U0PRIYA001", "alt": ""}}
    assert desk.call("users.profile.get", user=ADA)["profile"]["fields"] == {}
    desk.workspace.profile_fields[manager].hidden = True
    shown = desk.call("team.profile.get", visibility="visible")["profile"]["fields"]
    hidden = desk.call("team.profile.get", visibility="hidden")["profile"]["fields"]
    assert [one["label"] for one in shown] == ["Pronouns"]
    assert [(one["label"], one["is_hidden"]) for one in hidden] == [("Manager", 1)]


def test_profiles_want_their_scope_and_known_arguments(desk: Desk) -> None:
    assert error(desk.call("team.profile.get", visibility="some")) == "invalid_arguments"
    assert error(desk.call("users.profile.get", user="U0NOBODY")) == "user_not_found"
    desk.workspace.app.bot_scopes.remove("users.profile:read")
    assert error(desk.call("team.profile.get")) == "missing_scope"
    assert error(desk.call("users.profile.get", user=JONAS)) == "missing_scope"


# ---- conversations


def test_conversations_info_tells_sharing_and_membership(desk: Desk) -> None:
    shared = desk.call("conversations.info", channel=HARBOR, include_num_members=True)["channel"]
    assert (shared["is_ext_shared"], shared["is_member"], shared["num_members"]) == (True, True, 4)
    general = desk.call("conversations.info", channel=GENERAL)["channel"]
    assert (general["is_member"], general["is_general"]) == (False, True)


def test_a_private_channel_without_the_app_is_not_found(desk: Desk, secret: Channel) -> None:
    for method in ("conversations.info", "conversations.members", "conversations.history"):
        assert error(desk.call(method, channel=secret.id)) == "channel_not_found"
    assert error(desk.call("chat.postMessage", channel=secret.id, text="x")) == "channel_not_found"


def test_the_scope_for_reading_depends_on_the_kind_of_channel(desk: Desk, secret: Channel) -> None:
    secret.members.append(BOT)
    desk.workspace.app.bot_scopes = ["channels:read"]
    assert desk.call("conversations.info", channel=NORTHWIND)["ok"]
    answer = desk.call("conversations.info", channel=secret.id)
    assert (error(answer), answer["needed"]) == ("missing_scope", "groups:read")


def test_conversations_list_filters_by_type_and_archive(desk: Desk, secret: Channel) -> None:
    desk.workspace.channels[LARKFIELD].is_archived = True

    def ids(**arguments: Any) -> set[str]:
        return {c["id"] for c in desk.call("conversations.list", **arguments)["channels"]}

    assert SECRET not in ids(types="public_channel,private_channel")
    assert LARKFIELD in ids()
    assert LARKFIELD not in ids(exclude_archived=True)
    secret.members.append(BOT)
    assert ids(types="private_channel") == {SECRET}
    assert error(desk.call("conversations.list", types="secret")) == "invalid_types"


def test_members_are_paged(desk: Desk) -> None:
    first = desk.call("conversations.members", channel=NORTHWIND, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    second = desk.call("conversations.members", channel=NORTHWIND, limit=4, cursor=cursor)
    assert [*first["members"], *second["members"]] == [MAYA, THEO, SAM, PRIYA, BOT]
    assert second["response_metadata"]["next_cursor"] == ""


def test_opening_a_dm_twice_gives_the_same_one(desk: Desk) -> None:
    first = desk.call("conversations.open", users=MAYA)
    second = desk.call("conversations.open", users=MAYA, return_im=True)
    assert first["channel"]["id"] == second["channel"]["id"]
    assert second["already_open"] is True
    assert second["channel"]["user"] == MAYA
    assert desk.call("conversations.open", channel=first["channel"]["id"])["ok"]


def test_a_group_dm_is_found_again_in_any_order(desk: Desk) -> None:
    first = desk.call("conversations.open", users=f"{MAYA},{JONAS}")
    second = desk.call("conversations.open", users=f"{JONAS},{MAYA}")
    assert first["channel"] == second["channel"]


def test_opening_a_dm_is_refused_by_reason(desk: Desk) -> None:
    desk.workspace.users[SAM].deleted = True
    assert error(desk.call("conversations.open")) == "users_list_not_supplied"
    assert error(desk.call("conversations.open", users="U0NOBODY01")) == "user_not_found"
    assert error(desk.call("conversations.open", users=SAM)) == "user_disabled"
    answer = desk.call("conversations.open", channel=NORTHWIND)
    assert error(answer) == "method_not_supported_for_channel_type"


def test_joining_a_public_channel(desk: Desk) -> None:
    assert desk.call("conversations.join", channel=GENERAL)["channel"]["is_member"]
    assert desk.call("conversations.join", channel=GENERAL)["warning"] == "already_in_channel"
    assert desk.app.events()[0]["type"] == "member_joined_channel"


def test_inviting_is_refused_by_reason(desk: Desk) -> None:
    def refused(users: str, channel: str = LARKFIELD) -> str:
        return error(desk.call("conversations.invite", channel=channel, users=users))

    desk.workspace.users[SAM].is_ultra_restricted = True
    assert refused(MAYA) == "already_in_channel"
    assert refused(BOT) == "cant_invite_self"
    assert refused("U0NOBODY01") == "user_not_found"
    assert refused(LENA) == "no_external_invite_permission"
    assert refused(SAM) == "ura_max_channels"
    assert refused(JONAS, GENERAL) == "not_in_channel"
    desk.workspace.channels[LARKFIELD].is_archived = True
    assert refused(JONAS) == "is_archived"


def test_an_invitation_goes_through_whole_or_not_at_all_unless_forced(desk: Desk) -> None:
    both = f"{MAYA},{JONAS}"
    answer = desk.call("conversations.invite", channel=LARKFIELD, users=both)
    assert answer["errors"] == [{"user": MAYA, "ok": False, "error": "already_in_channel"}]
    assert JONAS not in desk.workspace.channels[LARKFIELD].members
    assert desk.call("conversations.invite", channel=LARKFIELD, users=both, force=True)["ok"]
    assert JONAS in desk.workspace.channels[LARKFIELD].members


def test_somebody_named_twice_in_an_invitation_comes_in_once(desk: Desk) -> None:
    answer = desk.call("conversations.invite", channel=LARKFIELD, users=f"{JONAS},{JONAS}")
    assert answer["ok"]
    assert desk.workspace.channels[LARKFIELD].members.count(JONAS) == 1


def test_inviting_needs_a_scope_for_that_kind_of_channel(desk: Desk) -> None:
    desk.workspace.app.bot_scopes = ["groups:write.invites"]
    answer = desk.call("conversations.invite", channel=LARKFIELD, users=JONAS)
    assert (error(answer), answer["needed"]) == (
        "missing_scope",
        "channels:manage,channels:write.invites",
    )


# ---- writing


def test_a_message_has_a_ts_that_rises_by_the_calendar(desk: Desk) -> None:
    first = float(desk.post())
    desk.workspace.clock.advance(3600)
    second = float(desk.post())
    third = float(desk.post())
    assert 3600 <= second - first < 3610
    assert third > second


def test_posting_to_a_person_opens_the_dm(desk: Desk) -> None:
    answer = desk.call("chat.postMessage", channel=JONAS, text="hello")
    dm = desk.workspace.app_dm(JONAS)
    assert dm is not None
    assert answer["channel"] == dm.id


def test_posting_is_refused_by_reason(desk: Desk) -> None:
    def refused(**arguments: Any) -> str:
        return error(desk.call("chat.postMessage", **{"text": "x", **arguments}))

    assert refused(channel="C0NOWHERE1") == "channel_not_found"
    assert refused(channel=GENERAL) == "not_in_channel"
    assert refused(channel=NORTHWIND, text="") == "no_text"
    assert refused(channel=NORTHWIND, thread_ts="1.000001") == "thread_not_found"
    assert refused(channel=NORTHWIND, blocks=[{"type": "x"}]) == "invalid_blocks"
    assert refused(channel=NORTHWIND, blocks={}) == "invalid_blocks_format"
    assert refused(channel=NORTHWIND, markdown_text="x") == "markdown_text_conflict"
    desk.workspace.channels[NORTHWIND].is_archived = True
    assert refused(channel=NORTHWIND) == "is_archived"
    desk.workspace.app.messages_tab_enabled = False
    assert refused(channel=MAYA) == "messages_tab_disabled"


def test_a_public_channel_is_open_to_whoever_holds_the_scope(desk: Desk) -> None:
    desk.workspace.app.bot_scopes.append("chat:write.public")
    assert desk.call("chat.postMessage", channel="#general", text="x")["channel"] == GENERAL


def test_a_reply_is_no_parent(desk: Desk) -> None:
    reply = desk.post(thread_ts=desk.post())
    answer = desk.call("chat.postMessage", channel=NORTHWIND, text="x", thread_ts=reply)
    assert error(answer) == "cannot_reply_to_message"


def test_blocks_without_ids_are_given_some(desk: Desk) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "elements": [button]}]
    answer = desk.call("chat.postMessage", channel=NORTHWIND, blocks=blocks)
    [block] = answer["message"]["blocks"]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("x", "invalid_arguments"),
        ([], "invalid_metadata_format"),
        ({"event_type": "x"}, "invalid_metadata_format"),
        ({"event_type": "x", "event_payload": {"a": None}}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"a": {"b": {"c": 1}}}}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {}, "y": 1}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"a": "b" * 17_000}}, "metadata_too_large"),
    ],
)
def test_metadata_is_checked(desk: Desk, metadata: object, reason: str) -> None:
    answer = desk.call("chat.postMessage", channel=NORTHWIND, text="x", metadata=metadata)
    assert error(answer) == reason


def test_an_update_keeps_and_removes_as_slack_does(desk: Desk) -> None:
    divider = [{"type": "divider", "block_id": "d"}]
    metadata = {"event_type": "t", "event_payload": {"key": "k"}}
    ts = desk.post(blocks=divider, metadata=metadata)

    def updated(**arguments: Any) -> Json:
        answer = desk.call("chat.update", channel=NORTHWIND, ts=ts, **arguments)
        assert answer["ok"], answer
        message: Json = answer["message"]
        return message

    with_blocks = updated(text="new", blocks=divider)
    assert (with_blocks["text"], with_blocks["blocks"]) == ("new", divider)
    assert "edited" not in with_blocks
    assert with_blocks["metadata"] == metadata
    only_text = updated(text="newer")
    assert "blocks" not in only_text
    assert "edited" in only_text
    assert "metadata" not in updated(text="newest", metadata={})


def test_only_own_messages_are_changed_and_deleted(desk: Desk) -> None:
    theirs = desk.run(desk.acts.post_message(MAYA, channel_id=NORTHWIND, text="mine"))
    for method, reason in (
        ("chat.update", "cant_update_message"),
        ("chat.delete", "cant_delete_message"),
    ):
        more = {"text": "x"} if method == "chat.update" else {}
        assert error(desk.call(method, channel=NORTHWIND, ts=theirs, **more)) == reason
        gone = desk.call(method, channel=NORTHWIND, ts="1.000001", **more)
        assert error(gone) == "message_not_found"


def test_an_update_is_refused_by_reason(desk: Desk) -> None:
    ts = desk.post()
    assert error(desk.call("chat.update", channel=NORTHWIND, ts=ts)) == "no_text"
    assert error(desk.call("chat.update", channel=MAYA, ts=ts, text="x")) == "channel_not_found"
    desk.workspace.channels[NORTHWIND].is_archived = True
    assert error(desk.call("chat.update", channel=NORTHWIND, ts=ts, text="x")) == "is_inactive"


def test_a_deleted_parent_leaves_a_tombstone_and_a_reply_goes(desk: Desk) -> None:
    parent = desk.post()
    reply = desk.post(thread_ts=parent)
    assert desk.call("chat.delete", channel=NORTHWIND, ts=parent)["ok"]
    [tombstone] = desk.call("conversations.history", channel=NORTHWIND)["messages"]
    assert tombstone["subtype"] == "tombstone"
    assert error(desk.call("chat.update", channel=NORTHWIND, ts=parent, text="x")) == (
        "message_not_found"
    )
    assert desk.call("chat.delete", channel=NORTHWIND, ts=reply)["ok"]
    assert reply not in desk.workspace.channels[NORTHWIND].messages


def test_an_ephemeral_message_is_for_one_member_and_in_no_history(desk: Desk) -> None:
    def posted(user: str, channel: str = NORTHWIND) -> Json:
        return desk.call("chat.postEphemeral", channel=channel, user=user, text="psst")

    ts = posted(MAYA)["message_ts"]
    assert error(posted(JONAS)) == "user_not_in_channel"
    assert error(posted(MAYA, GENERAL)) == "not_in_channel"
    assert desk.call("conversations.history", channel=NORTHWIND)["messages"] == []
    assert error(desk.call("chat.update", channel=NORTHWIND, ts=ts, text="x")) == (
        "message_not_found"
    )
    channel = desk.workspace.channels[NORTHWIND]
    assert [m.text for m in channel.top_level(MAYA)] == ["psst"]
    assert list(channel.top_level(THEO)) == []


def test_a_permalink_leads_to_the_message(desk: Desk) -> None:
    ts = desk.post()
    link = desk.call("chat.getPermalink", channel=NORTHWIND, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{NORTHWIND}/p{ts.replace('.', '')}")
    gone = desk.call("chat.getPermalink", channel=NORTHWIND, message_ts="1.000001")
    assert error(gone) == "message_not_found"


# ---- history


def history(desk: Desk, **arguments: Any) -> list[str]:
    answer = desk.call("conversations.history", channel=NORTHWIND, **arguments)
    assert answer["ok"], answer
    return [message["ts"] for message in answer["messages"]]


def test_history_is_newest_first_within_its_bounds(desk: Desk) -> None:
    a, b, c = desk.post(), desk.post(), desk.post()
    reply = desk.post(thread_ts=a)
    shown = desk.post(thread_ts=a, reply_broadcast=True)
    assert history(desk) == [shown, c, b, a]
    assert reply not in history(desk)
    assert history(desk, oldest=a, latest=c) == [b]
    assert history(desk, oldest=a, latest=c, inclusive=True) == [c, b, a]


def test_history_is_paged(desk: Desk) -> None:
    posted = [desk.post() for _ in range(5)]
    first = desk.call("conversations.history", channel=NORTHWIND, limit=2)
    assert first["has_more"] is True
    cursor = first["response_metadata"]["next_cursor"]
    assert history(desk, limit=3, cursor=cursor) == posted[2::-1]
    last = desk.call("conversations.history", channel=NORTHWIND, limit=5)
    assert (last["has_more"], last["response_metadata"]["next_cursor"]) == (False, "")


def test_metadata_is_whole_only_when_asked_for(desk: Desk) -> None:
    metadata = {"event_type": "t", "event_payload": {"key": "k"}}
    desk.post(metadata=metadata)
    [stripped] = desk.call("conversations.history", channel=NORTHWIND)["messages"]
    assert stripped["metadata"] == {"event_type": "t", "event_payload": {}}
    answer = desk.call("conversations.history", channel=NORTHWIND, include_all_metadata=True)
    assert answer["messages"][0]["metadata"] == metadata


def test_history_is_refused_by_reason(desk: Desk) -> None:
    def refused(**arguments: Any) -> str:
        given = {"channel": NORTHWIND, **arguments}
        return error(desk.call("conversations.history", **given))

    assert refused(channel=GENERAL) == "not_in_channel"
    assert refused(oldest="yesterday") == "invalid_ts_oldest"
    assert refused(latest="today") == "invalid_ts_latest"
    assert refused(limit=1000) == "invalid_limit"
    assert refused(cursor="rubbish") == "invalid_cursor"
    desk.workspace.app.bot_scopes = ["im:history"]
    assert refused() == "missing_scope"


def test_replies_begin_with_the_parent(desk: Desk) -> None:
    parent = desk.post()
    replies = [desk.post(thread_ts=parent) for _ in range(3)]

    def thread(**arguments: Any) -> list[str]:
        given = {"channel": NORTHWIND, "ts": parent, **arguments}
        return [m["ts"] for m in desk.call("conversations.replies", **given)["messages"]]

    assert thread() == [parent, *replies]
    first = desk.call("conversations.replies", channel=NORTHWIND, ts=parent, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    assert thread(limit=2, cursor=cursor) == replies[1:]
    assert thread(ts=replies[0]) == [replies[0]]
    [shown] = desk.call("conversations.history", channel=NORTHWIND)["messages"]
    assert (shown["reply_count"], shown["latest_reply"]) == (3, replies[-1])
    gone = desk.call("conversations.replies", channel=NORTHWIND, ts="1.000001")
    assert error(gone) == "thread_not_found"


# ---- reactions


def test_reactions_are_added_once_and_taken_back_once(desk: Desk) -> None:
    item = {"channel": NORTHWIND, "timestamp": desk.post(), "name": "eyes"}
    assert desk.call("reactions.add", **item)["ok"]
    assert error(desk.call("reactions.add", **item)) == "already_reacted"
    got = desk.call("reactions.get", channel=NORTHWIND, timestamp=item["timestamp"])
    assert got["message"]["reactions"] == [{"name": "eyes", "users": [BOT], "count": 1}]
    assert desk.call("reactions.remove", **item)["ok"]
    assert error(desk.call("reactions.remove", **item)) == "no_reaction"


def test_reacting_is_refused_by_reason(desk: Desk) -> None:
    ts = desk.post()

    def refused(**arguments: Any) -> str:
        given = {"channel": NORTHWIND, "timestamp": ts, "name": "eyes", **arguments}
        return error(desk.call("reactions.add", **given))

    assert refused(timestamp="yesterday") == "bad_timestamp"
    assert refused(timestamp="1000000000.000001") == "message_not_found"
    assert refused(timestamp="") == "no_item_specified"
    assert refused(name="not a name") == "invalid_name"
    assert refused(channel="C0NOWHERE1") == "channel_not_found"
    desk.workspace.channels[NORTHWIND].is_archived = True
    assert refused() == "is_archived"


def test_the_default_workspace_has_its_six_people(desk: Desk) -> None:
    workspace: Workspace = desk.workspace
    assert [user.name for user in workspace.people()] == [
        "maya",
        "jonas",
        "priya",
        "theo",
        "ada",
        "sam",
    ]
    inside = {c.name for c in workspace.channels.values() if BOT in c.members}
    assert inside == {"revenue-team", "deal-northwind", "deal-larkfield", "deal-harbor-shared"}
    (hidden,) = [c for c in workspace.channels.values() if c.is_private]
    assert (hidden.name, hidden.members) == ("deal-tidewater", [MAYA, THEO])
