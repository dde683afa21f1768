"""Who manages whom, with the way to the form that changes it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot.domain.read_models import Managed
from bot.views import sentences as said
from bot.views.ids import ActionId, ViewId
from bot.views.lists import list_view
from bot.views.message import button, plain_section, section
from bot.views.payload import Ref
from bot.views.text import mention


def managed_view(rows: Sequence[Managed], *, page: int, pages: int) -> View:
    """One page of the list."""
    means = said.people.MANAGED_MEANS if rows else said.people.NO_PEOPLE
    blocks: list[Block] = [plain_section(means), *(_row(one) for one in rows)]
    return list_view(ViewId.MANAGED, blocks, page=page, pages=pages)


def _row(one: Managed) -> SectionBlock:
    manager = said.people.NO_MANAGER
    if one.manager is not None:
        gone = said.people.MANAGER_GONE if one.manager_gone else ""
        manager = f"{said.people.MANAGED_BY}{mention(one.manager)}{gone}"
    change = button(ActionId.OPEN_ROLES, said.people.CHANGE, Ref(entry=one.person.id))
    return section(f"{mention(one.person)}{manager}", accessory=change)
