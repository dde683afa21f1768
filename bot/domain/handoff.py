"""The handoff: one won deal on its way from the AE to the CSM. Every act is a method here."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain import access
from bot.domain.access import Act, Capacity
from bot.domain.appointments import LONGEST_LINE, Appointment, Talk
from bot.domain.breakdowns import Breakdown
from bot.domain.brief import Brief, ContactRole, checked_links, kept_in_history
from bot.domain.briefing import NOT_BOOKED, Briefing
from bot.domain.champion import NOBODY_LEFT, Champions
from bot.domain.completeness import (
    NOTHING_COUNTED,
    Completeness,
    completeness,
    has_content,
    passes_gate,
)
from bot.domain.deal_path import STRAIGHT, DealPath
from bot.domain.debrief import NOT_BEGUN, Debrief
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.history import Event, Fact, Tag, instant_text
from bot.domain.intro import NOT_SENT, Intro
from bot.domain.items import Item, SectionKey
from bot.domain.kickoff_state import NOT_BOOKED as NO_KICKOFF
from bot.domain.kickoff_state import Kickoff
from bot.domain.leave import Away
from bot.domain.money import Money, Rate
from bot.domain.partner_state import NO_PARTNER, PartnerState
from bot.domain.people import ManagerBy, Person
from bot.domain.plan import NO_PLAN, SuccessPlan
from bot.domain.policy import Policy, Tier
from bot.domain.promises import NOTHING_SIGNED, Side, Signing, Surfaced
from bot.domain.reviews import NOT_REVIEWED, Reviews
from bot.domain.size import NO_MARKS, AddOn, Marks, Size, size_of
from bot.domain.snapshots import Snapshot
from bot.domain.succession import THE_FIRST, Succession
from bot.domain.verification import (
    Checks,
    JointPlan,
    Part,
    Restatement,
    Verdict,
    Verification,
    missing,
)

CLOCK_SLACK = timedelta(minutes=5)
"""How far ahead of our clock a person's "just now" may lie."""
SIGNATURE_GRAIN = timedelta(minutes=1)
"""How exactly people tell a signature: what was saved in that minute was there."""
OLDEST_SIGNATURE = timedelta(days=366)
FARTHEST_AHEAD = timedelta(days=366)
"""No appointment of a deal is made for longer than a year."""
LONGEST_SALE = timedelta(days=366)
"""Nothing of a deal was held longer than this before its handoff began."""
LONGEST_ACCOUNT = 80
LONGEST_REASON = 1000
LONGEST_NAMES = 200
MOST_HELPERS = 10
CAME, WENT = "came", "went"
"""Facts of a changed deal: the add-ons it gets now, and those it no longer has."""
OFFERED, BEGUN = "offered", "begun"
"""Facts of a value below the tiers: add-ons that are on offer, and that a handoff stands."""
_METRIC_FIELDS = frozenset({"metric", "target", "by"})
"""What an acknowledgement of the success metric is about."""
_READ_ANEW = frozenset({Tag.ACKNOWLEDGE_UNDONE, Tag.ASSIGNED, Tag.DECLINED})
"""After these nobody has read a state of the brief; one that was sent back was read."""
_SIGNING = frozenset({Tag.SIGNED, Tag.SIGNATURE_CORRECTED})
_KEEPING = frozenset({Tag.ACKNOWLEDGED}) | _READ_ANEW
"""What decides on which states of the brief are remembered."""


NOT_ARRANGED = Appointment()
_FOR_THIS_ONE = frozenset({ManagerBy.NAMED, ManagerBy.REASSIGNED})
"""Managers whom somebody named for just this handoff."""


def _nobody(_person_id: int) -> bool:
    return False


class State(StrEnum):
    """Where a handoff is in its life."""

    OPEN = "open"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class CommitmentAnswer(StrEnum):
    """What the AE manager says of the commitment, a week after its day."""

    DONE = "done"
    NOT_DONE = "not_done"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Call:
    """The call with AE, customer success and champion that the closed-won gate asks for."""

    at: datetime
    cs_id: int
    customer: str
    """Who of the customer besides, as typed."""
    champion: int | None = None
    """The champion in it, by the id of their entry in the brief; None where none was chosen."""
    sales_id: int | None = None
    """Who of sales; None of a call that was recorded before this was asked."""


@dataclass(frozen=True)
class Start:
    """What the start form asks for."""

    account: str
    value: Money
    ae: Person
    cs_manager: Person | None
    ae_manager: Person | None = None
    cs_manager_by: ManagerBy = ManagerBy.NAMED
    """How the CS manager was found."""
    ae_manager_by: ManagerBy = ManagerBy.NAMED
    proposed_csm: Person | None = None
    signed_at: datetime | None = None
    expected_on: date | None = None
    links: tuple[str, ...] = ()
    marks: Marks = NO_MARKS
    rate: Rate | None = None
    """What one unit of the value's currency is worth, where the policy has no rate for it."""
    commitment_on: date | None = None
    """The day by which the AE will have the brief past its gate."""
    light_anyway: bool = False
    """A deal below the smallest tier that shall have the light form all the same."""


@dataclass(frozen=True)
class DealChange:
    """What the form of a changed deal asks for."""

    value: Money
    marks: Marks
    rate: Rate | None = None
    light_anyway: bool = False
    nothing_asked: bool = False
    """Below the smallest tier: nothing shall be asked of it any more."""


