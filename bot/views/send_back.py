"""The form in which the CSM gives the brief back to the AE, with what they have to ask."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.handoff import LONGEST_REASON
from bot.domain.items import Item
from bot.domain.read_models import Because
from bot.views import sentences
from bot.views.because import because_blocks
from bot.views.blocks import Place, as_typed, boxes_input, form, option, text_input
from bot.views.ids import Field, ViewId
from bot.views.limits import BOXES
from bot.views.message import section
from bot.views.payload import Ref

GROUPS: Final = (Field.ITEMS, Field.MORE_ITEMS, Field.LAST_ITEMS)
"""As many groups of boxes as it takes for every item there is."""


def return_view(handoff_id: int, account: str, because: Because | None) -> View:
    """Asked before a brief goes back to the CSM as it was; with what they asked."""
    blocks: list[Block] = [as_typed(account)]
    if because is not None:
        blocks += because_blocks(because)
    blocks.append(section(sentences.reading.RETURN_MEANS))
    return form(
        ViewId.RETURN_BRIEF,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.RETURN_BRIEF],
        submit=sentences.forms.FORM_SUBMITS[ViewId.RETURN_BRIEF],
        close=sentences.forms.CLOSE,
    )


def send_back_view(handoff_id: int, account: str, items: Sequence[Item]) -> View:
    """The counted items by name in groups of boxes, and what the CSM needs to know."""
    place = Place("send-back", entry=handoff_id)
    blocks: list[Block] = [as_typed(account), section(sentences.reading.SEND_BACK_MEANS)]
    for index, field in enumerate(GROUPS):
        group = items[index * BOXES : (index + 1) * BOXES]
        if group:
            options = [
                option(item.value, sentences.terms.at_start(sentences.terms.ITEM_NAMES[item]))
                for item in group
            ]
            blocks.append(boxes_input(place, field, options, ()))
    blocks.append(
        text_input(
            place,
            Field.REASON,
            multiline=True,
            longest=LONGEST_REASON,
            words=sentences.forms.SEND_BACK_REASON,
        )
    )
    return form(
        ViewId.SEND_BACK,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.SEND_BACK],
        submit=sentences.forms.FORM_SUBMITS[ViewId.SEND_BACK],
        close=sentences.forms.CLOSE,
    )
