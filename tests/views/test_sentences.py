"""The catalogue of words: nothing is without its word, and labels read alone."""

from collections.abc import Mapping, Set
from enum import StrEnum
from typing import Any

import pytest

from bot.domain.access import Audience, Capacity, audiences
from bot.domain.closed_won import Missing
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.handoff import CommitmentAnswer
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.people import Role
from bot.domain.policy import Tier
from bot.domain.pre_close import QUESTIONS
from bot.domain.read_models import Light
from bot.domain.size import AddOn, Trigger
from bot.domain.status import Bucket, Whose
from bot.domain.steps import OF_ONE_THING, Step
from bot.views import sentences
from bot.views.ids import ActionId, Field, MoreChoice
from tests.domain.deals import person, started

MENUS = {
    ActionId.STATUS_WHOSE,
    ActionId.STATUS_BUCKET,
    ActionId.STATUS_PERSON,
    ActionId.STATUS_STEP,
    ActionId.STATUS_TIER,
}
"""What stands on these is what is chosen."""
LONGEST_BUTTON = 30
"""Slack shows about so many characters of a button."""


@pytest.mark.parametrize(
    ("named", "words", "without"),
    [
        (Step, sentences.terms.STEP_NAMES, set()),
        (Step, sentences.terms.STEP_TASKS, set()),
        (Step, sentences.terms.STEP_DOES, set()),
        (Step, sentences.terms.STEP_DONE, set()),
        (Step, sentences.reminders.WHY_YOU, set()),
        (Step, sentences.reminders.MISSING, {Step.READ}),
        (Step, sentences.steps.DONE_WHEN, OF_ONE_THING | QUESTIONS),
        (Light, sentences.terms.LIGHT_SIGNS, set()),
        (Light, sentences.terms.LIGHT_WORDS, set()),
        (SectionKey, sentences.terms.SECTION_NAMES, set()),
        (Item, sentences.terms.ITEM_NAMES, set()),
        (Hole, sentences.terms.HOLE_WORDS, set()),
        (Tier, sentences.terms.TIER_NAMES, set()),
        (Tier, sentences.terms.HANDOFF_NAMES, set()),
        (Capacity, sentences.terms.ROLE_NAMES, set()),
        (AddOn, sentences.terms.ADD_ON_NAMES, set()),
        (Trigger, sentences.terms.TRIGGER_NAMES, set()),
        (Missing, sentences.gate.GATE_MISSING, set()),
        (CommitmentAnswer, sentences.pre_close.ANSWERED, set()),
        (ActionId, sentences.buttons.BUTTONS, {ActionId.MORE, *MENUS}),
        (Bucket, sentences.status.BUCKETS, set()),
        (Whose, sentences.status.WHOSE, set()),
        (Whose, sentences.status.STATUS_EMPTY, set()),
        (MoreChoice, sentences.buttons.MORE_CHOICES, set()),
    ],
)
def test_everything_has_a_word_of_its_own(
    named: type[StrEnum], words: Mapping[Any, str], without: Set[StrEnum]
) -> None:
    assert set(words) == set(named) - without
    assert all(words.values())


def _of_the_handoff(audience: Audience) -> set[Capacity]:
    """The parts and roles that read it, as a sentence names them."""
    found = set()
    for part in Capacity:
        handoff = started()
        for number, (one, name) in enumerate(PARTS.items(), start=10):
            setattr(handoff, name, 2 if one is part else number)
        if audience in audiences(
            person(2, "Pat", "UTC", *ROLES.get(part, ())), handoff, in_channel=False
        ):
            found.add(part)
    return found


PARTS = {
    Capacity.AE: "ae_id",
    Capacity.CSM: "csm_id",
    Capacity.LISTENER: "listener_id",
    Capacity.LEAD: "lead_id",
    Capacity.CS_MANAGER: "cs_manager_id",
    Capacity.AE_MANAGER: "ae_manager_id",
}
# Only whoever has the role may listen; the role alone reads nothing.
ROLES = {Capacity.REVOPS: [Role.REVOPS], Capacity.LISTENER: [Role.CS_MANAGER]}
NAMED = {
    "AE": Capacity.AE,
    "CSM": Capacity.CSM,
    "second listener": Capacity.LISTENER,
    "implementation lead": Capacity.LEAD,
    "RevOps": Capacity.REVOPS,
    "CS manager": Capacity.CS_MANAGER,
}


