"""The form of people and roles."""

import json
from datetime import date

from bot.domain.people import Person, Role
from bot.views.ids import Field, ViewId
from bot.views.roles import roles_view
from tests.views.shown import PRIYA, TRICKY, parsed_texts, seen_text
from tests.views.submitted import (
    block_of,
    fields_of,
    form_dict,
    refused_by_slack,
    shown_again,
    submitted,
)

JONAS = Person(
    id=2,
    workspace_id=1,
    slack_id="U0JONAS",
    name=TRICKY,
    region="DE-BE",
    roles=frozenset({Role.CS_MANAGER, Role.REVOPS}),
)


def test_first_it_asks_only_who_is_meant() -> None:
    view = form_dict(roles_view())
    assert view["callback_id"] == ViewId.ROLES
    assert view["private_metadata"] == "{}"
    assert fields_of(view) == [Field.PERSON]
    assert view["submit"]["text"] == "Show roles"


def test_then_it_shows_what_the_person_has() -> None:
    view = form_dict(roles_view(JONAS, manager=PRIYA, away_until=date(2026, 3, 20), stand_in=PRIYA))
    assert json.loads(view["private_metadata"]) == {"e": 2}
    asked = [Field.ROLES, Field.MANAGER, Field.REGION, Field.UNTIL, Field.STAND_IN]
    assert fields_of(view) == asked
    assert block_of(view, Field.UNTIL)["element"]["initial_date"] == "2026-03-20"
    assert block_of(view, Field.STAND_IN)["element"]["initial_user"] == "U0PRIYA"
    boxes = block_of(view, Field.ROLES)["element"]
    assert [entry["value"] for entry in boxes["options"]] == [role.value for role in Role]
    assert {entry["value"] for entry in boxes["initial_options"]} == {"cs_manager", "revops"}
    assert block_of(view, Field.MANAGER)["element"]["initial_user"] == "U0PRIYA"
    assert block_of(view, Field.REGION)["element"]["initial_value"] == "DE-BE"
    assert "DE-BE" in block_of(view, Field.REGION)["element"]["placeholder"]["text"]
    assert "<@U0JONAS>" in seen_text(view["blocks"])
    assert not any(TRICKY in text for text in parsed_texts(view))


def test_all_of_it_may_be_left_empty() -> None:
    bare = Person(id=5, workspace_id=1, slack_id="U0MAYA", name="Maya")
    assert refused_by_slack(submitted(roles_view(bare))) == {}


def test_nobodys_roles_come_along_to_the_next_person() -> None:
    before = submitted(roles_view(JONAS), {Field.ROLES: ["admin"]})
    other = Person(id=5, workspace_id=1, slack_id="U0MAYA", name="Maya")
    after = shown_again(before, roles_view(other))
    assert "admin" not in json.dumps(after["state"]["values"])
