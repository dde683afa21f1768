from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.access import Audience
from bot.domain.brief import (
    LONGEST,
    Brief,
    Promises,
    Section,
    Success,
    changed_fields,
    check_section,
    merge,
    read_section,
    split,
)
from bot.domain.completeness import Completeness, OpenItem, completeness, passes_gate
from bot.domain.errors import Invalid, Problem
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.merging import FieldConflict
from bot.domain.policy import Policy, Tier
from bot.domain.promises import LONGEST_WORDS, Kind, Promise, PromiseText
from tests.domain.deals import FULL_BRIEF, HOUR, MONDAY, fill, signed

POLICY = Policy()
AUTUMN = date(2025, 9, 30)
ENTRY = Promise(1, 1, 1, PromiseText("A login page in their colours"))


def success(**changed: Any) -> Brief:
    return Brief(FULL_BRIEF.success.model_copy(update=changed), FULL_BRIEF.promises)


def promises(*entries: Promise, **changed: Any) -> Brief:
    return Brief(FULL_BRIEF.success, FULL_BRIEF.promises.model_copy(update=changed), entries)


def holes(state: Completeness) -> dict[Item, Hole]:
    return {one.item: one.hole for one in state.open}


# --- Completeness


@pytest.mark.parametrize(
    ("brief", "item", "hole"),
    [
        (success(metric="", target="", by=None), Item.METRIC, Hole.EMPTY),
        (success(metric=" \n", target=" ", by=None), Item.METRIC, Hole.EMPTY),
        (success(metric=""), Item.METRIC, Hole.NO_METRIC),
        (success(metric="", target=""), Item.METRIC, Hole.NO_METRIC),
        (success(target=""), Item.METRIC, Hole.NO_NUMBER),
        (success(target="much better"), Item.METRIC, Hole.NO_NUMBER),
        (success(by=None), Item.METRIC, Hole.NO_DATE),
        (success(), Item.METRIC, None),
        (success(today=" "), Item.TODAY, Hole.EMPTY),
        (success(today="61 %"), Item.TODAY, None),
        (success(whose="", said_on=None), Item.WHOSE, Hole.EMPTY),
        (success(whose=" "), Item.WHOSE, Hole.NO_PERSON),
        (success(said_on=None), Item.WHOSE, Hole.NO_SAID_ON),
        (success(), Item.WHOSE, None),
        (promises(none_made=False), Item.PROMISES, Hole.EMPTY),
        (promises(none_made=True), Item.PROMISES, None),
        (promises(ENTRY, none_made=False), Item.PROMISES, None),
        (promises(refused="\t"), Item.REFUSED, Hole.EMPTY),
        (promises(refused="nothing"), Item.REFUSED, None),
        (success(must_confirm=(Item.METRIC,)), Item.METRIC, Hole.MUST_CONFIRM),
        (success(must_confirm=(Item.TODAY,), today=""), Item.TODAY, Hole.MUST_CONFIRM),
        (promises(must_confirm=(Item.REFUSED,)), Item.REFUSED, Hole.MUST_CONFIRM),
        (success(metric="See notes."), Item.METRIC, Hole.ELSEWHERE),
        (success(today="see CRM"), Item.TODAY, Hole.ELSEWHERE),
        (success(whose="in the recording"), Item.WHOSE, Hole.ELSEWHERE),
        (
            promises(replace(ENTRY, text=PromiseText("see the call notes"))),
            Item.PROMISES,
            Hole.ELSEWHERE,
        ),
        (promises(refused="(see my e-mail)"), Item.REFUSED, Hole.ELSEWHERE),
        # Words about notes and calls that say something themselves are an answer.
        (success(today="in 3 calls"), Item.TODAY, None),
        (promises(refused="See CRM sync in real time: not before 2027"), Item.REFUSED, None),
        # An item can be left to the customer only where it stands.
        (promises(must_confirm=(Item.METRIC,)), Item.METRIC, None),
    ],
)
def test_an_item_with_a_missing_part_is_a_hole_that_says_which(
    brief: Brief, item: Item, hole: Hole | None
) -> None:
    state = completeness(brief, Tier.FULL, POLICY)
    assert holes(state) == ({item: hole} if hole else {})
    assert (state.filled, state.counted) == (5 - len(state.open), 5)


