"""What `/handoff help` answers; the Home tab ends with the same lines."""

from slack_sdk.models.blocks import Block

from bot.views import sentences as said
from bot.views.message import Message, lines, plain_section, words


def help_message() -> Message:
    """The commands, each with what it does."""
    return Message(said.home.HELP_LEAD, (plain_section(said.home.HELP_LEAD), help_lines()))


def help_lines() -> Block:
    """The commands as lines."""
    return lines(
        *([words(command, bold=True), words(f"  {does}")] for command, does in said.home.HELP)
    )
