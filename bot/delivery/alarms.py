"""What an alarm says now, or why it is not said any more."""

from collections import Counter
from datetime import datetime

from bot.delivery.plans import Cancel
from bot.domain.alarms import About
from bot.domain.notices import Notice, NoticeKind
from bot.domain.people import Person, Role
from bot.domain.read_models import NamedPerson, named
from bot.storage.undelivered import LOTS, Lot
from bot.storage.unit_of_work import ReadUnit
from bot.views import sentences
from bot.views.alarms import (
    InVain,
    connected_again_message,
    in_vain_message,
    let_in_again_message,
    not_connected_message,
    scope_message,
    undelivered_message,
)
from bot.views.message import Message

MOST_COUNTED = 500
"""Of these the reasons are counted; nobody reads more of them one by one."""
LEFT_OUT_AT_WILL = frozenset(
    {
        "users.profile:read",
        "users:read.email",
        "reactions:read",
        "channels:write.invites",
        "groups:write.invites",
        "groups:write",
        "files:write",
        "channels:history",
        "groups:history",
    }
)
"""Scopes that whoever installs the app may leave out."""


def alarm_told(unit: ReadUnit, notice: Notice, reader: Person) -> Message | Cancel:
    """One alarm, to who is still an admin, or RevOps where there was none."""
    if not reader.admin and Role.REVOPS not in reader.roles:
        return Cancel("no_longer_theirs")
    about, name = About(str(notice.facts["about"])), str(notice.facts["reference"])
    detail = str(notice.facts["detail"])
    if about is About.SCOPE:
        return scope_message(detail, optional=LEFT_OUT_AT_WILL, reference=name)
    if about in LOTS:
        return _not_arrived(unit, LOTS[about], times=int(notice.facts["times"]), reference=name)
    since = datetime.fromisoformat(str(notice.facts["since"]))
    if "until" not in notice.facts:
        # What waited for the morning may be over: that is told under the same reference.
        if all(one.reference != name for one in unit.alarms.lasting()):
            return Cancel("overtaken")
        return not_connected_message(since=since, reference=name)
    until = datetime.fromisoformat(str(notice.facts["until"]))
    if about is About.TOKEN:
        return let_in_again_message(detail, since=since, until=until, reference=name)
    return connected_again_message(since=since, until=until, reference=name)


def _not_arrived(unit: ReadUnit, lot: Lot, *, times: int, reference: str) -> Message | Cancel:
    count = unit.undelivered.count_but_alarms(lot)
    if not count:
        return Cancel("nothing_left")
    # What waited for the morning, or over a weekend, is said once.
    told = (one.times for one in unit.alarms.lasting() if one.reference == reference)
    if next(told, 0) > times + 1:
        return Cancel("overtaken")
    page = unit.undelivered.page(skip=0, size=MOST_COUNTED, lot=lot)
    lasts = times > 0
    if lot is Lot.IN_VAIN:
        told_of = [one for one in page if one.kind is not NoticeKind.ALARM]
        places = Counter((one.channel_id, one.person_id, one.reason) for one in told_of)
        rows = [
            InVain(of, _channel(unit, channel), _person(unit, person), reason)
            for (channel, person, reason), of in places.most_common()
        ]
        return in_vain_message(count, rows, lasts=lasts, reference=reference)
    found = Counter(sentences.refusals.why(one.reason, in_doubt=one.in_doubt) for one in page)
    reasons = [(of, why) for why, of in found.most_common()]
    return undelivered_message(count, reasons, lasts=lasts, reference=reference)


def _channel(unit: ReadUnit, channel_id: int | None) -> str | None:
    return unit.channels.get(channel_id).slack_id if channel_id is not None else None


def _person(unit: ReadUnit, person_id: int | None) -> NamedPerson | None:
    return named(person_id, unit.people.many([person_id]))
