"""Processes of the bot that die and are started again, or stand still for a while."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.faults import child
from tests.forked import Forked, parent_gone

ROOT = Path(__file__).parent.parent.parent
SHARED = Path("/dev/shm")  # noqa: S108, where a killed process leaves what libfaketime made
LOOKS_EVERY = 0.02
WITHIN = 60.0
"""Seconds in which a process works, on a machine that is busy."""


class Running(Protocol):
    """A process of either way to start one."""

    def poll(self) -> int | None: ...

    def send_signal(self, sig: int) -> None: ...


def _work(orders: str, name: str) -> None:
    child.run(orders, name, parent_gone)


@dataclass
class Life:
    """From when to when a process may have worked, in seconds since 1970."""

    began: float
    ended: float | None = None


@dataclass
class Fleet:
    """So many processes with the same orders; each that ends is started again."""

    orders: Path
    folder: Path
    size: int
    environ: Mapping[str, str] | None = None
    """Set where processes are to start anew with it, and not forked.

    Under libfaketime they must: forked ones share its lock, and who is killed keeps it for ever.
    """
    lives: list[Life] = field(default_factory=list)
    kills: int = 0
    stood_still: list[tuple[float, float]] = field(default_factory=list)
    """From when to when one of them was frozen, in seconds since 1970."""
    crashed: int = 0
    """Ends that nobody here brought about."""
    _running: list[tuple[Running, Life, str]] = field(default_factory=list)
    _started: int = 0

    def start(self) -> None:
        """Start all, and wait until each works."""
        for _ in range(self.size):
            self._running.append(self._launch())
        for one in list(self._running):
            self.wait_for(one)

    def kill(self, index: int, *, rest: float = 0.0) -> None:
        """Kill one without warning and, after a rest, start another in its place."""
        process, life, _ = self._running[index]
        died = self._end(process)
        life.ended = time.time()
        self.kills += died
        self.crashed += not died
        time.sleep(rest)
        self._running[index] = self._launch()

    def works(self, index: int) -> bool:
        """Whether the process in this place has begun to work."""
        return (self.folder / self._running[index][2]).exists()

    def freeze(self, index: int, seconds: float) -> None:
        """Let one stand still, and go on as if no time had passed."""
        began = time.time()
        with self.still(index):
            time.sleep(seconds)
        self.stood_still.append((began, time.time()))

    @property
    def freezes(self) -> int:
        """How often that was."""
        return len(self.stood_still)

    def still(self, index: int) -> "_Still":
        """One stands still for the length of a block."""
        return _Still(self._running[index][0])

    @contextmanager
    def all_still(self) -> Iterator[None]:
        """All stand still for the length of a block, in which they may be stopped for good."""
        with ExitStack() as stack:
            for process, _, _ in self._running:
                stack.enter_context(_Still(process))
            yield

    def look(self) -> None:
        """Start those again that ended by themselves, as whatever supervises them does."""
        for index, (process, life, _) in enumerate(self._running):
            if process.poll() is not None:
                life.ended = time.time()
                self.crashed += 1
                self._running[index] = self._launch()

    def wait_for_all(self) -> None:
        """Wait until each process works."""
        for one in list(self._running):
            self.wait_for(one)

    def wait_for(self, one: tuple[Running, Life, str]) -> None:
        """Wait until a process works; fail where it ended instead."""
        process, _, name = one
        end = time.monotonic() + WITHIN
        while not (self.folder / name).exists():
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{name} does not work: {self.log.read_text()[-2000:]}")
            time.sleep(LOOKS_EVERY)

    def stop(self) -> None:
        """Kill all for good."""
        for process, life, _ in self._running:
            self.crashed += not self._end(process)
            life.ended = life.ended or time.time()
        self._running.clear()

    @property
    def log(self) -> Path:
        """Where all of them write."""
        return self.folder / "log"

    def _launch(self) -> tuple[Running, Life, str]:
        self._started += 1
        name, life = f"working-{self._started}", Life(time.time())
        self.lives.append(life)
        if self.environ is None:
            return Forked(_work, str(self.orders), name, log=self.log), life, name
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.child", str(self.orders), name],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        return process, life, name

    def _end(self, process: Running) -> bool:
        """Kill it and wait for its end; whether it still ran."""
        ran = process.poll() is None
        process.send_signal(signal.SIGKILL)
        while process.poll() is None:
            time.sleep(0.002)
        if isinstance(process, subprocess.Popen) and process.stdin is not None:
            process.stdin.close()
            for left in SHARED.glob(f"*faketime_*_{process.pid}"):
                left.unlink(missing_ok=True)
        return ran


class _Still:
    def __init__(self, process: Running) -> None:
        self._process = process

    def __enter__(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGCONT)
