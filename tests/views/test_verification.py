"""The forms of the CSM's reading, and what of it stands elsewhere."""

import json
from dataclasses import replace

import pytest

from bot.domain.brief import Brief, RedFlagsSection, Why
from bot.domain.completeness import completeness
from bot.domain.deadlines import Step
from bot.domain.handoff import LONGEST_REASON
from bot.domain.history import Tag
from bot.domain.intro import IntroDraft
from bot.domain.items import Item, SectionKey
from bot.domain.notices import NoticeKind
from bot.domain.policy import Policy, Tier
from bot.domain.read_models import (
    Because,
    BecauseOf,
    Card,
    GivenReason,
    Light,
    WholePage,
    WrittenRecord,
)
from bot.domain.verification import (
    LONGEST_LINE,
    Checks,
    JointPlan,
    Part,
    Record,
    RecordKind,
    Restatement,
    Verdict,
)
from bot.views import sentences
from bot.views.assign import assign_view
from bot.views.decline import decline_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.nudge import nudge_message
from bot.views.send_back import send_back_view
from bot.views.thread import anchor_message, sent_back_message, thread_message
from bot.views.verification import checks_view, judge_view, plan_view, restate_view
from bot.views.whole import record_lines, whole_view
from tests.domain.deals import KICKOFF_FORM
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    FILLED,
    JONAS,
    LONG,
    MAYA,
    NOW,
    NUDGE,
    TRICKY,
    WORST_CARD,
    check_message,
    line,
    parsed_texts,
    pressable,
    seen_text,
)
from tests.views.submitted import (
    block_of,
    fields_of,
    form_dict,
    refused_by_slack,
    submitted,
)
from tests.views.test_briefing import CALL

ACCOUNT = "Northwind Robotics"
WORDS = Restatement(why="The lease ends", success="0.8 % errors by June", risk="none")
WORST_WORDS = Restatement(why=LONG, success=LONG, risk=LONG)
ITEMS = tuple(one for one in Item if one is not Item.BUYER_AND_SKEPTIC)
KINDS: dict[RecordKind, Record] = {
    RecordKind.CHECKS: Checks(metric=True, no_plan=False, champion=True),
    RecordKind.JOINT_PLAN: JointPlan(plan=LONG),
    RecordKind.RESTATEMENT: WORST_WORDS,
    RecordKind.VERDICT: Verdict(match=False, line="The lease is not it."),
    RecordKind.BRIEFING_CALL: CALL.model_copy(update={"emphasis": LONG, "questions": LONG}),
    RecordKind.KICKOFF: KICKOFF_FORM.model_copy(
        update={
            "customers": LONG[:300],
            "changed": LONG,
            "lacked": SectionKey.PEOPLE,
            "known_again": True,
        }
    ),
    RecordKind.INTRO_DRAFT: IntroDraft(words=LONG),
}


# --- The forms


def test_each_check_wants_an_answer_of_its_own_and_the_plan_is_open() -> None:
    view = form_dict(checks_view(7, ACCOUNT, revision=0))
    assert view["callback_id"] == ViewId.CHECKS
    assert json.loads(view["private_metadata"]) == {"h": 7}
    checks = [Field.CHECK_METRIC, Field.CHECK_NO_PLAN, Field.CHECK_CHAMPION]
    assert fields_of(view) == [*checks, Field.PLAN]
    for field in checks:
        block = block_of(view, field)
        assert "initial_option" not in block["element"]
        told = [one["text"]["text"] for one in block["element"]["options"]]
        # A yes to a sentence with a *no* in it is easily taken for the other.
        plan = ["yes, none is needed", "no, a plan is needed"]
        assert told == (plan if field is Field.CHECK_NO_PLAN else ["yes", "no"])
    unanswered = refused_by_slack(submitted(checks_view(7, ACCOUNT, revision=0)))
    assert set(unanswered) == {block_of(view, field)["block_id"] for field in checks}


