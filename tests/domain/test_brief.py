"""How the brief is kept, merged and told, and who may read which field of it."""

import json
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.domain.access import EVERY, Audience
from bot.domain.brief import (
    LONGEST,
    SECTIONS,
    Brief,
    Commercials,
    Contact,
    ContactRole,
    FirstDays,
    OtherRole,
    People,
    Promises,
    RedFlagsSection,
    Section,
    Success,
    audience_of,
    changed_fields,
    check_links,
    check_texts,
    merge,
    merge_entry,
    read_section,
    refuse_contradictions,
    split,
)
from bot.domain.errors import Invalid, Problem
from bot.domain.items import Item, SectionKey
from bot.domain.merging import FieldConflict
from bot.domain.promises import LONGEST_WORDS, Kind, Promise, PromiseText
from tests.briefs import ILSE
from tests.domain.deals import FULL_BRIEF

AUTUMN = date(2025, 9, 30)
ENTRY = Promise(1, 1, 1, PromiseText("A login page in their colours"))

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


CONTACTS = st.builds(
    Contact,
    id=st.just(7),
    name=st.sampled_from(["Ines", "Ilse"]),
    title=WORDS,
    roles=st.sampled_from([(), (ContactRole.CHAMPION,), (ContactRole.BUYER, ContactRole.USER)]),
    skeptic=st.booleans(),
    behaviour=WORDS,
    stake=WORDS,
    strength=st.sampled_from([None, 1, 5]),
    last_contact=DAYS,
)


@given(CONTACTS, CONTACTS, CONTACTS)
def test_merging_two_changes_of_one_person_loses_nothing_that_was_typed(
    base: Contact, current: Contact, submitted: Contact
) -> None:
    merged = merge_entry(base=base, current=current, submitted=submitted)
    conflicts = {one.field: one for one in merged.conflicts}
    for name in Contact.model_fields:
        old, now, new = (getattr(one, name) for one in (base, current, submitted))
        kept = getattr(merged.entry, name)
        assert kept == (now if now != old else new)
        if new not in (old, kept):
            assert (conflicts[name].theirs, conflicts[name].yours) == (now, new)


def test_a_step_saved_beside_an_editor_keeps_the_person_edited_there() -> None:
    base = FULL_BRIEF.people
    edited = base.with_contacts((ILSE.model_copy(update={"stake": "A seat on the board"}),))
    submitted = base.model_copy(update={"history": "Met at a fair."})
    merged = merge(base=base, current=edited, submitted=submitted)
    assert merged.section == edited.model_copy(update={"history": "Met at a fair."})
    assert merged.conflicts == ()


def test_who_is_named_takes_back_that_nobody_was_found() -> None:
    nobody = People(no_buyer=True, no_skeptic=True)
    assert nobody.with_contacts((ILSE,)) == nobody.model_copy(update={"contacts": (ILSE,)})
    doubts = ILSE.model_copy(update={"skeptic": True})
    assert not nobody.with_contacts((doubts,)).no_skeptic
    pays = Contact(id=2, name="Omar", roles=(ContactRole.BUYER,))
    assert not nobody.with_contacts((pays,)).no_buyer
    assert nobody.with_contacts((pays,)).no_skeptic


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


def test_changed_people_are_told_field_by_field() -> None:
    omar = Contact(id=2, name="Omar", roles=(ContactRole.BUYER,))
    before, after = People(contacts=(ILSE,)), People(contacts=(ILSE, omar))
    told = changed_fields(before, after)
    assert told["contacts.2.name"] == "Omar"
    assert told["contacts.2.roles"] == "buyer"
    assert not any(name.startswith("contacts.1.") for name in told)
    louder = ILSE.model_copy(update={"strength": 5, "title": ""})
    assert changed_fields(before, People(contacts=(louder,))) == {
        "contacts.1.title": "",
        "contacts.1.strength": "5",
    }
    assert changed_fields(after, People()) == {"contacts.1": "", "contacts.2": ""}
    assert changed_fields(after, after) == {}


