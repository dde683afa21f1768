"""The catalogue of words: nothing is without its word, and labels read alone."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from bot.domain.access import Capacity
from bot.domain.closed_won import Missing
from bot.domain.completeness import OpenItem
from bot.domain.deadlines import Step
from bot.domain.handoff import CommitmentAnswer
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.policy import Tier
from bot.domain.read_models import Light
from bot.domain.size import AddOn, Trigger
from bot.views import sentences
from bot.views.ids import ActionId, MoreChoice

LONGEST_BUTTON = 30
"""Slack shows about so many characters of a button."""


@pytest.mark.parametrize(
    ("named", "words", "without"),
    [
        (Step, sentences.STEP_NAMES, set()),
        (Step, sentences.STEP_TASKS, set()),
        (Step, sentences.STEP_DOES, set()),
        (Step, sentences.STEP_DONE, set()),
        (Step, sentences.WHY_YOU, set()),
        (Step, sentences.MISSING, set()),
        (Light, sentences.LIGHT_SIGNS, set()),
        (Light, sentences.LIGHT_WORDS, set()),
        (SectionKey, sentences.SECTION_NAMES, set()),
        (Item, sentences.ITEM_NAMES, set()),
        (Hole, sentences.HOLE_WORDS, set()),
        (Tier, sentences.TIER_NAMES, set()),
        (Capacity, sentences.ROLE_NAMES, set()),
        (AddOn, sentences.ADD_ON_NAMES, set()),
        (Trigger, sentences.TRIGGER_NAMES, set()),
        (Missing, sentences.GATE_MISSING, set()),
        (CommitmentAnswer, sentences.ANSWERED, set()),
        (ActionId, sentences.BUTTONS, {ActionId.MORE}),
        (MoreChoice, sentences.MORE_CHOICES, set()),
    ],
)
def test_everything_has_a_word_of_its_own(
    named: type[StrEnum], words: Mapping[Any, str], without: set[StrEnum]
) -> None:
    assert set(words) == set(named) - without
    assert all(words.values())


@pytest.mark.parametrize("label", [*sentences.BUTTONS.values(), *sentences.MORE_CHOICES.values()])
def test_a_label_is_short_and_says_what_is_done(label: str) -> None:
    assert len(label) <= LONGEST_BUTTON
    assert label not in ("OK", "Submit", "Click here", "Yes", "No")
    assert label[0].isupper()


def test_an_open_item_says_what_is_missing_in_it() -> None:
    item = OpenItem(Item.METRIC, Hole.NO_DATE)
    assert sentences.open_item(item) == "success metric (date missing)"


def test_a_light_is_never_a_sign_alone() -> None:
    """Each sign differs from the others, and each has a word for who cannot see it."""
    assert len(set(sentences.LIGHT_SIGNS.values())) == len(Light)
    assert len(set(sentences.LIGHT_WORDS.values())) == len(Light)
