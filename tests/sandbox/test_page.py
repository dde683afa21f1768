"""The page without a browser: who may post, what a seat sees, what each deed does."""

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.deliver import Failure, Kind, Reply
from bot.sandbox.page_acts import next_morning
from bot.sandbox.render.forms import SHOWN, field_name
from bot.sandbox.workspace import Reaction, Shortcut
from tests.sandbox.browser import ORIGIN, Browser
from tests.sandbox.desk import (
    ADA,
    BOT,
    GENERAL,
    HARBOR,
    JONAS,
    MAYA,
    NORTHWIND,
    THEO,
    Desk,
    actions,
    button,
    modal,
    plain,
    text_input,
)


@pytest.fixture
def maya(desk: Desk) -> Browser:
    return Browser(desk, MAYA)


@pytest.fixture
def jonas(desk: Desk) -> Browser:
    return Browser(desk, JONAS)


def typed(block_id: str, action_id: str, text: str) -> list[tuple[str, str]]:
    name = field_name(block_id, action_id)
    return [(SHOWN, name), (name, text)]


# ---- who may post


def test_a_post_without_the_pages_token_is_refused(desk: Desk, maya: Browser) -> None:
    pairs = [("as", MAYA), ("place", NORTHWIND), ("text", "hello")]
    for token in ("", "guessed"):
        headers = {"origin": ORIGIN, "x-sandbox-page": token}
        assert maya.post_raw("say", pairs, headers)[0] == 403
    assert desk.workspace.channels[NORTHWIND].messages == {}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1:99"])
def test_a_post_from_another_origin_is_refused(desk: Desk, maya: Browser, origin: str) -> None:
    maya.page()
    pairs = [("as", MAYA), ("place", NORTHWIND), ("text", "hello")]
    headers = {"origin": origin, "x-sandbox-page": maya.token}
    assert maya.post_raw("say", pairs, headers)[0] == 403
    assert desk.workspace.channels[NORTHWIND].messages == {}


def test_a_foreign_name_for_this_machine_is_refused(desk: Desk) -> None:
    headers = {"host": "evil.example"}
    for path in ("/", "/page/live"):
        status, body = desk.run(desk.request(path, verb="GET", headers=headers))
        assert status in (403, 421)
        assert b"sandbox-token" not in body


def test_a_deed_or_a_person_that_does_not_exist_is_refused(maya: Browser) -> None:
    assert maya.post("no-such-deed")[0] == 404
    headers = {"origin": ORIGIN, "x-sandbox-page": maya.token}
    for person in (BOT, "U404", "U0LENA0001"):
        assert maya.post_raw("say", [("as", person)], headers)[0] == 404


def test_a_form_without_what_the_deed_needs_is_refused(maya: Browser) -> None:
    assert maya.post("press") == (400, "The form came without its surface.")
    assert maya.post("clock", forward="1e9") == (400, "The clock moves by whole seconds.")


def test_a_form_that_is_too_large_is_refused(maya: Browser) -> None:
    assert maya.post("say", place=NORTHWIND, text="x" * 1_100_000)[0] == 413


def test_nothing_but_the_pages_own_files_may_run_in_it(desk: Desk, maya: Browser) -> None:
    html = maya.page()
    scripts = re.findall(r"<script[^>]*>", html)
    assert scripts == ['<script type="module" src="/static/page.js">']
    assert " style=" not in html
    assert not re.search(r"\son[a-z]+=", html)
    for file in ("page.js", "live.js", "morph.js", "dialogs.js", "composer.js", "page.css"):
        status, content = desk.run(desk.request(f"/static/{file}", verb="GET"))
        assert status == 200
        assert b"http://" not in content
        assert b"https://" not in content


# ---- what a seat sees


def test_a_message_shows_its_words_and_its_hooks(desk: Desk, maya: Browser) -> None:
    ts = desk.post(blocks=[actions(button("open_brief"), block_id="row")], text="Brief")
    main = maya.parts()["main"]
    article = main.partition("<article")[2].partition("</article>")[0]
    assert f'data-ts="{ts}"' in article
    assert f'data-channel="{NORTHWIND}"' in article
    assert 'data-action-id="open_brief"' in article
    assert 'data-block-id="row"' in article


def test_an_ephemeral_message_is_seen_by_one_person_only(desk: Desk, maya: Browser) -> None:
    desk.call("chat.postEphemeral", channel=NORTHWIND, user=MAYA, text="For Maya alone")
    assert "For Maya alone" in maya.parts()["main"]
    assert "Only visible to you" in maya.parts()["main"]
    assert "For Maya alone" not in Browser(desk, THEO).parts()["main"]


