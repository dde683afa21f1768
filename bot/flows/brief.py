"""Writing the brief: one section a step, each saved on its own, merged field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act, Audience
from bot.domain.brief import (
    Brief,
    People,
    Section,
    changed_fields,
    check_links,
    check_texts,
    merge,
    refuse_contradictions,
)
from bot.domain.completeness import OpenItem, completeness, rules_of
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.hints import (
    Occasion,
    Pointed,
    anything_new,
    hints_on_section,
    hints_on_step,
    pointed_out,
)
from bot.domain.items import Item, SectionKey
from bot.domain.merging import FieldConflict
from bot.domain.people import Person
from bot.domain.read_models import Because, BriefStep, Clash, NamedPerson, named
from bot.domain.snapshots import ASKER
from bot.flows import clash
from bot.flows.answers import Answer, Open, Push, Refresh, Update
from bot.flows.asked import Asked
from bot.flows.inputs import section_of
from bot.flows.listeners import Listeners
from bot.flows.showing import brief_told, card_of, myself
from bot.storage.because import because
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.brief import brief_steps_view, brief_view, page_with
from bot.views.card import preview_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref
from bot.views.start import with_size


@dataclass(frozen=True)
class Saved:
    """What became of a step: its conflicts, and whether the form may go on."""

    handoff: Handoff
    section: SectionKey
    conflicts: tuple[FieldConflict, ...]
    typed: Section
    kept: Section
    """The section as it is stored now."""
    revision: int
    """The section's newest one; the open form stands for an older one if it saved something."""
    fallen: tuple[OpenItem, ...]
    """What was filled before and is a hole now."""
    seen: tuple[str, ...]
    """Marks of the hints on words that the open form had shown."""


def counted_items(
    handoff: Handoff, writer: Person, unit: ReadUnit
) -> Mapping[SectionKey, tuple[Item, ...]]:
    """The sections a person may fill, in order, with the items that the deal counts of each."""
    rules = rules_of(handoff.tier, unit.policy)
    return {
        key: tuple(rule.item for rule in rules if rule.section is key)
        for key in SectionKey
        if access.may_write(key, writer, handoff)
    }


def steps_of(handoff: Handoff, writer: Person, unit: ReadUnit) -> list[SectionKey]:
    """The steps of the form: the sections with something counted, of those the person may fill.

    What a light deal does not count is reached from the list of all steps.
    """
    return _order(counted_items(handoff, writer, unit))


def _order(counted: Mapping[SectionKey, Sequence[Item]]) -> list[SectionKey]:
    return [key for key, items in counted.items() if items] or list(counted)


def first_step(unit: ReadUnit, handoff_id: int, writer: Person) -> View:
    """The step to go on with: the first with something the CSM asks about or something open.

    Else the first of all.
    """
    handoff = unit.handoffs.get(handoff_id)
    wanted = _asked_sections(handoff, writer, unit) or {
        item.section for item in handoff.completeness.open
    }
    order = steps_of(handoff, writer, unit)
    if not order:
        access.require_write(SectionKey.WHY, writer, handoff)
    return step(unit, handoff, next((key for key in order if key in wanted), order[0]), writer)


def _is_ae(writer: Person, handoff: Handoff) -> bool:
    """Whether the brief is theirs: the AE, and who acts for them."""
    return access.acts_as(writer.id, handoff.ae_id, handoff)


def _asked_sections(handoff: Handoff, writer: Person, unit: ReadUnit) -> set[SectionKey]:
    """Where to find what the CSM asks about, of a brief that was sent back to its AE."""
    if not handoff.verification.with_ae or not _is_ae(writer, handoff):
        return set()
    asked = handoff.verification.sent_back_items
    counted = counted_items(handoff, writer, unit)
    return {key for key, items in counted.items() if any(item in asked for item in items)}


