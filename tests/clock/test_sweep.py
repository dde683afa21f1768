import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import _GeneratorContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.clock.sweep import BATCH, SWEEPS_FOR, Sweep
from bot.domain.deadlines import Deadline, Step, snooze
from bot.domain.errors import Conflict, Problem
from bot.domain.nudging import Stage
from bot.storage.deadlines import UnreadableDeadline
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.tables import deadline, outbox, outbox_about, surface, workspace
from bot.storage.tables import handoff as handoff_table
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import (
    Deal,
    FakeMachine,
    FixedClock,
    Team,
    assigned,
    make_store,
    make_team,
    posted,
    signed,
    started,
)

HOUR = timedelta(hours=1)
TOLD = outbox.c.kind.not_in(("welcome", "where_next"))
"""Besides greetings, and the question where a handoff goes on that comes at once."""


class Crash(BaseException):
    """The process dies here."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def store(empty_file: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    path = tmp_path / "handoff.db"
    shutil.copy(empty_file, path)
    opened = make_store(f"sqlite:///{path}", clock=clock, machine=FakeMachine())
    yield opened
    opened.close()


@pytest.fixture
def team(store: Store) -> Team:
    return make_team(store)


def _said(store: Store) -> list[tuple[str, str]]:
    with store.database.reading() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id))
        return [
            (row.kind, row.key)
            for row in rows
            if row.key.startswith(("clock", "bot-posted", "summary"))
        ]


def _words(store: Store) -> list[tuple[int, str, str]]:
    with store.database.reading() as connection:
        rows = connection.execute(select(outbox_about).order_by(outbox_about.c.outbox_id))
        return [(row.handoff_id, row.step, row.stage) for row in rows]


def _kinds(store: Store) -> list[str]:
    return sorted(kind for kind, _ in _said(store))


def test_nothing_is_said_before_it_is_due(store: Store, team: Team, clock: FixedClock) -> None:
    signed(store, team)
    assert Sweep(store=store, clock=clock).run() == 0
    assert _said(store) == []


def test_a_stage_is_said_once_however_often_the_sweep_runs(
    store: Store, team: Team, clock: FixedClock
) -> None:
    posted(store, team)
    sweep = Sweep(store=store, clock=clock)
    clock.advance(23 * HOUR)
    for _ in range(3):
        sweep.run()
    assert len(_said(store)) == len(set(_said(store))) == 1


def test_after_a_gap_only_the_last_stage_is_said_to_each_reader(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    clock.advance(timedelta(days=7))
    Sweep(store=store, clock=clock).run()
    assert _kinds(store) == ["late", "late_for_manager"]
    with store.read(team.workspace_id) as unit:
        brief = next(one for one in unit.deadlines.of(handoff_id) if one.step is Step.BRIEF)
    assert brief.passed == {Stage.HALF, Stage.MOST}
    assert brief.next_at is None


def test_the_bot_posts_the_message_that_its_owner_did_not(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    clock.advance(4 * HOUR)
    Sweep(store=store, clock=clock).run()
    with store.read(team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
    assert handoff.posted_at == clock.now()
    assert handoff.posted_by is None
    assert _kinds(store) == ["bot_posted"]
    with store.database.reading() as connection:
        kinds = set(connection.execute(select(surface.c.kind)).scalars())
    assert "card" in kinds


def test_a_card_is_drawn_anew_when_a_step_turns_due_soon(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    before = _wanted(store)
    clock.advance(20 * HOUR)
    sweep = Sweep(store=store, clock=clock)
    sweep.run()
    assert _wanted(store) == before + 1
    sweep.run()
    assert _wanted(store) == before + 1


def _wanted(store: Store, kind: str = "card", reader: int | None = None) -> int:
    with store.database.reading() as connection:
        query = select(surface.c.wanted).where(surface.c.kind == kind)
        if reader is not None:
            query = query.where(surface.c.person_id == reader)
        return int(connection.execute(query).scalar_one())


def test_a_guide_is_drawn_anew_when_nothing_can_be_undone_any_more(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    _ends_after_ten_minutes(store, team, clock, reader=team.csm.id)


@pytest.mark.parametrize("make", [started, signed])
def test_a_cancelled_handoff_is_drawn_anew_once_it_stays_cancelled(
    store: Store, team: Team, clock: FixedClock, make: Callable[..., int]
) -> None:
    handoff_id = make(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("They chose another vendor.", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    _ends_after_ten_minutes(store, team, clock, reader=team.ae.id)


def _ends_after_ten_minutes(store: Store, team: Team, clock: FixedClock, *, reader: int) -> None:
    sweep = Sweep(store=store, clock=clock)
    before = _wanted(store, "guide", reader)
    for passes, drawn in ((timedelta(minutes=10), 0), (timedelta(seconds=1), 1), (HOUR / 2, 1)):
        clock.advance(passes)
        sweep.run()
        assert _wanted(store, "guide", reader) == before + drawn
    with store.database.reading() as connection:
        light_at = connection.execute(select(handoff_table.c.light_at)).scalar_one()
    assert light_at is None or light_at > clock.now()


def test_a_guide_is_drawn_anew_when_a_snooze_ends(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    until = clock.now() + HOUR
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        brief = unit.deadlines.of(handoff_id)[1]
        unit.deadlines.keep(handoff_id, snooze(brief, until))
        handoff.snoozed("brief", until=until, reason="On the road", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    before = _wanted(store, "guide")
    sweep = Sweep(store=store, clock=clock)
    sweep.run()
    assert _wanted(store, "guide") == before
    clock.advance(HOUR)
    sweep.run()
    assert _wanted(store, "guide") == before + 1


@pytest.mark.parametrize("point", ["claimed", "said", "swept"])
def test_a_crash_anywhere_in_the_sweep_loses_and_doubles_nothing(
    store: Store, team: Team, clock: FixedClock, point: str
) -> None:
    for _ in range(3):
        signed(store, team)
    clock.advance(30 * HOUR)

    def die(name: str) -> None:
        if name == point:
            raise Crash

    with pytest.raises(Crash):
        Sweep(store=store, clock=clock, reached=die).run()
    Sweep(store=store, clock=clock).run()
    said = _said(store)
    assert len(said) == len(set(said))
    # Each reader has one message of all that is late, and the AE a line for each post.
    assert _kinds(store) == sorted(["bot_posted"] * 3 + ["summary"] * 2)
    assert sorted(_words(store)) == [
        (one, "brief", stage) for one in (1, 2, 3) for stage in ("late", "late_manager")
    ]


def test_a_moved_deadline_is_said_again_under_another_key(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    sweep = Sweep(store=store, clock=clock)
    clock.advance(30 * HOUR)
    sweep.run()
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now, by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    clock.advance(timedelta(days=7))
    sweep.run()
    assert _words(store).count((handoff_id, "brief", "late")) == 2


def test_one_workspace_that_is_busy_keeps_no_other_from_being_swept(
    store: Store, team: Team, clock: FixedClock
) -> None:
    other = _two_owe(store, team, clock)
    failing = _Failing(store, team.workspace_id, Conflict(Problem.BUSY))
    Sweep(store=failing, clock=clock).run()
    assert _told_in(store) == {other.workspace_id}


def test_what_goes_wrong_in_one_workspace_is_raised_when_the_others_are_swept(
    store: Store, team: Team, clock: FixedClock
) -> None:
    other = _two_owe(store, team, clock)
    failing = _Failing(store, team.workspace_id, LookupError("a row nobody foresaw"))
    with pytest.raises(LookupError):
        Sweep(store=failing, clock=clock).run()
    assert _told_in(store) == {other.workspace_id}


def test_one_handoff_that_cannot_be_swept_stops_the_clock_for_no_other(
    store: Store, team: Team, clock: FixedClock
) -> None:
    sound = [signed(store, team, Deal(account=f"Deal {number}")) for number in range(5)]
    odd = sound.pop(2)
    clock.advance(4 * HOUR)
    sweep = _Stumbling({odd: LookupError("a row nobody foresaw")}, store=store, clock=clock)
    for _ in range(2):
        with capture_logs() as logged, pytest.raises(LookupError):
            sweep.run()
        lines = [one for one in logged if one["event"] == "handoff not swept"]
        assert [one["handoff"] for one in lines] == [odd]
    with store.read(team.workspace_id) as unit:
        left = {
            handoff_id
            for handoff_id in (*sound, odd)
            for one in unit.deadlines.of(handoff_id)
            if one.next_at is not None and one.next_at <= clock.now()
        }
    assert left == {odd}
    Sweep(store=store, clock=clock).run()
    assert Sweep(store=store, clock=clock).run() == 0


def test_after_a_restore_one_handoff_that_cannot_be_swept_holds_nothing_up(
    store: Store, team: Team, clock: FixedClock
) -> None:
    odd, _ = (signed(store, team, Deal(account=name)) for name in ("Alder Bay", "Larkfield"))
    with store.database.writing() as connection:
        connection.execute(update(workspace).values(restored_from=clock.now()))
        connection.commit()
    clock.advance(4 * HOUR)
    sweep = _Stumbling({odd: LookupError("a row nobody foresaw")}, store=store, clock=clock)
    with pytest.raises(LookupError):
        sweep.run()
    with store.read(team.workspace_id) as unit:
        assert not unit.workspace.restart_unnoted


def test_each_handoff_that_cannot_be_swept_is_logged_with_a_reference(
    store: Store, team: Team, clock: FixedClock
) -> None:
    made = [signed(store, team, Deal(account=f"Deal {number}")) for number in range(5)]
    errors = {made[1]: LookupError("a row nobody foresaw"), made[3]: KeyError("another one")}
    clock.advance(4 * HOUR)
    with capture_logs() as logged, pytest.raises(LookupError, match="nobody foresaw"):
        _Stumbling(errors, store=store, clock=clock).run()
    lines = [one for one in logged if one["event"] == "handoff not swept"]
    assert {one["handoff"]: one["error"] for one in lines} == {
        made[1]: "LookupError",
        made[3]: "KeyError",
    }
    assert len({one["reference"] for one in lines}) == 2
    assert all(one["frames"] for one in lines)


def test_a_deadline_in_words_of_a_newer_version_stops_the_clock_for_no_other(
    store: Store, team: Team, clock: FixedClock
) -> None:
    made = [signed(store, team, Deal(account=f"Deal {number}")) for number in range(3)]
    odd = made[0]
    of_odd = update(deadline).where(deadline.c.handoff_id == odd, deadline.c.next_at.is_not(None))
    with store.database.writing() as connection:
        connection.execute(of_odd.values(step=deadline.c.step + "_of_tomorrow"))
        connection.commit()
    for hours in (4, 12):
        clock.advance(hours * HOUR)
        with capture_logs() as logged, pytest.raises(UnreadableDeadline):
            Sweep(store=store, clock=clock).run()
        lines = [one for one in logged if one["event"] == "handoff not swept"]
        assert [one["handoff"] for one in lines] == [odd]
    others = made[1:]
    assert _kinds(store) == ["bot_posted", "bot_posted", "summary"]
    assert {one for one, _, _ in _words(store)} == set(others)


class _Stumbling(Sweep):
    """A sweep to which the rows of some handoffs are a riddle."""

    def __init__(self, errors: Mapping[int, Exception], *, store: Store, clock: FixedClock) -> None:
        super().__init__(store=store, clock=clock)
        self._errors = errors

    def _batch(self, unit: WriteUnit, claimed: Sequence[tuple[int, Deadline]]) -> bool:
        for handoff_id, _ in claimed:
            if handoff_id in self._errors:
                raise self._errors[handoff_id]
        return super()._batch(unit, claimed)


def test_a_run_ends_after_a_while_and_the_next_begins_with_whoever_had_no_turn(
    store: Store, team: Team, clock: FixedClock
) -> None:
    for number in range(BATCH):
        signed(store, team, Deal(account=f"Deal {number}"))
    other = _two_owe(store, team, clock)
    seconds = [0.0]

    def reached(name: str) -> None:
        if name == "swept":
            seconds[0] += SWEEPS_FOR

    sweep = Sweep(store=store, clock=clock, reached=reached, monotonic=lambda: seconds[0])
    assert sweep.run() == BATCH
    assert _told_in(store) == {team.workspace_id}
    assert sweep.run() == 1
    assert _told_in(store) == {team.workspace_id, other.workspace_id}
    assert sweep.run() == 1
    assert Sweep(store=store, clock=clock).run() == 0


def _two_owe(store: Store, team: Team, clock: FixedClock) -> Team:
    """Something is due in two workspaces; gives the team of the second."""
    other = make_team(store, team_id="T200")
    for one in (team, other):
        signed(store, one)
    clock.advance(4 * HOUR)
    return other


def _told_in(store: Store) -> set[int]:
    """The workspaces in which something was said."""
    with store.database.reading() as connection:
        said = select(outbox.c.workspace_id).where(outbox.c.kind != "welcome")
        return set(connection.execute(said).scalars())


class _Failing(Store):
    """A store that cannot write to one of the workspaces."""

    def __init__(self, store: Store, workspace_id: int, error: Exception) -> None:
        self.__dict__.update(store.__dict__)
        self._failing, self._error = workspace_id, error

    def write(self, workspace_id: int) -> _GeneratorContextManager[WriteUnit]:
        if workspace_id == self._failing:
            raise self._error
        return super().write(workspace_id)


@pytest.mark.parametrize(
    ("noted", "problem"),
    [
        ({"shared": True}, Problem.CHANNEL_SHARED),
        ({"guests": True}, Problem.CHANNEL_GUESTS),
        ({"archived": True}, Problem.CHANNEL_ARCHIVED),
        ({"bot_inside": False}, Problem.CHANNEL_NOT_INSIDE),
    ],
)
def test_where_the_channel_may_not_hold_the_message_nothing_is_posted_and_the_ae_is_told_once(
    store: Store, team: Team, clock: FixedClock, noted: dict[str, bool], problem: Problem
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.channels.note("C0DEAL", **noted)
        unit.commit()
    clock.advance(4 * HOUR)
    sweep = Sweep(store=store, clock=clock)
    sweep.run()
    sweep.run()
    with store.read(team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).posted_at is None
    with store.database.reading() as connection:
        rows = connection.execute(select(outbox).where(TOLD)).all()
        kinds = set(connection.execute(select(surface.c.kind)).scalars())
    assert [(row.kind, row.person_id) for row in rows] == [("cannot_post", team.ae.id)]
    assert rows[0].key == f"cannot-post:{handoff_id}:{problem.value}:{team.channel.id}:1"
    assert "card" not in kinds


def test_a_channel_that_was_not_looked_at_lately_does_not_keep_the_bot_from_posting(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.channels.note("C0DEAL", forget_check=True)
        unit.commit()
    clock.advance(4 * HOUR)
    Sweep(store=store, clock=clock).run()
    with store.read(team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).posted_at == clock.now()


def test_in_a_paused_workspace_nothing_is_said_or_posted_and_later_only_the_last_stage(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    sweep = Sweep(store=store, clock=clock)
    _pause(store, team, paused=True)
    clock.advance(30 * HOUR)
    assert sweep.run() == 0
    with store.read(team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).posted_at is None
    assert _said(store) == []
    _pause(store, team, paused=False)
    clock.advance(HOUR)
    sweep.run()
    with store.read(team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).posted_at == clock.now()
    assert _kinds(store) == ["bot_posted", "late", "late_for_manager"]


def _pause(store: Store, team: Team, *, paused: bool) -> None:
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(unit.now if paused else None)
        unit.commit()
