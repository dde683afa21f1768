"""What stands behind the lock on the card."""

import pytest

from bot.domain.brief import RedFlagsSection
from bot.domain.items import SectionKey
from bot.domain.read_models import RedFlagsPage
from bot.views.ids import ActionId, ViewId
from bot.views.red_flags import red_flags_closed_view, red_flags_view
from tests.briefs import RED_FLAGS
from tests.views.shown import (
    JONAS,
    LONG,
    MAYA,
    PRIYA,
    TRICKY,
    WORST_CARD,
    WORST_ROW,
    action_ids,
    parsed_texts,
    seen_text,
)
from tests.views.submitted import form_dict

WORST = RedFlagsSection(
    nearly=LONG, top_risk=LONG, other_risks=LONG, no_risks=True, private_note=LONG
)


PEOPLE = [MAYA, JONAS, PRIYA]


def page(flags: RedFlagsSection, account: str = "Northwind Robotics") -> RedFlagsPage:
    return RedFlagsPage(7, account, SectionKey.RED_FLAGS, flags)


@pytest.mark.parametrize("flags", [RedFlagsSection(), RED_FLAGS, WORST])
def test_it_fits_and_offers_nothing_to_press(flags: RedFlagsSection) -> None:
    made = form_dict(red_flags_view(page(flags, WORST_CARD.account)))
    assert made["callback_id"] == ViewId.RED_FLAGS
    assert "submit" not in made
    assert not set(action_ids(made["blocks"])) & set(ActionId)


def test_who_may_look_reads_everything_that_is_written() -> None:
    seen = seen_text(form_dict(red_flags_view(page(RED_FLAGS)))["blocks"])
    for words in (RED_FLAGS.nearly, RED_FLAGS.top_risk, RED_FLAGS.private_note, "Private note"):
        assert words in seen
    assert "Other risks" not in seen
    assert "There are none" not in seen


def test_an_answered_no_and_an_empty_section_are_told_apart() -> None:
    none = seen_text(red_flags_view(page(RedFlagsSection(no_risks=True))).to_dict()["blocks"])
    empty = seen_text(red_flags_view(page(RedFlagsSection())).to_dict()["blocks"])
    assert "There are none" in none
    assert "Nothing is written down here yet." in empty
    assert "Nothing is written" not in none


def test_typed_words_are_parsed_nowhere() -> None:
    made = form_dict(red_flags_view(page(RedFlagsSection(nearly=TRICKY), TRICKY)))
    assert seen_text(made["blocks"]).count("<@U0OMAR>") == 2
    assert not any("U0OMAR" in text for text in parsed_texts(made))


def test_who_may_not_look_hears_who_may_and_not_whether_there_is_anything() -> None:
    made = form_dict(red_flags_closed_view(7, "Northwind Robotics", PEOPLE))
    seen = seen_text(made["blocks"])
    assert "Maya Reed, Jonas Brandt and Priya Nair" in seen
    assert "the AE, the CSM, the second listener and the CS manager" in seen
    assert action_ids(made["blocks"]) == []


@pytest.mark.parametrize("account", ["x", WORST_CARD.account])
def test_the_closed_page_fits_with_anybodys_names(account: str) -> None:
    readers = [one for one in (WORST_ROW.ae, WORST_ROW.csm, *PEOPLE) if one is not None]
    assert len(readers) == 5
    made = form_dict(red_flags_closed_view(7, account, readers))
    seen = seen_text(made["blocks"])
    assert all(name in seen for name in (account, *(one.name for one in readers)))
    assert not any("<!here>" in text for text in parsed_texts(made))
