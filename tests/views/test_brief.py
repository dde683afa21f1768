"""Writing the brief."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from bot.domain.brief import (
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
    Success,
    Why,
)
from bot.domain.completeness import Completeness, OpenItem, completeness, rules_of
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.merging import FieldConflict
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Kind, Promise, PromiseText
from bot.domain.read_models import BriefStep, Clash, Writer
from bot.views.brief import ENTRIES_A_PAGE, brief_steps_view, brief_view
from bot.views.brief_form import FORMS
from bot.views.entries import contact_view, promise_view
from bot.views.ids import ActionId, Field, ViewId
from tests.briefs import ILSE
from tests.views.shown import (
    FILLED,
    HEBREW,
    JONAS,
    LONG,
    MAYA,
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

WIDE = "\u05e9" * 3000
"""As many letters as a field takes, each of the kind that takes most room on the wire."""


def filled_to_the_brim(model: type[BaseModel]) -> dict[str, Any]:
    """Every text of a model at its longest, every day set."""
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if info.annotation is str:
            values[name] = WIDE
        elif info.annotation == date | None:
            values[name] = date(2026, 6, 30)
    return values


WORST = Brief(
    why=Why(**filled_to_the_brim(Why)),
    people=People(
        **filled_to_the_brim(People),
        contacts=tuple(
            Contact(
                **filled_to_the_brim(Contact)
                | {"name": f"{TRICKY} {WIDE}"[:300], "title": WIDE[:300], "id": number},
                roles=tuple(ContactRole),
                other_roles=tuple(OtherRole),
                skeptic=True,
                strength=5,
            )
            for number in range(1, 61)
        ),
    ),
    success=Success(
        **filled_to_the_brim(Success), must_confirm=(Item.METRIC, Item.TODAY, Item.WHOSE)
    ),
    promises=Promises(refused=WIDE, must_confirm=(Item.PROMISES, Item.REFUSED)),
    red_flags=RedFlagsSection(**filled_to_the_brim(RedFlagsSection)),
    commercials=Commercials(**filled_to_the_brim(Commercials)),
    first_days=FirstDays(**filled_to_the_brim(FirstDays)),
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


def counted(section: SectionKey, tier: Tier = Tier.FULL) -> tuple[Item, ...]:
    return tuple(rule.item for rule in rules_of(tier, Policy()) if rule.section is section)


def step(
    section: SectionKey = SectionKey.SUCCESS, brief: Brief = FILLED, tier: Tier = Tier.FULL
) -> BriefStep:
    order = [key for key in SectionKey if counted(key, tier)]
    return BriefStep(
        handoff_id=7,
        account="Northwind Robotics",
        section=section,
        number=order.index(section) + 1 if section in order else 0,
        count=len(order),
        revision=3,
        brief=brief,
        completeness=completeness(brief, tier, Policy()),
        counted=counted(section, tier),
    )


def by_jonas(*conflicts: FieldConflict) -> Clash:
    return Clash(conflicts, {one.field: Writer(JONAS, NOW) for one in conflicts})


def in_conflict(*conflicts: FieldConflict) -> BriefStep:
    return replace(step(), clash=by_jonas(*conflicts))


def held(made: Any, field: Field) -> Any:
    element = block_of(made, field)["element"]
    return element.get("initial_value") or element.get("initial_date")


def size_on_the_wire(made: Any) -> int:
    """Of a view in a call to Slack: JSON inside of JSON."""
    return len(json.dumps({"view": json.dumps(made)}))


@pytest.mark.parametrize("tier", [Tier.LIGHT, Tier.FULL])
@pytest.mark.parametrize("section", list(SectionKey))
@pytest.mark.parametrize("brief", [Brief(), FILLED, WORST], ids=["empty", "typical", "worst"])
def test_every_step_keeps_to_slacks_limits(section: SectionKey, brief: Brief, tier: Tier) -> None:
    saved = brief.section(section)
    conflicts = tuple(
        FieldConflict(name, WIDE if isinstance(value, str) else value, value)
        for name, value in saved
        if name in {field.value for field in Field}
    )
    worst = by_jonas(*conflicts) if brief is WORST else None
    view = form_dict(brief_view(replace(step(section, brief, tier), pasted=True, clash=worst)))
    assert view["callback_id"] == ViewId.BRIEF
    assert json.loads(view["private_metadata"]) == {"h": 7, "t": section.value, "r": 3}
    assert len(view["blocks"]) <= 100
    assert size_on_the_wire(view) < 250_000
    for block in view["blocks"]:
        assert len(block.get("element", {}).get("options", ())) <= 10


def test_the_first_step_has_its_number_its_name_and_no_way_back() -> None:
    view = form_dict(brief_view(step(SectionKey.WHY)))
    assert view["title"]["text"] == "Brief 1 of 7"
    assert view["submit"]["text"] == "Save and next"
    assert view["blocks"][0]["text"]["text"] == "Why they bought"
    assert ActionId.BRIEF_BACK not in action_ids(view["blocks"])
    assert ActionId.BRIEF_ALL_STEPS in action_ids(view["blocks"])


def test_the_last_step_saves_and_leads_back() -> None:
    view = form_dict(brief_view(step(SectionKey.FIRST_DAYS)))
    assert view["title"]["text"] == "Brief 7 of 7"
    assert view["submit"]["text"] == "Save"
    assert ActionId.BRIEF_BACK in action_ids(view["blocks"])


def test_a_light_deal_has_five_steps_and_the_other_sections_stand_beside_them() -> None:
    first = form_dict(brief_view(step(SectionKey.PEOPLE, tier=Tier.LIGHT)))
    assert first["title"]["text"] == "Brief 1 of 5"
    beside = form_dict(brief_view(step(SectionKey.WHY, tier=Tier.LIGHT)))
    assert beside["title"]["text"] == "Brief, not counted"
    assert beside["submit"]["text"] == "Save"
    assert ActionId.BRIEF_BACK not in action_ids(beside["blocks"])
    assert Field.MUST_CONFIRM not in fields_of(beside)
    assert "not counted, and worth" not in seen_text(beside["blocks"])


@pytest.mark.parametrize(
    ("section", "tier", "first", "beside"),
    [
        (
            SectionKey.SUCCESS,
            Tier.FULL,
            ["metric", "today", "target", "by", "whose", "said_on"],
            ["further"],
        ),
        (
            SectionKey.SUCCESS,
            Tier.LIGHT,
            ["metric", "target", "by"],
            ["today", "whose", "said_on", "further"],
        ),
        (SectionKey.FIRST_DAYS, Tier.LIGHT, ["style", "cadence"],
         ["live_by", "outcome", "second_outcome", "confirms", "review_on"]),
        (SectionKey.PEOPLE, Tier.FULL, ["no_skeptic"],
         ["second_contact", "key_contacts", "history"]),
        (SectionKey.PEOPLE, Tier.LIGHT, ["no_buyer", "no_skeptic"],
         ["second_contact", "key_contacts", "history"]),
    ],
)  # fmt: skip
def test_what_is_counted_comes_first_and_the_rest_below_a_line(
    section: SectionKey, tier: Tier, first: list[str], beside: list[str]
) -> None:
    view = form_dict(brief_view(step(section, Brief(), tier)))
    assert fields_of(view) == [*first, "must_confirm", "asker", *beside]
    kinds = [block["type"] for block in view["blocks"]]
    below = view["blocks"][kinds.index("divider") :]
    assert fields_of({"blocks": below}) == beside


def test_the_fields_of_the_forms_are_those_of_the_sections() -> None:
    for key, model in SECTIONS.items():
        shown = [one.field.value for one in FORMS[key]]
        kept = set(model.model_fields) - {"must_confirm", "asker", "contacts"}
        assert len(shown) == len(set(shown))
        assert set(shown) == kept, key


def test_every_counted_item_has_a_field_or_an_editor() -> None:
    asked = {item for fields in FORMS.values() for one in fields for item in one.items}
    of_people = {Item.CHAMPION, Item.STAKE, Item.CONSEQUENCE, Item.BUYER, Item.USER}
    assert asked | of_people == set(Item)


def test_nobody_is_asked_to_confirm_the_private_note_with_the_customer() -> None:
    view = form_dict(brief_view(step(SectionKey.RED_FLAGS)))
    boxes = block_of(view, Field.MUST_CONFIRM)["element"]["options"]
    assert [entry["value"] for entry in boxes] == ["nearly", "risks"]


@pytest.mark.parametrize("pasted", [True, False])
def test_a_pasted_text_is_at_hand_in_every_step(pasted: bool) -> None:
    for key in SectionKey:
        view = form_dict(brief_view(replace(step(key), pasted=pasted)))
        assert (ActionId.PASTED_OPEN in action_ids(view["blocks"])) is pasted


def test_every_body_button_knows_the_step_it_saves() -> None:
    view = form_dict(brief_view(step(SectionKey.PROMISES)))
    saving = (ActionId.BRIEF_BACK, ActionId.BRIEF_ALL_STEPS, ActionId.PROMISE_ADD)
    found = [part for part in parts(view) if part.get("action_id") in saving]
    assert len(found) == 3
    assert all(json.loads(part["value"]) == {"h": 7, "t": "promises", "r": 3} for part in found)


def test_progress_counts_all_items_and_names_what_is_open_here() -> None:
    brief = replace(FILLED, success=FILLED.success.model_copy(update={"by": None}))
    seen = seen_text(form_dict(brief_view(step(brief=brief)))["blocks"])
    assert "22 of 23 items are filled. Open here: success metric (date missing)." in seen
    elsewhere = seen_text(form_dict(brief_view(step(SectionKey.PROMISES, brief)))["blocks"])
    assert "22 of 23 items are filled. Nothing is open here." in elsewhere


def test_nothing_has_to_be_filled_to_save_a_step() -> None:
    for section in SectionKey:
        assert refused_by_slack(submitted(brief_view(step(section, Brief())))) == {}


def test_who_asks_the_customer_is_chosen_beside_the_boxes_and_is_the_ae_at_first() -> None:
    askers = {None: MAYA, MAYA.id: MAYA, JONAS.id: JONAS}
    model = replace(step(), askers=askers)

    def chosen(made: BriefStep) -> str:
        return str(block_of(form_dict(brief_view(made)), Field.ASKER)["element"]["initial_user"])

    assert chosen(model) == MAYA.slack_id
    named = FILLED.success.model_copy(update={"asker": JONAS.id})
    assert chosen(replace(model, brief=replace(FILLED, success=named))) == JONAS.slack_id
    conflict = FieldConflict("asker", "Maya Rivera", JONAS.id)
    clashing = replace(model, clash=by_jonas(conflict))
    assert chosen(clashing) == JONAS.slack_id
    assert "Maya Rivera" in seen_text(brief_view(clashing).to_dict()["blocks"])
    assert block_of(form_dict(brief_view(model)), Field.ASKER)["optional"] is True
    bare = replace(model, counted=())
    assert not {Field.ASKER, Field.MUST_CONFIRM} & set(fields_of(form_dict(brief_view(bare))))


def test_a_name_in_what_is_open_formats_nothing() -> None:
    open_items = (OpenItem(Item.METRIC, Hole.MUST_CONFIRM, 9, "<!channel> Jo & Co"),)
    model = replace(step(), completeness=Completeness(22, 23, open_items), fallen=open_items)
    view = form_dict(brief_view(model))
    told = "success metric (must confirm with customer, @&lt;!channel&gt; Jo &amp; Co)"
    assert seen_text(view["blocks"]).count(told) == 2
    assert not any("<!channel>" in text for text in parsed_texts(view))


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
    ids = [block["block_id"] for view in made for block in view["blocks"] if "block_id" in block]
    assert len(ids) == len(set(ids)) > len(SectionKey)


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
        clash=Clash((FieldConflict("none_made", False, True),), {}),
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
        assert len(edits) <= ENTRIES_A_PAGE
    assert numbers == list(range(1, 61))


def test_sixty_people_are_paged_and_every_one_can_be_reached() -> None:
    numbers: list[int] = []
    for page in (0, 1):
        view = form_dict(brief_view(step(SectionKey.PEOPLE, WORST), page=page))
        edits = [part for part in parts(view) if part.get("action_id") == ActionId.CONTACT_EDIT]
        numbers += [json.loads(part["value"])["e"] for part in edits]
    assert numbers == list(range(1, 61))


@pytest.mark.parametrize("section", [SectionKey.PROMISES, SectionKey.PEOPLE])
@pytest.mark.parametrize(("page", "target"), [(0, 1), (1, 0), (9, 0)])
def test_a_page_of_a_list_leads_to_its_neighbour(
    section: SectionKey, page: int, target: int
) -> None:
    view = form_dict(brief_view(step(section, WORST), page=page))
    turns = [part for part in parts(view) if part.get("action_id") == ActionId.BRIEF_GO]
    assert [json.loads(part["value"]).get("p") for part in turns] == [target]


def test_typed_words_of_promises_are_parsed_nowhere() -> None:
    view = form_dict(brief_view(step(SectionKey.PROMISES, WORST)))
    assert not any("channel" in text or "U0OMAR" in text for text in parsed_texts(view))
    words = [part for part in parts(view) if part.get("type") == "plain_text"]
    typed = [part for part in words if TRICKY[:20] in part["text"]]
    assert len(typed) == ENTRIES_A_PAGE
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
    assert fields_of(view) == [
        Field.WORDS,
        Field.KIND,
        Field.BASIS,
        Field.SAID_BY,
        Field.SAID_TO,
        Field.SAID_ON,
        Field.SOURCE,
        Field.DUE,
        Field.OWNER,
    ]
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
    view = form_dict(promise_view(7, WORST.entries[0], clash=by_jonas(conflict)))
    blocks, field = view["blocks"], Field(conflict.field)
    assert told in seen_text(blocks[blocks.index(block_of(view, field)) - 1])
    assert f"<@{JONAS.slack_id}>" in seen_text(blocks)
    if field is Field.WORDS:
        assert held(view, field) == HEBREW


@pytest.mark.parametrize(
    "theirs",
    [
        "words without an end " * 142 + "and the end.",
        "First the old hall.\n\n  - pickers\n  - packers\nThen the new one.",
    ],
)
def test_the_other_text_of_a_conflict_is_shown_to_its_end_as_it_was_typed(theirs: str) -> None:
    clash = by_jonas(FieldConflict("trigger", theirs, "Mine."))
    view = form_dict(brief_view(replace(step(SectionKey.WHY), clash=clash)))
    blocks, place = view["blocks"], view["blocks"].index(block_of(view, Field.TRIGGER))
    assert blocks[place - 1]["text"] == {"type": "plain_text", "text": theirs, "emoji": False}
    assert f"<@{JONAS.slack_id}> changed this field" in seen_text(blocks[place - 2])
    assert held(view, Field.TRIGGER) == "Mine."


def test_where_all_of_it_does_not_fit_the_rest_is_said_to_be_longer() -> None:
    names = [name for name, value in WORST.commercials if isinstance(value, str)]
    clash = by_jonas(*(FieldConflict(name, WIDE, "Mine.") for name in names))
    shown = brief_view(replace(step(SectionKey.COMMERCIALS, WORST), clash=clash))
    blocks = form_dict(shown)["blocks"]
    whole = [one for one in blocks if one.get("text", {}).get("text") == WIDE]
    longer = [one for one in blocks if "Open handoff has all of it" in seen_text(one)]
    assert whole
    assert len(whole) + len(longer) == len(names)
    assert size_on_the_wire(form_dict(shown)) < 250_000


# People


def test_each_person_has_their_name_title_roles_and_their_own_button() -> None:
    view = form_dict(brief_view(step(SectionKey.PEOPLE)))
    rows = [part for part in view["blocks"] if "accessory" in part]
    assert [row["text"]["text"] for row in rows] == [
        "Ilse Brandt, Head of Operations\nchampion",
        "Omar Vance, CFO\neconomic buyer",
        "Tomasz Grel, Shift lead\nday-to-day user",
    ]
    assert json.loads(rows[1]["accessory"]["value"]) == {"h": 7, "t": "people", "e": 2, "r": 3}


@pytest.mark.parametrize(
    ("contacts", "ticked", "shown"),
    [
        ((), False, True),
        ((Contact(id=1, name="Ruth", skeptic=True),), False, False),
        ((Contact(id=1, name="Ruth", skeptic=True),), True, True),
    ],
)
def test_that_no_skeptic_was_found_can_be_ticked_while_none_is_named(
    contacts: tuple[Contact, ...], ticked: bool, shown: bool
) -> None:
    brief = Brief(people=People(contacts=contacts, no_skeptic=ticked))
    view = form_dict(brief_view(step(SectionKey.PEOPLE, brief)))
    assert (Field.NO_SKEPTIC in fields_of(view)) is shown


def test_a_new_person_has_nothing_to_remove_and_needs_a_name() -> None:
    view = form_dict(contact_view(7, None, revision=3))
    assert json.loads(view["private_metadata"]) == {"h": 7, "t": "people", "r": 3}
    assert Field.REMOVE not in fields_of(view)
    refused = refused_by_slack(submitted(contact_view(7, None, revision=3)))
    assert set(refused) == {block_of(view, Field.NAME)["block_id"]}


def test_the_editor_shows_a_person_as_they_are_and_offers_to_take_them_off() -> None:
    contact = WORST.people.contacts[59]
    view = form_dict(contact_view(7, contact, revision=3))
    assert json.loads(view["private_metadata"]) == {"h": 7, "t": "people", "e": 60, "r": 3}
    assert held(view, Field.NAME) == contact.name
    assert held(view, Field.STAKE) == WIDE
    boxes = block_of(view, Field.CONTACT_ROLES)["element"]
    assert boxes["initial_options"] == boxes["options"]
    assert block_of(view, Field.STRENGTH)["element"]["initial_option"]["value"] == "5"
    assert block_of(view, Field.REMOVE)["optional"] is True
    assert not any("U0OMAR" in text for text in parsed_texts(view))


@pytest.mark.parametrize(
    ("conflict", "field", "told"),
    [
        (FieldConflict("name", TRICKY, "Ilse"), Field.NAME, "<!channel>"),
        (FieldConflict("stake", "", "A seat"), Field.STAKE, "emptied this field"),
        (FieldConflict("strength", 4, None), Field.STRENGTH, "4"),
        (FieldConflict("roles", (ContactRole.BUYER,), ()), Field.CONTACT_ROLES, "economic buyer"),
        (FieldConflict("skeptic", True, False), Field.CONTACT_ROLES, "ticked"),
        (FieldConflict("last_contact", date(2026, 7, 1), None), Field.LAST_CONTACT, "1 Jul 2026"),
    ],
)
def test_a_person_in_conflict_shows_both_values(
    conflict: FieldConflict, field: Field, told: str
) -> None:
    clash = by_jonas(conflict)
    view = form_dict(contact_view(7, ILSE, revision=4, clash=clash))
    blocks = view["blocks"]
    above = seen_text(blocks[blocks.index(block_of(view, field)) - 1])
    assert told in above
    assert f"<@{JONAS.slack_id}>" in above
    if conflict.field == "name":
        assert held(view, field) == "Ilse"
    if conflict.field == "strength":
        assert block_of(view, field)["element"]["initial_option"]["value"] == "0"


# All steps


def steps_of(
    tier: Tier, brief: Brief, *, pasted: bool = False, postable: bool = False
) -> dict[str, Any]:
    return form_dict(
        brief_steps_view(
            handoff_id=7,
            account=TRICKY,
            completeness=completeness(brief, tier, Policy()),
            counted={key: counted(key, tier) for key in SectionKey},
            pasted=pasted,
            postable=postable,
        )
    )


def test_all_steps_are_listed_with_what_is_open_and_the_way_there() -> None:
    view = steps_of(Tier.FULL, replace(FILLED, promises=Promises()))
    seen = seen_text(view["blocks"])
    assert "22 of 23 items are filled." in seen
    assert "✅ *Success*  3 of 3 filled" in seen
    assert "⚪ *Promises*  1 of 2 filled, open: refused or deferred" in seen
    assert labels(view) == [
        "Go to Why they bought",
        "Go to People",
        "Go to Success",
        "Go to Promises",
        "Go to Red flags",
        "Go to Commercials",
        "Go to First 90 days",
        "Paste a long text",
    ]
    assert "submit" not in view
    assert not any("U0OMAR" in text for text in parsed_texts(view))


def test_a_message_that_can_be_posted_is_reached_from_the_list() -> None:
    assert "Preview message" not in labels(steps_of(Tier.FULL, FILLED))
    assert labels(steps_of(Tier.FULL, FILLED, postable=True))[-1] == "Preview message"


def test_a_light_brief_counts_only_its_own_items() -> None:
    seen = seen_text(steps_of(Tier.LIGHT, Brief())["blocks"])
    assert "⚪ *Success*  0 of 1 filled\n" in seen
    begun = Brief(success=Success(metric="Days from order to dispatch", target="4"))
    seen = seen_text(steps_of(Tier.LIGHT, begun)["blocks"])
    assert "0 of 1 filled, open: success metric (date missing)" in seen
    assert "*Commercials*  not counted for a deal of this size" in seen


def test_a_text_that_was_pasted_is_opened_from_the_list() -> None:
    assert labels(steps_of(Tier.FULL, FILLED, pasted=True))[-1] == "Pasted text"


def test_closing_a_step_says_that_it_saves_nothing() -> None:
    assert form_dict(brief_view(step()))["close"]["text"] == "Close without saving"