def test_the_restatement_is_asked_for_without_the_brief_and_all_of_it_is_needed() -> None:
    view = restate_view(7, ACCOUNT, revision=0)
    made = form_dict(view)
    assert fields_of(made) == [
        Field.RESTATED_WHY,
        Field.RESTATED_SUCCESS,
        Field.RESTATED_RISK,
    ]
    shown = seen_text(made["blocks"])
    assert FILLED.success.metric not in shown
    assert len(refused_by_slack(submitted(view))) == 3


def test_after_not_a_match_the_csm_finds_their_words_and_what_the_ae_says() -> None:
    view = form_dict(restate_view(7, ACCOUNT, revision=1, before=WORDS, line=TRICKY))
    assert TRICKY in seen_text(view["blocks"])
    assert block_of(view, Field.RESTATED_WHY)["element"]["initial_value"] == "The lease ends"
    # Other block ids, so that Slack fills in nothing of the form before.
    first = form_dict(restate_view(7, ACCOUNT, revision=0))
    ids = {block_of(made, Field.RESTATED_WHY)["block_id"] for made in (view, first)}
    assert len(ids) == 2
    assert form_dict(restate_view(7, TRICKY, revision=1, before=WORST_WORDS, line="x" * 300))


def test_beside_each_answer_stands_what_the_brief_says_and_what_another_miss_leads_to() -> None:
    brief = replace(
        FILLED,
        why=Why(trigger="The hall's lease ends.", event="A new landlord."),
        red_flags=RedFlagsSection(top_risk="The old vendor is still there."),
    )

    def shown(brief: Brief, mismatches: int = 0) -> str:
        view = judge_view(7, ACCOUNT, WORDS, revision=4, brief=brief, mismatches=mismatches)
        return seen_text(form_dict(view)["blocks"])

    first = shown(brief)
    assert "In the brief: The hall's lease ends. A new landlord." in first
    assert f"In the brief: {brief.success.metric}" in first
    assert "In the brief: The old vendor is still there." in first
    assert "after the second a briefing call" in first
    assert "for the second time" in shown(brief, 1)
    assert "required already" in shown(brief, 5)
    none = RedFlagsSection(no_risks=True)
    assert "In the brief: There are none" in shown(Brief(red_flags=none))
    assert "In the brief: Nothing written yet." in shown(Brief())


@pytest.mark.parametrize("words", [WORDS, WORST_WORDS])
def test_the_ae_reads_the_restatement_and_answers_it(words: Restatement) -> None:
    view = judge_view(7, ACCOUNT, words, revision=4, brief=FILLED)
    made = form_dict(view)
    assert json.loads(made["private_metadata"]) == {"h": 7, "r": 4}
    shown = seen_text(made["blocks"])
    for text in (words.why, words.success, words.risk):
        assert text in shown
    assert block_of(made, Field.LINE)["element"]["max_length"] == LONGEST_LINE
    assert block_of(made, Field.LINE)["optional"]
    (refused,) = refused_by_slack(submitted(view))
    assert refused == block_of(made, Field.VERDICT)["block_id"]
    assert not any("U0OMAR" in text for text in parsed_texts(made))


def test_a_plan_is_shown_as_it_stands_and_must_not_be_empty() -> None:
    made = form_dict(plan_view(7, ACCOUNT, LONG, revision=2))
    assert json.loads(made["private_metadata"]) == {"h": 7, "r": 2}
    assert block_of(made, Field.PLAN)["element"]["initial_value"] == LONG
    assert len(refused_by_slack(submitted(plan_view(7, ACCOUNT, "", revision=0)))) == 1


def test_every_counted_item_has_a_box_in_groups_that_slack_shows() -> None:
    made = form_dict(send_back_view(7, ACCOUNT, ITEMS))
    groups = [
        block["element"]["options"]
        for block in made["blocks"]
        if block["type"] == "input" and block["element"]["type"] == "checkboxes"
    ]
    assert [len(group) for group in groups] == [10, 10, 3]
    assert [one["value"] for group in groups for one in group] == [item.value for item in ITEMS]
    assert groups[0][0]["text"]["text"] == "Real trigger"
    assert block_of(made, Field.REASON)["element"]["max_length"] == LONGEST_REASON
    assert form_dict(send_back_view(7, TRICKY, tuple(Item)))
    light = form_dict(send_back_view(7, ACCOUNT, Policy().items.light))
    assert fields_of(light) == [Field.ITEMS, Field.REASON]