@pytest.mark.parametrize(
    "told",
    [
        sentences.forms.CANCEL_MEANS,
        sentences.gate.OVERRIDE_MEANS,
        sentences.reading.SEND_BACK_MEANS,
        sentences.reading.DECLINE_MEANS,
        sentences.reminders.snooze_means(Step.BRIEF, "today"),
        sentences.managers.not_mine_means(Step.BRIEF),
        sentences.forms.GATE_REASON.hint,
        sentences.forms.FOR_AE_REASON.hint,
        sentences.forms.FOR_CSM_REASON.hint,
        sentences.forms.FIELDS[Field.WITHDRAW].hint,
    ],
)
def test_a_form_that_asks_for_a_reason_names_all_who_read_it(told: str) -> None:
    wanted = _of_the_handoff(Audience.REASONS)
    assert wanted == {*PARTS, Capacity.REVOPS}
    for name, part in NAMED.items():
        # Both managers are told of as theirs.
        assert name in told or part is Capacity.CS_MANAGER
    assert "their managers" in told


@pytest.mark.parametrize(
    "told",
    [
        sentences.brief.SECTION_QUESTIONS[SectionKey.RED_FLAGS],
        sentences.deal.MARK_HINTS["serious_flags"],
    ],
)
def test_what_is_said_of_red_flags_names_all_who_read_them(told: str) -> None:
    named = {part for name, part in NAMED.items() if name in told}
    assert named == _of_the_handoff(Audience.RED_FLAGS)


def test_a_reminder_to_assign_is_true_of_an_override_and_a_decline_too() -> None:
    assert "ready" not in sentences.reminders.MISSING[Step.ASSIGN]


@pytest.mark.parametrize(
    "label", [*sentences.buttons.BUTTONS.values(), *sentences.buttons.MORE_CHOICES.values()]
)
def test_a_label_is_short_and_says_what_is_done(label: str) -> None:
    assert len(label) <= LONGEST_BUTTON
    assert label not in ("OK", "Submit", "Click here", "Yes", "No")
    # Behind a lock lies what only some may see.
    assert label.removeprefix("🔒 ")[0].isupper()


def test_an_open_item_says_what_is_missing_in_it() -> None:
    item = OpenItem(Item.METRIC, Hole.NO_DATE)
    assert sentences.terms.open_item(item) == "success metric (date missing)"


EMPTY_BUT_TWO = Completeness(21, 23, (OpenItem(Item.METRIC, Hole.EMPTY),), private=1)


def test_what_a_reader_may_not_know_by_name_is_told_by_number() -> None:
    one = Completeness(22, 23, private=1)
    assert sentences.terms.open_items(one) == "one private item"
    assert (
        sentences.terms.open_items(EMPTY_BUT_TWO) == "success metric (empty) and one private item"
    )
    many = (OpenItem(Item.METRIC, Hole.EMPTY),) * 9
    state = Completeness(10, 23, many, private=8)
    told = "success metric (empty), " * 6 + "3 more and 8 private items"
    assert sentences.terms.open_items(state) == told
    assert (
        sentences.brief.brief_filled(one) == "22 of 23 items are filled; one private item is open."
    )
    assert sentences.brief.brief_filled(state) == (
        "10 of 23 items are filled; 8 private items are open."
    )
    assert sentences.brief.brief_progress(EMPTY_BUT_TWO, SectionKey.WHY) == (
        "21 of 23 items are filled; one private item is open. Nothing is open here."
    )


def test_nothing_private_is_spoken_of_where_the_reader_knows_all() -> None:
    two = (OpenItem(Item.METRIC, Hole.EMPTY), OpenItem(Item.TODAY, Hole.EMPTY))
    state = Completeness(21, 23, two)
    assert sentences.terms.open_items(state) == "success metric (empty), today's value (empty)"
    assert sentences.brief.brief_filled(state) == "21 of 23 items are filled."
    assert sentences.terms.open_items(Completeness(23, 23)) == ""


def test_a_light_is_never_a_sign_alone() -> None:
    """Each sign differs from the others, and each has a word for who cannot see it."""
    assert len(set(sentences.terms.LIGHT_SIGNS.values())) == len(Light)
    assert len(set(sentences.terms.LIGHT_WORDS.values())) == len(Light)
