"""The closed-won gate: how it stands, the form that records the call, and the override."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.access import Act
from bot.domain.brief import Contact
from bot.domain.closed_won import Missing
from bot.domain.handoff import LONGEST_NAMES, LONGEST_REASON
from bot.domain.read_models import GateModel
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    form,
    instant_input,
    option,
    person_input,
    reason_input,
    text_input,
)
from bot.views.card import SHORT, Row
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import SELECT_OPTIONS
from bot.views.message import Message, actions, button, context, lines, section, when, words
from bot.views.payload import Ref
from bot.views.text import escape, isolate, one_line

MOST_GATES: Final = 10
"""Handoffs of one channel whose gates are shown; each takes four blocks of a message."""

CHAMPIONS_NAMED: Final = 3
"""So many stand in a line; any of them will do."""


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
    told: list[Block] = [section(_state(model))]
    rows: list[Row] = []
    if model.call is not None and model.call_cs is not None:
        before, after = said.gate.GATE_CALL.split("{when}")
        ours = said.gate.and_also(
            isolate(one.name) for one in (model.call_sales, model.call_cs) if one is not None
        )
        names = after.format(ours=ours, customer=_of_the_customer(model))
        rows.append([words(before), when(model.call.at), words(names)])
    if Missing.CALL in model.gate.missing:
        # Names of the customer's people are typed, so this stands in plain words.
        named = model.champions[:CHAMPIONS_NAMED]
        champions = said.gate.either(one_line(one.name, SHORT) for one in named)
        rows.append([words(said.gate.gate_champion(champions, called=model.call is not None))])
    return [*told, lines(*rows)] if rows else told


def _of_the_customer(model: GateModel) -> str:
    champion, besides = model.call_champion, model.call.customer if model.call else ""
    told = (
        one_line(champion.name, LONGEST_NAMES) if champion else "",
        one_line(besides, LONGEST_NAMES),
    )
    return ", ".join(part for part in told if part) or said.brief.A_PERSON


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


def gate_view(model: GateModel) -> View:
    """The same for one deal in place of a form: what the form has just changed."""
    return form(
        ViewId.GATE,
        Ref(handoff=model.handoff_id),
        [as_typed(model.account), *_standing(model)],
        title=said.gate.GATE_TITLE,
        close=said.forms.CLOSE,
    )


def call_view(
    model: GateModel, *, at: datetime, sales: str | None, cs: str | None, asks_why: bool = False
) -> View:
    """The form of the call; `sales` and `cs` are Slack ids.

    It is with the champion whom the brief names.

    A manager is asked why they record it.
    """
    place = Place("call", entry=model.handoff_id)
    blocks: list[Block] = [
        as_typed(model.account),
        section(said.gate.CALL_MEANS),
        instant_input(place, Field.CALL_AT, at),
        person_input(place, Field.CALL_SALES, sales),
        person_input(place, Field.CALL_CS, cs),
        *_customer(place, model),
        *([reason_input(place)] if asks_why else []),
    ]
    return _form(ViewId.CALL, model, blocks)


def _customer(place: Place, model: GateModel) -> list[Block]:
    besides, field = model.call.customer if model.call else "", Field.CALL_CUSTOMER
    if not model.champions:
        told = context(said.gate.CALL_NO_CHAMPION)
        return [told, text_input(place, field, besides, longest=LONGEST_NAMES)]
    people = model.champions[:SELECT_OPTIONS]
    if besides in {one.name for one in people}:
        besides = ""  # Recorded before the brief named them.
    known = {one.id for one in people}
    called = model.call_champion
    chosen = called.id if called is not None and called.id in known else people[0].id
    options = [option(str(one.id), _who(one)) for one in people]
    return [
        choice_input(place, Field.CALL_CHAMPION, options, str(chosen)),
        text_input(
            place,
            field,
            besides,
            optional=True,
            longest=LONGEST_NAMES,
            words=said.gate.CALL_BESIDES,
        ),
    ]


def _who(contact: Contact) -> str:
    parts = (one_line(contact.name, SHORT), one_line(contact.title, SHORT))
    return ", ".join(part for part in parts if part)


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
