"""An admin chooses the field of the Slack profile that says who somebody's manager is."""

from collections.abc import Mapping

import pytest
from slack_sdk.errors import SlackApiError

from bot.domain.people import ManagerBy, Role
from bot.views.ids import ActionId
from tests.flows.app import App, Modal
from tests.flows.slack import Json

ADMIN = "UADMIN"
FIELDS: list[Json] = [
    {"id": "Xf0TITLE", "label": "Pronouns", "type": "text"},
    {"id": "Xf0BOSS", "label": "Manager", "type": "user"},
    {"id": "Xf0BUDDY", "label": "Buddy", "type": "user", "is_hidden": 1},
]


@pytest.fixture(autouse=True)
def admin(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(unit.people.ensure(ADMIN).id, roles={Role.ADMIN})
        unit.commit()
    app.slack.profile_fields = list(FIELDS)


def form(app: App) -> Modal:
    return app.modal(app.press(ADMIN, ActionId.OPEN_MANAGERS))


def chosen(app: App) -> tuple[str | None, str | None]:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.workspace.manager_field, unit.workspace.manager_field_label


def test_the_fields_that_hold_a_person_are_proposed_and_no_other(app: App) -> None:
    shown = form(app).words
    assert "Manager" in shown
    assert "Buddy" in shown
    assert "Pronouns" not in shown


def test_the_choice_is_kept_and_shown_and_can_be_taken_back(app: App) -> None:
    assert form(app).holds("profile_field") == "-"
    assert not app.submit(ADMIN, form(app).type(profile_field="Xf0BOSS")).errors
    assert chosen(app) == ("Xf0BOSS", "Manager")
    assert form(app).holds("profile_field") == "Xf0BOSS"
    assert not app.submit(ADMIN, form(app).type(profile_field="-")).errors
    assert chosen(app) == (None, None)


def test_a_field_that_is_gone_meanwhile_is_refused(app: App) -> None:
    typed = form(app).type(profile_field="Xf0BOSS")
    app.slack.profile_fields = FIELDS[:1]
    reply = app.submit(ADMIN, typed)
    assert "Choose one of the answers" in reply.errors[typed.block_of("profile_field")]
    assert chosen(app) == (None, None)


def test_a_profile_without_such_a_field_says_what_to_do(app: App) -> None:
    app.slack.profile_fields = FIELDS[:1]
    opened = form(app)
    assert "has no field that holds a person" in opened.words
    assert "submit" not in opened.view or not opened.view["submit"]


def test_without_the_permission_it_says_how_to_go_on(app: App) -> None:
    refused = app.slack.refusal("missing_scope")
    assert isinstance(refused, SlackApiError)
    app.slack.ends["team.profile.get"] = refused
    reply = app.press(ADMIN, ActionId.OPEN_MANAGERS)
    assert "users.profile:read" in reply.sentence


def test_nobody_but_an_admin_has_slack_asked(app: App) -> None:
    assert "Only admins" in app.press("UAE", ActionId.OPEN_MANAGERS).sentence
    assert app.slack.called("team.profile.get") == []


def test_another_field_makes_forgotten_what_the_one_before_said_and_keeps_what_hands_set(
    app: App,
) -> None:
    team = app.team
    app.submit(ADMIN, form(app).type(profile_field="Xf0BOSS"))
    with app.store.write(team.workspace_id) as unit:
        unit.note_manager(team.outsider.id, team.revops.id)
        unit.note_manager(team.ae.id, team.revops.id)
        unit.commit()
    app.submit(ADMIN, form(app).type(profile_field="Xf0BUDDY"))
    with app.store.read(team.workspace_id) as unit:
        outsider, ae = unit.people.get(team.outsider.id), unit.people.get(team.ae.id)
        assert unit.people.manager_checked_at(team.ae.id) is None
    assert (outsider.manager_id, outsider.manager_by) == (None, None)
    assert (ae.manager_id, ae.manager_by) == (team.ae_manager.id, ManagerBy.HAND)


def roles_form(app: App, person: str) -> Modal:
    reply = app.submit(ADMIN, app.modal(app.press(ADMIN, "open_roles")).type(person=person))
    return app.screen(reply.body["view"])


def manager_of(app: App, person_id: int) -> tuple[int | None, ManagerBy | None]:
    with app.store.read(app.team.workspace_id) as unit:
        person = unit.people.get(person_id)
    return person.manager_id, person.manager_by


def test_saving_roles_makes_no_manager_of_the_profile_one_by_hand(app: App) -> None:
    team = app.team
    with app.store.write(team.workspace_id) as unit:
        unit.note_manager(team.outsider.id, team.revops.id)
        unit.commit()
    opened = roles_form(app, "UOUTSIDER")
    assert "comes from the Slack profile" in opened.words
    typed: Mapping[str, str] = {"region": "DE"}
    assert not app.submit(ADMIN, opened.type(**typed)).errors
    assert manager_of(app, team.outsider.id) == (team.revops.id, ManagerBy.PROFILE)
    app.submit(ADMIN, roles_form(app, "UOUTSIDER").type(manager="UAE_MANAGER"))
    assert manager_of(app, team.outsider.id) == (team.ae_manager.id, ManagerBy.HAND)
    assert "comes from the Slack profile" not in roles_form(app, "UOUTSIDER").words