@pytest.mark.parametrize(
    ("tier", "counted"),
    [
        (Tier.NONE, []),
        (Tier.LIGHT, [Item.METRIC, Item.PROMISES]),
        (Tier.FULL, [Item.METRIC, Item.TODAY, Item.WHOSE, Item.PROMISES, Item.REFUSED]),
    ],
)
def test_each_tier_counts_its_own_items(tier: Tier, counted: list[Item]) -> None:
    state = completeness(Brief(), tier, POLICY)
    assert [one.item for one in state.open] == counted
    assert [one.item for one in state.open if one.core] == counted[:1] + [
        item for item in counted if item is Item.PROMISES
    ]
    assert (state.filled, state.counted) == (0, len(counted))


@pytest.mark.parametrize(
    ("filled", "counted", "shown"), [(0, 5, 0), (2, 3, 66), (22, 23, 95), (5, 5, 100), (0, 0, 100)]
)
def test_completeness_is_shown_rounded_down(filled: int, counted: int, shown: int) -> None:
    assert Completeness(filled, counted, ()).percent == shown


# --- The gate


CORE_EMPTY = OpenItem(Item.METRIC, Hole.EMPTY)
CORE_ASKED = OpenItem(Item.METRIC, Hole.MUST_CONFIRM)
OTHER_EMPTY = OpenItem(Item.TODAY, Hole.EMPTY)
OTHER_ASKED = OpenItem(Item.TODAY, Hole.MUST_CONFIRM)
SECOND_ASKED = OpenItem(Item.WHOSE, Hole.MUST_CONFIRM)


@pytest.mark.parametrize(
    ("tier", "counted", "open_items", "passes"),
    [
        (Tier.LIGHT, 7, (), True),
        (Tier.LIGHT, 7, (OTHER_ASKED,), True),
        (Tier.LIGHT, 7, (OTHER_EMPTY,), False),
        (Tier.LIGHT, 7, (OTHER_ASKED, SECOND_ASKED), False),
        (Tier.LIGHT, 7, (OTHER_ASKED, OTHER_EMPTY), False),
        (Tier.LIGHT, 7, (CORE_ASKED,), False),
        (Tier.LIGHT, 7, (CORE_EMPTY,), False),
        # 21 of 23 is more than 90 %, 20 of 23 less; 9 of 10 exactly as much.
        (Tier.FULL, 23, (), True),
        (Tier.FULL, 23, (OTHER_EMPTY, OTHER_ASKED), True),
        (Tier.FULL, 23, (OTHER_EMPTY, OTHER_ASKED, SECOND_ASKED), False),
        (Tier.FULL, 10, (OTHER_EMPTY,), True),
        (Tier.FULL, 9, (OTHER_EMPTY,), False),
        (Tier.FULL, 23, (CORE_EMPTY,), False),
        (Tier.FULL, 23, (CORE_ASKED,), False),
    ],
)
def test_the_gate_follows_the_rule_of_its_tier(
    tier: Tier, counted: int, open_items: tuple[OpenItem, ...], passes: bool
) -> None:
    state = Completeness(counted - len(open_items), counted, open_items)
    assert passes_gate(state, tier, POLICY) is passes


def test_the_share_is_compared_exactly_and_not_as_it_is_shown() -> None:
    # 17 of 19 is 89.47 %.
    state = Completeness(17, 19, (OTHER_EMPTY, OTHER_ASKED))
    assert state.percent == 89
    assert not passes_gate(state, Tier.FULL, POLICY)
    assert passes_gate(state, Tier.FULL, Policy(gate_percent=89))


