"""The demo's people."""

from pathlib import Path

from bot.demo import MAYA, PRIYA, seed
from bot.domain.people import Role
from tests.story.stack import running


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
