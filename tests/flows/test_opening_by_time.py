"""Reviews open days before their day: by the sweep, once, whatever else runs or stood still."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.nudging import Stage
from bot.storage.tables import deadline, surface
from tests.builders import WEDNESDAY, FixedClock, assigned
from tests.flows.app import App
from tests.flows.test_dispute_clocks import overdue, pass_time
from tests.flows.test_kickoff import hold
from tests.flows.test_together import history_is_sound

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OF_DAY_30 = (Step.CHECK_IN, Step.MILESTONES, Step.NPS)


@pytest.fixture
def held(app: App, clock: FixedClock) -> int:
    handoff_id = assigned(app.store, app.team)
    clock.advance(20 * HOUR)
    assert hold(app, handoff_id, WEDNESDAY + 18 * HOUR).body == {}
    return handoff_id


def owed(app: App, handoff_id: int) -> dict[Step, Deadline]:
    with app.store.read(app.team.workspace_id) as unit:
        return {one.step: one for one in unit.deadlines.of(handoff_id)}


def opens_at(app: App, handoff_id: int, step: Step) -> Deadline:
    found = owed(app, handoff_id)[step]
    assert found.opens_by_time
    return found


def stand_still_until(clock: FixedClock, one: Deadline, *, but: timedelta = timedelta(0)) -> None:
    assert one.next_at is not None
    clock.advance(one.next_at - but - clock.now())


def test_a_review_opens_at_its_hour_and_its_owner_is_shown_it(
    app: App, held: int, clock: FixedClock
) -> None:
    sweep = Sweep(store=app.store, clock=clock)
    one = opens_at(app, held, Step.NPS)
    stand_still_until(clock, one, but=timedelta(seconds=1))
    sweep.run()
    assert owed(app, held)[Step.NPS].state is DeadlineState.WAITING
    clock.advance(timedelta(seconds=1))
    with app.store.database.reading() as connection:
        guides = select(surface.c.wanted).where(surface.c.kind == "guide")
        before = connection.execute(guides).scalars().all()
    sweep.run()
    now = owed(app, held)
    assert {now[step].state for step in OF_DAY_30} == {DeadlineState.OPEN}
    assert now[Step.NPS].start_at == one.next_at
    assert now[Step.SCORE].state is DeadlineState.WAITING
    with app.store.database.reading() as connection:
        assert connection.execute(guides).scalars().all() != before
    assert overdue(app, clock) == []
    assert history_is_sound(app, held)


def test_sweeps_of_several_processes_open_it_once(app: App, held: int, clock: FixedClock) -> None:
    stand_still_until(clock, opens_at(app, held, Step.NPS))
    for sweep in (Sweep(store=app.store, clock=clock) for _ in range(2)):
        sweep.run()
    now = owed(app, held)[Step.NPS]
    events = app.events(held)
    Sweep(store=app.store, clock=clock).run()
    assert (owed(app, held)[Step.NPS], app.events(held)) == (now, events)


def test_nobody_looks_at_handoffs_whose_time_has_not_come(
    app: App, held: int, clock: FixedClock
) -> None:
    pass_time(app, clock, 10 * DAY)  # What is late by then was said.
    with app.store.database.reading() as connection:
        rows = select(deadline.c.step).where(deadline.c.next_at <= clock.now())
        assert connection.execute(rows).scalars().all() == []


def test_after_a_pause_it_opens_with_the_window_it_had(
    app: App, held: int, clock: FixedClock
) -> None:
    one = opens_at(app, held, Step.NPS)

    def pause(*, on: bool) -> None:
        with app.store.write(app.team.workspace_id) as unit:
            unit.workspace_pause(unit.now if on else None)
            unit.commit()

    pause(on=True)
    stand_still_until(clock, one)
    clock.advance(DAY)
    sweep = Sweep(store=app.store, clock=clock)
    sweep.run()
    # Old rows are silenced meanwhile, and this one is none of them.
    app.store.housekeeping()
    assert owed(app, held)[Step.NPS].state is DeadlineState.WAITING
    pause(on=False)
    sweep.run()
    now = owed(app, held)[Step.NPS]
    assert (now.state, now.start_at, now.due_at) == (
        DeadlineState.OPEN,
        one.next_at,
        one.due_at,
    )


def test_its_reminders_go_to_its_owner_and_late_to_the_manager_in_the_morning(
    app: App, held: int, clock: FixedClock
) -> None:
    stand_still_until(clock, opens_at(app, held, Step.CHECK_IN))
    pass_time(app, clock, 10 * DAY)
    of_check_in = owed(app, held)[Step.CHECK_IN]
    assert {Stage.HALF, Stage.MOST, Stage.LATE, Stage.LATE_MANAGER} <= (
        of_check_in.said | of_check_in.passed
    )


def test_what_lost_its_csm_waits_for_another_one_first(
    app: App, held: int, clock: FixedClock
) -> None:
    one = opens_at(app, held, Step.NPS)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(held)
        handoff.decline("Somebody else knows them.", by=app.team.csm, at=unit.now)
        unit.save(handoff, actor_id=app.team.csm.id)
        unit.commit()
    stand_still_until(clock, one)
    Sweep(store=app.store, clock=clock).run()
    assert owed(app, held)[Step.NPS].state is DeadlineState.WAITING
    assert not [step for step, _ in overdue(app, clock) if step == Step.NPS.value]
