"""Processes forked from one that has loaded the code: they run and die like any other.

Loading the code takes longer than most lives; what is loaded is the same for all of them.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.loaded"])
_LOOKS_EVERY = 0.02
_asking = threading.Lock()
"""Two threads that ask at once for the end of a process both read it, and one reads nothing."""


class Forked:
    """A process that calls a function and writes to a log; it ends with whoever started it."""

    def __init__(self, call: Callable[..., object], *args: object, log: Path) -> None:
        arguments = (str(log), call, args)
        self._process = _CONTEXT.Process(target=_run, args=arguments, daemon=True)
        with _asking:
            self._process.start()

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        with _asking:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises TimeoutError."""
        end, tick = time.monotonic() + (timeout or 60.0), threading.Event()
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise TimeoutError
            tick.wait(_LOOKS_EVERY)
        return code

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            assert self._process.pid is not None
            os.kill(self._process.pid, sig)

    def kill(self) -> None:
        """End it without warning, if it still runs."""
        self.send_signal(signal.SIGKILL)


def parent_gone() -> None:
    """In a forked process: wait until whoever started it is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()


def _run(log: str, call: Callable[..., object], args: tuple[object, ...]) -> None:
    with Path(log).open("ab") as opened:
        os.dup2(opened.fileno(), sys.stderr.fileno())
        os.dup2(opened.fileno(), sys.stdout.fileno())
    call(*args)
