"""What the clock tells each person in one go: merged, counted, or left for their summary."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain.deadlines import Deadline, Key, settle, spoken
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
from bot.domain.notices import Notice, clock_notice
from bot.storage.unit_of_work import WriteUnit

AT_ONCE = 500
"""Deadlines of the people of one batch; with more of them fewer people are told in it."""
EVERYTHING = 1_000_000
"""Deadlines of one person."""
MOST_IN_ONE = 20
"""Things named in one message; of the rest it says how many there are."""
KEPT_FOR_OTHERS = 5
"""So many of them are what is not late, where there is such."""


def tell(unit: WriteUnit, looked_at: Iterable[Deadline], summaries: Collection[int]) -> bool:
    """Tell the people of these deadlines, and those whose summary is due; whether anybody was.

    Who is being told by another process at the same time is left to it, and of very many people
    some are left to the next batch.
    """
    days = unit.digests.lock({*_readers(looked_at, unit.now), *summaries})
    _fold_in_belated(unit, days)
    unit.people.many(days)
    summed_up_at = [day.digest_at for day in days.values() if day.digest_at is not None]
    if summed_up_at:
        unit.look_first(min(summed_up_at))
    # The end of nobody's hour is further away.
    until = max(unit.now + timedelta(hours=1), horizon(unit.now, unit.policy.nudges))
    left, told = sorted(days), False
    while left and not told:
        some, owed = _owed(unit, left, until=until)
        told = _tell(unit, {one: days[one] for one in some}, owed)
        left = left[len(some) :]
    return told


def _fold_in_belated(unit: WriteUnit, days: dict[int, Day]) -> None:
    """Have whoever did not get what was decided before a gap read it with all they are told now."""
    for reader_id, words in unit.outbox.take_belated(days).items():
        unit.digests.add_lines(reader_id, words)
        unit.digests.wake(reader_id, unit.now)
        ahead = days[reader_id].digest_at
        at = unit.now if ahead is None else min(ahead, unit.now)
        days[reader_id] = replace(days[reader_id], digest_at=at)


def _owed(
    unit: WriteUnit, readers: Sequence[int], *, until: datetime
) -> tuple[Sequence[int], list[tuple[int, Deadline]]]:
    """The first of these people, as many as one batch can hold, and all they are told by `until`.

    Nobody is told a part of theirs: the rest would be another message at the same time.
    """
    owed = unit.deadlines.for_readers(readers, until=until, limit=AT_ONCE)
    if len(owed) < AT_ONCE:
        return readers, owed
    some = readers
    while len(some) > 1:
        some = some[: len(some) // 2]
        if unit.deadlines.count_for_readers(some, until=until, limit=AT_ONCE) < AT_ONCE:
            break
    return some, unit.deadlines.for_readers(some, until=until, limit=EVERYTHING)


def _tell(unit: WriteUnit, days: dict[int, Day], owed: Sequence[tuple[int, Deadline]]) -> bool:
    """Tell people with these days what they are owed or owe; whether anybody was told."""
    nudges, now = unit.policy.nudges, unit.now
    rounds: dict[int, list[Round]] = {}
    theirs = _by_reader(owed)
    for reader_id, day in sorted(days.items()):
        offers = _offers(unit, reader_id, theirs.get(reader_id, []))
        gathered = gather(offers, day, now=now, nudges=nudges)
        if gathered:
            rounds[reader_id] = gathered
    summing_up = [one for one, gathered in rounds.items() if gathered[0].sums_up]
    lines = unit.digests.take_lines(summing_up)
    late = unit.deadlines.late_of(summing_up, at=horizon(now, nudges))
    revisions = {(one, deadline.key): _revision(deadline) for one, deadline in [*late, *owed]}
    late_of, notices = _by_reader(late), list[tuple[Round, Notice]]()
    for reader_id, gathered in rounds.items():
        for one in gathered:
            told = replace(one, words=_in_order(one.words))
            if one.sums_up:
                waited = lines.get(reader_id, [])
                told = _with_summary(unit, reader_id, one, late_of.get(reader_id, []), waited)
            days[reader_id], notice = _say(unit, reader_id, days[reader_id], told, revisions)
            notices += [(told, notice)] if notice is not None else []
    # Counted here already: a second message of the same round sees the first.
    unit.outbox.tell([notice for _, notice in notices])
    unit.deadlines.settle(_noted(told for several in rounds.values() for told in several))
    unit.digests.keep({one: days[one] for one in rounds})
    return bool(rounds)


def _readers(looked_at: Iterable[Deadline], now: datetime) -> set[int]:
    """To whom something of these is due: who owes it, and managers once it is late under them.

    A manager of very many people would else be looked up with each of their reminders.
    """
    return {
        reader
        for one in looked_at
        for reader in (one.reader_id, one.manager_id)
        if reader is not None and spoken(one, reader, until=now).due(now)
    }


def _by_reader(owed: Iterable[tuple[int, Deadline]]) -> dict[int, list[tuple[int, Deadline]]]:
    found: dict[int, list[tuple[int, Deadline]]] = {}
    for handoff_id, deadline in owed:
        for reader in {deadline.reader_id, deadline.manager_id}:
            if reader is not None:
                found.setdefault(reader, []).append((handoff_id, deadline))
    return found


def _offers(unit: WriteUnit, reader_id: int, owed: Sequence[tuple[int, Deadline]]) -> list[Offer]:
    soon = horizon(unit.now, unit.policy.nudges)
    hour = max(soon, hour_end(unit.now, unit.people.calendar(reader_id)))
    return [
        Offer(
            handoff_id,
            deadline,
            spoken(deadline, reader_id, until=soon),
            spoken(deadline, reader_id, until=hour),
        )
        for handoff_id, deadline in owed
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
    return replace(told, words=_in_order(words))


def _in_order(words: Iterable[Word]) -> tuple[Word, ...]:
    """What is late first, though never so much that nothing else is named."""
    several = list(words)
    late = [word for word in several if word.late]
    others = [word for word in several if not word.late]
    first = MOST_IN_ONE - min(len(others), KEPT_FOR_OTHERS)
    return (*late[:first], *others, *late[first:])


def _say(
    unit: WriteUnit,
    reader_id: int,
    day: Day,
    told: Round,
    revisions: Mapping[tuple[int, Key], str],
) -> tuple[Day, Notice | None]:
    """What is told, or nothing where it is left for the summary, beyond the day's measure."""
    calendar = unit.people.calendar(reader_id)
    after = replace(
        day, digest_at=next_digest(told.words, day, told.at, calendar, sums_up=told.sums_up)
    )
    if not told.words:
        return after, None
    if not told.sums_up and not fits(day, told.at, calendar, unit.policy.nudges):
        unit.digests.add_lines(reader_id, told.words)
        return put_off(after, told.at, calendar), None
    left = [word for word in told.words[MOST_IN_ONE:] if not word.late]
    if left:
        # What is late is told again by itself; the rest is said in the next summary.
        unit.digests.add_lines(reader_id, left)
        after = put_off(after, told.at, calendar)
    return counted(after, told.at, calendar), clock_notice(
        told.words[:MOST_IN_ONE],
        reader_id,
        key=_key(reader_id, told, revisions),
        not_before=told.at if told.at > unit.now else None,
        left=max(len(told.words) - MOST_IN_ONE, 0),
    )


