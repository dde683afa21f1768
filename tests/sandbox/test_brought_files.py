"""Files that people bring: to a form, where the app gets them, and into messages."""

from base64 import b64encode
from typing import Any

import pytest

from bot.sandbox.deliver import Reply
from bot.sandbox.limits import FILE_BYTES
from bot.sandbox.persistence import dump, load
from bot.sandbox.view_state import CannotAct, Values
from tests.sandbox.browser import Browser
from tests.sandbox.desk import BOT, GENERAL, JONAS, MAYA, NORTHWIND, Desk, Json, modal, plain

CSV = b"deal,seats\nNorthwind,48\n"
PLACE = {"block_id": "papers", "action_id": "files"}


@pytest.fixture(autouse=True)
def may_read(desk: Desk) -> None:
    scopes = desk.workspace.app.bot_scopes
    if "files:read" not in scopes:
        scopes.append("files:read")


def form(*, optional: bool = False, **element: Any) -> Json:
    return modal(
        {
            "type": "input",
            "block_id": "papers",
            "label": plain("Papers"),
            "optional": optional,
            "element": {"type": "file_input", "action_id": "files", **element},
        }
    )


def brought(desk: Desk, name: str = "seats.csv", content: bytes = CSV, user: str = MAYA) -> str:
    act = desk.acts.upload_file(user, name=name, content_base64=b64encode(content).decode())
    return desk.run(act)


def submit(desk: Desk, view_id: str, *ids: str) -> Json:
    """The state of the input as the app got it."""
    values: Values = {"papers": {"files": list(ids)}}
    answer = desk.run(desk.acts.submit_view(MAYA, view_id=view_id, values=values))
    assert answer.field_errors == {}
    payload = desk.app.heard[-1].payload
    assert payload["type"] == "view_submission"
    state: Json = payload["view"]["state"]["values"]["papers"]["files"]
    return state


# ---- forms


def test_the_app_gets_the_files_of_a_form_and_can_look_at_them_from_then_on(desk: Desk) -> None:
    view_id = desk.open(form())["id"]
    first, second = brought(desk), brought(desk, "a b.pdf")
    assert desk.call("files.info", file=first)["error"] == "file_not_found"
    state = submit(desk, view_id, first, second)
    assert state["type"] == "file_input"
    assert [(one["id"], one["name"], one["user"]) for one in state["files"]] == [
        (first, "seats.csv", MAYA),
        (second, "a b.pdf", MAYA),
    ]
    assert (state["files"][0]["size"], state["files"][0]["mimetype"]) == (len(CSV), "text/csv")
    told = desk.call("files.info", file=first)["file"]
    assert told == state["files"][0]
    assert desk.call("files.delete", file=first)["error"] == "cant_delete_file"


def test_the_app_reads_what_is_in_a_file_with_its_token(desk: Desk) -> None:
    file_id = submit(desk, desk.open(form())["id"], brought(desk, "a b.csv"))["files"][0]
    token = {"authorization": f"Bearer {desk.workspace.app.bot_token}"}

    def read(address: str, headers: dict[str, str]) -> tuple[int, bytes]:
        path = address.removeprefix("http://127.0.0.1:9")
        assert path != address
        return desk.run(desk.request(path, verb="GET", headers=headers))

    assert read(file_id["url_private"], token) == (200, CSV)
    assert read(file_id["url_private_download"], token) == (200, CSV)
    assert read(file_id["url_private"], {})[0] == 403
    assert read(file_id["url_private"], {"authorization": "Bearer guessed"})[0] == 403
    kept_back = brought(desk)
    secret = file_id["url_private"].replace(file_id["id"], kept_back)
    assert read(secret, token)[0] == 404
    desk.workspace.app.bot_scopes.remove("files:read")
    assert read(file_id["url_private"], token)[0] == 403
    desk.workspace.app.refused = "token_revoked"
    assert read(file_id["url_private"], token)[0] == 403


