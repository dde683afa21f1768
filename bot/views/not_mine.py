"""A step is not its owner's: the form that says so, and the message to who may name another."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.access import Capacity
from bot.domain.deadlines import Step
from bot.domain.handoff import LONGEST_REASON
from bot.domain.read_models import NamedPerson, StepLine, WhyTold
from bot.domain.succession import Interviews
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, form, text_input
from bot.views.card import Row
from bot.views.ids import ActionId, Field, ViewId
from bot.views.interviews import rows as interview_rows
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    lines,
    plain_section,
    section,
    who,
    words,
)
from bot.views.payload import Ref
from bot.views.text import escape, isolate, one_line
from bot.views.why import why_rows


def not_mine_view(handoff_id: int, account: str, step: Step) -> View:
    """It says what follows before it asks for a reason, which may be left out."""
    reason = text_input(
        Place(f"not-mine-{step.value}", entry=handoff_id),
        Field.REASON,
        multiline=True,
        optional=True,
        longest=LONGEST_REASON,
        words=said.forms.NOT_MINE_REASON,
    )
    return form(
        ViewId.NOT_MINE,
        Ref(handoff=handoff_id, thing=step.value),
        [as_typed(account), plain_section(said.managers.not_mine_means(step)), reason],
        title=said.forms.FORM_TITLES[ViewId.NOT_MINE],
        submit=said.forms.FORM_SUBMITS[ViewId.NOT_MINE],
        close=said.forms.CLOSE,
    )


MOST_NAMED = 10
"""Handoffs named in one message; of the rest it says how many there are."""


@dataclass(frozen=True)
class Left:
    """A handoff in which somebody is to be named for a part."""

    handoff_id: int
    account: str
    role: Capacity
    assigns: bool
    """Whether the reader may name another CSM, or AE, at once."""
    interviews: bool = False
    """Whether there is a list of whom to ask what the AE knew."""


def owner_gone_message(gone: NamedPerson, left: Sequence[Left], why: WhyTold | None) -> Message:
    """Whose account was closed, where somebody else is to be named, and the way to do it."""
    rows: list[Row] = [[who(gone), words(said.managers.CLOSED)], [words(said.managers.GONE_MEANS)]]
    if any(one.role is not Capacity.AE for one in left):
        rows.append([words(said.managers.GONE_ASKS)])
    if any(one.role is Capacity.AE for one in left):
        rows.append([words(said.managers.GONE_AE)])
    blocks: list[Block] = [lines(*rows, *why_rows(why))]
    if any(one.interviews for one in left):
        blocks += [
            plain_section(said.managers.GONE_ASK_OTHERS),
            lines(*interview_rows(Interviews())),
        ]
    for one in left[:MOST_NAMED]:
        names = ActionId.OPEN_REASSIGN_AE if one.role is Capacity.AE else ActionId.OPEN_ASSIGN
        opens = names if one.assigns else ActionId.OPEN_HANDOFF
        is_what = said.managers.GONE_IS.format(role=said.terms.ROLE_NAMES[one.role])
        press = button(opens, said.buttons.BUTTONS[opens], Ref(handoff=one.handoff_id))
        blocks.append(section(f"{is_what}*{escape(one_line(one.account))}*", accessory=press))
        if one.interviews:
            lists = ActionId.OPEN_INTERVIEWS
            about = Ref(handoff=one.handoff_id)
            blocks += actions([button(lists, said.buttons.BUTTONS[lists], about)])
    more = len(left) - MOST_NAMED
    if more > 0:
        blocks.append(context(said.managers.GONE_MORE.format(count=more)))
    return Message(f"{escape(isolate(gone.name) + said.managers.CLOSED)}", tuple(blocks))


def not_mine_message(
    handoff_id: int,
    account: str,
    line: StepLine,
    *,
    by: NamedPerson,
    reason: str | None,
    why: WhyTold | None,
    names: ActionId | None = None,
) -> Message:
    """Who says so, of which step, and the way into the handoff; `reason` for who may read it.

    `names` is the button by which the reader may name another one.
    """
    told = said.managers.NOT_MINE_SAYS.format(step=said.terms.step_name(line.step, line.left))
    shown = one_line(account)
    head: Row = [words(shown, bold=True), words(": "), who(by), words(told)]
    blocks: list[Block] = [lines(head, [words(said.managers.NOT_MINE_STAYS)], *why_rows(why))]
    if reason:
        blocks += [plain_section(said.managers.NOT_MINE_WHY), as_typed(reason)]
    about = Ref(handoff=handoff_id)
    ways = [*([names] if names is not None else []), ActionId.OPEN_HANDOFF]
    blocks += actions(
        [
            button(one, said.buttons.BUTTONS[one], about, primary=index == 0)
            for index, one in enumerate(ways)
        ]
    )
    return Message(f"{escape(shown)}: {escape(isolate(by.name) + told)}", tuple(blocks))
