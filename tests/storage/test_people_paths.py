"""Somebody else has a part: what of the rows follows, and what the one before goes on reading."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.access import EVERY, Audience
from bot.domain.brief import READ_BY, SECTIONS, audience_of
from bot.domain.champion import Champions
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.history import Tag, verify
from bot.domain.items import Item, SectionKey
from bot.domain.people import ManagerBy
from bot.domain.promises import Side
from bot.domain.succession import Succession
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store
from tests.builders import Team, assigned, initial_all, signed

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)


def reassign(store: Store, team: Team, handoff_id: int) -> None:
    with store.write(team.workspace_id) as unit:
        unit.reassign_ae(unit.handoffs.lock(handoff_id), team.outsider, by=team.ae_manager)
        unit.commit()


def test_what_is_known_of_it_comes_back_as_it_was_kept(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        assert (handoff.succession, handoff.champions) == (Succession(), Champions())
        handoff.succession = Succession(AT, AT.replace(hour=10), AT.replace(hour=11))
        handoff.champions = Champions(2, AT)
        unit.save(handoff, actor_id=None)
        unit.commit()
    with store.read(team.workspace_id) as after:
        kept = after.handoffs.get(handoff_id)
    assert kept.succession == Succession(AT, AT.replace(hour=10), AT.replace(hour=11))
    assert kept.champions == Champions(2, AT)


def test_the_aes_boxes_open_and_those_of_the_csm_stay_and_the_history_has_both(
    store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        initial_all(unit, handoff, team)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    reassign(store, team, handoff_id)
    with store.read(team.workspace_id) as after:
        (entry,) = after.ledger.entries(handoff_id)
        assert set(entry.initials) == {Side.CSM}
        signing = after.handoffs.get(handoff_id).signing
        assert (signing.ae, signing.csm, signing.ae_again_at) == (0, 1, after.now)
        owed = {one.step: one for one in after.deadlines.of(handoff_id)}
        assert owed[Step.INITIALS_AE].state is DeadlineState.OPEN
        assert owed[Step.INITIALS_AE].owner_id == team.outsider.id
        records = after.history.records(handoff_id)
        tags = [one.columns["tag"] for one in records if one.columns]
        assert tags.count(Tag.PROMISE_INITIALED) == 2
        assert Tag.AE_REASSIGNED in tags
        count, head = after.history.head(handoff_id)
        assert verify(records, expected_count=count, expected_head=head).sound


def test_the_manager_of_the_new_ae_follows_unless_one_was_named(store: Store, team: Team) -> None:
    handoff_id, named = signed(store, team), signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.outsider.id, manager_id=team.revops.id)
        handoff = unit.handoffs.lock(handoff_id)
        handoff.ae_manager_by = ManagerBy.HAND
        unit.save(handoff, actor_id=None)
        unit.commit()
    for one in (handoff_id, named):
        reassign(store, team, one)
    with store.read(team.workspace_id) as after:
        assert after.handoffs.get(handoff_id).ae_manager_id == team.revops.id
        assert after.handoffs.get(named).ae_manager_id == team.ae_manager.id


def test_another_csm_asks_the_customer_what_the_one_before_was_to_ask(
    store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        people = unit.brief.load(handoff_id, audiences=EVERY).people
        asked = people.model_copy(update={"must_confirm": (Item.CHAMPION,), "asker": team.csm.id})
        key, at = SectionKey.PEOPLE, unit.now
        unit.brief.save_section(handoff_id, key, asked, by=team.ae.id, at=at)
        unit.reckon(handoff_id)
        unit.commit()
    with store.write(team.workspace_id) as unit:
        unit.assign(unit.handoffs.lock(handoff_id), team.outsider, by=team.cs_manager)
        unit.commit()
    with store.read(team.workspace_id) as after:
        handoff = after.handoffs.get(handoff_id)
        assert after.brief.load(handoff_id, audiences=EVERY).people.asker == team.outsider.id
    asks = {one.item: one.asker for one in handoff.completeness.open}
    assert asks[Item.CHAMPION] == team.outsider.id


def test_every_field_of_the_brief_is_of_an_audience_that_reads_it() -> None:
    for model in SECTIONS.values():
        assert {audience_of(model, name) for name in model.model_fields} <= READ_BY
    assert Audience.RECORDS not in READ_BY


def test_a_former_ae_reads_what_they_wrote_as_they_left_it_and_nothing_beside_it(
    store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    reassign(store, team, handoff_id)
    key = SectionKey.RED_FLAGS
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        before = unit.brief.load(handoff_id, audiences=EVERY)
        newer = before.red_flags.model_copy(
            update={"nearly": "What the next AE found out.", "private_note": "Another worry."}
        )
        unit.brief.save_section(handoff_id, key, newer, by=team.outsider.id, at=unit.now)
        unit.commit()
    with store.read(team.workspace_id) as after:
        brief, own = after.brief.with_own(handoff_id, audiences=(), given=(), writer=team.ae.id)
        assert brief.red_flags == before.red_flags
        assert brief.entries == before.entries
        assert own[key] == {Audience.RED_FLAGS, Audience.PRIVATE_NOTE}
        assert own[SectionKey.PROMISES] == {Audience.CHANNEL}
        public = frozenset({Audience.CHANNEL})
        brief, own = after.brief.with_own(
            handoff_id, audiences=public, given=(), writer=team.outsider.id
        )
        assert brief.red_flags == newer
        assert set(own) == {key}
        for stranger in (team.csm.id, team.revops.id):
            brief, own = after.brief.with_own(handoff_id, audiences=(), given=(), writer=stranger)
            assert own == {}
            assert brief == replace(brief, entries=())
            assert brief.red_flags.nearly == brief.why.trigger == ""


def test_an_ae_whose_account_is_closed_leaves_a_list_where_the_brief_is_owed_and_only_once(
    store: Store, team: Team
) -> None:
    owed, done = signed(store, team), assigned(store, team)
    facts = PersonFacts(name=team.ae.name, deactivated=True)
    for closed in (True, False, True):
        with store.write(team.workspace_id) as unit:
            unit.note_account(team.ae.slack_id, replace(facts, deactivated=closed))
            unit.commit()
    with store.read(team.workspace_id) as after:
        assert after.handoffs.get(owed).succession.interviews_at == after.now
        assert after.handoffs.get(done).succession.interviews_at is None
        tags = [one.columns["tag"] for one in after.history.records(owed) if one.columns]
    assert tags.count(Tag.INTERVIEWS_OPENED) == 1


def test_days_of_a_champion_who_left_are_kept_as_days(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        people = unit.brief.load(handoff_id, audiences=EVERY).people
        gone = tuple(
            one.model_copy(update={"gone": True, "last_day": date(2026, 4, 1)})
            for one in people.contacts
        )
        unit.brief.save_section(
            handoff_id,
            SectionKey.PEOPLE,
            people.with_contacts(gone),
            by=team.ae.id,
            at=unit.now,
        )
        unit.commit()
    with store.read(team.workspace_id) as after:
        read = after.brief.load(handoff_id, audiences={Audience.CHANNEL}).people
    assert read.present == ()
    assert {one.last_day for one in read.champions_gone} == {date(2026, 4, 1)}
