import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.domain.access import EVERY, IN_THE_CHANNEL, Audience
from bot.domain.brief import Brief, People, Promises, Success
from bot.domain.errors import Conflict, NotFound, Problem
from bot.domain.items import SectionKey
from bot.domain.merging import FieldConflict
from bot.domain.promises import Kind, PromiseText
from bot.storage.tables import document
from bot.storage.unit_of_work import Store
from tests.briefs import PEOPLE, RED_FLAGS
from tests.builders import PROMISE, SUCCESS, FixedClock, Team, make_team, signed


def test_a_section_is_kept_at_every_revision(store: Store, team: Team, clock: FixedClock) -> None:
    handoff_id = signed(store, team)
    other = SUCCESS.model_copy(update={"target": "3 days"})
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        brief, at = unit.brief, clock.now()
        assert brief.revision(handoff_id, SectionKey.SUCCESS) == 0
        for number, (section, by) in enumerate(((SUCCESS, team.ae), (other, team.revops)), 1):
            saved = brief.save_section(handoff_id, SectionKey.SUCCESS, section, by=by.id, at=at)
            assert saved == number
        unit.commit()
    with store.read(team.workspace_id) as after:
        kept = [
            after.brief.at_revision(handoff_id, SectionKey.SUCCESS, one, audiences=EVERY)
            for one in range(3)
        ]
        assert kept == [Success(), SUCCESS, other]
        assert after.brief.revision(handoff_id, SectionKey.SUCCESS) == 2
        versions = after.brief.versions(handoff_id, SectionKey.SUCCESS, audiences=EVERY)
        assert [(one.by, one.at) for one in versions] == [(team.ae.id, at), (team.revops.id, at)]
        assert after.brief.load(handoff_id, audiences=EVERY) == Brief(success=other)
        with pytest.raises(NotFound) as refused:
            after.brief.at_revision(handoff_id, SectionKey.SUCCESS, 3, audiences=EVERY)
        assert refused.value.problem is Problem.STALE_BUTTON


