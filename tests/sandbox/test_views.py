import pytest

from bot.sandbox.limits import TRIGGER_SECONDS
from bot.sandbox.view_state import CannotAct, Values
from tests.sandbox.desk import (
    JONAS,
    MAYA,
    NORTHWIND,
    Desk,
    Json,
    actions,
    button,
    modal,
    plain,
    text_input,
)

HOME: Json = {"type": "home", "blocks": [{"type": "header", "text": plain("Hello")}]}


def error(answer: Json) -> str:
    assert answer["ok"] is False
    return str(answer["error"])


def clicked(desk: Desk, view: Json, *, user: str = MAYA) -> str:
    """Clicks `go` in the open modal; the trigger id that came of it."""
    desk.run(desk.acts.click_view(user, view_id=view["id"], action_id="go"))
    return str(desk.app.heard[-1].payload["trigger_id"])


# ---- trigger ids


def test_a_trigger_id_serves_once(desk: Desk) -> None:
    trigger = desk.trigger()
    assert desk.call("views.open", trigger_id=trigger, view=modal())["ok"]
    again = desk.call("views.open", trigger_id=trigger, view=modal())
    assert error(again) == "exchanged_trigger_id"


@pytest.mark.parametrize(("late", "ok"), [(-0.01, True), (0.0, True), (0.01, False)])
def test_a_trigger_id_lives_three_seconds_of_the_machine_clock(
    desk: Desk, *, late: float, ok: bool
) -> None:
    trigger = desk.trigger()
    desk.workspace.clock.advance(86_400)
    desk.ticker.seconds += TRIGGER_SECONDS + late
    answer = desk.call("views.open", trigger_id=trigger, view=modal())
    assert answer["ok"] is ok
    assert ok or error(answer) == "expired_trigger_id"


def test_a_trigger_id_nobody_issued_is_invalid(desk: Desk) -> None:
    answer = desk.call("views.open", trigger_id="1.2.abc", view=modal())
    assert error(answer) == "invalid_trigger_id"
    assert error(desk.call("views.open", view=modal())) == "invalid_arguments"


@pytest.mark.parametrize("method", ["views.open", "views.push"])
def test_a_trigger_id_is_looked_at_before_the_view(desk: Desk, method: str) -> None:
    wrong = modal(title=plain("x" * 25))
    answer = desk.call(method, trigger_id="1.2.abc", view=wrong)
    assert error(answer) == "invalid_trigger_id"
    trigger = desk.trigger()
    assert error(desk.call("views.push", trigger_id=trigger, view=wrong)) == "not_found"


def test_a_refused_view_leaves_the_trigger_id_usable(desk: Desk) -> None:
    trigger = desk.trigger()
    refused = desk.call("views.open", trigger_id=trigger, view=modal(title=plain("x" * 25)))
    assert error(refused) == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert desk.call("views.open", trigger_id=trigger, view=modal())["ok"]


# ---- the stack


def with_button(**more: object) -> Json:
    return modal(text_input(), actions(button()), **more)


def test_three_modals_lie_on_each_other_and_a_fourth_does_not(desk: Desk) -> None:
    root = desk.open(with_button())
    second = desk.call("views.push", trigger_id=clicked(desk, root), view=with_button())["view"]
    third = desk.call("views.push", trigger_id=clicked(desk, second), view=with_button())["view"]
    assert third["root_view_id"] == root["id"]
    assert third["previous_view_id"] == second["id"]
    trigger = clicked(desk, third)
    assert error(desk.call("views.push", trigger_id=trigger, view=modal())) == "push_limit_reached"
    assert error(desk.call("views.open", trigger_id=trigger, view=modal())) == "push_limit_reached"
    assert [view.id for view in desk.workspace.modal_stack(MAYA)] == [
        root["id"],
        second["id"],
        third["id"],
    ]


def test_nothing_is_pushed_where_no_modal_is(desk: Desk) -> None:
    answer = desk.call("views.push", trigger_id=desk.trigger(), view=modal())
    assert error(answer) == "not_found"


def test_a_modal_from_a_command_replaces_what_was_open(desk: Desk) -> None:
    desk.open(modal())
    second = desk.open(modal())
    assert [view.id for view in desk.workspace.modal_stack(MAYA)] == [second["id"]]


def test_only_the_modal_on_top_can_be_used(desk: Desk) -> None:
    root = desk.open(with_button())
    desk.call("views.push", trigger_id=clicked(desk, root), view=with_button())
    with pytest.raises(CannotAct):
        clicked(desk, root)


# ---- updates


def test_an_update_takes_the_latest_hash_or_none(desk: Desk) -> None:
    view = desk.open(modal())

    def updated(**more: str) -> Json:
        return desk.call("views.update", view_id=view["id"], view=modal(), **more)

    newer = updated(hash=view["hash"])["view"]
    assert newer["hash"] != view["hash"]
    assert error(updated(hash=view["hash"])) == "hash_conflict"
    assert updated()["ok"]


def test_a_view_the_person_closed_is_not_found(desk: Desk) -> None:
    view = desk.open(modal())
    desk.run(desk.acts.close_view(MAYA, view_id=view["id"]))
    answer = desk.call("views.update", view_id=view["id"], view=modal())
    assert error(answer) == "not_found"


