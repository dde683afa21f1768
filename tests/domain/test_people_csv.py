"""People as lines: what they would change, and which of them are wrong."""

from dataclasses import replace

import pytest

from bot.domain.people import Person, Role
from bot.domain.people_csv import Change, LineProblem, Plan, as_lines, ids_in, plan

MAYA = Person(1, 1, "U0MAYA", "Maya Reed", manager_id=3, region="DE")
JONAS = Person(2, 1, "U0JONAS", "Jonas Brandt", roles=frozenset({Role.CS_MANAGER}))
TOMAS = Person(3, 1, "U0TOMAS", "Tomás Vidal", roles=frozenset({Role.AE_MANAGER}))
GUEST = Person(4, 1, "U0GUEST", "Gus", guest=True)
PEOPLE = {one.slack_id: one for one in (MAYA, JONAS, TOMAS, GUEST)}


def region(typed: str) -> str | None:
    return {"de": "DE", "de-be": "DE-BE", "germany": "DE"}.get(typed.lower())


def planned(text: str) -> Plan:
    return plan(text, PEOPLE, region)


def wrong(text: str) -> list[tuple[int, LineProblem, str]]:
    return [(one.number, one.problem, one.cell) for one in planned(text).wrong]


def test_a_line_changes_roles_manager_and_region() -> None:
    found = planned("U0JONAS, cs_manager+revops, U0TOMAS, DE-BE")
    assert found.wrong == ()
    assert found.changes == (
        Change(
            JONAS,
            roles=frozenset({Role.CS_MANAGER, Role.REVOPS}),
            manager=TOMAS,
            region="DE-BE",
        ),
    )


def test_an_empty_cell_stays_as_it_is_and_a_hyphen_takes_away() -> None:
    assert planned("U0MAYA,,,").changes == ()
    assert planned("U0MAYA").same == 1
    assert planned("U0MAYA,-,-,-").changes == (Change(MAYA, no_manager=True, region=""),)
    assert planned("U0JONAS,-").changes == (Change(JONAS, roles=frozenset()),)


def test_what_is_so_already_is_no_change() -> None:
    found = planned("U0MAYA,-,U0TOMAS,germany\nU0JONAS,CS manager,-,-")
    assert (found.changes, found.wrong, found.same) == ((), (), 2)


@pytest.mark.parametrize(
    "line",
    [
        "U0MAYA;admin;U0JONAS;DE-BE",
        "U0MAYA\tadmin\tU0JONAS\tDE-BE\tMaya Reed",
        "<@U0MAYA|maya>, Admin , <@U0JONAS>, de-be",
        "u0maya,ADMIN,u0jonas,DE-be",
        '"U0MAYA","admin","U0JONAS","DE-BE"',
    ],
)
def test_a_line_may_come_from_a_spreadsheet_or_hold_mentions(line: str) -> None:
    (change,) = planned(line).changes
    assert (change.person, change.roles, change.manager, change.region) == (
        MAYA,
        frozenset({Role.ADMIN}),
        JONAS,
        "DE-BE",
    )


def test_headings_and_empty_lines_are_passed_over_and_still_counted() -> None:
    assert wrong("slack id,roles,manager,region,name\n\nU0MAYA,admin\nnobody,admin") == [
        (4, LineProblem.NO_ID, "nobody")
    ]


@pytest.mark.parametrize(
    ("line", "problem", "cell"),
    [
        ("maya@company.example,admin", LineProblem.NO_ID, "maya@company.example"),
        (",admin", LineProblem.NO_ID, ""),
        ("U0NOBODY,admin", LineProblem.UNKNOWN_PERSON, "U0NOBODY"),
        ("U0GUEST,admin", LineProblem.NOT_A_COLLEAGUE, "U0GUEST"),
        ("U0MAYA,admin+boss", LineProblem.NO_ROLE, "boss"),
        ("U0MAYA,admin+", LineProblem.NO_ROLE, ""),
        ("U0MAYA,,Tomás", LineProblem.NO_MANAGER_ID, "Tomás"),
        ("U0MAYA,,U0NOBODY", LineProblem.UNKNOWN_MANAGER, "U0NOBODY"),
        ("U0MAYA,,U0GUEST", LineProblem.MANAGER_NO_COLLEAGUE, "U0GUEST"),
        ("U0MAYA,,U0MAYA", LineProblem.OWN_MANAGER, "U0MAYA"),
        ("U0MAYA,,,Atlantis", LineProblem.UNKNOWN_REGION, "Atlantis"),
        ("U0MAYA,,,,Maya,more", LineProblem.TOO_MANY_CELLS, "more"),
    ],
)
def test_a_wrong_line_is_named_with_its_number_and_cell(
    line: str, problem: LineProblem, cell: str
) -> None:
    assert wrong(f"U0JONAS,revops\n{line}") == [(2, problem, cell)]


def test_nobody_stands_in_two_lines() -> None:
    assert wrong("U0MAYA,admin\nU0JONAS,-\nU0MAYA,revops") == [(3, LineProblem.TWICE, "U0MAYA")]


def test_whom_slack_is_asked_about_are_the_people_and_their_managers() -> None:
    assert ids_in("U0MAYA,admin,U0TOMAS\nnobody,,U0JONAS\nU0MAYA,,-") == (
        "U0MAYA",
        "U0TOMAS",
        "U0JONAS",
    )


def test_the_present_list_pasted_back_changes_nothing() -> None:
    people = [MAYA, JONAS, TOMAS]
    lines = as_lines(people, {3: TOMAS})
    assert lines[0] == "U0MAYA,-,U0TOMAS,DE,Maya Reed"
    found = planned("\n".join(lines))
    assert (found.changes, found.wrong, found.same) == ((), (), 3)


@pytest.mark.parametrize("name", ["=1+1", "@sum", "+49 30", "-x", 'Ann, "the" boss', "A" * 80])
def test_a_name_is_one_cell_and_no_formula(name: str) -> None:
    (line,) = as_lines([replace(JONAS, name=name)], {})
    cells = line.split(",")
    assert len(cells) == 5
    assert cells[4][0] not in "=+-@"
    assert len(cells[4]) <= 41
    assert '"' not in line
