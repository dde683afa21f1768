"""The form of the countersignature."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.read_models import Card
from bot.views.ids import Field, ViewId
from bot.views.signature import signature_view, which_signed_message
from bot.views.start import MOST_STANDING
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    NOW,
    TRICKY,
    WORST_CARD,
    check_message,
    message_args,
    parsed_texts,
    pressable,
    seen_text,
)
from tests.views.submitted import block_of, form_dict

SECONDS = NOW + timedelta(seconds=42, microseconds=7)


@pytest.mark.parametrize("card", [EMPTY_CARD, CARD, WORST_CARD])
def test_the_form_keeps_to_slacks_limits(card: Card) -> None:
    view = form_dict(signature_view(card, as_of=SECONDS))
    assert view["callback_id"] == ViewId.SIGNATURE
    assert json.loads(view["private_metadata"]) == {"h": 7}


def test_a_first_record_stands_at_the_minute_and_says_what_counts_from_it() -> None:
    view = form_dict(signature_view(EMPTY_CARD, as_of=SECONDS))
    element = block_of(view, Field.SIGNED_AT)["element"]
    assert element["initial_date_time"] == int(NOW.timestamp())
    seen = seen_text(view["blocks"])
    assert "Every due time counts from here" in seen
    assert "next field" not in seen, "there is none in this form"
    assert "Recorded so far" not in seen


def test_a_correction_stands_at_what_is_recorded_and_says_what_it_does() -> None:
    signed = NOW - timedelta(hours=5)
    view = form_dict(signature_view(replace(CARD, signed_at=signed), as_of=SECONDS))
    element = block_of(view, Field.SIGNED_AT)["element"]
    assert element["initial_date_time"] == int(signed.timestamp())
    seen = seen_text(view["blocks"])
    assert f"Recorded so far: <!date^{int(signed.timestamp())}" in seen
    assert "moves the due times, and whoever owes such a step hears it" in seen
    assert "thread" in seen


def test_before_the_message_no_thread_is_promised() -> None:
    card = replace(CARD, posted_at=None, account=TRICKY)
    assert "thread" not in seen_text(form_dict(signature_view(card, as_of=NOW))["blocks"])


def test_each_handoff_of_a_channel_has_the_button_of_its_own_signature() -> None:
    args = check_message(which_signed_message([CARD, replace(EMPTY_CARD, account=TRICKY)]))
    assert args["text"] == "Several handoffs are open in this channel. Whose signature is it?"
    buttons = pressable(args["blocks"])
    assert [one["text"]["text"] for one in buttons] == ["Correct signature", "Countersigned"]
    seen = seen_text(args["blocks"])
    assert "countersigned <!date^" in seen
    assert "signature not recorded" in seen
    assert TRICKY in seen
    assert not any("U0OMAR" in text for text in parsed_texts(args))


def test_of_more_handoffs_than_are_listed_the_rest_is_counted() -> None:
    args = message_args(which_signed_message([WORST_CARD] * (MOST_STANDING + 2)))
    assert len(pressable(args["blocks"])) == MOST_STANDING
    assert "and 2 more" in seen_text(args["blocks"])
