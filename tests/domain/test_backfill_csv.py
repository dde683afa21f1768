"""The file of a backfill: its table, its columns, and what stands in their cells."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.domain.backfill_csv import (
    MOST_ROWS,
    Column,
    Deal,
    Row,
    RowProblem,
    Wrong,
    deal_in,
    key_of,
    rows_in,
    signed_in,
)
from bot.domain.errors import Problem
from bot.domain.money import Money, Rate
from bot.domain.policy import Policy
from bot.domain.size import Marks

POLICY = Policy()
TODAY = date(2026, 3, 4)
HEAD = "account,value,signed,ae"


def row(**cells: str) -> Row:
    usual = {"account": "Northwind Robotics", "value": "48000", "signed": "2026-02-02", "ae": "U1"}
    given = {**usual, **{name.replace("_", " "): cell for name, cell in cells.items()}}
    return Row(2, {Column(name): cell for name, cell in given.items()})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_by_the_separator_of_its_first_row(separator: str) -> None:
    text = "\n".join(
        line.replace("|", separator)
        for line in ("Account|Value|Signed_at|AE", "", 'Northwind|"48.000,50"|2026-02-02|@maya')
    )
    rows, wrong = rows_in(text)
    assert wrong == []
    # A spreadsheet numbers the empty row, too.
    assert [one.number for one in rows] == [3]
    assert rows[0].cells == {
        Column.ACCOUNT: "Northwind",
        Column.VALUE: "48.000,50",
        Column.SIGNED: "2026-02-02",
        Column.AE: "@maya",
    }


def test_quotes_keep_separators_quotes_and_lines_together() -> None:
    rows, wrong = rows_in(f'{HEAD}\n"North, ""wind""\nRobotics",1,2,3\nLarkfield Clinics,1,2,3\n')
    assert wrong == []
    assert [(one.number, one.cell(Column.ACCOUNT)) for one in rows] == [
        (2, 'North, "wind"\nRobotics'),
        (3, "Larkfield Clinics"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Wrong(1, None, RowProblem.NO_ROWS)),
        (f"{HEAD}\n\n", Wrong(1, None, RowProblem.NO_ROWS)),
        ("account,value,ae\nA,1,U1", Wrong(1, Column.SIGNED, RowProblem.COLUMN_MISSING)),
        (f"{HEAD},stage\nA,1,2,3,4", Wrong(1, None, RowProblem.NO_SUCH_COLUMN, "stage")),
        (f"{HEAD},AE\nA,1,2,3,4", Wrong(1, Column.AE, RowProblem.COLUMN_TWICE)),
        (f"{HEAD}\nA,1,2,3,over", Wrong(2, None, RowProblem.TOO_MANY_CELLS, "over")),
        (f'{HEAD}\nA,1,2,3\n"B,1,2,3', Wrong(3, None, RowProblem.BROKEN_QUOTES)),
        (
            "\n".join([HEAD, *["A,1,2,3"] * (MOST_ROWS + 1)]),
            Wrong(1, None, RowProblem.TOO_MANY_ROWS, facts={"most": str(MOST_ROWS)}),
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_row(text: str, expected: Wrong) -> None:
    assert rows_in(text)[1] == [expected]


def test_all_that_is_wrong_with_a_row_is_found_at_once() -> None:
    bad = row(account="", value="much", ae="", brief_by="soon", strategic="maybe", currency="XXX")
    _, wrong = deal_in(bad, POLICY, today=TODAY)
    assert [(one.column, one.problem) for one in wrong] == [
        (Column.ACCOUNT, Problem.EMPTY),
        (Column.AE, Problem.EMPTY),
        (Column.VALUE, Problem.BAD_VALUE),
        (Column.STRATEGIC, RowProblem.NOT_YES_OR_NO),
        (Column.BRIEF_BY, RowProblem.BAD_DAY),
        (Column.RATE, RowProblem.NO_RATE),
    ]


def test_a_row_is_read_with_its_marks_rate_and_day() -> None:
    typed = row(
        value="48.000,50",
        currency="jpy",
        rate="0,0067",
        stakeholders="3",
        complex_onboarding="x",
        strategic="No",
        brief_by="9.3.2026",
        link="https://crm.example/1 https://crm.example/2",
    )
    found, wrong = deal_in(typed, Policy(rates={}), today=TODAY)
    assert wrong == []
    assert found == Deal(
        Money(4_800_050, "JPY"),
        Rate(Decimal("0.0067"), TODAY),
        Marks(stakeholders=3, complex_onboarding=True),
        date(2026, 3, 9),
        ("https://crm.example/1", "https://crm.example/2"),
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        # New York is five hours behind in February, and four from 8 March on.
        ("2026-02-02", "2026-02-02T17:00"),
        ("2.2.2026", "2026-02-02T17:00"),
        ("2026-02-02 18:30", "2026-02-02T23:30"),
        ("2026-03-09T18:30", "2026-03-09T22:30"),
        ("2026-02-02 18:30 Europe/Berlin", "2026-02-02T17:30"),
        ("2026-02-02 08:30 America/Tijuana", "2026-02-02T16:30"),
        ("2026-02-02T18:30+01:00", "2026-02-02T17:30"),
        ("2026-02-02T18:30:15.250Z", "2026-02-02T18:30:15"),
    ],
)
def test_what_names_no_zone_is_in_that_of_the_ae(cell: str, expected: str) -> None:
    found = signed_in(row(signed=cell), "America/New_York")
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("", RowProblem.BAD_SIGNED),
        ("yesterday", RowProblem.BAD_SIGNED),
        ("02/03/2026", RowProblem.BAD_SIGNED),
        ("2026-02-30", RowProblem.BAD_SIGNED),
        ("2026-02-02 25:00", RowProblem.BAD_SIGNED),
        ("2026-02-02 18:30 Middle/Earth", RowProblem.BAD_ZONE),
        ("2026-02-02 18:30 ../etc", RowProblem.BAD_ZONE),
    ],
)
def test_a_signature_that_cannot_be_read_is_a_problem_of_its_cell(
    cell: str, problem: RowProblem
) -> None:
    assert signed_in(row(signed=cell), "UTC") == Wrong(2, Column.SIGNED, problem, cell)


def test_a_deal_is_recognised_by_its_name_elsewhere_else_by_account_and_day() -> None:
    day = date(2026, 2, 2)
    named = key_of(row(deal="006A"), day)
    assert named == key_of(row(deal="006A", account="Northwind"), date(2026, 2, 3))
    alike = key_of(row(account=" northwind   ROBOTICS "), day)
    assert alike == key_of(row(), day)
    assert len({named, alike, key_of(row(), date(2026, 2, 3)), key_of(row(deal="006B"), day)}) == 4
