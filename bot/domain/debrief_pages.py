"""What people are shown of a whole debrief, as plain values for one viewer."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.debrief import Ask, Debrief, KeptAnswer, OwnPart, Question, Standing
from bot.domain.people import NamedPerson


@dataclass(frozen=True)
class AskShown:
    """One question to the AE with who asked and who replied."""

    ask: Ask
    asked_by: NamedPerson | None
    replied_by: NamedPerson | None


@dataclass(frozen=True)
class AnswerShown:
    """One answer as a viewer may read it."""

    question: Question
    standing: Standing
    kept: KeptAnswer | None
    """None where nothing was written, or nothing of it is for this viewer."""
    by: NamedPerson | None = None
    asks: tuple[AskShown, ...] = ()


@dataclass(frozen=True)
class TalkShown:
    """When it was held, how long and with whom."""

    held_at: datetime
    minutes: int
    there: tuple[NamedPerson, ...]


@dataclass(frozen=True)
class DebriefPage:
    """How far a debrief is, and all of it that one viewer may read."""

    handoff_id: int
    account: str
    debrief: Debrief
    answers: tuple[AnswerShown, ...]
    own: OwnPart | None = None
    """None also for who may not read it."""
    reads_own: bool = False
    asks: tuple[AskShown, ...] = ()
    """Those about no answer."""
    talk: TalkShown | None = None
    ae: NamedPerson | None = None
    csm: NamedPerson | None = None
    listener: NamedPerson | None = None
    wants_listener: bool = False
    """Whether the deal's size asks for a second listener."""
    leads: bool = False
    """Whether the viewer records the talk."""
    marks: bool = False
    """Whether the viewer says which answers count, and adds a part of their own."""
    answers_it: bool = False
    """Whether the viewer writes answers at all."""
    replies: int = 0
    """How many questions wait for the viewer."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all in it for this viewer."""
        written = any(one.kept is not None or one.asks for one in self.answers)
        return not written and self.talk is None and self.own is None and not self.asks
