from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import event, select, update

from bot.domain.briefing import Briefing
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.deadlines import DeadlineState, Step, snooze
from bot.domain.errors import NotFound, Problem
from bot.domain.handoff import Handoff, State
from bot.domain.intro import CsBefore, Intro, Way
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.kickoff_state import Kickoff
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.domain.nudging import Stage
from bot.domain.policy import Policy
from bot.domain.snapshots import Snapshot
from bot.domain.steps import STEPS
from bot.domain.verification import Verification
from bot.storage.deadlines import WritableDeadlines
from bot.storage.people import PersonFacts
from bot.storage.tables import deadline, outbox, surface
from bot.storage.unit_of_work import Store
from tests.builders import (
    Deal,
    FakeMachine,
    FixedClock,
    Team,
    assigned,
    make_team,
    posted,
    signed,
    started,
)
from tests.domain.deals import say

HOUR = timedelta(hours=1)


_WITHOUT_CALL = [
    rule.step
    for rule in STEPS
    if rule.step not in (Step.HOLD_CALL, Step.HOLD_CALL_AE) and not rule.beyond
]
"""Where there is neither a time for the briefing call nor a reason why it is required."""


def _load(store: Store, team: Team, handoff_id: int) -> Handoff:
    with store.read(team.workspace_id) as unit:
        return unit.handoffs.get(handoff_id)


def _surfaces(store: Store) -> dict[tuple[str, int | None], tuple[int, int]]:
    with store.database.reading() as connection:
        rows = connection.execute(select(surface))
        return {(row.kind, row.person_id): (row.wanted, row.priority) for row in rows}


def _notices(store: Store) -> list[tuple[NoticeKind, str]]:
    with store.database.reading() as connection:
        rows = connection.execute(select(outbox.c.kind, outbox.c.destination).order_by(outbox.c.id))
        return [(NoticeKind(row.kind), row.destination) for row in rows]


@contextmanager
def _counted(store: Store) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(store.database.writers, "before_cursor_execute", note)
    yield statements
    event.remove(store.database.writers, "before_cursor_execute", note)


def acknowledge(store: Store, team: Team, handoff_id: int) -> None:
    with store.write(team.workspace_id) as unit:
        assert unit.received.claim(f"ack-{handoff_id}") is None
        csm = unit.people.by_slack_id("UCSM")
        assert csm is not None
        handoff = unit.handoffs.lock(handoff_id)
        unit.people.many(handoff.people())
        handoff.acknowledge(version=handoff.brief_version, by=csm, at=unit.now)
        unit.save(handoff, actor_id=csm.id, asked_in=handoff.channel_id)
        unit.received.keep(f"ack-{handoff_id}", {"done": True})
        unit.commit()


