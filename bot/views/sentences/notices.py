"""What the bot tells people, but for reminders."""

from collections.abc import Mapping
from typing import Final

from bot.domain.errors import Problem
from bot.domain.history import Tag
from bot.views.ids import ActionId

BOT_POSTED: Final = "the bot posted the handoff message "
BOT_POSTED_WHY: Final = ", because it was due."
BOT_POSTED_HOLES: Final = "Still open in it: {items}."
BOT_POSTED_FULL: Final = "The brief in it has no open item."
CANNOT_POST_BECAUSE: Final = "the handoff message was to be posted, but {why}. It is not there."
TAKEN_BACK_BECAUSE: Final = "the handoff message was taken out, because {why}."
CANNOT_POST: Final[Mapping[Problem, tuple[str, str]]] = {
    Problem.CHANNEL_SHARED: (
        "its channel is shared outside the company",
        "Stop sharing the channel.",
    ),
    Problem.CHANNEL_GUESTS: (
        "there are guests in its channel",
        "Take the guests out of the channel.",
    ),
    Problem.CHANNEL_ARCHIVED: ("its channel is archived", "Bring the channel back into use."),
    Problem.CHANNEL_NOT_INSIDE: (
        "the bot is not in its channel",
        "Type /invite @handoff in the channel.",
    ),
    Problem.CHANNEL_IS_DM: ("it may only stand in a channel", "Turn it into a private channel."),
}
"""Why the message is not there, and what makes it possible."""
CANNOT_POST_PRESS: Final = "Then press the button below."
CANNOT_POST_ITSELF: Final = "Then the bot posts the message by itself."
CANNOT_POST_ELSEWHERE: Final = (
    "Or let the handoff live in another channel: a private one that the bot makes for the AE, the "
    "CSM and both managers, or one you choose."
)
WHERE_NEXT: Final[Mapping[Problem, tuple[str, str]]] = {
    Problem.CHANNEL_SHARED: (
        "this channel is shared outside the company now, so the handoff message cannot stand "
        "there.",
        "Stop sharing the channel",
    ),
    Problem.CHANNEL_GUESTS: (
        "there are guests in this channel now, so the handoff message cannot stand there.",
        "Take the guests out of the channel",
    ),
    Problem.CHANNEL_ARCHIVED: (
        "this channel was archived, so the bot can show nothing there.",
        "Bring the channel back into use",
    ),
    Problem.CHANNEL_NOT_INSIDE: (
        "the bot is not in this channel any more, or the channel was deleted, so it can show "
        "nothing there.",
        "Type /invite @handoff in the channel",
    ),
}
"""What happened to the channel of a handoff, and what brings it back."""
WHERE_NEXT_MEANWHILE: Final = (
    "The handoff itself goes on: its due times stay, and reminders and what is late come in direct "
    "messages."
)
WHERE_NEXT_STANDS: Final = "Its message stays as it is until then."
WHERE_NEXT_ASKS: Final = (
    "Where shall it go on? {remedy}, and the bot goes on there by itself. Or let the handoff live "
    "in another channel: a private one that the bot makes for the AE, the CSM and both managers, "
    "or one you choose."
)
HELP_WANTED: Final = "asks you to fill this part of the brief: {sections}."
HELP_SAVED: Final = (
    "Every section is saved by itself, and what others write meanwhile is kept. "
    "You see these sections and no other."
)
UNDO_OFFERS: Final[Mapping[Tag, tuple[str, ActionId]]] = {
    Tag.ACKNOWLEDGED: ("You acknowledged the brief.", ActionId.UNDO_ACKNOWLEDGE),
    Tag.CANCELLED: ("You cancelled the handoff.", ActionId.UNDO_CANCEL),
    Tag.CLOSED: ("You closed the handoff.", ActionId.UNDO_CLOSING),
}
UNDO_FOR: Final = "You can take this back for {minutes} minutes."
INVITE_BY_HAND: Final = (
    "{account}: the bot could not bring {csm} into the deal channel. Type this line there:"
)
INVITE_LINE: Final = "/invite @{csm}"
WELCOME: Final = (
    "Here the bot writes to you about handoffs you have a part in: one card for each, which is "
    "edited as things move on.",
    "Before something of yours is due it reminds you, twice at most, within your working hours, "
    "and never writes more than a few times a day; Snooze moves a reminder to when you want it.",
    "The Home tab lists what needs you, and there you set quiet hours of your own. /handoff help "
    "shows the commands.",
)


def started_for(account: str, ae: str) -> str:
    """What the person reads who started a handoff for somebody else (plain text)."""
    return f"The handoff for {account} has started. {ae} gets a message to confirm it as the AE."


UNCONFIRMED_CARD: Final = (
    "Slack did not say whether the handoff message arrived, and the bot may not look into the "
    "channel. Is it there? Where it is not, post it again."
)
UNCONFIRMED_LINE: Final = (
    "Slack did not say whether a line of the bot arrived, and the bot may not look into the "
    "channel. Where it is not there, post it again."
)
