"""The small checks Block Kit is made of; each complains at the place where it looks."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from bot.sandbox.limits import LIMITS


class Surface(StrEnum):
    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


@dataclass(slots=True)
class Report:
    """The complaints about one message or view, and what has to be counted over all of it."""

    surface: Surface
    complaints: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    """The rows of the table of limits that were broken."""
    block_ids: set[str] = field(default_factory=set)
    text_total: int = 0
    markdown_total: int = 0
    focused: int = 0
    inputs: int = 0

    def add(self, sentence: str, at: str) -> None:
        self.complaints.append(f"[ERROR] {sentence} [json-pointer:{at}]")

    def measure(self, row: str, size: float, at: str, *, what: str = "") -> bool:
        """Whether a size fits its row of the table; where it does not, that is complained of."""
        complaint = LIMITS[row].complaint(size)
        if complaint is None:
            return True
        self.rows.append(row)
        self.add(f"{what}{complaint}", at)
        return False


Check: TypeAlias = Callable[[Any, str, Report], None]
Whole: TypeAlias = Callable[[dict[str, Any], str, Report], None]


@dataclass(frozen=True, slots=True)
class Shape:
    """What an object may carry, what it must carry, and a last look at the whole of it."""

    fields: Mapping[str, Check]
    required: Collection[str] = ()
    whole: Whole | None = None

    def __call__(self, value: Any, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", at)
            return
        before = len(report.complaints)
        for name in self.required:
            if name not in value:
                report.add(f"missing required field: {name}", at)
        for name, content in value.items():
            if name == "type":
                continue
            check = self.fields.get(name)
            if check is None:
                report.add(f"invalid additional property: {name}", at)
            else:
                check(content, f"{at}/{name}", report)
        if self.whole is not None and len(report.complaints) == before:
            self.whole(value, at, report)


def string(limit: str) -> Check:
    LIMITS[limit]  # A name that is not in the table is found when the module is loaded.

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must provide a string", at)
            return
        report.measure(limit, len(value), at)

    return check


def matching(pattern: str, wanted: str) -> Check:
    compiled = re.compile(pattern)

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            report.add(f"must be {wanted}", at)

    return check


def boolean(value: Any, at: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add("must provide a boolean", at)


def focus(value: Any, at: str, report: Report) -> None:
    boolean(value, at, report)
    if value is True:
        report.focused += 1
        if report.focused > 1:
            report.add("only one element may have focus_on_load", at)


def integer(limit: str) -> Check:
    LIMITS[limit]

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add("must provide an integer", at)
        else:
            report.measure(limit, value, at)

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, at: str, report: Report) -> None:
        if value not in allowed:
            report.add(f"must be one of: {', '.join(allowed)}", at)

    return check


def list_of(item: Check, limit: str | None = None) -> Check:
    if limit is not None:
        LIMITS[limit]

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must provide an array", at)
            return
        if limit is not None and not report.measure(limit, len(value), at):
            return
        for index, entry in enumerate(value):
            item(entry, f"{at}/{index}", report)

    return check


def text(limit: str, *, mrkdwn: bool = False) -> Check:
    """A text object; `mrkdwn` admits formatted text beside plain text."""
    LIMITS[limit]
    kinds = ("plain_text", "mrkdwn") if mrkdwn else ("plain_text",)

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", at)
            return
        kind = value.get("type")
        if kind not in kinds:
            report.add(f"text must be of type {' or '.join(kinds)}", f"{at}/type")
            return
        extra = "emoji" if kind == "plain_text" else "verbatim"
        for name, content in value.items():
            if name == extra:
                boolean(content, f"{at}/{name}", report)
            elif name not in ("type", "text"):
                report.add(f"invalid additional property: {name}", at)
        words = value.get("text")
        if not isinstance(words, str):
            report.add("missing required field: text", at)
            return
        report.text_total += len(words)
        report.measure(limit, len(words), f"{at}/text")

    return check


def typed(shapes: Mapping[str, Check], *, what: str) -> Check:
    """Chooses the check by the object's `type` and refuses every type not in the table."""

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", at)
            return
        kind = value.get("type")
        chosen = shapes.get(kind) if isinstance(kind, str) else None
        if chosen is None:
            report.add(f"unsupported {what} type: {kind}", f"{at}/type")
            return
        chosen(value, at, report)

    return check
