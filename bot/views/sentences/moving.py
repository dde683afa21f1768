"""Another channel for a handoff."""

from typing import Final

MAKE_CHANNEL_STARTS: Final = (
    "The bot makes this private channel and brings you in. The form to start the handoff comes "
    "next; the AE, the proposed CSM and both managers are brought in with it."
)
MAKE_CHANNEL_MOVES: Final = (
    "The bot makes this private channel, brings in the AE, the CSM and both managers, and the "
    "handoff lives there from then on. No due time moves."
)
MOVE_MEANS: Final = (
    "The handoff lives in the channel you choose from then on, and its message is posted there "
    "anew. AE and CSM are invited there. No due time moves."
)
MOVED_TITLE: Final = "Handoff moved"
HANDOFF_MOVED: Final = "{account} lives in {channel} now. No due time moved."
