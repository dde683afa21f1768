"""From a form that a person filled in back to typed values."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.brief import (
    Brief,
    Contact,
    ContactRole,
    OtherRole,
    People,
    Promises,
    Section,
    Success,
)
from bot.domain.completeness import completeness, rules_of
from bot.domain.errors import Invalid, Problem
from bot.domain.items import Item, SectionKey
from bot.domain.path_pages import CancelForm
from bot.domain.people import Person, Role
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Kind, Promise, PromiseText
from bot.domain.read_models import BriefStep
from bot.flows.inputs import Typed, contact_of, promise_text, section_of, start_typed
from bot.views.assign import assign_view
from bot.views.brief import brief_view
from bot.views.cancel import cancel_view
from bot.views.entries import contact_view, promise_view
from bot.views.ids import Field
from bot.views.payload import Ref
from bot.views.roles import roles_view
from bot.views.signature import signature_view
from bot.views.snooze import snooze_view
from bot.views.start import StartTyped, start_view
from tests.views.shown import CARD, FILLED, HEBREW, LONG, NOW, TRICKY, line
from tests.views.submitted import block_of, submitted

POLICY = Policy()
WORST = Success(
    metric=LONG,
    today=TRICKY,
    target=HEBREW,
    by=date(2026, 2, 28),
    whose="  spaces stay  ",
    said_on=date(2025, 12, 31),
    must_confirm=(Item.METRIC, Item.WHOSE),
)


def step(brief: Brief, section: SectionKey, tier: Tier = Tier.FULL) -> BriefStep:
    state = completeness(brief, tier, POLICY)
    counted = tuple(rule.item for rule in rules_of(tier, POLICY) if rule.section is section)
    return BriefStep(
        7, "Northwind Robotics", section, 1, 2, 3, brief, state, clash=None, counted=counted
    )


def success_of(typed: Typed, base: Success) -> Section:
    return section_of(SectionKey.SUCCESS, typed, base)


def promises_of(typed: Typed, base: Promises) -> Section:
    return section_of(SectionKey.PROMISES, typed, base)


def state(field: Field, **held: object) -> dict[str, Any]:
    return {"state": {"values": {"anything": {field.value: held}}}}


@pytest.mark.parametrize(
    "typed",
    [
        StartTyped(account="Northwind Robotics", value="48,000", currency="USD", ae="U0MAYA",
                   cs_manager="U0PRIYA"),
        StartTyped(
            account=f"{TRICKY[:50]}{HEBREW}",
            value="48.000,50",
            currency="GBP",
            ae="U0MAYA",
            ae_manager="U0OMAR",
            csm="U0JONAS",
            cs_manager="U0PRIYA",
            signed_at=NOW,
            expected_on=date(2026, 4, 1),
            links=LONG,
            light_anyway=True,
        ),
    ],
)  # fmt: skip
def test_the_start_form_gives_back_what_it_shows(typed: StartTyped) -> None:
    view = start_view(channel_id=3, policy=Policy(), typed=typed)
    assert start_typed(submitted(view)) == typed


def test_the_start_form_is_read_as_it_was_filled_in() -> None:
    payload = submitted(
        start_view(channel_id=3, policy=Policy()),
        {
            Field.ACCOUNT: TRICKY,
            Field.VALUE: "20 000",
            Field.CURRENCY: "EUR",
            Field.AE: "U0MAYA",
            Field.CS_MANAGER: "U0PRIYA",
            Field.EXPECTED_ON: "2026-04-01",
            Field.LINKS: "https://a.example",
        },
    )
    assert start_typed(payload) == StartTyped(
        account=TRICKY,
        value="20 000",
        currency="EUR",
        ae="U0MAYA",
        cs_manager="U0PRIYA",
        expected_on=date(2026, 4, 1),
        links="https://a.example",
    )


@pytest.mark.parametrize(
    "saved", [Success(), FILLED.success, WORST], ids=["empty", "typical", "worst"]
)
def test_an_untouched_success_step_reads_as_what_is_saved(saved: Success) -> None:
    view = brief_view(step(Brief(success=saved), SectionKey.SUCCESS))
    assert success_of(Typed(submitted(view)), Success(metric="another base")) == saved


def test_emptied_fields_are_read_as_empty() -> None:
    view = brief_view(step(Brief(success=WORST), SectionKey.SUCCESS))
    nothing = dict.fromkeys(
        (Field.METRIC, Field.TODAY, Field.TARGET, Field.BY, Field.WHOSE, Field.SAID_ON), None
    )
    payload = submitted(view, {**nothing, Field.MUST_CONFIRM: []})
    assert success_of(Typed(payload), WORST) == Success()


def test_boxes_have_one_order_whichever_was_ticked_first() -> None:
    view = brief_view(step(Brief(), SectionKey.SUCCESS))
    payload = submitted(view, {Field.MUST_CONFIRM: ["whose", "metric"]})
    assert success_of(Typed(payload), Success()).must_confirm == (Item.METRIC, Item.WHOSE)


def test_a_box_of_a_light_deal_is_those_of_a_full_one_and_can_be_taken_back_there() -> None:
    base = People(must_confirm=(Item.BUYER_AND_SKEPTIC,))
    view = brief_view(step(Brief(people=base), SectionKey.PEOPLE))
    kept = section_of(SectionKey.PEOPLE, Typed(submitted(view)), base)
    assert kept.must_confirm == (Item.BUYER, Item.SKEPTIC)
    payload = submitted(view, {Field.MUST_CONFIRM: ["skeptic"]})
    assert section_of(SectionKey.PEOPLE, Typed(payload), base).must_confirm == (Item.SKEPTIC,)
    payload = submitted(view, {Field.MUST_CONFIRM: []})
    assert section_of(SectionKey.PEOPLE, Typed(payload), base).must_confirm == ()


def test_what_another_size_of_the_deal_left_to_the_customer_stays_left_to_them() -> None:
    base = Success(must_confirm=(Item.METRIC, Item.WHOSE))
    view = brief_view(step(Brief(success=base), SectionKey.SUCCESS, Tier.LIGHT))
    payload = submitted(view, {Field.MUST_CONFIRM: []})
    assert success_of(Typed(payload), base).must_confirm == (Item.WHOSE,)


@pytest.mark.parametrize("tier", [Tier.LIGHT, Tier.FULL])
@pytest.mark.parametrize("key", list(SectionKey))
@pytest.mark.parametrize("brief", [Brief(), FILLED], ids=["empty", "filled"])
def test_every_untouched_step_reads_as_what_is_saved(
    brief: Brief, key: SectionKey, tier: Tier
) -> None:
    payload = submitted(brief_view(step(brief, key, tier)))
    base = brief.section(key)
    assert section_of(key, Typed(payload), base) == base


@pytest.mark.parametrize(
    "contact",
    [
        Contact(id=4, name="Ilse Brandt"),
        Contact(
            id=4,
            name=HEBREW,
            title=TRICKY,
            roles=(ContactRole.CHAMPION, ContactRole.USER),
            skeptic=True,
            other_roles=(OtherRole.INFLUENCER,),
            behaviour=LONG,
            stake=LONG,
            consequence=LONG,
            strength=5,
            last_contact=date(2026, 2, 12),
        ),
    ],
)
def test_an_untouched_person_reads_as_they_are(contact: Contact) -> None:
    typed = Typed(submitted(contact_view(7, contact, revision=3)))
    assert contact_of(typed, contact) == contact
    assert typed.options(Field.REMOVE) == ()


def test_a_person_of_blanks_only_is_refused_at_the_name() -> None:
    view = contact_view(7, None, revision=0)
    with pytest.raises(Invalid) as refusal:
        contact_of(Typed(submitted(view, {Field.NAME: "  "})), Contact(id=1, name=""))
    assert (refusal.value.problem, refusal.value.field) == (Problem.EMPTY, Field.NAME)


def test_fields_a_form_does_not_show_keep_what_was_saved() -> None:
    assert success_of(Typed({}), WORST) == WORST
    base = Promises(none_made=True, refused="nothing", must_confirm=(Item.PROMISES,))
    assert promises_of(Typed({"state": None}), base) == base


def test_with_promises_in_the_list_the_hidden_box_is_not_taken_for_an_empty_one() -> None:
    view = brief_view(step(FILLED, SectionKey.PROMISES))
    typed = Typed(submitted(view, {Field.REFUSED: "Weekend support"}))
    assert not typed.shown(Field.NONE_MADE)
    base = Promises(none_made=True)
    assert promises_of(typed, base) == Promises(none_made=True, refused="Weekend support")


@pytest.mark.parametrize("ticked", [True, False])
def test_none_made_is_read_from_its_box(ticked: bool) -> None:
    view = brief_view(step(Brief(promises=Promises(none_made=not ticked)), SectionKey.PROMISES))
    payload = submitted(view, {Field.NONE_MADE: ["yes"] if ticked else []})
    assert promises_of(Typed(payload), Promises()) == Promises(none_made=ticked)


@pytest.mark.parametrize(
    "text",
    [
        PromiseText("Live in 30 days"),
        PromiseText(LONG.strip(), Kind.EXECUTIVE_ACCESS, HEBREW, date(2026, 4, 18)),
    ],
)
def test_an_untouched_promise_reads_as_it_is(text: PromiseText) -> None:
    typed = Typed(submitted(promise_view(7, Promise(1, 1, 1, text))))
    assert promise_text(typed) == text
    assert typed.text(Field.WITHDRAW) == ""


def test_a_promise_of_blanks_only_is_refused_at_its_field() -> None:
    with pytest.raises(Invalid) as refusal:
        promise_text(Typed(submitted(promise_view(7), {Field.WORDS: "   "})))
    assert refusal.value.problem is Problem.EMPTY
    assert refusal.value.field == Field.WORDS


def test_the_small_forms_give_back_what_they_show() -> None:
    assert Typed(submitted(signature_view(CARD, as_of=NOW))).instant(Field.SIGNED_AT) == (
        CARD.signed_at
    )
    ref = Ref(handoff=7, thing="brief")
    snooze = snooze_view(account="x", line=line(), until=NOW, ref=ref)
    typed = Typed(submitted(snooze, {Field.REASON: LONG[:1000]}))
    assert typed.instant(Field.UNTIL) == NOW
    assert typed.text(Field.REASON) == LONG[:1000]
    cancel = Typed(submitted(cancel_view(CancelForm(7, CARD.account), ref), {Field.REASON: TRICKY}))
    assert cancel.text(Field.REASON) == TRICKY
    assign = assign_view(CARD, candidates=[], most=40)
    assert Typed(submitted(assign)).user(Field.CSM) is None
    assert Typed(submitted(assign, {Field.CSM: "U0JONAS"})).user(Field.CSM) == "U0JONAS"


def test_roles_are_read_back_with_manager_and_region() -> None:
    person = Person(2, 1, "U0JONAS", "Jonas", region="DE-BE", roles=frozenset({Role.ADMIN}))
    typed = Typed(submitted(roles_view(person), {Field.MANAGER: "U0PRIYA"}))
    assert typed.options(Field.ROLES) == ("admin",)
    assert typed.user(Field.MANAGER) == "U0PRIYA"
    assert typed.text(Field.REGION) == "DE-BE"
    assert typed.user(Field.PERSON) is None


def test_an_error_finds_its_block_by_the_field() -> None:
    payload = submitted(cancel_view(CancelForm(7, CARD.account), Ref(handoff=7)))
    typed, block = Typed(payload), block_of(payload, Field.REASON)["block_id"]
    assert typed.block_of(Field.REASON) == block
    assert typed.block_named("reason") == block
    assert typed.first_block() == block
    assert typed.block_of(Field.CSM) is None
    assert typed.block_named(None) is None
    assert Typed({}).first_block() is None


def test_what_was_not_typed_is_nothing() -> None:
    typed = Typed({})
    assert typed.text(Field.ACCOUNT) == ""
    assert typed.options(Field.ROLES) == ()
    assert (typed.user(Field.AE), typed.option(Field.KIND)) == (None, None)
    assert (typed.date(Field.DUE), typed.instant(Field.UNTIL)) == (None, None)


def test_a_moment_is_read_in_utc() -> None:
    moment = Typed(state(Field.UNTIL, selected_date_time=1773410400)).instant(Field.UNTIL)
    assert moment == datetime(2026, 3, 13, 14, tzinfo=UTC)
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "payload",
    [
        state(Field.MUST_CONFIRM, selected_options=[{"value": "unheard"}]),
        state(Field.BY, selected_date="2026-02-30"),
    ],
)
def test_what_no_form_of_today_offers_is_called_stale(payload: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        success_of(Typed(payload), Success())
    assert refusal.value.problem is Problem.STALE_BUTTON


def test_an_unknown_kind_of_promise_is_called_stale() -> None:
    with pytest.raises(Invalid) as refusal:
        promise_text(Typed(state(Field.KIND, selected_option={"value": "unheard"})))
    assert refusal.value.problem is Problem.STALE_BUTTON