def _sent_back(unit: ReadUnit, handoff: Handoff, writer: Person) -> Because | None:
    """What the CSM asked, for an AE to whom the brief was sent back."""
    if not handoff.verification.with_ae or not _is_ae(writer, handoff):
        return None
    return because(unit, unit.bundle(handoff.id, viewer=writer), writer)


def started(unit: ReadUnit, handoff: Handoff, writer: Person) -> View:
    """The first step after the start form, which says what the deal got and why."""
    seen = access.audiences(writer, handoff, in_channel=True)
    return with_size(first_step(unit, handoff.id, writer), handoff.size(unit.policy).seen_by(seen))


def readable(handoff: Handoff, writer: Person) -> frozenset[Audience]:
    """What a writer reads; who writes in a handoff need not be in its channel."""
    return access.audiences(writer, handoff, in_channel=False)


def step(
    unit: ReadUnit,
    handoff: Handoff,
    section: SectionKey,
    writer: Person,
    saved: Saved | None = None,
    *,
    page: int | None = None,
    entry: int | None = None,
    fallen: Sequence[OpenItem] = (),
    seen: tuple[str, ...] = (),
    occasion: Occasion | None = None,
) -> View:
    """One step of the form as it stands now.

    `saved` is the save before it: what could not be kept is shown, and what it emptied is named;
    `fallen` and `seen` say the same of a save in an editor. With an `occasion` words are looked at.
    Of its list it shows a page, or that with an `entry`.
    """
    audiences, given = readable(handoff, writer), access.given(writer, handoff)
    counted = counted_items(handoff, writer, unit)
    order = _order(counted)
    brief = unit.brief.load(handoff.id, audiences=audiences, given=given)
    here = saved if saved is not None and saved.section is section else None
    model = BriefStep(
        handoff_id=handoff.id,
        account=handoff.account,
        section=section,
        number=order.index(section) + 1 if section in order else 0,
        count=len(order),
        revision=here.revision if here else unit.brief.revision(handoff.id, section),
        brief=brief,
        completeness=brief_told(unit, handoff, writer),
        counted=counted.get(section, ()),
        askers=_askers(unit, handoff, brief.section(section), here),
        pasted=unit.pasted.there(handoff.id, writer.id),
        clash=_clash(unit, here, writer) if here else None,
        typed=_typed(here.typed) if here and here.conflicts else None,
        fallen=_told(unit, saved.fallen if saved else fallen, writer, handoff),
        pointed=_pointed(brief, section, here.seen if here else seen, occasion),
        because=_sent_back(unit, handoff, writer)
        if section in _asked_sections(handoff, writer, unit)
        else None,
    )
    if page is None:
        page = page_with(model, entry)
    return brief_view(model, page=page)


def _pointed(
    brief: Brief, section: SectionKey, seen: tuple[str, ...], occasion: Occasion | None
) -> Pointed:
    if occasion is None:
        return Pointed(seen=seen)
    asked = occasion is Occasion.CHECKED
    # Each person and promise was looked at when it was saved, so going on is not held up by them.
    hints = hints_on_step(brief, section) if asked else hints_on_section(brief.section(section))
    return pointed_out(hints, occasion, seen=seen)


def _told(
    unit: ReadUnit, fallen: Sequence[OpenItem], writer: Person, handoff: Handoff
) -> tuple[OpenItem, ...]:
    """What fell, as far as its writer may read it."""
    items = {one.item for one in fallen}
    return tuple(one for one in brief_told(unit, handoff, writer).open if one.item in items)


def _askers(
    unit: ReadUnit, handoff: Handoff, section: Section, saved: Saved | None
) -> dict[int | None, NamedPerson]:
    """Who stands or stood in the form as the one who asks the customer; None is the AE."""
    ids = [handoff.ae_id, section.asker, saved.typed.asker if saved else None]
    people = unit.people.many(ids)
    askers: dict[int | None, NamedPerson] = {one: myself(who) for one, who in people.items()}
    return {None: askers[handoff.ae_id], **askers}


