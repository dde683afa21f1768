"""`verify` and `verify --anchor`: what can be told of a history, and from a message of long ago."""

import hashlib
import json
from collections.abc import Callable, Iterator

import pytest
import structlog
from sqlalchemy import delete, select, update
from typer.testing import CliRunner, Result

from bot.cli import app as commands
from bot.domain.history import GENESIS, link
from bot.domain.notices import NoticeKind
from bot.storage.tables import event, event_value, handoff, outbox
from bot.views.sentences.thread import anchor
from tests.builders import Deal, signed
from tests.flows.app import App
from tests.flows.test_ledger import AE, ae_initials, csm_initials, deliverable, edit


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command has the log written to the runner's own output, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def verify(url: str) -> Callable[..., Result]:
    """`handoff-bot verify` on the database of the app."""

    def run(*arguments: str) -> Result:
        return CliRunner(env={"DATABASE_URL": url}).invoke(commands, ["verify", *arguments])

    return run


def anchored(app: App) -> tuple[int, str]:
    """A handoff whose ledger was signed, and the anchor as it stands in the message about it."""
    handoff_id = deliverable(app)
    ae_initials(app, handoff_id)
    csm_initials(app, handoff_id)
    with app.store.database.reading() as connection:
        told = select(outbox.c.facts).where(outbox.c.kind == NoticeKind.ANCHOR.value)
        facts = json.loads(connection.execute(told.limit(1)).scalar_one())
    text = anchor(
        "Northwind Robotics", count=facts["count"], head=facts["head"], version=4, signed=True
    )
    edit(app, AE, handoff_id, words="Another wording.")
    return handoff_id, text


def made_anew(app: App, handoff_id: int, seq: int) -> None:
    """Change a record and let all that follow, and what the handoff keeps, fit to it."""
    of = event.c.handoff_id == handoff_id
    with app.store.database.writing() as connection:
        head = GENESIS
        for row in connection.execute(select(event.c.seq, event.c.body).where(of)).all():
            body = json.loads(row.body)
            if row.seq == seq:
                body["facts"]["forged"] = True
            text = json.dumps(body, sort_keys=True, separators=(",", ":"))
            head = link(head, text.encode())
            changed = update(event).where(of, event.c.seq == row.seq)
            connection.execute(changed.values(body=text, hash=head))
        connection.execute(update(handoff).where(handoff.c.id == handoff_id).values(head=head))
        connection.commit()


def test_an_anchor_holds_while_the_history_grows(app: App, verify: Callable[..., Result]) -> None:
    signed(app.store, app.team, Deal(account="Larkfield Clinics"))
    handoff_id, text = anchored(app)
    told = verify("--anchor", text)
    assert told.exit_code == 0, told.output
    first, second = told.output.splitlines()
    assert first.startswith(f"Handoff {handoff_id}: the anchor holds at record ")
    assert second.startswith(f"Handoff {handoff_id}: ")
    assert second.endswith(": sound.")
    # Of another handoff it says nothing, and a line of `verify` is an anchor, too.
    assert verify("--anchor", text, "--handoff", "1").exit_code == 1
    assert verify("--anchor", second).exit_code == 0


def test_a_whole_chain_made_anew_is_sound_and_not_the_one_of_the_anchor(
    app: App, verify: Callable[..., Result]
) -> None:
    handoff_id, text = anchored(app)
    made_anew(app, handoff_id, seq=2)
    assert verify().exit_code == 0, verify().output
    unknown = verify("--anchor", text)
    assert unknown.exit_code == 1
    assert "NO history has this anchor" in unknown.output
    told = verify("--anchor", text, "--handoff", str(handoff_id))
    assert told.exit_code == 1
    assert "does NOT hold: up to record" in told.output


def test_what_was_made_anew_behind_an_anchor_it_does_not_see(
    app: App, verify: Callable[..., Result]
) -> None:
    handoff_id, text = anchored(app)
    with app.store.read(app.team.workspace_id) as unit:
        count, _ = unit.history.head(handoff_id)
    made_anew(app, handoff_id, seq=count)
    assert verify("--anchor", text).exit_code == 0


