"""What is recorded of a deal before its signature and for its closing is kept as it was."""

from datetime import date, timedelta
from decimal import Decimal

from bot.domain.access import EVERY
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.handoff import Call, CommitmentAnswer, DealChange
from bot.domain.money import Money, Rate
from bot.domain.people import Role
from bot.domain.policy import Policy
from bot.domain.size import NO_MARKS, AddOn, Marks
from bot.storage.tables import channel
from bot.storage.unit_of_work import Store
from tests.builders import Deal, FixedClock, Team, start, started

RATE = Rate(Decimal("0.00667"), date(2026, 3, 4))


def states(store: Store, team: Team, handoff_id: int) -> dict[Step, DeadlineState]:
    with store.read(team.workspace_id) as unit:
        return {one.step: one.state for one in unit.deadlines.of(handoff_id)}


def test_everything_recorded_comes_back_as_it_went_in(store: Store, team: Team) -> None:
    handoff_id = started(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.value, handoff.rate = Money(700_000_000, "JPY"), RATE
        handoff.marks = Marks(3, True, True, True, True)
        handoff.commitment_on = date(2026, 3, 6)
        handoff.captured_at = unit.now
        handoff.align(date(2026, 3, 4), team.csm, by=team.ae, at=unit.now, zone="Europe/Berlin")
        call = Call(unit.now + timedelta(days=1), team.csm.id, "Omar", champion=7)
        seller = team.ae_manager
        handoff.record_call(call, cs=team.csm, sales=seller, champions=[7], by=team.ae, at=unit.now)
        handoff.override_closed_won("Their board meets", by=team.ae_manager, at=unit.now)
        handoff.answer_commitment(CommitmentAnswer.DONE, by=team.ae_manager, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert after.handoffs.get(handoff_id) == handoff
        assert not after.drifted(handoff_id)


def test_a_step_that_a_changed_deal_drops_comes_back_with_it(store: Store, team: Team) -> None:
    handoff_id = started(store, team)
    seen = []
    for value in (Money(2_000_000, "USD"), Money(4_800_000, "USD")):
        with store.write(team.workspace_id) as unit:
            handoff = unit.handoffs.lock(handoff_id)
            brief = unit.brief.load(handoff_id, audiences=EVERY)
            change = DealChange(value, NO_MARKS)
            handoff.change_deal(change, brief=brief, by=team.ae, at=unit.now, policy=unit.policy)
            unit.save(handoff, actor_id=team.ae.id)
            unit.commit()
        seen.append(states(store, team, handoff_id)[Step.ALIGNMENT])
        with store.read(team.workspace_id) as after:
            assert not after.drifted(handoff_id)
    assert seen == [DeadlineState.DROPPED, DeadlineState.DATED]


def test_a_value_that_grows_after_the_signature_misses_nothing_that_came_before_it(
    store: Store, team: Team
) -> None:
    handoff_id = started(store, team, Deal(value=Money(2_000_000, "USD")))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now, by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        brief = unit.brief.load(handoff_id, audiences=EVERY)
        change = DealChange(Money(4_800_000, "USD"), NO_MARKS)
        handoff.change_deal(change, brief=brief, by=team.ae, at=unit.now, policy=unit.policy)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    found = states(store, team, handoff_id)
    assert found[Step.BRIEF] is DeadlineState.OPEN
    assert Step.ALIGNMENT not in found
    # The capture of a light deal ended with the signature.
    assert found[Step.CAPTURE] is DeadlineState.DROPPED
    with store.read(team.workspace_id) as after:
        assert not after.drifted(handoff_id)


def test_without_an_ae_manager_somebody_of_revops_is_asked_about_the_commitment(
    store: Store, team: Team
) -> None:
    handoff_id = started(store, team, Deal(commitment_on=date(2026, 3, 5)))
    with store.write(team.workspace_id) as unit:
        # The AE is of RevOps, too, and is not asked about themselves.
        unit.people.set_part(team.ae.id, roles={Role.REVOPS}, clear_manager=True)
        handoff = unit.handoffs.lock(handoff_id)
        handoff.ae_manager_id = None
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    with store.read(team.workspace_id) as after:
        owed = {one.step: one for one in after.deadlines.of(handoff_id)}
        assert owed[Step.COMMITMENT].owner_id == team.revops.id
        assert not after.drifted(handoff_id)


def test_a_brief_that_was_written_before_is_reckoned_with(store: Store, team: Team) -> None:
    handoff_id = started(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.strength, handoff.captured_at = 5, unit.now
        unit.save(handoff, actor_id=team.ae.id)
        unit.reckon(handoff_id)
        known = unit.handoffs.get(handoff_id)
    assert (known.strength, known.captured_at) == (None, None)


def test_the_bundle_knows_the_size_and_who_was_named(store: Store, team: Team) -> None:
    handoff_id = started(store, team, Deal(value=Money(6_000_000, "USD")))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        contact = team.outsider
        handoff.align(date(2026, 3, 4), contact, by=team.ae, at=unit.now, zone="Europe/Berlin")
        unit.save(handoff, actor_id=team.ae.id)
        bundle = unit.bundle(handoff_id, viewer=None)
    assert bundle.size.has(AddOn.CALL)
    assert team.outsider.id in bundle.people


def test_the_team_channel_is_met_only_where_a_commitment_is_told(
    store: Store, team: Team, clock: FixedClock
) -> None:
    def known() -> set[str]:
        with store.database.reading() as connection:
            return {row.slack_id for row in connection.execute(channel.select())}

    with store.write(team.workspace_id) as unit:
        unit.policy = Policy(team_channel="C0TEAM")
        start(unit, team)
        unit.commit()
    assert known() == {"C0DEAL"}
    with store.write(team.workspace_id) as unit:
        unit.policy = Policy(team_channel="C0TEAM")
        handoff = start(unit, team, Deal(commitment_on=date(2026, 3, 5)))
        unit.commit()
    assert known() == {"C0DEAL", "C0TEAM"}
    assert Step.COMMITMENT in states(store, team, handoff.id)
