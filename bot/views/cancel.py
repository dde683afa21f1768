"""The form that ends a handoff before its time."""

from slack_sdk.models.views import View

from bot.domain.handoff import LONGEST_REASON
from bot.domain.read_models import Card
from bot.views import sentences
from bot.views.blocks import Place, as_typed, form, text_input
from bot.views.ids import Field, ViewId
from bot.views.message import section
from bot.views.payload import Ref


def cancel_view(card: Card, ref: Ref) -> View:
    """It says who will read the reason before it asks for one; `ref` is what it carries."""
    reason = text_input(
        Place("cancel", entry=card.handoff_id),
        Field.REASON,
        multiline=True,
        longest=LONGEST_REASON,
        words=sentences.forms.CANCEL_REASON,
    )
    return form(
        ViewId.CANCEL,
        ref,
        [as_typed(card.account), section(sentences.forms.CANCEL_MEANS), reason],
        title=sentences.forms.FORM_TITLES[ViewId.CANCEL],
        submit=sentences.forms.FORM_SUBMITS[ViewId.CANCEL],
        close=sentences.forms.KEEP_HANDOFF,
    )