def test_a_history_cut_short_before_an_anchor_is_told(
    app: App, verify: Callable[..., Result]
) -> None:
    handoff_id, text = anchored(app)
    of = event.c.handoff_id == handoff_id
    with app.store.database.writing() as connection:
        kept = connection.execute(select(event.c.hash).where(of, event.c.seq == 3)).scalar_one()
        values = event_value.c.handoff_id == handoff_id
        connection.execute(delete(event_value).where(values, event_value.c.seq > 3))
        connection.execute(delete(event).where(of, event.c.seq > 3))
        cut = update(handoff).where(handoff.c.id == handoff_id)
        connection.execute(cut.values(event_count=3, head=kept))
        connection.commit()
    assert verify().exit_code == 0
    told = verify("--anchor", text, "--handoff", str(handoff_id))
    assert told.exit_code == 1
    assert "and there are 3." in told.output


def test_forged_deleted_and_erased_are_told_apart(app: App, verify: Callable[..., Result]) -> None:
    forged, deleted, erased = (signed(app.store, app.team) for _ in range(3))
    with app.store.database.writing() as connection:
        here = event.c.handoff_id == forged
        body = '{"tag":"handoff.started"}'
        connection.execute(update(event).where(here, event.c.seq == 1).values(body=body))
        for table in (event_value, event):
            there = (table.c.handoff_id == deleted, table.c.seq == 1)
            connection.execute(delete(table).where(*there))
        connection.commit()
    with app.store.write(app.team.workspace_id) as unit:
        of = unit.handoffs.lock(erased)
        unit.history.erase(of, [(1, "account")], actor_id=app.team.ae.id)
        unit.save(of, actor_id=app.team.ae.id)
        unit.commit()
    told = verify()
    assert told.exit_code == 1
    lines = told.output.splitlines()
    assert "NOT sound: record 1 forged" in lines[forged - 1]
    assert "NOT sound: record 1 silently deleted" in lines[deleted - 1]
    assert lines[erased - 1].endswith("1 value(s) erased on request: sound.")
    assert verify("--handoff", str(erased)).exit_code == 0


def test_an_erased_value_moves_no_anchor(app: App, verify: Callable[..., Result]) -> None:
    handoff_id, text = anchored(app)
    with app.store.write(app.team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        unit.history.erase(of, [(1, "account")], actor_id=app.team.ae.id)
        unit.save(of, actor_id=app.team.ae.id)
        unit.commit()
    told = verify("--anchor", text)
    assert told.exit_code == 0
    assert "erased on request: sound." in told.output


def test_a_damaged_history_is_told_also_where_its_anchor_holds(
    app: App, verify: Callable[..., Result]
) -> None:
    handoff_id, text = anchored(app)
    value = (event_value.c.handoff_id == handoff_id, event_value.c.seq == 1)
    with app.store.database.writing() as connection:
        connection.execute(update(event_value).where(*value).values(value="Somebody else"))
        connection.commit()
    told = verify("--anchor", text)
    assert "the anchor holds" in told.output
    assert "NOT sound" in told.output
    assert told.exit_code == 1


@pytest.mark.parametrize(
    "text", ["", "Nothing of that kind", "41 records, head 0123", "records, head 0123456789abcdef"]
)
def test_what_is_no_anchor_is_one_sentence(verify: Callable[..., Result], text: str) -> None:
    told = verify("--anchor", text)
    assert told.exit_code == 2
    assert told.output.startswith("--anchor: This is no anchor.")


def test_a_handoff_that_is_not_there_is_said(app: App, verify: Callable[..., Result]) -> None:
    _, text = anchored(app)
    told = verify("--anchor", text, "--handoff", "99")
    assert (told.exit_code, told.output) == (1, "There is no handoff 99.\n")


def test_the_hash_of_the_anchor_is_that_of_the_records_bytes(app: App) -> None:
    handoff_id, text = anchored(app)
    with app.store.read(app.team.workspace_id) as unit:
        records = unit.history.records(handoff_id)
    head, place = GENESIS, text.split(" records, head ")
    for record in records[: int(place[0].split()[-1])]:
        head = hashlib.sha256(head + record.body).digest()
    assert place[1].startswith(head.hex()[:16])
