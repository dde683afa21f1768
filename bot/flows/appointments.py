"""The time of the debrief: proposed, taken, or answered with another one."""

from datetime import datetime

from bot.domain import access
from bot.domain.access import Act
from bot.domain.appointments import SOON, TalkForm, suggestions, without_leave
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.kickoff import debrief_due
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.domain.worktime import Calendar
from bot.flows.answers import Answer, Done, Push
from bot.flows.asked import Asked
from bot.flows.inputs import Typed
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.appointments import talk_view
from bot.views.ids import ActionId, Field, ViewId


def open_talk(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Arrange debrief* and *Other time*: what suits both, as it stands now."""
    handoff = unit.handoffs.get(asked.handoff_id)
    side = handoff.require_to_arrange(handoff.debrief_talk.turn, by=actor)
    return Push(talk_view(_model(unit, handoff, actor, side), as_of=unit.now))


def _model(unit: ReadUnit, handoff: Handoff, actor: Person, side: Side) -> TalkForm:
    across = handoff.csm_id if side is Side.AE else handoff.ae_id
    other = unit.people.get(access.acting(across or handoff.ae_id, handoff))
    owed = unit.deadlines.of(handoff.id)
    until = debrief_due(handoff, unit.policy, unit.people.calendar, owed=owed)
    overdue = until is not None and until <= unit.now
    own, theirs = (_at_work(unit, one) for one in (actor.id, other.id))
    talk, waits = handoff.debrief_talk, handoff.debrief_talk.waits_for is side
    ends = until if until is not None and not overdue else unit.now + SOON
    holds = talk.agreed_at is not None and talk.agreed_at > unit.now
    return TalkForm(
        handoff.id,
        handoff.account,
        talk,
        other=other.name,
        zone=actor.zone,
        other_zone=other.zone,
        taking=talk.proposed_at if waits else None,
        suggested=suggestions(own, theirs, now=unit.now, until=ends),
        until=until,
        overdue=overdue,
        keeping=talk.agreed_at if waits and holds else None,
        first=talk.on_the_table is None,
    )


def _at_work(unit: ReadUnit, person_id: int) -> Calendar:
    calendar, away = unit.people.calendar(person_id), unit.people.away().get(person_id)
    return without_leave(calendar, unit.now, away.until) if away is not None else calendar


def _wanted(typed: Typed) -> datetime:
    """The time that was entered, else the one that was chosen."""
    entered, chosen = typed.instant(Field.TALK_AT), typed.option(Field.TALK_CHOICE)
    if entered is not None:
        return entered
    if chosen is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.TALK_AT)
    try:
        found = datetime.fromisoformat(chosen)
    except ValueError as error:
        raise Invalid(Problem.STALE_BUTTON, field=Field.TALK_CHOICE) from error
    if found.utcoffset() is None:
        raise Invalid(Problem.STALE_BUTTON, field=Field.TALK_CHOICE)
    return found


def save_talk(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted time: the other one is asked, or has their own taken."""
    wanted = _wanted(asked.typed)
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.propose_talk(
        wanted,
        turn=asked.ref.revision or 0,
        by=actor,
        at=unit.now,
        line=asked.typed.text(Field.TALK_LINE),
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def fine(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Fine*: the time that was shown is agreed on, and both get it for their calendars."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.agree_talk(turn=asked.ref.revision or 0, by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """Both buttons and the form."""
    listeners.opens(ActionId.OPEN_TALK, open_talk, act=Act.ARRANGE_TALK)
    listeners.submits(ViewId.TALK, save_talk)
    listeners.acts(ActionId.FINE_TALK, fine)
