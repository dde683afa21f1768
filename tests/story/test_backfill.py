"""Deals of before are imported while the bot runs, and in two months nobody hears of a delay."""

from datetime import timedelta
from pathlib import Path

from bot.backfills import Wish, backfill
from tests.story.stack import DEAL, Stack
from tests.story.test_clocks import settled

DAY = 24 * 3600


def deals(stack: Stack, tmp_path: Path) -> Path:
    signed = (stack.sandbox.now() - timedelta(days=20)).strftime("%Y-%m-%d")
    file = tmp_path / "deals.csv"
    file.write_text(
        "account;value;signed;ae;csm;cs manager;channel\n"
        f"Larkfield Clinics;48.000;{signed};@maya;@jonas;@priya;C0NORTHWD1\n"
    )
    return file


def imported(stack: Stack, file: Path, days: int = 30) -> list[str]:
    return backfill(stack.bot.settings, Wish(file, days=days, apply=True, by="@ada"))


def test_an_imported_deal_waits_for_its_people_without_a_clock(
    place: Stack, tmp_path: Path
) -> None:
    file = deals(place, tmp_path)
    told = imported(place, file)
    assert told[-1] == "1 deal was imported, 0 already here, 0 left out."
    guide = place.dm_says(place.maya, "two dates count, and nothing is late")
    assert "Confirm it" in guide.words
    place.maya.click(guide, "confirm_ae")
    place.sandbox.wait_until(
        lambda: next((one for one in place.maya.dms() if "no clock" in one.words), None)
    )
    for _ in range(60):
        place.sandbox.advance(DAY)
    settled(place)
    assert place.card(DEAL) is None
    for person in (place.maya, place.theo, place.priya, place.jonas):
        assert not [one for one in person.dms() if "was due" in one.words], person
    again = imported(place, file, days=90)[-1]
    assert again == "0 deals were imported, 1 already here, 0 left out."
