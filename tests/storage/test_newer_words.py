"""A row in words of a newer version holds up nothing, is shown, and goes once they are known."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from bot.domain.deadlines import Step
from bot.domain.digest import BELATED, Word
from bot.domain.notices import JobSource, Notice, NoticeKind, Place, Priority, SurfaceKind
from bot.domain.nudging import Stage
from bot.storage.deadlines import UnreadableDeadline
from bot.storage.delivery import AT_A_LOOK
from bot.storage.jobs import Job
from bot.storage.leasing import SPARE
from bot.storage.readable import LEFT_FOR, NEWER
from bot.storage.tables import deadline, digest_line, outbox, outbox_about, surface
from bot.storage.undelivered import Trouble
from bot.storage.unit_of_work import Store
from bot.views import sentences
from tests.builders import Deal, FakeMachine, FixedClock, Pokes, Team, posted, signed

LEASE = timedelta(minutes=2)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TOMORROW = "of_tomorrow"
WORDS = [
    pytest.param(outbox, "kind", TOMORROW, id="kind"),
    pytest.param(outbox, "place", TOMORROW, id="place"),
    pytest.param(outbox, "priority", 4, id="priority"),
    pytest.param(outbox_about, "step", TOMORROW, id="step"),
    pytest.param(outbox_about, "stage", TOMORROW, id="stage"),
    pytest.param(surface, "kind", TOMORROW, id="surface"),
    pytest.param(surface, "step", TOMORROW, id="guide"),
]


def _write(store: Store, table: Table, **values: Any) -> None:
    """Into the oldest row of a table."""
    first = select(table.c[_key(table)]).order_by(table.c[_key(table)]).limit(1)
    with store.database.writing() as connection:
        (one,) = connection.execute(first).scalars()
        connection.execute(update(table).where(table.c[_key(table)] == one).values(**values))
        connection.commit()


def _read(store: Store, table: Table, column: str) -> Any:
    with store.database.reading() as connection:
        return connection.execute(
            select(table.c[column]).order_by(table.c[_key(table)]).limit(1)
        ).scalar_one()


def _key(table: Table) -> str:
    return "outbox_id" if table is outbox_about else "id"


def _say(store: Store, team: Team) -> None:
    """Something the clock says, and something else, with surfaces beside them."""
    handoff_id = posted(store, team)
    with store.database.writing() as connection:
        connection.execute(outbox_about.delete())
        connection.execute(outbox.delete())
        connection.commit()
    with store.write(team.workspace_id) as unit:
        about = (Word(handoff_id, Step.BRIEF, Stage.LATE),)
        for kind, key, reader in (
            (NoticeKind.LATE, "late", team.ae.id),
            (NoticeKind.WELCOME, "hello", team.csm.id),
        ):
            unit.outbox.tell(
                [Notice(kind, Place.DM, key, Priority.LATE, person_id=reader, about=about)]
            )
        unit.commit()


def _lease(store: Store) -> list[Job]:
    """All that goes, one to a destination at a time."""
    found: list[Job] = []
    while jobs := store.delivery.lease(1, lease=LEASE):
        found += jobs
        store.delivery.sent(jobs[0], ts="1.1", channel="D1")
    return found


def _of(table: Table) -> JobSource:
    return JobSource.SURFACE if table is surface else JobSource.NOTICE


def _troubles(store: Store, team: Team) -> list[Trouble]:
    with store.read(team.workspace_id) as unit:
        return unit.undelivered.page(skip=0, size=50)


@pytest.mark.parametrize(("table", "column", "word"), WORDS)
def test_what_a_newer_version_wrote_holds_up_nothing_else_and_goes_once_it_is_known(
    store: Store,
    team: Team,
    clock: FixedClock,
    machine: FakeMachine,
    pokes: Pokes,
    table: Table,
    column: str,
    word: Any,
) -> None:
    _say(store, team)
    row, known = _read(store, table, _key(table)), _read(store, table, column)
    _write(store, table, **{column: word})
    others = _lease(store)
    assert {one.source for one in others} == set(JobSource)
    assert (_of(table), row) not in [(one.source, one.id) for one in others]
    store.housekeeping()
    assert _troubles(store, team) == [], "another process may know it"
    clock.advance(LEFT_FOR + MINUTE)
    machine.advance(LEFT_FOR + MINUTE)
    store.housekeeping()
    (shown,) = _troubles(store, team)
    assert (shown.source, shown.id, shown.reason) == (_of(table), row, NEWER)
    assert (shown.in_doubt, shown.may_retry) == (False, False)
    assert store.delivery.counts().dead == 1
    _write(store, table, **{column: known})
    before = pokes.count
    store.housekeeping()
    assert pokes.count == before + 1
    assert _troubles(store, team) == []
    assert (_of(table), row) in [(one.source, one.id) for one in _lease(store)]


def test_very_many_of_them_before_all_others_hold_up_nothing_either(
    store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        for number in range(3 * SPARE * AT_A_LOOK):
            key = f"{number}"
            unit.outbox.add(
                Notice(NoticeKind.ANCHOR, Place.DM, key, Priority.ANSWER, person_id=team.ae.id)
            )
        unit.outbox.add(
            Notice(NoticeKind.WELCOME, Place.DM, "hello", Priority.NUDGE, person_id=team.csm.id)
        )
        unit.commit()
    with store.database.writing() as connection:
        unknown = outbox.c.kind == NoticeKind.ANCHOR.value
        connection.execute(update(outbox).where(unknown).values(kind=TOMORROW))
        connection.commit()
    keys = [one.notice.key for one in _lease(store) if one.notice]
    assert "hello" in keys


def test_what_waits_for_the_morning_is_not_given_up_before_it(
    store: Store, team: Team, clock: FixedClock, machine: FakeMachine
) -> None:
    _say(store, team)
    _write(store, outbox, kind=TOMORROW, not_before=clock.now() + HOUR)
    for gone_by, shown in ((HOUR, 0), (LEFT_FOR + MINUTE, 1)):
        clock.advance(gone_by)
        machine.advance(gone_by)
        store.housekeeping()
        assert len(_troubles(store, team)) == shown


def test_what_another_process_has_in_hand_is_left_to_it(
    store: Store, team: Team, clock: FixedClock, machine: FakeMachine
) -> None:
    _say(store, team)
    clock.advance(HOUR)
    machine.advance(HOUR)
    _write(store, outbox, kind=TOMORROW, lease="held", lease_until=machine.now() + LEASE)
    store.housekeeping()
    assert _troubles(store, team) == []


def test_what_is_in_doubt_stays_so_until_it_is_known(
    store: Store, team: Team, clock: FixedClock, machine: FakeMachine
) -> None:
    _say(store, team)
    _write(store, outbox, kind=TOMORROW, maybe_sent=True, first_try_at=machine.now())
    clock.advance(HOUR)
    machine.advance(HOUR)
    store.housekeeping()
    (shown,) = _troubles(store, team)
    assert shown.in_doubt
    _write(store, outbox, kind=NoticeKind.LATE.value)
    store.housekeeping()
    (job,) = [one for one in _lease(store) if one.notice and one.notice.key == "late"]
    assert job.maybe_sent


@pytest.mark.parametrize("table", [outbox, surface])
def test_what_a_newer_version_could_not_deliver_is_shown_without_its_name(
    store: Store, team: Team, table: Table
) -> None:
    _say(store, team)
    given_up = {"state": "dead"} if table is outbox else {}
    _write(store, table, kind=TOMORROW, reason="is_archived", **given_up)
    (shown,) = _troubles(store, team)
    assert shown.kind is None
    assert sentences.undelivered.what(shown.kind) == sentences.undelivered.OF_NEWER
    assert sentences.undelivered.what(SurfaceKind.CARD) != sentences.undelivered.OF_NEWER


def test_what_waits_for_a_summary_in_unknown_words_is_left_there(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    steps = (Step.BRIEF, Step.MESSAGE)
    with store.write(team.workspace_id) as unit:
        unit.digests.add_lines(team.ae.id, [Word(handoff_id, one, Stage.LATE) for one in steps])
        unit.commit()
    brief = update(digest_line).where(digest_line.c.step == Step.BRIEF.value)
    with store.database.writing() as connection:
        connection.execute(brief.values(step=TOMORROW))
        connection.commit()
    with store.write(team.workspace_id) as unit:
        taken = unit.digests.take_lines([team.ae.id])
        assert [one.step for one in taken[team.ae.id]] == [Step.MESSAGE]
        unit.commit()
    with store.database.reading() as connection:
        assert list(connection.execute(select(digest_line.c.step)).scalars()) == [TOMORROW]


def test_what_comes_too_late_in_unknown_words_is_left_as_it_is(
    store: Store, team: Team, clock: FixedClock, machine: FakeMachine
) -> None:
    _say(store, team)
    clock.advance(BELATED + MINUTE)
    machine.advance(BELATED + MINUTE)
    with store.write(team.workspace_id) as unit:
        assert list(unit.outbox.take_belated([team.ae.id])) == [team.ae.id]
    _write(store, outbox_about, step=TOMORROW)
    with store.write(team.workspace_id) as unit:
        assert unit.outbox.take_belated([team.ae.id]) == {}


def test_a_deadline_that_cannot_be_read_is_named_and_hides_no_other(
    store: Store, team: Team, clock: FixedClock
) -> None:
    odd, sound = (signed(store, team, Deal(account=name)) for name in ("Alder Bay", "Larkfield"))
    brief = update(deadline).where(deadline.c.step == Step.BRIEF.value)
    with store.database.writing() as connection:
        connection.execute(brief.where(deadline.c.handoff_id == odd).values(step=TOMORROW))
        connection.commit()
    until = clock.advance(25 * HOUR)
    with store.write(team.workspace_id) as unit:
        with pytest.raises(UnreadableDeadline) as caught:
            unit.deadlines.due(9)
        assert caught.value.handoff_id == odd
        assert {one for one, _ in unit.deadlines.due(9, but=[odd])} == {sound}
        theirs = unit.deadlines.for_readers([team.ae.id], until=until, limit=9)
        assert (sound, Step.BRIEF) in {(one, owed.step) for one, owed in theirs}
        assert (sound, Step.BRIEF) in {
            (one, late.step) for one, late in unit.deadlines.late_of([team.ae.id], at=until)
        }
        assert unit.refresh_due(9, but=[odd, sound]) == 0