@pytest.mark.parametrize(
    ("brief", "light", "full"),
    [
        (FULL_BRIEF, True, True),
        (Brief(), False, False),
        (success(today=""), True, False),
        (success(must_confirm=(Item.WHOSE,)), True, False),
        (success(must_confirm=(Item.METRIC,)), False, False),
        (promises(ENTRY, none_made=False, refused=""), True, False),
        (promises(none_made=False), False, False),
    ],
)
def test_the_items_built_so_far_go_through_the_real_gate(
    brief: Brief, light: bool, full: bool
) -> None:
    assert passes_gate(completeness(brief, Tier.LIGHT, POLICY), Tier.LIGHT, POLICY) is light
    assert passes_gate(completeness(brief, Tier.FULL, POLICY), Tier.FULL, POLICY) is full


WORDS = st.sampled_from(["", " ", "Ines", "95 %", "a lot"])
DAYS = st.sampled_from([None, AUTUMN, date(2025, 5, 28)])
SUCCESSES = st.builds(
    Success,
    metric=WORDS,
    today=WORDS,
    target=WORDS,
    by=DAYS,
    whose=WORDS,
    said_on=DAYS,
    must_confirm=st.lists(st.sampled_from([Item.METRIC, Item.TODAY, Item.WHOSE]), unique=True).map(
        tuple
    ),
)
PROMISE_PARTS = st.builds(
    Promises,
    none_made=st.booleans(),
    refused=WORDS,
    must_confirm=st.lists(st.sampled_from([Item.PROMISES, Item.REFUSED]), unique=True).map(tuple),
)
BRIEFS = st.builds(Brief, SUCCESSES, PROMISE_PARTS, st.sampled_from([(), (ENTRY,)]))
TIERS = st.sampled_from([Tier.LIGHT, Tier.FULL])
PARTS = {
    Item.METRIC: ("metric", "target", "by"),
    Item.TODAY: ("today",),
    Item.WHOSE: ("whose", "said_on"),
    Item.PROMISES: ("none_made",),
    Item.REFUSED: ("refused",),
}


def with_item_filled(brief: Brief, item: Item) -> Brief:
    key = SectionKey.SUCCESS if item in (Item.METRIC, Item.TODAY, Item.WHOSE) else None
    section = brief.section(key or SectionKey.PROMISES)
    update: dict[str, Any] = {
        name: getattr(FULL_BRIEF.section(key or SectionKey.PROMISES), name) for name in PARTS[item]
    }
    update["must_confirm"] = tuple(one for one in section.must_confirm if one is not item)
    return brief.with_section(key or SectionKey.PROMISES, section.model_copy(update=update))


@given(BRIEFS, TIERS, st.sampled_from(Item))
def test_filling_a_hole_fills_exactly_that_hole(brief: Brief, tier: Tier, item: Item) -> None:
    before = completeness(brief, tier, POLICY)
    after = completeness(with_item_filled(brief, item), tier, POLICY)
    assert holes(after) == {name: why for name, why in holes(before).items() if name is not item}
    assert after.filled == before.filled + (item in holes(before))
    assert after.percent >= before.percent
    assert passes_gate(after, tier, POLICY) >= passes_gate(before, tier, POLICY)


@given(BRIEFS, TIERS, st.sampled_from(list(PARTS)), st.data())
def test_filling_one_part_never_lowers_completeness(
    brief: Brief, tier: Tier, item: Item, data: st.DataObject
) -> None:
    part = data.draw(st.sampled_from(PARTS[item]))
    key = next(key for key in SectionKey if hasattr(brief.section(key), part))
    section = brief.section(key).model_copy(update={part: getattr(FULL_BRIEF.section(key), part)})
    filled = brief.with_section(key, section)
    assert completeness(filled, tier, POLICY).filled >= completeness(brief, tier, POLICY).filled


