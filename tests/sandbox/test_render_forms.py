"""Fields and what is posted from them, blocks as HTML, and what a person types to others."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.render.blocks import blocks_html
from bot.sandbox.render.composed import command_of, with_handles, with_mentions
from bot.sandbox.render.elements import Surface
from bot.sandbox.render.forms import SHOWN, UnreadableForm, field_name, posted_values
from bot.sandbox.render.reader import Choice, Reader
from bot.sandbox.render.views import modal_html
from bot.sandbox.view_state import Plain, initial_state
from bot.sandbox.workspace import Channel, OpenView, User

NEW_YORK = ZoneInfo("America/New_York")
READER = Reader(
    user_id="U1",
    zone=NEW_YORK,
    now=datetime(2026, 3, 13, 22, 30, tzinfo=UTC),
    people={"U1": "Ida Berg", "U2": "Noor Salim"},
    people_to_choose=[Choice(id="U1", label="Ida Berg"), Choice(id="U2", label="Noor Salim")],
    conversations_to_choose=[Choice(id="C1", label="#deal-orchard"), Choice(id="C2", label="#two")],
    channels_to_choose=[Choice(id="C1", label="#deal-orchard")],
)
KICKOFF = int(datetime(2026, 3, 16, 14, 0, tzinfo=UTC).timestamp())


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str, **more: Any) -> dict[str, Any]:
    return {"text": plain(f"Option {value}"), "value": value, **more}


def asked(kind: str, *, block_id: str = "b", **element: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("Question"),
        "element": {"type": kind, "action_id": "a", **element},
    }


class Fields(HTMLParser):
    """Reads the fields of a form as a browser would post them untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._select: str | None = None
        self._first: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "textarea":
            self._textarea = name
            self.pairs.append((name, ""))
        elif tag == "select":
            self._select, self._first = name, None
        elif tag == "option" and self._select:
            value = found.get("value") or ""
            if "selected" in found or self._first is None:
                self._first = value
        elif tag == "input" and (
            found.get("type") not in ("checkbox", "radio") or "checked" in found
        ):
            self.pairs.append((name, found.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            name, so_far = self.pairs[-1]
            self.pairs[-1] = (name, so_far + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            name, words = self.pairs[-1]
            self.pairs[-1] = (name, words.removeprefix("\n"))
            self._textarea = None
        elif tag == "select" and self._select is not None:
            self.pairs.append((self._select, self._first or ""))
            self._select = None


def modal_of(*blocks: dict[str, Any], **more: Any) -> OpenView:
    view = {"type": "modal", "title": plain("Title"), "blocks": list(blocks), **more}
    return OpenView(
        id="V1",
        user="U1",
        type="modal",
        view=view,
        hash="1.a",
        root_view_id="V1",
        state=initial_state(list(blocks)),
    )


def html_of(view: OpenView) -> str:
    return str(modal_html(view, READER, app_name="App", is_top=True))


FIELDS: list[tuple[dict[str, Any], Plain]] = [
    (asked("plain_text_input"), None),
    (asked("plain_text_input", initial_value='a "b" <c>'), 'a "b" <c>'),
    (asked("plain_text_input", multiline=True, initial_value="\nx\n<y>"), "\nx\n<y>"),
    (asked("number_input", is_decimal_allowed=True, initial_value="2.5"), "2.5"),
    (asked("email_text_input", initial_value="ida@orchard.example"), "ida@orchard.example"),
    (asked("url_text_input", initial_value="https://orchard.example"), "https://orchard.example"),
    (asked("datepicker", initial_date="2026-03-31"), "2026-03-31"),
    (asked("datepicker"), None),
    (asked("timepicker", initial_time="09:30"), "09:30"),
    (asked("datetimepicker", initial_date_time=KICKOFF), KICKOFF),
    (asked("static_select", options=[option("1"), option("2")]), None),
    (asked("static_select", options=[option("1")], initial_option=option("1")), "1"),
    (
        asked(
            "static_select",
            option_groups=[{"label": plain("Group"), "options": [option("1"), option("2")]}],
            initial_option=option("2"),
        ),
        "2",
    ),
    (asked("external_select"), None),
    (asked("external_select", initial_option=option("1")), "1"),
    (asked("multi_external_select"), []),
    (asked("multi_external_select", initial_options=[option("1"), option("2")]), ["1", "2"]),
    (asked("users_select", initial_user="U2"), "U2"),
    (asked("conversations_select", initial_conversation="C2"), "C2"),
    (asked("channels_select", initial_channel="C1"), "C1"),
    (asked("multi_users_select", initial_users=["U2", "U1"]), ["U1", "U2"]),
    (asked("multi_conversations_select", initial_conversations=["C1"]), ["C1"]),
    (asked("multi_channels_select"), []),
    (
        asked(
            "multi_static_select", options=[option("1"), option("2")], initial_options=[option("2")]
        ),
        ["2"],
    ),
    (asked("checkboxes", options=[option("1"), option("2")], initial_options=[option("1")]), ["1"]),
    (asked("checkboxes", options=[option("1")]), []),
    (asked("radio_buttons", options=[option("1"), option("2")], initial_option=option("2")), "2"),
    (asked("radio_buttons", options=[option("1")]), None),
]


@pytest.mark.parametrize(("block", "held"), FIELDS)
def test_an_untouched_field_posts_what_stands_in_it(block: dict[str, Any], held: Plain) -> None:
    form = Fields()
    form.feed(html_of(modal_of(block)))
    assert posted_values([block], form.pairs, NEW_YORK) == {"b": {"a": held}}


def test_ids_with_any_characters_stay_apart() -> None:
    blocks = [
        asked("plain_text_input", block_id='a"|]', initial_value="one"),
        asked("plain_text_input", block_id="a", initial_value="two"),
    ]
    form = Fields()
    form.feed(html_of(modal_of(*blocks)))
    values = posted_values(blocks, form.pairs, NEW_YORK)
    assert values == {'a"|]': {"a": "one"}, "a": {"a": "two"}}


def test_a_field_that_left_the_view_is_not_posted() -> None:
    name = field_name("gone", "a")
    pairs = [(SHOWN, name), (name, "typed")]
    assert posted_values([asked("plain_text_input")], pairs, NEW_YORK) == {}


def test_a_field_the_form_did_not_show_keeps_its_state() -> None:
    assert posted_values([asked("checkboxes", options=[option("1")])], [], NEW_YORK) == {}


@pytest.mark.parametrize("name", ["", "b|a", '["b"]', '["b", 1]', '{"b": "a"}'])
def test_a_name_this_page_never_writes_is_refused(name: str) -> None:
    with pytest.raises(UnreadableForm):
        posted_values([asked("plain_text_input")], [(SHOWN, name)], NEW_YORK)


@pytest.mark.parametrize("moment", ["0002-01-01T09:00", "9999-12-31T23:59", "soon"])
def test_a_moment_that_slack_cannot_carry_is_refused(moment: str) -> None:
    name = field_name("b", "a")
    with pytest.raises(UnreadableForm):
        posted_values([asked("datetimepicker")], [(SHOWN, name), (name, moment)], NEW_YORK)


def test_line_breaks_of_a_form_become_slacks() -> None:
    name = field_name("b", "a")
    pairs = [(SHOWN, name), (name, "one\r\ntwo")]
    assert posted_values([asked("plain_text_input")], pairs, NEW_YORK) == {"b": {"a": "one\ntwo"}}


def test_an_error_stands_under_its_field_and_is_tied_to_it() -> None:
    view = modal_of({**asked("plain_text_input"), "hint": plain("Say when.")})
    view.errors = {"b": "A <date> is missing."}
    html = html_of(view)
    assert '<p class="field-error"' in html
    assert "A &lt;date&gt; is missing." in html
    assert 'aria-invalid="true"' in html
    described = html.partition('aria-describedby="')[2].partition('"')[0].split()
    assert len(described) == 2
    assert all(f'id="{id_}"' in html for id_ in described)


def test_state_wins_over_what_the_app_put_there_first() -> None:
    view = modal_of(asked("plain_text_input", initial_value="first"))
    view.state["b"]["a"]["value"] = "typed"
    html = html_of(view)
    assert 'value="typed"' in html
    assert "first" not in html


def test_a_field_keeps_its_id_until_one_of_its_ids_changes() -> None:
    def id_of(view_id: str, block_id: str) -> str:
        surface = Surface(kind="modal", key=view_id)
        html = str(blocks_html([asked("datepicker", block_id=block_id)], surface, READER))
        return html.partition('<label class="label" for="')[2].partition('"')[0]

    assert id_of("V1", "b") == id_of("V1", "b")
    assert len({id_of("V1", "b"), id_of("V1", "c"), id_of("V2", "b")}) == 3


def test_buttons_carry_their_hooks_and_unsafe_addresses_are_left_out() -> None:
    block = {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "go", "text": plain("Go <now>"), "style": "primary"},
            {"type": "button", "action_id": "x", "text": plain("X"), "url": "javascript:alert(1)"},
            {"type": "overflow", "action_id": "more", "options": [option("1"), option("2")]},
        ],
    }
    html = str(blocks_html([block], Surface(kind="message", key="m"), READER))
    assert 'data-action-id="go"' in html
    assert 'data-block-id="row"' in html
    assert "Go &lt;now&gt;" in html
    assert "javascript" not in html
    assert html.count('data-action-id="more"') == 2
    assert 'data-chosen="2"' in html


def test_a_confirm_waits_out_of_sight() -> None:
    confirm = {
        "title": plain("Withdraw?"),
        "text": {"type": "mrkdwn", "text": "It *stays* in the history."},
        "confirm": plain("Withdraw"),
        "deny": plain("Keep"),
    }
    block = {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "go", "text": plain("Withdraw"), "confirm": confirm}
        ],
    }
    html = str(blocks_html([block], Surface(kind="message", key="m"), READER))
    assert "<template" in html
    assert 'data-deny="Keep"' in html
    assert "It <strong>stays</strong>" in html


