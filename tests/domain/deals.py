"""Invented people with their calendars, and a deal that stands where a test needs it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import planning
from bot.domain.brief import Brief, Promises, Success
from bot.domain.briefing import BriefingCall, Mood, Tone
from bot.domain.completeness import Completeness, completeness
from bot.domain.deadlines import (
    Deadline,
    Step,
    deadlines,
    posted_for,
    settle,
    spoken,
    to_look_for_silence,
    to_post,
    to_weigh_kickoff,
)
from bot.domain.debrief import Question, Standing
from bot.domain.handoff import Handoff, Start
from bot.domain.intro import Contacted, CsBefore, Sent, Way
from bot.domain.items import SectionKey
from bot.domain.kickoff_form import KickoffForm, Ours, Ran
from bot.domain.ledger import Counts, weigh
from bot.domain.money import Money
from bot.domain.nudging import Stage
from bot.domain.people import ManagerBy, Person, Role
from bot.domain.plan import (
    Confirmation,
    ConfirmedWay,
    Milestone,
    MilestoneOwner,
    MilestoneText,
    Party,
)
from bot.domain.policy import Policy, Tier
from bot.domain.verification import Checks, Restatement, Verdict
from bot.domain.worktime import Calendar, QuietHours, WorkingHours
from tests import briefs

HOUR = timedelta(hours=1)
POLICY = Policy()
CHANNEL = 70


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def person(id: int, name: str, zone: str = "Europe/Berlin", *roles: Role) -> Person:
    return Person(id, 1, f"U{id:03}", name, zone, roles=frozenset(roles))


AE = person(1, "Ana")
AE_MANAGER = person(2, "Milo", "Europe/Berlin", Role.AE_MANAGER)
CSM = person(3, "Cleo", "America/New_York")
CS_MANAGER = person(4, "Mara", "Europe/Berlin", Role.CS_MANAGER)
REVOPS = person(5, "Rufus", "Europe/Berlin", Role.REVOPS)
ADMIN = person(6, "Ada", "Europe/Berlin", Role.ADMIN)
MEMBER = person(7, "Otto")
OTHER_CSM = person(8, "Sol", "Australia/Sydney")
GUEST = replace(person(9, "Gus"), guest=True)
OUTSIDER = replace(person(10, "Xenia"), external=True)
ROBOT = replace(person(11, "Relay"), bot=True)
GONE = replace(person(12, "Gone", "Europe/Berlin", Role.REVOPS), deactivated=True)
EVERYBODY = (
    AE,
    AE_MANAGER,
    CSM,
    CS_MANAGER,
    REVOPS,
    ADMIN,
    MEMBER,
    OTHER_CSM,
    GUEST,
    OUTSIDER,
    ROBOT,
    GONE,
)
PEOPLE = {one.id: one for one in EVERYBODY}
MANAGERS = {AE.id: AE_MANAGER.id, CSM.id: CS_MANAGER.id, OTHER_CSM.id: CS_MANAGER.id}

MONDAY = utc("2025-06-02T06:00")
"""08:00 in Berlin, 02:00 in New York."""


def no_holidays(year: int) -> frozenset[date]:
    return frozenset()


class Office:
    """Where everybody is today; a test may move somebody."""

    def __init__(self) -> None:
        self.zones = {one.id: one.zone for one in EVERYBODY}

    def calendar_of(self, person_id: int, zone: str | None) -> Calendar:
        wanted = ZoneInfo(zone or self.zones[person_id])
        return Calendar(wanted, WorkingHours(), QuietHours(), no_holidays)

    def manager_of(
        self,
        holder: int,
        /,
        *,
        named: tuple[int, ManagerBy | None] | None = None,
        but: Collection[int] = (),
    ) -> int | None:
        """Nobody is away here; what then happens is tested with `managers.told`."""
        wanted = (named[0] if named else None, MANAGERS.get(holder), REVOPS.id)
        return next((one for one in wanted if one is not None and one not in (holder, *but)), None)


FULL_BRIEF = replace(
    briefs.FULL_BRIEF,
    success=Success(
        metric="Tickets answered within a day",
        today="61 %",
        target="95 %",
        by=date(2025, 9, 30),
        whose="Ines",
        said_on=date(2025, 5, 28),
    ),
    promises=Promises(none_made=True, refused="A discount on the second year"),
)
FILLED = completeness(FULL_BRIEF, Tier.FULL, POLICY)
EMPTY = completeness(Brief(), Tier.FULL, POLICY)


def wish(**changed: object) -> Start:
    usual = Start(
        account="Lindgrove Mills",
        value=Money(4_800_000, "USD"),
        ae=AE,
        cs_manager=CS_MANAGER,
        ae_manager=AE_MANAGER,
        expected_on=date(2025, 6, 20),
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


def started(*, by: Person = AE, at: datetime = MONDAY, **changed: object) -> Handoff:
    return Handoff.start(wish(**changed), channel_id=CHANNEL, by=by, at=at, policy=POLICY)


def signed(at: datetime = MONDAY, *, learned: datetime | None = None) -> Handoff:
    handoff = started(at=min(at, MONDAY))
    handoff.countersign(at, by=AE, at=learned or at, ae=AE)
    return handoff


def fill(handoff: Handoff, at: datetime, *, state: Completeness = FILLED) -> None:
    handoff.save_section(
        SectionKey.SUCCESS,
        changed={"metric": "Tickets answered within a day"},
        revision=1,
        state=state,
        by=AE,
        at=at,
        policy=POLICY,
    )


def gated(at: datetime = MONDAY, *, gate: datetime | None = None) -> Handoff:
    handoff = signed(at)
    fill(handoff, gate or at + HOUR)
    return handoff


def assigned(at: datetime = MONDAY, *, csm: Person = CSM, when: datetime | None = None) -> Handoff:
    handoff = gated(at)
    handoff.assign_csm(csm, by=CS_MANAGER, at=when or at + 2 * HOUR)
    return handoff


def acknowledged(at: datetime = MONDAY) -> Handoff:
    handoff = assigned(at)
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=at + 3 * HOUR)
    return handoff


YES = Checks(metric=True, no_plan=True, champion=True)
RESTATED = Restatement(why="The lease ends", success="95 % within a day", risk="none")
MATCH = Verdict(match=True)
NO_MATCH = Verdict(match=False, line="The lease is not what made them buy.")


def checked(at: datetime = MONDAY, *, checks: Checks = YES) -> Handoff:
    handoff = acknowledged(at)
    handoff.answer_checks(checks, revision=1, by=CSM, at=at + 4 * HOUR)
    return handoff


def restated(
    at: datetime = MONDAY, *, checks: Checks = YES, when: datetime | None = None
) -> Handoff:
    handoff = checked(at, checks=checks)
    handoff.restate(RESTATED, revision=1, by=CSM, at=when or at + 5 * HOUR)
    return handoff


def read(at: datetime = MONDAY) -> Handoff:
    """Read by the CSM, and the AE said that it matches."""
    handoff = restated(at)
    handoff.judge(MATCH, revision=1, by=AE, at=at + 6 * HOUR)
    return handoff


def counted(handoff: Handoff, entries: int, ae: int, csm: int, *, at: datetime) -> None:
    """Of so many promises so many are initialed by each side; those of the fewer are by both."""
    weigh(handoff, Counts(entries, ae, csm, min(ae, csm)), at=at)


def debriefed(handoff: Handoff, *, at: datetime) -> None:
    """The talk was held and recorded, and every answer counts."""
    handoff.debrief = handoff.debrief.held(at, 40, at)
    for question in Question:
        handoff.debrief = handoff.debrief.with_standing(question, Standing.CLEAR, at)


CALL = BriefingCall(
    held_at=MONDAY, minutes=25, tone=Tone.HARD_WON, mood=Mood.CALM, emphasis="The date in June."
)


KICKOFF_FORM = KickoffForm(
    held_at=MONDAY,
    ours=(Ours.AE, Ours.CSM),
    customers="Ines Falk, Otto Reuss",
    ran=Ran.CSM,
    metric=True,
    timing=True,
    carried=SectionKey.SUCCESS,
)


def called(handoff: Handoff, *, at: datetime) -> None:
    """The briefing call was held and recorded."""
    asked = handoff.verification.call_asked_at
    held = CALL.model_copy(update={"held_at": at})
    handoff.briefing = handoff.briefing.held(held, at, asked=asked)


MILESTONE = MilestoneText(
    "Every ticket comes in by the new form.",
    owner=MilestoneOwner.CSM,
    due=MONDAY.date() + timedelta(days=30),
)


def planned(handoff: Handoff, *, at: datetime) -> None:
    """The success plan has a milestone, and everybody who is asked said yes to it."""
    one = Milestone(1, 1, 1, MILESTONE)
    planning.added(handoff, one, [one], by=CSM, at=at)
    size = handoff.size(POLICY)
    for by in (CSM, AE):
        planning.initial(handoff, size, by=by, version=1, at=at)
    heard = Confirmation("Ines", at.date(), ConfirmedWay.CALL)
    planning.confirm(
        handoff, size, Party.CUSTOMER, heard, by=CSM, version=1, at=at, today=at.date()
    )
    planning.weigh(handoff, size, at=at)


def introduced(handoff: Handoff, *, at: datetime, way: Way = Way.EMAIL) -> None:
    """The intro went out and is recorded as sent; nobody from customer success wrote before."""
    sent = Sent(Contacted(at, way), CsBefore.NO)
    handoff.intro = handoff.intro.went_out(sent, at)


def owed_of(handoff: Handoff, *, now: datetime = MONDAY) -> dict[Step, Deadline]:
    """What a handoff owes, by step, in the office of everybody at home."""
    office = Office()
    found = deadlines(handoff, POLICY, office.calendar_of, manager_of=office.manager_of, now=now)
    return {one.step: one for one in found}


def say(deadline: Deadline, *, now: datetime) -> tuple[Deadline, tuple[Stage, ...]]:
    """What a deadline has to say now to its owner and their manager, with that noted."""
    if to_post(deadline, now=now):
        return posted_for(deadline, now=now), (Stage.POST,)
    if to_look_for_silence(deadline, now=now):
        deadline = settle(deadline, said={Stage.SILENT})
    told, noted = list[Stage](), deadline
    if to_weigh_kickoff(deadline, now=now):
        noted = settle(noted, said={Stage.PAST_LATEST})
    for reader in (deadline.owner_id, deadline.manager_id):
        if reader is not None:
            said = spoken(deadline, reader, until=now)
            told += [said.plan.stage] if said.plan else []
            over = {plan.stage for plan in said.over}
            noted = settle(noted, said=told, over=over)
    return noted, tuple(told)
