"""How much of the process a deal gets: its tier by value, and add-ons by what else is so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.access import Audience
from bot.domain.errors import Invalid, Problem
from bot.domain.money import Money, Rate
from bot.domain.policy import Policy, Tier


class AddOn(StrEnum):
    """What a deal may get beyond its tier."""

    EARLY_CS = "early_cs"
    """Customer success looks in before the close."""
    JOINT_KICKOFF = "joint_kickoff"
    """Both lead the kickoff, and the AE writes the intro."""
    CALL = "call"
    """A briefing call is required."""
    SECOND_LISTENER = "second_listener"


class Trigger(StrEnum):
    """Why a deal has an add-on."""

    FULL = "full"
    COMPLEX = "complex"
    STRENGTH = "strength"
    VALUE = "value"
    STAKEHOLDERS = "stakeholders"
    SERIOUS_FLAGS = "serious_flags"
    """Serious red flags or difficult politics; for those who may read red flags."""
    STRATEGIC = "strategic"
    POLICY = "policy"
    """What stands for a trigger that its reader may not know."""


PRIVATE_TRIGGERS: Mapping[Trigger, Audience] = {
    Trigger.VALUE: Audience.COMMERCIALS,
    Trigger.SERIOUS_FLAGS: Audience.RED_FLAGS,
    Trigger.STRENGTH: Audience.PERSONAL,
}
"""What rests on a restricted field, and who may read that; everybody else reads *by policy*."""
MOST_STAKEHOLDERS = 1000


@dataclass(frozen=True)
class Marks:
    """What the AE says about a deal besides its value."""

    stakeholders: int | None = None
    """Different people at the customer who decide or can stop it."""
    complex_onboarding: bool = False
    strategic: bool = False
    serious_flags: bool = False
    partner: bool = False
    """A partner sells it along; changes no add-on."""


NO_MARKS = Marks()


def parse_stakeholders(text: str) -> int | None:
    """Read how many they are, None where nothing is written; raises Invalid with its field."""
    cleaned = text.strip()
    if not cleaned:
        return None
    if not cleaned.isascii() or not cleaned.isdigit() or int(cleaned) > MOST_STAKEHOLDERS:
        raise Invalid(Problem.BAD_NUMBER, field="stakeholders")
    return int(cleaned)


@dataclass(frozen=True)
class Size:
    """A deal's tier and add-ons, each with what brought it."""

    tier: Tier
    add_ons: Mapping[AddOn, tuple[Trigger, ...]]
    offered: Mapping[AddOn, tuple[Trigger, ...]] = field(default_factory=dict)
    """What it would get from the smallest tier on; asked for by nothing."""
    bounds: Mapping[AddOn, Money] = field(default_factory=dict, compare=False)
    """From which value on the policy gives an add-on, where it goes by the value."""

    def has(self, add_on: AddOn) -> bool:
        """Whether the deal gets the add-on."""
        return add_on in self.add_ons

    def seen_by(self, audiences: Collection[Audience]) -> "Size":
        """The same for a reader; beside a trigger they may know a private one is not betrayed."""

        def told(triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
            known = (one for one in triggers if PRIVATE_TRIGGERS.get(one) in {None, *audiences})
            return tuple(known) or (Trigger.POLICY,)

        add_ons, offered = (
            {one: told(why) for one, why in given.items()} for given in (self.add_ons, self.offered)
        )
        return replace(self, add_ons=add_ons, offered=offered)


def size_of(
    value: Money,
    marks: Marks,
    policy: Policy,
    *,
    tier: Tier,
    strength: int | None = None,
    rate: Rate | None = None,
) -> Size:
    """A deal's size; `strength` is the champion's relationship strength, where it is known.

    `tier` is the deal's own: one below the smallest bound may do the light form all the same. From
    `light_from` on add-ons are given, below it they are only offered, so none comes by itself.
    Raises Invalid for a currency without a rate.
    """
    amount = policy.converted(value, rate)
    rules = policy.add_ons
    full, complex_ = tier is Tier.FULL, marks.complex_onboarding
    close = strength is not None and strength >= rules.joint_strength_from
    many = (marks.stakeholders or 0) > rules.call_stakeholders_above
    found = {
        AddOn.EARLY_CS: ((Trigger.FULL, full), (Trigger.COMPLEX, complex_)),
        AddOn.JOINT_KICKOFF: (
            (Trigger.FULL, full),
            (Trigger.COMPLEX, complex_),
            (Trigger.STRENGTH, close),
        ),
        AddOn.CALL: (
            (Trigger.VALUE, amount > rules.call_above),
            (Trigger.STAKEHOLDERS, many),
            (Trigger.COMPLEX, complex_),
            (Trigger.SERIOUS_FLAGS, marks.serious_flags),
        ),
        AddOn.SECOND_LISTENER: (
            (Trigger.VALUE, amount >= rules.listener_from),
            (Trigger.STRATEGIC, marks.strategic),
        ),
    }
    given = {
        add_on: tuple(trigger for trigger, applies in triggers if applies)
        for add_on, triggers in found.items()
    }
    given = {add_on: why for add_on, why in given.items() if why}
    bounds = {
        AddOn.CALL: Money(int(rules.call_above * 100), policy.currency),
        AddOn.SECOND_LISTENER: Money(int(rules.listener_from * 100), policy.currency),
    }
    if amount < policy.tiers.light_from:
        return Size(tier, {}, given, bounds)
    return Size(tier, given, bounds=bounds)
