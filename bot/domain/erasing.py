"""A name that is erased on request: where it stands in a text, and what stands there afterwards."""

import json
import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from bot.domain.errors import Invalid, Problem

ERASED: Final = "[erased]"
"""What stands in place of a name."""
SHORTEST_NAME: Final = 2
_BETWEEN: Final = r"(?:[\s._+\-]|%20)+"
"""Between the parts of a name: also in an address or a link."""
_FORMS: Final = ("NFC", "NFD")


class Names:
    """The spellings of one person's name; raises Invalid (field `name`) for what is none."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(dict.fromkeys(" ".join(name.split()) for name in names))
        if not self.names or any(not _is_name(name) for name in self.names):
            raise Invalid(Problem.NO_NAME, field="name")
        if _own_words() & {name.casefold() for name in self.names}:
            raise Invalid(Problem.OWN_WORD, field="name")
        # The longest first: of a name and its part the whole is found.
        ordered = sorted(self.names, key=len, reverse=True)
        self._pattern = re.compile("|".join(_patterns(ordered)), re.IGNORECASE)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of these names that are not among them, which a text may have alone."""
        known = {name.casefold() for name in self.names}
        found = (part for name in self.names for part in name.split())
        known |= _own_words()
        alone = (part for part in found if part.casefold() not in known and _is_name(part))
        return tuple(dict.fromkeys(alone))

    def count(self, text: str) -> int:
        """How often a text has one of them, as words of its own."""
        return len(self._pattern.findall(text))

    def erased(self, text: str) -> str:
        """The text without them."""
        return self._pattern.sub(ERASED, text)

    def erased_in(self, body: str) -> str:
        """The same of a JSON text, of which only what is a string, and no key, is changed."""
        return json.dumps(self._in_json(json.loads(body)), ensure_ascii=False)

    def _in_json(self, found: Any) -> Any:
        if isinstance(found, str):
            return self.erased(found)
        if isinstance(found, list):
            return [self._in_json(one) for one in found]
        if isinstance(found, dict):
            return {key: self._in_json(one) for key, one in found.items()}
        return found


def _own_words() -> frozenset[str]:
    """The values by which the bot tells kinds apart: in a stored text they are nobody's name."""
    kinds = (kind for kind in StrEnum.__subclasses__() if kind.__module__.startswith("bot."))
    return frozenset(str(member.value) for kind in kinds for member in kind)


def _is_name(text: str) -> bool:
    return sum(char.isalpha() for char in text) >= SHORTEST_NAME


def _patterns(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        for form in dict.fromkeys(unicodedata.normalize(one, name) for one in _FORMS):
            parts = (re.escape(part) for part in form.split())
            yield rf"(?<!\w){_BETWEEN.join(parts)}(?!\w)"
