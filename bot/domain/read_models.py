"""What people are shown, as plain values; each is built for one viewer or one place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain import access, kickoff_booking
from bot.domain.access import Act, Audience, Capacity
from bot.domain.backfill import TwoDates, two_dates
from bot.domain.breakdowns import Breakdown
from bot.domain.brief import Brief, Contact, RedFlagsSection
from bot.domain.briefing import BriefingCall
from bot.domain.briefing_call import skips
from bot.domain.champion_left import owes_champion
from bot.domain.closed_won import ClosedWon
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.copied import Copied
from bot.domain.deadlines import (
    OWED_STATES,
    REMINDED,
    SETTLED,
    Deadline,
    DeadlineState,
    Step,
    done_at,
)
from bot.domain.debrief import NOT_BEGUN, Answer, Ask, Debrief, Question, Standing
from bot.domain.debrief_pages import DebriefPage
from bot.domain.handoff import Call, CommitmentAnswer, Handoff, State
from bot.domain.hints import NOTHING_POINTED, Pointed
from bot.domain.history import Tag
from bot.domain.intro import Contacted
from bot.domain.introducing import sender, wrote_as_csm
from bot.domain.items import Item, SectionKey
from bot.domain.kickoff import KickoffTime
from bot.domain.kickoff_prep import Missing
from bot.domain.linked import Linked
from bot.domain.merging import FieldConflict
from bot.domain.money import Money, Rate
from bot.domain.notices import JobSource, NoticeKind, Notify, SurfaceKind
from bot.domain.path_pages import NO_PATHS, PathsPage
from bot.domain.people import ManagerBy, Person, RegionBy
from bot.domain.people import NamedPerson as NamedPerson
from bot.domain.plan import Milestone, Party
from bot.domain.plan_pages import PlanPage
from bot.domain.policy import Policy, Tier
from bot.domain.pre_close import QUESTIONS
from bot.domain.promises import Promise, Side, Signing
from bot.domain.review_pages import NOTHING_REVIEWED, ReviewPage
from bot.domain.reviewing import asks_still_true
from bot.domain.reviews import Outcome, ReviewDay
from bot.domain.size import Size
from bot.domain.snapshots import Change, Spot
from bot.domain.status import EVERYTHING, Bucket, Filter
from bot.domain.steps import AT_ONCE, SHORTLY_BEFORE, call_required, intro_waits_for_call, is_beyond
from bot.domain.verification import Part, Record, RecordKind
from bot.domain.worktime import QuietHours


class Light(StrEnum):
    """How a step stands, worst first when sorted by `order`."""

    LATE = "late"
    SOON = "soon"
    ON_TIME = "on_time"
    WAITING = "waiting"
    AGREED = "agreed"
    """Owed by a day that somebody named, and never late: of a deal told of in retrospect."""
    UNTIMED = "untimed"
    """Owed by no time at all, in such a deal."""
    AHEAD = "ahead"
    """To be done before the signature."""
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"


NO_CLOCK = frozenset({Light.AGREED, Light.UNTIMED})
"""Never late, however long it takes."""
OWED = frozenset({Light.LATE, Light.SOON, Light.ON_TIME}) | NO_CLOCK
"""A step that is its owner's to do now."""


@dataclass(frozen=True)
class StepLine:
    """One step as the card, the guide and the status show it."""

    step: Step
    light: Light
    owner: NamedPerson | None
    due_at: datetime
    waits_for: Step | None = None
    done_at: datetime | None = None
    snoozed_until: datetime | None = None
    """Until when its owner wants no reminder; for their own eyes."""
    left: tuple[Part, ...] = ()
    """What of the reading is owed, the next thing first."""
    opens_at: datetime | None = None
    """When it stops waiting, where only its time keeps it."""
    number: int = 0
    """Of the promise or milestone it is about; 0 for what is about the handoff as a whole."""


@dataclass(frozen=True)
class Card:
    """The handoff message in the deal channel; also its preview."""

    handoff_id: int
    account: str
    value: Money
    tier: Tier
    state: State
    signed_at: datetime | None
    expected_on: date | None
    ae: NamedPerson
    csm: NamedPerson | None
    proposed_csm: NamedPerson | None
    cs_manager: NamedPerson | None
    brief: Brief
    completeness: Completeness
    brief_version: int
    next: StepLine | None
    acknowledged_at: datetime | None
    acknowledged_version: int | None
    acknowledged_by: NamedPerson | None
    """Who said so: the CSM, or who recorded it for them."""
    signing: Signing
    """How far the promises are initialed."""
    posted_at: datetime | None
    posted_by: NamedPerson | None
    """None with `posted_at` set: the bot posted."""
    gate_passed: bool
    to_acknowledge: bool = False
    """Whether the CSM is asked for an acknowledgement now."""
    outdated: bool = False
    """Whether the metric or a promise changed since the acknowledgement."""
    preview: bool = False
    kickoff: KickoffTime | None = None
    neutral: bool = False
    """Set where the channel may hold nothing internal any more: only a neutral line is shown."""
    gone: tuple[NamedPerson, ...] = ()
    """Who of AE and CSM has no account any more."""
    plan_signed_at: datetime | None = None
    """When everybody asked had said yes to the success plan as it is."""
    outcome: Outcome | None = None
    """How it ended, of one that is closed."""
    linked: tuple[Linked, ...] = ()
    """The handoffs it belongs together with."""
    two_dates: TwoDates | None = None
    """All that counts, where it was told of only after the fact."""

    @property
    def changed_since(self) -> bool:
        """Whether the brief is another one than the CSM acknowledged."""
        return _changed_since(self.acknowledged_version, self.brief_version)


