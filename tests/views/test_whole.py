"""The whole handoff in a modal."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.access import Audience
from bot.domain.brief import Brief, Contact, People, Promises, Success
from bot.domain.completeness import completeness
from bot.domain.deadlines import Step
from bot.domain.handoff import State
from bot.domain.history import Tag
from bot.domain.items import Item, SectionKey
from bot.domain.path_pages import PathsPage
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Kind, Promise, PromiseText
from bot.domain.read_models import GivenReason, Light, WholePage
from bot.domain.review_pages import ReviewOffer, ReviewPage
from bot.domain.reviews import ReviewKind
from bot.views.ids import ActionId, ViewId
from bot.views.whole import whole_view
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    FILLED,
    JONAS,
    LONG,
    MAYA,
    NOW,
    PRIYA,
    TRICKY,
    WORST_CARD,
    action_ids,
    line,
    parsed_texts,
    parts,
    pieces,
    seen_text,
)
from tests.views.submitted import form_dict
from tests.views.test_debrief import PAGE as ANSWERED
from tests.views.test_plan import CSMS, PLAN
from tests.views.test_plan import EMPTY as NO_PLAN_YET

STEPS = (
    line(Step.MESSAGE, Light.DONE, MAYA, done_at=NOW),
    line(Step.BRIEF, Light.LATE, MAYA),
    line(Step.ASSIGN, Light.WAITING, PRIYA, waits_for=Step.BRIEF),
)
EMPTY = WholePage(EMPTY_CARD, (), (), ())
TYPICAL = WholePage(
    CARD,
    STEPS,
    FILLED.entries,
    ("https://crm.example/deal?a=1&b=2",),
    (GivenReason(Tag.SNOOZED, NOW, "Waits for legal"),),
)
EMOJI = "👩🏽‍🚀" * 750
_BRIEF = Brief(
    success=Success(metric=EMOJI, today=LONG, target=LONG, whose=LONG, must_confirm=tuple(Item)),
    promises=Promises(refused=LONG, must_confirm=(Item.PROMISES,)),
)
WORST = WholePage(
    replace(WORST_CARD, brief=_BRIEF, completeness=completeness(_BRIEF, Tier.FULL, Policy())),
    STEPS,
    tuple(
        Promise(n, n, 1, PromiseText(EMOJI, Kind.OTHER, LONG, date(2026, 4, 18)))
        for n in range(1, 61)
    ),
    ("https://crm.example/" + "&" * 2900,) * 10,
    (GivenReason(Tag.PROMISE_WITHDRAWN, NOW, LONG, PRIYA, 60),) * 40,
)


def pages_of(whole: WholePage) -> list[dict[str, Any]]:
    """All pages, by following the button that leads on."""
    found = [form_dict(whole_view(whole))]
    while len(found) < 200:
        here = json.loads(found[-1]["private_metadata"])["p"]
        turns = [
            json.loads(part["value"])["p"]
            for part in parts(found[-1])
            if part.get("action_id") == ActionId.OPEN_HANDOFF
        ]
        if here + 1 not in turns:
            return found
        found.append(form_dict(whole_view(whole, page=here + 1)))
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("whole", [EMPTY, TYPICAL, WORST], ids=["empty", "typical", "worst"])
def test_every_page_keeps_to_slacks_limits_on_the_wire(whole: WholePage) -> None:
    for view in pages_of(whole):
        assert view["callback_id"] == ViewId.WHOLE
        assert "submit" not in view
        assert len(view["blocks"]) <= 100
        assert len(json.dumps(view)) < 250_000


def test_an_ordinary_handoff_takes_one_page() -> None:
    (view,) = pages_of(TYPICAL)
    headings = [block["text"]["text"] for block in view["blocks"] if block["type"] == "header"]
    assert headings == [
        "Steps",
        "Why they bought",
        "People",
        "Success",
        "Promises",
        "Commercials",
        "First 90 days",
        "Links",
        "Reasons",
    ]
    seen = seen_text(view["blocks"])
    for words in (
        "48,000 USD a year · full handoff",
        "AE <@U0MAYA> → CSM <@U0JONAS>",
        "✅ Message posted",
        "CSM assignment waits for the brief",
        "Pick errors per 100 orders",
        "30 Jun 2026",
        "The ERP connector is live in 30 days.",
        "Weekend support",
        "Reminders snoozed · <!date^",
        "Waits for legal",
    ):
        assert words in seen
    assert "<https://crm.example/deal?a=1&amp;b=2>" in parsed_texts(view)


def test_a_section_closed_to_the_reader_is_not_there_and_one_given_to_a_helper_is() -> None:
    assert "Red flags" not in seen_text(pages_of(TYPICAL)[0]["blocks"])
    inside = replace(TYPICAL, audiences=frozenset(Audience))
    assert "The stock system's owner leaves in May." in seen_text(pages_of(inside)[0]["blocks"])
    helper = replace(TYPICAL, audiences=frozenset(), given=frozenset({SectionKey.PEOPLE}))
    (view,) = pages_of(helper)
    headings = [block["text"]["text"] for block in view["blocks"] if block["type"] == "header"]
    assert headings[:2] == ["Steps", "People"]
    assert "Success" not in headings


def test_every_promise_is_shown_once_in_its_full_words() -> None:
    seen = [text for view in pages_of(WORST) for text in pieces(view["blocks"])]
    assert [text for text in seen if text.rstrip().rstrip(".").isdigit()] == [
        f"{n}.  " for n in range(1, 61)
    ]
    # Once as the metric, once a promise.
    assert seen.count(EMOJI) == 61


def test_an_empty_handoff_says_what_is_missing() -> None:
    seen = seen_text(pages_of(EMPTY)[0]["blocks"])
    assert "CSM nobody yet" in seen
    assert "Every clock starts with the signature" in seen
    assert "Nothing written yet." in seen
    assert "Reasons" not in seen


def test_who_is_only_proposed_is_called_so() -> None:
    whole = replace(
        TYPICAL, card=replace(CARD, csm=None, signed_at=None, expected_on=date(2026, 4, 1))
    )
    seen = seen_text(pages_of(whole)[0]["blocks"])
    assert f"CSM <@{JONAS.slack_id}> (proposed)" in seen
    assert "signature expected 1 Apr 2026" in seen


def test_a_cancelled_handoff_says_so_first() -> None:
    whole = replace(TYPICAL, card=replace(CARD, state=State.CANCELLED))
    assert "\ncancelled · " in seen_text(pages_of(whole)[0]["blocks"])


def test_what_was_not_done_in_a_cancelled_handoff_is_cancelled_and_nothing_else() -> None:
    steps = (
        line(Step.MESSAGE, Light.DONE, MAYA, done_at=NOW),
        line(Step.BRIEF, Light.CANCELLED, MAYA),
        line(Step.READ, Light.CANCELLED, None, Step.ASSIGN),
    )
    whole = replace(TYPICAL, card=replace(CARD, state=State.CANCELLED), steps=steps)
    seen = seen_text(pages_of(whole)[0]["blocks"])
    assert "✅ Message posted" in seen
    assert "✖️ brief, cancelled\n✖️ reading of the brief, cancelled\n" in seen
    assert "waits for" not in seen
    assert f"<@{MAYA.slack_id}>\n" not in seen
    unsigned = replace(EMPTY, card=replace(EMPTY_CARD, state=State.CANCELLED))
    assert "Every clock starts" not in seen_text(pages_of(unsigned)[0]["blocks"])


def test_promises_that_were_never_made_are_told_from_missing_ones() -> None:
    brief = replace(FILLED, promises=Promises(none_made=True))
    whole = replace(TYPICAL, card=replace(CARD, brief=brief), promises=())
    assert "None were made" in seen_text(pages_of(whole)[0]["blocks"])


def test_what_there_is_to_do_stands_on_the_first_page_of_a_long_handoff() -> None:
    offers = tuple(
        ReviewOffer(kind, for_other=False, again=False)
        for kind in (ReviewKind.NPS, ReviewKind.STILL_TRUE_30, ReviewKind.CLOSING)
    )
    debrief = replace(ANSWERED, answers_it=True)
    long = replace(
        WORST,
        plan=CSMS,
        reviews=ReviewPage(offers=offers),
        debrief=debrief,
        paths=PathsPage(enters_partner=True),
    )
    first, *others = pages_of(long)
    assert others
    ways = [
        ActionId.OPEN_SUCCESS_PLAN,
        ActionId.OPEN_DEBRIEF,
        ActionId.OPEN_PARTNER,
        ActionId.OPEN_NPS,
        ActionId.OPEN_STILL_TRUE,
        ActionId.OPEN_CLOSING,
    ]
    assert [one for one in action_ids(first["blocks"]) if one in ways] == ways
    for page in others:
        assert not set(ways) & set(action_ids(page["blocks"]))
    # Who may only read has nothing of it to press but the plan, and that once it is begun.
    reader = replace(WORST, plan=NO_PLAN_YET, debrief=replace(ANSWERED, answers_it=False))
    assert not set(ways) & set(action_ids(pages_of(reader)[0]["blocks"]))
    begun = pages_of(replace(WORST, plan=PLAN))[0]
    assert ActionId.OPEN_SUCCESS_PLAN in action_ids(begun["blocks"])


def test_a_page_past_the_last_shows_the_last() -> None:
    assert form_dict(whole_view(TYPICAL, page=99)) == form_dict(whole_view(TYPICAL))


def test_typed_words_are_parsed_nowhere() -> None:
    said = PromiseText(TRICKY, Kind.OTHER, TRICKY)
    whole = replace(
        TYPICAL,
        card=replace(CARD, account=TRICKY, brief=Brief(success=Success(metric=TRICKY))),
        promises=(Promise(1, 1, 1, said),),
        reasons=(GivenReason(Tag.CANCELLED, NOW, TRICKY),),
    )
    (view,) = pages_of(whole)
    assert seen_text(view["blocks"]).count("<@U0OMAR>") == 5
    assert not any("U0OMAR" in text for text in parsed_texts(view))


def test_beside_what_only_the_customer_knows_stands_who_asks_them() -> None:
    success = Success(must_confirm=(Item.METRIC, Item.TODAY), asker=2)
    card = replace(CARD, brief=replace(FILLED, success=success))
    page = replace(TYPICAL, card=card, askers={None: "Maya", 2: "Jonas"})
    assert "success metric, today's value (@Jonas)" in seen_text(pages_of(page)[0]["blocks"])


def test_somebody_whose_role_the_reader_may_not_know_has_no_second_line() -> None:
    hidden = Contact(id=1, name="Rosa Neumann", title="Head of Finance")
    brief = Brief(people=People(contacts=(hidden,)))
    seen = seen_text(
        form_dict(whole_view(WholePage(replace(CARD, brief=brief), (), (), ())))["blocks"]
    )
    assert "Rosa Neumann, Head of Finance" in seen
    assert "no role" not in seen


def test_a_reason_names_who_gave_it_and_the_promise_it_is_about() -> None:
    given = (
        GivenReason(Tag.PROMISE_WITHDRAWN, NOW, "Typed by mistake.", MAYA, 3),
        GivenReason(Tag.CANCELLED, NOW, "They bought elsewhere.", JONAS),
    )
    seen = seen_text(form_dict(whole_view(replace(TYPICAL, reasons=given)))["blocks"])
    assert "Promise 3 withdrawn · <@U0MAYA> · <!date^" in seen
    assert "Cancelled · <@U0JONAS> · <!date^" in seen
