"""What goes out about a kickoff: calendar files, its morning, that it is late, what it lacked."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.clock.sweep import Sweep
from bot.domain import kickoff_booking, kickoff_prep, kickoff_record
from bot.domain.access import EVERY
from bot.domain.breakdowns import Breakdown
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.kickoff_form import KickoffForm
from bot.domain.people import Person
from bot.domain.verification import RecordKind
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store, WriteUnit
from bot.views import sentences
from tests.builders import WEDNESDAY, Team, assigned
from tests.delivery.desk import Desk
from tests.delivery.test_appointments import event_in, sent
from tests.delivery.test_briefing import settled, shown
from tests.delivery.test_debrief import stand_in
from tests.delivery.test_verification import change, last
from tests.domain.deals import KICKOFF_FORM

HOUR = timedelta(hours=1)
FRIDAY = WEDNESDAY + 50 * HOUR
LATER = WEDNESDAY + timedelta(days=12)
"""Past business day 5."""
FILE = "kickoff_file"

Act = Callable[[WriteUnit, Handoff], None]


def do(store: Store, team: Team, handoff_id: int, by: Person, act: Act) -> None:
    change(store, team, handoff_id, by.id, act)


def book(
    store: Store,
    team: Team,
    handoff_id: int,
    at: datetime = FRIDAY,
    *,
    offered: datetime | None = None,
) -> None:
    by = team.csm

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        kickoff_booking.book(handoff, at, offered=offered, by=by, at=unit.now, policy=unit.policy)

    do(store, team, handoff_id, by, act)


def record(store: Store, team: Team, handoff_id: int, made: KickoffForm) -> None:
    by, kind = team.csm, RecordKind.KICKOFF

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        found = unit.records.load(handoff.id, audiences=EVERY).get(kind)
        before = found.record if found is not None else None
        kickoff_record.record(
            handoff,
            made,
            before=before if isinstance(before, KickoffForm) else None,
            revision=unit.records.save(handoff.id, kind, made, by=by.id, at=unit.now),
            by=by,
            at=unit.now,
            policy=unit.policy,
        )

    do(store, team, handoff_id, by, act)


def breakdowns(store: Store, team: Team, handoff_id: int) -> set[Breakdown]:
    with store.read(team.workspace_id) as unit:
        return set(unit.handoffs.get(handoff_id).breakdowns)


def test_everybody_in_it_gets_it_and_a_moved_one_replaces_it_in_the_calendar(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    book(store, team, handoff_id)
    desk.drain()
    book(store, team, handoff_id, FRIDAY + HOUR)
    desk.drain()
    events = [event_in(one) for one in sent(desk)]
    assert [one["SEQUENCE"] for one in events] == [1, 1, 2, 2]
    assert len({one["UID"] for one in events}) == 1
    first, moved = events[0], events[-1]
    assert (first.start, first.end) == (FRIDAY, FRIDAY + HOUR)
    assert (moved.start, moved.end) == (FRIDAY + HOUR, FRIDAY + 2 * HOUR)
    assert first["SUMMARY"] == "Kickoff · Northwind Robotics"
    assert first["DESCRIPTION"] == sentences.kickoff.JOINT
    for reader in ("UAE", "UCSM"):
        told = shown(desk, reader)
        assert "the kickoff is booked for" in told
        assert sentences.kickoff.HOLD in told
        # No address stands in a text: Slack would fetch it to show what is behind it.
        assert sentences.kickoff.LINK_HOST not in told


def test_a_time_that_was_overtaken_is_not_sent(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    book(store, team, handoff_id)
    book(store, team, handoff_id, FRIDAY + HOUR)
    desk.drain()
    states = [state for state, _, _ in settled(desk, FILE)]
    assert states == ["cancelled", "cancelled", "sent", "sent"]


def test_a_file_for_a_stand_in_goes_to_the_ae_who_is_back(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    stand_in(desk, team.ae, team.outsider)
    book(store, team, handoff_id)
    stand_in(desk, team.ae, None)
    desk.drain()
    assert ("cancelled", "another_is_told", team.outsider.id) in settled(desk, FILE)
    assert ("sent", None, team.ae.id) in settled(desk, FILE)


def test_what_is_called_off_leaves_every_calendar(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    book(store, team, handoff_id)
    desk.drain()

    def off(unit: WriteUnit, handoff: Handoff) -> None:
        kickoff_booking.call_off(handoff, by=team.csm, at=unit.now, policy=unit.policy)

    do(store, team, handoff_id, team.csm, off)
    desk.drain()
    ends = [event_in(one, method="CANCEL") for one in sent(desk)[2:]]
    assert [one["SEQUENCE"] for one in ends] == [2, 2]
    assert {one["STATUS"] for one in ends} == {"CANCELLED"}
    assert "is not in your calendar any more" in shown(desk, "UAE")


def test_a_cancelled_handoff_takes_it_out_once_that_is_final(
    desk: Desk, store: Store, team: Team
) -> None:
    kept, over = (assigned(store, team) for _ in range(2))
    for handoff_id in (kept, over):
        book(store, team, handoff_id)
    desk.drain()

    def cancel(unit: WriteUnit, handoff: Handoff) -> None:
        handoff.cancel("They bought elsewhere.", by=team.ae, at=unit.now)

    def undo(unit: WriteUnit, handoff: Handoff) -> None:
        handoff.undo_cancel(by=team.ae, at=unit.now, policy=unit.policy)

    for handoff_id in (kept, over):
        do(store, team, handoff_id, team.ae, cancel)
    do(store, team, kept, team.ae, undo)
    desk.clock.advance(HOUR)
    desk.drain()
    assert sorted(state for state, _, _ in settled(desk, "kickoff_fell")) == [
        "cancelled",
        "cancelled",
        "sent",
        "sent",
    ]
    assert "the handoff is cancelled, and with it the kickoff" in shown(desk, "UCSM")


def test_another_csm_gets_the_time_and_the_former_one_is_rid_of_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    book(store, team, handoff_id)
    desk.drain()

    def another(unit: WriteUnit, handoff: Handoff) -> None:
        handoff.assign_csm(team.outsider, by=team.cs_manager, at=unit.now)

    do(store, team, handoff_id, team.cs_manager, another)
    desk.drain()
    off, anew = sent(desk)[2:]
    assert event_in(off, method="CANCEL")["SEQUENCE"] == 2
    assert event_in(anew)["SEQUENCE"] == 2
    assert [one for _, _, one in settled(desk, "kickoff_fell")] == [team.csm.id]


def test_another_ae_gets_the_time_and_the_former_one_is_rid_of_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    book(store, team, handoff_id)
    desk.drain()
    with store.write(team.workspace_id) as unit:
        unit.reassign_ae(unit.handoffs.lock(handoff_id), team.outsider, by=team.ae_manager)
        unit.commit()
    desk.drain()
    off, anew = sent(desk)[2:]
    assert event_in(off, method="CANCEL")["SEQUENCE"] == 2
    assert event_in(anew)["SEQUENCE"] == 2
    assert [one for _, _, one in settled(desk, "kickoff_fell")] == [team.ae.id]
    assert ("sent", None, team.outsider.id) in settled(desk, FILE)


def test_the_customers_wish_is_told_and_past_its_last_day_revops_hears_of_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    book(store, team, handoff_id, LATER, offered=FRIDAY)
    desk.drain()
    assert "the customer wanted a later kickoff" in last(desk, "UCS_MANAGER")
    assert "the kickoff is past the last business day" in last(desk, "UREVOPS")
    assert Breakdown.KICKOFF_LATE in breakdowns(store, team, handoff_id)
    book(store, team, handoff_id, FRIDAY)
    assert Breakdown.KICKOFF_LATE not in breakdowns(store, team, handoff_id)


def test_a_kickoff_nobody_booked_is_late_at_the_end_of_its_last_day(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id, sweep = assigned(store, team), Sweep(store=store, clock=desk.clock)
    # Wednesday 10:00 in Berlin; business day 5 is the next Wednesday, 18:00.
    desk.clock.advance(timedelta(days=7, hours=7))
    sweep.run()
    assert Breakdown.KICKOFF_LATE not in breakdowns(store, team, handoff_id)
    desk.clock.advance(2 * HOUR)
    for _ in range(2):
        sweep.run()
    assert Breakdown.KICKOFF_LATE in breakdowns(store, team, handoff_id)
    assert len(settled(desk, "kickoff_past")) == 1


def test_on_its_morning_the_csm_reads_what_is_still_missing(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id, sweep = assigned(store, team), Sweep(store=store, clock=desk.clock)
    book(store, team, handoff_id)
    desk.drain()
    # Friday 08:00, and then 09:00 in Berlin.
    desk.clock.advance(46 * HOUR)
    sweep.run()
    desk.drain()
    assert sentences.kickoff.BEGINS not in shown(desk, "UCSM")
    desk.clock.advance(HOUR)
    for _ in range(2):
        sweep.run()
        desk.drain()
    told = shown(desk, "UCSM")
    assert told.count("Still missing: the CSM's reading of the brief") >= 1
    assert "open_kickoff_card" in told
    assert sentences.kickoff.BEGINS not in shown(desk, "UAE")


def test_the_ae_hears_which_section_was_missing_as_the_form_has_it_by_then(
    desk: Desk, store: Store, team: Team
) -> None:
    first, again = (assigned(store, team) for _ in range(2))
    desk.clock.advance(3 * HOUR)
    form = KICKOFF_FORM.model_copy(update={"held_at": WEDNESDAY + HOUR})
    thin = form.model_copy(update={"lacked": SectionKey.PEOPLE})
    for handoff_id in (first, again):
        record(store, team, handoff_id, thin)
    record(store, team, again, form)
    desk.drain()
    assert settled(desk, "kickoff_lacked") == [
        ("sent", None, team.ae.id),
        ("cancelled", "no_longer_so", team.ae.id),
    ]
    assert "which section of the brief was missing in it: People." in shown(desk, "UAE")
    # It is said once who the customer's first contact is.
    replies = [one.args["text"] for one in desk.slack.ledger.in_channel("C0DEAL")]
    assert len([one for one in replies if sentences.kickoff.CONTACT in one]) == 2


def test_who_is_prepared_is_reminded_no_more(desk: Desk, store: Store, team: Team) -> None:
    handoff_id, sweep = assigned(store, team), Sweep(store=store, clock=desk.clock)
    book(store, team, handoff_id)

    def ready(unit: WriteUnit, handoff: Handoff) -> None:
        kickoff_prep.prepare(handoff, by=team.csm, at=unit.now, policy=unit.policy)

    do(store, team, handoff_id, team.csm, ready)
    for _ in range(15):
        desk.clock.advance(2 * HOUR)
        sweep.run()
        desk.drain()
    said = [str(row["facts"]) for row in desk.rows(outbox) if row["kind"] in ("nudge", "late")]
    assert not [one for one in said if '"prep"' in one]
    assert [one for one in said if '"prep_ae"' in one]
