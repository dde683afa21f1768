"""Promises that surface after the AE's initials: asked how, marked where they are read, counted."""

import pytest

from bot.domain.history import Tag
from bot.domain.ledger import LateCount
from bot.domain.promises import Kind, Surfaced
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from tests.flows.app import App, Modal
from tests.flows.test_ledger import (
    AE,
    CS_MANAGER,
    CSM,
    OUTSIDER,
    ae_initials,
    deliverable,
    entries,
    entry,
    sound,
)

WORDS = "A second login page"


@pytest.fixture
def handoff_id(app: App) -> int:
    """One whose every promise the AE has initialed."""
    one = deliverable(app)
    ae_initials(app, one)
    return one


def opened(app: App, user: str, handoff_id: int) -> Modal:
    return app.modal(app.press(user, ActionId.PROMISE_NEW, Ref(handoff=handoff_id)))


def asks(form: Modal) -> bool:
    return "surfaced" in str(form.view)


def test_before_the_ae_is_through_nothing_is_late(app: App) -> None:
    one = deliverable(app)
    form = opened(app, AE, one)
    assert not asks(form)
    assert not app.submit(AE, form.type(words=WORDS)).errors
    assert entry(app, one, 2).late is None
    assert not asks(opened(app, CSM, one))


@pytest.mark.parametrize("user", [AE, CSM])
def test_either_side_writes_down_a_late_one_and_says_how_it_came_up(
    app: App, handoff_id: int, user: str
) -> None:
    form = opened(app, user, handoff_id)
    assert form.callback_id == ViewId.PROMISE
    unsaid = app.submit(user, form.type(words=WORDS))
    assert list(unsaid.errors) == [form.block_of("surfaced")]
    assert len(entries(app, handoff_id)) == 1
    typed = form.type(words=WORDS, surfaced="customer", kind="scope")
    assert not app.submit(user, typed).errors
    late = entry(app, handoff_id, 2)
    assert late.late is Surfaced.CUSTOMER
    # It opened the boxes, and still the next one is late as well.
    again = opened(app, user, handoff_id)
    assert asks(again)
    app.submit(user, again.type(words="And a third", surfaced="remembered", kind="scope"))
    page = app.modal(app.press(AE, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    assert "2 late" in page.words
    assert "heard from the customer after the initials" in page.words
    assert "remembered by the AE after" in page.words
    with app.store.read(app.team.workspace_id) as unit:
        ae = app.team.ae.id
        assert unit.ledger.late_by_ae() == [
            LateCount(ae, Kind.SCOPE, Surfaced.CUSTOMER, 1),
            LateCount(ae, Kind.SCOPE, Surfaced.REMEMBERED, 1),
        ]
    assert app.events(handoff_id).count(Tag.PROMISE_ADDED) == 2
    assert sound(app, handoff_id)


@pytest.mark.parametrize("user", [CS_MANAGER, "UAE_MANAGER", "UREVOPS", OUTSIDER])
def test_nobody_else_writes_one_down(app: App, handoff_id: int, user: str) -> None:
    before = app.rows()
    refused = app.press(user, ActionId.PROMISE_NEW, Ref(handoff=handoff_id)).sentence
    assert "is up to Maya" in refused
    form = opened(app, CSM, handoff_id)
    sent = app.submit(user, form.type(words=WORDS, surfaced="customer"))
    assert "is up to" in sent.sentence
    assert app.rows() == before


def test_a_form_that_was_drawn_before_it_was_late_is_taken_for_remembered(app: App) -> None:
    one = deliverable(app)
    form = opened(app, AE, one)
    ae_initials(app, one)
    assert not app.submit(AE, form.type(words=WORDS)).errors
    assert entry(app, one, 2).late is Surfaced.REMEMBERED
