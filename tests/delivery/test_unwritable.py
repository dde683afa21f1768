"""Sending while nothing can be written down: nothing lost, nothing doubled, and a quiet log."""

from datetime import timedelta

from structlog.testing import capture_logs

from bot.storage.unit_of_work import Store
from tests.delivery.desk import Desk
from tests.unwritable import look_again, read_only, sqlite_told


def test_what_is_to_be_sent_waits_without_a_word_for_each_try(desk: Desk, store: Store) -> None:
    desk.say("hello")
    with read_only(store.database), capture_logs() as logs:
        for _ in range(50):
            assert not desk.senders.work_once()
    assert logs == [], "the store says it, once a minute"
    assert store.database.writability.refused == 50
    assert desk.slack.ledger.keys() == []
    desk.work()
    assert desk.state("hello") == "sent"
    assert len(desk.slack.ledger.keys()) == 1


def test_what_was_posted_and_could_not_be_noted_is_found_and_not_posted_again(
    desk: Desk, store: Store
) -> None:
    told = sqlite_told(store.database, "PRAGMA query_only=ON", "PRAGMA query_only=OFF")

    def disk_fails(point: str) -> None:
        if point == "posted":
            told.__enter__()

    desk.hire(disk_fails)
    desk.say("hello")
    desk.senders.work_once()
    assert desk.state("hello") == "pending"
    told.__exit__(None, None, None)
    desk.hire()
    look_again(store.database)
    desk.pass_time(timedelta(minutes=5))
    assert desk.state("hello") == "sent"
    assert len(desk.slack.ledger.keys()) == 1
