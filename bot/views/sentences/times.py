"""A person's own region, hours and leave."""

from collections.abc import Mapping
from datetime import date, time
from typing import Final

from bot.domain.people import RegionBy
from bot.domain.worktime import QuietHours
from bot.views.text import day

HOME_YOU: Final = "You"
REGION: Final = "Region"
QUIET: Final = "Quiet hours"
SUMMARY: Final = "Morning summary"
AWAY: Final = "Away"
HERE: Final = "no"
NO_REGION: Final = "none, so no public holidays"
_REGION_BY: Final[Mapping[RegionBy, str]] = {
    RegionBy.SELF: "set by you",
    RegionBy.ADMIN: "set by an admin",
    RegionBy.TEAM: "the team's",
    RegionBy.ZONE: "guessed from your time zone {zone}",
    RegionBy.NOWHERE: "your time zone {zone} names no country",
}
BY_YOU: Final = "set by you"
BY_POLICY: Final = "the team's"
WORK_BEGINS: Final = "the start of the working hours"
FREE_DAYS: Final = "and all of a non-working day"
NOBODY_IN: Final = ", with nobody standing in"
STANDS_IN: Final = " stands in"
TIMES_MEAN: Final = (
    "All times are in your zone, {zone}. What is due is reckoned anew when the region changes."
)


def region_from(by: RegionBy, zone: str) -> str:
    """Where a region comes from."""
    return _REGION_BY[by].format(zone=zone)


def region_told(region: str, by: RegionBy, zone: str) -> str:
    """A region with where it comes from."""
    return f"{region or NO_REGION}, {region_from(by, zone)}"


def as_guessed(region: str, by: RegionBy) -> str:
    """The choice of no region of one's own."""
    if by is RegionBy.TEAM:
        return f"As the team: {region}"
    return f"As guessed: {region}" if region else "None: no public holidays"


def quiet_told(quiet: QuietHours, *, own: bool) -> str:
    """From when to when, and whose choice it is."""
    by = BY_YOU if own else BY_POLICY
    return f"{wall(quiet.begin)}–{wall(quiet.end)} {FREE_DAYS} ({by})"


def summary_told(at: time, *, own: bool) -> str:
    """When the summary comes, and why then."""
    return f"{wall(at)} ({BY_YOU if own else WORK_BEGINS})"


def away_until(until: date) -> str:
    """The last day of a leave."""
    return f"until {day(until)}"


def times_mean(zone: str) -> str:
    """What the times in the form are."""
    return TIMES_MEAN.format(zone=zone)


def wall(at: time) -> str:
    """A time of day."""
    return at.isoformat("minutes")