def test_sections_have_revisions_of_their_own(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    none_made = Promises(none_made=True)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        for key, section in ((SectionKey.SUCCESS, SUCCESS), (SectionKey.PROMISES, none_made)):
            at = unit.now
            assert unit.brief.save_section(handoff_id, key, section, by=team.ae.id, at=at) == 1
        assert unit.brief.load(handoff_id, audiences=EVERY) == Brief(
            success=SUCCESS, promises=none_made
        )


def test_what_an_audience_may_not_read_stays_empty(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        key, by, at = SectionKey.SUCCESS, team.ae.id, unit.now
        unit.brief.save_section(handoff_id, key, SUCCESS, by=by, at=at)
        unit.brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        assert unit.brief.load(handoff_id, audiences={Audience.REASONS}) == Brief()
        assert unit.brief.load(handoff_id, audiences=set(Audience)).success == SUCCESS


def test_people_are_kept_part_by_part_and_stay_gone_once_taken_off(
    store: Store, team: Team
) -> None:
    handoff_id, key, by = signed(store, team), SectionKey.PEOPLE, team.ae.id
    three = PEOPLE
    louder = three.contacts[0].model_copy(update={"behaviour": "Says it at once."})
    two = three.with_contacts((louder, three.contacts[2]))
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        brief, at = unit.brief, unit.now
        for number, people in enumerate((three, two, People()), start=1):
            assert brief.save_section(handoff_id, key, people, by=by, at=at) == number
        kept = [brief.at_revision(handoff_id, key, n, audiences=EVERY) for n in range(4)]
        assert kept == [People(), three, two, People()]
        assert brief.save_section(handoff_id, key, two, by=by, at=at) == 4
        told = brief.load(handoff_id, audiences=IN_THE_CHANNEL).people
        assert [one.name for one in told.contacts] == ["Ilse Brandt", "Tomasz Grel"]
        assert all(one.behaviour == "" and one.stake == "" for one in told.contacts)
        nobody = brief.load(handoff_id, audiences={Audience.PERSONAL}).people
        assert nobody.contacts == ()
        given = brief.load(handoff_id, audiences=(), given={key})
        assert given == Brief(people=two)


def test_a_brief_is_changed_only_under_the_lock_of_its_handoff(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    by = team.ae.id
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        made = unit.brief.add_promise(handoff_id, PROMISE, by=by, at=unit.now)
        unit.commit()
    with store.write(team.workspace_id) as unit:
        at = unit.now
        with pytest.raises(RuntimeError, match="lock"):
            unit.brief.save_section(handoff_id, SectionKey.SUCCESS, SUCCESS, by=by, at=at)
        with pytest.raises(RuntimeError, match="lock"):
            unit.brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        with pytest.raises(RuntimeError, match="lock"):
            unit.brief.edit_promise(made.id, PROMISE, base_version=1, by=by, at=at)
        with pytest.raises(RuntimeError, match="lock"):
            unit.brief.withdraw_promise(made.id, "No", by=by, at=at)


def test_a_promise_keeps_every_wording(store: Store, team: Team, clock: FixedClock) -> None:
    handoff_id = signed(store, team)
    second = PromiseText("The connector is live in 45 days.", Kind.INTEGRATION, "Ilse Brandt")
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        by, at, brief = team.ae.id, unit.now, unit.brief
        made = brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        assert brief.edit_promise(made.id, PROMISE, base_version=1, by=by, at=at) == (made, ())
        edited, _ = brief.edit_promise(made.id, second, base_version=1, by=team.csm.id, at=at)
        assert (edited.number, edited.version, edited.text) == (1, 2, second)
        versions = brief.promise_versions(made.id)
        assert [(one.text, one.by) for one in versions] == [(PROMISE, by), (second, team.csm.id)]
        assert brief.load(handoff_id, audiences=EVERY).entries == (edited,)


def test_a_promise_is_merged_field_by_field_and_only_a_field_both_changed_is_a_conflict(
    store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    reworded = replace(PROMISE, words="Live in 45 days.")
    readdressed = replace(PROMISE, said_to="Omar", words="Live in 60 days.")
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        by, at, brief = team.ae.id, unit.now, unit.brief
        made = brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        brief.edit_promise(made.id, reworded, base_version=1, by=by, at=at)
        merged, conflicts = brief.edit_promise(made.id, readdressed, base_version=1, by=by, at=at)
        assert merged.text == replace(reworded, said_to="Omar")
        assert conflicts == (FieldConflict("words", "Live in 45 days.", "Live in 60 days."),)
        again, conflicts = brief.edit_promise(
            made.id, readdressed, base_version=merged.version, by=by, at=at
        )
        assert (again.text, conflicts) == (readdressed, ())


def test_a_withdrawn_promise_keeps_its_number_and_leaves_the_brief(
    store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    by = team.ae.id
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        brief, at = unit.brief, unit.now
        first = brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        withdrawn = brief.withdraw_promise(first.id, "Was never said", by=by, at=at)
        assert withdrawn.withdrawn
        with pytest.raises(Conflict) as refused:
            brief.withdraw_promise(first.id, "Again", by=by, at=at)
        assert refused.value.problem is Problem.ALREADY_DONE
        with pytest.raises(Conflict):
            brief.edit_promise(first.id, PROMISE, base_version=1, by=by, at=at)
        second = brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        assert second.number == 2
        assert brief.load(handoff_id, audiences=EVERY).entries == (second,)
        assert brief.promise(handoff_id, first.id) == withdrawn


def test_a_promise_of_another_handoff_or_workspace_does_not_exist(store: Store, team: Team) -> None:
    handoff_id, second = signed(store, team), signed(store, team)
    other = make_team(store, team_id="T200")
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        made = unit.brief.add_promise(handoff_id, PROMISE, by=team.ae.id, at=unit.now)
        with pytest.raises(NotFound):
            unit.brief.promise(second, made.id)
        unit.commit()
    with store.write(other.workspace_id) as unit:
        assert unit.brief.load(handoff_id, audiences=EVERY) == Brief()
        assert unit.brief.promise_versions(made.id) == []
        with pytest.raises(NotFound):
            unit.brief.withdraw_promise(made.id, "No", by=other.ae.id, at=unit.now)


def test_a_locked_handoff_is_read_once_and_what_was_written_since_is_seen(
    store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    executed: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        executed.append(statement)

    event.listen(store.database.writers, "before_cursor_execute", note)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        by, at = team.ae.id, unit.now
        assert unit.brief.load(handoff_id, audiences=EVERY) == Brief()
        executed.clear()
        assert unit.brief.load(handoff_id, audiences=EVERY) == Brief()
        assert unit.brief.revision(handoff_id, SectionKey.SUCCESS) == 0
        assert executed == []

        for number, metric in enumerate(("Days to dispatch", "Pick errors"), 1):
            section = SUCCESS.model_copy(update={"metric": metric})
            unit.brief.save_section(handoff_id, SectionKey.SUCCESS, section, by=by, at=at)
            assert unit.brief.load(handoff_id, audiences=EVERY).success == section
            assert unit.brief.revision(handoff_id, SectionKey.SUCCESS) == number
        promise = unit.brief.add_promise(handoff_id, PROMISE, by=by, at=at)
        assert unit.brief.load(handoff_id, audiences=EVERY).entries == (promise,)
        reworded = replace(PROMISE, words="Live in 40 days.")
        after, _ = unit.brief.edit_promise(promise.id, reworded, base_version=1, by=by, at=at)
        assert unit.brief.load(handoff_id, audiences=EVERY).entries == (after,)
        unit.brief.withdraw_promise(promise.id, "Never said", by=by, at=at)
        assert unit.brief.load(handoff_id, audiences=EVERY).entries == ()
        unit.commit()
    with store.read(team.workspace_id) as after_all:
        kept = after_all.brief.load(handoff_id, audiences=EVERY)
        assert kept.success.metric == "Pick errors"
        assert kept.entries == ()


def test_who_reads_less_is_read_for_apart_also_in_a_locked_handoff(
    store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        key, by, at = SectionKey.RED_FLAGS, team.ae.id, unit.now
        unit.brief.save_section(handoff_id, key, RED_FLAGS, by=by, at=at)
        assert unit.brief.load(handoff_id, audiences=EVERY).red_flags == RED_FLAGS
        seen = unit.brief.load(handoff_id, audiences={Audience.RED_FLAGS}).red_flags
        assert seen == RED_FLAGS.model_copy(update={"private_note": ""})
        assert unit.brief.load(handoff_id, audiences={Audience.CHANNEL}) == Brief()


def test_a_part_that_an_earlier_version_wrote_is_not_written_anew_for_what_it_did_not_know(
    store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    key = SectionKey.PEOPLE
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        unit.brief.save_section(handoff_id, key, People(history="Years"), by=1, at=unit.now)
        unit.commit()
    with store.database.writers.begin() as connection:
        for row in connection.execute(select(document)).mappings().all():
            body = {name: one for name, one in json.loads(row["body"]).items() if name != "asker"}
            here = update(document).where(document.c.id == row["id"])
            connection.execute(here.values(body=json.dumps(body)))
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        unit.brief.save_section(handoff_id, key, People(history="Months"), by=1, at=unit.now)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        seen = [
            len(unit.brief.versions(handoff_id, key, audiences={audience}))
            for audience in (Audience.PERSONAL, Audience.RELATIONS)
        ]
    assert seen == [1, 2]
