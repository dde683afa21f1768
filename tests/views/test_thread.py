"""What is said once, below the card and about it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.deadlines import Step
from bot.domain.errors import Problem
from bot.domain.handoff import State
from bot.domain.history import Tag, instant_text
from bot.domain.linked import Link, Linked, LinkKind
from bot.domain.notices import NoticeKind
from bot.domain.policy import Tier
from bot.domain.read_models import Card, Light, NamedPerson
from bot.domain.size import AddOn, Size, Trigger
from bot.views.ids import ActionId
from bot.views.message import Message
from bot.views.paths import cancelled_message
from bot.views.text import one_line
from bot.views.thread import (
    bot_posted_message,
    cannot_post_message,
    due_moved_message,
    hold_lifted_message,
    invite_by_hand_message,
    outdated_message,
    overridden_message,
    promise_changed_message,
    signature_corrected_message,
    size_changed_message,
    thread_message,
    undo_offer_message,
    welcome_message,
    withdrawn_message,
)
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    HEBREW,
    JONAS,
    LONG,
    MAYA,
    NOW,
    PRIYA,
    TRICKY,
    WORST_CARD,
    action_ids,
    check_message,
    line,
    message_args,
    parsed_texts,
    pressable,
    seen_text,
)

PEOPLE = {MAYA.id: MAYA, JONAS.id: JONAS}
REPLIES = [
    NoticeKind.CSM_MENTION,
    NoticeKind.ACKNOWLEDGED,
    NoticeKind.ACKNOWLEDGE_UNDONE,
    NoticeKind.CANCEL_UNDONE,
]


def _reply(kind: NoticeKind, card: Card = CARD, actor: int = 1) -> Message:
    return thread_message(kind, card, {"seq": 4, "actor": actor, "csm": JONAS.id}, PEOPLE)


@pytest.mark.parametrize("kind", REPLIES)
@pytest.mark.parametrize("card", [replace(EMPTY_CARD, signed_at=NOW), CARD, WORST_CARD])
def test_every_reply_fits_and_pings_at_most_the_csm(kind: NoticeKind, card: Card) -> None:
    args = check_message(_reply(kind, card))
    pinged = "<@U0JONAS>" in "".join(parsed_texts(args))
    assert pinged is (kind is NoticeKind.CSM_MENTION)
    assert "<@U0MAYA>" not in seen_text(args["blocks"])


def test_the_csm_is_mentioned_with_the_next_thing_and_its_due_time() -> None:
    shown = seen_text(_reply(NoticeKind.CSM_MENTION).to_args()["blocks"])
    assert shown.startswith("<@U0JONAS> is the CSM of this handoff. Next: read the brief")
    assert ", due <!date^" in shown
    other = replace(CARD, next=line(Step.BRIEF, Light.SOON, MAYA))
    assert ", due" not in seen_text(_reply(NoticeKind.CSM_MENTION, other).to_args()["blocks"])


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            NoticeKind.ACKNOWLEDGED,
            "Maya Reed acknowledged version 3 of the brief for Jonas Brandt.",
        ),
        (
            NoticeKind.ACKNOWLEDGE_UNDONE,
            "Maya Reed took the acknowledgement back. The brief waits for it again.",
        ),
        (
            NoticeKind.CANCEL_UNDONE,
            "Maya Reed opened this handoff again. Its due times hold as before.",
        ),
    ],
)
def test_a_reply_says_who_did_what(kind: NoticeKind, sentence: str) -> None:
    args = _reply(kind).to_args()
    assert seen_text(args["blocks"]) == sentence
    assert args["text"] == f"Northwind Robotics: {sentence}"


@pytest.mark.parametrize("card", [replace(EMPTY_CARD, signed_at=NOW), CARD, WORST_CARD])
@pytest.mark.parametrize("in_thread", [True, False])
def test_a_cancellation_fits_and_pings_nobody(card: Card, in_thread: bool) -> None:
    became = Linked(Link(2, LinkKind.MERGED, onward=True), State.OPEN, LONG)
    told = cancelled_message(card, MAYA, reason=LONG, linked=[became] * 4, in_thread=in_thread)
    args = check_message(told)
    assert "<@" not in "".join(parsed_texts(args))
    assert "<@U0MAYA>" not in seen_text(args["blocks"])


def test_the_thread_hears_who_cancelled_and_who_has_a_part_also_why() -> None:
    sentence = "Maya Reed cancelled this handoff. Nothing in it is due any more."
    became = Linked(Link(2, LinkKind.MERGED, onward=True), State.OPEN, "Larkfield Clinics")
    below = cancelled_message(CARD, MAYA, reason="They stopped.", linked=[became]).to_args()
    assert seen_text(below["blocks"]) == sentence
    assert below["text"] == f"Northwind Robotics: {sentence}"
    told = cancelled_message(
        CARD, MAYA, reason="They stopped.", linked=[became], in_thread=False
    ).to_args()
    seen = seen_text(told["blocks"])
    assert told["text"] == f"Northwind Robotics: {sentence}"
    assert "They stopped." in seen
    assert "Merged into Larkfield Clinics" in seen
    assert action_ids(told["blocks"]) == [ActionId.OPEN_HANDOFF]


@pytest.mark.parametrize("in_thread", [True, False])
def test_names_and_reasons_of_a_cancellation_are_no_markup(in_thread: bool) -> None:
    by = NamedPerson(1, "U0X", TRICKY)
    made = cancelled_message(CARD, by, reason=TRICKY, in_thread=in_thread)
    assert parsed_texts(check_message(made)) == []
    assert TRICKY in seen_text(made.to_args()["blocks"])
    right_to_left = cancelled_message(CARD, NamedPerson(1, "U0X", HEBREW), in_thread=in_thread)
    assert f"\u2068{HEBREW}\u2069 cancelled" in seen_text(right_to_left.to_args()["blocks"])


def test_a_reply_sent_late_names_the_version_that_was_acknowledged() -> None:
    moved_on = replace(CARD, brief_version=9, acknowledged_version=8)
    reply = thread_message(NoticeKind.ACKNOWLEDGED, moved_on, {"actor": 1, "version": 2}, PEOPLE)
    assert "version 2 of the brief" in seen_text(reply.to_args()["blocks"])


CORRECTED: dict[str, str | int] = {
    "actor": MAYA.id,
    "before": instant_text(NOW - timedelta(hours=2)),
    "signed_at": instant_text(NOW - timedelta(hours=3)),
}
MOVED = [line(Step.BRIEF, Light.LATE, MAYA), line(Step.ASSIGN, Light.ON_TIME, PRIYA)]


def test_a_corrected_signature_is_told_from_when_to_when_and_with_what_moved() -> None:
    args = check_message(signature_corrected_message(CARD, CORRECTED, MAYA, MOVED))
    assert "<@" not in seen_text(args["blocks"])
    assert re.sub(r"<!date\^\d+\^x\|Fri 13 Mar 2026, ", "<", seen_text(args["blocks"])) == (
        "Maya Reed corrected the signature from \n<12:00 UTC>\n to \n<11:00 UTC>\n.\n"
        "The brief was due \n<16:00 UTC>\n.\nThe CSM assignment is now due \n<16:00 UTC>\n."
    )
    assert args["text"].startswith("Northwind Robotics: Maya Reed corrected the signature from <!")
    nothing = signature_corrected_message(CARD, CORRECTED, None, [])
    assert seen_text(nothing.to_args()["blocks"]).startswith("The bot corrected the signature")
    assert "due" not in seen_text(nothing.to_args()["blocks"])


def test_an_owner_hears_when_their_steps_are_due_now_with_the_button_of_the_first() -> None:
    message = line(Step.MESSAGE, Light.SOON, MAYA)
    later = replace(MOVED[1], due_at=NOW + timedelta(days=1))
    args = check_message(due_moved_message(CARD, JONAS, [later, message]))
    seen = seen_text(args["blocks"])
    assert "Jonas Brandt corrected the signature, so what you owe is due at another time." in seen
    assert "The CSM assignment is now due \n<!date^" in seen
    assert "The handoff message is now due \n<!date^" in seen
    assert args["text"].startswith("Northwind Robotics: handoff message due <!date^")
    pressed = [(one["action_id"], one.get("style")) for one in pressable(args["blocks"])]
    assert pressed == [(ActionId.PREVIEW_MESSAGE, "primary"), (ActionId.OPEN_HANDOFF, None)]


def test_a_corrector_with_a_tricky_name_is_no_markup() -> None:
    by = NamedPerson(1, "U0X", TRICKY)
    for made in (
        signature_corrected_message(WORST_CARD, CORRECTED, by, MOVED),
        due_moved_message(WORST_CARD, by, MOVED),
    ):
        assert parsed_texts(check_message(made)) == []


def test_a_name_is_no_markup() -> None:
    people = {1: NamedPerson(1, "U0X", TRICKY), 2: JONAS}
    reply = thread_message(NoticeKind.CANCEL_UNDONE, CARD, {"actor": 1}, people)
    args = check_message(reply)
    assert parsed_texts(args) == []
    assert seen_text(args["blocks"]).startswith(TRICKY)


def test_a_right_to_left_name_is_isolated() -> None:
    people = {1: NamedPerson(1, "U0X", HEBREW)}
    reply = thread_message(NoticeKind.CANCEL_UNDONE, CARD, {"actor": 1}, people)
    assert seen_text(reply.to_args()["blocks"]).startswith(f"\u2068{HEBREW}\u2069 opened")


def test_what_is_no_reply_is_refused() -> None:
    for kind in (NoticeKind.NUDGE, NoticeKind.WELCOME):
        with pytest.raises(KeyError):
            _reply(kind)
    with pytest.raises(KeyError):
        thread_message(NoticeKind.CSM_MENTION, CARD, {"csm": 99}, PEOPLE)


def test_the_ae_hears_that_the_bot_posted_and_what_is_open() -> None:
    card = replace(EMPTY_CARD, signed_at=NOW, posted_at=NOW)
    args = check_message(bot_posted_message(card))
    shown = seen_text(args["blocks"])
    assert (
        "Still open in it: real trigger (empty), the event that made it now (empty), "
        "the date it runs on (empty), a quote (empty), champion (empty), "
        "champion's stake (empty) and 17 more." in shown
    )
    assert args["text"].startswith("Northwind Robotics: the bot posted the handoff message <!date^")
    assert args["text"].endswith("|Fri 13 Mar 2026, 14:00 UTC>, because it was due.")
    assert [pressed["action_id"] for pressed in pressable(args["blocks"])] == [
        ActionId.WRITE_BRIEF,
        ActionId.OPEN_HANDOFF,
    ]


def test_a_full_brief_posted_by_the_bot_leaves_nothing_to_write() -> None:
    args = check_message(bot_posted_message(replace(CARD, posted_by=None)))
    assert "The brief in it has no open item." in seen_text(args["blocks"])
    assert [pressed["action_id"] for pressed in pressable(args["blocks"])] == [
        ActionId.OPEN_HANDOFF
    ]


def test_an_act_can_be_undone_where_it_was_done() -> None:
    for tag, action in (
        (Tag.ACKNOWLEDGED, ActionId.UNDO_ACKNOWLEDGE),
        (Tag.CANCELLED, ActionId.UNDO_CANCEL),
    ):
        args = check_message(undo_offer_message(7, tag, minutes=15))
        assert [pressed["action_id"] for pressed in pressable(args["blocks"])] == [action]
        assert "15 minutes" in args["text"]
    with pytest.raises(KeyError):
        undo_offer_message(7, Tag.POSTED)


def test_the_line_to_type_names_the_csm_and_pings_nobody() -> None:
    args = check_message(invite_by_hand_message(CARD, JONAS))
    assert seen_text(args["blocks"]).endswith("/invite @Jonas Brandt")
    assert parsed_texts(args) == []
    assert check_message(invite_by_hand_message(WORST_CARD, NamedPerson(9, "U9", TRICKY)))


def test_the_first_message_has_three_lines_and_says_how_to_quieten_it() -> None:
    args = check_message(welcome_message())
    assert len(args["blocks"]) == 3
    assert "Snooze" in seen_text(args["blocks"])


def test_a_changed_size_says_what_came_and_what_went_with_reasons_that_may_be_known() -> None:
    facts: dict[str, str | int] = {"actor": 1, "tier": "full", "call": "came", "early_cs": "went"}
    size = Size(Tier.FULL, {AddOn.CALL: (Trigger.POLICY,)})
    told = (
        "Maya Reed changed the deal: it has the full handoff now; new in its handoff: briefing "
        "call required (by policy); no longer in it: customer success looks in before the close."
    )
    below = check_message(size_changed_message(CARD, facts, MAYA, size))
    assert seen_text(below["blocks"]) == told
    assert action_ids(below["blocks"]) == []
    one = check_message(size_changed_message(CARD, facts, MAYA, size, in_thread=False))
    assert told in seen_text(one["blocks"])
    assert action_ids(one["blocks"]) == [ActionId.OPEN_HANDOFF]
    within = {name: how for name, how in facts.items() if name != "tier"}
    kept = seen_text(message_args(size_changed_message(CARD, within, MAYA, size))["blocks"])
    assert kept.startswith("Maya Reed changed the deal: new in its handoff: briefing call")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (Tag.BRIEF_SAVED, "changed the success metric"),
        (Tag.PROMISE_ADDED, "added promise 4"),
        (Tag.PROMISE_EDITED, "changed promise 4"),
        (Tag.PROMISE_WITHDRAWN, "withdrew promise 4"),
    ],
)
def test_what_outdates_an_acknowledgement_is_named(changed: Tag, words: str) -> None:
    facts = {"actor": MAYA.id, "csm": JONAS.id, "changed": changed.value, "number": 4}
    below = check_message(outdated_message(CARD, facts, PEOPLE))
    assert f"Maya Reed {words} after Jonas Brandt acknowledged" in seen_text(below["blocks"])
    assert action_ids(below["blocks"]) == []
    one = check_message(outdated_message(CARD, facts, PEOPLE, in_thread=False))
    assert f"Maya Reed {words} after the brief was acknowledged" in seen_text(one["blocks"])
    assert action_ids(one["blocks"]) == [ActionId.OPEN_HANDOFF, ActionId.ACKNOWLEDGE]


def test_a_csm_who_outdates_their_own_acknowledgement_is_named_once() -> None:
    facts: dict[str, str | int] = {"actor": JONAS.id, "csm": JONAS.id}
    facts |= {"changed": "promise.edited", "number": 2}
    below = seen_text(check_message(outdated_message(CARD, facts, PEOPLE))["blocks"])
    assert "Jonas Brandt changed promise 2 after acknowledging the brief." in below
    assert "after Jonas" not in below


def test_the_ae_and_the_thread_read_what_customer_success_made_of_a_promise() -> None:
    facts: dict[str, str | int] = {"actor": JONAS.id}
    facts |= {"changed": "promise.withdrawn", "number": 2}
    below = check_message(promise_changed_message(CARD, facts, PEOPLE))
    assert "Jonas Brandt, for customer success, withdrew promise 2." in seen_text(below["blocks"])
    assert action_ids(below["blocks"]) == []
    one = check_message(promise_changed_message(CARD, facts, PEOPLE, in_thread=False))
    assert "still what the customer was told" in seen_text(one["blocks"])
    assert action_ids(one["blocks"]) == [ActionId.OPEN_HANDOFF]


@pytest.mark.parametrize("card", [CARD, WORST_CARD])
def test_the_ae_reads_who_overrode_the_gate_and_why(card: Card) -> None:
    args = check_message(overridden_message(card, PRIYA, f"{TRICKY} {LONG}"))
    assert "Priya Nair overrode the closed-won gate" in seen_text(args["blocks"])
    assert one_line(card.account) in seen_text(args["blocks"])
    assert TRICKY in seen_text(args["blocks"])


def test_both_read_who_let_the_intro_go_out_and_why() -> None:
    args = check_message(hold_lifted_message(WORST_CARD, PRIYA, f"{TRICKY} {LONG}"))
    assert "Priya Nair let the intro go out before the briefing call" in seen_text(args["blocks"])
    assert TRICKY in seen_text(args["blocks"])


def test_what_is_left_of_a_message_names_nobody_and_nothing() -> None:
    args = check_message(withdrawn_message())
    assert seen_text(args["blocks"]) == args["text"]
    assert parsed_texts(args) == []


@pytest.mark.parametrize("problem", [one for one in Problem if one.value.startswith("channel_")])
@pytest.mark.parametrize("card", [EMPTY_CARD, WORST_CARD])
def test_the_ae_hears_why_the_message_is_not_there_and_what_to_do(
    card: Card, problem: Problem
) -> None:
    for waiting in (replace(card, posted_at=None), replace(card, posted_at=NOW)):
        if problem is Problem.CHANNEL_UNKNOWN:
            with pytest.raises(KeyError):
                cannot_post_message(waiting, problem=problem, channel_slack_id="C0DEAL")
            continue
        told = cannot_post_message(waiting, problem=problem, channel_slack_id="C0DEAL")
        args = check_message(told)
        assert "live in another channel" in seen_text(args["blocks"])
        press = ActionId.PREVIEW_MESSAGE if waiting.posted_at is None else ActionId.OPEN_HANDOFF
        ways = [press, ActionId.OPEN_MAKE_CHANNEL, ActionId.OPEN_MOVE]
        assert [one["action_id"] for one in pressable(args["blocks"])] == ways


@pytest.mark.parametrize("card", [EMPTY_CARD, WORST_CARD])
def test_the_ae_hears_that_the_message_was_taken_back_and_of_the_ways_out(card: Card) -> None:
    told = cannot_post_message(
        card, problem=Problem.CHANNEL_GUESTS, channel_slack_id="C0DEAL", stood=True
    )
    args = check_message(told)
    assert "was taken out, because there are guests" in seen_text(args["blocks"])
    assert [one["action_id"] for one in pressable(args["blocks"])] == [
        ActionId.OPEN_HANDOFF,
        ActionId.OPEN_MAKE_CHANNEL,
        ActionId.OPEN_MOVE,
    ]