def test_an_input_for_files_wants_its_scope(desk: Desk) -> None:
    desk.workspace.app.bot_scopes.remove("files:read")
    answer = desk.call("views.open", trigger_id=desk.trigger(), view=form())
    assert (answer["error"], answer["needed"]) == ("missing_scope", "files:read")
    assert desk.workspace.top_modal(MAYA) is None
    view_id = desk.open(modal())["id"]
    update = {"response_action": "update", "view": form()}
    desk.app.answers.append(Reply(body=update))
    act = desk.acts.submit_view(MAYA, view_id=view_id, values={"about": {"note": "x"}})
    notice = desk.run(act).notice
    assert notice is not None
    assert "file_input needs the scope files:read" in notice


def test_a_form_without_its_files_is_not_sent_unless_it_may_be(desk: Desk) -> None:
    view_id = desk.open(form())["id"]
    answer = desk.run(desk.acts.submit_view(MAYA, view_id=view_id))
    assert answer.field_errors == {"papers": "Please complete this required field."}
    assert submit(desk, desk.open(form(optional=True))["id"])["files"] == []


@pytest.mark.parametrize(("most", "count", "fits"), [(2, 1, True), (2, 2, True), (2, 3, False)])
def test_no_more_files_than_may_be(desk: Desk, most: int, count: int, *, fits: bool) -> None:
    view_id = desk.open(form(max_files=most))["id"]
    ids = [brought(desk) for _ in range(count)]
    if fits:
        assert len(submit(desk, view_id, *ids)["files"]) == count
    else:
        with pytest.raises(CannotAct, match="At most 2 files"):
            submit(desk, view_id, *ids)


def test_ten_files_are_the_most_where_nothing_else_is_said(desk: Desk) -> None:
    view_id = desk.open(form())["id"]
    ids = [brought(desk) for _ in range(11)]
    with pytest.raises(CannotAct, match="At most 10 files"):
        submit(desk, view_id, *ids)
    assert len(submit(desk, view_id, *ids[:10])["files"]) == 10


def test_only_files_of_the_kinds_that_are_asked_for(desk: Desk) -> None:
    view_id = desk.open(form(filetypes=["csv", "PDF"]))["id"]
    with pytest.raises(CannotAct, match=r"notes\.md cannot be attached here: only csv, pdf"):
        submit(desk, view_id, brought(desk, "notes.md"))
    assert submit(desk, view_id, brought(desk, "A.CSV"), brought(desk, "b.pdf"))


def test_only_ones_own_files_go_into_a_form(desk: Desk) -> None:
    view_id = desk.open(form())["id"]
    for file_id in (brought(desk, user=JONAS), "F0NOTHING"):
        with pytest.raises(CannotAct, match="no file"):
            submit(desk, view_id, file_id)


def test_an_error_of_the_app_leaves_the_files_in_the_form_and_they_are_the_apps(desk: Desk) -> None:
    view_id, file_id = desk.open(form())["id"], brought(desk)
    errors = {"response_action": "errors", "errors": {"papers": "Not that one."}}
    desk.app.answers.append(Reply(body=errors))
    values: Values = {"papers": {"files": [file_id]}}
    answer = desk.run(desk.acts.submit_view(MAYA, view_id=view_id, values=values))
    assert answer.field_errors == {"papers": "Not that one."}
    assert [one["id"] for one in submit(desk, view_id, file_id)["files"]] == [file_id]
    with pytest.raises(CannotAct, match="no file"):
        submit(desk, desk.open(form())["id"], file_id)


def test_a_form_that_is_closed_takes_its_files_along(desk: Desk) -> None:
    view_id = desk.open(form())["id"]
    kept, held = brought(desk), brought(desk)
    desk.acts.keep_typed(MAYA, view_id=view_id, values={"papers": {"files": [held]}})
    desk.run(desk.acts.close_view(MAYA, view_id=view_id))
    assert [*desk.workspace.files] == [kept]


def hold(desk: Desk, view_id: str) -> str:
    """A file that stands in the form and was not sent."""
    held = brought(desk)
    desk.acts.keep_typed(MAYA, view_id=view_id, values={"papers": {"files": [held]}})
    return held


