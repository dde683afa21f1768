"""Out of a channel that outsiders can read: into a private one made for it, or into another."""

from collections.abc import Sequence

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act
from bot.domain.channels import Channel, channel_name
from bot.domain.commitment import proposed_day
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.notices import member_invite
from bot.domain.people import Person
from bot.flows.answers import Answer, Open, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.showing import myself
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.moving import make_channel_view, move_view, moved_view
from bot.views.payload import Ref
from bot.views.start import start_view

INTERNAL = "internal"
"""Behind the name of a channel that others can read, for the one that takes its place."""


def open_make_channel(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Make private channel*: for the handoff that is named or lives here, else for a new one."""
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    handoff = unit.handoffs.get(asked.ref.handoff) if asked.ref.handoff is not None else None
    if handoff is None and here is not None:
        standing = unit.handoffs.open_in(here.id)
        mine = [one for one in standing if access.may(Act.MOVE, actor, one)]
        handoff = mine[0] if len(mine) == 1 else None
    if handoff is not None:
        access.require(Act.MOVE, actor, handoff)
        here = unit.channels.get(handoff.channel_id)
    name = channel_name(f"{here.name} {INTERNAL}" if here else "")
    account = handoff.account if handoff else None
    return Open(
        make_channel_view(name, handoff_id=handoff.id if handoff else None, account=account)
    )


def name_typed(asked: Asked, unit: ReadUnit, actor: Person) -> str:
    """The name of the channel to make, once it is clear that one may be made."""
    if asked.ref.handoff is not None:
        handoff = unit.handoffs.get(asked.ref.handoff)
        access.require(Act.MOVE, actor, handoff)
        if not handoff.open:
            raise Invalid(handoff.why_over, field=Field.CHANNEL_NAME)
        if unit.channels.get(handoff.channel_id).problem() is None:
            raise Conflict(Problem.ALREADY_DONE, field=Field.CHANNEL_NAME)
    name = channel_name(asked.typed.text(Field.CHANNEL_NAME))
    if not name:
        raise Invalid(Problem.BAD_CHANNEL_NAME, field=Field.CHANNEL_NAME)
    return name


def make_channel(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: the channel stands; now the handoff goes there, or starts there."""
    if asked.made is None:
        raise Invalid(Problem.STALE_BUTTON)
    channel = unit.channels.get(asked.made)
    if asked.ref.handoff is None:
        unit.outbox.add(member_invite(channel.id, actor.id))
        return Update(_start_in(channel.id, unit, actor))
    handoff = unit.handoffs.lock(asked.ref.handoff)
    unit.move(handoff, channel, by=actor)
    made = channel_name(asked.typed.text(Field.CHANNEL_NAME))
    return Update(moved_view(handoff.account, channel.slack_id, made=made))


def _start_in(channel_id: int, unit: ReadUnit, actor: Person) -> View:
    calendar = unit.people.calendar(actor.id)
    return start_view(
        channel_id=channel_id,
        policy=unit.policy,
        ae=myself(actor),
        commitment_on=proposed_day(at=unit.now, policy=unit.policy, calendar=calendar),
    )


def start_once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The start form in the channel that was made."""
    return _start_in(ref.channel or 0, unit, actor)


def open_move(asked: Asked, unit: ReadUnit) -> Answer:
    """*Move handoff*: the form that asks where to."""
    handoff: Handoff = unit.handoffs.get(asked.handoff_id)
    return Open(move_view(handoff.id, handoff.account))


def channel_chosen(asked: Asked) -> Sequence[str]:
    """The channel that is to be looked at."""
    chosen = asked.typed.conversation(Field.CHANNEL)
    return [chosen] if chosen else []


def _not_inside(channel: Channel, asked: Asked) -> Problem | None:
    """Nobody takes a handoff to where they cannot read themselves, whatever the picker offered."""
    if not channel.private or asked.inside:
        return None
    return Problem.NOT_IN_CHANNEL if asked.inside is False else Problem.MEMBERS_UNKNOWN


def move(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: only a channel that may hold a handoff gets it, from one who is in it."""
    chosen = asked.typed.conversation(Field.CHANNEL)
    channel = unit.channels.by_slack_id(chosen) if chosen else None
    if channel is None:
        raise Invalid(Problem.EMPTY, field=Field.CHANNEL)
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.MOVE, actor, handoff)
    problem = unit.channels.problem(channel) or _not_inside(channel, asked)
    if problem is not None:
        raise Invalid(problem, field=Field.CHANNEL)
    unit.move(handoff, channel, by=actor)
    return Update(moved_view(handoff.account, channel.slack_id))


def register(listeners: Listeners) -> None:
    """Both ways out."""
    listeners.opens(ActionId.OPEN_MAKE_CHANNEL, open_make_channel)
    listeners.submits(ViewId.MAKE_CHANNEL, make_channel, makes_channel=name_typed)
    listeners.opens(ActionId.OPEN_MOVE, open_move, act=Act.MOVE)
    listeners.submits(ViewId.MOVE, move, channels=channel_chosen, inside=True)
    listeners.redraw(ViewId.START, start_once_more)
