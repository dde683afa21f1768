"""The success plan as one viewer sees it, and the part of it that the customer reads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.domain import access
from bot.domain.access import Act, Audience
from bot.domain.brief import Brief
from bot.domain.handoff import Handoff
from bot.domain.people import NamedPerson, Person
from bot.domain.plan import (
    OUTSIDE,
    Milestone,
    MilestoneOwner,
    OutlinePart,
    Party,
    PlanMark,
    SuccessPlan,
    days_of_plan,
    outline,
)
from bot.domain.planning import missing, parties, side_to_sign
from bot.domain.promises import Side
from bot.domain.size import Size


@dataclass(frozen=True)
class MilestoneShown:
    """One milestone with whose it is, as a message names them."""

    milestone: Milestone
    owner: NamedPerson | None = None
    """AE or CSM, where it is theirs."""


@dataclass(frozen=True)
class PlanPage:
    """The milestones that a viewer may read, who said yes to them, and what is theirs to do."""

    handoff_id: int
    account: str
    plan: SuccessPlan
    milestones: tuple[MilestoneShown, ...]
    parties: tuple[Party, ...] = ()
    """Whose yes the plan needs."""
    missing: tuple[Party, ...] = ()
    """Of these, whose is missing to the plan as it is."""
    marks: Mapping[Party, PlanMark] = field(default_factory=dict)
    """The yes of each that holds."""
    people: Mapping[Party, NamedPerson] = field(default_factory=dict)
    """Who the AE and the CSM are."""
    reads_internal: bool = False
    started: bool = False
    edits: bool = False
    concludes: bool = False
    signs: Side | None = None
    """For which side the viewer may initial it now."""
    confirms: bool = False
    """Whether the viewer records what customer and partner say."""

    @property
    def in_force(self) -> tuple[MilestoneShown, ...]:
        """Those that were not dropped."""
        return tuple(one for one in self.milestones if one.milestone.in_force)

    @property
    def shared(self) -> tuple[MilestoneShown, ...]:
        """What the customer reads: shared and in force."""
        return tuple(one for one in self.in_force if one.milestone.shared)


@dataclass(frozen=True)
class ConfirmForm:
    """What the form of somebody's yes outside is drawn from."""

    handoff_id: int
    account: str
    party: Party
    version: int
    shared: tuple[MilestoneShown, ...]
    today: date
    known: PlanMark | None = None
    """What is recorded and holds, where it is corrected."""
    likely: str = ""
    """Whom the brief names as champion."""
    seen: int = 0
    """The last yes of this party by its id, also one that holds no longer; 0 for none."""
    asks_why: bool = False


def plan_page(
    viewer: Person | None,
    handoff: Handoff,
    size: Size,
    milestones: Sequence[Milestone],
    marks: Mapping[Party, PlanMark],
    people: Mapping[int, Person],
    *,
    audiences: Collection[Audience],
) -> PlanPage:
    """The plan for who may read what is shared of it; `milestones` are those they may read.

    Without a viewer it is for everyone in the deal channel, who does nothing about it.
    """
    plan = handoff.success_plan
    acting = viewer if viewer is not None and _acts(handoff) else None
    signs = acting is not None and plan.complete
    named = {
        party: one
        for party, person_id in ((Party.AE, handoff.ae_id), (Party.CSM, handoff.csm_id))
        if (one := _named(person_id, people)) is not None
    }
    return PlanPage(
        handoff.id,
        handoff.account,
        plan,
        tuple(shown_of(one, named) for one in milestones),
        parties=parties(handoff, size),
        missing=missing(handoff, size),
        marks={party: one for party, one in marks.items() if plan.holds(party)},
        people=named,
        reads_internal=Audience.REASONS in audiences,
        started=plan.started_at is not None,
        edits=_may(Act.EDIT_PLAN, acting, handoff),
        concludes=_may(Act.CONCLUDE_MILESTONE, acting, handoff),
        signs=side_to_sign(handoff, size, acting) if acting is not None and signs else None,
        confirms=signs and bool(plan.shared) and _may(Act.CONFIRM_PLAN, acting, handoff),
    )


def _may(act: Act, acting: Person | None, handoff: Handoff) -> bool:
    return acting is not None and access.may(act, acting, handoff)


def _acts(handoff: Handoff) -> bool:
    """Whether there is anything to do about a plan at all."""
    return handoff.open and handoff.signed_at is not None and handoff.csm_id is not None


def _named(person_id: int | None, people: Mapping[int, Person]) -> NamedPerson | None:
    person = people.get(person_id) if person_id is not None else None
    return NamedPerson(person.id, person.slack_id, person.name) if person is not None else None


def shown_of(milestone: Milestone, people: Mapping[Party, NamedPerson]) -> MilestoneShown:
    """A milestone with the AE or CSM whose it is."""
    owners = {MilestoneOwner.AE: Party.AE, MilestoneOwner.CSM: Party.CSM}
    owner = milestone.text.owner
    party = owners.get(owner) if owner is not None else None
    return MilestoneShown(milestone, people.get(party) if party is not None else None)


def outlined(
    brief: Brief, handoff: Handoff, people: Mapping[int, Person], names: Mapping[OutlinePart, str]
) -> tuple[MilestoneShown, ...]:
    """What the plan would begin with, for a talk that comes before anybody began it."""
    days = days_of_plan(handoff.day0) if handoff.day0 is not None else (date.min, date.max)
    csm = handoff.csm_id if handoff.csm_id is not None else handoff.proposed_csm_id
    found = _named(csm, people)
    named = {Party.CSM: found} if found is not None else {}
    texts = outline(brief, first=days[0], last=days[1], names=names)
    return tuple(
        shown_of(Milestone(0, number, 0, text), named) for number, text in enumerate(texts, start=1)
    )


def to_ask(page: PlanPage) -> tuple[Party, ...]:
    """Who outside is to say yes, in the order in which they are named."""
    return tuple(party for party in page.parties if party in OUTSIDE)
