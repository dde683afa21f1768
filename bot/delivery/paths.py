"""What is told of a deal that ends early, is opened again, becomes another one, or is amended."""

from datetime import datetime

from bot.delivery.debriefs import to_whoever_acts
from bot.delivery.plans import Cancel
from bot.domain import access, kickoff_booking, read_models
from bot.domain.access import Act
from bot.domain.history import Tag, instant_text
from bot.domain.linked import Link, Linked, LinkKind
from bot.domain.notices import Notice, NoticeKind
from bot.domain.path_pages import Fell
from bot.domain.people import Person
from bot.domain.read_models import Card, NamedPerson, named
from bot.domain.reopening import Booked
from bot.storage.because import reason_given
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views.message import Message
from bot.views.paths import cancelled_message, linked_message, reopened_message


def path_told(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """To one with a part, while they or whom they act for have it."""
    handoff, owner = bundle.handoff, int(notice.facts["owner"])
    if owner not in handoff.people():
        return Cancel("no_longer_theirs")
    if not access.acts_as(reader.id, owner, handoff):
        return to_whoever_acts(notice, handoff, owner)
    card, by = _card(unit, bundle), _actor(unit, notice)
    if notice.kind is NoticeKind.CANCELLED:
        since = handoff.cancelled_at
        if since is None or instant_text(since) != notice.facts["cancelled"]:
            return Cancel("cancel_undone")
        why = _why(unit, bundle, Tag.CANCELLED)
        return cancelled_message(card, by, reason=why, linked=bundle.linked, in_thread=False)
    if notice.kind is NoticeKind.REOPENED:
        why = _why(unit, bundle, Tag.REOPENED)
        return reopened_message(card, by, why, fell=_fell(unit, bundle, notice, reader))
    one = _linked(unit, notice, reader)
    promises = int(notice.facts["promises"])
    return linked_message(notice.kind, card, one, by, promises=promises, in_thread=False)


def path_in_thread(unit: ReadUnit, bundle: Bundle, notice: Notice) -> Message:
    """Below the card; the other handoff has a name there where all who read it may know of it."""
    card, by = _card(unit, bundle), _actor(unit, notice)
    if notice.kind is NoticeKind.CANCELLED:
        return cancelled_message(card, by)
    if notice.kind is NoticeKind.REOPENED:
        return reopened_message(card, by, "")
    one = _linked(unit, notice, None, from_channel=bundle.handoff.channel_id)
    promises = int(notice.facts["promises"])
    return linked_message(notice.kind, card, one, by, promises=promises)


def _why(unit: ReadUnit, bundle: Bundle, tag: Tag) -> str:
    """The newest reason of this kind; empty where the reader may not know it."""
    given = reason_given(unit, bundle, tag)
    return given[0] if given is not None else ""


def _fell(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> tuple[Fell, ...]:
    """What was booked until the cancellation and is not yet again, with who books it anew."""
    handoff = bundle.handoff
    books = {
        Booked.BRIEFING: access.may_as_owner(Act.BOOK_BRIEFING, reader, handoff),
        Booked.KICKOFF: kickoff_booking.books(reader, handoff, unit.policy)
        and not kickoff_booking.owes_a_reason(reader, handoff),
    }
    again = {Booked.BRIEFING: handoff.briefing.at, Booked.KICKOFF: handoff.kickoff.at}
    return tuple(
        Fell(one, datetime.fromisoformat(str(notice.facts[one.value])), books[one])
        for one in Booked
        if one.value in notice.facts and again[one] is None
    )


def _linked(
    unit: ReadUnit, notice: Notice, reader: Person | None, *, from_channel: int | None = None
) -> Linked:
    other = unit.handoffs.get(int(notice.facts["other"]))
    kind = LinkKind(str(notice.facts["kind"]))
    link = Link(other.id, kind, onward=bool(notice.facts["onward"]))
    known = unit.knows_of(other, reader, from_channel=from_channel)
    return Linked(link, other.state, other.account if known else None)


def _card(unit: ReadUnit, bundle: Bundle) -> Card:
    return read_models.card(
        bundle.handoff, bundle.brief, bundle.deadlines, bundle.people, as_of=unit.now
    )


def _actor(unit: ReadUnit, notice: Notice) -> NamedPerson | None:
    actor = int(notice.facts["actor"])
    return named(actor, unit.people.many([actor])) if actor else None
