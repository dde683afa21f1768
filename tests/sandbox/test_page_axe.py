"""The page before axe-core: everything it shows, in both themes, wide and narrow."""

from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from bot.sandbox.blockkit import Surface
from bot.sandbox.screen import accept_view, publish_home
from bot.sandbox.story import Story, parse_story
from tests.axe import stumbles
from tests.sandbox.desk import JONAS, MAYA, NORTHWIND, Json, actions, button, modal, plain
from tests.sandbox.stage import Screen, Stage, option, question

pytestmark = pytest.mark.browser

SIGHTS = [("light", 1280), ("dark", 1280), ("light", 390)]
OPTIONS = [option("1"), option("2")]
CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("It cannot be undone."),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}
MRKDWN = (
    "*bold* _italic_ ~struck~ `code` <@U0JONAS001> <#C0NORTHWD1|deal-northwind> "
    "<https://example.com|a link>\n> quoted\n```block\nof code``` "
    "<!date^1774963800^{date}|then> :tada:"
)


def story() -> Story:
    return parse_story(
        {
            "title": "A story",
            "about": "What it is about.",
            "steps": [
                {
                    "id": f"step{number}",
                    "title": f"Step {number}",
                    "as": "maya",
                    "place": "#deal-northwind",
                    "say": "Do something.",
                    "look": "Look there.",
                    "done": {"pressed": {"by": "maya", "action_id": f"a{number}"}},
                    "do": [{"press": {"action_id": f"a{number}"}}],
                }
                for number in range(4)
            ],
        }
    )


def every_message() -> list[Json]:
    return [
        {"type": "header", "text": plain("A heading")},
        {"type": "section", "text": {"type": "mrkdwn", "text": MRKDWN}},
        {
            "type": "section",
            "fields": [plain("left"), plain("right")],
            "accessory": {"type": "overflow", "action_id": "more", "options": OPTIONS},
        },
        {"type": "context", "elements": [plain("small print")]},
        {"type": "divider"},
        actions(
            button("a0", style="primary"),
            button("gone", style="danger", confirm=CONFIRM),
            {"type": "static_select", "action_id": "pick", "options": OPTIONS},
            {"type": "datepicker", "action_id": "day"},
        ),
        {"type": "markdown", "text": "# One\n- two\n- three\n\n| a | b |\n|---|---|\n| 1 | 2 |"},
    ]


def on_home() -> list[Json]:
    return [block for block in every_message() if block["type"] != "markdown"]


def every_input() -> list[Json]:
    plain_kinds: tuple[str, ...] = (
        "plain_text_input",
        "users_select",
        "conversations_select",
        "channels_select",
    )
    plain_kinds += ("multi_users_select", "datepicker", "timepicker", "datetimepicker")
    with_options = ("static_select", "multi_static_select", "checkboxes", "radio_buttons")
    return [
        *(question(kind, kind) for kind in plain_kinds),
        *(question(kind, kind, options=OPTIONS) for kind in with_options),
        question("number_input", "number", is_decimal_allowed=False),
    ]


@pytest.fixture
def told() -> Story:
    return story()


def sight(screen: Screen, scheme: Literal["light", "dark"], width: int) -> None:
    screen.page.emulate_media(color_scheme=scheme)
    screen.page.set_viewport_size({"width": width, "height": 800})


@pytest.mark.parametrize(("scheme", "width"), SIGHTS)
def test_axe_finds_nothing_in_what_the_page_shows(
    stage: Stage, screen: Screen, scheme: Any, width: int
) -> None:
    parent = stage.post(*every_message())
    stage.post(text="a reply", thread_ts=parent.ts)
    stage.post(text="for you", ephemeral_for=MAYA)
    stage.do(stage.workspace.add_notice, MAYA, "The app did not answer.")
    home = accept_view(stage.workspace, {"type": "home", "blocks": on_home()}, Surface.HOME)
    stage.do(publish_home, stage.workspace, home, MAYA)
    found: dict[str, Any] = {}
    sight(screen, scheme, width)

    page = screen.go()
    page.locator("#composer").fill("/")
    found["channel"] = stumbles(page)
    page = screen.go(more=f"&thread={parent.ts}")
    page.locator("#replies summary").first.click()
    found["thread"] = stumbles(page)
    dm = stage.run(stage.built.acts.open_dm(JONAS, people=[MAYA]))
    stage.run(stage.built.acts.post_message(JONAS, channel_id=dm, text="Hello."))
    page = screen.go(dm)
    if width > 700:
        page.locator("#new-dm").click()
    found["direct"] = stumbles(page)
    page = screen.go("home")
    expect(page.locator(".home")).to_be_visible()
    found["home"] = stumbles(page)
    view = stage.open(modal(*every_input()))
    stage.do(view.errors.update, {"plain_text_input": "Please write more.", "checkboxes": "One."})
    stage.do(stage.workspace.view_changed, view)
    expect(page.locator(".field-error")).to_have_count(2)
    found["modal"] = stumbles(page)
    page.goto(f"{stage.url}/beside?as={MAYA}&place={NORTHWIND}")
    expect(page.frame_locator("#frame-2").locator("html[data-ready]")).to_be_attached()
    found["beside"] = stumbles(page)

    assert [f"{at}: {what}" for at, told in found.items() for what in told] == []
