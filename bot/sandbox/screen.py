"""What the app may do to a person's screen: open, push, replace and publish views."""

from collections.abc import Iterable
from typing import Any, Final

from bot.sandbox.blockkit import BlocksRefused, Surface, check_view
from bot.sandbox.file_acts import files_in, take_back
from bot.sandbox.limits import VIEW_STACK
from bot.sandbox.triggers import Trigger
from bot.sandbox.view_state import (
    FILE_INPUT,
    carry_over,
    elements_of,
    fill_ids,
    initial_state,
)
from bot.sandbox.workspace import Json, OpenView, Workspace

FILES_SCOPE: Final = "files:read"
"""What an app needs to ask for files in a modal."""


def _hash(workspace: Workspace) -> str:
    number = workspace.new_id("")
    return f"{int(workspace.clock.timestamp())}.{number}"


def accept_view(
    workspace: Workspace, view: Any, surface: Surface, *, instead_of: OpenView | None = None
) -> Json:
    """A checked view with every id filled in; raises BlocksRefused."""
    check_view(view, surface)
    checked: Json = view
    external_id = checked.get("external_id")
    if external_id:
        holder = workspace.find_external(external_id)
        if holder is not None and holder is not instead_of:
            raise BlocksRefused("duplicate_external_id", [])
    fill_ids(checked["blocks"], workspace.new_id)
    asks_for_files = any(e["type"] == FILE_INPUT for _, e in elements_of(checked["blocks"]))
    if asks_for_files and FILES_SCOPE not in workspace.app.bot_scopes:
        raise BlocksRefused("missing_scope", [f"[ERROR] file_input needs the scope {FILES_SCOPE}"])
    return checked


def open_modal(workspace: Workspace, view: Json, trigger: Trigger) -> OpenView:
    """Shows a modal; from inside a modal it goes on top, otherwise it replaces what was open."""
    stack = workspace.modal_stack(trigger.user)
    inside = any(open_view.id == trigger.view_id for open_view in stack)
    if inside:
        return push_modal(workspace, view, trigger.user)
    close_views(workspace, trigger.user, [open_view.id for open_view in stack])
    return _show(workspace, view, trigger.user)


def close_views(workspace: Workspace, user: str, ids: Iterable[str]) -> None:
    """Takes modals off the screen, and with them the files that were not sent."""
    gone = set(ids)
    brought = [
        file_id
        for view in workspace.modal_stack(user)
        if view.id in gone
        for file_id in files_in(view.state)
    ]
    workspace.drop_views(user, gone)
    take_back(workspace, user, brought)


def push_modal(workspace: Workspace, view: Json, user: str) -> OpenView:
    """Puts a modal on top of the open ones; BlocksRefused for a fourth or without any."""
    stack = workspace.modal_stack(user)
    if not stack:
        raise BlocksRefused("not_found", [])
    if len(stack) >= VIEW_STACK:
        raise BlocksRefused("push_limit_reached", [])
    return _show(workspace, view, user)


def replace_view(workspace: Workspace, open_view: OpenView, view: Json) -> None:
    """Gives an open view new content; inputs that keep both their ids keep what was typed."""
    brought = files_in(open_view.state)
    open_view.view = view
    open_view.state = carry_over(open_view.state, view["blocks"])
    take_back(workspace, open_view.user, set(brought) - set(files_in(open_view.state)))
    open_view.errors = {}
    open_view.hash = _hash(workspace)
    workspace.view_changed(open_view)


def publish_home(workspace: Workspace, view: Json, user: str) -> OpenView:
    """A Home tab keeps its view id for as long as the person exists."""
    home = workspace.homes.get(user)
    if home is not None:
        replace_view(workspace, home, view)
        return home
    view_id = workspace.new_id("V")
    home = OpenView(
        id=view_id,
        user=user,
        type="home",
        view=view,
        hash=_hash(workspace),
        root_view_id=view_id,
        state=initial_state(view["blocks"]),
    )
    workspace.set_home(home)
    return home


def _show(workspace: Workspace, view: Json, user: str) -> OpenView:
    stack = workspace.modal_stack(user)
    view_id = workspace.new_id("V")
    shown = OpenView(
        id=view_id,
        user=user,
        type="modal",
        view=view,
        hash=_hash(workspace),
        root_view_id=stack[0].id if stack else view_id,
        previous_view_id=stack[-1].id if stack else None,
        state=initial_state(view["blocks"]),
    )
    workspace.put_on_stack(shown)
    return shown
