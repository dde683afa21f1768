"""By what a message is known when its row is not: marks that are the same for the same thing.

A key is random and belongs to one row. A mark is derived, so that the row which says the same
again after a restore finds what was said before. Nobody without the workspace's key can tell what
it stands for.
"""

import hashlib
import hmac
import json
from typing import Any

from bot.domain.deadlines import Step
from bot.domain.digest import Word
from bot.domain.notices import OF_THE_CLOCK, Notice, SurfaceKind

_OF_THE_ACT = frozenset({"seq", "actor"})
"""Facts that tell two acts apart which say the same."""


class Marks:
    """The marks of one workspace's messages."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def notice(self, notice: Notice) -> str:
        """Of what is said of a handoff to somebody; empty where only its words tell."""
        if notice.kind in OF_THE_CLOCK:
            return ""
        facts = {name: value for name, value in notice.facts.items() if name not in _OF_THE_ACT}
        return self._mark(
            "notice",
            notice.kind.value,
            notice.place.value,
            notice.handoff_id,
            notice.person_id,
            notice.channel_id,
            facts,
        )

    def word(self, reader_id: int | None, word: Word) -> str:
        """Of one thing the clock says to somebody, in whatever company it says it."""
        said = (word.handoff_id, word.step.value, word.stage.value, word.subject)
        return self._mark("word", reader_id, *said)

    def surface(
        self,
        kind: SurfaceKind,
        *,
        handoff_id: int | None,
        person_id: int | None,
        promise_id: int | None,
        promise_version: int | None,
    ) -> str:
        """Of a message that mirrors rows, also when it was posted anew."""
        of = (handoff_id, person_id, promise_id, promise_version)
        return self._mark("surface", kind.value, *of)

    def step(self, handoff_id: int | None, reader_id: int | None, step: Step) -> str:
        """Of the step of its reader's for which a guide card was posted."""
        return self._mark("step", handoff_id, reader_id, step.value)

    def _mark(self, *parts: Any) -> str:
        told = json.dumps(parts, sort_keys=True).encode()
        return hmac.new(self._key, told, hashlib.sha256).hexdigest()[:32]
