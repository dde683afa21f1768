"""A PostgreSQL server that can be ended as by a power cut, and started again on what is left."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from tests import postgres

# As PostgreSQL comes: what was committed has to outlast the server.
SETTINGS = ("listen_addresses=", "shared_buffers=64MB", "max_connections=200")
WITHIN = 60.0


class Server:
    """A server on files of its own, gone with them at the end of the block."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="hpg-"))
        self._data = Path(tempfile.mkdtemp(prefix="hpg-data-"))
        self._user = postgres.unprivileged_user(self._directory, self._data)
        self._programs = postgres.binaries(self._directory, self._user)
        self._server: subprocess.Popen[bytes] | None = None
        self.crashes = 0

    @property
    def url(self) -> str:
        """Of its maintenance database."""
        return (
            f"postgresql+psycopg://postgres@/postgres?host={quote(str(self._directory), safe='/')}"
        )

    def __enter__(self) -> Self:
        postgres.run([self._programs / "initdb", "-D", self._data, *postgres.INITDB], self._user)
        self._serve()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, and remove its files."""
        self._end()
        for folder in (self._data, self._directory):
            shutil.rmtree(folder, ignore_errors=True)

    def crash(self, *, down_for: float = 0.0) -> None:
        """End it at once, as `pg_ctl stop -m immediate` does, and start it again after a while."""
        self._end()
        self.crashes += 1
        time.sleep(down_for)
        self._serve()

    def _end(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait()
            self._server = None

    def _serve(self) -> None:
        options = [word for setting in SETTINGS for word in ("-c", setting)]
        with (self._directory / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, "-k", self._directory, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self._directory,
            )
        ask: list[Path | str] = [self._programs / "pg_isready", "-q", "-h", self._directory]
        end = time.monotonic() + WITHIN
        while subprocess.run(ask, check=False, user=self._user, cwd="/").returncode:
            if time.monotonic() > end or self._server.poll() is not None:
                raise RuntimeError((self._directory / "log").read_text()[-2000:])
            time.sleep(0.05)
