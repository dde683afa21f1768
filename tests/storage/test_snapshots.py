"""States of the brief that were signed and read, kept by ids and read by audience."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.access import EVERY, IN_THE_CHANNEL, Audience
from bot.domain.brief import Brief, People, Success
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.items import SectionKey
from bot.domain.snapshots import Snapshot
from bot.storage.unit_of_work import Store, WriteUnit
from tests.briefs import FULL_BRIEF, ILSE, PEOPLE, SUCCESS
from tests.builders import PROMISE, FixedClock, Team, assigned, fill_brief, posted, signed, started


def kept(store: Store, team: Team, handoff_id: int) -> tuple[Snapshot | None, Snapshot | None]:
    with store.read(team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
        return handoff.signed_brief, handoff.read_brief


def sign(unit: WriteUnit, team: Team, handoff_id: int) -> None:
    handoff = unit.handoffs.lock(handoff_id)
    handoff.countersign(unit.now, by=team.ae, at=unit.now, ae=team.ae)
    unit.save(handoff, actor_id=team.ae.id)


def test_a_handoff_that_starts_signed_was_signed_with_an_empty_brief(
    store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    assert kept(store, team, handoff_id) == (Snapshot(), None)
    assert kept(store, team, started(store, team)) == (None, None)


def test_what_was_signed_stays_as_it_was_through_edits_and_withdrawals(
    store: Store, team: Team
) -> None:
    handoff_id = started(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        fill_brief(unit, handoff, team)
        sign(unit, team, handoff_id)
        unit.commit()
    by = team.ae.id
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        at, brief = unit.now, unit.brief
        (entry,) = brief.load(handoff_id, audiences=EVERY).entries
        later = SUCCESS.model_copy(update={"metric": "Other"})
        brief.save_section(handoff_id, SectionKey.SUCCESS, later, by=by, at=at)
        text = replace(PROMISE, words="Live in 45 days.")
        brief.edit_promise(entry.id, text, base_version=1, by=by, at=at)
        brief.withdraw_promise(entry.id, "Never said", by=by, at=at)
        brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        unit.commit()
    signed_brief, _ = kept(store, team, handoff_id)
    assert signed_brief is not None
    assert signed_brief.promises == {entry.id: 1}
    assert set(signed_brief.sections) == set(SectionKey)
    with store.read(team.workspace_id) as unit:
        then = unit.brief.at(handoff_id, signed_brief, audiences=EVERY)
        now = unit.brief.load(handoff_id, audiences=EVERY)
    assert then.success == SUCCESS
    assert [one.text for one in then.entries] == [PROMISE]
    assert replace(then, entries=()) == replace(FULL_BRIEF, entries=())
    assert now.success == later


def test_a_signature_told_late_keeps_the_brief_as_it_was_then(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = started(store, team)
    times = [clock.now()]
    with store.write(team.workspace_id) as unit:
        fill_brief(unit, unit.handoffs.lock(handoff_id), team)
        unit.commit()
    times.append(clock.advance(timedelta(hours=1)))
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        (entry,) = unit.brief.load(handoff_id, audiences=EVERY).entries
        by, at = team.ae.id, unit.now
        unit.brief.withdraw_promise(entry.id, "Never said", by=by, at=at)
        unit.brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        unit.brief.save_section(handoff_id, SectionKey.SUCCESS, Success(), by=by, at=at)
        unit.commit()
    clock.advance(timedelta(hours=1))
    found = []
    # First told as of now, then corrected to what it was: each time the brief of that moment.
    for told in (clock.now(), times[0], times[0] - timedelta(minutes=1), times[1]):
        with store.write(team.workspace_id) as unit:
            handoff = unit.handoffs.lock(handoff_id)
            handoff.countersign(told, by=team.ae, at=unit.now, ae=team.ae)
            unit.save(handoff, actor_id=team.ae.id)
            then = handoff.signed_brief
            assert then is not None
            brief = unit.brief.at(handoff_id, then, audiences=EVERY)
            (capture,) = (one for one in unit.deadlines.of(handoff_id) if one.step is Step.CAPTURE)
            found.append((brief.success, [one.id for one in brief.entries], capture.state))
            unit.commit()
    done, missed = DeadlineState.DONE, DeadlineState.MISSED
    assert found == [
        (Success(), [entry.id + 1], missed),
        (SUCCESS, [entry.id], done),
        (Success(), [], missed),
        (Success(), [entry.id + 1], missed),
    ]


def test_an_earlier_state_is_read_with_todays_audiences(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    with store.read(team.workspace_id) as unit:
        snapshot = unit.brief.snapshot(handoff_id)
        for audiences in (IN_THE_CHANNEL, EVERY, frozenset[Audience]()):
            then = unit.brief.at(handoff_id, snapshot, audiences=audiences)
            assert then == unit.brief.load(handoff_id, audiences=audiences)
        given = [SectionKey.PEOPLE]
        helped = unit.brief.at(handoff_id, snapshot, audiences=(), given=given)
        assert helped == Brief(people=PEOPLE)


def test_the_csm_alone_has_news_and_only_after_they_read(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        assert unit.news(unit.bundle(handoff_id, viewer=team.csm), viewer=team.csm) == ()
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        people = People(contacts=(ILSE.model_copy(update={"stake": "Her name"}),))
        unit.brief.save_section(handoff_id, SectionKey.PEOPLE, people, by=team.ae.id, at=unit.now)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        found = unit.news(unit.bundle(handoff_id, viewer=team.csm), viewer=team.csm)
        assert "stake" in {one.spot.field for one in found}
        for other in (team.ae, team.cs_manager, team.revops):
            assert unit.news(unit.bundle(handoff_id, viewer=other), viewer=other) == ()


def test_a_difference_shows_nothing_a_reader_may_not_read(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        fill_brief(unit, unit.handoffs.lock(handoff_id), team)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        seen = {}
        for viewer in (team.ae, team.revops):
            bundle = unit.bundle(handoff_id, viewer=viewer)
            then = bundle.handoff.signed_brief
            found = unit.changed_since(bundle, then, viewer=viewer)
            seen[viewer.id] = {one.spot.section for one in found}
    assert SectionKey.RED_FLAGS in seen[team.ae.id]
    assert SectionKey.RED_FLAGS not in seen[team.revops.id]
