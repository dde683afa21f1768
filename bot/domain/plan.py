"""The success plan: milestones with owner and date, shared with the customer or internal.

Rules: the process's steps 13 and 14. Who signs it signs one version; any change opens what was
signed, because nobody signs what they have not seen. What became of a milestone is no change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.access import Audience
from bot.domain.brief import Brief, ContactRole
from bot.domain.errors import Invalid, Problem
from bot.domain.people import NamedPerson
from bot.domain.promises import Side

LAST_DAY = 90
"""Days after day 0 within which every milestone lies."""
LONGEST_MILESTONE = 500
LONGEST_WHO = 80
MOST_MILESTONES = 40


class Sharing(StrEnum):
    """Whether the customer knows of a milestone."""

    SHARED = "shared"
    INTERNAL = "internal"

    @property
    def audience(self) -> Audience:
        """Who of us reads such a milestone."""
        return Audience.REASONS if self is Sharing.INTERNAL else Audience.SHARED_MILESTONES


class MilestoneOwner(StrEnum):
    """Whose a milestone is: a part of the handoff, or somebody outside of the bot."""

    AE = "ae"
    CSM = "csm"
    CUSTOMER = "customer"
    PARTNER = "partner"

    @property
    def outside(self) -> bool:
        """Whether the bot cannot talk to them, and their name is typed."""
        return self in (MilestoneOwner.CUSTOMER, MilestoneOwner.PARTNER)


class MilestoneState(StrEnum):
    """What became of a milestone."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True)
class MilestoneText:
    """What a person writes down of a milestone; owner and day may follow later."""

    words: str
    sharing: Sharing = Sharing.SHARED
    owner: MilestoneOwner | None = None
    who: str = ""
    """The name of somebody at the customer or partner."""
    due: date | None = None

    @property
    def complete(self) -> bool:
        """Whether it says who reaches it by when."""
        named = self.owner is not None and (bool(self.who) or not self.owner.outside)
        return named and self.due is not None

    def checked(self, first: date, last: date) -> "MilestoneText":
        """The same without outer blanks; raises Invalid with the field that is wrong.

        `first` and `last` are the days between which its own lies.
        """
        words, who = self.words.strip(), " ".join(self.who.split())
        if not words:
            raise Invalid(Problem.EMPTY, field="milestone")
        for name, text, most in (
            ("milestone", words, LONGEST_MILESTONE),
            ("milestone_who", who, LONGEST_WHO),
        ):
            if len(text) > most:
                raise Invalid(Problem.TOO_LONG, field=name, facts={"most": str(most)})
        if who and (self.owner is None or not self.owner.outside):
            raise Invalid(Problem.NAME_OF_NOBODY, field="milestone_who")
        if self.due is not None and not first <= self.due <= last:
            days = {"first": first.isoformat(), "last": last.isoformat()}
            raise Invalid(Problem.OUTSIDE_PLAN, field="milestone_due", facts=days)
        return replace(self, words=words, who=who)


@dataclass(frozen=True)
class Milestone:
    """One milestone at the version in force, and what became of it."""

    id: int
    number: int
    """Its number within the handoff, from 1."""
    version: int
    text: MilestoneText
    state: MilestoneState = MilestoneState.OPEN
    state_by: NamedPerson | None = None
    """Who said what became of it; None while nobody did."""
    state_at: datetime | None = None

    @property
    def in_force(self) -> bool:
        """Whether it belongs to the plan."""
        return self.state is not MilestoneState.DROPPED

    @property
    def shared(self) -> bool:
        """Whether the customer knows of it."""
        return self.text.sharing is Sharing.SHARED


@dataclass(frozen=True)
class MilestoneVersion:
    """One wording of a milestone."""

    version: int
    text: MilestoneText
    by: int
    at: datetime


class Party(StrEnum):
    """Who says yes to a plan: two of us by initials, and two outside, as somebody heard it."""

    CSM = "csm"
    AE = "ae"
    CUSTOMER = "customer"
    PARTNER = "partner"


