"""One of each block that came later, as an app would send it."""

from tests.sandbox.desk import Json, actions, button, plain


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def number(value: float, text: str | None = None) -> Json:
    return {"type": "raw_number", "value": value, "text": text or str(value)}


def rich(text: str) -> Json:
    piece = {"type": "text", "text": text}
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [piece]}],
    }


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def table() -> Json:
    return {
        "type": "table",
        "rows": [
            [raw("Deal"), raw("Owner"), raw("Value")],
            [raw("Northwind Robotics"), raw("Jonas"), number(48000, text="48,000 €")],
            [raw("<b>"), rich("Priya, since the first of the month"), number(7500.5)],
        ],
        "column_settings": [{"align": "left"}, {"is_wrapped": True}, {"align": "right"}],
    }


def data_table(**more: object) -> Json:
    rows = [
        [raw(f"Promise {place}"), number(days)] for place, days in enumerate((3, 12, 1, 7), start=1)
    ]
    return {
        "type": "data_table",
        "caption": "Open promises",
        "rows": [[raw("Promise"), raw("Days")], *rows],
        **more,
    }


def card(title: str = "Northwind Robotics", **more: object) -> Json:
    return {
        "type": "card",
        "title": mrkdwn(title),
        "subtitle": mrkdwn("48 seats"),
        "body": mrkdwn("Kickoff on *Monday*."),
        **more,
    }


def container(**more: object) -> Json:
    return {
        "type": "container",
        "title": plain("What was promised"),
        "subtitle": plain("Two things"),
        "child_blocks": [
            {"type": "section", "text": plain("An import of the old tickets.")},
            actions(button("inside"), block_id="inside_row"),
        ],
        **more,
    }


def task(title: str = "Read the brief", status: str = "in_progress", **more: object) -> Json:
    return {"type": "task_card", "task_id": title, "title": title, "status": status, **more}


def plan() -> Json:
    return {
        "type": "plan",
        "title": "Getting ready",
        "tasks": [
            task("Read the order form", "complete", output=rich("Two pages.")),
            task("Ask for the calendar", "error", details=rich("It did not answer.")),
            task("Write it down", "pending"),
        ],
    }


def context_actions(**more: object) -> Json:
    """A thumb up and down, and a bin."""
    return {
        "type": "context_actions",
        "block_id": "about_it",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            },
            {
                "type": "icon_button",
                "action_id": "bin",
                "icon": "trash",
                "text": plain("Delete"),
                "value": "it",
                **more,
            },
        ],
    }


def picture() -> Json:
    return {"type": "image", "image_url": "https://a.example/p.png", "alt_text": "The hall"}


def every_later_block() -> list[Json]:
    source = {"type": "url", "url": "https://a.example/brief", "text": "the brief"}
    levels = ("default", "info", "warning", "error", "success")
    return [
        *({"type": "alert", "text": plain(f"An alert: {one}."), "level": one} for one in levels),
        table(),
        data_table(page_size=3, row_header_column_index=0),
        card(actions=[button("open"), button("keep", style="primary")]),
        {"type": "carousel", "elements": [card(f"Deal {place}") for place in range(4)]},
        container(is_collapsible=True),
        container(
            title=plain("Divided"),
            width="narrow",
            has_header_divider=True,
            child_blocks=[{"type": "divider"}],
        ),
        task(details=rich("Page two."), sources=[source]),
        plan(),
        context_actions(),
    ]