def test_a_form_in_whose_place_another_comes_takes_its_files_along(desk: Desk) -> None:
    hold(desk, desk.open(form())["id"])
    view_id = desk.open(form())["id"]
    assert desk.workspace.files == {}
    held = hold(desk, view_id)
    same = desk.call("views.update", view_id=view_id, view={**form(), "title": plain("Same")})
    assert same["ok"]
    assert [*desk.workspace.files] == [held]
    assert desk.call("views.update", view_id=view_id, view=modal())["ok"]
    assert desk.workspace.files == {}


def test_clearing_all_forms_takes_the_files_of_those_below_along(desk: Desk) -> None:
    below = desk.open(form(optional=True))["id"]
    hold(desk, below)
    desk.app.answers.append(Reply(body={"response_action": "push", "view": form()}))
    desk.run(desk.acts.submit_view(MAYA, view_id=below))
    top = desk.workspace.modal_stack(MAYA)[-1].id
    sent = brought(desk)
    desk.app.answers.append(Reply(body={"response_action": "clear"}))
    hold(desk, below)
    values: Values = {"papers": {"files": [sent]}}
    desk.run(desk.acts.submit_view(MAYA, view_id=top, values=values))
    # What was sent is the app's; what came into the one below afterwards was not.
    given = [one for one in desk.workspace.files.values() if one.is_given]
    assert [*desk.workspace.files.values()] == given
    assert len(given) == 2


def test_a_file_input_tells_nothing_before_it_is_submitted(desk: Desk) -> None:
    view = form()
    view["blocks"][0]["dispatch_action"] = True
    view_id = desk.open(view)["id"]
    act = desk.acts.click_view(MAYA, view_id=view_id, action_id="files", chosen=[brought(desk)])
    with pytest.raises(CannotAct, match="before it is submitted"):
        desk.run(act)


def test_files_and_who_was_given_them_outlast_the_sandbox(desk: Desk) -> None:
    file_id = brought(desk)
    submit(desk, desk.open(form())["id"], file_id)
    again = load(dump(desk.workspace))
    assert (again.files[file_id].content, again.files[file_id].is_given) == (CSV, True)


# ---- what a file is


@pytest.mark.parametrize(("more", "fits"), [(-1, True), (0, True), (1, False)])
def test_a_file_has_a_largest_size(desk: Desk, more: int, *, fits: bool) -> None:
    content = b"x" * (FILE_BYTES + more)
    if fits:
        assert brought(desk, content=content)
    else:
        with pytest.raises(CannotAct, match=r"seats.csv is larger than 5 MB\."):
            brought(desk, content=content)


@pytest.mark.parametrize(
    ("name", "content"), [("", CSV), ("a/", CSV), ("x" * 256, CSV), ("a", b"")]
)
def test_a_file_has_a_name_and_something_in_it(desk: Desk, name: str, content: bytes) -> None:
    with pytest.raises(CannotAct):
        brought(desk, name, content)
    assert desk.workspace.files == {}


def test_what_is_no_base64_is_no_file_and_a_path_is_no_part_of_a_name(desk: Desk) -> None:
    with pytest.raises(CannotAct, match="base64"):
        desk.run(desk.acts.upload_file(MAYA, name="a", content_base64="ü"))
    file_id = brought(desk, "C:\\papers\\a.csv")
    assert desk.workspace.files[file_id].name == "a.csv"


# ---- messages


def test_a_message_with_files_is_told_as_one_that_shares_them(desk: Desk) -> None:
    desk.workspace.app.bot_events = ["message.channels", "app_mention"]
    ids = [brought(desk), brought(desk, "b.txt")]
    act = desk.acts.post_message(MAYA, channel_id=NORTHWIND, text=f"For <@{BOT}>", files=ids)
    ts = desk.run(act)
    event, mention = desk.app.events()
    assert (event["type"], event["subtype"], event["ts"]) == ("message", "file_share", ts)
    assert (event["text"], event["user"], event["upload"]) == (f"For <@{BOT}>", MAYA, False)
    assert [one["id"] for one in event["files"]] == ids
    assert event["files"][0]["channels"] == [NORTHWIND]
    assert mention["type"] == "app_mention"
    assert [one["id"] for one in mention["files"]] == ids
    assert desk.call("files.info", file=ids[0])["ok"]
    [message] = desk.call("conversations.history", channel=NORTHWIND)["messages"]
    assert [one["name"] for one in message["files"]] == ["seats.csv", "b.txt"]


