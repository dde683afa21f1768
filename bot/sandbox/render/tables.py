"""The two kinds of tables: one that shows all of its rows, and one with pages and an order."""

from typing import Final

from markupsafe import Markup

from bot.sandbox.render.markup import Attribute, lines, tag
from bot.sandbox.render.reader import Reader
from bot.sandbox.render.rich_text import rich_text
from bot.sandbox.workspace import Blocks, Json

ROWS_A_PAGE: Final = 5
"""Of a data table that says nothing else."""


def table(block: Json, reader: Reader) -> Markup:
    """The first row names the columns; a column keeps its words on one line unless it wraps."""
    settings: list[Json | None] = block.get("column_settings", [])
    looks = [_look(one or {}) for one in settings]
    head, *body = block["rows"]
    rows = [tag("thead", {}, _row(head, reader, looks, named=True))]
    if body:
        rows.append(tag("tbody", {}, *(_row(row, reader, looks) for row in body)))
    return _scrolling("Table", tag("table", {}, *rows))


def data_table(block: Json, reader: Reader) -> Markup:
    """The page's script shows one page of it, in the order of whichever column was pressed."""
    head, *body = block["rows"]
    named_by = block.get("row_header_column_index", 0)
    numeric = {
        place for row in body for place, cell in enumerate(row) if cell["type"] == "raw_number"
    }
    columns = [
        tag(
            "th",
            {"scope": "col", "class": "cell-number" if number in numeric else None},
            tag(
                "button",
                {"type": "button", "class": "column", "data-column": number},
                _cell_words(cell, reader),
            ),
        )
        for number, cell in enumerate(head)
    ]
    rows = [
        tag(
            "tr",
            {"data-row": number},
            *(
                _cell(cell, reader, named=place == named_by, scope="row", sorts=True)
                for place, cell in enumerate(row)
            ),
        )
        for number, row in enumerate(body)
    ]
    whole = tag(
        "table",
        {},
        tag("caption", {}, block["caption"]),
        tag("thead", {}, tag("tr", {}, *columns)),
        tag("tbody", {}, *rows),
    )
    size = block.get("page_size", ROWS_A_PAGE)
    pages: dict[str, Attribute] = {"data-data-table": True, "data-page-size": size}
    return tag("div", pages, _scrolling(block["caption"], whole), _turning(len(body), size))


def _turning(count: int, size: int) -> Markup:
    """The way through the pages, where there is more than one."""
    if count <= size:
        return Markup("")
    plain = {"type": "button", "class": "button button-plain"}
    return tag(
        "div",
        {"class": "turning"},
        tag("span", {"class": "turning-now", "role": "status"}, f"1–{size} of {count}"),
        tag("button", {**plain, "data-turn": "-1", "disabled": True}, "Previous"),
        tag("button", {**plain, "data-turn": "1"}, "Next"),
    )


def _scrolling(label: str, inside: Markup) -> Markup:
    """What is wider than its place can be moved by the keyboard, too."""
    attributes: dict[str, Attribute] = {
        "class": "table-scroll",
        "tabindex": "0",
        "role": "region",
        "aria-label": label,
    }
    return tag("div", attributes, inside)


def _row(row: Blocks, reader: Reader, looks: list[str], *, named: bool = False) -> Markup:
    cells = [
        _cell(cell, reader, named=named, look=looks[place] if place < len(looks) else "")
        for place, cell in enumerate(row)
    ]
    return tag("tr", {}, *cells)


def _cell(
    cell: Json,
    reader: Reader,
    *,
    named: bool,
    scope: str = "col",
    look: str = "",
    sorts: bool = False,
) -> Markup:
    number = cell["type"] == "raw_number"
    classes = " ".join(one for one in (look, "cell-number" if number else "") if one)
    attributes: dict[str, Attribute] = {
        "class": classes or None,
        "scope": scope if named else None,
        "data-number": str(cell["value"]) if sorts and number else None,
    }
    return tag("th" if named else "td", attributes, _cell_words(cell, reader))


def _cell_words(cell: Json, reader: Reader) -> Markup:
    if cell["type"] == "rich_text":
        return rich_text(cell["elements"], reader)
    return lines(cell["text"])


def _look(setting: Json) -> str:
    wraps = "cell-wraps" if setting.get("is_wrapped") else ""
    return f"cell-{setting.get('align', 'left')} {wraps}".strip()
