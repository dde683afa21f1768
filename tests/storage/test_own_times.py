"""A person's own hours in the rows, whom the clock may tell, and what could not be delivered."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bot.domain.alarms import TRIED_IN_VAIN
from bot.domain.digest import Day
from bot.domain.errors import Invalid, Problem
from bot.domain.notices import JobSource, Notice, NoticeKind, Notify, Place, Priority
from bot.domain.people import RegionBy, Role
from bot.domain.policy import Hours, Policy
from bot.domain.times import OwnTimes
from bot.domain.worktime import QuietHours
from bot.storage.holidays import find_region, parts_of, region_name
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox, person, surface
from bot.storage.undelivered import COUNT_NOTICES, COUNT_SURFACES, Lot
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import FixedClock, Team, make_team, posted, signed

OWN = OwnTimes(time(18, 30), time(7), time(7, 15))


def kept(store: Store, team: Team, times: OwnTimes) -> None:
    with store.write(team.workspace_id) as unit:
        unit.people.set_times(team.ae.id, times)
        unit.commit()


def test_a_calendar_has_the_persons_own_quiet_hours_and_nobody_elses(
    store: Store, team: Team
) -> None:
    kept(store, team, OWN)
    with store.read(team.workspace_id) as unit:
        mine, theirs = (unit.people.calendar(one.id) for one in (team.ae, team.csm))
        assert unit.people.get(team.ae.id).times == OWN
    assert (mine.quiet, mine.summary_time) == (QuietHours(time(18, 30), time(7)), time(7, 15))
    assert (theirs.quiet, theirs.summary_time) == (QuietHours(), time(9))


def test_what_is_refused_is_not_kept(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit, pytest.raises(Invalid) as refused:
        unit.people.set_times(team.ae.id, OwnTimes(quiet_begin=time(15)))
    assert refused.value.problem is Problem.QUIET_AT_WORK
    with store.read(team.workspace_id) as after:
        assert after.people.get(team.ae.id).times == OwnTimes()


def test_other_hours_of_the_policy_leave_no_calendar_that_cannot_be(
    store: Store, team: Team, open_store: Callable[..., Store]
) -> None:
    kept(store, team, OWN)
    late_shift = Hours(start=time(12), end=time(20), resume=time(13), quiet_begin=time(22))
    other = open_store(policy=Policy(hours=late_shift))
    with other.read(team.workspace_id) as unit:
        calendar, you = unit.people.calendar(team.ae.id), unit.people.you(team.ae.id)
    assert (calendar.quiet, calendar.summary_time) == (QuietHours(time(22), time(8)), time(12))
    assert (you.own_quiet, you.own_summary) == (False, False)


def test_it_is_known_where_a_region_comes_from(
    store: Store, team: Team, open_store: Callable[..., Store]
) -> None:
    def by(of: Store) -> tuple[str, RegionBy]:
        with of.read(team.workspace_id) as unit:
            return unit.people.region(team.ae.id), unit.people.region_by(team.ae.id)

    assert by(store) == ("DE", RegionBy.ZONE)
    assert by(open_store(policy=Policy(default_region="AT"))) == ("AT", RegionBy.TEAM)
    for region, said_by, told in (
        ("DE-BE", RegionBy.ADMIN, RegionBy.ADMIN),
        # The same said again by the person stays the admin's.
        ("DE-BE", RegionBy.SELF, RegionBy.ADMIN),
        ("DE-BY", RegionBy.SELF, RegionBy.SELF),
        ("", RegionBy.SELF, RegionBy.ZONE),
    ):
        with store.write(team.workspace_id) as unit:
            unit.people.set_part(team.ae.id, region=region, region_by=said_by)
            unit.commit()
        assert by(store) == (region or "DE", told)
    with store.write(team.workspace_id) as unit:
        nowhere = unit.people.ensure("UNEW", facts=PersonFacts("Nia", "UTC"))
        assert unit.people.region_by(nowhere.id) is RegionBy.NOWHERE
        assert unit.people.you(nowhere.id).region == ""


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("DE", "DE"),
        ("de-be", "DE-BE"),
        ("Germany", "DE"),
        (" germany , berlin ", "DE-BE"),
        ("Germany, BY", "DE-BY"),
        ("Guinea-Bissau", "GW"),
        ("US-ca", "US-CA"),
        ("DEU", None),
        ("DE-XX", None),
        ("Germany, Atlantis", None),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_a_region_is_found_by_code_and_by_name(typed: str, region: str | None) -> None:
    assert find_region(typed) == region


def test_regions_have_names() -> None:
    assert region_name("DE") == "Germany (DE)"
    assert region_name("DE-BE") == "Germany, Berlin (DE-BE)"
    assert ("DE-BE", "Berlin") in parts_of("DE")
    assert parts_of("XX") == []


def test_a_leave_is_told_while_it_lasts(store: Store, team: Team, clock: FixedClock) -> None:
    today = clock.now().date()
    with store.write(team.workspace_id) as unit:
        unit.set_leave(team.ae.id, today + timedelta(days=1), team.outsider.id, by=team.ae)
        unit.commit()
    for days, lasts in ((0, True), (1, True), (2, False)):
        clock.advance(timedelta(days=min(days, 1)))
        with store.read(team.workspace_id) as after:
            you = after.people.you(team.ae.id)
        assert (you.leave_until is not None) == lasts
        assert (you.stand_in is not None) == lasts


def test_a_leave_that_cannot_be_is_refused(store: Store, team: Team, clock: FixedClock) -> None:
    today = clock.now().date()
    with store.write(team.workspace_id) as unit:
        guest = unit.people.ensure("UNEW", facts=PersonFacts("Nia", guest=True))
        for until, stand_in, problem in (
            (today - timedelta(days=1), None, Problem.DATE_IN_PAST),
            (today, team.ae.id, Problem.OWN_STAND_IN),
            (today, guest.id, Problem.NOT_A_COLLEAGUE),
        ):
            with pytest.raises(Invalid) as refused:
                unit.set_leave(team.ae.id, until, stand_in, by=team.ae)
            assert refused.value.problem is problem


def test_the_next_summary_moves_and_the_count_of_the_day_stays(
    store: Store, team: Team, clock: FixedClock
) -> None:
    assert clock.now() < datetime(2026, 3, 4, 12, tzinfo=UTC)
    ahead = datetime(2026, 3, 5, 8, tzinfo=UTC)
    with store.write(team.workspace_id) as unit:
        unit.digests.keep({team.ae.id: Day(date(2026, 3, 4), 3, ahead)})
        unit.people.set_times(team.ae.id, OWN)
        unit.digests.move(team.ae.id, unit.people.calendar(team.ae.id))
        unit.commit()
    with store.database.reading() as connection:
        row = connection.execute(select(person).where(person.c.id == team.ae.id)).one()
    assert (row.told_on, row.told) == (date(2026, 3, 4), 3)
    assert row.digest_at == ahead - timedelta(hours=1, minutes=45)


# --- Of whom it matters who manages them


def test_of_interest_is_who_has_a_role_a_manager_people_or_an_open_handoff(
    store: Store, team: Team
) -> None:
    make_team(store, team_id="T200")
    signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.people.ensure("UNOBODY", facts=PersonFacts("Nobody"))
        gone = unit.people.ensure("UGONE", facts=PersonFacts("Gone", deactivated=True))
        unit.people.set_part(gone.id, roles={Role.REVOPS}, manager_id=team.outsider.id)
        unit.people.set_part(team.ae.id, clear_manager=True)
        unit.commit()
    with store.read(team.workspace_id) as after:
        found = [one.name for one in after.people.of_interest(skip=0, size=10)]
        assert found == ["Jonas", "Maya", "Priya", "Sam", "Tomás", "Wren"]
        assert after.people.count_of_interest() == 6
        page = after.people.of_interest(skip=4, size=4)
        assert [one.name for one in page] == ["Tomás", "Wren"]


# --- Whom the clock may tell


def _notice(team: Team, reader: int, kind: NoticeKind, key: str) -> Notice:
    return Notice(kind, Place.DM, key, Priority.NUDGE, handoff_id=None, person_id=reader)


def greeted(store: Store) -> list[int]:
    with store.database.reading() as connection:
        rows = connection.execute(select(outbox.c.person_id).where(outbox.c.kind == "welcome"))
        return sorted(rows.scalars())


def test_the_choice_is_kept_with_who_made_it(store: Store, team: Team) -> None:
    with store.read(team.workspace_id) as unit:
        assert unit.workspace.notify is Notify.ALL
        assert unit.workspace.hears_clock(team.csm.id)
    with store.write(team.workspace_id) as unit:
        unit.workspace_notify(Notify.ME, by=team.revops)
        assert [unit.workspace.hears_clock(one.id) for one in (team.revops, team.csm)] == [
            True,
            False,
        ]
        unit.workspace_notify(Notify.OFF, by=team.revops)
        assert not unit.workspace.hears_clock(team.revops.id)
        unit.commit()
    with store.system() as system:
        (row,) = system.workspaces()
    assert (row.notify, row.notify_by) == (Notify.OFF, team.revops.id)


def test_nobody_is_greeted_before_what_they_will_not_hear(store: Store, team: Team) -> None:
    def say(unit: WriteUnit, kind: NoticeKind, key: str) -> None:
        for reader in (team.csm, team.revops):
            unit.outbox.add(_notice(team, reader.id, kind, f"{key}:{reader.id}"))

    with store.write(team.workspace_id) as unit:
        unit.workspace_notify(Notify.ME, by=team.revops)
        say(unit, NoticeKind.NUDGE, "one")
        unit.commit()
    assert greeted(store) == [team.revops.id]
    with store.write(team.workspace_id) as unit:
        say(unit, NoticeKind.DUE_MOVED, "two")
        unit.commit()
    assert greeted(store) == sorted([team.csm.id, team.revops.id])


# --- What could not be delivered


def failed(store: Store, team: Team, **changed: object) -> int:
    """A notice that was given up, or as told."""
    with store.write(team.workspace_id) as unit:
        unit.outbox.add(_notice(team, team.ae.id, NoticeKind.DUE_MOVED, f"key:{changed}"))
        unit.commit()
    with store.database.writing() as connection:
        row = connection.execute(
            select(outbox).where(outbox.c.kind != "welcome").order_by(outbox.c.id.desc())
        ).first()
        assert row is not None
        values = {"state": "dead", "reason": "channel_not_found", **changed}
        connection.execute(outbox.update().where(outbox.c.id == row.id).values(**values))
        connection.commit()
    return int(row.id)


def test_what_slack_refused_is_sent_again_and_what_is_in_doubt_is_not(
    store: Store, team: Team
) -> None:
    dead = failed(store, team)
    doubtful = failed(store, team, state="unconfirmed", reason="http_503")
    with store.write(team.workspace_id) as unit:
        newest, oldest = unit.undelivered.page(skip=0, size=10)
        assert (newest.id, newest.in_doubt, newest.may_retry) == (doubtful, True, False)
        assert (oldest.id, oldest.in_doubt, oldest.may_retry) == (dead, False, True)
        assert (oldest.person_id, oldest.reason) == (team.ae.id, "channel_not_found")
        assert not unit.outbox.try_again(doubtful)
        assert unit.outbox.try_again(dead)
        assert not unit.outbox.try_again(dead)
        unit.commit()
        assert unit.delivery_wanted
    with store.read(team.workspace_id) as after:
        assert [one.id for one in after.undelivered.page(skip=0, size=10)] == [doubtful]
    with store.database.reading() as connection:
        row = connection.execute(select(outbox).where(outbox.c.id == dead)).one()
    assert (row.state, row.reason, row.attempts) == ("pending", None, 0)


def test_what_was_put_aside_is_counted_nowhere_and_stays_what_it_is(
    store: Store, team: Team
) -> None:
    doubtful = failed(store, team, state="unconfirmed", reason="http_503")
    with store.write(team.workspace_id) as unit:
        assert unit.undelivered.count() == 1
        assert unit.outbox.put_aside(doubtful)
        assert not unit.outbox.put_aside(doubtful)
        assert unit.undelivered.count() == 0
        unit.commit()
    assert store.delivery.counts().unconfirmed == 0
    assert store.delivery.dead_letters(team.workspace_id) == []
    with store.write(team.workspace_id) as unit:
        # The AE, who was asked, may still have it posted.
        with store.database.reading() as connection:
            row = connection.execute(select(outbox).where(outbox.c.id == doubtful)).one()
        assert row.state == "unconfirmed"


def test_nothing_of_another_workspace_is_touched(store: Store, team: Team) -> None:
    dead = failed(store, team)
    other = make_team(store, team_id="T200")
    with store.write(other.workspace_id) as unit:
        assert unit.undelivered.count() == 0
        assert not unit.outbox.try_again(dead)
        assert not unit.outbox.put_aside(dead)


def test_surfaces_stand_behind_notices_and_a_card_in_doubt_is_not_posted_again(
    store: Store, team: Team
) -> None:
    posted(store, team)
    with store.database.writing() as connection:
        for kind in ("card", "guide"):
            connection.execute(
                surface.update()
                .where(surface.c.kind == kind)
                .values(state="dead", reason="http_503", shown=surface.c.wanted)
            )
        connection.commit()
    dead = failed(store, team)
    with store.write(team.workspace_id) as unit:
        found = unit.undelivered.page(skip=0, size=10)
        assert [(one.source, one.id) for one in found][:1] == [(JobSource.NOTICE, dead)]
        assert unit.undelivered.page(skip=1, size=10) == found[1:]
        card = next(one for one in found if one.kind == "card")
        guides = [one for one in found if one.kind == "guide"]
        assert (card.channel_id, card.may_retry, card.in_doubt) == (team.channel.id, False, True)
        assert not unit.surfaces.try_again(card.id)
        assert guides
        for guide in guides:
            assert (guide.person_id is not None, guide.may_retry) == (True, True)
            assert unit.surfaces.try_again(guide.id)
        assert unit.surfaces.put_aside(card.id)
        assert [one.source for one in unit.undelivered.page(skip=1, size=10)] == []
        assert unit.undelivered.page(skip=0, size=10) == found[:1]


def test_what_is_tried_in_vain_is_neither_sent_again_nor_put_aside_nor_less_so_when_looked_at(
    store: Store, team: Team
) -> None:
    posted(store, team)
    given_up = failed(store, team)
    tried = failed(store, team, state="pending", reason="fatal_error", attempts=TRIED_IN_VAIN)
    failed(store, team, state="pending", reason=None, attempts=TRIED_IN_VAIN - 1)
    with store.database.writing() as connection:
        card = {"ts": "1.0", "posted_in": "C0DEAL", "attempts": 12, "reason": "internal_error"}
        connection.execute(surface.update().where(surface.c.kind == "card").values(**card))
        connection.commit()
    with store.write(team.workspace_id) as unit:
        found = unit.undelivered.page(skip=0, size=10)
        assert [one.in_vain for one in found] == [True, False, True]
        assert [one.id for one in found[:2]] == [tried, given_up]
        assert unit.undelivered.count() == 3
        for skip in range(4):
            assert unit.undelivered.page(skip=skip, size=2) == found[skip : skip + 2]
        for lot, ours in ((Lot.IN_VAIN, [found[0], found[2]]), (Lot.GIVEN_UP, [found[1]])):
            assert unit.undelivered.page(skip=0, size=10, lot=lot) == ours
            assert unit.undelivered.page(skip=1, size=10, lot=lot) == ours[1:]
            assert unit.undelivered.count_but_alarms(lot) == len(ours)
        assert not unit.outbox.try_again(tried)
        assert not unit.outbox.put_aside(tried)
        assert not unit.surfaces.try_again(found[2].id)
        assert not unit.surfaces.put_aside(found[2].id)
        assert unit.daily.draw_anew(unit.daily.in_channel(team.channel.id)) == 1
        assert unit.undelivered.page(skip=0, size=10) == found
    assert store.delivery.counts().dead == 1


def test_the_lists_of_troubles_use_their_indexes(store: Store, team: Team) -> None:
    if store.database.dialect != "sqlite":
        pytest.skip("The plan of an empty table on PostgreSQL says nothing.")
    with store.database.reading() as connection:
        for statement, index in (
            (COUNT_NOTICES[Lot.GIVEN_UP], "ix_outbox_failed"),
            (COUNT_NOTICES[Lot.IN_VAIN], "ix_outbox_in_vain"),
            (COUNT_SURFACES[Lot.GIVEN_UP], "ix_surface_trouble"),
            (COUNT_SURFACES[Lot.IN_VAIN], "ix_surface_trouble"),
        ):
            compiled = statement.compile(dialect=connection.dialect)
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {compiled}", (team.workspace_id,)
            )
            assert any(index in row[3] for row in plan)