def test_a_view_is_updated_by_exactly_one_of_its_names(desk: Desk) -> None:
    view = desk.open(modal(external_id="mine"))
    by_name = desk.call("views.update", external_id="mine", view=modal(external_id="mine"))
    assert by_name["view"]["id"] == view["id"]
    assert error(desk.call("views.update", view=modal())) == "invalid_arguments"
    both = desk.call("views.update", view_id=view["id"], external_id="mine", view=modal())
    assert error(both) == "invalid_arguments"


def test_an_external_id_is_used_by_one_view(desk: Desk) -> None:
    desk.open(modal(external_id="mine"))
    answer = desk.call("views.open", trigger_id=desk.trigger(JONAS), view=modal(external_id="mine"))
    assert error(answer) == "duplicate_external_id"


def test_what_was_typed_stays_where_both_ids_stay(desk: Desk) -> None:
    view = desk.open(modal(text_input("a"), text_input("b")))
    values: Values = {"a": {"note": "first"}, "b": {"note": "second"}}
    desk.acts.keep_typed(MAYA, view_id=view["id"], values=values)
    changed = modal(
        text_input("a", initial_value="ignored"), text_input("c", initial_value="fresh")
    )
    answer = desk.call("views.update", view_id=view["id"], view=changed)
    held = answer["view"]["state"]["values"]
    assert held["a"]["note"]["value"] == "first"
    assert held["c"]["note"]["value"] == "fresh"
    assert "b" not in held


def test_an_element_of_another_type_under_the_same_ids_starts_afresh(desk: Desk) -> None:
    view = desk.open(modal())
    desk.acts.keep_typed(MAYA, view_id=view["id"], values={"about": {"note": "typed"}})
    picker = {
        "type": "input",
        "block_id": "about",
        "label": plain("When"),
        "element": {"type": "datepicker", "action_id": "note"},
    }
    answer = desk.call("views.update", view_id=view["id"], view=modal(picker))
    held = answer["view"]["state"]["values"]["about"]["note"]
    assert held == {"type": "datepicker", "selected_date": None}


# ---- Home


def test_a_home_tab_keeps_its_id_and_refuses_an_old_hash(desk: Desk) -> None:
    first = desk.call("views.publish", user_id=MAYA, view=HOME)["view"]
    second = desk.call("views.publish", user_id=MAYA, view=HOME, hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    stale = desk.call("views.publish", user_id=MAYA, view=HOME, hash=first["hash"])
    assert error(stale) == "hash_conflict"


def test_publishing_is_refused_by_reason(desk: Desk) -> None:
    assert error(desk.call("views.publish", user_id="U0NOBODY01", view=HOME)) == (
        "invalid_arguments"
    )
    assert error(desk.call("views.publish", user_id=MAYA, view=modal())) == "invalid_arguments"
    desk.workspace.app.home_tab_enabled = False
    assert error(desk.call("views.publish", user_id=MAYA, view=HOME)) == "not_enabled"


def test_opening_home_tells_the_app_with_the_view_that_is_there(desk: Desk) -> None:
    desk.run(desk.acts.open_home(MAYA))
    desk.call("views.publish", user_id=MAYA, view=HOME)
    desk.run(desk.acts.open_home(MAYA))
    first, second = desk.app.events()
    assert first["type"] == "app_home_opened"
    assert (first["tab"], first["user"], "view" in first) == ("home", MAYA, False)
    assert second["view"]["blocks"][0]["text"]["text"] == "Hello"


def test_a_click_in_home_carries_the_view_and_no_response_url(desk: Desk) -> None:
    home = {"type": "home", "blocks": [actions(button(value="v"))]}
    desk.call("views.publish", user_id=MAYA, view=home)
    desk.run(desk.acts.click_home(MAYA, action_id="go"))
    payload = desk.app.heard[-1].payload
    assert payload["container"]["type"] == "view"
    assert payload["view"]["type"] == "home"
    assert payload["actions"][0]["value"] == "v"
    assert "response_url" not in payload
    assert "channel" not in payload
    assert desk.call("views.open", trigger_id=payload["trigger_id"], view=modal())["ok"]


def test_the_channel_of_a_command_is_told(desk: Desk) -> None:
    desk.trigger()
    assert desk.app.heard[-1].payload["channel_id"] == NORTHWIND


# ---- ids of blocks that came without one


def test_a_press_on_a_page_that_was_drawn_anew_still_arrives_where_the_button_is_the_same(
    desk: Desk,
) -> None:
    def publish(*values: str) -> list[str]:
        rows = [{"type": "actions", "elements": [button(value=one)]} for one in values]
        view = {"type": "home", "blocks": rows}
        published = desk.call("views.publish", user_id=MAYA, view=view)
        return [block["block_id"] for block in published["view"]["blocks"]]

    first, second = publish("1", "2")
    other, again, twice = publish("3", "2", "2")
    assert second == again
    assert len({first, second, other, twice}) == 4
    desk.run(desk.acts.click_home(MAYA, action_id="go", block_id=second))
    assert desk.app.heard[-1].payload["actions"][0]["value"] == "2"
    with pytest.raises(CannotAct):
        desk.run(desk.acts.click_home(MAYA, action_id="go", block_id=first))


def test_a_block_in_which_something_is_typed_gets_a_fresh_id_every_time(desk: Desk) -> None:
    typed = {name: part for name, part in text_input().items() if name != "block_id"}
    ids = [desk.open(modal(typed))["blocks"][0]["block_id"] for _ in range(2)]
    assert len(set(ids)) == 2
