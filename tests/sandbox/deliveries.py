"""One of everything that the sandbox delivers, as the app gets it."""

import asyncio
from typing import Any

from bot.sandbox.deliver import Envelope, Kind, Reply
from bot.sandbox.events import EVENTS
from bot.sandbox.workspace import Channel, Shortcut
from tests.sandbox.desk import (
    ADA,
    BOT,
    GENERAL,
    JONAS,
    LARKFIELD,
    MAYA,
    NORTHWIND,
    SAM,
    THEO,
    Desk,
    Json,
    actions,
    button,
    modal,
    plain,
)
from tests.sandbox.later_blocks import every_later_block

PRIVATE, GROUP = "C0PRIVATE1", "G0GROUP001"


def option(value: str) -> Json:
    return {"text": plain(value), "value": value}


ELEMENTS: dict[str, tuple[Json, Any]] = {
    "static_select": ({"options": [option("a"), option("b")], "initial_option": option("a")}, "b"),
    "multi_static_select": ({"options": [option("a"), option("b")]}, ["a", "b"]),
    "users_select": ({"initial_user": MAYA}, JONAS),
    "multi_users_select": ({}, [MAYA, JONAS]),
    "conversations_select": ({}, NORTHWIND),
    "multi_conversations_select": ({}, [NORTHWIND]),
    "channels_select": ({}, NORTHWIND),
    "multi_channels_select": ({}, [NORTHWIND]),
    "datepicker": ({"initial_date": "2026-03-03"}, "2026-03-04"),
    "timepicker": ({"placeholder": plain("When")}, "09:30"),
    "datetimepicker": ({}, 1_774_000_000),
    "radio_buttons": ({"options": [option("a"), option("b")]}, "b"),
    "checkboxes": ({"options": [option("a"), option("b")]}, ["a"]),
}
"""Each with what it carries and what is chosen in it."""
TYPED: dict[str, tuple[Json, Any]] = {
    "plain_text_input": ({}, "words"),
    "rich_text_input": ({}, "some *bold* words"),
    "number_input": ({"is_decimal_allowed": True}, "2.5"),
    "email_text_input": ({}, "maya@meridian-works.example"),
    "url_text_input": ({}, "https://meridian.example"),
}


def _question(kind: str, more: Json, *, told: bool = False) -> Json:
    return {
        "type": "input",
        "block_id": f"b_{kind}",
        "label": plain(kind),
        "optional": True,
        "dispatch_action": told,
        "element": {"type": kind, "action_id": kind, **more},
    }


def _form() -> Json:
    asked = {**ELEMENTS, **TYPED}
    return modal(
        *(_question(kind, more, told=True) for kind, (more, _) in asked.items()),
        actions(
            button(value="v"), {"type": "overflow", "action_id": "m", "options": [option("x")]}
        ),
        notify_on_close=True,
    )


def everything() -> list[Envelope]:
    """Plays all acts, and gives all that was delivered."""
    desk = Desk()
    try:
        _be_ready(desk)
        _commands_and_shortcuts(desk)
        _clicks_in_messages(desk)
        _menus(desk)
        _views(desk)
        _events(desk)
        desk.run(_until_quiet(desk))
        return list(desk.app.heard)
    finally:
        desk.close()


def _be_ready(desk: Desk) -> None:
    app, workspace = desk.workspace.app, desk.workspace
    app.bot_events = list(EVENTS)
    app.shortcuts = [
        Shortcut(name="Start", type="global", callback_id="start"),
        Shortcut(name="Keep", type="message", callback_id="keep"),
    ]
    everybody = [BOT, MAYA, THEO, ADA]
    workspace.add_channel(
        Channel(
            id=PRIVATE, name="private", creator=ADA, created=0, members=everybody, is_private=True
        )
    )
    workspace.add_channel(
        Channel(
            id=GROUP,
            name="mpdm-maya--theo-1",
            creator=MAYA,
            created=0,
            members=list(everybody),
            is_private=True,
            is_mpim=True,
        )
    )


async def _until_quiet(desk: Desk) -> None:
    """What the app's own calls caused is told a moment later."""
    heard = -1
    while heard != len(desk.app.heard):
        heard = len(desk.app.heard)
        for _ in range(20):
            await asyncio.sleep(0)


