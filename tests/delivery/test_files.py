"""The status list as a file: there once, as its reader may see it, or said that it is not."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.domain.notices import NoticeKind, ledger_file, status_csv
from bot.domain.people import Person
from bot.domain.status import EVERYTHING, Bucket, Filter, Whose
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.tables import channel, outbox
from bot.views import sentences
from tests.builders import Deal, signed
from tests.delivery.desk import MINUTE, SECOND, CrashAt, Desk
from tests.delivery.slack import Fault, Refusal, Script

REFUSED, UNCLEAR = sentences.files.FAILED[NoticeKind.STATUS_CSV]
BEGIN, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"
DOUBTFUL = [
    Fault.TAKEN_THEN_SERVER_ERROR,
    Fault.TAKEN_THEN_RESET,
    Fault.TAKEN_THEN_SILENT,
    Fault.TAKEN_LATE,
    Fault.SERVER_ERROR,
    Fault.SILENT,
]


FACTS = PersonFacts("RevOps", "Europe/Berlin")


def ask(desk: Desk, reader: Person | None = None, chosen: Filter = EVERYTHING) -> None:
    """Somebody wants the list as a file."""
    desk.add(status_csv((reader or desk.team.revops).id, chosen, key="once"))


def state(desk: Desk) -> str:
    return desk.state("status-csv:once")


def rows(desk: Desk, which: int = 0) -> list[dict[str, str]]:
    """A file that arrived, as a spreadsheet reads it."""
    content = desk.slack.ledger.files[which].content or b""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def told(desk: Desk) -> list[Any]:
    return [one.args["text"] for one in desk.slack.ledger.messages]


def called(desk: Desk, method: str) -> int:
    return [name for name, _ in desk.slack.ledger.calls].count(method)


def test_the_file_comes_to_who_asked_for_it_with_a_line_beside_it(desk: Desk) -> None:
    signed(desk.store, desk.team)
    ask(desk)
    desk.drain()
    (file,) = desk.slack.ledger.files
    assert file.name == "handoff-status-2026-03-04.csv"
    assert [row["Account"] for row in rows(desk)] == ["Northwind Robotics"]
    (message,) = [one for one in desk.slack.ledger.messages if "files" in one.args]
    assert message.channel == "D-UREVOPS"
    assert message.args["text"] == sentences.status.csv_comment(1, "Europe/Berlin")
    row = desk.row(outbox, kind="status_csv")
    assert (row["state"], row["sent_channel"], row["maybe_sent"]) == ("sent", "D-UREVOPS", False)


def test_the_file_holds_what_was_chosen_in_the_order_of_the_list(desk: Desk) -> None:
    now = desk.clock.now()
    for days in (1, 3):
        desk.clock.advance(now - timedelta(days=days) - desk.clock.now())
        signed(desk.store, desk.team, Deal(account=f"{days} days ago"))
    desk.clock.advance(now - desk.clock.now())
    signed(desk.store, desk.team, Deal(account="Today"))
    ask(desk, chosen=Filter(bucket=Bucket.LATE))
    desk.drain()
    assert [row["Account"] for row in rows(desk)] == ["3 days ago", "1 days ago"]


def test_each_reader_gets_what_they_may_see_when_it_is_sent(desk: Desk) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        facts = ChannelFacts("private", private=True, bot_inside=True)
        hidden = unit.channels.ensure("C1", facts=facts).id
        unit.commit()
    signed(desk.store, desk.team, Deal(account="Hidden", channel_id=hidden))
    other = replace(desk.team, ae=desk.team.outsider)
    signed(desk.store, other, Deal(account="Public"))
    ask(desk, desk.team.outsider, Filter(whose=Whose.ALL))
    desk.drain()
    assert [row["Account"] for row in rows(desk)] == ["Public"]


def test_nothing_is_sent_to_an_account_that_was_closed(desk: Desk) -> None:
    ask(desk)
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.people.ensure("UREVOPS", facts=replace(FACTS, deactivated=True))
        unit.commit()
    desk.drain()
    assert (state(desk), desk.slack.ledger.files) == ("cancelled", [])


# --- In doubt


@pytest.mark.parametrize("fault", DOUBTFUL)
def test_a_file_in_doubt_ends_up_there_exactly_once(desk: Desk, fault: Fault) -> None:
    ask(desk)
    desk.slack.trouble = Script(files__completeUploadExternal=[fault])
    desk.drain()
    assert len(desk.slack.ledger.files) == 1
    assert state(desk) == "sent"
    assert desk.row(outbox, kind="status_csv")["opaque"] == desk.slack.ledger.files[0].id


def test_a_file_in_doubt_is_not_touched_before_the_quarantine_ends(desk: Desk) -> None:
    ask(desk)
    desk.slack.trouble = Script(files__completeUploadExternal=[Fault.SILENT])
    desk.pass_time(desk.constants.quarantine - SECOND)
    assert (called(desk, BEGIN), called(desk, "conversations.history")) == (1, 0)
    desk.pass_time(2 * SECOND)
    assert len(desk.slack.ledger.files) == 1


def test_a_shorter_quarantine_would_send_a_file_twice(desk: Desk) -> None:
    # The fake can double a file: what keeps it from that is the wait, not the fake.
    desk.constants = replace(desk.constants, quarantine=SECOND)
    desk.hire()
    ask(desk)
    desk.slack.trouble = Script(files__completeUploadExternal=[Fault.TAKEN_LATE])
    desk.drain()
    assert len(desk.slack.ledger.files) == 2


@pytest.mark.parametrize("point", ["upload_begun", "uploaded", "marked", "completed", "settled"])
def test_a_crash_anywhere_neither_loses_nor_doubles_a_file(desk: Desk, point: str) -> None:
    ask(desk)
    # The greeting goes first, and is marked and settled before the file is.
    crash = CrashAt(point, 2 if point in ("marked", "settled") else 1)
    desk.survive(crash, desk.drain)
    assert crash.died
    assert len(desk.slack.ledger.files) == 1
    assert state(desk) == "sent"


def test_where_nobody_can_look_it_is_not_sent_again_and_its_reader_is_told(desk: Desk) -> None:
    ask(desk)
    desk.slack.without_scopes.add("conversations.history")
    desk.slack.trouble = Script(files__completeUploadExternal=[Fault.TAKEN_THEN_RESET])
    desk.drain()
    assert (state(desk), len(desk.slack.ledger.files)) == ("unconfirmed", 1)
    assert told(desk)[-1] == UNCLEAR
    assert desk.store.delivery.counts().unconfirmed == 1


# --- It cannot be sent


@pytest.mark.parametrize("method", [BEGIN, COMPLETE])
@pytest.mark.parametrize("error", ["file_uploads_disabled", "missing_scope", "channel_not_found"])
def test_what_slack_will_never_take_is_said_in_one_sentence_and_shown(
    desk: Desk, method: str, error: str
) -> None:
    ask(desk)
    desk.slack.trouble = Script(**{method.replace(".", "__"): [Refusal(error)]})
    desk.drain()
    assert desk.slack.ledger.files == []
    assert told(desk)[-1] == REFUSED
    assert state(desk) == "dead"
    (letter,) = desk.store.delivery.dead_letters(desk.team.workspace_id)
    assert (letter.kind, letter.reason) == ("status_csv", error)


@pytest.mark.parametrize(
    "trouble",
    [
        Script(files__getUploadURLExternal=[Fault.SERVER_ERROR, Fault.SILENT]),
        Script(files__getUploadURLExternal=[Fault.NO_CONNECTION] * 3),
        Script(upload=[Fault.SILENT, Fault.NO_CONNECTION]),
        Script(files__completeUploadExternal=[Fault.NO_CONNECTION] * 2),
    ],
)
def test_what_leaves_no_doubt_is_tried_again_without_looking(desk: Desk, trouble: Script) -> None:
    ask(desk)
    desk.slack.trouble = trouble
    desk.drain()
    assert len(desk.slack.ledger.files) == 1
    assert called(desk, "conversations.history") == 0
    assert REFUSED not in told(desk)


@pytest.mark.parametrize("method", [BEGIN, COMPLETE])
def test_too_many_calls_are_waited_out(desk: Desk, method: str) -> None:
    ask(desk)
    desk.slack.trouble = Script(**{method.replace(".", "__"): [Fault.LIMITED]})
    desk.pass_time(6 * SECOND)
    assert desk.slack.ledger.files == []
    desk.pass_time(20 * SECOND)
    assert len(desk.slack.ledger.files) == 1
    assert called(desk, "conversations.history") == 0


def test_an_upload_that_fails_time_and_again_is_given_up_and_said(desk: Desk) -> None:
    ask(desk)
    desk.slack.trouble = Script(upload=[Fault.SILENT] * 20)
    desk.pass_time(20 * MINUTE, step=5 * SECOND)
    assert (state(desk), called(desk, "upload")) == ("dead", desk.constants.most_failures)
    assert told(desk).count(REFUSED) == 1


# --- A promise ledger


def test_a_ledger_comes_to_who_asked_for_it_as_they_may_read_it(desk: Desk) -> None:
    handoff_id = signed(desk.store, desk.team)
    with desk.store.read(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
    desk.add(ledger_file(handoff, desk.team.ae.id, key="once"))
    desk.drain()
    (file,) = desk.slack.ledger.files
    assert file.name == "promise-ledger-2026-03-04.md"
    assert (file.content or b"").decode().startswith("# Northwind Robotics: promise ledger\n")
    assert desk.state("ledger-file:once") == "sent"


def test_who_may_no_longer_read_it_gets_no_ledger(desk: Desk) -> None:
    handoff_id = signed(desk.store, desk.team)
    with desk.store.read(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
    with desk.store.database.writing() as connection:
        connection.execute(update(channel).values(private=True))
        connection.commit()
    desk.add(ledger_file(handoff, desk.team.outsider.id, key="once"))
    desk.drain()
    assert desk.slack.ledger.files == []
    assert desk.state("ledger-file:once") == "cancelled"


def test_a_ledger_that_slack_does_not_take_is_told_as_one(desk: Desk) -> None:
    handoff_id = signed(desk.store, desk.team)
    with desk.store.read(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
    desk.add(ledger_file(handoff, desk.team.ae.id, key="once"))
    desk.slack.trouble = Script(files__getUploadURLExternal=[Refusal("file_uploads_disabled")])
    desk.drain()
    assert told(desk)[-1] == sentences.files.FAILED[NoticeKind.LEDGER_FILE][0]