@pytest.mark.parametrize("field", ["metric", "today", "target", "whose"])
def test_a_text_longer_than_a_form_can_give_is_refused_with_its_field(field: str) -> None:
    check_texts(Success.model_validate({field: "é" * LONGEST}))
    with pytest.raises(Invalid) as refused:
        check_texts(Success.model_validate({field: "é" * (LONGEST + 1)}))
    assert (refused.value.problem, refused.value.field) == (Problem.TOO_LONG, field)


def test_a_new_link_of_the_commercials_is_an_address_and_an_old_text_may_stay() -> None:
    good = Commercials(links="https://docs.example/1\n\n https://docs.example/2 ")
    check_links(good, base=Commercials())
    old = Commercials(links="the shared drive")
    check_links(old, base=old)
    check_links(Success(metric="nolink"), base=Success())
    for wrong in ("nolink", "https://docs.example/1 and more", "http://docs.example"):
        with pytest.raises(Invalid) as refused:
            check_links(Commercials(links=wrong), base=old)
        assert (refused.value.problem, refused.value.field) == (Problem.BAD_LINK, "links")


@pytest.mark.parametrize(
    ("brief", "problem", "field"),
    [
        (Brief(promises=Promises(none_made=True), entries=(ENTRY,)), "none_and_some", "none_made"),
        (
            Brief(red_flags=RedFlagsSection(no_risks=True, top_risk="IT is slow")),
            "no_risks_and_some",
            "no_risks",
        ),
        (
            Brief(red_flags=RedFlagsSection(no_risks=True, other_risks="IT is slow")),
            "no_risks_and_some",
            "no_risks",
        ),
    ],
)
def test_there_are_none_and_some_at_once_is_refused(brief: Brief, problem: str, field: str) -> None:
    key = SectionKey.PROMISES if field == "none_made" else SectionKey.RED_FLAGS
    with pytest.raises(Invalid) as refused:
        refuse_contradictions(brief, key)
    assert (refused.value.problem.value, refused.value.field) == (problem, field)


def test_there_are_none_alone_is_an_answer() -> None:
    none = RedFlagsSection(no_risks=True, nearly="The price")
    for key in SectionKey:
        refuse_contradictions(FULL_BRIEF, key)
        refuse_contradictions(Brief(promises=Promises(none_made=True), red_flags=none), key)


def test_a_contradiction_elsewhere_keeps_nobody_from_saving_a_section() -> None:
    promises = Promises(none_made=True)
    flags = RedFlagsSection(no_risks=True, top_risk="IT is slow")
    brief = Brief(promises=promises, red_flags=flags, entries=(ENTRY,))
    refused = set()
    for key in SectionKey:
        try:
            refuse_contradictions(brief, key)
        except Invalid:
            refused.add(key)
    assert refused == {SectionKey.PROMISES, SectionKey.RED_FLAGS}


@pytest.mark.parametrize("key", list(SectionKey))
def test_a_section_survives_being_stored(key: SectionKey) -> None:
    section = FULL_BRIEF.section(key)
    assert read_section(key, [(1, body) for body in split(section).values()]) == section
    assert read_section(key, []) == type(section)()


@pytest.mark.parametrize("key", list(SectionKey))
def test_a_section_stored_before_it_said_who_asks_the_customer_is_read_as_it_was(
    key: SectionKey,
) -> None:
    section = FULL_BRIEF.section(key)
    older = [
        (1, {name: value for name, value in body.items() if name != "asker"})
        for body in split(section).values()
    ]
    assert read_section(key, older) == section


def test_who_asks_is_told_to_whoever_reads_what_is_asked() -> None:
    for model in SECTIONS.values():
        assert audience_of(model, "asker") is audience_of(model, "must_confirm")


class _Mixed(Section):
    open: str = ""
    reasons: Annotated[str, Audience.REASONS] = ""


def test_a_section_is_split_by_who_may_read_its_fields() -> None:
    assert split(_Mixed(open="a", reasons="b")) == {
        Audience.CHANNEL: {"must_confirm": [], "asker": None, "open": "a"},
        Audience.REASONS: {"reasons": "b"},
    }


