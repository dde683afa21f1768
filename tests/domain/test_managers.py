"""Who is told when somebody is late: the manager, whoever fills their place, in the end RevOps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.history import Tag
from bot.domain.leave import Away
from bot.domain.managers import Told, told
from bot.domain.people import ManagerBy, Person
from tests.domain.deals import AE, AE_MANAGER, CS_MANAGER, MONDAY, OTHER_CSM, gated

UNTIL = date(2025, 6, 20)
HAND, PROFILE, NAMED = ManagerBy.HAND, ManagerBy.PROFILE, ManagerBy.NAMED


def person(one: int, manager: int | None = None, by: ManagerBy | None = HAND) -> Person:
    return Person(one, 1, f"U{one}", f"P{one}", manager_id=manager, manager_by=by)


OWNER = person(1, 2, PROFILE)
PEOPLE = {one.id: one for one in (OWNER, person(2, 3), person(3, 4), person(4), person(9))}
REVOPS = [PEOPLE[9]]


def ask(
    *,
    named: tuple[int, ManagerBy | None] | None = None,
    but: tuple[int, ...] = (1,),
    people: dict[int, Person] | None = None,
    away: dict[int, Away] | None = None,
    revops: list[Person] | None = None,
) -> Told | None:
    known = people or PEOPLE
    found: Callable[[int], Person] = known.__getitem__
    of_revops = REVOPS if revops is None else revops
    return told(
        1,
        named=named,
        but=but,
        person_of=found,
        away=away or {},
        revops=lambda: of_revops,
    )


def without_account(one: int) -> dict[int, Person]:
    return {**PEOPLE, one: replace(PEOPLE[one], deactivated=True)}


def test_a_persons_own_manager_is_told_as_the_profile_says() -> None:
    assert ask() == Told(2, PROFILE, of=1)


def test_who_was_named_for_the_handoff_comes_first() -> None:
    assert ask(named=(4, NAMED)) == Told(4, NAMED, of=1)


def test_a_manager_without_an_account_is_passed_over_for_the_one_above() -> None:
    assert ask(people=without_account(2)) == Told(3, HAND, of=2, instead_of=2)


def test_an_absent_manager_is_passed_over_for_their_stand_in_else_for_the_one_above() -> None:
    assert ask(away={2: Away(UNTIL)}) == Told(3, HAND, of=2, instead_of=2)
    assert ask(away={2: Away(UNTIL, 4)}) == Told(4, PROFILE, of=1, instead_of=2, stands_in=True)


def test_the_late_owner_is_never_told_as_their_own_managers_stand_in() -> None:
    assert ask(away={2: Away(UNTIL, 1)}) == Told(3, HAND, of=2, instead_of=2)


def test_where_nobody_is_above_it_is_revops_in_place_of_the_first_who_would_be_told() -> None:
    gone = {2: Away(UNTIL), 3: Away(UNTIL), 4: Away(UNTIL)}
    assert ask(away=gone) == Told(9, ManagerBy.REVOPS, of=1, instead_of=2)
    assert ask(away=gone, revops=[]) is None
    assert ask(away={**gone, 9: Away(UNTIL)}) is None


def test_an_owner_who_is_the_named_manager_has_their_own_told() -> None:
    assert ask(named=(1, NAMED)) == Told(2, PROFILE, of=1)


def test_two_who_manage_each_other_end_with_revops() -> None:
    circle = {**PEOPLE, 2: replace(person(2, 3), deactivated=True), 3: person(3, 2)}
    assert ask(people=circle, away={3: Away(UNTIL)}) == Told(9, ManagerBy.REVOPS, 1, 2)


@given(
    managers=st.lists(st.none() | st.integers(0, 7), min_size=8, max_size=8),
    closed=st.sets(st.integers(0, 7)),
    absent=st.dictionaries(st.integers(0, 7), st.none() | st.integers(0, 7)),
    named=st.none() | st.integers(0, 7),
    but=st.sets(st.integers(0, 7)),
    revops=st.lists(st.integers(0, 7)),
)
def test_whatever_the_chart_nobody_absent_gone_or_late_is_told(
    managers: list[int | None],
    closed: set[int],
    absent: dict[int, int | None],
    named: int | None,
    but: set[int],
    revops: list[int],
) -> None:
    people = {
        one: replace(person(one, manager), deactivated=one in closed)
        for one, manager in enumerate(managers)
    }
    fit = set(people) - closed - absent.keys()
    away = {
        one: Away(UNTIL, stand_in if stand_in in fit else None) for one, stand_in in absent.items()
    }
    found = told(
        0,
        named=None if named is None else (named, NAMED),
        but={0, *but},
        person_of=people.__getitem__,
        away=away,
        revops=lambda: [people[one] for one in revops],
    )
    if found is not None:
        assert found.person_id in fit - {0, *but}
        assert found.instead_of not in fit - {0, *but}
    else:
        assert not fit & set(revops) - {0, *but}


# --- Managers of a handoff that follow the people


def test_managers_nobody_named_follow_and_the_history_says_how() -> None:
    handoff = gated()
    handoff.ae_manager_by, handoff.cs_manager_by = PROFILE, NAMED
    handoff.events.clear()
    handoff.follow_managers(
        ae_manager=(OTHER_CSM.id, HAND), cs_manager=(OTHER_CSM.id, HAND), at=MONDAY
    )
    assert (handoff.ae_manager_id, handoff.ae_manager_by) == (OTHER_CSM.id, HAND)
    assert (handoff.cs_manager_id, handoff.cs_manager_by) == (CS_MANAGER.id, NAMED)
    (event,) = handoff.events
    assert event.tag is Tag.MANAGER_CHANGED
    assert event.facts == {
        "side": "ae",
        "manager": OTHER_CSM.id,
        "by": "hand",
        "before": AE_MANAGER.id,
    }


@pytest.mark.parametrize("by", [None, NAMED])
def test_managers_that_were_named_or_are_from_before_stay(by: ManagerBy | None) -> None:
    handoff = gated()
    handoff.ae_manager_by = by
    handoff.events.clear()
    handoff.follow_managers(ae_manager=(OTHER_CSM.id, HAND), cs_manager=None, at=MONDAY)
    assert (handoff.ae_manager_id, handoff.events) == (AE_MANAGER.id, [])


def test_nothing_known_takes_no_manager_away() -> None:
    handoff = gated()
    handoff.ae_manager_by = PROFILE
    handoff.follow_managers(ae_manager=None, cs_manager=None, at=MONDAY)
    assert handoff.ae_manager_id == AE_MANAGER.id
    assert AE.id != AE_MANAGER.id
