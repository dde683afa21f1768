"""Who is told when somebody is late, and why just they."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.leave import Away
from bot.domain.people import ManagerBy, Person


@dataclass(frozen=True)
class Told:
    """The one who is told, and what makes them the one."""

    person_id: int
    by: ManagerBy | None
    """How they became the manager; None where nobody kept it."""
    of: int
    """Whose manager that makes them."""
    instead_of: int | None = None
    """The manager who would be told, were they not away or without an account."""
    stands_in: bool = False
    """Whether they act for `instead_of`, and are not the manager above."""


def told(
    holder: int,
    *,
    named: tuple[int, ManagerBy | None] | None,
    but: Collection[int],
    person_of: Callable[[int], Person],
    away: Mapping[int, Away],
    revops: Callable[[], Sequence[Person]],
) -> Told | None:
    """Who is told of what `holder` owes: the manager named for it, else their own, else RevOps.

    A manager who is away is passed over for who stands in for them, else for the manager above;
    one without an account for the manager above. Never one of `but`: whoever owes it hears of it
    as its owner. None where nobody is left.
    """
    of, seen = holder, set[int]()
    passed: int | None = None
    own = person_of(holder)
    candidate, by = named if named is not None else (own.manager_id, own.manager_by)
    while candidate is not None and candidate not in seen:
        seen.add(candidate)
        person, gone = person_of(candidate), away.get(candidate)
        if candidate not in but:
            if person.full_member and gone is None:
                return Told(candidate, by, of, passed)
            passed = candidate if passed is None else passed
            stand_in = gone.stand_in_id if gone is not None and person.full_member else None
            if stand_in is not None and stand_in not in but:
                return Told(stand_in, by, of, candidate, stands_in=True)
        of, candidate, by = candidate, person.manager_id, person.manager_by
    for one in revops():
        if one.full_member and one.id not in away and one.id not in but:
            return Told(one.id, ManagerBy.REVOPS, holder, passed)
    return None
