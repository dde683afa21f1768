"""The form in which a CSM says that they are not the right one."""

from slack_sdk.models.views import View

from bot.domain.handoff import LONGEST_REASON
from bot.views import sentences
from bot.views.blocks import Place, as_typed, form, text_input
from bot.views.ids import Field, ViewId
from bot.views.message import section
from bot.views.payload import Ref


def decline_view(handoff_id: int, account: str) -> View:
    """It says what follows and who will read the reason before it asks for one."""
    reason = text_input(
        Place("decline", entry=handoff_id),
        Field.REASON,
        multiline=True,
        longest=LONGEST_REASON,
        words=sentences.forms.DECLINE_REASON,
    )
    return form(
        ViewId.DECLINE,
        Ref(handoff=handoff_id),
        [as_typed(account), section(sentences.reading.DECLINE_MEANS), reason],
        title=sentences.forms.FORM_TITLES[ViewId.DECLINE],
        submit=sentences.forms.FORM_SUBMITS[ViewId.DECLINE],
        close=sentences.forms.CLOSE,
    )
