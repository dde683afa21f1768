"""The handoff message and its preview."""

import re
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from bot.domain.access import IN_THE_CHANNEL
from bot.domain.brief import Brief, Promises, Success, Why, audience_of
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.deadlines import Step
from bot.domain.handoff import State
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.kickoff import KickoffTime
from bot.domain.policy import Tier
from bot.domain.promises import Signing
from bot.domain.read_models import Card, Light
from bot.domain.verification import Part
from bot.views import sentences
from bot.views.card import card_message, preview_view, success_line
from bot.views.ids import ActionId, MoreChoice
from bot.views.limits import CARD_BLOCKS, CARD_CHARACTERS, CARD_FOOT
from bot.views.payload import Ref
from bot.views.text import instant_token
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    FILLED,
    HEBREW,
    JONAS,
    MAYA,
    NOW,
    PRIYA,
    TRICKY,
    WORST_ACKNOWLEDGED_CARD,
    WORST_CARD,
    WORST_OPEN_CARD,
    action_ids,
    check_message,
    line,
    menu,
    parsed_texts,
    pieces,
    pressable,
    seen_text,
    view_dict,
    visible_length,
)

M = TypeVar("M", bound=BaseModel)
ALL = [EMPTY_CARD, CARD, WORST_CARD, WORST_ACKNOWLEDGED_CARD, WORST_OPEN_CARD]
SECRET = "not for the channel"


def secretive() -> Brief:
    """A brief with the same words in every text that is not for all of the channel."""
    brief = FILLED
    ilse, *others = brief.people.contacts
    brief = replace(
        brief,
        people=brief.people.model_copy(update={"contacts": (hidden(ilse), *others)}),
    )
    for key in SectionKey:
        brief = brief.with_section(key, hidden(brief.section(key)))
    return brief


def hidden(model: M) -> M:
    """The same with every text that is not for all of the channel replaced."""
    names = [
        name
        for name in type(model).model_fields
        if audience_of(type(model), name) not in IN_THE_CHANNEL
        and isinstance(getattr(model, name), str)
    ]
    return model.model_copy(update=dict.fromkeys(names, SECRET))


def is_lock(pressed: dict[str, Any]) -> bool:
    return bool(pressed["action_id"] == ActionId.OPEN_RED_FLAGS)


ON_BOTH_SURFACES = {"header", "section", "context", "actions", "divider", "rich_text"}


@pytest.mark.parametrize("card", ALL)
def test_a_card_keeps_to_its_blocks_and_characters(card: Card) -> None:
    blocks = check_message(card_message(card))["blocks"]
    assert len(blocks) <= CARD_BLOCKS
    assert visible_length(blocks) <= CARD_CHARACTERS
    assert {block["type"] for block in blocks} <= ON_BOTH_SURFACES


@pytest.mark.parametrize("card", ALL)
def test_the_preview_is_the_card_without_its_buttons(card: Card) -> None:
    made = view_dict(preview_view(card, Ref(handoff=7)))["blocks"][2:]
    shown = [one for one in made if one["type"] != "input"]
    posted = card_message(replace(card, preview=True, posted_at=None)).to_args()["blocks"]
    assert shown == posted
    assert pressable(posted) == []


def test_the_worst_card_counts_close_to_its_limit() -> None:
    """Were nothing cut, this card would be far too long; so the limit is really tried."""
    assert len(WORST_CARD.brief.success.metric) == 3000
    assert visible_length(card_message(WORST_CARD).to_args()["blocks"]) > CARD_CHARACTERS / 2


def test_a_typical_card_says_who_what_and_when() -> None:
    shown = seen_text(card_message(CARD).to_args()["blocks"])
    for words in (
        "Northwind Robotics — handoff",
        "48,000 USD a year · full handoff · signed",
        "12 months from 1 Mar 2026",
        "Why now  \nThe lease on the old sorting hall ends, and the new one opens half automated. "
        "The board decided to move a year early. It runs on 30 Jun 2026.",
        "Champion  \nIlse Brandt, Head of Operations",
        "AE <@U0MAYA> → CSM <@U0JONAS>",
        "Pick errors per 100 orders: 2.1 % → under 0.8 % by 30 Jun 2026 (Ilse Brandt, Head of",
        "4 promises",
        "23 of 23 items (100\N{NO-BREAK SPACE}%) ██████████",
        "🟡 ",
        " reads and acknowledges the brief, due ",
        "Posted by <@U0MAYA>",
    ):
        assert words in shown


def test_the_text_leads_with_account_step_and_due_time() -> None:
    text = card_message(CARD).text
    assert text.startswith("Northwind Robotics: acknowledgement of the brief due <!date^")
    assert text.endswith("|Fri 13 Mar 2026, 16:00 UTC>.")


