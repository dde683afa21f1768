"""What is told of the success plan, as true now, or why it is not said any more."""

from zoneinfo import ZoneInfo

from bot.delivery.debriefs import to_whoever_acts
from bot.delivery.plans import Cancel, Plan, Reader, Spot, Upload
from bot.domain import access
from bot.domain.access import Audience
from bot.domain.deadlines import Deadline, Step
from bot.domain.notices import Notice, NoticeKind, file_failed
from bot.domain.people import NamedPerson, Person
from bot.domain.plan import OUTSIDE, Milestone
from bot.domain.promises import Side
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views import sentences
from bot.views.message import Message
from bot.views.plan_messages import (
    plan_reopened_message,
    plan_signed_message,
    plan_voided_message,
)
from bot.views.plan_text import plan_markdown
from bot.views.text import escape, one_line


def plan_in_thread(unit: ReadUnit, bundle: Bundle, notice: Notice) -> Message | Cancel:
    """A reply below the card, of what everybody in the channel may read."""
    signed = bundle.handoff.success_plan.signed_at is not None
    if notice.kind is NoticeKind.PLAN_REOPENED:
        if signed:
            return Cancel("no_longer_so")
        return plan_reopened_message(bundle.handoff.account, _by(unit, notice))
    page = unit.plan_page(bundle, viewer=None)
    if not signed or page is None:
        return Cancel("no_longer_so")
    return plan_signed_message(page)


def plan_voided(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """To a side that signed another plan, or that asks the customer, while that is so."""
    handoff, owner = bundle.handoff, int(notice.facts["owner"])
    if owner not in (handoff.ae_id, handoff.csm_id):
        return Cancel("no_longer_theirs")
    if not access.acts_as(reader.id, owner, handoff):
        return to_whoever_acts(notice, handoff, owner)
    plan, initial = handoff.success_plan, bool(notice.facts["initial"])
    side = Side.AE if owner == handoff.ae_id else Side.CSM
    again = plan.initialed(side) if initial else all(plan.holds(one) for one in OUTSIDE)
    if again:
        return Cancel("no_longer_so")
    return plan_voided_message(handoff.id, handoff.account, _by(unit, notice), initial=initial)


def _by(unit: ReadUnit, notice: Notice) -> NamedPerson | None:
    actor = int(notice.facts["actor"])
    person = unit.people.many([actor]).get(actor) if actor else None
    return NamedPerson(person.id, person.slack_id, person.name) if person is not None else None


def milestone_due(unit: ReadUnit, bundle: Bundle, owed: Deadline) -> Milestone | None:
    """What is owed about a milestone names it, to who may read it."""
    if owed.step is not Step.MILESTONE:
        return None
    found = unit.plans.numbered(bundle.handoff.id, owed.subject)
    readable = found is not None and found.text.sharing.audience in bundle.audiences
    return found if readable else None


def plan_upload(unit: ReadUnit, notice: Notice, reader: Person) -> Plan:
    """What the customer shares of the plan as a file for who may read that."""
    handoff = unit.handoffs.get(notice.handoff_id or 0)
    inside = not unit.channels.get(handoff.channel_id).private
    readable = access.audiences(reader, handoff, in_channel=inside)
    page = unit.plan_page(unit.bundle(handoff.id, viewer=reader), viewer=reader)
    if Audience.SHARED_MILESTONES not in readable or page is None:
        return Cancel("not_readable")
    today = unit.now.astimezone(ZoneInfo(reader.zone)).date()
    return Upload(
        Spot(reader=Reader(reader.id, reader.slack_id)),
        sentences.plan.file_name(today.isoformat()),
        sentences.plan.FILE_TITLE,
        plan_markdown(page),
        sentences.plan.file_comment(escape(one_line(page.account))),
        file_failed(notice, unclear=False),
    )
