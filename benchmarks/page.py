"""Fifty people at the sandbox's page for a minute: `python -m benchmarks.page`.

benchmarks/README.md says what each figure means.
"""

import argparse
import asyncio
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from benchmarks.answer import heading, row
from benchmarks.load import Times
from benchmarks.machine import Disk, Share, description, resident_megabytes
from benchmarks.one_act import goal
from benchmarks.page_server import ACTION, CHANNEL, PEOPLE, person
from benchmarks.processes import Started, the_page

P95 = 0.150
MEGABYTES = 200
PAUSE = (1.0, 5.0)
"""Seconds a person looks at what happened before they act again."""
_ROW = re.compile(r'<article\b[^>]*\bid="(m-[0-9.]+)".*?</article>', re.DOTALL)
_GIVES_UP = 10.0


class Wire:
    """One kept HTTP connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, verb: str, path: str, fields: Mapping[str, str], token: str) -> bytes:
        """The body of the answer; an empty one of status 204."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        body = urlencode(fields).encode() if verb == "POST" else b""
        at = f"{self._host}:{self._port}"
        writer.write(
            f"{verb} {path} HTTP/1.1\r\nHost: {at}\r\nOrigin: http://{at}\r\n"
            f"X-Sandbox-Page: {token}\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        return await reader.readexactly(int(length[1])) if length else b""

    def close(self) -> None:
        """End the connection."""
        if self._streams is not None:
            self._streams[1].close()


@dataclass
class Visitor:
    """A page as its script keeps it, and whoever sits there."""

    url: str
    user: str
    rows: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    token: str = ""
    took: dict[str, list[float]] = field(default_factory=dict)
    overdue: int = 0
    answers: int = 0
    received: int = 0

    def __post_init__(self) -> None:
        self._live, self._acts = Wire(self.url), Wire(self.url)
        self._changed = asyncio.Event()

    async def open(self) -> Self:
        """Load the page."""
        self.asked = {"as": self.user, "place": CHANNEL}
        body = await self._acts.ask("GET", f"/?{urlencode(self.asked)}", {}, "")
        html = body.decode()
        self.rows = {m[1]: m[0] for m in _ROW.finditer(html)}

        def meta(name: str) -> str:
            found = re.search(f'name="sandbox-{name}" content="([^"]*)"', html)
            assert found is not None, html[:300]
            return found[1]

        self.token = meta("token")
        self.asked |= {"page": meta("page"), "stamp": meta("stamp"), "after": meta("version")}
        return self

    async def watch(self) -> None:
        """Ask for changes and put them in place, again and again."""
        while True:
            path = f"/page/live?{urlencode(self.asked)}"
            body = await self._live.ask("GET", path, {}, "")
            self.answers += 1
            self.received += len(body)
            if not body:
                continue
            answer: dict[str, Any] = json.loads(body)
            self.asked |= {"stamp": str(answer["stamp"]), "after": str(answer["version"])}
            main = answer["parts"].get("main")
            if main is not None:
                self._place(main)
            self._changed.set()
            self._changed = asyncio.Event()

    def _place(self, main: str) -> None:
        found: dict[str, str] = {}
        for match in _ROW.finditer(main):
            same = "data-same" in match[0]
            # A row that is only named and is not here was lost: the end of the run shows it.
            found[match[1]] = self.rows.get(match[1], "lost") if same else match[0]
        self.rows = found

    async def act(self, until: float, chance: random.Random) -> None:
        """Write or press, look until it shows, pause."""
        said = pressed = 0
        card = next(key for key, html in self.rows.items() if f"For {self.user}" in html)
        pressing = {
            "surface": "message",
            "channel": CHANNEL,
            "ts": card.removeprefix("m-"),
            "action_id": ACTION,
            "block_id": "row",
        }
        await asyncio.sleep(chance.uniform(0, PAUSE[1]))
        while time.monotonic() < until:
            if chance.random() < 0.5:
                said += 1
                words = f"{self.user} says {said} things."
                writing = {"place": CHANNEL, "text": words}
                await self._timed("a message is written", "say", writing, words)
            else:
                pressed += 1
                words = f"{self.user} pressed {pressed} times."
                await self._timed("a button is pressed", "press", pressing, words)
            await asyncio.sleep(chance.uniform(*PAUSE))

    async def _timed(self, kind: str, deed: str, fields: Mapping[str, str], words: str) -> None:
        """An act, until its words stand on this page in a message of their own."""
        began = time.perf_counter()
        posted = {**fields, "as": self.user, "page": self.asked["page"]}
        sent = asyncio.ensure_future(self._acts.ask("POST", f"/page/{deed}", posted, self.token))
        try:
            async with asyncio.timeout(_GIVES_UP):
                while not any(words in html for html in list(self.rows.values())[-PEOPLE:]):
                    await self._changed.wait()
            self.took.setdefault(kind, []).append(time.perf_counter() - began)
        except TimeoutError:
            self.overdue += 1
        answer = json.loads(await sent)
        assert answer["said"] is None, answer

    async def lost(self) -> int:
        """Rows that differ from those of a page which is opened now."""
        fresh = await Visitor(self.url, self.user).open()
        differ = {key for key, html in fresh.rows.items() if self.rows.get(key) != html}
        return len(differ | (self.rows.keys() - fresh.rows.keys()))

    def close(self) -> None:
        """End both connections."""
        self._live.close()
        self._acts.close()


async def no_ops(url: str, count: int) -> list[float]:
    """A file of the page, one request after the other: what the server costs by itself."""
    wire, durations = Wire(url), []
    for _ in range(count):
        began = time.perf_counter()
        await wire.ask("GET", "/static/icon.svg", {}, "")
        durations.append(time.perf_counter() - began)
    wire.close()
    return durations


async def measured(server: Started, seconds: float) -> bool:
    """People at work; whether all goals were met."""
    chance = random.Random(4)  # noqa: S311, the same people in every run
    visitors = [await Visitor(server.url, person(n)).open() for n in range(PEOPLE)]
    watching = [asyncio.ensure_future(one.watch()) for one in visitors]
    until = time.monotonic() + seconds
    await asyncio.gather(
        *(one.act(until, random.Random(chance.random())) for one in visitors)  # noqa: S311
    )
    # What was done last is on its way to everybody.
    await asyncio.sleep(1)
    lost = sum([await one.lost() for one in visitors])
    memory = resident_megabytes(server.pid) or 0.0
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    heading()
    took: dict[str, list[float]] = {}
    for one in visitors:
        one.close()
        for kind, durations in one.took.items():
            took.setdefault(kind, []).extend(durations)
    for kind in sorted(took):
        row(f"{kind}, until it shows", Times.of(took[kind]))
    answers, received = sum(v.answers for v in visitors), sum(v.received for v in visitors)
    print(f"          {answers} answers to waiting pages, {received / answers / 1000:.1f} kB each")
    overdue = sum(one.overdue for one in visitors)
    slowest = Times.of([one for durations in took.values() for one in durations]).at(95)
    return all(
        [
            goal(f"p95 {slowest * 1000:.0f} ms, below {P95 * 1000:.0f}", slowest < P95),
            goal(f"{lost} rows differ on {PEOPLE} pages at the end", lost == 0),
            goal(f"{overdue} acts never showed", overdue == 0),
            goal(f"{memory:.0f} MB in memory, below {MEGABYTES}", memory < MEGABYTES),
        ]
    )


def run(options: argparse.Namespace, folder: Path) -> bool:
    """All measurements on one process; whether all goals were met."""
    print("\n".join(description(folder)), flush=True)
    disk = Disk(folder)
    with the_page() as server:
        print("\nOne request after the other")
        heading()
        row("no-op: a file of the page", Times.of(asyncio.run(no_ops(server.url, options.count))))
        row("write of 4 kB and fsync", Times.of(disk.measure(options.count)))
        print(f"\n{PEOPLE} people for {options.seconds:.0f} s, in a channel of 2,000 messages")
        share = Share((server.pid, os.getpid()))
        met = asyncio.run(measured(server, options.seconds))
        own, others = share.ours()[0], share.of_others()
    if others is not None:
        print(
            f"          The sandbox used {own:.1f} s of processor time; "
            f"work of others took {others:.0%} of the processors meanwhile."
        )
    disk.close()
    return met


def main() -> int:
    """Read the options and measure; the status is 1 where a goal was not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="requests one after the other")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long people act")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handoff-bench-") as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
