"""Several things the clock says in one message, and what becomes of a reminder."""

from collections.abc import Mapping
from typing import Final

from bot.domain.read_models import Became

BY_THE_BOT: Final = ": the bot posted the handoff message, because it was due."
IN_TEAM: Final = "Late in your team"
WHY_YOU: Final = "Why you: these steps are yours."
WHY_BUT: Final = "Why you: a step is yours where no other reason stands with it."
WHY_BESIDES: Final = "What to know is told to the managers of a handoff."
NOTHING_LEFT: Final = "Nothing of this needs you any more."
NEXT_SUMMARY: Final = "Next summary: "
DONE_AT: Final = "done "
DUE_NOW: Final = "due at another time now, "
BECAME: Final[Mapping[Became, str]] = {
    Became.DONE: "done",
    Became.NOT_DUE: "nothing is due any more",
    Became.NOT_THEIRS: "somebody else's now",
    Became.DUE_LATER: "due at another time now",
}


def lead(yours: int, in_team: int, besides: int) -> str:
    """What a message is about, in figures."""
    told = []
    if yours:
        told.append("1 thing needs you" if yours == 1 else f"{yours} things need you")
    if in_team:
        late = "1 step is late" if in_team == 1 else f"{in_team} steps are late"
        told.append(f"{late} in your team")
    if besides:
        told.append("1 thing to know" if besides == 1 else f"{besides} things to know")
    return ", ".join(told)
