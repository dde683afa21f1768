"""The form that records when both had signed, or corrects it."""

from datetime import datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.read_models import Card
from bot.views import sentences
from bot.views.blocks import Place, as_typed, form, instant_input
from bot.views.ids import Field, ViewId
from bot.views.message import section
from bot.views.payload import Ref
from bot.views.text import instant_token


def signature_view(card: Card, *, as_of: datetime) -> View:
    """The moment stands at what is recorded, else at the full minute before `as_of`."""
    recorded = card.signed_at
    blocks: list[Block] = [as_typed(card.account), section(sentences.signature_starts())]
    if recorded is not None:
        told = sentences.signature_corrects(
            instant_token(recorded), posted=card.posted_at is not None
        )
        blocks.append(section(told))
    chosen = recorded or as_of.replace(second=0, microsecond=0)
    blocks.append(instant_input(Place("signature", entry=card.handoff_id), Field.SIGNED_AT, chosen))
    return form(
        ViewId.SIGNATURE,
        Ref(handoff=card.handoff_id),
        blocks,
        title=sentences.FORM_TITLES[ViewId.SIGNATURE],
        submit=sentences.FORM_SUBMITS[ViewId.SIGNATURE],
        close=sentences.CLOSE,
    )
