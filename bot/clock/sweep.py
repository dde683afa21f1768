"""The sweep: what the calendar has made due is decided and written down, nothing is sent."""

import time
from collections.abc import Callable, Collection, Sequence

import structlog

from bot.clock.clocks import Monotonic
from bot.clock.each import for_each
from bot.clock.rounds import tell
from bot.delivery.trouble import named
from bot.domain.deadlines import (
    Deadline,
    posted_for,
    settle,
    to_escalate,
    to_look_for_silence,
    to_open,
    to_post,
    to_weigh_kickoff,
    unheard,
)
from bot.domain.disputes import Escalation
from bot.domain.errors import Problem, busy
from bot.domain.handoff import Handoff
from bot.domain.notices import cannot_post
from bot.domain.nudging import Stage
from bot.domain.ports import Clock
from bot.storage.deadlines import UnreadableDeadline
from bot.storage.engine import StorageUnavailable
from bot.storage.probe import try_to_write
from bot.storage.unit_of_work import Store, WriteUnit

log = structlog.get_logger()

BATCH = 100
"""Deadlines of one transaction: short enough that an act never waits long for its turn."""
MOST_BATCHES = 200
"""Of one run, for each workspace; the next run goes on."""
SWEEPS_FOR = 20.0
"""Seconds of one run, also after a long outage: one that goes on for long is taken for one that
hangs. What is left is swept in the next, which begins with the workspaces that are left."""
POINTS = frozenset({"claimed", "said", "swept"})
"""Between the steps of a sweep."""


def _nowhere(_name: str) -> None:
    return None


class Sweep:
    """Claims what is due and says it once, in the same transaction."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        reached: Callable[[str], None] = _nowhere,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._reached = reached
        self._monotonic = monotonic
        self._last = 0
        self._end = 0.0

    def run(self) -> int:
        """Everything that is due now, or as much as there is time for; gives how many deadlines
        were looked at.
        """
        self._end = self._monotonic() + SWEEPS_FOR
        if self._store.database.writability.trouble is not None:
            # Where nobody acts and nothing is due nothing else would find out that it is over.
            try_to_write(self._store.database)
        with self._store.system() as unit:
            due = set(unit.due_workspaces(self._clock.now()))
            restored = {one.id for one in unit.workspaces() if one.restart_unnoted}
        counts: list[int] = []

        def sweep(workspace_id: int) -> None:
            if self._over:
                return
            self._last = workspace_id
            wrong: Exception | None = None
            if workspace_id in due:
                count, wrong = self._workspace(workspace_id)
                counts.append(count)
            if workspace_id in restored and not self._over:
                # Also where a handoff was left aside: else nothing since the backup would ever go.
                self._note_restart(workspace_id)
            if wrong is not None:
                raise wrong

        # Those after the last one of the run before, then the others.
        for_each(sorted(due | restored, key=lambda one: (one <= self._last, one)), sweep)
        return sum(counts)

    def _workspace(self, workspace_id: int) -> tuple[int, Exception | None]:
        """Gives how many deadlines were looked at, and what the first of them failed for.

        Where a batch fails they are looked at one by one, and the handoff of the one that fails is
        left aside in this run: it shall not stop the clock for all the others. Raises what ends it.
        """
        self._bring_back(workspace_id)
        done, size, aside = 0, BATCH, set[int]()
        wrong: Exception | None = None
        stopped = False
        for _ in range(MOST_BATCHES):
            if self._over:
                break
            claimed: list[int] = []
            try:
                if not self._one_batch(workspace_id, size, aside, claimed):
                    break
            except Exception as error:  # noqa: BLE001, the first is raised in the end
                wrong = wrong or error
                stopped = busy(error) or isinstance(error, StorageUnavailable)
                if stopped:
                    break
                if size == 1:
                    of = next((one for one in _blamed(error, claimed) if one not in aside), None)
                    log.error(
                        "handoff not swept", workspace=workspace_id, handoff=of, **named(error)
                    )
                    stopped = of is None
                    if of is None:
                        break
                    aside.add(of)
                size = 1
                continue
            self._reached("swept")
            done += len(claimed)
        if wrong is not None and stopped:
            raise wrong
        return done, wrong

    def _one_batch(
        self, workspace_id: int, size: int, aside: Collection[int], claimed: list[int]
    ) -> bool:
        """One transaction; whether there is to be another. Tells the handoffs it looks at."""
        with self._store.write(workspace_id) as unit:
            if unit.workspace.paused_at is not None:
                return False  # Nothing happens by itself; afterwards the last stage is said.
            due = unit.deadlines.due(size, but=aside)
            claimed += [handoff_id for handoff_id, _ in due]
            told = self._batch(unit, due)
            if not unit.refresh_due(BATCH, but=aside) and not told:
                # Nothing is due, or others hold it: they tell, or the next run does.
                return False
            unit.commit()
        return True

    @property
    def _over(self) -> bool:
        return self._monotonic() >= self._end

    def _batch(self, unit: WriteUnit, claimed: Sequence[tuple[int, Deadline]]) -> bool:
        """One transaction's worth; whether anything was done."""
        summaries = unit.digests.due(BATCH)
        self._reached("claimed")
        if claimed:
            unit.look_first(min(one.next_at or unit.now for _, one in claimed))
        changed = {
            handoff_id
            for handoff_id, one in claimed
            if _post(unit, handoff_id, one)
            or _escalate(unit, handoff_id, one)
            or _weigh_kickoff(unit, handoff_id, one)
            or _look_for_silence(unit, handoff_id, one)
            or _open(unit, handoff_id, one)
        }
        looked_at = [one for handoff_id, one in claimed if handoff_id not in changed]
        for anew in unit.deadlines.of_many(changed).values():
            looked_at += anew
        told = tell(unit, looked_at, summaries)
        self._reached("said")
        return bool(changed or told)

    def _note_restart(self, workspace_id: int) -> None:
        """What is due by now may have been said before a restore; what is due later was not."""
        with self._store.write(workspace_id) as unit:
            if unit.workspace.restart_unnoted:
                unit.note_restart()
                unit.commit()

    def _bring_back(self, workspace_id: int) -> None:
        """Whose leave is over owes their steps again, before anything is said of these."""
        for _ in range(MOST_BATCHES):
            with self._store.write(workspace_id) as unit:
                unit.look_first(None)
                if not unit.end_leave():
                    return
                unit.commit()


