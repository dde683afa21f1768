"""A modal or a Home tab as HTML: one form whose fields are the view's elements."""

import json
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from bot.sandbox.render.blocks import blocks_html
from bot.sandbox.render.elements import Surface, text_of
from bot.sandbox.render.markup import Attribute, join, tag
from bot.sandbox.render.reader import Reader
from bot.sandbox.workspace import Json, Notice, OpenView

_TITLE: Final[Json] = {"type": "plain_text", "text": "Untitled"}


def modal_html(
    view: OpenView, reader: Reader, *, app_name: str, is_top: bool, notices: Sequence[Notice] = ()
) -> Markup:
    """One modal of the stack; only the one on top can be reached, so notices stand in it."""
    title = text_of(view.view.get("title", _TITLE))
    title_id = f"title-{view.id}"
    header = tag(
        "header",
        {"class": "modal-header"},
        tag("div", {}, tag("small", {}, app_name), tag("h2", {"id": title_id}, title)),
    )
    body = tag(
        "div",
        {"class": "modal-body", "data-key": f"body-{view.id}", "tabindex": "-1"},
        blocks_html(view.view["blocks"], _surface(view), reader),
    )
    attributes: dict[str, Attribute] = {
        "class": "modal",
        "role": "dialog",
        "aria-labelledby": title_id,
        "data-key": view.id,
        "data-view-id": view.id,
        "data-callback-id": view.callback_id or None,
        "inert": not is_top,
        "aria-hidden": None if is_top else "true",
    }
    form = tag(
        "form",
        {
            "data-surface": "modal",
            "data-view-id": view.id,
            "novalidate": True,
            "autocomplete": "off",
        },
        header,
        join(_notice(notice) for notice in notices),
        body,
        _footer(view),
        _cross(),
    )
    return tag("dialog", attributes, form)


def home_html(view: OpenView, reader: Reader) -> Markup:
    return tag(
        "form",
        {
            "class": "home",
            "data-surface": "home",
            "data-view-id": view.id,
            "data-key": view.id,
            "novalidate": True,
            "autocomplete": "off",
        },
        blocks_html(view.view["blocks"], _surface(view), reader),
    )


def _notice(notice: Notice) -> Markup:
    dismiss = tag(
        "button",
        {
            "type": "button",
            "class": "button button-plain",
            "data-do": "dismiss-notice",
            "data-send": json.dumps({"notice": notice.id}),
        },
        "Dismiss",
    )
    attributes: dict[str, Attribute] = {"class": "notice", "role": "alert", "data-key": notice.id}
    return tag("div", attributes, tag("p", {}, notice.text), dismiss)


def _surface(view: OpenView) -> Surface:
    return Surface(kind=view.type, key=view.id, state=view.state, errors=view.errors)


def _footer(view: OpenView) -> Markup:
    submit, close = view.view.get("submit"), view.view.get("close")
    words = text_of(close) if close else ("Cancel" if submit else "Close")
    closing = tag(
        "button", {"type": "button", "class": "button button-plain", "data-close": "view"}, words
    )
    submitting = Markup("")
    if submit:
        submitting = tag(
            "button",
            {"type": "submit", "class": "button button-primary", "data-submit": True},
            text_of(submit),
        )
    return tag("footer", {"class": "modal-footer"}, closing, submitting)


def _cross() -> Markup:
    """Last in the order of the keyboard, so that opening a modal does not land on it."""
    return tag(
        "button",
        {
            "type": "button",
            "class": "cross",
            "data-close": "stack",
            "aria-label": "Close all",
            "title": "Close all",
        },
        "✕",
    )
