"""What is told of a debrief to one person, as it is when it goes out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.delivery.plans import Cancel
from bot.domain import access
from bot.domain.access import EVERY
from bot.domain.debrief import Ask
from bot.domain.handoff import Handoff
from bot.domain.notices import Notice, NoticeKind
from bot.domain.people import Person
from bot.domain.read_models import NamedPerson, named
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views.debrief import (
    ahead_message,
    asks_message,
    replied_message,
    you_listen_message,
)
from bot.views.message import Message

PASSED_ON = "passed-on:"
"""How the keys begin of what somebody else is told instead."""


def debrief_told(
    unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person
) -> Message | Cancel:
    """The words of one of OF_THE_DEBRIEF, or why it is not said any more."""
    handoff = bundle.handoff
    people = unit.people.many([int(notice.facts.get("actor", 0)) or None, handoff.csm_id])
    by = named(int(notice.facts.get("actor", 0)) or None, people)
    if notice.kind is NoticeKind.LISTENER_NAMED:
        if not access.acts_as(reader.id, handoff.listener_id, handoff):
            still = handoff.listener_id == notice.facts.get("listener")
            return to_whoever_acts(notice, handoff, handoff.listener_id if still else None)
        return you_listen_message(handoff.id, handoff.account, named(handoff.csm_id, people))
    to_ae = notice.kind is NoticeKind.DEBRIEF_ASKED
    owner = handoff.ae_id if to_ae else handoff.csm_id
    if not access.acts_as(reader.id, owner, handoff):
        return to_whoever_acts(notice, handoff, owner)
    if notice.kind is NoticeKind.DEBRIEF_AHEAD:
        if not handoff.debrief.ahead:
            return Cancel("no_longer_owed")
        return ahead_message(handoff.id, handoff.account, by)
    since = datetime.fromisoformat(str(notice.facts["since"]))
    asks = unit.debriefs.load(handoff.id, audiences=EVERY).asks
    return _together(notice, handoff, by, [one for one in asks if _of_it(one, since, to_ae)])


def _of_it(one: Ask, since: datetime, to_ae: bool) -> bool:
    """Whether a message tells of it: of what came since its first, for the AE while it waits."""
    if to_ae:
        return one.open and one.asked_at >= since
    return one.replied_at is not None and one.replied_at >= since


def _together(
    notice: Notice, handoff: Handoff, by: NamedPerson | None, told: Sequence[Ask]
) -> Message | Cancel:
    if not told:
        return Cancel("no_longer_owed")
    if notice.kind is NoticeKind.DEBRIEF_ASKED:
        return asks_message(handoff.id, handoff.account, by, told)
    return replied_message(handoff.id, handoff.account, by, len(told))


def to_whoever_acts(notice: Notice, handoff: Handoff, owner: int | None) -> Cancel:
    """Who was to be told does not act for the owner any more; who does is told instead, once."""
    acts = access.acting(owner, handoff) if owner is not None else None
    if acts is None or acts == notice.person_id:
        return Cancel("no_longer_theirs")
    about = notice.key.removeprefix(PASSED_ON).removesuffix(f":{notice.person_id}")
    # Another CSM is told by the assignment, too, that all is answered: under the same key, once.
    begins = "" if notice.kind is NoticeKind.DEBRIEF_AHEAD else PASSED_ON
    key = f"{begins}{about}:{acts}"
    return Cancel("another_is_told", (replace(notice, person_id=acts, key=key),))
