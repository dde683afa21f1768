"""The clocks of disputes: handed over once, asked about anew by another, and silent when over."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.clock.clocks import SteadyMachineClock
from bot.clock.housekeeping import Housekeeping
from bot.clock.sweep import Sweep
from bot.delivery.notices import _held_up
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.history import Tag
from bot.domain.nudging import Stage
from bot.storage.tables import deadline
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.builders import FixedClock
from tests.flows.app import App
from tests.flows.test_disputes import (
    AE_MANAGER,
    KEPT,
    REVOPS,
    WITHDRAWN,
    answer,
    dispute,
    owed,
)
from tests.flows.test_ledger import (
    AE,
    CS_MANAGER,
    CSM,
    ae_initials,
    csm_initials,
    deliverable,
    ref,
    sound,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def handoff_id(app: App) -> int:
    """One whose only promise is initialed by both, and disputed by the CSM."""
    one = deliverable(app)
    ae_initials(app, one)
    csm_initials(app, one)
    dispute(app, CSM, one)
    return one


def planned(of: Deadline, stage: Stage) -> timedelta:
    (plan,) = [one for one in of.stages if one.stage is stage]
    return plan.at - of.due_at


def overdue(app: App, clock: FixedClock) -> list[tuple[str, str]]:
    """What every sweep finds."""
    rows = select(deadline.c.step, deadline.c.state).where(deadline.c.next_at <= clock.now())
    with app.store.database.reading() as connection:
        return [(one.step, one.state) for one in connection.execute(rows)]


def pass_time(app: App, clock: FixedClock, by: timedelta) -> None:
    """The bot runs all the while."""
    sweep = Sweep(store=app.store, clock=clock)
    end = clock.now() + by
    while clock.now() < end:
        clock.advance(min(timedelta(hours=1), end - clock.now()))
        sweep.run()


def test_what_goes_to_revops_for_both_managers_is_looked_at_no_more(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    step = owed(app, handoff_id)[Step.SETTLE_AE]
    escalates = step.due_at + planned(step, Stage.ESCALATE)
    until = escalates + timedelta(days=1)
    snoozed = Ref(handoff=handoff_id, thing=Step.SETTLE_AE.value, entry=1)
    form = app.modal(app.press(AE_MANAGER, ActionId.OPEN_SNOOZE, snoozed))
    typed = form.type(until=int(until.replace(hour=9).timestamp()), reason="At a fair")
    assert not app.submit(AE_MANAGER, typed).errors
    pass_time(app, clock, escalates + timedelta(hours=2) - clock.now())
    assert app.events(handoff_id).count(Tag.DISPUTE_ESCALATED) == 1
    steps = owed(app, handoff_id)
    assert {steps[one].state for one in (Step.SETTLE, Step.SETTLE_AE)} == {DeadlineState.DROPPED}
    assert overdue(app, clock) == []
    clock.advance(timedelta(days=9))
    Sweep(store=app.store, clock=clock).run()
    assert overdue(app, clock) == []
    assert sound(app, handoff_id)


def test_what_was_left_to_be_looked_at_for_good_is_put_right(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    app.press(CSM, ActionId.TAKE_BACK_DISPUTE, ref(app, handoff_id))
    left = deadline.c.step.in_([Step.SETTLE.value, Step.SETTLE_AE.value])
    with app.store.database.writing() as connection:
        connection.execute(update(deadline).where(left).values(next_at=clock.now()))
        connection.commit()
    assert overdue(app, clock)
    Housekeeping(store=app.store, machine=SteadyMachineClock()).run()
    assert overdue(app, clock) == []


def test_what_says_nothing_any_more_is_not_settled_to_be_looked_at(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    before = owed(app, handoff_id)[Step.SETTLE]
    app.press(CSM, ActionId.TAKE_BACK_DISPUTE, ref(app, handoff_id))
    with app.store.write(app.team.workspace_id) as unit:
        unit.deadlines.settle([(handoff_id, before)])
        unit.commit()
    clock.advance(timedelta(days=30))
    assert (Step.SETTLE.value, DeadlineState.DROPPED.value) not in overdue(app, clock)


def test_another_dispute_about_the_same_promise_is_another_question(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.kickoff_proposed_at = unit.now + timedelta(days=14)
        unit.save(handoff, actor_id=None)
        unit.commit()
    first = owed(app, handoff_id)[Step.SETTLE]
    half = first.due_at + planned(first, Stage.HALF)
    clock.advance(half + MINUTE - clock.now())
    sweep = Sweep(store=app.store, clock=clock)
    sweep.run()
    assert owed(app, handoff_id)[Step.SETTLE].said == {Stage.HALF}
    app.press(CSM, ActionId.TAKE_BACK_DISPUTE, ref(app, handoff_id))
    dispute(app, AE, handoff_id)
    second = owed(app, handoff_id)[Step.SETTLE]
    assert second.due_at == first.due_at
    assert not second.said | second.passed
    half = second.due_at + planned(second, Stage.HALF)
    assert half > clock.now()
    clock.advance(half + MINUTE - clock.now())
    sweep.run()
    assert owed(app, handoff_id)[Step.SETTLE].said == {Stage.HALF}


def waits(app: App, handoff_id: int) -> set[Step | None]:
    """What the initials of both wait for."""
    with app.store.read(app.team.workspace_id) as unit:
        return {
            one.waits_for
            for one in unit.deadlines.of(handoff_id)
            if one.step in (Step.INITIALS, Step.INITIALS_AE)
        }


def held_up(app: App, handoff_id: int) -> dict[Step, Step | None]:
    """What is said to be held up to whoever is to settle a dispute."""
    with app.store.read(app.team.workspace_id) as unit:
        bundle = unit.bundle(handoff_id, viewer=None)
        return {
            one.step: _held_up(bundle, one)
            for one in bundle.deadlines
            if one.subject and one.state is DeadlineState.OPEN
        }


def test_initials_wait_for_whoever_is_to_settle_the_dispute_now(app: App, handoff_id: int) -> None:
    assert waits(app, handoff_id) == {Step.SETTLE}
    held = {Step.SETTLE: Step.INITIALS, Step.SETTLE_AE: Step.INITIALS}
    assert held_up(app, handoff_id) == held
    answer(app, CS_MANAGER, handoff_id, **KEPT)
    assert waits(app, handoff_id) == {Step.SETTLE_AE}
    assert held_up(app, handoff_id) == {Step.SETTLE_AE: Step.INITIALS}
    answer(app, AE_MANAGER, handoff_id, **WITHDRAWN)
    assert waits(app, handoff_id) == {Step.DECIDE}
    assert held_up(app, handoff_id) == {Step.DECIDE: Step.INITIALS}
    with app.store.read(app.team.workspace_id) as unit:
        assert not unit.drifted(handoff_id)
    answer(app, REVOPS, handoff_id, **KEPT)
    assert waits(app, handoff_id) == {None}


def test_after_a_pause_a_manager_is_reminded_before_revops_decides(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    step = owed(app, handoff_id)[Step.SETTLE]
    with app.store.write(app.team.workspace_id) as unit:
        unit.workspace_pause(unit.now)
        unit.commit()
    clock.advance(step.due_at + timedelta(days=7) - clock.now())
    sweep = Sweep(store=app.store, clock=clock)
    sweep.run()
    with app.store.write(app.team.workspace_id) as unit:
        unit.workspace_pause(None)
        unit.commit()
    sweep.run()
    sweep.run()
    assert Tag.DISPUTE_ESCALATED not in app.events(handoff_id)
    again = owed(app, handoff_id)[Step.SETTLE]
    assert (again.state, again.start_at) == (DeadlineState.OPEN, clock.now())
    assert not again.said
    assert again.due_at > clock.now()
    escalates = again.due_at + planned(again, Stage.ESCALATE)
    pass_time(app, clock, escalates - MINUTE - clock.now())
    assert {Stage.MOST, Stage.LATE} <= owed(app, handoff_id)[Step.SETTLE].said
    assert Tag.DISPUTE_ESCALATED not in app.events(handoff_id)
    pass_time(app, clock, timedelta(hours=2))
    assert app.events(handoff_id).count(Tag.DISPUTE_ESCALATED) == 1
    assert overdue(app, clock) == []
    assert sound(app, handoff_id)
