"""The inputs on which a deal's size rests, the form that changes them, and the size in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from slack_sdk.models.blocks import Block, InputBlock, Option
from slack_sdk.models.views import View

from bot.domain.money import Money
from bot.domain.policy import Policy, Tier
from bot.domain.read_models import DealFacts
from bot.domain.size import Size
from bot.views import sentences
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    choice_input,
    form,
    instant_input,
    option,
    text_input,
)
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import INPUT_HINT, SELECT_OPTIONS, truncate
from bot.views.message import Message, button, context, plain_section, section
from bot.views.payload import Ref
from bot.views.sentences.forms import FieldWords
from bot.views.text import isolate, money

LONGEST_VALUE: Final = 40
"""More than the largest amount takes, with blanks and separators."""
LONGEST_NUMBER: Final = 20
MOST_ASKED: Final = 10
"""Handoffs of one channel that are asked about; each takes two blocks of a message."""
LIGHT_ANYWAY: Final = "light"
"""Value of the option of that name."""
NOTHING_ASKED: Final = "nothing"
"""Value of the option with which a handoff goes on without anything being asked."""
OTHER: Final = "other"
"""Value of the option for a currency that the policy has no rate for."""


@dataclass(frozen=True)
class DealTyped:
    """What stands in the inputs of a deal, as typed."""

    value: str = ""
    currency: str = ""
    other_currency: str = ""
    rate: str = ""
    stakeholders: str = ""
    marks: tuple[str, ...] = ()
    light_anyway: bool = False
    nothing_asked: bool = False


def _light_input(
    place: Place, policy: Policy, typed: DealTyped, *, begun: bool
) -> list[InputBlock]:
    """The box that asks for the light form below the smallest tier; `begun`, or for nothing more.

    It always stands there: a form that comes back with another input on top shows that to nobody
    who pressed at its end, and the refusal of a small value can name the box.
    """
    if policy.tiers.light_from <= 0:
        return []
    hint = sentences.deal.below_tiers(policy)
    light = option(LIGHT_ANYWAY, sentences.forms.TICK_LIGHT, hint=hint)
    none = option(NOTHING_ASKED, sentences.forms.TICK_NOTHING, hint=sentences.deal.NOTHING_MEANS)
    chosen = ((LIGHT_ANYWAY, typed.light_anyway), (NOTHING_ASKED, typed.nothing_asked))
    ticked = {value for value, wanted in chosen if wanted}
    offered = [light, none] if begun else [light]
    return [boxes_input(place, Field.LIGHT_ANYWAY, offered, ticked)]


def value_inputs(
    place: Place, policy: Policy, typed: DealTyped, today: date | None, *, begun: bool = False
) -> list[InputBlock]:
    """Value and currency; for one that is not in the policy's table its letters and its rate.

    Below them the box for a value that is too small; `begun` is a handoff that there is already.
    """
    inputs = [
        text_input(place, Field.VALUE, typed.value, longest=LONGEST_VALUE),
        choice_input(
            place,
            Field.CURRENCY,
            _currencies(policy),
            typed.currency or policy.currency,
            hint=truncate(sentences.deal.rates(policy), INPUT_HINT),
        ),
    ]
    small = _light_input(place, policy, typed, begun=begun)
    if typed.currency != OTHER:
        return [*inputs, *small]
    told = sentences.forms.FIELDS[Field.RATE]
    asked = FieldWords(
        told.label, sentences.deal.rate_hint(policy.currency, today), told.placeholder
    )
    return [
        *inputs,
        text_input(place, Field.OTHER_CURRENCY, typed.other_currency, longest=LONGEST_NUMBER),
        text_input(place, Field.RATE, typed.rate, longest=LONGEST_NUMBER, words=asked),
        *small,
    ]


def _currencies(policy: Policy) -> list[Option]:
    others = sorted(name for name in policy.rates if name != policy.currency)
    known = (policy.currency, *others)[: SELECT_OPTIONS - 1]
    return [
        *(option(name, name) for name in known),
        option(OTHER, sentences.deal.ANOTHER_CURRENCY),
    ]


def mark_inputs(place: Place, typed: DealTyped) -> list[InputBlock]:
    """How many stakeholders there are, and the boxes."""
    boxes = [
        option(name, label, hint=sentences.deal.MARK_HINTS.get(name))
        for name, label in sentences.deal.MARK_NAMES.items()
    ]
    return [
        text_input(
            place,
            Field.STAKEHOLDERS,
            typed.stakeholders,
            optional=True,
            longest=LONGEST_NUMBER,
        ),
        boxes_input(place, Field.MARKS, boxes, typed.marks),
    ]


def deal_view(
    *,
    handoff_id: int,
    account: str,
    policy: Policy,
    typed: DealTyped,
    today: date,
    kickoff: datetime | None = None,
) -> View:
    """The form of a changed deal, filled with what it is now; `kickoff` is the proposed time.

    Drawn anew it holds that time once more: what was typed over it stays in the form.
    """
    place = Place("deal", entry=handoff_id)
    blocks: list[Block] = [as_typed(account), section(sentences.deal.DEAL_MEANS)]
    blocks += value_inputs(place, policy, typed, today, begun=True)
    blocks += mark_inputs(place, typed)
    blocks.append(instant_input(place, Field.KICKOFF, kickoff, optional=True))
    return form(
        ViewId.DEAL,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.DEAL],
        submit=sentences.forms.FORM_SUBMITS[ViewId.DEAL],
        close=sentences.forms.CLOSE,
    )


def which_deal_message(deals: Sequence[tuple[int, str, Money, Tier]]) -> Message:
    """Which of the handoffs in a channel is meant: each by account, with the button of its form."""
    opens = ActionId.OPEN_DEAL
    blocks: list[Block] = [plain_section(sentences.signature.WHICH_DEAL)]
    for handoff_id, account, value, tier in deals[:MOST_ASKED]:
        press = button(opens, sentences.buttons.BUTTONS[opens], Ref(handoff=handoff_id))
        blocks.append(as_typed(account, accessory=press))
        blocks.append(context(sentences.card.value_a_year(money(value), tier)))
    if len(deals) > MOST_ASKED:
        blocks.append(context(sentences.assign.and_more(len(deals) - MOST_ASKED)))
    return Message(sentences.signature.WHICH_DEAL, tuple(blocks))


def size_words(size: Size) -> list[str]:
    """Tier and add-ons, one a line, in plain text."""
    told = [sentences.deal.add_on_of(size, one) for one in size.add_ons]
    told = told or [sentences.deal.NO_ADD_ONS]
    offered = [sentences.deal.offered(size)] if size.offered else []
    return [sentences.deal.tier_line(size.tier), *told, *offered]


def deal_words(facts: DealFacts, currency: str, *, ready: bool) -> Sequence[str]:
    """What is known of a deal besides its brief, one a line, in plain text.

    Once the brief is `ready`, nobody asks by when it was to be, but what its AE manager said of it.
    """
    size = facts.size
    told = size_words(size)
    if facts.rate is not None:
        worth = f"{facts.rate.worth.normalize():f}"
        told.append(sentences.deal.rate_used(currency, worth, facts.policy_currency, facts.rate.of))
    if facts.partner:
        told.append(sentences.deal.PARTNER_DEAL)
    if facts.commitment_on is not None and facts.commitment_answer is not None:
        answered = sentences.deal.commitment_was(facts.commitment_on, facts.commitment_answer)
        told.append(answered)
    elif facts.commitment_on is not None and not ready:
        told.append(sentences.deal.committed_by(facts.commitment_on))
    if facts.aligned_on is not None and facts.cs_contact is not None:
        told.append(sentences.deal.aligned(facts.aligned_on, isolate(facts.cs_contact.name)))
    return told
