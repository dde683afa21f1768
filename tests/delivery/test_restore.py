"""After a restore everything is said once, also what the restored rows know nothing of."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.domain.notices import NoticeKind, Place, Priority, status_csv
from bot.domain.status import Filter
from bot.storage.backup import back_up, file_of
from bot.storage.restoring import put_in_doubt
from bot.storage.tables import handoff, outbox, surface, workspace
from tests.builders import make_store, posted, signed
from tests.delivery.desk import Crash, CrashAt, Desk
from tests.delivery.slack import Fault, Script

HOUR = timedelta(hours=1)


@dataclass
class Nightly:
    """A desk whose database was backed up once, and may be lost."""

    desk: Desk
    file: Path

    def sweep(self) -> None:
        """Decide what is due and send it, for as long as things wait to be told together."""
        for _ in range(30):
            Sweep(store=self.desk.store, clock=self.desk.clock).run()
            self.desk.work()
            self.go_on(timedelta(seconds=30))

    def go_on(self, span: timedelta) -> None:
        """Time goes by on both clocks."""
        self.desk.clock.advance(span)
        self.desk.machine.advance(span)
        self.desk.slack.catch_up()

    def lose_and_restore(self, *, reconcile: bool = True) -> None:
        """The database is gone; the backup takes its place, and the bot is started."""
        place = file_of(self.desk.store.database)
        self.desk.store.close()
        shutil.copy(self.file, place)
        self.desk.store = make_store(
            f"sqlite:///{place}", clock=self.desk.clock, machine=self.desk.machine
        )
        if reconcile:
            until = self.desk.machine.now() + self.desk.constants.lease
            with self.desk.store.database.writing() as connection:
                put_in_doubt(connection, until=until)
                connection.commit()
        self.desk.hire()
        Sweep(store=self.desk.store, clock=self.desk.clock).run()


@pytest.fixture
def back_up_now(desk: Desk, tmp_path: Path) -> Callable[[], Nightly]:
    def now() -> Nightly:
        back_up(desk.store.database, tmp_path / "backup.db")
        return Nightly(desk, tmp_path / "backup.db")

    return now


BackUp = Callable[[], Nightly]


def _stand(desk: Desk) -> list[tuple[str, str | None, str]]:
    """Every message that stands: where, below what, and since when."""
    return [(one.channel, one.thread_ts, one.ts) for one in desk.slack.ledger.messages]


def test_what_waited_in_the_backup_and_was_said_since_is_not_said_again(
    desk: Desk, back_up_now: BackUp
) -> None:
    desk.say("hello")
    nightly = back_up_now()
    desk.drain()
    nightly.go_on(HOUR)
    nightly.lose_and_restore()
    desk.drain()
    assert len(desk.slack.ledger.messages) == 1
    row = desk.row(outbox, key="hello")
    assert (row["state"], row["ts"]) == ("sent", desk.slack.ledger.messages[0].ts)


def test_without_looking_it_would_be_said_again(desk: Desk, back_up_now: BackUp) -> None:
    desk.say("hello")
    nightly = back_up_now()
    desk.drain()
    nightly.lose_and_restore(reconcile=False)
    desk.drain()
    assert len(desk.slack.ledger.messages) == 2


def test_what_waited_in_the_backup_and_was_never_said_is_said_once(
    desk: Desk, back_up_now: BackUp
) -> None:
    desk.say("hello")
    nightly = back_up_now()
    nightly.go_on(HOUR)
    nightly.lose_and_restore()
    desk.drain()
    assert len(desk.slack.ledger.messages) == 1


def test_a_whole_handoff_posted_since_stands_once_and_is_drawn_anew(
    desk: Desk, back_up_now: BackUp
) -> None:
    posted(desk.store, desk.team)
    nightly = back_up_now()
    desk.drain()
    before = _stand(desk)
    edits = {one.ts: one.edits for one in desk.slack.ledger.messages}
    nightly.go_on(HOUR)
    nightly.lose_and_restore()
    nightly.sweep()
    assert _stand(desk) == before
    for row in desk.rows(surface):
        assert row["wanted"] == row["shown"], row["kind"]
        assert not row["maybe_sent"]
        if row["ts"] is not None:
            (there,) = [one for one in desk.slack.ledger.messages if one.ts == row["ts"]]
            assert there.edits > edits[there.ts], row["kind"]


def test_what_the_clock_said_since_is_decided_again_and_found(
    desk: Desk, back_up_now: BackUp
) -> None:
    signed(desk.store, desk.team)
    desk.drain()
    nightly = back_up_now()
    for _ in range(5):
        nightly.go_on(5 * HOUR)
        nightly.sweep()
    before = _stand(desk)
    said = [row for row in desk.rows(outbox) if row["kind"] in ("nudge", "late", "summary")]
    assert len(said) >= 3
    nightly.go_on(timedelta(minutes=20))
    nightly.lose_and_restore()
    nightly.sweep()
    assert len(desk.rows(outbox)) > 0
    assert _stand(desk) == before
    # From here on it is said as ever, and without looking.
    looked = len([one for one in desk.slack.ledger.calls if one[0] == "conversations.history"])
    nightly.go_on(24 * HOUR)
    nightly.sweep()
    assert len(_stand(desk)) > len(before)
    after = [one for one in desk.slack.ledger.calls if one[0] == "conversations.history"]
    assert len(after) == looked


def test_of_several_things_only_what_was_not_said_is(desk: Desk, back_up_now: BackUp) -> None:
    signed(desk.store, desk.team)
    desk.drain()
    nightly = back_up_now()
    nightly.go_on(3 * HOUR)
    nightly.sweep()
    before = len(_stand(desk))
    nightly.go_on(20 * HOUR)
    nightly.lose_and_restore()
    nightly.sweep()
    first = _stand(desk)[before:]
    assert first
    nightly.lose_and_restore()
    nightly.sweep()
    assert _stand(desk)[before:] == first


def test_a_card_that_was_deleted_and_posted_anew_is_the_one_that_lives_on(
    desk: Desk, back_up_now: BackUp
) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    nightly = back_up_now()
    (card,) = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    desk.slack.ledger.messages.remove(card)
    _draw(desk, handoff_id)
    (anew,) = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    nightly.go_on(HOUR)
    nightly.lose_and_restore()
    desk.drain()
    cards = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    assert cards == [anew]
    assert desk.row(surface, kind="card")["ts"] == anew.ts


def test_a_card_whose_act_is_lost_is_found_when_the_act_is_done_again(
    desk: Desk, back_up_now: BackUp
) -> None:
    handoff_id = signed(desk.store, desk.team)
    desk.drain()
    nightly = back_up_now()
    _post(desk, handoff_id)
    (card,) = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    nightly.go_on(HOUR)
    nightly.lose_and_restore()
    desk.drain()
    _post(desk, handoff_id)
    cards = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    assert cards == [card]


def test_a_number_of_a_lost_handoff_is_never_given_again(desk: Desk, back_up_now: BackUp) -> None:
    signed(desk.store, desk.team)
    nightly = back_up_now()
    lost = signed(desk.store, desk.team)
    nightly.lose_and_restore()
    assert lost == 2
    assert signed(desk.store, desk.team) == 2000
    assert signed(desk.store, desk.team) == 2001


def test_what_nobody_can_look_for_is_not_said_and_counted(desk: Desk, back_up_now: BackUp) -> None:
    desk.say("whisper", place=Place.EPHEMERAL, channel_id=desk.team.channel.id)
    nightly = back_up_now()
    nightly.go_on(HOUR)
    nightly.lose_and_restore()
    desk.drain()
    assert desk.slack.ledger.whispers == []
    assert desk.state("whisper") == "unconfirmed"
    assert desk.store.delivery.counts().unconfirmed == 1


@pytest.fixture
def unreadable(desk: Desk, back_up_now: BackUp) -> Nightly:
    """A card and a promise stood when the database was lost; Slack shows no history."""
    posted(desk.store, desk.team)
    desk.drain()
    nightly = back_up_now()
    nightly.go_on(HOUR)
    desk.slack.without_scopes = {"conversations.history", "conversations.replies"}
    nightly.lose_and_restore()
    return nightly


def _others_read(desk: Desk) -> None:
    desk.facts = replace(desk.facts, shared=True)
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.channels.note("C0DEAL", shared=True, forget_check=True)
        unit.commit()


def test_what_stood_is_drawn_on_where_nobody_can_look_for_it(
    desk: Desk, unreadable: Nightly
) -> None:
    unreadable.sweep()
    desk.drain()
    assert desk.store.delivery.counts().unconfirmed == 0
    assert desk.surfaces_at_rest()
    stand = desk.slack.ledger.all_in("C0DEAL")
    assert "Northwind" in str([one.args for one in stand])
    _others_read(desk)
    desk.drain()
    assert "Northwind" not in str([one.args for one in stand])
    assert desk.slack.ledger.all_in("C0DEAL") == stand


def test_a_card_that_is_gone_where_nobody_can_look_is_asked_about_and_posted_on_demand(
    desk: Desk, unreadable: Nightly
) -> None:
    (card,) = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    desk.slack.ledger.messages.remove(card)
    # The first edit is lost on its way, and the doubt must outlive that.
    desk.slack.trouble = Script(chat__update=[Fault.SILENT])
    desk.drain()
    row = desk.row(surface, kind="card")
    assert (row["state"], row["reason"]) == ("dead", "message_not_found")
    assert desk.row(outbox, kind=NoticeKind.UNCONFIRMED)["state"] == "sent"
    with desk.store.write(desk.team.workspace_id) as unit:
        assert unit.surfaces.post_again(row["id"], handoff_id=row["handoff_id"])
        unit.commit()
    desk.drain()
    cards = [one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None]
    assert [one.ts for one in cards] == [desk.row(surface, kind="card")["ts"]]


def test_what_was_given_up_where_it_stands_is_drawn_anew_when_its_rows_change(
    desk: Desk, back_up_now: BackUp
) -> None:
    posted(desk.store, desk.team)
    desk.drain()
    with desk.store.database.writing() as connection:
        connection.execute(surface.update().values(state="dead", reason="missing_scope"))
        connection.commit()
    _others_read(desk)
    desk.drain()
    assert "Northwind" not in str([one.args for one in desk.slack.ledger.all_in("C0DEAL")])
    assert desk.row(surface, kind="card")["state"] == "live"


def test_who_waited_for_a_file_is_told_and_gets_no_second_one(
    desk: Desk, back_up_now: BackUp
) -> None:
    desk.add(status_csv(desk.team.revops.id, Filter(), key="asked"))
    nightly = back_up_now()
    desk.drain()
    assert len(desk.slack.ledger.files) == 1
    nightly.go_on(HOUR)
    nightly.lose_and_restore()
    desk.drain()
    assert len(desk.slack.ledger.files) == 1
    assert desk.row(outbox, kind="status_csv")["state"] == "unconfirmed"
    (told,) = [row for row in desk.rows(outbox) if row["kind"] == NoticeKind.FILE_FAILED.value]
    assert told["state"] == "sent"


def _dies_while_slack_hangs(
    desk: Desk, *, nth: int = 1, run: Callable[[], object] | None = None
) -> None:
    """The process ends in the middle of a post, which Slack takes half a minute later."""
    desk.slack.trouble = Script(chat__postMessage=[*[None] * (nth - 1), Fault.TAKEN_LATE])
    desk.hire(CrashAt("posted", nth))
    with pytest.raises(Crash):
        (run or desk.work)()


def test_what_slack_takes_only_after_the_restore_is_not_said_again(
    desk: Desk, back_up_now: BackUp
) -> None:
    key = desk.say("hello")
    nightly = back_up_now()
    _dies_while_slack_hangs(desk)
    nightly.lose_and_restore()
    desk.drain()
    assert desk.slack.ledger.keys() == [key]


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_card_that_slack_takes_only_after_the_restore_stands_once(
    desk: Desk, back_up_now: BackUp, nth: int
) -> None:
    posted(desk.store, desk.team)
    nightly = back_up_now()
    _dies_while_slack_hangs(desk, nth=nth)
    nightly.lose_and_restore()
    nightly.sweep()
    keys = desk.slack.ledger.keys()
    assert len(set(keys)) == len(keys)


def test_what_the_clock_decides_anew_waits_too_for_what_slack_may_still_take(
    desk: Desk, back_up_now: BackUp
) -> None:
    signed(desk.store, desk.team)
    desk.drain()
    nightly = back_up_now()
    before = len(_stand(desk))
    nightly.go_on(3 * HOUR)
    _dies_while_slack_hangs(desk, run=nightly.sweep)
    assert len(_stand(desk)) == before
    nightly.lose_and_restore()
    nightly.sweep()
    said = [one.args["text"] for one in desk.slack.ledger.messages[before:]]
    assert said
    assert len(set(said)) == len(said)


def test_a_message_of_an_act_after_the_restore_is_not_looked_for(
    desk: Desk, back_up_now: BackUp
) -> None:
    nightly = back_up_now()
    nightly.lose_and_restore()
    desk.say("after", priority=Priority.ANSWER)
    assert not desk.row(outbox, key="after")["maybe_sent"]


def test_the_first_look_at_the_deadlines_is_noted_once(desk: Desk, back_up_now: BackUp) -> None:
    signed(desk.store, desk.team)
    desk.drain()
    nightly = back_up_now()
    nightly.go_on(5 * HOUR)
    nightly.lose_and_restore()
    restarted = desk.clock.now()
    nightly.go_on(5 * HOUR)
    nightly.sweep()
    with desk.store.database.reading() as connection:
        assert connection.execute(select(workspace.c.restored_at)).scalar_one() == restarted
        assert connection.execute(select(handoff.c.id)).scalar_one() == 1


def _draw(desk: Desk, handoff_id: int) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.surfaces.refresh(handoff_id)
        unit.commit()
    desk.drain()


def _post(desk: Desk, handoff_id: int) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        one = unit.handoffs.lock(handoff_id)
        one.post(by=desk.team.ae, at=unit.now)
        unit.save(one, actor_id=desk.team.ae.id, asked_in=desk.team.channel.id)
        unit.commit()
    desk.drain()
