"""Several things the clock says to one person at one time, in one message."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.domain.read_models import Light, NudgeModel, Summary
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.guide import step_button
from bot.views.ids import ActionId
from bot.views.message import Message, actions, button, context, lines, who, words
from bot.views.nudge import (
    for_manager,
    for_owner,
    heading,
    holds_up,
    names_another,
    over_row,
    why_not_own,
)
from bot.views.payload import Ref
from bot.views.text import day, escape, instant_token, one_line


def posted_for_ae_message(account: str) -> Message:
    """To a manager, of a message that the bot posted in the AE's place."""
    row = [words(one_line(account), bold=True), words(said.digest.BY_THE_BOT)]
    return Message(said.digest.lead(0, 0, 1), (lines(row),))


def summary_message(
    summary: Summary, *, asked: Sequence[Message] = (), besides: Sequence[Message] = ()
) -> Message:
    """What needs the reader with a button each, what is late under them, and what to know.

    `asked` are questions and reminders with buttons of their own, `besides` needs nothing. Each
    thing has its button, as in a list: nothing else here leads to it.
    """
    told = said.digest.lead(len(summary.yours) + len(asked), len(summary.in_team), len(besides))
    late = any(one.late_by is not None for one in (*summary.yours, *summary.in_team))
    sign = said.terms.LIGHT_SIGNS[Light.LATE if late else Light.SOON]
    blocks: list[Block] = []
    if told:
        blocks.append(lines([words(f"{sign} {told}", bold=True)]))
    for nudge in summary.yours:
        blocks += _yours(nudge)
    for message in asked:
        blocks += _calm(message.blocks)
    if summary.in_team:
        blocks += _in_team(summary.in_team)
    for message in besides:
        blocks += message.blocks
    if summary.over:
        blocks.append(lines(*(over_row(one) for one in summary.over)))
    if told:
        small = _small(summary, asked=bool(asked), besides=bool(besides))
        if small:
            blocks.append(context(" · ".join(small)))
    text = told or said.digest.NOTHING_LEFT
    named = [escape(one_line(one.account)) for one in (*summary.yours, *summary.in_team)]
    more = named or [message.text for message in asked]
    return Message(": ".join([text, *more[:1]]), tuple(blocks))


def _calm(blocks: Sequence[Block]) -> list[Block]:
    """Blocks of a message among others, in which no button is the first thing to do."""
    for block in blocks:
        for element in block.elements if isinstance(block, ActionsBlock) else ():
            if isinstance(element, ButtonElement):
                element.style = None
    return list(blocks)


def _yours(nudge: NudgeModel) -> list[Block]:
    """A step that waits for the reader, or in the place of whom they hear of it."""
    does = step_button(nudge.line.step, nudge.line.left)
    if nudge.told_as_manager:
        does = names_another(nudge) or ActionId.OPEN_HANDOFF
        ref = Ref(handoff=nudge.handoff_id)
    else:
        ref = Ref(handoff=nudge.handoff_id, revision=nudge.brief_version)
    rows: list[Row] = [heading(nudge, late=nudge.late_by is not None)]
    rows += for_manager(nudge) if nudge.told_as_manager else for_owner(nudge)
    if told := holds_up(nudge):
        rows.append([words(told)])
    rows += why_not_own(nudge)
    return [lines(*rows), *actions([button(does, said.buttons.BUTTONS[does], ref)])]


def _in_team(late: Sequence[NudgeModel]) -> list[Block]:
    """What is late, each under those told for the same reason, which is said once."""
    rows: list[Row] = [[words(said.digest.IN_TEAM, bold=True)]]
    for why, told in _by_reason(late):
        rows += [_late_line(nudge) for nudge in told]
        rows += why
    opens = button(ActionId.STATUS_OPEN, said.buttons.BUTTONS[ActionId.STATUS_OPEN], Ref())
    return [lines(*rows), *actions([opens])]


def _late_line(nudge: NudgeModel) -> Row:
    row = heading(nudge, late=True)
    if nudge.line.owner is not None:
        row = [*row, words(" · "), who(nudge.line.owner)]
        if nudge.away_until is not None and nudge.stands_in is None:
            row = [*row, words(said.managers.ALONE.format(until=day(nudge.away_until)))]
        elif nudge.owner_gone:
            row = [*row, words(said.managers.CLOSED)]
    if told := holds_up(nudge):
        row = [*row, words(f" · {told}")]
    return row


def _by_reason(late: Sequence[NudgeModel]) -> list[tuple[list[Row], list[NudgeModel]]]:
    """The lines with one and the same reason together, in the order of the first of each."""
    groups: list[tuple[list[Row], list[NudgeModel]]] = []
    told: dict[str, list[NudgeModel]] = {}
    for nudge in late:
        why = why_not_own(nudge)
        shown = repr([[piece.to_dict() for piece in row] for row in why])
        if shown not in told:
            told[shown] = []
            groups.append((why, told[shown]))
        told[shown].append(nudge)
    return groups


def _small(summary: Summary, *, asked: bool, besides: bool) -> list[str]:
    told: list[str] = []
    if summary.left:
        told.append(said.terms.more_left(summary.left))
    reasons = [bool(why_not_own(one)) for one in summary.yours]
    if asked or not all(reasons):
        # A reason of its own stands with each step that is not the reader's part.
        elsewhere = any(reasons) or bool(summary.in_team)
        told.append(said.digest.WHY_BUT if elsewhere else said.digest.WHY_YOU)
    if besides:
        told.append(said.digest.WHY_BESIDES)
    if summary.next_at is not None:
        told.append(f"{said.digest.NEXT_SUMMARY}{instant_token(summary.next_at)}")
    return told