def test_a_handoff_comes_back_as_it_was_saved(store: Store, team: Team) -> None:
    deal = Deal(expected_on=date(2026, 4, 1), links=("https://crm.example/1",))
    with store.write(team.workspace_id) as unit:
        handoff = Handoff(
            workspace_id=team.workspace_id,
            channel_id=team.channel.id,
            account=deal.account,
            value=deal.value,
            tier=Policy().tier(deal.value),
            ae_id=team.ae.id,
            started_by=team.revops.id,
            started_at=unit.now,
            ae_confirmed_at=unit.now,
            ae_manager_id=team.ae_manager.id,
            cs_manager_id=team.cs_manager.id,
            proposed_csm_id=team.outsider.id,
            csm_id=team.csm.id,
            expected_on=deal.expected_on,
            signed_at=unit.now - HOUR,
            signature_learned_at=unit.now,
            day0=date(2026, 3, 4),
            links=deal.links,
            state=State.CANCELLED,
            cancelled_at=unit.now + HOUR,
            posted_at=unit.now + 2 * HOUR,
            posted_by=team.ae.id,
            brief_version=7,
            completeness=Completeness(3, 5, (OpenItem(Item.TODAY, Hole.EMPTY),)),
            gate_at=unit.now + 3 * HOUR,
            assigned_at=unit.now + 4 * HOUR,
            acknowledged_at=unit.now + 5 * HOUR,
            acknowledged_version=6,
            gate_overridden_at=unit.now + 6 * HOUR,
            declined_at=unit.now + 7 * HOUR,
            verification=Verification(
                outdated_at=unit.now + 8 * HOUR,
                checks_at=unit.now + 9 * HOUR,
                intro_held_at=unit.now + 10 * HOUR,
                plan_needed=True,
                plan_at=unit.now + 11 * HOUR,
                restated_at=unit.now + 12 * HOUR,
                matched_at=unit.now + 13 * HOUR,
                mismatches=2,
                call_required_at=unit.now + 13 * HOUR,
                reopened_at=unit.now + 14 * HOUR,
                sent_back_at=unit.now + 15 * HOUR,
                returned_at=unit.now + 16 * HOUR,
                sent_back_items=(Item.METRIC, Item.PRIVATE_NOTE),
            ),
            briefing=Briefing(
                at=unit.now + 17 * HOUR,
                booked_at=unit.now + 18 * HOUR,
                without_ae_at=unit.now + 19 * HOUR,
                without_csm_at=unit.now + 20 * HOUR,
                held_at=unit.now + 21 * HOUR,
                minutes=25,
                recorded_at=unit.now + 22 * HOUR,
                lifted_at=unit.now + 23 * HOUR,
            ),
            kickoff=Kickoff(
                at=unit.now + 24 * HOUR,
                set_at=unit.now + 25 * HOUR,
                sequence=3,
                offered_at=unit.now + 26 * HOUR,
                ready_at=unit.now + 27 * HOUR,
                ready_ae_at=unit.now + 28 * HOUR,
                brief_opened_at=unit.now + 29 * HOUR,
                recorded_at=unit.now + 30 * HOUR,
            ),
            intro=Intro(
                drafted_at=unit.now + 24 * HOUR,
                sent_at=unit.now + 25 * HOUR,
                sent_way=Way.EMAIL,
                recorded_at=unit.now + 26 * HOUR,
                cs_before=CsBefore.CSM,
                ae_wrote_at=unit.now + 27 * HOUR,
                ae_way=Way.CHAT,
                csm_wrote_at=unit.now + 28 * HOUR,
                csm_way=Way.IN_PERSON,
            ),
            signed_brief=Snapshot({SectionKey.WHY: 2}, {7: 1}),
            read_brief=Snapshot({SectionKey.WHY: 3, SectionKey.PEOPLE: 1}, {7: 2, 8: 1}),
            helpers={team.outsider.id: frozenset({SectionKey.WHY})},
        )
        unit.save(handoff, actor_id=team.revops.id)
        unit.commit()
    assert handoff.id
    assert _load(store, team, handoff.id) == handoff


