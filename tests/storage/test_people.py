from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import NotFound
from bot.domain.people import Role
from bot.domain.policy import Policy
from bot.storage.facts import person_facts
from bot.storage.holidays import HolidayBook, region_of_zone
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, Team, make_team

MONDAY = date(2026, 3, 9)
MARCH = datetime(2026, 3, 4, 9, 20, tzinfo=UTC)


def _one_day_off(region: str, year: int) -> frozenset[date]:
    return frozenset({MONDAY})


def test_a_person_is_made_once_and_brought_up_to_date(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    with store.write(team.workspace_id) as unit:
        made = unit.people.ensure("UNEW")
        assert (made.name, unit.people.checked_at(made.id)) == ("UNEW", None)
        unit.commit()
    later = machine.advance(timedelta(hours=1))
    with store.write(team.workspace_id) as unit:
        facts = PersonFacts("Nia", "Asia/Tokyo", guest=True)
        learned = unit.people.ensure("UNEW", facts=facts)
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert after.people.by_slack_id("UNEW") == learned
        assert after.people.checked_at(made.id) == later
    assert (learned.id, learned.name, learned.zone) == (made.id, "Nia", "Asia/Tokyo")
    assert not learned.full_member


def test_a_list_confirms_whom_it_tells_as_they_are_and_names_the_others(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    later = machine.advance(timedelta(hours=1))
    ae, csm, sam = team.ae, team.csm, team.outsider
    with store.write(team.workspace_id) as unit:
        unit.people.forget_name(sam.id)
        told = {
            ae.slack_id: PersonFacts(ae.name, ae.zone),
            csm.slack_id: PersonFacts(csm.name, csm.zone, guest=True),
            sam.slack_id: PersonFacts(sam.name, sam.zone),
            "UNEVER": PersonFacts("Never met"),
        }
        assert unit.people.confirm(told) == [csm.slack_id]
        unit.commit()
    with store.read(team.workspace_id) as after:
        checked = [after.people.checked_at(one.id) == later for one in (ae, csm, sam)]
        assert checked == [True, False, True]
        assert not after.people.get(csm.id).guest
        assert after.people.by_slack_id("UNEVER") is None
        assert after.people.get(sam.id).erased


@pytest.mark.parametrize("told", [MARCH, MARCH.timestamp() * 1000, True, -1, "1772616000", None])
def test_when_an_account_changed_is_read_where_slack_tells_a_time(told: object) -> None:
    user = {"id": "UNEW", "updated": told.timestamp() if isinstance(told, datetime) else told}
    facts = person_facts(user, team_id="T100")
    assert facts.changed_at == (told if told is MARCH else None)


@pytest.mark.parametrize(
    "zone", ["Moon/Tranquility", "Europe", "9" * 400], ids=["new", "folder", "long"]
)
def test_a_zone_this_machine_does_not_know_becomes_utc(store: Store, team: Team, zone: str) -> None:
    with store.write(team.workspace_id) as unit:
        made = unit.people.ensure("UNEW", facts=PersonFacts("Nia", zone))
        assert unit.people.calendar(made.id).zone == ZoneInfo("UTC")


def test_roles_are_replaced_and_found(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.outsider.id, roles={Role.REVOPS, Role.ADMIN})
        unit.people.set_part(team.revops.id, roles=set())
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert [one.id for one in after.people.with_role(Role.REVOPS)] == [team.outsider.id]
        assert [one.id for one in after.people.with_role(Role.ADMIN)] == [team.outsider.id]
        assert after.people.get(team.revops.id).roles == frozenset()


def test_admins_are_those_with_the_role_those_of_the_workspace_and_those_of_the_policy(
    store: Store, team: Team, open_store: Callable[..., Store]
) -> None:
    with store.write(team.workspace_id) as unit:
        owner = unit.people.ensure("UOWN", facts=PersonFacts("Ola", workspace_admin=True))
        unit.people.set_part(team.revops.id, roles={Role.ADMIN})
        unit.commit()
    other = open_store(policy=Policy(admins=("UOUTSIDER",)))
    with other.read(team.workspace_id) as unit_after:
        admins = unit_after.people.with_role(Role.ADMIN)
    assert {one.id for one in admins} == {owner.id, team.revops.id, team.outsider.id}
    assert all(one.admin for one in admins)


def test_a_manager_is_ones_own_or_somebody_of_revops(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        people = unit.people
        assert people.manager_of(team.ae.id) == team.ae_manager.id
        assert people.manager_of(team.outsider.id) == team.revops.id
        assert people.manager_of(team.revops.id) is None
        people.ensure("UAE_MANAGER", facts=PersonFacts("Tomás", deactivated=True))
        assert people.manager_of(team.ae.id) == team.revops.id
        people.set_part(team.csm.id, clear_manager=True)
        assert people.manager_of(team.csm.id) == team.revops.id


def test_people_of_another_workspace_are_nobody(store: Store, team: Team) -> None:
    other = make_team(store, team_id="T200")
    assert other.ae.id != team.ae.id
    with store.write(team.workspace_id) as unit:
        ours = unit.people.by_slack_id("UAE")
        assert ours is not None
        assert ours.id == team.ae.id
        assert unit.people.many([team.ae.id, other.ae.id]) == {team.ae.id: ours}
        with pytest.raises(NotFound):
            unit.people.get(other.ae.id)
        with pytest.raises(NotFound):
            unit.people.set_part(other.ae.id, region="FR")
        with pytest.raises(NotFound):
            unit.people.set_part(team.ae.id, manager_id=other.ae.id)


def test_the_holidays_of_a_calendar_are_those_of_the_region(
    team: Team, open_store: Callable[..., Store]
) -> None:
    store = open_store(holidays=HolidayBook().holidays)
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.csm.id, region="DE-BY")
        corpus_christi, unity_day = date(2025, 6, 19), date(2025, 10, 3)
        bavarian, guessed = (unit.people.calendar(one.id) for one in (team.csm, team.ae))
        assert not bavarian.is_business_day(corpus_christi)
        assert guessed.is_business_day(corpus_christi)
        assert not guessed.is_business_day(unity_day)


def test_holidays_once_kept_stay_when_the_library_changes(
    team: Team, open_store: Callable[..., Store]
) -> None:

    before = open_store()
    with before.read(team.workspace_id) as unit:
        assert unit.people.calendar(team.ae.id).is_business_day(MONDAY)
    with before.write(team.workspace_id) as unit:
        assert unit.people.calendar(team.ae.id).is_business_day(MONDAY)
        unit.commit()
    with open_store(holidays=_one_day_off).read(team.workspace_id) as unit:
        assert unit.people.calendar(team.ae.id).is_business_day(MONDAY)


def test_holidays_computed_in_a_unit_that_was_not_committed_are_not_kept(
    team: Team, open_store: Callable[..., Store]
) -> None:
    with open_store().write(team.workspace_id) as unit:
        assert unit.people.calendar(team.ae.id).is_business_day(MONDAY)
    newer = open_store(holidays=_one_day_off)
    with newer.read(team.workspace_id) as unit:
        assert not unit.people.calendar(team.ae.id).is_business_day(MONDAY)


def test_the_book_knows_subdivisions_and_nothing_of_unknown_regions() -> None:
    book = HolidayBook()
    womens_day = date(2026, 3, 8)
    assert womens_day in book.holidays("DE-BE", 2026)
    assert womens_day not in book.holidays("DE", 2026)
    assert date(2026, 12, 25) in book.holidays("DE", 2026)
    assert book.holidays("", 2026) == book.holidays("XX", 2026) == frozenset()
    assert book.holidays("DE-XX", 2026) == frozenset()


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("Europe/Berlin", "DE"),
        ("Europe/Stockholm", "SE"),
        ("America/New_York", "US"),
        ("Asia/Kolkata", "IN"),
        ("Asia/Calcutta", "IN"),
        ("UTC", ""),
        ("Moon/Tranquility", ""),
    ],
)
def test_a_region_is_guessed_from_the_zone(zone: str, region: str) -> None:
    assert region_of_zone(zone) == region
