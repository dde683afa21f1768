"""Every id a view can emit has a listener, and every listener's id is emitted somewhere."""

import ast
from pathlib import Path

import pytest

from bot.flows import asked as asked_module
from bot.flows.answers import Done
from bot.flows.asked import MORE, Kind
from bot.flows.listeners import CommandWords, Listener, Listeners, ShortcutWords
from bot.flows.registration import all_listeners
from bot.views.ids import ActionId, CommandId, MoreChoice, ShortcutId, ViewId

VIEWS = Path(asked_module.__file__).parent.parent / "views"
STAND_INS = {ActionId.MORE, ActionId.RETRY_COMMAND}
"""Read as what they stand for before a listener is looked up."""
READ_ONLY_VIEWS = {
    ViewId.DEBRIEF_ALL,
    ViewId.BRIEF_STEPS,
    ViewId.GATE,
    ViewId.PASTED,
    ViewId.STATUS,
    ViewId.MANAGED,
    ViewId.PEOPLE_LIST,
    ViewId.UNDELIVERED,
    ViewId.WHOLE,
    ViewId.RED_FLAGS,
    ViewId.VERSIONS,
    ViewId.COPIED,
    ViewId.LEDGER,
    ViewId.PROMISE_HISTORY,
    ViewId.SUCCESS_PLAN,
    ViewId.PLAN_TEXT,
    ViewId.PROBLEM,
}
"""Modals without a submit button."""


def used_in_views(enum_name: str) -> set[str]:
    """Members of an id enum that the view modules mention (ids.py itself left out)."""
    found = set()
    for module in VIEWS.rglob("*.py"):
        if module.name == "ids.py":
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == enum_name
            ):
                found.add(node.attr)
    return found


def test_every_action_shown_has_a_listener() -> None:
    listeners = all_listeners()
    for action in ActionId:
        if action not in STAND_INS:
            assert listeners.of(Kind.ACTION, action) is not None, action


def test_every_action_listened_to_is_shown_somewhere() -> None:
    shown = {ActionId[name] for name in used_in_views("ActionId")}
    shown |= {MORE[MoreChoice[name]] for name in used_in_views("MoreChoice")}
    listened = {ActionId(name) for name in all_listeners().names(Kind.ACTION)}
    assert listened <= shown


def test_every_menu_entry_stands_for_an_action_with_a_listener() -> None:
    listeners = all_listeners()
    assert set(MORE) == set(MoreChoice)
    for action in MORE.values():
        assert listeners.of(Kind.ACTION, action) is not None


def test_every_form_that_can_be_submitted_has_a_listener_and_no_other() -> None:
    submitted = {ViewId(name) for name in all_listeners().names(Kind.SUBMISSION)}
    assert submitted == set(ViewId) - READ_ONLY_VIEWS


def test_every_command_has_a_listener_with_words_for_the_manifest() -> None:
    listeners = all_listeners()
    for command in CommandId:
        listener = listeners.of(Kind.COMMAND, command)
        assert listener is not None
        assert isinstance(listener.words, CommandWords)
        assert listener.words.description


def test_every_shortcut_has_a_listener_with_words_for_the_manifest() -> None:
    listeners = all_listeners()
    assert listeners.names(Kind.SHORTCUT) == sorted(ShortcutId)
    for shortcut in ShortcutId:
        listener = listeners.of(Kind.SHORTCUT, shortcut)
        assert listener is not None
        assert isinstance(listener.words, ShortcutWords)
        assert listener.words.description


def test_every_listener_is_supplied_with_exactly_what_it_asks_for() -> None:
    def stranger(asked: object, unit: object, actor: object, logger: object) -> Done:
        return Done()

    with pytest.raises(ValueError, match="nobody supplies"):
        Listeners().add(Listener(Kind.ACTION, "x", stranger, writes=False))


def test_a_second_listener_for_one_id_is_refused() -> None:
    def first(asked: object, unit: object, actor: object) -> Done:
        return Done()

    listeners = Listeners()
    listeners.opens("x", first)
    with pytest.raises(ValueError, match="already"):
        listeners.acts("x", first)
