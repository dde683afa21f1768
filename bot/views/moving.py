"""Another channel for a handoff: one that the bot makes, or one that is there."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.channels import LONGEST_NAME
from bot.views import sentences
from bot.views.blocks import Place, as_typed, channel_input, form, text_input
from bot.views.ids import Field, ViewId
from bot.views.message import plain, section
from bot.views.payload import Ref
from bot.views.text import channel_link, escape, one_line


def make_channel_view(name: str, *, handoff_id: int | None, account: str | None = None) -> View:
    """The channel's name, and who is brought in; without a handoff one is started in it next."""
    told = (
        sentences.moving.MAKE_CHANNEL_MOVES if handoff_id else sentences.moving.MAKE_CHANNEL_STARTS
    )
    blocks: list[Block] = [as_typed(account)] if account else []
    place = Place("make_channel", entry=handoff_id or 0)
    blocks += [
        section(told),
        text_input(place, Field.CHANNEL_NAME, name, longest=LONGEST_NAME),
    ]
    return form(
        ViewId.MAKE_CHANNEL,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.MAKE_CHANNEL],
        submit=sentences.forms.FORM_SUBMITS[ViewId.MAKE_CHANNEL],
        close=sentences.forms.CLOSE,
    )


def move_view(handoff_id: int, account: str) -> View:
    """One of the channels that are there; whether it is safe is looked at when it is sent."""
    blocks: list[Block] = [
        as_typed(account),
        section(sentences.moving.MOVE_MEANS),
        channel_input(Place("move", entry=handoff_id), Field.CHANNEL),
    ]
    return form(
        ViewId.MOVE,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.MOVE],
        submit=sentences.forms.FORM_SUBMITS[ViewId.MOVE],
        close=sentences.forms.CLOSE,
    )


def moved_view(account: str, channel_slack_id: str, *, made: str = "") -> View:
    """Where the handoff lives now.

    A private channel that was `made` for it is told by the name typed: Slack names one in a link
    only to its members, and its reader is about to become one.
    """
    channel = f"#{escape(one_line(made))}" if made else channel_link(channel_slack_id)
    told = sentences.moving.HANDOFF_MOVED.format(account=escape(one_line(account)), channel=channel)
    return View(
        type="modal",
        callback_id=ViewId.PROBLEM.value,
        title=plain(sentences.moving.MOVED_TITLE),
        close=plain(sentences.forms.CLOSE),
        blocks=[section(told)],
    )
