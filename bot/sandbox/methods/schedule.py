"""chat.scheduleMessage and what goes with it: messages that wait for a second of the calendar."""

from bot.sandbox.limits import SCHEDULE_SECONDS, SCHEDULE_WINDOW_SECONDS, SCHEDULED_IN_WINDOW
from bot.sandbox.methods.call import Call, Method, Refused, page_of
from bot.sandbox.methods.chat import CONTENT, content_of, metadata_of, target_of, thread_of
from bot.sandbox.rates import Tier
from bot.sandbox.schedule import message_shown
from bot.sandbox.workspace import Json, Scheduled

_TOO_LATE_SECONDS = 60
"""From then on a message is on its way and cannot be taken back."""


def _post_at(call: Call, channel_id: str) -> int:
    try:
        post_at = int(call.arguments["post_at"])
    except (TypeError, ValueError, OverflowError):
        raise Refused("invalid_time") from None
    now = call.workspace.clock.timestamp()
    if post_at <= now:
        raise Refused("time_in_past")
    if post_at > now + SCHEDULE_SECONDS:
        raise Refused("time_too_far")
    window = post_at // SCHEDULE_WINDOW_SECONDS
    near = (
        one
        for one in call.workspace.scheduled.values()
        if one.channel == channel_id and one.post_at // SCHEDULE_WINDOW_SECONDS == window
    )
    if sum(1 for _ in near) >= SCHEDULED_IN_WINDOW:
        raise Refused("restricted_too_many")
    return post_at


def schedule_message(call: Call) -> Json:
    channel = target_of(call)
    text, blocks = content_of(call)
    metadata = metadata_of(call)
    workspace = call.workspace
    planned = Scheduled(
        id=workspace.new_id("Q"),
        channel=channel.id,
        post_at=_post_at(call, channel.id),
        created=int(workspace.clock.timestamp()),
        text=text,
        blocks=blocks,
        metadata=metadata or None,
        thread_ts=thread_of(call, channel),
        reply_broadcast=call.flag("reply_broadcast"),
    )
    workspace.scheduled[planned.id] = planned
    workspace.touch(channel.id)
    return {
        "channel": channel.id,
        "scheduled_message_id": planned.id,
        "post_at": planned.post_at,
        "message": message_shown(workspace, planned),
    }


def list_scheduled(call: Call) -> Json:
    """Soonest first; `oldest` and `latest` bound the time of posting."""
    wanted = call.text("channel")
    if wanted and wanted not in call.workspace.channels:
        raise Refused("invalid_channel")
    oldest, latest = call.number("oldest", 0), call.number("latest", 2**53)
    found = sorted(
        (
            one
            for one in call.workspace.scheduled.values()
            if wanted in ("", one.channel) and oldest <= one.post_at <= latest
        ),
        key=lambda one: (one.post_at, one.id),
    )
    page, following = page_of(call, found, default=100, most=1000)
    return {
        "scheduled_messages": [
            {
                "id": one.id,
                "channel_id": one.channel,
                "post_at": one.post_at,
                "date_created": one.created,
                "text": one.text,
            }
            for one in page
        ],
        "response_metadata": {"next_cursor": following},
    }


def delete_scheduled(call: Call) -> Json:
    channel = call.channel()
    planned = call.workspace.scheduled.get(call.text("scheduled_message_id"))
    now = call.workspace.clock.timestamp()
    if planned is None or planned.channel != channel.id:
        raise Refused("invalid_scheduled_message_id")
    if planned.post_at - now <= _TOO_LATE_SECONDS:
        raise Refused("invalid_scheduled_message_id")
    del call.workspace.scheduled[planned.id]
    call.workspace.touch(channel.id)
    return {}


METHODS = (
    Method(
        name="chat.scheduleMessage",
        handler=schedule_message,
        arguments=frozenset(
            CONTENT
            | {
                "metadata",
                "post_at",
                "reply_broadcast",
                "thread_ts",
                "unfurl_links",
                "unfurl_media",
            }
        ),
        not_done=frozenset({"as_user", "attachments"}),
        required=("channel", "post_at"),
        scopes=("chat:write",),
        tier=Tier.THREE,
    ),
    Method(
        name="chat.scheduledMessages.list",
        handler=list_scheduled,
        arguments=frozenset({"channel", "cursor", "latest", "limit", "oldest"}),
        tier=Tier.THREE,
    ),
    Method(
        name="chat.deleteScheduledMessage",
        handler=delete_scheduled,
        arguments=frozenset({"channel", "scheduled_message_id"}),
        not_done=frozenset({"as_user"}),
        required=("channel", "scheduled_message_id"),
        scopes=("chat:write",),
        tier=Tier.THREE,
    ),
)