def test_a_handoff_is_changed_only_under_its_lock(store: Store, team: Team) -> None:
    handoff_id = started(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
        with pytest.raises(RuntimeError, match="lock"):
            unit.save(handoff, actor_id=team.ae.id)


def test_a_handoff_of_another_workspace_does_not_exist(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    other = make_team(store, team_id="T200")
    foreign = _load(store, team, handoff_id)
    with store.write(other.workspace_id) as unit:
        bundle = partial(unit.bundle, viewer=None)
        for look in (unit.handoffs.get, unit.handoffs.lock, unit.handoffs.chain, bundle):
            with pytest.raises(NotFound) as refused:
                look(handoff_id)
            assert refused.value.problem is Problem.HANDOFF_GONE
        with pytest.raises(NotFound):
            unit.save(foreign, actor_id=other.ae.id)
        assert unit.deadlines.of(handoff_id) == []
        assert unit.history.records(handoff_id) == []
        assert unit.handoffs.open_in(team.channel.id) == []


def test_open_handoffs_of_a_channel_are_found(store: Store, team: Team) -> None:
    first, second = started(store, team), started(store, team, Deal(account="Larkfield"))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(first)
        handoff.cancel("Lost after all", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    with store.read(team.workspace_id) as unit_after:
        assert [one.id for one in unit_after.handoffs.open_in(team.channel.id)] == [second]


def test_the_bundle_has_everybody_who_is_named(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    with store.read(team.workspace_id) as unit:
        bundle = unit.bundle(handoff_id, viewer=None)
    assert [one.step for one in bundle.deadlines] == _WITHOUT_CALL
    assert set(bundle.people) == {
        team.ae.id,
        team.csm.id,
        team.cs_manager.id,
        team.ae_manager.id,
    }
    assert bundle.channel.slack_id == "C0DEAL"
    assert [entry.number for entry in bundle.brief.entries] == [1]


def test_a_signature_starts_the_clocks_and_no_earlier(store: Store, team: Team) -> None:
    handoff_id = started(store, team)
    with store.write(team.workspace_id) as unit:
        before = unit.deadlines.of(handoff_id)
        assert {one.state for one in before} == {DeadlineState.DATED}
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now, by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    with store.read(team.workspace_id) as after:
        states = {one.step: one.state for one in after.deadlines.of(handoff_id)}
    assert states == {
        Step.CAPTURE: DeadlineState.MISSED,
        Step.ALIGNMENT: DeadlineState.MISSED,
        Step.SIGNATURE: DeadlineState.DONE,
        Step.MESSAGE: DeadlineState.OPEN,
        Step.BRIEF: DeadlineState.OPEN,
        Step.ASSIGN: DeadlineState.WAITING,
        Step.BOOK_CALL: DeadlineState.WAITING,
        Step.READ: DeadlineState.WAITING,
        Step.JUDGE: DeadlineState.WAITING,
        Step.INTRO: DeadlineState.WAITING,
        Step.INITIALS: DeadlineState.WAITING,
        Step.INITIALS_AE: DeadlineState.WAITING,
        Step.PREP: DeadlineState.WAITING,
        Step.PREP_AE: DeadlineState.WAITING,
        Step.KICKOFF: DeadlineState.WAITING,
        Step.DEBRIEF: DeadlineState.WAITING,
    }


def test_deadlines_recomputed_in_place_keep_what_was_said(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    now = clock.advance(timedelta(hours=26))
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        brief = unit.deadlines.of(handoff_id)[1]
        said, stages = say(brief, now=now)
        assert stages
        unit.deadlines.keep(handoff_id, said)
        unit.commit()
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    with store.read(team.workspace_id) as after:
        kept = after.deadlines.of(handoff_id)[1]
    assert kept == said
    assert kept.said == {*stages, Stage.SILENT}


def test_a_correction_that_moves_a_deadline_ahead_lets_it_be_said_again(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    now = clock.advance(timedelta(hours=26))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        said, _ = say(unit.deadlines.of(handoff_id)[1], now=now)
        unit.deadlines.keep(handoff_id, said)
        handoff.countersign(now, by=team.ae, at=now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        moved = unit.deadlines.of(handoff_id)[1]
    assert moved.due_at > said.due_at
    assert moved.said == frozenset()
    assert moved.next_at is not None
    assert moved.next_at > now


def test_the_zone_of_a_deadline_stays_as_long_as_its_owner(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.people.ensure("UAE", facts=PersonFacts("Maya", "America/New_York"))
        handoff = unit.handoffs.lock(handoff_id)
        before = unit.deadlines.of(handoff_id)[1]
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        after = unit.deadlines.of(handoff_id)[1]
    assert (after.zone, after.due_at) == ("Europe/Berlin", before.due_at)


def test_a_snooze_is_kept(store: Store, team: Team, clock: FixedClock) -> None:
    handoff_id = signed(store, team)
    until = clock.now() + timedelta(hours=5)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        brief = unit.deadlines.of(handoff_id)[1]
        snoozed = snooze(brief, until)
        unit.deadlines.keep(handoff_id, snoozed)
        unit.commit()
    with store.read(team.workspace_id) as after:
        kept = after.deadlines.of(handoff_id)[1]
    assert kept == snoozed
    assert Stage.SNOOZED in {plan.stage for plan in kept.stages}


def test_a_save_writes_only_the_deadlines_that_changed(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    with _counted(store) as statements, store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.snoozed("read", until=unit.now, reason="On the road", by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id)
    assert not [one for one in statements if one.startswith("UPDATE deadline")]
    with store.database.reading() as connection:
        rows = connection.execute(select(deadline).where(deadline.c.handoff_id == handoff_id))
        assert len(rows.all()) == len(_WITHOUT_CALL)


def test_due_deadlines_are_found_once_they_have_something_to_say(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    make_team(store, team_id="T200")
    with store.write(team.workspace_id) as unit:
        assert unit.deadlines.due(10) == []
        next_at = min(one.next_at for one in unit.deadlines.of(handoff_id) if one.next_at)
    now = clock.advance(next_at - clock.now())
    with store.write(team.workspace_id) as unit:
        unit.refresh_due(10)  # It turned due soon a little earlier.
        unit.commit()
    with store.system() as headers:
        assert headers.due_workspaces(now - timedelta(microseconds=1)) == []
        assert headers.due_workspaces(now) == [team.workspace_id]
        assert headers.handoff_ids(team.workspace_id) == [handoff_id]
    with store.write(team.workspace_id) as unit:
        ((found, due),) = unit.deadlines.due(10)
        assert (found, due.step) == (handoff_id, Step.MESSAGE)


@pytest.mark.postgres  # on SQLite a sweep waits for its turn instead
@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_sweep_leaves_out_a_handoff_that_somebody_changes_right_now(
    store: Store, team: Team, clock: FixedClock, open_store: Callable[..., Store]
) -> None:
    first, second = signed(store, team), signed(store, team, Deal(account="Larkfield"))
    clock.advance(timedelta(days=2))
    with store.write(team.workspace_id) as act, open_store().write(team.workspace_id) as sweep:
        act.handoffs.lock(first)
        assert {found for found, _ in sweep.deadlines.due(10)} == {second}


@pytest.mark.postgres  # on SQLite nobody acts between the two
@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_what_somebody_did_before_the_sweep_had_the_lock_is_read_under_it(
    store: Store, team: Team, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff_id = signed(store, team)
    clock.advance(timedelta(days=2))
    readers, until = [team.ae.id], clock.now()
    with store.write(team.workspace_id) as sweep:
        found = sweep.deadlines.due(10)
        assert found == sweep.deadlines.for_readers(readers, until=until, limit=10) != []
    with store.write(team.workspace_id) as act:
        handoff = act.handoffs.lock(handoff_id)
        handoff.cancel("They chose another vendor.", by=team.ae, at=act.now)
        act.save(handoff, actor_id=team.ae.id)
        act.commit()
    # The rows as a statement finds them that began before that act ended.
    monkeypatch.setattr(WritableDeadlines, "_found", lambda *_, **__: found)
    with store.write(team.workspace_id) as sweep:
        assert sweep.deadlines.due(10) == []
        assert sweep.deadlines.for_readers(readers, until=until, limit=10) == []


def test_steps_that_turn_due_soon_or_late_are_drawn_anew(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = posted(store, team)
    with store.read(team.workspace_id) as unit:
        assign = unit.deadlines.of(handoff_id)[2]
    for at, found in (
        (assign.due_at - timedelta(hours=4), 1),
        (assign.due_at, 0),
        (assign.due_at + timedelta(microseconds=1), 1),
        (assign.due_at + timedelta(days=3), 0),
    ):
        clock.advance(at - clock.now())
        before = _surfaces(store)
        with store.write(team.workspace_id) as sweep:
            assert sweep.refresh_due(10) == found
            sweep.commit()
        after = _surfaces(store)
        # Of promises nothing is shown that time alone changes.
        assert {key: wanted for key, (wanted, _) in after.items()} == {
            key: wanted + (found if key[0] != "promise" else 0)
            for key, (wanted, _) in before.items()
        }


def test_an_act_announces_itself_and_raises_what_shows_it(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    handoff_id = assigned(store, team)
    before, said = _surfaces(store), len(_notices(store))
    acknowledge(store, team, handoff_id)
    after = _surfaces(store)
    assert {key: wanted for key, (wanted, _) in after.items()} == {
        key: wanted + (key[0] != "promise") for key, (wanted, _) in before.items()
    }
    assert after["guide", team.csm.id][1] == Priority.ANSWER
    assert after["card", None][1] == Priority.ANSWER
    assert _notices(store)[said:] == [
        (NoticeKind.ACKNOWLEDGED, f"channel:{team.channel.id}"),
        (NoticeKind.ANCHOR, f"channel:{team.channel.id}"),
        (NoticeKind.ANCHOR, f"dm:{team.ae.id}"),
        (NoticeKind.ANCHOR, f"dm:{team.csm.id}"),
        (NoticeKind.UNDO_OFFER, f"channel:{team.channel.id}"),
    ]


def test_a_home_tab_follows_for_a_quarter_of_an_hour_after_it_was_opened(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.surfaces.open_home(team.csm.id)
        unit.surfaces.open_home(team.outsider.id)
        unit.commit()
    acknowledge(store, team, handoff_id)
    assert _surfaces(store)["home", team.csm.id][0] == 2
    assert _surfaces(store)["home", team.outsider.id][0] == 1
    machine.advance(timedelta(minutes=16))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.undo_acknowledge(by=team.csm, at=unit.now, policy=Policy())
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    assert _surfaces(store)["home", team.csm.id][0] == 2


def test_every_open_home_that_lists_a_handoff_follows_the_clock(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        until = unit.now.date() + timedelta(days=20)
        unit.set_leave(team.ae.id, until, team.outsider.id, by=team.ae)
        unit.commit()
    lists = (team.ae, team.ae_manager, team.cs_manager, team.outsider)
    with store.write(team.workspace_id) as unit:
        for one in (*lists, team.csm):
            unit.surfaces.open_home(one.id)
        unit.commit()
    before = _surfaces(store)
    with store.read(team.workspace_id) as unit:
        due = unit.deadlines.of(handoff_id)[2].due_at
    clock.advance(due - timedelta(hours=4) - clock.now())
    with store.write(team.workspace_id) as sweep:
        assert sweep.refresh_due(10) == 1
        sweep.commit()
    drawn = {key for key, row in _surfaces(store).items() if row != before[key]}
    assert {who for kind, who in drawn if kind == "home"} == {one.id for one in lists}


def test_an_act_moves_the_home_of_who_stands_in(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        until = unit.now.date() + timedelta(days=20)
        unit.set_leave(team.ae_manager.id, until, team.outsider.id, by=team.ae_manager)
        unit.surfaces.open_home(team.outsider.id)
        unit.commit()
    before = _surfaces(store)["home", team.outsider.id][0]
    with store.write(team.workspace_id) as unit:
        unit.save(unit.handoffs.lock(handoff_id), actor_id=team.ae.id)
        unit.commit()
    assert _surfaces(store)["home", team.outsider.id][0] == before + 1


def test_what_was_said_once_is_not_said_again(store: Store, team: Team) -> None:
    notice = Notice(NoticeKind.WELCOME, Place.DM, "welcome", Priority.NUDGE, person_id=team.ae.id)
    other = make_team(store, team_id="T200")
    with store.write(team.workspace_id) as unit:
        assert unit.outbox.add(notice)
        assert not unit.outbox.add(replace(notice, facts={"again": 1}))
        unit.commit()
    with store.write(other.workspace_id) as unit:
        assert unit.outbox.add(replace(notice, person_id=other.ae.id))
        unit.commit()
    with store.database.reading() as connection:
        rows = connection.execute(select(outbox.c.opaque, outbox.c.facts)).all()
    assert [row.facts for row in rows] == ["{}", "{}"]
    assert len({row.opaque for row in rows}) == 2


def test_an_acknowledgement_takes_few_statements_however_much_there_is(
    store: Store, team: Team
) -> None:
    counts = []
    for number in range(3):
        handoff_id = assigned(store, team, Deal(account=f"Account {number}"))
        with store.database.writing() as connection:
            connection.execute(update(surface).values(ts="1.1", shown=surface.c.wanted))
            connection.commit()
        with _counted(store) as statements:
            acknowledge(store, team, handoff_id)
        counts.append(len(statements))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 17
