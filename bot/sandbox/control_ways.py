"""The ways into the control API, each with what it takes: routes and document are made of these."""

from typing import TYPE_CHECKING, Final

from bot.sandbox.control_doc import Way, act_schema, schema_of
from bot.sandbox.fault_plan import PostRate, Rule
from bot.sandbox.faults import Fault
from bot.sandbox.workspace import Json

if TYPE_CHECKING:
    from bot.sandbox.control import Control

ACTS: Final[frozenset[str]] = frozenset(
    {
        "slash",
        "global_shortcut",
        "message_shortcut",
        "click_message",
        "click_view",
        "click_home",
        "suggest",
        "keep_typed",
        "submit_view",
        "close_view",
        "open_home",
        "open_dm",
        "upload_file",
        "post_message",
        "edit_message",
        "delete_message",
        "react",
        "unreact",
        "join",
        "leave",
        "invite",
        "remove_member",
        "archive",
        "unarchive",
        "share",
        "unshare",
        "change_channel_id",
        "delete_channel",
        "revoke_tokens",
        "uninstall",
        "install",
        "edit_user",
    }
)

DISCONNECTS: Final = ("warning", "refresh_requested", "link_disabled")
MOST_WAIT_SECONDS: Final = 30.0
MOST_RECORDS: Final = 5_000


def ways_in(control: "Control") -> list[Way]:
    """Every way in, told beside its endpoint."""
    return [
        Way(verb="GET", path="/control/clock", endpoint=control.read_clock, open=True),
        Way(
            verb="POST",
            path="/control/clock",
            endpoint=control.move_clock,
            body=lambda: _fields(advance_seconds={"type": "number", "exclusiveMinimum": 0}),
            refusals=(400,),
        ),
        Way(
            verb="POST",
            path="/control/act",
            endpoint=control.act,
            body=lambda: {"oneOf": _acts(control)},
            answer=_fields(ok={"const": True}, answer={}),
            refusals=(400, 409),
        ),
        Way(
            verb="POST",
            path="/control/faults",
            endpoint=control.set_faults,
            body=lambda: schema_of(Fault),
            refusals=(400,),
        ),
        Way(
            verb="POST",
            path="/control/fault-plan",
            endpoint=control.follow_plan,
            body=lambda: {
                "type": "object",
                "properties": {
                    "seed": {"type": "integer"},
                    "rules": {"type": "array", "items": schema_of(Rule)},
                    "posts": schema_of(PostRate),
                },
                "additionalProperties": False,
            },
            refusals=(400,),
        ),
        Way(verb="GET", path="/control/fault-plan", endpoint=control.plan),
        Way(
            verb="POST",
            path="/control/rates",
            endpoint=control.rates,
            body=lambda: _fields(on={"type": "boolean"}),
            refusals=(400,),
        ),
        Way(
            verb="GET",
            path="/control/record",
            endpoint=control.record,
            query={
                "after": "The number of the last write that is known.",
                "most": f"How many to answer, at most {MOST_RECORDS}.",
            },
            answer=_fields(accepted={"type": "array"}, of={"type": "integer"}),
            refusals=(400,),
        ),
        Way(
            verb="POST",
            path="/control/disconnect",
            endpoint=control.disconnect,
            body=lambda: {
                "type": "object",
                "properties": {"reason": {"enum": list(DISCONNECTS)}},
                "additionalProperties": False,
            },
            refusals=(400, 409),
        ),
        Way(verb="GET", path="/control/state", endpoint=control.state),
        Way(verb="GET", path="/control/directory", endpoint=control.directory),
        Way(
            verb="GET",
            path="/control/screen",
            endpoint=control.screen,
            query={"user": "Whose screen, by id."},
            refusals=(404,),
        ),
        Way(
            verb="GET",
            path="/control/messages",
            endpoint=control.messages,
            query={
                "user": "Who looks, by id.",
                "channel": "The conversation's id.",
                "thread": "The ts of a message, for it and its replies.",
            },
            answer=_fields(messages={"type": "array"}),
            refusals=(404,),
        ),
        Way(
            verb="GET",
            path="/control/changes",
            endpoint=control.changes,
            query={
                "after": "The version that is known.",
                "timeout": f"Seconds to wait for another, at most {MOST_WAIT_SECONDS:.0f}.",
            },
            answer=_fields(version={"type": "integer"}),
            refusals=(400,),
        ),
        Way(verb="GET", path="/control/app", endpoint=control.app),
    ]


def _acts(control: "Control") -> list[Json]:
    return [act_schema(name, getattr(control.acts, name)) for name in sorted(ACTS)]


def _fields(**properties: Json) -> Json:
    """An object with all of these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