def _commands_and_shortcuts(desk: Desk) -> None:
    acts, dm = desk.acts, desk.workspace.open_app_dm(MAYA).id
    for channel in (NORTHWIND, PRIVATE, dm):
        desk.run(acts.slash(MAYA, command="/handoff", text="x", channel_id=channel))
    desk.run(acts.global_shortcut(MAYA, callback_id="start"))
    ts = desk.post(blocks=[{"type": "divider"}])
    shortcut = acts.message_shortcut(MAYA, callback_id="keep", channel_id=NORTHWIND, ts=ts)
    desk.run(shortcut)


def _menus(desk: Desk) -> None:
    """Menus that the app fills, in a message and in a modal."""
    menu = {"type": "external_select", "action_id": "menu", "min_query_length": 1}
    many = {"type": "multi_external_select", "action_id": "menus", "initial_options": [option("a")]}
    ts = desk.post(blocks=[actions(menu)])
    section = {"type": "section", "text": plain("x"), "block_id": "s", "accessory": many}
    view_id = desk.open(modal(actions(menu), section))["id"]
    here = {"channel_id": NORTHWIND, "ts": ts}
    for place in (here, {"view_id": view_id}):
        desk.app.answers.append(Reply(body={"options": [option("north"), option("south")]}))
        asked = desk.acts.suggest(MAYA, action_id="menu", value="n", **place)
        assert len(desk.run(asked).options) == 2
    desk.run(desk.acts.click_message(MAYA, **here, action_id="menu", chosen="north"))
    desk.run(desk.acts.click_view(MAYA, view_id=view_id, action_id="menu", chosen="south"))
    desk.run(desk.acts.click_view(MAYA, view_id=view_id, action_id="menus", chosen=["a"]))
    desk.run(desk.acts.close_view(MAYA, view_id=view_id))


def _clicks_in_messages(desk: Desk) -> None:
    here = [kind for kind in ELEMENTS if not kind.startswith("multi_")]
    blocks = [
        actions({"type": kind, "action_id": kind, **ELEMENTS[kind][0]}, block_id=f"b_{kind}")
        for kind in here
    ]
    menu = {"type": "overflow", "action_id": "m", "options": [option("x")]}
    row = actions(button(value="v", style="primary"), menu)
    parent = desk.post()
    for more in ({}, {"thread_ts": parent}):
        ts = desk.post(blocks=[*blocks, row], **more)
        for kind in here:
            _click(desk, ts, kind, ELEMENTS[kind][1])
        _click(desk, ts, "m", "x")
        _click(desk, ts, "go", None)
    ts = desk.post(blocks=[block for block in every_later_block() if block["type"] != "alert"])
    for action_id, chosen in (("feedback", "good"), ("bin", None), ("open", None)):
        _click(desk, ts, action_id, chosen)
    whispered = desk.call(
        "chat.postEphemeral", channel=NORTHWIND, user=MAYA, text="x", blocks=[row]
    )
    _click(desk, whispered["message_ts"], "go", None)


def _click(desk: Desk, ts: str, action_id: str, chosen: Any) -> None:
    act = desk.acts.click_message(
        MAYA, channel_id=NORTHWIND, ts=ts, action_id=action_id, chosen=chosen
    )
    desk.run(act)


def _views(desk: Desk) -> None:
    form = _form()
    view_id = desk.open(form)["id"]
    values = {f"b_{kind}": {kind: value} for kind, (_, value) in {**ELEMENTS, **TYPED}.items()}
    for kind, (_, chosen) in {**ELEMENTS, **TYPED}.items():
        desk.run(desk.acts.click_view(MAYA, view_id=view_id, action_id=kind, chosen=chosen))
    desk.run(desk.acts.click_view(MAYA, view_id=view_id, action_id="go"))
    pushed = desk.call("views.push", trigger_id=desk.app.heard[-1].payload["trigger_id"], view=form)
    assert pushed["ok"], pushed
    desk.run(desk.acts.submit_view(MAYA, view_id=pushed["view"]["id"], values=values))
    desk.run(desk.acts.close_view(MAYA, view_id=view_id))
    _files_in_a_form(desk)
    home = {"type": "home", "blocks": [*form["blocks"]], "private_metadata": "m"}
    desk.run(desk.acts.open_home(MAYA))
    assert desk.call("views.publish", user_id=MAYA, view=home)["ok"]
    desk.run(desk.acts.open_home(MAYA))
    desk.run(desk.acts.open_home(MAYA, tab="messages"))
    desk.run(desk.acts.click_home(MAYA, action_id="go"))
    desk.run(desk.acts.click_home(MAYA, action_id="users_select", chosen=JONAS))


