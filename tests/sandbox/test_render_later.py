"""Tables, alerts, cards, carousels, containers, tasks, plans and context actions as HTML."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.blockkit import BLOCKS
from bot.sandbox.blockkit_elements import INPUTS
from bot.sandbox.render.blocks import blocks_html
from bot.sandbox.render.elements import Surface
from bot.sandbox.render.reader import Reader
from bot.sandbox.view_state import fill_ids
from tests.sandbox.desk import JONAS, MAYA, Json, button, plain
from tests.sandbox.later_blocks import (
    card,
    container,
    context_actions,
    data_table,
    every_later_block,
    mrkdwn,
    picture,
    plan,
    raw,
    rich,
    table,
    task,
)
from tests.sandbox.test_blockkit import FINE_BLOCKS, FINE_INPUTS


def html_of(*blocks: Json, user: str = MAYA) -> str:
    ids = iter(range(1000))
    fill_ids(list(blocks), lambda prefix: f"{prefix}{next(ids)}")
    reader = Reader(user_id=user, zone=ZoneInfo("Europe/Berlin"), now=datetime.now(UTC))
    return str(blocks_html(list(blocks), Surface(kind="message", key="m"), reader))


def test_no_later_block_is_left_unsaid() -> None:
    html = html_of(*every_later_block())
    assert "cannot be shown" not in html
    assert "cannot be used" not in html


@pytest.mark.parametrize("element", FINE_INPUTS, ids=lambda element: str(element["type"]))
def test_every_input_that_is_taken_can_be_used(element: Json) -> None:
    label = plain("Question")
    block = {"type": "input", "label": label, "element": {"action_id": "a", **element}}
    html = html_of(block)
    assert "Question" in html
    assert "cannot be used" not in html


def test_no_input_and_no_block_of_the_tables_is_left_out_here() -> None:
    assert {one["type"] for one in FINE_INPUTS} == set(INPUTS)
    drawn = {block["type"] for block in (*FINE_BLOCKS, *every_later_block())} | {"input"}
    assert drawn == set(BLOCKS)


def test_a_table_names_its_columns_and_keeps_their_looks() -> None:
    html = html_of(table())
    assert '<th class="cell-left" scope="col">Deal</th>' in html
    assert '<td class="cell-left">Northwind Robotics</td>' in html
    assert '<td class="cell-left cell-wraps"><div class="rich-section">Priya' in html
    assert '<td class="cell-right cell-number">48,000 €</td>' in html
    assert '<td class="cell-right cell-number">7500.5</td>' in html
    assert "&lt;b&gt;" in html


def test_a_table_stands_below_the_other_blocks() -> None:
    html = html_of(table(), {"type": "header", "text": plain("Above")})
    assert html.index("Above") < html.index("<table>")


def test_a_column_without_a_setting_is_a_plain_one() -> None:
    rows = [[raw("a"), raw("b")], [raw("1"), raw("2")]]
    html = html_of({"type": "table", "rows": rows, "column_settings": [None]})
    assert '<td class="cell-left">1</td><td>2</td>' in html


def test_a_table_of_data_has_its_caption_its_row_names_and_pages() -> None:
    html = html_of(data_table(page_size=3))
    assert "<caption>Open promises</caption>" in html
    assert '<th scope="row">Promise 1</th>' in html
    assert 'data-number="12"' in html
    assert "1–3 of 4" in html
    assert "data-turn" not in html_of(data_table(page_size=4))
    assert "data-turn" not in html_of(data_table())
    second = html_of(data_table(row_header_column_index=1))
    assert '<th class="cell-number" scope="row" data-number="12">12</th>' in second
    assert "<td>Promise 1</td>" in second


@pytest.mark.parametrize(
    ("level", "spoken"),
    [("info", "For information"), ("warning", "Warning"), ("error", "Error"), ("success", "Done")],
)
def test_an_alert_says_its_level_to_those_who_do_not_see_it(level: str, spoken: str) -> None:
    html = html_of({"type": "alert", "text": mrkdwn("*Late*"), "level": level})
    assert f'<span class="sr">{spoken}: </span><strong>Late</strong>' in html
    assert f"alert-{level}" in html


def test_an_alert_without_a_level_is_a_plain_one() -> None:
    html = html_of({"type": "alert", "text": plain("So")})
    assert "alert-default" in html
    assert 'class="sr"' not in html


def test_a_card_has_its_pictures_words_and_buttons() -> None:
    html = html_of(card(hero_image=picture(), icon=picture(), actions=[button("open")]))
    assert html.count('alt="The hall"') == 2
    assert "Kickoff on <strong>Monday</strong>." in html
    assert 'data-action-id="open"' in html


def test_a_carousel_tells_how_many_cards_it_has() -> None:
    html = html_of({"type": "carousel", "elements": [card("One"), card("Two")]})
    assert 'aria-label="2 cards, side by side"' in html
    assert html.count('class="card"') == 2


def test_a_container_folds_only_if_it_may() -> None:
    assert "<details" not in html_of(container())
    assert " open>" in html_of(container(is_collapsible=True))
    assert " open>" not in html_of(container(is_collapsible=True, default_collapsed=True))
    titled = html_of(container(rich_text_title=rich("Rich"), has_header_divider=True))
    assert "Rich" in titled
    assert "What was promised" not in titled
    assert "container-divided" in titled
    assert 'data-action-id="inside"' in titled


def test_a_task_says_how_it_stands_and_a_plan_how_many_are_done() -> None:
    source = {"type": "url", "url": "javascript:alert(1)", "text": "the brief"}
    html = html_of(task(sources=[source]))
    assert "<small>In progress</small>" in html
    assert 'href="javascript' not in html
    html = html_of(plan())
    assert "1 of 3 done" in html
    assert html.index("Done</small>") < html.index("Failed</small>") < html.index("To do</small>")
    assert "Two pages." in html
    assert "0 of" not in html_of({"type": "plan", "title": "Nothing yet"})


def test_an_icon_is_drawn_only_for_those_it_is_for() -> None:
    for_jonas = context_actions(visible_to_user_ids=[JONAS])
    assert 'data-action-id="bin"' not in html_of(for_jonas)
    assert 'data-action-id="feedback"' in html_of(for_jonas)
    assert 'data-action-id="bin"' in html_of(for_jonas, user=JONAS)
