"""What two transactions at the same instant may not do to each other; each thread is a replica."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import event

from bot.domain.access import EVERY
from bot.domain.brief import Success, merge
from bot.domain.errors import Conflict
from bot.domain.history import verify
from bot.domain.items import SectionKey
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.domain.promises import PromiseText
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store
from tests.builders import SUCCESS, Team, assigned, posted, signed

THREADS = 6
WAIT = 20.0
STOPPED = 0.3
"""Seconds in which what is not stopped would long be done."""


def _together(work: Callable[[int], object], *, threads: int = THREADS) -> list[object]:
    """Run the same work in several threads that start at the same instant."""
    start = threading.Barrier(threads)

    def begin(number: int) -> object:
        start.wait(WAIT)
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(begin, number) for number in range(threads)]
        return [one.result(WAIT) for one in running]


def test_of_several_with_the_same_key_one_acts_and_the_others_get_its_answer(
    open_store: Callable[..., Store], team: Team
) -> None:
    stores = [open_store() for _ in range(THREADS)]
    acted: list[int] = []

    def act(number: int) -> object:
        with stores[number].write(team.workspace_id) as unit:
            known = unit.received.claim("event-1")
            if known is not None:
                return known
            acted.append(number)
            unit.received.keep("event-1", {"by": number})
            unit.commit()
        return {"by": number}

    answers = _together(act)
    assert len(acted) == 1
    assert answers == [{"by": acted[0]}] * THREADS


def test_a_key_whose_first_owner_rolled_back_is_free_again(
    open_store: Callable[..., Store], team: Team
) -> None:
    first, second = open_store(), open_store()
    claimed, release = threading.Event(), threading.Event()

    def fail() -> None:
        with first.write(team.workspace_id) as unit:
            assert unit.received.claim("event-1") is None
            claimed.set()
            assert release.wait(WAIT)

    def follow() -> object:
        with second.write(team.workspace_id) as unit:
            return unit.received.claim("event-1")

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(fail)
        assert claimed.wait(WAIT)
        following = pool.submit(follow)
        release.set()
        failing.result(WAIT)
        assert following.result(WAIT) is None


def test_an_answer_not_kept_is_an_empty_one_and_other_workspaces_have_keys_of_their_own(
    store: Store, team: Team
) -> None:
    other = store.workspace(enterprise_id="E1", team_id="T100")
    with store.write(team.workspace_id) as unit:
        assert unit.received.seen("event-1") is None
        assert unit.received.claim("event-1") is None
        unit.commit()
    with store.write(team.workspace_id) as unit:
        assert unit.received.claim("event-1") == {}
        assert unit.received.seen("event-1") == {}
    with store.write(other) as unit:
        assert unit.received.claim("event-1") is None


def test_events_appended_at_once_are_numbered_without_a_gap(
    open_store: Callable[..., Store], team: Team
) -> None:
    stores = [open_store() for _ in range(THREADS)]
    handoff_id = signed(stores[0], team)

    def note(number: int) -> object:
        with stores[number].write(team.workspace_id) as unit:
            handoff = unit.handoffs.lock(handoff_id)
            handoff.snoozed("brief", until=unit.now, reason=f"r{number}", by=team.ae, at=unit.now)
            unit.save(handoff, actor_id=team.ae.id)
            unit.commit()
        return None

    _together(note)
    with stores[0].read(team.workspace_id) as unit:
        count, head = unit.history.head(handoff_id)
        records = unit.history.records(handoff_id)
    assert [record.seq for record in records] == list(range(1, 3 + THREADS))
    assert verify(records, expected_count=count, expected_head=head).sound


def test_only_one_of_several_acknowledgements_counts(
    open_store: Callable[..., Store], team: Team
) -> None:
    stores = [open_store() for _ in range(THREADS)]
    handoff_id = assigned(stores[0], team)

    def acknowledge(number: int) -> object:
        with stores[number].write(team.workspace_id) as unit:
            handoff = unit.handoffs.lock(handoff_id)
            try:
                handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
            except Conflict:
                return False
            unit.save(handoff, actor_id=team.csm.id)
            unit.commit()
        return True

    assert sorted(map(bool, _together(acknowledge))) == [False] * (THREADS - 1) + [True]


def _submit(store: Store, team: Team, handoff_id: int, changed: dict[str, str]) -> tuple[str, ...]:
    """Save a form that was opened at revision 1, merged with what was saved meanwhile."""
    key = SectionKey.SUCCESS
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        outcome = merge(
            base=SUCCESS,
            current=unit.brief.load(handoff_id, audiences=EVERY).section(key),
            submitted=SUCCESS.model_copy(update=changed),
        )
        if not outcome.conflicts:
            unit.brief.save_section(handoff_id, key, outcome.section, by=team.ae.id, at=unit.now)
            unit.commit()
    return tuple(one.field for one in outcome.conflicts)


def _opened_form(store: Store, team: Team) -> int:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        key, by = SectionKey.SUCCESS, team.ae.id
        unit.brief.save_section(handoff_id, key, SUCCESS, by=by, at=unit.now)
        unit.commit()
    return handoff_id


def test_different_fields_saved_at_once_are_all_kept(
    open_store: Callable[..., Store], team: Team
) -> None:
    stores = [open_store(), open_store()]
    handoff_id = _opened_form(stores[0], team)
    changes = [{"target": "3 days"}, {"whose": "Head of Sales"}]
    conflicts = _together(
        lambda number: _submit(stores[number], team, handoff_id, changes[number]), threads=2
    )
    assert conflicts == [(), ()]
    with stores[0].read(team.workspace_id) as unit:
        success = unit.brief.load(handoff_id, audiences=EVERY).success
        assert unit.brief.revision(handoff_id, SectionKey.SUCCESS) == 3
    assert isinstance(success, Success)
    assert (success.target, success.whose) == ("3 days", "Head of Sales")


def test_of_the_same_field_saved_at_once_one_is_kept_and_the_other_told(
    open_store: Callable[..., Store], team: Team
) -> None:
    stores = [open_store(), open_store()]
    handoff_id = _opened_form(stores[0], team)
    changes = [{"target": "3 days"}, {"target": "5 days"}]
    conflicts = _together(
        lambda number: _submit(stores[number], team, handoff_id, changes[number]), threads=2
    )
    assert sorted(conflicts, key=str) == [("target",), ()] or conflicts == [(), ("target",)]
    kept = changes[conflicts.index(())]["target"]
    with stores[0].read(team.workspace_id) as unit:
        assert unit.brief.load(handoff_id, audiences=EVERY).success.target == kept
        assert unit.brief.revision(handoff_id, SectionKey.SUCCESS) == 2


def test_promises_added_at_once_get_different_numbers(
    open_store: Callable[..., Store], team: Team
) -> None:
    stores = [open_store() for _ in range(THREADS)]
    handoff_id = signed(stores[0], team)

    def add(number: int) -> object:
        with stores[number].write(team.workspace_id) as unit:
            unit.handoffs.lock(handoff_id)
            text = PromiseText(f"Promise {number}")
            made = unit.brief.add_promise(handoff_id, text, by=team.ae.id, at=unit.now)
            unit.commit()
        return made.number

    assert sorted(map(str, _together(add))) == [str(one + 1) for one in range(THREADS)]


def test_a_person_met_by_several_at_once_is_one_person(
    open_store: Callable[..., Store], team: Team
) -> None:
    stores = [open_store() for _ in range(THREADS)]

    def meet(number: int) -> object:
        with stores[number].write(team.workspace_id) as unit:
            met = unit.people.ensure("UNEW", facts=PersonFacts("Nia"))
            unit.commit()
        return met.id

    assert len(set(_together(meet))) == 1


def test_acts_on_different_handoffs_of_the_same_people_do_not_stop_each_other(
    open_store: Callable[..., Store], team: Team
) -> None:
    stores = [open_store() for _ in range(THREADS)]
    ids = [posted(stores[0], team) for _ in range(THREADS)]
    with stores[0].write(team.workspace_id) as unit:
        for person in (team.cs_manager, team.csm, team.ae):
            unit.surfaces.open_home(person.id)
        unit.commit()

    def assign(number: int) -> object:
        for handoff_id in (ids[number], ids[(number + 1) % THREADS]):
            with stores[number].write(team.workspace_id) as unit:
                handoff = unit.handoffs.lock(handoff_id)
                if handoff.csm_id is None:
                    handoff.assign_csm(team.csm, by=team.cs_manager, at=unit.now)
                    unit.save(handoff, actor_id=team.cs_manager.id)
                    unit.commit()
        return None

    _together(assign)
    with stores[0].read(team.workspace_id) as after:
        assert {after.handoffs.get(one).csm_id for one in ids} == {team.csm.id}


def test_a_handoff_is_locked_until_its_unit_ends(
    open_store: Callable[..., Store], team: Team
) -> None:
    first, second = open_store(), open_store()
    handoff_id = signed(first, team)
    locked, order = threading.Event(), list[str]()

    def follow(store: Store) -> None:
        assert locked.wait(WAIT)
        with store.write(team.workspace_id) as unit:
            unit.handoffs.lock(handoff_id)
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with first.write(team.workspace_id) as unit:
            unit.handoffs.lock(handoff_id)
            following = pool.submit(partial(follow, second))
            locked.set()
            order.append("first")
        following.result(WAIT)
    assert order == ["first", "second"]


NEWER, OLDER = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)


def test_what_is_told_of_an_account_waits_for_what_is_told_at_once_and_undoes_nothing_newer(
    open_store: Callable[..., Store], team: Team
) -> None:
    first, second = open_store(), open_store()
    sam = team.outsider

    def follow() -> None:
        with second.write(team.workspace_id) as unit:
            unit.note_account(sam.slack_id, PersonFacts(sam.name, changed_at=OLDER), heard=True)
            unit.commit()

    with ThreadPoolExecutor(1) as pool:
        with first.write(team.workspace_id) as unit:
            guest = PersonFacts(sam.name, guest=True, changed_at=NEWER)
            unit.note_account(sam.slack_id, guest, heard=True)
            following = pool.submit(follow)
            wait([following], STOPPED)
            assert not following.done()
            unit.commit()
        following.result(WAIT)
    with first.read(team.workspace_id) as after:
        assert after.people.get(sam.id).guest


def test_a_list_of_accounts_waits_for_nobody_who_changes_one_of_them(
    open_store: Callable[..., Store], team: Team
) -> None:
    first, second = open_store(), open_store()
    if first.database.dialect == "sqlite":
        pytest.skip("there one writes at a time")
    told = {
        one.slack_id: PersonFacts(one.name, one.zone, changed_at=NEWER)
        for one in (team.ae, team.outsider)
    }
    with first.write(team.workspace_id) as unit:
        unit.people.lock(team.ae.slack_id)
        with second.write(team.workspace_id) as listing:
            assert listing.people.confirm(told) == []
            listing.commit()
    with first.write(team.workspace_id) as unit:
        older = {one: PersonFacts("Somebody", changed_at=OLDER) for one in told}
        assert not unit.people.knows_newer(team.ae.id, older[team.ae.slack_id])
        assert unit.people.knows_newer(team.outsider.id, older[team.outsider.slack_id])


def test_a_line_settled_while_its_channel_becomes_shared_is_not_overlooked(
    open_store: Callable[..., Store], team: Team
) -> None:
    sending, noting = open_store(), open_store()
    with sending.write(team.workspace_id) as unit:
        unit.outbox.add(_line(team))
        unit.commit()
    (job,) = sending.delivery.lease(1, lease=timedelta(minutes=2))
    noted = threading.Event()

    def share() -> None:
        with noting.write(team.workspace_id) as unit:
            unit.channels.note("C0DEAL", shared=True)
            unit.commit()
        noted.set()

    with ThreadPoolExecutor(1) as pool:
        sharing: list[Future[None]] = []

        def meanwhile(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if statement.startswith("UPDATE outbox") and not sharing:
                # Between the look at the channel and what is written because of it.
                sharing.append(pool.submit(share))
                noted.wait(STOPPED)

        event.listen(sending.database.writers, "before_cursor_execute", meanwhile)
        assert sending.delivery.sent(job, ts="5.5", channel="C0DEAL")
        sharing[0].result(WAIT)
    (again,) = sending.delivery.lease(1, lease=timedelta(minutes=2))
    assert (again.method, again.stands) == ("chat.delete", "5.5")


def _line(team: Team) -> Notice:
    return Notice(
        NoticeKind.STATUS_POST,
        Place.CHANNEL,
        "status",
        Priority.ANSWER,
        person_id=team.revops.id,
        channel_id=team.channel.id,
    )
