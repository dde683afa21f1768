"""The one small, versioned model that buttons, menu entries and modals carry: no content."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.errors import Invalid, Problem
from bot.domain.hints import MOST_SEEN
from bot.domain.status import Filter


class Ref(BaseModel):
    """What a button or a modal is about. Short on the wire: a menu entry holds 150 characters."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    version: Literal[1] = Field(default=1, alias="v")
    handoff: int | None = Field(default=None, alias="h")
    thing: str | None = Field(default=None, alias="t", max_length=60)
    """What within the handoff: a section's key, a step, a menu choice, a command's words."""
    entry: int | None = Field(default=None, alias="e")
    """Id of one entry of the thing, for example a promise."""
    revision: int | None = Field(default=None, alias="r")
    """The revision a form was filled from; the base of the merge on submit."""
    page: int | None = Field(default=None, alias="p")
    channel: int | None = Field(default=None, alias="c")
    """Our id of the channel a form was opened from."""

    chosen: Filter | None = Field(default=None, alias="f")
    """What of the status list is shown."""
    seen: tuple[str, ...] = Field(default=(), alias="s", max_length=MOST_SEEN)
    """Marks of the hints on words that a form's writer was shown."""
    words: str | None = Field(default=None, alias="w", max_length=1000)
    """What a person typed behind a command, for trying it again."""

    def dump(self) -> str:
        """The text that goes into a value or `private_metadata`."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)

    @classmethod
    def load(cls, text: str) -> Self:
        """Read one back; raises Invalid for what this version never wrote (an old button)."""
        try:
            return cls.model_validate_json(text or "{}")
        except ValidationError as error:
            raise Invalid(Problem.STALE_BUTTON) from error
