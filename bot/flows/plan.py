"""The success plan: its page, its milestones one by one, who initials it and who confirms it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from slack_sdk.models.views import View

from bot.domain import access, planning
from bot.domain.access import Act, Audience
from bot.domain.brief import Brief, ContactRole
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.merging import FieldConflict
from bot.domain.notices import plan_file
from bot.domain.people import Person
from bot.domain.plan import (
    INITIAL_OF,
    MilestoneState,
    MilestoneText,
    OutlinePart,
    Party,
    PlanMark,
    outline,
)
from bot.domain.plan_pages import ConfirmForm, PlanPage
from bot.flows import clash
from bot.flows.answers import Answer, Done, Push, Refresh, Update
from bot.flows.asked import Asked
from bot.flows.inputs import confirmation_of, milestone_of
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views import sentences
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref
from bot.views.plan import (
    confirm_view,
    for_another_view,
    milestone_view,
    plan_text_view,
    plan_view,
)

_BECOMES = {
    ActionId.MILESTONE_DONE: MilestoneState.DONE,
    ActionId.MILESTONE_AGAIN: MilestoneState.OPEN,
    ActionId.MILESTONE_DROP: MilestoneState.DROPPED,
}


def _page(asked: Asked, unit: ReadUnit, actor: Person, handoff: Handoff) -> PlanPage:
    """The plan as this person may read it. Raises NotAllowed for who may read nothing of it."""
    bundle = unit.bundle(handoff.id, viewer=actor, from_channel=_from_channel(asked, unit))
    page = unit.plan_page(bundle, viewer=actor)
    if page is None:
        raise NotAllowed(Problem.PRIVATE_CHANNEL, whose=(handoff.ae_id,))
    return page


def _from_channel(asked: Asked, unit: ReadUnit) -> int | None:
    """The channel it was asked for in, which a private one lets its members read."""
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    return here.id if here is not None else asked.ref.channel


def open_plan(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Open plan*: every milestone, in pages."""
    handoff = unit.handoffs.get(asked.handoff_id)
    page, shown = asked.ref.page, _page(asked, unit, actor, handoff)
    view = plan_view(shown, at=page or 0, from_channel=_from_channel(asked, unit))
    return Push(view) if page is None else Update(view)


def _shown(
    asked: Asked, unit: ReadUnit, actor: Person, handoff: Handoff, *, told: str = ""
) -> View:
    return plan_view(_page(asked, unit, actor, handoff), at=asked.ref.page or 0, told=told)


def _after(asked: Asked, unit: ReadUnit, actor: Person, handoff: Handoff, *, void: bool) -> Answer:
    """The plan as it is now, where the act came out of it; out of a message nothing more."""
    if not asked.in_modal:
        return Done()
    told = sentences.plan.VOIDED if void else ""
    return Update(_shown(asked, unit, actor, handoff, told=told))


def _below(
    asked: Asked, unit: ReadUnit, actor: Person, handoff: Handoff, *, void: bool = False
) -> Refresh | None:
    """The plan under an editor, as it is now."""
    view_id = (asked.view or {}).get("previous_view_id")
    if not view_id:
        return None
    told = sentences.plan.VOIDED if void else ""
    return Refresh(view_id, _shown(asked, unit, actor, handoff, told=told))


def _save(unit: WriteUnit, handoff: Handoff, actor: Person) -> bool:
    """Keep the handoff; gives whether something signed was opened by what happened."""
    void = any(event.tag is Tag.PLAN_VOIDED for event in handoff.events)
    unit.save(handoff, actor_id=actor.id)
    return void


# --- As a whole


