"""What a library says goes to standard error without what people wrote, in a process of its own."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SECRET = "Northwind pays in seven instalments"
TOKEN = "xoxb-a-token-that-is-invented"
CUT_JSON = f'{{"ok": true, "messages": [{{"text": "{SECRET}"'.encode()

LIBRARIES_SPEAK = """
import contextlib, logging, sys
from http.client import HTTPException
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient
from bot.logs import configure_logs, quiet_logger

url, secret, token = sys.argv[1:]
configure_logs()
for base in (f"{url}/cut/", f"{url}/broken/"):
    with contextlib.suppress(SlackClientError, OSError, HTTPException):
        WebClient(token, base, retry_handlers=[]).conversations_history(channel="C1")
for hook in (f"{url}/broken/{token}", f"https://[{token}/"):
    with contextlib.suppress(ValueError, OSError, HTTPException):
        WebhookClient(hook, retry_handlers=[]).send(text=secret)
for name in ("slack_bolt.App", "sqlalchemy.pool", "asyncio", "urllib3", "apscheduler", "uvicorn"):
    try:
        raise KeyError(secret)
    except KeyError:
        logging.getLogger(name).exception("It failed for %s", secret)
quiet_logger("slack").error("Unhandled request: %s", secret)
logging.getLogger("slack_sdk.socket_mode").warning(f"wss://wss.example/?ticket={token}")
logging.getLogger("uvicorn.error").error(OSError(secret))
logging.getLogger("sqlalchemy").error("Wrong arguments %s %s", secret)
logging.getLogger("bot.storage.engine").warning("an old %s", "SQLite")
"""


@pytest.fixture
def unwell() -> Iterator[str]:
    """A server whose answers end early: in the middle of their JSON, or of what they announced."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            broken = self.path.startswith("/broken/")
            self.send_header("Content-Length", str(len(CUT_JSON) + (5000 if broken else 0)))
            self.end_headers()
            self.wfile.write(CUT_JSON)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def told(unwell: str) -> str:
    """What stands in standard error after every library had its say."""
    ended = subprocess.run(
        [sys.executable, "-c", LIBRARIES_SPEAK, unwell, SECRET, TOKEN],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout == ""
    return ended.stderr


def by_logger(told: str) -> dict[str, list[dict[str, Any]]]:
    said: dict[str, list[dict[str, Any]]] = {}
    for line in map(json.loads, told.splitlines()):
        said.setdefault(line["logger"], []).append(line)
    return said


def test_no_library_puts_what_people_wrote_or_a_token_into_the_log(told: str) -> None:
    for kept_out in (SECRET, TOKEN, "instalments"):
        assert kept_out not in told
    assert {"handoff.slack", "sqlalchemy", "uvicorn.error"} < set(by_logger(told))


def test_where_and_why_a_library_spoke_is_kept(told: str) -> None:
    said = by_logger(told)
    for name, errors in (
        ("slack_sdk.web.base_client", ["JSONDecodeError", "IncompleteRead"]),
        ("slack_sdk.webhook.client", ["IncompleteRead"]),
    ):
        assert [line["error"] for line in said[name]] == errors
        assert all(line["where"] and line["level"] == "error" for line in said[name])
    (raised,) = said["slack_bolt.App"]
    assert raised["error"] == "KeyError"
    assert "<module>" in raised["frames"][0]
    assert said["slack_sdk.socket_mode"][0]["level"] == "warning"


def test_a_text_is_kept_where_it_is_ours_or_a_constant(told: str) -> None:
    said = by_logger(told)
    assert said["apscheduler"][0]["event"] == "It failed for %s"
    assert said["uvicorn"][0]["event"] == "It failed for %s"
    assert said["bot.storage.engine"][0]["event"] == "an old SQLite"


UNHEARD = """
import logging, sys
import structlog
from bot.logs import configure_logs, lost_lines

configure_logs()
if sys.argv[1:] == ["closed"]:
    sys.stderr.close()
structlog.get_logger().error("ours")
logging.getLogger("sqlalchemy").error("a library's")
print(lost_lines())
"""


@pytest.mark.parametrize("how", ["full", "closed"])
def test_a_line_that_cannot_be_written_is_counted_and_ends_nothing(how: str) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", UNHEARD, how],
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.stdout == "2\n"
