"""Every state of a section, as far as a reader may read it."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.access import EVERY, IN_THE_CHANNEL
from bot.domain.brief import People, Section, Success
from bot.domain.items import SectionKey
from bot.storage.unit_of_work import Store
from tests.briefs import ILSE, RED_FLAGS
from tests.builders import PROMISE, SUCCESS, FixedClock, Team, signed

MINUTE = timedelta(minutes=1)


def save(store: Store, team: Team, handoff_id: int, key: SectionKey, new: Section) -> None:
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        unit.brief.save_section(handoff_id, key, new, by=team.ae.id, at=unit.now)
        unit.commit()


def test_every_save_is_a_version_with_who_and_when(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    first, began = Success(metric="Errors"), clock.now()
    for section in (first, SUCCESS, SUCCESS, first):
        save(store, team, handoff_id, SectionKey.SUCCESS, section)
        clock.advance(MINUTE)
    with store.read(team.workspace_id) as unit:
        found = unit.brief.versions(handoff_id, SectionKey.SUCCESS, audiences=EVERY)
        assert unit.brief.versions(handoff_id, SectionKey.WHY, audiences=EVERY) == []
    assert [one.brief.success for one in found] == [first, SUCCESS, first]
    assert [one.at - began for one in found] == [0 * MINUTE, MINUTE, 3 * MINUTE]
    assert {one.by for one in found} == {team.ae.id}


def test_a_save_of_what_a_reader_may_not_read_is_no_version_to_them(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    for stake, title in (("a", "Head"), ("b", "Head"), ("b", "Director")):
        ilse = ILSE.model_copy(update={"stake": stake, "title": title})
        save(store, team, handoff_id, SectionKey.PEOPLE, People(contacts=(ilse,)))
        clock.advance(MINUTE)
    save(store, team, handoff_id, SectionKey.RED_FLAGS, RED_FLAGS)
    with store.read(team.workspace_id) as unit:
        full = unit.brief.versions(handoff_id, SectionKey.PEOPLE, audiences=EVERY)
        less = unit.brief.versions(handoff_id, SectionKey.PEOPLE, audiences=IN_THE_CHANNEL)
        helped = unit.brief.versions(
            handoff_id, SectionKey.PEOPLE, audiences=(), given=[SectionKey.PEOPLE]
        )
        flags = SectionKey.RED_FLAGS
        assert unit.brief.versions(handoff_id, flags, audiences=IN_THE_CHANNEL) == []
        assert unit.brief.versions(handoff_id, flags, audiences=(), given=[flags]) == []
    assert [one.brief.people.contacts[0].stake for one in full] == ["a", "b", "b"]
    assert helped == full
    assert [one.brief.people.contacts[0].title for one in less] == ["Head", "Director"]
    assert {one.brief.people.contacts[0].stake for one in less} == {""}


def test_a_promise_added_reworded_or_withdrawn_makes_a_version_of_its_section(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    reworded = replace(PROMISE, words="Live in 45 days.")
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        by, brief = team.ae.id, unit.brief
        at = [clock.now() + number * MINUTE for number in range(4)]
        one = brief.add_promise(handoff_id, PROMISE, by=by, at=at[0])
        brief.add_promise(handoff_id, PROMISE, by=by, at=at[1])
        brief.edit_promise(one.id, reworded, base_version=1, by=team.csm.id, at=at[2])
        brief.withdraw_promise(one.id, "Never said", by=by, at=at[3])
        found = brief.versions(handoff_id, SectionKey.PROMISES, audiences=EVERY)
        assert brief.versions(handoff_id, SectionKey.PROMISES, audiences=()) == []
    assert [[entry.text.words for entry in one.brief.entries] for one in found] == [
        [PROMISE.words],
        [PROMISE.words, PROMISE.words],
        [reworded.words, PROMISE.words],
        [PROMISE.words],
    ]
    assert [one.by for one in found] == [by, by, team.csm.id, by]
    assert [one.at for one in found] == at


def test_the_section_of_the_promises_and_its_entries_share_one_row_of_versions(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        by, brief, key = team.ae.id, unit.brief, SectionKey.PROMISES
        refused = brief.load(handoff_id, audiences=EVERY).promises
        refused = refused.model_copy(update={"refused": "Nights"})
        brief.add_promise(handoff_id, PROMISE, by=by, at=clock.now() + MINUTE)
        brief.save_section(handoff_id, key, refused, by=by, at=clock.now())
        found = brief.versions(handoff_id, key, audiences=EVERY)
    assert [(one.brief.promises.refused, len(one.brief.entries)) for one in found] == [
        ("Nights", 0),
        ("Nights", 1),
    ]
