"""Whether the CSM has read: three checks, a restatement from memory, and a brief sent back."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.domain.errors import Invalid, Problem
from bot.domain.items import Item

LONGEST_WORDS = 3000
"""Slack's own limit of a text field."""
LONGEST_LINE = 300
"""What the AE says of a restatement."""
CALL_AFTER = 2
"""After so many restatements that did not match a briefing call is required."""


class Part(StrEnum):
    """What *has read* is made of, in the order in which the CSM is asked for it."""

    ACKNOWLEDGEMENT = "acknowledgement"
    CHECKS = "checks"
    RESTATEMENT = "restatement"


def missing(*, acknowledged: bool, checked: bool, restated: bool) -> tuple[Part, ...]:
    """What is missing of the three, the next thing first."""
    there = (
        (Part.ACKNOWLEDGEMENT, acknowledged),
        (Part.CHECKS, checked),
        (Part.RESTATEMENT, restated),
    )
    return tuple(part for part, given in there if not given)


class RecordKind(StrEnum):
    """What is written down while the CSM reads; kept as documents, for those who read records."""

    CHECKS = "checks"
    JOINT_PLAN = "joint_plan"
    RESTATEMENT = "restatement"
    VERDICT = "verdict"
    BRIEFING_CALL = "briefing_call"
    KICKOFF = "kickoff"
    """For who may read reasons."""
    INTERVIEWS = "interviews"
    """No record of the reading: whom others asked what an AE who is gone knew."""
    INTRO_DRAFT = "intro_draft"
    """For its sender and the CSM alone."""


