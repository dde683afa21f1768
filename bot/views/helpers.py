"""The form in which the AE gives sections of the brief to a colleague."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.access import GIVEABLE
from bot.views import sentences
from bot.views.blocks import Place, as_typed, boxes_input, form, option, person_input
from bot.views.ids import Field, ViewId
from bot.views.payload import Ref


def helpers_view(handoff_id: int, account: str) -> View:
    """Nobody and nothing is chosen in it: who helps already stands in the list below."""
    place = Place("helpers", entry=handoff_id)
    sections = [
        option(key.value, name)
        for key, name in sentences.terms.SECTION_NAMES.items()
        if key in GIVEABLE
    ]
    blocks: list[Block] = [
        as_typed(account),
        person_input(place, Field.HELPER),
        boxes_input(place, Field.HELPED_SECTIONS, sections, ()),
    ]
    return form(
        ViewId.HELPERS,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.HELPERS],
        submit=sentences.forms.FORM_SUBMITS[ViewId.HELPERS],
        close=sentences.forms.CLOSE,
    )