def test_before_the_gate_the_manager_is_mentioned_and_the_proposed_csm_named() -> None:
    card = replace(CARD, csm=None, gate_passed=False)
    shown = parsed_texts(card_message(card).to_args())
    assert "AE <@U0MAYA> → CSM Jonas Brandt (proposed) · <@U0PRIYA> assigns the CSM" in shown


def test_only_an_assigned_csm_is_asked_to_acknowledge() -> None:
    asked = pressable(card_message(CARD).to_args()["blocks"])
    assert [(pressed["action_id"], pressed.get("style")) for pressed in asked] == [
        (ActionId.ACKNOWLEDGE, "primary"),
        (ActionId.OPEN_HANDOFF, None),
        (ActionId.OPEN_RED_FLAGS, None),
    ]
    done = replace(CARD, to_acknowledge=False)
    ids = action_ids(card_message(done).to_args()["blocks"])
    assert ids == [ActionId.OPEN_HANDOFF, ActionId.OPEN_RED_FLAGS, ActionId.MORE]


def test_an_acknowledgement_names_who_and_the_version() -> None:
    card = replace(
        CARD, acknowledged_at=NOW, acknowledged_version=3, next=None, to_acknowledge=False
    )
    shown = seen_text(card_message(card).to_args()["blocks"])
    assert "Acknowledged" in shown
    assert "<@U0JONAS>" in shown
    assert ", version 3 of the brief" in shown
    assert "Nothing is due." in shown


def test_an_acknowledgement_somebody_recorded_for_the_csm_names_both() -> None:
    card = replace(CARD, acknowledged_at=NOW, acknowledged_version=3, acknowledged_by=CARD.csm)

    def row(card: Card) -> list[str]:
        found = list(pieces(card_message(card).to_args()["blocks"]))
        return found[found.index("Acknowledged  ") + 1 :]

    assert row(card)[:2] == ["by ", "<@U0JONAS>"]
    recorded = row(replace(card, acknowledged_by=PRIYA))
    assert recorded[:4] == ["by ", "<@U0PRIYA>", " for ", "<@U0JONAS>"]


def test_a_brief_changed_after_its_acknowledgement_says_so() -> None:
    card = replace(CARD, acknowledged_at=NOW, acknowledged_version=3, next=None)
    same = seen_text(card_message(card).to_args()["blocks"])
    changed = seen_text(card_message(replace(card, brief_version=4)).to_args()["blocks"])
    assert "changed since" not in same
    assert ", version 3 of the brief; the brief changed since" in changed


def test_a_card_posted_by_the_bot_says_so() -> None:
    shown = seen_text(card_message(replace(CARD, posted_by=None)).to_args()["blocks"])
    assert "Posted by the bot <!date^" in shown


def test_promises_are_counted_or_none_or_missing() -> None:
    one = replace(FILLED, entries=FILLED.entries[:1])
    none_made = Brief(promises=Promises(none_made=True))
    some, both = Signing(entries=4, ae=4, csm=3, signed=3), Signing(1, 1, 1, 1)
    for brief, signing, csm, words in (
        (one, Signing(entries=1), None, "1 promise"),
        (FILLED, some, JONAS, "4 promises · 3 initialed by both"),
        (one, both, JONAS, "1 promise · initialed by both"),
        (none_made, both, JONAS, "none made · initialed by both"),
        (Brief(), Signing(), JONAS, "missing in the brief"),
    ):
        card = replace(CARD, brief=brief, signing=signing, csm=csm)
        shown = pieces(card_message(card).to_args()["blocks"])
        assert shown[shown.index("Promised  ") + 1] == words


def test_open_items_are_all_named_with_what_is_missing() -> None:
    shown = seen_text(card_message(EMPTY_CARD).to_args()["blocks"])
    assert "0 of 23 items (0\N{NO-BREAK SPACE}%) ░░░░░░░░░░" in shown
    assert "open: real trigger (empty), the event that made it now (empty), " in shown
    assert shown.count("(empty)") == 23


def test_only_a_card_without_room_leaves_holes_out_and_says_how_many() -> None:
    shown = seen_text(card_message(WORST_OPEN_CARD).to_args()["blocks"])
    assert re.search(r"open: real trigger \(.*\) and \d+ more\n", shown)
    roomy = seen_text(card_message(EMPTY_CARD).to_args()["blocks"])
    assert not re.search(r"and \d+ more", roomy)


@pytest.mark.parametrize("card", ALL)
def test_the_foot_of_a_card_takes_no_more_than_is_kept_for_it(card: Card) -> None:
    card = replace(card, posted_at=NOW, gate_passed=True)
    whole = visible_length(card_message(card).to_args()["blocks"])
    preview = replace(card, preview=True, posted_at=None)
    assert whole - visible_length(card_message(preview).to_args()["blocks"]) <= CARD_FOOT


