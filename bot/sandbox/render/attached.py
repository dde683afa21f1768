"""A file input: what was brought, each with a way to take it back, and where more is chosen."""

import json

from markupsafe import Markup

from bot.sandbox.limits import FILE_BYTES, FILES_AT_ONCE
from bot.sandbox.render.fields import Field
from bot.sandbox.render.markup import Attribute, tag


def file_input(field: Field) -> Markup:
    """It posts each file at once and not with the form, so that none is lost between the two."""
    most = int(field.element.get("max_files", FILES_AT_ONCE))
    endings = [f".{one.lower()}" for one in field.element.get("filetypes", ())]
    group: dict[str, Attribute] = {
        **{name: value for name, value in field.common.items() if name != "data-immediate"},
        "class": "file-input",
        "id": field.id,
        "role": "group",
        "aria-labelledby": f"{field.id}-label",
        "data-drop": True,
        "data-most": most,
        "data-bytes": FILE_BYTES,
    }
    rows = [_row(field, file_id) for file_id in field.held]
    chosen = tag("ul", {"class": "attached"}, *rows) if rows else ""
    left = most - len(field.held)
    return tag("div", group, chosen, _chooser(field, most, left, endings))


def _chooser(field: Field, most: int, left: int, endings: list[str]) -> Markup:
    rule = f"{field.id}-rule"
    box = tag(
        "input",
        {
            "type": "file",
            "id": f"{field.id}-file",
            "data-attach": True,
            "multiple": left > 1,
            "disabled": left <= 0,
            "accept": ",".join(endings) or None,
            "aria-describedby": " ".join(one for one in (rule, field.described_by) if one),
            "aria-invalid": "true" if field.invalid else None,
        },
    )
    words = "Choose a file" if most == 1 else "Choose files"
    return tag(
        "div",
        {"class": "file-choose"},
        tag("label", {"class": "button button-plain file-add"}, box, words),
        tag("small", {"id": rule}, _rule(most, endings)),
    )


def _rule(most: int, endings: list[str]) -> str:
    count = "One file" if most == 1 else f"Up to {most} files"
    each = "" if most == 1 else " each"
    kinds = f": {', '.join(one.removeprefix('.') for one in endings)}" if endings else ""
    return f"{count}, {FILE_BYTES // 1_000_000} MB{each}{kinds}"


def _row(field: Field, file_id: str) -> Markup:
    own = field.reader.own_files.get(file_id)
    name, size = (own.name, own.size) if own is not None else (file_id, "")
    block_id, action_id = field.common["data-block-id"], field.common["data-action-id"]
    detach = json.dumps({"block_id": block_id, "action_id": action_id, "file": file_id})
    return tag(
        "li",
        {"data-key": file_id},
        tag("span", {"class": "sign", "aria-hidden": "true"}, "📄"),
        tag("span", {"class": "file-name"}, name),
        tag("small", {}, size),
        tag(
            "button",
            {
                "type": "button",
                "class": "unpick",
                "data-do": "detach",
                "data-send": detach,
                "aria-label": f"Remove {name}",
            },
            "✕",
        ),
    )
