"""A form filled in the way a person does it, and the view as Slack then sends it."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.views import View

from bot.sandbox.blockkit import Surface, check_view
from bot.sandbox.form_checks import complaints
from bot.sandbox.view_state import (
    apply_values,
    carry_over,
    element_at,
    initial_state,
)
from bot.views.ids import ActionId, Field
from tests.views.shown import action_ids, parts

KNOWN = {known.value for ids in (ActionId, Field) for known in ids}
Plain = str | int | list[str] | None


def form_dict(view: View) -> dict[str, Any]:
    """A form as it goes to Slack, after Slack's limits were checked twice."""
    made: dict[str, Any] = view.to_dict()
    check_view(made, Surface.MODAL)
    ids = action_ids(made["blocks"])
    assert set(ids) <= KNOWN
    # An input is found by its action id alone.
    inputs = [used for used in ids if used in {field.value for field in Field}]
    assert len(inputs) == len(set(inputs))
    return made


def submitted(view: View, typed: Mapping[Field, Plain] | None = None) -> dict[str, Any]:
    """The view with its state: what stood there first, then what was typed over it."""
    made = form_dict(view)
    state = initial_state(made["blocks"])
    for field, plain in (typed or {}).items():
        block, _ = element_at(made["blocks"], action_id=field.value)
        values: Any = {block["block_id"]: {field.value: plain}}
        state = apply_values(state, made["blocks"], values)
    return {**made, "state": {"values": state}}


def shown_again(before: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Another view in place of a filled one: Slack keeps what stands under the same ids."""
    made = form_dict(view)
    return {
        **made,
        "state": {"values": carry_over(before["state"]["values"], made["blocks"])},
    }


def refused_by_slack(payload: Mapping[str, Any]) -> dict[str, str]:
    """What Slack's own client says before the form is sent, by block id."""
    return complaints(payload["blocks"], payload["state"]["values"])


def block_of(made: Any, field: Field) -> dict[str, Any]:
    """The input block of one field."""
    return next(
        block
        for block in made["blocks"]
        if block["type"] == "input" and block["element"]["action_id"] == field.value
    )


def fields_of(made: Any) -> list[str]:
    """The inputs of a form, from above."""
    return [block["element"]["action_id"] for block in made["blocks"] if block["type"] == "input"]


def labels(made: Any) -> list[str]:
    """What is written on the buttons of the body."""
    return [part["text"]["text"] for part in parts(made) if part.get("type") == "button"]