def test_open_items_that_are_not_for_the_channel_are_told_by_number() -> None:
    state = EMPTY_CARD.completeness.seen_by(IN_THE_CHANNEL)
    shown = seen_text(card_message(replace(EMPTY_CARD, completeness=state)).to_args()["blocks"])
    assert "(empty) and 8 private items" in shown
    left = Completeness(22, 23, private=1)
    shown = seen_text(card_message(replace(CARD, completeness=left)).to_args()["blocks"])
    assert "  open: one private item" in shown


def test_a_light_deal_is_not_said_to_miss_why_they_bought() -> None:
    light = replace(EMPTY_CARD, tier=Tier.LIGHT)
    assert "Why now" not in seen_text(card_message(light).to_args()["blocks"])
    written = replace(light, brief=Brief(why=Why(trigger="The lease ends")))
    assert "The lease ends." in seen_text(card_message(written).to_args()["blocks"])
    assert "Why now" in seen_text(card_message(EMPTY_CARD).to_args()["blocks"])


def test_nothing_stands_on_a_card_that_is_not_for_all_of_the_channel() -> None:
    """However much of the brief it was handed."""
    told = seen_text(card_message(replace(CARD, brief=secretive())).to_args()["blocks"])
    assert SECRET not in told
    assert "Ilse Brandt, Head of Operations" in told


def test_the_lock_is_shown_to_all_and_whatever_is_behind_it() -> None:
    full, empty = (
        [one for one in pressable(card_message(card).to_args()["blocks"]) if is_lock(one)]
        for card in (CARD, replace(EMPTY_CARD, posted_at=NOW))
    )
    assert full == empty
    assert [one["text"]["text"] for one in full] == ["🔒 Red flags"]


def test_a_waiting_step_says_what_it_waits_for() -> None:
    card = replace(CARD, csm=None, next=line(Step.READ, Light.WAITING, None, Step.ASSIGN))
    shown = seen_text(card_message(card).to_args()["blocks"])
    assert "⚪ reading of the brief waits for the CSM assignment" in shown


@pytest.mark.parametrize(
    ("left", "does"),
    [
        (tuple(Part), "reads and acknowledges the brief"),
        ((Part.CHECKS, Part.RESTATEMENT), "answers the three checks"),
        ((Part.RESTATEMENT,), "restates the brief from memory"),
    ],
)
def test_the_card_says_which_part_of_the_reading_is_next(left: tuple[Part, ...], does: str) -> None:
    card = replace(CARD, next=line(Step.READ, Light.SOON, JONAS, left=left))
    message = card_message(card)
    assert f" {does}, due soon, " in seen_text(message.to_args()["blocks"])
    assert sentences.terms.PART_NAMES[left[0]] in message.text


def test_an_acknowledgement_of_other_promises_says_so_and_is_asked_for_again() -> None:
    card = replace(CARD, acknowledged_at=NOW, acknowledged_version=3, outdated=True)
    args = check_message(card_message(card))
    assert "version 3 of the brief; the metric or a promise changed since" in seen_text(args)
    assert ActionId.ACKNOWLEDGE in action_ids(args["blocks"])


def test_a_late_step_says_since_when_and_no_distance() -> None:
    card = replace(CARD, next=line(Step.ASSIGN, Light.LATE, PRIYA))
    shown = seen_text(card_message(card).to_args()["blocks"])
    assert "🔴 \n<@U0PRIYA>\n assigns the CSM, late, was due \n<!date^" in shown


def test_a_cancelled_card_has_nothing_due_and_nothing_to_change() -> None:
    cancelled = replace(CARD, state=State.CANCELLED, to_acknowledge=False)
    args = check_message(card_message(cancelled))
    shown = seen_text(args["blocks"])
    assert args["text"] == "Northwind Robotics: the handoff is cancelled."
    assert "Northwind Robotics — handoff cancelled" in shown
    assert "Nothing is due." in shown
    assert "Pick errors" not in shown
    assert action_ids(args["blocks"]) == [ActionId.OPEN_HANDOFF, ActionId.OPEN_RED_FLAGS]


def test_nobody_is_said_to_assign_anybody_in_a_cancelled_handoff() -> None:
    card = replace(CARD, csm=None)
    assert "assigns the CSM" in seen_text(card_message(card).to_args()["blocks"])
    cancelled = card_message(replace(card, state=State.CANCELLED)).to_args()
    assert "assigns the CSM" not in seen_text(cancelled["blocks"])


def test_a_neutral_card_holds_nothing_internal() -> None:
    args = check_message(card_message(replace(CARD, neutral=True)))
    assert seen_text(args["blocks"]) == sentences.card.CARD_NEUTRAL == args["text"]
    assert action_ids(args["blocks"]) == []


