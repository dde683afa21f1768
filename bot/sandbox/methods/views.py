"""views.*: modals by trigger id, Home tabs by user id."""

from typing import Any

from bot.sandbox.blockkit import BlocksRefused, Surface
from bot.sandbox.methods.call import Call, Method, Refused, bad_argument
from bot.sandbox.payloads import view_json
from bot.sandbox.rates import Tier
from bot.sandbox.screen import (
    FILES_SCOPE,
    accept_view,
    open_modal,
    publish_home,
    push_modal,
    replace_view,
)
from bot.sandbox.triggers import RightRefused
from bot.sandbox.workspace import Json, OpenView


def _accepted(
    call: Call, surface: Surface, *, instead_of: OpenView | None = None
) -> dict[str, Any]:
    view = call.data("view")
    try:
        return accept_view(call.workspace, view, surface, instead_of=instead_of)
    except BlocksRefused as refusal:
        if refusal.error == "missing_scope":
            call.need_scope(FILES_SCOPE)
        raise Refused(refusal.error, messages=refusal.messages) from refusal


def _by_trigger(call: Call, *, push: bool) -> Json:
    if not call.has("trigger_id"):
        raise bad_argument("trigger_id", "missing required field: trigger_id")
    try:
        trigger = call.server.triggers.look_at(call.text("trigger_id"))
    except RightRefused as refusal:
        raise Refused(refusal.error) from refusal
    if push and trigger.view_id is None:
        raise Refused("not_found")
    view = _accepted(call, Surface.MODAL)
    try:
        if push:
            shown = push_modal(call.workspace, view, trigger.user)
        else:
            shown = open_modal(call.workspace, view, trigger)
    except BlocksRefused as refusal:
        raise Refused(refusal.error) from refusal
    trigger.used = True
    return {"view": view_json(call.workspace, shown)}


def views_open(call: Call) -> Json:
    return _by_trigger(call, push=False)


def views_push(call: Call) -> Json:
    return _by_trigger(call, push=True)


def _must_be_latest(call: Call, shown: OpenView | None) -> None:
    if call.has("hash") and (shown is None or call.text("hash") != shown.hash):
        raise Refused("hash_conflict")


def views_update(call: Call) -> Json:
    if call.has("view_id") == call.has("external_id"):
        raise bad_argument("view_id", "exactly one of view_id and external_id is required")
    if call.has("view_id"):
        shown = call.workspace.find_view(call.text("view_id"))
    else:
        shown = call.workspace.find_external(call.text("external_id"))
    if shown is None:
        raise Refused("not_found")
    _must_be_latest(call, shown)
    replace_view(call.workspace, shown, _accepted(call, Surface(shown.type), instead_of=shown))
    return {"view": view_json(call.workspace, shown)}


def views_publish(call: Call) -> Json:
    workspace = call.workspace
    if not workspace.app.home_tab_enabled:
        raise Refused("not_enabled")
    user = workspace.users.get(call.text("user_id"))
    if user is None or user.is_bot:
        raise bad_argument("user_id", "must be the id of a person")
    home = workspace.homes.get(user.id)
    _must_be_latest(call, home)
    view = _accepted(call, Surface.HOME, instead_of=home)
    return {"view": view_json(workspace, publish_home(workspace, view, user.id))}


METHODS = (
    Method(
        name="views.open",
        handler=views_open,
        arguments=frozenset({"view", "trigger_id"}),
        not_done=frozenset({"interactivity_pointer"}),
        required=("view",),
        tier=Tier.FOUR,
    ),
    Method(
        name="views.push",
        handler=views_push,
        arguments=frozenset({"view", "trigger_id"}),
        not_done=frozenset({"interactivity_pointer"}),
        required=("view",),
        tier=Tier.FOUR,
    ),
    Method(
        name="views.update",
        handler=views_update,
        arguments=frozenset({"view", "view_id", "external_id", "hash"}),
        required=("view",),
        tier=Tier.FOUR,
    ),
    Method(
        name="views.publish",
        handler=views_publish,
        arguments=frozenset({"view", "user_id", "hash"}),
        required=("view", "user_id"),
        tier=Tier.FOUR,
    ),
)
