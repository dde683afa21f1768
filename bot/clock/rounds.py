"""What the clock tells each person in one go: merged, counted, or left for their summary."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from bot.domain.deadlines import Deadline, Step, settle, spoken
from bot.domain.digest import (
    Day,
    Offer,
    Round,
    Word,
    counted,
    fits,
    gather,
    horizon,
    hour_end,
    next_digest,
    put_off,
    summed_up,
)
from bot.domain.notices import clock_notice
from bot.domain.worktime import Calendar
from bot.storage.unit_of_work import WriteUnit

AT_ONCE = 500
"""Deadlines of the people of one batch; what is beyond is told by the next."""
MOST_IN_ONE = 20
"""Things named in one message; of the rest it says how many there are."""


def tell(unit: WriteUnit, handoff_ids: Collection[int], summaries: Collection[int]) -> bool:
    """Tell the people of these handoffs, and those whose summary is due; whether anybody was.

    Who is being told by another process at the same time is left to it.
    """
    days = unit.digests.lock({*_readers(unit, handoff_ids), *summaries})
    unit.people.many(days)
    nudges, now = unit.policy.nudges, unit.now
    # The end of nobody's hour is further away.
    until = max(now + timedelta(hours=1), horizon(now, nudges))
    owed = unit.deadlines.for_readers(days, until=until, limit=AT_ONCE)
    rounds: dict[int, Round] = {}
    for reader_id, day in sorted(days.items()):
        offers = _offers(owed, reader_id, unit.people.calendar(reader_id), unit)
        told = gather(offers, day, now=now, nudges=nudges)
        if told is not None:
            rounds[reader_id] = told
    summing_up = [one for one, told in rounds.items() if told.sums_up]
    lines = unit.digests.take_lines(summing_up)
    late = unit.deadlines.late_of(summing_up, at=horizon(now, nudges))
    revisions = {(one, deadline.step): _revision(deadline) for one, deadline in [*late, *owed]}
    for reader_id, told in rounds.items():
        if told.sums_up:
            told = _with_summary(unit, reader_id, told, late, lines.get(reader_id, []))
        days[reader_id] = _say(unit, reader_id, days[reader_id], told, revisions)
    unit.deadlines.settle_all(_noted(rounds.values()))
    unit.digests.keep({one: days[one] for one in rounds})
    return bool(rounds)


def _readers(unit: WriteUnit, handoff_ids: Collection[int]) -> set[int]:
    """Who owes something in these handoffs, and the managers told of it."""
    return {
        reader
        for several in unit.deadlines.of_many(handoff_ids).values()
        for one in several
        if one.next_at is not None and one.next_at <= unit.now
        for reader in (one.owner_id, one.manager_id)
        if reader is not None
    }


def _offers(
    owed: Sequence[tuple[int, Deadline]], reader_id: int, calendar: Calendar, unit: WriteUnit
) -> list[Offer]:
    soon, hour = horizon(unit.now, unit.policy.nudges), hour_end(unit.now, calendar)
    return [
        Offer(
            handoff_id,
            deadline,
            spoken(deadline, reader_id, until=soon),
            spoken(deadline, reader_id, until=max(soon, hour)),
        )
        for handoff_id, deadline in owed
        if reader_id in (deadline.owner_id, deadline.manager_id)
    ]


def _with_summary(
    unit: WriteUnit,
    reader_id: int,
    told: Round,
    late: Sequence[tuple[int, Deadline]],
    lines: Sequence[Word],
) -> Round:
    """The round with all that is late and all that waited; what is late goes first."""
    calendar, nudges = unit.people.calendar(reader_id), unit.policy.nudges
    still = [
        summed_up(handoff_id, one, reader_id, at=told.at, calendar=calendar, nudges=nudges)
        for handoff_id, one in late
    ]
    words = dict.fromkeys([*(word for word in still if word), *told.words, *lines])
    return replace(told, words=tuple(sorted(words, key=lambda word: not word.late)))


def _say(
    unit: WriteUnit,
    reader_id: int,
    day: Day,
    told: Round,
    revisions: Mapping[tuple[int, Step], str],
) -> Day:
    """Write down what is told, or leave it for the summary where it is over the day's measure."""
    calendar = unit.people.calendar(reader_id)
    after = replace(
        day, digest_at=next_digest(told.words, day, told.at, calendar, sums_up=told.sums_up)
    )
    if not told.words:
        return after
    if not told.sums_up and not fits(day, told.at, calendar, unit.policy.nudges):
        unit.digests.add_lines(reader_id, told.words)
        return put_off(after, told.at, calendar)
    notice = clock_notice(
        told.words[:MOST_IN_ONE],
        reader_id,
        key=_key(reader_id, told, revisions),
        not_before=told.at if told.at > unit.now else None,
        left=max(len(told.words) - MOST_IN_ONE, 0),
    )
    added = unit.outbox.add(notice)
    return counted(after, told.at, calendar) if added else after


def _noted(rounds: Iterable[Round]) -> list[tuple[int, Deadline]]:
    """Deadlines with what was said of them to their owner and to their manager."""
    noted: dict[tuple[int, Step], Deadline] = {}
    for told in rounds:
        for handoff_id, deadline in told.settled:
            other = noted.get((handoff_id, deadline.step), deadline)
            both = settle(deadline, said=other.said, over=other.passed)
            noted[handoff_id, deadline.step] = both
    return [(handoff_id, deadline) for (handoff_id, _), deadline in noted.items()]


def _key(reader_id: int, told: Round, revisions: Mapping[tuple[int, Step], str]) -> str:
    """The same for the same words; another where a deadline moved, or on another morning."""
    if told.sums_up:
        return f"summary:{reader_id}:{told.at.isoformat()}"
    said = [
        f"clock:{word.handoff_id}:{word.step.value}:{word.stage.value}"
        f":{revisions.get((word.handoff_id, word.step), '')}"
        for word in told.words
    ]
    if len(said) == 1:
        return said[0]
    return f"clock:{reader_id}:{sha256('|'.join(said).encode()).hexdigest()}"


def _revision(deadline: Deadline) -> str:
    """Differs where a deadline moved, got another owner or was snoozed anew."""
    snoozed = deadline.snoozed_until.isoformat() if deadline.snoozed_until else ""
    return f"{deadline.due_at.isoformat()}|{deadline.owner_id}|{deadline.manager_id}|{snoozed}"
