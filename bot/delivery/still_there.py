"""Whether messages still stand: many of one conversation are looked for in few calls."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

PAGE = 200
_DELETED_WITH_REPLIES = "tombstone"

Ask = Callable[..., Mapping[str, Any]]
"""One call to Slack, by method and arguments; raises one of CALL_FAILED, NoTurn."""


def gone(ask: Ask, channel: str, stamps: Collection[str], *, thread: str | None = None) -> set[str]:
    """Which of the messages at these times are certainly not there any more.

    A page decides about the times it covers. What is missing from one is asked for by itself before
    it counts as gone, and nothing does where Slack hides what is old from the workspace.
    """
    left, missing = sorted(stamps, key=_at), list[str]()
    while left:
        told = _page(ask, channel, left[0], left[-1], thread)
        stands, seen = _stand(told), [_at(one) for one in _all(told) if one != thread]
        covered = left
        if told.get("has_more"):
            # History begins with the newest, a thread with the oldest.
            edge = (max(seen) if thread else min(seen)) if seen else None
            covered = [one for one in left if edge is not None and _within(one, edge, thread)]
        if not covered:
            break
        missing += [one for one in covered if one not in stands]
        left = [one for one in left if one not in covered]
    return {one for one in missing if _alone(ask, channel, one, thread)}


def _alone(ask: Ask, channel: str, ts: str, thread: str | None) -> bool:
    told = _page(ask, channel, ts, ts, thread)
    return ts not in _stand(told) and not told.get("is_limited")


def _page(
    ask: Ask, channel: str, oldest: str, latest: str, thread: str | None
) -> Mapping[str, Any]:
    span = {
        "channel": channel,
        "oldest": oldest,
        "latest": latest,
        "inclusive": True,
        "limit": PAGE,
    }
    if thread is not None:
        return ask("conversations.replies", ts=thread, **span)
    return ask("conversations.history", **span)


def _within(ts: str, edge: tuple[int, int], thread: str | None) -> bool:
    return _at(ts) <= edge if thread is not None else _at(ts) >= edge


def _all(told: Mapping[str, Any]) -> list[str]:
    return [str(one["ts"]) for one in told.get("messages") or ()]


def _stand(told: Mapping[str, Any]) -> set[str]:
    return {
        str(one["ts"])
        for one in told.get("messages") or ()
        if one.get("subtype") != _DELETED_WITH_REPLIES
    }


def _at(ts: str) -> tuple[int, int]:
    """A timestamp of Slack's as it is ordered: seconds and what is behind the point."""
    seconds, _, rest = ts.partition(".")
    return int(seconds), int(rest or 0)
