"""Files: begun, brought, completed, read back, and kept by whoever they were sent to."""

from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.sandbox.persistence import dump, read, write
from bot.sandbox.server import SandboxServer
from bot.sandbox.workspace import Channel
from bot.slack_calls import CALL_FAILED, put_file
from tests.sandbox.desk import BOT, JONAS, MAYA, NORTHWIND, Desk, Json

CONTENT = b"Account,Due\r\nNorthwind Mills,2026-03-04T12:00:00+01:00\r\n"
BASE = "http://127.0.0.1:9"


def begin(desk: Desk, *, length: int = len(CONTENT), name: str = "status.csv") -> Json:
    return desk.call("files.getUploadURLExternal", filename=name, length=length)


def bring(desk: Desk, url: str, content: bytes = CONTENT, **headers: str) -> int:
    sent = {"content-length": str(len(content)), **headers}
    status, _ = desk.run(desk.request(url.removeprefix(BASE), headers=sent, body=content))
    return status


def complete(desk: Desk, file_id: str, **more: Any) -> Json:
    return desk.call("files.completeUploadExternal", files=[{"id": file_id}], **more)


def error(answer: Json) -> str:
    assert answer["ok"] is False
    return str(answer["error"])


def uploaded(desk: Desk) -> str:
    """A file that was brought and is not completed."""
    begun = begin(desk)
    assert bring(desk, begun["upload_url"]) == 200
    return str(begun["file_id"])


def shared(desk: Desk) -> tuple[str, str]:
    """A file in the DM between the app and Maya, and the id of that."""
    dm = desk.workspace.open_app_dm(MAYA).id
    file_id = uploaded(desk)
    answer = complete(desk, file_id, channel_id=dm, initial_comment="Here it is.")
    assert answer["ok"], answer
    return file_id, dm


def fetch(desk: Desk, file_id: str, person: str) -> tuple[int, bytes]:
    return desk.run(desk.request(f"/files/{file_id}?as={person}", verb="GET"))


def test_a_file_is_begun_brought_and_shown_with_its_comment(desk: Desk) -> None:
    file_id, dm = shared(desk)
    (message,) = desk.call("conversations.history", channel=dm)["messages"]
    assert (message["text"], message["subtype"], message["user"]) == (
        "Here it is.",
        "file_share",
        BOT,
    )
    (file,) = message["files"]
    assert (file["id"], file["name"], file["title"], file["size"], file["ims"]) == (
        file_id,
        "status.csv",
        "status.csv",
        len(CONTENT),
        [dm],
    )


def test_as_the_sdk_sends_it_a_file_has_its_title(desk: Desk) -> None:
    begun = desk.form("files.getUploadURLExternal", filename="a.csv", length=str(len(CONTENT)))
    bring(desk, begun["upload_url"])
    files = f'[{{"id": "{begun["file_id"]}", "title": "Status"}}]'
    answer = desk.form("files.completeUploadExternal", files=files, channel_id=NORTHWIND)
    assert [one["title"] for one in answer["files"]] == ["Status"]


def test_before_it_is_completed_nobody_sees_a_file_and_without_a_channel_neither(
    desk: Desk,
) -> None:
    file_id = uploaded(desk)
    assert fetch(desk, file_id, MAYA)[0] == 404
    assert complete(desk, file_id)["ok"]
    assert fetch(desk, file_id, MAYA)[0] == 404


@pytest.mark.parametrize("length", [0, -1])
def test_a_file_of_no_length_is_not_begun(desk: Desk, length: int) -> None:
    assert error(begin(desk, length=length)) == "missing_argument"


def test_what_slack_refuses_is_refused_by_its_name(desk: Desk) -> None:
    named: dict[str, Any] = {"filename": "a.csv", "length": 3}
    long = desk.call("files.getUploadURLExternal", **named, alt_txt="x" * 1001)
    assert error(long) == "alt_txt_too_large"
    assert error(begin(desk, length=5_000_001)) == "file_upload_size_restricted"
    snippet = desk.call("files.getUploadURLExternal", **named, snippet_type="python")
    assert error(snippet) == "invalid_arguments"
    assert error(desk.call("files.getUploadURLExternal", length=3)) == "invalid_arguments"
    desk.workspace.app.bot_scopes.remove("files:write")
    assert error(begin(desk)) == "missing_scope"
    assert error(complete(desk, "F1")) == "missing_scope"


@pytest.mark.parametrize(
    "files", [None, [], {}, [{"title": "x"}], [{"id": 1}], [{"id": "F", "x": "y"}]]
)
def test_files_that_are_no_list_of_ids_are_refused(desk: Desk, files: Any) -> None:
    assert error(desk.call("files.completeUploadExternal", files=files)) == "invalid_arguments"


