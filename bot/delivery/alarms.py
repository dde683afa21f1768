"""What an alarm says now, or why it is not said any more."""

from collections import Counter
from datetime import datetime

from bot.delivery.plans import Cancel
from bot.domain.alarms import About
from bot.domain.notices import Notice
from bot.domain.people import Person, Role
from bot.storage.unit_of_work import ReadUnit
from bot.views import sentences
from bot.views.alarms import (
    connected_again_message,
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
    if about is About.UNDELIVERED:
        return _undelivered(unit, times=int(notice.facts["times"]), reference=name)
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


def _undelivered(unit: ReadUnit, *, times: int, reference: str) -> Message | Cancel:
    count = unit.undelivered.count_but_alarms()
    if not count:
        return Cancel("nothing_left")
    # What waited for the morning, or over a weekend, is said once.
    told = (one.times for one in unit.alarms.lasting() if one.reference == reference)
    if next(told, 0) > times + 1:
        return Cancel("overtaken")
    found = Counter(
        sentences.refusals.why(one.reason, in_doubt=one.in_doubt)
        for one in unit.undelivered.page(skip=0, size=MOST_COUNTED)
    )
    reasons = [(of, why) for why, of in found.most_common()]
    return undelivered_message(count, reasons, lasts=times > 0, reference=reference)
