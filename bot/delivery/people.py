"""What is told when somebody else has a part, or the champion left, as it is when it goes out."""

from datetime import date

from bot.delivery.debriefs import to_whoever_acts
from bot.delivery.plans import Cancel
from bot.domain import access
from bot.domain.access import Act, Audience, Capacity
from bot.domain.brief import Contact
from bot.domain.deadlines import OWED_STATES
from bot.domain.handoff import Handoff
from bot.domain.ledger import left_to_deliver
from bot.domain.notices import Notice, NoticeKind
from bot.domain.people import Person
from bot.domain.read_models import NamedPerson, kickoff_ahead, named
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views.champion import ChampionTold, champion_message
from bot.views.message import Message
from bot.views.reassigning import Succeeded, succeeded_message

OF_PEOPLE = frozenset({NoticeKind.REASSIGNED, NoticeKind.CHAMPION_LEFT, NoticeKind.CHAMPION_NAMED})


def people_told(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """The words of one of OF_PEOPLE, or why it is not said any more."""
    handoff, owner = bundle.handoff, int(notice.facts["owner"])
    if notice.kind is NoticeKind.REASSIGNED:
        has_it = access.holder(Capacity(str(notice.facts["part"])), handoff)
        if owner == notice.facts["before"] and owner != has_it:
            return succeeded_message(_succeeded(unit, bundle, notice, reader))
        if has_it != notice.facts["now"]:
            return Cancel("no_longer_so")
    if owner not in _told(handoff):
        return Cancel("no_longer_theirs")
    if not access.acts_as(reader.id, owner, handoff):
        return to_whoever_acts(notice, handoff, owner)
    if notice.kind is NoticeKind.REASSIGNED:
        return succeeded_message(_succeeded(unit, bundle, notice, reader))
    return _champion(unit, bundle, notice)


def _told(handoff: Handoff) -> tuple[int | None, ...]:
    parts = (
        Capacity.AE,
        Capacity.CSM,
        Capacity.AE_MANAGER,
        Capacity.CS_MANAGER,
        Capacity.LEAD,
    )
    return tuple(access.holder(one, handoff) for one in parts)


def successor_in_thread(unit: ReadUnit, bundle: Bundle, notice: Notice) -> Message | Cancel:
    """One line below the card, while that is so."""
    part = Capacity(str(notice.facts["part"]))
    if access.holder(part, bundle.handoff) != notice.facts["now"]:
        return Cancel("no_longer_so")
    return succeeded_message(_succeeded(unit, bundle, notice, None))


def _succeeded(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person | None) -> Succeeded:
    handoff, part = bundle.handoff, Capacity(str(notice.facts["part"]))
    actor, now, before = (int(notice.facts[name]) for name in ("actor", "now", "before"))
    people = unit.people.many([actor, now, *([before] if before else [])])
    takes_over = reader is not None and reader.id == now and part is Capacity.AE
    delivers = left_to_deliver(unit.ledger.entries(handoff.id), before) if takes_over else 0
    asks = handoff.succession.interviews_at is not None
    return Succeeded(
        handoff.id,
        handoff.account,
        part,
        named(actor, people),
        _known(named(now, people)),
        named(before, people) if before else None,
        reader_id=reader.id if reader is not None else None,
        primary=part is Capacity.CSM and handoff.kickoff_held_at is not None,
        delivers=delivers,
        interviews=asks and reader is not None and access.may(Act.INTERVIEW, reader, handoff),
        kickoff=part is Capacity.LEAD and kickoff_ahead(handoff),
        owes=takes_over and reader is not None and _owes(bundle, reader),
    )


def _known(person: NamedPerson | None) -> NamedPerson:
    if person is None:
        raise KeyError("who has the part now")
    return person


def _owes(bundle: Bundle, reader: Person) -> bool:
    """Whether they owe a step now of which they could say that it is not theirs."""
    return any(
        one.owner_id == reader.id and one.state in OWED_STATES and not one.subject
        for one in bundle.deadlines
    )


def _champion(unit: ReadUnit, bundle: Bundle, notice: Notice) -> Message | Cancel:
    """Who left and who follows, by the brief as its reader may read it now."""
    handoff, people = bundle.handoff, bundle.brief.people
    if Audience.CHANNEL not in bundle.audiences:
        return Cancel("may_not_read")
    entries = {one.id: one for one in people.contacts}
    left, follows = (entries.get(int(notice.facts[name])) for name in ("left", "champion"))
    actor = int(notice.facts["actor"])
    if notice.facts["left"] and (left is None or not left.gone):
        return Cancel("no_longer_so")
    if not notice.facts["left"] and follows is None:
        return Cancel("no_longer_so")
    return champion_message(
        ChampionTold(
            handoff.id,
            handoff.account,
            named(actor, unit.people.many([actor])),
            gone=left.name if left is not None else None,
            last_day=_last_day(left),
            follows=follows.name if follows is not None else None,
            second_contact=people.second_contact,
            after_kickoff=handoff.kickoff_held_at is not None,
        )
    )


def _last_day(left: Contact | None) -> date | None:
    return left.last_day if left is not None else None
