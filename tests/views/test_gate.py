"""The closed-won gate in words, with what its reader may do about it."""

from dataclasses import replace

import pytest

from bot.domain.access import Act
from bot.domain.brief import Contact, ContactRole
from bot.domain.closed_won import ClosedWon, Missing
from bot.domain.handoff import Call
from bot.domain.read_models import GateModel
from bot.views.gate import MOST_GATES, call_view, gate_message, gate_view, override_view
from bot.views.ids import ActionId, Field
from tests.views.shown import (
    CARD,
    JONAS,
    LONG,
    MAYA,
    NOW,
    PRIYA,
    TRICKY,
    action_ids,
    check_message,
    message_args,
    parsed_texts,
    seen_text,
    view_dict,
)
from tests.views.submitted import block_of, fields_of, form_dict

CLOSED = GateModel(
    handoff_id=7,
    account="Northwind Robotics",
    gate=ClosedWon((Missing.BRIEF, Missing.CALL)),
    completeness=CARD.completeness,
    call=None,
    call_cs=None,
    overridden_by=None,
    acts=frozenset({Act.RECORD_CALL, Act.OVERRIDE_CLOSED_WON}),
)
ILSE = Contact(id=1, name="Ilse Brandt", title="COO", roles=(ContactRole.CHAMPION,))
RUTH = Contact(id=2, name="Ruth Vogel", roles=(ContactRole.CHAMPION,))
CALL = Call(NOW, JONAS.id, "Omar Vance", ILSE.id)
WORST = replace(
    CLOSED,
    account=TRICKY,
    gate=ClosedWon((Missing.BRIEF, Missing.CALL), overridden_by=PRIYA.id),
    overridden_by=replace(PRIYA, name=LONG[:80]),
    call=Call(NOW, JONAS.id, LONG[:200], 3),
    champions=tuple(
        Contact(id=number, name=f"{TRICKY} {LONG}"[:300], title=LONG[:300])
        for number in range(1, 61)
    ),
    call_champion=Contact(id=3, name=LONG[:300]),
    call_cs=replace(JONAS, name=LONG[:80]),
)


def pressed(model: GateModel) -> list[str]:
    return action_ids(check_message(gate_message([model]))["blocks"])


def test_a_closed_gate_names_what_is_missing_and_offers_the_way() -> None:
    args = check_message(gate_message([CLOSED]))
    seen = seen_text(args["blocks"])
    assert "Not yet to be closed as won. Missing: a brief that is ready (23 of 23 items" in seen
    assert "a call of AE, CSM and champion" in seen
    assert pressed(CLOSED) == [ActionId.OPEN_CALL, ActionId.OPEN_CLOSED_WON]


def test_who_may_do_nothing_about_it_reads_it_only() -> None:
    assert pressed(replace(CLOSED, acts=frozenset())) == []


def test_an_open_gate_shows_the_call_and_cannot_be_overridden() -> None:
    model = replace(CLOSED, gate=ClosedWon(()), call=CALL, call_cs=JONAS, call_champion=ILSE)
    seen = seen_text(check_message(gate_message([model]))["blocks"])
    assert "🟢 The deal may be closed as won." in seen
    assert "Jonas Brandt with Ilse Brandt, Omar Vance." in seen
    assert "champion" not in seen
    model = replace(model, call_sales=MAYA)
    seen = seen_text(check_message(gate_message([model]))["blocks"])
    assert "Maya Reed and Jonas Brandt with Ilse Brandt, Omar Vance." in seen
    assert pressed(model) == [ActionId.OPEN_CALL]


def test_a_light_deal_is_asked_for_no_call() -> None:
    model = replace(CLOSED, gate=ClosedWon((Missing.BRIEF,)))
    assert pressed(model) == [ActionId.OPEN_CLOSED_WON]


def test_below_the_smallest_size_nothing_is_asked() -> None:
    model = replace(CLOSED, gate=ClosedWon((), asks_for_nothing=True))
    assert "nothing is asked" in seen_text(message_args(gate_message([model]))["blocks"])
    assert pressed(model) == []


def test_an_override_names_who_and_what_is_still_missing() -> None:
    gate = ClosedWon((Missing.CALL,), overridden_by=PRIYA.id)
    seen = seen_text(
        message_args(gate_message([replace(CLOSED, gate=gate, overridden_by=PRIYA)]))["blocks"]
    )
    assert "Priya Nair overrode the gate. Still missing: a call" in seen


