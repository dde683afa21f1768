"""What is logged of an error: where it arose, never what it says; of an expected one how often."""

import secrets
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta


def reference() -> str:
    """A short word by which a log line can be found."""
    return secrets.token_hex(4)


def frames(error: BaseException) -> list[str]:
    """Where it passed, innermost last; its own text may quote what people wrote."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


def named(error: BaseException) -> dict[str, object]:
    """What a line of the log says of an error, with a word of its own to find it by."""
    return {"reference": reference(), "error": type(error).__name__, "frames": frames(error)}


class Tally:
    """Counts what passes by itself and may come in floods, so that a log has a line now and then.

    The count goes on: what was not told is in the next line.
    """

    def __init__(self, *, told_every: timedelta, monotonic: Callable[[], float]) -> None:
        self._every = told_every / timedelta(seconds=1)
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._times = 0
        self._told_at: float | None = None

    def again(self) -> int | None:
        """It happened once more: how many times in all, where that is to be told now."""
        with self._guard:
            self._times += 1
            now = self._monotonic()
            if self._told_at is not None and now - self._told_at < self._every:
                return None
            self._told_at = now
            return self._times
