"""When the database, Slack or this program itself fails: a sentence, a way on, and nothing kept."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import IncompleteRead, RemoteDisconnected
from json import JSONDecodeError
from typing import Any, NoReturn

import pytest
from slack_bolt import BoltContext, BoltResponse
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.flows.listeners import Listeners
from bot.flows.registration import all_listeners
from bot.storage.engine import Database
from bot.views.payload import Ref
from tests.builders import assigned, signed
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import Json, account
from tests.unwritable import full, look_again, read_only

AE, CSM = "UAE", "UCSM"
ELSEWHERE = "C0ELSEWHERE"
SECRET = "Northwind pays in seven instalments"


@pytest.fixture
def impatient(open_app: Callable[..., App]) -> App:
    """The app with so little patience that a test need not have any."""
    return open_app(wait_seconds=0.2)


def brief(app: App, handoff_id: int) -> Modal:
    return app.modal(app.press(AE, "write_brief", Ref(handoff=handoff_id)))


def press_again(app: App, user: str, refused: Reply) -> Reply:
    """Press *Try again* beside a refusal."""
    (again,) = refused.buttons
    assert again["text"]["text"] == "Try again"
    return app.press(user, again["action_id"], again["value"])


# --- The database is busy


def test_a_button_pressed_while_others_write_for_long_can_be_pressed_again(impatient: App) -> None:
    app = impatient
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        body = app.press_body(CSM, "acknowledge", app.shown(handoff_id))
        refused = elsewhere(app, body)
    assert (refused.status, refused.body) == (200, {})
    assert "nothing was kept" in refused.sentence
    assert "brief.acknowledged" not in app.events(handoff_id)

    press_again(app, CSM, refused)
    assert app.events(handoff_id)[-1] == "brief.acknowledged"


def test_a_form_submitted_while_others_write_for_long_stays_open_as_typed(impatient: App) -> None:
    app = impatient
    handoff_id = signed(app.store, app.team)
    form = brief(app, handoff_id).type(trigger=SECRET)
    body = app.submit_body(AE, form)
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        refused = elsewhere(app, body)
    assert list(refused.errors) == [form.block_of("trigger")]
    assert "Try again" in refused.sentence
    # Slack leaves the form as it is; pressing its button again sends the same view once more.
    assert app.deliver(body).body["response_action"] == "update"
    assert app.events(handoff_id)[-1] == "brief.saved"


def test_an_event_while_others_write_for_long_is_asked_for_again(impatient: App) -> None:
    app = impatient
    body = app.event_body(type="app_home_opened", user=AE, tab="messages", channel="D0AE")
    handoff_id = signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        # Holds what the event wants to write, on a database that locks row by row.
        unit.received.claim(f"event:{body['event_id']}")
        refused = elsewhere(app, body)
    assert refused.status == 500
    assert app.deliver(body).status == 200
    assert len(app.rows()["outbox"]) >= 1


def elsewhere(app: App, body: Json) -> Reply:
    """Deliver from another thread, as every delivery comes."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(app.deliver, body).result(20.0)


# --- The database is broken


@pytest.fixture
def broken(app: App) -> Callable[[], None]:
    """Take a table away that every act needs, as a failed disk or migration would."""

    def take_away() -> None:
        with app.store.database.writers.connect() as connection, connection.begin():
            connection.execute(text("DROP TABLE received"))

    return take_away


def test_a_broken_database_is_told_in_a_sentence_and_fails_events_only(
    app: App, broken: Callable[[], None]
) -> None:
    handoff_id = assigned(app.store, app.team)
    form = brief(app, handoff_id).type(trigger=SECRET)
    broken()
    with capture_logs() as logs:
        pressed = app.press(CSM, "acknowledge", app.shown(handoff_id))
        submitted = app.submit(AE, form)
        told = app.deliver(app.event_body(type="app_home_opened", user=AE, tab="home"))
    assert [pressed.status, submitted.status, told.status] == [200, 200, 500]
    assert "Try again" in pressed.sentence
    assert list(submitted.errors) == [form.block_of("trigger")]
    assert SECRET not in str(logs)
    assert app.events(handoff_id)[-1] == "csm.assigned"


