"""The commitment: the day by which the AE says that the brief will be past its gate."""

from datetime import date, datetime, time, timedelta

from bot.domain.backfill import BACKFILLED_WITHIN, in_retrospect
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.policy import Policy, Tier
from bot.domain.worktime import DAY, Calendar


def proposed_day(*, at: datetime, policy: Policy, calendar: Calendar) -> date:
    """The day a form begins with: when the brief of a deal that is signed now would be due."""
    return calendar.local_date(calendar.moved(at + timedelta(hours=policy.clocks.brief)))


def latest_day(handoff: Handoff, *, at: datetime, policy: Policy, calendar: Calendar) -> date:
    """The last day that may be named: that on which the brief is due, by the AE's `calendar`.

    While the signature is missing it counts from the end of the expected day. Who tells of a
    signature long ago has a week, and nobody has less than what is left of today.
    """
    today = calendar.local_date(at)
    signed_at = handoff.signed_at
    if signed_at is None:
        expected = handoff.expected_on or today
        signed_at = calendar.at(expected, calendar.hours.end)
    elif in_retrospect(signed_at, told_at=at, ae=calendar):
        return today + BACKFILLED_WITHIN
    due = calendar.moved(signed_at + timedelta(hours=policy.clocks.brief))
    return max(calendar.local_date(due), calendar.same_or_next_business_day(today))


def check_day(handoff: Handoff, *, at: datetime, policy: Policy, calendar: Calendar) -> None:
    """Refuse a commitment that is missing, past or too late; raises Invalid with the field.

    Below the smallest tier none is asked for.
    """
    day = handoff.commitment_on
    if day is None:
        if policy.tier(handoff.value, handoff.rate) is Tier.NONE:
            return
        raise Invalid(Problem.DATE_NEEDED, field="commitment_on")
    if day < calendar.local_date(at):
        raise Invalid(Problem.DATE_IN_PAST, field="commitment_on")
    latest = latest_day(handoff, at=at, policy=policy, calendar=calendar)
    if day > latest:
        facts = {"latest": latest.isoformat()}
        raise Invalid(Problem.COMMITMENT_TOO_LATE, field="commitment_on", facts=facts)


def moved_day(
    handoff: Handoff, expected_on: date, *, at: datetime, policy: Policy, calendar: Calendar
) -> date | None:
    """The day of the commitment once the signature is expected on another day.

    It goes along with one that slips by as many days; with one that comes sooner it is no later
    than the brief is due then. None where nobody committed, or the answer was given.
    """
    day, before = handoff.commitment_on, handoff.expected_on
    if day is None or before is None or handoff.commitment_answer is not None:
        return None
    if expected_on >= before:
        return calendar.same_or_next_business_day(day + (expected_on - before))
    due = calendar.moved(
        calendar.at(expected_on, calendar.hours.end) + timedelta(hours=policy.clocks.brief)
    )
    return min(day, max(calendar.local_date(due), calendar.local_date(at)))


def asked_at(handoff: Handoff, *, policy: Policy, calendar: Calendar) -> datetime | None:
    """When the AE manager is asked, by their `calendar`; None where there is no commitment.

    That is the morning of the policy's day after it; an AE who confirms later than that made it
    only then.
    """
    if handoff.commitment_on is None or handoff.ae_confirmed_at is None:
        return None
    day = handoff.commitment_on + policy.clocks.commitment_days * DAY
    return calendar.first_opening(max(calendar.at(day, time()), handoff.ae_confirmed_at))
