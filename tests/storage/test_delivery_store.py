from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.domain.deadlines import Step
from bot.domain.digest import Word
from bot.domain.notices import JobSource, Notice, NoticeKind, Place, Priority, SurfaceKind
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.storage.jobs import Job
from bot.storage.leasing import Candidate, HeldBack, Open
from bot.storage.tables import workspace
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, FixedClock, Team, make_team, posted, signed

LEASE = timedelta(minutes=2)
MINUTE, HOUR, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=1)


def _say(store: Store, team: Team, key: str, **changed: Any) -> None:
    given: dict[str, Any] = {
        "kind": NoticeKind.WELCOME,
        "place": Place.DM,
        "priority": Priority.HAND_OVER,
        "person_id": team.ae.id,
        **changed,
    }
    with store.write(team.workspace_id) as unit:
        unit.outbox.add(Notice(key=key, **given))
        unit.commit()


def _lease(store: Store, limit: int = 1, **changed: Any) -> list[Job]:
    return store.delivery.lease(limit, lease=LEASE, **changed)


class _Busy(Open):
    """Lets nothing go to some destinations."""

    def __init__(self, destinations: Sequence[tuple[int, str]]) -> None:
        self._destinations = destinations

    def held_back(self, _within: Connection, /) -> HeldBack:
        return HeldBack(destinations=self._destinations)


def _key(job: Job) -> str:
    return job.notice.key if job.notice else str(job.source)


def _keys_in_order(store: Store) -> list[str]:
    keys = []
    while jobs := _lease(store):
        keys.append(_key(jobs[0]))
        store.delivery.sent(jobs[0], ts="1.1", channel="D1")
    return keys


def test_one_thing_at_a_time_goes_to_one_destination(store: Store, team: Team) -> None:
    _say(store, team, "first")
    _say(store, team, "second")
    _say(store, team, "other", person_id=team.csm.id)
    jobs = _lease(store, 10)
    assert [_key(job) for job in jobs] == ["first", "other"]
    assert _lease(store, 10) == []
    assert store.delivery.sent(jobs[0], ts="1.1", channel="D1")
    assert [_key(job) for job in _lease(store, 10)] == ["second"]


class _Looks(Open):
    """Counts the looks over all that waits."""

    def __init__(self) -> None:
        self.count = 0

    def held_back(self, _within: Connection, /) -> HeldBack:
        self.count += 1
        return HeldBack()


def test_one_look_serves_several_leases_in_the_same_order(store: Store, team: Team) -> None:
    for person in (team.ae, team.csm, team.revops):
        for number in range(2):
            _say(store, team, f"{number} {person.name}", person_id=person.id)
    looks, seen, keys = _Looks(), list[Candidate](), []
    while jobs := _lease(store, gate=looks, seen=seen):
        keys.append(_key(jobs[0]))
        store.delivery.sent(jobs[0], ts="1.1", channel="D1")
        if len(keys) == 6:
            assert looks.count == 1
    assert keys == [
        f"{number} {person.name}"
        for person in (team.ae, team.csm, team.revops)
        for number in range(2)
    ]
    assert looks.count == 2


def test_what_was_seen_is_held_against_the_rows_when_it_is_taken(store: Store, team: Team) -> None:
    people = (team.ae, team.csm, team.revops, team.cs_manager)
    for person in people:
        _say(store, team, person.name, person_id=person.id)
    seen: list[Candidate] = []
    (first,) = _lease(store, seen=seen)
    assert len(seen) == 3
    (other,) = _lease(store)
    assert (_key(first), _key(other)) == (team.ae.name, team.csm.name)
    (third,) = _lease(store, seen=seen)
    assert _key(third) == team.revops.name
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(unit.now)
        unit.commit()
    assert len(seen) == 1
    assert _lease(store, seen=seen) == []


