"""The bot is down from Friday afternoon to Monday morning, and hundreds of handoffs go on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline
from bot.domain.digest import Word
from bot.domain.notices import OF_THE_CLOCK
from bot.domain.nudging import Stage
from bot.domain.steps import Step
from bot.storage.people import PersonFacts
from bot.storage.tables import digest_line, outbox, outbox_about
from bot.storage.unit_of_work import Store
from tests.builders import Deal, Team, fill_brief, signed
from tests.delivery.desk import MINUTE, SECOND, Crash, CrashAt, Desk
from tests.delivery.slack import Fault, Script

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """A wall time in Berlin, in a week in which its clocks do not change."""
    return datetime.fromisoformat(f"2026-03-{text}:00+01:00")


AES = 8
EARLY = (at("05T12:00"),)
"""Signed so that it is late before the bot goes down: who owes it reads a summary on Monday."""
LATE = tuple(at("05T15:40") + n * 3 * MINUTE for n in range(12))
"""Late while the bot is down."""
AHEAD = tuple(at("06T11:05") + n * 2 * MINUTE for n in range(22))
"""Due on Monday at ten; what reminds of them comes before those are late."""
DOWN, UP = at("06T14:30"), at("09T09:30")


def teams_of(store: Store, team: Team) -> list[Team]:
    """The same team with other account executives, all under one manager."""
    made = []
    with store.write(team.workspace_id) as unit:
        for number in range(AES):
            facts = PersonFacts(f"Maya {number}", "Europe/Berlin")
            ae = unit.people.ensure(f"UAE{number}", facts=facts)
            ae = unit.people.set_part(ae.id, manager_id=team.ae_manager.id)
            made.append(replace(team, ae=ae))
        unit.commit()
    return made


def post(store: Store, team: Team, account: str = "Northwind Robotics") -> int:
    """A posted handoff whose brief is still to be written."""
    handoff_id = signed(store, team, Deal(account=account))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    return handoff_id


def write(store: Store, team: Team, handoff_id: int) -> None:
    with store.write(team.workspace_id) as unit:
        fill_brief(unit, unit.handoffs.lock(handoff_id), team)
        unit.commit()


def go_to(desk: Desk, when: datetime) -> None:
    """Both clocks go on, and nothing of the bot's runs."""
    passed = when - desk.clock.now()
    desk.clock.advance(passed)
    desk.machine.advance(passed)
    desk.slack.catch_up()


def sweep(desk: Desk) -> None:
    Sweep(store=desk.store, clock=desk.clock).run()


def run(desk: Desk, span: timedelta) -> None:
    """The process is up for so long: what is due is decided and sent."""
    end = desk.clock.now() + span
    while desk.clock.now() < end:
        sweep(desk)
        desk.work()
        for _ in range(12):
            go_to(desk, desk.clock.now() + 5 * SECOND)
            desk.work()


def told(desk: Desk, reader: str) -> list[list[Word]]:
    """What the messages of the clock in somebody's DM are about, as they stand there."""
    kinds = {kind.value for kind in OF_THE_CLOCK}
    rows = {row["opaque"]: row for row in desk.rows(outbox) if row["kind"] in kinds}
    found = []
    for message in desk.slack.ledger.all_in(f"D-{reader}"):
        if message.key in rows:
            found.append(about(desk, rows[message.key]["id"]))
    return found


def about(desk: Desk, outbox_id: int) -> list[Word]:
    with desk.store.database.reading() as connection:
        rows = connection.execute(
            select(outbox_about)
            .where(outbox_about.c.outbox_id == outbox_id)
            .order_by(outbox_about.c.place)
        )
        return [Word(row.handoff_id, Step(row.step), Stage(row.stage), row.subject) for row in rows]


def put_off(store: Store, reader_id: int) -> set[int]:
    """The handoffs of which something waits for somebody's next summary."""
    with store.database.reading() as connection:
        waiting = select(digest_line.c.handoff_id).where(digest_line.c.person_id == reader_id)
        return set(connection.execute(waiting).scalars())


def brief_of(store: Store, team: Team, handoff_id: int) -> Deadline:
    with store.read(team.workspace_id) as unit:
        return next(one for one in unit.deadlines.of(handoff_id) if one.step is Step.BRIEF)


def late_first(words: Iterable[Word]) -> bool:
    late = [word.late for word in words]
    return late == sorted(late, reverse=True)


