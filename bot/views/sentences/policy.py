"""The policy on the command line."""

from typing import Final

from bot.domain.deadlines import Step
from bot.domain.money import Money, Rate
from bot.domain.policy import Policy, Tier
from bot.views.sentences.terms import STEP_NAMES, TIER_NAMES
from bot.views.text import day

POLICY_ADD_ONS: Final = "Beyond its tier:"
POLICY_WINDOWS: Final = "When its steps are due:"


def policy_value(amount: str, value: Money, policy: Policy, rate: Rate | None) -> str:
    """What a deal is worth, and how that is judged."""
    if value.currency == policy.currency or rate is None:
        return f"A deal of {amount} a year."
    counted = f"{policy.converted(value, rate):,.2f} {policy.currency}"
    used = f"1 {value.currency} = {rate.worth.normalize():f} {policy.currency}"
    return f"A deal of {amount} a year counts as {counted} ({used}, rate of {day(rate.of)})."


def policy_tier(tier: Tier, policy: Policy) -> str:
    """The tier, and its bounds."""
    least, full = f"{policy.tiers.light_from:,f}", f"{policy.tiers.full_above:,f}"
    told = {
        Tier.NONE: (
            f"below {least} {policy.currency} nothing is asked; the light form and the add-ons are "
            "offered"
        ),
        Tier.LIGHT: f"light, from {least} to {full} {policy.currency}",
        Tier.FULL: f"full, above {full} {policy.currency}",
    }
    return f"Its tier: {told[tier]}."


def policy_items(count: int, tier: Tier) -> str:
    """How many items the brief counts, before their names."""
    return f"The {TIER_NAMES[tier]} brief counts {count} items:"


def policy_gate(policy: Policy, tier: Tier, core: str) -> str:
    """When the brief is past its gate."""
    most = (
        f"{policy.gate_percent} % of them"
        if tier is Tier.FULL
        else "all of them; one may wait for the customer"
    )
    return f"It is ready with {most}. Never open then: {core}."


def policy_capture(days: int) -> str:
    """When the AE is reminded before the signature."""
    return f"{STEP_NAMES[Step.CAPTURE]}: reminded {days} days and one working day before it closes"


def policy_day(step: str, due: str, own: int) -> str:
    """By which day a step is due."""
    return f"{step}: {due}" + (f", at least {own} working hours once it can be done" if own else "")


def policy_window(step: str, hours: int | None, own: int, *, needs: bool = True) -> str:
    """How long a step has; `hours` is None for one that only has a window of its own.

    A step that needs no other one has that window only where it is opened again.
    """
    if hours is None:
        return f"{step}: {own} working hours once it can be done"
    told = f"{step}: {hours} h after the signature"
    if not own:
        return told
    once = "once it can be done" if needs else "where it was sent back"
    return f"{told}, at least {own} working hours {once}"
