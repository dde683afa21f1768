"""A bot that is built whole learns while it runs what its token may do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.bootstrap import Parts, build
from bot.clock.ticks import Ticks
from bot.domain.alarms import About
from bot.flows.manifest import SCOPES
from bot.settings import Settings
from tests.builders import KEY, migrated_file


class Held(Ticks):
    """Ticks that run when they are told to."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.given = given


@contextmanager
def slack_that_names(scopes: set[str]) -> Iterator[str]:
    """Somebody who answers every call like auth.test, with the scopes as they are then."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'{"ok": true, "team": "Northwind Robotics", "team_id": "T1", "user_id": "U1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("x-oauth-scopes", ",".join(sorted(scopes)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/"
    finally:
        server.shutdown()
        server.server_close()


def test_a_scope_that_is_granted_while_the_bot_runs_is_known_within_the_hour(
    tmp_path: Path,
) -> None:
    file = tmp_path / "handoff.db"
    file.write_bytes(migrated_file())
    scopes = {scope.name for scope in SCOPES} - {"im:write"}
    with slack_that_names(scopes) as url:
        settings = Settings(
            slack_bot_token=SecretStr("xoxb-invented"),
            slack_signing_secret=SecretStr("invented"),
            slack_api_url=url,
            database_url=f"sqlite:///{file}",
            handoff_key=SecretStr(KEY),
        )
        bot = build(settings, parts=Parts(ticks=Held))
        ticks = bot.ticks
        assert isinstance(ticks, Held)
        lasting: list[list[tuple[About, str]]] = []
        for tick in ("alarms", "housekeeping", "alarms"):
            ticks.given[tick]()
            with bot.store.read(bot.workplace.id) as unit:
                lasting.append([(one.about, one.detail) for one in unit.alarms.lasting()])
            scopes.add("im:write")
        assert bot.stop()
    assert lasting == [[(About.SCOPE, "im:write")]] * 2 + [[]]
