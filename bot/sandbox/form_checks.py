"""What Slack's client itself refuses of a form, before the app hears of it."""

import re
from typing import Final

from bot.sandbox.view_state import State, is_empty
from bot.sandbox.workspace import Blocks, Json

_TYPED_TEXT: Final = frozenset(
    {"plain_text_input", "number_input", "email_text_input", "url_text_input"}
)


def complaints(blocks: Blocks, state: State) -> dict[str, str]:
    """One sentence for each input block that cannot be sent as it is, by block id."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        held = state[block["block_id"]][element["action_id"]]
        if is_empty(held):
            if not block.get("optional", False):
                found[block["block_id"]] = "Please complete this required field."
            continue
        if element["type"] in _TYPED_TEXT:
            sentence = _typed_complaint(element, held["value"])
            if sentence:
                found[block["block_id"]] = sentence
    return found


def _typed_complaint(element: Json, typed: str) -> str | None:
    match element["type"]:
        case "plain_text_input":
            least, most = element.get("min_length", 0), element.get("max_length", 3000)
            if len(typed) < least:
                return f"Please write at least {least} characters."
            if len(typed) > most:
                return f"Please write at most {most} characters."
        case "number_input":
            return _number_complaint(element, typed)
        case "email_text_input":
            if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed):
                return "Please enter an e-mail address."
        case "url_text_input":
            if not re.fullmatch(r"https?://\S+", typed):
                return "Please enter a web address."
    return None


def _number_complaint(element: Json, typed: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, typed):
        return "Please enter a number."
    number = float(typed)
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
