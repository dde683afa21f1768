"""In whose words a step came back to its owner, as far as its reader may read them."""

from bot.domain import access
from bot.domain.access import Act
from bot.domain.history import Tag
from bot.domain.people import Person
from bot.domain.read_models import Because, BecauseOf, NamedPerson
from bot.domain.verification import RecordKind, Verdict
from bot.storage.unit_of_work import Bundle, ReadUnit


def because(unit: ReadUnit, bundle: Bundle, reader: Person) -> Because | None:
    """What a reader is told with the step that came back to them; None where none did."""
    handoff = bundle.handoff
    reading = handoff.verification
    if access.acts_as(reader.id, handoff.ae_id, handoff) and reading.with_ae:
        told = reason_given(unit, bundle, Tag.SENT_BACK)
        if told is None:
            return None
        words, by = told
        return Because(BecauseOf.SENT_BACK, words, by, reading.sent_back_items)
    if access.acts_as(reader.id, handoff.csm_id, handoff) and reading.with_ae:
        told = reason_given(unit, bundle, Tag.SENT_BACK)
        if told is None or told[1] is None or told[1].id != reader.id:
            return None
        return Because(BecauseOf.GIVEN_BACK, *told, reading.sent_back_items)
    assigns = access.may(Act.ASSIGN, reader, handoff)
    if assigns and handoff.csm_id is None and handoff.declined_at:
        told = reason_given(unit, bundle, Tag.DECLINED)
        return Because(BecauseOf.DECLINED, *told) if told else None
    reads = access.acts_as(reader.id, handoff.csm_id, handoff)
    if reads and reading.mismatches and reading.restated_at is None:
        return _mismatch(unit, bundle)
    return None


def reason_given(unit: ReadUnit, bundle: Bundle, tag: Tag) -> tuple[str, NamedPerson | None] | None:
    """The newest reason of this kind and who gave it; None where the reader may not know it."""
    readable = unit.history.reasons(bundle.handoff.id, audiences=bundle.audiences)
    given = [one for one in readable if one.tag is tag]
    return (given[-1].value, _named(unit, given[-1].actor_id)) if given else None


def _mismatch(unit: ReadUnit, bundle: Bundle) -> Because | None:
    found = unit.records.load(bundle.handoff.id, audiences=bundle.audiences)
    written = found.get(RecordKind.VERDICT)
    if written is None or not isinstance(written.record, Verdict) or written.record.match:
        return None
    sent_back_at = bundle.handoff.verification.sent_back_at
    if sent_back_at is not None and written.at <= sent_back_at:
        return None  # It was about a brief that the CSM did not want as it was.
    return Because(BecauseOf.MISMATCH, written.record.line, _named(unit, written.by))


def _named(unit: ReadUnit, person_id: int | None) -> NamedPerson | None:
    if person_id is None:
        return None
    person = unit.people.get(person_id)
    return NamedPerson(person.id, person.slack_id, person.name)
