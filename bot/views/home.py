"""The Home tab of one person: what needs them, what waits on others, what they have a part in."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot.domain.read_models import OWED, HelpedRow, HomeModel, StatusRow
from bot.views import sentences as said
from bot.views.guide import step_button
from bot.views.help import help_lines
from bot.views.ids import ActionId
from bot.views.message import actions, button, context, header, plain, plain_section
from bot.views.payload import Ref
from bot.views.status import row_section
from bot.views.text import one_line

ROWS = 20
"""Rows of one list; three lists with their headings and the rest stay below Slack's 100 blocks."""


def home_view(home: HomeModel, zone: str) -> View:
    """The tab as rendered at `home.as_of`."""
    blocks: list[Block] = []
    if home.paused:
        blocks.append(plain_section(said.home.HOME_PAUSED))
    blocks.append(header(said.home.HOME_NEEDS_YOU))
    asked = [_helped(row) for row in home.helped if not row.ready]
    done = [_helped(row) for row in home.helped if row.ready]
    if home.needs_you:
        blocks += [
            row_section(row, zone, home.as_of, press=_does(row)) for row in home.needs_you[:ROWS]
        ]
    elif not asked:
        ahead = any(_to_sign(row, home) for row in home.mine)
        blocks.append(plain_section(said.home.HOME_NOT_SIGNED if ahead else said.home.HOME_NOTHING))
    blocks += asked
    if home.waiting_on_others:
        blocks += [header(said.home.HOME_WAITING), *_rows(home.waiting_on_others, home, zone)]
    if home.mine or done:
        blocks += [header(said.home.HOME_MINE), *_rows(home.mine, home, zone), *done]
    left = home.more + sum(
        max(len(rows) - ROWS, 0) for rows in (home.needs_you, home.waiting_on_others, home.mine)
    )
    if left:
        blocks.append(context(said.terms.more_left(left)))
    blocks += [header(said.home.HOME_HELP), plain_section(said.home.HELP_LEAD), help_lines()]
    if home.admin:
        blocks += [header(said.home.HOME_ADMIN), *_for_admins(paused=home.paused)]
    return View(type="home", blocks=blocks)


def _rows(rows: Sequence[StatusRow], home: HomeModel, zone: str) -> list[Block]:
    return [
        row_section(
            row,
            zone,
            home.as_of,
            press=ActionId.OPEN_SIGNATURE if _to_sign(row, home) else ActionId.OPEN_HANDOFF,
        )
        for row in rows[:ROWS]
    ]


def _helped(row: HelpedRow) -> Block:
    """A handoff of somebody else, with what the reader fills of its brief."""
    told = said.home.HOME_HELPS.format(sections=said.brief.sections_named(row.sections))
    write = ActionId.WRITE_BRIEF
    press = button(write, said.buttons.BUTTONS[write], Ref(handoff=row.handoff_id))
    return SectionBlock(text=plain(f"{one_line(row.account)} · {told}"), accessory=press)


def _to_sign(row: StatusRow, home: HomeModel) -> bool:
    """Whether what comes first is the signature, and the reader is its AE."""
    return not row.signed and row.ae.id == home.viewer.id


def _does(row: StatusRow) -> ActionId:
    if row.step is None or row.light not in OWED:
        return ActionId.OPEN_HANDOFF
    return step_button(row.step, row.left)


def _for_admins(*, paused: bool) -> list[Block]:
    turn = ActionId.RESUME if paused else ActionId.PAUSE
    return actions(
        [
            button(ActionId.OPEN_ROLES, said.buttons.BUTTONS[ActionId.OPEN_ROLES], Ref()),
            button(ActionId.OPEN_MANAGERS, said.buttons.BUTTONS[ActionId.OPEN_MANAGERS], Ref()),
            button(turn, said.buttons.BUTTONS[turn], Ref()),
        ]
    )
