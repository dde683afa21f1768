"""What is told of a debrief to one person, as it is when it goes out."""

from datetime import datetime

from bot.delivery.plans import Cancel
from bot.domain import access
from bot.domain.access import EVERY
from bot.domain.notices import Notice, NoticeKind
from bot.domain.people import Person
from bot.domain.read_models import named
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views.debrief import (
    ahead_message,
    asks_message,
    replied_message,
    you_listen_message,
)
from bot.views.message import Message


def debrief_told(
    unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person
) -> Message | Cancel:
    """The words of one of OF_THE_DEBRIEF, or why it is not said any more."""
    handoff = bundle.handoff
    people = unit.people.many([int(notice.facts.get("actor", 0)) or None, handoff.csm_id])
    by = named(int(notice.facts.get("actor", 0)) or None, people)
    if notice.kind is NoticeKind.LISTENER_NAMED:
        if not access.acts_as(reader.id, handoff.listener_id, handoff):
            return Cancel("no_longer_theirs")
        return you_listen_message(handoff.id, handoff.account, named(handoff.csm_id, people))
    to_ae = notice.kind is NoticeKind.DEBRIEF_ASKED
    if not access.acts_as(reader.id, handoff.ae_id if to_ae else handoff.csm_id, handoff):
        return Cancel("no_longer_theirs")
    if notice.kind is NoticeKind.DEBRIEF_AHEAD:
        if not handoff.debrief.ahead:
            return Cancel("no_longer_owed")
        return ahead_message(handoff.id, handoff.account, by)
    since, until = (datetime.fromisoformat(str(notice.facts[one])) for one in ("since", "until"))
    asks = unit.debriefs.load(handoff.id, audiences=EVERY).asks
    if to_ae:
        waiting = [one for one in asks if one.open and since <= one.asked_at < until]
        if not waiting:
            return Cancel("no_longer_owed")
        return asks_message(handoff.id, handoff.account, by, waiting)
    said = [one for one in asks if one.replied_at is not None and since <= one.replied_at < until]
    return replied_message(handoff.id, handoff.account, by, len(said))
