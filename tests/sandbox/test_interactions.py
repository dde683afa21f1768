import asyncio
from typing import Any

import pytest

from bot.sandbox.answers import Answer
from bot.sandbox.deliver import Envelope, Failure, Reply
from bot.sandbox.limits import RESPONSE_URL_SECONDS, RESPONSE_URL_USES
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import Shortcut
from tests.sandbox.desk import (
    ADA,
    GENERAL,
    JONAS,
    LARKFIELD,
    MAYA,
    NORTHWIND,
    PRIYA,
    THEO,
    Desk,
    Json,
    actions,
    button,
    modal,
    plain,
    text_input,
)
from tests.sandbox.later_blocks import context_actions

OPTIONS = [{"text": plain(word), "value": word.lower()} for word in ("One", "Two", "Three")]


def slash(desk: Desk, *answers: Reply, text: str = "", user: str = MAYA) -> Answer:
    desk.app.answers.extend(answers)
    work = desk.acts.slash(user, command="/handoff", text=text, channel_id=NORTHWIND)
    return desk.run(work)


def submit(desk: Desk, view: Json, reply: Reply, **values: Any) -> Answer:
    desk.app.answers.append(reply)
    return desk.run(desk.acts.submit_view(MAYA, view_id=view["id"], values=values))


def payload(desk: Desk) -> Json:
    return desk.app.heard[-1].payload


# ---- slash commands


def test_a_command_brings_what_slack_brings(desk: Desk) -> None:
    slash(desk, text=" signed  today ")
    form = payload(desk)
    assert form["command"] == "/handoff"
    assert form["text"] == "signed  today"
    assert (form["user_id"], form["user_name"]) == (MAYA, "maya")
    assert (form["channel_id"], form["channel_name"]) == (NORTHWIND, "deal-northwind")
    assert form["team_domain"] == "meridian-works"
    assert form["response_url"].startswith("http://127.0.0.1:9/response/")
    assert all(isinstance(value, str) for value in form.values())


def test_a_text_answer_is_seen_by_its_person_only(desk: Desk) -> None:
    answer = slash(desk, Reply(body="Nothing to do."))
    assert answer.text == "Nothing to do."
    channel = desk.workspace.channels[NORTHWIND]
    assert [m.text for m in channel.top_level(MAYA)] == ["Nothing to do."]
    assert list(channel.top_level(THEO)) == []


def test_an_answer_in_the_channel_is_seen_by_all(desk: Desk) -> None:
    slash(desk, Reply(body={"text": "Look.", "response_type": "in_channel"}))
    assert [m.text for m in desk.workspace.channels[NORTHWIND].top_level(THEO)] == ["Look."]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"text": "x", "blocks": [{"type": "carousel"}]}, "invalid_blocks"),
        ({"text": "x", "response_type": "loud"}, "response_type"),
        ({"text": "x", "colour": "red"}, "colour"),
        ({"response_type": "ephemeral"}, "no_text"),
        (["x"], "JSON object"),
    ],
)
def test_an_answer_slack_would_not_take_is_refused_loudly(
    desk: Desk, body: object, part: str
) -> None:
    answer = slash(desk, Reply(body=body))
    assert answer.answered is False
    assert part in (answer.notice or "")
    assert [notice.text for notice in desk.workspace.notices[MAYA]] == [answer.notice]


@pytest.mark.parametrize(
    ("reply", "part"),
    [
        (Reply(failure=Failure.TIMEOUT), "operation_timeout"),
        (Reply(failure=Failure.STATUS, status=500), "status 500"),
        (Reply(failure=Failure.CONNECTION), "dispatch_failed"),
    ],
)
def test_the_person_is_told_when_the_app_fails(desk: Desk, reply: Reply, part: str) -> None:
    answer = slash(desk, reply)
    assert answer.answered is False
    assert part in desk.workspace.notices[MAYA][0].text


