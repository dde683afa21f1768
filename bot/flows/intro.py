"""The intro: its draft with the checklist, that it went out, and who wrote before it."""

from datetime import datetime

from slack_sdk.models.views import View

from bot.domain import access, introducing
from bot.domain.access import Act, Audience
from bot.domain.brief import ContactRole
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.intro import Contacted, IntroDraft, Looked, look
from bot.domain.intro_pages import ContactForm, IntroEditor, Noted, SentForm, Wait
from bot.domain.introducing import Sender, sender, side_of_sender, waits_for
from bot.domain.merging import FieldConflict
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.domain.read_models import Clash, Writer
from bot.domain.verification import RecordKind
from bot.flows.answers import Answer, Done, Push, Update
from bot.flows.asked import Asked
from bot.flows.inputs import contacted_of, sent_of
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.flows.showing import name_of
from bot.storage.records import Written
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.briefing import shown_mark
from bot.views.ids import ActionId, Field, ViewId
from bot.views.intro import TAKEN_BACK, contact_view, intro_view, sent_view
from bot.views.payload import Ref


def open_intro(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Write intro*: the draft as it stands."""
    handoff = unit.handoffs.get(asked.handoff_id)
    introducing.require(sender(handoff, unit.policy).write, actor, handoff)
    return Push(_editor(unit, handoff, actor))


def _editor(
    unit: ReadUnit,
    handoff: Handoff,
    actor: Person,
    *,
    typed: str | None = None,
    checked: bool = False,
    clash: Clash | None = None,
) -> View:
    """The draft as it is saved, or as it is typed where that is something else."""
    written = _draft(unit, handoff, actor)
    kept = _words(written)
    shown = kept if typed is None else typed
    saved = written is not None and shown == kept
    csm = _csm(unit, handoff)
    return intro_view(
        IntroEditor(
            handoff.id,
            handoff.account,
            words=shown,
            revision=unit.records.revision(handoff.id, RecordKind.INTRO_DRAFT),
            csm=csm,
            saved_at=written.at if written is not None and saved else None,
            looked=_looked(unit, handoff, actor, shown, csm) if checked else None,
            clash=clash,
            wait=_wait(unit, handoff, actor),
            noted=_noted(unit, handoff),
            sent=handoff.intro.sent,
        )
    )


def _draft(unit: ReadUnit, handoff: Handoff, reader: Person) -> Written | None:
    audiences = access.audiences(reader, handoff, in_channel=False)
    return unit.records.load(handoff.id, audiences=audiences).get(RecordKind.INTRO_DRAFT)


def _words(written: Written | None) -> str:
    record = written.record if written is not None else None
    return record.words if isinstance(record, IntroDraft) else ""


def _csm(unit: ReadUnit, handoff: Handoff) -> str:
    found = name_of(unit, handoff.csm_id or handoff.proposed_csm_id)
    return found.name if found is not None else ""


def _looked(unit: ReadUnit, handoff: Handoff, actor: Person, words: str, csm: str) -> Looked:
    brief = unit.bundle(handoff.id, viewer=actor).brief
    champions = (one for one in brief.people.contacts if ContactRole.CHAMPION in one.roles)
    names = " ".join(one.name for one in champions)
    return look(words, brief=brief, csm=csm, champion=names, account=handoff.account)


def _wait(unit: ReadUnit, handoff: Handoff, reader: Person) -> Wait | None:
    """What it waits for; that a check is no yes is told to who may read the checks."""
    size = handoff.size(unit.policy)
    step = waits_for(handoff, size)
    if step is None:
        return None
    on = name_of(unit, introducing.waits_on(step, handoff, size))
    reads = Audience.RECORDS in access.audiences(reader, handoff, in_channel=False)
    return Wait(step, on, for_checks=reads and handoff.intro_held)


def _noted(unit: ReadUnit, handoff: Handoff) -> tuple[Noted, ...]:
    csm = handoff.csm_id if introducing.wrote_as_csm(handoff) else None
    owners = {Side.AE: handoff.ae_id, Side.CSM: csm}
    found = ((side, handoff.intro.wrote(side)) for side in owners)
    return tuple(Noted(name_of(unit, owners[side]), side, wrote) for side, wrote in found if wrote)


def save_draft(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted draft: saved, and shown with what was found in it."""
    return _save(asked, unit, actor, IntroDraft(words=asked.typed.text(Field.INTRO)).checked())


def check_words(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Check words*: saved first, where there is anything; then the same with what was found."""
    typed = asked.typed.text(Field.INTRO)
    if typed.strip():
        return _save(asked, unit, actor, IntroDraft(words=typed).checked())
    handoff = unit.handoffs.get(asked.form.handoff or 0)
    introducing.require(sender(handoff, unit.policy).write, actor, handoff)
    return Update(_editor(unit, handoff, actor, typed="", checked=True), acted=False)


def _save(asked: Asked, unit: WriteUnit, actor: Person, draft: IntroDraft) -> Answer:
    handoff = unit.handoffs.lock(asked.form.handoff or 0)
    of = sender(handoff, unit.policy)
    introducing.require(of.write, actor, handoff)
    written = _draft(unit, handoff, actor)
    if written is not None and written.revision != asked.form.revision:
        untouched = asked.typed.text_before(Field.INTRO).strip() == draft.words
        if untouched:
            # Nothing was typed over what somebody else wrote meanwhile: theirs stands.
            return Update(_editor(unit, handoff, actor, checked=True), acted=False)
        if _words(written) != draft.words:
            clash = _clash(unit, written, draft, actor)
            view = _editor(unit, handoff, actor, typed=draft.words, clash=clash)
            return Update(view, acted=False)
    if _words(written) != draft.words:
        _keep(unit, handoff, of, draft, actor)
    return Update(_editor(unit, handoff, actor, checked=True))


def _keep(unit: WriteUnit, handoff: Handoff, of: Sender, draft: IntroDraft, actor: Person) -> None:
    kind = RecordKind.INTRO_DRAFT
    revision = unit.records.save(
        handoff.id, kind, draft, by=actor.id, at=unit.now, audience=of.readers
    )
    introducing.save_draft(handoff, revision=revision, by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)


def _clash(unit: ReadUnit, written: Written, draft: IntroDraft, actor: Person) -> Clash:
    name = Field.INTRO.value
    writer = Writer(name_of(unit, written.by), written.at, own=written.by == actor.id)
    return Clash((FieldConflict(name, _words(written), draft.words),), {name: writer})


def _as_saved(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The draft that a save led to."""
    handoff = unit.handoffs.get(ref.handoff or 0)
    introducing.require(sender(handoff, unit.policy).write, actor, handoff)
    return _editor(unit, handoff, actor, checked=True)


def open_sent(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Mark as sent*, or *It was the intro*, which takes along when and how."""
    handoff = unit.handoffs.get(asked.handoff_id)
    act = sender(handoff, unit.policy).send
    introducing.require(act, actor, handoff)
    intro, told = handoff.intro, None
    from_note = asked.in_modal and (asked.view or {}).get("callback_id") == ViewId.WROTE_BEFORE
    if from_note:
        told = contacted_of(asked.typed, Field.WROTE_AT, Field.WROTE_WAY, whole=False)
    sent = intro.sent or told
    view = sent_view(
        SentForm(
            handoff.id,
            handoff.account,
            at=sent.at if sent is not None else _just_now(unit.now),
            way=sent.way if sent is not None else None,
            recorded=intro.sent_at,
            wait=_wait(unit, handoff, actor),
            asks_before=not intro.csm_said_so,
            before=intro.cs_before,
            csm=intro.wrote(Side.CSM),
            asks_why=access.owes_a_reason(act, actor, handoff),
        )
    )
    return Update(view, acted=False) if from_note else Push(view)


def _just_now(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def save_sent(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted record of an intro that went out, or that it did not after all."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    act = sender(handoff, unit.policy).send
    access.require(act, actor, handoff)
    reason = reason_in(asked, act, actor, handoff)
    _require_as_shown(asked, handoff.intro.sent_at, Field.INTRO_SENT_AT)
    if TAKEN_BACK in asked.typed.options(Field.TAKE_BACK):
        introducing.take_back(handoff, by=actor, at=unit.now, policy=unit.policy, reason=reason)
    else:
        introducing.mark_sent(
            handoff,
            sent_of(asked.typed),
            by=actor,
            at=unit.now,
            policy=unit.policy,
            reason=reason,
        )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def _require_as_shown(asked: Asked, recorded: datetime | None, field: Field) -> None:
    """What was recorded while the form was open is not overwritten unseen."""
    if shown_mark(recorded) != (asked.ref.revision or 0):
        facts = {"at": recorded.isoformat()} if recorded is not None else {}
        raise Conflict(Problem.CHANGED_MEANWHILE, field=field, facts=facts)


def open_contact(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*I already wrote*: when and how, before the intro."""
    handoff = unit.handoffs.get(asked.handoff_id)
    introducing.require(Act.NOTE_CONTACT, actor, handoff)
    side = _side(actor, handoff)
    noted = handoff.intro.wrote(side)
    sends = side is side_of_sender(handoff.size(unit.policy))
    return Push(
        contact_view(
            ContactForm(
                handoff.id,
                handoff.account,
                side=side,
                at=noted.at if noted is not None else _just_now(unit.now),
                noted=noted,
                sends=sends and handoff.intro.sent_at is None,
            )
        )
    )


def _side(actor: Person, handoff: Handoff) -> Side:
    side = access.side_of(actor, handoff)
    if side is None:
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=access.whose(Act.NOTE_CONTACT, handoff))
    return side


def save_contact(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted note, or that nothing was written after all."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    introducing.require(Act.NOTE_CONTACT, actor, handoff)
    noted = handoff.intro.wrote(_side(actor, handoff))
    _require_as_shown(asked, noted.at if noted is not None else None, Field.WROTE_AT)
    taken_back = TAKEN_BACK in asked.typed.options(Field.TAKE_BACK)
    wrote = None if taken_back else _contact(asked)
    introducing.note_contact(handoff, wrote, by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def _contact(asked: Asked) -> Contacted:
    found = contacted_of(asked.typed, Field.WROTE_AT, Field.WROTE_WAY)
    if found is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.WROTE_AT)
    return found


def register(listeners: Listeners) -> None:
    """The buttons and their forms."""
    listeners.opens(ActionId.OPEN_INTRO, open_intro)
    listeners.submits(ViewId.INTRO, save_draft)
    listeners.acts(ActionId.CHECK_INTRO, check_words)
    listeners.redraw(ViewId.INTRO, _as_saved)
    listeners.opens(ActionId.MARK_INTRO_SENT, open_sent)
    listeners.submits(ViewId.INTRO_SENT, save_sent)
    listeners.opens(ActionId.OPEN_CONTACT, open_contact, act=Act.NOTE_CONTACT)
    listeners.submits(ViewId.WROTE_BEFORE, save_contact)
