"""The form in which an admin says which field of the Slack profile holds people's managers."""

from collections.abc import Sequence

from slack_sdk.models.views import View

from bot.domain.ports import ProfileField
from bot.views import sentences as said
from bot.views.blocks import Place, choice_input, form, option
from bot.views.ids import Field, ViewId
from bot.views.limits import SELECT_OPTIONS
from bot.views.message import plain_section
from bot.views.payload import Ref
from bot.views.text import one_line

BY_HAND = "-"
"""The choice of no field; Slack's ids of fields begin with letters."""


def managers_view(fields: Sequence[ProfileField], *, chosen: str | None) -> View:
    """Proposes the fields that hold a person; where there is none it says what to do."""
    means = plain_section(said.managers.MANAGERS_MEAN)
    title = said.forms.FORM_TITLES[ViewId.MANAGERS]
    if not fields and chosen is None:
        told = [means, plain_section(said.managers.NO_FIELDS)]
        return form(ViewId.MANAGERS, Ref(), told, title=title, close=said.forms.CLOSE)
    proposed = [
        option(one.id, one_line(one.label) or one.id) for one in fields[: SELECT_OPTIONS - 1]
    ]
    known = {one.id for one in fields}
    return form(
        ViewId.MANAGERS,
        Ref(),
        [
            means,
            choice_input(
                Place("managers"),
                Field.PROFILE_FIELD,
                [option(BY_HAND, said.managers.NO_FIELD), *proposed],
                chosen if chosen in known else BY_HAND,
            ),
        ],
        title=title,
        submit=said.forms.FORM_SUBMITS[ViewId.MANAGERS],
        close=said.forms.CLOSE,
    )
