"""One person's own card for one handoff."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.access import Act, Capacity
from bot.domain.completeness import OpenItem, completeness
from bot.domain.handoff import State
from bot.domain.items import Hole, Item
from bot.domain.policy import Policy, Tier
from bot.domain.read_models import Because, BecauseOf, Guide, Light, NamedPerson
from bot.domain.steps import Step
from bot.domain.verification import Part
from bot.views import sentences
from bot.views.guide import STEP_BUTTONS, guide_message, guide_retired_message
from bot.views.ids import ActionId, MoreChoice
from bot.views.limits import CARD_BLOCKS, CARD_CHARACTERS, OVERFLOW_OPTIONS
from bot.views.text import instant_token
from tests.views.shown import (
    FILLED,
    GUIDE,
    JONAS,
    LONG,
    MAYA,
    NOW,
    OMAR,
    PRIYA,
    TRICKY,
    WORST_CARD,
    WORST_OPEN_CARD,
    action_ids,
    check_message,
    line,
    menu,
    pressable,
    seen_text,
    visible_length,
)


def test_every_step_has_the_button_that_does_it() -> None:
    assert set(STEP_BUTTONS) == set(Step)


NOT_SIGNED = replace(GUIDE, signed_at=None, steps=(), mine=None)
CSM = replace(
    GUIDE,
    role=Capacity.CSM,
    viewer=JONAS,
    csm=JONAS,
    acts=frozenset({Act.ACKNOWLEDGE, Act.UNDO_ACKNOWLEDGE, Act.VERIFY, Act.SEND_BACK, Act.DECLINE}),
    steps=(
        line(Step.MESSAGE, Light.DONE, MAYA, done_at=NOW),
        line(Step.BRIEF, Light.DONE, MAYA, done_at=NOW),
        line(Step.ASSIGN, Light.DONE, PRIYA, done_at=NOW),
        line(Step.READ, Light.LATE, JONAS),
    ),
    mine=line(Step.READ, Light.LATE, JONAS),
)
CS_MANAGER = replace(
    CSM,
    role=Capacity.CS_MANAGER,
    viewer=PRIYA,
    csm=None,
    acts=frozenset({Act.ASSIGN}),
    assignable=True,
    steps=(
        line(Step.BRIEF, Light.DONE, MAYA, done_at=NOW),
        line(Step.ASSIGN, Light.ON_TIME, PRIYA),
    ),
    mine=line(Step.ASSIGN, Light.ON_TIME, PRIYA),
)


def _pressed(guide: Guide) -> list[tuple[Any, Any]]:
    buttons = pressable(check_message(guide_message(guide))["blocks"])
    return [(pressed["action_id"], pressed.get("style")) for pressed in buttons]


@pytest.mark.parametrize(
    "guide",
    [
        NOT_SIGNED,
        GUIDE,
        CSM,
        CS_MANAGER,
        replace(GUIDE, account=WORST_CARD.account, completeness=WORST_OPEN_CARD.completeness),
        replace(GUIDE, role=Capacity.MEMBER, acts=frozenset(), mine=None),
        replace(
            GUIDE, role=Capacity.REVOPS, acts=frozenset(Act), acknowledged_at=NOW, undoable=True
        ),
    ],
)
def test_a_guide_fits_into_a_message(guide: Guide) -> None:
    args = check_message(guide_message(guide))
    assert len(args["blocks"]) <= CARD_BLOCKS
    assert visible_length(args["blocks"]) <= CARD_CHARACTERS
    assert args["text"]


def test_the_ae_sees_what_is_done_next_and_waiting() -> None:
    shown = seen_text(guide_message(GUIDE).to_args()["blocks"])
    for words in (
        "Northwind Robotics — you are the AE",
        "1 of 5 steps done · signed <!date^",
        "proposed CSM <@U0JONAS> · in <#C0DEAL>",
        "✅ Message posted",
        "🟡 Write the brief",
        " — due soon, \n<!date^",
        "⚪ Assign the CSM\n — waiting for the brief",
        "⚪ Read, check and restate the brief\n — waiting for the CSM assignment",
        "⚪ Say whether the restatement matches\n — waiting for the reading of the brief",
        "Still open: real trigger (empty), the event that made it now (empty), "
        "the date it runs on (empty), a quote (empty), champion (empty), "
        "champion's stake (empty) and 17 more.",
    ):
        assert words in shown


WAITING = line(Step.ASSIGN, Light.WAITING, PRIYA, Step.BRIEF)


@pytest.mark.parametrize(
    ("guide", "bold"),
    [
        (CSM, ["🔴 Read and acknowledge the brief"]),
        (replace(CS_MANAGER, steps=(WAITING,), mine=WAITING), ["⚪ Assign the CSM"]),
        (replace(CSM, viewer=PRIYA, role=Capacity.CS_MANAGER, mine=None), []),
    ],
)
def test_only_the_readers_own_step_stands_out_and_is_told_once(
    guide: Guide, bold: list[str]
) -> None:
    blocks = guide_message(guide).to_args()["blocks"]
    (steps,) = [block for block in blocks if block["type"] == "rich_text"]
    assert [
        piece["text"]
        for row in steps["elements"]
        for piece in row["elements"]
        if piece.get("style", {}).get("bold")
    ] == bold
    told = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    if bold:
        assert not any(said in one for said in bold for one in told)
    else:
        assert len(told) == 1


def test_confirming_comes_before_everything_else() -> None:
    guide = replace(NOT_SIGNED, must_confirm_ae=True, started_by=OMAR)
    assert _pressed(guide) == [
        (ActionId.CONFIRM_AE, "primary"),
        (ActionId.OPEN_SIGNATURE, None),
        (ActionId.OPEN_HANDOFF, None),
    ]
    assert MoreChoice.WRITE_BRIEF in menu(guide_message(guide).to_args())
    told = "Omar Vance started this handoff and named you as the AE. Confirm it."
    assert guide_message(guide).text.startswith(f"Northwind Robotics: {told}")
    assert "tell Omar Vance and cancel it" in seen_text(guide_message(guide).to_args()["blocks"])


def test_an_ae_who_confirms_reads_the_day_that_was_named_for_the_brief() -> None:
    guide = replace(NOT_SIGNED, must_confirm_ae=True, started_by=OMAR)
    for on, says in ((date(2026, 3, 5), True), (None, False)):
        told = seen_text(guide_message(replace(guide, commitment_on=on)).to_args()["blocks"])
        assert ("the day that was named for the brief, 5 Mar 2026." in told) is says


def test_whoever_started_a_handoff_is_named_without_markup() -> None:
    starter = NamedPerson(9, "U0X", TRICKY)
    for named in (starter, None):
        guide = replace(NOT_SIGNED, must_confirm_ae=True, started_by=named)
        args = check_message(guide_message(guide))
        assert (TRICKY in seen_text(args["blocks"])) is (named is not None)


def test_before_the_signature_the_ae_records_it_or_writes_already() -> None:
    assert _pressed(NOT_SIGNED) == [
        (ActionId.OPEN_SIGNATURE, "primary"),
        (ActionId.WRITE_BRIEF, None),
        (ActionId.OPEN_HANDOFF, None),
    ]
    entries = list(menu(guide_message(NOT_SIGNED).to_args()))
    assert entries == [MoreChoice.BRIEF_CHAT, MoreChoice.CANCEL, MoreChoice.NEW_DATE]


def test_the_sooner_of_two_steps_is_the_primary_one() -> None:
    message, brief = line(Step.MESSAGE), line(Step.BRIEF)
    later = replace(brief, due_at=brief.due_at.replace(year=2027))
    both = replace(GUIDE, steps=(message, later), mine=message)
    assert _pressed(both) == [
        (ActionId.PREVIEW_MESSAGE, "primary"),
        (ActionId.WRITE_BRIEF, None),
        (ActionId.OPEN_HANDOFF, None),
    ]


def test_the_ae_snoozes_corrects_and_cancels_in_the_menu() -> None:
    entries = menu(guide_message(GUIDE).to_args())
    assert entries == {
        MoreChoice.SNOOZE: "Snooze…",
        MoreChoice.NOT_MINE: "Not mine…",
        MoreChoice.SIGNATURE: "Correct signature…",
        MoreChoice.CANCEL: "Cancel handoff…",
    }


def test_with_nothing_to_do_there_is_no_primary_button_and_no_snooze() -> None:
    done = replace(
        GUIDE,
        steps=(line(Step.BRIEF, Light.DONE, MAYA, done_at=NOW),),
        mine=None,
        completeness=completeness(FILLED, Tier.FULL, Policy()),
    )
    assert _pressed(done) == [(ActionId.OPEN_HANDOFF, None)]
    entries = menu(guide_message(done).to_args())
    assert MoreChoice.WRITE_BRIEF in entries
    assert MoreChoice.SNOOZE not in entries
    shown = seen_text(guide_message(done).to_args()["blocks"])
    assert sentences.guide.GUIDE_NOTHING in shown
    assert "Still open" not in shown


def test_the_csm_acknowledges_and_can_take_it_back() -> None:
    assert _pressed(CSM) == [
        (ActionId.ACKNOWLEDGE, "primary"),
        (ActionId.OPEN_SEND_BACK, None),
        (ActionId.OPEN_HANDOFF, None),
    ]
    assert guide_message(CSM).text.startswith(
        "Northwind Robotics: acknowledgement of the brief was due <!date^"
    )
    done = replace(
        CSM,
        mine=None,
        steps=CSM.steps[:3],
        acknowledged_at=NOW,
        acknowledged=True,
        undoable=True,
    )
    assert _pressed(done) == [(ActionId.OPEN_HANDOFF, None)]
    assert list(menu(guide_message(done).to_args())) == [
        MoreChoice.UNDO_ACKNOWLEDGE,
        MoreChoice.SEND_BACK,
        MoreChoice.DECLINE,
    ]
    for gone in (replace(done, undoable=False), replace(done, acknowledged=False)):
        assert MoreChoice.UNDO_ACKNOWLEDGE not in menu(guide_message(gone).to_args())


def test_the_csm_reads_that_the_brief_changed_since_they_acknowledged_it() -> None:
    done = replace(
        CSM,
        mine=None,
        steps=CSM.steps[:3],
        acknowledged_at=NOW,
        acknowledged_version=3,
        brief_version=3,
    )
    assert guide_message(done).text == f"Northwind Robotics: {sentences.guide.GUIDE_NOTHING}"
    changed = replace(done, brief_version=5)
    told = "The acknowledgement is of version 3 of the brief. It changed since;"
    assert told in guide_message(changed).text
    assert told in seen_text(guide_message(changed).to_args()["blocks"])
    others = replace(changed, viewer=PRIYA, role=Capacity.CS_MANAGER)
    assert sentences.guide.GUIDE_NOTHING in guide_message(others).text


@pytest.mark.parametrize(
    ("left", "action", "told"),
    [
        (
            tuple(Part),
            ActionId.ACKNOWLEDGE,
            "After that: the three checks of the brief and the restatement of the brief.",
        ),
        (
            (Part.CHECKS, Part.RESTATEMENT),
            ActionId.OPEN_CHECKS,
            "After that: the restatement of the brief.",
        ),
        ((Part.RESTATEMENT,), ActionId.OPEN_RESTATE, ""),
        ((Part.ACKNOWLEDGEMENT,), ActionId.ACKNOWLEDGE, ""),
    ],
)
def test_the_csm_is_offered_the_next_part_of_the_reading(
    left: tuple[Part, ...], action: ActionId, told: str
) -> None:
    reading = line(Step.READ, Light.SOON, JONAS, left=left)
    guide = replace(CSM, steps=(*CSM.steps[:3], reading), mine=reading)
    assert _pressed(guide)[0] == (action, "primary")
    shown = seen_text(guide_message(guide).to_args()["blocks"])
    assert told in shown if told else "After that" not in shown


def test_an_ae_whose_brief_was_sent_back_reads_why_writes_and_returns_it() -> None:
    because = Because(BecauseOf.SENT_BACK, TRICKY, JONAS, (Item.METRIC, Item.PRIVATE_NOTE))
    guide = replace(GUIDE, with_ae=True, because=because)
    message = guide_message(guide)
    args = check_message(message)
    shown = seen_text(args["blocks"])
    told = "Jonas Brandt sent the brief back. It is about: success metric, private note."
    assert [told, *TRICKY.splitlines()] == shown.splitlines()[3:5]
    assert "Press Return brief" in shown
    assert _pressed(guide) == [
        (ActionId.WRITE_BRIEF, "primary"),
        (ActionId.RETURN_BRIEF, None),
        (ActionId.OPEN_HANDOFF, None),
    ]


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (BecauseOf.DECLINED, "Jonas Brandt is not the right CSM."),
        (BecauseOf.MISMATCH, "Jonas Brandt says that the restatement is not a match."),
    ],
)
def test_whoever_owes_a_step_again_reads_why(of: BecauseOf, told: str) -> None:
    guide = replace(CS_MANAGER, because=Because(of, LONG, JONAS))
    assert told in seen_text(check_message(guide_message(guide))["blocks"])
    nobody = replace(CS_MANAGER, because=Because(of, "Away", None))
    assert "Somebody" in seen_text(check_message(guide_message(nobody))["blocks"])


def test_what_holds_the_intro_and_what_is_needed_is_said() -> None:
    guide = replace(CSM, held=True, call_required=True, plan_missing=True)
    shown = seen_text(check_message(guide_message(guide))["blocks"])
    for sentence in (
        sentences.guide.INTRO_HELD,
        sentences.guide.CALL_REQUIRED,
        sentences.guide.PLAN_MISSING,
    ):
        assert sentence in shown
        assert sentence not in seen_text(guide_message(CSM).to_args()["blocks"])
    assert MoreChoice.PLAN in menu(guide_message(guide).to_args())


def test_the_time_of_the_call_is_said_and_who_is_asked_to_do_without_can() -> None:
    guide = replace(CSM, call_at=NOW, skips=True)
    args = check_message(guide_message(guide))
    assert f"Briefing call: {instant_token(NOW)}" in seen_text(args["blocks"])
    assert ActionId.SKIP_BRIEFING in [action for action, _ in _pressed(guide)]
    assert ActionId.SKIP_BRIEFING not in [action for action, _ in _pressed(CSM)]


def test_the_intro_is_let_out_only_while_it_waits_and_by_whoever_may() -> None:
    may = CS_MANAGER.acts | {Act.LIFT_HOLD}
    for lifts, acts, offered in (
        (True, may, True),
        (False, may, False),
        (True, CS_MANAGER.acts, False),
    ):
        guide = replace(CS_MANAGER, lifts=lifts, acts=acts)
        assert (MoreChoice.LIFT in menu(guide_message(guide).to_args())) is offered


def test_an_ae_judges_what_was_restated() -> None:
    judging = line(Step.JUDGE, Light.SOON, MAYA)
    guide = replace(GUIDE, steps=(*CSM.steps[:3], judging), mine=judging)
    assert _pressed(guide)[0] == (ActionId.OPEN_JUDGE, "primary")
    assert guide_message(guide).text.startswith("Northwind Robotics: answer to the restatement due")


def test_the_primary_button_is_that_of_the_bold_line_and_the_answer_stands_beside_it() -> None:
    call, judging = line(Step.BOOK_CALL, Light.LATE, MAYA), line(Step.JUDGE, Light.SOON, MAYA)
    brief = line(Step.BRIEF, Light.LATE, MAYA)
    guide = replace(GUIDE, steps=(call, brief, judging), mine=call)
    assert _pressed(guide)[:2] == [(ActionId.OPEN_BOOKING, "primary"), (ActionId.OPEN_JUDGE, None)]


def test_whoever_has_no_part_any_more_sees_nothing_of_how_it_goes_on() -> None:
    guide = replace(CSM, no_part=True, role=Capacity.MEMBER, acts=frozenset(), mine=None)
    args = check_message(guide_message(guide))
    assert seen_text(args["blocks"]).splitlines() == [
        "Northwind Robotics",
        sentences.guide.GUIDE_NO_PART,
        "Open handoff",
    ]


def test_the_cs_manager_assigns_and_later_reassigns() -> None:
    assert _pressed(CS_MANAGER)[0] == (ActionId.OPEN_ASSIGN, "primary")
    entries = menu(guide_message(CS_MANAGER).to_args())
    assert list(entries) == [MoreChoice.SNOOZE, MoreChoice.NOT_MINE]
    assigned = replace(CS_MANAGER, csm=JONAS, mine=None, steps=CSM.steps[:3])
    assert list(menu(guide_message(assigned).to_args())) == [MoreChoice.ASSIGN]


def test_a_waiting_step_offers_no_button_for_itself() -> None:
    guide = replace(CS_MANAGER, steps=(WAITING,), mine=WAITING)
    assert _pressed(guide) == [(ActionId.OPEN_HANDOFF, None)]
    assert guide_message(guide).text == "Northwind Robotics: Assign the CSM: waiting for the brief."


@pytest.mark.parametrize(
    ("state", "words", "entries"),
    [
        (State.CANCELLED, sentences.guide.GUIDE_CANCELLED, [MoreChoice.UNDO_CANCEL]),
        (State.CLOSED, sentences.guide.GUIDE_CLOSED, []),
    ],
)
def test_a_handoff_that_is_over_has_nothing_to_press_but_open(
    state: State, words: str, entries: list[MoreChoice]
) -> None:
    guide = replace(GUIDE, state=state, cancelled_at=NOW, undoable=True)
    assert _pressed(guide) == [(ActionId.OPEN_HANDOFF, None)]
    args = guide_message(guide).to_args()
    assert args["text"] == f"Northwind Robotics: {words}"
    assert list(menu(args)) == entries
    later = [MoreChoice.REOPEN] if state is State.CANCELLED else []
    assert list(menu(guide_message(replace(guide, undoable=False)).to_args())) == later


def test_of_a_closed_handoff_the_csm_can_still_say_when_it_was_of_value() -> None:
    acts = frozenset({Act.CLOSE, Act.RECORD_CSM_STEP})
    closed = replace(CSM, state=State.CLOSED, kickoff_held=True, undoable=True, acts=acts)
    both = [MoreChoice.UNDO_CLOSING, MoreChoice.FIRST_VALUE]
    assert list(menu(guide_message(closed).to_args())) == both
    later = replace(closed, undoable=False)
    assert list(menu(guide_message(later).to_args())) == [MoreChoice.FIRST_VALUE]
    lost = replace(later, state=State.CANCELLED)
    assert MoreChoice.FIRST_VALUE not in menu(guide_message(lost).to_args())


def test_the_csm_gives_the_handoff_back_and_everybody_else_says_not_mine() -> None:
    csm = menu(guide_message(CSM).to_args())
    assert MoreChoice.DECLINE in csm
    assert MoreChoice.NOT_MINE not in csm
    stand_in = replace(CSM, viewer=PRIYA, part_filled=True, stands_in=((JONAS, date(2026, 3, 20)),))
    stand_in = replace(stand_in, mine=replace(stand_in.mine or line(), owner=PRIYA))
    args = check_message(guide_message(stand_in))
    assert MoreChoice.NOT_MINE in menu(args)
    assert MoreChoice.DECLINE not in menu(args)
    shown = seen_text(args["blocks"])
    assert "you stand in for the CSM" in shown
    assert "In place of <@U0JONAS>, who is away until 20 Mar 2026." in shown


def test_an_owner_who_is_away_without_a_stand_in_is_named_to_the_others() -> None:
    guide = replace(GUIDE, alone=((JONAS, date(2026, 3, 20)),))
    shown = seen_text(check_message(guide_message(guide))["blocks"])
    assert "<@U0JONAS> is away until 20 Mar 2026, and nobody stands in." in shown


def test_a_snoozed_step_says_to_its_owner_until_when_reminders_wait() -> None:
    snoozed = replace(GUIDE.steps[1], snoozed_until=NOW)
    guide = replace(GUIDE, steps=(GUIDE.steps[0], snoozed, *GUIDE.steps[2:]))
    told = " — reminders wait until \n<!date^"
    assert told in seen_text(guide_message(guide).to_args()["blocks"])
    others = replace(guide, viewer=PRIYA, role=Capacity.CS_MANAGER, mine=guide.steps[2])
    assert "reminders wait" not in seen_text(guide_message(others).to_args()["blocks"])


def test_an_expected_signature_is_named() -> None:
    expected = replace(NOT_SIGNED, expected_on=NOW.date())
    assert "signature expected 13 Mar 2026" in seen_text(guide_message(expected).to_args())


def test_a_brief_written_quickly_is_told_in_one_quiet_line() -> None:
    quick = guide_message(replace(GUIDE, written_quickly=True)).to_args()["blocks"]
    told = [block for block in quick if "ready in under 4 minutes" in seen_text([block])]
    assert [block["type"] for block in told] == ["context"]
    assert "4 minutes" not in seen_text(guide_message(GUIDE).to_args()["blocks"])


def test_an_old_card_says_what_was_done_and_when() -> None:
    steps = (line(Step.MESSAGE, Light.DONE, MAYA, done_at=NOW), line(Step.BRIEF, Light.SOON, MAYA))
    guide = replace(GUIDE, steps=steps)
    posted = seen_text(check_message(guide_retired_message(guide, Step.MESSAGE))["blocks"])
    assert "Message posted \n<!date^" in posted
    # Before the signature no step is owed; the signature is what brought the first.
    first = replace(guide, mine=line(Step.MESSAGE, Light.SOON, MAYA))
    signed = seen_text(check_message(guide_retired_message(first, None))["blocks"])
    assert "Countersigned \n<!date^" in signed
    later = seen_text(check_message(guide_retired_message(guide, None))["blocks"])
    assert "Countersigned" not in later
    given_back = seen_text(check_message(guide_retired_message(guide, Step.BRIEF))["blocks"])
    assert "date" not in given_back


def test_whom_nothing_is_up_to_reads_whose_turn_it_is() -> None:
    waiting = replace(GUIDE, mine=None, steps=(line(Step.ASSIGN, Light.SOON, PRIYA),))
    shown = seen_text(check_message(guide_message(waiting))["blocks"])
    assert "Nothing needs you here. Next: Priya Nair assigns the CSM." in shown
    idle = seen_text(check_message(guide_message(replace(waiting, steps=())))["blocks"])
    assert "Nothing needs you here." in idle


def test_a_plan_that_is_missing_is_the_csms_to_write_by_a_button() -> None:
    done = (line(Step.READ, Light.DONE, JONAS, done_at=NOW),)
    guide = replace(CSM, mine=None, steps=done, plan_missing=True)
    args = check_message(guide_message(guide))
    shown = seen_text(args["blocks"])
    assert _pressed(guide)[0] == (ActionId.OPEN_PLAN, "primary")
    assert shown.count(sentences.guide.PLAN_MISSING) == 1
    assert "Nothing needs you" not in shown
    assert MoreChoice.PLAN not in menu(args["blocks"])


def test_the_csm_sees_that_they_acknowledged() -> None:
    read = replace(CSM, acknowledged=True, acknowledged_at=NOW)
    assert "✅ acknowledged <!date^" in seen_text(guide_message(read).to_args()["blocks"])
    other = replace(read, viewer=MAYA, role=Capacity.AE)
    assert "✅ acknowledged" not in seen_text(guide_message(other).to_args()["blocks"])


def test_one_step_is_one_step_and_before_the_signature_others_count() -> None:
    one = replace(NOT_SIGNED, steps=(line(Step.CAPTURE, Light.AHEAD, MAYA),))
    shown = seen_text(guide_message(one).to_args()["blocks"])
    assert "0 of 1 step before the signature done" in shown


def test_a_csm_who_sent_the_brief_back_reads_that_and_what_they_asked() -> None:
    told = Because(BecauseOf.GIVEN_BACK, "Which orders?", JONAS, (Item.QUOTE,))
    guide = replace(CSM, with_ae=True, because=told)
    shown = seen_text(check_message(guide_message(guide))["blocks"])
    assert "You sent the brief back; it is yours again once the AE returns it." in shown
    assert "It is about: a quote." in shown
    assert "Which orders?" in shown


@pytest.mark.parametrize(("waiting", "action"), [(2, "initial_all"), (0, "write_brief")])
def test_the_step_of_the_initials_has_one_button_however_it_is_reached(
    waiting: int, action: str
) -> None:
    mine = line(Step.INITIALS_AE)
    guide = replace(GUIDE, steps=(mine,), mine=mine, to_initial=waiting, no_promises=not waiting)
    found = action_ids(check_message(guide_message(guide))["blocks"])
    assert found[0] == action
    assert found.count("initial_all") == bool(waiting)


def test_a_full_menu_leaves_out_what_is_to_be_had_elsewhere() -> None:
    unanswered = replace(GUIDE.debrief, done_at=None)
    full = replace(
        GUIDE,
        acts=frozenset(Act),
        debrief=unanswered,
        to_initial=2,
        completeness=replace(GUIDE.completeness, open=(OpenItem(Item.TRIGGER, Hole.EMPTY),)),
    )
    entries = list(menu(guide_message(full).to_args()))
    assert len(entries) == OVERFLOW_OPTIONS
    assert MoreChoice.CANCEL in entries
