"""`/handoff`: what stands in this channel, or the form that starts a handoff."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import EVERY, Act, Capacity
from bot.domain.amended import require_to_take_along, taken_along
from bot.domain.commitment import check_day, proposed_day
from bot.domain.errors import HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff, Start
from bot.domain.items import SectionKey
from bot.domain.linked import LinkKind, link, require_to_amend
from bot.domain.path_pages import Amends
from bot.domain.people import ManagerBy, Person
from bot.flows import brief, champion, deal, entries, gate, reassigning, signature
from bot.flows.answers import Answer, Done, FieldErrors, Open, Push, Say, Update
from bot.flows.asked import Asked
from bot.flows.inputs import start_typed
from bot.flows.listeners import CommandWords, Listeners
from bot.flows.showing import card_of, myself, name_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views import sentences
from bot.views.help import help_message
from bot.views.ids import ActionId, CommandId, Field, ViewId
from bot.views.problem import problem_message, started_view
from bot.views.start import (
    ANOTHER,
    StartedHere,
    StartTyped,
    standing_message,
    start_view,
    with_size,
)

HELP_WORDS = frozenset({"help", "?"})
SIGNED, NEW, DEAL, GATE, PROMISE = "signed", "new", "deal", "gate", "promise"
REASSIGN, CHAMPION = "reassign", "champion"
KNOWN_WORDS = frozenset({SIGNED, NEW, DEAL, GATE, PROMISE, REASSIGN, CHAMPION})


def answer_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """`/handoff` with or without words; before any form it is clear that one may be filled here."""
    words = _words(asked)
    if words in HELP_WORDS:
        return Say(help_message())
    if words == SIGNED:
        return signature.from_command(asked, unit, actor)
    if words == NEW:
        return open_form(asked, unit, actor)
    if words == DEAL:
        return deal.from_command(asked, unit, actor)
    if words == GATE:
        return gate.from_command(asked, unit, actor)
    if words == PROMISE:
        return entries.from_command(asked, unit, actor)
    if words == REASSIGN:
        return reassigning.from_command(asked, unit, actor)
    if words == CHAMPION:
        return champion.from_command(asked, unit, actor)
    if words:
        return Say(problem_message(sentences.home.unknown_words(asked.words), None))
    channel = unit.channels.by_slack_id(asked.channel or "")
    standing = unit.handoffs.open_in(channel.id) if channel else []
    if not standing:
        return open_form(asked, unit, actor)
    cards = [card_of(unit, handoff.id) for handoff in standing]
    message = standing_message(
        cards,
        viewer=myself(actor),
        as_of=unit.now,
        zone=actor.zone,
        may_sign=[one.id for one in standing if access.may(Act.SIGN, actor, one)],
    )
    return Say(message)


def _words(asked: Asked) -> str:
    return asked.words.strip().lower()


def _shows_nothing(asked: Asked) -> bool:
    """Help and words that mean nothing are answered wherever they are typed."""
    return _words(asked) not in ("", *KNOWN_WORDS)


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The start form, with the person who asked as the AE."""
    calendar = unit.people.calendar(actor.id)
    channel = unit.channels.by_slack_id(asked.channel or "")
    if channel is None:
        raise Invalid(Problem.CHANNEL_UNKNOWN)
    view = start_view(
        channel_id=channel.id,
        policy=unit.policy,
        ae=myself(actor),
        another=asked.name == ActionId.START_ANOTHER or _words(asked) == NEW,
        commitment_on=proposed_day(at=unit.now, policy=unit.policy, calendar=calendar),
    )
    return Open(view)


