"""Somebody with a part has no account any more: nobody is reminded in the void."""

from datetime import timedelta

import pytest

from bot.clock.sweep import Sweep
from bot.domain.people import Person
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox, surface
from tests.builders import Deal, FixedClock, assigned, signed
from tests.delivery.desk import Desk
from tests.delivery.slack import Message

HOUR = timedelta(hours=1)
CLOSED = "has no account any more"


def _close(desk: Desk, person: Person, *, closed: bool = True) -> None:
    """What the event about an account says, or the look once a day."""
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.note_account(person.slack_id, PersonFacts(name=person.name, deactivated=closed))
        unit.commit()


def _to(desk: Desk, person: Person, words: str) -> list[Message]:
    dm = f"D-{person.slack_id}"
    return [m for m in desk.slack.ledger.all_in(dm) if words in str(m.args)]


def _days_go_by(desk: Desk, clock: FixedClock, days: int) -> None:
    sweep = Sweep(store=desk.store, clock=clock)
    for _ in range(days * 12):
        clock.advance(2 * HOUR)
        desk.machine.advance(2 * HOUR)
        sweep.run()
        desk.pass_time(timedelta(seconds=20))


def test_who_may_name_another_csm_is_told_once_for_all_their_handoffs(desk: Desk) -> None:
    for account in ("Northwind Robotics", "Larkfield Clinics"):
        assigned(desk.store, desk.team, Deal(account=account))
    desk.drain()
    for _ in range(2):
        _close(desk, desk.team.csm)
        desk.drain()
    (told,) = _to(desk, desk.team.cs_manager, "Please name somebody else")
    shown = str(told.args)
    assert CLOSED in told.args["text"]
    assert "Northwind Robotics" in shown
    assert "Larkfield Clinics" in shown
    assert shown.count("open_assign") == 2
    assert not _to(desk, desk.team.ae_manager, "Please name somebody else")


def test_the_aes_manager_is_told_for_the_ae(desk: Desk) -> None:
    signed(desk.store, desk.team)
    desk.drain()
    _close(desk, desk.team.ae)
    desk.drain()
    (told,) = _to(desk, desk.team.ae_manager, "is said to you")
    assert "Name another AE with Reassign AE" in str(told.args)
    assert "Please name" not in str(told.args)
    assert not _to(desk, desk.team.cs_manager, "is said to you")


@pytest.mark.parametrize("begun", [signed, assigned])
def test_reminders_and_what_is_late_reach_the_manager_and_not_the_closed_account(
    desk: Desk, clock: FixedClock, begun: object
) -> None:
    gone, manager = desk.team.ae, desk.team.ae_manager
    if begun is assigned:
        gone, manager = desk.team.csm, desk.team.cs_manager
    assert callable(begun)
    begun(desk.store, desk.team)
    desk.drain()
    _close(desk, gone)
    desk.drain()
    before = len(desk.slack.ledger.all_in(f"D-{gone.slack_id}"))
    _days_go_by(desk, clock, 4)
    assert len(desk.slack.ledger.all_in(f"D-{gone.slack_id}")) == before
    told = _to(desk, manager, CLOSED)
    assert len(told) > 1, "the one that asks, and what the clock says"
    of_clock = [one for one in desk.rows(outbox) if one["kind"] in ("nudge", "late", "summary")]
    assert {one["person_id"] for one in of_clock} >= {manager.id}
    assert gone.id not in {one["person_id"] for one in of_clock}


def test_card_and_guide_cards_show_it_and_show_it_no_more_when_the_account_is_open_again(
    desk: Desk,
) -> None:
    assigned(desk.store, desk.team)
    desk.drain()
    _close(desk, desk.team.csm)
    desk.drain()

    def showing() -> set[str]:
        at = {row["ts"]: row["kind"] for row in desk.rows(surface) if row["ts"]}
        found = (one for one in desk.slack.ledger.messages if CLOSED in str(one.args))
        return {str(at[one.ts]) for one in found if one.ts in at}

    assert showing() == {"card", "guide"}
    _close(desk, desk.team.csm, closed=False)
    desk.drain()
    assert showing() == set()


def test_nothing_is_asked_that_is_not_so_any_more(desk: Desk) -> None:
    assigned(desk.store, desk.team)
    desk.drain()
    _close(desk, desk.team.csm)
    _close(desk, desk.team.csm, closed=False)
    desk.drain()
    assert not _to(desk, desk.team.cs_manager, "Please name somebody else")
