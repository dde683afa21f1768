"""A long text at hand while the brief is written."""

import json

import pytest

from bot.views.ids import ActionId, Field, ViewId
from bot.views.pasted import paste_view, pasted_view
from tests.views.shown import LONG, TRICKY, parsed_texts, parts, seen_text
from tests.views.submitted import fields_of, form_dict, labels, refused_by_slack, submitted


def test_the_form_takes_one_text_and_an_empty_one_stays_open() -> None:
    view = form_dict(paste_view(7))
    assert view["callback_id"] == ViewId.PASTE
    assert fields_of(view) == [Field.PASTED]
    assert refused_by_slack(submitted(paste_view(7)))
    assert "Only you see it" in seen_text(view["blocks"])


def test_the_next_part_begins_with_an_empty_field() -> None:
    first, second = (form_dict(paste_view(7, parts=parts)) for parts in (0, 1))
    assert first["blocks"][1]["block_id"] != second["blocks"][1]["block_id"]


@pytest.mark.parametrize(
    ("page", "shown", "ways"), [(0, 0, [1]), (1, 1, [0, 2]), (2, 2, [1]), (9, 2, [1])]
)
def test_each_part_is_a_page_and_leads_to_its_neighbours(
    page: int, shown: int, ways: list[int]
) -> None:
    view = form_dict(pasted_view(7, [f"part {number}" for number in range(3)], page=page))
    seen = seen_text(view["blocks"])
    assert f"part {shown}" in seen
    assert f"Page {shown + 1} of 3" in seen
    turns = [part for part in parts(view) if part.get("action_id") == ActionId.PASTED_OPEN]
    assert [json.loads(part["value"]).get("p", 0) for part in turns] == ways


def test_one_part_has_no_pages_and_can_be_added_to_and_forgotten() -> None:
    view = form_dict(pasted_view(7, ["one"]))
    assert labels(view) == ["Paste more", "Forget the text"]
    assert "Page" not in seen_text(view["blocks"])


def test_a_pasted_text_is_shown_letter_by_letter() -> None:
    view = form_dict(pasted_view(7, [LONG]))
    assert TRICKY in seen_text(view["blocks"])
    assert not any("U0OMAR" in text for text in parsed_texts(view))