INITIAL_OF: Mapping[Side, Party] = {Side.CSM: Party.CSM, Side.AE: Party.AE}
OUTSIDE = frozenset({Party.CUSTOMER, Party.PARTNER})
"""Of these a yes is to the shared milestones alone."""


class ConfirmedWay(StrEnum):
    """How somebody outside said yes."""

    MEETING = "meeting"
    CALL = "call"
    MAIL = "mail"
    MESSAGE = "message"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Confirmation:
    """Who outside said yes, when, and how."""

    who: str
    on: date
    way: ConfirmedWay

    def checked(self, first: date, today: date) -> "Confirmation":
        """The same without outer blanks; raises Invalid with the field that is wrong."""
        who = " ".join(self.who.split())
        if not who:
            raise Invalid(Problem.EMPTY, field="confirmed_by")
        if len(who) > LONGEST_WHO:
            raise Invalid(Problem.TOO_LONG, field="confirmed_by", facts={"most": str(LONGEST_WHO)})
        if self.on > today:
            raise Invalid(Problem.HELD_LATER, field="confirmed_on")
        if self.on < first:
            raise Invalid(Problem.HELD_BEFORE_SIGNATURE, field="confirmed_on")
        return replace(self, who=who)


@dataclass(frozen=True)
class PlanMark:
    """One yes to one version of the plan, with who recorded it."""

    party: Party
    version: int
    by: NamedPerson
    at: datetime
    confirmation: Confirmation | None = None
    """Of who is outside; None also where its reader may not know names at the customer."""
    id: int = 0
    """By which a form knows whether it shows the last one; 0 while it is not kept."""


@dataclass(frozen=True)
class PlanCounts:
    """What is in force of a plan, in figures."""

    milestones: int = 0
    incomplete: int = 0
    """Of these, without owner or day."""
    shared: int = 0
    partner: bool = False
    """Whether a shared one is the partner's."""


def counted(milestones: Iterable[Milestone]) -> PlanCounts:
    """The figures of all milestones of a plan."""
    found = [one for one in milestones if one.in_force]
    shared = [one for one in found if one.shared]
    return PlanCounts(
        len(found),
        sum(not one.text.complete for one in found),
        len(shared),
        any(one.text.owner is MilestoneOwner.PARTNER for one in shared),
    )


