"""What is typed into a rich text field, as the blocks an app hears of."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.blockkit import Surface
from bot.sandbox.blockkit_checks import Report
from bot.sandbox.blockkit_elements import RICH_TEXT_VALUE
from bot.sandbox.render.typed_rich_text import rich_text_of, typed_of


def words(text: str, *looks: str) -> dict[str, Any]:
    piece: dict[str, Any] = {"type": "text", "text": text}
    return {**piece, "style": dict.fromkeys(looks, True)} if looks else piece


def section(*pieces: dict[str, Any], kind: str = "section") -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(pieces)}


def listed(style: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_list", "style": style, "elements": list(items)}


TYPED: list[tuple[str, list[dict[str, Any]]]] = [
    ("plain words", [section(words("plain words"))]),
    ("two\nlines", [section(words("two\nlines"))]),
    ("a *bold* word", [section(words("a "), words("bold", "bold"), words(" word"))]),
    (
        "_so_ ~not~ `x`",
        [
            section(
                words("so", "italic"),
                words(" "),
                words("not", "strike"),
                words(" "),
                words("x", "code"),
            ),
        ],
    ),
    ("2 * 3 * 4", [section(words("2 * 3 * 4"))]),
    ("snake_case_name", [section(words("snake_case_name"))]),
    ("**", [section(words("**"))]),
    (
        "see https://a.example/b_c_d.",
        [
            section(words("see "), {"type": "link", "url": "https://a.example/b_c_d"}, words(".")),
        ],
    ),
    ("- one\n- *two*", [listed("bullet", section(words("one")), section(words("two", "bold")))]),
    ("1. one\n2. two", [listed("ordered", section(words("one")), section(words("two")))]),
    (
        "> said\n> twice\nthen",
        [
            section(words("said\ntwice"), kind="quote"),
            section(words("then")),
        ],
    ),
    (
        "before\n```\n*as* it\n  is\n```\nafter",
        [
            section(words("before")),
            section(words("*as* it\n  is"), kind="preformatted"),
            section(words("after")),
        ],
    ),
    ("- ", [section(words("- "))]),
    ("<script>alert(1)</script>", [section(words("<script>alert(1)</script>"))]),
]


@pytest.mark.parametrize(("typed", "elements"), TYPED, ids=[typed for typed, _ in TYPED])
def test_what_is_typed_becomes_blocks_and_these_the_same_text(
    typed: str, elements: list[dict[str, Any]]
) -> None:
    block = rich_text_of(typed)
    assert block == {"type": "rich_text", "elements": elements}
    assert typed_of(block) == typed


@given(st.text(alphabet="ab *_~`\n->1. :/hpst", max_size=60))
def test_whatever_is_typed_is_a_block_that_is_admitted_or_nothing(typed: str) -> None:
    block = rich_text_of(typed)
    if block is None:
        assert not typed.strip()
        return
    report = Report(Surface.MODAL)
    RICH_TEXT_VALUE(block, "", report)
    assert report.complaints == [], (typed, block)
    # Typed once more it is the same: what stands in a field does not drift.
    assert rich_text_of(typed_of(block)) == block
