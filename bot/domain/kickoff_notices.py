"""What is told of a kickoff: its time for calendars, that it is late, what its brief lacked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import access
from bot.domain.access import Capacity
from bot.domain.breakdowns import Breakdown
from bot.domain.handoff import Handoff
from bot.domain.history import Event, Tag, instant_text
from bot.domain.notices import Notice, NoticeKind, Place, Priority

_OF_A_CSM = frozenset({Tag.ASSIGNED, Tag.DECLINED})


def of_the_kickoff(
    handoff: Handoff,
    events: Sequence[tuple[int, Event]],
    *,
    joint: bool,
    revops: int | None,
    undo_window: timedelta,
) -> list[Notice]:
    """What is told about what just happened; `events` come with their numbers in the history.

    `joint` says whether AE and CSM hold it together, `revops` is who hears that it is too late,
    `undo_window` how long a cancellation can be taken back.
    """
    told: list[Notice] = []
    for seq, event in events:
        if event.tag is Tag.KICKOFF_BOOKED:
            told.extend(_of_a_booking(handoff, seq, event, joint=joint))
        elif event.tag is Tag.KICKOFF_CALLED_OFF:
            told.extend(_fell(handoff, seq, str(event.facts["at"]), _in_it(handoff, joint=joint)))
        elif event.tag in _OF_A_CSM:
            told.extend(_of_another_csm(handoff, seq, event))
        elif event.tag is Tag.LEAD_CHANGED:
            told.extend(_of_another_lead(handoff, seq, event))
        elif event.tag is Tag.AE_REASSIGNED and joint:
            told.extend(_of_another_ae(handoff, seq, event))
        elif event.tag is Tag.CANCELLED:
            told.extend(_of_a_cancellation(handoff, seq, event, undo_window, joint=joint))
        elif event.tag is Tag.KICKOFF_RECORDED and event.facts["lacks"]:
            told.extend(_of_what_it_lacked(handoff, seq, event))
        elif event.tag is Tag.BREAKDOWN and revops is not None and _is_late(event):
            told.append(_to(handoff, NoticeKind.KICKOFF_PAST, seq, revops, {"seq": seq}))
    return told


def _is_late(event: Event) -> bool:
    of_it = event.facts["kind"] == Breakdown.KICKOFF_LATE.value
    return of_it and bool(event.facts["happened"])


def _in_it(handoff: Handoff, *, joint: bool) -> list[int]:
    """Who of the company has it in their calendar; before the assignment the proposed CSM."""
    csm = handoff.csm_id if handoff.csm_id is not None else handoff.proposed_csm_id
    parts = (csm, handoff.ae_id if joint else None, handoff.lead_id)
    return [one for one in parts if one is not None]


def _of_a_booking(handoff: Handoff, seq: int, event: Event, *, joint: bool) -> Iterator[Notice]:
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    if event.facts["at"] != event.facts["before"]:
        for owner in _in_it(handoff, joint=joint):
            yield _file(handoff, seq, event, owner)
        if handoff.lead_id is not None:
            reader = access.acting(handoff.lead_id, handoff)
            yield _to(handoff, NoticeKind.KICKOFF_CARD, seq, reader, facts)
    if event.facts["offered"] is not None and event.facts["past"]:
        managers = (handoff.csm_id, access.holder(Capacity.CS_MANAGER, handoff))
        readers = (access.acting(one, handoff) for one in managers if one is not None)
        for reader in dict.fromkeys(readers):
            if reader != event.actor:
                yield _to(handoff, NoticeKind.KICKOFF_LATER, seq, reader, facts)


def _file(handoff: Handoff, seq: int, event: Event, owner: int) -> Notice:
    facts = {"seq": seq, "sequence": handoff.kickoff.sequence, "owner": owner}
    told = _to(handoff, NoticeKind.KICKOFF_FILE, seq, access.acting(owner, handoff), facts)
    return replace(told, priority=Priority.ANSWER) if told.person_id == event.actor else told


def _fell(handoff: Handoff, seq: int, at: str, owners: Sequence[int]) -> Iterator[Notice]:
    facts: dict[str, str | int] = {"seq": seq, "at": at, "sequence": handoff.kickoff.sequence}
    for reader in dict.fromkeys(access.acting(one, handoff) for one in owners):
        yield _to(handoff, NoticeKind.KICKOFF_FELL, seq, reader, facts)


def _ahead(handoff: Handoff, event: Event) -> datetime | None:
    """When it is to be, as long as that is still to come."""
    at = handoff.kickoff.at
    over = handoff.kickoff_held_at is not None
    return None if at is None or at <= event.at or over else at


def _of_another_ae(handoff: Handoff, seq: int, event: Event) -> Iterator[Notice]:
    """The same of an AE, who is in one that is joint."""
    at, had = _ahead(handoff, event), event.facts["before"]
    if at is None:
        return
    if isinstance(had, int):
        yield from _fell(handoff, seq, instant_text(at), [had])
    yield _file(handoff, seq, event, handoff.ae_id)


def _of_another_csm(handoff: Handoff, seq: int, event: Event) -> Iterator[Notice]:
    """Out of the calendar of who had it, and into that of who has it now."""
    at = _ahead(handoff, event)
    if at is None:
        return
    declined = event.tag is Tag.DECLINED
    had = event.facts["csm"] if declined else event.facts["before"]
    if had is None and not declined:
        had = handoff.proposed_csm_id
    now = handoff.csm_id
    if isinstance(had, int) and had != now:
        yield from _fell(handoff, seq, instant_text(at), [had])
    if now is not None and had != now:
        yield _file(handoff, seq, event, now)


def _of_another_lead(handoff: Handoff, seq: int, event: Event) -> Iterator[Notice]:
    """The same of the implementation lead: for everybody else it is the entry it was."""
    at, had = _ahead(handoff, event), event.facts["before"]
    if at is None:
        return
    if isinstance(had, int):
        for told in _fell(handoff, seq, instant_text(at), [had]):
            yield replace(told, facts={**told.facts, "sequence": handoff.kickoff.sequence + 1})
    if handoff.lead_id is not None:
        yield _file(handoff, seq, event, handoff.lead_id)


def _of_a_cancellation(
    handoff: Handoff, seq: int, event: Event, undo_window: timedelta, *, joint: bool
) -> Iterator[Notice]:
    """To everybody who has it in a calendar, once the cancellation is final."""
    at = _ahead(handoff, event)
    if at is None:
        return
    for told in _fell(handoff, seq, instant_text(at), _in_it(handoff, joint=joint)):
        facts = {
            **told.facts,
            "sequence": handoff.kickoff.sequence + 1,
            "cancelled": instant_text(event.at),
        }
        yield replace(told, facts=facts, not_before=event.at + undo_window)


def _of_what_it_lacked(handoff: Handoff, seq: int, event: Event) -> Iterator[Notice]:
    """To the AE, who wrote the brief; what was missing stands in no notice."""
    reader = access.acting(handoff.ae_id, handoff)
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    if reader != event.actor:
        yield _to(handoff, NoticeKind.KICKOFF_LACKED, seq, reader, facts)


def _to(
    handoff: Handoff, kind: NoticeKind, seq: int, reader: int, facts: Mapping[str, str | int]
) -> Notice:
    return Notice(
        kind,
        Place.DM,
        f"{kind.value}:{handoff.id}:{seq}:{reader}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=reader,
        facts=facts,
    )