def _files_in_a_form(desk: Desk) -> None:
    """The form goes to the app with a file, and with the one that may be left out empty."""
    asked = [_question("file_input", {"filetypes": ["csv"]})]
    view_id = desk.open(modal(*asked))["id"]
    desk.run(desk.acts.submit_view(MAYA, view_id=view_id))
    view_id = desk.open(modal(*asked))["id"]
    values: dict[str, Any] = {"b_file_input": {"file_input": [_brought(desk)]}}
    desk.run(desk.acts.submit_view(MAYA, view_id=view_id, values=values))


def _brought(desk: Desk) -> str:
    return desk.run(desk.acts.upload_file(MAYA, name="a.csv", content_base64="YSxi"))


def _events(desk: Desk) -> None:
    acts, run = desk.acts, desk.run
    dm = desk.workspace.open_app_dm(MAYA).id
    for channel in (NORTHWIND, PRIVATE, GROUP, dm):
        run(acts.post_message(MAYA, channel_id=channel, text=f"hello <@{BOT}>"))
        ts = next(reversed(desk.workspace.channels[channel].messages))
        run(acts.post_message(MAYA, channel_id=channel, text="a reply", thread_ts=ts))
        for more in ({}, {"thread_ts": ts}):
            mention = f"see <@{BOT}>"
            files = [_brought(desk)]
            run(acts.post_message(MAYA, channel_id=channel, text=mention, files=files, **more))
        run(acts.react(MAYA, channel_id=channel, ts=ts, name="eyes"))
        run(acts.unreact(MAYA, channel_id=channel, ts=ts, name="eyes"))
        run(acts.edit_message(MAYA, channel_id=channel, ts=ts, text="hello again"))
        run(acts.delete_message(MAYA, channel_id=channel, ts=ts))
        own = desk.post(channel, metadata={"event_type": "t", "event_payload": {"k": 1}})
        desk.post(channel, thread_ts=own, text="in a thread")
        desk.call("chat.update", channel=channel, ts=own, text="other words")
        desk.call("chat.delete", channel=channel, ts=own)
    kept = desk.post()
    desk.call("pins.add", channel=NORTHWIND, timestamp=kept)
    desk.call("pins.remove", channel=NORTHWIND, timestamp=kept)
    _upload(desk)
    run(acts.join(JONAS, channel_id=NORTHWIND))
    run(acts.invite(MAYA, channel_id=NORTHWIND, invited=[ADA]))
    run(acts.leave(SAM, channel_id=NORTHWIND))
    for channel in (LARKFIELD, PRIVATE):
        run(acts.archive(THEO, channel_id=channel))
        run(acts.unarchive(THEO, channel_id=channel))
        run(acts.share(THEO, channel_id=channel))
        run(acts.unshare(THEO, channel_id=channel))
    moved = run(acts.change_channel_id(MAYA, channel_id=NORTHWIND))
    for channel in (moved, PRIVATE):
        run(acts.delete_channel(ADA, channel_id=channel))
    run(acts.edit_user(JONAS, title="Team Lead"))
    run(acts.edit_user(SAM, deleted=True))
    run(acts.post_message(MAYA, channel_id=GENERAL, text="unheard"))
    run(_until_quiet(desk))
    run(acts.uninstall(ADA))


def _upload(desk: Desk) -> None:
    begun = desk.call("files.getUploadURLExternal", filename="a.csv", length=3)
    path = str(begun["upload_url"]).removeprefix("http://127.0.0.1:9")
    desk.run(desk.request(path, headers={"content-length": "3"}, body=b"a,b"))
    done = desk.call(
        "files.completeUploadExternal", files=[{"id": begun["file_id"]}], channel_id=NORTHWIND
    )
    assert done["ok"], done


def name_of(envelope: Envelope) -> str:
    """The kind of a delivery, in the words that a reader of the types would look for."""
    payload = envelope.payload
    match envelope.kind:
        case Kind.COMMAND:
            return "command"
        case Kind.EVENT:
            event = payload["event"]
            return f"event {event['type']} {event.get('subtype', '')}".strip()
        case _:
            return str(payload["type"])
