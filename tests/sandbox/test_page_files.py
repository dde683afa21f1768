"""Files in Chromium: brought to a form and taken back, and sent with a message."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from bot.sandbox.limits import FILE_BYTES
from tests.axe import stumbles
from tests.sandbox.desk import modal, text_input
from tests.sandbox.stage import Screen, Stage, question

pytestmark = pytest.mark.browser

CSV = b"deal,seats\nNorthwind,48\n"


def file(name: str, content: bytes = CSV) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def drop(page: Page, place: str, name: str) -> None:
    """As a file that is let go of over this place."""
    page.locator(place).evaluate(
        """(place, name) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["a,b"], name));
            const how = { dataTransfer, bubbles: true, cancelable: true };
            place.dispatchEvent(new DragEvent("drop", how));
        }""",
        name,
    )


def test_files_are_brought_to_a_form_taken_back_and_submitted(stage: Stage, screen: Screen) -> None:
    stage.open(modal(question("file_input", "papers", max_files=2), text_input()))
    page = screen.go()
    box = page.locator("[data-block-id=papers] input[type=file]")
    expect(box).to_have_accessible_name("Choose files")
    expect(box).to_have_accessible_description("Up to 2 files, 5 MB each")
    page.get_by_label("About", exact=True).fill("typed before")
    box.set_input_files([file("a.csv"), file("b.csv")])
    rows = page.locator(".attached .file-name")
    expect(rows).to_have_text(["a.csv", "b.csv"])
    expect(box).to_be_disabled()
    page.get_by_role("button", name="Remove a.csv").click()
    expect(rows).to_have_text(["b.csv"])
    expect(page.get_by_label("About", exact=True)).to_have_value("typed before")
    drop(page, ".file-input", "c.csv")
    expect(rows).to_have_text(["b.csv", "c.csv"])
    page.reload()
    expect(rows).to_have_text(["b.csv", "c.csv"])
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    state = stage.app.interactions("view_submission")[0]["view"]["state"]["values"]
    assert [one["name"] for one in state["papers"]["a"]["files"]] == ["b.csv", "c.csv"]


def test_what_a_form_does_not_take_is_said_and_nothing_is_lost(
    stage: Stage, screen: Screen
) -> None:
    stage.open(modal(question("file_input", "papers", filetypes=["csv"])))
    page = screen.go()
    box = page.locator("[data-block-id=papers] input[type=file]")
    box.set_input_files([file("a.csv"), file("large.csv", b"x" * (FILE_BYTES + 1))])
    expect(page.get_by_text("large.csv is larger than 5 MB.")).to_be_visible()
    expect(page.locator(".attached .file-name")).to_have_text(["a.csv"])
    drop(page, ".file-input", "notes.md")
    expect(page.get_by_text("notes.md cannot be attached here: only csv.")).to_be_visible()
    expect(page.locator(".attached .file-name")).to_have_text(["a.csv"])


def test_files_go_with_a_message_and_are_seen_by_others(stage: Stage, screen: Screen) -> None:
    stage.workspace.app.bot_events = ["message.channels"]
    page = screen.go()
    page.locator("#part-main [data-compose]").set_input_files([file("a.csv"), file("b.txt")])
    drop(page, "#part-main form[data-composer]", "c.csv")
    rows = page.locator(".composer-files .file-name")
    expect(rows).to_have_text(["a.csv", "b.txt", "c.csv"])
    expect(page.locator("#composer")).to_be_focused()
    page.get_by_role("button", name="Remove c.csv").click()
    # What happens elsewhere leaves them where they are.
    stage.post(text="news")
    expect(page.locator("#messages")).to_contain_text("news")
    expect(rows).to_have_text(["a.csv", "b.txt"])
    page.locator("#composer").fill("Here are the seats.")
    page.keyboard.press("Enter")
    message = page.locator("#messages article", has_text="Here are the seats.")
    expect(message.locator(".file-head b")).to_have_text(["a.csv", "b.txt"])
    expect(message.locator("td", has_text="Northwind")).to_be_visible()
    expect(rows).to_have_count(0)
    assert [one.get("subtype") for one in stage.app.events()] == ["file_share"]


def test_files_may_go_alone_into_a_thread_and_come_back_when_they_cannot(
    stage: Stage, screen: Screen
) -> None:
    card = stage.post(text="the card")
    page = screen.go(more=f"&thread={card.ts}")
    page.locator("#part-thread [data-compose]").set_input_files([file("a.csv")])
    page.locator("#send-reply").click()
    expect(page.locator("#replies .file-head b")).to_have_text(["a.csv"])
    page.locator("#part-main [data-compose]").set_input_files([file("b.csv")])
    page.locator("#composer").fill("/handoff now")
    page.locator("#send").click()
    expect(page.get_by_text("Files cannot go with /handoff.")).to_be_visible()
    expect(page.locator("#part-main .composer-files .file-name")).to_have_text(["b.csv"])
    expect(page.locator("#composer")).to_have_value("/handoff now")


def test_more_or_larger_files_than_a_message_takes_are_left_out(
    stage: Stage, screen: Screen, tmp_path: Path
) -> None:
    page = screen.go()
    box = page.locator("#part-main [data-compose]")
    expect(box).to_have_accessible_name("Attach files, up to 10 of 5 MB each")
    large = tmp_path / "large.bin"
    large.write_bytes(b"x" * (FILE_BYTES + 1))
    box.set_input_files([large])
    expect(page.get_by_text("large.bin is larger than 5 MB.")).to_be_visible()
    box.set_input_files([file(f"{number}.csv") for number in range(11)])
    expect(page.get_by_text("No more than 10 more files can be added here.")).to_be_visible()
    expect(page.locator(".composer-files li")).to_have_count(10)


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_axe_finds_nothing_in_files(stage: Stage, screen: Screen, scheme: Any, width: int) -> None:
    screen.page.emulate_media(color_scheme=scheme)
    screen.page.set_viewport_size({"width": width, "height": 800})
    page = screen.go()
    page.locator("[data-compose]").set_input_files([file("a long name of a file.csv")])
    found = stumbles(page)
    view = stage.open(
        modal(question("file_input", "papers"), question("file_input", "one", max_files=1))
    )
    page.locator("[data-block-id=one] input[type=file]").set_input_files([file("b.csv")])
    expect(page.locator(".attached li")).to_have_count(1)
    stage.do(view.errors.update, {"papers": "Please attach one."})
    stage.do(stage.workspace.view_changed, view)
    expect(page.locator(".field-error")).to_have_count(1)
    assert [*found, *stumbles(page)] == []
