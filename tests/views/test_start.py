"""What `/handoff` shows."""

import json
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.domain.deadlines import Step
from bot.domain.policy import Policy, Tier
from bot.domain.read_models import Card, Light
from bot.domain.size import AddOn, Marks, Size, Trigger
from bot.views import sentences
from bot.views.deal import OTHER
from bot.views.ids import ActionId, Field, ViewId
from bot.views.problem import started_view
from bot.views.start import MOST_STANDING, StartTyped, standing_message, start_view, with_size
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    HEBREW,
    JONAS,
    LONG,
    MAYA,
    NOW,
    PRIYA,
    TRICKY,
    WORST_CARD,
    ZONE,
    action_ids,
    check_message,
    line,
    message_args,
    parsed_texts,
    seen_text,
)
from tests.views.submitted import block_of, fields_of, form_dict, refused_by_slack, submitted

TYPED = StartTyped(
    account=TRICKY[:50] + HEBREW,
    value="48.000,50",
    currency="EUR",
    ae="U0MAYA",
    ae_manager="U0OMAR",
    csm="U0JONAS",
    cs_manager="U0PRIYA",
    signed_at=NOW,
    expected_on=date(2026, 4, 1),
    links=LONG,
    light_anyway=True,
)


def test_the_empty_form_offers_the_asker_as_ae_and_the_policys_currency() -> None:
    view = form_dict(start_view(channel_id=3, policy=Policy(), ae=MAYA))
    assert view["callback_id"] == ViewId.START
    assert json.loads(view["private_metadata"]) == {"c": 3}
    assert block_of(view, Field.AE)["element"]["initial_user"] == "U0MAYA"
    # Filled in, the manager of the asker would stay when another AE is chosen.
    assert "initial_user" not in block_of(view, Field.AE_MANAGER)["element"]
    assert block_of(view, Field.CURRENCY)["element"]["initial_option"]["value"] == "USD"
    assert "initial_date_time" not in block_of(view, Field.SIGNED_AT)["element"]


def test_slack_itself_asks_for_account_value_and_ae_only() -> None:
    payload = submitted(start_view(channel_id=3, policy=Policy()))
    asked = (Field.ACCOUNT, Field.VALUE, Field.AE)
    missing = {block_of(payload, field)["block_id"] for field in asked}
    assert set(refused_by_slack(payload)) == missing


def test_the_rates_that_decide_the_size_are_shown() -> None:
    policy = Policy(rates={"USD": Decimal(1), "EUR": Decimal("1.10")}, rates_of=date(2026, 1, 2))
    view = form_dict(start_view(channel_id=3, policy=policy))
    hint = block_of(view, Field.CURRENCY)["hint"]["text"]
    assert "1 EUR = 1.1 USD" in hint
    assert "2 Jan 2026" in hint


def test_a_policy_with_one_currency_names_no_rate() -> None:
    view = form_dict(start_view(channel_id=3, policy=Policy(rates={})))
    assert "=" not in block_of(view, Field.CURRENCY)["hint"]["text"]
    offered = block_of(view, Field.CURRENCY)["element"]["options"]
    assert [one["value"] for one in offered] == ["USD", OTHER]


def test_a_currency_without_a_rate_is_asked_for_with_its_rate_and_the_day() -> None:
    plain = form_dict(start_view(channel_id=3, policy=Policy(), typed=TYPED))
    assert Field.RATE not in fields_of(plain)
    typed = replace(TYPED, currency=OTHER, other_currency="CHF", rate="1.1")
    today = date(2026, 3, 4)
    view = form_dict(start_view(channel_id=3, policy=Policy(), typed=typed, today=today))
    place = fields_of(view).index(Field.CURRENCY)
    assert fields_of(view)[place + 1 : place + 3] == [Field.OTHER_CURRENCY, Field.RATE]
    assert block_of(view, Field.OTHER_CURRENCY)["element"]["initial_value"] == "CHF"
    hint = block_of(view, Field.RATE)["hint"]["text"]
    assert "USD" in hint
    assert "4 Mar 2026" in hint


def test_the_marks_and_the_commitment_stand_in_the_form_as_they_were_typed() -> None:
    typed = replace(TYPED, stakeholders="3", marks=("strategic", "serious_flags"))
    view = form_dict(start_view(channel_id=3, policy=Policy(), typed=typed))
    ticked = block_of(view, Field.MARKS)["element"]["initial_options"]
    assert [one["value"] for one in ticked] == ["strategic", "serious_flags"]
    assert "Only AE, CSM, second listener and CS manager" in ticked[1]["description"]["text"]
    assert block_of(view, Field.STAKEHOLDERS)["element"]["initial_value"] == "3"
    day = date(2026, 3, 5)
    fresh = form_dict(start_view(channel_id=3, policy=Policy(), commitment_on=day))
    assert block_of(fresh, Field.COMMITMENT_ON)["element"]["initial_date"] == "2026-03-05"


def test_every_mark_of_a_deal_has_its_box() -> None:
    boxes = {one.name for one in fields(Marks)} - {"stakeholders"}
    assert set(sentences.deal.MARK_NAMES) == boxes