@given(BRIEFS, TIERS, st.integers(1, 100))
def test_the_gate_never_opens_with_a_core_hole(brief: Brief, tier: Tier, percent: int) -> None:
    state = completeness(brief, tier, POLICY)
    if passes_gate(state, tier, Policy(gate_percent=percent)):
        assert not {Item.METRIC, Item.PROMISES} & set(holes(state))
        assert brief.success.metric.strip()
        assert brief.success.by is not None
        assert brief.entries or brief.promises.none_made


@given(st.lists(BRIEFS, max_size=6))
def test_a_gate_once_passed_stays_passed_whatever_is_emptied(later: list[Brief]) -> None:
    handoff = signed()
    fill(handoff, MONDAY + HOUR)
    passed = handoff.gate_at
    for number, brief in enumerate(later):
        fill(handoff, MONDAY + (number + 2) * HOUR, state=completeness(brief, Tier.FULL, POLICY))
    assert passed == MONDAY + HOUR
    assert handoff.gate_at == passed
    assert [event.tag.value for event in handoff.events].count("gate.passed") == 1


# --- Merging


def test_two_who_change_different_fields_both_keep_theirs() -> None:
    base = Success(metric="Fewer tickets", target="10")
    current = base.model_copy(update={"target": "12"})
    submitted = base.model_copy(update={"today": "40", "by": AUTUMN})
    merged = merge(base=base, current=current, submitted=submitted)
    assert merged.section == Success(metric="Fewer tickets", target="12", today="40", by=AUTUMN)
    assert merged.conflicts == ()


def test_two_who_change_one_field_differently_conflict_and_nothing_is_overwritten() -> None:
    base = Success(metric="Fewer tickets", target="10")
    current = base.model_copy(update={"target": "12"})
    submitted = base.model_copy(update={"target": "15", "today": "40"})
    merged = merge(base=base, current=current, submitted=submitted)
    assert merged.section == current.model_copy(update={"today": "40"})
    assert merged.conflicts == (FieldConflict("target", theirs="12", yours="15"),)


def test_two_who_change_one_field_to_the_same_do_not_conflict() -> None:
    base = Promises(refused="")
    same = Promises(refused="a second discount", none_made=True)
    merged = merge(base=base, current=same, submitted=same)
    assert (merged.section, merged.conflicts) == (same, ())


def test_a_field_emptied_by_one_and_reworded_by_the_other_is_a_conflict() -> None:
    base, current = Success(metric="Fewer tickets"), Success()
    merged = merge(base=base, current=current, submitted=Success(metric="No tickets"))
    assert merged.section == current
    assert merged.conflicts == (FieldConflict("metric", theirs="", yours="No tickets"),)


def test_a_field_left_alone_takes_what_the_other_saved() -> None:
    base, current = Success(metric="Fewer tickets"), Success(metric="No tickets")
    assert merge(base=base, current=current, submitted=base).section == current


@given(SUCCESSES, SUCCESSES, SUCCESSES)
def test_merging_loses_nothing_that_was_typed(
    base: Success, current: Success, submitted: Success
) -> None:
    merged = merge(base=base, current=current, submitted=submitted)
    conflicts = {one.field: one for one in merged.conflicts}
    for name in Success.model_fields:
        old, now, new = (getattr(one, name) for one in (base, current, submitted))
        kept = getattr(merged.section, name)
        if new != old:
            assert kept == new or conflicts[name].yours == new
        if now != old:
            assert kept == now
        if new == old == now:
            assert kept == old
        if name in conflicts:
            assert (kept, conflicts[name].theirs) == (now, now)
            assert now != new
    assert len(conflicts) == len(merged.conflicts)


@given(SUCCESSES, SUCCESSES)
def test_merging_on_the_present_revision_is_just_saving(base: Success, submitted: Success) -> None:
    merged = merge(base=base, current=base, submitted=submitted)
    assert (merged.section, merged.conflicts) == (submitted, ())
    again = merge(base=base, current=merged.section, submitted=submitted)
    assert again == merged


