"""An app by hand behind a real port: keeps what arrives and answers what it is told to."""

import http.server
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Arrived:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Canned:
    """One answer; `hold` keeps it back until the event is set."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None
    hang_up: bool = False


class AppOverHttp:
    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.answers: deque[Canned] = deque()
        self._came = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = outer.next_answer(Arrived(self.path, headers, body))
                if answer.hold is not None:
                    answer.hold.wait(10)
                if answer.hang_up:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                return

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A caller that gave up waiting is what these tests are about."""

        self._server = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/slack/events"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def next_answer(self, arrived: Arrived) -> Canned:
        with self._came:
            self.arrived.append(arrived)
            self._came.notify_all()
            return self.answers.popleft() if self.answers else Canned()

    def wait_for(self, count: int, *, within: float = 10.0) -> list[Arrived]:
        """Everything that arrived, once it is `count` requests."""
        with self._came:
            if not self._came.wait_for(lambda: len(self.arrived) >= count, within):
                raise TimeoutError(f"{len(self.arrived)} requests arrived, not {count}.")
            return list(self.arrived)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
