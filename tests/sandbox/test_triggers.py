import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.triggers import ResponseUrls, RightRefused, TriggerBook
from tests.sandbox.desk import MAYA, NORTHWIND, Ticker


def test_a_trigger_id_long_over_is_forgotten_and_a_recent_one_is_not() -> None:
    ticker = Ticker()
    book = TriggerBook(SandboxClock(machine=ticker))
    old = book.issue(MAYA)
    ticker.seconds += 30
    recent = book.issue(MAYA)
    ticker.seconds += 31
    book.issue(MAYA)
    with pytest.raises(RightRefused, match="invalid_trigger_id"):
        book.look_at(old)
    with pytest.raises(RightRefused, match="expired_trigger_id"):
        book.look_at(recent)


def test_thousands_of_response_urls_serve_at_the_same_time() -> None:
    urls = ResponseUrls(SandboxClock(machine=Ticker()))
    issued = [urls.issue(MAYA, channel=NORTHWIND) for _ in range(5000)]
    assert len(set(issued)) == 5000
    assert urls.take(issued[0].rpartition("/")[2]).channel == NORTHWIND


def test_a_response_url_that_is_over_is_told_from_one_that_never_was() -> None:
    ticker = Ticker()
    urls = ResponseUrls(SandboxClock(machine=ticker))
    key = urls.issue(MAYA, channel=NORTHWIND).rpartition("/")[2]
    ticker.seconds += 1801
    urls.issue(MAYA, channel=NORTHWIND)
    with pytest.raises(RightRefused, match="expired_url"):
        urls.take(key)
    with pytest.raises(RightRefused, match="invalid_url"):
        urls.take("nothing")
