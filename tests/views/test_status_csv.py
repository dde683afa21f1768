"""The status list as a file for a spreadsheet."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.deadlines import Step
from bot.domain.notices import NoticeKind
from bot.domain.read_models import Light, NamedPerson, StatusRow
from bot.views import sentences
from bot.views.files import file_failed_message
from bot.views.status_csv import status_csv
from tests.views.shown import HEBREW, ROW, WORST_ROW, check_message, status_page

BERLIN = "Europe/Berlin"


def _read(*rows: StatusRow, zone: str = BERLIN) -> list[dict[str, str]]:
    """The file as a spreadsheet reads it, by the names of its columns."""
    content = status_csv(status_page(*rows), zone).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_a_row_says_what_the_list_says_under_the_names_of_its_columns() -> None:
    late_by = timedelta(hours=3, minutes=15)
    (cells,) = _read(replace(ROW, late_by=late_by))
    assert tuple(cells) == sentences.status.CSV_COLUMNS
    assert cells == {
        "Account": "Northwind Robotics",
        "Tier": "full",
        "State": "late",
        "Stage": "brief",
        "Owed by": "Maya Reed",
        "AE": "Maya Reed",
        "CSM": "Jonas Brandt",
        "Due": "2026-03-13T12:00:00+01:00",
        "Working hours late": "3.25",
        "Brief filled in percent": "61",
        "Signed": "2026-03-12T15:00:00+01:00",
    }


def test_what_is_not_there_is_empty() -> None:
    bare = replace(
        ROW,
        step=None,
        light=Light.WAITING,
        due_at=None,
        csm=None,
        owner=None,
        signed=False,
        signed_at=None,
        late_by=timedelta(0),
    )
    (cells,) = _read(bare)
    assert cells["Stage"] == "signature awaited"
    assert {cells[name] for name in ("Owed by", "CSM", "Due", "Signed")} == {""}
    (done,) = _read(replace(bare, signed=True, light=Light.DONE))
    assert (done["Stage"], done["State"]) == ("", "done")


def test_instants_are_in_the_readers_zone_with_its_distance_from_utc() -> None:
    (cells,) = _read(ROW, zone="Asia/Kolkata")
    assert cells["Due"] == "2026-03-13T16:30:00+05:30"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", " =", "\r\n@", "\uff1d", "\uff20"])
def test_no_cell_begins_a_formula(sign: str) -> None:
    typed = f"{sign}HYPERLINK(1)"
    person = NamedPerson(9, "U0X", typed)
    (cells,) = _read(replace(ROW, account=typed, ae=person, csm=person, owner=person))
    for name in ("Account", "AE", "CSM", "Owed by"):
        assert cells[name] == f"'{sign.strip()}HYPERLINK(1)"


def test_commas_quotes_line_breaks_and_other_letters_come_back_as_they_were() -> None:
    hard = replace(ROW, account=f'Reed, "Sons" & {HEBREW}\nLtd', step=Step.READ)
    (cells,) = _read(hard)
    assert cells["Account"] == f'Reed, "Sons" & {HEBREW} Ltd'
    assert len(_read(*[WORST_ROW] * 300)) == 300
    assert status_csv(status_page(), BERLIN).decode("utf-8-sig").startswith("Account,Tier,")


def test_the_file_says_that_it_is_utf_8() -> None:
    assert status_csv(status_page(ROW), BERLIN).startswith(b"\xef\xbb\xbf")


def test_a_file_that_does_not_come_is_one_sentence_that_says_what_to_do() -> None:
    refused = check_message(file_failed_message(NoticeKind.STATUS_CSV, unclear=False))
    unclear = check_message(file_failed_message(NoticeKind.STATUS_CSV, unclear=True))
    assert "could not be sent" in refused["text"]
    assert "cannot be seen" in unclear["text"]
    assert all("/handoff-status" in one["text"] for one in (refused, unclear))
