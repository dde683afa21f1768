"""From what the clock decided to what stands in a DM, and what becomes of it there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.storage.tables import outbox, outbox_about
from bot.storage.unit_of_work import Store
from tests.builders import Deal, Team, fill_brief, signed
from tests.delivery.desk import MINUTE, Desk, Nth
from tests.delivery.slack import Fault, Script

HOUR = timedelta(hours=1)
THURSDAY_TEN = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
"""In Berlin, a day after the deals of these tests were signed: their briefs are due."""


def go_to(desk: Desk, when: datetime) -> None:
    """Let the calendar come to an instant, and say and send what is due then."""
    desk.clock.advance(when - desk.clock.now())
    Sweep(store=desk.store, clock=desk.clock).run()
    desk.pass_time(2 * MINUTE)


def newest(desk: Desk, channel: str) -> dict[str, Any]:
    """The newest message of a conversation, as it looks now."""
    args: dict[str, Any] = desk.slack.ledger.in_channel(channel)[-1].args
    return args


def in_all(desk: Desk, channel: str, words: str) -> int:
    return sum(words in str(one.args) for one in desk.slack.ledger.in_channel(channel))


def unwritten(store: Store, team: Team, account: str = "Northwind Robotics") -> int:
    """A posted handoff whose brief is still to be written."""
    handoff_id = signed(store, team, Deal(account=account))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    return handoff_id


def two_late(desk: Desk, store: Store, team: Team) -> tuple[int, int]:
    """Two posted handoffs without a brief, told to be late in one message."""
    ids = [unwritten(store, team, one) for one in ("Northwind Robotics", "Larkfield Clinics")]
    desk.drain()
    go_to(desk, THURSDAY_TEN)
    return ids[0], ids[1]


def fill(store: Store, team: Team, handoff_id: int) -> None:
    with store.write(team.workspace_id) as unit:
        fill_brief(unit, unit.handoffs.lock(handoff_id), team)
        unit.commit()


def naming_kinds(desk: Desk, do: Callable[[str], object]) -> Callable[[str], None]:
    """The points that are reached, each with the kind of the notice that is under way."""

    def reached(point: str) -> None:
        for row in desk.rows(outbox):
            if row["lease"] is not None:
                do(f"{point} {row['kind']}")

    return reached


def write_brief(desk: Desk, store: Store, team: Team, handoff_id: int) -> None:
    fill(store, team, handoff_id)
    desk.pass_time(2 * MINUTE)


def test_two_late_steps_are_one_message_for_their_owner_and_one_for_the_manager(
    desk: Desk, store: Store, team: Team
) -> None:
    two_late(desk, store, team)
    told = newest(desk, "D-UAE")
    assert told["text"] == "2 things need you: Northwind Robotics"
    assert "Larkfield Clinics" in str(told["blocks"])
    assert newest(desk, "D-UAE_MANAGER")["text"] == (
        "2 steps are late in your team: Northwind Robotics"
    )


def test_what_is_done_says_so_where_it_was_told_and_wakes_nobody(
    desk: Desk, store: Store, team: Team
) -> None:
    first, second = two_late(desk, store, team)
    before = len(desk.slack.ledger.in_channel("D-UAE"))
    write_brief(desk, store, team, first)
    told = newest(desk, "D-UAE")
    assert told["text"] == "1 thing needs you: Larkfield Clinics"
    assert "brief: done" in str(told["blocks"])
    assert "brief: done" in str(newest(desk, "D-UAE_MANAGER")["blocks"])
    write_brief(desk, store, team, second)
    told = newest(desk, "D-UAE")
    assert told["text"] == "Nothing of this needs you any more."
    assert "actions" not in {block["type"] for block in told["blocks"]}
    assert len(desk.slack.ledger.in_channel("D-UAE")) == before


def test_a_single_reminder_becomes_a_line_without_buttons_once_its_step_is_done(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = unwritten(store, team)
    desk.drain()
    go_to(desk, THURSDAY_TEN)
    assert "brief was due" in newest(desk, "D-UAE")["text"]
    write_brief(desk, store, team, handoff_id)
    told = newest(desk, "D-UAE")
    assert told["text"] == "Northwind Robotics: brief, done."
    assert [block["type"] for block in told["blocks"]] == ["rich_text"]
    row = desk.row(outbox, kind="late")
    assert (row["state"], row["ts"]) == ("sent", None)


@pytest.mark.parametrize("fault", [None, Fault.TAKEN_THEN_SILENT])
def test_what_is_done_while_it_is_on_its_way_says_so_once_it_stands(
    desk: Desk, store: Store, team: Team, fault: Fault | None
) -> None:
    handoff_id = unwritten(store, team)
    desk.drain()
    done = Nth("posted late", 1, lambda: fill(store, team, handoff_id))
    desk.hire(naming_kinds(desk, done))
    faults = Script(chat__postMessage=[fault])
    desk.slack.trouble = lambda method, args: (
        faults(method, args) if "brief was due" in str(args) else None
    )
    go_to(desk, THURSDAY_TEN)
    desk.drain()
    assert done.done
    assert in_all(desk, "D-UAE", "Northwind Robotics: brief, done.") == 1
    assert in_all(desk, "D-UAE", "brief was due") == 0
    assert in_all(desk, "D-UAE_MANAGER", "brief was due") == 0
    assert not desk.row(outbox, kind="late")["changed"]


def test_what_is_done_while_the_message_is_edited_is_shown_by_another_edit(
    desk: Desk, store: Store, team: Team
) -> None:
    first, second = two_late(desk, store, team)
    done = Nth("edited summary", 1, lambda: fill(store, team, second))
    desk.hire(naming_kinds(desk, done))
    write_brief(desk, store, team, first)
    assert done.done
    for channel in ("D-UAE", "D-UAE_MANAGER"):
        assert newest(desk, channel)["text"] == "Nothing of this needs you any more."


def test_what_changed_before_it_was_taken_is_not_edited_afterwards(
    desk: Desk, store: Store, team: Team
) -> None:
    first, _ = two_late(desk, store, team)
    desk.clock.advance(23 * HOUR)
    Sweep(store=desk.store, clock=desk.clock).run()
    fill(store, team, first)
    desk.pass_time(2 * MINUTE)
    summaries = [one for one in desk.rows(outbox) if one["kind"] == "summary"][-2:]
    assert [(one["state"], one["method"]) for one in summaries] == [
        ("sent", "chat.postMessage"),
        ("sent", "chat.postMessage"),
    ]


def test_a_late_notice_says_that_a_corrected_signature_gave_more_time(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = unwritten(store, team)
    desk.drain()
    go_to(desk, THURSDAY_TEN)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now - HOUR, by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.pass_time(2 * MINUTE)
    assert in_all(desk, "D-UAE", "due at another time now") == 1
    assert newest(desk, "D-UAE_MANAGER")["text"] == (
        "Northwind Robotics: brief, due at another time now."
    )


def test_a_cancelled_handoff_leaves_no_reminder_to_press(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = unwritten(store, team)
    desk.drain()
    go_to(desk, THURSDAY_TEN)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("They chose another vendor.", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.pass_time(2 * MINUTE)
    for channel in ("D-UAE", "D-UAE_MANAGER"):
        assert in_all(desk, channel, "nothing is due any more") == 1


def test_in_the_morning_one_late_step_is_told_as_it_was_before(
    desk: Desk, store: Store, team: Team
) -> None:
    unwritten(store, team)
    desk.drain()
    go_to(desk, THURSDAY_TEN)
    first = newest(desk, "D-UAE")
    go_to(desk, THURSDAY_TEN + 23 * HOUR)
    again = newest(desk, "D-UAE")
    assert (again["text"], again["blocks"]) == (first["text"], first["blocks"])
    assert again["metadata"] != first["metadata"]


def test_what_does_not_hold_any_more_when_it_goes_out_is_left_out_of_it(
    desk: Desk, store: Store, team: Team
) -> None:
    first, _ = two_late(desk, store, team)
    desk.clock.advance(23 * HOUR)
    Sweep(store=desk.store, clock=desk.clock).run()
    with store.write(team.workspace_id) as unit:
        fill_brief(unit, unit.handoffs.lock(first), team)
        unit.commit()
    desk.pass_time(2 * MINUTE)
    assert "Northwind" not in str(newest(desk, "D-UAE_MANAGER"))
    assert newest(desk, "D-UAE_MANAGER")["text"].startswith("Larkfield Clinics: brief was due")


def test_a_month_later_what_a_message_was_about_is_forgotten_with_its_words(
    desk: Desk, store: Store, team: Team
) -> None:
    unwritten(store, team)
    desk.drain()
    go_to(desk, THURSDAY_TEN)
    assert _about(store)
    desk.machine.advance(timedelta(days=31))
    store.housekeeping()
    assert _about(store) == 0


def _about(store: Store) -> int:
    with store.database.reading() as connection:
        return len(connection.execute(select(outbox_about)).all())
