"""What goes out about the briefing call: its time, doing without it, and the hold that ends."""

from datetime import timedelta

from bot.domain import briefing_call
from bot.domain.handoff import Handoff
from bot.domain.people import Person
from bot.domain.verification import Checks
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import WEDNESDAY, Team, assigned
from tests.delivery.desk import Desk
from tests.delivery.test_debrief import stand_in
from tests.delivery.test_verification import acknowledge, change, last

HOUR = timedelta(hours=1)
TOMORROW = WEDNESDAY + 24 * HOUR
NOT_ALL = Checks(metric=True, no_plan=True, champion=False)


def book(store: Store, team: Team, handoff_id: int, hours: int = 0) -> None:
    at = TOMORROW + hours * HOUR
    change(
        store,
        team,
        handoff_id,
        team.ae.id,
        lambda unit, h: briefing_call.book(h, at, by=team.ae, at=unit.now),
    )


def skip(store: Store, team: Team, handoff_id: int, by: Person) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        briefing_call.do_without(handoff, by=by, at=unit.now, policy=unit.policy)

    change(store, team, handoff_id, by.id, act)


def fail_a_check(store: Store, team: Team, handoff_id: int) -> None:
    acknowledge(store, team, handoff_id)
    change(
        store,
        team,
        handoff_id,
        team.csm.id,
        lambda unit, h: h.answer_checks(NOT_ALL, revision=1, by=team.csm, at=unit.now),
    )


def settled(desk: Desk, kind: str) -> list[tuple[str, str | None, int]]:
    rows = (row for row in desk.rows(outbox) if row["kind"] == kind)
    return [(row["state"], row["reason"], row["person_id"]) for row in rows]


def shown(desk: Desk, reader: str) -> str:
    """Everything that stands in the reader's direct messages."""
    return "\n".join(str(one.args) for one in desk.slack.ledger.in_channel(f"D-{reader}"))


def test_the_csm_hears_of_the_time_with_the_card_and_not_of_one_that_was_overtaken(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    book(store, team, handoff_id)
    book(store, team, handoff_id, hours=2)
    desk.drain()
    assert settled(desk, "briefing_booked") == [
        ("cancelled", "no_longer_so", team.csm.id),
        ("sent", None, team.csm.id),
    ]
    told = last(desk, "UCSM")
    assert "Maya moved the briefing call" in told
    assert str(int((TOMORROW + 2 * HOUR).timestamp())) in told
    assert "open_briefing" in told


def test_a_yes_waits_for_the_other_one_only_while_it_is_open(
    desk: Desk, store: Store, team: Team
) -> None:
    asked, both, required = (assigned(store, team) for _ in range(3))
    for handoff_id in (asked, both, required):
        skip(store, team, handoff_id, team.ae)
    skip(store, team, both, team.csm)
    fail_a_check(store, team, required)
    desk.drain()
    assert settled(desk, "briefing_skipped") == [
        ("sent", None, team.csm.id),
        ("cancelled", "no_longer_so", team.csm.id),
        ("cancelled", "no_longer_so", team.csm.id),
        ("sent", None, team.ae.id),
    ]
    assert "there is none" in shown(desk, "UAE")


def test_what_a_stand_in_was_to_hear_of_the_call_goes_to_the_csm_who_is_back(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    stand_in(desk, team.csm, team.outsider)
    book(store, team, handoff_id)
    stand_in(desk, team.csm, None)
    desk.drain()
    assert settled(desk, "briefing_booked") == [
        ("cancelled", "another_is_told", team.outsider.id),
        ("sent", None, team.csm.id),
    ]


def test_a_csm_who_was_replaced_hears_of_no_call(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    book(store, team, handoff_id)
    change(
        store,
        team,
        handoff_id,
        team.cs_manager.id,
        lambda unit, h: h.assign_csm(team.outsider, by=team.cs_manager, at=unit.now),
    )
    desk.drain()
    assert settled(desk, "briefing_booked") == [
        ("cancelled", "no_longer_theirs", team.csm.id),
    ]
    # Whoever follows has the time on their card.
    assert f"Briefing call: <!date^{int(TOMORROW.timestamp())}" in shown(desk, "UOUTSIDER")


def test_both_read_that_the_intro_waits_on_the_csm_and_why_it_need_not(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    fail_a_check(store, team, handoff_id)
    desk.drain()
    for reader in ("UAE", "UCSM"):
        assert "Intro: waiting on the CSM." in shown(desk, reader)

    def lift(unit: WriteUnit, handoff: Handoff) -> None:
        boss, why = team.cs_manager, "They wait for our mail."
        briefing_call.lift_hold(handoff, why, by=boss, at=unit.now, policy=unit.policy)

    change(store, team, handoff_id, team.cs_manager.id, lift)
    desk.drain()
    for reader in ("UAE", "UCSM"):
        assert "let the intro go out before the briefing call" in last(desk, reader)
        assert "They wait for our mail." in last(desk, reader)
        assert "Intro: waiting on the CSM." not in shown(desk, reader)
