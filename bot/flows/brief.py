"""Writing the brief: one section a step, each saved on its own, merged field by field."""

from dataclasses import dataclass

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act, Audience
from bot.domain.brief import (
    Promises,
    Section,
    SectionKey,
    Success,
    changed_fields,
    check_section,
    completeness,
    merge,
)
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.merging import FieldConflict
from bot.domain.people import Person
from bot.domain.promises import Promise
from bot.domain.read_models import BriefStep, Clash
from bot.flows.answers import Answer, Done, Open, Push, Refresh, Update
from bot.flows.asked import Asked
from bot.flows.inputs import Typed, promise_text, promises_of, success_of
from bot.flows.listeners import Listeners
from bot.flows.showing import card_of, name_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.brief import brief_steps_view, brief_view, promise_view
from bot.views.card import preview_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref

ORDER = tuple(SectionKey)


@dataclass(frozen=True)
class _Saved:
    """What became of a step: its conflicts, and whether the form may go on."""

    section: SectionKey
    conflicts: tuple[FieldConflict, ...]
    typed: Section
    revision: int
    """The section's newest one; the open form stands for an older one if it saved something."""


def first_step(unit: ReadUnit, handoff_id: int, writer: Person) -> View:
    """The step to go on with: the first section with something open, else the first of all."""
    open_sections = {item.section for item in unit.handoffs.get(handoff_id).completeness.open}
    section = next((key for key in ORDER if key in open_sections), ORDER[0])
    return step(unit, handoff_id, section, writer)


def _readable(handoff: Handoff, writer: Person) -> frozenset[Audience]:
    # Who writes in a handoff need not be in its channel.
    return access.audiences(writer, handoff, in_channel=False)


def step(
    unit: ReadUnit,
    handoff_id: int,
    section: SectionKey,
    writer: Person,
    saved: _Saved | None = None,
    *,
    page: int = 0,
) -> View:
    """One step of the form as it stands now; with `saved`, what could not be saved is shown."""
    handoff = unit.handoffs.get(handoff_id)
    audiences = _readable(handoff, writer)
    change = unit.brief.last_change(handoff_id, section) if saved else None
    conflicts = saved.conflicts if saved else ()
    clash = Clash(conflicts, name_of(unit, change[0]), change[1]) if conflicts and change else None
    model = BriefStep(
        handoff_id=handoff_id,
        account=handoff.account,
        section=section,
        number=ORDER.index(section) + 1,
        count=len(ORDER),
        revision=unit.brief.revision(handoff_id, section),
        brief=unit.brief.load(handoff_id, audiences=audiences),
        completeness=handoff.completeness.seen_by(audiences),
        clash=clash,
        typed=saved.typed.model_dump() if saved else None,
    )
    return brief_view(model, page=page)