def amend(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Amended contract*: the start form for the same account, beside the first handoff."""
    first = unit.handoffs.get(asked.handoff_id)
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    if not unit.knows_of(first, actor, from_channel=here.id if here else asked.form.channel):
        raise NotAllowed(Problem.PRIVATE_CHANNEL, whose=(first.ae_id,))
    require_to_amend(first)
    calendar = unit.people.calendar(actor.id)
    csm = first.csm_id or first.proposed_csm_id
    managers = (access.holder(part, first) for part in (Capacity.AE_MANAGER, Capacity.CS_MANAGER))
    ids = (first.ae_id, csm, *managers)
    people = unit.people.many([one for one in ids if one is not None])
    ae, csm_slack, ae_manager, cs_manager = (
        people[one].slack_id if one is not None and people[one].full_member else None for one in ids
    )
    typed = StartTyped(
        account=first.account,
        currency=first.value.currency,
        ae=ae,
        csm=csm_slack,
        ae_manager=ae_manager,
        cs_manager=cs_manager,
        commitment_on=proposed_day(at=unit.now, policy=unit.policy, calendar=calendar),
    )
    view = start_view(
        channel_id=first.channel_id,
        policy=unit.policy,
        typed=typed,
        another=True,
        amends=Amends(first.id, first.account),
    )
    return Push(view)


def named_people(asked: Asked) -> Sequence[str]:
    """Everybody chosen on the form."""
    typed = asked.typed
    chosen = (typed.user(f) for f in (Field.AE, Field.AE_MANAGER, Field.CSM, Field.CS_MANAGER))
    return [slack_id for slack_id in chosen if slack_id]


def start(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted start form."""
    typed = start_typed(asked.view or {})
    first = unit.handoffs.lock(asked.ref.handoff) if asked.ref.handoff is not None else None
    if first is not None:
        require_to_amend(first)
    # The first one may have moved while the form was open.
    channel = unit.channels.get(first.channel_id if first else asked.ref.channel or 0)
    problem = unit.channels.problem(channel)
    if problem is not None:
        raise Invalid(problem)
    today = unit.people.calendar(actor.id).local_date(unit.now)
    again = partial(_again, asked, typed, unit, today)
    if deal.asks_for_rate(typed, asked.typed):
        return Update(again(), acted=False)
    try:
        handoff = Handoff.start(
            _wish(typed, unit, today),
            channel_id=channel.id,
            by=actor,
            at=unit.now,
            policy=unit.policy,
        )
        require_to_take_along(typed.take_along, handoff, by=actor)
        calendar = unit.people.calendar(handoff.ae_id)
        check_day(handoff, at=unit.now, policy=unit.policy, calendar=calendar)
    except HandoffError as error:
        if error.field is None:
            raise
        return FieldErrors({Field(error.field): sentences.problems.problem(error, people={})})
    meanwhile = _started_meanwhile(asked, channel.id, unit)
    if meanwhile is not None:
        return Update(again(meanwhile=meanwhile), acted=False)
    unit.save(handoff, actor_id=actor.id)
    if first is not None:
        _amended(unit, first, handoff, typed.take_along, actor)
    if handoff.ae_id == actor.id:
        return Update(brief.started(unit, handoff, actor))
    size = handoff.size(unit.policy).seen_by(access.audiences(actor, handoff, in_channel=True))
    return Update(with_size(started_view(handoff.account, name_of(unit, handoff.ae_id)), size))


def _amended(
    unit: WriteUnit, first: Handoff, new: Handoff, sections: Sequence[SectionKey], actor: Person
) -> None:
    """Both name each other, and what was ticked of the first brief stands in the new one."""
    link(first, new, LinkKind.AMENDED, by=actor, at=unit.now)
    unit.links.add(first.id, new.id, LinkKind.AMENDED, by=actor.id, at=unit.now)
    unit.save(first, actor_id=actor.id)
    unit.save(new, actor_id=actor.id)
    if not sections:
        return
    audiences = access.audiences(actor, first, in_channel=False)
    given = access.given(actor, first)
    told = unit.brief.load(first.id, audiences=audiences, given=given)
    for key in sections:
        before = unit.brief.load(new.id, audiences=EVERY)
        entries.write_section(unit, new, before, key, taken_along(told.section(key)), actor)


def _wish(typed: StartTyped, unit: WriteUnit, today: date) -> Start:
    def person(slack_id: str | None) -> Person | None:
        return unit.people.by_slack_id(slack_id) if slack_id else None

    ae, csm = person(typed.ae), person(typed.csm)
    if ae is None:
        raise Invalid(Problem.EMPTY, field=Field.AE)
    wanted = deal.change_of(typed, unit.policy, today=today)
    managers = unit.policy.managers
    cs_manager, cs_by = _manager(person(typed.cs_manager), csm, managers.cs, ae, unit)
    ae_manager, ae_by = _manager(person(typed.ae_manager), ae, managers.ae, ae, unit)
    return Start(
        account=typed.account,
        value=wanted.value,
        rate=wanted.rate,
        marks=wanted.marks,
        ae=ae,
        cs_manager=cs_manager,
        cs_manager_by=cs_by,
        ae_manager=ae_manager,
        ae_manager_by=ae_by,
        proposed_csm=csm,
        signed_at=typed.signed_at,
        expected_on=typed.expected_on,
        commitment_on=typed.commitment_on,
        links=typed.link_lines(),
        light_anyway=typed.light_anyway,
    )


def _manager(
    chosen: Person | None, of: Person | None, fallback: str, ae: Person, unit: WriteUnit
) -> tuple[Person | None, ManagerBy]:
    """As named on the form, else the manager of the person, else whom the policy names.

    Never the AE: where that would be them, it is the AE's own manager, else RevOps.
    """
    if chosen is not None:
        return chosen, ManagerBy.NAMED
    found = unit.people.manager_beside(ae.id, of.id if of is not None else None, fallback)
    return found if found is not None else (None, ManagerBy.NAMED)


def _started_meanwhile(asked: Asked, channel_id: int, unit: WriteUnit) -> StartedHere | None:
    """What the person could not know of when they opened the form; the newest, where several."""
    if asked.ref.thing == ANOTHER:
        return None
    unit.channels.lock(channel_id)
    standing = unit.handoffs.open_in(channel_id)
    if not standing:
        return None
    return StartedHere(standing[-1].account, name_of(unit, standing[-1].started_by))


def _again(
    asked: Asked,
    typed: StartTyped,
    unit: WriteUnit,
    today: date,
    *,
    meanwhile: StartedHere | None = None,
) -> View:
    return start_view(
        channel_id=asked.ref.channel or 0,
        policy=unit.policy,
        typed=typed,
        another=asked.ref.thing == ANOTHER,
        meanwhile=meanwhile,
        today=today,
        amends=_amends(asked, unit),
    )


def _amends(asked: Asked, unit: ReadUnit) -> Amends | None:
    if asked.ref.handoff is None:
        return None
    return Amends(asked.ref.handoff, unit.handoffs.get(asked.ref.handoff).account)


def confirm_ae(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The AE says yes to being named by somebody else."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.confirm_ae(by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """`/handoff`, its form, and the AE's yes."""
    listeners.command(
        CommandId.HANDOFF,
        answer_command,
        safe_channel=True,
        anywhere=_shows_nothing,
        words=CommandWords(
            "Hand a won deal over to customer success", "[new | signed | deal | gate | help]"
        ),
    )
    listeners.opens(ActionId.START_ANOTHER, open_form, safe_channel=True)
    listeners.opens(ActionId.OPEN_AMEND, amend)
    listeners.submits(
        ViewId.START,
        start,
        named=named_people,
        looks_at_deal_channel=True,
        named_by_policy=lambda policy: policy.managers.named(),
        once_for_good=True,  # A second handoff is nothing that a form could know for a mistake.
    )
    listeners.acts(ActionId.CONFIRM_AE, confirm_ae)
