"""What the lists of admins have in common: pages, and buttons that turn them."""

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.views import sentences as said
from bot.views.blocks import form
from bot.views.ids import ActionId, ViewId
from bot.views.message import actions, button, context
from bot.views.payload import Ref


def pages_of(count: int, size: int) -> int:
    """How many pages hold so many rows; at least one."""
    return max(1, -(-count // size))


def list_view(view_id: ViewId, blocks: list[Block], *, page: int, pages: int) -> View:
    """One page of a list in a modal, with the way to the others."""
    foot = [context(said.brief.page_of(page, pages))] if pages > 1 else []
    back = _turn(ActionId.LIST_BACK, view_id, page - 1) if page > 0 else None
    on = _turn(ActionId.LIST_ON, view_id, page + 1) if page + 1 < pages else None
    return form(
        view_id,
        Ref(page=page),
        [*blocks, *foot, *actions([back, on])],
        title=said.forms.FORM_TITLES[view_id],
        close=said.forms.CLOSE,
    )


def _turn(action: ActionId, view_id: ViewId, page: int) -> ButtonElement:
    ref = Ref(thing=view_id.value, page=page)
    return button(action, said.buttons.BUTTONS[action], ref)