def test_only_a_file_that_was_brought_is_completed_and_only_once(desk: Desk) -> None:
    begun = begin(desk)
    assert error(complete(desk, begun["file_id"])) == "file_not_found"
    assert bring(desk, begun["upload_url"]) == 200
    assert complete(desk, begun["file_id"])["ok"]
    assert error(complete(desk, begun["file_id"])) == "file_not_found"
    assert error(complete(desk, "F0NOTHING")) == "file_not_found"


def test_a_file_goes_only_where_the_app_is(desk: Desk) -> None:
    file_id = uploaded(desk)
    secret = Channel(id="C0SECRET", name="s", creator=MAYA, created=0, members=[MAYA])
    desk.workspace.add_channel(secret)
    assert error(complete(desk, file_id, channel_id="C0SECRET")) == "not_in_channel"
    assert error(complete(desk, file_id, channel_id="C0NOWHERE")) == "channel_not_found"
    secret.members.append(BOT)
    secret.is_archived = True
    assert error(complete(desk, file_id, channel_id="C0SECRET")) == "posting_to_channel_denied"
    refused = complete(desk, file_id, channels=f"{NORTHWIND},C0SECRET")
    assert error(refused) == "posting_to_channel_denied"
    many = ",".join([NORTHWIND] * 101)
    assert error(complete(desk, file_id, channels=many)) == "channels_limit_exceeded"
    assert complete(desk, file_id, channels=",".join([NORTHWIND] * 100))["ok"]


def test_a_file_goes_to_several_channels_at_once_and_to_a_person(desk: Desk) -> None:
    answer = complete(desk, uploaded(desk), channels=f"{NORTHWIND},{MAYA}")
    dm = desk.workspace.open_app_dm(MAYA).id
    assert answer["files"][0]["channels"] == [NORTHWIND]
    assert answer["files"][0]["ims"] == [dm]
    for channel in (NORTHWIND, dm):
        (message,) = desk.call("conversations.history", channel=channel)["messages"]
        assert message["files"][0]["id"] == answer["files"][0]["id"]


def test_a_file_answers_in_a_thread_which_is_in_one_channel(desk: Desk) -> None:
    ts, file_id = desk.post(), uploaded(desk)
    nowhere = complete(desk, file_id, channel_id=NORTHWIND, thread_ts="1700000000.000100")
    assert error(nowhere) == "thread_not_found"
    two = complete(desk, file_id, channels=f"{NORTHWIND},{MAYA}", thread_ts=ts)
    assert error(two) == "invalid_arguments"
    assert complete(desk, file_id, channel_id=NORTHWIND, thread_ts=ts)["ok"]
    replies = desk.call("conversations.replies", channel=NORTHWIND, ts=ts)["messages"]
    assert [one.get("subtype") for one in replies] == [None, "file_share"]


def test_blocks_stand_in_place_of_a_comment(desk: Desk) -> None:
    divider = [{"type": "divider", "block_id": "line"}]
    assert complete(desk, uploaded(desk), channel_id=NORTHWIND, blocks=divider)["ok"]
    (message,) = desk.call("conversations.history", channel=NORTHWIND)["messages"]
    assert message["blocks"] == divider
    wrong = complete(desk, uploaded(desk), channel_id=NORTHWIND, blocks=[{"type": "line"}])
    assert error(wrong) == "invalid_blocks"


def test_a_file_is_looked_up_and_taken_away_with_its_message(desk: Desk) -> None:
    file_id, dm = shared(desk)
    assert desk.call("files.info", file=file_id)["file"]["name"] == "status.csv"
    desk.call("files.completeUploadExternal", files=[{"id": uploaded(desk)}], channel_id=dm)
    alone = desk.call("conversations.history", channel=dm)["messages"][0]["files"][0]["id"]
    assert desk.call("files.delete", file=alone)["ok"]
    assert desk.call("files.delete", file=file_id)["ok"]
    # A message that had words keeps them; one that was only the file goes with it.
    (left,) = desk.call("conversations.history", channel=dm)["messages"]
    assert (left["text"], left.get("files")) == ("Here it is.", None)
    assert error(desk.call("files.info", file=file_id)) == "file_not_found"
    assert error(desk.call("files.delete", file=file_id)) == "file_not_found"


