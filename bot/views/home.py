"""The Home tab of one person: what needs them, what waits on others, what they have a part in."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot.domain.notices import Notify
from bot.domain.read_models import OWED, HelpedRow, HomeModel, StatusRow, You
from bot.views import sentences as said
from bot.views.guide import step_button
from bot.views.help import help_lines
from bot.views.ids import ActionId
from bot.views.limits import VIEW_BLOCKS
from bot.views.message import (
    actions,
    button,
    context,
    header,
    lines,
    plain,
    plain_section,
    section,
    who,
    words,
)
from bot.views.payload import Ref
from bot.views.status import row_section
from bot.views.text import instant_token, mention, one_line

AROUND = 24
"""Blocks of a tab at most that are no rows: its headings, the hours, help and what admins do."""
ROOM = VIEW_BLOCKS - AROUND
"""Rows of all lists together."""


def home_view(home: HomeModel, zone: str) -> View:
    """The tab as rendered at `home.as_of`."""
    blocks: list[Block] = []
    if home.paused:
        blocks.append(plain_section(said.home.HOME_PAUSED))
    blocks.append(header(said.home.HOME_NEEDS_YOU))
    asked = [_helped(row) for row in home.helped if not row.ready]
    done = [_helped(row) for row in home.helped if row.ready]
    lists = (home.needs_you, asked, home.waiting_on_others, home.mine, done)
    given = shares([len(rows) for rows in lists], ROOM)
    needs, asks, waiting, mine, dones = given
    if home.needs_you:
        blocks += [
            row_section(row, zone, home.as_of, press=_does(row)) for row in home.needs_you[:needs]
        ]
    elif not asked:
        ahead = any(_to_sign(row, home) for row in home.mine)
        blocks.append(plain_section(said.home.HOME_NOT_SIGNED if ahead else said.home.HOME_NOTHING))
    blocks += asked[:asks]
    if home.waiting_on_others:
        shown = home.waiting_on_others[:waiting]
        blocks += [header(said.home.HOME_WAITING), *_rows(shown, home, zone)]
    if home.mine or done:
        blocks += [header(said.home.HOME_MINE), *_rows(home.mine[:mine], home, zone), *done[:dones]]
    left = home.more + sum(len(rows) for rows in lists) - sum(given)
    if left:
        blocks.append(context(said.terms.more_left(left)))
    if home.you is not None:
        blocks += _you(home.you)
    blocks += [header(said.home.HOME_HELP), plain_section(said.home.HELP_LEAD), help_lines()]
    if home.admin:
        blocks += [header(said.home.HOME_ADMIN), *_for_admins(home)]
    blocks.append(context(f"{said.status.AS_OF}{instant_token(home.as_of)}"))
    return View(type="home", blocks=blocks)


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """How many rows of each list are shown: what one does not need goes to the others."""
    given = [0] * len(wanted)
    while room > 0 and given != list(wanted):
        open_lists = [n for n, most in enumerate(wanted) if given[n] < most]
        each = max(room // len(open_lists), 1)
        for n in open_lists:
            more = min(each, wanted[n] - given[n], room)
            given[n] += more
            room -= more
    return given


def _rows(rows: Sequence[StatusRow], home: HomeModel, zone: str) -> list[Block]:
    return [
        row_section(
            row,
            zone,
            home.as_of,
            press=ActionId.OPEN_SIGNATURE if _to_sign(row, home) else ActionId.OPEN_HANDOFF,
        )
        for row in rows
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


def _you(you: You) -> list[Block]:
    """What holds for the reader, and where each of it comes from."""
    region = said.times.region_told(you.region, you.region_by, you.zone)
    leave = [words(said.times.HERE)]
    if you.leave_until is not None:
        leave = [words(said.times.away_until(you.leave_until))]
        if you.stand_in is None:
            leave.append(words(said.times.NOBODY_IN))
        else:
            leave += [words(", "), who(you.stand_in), words(said.times.STANDS_IN)]
    quiet = said.times.quiet_told(you.quiet, own=you.own_quiet)
    summary = said.times.summary_told(you.summary_at, own=you.own_summary)
    told = lines(
        *(
            [words(f"{label}  ", bold=True), *what]
            for label, what in (
                (said.times.REGION, [words(region)]),
                (said.times.QUIET, [words(quiet)]),
                (said.times.SUMMARY, [words(summary)]),
                (said.times.AWAY, leave),
            )
        )
    )
    change = ActionId.OPEN_TIMES
    pressed = actions([button(change, said.buttons.BUTTONS[change], Ref())])
    return [header(said.times.HOME_YOU), told, *pressed]


def _does(row: StatusRow) -> ActionId:
    if row.step is None or row.light not in OWED:
        return ActionId.OPEN_HANDOFF
    return step_button(row.step, row.left)


def _for_admins(home: HomeModel) -> list[Block]:
    told: list[Block] = []
    if home.notify is Notify.OFF:
        told.append(plain_section(said.people.NOTIFY_OFF))
    elif home.notify is Notify.ME and home.notify_by is not None:
        told.append(section(f"{said.people.NOTIFY_ME}{mention(home.notify_by)}."))
    if home.undelivered:
        told.append(plain_section(said.undelivered.home_line(home.undelivered)))
    turn = ActionId.RESUME if home.paused else ActionId.PAUSE
    people = (ActionId.OPEN_ROLES, ActionId.OPEN_PEOPLE_CSV)
    managers = (ActionId.OPEN_MANAGED, ActionId.OPEN_MANAGERS)
    bot = (ActionId.OPEN_NOTIFY, ActionId.OPEN_UNDELIVERED, turn)
    for row in ((*people, *managers), bot):
        told += actions([button(one, said.buttons.BUTTONS[one], Ref()) for one in row])
    return told
