"""Escaping, cutting, times and amounts."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import Money
from bot.views import limits, text
from bot.views.limits import paginate, truncate
from bot.views.message import Message, labelled
from tests.views.shown import HEBREW, LONG, TRICKY

NOON = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)


def test_escaping_defuses_every_sign_of_slack() -> None:
    assert text.escape("<!channel> <@U1> A&B &lt;") == (
        "&lt;!channel&gt; &lt;@U1&gt; A&amp;B &amp;lt;"
    )


@given(st.text())
def test_escaped_text_holds_no_sign_of_slack(typed: str) -> None:
    escaped = text.escape(typed)
    assert "<" not in escaped
    assert ">" not in escaped
    back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == typed


@given(st.text(), st.integers(1, 50))
def test_a_cut_text_keeps_its_beginning_and_its_limit(typed: str, limit: int) -> None:
    cut = truncate(typed, limit)
    assert len(cut) <= limit
    assert cut == typed if len(typed) <= limit else typed.startswith(cut.removesuffix("…"))


@pytest.mark.parametrize(
    ("typed", "limit", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("cafe\u0301s", 5, "caf…"),
        ("a\U0001f468\u200d\U0001f469\u200d\U0001f467b", 4, "a…"),
        ("ab\U0001f44d\U0001f3fdcd", 4, "ab…"),
    ],
)
def test_a_cut_falls_between_what_is_seen_as_one(typed: str, limit: int, shown: str) -> None:
    assert truncate(typed, limit) == shown


def test_a_line_is_one_line_and_as_long_as_it_may_be() -> None:
    assert text.one_line(" two\n\nlines\there ") == "two lines here"
    assert len(text.one_line("x" * 3000)) == limits.LINE
    assert limits.LINE // 2 < len(text.one_line(LONG)) <= limits.LINE + 2


def test_a_long_line_ends_between_two_words_where_it_can() -> None:
    assert (
        text.one_line("Count every pick that goes wrong, by hand", 24) == "Count every pick that…"
    )
    assert text.one_line("Count every pick, twice", 18) == "Count every pick…"
    assert text.one_line("Rechtsschutzversicherung Nord", 12) == "Rechtsschut…"
    assert text.one_line("fits as it is", 13) == "fits as it is"


def test_only_text_from_right_to_left_is_isolated_and_cannot_break_out() -> None:
    assert text.isolate("Northwind") == "Northwind"
    assert text.isolate(HEBREW) == f"\u2068{HEBREW}\u2069"
    assert text.isolate(f"{HEBREW}\u2069\u202e") == f"\u2068{HEBREW}\u2069"
    assert text.isolate("gnp.exe\u202e") == "\u2068gnp.exe\u2069"


@given(st.lists(st.integers()), st.integers(-3, 20), st.integers(1, 7))
def test_pages_cover_a_list_and_none_lies_outside(items: list[int], page: int, size: int) -> None:
    shown, number, pages = paginate(items, page=page, size=size)
    assert 0 <= number < pages
    assert len(shown) <= size
    whole = [item for each in range(pages) for item in paginate(items, page=each, size=size)[0]]
    assert whole == items


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(seconds=5), "1 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(minutes=58, seconds=40), "59 min"),
        (timedelta(hours=23, minutes=20), "23 h"),
        (timedelta(days=1, hours=7), "1 d"),
        (timedelta(minutes=59, seconds=40), "1 h"),
        (timedelta(hours=3, minutes=59), "4 h"),
        (timedelta(hours=23, minutes=45), "1 d"),
        (timedelta(days=1, hours=13), "2 d"),
    ],
)
def test_a_distance_is_told_in_its_largest_unit(span: timedelta, shown: str) -> None:
    assert text.distance(span) == shown


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (timedelta(hours=2), "15:00 (in 2 h)"),
        (timedelta(seconds=20), "13:00 (now)"),
        (timedelta(hours=-3), "10:00 (3 h ago)"),
        (timedelta(days=3), "Mon 13:00 (in 3 d)"),
        (timedelta(days=-1), "Thu 12 Mar, 13:00 (1 d ago)"),
        (timedelta(days=17), "Mon 30 Mar, 14:00 (in 17 d)"),
        (timedelta(days=300), "Thu 7 Jan 2027, 13:00 (in 300 d)"),
    ],
)
def test_a_time_is_told_in_the_readers_zone(ahead: timedelta, shown: str) -> None:
    """The last Sunday of March lies between: the clocks change."""
    assert text.local_time(NOON + ahead, "Europe/Berlin", NOON) == shown


def test_a_date_token_falls_back_to_utc() -> None:
    tokyo = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    assert text.instant_token(tokyo) == (
        "<!date^1773403200^{date_short_pretty} at {time}|Fri 13 Mar 2026, 12:00 UTC>"
    )


def test_days_and_amounts_read_alike_for_everybody() -> None:
    assert text.day(date(2026, 6, 30)) == "30 Jun 2026"
    assert text.money(Money(4_800_000, "USD")) == "48,000 USD"
    assert text.money(Money(4_800_050, "EUR")) == "48,000.50 EUR"


def test_typed_words_behind_a_label_are_not_parsed() -> None:
    made = labelled("Metric", TRICKY).to_dict()
    label, words = made["elements"][0]["elements"]
    assert label == {"type": "text", "text": "Metric  ", "style": {"bold": True}}
    assert words == {"type": "text", "text": TRICKY}


def test_a_message_is_cut_to_what_an_edit_takes() -> None:
    assert len(Message("x" * 5000).to_args()["text"]) == limits.MESSAGE_TEXT
