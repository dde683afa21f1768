"""The form of a kickoff that was held, and the line below the card about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.kickoff import KickoffTime
from bot.domain.read_models import Card
from bot.views import sentences
from bot.views.kickoff import held_view, kickoff_held_message
from bot.views.text import instant_token
from tests.views.shown import CARD, JONAS, LONG, NOW, WORST_CARD, check_message, seen_text
from tests.views.submitted import fields_of, form_dict

EARLIER = NOW - timedelta(hours=2)


@pytest.mark.parametrize("card", [CARD, WORST_CARD])
@pytest.mark.parametrize("asks_why", [False, True])
def test_the_form_asks_when_it_began_and_a_manager_why_they_say_so(
    card: Card, asks_why: bool
) -> None:
    form = form_dict(held_view(card, at=NOW, asks_why=asks_why))
    assert [*fields_of(form)] == ["held_at", *(["reason"] if asks_why else [])]
    assert sentences.kickoff.HELD_MEANS in seen_text(form["blocks"])


def test_a_recorded_time_is_named_as_what_is_corrected() -> None:
    held = replace(CARD, kickoff=KickoffTime(EARLIER, held=True))
    form = form_dict(held_view(held, at=EARLIER))
    assert f"Recorded so far: {instant_token(EARLIER)}" in str(form["blocks"])


@pytest.mark.parametrize(("card", "by"), [(CARD, JONAS), (WORST_CARD, None)])
def test_the_line_names_the_time_or_from_when_to_when_it_was_corrected(
    card: Card, by: object
) -> None:
    named = replace(JONAS, name=LONG[:80]) if by else None
    first = check_message(kickoff_held_message(card, {"held_at": NOW.isoformat()}, named))
    assert instant_token(NOW) in first["text"]
    facts: dict[str, str | int] = {"held_at": NOW.isoformat(), "before": EARLIER.isoformat()}
    moved = check_message(kickoff_held_message(card, facts, named))
    assert f"{instant_token(EARLIER)} to {instant_token(NOW)}" in moved["text"]
