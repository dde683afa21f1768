"""The list of handoffs."""

from collections.abc import Mapping
from typing import Final

from bot.domain.read_models import Light, StatusCounts
from bot.domain.status import Bucket, Whose
from bot.views.ids import ActionId
from bot.views.sentences.terms import LIGHT_SIGNS

STATUS_TITLE: Final = "Handoff status"
WHOSE: Final[Mapping[Whose, str]] = {
    Whose.MINE: "Your handoffs",
    Whose.TEAM: "Your team",
    Whose.ALL: "All handoffs",
}
STATUS_EMPTY: Final[Mapping[Whose, str]] = {
    Whose.MINE: (
        "You have no part in an open handoff. Sections of a brief that you help with are on the "
        "Home tab."
    ),
    Whose.TEAM: "Your team has no open handoff.",
    Whose.ALL: "No handoff is open; /handoff in a deal channel starts one.",
}
STATUS_NONE_CHOSEN: Final = "No handoff is like this; choose something else above."
STATUS_EMPTY_POST: Final = "There is no open handoff to show here."
NO_SIGNATURE: Final = "signature not recorded"
AS_OF: Final = "As of "
BUCKETS: Final[Mapping[Bucket, str]] = {
    Bucket.LATE: "Late",
    Bucket.TODAY: "Due today",
    Bucket.WAITING: "Waiting",
    Bucket.ON_TIME: "On time",
    Bucket.UNTIMED: "No clock",
    Bucket.DONE: "Nothing owed",
    Bucket.CLOSED: "Closed",
}
ANYHOW: Final[Mapping[ActionId, str]] = {
    ActionId.STATUS_BUCKET: "Late or not",
    ActionId.STATUS_STEP: "Every stage",
    ActionId.STATUS_TIER: "Every tier",
}
"""The choices that leave nothing out."""
ANYBODY: Final = "Person"
AWAITED_SIGNATURE: Final = "signature awaited"
CSV_COMES: Final = "The file comes to your direct messages with this bot."
LATE_NO_WORK: Final = "late, by no working time yet"


def status_counts(counts: StatusCounts) -> str:
    """The line on top of the list, over everything and not only the page."""
    parts = [f"{counts.open} open"]
    for light, count, said in (
        (Light.LATE, counts.late, "late"),
        (Light.SOON, counts.due_today, "due today"),
        (Light.WAITING, counts.waiting, "waiting"),
        (Light.ON_TIME, counts.on_time, "on time"),
        (Light.UNTIMED, counts.untimed, "without a clock"),
        (Light.DONE, counts.done, "with nothing owed"),
    ):
        if count:
            parts.append(f"{LIGHT_SIGNS[light]} {count} {said}")
    if counts.closed:
        parts.append(f"{counts.closed} closed")
    return " · ".join(parts)


def status_posted_by(who: str, whose: Whose) -> str:
    """Whoever pressed *Post to channel* for a list, and whose handoffs are in it."""
    of = {Whose.MINE: ": their own handoffs", Whose.TEAM: ": their team", Whose.ALL: ""}
    return f"Posted by {who}{of[whose]}"


def late_by(span: str) -> str:
    """For what is rendered now."""
    return f"{span} late"


def csv_comment(count: int, zone: str) -> str:
    """What stands with the file (mrkdwn)."""
    told = "1 open handoff" if count == 1 else f"{count} open handoffs"
    return f"Handoff status: {told}. Times are those of {zone}."


def csv_name(day: str) -> str:
    """What the file is called."""
    return f"handoff-status-{day}.csv"


CSV_COLUMNS: Final = (
    "Account",
    "Tier",
    "State",
    "Stage",
    "Owed by",
    "AE",
    "CSM",
    "Due",
    "Working hours late",
    "Brief filled in percent",
    "Signed",
)