def test_somebody_elses_file_is_not_the_apps_to_delete(desk: Desk) -> None:
    file_id, _ = shared(desk)
    desk.workspace.files[file_id].user = JONAS
    assert desk.call("files.info", file=file_id)["ok"]
    assert error(desk.call("files.delete", file=file_id)) == "cant_delete_file"


def test_other_bytes_than_were_announced_are_not_taken(desk: Desk) -> None:
    url = begin(desk)["upload_url"]
    assert bring(desk, url, CONTENT[1:]) == 400
    assert bring(desk, url, CONTENT, **{"content-type": "multipart/form-data; boundary=x"}) == 400
    assert bring(desk, f"{BASE}/upload/guessed") == 404
    assert bring(desk, url, CONTENT, **{"content-length": "9000000"}) == 413


def test_a_form_with_one_file_in_it_brings_that(desk: Desk) -> None:
    def form(*names: str) -> bytes:
        lines = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
            for name in names
        ]
        return b"".join(one.encode() + CONTENT + b"\r\n" for one in lines) + b"--x--\r\n"

    kind = {"content-type": "multipart/form-data; boundary=x"}
    begun = begin(desk)
    assert bring(desk, begun["upload_url"], form("one", "two"), **kind) == 400
    assert bring(desk, begun["upload_url"], form(), **kind) == 400
    assert bring(desk, begun["upload_url"], form("one"), **kind) == 200
    assert complete(desk, begun["file_id"], channel_id=NORTHWIND)["files"][0]["size"] == len(
        CONTENT
    )


def test_a_file_is_kept_and_never_shown_by_the_browser(desk: Desk) -> None:
    begun = begin(desk, name='a"b<script>.csv')
    bring(desk, begun["upload_url"])
    complete(desk, begun["file_id"], channel_id=NORTHWIND)
    sent: dict[str, str] = {}

    async def look() -> bytes:
        response = await desk.answer(f"/files/{begun['file_id']}?as={MAYA}")
        sent.update(response[1])
        return response[2]

    assert desk.run(look()) == CONTENT
    assert sent["content-disposition"] == "attachment; filename*=UTF-8''a%22b%3Cscript%3E.csv"
    assert sent["content-type"] == "application/octet-stream"
    assert sent["x-content-type-options"] == "nosniff"
    assert "sandbox" in sent["content-security-policy"]


def test_a_file_in_a_direct_message_is_its_readers_alone(desk: Desk) -> None:
    file_id, _ = shared(desk)
    assert fetch(desk, file_id, MAYA) == (200, CONTENT)
    assert fetch(desk, file_id, JONAS)[0] == 404
    assert fetch(desk, "F0NOTHING", MAYA)[0] == 404


def test_the_page_shows_a_file_with_a_link_to_keep_it(desk: Desk) -> None:
    begun = begin(desk, name="<b>.csv")
    bring(desk, begun["upload_url"])
    dm = desk.workspace.open_app_dm(MAYA).id
    complete(desk, begun["file_id"], channel_id=dm)
    _, page = desk.run(desk.request(f"/?as={MAYA}&place=app", verb="GET"))
    shown = page.decode()
    link = f'href="/files/{begun["file_id"]}?as={MAYA}" download="&lt;b&gt;.csv"'
    assert link in shown
    assert "<b>.csv" not in shown


def test_a_file_outlasts_the_sandbox_and_an_older_workspace_has_none(
    desk: Desk, tmp_path: Path
) -> None:
    file_id, dm = shared(desk)
    path = tmp_path / "workspace.json"
    kept = dump(desk.workspace)
    write(path, kept)
    again = read(path)
    assert again is not None
    assert again.files[file_id].content == CONTENT
    assert [one.files for one in again.channels[dm].messages.values()] == [[file_id]]
    del kept["files"]
    kept["channels"] = []
    write(path, kept)
    older = read(path)
    assert older is not None
    assert older.files == {}


def test_a_file_is_brought_over_http_as_the_bot_brings_it(server: SandboxServer) -> None:
    client = WebClient(server.bot_token, base_url=server.api_url)
    begun = client.files_getUploadURLExternal(filename="a.csv", length=len(CONTENT))
    put_file(client, str(begun["upload_url"]), CONTENT)
    channel = str(client.conversations_open(users=MAYA)["channel"]["id"])
    files: list[dict[str, str | None]] = [{"id": str(begun["file_id"]), "title": "Status"}]
    assert client.files_completeUploadExternal(files=files, channel_id=channel)["ok"]
    with pytest.raises(CALL_FAILED):
        put_file(client, f"{server.url}/upload/guessed", CONTENT)
    with pytest.raises(CALL_FAILED):
        put_file(client, "file:///tmp/kept", CONTENT)
