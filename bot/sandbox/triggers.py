"""The short-lived rights an interaction carries: trigger ids and response URLs."""

import secrets
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.sandbox.clock import SandboxClock
from bot.sandbox.limits import RESPONSE_URL_SECONDS, RESPONSE_URL_USES, TRIGGER_SECONDS

_TRIGGERS_KEPT_SECONDS = 60.0
_URLS_KEPT_SECONDS = 2 * RESPONSE_URL_SECONDS
"""How long a right that is over is still told apart from one that never was."""


class RightRefused(Exception):
    """Carries Slack's error code for a trigger id or response URL that no longer serves."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(slots=True)
class Trigger:
    """`view_id` is the modal the interaction came from, if it came from one."""

    user: str
    view_id: str | None
    issued: float
    used: bool = False


class TriggerBook:
    """Trigger ids by the machine's clock: three seconds and one use each."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._number = 1000

    def issue(self, user: str, *, view_id: str | None = None) -> str:
        self._number += 1
        trigger_id = f"{self._number}.{self._number * 7}.{secrets.token_hex(16)}"
        now = self._clock.machine_seconds()
        _forget(self._triggers, before=now - _TRIGGERS_KEPT_SECONDS)
        self._triggers[trigger_id] = Trigger(user, view_id, now)
        return trigger_id

    def look_at(self, trigger_id: str) -> Trigger:
        """The trigger if it may still be exchanged; RightRefused otherwise."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise RightRefused("invalid_trigger_id")
        if trigger.used:
            raise RightRefused("exchanged_trigger_id")
        if self._clock.machine_seconds() - trigger.issued > TRIGGER_SECONDS:
            raise RightRefused("expired_trigger_id")
        return trigger


@dataclass(slots=True)
class ResponseRight:
    """`source_ts` is the message that was acted on; None for a slash command."""

    user: str
    channel: str
    source_ts: str | None
    thread_ts: str | None
    issued: float
    uses: int = 0


class ResponseUrls:
    """Response URLs by the machine's clock: thirty minutes and five uses each."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._rights: dict[str, ResponseRight] = {}
        self.base_url = ""

    def issue(
        self,
        user: str,
        *,
        channel: str,
        source_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        key = secrets.token_urlsafe(18)
        now = self._clock.machine_seconds()
        _forget(self._rights, before=now - _URLS_KEPT_SECONDS)
        self._rights[key] = ResponseRight(user, channel, source_ts, thread_ts, now)
        return f"{self.base_url}/response/{key}"

    def take(self, key: str) -> ResponseRight:
        """Counts one use; RightRefused when there is none left or the time is over."""
        right = self._rights.get(key)
        if right is None:
            raise RightRefused("invalid_url")
        if self._clock.machine_seconds() - right.issued > RESPONSE_URL_SECONDS:
            raise RightRefused("expired_url")
        if right.uses >= RESPONSE_URL_USES:
            raise RightRefused("used_url")
        right.uses += 1
        return right


class _Issued(Protocol):
    @property
    def issued(self) -> float: ...


_Right = TypeVar("_Right", bound=_Issued)


def _forget(rights: dict[str, _Right], *, before: float) -> None:
    """Drops what was issued before then; a dict keeps the order in which rights were issued."""
    while rights:
        oldest = next(iter(rights))
        if rights[oldest].issued >= before:
            return
        del rights[oldest]
