"""Slack's mrkdwn, date tokens, rich text and markdown as safe HTML in the reader's names."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.render.dates import date_token, day_heading
from bot.sandbox.render.emoji import with_emoji
from bot.sandbox.render.markdown import markdown
from bot.sandbox.render.markup import link, safe_url, tag
from bot.sandbox.render.mrkdwn import mrkdwn, plain_text
from bot.sandbox.render.reader import Reader
from bot.sandbox.render.rich_text import rich_text

# Friday 13 March 2026, 22:30 in London and 18:30 in New York.
NOW = datetime(2026, 3, 13, 22, 30, tzinfo=UTC)
READER = Reader(
    user_id="U1",
    zone=ZoneInfo("America/New_York"),
    now=NOW,
    people={"U1": "Ida Berg", "U2": "Noor Salim"},
    places={"C1": "deal-orchard"},
    place_links={"C1": "/?place=C1"},
    here=lambda url: "/?place=C1" if url == "https://here.example/C1" else None,
)


def shown(text: str, *, verbatim: bool = False) -> str:
    return str(mrkdwn(text, READER, verbatim=verbatim))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~gone~", "<strong>bold</strong> <em>it</em> <del>gone</del>"),
        ("*bold with _it_ inside*", "<strong>bold with <em>it</em> inside</strong>"),
        ("2 * 3 * 4 and a_b_c", "2 * 3 * 4 and a_b_c"),
        ("one\ntwo", "one<br>two"),
        ("a\n\nb", "a<br><br>b"),
        ("`*not bold*`", "<code>*not bold*</code>"),
        ("before\n```\nx *y*\n```\nafter", "before<pre>x *y*</pre>after"),
        ("&gt; said\n&gt; so\nbut", "<blockquote>said<br>so</blockquote>but"),
        (
            "head\n• one\n• two",
            'head<span class="hang">• one</span><span class="hang">• two</span>',
        ),
        ("", ""),
    ],
)
def test_formatting_becomes_elements(text: str, html: str) -> None:
    assert shown(text) == html


def test_markup_in_a_message_stays_text() -> None:
    html = shown("&lt;script&gt;alert(1)&lt;/script&gt; <b onclick=x> \" ' &amp;amp;")
    assert "<script" not in html
    assert "<b" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&amp;amp;" in html


def test_mentions_show_names_and_mark_the_reader() -> None:
    html = shown("<@U1> asks <@U2|old name> in <#C1|x>, not <@U9|someone else>")
    assert '<span class="mention mention-me" data-user="U1">@Ida Berg</span>' in html
    assert "@Noor Salim" in html
    assert '<a class="mention" href="/?place=C1">#deal-orchard</a>' in html
    assert "@someone else" in html


def test_a_channel_the_reader_cannot_see_keeps_its_name_to_itself() -> None:
    assert "private-channel" in shown("<#C404>")


def test_broadcasts_and_groups_are_mentions() -> None:
    assert ">@here</span>" in shown("<!here>")
    assert ">@csm-team</span>" in shown("<!subteam^S1|@csm-team>")


def test_links_open_elsewhere_unless_they_lead_into_this_workspace() -> None:
    outside = shown("<https://a.example/?x=1&amp;y=2|the *offer*>")
    assert 'href="https://a.example/?x=1&amp;y=2"' in outside
    assert 'rel="noopener noreferrer nofollow"' in outside
    assert shown("<https://here.example/C1|card>") == '<a href="/?place=C1">card</a>'


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", " JavaScript:x", "vbscript:x", "//x"]
)
def test_an_address_that_could_run_something_is_no_link(address: str) -> None:
    assert safe_url(address) is None
    assert "href" not in str(link(address, "words", READER))
    assert "href" not in shown(f"<{address}|words>")


def test_bare_addresses_become_links_unless_verbatim() -> None:
    assert 'href="https://a.example/b"' in shown("see https://a.example/b.")
    assert shown("see https://a.example/b.", verbatim=True) == "see https://a.example/b."


def test_formatting_may_span_tokens() -> None:
    html = shown("*<@U2> is next*")
    assert html.startswith("<strong><span")
    assert html.endswith(" is next</strong>")


def test_private_use_characters_cannot_forge_a_piece() -> None:
    assert shown("\ue0000\ue001 <@U2>").count("Noor") == 1


def test_a_date_token_is_in_the_readers_zone_with_the_whole_date_behind_it() -> None:
    unix = int(datetime(2026, 3, 14, 2, 5, tzinfo=UTC).timestamp())
    html = shown(f"due <!date^{unix}^{{date_short_pretty}} at {{time}}|soon>")
    assert ">today at 22:05</time>" in html
    assert 'title="Friday, 13 March 2026 22:05 (EDT)"' in html
    berlin = replace(READER, zone=ZoneInfo("Europe/Berlin"))
    assert "tomorrow at 03:05" in str(
        mrkdwn(f"<!date^{unix}^{{date_pretty}} at {{time}}|x>", berlin)
    )


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{date}", "March 21st"),
        ("{date_short}", "Mar 21"),
        ("{date_long}", "Saturday, March 21st"),
        ("{date_num} {time_secs}", "2026-03-21 12:00:09"),
        ("{date_slash}", "03/21/2026"),
        ("{ago}", "in 7 days"),
        ("{nonsense} {time}", "{nonsense} 12:00"),
    ],
)
def test_date_tokens_are_filled_in(pattern: str, words: str) -> None:
    unix = int(datetime(2026, 3, 21, 16, 0, 9, tzinfo=UTC).timestamp())
    assert date_token(unix, pattern, READER) == words


def test_the_year_shows_when_the_day_is_far_away() -> None:
    unix = int(datetime(2028, 3, 12, 16, 0, tzinfo=UTC).timestamp())
    assert date_token(unix, "{date_short}", READER) == "Mar 12, 2028"
    assert date_token(unix, "{date}", READER) == "March 12th, 2028"


def test_a_date_beyond_all_calendars_shows_its_fallback() -> None:
    assert "some day" in shown("<!date^99999999999999999999^{date}|some day>")


def test_days_are_headed_by_their_name() -> None:
    assert day_heading(NOW.timestamp(), READER) == "Today, 13 March"
    assert day_heading(NOW.timestamp() - 3 * 86_400, READER) == "Tuesday, 10 March"


def test_shortcodes_become_emoji_where_they_are_known() -> None:
    assert with_emoji(":lock: :no_such_thing: 16:30:15") == "🔒 :no_such_thing: 16:30:15"
    assert str(plain_text("*stars* :lock:")) == "*stars* 🔒"
    assert str(plain_text(":lock:", with_emoji_codes=False)) == ":lock:"


def test_attributes_are_escaped_and_left_out_when_absent() -> None:
    html = str(tag("a", {"title": '"><x', "hidden": True, "id": None, "open": False}, "<y>"))
    assert html == '<a title="&#34;&gt;&lt;x" hidden>&lt;y&gt;</a>'


def test_rich_text_shows_every_piece() -> None:
    html = str(
        rich_text(
            [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "<b>*", "style": {"bold": True, "code": True}},
                        {"type": "user", "user_id": "U2"},
                        {"type": "channel", "channel_id": "C1"},
                        {"type": "broadcast", "range": "here"},
                        {"type": "emoji", "name": "tada"},
                        {"type": "link", "url": "https://a.example", "text": "offer"},
                        {"type": "date", "timestamp": 0, "format": "{date_num}"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "offset": 2,
                    "indent": 1,
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [{"type": "text", "text": "third"}],
                        }
                    ],
                },
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a  b"}]},
            ],
            READER,
        )
    )
    assert "<strong><code>&lt;b&gt;*</code></strong>" in html
    assert '<ol class="rich-list indent-1" start="3"><li>third</li></ol>' in html
    assert "<blockquote>said</blockquote><pre>a  b</pre>" in html
    for words in ("@Noor Salim", "#deal-orchard", "@here", "🎉", ">offer</a>", "1969-12-31"):
        assert words in html


def test_the_markdown_block_speaks_standard_markdown() -> None:
    html = str(
        markdown(
            "# Head\nSome **bold**, *soft*, ~~gone~~ and `a<b`.\n\n- one\n- [two](https://a.example)"
            "\n\n3. three\n> quoted\n\n---\n```\n<raw>\n```",
            READER,
        )
    )
    assert "<h3>Head</h3><p>Some <strong>bold</strong>, <em>soft</em>, <del>gone</del>" in html
    assert "<code>a&lt;b</code>" in html
    assert '<ul class="rich-list"><li>one</li><li><a href="https://a.example"' in html
    assert '<ol class="rich-list" start="3"><li>three</li></ol>' in html
    assert "<blockquote><p>quoted</p></blockquote><hr><pre>&lt;raw&gt;</pre>" in html


@pytest.mark.parametrize("text", ["[x](javascript:alert(1))", "<img src=x onerror=alert(1)>"])
def test_markdown_lets_nothing_run(text: str) -> None:
    html = str(markdown(text, READER))
    assert "<img" not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(
    "text",
    ["*" * 3000, "_a " * 1000, "<" * 3000, "`" * 3001, "<@" * 1500, "&gt;" * 700, "*a_" * 900],
)
def test_long_and_broken_texts_are_shown_in_time(text: str) -> None:
    assert shown(text)


@pytest.mark.parametrize("text", [">" * 5000, "*" * 5000, "[" * 5000, "- " * 2500, "**a** " * 900])
def test_long_and_broken_markdown_is_shown_in_time(text: str) -> None:
    assert "<" in str(markdown(text, READER))


class Tags(HTMLParser):
    """Every element and attribute that a browser would make of the HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name == "href"]


_PIECES = st.sampled_from(
    [
        *("*", "_", "~", "`", "```", "<", ">", "|", "@U1", "#C1", "!date^1^{time}", "&lt;", "\n"),
        *("https://a.example/", "javascript:x", '"', "'", "&", "> ", "- ", "[a](", ")"),
        *(" onclick=x ", "<b ", "word", ":tada:", "\ue000", "0", "\ue001"),
    ]
)
_HARMLESS = frozenset(
    {
        *("a", "span", "strong", "em", "del", "code", "pre", "blockquote", "br", "time", "p"),
        *("ul", "ol", "li", "hr", "h3", "h4", "h5", "h6"),
    }
)
_HARMLESS_ATTRIBUTES = frozenset({"href", "target", "rel", "class", "title", "data-user", "start"})


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_no_text_makes_an_element_or_address_of_its_own(text: str) -> None:
    for html in (shown(text), str(markdown(text, READER))):
        tags = Tags()
        tags.feed(html)
        tags.close()
        assert tags.names <= _HARMLESS
        assert tags.attributes <= _HARMLESS_ATTRIBUTES
        assert all(a.startswith(("https://a.example/", "/?place=C1")) for a in tags.addresses)
