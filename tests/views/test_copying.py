"""The forms of *Add to handoff* at their plainest and at their worst."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.copied import (
    LONGEST_COPY,
    Copied,
    CopyForm,
    Message,
    Origin,
    Standing,
    Target,
)
from bot.sandbox.blockkit import Surface, check_view
from bot.views.copying import copied_blocks, copied_view, copy_view, which_handoff_view
from bot.views.limits import SELECT_OPTIONS
from tests.views.shown import pieces

AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
LINK = "https://invented.slack.com/archives/C0DEAL/p1"
MESSAGE = Message("Live in *June*, <!here>", "Dana & Co", AT, LINK)
WORST = Message("👩‍💻" * (LONGEST_COPY // 3), "ש" * 400, AT, LINK, Origin.DIRECT, cut=True)
FORM = CopyForm(7, 3, "Northwind", "C0DEAL", False, MESSAGE, tuple(Target))


def words(view: object) -> str:
    return "\n".join(pieces(view.to_dict()["blocks"]))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "form",
    [
        replace(FORM, targets=(Target.PROMISE,)),
        FORM,
        replace(
            FORM,
            account="A" * 400,
            message=WORST,
            channel_private=True,
            standing={
                Target.METRIC: Standing("m" * 3000, 12),
                Target.QUOTE: Standing("q" * 3000, 3),
            },
        ),
    ],
)
def test_slack_takes_the_form(form: CopyForm) -> None:
    check_view(copy_view(form).to_dict(), Surface.MODAL)


def test_slack_takes_the_question_of_which_handoff() -> None:
    deals = [(number, f"Account {number} " * 20) for number in range(1, 140)]
    view = which_handoff_view(7, WORST, deals)
    check_view(view.to_dict(), Surface.MODAL)
    (chosen,) = (block["element"] for block in view.to_dict()["blocks"] if block["type"] == "input")
    assert len(chosen["options"]) == SELECT_OPTIONS
    assert chosen["initial_option"]["value"] == "1"


@pytest.mark.parametrize("target", list(Target))
def test_where_it_went_is_said_of_each(target: Target) -> None:
    view = copied_view(3, "A" * 400, target, number=4 if target is Target.PROMISE else None)
    check_view(view.to_dict(), Surface.MODAL)
    assert "Added to AAA" in words(view)
    assert ("promise 4" in words(view)) is (target is Target.PROMISE)


def test_only_what_is_offered_names_its_readers() -> None:
    assert "Red flag" not in words(copy_view(replace(FORM, targets=(Target.PROMISE,))))
    flags = replace(FORM, targets=(Target.RED_FLAG,), message=WORST)
    shown = words(copy_view(flags))
    assert "every full member" not in shown
    assert "second listener" in shown


def test_a_copied_message_is_shown_as_typed_with_a_link_that_is_one() -> None:
    one = Copied(Target.QUOTE, MESSAGE, "They mean the summer.")
    shown = [block.to_dict() for block in copied_blocks(one)]
    assert f"<{LINK}|message>" in str(shown[0])
    assert shown[1]["text"] == {"type": "plain_text", "text": MESSAGE.words, "emoji": False}
    assert "They mean the summer." in str(shown[2])
    bare = replace(one, message=replace(MESSAGE, link="javascript:x"), target=Target.METRIC)
    shown = [block.to_dict() for block in copied_blocks(bare)]
    assert "javascript" not in str(shown)
    assert len(shown) == 2
