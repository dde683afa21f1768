"""Why just this person is told: one line, true for each way in which somebody became the reader."""

from bot.domain.people import ManagerBy
from bot.domain.read_models import WhyTold
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.message import who, words


def why_rows(why: WhyTold | None) -> list[Row]:
    """Why a manager is told; in whose place, where somebody else would have been."""
    row: Row = [words(said.managers.WHY), *_because(why)]
    if why is None or why.instead_of is None or why.stands_in:
        return [row]
    gone = why.until
    told = said.managers.would_be_told(gone) if gone else said.managers.ACCOUNT_CLOSED
    return [row, [who(why.instead_of), words(told)]]


def _because(why: WhyTold | None) -> Row:
    if why is None:
        return [words(said.managers.WHY_UNKNOWN)]
    if why.stands_in and why.instead_of is not None and why.until is not None:
        away = said.managers.who_is_away(why.until)
        return [words(said.managers.STANDS_IN), who(why.instead_of), words(away)]
    if why.by is ManagerBy.REVOPS:
        return [words(said.managers.WHY_REVOPS)]
    if why.by is not None and why.by in said.managers.WHY_OF and why.of is not None:
        before, after = said.managers.WHY_OF[why.by]
        return [words(before), who(why.of), words(after)]
    if why.role is None:
        return [words(said.managers.WHY_UNKNOWN)]
    role = said.terms.ROLE_NAMES[why.role]
    told = {
        ManagerBy.NAMED: said.managers.WHY_NAMED,
        ManagerBy.POLICY: said.managers.WHY_POLICY,
    }.get(why.by or ManagerBy.REVOPS, said.managers.WHY_ROLE)
    return [words(told.format(role=role))]