def test_a_message_cannot_bring_markup_of_its_own(desk: Desk, maya: Browser) -> None:
    bad = "<img src=x onerror=alert(1)>"
    maya.post("say", place=NORTHWIND, text=bad)
    desk.post(text="t", blocks=[actions(button(text=plain(bad), value=bad), block_id=bad)])
    parts = maya.parts()
    assert "<img" not in "".join(parts.values())
    assert "&lt;img src=x onerror=alert(1)&gt;" in parts["main"]


def test_a_private_channel_is_closed_to_who_is_not_in_it(desk: Desk) -> None:
    channel = desk.workspace.channels[NORTHWIND]
    desk.post(text="kept between us")
    channel.is_private = True
    parts = Browser(desk, ADA).parts(thread="1.0")
    assert "kept between us" not in "".join(parts.values())
    assert "deal-northwind" not in "".join(parts.values())


def test_a_thread_stands_beside_its_channel(desk: Desk, maya: Browser) -> None:
    ts = desk.post(text="the card")
    desk.post(text="the first reply", thread_ts=ts)
    assert "the first reply" not in maya.parts()["main"]
    assert "1 reply" in maya.parts()["main"]
    thread = maya.parts(thread=ts)["thread"]
    assert "the card" in thread
    assert "the first reply" in thread


def test_a_link_to_a_message_leads_to_it_on_the_page(desk: Desk, maya: Browser) -> None:
    ts = desk.post(text="the card")
    link = desk.call("chat.getPermalink", channel=NORTHWIND, message_ts=ts)["permalink"]
    desk.post(text=f"see <{link}|the card>")
    main = maya.parts()["main"]
    assert f'href="/?as={MAYA}&amp;place={NORTHWIND}#m-{ts}"' in main
    assert f'id="m-{ts}"' in main


def test_a_permalink_of_a_reply_opens_its_thread(desk: Desk, maya: Browser) -> None:
    ts = desk.post(text="the card")
    reply = desk.post(text="the reply", thread_ts=ts)
    link = desk.call("chat.getPermalink", channel=NORTHWIND, message_ts=reply)["permalink"]
    desk.post(text=f"see <{link}|the reply>")
    main = maya.parts()["main"]
    assert f'href="/?as={MAYA}&amp;place={NORTHWIND}&amp;thread={ts}#t-{reply}"' in main
    assert f'id="t-{reply}"' in maya.parts(thread=ts)["thread"]
    path = link.removeprefix(ORIGIN)
    assert desk.run(desk.request(path, verb="GET"))[0] == 303


def test_times_are_in_the_zone_of_who_sits_there(desk: Desk, maya: Browser) -> None:
    ts = desk.post(text="when?")
    for browser, zone in ((maya, "America/New_York"), (Browser(desk, THEO), "America/New_York")):
        assert f">{_clock(ts, zone)}</time>" in browser.parts()["main"]
    desk.run(desk.acts.join(JONAS, channel_id=NORTHWIND))
    assert f">{_clock(ts, 'Europe/Berlin')}</time>" in Browser(desk, JONAS).parts()["main"]


def _clock(ts: str, zone: str) -> str:
    return f"{datetime.fromtimestamp(float(ts), ZoneInfo(zone)):%H:%M}"


def test_unread_messages_are_counted_until_their_place_is_opened(
    desk: Desk, maya: Browser, jonas: Browser
) -> None:
    jonas.page(GENERAL)
    desk.post(channel=MAYA, text="one")
    desk.post(channel=MAYA, text="two")
    assert "Maya Ferrant · Account Executive (2 new)" in jonas.parts(GENERAL)["top"]
    assert "(2 new)" in maya.parts()["top"]
    maya.parts("app")
    assert "new)" not in maya.parts()["top"]


def test_an_archived_channel_takes_no_messages(desk: Desk, maya: Browser) -> None:
    desk.run(desk.acts.archive(MAYA, channel_id=NORTHWIND))
    main = maya.parts()["main"]
    assert "archived" in main
    assert 'id="composer"' not in main


def test_the_thread_of_another_place_is_just_gone(maya: Browser) -> None:
    assert "This thread is gone." in maya.parts(thread="123.456")["thread"]


# ---- deeds


def test_pressing_a_button_reaches_the_app_as_that_person(desk: Desk, maya: Browser) -> None:
    ts = desk.post(text="t", blocks=[actions(button("go", value="7"), block_id="row")])
    fields = {"surface": "message", "channel": NORTHWIND, "ts": ts}
    assert maya.post("press", **fields, action_id="go", block_id="row")[0] == 200
    payload = desk.app.heard[-1].payload
    assert payload["user"]["id"] == MAYA
    assert payload["actions"][0]["value"] == "7"


