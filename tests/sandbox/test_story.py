"""A story: how it is read, what it finds done, and what it does for a visitor."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.sandbox.clock import SandboxClock
from bot.sandbox.deliver import Kind, Reply
from bot.sandbox.page_seat import Seat
from bot.sandbox.page_story import Stories
from bot.sandbox.persistence import dump, load
from bot.sandbox.story import BadStory, Story, check_cast, parse_story
from bot.sandbox.story_acts import StoryActs
from bot.sandbox.story_progress import HeardDelivery, Progress
from bot.sandbox.view_state import CannotAct, Values
from tests.sandbox.desk import (
    ADA,
    JONAS,
    MAYA,
    NORTHWIND,
    Desk,
    Json,
    actions,
    button,
    modal,
    text_input,
)

DEAL = "#deal-northwind"
PRESSED: Json = {"pressed": {"by": "maya", "action_id": "go"}}


def step(done: Any = PRESSED, *do: Json, **more: Any) -> Json:
    told = {"id": "one", "title": "T", "as": "maya", "place": DEAL, "say": "S"}
    return {**told, "done": done, "do": list(do), **more}


def story(*steps: Json) -> Story:
    numbered = [{**one, "id": f"step{number}"} for number, one in enumerate(steps)]
    return parse_story({"title": "A story", "steps": numbered})


def passed(desk: Desk, done: Any) -> bool:
    found = Progress(story(step(done)), desk.workspace).passed == 1
    # Each condition is asked for by itself here, though all have the id of a first step.
    desk.workspace.story_done.clear()
    return found


def heard(desk: Desk) -> None:
    """Lets the workspace hear what its people do, as the server does where it has a story."""
    desk.acts._delivery = HeardDelivery(desk.app, desk.workspace)


# ---- reading


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"title": "T", "steps": []}, "steps"),
        ({"title": "T", "steps": [step({})]}, "exactly one thing"),
        ({"title": "T", "steps": [step({**PRESSED, "message": {"in": DEAL}})]}, "exactly one"),
        ({"title": "T", "steps": [step(), step()]}, "an id of its own"),
        ({"title": "T", "steps": [{**step(), "colour": "red"}]}, "colour"),
        ({"title": "T", "steps": [step(PRESSED, {"fill": {}})]}, "named by its callback id"),
        ({"title": "T", "steps": [step(PRESSED, {"fill": {"a": "b"}}, {"close": True})]}, "last"),
        ({"title": "T", "steps": [step("seen", {"close": True})]}, "only looked at"),
        ({"title": "T", "steps": [step("some day")]}, "done"),
    ],
)
def test_what_is_wrong_in_a_story_is_said_and_where(told: Json, sentence: str) -> None:
    with pytest.raises(BadStory, match=sentence):
        parse_story(told)


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (step(**{"as": "nobody"}), "nobody called nobody"),
        (step(place="#nowhere"), "no channel #nowhere"),
        (step({"message": {"in": "@nobody"}}), "nobody called nobody"),
        (step({"any": [PRESSED, {"modal": {"for": "who"}}]}), "nobody called who"),
        (step(PRESSED, {"fill": {"csm": {"user": "whom"}}}), "nobody called whom"),
        (step(PRESSED, {"write": {"in": "#void", "text": "hi"}}), "no channel #void"),
    ],
)
def test_a_story_names_only_who_and_what_is_there(desk: Desk, one: Json, sentence: str) -> None:
    with pytest.raises(BadStory, match=sentence):
        check_cast(story(one), desk.workspace)


# ---- what is found done


def test_a_message_is_found_by_place_words_button_event_and_reaction(desk: Desk) -> None:
    wanted: dict[str, Json] = {
        "says": {"in": DEAL, "says": "handoff of"},
        "action_id": {"in": DEAL, "action_id": "go"},
        "event_type": {"in": DEAL, "event_type": "posted"},
        "by": {"in": DEAL, "by": "jonas"},
        "reaction": {"in": DEAL, "reaction": "eyes"},
        "dm": {"in": "@jonas", "says": "for you"},
    }

    def found() -> set[str]:
        return {name for name, one in wanted.items() if passed(desk, {"message": one})}

    assert found() == set()
    ts = desk.post(
        text="The handoff of a deal",
        blocks=[actions(button("go"))],
        metadata={"event_type": "posted", "event_payload": {}},
    )
    assert found() == {"says", "action_id", "event_type"}
    desk.call("chat.postMessage", channel=JONAS, text="for you")
    assert found() == {"says", "action_id", "event_type", "dm"}
    desk.run(desk.acts.join(JONAS, channel_id=NORTHWIND))
    desk.run(desk.acts.post_message(JONAS, channel_id=NORTHWIND, text="hello"))
    desk.run(desk.acts.react(JONAS, channel_id=NORTHWIND, ts=ts, name="eyes"))
    assert found() == set(wanted)


def test_a_modal_and_the_home_tab_are_found(desk: Desk) -> None:
    shown = {"modal": {"for": "maya", "callback_id": "test_modal", "title": "Tit", "says": "About"}}
    home = {"home": {"for": "maya", "action_id": "go"}}
    assert not passed(desk, shown)
    desk.open(modal())
    assert passed(desk, shown)
    assert not passed(desk, {"modal": {"for": "maya", "callback_id": "another"}})
    assert not passed(desk, home)
    view = {"type": "home", "blocks": [actions(button("go"))]}
    desk.call("views.publish", user_id=MAYA, view=view)
    assert passed(desk, home)


def test_what_people_did_counts_once_the_app_took_it(desk: Desk) -> None:
    heard(desk)
    sent = {"submitted": {"by": "maya", "callback_id": "test_modal"}}
    view = desk.open(modal())
    assert passed(desk, {"command": {"by": "maya", "command": "/handoff"}})
    errors = {"response_action": "errors", "errors": {"about": "No."}}
    desk.app.answers.append(Reply(body=errors))
    typed: Values = {"about": {"note": "words"}}
    desk.run(desk.acts.submit_view(MAYA, view_id=view["id"], values=typed))
    assert not passed(desk, sent)
    desk.run(desk.acts.submit_view(MAYA, view_id=view["id"], values=typed))
    assert passed(desk, sent)
    ts = desk.post(blocks=[actions(button("go"))])
    desk.run(desk.acts.click_message(MAYA, channel_id=NORTHWIND, ts=ts, action_id="go"))
    assert passed(desk, PRESSED)
    assert not passed(desk, {"pressed": {"by": "jonas", "action_id": "go"}})


def test_a_later_step_takes_those_before_it_along_and_a_closed_modal_stays_done(desk: Desk) -> None:
    told = story(
        step({"modal": {"for": "maya"}}),
        step({"message": {"in": DEAL, "says": "never said"}}),
        step({"all": [{"message": {"in": DEAL, "says": "one"}}, {"modal": {"for": "maya"}}]}),
        step("seen"),
    )
    progress = Progress(told, desk.workspace)
    assert progress.passed == 0
    view = desk.open(modal())
    assert progress.passed == 1
    desk.run(desk.acts.close_view(MAYA, view_id=view["id"]))
    assert progress.passed == 1
    desk.post(text="one")
    # Its two halves need not be true at the same moment.
    assert progress.passed == 3
    assert progress.step is told.steps[3]
    progress.note_done(told.steps[3])
    assert progress.step is None


def test_how_far_a_story_is_survives_a_restart(desk: Desk) -> None:
    told = story(step({"modal": {"for": "maya"}}), step())
    heard(desk)
    desk.open(modal())
    assert Progress(told, desk.workspace).passed == 1
    again = load(json.loads(json.dumps(dump(desk.workspace))))
    again.modals.clear()
    assert Progress(told, again).passed == 1
    assert Progress(story(step({"command": {"by": "maya", "command": "/handoff"}})), again).passed


# ---- doing it


def do(desk: Desk, one: Json) -> None:
    desk.run(StoryActs(desk.workspace, desk.acts).do(story(one).steps[0]))


def test_a_form_is_filled_first_and_sent_by_the_next_press(desk: Desk) -> None:
    day = {"type": "datepicker", "action_id": "day"}
    who = {"type": "users_select", "action_id": "who"}
    moment = {"type": "datetimepicker", "action_id": "moment"}
    rows = [
        {
            "type": "input",
            "block_id": name,
            "label": {"type": "plain_text", "text": name},
            "element": element,
        }
        for name, element in (("day", day), ("who", who), ("moment", moment))
    ]
    view = desk.open(modal(text_input(), *rows))
    example = {
        "note": "An example",
        "day": {"days": 2},
        "who": {"user": "jonas"},
        "moment": {"hours": -1},
    }
    one = step(PRESSED, {"fill": example})
    acts = StoryActs(desk.workspace, desk.acts)
    assert not acts.is_filled(story(one).steps[0])
    before = len(desk.app.heard)
    do(desk, one)
    assert acts.is_filled(story(one).steps[0])
    assert len(desk.app.heard) == before
    do(desk, one)
    sent = desk.app.heard[-1].payload["view"]["state"]["values"]
    assert sent["about"]["note"]["value"] == "An example"
    assert sent["who"]["who"]["selected_user"] == JONAS
    assert len(sent["day"]["day"]["selected_date"]) == 10
    assert sent["moment"]["moment"]["selected_date_time"] % 300 == 0
    assert desk.workspace.find_view(view["id"]) is None


def test_commands_presses_words_reactions_and_the_clock_are_done_as_the_person(desk: Desk) -> None:
    option = {"text": {"type": "plain_text", "text": "Second"}, "value": "2"}
    more = {"type": "overflow", "action_id": "more", "options": [{**option, "value": "1"}, option]}
    desk.post(text="a parent")
    desk.post(text="the message", blocks=[actions(button("go"), more)])
    began = desk.workspace.clock.offset_seconds
    do(
        desk,
        step(
            PRESSED,
            {"command": "/handoff help"},
            {"press": {"action_id": "go"}},
            {"press": {"action_id": "more", "option": "Second"}},
            {"react": {"in": DEAL, "says": "a parent", "name": "eyes"}},
            {"write": {"in": DEAL, "text": "hi @jonas", "thread": "a parent"}},
            {"forward": {"hours": 2}},
        ),
    )
    command, go, chosen = (envelope.payload for envelope in desk.app.heard[:3])
    assert (command["command"], command["text"], command["user_id"]) == ("/handoff", "help", MAYA)
    assert go["actions"][0]["action_id"] == "go"
    assert chosen["actions"][0]["selected_option"]["value"] == "1"
    parent, *_ = desk.workspace.channels[NORTHWIND].messages.values()
    assert parent.reactions[0].users == [MAYA]
    (reply,) = desk.workspace.channels[NORTHWIND].threads[parent.ts]
    assert desk.workspace.channels[NORTHWIND].messages[reply].text == f"hi <@{JONAS}>"
    assert desk.workspace.clock.offset_seconds == began + 7200


def test_an_act_waits_for_what_the_app_brings_a_moment_later(desk: Desk) -> None:
    acts = StoryActs(desk.workspace, desk.acts)
    wanted = story(step(PRESSED, {"press": {"action_id": "go"}})).steps[0]

    async def both() -> None:
        doing = asyncio.ensure_future(acts.do(wanted))
        await asyncio.sleep(0)
        await desk.acall(
            "chat.postMessage", channel=NORTHWIND, text="x", blocks=[actions(button("go"))]
        )
        await doing

    desk.run(both())
    assert desk.app.heard[-1].payload["actions"][0]["action_id"] == "go"


def test_a_story_is_told_on_when_who_and_what_it_names_is_gone(desk: Desk) -> None:
    there = {"message": {"in": DEAL, "says": "hello"}}
    told = story(step(there, {"command": "/handoff"}), step())
    stories = Stories(told, desk.workspace, StoryActs(desk.workspace, desk.acts))
    jonas = Seat(user=desk.workspace.users[JONAS], place="app")
    desk.run(desk.acts.delete_channel(ADA, channel_id=NORTHWIND))
    with pytest.raises(CannotAct, match="#deal-northwind is gone"):
        desk.run(stories.do("step0"))
    desk.run(desk.acts.edit_user(MAYA, deleted=True))
    assert stories.panel(jonas).who == "Maya Ferrant"
    assert stories.made_of(jonas)
    stories.skip("step0")
    assert stories.panel(jonas).passed


def test_what_does_not_come_is_named(desk: Desk) -> None:
    desk.ticker.seconds = 0.0
    acts = StoryActs(desk.workspace, desk.acts)
    wanted = story(step(PRESSED, {"press": {"action_id": "go"}})).steps[0]

    async def wait_in_vain() -> None:
        doing = asyncio.ensure_future(acts.do(wanted))
        await asyncio.sleep(0)
        desk.ticker.seconds += 60
        desk.workspace.touch()
        await doing

    with pytest.raises(CannotAct, match="“go” is not there"):
        desk.run(wait_in_vain())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("title: [", "not readable as YAML"), ("title: T\nsteps: []", "steps")],
)
def test_the_command_says_what_is_wrong_in_a_story(
    tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "story.yml"
    path.write_text(content)
    result = CliRunner().invoke(app, ["sandbox", "--story", str(path)], terminal_width=300)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.replace("│", " ").split())


def test_the_button_waits_for_what_follows_from_its_acts(desk: Desk) -> None:
    told = story(step({"message": {"in": DEAL, "says": "done"}}, {"command": "/handoff"}))
    stories = Stories(told, desk.workspace, StoryActs(desk.workspace, desk.acts))

    async def press() -> None:
        pressed = asyncio.ensure_future(stories.do("step0"))
        early, _ = await asyncio.wait([pressed], timeout=0.05)
        assert not early
        await desk.acall("chat.postMessage", channel=NORTHWIND, text="done")
        await asyncio.wait_for(pressed, 5)

    desk.run(press())
    assert stories.progress.step is None
    # A press on a page that shows what was next before does nothing.
    desk.run(stories.do("step0"))
    assert len([one for one in desk.app.heard if one.kind is Kind.COMMAND]) == 1


def test_a_working_day_is_counted_over_the_weekend_by_the_persons_own_clock(desk: Desk) -> None:
    friday = datetime(2026, 12, 4, 14, 30, tzinfo=UTC)
    clock = desk.workspace.clock = SandboxClock(real=friday.timestamp)
    berlin = ZoneInfo(desk.workspace.users[MAYA].tz)
    for workdays, day in ((1, 7), (1, 8), (5, 15)):
        do(desk, step(PRESSED, {"forward": {"to": {"workdays": workdays, "at": "09:05"}}}))
        assert clock.now() == datetime(2026, 12, day, 9, 5, tzinfo=berlin)
