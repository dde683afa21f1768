"""AE or CSM records that the customer's champion left, and who follows."""

from bot.domain import champion_left
from bot.domain.access import EVERY, Act, Audience
from bot.domain.brief import People
from bot.domain.champion import CHAMPION, Follower
from bot.domain.champion_left import Leaving
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open, Say
from bot.flows.asked import Asked
from bot.flows.inputs import Typed
from bot.flows.listeners import Listeners
from bot.flows.showing import only_open_here, require_here
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.champion import (
    NOBODY,
    ChampionForm,
    champion_view,
    which_champion_message,
)
from bot.views.ids import ActionId, Field, ViewId

_READ = frozenset({Audience.CHANNEL, Audience.RELATIONS})
"""Of the people what the form shows; AE and CSM, who open it, read it all."""


def from_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """`/handoff champion`: the form, or which handoff is meant where several are open."""
    standing = only_open_here(unit, asked.channel)
    if len(standing) > 1:
        return Say(which_champion_message([(one.id, one.account) for one in standing]))
    require_here(Act.RECORD_CHAMPION, actor, standing[0])
    return Open(champion_view(_form(unit, standing[0])))


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Champion left*, or *Name champion* where nobody follows yet."""
    handoff = unit.handoffs.get(asked.handoff_id)
    champion_left.require(actor, handoff)
    return Open(champion_view(_form(unit, handoff)))


def _form(unit: ReadUnit, handoff: Handoff) -> ChampionForm:
    people: People = unit.brief.load(handoff.id, audiences=_READ).people
    champion_left.require_one(people, handoff)
    champions = people.having(CHAMPION)
    others = tuple(one for one in people.present if one not in champions)
    return ChampionForm(
        handoff.id, handoff.account, champions, others, second_contact=people.second_contact
    )


def _leaving(typed: Typed) -> Leaving:
    gone = typed.option(Field.CHAMPION_GONE)
    if typed.shown(Field.CHAMPION_GONE) and gone is None:
        raise Invalid(Problem.CHOOSE, field=Field.CHAMPION_GONE)
    chosen = typed.option(Field.FOLLOWER) or NOBODY
    follower = Follower(
        entry=None if chosen == NOBODY else _entry(chosen, Field.FOLLOWER),
        name=typed.text(Field.NEW_CHAMPION),
        title=typed.text(Field.NEW_TITLE),
    )
    entry = _entry(gone, Field.CHAMPION_GONE) if gone is not None else None
    return Leaving(entry, typed.date(Field.LAST_DAY), follower)


def _entry(chosen: str, field: Field) -> int:
    if not chosen.isdecimal():
        raise Invalid(Problem.STALE_BUTTON, field=field)
    return int(chosen)


def save(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: the people of the brief follow, and who works by it is told."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    champion_left.require(actor, handoff)
    leaving, key = _leaving(asked.typed), SectionKey.PEOPLE
    brief = unit.brief.load(handoff.id, audiences=EVERY)
    # Each save of the section has a number of its own: no two people ever get the same id.
    fresh = unit.brief.revision(handoff.id, key) + 1
    after = champion_left.changed(
        handoff, brief.people, leaving, fresh=fresh, by=actor, at=unit.now
    )
    revision = unit.brief.save_section(handoff.id, key, after, by=actor.id, at=unit.now)
    champion_left.record(
        handoff,
        leaving,
        before=brief,
        people=after,
        revision=revision,
        by=actor,
        at=unit.now,
        policy=unit.policy,
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and the form; the command's words are those of `/handoff`."""
    listeners.opens(ActionId.OPEN_CHAMPION, open_form, act=Act.RECORD_CHAMPION)
    listeners.submits(ViewId.CHAMPION, save)
