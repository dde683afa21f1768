"""The dead man's switch: an address that is called every minute while the bot is well."""

import threading
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException

import structlog

log = structlog.get_logger()

EVERY = 60.0
TIMEOUT = 10.0
TOLD_EVERY = 3600.0
"""Seconds between two lines of the log; whoever waits for the call notices it without them."""

Get = Callable[[str], object]
"""Calls an address; raises OSError, HTTPException or ValueError where that does not end well."""


def call(url: str) -> None:
    """GET an address and leave what it says unread."""
    with urllib.request.urlopen(url, timeout=TIMEOUT):  # noqa: S310, settings take http(s) alone
        pass


class Heartbeat:
    """Calls from a thread of its own; silence is the alarm, so nothing is made up for.

    The address is a secret: whoever knows it can keep the alarm silent.
    """

    def __init__(
        self,
        url: str,
        *,
        not_well: Callable[[], str | None],
        get: Get = call,
        every: float = EVERY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._not_well = not_well
        self._get = get
        self._every = every
        self._monotonic = monotonic
        self._told_at: dict[str, float] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Call now and then every minute."""
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Call no more; a call that hangs is left behind."""
        self._stopped.set()

    def beat(self) -> bool:
        """Call once, if all is well; whether the call was taken."""
        reason = self._not_well()
        if reason is not None:
            self._tell("heartbeat held back", reason=reason)
            return False
        try:
            self._get(self._url)
        except (OSError, HTTPException, ValueError) as error:
            # The text of an error may quote the address.
            self._tell("heartbeat not taken", error=type(error).__name__)
            return False
        return True

    def _tell(self, what: str, **about: str) -> None:
        now = self._monotonic()
        told_at = self._told_at.get(what)
        if told_at is None or now - told_at >= TOLD_EVERY:
            self._told_at[what] = now
            log.warning(what, **about)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.beat()
            self._stopped.wait(self._every)
