"""What one person is told: together where it coincides, so many times a day, and in summaries."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.clock import rounds
from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline, snooze
from bot.domain.digest import Day, Word, fits
from bot.domain.nudging import Stage
from bot.domain.policy import Nudges, Policy
from bot.domain.steps import Step
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.people import PersonFacts
from bot.storage.tables import digest_line, outbox, outbox_about, person
from bot.storage.unit_of_work import Store
from tests.builders import (
    Deal,
    FakeMachine,
    FixedClock,
    Team,
    make_store,
    make_team,
    posted,
    signed,
)

HALF, MOST = Stage.HALF, Stage.MOST
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Ten o'clock in Berlin."""


def at(text: str) -> datetime:
    """A wall time in Berlin, before its clocks change."""
    return datetime.fromisoformat(f"2026-03-{text}:00+01:00").astimezone(UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def store(empty_file: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    opened = opened_on(empty_file, tmp_path, clock, Policy())
    yield opened
    opened.close()


def opened_on(empty_file: Path, tmp_path: Path, clock: FixedClock, policy: Policy) -> Store:
    path = tmp_path / "handoff.db"
    shutil.copy(empty_file, path)
    return make_store(f"sqlite:///{path}", clock=clock, machine=FakeMachine(), policy=policy)


@pytest.fixture
def team(store: Store) -> Team:
    return make_team(store)


Said = list[tuple[str, list[tuple[int, str, str]], datetime | None]]


def said_to(store: Store, reader: int) -> Said:
    """The clock's messages to somebody: kind, what is in it, and when it may go."""
    with store.database.reading() as connection:
        rows = connection.execute(
            select(outbox).where(outbox.c.person_id == reader).order_by(outbox.c.id)
        ).all()
        about = connection.execute(select(outbox_about).order_by(outbox_about.c.place)).all()
    told: Said = []
    for row in rows:
        words = [(w.handoff_id, w.step, w.stage) for w in about if w.outbox_id == row.id]
        if words:
            told.append((row.kind, words, row.not_before))
    return told


def sweep_at(store: Store, clock: FixedClock, when: datetime) -> None:
    """Let the clock come to an instant, and sweep."""
    clock.advance(when - clock.now())
    Sweep(store=store, clock=clock).run()


def post_all(store: Store, team: Team, *handoff_ids: int) -> None:
    for one in handoff_ids:
        with store.write(team.workspace_id) as unit:
            handoff = unit.handoffs.lock(one)
            handoff.post(by=team.ae, at=unit.now)
            unit.save(handoff, actor_id=team.ae.id)
            unit.commit()


def at_time(store: Store, team: Team, clock: FixedClock, when: datetime) -> int:
    """A posted handoff signed at an instant to which the clock comes."""
    clock.advance(when - clock.now())
    handoff_id = signed(store, team)
    post_all(store, team, handoff_id)
    return handoff_id


# --- Together


def test_what_falls_due_within_ten_minutes_is_one_message_when_the_last_is_due(
    store: Store, team: Team, clock: FixedClock
) -> None:
    first = at_time(store, team, clock, MONDAY)
    second = at_time(store, team, clock, MONDAY + 10 * MINUTE)
    sweep_at(store, clock, at("03T10:00"))
    assert said_to(store, team.ae.id)[-1] == (
        "summary",
        [(first, "brief", "late"), (second, "brief", "late")],
        at("03T10:10"),
    )


def test_what_falls_due_eleven_minutes_later_is_a_message_of_its_own(
    store: Store, team: Team, clock: FixedClock
) -> None:
    first = at_time(store, team, clock, MONDAY)
    second = at_time(store, team, clock, MONDAY + 11 * MINUTE)
    sweep_at(store, clock, at("03T09:00"))
    sweep_at(store, clock, at("03T10:00"))
    assert said_to(store, team.ae.id)[-1] == ("late", [(first, "brief", "late")], None)
    sweep_at(store, clock, at("03T10:11"))
    assert said_to(store, team.ae.id)[-1] == ("late", [(second, "brief", "late")], None)


def test_a_manager_hears_once_an_hour_of_those_late_in_it(
    store: Store, team: Team, clock: FixedClock
) -> None:
    first = at_time(store, team, clock, MONDAY)
    second = at_time(store, team, clock, MONDAY + 45 * MINUTE)
    third = at_time(store, team, clock, MONDAY + HOUR)
    sweep_at(store, clock, at("03T10:00"))
    assert said_to(store, team.ae_manager.id) == [
        (
            "summary",
            [(first, "brief", "late_manager"), (second, "brief", "late_manager")],
            at("03T10:45"),
        )
    ]
    sweep_at(store, clock, at("03T11:00"))
    assert said_to(store, team.ae_manager.id)[1:] == [
        ("late_for_manager", [(third, "brief", "late_manager")], None)
    ]


def test_of_one_step_only_the_last_word_due_so_soon_is_said(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = at_time(store, team, clock, MONDAY)
    with store.read(team.workspace_id) as unit:
        brief = unit.deadlines.of(handoff_id)[1]
    most = next(plan.at for plan in brief.stages if plan.stage is Stage.MOST)
    half = next(plan.at for plan in brief.stages if plan.stage is Stage.HALF)
    sweep_at(store, clock, most)
    assert half < most
    assert said_to(store, team.ae.id) == [("nudge", [(handoff_id, "brief", "most")], None)]


# --- The measure of a day


def test_what_is_over_the_days_measure_waits_for_the_next_summary_and_is_said_there(
    store: Store, team: Team, clock: FixedClock
) -> None:
    # Eight briefs that are late a quarter of an hour after each other.
    made = [at_time(store, team, clock, MONDAY + 15 * n * MINUTE) for n in range(8)]
    before = len(said_to(store, team.ae.id))
    sweep_at(store, clock, at("03T09:40"))
    for n in range(8):
        sweep_at(store, clock, at("03T10:00") + 15 * n * MINUTE)
    today = said_to(store, team.ae.id)[before:]
    assert len(today) == 6
    told = [word for _, words, _ in today for word in words]
    left = [one for one in made if (one, "brief", "late") not in told]
    assert left
    with store.database.reading() as connection:
        waiting = connection.execute(select(digest_line.c.handoff_id)).scalars()
        assert sorted(waiting) == left
    sweep_at(store, clock, at("04T09:00"))
    (kind, words, _) = said_to(store, team.ae.id)[-1]
    assert kind == "summary"
    assert sorted(words) == [(one, "brief", "late") for one in made]
    with store.database.reading() as connection:
        assert connection.execute(select(digest_line)).all() == []


def test_before_the_summary_of_a_day_its_place_is_kept(
    empty_file: Path, tmp_path: Path, clock: FixedClock
) -> None:
    policy = Policy(nudges=Nudges(most_a_day=2))
    store = opened_on(empty_file, tmp_path, clock, policy)
    team = make_team(store)
    with store.write(team.workspace_id) as unit:
        unit.digests.keep({team.ae.id: _day(at("03T09:00"))})
        unit.commit()
    at_time(store, team, clock, MONDAY)
    assert _may(store, team, at("03T08:10"), told=0)
    assert not _may(store, team, at("03T08:10"), told=1)
    assert _may(store, team, at("03T09:01"), told=1)
    assert not _may(store, team, at("03T09:01"), told=2)
    store.close()


def _day(digest_at: datetime, told: int = 0) -> Day:
    return Day(digest_at.date(), told, digest_at)


def _may(store: Store, team: Team, when: datetime, *, told: int) -> bool:
    with store.read(team.workspace_id) as unit:
        calendar = unit.people.calendar(team.ae.id)
        return fits(_day(at("03T09:00"), told), when, calendar, unit.policy.nudges)


# --- Mornings


def test_an_owner_is_reminded_on_five_mornings_and_the_manager_on_each(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = at_time(store, team, clock, MONDAY)
    sweep_at(store, clock, at("03T10:00"))
    sweeps = len(said_to(store, team.ae.id)), len(said_to(store, team.ae_manager.id))
    for day in range(4, 17):
        sweep_at(store, clock, at(f"{day:02}T09:00"))
    mornings = said_to(store, team.ae.id)[sweeps[0] :]
    assert [words for _, words, _ in mornings] == [[(handoff_id, "brief", "late")]] * 5
    managers = said_to(store, team.ae_manager.id)[sweeps[1] :]
    # Wed 4 to Fri 6, Mon 9 to Fri 13, Mon 16.
    assert [words for _, words, _ in managers] == [[(handoff_id, "brief", "late_manager")]] * 9


def test_a_snoozed_owner_is_left_alone_in_the_morning_and_their_manager_is_not(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = at_time(store, team, clock, MONDAY)
    sweep_at(store, clock, at("03T10:00"))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        brief = unit.deadlines.of(handoff_id)[1]
        unit.deadlines.keep(handoff_id, snooze(brief, at("04T15:00")))
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    before = said_to(store, team.ae.id)
    sweep_at(store, clock, at("04T09:00"))
    assert said_to(store, team.ae.id) == before
    assert said_to(store, team.ae_manager.id)[-1][1] == [(handoff_id, "brief", "late_manager")]
    sweep_at(store, clock, at("04T15:00"))
    assert said_to(store, team.ae.id)[-1][1] == [(handoff_id, "brief", "snoozed")]


def test_nothing_late_is_no_summary(store: Store, team: Team, clock: FixedClock) -> None:
    handoff_id = at_time(store, team, clock, MONDAY)
    sweep_at(store, clock, at("03T10:00"))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("They chose another vendor.", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    before = said_to(store, team.ae.id), said_to(store, team.ae_manager.id)
    sweep_at(store, clock, at("04T09:00"))
    assert (said_to(store, team.ae.id), said_to(store, team.ae_manager.id)) == before
    with store.database.reading() as connection:
        ahead = connection.execute(select(person.c.digest_at)).scalars()
        assert set(ahead) == {None}


def test_after_three_weeks_without_the_bot_one_message_tells_what_is_late(
    store: Store, team: Team, clock: FixedClock
) -> None:
    made = [at_time(store, team, clock, MONDAY + n * HOUR) for n in range(3)]
    sweep_at(store, clock, at("23T14:00"))
    (told,) = said_to(store, team.ae.id)
    assert told == ("summary", [(one, "brief", "late") for one in made], None)
    sweep_at(store, clock, at("24T09:00"))
    assert said_to(store, team.ae.id) == [told]
    assert len(said_to(store, team.ae_manager.id)) == 2


def test_the_managers_summary_counts_what_the_bot_posted(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    sweep_at(store, clock, MONDAY + 4 * HOUR)
    assert said_to(store, team.ae_manager.id) == []
    sweep_at(store, clock, at("03T09:00"))
    assert said_to(store, team.ae_manager.id) == [
        ("summary", [(handoff_id, "message", "post")], None)
    ]


def test_a_commitment_without_a_team_channel_is_told_in_the_managers_summaries(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team, Deal(commitment_on=at("03T10:00").date()))
    post_all(store, team, handoff_id)
    sweep_at(store, clock, at("03T09:00"))
    for manager in (team.ae_manager, team.cs_manager):
        assert said_to(store, manager.id) == [
            ("summary", [(handoff_id, "commitment", "committed")], None)
        ]


def test_a_new_manager_reads_in_the_morning_what_was_late_before_they_were_it(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = at_time(store, team, clock, MONDAY)
    sweep_at(store, clock, at("03T10:00"))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.ae_manager_id = team.revops.id
        unit.save(handoff, actor_id=None)
        unit.commit()
    sweep_at(store, clock, at("04T09:00"))
    assert [words for _, words, _ in said_to(store, team.revops.id)] == [
        [(handoff_id, "brief", "late_manager")]
    ]


# --- Whoever owes it now, and whoever is told instead


def away(store: Store, team: Team, until: str, stand_in: int | None = None) -> None:
    """The AE is on leave."""
    with store.write(team.workspace_id) as unit:
        day = datetime.fromisoformat(f"2026-03-{until}").date()
        unit.set_leave(team.ae.id, day, stand_in, by=unit.people.get(team.ae.id))
        unit.commit()


def test_a_manager_told_in_the_owners_place_hears_of_it_for_as_long_as_it_is_late(
    store: Store, team: Team, clock: FixedClock
) -> None:
    at_time(store, team, clock, MONDAY)
    away(store, team, "27")
    sweep_at(store, clock, at("03T10:00"))
    told = len(said_to(store, team.ae_manager.id))
    mornings = [day for day in range(4, 24) if day % 7 not in (0, 1)]  # 7 and 8 are a weekend.
    for day in mornings:
        sweep_at(store, clock, at(f"{day:02}T09:00"))
    assert len(said_to(store, team.ae_manager.id)) - told == len(mornings)
    assert said_to(store, team.ae.id) == []


def test_another_owner_of_a_late_step_is_told_and_the_manager_not_again(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = at_time(store, team, clock, MONDAY)
    sweep_at(store, clock, at("03T10:00"))
    before = said_to(store, team.ae_manager.id)
    clock.advance(HOUR)
    away(store, team, "27", team.outsider.id)
    sweep_at(store, clock, at("03T11:01"))
    assert said_to(store, team.ae_manager.id) == before
    assert said_to(store, team.outsider.id) == [("late", [(handoff_id, "brief", "late")], None)]


def test_what_the_bot_posted_is_told_to_who_is_there_for_an_absent_manager(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        day = at("20T10:00").date()
        by = unit.people.get(team.ae_manager.id)
        unit.set_leave(team.ae_manager.id, day, team.outsider.id, by=by)
        unit.commit()
    sweep_at(store, clock, MONDAY + 4 * HOUR)
    sweep_at(store, clock, at("03T09:00"))
    assert said_to(store, team.ae_manager.id) == []
    (_, words, _) = said_to(store, team.outsider.id)[-1]
    assert (handoff_id, "message", "post") in words


# --- What waits for nothing, and what is not lost


def test_an_owners_late_step_does_not_wait_for_the_hour_of_those_under_them(
    store: Store, team: Team, clock: FixedClock
) -> None:
    own = at_time(store, replace(team, ae=team.ae_manager, ae_manager=team.revops), clock, MONDAY)
    under = at_time(store, team, clock, MONDAY)
    later = at_time(store, team, clock, MONDAY + 50 * MINUTE)
    sweep_at(store, clock, at("03T09:30"))
    before = len(said_to(store, team.ae_manager.id))
    sweep_at(store, clock, at("03T10:00"))
    assert said_to(store, team.ae_manager.id)[before:] == [
        ("late", [(own, "brief", "late")], None),
        (
            "summary",
            [(under, "brief", "late_manager"), (later, "brief", "late_manager")],
            at("03T10:50"),
        ),
    ]


MANY = 24


def test_what_a_full_summary_had_no_room_for_is_said_in_the_next(
    store: Store, team: Team, clock: FixedClock
) -> None:
    made = [posted(store, team, Deal(account=f"Account {number}")) for number in range(MANY)]
    with store.write(team.workspace_id) as unit:
        words = [Word(one, Step.MESSAGE, Stage.POST) for one in made]
        unit.digests.add_lines(team.ae_manager.id, words)
        unit.digests.wake(team.ae_manager.id, at("03T09:00"))
        unit.commit()
    sweep_at(store, clock, at("03T09:00"))
    sweep_at(store, clock, at("04T09:00"))
    named = [word for _, words, _ in said_to(store, team.ae_manager.id) for word in words]
    posts = [one for one in named if one[2] == "post"]
    assert len(posts) == len(set(posts)) == MANY


def test_a_late_list_never_crowds_out_all_that_is_said_nowhere_else(
    store: Store, team: Team, clock: FixedClock
) -> None:
    late = [at_time(store, team, clock, MONDAY) for _ in range(21)]
    clock.advance(HOUR)
    once = signed(store, team, Deal(account="Posted by the bot"))
    for text in ("02T16:00", "03T10:00", "04T09:00"):
        sweep_at(store, clock, at(text))
    named = [word for _, words, _ in said_to(store, team.ae_manager.id) for word in words]
    assert (once, "message", "post") in named
    assert len({one for one, _, stage in named if stage == "late_manager"}) >= len(late) - 1


def test_a_stand_in_is_reminded_by_the_time_they_have(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = at_time(store, team, clock, at("02T10:00"))

    def brief() -> Deadline:
        with store.read(team.workspace_id) as unit:
            owed = unit.deadlines.of(handoff_id)
        return next(one for one in owed if one.step is Step.BRIEF)

    clock.advance(at("02T16:45") - clock.now())
    with store.write(team.workspace_id) as unit:
        stand_in = unit.people.ensure("USTANDIN", facts=PersonFacts("Noor Haddad", "Europe/Berlin"))
        unit.set_leave(team.ae.id, date(2026, 3, 10), stand_in.id, by=None)
        unit.commit()
    taken_over = brief()
    assert (taken_over.reader_id, taken_over.owned_at) == (stand_in.id, at("02T16:45"))
    # An hour and a quarter today and an hour tomorrow: under four, so there is one at 80 %.
    assert taken_over.due_at == at("03T10:00")
    told = [(one.stage, one.at) for one in taken_over.stages if one.stage in (HALF, MOST)]
    assert told == [(MOST, at("03T09:33"))]
    sweep_at(store, clock, at("02T16:46"))
    assert said_to(store, stand_in.id) == []
    with store.write(team.workspace_id) as unit:
        unit.reckon(handoff_id)
        unit.commit()
    assert brief() == taken_over
    clock.advance(at("02T17:30") - clock.now())
    with store.write(team.workspace_id) as unit:
        unit.set_leave(team.ae.id, None, None, by=None)
        unit.commit()
    assert (brief().reader_id, brief().owned_at) == (team.ae.id, at("02T17:30"))


@pytest.mark.parametrize("at_once", [2, 5, 500])
def test_a_manager_of_very_many_late_ones_hears_of_them_once(
    store: Store, team: Team, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(rounds, "AT_ONCE", at_once)
    ids = [at_time(store, team, clock, at("02T10:00")) for _ in range(7)]
    sweep_at(store, clock, at("03T10:00"))
    late = [
        words
        for _, words, _ in said_to(store, team.ae_manager.id)
        if any(stage == Stage.LATE_MANAGER for _, _, stage in words)
    ]
    assert len(late) == 1
    assert {handoff_id for handoff_id, step, _ in late[0] if step == Step.BRIEF} == set(ids)


def test_a_manager_is_looked_up_once_something_is_late_and_not_with_every_reminder(
    store: Store, team: Team, clock: FixedClock
) -> None:
    at_time(store, team, clock, MONDAY)
    for when, looked_up in (("02T17:30", False), ("03T10:00", True)):
        locked: list[object] = []

        def note(
            _c: object, _cursor: object, sql: str, values: object, *_: object, found: Any = locked
        ) -> None:
            found += [values] if "person.told_on" in sql and sql.startswith("SELECT") else []

        event.listen(store.database.writers, "before_cursor_execute", note)
        sweep_at(store, clock, at(when))
        event.remove(store.database.writers, "before_cursor_execute", note)
        assert locked
        named = {value for values in locked for value in values}  # type: ignore[attr-defined]
        assert team.ae.id in named
        assert (team.ae_manager.id in named) == looked_up