class Record(BaseModel):
    """One thing written down while the CSM reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Checks(Record):
    """Three answers of the CSM; *yes* is good."""

    metric: bool
    """I can deliver the metric."""
    no_plan: bool
    """The red flags need no joint plan before the kickoff."""
    champion: bool
    """I could talk to the champion as someone I know."""

    @property
    def all_yes(self) -> bool:
        """Whether nothing holds the intro."""
        return self.metric and self.no_plan and self.champion


class JointPlan(Record):
    """What AE and CSM do about the red flags before the kickoff."""

    plan: str

    def checked(self) -> "JointPlan":
        """The same without outer blanks; raises Invalid for no words or too many."""
        return JointPlan(plan=_words(self.plan, "plan"))


class Restatement(Record):
    """What the CSM kept of the brief, written from memory."""

    why: str
    """What made them buy now."""
    success: str
    """How success is measured."""
    risk: str
    """The top risk, or that there is none."""

    def checked(self) -> "Restatement":
        """The same without outer blanks; raises Invalid with the field that has no words."""
        return Restatement(
            why=_words(self.why, "restated_why"),
            success=_words(self.success, "restated_success"),
            risk=_words(self.risk, "restated_risk"),
        )


class Verdict(Record):
    """What the AE says of a restatement."""

    match: bool
    line: str = ""

    def checked(self) -> "Verdict":
        """The same with its words in one line; raises Invalid for *not a match* without any."""
        line = " ".join(self.line.split())
        if not line and not self.match:
            raise Invalid(Problem.EMPTY, field="line")
        if len(line) > LONGEST_LINE:
            raise Invalid(Problem.TOO_LONG, field="line", facts={"most": str(LONGEST_LINE)})
        return Verdict(match=self.match, line=line)


def _words(text: str, form_field: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid(Problem.EMPTY, field=form_field)
    if len(words) > LONGEST_WORDS:
        raise Invalid(Problem.TOO_LONG, field=form_field, facts={"most": str(LONGEST_WORDS)})
    return words


@dataclass(frozen=True)
class Verification:
    """How far the reading is, without a word of what was written: clocks and lists need this."""

    outdated_at: datetime | None = None
    """Since when the acknowledgement is of a metric or promises that are no longer so."""
    checks_at: datetime | None = None
    intro_held_at: datetime | None = None
    """Not every check was a yes: the intro is held until a call is recorded as held."""
    plan_needed: bool = False
    plan_at: datetime | None = None
    restated_at: datetime | None = None
    """None again once the AE said that it is not a match."""
    matched_at: datetime | None = None
    mismatches: int = 0
    """Of the present CSM's restatements."""
    call_required_at: datetime | None = None
    """When so many did not match that words alone do not settle it; it outlasts the CSM."""
    reopened_at: datetime | None = None
    """When the CSM's step was opened again: sent back and returned, changed, not a match."""
    sent_back_at: datetime | None = None
    returned_at: datetime | None = None
    sent_back_items: tuple[Item, ...] = ()

    @property
    def with_ae(self) -> bool:
        """Whether the brief was sent back and has not come again."""
        return self.sent_back_at is not None and self.returned_at is None

    @property
    def call_required(self) -> bool:
        """Whether too many restatements did not match for words alone to settle it."""
        return self.call_required_at is not None

    @property
    def call_asked_for(self) -> bool:
        """Whether what the CSM answered or wrote asks for a briefing call, whatever the size."""
        return self.intro_held_at is not None or self.call_required

    @property
    def call_asked_at(self) -> datetime | None:
        """Since when that asks for one; a call held before is no answer to it."""
        times = [at for at in (self.intro_held_at, self.call_required_at) if at is not None]
        return max(times, default=None)

    @property
    def to_judge(self) -> bool:
        """Whether a restatement waits for the AE."""
        return self.restated_at is not None and self.matched_at is None

    @property
    def plan_missing(self) -> bool:
        """Whether the red flags need a joint plan that nobody wrote."""
        return self.plan_needed and self.plan_at is None

    def in_force(self, kind: RecordKind, written_at: datetime) -> bool:
        """Whether a record of that time counts, or was asked for again since."""
        if kind is RecordKind.VERDICT and self.restated_at is None:
            # *Not a match* is what the CSM answers with the next restatement.
            return self.mismatches > 0
        counts = {
            RecordKind.CHECKS: self.checks_at,
            RecordKind.JOINT_PLAN: self.plan_at,
            RecordKind.RESTATEMENT: self.restated_at,
            RecordKind.VERDICT: self.matched_at,
        }
        # A call that was held stays held, whoever reads the brief next, and a draft is one. What
        # others were asked is a list.
        return kind not in counts or counts[kind] == written_at

    def outdated(self, at: datetime) -> "Verification":
        """The acknowledgement alone is asked for again; what else the CSM did stands."""
        return replace(self, outdated_at=at, reopened_at=at)

    def acknowledged(self) -> "Verification":
        """The acknowledgement is of the brief as it is."""
        return replace(self, outdated_at=None)

    def checked(self, checks: Checks, at: datetime) -> "Verification":
        """A check that is no yes holds the intro, and no later answer lifts that."""
        held = self.intro_held_at if checks.all_yes else self.intro_held_at or at
        needed = not checks.no_plan
        return replace(self, checks_at=at, intro_held_at=held, plan_needed=needed)

    def planned(self, at: datetime) -> "Verification":
        """A joint plan stands there."""
        return replace(self, plan_at=at)

    def restated(self, at: datetime) -> "Verification":
        """The CSM wrote what they kept."""
        return replace(self, restated_at=at, matched_at=None)

    def judged(self, verdict: Verdict, at: datetime) -> "Verification":
        """*Not a match* asks the CSM for another restatement."""
        if verdict.match:
            return replace(self, matched_at=at)
        missed = self.mismatches + 1
        required = self.call_required_at or (at if missed >= CALL_AFTER else None)
        return replace(
            self,
            restated_at=None,
            mismatches=missed,
            call_required_at=required,
            reopened_at=at,
        )

    def sent_back(self, items: tuple[Item, ...], at: datetime) -> "Verification":
        """What the CSM did was about a version that will not stay; what it led to remains."""
        return replace(
            self,
            outdated_at=None,
            checks_at=None,
            restated_at=None,
            matched_at=None,
            sent_back_at=at,
            returned_at=None,
            sent_back_items=items,
        )

    def returned(self, at: datetime) -> "Verification":
        """The brief is the CSM's to read again."""
        return replace(self, returned_at=at, reopened_at=at)

    def of_another_reader(self) -> "Verification":
        """What was read is nobody's when the CSM changes; what it led to remains.

        The hold on the intro, a joint plan that is needed and a call that is required are about
        the deal; whether the AE has the brief is, too.
        """
        return replace(
            self,
            outdated_at=None,
            checks_at=None,
            restated_at=None,
            matched_at=None,
            mismatches=0,
            reopened_at=None,
        )
