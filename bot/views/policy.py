"""What a deal gets under a policy, in words for the command line."""

from collections.abc import Iterator

from bot.domain.completeness import rules_of
from bot.domain.due import DueRule, FirstContact, HoursAfter, MessageHours, OwnWindow
from bot.domain.handoff import DealChange
from bot.domain.policy import Clocks, Policy, Tier
from bot.domain.size import Size, size_of
from bot.domain.steps import STEPS
from bot.views import sentences as said
from bot.views.text import money


def policy_words(policy: Policy, deal: DealChange, *, strength: int | None = None) -> list[str]:
    """Tier, counted items, add-ons with what brings them, windows: one sentence a line.

    Raises Invalid for a currency without a rate.
    """
    rate = deal.rate or policy.rate(deal.value.currency)
    tier = policy.tier(deal.value, rate)
    lines = [said.policy.policy_value(money(deal.value), deal.value, policy, rate)]
    lines.append(said.policy.policy_tier(tier, policy))
    # Below the smallest tier the light form may be written all the same.
    counted = Tier.LIGHT if tier is Tier.NONE else tier
    lines += list(_items(policy, counted))
    size = size_of(deal.value, deal.marks, policy, tier=counted, strength=strength, rate=rate)
    lines += [said.policy.POLICY_ADD_ONS, *(f"  {line}" for line in _add_ons(size))]
    lines += [said.policy.POLICY_WINDOWS, *(f"  {line}" for line in _windows(policy))]
    return lines


def _items(policy: Policy, tier: Tier) -> Iterator[str]:
    rules = rules_of(tier, policy)
    core = [said.terms.ITEM_NAMES[rule.item] for rule in rules if rule.item in policy.items.core]
    names = [said.terms.ITEM_NAMES[rule.item] for rule in rules]
    yield f"{said.policy.policy_items(len(rules), tier)} {', '.join(names)}."
    yield said.policy.policy_gate(policy, tier, ", ".join(core))


def _windows(policy: Policy) -> Iterator[str]:
    clocks = policy.clocks
    yield said.policy.policy_capture(clocks.capture_days)
    for rule in STEPS:
        hours = _hours(rule.due, clocks)
        name, own = said.terms.STEP_NAMES[rule.step], rule.own(clocks)
        if hours is None and not isinstance(rule.due, OwnWindow):
            yield said.policy.policy_day(name, said.steps.day_words(rule.due, clocks), own)
            continue
        yield said.policy.policy_window(name, hours, own, needs=bool(rule.needs))


def _add_ons(size: Size) -> Iterator[str]:
    for one, why in size.add_ons.items():
        yield said.deal.add_on(one, why)
    if not size.add_ons:
        yield said.deal.NO_ADD_ONS
    if size.offered:
        yield said.deal.offered(size)


def _hours(due: DueRule, clocks: Clocks) -> int | None:
    match due:
        case MessageHours():
            return clocks.message
        case HoursAfter(hours=hours) | FirstContact(hours=hours):
            return hours(clocks)
    return None