def test_a_csm_who_declines_reads_what_follows_and_gives_a_reason() -> None:
    view = decline_view(7, TRICKY)
    made = form_dict(view)
    shown = seen_text(made["blocks"])
    assert "The CS manager assigns somebody else" in shown
    assert TRICKY in shown
    assert not any("U0OMAR" in text for text in parsed_texts(made))
    assert len(refused_by_slack(submitted(view))) == 1


def test_before_the_gate_the_assignment_names_what_is_open_and_asks_for_a_reason() -> None:
    closed = EMPTY_CARD.completeness
    view = assign_view(EMPTY_CARD, candidates=[(JONAS, 12)], most=40, closed=closed)
    made = form_dict(view)
    shown = seen_text(made["blocks"])
    for item in closed.open:
        assert sentences.terms.open_item(item) in shown
    reason = block_of(made, Field.REASON)
    assert refused_by_slack(submitted(view, {Field.CSM: "U0JONAS"})) == {
        reason["block_id"]: "Please complete this required field."
    }
    past = form_dict(assign_view(CARD, candidates=[], most=40))
    assert fields_of(past) == [Field.CSM]


# --- What stands elsewhere


@pytest.mark.parametrize("kind", [one for one in RecordKind if one is not RecordKind.INTERVIEWS])
def test_each_record_is_shown_with_who_wrote_it_and_when(kind: RecordKind) -> None:
    written = WrittenRecord(kind, KINDS[kind], JONAS, NOW, in_force=True)
    shown = seen_text(form_dict(whole_view(WholePage(CARD, (), (), (), records=(written,)))))
    assert f"{sentences.whole.RECORD_NAMES[kind]} · <@U0JONAS> · <!date^" in shown
    assert sentences.reading.ASKED_AGAIN not in shown
    for label, _ in record_lines(KINDS[kind]):
        assert label in shown
    if kind in (RecordKind.BRIEFING_CALL, RecordKind.KICKOFF, RecordKind.INTRO_DRAFT):
        return  # What was held stays held, and a draft is one.
    old = replace(written, in_force=False, by=None)
    again = seen_text(form_dict(whole_view(WholePage(CARD, (), (), (), records=(old,)))))
    assert sentences.reading.ASKED_AGAIN in again
    assert sentences.terms.SOMEBODY in again


def test_answers_read_as_answers() -> None:
    assert record_lines(KINDS[RecordKind.CHECKS]) == [
        ("I can deliver the metric", "yes"),
        ("The red flags need no joint plan before the kickoff", "no, a plan is needed"),
        ("I could talk to the champion as someone I know", "yes"),
    ]
    assert record_lines(Verdict(match=True)) == [("It is", "match")]
    assert record_lines(KINDS[RecordKind.VERDICT]) == [
        ("It is", "not a match: The lease is not it.")
    ]
    with pytest.raises(TypeError):
        record_lines(Record())


def test_the_whole_page_says_what_holds_the_intro_and_that_the_gate_was_overridden() -> None:
    steps = (line(Step.BRIEF, Light.LATE, MAYA),)
    plain = WholePage(CARD, steps, (), ())
    told = (sentences.guide.INTRO_HELD, sentences.guide.CALL_REQUIRED, "before the brief was ready")
    shown = seen_text(form_dict(whole_view(plain)))
    assert not any(sentence in shown for sentence in told)
    held = replace(plain, held=True, call_required=True, gate_overridden_at=NOW)
    shown = seen_text(form_dict(whole_view(held)))
    assert all(sentence in shown for sentence in told)


