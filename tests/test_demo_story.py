"""The story that the demo tells, held against the ids of the bot and the people of the demo."""

import re

from bot.demo import DEAL_CHANNEL, MAYA, STORY
from bot.sandbox.story import Condition, Story, check_cast, conditions_in, load_story, place_named
from bot.sandbox.workspace_file import default_workspace
from bot.views.ids import ActionId, CommandId, Field, ViewId


def told() -> Story:
    return load_story(STORY)


def test_every_id_in_the_story_is_one_of_the_bots() -> None:
    acts = [act for step in told().steps for act in step.do]
    done = [
        one
        for step in told().steps
        if isinstance(step.done, Condition)
        for one in conditions_in(step.done)
    ]
    shown = [one.message or one.home for one in done]
    actions = {act.press.action_id for act in acts if act.press}
    actions |= {one.pressed.action_id for one in done if one.pressed}
    actions |= {one.action_id for one in shown if one and one.action_id}
    views = {one.submitted.callback_id for one in done if one.submitted}
    views |= {one.modal.callback_id for one in done if one.modal and one.modal.callback_id}
    views |= {act.form for act in acts if act.form}
    commands = {act.command.split()[0] for act in acts if act.command}
    commands |= {one.command.command for one in done if one.command}
    fields = {name for act in acts for name in act.example or ()}
    assert actions <= set(ActionId)
    assert views <= set(ViewId)
    assert commands <= set(CommandId)
    assert fields <= set(Field)


def test_everybody_in_the_story_is_in_the_demo_and_it_begins_where_the_demo_leads() -> None:
    workspace = default_workspace()
    check_cast(told(), workspace)
    first = told().steps[0]
    assert workspace.users[MAYA].name == first.as_
    channel = place_named(workspace, first.place)
    assert channel is not None
    assert channel.id == DEAL_CHANNEL


def test_the_story_says_what_to_look_at_after_every_step_and_shouts_nowhere() -> None:
    for step in told().steps:
        assert step.look, step.id
        for words in (step.title, step.say, step.look):
            assert not re.search(r"!|[A-Z]{4}", words), step.id
            assert words[-1] in ".?" or words == step.title, step.id
