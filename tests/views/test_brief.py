"""Writing the brief."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.brief import Brief, Promises, Success
from bot.domain.completeness import completeness
from bot.domain.items import Item, SectionKey
from bot.domain.merging import FieldConflict
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Kind, Promise, PromiseText
from bot.domain.read_models import BriefStep, Clash
from bot.views.brief import PROMISES_A_PAGE, brief_steps_view, brief_view, promise_view
from bot.views.ids import ActionId, Field, ViewId
from tests.views.shown import (
    FILLED,
    HEBREW,
    JONAS,
    LONG,
    NOW,
    TRICKY,
    action_ids,
    parsed_texts,
    parts,
    seen_text,
)
from tests.views.submitted import (
    block_of,
    fields_of,
    form_dict,
    labels,
    refused_by_slack,
    shown_again,
    submitted,
)

WORST = Brief(
    success=Success(
        metric=LONG,
        today=LONG,
        target=LONG,
        by=date(2026, 6, 30),
        whose=LONG,
        said_on=date(2026, 2, 12),
        must_confirm=(Item.METRIC, Item.TODAY, Item.WHOSE),
    ),
    promises=Promises(refused=LONG, must_confirm=(Item.PROMISES, Item.REFUSED)),
    entries=tuple(
        Promise(
            1000 + number,
            number,
            1,
            PromiseText(LONG, Kind.EXECUTIVE_ACCESS, TRICKY, date(2026, 4, 18)),
        )
        for number in range(1, 61)
    ),
)
THEIRS = "0.7 % <!channel>"


def step(section: SectionKey = SectionKey.SUCCESS, brief: Brief = FILLED) -> BriefStep:
    return BriefStep(
        handoff_id=7,
        account="Northwind Robotics",
        section=section,
        number=list(SectionKey).index(section) + 1,
        count=2,
        revision=3,
        brief=brief,
        completeness=completeness(brief, Tier.FULL, Policy()),
    )


def in_conflict(*conflicts: FieldConflict) -> BriefStep:
    return replace(step(), clash=Clash(conflicts, JONAS, NOW))


def held(made: Any, field: Field) -> Any:
    element = block_of(made, field)["element"]
    return element.get("initial_value") or element.get("initial_date")


@pytest.mark.parametrize("section", list(SectionKey))
@pytest.mark.parametrize("brief", [Brief(), FILLED, WORST], ids=["empty", "typical", "worst"])
def test_every_step_keeps_to_slacks_limits(section: SectionKey, brief: Brief) -> None:
    view = form_dict(brief_view(step(section, brief)))
    assert view["callback_id"] == ViewId.BRIEF
    assert json.loads(view["private_metadata"]) == {"h": 7, "t": section.value, "r": 3}
    assert len(view["blocks"]) <= 60


def test_the_first_step_has_its_number_its_name_and_no_way_back() -> None:
    view = form_dict(brief_view(step()))
    assert view["title"]["text"] == "Brief 1 of 2"
    assert view["submit"]["text"] == "Save and next"
    assert view["blocks"][0]["text"]["text"] == "Success"
    assert ActionId.BRIEF_BACK not in action_ids(view["blocks"])
    assert ActionId.BRIEF_ALL_STEPS in action_ids(view["blocks"])


def test_the_last_step_saves_and_leads_back() -> None:
    view = form_dict(brief_view(step(SectionKey.PROMISES)))
    assert view["submit"]["text"] == "Save"
    assert ActionId.BRIEF_BACK in action_ids(view["blocks"])


def test_every_body_button_knows_the_step_it_saves() -> None:
    view = form_dict(brief_view(step(SectionKey.PROMISES)))
    saving = (ActionId.BRIEF_BACK, ActionId.BRIEF_ALL_STEPS, ActionId.PROMISE_ADD)
    found = [part for part in parts(view) if part.get("action_id") in saving]
    assert len(found) == 3
    assert all(json.loads(part["value"]) == {"h": 7, "t": "promises", "r": 3} for part in found)


def test_progress_counts_all_items_and_names_what_is_open_here() -> None:
    brief = replace(FILLED, success=FILLED.success.model_copy(update={"by": None}))
    seen = seen_text(form_dict(brief_view(step(brief=brief)))["blocks"])
    assert "4 of 5 items are filled. Open here: success metric (date missing)." in seen
    elsewhere = seen_text(form_dict(brief_view(step(SectionKey.PROMISES, brief)))["blocks"])
    assert "4 of 5 items are filled. Nothing is open here." in elsewhere


def test_nothing_has_to_be_filled_to_save_a_step() -> None:
    for section in SectionKey:
        assert refused_by_slack(submitted(brief_view(step(section, Brief())))) == {}


def test_items_to_confirm_are_ticked_as_saved() -> None:
    success = FILLED.success.model_copy(update={"must_confirm": (Item.TODAY,)})
    view = form_dict(brief_view(step(brief=replace(FILLED, success=success))))
    boxes = block_of(view, Field.MUST_CONFIRM)["element"]
    assert [entry["value"] for entry in boxes["options"]] == ["metric", "today", "whose"]
    assert [entry["value"] for entry in boxes["initial_options"]] == ["today"]


# What stands in the fields


def test_a_new_revision_shows_what_is_saved_and_never_what_was_typed_before() -> None:
    before = submitted(brief_view(step()), {Field.METRIC: "typed before"})
    newer = replace(
        step(), revision=4, brief=replace(FILLED, success=Success(metric="saved by another"))
    )
    after = shown_again(before, brief_view(newer))
    values = after["state"]["values"]
    assert "typed before" not in json.dumps(values)
    assert "saved by another" in json.dumps(values)


def test_typed_text_stays_while_the_revision_is_the_same() -> None:
    before = submitted(brief_view(step(SectionKey.PROMISES)), {Field.REFUSED: "typed before"})
    with_one_more = replace(
        FILLED, entries=(*FILLED.entries, Promise(9, 9, 1, PromiseText("new one")))
    )
    after = shown_again(before, brief_view(step(SectionKey.PROMISES, with_one_more)))
    assert "typed before" in json.dumps(after["state"]["values"])
    assert "new one" in seen_text(after["blocks"])


def test_inputs_of_two_sections_never_share_an_id() -> None:
    made = [form_dict(brief_view(step(section))) for section in SectionKey]
    first, second = ({block["block_id"] for block in view["blocks"] if "block_id" in block}
                     for view in made)  # fmt: skip
    assert first
    assert not first & second


def test_what_could_not_be_saved_is_shown_as_it_was_typed() -> None:
    view = form_dict(brief_view(replace(step(), typed={"target": "soon", "by": None})))
    assert held(view, Field.TARGET) == "soon"
    assert held(view, Field.BY) is None
    assert held(view, Field.METRIC) == "Pick errors per 100 orders"


# Two people at once


def test_a_conflict_names_who_wrote_what_and_keeps_the_writers_own_words() -> None:
    view = form_dict(brief_view(in_conflict(FieldConflict("target", THEIRS, "under 0.5 %"))))
    assert held(view, Field.TARGET) == "under 0.5 %"
    blocks = view["blocks"]
    above = blocks[blocks.index(block_of(view, Field.TARGET)) - 1]
    seen = seen_text(above)
    assert "<@U0JONAS>" in seen
    assert "<!date^" in seen
    assert THEIRS in seen
    assert not any("<!channel>" in text for text in parsed_texts(view))


def test_a_conflict_shows_what_others_saved_in_every_other_field() -> None:
    model = replace(
        in_conflict(FieldConflict("target", THEIRS, "under 0.5 %")),
        typed={"target": "under 0.5 %", "metric": "an older metric"},
    )
    view = form_dict(brief_view(model))
    assert held(view, Field.METRIC) == "Pick errors per 100 orders"


@pytest.mark.parametrize(
    ("conflict", "told"),
    [
        (FieldConflict("by", date(2026, 7, 1), None), "1 Jul 2026"),
        (FieldConflict("by", None, date(2026, 7, 1)), "emptied this field"),
        (FieldConflict("whose", "", "Ilse"), "emptied this field"),
        (FieldConflict("must_confirm", (Item.METRIC,), ()), "success metric"),
        (FieldConflict("metric", LONG, HEBREW), "<!channel>"),
    ],
)
def test_every_sort_of_field_can_be_in_conflict(conflict: FieldConflict, told: str) -> None:
    view = form_dict(brief_view(in_conflict(conflict)))
    blocks = view["blocks"]
    field = Field(conflict.field)
    assert told in seen_text(blocks[blocks.index(block_of(view, field)) - 1])


def test_a_box_can_be_in_conflict() -> None:
    model = replace(
        step(SectionKey.PROMISES, Brief()),
        clash=Clash((FieldConflict("none_made", False, True),), None, None),
    )
    view = form_dict(brief_view(model))
    assert len(block_of(view, Field.NONE_MADE)["element"]["initial_options"]) == 1
    seen = seen_text(view["blocks"])
    assert "Somebody changed this field" in seen
    assert "not ticked" in seen


# Promises


def test_each_promise_has_its_words_its_facts_and_its_own_button() -> None:
    text = PromiseText("Live in\n30 days", Kind.INTEGRATION, "Ilse", date(2026, 4, 18))
    brief = replace(FILLED, entries=(Promise(41, 3, 2, text),))
    view = form_dict(brief_view(step(SectionKey.PROMISES, brief)))
    row = next(part for part in view["blocks"] if "accessory" in part)
    assert row["text"]["text"] == "3. Live in 30 days\nintegration · to Ilse · due 18 Apr 2026"
    assert row["accessory"]["text"]["text"] == "Edit promise 3"
    assert json.loads(row["accessory"]["value"]) == {"h": 7, "e": 41, "r": 2}


def test_sixty_promises_are_paged_and_every_one_can_be_reached() -> None:
    numbers: list[int] = []
    for page in (0, 1):
        view = form_dict(brief_view(step(SectionKey.PROMISES, WORST), page=page))
        edits = [part for part in parts(view) if part.get("action_id") == ActionId.PROMISE_EDIT]
        numbers += [json.loads(part["value"])["e"] - 1000 for part in edits]
        assert len(edits) <= PROMISES_A_PAGE
    assert numbers == list(range(1, 61))


@pytest.mark.parametrize(("page", "target"), [(0, 1), (1, 0), (9, 0)])
def test_a_page_of_promises_leads_to_its_neighbour(page: int, target: int) -> None:
    view = form_dict(brief_view(step(SectionKey.PROMISES, WORST), page=page))
    turns = [part for part in parts(view) if part.get("action_id") == ActionId.BRIEF_GO]
    assert [json.loads(part["value"]).get("p") for part in turns] == [target]


def test_typed_words_of_promises_are_parsed_nowhere() -> None:
    view = form_dict(brief_view(step(SectionKey.PROMISES, WORST)))
    assert not any("channel" in text or "U0OMAR" in text for text in parsed_texts(view))
    words = [part for part in parts(view) if part.get("type") == "plain_text"]
    typed = [part for part in words if TRICKY[:20] in part["text"]]
    assert len(typed) == PROMISES_A_PAGE
    assert all(part["emoji"] is False for part in typed)


@pytest.mark.parametrize(
    ("brief", "shown"),
    [
        (Brief(), True),
        (FILLED, False),
        (replace(FILLED, promises=Promises(none_made=True)), True),
    ],
)
def test_none_made_can_be_ticked_without_promises_and_unticked_always(
    brief: Brief, shown: bool
) -> None:
    view = form_dict(brief_view(step(SectionKey.PROMISES, brief)))
    assert (Field.NONE_MADE in fields_of(view)) is shown


def test_a_new_promise_has_nothing_to_withdraw() -> None:
    view = form_dict(promise_view(7))
    assert view["title"]["text"] == "New promise"
    assert json.loads(view["private_metadata"]) == {"h": 7}
    assert fields_of(view) == [Field.WORDS, Field.KIND, Field.SAID_TO, Field.DUE]
    assert set(refused_by_slack(submitted(promise_view(7)))) == {
        block_of(view, Field.WORDS)["block_id"]
    }


def test_the_editor_shows_a_promise_as_it_is_and_offers_to_withdraw_it() -> None:
    promise = WORST.entries[59]
    view = form_dict(promise_view(7, promise))
    assert view["title"]["text"] == "Promise 60"
    assert json.loads(view["private_metadata"]) == {"h": 7, "e": 1060, "r": 1}
    assert held(view, Field.WORDS) == LONG
    assert held(view, Field.DUE) == "2026-04-18"
    assert block_of(view, Field.KIND)["element"]["initial_option"]["value"] == "executive_access"
    assert block_of(view, Field.WITHDRAW)["optional"] is True


@pytest.mark.parametrize(
    ("conflict", "told"),
    [
        (FieldConflict("words", LONG, HEBREW), "<!channel>"),
        (FieldConflict("kind", Kind.SCOPE, Kind.TIMING), "scope"),
        (FieldConflict("said_to", "", "Ilse"), "emptied this field"),
        (FieldConflict("due", date(2026, 7, 1), None), "1 Jul 2026"),
    ],
)
def test_a_promise_in_conflict_shows_both_values(conflict: FieldConflict, told: str) -> None:
    view = form_dict(promise_view(7, WORST.entries[0], clash=Clash((conflict,), JONAS, NOW)))
    blocks, field = view["blocks"], Field(conflict.field)
    assert told in seen_text(blocks[blocks.index(block_of(view, field)) - 1])
    assert f"<@{JONAS.slack_id}>" in seen_text(blocks)
    if field is Field.WORDS:
        assert held(view, field) == HEBREW


# All steps


def test_all_steps_are_listed_with_what_is_open_and_the_way_there() -> None:
    brief = replace(FILLED, promises=Promises())
    view = form_dict(
        brief_steps_view(
            handoff_id=7,
            account=TRICKY,
            completeness=completeness(brief, Tier.FULL, Policy()),
            tier=Tier.FULL,
        )
    )
    seen = seen_text(view["blocks"])
    assert "✅ *Success*  3 of 3 filled" in seen
    assert "⚪ *Promises*  1 of 2 filled, open: refused or deferred (empty)" in seen
    assert labels(view) == ["Go to Success", "Go to Promises"]
    assert "submit" not in view
    assert not any("U0OMAR" in text for text in parsed_texts(view))


def test_a_light_brief_counts_only_its_own_items() -> None:
    view = form_dict(
        brief_steps_view(
            handoff_id=7,
            account="Northwind Robotics",
            completeness=completeness(Brief(), Tier.LIGHT, Policy()),
            tier=Tier.LIGHT,
        )
    )
    assert "*Success*  0 of 1 filled" in seen_text(view["blocks"])
