"""The briefing call before the intro: booked, done without, or held, and what is written of it.

Rules: the process's *Two talks*. It takes 30 minutes at most; a longer one has a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Invalid, Problem
from bot.domain.promises import Side
from bot.domain.verification import LONGEST_WORDS, Record

MEANT_MINUTES = 30
"""What the call is meant to take at most."""
LONGEST_BRIEFING = 240
"""Minutes: whoever talks longer means another talk."""


class Tone(StrEnum):
    """In which tone the sale ended."""

    WARM = "warm"
    HARD_WON = "hard_won"


class Mood(StrEnum):
    """How the champion was at the close."""

    KEEN = "keen"
    CALM = "calm"
    TIRED = "tired"
    WARY = "wary"


class Overrun(StrEnum):
    """Why the call took longer than it is meant to."""

    THIN = "thin"
    """The brief was."""
    LONGER = "longer"
    """The account needs a longer document."""


class BriefingCall(Record):
    """What was written of the call; its readers are those of the other records."""

    held_at: datetime
    minutes: int
    tone: Tone
    mood: Mood
    emphasis: str
    """What needs emphasis."""
    questions: str = ""
    """What stayed open."""
    read: tuple[int, ...] = ()
    """The promises that were read aloud, by number."""
    unread: tuple[int, ...] = ()
    """Those that were not."""
    overrun: Overrun | None = None
    debrief: bool = False
    """Whether it was the debrief, which stands for the call."""

    def checked(self) -> "BriefingCall":
        """The same without outer blanks; raises Invalid with the field that is wrong."""
        if not 0 < self.minutes <= LONGEST_BRIEFING:
            most = {"most": str(LONGEST_BRIEFING)}
            raise Invalid(Problem.BAD_BRIEFING_MINUTES, field="minutes", facts=most)
        long = self.minutes > MEANT_MINUTES and not self.debrief
        if long and self.overrun is None:
            meant = {"most": str(MEANT_MINUTES)}
            raise Invalid(Problem.OVERRUN_UNEXPLAINED, field="overrun", facts=meant)
        emphasis, questions = self.emphasis.strip(), self.questions.strip()
        if not emphasis:
            raise Invalid(Problem.EMPTY, field="emphasis")
        for name, text in (("emphasis", emphasis), ("open_questions", questions)):
            if len(text) > LONGEST_WORDS:
                raise Invalid(Problem.TOO_LONG, field=name, facts={"most": str(LONGEST_WORDS)})
        why = self.overrun if long else None
        return self.model_copy(
            update={"emphasis": emphasis, "questions": questions, "overrun": why}
        )


@dataclass(frozen=True)
class Briefing:
    """Where the call is, without a word of what was said in it: clocks and lists need this.

    `asked` is everywhere since when a check, or words that did not match, ask for a call; what was
    held, or agreed to do without, before then does not answer that.
    """

    at: datetime | None = None
    """When the call is to be, as the AE booked it."""
    booked_at: datetime | None = None
    """When a time was first recorded."""
    without_ae_at: datetime | None = None
    """When the AE said that writing is enough."""
    without_csm_at: datetime | None = None
    held_at: datetime | None = None
    minutes: int | None = None
    recorded_at: datetime | None = None
    """When it was first recorded that it was held."""
    lifted_at: datetime | None = None
    """When the CS manager let the intro go out all the same."""

    def without_at(self, side: Side) -> datetime | None:
        """When a side said that writing is enough."""
        return self.without_ae_at if side is Side.AE else self.without_csm_at

    @property
    def without(self) -> datetime | None:
        """Since when both do without a call; None while one of them has not said so."""
        if self.without_ae_at is None or self.without_csm_at is None:
            return None
        return max(self.without_ae_at, self.without_csm_at)

    def recorded(self, asked: datetime | None) -> datetime | None:
        """When a call that answers what is asked was recorded as held."""
        if self.recorded_at is None or (asked is not None and self.recorded_at < asked):
            return None
        return self.recorded_at

    def settled(self, asked: datetime | None) -> datetime | None:
        """When it was settled that there is a call at a time, or none."""
        recorded = self.recorded(asked)
        if recorded is not None:
            return recorded if self.booked_at is None else min(recorded, self.booked_at)
        if self.at is not None and (asked is None or self.at > asked):
            return self.booked_at
        return self.without if asked is None else None

    def lifted(self, asked: datetime | None) -> bool:
        """Whether the CS manager let the intro go out without the call it waits for."""
        return self.lifted_at is not None and (asked is None or self.lifted_at >= asked)

    def booked(self, wanted: datetime, at: datetime, *, asked: datetime | None) -> "Briefing":
        """There is a call at a time; nobody does without one any more.

        One that moves was booked when it first was, unless it was no answer to what is asked now.
        """
        before = self.booked_at if self.settled(asked) is not None else None
        return replace(
            self,
            at=wanted,
            booked_at=before or at,
            without_ae_at=None,
            without_csm_at=None,
        )

    def called_off(self) -> "Briefing":
        """There is no time for it any more; where it is owed it is booked anew."""
        return replace(self, at=None, booked_at=None)

    def doing_without(self, side: Side, at: datetime) -> "Briefing":
        """A side says that writing is enough; with the second one a booked call falls."""
        said = (
            replace(self, without_ae_at=at) if side is Side.AE else replace(self, without_csm_at=at)
        )
        return said if said.without is None else said.called_off()

    def needed(self) -> "Briefing":
        """A call is required now: what was said about doing without one holds no longer."""
        return replace(self, without_ae_at=None, without_csm_at=None)

    def of_another_csm(self) -> "Briefing":
        """What both agreed on, booked or held stays; a yes that waits for the AE's was personal."""
        return self if self.without is not None else replace(self, without_csm_at=None)

    def of_another_ae(self) -> "Briefing":
        """The same for another AE, of a yes that waits for the CSM's."""
        return self if self.without is not None else replace(self, without_ae_at=None)

    def lifting(self, at: datetime) -> "Briefing":
        """The intro may go out without a call."""
        return replace(self, lifted_at=at)

    def held(self, call: BriefingCall, at: datetime, *, asked: datetime | None) -> "Briefing":
        """It was held; a record that corrects another one does not move when that was."""
        return replace(
            self,
            held_at=call.held_at,
            minutes=call.minutes,
            recorded_at=self.recorded(asked) or at,
        )


NOT_BOOKED = Briefing()


def unread(numbers: Sequence[int], read: Sequence[int]) -> tuple[int, ...]:
    """Which of the promises in force nobody read aloud."""
    return tuple(one for one in numbers if one not in read)
