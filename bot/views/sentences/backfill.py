"""Deals that were told of only after the fact."""

from collections.abc import Mapping
from typing import Final

from bot.domain.backfill_csv import Column, RowProblem, Wrong
from bot.domain.errors import Invalid, Problem
from bot.views.sentences.problems import problem

CARD: Final = "Told of after the fact: no clock runs, and nothing is late"
_LEAD: Final = "Told of after the fact: two dates count, and nothing is late."
_BRIEF: Final = "The brief is planned for {day}"
_NO_BRIEF: Final = "No day is named for the brief"
_KICKOFF: Final = "the kickoff for {day}"
_NO_KICKOFF: Final = "the CSM names the day of the kickoff"


def two_dates(brief: str, kickoff: str) -> str:
    """Which dates count, each empty where nobody named it (mrkdwn)."""
    first = _BRIEF.format(day=brief) if brief else _NO_BRIEF
    then = _KICKOFF.format(day=kickoff) if kickoff else _NO_KICKOFF
    return f"{_LEAD} {first}; {then}."


_NAMES: Final = ", ".join(one.value for one in Column)
_ROW_PROBLEMS: Final[Mapping[RowProblem, str]] = {
    RowProblem.NO_ROWS: "there is no deal in it; the first row names the columns",
    RowProblem.TOO_MANY_ROWS: "it has more than {most} deals; cut it into several files",
    RowProblem.NO_SUCH_COLUMN: f"“{{cell}}” is no column; these are: {_NAMES}",
    RowProblem.COLUMN_TWICE: "the column is named twice",
    RowProblem.COLUMN_MISSING: "the column is missing",
    RowProblem.TOO_MANY_CELLS: "“{cell}” stands beyond the last column; quote what has a separator",
    RowProblem.BROKEN_QUOTES: "a quotation mark is not closed, or more follows behind it",
    RowProblem.BAD_DAY: "“{cell}” is no day; write it as 2026-03-31 or 31.3.2026",
    RowProblem.BAD_SIGNED: (
        "“{cell}” is no day or time; write 2026-03-31, 2026-03-31 18:30 or 2026-03-31T18:30+02:00"
    ),
    RowProblem.BAD_ZONE: "the zone in “{cell}” is not known; write +02:00 or Europe/Berlin",
    RowProblem.NOT_YES_OR_NO: "“{cell}” is neither yes nor no",
    RowProblem.NO_RATE: "the policy has no rate for {cell}; say what one of it is worth",
    RowProblem.UNKNOWN_PERSON: (
        "nobody in Slack is “{cell}”; write a Slack id, an @handle or an address"
    ),
    RowProblem.SEVERAL_PEOPLE: "“{cell}” is the handle of several people; write the Slack id",
    RowProblem.UNKNOWN_CHANNEL: "“{cell}” is no channel; write its Slack id, such as C0123456789",
    RowProblem.NO_CHANNEL: (
        "no deal channel is named; fill the column, or say --channel, or set the policy's team "
        "channel"
    ),
    RowProblem.TWICE: "this deal stands in row {row} already",
    RowProblem.SAME_DEAL_TWICE: (
        "row {row} has the same account and day; if it is another deal, give each a name in the "
        "column deal"
    ),
}


def row_wrong(wrong: Wrong) -> str:
    """Why a row, by its number in a spreadsheet, cannot be taken: one sentence."""
    place = f"Row {wrong.number}"
    if wrong.column is not None:
        place += f", {wrong.column.value}"
    return f"{place}: {_told(wrong)}"


def _told(wrong: Wrong) -> str:
    if isinstance(wrong.problem, Problem):
        return problem(Invalid(wrong.problem, facts=wrong.facts), people={})
    return f"{_ROW_PROBLEMS[wrong.problem].format(cell=wrong.cell, **wrong.facts)}."


NO_SUCH_FILE: Final = "{file}: there is no such file, or it cannot be read."
NOT_UTF8: Final = "{file}: it is not UTF-8; save it as CSV in UTF-8 and try again."
NOTHING_DONE: Final = "Nothing was imported: mend these rows and try again."
DAYS: Final = "--days: 30 or 90."
WHO_IMPORTS: Final = (
    "--by: say who imports, by Slack id, @handle or address: somebody of RevOps or an admin."
)
NOT_ALLOWED: Final = "--by: backfilling is for RevOps and admins."
SLACK_SILENT: Final = (
    "Slack does not answer for people and channels. Nothing was imported; try again."
)
BUSY: Final = "Others write to the database for too long. Nothing was imported; try again."
HERE_ALREADY: Final = "is here already as handoff {handoff}"
HERE_BEFORE: Final = "was imported before"
TOO_OLD: Final = "was signed more than {days} days ago, and is left out"
TOO_NEW: Final = (
    "was signed within {business} business days, and is left out: start it with /handoff in its "
    "channel, for its clocks run"
)
TOO_SMALL: Final = "is below the smallest tier, so nothing is asked of it, and is left out"


def row_state(number: int, account: str, told: str) -> str:
    """What becomes of a row."""
    return f"Row {number}: {account} {told}."


def begins(channel: str, ae: str, csm: str | None, brief_by: str, *, applied: bool) -> str:
    """That a handoff begins, where and with whom."""
    lead = "begins" if applied else "would begin"
    proposed = f", proposed CSM {csm}" if csm else ""
    return f"{lead} in #{channel}: AE {ae}{proposed}; the brief is planned for {brief_by}"


def summed_up(begun: int, here: int, left: int, *, applied: bool) -> str:
    """The last line."""
    deals = "1 deal" if begun == 1 else f"{begun} deals"
    done = "were" if begun != 1 else "was"
    first = f"{deals} {done} imported" if applied else f"{deals} would be imported"
    told = f"{first}, {here} already here, {left} left out."
    return told if applied else f"{told} Nothing was changed: say --apply to do it."