@dataclass
class Handoff:
    """The aggregate; storage fills it from a row and writes it back with its new events."""

    workspace_id: int
    channel_id: int
    account: str
    value: Money
    tier: Tier
    ae_id: int
    started_by: int
    started_at: datetime
    id: int = 0
    """0 until it was stored."""
    marks: Marks = NO_MARKS
    strength: int | None = None
    """The relationship strength of the nearest champion, as the brief has it."""
    rate: Rate | None = None
    """The rate its size was judged by; None in the policy's own currency."""
    commitment_on: date | None = None
    commitment_answer: CommitmentAnswer | None = None
    commitment_answered_at: datetime | None = None
    captured_at: datetime | None = None
    """Since when the pre-close capture has content; fixed by the signature."""
    aligned_on: date | None = None
    """The day of the pre-close alignment."""
    aligned_at: datetime | None = None
    """When it was recorded."""
    cs_contact_id: int | None = None
    """Who of customer success took part in it; no part in the handoff comes of that."""
    call: Call | None = None
    kickoff_proposed_at: datetime | None = None
    """When the AE proposes that the kickoff is."""
    kickoff_held_at: datetime | None = None
    """When it began, as customer success recorded it."""
    kickoff: Kickoff = NO_KICKOFF
    debrief_talk: Appointment = NOT_ARRANGED
    """When AE and CSM talk it over."""
    overridden_at: datetime | None = None
    """When the AE manager overrode the closed-won gate."""
    overridden_by: int | None = None
    ae_confirmed_at: datetime | None = None
    listener_id: int | None = None
    lead_id: int | None = None
    helpers: Mapping[int, frozenset[SectionKey]] = field(default_factory=dict)
    ae_manager_id: int | None = None
    cs_manager_id: int | None = None
    ae_manager_by: ManagerBy | None = None
    """How they became it; None where it was not kept, or there is none."""
    cs_manager_by: ManagerBy | None = None
    away: Mapping[int, Away] = field(default_factory=dict, compare=False, repr=False)
    """Who is away now, as its reader found it; no fact of the handoff itself."""
    closed: Callable[[int], bool] = field(default=_nobody, compare=False, repr=False)
    """Whether somebody has no account any more, as its reader finds it."""
    away_known: Mapping[int, Away] = field(default_factory=dict)
    """Who of its people was away when it was last brought in line, for its history."""
    proposed_csm_id: int | None = None
    csm_id: int | None = None
    expected_on: date | None = None
    signed_at: datetime | None = None
    signature_learned_at: datetime | None = None
    day0: date | None = None
    backfilled_at: datetime | None = None
    """When it turned out to be told of only long after its signature: no clock runs then."""
    links: tuple[str, ...] = ()
    state: State = State.OPEN
    cancelled_at: datetime | None = None
    path: DealPath = STRAIGHT
    partner: PartnerState = NO_PARTNER
    posted_at: datetime | None = None
    posted_by: int | None = None
    """Who pressed Post; None with `posted_at` set means the bot posted."""
    brief_version: int = 0
    completeness: Completeness = NOTHING_COUNTED
    """How far the brief is, so that what shows it need not read all of the brief."""
    signed_brief: Snapshot | None = None
    """The brief as it was saved when both had signed, whenever the bot was told."""
    read_brief: Snapshot | None = None
    """The brief as the CSM last acknowledged it."""
    signing: Signing = NOTHING_SIGNED
    """How far its promises are initialed, so that what shows it need not read them all."""
    gate_at: datetime | None = None
    assigned_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_version: int | None = None
    acknowledged_by: int | None = None
    """Who said so: the CSM, or who recorded it for them."""
    gate_overridden_at: datetime | None = None
    """When the CS manager let the CSM be assigned before the brief was ready."""
    declined_at: datetime | None = None
    """When the CSM last said that they are not the right one; the assignment is owed again."""
    verification: Verification = field(default_factory=Verification)
    briefing: Briefing = NOT_BOOKED
    intro: Intro = NOT_SENT
    debrief: Debrief = NOT_BEGUN
    success_plan: SuccessPlan = NO_PLAN
    succession: Succession = THE_FIRST
    champions: Champions = NOBODY_LEFT
    reviews: Reviews = NOT_REVIEWED
    listener_named: bool = False
    """Whether a person chose the second listener; else the policy's rule does."""
    breakdowns: Mapping[Breakdown, datetime] = field(default_factory=dict)
    """What went otherwise than the process has it, and since when that is known."""
    events: list[Event] = field(default_factory=list)
    """What happened since it was loaded, in order; storage appends them to the history."""

    @property
    def open(self) -> bool:
        """Whether anything is still to be done in it."""
        return self.state is State.OPEN

    @property
    def why_over(self) -> Problem:
        """What is said where it is over and somebody would change it."""
        closed = self.state is State.CLOSED
        return Problem.HANDOFF_CLOSED if closed else Problem.HANDOFF_CANCELLED

    @property
    def assignable(self) -> bool:
        """Whether a CSM may be named: the brief passed its gate once, or it was overridden."""
        return self.gate_at is not None or self.gate_overridden_at is not None

    @property
    def acknowledged(self) -> bool:
        """Whether an acknowledgement holds for the metric and the promises as they are."""
        return self.acknowledged_at is not None and self.verification.outdated_at is None

    def reading_left(self) -> tuple[Part, ...]:
        """What is missing until the CSM has read, the next thing first."""
        return missing(
            acknowledged=self.acknowledged,
            checked=self.verification.checks_at is not None,
            restated=self.verification.restated_at is not None,
        )

    def read_at(self) -> datetime | None:
        """When the last of the three things was there; None while one is missing."""
        done = self.verification
        times = (self.acknowledged_at, done.checks_at, done.restated_at)
        given = [at for at in times if at is not None]
        return None if self.reading_left() else max(given)

    @property
    def intro_held(self) -> bool:
        """Whether a check holds the intro: until a call is recorded, or the CS manager lifts it.

        What went out all the same is held no more.
        """
        since = self.verification.intro_held_at if self.intro.sent_at is None else None
        answered = self.briefing.recorded(since) is not None or self.briefing.lifted(since)
        return since is not None and not answered

    def size(self, policy: Policy) -> Size:
        """Its tier and add-ons under a policy."""
        rate = self.rate or policy.rate(self.value.currency)
        if rate is None:
            # The team took the currency out of its table: nothing is known but the tier.
            return Size(self.tier, {})
        return size_of(
            self.value, self.marks, policy, tier=self.tier, strength=self.strength, rate=rate
        )

    def people(self) -> tuple[int, ...]:
        """Everybody who has a part in it, each once; helpers are guests of the form alone."""
        parts = (
            self.ae_id,
            self.csm_id,
            self.cs_manager_id,
            self.ae_manager_id,
            self.listener_id,
            self.lead_id,
        )
        return tuple(dict.fromkeys(part for part in parts if part is not None))

    def undo_ends_at(self, policy: Policy) -> datetime | None:
        """The last instant at which its end, or else its acknowledgement, is undone."""
        ended = self.reviews.closed_at or self.cancelled_at
        since = self.acknowledged_at if self.open else ended
        return since + policy.undo_window if since is not None else None

    def _note(
        self,
        tag: Tag,
        at: datetime,
        actor: Person | None,
        facts: dict[str, Fact] | None = None,
        values: dict[str, str] | None = None,
    ) -> None:
        self.events.append(Event(tag, at, actor.id if actor else None, facts or {}, values or {}))

    def _require(self, act: Act, actor: Person) -> None:
        access.require(act, actor, self)
        if not self.open and act is not Act.REOPEN:
            raise Invalid(self.why_over)

    @classmethod
    def start(
        cls, wish: Start, *, channel_id: int, by: Person, at: datetime, policy: Policy
    ) -> "Handoff":
        """Begin a handoff in a deal channel.

        Raises NotAllowed for who is no full member, Invalid with the form's field otherwise.
        """
        if not access.may_at_all(Act.START, by):
            raise NotAllowed(Problem.NOT_A_MEMBER)
        handoff = cls(
            workspace_id=by.workspace_id,
            channel_id=channel_id,
            account=_account(wish.account),
            value=wish.value,
            rate=_rate(wish.value, wish.rate, policy),
            tier=_tier(wish.value, wish.rate, wish.marks, policy, light_anyway=wish.light_anyway),
            ae_id=_colleague(wish.ae, "ae").id,
            started_by=by.id,
            started_at=at,
            links=checked_links(wish.links),
            marks=wish.marks,
            commitment_on=wish.commitment_on,
        )
        handoff.completeness = completeness(Brief(), handoff.tier, policy)
        if wish.cs_manager is None:
            raise Invalid(Problem.NO_CS_MANAGER, field="cs_manager")
        handoff.cs_manager_id = _manager(wish.cs_manager, "cs_manager", wish.ae)
        handoff.cs_manager_by = wish.cs_manager_by
        if wish.ae_manager:
            handoff.ae_manager_id = _manager(wish.ae_manager, "ae_manager", wish.ae)
            handoff.ae_manager_by = wish.ae_manager_by
        if wish.proposed_csm:
            handoff.proposed_csm_id = _colleague(wish.proposed_csm, "csm").id
            if handoff.proposed_csm_id == handoff.ae_id:
                raise Invalid(Problem.SAME_PERSON, field="csm")
        if wish.signed_at is None:
            handoff.expected_on = _expected(wish.expected_on, at, wish.ae.zone)
        if by.id == wish.ae.id:
            handoff.ae_confirmed_at = at
        handoff._note(
            Tag.STARTED,
            at,
            by,
            {"ae": handoff.ae_id, "channel": channel_id, "tier": handoff.tier.value},
            {
                "account": handoff.account,
                "value": f"{wish.value.amount} {wish.value.currency}",
            },
        )
        if wish.signed_at is not None:
            handoff._sign(wish.signed_at, by=by, at=at, zone=wish.ae.zone)
        return handoff

    def confirm_ae(self, *, by: Person, at: datetime) -> None:
        """The AE says yes to being named by somebody else. Raises Conflict the second time."""
        self._require(Act.CONFIRM_AE, by)
        if self.ae_confirmed_at is not None:
            raise Conflict(Problem.ALREADY_DONE)
        self._confirm(by, at)

    def _confirm(self, by: Person, at: datetime) -> None:
        # The AE's stand-in does what only the AE does, and so stands by it.
        if access.acts_as(by.id, self.ae_id, self) and self.ae_confirmed_at is None:
            self.ae_confirmed_at = at
            self._note(Tag.AE_CONFIRMED, at, by)

    def countersign(self, signed_at: datetime, *, by: Person, at: datetime, ae: Person) -> None:
        """Record when both had signed, or correct it; every clock starts there.

        Raises Invalid for an instant in the future or more than a year ago, Conflict for the
        instant that is recorded already.
        """
        self._require(Act.SIGN, by)
        self._sign(signed_at, by=by, at=at, zone=ae.zone)
        self._confirm(by, at)

    def _sign(self, signed_at: datetime, *, by: Person, at: datetime, zone: str) -> None:
        signed_at = signed_at.astimezone(UTC)
        if signed_at > at + CLOCK_SLACK:
            raise Invalid(Problem.SIGNED_IN_FUTURE, field="signed_at")
        if at - signed_at > OLDEST_SIGNATURE:
            raise Invalid(Problem.SIGNED_TOO_OLD, field="signed_at")
        if self.signed_at == signed_at:
            raise Conflict(Problem.ALREADY_DONE)
        tag = Tag.SIGNED if self.signed_at is None else Tag.SIGNATURE_CORRECTED
        facts: dict[str, Fact] = {"signed_at": instant_text(signed_at)}
        if self.signed_at is not None:
            facts["before"] = instant_text(self.signed_at)
        if self.signed_at is None:
            # A correction keeps it: that there is a signature was known from then on.
            self.signature_learned_at = at
        self.signed_at = signed_at
        self.day0 = signed_at.astimezone(ZoneInfo(zone)).date()
        self._note(tag, at, by, facts)

    def expect(
        self,
        day: date,
        *,
        by: Person,
        at: datetime,
        ae: Person,
        commitment_on: date | None = None,
    ) -> None:
        """The signature slipped: another day is expected. Raises Invalid once it is recorded.

        `commitment_on` is the day of the commitment with it; without one it stays.
        """
        self._require(Act.SIGN, by)
        if self.signed_at is not None:
            raise Invalid(Problem.SIGNED_ALREADY, field="expected_on")
        day = _expected(day, at, ae.zone)
        if day == self.expected_on:
            raise Conflict(Problem.ALREADY_DONE)
        before = self.expected_on.isoformat() if self.expected_on else None
        self.expected_on = day
        facts: dict[str, Fact] = {"expected_on": day.isoformat(), "before": before}
        if commitment_on is not None and commitment_on != self.commitment_on:
            self.commitment_on = commitment_on
            facts["commitment_on"] = commitment_on.isoformat()
        self._note(Tag.EXPECTED_CHANGED, at, by, facts)
        self._confirm(by, at)

    def _for_another(self, act: Act, by: Person, reason: str) -> dict[str, str]:
        """The reason a manager gives who records a step of somebody else; the owner gives none."""
        return {"reason": _reason(reason)} if access.owes_a_reason(act, by, self) else {}

    def align(
        self,
        on: date,
        contact: Person,
        *,
        by: Person,
        at: datetime,
        zone: str,
        reason: str = "",
    ) -> None:
        """Record the pre-close alignment, again where it was wrong; only before the signature."""
        self._require(Act.ALIGN, by)
        if self.signed_at is not None:
            raise Invalid(Problem.SIGNED_ALREADY, field="aligned_on")
        if on > at.astimezone(ZoneInfo(zone)).date():
            raise Invalid(Problem.HELD_LATER, field="aligned_on")
        if on < self._earliest.astimezone(ZoneInfo(zone)).date():
            raise Invalid(Problem.TOO_LONG_AGO, field="aligned_on")
        if _colleague(contact, "cs_contact").id == self.ae_id:
            raise Invalid(Problem.SAME_PERSON, field="cs_contact")
        values = self._for_another(Act.ALIGN, by, reason)
        if (self.aligned_on, self.cs_contact_id) == (on, contact.id):
            return  # The same form once more, after its key was forgotten.
        self.aligned_on, self.aligned_at, self.cs_contact_id = on, at, contact.id
        self._note(Tag.ALIGNED, at, by, {"on": on.isoformat(), "contact": contact.id}, values)
        self._confirm(by, at)

    @property
    def _earliest(self) -> datetime:
        """Before this nothing of the deal can have been held: it is in no memory of a sale."""
        return min(self.started_at, self.signed_at or self.started_at) - LONGEST_SALE

    def answer_commitment(self, answer: CommitmentAnswer, *, by: Person, at: datetime) -> None:
        """The AE manager says, once, whether the day the AE named was kept."""
        access.require(Act.ANSWER_COMMITMENT, by, self)
        if self.commitment_answer is not None:
            raise Conflict(Problem.ALREADY_DONE)
        self.commitment_answer, self.commitment_answered_at = answer, at
        self._note(Tag.COMMITMENT_ANSWERED, at, by, {"answer": answer.value})

    def record_call(
        self,
        call: Call,
        *,
        cs: Person,
        sales: Person | None = None,
        champions: Collection[int] = (),
        by: Person,
        at: datetime,
        reason: str = "",
    ) -> None:
        """Record the call that the closed-won gate asks for, again where it moved.

        `sales` is who of the AE's side is in it: the AE, where nobody else is named.
        `champions` are those of the brief by id; raises Conflict for one who is none any more.
        """
        self._require(Act.RECORD_CALL, by)
        if call.at < self._earliest:
            raise Invalid(Problem.TOO_LONG_AGO, field="call_at")
        if call.at > at + FARTHEST_AHEAD:
            raise Invalid(Problem.TOO_FAR_AHEAD, field="call_at")
        if _colleague(cs, "call_cs").id == self.ae_id:
            raise Invalid(Problem.SAME_PERSON, field="call_cs")
        if sales is not None and _colleague(sales, "call_sales").id in (cs.id, self.csm_id):
            raise Invalid(Problem.SAME_PERSON, field="call_sales")
        customer = " ".join(call.customer.split())
        if call.champion is not None and call.champion not in champions:
            raise Conflict(Problem.CHANGED_MEANWHILE, field="call_champion")
        if not customer and call.champion is None:
            raise Invalid(Problem.EMPTY, field="call_customer")
        if len(customer) > LONGEST_NAMES:
            most = {"most": str(LONGEST_NAMES)}
            raise Invalid(Problem.TOO_LONG, field="call_customer", facts=most)
        values = self._for_another(Act.RECORD_CALL, by, reason)
        sales_id = sales.id if sales is not None else self.ae_id
        recorded = Call(call.at.astimezone(UTC), cs.id, customer, call.champion, sales_id)
        if recorded == self.call:
            return  # The same form once more, after its key was forgotten.
        self.call = recorded
        facts: dict[str, Fact] = {
            "at": instant_text(call.at),
            "cs": cs.id,
            "champion": call.champion,
            "sales": sales_id,
        }
        self._note(Tag.CALL_RECORDED, at, by, facts, {"customer": customer, **values})
        self._confirm(by, at)

    def propose_kickoff(
        self, wanted: datetime | None, *, shown: datetime | None, by: Person, at: datetime
    ) -> None:
        """The time the AE proposes for the kickoff, None for none; `shown` is what a form held.

        Raises Invalid for a time that has passed or is more than a year away, Conflict where the
        proposal was changed since the form was opened.
        """
        self._require(Act.POST, by)
        wanted = wanted.astimezone(UTC) if wanted is not None else None
        before = self.kickoff_proposed_at
        if wanted in (shown, before):
            return
        if shown != before:
            raise Conflict(Problem.CHANGED_MEANWHILE, field="kickoff")
        if wanted is not None and wanted <= at:
            raise Invalid(Problem.TIME_PAST, field="kickoff")
        if wanted is not None and wanted > at + FARTHEST_AHEAD:
            raise Invalid(Problem.TOO_FAR_AHEAD, field="kickoff")
        self._confirm(by, at)
        self.kickoff_proposed_at = wanted
        facts: dict[str, Fact] = {
            "at": instant_text(wanted) if wanted is not None else None,
            "before": instant_text(before) if before is not None else None,
        }
        self._note(Tag.KICKOFF_PROPOSED, at, by, facts)

    @property
    def can_be_arranged(self) -> bool:
        """Whether there are two who could agree on a time, of a talk that is not over yet."""
        return self.open and self.csm_id is not None and self.debrief.recorded_at is None

    def require_to_arrange(self, turn: int, *, by: Person) -> Side:
        """For whom a person answers what was proposed at a turn; Conflict where it is over.

        Raises NotAllowed for who is neither AE nor CSM, and for an AE whom nobody has asked yet;
        Conflict, too, once the debrief is recorded.
        """
        self._require_csm()
        self._require(Act.ARRANGE_TALK, by)
        if self.debrief.recorded_at is not None:
            raise Conflict(Problem.TALK_OVER)
        talk = self.debrief_talk
        side = Side.AE if Capacity.AE in access.capacities(by, self) else Side.CSM
        if side is Side.AE and talk.on_the_table is None and turn == talk.turn:
            raise NotAllowed(
                Problem.NOT_YOUR_TURN,
                whose=self._on(Side.CSM),
                facts={"act": Act.ARRANGE_TALK.value},
            )
        if turn != talk.turn:
            now = talk.on_the_table
            facts = {"at": now.isoformat()} if now is not None else {}
            raise Conflict(Problem.TALK_MOVED, field="talk_at", facts=facts)
        return side

    def _on(self, side: Side) -> tuple[int, ...]:
        """Who acts on a side."""
        holder = self.ae_id if side is Side.AE else self.csm_id
        return (access.acting(holder, self),) if holder is not None else ()

    def propose_talk(
        self, wanted: datetime, *, turn: int, by: Person, at: datetime, line: str = ""
    ) -> None:
        """Name a time for the debrief; one that was agreed on holds until this one is.

        `turn` is that of the form. The other side's own time is taken with it. Raises Conflict
        where another time is on the table by now, Invalid for one that has passed. With the time
        that was agreed on, another one that waits is declined, or withdrawn by who proposed it.
        """
        side, talk = self.require_to_arrange(turn, by=by), self.debrief_talk
        wanted = wanted.astimezone(UTC)
        if wanted == talk.on_the_table:
            if talk.waits_for is not side:
                raise Conflict(Problem.ALREADY_DONE, field="talk_at")
            return self.agree_talk(turn=turn, by=by, at=at)
        if wanted <= at:
            raise Invalid(Problem.TIME_PAST, field="talk_at")
        if wanted > at + FARTHEST_AHEAD:
            raise Invalid(Problem.TOO_FAR_AHEAD, field="talk_at")
        told = " ".join(line.split())
        if len(told) > LONGEST_LINE:
            most = {"most": str(LONGEST_LINE)}
            raise Invalid(Problem.TOO_LONG, field="talk_line", facts=most)
        self._confirm(by, at)
        if wanted == talk.agreed_at:
            self.debrief_talk = talk.keeping()
            self._note_talk(Tag.TALK_KEPT, wanted, by, at, {"line": told} if told else {})
            return None
        self.debrief_talk = talk.proposing(wanted, side=side, by=by.id)
        self._note_talk(Tag.TALK_PROPOSED, wanted, by, at, {"line": told} if told else {})
        return None

    def agree_talk(self, *, turn: int, by: Person, at: datetime) -> None:
        """Take the time that the other side proposed. Raises as `propose_talk`."""
        side, talk = self.require_to_arrange(turn, by=by), self.debrief_talk
        proposed = talk.proposed_at
        if proposed is None or talk.waits_for is None:
            raise Conflict(Problem.ALREADY_DONE)
        if side is not talk.waits_for or by.id == talk.proposed_by:
            raise NotAllowed(
                Problem.NOT_YOUR_TURN,
                whose=self._on(talk.waits_for),
                facts={"act": Act.ARRANGE_TALK.value},
            )
        if proposed <= at:
            raise Invalid(Problem.TIME_PAST)
        self._confirm(by, at)
        self.debrief_talk = talk.agreeing()
        self._note_talk(Tag.TALK_AGREED, proposed, by, at, {})

    def _note_talk(
        self, tag: Tag, wanted: datetime, by: Person, at: datetime, values: dict[str, str]
    ) -> None:
        facts: dict[str, Fact] = {
            "talk": Talk.DEBRIEF.value,
            "turn": self.debrief_talk.turn,
            "at": instant_text(wanted),
        }
        self._note(tag, at, by, facts, values)

    def call_off_talk(self, by: Person, at: datetime) -> None:
        """Nothing is agreed with another AE or CSM; what was, and is ahead, is told to both."""
        talk = self.debrief_talk
        self.debrief_talk = talk.of_others()
        if talk.agreed_at is None or talk.agreed_at <= at or self.debrief.recorded_at is not None:
            return
        facts: dict[str, Fact] = {
            "talk": Talk.DEBRIEF.value,
            "turn": self.debrief_talk.turn,
            "at": instant_text(talk.agreed_at),
            "agreed": talk.called_off,
            "ae": self.ae_id,
            "csm": self.csm_id,
        }
        self._note(Tag.TALK_FELL, at, by, facts)

    @property
    def can_be_held(self) -> bool:
        """Whether there is anybody to hold a kickoff, and a deal to hold it for."""
        return self.open and self.signed_at is not None and self.csm_id is not None

    def require_to_hold(self, by: Person) -> datetime:
        """When both had signed; raises NotAllowed or Invalid unless `by` may record a kickoff."""
        self._require_csm()
        self._require(Act.HOLD_KICKOFF, by)
        if self.signed_at is None:
            raise Invalid(Problem.NOT_SIGNED)
        return self.signed_at

    def hold_kickoff(
        self, held_at: datetime, *, by: Person, at: datetime, reason: str = ""
    ) -> None:
        """Record when the kickoff was held, again where that was wrong.

        Raises Invalid for a time that is still to come or before the signature, Conflict for the
        one that is recorded already.
        """
        signed_at = self.require_to_hold(by)
        held_at = held_at.astimezone(UTC)
        if held_at > at + CLOCK_SLACK:
            raise Invalid(Problem.NOT_YET_HELD, field="held_at")
        if held_at < signed_at:
            raise Invalid(Problem.HELD_BEFORE_SIGNATURE, field="held_at")
        before = self.kickoff_held_at
        if held_at == before:
            raise Conflict(Problem.ALREADY_DONE, field="held_at")
        values = self._for_another(Act.HOLD_KICKOFF, by, reason)
        self.kickoff_held_at = held_at
        facts: dict[str, Fact] = {"held_at": instant_text(held_at)}
        if before is not None:
            facts["before"] = instant_text(before)
        self._note(Tag.KICKOFF_HELD, at, by, facts, values)

    def override_closed_won(self, reason: str, *, by: Person, at: datetime) -> None:
        """The AE manager lets the deal be closed without its gate; what is missing stays open."""
        self._require(Act.OVERRIDE_CLOSED_WON, by)
        if self.overridden_at is not None:
            raise Conflict(Problem.ALREADY_DONE)
        text = _reason(reason)
        self.overridden_at, self.overridden_by = at, by.id
        self._note(Tag.CLOSED_WON_OVERRIDDEN, at, by, {}, {"reason": text})
        self.note_breakdown(Breakdown.CLOSED_WITHOUT_GATE, happened=True, at=at)

    def change_deal(
        self, change: DealChange, *, brief: Brief, by: Person, at: datetime, policy: Policy
    ) -> None:
        """Another value or other marks: the tier follows, and the brief is counted anew for it.

        `brief` is all of it. Raises Invalid below the smallest tier, unless the light form shall
        go on all the same or nothing shall be asked any more: then the open steps are dropped.
        """
        self._require(Act.CHANGE_DEAL, by)
        if change.light_anyway and change.nothing_asked:
            raise Invalid(Problem.LIGHT_OR_NOTHING, field="light_anyway")
        self._confirm(by, at)
        same_value = change.value == self.value and change.rate is None
        rate = self.rate if same_value else _rate(change.value, change.rate, policy)
        if change.nothing_asked and policy.tier(change.value, rate) is Tier.NONE:
            tier = Tier.NONE
        else:
            light = change.light_anyway
            tier = _tier(change.value, rate, change.marks, policy, light_anyway=light, begun=True)
        before = (self.value, self.rate, self.marks, self.tier)
        if before == (change.value, rate, change.marks, tier):
            return
        facts: dict[str, Fact] = {"tier": tier.value, "before": self.tier.value}
        had = self.size(policy)
        values = {"value": f"{change.value.amount} {change.value.currency}"}
        # What was ticked is for few: it is kept like what people write, not in the chain itself.
        values |= {name: str(mark) for name, mark in asdict(change.marks).items()}
        self.value, self.rate, self.marks, self.tier = change.value, rate, change.marks, tier
        has = self.size(policy)
        facts[CAME] = [one.value for one in AddOn if has.has(one) and not had.has(one)]
        facts[WENT] = [one.value for one in AddOn if had.has(one) and not has.has(one)]
        if has.has(AddOn.CALL) and not had.has(AddOn.CALL):
            self.briefing = self.briefing.needed()
        self._note(Tag.DEAL_CHANGED, at, by, facts, values)
        self.weigh(completeness(brief, tier, policy), at=at, policy=policy)

    def copy_from(self, brief: Brief, *, at: datetime) -> None:
        """Keep what size and capture rest on, so that nothing else has to read the brief for it.

        `brief` is all of it, as it was just saved.
        """
        # Who left counts on: what a deal is asked for was judged by them.
        champions = (one for one in brief.people.contacts if ContactRole.CHAMPION in one.roles)
        known = [one.strength for one in champions if one.strength is not None]
        self.strength = max(known, default=None)
        # At the signature the capture is done or missed, whatever is written afterwards.
        if self.signed_at is None and has_content(brief) is not (self.captured_at is not None):
            self.captured_at = at if self.captured_at is None else None

    def invite_helper(
        self, helper: Person, sections: Collection[SectionKey], *, by: Person, at: datetime
    ) -> None:
        """Say which sections of the form a colleague fills; with none they are taken off.

        Raises Invalid for the AE, for who is no full member and for a section that is not given
        to helpers, Conflict where they fill just these already.
        """
        self._require(Act.INVITE_HELPER, by)
        if helper.id == self.ae_id:
            raise Invalid(Problem.AE_FILLS_ALL, field="helper")
        wanted, before = frozenset(sections), self.helpers.get(helper.id, frozenset())
        if not wanted <= access.GIVEABLE:
            raise Invalid(Problem.STALE_BUTTON, field="helped_sections")
        if not wanted and not before:
            raise Invalid(Problem.NO_SECTION, field="helped_sections")
        if wanted == before:
            raise Conflict(Problem.ALREADY_DONE, field="helped_sections")
        others = {one: theirs for one, theirs in self.helpers.items() if one != helper.id}
        self._confirm(by, at)
        if not wanted:
            self.helpers = others
            self._note(Tag.HELPER_TAKEN_OFF, at, by, {"helper": helper.id})
            return
        _colleague(helper, "helper")
        if len(others) >= MOST_HELPERS:
            raise Invalid(Problem.TOO_MANY, field="helper", facts={"most": str(MOST_HELPERS)})
        self.helpers = {**others, helper.id: wanted}
        facts: dict[str, Fact] = {
            "helper": helper.id,
            "sections": sorted(key.value for key in wanted),
        }
        self._note(Tag.HELPER_INVITED, at, by, facts)

    def who_asks(self, person: Person) -> int | None:
        """Who asks the customer, as the brief keeps it; raises Invalid for who is no colleague."""
        colleague = _colleague(person, "asker")
        return None if colleague.id == self.ae_id else colleague.id

    def save_section(
        self,
        section: SectionKey,
        *,
        changed: dict[str, str],
        revision: int,
        state: Completeness,
        by: Person,
        at: datetime,
        policy: Policy,
        for_promise: bool = False,
    ) -> None:
        """Take note that a section of the brief was saved; `changed` holds its new values.

        `for_promise`: only because a promise was added, which both sides may do.
        """
        promises = for_promise and access.may(Act.EDIT_PROMISE, by, self)
        self._require(Act.EDIT_PROMISE if promises else Act.EDIT_BRIEF, by)
        self._confirm(by, at)
        if changed:
            self._brief_event(
                Tag.BRIEF_SAVED,
                {"section": section.value, "revision": revision},
                kept_in_history(section, changed),
                by,
                at,
            )
        if section is SectionKey.SUCCESS and _METRIC_FIELDS & changed.keys():
            self._outdate(at)
        self.weigh(state, at=at, policy=policy)

    def save_promise(
        self,
        tag: Tag,
        *,
        number: int,
        version: int,
        words: str,
        state: Completeness,
        by: Person,
        at: datetime,
        policy: Policy,
        same: bool = False,
        act: Act | None = None,
        late: Surfaced | None = None,
    ) -> None:
        """Take note that a promise was added, edited or withdrawn (then `words` is the reason).

        `same`: nothing in it changed that anybody was promised. `act` is another one than an edit
        of their own that this person may do, and that this follows from. `late`: it came up after
        the initials of the AE.
        """
        if act is None:
            either = access.may(Act.EDIT_PROMISE, by, self)
            act = Act.EDIT_PROMISE if either else Act.EDIT_BRIEF
        self._require(act, by)
        self._confirm(by, at)
        values = {"reason" if tag is Tag.PROMISE_WITHDRAWN else "words": words}
        facts: dict[str, Fact] = {"number": number, "version": version}
        if same:
            facts["same"] = True
        if late is not None:
            facts["late"] = late.value
        self._brief_event(tag, facts, values, by, at)
        if not same:
            self._outdate(at)
        self.weigh(state, at=at, policy=policy)

    def note_promise(
        self,
        tag: Tag,
        facts: dict[str, Fact],
        values: dict[str, str],
        *,
        by: Person | None,
        at: datetime,
    ) -> None:
        """Take note of what happened to an entry of the ledger; its rules are `ledger`'s."""
        self._note(tag, at, by, facts, values)

    def note_late_talk(
        self,
        facts: dict[str, Fact],
        values: dict[str, str],
        *,
        by: Person,
        at: datetime,
        reason: str = "",
    ) -> None:
        """Take note that a late promise was talked over; a manager says why they record it."""
        values = values | self._for_another(Act.TALK_PROMISE, by, reason)
        self._note(Tag.LATE_TALKED, at, by, facts, values)

    def note_copy(
        self, facts: dict[str, Fact], values: dict[str, str], *, by: Person, at: datetime
    ) -> None:
        """Take note of the message that something was made of; its rules are `copied`'s."""
        self._note(Tag.COPIED, at, by, facts, values)

    def note(
        self,
        tag: Tag,
        facts: dict[str, Fact],
        values: dict[str, str] | None = None,
        *,
        by: Person | None,
        at: datetime,
    ) -> None:
        """Take note of what happened by rules that stand in another module."""
        self._note(tag, at, by, facts, values)

    def note_breakdown(self, kind: Breakdown, *, happened: bool, at: datetime) -> None:
        """Record, once, that something went otherwise than the process has it.

        Where a corrected time says that it did not, it is taken off; the history keeps both.
        Of a deal that was told of in retrospect nothing is learned.
        """
        happened = happened and self.backfilled_at is None
        if happened is (kind in self.breakdowns):
            return
        kept = {one: since for one, since in self.breakdowns.items() if one is not kind}
        self.breakdowns = {**kept, kind: at} if happened else kept
        facts: dict[str, Fact] = {"kind": kind.value, "happened": happened}
        self._note(Tag.BREAKDOWN, at, None, facts)

    def reason_for(self, act: Act, by: Person, reason: str) -> dict[str, str]:
        """The reason a manager gives who records a step of somebody else; the owner gives none.

        Raises Invalid where one is owed and none was given.
        """
        return self._for_another(act, by, reason)

    def listen(self, person: int | None, *, by: Person | None, at: datetime) -> None:
        """Have somebody listen to the debrief besides the CSM, or with None nobody.

        Without `by` it is the policy's rule, which a person's choice outlasts while it may stand.
        """
        if by is not None:
            self._require(Act.NAME_LISTENER, by)
            self.listener_named = True
        if person == self.listener_id:
            return
        if by is None:
            self.listener_named = False
        before, self.listener_id = self.listener_id, person
        self._note(Tag.LISTENER_CHANGED, at, by, {"listener": person, "before": before})

    def _brief_event(
        self,
        tag: Tag,
        facts: dict[str, Fact],
        values: dict[str, str],
        by: Person,
        at: datetime,
    ) -> None:
        self.brief_version += 1
        self._note(tag, at, by, {**facts, "brief": self.brief_version}, values)

    def _outdate(self, at: datetime) -> None:
        """What was acknowledged is no longer so: that alone is asked for again."""
        if self.acknowledged:
            self.verification = self.verification.outdated(at)
            facts: dict[str, Fact] = {"brief": self.acknowledged_version}
            self._note(Tag.OUTDATED, at, None, facts)

    def weigh(self, state: Completeness, *, at: datetime, policy: Policy) -> None:
        """Take note of how far the brief is, and that it passes its gate."""
        self.completeness = state
        # A gate once passed stays passed, whatever is emptied later.
        asked = self.tier is not Tier.NONE
        if asked and self.gate_at is None and passes_gate(state, self.tier, policy):
            self.gate_at = at
            self._note(
                Tag.GATE_PASSED,
                at,
                None,
                {"filled": state.filled, "counted": state.counted},
            )

    @property
    def keeps_brief(self) -> bool:
        """Whether the brief as it is now has to be remembered, for what just happened."""
        return any(event.tag in _KEEPING for event in self.events)

    def keep_brief(self, brief: Snapshot) -> None:
        """Remember the brief for an acknowledgement that just happened."""
        for event in self.events:
            if event.tag is Tag.ACKNOWLEDGED:
                self.read_brief = brief
            elif event.tag in _READ_ANEW:
                self.read_brief = None

    @property
    def signed_until(self) -> datetime | None:
        """Before when a brief was saved by the signature, where that was just told or corrected."""
        if self.signed_at is None or not any(event.tag in _SIGNING for event in self.events):
            return None
        return self.signed_at + SIGNATURE_GRAIN

    def keep_signed(self, then: Snapshot, brief: Brief) -> None:
        """Remember the brief as it was signed; what it held then is what was captured.

        `brief` is all of it.
        """
        self.signed_brief = then
        if not has_content(brief) or self.signed_at is None:
            self.captured_at = None
        elif self.captured_at is None or self.captured_at > self.signed_at:
            self.captured_at = self.signed_at

    @property
    def aligned_in_time_at(self) -> datetime | None:
        """When the alignment was recorded, unless it was of a day after the signature."""
        late = self.day0 is not None and self.aligned_on is not None and self.aligned_on > self.day0
        return None if late else self.aligned_at

    def post(self, *, by: Person, at: datetime) -> None:
        """The AE puts the message into the deal channel. Raises Conflict the second time."""
        self._require(Act.POST, by)
        if self.signed_at is None:
            raise Invalid(Problem.NOT_SIGNED)
        if self.posted_at is not None:
            raise Conflict(Problem.ALREADY_DONE)
        self._confirm(by, at)
        self.posted_at, self.posted_by = at, by.id
        self._note(Tag.POSTED, at, by, {"by_bot": False})

    def post_by_bot(self, *, at: datetime) -> bool:
        """The bot posts because the AE has not; False where it stands there or nothing is to do."""
        if not self.open or self.posted_at is not None or self.signed_at is None:
            return False
        self.posted_at, self.posted_by = at, None
        self._note(Tag.POSTED, at, None, {"by_bot": True})
        return True

    def assign_csm(self, csm: Person, *, by: Person, at: datetime, override: str = "") -> None:
        """Name the CSM; their clocks start. Before the gate it takes a reason to override it."""
        self._require(Act.ASSIGN, by)
        _colleague(csm, "csm")
        if csm.id == self.ae_id:
            raise Invalid(Problem.SAME_PERSON, field="csm")
        if access.acts_as(csm.id, self.ae_id, self):
            raise Invalid(Problem.BOTH_SIDES, field="csm")
        if csm.id == self.csm_id:
            raise Conflict(Problem.ALREADY_DONE)
        if not self.assignable:
            self._override_gate(override, by, at)
        before = self.csm_id
        self._forget_reading()
        self.call_off_talk(by, at)
        self._forget_debrief(at)
        self.briefing = self.briefing.of_another_csm()
        self.success_plan = self.success_plan.of_another(Side.CSM, at)
        if csm.id != (before or self.proposed_csm_id):
            self._hand_kickoff_on()
        self.csm_id, self.assigned_at = csm.id, at
        self._note(Tag.ASSIGNED, at, by, {"csm": csm.id, "before": before})

    def _override_gate(self, reason: str, by: Person, at: datetime) -> None:
        if not reason.strip():
            raise Invalid(Problem.GATE_CLOSED, field="reason")
        self._require(Act.OVERRIDE_GATE, by)
        self.gate_overridden_at = at
        facts: dict[str, Fact] = {"open": [one.item.value for one in self.completeness.open]}
        self._note(Tag.GATE_OVERRIDDEN, at, by, facts, {"reason": _reason(reason)})

    def _forget_acknowledgement(self) -> None:
        self.acknowledged_at = self.acknowledged_version = self.acknowledged_by = None

    def _forget_reading(self) -> None:
        self._forget_acknowledgement()
        self.verification = self.verification.of_another_reader()

    def _forget_debrief(self, at: datetime) -> None:
        """Another CSM owes it again, unless the kickoff that it comes before was held."""
        if self.kickoff_held_at is None:
            self.debrief = self.debrief.of_another_csm(at)

    def _hand_kickoff_on(self) -> None:
        """Another CSM gets ready for it; of one that was held stays who had the brief before it."""
        if self.kickoff_held_at is None:
            self.kickoff = self.kickoff.of_another_csm()

    def decline(self, reason: str, *, by: Person, at: datetime) -> None:
        """The CSM is not the right one; the CS manager owes the assignment again."""
        self._require_csm()
        self._require(Act.DECLINE, by)
        text = _reason(reason)
        csm = self.csm_id
        if self.proposed_csm_id == csm:
            # Whoever gave it back is not wished for any more, nor expected.
            self.proposed_csm_id = None
        if self.cs_contact_id == csm:
            self.cs_contact_id = None
        self._forget_reading()
        self.call_off_talk(by, at)
        self._forget_debrief(at)
        self.briefing = self.briefing.of_another_csm()
        self.success_plan = self.success_plan.of_another(Side.CSM, at)
        self._hand_kickoff_on()
        self.csm_id = self.assigned_at = None
        self.declined_at = at
        self._note(Tag.DECLINED, at, by, {"csm": csm}, {"reason": text})

    def _require_csm(self) -> None:
        if self.csm_id is None and self.open:
            raise Invalid(Problem.NOT_ASSIGNED)

    def acknowledge(self, *, version: int, by: Person, at: datetime, reason: str = "") -> None:
        """The CSM says that they took over the brief at the version they were shown.

        Their manager may record it for them with a reason, as the rest of the reading. Raises
        Invalid while nobody is assigned or the AE has the brief again, Conflict the second time
        and where the brief changed since: nobody acknowledges what they have not seen.
        """
        self.require_to_acknowledge(version, by=by)
        values = self._for_another(Act.ACKNOWLEDGE, by, reason)
        self.acknowledged_at, self.acknowledged_version = at, version
        self.acknowledged_by = by.id
        self.verification = self.verification.acknowledged()
        self._note(Tag.ACKNOWLEDGED, at, by, {"brief": version}, values)

    def require_to_acknowledge(self, version: int, *, by: Person) -> None:
        """Raise NotAllowed, Invalid or Conflict unless this version is to be acknowledged now."""
        self._require_csm()
        self._require(Act.ACKNOWLEDGE, by)
        if self.acknowledged:
            raise Conflict(Problem.ALREADY_DONE)
        if self.verification.with_ae:
            raise Invalid(Problem.BRIEF_SENT_BACK)
        if version != self.brief_version:
            raise Conflict(Problem.BRIEF_CHANGED)

    def undo_acknowledge(self, *, by: Person, at: datetime, policy: Policy) -> None:
        """Take the acknowledgement back within the policy's minutes; checks and words stand."""
        self._require(Act.UNDO_ACKNOWLEDGE, by)
        if self.acknowledged_at is None or not self.acknowledged:
            raise Conflict(Problem.NOTHING_TO_UNDO)
        _in_time(self.acknowledged_at, at, policy)
        version = self.acknowledged_version
        self._forget_acknowledgement()
        self._note(Tag.ACKNOWLEDGE_UNDONE, at, by, {"brief": version})

    def _require_reader(self, by: Person) -> None:
        """Only of a version that was acknowledged is there anything to say."""
        self._require_csm()
        self._require(Act.VERIFY, by)
        if self.verification.with_ae:
            raise Invalid(Problem.BRIEF_SENT_BACK)
        if self.acknowledged_at is None:
            raise Invalid(Problem.NOT_ACKNOWLEDGED)

    def answer_checks(
        self, checks: Checks, *, revision: int, by: Person, at: datetime, reason: str = ""
    ) -> None:
        """Record the three answers, stored as a document's `revision`; Conflict the second time."""
        self._require_reader(by)
        if self.verification.checks_at is not None:
            raise Conflict(Problem.ALREADY_DONE)
        values = self._for_another(Act.VERIFY, by, reason)
        held_before = self.verification.intro_held_at
        self.verification = self.verification.checked(checks, at)
        answers = {name: "yes" if said else "no" for name, said in checks}
        facts: dict[str, Fact] = {"revision": revision, "brief": self.acknowledged_version}
        self._note(Tag.CHECKS_ANSWERED, at, by, facts, answers | values)
        if held_before is None and self.verification.intro_held_at is not None:
            self._note(Tag.INTRO_HELD, at, None)

    def write_plan(
        self,
        plan: JointPlan,
        *,
        revision: int,
        by: Person,
        at: datetime,
        reason: str = "",
        with_checks: bool = False,
    ) -> None:
        """Record the joint plan about the red flags. Raises Invalid where none is needed.

        `with_checks`: it came with the answers, whose reason is that of both.
        """
        self._require_csm()
        self._require(Act.VERIFY, by)
        if not self.verification.plan_needed:
            raise Invalid(Problem.NO_PLAN_NEEDED)
        why = {} if with_checks else self._for_another(Act.VERIFY, by, reason)
        values = {"plan": plan.plan, **why}
        self.verification = self.verification.planned(at)
        self._note(Tag.PLAN_WRITTEN, at, by, {"revision": revision}, values)

    def restate(
        self, words: Restatement, *, revision: int, by: Person, at: datetime, reason: str = ""
    ) -> None:
        """The CSM's own words about the brief, for the AE to judge. Conflict the second time."""
        self._require_reader(by)
        if self.verification.restated_at is not None:
            raise Conflict(Problem.ALREADY_DONE)
        values = {"why": words.why, "success": words.success, "risk": words.risk}
        values |= self._for_another(Act.VERIFY, by, reason)
        self.verification = self.verification.restated(at)
        facts: dict[str, Fact] = {"revision": revision, "brief": self.acknowledged_version}
        self._note(Tag.RESTATED, at, by, facts, values)

    def judge(
        self,
        verdict: Verdict,
        *,
        revision: int,
        by: Person,
        at: datetime,
        restated_by: int | None = None,
        reason: str = "",
    ) -> None:
        """The AE says whether the restatement matches. Raises Conflict where none waits.

        `restated_by` is who wrote it: nobody judges their own words, whomever they stand in for.
        """
        self._require(Act.JUDGE, by)
        if not self.verification.to_judge:
            raise Conflict(Problem.NOTHING_TO_JUDGE)
        if by.id == restated_by:
            raise NotAllowed(Problem.OWN_WORDS)
        values = self._for_another(Act.JUDGE, by, reason)
        required = self.verification.call_required
        self.verification = self.verification.judged(verdict, at)
        tag = Tag.MATCHED if verdict.match else Tag.MISMATCHED
        facts: dict[str, Fact] = {"revision": revision, "count": self.verification.mismatches}
        self._note(tag, at, by, facts, {"line": verdict.line, **values})
        if self.verification.call_required and not required:
            self._note(Tag.CALL_REQUIRED, at, None, {"mismatches": self.verification.mismatches})

    def send_back(self, items: tuple[Item, ...], reason: str, *, by: Person, at: datetime) -> None:
        """The CSM cannot work with the brief: it is the AE's again, and the CSM's step waits."""
        self._require_csm()
        self._require(Act.SEND_BACK, by)
        if self.verification.with_ae:
            raise Conflict(Problem.ALREADY_DONE)
        if not items:
            raise Invalid(Problem.CHOOSE_ONE, field="items")
        text = _reason(reason)
        self._forget_acknowledgement()
        self.verification = self.verification.sent_back(items, at)
        facts: dict[str, Fact] = {
            "items": [item.value for item in items],
            "brief": self.brief_version,
        }
        self._note(Tag.SENT_BACK, at, by, facts, {"reason": text})

    def return_brief(self, *, by: Person, at: datetime, policy: Policy) -> None:
        """The AE gives the brief to the CSM again. Raises Invalid unless it passes its gate now."""
        self._require(Act.RETURN_BRIEF, by)
        if not self.verification.with_ae:
            raise Conflict(Problem.ALREADY_DONE)
        if not passes_gate(self.completeness, self.tier, policy):
            raise Invalid(Problem.BRIEF_NOT_READY)
        self.verification = self.verification.returned(at)
        self._note(Tag.RETURNED, at, by, {"brief": self.brief_version})

    def snoozed(
        self, step: str, *, until: datetime, reason: str, by: Person, at: datetime, number: int = 0
    ) -> None:
        """Take note that an owner wants to hear of a step again later; no deadline moves.

        `number` is that of the promise it is about, where it is about one.
        """
        if not self.open:
            raise Invalid(self.why_over)
        facts: dict[str, Fact] = {"step": step, "until": instant_text(until)}
        if number:
            facts["number"] = number
        self._note(Tag.SNOOZED, at, by, facts, {"reason": _reason(reason)})

    def not_mine(self, step: str, reason: str, *, asked: int, by: Person, at: datetime) -> None:
        """An owner says that a step is not theirs; `asked` is who may name somebody else.

        Nothing else changes. The reason may be left empty.
        """
        if not self.open:
            raise Invalid(self.why_over)
        text = reason.strip()
        values = {"reason": _reason(text)} if text else {}
        self._note(Tag.NOT_MINE, at, by, {"step": step, "asked": asked}, values)

    def away_now(self) -> dict[int, Away]:
        """Who of its people is away now, with the one who really acts for them here."""
        return {
            one: Away(self.away[one].until, None if acting == one else acting)
            for one in self.people()
            if one in self.away
            for acting in (access.acting(one, self),)
        }

    def note_leave(self, *, by: Person | None, at: datetime) -> None:
        """Take note of who left and who is back since it was last brought in line."""
        now = self.away_now()
        for one, gone in now.items():
            if self.away_known.get(one) != gone:
                facts: dict[str, Fact] = {
                    "person": one,
                    "until": gone.until.isoformat(),
                    "stand_in": gone.stand_in_id,
                }
                self._note(Tag.AWAY, at, by, facts)
        for one in self.away_known.keys() - now.keys():
            self._note(Tag.BACK, at, by, {"person": one})
        self.away_known = now

    def follow_managers(
        self,
        *,
        ae_manager: tuple[int, ManagerBy] | None,
        cs_manager: tuple[int, ManagerBy] | None,
        at: datetime,
    ) -> None:
        """Take over the managers that hold where nobody was named for just this handoff."""
        if ae_manager is not None and self._follows(self.ae_manager_id, self.ae_manager_by):
            self._change_manager("ae", self.ae_manager_id, self.ae_manager_by, ae_manager, at)
            self.ae_manager_id, self.ae_manager_by = ae_manager
        if cs_manager is not None and self._follows(self.cs_manager_id, self.cs_manager_by):
            self._change_manager("cs", self.cs_manager_id, self.cs_manager_by, cs_manager, at)
            self.cs_manager_id, self.cs_manager_by = cs_manager

    def _follows(self, manager_id: int | None, by: ManagerBy | None) -> bool:
        return manager_id in (None, self.ae_id) or by not in (None, *_FOR_THIS_ONE)

    def _change_manager(
        self,
        side: str,
        before: int | None,
        by_before: ManagerBy | None,
        now: tuple[int, ManagerBy],
        at: datetime,
    ) -> None:
        if (before, by_before) != now:
            facts: dict[str, Fact] = {
                "side": side,
                "manager": now[0],
                "by": now[1].value,
                "before": before,
            }
            self._note(Tag.MANAGER_CHANGED, at, None, facts)

    def move(self, channel_id: int, *, by: Person, at: datetime) -> None:
        """Let it live in another channel; no clock changes. Raises Conflict for where it lives."""
        self._require(Act.MOVE, by)
        if channel_id == self.channel_id:
            raise Conflict(Problem.ALREADY_DONE)
        before, self.channel_id = self.channel_id, channel_id
        self._note(Tag.MOVED, at, by, {"channel": channel_id, "before": before})

    def cancel(self, reason: str, *, by: Person, at: datetime) -> None:
        """End it before its time; the reason is for those who may read reasons."""
        self._require(Act.CANCEL, by)
        text = _reason(reason)
        self.state, self.cancelled_at = State.CANCELLED, at
        self._note(Tag.CANCELLED, at, by, {}, {"reason": text})

    def undo_cancel(self, *, by: Person, at: datetime, policy: Policy) -> None:
        """Open it again within the policy's minutes; every clock goes on as if nothing was."""
        self._require(Act.REOPEN, by)
        if self.state is not State.CANCELLED or self.cancelled_at is None:
            raise Conflict(Problem.NOTHING_TO_UNDO)
        _in_time(self.cancelled_at, at, policy)
        self.state, self.cancelled_at = State.OPEN, None
        self._note(Tag.CANCEL_UNDONE, at, by)


