"""The threads that post; each takes one job at a time."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from bot.delivery.calls import Calls, ClientOf, PutFile
from bot.delivery.constants import Constants
from bot.delivery.failpoints import Reached, nowhere
from bot.delivery.outcomes import Heard, unheard
from bot.delivery.protocol import Protocol
from bot.delivery.rendering import CheckChannel, CheckManager, Renderer, nobody_to_ask
from bot.delivery.shaping import Shaping
from bot.delivery.shares import Shares
from bot.delivery.trouble import Tally, named
from bot.domain.errors import HandoffError, busy
from bot.domain.policy import Policy
from bot.domain.ports import MachineClock
from bot.slack_calls import put_file
from bot.storage.engine import StorageUnavailable
from bot.storage.jobs import Job
from bot.storage.leasing import Candidate, HeldBack, Wanted
from bot.storage.unit_of_work import Store

log = structlog.get_logger()

GATHER = 0.03
"""Seconds between a poke and the look it asks for; nobody sees them, a loaded machine does."""
LOOKS_SHARE = 8
"""An empty look is followed by a rest this many times as long, whatever waits for its rate; and for
so long what another look found serves for more than one job, unless something new was said."""
LONGEST_REST = 1.0
"""Seconds; a look in which this process was frozen, or waited for others, took long for another
reason, and nobody is to wait eight times as long for an answer."""
BUSY_TOLD_EVERY = timedelta(minutes=1)
"""A line for each time the database is busy would be a flood of its own."""
CREWS = 3
"""With several workspaces there are up to so many times the senders that one may hold."""
STOPS_WITHIN = 15.0
"""Seconds; a call under way ends within its time-out."""


class NoSender(Exception):
    """None of the threads that post was alive."""


class _Gate:
    """What may go by its rate, of workspaces that may hold another sender."""

    def __init__(self, shaping: Shaping, shares: Shares) -> None:
        self._shaping = shaping
        self._shares = shares

    def held_back(self, within: Connection, /) -> HeldBack:
        held_back = self._shaping.held_back(within)
        return replace(held_back, workspaces=[*held_back.workspaces, *self._shares.full()])

    def let(
        self, wanted: Wanted, claim: Callable[[], Job | None], within: Connection, /
    ) -> Job | None:
        if wanted.workspace_id in self._shares.full():
            return None  # It got its last sender since it was looked at.
        return self._shaping.let(wanted, claim, within)


class Senders:
    """Sends what is due, woken by a poke or after a moment by themselves."""

    def __init__(
        self,
        *,
        store: Store,
        client_of: ClientOf,
        check_channel: CheckChannel,
        policy: Policy,
        machine: MachineClock,
        constants: Constants | None = None,
        check_manager: CheckManager = nobody_to_ask,
        reached: Reached = nowhere,
        shaping: Shaping | None = None,
        put: PutFile = put_file,
        heard: Heard = unheard,
    ) -> None:
        self._store = store
        self._give_way = store.database.giving_way.wait
        self._monotonic = machine.monotonic
        self._constants = constants or Constants()
        self._delivery = store.delivery
        self._shaping = shaping or Shaping(machine=machine, constants=self._constants)
        renderer = Renderer(
            store=store,
            check_channel=check_channel,
            policy=policy,
            machine=machine,
            constants=self._constants,
            check_manager=check_manager,
        )
        calls = Calls(
            delivery=store.delivery,
            client_of=client_of,
            shaping=self._shaping,
            machine=machine,
            constants=self._constants,
            reached=reached,
            put=put,
            heard=heard,
        )
        self._protocol = Protocol(
            store=store,
            renderer=renderer,
            calls=calls,
            shaping=self._shaping,
            machine=machine,
            constants=self._constants,
            reached=reached,
        )
        self._shares = Shares(each=self._constants.senders, monotonic=machine.monotonic)
        self._gate = _Gate(self._shaping, self._shares)
        # One looks at a time: who looks next knows what the one before has taken.
        self._turn = threading.Lock()
        self._busy = Tally(told_every=BUSY_TOLD_EVERY, monotonic=machine.monotonic)
        self._woken = threading.Condition()
        self._pokes = 0
        self._rests_until = 0.0
        self._seen: list[Candidate] = []
        self._seen_at_poke, self._seen_until = -1, 0.0
        self._stopping = False
        self._threads: dict[int, threading.Thread] = {}
        """By their numbers, from 1 on."""

    def start(self) -> None:
        """Start the threads; a second start raises RuntimeError."""
        if self._threads:
            raise RuntimeError("the senders run already")
        self.fit()

    def fit(self) -> None:
        """Have as many threads as the workspaces there are now need; never fewer than before.

        One that died is replaced.
        """
        with self._store.system() as system:
            workspaces = len(system.workspaces())
        with self._woken:
            if self._stopping:
                return
            wanted = self._constants.senders * max(1, min(CREWS, workspaces))
            for number in range(1, max(wanted, len(self._threads)) + 1):
                known = self._threads.get(number)
                if known is not None and known.is_alive():
                    continue
                if known is not None:
                    log.error("a sender died and is replaced", number=number)
                fresh = threading.Thread(
                    target=self._run,
                    kwargs={"looks_by_itself": number <= self._constants.senders},
                    name=f"sender-{number}",
                    daemon=True,
                )
                # Under the guard: one that has not begun would be taken for one that died.
                fresh.start()
                self._threads[number] = fresh
            self._shares.of(len(self._threads))

    def look_after(self) -> None:
        """Poke them; raises NoSender where none was alive, after others were begun."""
        self.poke()
        with self._woken:
            alive = any(one.is_alive() for one in self._threads.values())
            if alive or not self._threads or self._stopping:
                return
        self.fit()
        raise NoSender

    def poke(self) -> None:
        """Look for work now."""
        with self._woken:
            self._pokes += 1
            self._woken.notify()

    def stop(self, timeout: float = STOPS_WITHIN) -> bool:
        """Let what is in hand be finished; False where that took longer than `timeout` seconds."""
        with self._woken:
            self._stopping = True
            self._woken.notify_all()
        end = time.monotonic() + timeout
        threads = list(self._threads.values())
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def work_once(self) -> bool:
        """Send one thing, if one is due; whether there was one."""
        job: Job | None = None
        began = 0.0
        try:
            self._give_way()
            found = self._next()
            if found is None:
                return False
            job, began = found
            # One sender wakes the next only while there is work: a poke for one message does
            # not set all of them looking.
            with self._woken:
                self._woken.notify()
            self._give_way()
            self._protocol.deliver(job)
        except Exception as error:  # noqa: BLE001, the top of a sender
            self._note(error, job)
            if job is None:
                return False
            self._give_back(job, error)
        finally:
            if job is not None:
                self._shares.give_back(job.workspace_id, began)
        return True

    def _next(self) -> tuple[Job, float] | None:
        with self._turn:
            began, poke = self._monotonic(), self._pokes
            if self._seen_at_poke != poke or began >= self._seen_until:
                self._seen.clear()
            looks = not self._seen
            jobs = self._delivery.lease(
                1, lease=self._constants.lease, gate=self._gate, seen=self._seen
            )
            now = self._monotonic()
            # The longer a look over what waits takes, the longer the next one may wait.
            rest = min(LOOKS_SHARE * (now - began), LONGEST_REST)
            if looks:
                self._seen_at_poke, self._seen_until = poke, now + rest
            if not jobs:
                self._rests_until = now + rest
                return None
            return jobs[0], self._shares.take(jobs[0].workspace_id)

    def _note(self, error: Exception, job: Job | None) -> None:
        about = {
            "source": job.source.value if job else None,
            "id": job.id if job else None,
            "workspace": job.workspace_id if job else None,
        }
        if busy(error):
            # Acts go first, so under load this is to be expected: it is tried again, uncounted.
            times = self._busy.again()
            if times is not None:
                log.info("database busy, sending tried again later", times=times, **about)
            return
        if isinstance(error, StorageUnavailable) and error.unwritable:
            return  # The store says it, once a minute.
        log.error("sending failed", **about, **named(error))

    def _give_back(self, job: Job, error: Exception) -> None:
        """A job that failed in our own hands is tried again a few times, then given up visibly."""
        later = busy(error) or isinstance(error, StorageUnavailable)
        # Where even this cannot be written, the lease runs out by itself.
        with contextlib.suppress(HandoffError):
            if not later and job.attempts + 1 >= self._constants.most_failures:
                self._protocol.give_up(job, type(error).__name__)
                return
            back_off = self._constants.back_off(0 if later else job.attempts)
            self._delivery.retry(
                job,
                after=back_off,
                counted=not later,
                in_doubt_after=max(back_off, self._constants.quarantine),
            )

    def _run(self, *, looks_by_itself: bool) -> None:
        # Those there are for several workspaces only look when they are woken.
        idle = self._constants.idle.total_seconds() if looks_by_itself else None
        seen = -1
        while not self._stopping:
            try:
                if self.work_once():
                    continue
            except Exception as error:  # noqa: BLE001, the top of a sender's thread
                # It could not even be settled what went wrong: its lease runs out by itself.
                self._note(error, None)
                with self._woken:
                    rest = self._constants.idle.total_seconds()
                    self._woken.wait_for(lambda: self._stopping, rest)
                continue
            with self._woken:
                if self._pokes == seen and not self._stopping:
                    self._woken.wait(idle)
                seen = self._pokes
                # Acts come in crowds: one look, by one sender, serves all within a blink.
                rest = self._rests_until - self._monotonic()
                self._woken.wait_for(lambda: self._stopping, max(GATHER, rest))