def _clash(unit: ReadUnit, saved: Saved, writer: Person) -> Clash | None:
    if not saved.conflicts:
        return None
    handoff = saved.handoff
    conflicts = [
        replace(one, theirs=unit.people.get(one.theirs or handoff.ae_id).name)
        if one.field == ASKER
        else one
        for one in saved.conflicts
    ]
    return clash.in_section(unit, handoff.id, saved.section, conflicts, writer)


def _typed(section: Section) -> dict[str, Any]:
    return {name: getattr(section, name) for name in type(section).model_fields}


def open_brief(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Write brief*: where the writer left off."""
    return Open(first_step(unit, asked.handoff_id, actor))


def save_step(asked: Asked, unit: WriteUnit, actor: Person) -> Saved:
    """Save the step the person is in, merged with what was saved since they opened it."""
    section, form = section_named(asked.form.thing), asked.form
    handoff = unit.handoffs.lock(form.handoff or 0)
    access.require_write(section, actor, handoff)
    # All of it, whoever writes: it is merged and counted here, and shown to nobody.
    before = unit.brief.load(handoff.id, audiences=access.EVERY)
    revision = unit.brief.revision(handoff.id, section)
    base = before.section(section)
    if form.revision != revision:
        base = unit.brief.at_revision(
            handoff.id, section, form.revision or 0, audiences=access.EVERY
        )
    submitted = _submitted(asked, unit, handoff, base)
    check_texts(submitted)
    check_links(submitted, base=base)
    merged = merge(base=base, current=before.section(section), submitted=submitted)
    new = merged.section
    if isinstance(new, People):
        new = new.with_contacts(new.contacts)
    counted = handoff.completeness
    revision = _keep(unit, handoff, section, before, new, actor, revision=revision)
    return Saved(
        handoff,
        section,
        merged.conflicts,
        submitted,
        new,
        revision,
        handoff.completeness.fallen(counted),
        form.seen,
    )


def save_field(
    unit: WriteUnit,
    handoff: Handoff,
    section: SectionKey,
    name: str,
    value: str | date | None,
    actor: Person,
) -> None:
    """Save one field of a locked handoff's brief; its links are typed in the form alone.

    Raises Invalid for a text that is too long or contradicts another field.
    """
    access.require_write(section, actor, handoff)
    before = unit.brief.load(handoff.id, audiences=access.EVERY)
    new = before.section(section).model_copy(update={name: value})
    check_texts(new)
    revision = unit.brief.revision(handoff.id, section)
    _keep(unit, handoff, section, before, new, actor, revision=revision)


def _keep(
    unit: WriteUnit,
    handoff: Handoff,
    section: SectionKey,
    before: Brief,
    new: Section,
    actor: Person,
    *,
    revision: int,
) -> int:
    """Keep a section as it is now, with what follows from it; gives its newest revision."""
    after = before.with_section(section, new)
    refuse_contradictions(after, section)
    changed = changed_fields(before.section(section), new)
    if changed:
        revision = unit.brief.save_section(handoff.id, section, new, by=actor.id, at=unit.now)
    handoff.copy_from(after, at=unit.now)
    handoff.save_section(
        section,
        changed=changed,
        revision=revision,
        state=completeness(after, handoff.tier, unit.policy),
        by=actor,
        at=unit.now,
        policy=unit.policy,
    )
    unit.save(handoff, actor_id=actor.id)
    return revision


def who_asks(asked: Asked) -> Sequence[str]:
    """Whoever was chosen to ask the customer."""
    chosen = asked.typed.user(Field.ASKER) if asked.view is not None else None
    return [chosen] if chosen else []


def _submitted(asked: Asked, unit: ReadUnit, handoff: Handoff, base: Section) -> Section:
    """The section as it was filled in; raises Invalid where no colleague is to ask."""
    filled = section_of(section_named(asked.form.thing), asked.typed, base)
    if not asked.typed.shown(Field.ASKER):
        return filled
    chosen = asked.typed.user(Field.ASKER)
    person = unit.people.by_slack_id(chosen) if chosen else None
    # Whoever stands there already stays, though they may have left the company since.
    if person is not None and person.id == base.asker:
        return filled
    asker = handoff.who_asks(person) if person is not None else None
    return filled.model_copy(update={ASKER: asker})


def section_named(thing: str | None) -> SectionKey:
    """The section a form or button is about; raises Invalid for one of an older version."""
    if thing not in set(SectionKey):
        raise Invalid(Problem.STALE_BUTTON)
    return SectionKey(thing)


def save_and_next(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted step: saved, then the next one; after the last what comes next is shown.

    Words that could be more specific hold the writer up once, and never again for the same words.
    """
    saved = save_step(asked, unit, actor)
    if saved.conflicts:
        return Update(step(unit, saved.handoff, saved.section, actor, saved))
    if anything_new(hints_on_section(saved.kept), saved.seen):
        occasion = Occasion.SAVED
        return Update(step(unit, saved.handoff, saved.section, actor, saved, occasion=occasion))
    order = steps_of(saved.handoff, actor, unit)
    if saved.section not in order:
        return Update(steps_list(unit, saved.handoff, actor))
    place = order.index(saved.section) + 1
    if place == len(order):
        return Update(_after_the_last(unit, saved.handoff, actor, saved.fallen))
    return Update(step(unit, saved.handoff, order[place], actor, saved))


def check_words(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Check words*: saved first, then the same step with what could be more specific in it."""
    saved = save_step(asked, unit, actor)
    # Where somebody else changed the same field, that is what has to be looked at first.
    occasion = None if saved.conflicts else Occasion.CHECKED
    return Update(step(unit, saved.handoff, saved.section, actor, saved, occasion=occasion))


def _after_the_last(
    unit: ReadUnit, handoff: Handoff, writer: Person, fallen: Sequence[OpenItem] = ()
) -> View:
    """The preview where the message can be posted now, else how far every section is."""
    unposted = handoff.signed_at is not None and handoff.posted_at is None
    # What fell with this save is named before the message is.
    if unposted and not fallen and access.may(Act.POST, writer, handoff):
        card = card_of(unit, handoff.id, preview=True)
        return preview_view(card, Ref(handoff=handoff.id))
    return steps_list(unit, handoff, writer, fallen)


def steps_list(
    unit: ReadUnit, handoff: Handoff, writer: Person, fallen: Sequence[OpenItem] = ()
) -> View:
    """The list of all steps, as far as they are this writer's."""
    invites = handoff.open and access.may(Act.INVITE_HELPER, writer, handoff)
    return brief_steps_view(
        handoff_id=handoff.id,
        account=handoff.account,
        completeness=brief_told(unit, handoff, writer),
        counted=counted_items(handoff, writer, unit),
        fallen=_told(unit, fallen, writer, handoff),
        quick=access.acts_as(writer.id, handoff.ae_id, handoff) and unit.written_quickly(handoff),
        pasted=unit.pasted.there(handoff.id, writer.id),
        helpers=_helpers(unit, handoff) if invites else (),
        invites=invites,
        because=_sent_back(unit, handoff, writer),
        postable=handoff.signed_at is not None
        and handoff.posted_at is None
        and access.may(Act.POST, writer, handoff),
    )


def _helpers(unit: ReadUnit, handoff: Handoff) -> list[tuple[NamedPerson, frozenset[SectionKey]]]:
    people = unit.people.many(handoff.helpers)
    found = ((named(one, people), keys) for one, keys in handoff.helpers.items())
    return [(one, keys) for one, keys in found if one is not None]


def go_back(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Back*: saved first, then the step before."""
    saved = save_step(asked, unit, actor)
    if saved.conflicts:
        return Update(step(unit, saved.handoff, saved.section, actor, saved))
    order = steps_of(saved.handoff, actor, unit)
    place = max(order.index(saved.section) - 1, 0) if saved.section in order else 0
    return Update(step(unit, saved.handoff, order[place], actor, saved))


def all_steps(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*All steps*: saved first, then the list of sections."""
    saved = save_step(asked, unit, actor)
    if saved.conflicts:
        return Update(step(unit, saved.handoff, saved.section, actor, saved))
    return Update(steps_list(unit, saved.handoff, actor, saved.fallen))


def editor_over(asked: Asked, unit: ReadUnit, writer: Person, saved: Saved, view: View) -> Answer:
    """An editor on top of the step, which goes on from what it has just saved.

    Else its next save would take the writer's own words for somebody else's.
    """
    if saved.conflicts:
        return Update(step(unit, saved.handoff, saved.section, writer, saved))
    if asked.view is None or saved.revision == (asked.form.revision or 0):
        return Push(view)
    entry = asked.ref.entry
    below = step(unit, saved.handoff, saved.section, writer, saved, entry=entry)
    return Push(view, Refresh(asked.view["id"], below))


def go_to(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """One section chosen from the list, or another page of it: then the step is saved first."""
    section = section_named(asked.ref.thing)
    handoff = unit.handoffs.get(asked.handoff_id)
    access.require_write(section, actor, handoff)
    saved = None
    if handoff.open and asked.form.thing is not None:
        saved = save_step(asked, unit, actor)
        if saved.conflicts:
            return Update(step(unit, saved.handoff, saved.section, actor, saved))
        handoff = saved.handoff
    return Update(step(unit, handoff, section, actor, saved, page=asked.ref.page or 0))


def step_once_more(asked: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The step that a saved one was answered with; the same one where something was in conflict."""
    section, form = section_named(ref.thing), asked.form
    handoff = unit.handoffs.get(ref.handoff or 0)
    access.require_write(section, actor, handoff)
    if asked.name == ViewId.START:
        return started(unit, handoff, actor)
    if form.thing != ref.thing:
        return step(unit, handoff, section, actor)
    # Merged once more, what was saved is everybody's, and only what was in conflict still is.
    base = unit.brief.at_revision(handoff.id, section, form.revision or 0, audiences=access.EVERY)
    submitted = _submitted(asked, unit, handoff, base)
    current = unit.brief.load(handoff.id, audiences=access.EVERY).section(section)
    merged = merge(base=base, current=current, submitted=submitted)
    if not merged.conflicts:
        return step(unit, handoff, section, actor, seen=form.seen)
    saved = Saved(
        handoff=handoff,
        section=section,
        conflicts=merged.conflicts,
        typed=submitted,
        kept=merged.section,
        revision=ref.revision or 0,
        fallen=(),
        seen=form.seen,
    )
    return step(unit, handoff, section, actor, saved)


def _steps_once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    return _after_the_last(unit, unit.handoffs.get(ref.handoff or 0), actor)


def register(listeners: Listeners) -> None:
    """The form's button and its steps."""
    listeners.opens(ActionId.WRITE_BRIEF, open_brief, act=Act.EDIT_BRIEF)
    listeners.submits(ViewId.BRIEF, save_and_next, named=who_asks)
    listeners.acts(ActionId.BRIEF_BACK, go_back, named=who_asks)
    listeners.acts(ActionId.BRIEF_ALL_STEPS, all_steps, named=who_asks)
    listeners.acts(ActionId.BRIEF_GO, go_to, named=who_asks)
    listeners.redraw(ViewId.BRIEF, step_once_more)
    listeners.redraw(ViewId.BRIEF_STEPS, _steps_once_more)
    listeners.redraw(ViewId.PREVIEW, _steps_once_more)
    listeners.acts(ActionId.CHECK_WORDS, check_words, named=who_asks)