def open_brief(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Write brief*: where the writer left off."""
    return Open(first_step(unit, asked.handoff_id, actor))


def _save(asked: Asked, unit: WriteUnit, actor: Person) -> _Saved:
    """Save the step the person is in, merged with what was saved since they opened it."""
    section, form = _section(asked.form.thing), asked.form
    handoff = unit.handoffs.lock(form.handoff or 0)
    # All of it, whoever writes: it is merged and counted here, and shown to nobody.
    before = unit.brief.load(handoff.id, audiences=access.EVERY)
    base = unit.brief.at_revision(handoff.id, section, form.revision or 0, audiences=access.EVERY)
    submitted = _read(section, asked.typed, base)
    check_section(submitted)
    merged = merge(base=base, current=before.section(section), submitted=submitted)
    after = before.with_section(section, merged.section)
    if after.promises.none_made and after.entries:
        raise Invalid(Problem.NONE_AND_SOME, field=Field.NONE_MADE)
    changed = changed_fields(before.section(section), merged.section)
    revision = unit.brief.revision(handoff.id, section)
    if changed:
        revision = unit.brief.save_section(
            handoff.id, section, merged.section, by=actor.id, at=unit.now
        )
    handoff.save_section(
        section,
        changed=changed,
        revision=revision,
        state=completeness(after, handoff.tier),
        by=actor,
        at=unit.now,
        policy=unit.policy,
    )
    unit.save(handoff, actor_id=actor.id)
    return _Saved(section, merged.conflicts, submitted, revision)


def _section(thing: str | None) -> SectionKey:
    if thing not in set(SectionKey):
        raise Invalid(Problem.STALE_BUTTON)
    return SectionKey(thing)


def _read(section: SectionKey, typed: Typed, base: Section) -> Section:
    if isinstance(base, Success):
        return success_of(typed, base)
    if isinstance(base, Promises):
        return promises_of(typed, base)
    raise TypeError(section)


def save_and_next(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted step: saved, then the next one; after the last what comes next is shown."""
    saved = _save(asked, unit, actor)
    handoff_id = asked.form.handoff or 0
    if saved.conflicts:
        return Update(step(unit, handoff_id, saved.section, actor, saved))
    place = ORDER.index(saved.section) + 1
    if place == len(ORDER):
        return Update(_after_the_last(unit, handoff_id, actor))
    return Update(step(unit, handoff_id, ORDER[place], actor))


def _after_the_last(unit: ReadUnit, handoff_id: int, writer: Person) -> View:
    """The preview where the message can be posted now, else how far every section is."""
    handoff = unit.handoffs.get(handoff_id)
    if handoff.signed_at is not None and handoff.posted_at is None:
        card = card_of(unit, handoff_id, preview=True)
        return preview_view(card, Ref(handoff=handoff_id))
    return _steps(unit, handoff_id, writer)


def _steps(unit: ReadUnit, handoff_id: int, writer: Person) -> View:
    handoff = unit.handoffs.get(handoff_id)
    return brief_steps_view(
        handoff_id=handoff_id,
        account=handoff.account,
        completeness=handoff.completeness.seen_by(_readable(handoff, writer)),
        tier=handoff.tier,
    )


def go_back(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Back*: saved first, then the step before."""
    saved = _save(asked, unit, actor)
    place = max(ORDER.index(saved.section) - 1, 0)
    before = step(unit, asked.form.handoff or 0, ORDER[place], actor)
    return _on(asked, unit, actor, saved, before)


def all_steps(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*All steps*: saved first, then the list of sections."""
    saved = _save(asked, unit, actor)
    return _on(asked, unit, actor, saved, _steps(unit, asked.form.handoff or 0, actor))


def _on(asked: Asked, unit: ReadUnit, writer: Person, saved: _Saved, view: View) -> Answer:
    """The view asked for, unless a conflict has to be looked at first."""
    if saved.conflicts:
        return Update(step(unit, asked.form.handoff or 0, saved.section, writer, saved))
    return Update(view)


def _over(asked: Asked, unit: ReadUnit, writer: Person, saved: _Saved, view: View) -> Answer:
    """An editor on top of the step, which goes on from what it has just saved.

    Else its next save would take the writer's own words for somebody else's.
    """
    if asked.view is None or saved.revision == (asked.form.revision or 0):
        return Push(view)
    below = step(unit, asked.form.handoff or 0, saved.section, writer)
    return Push(view, Refresh(asked.view["id"], below))


def go_to(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """One section chosen from the list, or another page of it: then the step is saved first."""
    section = _section(asked.ref.thing)
    handoff = unit.handoffs.get(asked.handoff_id)
    access.require(Act.EDIT_BRIEF, actor, handoff)
    if handoff.open and asked.form.thing is not None:
        saved = _save(asked, unit, actor)
        if saved.conflicts:
            return Update(step(unit, handoff.id, saved.section, actor, saved))
    return Update(step(unit, handoff.id, section, actor, page=asked.ref.page or 0))


def add_promise(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Add promise*: the step is saved, then the editor of one entry opens on top."""
    saved = _save(asked, unit, actor)
    if saved.conflicts:
        return Update(step(unit, asked.form.handoff or 0, saved.section, actor, saved))
    return _over(asked, unit, actor, saved, promise_view(asked.form.handoff or 0, None))


def edit_promise(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Edit* beside an entry: the step is saved, then its editor opens on top."""
    saved = _save(asked, unit, actor)
    handoff_id = asked.form.handoff or 0
    if saved.conflicts:
        return Update(step(unit, handoff_id, saved.section, actor, saved))
    promise = unit.brief.promise(handoff_id, asked.ref.entry or 0)
    return _over(asked, unit, actor, saved, promise_view(handoff_id, promise))


def save_promise(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The editor of one entry: added, changed as a new version, or withdrawn with its reason."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    reason = asked.typed.text(Field.WITHDRAW).strip()
    if asked.ref.entry is None:
        text = promise_text(asked.typed)
        made = unit.brief.add_promise(handoff.id, text, by=actor.id, at=unit.now)
        _note_promise(unit, handoff, Tag.PROMISE_ADDED, made, actor)
    elif reason:
        unit.brief.promise(handoff.id, asked.ref.entry)
        gone = unit.brief.withdraw_promise(asked.ref.entry, reason, by=actor.id, at=unit.now)
        _note_promise(unit, handoff, Tag.PROMISE_WITHDRAWN, gone, actor, words=reason)
    else:
        clash = _change_promise(asked, unit, handoff, asked.ref.entry, actor)
        if clash is not None:
            return Update(clash)
    below = (asked.view or {}).get("previous_view_id")
    if below is None:
        return Done()
    return Done(Refresh(below, step(unit, handoff.id, SectionKey.PROMISES, actor)))


def _change_promise(
    asked: Asked, unit: WriteUnit, handoff: Handoff, promise_id: int, actor: Person
) -> View | None:
    """Save an edited promise; gives the editor anew where somebody else changed a field too."""
    before = unit.brief.promise(handoff.id, promise_id)
    text = promise_text(asked.typed)
    try:
        after, conflicts = unit.brief.edit_promise(
            promise_id, text, base_version=asked.ref.revision or 0, by=actor.id, at=unit.now
        )
    except Conflict as error:
        raise Conflict(error.problem, field=Field.WORDS) from error
    if after.version != before.version:
        _note_promise(unit, handoff, Tag.PROMISE_EDITED, after, actor)
    if not conflicts:
        return None
    # Theirs was written before this save, which kept it.
    last = unit.brief.promise_versions(promise_id)[before.version - 1]
    clash = Clash(conflicts, name_of(unit, last.by), last.at)
    return promise_view(handoff.id, after, clash=clash)


def _note_promise(
    unit: WriteUnit,
    handoff: Handoff,
    tag: Tag,
    promise: Promise,
    actor: Person,
    *,
    words: str | None = None,
) -> None:
    handoff.save_promise(
        tag,
        number=promise.number,
        version=promise.version,
        words=words or promise.text.words,
        state=completeness(unit.brief.load(handoff.id, audiences=access.EVERY), handoff.tier),
        by=actor,
        at=unit.now,
        policy=unit.policy,
    )
    unit.save(handoff, actor_id=actor.id)


def register(listeners: Listeners) -> None:
    """The form's button, its steps, and the editor of one promise."""
    listeners.opens(ActionId.WRITE_BRIEF, open_brief, act=Act.EDIT_BRIEF)
    listeners.submits(ViewId.BRIEF, save_and_next)
    listeners.acts(ActionId.BRIEF_BACK, go_back)
    listeners.acts(ActionId.BRIEF_ALL_STEPS, all_steps)
    listeners.acts(ActionId.BRIEF_GO, go_to)
    listeners.acts(ActionId.PROMISE_ADD, add_promise)
    listeners.acts(ActionId.PROMISE_EDIT, edit_promise)
    listeners.submits(ViewId.PROMISE, save_promise)
