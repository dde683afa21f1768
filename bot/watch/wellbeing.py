"""Whether the bot is alive, ready and well; each is another question, and costs one look."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.errors import Problem
from bot.storage.vitals import Vitals

LATE = timedelta(minutes=15)
"""What is due and lies so long is not delivered: far beyond what any rate or pause explains."""
CLOCK_OFF = 240.0
"""Seconds to either side: what people do would be kept with times that are wrong by minutes."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Signs:
    """What is asked of the parts, each at once and without a call to anybody."""

    vitals: Callable[[], Vitals | None]
    """None where the database does not answer; waits a second for it."""
    last_success: Callable[[], Mapping[str, float]]
    """Seconds since each tick last did its work."""
    hanging: Callable[[], list[str]]
    """The ticks that do not come to an end."""
    failing: Callable[[], list[str]]
    """The ticks that have not done their work lately, for whatever reason."""
    trouble: Callable[[], Problem | None]
    """Why nothing can be written; None where it can."""
    drift: Callable[[], float | None]
    """Seconds this machine's clock is ahead of Slack's."""
    sqlite_version: str | None
    """None on PostgreSQL."""
    sqlite_safe: bool = True
    """Whether that release keeps the file whole."""
    connected: Callable[[], bool] | None = None
    """Whether Socket Mode's connection stands; none over HTTP."""
    stopping: Callable[[], bool] = _never


class Wellbeing:
    """Answers for `/healthz`, `/readyz` and the heartbeat."""

    def __init__(self, signs: Signs) -> None:
        self.signs = signs

    def not_alive(self) -> str | None:
        """Why another start is needed, in a sentence."""
        hanging = self.signs.hanging()
        if hanging:
            return f"This tick did not end within its time: {hanging[0]}."
        return None

    def not_ready(self) -> str | None:
        """Why no requests should come here, in a sentence.

        A database that takes nothing new is no reason: whoever acts must read that.
        """
        if self.signs.stopping():
            return "The bot is stopping."
        if self.signs.connected is not None and not self.signs.connected():
            return "There is no connection to Slack."
        drift = self.signs.drift()
        # Of several connections Slack picks one, whoever is ready; a balancer asks.
        if self.signs.connected is None and drift is not None and abs(drift) > CLOCK_OFF:
            return "The clock of this machine is more than four minutes off."
        if self.signs.vitals() is None:
            return "The database does not answer."
        return None

    def not_well(self) -> str | None:
        """Why somebody should look after it, in a sentence; what is stricter than to be ready."""
        failing = self.signs.failing()
        if failing:
            return f"This tick has not done its work lately: {failing[0]}."
        reason = self.not_ready()
        if reason is not None:
            return reason
        if self.signs.trouble() is not None:
            return "Nothing can be written to the database."
        vitals = self.signs.vitals()
        if vitals is None:
            return None
        # Where others get what is theirs, one message in vain is told to an admin: were it told
        # here, too, nobody would notice when nothing goes out at all.
        if max(vitals.sweep_lag, vitals.oldest) > LATE or vitals.stands_still:
            return "What is due is not delivered."
        return None

    def facts(self) -> dict[str, Any]:
        """What the health routes show: numbers and versions, nothing that anybody wrote."""
        vitals, trouble = self.signs.vitals(), self.signs.trouble()
        drift = self.signs.drift()
        found: dict[str, Any] = {
            "database": "silent" if vitals is None else "answers",
            "writing": "ok" if trouble is None else trouble.value,
            "last_ticks_seconds": {
                name: round(age, 1) for name, age in self.signs.last_success().items()
            },
            "clock_drift_seconds": None if drift is None else round(drift, 1),
            "sqlite_version": self.signs.sqlite_version,
            "sqlite_safe": self.signs.sqlite_safe,
        }
        if self.signs.connected is not None:
            found["socket"] = "connected" if self.signs.connected() else "not connected"
        if vitals is not None:
            found |= {
                "sweep_lag_seconds": round(vitals.sweep_lag.total_seconds(), 1),
                "oldest_outbox_age_seconds": round(vitals.oldest.total_seconds(), 1),
                "pending": vitals.notices + vitals.surfaces,
                "most_tries": vitals.most_tries,
                "in_vain": vitals.in_vain,
                "stands_still": vitals.stands_still,
                "unconfirmed": vitals.unconfirmed,
                "dead": vitals.dead,
            }
        return found