def _blamed(error: Exception, claimed: Sequence[int]) -> Sequence[int]:
    """The handoffs whose rows may be why a batch of one failed, the likeliest first."""
    return [error.handoff_id, *claimed] if isinstance(error, UnreadableDeadline) else claimed


def _post(unit: WriteUnit, handoff_id: int, due: Deadline) -> bool:
    """At the message's due time the bot posts for the AE; whether that was so."""
    if not to_post(due, now=unit.now):
        return False
    unit.deadlines.settle([(handoff_id, posted_for(due, now=unit.now))])
    _post_or_tell(unit, unit.handoffs.lock(handoff_id))
    return True


def _escalate(unit: WriteUnit, handoff_id: int, due: Deadline) -> bool:
    """A dispute that a manager left unanswered too long goes to RevOps; whether that was so."""
    if not to_escalate(due, now=unit.now):
        return False
    handoff = unit.handoffs.lock(handoff_id)
    # Both managers may be late at once: what was handed over for one is over for the other.
    now = next((one for one in unit.deadlines.of(handoff_id) if one.key == due.key), due)
    if not to_escalate(now, now=unit.now):
        return True
    if unheard(now):
        # The bot was paused or down when it was to remind: then nobody was too late yet.
        unit.disputes.ask_again(handoff_id, due.subject)
        unit.save(handoff, actor_id=None)
        return True
    unit.deadlines.settle([(handoff_id, settle(now, said={Stage.ESCALATE}))])
    entry = unit.ledger.numbered(handoff_id, due.subject)
    if entry is not None and entry.dispute is not None and entry.dispute.escalated_at is None:
        unit.escalate(handoff, entry, Escalation.LATE)
        unit.save(handoff, actor_id=None)
    return True


def _weigh_kickoff(unit: WriteUnit, handoff_id: int, due: Deadline) -> bool:
    """The last day for a kickoff is over; whether that was so. What follows, saving finds out."""
    if not to_weigh_kickoff(due, now=unit.now):
        return False
    unit.deadlines.settle([(handoff_id, settle(due, said={Stage.PAST_LATEST}))])
    unit.weigh_kickoff(unit.handoffs.lock(handoff_id))
    return True


def _look_for_silence(unit: WriteUnit, handoff_id: int, due: Deadline) -> bool:
    """A day after the signature it is looked how far the brief was; whether that was so."""
    if not to_look_for_silence(due, now=unit.now):
        return False
    unit.deadlines.settle([(handoff_id, settle(due, said={Stage.SILENT}))])
    handoff = unit.handoffs.lock(handoff_id)
    unit.weigh_silence(handoff)
    if handoff.events:
        unit.save(handoff, actor_id=None)
    return True


def _open(unit: WriteUnit, handoff_id: int, due: Deadline) -> bool:
    """A step that waited for its time alone is its owner's from now on; whether that was so."""
    if not to_open(due, now=unit.now):
        return False
    handoff = unit.handoffs.lock(handoff_id)
    # With it others of the same day opened, too.
    stored = next((one for one in unit.deadlines.of(handoff_id) if one.key == due.key), due)
    if to_open(stored, now=unit.now):
        unit.save(handoff, actor_id=None)
    return True


def _post_or_tell(unit: WriteUnit, handoff: Handoff) -> None:
    """Post for the AE, or tell them why the channel may not hold the message."""
    channel = unit.channels.get(handoff.channel_id)
    problem = channel.problem()
    # What was not looked at lately is looked at when the card goes out.
    if problem is not None and problem is not Problem.CHANNEL_UNKNOWN:
        unit.outbox.add(cannot_post(handoff, problem, turns=channel.turns))
    elif handoff.post_by_bot(at=unit.now):
        unit.save(handoff, actor_id=None)