def _noted(rounds: Iterable[Round]) -> list[tuple[int, Deadline]]:
    """Deadlines with what was said of them to their owner and to their manager."""
    noted: dict[tuple[int, Key], Deadline] = {}
    for told in rounds:
        for handoff_id, deadline in told.settled:
            other = noted.get((handoff_id, deadline.key), deadline)
            both = settle(deadline, said=other.said, over=other.passed)
            noted[handoff_id, deadline.key] = both
    return [(handoff_id, deadline) for (handoff_id, _), deadline in noted.items()]


def _key(reader_id: int, told: Round, revisions: Mapping[tuple[int, Key], str]) -> str:
    """The same for the same words; another where a deadline moved, or on another morning."""
    if told.sums_up:
        return f"summary:{reader_id}:{told.at.isoformat()}"
    said = [
        f"clock:{word.handoff_id}:{word.step.value}{f'#{word.subject}' if word.subject else ''}"
        f":{word.stage.value}:{revisions.get((word.handoff_id, (word.step, word.subject)), '')}"
        for word in told.words
    ]
    if len(said) == 1:
        return said[0]
    return f"clock:{reader_id}:{sha256('|'.join(said).encode()).hexdigest()}"


def _revision(deadline: Deadline) -> str:
    """Differs where a deadline moved, got another owner, was snoozed or is asked about anew."""
    snoozed = deadline.snoozed_until.isoformat() if deadline.snoozed_until else ""
    readers = f"{deadline.owner_id}|{deadline.reader_id}|{deadline.manager_id}"
    asked = ""
    if deadline.subject and deadline.start_at is not None:
        asked = f"|{deadline.start_at.isoformat()}"
    return f"{deadline.due_at.isoformat()}|{readers}|{snoozed}{asked}"
