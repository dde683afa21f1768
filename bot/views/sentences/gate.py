"""The closed-won gate."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.closed_won import Missing
from bot.views.sentences.forms import FieldWords
from bot.views.sentences.terms import REASON_READERS

GATE_TITLE: Final = "Closed-won gate"
GATE_IS_OPEN: Final = "🟢 The deal may be closed as won."
GATE_ASKS_NOTHING: Final = (
    "🟢 The deal may be closed as won: below the smallest size nothing is asked."
)
GATE_CLOSED: Final = "⚪ Not yet to be closed as won. Missing: {missing}."
GATE_OVERRIDDEN: Final = (
    "🟡 The deal may be closed as won: {by} overrode the gate. Still missing: {missing}."
)
GATE_MISSING: Final[Mapping[Missing, str]] = {
    Missing.BRIEF: "a brief that is ready ({state})",
    Missing.CALL: "a call of AE, CSM and champion",
}
GATE_CALL: Final = "Call: {when}, {ours} with {customer}."
CALL_MEANS: Final = (
    "A full deal is closed as won once AE, the CSM (or somebody of customer success in their "
    "place) and the champion have a call booked."
)
CALL_BESIDES: Final = FieldWords("Who else of the customer")
CALL_NO_CHAMPION: Final = (
    "The brief names no champion yet. The call can be recorded all the same; it counts once the "
    "brief names the champion and you record it again with them."
)


def either(names: Iterable[str]) -> str:
    """Names of which one is enough; empty for none."""
    return " or ".join(names)


def and_also(names: Iterable[str]) -> str:
    """Names of all who were there on our side."""
    return " and ".join(names)


def gate_champion(champions: str, *, called: bool) -> str:
    """With whom the call is to be; `called` says that one is recorded, which does not count."""
    if not champions:
        lacks = "The brief names no champion yet"
        if called:
            return f"{lacks}, so the call does not count. Record it again once it does."
        return f"{lacks}; a call counts once it does."
    if called:
        return f"The call does not count without the champion, {champions}. Record it with them."
    return f"Champion in the brief: {champions}."


OVERRIDE_MEANS: Final = f"The gate opens, and what is missing stays due. {REASON_READERS}."


def gate_missing(missing: Iterable[Missing], state: str) -> str:
    """What keeps the gate closed; `state` is how far the brief is."""
    return " · ".join(GATE_MISSING[one].format(state=state) for one in missing)
