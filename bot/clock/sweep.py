"""The sweep: what the calendar has made due is decided and written down, nothing is sent."""

import contextlib
from collections.abc import Callable

import structlog

from bot.domain.deadlines import Deadline, say
from bot.domain.errors import Conflict, Problem
from bot.domain.handoff import Handoff
from bot.domain.notices import cannot_post, clock_notices
from bot.domain.nudging import Stage
from bot.domain.ports import Clock
from bot.storage.unit_of_work import Store, WriteUnit

log = structlog.get_logger()

BATCH = 50
"""Deadlines of one transaction: short enough that an act never waits long for its turn."""
MOST_BATCHES = 200
"""Of one run, for each workspace; the next run goes on."""
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
    ) -> None:
        self._store = store
        self._clock = clock
        self._reached = reached

    def run(self) -> int:
        """Everything that is due now; gives how many deadlines were looked at."""
        with self._store.system() as unit:
            due = unit.due_workspaces(self._clock.now())
        done = 0
        for workspace_id in due:
            # Another writer holds it too long: the next run is five seconds away.
            with contextlib.suppress(Conflict):
                done += self._workspace(workspace_id)
        return done

    def _workspace(self, workspace_id: int) -> int:
        done = 0
        for _ in range(MOST_BATCHES):
            with self._store.write(workspace_id) as unit:
                if unit.workspace.paused_at is not None:
                    return done  # Nothing happens by itself; afterwards the last stage is said.
                claimed = unit.deadlines.due(BATCH)
                self._reached("claimed")
                for handoff_id in dict.fromkeys(handoff_id for handoff_id, _ in claimed):
                    _say(unit, handoff_id)
                    self._reached("said")
                lights = unit.refresh_due(BATCH)
                if not claimed and not lights:
                    return done
                unit.commit()
            self._reached("swept")
            done += len(claimed)
        return done


def _say(unit: WriteUnit, handoff_id: int) -> None:
    """What a handoff's deadlines have to say now; at the message's due time the bot posts."""
    handoff = unit.handoffs.lock(handoff_id)
    post = False
    for deadline in unit.deadlines.of(handoff_id):
        settled, stages = say(deadline, now=unit.now)
        if settled == deadline:
            continue
        for notice in clock_notices(handoff, settled, stages, revision=_revision(settled)):
            if notice.person_id is not None:
                unit.outbox.add(notice)
        unit.deadlines.settle(handoff_id, settled)
        post |= Stage.POST in stages
    if post:
        _post(unit, handoff)


def _post(unit: WriteUnit, handoff: Handoff) -> None:
    """Post for the AE, or tell them why the channel may not hold the message."""
    channel = unit.channels.get(handoff.channel_id)
    problem = channel.problem()
    # What was not looked at lately is looked at when the card goes out.
    if problem is not None and problem is not Problem.CHANNEL_UNKNOWN:
        unit.outbox.add(cannot_post(handoff, problem, turns=channel.turns))
    elif handoff.post_by_bot(at=unit.now):
        unit.save(handoff, actor_id=None)


def _revision(deadline: Deadline) -> str:
    """Differs where a deadline moved, got another owner or was snoozed anew."""
    snoozed = deadline.snoozed_until.isoformat() if deadline.snoozed_until else ""
    return f"{deadline.due_at.isoformat()}|{deadline.owner_id}|{deadline.manager_id}|{snoozed}"