def test_a_database_that_is_gone_is_told_in_a_sentence_wherever_somebody_asks(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = brief(app, handoff_id).type(trigger=SECRET)
    replies, seen = {}, app.shown(handoff_id)
    with gone(app):
        replies["command"] = app.command(AE)
        replies["status"] = app.command(AE, name="/handoff-status")
        replies["open"] = app.press(AE, "write_brief", Ref(handoff=handoff_id))
        replies["act"] = app.press(CSM, "acknowledge", seen)
        replies["form"] = app.submit(AE, form)
        told = app.deliver(app.event_body(type="app_home_opened", user=AE, tab="home"))
    for name, reply in replies.items():
        assert reply.status == 200, name
        assert "database does not answer" in reply.sentence, name
    assert told.status == 500
    for name in ("status", "open", "act"):
        (again,) = replies[name].buttons
        pressed = app.press(CSM if name == "act" else AE, again["action_id"], again["value"])
        assert "does not answer" not in str(pressed), name
    assert app.events(handoff_id)[-1] == "brief.acknowledged"


@contextmanager
def gone(app: App) -> Iterator[None]:
    """No transaction can be begun for as long as the block lasts."""

    def refuse(_: object) -> None:
        raise OperationalError("begin", None, ConnectionError("no route to the database"))

    engines = (app.store.database.readers, app.store.database.writers)
    for engine in engines:
        event.listen(engine, "begin", refuse, insert=True)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "begin", refuse)
            # A connection that was refused so late has begun all the same.
            engine.dispose()


# --- The disk is full, or the database may only be read


LONG = SECRET * 80
"""As much as one field of a form takes: more than any page of the file has left."""


@pytest.mark.parametrize(
    ("trouble", "words"),
    [(full, "the disk of the bot is full"), (read_only, "may only be read at the moment")],
    ids=["full", "read only"],
)
def test_a_form_that_cannot_be_saved_says_why_and_stays_as_typed_until_it_can(
    app: App, trouble: Callable[[Database], Any], words: str
) -> None:
    handoff_id = assigned(app.store, app.team)
    form = brief(app, handoff_id).type(trigger=LONG)
    body, before = app.submit_body(AE, form), app.rows()
    with capture_logs() as logs, trouble(app.store.database):
        refused = app.deliver(body)
        looked = app.command(AE, name="/handoff-status")
        assert app.rows() == before
    assert list(refused.errors) == [form.block_of("trigger")]
    for part in (words, "nothing was changed", "Tell an admin", "try again"):
        assert part in refused.sentence
    assert looked.status == 200
    assert "could not be saved" not in str(looked), "who only looks is answered"
    assert SECRET not in str(logs)
    look_again(app.store.database)
    assert app.deliver(body).body["response_action"] == "update"
    assert app.events(handoff_id)[-1] == "brief.saved"


def test_a_button_that_cannot_be_acted_on_offers_to_try_again_and_events_come_again(
    app: App,
) -> None:
    handoff_id = assigned(app.store, app.team)
    seen, before = app.shown(handoff_id), app.rows()
    opened = app.event_body(type="app_home_opened", user=AE, tab="home")
    with read_only(app.store.database):
        refused = app.press(CSM, "acknowledge", seen)
        assert app.deliver(opened).status == 500
        assert app.rows() == before
    assert "may only be read" in refused.sentence
    look_again(app.store.database)
    press_again(app, CSM, refused)
    assert app.events(handoff_id)[-1] == "brief.acknowledged"
    assert app.deliver(opened).status == 200


# --- Slack does not answer


