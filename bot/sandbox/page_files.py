"""Files as the page shows them: a name to take along, and a look at what is in it."""

import csv
import io
from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.workspace import StoredFile

PICTURES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
"""What a browser may show in place, told by the first bytes; SVG can run script and is not here."""
_TEXTS: Final = ("txt", "md", "csv", "log", "json", "yml", "yaml", "ics")
_LINES, _WIDTH, _CELLS = 12, 160, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    name: str
    title: str
    size: str
    link: str
    picture: str = ""
    text: str = ""
    table: list[list[str]] = field(default_factory=list)
    is_cut: bool = False


def picture_type(stored: StoredFile) -> str | None:
    content = stored.content
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in PICTURES.items() if content.startswith(start)), None)


def file_row(stored: StoredFile, query: str) -> FileRow:
    link = f"/files/{stored.id}?{query}"
    ending = stored.name.rpartition(".")[2].lower()
    text, table, is_cut = "", list[list[str]](), False
    if picture_type(stored) is None and ending in _TEXTS:
        lines, is_cut = _first_lines(stored.content)
        if ending == "csv":
            table = [row[:_CELLS] for row in csv.reader(io.StringIO("\n".join(lines)))]
        else:
            text = "\n".join(lines)
    return FileRow(
        name=stored.name,
        title=stored.title,
        size=size_of(len(stored.content)),
        link=link,
        picture=f"{link}&look=1" if picture_type(stored) else "",
        text=text,
        table=table,
        is_cut=is_cut,
    )


def _first_lines(content: bytes) -> tuple[list[str], bool]:
    """Lines short enough to look at; whether there is more than they hold."""
    most = 4 * _LINES * _WIDTH
    lines = content[:most].decode("utf-8-sig", "replace").splitlines()
    shown = [line[:_WIDTH] for line in lines[:_LINES]]
    return shown, len(content) > most or shown != lines


def size_of(count: int) -> str:
    return f"{count} B" if count < 1000 else f"{round(count / 1000)} kB"