def test_an_unknown_command_never_reaches_the_app(desk: Desk) -> None:
    with pytest.raises(CannotAct):
        desk.run(desk.acts.slash(MAYA, command="/nothing", text="", channel_id=NORTHWIND))
    assert desk.app.heard == []


def test_mentions_in_a_command_become_tokens_only_when_it_asks(desk: Desk) -> None:
    slash(desk, text="@jonas in #general & @nobody")
    assert payload(desk)["text"] == "@jonas in #general & @nobody"
    desk.workspace.app.slash_commands[0].should_escape = True
    slash(desk, text="@jonas in #general & @nobody")
    assert payload(desk)["text"] == f"<@{JONAS}|jonas> in <#{GENERAL}|general> & @nobody"


# ---- clicks in messages


def test_a_click_in_a_message_brings_message_channel_and_action(desk: Desk) -> None:
    ts = desk.post(blocks=[actions(button(value="v", style="primary"))])
    desk.run(desk.acts.click_message(MAYA, channel_id=NORTHWIND, ts=ts, action_id="go"))
    sent = payload(desk)
    assert sent["type"] == "block_actions"
    assert sent["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": NORTHWIND,
        "is_ephemeral": False,
    }
    assert sent["message"]["ts"] == ts
    assert sent["channel"] == {"id": NORTHWIND, "name": "deal-northwind"}
    [action] = sent["actions"]
    assert (action["block_id"], action["value"], action["type"]) == ("row", "v", "button")
    assert float(action["action_ts"]) > float(ts)
    assert desk.call("views.open", trigger_id=sent["trigger_id"], view=modal())["ok"]


def test_a_click_in_an_ephemeral_message_brings_no_message(desk: Desk) -> None:
    body = {"text": "x", "blocks": [actions(button())]}
    answer = slash(desk, Reply(body=body))
    assert answer.message_ts is not None
    work = desk.acts.click_message(MAYA, channel_id=NORTHWIND, ts=answer.message_ts, action_id="go")
    desk.run(work)
    assert payload(desk)["container"]["is_ephemeral"] is True
    assert "message" not in payload(desk)
    with pytest.raises(CannotAct):
        desk.run(
            desk.acts.click_message(
                THEO, channel_id=NORTHWIND, ts=answer.message_ts, action_id="go"
            )
        )


MESSAGE_ELEMENTS: list[tuple[Json, Any, Json]] = [
    ({"type": "static_select", "options": OPTIONS}, "two", {"selected_option": OPTIONS[1]}),
    ({"type": "overflow", "options": OPTIONS}, "one", {"selected_option": OPTIONS[0]}),
    ({"type": "radio_buttons", "options": OPTIONS}, "one", {"selected_option": OPTIONS[0]}),
    (
        {"type": "checkboxes", "options": OPTIONS},
        ["one", "three"],
        {"selected_options": [OPTIONS[0], OPTIONS[2]]},
    ),
    ({"type": "users_select"}, JONAS, {"selected_user": JONAS}),
    ({"type": "channels_select"}, GENERAL, {"selected_channel": GENERAL}),
    ({"type": "conversations_select"}, GENERAL, {"selected_conversation": GENERAL}),
    ({"type": "datepicker"}, "2026-03-31", {"selected_date": "2026-03-31"}),
    ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
    ({"type": "datetimepicker"}, 1_700_000_000, {"selected_date_time": 1_700_000_000}),
]


@pytest.mark.parametrize(
    ("element", "chosen", "expected"), MESSAGE_ELEMENTS, ids=lambda v: str(v)[:24]
)
def test_a_choice_in_a_message_has_the_shape_of_its_element(
    desk: Desk, element: Json, chosen: Any, expected: Json
) -> None:
    ts = desk.post(blocks=[actions({"action_id": "pick", **element})])
    work = desk.acts.click_message(
        MAYA, channel_id=NORTHWIND, ts=ts, action_id="pick", chosen=chosen
    )
    desk.run(work)
    [action] = payload(desk)["actions"]
    assert {key: action[key] for key in expected} == expected
    if element["type"] != "overflow":
        state = payload(desk)["state"]["values"]["row"]["pick"]
        assert state == {"type": element["type"], **expected}


