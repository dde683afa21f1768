"""conversations.history and .replies: reading back what was said."""

import re
from itertools import islice, takewhile

from bot.sandbox.methods.call import (
    Call,
    Method,
    Refused,
    read_cursor,
    sort_of,
    write_cursor,
)
from bot.sandbox.posting import message_json
from bot.sandbox.rates import Tier
from bot.sandbox.workspace import Channel, Json, Message

_SCOPES = {
    "public": "channels:history",
    "private": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}
_TS = re.compile(r"(\d{1,12})(?:\.(\d{1,6}))?")


def _microseconds(ts: str, error: str) -> int:
    match = _TS.fullmatch(ts)
    if match is None:
        raise Refused(error)
    return int(match[1]) * 1_000_000 + int((match[2] or "").ljust(6, "0"))


class _Span:
    """The time between `oldest` and `latest`, ends included only with `inclusive`."""

    def __init__(self, call: Call) -> None:
        bounded = call.has("oldest") or call.has("latest")
        widen = 1 if bounded and call.flag("inclusive") else 0
        self._after = _microseconds(call.text("oldest", "0") or "0", "invalid_ts_oldest") - widen
        self._before: int | None = None
        if call.has("latest"):
            self._before = _microseconds(call.text("latest"), "invalid_ts_latest") + widen

    def begun(self, message: Message) -> bool:
        """Whether the message is not too old: history ends at the first one that is."""
        return self._after < _microseconds(message.ts, "invalid_ts_oldest")

    def holds(self, message: Message) -> bool:
        at = _microseconds(message.ts, "invalid_ts_latest")
        return self._after < at and (self._before is None or at < self._before)


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope(_SCOPES[sort_of(channel)])
    if not call.is_member(channel):
        raise Refused("not_in_channel")
    return channel


def _limit(call: Call, *, default: int, most: int) -> int:
    limit = call.number("limit", default)
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    return limit


def _page(call: Call, messages: list[Message], limit: int) -> Json:
    """`messages` holds one more than asked for when there is a next page."""
    shown = messages[:limit]
    whole = call.flag("include_all_metadata")
    more = len(messages) > limit
    answer: Json = {
        "messages": [message_json(call.workspace, m, whole_metadata=whole) for m in shown],
        "has_more": more,
        "response_metadata": {"next_cursor": ""},
    }
    if more:
        answer["response_metadata"]["next_cursor"] = write_cursor("ts", shown[-1].ts)
    return answer


def conversations_history(call: Call) -> Json:
    """Newest first; replies in threads and what is only visible to one person are left out."""
    channel = _readable(call)
    limit = _limit(call, default=100, most=999)
    span = _Span(call)
    past = (
        _microseconds(read_cursor(call.text("cursor"), kind="ts"), "invalid_cursor")
        if (call.has("cursor"))
        else None
    )
    found = (
        message
        for message in takewhile(span.begun, reversed(channel.messages.values()))
        if message.ephemeral_for is None
        and not call.server.edge.lag.hides(channel.id, message.ts)
        and (not message.is_reply or message.reply_broadcast)
        and span.holds(message)
        and (past is None or _microseconds(message.ts, "invalid_cursor") < past)
    )
    answer = _page(call, list(islice(found, limit + 1)), limit)
    return {**answer, "pin_count": len(channel.pins)}


def conversations_replies(call: Call) -> Json:
    """Oldest first, the parent always at the head of the first page."""
    channel = _readable(call)
    limit = _limit(call, default=1000, most=1000)
    asked = channel.messages.get(call.text("ts"))
    if asked is None or asked.ephemeral_for is not None:
        raise Refused("thread_not_found")
    if asked.is_reply:
        return _page(call, [asked], limit)
    span = _Span(call)
    past = (
        _microseconds(read_cursor(call.text("cursor"), kind="ts"), "invalid_cursor")
        if (call.has("cursor"))
        else None
    )
    replies = (
        reply
        for ts in channel.threads.get(asked.ts, ())
        if (reply := channel.messages[ts]).ephemeral_for is None
        and not call.server.edge.lag.hides(channel.id, ts)
        and span.holds(reply)
        and (past is None or _microseconds(reply.ts, "invalid_cursor") > past)
    )
    head = [asked] if past is None else []
    return _page(call, [*head, *islice(replies, limit + 1 - len(head))], limit)


_SPAN = {"channel", "cursor", "limit", "oldest", "latest", "inclusive", "include_all_metadata"}

METHODS = (
    Method(
        name="conversations.history",
        handler=conversations_history,
        arguments=frozenset(_SPAN),
        required=("channel",),
        scopes=tuple(_SCOPES.values()),
        tier=Tier.THREE,
    ),
    Method(
        name="conversations.replies",
        handler=conversations_replies,
        arguments=frozenset(_SPAN | {"ts"}),
        required=("channel", "ts"),
        scopes=tuple(_SCOPES.values()),
        tier=Tier.THREE,
    ),
)
