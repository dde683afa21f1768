"""The app as it is built, behind bodies that Slack never sends: refused, never an error of ours."""

import copy
import itertools
import json
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
import structlog
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.domain.notices import NoticeKind
from bot.flows.asked import Kind
from bot.flows.registration import all_listeners
from bot.logs import _Libraries
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.tables import outbox
from bot.views.payload import Ref
from bot.web.app import Health, build_web
from tests.builders import FakeMachine, assigned, make_store, make_team, signed
from tests.flows.app import App
from tests.flows.slack import DEAL, Json, SlackByHand, Whispers, account
from tests.web.asgi import request
from tests.web.test_app import FORM, JSON, SECRET, sign, well

CANARY = "Northwind pays in seven instalments"
AE, CSM = "UAE", "UCSM"
MESSAGE = {"type": "message", "channel": DEAL, "ts": "1.1"}
WRITTEN: Json = {
    "user": CSM,
    "text": "",
    "ts": "1772540000.000200",
    "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"{CANARY} <@{AE}>"}},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": CANARY}, {"type": "user", "user_id": AE}],
                }
            ],
        },
    ],
}
HEARD: Json = {"user": AE, "channel": "D0AE", "channel_type": "im"}
"""Said to the bot alone."""
SAID: Json = {"text": CANARY, "ts": "1772620000.000002", "thread_ts": "1772620000.000000"}
EVENTS: Mapping[str, Json] = {
    "app_home_opened": {"user": AE, "tab": "home", "channel": "D0AE"},
    "channel_shared": {"channel": DEAL},
    "channel_unshared": {"channel": DEAL, "is_ext_shared": False},
    "channel_archive": {"channel": DEAL},
    "channel_unarchive": {"channel": DEAL},
    "group_archive": {"channel": DEAL},
    "channel_left": {"channel": DEAL},
    "group_left": {"channel": DEAL},
    "channel_deleted": {"channel": DEAL},
    "group_deleted": {"channel": DEAL},
    "group_unarchive": {"channel": DEAL},
    "member_joined_channel": {"user": "U0BOT", "channel": DEAL},
    "member_left_channel": {"user": "U0GUEST", "channel": {"id": DEAL}},
    "channel_id_changed": {"old_channel_id": "C0OLD", "new_channel_id": "C0NEW"},
    "message": {**HEARD, "text": CANARY, "ts": "1772620000.000001"},
    # In the thread of a chat, whose place is filled in once it was opened.
    "said": {**SAID, "type": "message", **HEARD},
    "reworded": {"type": "message", "subtype": "message_changed", **HEARD, "message": SAID},
    "deleted": {
        "type": "message",
        "subtype": "message_deleted",
        **HEARD,
        "deleted_ts": SAID["ts"],
        "previous_message": SAID,
    },
    "reaction_added": {"user": AE, "reaction": "white_check_mark", "item": MESSAGE},
    "reaction_removed": {"user": AE, "reaction": "white_check_mark", "item": MESSAGE},
    "user_change": {"user": {**account(CSM), "profile": {"real_name": CANARY}}},
}


def chat_at(app: App, handoff: Ref, *, channel: str, ts: str) -> None:
    """The AE answers the debrief in a chat whose thread stands there."""
    app.press(AE, "open_debrief_chat", handoff, channel=channel)
    with app.store.database.writing() as connection:
        root = outbox.c.kind == NoticeKind.CHAT_OPENED.value
        stands = {"state": "sent", "ts": ts, "sent_channel": channel}
        connection.execute(update(outbox).where(root).values(**stands))
        connection.commit()


