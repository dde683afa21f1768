"""What this machine is, how fast it brings 4 kB to the disk, and how much memory a process has."""

import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path

from bot.storage.engine import sqlite_driver

PAGE = 4096
_PAGES = 256


def description(folder: Path) -> list[str]:
    """Lines that say on what the figures were measured."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    driver = sqlite_driver()
    return [
        f"processor   {_processor()}, {_cores()} cores for this process, load before: {load}",
        f"system      {platform.system()} {platform.release()}, {platform.machine()}",
        f"Python      {platform.python_implementation()} {platform.python_version()}",
        f"SQLite      {driver.sqlite_version} ({driver.__name__}), WAL, synchronous=FULL",
        f"file system {_file_system(folder)} ({folder})",
    ]


class Disk:
    """Brings pages to the disk, one at a time, in the folder of the database."""

    def __init__(self, folder: Path) -> None:
        # A file that keeps its size, as a write-ahead log that starts over does: the cheapest case.
        self._file = os.open(folder / "fsync", os.O_RDWR | os.O_CREAT, 0o600)
        os.write(self._file, b"\0" * PAGE * _PAGES)
        os.fsync(self._file)
        self._next = 0

    def measure(self, times: int) -> list[float]:
        """How long one write of 4 kB and its fsync took, in seconds, so many times."""
        durations = []
        for _ in range(times):
            page = os.urandom(PAGE)
            began = time.perf_counter()
            os.pwrite(self._file, page, self._next * PAGE)
            os.fsync(self._file)
            durations.append(time.perf_counter() - began)
            self._next = (self._next + 1) % _PAGES
        return durations

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def resident_megabytes(pid: int) -> float | None:
    """What a process holds in memory (VmRSS); None where there is no /proc."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    for line in status.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmRSS":
            return int(value.split()[0]) / 1024
    return None


class Share:
    """How much of the machine's processors went to whom since this was built."""

    def __init__(self, own: Sequence[int]) -> None:
        self._own = own
        self._busy, self._all = _ticks()
        self._ours = [_ticks_of(pid) for pid in own]

    def ours(self) -> list[float]:
        """Processor seconds of each of the processes given at the start, since they were."""
        rate = os.sysconf("SC_CLK_TCK")
        now = [_ticks_of(pid) for pid in self._own]
        return [(later - before) / rate for later, before in zip(now, self._ours, strict=True)]

    def of_others(self) -> float | None:
        """What all but the processes given at the start used, 0 to 1; None where not known."""
        busy, all_of_them = _ticks()
        ours = sum(_ticks_of(pid) for pid in self._own) - sum(self._ours)
        passed = all_of_them - self._all
        return max(0.0, (busy - self._busy - ours) / passed) if passed > 0 else None


def _ticks() -> tuple[int, int]:
    """Ticks of all processors that were worked in, and all there were."""
    known = Path("/proc/stat")
    if not known.exists():
        return 0, 0
    spent = [int(one) for one in known.read_text().splitlines()[0].split()[1:9]]
    idle = spent[3] + spent[4]
    return sum(spent) - idle, sum(spent)


def _ticks_of(pid: int) -> int:
    known = Path(f"/proc/{pid}/stat")
    if not known.exists():
        return 0
    # The name in brackets may hold spaces; user and system time are 12th and 13th behind it.
    after_name = known.read_text().rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    if known.exists():
        for line in known.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown processor"


def _file_system(folder: Path) -> str:
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "unknown"
    best = ("", "unknown")
    for line in mounts.read_text().splitlines():
        _, point, kind, *_ = line.split()
        if folder.is_relative_to(point) and len(point) > len(best[0]):
            best = (point, kind)
    return best[1]
