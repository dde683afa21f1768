"""What is told of a success plan, and the reminders of its milestones, as they go out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.domain import planning
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.handoff import Handoff
from bot.domain.notices import plan_file
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.domain.plan import (
    INITIAL_OF,
    Confirmation,
    ConfirmedWay,
    Milestone,
    MilestoneOwner,
    MilestoneState,
    MilestoneText,
    Party,
    Sharing,
)
from bot.storage.tables import outbox, outbox_about
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import WEDNESDAY, FixedClock, Team, assigned
from tests.delivery.desk import Desk
from tests.delivery.test_briefing import settled, shown
from tests.delivery.test_debrief import stand_in
from tests.delivery.test_verification import change, last

HOUR = timedelta(hours=1)
DUE = date(2026, 3, 16)
"""A Monday."""
LIVE = MilestoneText("Live in Hamburg", owner=MilestoneOwner.CSM, due=DUE)
HIDDEN = MilestoneText("Who answers at night", Sharing.INTERNAL, MilestoneOwner.AE, "", DUE)
THEIRS = MilestoneText("They count", owner=MilestoneOwner.CUSTOMER, who="Ilse Brandt", due=DUE)
HEARD = Confirmation("Ilse Brandt", WEDNESDAY.date(), ConfirmedWay.MAIL)


def planned(store: Store, team: Team, *texts: MilestoneText, kickoff: bool = True) -> int:
    handoff_id = assigned(store, team)

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        if kickoff:
            handoff.hold_kickoff(unit.now, by=team.csm, at=unit.now)
        for text in texts or (LIVE, HIDDEN):
            made = unit.plans.add(handoff.id, text, by=team.csm.id, at=unit.now)
            everything = unit.plans.all_of(handoff.id)
            planning.added(handoff, made, everything, by=team.csm, at=unit.now)

    change(store, team, handoff_id, team.csm.id, act)
    return handoff_id


def sign(store: Store, team: Team, handoff_id: int, by: Person) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        size, version = handoff.size(unit.policy), handoff.success_plan.version
        side = planning.initial(handoff, size, by=by, version=version, at=unit.now)
        party = INITIAL_OF[side]
        unit.plans.mark(handoff.id, party, version=version, by=by.id, at=unit.now)

    change(store, team, handoff_id, by.id, act)


def confirm(store: Store, team: Team, handoff_id: int) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        size, version = handoff.size(unit.policy), handoff.success_plan.version
        party, at, today = Party.CUSTOMER, unit.now, unit.now.date()
        planning.confirm(
            handoff, size, party, HEARD, by=team.csm, version=version, at=at, today=today
        )
        unit.plans.mark(
            handoff.id, party, version=version, by=team.csm.id, at=at, confirmation=HEARD
        )

    change(store, team, handoff_id, team.csm.id, act)


def signed(store: Store, team: Team) -> int:
    handoff_id = planned(store, team)
    for by in (team.csm, team.ae):
        sign(store, team, handoff_id, by)
    confirm(store, team, handoff_id)
    return handoff_id


def reword(store: Store, team: Team, handoff_id: int, words: str) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        known = unit.plans.all_of(handoff_id)[0]
        text = replace(known.text, words=words)
        after = unit.plans.edit(handoff_id, known, text, by=team.csm.id, at=unit.now)
        everything = unit.plans.all_of(handoff_id)
        planning.changed(handoff, known, after, everything, by=team.csm, at=unit.now)

    change(store, team, handoff_id, team.csm.id, act)


def become(store: Store, team: Team, handoff_id: int, state: MilestoneState) -> Milestone:
    known: list[Milestone] = []

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        one = unit.plans.all_of(handoff_id)[0]
        known.append(unit.plans.conclude(handoff_id, one, state, by=team.csm, at=unit.now))
        everything, version = unit.plans.all_of(handoff_id), one.version
        planning.conclude(
            handoff, one, state, everything, by=team.csm, version=version, at=unit.now
        )

    change(store, team, handoff_id, team.csm.id, act)
    return known[0]


def thread(desk: Desk) -> str:
    """Everything that stands below a card."""
    found = desk.slack.ledger.messages
    return "\n".join(str(one.args) for one in found if one.thread_ts is not None)


def test_the_thread_reads_who_signed_and_the_shared_milestones_alone(
    desk: Desk, store: Store, team: Team
) -> None:
    signed(store, team)
    desk.drain()
    told = thread(desk)
    for words in ("Live in Hamburg", "Ilse Brandt, 4 Mar 2026, by mail", "✍️ AE Maya"):
        assert words in told
    assert "at night" not in told
    cards = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    assert "plan signed" in str([one.args for one in cards])


def test_what_changed_before_it_was_told_is_told_as_it_is(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    reword(store, team, handoff_id, "Live in Kiel")
    desk.drain()
    assert [one[:2] for one in settled(desk, "plan_signed")] == [("cancelled", "no_longer_so")]
    assert "changed the success plan after it was signed" in thread(desk)
    assert settled(desk, "plan_voided") == [("sent", None, team.ae.id)]
    assert "it waits for your initial again" in last(desk, "UAE")
    assert "open_success_plan" in last(desk, "UAE")


def test_whoever_initialed_anew_is_not_told_that_they_have_to(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    reword(store, team, handoff_id, "Live in Kiel")
    sign(store, team, handoff_id, team.ae)
    desk.drain()
    assert settled(desk, "plan_voided") == [("cancelled", "no_longer_so", team.ae.id)]


def test_what_a_stand_in_was_to_hear_goes_to_the_ae_who_is_back(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    stand_in(desk, team.ae, team.outsider)
    reword(store, team, handoff_id, "Live in Kiel")
    stand_in(desk, team.ae, None)
    desk.drain()
    assert settled(desk, "plan_voided") == [
        ("cancelled", "another_is_told", team.outsider.id),
        ("sent", None, team.ae.id),
    ]


def until(desk: Desk, store: Store, clock: FixedClock, day: int) -> None:
    """Go on through the waking hours up to the evening of a day in March, with all the ticks."""
    sweep, end = Sweep(store=store, clock=clock), datetime(2026, 3, day, 18, tzinfo=UTC)
    while clock.now() < end:
        night = clock.now().hour >= 17
        clock.advance(15 * HOUR if night else HOUR)
        sweep.run()
        if any(row["state"] == "pending" for row in desk.rows(outbox)):
            desk.drain(within=timedelta(hours=10))


def reminded(desk: Desk, stage: Stage) -> set[int]:
    """Who was told something of a milestone by the clock, alone or with other things."""
    with desk.store.database.reading() as connection:
        told = select(outbox.c.person_id).where(
            outbox.c.id == outbox_about.c.outbox_id,
            outbox_about.c.step == Step.MILESTONE.value,
            outbox_about.c.stage == stage.value,
            outbox.c.state == "sent",
        )
        return set(connection.execute(told).scalars())


def test_each_owner_inside_is_reminded_and_the_managers_hear_it_in_the_morning(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    planned(store, team, HIDDEN, THEIRS)
    clock.advance(timedelta(days=5))
    until(desk, store, clock, 15)
    assert reminded(desk, Stage.HALF) == {team.ae.id, team.csm.id}
    assert reminded(desk, Stage.LATE) == set()
    assert "Who answers at night" in shown(desk, "UAE")
    assert "They count" in shown(desk, "UCSM")
    assert "Who answers at night" not in shown(desk, "UCSM")
    until(desk, store, clock, 17)
    assert reminded(desk, Stage.LATE) == {team.ae.id, team.csm.id}
    assert reminded(desk, Stage.LATE_MANAGER) == {team.ae_manager.id, team.cs_manager.id}
    for manager in ("UAE_MANAGER", "UCS_MANAGER"):
        assert "of the success plan" in shown(desk, manager)
        assert "at night" not in shown(desk, manager)
        assert "They count" not in shown(desk, manager)


def test_one_that_is_reached_is_reminded_of_no_more(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = planned(store, team, LIVE)
    clock.advance(timedelta(days=8))
    until(desk, store, clock, 13)
    assert reminded(desk, Stage.HALF) == {team.csm.id}
    become(store, team, handoff_id, MilestoneState.DONE)
    until(desk, store, clock, 17)
    assert reminded(desk, Stage.LATE) == set()
    # What stands already shows that it is over.
    assert "milestone 1 of the success plan: done" in shown(desk, "UCSM")


def test_nobody_is_reminded_before_the_kickoff_or_of_what_was_dropped(
    store: Store, team: Team, clock: FixedClock
) -> None:
    waiting = planned(store, team, LIVE, kickoff=False)
    gone = planned(store, team, LIVE)
    become(store, team, gone, MilestoneState.DROPPED)
    clock.advance(timedelta(days=11))
    with store.write(team.workspace_id) as unit:
        owed = {}
        for handoff_id in (waiting, gone):
            unit.reckon(handoff_id)
            found = (one for one in unit.deadlines.of(handoff_id) if one.step is Step.MILESTONE)
            owed[handoff_id] = next(found)
    assert (owed[waiting].state, owed[waiting].waits_for) == (
        DeadlineState.WAITING,
        Step.KICKOFF,
    )
    assert owed[gone].state is DeadlineState.DROPPED
    assert {one.next_at for one in owed.values()} == {None}


def test_the_file_has_what_is_shared_and_is_for_who_may_read_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = planned(store, team)
    with store.read(team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
    desk.add(plan_file(handoff, team.csm.id, key="once"))
    desk.drain()
    (sent,) = desk.slack.ledger.files
    text = (sent.content or b"").decode()
    assert text.startswith("# Northwind Robotics: our plan for the first 90 days")
    assert "1. Live in Hamburg — Jonas — by 16 Mar 2026" in text
    assert "at night" not in text