@pytest.mark.parametrize("model", [CLOSED, WORST])
def test_what_a_form_changed_is_shown_in_its_place_with_nothing_to_press(model: GateModel) -> None:
    made = view_dict(gate_view(model))
    assert action_ids(made["blocks"]) == []
    assert "Missing: " in seen_text(made["blocks"]) or "missing: " in seen_text(made["blocks"])


def test_the_worst_gate_pings_nobody_and_many_are_counted() -> None:
    args = check_message(gate_message([WORST]))
    assert not any("<@U0OMAR>" in text for text in parsed_texts(args))
    many = message_args(gate_message([WORST] * (MOST_GATES + 2)))
    assert "and 2 more" in seen_text(many["blocks"])


@pytest.mark.parametrize("model", [CLOSED, WORST])
def test_both_forms_hold_whatever_the_deal_is(model: GateModel) -> None:
    call = form_dict(call_view(model, at=NOW, sales="U0MAYA", cs="U0JONAS"))
    asked = [Field.CALL_CHAMPION] if model.champions else []
    ours = [Field.CALL_SALES, Field.CALL_CS]
    assert fields_of(call) == [Field.CALL_AT, *ours, *asked, Field.CALL_CUSTOMER]
    assert block_of(call, Field.CALL_AT)["element"]["initial_date_time"] == NOW.timestamp()
    assert fields_of(form_dict(override_view(model))) == [Field.REASON]


def chosen(model: GateModel) -> str:
    element = block_of(
        form_dict(call_view(model, at=NOW, sales="U0MAYA", cs=None)), Field.CALL_CHAMPION
    )["element"]
    return str(element["initial_option"]["text"]["text"])


def test_the_form_begins_with_the_champion_of_the_brief_or_of_the_call() -> None:
    both = replace(CLOSED, champions=(ILSE, RUTH))
    assert chosen(both) == "Ilse Brandt, COO"
    recorded = Call(NOW, JONAS.id, "", RUTH.id)
    assert chosen(replace(both, call=recorded, call_champion=RUTH)) == "Ruth Vogel"
    gone = replace(both, call=replace(recorded, champion=3), call_champion=Contact(id=3, name="Bo"))
    assert chosen(gone) == "Ilse Brandt, COO"


def test_without_a_champion_the_form_says_so_and_asks_who_it_is_with() -> None:
    view = form_dict(call_view(CLOSED, at=NOW, sales="U0MAYA", cs=None))
    assert "The brief names no champion yet. The call can be recorded" in seen_text(view["blocks"])
    assert block_of(view, Field.CALL_CUSTOMER)["optional"] is False
    known = form_dict(
        call_view(replace(CLOSED, champions=(ILSE,)), at=NOW, sales="U0MAYA", cs=None)
    )
    assert block_of(known, Field.CALL_CUSTOMER)["optional"] is True
    assert "no champion yet" not in seen_text(known["blocks"])


def test_a_name_typed_before_the_brief_had_it_is_not_told_twice() -> None:
    early = replace(CLOSED, champions=(ILSE,), call=Call(NOW, JONAS.id, "Ilse Brandt"))
    view = form_dict(call_view(early, at=NOW, sales="U0MAYA", cs=None))
    assert "initial_value" not in block_of(view, Field.CALL_CUSTOMER)["element"]


@pytest.mark.parametrize(
    ("champions", "called", "told"),
    [
        ((), False, "The brief names no champion yet; a call counts once it does."),
        ((), True, "The brief names no champion yet, so the call does not count."),
        ((ILSE,), False, "Champion in the brief: Ilse Brandt."),
        ((ILSE, RUTH), True, "does not count without the champion, Ilse Brandt or Ruth Vogel."),
    ],
)
def test_a_missing_call_says_with_whom_it_is_to_be(
    champions: tuple[Contact, ...], called: bool, told: str
) -> None:
    call = replace(CALL, champion=None) if called else None
    model = replace(CLOSED, champions=champions, call=call, call_cs=JONAS if called else None)
    assert told in seen_text(check_message(gate_message([model]))["blocks"])
