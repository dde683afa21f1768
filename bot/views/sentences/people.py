"""People as lines, who manages whom, and whom the clock may tell."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.notices import Notify
from bot.domain.people import Role
from bot.domain.people_csv import LineProblem
from bot.views.sentences.terms import PERSON_ROLES

CSV_MEANS: Final = (
    "A Slack id stands in each profile, under ⋮ and Copy member ID. Roles are cs_manager, "
    "ae_manager, revops and admin, several with + between. An empty cell stays as it is, one "
    "with - is taken away. First you see what would change; nothing is saved before you confirm."
)
CSV_CONFIRM: Final = "Save people does this. Lines changed from here on are shown again first."
CSV_MEND: Final = "Nothing is saved while a line is wrong. Mend these, or take them out."
CSV_NOTHING: Final = "Nothing would change: all of it is so already."
CSV_LATER: Final = "Of more than {most} people the handoffs follow within the hour."
CSV_LIST: Final = "These lines can be copied, changed and pasted into People by CSV."
NO_PEOPLE: Final = "Nobody has a role, a manager or an open handoff."
MANAGED_MEANS: Final = (
    "Full members with a role, a manager, people under them or an open handoff. Where nobody is "
    "set, RevOps hears of what is late."
)
NO_MANAGER: Final = " has no manager set"
MANAGER_GONE: Final = ", who has no account any more"
MANAGED_BY: Final = " is managed by "
NOBODY: Final = "none"
CHANGE: Final = "Change"
_WRONG: Final[Mapping[LineProblem, str]] = {
    LineProblem.NO_ID: "is no Slack id; one begins with U or W, like U0123ABCD",
    LineProblem.UNKNOWN_PERSON: (
        "is nobody Slack has told the bot of; check the id, or try again in a minute"
    ),
    LineProblem.NOT_A_COLLEAGUE: "is a guest, a bot, from outside or closed",
    LineProblem.TWICE: "stands in a line above already",
    LineProblem.NO_ROLE: "is no role",
    LineProblem.NO_MANAGER_ID: "is no Slack id of a manager",
    LineProblem.UNKNOWN_MANAGER: (
        "is a manager Slack has not told the bot of; check the id, or try again in a minute"
    ),
    LineProblem.MANAGER_NO_COLLEAGUE: "is a manager who is a guest, a bot, from outside or closed",
    LineProblem.OWN_MANAGER: "would be their own manager",
    LineProblem.UNKNOWN_REGION: "is a region without known public holidays",
    LineProblem.TOO_MANY_CELLS: "is one cell too many; a line has five at most",
}
NOTIFY_NAMES: Final[Mapping[Notify, str]] = {
    Notify.ALL: "Everybody",
    Notify.ME: "Only me, to try it out",
    Notify.OFF: "Nobody",
}
NOTIFY_MEANS: Final = (
    "This is about what the clock says: reminders, what is late, summaries. Answers and hand-overs "
    "reach everybody in any case. What is not told meanwhile is not told afterwards; what is still "
    "late then stands in the next summaries."
)
NOTIFY_OFF: Final = "Notify is off: nobody hears what the clock says."
NOTIFY_ME: Final = "Notify is for one person only: what the clock says reaches nobody but "


def wrong_line(number: int, cell: str, problem: LineProblem) -> str:
    """What is wrong with a line (plain text)."""
    return f"Line {number}: {f'“{cell}” ' if cell else 'the first cell '}{_WRONG[problem]}."


def roles_named(roles: Iterable[Role]) -> str:
    """Roles in their usual order."""
    held = set(roles)
    return ", ".join(PERSON_ROLES[role] for role in Role if role in held) or NOBODY


def from_to(what: str, before: str, after: str) -> str:
    """One thing that changes."""
    return f"{what}: {before or NOBODY} → {after or NOBODY}"


def and_more(count: int) -> str:
    """What a preview leaves out."""
    return f"and {count} more"


def csv_later(most: int) -> str:
    """That some handoffs are reckoned anew a little later."""
    return CSV_LATER.format(most=most)


def counted(changes: int, same: int) -> str:
    """How many lines change something, and how many do not."""
    told = f"{changes} {'line changes' if changes == 1 else 'lines change'} somebody"
    return f"{told}, {same} say what is so already." if same else f"{told}."