class BecauseOf(StrEnum):
    """Why a step came back to its owner."""

    SENT_BACK = "sent_back"
    GIVEN_BACK = "given_back"
    """The same for the CSM who sent it back."""
    DECLINED = "declined"
    MISMATCH = "mismatch"


@dataclass(frozen=True)
class Because:
    """In whose words a step came back to its owner; only for who may read them."""

    of: BecauseOf
    words: str
    by: NamedPerson | None = None
    items: tuple[Item, ...] = ()
    """What the CSM asks about, of a brief that was sent back."""


@dataclass(frozen=True)
class TalkLine:
    """Where AE and CSM are in agreeing on the time of the debrief."""

    agreed_at: datetime | None = None
    proposed_at: datetime | None = None
    proposed_by: NamedPerson | None = None
    yours: bool = False
    """Whether the viewer's answer is waited for."""
    turn: int = 0
    opens: bool = False
    """Whether the viewer may name a time now."""


@dataclass(frozen=True)
class IntroLine:
    """Where the intro is, for one viewer."""

    writes: bool = False
    """Whether its draft is the viewer's."""
    notes: bool = False
    """Whether the viewer may say that they wrote before."""
    csm_wrote: Contacted | None = None
    """That the CSM wrote before, while the intro is owed."""
    csm: NamedPerson | None = None
    """Who that was; None where it may have been an earlier one."""


@dataclass(frozen=True)
class Guide:
    """One person's own card for one handoff, in their DM."""

    handoff_id: int
    account: str
    state: State
    role: Capacity
    viewer: NamedPerson
    steps: tuple[StepLine, ...]
    mine: StepLine | None
    """The viewer's own next step, where there is one."""
    completeness: Completeness
    signed_at: datetime | None
    expected_on: date | None
    must_confirm_ae: bool
    channel_slack_id: str
    ae: NamedPerson
    proposed_csm: NamedPerson | None
    csm: NamedPerson | None
    acknowledged_at: datetime | None
    acknowledged_version: int | None
    cancelled_at: datetime | None
    acts: frozenset[Act]
    """What the viewer may do as their own, as far as rights go."""
    brief_version: int = 0
    """The version an acknowledgement from this card would name."""
    undoable: bool = False
    """Whether the cancellation, or else the acknowledgement, can still be taken back."""
    started_by: NamedPerson | None = None
    commitment_on: date | None = None
    """The day that was named for the brief, which an AE stands by who confirms."""
    written_quickly: bool = False
    """For the AE's eyes: the brief was ready within few minutes."""
    size: Size | None = None
    """As the viewer may know it."""
    acknowledged: bool = False
    """Whether the acknowledgement holds for the metric and the promises as they are."""
    with_ae: bool = False
    """Whether the brief was sent back and waits for the AE to return it."""
    held: bool = False
    """Whether the intro is held until a call; only for who may read the checks."""
    call_required: bool = False
    """Whether the restatement missed too often; only for who may read it."""
    plan_missing: bool = False
    lifts: bool = False
    """Whether the intro waits for a call, so that its CS manager may let it go out."""
    call_at: datetime | None = None
    """When the briefing call is, as far as it is booked and was not held."""
    skips: bool = False
    """Whether the viewer is asked to do without it, as the other one would."""
    skipped: bool = False
    """Whether the viewer would do without it, and the other one did not say."""
    kickoff_at: datetime | None = None
    """When the kickoff is, as far as it is booked and was not held."""
    kickoff_hold: bool = False
    """Whether the customer is not to be invited to it yet."""
    books_kickoff: bool = False
    """Whether the viewer books its time as their own."""
    shows_kickoff: bool = False
    """Whether it lies ahead of the viewer, who is in it."""
    intro: IntroLine = IntroLine()
    assignable: bool = False
    because: Because | None = None
    no_part: bool = False
    """Whether the viewer had a part and has none any more."""
    news: int = 0
    """In how many places the brief differs from what the viewer, the CSM, acknowledged."""
    to_initial: int = 0
    """How many promises wait for the viewer's initial."""
    no_promises: bool = False
    """Whether nothing is written down that could be initialed."""
    champion_owed: bool = False
    """Whether the champion left and the viewer is to find out who follows."""
    talk: TalkLine = TalkLine()
    """Only for those who are in it."""
    debrief: Debrief = NOT_BEGUN
    asks: int = 0
    """How many questions of the CSM wait for the viewer."""
    part_filled: bool = False
    """Whether the viewer has the part the card speaks to only as somebody's stand-in."""
    stands_in: tuple[tuple[NamedPerson, date], ...] = ()
    """For whom the viewer acts here, and until when."""
    alone: tuple[tuple[NamedPerson, date], ...] = ()
    """Who of those who owe a step is away, with nobody who acts for them."""
    gone: tuple[NamedPerson, ...] = ()
    """Who of AE and CSM has no account any more."""
    still_true: ReviewDay | None = None
    """The day on which the viewer, the CSM, did not say if the AE's answers are still true."""
    kickoff_held: bool = False
    closed_at: datetime | None = None
    two_dates: TwoDates | None = None
    """All that counts, where it was told of only after the fact."""

    @property
    def owed_step(self) -> Step | None:
        """The step the viewer has to do now; None while nothing is up to them."""
        return self.mine.step if self.mine is not None and self.mine.light in OWED else None

    @property
    def changed_since(self) -> bool:
        """Whether the brief is another one than the CSM acknowledged."""
        return _changed_since(self.acknowledged_version, self.brief_version)


@dataclass(frozen=True)
class StatusRow:
    """One handoff in the status list, with its most urgent step."""

    handoff_id: int
    account: str
    ae: NamedPerson
    csm: NamedPerson | None
    step: Step | None
    """None while the signature is awaited or nothing built so far is owed."""
    light: Light
    due_at: datetime | None
    percent: int
    signed: bool
    channel_slack_id: str
    brief_version: int = 0
    left: tuple[Part, ...] = ()
    """What of the reading is owed, the next thing first."""
    late_by: timedelta = timedelta(0)
    """How late it is in working time of who owes it."""
    owner: NamedPerson | None = None
    tier: Tier = Tier.NONE
    signed_at: datetime | None = None
    outcome: Outcome | None = None
    """How it ended, of one that is closed."""


@dataclass(frozen=True)
class StatusCounts:
    """Counts over everything that the viewer chose, not only the page or one way it stands."""

    late: int
    due_today: int
    waiting: int
    on_time: int
    done: int = 0
    """Nothing is owed in them that is built so far."""
    closed: int = 0
    """Counted only where they are listed."""
    untimed: int = 0
    """Something is owed in them, and no clock runs."""

    @property
    def open(self) -> int:
        """All open handoffs."""
        timed = self.late + self.due_today + self.waiting + self.on_time
        return timed + self.untimed + self.done

    def of(self, bucket: Bucket | None) -> int:
        """How many stand like this; None is all."""
        if bucket is None:
            return self.open
        return {
            Bucket.LATE: self.late,
            Bucket.TODAY: self.due_today,
            Bucket.WAITING: self.waiting,
            Bucket.ON_TIME: self.on_time,
            Bucket.UNTIMED: self.untimed,
            Bucket.DONE: self.done,
            Bucket.CLOSED: self.closed,
        }[bucket]


@dataclass(frozen=True)
class StatusPage:
    """A page of the status list, worst first."""

    counts: StatusCounts
    rows: tuple[StatusRow, ...]
    page: int
    """From 0."""
    pages: int
    only_own: bool
    """The viewer has no role: only handoffs they take part in are counted and listed."""
    as_of: datetime
    chosen: Filter = EVERYTHING
    person: NamedPerson | None = None
    """The one who was chosen."""

    @property
    def listed(self) -> int:
        """How many handoffs all pages hold."""
        return self.counts.of(self.chosen.bucket)


@dataclass(frozen=True)
class HelpedRow:
    """A handoff in which a person fills sections of the brief as a helper."""

    handoff_id: int
    account: str
    sections: frozenset[SectionKey]
    ready: bool
    """Whether the brief passed its gate, so that nothing is asked of them any more."""


@dataclass(frozen=True)
class You:
    """What holds for one person: their region, their hours and their leave."""

    zone: str
    region: str
    """Its name; empty where none is known."""
    region_by: RegionBy
    quiet: QuietHours
    own_quiet: bool
    """Whether they are not the policy's."""
    summary_at: time
    own_summary: bool
    leave_until: date | None = None
    """Only while it lasts."""
    stand_in: NamedPerson | None = None


@dataclass(frozen=True)
class Undelivered:
    """Something that could not be delivered, as an admin is told of it."""

    source: JobSource
    entry: int
    kind: NoticeKind | SurfaceKind | None
    """None where this version does not know it."""
    account: str | None
    """None where there is no handoff, or one that the reader may not know of."""
    hidden: bool
    """Whether there is one."""
    person: NamedPerson | None
    channel_slack_id: str | None
    reason: str
    in_doubt: bool
    may_retry: bool
    in_vain: bool = False
    """It is tried again and again; nobody need do anything here."""


@dataclass(frozen=True)
class Managed:
    """Somebody, and who manages them."""

    person: NamedPerson
    manager: NamedPerson | None
    manager_gone: bool = False
    """Whether the manager has no account any more."""


@dataclass(frozen=True)
class HomeModel:
    """The Home tab of one person."""

    viewer: NamedPerson
    needs_you: tuple[StatusRow, ...]
    waiting_on_others: tuple[StatusRow, ...]
    mine: tuple[StatusRow, ...]
    more: int
    """Handoffs left out of the lists for length."""
    admin: bool
    paused: bool
    as_of: datetime
    you: You | None = None
    notify: Notify = Notify.ALL
    notify_by: NamedPerson | None = None
    """Who alone hears what the clock says."""
    undelivered: int = 0
    helped: tuple[HelpedRow, ...] = ()
    """What the viewer fills for others."""


@dataclass(frozen=True)
class Writer:
    """Whose words stand in a field, and since when."""

    by: NamedPerson | None
    at: datetime
    own: bool = False
    """Whether they are the reader's own, from another window."""


@dataclass(frozen=True)
class Clash:
    """Fields that were changed, too, while this person was writing."""

    conflicts: tuple[FieldConflict, ...]
    writers: Mapping[str, Writer]
    """By the name of the field: several people may have changed one each."""


@dataclass(frozen=True)
class BriefStep:
    """One step of the brief's form as its writer sees it."""

    handoff_id: int
    account: str
    section: SectionKey
    number: int
    """From 1; 0 for a section in which the deal counts nothing, which stands beside the steps."""
    count: int
    revision: int
    brief: Brief
    completeness: Completeness
    clash: Clash | None = None
    counted: tuple[Item, ...] = ()
    """The items of this section that the deal counts."""
    pasted: bool = False
    """Whether the writer has a pasted text to copy from."""
    askers: Mapping[int | None, NamedPerson] = field(default_factory=dict)
    """Who may stand as the one who asks the customer; None is the AE."""
    typed: Mapping[str, object] | None = None
    """What the person had typed, where it could not be saved as it is."""
    fallen: tuple[OpenItem, ...] = ()
    """What the save before this was shown emptied."""
    pointed: Pointed = NOTHING_POINTED
    because: Because | None = None
    """What the CSM asked about something in this section, of a brief that was sent back."""


@dataclass(frozen=True)
class DebriefStep:
    """One question as whoever fills it in sees it."""

    handoff_id: int
    account: str
    question: Question
    revision: int
    answer: Answer
    debrief: Debrief
    leads: bool
    """Whether the viewer asks; else they are the AE who answers."""
    marks: bool
    """Whether the viewer says if the answer counts."""
    ae: NamedPerson
    brief: Brief
    """As far as this viewer may read it."""
    asks: tuple[Ask, ...] = ()
    """About this question."""
    promises: tuple[Promise, ...] = ()
    """Those in force, for the question about them."""
    wordings: frozenset[str] = frozenset()
    """Each that any promise ever had, to tell what of the answer is in the ledger."""
    clash: Clash | None = None
    unseen: bool = False
    """Whether the viewer's mark was not kept, because the answer changed under it."""

    @property
    def standing(self) -> Standing:
        """How far this answer is."""
        return self.debrief.standing(self.question)


@dataclass(frozen=True)
class WhyTold:
    """What makes somebody the manager who is told."""

    by: ManagerBy | None
    role: Capacity | None
    """The part they, or whom they replace, have in the handoff; None for a person's own manager."""
    of: NamedPerson | None
    """Whose manager that makes them."""
    instead_of: NamedPerson | None = None
    until: date | None = None
    """The last day of that manager's leave; None where their account is closed."""
    stands_in: bool = False


@dataclass(frozen=True)
class NudgeModel:
    """A reminder or a late notice about one step."""

    handoff_id: int
    account: str
    line: StepLine
    completeness: Completeness
    late_by: timedelta | None
    holds_up: Step | None
    viewer: NamedPerson
    told_as_manager: bool
    promise: Promise | None = None
    """What it is about, where it is about one promise."""
    milestone: Milestone | None = None
    """The same of one milestone."""
    snoozed_reason: str | None = None
    brief_version: int = 0
    with_ae: bool = False
    """Whether the brief was sent back and waits for the AE to return it."""
    why: WhyTold | None = None
    """For a manager: why just they are told."""
    away_until: date | None = None
    """The last day of the owner's leave, where nobody stands in for them."""
    owner_gone: bool = False
    """Whether the owner has no account any more."""
    stands_in: NamedPerson | None = None
    """For whom the reader acts, until `away_until`."""
    declines: bool = False
    """Whether the reader gives the handoff back, where the step is not theirs: they are its CSM."""
    reassigns: bool = False
    """Whether the reader may name another CSM."""
    reassigns_ae: bool = False
    """The same of the AE, whose step it is."""
    no_promises: bool = False
    """Whether nothing is written down that could be initialed."""
    kickoff_at: datetime | None = None
    """When the kickoff is, as far as it is booked."""
    contacted: bool = False
    """Whether the champion heard from the CSM before the intro."""
    draft_words: int | None = None
    """How many words the draft of the intro has; only for its sender."""
    incomplete: int = 0
    """Milestones of the success plan without owner or day."""
    unsigned: tuple[Party, ...] = ()
    """Whose yes to the success plan is missing."""


class Became(StrEnum):
    """Why what the clock said of a step does not hold any more."""

    DONE = "done"
    NOT_DUE = "not_due"
    NOT_THEIRS = "not_theirs"
    DUE_LATER = "due_later"
    """It was late, and has another due time now."""


@dataclass(frozen=True)
class Over:
    """Something the clock said that does not hold any more."""

    account: str
    line: StepLine
    became: Became


@dataclass(frozen=True)
class Summary:
    """What the clock says to one person in one message."""

    yours: tuple[NudgeModel, ...] = ()
    in_team: tuple[NudgeModel, ...] = ()
    over: tuple[Over, ...] = ()
    left: int = 0
    """How much more there is than what is named."""
    next_at: datetime | None = None
    """When the next summary comes; None where nothing is late."""


@dataclass(frozen=True)
class WrittenRecord:
    """One thing written down while the CSM read, as it is shown."""

    kind: RecordKind
    record: Record
    by: NamedPerson | None
    at: datetime
    in_force: bool
    """Whether it counts, or is asked for again."""


@dataclass(frozen=True)
class BookingForm:
    """What the form of the briefing call's time is drawn from."""

    handoff_id: int
    account: str
    at: datetime | None
    """When the call is, as far as it is booked."""
    required: bool
    asked: bool
    """Whether a check, or words that did not match, ask for it; only for who may read them."""
    skips: bool = False
    """Whether the viewer may say that writing is enough."""
    own_without: bool = False
    other_without: str | None = None
    """The name of the other one, where they find that writing is enough."""
    asks_why: bool = False


@dataclass(frozen=True)
class BriefingCard:
    """What both have before them in the briefing call, and what was written of it."""

    handoff_id: int
    account: str
    at: datetime | None
    held_at: datetime | None
    likely_at: datetime
    """When it was held, as far as anybody can guess."""
    brief: Brief
    """As the viewer may read it."""
    completeness: Completeness
    promises: tuple[tuple[int, str], ...]
    """Those in force, by number, with their words."""
    revision: int = 0
    record: BriefingCall | None = None
    """What was written of the call it corrects, for who may read it."""
    debrief_held_at: datetime | None = None
    in_it: bool = True
    """Whether the viewer is one of the two; else they only record it."""
    asks_why: bool = False


@dataclass(frozen=True)
class GateModel:
    """How the closed-won gate of one handoff stands, for one viewer."""

    handoff_id: int
    account: str
    gate: ClosedWon
    completeness: Completeness
    call: Call | None
    call_cs: NamedPerson | None
    overridden_by: NamedPerson | None
    acts: frozenset[Act]
    champions: tuple[Contact, ...] = ()
    """Whom the brief names as champion; several are rare."""
    call_champion: Contact | None = None
    """The one in the call, whether they still are the champion or not."""
    call_sales: NamedPerson | None = None
    """None of a call that was recorded before this was asked."""


@dataclass(frozen=True)
class DealFacts:
    """What size a deal has and why, as one viewer may know it, and what was recorded beside."""

    size: Size
    partner: bool = False
    rate: Rate | None = None
    policy_currency: str = ""
    commitment_on: date | None = None
    commitment_answer: CommitmentAnswer | None = None
    """What the AE manager said of it; only for who may read reasons."""
    aligned_on: date | None = None
    cs_contact: NamedPerson | None = None


@dataclass(frozen=True)
class RedFlagsPage:
    """What is behind the lock on the card, for one who may read it."""

    handoff_id: int
    account: str
    key: SectionKey
    flags: RedFlagsSection


@dataclass(frozen=True)
class WholePage:
    """The handoff in a modal, by sections, as one viewer may see it."""

    card: Card
    steps: tuple[StepLine, ...]
    promises: tuple[Promise, ...]
    links: tuple[str, ...]
    reasons: tuple["GivenReason", ...] = ()
    """Those that the viewer may read."""
    audiences: frozenset[Audience] = access.IN_THE_CHANNEL
    given: frozenset[SectionKey] = frozenset()
    """Sections of which the viewer reads what a helper reads."""
    deal: "DealFacts | None" = None
    records: tuple[WrittenRecord, ...] = ()
    """What was written down while the CSM read, as far as this viewer may read it."""
    held: bool = False
    """Whether the intro is held until a call; only for who may read the checks."""
    call_required: bool = False
    gate_overridden_at: datetime | None = None
    askers: Mapping[int | None, str] = field(default_factory=dict)
    """The names of those who ask the customer; None is the AE."""
    own_words_only: bool = False
    """Whether the viewer has no part any more, and reads what they wrote themselves."""
    own: Mapping[SectionKey, frozenset[Audience]] = field(default_factory=dict)
    """Of the sections the parts that the viewer reads because they wrote them, and nothing else."""
    added: frozenset[Spot] = frozenset()
    """What was empty when the deal was signed."""
    versioned: frozenset[SectionKey] = frozenset()
    """Sections in which something was saved."""
    news: tuple[Change, ...] = ()
    """For the CSM: where the brief differs from what they acknowledged."""
    changes_promises: bool = False
    """Whether the viewer may reword and withdraw promises, and has no form of the brief for it."""
    for_ae: tuple[Act, ...] = ()
    """What the viewer may record for the AE now, with a reason."""
    yours: tuple[Act, ...] = ()
    """What is the viewer's own to do now and may have no room on their card."""
    for_csm: Part | None = None
    """What of the reading the viewer may record for the CSM next, with a reason."""
    debrief: DebriefPage | None = None
    """None where there is nothing of it for this viewer."""
    breakdowns: Mapping[Breakdown, datetime] = field(default_factory=dict)
    """What went otherwise than the process has it; only for who may read reasons."""
    plan_for_csm: bool = False
    """Whether they may record the joint plan, which is missing."""
    holds_kickoff: bool = False
    """Whether the viewer may record when the kickoff was held, or correct it."""
    books_kickoff: bool = False
    """Whether the viewer may book its time, or move it."""
    books_for_csm: bool = False
    """Whether they would do so in the CSM's place, with a reason."""
    shows_kickoff: bool = False
    """Whether the viewer may open the card of the kickoff, which lies ahead."""
    intro_sent: bool = False
    """Whether the intro is recorded as sent, so that one would correct that."""
    intro: IntroLine = IntroLine()
    """Where the intro is; only for who may read breakdowns."""
    kickoff_offered_at: datetime | None = None
    """The earliest slot that was offered to a customer who wanted the kickoff later."""
    kickoff_lacked: tuple[Missing, ...] | None = None
    """What was missing when it was held; None before that, and for who may not read it."""
    kickoff_for_csm: bool = False
    """Whether they would record it for the CSM, with a reason."""
    about_people: tuple[Act, ...] = ()
    """What the viewer may do about who has which part, and about the champion."""
    ae_manager: NamedPerson | None = None
    lead: NamedPerson | None = None
    """The implementation lead, of whom most deals have none."""
    interviewers: Mapping[int, NamedPerson] = field(default_factory=dict)
    """Who ticked the talks of the interview list."""
    talk: TalkLine = TalkLine()
    """The time of the debrief, for who is in it."""
    reviews: ReviewPage = NOTHING_REVIEWED
    copied: tuple[Copied, ...] = ()
    """Messages that were added, as far as this viewer may read them."""
    plan: PlanPage | None = None
    """The success plan, as far as this viewer may read it."""
    paths: PathsPage = NO_PATHS

    def readable(self, key: SectionKey) -> frozenset[Audience]:
        """What the viewer may read of one section."""
        return access.readable_in(key, self.audiences, self.given)

    def shown(self, key: SectionKey) -> frozenset[Audience]:
        """The same with the parts of it that they wrote themselves."""
        return self.readable(key) | self.own.get(key, frozenset())


@dataclass(frozen=True)
class GivenReason:
    """Why somebody did something, in their own words."""

    tag: Tag
    at: datetime
    words: str
    by: NamedPerson | None = None
    promise: int | None = None
    """Number of the promise it is about."""


@dataclass(frozen=True)
class VersionPage:
    """One version of a section, as one viewer may see it."""

    whole: WholePage
    """The handoff with the section as it was in it."""
    section: SectionKey
    place: int
    """0 is the newest."""
    count: int
    by: NamedPerson | None
    at: datetime | None
    """None where there is no version that the viewer may read."""


def _changed_since(acknowledged: int | None, now: int) -> bool:
    return acknowledged is not None and now > acknowledged


def light_of(deadline: Deadline, *, as_of: datetime) -> Light:
    """How a deadline stands at an instant."""
    if deadline.state is DeadlineState.DONE:
        return Light.DONE
    if deadline.state in (DeadlineState.CANCELLED, DeadlineState.DROPPED):
        return Light.CANCELLED
    if deadline.state is DeadlineState.MISSED:
        return Light.MISSED
    if deadline.state is DeadlineState.DATED:
        return Light.AHEAD
    if deadline.state is DeadlineState.WAITING:
        return Light.WAITING
    if deadline.state is DeadlineState.AGREED:
        return Light.AGREED
    if deadline.state is DeadlineState.UNTIMED:
        return Light.UNTIMED
    if as_of > deadline.due_at:
        return Light.LATE
    return Light.SOON if as_of >= deadline.soon_at else Light.ON_TIME


def step_line(
    deadline: Deadline,
    people: Mapping[int, Person],
    *,
    as_of: datetime,
    done: datetime | None,
    left: tuple[Part, ...] = (),
) -> StepLine:
    """A deadline as it is shown; `left` is what of the reading is missing."""
    until = deadline.snoozed_until if deadline.state in REMINDED else None
    return StepLine(
        deadline.step,
        light_of(deadline, as_of=as_of),
        named(deadline.owner_id, people),
        deadline.due_at,
        deadline.waits_for,
        done,
        until if until is not None and until > as_of else None,
        left if deadline.step is Step.READ and deadline.state in OWED_STATES else (),
        deadline.next_at if deadline.opens_by_time else None,
        deadline.subject,
    )


def named(person_id: int | None, people: Mapping[int, Person]) -> NamedPerson | None:
    """A person by id, or None for nobody."""
    person = people.get(person_id) if person_id is not None else None
    return NamedPerson(person.id, person.slack_id, person.name) if person else None


def told(
    handoff: Handoff,
    people: Mapping[int, Person],
    audiences: Collection[Audience],
    given: Collection[SectionKey] = (),
) -> Completeness:
    """How far the brief is, for one reader; what only the customer knows names who asks them."""
    names = {one.id: one.name for one in people.values()}
    return handoff.completeness.seen_by(audiences, given).naming(names, ae=handoff.ae_id)


def urgency(line: StepLine) -> tuple[bool, bool, datetime]:
    """What orders the steps that are owed, wherever one of them is named as the next."""
    return urgency_of(line.step, line.light, line.due_at)


def urgency_of(step: Step, light: Light, due_at: datetime) -> tuple[bool, bool, datetime]:
    """The same of a step that stands on no card: by due time, but last what has no clock.

    Before that comes what is done only shortly before. Once that is due soon, or late, it stands
    where its time puts it.
    """
    pressing = light in (Light.SOON, Light.LATE)
    return light in NO_CLOCK, step in SHORTLY_BEFORE and not pressing, due_at


def next_line(lines: Sequence[StepLine]) -> StepLine | None:
    """The step to name first: owed ones by urgency, then waiting ones in the table's order."""
    owed = [line for line in lines if line.light in OWED]
    if owed:
        return min(owed, key=urgency)
    return next((line for line in lines if line.light is Light.WAITING), None)


def step_lines(
    handoff: Handoff,
    deadlines: Sequence[Deadline],
    people: Mapping[int, Person],
    *,
    as_of: datetime,
    viewer_id: int | None = None,
) -> tuple[StepLine, ...]:
    """All steps of a handoff in the table's order.

    Questions are none, and what the deal does not have any more is left out, as is what is owed
    about single promises: each of these stands with its promise. What two do at once is one line,
    the viewer's where they are one of the two. With the steps beyond the kickoff what was done
    before it is left out.
    """
    mine = {one.step for one in deadlines if one.owner_id == viewer_id}
    twice = {csms if aes in mine else aes for csms, aes in AT_ONCE.items()}
    past = any(is_beyond(deadline.step) for deadline in deadlines)
    return tuple(
        step_line(
            deadline,
            people,
            as_of=as_of,
            done=done_at(deadline.step, handoff),
            left=handoff.reading_left(),
        )
        for deadline in deadlines
        if deadline.step not in QUESTIONS
        and deadline.step not in twice
        and not deadline.subject
        and deadline.state is not DeadlineState.DROPPED
        and not (past and deadline.state in SETTLED and not is_beyond(deadline.step))
    )


def card(
    handoff: Handoff,
    brief: Brief,
    deadlines: Sequence[Deadline],
    people: Mapping[int, Person],
    *,
    as_of: datetime,
    preview: bool = False,
    neutral: bool = False,
    kickoff: KickoffTime | None = None,
    linked: tuple[Linked, ...] = (),
) -> Card:
    """The card as everyone in the deal channel may see it (audience *channel* only)."""
    lines = step_lines(handoff, deadlines, people, as_of=as_of)
    if preview:
        # Once the message stands in the channel, posting it is not the next step any more.
        lines = tuple(line for line in lines if line.step is not Step.MESSAGE)
    ae = named(handoff.ae_id, people)
    if ae is None:
        raise KeyError(handoff.ae_id)
    return Card(
        handoff_id=handoff.id,
        account=handoff.account,
        value=handoff.value,
        tier=handoff.tier,
        state=handoff.state,
        signed_at=handoff.signed_at,
        expected_on=handoff.expected_on,
        ae=ae,
        csm=named(handoff.csm_id, people),
        proposed_csm=named(handoff.proposed_csm_id, people),
        cs_manager=named(access.holder(Capacity.CS_MANAGER, handoff), people),
        brief=brief,
        completeness=told(handoff, people, access.IN_THE_CHANNEL),
        brief_version=handoff.brief_version,
        next=next_line(lines),
        acknowledged_at=handoff.acknowledged_at,
        acknowledged_version=handoff.acknowledged_version,
        acknowledged_by=named(handoff.acknowledged_by, people),
        signing=handoff.signing,
        posted_at=handoff.posted_at,
        posted_by=named(handoff.posted_by, people),
        gate_passed=handoff.gate_at is not None,
        to_acknowledge=_to_acknowledge(handoff),
        outdated=handoff.verification.outdated_at is not None,
        preview=preview,
        neutral=neutral,
        linked=linked,
        kickoff=kickoff,
        gone=_gone(handoff, people),
        plan_signed_at=handoff.success_plan.signed_at,
        outcome=handoff.reviews.outcome,
        two_dates=two_dates(handoff),
    )


def _to_acknowledge(handoff: Handoff) -> bool:
    if not handoff.open or handoff.csm_id is None or handoff.verification.with_ae:
        return False
    return not handoff.acknowledged


_NO_PART = frozenset({Capacity.MEMBER, Capacity.ADMIN})


def role_of(person: Person, handoff: Handoff) -> Capacity:
    """The part a guide card speaks to, the nearest one first."""
    held = access.capacities(person, handoff)
    order = (
        Capacity.AE,
        Capacity.CSM,
        Capacity.CS_MANAGER,
        Capacity.AE_MANAGER,
        Capacity.REVOPS,
    )
    return next((part for part in order if part in held), Capacity.MEMBER)


def guide(
    handoff: Handoff,
    deadlines: Sequence[Deadline],
    people: Mapping[int, Person],
    viewer: Person,
    *,
    audiences: Collection[Audience],
    channel_slack_id: str,
    as_of: datetime,
    policy: Policy,
    written_quickly: bool = False,
    size: Size | None = None,
    because: Because | None = None,
    news: int = 0,
) -> Guide:
    """One person's own card; `audiences` is what they may read.

    `because` is in whose words their step came back to them.
    """
    undo_ends = handoff.undo_ends_at(policy)
    reading, records = handoff.verification, Audience.RECORDS in audiences
    lines = step_lines(handoff, deadlines, people, as_of=as_of, viewer_id=viewer.id)
    mine = next_line([line for line in lines if line.owner and line.owner.id == viewer.id])
    seen_by = named(viewer.id, {viewer.id: viewer})
    ae = named(handoff.ae_id, people)
    if seen_by is None or ae is None:
        raise KeyError(viewer.id)
    return Guide(
        handoff_id=handoff.id,
        account=handoff.account,
        state=handoff.state,
        role=role_of(viewer, handoff),
        viewer=seen_by,
        steps=lines,
        mine=mine,
        completeness=told(handoff, people, audiences),
        signed_at=handoff.signed_at,
        expected_on=handoff.expected_on,
        must_confirm_ae=handoff.ae_confirmed_at is None
        and access.acts_as(viewer.id, handoff.ae_id, handoff),
        channel_slack_id=channel_slack_id,
        ae=ae,
        proposed_csm=named(handoff.proposed_csm_id, people),
        csm=named(handoff.csm_id, people),
        acknowledged_at=handoff.acknowledged_at,
        acknowledged_version=handoff.acknowledged_version,
        cancelled_at=handoff.cancelled_at,
        acts=frozenset(act for act in Act if access.may_as_owner(act, viewer, handoff)),
        brief_version=handoff.brief_version,
        undoable=undo_ends is not None and as_of <= undo_ends,
        started_by=named(handoff.started_by, people),
        commitment_on=handoff.commitment_on,
        written_quickly=written_quickly and access.acts_as(viewer.id, handoff.ae_id, handoff),
        size=size.seen_by(audiences) if size is not None else None,
        acknowledged=handoff.acknowledged,
        with_ae=reading.with_ae,
        held=records and handoff.intro_held,
        call_required=records and call_owed(handoff),
        lifts=size is not None and intro_waits_for_call(handoff, size),
        call_at=_call_ahead(handoff),
        skips=_asked_to_skip(handoff, viewer, policy),
        skipped=_alone_in_skipping(handoff, viewer, policy),
        plan_missing=records and reading.plan_missing,
        kickoff_at=handoff.kickoff.at if kickoff_ahead(handoff) else None,
        kickoff_hold=kickoff_booking.internal_hold(handoff),
        books_kickoff=kickoff_booking.books(viewer, handoff, policy)
        and not kickoff_booking.owes_a_reason(viewer, handoff),
        shows_kickoff=_in_kickoff(handoff, viewer, policy),
        intro=intro_of(handoff, people, viewer, policy),
        assignable=handoff.assignable,
        because=because,
        no_part=access.capacities(viewer, handoff) <= _NO_PART,
        news=news,
        to_initial=_to_initial(handoff, viewer),
        no_promises=not handoff.signing.entries,
        champion_owed=owes_champion(handoff) == viewer.id,
        talk=talk_of(handoff, people, viewer),
        debrief=handoff.debrief,
        asks=_asks(handoff, viewer),
        part_filled=access.stand_ins(handoff).get(role_of(viewer, handoff)) == viewer.id,
        stands_in=_absent(access.replaced_by(viewer, handoff), handoff, people),
        alone=_absent(
            (one.owner_id for one in deadlines if one.told_id is not None), handoff, people
        ),
        gone=_gone(handoff, people),
        still_true=asks_still_true(handoff, deadlines)
        if access.may_as_owner(Act.RECORD_CSM_STEP, viewer, handoff)
        else None,
        kickoff_held=handoff.kickoff_held_at is not None,
        closed_at=handoff.reviews.closed_at,
        two_dates=two_dates(handoff),
    )


