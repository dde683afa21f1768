"""What could not be delivered, each with what an admin can do about it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.read_models import Undelivered
from bot.views import sentences as said
from bot.views.ids import ActionId, ViewId
from bot.views.lists import list_view
from bot.views.message import actions, button, context, plain_section, section
from bot.views.payload import Ref
from bot.views.text import channel_link, escape, mention, one_line


def undelivered_view(rows: Sequence[Undelivered], *, page: int, pages: int) -> View:
    """One page of the list."""
    blocks: list[Block] = [
        plain_section(said.undelivered.MEANS if rows else said.undelivered.NONE_LEFT)
    ]
    for one in rows:
        blocks += [*_told(one), *_presses(one, page)]
    return list_view(ViewId.UNDELIVERED, blocks, page=page, pages=pages)


def _told(one: Undelivered) -> list[Block]:
    to = mention(one.person) if one.person is not None else ""
    if one.channel_slack_id is not None:
        to = channel_link(one.channel_slack_id)
    what = said.undelivered.what(one.kind)
    told: list[Block] = [section(f"{what}{said.undelivered.TO}{to}" if to else what)]
    if one.account is not None:
        told.append(plain_section(one_line(one.account)))
    elif one.hidden:
        told.append(plain_section(said.undelivered.HIDDEN))
    why = said.refusals.why(one.reason, in_doubt=one.in_doubt)
    if one.in_vain:
        why = f"{said.refusals.in_vain(one.reason)} {said.undelivered.GOES_ON}"
    return [*told, context(escape(why))]


def _presses(one: Undelivered, page: int) -> list[Block]:
    if one.in_vain:
        return []
    ref = Ref(thing=one.source.value, entry=one.entry, page=page or None)
    offered = [ActionId.SEND_AGAIN] if one.may_retry else []
    return actions(
        button(action, said.buttons.BUTTONS[action], ref)
        for action in (*offered, ActionId.PUT_ASIDE)
    )