def test_a_late_app_is_told_on_the_screen_of_who_pressed(desk: Desk, maya: Browser) -> None:
    ts = desk.post(text="t", blocks=[actions(button("go"), block_id="row")])
    desk.app.answers.append(Reply(failure=Failure.TIMEOUT))
    maya.post("press", surface="message", channel=NORTHWIND, ts=ts, action_id="go", block_id="row")
    notices = maya.parts()["notices"]
    assert "did not answer in time" in notices
    assert "did not answer" not in Browser(desk, THEO).parts()["notices"]
    notice = desk.workspace.notices[MAYA][0].id
    maya.post("dismiss-notice", notice=notice)
    assert maya.parts()["notices"].strip() == ""


def test_a_notice_stands_in_the_modal_that_is_open(desk: Desk, maya: Browser) -> None:
    desk.open(modal())
    desk.workspace.add_notice(MAYA, "The app did not answer.")
    parts = maya.parts()
    assert "The app did not answer." in parts["modals"]
    assert parts["notices"].strip() == ""


def test_pressing_a_button_that_is_gone_says_so(desk: Desk, maya: Browser) -> None:
    ts = desk.post(text="t")
    fields = {"surface": "message", "channel": NORTHWIND, "ts": ts}
    status, said = maya.post("press", **fields, action_id="go", block_id="row")
    assert status == 409
    assert said


def test_a_submitted_modal_carries_what_was_typed(desk: Desk, maya: Browser) -> None:
    view = desk.open(modal())
    pairs = typed("about", "note", "two weeks\r\nor three")
    assert maya.post("submit", *pairs, view_id=view["id"]) == (200, None)
    payload = desk.app.heard[-1].payload
    assert payload["type"] == "view_submission"
    assert payload["view"]["state"]["values"]["about"]["note"]["value"] == "two weeks\nor three"
    assert maya.parts()["modals"].strip() == ""


def test_errors_of_the_app_stand_under_their_field(desk: Desk, maya: Browser) -> None:
    view = desk.open(modal())
    errors = {"response_action": "errors", "errors": {"about": "A date is missing."}}
    desk.app.answers.append(Reply(body=errors))
    maya.post("submit", *typed("about", "note", "soon"), view_id=view["id"])
    modals = maya.parts()["modals"]
    assert "A date is missing." in modals
    assert 'value="soon"' in modals


def test_a_press_in_a_modal_brings_the_whole_form(desk: Desk, maya: Browser) -> None:
    view = desk.open(modal(text_input(), actions(button("check"), block_id="row")))
    maya.post(
        "press",
        *typed("about", "note", "half a sen"),
        surface="modal",
        view_id=view["id"],
        action_id="check",
        block_id="row",
    )
    payload = desk.app.heard[-1].payload
    assert payload["actions"][0]["action_id"] == "check"
    assert payload["view"]["state"]["values"]["about"]["note"]["value"] == "half a sen"


def test_a_field_of_the_home_tab_tells_the_app_at_once(desk: Desk, maya: Browser) -> None:
    hours = {
        "type": "actions",
        "block_id": "quiet",
        "elements": [{"type": "timepicker", "action_id": "from"}],
    }
    answer = desk.call("views.publish", user_id=MAYA, view={"type": "home", "blocks": [hours]})
    assert answer["ok"]
    assert "data-surface=&#34;" not in maya.parts("home")["main"]
    maya.post(
        "press",
        *typed("quiet", "from", "18:30"),
        surface="home",
        view_id=answer["view"]["id"],
        action_id="from",
        block_id="quiet",
        chosen="18:30",
    )
    assert desk.app.heard[-1].payload["actions"][0]["selected_time"] == "18:30"


def test_nobody_acts_in_anothers_modal(desk: Desk, jonas: Browser) -> None:
    view = desk.open(modal(), user=MAYA)
    heard = len(desk.app.heard)
    for deed in ("submit", "typed", "close"):
        assert jonas.post(deed, view_id=view["id"], how="view")[0] == 409
    assert len(desk.app.heard) == heard
    assert desk.workspace.top_modal(MAYA) is not None


def test_words_typed_but_not_sent_are_there_after_a_reload(desk: Desk, maya: Browser) -> None:
    view = desk.open(modal())
    heard = len(desk.app.heard)
    maya.post("typed", *typed("about", "note", "half a sen"), view_id=view["id"])
    assert 'value="half a sen"' in maya.page()
    assert len(desk.app.heard) == heard


