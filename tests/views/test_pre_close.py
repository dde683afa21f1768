"""What is said and asked before the signature, and about the commitment."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.items import SectionKey
from bot.domain.read_models import Card
from bot.views.ids import ActionId, Field
from bot.views.message import Message
from bot.views.pre_close import (
    alignment_message,
    alignment_view,
    capture_message,
    commitment_message,
    committed_message,
    new_date_view,
    slipped_message,
)
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    NOW,
    WORST_CARD,
    action_ids,
    check_message,
    parsed_texts,
    seen_text,
)
from tests.views.submitted import block_of, fields_of, form_dict

DAY = date(2026, 3, 20)


def messages(card: Card) -> list[Message]:
    return [
        capture_message(card, DAY, tuple(SectionKey)),
        alignment_message(card, DAY),
        slipped_message(card, DAY),
        committed_message(card, DAY),
        commitment_message(card, DAY, ready_at=NOW),
        commitment_message(card, DAY, ready_at=None),
    ]


@pytest.mark.parametrize("card", [EMPTY_CARD, CARD, WORST_CARD])
def test_every_message_holds_whatever_the_deal_is(card: Card) -> None:
    for message in messages(card):
        args = check_message(message)
        assert "U0OMAR" not in "".join(parsed_texts(args))


def test_the_capture_reminder_names_what_nothing_is_written_of() -> None:
    message = capture_message(EMPTY_CARD, DAY, (SectionKey.PEOPLE, SectionKey.PROMISES))
    args = check_message(message)
    assert message.text.startswith("Northwind Robotics: signature expected 20 Mar 2026.")
    assert "Still without a word: People, Promises." in seen_text(args["blocks"])
    assert action_ids(args["blocks"]) == [ActionId.WRITE_BRIEF]


def test_the_alignment_reminder_leads_to_its_form() -> None:
    args = check_message(alignment_message(EMPTY_CARD, DAY))
    assert action_ids(args["blocks"]) == [ActionId.OPEN_ALIGNMENT]


def test_a_slipped_date_is_asked_about_with_the_three_ways_on() -> None:
    args = check_message(slipped_message(EMPTY_CARD, DAY))
    assert action_ids(args["blocks"]) == [
        ActionId.OPEN_SIGNATURE,
        ActionId.OPEN_NEW_DATE,
        ActionId.OPEN_CANCEL,
    ]


@pytest.mark.parametrize(
    ("card", "csm"),
    [
        (CARD, "CSM: Jonas Brandt."),
        (replace(CARD, csm=None), "CSM: Jonas Brandt (proposed)."),
        (EMPTY_CARD, "CSM: nobody yet."),
    ],
)
def test_the_team_reads_who_when_and_nothing_of_the_content(card: Card, csm: str) -> None:
    args = check_message(committed_message(card, DAY))
    (only,) = args["blocks"]
    assert seen_text(only) == (
        f"Northwind Robotics: Maya Reed will have the brief ready by 20 Mar 2026. {csm}"
    )
    assert "48,000" not in str(args)
    assert "<@" not in str(args)


def test_the_ae_manager_reads_how_the_brief_stands_and_answers_in_one_of_three_ways() -> None:
    ready = seen_text(check_message(commitment_message(CARD, DAY, ready_at=NOW))["blocks"])
    assert "It became ready \n<!date" in ready
    args = check_message(commitment_message(EMPTY_CARD, DAY, ready_at=None))
    assert "It is not ready: 0 of 23 items" in seen_text(args["blocks"])
    assert action_ids(args["blocks"]) == [
        ActionId.COMMITMENT_DONE,
        ActionId.COMMITMENT_NOT_DONE,
        ActionId.COMMITMENT_CANCELLED,
    ]


@pytest.mark.parametrize("card", [EMPTY_CARD, WORST_CARD])
def test_the_form_of_the_alignment_holds_day_and_contact(card: Card) -> None:
    view = form_dict(alignment_view(card, on=DAY, contact="U0JONAS"))
    assert not block_of(view, Field.ALIGNED_ON)["optional"]
    assert fields_of(view) == [Field.ALIGNED_ON, Field.CS_CONTACT]
    assert block_of(view, Field.ALIGNED_ON)["element"]["initial_date"] == "2026-03-20"
    assert block_of(view, Field.CS_CONTACT)["element"]["initial_user"] == "U0JONAS"


def test_the_form_of_a_new_date_says_the_old_one() -> None:
    view = form_dict(new_date_view(replace(EMPTY_CARD, expected_on=DAY)))
    assert "20 Mar 2026" in seen_text(view)
    assert fields_of(view) == [Field.EXPECTED_ON]
    assert fields_of(form_dict(new_date_view(WORST_CARD))) == [Field.EXPECTED_ON]
