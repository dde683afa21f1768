"""What came after the signature, and what is new to the CSM, on the page and on the card."""

import json
from dataclasses import replace

import pytest

from bot.domain.access import EVERY
from bot.domain.brief import Brief, People
from bot.domain.items import SectionKey
from bot.domain.read_models import WholePage
from bot.domain.snapshots import CONTACTS, ENTRIES, Change, How, Spot, changes, filled_since
from bot.views.guide import guide_message
from bot.views.whole import whole_view
from tests.briefs import ILSE
from tests.views.shown import (
    CARD,
    FILLED,
    GUIDE,
    JONAS,
    LONG,
    TRICKY,
    check_message,
    parsed_texts,
    pieces,
    seen_text,
)
from tests.views.submitted import form_dict
from tests.views.test_whole import WORST, pages_of

PAGE = WholePage(CARD, (), FILLED.entries, (), audiences=EVERY)
ALL = changes(Brief(), FILLED)
NEWS = (
    Change(Spot(SectionKey.SUCCESS, "metric"), How.CHANGED),
    Change(Spot(SectionKey.SUCCESS, "by"), How.ADDED),
    Change(Spot(SectionKey.PEOPLE, "stake", 1), How.GONE),
    Change(Spot(SectionKey.PEOPLE, CONTACTS, 2), How.ADDED),
    Change(Spot(SectionKey.PEOPLE, CONTACTS, 99), How.GONE),
    Change(Spot(SectionKey.PROMISES, ENTRIES, 2), How.CHANGED),
    Change(Spot(SectionKey.PROMISES, ENTRIES, 99), How.GONE),
)


def seen(whole: WholePage) -> str:
    return "\n".join(seen_text(view["blocks"]) for view in pages_of(whole))


def test_what_was_empty_at_the_signature_is_marked_where_it_stands() -> None:
    added = frozenset(
        {
            Spot(SectionKey.SUCCESS, "today"),
            Spot(SectionKey.PEOPLE, "stake", 1),
            Spot(SectionKey.PEOPLE, "strength", 1),
            Spot(SectionKey.PEOPLE, "no_skeptic"),
            Spot(SectionKey.PEOPLE, CONTACTS, 2),
            Spot(SectionKey.PROMISES, ENTRIES, 3),
        }
    )
    told = seen(replace(PAGE, added=added))
    assert told.count("added after signature") == len(added)
    for words in (
        "Today's value  \n(added after signature)  \n2.1 %",
        "What they personally gain  \n(added after signature)  \nHer plan",
        "added after signature: How strong the relationship is",
        "No skeptic or blocker was found · added after signature",
        "economic buyer · added after signature",
        "no due date · added after signature",
    ):
        assert words in told
    assert "added after signature" not in seen(PAGE)


def test_every_place_a_brief_can_be_filled_in_is_marked_once() -> None:
    told = seen(replace(PAGE, added=filled_since(ALL)))
    of_people = [one for one in ALL if one.spot.field == CONTACTS]
    assert len(of_people) == 3
    assert told.count("added after signature") == len(ALL)


def test_what_is_new_since_the_csm_read_stands_on_top_by_name() -> None:
    first = form_dict(whole_view(replace(PAGE, news=NEWS)))
    told = pieces(first["blocks"])
    assert told.index("New since you read") < told.index("Steps")
    for words in (
        "Success metric (changed), By when (added)",
        "Ilse Brandt: What they personally gain (taken out), Omar Vance (added), "
        "a person (taken out)",
        "promise 2 (changed), a promise (taken out)",
    ):
        assert words in told
    assert "New since you read" not in seen(PAGE)


def test_a_persons_name_in_the_list_is_parsed_nowhere() -> None:
    people = People(contacts=(ILSE.model_copy(update={"name": TRICKY}),))
    card = replace(CARD, brief=replace(FILLED, people=people))
    view = form_dict(whole_view(replace(PAGE, card=card, news=NEWS[2:3])))
    assert not any("U0OMAR" in text for text in parsed_texts(view))


def test_the_longest_list_of_news_keeps_to_slacks_limits() -> None:
    contacts = tuple(ILSE.model_copy(update={"id": n, "name": LONG}) for n in range(1, 61))
    brief = replace(FILLED, people=People(contacts=contacts))
    fewer = tuple(one.model_copy(update={"stake": "", "title": "x"}) for one in contacts)
    news = (*changes(Brief(), brief), *changes(Brief(people=People(contacts=fewer)), brief))
    whole = replace(
        WORST,
        card=replace(WORST.card, brief=brief),
        news=news,
        added=filled_since(news),
        audiences=EVERY,
    )
    for view in pages_of(whole):
        assert len(view["blocks"]) <= 100
        assert len(json.dumps(view)) < 250_000


@pytest.mark.parametrize(
    ("news", "told"),
    [
        (1, "1 thing in the brief is new since you read it; Open handoff lists them."),
        (12, "12 things in the brief are new since you read it; Open handoff lists them."),
    ],
)
def test_the_guide_says_in_one_line_how_much_is_new(news: int, told: str) -> None:
    guide = replace(GUIDE, viewer=JONAS, csm=JONAS, news=news)
    args = check_message(guide_message(guide))
    assert told in seen_text(args["blocks"])
    assert "since you read" not in seen_text(guide_message(GUIDE).to_args()["blocks"])