def test_close_takes_the_top_and_the_cross_takes_all(desk: Desk, maya: Browser) -> None:
    for how, left in (("view", 1), ("stack", 0)):
        first = desk.open(modal(text_input(), actions(button("deeper"), block_id="row")))
        desk.run(
            desk.acts.click_view(MAYA, view_id=first["id"], action_id="deeper", block_id="row")
        )
        trigger = desk.app.heard[-1].payload["trigger_id"]
        top = desk.call("views.push", trigger_id=trigger, view=modal())["view"]
        maya.post("close", view_id=top["id"], how=how)
        assert len(desk.workspace.modal_stack(MAYA)) == left


def test_a_slash_command_goes_to_the_app_and_a_message_does_not(desk: Desk, maya: Browser) -> None:
    desk.app.answers.append(Reply(body={"text": "Nothing needs you."}))
    assert maya.post("say", place=NORTHWIND, text="/handoff ask @Theo Marchetti") == (200, None)
    form = desk.app.heard[-1].payload
    assert (form["command"], form["text"]) == ("/handoff", "ask @theo")
    assert "Nothing needs you." in maya.parts()["main"]
    maya.post("say", place=NORTHWIND, text="ask @Theo Marchetti & co")
    assert "@Theo Marchetti</span> &amp; co" in maya.parts()["main"]


def test_what_cannot_be_said_comes_back_with_the_reason(desk: Desk, maya: Browser) -> None:
    assert maya.post("say", place=NORTHWIND, text="/nope") == (409, "/nope is not a valid command.")
    ts = desk.post()
    status, said = maya.post("say", place=NORTHWIND, thread=ts, text="/handoff")
    assert status == 409
    assert said is not None
    assert "thread" in said
    status, _ = Browser(desk, JONAS).post("say", place=NORTHWIND, text="may I?")
    assert status == 409


def test_a_message_to_the_app_opens_its_dm(desk: Desk, jonas: Browser) -> None:
    assert desk.workspace.app_dm(JONAS) is None
    assert jonas.post("say", place="app", text="hello there")[0] == 200
    assert "hello there" in jonas.parts("app")["main"]
    assert desk.app.events()[-1]["type"] == "message"


def test_replies_edits_and_deletions_are_a_persons_own(desk: Desk, maya: Browser) -> None:
    ts = desk.post(text="the card")
    maya.post("say", place=NORTHWIND, thread=ts, text="a reply")
    reply = desk.workspace.channels[NORTHWIND].threads[ts][0]
    maya.post("edit", channel=NORTHWIND, ts=reply, text="a better reply & more")
    assert "a better reply &amp; more" in maya.parts(thread=ts)["thread"]
    assert 'data-edit="a better reply &amp; more"' in maya.parts(thread=ts)["thread"]
    assert "a better reply" in maya.parts(thread=ts)["thread"]
    assert maya.post("edit", channel=NORTHWIND, ts=reply, text=" ") == (
        409,
        "A message says something. Delete it instead.",
    )
    theo = Browser(desk, THEO)
    assert theo.post("delete", channel=NORTHWIND, ts=reply)[0] == 409
    maya.post("delete", channel=NORTHWIND, ts=reply)
    assert "a better reply" not in maya.parts(thread=ts)["thread"]


def test_a_reaction_is_given_and_taken_back(desk: Desk, maya: Browser) -> None:
    ts = desk.post()
    message = desk.workspace.channels[NORTHWIND].messages[ts]
    maya.post("react", channel=NORTHWIND, ts=ts, name="eyes")
    assert message.reactions == [Reaction(name="eyes", users=[MAYA])]
    assert 'aria-pressed="true"' in maya.parts()["main"]
    maya.post("react", channel=NORTHWIND, ts=ts, name="eyes")
    assert not any(MAYA in reaction.users for reaction in message.reactions)


def test_shortcuts_are_offered_and_sent(desk: Desk, maya: Browser) -> None:
    desk.workspace.app.shortcuts = [
        Shortcut(name="Start handoff", type="global", callback_id="start"),
        Shortcut(name="Add as promise", type="message", callback_id="promise"),
    ]
    ts = desk.post()
    parts = maya.parts()
    assert 'id="shortcut-start"' in parts["sidebar"]
    assert 'data-shortcut="promise"' in parts["main"]
    maya.post("shortcut", callback_id="start")
    maya.post("message-shortcut", callback_id="promise", channel=NORTHWIND, ts=ts)
    kinds = [e.payload["type"] for e in desk.app.heard if e.kind is Kind.INTERACTION]
    assert kinds == ["shortcut", "message_action"]