def test_what_is_not_offered_cannot_be_chosen(desk: Desk) -> None:
    element = {"type": "static_select", "action_id": "pick", "options": OPTIONS}
    ts = desk.post(blocks=[actions(element)])
    for action_id, chosen in (("pick", "four"), ("other", "one")):
        with pytest.raises(CannotAct):
            desk.run(
                desk.acts.click_message(
                    MAYA, channel_id=NORTHWIND, ts=ts, action_id=action_id, chosen=chosen
                )
            )
    assert desk.app.heard == []


def test_a_thumb_sends_its_own_value_and_a_bin_is_for_those_who_see_it(desk: Desk) -> None:
    ts = desk.post(blocks=[context_actions(visible_to_user_ids=[JONAS])])

    def press(user: str, action_id: str, chosen: str | None) -> None:
        here = {"channel_id": NORTHWIND, "ts": ts}
        desk.run(desk.acts.click_message(user, **here, action_id=action_id, chosen=chosen))

    press(MAYA, "feedback", "good")
    [action] = payload(desk)["actions"]
    assert (action["value"], action["text"]) == ("good", plain("Good"))
    assert payload(desk)["state"]["values"] == {}
    for refused in ((MAYA, "feedback", "fair"), (MAYA, "feedback", None), (MAYA, "bin", None)):
        with pytest.raises(CannotAct):
            press(*refused)
    press(JONAS, "bin", None)
    [action] = payload(desk)["actions"]
    assert (action["value"], action["icon"], action["text"]) == ("it", "trash", plain("Delete"))


def test_a_double_action_id_needs_its_block(desk: Desk) -> None:
    ts = desk.post(blocks=[actions(button(), block_id="1"), actions(button(), block_id="2")])
    with pytest.raises(CannotAct):
        desk.run(desk.acts.click_message(MAYA, channel_id=NORTHWIND, ts=ts, action_id="go"))
    work = desk.acts.click_message(MAYA, channel_id=NORTHWIND, ts=ts, action_id="go", block_id="2")
    assert desk.run(work).answered


# ---- response URLs


def response_url(desk: Desk) -> tuple[str, str]:
    """A click's response URL, and the ts of the message that was clicked."""
    ts = desk.post(blocks=[actions(button())])
    desk.run(desk.acts.click_message(MAYA, channel_id=NORTHWIND, ts=ts, action_id="go"))
    return str(payload(desk)["response_url"]), ts


def test_a_response_url_serves_five_times(desk: Desk) -> None:
    url, _ = response_url(desk)
    for _use in range(RESPONSE_URL_USES):
        assert desk.respond(url, {"text": "again"}) == (200, "ok")
    status, body = desk.respond(url, {"text": "again"})
    assert (status, "used_url" in body) == (404, True)
    channel = desk.workspace.channels[NORTHWIND]
    assert len(desk.workspace.ephemerals(channel.id, MAYA)) == RESPONSE_URL_USES


@pytest.mark.parametrize(("late", "expected"), [(-1, 200), (0, 200), (1, 404)])
def test_a_response_url_lives_half_an_hour(desk: Desk, late: int, expected: int) -> None:
    url, _ = response_url(desk)
    desk.ticker.seconds += RESPONSE_URL_SECONDS + late
    status, _body = desk.respond(url, {"text": "x"})
    assert status == expected


def test_a_response_url_replaces_and_deletes_its_message(desk: Desk) -> None:
    url, ts = response_url(desk)
    message = desk.workspace.channels[NORTHWIND].messages[ts]
    assert desk.respond(url, {"text": "Done.", "replace_original": True})[0] == 200
    assert (message.text, message.blocks) == ("Done.", [])
    assert desk.respond(url, {"delete_original": True})[0] == 200
    assert ts not in desk.workspace.channels[NORTHWIND].messages


