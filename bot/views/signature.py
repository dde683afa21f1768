"""The form that records when both had signed, or corrects it, and the question for which deal."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.domain.read_models import Card
from bot.views import sentences
from bot.views.blocks import Place, as_typed, form, instant_input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, button, context, plain_section, section
from bot.views.payload import Ref
from bot.views.start import MOST_STANDING
from bot.views.text import instant_token


def signature_view(card: Card, *, as_of: datetime) -> View:
    """The moment stands at what is recorded, else at the full minute before `as_of`."""
    recorded = card.signed_at
    blocks: list[Block] = [
        as_typed(card.account),
        plain_section(sentences.signature.SIGNATURE_STARTS),
    ]
    if recorded is not None:
        told = sentences.signature.signature_corrects(
            instant_token(recorded), posted=card.posted_at is not None
        )
        blocks.append(section(told))
    chosen = recorded or as_of.replace(second=0, microsecond=0)
    place, words = Place("signature", entry=card.handoff_id), sentences.forms.SIGNED_ALONE
    blocks.append(instant_input(place, Field.SIGNED_AT, chosen, words=words))
    return form(
        ViewId.SIGNATURE,
        Ref(handoff=card.handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.SIGNATURE],
        submit=sentences.forms.FORM_SUBMITS[ViewId.SIGNATURE],
        close=sentences.forms.CLOSE,
    )


def which_signed_message(cards: Sequence[Card]) -> Message:
    """Which of the handoffs in a channel is meant: each by account, with the button of its form."""
    blocks: list[Block] = [plain_section(sentences.signature.WHICH_SIGNED)]
    for card in cards[:MOST_STANDING]:
        blocks.append(as_typed(card.account, accessory=_opens_form(card)))
        signed = card.signed_at
        state = (
            sentences.whole.whole_signed(instant_token(signed))
            if signed
            else sentences.status.NO_SIGNATURE
        )
        blocks.append(context(state))
    if len(cards) > MOST_STANDING:
        blocks.append(context(sentences.assign.and_more(len(cards) - MOST_STANDING)))
    return Message(sentences.signature.WHICH_SIGNED, tuple(blocks))


def _opens_form(card: Card) -> ButtonElement:
    opens = ActionId.OPEN_SIGNATURE
    label = (
        sentences.buttons.CORRECT_SIGNATURE if card.signed_at else sentences.buttons.BUTTONS[opens]
    )
    return button(opens, label, Ref(handoff=card.handoff_id))
