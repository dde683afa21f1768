"""*Change deal*: another value, another currency, other marks; the size follows."""

from datetime import date, datetime

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import HandoffError
from bot.domain.handoff import DealChange, Handoff
from bot.domain.money import Money, Rate, parse_amount, parse_currency, parse_rate
from bot.domain.people import Person
from bot.domain.policy import Policy, Tier
from bot.domain.size import Marks, parse_stakeholders
from bot.flows.answers import Answer, Done, FieldErrors, Open, Say, Update
from bot.flows.asked import Asked
from bot.flows.inputs import Typed, deal_typed, propose_kickoff
from bot.flows.listeners import Listeners
from bot.flows.showing import only_open_here, require_here
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views import sentences
from bot.views.deal import OTHER, DealTyped, deal_view, which_deal_message
from bot.views.ids import ActionId, Field, ViewId


def change_of(typed: DealTyped, policy: Policy, *, today: date) -> DealChange:
    """The inputs as a deal; raises Invalid with the field. A rate that is typed is of `today`."""
    currency, rate = typed.currency, None
    if currency == OTHER:
        currency = parse_currency(typed.other_currency)
        if policy.rate(currency) is None:
            rate = Rate(parse_rate(typed.rate), today)
    ticked = {name: True for name in sentences.deal.MARK_NAMES if name in typed.marks}
    return DealChange(
        value=Money(int(parse_amount(typed.value) * 100), currency),
        marks=Marks(stakeholders=parse_stakeholders(typed.stakeholders), **ticked),
        rate=rate,
        light_anyway=typed.light_anyway,
        nothing_asked=typed.nothing_asked,
    )


def asks_for_rate(typed: DealTyped, form: Typed) -> bool:
    """Whether another currency was chosen in a form that did not ask for it yet."""
    return typed.currency == OTHER and not form.shown(Field.RATE)


def filled_from(handoff: Handoff, policy: Policy) -> DealTyped:
    """The inputs as the deal is now."""
    value, marks = handoff.value, handoff.marks
    known = policy.rate(value.currency) is not None
    rate = handoff.rate or policy.rate(value.currency)
    return DealTyped(
        value=f"{value.amount.normalize():f}",
        currency=value.currency if known else OTHER,
        other_currency="" if known else value.currency,
        rate="" if known or handoff.rate is None else f"{handoff.rate.worth.normalize():f}",
        stakeholders="" if marks.stakeholders is None else str(marks.stakeholders),
        marks=tuple(name for name in sentences.deal.MARK_NAMES if getattr(marks, name)),
        light_anyway=handoff.tier is Tier.LIGHT
        and rate is not None
        and policy.tier(value, rate) is Tier.NONE,
        nothing_asked=handoff.tier is Tier.NONE,
    )


def from_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """`/handoff deal`: the form, or which handoff is meant where several are open."""
    standing = only_open_here(unit, asked.channel)
    if len(standing) > 1:
        return Say(
            which_deal_message([(one.id, one.account, one.value, one.tier) for one in standing])
        )
    require_here(Act.CHANGE_DEAL, actor, standing[0])
    return Open(_form(standing[0], unit, actor))


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form behind *Change deal*."""
    return Open(_form(unit.handoffs.get(asked.handoff_id), unit, actor))


def _form(
    handoff: Handoff,
    unit: ReadUnit,
    actor: Person,
    typed: DealTyped | None = None,
    *,
    before: datetime | None = None,
) -> View:
    """The form as the deal is, or once more as it was `typed` over a kickoff proposed `before`."""
    filled = typed or filled_from(handoff, unit.policy)
    return deal_view(
        handoff_id=handoff.id,
        account=handoff.account,
        policy=unit.policy,
        typed=filled,
        today=unit.people.calendar(actor.id).local_date(unit.now),
        kickoff=handoff.kickoff_proposed_at if typed is None else before,
    )


def change(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form."""
    typed, before = deal_typed(asked.typed), asked.typed.instant_before(Field.KICKOFF)
    handoff = unit.handoffs.lock(asked.handoff_id)
    if asks_for_rate(typed, asked.typed):
        access.require(Act.CHANGE_DEAL, actor, handoff)
        return Update(_form(handoff, unit, actor, typed, before=before))
    today = unit.people.calendar(actor.id).local_date(unit.now)
    brief = unit.brief.load(handoff.id, audiences=access.EVERY)
    try:
        wanted = change_of(typed, unit.policy, today=today)
        handoff.change_deal(wanted, brief=brief, by=actor, at=unit.now, policy=unit.policy)
        propose_kickoff(asked.typed, handoff, by=actor, at=unit.now)
    except HandoffError as error:
        if error.field is None:
            raise
        return FieldErrors({Field(error.field): sentences.problems.problem(error, people={})})
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and the form; the command's words are those of `/handoff`."""
    listeners.opens(ActionId.OPEN_DEAL, open_form, act=Act.CHANGE_DEAL)
    listeners.submits(ViewId.DEAL, change)