def test_the_app_hears_what_its_answer_did_to_a_message_that_all_see(desk: Desk) -> None:
    desk.workspace.app.bot_events.append("message.channels")
    url, ts = response_url(desk)
    desk.respond(url, {"text": "Done.", "replace_original": True})
    desk.respond(url, {"text": "Psst."})
    desk.respond(url, {"delete_original": True})
    desk.run(asyncio.sleep(0))
    told = [one for one in desk.app.events() if one["channel"] == NORTHWIND]
    assert [one.get("subtype") for one in told] == [None, "message_changed", "message_deleted"]
    assert told[-1]["deleted_ts"] == ts
    assert told[-1]["previous_message"]["text"] == "Done."


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "x", "delete_original": True},
        {"text": "x", "response_type": "loud"},
        {"blocks": [{"type": "carousel"}]},
        {"text": "x", "colour": "red"},
        {"text": "x", "thread_ts": 1.5},
    ],
)
def test_a_response_url_refuses_what_slack_would(desk: Desk, body: Json) -> None:
    url, _ = response_url(desk)
    status, answer = desk.respond(url, body)
    assert (status, "invalid_payload" in answer) == (400, True)


def test_a_response_url_posts_to_a_thread_that_is_there_and_refuses_any_other(desk: Desk) -> None:
    url, ts = response_url(desk)
    reply = desk.post(thread_ts=ts)
    for thread_ts, error in (("1.000001", "thread_not_found"), (reply, "cannot_reply_to_message")):
        status, answer = desk.respond(url, {"text": "x", "thread_ts": thread_ts})
        assert (status, error in answer) == (400, True)
    body = {"text": "There.", "thread_ts": ts, "response_type": "in_channel"}
    assert desk.respond(url, body) == (200, "ok")
    thread = desk.workspace.channels[NORTHWIND].thread(ts, MAYA)
    assert [one.text for one in thread][-1] == "There."


def test_an_answer_to_a_channel_that_was_deleted_meanwhile_is_refused(desk: Desk) -> None:
    url, _ = response_url(desk)

    async def deleted(_: Envelope) -> Reply:
        await desk.acts.delete_channel(ADA, channel_id=NORTHWIND)
        return Reply(body="Where am I?")

    desk.app.answers.append(deleted)
    answer = desk.run(desk.acts.slash(MAYA, command="/handoff", text="", channel_id=NORTHWIND))
    assert (answer.answered, answer.message_ts) == (True, None)
    status, told = desk.respond(url, {"text": "x"})
    assert (status, "channel_not_found" in told) == (400, True)


def test_an_unknown_response_url_is_refused(desk: Desk) -> None:
    assert desk.respond("http://127.0.0.1:9/response/none", {"text": "x"})[0] == 404


def test_a_response_in_the_channel_needs_no_membership(desk: Desk) -> None:
    work = desk.acts.slash(MAYA, command="/handoff", text="", channel_id=GENERAL)
    desk.run(work)
    url = str(payload(desk)["response_url"])
    body = {"text": "Hi all.", "response_type": "in_channel"}
    assert desk.respond(url, body)[0] == 200
    assert [m.text for m in desk.workspace.channels[GENERAL].top_level(JONAS)] == ["Hi all."]


# ---- modals


def test_a_submission_carries_every_value_and_nothing_closes_it(desk: Desk) -> None:
    view = desk.open(modal(text_input("a", initial_value="kept"), text_input("b")))
    answer = submit(desk, view, Reply(), b={"note": "typed"})
    sent = payload(desk)
    assert sent["type"] == "view_submission"
    assert sent["view"]["state"]["values"] == {
        "a": {"note": {"type": "plain_text_input", "value": "kept"}},
        "b": {"note": {"type": "plain_text_input", "value": "typed"}},
    }
    assert sent["view"]["id"] == view["id"]
    assert answer.view_id is None