@pytest.mark.parametrize(
    ("ask", "shown"),
    [
        (lambda app, one: app.command(AE), "start"),
        (lambda app, one: app.press(AE, "write_brief", Ref(handoff=one)), "brief"),
        (lambda app, one: app.press(AE, "preview_message", Ref(handoff=one)), "preview"),
        (lambda app, one: app.press(AE, "start_another"), "start"),
    ],
    ids=["command", "brief", "preview", "start another"],
)
def test_a_form_slack_did_not_open_in_time_opens_by_trying_again(
    app: App, ask: Callable[[App, int], Reply], shown: str
) -> None:
    handoff_id = 0 if shown == "start" else signed(app.store, app.team)
    app.slack.silent = {"views.open"}
    refused = ask(app, handoff_id)
    assert refused.status == 200
    assert "Slack did not answer in time" in refused.sentence
    app.slack.silent = set()
    assert app.modal(press_again(app, AE, refused)).callback_id == shown


def test_an_act_whose_view_slack_did_not_show_stands_and_is_not_called_failed(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    form = brief(app, handoff_id).type(trigger=SECRET)
    app.slack.silent = {"views.update", "views.push", "views.open"}
    ref = Ref(handoff=handoff_id, thing="success", revision=0)
    reply = app.press(AE, "brief_all_steps", ref, modal=form)
    assert (reply.status, reply.whispered) == (200, [])
    assert app.events(handoff_id)[-1] == "brief.saved"


BAD_ENDS = [
    pytest.param(IncompleteRead(b'{"ok": true'), id="cut off"),
    pytest.param(JSONDecodeError("Expecting value", "<html>", 0), id="no JSON"),
    pytest.param(RemoteDisconnected("closed"), id="hung up"),
]


@pytest.mark.parametrize("end", [*BAD_ENDS, pytest.param(KeyError("view"), id="unforeseen")])
def test_an_act_stands_however_badly_showing_its_view_ends(app: App, end: Exception) -> None:
    handoff_id = signed(app.store, app.team)
    form = brief(app, handoff_id).type(trigger=SECRET)
    app.slack.ends = dict.fromkeys(("views.update", "views.push", "views.open"), end)
    ref = Ref(handoff=handoff_id, thing="why", revision=0)
    with capture_logs() as logs:
        reply = app.press(AE, "brief_all_steps", ref, modal=form)
    assert (reply.status, reply.body, reply.whispered, reply.opened) == (200, {}, [], [])
    assert app.events(handoff_id)[-1] == "brief.saved"
    assert [one["event"] for one in logs] == ["view not shown"]
    assert SECRET not in str(logs)


def test_an_undo_stands_where_its_message_cannot_be_taken_away(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    app.press(CSM, "acknowledge", app.shown(handoff_id))
    body = app.press_body(CSM, "undo_acknowledge", Ref(handoff=handoff_id))
    body |= {"container": {"is_ephemeral": True}, "response_url": "https://[nowhere/"}
    reply = app.deliver(body)
    assert (reply.status, reply.body) == (200, {})
    assert app.events(handoff_id)[-1] == "acknowledgement.undone"


@pytest.mark.parametrize("end", BAD_ENDS)
@pytest.mark.parametrize("method", ["views.open", "conversations.info", "users.info"])
def test_a_call_that_ends_badly_before_anything_is_kept_says_that_slack_is_silent(
    app: App, method: str, end: Exception
) -> None:
    app.slack.users["U0NEW"] = account("U0NEW")
    app.slack.channels[ELSEWHERE] = {"id": ELSEWHERE, "name": "deal", "is_member": True}
    app.slack.ends = {method: end}
    before = app.rows()
    reply = app.command("U0NEW", channel=ELSEWHERE)
    assert "Slack did not answer in time" in reply.sentence
    assert app.rows() == before


@pytest.mark.parametrize("hook", ["views.open", "https://[nowhere/", "nowhere"])
def test_a_refusal_slack_did_not_show_is_no_error_either(app: App, hook: str) -> None:
    handoff_id = assigned(app.store, app.team)
    body = app.press_body(AE, "acknowledge", app.shown(handoff_id))
    if hook == "views.open":
        del body["response_url"]
    else:
        body["response_url"] = hook
    app.slack.ends = {"views.open": IncompleteRead(b"")}
    with capture_logs() as logs:
        assert app.deliver(body).status == 200
    assert [one["event"] for one in logs] == ["refusal not shown"]


# --- This program fails


class Bug(Exception):
    """Something nobody thought of; its message quotes what a person wrote."""


@pytest.fixture
def buggy() -> Listeners:
    """All listeners, of which some fail after they have written."""
    listeners = all_listeners()

    def fail(asked: object) -> NoReturn:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise Bug(SECRET) from error

    for key, listener in list(listeners.by_key.items()):
        listeners.by_key[key] = type(listener)(
            listener.kind,
            listener.name,
            fail,
            writes=listener.writes,
        )
    return listeners


def test_an_unexpected_error_shows_a_reference_that_leads_to_its_traceback(
    app: App, open_app: Callable[..., App], buggy: Listeners
) -> None:
    handoff_id = signed(app.store, app.team)
    form = brief(app, handoff_id).type(trigger=SECRET)
    failing = App(app.store, app.team, app.slack, app.whispers, app.machine, buggy)
    before = app.rows()
    with capture_logs() as logs:
        replies = [
            failing.command(AE, SECRET),
            failing.press(AE, "write_brief", Ref(handoff=handoff_id)),
            failing.press(AE, "brief_all_steps", Ref(handoff=handoff_id), modal=form),
            failing.submit(AE, form),
        ]
        told = failing.deliver(failing.event_body(type="app_home_opened", user=AE, tab="home"))
    assert [one.status for one in replies] == [200, 200, 200, 200]
    assert told.status == 500
    assert app.rows() == before
    assert list(replies[-1].errors) == [form.block_of("trigger")]
    assert len(logs) == 5
    for reply, line in zip(replies, logs, strict=False):
        assert line["reference"] in reply.sentence
        assert 4 <= len(line["reference"]) <= 8
    for line in logs:
        assert "test_failures.py" in line["traceback"]
        assert "Bug" in line["traceback"]
        assert "ValueError" in line["traceback"]
    assert SECRET not in str(logs)


def test_trying_again_after_an_unexpected_error_works_once_it_is_gone(
    app: App, buggy: Listeners
) -> None:
    handoff_id = assigned(app.store, app.team)
    failing = App(app.store, app.team, app.slack, app.whispers, app.machine, buggy)
    refused = failing.press(CSM, "acknowledge", failing.shown(handoff_id))
    press_again(app, CSM, refused)
    assert app.events(handoff_id)[-1] == "brief.acknowledged"

    asked = failing.command(AE, '"' * 3000)
    assert "not something /handoff knows" in press_again(app, AE, asked).sentence


def test_an_error_before_any_listener_is_logged_without_the_body(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
        raise Bug(SECRET)

    app.bolt.use(fail)
    with capture_logs() as logs:
        told = app.deliver(app.command_body(AE, SECRET))
        happened = app.deliver(app.event_body(type="channel_archive", channel="C0DEAL"))
    # Only an event comes again, so only an event may ask for that.
    assert (told.status, happened.status) == (400, 500)
    assert [one["event"] for one in logs] == ["request failed outside of a listener"] * 2
    assert SECRET not in str(logs)
    assert SECRET not in caplog.text


@pytest.mark.parametrize("missing", ["actions", "user", "view"], ids=lambda name: f"without {name}")
def test_a_delivery_that_lacks_what_slack_always_sends_is_refused_unread(
    app: App, missing: str
) -> None:
    handoff_id = signed(app.store, app.team)
    bodies = [
        app.press_body(AE, "acknowledge", app.shown(handoff_id)),
        app.submit_body(AE, brief(app, handoff_id).type(trigger=SECRET)),
    ]
    before = app.rows()
    for body in bodies:
        if missing in body:
            del body[missing]
            with capture_logs() as logs:
                assert app.deliver(body).status in (400, 404)
            assert SECRET not in str(logs)
    assert app.rows() == before
