"""The list of handoffs."""

from typing import Final

from bot.domain.read_models import Light, StatusCounts
from bot.views.sentences.terms import LIGHT_SIGNS

STATUS_TITLE: Final = "Handoff status"
STATUS_ALL: Final = "All handoffs"
STATUS_OWN: Final = "Your handoffs"
STATUS_EMPTY: Final = "No handoff is open; /handoff in a deal channel starts one."
STATUS_EMPTY_OWN: Final = "You have no part in an open handoff."
STATUS_EMPTY_POST: Final = "There is no open handoff to show here."
NO_SIGNATURE: Final = "signature not recorded"
AS_OF: Final = "As of "


def status_counts(counts: StatusCounts) -> str:
    """The line on top of the list, over everything and not only the page."""
    parts = [f"{counts.open} open"]
    for light, count, said in (
        (Light.LATE, counts.late, "late"),
        (Light.SOON, counts.due_today, "due today"),
        (Light.ON_TIME, counts.on_time, "on time"),
        (Light.WAITING, counts.waiting, "waiting"),
        (Light.DONE, counts.done, "done"),
    ):
        if count:
            parts.append(f"{LIGHT_SIGNS[light]} {count} {said}")
    return " · ".join(parts)


def status_posted_by(who: str) -> str:
    """Whoever pressed *Post to channel* for a list."""
    return f"Posted by {who}"


def late_by(span: str) -> str:
    """For what is rendered now."""
    return f"{span} late"
