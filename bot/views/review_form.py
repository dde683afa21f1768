"""What the forms of day 30, 60 and 90 have in common."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.promises import Side
from bot.domain.review_pages import FormHead
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, form, reason_input
from bot.views.ids import ViewId
from bot.views.payload import Ref


def place_of(head: FormHead) -> Place:
    """Where its inputs belong; with another revision they are others."""
    return Place(head.kind.value, entry=head.handoff_id, revision=head.revision)


def review_form(
    view_id: ViewId, head: FormHead, blocks: Sequence[Block], *, page: int | None = None
) -> View:
    """The account on top, and below it all why somebody records it who does not own it.

    `page` is what it carries of where it was opened.
    """
    reason: Sequence[Block] = ()
    if head.asks_why:
        of_ae = head.side is Side.AE
        words = said.forms.FOR_AE_REASON if of_ae else said.forms.FOR_CSM_REASON
        reason = [reason_input(place_of(head), words=words)]
    return form(
        view_id,
        Ref(handoff=head.handoff_id, revision=head.revision, thing=head.kind.value, page=page),
        [as_typed(head.account), *blocks, *reason],
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE,
    )