def _in_time(since: datetime, at: datetime, policy: Policy) -> None:
    if at - since > policy.undo_window:
        raise Conflict(Problem.UNDO_TOO_LATE, facts={"minutes": str(policy.undo_minutes)})


def _account(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Invalid(Problem.EMPTY, field="account")
    if len(name) > LONGEST_ACCOUNT:
        raise Invalid(Problem.TOO_LONG, field="account", facts={"most": str(LONGEST_ACCOUNT)})
    return name


def _tier(
    value: Money,
    rate: Rate | None,
    marks: Marks,
    policy: Policy,
    *,
    light_anyway: bool,
    begun: bool = False,
) -> Tier:
    """The tier; the refusal below them names what is offered, and `begun` one more way out."""
    tier = policy.tier(value, rate)
    if tier is not Tier.NONE:
        return tier
    if light_anyway:
        return Tier.LIGHT
    facts = {"least": f"{policy.tiers.light_from:,f} {policy.currency}"}
    offered = size_of(value, marks, policy, tier=tier, rate=rate).offered
    facts |= {one.value: OFFERED for one in offered}
    if begun:
        facts[BEGUN] = BEGUN
    raise Invalid(Problem.BELOW_TIERS, field="value", facts=facts)


def _rate(value: Money, rate: Rate | None, policy: Policy) -> Rate | None:
    """The rate to keep: a table that changes later moves no deal into another size."""
    return None if value.currency == policy.currency else rate or policy.rate(value.currency)


def _colleague(person: Person, form_field: str) -> Person:
    if not person.full_member:
        raise Invalid(Problem.NOT_A_COLLEAGUE, field=form_field)
    return person


def _manager(person: Person, form_field: str, ae: Person) -> int:
    """Whoever wrote the brief overrides no gate it has to pass."""
    if _colleague(person, form_field).id == ae.id:
        raise Invalid(Problem.AE_IS_MANAGER, field=form_field)
    return person.id


def _expected(expected_on: date | None, at: datetime, zone: str) -> date:
    if expected_on is None:
        raise Invalid(Problem.DATE_NEEDED, field="expected_on")
    if expected_on < at.astimezone(ZoneInfo(zone)).date():
        raise Invalid(Problem.DATE_IN_PAST, field="expected_on")
    return expected_on


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise Invalid(Problem.EMPTY, field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(Problem.TOO_LONG, field="reason", facts={"most": str(LONGEST_REASON)})
    return reason