@pytest.mark.slow
def test_after_a_weekend_everybody_reads_one_message_with_what_is_late_first(
    desk: Desk, store: Store, team: Team
) -> None:
    teams = teams_of(store, team)
    late: dict[int, set[int]] = {one.ae.id: set() for one in teams}
    ahead: dict[int, set[int]] = {one.ae.id: set() for one in teams}
    for when in EARLY + LATE + AHEAD:
        go_to(desk, when)
        for one in teams[: AES // 2] if when in EARLY else teams:
            made = post(store, one, f"Account {when:%d %H:%M}")
            (ahead if when in AHEAD else late)[one.ae.id].add(made)
    go_to(desk, DOWN)
    run(desk, 20 * MINUTE)
    before = {one.ae.id: len(told(desk, one.ae.slack_id)) for one in teams}
    of_manager = len(told(desk, team.ae_manager.slack_id))

    go_to(desk, UP)
    run(desk, 20 * MINUTE)

    for one in teams:
        (words,) = told(desk, one.ae.slack_id)[before[one.ae.id] :]
        assert late_first(words)
        assert {word.handoff_id for word in words if word.late} == late[one.ae.id]
        named = {word.handoff_id for word in words}
        assert named | put_off(store, one.ae.id) == late[one.ae.id] | ahead[one.ae.id]
        for made in late[one.ae.id]:
            assert {Stage.LATE, Stage.LATE_MANAGER} <= brief_of(store, one, made).said
    (words,) = told(desk, team.ae_manager.slack_id)[of_manager:]
    everything = set().union(*late.values())
    (row,) = [
        r
        for r in desk.rows(outbox)
        if r["kind"] == "summary"
        and r["facts"] != '{"left": 0}'
        and r["person_id"] == team.ae_manager.id
        and r["state"] == "sent"
    ]
    assert {word.handoff_id for word in words} < everything
    assert f'"left": {len(everything) - len(words)}' in row["facts"]

    # At ten all others are late: by the evening nobody heard more often than a day allows.
    for hour in range(10, 18):
        go_to(desk, at(f"09T{hour}:05"))
        run(desk, 2 * MINUTE)
    for reader, count in [
        *((one.ae.slack_id, before[one.ae.id]) for one in teams),
        (team.ae_manager.slack_id, of_manager),
    ]:
        assert 1 < len(told(desk, reader)[count:]) <= 6
    assert not [r for r in desk.rows(outbox) if r["state"] in ("dead", "unconfirmed")]


def decided_and_not_sent(desk: Desk, store: Store, team: Team) -> tuple[int, int]:
    """Two briefs of one AE, of which that one is late was decided just before the bot went down."""
    go_to(desk, at("05T17:00"))
    first = post(store, team)
    go_to(desk, at("05T17:50"))
    second = post(store, team, "Larkfield Clinics")
    run(desk, 2 * MINUTE)
    go_to(desk, at("06T17:00"))
    sweep(desk)
    return first, second


@pytest.mark.parametrize("leased", [False, True])
def test_what_was_decided_before_the_gap_is_in_the_one_message_after_it(
    desk: Desk, store: Store, team: Team, leased: bool
) -> None:
    first, second = decided_and_not_sent(desk, store, team)
    if leased:
        desk.hire(CrashAt("rendered"))
        with pytest.raises(Crash):
            desk.work()
        desk.hire()
    assert told(desk, "UAE") == []
    go_to(desk, UP)
    run(desk, 5 * MINUTE)
    (words,) = told(desk, "UAE")
    assert {word.handoff_id for word in words if word.late} == {first, second}
    (words,) = told(desk, "UAE_MANAGER")
    assert {word.handoff_id for word in words} == {first, second}


def test_what_perhaps_was_sent_before_the_gap_is_looked_for_and_not_said_again(
    desk: Desk, store: Store, team: Team
) -> None:
    first, second = decided_and_not_sent(desk, store, team)
    faults = Script(chat__postMessage=[Fault.TAKEN_THEN_SILENT])
    desk.slack.trouble = lambda method, args: (
        faults(method, args) if args.get("channel") == "D-UAE" else None
    )
    desk.work()
    desk.hire()
    desk.slack.trouble = lambda _method, _args: None
    go_to(desk, UP)
    run(desk, 5 * MINUTE)
    before, after = told(desk, "UAE")
    assert [word.handoff_id for word in before if word.late] == [first]
    assert {word.handoff_id for word in after if word.late} == {first, second}


def test_what_is_decided_now_waits_for_nobody_who_got_everything(
    desk: Desk, store: Store, team: Team
) -> None:
    """Only what is an hour old is folded in: else each sweep would undo what the last decided."""
    go_to(desk, at("05T12:00"))
    first = post(store, team)
    go_to(desk, at("05T12:30"))
    second = post(store, team, "Larkfield Clinics")
    run(desk, 2 * MINUTE)
    go_to(desk, at("06T11:45"))
    run(desk, 2 * MINUTE)
    for time, handoff_id in (("12:00", first), ("12:30", second)):
        go_to(desk, at(f"06T{time}"))
        sweep(desk)
        words = [about(desk, row["id"]) for row in desk.rows(outbox) if row["kind"] == "late"]
        assert [word.handoff_id for word in words[-1]] == [handoff_id]
    desk.work()
    assert not [row for row in desk.rows(outbox) if row["reason"] == "belated"]


@pytest.mark.parametrize("fault", [Fault.TAKEN_THEN_SILENT, Fault.SILENT, Fault.LIMITED])
def test_what_a_message_is_about_is_what_stands_in_it_however_its_post_ended(
    desk: Desk, store: Store, team: Team, fault: Fault
) -> None:
    go_to(desk, at("05T12:00"))
    done, late = post(store, team), post(store, team, "Larkfield Clinics")
    run(desk, 2 * MINUTE)
    go_to(desk, at("06T12:00"))
    sweep(desk)
    write(store, team, done)
    faults = Script(chat__postMessage=[fault])
    desk.slack.trouble = lambda method, args: (
        faults(method, args) if "brief was due" in str(args) else None
    )
    run(desk, 3 * MINUTE)
    (words,) = told(desk, "UAE")
    assert [word.handoff_id for word in words] == [late]
