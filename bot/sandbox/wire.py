"""JSON as it comes in from outside."""

import json
import re
from typing import Any, Final

_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(raw: str | bytes) -> Any:
    """What stands there; ValueError where that is no JSON.

    JSON can write half of a character by its number. No page and no file could hold it, so that
    it becomes the sign for what is unreadable.
    """
    text = raw.decode() if isinstance(raw, bytes) else raw
    try:
        value: Any = json.loads(text)
    except RecursionError:
        raise ValueError("This is nested too deep.") from None
    return _mended(value) if _HALF.search(text) else value


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in value.items()}
    return value
