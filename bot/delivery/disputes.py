"""What is told of disputes, as true now, or why it is not said any more."""

from bot.delivery.plans import Cancel
from bot.domain.access import Audience
from bot.domain.disputes import Ending, Escalation, Outcome
from bot.domain.ledger import Entry
from bot.domain.notices import Notice, NoticeKind
from bot.domain.people import Person
from bot.domain.settling import answers_of, seats_of
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views import sentences as said
from bot.views.disputes import disputed_message, escalated_message, over_message, settle_message
from bot.views.message import Message
from bot.views.text import isolate

OF_A_DISPUTE = frozenset(
    {
        NoticeKind.DISPUTED,
        NoticeKind.SETTLE_ASKED,
        NoticeKind.DISPUTE_ESCALATED,
        NoticeKind.DISPUTE_OVER,
    }
)


def dispute_told(
    unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person
) -> Message | Cancel:
    """To one person, who may still read of disputes here."""
    if Audience.DISPUTES not in bundle.audiences:
        return Cancel("no_longer_theirs")
    handoff, entry = bundle.handoff, _entry(unit, bundle, notice)
    if notice.kind is NoticeKind.DISPUTE_OVER:
        return _over(unit, bundle, notice, in_thread=False)
    found = entry.dispute if entry is not None else None
    if entry is None or found is None or _of_another(notice, entry):
        return Cancel("no_longer_owed")
    if notice.kind is NoticeKind.DISPUTED:
        return disputed_message(handoff.id, handoff.account, entry, found, in_thread=False)
    entry = unit.disputes.with_answers(entry)
    seats = seats_of(reader, handoff, entry.dispute or found)
    if not seats - answers_of(entry.dispute).keys():
        return Cancel("no_longer_theirs")
    decides = found.escalated_at is not None
    return settle_message(handoff.id, handoff.account, entry, found, decides=decides)


def dispute_in_thread(unit: ReadUnit, bundle: Bundle, notice: Notice) -> Message | Cancel:
    """A reply below the card."""
    handoff = bundle.handoff
    if notice.kind is NoticeKind.DISPUTE_OVER:
        return _over(unit, bundle, notice, in_thread=True)
    if notice.kind is NoticeKind.DISPUTE_ESCALATED:
        why, number = Escalation(str(notice.facts["why"])), int(notice.facts["number"])
        return escalated_message(handoff.account, why, number)
    entry = _entry(unit, bundle, notice)
    if entry is None or entry.dispute is None or _of_another(notice, entry):
        return Cancel("no_longer_owed")
    return disputed_message(handoff.id, handoff.account, entry, entry.dispute, in_thread=True)


def _entry(unit: ReadUnit, bundle: Bundle, notice: Notice) -> Entry | None:
    return unit.ledger.numbered(bundle.handoff.id, int(notice.facts["number"]))


def _of_another(notice: Notice, entry: Entry) -> bool:
    """Whether it is about a dispute that is over, or asks about a wording that is superseded."""
    found, facts = entry.dispute, notice.facts
    about = facts.get("dispute"), facts.get("version")
    return about[0] not in (None, found.id if found is not None else 0) or (
        about[1] not in (None, entry.promise.version)
    )


def _over(unit: ReadUnit, bundle: Bundle, notice: Notice, *, in_thread: bool) -> Message | Cancel:
    handoff, number = bundle.handoff, int(notice.facts["number"])
    actor = unit.people.many([int(notice.facts["actor"])]).get(int(notice.facts["actor"]))
    by = isolate(actor.name) if actor is not None else said.terms.SOMEBODY
    ending = Ending(str(notice.facts.get("ending", Ending.TAKEN_BACK)))
    told = said.disputes.ended(by, ending, number)
    if "outcome" in notice.facts:
        told = said.disputes.settled(by, Outcome(str(notice.facts["outcome"])), number)
    elif ending is Ending.TAKEN_BACK:
        entry = _entry(unit, bundle, notice)
        if entry is not None and entry.dispute is not None:
            return Cancel("overtaken")  # Another one is open, so there is something to settle.
    return over_message(handoff.id, handoff.account, told, in_thread=in_thread)
