"""What has to be true after every run, whatever happened in it: one function for each.

Each gives the breaches as sentences, none where it holds. They are asked of the rows and of what
the edge accepted, never of what the bot says of itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from bot.delivery.constants import Constants, Rate
from bot.domain.nudging import Stage
from bot.sandbox.record import Accepted
from bot.storage.tables import OutboxState, SurfaceState
from tests.faults.evidence import EDIT, POST, Evidence, Row, Timing, number_of
from tests.faults.rates import most_beyond, seconds_for

MOST_NAMED = 5
"""Breaches of one kind that are told one by one."""
CLOCKS = 0.5
"""Seconds by which two processes of one machine may read its clock differently."""
MOST_PROCESSES = 3
SWEEPS = 6.0
"""Seconds until what is due is looked at, and as many posts on their way are settled."""
TWO_BUSY_CORES = 25.0
"""Posts a second that are counted on, whatever the divided rates would allow."""
STANDS = frozenset({OutboxState.SENT.value, OutboxState.WITHDRAWN.value})
_AHEAD = frozenset({Stage.HALF.value, Stage.MOST.value})
_OF_AN_ACT = frozenset({Stage.POST.value, Stage.COMMITTED.value})
"""That somebody did something, which stays true of a handoff that is over."""


class Invariant(StrEnum):
    """Their names in reports."""

    ONE_INTENT = "I1 one intent for everything that fell due"
    ONCE = "I2 every intent there exactly once, or visibly not"
    NOT_AFTER = "I3 nothing said of what was over before it fell due"
    BEFORE = "I4 reminders before what they remind of"
    RATE = "I5 no conversation and no workspace above its rate"
    DRAINS = "I6 the queue drains in time"
    KNOWS_WHERE = "I7 rows know where their messages stand"
    CONFIRMED = "nothing unconfirmed where history can be read"
    AT_REST = "no surface wrong at rest"


def one_intent(seen: Evidence) -> list[str]:
    """I1: what the scenario says, and what fell due, has one row in the outbox, and only one."""
    found = seen.said()
    wanted = {
        number
        for stream in seen.scenario.streams
        for number in range(stream.first, stream.first + stream.count)
    }
    wrong = [f"notice {one} has {found[one]} intents" for one in sorted(wanted) if found[one] != 1]
    named = Counter(
        (word["handoff_id"], word["step"], word["stage"], word["subject"], row["person_id"])
        for row in seen.rows.outbox
        if row["kind"] != "summary"
        for word in seen.rows.about.get(row["id"], ())
    )
    wrong += [f"{key} has {count} intents" for key, count in named.items() if count > 1]
    owners = Counter(
        handoff_id
        for handoff_id, step, stage, _, _ in named
        if (step, stage) == ("brief", Stage.LATE.value)
    )
    for handoff_id in seen.scenario.due:
        if handoff_id not in seen.scenario.cancelled and owners[handoff_id] != 1:
            wrong.append(f"handoff {handoff_id} fell due and has {owners[handoff_id]} intents")
    reminders = Counter(
        (handoff_id, stage) for handoff_id, step, stage, _, _ in named if step == "brief"
    )
    for handoff_id, stage in seen.scenario.reminded.items():
        if reminders[handoff_id, stage] != 1:
            count = reminders[handoff_id, stage]
            wrong.append(f"reminder {stage} of handoff {handoff_id} has {count} intents")
    return wrong


def once(seen: Evidence) -> list[str]:
    """I2: sent is once at the edge, pending is nowhere any more, and nothing came twice.

    What the scenario says, and what fell due in a handoff that goes on, may not be dropped either:
    nothing happens that would make it void. But a reminder may be, that was still on its way when
    what it reminds of became late.
    """
    wrong = []
    for row in seen.rows.outbox:
        if row["place"] not in ("dm", "thread", "channel"):
            continue
        count, name = len(seen.posts.get(row["opaque"], ())), f"{row['kind']} {row['key']}"
        if row["state"] in STANDS and count != 1:
            wrong.append(f"{name} is sent and was accepted {count} times")
        elif row["state"] == OutboxState.PENDING.value and row["ts"] is None:
            if seen.for_later(row):
                continue
            wrong.append(f"{name} was never settled, and accepted {count} times")
        elif row["state"] == OutboxState.CANCELLED.value and (count or _wanted(seen, row)):
            wrong.append(f"{name} was dropped ({row['reason']}), and accepted {count} times")
    known = {row["opaque"] for row in [*seen.rows.outbox, *seen.rows.surfaces]}
    wrong += [
        f"a message was accepted {len(posts)} times ({'known' if key in known else 'not known'})"
        for key, posts in seen.posts.items()
        if len(posts) > 1
    ]
    return wrong + _nobodys(seen)


def _wanted(seen: Evidence, row: Row) -> bool:
    """Whether a notice has to be there in the end, whatever happened meanwhile."""
    words = seen.rows.about.get(row["id"], ())
    go_on = [
        seen.rows.handoffs[word["handoff_id"]]["cancelled_at"] is None
        for word in words
        if not _in_vain(seen, row, word)
    ]
    return number_of(row) is not None or any(go_on)


def _in_vain(seen: Evidence, row: Row, word: Row) -> bool:
    """Whether a reminder was dropped at the due time of what it reminds of, or later."""
    if word["stage"] not in _AHEAD or row["reason"] != "overtaken":
        return False
    dropped: float = row["settled_at"].timestamp()
    return dropped >= seen.due_of(word) - CLOCKS - seen.allowance.clock_steps


def _nobodys(seen: Evidence) -> list[str]:
    """Cards and the like that stand beside the one that their row knows of.

    By where they stand and not by their keys: what is posted anew gets another key. In these runs
    no message is lost to its row, and nobody gets another step, for which a guide is posted anew.
    """
    notices = {row["opaque"] for row in seen.rows.outbox}
    places = {(row["posted_in"], row["ts"]) for row in seen.rows.surfaces}
    return [
        f"a card or guide stands at {one.ts} in {one.channel}, and no row knows of it"
        for key, posts in seen.posts.items()
        for one in posts
        if key not in notices and seen.stands(one) and (one.channel, one.ts) not in places
    ]


def not_after(seen: Evidence) -> list[str]:
    """I3: no intent is made of a handoff that was over, and none stands long after its end."""
    wrong = []
    steps = seen.allowance.clock_steps
    way = seen.constants.http_timeout.total_seconds() + seen.allowance.late_acceptance
    way += seen.allowance.longest_freeze + CLOCKS + steps
    for row in seen.rows.outbox:
        over = [
            seen.rows.handoffs[word["handoff_id"]]["cancelled_at"]
            for word in seen.rows.about.get(row["id"], ())
            if word["stage"] not in _OF_AN_ACT
        ]
        posts = seen.posts.get(row["opaque"], ())
        # Each word by itself: whatever else a message says, this one is said in vain. Of several
        # those that do not hold are taken out when it is posted.
        stays = bool(posts) or None not in over
        for ended in sorted({seen.machine(at) for at in over if at is not None}):
            if stays and row["created_at"].timestamp() > ended + CLOCKS + steps:
                wrong.append(f"{row['key']} was decided after its handoff was over")
            for post in posts:
                if post.at > ended + way:
                    wrong.append(
                        f"{row['key']} came {post.at - ended:.1f} s after its handoff was over"
                    )
    return wrong


def before(seen: Evidence) -> list[str]:
    """I4: a reminder that is there was sent before the due time it reminds of.

    Where none of those of the scenario is, nothing would be held against anything: that is wrong
    as well.
    """
    wrong, there = [], 0
    for row, post, due in _reminders(seen):
        there += due <= seen.looked_at
        # Whether it still holds is looked at before the call. That Slack takes up a call and
        # accepts it later is no fault of the bot's.
        late = post.asked_at - due - CLOCKS - seen.allowance.clock_steps
        late -= seen.constants.http_timeout.total_seconds()
        if late > 0 and not _stood_still(seen, due, post.asked_at):
            wrong.append(f"{row['key']} came {post.asked_at - due:.1f} s after its due time")
    due_in_it = set(seen.scenario.due) - set(seen.scenario.cancelled)
    wanted = due_in_it & set(seen.scenario.reminded)
    if wanted and not there:
        wrong.append(f"of {len(wanted)} reminders none is there that could have come too late")
    return wrong


def _reminders(seen: Evidence) -> Iterator[tuple[Row, Accepted, float]]:
    """Every one that is there, with its row and the due time it reminds of."""
    for row in seen.rows.outbox:
        for word in seen.rows.about.get(row["id"], ()):
            if word["stage"] in _AHEAD:
                for post in seen.posts.get(row["opaque"], ()):
                    yield row, post, seen.due_of(word)


def _stood_still(seen: Evidence, due: float, asked_at: float) -> bool:
    """Whether a process was frozen at a due time, and had a call in hand that it made after."""
    way = seen.constants.http_timeout.total_seconds() + CLOCKS
    return any(began < due + way and asked_at < ended + way for began, ended in seen.freezes)


def reminders_held_against(several: Iterable[Evidence]) -> tuple[int, int]:
    """How many I4 looked at, and of how many the due time came in the run."""
    dues = [due <= seen.looked_at for seen in several for _, _, due in _reminders(seen)]
    return len(dues), sum(dues)


def rate(seen: Evidence) -> list[str]:
    """I5: posts come in no faster than the shared record of rates says."""
    posts = [one for one in seen.accepted if one.method == POST]
    by_channel: dict[str, list[float]] = {}
    for one in posts:
        by_channel.setdefault(one.channel or "", []).append(one.asked_at)
    wrong = []
    # What a process had in hand when it froze may come in beside what another one took up since.
    several = MOST_PROCESSES if seen.shared_rates else 1
    for channel, at in by_channel.items():
        beyond = most_beyond(
            at, seen.constants.channel, seen.lives, under_way=several, shared=seen.shared_rates
        )
        if beyond > 0:
            wrong.append(f"{channel} had {beyond:.1f} posts more than its rate allows")
    at = [one.asked_at for one in posts]
    senders = seen.constants.senders * several
    rate = seen.constants.rates[POST]
    beyond = most_beyond(at, rate, seen.lives, under_way=senders, shared=seen.shared_rates)
    if beyond > 0:
        wrong.append(f"the workspace had {beyond:.1f} posts more than its rate allows")
    return wrong


def drains_within(constants: Constants, timing: Timing) -> float:
    """I6's bound: a lease, a quarantine, and what waited by the rate.

    That is the rate of posts, or of looks where most of it was in doubt. It begins at what the 429
    of the edge left of it. Beside that a call may run into its time-out, and a sweep may be due.
    """
    full = constants.rates[POST]
    full = Rate(min(full.per_second, TWO_BUSY_CORES), full.burst)
    posts = seconds_for(
        timing.backlog,
        full,
        begins_at=min(timing.slowed_to or full.per_second, full.per_second),
        recovery_per_minute=constants.recovery_per_minute,
    )
    looks = timing.in_doubt / min(constants.rates["conversations"].per_second, TWO_BUSY_CORES)
    waits = constants.lease + constants.quarantine + constants.http_timeout
    return waits.total_seconds() + max(posts, looks) + SWEEPS


def drains(seen: Evidence) -> list[str]:
    """I6: after the last trouble nothing waits any more within the bound."""
    took = seen.timing.drained - seen.timing.calmed
    bound = drains_within(seen.constants, seen.timing)
    wrong = [f"it took {took:.1f} s and not {bound:.1f} s"] if took > bound else []
    pending = [row for row in seen.rows.outbox if row["state"] == OutboxState.PENDING.value]
    waiting = [row for row in pending if not seen.for_later(row)]
    return [*wrong, *(f"{row['key']} still waits{_for_what(row)}" for row in waiting)]


def _for_what(row: Row) -> str:
    named = ("not_before", "next_try_at", "lease_until", "attempts", "maybe_sent", "reason")
    return "".join(f", {name} {row[name]}" for name in named if row[name])


def knows_where(seen: Evidence) -> list[str]:
    """I7: the timestamp in a row is that of the message the edge accepted."""
    wrong = []
    for row in [*seen.rows.outbox, *seen.rows.surfaces]:
        posts = seen.posts.get(row["opaque"], ())
        settled = row["state"] in STANDS or row["state"] == SurfaceState.LIVE.value
        if not settled or not posts or _let_go(seen, row, posts):
            continue
        if row["ts"] not in {one.ts for one in posts}:
            there = ", ".join(f"{one.ts} in {one.channel}" for one in posts)
            wrong.append(
                f"{row['kind']} {row['id']} is {row['state']} with ts {row['ts']} and stands at "
                f"{there}"
            )
        where = row["sent_channel"] if "sent_channel" in row else row["posted_in"]
        if where not in {one.channel for one in posts}:
            wrong.append(f"{row['kind']} {row['id']} stands in another conversation")
    return wrong


def _let_go(seen: Evidence, row: Row, posts: Sequence[Accepted]) -> bool:
    """Whether a notice was edited for the last time: what it told of is over.

    It is never edited again, and its row knows no more where it stands.
    """
    words = seen.rows.about.get(row["id"], ()) if "sent_channel" in row else ()
    over = [seen.rows.handoffs[word["handoff_id"]]["cancelled_at"] is not None for word in words]
    if row["ts"] is not None or not over or not all(over):
        return False
    edited = {(one.channel, one.ts) for one in seen.accepted if one.method == EDIT}
    return any((one.channel, one.ts) in edited for one in posts)


def confirmed(seen: Evidence) -> list[str]:
    """Nothing is in doubt for good, and nothing was given up: every history could be read."""
    failed = (OutboxState.UNCONFIRMED.value, OutboxState.DEAD.value)
    wrong = [
        f"{row['kind']} {row['key']} is {row['state']} ({row['reason']})"
        for row in seen.rows.outbox
        if row["state"] in failed
    ]
    return wrong + [
        f"surface {row['kind']} {row['id']} is in trouble ({row['reason']})"
        for row in seen.rows.surfaces
        if row["reason"] is not None
    ]


def at_rest(seen: Evidence) -> list[str]:
    """Every surface shows the version that is wanted, and stands as its rows are drawn now."""
    behind = [
        f"surface {row['kind']} {row['id']} shows {row['shown']} of {row['wanted']}"
        for row in seen.rows.surfaces
        if row["shown"] != row["wanted"]
    ]
    return [*behind, *seen.wrong_at_rest]


ALL: Mapping[Invariant, Callable[[Evidence], list[str]]] = {
    Invariant.ONE_INTENT: one_intent,
    Invariant.ONCE: once,
    Invariant.NOT_AFTER: not_after,
    Invariant.BEFORE: before,
    Invariant.RATE: rate,
    Invariant.DRAINS: drains,
    Invariant.KNOWS_WHERE: knows_where,
    Invariant.CONFIRMED: confirmed,
    Invariant.AT_REST: at_rest,
}


def breaches(*several: Evidence) -> dict[Invariant, list[str]]:
    """What does not hold, in these workspaces of one run together."""
    found = {
        name: [line for seen in several for line in check(seen)] for name, check in ALL.items()
    }
    return {name: wrong for name, wrong in found.items() if wrong}


def told(found: Mapping[Invariant, Sequence[str]]) -> str:
    """Breaches for who reads a report; what several workspaces have in common is told once."""
    lines = []
    for name, wrong in found.items():
        lines.append(f"{name.value}: {len(set(wrong))}")
        lines += [f"    {one}" for one in counted_once(wrong)[:MOST_NAMED]]
    return "\n".join(lines) or "all invariants hold"


def counted_once(lines: Iterable[str]) -> list[str]:
    """Each of these lines once, with how often it was there."""
    return [
        line if times == 1 else f"{line} ({times} times)" for line, times in Counter(lines).items()
    ]


def counted(seen: Evidence) -> tuple[int, int, int]:
    """How many of the scenario's and the clock's notices there were, how many lost and doubled."""
    own = [row for row in seen.rows.outbox if row["place"] in ("dm", "thread", "channel")]
    times = [
        len(seen.posts.get(row["opaque"], ()))
        for row in own
        if not seen.for_later(row)
        and (row["state"] != OutboxState.CANCELLED.value or _wanted(seen, row))
    ]
    intents = {number_of(row) for row in own}
    missing = sum(
        number not in intents
        for stream in seen.scenario.streams
        for number in range(stream.first, stream.first + stream.count)
    )
    doubled = sum(max(0, one - 1) for one in times) + len(_nobodys(seen))
    return len(times), times.count(0) + missing, doubled
