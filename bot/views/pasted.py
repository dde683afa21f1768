"""A long text that a writer pasted, to be cut into the fields of the brief by hand."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.views import sentences
from bot.views.blocks import Place, as_typed, form, text_input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import actions, button, context
from bot.views.payload import Ref


def paste_view(handoff_id: int, *, parts: int = 0) -> View:
    """Where the next part goes in; `parts` is how many are there."""
    blocks: list[Block] = [
        context(sentences.brief.PASTED_WHAT_FOR),
        text_input(Place("pasted", entry=parts), Field.PASTED, multiline=True),
    ]
    return form(
        ViewId.PASTE,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.PASTE],
        submit=sentences.forms.FORM_SUBMITS[ViewId.PASTE],
        close=sentences.forms.CLOSE,
    )


def pasted_view(handoff_id: int, parts: Sequence[str], *, page: int = 0) -> View:
    """One part a page, to copy from; `parts` has one at least."""
    here = min(max(page, 0), len(parts) - 1)
    blocks: list[Block] = [context(sentences.brief.PASTED_HOW)]
    if len(parts) > 1:
        blocks.append(context(sentences.brief.page_of(here, len(parts))))
    blocks.append(as_typed(parts[here]))
    # Within one row of buttons Slack wants different action ids: each way gets its own row.
    for label, target in (
        (sentences.whole.PAGE_BACK, here - 1),
        (sentences.whole.PAGE_ON, here + 1),
    ):
        if 0 <= target < len(parts):
            turned = Ref(handoff=handoff_id, page=target)
            blocks += actions([button(ActionId.PASTED_OPEN, label, turned)])
    ref = Ref(handoff=handoff_id)
    buttons = sentences.buttons.BUTTONS
    blocks += actions(
        [
            button(ActionId.PASTED_MORE, buttons[ActionId.PASTED_MORE], ref),
            button(ActionId.PASTED_FORGET, buttons[ActionId.PASTED_FORGET], ref),
        ]
    )
    return form(
        ViewId.PASTED,
        ref,
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.PASTED],
        close=sentences.forms.CLOSE,
    )