def test_whoever_has_no_part_any_more_finds_their_own_words_and_nothing_else() -> None:
    written = WrittenRecord(RecordKind.RESTATEMENT, WORDS, JONAS, NOW, in_force=False)
    whole = WholePage(
        CARD,
        (line(Step.BRIEF, Light.LATE, MAYA),),
        FILLED.entries,
        (),
        (GivenReason(Tag.DECLINED, NOW, "Not my region"),),
        records=(written,),
        own_words_only=True,
    )
    shown = seen_text(form_dict(whole_view(whole)))
    for mine in (
        ACCOUNT,
        sentences.whole.OWN_WORDS,
        WORDS.why,
        "Not my region",
        "Not the right CSM",
    ):
        assert mine in shown
    for theirs in ("48,000", "U0MAYA", FILLED.success.metric, FILLED.entries[0].text.words):
        assert theirs not in shown
    assert form_dict(whole_view(replace(whole, records=(), reasons=())))


@pytest.mark.parametrize(
    "left", [tuple(Part), (Part.CHECKS, Part.RESTATEMENT), (Part.RESTATEMENT,)]
)
def test_a_reminder_of_the_reading_names_the_part_and_its_button_does_it(
    left: tuple[Part, ...],
) -> None:
    nudge = replace(NUDGE, line=line(Step.READ, Light.SOON, JONAS, left=left), viewer=JONAS)
    args = check_message(nudge_message(nudge, NoticeKind.NUDGE))
    assert args["text"].startswith(f"{ACCOUNT}: {sentences.terms.PART_NAMES[left[0]]} due")
    assert sentences.reminders.MISSING_PARTS[left[0]] in seen_text(args["blocks"])
    does = {
        Part.ACKNOWLEDGEMENT: ActionId.ACKNOWLEDGE,
        Part.CHECKS: ActionId.OPEN_CHECKS,
        Part.RESTATEMENT: ActionId.OPEN_RESTATE,
    }
    assert pressable(args["blocks"])[0]["action_id"] == does[left[0]]


def test_a_reminder_of_a_brief_that_was_sent_back_offers_to_write_and_to_return_it() -> None:
    open_ = replace(NUDGE, with_ae=True)
    full = replace(open_, completeness=completeness(FILLED, Tier.FULL, Policy()))
    for nudge, still_open in ((open_, True), (full, False)):
        args = check_message(nudge_message(nudge, NoticeKind.NUDGE))
        shown = seen_text(args["blocks"])
        assert sentences.reminders.MISSING_SENT_BACK in shown
        assert ("Still open" in shown) is still_open
        assert [one["action_id"] for one in pressable(args["blocks"])] == [
            ActionId.WRITE_BRIEF,
            ActionId.RETURN_BRIEF,
            ActionId.OPEN_SNOOZE,
        ]


@pytest.mark.parametrize("card", [EMPTY_CARD, CARD, replace(WORST_CARD, account=TRICKY)])
def test_an_anchor_says_how_long_the_history_is_and_its_last_hash(card: Card) -> None:
    facts: dict[str, str | int] = {"count": 12, "head": "0123456789abcdef", "version": 3}
    message = anchor_message(card, facts)
    args = check_message(message)
    told = "12 records, head 0123456789abcdef, with the brief at version 3."
    assert told in seen_text(args["blocks"])
    assert told in args["text"]
    assert thread_message(NoticeKind.ANCHOR, card, facts, {}) == message


def test_an_ae_who_was_writing_anyway_hears_what_the_csm_asks() -> None:
    because = Because(BecauseOf.SENT_BACK, LONG, JONAS, ITEMS)
    for card in (CARD, replace(CARD, account=TRICKY)):
        args = check_message(sent_back_message(card, because))
        assert "Jonas Brandt sent the brief back. It is about: real trigger" in args["text"]
        assert [one["action_id"] for one in pressable(args["blocks"])] == [
            ActionId.WRITE_BRIEF,
            ActionId.RETURN_BRIEF,
        ]