def test_a_message_may_be_nothing_but_files_and_a_file_goes_once(desk: Desk) -> None:
    file_id = brought(desk)

    def send(*ids: str, user: str = MAYA) -> None:
        act = desk.acts.post_message(user, channel_id=GENERAL, text="", files=list(ids))
        desk.run(act)

    with pytest.raises(CannotAct, match="nothing to send"):
        send()
    with pytest.raises(CannotAct, match="no file"):
        send(file_id, user=JONAS)
    with pytest.raises(CannotAct, match="At most 10"):
        send(*[file_id] * 11)
    send(file_id)
    with pytest.raises(CannotAct, match="no file"):
        send(file_id)
    assert [one.files for one in desk.workspace.channels[GENERAL].messages.values()] == [[file_id]]


# ---- the page


@pytest.fixture
def maya(desk: Desk) -> Browser:
    return Browser(desk, MAYA)


def test_the_page_brings_files_to_a_form_one_by_one(desk: Desk, maya: Browser) -> None:
    view_id = desk.open(form(filetypes=["csv"], max_files=2))["id"]
    files = [("a.csv", CSV), ("b.md", CSV), ("empty.csv", b""), ("c.csv", CSV), ("d.csv", CSV)]
    status, said = maya.post_files("attach", files, view_id=view_id, **PLACE)
    assert (status, said) == (
        409,
        "b.md cannot be attached here: only csv. empty.csv is empty. "
        "At most 2 files can be attached here.",
    )
    html = maya.parts()["modals"]
    assert html.index("a.csv") < html.index("c.csv")
    assert len(desk.workspace.files) == 2
    first = next(iter(desk.workspace.files))
    assert maya.post("detach", view_id=view_id, file=first, **PLACE) == (200, None)
    assert "a.csv" not in maya.parts()["modals"]
    assert len(desk.workspace.files) == 1
    # What is typed elsewhere in the form is nothing to the files.
    assert maya.post("typed", view_id=view_id) == (200, None)
    assert "c.csv" in maya.parts()["modals"]


def test_the_page_refuses_files_that_nobody_asked_for(desk: Desk, maya: Browser) -> None:
    view_id = desk.open(modal())["id"]
    one = [("a.csv", CSV)]
    assert maya.post_files("attach", one, view_id=view_id, **PLACE)[0] == 409
    assert maya.post_files("attach", one, view_id="V0NONE", **PLACE)[0] == 409
    eleven = maya.post_files("say", one * 11, place=NORTHWIND, text="x")
    assert eleven == (400, "At most 10 files and 1 MB of words at once.")
    large = [("a.csv", b"x" * 1_000_000)]
    assert maya.post_files("react", large)[0] == 413
    assert desk.workspace.files == {}


def test_the_page_sends_files_with_words_or_keeps_both(desk: Desk, maya: Browser) -> None:
    files = [("a.csv", CSV), ("b.txt", b"x" * (FILE_BYTES + 1))]
    said = maya.post_files("say", files, place=NORTHWIND, text="Here.")
    assert said == (409, "b.txt is larger than 5 MB.")
    assert maya.post_files("say", files[:1], place=NORTHWIND, text="/handoff x") == (
        409,
        "Files cannot go with /handoff.",
    )
    assert desk.workspace.files == {}
    assert maya.post_files("say", files[:1], place=NORTHWIND, text="Here.") == (200, None)
    html = maya.page()
    assert "a.csv" in html
    assert "<td>Northwind</td>" in html
