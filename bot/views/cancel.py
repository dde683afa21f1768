"""The form that ends a handoff before its time, and says what the deal became."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.handoff import LONGEST_REASON
from bot.domain.path_pages import CancelForm
from bot.views import sentences
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    form,
    many_input,
    option,
    text_input,
)
from bot.views.ids import Field, ViewId
from bot.views.limits import OPTION_TEXT, SELECT_OPTIONS
from bot.views.message import context, section
from bot.views.payload import Ref
from bot.views.text import one_line


def cancel_view(shown: CancelForm, ref: Ref) -> View:
    """It says who will read the reason before it asks for one; `ref` is what it carries."""
    place = Place("cancel", entry=shown.handoff_id)
    reason = text_input(
        place,
        Field.REASON,
        multiline=True,
        longest=LONGEST_REASON,
        words=sentences.forms.CANCEL_REASON,
    )
    return form(
        ViewId.CANCEL,
        ref,
        [
            as_typed(shown.account),
            section(sentences.forms.CANCEL_MEANS),
            reason,
            *_became(place, shown),
        ],
        title=sentences.forms.FORM_TITLES[ViewId.CANCEL],
        submit=sentences.forms.FORM_SUBMITS[ViewId.CANCEL],
        close=sentences.forms.KEEP_HANDOFF,
    )


def _became(place: Place, shown: CancelForm) -> list[Block]:
    """What the deal became, and the promises that come along."""
    if not shown.deals:
        return [context(sentences.paths.NO_DEALS)]
    deals = [option(str(one.handoff_id), one_line(one.account)) for one in shown.deals]
    kinds = [option(one.value, sentences.paths.KIND_NAMES[one]) for one in shown.kinds]
    blocks: list[Block] = [
        context(sentences.paths.BECAME_MEANS),
        many_input(place, Field.BECAME, deals, ()),
        choice_input(place, Field.BECAME_HOW, kinds, kinds[0].value or "", optional=True),
    ]
    return blocks + _carried(place, shown)


def _carried(place: Place, shown: CancelForm) -> list[Block]:
    if not shown.promises:
        return []
    offered = shown.promises[:SELECT_OPTIONS]
    boxes = [
        option(str(one.id), one_line(f"{one.number} · {one.text.words}", OPTION_TEXT))
        for one in offered
    ]
    told: list[Block] = [context(sentences.paths.CARRY_MEANS)]
    left = len(shown.promises) - len(offered)
    if left:
        told.append(context(sentences.paths.carry_range(len(offered), left)))
    return [*told, many_input(place, Field.CARRY, boxes, ())]