@pytest.mark.parametrize(
    ("how", "attribute", "value"),
    [("archive", "is_archived", True), ("share", "is_ext_shared", True)],
)
def test_a_channel_can_be_changed(
    desk: Desk, maya: Browser, how: str, attribute: str, value: bool
) -> None:
    assert maya.post("channel", how=how, channel=NORTHWIND) == (200, None)
    assert getattr(desk.workspace.channels[NORTHWIND], attribute) is value
    assert maya.post("channel", how="sell", channel=NORTHWIND)[0] == 400


def test_people_join_leave_and_invite(desk: Desk, jonas: Browser) -> None:
    members = desk.workspace.channels[NORTHWIND].members
    jonas.post("channel", how="join", channel=NORTHWIND)
    assert JONAS in members
    jonas.post("invite", channel=NORTHWIND, invited=ADA)
    assert ADA in members
    jonas.post("channel", how="leave", channel=NORTHWIND)
    assert JONAS not in members
    assert desk.workspace.channels[HARBOR].is_ext_shared


def test_opening_the_home_tab_is_told_to_the_app(desk: Desk, maya: Browser) -> None:
    maya.post("opened", tab="home")
    assert desk.app.events()[-1]["type"] == "app_home_opened"


def test_the_clock_only_goes_forward(desk: Desk, maya: Browser) -> None:
    assert maya.post("clock", forward="3600") == (200, None)
    assert desk.workspace.clock.offset_seconds == 3600
    assert maya.post("clock", forward="-60")[0] == 409
    maya.post("clock", forward="morning")
    assert f"{desk.workspace.clock.now().astimezone(ZoneInfo('America/New_York')):%H:%M}" == "09:00"


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (datetime(2026, 3, 13, 8, 59, tzinfo=UTC), datetime(2026, 3, 13, 9, 0, tzinfo=UTC)),
        (datetime(2026, 3, 13, 9, 0, tzinfo=UTC), datetime(2026, 3, 14, 9, 0, tzinfo=UTC)),
        # British summer time began on 29 March 2026 at 01:00.
        (datetime(2026, 3, 28, 20, 0, tzinfo=UTC), datetime(2026, 3, 29, 8, 0, tzinfo=UTC)),
    ],
)
def test_the_next_morning_is_on_the_wall_clock(now: datetime, morning: datetime) -> None:
    assert next_morning(now, ZoneInfo("Europe/London")) == morning


def test_a_waiting_page_hears_of_a_change_at_once(desk: Desk) -> None:
    async def change_while_waiting() -> dict[str, Any]:
        version = desk.workspace.version
        query = urlencode({"as": MAYA, "place": NORTHWIND, "after": version})
        waiting = asyncio.create_task(desk.request(f"/page/live?{query}", verb="GET"))
        too_early, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not too_early
        await desk.acts.post_message(THEO, channel_id=NORTHWIND, text="news")
        status, body = await asyncio.wait_for(waiting, 5)
        assert status == 200
        answer: dict[str, Any] = json.loads(body)
        assert answer["version"] > version
        return answer

    assert "news" in desk.run(change_while_waiting())["parts"]["main"]


# ---- menus that the app fills


def test_a_menu_is_asked_for_by_the_page_of_whoever_sees_it(
    desk: Desk, maya: Browser, jonas: Browser
) -> None:
    menu = {"type": "external_select", "action_id": "menu", "min_query_length": 1}
    view = desk.open(modal(actions(menu)))
    fields = {"surface": "modal", "view_id": view["id"], "action_id": "menu", "block_id": "row"}
    shown = {"text": plain("<North>"), "value": 'n"'}
    desk.app.answers.append(Reply(body={"options": [shown]}))
    answer = maya.ask("suggest", **fields, value="n")
    assert answer["said"] is None
    assert 'data-value="n&#34;"' in answer["options"]
    assert "&lt;North&gt;" in answer["options"]
    heard = len(desk.app.heard)
    assert maya.ask("suggest", **fields, value="")["said"] == "Type at least 1 characters."
    assert "not on this person's screen" in jonas.ask("suggest", **fields, value="n")["said"]
    assert maya.post("suggest", surface="modal") == (400, "The form came without its action_id.")
    assert maya.post_raw("suggest", [("as", MAYA)], {"origin": ORIGIN})[0] == 403
    assert len(desk.app.heard) == heard