def test_of_a_person_the_channel_learns_name_title_and_plain_roles() -> None:
    told = split(People(contacts=(ILSE.model_copy(update={"skeptic": True}),)))
    assert told[Audience.CHANNEL]["contacts"] == [
        {
            "id": 1,
            "name": "Ilse Brandt",
            "title": "Head of Operations",
            "roles": ["champion"],
            "gone": False,
            "last_day": None,
        }
    ]
    assert told[Audience.PERSONAL]["contacts"][0]["skeptic"] is True


def test_a_person_taken_off_the_list_stays_off_it_whatever_older_parts_say() -> None:
    two = People(contacts=(ILSE, Contact(id=2, name="Omar", behaviour="Counts twice.")))
    one = two.with_contacts((ILSE,))
    mixed = {**split(two), Audience.CHANNEL: split(one)[Audience.CHANNEL]}
    read = read_section(SectionKey.PEOPLE, [(1, body) for body in mixed.values()])
    assert read == one
    none = read_section(
        SectionKey.PEOPLE,
        [
            (1, body)
            for body in {**split(two), Audience.CHANNEL: split(People())[Audience.CHANNEL]}.values()
        ],
    )
    assert none == People()


# Who may read which field

ALL_MODELS: tuple[type[BaseModel], ...] = (*SECTIONS.values(), Contact)


def _text(model: type[Any], name: str) -> st.SearchStrategy[str]:
    # Each field with words of its own, so that one found in another place shows.
    return st.integers(0, 9).map(lambda number: f"[{model.__name__}.{name}]{number}")


