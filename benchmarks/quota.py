"""Processes held to a part of a processor, as a small machine or a container holds them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PERIOD = 20_000
"""Microseconds; within each a process may use its part, so that no answer waits long for it."""


class NoQuota(Exception):
    """This machine does not let a process be held to a part of a processor."""


@contextmanager
def held_to(processors: float, pids: Sequence[int]) -> Iterator[None]:
    """Each of the processes gets so much of a processor, and as much as it likes afterwards.

    Raises NoQuota where there is no Linux control group for it, or none that may be made.
    """
    root, second = _controller()
    homes = {pid: _home(pid, root, second=second) for pid in pids}
    groups: list[Path] = []
    try:
        try:
            if second:
                (root / "cgroup.subtree_control").write_text("+cpu")
            for pid in pids:
                group = root / f"handoff-bench-{os.getpid()}-{pid}"
                group.mkdir()
                groups.append(group)
                quota = round(processors * PERIOD)
                if second:
                    (group / "cpu.max").write_text(f"{quota} {PERIOD}")
                else:
                    (group / "cpu.cfs_period_us").write_text(str(PERIOD))
                    (group / "cpu.cfs_quota_us").write_text(str(quota))
                (group / "cgroup.procs").write_text(str(pid))
        except OSError as error:
            raise NoQuota(f"no part of a processor can be set: {error}") from error
        yield
    finally:
        for pid, home in homes.items():
            if Path(f"/proc/{pid}").exists():
                (home / "cgroup.procs").write_text(str(pid))
        for group in groups:
            group.rmdir()


def _controller() -> tuple[Path, bool]:
    """Where groups for processors are made, and whether it is the second version of them."""
    mounts = Path("/proc/mounts")
    for line in mounts.read_text().splitlines() if mounts.exists() else ():
        _, point, kind, options, *_ = line.split()
        root = Path(point)
        if kind == "cgroup" and "cpu" in options.split(","):
            return root, False
        if kind == "cgroup2" and "cpu" in (root / "cgroup.controllers").read_text().split():
            return root, True
    raise NoQuota("there is no control group for processors")


def _home(pid: int, root: Path, *, second: bool) -> Path:
    """The group a process is in."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "" if second else "cpu" in controllers.split(","):
            return root / path.lstrip("/")
    return root
