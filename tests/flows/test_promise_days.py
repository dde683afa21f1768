"""The days of promises are deadlines: of whoever delivers them, and of their manager."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.notices import NoticeKind
from bot.domain.nudging import Stage
from bot.storage.channels import ChannelFacts
from bot.storage.tables import outbox
from bot.views.ids import ActionId
from tests.builders import FixedClock
from tests.flows.app import App
from tests.flows.test_keeping import broken, deliver, renegotiate
from tests.flows.test_ledger import AE, CSM, OUTSIDER, ae_initials, deliverable, edit, ref

DUE = datetime(2026, 6, 30, 16, tzinfo=UTC)
"""18:00 in Berlin on the day of the promise."""
OPENS = datetime(2026, 6, 23, 7, tzinfo=UTC)


def delivery(app: App, handoff_id: int) -> Deadline:
    with app.store.read(app.team.workspace_id) as unit:
        found = [one for one in unit.deadlines.of(handoff_id) if one.step is Step.DELIVERY]
    (one,) = found
    return one


def reckoned(app: App, handoff_id: int) -> Deadline:
    """As housekeeping leaves it."""
    with app.store.write(app.team.workspace_id) as unit:
        unit.reckon(handoff_id)
        unit.commit()
    return delivery(app, handoff_id)


def hold(app: App, handoff_id: int) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.kickoff_held_at = unit.now
        unit.save(handoff, actor_id=None)
        unit.commit()


def told(app: App, kind: NoticeKind) -> set[int | None]:
    about = select(outbox.c.person_id).where(
        outbox.c.kind == kind.value, outbox.c.key.like("%delivery#1%")
    )
    with app.store.database.reading() as connection:
        return set(connection.execute(about).scalars())


@pytest.fixture
def handoff_id(app: App) -> int:
    """One whose promise the CSM delivers by the end of June."""
    return deliverable(app)


def test_it_waits_until_a_week_of_work_before_its_day(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    hold(app, handoff_id)
    waits = delivery(app, handoff_id)
    assert (waits.state, waits.due_at, waits.subject) == (DeadlineState.WAITING, DUE, 1)
    assert waits.owner_id == app.team.csm.id
    assert waits.next_at == OPENS
    with app.store.read(app.team.workspace_id) as unit:
        assert not unit.drifted(handoff_id)
    clock.advance(OPENS - clock.now())
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.drifted(handoff_id)
    Sweep(store=app.store, clock=clock).run()
    opened = delivery(app, handoff_id)
    assert (opened.state, opened.start_at) == (DeadlineState.OPEN, OPENS)


def test_another_wording_of_what_was_delivered_is_to_be_delivered(
    app: App, handoff_id: int
) -> None:
    hold(app, handoff_id)
    deliver(app, AE, handoff_id)
    assert delivery(app, handoff_id).state is DeadlineState.DONE
    edit(app, AE, handoff_id, words="A login page, simpler")
    assert delivery(app, handoff_id).state is DeadlineState.WAITING


def test_its_owner_is_reminded_and_late_their_manager_is_told(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    hold(app, handoff_id)
    clock.advance(OPENS - clock.now())
    sweep = Sweep(store=app.store, clock=clock)
    sweep.run()
    clock.advance(DUE - timedelta(hours=1) - clock.now())
    sweep.run()
    assert Stage.MOST in delivery(app, handoff_id).said
    clock.advance(DUE + timedelta(minutes=1) - clock.now())
    sweep.run()
    clock.advance(timedelta(hours=16))
    sweep.run()
    owed = delivery(app, handoff_id)
    assert owed.manager_id == app.team.cs_manager.id
    assert {Stage.LATE, Stage.LATE_MANAGER} <= owed.said


def test_it_is_done_with_what_became_of_it(app: App, handoff_id: int) -> None:
    hold(app, handoff_id)
    renegotiate(app, AE, handoff_id, due="2026-09-01")
    moved = delivery(app, handoff_id)
    assert (moved.state, moved.due_at.date()) == (DeadlineState.WAITING, date(2026, 9, 1))
    broken(app, CSM, handoff_id)
    assert delivery(app, handoff_id).state is DeadlineState.DONE
    renegotiate(app, AE, handoff_id, due="2026-10-01")
    assert delivery(app, handoff_id).state is DeadlineState.WAITING
    deliver(app, AE, handoff_id)
    assert delivery(app, handoff_id).state is DeadlineState.DONE


def test_before_the_kickoff_it_waits_for_that_and_is_never_late(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    edit(app, AE, handoff_id, due="2026-03-05")
    waits = delivery(app, handoff_id)
    assert (waits.state, waits.waits_for) == (DeadlineState.WAITING, Step.KICKOFF)
    clock.advance(waits.due_at + timedelta(days=1) - clock.now())
    Sweep(store=app.store, clock=clock).run()
    assert not delivery(app, handoff_id).late_at(clock.now())
    assert "kickoff is not recorded" in deliver(app, CSM, handoff_id).sentence
    hold(app, handoff_id)
    owed = delivery(app, handoff_id)
    with app.store.read(app.team.workspace_id) as unit:
        least = unit.people.calendar(app.team.csm.id).add_working(clock.now(), timedelta(hours=8))
    assert (owed.state, owed.waits_for, owed.due_at) == (DeadlineState.OPEN, None, least)
    assert owed.start_at == clock.now()
    clock.advance(owed.due_at + timedelta(minutes=1) - clock.now())
    Sweep(store=app.store, clock=clock).run()
    assert Stage.LATE in delivery(app, handoff_id).said
    deliver(app, CSM, handoff_id)
    assert delivery(app, handoff_id).state is DeadlineState.DONE


def test_withdrawn_or_without_a_day_it_is_owed_by_nobody(app: App, handoff_id: int) -> None:
    edit(app, AE, handoff_id, withdraw="They have one already.")
    assert delivery(app, handoff_id).state is DeadlineState.DROPPED


def test_another_owner_owes_it_and_an_initial_changes_nothing(app: App, handoff_id: int) -> None:
    before = delivery(app, handoff_id)
    ae_initials(app, handoff_id)
    assert delivery(app, handoff_id) == before
    edit(app, CSM, handoff_id, owner_id=OUTSIDER)
    assert delivery(app, handoff_id).owner_id == app.team.outsider.id


def test_who_may_not_know_of_the_handoff_is_reminded_of_nothing_in_it(
    app: App, handoff_id: int
) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
        unit.channels.ensure("C0DEAL", facts=facts)
        unit.commit()
    edit(app, CSM, handoff_id, owner_id=OUTSIDER)
    assert delivery(app, handoff_id).owner_id == app.team.csm.id


def test_a_reminder_of_a_promise_is_snoozed_by_itself(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    hold(app, handoff_id)
    clock.advance(OPENS - clock.now())
    reckoned(app, handoff_id)
    about = ref(app, handoff_id).model_copy(
        update={"thing": Step.DELIVERY.value, "entry": 1, "revision": None}
    )
    form = app.modal(app.press(CSM, ActionId.OPEN_SNOOZE, about))
    until = int(datetime(2026, 6, 29, 8, tzinfo=UTC).timestamp())
    assert not app.submit(CSM, form.type(until=until, reason="They are on leave")).errors
    assert delivery(app, handoff_id).snoozed_until is not None
    assert told(app, NoticeKind.LATE) == set()
