"""Whatever Slack delivers may come again: at once, after its key was forgotten, and far too late.

Every listener is gone through by its door, so that a new one is not forgotten.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.errors import HandoffError
from bot.domain.people import Role
from bot.flows.registration import all_listeners
from bot.storage.tables import received
from bot.storage.unit_of_work import RECEIVED_KEPT
from tests.builders import FakeMachine
from tests.flows.app import App
from tests.flows.slack import Json
from tests.flows.test_rights import EVERY_DOOR, Door, in_rounds
from tests.web.test_bodies import EVENTS

pytestmark = pytest.mark.slow

WAIT = 30.0
Rows = dict[str, list[str]]
OPEN = Callable[..., App]
_CHANGES_ROWS = {str(name) for (_, name), one in all_listeners().by_key.items() if one.writes}
_WRITING = [one for one in EVERY_DOOR if one.what.value in _CHANGES_ROWS]
_NOT_TOLD_APART = {
    "received",
    # Drawn once more with the same words, which nobody hears.
    "surface",
    # What its writer alone sees, and what is forgotten by itself: another row with the same.
    "pasted",
    "copied",
}


def asked_of(app: App, door: Door) -> tuple[int, Json]:
    """What a door needs, and a delivery that it takes."""
    handoff_id = door.prepare(app.store, app.team)
    return handoff_id, door.ask(app, next(iter(door.may), "UADMIN"), handoff_id)


def told(app: App) -> Rows:
    return {name: rows for name, rows in app.rows().items() if name not in _NOT_TOLD_APART}


def forget_keys(app: App, machine: FakeMachine) -> None:
    """What came in is older than its keys are kept; nothing else has grown old meanwhile."""
    before = machine.now() - RECEIVED_KEPT - timedelta(hours=1)
    with app.store.database.writing() as connection:
        connection.execute(update(received).values(received_at=before))
        connection.commit()
    app.store.housekeeping()
    with app.store.database.reading() as connection:
        assert not connection.execute(select(received).where(~received.c.for_good)).all()


def cancel(app: App, handoff_id: int) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        try:
            handoff.cancel("It came to nothing.", by=app.team.ae, at=unit.now)
        except HandoffError:
            return  # It was cancelled before.
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()


@pytest.fixture
def opened(open_app: OPEN) -> App:
    """An app in which somebody is an admin."""
    app = open_app()
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(unit.people.ensure("UADMIN").id, roles={Role.ADMIN})
        unit.commit()
    return app


def test_every_listener_that_changes_rows_is_gone_through() -> None:
    doors = {one.what.value for one in _WRITING} | {
        str(one.get("type", name)) for name, one in EVENTS.items()
    }
    assert doors >= _CHANGES_ROWS


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@in_rounds(_WRITING)
def test_an_act_again_changes_nothing_even_after_a_restart_and_when_its_key_is_forgotten(
    opened: App, open_app: OPEN, machine: FakeMachine, doors: Sequence[Door]
) -> None:
    another = open_app()
    for door in doors:
        handoff_id, body = asked_of(opened, door)
        assert opened.deliver(body).status == 200, door.what
        after = opened.rows()
        assert another.deliver(body).status == 200, door.what
        assert opened.rows() == after, door.what
        forget_keys(opened, machine)
        stood = told(opened)
        assert opened.deliver(body).status == 200, door.what
        assert told(opened) == stood, door.what
        cancel(opened, handoff_id)
        forget_keys(opened, machine)
        stood = told(opened)
        assert opened.deliver(body).status == 200, door.what
        assert told(opened) == stood, (door.what, "after it was cancelled")


@in_rounds(_WRITING)
def test_two_deliveries_at_one_instant_are_one_act(
    opened: App, open_app: OPEN, doors: Sequence[Door]
) -> None:
    other = open_app()
    for door in doors:
        once, body = asked_of(opened, door)
        opened.deliver(body)
        raced, body = asked_of(opened, door)
        start = threading.Barrier(2)

        def deliver(app: App, body: Json = body, start: threading.Barrier = start) -> int:
            start.wait(WAIT)
            return app.deliver(body).status

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(deliver, (opened, other), timeout=WAIT)) == [200, 200]
        assert opened.events(raced) == opened.events(once), door.what


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_again_changes_nothing(
    app: App, open_app: OPEN, machine: FakeMachine, name: str
) -> None:
    body = app.event_body(**{"type": name, **EVENTS[name]})
    assert app.deliver(body).status == 200
    after = app.rows()
    assert open_app().deliver(body).status == 200
    assert app.rows() == after
    forget_keys(app, machine)
    stood = told(app)
    assert app.deliver(body).status == 200
    assert told(app) == stood