def test_a_menu_that_asks_for_it_brings_a_way_to_answer_in_what_was_chosen(desk: Desk) -> None:
    def menu(block_id: str, **more: Any) -> Json:
        element = {"type": "conversations_select", "action_id": "where", **more}
        label = plain("Where")
        return {"type": "input", "block_id": block_id, "label": label, "element": element}

    view = desk.open(modal(menu("a", response_url_enabled=True), menu("b")))
    submit(desk, view, Reply(), a={"where": NORTHWIND}, b={"where": LARKFIELD})
    (way,) = payload(desk)["response_urls"]
    url = way.pop("response_url")
    assert way == {"block_id": "a", "action_id": "where", "channel_id": NORTHWIND}
    assert desk.respond(url, {"text": "Chosen.", "response_type": "in_channel"})[0] == 200
    assert [m.text for m in desk.workspace.channels[NORTHWIND].top_level(JONAS)] == ["Chosen."]


def test_errors_keep_the_modal_and_what_was_typed(desk: Desk) -> None:
    view = desk.open(modal())
    errors = {"response_action": "errors", "errors": {"about": "Too short."}}
    answer = submit(desk, view, Reply(body=errors), about={"note": "x"})
    assert answer.field_errors == {"about": "Too short."}
    top = desk.workspace.top_modal(MAYA)
    assert top is not None
    assert top.errors == {"about": "Too short."}
    assert top.state["about"]["note"]["value"] == "x"
    assert submit(desk, view, Reply()).view_id is None


def test_update_replaces_the_modal_in_place(desk: Desk) -> None:
    view = desk.open(modal())
    body = {"response_action": "update", "view": modal(title=plain("Next"))}
    answer = submit(desk, view, Reply(body=body), about={"note": "x"})
    top = desk.workspace.top_modal(MAYA)
    assert top is not None
    assert (answer.view_id, top.view["title"]["text"]) == (view["id"], "Next")
    assert top.hash != view["hash"]


def test_push_lays_a_modal_on_top_and_clear_takes_all(desk: Desk) -> None:
    view = desk.open(modal())
    body = {"response_action": "push", "view": modal(title=plain("Top"))}
    pushed = submit(desk, view, Reply(body=body), about={"note": "x"})
    top = desk.workspace.top_modal(MAYA)
    assert top is not None
    assert (top.previous_view_id, pushed.view_id) == (view["id"], top.id)
    cleared = {"response_action": "clear"}
    answer = submit(desk, {"id": top.id}, Reply(body=cleared), about={"note": "x"})
    assert answer.view_id is None
    assert desk.workspace.modal_stack(MAYA) == []


def test_an_empty_answer_closes_only_the_modal_on_top(desk: Desk) -> None:
    view = desk.open(modal())
    body = {"response_action": "push", "view": modal()}
    pushed = submit(desk, view, Reply(body=body), about={"note": "x"})
    answer = submit(desk, {"id": pushed.view_id}, Reply(), about={"note": "x"})
    assert answer.view_id == view["id"]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "nowhere"),
        ({"response_action": "errors", "errors": {"row": "x"}}, "row"),
        ({"response_action": "errors", "errors": {}}, "errors"),
        ({"response_action": "errors", "errors": {"about": 1}}, "sentence"),
        ({"response_action": "update", "view": modal(title=plain("x" * 25))}, "invalid_arguments"),
        ({"response_action": "push"}, "must provide an object"),
        ({"response_action": "explode"}, "explode"),
        ("thanks", "JSON object"),
    ],
)
def test_a_wrong_answer_to_a_submission_keeps_the_modal_and_is_told(
    desk: Desk, body: object, part: str
) -> None:
    view = desk.open(modal(text_input(), actions(button())))
    answer = submit(desk, view, Reply(body=body), about={"note": "x"})
    assert answer.answered is False
    assert part in (answer.notice or "")
    assert answer.view_id == view["id"]


def test_a_fourth_modal_is_not_pushed_by_an_answer_either(desk: Desk) -> None:
    view = desk.open(modal())
    push = {"response_action": "push"}
    for _ in range(2):
        body = {**push, "view": modal()}
        answer = submit(desk, view, Reply(body=body), about={"note": "x"})
        view = {"id": answer.view_id}
    refused = submit(desk, view, Reply(body={**push, "view": modal()}), about={"note": "x"})
    assert "push_limit_reached" in (refused.notice or "")
    assert len(desk.workspace.modal_stack(MAYA)) == 3


