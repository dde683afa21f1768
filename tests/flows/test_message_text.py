"""A message is read as its readers see it, whatever it is made of."""

from typing import Any

import pytest

from bot.flows.message_text import author_of, people_in, words_of

NAMES = {"U1": "Dana Whitfield"}
Json = dict[str, Any]


def words(**message: Any) -> str:
    return words_of(message, NAMES.get)


def rich(*elements: Json) -> str:
    return words(text="", blocks=[{"type": "rich_text", "elements": list(elements)}])


def line(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def said(text: str) -> Json:
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("it is &amp;lt;", "it is &lt;"),
        ("<@U1> and <@U2> and <@U3|noor>", "@Dana Whitfield and @U2 and @noor"),
        ("<#C1|deal> or <#C2>", "#deal or #C2"),
        ("<!here> <!subteam^S1|@cs> <!date^1^{date}|4 May>", "@here @cs 4 May"),
        ("<https://a.example>", "https://a.example"),
        ("<https://a.example|the plan>", "the plan (https://a.example)"),
        ("<mailto:d@a.example|d@a.example>", "d@a.example"),
        ("*as* _typed_ `it` :wave:", "*as* _typed_ `it` :wave:"),
        ("<> a", "<> a"),
    ],
)
def test_slacks_own_signs_are_read_as_they_are_shown(text: str, read: str) -> None:
    assert words(text=text) == read


def test_the_text_goes_before_the_blocks() -> None:
    block = {"type": "section", "text": {"type": "plain_text", "text": "block"}}
    assert words(text="text", blocks=[block]) == "text"
    assert words(text="  \n", blocks=[block]) == "block"


def test_rich_text_is_read_line_by_line() -> None:
    user = {"type": "user", "user_id": "U1"}
    others: list[Json] = [
        {"type": "link", "url": "https://a.example", "text": "plan"},
        {"type": "link", "url": "https://a.example"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "broadcast", "range": "here"},
        {"type": "emoji", "name": "wave"},
        {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "4 May"},
        {"type": "color", "value": "#fff"},
    ]
    read = rich(
        line(said("Told "), user, said(":")),
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [line(said("June")), line(said("July"))],
        },
        {"type": "rich_text_list", "style": "bullet", "elements": [line(said("or later"))]},
        {"type": "rich_text_quote", "elements": [said("we have to")]},
        {"type": "rich_text_preformatted", "elements": [said("x = 1 < 2")]},
        line(*(part for one in others for part in (one, said(" ")))),
    )
    assert read == (
        "Told @Dana Whitfield:\n1. June\n2. July\n• or later\nwe have to\nx = 1 < 2\n"
        "plan (https://a.example) https://a.example #C1 @S1 @here :wave: 4 May"
    )


def test_every_block_with_words_is_read_and_no_button() -> None:
    mrkdwn = {"type": "mrkdwn", "text": "for <@U1>"}
    cell = {"type": "raw_text", "text": "Errors"}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "R&amp;D"}},
        {"type": "section", "text": mrkdwn, "fields": [{"type": "mrkdwn", "text": "field"}]},
        {
            "type": "context",
            "elements": [{"type": "image", "alt_text": "logo"}, {"type": "mrkdwn", "text": "note"}],
        },
        {"type": "markdown", "text": "**bold**"},
        {"type": "image", "alt_text": "a chart"},
        {"type": "image", "alt_text": "x", "title": {"type": "plain_text", "text": "Chart"}},
        {"type": "table", "rows": [[cell, {"type": "rich_text", "elements": [line(said("4"))]}]]},
        {"type": "divider"},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Press"}}],
        },
        {"type": "input", "label": {"type": "plain_text", "text": "Field"}},
    ]
    assert words(blocks=blocks).split("\n") == [
        "R&D",
        "for @Dana Whitfield",
        "field",
        "logo note",
        "**bold**",
        "a chart",
        "Chart",
        "Errors | 4",
    ]


def test_attachments_are_read_where_there_is_nothing_else() -> None:
    attachments = [
        {
            "pretext": "New deal",
            "title": "Northwind",
            "text": "is signed",
            "fields": [{"title": "Value", "value": "48,000"}],
            "fallback": "not needed",
        },
        {"fallback": "Only this"},
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "in a block"}}]},
    ]
    assert words(text="", attachments=attachments) == (
        "New deal\nNorthwind\nis signed\nValue: 48,000\nOnly this\nin a block"
    )


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": None, "blocks": None},
        {"text": 4, "blocks": "x", "attachments": {"a": 1}},
        {"blocks": [None, 3, {"type": "section"}, {"type": "rich_text", "elements": [None]}]},
        {"blocks": [{"type": "table", "rows": [None, [None]]}, {"type": "context"}]},
        {"blocks": [{"type": "rich_text", "elements": [line({"type": "text", "text": 3})]}]},
    ],
)
def test_what_slack_never_sends_has_no_words(message: Json) -> None:
    assert words_of(message, NAMES.get) == ""
    assert people_in(message) == []


@pytest.mark.parametrize(
    ("message", "author"),
    [
        ({"user": "U1"}, "Dana Whitfield"),
        ({"user": "U2"}, "U2"),
        ({"user": "U2", "user_profile": {"real_name": "Noor"}}, "Noor"),
        ({"user": "U1", "bot_id": "B1", "bot_profile": {"name": "Calls"}}, "Calls"),
        ({"bot_id": "B1", "username": "Notes", "bot_profile": {"name": "Calls"}}, "Notes"),
        ({"bot_id": "B1", "user": "U9"}, "U9"),
        ({}, ""),
    ],
)
def test_the_author_is_whoever_the_message_names(message: Json, author: str) -> None:
    assert author_of(message, NAMES.get) == author


def test_everybody_named_in_it_is_found() -> None:
    blocks = [
        {"type": "rich_text", "elements": [line({"type": "user", "user_id": "U2"})]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U3> <@U4|x>"}},
    ]
    found = people_in({"user": "U1", "text": "<@U5>", "blocks": blocks})
    assert sorted(found) == ["U1", "U2", "U3", "U4", "U5"]
