"""What goes out about a kickoff to one person: messages, and files for a calendar."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.delivery.debriefs import to_whoever_acts
from bot.delivery.plans import Cancel, Plan, Reader, Spot, Upload
from bot.domain import access, kickoff_booking, kickoff_prep
from bot.domain.access import EVERY, Capacity
from bot.domain.appointments import CalendarEntry
from bot.domain.breakdowns import Breakdown
from bot.domain.handoff import Handoff
from bot.domain.history import instant_text
from bot.domain.kickoff_form import KickoffForm
from bot.domain.kickoff_state import KICKOFF_LENGTH
from bot.domain.notices import Notice, NoticeKind, file_failed
from bot.domain.people import Person
from bot.domain.read_models import named
from bot.domain.verification import RecordKind
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views import sentences
from bot.views.kickoff_calendar import kickoff_ics
from bot.views.kickoff_told import (
    lacked_message,
    later_message,
    lead_message,
    morning_message,
    past_message,
)
from bot.views.message import Message
from bot.views.text import escape, instant_token, one_line


def kickoff_told(
    unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person
) -> Message | Cancel:
    """The words of one of OF_A_KICKOFF, or why it is not said any more."""
    handoff, at = bundle.handoff, bundle.handoff.kickoff.at
    if notice.kind is NoticeKind.KICKOFF_LACKED:
        return _lacked(unit, bundle, notice, reader)
    if handoff.kickoff_held_at is not None and notice.kind is not NoticeKind.KICKOFF_PAST:
        return Cancel("no_longer_ahead")
    if notice.kind is NoticeKind.KICKOFF_PAST:
        if Breakdown.KICKOFF_LATE not in handoff.breakdowns:
            return Cancel("no_longer_so")
        if Capacity.REVOPS not in access.capacities(reader, handoff):
            return Cancel("no_longer_theirs")
        return past_message(handoff.id, handoff.account, handoff.kickoff_held_at or at)
    if notice.kind is NoticeKind.KICKOFF_CARD:
        if at is None or not access.acts_as(reader.id, handoff.lead_id, handoff):
            return Cancel("no_longer_theirs")
        return lead_message(handoff.id, handoff.account, at)
    offered = handoff.kickoff.offered_at
    if at is None or offered is None:
        return Cancel("no_longer_so")
    owners = (handoff.csm_id, access.holder(Capacity.CS_MANAGER, handoff))
    if not any(access.acts_as(reader.id, one, handoff) for one in owners):
        return Cancel("no_longer_theirs")
    return later_message(handoff.id, handoff.account, at, offered)


def _lacked(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """What the form says now: one that was corrected meanwhile tells of that."""
    handoff = bundle.handoff
    if not access.acts_as(reader.id, handoff.ae_id, handoff):
        return to_whoever_acts(notice, handoff, handoff.ae_id)
    found = unit.records.load(handoff.id, audiences=EVERY).get(RecordKind.KICKOFF)
    if found is None or not isinstance(found.record, KickoffForm) or found.record.lacked is None:
        return Cancel("no_longer_so")
    by = named(found.by, unit.people.many([found.by]))
    return lacked_message(
        handoff.id, handoff.account, by, found.record.lacked, found.record.carried
    )


def morning_told(bundle: Bundle, now: datetime) -> Message | Cancel:
    """That morning or before their quiet hours, to the CSM, until it begins."""
    handoff, at = bundle.handoff, bundle.handoff.kickoff.at
    if at is None or handoff.kickoff_held_at is not None or now >= at:
        return Cancel("of_another_day")
    missing = kickoff_prep.missing(handoff, audiences=bundle.audiences)
    return morning_message(handoff.id, handoff.account, at, missing)


def kickoff_file(unit: ReadUnit, notice: Notice, reader: Person) -> Plan:
    """The booked time for the calendar of one who is in it."""
    handoff = unit.handoffs.get(notice.handoff_id or 0)
    kickoff, at = handoff.kickoff, handoff.kickoff.at
    ahead = handoff.open and handoff.kickoff_held_at is None
    if at is None or not ahead or kickoff.sequence != notice.facts["sequence"]:
        return Cancel("no_longer_booked")
    owner = int(notice.facts["owner"])
    if owner not in _in_it(unit, handoff):
        return Cancel("no_longer_theirs")
    if not access.acts_as(reader.id, owner, handoff) and reader.id != owner:
        return to_whoever_acts(notice, handoff, owner)
    day = at.astimezone(ZoneInfo(reader.zone)).date()
    account, joint = escape(one_line(handoff.account)), _joint(unit, handoff)
    entry = _entry(unit, handoff, at, kickoff.sequence)
    hold = kickoff_booking.internal_hold(handoff)
    return Upload(
        Spot(reader=Reader(reader.id, reader.slack_id)),
        sentences.kickoff.file_name(day.isoformat()),
        sentences.kickoff.FILE_TITLE,
        kickoff_ics(entry, handoff.account, joint=joint, as_of=unit.now),
        sentences.kickoff.file_comment(account, instant_token(at), joint=joint, hold=hold),
        file_failed(notice, unclear=False),
    )


def _joint(unit: ReadUnit, handoff: Handoff) -> bool:
    return kickoff_booking.joint(handoff, unit.policy)


def _in_it(unit: ReadUnit, handoff: Handoff) -> tuple[int | None, ...]:
    ae = handoff.ae_id if _joint(unit, handoff) else None
    return (ae, kickoff_booking.csm_of(handoff), handoff.lead_id)


def _entry(unit: ReadUnit, handoff: Handoff, at: datetime, sequence: int) -> CalendarEntry:
    uid = f"kickoff-{handoff.id}-{unit.workspace.team_id}@handoff-bot"
    return CalendarEntry(uid, sequence, at, at + KICKOFF_LENGTH)


def kickoff_fell(unit: ReadUnit, notice: Notice, reader: Person) -> Plan:
    """What takes it out of the calendar of one who had it there."""
    handoff, sequence = unit.handoffs.get(notice.handoff_id or 0), int(notice.facts["sequence"])
    cancelled, since = notice.facts.get("cancelled"), handoff.cancelled_at
    final = since is not None and not handoff.open and instant_text(since) == cancelled
    # Opened again later it fell for good, however soon that was after the cancellation.
    stands = handoff.kickoff.sequence < sequence
    if cancelled is not None and not final and stands:
        return Cancel("cancel_undone")
    again = handoff.kickoff.at is not None and handoff.open
    theirs = any(access.acts_as(reader.id, one, handoff) for one in _in_it(unit, handoff))
    if again and theirs and handoff.kickoff.sequence >= sequence:
        return Cancel("booked_anew")  # The file of that time replaces this one.
    fell = datetime.fromisoformat(str(notice.facts["at"]))
    entry = replace(_entry(unit, handoff, fell, sequence), off=True)
    day = fell.astimezone(ZoneInfo(reader.zone)).date()
    account, joint = escape(one_line(handoff.account)), _joint(unit, handoff)
    token = instant_token(fell)
    return Upload(
        Spot(reader=Reader(reader.id, reader.slack_id)),
        sentences.kickoff.file_name_off(day.isoformat()),
        sentences.kickoff.FILE_TITLE,
        kickoff_ics(entry, handoff.account, joint=joint, as_of=unit.now),
        sentences.kickoff.fell(account, token, cancelled=cancelled is not None),
        file_failed(notice, unclear=False),
    )
