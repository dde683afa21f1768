"""What stands in a view's or message's elements, shaped as Slack shapes `state.values`."""

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from bot.sandbox.blockkit_elements import options_of
from bot.sandbox.limits import FILES_AT_ONCE
from bot.sandbox.render.typed_rich_text import rich_text_of
from bot.sandbox.workspace import Blocks, Json

Plain: TypeAlias = str | int | bool | list[str] | None
Values: TypeAlias = dict[str, dict[str, Plain]]
State: TypeAlias = dict[str, dict[str, Json]]


class CannotAct(Exception):
    """The person has nothing like that on their screen; the sentence says what is missing."""


FILE_INPUT: Final = "file_input"
_ONE: Final = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
_MANY: Final = {
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    # Nothing stands in it before somebody brings a file; the state holds ids of files.
    FILE_INPUT: ("files", ""),
}
STATEFUL: Final = {**_ONE, **_MANY}
EXTERNAL: Final = frozenset({"external_select", "multi_external_select"})
SHORTEST_QUERY: Final = 3
"""How much has to be typed in a menu that the app fills, where it says nothing else."""
_OPTIONS: Final = EXTERNAL | {"static_select", "radio_buttons", "multi_static_select", "checkboxes"}
Offers: TypeAlias = Mapping[tuple[str, str], list[Json]]
"""What can be chosen by block and action id: an app suggested it, or it is a person's file."""


def flat(blocks: Blocks) -> Iterator[Json]:
    """Every block, those inside of others after the one they are in."""
    for block in blocks:
        yield block
        yield from flat(block.get("child_blocks", []))
        if block["type"] == "carousel":
            yield from flat(block["elements"])


def elements_of(blocks: Blocks) -> Iterator[tuple[Json, Json]]:
    """Every element that has an action id, with its block."""
    for block in flat(blocks):
        for element in _interactive(block):
            if "action_id" in element:
                yield block, element


def initial_state(blocks: Blocks) -> State:
    """What the elements hold before anyone touched them."""
    state: State = {}
    for block, element in elements_of(blocks):
        kind = element["type"]
        if kind not in STATEFUL:
            continue
        chosen, initial = STATEFUL[kind]
        nothing: Any = [] if kind in _MANY else None
        held = element.get(initial, nothing)
        state.setdefault(block["block_id"], {})[element["action_id"]] = _held(element, chosen, held)
    return state


def carry_over(old: State, blocks: Blocks) -> State:
    """The state of an updated view: an element with the same block and action id keeps its own."""
    state = initial_state(blocks)
    for block_id, actions in state.items():
        for action_id, fresh in actions.items():
            kept = old.get(block_id, {}).get(action_id)
            if kept is not None and kept["type"] == fresh["type"]:
                actions[action_id] = kept
    return state


