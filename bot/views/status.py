"""The open handoffs, worst first: as an answer, as a modal and as a channel message."""

from datetime import datetime, timedelta

from slack_sdk.models.blocks import Block, ContextBlock, SectionBlock
from slack_sdk.models.views import View

from bot.domain.read_models import Light, NamedPerson, StatusPage, StatusRow
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.ids import ActionId, ViewId
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    header,
    lines,
    mrkdwn,
    plain,
    plain_section,
    when,
    who,
    words,
)
from bot.views.payload import Ref
from bot.views.text import (
    distance,
    instant_token,
    isolate,
    local_time,
    one_line,
    wall_time,
)

ROWS_IN_MESSAGE = 10
ROWS_IN_POST = 20
ROWS_IN_VIEW = 90
ACCOUNT = 60
_SEPARATOR = " · "


def status_message(page: StatusPage, zone: str) -> Message:
    """The answer to the command, rendered for one reader at `page.as_of`."""
    if not page.rows:
        empty = said.status.STATUS_EMPTY_OWN if page.only_own else said.status.STATUS_EMPTY
        return Message(empty, (plain_section(empty),))
    counts = said.status.status_counts(page.counts)
    shown = page.rows[:ROWS_IN_MESSAGE]
    rows = [_with_mentions(row, zone, page.as_of) for row in shown]
    presses = actions(
        [
            button(
                ActionId.STATUS_OPEN,
                said.buttons.BUTTONS[ActionId.STATUS_OPEN],
                Ref(),
                primary=True,
            ),
            button(ActionId.STATUS_POST, said.buttons.BUTTONS[ActionId.STATUS_POST], Ref()),
        ]
    )
    blocks: tuple[Block, ...] = (
        plain_section(f"{_scope(page)}{_SEPARATOR}{counts}"),
        lines(*rows),
        context(_as_of(page, zone, _left(page.counts.open - len(shown)))),
        *presses,
    )
    return Message(f"{_scope(page)}: {counts}", blocks)


def status_view(page: StatusPage, zone: str) -> View:
    """One page of the list in a modal, each handoff with a button that opens it."""
    blocks: list[Block] = []
    if page.rows:
        counts = said.status.status_counts(page.counts)
        blocks.append(plain_section(f"{_scope(page)}{_SEPARATOR}{counts}"))
        blocks += [row_section(row, zone, page.as_of) for row in page.rows[:ROWS_IN_VIEW]]
        pages = [said.brief.page_of(page.page, page.pages)] if page.pages > 1 else []
        blocks.append(context(_as_of(page, zone, pages)))
        blocks += _pager(page)
    else:
        empty = said.status.STATUS_EMPTY_OWN if page.only_own else said.status.STATUS_EMPTY
        blocks.append(plain_section(empty))
    return View(
        type="modal",
        callback_id=ViewId.STATUS.value,
        private_metadata=Ref(page=page.page).dump(),
        title=plain(said.status.STATUS_TITLE),
        close=plain(said.forms.CLOSE),
        blocks=blocks,
    )


def status_post_message(page: StatusPage, by: NamedPerson) -> Message:
    """The list for a channel, where it stays: dates and no distances, names and no mentions."""
    name, title = isolate(by.name), said.status.STATUS_TITLE
    if not page.rows:
        empty = said.status.STATUS_EMPTY_POST
        foot = _foot(page, name)
        return Message(f"{title}: {empty}", (header(title), plain_section(empty), foot))
    counts = said.status.status_counts(page.counts)
    shown = page.rows[:ROWS_IN_POST]
    rows = [_to_stay(row) for row in shown]
    blocks: tuple[Block, ...] = (
        header(title),
        plain_section(counts),
        lines(*rows),
        _foot(page, name, left=page.counts.open - len(shown)),
    )
    return Message(f"{title}: {counts}", blocks)


def _foot(page: StatusPage, name: str, *, left: int = 0) -> ContextBlock:
    small = f"{said.status.AS_OF}{instant_token(page.as_of)}"
    if left > 0:
        small += f"{_SEPARATOR}{said.terms.more_left(left)}"
    # A name is nobody's markup: only what stands beside it is mrkdwn.
    return ContextBlock(elements=[plain(said.status.status_posted_by(name)), mrkdwn(small)])


