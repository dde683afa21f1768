"""The editors of one entry of the brief: a promise, a person at the customer."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from slack_sdk.models.views import View

from bot.domain import access, ledger
from bot.domain.access import Act
from bot.domain.brief import (
    MOST_CONTACTS,
    Brief,
    Contact,
    MergedEntry,
    People,
    Section,
    changed_fields,
    check_texts,
    merge_entry,
)
from bot.domain.completeness import Completeness, completeness
from bot.domain.debrief import Question
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.hints import (
    Occasion,
    Pointed,
    anything_new,
    hints_on_contact,
    hints_on_promise,
    pointed_out,
)
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.merging import FieldConflict, changed_since, merge_fields
from bot.domain.people import Person
from bot.domain.promises import Origin, Promise, PromiseText, Surfaced
from bot.domain.read_models import Clash
from bot.flows import clash, debrief
from bot.flows.answers import Answer, Done, Push, Refresh, Say, Update
from bot.flows.asked import Asked
from bot.flows.brief import editor_over, readable, save_step, step, who_asks
from bot.flows.inputs import contact_of, promise_text, surfaced_of
from bot.flows.listeners import Listeners
from bot.flows.showing import name_of, only_open_here, whole_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.debrief import IN_LEDGER
from bot.views.entries import contact_view, promise_view, which_promise_message
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref
from bot.views.whole import whole_view

NEW = Contact(id=0, name="")


def _require(section: SectionKey, asked: Asked, unit: ReadUnit, actor: Person) -> None:
    """Who may write one section need not be allowed the entries of another."""
    access.require_write(section, actor, unit.handoffs.get(asked.form.handoff or 0))


def add_promise(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Add promise*: the step is saved, then the editor of one entry opens on top."""
    _require(SectionKey.PROMISES, asked, unit, actor)
    saved = save_step(asked, unit, actor)
    late = _late(unit, saved.handoff)
    view = promise_view(saved.handoff.id, None, pointed=Pointed(seen=saved.seen), late=late)
    return editor_over(asked, unit, actor, saved, view)


def from_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """`/handoff promise`: a new promise, or of which handoff where several are open."""
    standing = only_open_here(unit, asked.channel)
    if len(standing) > 1:
        return Say(which_promise_message([(one.id, one.account) for one in standing]))
    return _new_promise(unit, standing[0], actor)