class Door:
    """The Slack endpoint with the whole app behind it, and everything that is logged."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.web = build_web(
            health=Health(alive=well, ready=well),
            bolt=app.bolt,
            signing_secret=SECRET,
            threads=2,
        )
        self.number = itertools.count(1)
        self.bodies = self._bodies()

    def knock(self, sent: bytes, kind: str, *, signature: str | None = None, age: int = 0) -> int:
        """The status of the answer; fails where the log quotes what was sent."""
        timestamp = str(int(time.time()) - age)
        headers = {
            "content-type": kind,
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": sign(timestamp, sent) if signature is None else signature,
        }
        with structlog.testing.capture_logs() as logs:
            reply = request(self.web, "POST", "/slack/events", body=sent, headers=headers)
        assert "Northwind" not in str(logs)
        return reply.status

    def again(self, name: str) -> Json:
        """A genuine delivery, under a key that was not used before."""
        body, number = copy.deepcopy(self.bodies[name]), next(self.number)
        for part in (body, *body.get("actions", ()), body.get("view") or {}):
            for key in ("trigger_id", "action_ts", "hash", "event_id"):
                if key in part:
                    part[key] = f"{key}-{number}"
        return body

    def _bodies(self) -> dict[str, Json]:
        app, handoff = self.app, Ref(handoff=assigned(self.app.store, self.app.team))
        other = Ref(handoff=signed(app.store, app.team))
        start = app.modal(app.command(AE, "new")).type(account=CANARY, value="48,000", csm=CSM)
        brief = app.modal(app.press(AE, "write_brief", other)).type(trigger=CANARY)
        cancel = app.modal(app.press(AE, "open_cancel", other)).type(reason=CANARY)
        signature = app.modal(app.press(AE, "open_signature", other))
        whole = brief, Ref(handoff=other.handoff, thing="why", revision=0)
        bodies = {
            "command": app.command_body(AE, CANARY),
            "new": app.command_body(AE, "new"),
            "status": app.command_body(AE, name="/handoff-status"),
            "acknowledge": app.press_body(CSM, "acknowledge", app.shown(handoff.handoff or 0)),
            "write": app.press_body(AE, "write_brief", other),
            "post": app.press_body(AE, "status_post", Ref()),
            "retry": app.press_body(AE, "retry_command", Ref(thing="/handoff", words=CANARY)),
            "steps": app.press_body(AE, "brief_all_steps", whole[1], modal=brief),
            "shortcut": app.shortcut_body(AE, WRITTEN),
            "start": app.submit_body(AE, start),
            "brief": app.submit_body(AE, brief, previous="V1"),
            "cancel": app.submit_body(AE, cancel),
            "signature": app.submit_body(AE, signature),
        }
        more = app.press_body(AE, "more", "")
        chosen = {"value": Ref(handoff=handoff.handoff, thing="snooze").dump()}
        more["actions"][0] |= {"type": "overflow", "selected_option": chosen}
        chat_at(app, handoff, channel=HEARD["channel"], ts=SAID["thread_ts"])
        events = {name: app.event_body(**{"type": name, **EVENTS[name]}) for name in EVENTS}
        return {**bodies, "more": more, **events}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    url = f"sqlite:///{tmp_path_factory.mktemp('door') / 'handoff.db'}"
    database = open_database(url)
    migrate(database)
    database.close()
    machine = FakeMachine()
    store = make_store(url, machine=machine)
    libraries = _Libraries()
    logging.getLogger().addHandler(libraries)
    with Whispers().listening() as whispers:
        yield Door(App(store, make_team(store), SlackByHand(), whispers, machine))
    logging.getLogger().removeHandler(libraries)
    store.close()


def wire(body: Any, *, as_json: bool) -> tuple[bytes, str]:
    """As Slack sends it: events as JSON, commands as a form, all else as a form around JSON."""
    if as_json:
        return json.dumps(body).encode(), JSON
    if isinstance(body, dict) and "command" in body:
        return urlencode(body, errors="surrogatepass").encode(), FORM
    return urlencode({"payload": json.dumps(body)}).encode(), FORM


# --- Genuine ones, from which the others are made

OF_PEOPLE = (
    *("command", "new", "status", "acknowledge", "write", "post", "retry", "steps", "more"),
    *("shortcut", "start", "brief", "cancel", "signature"),
)
NAMES = (*OF_PEOPLE, *EVENTS)


def test_every_body_the_others_are_made_of_is_taken(door: Door) -> None:
    assert set(NAMES) == set(door.bodies)
    heard = {said.get("type", name) for name, said in EVENTS.items()}
    assert heard == set(all_listeners().names(Kind.EVENT))
    for name in NAMES:
        assert door.knock(*wire(door.again(name), as_json=name in EVENTS)) == 200, name


# --- Not from Slack

HEX = st.text("0123456789abcdef", min_size=64, max_size=64).map("v0={}".format)


@settings(deadline=None, max_examples=100)
@given(
    name=st.sampled_from(NAMES),
    signature=st.one_of(HEX, st.sampled_from(["", "v0=", "v0"]), st.text("v0=abc", max_size=80)),
)
def test_a_forged_body_is_never_accepted(door: Door, name: str, signature: str) -> None:
    before = door.app.rows()
    sent, kind = wire(door.again(name), as_json=name in EVENTS)
    assert door.knock(sent, kind, signature=signature) == 401
    assert door.app.rows() == before


@pytest.mark.parametrize("name", NAMES)
def test_a_stale_body_or_one_changed_after_it_was_signed_is_never_accepted(
    door: Door, name: str
) -> None:
    before = door.app.rows()
    sent, kind = wire(door.again(name), as_json=name in EVENTS)
    for age in (400, -400, 10**9):
        assert door.knock(sent, kind, age=age) == 401
    for changed in (sent[:-1], sent + b" ", sent.replace(b"T100", b"T200")):
        assert door.knock(changed, kind, signature=sign(str(int(time.time())), sent)) == 401
    assert door.app.rows() == before


# --- Signed, but of a shape that Slack never sends


def refused(status: int) -> bool:
    return 400 <= status < 500


VALUES = st.one_of(
    st.none() | st.booleans() | st.integers() | st.floats(),
    st.sampled_from(["", CANARY, CANARY + "\ud800", CANARY + "\0", "9" * 400, "{", "http://["]),
    st.sampled_from([[], {}, [[]], [{}], [CANARY], {"id": 5}, {"id": CANARY}, {CANARY: CANARY}]),
)
KEYS = [
    *("type", "team", "user", "payload", "event", "view", "actions", "channel", "container"),
    *("authorizations", "enterprise", "message", "callback_id", "action_id", "state"),
]


@settings(deadline=None, max_examples=300)
@example(body=b'{"event":{"user":false},"type":""}', kind=JSON, wrapped=False)
@example(body=b'{"type": "block_actions", "actions": []}', kind=FORM, wrapped=True)
@example(body=b'{"type": "view_submission", "view": {"callback_id": 5}}', kind=FORM, wrapped=True)
@example(body=b'{"x": "&command=y&z="}', kind=FORM, wrapped=False)
@example(body=b"[" * 100_000, kind=JSON, wrapped=False)
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            VALUES,
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner)
            ),
            max_leaves=10,
        ).map(lambda value: json.dumps(value).encode()),
    ),
    kind=st.sampled_from([JSON, FORM, "text/plain", "application/json; charset=x"]),
    wrapped=st.booleans(),
)
def test_a_random_body_is_refused(door: Door, body: bytes, kind: str, wrapped: bool) -> None:
    before = door.app.rows()
    sent = urlencode({"payload": body}).encode() if wrapped and kind == FORM else body
    assert refused(door.knock(sent, kind))
    assert door.app.rows() == before


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("command", "new", "status")]
)
def test_a_truncated_body_is_refused(door: Door, name: str) -> None:
    before, whole = door.app.rows(), json.dumps(door.again(name))
    for length in range(0, len(whole), max(1, len(whole) // 60)):
        if name in EVENTS:
            assert refused(door.knock(whole[:length].encode(), JSON))
        else:
            sent = urlencode({"payload": whole[:length]}).encode()
            assert refused(door.knock(sent, FORM))
    assert door.app.rows() == before


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every part of a body, as what holds it and under which name or number."""
    held = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in list(held):
        yield value, name
        if isinstance(part, dict | list):
            yield from places(part)


