"""How often Slack may be called: buckets in memory, on the machine's clock, for one process.

Several replicas against one workspace would each have a full rate; sharing it comes with them.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.delivery.constants import Constants, Rate
from bot.domain.ports import MachineClock
from bot.storage.jobs import Job

POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})
_FORGET_AFTER = 1000
"""Buckets of conversations that are kept before those that are full again are dropped."""


@dataclass
class _Bucket:
    full: Rate
    tokens: float
    at: float
    rate: float
    slowed_at: float = 0.0
    paused_until: float = 0.0

    def refill(self, now: float, recovery_per_minute: float) -> None:
        burst = self.full.burst
        if self.rate < self.full.per_second:
            burst = 1.0
            if now > self.slowed_at:
                regained = self.full.per_second * recovery_per_minute * (now - self.slowed_at) / 60
                self.rate = min(self.full.per_second, self.rate + regained)
                self.slowed_at = now
        self.tokens = min(burst, self.tokens + (now - self.at) * self.rate)
        self.at = now

    def wait(self, now: float) -> float:
        """Seconds until a token is there."""
        missing = max(0.0, 1.0 - self.tokens) / self.rate
        return max(self.paused_until - now, missing, 0.0)


class Shaping:
    """Counts calls by workspace and method, and posts by conversation."""

    def __init__(self, *, machine: MachineClock, constants: Constants) -> None:
        self._machine = machine
        self._constants = constants
        self._methods: dict[tuple[int, str], _Bucket] = {}
        self._places: dict[tuple[int, str], _Bucket] = {}
        self._paused: dict[int, tuple[float, int]] = {}
        self._guard = threading.Lock()

    def take(self, workspace_id: int, method: str) -> None:
        """Note a call that is about to be made."""
        with self._guard:
            self._method(workspace_id, method).tokens -= 1

    def take_in_turn(self, workspace_id: int, method: str) -> timedelta:
        """Note a call that is made now if it may be; else how long until then, and none is noted.

        Looking and taking is one step, so that no two threads take one token.
        """
        with self._guard:
            bucket = self._method(workspace_id, method)
            wait = timedelta(seconds=bucket.wait(self._machine.monotonic()))
            if not wait:
                bucket.tokens -= 1
            return wait

    def resting(self, workspace_id: int, method: str) -> bool:
        """Whether Slack asked for a pause, which has not ended yet."""
        with self._guard:
            until = self._method(workspace_id, method).paused_until
            return until > self._machine.monotonic()

    def begin(self, job: Job) -> None:
        """Note the call, and the post, that a job is about to be."""
        self._count(job, -1.0)

    def unused(self, job: Job) -> None:
        """The job came to no call, so that another one may go at once."""
        self._count(job, 1.0)

    def _count(self, job: Job, tokens: float) -> None:
        with self._guard:
            self._method(job.workspace_id, job.method).tokens += tokens
            if job.method in POSTS:
                self._place(job.workspace_id, job.destination).tokens += tokens

    def methods_blocked(self) -> Collection[tuple[int, str]]:
        """The methods that may not be called now, by workspace."""
        with self._guard:
            now = self._machine.monotonic()
            return [
                (workspace_id, method)
                for (workspace_id, family), _ in list(self._methods.items())
                if self._method(workspace_id, family).wait(now) > 0
                for method in _members(family)
            ]

    def methods_resting(self) -> Collection[tuple[int, str]]:
        """The methods of which Slack said it was too much, and whose pause has not ended."""
        with self._guard:
            now = self._machine.monotonic()
            return [key for key, bucket in self._methods.items() if bucket.paused_until > now]

    def destinations_blocked(self) -> Collection[tuple[int, str]]:
        """The conversations that were posted to a moment ago."""
        with self._guard:
            now = self._machine.monotonic()
            self._forget(now)
            return [key for key in list(self._places) if self._place(*key).wait(now) > 0]

    def limited(self, workspace_id: int, method: str, retry_after: timedelta) -> None:
        """Slack said it was too much: the method rests, and is half as fast from then on."""
        with self._guard:
            now = self._machine.monotonic()
            bucket = self._method(workspace_id, method)
            bucket.paused_until = max(bucket.paused_until, now + retry_after.total_seconds())
            bucket.rate = max(bucket.rate / 2, bucket.full.per_second / 64)
            bucket.slowed_at = bucket.paused_until
            bucket.tokens = min(bucket.tokens, 1.0)

    def failed(self, workspace_id: int) -> None:
        """Slack cannot be reached for this workspace; it pauses, longer each time."""
        with self._guard:
            _, times = self._paused.get(workspace_id, (0.0, 0))
            wait = min(self._constants.back_off(times).total_seconds(), 60.0)
            self._paused[workspace_id] = (self._machine.monotonic() + wait, times + 1)

    def reached(self, workspace_id: int) -> None:
        """Slack answered, whatever it said."""
        with self._guard:
            self._paused.pop(workspace_id, None)

    def workspaces_paused(self) -> Collection[int]:
        """The workspaces that are left alone for now."""
        with self._guard:
            now = self._machine.monotonic()
            return [one for one, (until, _) in self._paused.items() if until > now]

    def _method(self, workspace_id: int, method: str) -> _Bucket:
        rates = self._constants.rates
        # Slack counts each method by itself; those without a rate of their own share one.
        family = method if method in rates else method.partition(".")[0]
        return self._bucket(self._methods, (workspace_id, family), rates[family])

    def _place(self, workspace_id: int, destination: str) -> _Bucket:
        return self._bucket(self._places, (workspace_id, destination), self._constants.channel)

    def _bucket(
        self, buckets: dict[tuple[int, str], _Bucket], key: tuple[int, str], rate: Rate
    ) -> _Bucket:
        now = self._machine.monotonic()
        bucket = buckets.get(key)
        if bucket is None:
            bucket = buckets[key] = _Bucket(rate, rate.burst, now, rate.per_second)
        bucket.refill(now, self._constants.recovery_per_minute)
        return bucket

    def _forget(self, now: float) -> None:
        if len(self._places) > _FORGET_AFTER:
            self._places = {
                key: bucket for key, bucket in self._places.items() if now - bucket.at < 60
            }


def _members(family: str) -> tuple[str, ...]:
    return ("conversations.invite",) if family == "conversations" else (family,)
