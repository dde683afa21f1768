"""Named points at which a test lets the process die, to prove that nothing is lost or doubled."""

import os
import signal
import threading
from collections.abc import Callable, Mapping

Reached = Callable[[str], None]
"""Called between two steps with the name of the point between them."""

VARIABLE = "HANDOFF_FAILPOINT"
POINTS = frozenset(
    {
        *("leased", "found", "not_found", "rendered", "marked", "settled"),
        *("posted", "edited", "retired", "withdrawn", "published", "whispered", "invited"),
        *("upload_begun", "uploaded", "completed"),
        *("asked_by_hand", "opened", "told", "asked", "lost", "blocked", "probed"),
    }
)
"""Those of delivery; an act and the sweep have their own."""


def nowhere(_name: str) -> None:
    """Nothing happens at any point."""


class Kill:
    """Ends the process without warning when a point is reached for the nth time."""

    def __init__(self, point: str, *, nth: int = 1, kill: Callable[[], None]) -> None:
        self._point = point
        self._left = nth
        self._kill = kill
        self._guard = threading.Lock()

    def __call__(self, name: str) -> None:
        if name != self._point:
            return
        with self._guard:
            self._left -= 1
            now = self._left == 0
        if now:
            self._kill()


def kill_this_process() -> None:
    """Die as by a power cut: no handler runs, nothing is flushed."""
    os.kill(os.getpid(), signal.SIGKILL)


def wanted_point(environ: Mapping[str, str]) -> tuple[str, int] | None:
    """Which point of `HANDOFF_FAILPOINT=name` or `name:nth`, and when; None where none is set.

    Raises ValueError for a count that is no positive number.
    """
    wanted = environ.get(VARIABLE, "")
    if not wanted:
        return None
    point, _, count = wanted.partition(":")
    nth = int(count or "1")
    if nth < 1:
        raise ValueError(f"{VARIABLE}: the count must be at least 1")
    return point, nth


def fail_points_from(
    environ: Mapping[str, str], *, kill: Callable[[], None] = kill_this_process
) -> Reached:
    """What to call at every point; without `HANDOFF_FAILPOINT` nothing ever happens.

    Raises ValueError as `wanted_point` does.
    """
    wanted = wanted_point(environ)
    if wanted is None:
        return nowhere
    point, nth = wanted
    return Kill(point, nth=nth, kill=kill)