def test_a_late_app_leaves_the_modal_as_it_was(desk: Desk) -> None:
    view = desk.open(modal())
    answer = submit(desk, view, Reply(failure=Failure.TIMEOUT), about={"note": "long text"})
    assert (answer.answered, answer.view_id) == (False, view["id"])
    top = desk.workspace.top_modal(MAYA)
    assert top is not None
    assert top.state["about"]["note"]["value"] == "long text"


FIELD_MISTAKES: list[tuple[Json, Any]] = [
    ({"type": "plain_text_input"}, ""),
    ({"type": "plain_text_input", "min_length": 3}, "ab"),
    ({"type": "plain_text_input", "max_length": 3}, "abcd"),
    ({"type": "number_input", "is_decimal_allowed": False}, "1.5"),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, "1.9"),
    ({"type": "number_input", "is_decimal_allowed": True, "max_value": "2"}, "2.1"),
    ({"type": "number_input", "is_decimal_allowed": True}, "many"),
    ({"type": "email_text_input"}, "maya at home"),
    ({"type": "url_text_input"}, "example"),
    ({"type": "checkboxes", "options": OPTIONS}, []),
    ({"type": "datepicker"}, None),
]


@pytest.mark.parametrize(("element", "typed"), FIELD_MISTAKES, ids=lambda v: str(v)[:30])
def test_what_slack_itself_refuses_never_reaches_the_app(
    desk: Desk, element: Json, typed: Any
) -> None:
    block = {
        "type": "input",
        "block_id": "b",
        "label": plain("x"),
        "element": {"action_id": "a", **element},
    }
    view = desk.open(modal(block))
    heard = len(desk.app.heard)
    answer = submit(desk, view, Reply(), b={"a": typed})
    assert list(answer.field_errors) == ["b"]
    assert len(desk.app.heard) == heard
    assert answer.view_id == view["id"]


def test_an_optional_field_may_stay_empty(desk: Desk) -> None:
    view = desk.open(modal({**text_input(), "optional": True}))
    assert submit(desk, view, Reply()).view_id is None
    assert payload(desk)["view"]["state"]["values"]["about"]["note"]["value"] is None


