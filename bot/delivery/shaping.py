"""How often Slack may be called, on the machine's clock.

Each call takes from the bucket of its method in its workspace, a post from that of its conversation
as well. Where the buckets stand is a choice: in memory for one process, in rows for several.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from bot.delivery.buckets import Bucket
from bot.delivery.constants import Constants, Rate
from bot.domain.notices import Priority
from bot.domain.ports import MachineClock
from bot.storage.jobs import Job
from bot.storage.leasing import HeldBack, Wanted
from bot.storage.rates import Kept, RateKey

POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})
_PLACE = "post"
"""The family of the buckets that count posts to one conversation."""
_LOOKS = "conversations"
"""The family of the histories, in which a post in doubt is looked for."""
_FORGET_AFTER = 1000
"""Buckets of conversations that are kept before those that are full again are dropped."""


class Shelf(Protocol):
    """Where buckets stand between two calls."""

    def changing(
        self, keys: Sequence[RateKey], within: Connection | None = None, /
    ) -> AbstractContextManager[dict[RateKey, Kept]]:
        """The buckets of these keys, for nobody else meanwhile; what is put in is kept.

        `within` is the writing transaction to do it in, where there is one.
        """
        ...

    def closed(self, now: datetime, within: Connection | None = None, /) -> Mapping[RateKey, Kept]:
        """Those for which somebody may have to wait now."""
        ...


class InMemory:
    """For one process."""

    def __init__(self) -> None:
        self._kept: dict[RateKey, Kept] = {}
        self._guard = threading.Lock()

    @contextmanager
    def changing(
        self, _keys: Sequence[RateKey], _within: Connection | None = None, /
    ) -> Iterator[dict[RateKey, Kept]]:
        """All there are."""
        with self._guard:
            yield self._kept

    def closed(self, now: datetime, _within: Connection | None = None, /) -> Mapping[RateKey, Kept]:
        """Those that are not open by now."""
        with self._guard:
            if len(self._kept) > _FORGET_AFTER:
                old = now - timedelta(minutes=1)
                self._kept = {
                    key: kept
                    for key, kept in self._kept.items()
                    if not key.destination or kept.opens_at > old
                }
            return {key: kept for key, kept in self._kept.items() if kept.opens_at > now}


@dataclass(frozen=True)
class _Rest:
    """Of a workspace whose calls came to nothing so many times in a row; after one it is over."""

    began: datetime
    until: datetime
    times: int


class Shaping:
    """Counts calls by workspace and method, and posts by conversation."""

    def __init__(
        self, *, machine: MachineClock, constants: Constants, shelf: Shelf | None = None
    ) -> None:
        self._machine = machine
        self._constants = constants
        self._shelf = shelf or InMemory()
        # Of each process alone: what one cannot reach, another one perhaps can.
        self._resting: dict[int, _Rest] = {}
        self._guard = threading.Lock()

    # --- Calls

    def take(self, workspace_id: int, method: str) -> None:
        """Note a call that is about to be made."""
        self._count(1.0, self._method(workspace_id, method))

    def take_in_turn(self, workspace_id: int, method: str, *, answer: bool = False) -> timedelta:
        """Note a call that is made now if it may be; else how long until then, and none is noted.

        Looking and taking is one step, so that no two take one token. An answer to a person may
        take what is spared for them.
        """
        key = self._method(workspace_id, method)
        with self._shelf.changing([key]) as kept:
            bucket = self._bucket(kept, key)
            wait = bucket.wait(answer=answer)
            if not wait:
                bucket.tokens -= 1
                kept[key] = bucket.kept
            return wait

    def resting(self, workspace_id: int, method: str) -> bool:
        """Whether Slack asked for a pause, which has not ended yet."""
        now = self._machine.now()
        kept = self._shelf.closed(now).get(self._method(workspace_id, method))
        return kept is not None and kept.paused_until > now

    def limited(self, workspace_id: int, method: str, retry_after: timedelta) -> None:
        """Slack said it was too much: the method rests, and is half as fast from then on."""
        key = self._method(workspace_id, method)
        with self._shelf.changing([key]) as kept:
            bucket = self._bucket(kept, key)
            bucket.limited(retry_after)
            kept[key] = bucket.kept

    def pauses(self, within: Connection | None = None, /) -> Mapping[tuple[int, str], datetime]:
        """Until when Slack asked to be left alone, by workspace and method or family of methods.

        `within` is the transaction to read it in, where there is one.
        """
        now = self._machine.now()
        return {
            (key.workspace_id, key.family): kept.paused_until
            for key, kept in self._shelf.closed(now, within).items()
            if kept.paused_until > now
        }

    # --- What is leased to be sent

    def held_back(self, within: Connection, /) -> HeldBack:
        """What may not be sent now."""
        now = self._machine.now()
        methods: list[tuple[int, str]] = []
        but_answers: list[tuple[int, str]] = []
        destinations: list[tuple[int, str]] = []
        looks: list[int] = []
        for key, kept in self._shelf.closed(now, within).items():
            bucket = self._as_of(kept, key, now)
            if not bucket.wait(answer=False):
                continue
            if key.destination:
                destinations.append((key.workspace_id, key.destination))
                continue
            closed = methods if bucket.wait(answer=True) else but_answers
            closed += [(key.workspace_id, method) for method in _members(key.family)]
            if key.family == _LOOKS:
                looks.append(key.workspace_id)
        return HeldBack(self._away(now), methods, destinations, but_answers, looks)

    def let(
        self, wanted: Wanted, claim: Callable[[], Job | None], within: Connection, /
    ) -> Job | None:
        """Have a job claimed if it may go now, and note the call and the post it is about to be."""
        keys = self._keys(wanted.workspace_id, wanted.method, wanted.destination)
        answer = wanted.priority == Priority.ANSWER
        with self._shelf.changing(keys, within) as kept:
            buckets = {key: self._bucket(kept, key) for key in keys}
            if any(bucket.wait(answer=answer) for bucket in buckets.values()):
                return None
            job = claim()
            if job is not None:
                for key, bucket in buckets.items():
                    bucket.tokens -= 1
                    kept[key] = bucket.kept
            return job

    def unused(self, job: Job) -> None:
        """The job came to no call, so that another one may go at once."""
        self._count(-1.0, *self._keys(job.workspace_id, job.method, job.destination))

    # --- Workspaces that cannot be reached

    def failed(self, workspace_id: int, *, took: timedelta) -> None:
        """A call to Slack came to nothing after `took`.

        From the second time in a row its workspace rests, longer each time: one call alone that
        runs out of time is no outage, and must keep nobody waiting for an answer. Calls that were
        under way when another one failed are of the same outage, and tell nothing new.
        """
        now = self._machine.now()
        with self._guard:
            last = self._resting.get(workspace_id)
            if last is not None and now - took < last.began:
                return
            times, wait = 1, timedelta(0)
            if last is not None:
                times = last.times + 1
                wait = self._constants.back_off(last.times - 1)
            until = now + min(wait, self._constants.longest_rest)
            self._resting[workspace_id] = _Rest(now, until, times)

    def reached(self, workspace_id: int) -> None:
        """Slack answered, whatever it said."""
        with self._guard:
            self._resting.pop(workspace_id, None)

    def _away(self, now: datetime) -> list[int]:
        with self._guard:
            return [one for one, rest in self._resting.items() if rest.until > now]

    # --- Buckets

    def _count(self, calls: float, *keys: RateKey) -> None:
        with self._shelf.changing(keys) as kept:
            for key in keys:
                bucket = self._bucket(kept, key)
                bucket.tokens -= calls
                kept[key] = bucket.kept

    def _bucket(self, kept: Mapping[RateKey, Kept], key: RateKey) -> Bucket:
        return self._as_of(kept.get(key), key, self._machine.now())

    def _as_of(self, kept: Kept | None, key: RateKey, now: datetime) -> Bucket:
        full: Rate = self._constants.channel
        if not key.destination:
            full = self._constants.rates[key.family]
        return Bucket.of(kept, full, now, self._constants.recovery_per_minute)

    def _keys(self, workspace_id: int, method: str, destination: str) -> tuple[RateKey, ...]:
        called = self._method(workspace_id, method)
        if method not in POSTS:
            return (called,)
        return (called, RateKey(workspace_id, _PLACE, destination))

    def _method(self, workspace_id: int, method: str) -> RateKey:
        # Slack counts each method by itself; those without a rate of their own share one.
        rated = method in self._constants.rates
        return RateKey(workspace_id, method if rated else method.partition(".")[0])


def _members(family: str) -> tuple[str, ...]:
    return ("conversations.invite",) if family == _LOOKS else (family,)
