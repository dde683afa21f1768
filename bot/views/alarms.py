"""What admins are told when the bot cannot do its work."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.domain.read_models import NamedPerson
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.ids import ActionId
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    lines,
    plain_section,
    when,
    where,
    who,
    words,
)
from bot.views.payload import Ref
from bot.views.text import escape

MOST_REASONS = 3


@dataclass(frozen=True)
class InVain:
    """How much is tried in vain in one place, and why."""

    count: int
    channel: str | None
    """Slack's id."""
    person: NamedPerson | None
    reason: str


def undelivered_message(
    count: int, reasons: Sequence[tuple[int, str]], *, lasts: bool, reference: str
) -> Message:
    """How much did not arrive, why most of it did not, and the way to the list."""
    head = said.alarms.undelivered(count, lasts=lasts)
    rows: list[Row] = [[words(said.alarms.reason(of, why))] for of, why in reasons[:MOST_REASONS]]
    others = sum(of for of, _ in reasons[MOST_REASONS:])
    if others:
        rows.append([words(said.alarms.MORE_REASONS.format(count=others))])
    return _listed(head, rows, f"{said.alarms.MEANS} {said.alarms.NEXT}", reference)


def in_vain_message(
    count: int, places: Sequence[InVain], *, lasts: bool, reference: str
) -> Message:
    """How much does not go through, where and why most of it does not, and the way to the list."""
    head = said.alarms.in_vain(count, lasts=lasts)
    rows = [_in_vain(one) for one in places[:MOST_REASONS]]
    others = sum(one.count for one in places[MOST_REASONS:])
    if others:
        rows.append([words(said.alarms.MORE_PLACES.format(count=others))])
    means = f"{said.alarms.IN_VAIN_MEANS} {said.alarms.MEANS} {said.alarms.NEXT}"
    return _listed(head, rows, means, reference)


def _in_vain(one: InVain) -> Row:
    why = said.refusals.in_vain(one.reason)
    row: Row = [words(said.alarms.reason(one.count, ""))]
    if one.channel is not None:
        row += [where(one.channel), words(said.alarms.THERE)]
    elif one.person is not None:
        row += [who(one.person), words(said.alarms.THERE)]
    return [*row, words(why)]


def _listed(head: str, rows: Sequence[Row], means: str, reference: str) -> Message:
    opens = ActionId.OPEN_UNDELIVERED
    press = button(opens, said.buttons.BUTTONS[opens], Ref())
    blocks: list[Block] = [
        lines([words(head, bold=True)], *rows),
        plain_section(means),
        *actions([press]),
    ]
    return _alarm(head, blocks, reference)


def scope_message(scope: str, *, optional: Collection[str], reference: str) -> Message:
    """Which permission is missing, what does not work without it, and what helps."""
    head = said.terms.at_start(said.alarms.SCOPE_LACKS.format(scope=scope))
    without = said.alarms.WITHOUT.get(scope, said.alarms.SCOPE_UNKNOWN)
    helps = said.alarms.SCOPE_LEFT_OUT if scope in optional else said.alarms.SCOPE_HELPS
    blocks: list[Block] = [
        lines([words(head, bold=True)], [words(without)]),
        plain_section(helps),
    ]
    return _alarm(head, blocks, reference)


def let_in_again_message(
    reason: str, *, since: datetime, until: datetime, reference: str
) -> Message:
    """The token was refused for a while."""
    means = said.alarms.LET_IN_MEANS.format(reason=reason)
    return _over(said.alarms.LET_IN, means, since, until, reference)


def not_connected_message(*, since: datetime, reference: str) -> Message:
    """There is no connection; what the bot posts goes out all the same."""
    head = said.terms.at_start(said.alarms.NOT_CONNECTED)
    span: Row = [words(said.alarms.SINCE), when(since)]
    blocks: list[Block] = [
        lines([words(head, bold=True)], span),
        plain_section(f"{said.alarms.NOT_CONNECTED_MEANS} {said.alarms.NOT_CONNECTED_HELPS}"),
    ]
    return _alarm(head, blocks, reference)


def connected_again_message(*, since: datetime, until: datetime, reference: str) -> Message:
    """There was no connection for a while."""
    head = said.terms.at_start(said.alarms.CONNECTED)
    return _over(head, said.alarms.CONNECTED_MEANS, since, until, reference)


def _over(head: str, means: str, since: datetime, until: datetime, reference: str) -> Message:
    span: Row = [words(said.alarms.FROM), when(since), words(said.alarms.TO), when(until)]
    blocks: list[Block] = [lines([words(head, bold=True)], span), plain_section(means)]
    return _alarm(head, blocks, reference)


def _alarm(head: str, blocks: Sequence[Block], reference: str) -> Message:
    told = context(escape(said.alarms.REFERENCE.format(reference=reference)))
    return Message(escape(head), (*blocks, told))
