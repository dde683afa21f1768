"""The demo's people."""

from datetime import timedelta
from pathlib import Path

from bot.demo import (
    EXAMPLES,
    EXAMPLES_FOLDER,
    MAYA,
    PRIYA,
    demo_constants,
    seed,
    seed_examples,
)
from bot.domain.handoff import Handoff
from bot.domain.history import verify
from bot.domain.people import Role
from tests.story.stack import running


def test_what_the_demo_waits_for_leaves_time_for_the_work_within_two_seconds() -> None:
    demo = demo_constants()
    for waits in (demo.settle, demo.thread_waits, demo.unknown_channel_waits):
        # A sender notices by itself that a wait is over, and only when it wakes.
        assert waits + demo.idle <= timedelta(seconds=1.2)


def test_roles_set_in_the_demo_stay_when_it_starts_again(tmp_path: Path) -> None:
    with running(tmp_path) as stack:
        store, workspace_id = stack.bot.store, stack.bot.workplace.id
        with store.write(workspace_id) as unit:
            priya = unit.people.by_slack_id(PRIYA)
            assert priya is not None
            assert priya.roles == {Role.CS_MANAGER}
            unit.people.set_part(priya.id, roles=set(), region="FR")
            unit.commit()
        seed(stack.bot)
        with store.read(workspace_id) as after:
            again, maya = after.people.by_slack_id(PRIYA), after.people.by_slack_id(MAYA)
        assert again is not None
        assert maya is not None
        assert (again.roles, again.region, maya.region) == (frozenset(), "FR", "US-NY")


def test_the_examples_stand_in_the_demo_as_open_handoffs_at_different_stages(
    tmp_path: Path,
) -> None:
    assert sorted(EXAMPLES) == sorted(path.stem for path in EXAMPLES_FOLDER.glob("*.toml"))
    with running(tmp_path) as stack:
        assert seed_examples(stack.bot, EXAMPLES_FOLDER)
        # Each is there once, however often the demo is started.
        assert not seed_examples(stack.bot, EXAMPLES_FOLDER)
        with stack.bot.store.read(stack.bot.workplace.id) as unit:
            found = {one.account: one for one in map(unit.handoffs.get, (1, 2, 3))}
            for number in (1, 2, 3):
                count, head = unit.history.head(number)
                records = unit.history.records(number)
                assert verify(records, expected_count=count, expected_head=head).sound
        assert {name: stage_of(one) for name, one in found.items()} == {
            "Northwind Mills": (True, True, True),
            "Larkfield Labs": (True, True, False),
            "Alder Bay Ferries": (False, False, False),
        }
        for account in ("Northwind Mills", "Larkfield Labs"):
            assert found[account].completeness.open == ()
            assert found[account].gate_at is not None
        assert found["Alder Bay Ferries"].completeness.open
        assert "Kickoff proposed" in stack.card_says("Acknowledge brief").words
        stack.card_says("Kickoff due", channel="#deal-larkfield")
        stack.dm_says(stack.jonas, "Northwind Mills")
        stack.dm_says(stack.maya, "Alder Bay Ferries")


def stage_of(handoff: Handoff) -> tuple[bool, bool, bool]:
    """Whether it is signed, posted and assigned."""
    return (
        handoff.signed_at is not None,
        handoff.posted_at is not None,
        handoff.csm_id is not None,
    )