# --- What is stored and noted


def test_changed_fields_are_told_as_text() -> None:
    before = Success(metric="Fewer tickets", by=AUTUMN)
    after = Success(target="12", by=None, must_confirm=(Item.TODAY, Item.WHOSE))
    assert changed_fields(before, after) == {
        "metric": "",
        "target": "12",
        "by": "",
        "must_confirm": "today, whose",
    }
    assert changed_fields(Success(), Success(by=AUTUMN)) == {"by": "2025-09-30"}
    assert changed_fields(Promises(), Promises(none_made=True)) == {"none_made": "yes"}
    assert changed_fields(Promises(none_made=True), Promises()) == {"none_made": "no"}
    assert changed_fields(after, after) == {}


@pytest.mark.parametrize("field", ["metric", "today", "target", "whose"])
def test_a_text_longer_than_a_form_can_give_is_refused_with_its_field(field: str) -> None:
    check_section(Success.model_validate({field: "é" * LONGEST}))
    with pytest.raises(Invalid) as refused:
        check_section(Success.model_validate({field: "é" * (LONGEST + 1)}))
    assert (refused.value.problem, refused.value.field) == (Problem.TOO_LONG, field)


@pytest.mark.parametrize("key", list(SectionKey))
def test_a_section_survives_being_stored(key: SectionKey) -> None:
    section = FULL_BRIEF.section(key)
    assert read_section(key, [(1, body) for body in split(section).values()]) == section
    assert read_section(key, []) == type(section)()


class _Mixed(Section):
    open: str = ""
    reasons: Annotated[str, Audience.REASONS] = ""


def test_a_section_is_split_by_who_may_read_its_fields() -> None:
    assert split(_Mixed(open="a", reasons="b")) == {
        Audience.CHANNEL: {"must_confirm": [], "open": "a"},
        Audience.REASONS: {"reasons": "b"},
    }


def test_a_hole_in_what_a_reader_may_not_read_is_only_counted() -> None:
    state = completeness(Brief(), Tier.FULL, POLICY)
    assert state.seen_by({Audience.CHANNEL}) == state
    seen = state.seen_by({Audience.INTERNAL})
    assert (seen.open, seen.private, seen.percent) == ((), len(state.open), 0)


def test_a_body_of_an_unknown_schema_or_field_is_refused() -> None:
    with pytest.raises(ValueError, match="success: unknown schema 2"):
        read_section(SectionKey.SUCCESS, [(2, {})])
    with pytest.raises(ValidationError, match="Extra inputs"):
        read_section(SectionKey.SUCCESS, [(1, {"metrik": "x"})])


def test_a_section_goes_to_its_own_place() -> None:
    new = Success(metric="No tickets")
    assert FULL_BRIEF.with_section(SectionKey.SUCCESS, new).success == new
    assert FULL_BRIEF.with_section(SectionKey.SUCCESS, new).promises == FULL_BRIEF.promises
    assert Brief(entries=(ENTRY,)).with_section(SectionKey.PROMISES, Promises()).entries == (ENTRY,)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", Problem.EMPTY),
        (" \n\t", Problem.EMPTY),
        ("x" * (LONGEST_WORDS + 1), Problem.TOO_LONG),
    ],
)
def test_a_promise_needs_words_and_not_too_many(words: str, problem: Problem) -> None:
    with pytest.raises(Invalid) as refused:
        PromiseText(words).checked()
    assert (refused.value.problem, refused.value.field) == (problem, "words")


def test_a_promise_is_kept_as_typed_without_outer_blanks() -> None:
    typed = PromiseText(" <!channel> & | \u202ea login \n", Kind.SCOPE, " Ines ", AUTUMN)
    kept = typed.checked()
    assert kept == replace(typed, words="<!channel> & | \u202ea login", said_to="Ines")
    assert PromiseText("x" * LONGEST_WORDS).checked().words == "x" * LONGEST_WORDS
