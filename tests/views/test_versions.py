"""A section as it was, one version at a time."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.access import EVERY, IN_THE_CHANNEL
from bot.domain.brief import Brief, People
from bot.domain.items import SectionKey
from bot.domain.read_models import VersionPage, WholePage
from bot.views.ids import ActionId, ViewId
from bot.views.versions import versions_view
from bot.views.whole import whole_view
from tests.briefs import ILSE
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    FILLED,
    LONG,
    MAYA,
    NOW,
    WORST_CARD,
    parts,
    seen_text,
)
from tests.views.submitted import form_dict, labels

WHOLE = WholePage(CARD, (), FILLED.entries, (), audiences=EVERY, versioned=frozenset(SectionKey))
TYPICAL = VersionPage(WHOLE, SectionKey.SUCCESS, 1, 3, MAYA, NOW)
EMPTY = VersionPage(replace(WHOLE, card=EMPTY_CARD), SectionKey.WHY, 0, 0, None, None)
_MANY = tuple(
    ILSE.model_copy(update=dict.fromkeys(("name", "title", "behaviour", "stake"), LONG) | {"id": n})
    for n in range(1, 61)
)
WORST = VersionPage(
    replace(WHOLE, card=replace(WORST_CARD, brief=Brief(people=People(contacts=_MANY)))),
    SectionKey.PEOPLE,
    500,
    1000,
    MAYA,
    NOW,
)


def turns(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Where each button leads, by its label."""
    return {
        part["text"]["text"]: json.loads(part["value"])
        for part in parts(view)
        if part.get("action_id") == ActionId.OPEN_VERSIONS
    }


@pytest.mark.parametrize("shown", [EMPTY, TYPICAL, WORST])
def test_every_page_keeps_to_slacks_limits_on_the_wire(shown: VersionPage) -> None:
    page = 0
    while True:
        view = form_dict(versions_view(shown, page=page))
        assert view["callback_id"] == ViewId.VERSIONS
        assert "submit" not in view
        assert len(view["blocks"]) <= 100
        assert len(json.dumps(view)) < 250_000
        further = turns(view).get("Next page")
        if further is None:
            break
        page += 1
        assert (further["p"], further["r"]) == (page, shown.place)
    assert (page > 0) is (shown is WORST)


def test_a_version_says_which_it_is_who_left_it_and_what_it_said() -> None:
    view = form_dict(versions_view(TYPICAL, from_channel=5))
    seen = seen_text(view["blocks"])
    assert "Version 2 of 3, saved by <@U0MAYA> <!date^" in seen
    assert "Pick errors per 100 orders" in seen
    assert "The lease" not in seen
    where = {"h": 7, "t": "success", "p": 0, "c": 5}
    assert turns(view) == {
        "Older version": {**where, "r": 2},
        "Newer version": {**where, "r": 0},
    }


def test_the_first_and_the_last_version_lead_one_way_only() -> None:
    assert set(turns(form_dict(versions_view(replace(TYPICAL, place=0))))) == {"Older version"}
    assert set(turns(form_dict(versions_view(replace(TYPICAL, place=2))))) == {"Newer version"}


def test_where_there_is_nothing_to_read_it_says_so_and_no_more() -> None:
    view = form_dict(versions_view(EMPTY))
    assert "no version of this section that you may read" in seen_text(view["blocks"])
    assert turns(view) == {}


def test_a_version_holds_nothing_its_viewer_may_not_read() -> None:
    whole = replace(WHOLE, audiences=IN_THE_CHANNEL)
    shown = replace(TYPICAL, whole=whole, section=SectionKey.RED_FLAGS)
    seen = seen_text(form_dict(versions_view(shown))["blocks"])
    assert FILLED.red_flags.private_note not in seen
    assert FILLED.red_flags.nearly not in seen


def test_the_whole_page_leads_to_the_versions_of_each_section_that_has_some() -> None:
    assert labels(form_dict(whole_view(WHOLE))).count("Earlier versions") == len(SectionKey)
    closed = replace(WHOLE, audiences=IN_THE_CHANNEL)
    assert labels(form_dict(whole_view(closed))).count("Earlier versions") == len(SectionKey) - 1
    none = replace(WHOLE, versioned=frozenset())
    assert "Earlier versions" not in labels(form_dict(whole_view(none)))