def start(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Start plan from brief*: an outline to take along to the kickoff, for the CSM to edit."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    planning.require_start(handoff, by=actor)
    if access.owes_a_reason(Act.EDIT_PLAN, actor, handoff):
        return _ask_why(asked, unit, actor, handoff, Act.EDIT_PLAN)
    return _start(asked, unit, actor, handoff, reason="")


def _start(
    asked: Asked, unit: WriteUnit, actor: Person, handoff: Handoff, *, reason: str
) -> Answer:
    planning.require_start(handoff, by=actor)
    brief = unit.brief.load(handoff.id, audiences=access.IN_THE_CHANNEL)
    first, last = planning.days_of(handoff)
    names: dict[OutlinePart, str] = dict(sentences.plan.OUTLINE)
    drafts = outline(brief, first=first, last=last, names=names)
    made = [unit.plans.add(handoff.id, one, by=actor.id, at=unit.now) for one in drafts]
    everything = unit.plans.all_of(handoff.id)
    planning.started(handoff, made, everything, by=actor, at=unit.now, reason=reason)
    return _after(asked, unit, actor, handoff, void=_save(unit, handoff, actor))


def initial(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Initial plan*: one press for who has the side; a manager says why."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    size, version = handoff.size(unit.policy), asked.ref.revision or 0
    side = planning.require_initial(handoff, size, by=actor, version=version)
    if access.owes_a_reason(planning.SIGNS[side], actor, handoff):
        return _ask_why(asked, unit, actor, handoff, planning.SIGNS[side])
    return _initial(asked, unit, actor, handoff, reason="")


def _initial(
    asked: Asked, unit: WriteUnit, actor: Person, handoff: Handoff, *, reason: str
) -> Answer:
    size, version = handoff.size(unit.policy), asked.ref.revision or 0
    side = planning.initial(handoff, size, by=actor, version=version, at=unit.now, reason=reason)
    party = INITIAL_OF[side]
    unit.plans.mark(handoff.id, party, version=version, by=actor.id, at=unit.now)
    return _after(asked, unit, actor, handoff, void=_save(unit, handoff, actor))


def _ask_why(asked: Asked, unit: ReadUnit, actor: Person, handoff: Handoff, act: Act) -> Answer:
    """The same as the manager of whose it is: the plan makes room for the question."""
    page = _page(asked, unit, actor, handoff)
    ref = asked.ref.model_copy(update={"thing": asked.name, "channel": None})
    return Update(for_another_view(page, act, ref=ref), acted=False)


def for_another(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted reason, with what was pressed before it."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    reason, pressed = asked.typed.text(Field.REASON), asked.ref.thing
    if pressed == ActionId.START_PLAN:
        return _start(asked, unit, actor, handoff, reason=reason)
    if pressed == ActionId.INITIAL_PLAN:
        return _initial(asked, unit, actor, handoff, reason=reason)
    if pressed in set(_BECOMES):
        state = _BECOMES[ActionId(pressed)]
        return _conclude(asked, unit, actor, handoff, state, reason=reason)
    raise Invalid(Problem.STALE_BUTTON)


def open_confirm(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Confirm for customer*, or for the partner: who said yes, when and how."""
    handoff = unit.handoffs.get(asked.handoff_id)
    return Push(_confirm_form(asked, unit, actor, handoff))


def _party(asked: Asked) -> Party:
    if asked.ref.thing not in (Party.CUSTOMER.value, Party.PARTNER.value):
        raise Invalid(Problem.STALE_BUTTON)
    return Party(asked.ref.thing)


def _confirm_form(asked: Asked, unit: ReadUnit, actor: Person, handoff: Handoff) -> View:
    party = _party(asked)
    planning.require_confirm(handoff, handoff.size(unit.policy), party, by=actor)
    page = _page(asked, unit, actor, handoff)
    brief = unit.brief.load(handoff.id, audiences=frozenset({Audience.CHANNEL}))
    last = _last_yes(unit, handoff, party)
    model = ConfirmForm(
        handoff.id,
        handoff.account,
        party,
        handoff.success_plan.version,
        page.shared,
        today=unit.now.astimezone(ZoneInfo(actor.zone)).date(),
        known=page.marks.get(party),
        likely=_champion(brief) if party is Party.CUSTOMER else "",
        seen=last.id if last is not None else 0,
        asks_why=access.owes_a_reason(Act.CONFIRM_PLAN, actor, handoff),
    )
    return confirm_view(model, page=asked.ref.page or 0)


def _last_yes(unit: ReadUnit, handoff: Handoff, party: Party) -> PlanMark | None:
    """What was recorded last of a party outside, also where that holds no longer."""
    return unit.plans.marks(handoff.id, audiences=access.EVERY).get(party)


def _champion(brief: Brief) -> str:
    found = brief.people.having(ContactRole.CHAMPION)
    return " ".join(found[0].name.split()) if found else ""


def confirm(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted yes; a shared milestone that changed meanwhile is looked at first.

    What somebody else recorded meanwhile is not overwritten unseen.
    """
    handoff = unit.handoffs.lock(asked.handoff_id)
    party = _party(asked)
    last = _last_yes(unit, handoff, party)
    unseen = last is not None and last.id != (asked.ref.entry or 0)
    heard = planning.confirm(
        handoff,
        handoff.size(unit.policy),
        party,
        confirmation_of(asked.typed),
        by=actor,
        version=asked.ref.revision or 0,
        at=unit.now,
        today=unit.now.astimezone(ZoneInfo(actor.zone)).date(),
        known=last.confirmation if last is not None else None,
        meanwhile=last.by.id if last is not None and unseen else None,
        reason=reason_in(asked, Act.CONFIRM_PLAN, actor, handoff),
    )
    unit.plans.mark(
        handoff.id,
        party,
        version=handoff.success_plan.version,
        by=actor.id,
        at=unit.now,
        confirmation=heard,
    )
    _save(unit, handoff, actor)
    return Done(_below(asked, unit, actor, handoff))


# --- One milestone


def add(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Add milestone*: its editor, on top of the plan."""
    handoff = unit.handoffs.get(asked.handoff_id)
    planning.require(Act.EDIT_PLAN, actor, handoff)
    asks_why = access.owes_a_reason(Act.EDIT_PLAN, actor, handoff)
    return Push(milestone_view(handoff.id, page=asked.ref.page or 0, asks_why=asks_why))


def edit(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Edit milestone*: its editor, with what it says now."""
    handoff = unit.handoffs.get(asked.handoff_id)
    planning.require(Act.EDIT_PLAN, actor, handoff)
    known = unit.plans.milestone(handoff.id, asked.ref.entry or 0)
    if not known.in_force:
        raise Conflict(Problem.MILESTONE_WAS_DROPPED)
    asks_why = access.owes_a_reason(Act.EDIT_PLAN, actor, handoff)
    view = milestone_view(handoff.id, known, page=asked.ref.page or 0, asks_why=asks_why)
    return Push(view)


def save(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The editor of one milestone: added, or changed field by field as its next version.

    Where somebody changed the same field meanwhile nothing is kept, and both values are shown.
    """
    handoff = unit.handoffs.lock(asked.handoff_id)
    planning.require(Act.EDIT_PLAN, actor, handoff)
    text = milestone_of(asked.typed).checked(*planning.days_of(handoff))
    reason = reason_in(asked, Act.EDIT_PLAN, actor, handoff)
    if asked.ref.entry is None:
        _add(unit, actor, handoff, text, reason=reason)
    else:
        found = _edit(asked, unit, actor, handoff, asked.ref.entry, text, reason=reason)
        if found:
            return Update(_clashing(asked, unit, actor, handoff, text, found), acted=False)
    void = _save(unit, handoff, actor)
    return Done(_below(asked, unit, actor, handoff, void=void))


def _add(
    unit: WriteUnit, actor: Person, handoff: Handoff, text: MilestoneText, *, reason: str
) -> None:
    known = unit.plans.all_of(handoff.id)
    if any(one.text == text and one.in_force for one in known):
        return  # The same form once more, after its key was forgotten.
    made = unit.plans.add(handoff.id, text, by=actor.id, at=unit.now)
    planning.added(handoff, made, [*known, made], by=actor, at=unit.now, reason=reason)


def _edit(
    asked: Asked,
    unit: WriteUnit,
    actor: Person,
    handoff: Handoff,
    milestone_id: int,
    text: MilestoneText,
    *,
    reason: str,
) -> tuple[FieldConflict, ...]:
    base = asked.ref.revision or 0
    known, merged, conflicts = unit.plans.merged(handoff.id, milestone_id, text, base_version=base)
    if conflicts:
        return conflicts
    # Two who changed different fields may have made something of it that cannot be.
    checked = merged.checked(*planning.days_of(handoff))
    after = unit.plans.edit(handoff.id, known, checked, by=actor.id, at=unit.now)
    everything = unit.plans.all_of(handoff.id)
    planning.changed(handoff, known, after, everything, by=actor, at=unit.now, reason=reason)
    return ()


def _clashing(
    asked: Asked,
    unit: ReadUnit,
    actor: Person,
    handoff: Handoff,
    text: MilestoneText,
    conflicts: tuple[FieldConflict, ...],
) -> View:
    """The editor with what was typed, and beside it what somebody else wrote meanwhile."""
    known, merged, _ = unit.plans.merged(
        handoff.id, asked.ref.entry or 0, text, base_version=asked.ref.revision or 0
    )
    return milestone_view(
        handoff.id,
        replace(known, text=merged),
        clash=clash.in_milestone(unit, known.id, conflicts, actor),
        page=asked.ref.page or 0,
        asks_why=access.owes_a_reason(Act.EDIT_PLAN, actor, handoff),
    )


def conclude(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Mark done*, *Open again*, *Drop*: one press, or a manager's reason before it."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    state = _BECOMES[ActionId(asked.name)]
    known = unit.plans.milestone(handoff.id, asked.ref.entry or 0)
    version = asked.ref.revision or 0
    planning.require_conclude(handoff, known, state, by=actor, version=version)
    if planning.asks_why(handoff, known, state, actor):
        return _ask_why(asked, unit, actor, handoff, Act.EDIT_PLAN)
    return _conclude(asked, unit, actor, handoff, state, reason="")


def _conclude(
    asked: Asked,
    unit: WriteUnit,
    actor: Person,
    handoff: Handoff,
    state: MilestoneState,
    *,
    reason: str,
) -> Answer:
    known = unit.plans.milestone(handoff.id, asked.ref.entry or 0)
    version = asked.ref.revision or 0
    planning.require_conclude(handoff, known, state, by=actor, version=version)
    unit.plans.conclude(handoff.id, known, state, by=actor, at=unit.now)
    everything = unit.plans.all_of(handoff.id)
    planning.conclude(
        handoff,
        known,
        state,
        everything,
        by=actor,
        version=version,
        at=unit.now,
        reason=reason,
    )
    return _after(asked, unit, actor, handoff, void=_save(unit, handoff, actor))


# --- For the customer


def open_text(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Text for customer*: what is shared, to be copied."""
    handoff = unit.handoffs.get(asked.handoff_id)
    return Push(plan_text_view(_page(asked, unit, actor, handoff)))


def send_file(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The same as a file in one's own direct messages; delivery makes it."""
    handoff = unit.handoffs.get(asked.handoff_id)
    page = _page(asked, unit, actor, handoff)
    unit.outbox.add(plan_file(handoff, actor.id, key=asked.key))
    return Update(plan_text_view(page, told=sentences.plan.FILE_COMES))


def _once_more(asked: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The plan that an act led to."""
    handoff = unit.handoffs.get(ref.handoff or 0)
    return plan_view(_page(asked, unit, actor, handoff), at=ref.page or 0)


def register(listeners: Listeners) -> None:
    """Buttons and forms."""
    listeners.opens(ActionId.OPEN_SUCCESS_PLAN, open_plan)
    listeners.acts(ActionId.START_PLAN, start)
    listeners.acts(ActionId.INITIAL_PLAN, initial)
    listeners.submits(ViewId.PLAN_FOR_ANOTHER, for_another)
    listeners.opens(ActionId.OPEN_CONFIRM_PLAN, open_confirm)
    # What was corrected since is nothing that an old form could know.
    listeners.submits(ViewId.CONFIRM_PLAN, confirm, once_for_good=True)
    listeners.opens(ActionId.MILESTONE_ADD, add)
    listeners.opens(ActionId.MILESTONE_EDIT, edit)
    listeners.submits(ViewId.MILESTONE, save)
    for action in _BECOMES:
        listeners.acts(action, conclude)
    listeners.opens(ActionId.PLAN_TEXT, open_text)
    listeners.acts(ActionId.PLAN_FILE, send_file)
    listeners.redraw(ViewId.SUCCESS_PLAN, _once_more)
