"""The ninety days of one deal, looked at in a browser at each stop: the pictures of the tour.

`make tour` keeps them in `docs/tour/`, and lists what is shown where. Without it nothing is kept;
all the same each message comes, and no form, card or tab on the way may be cut off, at a desk or
on a telephone. What the bot can show and no stop does is named by a test.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.person import NARROW, WIDE
from tests.browser.tour import DOCS, PAGE, Tour, everything, listed
from tests.browser.tour_otherwise import OtherWay, other_paths
from tests.browser.tour_team import RunWay, WatchedWay, looked_after, run_by_somebody
from tests.browser.tour_ways import StraightWay, UnsignedWay, before_the_signature
from tests.story.ninety_days import ninety_days
from tests.story.stack import Stack, quick, running

_PICTURE = re.compile(r"\(tour/([a-z0-9-]+)-(\d+)\.png\)")
TEAM_CHANNEL = "C0REVENUE1"
OF_THE_STRAIGHT_WAY = frozenset(
    {"start", "brief", "guide-of-the-ae", "preview", "card", "assign", "guide-of-the-csm"}
)
WITHOUT_A_PICTURE = {
    "message csm_invite": "it is no message: the CSM is brought into the channel",
    "message member_invite": "it is no message either",
}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Nobody watches how soon anything comes; so it comes soon."""
    policy = tmp_path / "policy.toml"
    policy.write_text(f'team_channel = "{TEAM_CHANNEL}"\n')
    with running(tmp_path, constants=quick(), policy=policy) as built:
        yield built


@pytest.fixture
def tour(chromium: Browser, stack: Stack) -> Iterator[Tour]:
    """A tour whose windows complain of nothing; its pictures are kept where TOUR names a folder."""
    wanted = os.environ.get("TOUR")
    folder = Path(wanted) if wanted else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    walked = Tour(chromium, stack, folder)
    yield walked
    assert walked.leave() == []


def shown() -> list[str]:
    """The stops that the page shows, each with a picture at both widths."""
    found = _PICTURE.findall(PAGE.read_text())
    stops = list(dict.fromkeys(name for name, _ in found))
    widths = [(name, str(width)) for name in stops for width, _ in (WIDE, NARROW)]
    assert found == widths
    return stops


def walked(tour: Tour) -> None:
    """The stops of a walk stand in the page, and show what the list says of them."""
    if os.environ.get("TOUR"):
        tour.write_index()
    assert set(tour.stops) <= set(shown()), "make tour, and say what is new in its page"
    for what, stop in listed().items():
        assert what in tour.stops.get(stop, {what}), (what, stop)


@pytest.mark.browser
@pytest.mark.slow
def test_a_deal_is_looked_at_before_its_signature(stack: Stack, tour: Tour) -> None:
    before_the_signature(stack, UnsignedWay(stack, "northwind", tour.look))
    walked(tour)


@pytest.mark.browser
@pytest.mark.slow
def test_the_ninety_days_are_walked_and_nothing_is_cut_off(stack: Stack, tour: Tour) -> None:
    way = StraightWay(stack, "alderbay", tour.look)
    ninety_days(stack, way)
    way.is_left()
    walked(tour)


@pytest.mark.browser
@pytest.mark.slow
def test_a_deal_that_goes_another_way_is_looked_at_too(stack: Stack, tour: Tour) -> None:
    tour.seen_before = OF_THE_STRAIGHT_WAY
    other_paths(stack, OtherWay(stack, "northwind", tour.look))
    walked(tour)


@pytest.mark.browser
@pytest.mark.slow
def test_a_team_that_is_looked_after_is_looked_at(stack: Stack, tour: Tour) -> None:
    looked_after(stack, WatchedWay(stack, "northwind", tour.look))
    walked(tour)


@pytest.mark.browser
@pytest.mark.slow
def test_what_whoever_runs_it_sees_is_looked_at(stack: Stack, tour: Tour) -> None:
    run_by_somebody(stack, RunWay(stack, "northwind", tour.look))
    walked(tour)


def test_every_form_message_and_answer_has_its_picture() -> None:
    pictured = listed()
    assert everything() - pictured.keys() == WITHOUT_A_PICTURE.keys()
    assert pictured.keys() <= everything()
    assert set(pictured.values()) <= set(shown())


def test_every_stop_has_its_pictures_and_no_picture_is_left_over() -> None:
    wanted = {f"{name}-{width}.png" for name in shown() for width, _ in (WIDE, NARROW)}
    assert wanted == {one.name for one in (DOCS / "tour").glob("*.png")}
