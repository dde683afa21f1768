"""Looks at the database for whoever asks how it is: in bounded time, and once a second at most."""

import threading
import time
from collections.abc import Callable

import structlog

from bot.delivery.trouble import frames, reference
from bot.domain.errors import HandoffError
from bot.storage.vitals import Vitals

log = structlog.get_logger()

FRESH = 1.0
"""Seconds for which a look is as good as a new one, however many ask."""
WITHIN = 1.0
"""Seconds after which a database counts as silent; a container's health check waits two."""


class Pulse:
    """One look at a time, in a thread of its own: a database that hangs holds up nobody."""

    def __init__(
        self,
        look: Callable[[], Vitals],
        *,
        within: float = WITHIN,
        fresh: float = FRESH,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._within = within
        self._fresh = fresh
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._looks = 0
        self._began: float | None = None
        self._seen_at: float | None = None
        self._seen: Vitals | None = None

    def vitals(self) -> Vitals | None:
        """What the last look found; None where the database does not answer."""
        with self._changed:
            seen_at = self._seen_at
            if seen_at is not None and self._monotonic() - seen_at < self._fresh:
                return self._seen
            if self._began is None:
                self._began = self._monotonic()
                threading.Thread(target=self._run, name="pulse", daemon=True).start()
            number = self._looks
            # A look that has hung for long makes nobody wait once more.
            left = max(0.0, self._within - (self._monotonic() - self._began))
            in_time = self._changed.wait_for(lambda: self._looks > number, left)
            return self._seen if in_time else None

    def _run(self) -> None:
        found: Vitals | None = None
        try:
            found = self._look()
        except HandoffError as error:
            log.info("database not looked at", problem=error.problem.value)
        except Exception as error:  # noqa: BLE001, the top of a thread
            log.error(
                "look at the database failed",
                reference=reference(),
                error=type(error).__name__,
                frames=frames(error),
            )
        with self._changed:
            self._began = None
            self._looks += 1
            self._seen_at, self._seen = self._monotonic(), found
            self._changed.notify_all()
