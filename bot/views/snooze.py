"""The form that silences the reminders about one step for a while."""

from datetime import datetime

from slack_sdk.models.views import View

from bot.domain.handoff import LONGEST_REASON
from bot.domain.read_models import StepLine
from bot.views import sentences
from bot.views.blocks import Place, as_typed, form, instant_input, text_input
from bot.views.ids import Field, ViewId
from bot.views.message import section
from bot.views.payload import Ref
from bot.views.text import instant_token


def snooze_view(*, account: str, line: StepLine, until: datetime, ref: Ref) -> View:
    """`until` is the moment to stand there first: the owner's next working morning.

    `ref` names the handoff and the step.
    """
    place = Place(f"snooze-{line.step.value}", entry=ref.handoff or 0)
    return form(
        ViewId.SNOOZE,
        ref,
        [
            as_typed(account),
            section(
                sentences.reminders.snooze_means(line.step, instant_token(line.due_at), line.light)
            ),
            instant_input(place, Field.UNTIL, until),
            text_input(
                place,
                Field.REASON,
                multiline=True,
                longest=LONGEST_REASON,
                words=sentences.forms.SNOOZE_REASON,
            ),
        ],
        title=sentences.forms.FORM_TITLES[ViewId.SNOOZE],
        submit=sentences.forms.FORM_SUBMITS[ViewId.SNOOZE],
        close=sentences.forms.CLOSE,
    )
