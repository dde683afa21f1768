"""What is told of the success plan: below the card, and to who signs it."""

from typing import Final

from bot.domain.plan_pages import PlanPage
from bot.domain.read_models import NamedPerson
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.ids import ActionId
from bot.views.message import Message, actions, button, lines, plain_section, words
from bot.views.payload import Ref
from bot.views.plan import mark_rows, milestone_details
from bot.views.plan_text import in_order
from bot.views.text import escape, isolate, one_line

MOST_NAMED: Final = 15
"""Milestones that one line below the card each names."""
SHORT: Final = 100
"""Of the words of each."""


def plan_signed_message(page: PlanPage) -> Message:
    """Below the card: who said yes, and a line for every milestone the customer shares."""
    shared = in_order(page.shared)
    rows: list[Row] = [[words(said.plan.SIGNED, bold=True)]]
    rows += [
        [
            words(f"{one.milestone.number}. {one_line(one.milestone.text.words, SHORT)}"),
            words(f" — {milestone_details(one)}"),
        ]
        for one in shared[:MOST_NAMED]
    ]
    if len(shared) > MOST_NAMED:
        rows.append([words(said.plan.more(len(shared) - MOST_NAMED))])
    rows += mark_rows(page)
    return Message(f"{_account(page.account)}: {escape(said.plan.SIGNED)}", (lines(*rows),))


def plan_reopened_message(account: str, by: NamedPerson | None) -> Message:
    """Below the card: what was signed is another plan now."""
    told = said.plan.reopened(_name(by))
    return Message(f"{_account(account)}: {escape(told)}", (plain_section(told),))


def plan_voided_message(
    handoff_id: int, account: str, by: NamedPerson | None, *, initial: bool
) -> Message:
    """To a side, with the way to the plan."""
    told, action = said.plan.voided(_name(by), initial=initial), ActionId.OPEN_SUCCESS_PLAN
    row: Row = [words(one_line(account), bold=True), words(f": {told}")]
    press = button(action, said.buttons.BUTTONS[action], Ref(handoff=handoff_id), primary=True)
    return Message(f"{_account(account)}: {escape(told)}", (lines(row), *actions([press])))


def _account(account: str) -> str:
    return escape(one_line(account))


def _name(by: NamedPerson | None) -> str:
    return isolate(by.name) if by is not None else said.terms.SOMEBODY
