"""Which state of a brief was signed and read, and what differs from it."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.brief import Brief, Contact, People, Promises, Success, Why
from bot.domain.items import Item, SectionKey
from bot.domain.promises import Promise, PromiseText
from bot.domain.snapshots import (
    CONTACTS,
    ENTRIES,
    MUST_CONFIRM,
    Change,
    How,
    Snapshot,
    Spot,
    changes,
    filled_since,
)
from tests.briefs import FULL_BRIEF, ILSE, SUCCESS
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    HOUR,
    MONDAY,
    OTHER_CSM,
    POLICY,
    acknowledged,
    assigned,
    signed,
    started,
)

FIRST = Snapshot({SectionKey.WHY: 1}, {4: 1})
SECOND = Snapshot({SectionKey.WHY: 2}, {4: 2})
CAPTURED = replace(FULL_BRIEF, promises=Promises(none_made=True))
PROMISE = Promise(4, 1, 1, PromiseText("Live in 30 days."))
AT_SUCCESS, AT_PEOPLE = SectionKey.SUCCESS, SectionKey.PEOPLE


# --- What is remembered


def test_a_signature_keeps_the_brief_of_its_minute_and_a_correction_another() -> None:
    handoff = signed()
    assert handoff.signed_until == MONDAY + timedelta(minutes=1)
    handoff.keep_signed(SECOND, CAPTURED)
    assert (handoff.signed_brief, handoff.captured_at) == (SECOND, MONDAY)
    handoff.events.clear()
    assert handoff.signed_until is None
    handoff.countersign(MONDAY - HOUR, by=AE_MANAGER, at=MONDAY, ae=AE)
    assert handoff.signed_until == MONDAY - HOUR + timedelta(minutes=1)
    handoff.keep_signed(FIRST, Brief())
    assert (handoff.signed_brief, handoff.captured_at) == (FIRST, None)


def test_what_was_captured_before_the_signature_keeps_its_time() -> None:
    handoff = started()
    handoff.copy_from(CAPTURED, at=MONDAY + HOUR)
    handoff.countersign(MONDAY + 2 * HOUR, by=AE, at=MONDAY + 2 * HOUR, ae=AE)
    handoff.keep_signed(FIRST, CAPTURED)
    assert handoff.captured_at == MONDAY + HOUR


def test_nothing_is_kept_before_the_signature() -> None:
    assert not started().keeps_brief
    assert started().signed_until is None


def test_an_acknowledgement_keeps_what_was_read_and_taking_it_back_forgets_it() -> None:
    handoff = acknowledged()
    handoff.keep_brief(SECOND)
    assert handoff.read_brief == SECOND
    handoff.events.clear()
    at = MONDAY + 3 * HOUR + timedelta(minutes=5)
    handoff.undo_acknowledge(by=CSM, at=at, policy=POLICY)
    assert handoff.keeps_brief
    handoff.keep_brief(SECOND)
    assert handoff.read_brief is None


def test_another_csm_has_read_nothing_yet() -> None:
    handoff = acknowledged()
    handoff.keep_signed(FIRST, Brief())
    handoff.keep_brief(FIRST)
    handoff.events.clear()
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=MONDAY + 4 * HOUR)
    handoff.keep_brief(FIRST)
    assert (handoff.read_brief, handoff.signed_brief) == (None, FIRST)


def test_what_else_happens_keeps_nothing() -> None:
    handoff = assigned()
    handoff.keep_brief(FIRST)
    handoff.events.clear()
    handoff.post(by=AE, at=MONDAY + 4 * HOUR)
    assert not handoff.keeps_brief


# --- What differs


def of(success: Success) -> Brief:
    return Brief(success=success)


def test_a_field_is_added_changed_or_gone() -> None:
    before = of(Success(metric="Errors", today="2 %", by=date(2026, 6, 30)))
    after = of(Success(metric="Errors", today="3 %", whose="Ilse"))
    assert changes(before, after) == (
        Change(Spot(AT_SUCCESS, "today"), How.CHANGED),
        Change(Spot(AT_SUCCESS, "by"), How.GONE),
        Change(Spot(AT_SUCCESS, "whose"), How.ADDED),
    )


def test_blanks_are_nothing() -> None:
    assert changes(of(Success(metric="  \n")), of(Success())) == ()
    (only,) = changes(of(Success(metric=" ")), of(Success(metric="Errors")))
    assert only.how is How.ADDED


def test_a_box_that_was_ticked_is_added() -> None:
    found = changes(Brief(), Brief(promises=Promises(none_made=True)))
    assert found == (Change(Spot(SectionKey.PROMISES, "none_made"), How.ADDED),)


def test_a_person_is_compared_by_who_they_are_and_field_by_field() -> None:
    omar, new = Contact(id=2, name="Omar"), Contact(id=3, name="Tomasz", title="Lead")
    bare = ILSE.model_copy(update={"stake": "", "title": "Head"})
    before = Brief(people=People(contacts=(bare, omar)))
    after = Brief(people=People(contacts=(new, ILSE)))
    assert set(changes(before, after)) == {
        Change(Spot(AT_PEOPLE, "title", 1), How.CHANGED),
        Change(Spot(AT_PEOPLE, "stake", 1), How.ADDED),
        Change(Spot(AT_PEOPLE, CONTACTS, 2), How.GONE),
        Change(Spot(AT_PEOPLE, CONTACTS, 3), How.ADDED),
    }


def test_a_promise_is_compared_by_its_words_and_not_by_its_version() -> None:
    spot = Spot(SectionKey.PROMISES, ENTRIES, 4)
    reworded = replace(PROMISE, version=2, text=PromiseText("Live in 45 days."))
    none, one = Brief(), Brief(entries=(PROMISE,))
    assert changes(none, one) == (Change(spot, How.ADDED),)
    assert changes(one, none) == (Change(spot, How.GONE),)
    assert changes(one, Brief(entries=(reworded,))) == (Change(spot, How.CHANGED),)
    assert changes(one, Brief(entries=(replace(PROMISE, version=3),))) == ()


def test_only_what_was_empty_is_filled_since() -> None:
    before = of(Success(metric="Errors"))
    marked = (Item.METRIC,)
    after = of(Success(metric="Faults", today="2 %", must_confirm=marked, asker=2))
    found = changes(before, after)
    assert Change(Spot(AT_SUCCESS, MUST_CONFIRM), How.ADDED) in found
    assert filled_since(found) == {Spot(AT_SUCCESS, "today")}


texts = st.sampled_from(["", " ", "a", "b"])
briefs = st.builds(
    lambda why, success, people, entries: Brief(
        why=why, success=success, people=People(contacts=people), entries=entries
    ),
    st.builds(Why, trigger=texts, event=texts),
    st.builds(Success, metric=texts, by=st.sampled_from([None, date(2026, 1, 1)])),
    st.lists(
        st.builds(Contact, id=st.integers(1, 4), name=st.just("x"), stake=texts),
        unique_by=lambda one: one.id,
    ).map(tuple),
    st.lists(
        st.builds(
            lambda id, words: Promise(id, id, 1, PromiseText(words)),
            st.integers(1, 4),
            st.sampled_from(["a", "b"]),
        ),
        unique_by=lambda one: one.id,
    ).map(tuple),
)


@given(briefs, briefs)
def test_the_same_places_differ_whichever_came_first(one: Brief, other: Brief) -> None:
    there, back = changes(one, other), changes(other, one)
    turned = {How.ADDED: How.GONE, How.GONE: How.ADDED, How.CHANGED: How.CHANGED}
    assert {(found.spot, turned[found.how]) for found in there} == {
        (found.spot, found.how) for found in back
    }
    assert len({found.spot for found in there}) == len(there)


@given(briefs)
def test_a_brief_does_not_differ_from_itself(brief: Brief) -> None:
    assert changes(brief, brief) == ()


def test_what_a_reader_may_not_read_shows_in_no_difference() -> None:
    """Both states come without it, so nothing can."""
    assert changes(of(SUCCESS), of(SUCCESS)) == ()
    assert len(changes(Brief(), FULL_BRIEF)) > 20
