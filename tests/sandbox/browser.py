"""A page's own requests without a browser: what it asks for, and what it posts."""

import json
from urllib.parse import urlencode

from tests.sandbox.desk import NORTHWIND, Desk, Json

ORIGIN = "http://127.0.0.1:9"
_BOUNDARY = "between-the-parts"
_END = f"--{_BOUNDARY}--\r\n".encode()


def _part(name: str, content: bytes, *, filename: str | None = None) -> bytes:
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


class Browser:
    """Asks for the page and posts to it as its script does, for one person."""

    def __init__(self, desk: Desk, person: str) -> None:
        self._desk = desk
        self._person = person
        self.token = ""

    def page(self, place: str = NORTHWIND, **asked: str) -> str:
        query = urlencode({"as": self._person, "place": place, **asked})
        status, body = self._desk.run(self._desk.request(f"/?{query}", verb="GET"))
        assert status == 200
        html = body.decode()
        self.token = html.partition('name="sandbox-token" content="')[2].partition('"')[0]
        return html

    def parts(self, place: str = NORTHWIND, **asked: str) -> dict[str, str]:
        query = urlencode({"as": self._person, "place": place, **asked})
        path = f"/page/live?{query}"
        status, body = self._desk.run(self._desk.request(path, verb="GET"))
        assert status == 200
        parts: dict[str, str] = json.loads(body)["parts"]
        return parts

    def post(self, deed: str, *pairs: tuple[str, str], **fields: str) -> tuple[int, str | None]:
        if not self.token:
            self.page()
        sent = [*pairs, *fields.items(), ("as", self._person)]
        return self.post_raw(deed, sent, {"origin": ORIGIN, "x-sandbox-page": self.token})

    def post_raw(
        self, deed: str, pairs: list[tuple[str, str]], headers: dict[str, str]
    ) -> tuple[int, str | None]:
        status, answer = self._send(deed, pairs, headers)
        return status, answer["said"]

    def ask(self, deed: str, **fields: str) -> Json:
        """The whole answer to a post of this page."""
        if not self.token:
            self.page()
        sent = [*fields.items(), ("as", self._person)]
        return self._send(deed, sent, {"origin": ORIGIN, "x-sandbox-page": self.token})[1]

    def post_files(
        self, deed: str, files: list[tuple[str, bytes]], **fields: str
    ) -> tuple[int, str | None]:
        """Posts as a form with files in it does."""
        if not self.token:
            self.page()
        parts = [
            _part(name, value.encode()) for name, value in {**fields, "as": self._person}.items()
        ]
        parts += [_part("file", content, filename=name) for name, content in files]
        headers = {
            "origin": ORIGIN,
            "x-sandbox-page": self.token,
            "content-type": f"multipart/form-data; boundary={_BOUNDARY}",
        }
        status, answer = self._send_body(deed, b"".join(parts) + _END, headers)
        return status, answer["said"]

    def _send(
        self, deed: str, pairs: list[tuple[str, str]], headers: dict[str, str]
    ) -> tuple[int, Json]:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self._send_body(deed, urlencode(pairs).encode(), {**kind, **headers})

    def _send_body(self, deed: str, body: bytes, headers: dict[str, str]) -> tuple[int, Json]:
        all_headers = {"content-length": str(len(body)), **headers}
        status, answer = self._desk.run(
            self._desk.request(f"/page/{deed}", headers=all_headers, body=body)
        )
        told: Json = json.loads(answer)
        return status, told