@dataclass(frozen=True)
class SuccessPlan:
    """How far the plan is, without a word of it: clocks and lists need this."""

    version: int = 0
    """Rises with every change; 0 while there is none."""
    shared_version: int = 0
    """The version with which a shared milestone last changed."""
    started_at: datetime | None = None
    """When it was begun from the brief."""
    milestones: int = 0
    incomplete: int = 0
    shared: int = 0
    partner: bool = False
    """Whether the partner has to reach a shared milestone, and so confirms them, too."""
    drafted_at: datetime | None = None
    """Since when every milestone has owner and day; None while one has not, or there is none."""
    redraft_at: datetime | None = None
    """When that was so no longer, the last time."""
    csm_version: int = 0
    """The version that the CSM initialed last."""
    csm_by: int | None = None
    csm_at: datetime | None = None
    ae_version: int = 0
    ae_by: int | None = None
    ae_at: datetime | None = None
    customer_version: int = 0
    customer_at: datetime | None = None
    partner_version: int = 0
    partner_at: datetime | None = None
    csm_done_at: datetime | None = None
    """Since when nothing of the signing waits for the CSM, who also asks the customer."""
    csm_again_at: datetime | None = None
    """When something of it last waited for them again."""
    ae_done_at: datetime | None = None
    ae_again_at: datetime | None = None
    signed_at: datetime | None = None
    """When everybody who is asked had said yes to it as it is."""

    @property
    def complete(self) -> bool:
        """Whether there is a milestone, and each has owner and day."""
        return bool(self.milestones) and not self.incomplete

    def initialed(self, side: Side) -> bool:
        """Whether a side initialed the plan as it is."""
        given = self.csm_version if side is Side.CSM else self.ae_version
        return bool(given) and given == self.version

    def initialed_by(self, side: Side) -> int | None:
        """Who initialed it as it is for a side."""
        if not self.initialed(side):
            return None
        return self.csm_by if side is Side.CSM else self.ae_by

    def confirmed(self, party: Party) -> bool:
        """Whether the customer, or the partner, said yes to the shared milestones as they are."""
        given = self.customer_version if party is Party.CUSTOMER else self.partner_version
        return bool(given) and given >= self.shared_version

    def holds(self, party: Party) -> bool:
        """Whether somebody's yes is about the plan as it is."""
        if party in OUTSIDE:
            return self.confirmed(party)
        return self.initialed(Side.CSM if party is Party.CSM else Side.AE)

    def changed(self, counts: PlanCounts, *, shared: bool, at: datetime) -> "SuccessPlan":
        """Its next version; `shared` says whether the customer would see a difference."""
        version = self.version + 1
        again = self.initialed(Side.CSM) or (shared and self.confirmed(Party.CUSTOMER))
        return replace(
            self,
            version=version,
            shared_version=version if shared else self.shared_version,
            milestones=counts.milestones,
            incomplete=counts.incomplete,
            shared=counts.shared,
            partner=counts.partner,
            csm_again_at=at if again else self.csm_again_at,
            ae_again_at=at if self.initialed(Side.AE) else self.ae_again_at,
        )

    def with_initial(self, side: Side, by: int, at: datetime) -> "SuccessPlan":
        """A side signs what stands there now."""
        if side is Side.CSM:
            return replace(self, csm_version=self.version, csm_by=by, csm_at=at)
        return replace(self, ae_version=self.version, ae_by=by, ae_at=at)

    def with_confirmation(self, party: Party, at: datetime) -> "SuccessPlan":
        """The customer, or the partner, said yes to the shared milestones as they are."""
        if party is Party.CUSTOMER:
            return replace(self, customer_version=self.version, customer_at=at)
        return replace(self, partner_version=self.version, partner_at=at)

    def of_another(self, side: Side, at: datetime) -> "SuccessPlan":
        """Whoever has the part now signs anew; what the customer said stays."""
        if not self.initialed(side):
            return self
        if side is Side.CSM:
            return replace(self, csm_version=0, csm_by=None, csm_at=None, csm_again_at=at)
        return replace(self, ae_version=0, ae_by=None, ae_at=None, ae_again_at=at)


NO_PLAN = SuccessPlan()


class OutlinePart(StrEnum):
    """What of the first 90 days in the brief becomes a milestone."""

    LIVE = "live"
    OUTCOME = "outcome"
    SECOND_OUTCOME = "second_outcome"
    CONFIRMS = "confirms"
    REVIEW = "review"


def outline(
    brief: Brief, *, first: date, last: date, names: Mapping[OutlinePart, str]
) -> tuple[MilestoneText, ...]:
    """A plan to begin with, of what section 7 says; empty where it says nothing.

    All of it may be read by the customer, so all is shared. `names` are the words for what has a
    day and no words in the brief. A day outside of the plan's is left open for the CSM to choose.
    """
    days = brief.first_days
    champions = brief.people.having(ContactRole.CHAMPION)
    who = " ".join(champions[0].name.split())[:LONGEST_WHO] if champions else ""
    csm, customer = MilestoneOwner.CSM, MilestoneOwner.CUSTOMER
    live = names[OutlinePart.LIVE] if days.live_by is not None else ""
    review = names[OutlinePart.REVIEW] if days.review_on is not None else ""
    wanted = (
        (live, csm, "", days.live_by),
        (days.outcome, csm, "", days.review_on),
        (days.second_outcome, csm, "", days.review_on),
        (days.confirms, customer, who, days.review_on),
        (review, csm, "", days.review_on),
    )
    return tuple(
        MilestoneText(
            words=" ".join(words.split())[:LONGEST_MILESTONE],
            owner=owner,
            who=named,
            due=due if due is not None and first <= due <= last else None,
        )
        for words, owner, named, due in wanted
        if words.strip()
    )


def days_of_plan(day0: date) -> tuple[date, date]:
    """The first and the last day a milestone may have."""
    return day0, day0 + timedelta(days=LAST_DAY)
