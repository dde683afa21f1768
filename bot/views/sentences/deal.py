"""Start and size of a deal."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from bot.domain.handoff import CommitmentAnswer
from bot.domain.policy import Policy, Tier
from bot.domain.size import AddOn, Size, Trigger
from bot.views.ids import ViewId
from bot.views.sentences.forms import FORM_SUBMITS
from bot.views.sentences.terms import ADD_ON_NAMES, HANDOFF_NAMES, TRIGGER_NAMES
from bot.views.text import day, money


def rates(policy: Policy) -> str:
    """What the currencies count as when the size is judged."""
    own = policy.currency
    told = "; ".join(
        f"1 {name} = {rate.normalize():f} {own}"
        for name, rate in sorted(policy.rates.items())
        if name != own
    )
    if not told:
        return f"The size of the handoff is judged in {own}."
    return f"The size of the handoff is judged in {own}: {told} (rates of {day(policy.rates_of)})."


COMMITMENT: Final[Mapping[CommitmentAnswer, str]] = {
    CommitmentAnswer.DONE: "kept, as their manager says",
    CommitmentAnswer.NOT_DONE: "not kept, as their manager says",
    CommitmentAnswer.CANCELLED: "cancelled by their manager",
}
NOTHING_MEANS: Final = "Open steps are dropped; a larger value brings them back."


def below_tiers(policy: Policy) -> str:
    """From where on the process asks for a handoff, beside the box that asks for one below."""
    return f"Below {policy.tiers.light_from:,f} {policy.currency} the process asks for nothing."


def started_meanwhile(who: str, account: str) -> str:
    """Another handoff began in the channel while this form was filled in (mrkdwn)."""
    again = FORM_SUBMITS[ViewId.START]
    return (
        f"{who} started a handoff for {account} in this channel meanwhile. Is it the same deal? "
        f"Then close this form. For another deal press *{again}* once more."
    )


ANOTHER_CURRENCY: Final = "Another currency"
MARK_NAMES: Final[Mapping[str, str]] = {
    "complex_onboarding": "Complex onboarding",
    "strategic": "Strategic",
    "serious_flags": "🔒 Serious red flags or difficult politics",
    "partner": "Partner deal",
}
MARK_HINTS: Final[Mapping[str, str]] = {
    "serious_flags": "Only AE, CSM, second listener and CS manager see this",
}
PARTNER_DEAL: Final = "A partner sells it along."
NO_ADD_ONS: Final = "no add-ons"


def rate_hint(currency: str, today: date | None) -> str:
    """What is asked for where the policy has no rate."""
    on = f", as of {day(today)}" if today else ""
    return f"What one unit is worth in {currency}{on}."


def rate_used(currency: str, worth: str, own: str, of: date) -> str:
    """By which rate the size was judged."""
    return f"Judged at 1 {currency} = {worth} {own} (rate of {day(of)})."


def add_on(one: AddOn, why: Iterable[Trigger]) -> str:
    """What the deal gets beyond its tier, and why."""
    return f"{ADD_ON_NAMES[one]} ({', '.join(TRIGGER_NAMES[trigger] for trigger in why)})"


def add_on_of(size: Size, one: AddOn) -> str:
    """The same beside the tier, which needs no repeating, and with the value it goes by."""
    bound = size.bounds.get(one)
    over = TRIGGER_NAMES[Trigger.VALUE]
    if bound is not None:
        over = f"from {money(bound)}" if one is AddOn.SECOND_LISTENER else f"over {money(bound)}"
    why = ", ".join(
        over if trigger is Trigger.VALUE else TRIGGER_NAMES[trigger]
        for trigger in size.add_ons.get(one) or size.offered.get(one, ())
        if trigger is not Trigger.FULL
    )
    return f"{ADD_ON_NAMES[one]} ({why})" if why else ADD_ON_NAMES[one]


def size_line(size: Size) -> str:
    """Tier and add-ons in one line."""
    told = [add_on_of(size, one) for one in size.add_ons] or [NO_ADD_ONS]
    told += [offered(size)] if size.offered else []
    return f"{tier_line(size.tier)} · {' · '.join(told)}"


def tier_line(tier: Tier) -> str:
    """The tier, as the first of what is said of a size."""
    return HANDOFF_NAMES[tier].capitalize()


def offered(size: Size) -> str:
    """The add-ons of a deal below the smallest tier, which nothing asks for."""
    return f"offered: {', '.join(add_on_of(size, one) for one in size.offered)}"


def committed_by(on: date) -> str:
    """Until when the brief is to be ready."""
    return f"The AE wants to have the brief ready by {day(on)}."


def commitment_was(on: date, answer: CommitmentAnswer) -> str:
    """What the AE manager said of that day afterwards."""
    return f"The AE wanted to have the brief ready by {day(on)}: {COMMITMENT[answer]}."


def aligned(on: date, contact: str) -> str:
    """The pre-close alignment."""
    return f"Aligned with customer success on {day(on)}, with {contact}."


DEAL_MEANS: Final = (
    "Another value may give the deal another size. What is done stays done; the brief is counted "
    "anew, and what the new size does not ask for is dropped."
)
