"""The open handoffs, worst first: as an answer, as a modal and as a channel message."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    InteractiveElement,
    Option,
    SectionBlock,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.domain.policy import Tier
from bot.domain.read_models import Light, NamedPerson, StatusPage, StatusRow
from bot.domain.status import Bucket, Whose
from bot.domain.steps import STEPS, Step
from bot.views import sentences as said
from bot.views.blocks import Place, form, option
from bot.views.card import Row
from bot.views.ids import ActionId, MoreChoice, ViewId
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    header,
    lines,
    more,
    mrkdwn,
    plain,
    plain_section,
    when,
    who,
    words,
)
from bot.views.payload import Ref
from bot.views.text import (
    instant_token,
    isolate,
    local_time,
    one_line,
    wall_time,
    worked,
)

ROWS_IN_MESSAGE = 10
ROWS_IN_POST = 20
ROWS_IN_VIEW = 90
ACCOUNT = 60
ANYHOW: Final = "any"
"""The value of a choice that leaves nothing out."""
_SEPARATOR = " · "


def status_message(page: StatusPage, zone: str) -> Message:
    """The answer to the command, rendered for one reader at `page.as_of`."""
    scope = said.status.WHOSE[_whose(page)]
    shown = page.rows[:ROWS_IN_MESSAGE]
    if not shown:
        empty = said.status.STATUS_EMPTY[_whose(page)]
        # Whose own list is empty may look at the others'; who sees nothing else has no button.
        ways = [] if page.only_own else [_press(ActionId.STATUS_OPEN, Ref())]
        return Message(empty, (plain_section(empty), *actions(ways)))
    counts = said.status.status_counts(page.counts)
    rows = [_with_mentions(row, zone, page.as_of) for row in shown]
    presses = actions(
        [
            _press(ActionId.STATUS_OPEN, Ref(), primary=True),
            _press(ActionId.STATUS_MINE, Ref()),
            _press(ActionId.STATUS_LATE, Ref()),
            more(
                None,
                (MoreChoice.STATUS_POST, MoreChoice.STATUS_CSV),
                said.buttons.MORE_CHOICES,
            ),
        ]
    )
    blocks: tuple[Block, ...] = (
        plain_section(f"{scope}{_SEPARATOR}{counts}"),
        lines(*rows),
        context(_as_of(page, zone, _left(page.counts.open - len(shown)))),
        *presses,
    )
    return Message(f"{scope}: {counts}", blocks)


def status_view(page: StatusPage, zone: str, *, drawn: int = 0, told: str = "") -> View:
    """One page of the list in a modal, each handoff with a button that opens it.

    `drawn` counts how often the choices were put back: the menus are others then, so that they
    do not keep what stood in them. `told` is a sentence about what was just done.
    """
    about = Ref(page=page.page or None, chosen=page.chosen, revision=drawn or None)
    counts = said.status.status_counts(page.counts)
    blocks: list[Block] = [
        plain_section(f"{said.status.WHOSE[_whose(page)]}{_SEPARATOR}{counts}"),
        *_choices(page, drawn),
    ]
    if told:
        blocks.append(context(told))
    if page.rows:
        blocks += [row_section(row, zone, page.as_of) for row in page.rows[:ROWS_IN_VIEW]]
        pages = [said.brief.page_of(page.page, page.pages)] if page.pages > 1 else []
        blocks.append(context(_as_of(page, zone, pages)))
    else:
        empty = said.status.STATUS_EMPTY[_whose(page)]
        none = said.status.STATUS_NONE_CHOSEN
        blocks.append(plain_section(none if page.chosen.narrows else empty))
    blocks += _ways_on(page, about)
    return form(
        ViewId.STATUS, about, blocks, title=said.status.STATUS_TITLE, close=said.forms.CLOSE
    )


def status_post_message(page: StatusPage, by: NamedPerson) -> Message:
    """The list for a channel, where it stays: dates and no distances, names and no mentions."""
    title = said.status.STATUS_TITLE
    name = said.status.status_posted_by(isolate(by.name), _whose(page))
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
    return ContextBlock(elements=[plain(name), mrkdwn(small)])


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


def _whose(page: StatusPage) -> Whose:
    return Whose.MINE if page.only_own else page.chosen.whose or Whose.ALL


def _press(action: ActionId, about: Ref, *, primary: bool = False) -> ButtonElement:
    return button(action, said.buttons.BUTTONS[action], about, primary=primary)


def _choices(page: StatusPage, drawn: int) -> list[Block]:
    """The menus by which the list is narrowed; what is chosen in one tells the app at once."""
    chosen = page.chosen
    menus: list[InteractiveElement] = []
    if not page.only_own:
        whose = [option(one.value, said.status.WHOSE[one]) for one in Whose]
        menus.append(_menu(ActionId.STATUS_WHOSE, whose, _whose(page)))
    anyhow = said.status.ANYHOW
    menus += [
        _menu(
            ActionId.STATUS_BUCKET,
            [
                option(ANYHOW, anyhow[ActionId.STATUS_BUCKET]),
                *(option(one.value, said.status.BUCKETS[one]) for one in Bucket),
            ],
            chosen.bucket,
        ),
        UserSelectElement(
            action_id=ActionId.STATUS_PERSON.value,
            placeholder=plain(said.status.ANYBODY),
            initial_user=page.person.slack_id if page.person else None,
        ),
        _menu(
            ActionId.STATUS_STEP,
            [
                option(ANYHOW, anyhow[ActionId.STATUS_STEP]),
                option(Step.SIGNATURE.value, said.status.AWAITED_SIGNATURE),
                *(
                    option(step.value, said.terms.step_name(step))
                    for step in dict.fromkeys(rule.step for rule in STEPS)
                ),
            ],
            chosen.step,
        ),
        _menu(
            ActionId.STATUS_TIER,
            [
                option(ANYHOW, anyhow[ActionId.STATUS_TIER]),
                *(option(one.value, said.terms.TIER_NAMES[one]) for one in Tier),
            ],
            chosen.tier,
        ),
    ]
    block_id = Place("choices", revision=drawn).block_id(ActionId.STATUS_WHOSE)
    return actions(menus, block_id=block_id)


def _menu(
    action: ActionId, options: Sequence[Option], chosen: StrEnum | None
) -> StaticSelectElement:
    value = ANYHOW if chosen is None else chosen.value
    return StaticSelectElement(
        action_id=action.value,
        placeholder=plain(said.status.ANYHOW.get(action, said.status.STATUS_TITLE)),
        options=options,
        initial_option=next((one for one in options if one.value == value), None),
    )


def _as_of(page: StatusPage, zone: str, besides: list[str]) -> str:
    rendered = f"{said.status.AS_OF}{wall_time(page.as_of, zone, page.as_of)}"
    return _SEPARATOR.join([rendered, *besides])


def _left(count: int) -> list[str]:
    return [said.assign.and_more(count)] if count > 0 else []


def _ways_on(page: StatusPage, about: Ref) -> list[Block]:
    """Other pages, the file, and back to what is shown without a choice."""
    before, after = (about.model_copy(update={"page": page.page + turn}) for turn in (-1, 1))
    return actions(
        [
            _press(ActionId.STATUS_PAGE_BACK, before) if page.page > 0 else None,
            _press(ActionId.STATUS_PAGE_ON, after) if page.page + 1 < page.pages else None,
            _press(ActionId.STATUS_CSV, about) if page.rows else None,
            _press(ActionId.STATUS_CLEAR, about) if page.chosen.narrows else None,
        ]
    )


def _subject(row: StatusRow) -> list[str]:
    parts = [f"{said.terms.LIGHT_SIGNS[row.light]} {one_line(row.account, ACCOUNT)}"]
    return [*parts, said.terms.step_name(row.step, row.left)] if row.step else parts


def _percent(row: StatusRow) -> list[str]:
    return [said.terms.brief_share(row.percent)] if row.signed or row.percent else []


def _state_now(row: StatusRow, zone: str, as_of: datetime) -> str:
    if row.due_at is None or row.step is None:
        return _nothing_owed(row)
    if row.light is Light.LATE:
        late = said.status.LATE_NO_WORK
        return said.status.late_by(worked(row.late_by)) if row.late_by else late
    if row.light not in said.reminders.DUE_STATES:
        return said.terms.LIGHT_WORDS[row.light]
    return f"{said.reminders.DUE_STATES[row.light]}{local_time(row.due_at, zone, as_of)}"


def _nothing_owed(row: StatusRow) -> str:
    if row.outcome is not None:
        return f"{said.closing.CLOSED}: {said.closing.OUTCOMES[row.outcome]}"
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
