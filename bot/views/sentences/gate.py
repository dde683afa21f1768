"""The closed-won gate."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.closed_won import Missing

GATE_TITLE: Final = "Closed-won gate"
GATE_IS_OPEN: Final = "🟢 open: the deal may be closed as won."
GATE_ASKS_NOTHING: Final = "🟢 open: below the smallest size nothing is asked."
GATE_CLOSED: Final = "⚪ closed. Missing: {missing}."
GATE_OVERRIDDEN: Final = "🟡 overridden by {by}. Still missing: {missing}."
GATE_MISSING: Final[Mapping[Missing, str]] = {
    Missing.BRIEF: "the brief past its gate ({state})",
    Missing.CALL: "a call of AE, CSM and champion",
}
GATE_CALL: Final = "Call: {when}, {cs} with {customer}."
CALL_MEANS: Final = (
    "A full deal is closed as won once AE, the CSM (or somebody of customer success in their "
    "place) and the champion have a call booked."
)
OVERRIDE_MEANS: Final = (
    "The gate opens, and what is missing stays due. The reason is for the AE, the CSM, their "
    "managers and RevOps."
)


def gate_missing(missing: Iterable[Missing], state: str) -> str:
    """What keeps the gate closed; `state` is how far the brief is."""
    return " · ".join(GATE_MISSING[one].format(state=state) for one in missing)
