"""Typed text in a Markdown file: signs that somebody typed stand there as what they are."""

import re
from typing import Final

_SIGNS: Final = re.compile(r"[\\`*_{}\[\]<>#|&~!]")
_BEGINS_A_BLOCK: Final = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.ASCII)


def in_one_line(text: str) -> str:
    """Typed text as part of a line."""
    return escaped(" ".join(text.split()))


def escaped(line: str) -> str:
    """One line in which no sign of Markdown means anything."""
    plain = _SIGNS.sub(lambda sign: f"\\{sign[0]}", line)
    return _BEGINS_A_BLOCK.sub(_kept, plain)


def _kept(begins: re.Match[str]) -> str:
    blank, sign = begins[1], begins[2]
    return f"{blank}{sign}\\" if sign[0].isdigit() else f"{blank}\\{sign}"
