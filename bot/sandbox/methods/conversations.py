"""conversations.*: channels and DMs, who is in them, coming in and inviting."""

from bot.sandbox.limits import LIMITS
from bot.sandbox.methods.call import (
    READ_SCOPES,
    Call,
    Method,
    Refused,
    bad_argument,
    page_of,
    sort_of,
)
from bot.sandbox.rates import Tier
from bot.sandbox.workspace import Channel, Json, User

_TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
_ANY_READ = tuple(READ_SCOPES.values())


def channel_json(call: Call, channel: Channel, *, with_count: bool = False) -> Json:
    bot = call.workspace.app.bot_user_id
    shown: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.is_im,
        "is_mpim": channel.is_mpim,
        "is_org_shared": False,
        "context_team_id": call.workspace.team.id,
    }
    if channel.is_im:
        person = next(member for member in channel.members if member != bot)
        user = call.workspace.users[person]
        return {**shown, "user": person, "is_user_deleted": user.deleted, "is_open": True}
    shown |= {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_private": channel.is_private or channel.is_mpim,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "creator": channel.creator,
        "is_member": bot in channel.members,
        "unlinked": 0,
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": 0},
        "previous_names": [],
    }
    if with_count:
        shown["num_members"] = len(channel.members)
    return shown


def conversations_info(call: Call) -> Json:
    channel = call.channel()
    call.need_scope(READ_SCOPES[sort_of(channel)])
    shown = channel_json(call, channel, with_count=call.flag("include_num_members"))
    if call.flag("include_locale"):
        shown["locale"] = "en-US"
    return {"channel": shown}


def conversations_create(call: Call) -> Json:
    private = call.flag("is_private")
    call.need_scope("groups:write" if private else "channels:manage")
    name = call.text("name")
    if not name:
        raise Refused("invalid_name_required")
    if LIMITS["conversations.create.name"].complaint(len(name)):
        raise Refused("invalid_name_maxlength")
    if not any(char.isalnum() for char in name):
        raise Refused("invalid_name_punctuation")
    if name != name.lower() or not all(char.isalnum() or char in "-_" for char in name):
        raise Refused("invalid_name_specials")
    if call.workspace.channel_named(name) is not None:
        raise Refused("name_taken")
    bot = call.workspace.app.bot_user_id
    channel = Channel(
        id=call.workspace.new_id("C"),
        name=name,
        creator=bot,
        created=int(call.workspace.clock.timestamp()),
        members=[bot],
        is_private=private,
    )
    call.workspace.add_channel(channel)
    return {"channel": channel_json(call, channel)}


def conversations_list(call: Call) -> Json:
    wanted = call.names("types") or ["public_channel"]
    if any(name not in _TYPES for name in wanted):
        raise Refused("invalid_types")
    for name in wanted:
        call.need_scope(READ_SCOPES[_TYPES[name]])
    sorts = {_TYPES[name] for name in wanted}
    skip_archived = call.flag("exclude_archived")
    found = [
        channel
        for channel in call.workspace.channels.values()
        if sort_of(channel) in sorts
        and (sort_of(channel) == "public" or call.is_member(channel))
        and not (skip_archived and channel.is_archived)
    ]
    page, following = page_of(call, found, default=100, most=1000)
    return {
        "channels": [channel_json(call, channel, with_count=True) for channel in page],
        "response_metadata": {"next_cursor": following},
    }


def conversations_members(call: Call) -> Json:
    channel = call.channel()
    call.need_scope(READ_SCOPES[sort_of(channel)])
    page, following = page_of(call, channel.members, default=100, most=1000)
    return {"members": list(page), "response_metadata": {"next_cursor": following}}


def conversations_open(call: Call) -> Json:
    if call.has("channel"):
        channel = call.channel()
        if not (channel.is_im or channel.is_mpim):
            raise Refused("method_not_supported_for_channel_type")
        return _opened(call, channel, new=False)
    ids = call.names("users")
    if not ids:
        raise Refused("users_list_not_supplied")
    if LIMITS["conversations.open.users"].complaint(len(ids)):
        raise Refused("too_many_users")
    call.need_scope("im:write" if len(ids) == 1 else "mpim:write")
    people = [_dm_partner(call, user_id) for user_id in ids]
    known = _known_dm(call, people)
    if known is None and call.flag("prevent_creation"):
        raise Refused("channel_not_found")
    return _opened(call, known or _new_dm(call, people), new=known is None)


def _dm_partner(call: Call, user_id: str) -> User:
    user = call.workspace.users.get(user_id)
    if user is None or user.id == call.workspace.app.bot_user_id:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    return user


def _known_dm(call: Call, people: list[User]) -> Channel | None:
    if len(people) == 1:
        return call.workspace.app_dm(people[0].id)
    wanted = {call.workspace.app.bot_user_id, *(person.id for person in people)}
    for channel in call.workspace.channels.values():
        if channel.is_mpim and set(channel.members) == wanted:
            return channel
    return None


def _new_dm(call: Call, people: list[User]) -> Channel:
    workspace = call.workspace
    if len(people) == 1:
        return workspace.open_app_dm(people[0].id)
    bot = workspace.app.bot_user_id
    channel = Channel(
        id=workspace.new_id("G"),
        name="mpdm-" + "--".join(person.name for person in people) + "-1",
        creator=bot,
        created=int(workspace.clock.timestamp()),
        members=[bot, *(person.id for person in people)],
        is_private=True,
        is_mpim=True,
    )
    workspace.add_channel(channel)
    return channel


def _opened(call: Call, channel: Channel, *, new: bool) -> Json:
    whole = call.flag("return_im")
    answer: Json = {"channel": channel_json(call, channel) if whole else {"id": channel.id}}
    if not new:
        answer |= {"no_op": True, "already_open": True}
    return answer


