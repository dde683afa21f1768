"""The list of whom to ask what an AE who is gone knew: their manager and the next AE fill it."""

from bot.domain import reassigning
from bot.domain.access import Act, Audience
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.people import Person
from bot.domain.succession import Interview, Interviews, Source
from bot.domain.verification import RecordKind
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.interviews import interviews_view


def _kept(unit: ReadUnit, handoff_id: int) -> Interviews:
    """The list as it stands; whoever may tick it reads all of it."""
    kind = RecordKind.INTERVIEWS
    found = unit.records.load(handoff_id, audiences={Audience.REASONS}).get(kind)
    if found is None or not isinstance(found.record, Interviews):
        return Interviews()
    return found.record


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Interview list*: what is ticked, and one more to tick."""
    handoff = unit.handoffs.get(asked.handoff_id)
    reassigning.require_interviews(actor, handoff)
    revision = unit.records.revision(handoff.id, RecordKind.INTERVIEWS)
    kept = _kept(unit, handoff.id)
    return Open(interviews_view(handoff.id, handoff.account, kept, revision=revision))


def tick(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: one talk more on the list, or the same one corrected.

    Two people tick different talks without seeing each other; the same one only knowingly.
    """
    handoff, typed = unit.handoffs.lock(asked.handoff_id), asked.typed
    reassigning.require_interviews(actor, handoff)
    chosen, on = typed.option(Field.INTERVIEW_WITH), typed.date(Field.INTERVIEW_ON)
    if chosen not in set(Source):
        raise Invalid(Problem.CHOOSE, field=Field.INTERVIEW_WITH)
    today = unit.people.calendar(actor.id).local_date(unit.now)
    talk = Interview(
        source=Source(chosen),
        who=typed.text(Field.INTERVIEWED),
        on=on or today,
        note=typed.text(Field.INTERVIEW_NOTE),
        by=actor.id,
        at=unit.now,
    ).checked(today=today)
    kind, kept = RecordKind.INTERVIEWS, _kept(unit, handoff.id)
    before = kept.of(talk.source)
    if before is not None and before.model_copy(update={"at": talk.at}) == talk:
        raise Conflict(Problem.ALREADY_DONE, field=Field.INTERVIEW_WITH)
    newer = asked.ref.revision != unit.records.revision(handoff.id, kind)
    if before is not None and newer and before.by != actor.id:
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.INTERVIEW_WITH)
    after = kept.ticked(talk)
    revision = unit.records.save(
        handoff.id, kind, after, by=actor.id, at=unit.now, audience=Audience.REASONS
    )
    reassigning.interview(handoff, talk, after, revision=revision, by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.OPEN_INTERVIEWS, open_form, act=Act.INTERVIEW)
    # What was corrected since is nothing that an old form could know.
    listeners.submits(ViewId.INTERVIEWS, tick, once_for_good=True)
