"""What is told of disputes: to whom it still concerns, as it is when it is sent."""

from dataclasses import replace

import pytest

from bot.domain import settling
from bot.domain.disputes import Ending, Escalation, Outcome, Settlement
from bot.domain.history import Tag
from bot.domain.ledger import Entry
from bot.domain.people import Person
from bot.flows.entries import note_promise
from bot.storage.unit_of_work import WriteUnit
from tests.builders import assigned
from tests.delivery.desk import Desk
from tests.delivery.slack import FakeSlack
from tests.delivery.test_moving import OLD

WHY = "Nobody asked the platform team."
KEPT = Settlement(Outcome.KEPT)


@pytest.fixture
def handoff_id(desk: Desk) -> int:
    """One whose card stands in the deal channel, with the message of its promise."""
    one = assigned(desk.store, desk.team)
    desk.drain()
    return one


def entry_of(unit: WriteUnit, handoff_id: int) -> Entry:
    return unit.disputes.with_answers(unit.ledger.entries(handoff_id)[0])


def reword(desk: Desk, handoff_id: int, words: str) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff, promise = unit.handoffs.lock(handoff_id), entry_of(unit, handoff_id).promise
        text, by = replace(promise.text, words=words), desk.team.ae
        after, _ = unit.brief.edit_promise(
            promise.id, text, base_version=promise.version, by=by.id, at=unit.now
        )
        note_promise(unit, handoff, Tag.PROMISE_EDITED, after, by)
        unit.commit()


def dispute(desk: Desk, handoff_id: int, why: str = WHY) -> None:
    csm = desk.team.csm
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff, entry = unit.handoffs.lock(handoff_id), entry_of(unit, handoff_id)
        version = entry.promise.version
        raised = settling.dispute(handoff, entry, why, by=csm, version=version, at=unit.now)
        unit.disputes.add(handoff_id, entry, raised)
        unit.surfaces.show_promise(handoff, entry.promise.id, version)
        unit.save(handoff, actor_id=csm.id)
        unit.commit()


def take_back(desk: Desk, handoff_id: int) -> None:
    csm = desk.team.csm
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff, entry = unit.handoffs.lock(handoff_id), entry_of(unit, handoff_id)
        settling.take_back(handoff, entry, by=csm, at=unit.now)
        assert entry.dispute is not None
        unit.disputes.end(handoff_id, entry.dispute, Ending.TAKEN_BACK)
        unit.save(handoff, actor_id=csm.id)
        unit.commit()


def keep(desk: Desk, handoff_id: int, by: Person) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff, entry = unit.handoffs.lock(handoff_id), entry_of(unit, handoff_id)
        version = entry.promise.version
        given = settling.answer(handoff, entry, KEPT, by=by, version=version, at=unit.now).given
        unit.disputes.answer(handoff_id, entry, given)
        unit.save(handoff, actor_id=by.id)
        unit.commit()


def test_both_managers_are_asked_and_the_channel_reads_why(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    dispute(desk, handoff_id)
    desk.drain()
    everything = str([one.args for one in slack.ledger.messages])
    assert everything.count("open_settle") == 2
    below = str([one.args for one in slack.ledger.all_in(OLD)])
    assert WHY in below
    assert "open_settle" not in below


def test_a_question_that_is_over_before_it_goes_out_is_not_asked(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    dispute(desk, handoff_id)
    take_back(desk, handoff_id)
    desk.drain()
    everything = str([one.args for one in slack.ledger.messages])
    assert "open_settle" not in everything
    assert "took back the dispute" in everything


def test_of_two_disputes_in_a_row_only_the_open_one_is_told(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    dispute(desk, handoff_id)
    take_back(desk, handoff_id)
    dispute(desk, handoff_id, "Legal never saw it.")
    desk.drain()
    everything = str([one.args for one in slack.ledger.messages])
    assert everything.count("open_settle") == 2
    assert WHY not in everything
    # There is something to settle.
    assert "took back the dispute" not in everything
    below = [str(one.args) for one in slack.ledger.all_in(OLD)]
    assert (
        sum(
            "Jonas disputes promise 1" in one.replace("\u2068", "").replace("\u2069", "")
            for one in below
        )
        == 1
    )


def test_a_question_about_a_wording_that_is_superseded_is_not_asked(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    dispute(desk, handoff_id)
    for words in ("Version 1", "Version 2"):
        reword(desk, handoff_id, words)
    desk.drain()
    asked = [str(one.args) for one in slack.ledger.messages if "open_settle" in str(one.args)]
    assert len(asked) == 2
    assert all("Version 2" in one for one in asked)


def test_managers_read_that_a_disputed_promise_was_withdrawn(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    dispute(desk, handoff_id)
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff, entry = unit.handoffs.lock(handoff_id), entry_of(unit, handoff_id)
        by = desk.team.ae
        gone = unit.brief.withdraw_promise(entry.promise.id, "Not so.", by=by.id, at=unit.now)
        note_promise(unit, handoff, Tag.PROMISE_WITHDRAWN, gone, by, words="Not so.")
        unit.commit()
    desk.drain()
    everything = str([one.args for one in slack.ledger.messages])
    assert "open_settle" not in everything
    assert everything.count("withdrew promise 1, which was disputed") >= 2


def test_who_answered_meanwhile_is_not_asked_any_more_and_revops_is_once_it_decides(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    dispute(desk, handoff_id)
    keep(desk, handoff_id, desk.team.ae_manager)
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        unit.escalate(handoff, entry_of(unit, handoff_id), Escalation.LATE)
        unit.save(handoff, actor_id=None)
        unit.commit()
    desk.drain()
    everything = str([one.args for one in slack.ledger.messages])
    assert everything.count("open_settle") == 1
    assert "RevOps decides what becomes of it: you." in everything
    assert "late by a business day" in str([one.args for one in slack.ledger.all_in(OLD)])
