"""What somebody pasted to cut their sections of the brief from; its writer alone reads it."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from bot.domain.errors import Invalid, Problem
from bot.storage.statements import Scope
from bot.storage.tables import pasted

MOST_PARTS = 20
"""Of 3,000 characters each, which is what one input of Slack takes."""

_THEIRS = (
    pasted.c.workspace_id == bindparam("b_workspace"),
    pasted.c.handoff_id == bindparam("b_handoff"),
    pasted.c.person_id == bindparam("b_person"),
)
_PARTS = select(pasted.c.words).where(*_THEIRS).order_by(pasted.c.id)
_ANY = select(pasted.c.id).where(*_THEIRS).limit(1)
_FORGET = delete(pasted).where(*_THEIRS)
_ADD = insert(pasted)


class Pasted:
    """The pasted texts of one workspace, each asked for by its writer."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def parts(self, handoff_id: int, person_id: int) -> list[str]:
        """The parts of one writer's text in a handoff, the first one first."""
        keys = self._keys(handoff_id, person_id)
        return list(self._scope.connection.execute(_PARTS, keys).scalars())

    def there(self, handoff_id: int, person_id: int) -> bool:
        """Whether this writer has pasted anything."""
        keys = self._keys(handoff_id, person_id)
        return self._scope.connection.execute(_ANY, keys).first() is not None

    def _keys(self, handoff_id: int, person_id: int) -> dict[str, int]:
        workspace = self._scope.workspace_id
        return {"b_workspace": workspace, "b_handoff": handoff_id, "b_person": person_id}


class WritablePasted(Pasted):
    """The pasted texts, added to and thrown away."""

    def add(self, handoff_id: int, person_id: int, words: str, *, at: datetime) -> None:
        """Put one more part behind what is there; raises Invalid for none or too many."""
        if not words.strip():
            raise Invalid(Problem.EMPTY, field="pasted")
        if len(self.parts(handoff_id, person_id)) >= MOST_PARTS:
            raise Invalid(Problem.TOO_MANY, field="pasted", facts={"most": str(MOST_PARTS)})
        values = {
            "workspace_id": self._scope.workspace_id,
            "handoff_id": handoff_id,
            "person_id": person_id,
            "words": words,
            "written_at": at,
        }
        self._scope.connection.execute(_ADD, values)

    def forget(self, handoff_id: int, person_id: int) -> None:
        """Throw all of this writer's text away; the history never had it."""
        self._scope.connection.execute(_FORGET, self._keys(handoff_id, person_id))