CHANGE = st.tuples(st.integers(0, 10_000), st.booleans(), VALUES)


@pytest.mark.slow
@settings(deadline=None, max_examples=1500)
@given(name=st.sampled_from(NAMES), changes=st.lists(CHANGE, min_size=1, max_size=3))
def test_a_body_with_parts_missing_or_of_another_kind_is_never_an_error_of_ours(
    door: Door, name: str, changes: list[tuple[int, bool, Any]]
) -> None:
    body = door.again(name)
    for where, dropped, value in changes:
        found = list(places(body))
        holder, part = found[where % len(found)] if found else (body, "type")
        if dropped and found:
            del holder[part]
        else:
            holder[part] = copy.deepcopy(value)
    assert door.knock(*wire(body, as_json=name in EVENTS)) in (200, 400, 404)


WRONG_TEXTS: tuple[Any, ...] = (None, 5, [], {}, "\ud800", "a\0b")


@pytest.mark.parametrize("name", OF_PEOPLE)
def test_a_part_that_must_be_a_text_and_is_none_is_no_error_of_ours(door: Door, name: str) -> None:
    for part in ("action_id", "callback_id", "id", "hash", "value", "trigger_id", "command"):
        for wrong in WRONG_TEXTS:
            body = door.again(name)
            for holder, known in list(places(body)):
                if known == part:
                    holder[known] = wrong
            assert door.knock(*wire(body, as_json=False)) in (200, 400, 404), (part, wrong)


