"""The dead man's switch: heard while all is well, silent otherwise, and never in the way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError, URLError

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from bot.settings import Settings
from bot.watch.heartbeat import TOLD_EVERY, Heartbeat

SECRET_URL = "https://watch.example/ping/a-key-nobody-may-read"


@contextmanager
def watcher() -> Iterator[tuple[str, threading.Event]]:
    """Somebody who waits for calls, and what they hear."""
    heard = threading.Event()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.set()
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/ping", heard
    finally:
        server.shutdown()
        server.server_close()


def test_it_is_heard_while_all_is_well() -> None:
    with watcher() as (url, heard):
        heartbeat = Heartbeat(url, not_well=lambda: None)
        heartbeat.start()
        assert heard.wait(10)
        heartbeat.stop()


def test_it_is_silent_while_something_is_wrong_and_says_why_once_an_hour() -> None:
    now, calls = [0.0], list[str]()
    heartbeat = Heartbeat(
        SECRET_URL,
        not_well=lambda: "The database does not answer.",
        get=calls.append,
        monotonic=lambda: now[0],
    )
    with capture_logs() as logs:
        for _ in range(60):
            assert not heartbeat.beat()
            now[0] += 60
        assert [one["reason"] for one in logs] == ["The database does not answer."]
        assert not heartbeat.beat()
    assert len(logs) == 2
    assert calls == []


@pytest.mark.parametrize(
    "end",
    [
        URLError(SECRET_URL),
        HTTPError(SECRET_URL, 503, SECRET_URL, hdrs=None, fp=None),  # type: ignore[arg-type]
        TimeoutError(SECRET_URL),
        ValueError(SECRET_URL),
    ],
)
def test_a_call_that_fails_is_logged_once_an_hour_without_the_address(end: Exception) -> None:
    now = [0.0]

    def fail(_url: str) -> None:
        raise end

    heartbeat = Heartbeat(SECRET_URL, not_well=lambda: None, get=fail, monotonic=lambda: now[0])
    with capture_logs() as logs:
        for _ in range(3):
            assert not heartbeat.beat()
            now[0] += 60
        assert len(logs) == 1
        now[0] += TOLD_EVERY
        heartbeat.beat()
    assert len(logs) == 2
    assert "nobody-may-read" not in str(logs)


@pytest.mark.parametrize("url", ["ftp://watch.example/x", "file:///etc/passwd", "watch.example"])
def test_only_an_http_address_is_taken_and_none_is_shown(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"handoff_heartbeat_url": url})
    taken = Settings.model_validate({"handoff_heartbeat_url": SECRET_URL})
    assert "nobody-may-read" not in repr(taken)