def test_the_menu_offers_the_assignment_before_the_gate_too_for_an_override() -> None:
    past = menu(card_message(CARD).to_args()["blocks"])
    before = menu(card_message(replace(CARD, gate_passed=False)).to_args()["blocks"])
    assert MoreChoice.ASSIGN in past
    assert MoreChoice.ASSIGN in before
    assert past[MoreChoice.SIGNATURE] == "Correct signature…"
    assert MoreChoice.CANCEL in before


def test_typed_words_are_shown_as_typed_and_parsed_nowhere() -> None:
    brief = Brief(success=Success(metric=TRICKY, target="0.8 %"))
    args = check_message(card_message(replace(CARD, account="A & *B* <!here>", brief=brief)))
    typed = [text for text in pieces(args["blocks"]) if TRICKY in text]
    assert len(typed) == 1
    assert all("bold" not in text and "*B*" not in text for text in parsed_texts(args))
    assert args["text"].startswith("A &amp; *B* &lt;!here&gt;: ")


def test_right_to_left_words_are_isolated_in_their_line() -> None:
    brief = Brief(success=Success(metric=HEBREW, target="0.8 %"))
    shown = seen_text(card_message(replace(CARD, account=HEBREW, brief=brief)).to_args()["blocks"])
    assert f"\u2068{HEBREW}\u2069 — handoff" in shown
    assert f"\u2068{HEBREW}\u2069: 0.8 %" in shown


def test_a_success_line_is_made_of_what_there_is() -> None:
    assert success_line(Success()) == ""
    assert success_line(Success(target="0.8 %")) == "0.8 %"
    assert success_line(Success(metric="Errors", whose="Ilse")) == "Errors (Ilse)"


def test_only_a_signed_open_and_unposted_handoff_can_be_posted_from_its_preview() -> None:
    ready = replace(CARD, posted_at=None, posted_by=None)
    made = view_dict(preview_view(ready, Ref(handoff=7)))
    assert made["submit"]["text"] == "Post to channel"
    assert made["private_metadata"] == '{"h":7}'
    for card, lead in (
        (replace(ready, signed_at=None), sentences.card.PREVIEW_NOT_SIGNED),
        (CARD, sentences.card.PREVIEW_POSTED),
        (replace(ready, state=State.CANCELLED), sentences.card.PREVIEW_CANCELLED),
    ):
        made = view_dict(preview_view(card, Ref(handoff=7)))
        assert "submit" not in made
        assert pieces(made["blocks"])[0] == lead


@pytest.mark.parametrize(
    ("kickoff", "told"),
    [
        (KickoffTime(NOW, proposed=True), "Kickoff proposed"),
        (KickoffTime(NOW), "Kickoff due"),
    ],
)
def test_the_first_line_says_when_the_kickoff_is(kickoff: KickoffTime, told: str) -> None:
    card = replace(CARD, kickoff=kickoff)
    first = seen_text(card_message(card).to_args()["blocks"][1])
    assert first.startswith(f"{told} {instant_token(NOW)}")
    assert told not in seen_text(card_message(CARD).to_args()["blocks"])


def test_the_preview_asks_for_a_kickoff_and_holds_what_was_proposed() -> None:
    ready = replace(CARD, posted_at=None, posted_by=None)
    for kickoff, held in (
        (None, None),
        (KickoffTime(NOW), None),
        (KickoffTime(NOW, proposed=True), int(NOW.timestamp())),
    ):
        made = view_dict(preview_view(replace(ready, kickoff=kickoff), Ref(handoff=7)))
        asked = [one for one in made["blocks"] if one["type"] == "input"]
        assert [one["label"]["text"] for one in asked] == ["Kickoff (proposed)"]
        assert asked[0]["optional"]
        assert asked[0]["element"].get("initial_date_time") == held


def test_a_csm_who_was_reassigned_is_the_one_shown() -> None:
    shown = parsed_texts(card_message(replace(CARD, csm=PRIYA, proposed_csm=JONAS)).to_args())
    assert "AE <@U0MAYA> → CSM <@U0PRIYA>" in shown


def test_a_hole_for_the_customer_names_who_asks_them_and_pings_nobody() -> None:
    held = Completeness(22, 23, (OpenItem(Item.BUYER, Hole.MUST_CONFIRM, 1, MAYA.name),))
    args = check_message(card_message(replace(CARD, completeness=held)))
    assert f"economic buyer (must confirm with customer, @{MAYA.name})" in seen_text(args["blocks"])
    assert not any(MAYA.name in text for text in parsed_texts(args))


def test_a_brief_of_which_nothing_is_counted_has_no_full_bar() -> None:
    card = replace(CARD, completeness=Completeness(0, 0))
    seen = seen_text(card_message(card).to_args()["blocks"])
    assert "nothing in it is counted" in seen
    assert "█" not in seen
    assert "0 of 0" not in seen
