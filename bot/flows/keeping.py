"""After the kickoff AE and CSM say what became of each promise."""

from dataclasses import replace

from bot.domain import keeping, ledger
from bot.domain.access import Act
from bot.domain.disputes import REWORDING, Outcome, Settlement
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.ledger import Entry
from bot.domain.people import Person
from bot.domain.promises import Fate
from bot.flows.answers import Answer, Done, Push
from bot.flows.asked import Asked
from bot.flows.entries import note_promise
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.keeping import broken_view, renegotiated_view


def delivered(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Delivered*: one press."""
    return _conclude(asked, unit, actor, Fate.DELIVERED)


def open_broken(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Broken*: why."""
    handoff = unit.handoffs.get(asked.handoff_id)
    entry, version = unit.ledger.entry(handoff.id, asked.ref.entry or 0), asked.ref.revision or 0
    keeping.require_conclude(handoff, entry, Fate.BROKEN, by=actor, version=version)
    return Push(broken_view(handoff.id, handoff.account, entry))


def broken(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted line."""
    return _conclude(asked, unit, actor, Fate.BROKEN, line=asked.typed.text(Field.LINE))


def _conclude(
    asked: Asked, unit: WriteUnit, actor: Person, fate: Fate, *, line: str = ""
) -> Answer:
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry, version = unit.ledger.entry(handoff.id, asked.ref.entry or 0), asked.ref.revision or 0
    became = keeping.conclude(
        handoff, entry, fate, by=actor, version=version, at=unit.now, line=line
    )
    unit.ledger.conclude(handoff.id, entry, became)
    unit.surfaces.show_promise(handoff, entry.promise.id, entry.promise.version)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def open_renegotiated(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Renegotiated*: what is agreed now."""
    handoff = unit.handoffs.get(asked.handoff_id)
    entry, version = unit.ledger.entry(handoff.id, asked.ref.entry or 0), asked.ref.revision or 0
    keeping.require_conclude(handoff, entry, Fate.RENEGOTIATED, by=actor, version=version)
    return Push(renegotiated_view(handoff.id, handoff.account, entry))


def renegotiated(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted words and day: another wording, with both boxes open."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry, version = unit.ledger.entry(handoff.id, asked.ref.entry or 0), asked.ref.revision or 0
    words, due = asked.typed.text(Field.WORDS), asked.typed.date(Field.DUE)
    became, text = keeping.renegotiated(
        handoff, entry, words, due, by=actor, version=version, at=unit.now
    )
    ledger.void(handoff, entry, by=actor, at=unit.now)
    after, _ = unit.brief.edit_promise(
        entry.promise.id, text, base_version=version, by=actor.id, at=unit.now
    )
    # Said of the wording that came of it: with that one, whatever was said before is gone.
    unit.ledger.conclude(handoff.id, entry, became)
    note_promise(unit, handoff, Tag.PROMISE_EDITED, after, actor, act=Act.CONCLUDE_PROMISE)
    return Done()


def become(
    unit: WriteUnit,
    handoff: Handoff,
    entry: Entry,
    became: Settlement,
    actor: Person,
    *,
    act: Act,
    concludes: bool = False,
) -> None:
    """A promise is what was agreed on: kept, given another wording, or withdrawn; saved.

    `concludes`: renegotiated, that is what became of it after the kickoff.
    """
    promise = entry.promise
    if became.outcome is Outcome.KEPT:
        unit.surfaces.show_promise(handoff, promise.id, promise.version)
        unit.save(handoff, actor_id=actor.id)
        return
    ledger.void(handoff, entry, by=actor, at=unit.now)
    if became.outcome in REWORDING:
        text = replace(promise.text, words=became.words, due=became.due)
        after, _ = unit.brief.edit_promise(
            promise.id, text, base_version=promise.version, by=actor.id, at=unit.now
        )
        if became.outcome is Outcome.RENEGOTIATED and concludes:
            said = keeping.note(handoff, entry, Fate.RENEGOTIATED, by=actor, at=unit.now)
            unit.ledger.conclude(handoff.id, entry, said)
        note_promise(unit, handoff, Tag.PROMISE_EDITED, after, actor, act=act)
        return
    gone = unit.brief.withdraw_promise(promise.id, became.reason, by=actor.id, at=unit.now)
    tag = Tag.PROMISE_WITHDRAWN
    note_promise(unit, handoff, tag, gone, actor, words=became.reason, act=act)


def register(listeners: Listeners) -> None:
    """Buttons and forms."""
    listeners.acts(ActionId.PROMISE_DELIVERED, delivered)
    listeners.opens(ActionId.OPEN_BROKEN, open_broken)
    listeners.submits(ViewId.BROKEN, broken)
    listeners.opens(ActionId.OPEN_RENEGOTIATED, open_renegotiated)
    listeners.submits(ViewId.RENEGOTIATED, renegotiated)