def element_at(blocks: Blocks, *, action_id: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The one element with this action id; CannotAct when there is none or more than one."""
    found = [
        (block, element)
        for block, element in elements_of(blocks)
        if element["action_id"] == action_id and block_id in (None, block["block_id"])
    ]
    if not found:
        raise CannotAct(f"There is nothing with the action id {action_id} here.")
    if len(found) > 1:
        raise CannotAct(f"There are {len(found)} elements with the action id {action_id} here.")
    return found[0]


def shortest_query(element: Json) -> int:
    """How many letters a menu that the app fills wants before the app is asked."""
    return int(element.get("min_query_length", SHORTEST_QUERY))


def with_offers(element: Json, suggested: list[Json], held: Json | None) -> Json:
    """A menu with what can be chosen in it: what was suggested, and what stands there."""
    if element["type"] == FILE_INPUT:
        kept = [{"id": one} for one in (held or {}).get("files", ())]
        return {**element, "files": [*suggested, *kept]}
    if element["type"] not in EXTERNAL:
        return element
    chosen, initial = STATEFUL[element["type"]]
    there = [(held or {}).get(chosen), element.get(initial)]
    flat = [one for some in there for one in (some if isinstance(some, list) else [some]) if one]
    return {**element, "options": [*suggested, *flat]}


def apply_values(
    state: State, blocks: Blocks, values: Values, offers: Offers | None = None
) -> State:
    """A new state with these plain choices shaped into it; CannotAct for what is not offered."""
    filled = {block_id: dict(actions) for block_id, actions in state.items()}
    for block_id, actions in values.items():
        for action_id, plain in actions.items():
            _, element = element_at(blocks, action_id=action_id, block_id=block_id)
            suggested = (offers or {}).get((block_id, action_id), [])
            menu = with_offers(element, suggested, filled.get(block_id, {}).get(action_id))
            filled.setdefault(block_id, {})[action_id] = shape(menu, plain)
    return filled


def shape(element: Json, plain: Plain) -> Json:
    """One element's state after the person chose this; CannotAct when it cannot be chosen."""
    kind = element["type"]
    if kind not in STATEFUL:
        raise CannotAct(f"A {kind} holds no value.")
    chosen, _ = STATEFUL[kind]
    if kind in _MANY:
        return _held(element, chosen, _many(element, plain))
    return _held(element, chosen, _one(element, plain))


def option_with(element: Json, value: Plain) -> Json:
    for option in options_of(element):
        if option["value"] == value:
            return dict(option)
    raise CannotAct(f"{value!r} is not among the options of {element['action_id']}.")


def feedback_with(element: Json, value: Plain) -> Json:
    """The words and the value of whichever of the two buttons has this value."""
    for name in ("positive_button", "negative_button"):
        if element[name]["value"] == value:
            return {"text": element[name]["text"], "value": value}
    raise CannotAct(f"{value!r} is the value of neither button of {element['action_id']}.")


def _held(element: Json, chosen: str, held: Any) -> Json:
    state: Json = {"type": element["type"], chosen: held}
    if element["type"] == "timepicker" and "timezone" in element:
        state["timezone"] = element["timezone"]
    return state


def _one(element: Json, plain: Plain) -> Any:
    kind = element["type"]
    if plain is None or plain == "":
        return None
    if kind == "datetimepicker":
        if not isinstance(plain, int) or isinstance(plain, bool):
            raise CannotAct("A date and time is chosen as whole seconds since 1970.")
        return plain
    if not isinstance(plain, str):
        raise CannotAct(f"A {kind} takes one text.")
    if kind in _OPTIONS:
        return option_with(element, plain)
    if kind == "rich_text_input":
        return rich_text_of(plain)
    if kind == "datepicker":
        _must_be_date(plain)
    if kind == "timepicker" and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", plain):
        raise CannotAct(f"{plain!r} is no time of day.")
    return plain


def _many(element: Json, plain: Plain) -> list[Any]:
    if plain is None or plain == "":
        return []
    if not isinstance(plain, list):
        raise CannotAct(f"A {element['type']} takes a list.")
    if len(plain) > element.get("max_selected_items", len(plain)):
        raise CannotAct(f"At most {element['max_selected_items']} can be chosen.")
    if element["type"] in _OPTIONS:
        return [option_with(element, value) for value in plain]
    if element["type"] == FILE_INPUT:
        _must_be_files(element, plain)
    return list(plain)


def _must_be_files(element: Json, ids: list[str]) -> None:
    """Files of the person, of a kind and a number that the element takes."""
    most = element.get("max_files", FILES_AT_ONCE)
    if len(ids) > most:
        raise CannotAct(f"At most {most} {'file' if most == 1 else 'files'} can be attached here.")
    known = {one["id"]: one.get("name") for one in reversed(element["files"])}
    endings = [one.lower() for one in element.get("filetypes", ())]
    for file_id in ids:
        if file_id not in known:
            raise CannotAct(f"There is no file {file_id} of this person to attach.")
        name = known[file_id]
        if endings and name is not None and name.rpartition(".")[2].lower() not in endings:
            raise CannotAct(f"{name} cannot be attached here: only {', '.join(endings)}.")


def _must_be_date(plain: str) -> None:
    try:
        date.fromisoformat(plain)
    except ValueError:
        raise CannotAct(f"{plain!r} is no date.") from None


def is_empty(held: Json) -> bool:
    chosen, _ = STATEFUL[held["type"]]
    return held[chosen] in (None, [], "")


def fill_ids(blocks: Blocks, new_id: Callable[[str], str]) -> None:
    """Gives every block and element that came without an id one, as Slack does.

    A block in which nothing is typed or chosen keeps its id while it says the same: what a person
    presses on a page that was drawn anew meanwhile still reaches the app. All others get a fresh
    one, for with the id Slack forgets what stood in them.
    """
    given = {block["block_id"] for block in flat(blocks) if "block_id" in block}
    for block in flat(blocks):
        if "block_id" not in block:
            block["block_id"] = new_id("b") if _holds_state(block) else _id_of(block, given)
            given.add(block["block_id"])
        for element in _interactive(block):
            if element["type"] != "image" and "action_id" not in element:
                element["action_id"] = new_id("a")


def _interactive(block: Json) -> tuple[Json, ...]:
    return (
        *([block["accessory"]] if "accessory" in block else ()),
        *([block["element"]] if "element" in block else ()),
        *(block["elements"] if block["type"] in ("actions", "context_actions") else ()),
        *(block.get("actions", ()) if block["type"] == "card" else ()),
    )


def _holds_state(block: Json) -> bool:
    return any(element["type"] in STATEFUL for element in _interactive(block))


def _id_of(block: Json, given: Collection[str]) -> str:
    says = hashlib.sha256(json.dumps(block, sort_keys=True).encode()).hexdigest()[:12]
    alike = (f"b{says}{number}" for number in itertools.count())
    return next(one for one in alike if one not in given)