def _values(model: type[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return {
        name: _text(model, name)
        for name, info in model.model_fields.items()
        if info.annotation is str
    }


PEOPLE_AT_ALL = st.builds(
    Contact,
    id=st.integers(1, 60),
    roles=st.lists(st.sampled_from(ContactRole), unique=True).map(tuple),
    other_roles=st.lists(st.sampled_from(OtherRole), unique=True).map(tuple),
    skeptic=st.booleans(),
    strength=st.sampled_from([None, 1, 5]),
    last_contact=DAYS,
    **_values(Contact),
)
LISTS = st.lists(PEOPLE_AT_ALL, max_size=4, unique_by=lambda one: one.id).map(
    lambda found: tuple(sorted(found, key=lambda one: one.id))
)


def sections(key: SectionKey) -> st.SearchStrategy[Section]:
    model = SECTIONS[key]
    more = {"contacts": LISTS} if model is People else {}
    return st.builds(model, **_values(model), **more)


ANY_SECTION = st.sampled_from(SectionKey).flatmap(
    lambda key: st.tuples(st.just(key), sections(key), sections(key))
)
READERS = st.sets(st.sampled_from(Audience)).map(frozenset)


def stored(section: Section) -> dict[Audience, str]:
    """Each part as the database holds it."""
    return {audience: json.dumps(body) for audience, body in split(section).items()}


def read_by(key: SectionKey, section: Section, audiences: frozenset[Audience]) -> Section:
    parts = [
        (1, json.loads(body)) for audience, body in stored(section).items() if audience in audiences
    ]
    return read_section(key, parts)


@given(ANY_SECTION)
def test_every_section_with_every_person_survives_being_split(
    made: tuple[SectionKey, Section, Section],
) -> None:
    key, section, _ = made
    assert read_by(key, section, EVERY) == section


@given(ANY_SECTION, READERS)
def test_a_reader_gets_every_field_of_theirs_and_none_of_another_audience(
    made: tuple[SectionKey, Section, Section], audiences: frozenset[Audience]
) -> None:
    key, section, _ = made
    seen = read_by(key, section, audiences)
    for name in type(section).model_fields:
        if name == "contacts":
            continue
        allowed = audience_of(type(section), name) in audiences
        wanted = section if allowed else type(section)()
        assert getattr(seen, name) == getattr(wanted, name), name
    if not isinstance(section, People) or not isinstance(seen, People):
        return
    # Who may not read names reads nothing about anybody.
    named = section.contacts if Audience.CHANNEL in audiences else ()
    assert [one.id for one in seen.contacts] == [one.id for one in named]
    for there, shown in zip(named, seen.contacts, strict=True):
        for name in Contact.model_fields:
            allowed = name == "id" or audience_of(Contact, name) in audiences
            nobody = Contact(id=0, name="")
            assert getattr(shown, name) == getattr(there if allowed else nobody, name), name


@given(ANY_SECTION)
def test_no_edit_moves_a_field_to_an_audience_that_is_not_its_own(
    made: tuple[SectionKey, Section, Section],
) -> None:
    _, before, after = made
    merged = merge(base=before, current=before, submitted=after).section
    models: tuple[type[BaseModel], ...] = (type(merged), Contact)
    for audience, body in stored(merged).items():
        for model in models:
            for name in model.model_fields:
                if f"[{model.__name__}.{name}]" in body:
                    assert audience_of(model, name) is audience


def test_the_fields_nobody_in_the_channel_may_read_are_these() -> None:
    closed = {
        f"{model.__name__}.{name}": audience_of(model, name)
        for model in ALL_MODELS
        for name in model.model_fields
        if audience_of(model, name) not in (Audience.CHANNEL, Audience.COMMERCIALS)
    }
    assert closed == {
        "Why.crm_reason": Audience.INTERNAL,
        "People.must_confirm": Audience.PERSONAL,
        "People.asker": Audience.PERSONAL,
        "People.no_skeptic": Audience.PERSONAL,
        "People.second_contact": Audience.RELATIONS,
        "People.key_contacts": Audience.INTERNAL,
        "People.history": Audience.RELATIONS,
        "RedFlagsSection.must_confirm": Audience.RED_FLAGS,
        "RedFlagsSection.asker": Audience.RED_FLAGS,
        "RedFlagsSection.nearly": Audience.RED_FLAGS,
        "RedFlagsSection.top_risk": Audience.RED_FLAGS,
        "RedFlagsSection.other_risks": Audience.RED_FLAGS,
        "RedFlagsSection.no_risks": Audience.RED_FLAGS,
        "RedFlagsSection.private_note": Audience.PRIVATE_NOTE,
        "Commercials.competitors": Audience.BACKGROUND,
        "Commercials.partner": Audience.BACKGROUND,
        "Commercials.links": Audience.BACKGROUND,
        "FirstDays.must_confirm": Audience.PERSONAL,
        "FirstDays.asker": Audience.PERSONAL,
        "FirstDays.style": Audience.PERSONAL,
        "FirstDays.cadence": Audience.PERSONAL,
        "Contact.skeptic": Audience.PERSONAL,
        "Contact.other_roles": Audience.RELATIONS,
        "Contact.behaviour": Audience.PERSONAL,
        "Contact.stake": Audience.PERSONAL,
        "Contact.consequence": Audience.PERSONAL,
        "Contact.strength": Audience.PERSONAL,
        "Contact.last_contact": Audience.RELATIONS,
    }


def test_a_body_of_an_unknown_schema_or_field_is_refused() -> None:
    with pytest.raises(ValueError, match="success: unknown schema 2"):
        read_section(SectionKey.SUCCESS, [(2, {})])
    with pytest.raises(ValidationError, match="Extra inputs"):
        read_section(SectionKey.SUCCESS, [(1, {"metrik": "x"})])


def test_a_section_goes_to_its_own_place_and_to_no_other() -> None:
    new = Success(metric="No tickets")
    assert FULL_BRIEF.with_section(SectionKey.SUCCESS, new).success == new
    assert FULL_BRIEF.with_section(SectionKey.SUCCESS, new).promises == FULL_BRIEF.promises
    assert Brief(entries=(ENTRY,)).with_section(SectionKey.PROMISES, Promises()).entries == (ENTRY,)
    with pytest.raises(TypeError):
        FULL_BRIEF.with_section(SectionKey.SUCCESS, FirstDays())


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
