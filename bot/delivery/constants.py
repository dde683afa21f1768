"""Every wait, time-out and rate of delivery in one record, because they depend on each other."""

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Rate:
    """How often something may be done, and how many at once after a pause."""

    per_second: float
    burst: float = 1.0


def _per_minute(count: int, *, burst: float = 5.0) -> Rate:
    return Rate(count / 60, burst)


def _rates() -> dict[str, Rate]:
    # Slack's tiers, each for one workspace; chat.postMessage has a rate of its own.
    return {
        "chat.postMessage": Rate(5.0, burst=10.0),
        "chat.delete": _per_minute(50),
        "chat.postEphemeral": _per_minute(100),
        "chat.update": _per_minute(50),
        "views.publish": _per_minute(100),
        "files.getUploadURLExternal": _per_minute(100),
        "files.completeUploadExternal": _per_minute(100),
        "conversations.info": _per_minute(50),
        "conversations.members": _per_minute(100),
        # No tier: Slack speaks of a special limit, so it is asked with care.
        "chat.getPermalink": _per_minute(50, burst=10.0),
        # All others of that family, which few jobs need and which then share.
        "conversations": _per_minute(50),
        # Of a channel's members many are unknown at its first look, and then for long none: what
        # was saved up and what a minute brings are the 100 that Slack takes in one.
        "users.info": _per_minute(70, burst=30.0),
        "users.profile.get": _per_minute(70),
        "users.lookupByEmail": _per_minute(50),
        "users.list": _per_minute(20),
        "team.profile.get": _per_minute(50),
    }


@dataclass(frozen=True)
class Constants:
    """The lease outlasts a call and the quarantine after it: a late acceptance is never missed."""

    http_timeout: timedelta = timedelta(seconds=10)
    quarantine: timedelta = timedelta(seconds=60)
    """How long after an unclear end Slack may still accept a post."""
    lease: timedelta = timedelta(seconds=120)
    look_back: timedelta = timedelta(seconds=60)
    """How far before the first try the history is read, as Slack's clock is not ours."""
    settle: timedelta = timedelta(seconds=10)
    """A surface is edited at most once in this time, unless the reader just acted."""
    thread_waits: timedelta = timedelta(seconds=1)
    """Until a reply looks again for the card it belongs below."""
    unknown_channel_waits: timedelta = timedelta(seconds=15)
    first_back_off: timedelta = timedelta(seconds=2)
    longest_back_off: timedelta = timedelta(minutes=2)
    """As long as a lease: once Slack answers again nothing waits longer than for a dead sender."""
    longest_rest: timedelta = timedelta(minutes=1)
    """Of a workspace whose Slack cannot be reached."""
    idle: timedelta = timedelta(seconds=1)
    """How long a sender sleeps when nobody wakes it."""
    rates: dict[str, Rate] = field(default_factory=_rates)
    channel: Rate = Rate(1.0)
    """Posts to one conversation."""
    recovery_per_minute: float = 0.10
    """How much of its full rate a slowed method gets back."""
    senders: int = 4
    most_failures: int = 8
    """Times a job may fail for a reason of our own before it is given up."""

    def __post_init__(self) -> None:
        if self.lease < self.http_timeout + self.quarantine:
            raise ValueError("the lease must outlast a call and the quarantine")

    def divided(self, by: float) -> "Constants":
        """The same proportions, `by` times as fast."""
        waits: dict[str, Any] = {
            one.name: getattr(self, one.name) / by
            for one in fields(self)
            if isinstance(getattr(self, one.name), timedelta)
        }
        rates = {name: _faster(rate, by) for name, rate in self.rates.items()}
        return replace(
            self,
            **waits,
            rates=rates,
            channel=_faster(self.channel, by),
            recovery_per_minute=self.recovery_per_minute * by,
        )

    def back_off(self, attempts: int) -> timedelta:
        """How long to wait after so many failures: twice as long each time."""
        doubled = self.first_back_off * (1 << min(attempts, 20))
        return min(doubled, self.longest_back_off)


def _faster(rate: Rate, by: float) -> Rate:
    return Rate(rate.per_second * by, rate.burst)
