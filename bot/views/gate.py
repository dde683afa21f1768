"""The closed-won gate: how it stands, the form that records the call, and the override."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.access import Act
from bot.domain.closed_won import Missing
from bot.domain.handoff import LONGEST_NAMES, LONGEST_REASON
from bot.domain.read_models import GateModel
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, form, instant_input, person_input, text_input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, actions, button, context, lines, section, when, words
from bot.views.payload import Ref
from bot.views.text import escape, isolate, one_line

MOST_GATES: Final = 10
"""Handoffs of one channel whose gates are shown; each takes four blocks of a message."""


def gate_message(gates: Sequence[GateModel]) -> Message:
    """Whether each deal of the channel may be closed as won, and what can be done about it."""
    blocks: list[Block] = []
    for gate in gates[:MOST_GATES]:
        blocks += [as_typed(gate.account), *_standing(gate), *_buttons(gate)]
    if len(gates) > MOST_GATES:
        blocks.append(context(said.assign.and_more(len(gates) - MOST_GATES)))
    told = "\n".join(
        f"{escape(one_line(one.account))}: {_state(one)}" for one in gates[:MOST_GATES]
    )
    return Message(f"{said.gate.GATE_TITLE}\n{told}", tuple(blocks))


def _state(model: GateModel) -> str:
    gate = model.gate
    if gate.asks_for_nothing:
        return said.gate.GATE_ASKS_NOTHING
    missing = said.gate.gate_missing(
        gate.missing, said.brief.brief_filled(model.completeness).rstrip(".")
    )
    if not gate.missing:
        return said.gate.GATE_IS_OPEN
    if model.overridden_by is not None:
        by = escape(isolate(model.overridden_by.name))
        return said.gate.GATE_OVERRIDDEN.format(by=by, missing=missing)
    return said.gate.GATE_CLOSED.format(missing=missing)


def _standing(model: GateModel) -> list[Block]:
    told: list[Block] = [section(f"{said.gate.GATE_TITLE}: {_state(model)}")]
    if model.call is not None and model.call_cs is not None:
        before, after = said.gate.GATE_CALL.split("{when}")
        names = after.format(
            cs=isolate(model.call_cs.name), customer=one_line(model.call.customer, LONGEST_NAMES)
        )
        told.append(lines([words(before), when(model.call.at), words(names)]))
    return told


def _buttons(model: GateModel) -> list[Block]:
    about = Ref(handoff=model.handoff_id)
    asks_call = Missing.CALL in model.gate.missing or model.call is not None
    offered = (
        (ActionId.OPEN_CALL, asks_call and Act.RECORD_CALL in model.acts),
        (
            ActionId.OPEN_CLOSED_WON,
            not model.gate.open and Act.OVERRIDE_CLOSED_WON in model.acts,
        ),
    )
    return actions(
        [button(one, said.buttons.BUTTONS[one], about) for one, shown in offered if shown]
    )


def call_view(model: GateModel, *, at: datetime, cs: str | None, customer: str) -> View:
    """The form of the call; `cs` is a Slack id, `customer` who is known to be the champion."""
    place = Place("call", entry=model.handoff_id)
    blocks: list[Block] = [
        as_typed(model.account),
        section(said.gate.CALL_MEANS),
        instant_input(place, Field.CALL_AT, at),
        person_input(place, Field.CALL_CS, cs),
        text_input(place, Field.CALL_CUSTOMER, customer, longest=LONGEST_NAMES),
    ]
    return _form(ViewId.CALL, model, blocks)


def override_view(model: GateModel) -> View:
    """The form that asks the AE manager for a reason."""
    reason = text_input(
        Place("closed_won", entry=model.handoff_id),
        Field.REASON,
        multiline=True,
        longest=LONGEST_REASON,
        words=said.forms.OVERRIDE_REASON,
    )
    blocks: list[Block] = [as_typed(model.account), section(said.gate.OVERRIDE_MEANS), reason]
    return _form(ViewId.CLOSED_WON, model, blocks)


def _form(view_id: ViewId, model: GateModel, blocks: Sequence[Block]) -> View:
    return form(
        view_id,
        Ref(handoff=model.handoff_id),
        blocks,
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE,
    )
