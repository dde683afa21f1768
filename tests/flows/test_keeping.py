"""What becomes of promises after the kickoff: delivered, renegotiated, broken."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.domain.history import Tag
from bot.domain.promises import Fate
from bot.storage.tables import surface
from bot.views.ids import ActionId, MoreChoice
from bot.views.payload import Ref
from tests.builders import FixedClock
from tests.flows.app import App, Reply
from tests.flows.test_disputes import AE_MANAGER, RENEGOTIATED, REWORDED, answer, dispute
from tests.flows.test_ledger import (
    AE,
    CS_MANAGER,
    CSM,
    OUTSIDER,
    ae_initials,
    csm_initials,
    deliverable,
    edit,
    entry,
    ref,
    sound,
)


@pytest.fixture
def before_kickoff(app: App) -> int:
    """One whose promise is initialed by both."""
    one = deliverable(app)
    ae_initials(app, one)
    csm_initials(app, one)
    return one


@pytest.fixture
def handoff_id(app: App, before_kickoff: int) -> int:
    """The same once its kickoff was held."""
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(before_kickoff)
        handoff.kickoff_held_at = unit.now
        unit.save(handoff, actor_id=None)
        unit.commit()
    return before_kickoff


def deliver(app: App, user: str, handoff_id: int) -> Reply:
    return app.press(user, ActionId.PROMISE_DELIVERED, ref(app, handoff_id))


def broken(app: App, user: str, handoff_id: int, why: str = "Nobody had time") -> Reply:
    form = app.modal(app.press(user, ActionId.OPEN_BROKEN, ref(app, handoff_id)))
    return app.submit(user, form.type(line=why))


def renegotiate(app: App, user: str, handoff_id: int, **typed: str) -> Reply:
    form = app.modal(app.press(user, ActionId.OPEN_RENEGOTIATED, ref(app, handoff_id)))
    return app.submit(user, form.type(**typed))


@pytest.mark.parametrize("user", [AE, CSM])
def test_either_side_says_that_it_is_delivered_once(app: App, handoff_id: int, user: str) -> None:
    assert deliver(app, user, handoff_id).body == {}
    now = entry(app, handoff_id)
    assert now.fate is Fate.DELIVERED
    assert now.standing is not None
    assert now.standing.by.slack_id == user
    assert now.signed
    before = app.rows()
    assert "already" in deliver(app, user, handoff_id).sentence
    assert app.rows() == before
    assert app.events(handoff_id)[-1] == Tag.PROMISE_DELIVERED
    page = app.modal(app.press(AE, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    assert "✅ Delivered" in page.words
    assert sound(app, handoff_id)


@pytest.mark.parametrize("user", [CS_MANAGER, AE_MANAGER, "UREVOPS", OUTSIDER])
def test_nobody_else_says_what_became_of_it(app: App, handoff_id: int, user: str) -> None:
    before = app.rows()
    for action in (
        ActionId.PROMISE_DELIVERED,
        ActionId.OPEN_BROKEN,
        ActionId.OPEN_RENEGOTIATED,
    ):
        refused = app.press(user, action, ref(app, handoff_id)).sentence
        assert "Saying what became of a promise is up to Maya or Jonas." in refused
    assert app.rows() == before


def test_before_the_kickoff_nothing_became_of_it(app: App, before_kickoff: int) -> None:
    before = app.rows()
    for action in (
        ActionId.PROMISE_DELIVERED,
        ActionId.OPEN_BROKEN,
        ActionId.OPEN_RENEGOTIATED,
    ):
        refused = app.press(AE, action, ref(app, before_kickoff)).sentence
        assert "kickoff is not recorded" in refused
    assert app.rows() == before


def test_a_broken_one_says_why_and_a_mistake_is_corrected(app: App, handoff_id: int) -> None:
    assert broken(app, CSM, handoff_id, "  ").errors
    assert broken(app, CSM, handoff_id, "x" * 1001).errors
    assert entry(app, handoff_id).fate is Fate.OPEN
    assert broken(app, CSM, handoff_id).body == {}
    now = entry(app, handoff_id)
    assert now.standing is not None
    assert (now.fate, now.standing.line) == (Fate.BROKEN, "Nobody had time")
    assert deliver(app, AE, handoff_id).body == {}
    assert entry(app, handoff_id).fate is Fate.DELIVERED
    assert app.events(handoff_id)[-2:] == [Tag.PROMISE_BROKEN, Tag.PROMISE_DELIVERED]
    assert sound(app, handoff_id)


def test_renegotiated_it_is_another_wording_that_both_initial_anew(
    app: App, handoff_id: int
) -> None:
    old = ref(app, handoff_id)
    form = app.modal(app.press(AE, ActionId.OPEN_RENEGOTIATED, old))
    assert "says just this" in app.submit(AE, form).sentence
    assert list(app.submit(AE, form.type(words=" ")).errors) == [form.block_of("words")]
    assert app.submit(AE, form.type(due="2026-09-01")).body == {}
    now = entry(app, handoff_id)
    assert (now.fate, now.promise.text.due) == (Fate.RENEGOTIATED, date(2026, 9, 1))
    assert now.initials == {}
    events = app.events(handoff_id)
    assert events[events.index(Tag.PROMISE_RENEGOTIATED) :] == [
        Tag.PROMISE_RENEGOTIATED,
        Tag.INITIALS_VOIDED,
        Tag.PROMISE_EDITED,
    ]
    for action in (ActionId.PROMISE_DELIVERED, ActionId.OPEN_BROKEN):
        assert "reads differently now" in app.press(CSM, action, old).sentence
    # And once more, and kept in the end.
    assert renegotiate(app, CSM, handoff_id, words="A login page, simpler").body == {}
    assert deliver(app, CSM, handoff_id).body == {}
    assert entry(app, handoff_id).fate is Fate.DELIVERED
    assert sound(app, handoff_id)


def test_what_was_said_of_one_wording_is_not_said_of_the_next(app: App, handoff_id: int) -> None:
    broken(app, CSM, handoff_id)
    edit(app, AE, handoff_id, words="A login page, simpler")
    now = entry(app, handoff_id)
    assert (now.fate, now.standing) == (Fate.OPEN, None)
    assert deliver(app, AE, handoff_id).body == {}
    assert entry(app, handoff_id).fate is Fate.DELIVERED
    renegotiate(app, CSM, handoff_id, due="2026-09-01")
    assert entry(app, handoff_id).fate is Fate.RENEGOTIATED
    edit(app, AE, handoff_id, words="A login page, later")
    assert entry(app, handoff_id).fate is Fate.OPEN


@pytest.mark.parametrize(
    ("typed", "fate"), [(REWORDED, Fate.OPEN), (RENEGOTIATED, Fate.RENEGOTIATED)]
)
def test_of_what_a_dispute_reworded_only_renegotiated_is_said(
    app: App, handoff_id: int, typed: dict[str, str], fate: Fate
) -> None:
    deliver(app, AE, handoff_id)
    dispute(app, CSM, handoff_id)
    answer(app, AE_MANAGER, handoff_id, **typed)
    answer(app, CS_MANAGER, handoff_id, **typed)
    assert entry(app, handoff_id).fate is fate
    assert sound(app, handoff_id)


def test_what_was_withdrawn_or_never_promised_is_not_delivered(app: App, handoff_id: int) -> None:
    gone = ref(app, handoff_id)
    edit(app, AE, handoff_id, withdraw="They have one already.")
    assert "withdrawn" in app.press(AE, ActionId.PROMISE_DELIVERED, gone).sentence


def test_a_settled_dispute_marks_what_was_renegotiated(app: App, before_kickoff: int) -> None:
    dispute(app, AE, before_kickoff)
    answer(app, AE_MANAGER, before_kickoff, **RENEGOTIATED)
    answer(app, CS_MANAGER, before_kickoff, **RENEGOTIATED)
    assert entry(app, before_kickoff).fate is Fate.RENEGOTIATED
    assert sound(app, before_kickoff)


def test_what_still_applies_is_in_the_menu(app: App, handoff_id: int) -> None:
    deliver(app, AE, handoff_id)
    value = ref(app, handoff_id).model_copy(update={"thing": MoreChoice.DISPUTE.value})
    body = app.press_body(CSM, ActionId.MORE)
    del body["actions"][0]["value"]
    body["actions"][0] |= {"type": "overflow", "selected_option": {"value": value.dump()}}
    assert app.modal(app.deliver(body)).callback_id == "dispute"


def test_while_it_is_disputed_nothing_becomes_of_it(app: App, handoff_id: int) -> None:
    form = app.modal(app.press(CSM, ActionId.OPEN_BROKEN, ref(app, handoff_id)))
    dispute(app, CSM, handoff_id)
    before = app.rows()
    for reply in (deliver(app, AE, handoff_id), app.submit(CSM, form.type(line="Nobody had time"))):
        assert "waits for" in reply.sentence
        assert "What became of the promise is said after it." in reply.sentence
    assert app.rows()["event"] == before["event"]
    for user in (AE_MANAGER, CS_MANAGER):
        answer(app, user, handoff_id, settlement="kept")
    assert deliver(app, AE, handoff_id).body == {}


def test_the_corrected_time_of_a_kickoff_draws_no_promise_anew(
    app: App, before_kickoff: int, clock: FixedClock
) -> None:
    def held() -> int:
        with app.store.write(app.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(before_kickoff)
            handoff.hold_kickoff(unit.now, by=app.team.csm, at=unit.now)
            unit.save(handoff, actor_id=app.team.csm.id)
            unit.commit()
        with app.store.database.reading() as connection:
            rows = connection.execute(select(surface.c.wanted).where(surface.c.kind == "promise"))
            return int(max(rows.scalars()))

    first = held()
    clock.advance(timedelta(hours=1))
    assert held() == first


def test_its_message_is_drawn_anew_with_what_became_of_it(app: App, handoff_id: int) -> None:
    def wanted() -> int:
        with app.store.database.reading() as connection:
            rows = connection.execute(select(surface.c.wanted).where(surface.c.kind == "promise"))
            return int(max(rows.scalars()))

    before = wanted()
    deliver(app, AE, handoff_id)
    assert wanted() > before
