"""Hints on words in the forms of the brief."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.brief import Contact, ContactRole
from bot.domain.completeness import OpenItem, completeness
from bot.domain.hints import (
    MOST_SEEN,
    Hint,
    Occasion,
    Pointed,
    hints_on_contact,
    hints_on_promise,
    hints_on_section,
    hints_on_step,
    pointed_out,
)
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Promise, PromiseText
from bot.domain.read_models import BriefStep
from bot.domain.words import HintKind
from bot.views import sentences
from bot.views.brief import ENTRIES_A_PAGE, brief_steps_view, brief_view, page_with
from bot.views.entries import contact_view, promise_view
from bot.views.ids import ActionId, Field
from tests.briefs import FULL_BRIEF, ILSE, PEOPLE, SUCCESS
from tests.views.shown import HEBREW, TRICKY, action_ids, parsed_texts, seen_text
from tests.views.submitted import block_of, form_dict

VAGUE = SUCCESS.model_copy(update={"metric": "Better visibility", "today": "probably 9 days"})


def step(**more: Any) -> BriefStep:
    brief = more.pop("brief", FULL_BRIEF)
    return BriefStep(
        handoff_id=7,
        account="Northwind Robotics",
        section=more.pop("section", SectionKey.SUCCESS),
        number=3,
        count=7,
        revision=3,
        brief=brief,
        completeness=completeness(brief, Tier.FULL, Policy()),
        **more,
    )


def vague_step(occasion: Occasion = Occasion.SAVED) -> BriefStep:
    brief = FULL_BRIEF.with_section(SectionKey.SUCCESS, VAGUE)
    return step(brief=brief, pointed=pointed_out(hints_on_section(VAGUE), occasion, seen=()))


def after(view: Any, field: Field) -> str:
    """What stands right under an input."""
    blocks = view["blocks"]
    return seen_text([blocks[blocks.index(block_of(view, field)) + 1]])


def test_a_hint_stands_right_under_its_field_and_quotes_what_was_typed() -> None:
    view = form_dict(brief_view(vague_step()))
    assert after(view, Field.METRIC) == (
        "▲ “Better visibility” is a wish, not a measure; what would they count?"
    )
    assert "“probably” leaves open what is so" in after(view, Field.TODAY)


def test_a_form_kept_open_says_that_it_is_saved_and_how_to_go_on() -> None:
    seen = seen_text(form_dict(brief_view(vague_step()))["blocks"])
    assert "Saved. Press *Save and next* again to go on" in seen
    last = replace(vague_step(), number=7)
    assert "Press *Save* again" in seen_text(form_dict(brief_view(last))["blocks"])


def test_checked_words_are_told_apart_from_a_held_up_save() -> None:
    checked = seen_text(form_dict(brief_view(vague_step(Occasion.CHECKED)))["blocks"])
    assert "The lines with ▲ say what could be more specific." in checked
    assert "again to go on" not in checked
    nothing = step(pointed=pointed_out((), Occasion.CHECKED, seen=()))
    assert "No vague words were found" in seen_text(form_dict(brief_view(nothing))["blocks"])


def test_a_form_that_was_not_looked_at_says_nothing_of_words() -> None:
    seen = seen_text(form_dict(brief_view(step(pointed=Pointed(seen=("abcdef01",)))))["blocks"])
    assert "▲" not in seen
    assert "Saved" not in seen


def test_every_step_offers_to_check_its_words_first() -> None:
    for section in SectionKey:
        ids = action_ids(form_dict(brief_view(step(section=section)))["blocks"])
        assert ids.index(ActionId.CHECK_WORDS) < ids.index(ActionId.BRIEF_ALL_STEPS)


def test_the_form_carries_marks_and_no_words_and_its_buttons_neither() -> None:
    view = form_dict(brief_view(vague_step()))
    carried = json.loads(view["private_metadata"])
    assert len(carried.pop("s")) == 2
    assert carried == {"h": 7, "t": "success", "r": 3}
    assert "visibility" not in view["private_metadata"]
    assert '"s"' not in json.dumps([one for one in view["blocks"] if one["type"] == "actions"])
    most = replace(step(), pointed=Pointed(seen=("abcdef01",) * MOST_SEEN))
    assert len(form_dict(brief_view(most))["private_metadata"]) < 400


@pytest.mark.parametrize("typed", [f"improve {TRICKY}", f"improve {HEBREW}", "improve " + "x" * 90])
def test_quoted_words_are_plain_text_however_they_are_typed(typed: str) -> None:
    pointed = Pointed((Hint(HintKind.WISH, "metric", (typed,)),), (), Occasion.CHECKED)
    view = form_dict(brief_view(step(pointed=pointed)))
    assert "improve" in after(view, Field.METRIC)
    assert not any("improve" in text for text in parsed_texts(view))


@pytest.mark.parametrize("kind", list(HintKind))
@pytest.mark.parametrize("words", [(), ("one",), ("one", "two", "three")])
def test_every_hint_says_what_a_specific_text_has(kind: HintKind, words: tuple[str, ...]) -> None:
    for field in (Field.METRIC, Field.STAKE, Field.WORDS, Field.NO_RISKS):
        told = sentences.hints.hint(Hint(kind, field.value, words))
        assert told.startswith("▲ ")
        assert told.endswith(("?", "."))
        assert all(f"“{word}”" in told for word in words)
        assert ";" in told


def test_a_hint_on_an_entry_stands_under_its_line_and_names_the_field() -> None:
    vague = ILSE.model_copy(update={"stake": "nothing"})
    people = PEOPLE.model_copy(update={"contacts": (vague, *PEOPLE.contacts[1:])})
    brief = FULL_BRIEF.with_section(SectionKey.PEOPLE, people)
    hints = hints_on_step(brief, SectionKey.PEOPLE)
    model = step(
        brief=brief,
        section=SectionKey.PEOPLE,
        pointed=pointed_out(hints, Occasion.CHECKED, seen=()),
    )
    blocks = form_dict(brief_view(model))["blocks"]
    line = next(place for place, one in enumerate(blocks) if "Ilse Brandt" in seen_text([one]))
    assert seen_text([blocks[line + 1]]).startswith("▲ What they personally gain: “nothing”")
    assert page_with(model, None) == 0


def test_checked_promises_open_on_the_page_of_the_first_hint() -> None:
    texts = ["Live in 30 days."] * (ENTRIES_A_PAGE + 1) + ["Live soon."]
    entries = tuple(Promise(100 + n, n + 1, 1, PromiseText(one)) for n, one in enumerate(texts))
    brief = replace(FULL_BRIEF, entries=entries)
    hints = hints_on_step(brief, SectionKey.PROMISES)
    pointed = pointed_out(hints, Occasion.CHECKED, seen=())
    model = step(brief=brief, section=SectionKey.PROMISES, pointed=pointed)
    assert page_with(model, None) == 1
    view = form_dict(brief_view(model, page=page_with(model, None)))
    assert "▲ What was promised: “soon” is no date" in seen_text(view["blocks"])


def test_the_editors_show_their_hints_under_the_fields_and_how_to_go_on() -> None:
    contact = Contact(id=4, name="Ilse", roles=(ContactRole.CHAMPION,), stake="to improve things")
    pointed = pointed_out(hints_on_contact(contact), Occasion.SAVED, seen=())
    view = form_dict(contact_view(7, contact, revision=2, pointed=pointed))
    assert "“improve” says little by itself" in after(view, Field.STAKE)
    assert "Press *Save person* again" in seen_text(view["blocks"])
    assert json.loads(view["private_metadata"])["s"] == list(pointed.seen)

    promise = Promise(9, 1, 2, PromiseText("Live soon"))
    pointed = pointed_out(hints_on_promise(promise), Occasion.SAVED, seen=())
    view = form_dict(promise_view(7, promise, pointed=pointed))
    assert "“soon” is no date" in after(view, Field.WORDS)
    assert "Press *Save promise* again" in seen_text(view["blocks"])
    assert json.loads(view["private_metadata"]) == {
        "h": 7, "e": 9, "r": 2, "s": list(pointed.seen)
    }  # fmt: skip


@pytest.mark.parametrize("field", [Field.NAME, Field.TITLE])
def test_a_name_or_title_that_points_elsewhere_is_said_under_it(field: Field) -> None:
    contact = ILSE.model_copy(update={field.value: "see CRM"})
    pointed = pointed_out(hints_on_contact(contact), Occasion.SAVED, seen=())
    view = form_dict(contact_view(7, contact, revision=2, pointed=pointed))
    assert "“see CRM” only says where the answer stands" in after(view, field)


def test_the_editors_close_without_saving() -> None:
    for view in (promise_view(7), contact_view(7, ILSE, revision=2)):
        assert form_dict(view)["close"]["text"] == "Close without saving"


def test_items_that_fell_are_named_in_the_state_line() -> None:
    fell = (OpenItem(Item.METRIC, Hole.EMPTY), OpenItem(Item.RISKS, Hole.NO_TOP))
    seen = seen_text(form_dict(brief_view(step(fallen=fell)))["blocks"])
    assert "No longer filled: success metric (empty), risks (top risk missing)." in seen
    assert "No longer filled" not in seen_text(form_dict(brief_view(step()))["blocks"])


def test_the_list_of_steps_names_what_fell_and_that_it_was_quick() -> None:
    state = completeness(FULL_BRIEF, Tier.FULL, Policy())
    about: dict[str, Any] = {
        "handoff_id": 7,
        "account": "Northwind Robotics",
        "completeness": state,
        "counted": {SectionKey.SUCCESS: (Item.METRIC,)},
    }
    fell = (OpenItem(Item.METRIC, Hole.EMPTY),)
    seen = seen_text(form_dict(brief_steps_view(**about, fallen=fell, quick=True))["blocks"])
    assert "No longer filled: success metric (empty)." in seen
    assert "ready in under 4 minutes, so the CSM may have more to ask." in seen
    plain = seen_text(form_dict(brief_steps_view(**about))["blocks"])
    assert "minutes" not in plain
