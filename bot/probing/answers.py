"""What a probe found out, and the page it becomes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What was found out about one question, in lines, and which number it bears on."""

    question: str
    found: tuple[str, ...]
    bears_on: str


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of the values that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def spread(values: Sequence[float]) -> str:
    """The values in short; of none that there are none."""
    if not values:
        return "none"
    parts = [f"p{percent} {percentile(values, percent):.2f} s" for percent in (50, 90)]
    return ", ".join([*parts, f"longest {max(values):.2f} s (n = {len(values)})"])


def page(answers: Sequence[Answer], *, heading: str, circumstances: Sequence[str]) -> str:
    """One page of Markdown."""
    lines = [f"# {heading}", "", *(f"- {one}" for one in circumstances)]
    for answer in answers:
        lines += ["", f"## {answer.question}", ""]
        lines += [f"- {line}" for line in answer.found]
        lines += [f"- Bears on: {answer.bears_on}."] if answer.bears_on else []
    return "\n".join(lines) + "\n"
