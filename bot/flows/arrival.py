"""When what is answered came in: before it waited for a thread, and before anything of it was read.

It goes with the thread, or the task, that answers.
"""

import time
from contextvars import ContextVar

_CAME_IN: ContextVar[float | None] = ContextVar("came_in", default=None)


def came_in(at: float | None = None) -> None:
    """Something is in, now or at an earlier time of the monotonic clock."""
    _CAME_IN.set(time.monotonic() if at is None else at)


def seconds_since() -> float | None:
    """Seconds since what is answered here came in; None where nobody noted that."""
    at = _CAME_IN.get()
    return None if at is None else time.monotonic() - at
