"""Direct messages between people: who sees them, what is unread, and that no app hears of them."""

import re

import pytest

from bot.sandbox.persistence import dump, load
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import User
from tests.sandbox.browser import Browser
from tests.sandbox.desk import ADA, BOT, JONAS, LENA, MAYA, PRIYA, SAM, THEO, Desk

EVENTS = ["message.im", "message.mpim", "app_mention", "reaction_added", "reaction_removed"]


def opened(desk: Desk, user: str, *people: str) -> str:
    return desk.run(desk.acts.open_dm(user, people=list(people)))


def say(desk: Desk, user: str, channel: str, text: str = "Hello.") -> str:
    return desk.run(desk.acts.post_message(user, channel_id=channel, text=text))


def test_two_people_have_one_conversation_whoever_opens_it(desk: Desk) -> None:
    dm = opened(desk, MAYA, JONAS)
    assert dm.startswith("D")
    assert opened(desk, JONAS, MAYA) == dm
    assert opened(desk, MAYA, JONAS, MAYA) == dm
    group = opened(desk, MAYA, JONAS, THEO)
    assert opened(desk, THEO, MAYA, JONAS) == group != dm
    channel = desk.workspace.channels[group]
    assert (channel.is_mpim, channel.members) == (True, [MAYA, JONAS, THEO])


def test_the_app_hears_and_sees_nothing_of_it(desk: Desk) -> None:
    desk.workspace.app.bot_events = EVENTS
    for dm in (opened(desk, MAYA, JONAS), opened(desk, MAYA, JONAS, THEO)):
        ts = say(desk, MAYA, dm, f"Between us, <@{BOT}> is late.")
        desk.run(desk.acts.edit_message(MAYA, channel_id=dm, ts=ts, text="Never mind."))
        desk.run(desk.acts.react(JONAS, channel_id=dm, ts=ts, name="eyes"))
        desk.run(desk.acts.unreact(JONAS, channel_id=dm, ts=ts, name="eyes"))
        desk.run(desk.acts.delete_message(MAYA, channel_id=dm, ts=ts))
        for method in ("conversations.info", "conversations.history", "conversations.members"):
            assert desk.call(method, channel=dm)["error"] == "channel_not_found"
        assert desk.call("chat.postMessage", channel=dm, text="x")["error"] == "channel_not_found"
    listed = desk.call("conversations.list", types="im,mpim")["channels"]
    assert listed == []
    assert desk.app.heard == []


def test_files_between_people_are_theirs(desk: Desk) -> None:
    desk.workspace.app.bot_scopes.append("files:read")
    dm = opened(desk, MAYA, JONAS)
    file_id = desk.run(desk.acts.upload_file(MAYA, name="a.csv", content_base64="YSxi"))
    desk.run(desk.acts.post_message(MAYA, channel_id=dm, text="", files=[file_id]))
    assert desk.call("files.info", file=file_id)["error"] == "file_not_found"
    for person, status in ((JONAS, 200), (THEO, 404)):
        look = desk.request(f"/files/{file_id}?as={person}", verb="GET")
        assert desk.run(look)[0] == status


def test_the_app_keeps_its_own_conversation_with_each_of_them(desk: Desk) -> None:
    with_app = desk.call("conversations.open", users=MAYA)["channel"]["id"]
    dm = opened(desk, MAYA, JONAS)
    assert desk.call("conversations.open", users=MAYA)["channel"]["id"] == with_app != dm
    assert desk.call("chat.postMessage", channel=MAYA, text="x")["channel"] == with_app
    restored = load(dump(desk.workspace))
    known = restored.app_dm(MAYA)
    assert known is not None
    assert known.id == with_app
    assert [one.id for one in restored.dms_of(JONAS)] == [dm]


def test_a_group_can_move_and_end(desk: Desk) -> None:
    group = opened(desk, ADA, MAYA, JONAS)
    moved = desk.run(desk.acts.change_channel_id(ADA, channel_id=group))
    assert [one.id for one in desk.workspace.dms_of(MAYA)] == [moved]
    desk.run(desk.acts.leave(MAYA, channel_id=moved))
    assert desk.workspace.dms_of(MAYA) == []
    desk.run(desk.acts.delete_channel(ADA, channel_id=moved))
    assert desk.workspace.dms_of(JONAS) == []


def test_where_the_app_is_it_hears_as_ever(desk: Desk) -> None:
    desk.workspace.app.bot_events = EVENTS
    desk.workspace.app.bot_scopes += ["mpim:history", "mpim:write"]
    group = desk.call("conversations.open", users=f"{MAYA},{JONAS}")["channel"]["id"]
    assert opened(desk, MAYA, JONAS) != group
    say(desk, MAYA, group)
    assert [one["channel_type"] for one in desk.app.events()] == ["mpim"]


def test_turning_off_messages_to_the_app_leaves_people_their_own(desk: Desk) -> None:
    desk.workspace.app.messages_tab_enabled = False
    assert say(desk, MAYA, opened(desk, MAYA, JONAS))
    with pytest.raises(CannotAct, match="turned off"):
        say(desk, MAYA, desk.workspace.open_app_dm(MAYA).id)