def conversations_join(call: Call) -> Json:
    channel = call.channel()
    if sort_of(channel) != "public":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    if call.is_member(channel):
        return {
            "channel": channel_json(call, channel),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    _enter(call, channel, call.workspace.app.bot_user_id, inviter=None)
    return {"channel": channel_json(call, channel)}


_TOPIC_SCOPES = {
    "public": ("channels:manage", "channels:write.topic"),
    "private": ("groups:write", "groups:write.topic"),
    "im": ("im:write", "im:write.topic"),
    "mpim": ("mpim:write", "mpim:write.topic"),
}


def conversations_set_topic(call: Call) -> Json:
    channel = call.channel()
    call.need_scope(*_TOPIC_SCOPES[sort_of(channel)])
    if channel.is_im:
        raise Refused("method_not_supported_for_channel_type")
    if not call.is_member(channel):
        raise Refused("not_in_channel")
    if channel.is_archived:
        raise Refused("is_archived")
    if "topic" not in call.arguments:
        # An empty one takes the topic away, and so it is told apart from none.
        raise bad_argument("topic", "missing required field: topic")
    topic = call.text("topic")
    if LIMITS["conversations.setTopic.topic"].complaint(len(topic)):
        raise Refused("too_long")
    channel.topic = topic
    call.workspace.touch()
    return {"channel": channel_json(call, channel), "topic": topic}


def conversations_invite(call: Call) -> Json:
    channel = call.channel()
    sort = sort_of(channel)
    if sort in ("im", "mpim"):
        raise Refused("method_not_supported_for_channel_type")
    if sort == "public":
        call.need_scope("channels:manage", "channels:write.invites")
    else:
        call.need_scope("groups:write", "groups:write.invites")
    if not call.is_member(channel):
        raise Refused("not_in_channel")
    if channel.is_archived:
        raise Refused("is_archived")
    ids = list(dict.fromkeys(call.names("users")))
    if not ids:
        raise Refused("no_user")
    complaint = LIMITS["conversations.invite.users"].complaint(len(ids))
    if complaint:
        raise bad_argument("users", complaint)
    refusals = {
        user_id: error for user_id in ids if (error := _not_invited(call, channel, user_id))
    }
    if refusals and (not call.flag("force") or len(refusals) == len(ids)):
        details = [{"user": user, "ok": False, "error": e} for user, e in refusals.items()]
        raise Refused(next(iter(refusals.values())), errors=details)
    for user_id in ids:
        if user_id not in refusals:
            _enter(call, channel, user_id, inviter=call.workspace.app.bot_user_id)
    return {"channel": channel_json(call, channel)}


def _not_invited(call: Call, channel: Channel, user_id: str) -> str | None:
    user = call.workspace.users.get(user_id)
    if user is None or user.deleted:
        return "user_not_found"
    if user_id == call.workspace.app.bot_user_id:
        return "cant_invite_self"
    if user_id in channel.members:
        return "already_in_channel"
    if user.team_id != call.workspace.team.id:
        return "no_external_invite_permission"
    if user.is_ultra_restricted:
        return "ura_max_channels"
    return None


def _enter(call: Call, channel: Channel, user_id: str, *, inviter: str | None) -> None:
    channel.members.append(user_id)
    call.workspace.touch()
    events = call.server.events
    user = call.workspace.users[user_id]
    event = events.member_event(
        "member_joined_channel", user=user, channel=channel, inviter=inviter
    )
    events.tell_later("member_joined_channel", event, channel=channel)


METHODS = (
    Method(
        name="conversations.create",
        handler=conversations_create,
        arguments=frozenset({"name", "is_private", "team_id"}),
        scopes=("channels:manage", "groups:write"),
        tier=Tier.TWO,
    ),
    Method(
        name="conversations.info",
        handler=conversations_info,
        arguments=frozenset({"channel", "include_locale", "include_num_members"}),
        required=("channel",),
        scopes=_ANY_READ,
        tier=Tier.THREE,
    ),
    Method(
        name="conversations.list",
        handler=conversations_list,
        arguments=frozenset({"cursor", "limit", "types", "exclude_archived"}),
        scopes=_ANY_READ,
        tier=Tier.TWO,
    ),
    Method(
        name="conversations.members",
        handler=conversations_members,
        arguments=frozenset({"channel", "cursor", "limit"}),
        required=("channel",),
        scopes=_ANY_READ,
        tier=Tier.FOUR,
    ),
    Method(
        name="conversations.open",
        handler=conversations_open,
        arguments=frozenset({"channel", "users", "return_im", "prevent_creation"}),
        scopes=("im:write", "mpim:write", "groups:write", "channels:manage"),
        tier=Tier.THREE,
    ),
    Method(
        name="conversations.setTopic",
        handler=conversations_set_topic,
        arguments=frozenset({"channel", "topic"}),
        required=("channel",),
        scopes=tuple(scope for scopes in _TOPIC_SCOPES.values() for scope in scopes),
        tier=Tier.TWO,
    ),
    Method(
        name="conversations.join",
        handler=conversations_join,
        arguments=frozenset({"channel"}),
        required=("channel",),
        scopes=("channels:join",),
        tier=Tier.THREE,
    ),
    Method(
        name="conversations.invite",
        handler=conversations_invite,
        arguments=frozenset({"channel", "users", "force"}),
        required=("channel",),
        scopes=(
            "channels:manage",
            "channels:write.invites",
            "groups:write",
            "groups:write.invites",
        ),
        tier=Tier.THREE,
    ),
)