def new_promise(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Add promise* outside of the brief: its editor alone."""
    return _new_promise(unit, unit.handoffs.get(asked.handoff_id), actor)


def _late(unit: ReadUnit, handoff: Handoff) -> bool:
    """Whether a promise that is written down now comes after the AE's initials."""
    return ledger.surfaces_late(handoff, unit.ledger.entries(handoff.id))


def _new_promise(unit: ReadUnit, handoff: Handoff, actor: Person) -> Answer:
    try:
        access.require_change_promise(actor, handoff)
    except NotAllowed as refused:
        # A command does not say which handoff it is about; the refusal leads to it.
        refused.facts["handoff"] = str(handoff.id)
        raise
    if not handoff.open:
        raise Invalid(handoff.why_over)
    return Push(promise_view(handoff.id, late=_late(unit, handoff)))


def edit_promise(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Edit* beside an entry: the step is saved, then its editor opens on top."""
    _require(SectionKey.PROMISES, asked, unit, actor)
    saved = save_step(asked, unit, actor)
    promise = unit.brief.promise(saved.handoff.id, asked.ref.entry or 0)
    view = promise_view(saved.handoff.id, promise, pointed=Pointed(seen=saved.seen))
    return editor_over(asked, unit, actor, saved, view)


def change_promise(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Edit* beside a promise of the whole handoff: its editor, on top of the page."""
    handoff = unit.handoffs.get(asked.handoff_id)
    access.require_change_promise(actor, handoff)
    promise = unit.brief.promise(handoff.id, asked.ref.entry or 0)
    return Push(promise_view(handoff.id, promise))


def save_promise(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The editor of one entry: added, changed as a new version, or withdrawn with its reason.

    Words that could be more specific keep it open once.
    """
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require_change_promise(actor, handoff)
    late = asked.ref.entry is None and _late(unit, handoff)
    counted = handoff.completeness
    reason = asked.typed.text(Field.WITHDRAW).strip()
    if asked.ref.entry is not None and reason:
        return _withdraw(asked, unit, handoff, asked.ref.entry, reason, actor)
    if asked.ref.entry is None:
        text = _text(asked, unit)
        how = surfaced_of(asked.typed) if late else None
        same = _same_promise(unit, handoff, text)
        kept = same or write_promise(unit, handoff, text, actor, late=how)
    else:
        kept, found = _change_promise(asked, unit, handoff, asked.ref.entry, actor)
        if found is not None:
            pointed = Pointed(seen=asked.ref.seen)
            return Update(
                promise_view(
                    handoff.id, kept, clash=found, pointed=pointed, opened_from=asked.ref.thing
                )
            )
    hints = hints_on_promise(kept)
    if anything_new(hints, asked.ref.seen):
        pointed = pointed_out(hints, Occasion.SAVED, seen=asked.ref.seen)
        below = _below(asked, unit, handoff, SectionKey.PROMISES, actor, counted, kept.id)
        view = promise_view(handoff.id, kept, pointed=pointed, opened_from=asked.ref.thing)
        return Update(view, refresh=below)
    return _back_to(asked, unit, handoff, SectionKey.PROMISES, actor, counted, kept.id)


def _same_promise(unit: ReadUnit, handoff: Handoff, text: PromiseText) -> Promise | None:
    """The entry in force that says just this: a form may come again after its key was forgotten."""
    brief = unit.brief.load(handoff.id, audiences=access.EVERY)
    return next((one for one in brief.entries if one.text == text), None)


def write_promise(
    unit: WriteUnit,
    handoff: Handoff,
    text: PromiseText,
    actor: Person,
    *,
    late: Surfaced | None = None,
    origin: Origin | None = None,
    beside: Callable[[Promise], None] = lambda _: None,
) -> Promise:
    """A new entry of a locked handoff's ledger, with all that follows from it; saved.

    `beside` notes what else happened with it, to be saved at once; `origin` is where it was copied
    from, of one that comes along from another handoff.
    Of one that comes up late and of which nobody said how it did, the AE remembered it where they
    write it down, and whoever else does heard it from the customer.
    """
    if late is None and _late(unit, handoff):
        by_ae = access.acts_as(actor.id, handoff.ae_id, handoff)
        late = Surfaced.REMEMBERED if by_ae else Surfaced.CUSTOMER
    kept = unit.brief.add_promise(
        handoff.id, text, by=actor.id, at=unit.now, late=late, origin=origin
    )
    beside(kept)
    _take_back_none_made(unit, handoff, actor)
    note_promise(unit, handoff, Tag.PROMISE_ADDED, kept, actor, late=late)
    return kept


def _withdraw(
    asked: Asked,
    unit: WriteUnit,
    handoff: Handoff,
    promise_id: int,
    reason: str,
    actor: Person,
) -> Answer:
    """Out of force, with what was typed along as its last wording.

    What somebody changed since the form was opened is shown first, and asked about.
    """
    counted = handoff.completeness
    known = unit.brief.promise(handoff.id, promise_id)
    typed = _typed_over(asked, unit, known)
    if typed.behind and not known.withdrawn:
        return Update(_changed_not_withdrawn(asked, unit, handoff, known, typed, actor))
    if typed.text != known.text and not known.withdrawn:
        _change_promise(asked, unit, handoff, promise_id, actor)
    before = unit.ledger.entry(handoff.id, promise_id)
    gone = unit.brief.withdraw_promise(promise_id, reason, by=actor.id, at=unit.now)
    ledger.void(handoff, before, by=actor, at=unit.now)
    note_promise(unit, handoff, Tag.PROMISE_WITHDRAWN, gone, actor, words=reason)
    return _back_to(asked, unit, handoff, SectionKey.PROMISES, actor, counted, gone.id)


def _text(asked: Asked, unit: ReadUnit, known: Promise | None = None) -> PromiseText:
    """The promise as it was typed; raises Invalid for an owner who is no colleague.

    Whoever it is already known to have stays, also once their account is closed.
    """
    chosen = asked.typed.user(Field.OWNER)
    owner = unit.people.by_slack_id(chosen) if chosen else None
    stays = owner is not None and known is not None and known.text.owner_id == owner.id
    if chosen and not stays and (owner is None or not owner.full_member):
        raise Invalid(Problem.NOT_A_COLLEAGUE, field=Field.OWNER)
    return promise_text(asked.typed, owner)


def _who_delivers(asked: Asked) -> list[str]:
    """Whoever was chosen to deliver a promise."""
    chosen = asked.typed.user(Field.OWNER)
    return [chosen] if chosen else []


@dataclass(frozen=True)
class _TypedOver:
    """What was typed over a promise, brought together with what it says now."""

    text: PromiseText
    conflicts: tuple[FieldConflict, ...]
    behind: tuple[FieldConflict, ...]
    """All that others changed since the form was opened."""


def _typed_over(asked: Asked, unit: ReadUnit, now: Promise) -> _TypedOver:
    wordings = {one.version: one.text for one in unit.brief.promise_versions(now.id)}
    # Of a promise that was just added nobody has seen another wording.
    base = wordings.get(asked.ref.revision or 0, now.text)
    fields = {
        "base": asdict(base),
        "current": asdict(now.text),
        "submitted": asdict(_text(asked, unit, now)),
    }
    merged, conflicts = merge_fields(**fields)
    return _TypedOver(PromiseText(**merged), conflicts, changed_since(**fields))


def _changed_not_withdrawn(
    asked: Asked,
    unit: ReadUnit,
    handoff: Handoff,
    known: Promise,
    typed: _TypedOver,
    actor: Person,
) -> View:
    return promise_view(
        handoff.id,
        replace(known, text=typed.text, owner=name_of(unit, typed.text.owner_id)),
        clash=clash.in_promise(unit, known.id, typed.behind, actor),
        pointed=Pointed(seen=asked.ref.seen),
        withdrawing=asked.typed.text(Field.WITHDRAW),
    )


def _take_back_none_made(unit: WriteUnit, handoff: Handoff, actor: Person) -> None:
    """A promise in the list takes back that none were made."""
    before = unit.brief.load(handoff.id, audiences=access.EVERY)
    if not before.promises.none_made:
        return
    key, after = SectionKey.PROMISES, before.promises.model_copy(update={"none_made": False})
    handoff.save_section(
        key,
        changed=changed_fields(before.promises, after),
        revision=unit.brief.save_section(handoff.id, key, after, by=actor.id, at=unit.now),
        state=completeness(before.with_section(key, after), handoff.tier, unit.policy),
        by=actor,
        at=unit.now,
        policy=unit.policy,
        for_promise=True,
    )


def _change_promise(
    asked: Asked, unit: WriteUnit, handoff: Handoff, promise_id: int, actor: Person
) -> tuple[Promise, Clash | None]:
    """Save an edited promise; gives what is to be shown where somebody changed a field too."""
    entry = unit.ledger.entry(handoff.id, promise_id)
    before = unit.brief.promise(handoff.id, promise_id)
    text = _text(asked, unit, before)
    try:
        after, conflicts = unit.brief.edit_promise(
            promise_id, text, base_version=asked.ref.revision or 0, by=actor.id, at=unit.now
        )
    except Conflict as error:
        raise Conflict(error.problem, field=Field.WORDS) from error
    if after.version != before.version:
        same = after.text.promises_the_same(before.text)
        ledger.void(handoff, entry, by=actor, at=unit.now)
        note_promise(unit, handoff, Tag.PROMISE_EDITED, after, actor, same=same)
    if not conflicts:
        return after, None
    return after, clash.in_promise(unit, promise_id, conflicts, actor)


def promise_once_more(asked: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The editor that a promise in conflict was answered with."""
    handoff = unit.handoffs.get(ref.handoff or 0)
    access.require_change_promise(actor, handoff)
    now = unit.brief.promise(handoff.id, ref.entry or 0)
    typed = _typed_over(asked, unit, now)
    if asked.typed.text(Field.WITHDRAW).strip():
        return _changed_not_withdrawn(asked, unit, handoff, now, typed, actor)
    found = clash.in_promise(unit, now.id, typed.conflicts, actor)
    return promise_view(handoff.id, now, clash=found)


def note_promise(
    unit: WriteUnit,
    handoff: Handoff,
    tag: Tag,
    promise: Promise,
    actor: Person,
    *,
    words: str | None = None,
    same: bool = False,
    act: Act | None = None,
    late: Surfaced | None = None,
) -> None:
    """Save what became of a promise with all that follows; `act` is what it follows from."""
    brief = unit.brief.load(handoff.id, audiences=access.EVERY)
    handoff.copy_from(brief, at=unit.now)
    unit.surfaces.show_promise(handoff, promise.id, promise.version, reworded=True)
    handoff.save_promise(
        tag,
        number=promise.number,
        version=promise.version,
        words=words or promise.text.words,
        state=completeness(brief, handoff.tier, unit.policy),
        by=actor,
        at=unit.now,
        policy=unit.policy,
        same=same,
        act=act,
        late=late,
    )
    unit.save(handoff, actor_id=actor.id)


def _back_to(
    asked: Asked,
    unit: ReadUnit,
    handoff: Handoff,
    section: SectionKey,
    actor: Person,
    before: Completeness,
    entry: int,
) -> Answer:
    """The editor closes, and the step below it shows what was saved."""
    return Done(_below(asked, unit, handoff, section, actor, before, entry))


def _below(
    asked: Asked,
    unit: ReadUnit,
    handoff: Handoff,
    section: SectionKey,
    actor: Person,
    before: Completeness,
    entry: int,
) -> Refresh | None:
    """The step under the editor as it is now; `before` is how far the brief was until this save."""
    view_id = (asked.view or {}).get("previous_view_id")
    if not view_id:
        return None
    if asked.ref.thing == IN_LEDGER:
        return Refresh(view_id, debrief.step(unit, handoff, Question.PROMISED, actor))
    if not access.may_write(section, actor, handoff):
        # Opened from the page of the whole handoff.
        return Refresh(view_id, whole_view(whole_of(unit, handoff.id, actor)))
    fallen, seen = handoff.completeness.fallen(before), asked.ref.seen
    return Refresh(
        view_id, step(unit, handoff, section, actor, fallen=fallen, seen=seen, entry=entry)
    )


def add_contact(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Add person*: the step is saved, then the editor opens on top."""
    _require(SectionKey.PEOPLE, asked, unit, actor)
    saved = save_step(asked, unit, actor)
    pointed = Pointed(seen=saved.seen)
    view = contact_view(saved.handoff.id, None, revision=saved.revision, pointed=pointed)
    return editor_over(asked, unit, actor, saved, view)


def edit_contact(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Edit person*: the step is saved, then their editor opens on top."""
    _require(SectionKey.PEOPLE, asked, unit, actor)
    saved = save_step(asked, unit, actor)
    people = _people(unit, saved.handoff, actor)
    contact = _known(people, asked.ref.entry or 0)
    pointed = Pointed(seen=saved.seen)
    view = contact_view(saved.handoff.id, contact, revision=saved.revision, pointed=pointed)
    return editor_over(asked, unit, actor, saved, view)


def save_contact(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The editor of one person: added, changed field by field, or taken off the list.

    Words that could be more specific keep it open once.
    """
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require_write(SectionKey.PEOPLE, actor, handoff)
    counted = handoff.completeness
    before = unit.brief.load(handoff.id, audiences=access.EVERY)
    revision = unit.brief.revision(handoff.id, SectionKey.PEOPLE)
    base = before.people
    if asked.ref.revision != revision:
        base = _people_at(unit, handoff.id, asked.ref.revision or 0)
    if asked.ref.entry is not None and asked.typed.options(Field.REMOVE):
        return _take_off(asked, unit, handoff, before, base, actor)
    # Each save of the section has a number of its own: no two people ever get the same id.
    fresh = revision + 1
    people, conflicts = _changed(asked, base, before.people, fresh=fresh)
    entry = asked.ref.entry or _same_contact(before.people, people, fresh) or fresh
    if entry != asked.ref.entry and entry != fresh:
        people = before.people
    if changed_fields(before.people, people):
        revision = _keep_people(unit, handoff, before, people, actor)
    if conflicts:
        return Update(
            contact_view(
                handoff.id,
                _known(people, entry),
                revision=revision,
                clash=clash.in_contact(unit, handoff.id, entry, conflicts, actor),
                pointed=Pointed(seen=asked.ref.seen),
            )
        )
    kept = next((one for one in people.contacts if one.id == entry), None)
    hints = hints_on_contact(kept) if kept is not None else ()
    if anything_new(hints, asked.ref.seen):
        pointed = pointed_out(hints, Occasion.SAVED, seen=asked.ref.seen)
        view = contact_view(handoff.id, kept, revision=revision, pointed=pointed)
        below = _below(asked, unit, handoff, SectionKey.PEOPLE, actor, counted, entry)
        return Update(view, refresh=below)
    return _back_to(asked, unit, handoff, SectionKey.PEOPLE, actor, counted, entry)


def _same_contact(before: People, after: People, fresh: int) -> int | None:
    """Who is on the list just as the new one: a form may come again after its key was forgotten."""
    added = next((one for one in after.contacts if one.id == fresh), None)
    known = (one for one in before.contacts if one.model_copy(update={"id": fresh}) == added)
    return next((one.id for one in known), None)


def _people_at(unit: ReadUnit, handoff_id: int, revision: int) -> People:
    people: Section = unit.brief.at_revision(
        handoff_id, SectionKey.PEOPLE, revision, audiences=access.EVERY
    )
    if not isinstance(people, People):
        raise TypeError(SectionKey.PEOPLE)
    return people


def _take_off(
    asked: Asked, unit: WriteUnit, handoff: Handoff, before: Brief, base: People, actor: Person
) -> Answer:
    """Off the list, with what was typed along kept in the version before.

    What somebody changed since the form was opened is shown first, and asked about.
    """
    counted, entry = handoff.completeness, asked.ref.entry or 0
    merged, behind = _merged_person(asked, base, before.people)
    if behind:
        revision = unit.brief.revision(handoff.id, SectionKey.PEOPLE)
        return Update(
            _changed_not_removed(asked, unit, handoff, merged.entry, behind, revision, actor)
        )
    people = _with_person(before.people, merged.entry)
    if changed_fields(before.people, people):
        _keep_people(unit, handoff, before, people, actor)
        before = before.with_section(SectionKey.PEOPLE, people)
    left = people.with_contacts(tuple(one for one in people.contacts if one.id != entry))
    _keep_people(unit, handoff, before, left, actor)
    return _back_to(asked, unit, handoff, SectionKey.PEOPLE, actor, counted, entry)


def _with_person(people: People, contact: Contact) -> People:
    return people.with_contacts(
        tuple(contact if one.id == contact.id else one for one in people.contacts)
    )


def _merged_person(
    asked: Asked, base: People, current: People
) -> tuple[MergedEntry[Contact], tuple[FieldConflict, ...]]:
    """What was typed over a person brought together with what stands there now.

    Besides all that others changed since the form was opened.
    """
    entry = asked.ref.entry or 0
    was, now = _known(base, entry), _known(current, entry)
    submitted = contact_of(asked.typed, was)
    check_texts(submitted)
    merged = merge_entry(base=was, current=now, submitted=submitted)
    return merged, changed_since(base=dict(was), current=dict(now), submitted=dict(submitted))


def _changed_not_removed(
    asked: Asked,
    unit: ReadUnit,
    handoff: Handoff,
    contact: Contact,
    behind: tuple[FieldConflict, ...],
    revision: int,
    actor: Person,
) -> View:
    return contact_view(
        handoff.id,
        contact,
        revision=revision,
        clash=clash.in_contact(unit, handoff.id, contact.id, behind, actor),
        pointed=Pointed(seen=asked.ref.seen),
        removing=True,
    )


def _keep_people(
    unit: WriteUnit, handoff: Handoff, before: Brief, people: People, actor: Person
) -> int:
    """Store the changed section and what follows from it; gives its new revision."""
    return write_section(unit, handoff, before, SectionKey.PEOPLE, people, actor)


def write_section(
    unit: WriteUnit,
    handoff: Handoff,
    before: Brief,
    key: SectionKey,
    section: Section,
    actor: Person,
) -> int:
    """Store a section of a locked handoff and what follows from it; gives its new revision."""
    revision = unit.brief.save_section(handoff.id, key, section, by=actor.id, at=unit.now)
    after = before.with_section(key, section)
    handoff.copy_from(after, at=unit.now)
    handoff.save_section(
        key,
        changed=changed_fields(before.section(key), section),
        revision=revision,
        state=completeness(after, handoff.tier, unit.policy),
        by=actor,
        at=unit.now,
        policy=unit.policy,
    )
    unit.save(handoff, actor_id=actor.id)
    return revision


def _changed(
    asked: Asked, base: People, current: People, *, fresh: int
) -> tuple[People, tuple[FieldConflict, ...]]:
    """The people with the submitted person in their place, and what somebody else changed too."""
    if asked.ref.entry is None:
        if len(current.contacts) >= MOST_CONTACTS:
            raise Invalid(Problem.TOO_MANY, field=Field.NAME, facts={"most": str(MOST_CONTACTS)})
        made = contact_of(asked.typed, NEW.model_copy(update={"id": fresh}))
        check_texts(made)
        return current.with_contacts((*current.contacts, made)), ()
    merged, _ = _merged_person(asked, base, current)
    return _with_person(current, merged.entry), merged.conflicts


def contact_once_more(asked: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The editor that a person in conflict was answered with."""
    handoff = unit.handoffs.get(ref.handoff or 0)
    access.require_write(SectionKey.PEOPLE, actor, handoff)
    base = _people_at(unit, handoff.id, asked.ref.revision or 0)
    now = unit.brief.load(handoff.id, audiences=access.EVERY).people
    if asked.ref.entry is not None and asked.typed.options(Field.REMOVE):
        merged, behind = _merged_person(asked, base, now)
        revision = ref.revision or 0
        return _changed_not_removed(asked, unit, handoff, merged.entry, behind, revision, actor)
    people, conflicts = _changed(asked, base, now, fresh=0)
    kept = _known(people, ref.entry or 0)
    found = clash.in_contact(unit, handoff.id, kept.id, conflicts, actor)
    return contact_view(handoff.id, kept, revision=ref.revision or 0, clash=found)


def _known(people: People, contact_id: int) -> Contact:
    found = next((one for one in people.contacts if one.id == contact_id), None)
    if found is None:
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.NAME)
    return found


def _people(unit: ReadUnit, handoff: Handoff, actor: Person) -> People:
    given = access.given(actor, handoff)
    return unit.brief.load(handoff.id, audiences=readable(handoff, actor), given=given).people


def register(listeners: Listeners) -> None:
    """Both editors."""
    listeners.acts(ActionId.PROMISE_ADD, add_promise, named=who_asks)
    listeners.acts(ActionId.PROMISE_EDIT, edit_promise, named=who_asks)
    listeners.opens(ActionId.PROMISE_CHANGE, change_promise)
    listeners.opens(ActionId.PROMISE_NEW, new_promise)
    listeners.submits(ViewId.PROMISE, save_promise, named=_who_delivers)
    listeners.acts(ActionId.CONTACT_ADD, add_contact, named=who_asks)
    listeners.acts(ActionId.CONTACT_EDIT, edit_contact, named=who_asks)
    listeners.submits(ViewId.CONTACT, save_contact)
    listeners.redraw(ViewId.PROMISE, promise_once_more)
    listeners.redraw(ViewId.CONTACT, contact_once_more)