def test_answers_go_first_then_what_matters_more_then_what_is_older(
    store: Store, team: Team
) -> None:
    _say(store, team, "nudge", priority=Priority.NUDGE)
    _say(store, team, "late", priority=Priority.LATE)
    _say(store, team, "answer", priority=Priority.ANSWER)
    _say(store, team, "late too", priority=Priority.LATE)
    assert _keys_in_order(store) == ["answer", "late", "late too", "nudge"]


def test_everybody_is_greeted_before_the_first_of_many_things_decided_at_once(
    store: Store, team: Team
) -> None:
    people = (team.ae, team.csm, team.revops, team.cs_manager, team.ae_manager, team.outsider)
    with store.write(team.workspace_id) as unit:
        for person in people:
            for number in range(3):
                key = f"{number}:{person.id}"
                late = Notice(NoticeKind.LATE, Place.DM, key, Priority.LATE, person_id=person.id)
                unit.outbox.add(late)
        unit.commit()
    order = _keys_in_order(store)
    for person in people:
        first = min(order.index(f"{number}:{person.id}") for number in range(3))
        assert order.index(f"welcome:{person.id}") < first
    assert len(order) == 4 * len(people)


def test_what_waits_long_overtakes_what_matters_more_but_never_an_answer(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    _say(store, team, "old nudge", priority=Priority.NUDGE)
    machine.advance(41 * MINUTE)
    _say(store, team, "late", priority=Priority.LATE)
    _say(store, team, "answer", priority=Priority.ANSWER)
    assert _keys_in_order(store) == ["answer", "old nudge", "late"]


def test_what_is_tried_after_a_restore_is_not_taken_for_what_the_backup_knows_nothing_of(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    _say(store, team, "once")
    with store.database.writing() as connection:
        # By a clock that is far ahead of Slack's, as is that of the machine still.
        connection.execute(update(workspace).values(restored_from=machine.now() - MINUTE))
        connection.commit()
    store.delivery.slack_showed(machine.now() - HOUR)
    (job,) = _lease(store)
    assert store.delivery.mark_maybe_sent(job)
    assert store.delivery.retry(job, after=MINUTE)
    machine.advance(MINUTE)
    (job,) = _lease(store)
    assert job.maybe_sent
    assert not job.restored


def test_a_lease_that_ran_out_goes_to_the_next_and_the_first_can_settle_nothing(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    _say(store, team, "once")
    (late,) = _lease(store)
    assert store.delivery.mark_maybe_sent(late)
    machine.advance(LEASE)
    (job,) = _lease(store)
    assert job.maybe_sent
    assert job.first_try_at is not None
    settles: list[Callable[[], bool]] = [
        lambda: store.delivery.mark_maybe_sent(late),
        lambda: store.delivery.sent(late, ts="1.1", channel="D1"),
        lambda: store.delivery.retry(late, after=MINUTE, maybe_sent=False),
        lambda: store.delivery.dead(late, reason="no"),
        lambda: store.delivery.cancelled(late, reason="no"),
        lambda: store.delivery.unconfirmed(late, reason="no"),
        lambda: store.delivery.postpone(late, until=late.lease_until),
    ]
    assert [settle() for settle in settles] == [False] * len(settles)
    assert store.delivery.sent(job, ts="1.1", channel="D1")
    assert _lease(store) == []


def test_two_replicas_never_hold_the_same_job(
    open_store: Callable[..., Store], store: Store, team: Team
) -> None:
    for person in (team.ae, team.csm, team.revops):
        _say(store, team, f"to {person.name}", person_id=person.id)
    other = open_store()
    held = [_key(job) for one in (store, other, store, other) for job in _lease(one)]
    assert len(held) == len(set(held)) == 3


def test_what_is_for_later_waits_for_its_own_clock(
    store: Store, team: Team, clock: FixedClock, machine: FakeMachine
) -> None:
    morning: datetime = clock.now() + 3 * MINUTE
    _say(store, team, "in the morning", not_before=morning)
    machine.advance(5 * MINUTE)
    assert _lease(store) == []
    clock.advance(3 * MINUTE)
    (job,) = _lease(store)
    assert store.delivery.postpone(job, until=clock.now() + MINUTE)
    assert _lease(store) == []
    clock.advance(MINUTE)
    (job,) = _lease(store)
    assert store.delivery.retry(job, after=MINUTE, maybe_sent=False)
    assert _lease(store) == []
    assert store.delivery.next_due() == machine.now() + MINUTE
    machine.advance(MINUTE)
    assert [one.attempts for one in _lease(store)] == [1]


def test_doubt_waits_longer_than_certainty(store: Store, team: Team, machine: FakeMachine) -> None:
    _say(store, team, "certain")
    _say(store, team, "in doubt", person_id=team.csm.id)
    certain, doubtful = _lease(store, 2)
    store.delivery.mark_maybe_sent(doubtful)
    for job in (certain, doubtful):
        store.delivery.retry(job, after=MINUTE, in_doubt_after=5 * MINUTE)
    machine.advance(MINUTE)
    assert [_key(job) for job in _lease(store, 2)] == ["certain"]
    machine.advance(4 * MINUTE)
    assert "in doubt" in [_key(job) for job in _lease(store, 2)]


class Closed(Open):
    """A gate that has some things not looked at."""

    def __init__(self, **held_back: Any) -> None:
        self._held_back = HeldBack(**held_back)

    def held_back(self, _within: Connection, /) -> HeldBack:
        return self._held_back


@pytest.mark.parametrize(
    "held_back", ["workspaces", "methods", "methods_but_answers", "destinations", "block"]
)
def test_one_workspace_is_held_back_alone(store: Store, team: Team, held_back: str) -> None:
    other = make_team(store, team_id="T200")
    for one in (team, other):
        _say(store, one, "hello")
    here = team.workspace_id
    choices: dict[str, dict[str, Any]] = {
        "workspaces": {"workspaces": [here]},
        "methods": {"methods": [(here, "chat.postMessage")]},
        "methods_but_answers": {"methods_but_answers": [(here, "chat.postMessage")]},
        "destinations": {"destinations": [(here, f"dm:{team.ae.id}")]},
        "block": {},
    }
    if held_back == "block":
        store.delivery.block_workspace(here, "token_revoked")
    gate = Closed(**choices[held_back])
    assert [job.workspace_id for job in _lease(store, 5, gate=gate)] == [other.workspace_id]


def test_what_is_left_of_a_rate_is_for_answers(store: Store, team: Team) -> None:
    _say(store, team, "nudge", priority=Priority.NUDGE)
    _say(store, team, "answer", priority=Priority.ANSWER, person_id=team.csm.id)
    gate = Closed(methods_but_answers=[(team.workspace_id, "chat.postMessage")])
    assert [_key(job) for job in _lease(store, 5, gate=gate)] == ["answer"]


def test_where_nothing_can_be_looked_for_what_is_in_doubt_waits_but_for_answers(
    store: Store, team: Team
) -> None:
    _say(store, team, "in doubt")
    _say(store, team, "answer in doubt", priority=Priority.ANSWER, person_id=team.csm.id)
    for job in _lease(store, 2):
        store.delivery.mark_maybe_sent(job)
        store.delivery.retry(job, after=timedelta(0))
    _say(store, team, "new", person_id=team.revops.id)
    gate = Closed(looks=[team.workspace_id])
    assert [_key(job) for job in _lease(store, 5, gate=gate)] == ["answer in doubt", "new"]
    assert [_key(job) for job in _lease(store, 5)] == ["in doubt"]


def test_a_blocked_workspace_is_tried_again_and_freed(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    _say(store, team, "hello")
    store.delivery.block_workspace(team.workspace_id, "token_revoked")
    assert store.delivery.blocked() == {team.workspace_id: "token_revoked"}
    machine.advance(5 * MINUTE)
    (job,) = _lease(store)
    assert job.probing
    store.delivery.unblock_workspace(team.workspace_id)
    assert store.delivery.blocked() == {}


def test_a_paused_workspace_gives_answers_only(store: Store, team: Team, clock: FixedClock) -> None:
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(clock.now())
        unit.commit()
    _say(store, team, "own accord", priority=Priority.LATE)
    _say(store, team, "answer", priority=Priority.ANSWER, person_id=team.csm.id)
    assert [_key(job) for job in _lease(store, 5)] == ["answer"]


def _card(store: Store) -> Job:
    jobs = _lease(store, 10)
    return next(job for job in jobs if job.surface and job.surface.kind is SurfaceKind.CARD)


def test_a_surface_is_posted_once_and_edited_from_then_on(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    handoff_id = posted(store, team)
    assert store.delivery.card_message(handoff_id).awaited
    card = _card(store)
    assert (card.source, card.method) == (JobSource.SURFACE, "chat.postMessage")
    assert card.surface is not None
    settle = timedelta(seconds=10)
    assert store.delivery.sent(
        card, ts="5.5", channel="C0DEAL", shown=card.surface.wanted, settle=settle
    )
    assert store.delivery.card_message(handoff_id).ts == "5.5"
    with store.write(team.workspace_id) as unit:
        unit.surfaces.refresh(handoff_id)
        unit.commit()
    below = _lease(store, 10)
    assert SurfaceKind.CARD not in {job.surface.kind for job in below if job.surface}
    for job in below:  # One message at a time is under way to a place.
        store.delivery.sent(job, ts="5.6", channel="C0DEAL", settle=settle)
    machine.advance(settle)
    again = _card(store)
    assert (again.method, again.key) == ("chat.update", card.key)
    assert store.delivery.retry(again, after=timedelta(0), surface_lost=True)
    anew = _card(store)
    assert anew.method == "chat.postMessage"
    assert anew.key != card.key


def test_a_surface_raised_while_it_is_under_way_is_drawn_again(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    card = _card(store)
    with store.write(team.workspace_id) as unit:
        unit.save(unit.handoffs.lock(handoff_id), actor_id=None, asked_in=team.channel.id)
        unit.commit()
    store.delivery.sent(card, ts="5.5", channel="C0DEAL", settle=timedelta(seconds=10))
    again = _card(store)
    assert again.surface is not None
    assert card.surface is not None
    assert again.surface.wanted == card.surface.wanted + 1
    assert again.priority == Priority.ANSWER


def _settle_all(store: Store) -> None:
    while jobs := _lease(store, 10):
        for job in jobs:
            assert store.delivery.sent(job, ts="5.5", channel="C0DEAL")


def _raise_card(store: Store, team: Team, handoff_id: int) -> None:
    """Somebody acts in the channel."""
    with store.write(team.workspace_id) as unit:
        unit.save(unit.handoffs.lock(handoff_id), actor_id=None, asked_in=team.channel.id)
        unit.commit()


def _pause(store: Store, team: Team, clock: FixedClock) -> None:
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(clock.now())
        unit.commit()


def test_a_card_that_was_urgent_stays_so_where_its_sender_dies(
    store: Store, team: Team, clock: FixedClock, machine: FakeMachine
) -> None:
    handoff_id = posted(store, team)
    _settle_all(store)
    _raise_card(store, team, handoff_id)
    _pause(store, team, clock)
    assert _card(store).priority == Priority.ANSWER
    machine.advance(LEASE)
    again = _card(store)
    assert again.priority == Priority.ANSWER
    store.delivery.retry(again, after=timedelta(0))
    assert _card(store).priority == Priority.ANSWER


def test_an_urgent_first_card_may_be_raised_while_it_is_in_hand(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.save(unit.handoffs.lock(handoff_id), actor_id=team.ae.id)
        unit.commit()
    in_hand: list[Job] = []
    while jobs := _lease(store, 10):
        for job in jobs:
            if job.surface is None:
                store.delivery.sent(job, ts="1.1", channel="D1")
            else:
                in_hand.append(job)
    assert Priority.ANSWER in {job.priority for job in in_hand}
    _raise_card(store, team, handoff_id)


def test_a_card_that_was_urgent_is_so_no_more_once_it_was_drawn(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = posted(store, team)
    _settle_all(store)
    _raise_card(store, team, handoff_id)
    _settle_all(store)
    _pause(store, team, clock)
    with store.write(team.workspace_id) as unit:
        unit.surfaces.refresh(handoff_id)
        unit.commit()
    assert not _lease(store, 10)


def test_what_was_given_up_is_counted_and_listed_without_its_words(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    _say(store, team, "dead")
    _say(store, team, "in doubt", person_id=team.csm.id)
    _say(store, team, "waits", person_id=team.revops.id)
    dead, doubtful, _ = _lease(store, 3)
    store.delivery.dead(dead, reason="invalid_blocks")
    store.delivery.unconfirmed(doubtful, reason="missing_scope")
    machine.advance(MINUTE)
    counts = store.delivery.counts()
    assert (counts.pending, counts.dead, counts.unconfirmed) == (1, 1, 1)
    assert counts.oldest_age == MINUTE
    letters = store.delivery.dead_letters(team.workspace_id)
    assert [letter.reason for letter in letters] == ["invalid_blocks", "missing_scope"]


def test_a_persons_conversation_is_remembered(store: Store, team: Team) -> None:
    assert store.delivery.dm_of(team.ae.id) is None
    store.delivery.set_dm(team.ae.id, "D1")
    assert store.delivery.dm_of(team.ae.id) == "D1"


def test_what_the_clock_said_too_long_ago_is_taken_back_but_for_what_is_in_hand_or_in_doubt(
    store: Store, team: Team, clock: FixedClock, machine: FakeMachine
) -> None:
    word = Word(posted(store, team), Step.READ, Stage.LATE)
    waiting, in_hand, in_doubt, later, fresh = people = [
        team.ae,
        team.csm,
        team.cs_manager,
        team.ae_manager,
        team.revops,
    ]

    def say(key: str, to: Person, **changed: Any) -> None:
        told = {"kind": NoticeKind.LATE, "handoff_id": word.handoff_id, "about": (word,)}
        _say(store, team, key, person_id=to.id, **{**told, **changed})

    for one in people:
        say(f"before:{one.id}", one)
    while jobs := _lease(store):
        store.delivery.sent(jobs[0], ts="1.1", channel="D1")
        machine.advance(MINUTE)
    say("waits", waiting)
    say("later", later, not_before=clock.now() + 2 * HOUR)
    clock.advance(2 * HOUR)
    machine.advance(2 * HOUR)
    say("in doubt", in_doubt, priority=Priority.ANSWER)
    (job,) = _lease(store)
    assert store.delivery.mark_maybe_sent(job)
    store.delivery.retry(job, after=2 * HOUR)
    machine.advance(2 * HOUR)
    say("in hand", in_hand, priority=Priority.ANSWER)
    machine.advance(2 * HOUR)
    blocked = [(team.workspace_id, f"dm:{in_doubt.id}")]
    (job,) = _lease(store, gate=_Busy(blocked))
    assert _key(job) == "in hand"
    say("fresh", fresh)
    assert _taken(store, team, people) == {waiting.id: [word]}
    assert _taken(store, team, people) == {}
    # Whoever had it in hand died, and the time of what was for later is long over.
    machine.advance(LEASE + SECOND)
    clock.advance(2 * HOUR)
    assert _taken(store, team, people) == {in_hand.id: [word], later.id: [word]}


def _taken(store: Store, team: Team, people: list[Person]) -> dict[int, list[Word]]:
    with store.write(team.workspace_id) as unit:
        found = unit.outbox.take_belated([one.id for one in people])
        unit.commit()
    return found