def test_a_command_works_there_as_well(desk: Desk) -> None:
    dm = opened(desk, MAYA, JONAS)
    desk.run(desk.acts.slash(MAYA, command="/handoff", text="x", channel_id=dm))
    form = desk.app.heard[-1].payload
    assert (form["channel_id"], form["channel_name"]) == (dm, "directmessage")


def people(desk: Desk, count: int) -> list[str]:
    """This many colleagues."""
    ids = [f"U0MANY{number:04d}" for number in range(count)]
    for one in ids:
        team = desk.workspace.team.id
        user = User(id=one, team_id=team, name=one.lower(), real_name=one, tz="Europe/Berlin")
        desk.workspace.add_user(user)
    return ids


@pytest.mark.parametrize(
    ("count", "fits"), [(0, False), (1, True), (7, True), (8, True), (9, False)]
)
def test_it_goes_to_one_to_eight_others(desk: Desk, count: int, *, fits: bool) -> None:
    others = people(desk, count)
    if fits:
        assert len(desk.workspace.channels[opened(desk, MAYA, *others)].members) == count + 1
    else:
        with pytest.raises(CannotAct, match="between 1 and 8"):
            opened(desk, MAYA, *others)


def test_only_people_who_are_here_can_be_written_to(desk: Desk) -> None:
    before = len(desk.workspace.channels)
    desk.workspace.users[SAM].deleted = True
    desk.workspace.users[ADA].team_id = "T0PARTNER01"
    for nobody in (SAM, ADA, BOT, "U0NOBODY"):
        with pytest.raises(CannotAct):
            opened(desk, MAYA, nobody)
    assert len(desk.workspace.channels) == before


def test_nobody_else_reads_or_writes_there(desk: Desk) -> None:
    dm = opened(desk, MAYA, JONAS)
    ts = say(desk, MAYA, dm, "Between us.")
    for act in (
        desk.acts.post_message(THEO, channel_id=dm, text="x"),
        desk.acts.react(THEO, channel_id=dm, ts=ts, name="eyes"),
        desk.acts.join(THEO, channel_id=dm),
    ):
        with pytest.raises(CannotAct):
            desk.run(act)
    theo = Browser(desk, THEO)
    assert "Between us." not in theo.page(dm)
    assert dm not in theo.page(dm)
    assert "Between us." in Browser(desk, JONAS).page(dm)


# ---- the page


def unread(html: str, place: str) -> str | None:
    """The count beside a place of the left column."""
    entry = html.partition(f'data-key="place-{place}"')[2].partition("</li>")[0]
    found = re.search(r'<b class="unread">(\d+)', entry)
    return found[1] if found else None


def test_what_is_new_is_counted_until_it_is_opened(desk: Desk) -> None:
    maya, jonas = Browser(desk, MAYA), Browser(desk, JONAS)
    maya.page()
    dm = opened(desk, JONAS, MAYA)
    say(desk, JONAS, dm)
    say(desk, JONAS, dm, "Still there?")
    parts = maya.parts()
    assert unread(parts["sidebar"], dm) == "2"
    assert "Maya Ferrant · Account Executive (2 new)" in parts["top"]
    assert unread(jonas.parts()["sidebar"], dm) is None
    html = maya.page(dm)
    assert "Still there?" in html
    assert unread(html, dm) is None
    assert unread(maya.parts()["sidebar"], dm) is None
    say(desk, MAYA, dm, "I am.")
    assert unread(jonas.parts()["sidebar"], dm) == "1"


def test_a_conversation_is_called_by_who_else_is_in_it(desk: Desk) -> None:
    group = opened(desk, MAYA, JONAS, PRIYA)
    html = Browser(desk, JONAS).page(group)
    assert "<h2>Maya Ferrant, Priya Raman</h2>" in html
    assert 'aria-label="Message Maya Ferrant, Priya Raman"' in html
    assert "mpdm-" not in html.partition('id="part-sidebar"')[2].partition("<main>")[0]
    assert "Only the people here see this" in html
    assert "Only the two of you see this" in Browser(desk, MAYA).page(opened(desk, MAYA, JONAS))


def test_the_page_opens_one_and_goes_there(desk: Desk) -> None:
    maya = Browser(desk, MAYA)
    status, said = maya.post("open-dm", ("person", JONAS), ("person", THEO))
    assert (status, said) == (200, None)
    [group] = desk.workspace.dms_of(MAYA)
    assert maya.ask("open-dm", person=JONAS)["place"] not in (None, group.id)
    assert maya.post("open-dm")[0] == 409
    assert LENA not in maya.page().partition('aria-label="To"')[2].partition("</form>")[0]


def test_the_other_one_sits_beside(desk: Desk) -> None:
    dm = opened(desk, MAYA, THEO)
    html = Browser(desk, MAYA).page(dm)
    beside = html.partition('id="beside" href="')[2].partition('"')[0]
    assert f"with={THEO}" in beside
    assert f"at={dm}" in beside