def test_what_follows_the_form_says_what_size_the_deal_has() -> None:
    size = Size(Tier.FULL, {AddOn.CALL: (Trigger.STAKEHOLDERS, Trigger.COMPLEX)})
    view = form_dict(with_size(started_view("Northwind", MAYA), size))
    assert "Maya Reed gets a message to confirm it as the AE" in seen_text(view["blocks"])
    seen = seen_text(view["blocks"][0])
    assert seen == (
        "Full handoff · briefing call required (number of stakeholders, complex onboarding)"
    )


def test_more_currencies_than_a_menu_holds_still_make_a_form() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    names = [f"{a}{b}X" for a in letters[:12] for b in letters[:12]]
    policy = Policy(rates={name: Decimal("1.5") for name in names})
    view = form_dict(start_view(channel_id=3, policy=policy))
    offered = block_of(view, Field.CURRENCY)["element"]["options"]
    assert len(offered) == 100
    assert offered[0]["value"] == "USD"
    assert offered[-1]["value"] == OTHER


def test_the_form_comes_back_with_everything_typed_and_the_box_of_small_deals_by_the_value() -> (
    None
):
    view = form_dict(start_view(channel_id=3, policy=Policy(), ae=PRIYA, typed=TYPED))
    assert fields_of(view).index(Field.LIGHT_ANYWAY) == fields_of(view).index(Field.VALUE) + 2
    assert "Below 15,000 USD" in seen_text(block_of(view, Field.LIGHT_ANYWAY))
    assert block_of(view, Field.ACCOUNT)["element"]["initial_value"] == TYPED.account
    assert block_of(view, Field.VALUE)["element"]["initial_value"] == "48.000,50"
    assert block_of(view, Field.CURRENCY)["element"]["initial_option"]["value"] == "EUR"
    assert block_of(view, Field.AE)["element"]["initial_user"] == "U0MAYA"
    assert block_of(view, Field.LINKS)["element"]["initial_value"] == LONG
    assert block_of(view, Field.EXPECTED_ON)["element"]["initial_date"] == "2026-04-01"
    assert block_of(view, Field.SIGNED_AT)["element"]["initial_date_time"] == NOW.timestamp()
    assert len(block_of(view, Field.LIGHT_ANYWAY)["element"]["initial_options"]) == 1


def test_links_are_read_line_by_line() -> None:
    typed = StartTyped(links="https://a.example/1\n\n  https://b.example/2  \n")
    assert typed.link_lines() == ("https://a.example/1", "https://b.example/2")


# What stands in the channel


def _standing(*cards: Card, may_sign: tuple[int, ...] = ()) -> dict[str, object]:
    message = standing_message(cards, viewer=MAYA, as_of=NOW, zone=ZONE, may_sign=may_sign)
    return check_message(message) if len(cards) < 3 else message_args(message)


def test_one_handoff_shows_its_step_with_the_distance_and_the_readers_own_button() -> None:
    args = _standing(replace(CARD, next=line(Step.BRIEF, Light.SOON, MAYA)))
    seen = seen_text(args["blocks"])
    assert "Northwind Robotics" in seen
    assert "brief · <@U0MAYA> · due 17:00 (in 2 h)" in seen
    assert action_ids(args["blocks"]) == [ActionId.WRITE_BRIEF, ActionId.START_ANOTHER]


def test_a_late_handoff_says_how_late_it_is() -> None:
    late = replace(line(Step.BRIEF, Light.LATE, MAYA), due_at=NOW - timedelta(hours=6))
    args = _standing(replace(CARD, next=late))
    assert "🔴 brief · <@U0MAYA> · 6 h late" in seen_text(args["blocks"])
    assert "due" not in seen_text(args["blocks"])


@pytest.mark.parametrize(
    "card",
    [
        replace(CARD, next=line(Step.READ, Light.SOON, JONAS)),
        replace(CARD, next=line(Step.ASSIGN, Light.WAITING, MAYA, waits_for=Step.BRIEF)),
        replace(CARD, next=None),
    ],
)
def test_what_is_not_the_readers_turn_can_only_be_opened(card: Card) -> None:
    args = _standing(card)
    assert action_ids(args["blocks"])[0] == ActionId.OPEN_HANDOFF


def test_a_waiting_step_names_what_it_waits_for() -> None:
    card = replace(CARD, next=line(Step.ASSIGN, Light.WAITING, PRIYA, waits_for=Step.BRIEF))
    assert "CSM assignment waits for the brief" in seen_text(_standing(card)["blocks"])


def test_an_unsigned_handoff_offers_the_signature() -> None:
    args = _standing(EMPTY_CARD, may_sign=(EMPTY_CARD.handoff_id,))
    assert action_ids(args["blocks"])[0] == ActionId.OPEN_SIGNATURE
    # Who may not record it would only be refused.
    assert action_ids(_standing(EMPTY_CARD)["blocks"])[0] == ActionId.OPEN_HANDOFF


def test_more_handoffs_than_are_listed_are_counted() -> None:
    args = _standing(*[WORST_CARD] * (MOST_STANDING + 4))
    assert "and 4 more" in seen_text(args["blocks"])
    assert len(action_ids(args["blocks"])) == MOST_STANDING + 1


def test_an_accounts_name_mentions_nobody() -> None:
    args = _standing(replace(CARD, account=TRICKY))
    assert TRICKY in seen_text(args["blocks"])
    assert not any("U0OMAR" in text for text in parsed_texts(args))
