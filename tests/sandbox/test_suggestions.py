"""Menus that the app fills as somebody types: what it is asked, and what can then be chosen."""

from typing import Any

import pytest

from bot.sandbox.deliver import Failure, Kind, Reply
from bot.sandbox.limits import LIMITS
from bot.sandbox.suggestions import Suggested
from bot.sandbox.view_state import CannotAct
from tests.sandbox.desk import MAYA, NORTHWIND, THEO, Desk, Json, actions, button, modal, plain

NORTH, SOUTH = ({"text": plain(one), "value": one} for one in ("north", "south"))


def menu(**more: Any) -> Json:
    return {"type": "external_select", "action_id": "menu", **more}


def form(element: Json) -> Json:
    return modal(
        {"type": "input", "block_id": "about", "label": plain("Where"), "element": element}
    )


def suggest(desk: Desk, view_id: str, value: str = "nor", user: str = MAYA) -> Suggested:
    act = desk.acts.suggest(user, view_id=view_id, action_id="menu", value=value)
    return desk.run(act)


def submitted(desk: Desk, view_id: str, chosen: Any) -> Json:
    desk.run(desk.acts.submit_view(MAYA, view_id=view_id, values={"about": {"menu": chosen}}))
    payload = desk.app.heard[-1].payload
    assert payload["type"] == "view_submission"
    state: Json = payload["view"]["state"]["values"]["about"]["menu"]
    return state


def test_the_app_is_asked_with_what_was_typed_and_where(desk: Desk) -> None:
    view = desk.open(form(menu()))
    desk.app.answers.append(Reply(body={"options": [NORTH, SOUTH]}))
    assert suggest(desk, view["id"]).options == [NORTH, SOUTH]
    asked = desk.app.heard[-1]
    assert asked.kind is Kind.INTERACTION
    payload = asked.payload
    assert (payload["type"], payload["value"]) == ("block_suggestion", "nor")
    assert (payload["block_id"], payload["action_id"]) == ("about", "menu")
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["id"] == view["id"]
    assert "trigger_id" not in payload
    assert "response_url" not in payload


def test_only_what_was_offered_can_be_chosen_and_it_arrives_whole(desk: Desk) -> None:
    view_id = desk.open(form(menu()))["id"]
    with pytest.raises(CannotAct):
        submitted(desk, view_id, "north")
    desk.app.answers.append(
        Reply(body={"option_groups": [{"label": plain("All"), "options": [NORTH]}]})
    )
    assert suggest(desk, view_id).option_groups[0]["options"] == [NORTH]
    with pytest.raises(CannotAct):
        submitted(desk, view_id, "south")
    assert submitted(desk, view_id, "north") == {
        "type": "external_select",
        "selected_option": NORTH,
    }


def test_what_stands_there_can_stay_though_it_is_not_offered_again(desk: Desk) -> None:
    several = {**menu(), "type": "multi_external_select", "initial_options": [SOUTH]}
    view_id = desk.open(form(several))["id"]
    desk.app.answers.append(Reply(body={"options": [NORTH]}))
    suggest(desk, view_id)
    state = submitted(desk, view_id, ["south", "north"])
    assert state["selected_options"] == [SOUTH, NORTH]


def test_a_menu_in_a_message_is_asked_for_with_its_message(desk: Desk) -> None:
    ts = desk.post(blocks=[actions(menu(min_query_length=0), button())])
    here = {"channel_id": NORTHWIND, "ts": ts}
    desk.app.answers.append(Reply(body={"options": [NORTH]}))
    assert desk.run(desk.acts.suggest(MAYA, action_id="menu", value="", **here)).options
    payload = desk.app.heard[-1].payload
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == ts
    desk.run(desk.acts.click_message(MAYA, **here, action_id="menu", chosen="north"))
    (action,) = desk.app.heard[-1].payload["actions"]
    assert (action["type"], action["selected_option"]) == ("external_select", NORTH)
    with pytest.raises(CannotAct):
        desk.run(desk.acts.click_message(THEO, **here, action_id="menu", chosen="north"))
    with pytest.raises(CannotAct, match="has its options already"):
        desk.run(desk.acts.suggest(MAYA, action_id="go", value="nor", **here))


def test_what_was_chosen_in_a_message_stays_beside_what_is_found_later(desk: Desk) -> None:
    several = menu(type="multi_external_select", min_query_length=0)
    ts = desk.post(blocks=[{"type": "section", "text": plain("Where"), "accessory": several}])
    here = {"channel_id": NORTHWIND, "ts": ts}
    for found, chosen in ((NORTH, ["north"]), (SOUTH, ["north", "south"])):
        desk.app.answers.append(Reply(body={"options": [found]}))
        desk.run(desk.acts.suggest(MAYA, action_id="menu", value="", **here))
        desk.run(desk.acts.click_message(MAYA, **here, action_id="menu", chosen=chosen))
    (action,) = desk.app.heard[-1].payload["actions"]
    assert action["selected_options"] == [NORTH, SOUTH]
    # What was taken out again is to be found anew.
    desk.run(desk.acts.click_message(MAYA, **here, action_id="menu", chosen=["south"]))
    with pytest.raises(CannotAct):
        desk.run(desk.acts.click_message(MAYA, **here, action_id="menu", chosen=["north"]))


def test_too_few_letters_do_not_reach_the_app(desk: Desk) -> None:
    view_id = desk.open(form(menu()))["id"]
    heard = len(desk.app.heard)
    with pytest.raises(CannotAct, match="at least 3 characters"):
        suggest(desk, view_id, "no")
    assert len(desk.app.heard) == heard


def options(size: int) -> list[Json]:
    return [{"text": plain(f"o{number}"), "value": f"v{number}"} for number in range(size)]


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        ({"options": []}, True),
        ({"options": options(LIMITS["suggestions.options"].most - 1)}, True),
        ({"options": options(LIMITS["suggestions.options"].most)}, True),
        ({"options": options(LIMITS["suggestions.options"].most + 1)}, False),
        ({"option_groups": [{"label": plain("g"), "options": options(1)}] * 100}, True),
        ({"option_groups": [{"label": plain("g"), "options": options(1)}] * 101}, False),
        ({"options": [], "option_groups": []}, False),
        ({"options": [{"text": plain("x")}]}, False),
        ({"choices": []}, False),
        ("north", False),
        (None, False),
    ],
)
def test_an_answer_that_slack_would_not_show_shows_nothing(
    desk: Desk, *, body: Any, fine: bool
) -> None:
    view_id = desk.open(form(menu()))["id"]
    desk.app.answers.append(Reply(body=body))
    assert (suggest(desk, view_id).notice is None) is fine


def test_an_app_that_is_late_leaves_the_menu_empty(desk: Desk) -> None:
    view_id = desk.open(form(menu()))["id"]
    desk.app.answers.append(Reply(failure=Failure.TIMEOUT, status=0))
    assert suggest(desk, view_id).notice is not None
    assert desk.workspace.notices == {}
