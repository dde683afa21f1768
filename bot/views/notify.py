"""The form in which an admin chooses whom what the clock says reaches."""

from slack_sdk.models.views import View

from bot.domain.notices import Notify
from bot.views import sentences as said
from bot.views.blocks import Place, choice_input, form, option
from bot.views.ids import Field, ViewId
from bot.views.message import plain_section
from bot.views.payload import Ref


def notify_view(chosen: Notify) -> View:
    """The three choices, each with its name."""
    return form(
        ViewId.NOTIFY,
        Ref(),
        [
            choice_input(
                Place("notify"),
                Field.NOTIFY,
                [option(one.value, said.people.NOTIFY_NAMES[one]) for one in Notify],
                chosen.value,
            ),
            plain_section(said.people.NOTIFY_MEANS),
        ],
        title=said.forms.FORM_TITLES[ViewId.NOTIFY],
        submit=said.forms.FORM_SUBMITS[ViewId.NOTIFY],
        close=said.forms.CLOSE,
    )