def row_section(
    row: StatusRow, zone: str, as_of: datetime, *, press: ActionId = ActionId.OPEN_HANDOFF
) -> SectionBlock:
    """A handoff in one paragraph of plain text, with one button."""
    beside = button(
        press, said.buttons.BUTTONS[press], Ref(handoff=row.handoff_id, revision=row.brief_version)
    )
    pair = f"{isolate(row.ae.name)} → {isolate(row.csm.name) if row.csm else said.terms.NO_CSM}"
    parts = [*_subject(row), pair, *_percent(row), _state_now(row, zone, as_of)]
    return SectionBlock(text=plain(_SEPARATOR.join(parts)), accessory=beside)


def _scope(page: StatusPage) -> str:
    return said.status.STATUS_OWN if page.only_own else said.status.STATUS_ALL


def _as_of(page: StatusPage, zone: str, besides: list[str]) -> str:
    rendered = f"{said.status.AS_OF}{wall_time(page.as_of, zone, page.as_of)}"
    return _SEPARATOR.join([rendered, *besides])


def _left(count: int) -> list[str]:
    return [said.assign.and_more(count)] if count > 0 else []


def _pager(page: StatusPage) -> list[Block]:
    back = button(
        ActionId.STATUS_PAGE_BACK,
        said.buttons.BUTTONS[ActionId.STATUS_PAGE_BACK],
        Ref(page=page.page - 1),
    )
    on = button(
        ActionId.STATUS_PAGE_ON,
        said.buttons.BUTTONS[ActionId.STATUS_PAGE_ON],
        Ref(page=page.page + 1),
    )
    return actions([back if page.page > 0 else None, on if page.page + 1 < page.pages else None])


def _subject(row: StatusRow) -> list[str]:
    parts = [f"{said.terms.LIGHT_SIGNS[row.light]} {one_line(row.account, ACCOUNT)}"]
    return [*parts, said.terms.step_name(row.step, row.left)] if row.step else parts


def _percent(row: StatusRow) -> list[str]:
    return [said.terms.brief_share(row.percent)] if row.signed or row.percent else []


def _state_now(row: StatusRow, zone: str, as_of: datetime) -> str:
    if row.due_at is None or row.step is None:
        return _nothing_owed(row)
    if row.light is Light.LATE:
        return said.status.late_by(distance(max(as_of - row.due_at, timedelta(0))))
    if row.light not in said.reminders.DUE_STATES:
        return said.terms.LIGHT_WORDS[row.light]
    return f"{said.reminders.DUE_STATES[row.light]}{local_time(row.due_at, zone, as_of)}"


def _nothing_owed(row: StatusRow) -> str:
    if not row.signed:
        return f"{said.terms.LIGHT_WORDS[Light.WAITING]}, {said.status.NO_SIGNATURE}"
    return said.terms.LIGHT_WORDS[row.light]


def _with_mentions(row: StatusRow, zone: str, as_of: datetime) -> Row:
    return [
        words(f"{said.terms.LIGHT_SIGNS[row.light]} "),
        words(one_line(row.account, ACCOUNT), bold=True),
        words(_SEPARATOR.join(["", *_subject(row)[1:], ""])),
        who(row.ae),
        words(" → "),
        who(row.csm) if row.csm else words(said.terms.NO_CSM),
        words(_SEPARATOR.join(["", *_percent(row), _state_now(row, zone, as_of)])),
    ]


def _to_stay(row: StatusRow) -> Row:
    pair = f"{isolate(row.ae.name)} → {isolate(row.csm.name) if row.csm else said.terms.NO_CSM}"
    head = _SEPARATOR.join(["", *_subject(row)[1:], pair, *_percent(row), ""])
    pieces = [
        words(f"{said.terms.LIGHT_SIGNS[row.light]} "),
        words(one_line(row.account, ACCOUNT), bold=True),
        words(head),
    ]
    if row.due_at is None or row.step is None:
        return [*pieces, words(_nothing_owed(row))]
    if row.light not in said.reminders.DUE_STATES:
        return [*pieces, words(said.terms.LIGHT_WORDS[row.light])]
    return [*pieces, words(said.reminders.DUE_STATES[row.light]), when(row.due_at)]
