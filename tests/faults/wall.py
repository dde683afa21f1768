"""The wall clock of a process, set forward and back under it by libfaketime, where there is one."""

import os
from collections.abc import Mapping
from pathlib import Path

PLACES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
)
NO_FAKETIME = "no libfaketime on this machine (on Debian: apt-get install faketime)"


def library() -> str | None:
    """Where it is."""
    return next((place for place in PLACES if Path(place).exists()), None)


class Wall:
    """What processes started with `environ` read from the wall; their monotonic clock is true."""

    def __init__(self, file: Path, *, ahead: float = 0.0) -> None:
        self._file = file
        self.ahead = ahead
        self.step(0.0)

    def step(self, seconds: float) -> None:
        """Set it forward, or back with a negative number."""
        self.ahead += seconds
        # In one step: a process that reads half a number would be anywhere in time.
        unfinished = self._file.with_name(self._file.name + ".new")
        unfinished.write_text(f"{self.ahead:+.3f}\n")
        unfinished.replace(self._file)

    def environ(self, *, cached: bool = False) -> Mapping[str, str]:
        """For the processes; raises RuntimeError without libfaketime.

        Reading the file at every look takes a busy process half of its time. `cached`: once a
        second.
        """
        how = {"FAKETIME_CACHE_DURATION": "1"} if cached else {"FAKETIME_NO_CACHE": "1"}
        found = library()
        if found is None:
            raise RuntimeError(NO_FAKETIME)
        return {
            **os.environ,
            "LD_PRELOAD": found,
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            **how,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Else a thread that waits for another one, for so long at most, wakes a tenth of a
            # second late each time.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }
