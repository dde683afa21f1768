"""What stands in a modal's inputs, read back into typed values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from bot.domain.brief import Contact, ContactRole, OtherRole, Section
from bot.domain.briefing import BriefingCall, Mood, Overrun, Tone, unread
from bot.domain.deadlines import Step
from bot.domain.debrief import Answer, Outlook, OwnPart, Question, Talk
from bot.domain.disputes import Outcome, Settlement
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.intro import Contacted, CsBefore, Sent, Way
from bot.domain.items import Item, SectionKey, same_question
from bot.domain.kickoff_form import KickoffForm, Ours, Ran
from bot.domain.ledger import Delivery
from bot.domain.people import Person
from bot.domain.plan import Confirmation, ConfirmedWay, MilestoneOwner, MilestoneText, Sharing
from bot.domain.policy import Tier
from bot.domain.promises import Basis, Kind, PromiseText, Surfaced
from bot.domain.status import Bucket, Filter, Whose
from bot.domain.verification import Checks, JointPlan, Restatement, Verdict
from bot.views.brief_form import FORMS, Input
from bot.views.briefing import STANDS
from bot.views.deal import LIGHT_ANYWAY, NOTHING_ASKED, DealTyped
from bot.views.entries import SKEPTIC, STRENGTHS, UNKNOWN
from bot.views.ids import ActionId, Field
from bot.views.kickoff import YES as RIGHT
from bot.views.send_back import GROUPS
from bot.views.start import StartTyped
from bot.views.status import ANYHOW
from bot.views.verification import MATCH, YES

E = TypeVar("E", bound=StrEnum)


class Typed:
    """The state of a view as Slack sends it; values are found by action id, never by block id.

    Raises one of UNREADABLE for a state that is none.
    """

    def __init__(self, view: Mapping[str, Any]) -> None:
        state = view.get("state") or {}
        self._held: dict[str, Mapping[str, Any]] = {}
        self._blocks: dict[str, str] = {}
        self._view = view
        for block_id, action_id, held in _inputs(state.get("values") or {}):
            self._held[action_id] = held
            self._blocks[action_id] = block_id

    def shown(self, field: Field | ActionId) -> bool:
        """Whether the form has this input at all."""
        return field.value in self._held

    def block_of(self, field: Field) -> str | None:
        """The block an error answer about this field must name; None where it is not shown."""
        return self._blocks.get(field.value)

    def block_named(self, name: str | None) -> str | None:
        """The same for a field as an error of the domain names it."""
        return self._blocks.get(name) if name is not None else None

    def first_block(self) -> str | None:
        """Where an error about the whole form can stand."""
        return next(iter(self._blocks.values()), None)

    def text(self, field: Field) -> str:
        """A text as it was typed; empty where nothing was."""
        return self._value(field, "value") or ""

    def user(self, field: Field | ActionId) -> str | None:
        """The Slack id of the chosen person."""
        return self._value(field, "selected_user") or None

    def users(self, field: Field) -> tuple[str, ...]:
        """The Slack ids of the chosen people, in the order in which they were chosen."""
        return tuple(self._value(field, "selected_users") or ())

    def conversation(self, field: Field) -> str | None:
        """The Slack id of the chosen channel."""
        return self._value(field, "selected_conversation") or None

    def option(self, field: Field | ActionId) -> str | None:
        """The value of the chosen option."""
        chosen = self._value(field, "selected_option")
        return chosen["value"] if chosen else None

    def one_of(self, kind: type[E], field: Field) -> E | None:
        """The chosen option as one of a kind; raises Invalid for what this version has not."""
        chosen = self.option(field)
        return _member(kind, chosen, field) if chosen is not None else None

    def options(self, field: Field) -> tuple[str, ...]:
        """The values of the ticked options, in the order Slack gives them."""
        return tuple(entry["value"] for entry in self._value(field, "selected_options") or ())

    def offered(self, field: Field) -> frozenset[str]:
        """The values that could be chosen."""
        return frozenset(
            entry["value"]
            for element in self._elements(field)
            for entry in element.get("options") or ()
        )

    def date(self, field: Field) -> date | None:
        """The chosen day; raises Invalid for what is none."""
        chosen = self._value(field, "selected_date")
        if not chosen:
            return None
        try:
            return date.fromisoformat(chosen)
        except ValueError as error:
            raise Invalid(Problem.STALE_BUTTON, field=field.value) from error

    def time(self, field: Field) -> time | None:
        """The chosen time of day; raises Invalid for what is none."""
        chosen = self._value(field, "selected_time")
        if not chosen:
            return None
        try:
            return time.fromisoformat(chosen)
        except ValueError as error:
            raise Invalid(Problem.STALE_BUTTON, field=field.value) from error

    def instant(self, field: Field) -> datetime | None:
        """The chosen moment, in UTC."""
        chosen = self._value(field, "selected_date_time")
        return datetime.fromtimestamp(chosen, tz=UTC) if chosen else None

    def instant_before(self, field: Field) -> datetime | None:
        """The moment that the form was drawn with: the base of a merge."""
        drawn = (one.get("initial_date_time") for one in self._elements(field))
        return next((datetime.fromtimestamp(at, tz=UTC) for at in drawn if at), None)

    def text_before(self, field: Field) -> str:
        """The text that the form was drawn with: the base of a merge."""
        return next((one.get("initial_value") or "" for one in self._elements(field)), "")

    def _elements(self, field: Field) -> Iterator[Mapping[str, Any]]:
        elements = (block.get("element") or {} for block in self._view.get("blocks") or ())
        return (one for one in elements if one.get("action_id") == field.value)

    def _value(self, field: Field | ActionId, key: str) -> Any:
        return self._held.get(field.value, {}).get(key)


def _inputs(
    values: Mapping[str, Mapping[str, Any]],
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for block_id, actions in values.items():
        for action_id, held in actions.items():
            if not isinstance(held, Mapping):
                raise TypeError(action_id)
            yield block_id, action_id, held


def _member(kind: type[E], value: str, field: Field | ActionId) -> E:
    try:
        return kind(value)
    except ValueError as error:
        raise Invalid(Problem.STALE_BUTTON, field=field.value) from error


def deal_typed(typed: Typed) -> DealTyped:
    """The inputs on which a deal's size rests, so that they can be shown again."""
    return DealTyped(
        value=typed.text(Field.VALUE),
        currency=typed.option(Field.CURRENCY) or "",
        other_currency=typed.text(Field.OTHER_CURRENCY),
        rate=typed.text(Field.RATE),
        stakeholders=typed.text(Field.STAKEHOLDERS),
        marks=typed.options(Field.MARKS),
        light_anyway=LIGHT_ANYWAY in typed.options(Field.LIGHT_ANYWAY),
        nothing_asked=NOTHING_ASKED in typed.options(Field.LIGHT_ANYWAY),
    )


def start_typed(view: Mapping[str, Any]) -> StartTyped:
    """The start form as it was filled in, so that it can be shown again."""
    typed = Typed(view)
    return StartTyped(
        **vars(deal_typed(typed)),
        account=typed.text(Field.ACCOUNT),
        ae=typed.user(Field.AE),
        ae_manager=typed.user(Field.AE_MANAGER),
        csm=typed.user(Field.CSM),
        cs_manager=typed.user(Field.CS_MANAGER),
        signed_at=typed.instant(Field.SIGNED_AT),
        expected_on=typed.date(Field.EXPECTED_ON),
        commitment_on=typed.date(Field.COMMITMENT_ON),
        links=typed.text(Field.LINKS),
        take_along=tuple(
            _member(SectionKey, one, Field.TAKE_ALONG) for one in typed.options(Field.TAKE_ALONG)
        ),
    )


def _must_confirm(typed: Typed, base: tuple[Item, ...]) -> tuple[Item, ...]:
    if not typed.shown(Field.MUST_CONFIRM):
        return base
    ticked = {
        _member(Item, value, Field.MUST_CONFIRM) for value in typed.options(Field.MUST_CONFIRM)
    }
    # What has no box here is of another size of the deal, and stays unless its own box is here.
    offered = {item for item in Item if item.value in typed.offered(Field.MUST_CONFIRM)}
    ticked |= {item for item in base if not ({item} | same_question(item)) & offered}
    # One order whatever was ticked first: else the same boxes would look changed.
    return tuple(item for item in Item if item in ticked)


def section_of(key: SectionKey, typed: Typed, base: Section) -> Section:
    """One section as it was filled in; what the form does not show stays as in `base`."""
    values: dict[str, Any] = {"must_confirm": _must_confirm(typed, base.must_confirm)}
    for one in FORMS[key]:
        if typed.shown(one.field):
            values[one.field.value] = _typed_as(one.kind, one.field, typed)
    return base.model_copy(update=values)


def _typed_as(kind: Input, field: Field, typed: Typed) -> Any:
    if kind is Input.DAY:
        return typed.date(field)
    return bool(typed.options(field)) if kind is Input.TICK else typed.text(field)


def contact_of(typed: Typed, base: Contact) -> Contact:
    """One person at the customer; raises Invalid for one without a name."""
    name = typed.text(Field.NAME).strip()
    if not name:
        raise Invalid(Problem.EMPTY, field=Field.NAME.value)
    ticked = set(typed.options(Field.CONTACT_ROLES))
    level = int(typed.option(Field.STRENGTH) or UNKNOWN)
    return base.model_copy(
        update={
            "name": name,
            "title": typed.text(Field.TITLE).strip(),
            "roles": tuple(one for one in ContactRole if one.value in ticked),
            "skeptic": SKEPTIC in ticked,
            "other_roles": tuple(one for one in OtherRole if one.value in ticked),
            "behaviour": typed.text(Field.BEHAVIOUR),
            "stake": typed.text(Field.STAKE),
            "consequence": typed.text(Field.CONSEQUENCE),
            "strength": level if level in STRENGTHS else None,
            "last_contact": typed.date(Field.LAST_CONTACT),
        }
    )


def propose_kickoff(typed: Typed, handoff: Handoff, *, by: Person, at: datetime) -> None:
    """Take over the time for the kickoff of a form that asks for it."""
    if typed.shown(Field.KICKOFF):
        shown = typed.instant_before(Field.KICKOFF)
        handoff.propose_kickoff(typed.instant(Field.KICKOFF), shown=shown, by=by, at=at)


def champion_of(typed: Typed) -> int | None:
    """The champion chosen for a call, by the id of their entry; None where none could be."""
    chosen = typed.option(Field.CALL_CHAMPION)
    return int(chosen) if chosen is not None else None


def sections_ticked(typed: Typed) -> tuple[SectionKey, ...]:
    """The sections that were chosen for a helper."""
    field = Field.HELPED_SECTIONS
    return tuple(_member(SectionKey, value, field) for value in typed.options(field))


def promise_text(typed: Typed, owner: Person | None = None) -> PromiseText:
    """One promise, delivered by the person who was chosen; Invalid for one without words."""
    kind, basis = typed.option(Field.KIND), typed.option(Field.BASIS)
    text = PromiseText(
        words=typed.text(Field.WORDS),
        said_to=typed.text(Field.SAID_TO),
        due=typed.date(Field.DUE),
        basis=_member(Basis, basis, Field.BASIS) if basis is not None else None,
        said_by=typed.text(Field.SAID_BY),
        said_on=typed.date(Field.SAID_ON),
        source=typed.text(Field.SOURCE),
        owner_id=owner.id if owner is not None else None,
    )
    if kind is not None:
        text = replace(text, kind=_member(Kind, kind, Field.KIND))
    return text.checked()


def milestone_of(typed: Typed) -> MilestoneText:
    """One milestone of a success plan as it was typed; owner and day may be left open."""
    owner = typed.option(Field.MILESTONE_OWNER)
    return MilestoneText(
        words=typed.text(Field.MILESTONE),
        sharing=_member(Sharing, typed.option(Field.SHARING) or "", Field.SHARING),
        owner=_member(MilestoneOwner, owner, Field.MILESTONE_OWNER) if owner is not None else None,
        who=typed.text(Field.MILESTONE_WHO),
        due=typed.date(Field.MILESTONE_DUE),
    )


def confirmation_of(typed: Typed) -> Confirmation:
    """Who outside said yes to a plan; raises Invalid with the field that was left open."""
    on, way = typed.date(Field.CONFIRMED_ON), typed.option(Field.CONFIRMED_WAY)
    if on is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.CONFIRMED_ON.value)
    if way is None:
        raise Invalid(Problem.CHOOSE, field=Field.CONFIRMED_WAY.value)
    return Confirmation(
        typed.text(Field.CONFIRMED_BY), on, _member(ConfirmedWay, way, Field.CONFIRMED_WAY)
    )


def delivery_of(typed: Typed) -> Delivery | None:
    """What the CSM says with an initial; None where it was not asked or not answered."""
    chosen = typed.option(Field.DELIVERY)
    return _member(Delivery, chosen, Field.DELIVERY) if chosen is not None else None


def surfaced_of(typed: Typed) -> Surfaced:
    """How a late promise came up; raises Invalid where that was asked and not answered.

    Of a form that was drawn before it was late it is taken for remembered.
    """
    chosen = typed.option(Field.SURFACED)
    if chosen is not None:
        return _member(Surfaced, chosen, Field.SURFACED)
    if typed.offered(Field.SURFACED):
        raise Invalid(Problem.CHOOSE, field=Field.SURFACED.value)
    return Surfaced.REMEMBERED


def settlement_of(typed: Typed) -> Settlement | None:
    """What a manager wants to become of a disputed promise; None where they did not choose."""
    chosen = typed.option(Field.SETTLEMENT)
    if chosen is None:
        return None
    return Settlement(
        _member(Outcome, chosen, Field.SETTLEMENT),
        typed.text(Field.WORDS),
        typed.date(Field.DUE),
        typed.text(Field.REASON),
    )


def checks_of(typed: Typed) -> Checks:
    """The three answers; raises Invalid for one that was not given."""

    def said(field: Field) -> bool:
        chosen = typed.option(field)
        if chosen is None:
            raise Invalid(Problem.CHOOSE, field=field.value)
        return chosen == YES

    return Checks(
        metric=said(Field.CHECK_METRIC),
        no_plan=said(Field.CHECK_NO_PLAN),
        champion=said(Field.CHECK_CHAMPION),
    )


def plan_of(typed: Typed) -> JointPlan:
    """The joint plan; raises Invalid for an empty one."""
    return JointPlan(plan=typed.text(Field.PLAN)).checked()


def restatement_of(typed: Typed) -> Restatement:
    """What the CSM wrote from memory; raises Invalid with the field that was left empty."""
    return Restatement(
        why=typed.text(Field.RESTATED_WHY),
        success=typed.text(Field.RESTATED_SUCCESS),
        risk=typed.text(Field.RESTATED_RISK),
    ).checked()


def verdict_of(typed: Typed) -> Verdict:
    """What the AE says; raises Invalid without an answer, or without words for *not a match*."""
    chosen = typed.option(Field.VERDICT)
    if chosen is None:
        raise Invalid(Problem.CHOOSE, field=Field.VERDICT.value)
    return Verdict(match=chosen == MATCH, line=typed.text(Field.LINE)).checked()


def answer_of(typed: Typed, question: Question, base: Answer) -> Answer:
    """An answer of the debrief as it was typed; what the form does not show stays as in `base`."""
    outlook = typed.option(Field.OUTLOOK)
    chosen = _member(Outlook, outlook, Field.OUTLOOK) if outlook is not None else None
    return Answer(
        words=typed.text(Field.ANSWER) if typed.shown(Field.ANSWER) else base.words,
        short=typed.text(Field.SHORT) if typed.shown(Field.SHORT) else base.short,
        outlook=chosen if typed.shown(Field.OUTLOOK) else base.outlook,
    ).checked(question)


def own_part_of(typed: Typed) -> OwnPart:
    """What the CSM adds of their own."""
    return OwnPart(flags=typed.text(Field.FLAGS), readiness=typed.text(Field.READINESS)).checked()


def minutes_of(typed: Typed) -> int:
    """How long a talk took; raises Invalid for what is no whole number."""
    cleaned = typed.text(Field.MINUTES).strip()
    if not cleaned.isascii() or not cleaned.isdigit():
        raise Invalid(Problem.BAD_MINUTES, field=Field.MINUTES.value)
    return int(cleaned)


def call_of(typed: Typed, *, promises: Sequence[int], talk: Talk | None) -> BriefingCall:
    """What was written of the briefing call; with the debrief in its place its time is that one's.

    `promises` are the numbers of those in force.
    """
    stands = talk is not None and STANDS in typed.options(Field.STANDS_FOR)
    held_at = talk.held_at if stands and talk is not None else typed.instant(Field.HELD_AT)
    if held_at is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.HELD_AT.value)
    tone, mood = typed.option(Field.TONE), typed.option(Field.MOOD)
    for field, chosen in ((Field.TONE, tone), (Field.MOOD, mood)):
        if chosen is None:
            raise Invalid(Problem.CHOOSE, field=field.value)
    why = typed.option(Field.OVERRUN)
    ticked = frozenset(typed.options(Field.READ_ALOUD))
    read = tuple(number for number in promises if str(number) in ticked)
    return BriefingCall(
        held_at=held_at,
        minutes=talk.minutes if stands and talk is not None else minutes_of(typed),
        tone=_member(Tone, tone or "", Field.TONE),
        mood=_member(Mood, mood or "", Field.MOOD),
        emphasis=typed.text(Field.EMPHASIS),
        questions=typed.text(Field.OPEN_QUESTIONS),
        read=read,
        # In the debrief a question of its own goes through the promises; nobody reads them aloud.
        unread=() if stands else unread(promises, read),
        overrun=_member(Overrun, why, Field.OVERRUN) if why is not None else None,
        debrief=stands,
    )


def kickoff_of(typed: Typed) -> KickoffForm:
    """What was written of a kickoff; raises Invalid for an answer that was not given."""
    held_at, ran = typed.instant(Field.HELD_AT), typed.option(Field.RAN)
    if held_at is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.HELD_AT.value)
    metric, timing = typed.option(Field.METRIC_RIGHT), typed.option(Field.TIMING_RIGHT)
    asked = ((Field.RAN, ran), (Field.METRIC_RIGHT, metric), (Field.TIMING_RIGHT, timing))
    for field, chosen in asked:
        if chosen is None:
            raise Invalid(Problem.CHOOSE, field=field.value)
    carried, lacked = typed.option(Field.SECTION_CARRIED), typed.option(Field.SECTION_LACKED)
    return KickoffForm(
        held_at=held_at,
        ours=tuple(_member(Ours, one, Field.OURS) for one in typed.options(Field.OURS)),
        customers=typed.text(Field.CUSTOMERS),
        ran=_member(Ran, ran or "", Field.RAN),
        metric=metric == RIGHT,
        timing=timing == RIGHT,
        changed=typed.text(Field.CHANGED),
        carried=_member(SectionKey, carried, Field.SECTION_CARRIED)
        if carried is not None
        else None,
        lacked=_member(SectionKey, lacked, Field.SECTION_LACKED) if lacked is not None else None,
        known_again=bool(typed.options(Field.KNOWN_AGAIN)),
    )


def contacted_of(typed: Typed, at: Field, way: Field, *, whole: bool = True) -> Contacted | None:
    """When somebody wrote, and how; None where neither is given, or not `whole` and one is not."""
    when, how = typed.instant(at), typed.option(way)
    if when is not None and how is not None:
        return Contacted(when, _member(Way, how, way))
    if whole and when is None and how is not None:
        raise Invalid(Problem.DATE_NEEDED, field=at.value)
    if whole and how is None and when is not None:
        raise Invalid(Problem.CHOOSE, field=way.value)
    return None


def sent_of(typed: Typed) -> Sent:
    """What was recorded of an intro that went out; the rest is asked only where nobody said so."""
    contact = contacted_of(typed, Field.INTRO_SENT_AT, Field.INTRO_WAY)
    if contact is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.INTRO_SENT_AT.value)
    if not typed.shown(Field.CS_BEFORE):
        return Sent(contact)
    before = typed.option(Field.CS_BEFORE)
    if before is None:
        raise Invalid(Problem.CHOOSE, field=Field.CS_BEFORE.value)
    csm = contacted_of(typed, Field.CSM_WROTE_AT, Field.CSM_WAY)
    return Sent(contact, _member(CsBefore, before, Field.CS_BEFORE), csm)


def items_of(typed: Typed) -> tuple[Item, ...]:
    """The ticked items of every group of boxes, in the order of the brief."""
    ticked = {_member(Item, value, field) for field in GROUPS for value in typed.options(field)}
    return tuple(item for item in Item if item in ticked)


_MENUS: Mapping[str, tuple[ActionId, type[StrEnum]]] = {
    "whose": (ActionId.STATUS_WHOSE, Whose),
    "bucket": (ActionId.STATUS_BUCKET, Bucket),
    "step": (ActionId.STATUS_STEP, Step),
    "tier": (ActionId.STATUS_TIER, Tier),
}


def status_filter(typed: Typed, base: Filter) -> Filter:
    """What stands in the menus of the status list; where one is not shown, what is in `base`."""
    chosen: dict[str, StrEnum | None] = {}
    for name, (menu, kind) in _MENUS.items():
        value = typed.option(menu)
        if value is not None:
            chosen[name] = None if value == ANYHOW else _member(kind, value, menu)
    return base.model_copy(update=chosen)


def person_chosen(typed: Typed) -> str | None:
    """The Slack id of the person the status list is narrowed to."""
    return typed.user(ActionId.STATUS_PERSON)
