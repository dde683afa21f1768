"""The bot's process, forked from one that has loaded its code: it runs and dies like any other.

Loading the code takes longer than most lives; what is loaded is the same for all of them.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["bot.cli", "bot.bootstrap"])
_LOOKS_EVERY = 0.02
_asking = threading.Lock()
"""Two threads that ask at once for the end of a process both read it, and one reads nothing."""


class Forked:
    """A process that does what `python -m bot run` does, as far as a test asks of it."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        self._process = _CONTEXT.Process(target=_run, args=(dict(environ), str(log)), daemon=True)
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


def _run(environ: Mapping[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environ)
    with Path(log).open("ab") as opened:
        os.dup2(opened.fileno(), sys.stderr.fileno())
    sys.argv = ["bot", "run"]
    from bot.cli import main

    main()