def test_every_block_of_a_message_is_shown() -> None:
    words = {"type": "mrkdwn", "text": "*words*"}
    picture = {"type": "image", "image_url": "https://a.example/p.png", "alt_text": "a hall"}
    blocks: list[dict[str, Any]] = [
        {"type": "header", "block_id": "1", "text": plain("Head")},
        {
            "type": "section",
            "block_id": "2",
            "text": words,
            "fields": [words],
            "accessory": picture,
        },
        {"type": "context", "block_id": "3", "elements": [picture, plain("small")]},
        {"type": "divider", "block_id": "4"},
        {"block_id": "5", "title": plain("Plan"), **picture},
        {"type": "rich_text", "block_id": "6", "elements": []},
        {"type": "markdown", "block_id": "7", "text": "**strong**"},
    ]
    html = str(blocks_html(blocks, Surface(kind="message", key="m"), READER))
    assert "<h3>Head</h3>" in html
    assert html.count('src="https://a.example/p.png"') == 3
    assert "<figcaption>Plan</figcaption>" in html
    assert "<hr>" in html
    assert "<strong>strong</strong>" in html
    assert "cannot be shown" not in html


def test_a_modal_below_the_top_cannot_be_reached() -> None:
    below = str(modal_html(modal_of(), READER, app_name="App", is_top=False))
    assert "inert" in below
    assert 'aria-hidden="true"' in below
    assert "inert" not in html_of(modal_of())


