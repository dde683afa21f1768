"""What the sandbox takes slack_sdk's validators take; what it refuses, a limit says why."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.sandbox.blockkit import BlocksRefused, Surface, check_message_blocks, check_view
from bot.sandbox.limits import LIMITS
from tests.sandbox.desk import Json, plain
from tests.sandbox.test_limits import IN_A_BLOCK, IN_A_VIEW, LATER

TOTALS = {"message.texts", "view.bytes", "markdown.text", "table.characters", "message.blocks"}
"""Rows that several things together may break."""
SHARED = 33
"""How many rows slack_sdk's validators of blocks have a number for."""
ALONE = {"table.characters", "action_id", "block_id"}
"""Builders that are at home only in a block of their own, or whose ids would meet."""


def sizes(name: str) -> st.SearchStrategy[int]:
    """A size near an end of a row or well inside it."""
    row = LIMITS[name]
    inside = min(row.most, max(row.least, 1) + 2)
    near = {row.least - 1, row.least, inside, row.most, row.most + 1}
    return st.sampled_from(sorted(one for one in near if one >= 0 or row.unit == "value"))


def of_any(builders: dict[str, Any], most: int) -> st.SearchStrategy[list[tuple[str, int]]]:
    names = sorted(set(builders) - ALONE)
    one = st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), sizes(name)))
    return st.lists(one, min_size=1, max_size=most)


def built(builders: dict[str, Callable[[int], Json]], picked: list[tuple[str, int]]) -> list[Json]:
    """The blocks, each with an id of its own."""
    blocks = [builders[name](size) for name, size in picked]
    return [{**block, "block_id": f"b{index}"} for index, block in enumerate(blocks)]


def must_be_so(picked: list[tuple[str, int]], refusal: BlocksRefused) -> None:
    """A refusal names rows of the table: those that were broken here, and no other."""
    assert refusal.rows
    broken = {name for name, size in picked if LIMITS[name].complaint(size)}
    assert set(refusal.rows) <= broken | TOTALS
    assert broken <= set(refusal.rows) | TOTALS


def unbroken(picked: list[tuple[str, int]]) -> bool:
    return not any(LIMITS[name].complaint(size) for name, size in picked)


IN_MESSAGES = {
    **{name: build for name, build in IN_A_BLOCK.items() if not name.startswith("input.")},
    **{name: build for name, build in LATER.items() if not name.startswith("table.")},
}
FITTING = {
    name: build
    for name, build in IN_MESSAGES.items()
    if build(max(LIMITS[name].least, 1))["type"] != "input"
}


@given(of_any(FITTING, 4))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_blocks_of_a_message(picked: list[tuple[str, int]]) -> None:
    blocks = built(FITTING, picked)
    try:
        check_message_blocks(blocks)
    except BlocksRefused as refusal:
        event("refused")
        must_be_so(picked, refusal)
        return
    event("taken")
    assert unbroken(picked)
    for block in blocks:
        parsed = Block.parse(block)
        if parsed is not None:  # Of some later blocks slack_sdk has no model.
            parsed.to_dict()


@given(of_any(IN_A_BLOCK, 4), of_any(IN_A_VIEW, 2))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_modal(inside: list[tuple[str, int]], around: list[tuple[str, int]]) -> None:
    around = [one for one in dict(around).items() if one[0] != "view.blocks"]
    view: Json = {
        "type": "modal",
        "title": plain("Title"),
        "submit": plain("Save"),
        "blocks": built(IN_A_BLOCK, inside),
    }
    for name, size in around:
        key = name.removeprefix("view.")
        view[key] = IN_A_VIEW[name](size)[key]
    try:
        check_view(view, Surface.MODAL)
    except BlocksRefused as refusal:
        event("refused")
        must_be_so([*inside, *around], refusal)
        return
    event("taken")
    assert unbroken([*inside, *around])
    View(**view).to_dict()


def taken_by_slack_sdk(block: Json) -> bool:
    try:
        parsed = Block.parse({"block_id": "b", **block})
        if parsed is not None:
            parsed.to_dict()
    except SlackObjectFormationError:
        return False
    return True


@pytest.mark.parametrize("name", sorted({*IN_A_BLOCK, *LATER} - {"table.characters"}))
def test_slack_sdk_takes_each_thing_at_its_ends(name: str) -> None:
    """The ends of each row one by one, which a random run may miss."""
    build, row = {**IN_A_BLOCK, **LATER}[name], LIMITS[name]
    assert all(taken_by_slack_sdk(build(size)) for size in {row.least, row.most})


def test_slack_sdk_knows_many_of_the_limits_itself() -> None:
    """Otherwise that it takes what the sandbox takes would say nothing."""
    builders = {**IN_A_BLOCK, **LATER}
    over = {
        name for name in builders if not taken_by_slack_sdk(builders[name](LIMITS[name].most + 1))
    }
    assert len(over) >= SHARED
