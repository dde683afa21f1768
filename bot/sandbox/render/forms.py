"""How a view's elements are named in a form, and what a posted form says was chosen."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.sandbox.render.typed_rich_text import typed_of
from bot.sandbox.view_state import STATEFUL, Plain, Values, elements_of
from bot.sandbox.workspace import Blocks, Json

SHOWN: Final = "shown"
# Slack carries a date and time as ten digits of seconds since 1970.
_FIRST_YEAR: Final = 2002
_LAST_YEAR: Final = 2285
LISTS: Final = frozenset(
    {
        "checkboxes",
        "multi_static_select",
        "multi_external_select",
        "multi_users_select",
        "multi_conversations_select",
        "multi_channels_select",
    }
)


class UnreadableForm(Exception):
    """The form names its fields in a way this page never writes."""


def field_name(block_id: str, action_id: str) -> str:
    """One unambiguous name for an element, whatever characters its two ids hold."""
    return json.dumps([block_id, action_id])


def posted_values(blocks: Blocks, posted: Iterable[tuple[str, str]], zone: ZoneInfo) -> Values:
    """What the form holds for the elements it showed and that are still in the view."""
    pairs = list(posted)
    kinds = {
        (block["block_id"], element["action_id"]): element for block, element in elements_of(blocks)
    }
    values: Values = {}
    for name, marker in pairs:
        if name != SHOWN:
            continue
        block_id, action_id = _ids(marker)
        element = kinds.get((block_id, action_id))
        if element is None or element["type"] not in STATEFUL:
            continue
        texts = [text for key, text in pairs if key == marker]
        values.setdefault(block_id, {})[action_id] = chosen(element, texts, zone)
    return values


def _ids(marker: str) -> tuple[str, str]:
    try:
        ids = json.loads(marker)
    except ValueError:
        raise UnreadableForm("A field of this form has no readable name.") from None
    match ids:
        case [str(block_id), str(action_id)]:
            return block_id, action_id
    raise UnreadableForm("A field of this form has no readable name.")


def chosen(element: Json, texts: Sequence[str], zone: ZoneInfo) -> Plain:
    """The plain choice that these texts of a form mean for this element."""
    kind = element["type"]
    if kind == "button":
        return None
    if kind in LISTS:
        return [text for text in texts if text]
    text = texts[0].replace("\r\n", "\n") if texts else ""
    if not text:
        return None
    if kind == "datetimepicker":
        return _unix(text, zone)
    if kind == "timepicker":
        return text[:5]
    return text


def _unix(text: str, zone: ZoneInfo) -> int:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableForm(f"{text!r} is no date and time.") from None
    if not _FIRST_YEAR <= local.year <= _LAST_YEAR:
        raise UnreadableForm(f"The year {local.year} cannot be chosen.")
    return int(local.replace(tzinfo=zone).timestamp())


def local_minute(unix: int, zone: ZoneInfo) -> str:
    """A date and time as the browser's own picker reads it."""
    return f"{datetime.fromtimestamp(unix, UTC).astimezone(zone):%Y-%m-%dT%H:%M}"


def held(element: Json, state: Json | None) -> tuple[str, ...]:
    """The texts that stand in an element: from its state, else what the app put there first."""
    if element["type"] == "rich_text_input":
        return tuple(typed_of(value) for value in standing(element, state))
    return tuple(
        str(one["value"]) if isinstance(one, dict) else str(one) for one in standing(element, state)
    )


def standing(element: Json, state: Json | None) -> tuple[Any, ...]:
    """What stands in an element as Slack shapes it, however many it can hold."""
    kind = element["type"]
    if kind not in STATEFUL:
        return ()
    key, initial = STATEFUL[kind]
    value: Any = element.get(initial) if state is None else state.get(key)
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