def test_a_modal_without_submit_has_only_its_close() -> None:
    assert "data-submit" not in html_of(modal_of())
    html = html_of(modal_of(asked("plain_text_input"), submit=plain("Save"), close=plain("Back")))
    assert ">Save</button>" in html
    assert ">Back</button>" in html


# ---- what a person types

PEOPLE = [
    User(id="U1", team_id="T1", name="ida", real_name="Ida Berg", tz="Europe/Oslo"),
    User(id="U2", team_id="T1", name="noor", real_name="Noor Salim", tz="Europe/London"),
]
CHANNELS = [Channel(id="C1", name="deal-orchard", creator="U1", created=0, members=["U1"])]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("ask @Noor Salim now", "ask <@U2> now"),
        ("@ida, see #deal-orchard.", "<@U1>, see <#C1|deal-orchard>."),
        ("@nobody and mail@noor.example", "@nobody and mail@noor.example"),
        ("#deal-orchard-2 is another", "#deal-orchard-2 is another"),
    ],
)
def test_names_become_mentions(typed: str, sent: str) -> None:
    assert with_mentions(typed, PEOPLE, CHANNELS) == sent


def test_a_command_is_told_from_a_message() -> None:
    command = command_of("/handoff start with @Noor Salim")
    assert command is not None
    assert (command.name, with_handles(command.text, PEOPLE)) == ("/handoff", "start with @noor")
    assert command_of("/") is None
    assert command_of("and/or") is None
    assert command_of("/usr/bin is a folder") is None
