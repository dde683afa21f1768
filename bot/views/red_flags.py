"""What stands behind the lock on the card: for those it is for, and for all others."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.read_models import NamedPerson, RedFlagsPage
from bot.views import sentences
from bot.views.blocks import form, named_state, small_as_typed
from bot.views.brief_form import FORMS, Input
from bot.views.ids import ViewId
from bot.views.limits import SECTION_TEXT, truncate
from bot.views.message import context, labelled, plain_section
from bot.views.payload import Ref


def red_flags_view(page: RedFlagsPage) -> View:
    """The red flags and the private note."""
    blocks: list[Block] = [
        named_state(page.account, sentences.red_flags.RED_FLAGS_LEAD),
        *_written(page),
    ]
    return _view(page.handoff_id, blocks)


def _written(page: RedFlagsPage) -> list[Block]:
    blocks: list[Block] = []
    for one in FORMS[page.key]:
        value = getattr(page.flags, one.field.value)
        if one.kind is Input.TICK:
            blocks += [context(sentences.forms.TICKS[one.field])] if value else []
        elif value.strip():
            label = sentences.forms.FIELDS[one.field].label
            blocks.append(labelled(label, truncate(value, SECTION_TEXT)))
    return blocks or [context(sentences.red_flags.RED_FLAGS_NONE)]


def red_flags_closed_view(handoff_id: int, account: str, readers: Sequence[NamedPerson]) -> View:
    """Who may look; it says the same whether there is anything to see."""
    told = sentences.red_flags.red_flags_for(sentences.terms.names(readers, joined="and"))
    return _view(handoff_id, [small_as_typed(account), plain_section(told)])


def _view(handoff_id: int, blocks: list[Block]) -> View:
    return form(
        ViewId.RED_FLAGS,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.RED_FLAGS],
        close=sentences.forms.CLOSE,
    )