IMPOSSIBLE: list[tuple[Json, Any]] = [
    ({"type": "datepicker"}, "2026-02-30"),
    ({"type": "timepicker"}, "25:00"),
    ({"type": "datetimepicker"}, "soon"),
    ({"type": "static_select", "options": OPTIONS}, "four"),
    ({"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 1}, ["one", "two"]),
    ({"type": "plain_text_input"}, 5),
]


@pytest.mark.parametrize(("element", "typed"), IMPOSSIBLE, ids=lambda v: str(v)[:30])
def test_what_no_element_lets_one_enter_raises(desk: Desk, element: Json, typed: Any) -> None:
    block = {
        "type": "input",
        "block_id": "b",
        "label": plain("x"),
        "element": {"action_id": "a", **element},
    }
    view = desk.open(modal(block))
    with pytest.raises(CannotAct):
        submit(desk, view, Reply(), b={"a": typed})


def test_a_click_in_a_modal_brings_the_whole_form_as_it_stands(desk: Desk) -> None:
    view = desk.open(modal(text_input(), actions(button())))
    work = desk.acts.click_view(
        MAYA, view_id=view["id"], action_id="go", values={"about": {"note": "half a"}}
    )
    desk.run(work)
    sent = payload(desk)
    assert sent["view"]["state"]["values"]["about"]["note"]["value"] == "half a"
    assert sent["container"] == {"type": "view", "view_id": view["id"]}


def test_an_input_tells_the_app_only_when_it_dispatches(desk: Desk) -> None:
    quiet, loud = text_input("quiet"), {**text_input("loud"), "dispatch_action": True}
    view = desk.open(modal(quiet, loud))

    def enter(block_id: str) -> Answer:
        return desk.run(
            desk.acts.click_view(
                MAYA, view_id=view["id"], action_id="note", block_id=block_id, chosen="x"
            )
        )

    with pytest.raises(CannotAct):
        enter("quiet")
    enter("loud")
    [action] = payload(desk)["actions"]
    assert (action["type"], action["value"]) == ("plain_text_input", "x")


def test_an_app_may_change_the_modal_while_it_answers(desk: Desk) -> None:
    view = desk.open(modal(text_input(), actions(button())))

    async def update(_: Envelope) -> Reply:
        changed = modal(text_input(), title=plain("Changed"))
        answer = await desk.acall("views.update", view_id=view["id"], view=changed)
        assert answer["ok"]
        return Reply()

    desk.app.answers.append(update)
    desk.run(desk.acts.click_view(MAYA, view_id=view["id"], action_id="go"))
    top = desk.workspace.top_modal(MAYA)
    assert top is not None
    assert top.view["title"]["text"] == "Changed"


# ---- closing


def closing(desk: Desk, **act: Any) -> list[Json]:
    """Opens two modals that ask to be told, closes; the `view_closed` payloads."""
    row = actions(button(), {"type": "datepicker", "action_id": "day"})
    view = desk.open(modal(text_input(), row, notify_on_close=True))
    body = {"response_action": "push", "view": modal(text_input(), row, notify_on_close=True)}
    answer = submit(desk, view, Reply(body=body), about={"note": "x"})
    desk.run(desk.acts.close_view(MAYA, view_id=str(answer.view_id), **act))
    return [e.payload for e in desk.app.heard if e.payload.get("type") == "view_closed"]


def test_cancel_closes_one_modal_and_tells_it(desk: Desk) -> None:
    [closed] = closing(desk)
    top = desk.workspace.top_modal(MAYA)
    assert top is not None
    assert closed["is_cleared"] is False
    assert closed["view"]["id"] != top.id
    assert list(closed["view"]["state"]["values"]) == ["row"]


def test_the_cross_closes_all_and_names_the_root(desk: Desk) -> None:
    [closed] = closing(desk, whole_stack=True)
    assert closed["is_cleared"] is True
    assert closed["view"]["id"] == closed["view"]["root_view_id"]
    assert desk.workspace.modal_stack(MAYA) == []


def test_a_modal_that_did_not_ask_is_closed_silently(desk: Desk) -> None:
    view = desk.open(modal())
    heard = len(desk.app.heard)
    desk.run(desk.acts.close_view(MAYA, view_id=view["id"]))
    assert len(desk.app.heard) == heard


# ---- shortcuts


def test_shortcuts_bring_their_callback(desk: Desk) -> None:
    desk.workspace.app.shortcuts = [
        Shortcut(name="Start", type="global", callback_id="start"),
        Shortcut(name="Keep", type="message", callback_id="keep"),
    ]
    ts = desk.post()
    desk.run(desk.acts.global_shortcut(MAYA, callback_id="start"))
    assert payload(desk)["type"] == "shortcut"
    assert "channel" not in payload(desk)
    work = desk.acts.message_shortcut(MAYA, callback_id="keep", channel_id=NORTHWIND, ts=ts)
    desk.run(work)
    assert payload(desk)["type"] == "message_action"
    assert (payload(desk)["message_ts"], payload(desk)["callback_id"]) == (ts, "keep")
    with pytest.raises(CannotAct):
        desk.run(desk.acts.global_shortcut(MAYA, callback_id="keep"))


def test_people_act_only_where_they_can_see(desk: Desk) -> None:
    dm = desk.call("chat.postMessage", channel=MAYA, text="x", blocks=[actions(button())])
    with pytest.raises(CannotAct):
        desk.run(
            desk.acts.click_message(PRIYA, channel_id=dm["channel"], ts=dm["ts"], action_id="go")
        )
