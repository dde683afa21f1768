"""Several things the clock says to one person at one time, in one message."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.domain.read_models import Light, NudgeModel, Summary
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.guide import step_button
from bot.views.ids import ActionId
from bot.views.message import Message, actions, button, context, lines, who, words
from bot.views.nudge import for_owner, heading, holds_up, over_row
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, one_line


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
        blocks.append(context(" · ".join(_small(summary))))
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
    does = step_button(nudge.line.step, nudge.line.left)
    ref = Ref(handoff=nudge.handoff_id, revision=nudge.brief_version)
    rows: list[Row] = [heading(nudge, late=nudge.late_by is not None), *for_owner(nudge)]
    return [lines(*rows), *actions([button(does, said.buttons.BUTTONS[does], ref)])]


def _in_team(late: Sequence[NudgeModel]) -> list[Block]:
    rows: list[Row] = [[words(said.digest.IN_TEAM, bold=True)]]
    for nudge in late:
        row = heading(nudge, late=True)
        if nudge.line.owner is not None:
            row = [*row, words(" · "), who(nudge.line.owner)]
        if nudge.holds_up is not None:
            row = [*row, words(f" · {holds_up(nudge.holds_up)}")]
        rows.append(row)
    opens = button(ActionId.STATUS_OPEN, said.buttons.BUTTONS[ActionId.STATUS_OPEN], Ref())
    return [lines(*rows), *actions([opens])]


def _small(summary: Summary) -> list[str]:
    told = [said.digest.WHY_YOU]
    if summary.left:
        told.insert(0, said.terms.more_left(summary.left))
    if summary.next_at is not None:
        told.append(f"{said.digest.NEXT_SUMMARY}{instant_token(summary.next_at)}")
    return told
