"""The customer's answers at day 30."""

from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.nps import LONGEST_PASTED
from bot.domain.review_pages import NpsForm
from bot.views import sentences as said
from bot.views.blocks import boxes_input, date_input, option, text_input
from bot.views.ids import Field, ViewId
from bot.views.message import plain_section, section
from bot.views.review_form import place_of, review_form

NOBODY: Final = "nobody"


def nps_view(model: NpsForm) -> View:
    """All answers so far, to be added to or corrected, or that there are none."""
    place, record = place_of(model.head), model.record
    typed = ", ".join(str(one) for one in record.answers) if record is not None else ""
    nobody = (NOBODY,) if record is not None and record.nobody else ()
    blocks: list[Block] = [section(said.reviews.NPS_MEANS)]
    if record is not None:
        blocks.append(plain_section(said.reviews.nps_line(record.answers)))
    blocks += [
        text_input(place, Field.NPS, typed, optional=True, multiline=True, longest=LONGEST_PASTED),
        boxes_input(place, Field.NPS_NOBODY, [option(NOBODY, said.reviews.NPS_NOBODY)], nobody),
        date_input(place, Field.ASKED_ON, record.asked_on if record is not None else None),
    ]
    return review_form(ViewId.NPS, model.head, blocks)