def test_a_button_without_an_action_or_an_id_and_a_form_without_its_name_are_refused(
    door: Door,
) -> None:
    button, form = door.again("acknowledge"), door.again("start")
    nameless = copy.deepcopy(button)
    del nameless["actions"][0]["action_id"]
    for body in (
        {**button, "actions": []},
        {**button, "actions": [{**button["actions"][0], "action_id": 5}]},
        nameless,
        {**form, "view": {**form["view"], "callback_id": ["start"]}},
        {**form, "view": {**form["view"], "id": "\ud800"}},
    ):
        assert door.knock(*wire(body, as_json=False)) == 400


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("channel_id_changed", {"new_channel_id": None}),
        ("channel_id_changed", {"old_channel_id": {"id": DEAL}}),
        ("user_change", {"user": {"id": CSM, "profile": [CANARY]}}),
        ("user_change", {"user": {"profile": {}}}),
        ("member_joined_channel", {"user": ["U0BOT"]}),
        ("channel_shared", {"channel": 5}),
        ("channel_shared", {"channel": "C\0"}),
        ("app_home_opened", {"user": None}),
        ("message", {"channel": None}),
        ("message", {"channel": {"id": "D0AE"}}),
        ("message", {"user": 5}),
    ],
)
def test_a_malformed_event_is_refused_and_not_asked_for_again(
    door: Door, name: str, wrong: Json
) -> None:
    before, body = door.app.rows(), door.again(name)
    body["event"] |= wrong
    assert door.knock(*wire(body, as_json=True)) == 400
    assert door.app.rows() == before


@pytest.mark.parametrize("name", ["message", "said", "reworded", "deleted"])
@pytest.mark.parametrize("part", ["text", "ts", "thread_ts", "subtype", "message", "files"])
def test_a_message_with_parts_of_another_kind_is_no_error_of_ours(
    door: Door, name: str, part: str
) -> None:
    for wrong in (*WRONG_TEXTS, True, [CANARY], {"ts": 5, "thread_ts": []}):
        body = door.again(name)
        body["event"][part] = wrong
        for held in ("message", "previous_message"):
            if isinstance(body["event"].get(held), dict):
                body["event"][held] = {**body["event"][held], part: wrong}
        assert door.knock(*wire(body, as_json=True)) in (200, 400), wrong


def test_an_event_without_an_id_of_its_own_is_refused(door: Door) -> None:
    broken: list[Json] = [{"event_id": 5}, {"event_id": None}, {"authorizations": [5]}]
    for wrong in broken:
        body = {**door.again("channel_shared"), **wrong}
        assert door.knock(*wire(body, as_json=True)) == 400


@pytest.mark.parametrize("team_id", [2**63, -1, True, ["T1"], {"id": "T1"}])
def test_an_event_for_what_is_no_workspace_is_none_of_ours(door: Door, team_id: object) -> None:
    body = door.again("channel_shared")
    body["authorizations"] = [{"team_id": team_id}]
    assert door.knock(*wire(body, as_json=True)) in (400, 404)
