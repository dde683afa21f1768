"""`/handoff`: what stands in this channel, or the form that starts a handoff."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act
from bot.domain.commitment import check_day, proposed_day
from bot.domain.errors import HandoffError, Invalid, Problem
from bot.domain.handoff import Handoff, Start
from bot.domain.people import ManagerBy, Person
from bot.flows import brief, champion, deal, entries, gate, reassigning, signature
from bot.flows.answers import Answer, Done, FieldErrors, Open, Say, Update
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


def named_people(asked: Asked) -> Sequence[str]:
    """Everybody chosen on the form."""
    typed = asked.typed
    chosen = (typed.user(f) for f in (Field.AE, Field.AE_MANAGER, Field.CSM, Field.CS_MANAGER))
    return [slack_id for slack_id in chosen if slack_id]


def start(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted start form."""
    typed = start_typed(asked.view or {})
    channel = unit.channels.get(asked.ref.channel or 0)
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
    if handoff.ae_id == actor.id:
        return Update(brief.started(unit, handoff, actor))
    size = handoff.size(unit.policy).seen_by(access.audiences(actor, handoff, in_channel=True))
    return Update(with_size(started_view(handoff.account, name_of(unit, handoff.ae_id)), size))


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
    )


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
    listeners.submits(
        ViewId.START,
        start,
        named=named_people,
        looks_at_deal_channel=True,
        named_by_policy=lambda policy: policy.managers.named(),
        once_for_good=True,  # A second handoff is nothing that a form could know for a mistake.
    )
    listeners.acts(ActionId.CONFIRM_AE, confirm_ae)
