"""`/handoff`: what stands in this channel, or the form that starts a handoff."""

from collections.abc import Sequence

from slack_sdk.models.views import View

from bot.domain.errors import HandoffError, Invalid, Problem
from bot.domain.handoff import Handoff, Start
from bot.domain.money import Money, parse_amount
from bot.domain.people import Person
from bot.flows import brief, signature
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
from bot.views.start import ANOTHER, StartedHere, StartTyped, standing_message, start_view

HELP_WORDS = frozenset({"help", "?"})
SIGNED, NEW = "signed", "new"


def answer_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """`/handoff` with or without words; before any form it is clear that one may be filled here."""
    words = _words(asked)
    if words in HELP_WORDS:
        return Say(help_message())
    if words == SIGNED:
        return signature.from_command(asked, unit)
    if words == NEW:
        return open_form(asked, unit, actor)
    if words:
        return Say(problem_message(sentences.unknown_words(asked.words), None))
    channel = unit.channels.by_slack_id(asked.channel or "")
    standing = unit.handoffs.open_in(channel.id) if channel else []
    if not standing:
        return open_form(asked, unit, actor)
    cards = [card_of(unit, handoff.id) for handoff in standing]
    return Say(standing_message(cards, viewer=myself(actor), as_of=unit.now, zone=actor.zone))


def _words(asked: Asked) -> str:
    return asked.words.strip().lower()


def _shows_nothing(asked: Asked) -> bool:
    """Help and words that mean nothing are answered wherever they are typed."""
    return _words(asked) not in ("", SIGNED, NEW)


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The start form, with the person who asked as the AE and their manager filled in."""
    channel = unit.channels.by_slack_id(asked.channel or "")
    if channel is None:
        raise Invalid(Problem.CHANNEL_UNKNOWN)
    view = start_view(
        channel_id=channel.id,
        policy=unit.policy,
        ae=myself(actor),
        ae_manager=name_of(unit, actor.manager_id),
        another=asked.name == ActionId.START_ANOTHER or _words(asked) == NEW,
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
    try:
        handoff = Handoff.start(
            _wish(typed, unit), channel_id=channel.id, by=actor, at=unit.now, policy=unit.policy
        )
    except HandoffError as error:
        if error.problem is Problem.BELOW_TIERS:
            return Update(_again(asked, typed, unit, below_tiers=True), acted=False)
        if error.field is None:
            raise
        return FieldErrors({Field(error.field): sentences.problem(error, people={})})
    meanwhile = _started_meanwhile(asked, channel.id, unit)
    if meanwhile is not None:
        # The box has to stay: what is not shown is not sent again.
        below_tiers = typed.light_anyway
        again = _again(asked, typed, unit, below_tiers=below_tiers, meanwhile=meanwhile)
        return Update(again, acted=False)
    unit.save(handoff, actor_id=actor.id)
    if handoff.ae_id == actor.id:
        return Update(brief.first_step(unit, handoff.id, actor))
    return Update(started_view(handoff.account))


def _wish(typed: StartTyped, unit: WriteUnit) -> Start:
    def person(slack_id: str | None) -> Person | None:
        return unit.people.by_slack_id(slack_id) if slack_id else None

    ae = person(typed.ae)
    if ae is None:
        raise Invalid(Problem.EMPTY, field=Field.AE)
    csm = person(typed.csm)
    return Start(
        account=typed.account,
        value=Money(int(parse_amount(typed.value) * 100), typed.currency),
        ae=ae,
        cs_manager=person(typed.cs_manager) or _own_manager(csm, unit),
        ae_manager=person(typed.ae_manager) or _own_manager(ae, unit),
        proposed_csm=csm,
        signed_at=typed.signed_at,
        expected_on=typed.expected_on,
        links=typed.link_lines(),
        light_anyway=typed.light_anyway,
    )


def _own_manager(person: Person | None, unit: WriteUnit) -> Person | None:
    """The manager an admin set, where they still are a colleague: nobody chose them here."""
    if person is None or person.manager_id is None:
        return None
    manager = unit.people.get(person.manager_id)
    return manager if manager.full_member else None


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
    *,
    below_tiers: bool,
    meanwhile: StartedHere | None = None,
) -> View:
    return start_view(
        channel_id=asked.ref.channel or 0,
        policy=unit.policy,
        typed=typed,
        below_tiers=below_tiers,
        another=asked.ref.thing == ANOTHER,
        meanwhile=meanwhile,
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
        words=CommandWords("Hand a won deal over to customer success", "[signed | new | help]"),
    )
    listeners.opens(ActionId.START_ANOTHER, open_form, safe_channel=True)
    listeners.submits(ViewId.START, start, named=named_people, looks_at_deal_channel=True)
    listeners.acts(ActionId.CONFIRM_AE, confirm_ae)
