"""What is told of late promises, as true now, or why it is not said any more."""

from bot.delivery.plans import Cancel
from bot.domain.access import side_of
from bot.domain.deciding import differing
from bot.domain.notices import Notice
from bot.domain.people import Person
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views.late import differs_message
from bot.views.message import Message


def late_told(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """That both sides answered differently, to the one that answered before."""
    handoff = bundle.handoff
    if side_of(reader, handoff) is None:
        return Cancel("no_longer_theirs")
    entry = unit.ledger.numbered(handoff.id, int(notice.facts["number"]))
    entry = unit.late.with_answers(entry) if entry is not None else None
    if entry is None or not differing(entry):
        return Cancel("no_longer_owed")
    return differs_message(handoff.id, handoff.account, entry)
