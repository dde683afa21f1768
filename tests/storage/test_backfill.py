"""A backfilled handoff in the lists: owed, and never late."""

from datetime import date, timedelta

from bot.domain.deadlines import DeadlineState, Step
from bot.domain.handoff import Handoff, Start
from bot.domain.history import Tag
from bot.domain.policy import Policy
from bot.domain.read_models import Light, StatusPage, StatusRow
from bot.domain.status import EVERYTHING, Bucket, Filter
from bot.storage.unit_of_work import Store
from tests.builders import VALUE, WEDNESDAY, Deal, FixedClock, Team, fill_brief, signed

SIGNED = WEDNESDAY - timedelta(days=20)
BRIEF_BY = date(2026, 3, 11)
MONTHS = timedelta(days=90)


def backfilled(store: Store, team: Team, account: str = "Larkfield Clinics") -> int:
    with store.write(team.workspace_id) as unit:
        handoff = Handoff.start(
            Start(
                account=account,
                value=VALUE,
                ae=team.ae,
                cs_manager=team.cs_manager,
                ae_manager=team.ae_manager,
                proposed_csm=team.csm,
                signed_at=SIGNED,
                commitment_on=BRIEF_BY,
            ),
            channel_id=team.channel.id,
            by=team.revops,
            at=unit.now,
            policy=Policy(),
        )
        unit.save(handoff, actor_id=team.revops.id)
        unit.commit()
    return handoff.id


def page(store: Store, team: Team, chosen: Filter = EVERYTHING) -> StatusPage:
    with store.read(team.workspace_id) as unit:
        return unit.status.page(
            viewer=team.revops, page=0, size=20, day_end=unit.now, chosen=chosen
        )


def test_it_is_kept_and_its_history_says_so(store: Store, team: Team) -> None:
    handoff_id = backfilled(store, team)
    with store.read(team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).backfilled_at == WEDNESDAY
        tags = [
            record.columns["tag"] for record in unit.history.records(handoff_id) if record.columns
        ]
        assert Tag.BACKFILLED in tags
        assert not unit.drifted(handoff_id)


def test_it_is_never_among_the_late_ones(store: Store, team: Team, clock: FixedClock) -> None:
    late = signed(store, team, Deal(account="Northwind Robotics"))
    free = backfilled(store, team)
    clock.advance(MONTHS)
    found = page(store, team)
    assert [(one.handoff_id, one.light) for one in found.rows] == [
        (late, Light.LATE),
        (free, Light.UNTIMED),
    ]
    assert (found.counts.late, found.counts.untimed, found.counts.open) == (1, 1, 2)
    assert found.rows[1].due_at is None
    chosen = page(store, team, Filter(bucket=Bucket.UNTIMED))
    assert [one.handoff_id for one in chosen.rows] == [free]


def test_a_step_with_a_day_stands_with_it(store: Store, team: Team, clock: FixedClock) -> None:
    handoff_id = backfilled(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    clock.advance(MONTHS)
    (row,) = page(store, team).rows
    assert (row.step, row.light) == (Step.BRIEF, Light.AGREED)
    assert row.due_at is not None
    assert row.due_at.date() == BRIEF_BY


def test_home_has_it_behind_what_is_due(store: Store, team: Team, clock: FixedClock) -> None:
    free = backfilled(store, team)
    due = signed(store, team, Deal(account="Northwind Robotics"))
    clock.advance(MONTHS)

    def needs() -> tuple[StatusRow, ...]:
        with store.read(team.workspace_id) as unit:
            return unit.status.home(team.ae).needs_you

    assert [(one.handoff_id, one.light) for one in needs()] == [
        (due, Light.LATE),
        (free, Light.UNTIMED),
    ]


def test_the_sweep_has_only_the_reminders_of_its_days(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = backfilled(store, team)
    clock.advance(MONTHS)
    with store.write(team.workspace_id) as unit:
        due = {(one.step, one.state) for _, one in unit.deadlines.due(100)}
        assert due == {(Step.BRIEF, DeadlineState.AGREED)}
        assert unit.deadlines.late_of([team.ae.id, team.ae_manager.id], at=unit.now) == []
        assert unit.digests.unaware() == []
        handoff = unit.handoffs.lock(handoff_id)
        fill_brief(unit, handoff, team)
        handoff.assign_csm(team.csm, by=team.cs_manager, at=unit.now)
        unit.save(handoff, actor_id=team.cs_manager.id)
        states = {one.step: one.state for one in unit.deadlines.of(handoff_id)}
    assert states[Step.BRIEF] is DeadlineState.DONE
    assert states[Step.KICKOFF] is DeadlineState.UNTIMED
