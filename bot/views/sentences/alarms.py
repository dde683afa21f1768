"""What admins read when the bot cannot do its work."""

from collections.abc import Mapping
from typing import Final

MEANS: Final = "Each of them, with what helps, stands under Delivery problems."
MORE_REASONS: Final = "and {count} for other reasons."
IN_VAIN_MEANS: Final = "The bot goes on trying; what goes through is off the list by itself."
MORE_PLACES: Final = "and {count} elsewhere, or for other reasons."
THERE: Final = ": "
NEXT: Final = (
    "While this lasts you are told once a day at most. Whoever runs the bot finds it in the log."
)
SCOPE_LACKS: Final = "the app lacks the permission {scope} in this workspace."
SCOPE_HELPS: Final = (
    "Install the app anew from its manifest, with this permission; nothing is lost by that. This "
    "is said once."
)
SCOPE_LEFT_OUT: Final = (
    "It is one that may be left out. If that is what you want, there is nothing to do: this is "
    "said once. Else install the app anew from its manifest, with this permission."
)
SCOPE_UNKNOWN: Final = "Something that it was to do in Slack was refused because of it."
WITHOUT: Final[Mapping[str, str]] = {
    "commands": "/handoff, /handoff-status and Add to handoff do not work without it.",
    "chat:write": "The bot can post and edit nothing without it.",
    "im:write": "The bot cannot write to people it has not written to before without it.",
    "im:history": (
        "Answers in a chat with the bot do not reach it without it, and a direct message whose "
        "sending ended unclearly is not repeated."
    ),
    "users:read": "The bot learns of no new colleagues, and of no closed accounts, without it.",
    "users.profile:read": "Managers are not read from the Slack profile without it.",
    "users:read.email": "Nobody is found by an address in the file of a backfill without it.",
    "channels:read": (
        "The bot cannot see who reads in a public channel without it, and so posts nothing there."
    ),
    "groups:read": (
        "The bot cannot see who reads in a private channel without it, and so posts nothing there."
    ),
    "reactions:read": "A ✅ on a promise is no initial without it; the buttons go on working.",
    "channels:write.invites": (
        "The CSM is not brought into a public deal channel without it; a person is asked to."
    ),
    "groups:write.invites": (
        "The CSM is not brought into a private deal channel without it; a person is asked to."
    ),
    "groups:write": "Make private channel does not work without it; a person makes the channel.",
    "files:write": "Lists, ledgers and calendar files cannot be sent without it.",
    "channels:history": (
        "In public deal channels the bot cannot look whether a message of its own arrived, or "
        "still stands, without it."
    ),
    "groups:history": (
        "In private deal channels the bot cannot look whether a message of its own arrived, or "
        "still stands, without it."
    ),
}
"""What does not work without a permission."""
LET_IN: Final = "Slack did not let the bot in for a while; now it does."
LET_IN_MEANS: Final = (
    "Slack's word for it was “{reason}”. Nothing is lost: what the bot had to say in that time is "
    "being said now, and people could not use it meanwhile."
)
NOT_CONNECTED: Final = "the bot is not connected to Slack."
NOT_CONNECTED_MEANS: Final = (
    "What people press or type for the bot does not reach it. What it has to say still goes out."
)
NOT_CONNECTED_HELPS: Final = (
    "Whoever runs it looks at the network, at Slack's status page, and whether Socket Mode is "
    "switched on and the app-level token still holds. You are told when it is over."
)
SINCE: Final = "Since "
CONNECTED: Final = "the bot was not connected to Slack for a while; now it is."
CONNECTED_MEANS: Final = (
    "Whoever pressed or typed something for the bot in that time was told by Slack that it did not "
    "work. Nothing that was kept is lost, and what changed in channels meanwhile is looked up now."
)
FROM: Final = "From "
TO: Final = " to "
REFERENCE: Final = "Reference for whoever runs the bot: {reference}"


def undelivered(count: int, *, lasts: bool) -> str:
    """How much did not arrive, at first or on a day after that."""
    what = "one message of the bot was" if count == 1 else f"{count} messages of the bot were"
    told = f"{what} not delivered, or may not have been."
    return f"Still, {told}" if lasts else f"{told[0].upper()}{told[1:]}"


def in_vain(count: int, *, lasts: bool) -> str:
    """How much does not go through, at first or on a day after that."""
    what = "one message of the bot does" if count == 1 else f"{count} messages of the bot do"
    told = f"{what} not go through, however often it tries."
    return f"Still, {told}" if lasts else f"{told[0].upper()}{told[1:]}"


def reason(count: int, why: str) -> str:
    """Some of them, and why."""
    return f"{count} × {why}"