def kickoff_ahead(handoff: Handoff) -> bool:
    """Whether the kickoff lies ahead, with somebody of customer success to hold it."""
    someone = kickoff_booking.csm_of(handoff) is not None
    return handoff.open and handoff.kickoff_held_at is None and someone


def _in_kickoff(handoff: Handoff, viewer: Person, policy: Policy) -> bool:
    """Whether it lies ahead of the viewer, who has a part in it: the AE of a joint one alone."""
    held = access.capacities(viewer, handoff)
    joint = kickoff_booking.joint(handoff, policy) and Capacity.AE in held
    in_it = bool(held & {Capacity.CSM, Capacity.LEAD}) or joint
    return in_it and kickoff_ahead(handoff) and handoff.csm_id is not None


def _call_ahead(handoff: Handoff) -> datetime | None:
    """When the briefing call is that is booked and was not held."""
    held = handoff.briefing.recorded(handoff.verification.call_asked_at) is not None
    return None if held else handoff.briefing.at


def _asked_to_skip(handoff: Handoff, viewer: Person, policy: Policy) -> bool:
    """Whether the other one of the two finds that writing is enough, and the viewer did not say."""
    side = access.side_of(viewer, handoff)
    said = side is not None and handoff.briefing.without_at(side.across) is not None
    return said and handoff.open and skips(viewer, handoff, policy)


def _alone_in_skipping(handoff: Handoff, viewer: Person, policy: Policy) -> bool:
    """Whether the viewer finds that writing is enough, and waits for the other one's word."""
    briefing, side = handoff.briefing, access.side_of(viewer, handoff)
    if side is None or briefing.without is not None or briefing.without_at(side) is None:
        return False
    required = call_required(handoff, handoff.size(policy)) or briefing.recorded_at is not None
    return not required and access.may(Act.SKIP_BRIEFING, viewer, handoff)


def intro_of(
    handoff: Handoff, people: Mapping[int, Person], viewer: Person, policy: Policy
) -> IntroLine:
    """Where the intro is for a viewer; nothing once it went out."""
    if not handoff.open or handoff.signed_at is None or handoff.intro.sent_at is not None:
        return IntroLine()
    return IntroLine(
        writes=access.may(sender(handoff, policy).write, viewer, handoff),
        notes=access.may(Act.NOTE_CONTACT, viewer, handoff),
        csm_wrote=handoff.intro.wrote(Side.CSM),
        csm=named(handoff.csm_id, people) if wrote_as_csm(handoff) else None,
    )


def call_owed(handoff: Handoff) -> bool:
    """Whether restatements that did not match ask for a call that was not held since."""
    reading = handoff.verification
    return reading.call_required and handoff.briefing.recorded(reading.call_required_at) is None


_IN_THE_TALK = frozenset({Capacity.AE, Capacity.CSM, Capacity.LISTENER})


def talk_of(handoff: Handoff, people: Mapping[int, Person], viewer: Person) -> TalkLine:
    """The time of the debrief, for who is in it: nothing for anybody else, and once it is over."""
    talk, held = handoff.debrief_talk, access.capacities(viewer, handoff)
    if not held & _IN_THE_TALK or not handoff.can_be_arranged:
        return TalkLine()
    side = Side.AE if Capacity.AE in held else Side.CSM
    has_side = bool(held & {Capacity.AE, Capacity.CSM})
    return TalkLine(
        talk.agreed_at,
        talk.proposed_at,
        named(talk.proposed_by, people),
        yours=has_side and talk.waits_for is side,
        turn=talk.turn,
        opens=has_side and (side is Side.CSM or talk.on_the_table is not None),
    )


def _to_initial(handoff: Handoff, viewer: Person) -> int:
    """What waits for a person's initial, from the assignment on: before that nobody answers it."""
    if not handoff.open or handoff.csm_id is None:
        return 0
    signing, held = handoff.signing, access.capacities(viewer, handoff)
    if Capacity.AE in held:
        return signing.entries - signing.ae
    return signing.entries - signing.csm if Capacity.CSM in held else 0


def _asks(handoff: Handoff, viewer: Person) -> int:
    """How many questions of the debrief wait for a person, who is its AE."""
    replies = handoff.open and access.may(Act.REPLY_DEBRIEF, viewer, handoff)
    return handoff.debrief.asks_open if replies else 0


def _gone(handoff: Handoff, people: Mapping[int, Person]) -> tuple[NamedPerson, ...]:
    """AE and CSM, where they have no account any more and the handoff goes on."""
    sides = (one for one in (handoff.ae_id, handoff.csm_id) if one is not None and handoff.open)
    found = (named(one, people) for one in sides if handoff.closed(one))
    return tuple(one for one in found if one is not None)


def _absent(
    ids: Iterable[int | None], handoff: Handoff, people: Mapping[int, Person]
) -> tuple[tuple[NamedPerson, date], ...]:
    """People who are away, each once, with the last day of their leave."""
    found = ((named(one, people), handoff.away.get(one or 0)) for one in dict.fromkeys(ids))
    return tuple((who, gone.until) for who, gone in found if who is not None and gone is not None)
