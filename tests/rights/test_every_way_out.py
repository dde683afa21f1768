"""Content x viewer x way out: what somebody may not read reaches them on no way, and what they
may read does.

Every piece of content carries a marker of its own. Everything the bot can be asked is asked by
everybody, everything it says by itself is said, and whatever came out is searched for markers.
A view, a notice, a surface or a command that is not among those below fails the test: somebody has
to look at it first.
"""

import ast
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog
import typer
from sqlalchemy import select, update
from typer.testing import CliRunner

from bot.cli import app as commands
from bot.domain.access import EVERY
from bot.domain.brief import SECTIONS, Contact
from bot.domain.chat import About
from bot.domain.debrief import Question
from bot.domain.items import SectionKey
from bot.domain.notices import NoticeKind, SurfaceKind
from bot.domain.plan import Party
from bot.logs import configure_logs
from bot.sandbox.view_state import elements_of
from bot.storage.tables import document, outbox, surface
from bot.views import sentences
from bot.views.ids import ActionId, CommandId, ViewId
from bot.views.payload import Ref
from tests.builders import KEY
from tests.flows.app import Modal
from tests.flows.slack import DEAL as DEAL_CHANNEL
from tests.rights.content import (
    ADMIN,
    AE,
    AE_MANAGER,
    ALIGNED_WITH,
    ANSWERED,
    BROKEN,
    CALLED,
    CHANGED,
    CHATTED,
    CONTENTS,
    CS_MANAGER,
    CSM,
    CUSTOMERS,
    DEAL,
    DEAL_OVERRIDDEN,
    DECLINED,
    DISPUTED,
    FACTS,
    GATE_OVERRIDDEN,
    GIVEN,
    GUEST,
    HOLES,
    IN_CHANNEL,
    IN_CHAT,
    INNER,
    INSIDE,
    LATE_ANSWERED,
    LATE_LINE,
    LEAD,
    LISTENER,
    MARKS_OF_ADD_ONS,
    NOT_MARKED,
    PARTNER,
    PASTED_TEXT,
    PLAN,
    PROPOSED,
    READ_ONLY,
    READERS,
    REASONS,
    RECORDED,
    RECORDS,
    SNOOZED,
    STRANGER,
    TEAM,
    VERDICT,
    VIEWERS,
    Content,
    asked_about,
    helper,
)
from tests.rights.reviewed import ON_PAGE, PAGES
from tests.rights.world import AFTER_KICKOFF, VIEW_NAMES, VIEWS, World, listening, slack_id

pytestmark = pytest.mark.slow

WAYS_OUT = {
    "alarms.connected_again_message",
    "alarms.in_vain_message",
    "alarms.let_in_again_message",
    "alarms.not_connected_message",
    "alarms.scope_message",
    "alarms.undelivered_message",
    "assign.assign_view",
    "brief.brief_steps_view",
    "brief.brief_view",
    "cancel.cancel_view",
    "champion.champion_message",
    "champion.champion_view",
    "champion.which_champion_message",
    "interviews.interviews_view",
    "reassigning.lead_view",
    "reassigning.reassign_ae_view",
    "reassigning.reassign_manager_view",
    "reassigning.reassign_message",
    "reassigning.succeeded_message",
    "card.card_left_message",
    "card.card_message",
    "card.preview_view",
    "copying.copied_view",
    "copying.copy_view",
    "copying.which_handoff_view",
    "disputes.dispute_view",
    "disputes.disputed_message",
    "disputes.escalated_message",
    "disputes.over_message",
    "disputes.settle_message",
    "disputes.settle_view",
    "entries.contact_view",
    "entries.promise_view",
    "entries.which_promise_message",
    "guide.guide_message",
    "guide.guide_retired_message",
    "help.help_message",
    "home.home_view",
    "keeping.broken_view",
    "keeping.renegotiated_view",
    "late.decide_view",
    "late.differs_message",
    "late.talked_view",
    "ledger.initial_view",
    "ledger.ledger_view",
    "ledger.not_taken_message",
    "ledger.promise_history_view",
    "ledger.promise_message",
    "lists.list_view",
    "managed.managed_view",
    "managers.managers_view",
    "moving.make_channel_view",
    "moving.move_view",
    "moving.moved_view",
    "not_mine.not_mine_message",
    "not_mine.owner_gone_message",
    "not_mine.not_mine_view",
    "nudge.nudge_message",
    "nudge.over_message",
    "notify.notify_view",
    "people_csv.people_csv_view",
    "people_csv.people_list_view",
    "problem.done_view",
    "problem.problem_message",
    "problem.problem_view",
    "problem.started_view",
    "roles.roles_view",
    "signature.signature_view",
    "snooze.snooze_view",
    "start.standing_message",
    "start.start_view",
    "status.status_message",
    "status.status_post_message",
    "status.status_view",
    "times.times_view",
    "undelivered.undelivered_view",
    "files.file_failed_message",
    "thread.bot_posted_message",
    "thread.cannot_post_message",
    "thread.invite_by_hand_message",
    "thread.thread_message",
    "thread.undo_offer_message",
    "thread.unconfirmed_message",
    "thread.welcome_message",
    "whole.whole_view",
    "deal.deal_view",
    "digest.posted_for_ae_message",
    "digest.summary_message",
    "decline.decline_view",
    "gate.call_view",
    "gate.gate_message",
    "gate.gate_view",
    "deal.which_deal_message",
    "chat.chat_elsewhere_message",
    "chat.chat_message",
    "chat.chat_opened_message",
    "debrief.ahead_message",
    "debrief.all_questions_view",
    "debrief.asks_message",
    "debrief.debrief_view",
    "debrief.done_message",
    "debrief.listener_view",
    "debrief.own_part_view",
    "debrief.replied_message",
    "debrief.reply_view",
    "debrief.talk_view",
    "debrief.you_listen_message",
    "gate.override_view",
    "helpers.helpers_view",
    "appointments.talk_kept_message",
    "appointments.talk_proposed_message",
    "appointments.talk_view",
    "briefing.booked_message",
    "briefing.booking_view",
    "briefing.briefing_view",
    "briefing.held_message",
    "briefing.lift_view",
    "briefing.without_message",
    "plan.confirm_view",
    "plan.for_another_view",
    "plan.milestone_view",
    "plan.plan_text_view",
    "plan.plan_view",
    "plan_messages.plan_reopened_message",
    "plan_messages.plan_signed_message",
    "plan_messages.plan_voided_message",
    "check_in.check_in_view",
    "closing.ae_leaves_message",
    "closing.closed_message",
    "closing.closing_view",
    "closing.defined_done_view",
    "intro.contact_view",
    "intro.csm_wrote_message",
    "intro.intro_view",
    "intro.sent_message",
    "intro.sent_view",
    "intro.taken_back_message",
    "kickoff.held_view",
    "nps.nps_view",
    "reviews.expansion_view",
    "reviews.first_value_view",
    "reviews.milestone_view",
    "reviews.score_view",
    "reviews.still_true_view",
    "kickoff.kickoff_held_message",
    "kickoff_booking.booking_view",
    "kickoff_card.card_view",
    "kickoff_told.lacked_message",
    "kickoff_told.later_message",
    "kickoff_told.lead_message",
    "kickoff_told.morning_message",
    "kickoff_told.past_message",
    "paths.cancelled_message",
    "paths.linked_message",
    "paths.partner_view",
    "paths.reopen_view",
    "paths.reopened_message",
    "pasted.paste_view",
    "pasted.pasted_view",
    "pre_close.alignment_message",
    "pre_close.alignment_view",
    "pre_close.capture_message",
    "pre_close.commitment_message",
    "pre_close.committed_message",
    "pre_close.new_date_view",
    "pre_close.slipped_message",
    "red_flags.red_flags_closed_view",
    "red_flags.red_flags_view",
    "send_back.return_view",
    "send_back.send_back_view",
    "signature.which_signed_message",
    "thread.anchor_message",
    "thread.due_moved_message",
    "thread.helper_message",
    "thread.outdated_message",
    "thread.hold_lifted_message",
    "thread.overridden_message",
    "thread.promise_changed_message",
    "thread.recorded_for_message",
    "thread.size_changed_message",
    "thread.sent_back_message",
    "thread.signature_corrected_message",
    "thread.where_next_message",
    "thread.withdrawn_message",
    "verification.acknowledge_view",
    "verification.checks_view",
    "verification.judge_view",
    "verification.plan_view",
    "verification.restate_view",
    "versions.versions_view",
}
"""Every view, as `module.function`; each is run below, and what comes out of it is searched."""
KINDS = {
    NoticeKind.WHERE_NEXT,
    NoticeKind.OWNER_GONE,
    NoticeKind.ALARM,
    NoticeKind.NUDGE,
    NoticeKind.LATE,
    NoticeKind.LATE_FOR_MANAGER,
    NoticeKind.SUMMARY,
    NoticeKind.BOT_POSTED,
    NoticeKind.CANNOT_POST,
    NoticeKind.CSM_MENTION,
    NoticeKind.CSM_INVITE,
    NoticeKind.MEMBER_INVITE,
    NoticeKind.MOVED,
    NoticeKind.INVITE_BY_HAND,
    NoticeKind.ACKNOWLEDGED,
    NoticeKind.ACKNOWLEDGE_UNDONE,
    NoticeKind.SIGNATURE_CORRECTED,
    NoticeKind.TIER_CHANGED,
    NoticeKind.OUTDATED,
    NoticeKind.PROMISE_CHANGED,
    NoticeKind.RECORDED_FOR,
    NoticeKind.DISPUTED,
    NoticeKind.SETTLE_ASKED,
    NoticeKind.DISPUTE_ESCALATED,
    NoticeKind.DISPUTE_OVER,
    NoticeKind.LATE_DIFFERS,
    NoticeKind.REACTION_NOT_TAKEN,
    NoticeKind.OVERRIDDEN,
    NoticeKind.ANCHOR,
    NoticeKind.SENT_BACK,
    NoticeKind.REASSIGNED,
    NoticeKind.CHAMPION_LEFT,
    NoticeKind.CHAMPION_NAMED,
    NoticeKind.NOT_MINE,
    NoticeKind.HELPER_INVITED,
    NoticeKind.BRIEFING_BOOKED,
    NoticeKind.BRIEFING_SKIPPED,
    NoticeKind.BRIEFING_HELD,
    NoticeKind.HOLD_LIFTED,
    NoticeKind.KICKOFF_FILE,
    NoticeKind.KICKOFF_FELL,
    NoticeKind.KICKOFF_CARD,
    NoticeKind.KICKOFF_LATER,
    NoticeKind.KICKOFF_PAST,
    NoticeKind.KICKOFF_MORNING,
    NoticeKind.KICKOFF_LACKED,
    NoticeKind.INTRO_SENT,
    NoticeKind.INTRO_NOT_SENT,
    NoticeKind.CSM_WROTE,
    NoticeKind.KICKOFF_HELD,
    NoticeKind.PLAN_SIGNED,
    NoticeKind.PLAN_REOPENED,
    NoticeKind.PLAN_VOIDED,
    NoticeKind.PLAN_FILE,
    NoticeKind.TALK_PROPOSED,
    NoticeKind.TALK_FILE,
    NoticeKind.TALK_KEPT,
    NoticeKind.TALK_FELL,
    NoticeKind.DEBRIEF_ASKED,
    NoticeKind.DEBRIEF_REPLIED,
    NoticeKind.DEBRIEF_AHEAD,
    NoticeKind.DEBRIEF_DONE,
    NoticeKind.LISTENER_NAMED,
    NoticeKind.CHAT_OPENED,
    NoticeKind.CHAT_SAID,
    NoticeKind.CHAT_ELSEWHERE,
    NoticeKind.HANDOFF_CLOSED,
    NoticeKind.AE_LEAVES,
    NoticeKind.CANCELLED,
    NoticeKind.CANCEL_UNDONE,
    NoticeKind.REOPENED,
    NoticeKind.LINKED,
    NoticeKind.UNLINKED,
    NoticeKind.UNDO_OFFER,
    NoticeKind.STATUS_POST,
    NoticeKind.STATUS_CSV,
    NoticeKind.LEDGER_FILE,
    NoticeKind.FILE_FAILED,
    NoticeKind.WELCOME,
    NoticeKind.UNCONFIRMED,
    NoticeKind.DUE_MOVED,
    NoticeKind.CAPTURE_REMINDER,
    NoticeKind.ALIGNMENT_REMINDER,
    NoticeKind.SIGNATURE_SLIPPED,
    NoticeKind.COMMITTED,
    NoticeKind.COMMITMENT_ASKED,
}
SURFACES = {SurfaceKind.CARD, SurfaceKind.GUIDE, SurfaceKind.HOME, SurfaceKind.PROMISE}
PRINT_NOTHING_OF_A_HANDOFF = {
    "run",
    "demo",
    "sandbox",
    "migrate",
    "manifest",
    "key",
    "backup",
    "restore",
    "copy",
    "probe",
    "pause",
    "policy",
    # They print the rows of a file of theirs, and counts.
    "backfill",
    "erase",
}
PRINT_ABOUT_HANDOFFS = {"check", "verify"}
"""These two are run below; what they print is for whoever runs the bot, who is no reader."""
NO_WORDS_OF_THEIRS = {
    "value",
    "contact.roles",
    "contact.strength",
    "contact.skeptic",
    "people.no_skeptic",
    "copied message",
    "author of a copied message",
    "message copied as a red flag",
    "partner's people",
    "where it lives with the partner",
    "source of the partner's side",
}
"""Messages, which nobody rewrites; the partner's side, which has a form of its own; choices, which
a form words in another way, and a box that a named skeptic takes away."""
WRITERS = (AE, *(helper(key) for key in GIVEN))


@dataclass(frozen=True)
class Told:
    """What came out, and which views and kinds of notice it came out of."""

    world: World
    views: frozenset[str]
    kinds: frozenset[str]
    surfaces: frozenset[str]
    log: str
    printed: str
    heard: Mapping[str, Mapping[str, str]]
    """By kind of notice, what was read of it by whom."""


@pytest.fixture(scope="module")
def told(world: World, url: str) -> Iterator[Told]:
    """Everything asked by everybody, everything said, and the log of it."""
    log: list[str] = []
    printed = _printed(url)  # Before the log is listened to: a command sets up a log of its own.
    with _logging(log), listening(world.views):
        _look(world)
        _write(world)
        _paste(world)
        _move(world)
        world.record_kickoff()
        kinds = world.say_everything()
        surfaces = {row["kind"] for row in world.desk.rows(surface) if row["shown"]}
        heard = world.heard()
        _press_everything(world)
        _administer(world)
        world.deliver()
        world.share()
        _break(world)
        kinds |= world.lose()
    yield Told(
        world,
        frozenset(world.views),
        frozenset(kinds),
        frozenset(surfaces),
        "\n".join(log),
        printed,
        heard,
    )
    structlog.reset_defaults()


# --- Asking

OF_A_START = "form of a start"
"""It asks for marks and value, and holds none yet."""
WHICH_SIGNED = "which was signed"
SPOKEN = "whole, with reasons"
CHATTED_PAGE = "whole, answered in chat"
_COMMANDS = (
    *(
        (CommandId.HANDOFF, words)
        for words in (
            "",
            "help",
            "signed",
            "deal",
            "gate",
            "promise",
            "reassign",
            "champion",
            "new",
            "whatever",
        )
    ),
    (CommandId.STATUS, ""),
)


_RECORDS = (
    ActionId.OPEN_CALL,
    ActionId.OPEN_BOOKING,
    ActionId.OPEN_BRIEFING,
    ActionId.OPEN_INTRO,
    ActionId.MARK_INTRO_SENT,
    ActionId.OPEN_CONTACT,
    ActionId.OPEN_HELD,
    ActionId.OPEN_TALK,
    ActionId.OPEN_RESTATE,
    ActionId.OPEN_JUDGE,
    ActionId.OPEN_LEAD,
)
"""What opens a form in which somebody records a step."""


def _look(world: World) -> None:
    """What can be looked at without changing anything."""
    for viewer in VIEWERS:
        for handoff_id in (world.full, world.holes, world.ended):
            way = "whole" if handoff_id == world.full else "modal"
            for page in range(3):
                ref = Ref(handoff=handoff_id, page=page or None)
                world.press(viewer, way, ActionId.OPEN_HANDOFF, ref)
            for key in SectionKey:
                versions = Ref(handoff=handoff_id, thing=key.value)
                world.press(viewer, "versions", ActionId.OPEN_VERSIONS, versions, _nowhere(world))
        for page in range(5):
            ref = Ref(handoff=world.full, page=page or None)
            world.press(viewer, "whole", ActionId.OPEN_HANDOFF, ref)
        for page in range(3):
            ref = Ref(handoff=world.spoken, page=page or None)
            world.press(viewer, SPOKEN, ActionId.OPEN_HANDOFF, ref)
        for action in _RECORDS:
            world.press(viewer, "form of a call or a reading", action, Ref(handoff=world.full))
            world.press(viewer, "form of a call or a reading", action, Ref(handoff=world.spoken))
        for name, words in _COMMANDS:
            world.command(viewer, name, words, OF_A_START if words == "new" else "command")
        if viewer in READERS[FACTS]:
            world.command(viewer, CommandId.HANDOFF, "signed", WHICH_SIGNED, place=DEAL_CHANNEL)
            world.command(viewer, CommandId.HANDOFF, "reassign", "people", place=DEAL_CHANNEL)

    _record_for_csm(world)
    _copy_messages(world)
    _ledger(world)
    _debrief(world)
    _chat(world)
    _success_plan(world)
    # A brief that was sent back and is returned as it is.
    world.press(AE, "modal", ActionId.RETURN_BRIEF, Ref(handoff=world.back))


def _copy_messages(world: World) -> None:
    """*Add to handoff* where each of them is; the form of who may, and what it is answered with."""
    message = {"user": "UAE", "text": "Live in June.", "ts": "1772540000.000200"}
    for viewer in VIEWERS:
        place = DEAL_CHANNEL if viewer in IN_CHANNEL else "D0SOMEBODY"
        body = world.app.shortcut_body(slack_id(viewer), message, channel=place)
        reply = world.ask(viewer, "form of a message", body)
        which = world.app.screen(reply.opened[0])
        if which.callback_id != ViewId.COPY_WHERE:
            continue
        (select_one,) = (one for _, one in elements_of(which.view["blocks"]))
        for offered in select_one["options"][:2]:
            chosen = which.type(handoff=offered["value"])
            told = world.submit(viewer, "form of a message", chosen)
            form = world.app.updated(which, told.body["view"])
        if viewer == AE:
            typed = form.type(becomes="promise", means="Live in June.", may_read=["yes"])
            world.submit(viewer, "form of a message", typed)


def _ledger(world: World) -> None:
    """Every page of the ledger and every wording, a form of the CSM, and a tick in vain."""
    for viewer in VIEWERS:
        about = Ref(handoff=world.full, entry=1, revision=1)
        for action in (ActionId.OPEN_LEDGER, ActionId.PROMISE_HISTORY, ActionId.LEDGER_FILE):
            world.press(viewer, "ledger", action, about)
    world.press(CSM, "ledger", ActionId.INITIAL_ALL, Ref(handoff=world.full))
    _talk_over(world)
    _keep(world)
    _dispute(world)
    _decide_late(world)
    channel, ts = world.promise_message()
    reaction = {"reaction": "white_check_mark", "user": slack_id(CSM)}
    item = {"type": "message", "channel": channel, "ts": ts}
    world.app.deliver(world.app.event_body(type="reaction_added", item=item, **reaction))


def _keep(world: World) -> None:
    """What became of a promise, asked of everybody after the kickoff."""
    world.hold_kickoff(world.full)
    about = Ref(handoff=world.full, entry=1, revision=1)
    for viewer in VIEWERS:
        for action in (ActionId.OPEN_BROKEN, ActionId.OPEN_RENEGOTIATED):
            world.press(viewer, "promise after the kickoff", action, about)
    form = world.app.modal(world.press(AE, "broken", ActionId.OPEN_BROKEN, about))
    assert not world.submit(AE, "broken", form.type(line=BROKEN)).errors
    for viewer in VIEWERS:
        for action in (ActionId.OPEN_LEDGER, ActionId.LEDGER_FILE):
            world.press(viewer, "ledger", action, about)


def _talk_over(world: World) -> None:
    """A late promise is talked over with the customer, after everybody tried to say so."""
    world.surface_late()
    about = Ref(handoff=world.full, entry=1, revision=1)
    for viewer in VIEWERS:
        world.press(viewer, "late promise", ActionId.OPEN_TALKED, about)
    form = world.app.modal(world.press(AE, "late promise", ActionId.OPEN_TALKED, about))
    typed = form.type(settlement="kept", line=LATE_LINE)
    assert not world.submit(AE, "late promise", typed).errors
    for viewer in VIEWERS:
        for action in (ActionId.OPEN_LEDGER, ActionId.LEDGER_FILE):
            world.press(viewer, "ledger", action, about)


def _decide_late(world: World) -> None:
    """Both sides answer differently about a late promise; everybody tries to each time."""
    world.surface_late()
    about = Ref(handoff=world.full, entry=1, revision=1)
    answers = (
        (AE, {"settlement": "withdrawn", "reason": LATE_ANSWERED}),
        (CSM, {"settlement": "kept"}),
    )
    for side, typed in answers:
        for viewer in VIEWERS:
            world.press(viewer, "decision", ActionId.OPEN_DECIDE_LATE, about)
        form = world.app.modal(world.press(side, "decision", ActionId.OPEN_DECIDE_LATE, about))
        assert not world.submit(side, "decision", form.type(**typed)).errors
    for viewer in VIEWERS:
        for action in (ActionId.OPEN_DECIDE_LATE, ActionId.OPEN_LEDGER, ActionId.LEDGER_FILE):
            world.press(viewer, "decision", action, about)


def _dispute(world: World) -> None:
    """A promise is disputed and answered in two ways; everybody tries to settle it each time."""
    about = Ref(handoff=world.full, entry=1, revision=1)
    for viewer in VIEWERS:
        world.press(viewer, "dispute", ActionId.OPEN_DISPUTE, about)
    form = world.app.modal(world.press(CSM, "dispute", ActionId.OPEN_DISPUTE, about))
    assert not world.submit(CSM, "dispute", form.type(reason=DISPUTED)).errors
    answers = (
        (AE_MANAGER, {"settlement": "withdrawn", "reason": ANSWERED}),
        (CS_MANAGER, {"settlement": "kept"}),
    )
    for manager, typed in answers:
        for viewer in VIEWERS:
            world.press(viewer, "settlement", ActionId.OPEN_SETTLE, about)
            world.press(viewer, "ledger", ActionId.OPEN_LEDGER, about)
        form = world.app.modal(world.press(manager, "settlement", ActionId.OPEN_SETTLE, about))
        assert not world.submit(manager, "settlement", form.type(**typed)).errors
    for viewer in VIEWERS:
        world.press(viewer, "settlement", ActionId.OPEN_SETTLE, about)
        world.press(viewer, "ledger", ActionId.LEDGER_FILE, about)


_OF_A_PLAN = (
    ActionId.OPEN_SUCCESS_PLAN,
    ActionId.PLAN_TEXT,
    ActionId.PLAN_FILE,
    ActionId.MILESTONE_ADD,
)


def _success_plan(world: World) -> None:
    """The plan, what of it is for the customer, and every form of it, asked of by everybody."""
    with world.store.read(world.team.workspace_id) as unit:
        milestones = unit.plans.milestones(world.almost, audiences=EVERY)
        version = unit.handoffs.get(world.almost).success_plan.version
    for viewer in VIEWERS:
        for handoff_id in (world.full, world.almost, world.holes):
            for action in _OF_A_PLAN:
                world.press(viewer, "success plan", action, Ref(handoff=handoff_id))
            ref = Ref(handoff=handoff_id, thing=Party.CUSTOMER.value)
            world.press(viewer, "success plan", ActionId.OPEN_CONFIRM_PLAN, ref)
        for one in milestones:
            ref = Ref(handoff=world.almost, entry=one.id, revision=one.version)
            world.press(viewer, "success plan", ActionId.MILESTONE_EDIT, ref)
        if viewer not in (AE, CSM):
            ref = Ref(handoff=world.almost, revision=version)
            world.press(viewer, "success plan", ActionId.INITIAL_PLAN, ref)


_OF_A_DEBRIEF = (
    ActionId.OPEN_DEBRIEF,
    ActionId.DEBRIEF_OWN,
    ActionId.DEBRIEF_TALK,
    ActionId.DEBRIEF_REPLY,
    ActionId.OPEN_LISTENER,
)
_IN_A_QUESTION = (ActionId.DEBRIEF_ALL, ActionId.DEBRIEF_BACK, ActionId.DEBRIEF_PROMISE)


def _debrief(world: World) -> None:
    """Every question, list and form of a debrief, as everybody would like to see it."""
    for viewer in VIEWERS:
        for action in _OF_A_DEBRIEF:
            for handoff_id in (world.full, world.almost):
                world.press(viewer, "debrief", action, Ref(handoff=handoff_id))
        for question in Question:
            here = Ref(handoff=world.full, thing=question.value)
            go = ActionId.DEBRIEF_GO
            world.press(viewer, "debrief", go, here, modal=_nowhere(world))
            if viewer not in (AE, CSM, CS_MANAGER):
                continue
            form = world.app.screen(world.last_view())
            assert form.callback_id == ViewId.DEBRIEF
            for action in _IN_A_QUESTION:
                world.press(viewer, "debrief", action, here, modal=form)
            for _ in range(2):  # The second time it is drawn once more.
                world.submit(viewer, "debrief", form)


def _chat(world: World) -> None:
    """The AE answers in chats; what they write is taken for an answer, kept for one, or not."""
    for viewer in VIEWERS:
        for action in (ActionId.OPEN_DEBRIEF_CHAT, ActionId.OPEN_BRIEF_CHAT):
            world.press(viewer, "chat", action, Ref(handoff=world.chatted))
    world.deliver()
    channel = f"D-{slack_id(AE)}"
    with world.store.read(world.team.workspace_id) as unit:
        chat = unit.chats.of(world.chatted, world.team.ae.id, About.DEBRIEF)
        assert chat is not None
        root = unit.chats.root(chat.id)
    assert root.thread is not None
    assert (chat.id, root.thread.channel) == (1, channel)
    written = ("skip", "skip", CHATTED, "next", IN_CHAT)
    for number, text in enumerate(written):
        _write_to_bot(world, text, f"1772800000.{number:06}", thread_ts=root.thread.ts)
    _write_to_bot(world, IN_CHAT, "1772800001.000000")
    world.deliver()
    for viewer in VIEWERS:
        for page in range(3):
            ref = Ref(handoff=world.chatted, page=page or None)
            world.press(viewer, CHATTED_PAGE, ActionId.OPEN_HANDOFF, ref)
        for action in (ActionId.CHAT_NEXT, ActionId.CHAT_SKIP, ActionId.CHAT_BACK):
            if viewer != AE:
                ref = Ref(handoff=world.chatted, entry=chat.id, thing=Question.PROMISED.value)
                world.press(viewer, "chat", action, ref)


def _write_to_bot(world: World, text: str, ts: str, **more: str) -> None:
    event = {"type": "message", "channel": f"D-{slack_id(AE)}", "channel_type": "im"}
    body = world.app.event_body(**event, user=slack_id(AE), text=text, ts=ts, **more)
    world.ask(AE, "chat", body)


def _record_for_csm(world: World) -> None:
    """The CS manager acknowledges and checks a brief for the CSM, and everybody opens it then."""
    with world.store.read(world.team.workspace_id) as unit:
        version = unit.handoffs.get(world.recorded).brief_version
    answers = {"check_metric": "yes", "check_no_plan": "no", "check_champion": "yes"}
    for action, typed in (
        (ActionId.ACKNOWLEDGE, {}),
        (ActionId.OPEN_CHECKS, {**answers, "plan": PLAN}),
    ):
        ref = Ref(handoff=world.recorded, revision=version)
        form = world.app.modal(world.press(CS_MANAGER, "form of a reading", action, ref))
        typed = {**typed, "reason": RECORDED}
        assert not world.submit(CS_MANAGER, "form of a reading", form.type(**typed)).errors
    for viewer in VIEWERS:
        for page in range(PAGES):
            ref = Ref(handoff=world.recorded, page=page)
            world.press(viewer, "whole, recorded", ActionId.OPEN_HANDOFF, ref)


def _write(world: World) -> None:
    """The forms of the brief as each writer sees them, and the editors on top of them."""
    for viewer in WRITERS:
        for handoff_id in (world.full, world.holes):
            way = "form" if handoff_id == world.full else "form of an empty brief"
            opened = world.press(viewer, way, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id))
            world.app.modal(opened)
            for key in SectionKey:
                here = Ref(handoff=handoff_id, thing=key.value)
                world.press(viewer, way, ActionId.BRIEF_GO, here, modal=_nowhere(world))
                if viewer not in (AE, helper(key) if key in GIVEN else AE):
                    continue
                step = world.app.screen(world.last_view())
                for action in (
                    ActionId.BRIEF_ALL_STEPS,
                    ActionId.BRIEF_BACK,
                    ActionId.PROMISE_ADD,
                    ActionId.CONTACT_ADD,
                ):
                    world.press(viewer, way, action, here, modal=step)
                for action in (ActionId.PROMISE_EDIT, ActionId.CONTACT_EDIT):
                    if handoff_id == world.full:
                        ref = Ref(handoff=handoff_id, entry=1, revision=1)
                        world.press(viewer, way, action, ref, modal=step)
                for _ in range(2):  # The second time it is drawn once more.
                    world.submit(viewer, way, step)


def _paste(world: World) -> None:
    """A long text to copy from, which its writer alone sees."""
    pasted = Ref(handoff=world.full)
    world.press(AE, "pasted", ActionId.PASTED_OPEN, pasted, _nowhere(world))
    world.submit(AE, "pasted", world.app.screen(world.last_view()).type(pasted=PASTED_TEXT))
    world.press(AE, "pasted", ActionId.PASTED_OPEN, pasted, _nowhere(world))


def _move(world: World) -> None:
    """One handoff goes to another channel, and one channel is made for a new one."""
    world.app.slack.channels["G0NEW"] = {
        "id": "G0NEW",
        "name": "new",
        "is_private": True,
        "is_member": True,
    }
    world.app.slack.members["G0NEW"] = [slack_id(AE)]
    world.press(AE, "form", ActionId.OPEN_MOVE, Ref(handoff=world.moved))
    chosen = world.app.screen(world.last_view()).type(channel="G0NEW")
    world.submit(AE, "form", chosen)
    world.press(AE, "form", ActionId.OPEN_CALL, Ref(handoff=world.back))
    world.submit(AE, "form", world.app.screen(world.last_view()))
    world.press(AE, "form", ActionId.OPEN_MAKE_CHANNEL, Ref())
    world.submit(AE, "form", world.app.screen(world.last_view()).type(channel_name="made"))


def _nowhere(world: World) -> Modal:
    """A modal that is about nothing, to press buttons in."""
    empty = {"type": "modal", "callback_id": "x", "private_metadata": "", "blocks": []}
    return world.app.screen(empty)


def _press_everything(world: World) -> None:
    """Every button there is, by everybody, also where they have no business; then the forms."""
    for viewer in VIEWERS:
        for action in ActionId:
            for handoff_id in (world.full, world.holes):
                ref = Ref(handoff=handoff_id, revision=1, entry=1)
                world.press(viewer, f"press {action}", action, ref)
            if viewer == ADMIN and action is ActionId.PAUSE:
                world.press(viewer, "press", ActionId.RESUME, Ref())
        ref = Ref(handoff=world.full)
        world.press(viewer, "press", "from_last_year", ref, modal=_nowhere(world))
    _start_for_somebody_else(world)


def _administer(world: World) -> None:
    """What did not arrive of every handoff, as everybody would like to see it; an admin does."""
    refused = {"reason": "channel_not_found"}
    with world.store.database.writing() as connection:
        ids = list(
            connection.execute(select(outbox.c.id).where(outbox.c.state == "sent")).scalars()
        )
        connection.execute(
            outbox.update().where(outbox.c.id.in_(ids)).values(**refused, state="dead")
        )
        connection.execute(update(surface).values(**refused))
        connection.commit()
    for viewer in VIEWERS:
        for page in range(4):
            for of in (ViewId.UNDELIVERED, ViewId.MANAGED, ViewId.PEOPLE_LIST):
                ref = Ref(thing=of.value, page=page or None)
                world.press(viewer, "list of admins", ActionId.LIST_ON, ref, _nowhere(world))
    with world.store.database.writing() as connection:
        told = {"reason": None}
        connection.execute(outbox.update().where(outbox.c.id.in_(ids)).values(**told, state="sent"))
        connection.execute(update(surface).values(**told))
        connection.commit()


def _of_today(world: World) -> dict[str, int | str]:
    now = world.clock.now()
    return {"signed_at": int(now.timestamp()) - 600, "commitment_on": now.date().isoformat()}


def _start_for_somebody_else(world: World) -> None:
    """The form of a start, sent twice: it says that it was done."""
    world.press(INSIDE, OF_A_START, ActionId.START_ANOTHER, Ref())
    form = world.app.screen(world.last_view())
    assert form.callback_id == ViewId.START
    typed = form.type(
        account="Somebody's", value="48000", ae=slack_id(AE), cs_manager=slack_id(CS_MANAGER)
    )
    body = world.app.submit_body(slack_id(INSIDE), typed.type(**_of_today(world)))
    for _ in range(2):
        reply = world.ask(INSIDE, "form", body)
        assert reply.body.get("view", {}).get("callback_id") == ViewId.PROBLEM, reply.body


def _printed(url: str) -> str:
    runner = CliRunner(env={"DATABASE_URL": url, "HANDOFF_KEY": KEY})
    verified = runner.invoke(commands, ["verify"])
    assert "sound" in verified.output, verified.output
    runner = CliRunner(
        env={
            "DATABASE_URL": url,
            "HANDOFF_KEY": KEY,
            "SLACK_BOT_TOKEN": "xoxb-invented",
            "SLACK_SIGNING_SECRET": "invented",
            "SLACK_API_URL": "http://127.0.0.1:9/api/",
        }
    )
    checked = runner.invoke(commands, ["check"])
    assert "key opens the private notes" in checked.output, checked.output
    return verified.output + checked.output


# --- The log


class _Heard(logging.Handler):
    def __init__(self, log: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.append(self.format(record))

    def write(self, text: str) -> None:
        self._log.append(text)

    def flush(self) -> None:
        pass


class _logging:
    """The log as it is set up for running, written into a list."""

    def __init__(self, log: list[str]) -> None:
        self._heard = _Heard(log)

    def __enter__(self) -> None:
        configure_logs()
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(self._heard))  # type: ignore[arg-type]
        logging.getLogger().addHandler(self._heard)

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self._heard)


def _break(world: World) -> None:
    """A row that cannot be read any more: what goes wrong with it quotes it, the log does not."""
    with world.store.database.writing() as connection:
        connection.execute(
            update(document)
            .where(document.c.handoff_id == world.full)
            .values(body='{"trigger": ["zzwhyxtrigger7zz"], "unheard": "zzwhyxevent7zz"}')
        )
        connection.execute(update(surface).values(wanted=surface.c.wanted + 1))
        connection.commit()
    world.press(AE, "broken", ActionId.OPEN_HANDOFF, Ref(handoff=world.full))
    world.desk.pass_time(timedelta(minutes=2), step=timedelta(seconds=20))


# --- Everything there is was gone through


def test_every_field_of_the_brief_is_marked() -> None:
    marked = {content.name for content in CONTENTS}
    for key, model in SECTIONS.items():
        for name in set(model.model_fields) - NOT_MARKED:
            assert f"{key}.{name}" in marked
    for name in set(Contact.model_fields) - {"id"} - NOT_MARKED:
        assert f"contact.{name}" in marked


def test_every_view_is_listed_and_was_shown(told: Told) -> None:
    found = {
        f"{module.stem}.{node.name}"
        for module in VIEWS.glob("*.py")
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.endswith(VIEW_NAMES)
    }
    found = {name for name in found if not name.split(".")[1].startswith("_")}
    assert found == WAYS_OUT
    assert found - told.views == set()


def test_every_kind_of_notice_and_of_surface_is_listed_and_was_sent(told: Told) -> None:
    assert set(NoticeKind) == KINDS
    assert set(SurfaceKind) == SURFACES
    assert told.kinds == {kind.value for kind in KINDS}
    assert told.surfaces == {kind.value for kind in SURFACES}


def test_every_command_is_listed() -> None:
    group = typer.main.get_command(commands)
    known = PRINT_NOTHING_OF_A_HANDOFF | PRINT_ABOUT_HANDOFFS
    assert set(getattr(group, "commands", {})) == known


# --- What came out


def ways_of(told: Told, viewer: str) -> dict[str, str]:
    seen = told.world.seen
    return {way: seen.text(viewer, way) for who, way in list(seen.by) if who == viewer}


@pytest.mark.parametrize("viewer", [*VIEWERS, *READ_ONLY])
def test_nothing_reaches_who_may_not_read_it(told: Told, viewer: str) -> None:
    leaks = [
        (content.name, way)
        for way, text in ways_of(told, viewer).items()
        for content in CONTENTS
        if viewer not in content.readers() and content.shown_in(text)
    ]
    assert leaks == []


def test_a_reason_for_recording_a_reading_says_nothing_of_what_was_answered(told: Told) -> None:
    pages = {viewer: told.world.seen.text(viewer, "whole, recorded") for viewer in VIEWERS}
    for viewer in READERS[REASONS] - READERS[RECORDS]:
        assert RECORDED in pages[viewer]
        assert "oint plan" not in pages[viewer]
    for viewer in READERS[RECORDS]:
        # Of the acknowledgement and of the checks; a page beyond the last one shows that again.
        assert pages[viewer].count(RECORDED) >= 2


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_whole_page_shows_everything_that_its_reader_may_read(told: Told, viewer: str) -> None:
    page = told.world.seen.text(viewer, "whole")
    missing = [
        content.name
        for content in CONTENTS
        if content.whole and viewer in content.readers() and not content.shown_in(page)
    ]
    assert missing == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_was_reviewed_is_shown_to_all_who_may_read_it(told: Told, viewer: str) -> None:
    names = {
        "check-in note",
        "note to the milestones",
        "answers of the customer",
        "engagement",
        "expansion",
        "what the next brief should say",
        "why a line was not met",
        "why it was closed so",
        "why a review was recorded",
        "what is not true any more",
    }
    page = told.world.seen.text(viewer, ON_PAGE)
    reviewed = [content for content in CONTENTS if content.name in names]
    assert len(reviewed) == len(names)
    for content in reviewed:
        assert content.shown_in(page) is (viewer in content.readers()), content.name


@pytest.mark.parametrize("viewer", WRITERS)
def test_a_writer_sees_all_of_what_they_write(told: Told, viewer: str) -> None:
    written = [
        content
        for content in CONTENTS
        if content.section is not None
        and content.whole
        and content.name not in NO_WORDS_OF_THEIRS
        and viewer in (AE, helper(content.section) if content.section in GIVEN else AE)
    ]
    assert len(written) > 1
    form = told.world.seen.text(viewer, "form")
    assert [one.name for one in written if not one.shown_in(form)] == []
    assert "How strong" not in form or '"4"' in form


def test_the_ae_is_told_every_hole_and_the_channel_only_its_own(told: Told) -> None:
    form = told.world.seen.text(AE, "form of an empty brief")
    # In a form of the brief *empty* goes without saying.
    names = {hole.name: hole.marks[0].removesuffix(" (empty)") for hole in HOLES}
    assert [name for name, words in names.items() if words not in form] == []
    card = told.world.seen.text(INSIDE, "card")
    assert [hole.name for hole in HOLES if hole.row == DEAL and hole.shown_in(card)]
    assert "private items" in card


def test_one_hole_that_is_private_is_told_as_that_and_by_name_to_the_ae(told: Told) -> None:
    note = next(hole for hole in HOLES if hole.name == "hole private_note")
    assert "one private item" in told.world.seen.text(INSIDE, "card")
    assert note.shown_in(told.world.seen.text(AE, "dm"))
    assert not note.shown_in(told.world.seen.text(INSIDE, "card"))


@pytest.mark.parametrize("viewer", VIEWERS)
def test_reasons_verdicts_and_who_was_there_are_shown_to_all_who_may_read_them(
    told: Told, viewer: str
) -> None:
    ways = {
        **dict.fromkeys((DECLINED, GATE_OVERRIDDEN, DEAL_OVERRIDDEN, VERDICT), SPOKEN),
        ALIGNED_WITH: SPOKEN,
    }
    page = told.world.seen.text(viewer, SPOKEN)
    for content in CONTENTS:
        if set(content.marks) <= ways.keys():
            assert content.shown_in(page) is (viewer in content.readers()), content.name


def test_who_was_called_is_named_with_the_gate_in_the_channel_and_to_the_ae(told: Told) -> None:
    assert CALLED in told.world.seen.text(INSIDE, "command")
    assert CALLED in told.world.seen.text(AE, "form of a call or a reading")
    assert VERDICT in told.world.seen.text(CSM, "form of a call or a reading")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_came_of_a_kickoff_is_read_by_whom_reasons_are_for(told: Told, viewer: str) -> None:
    page = told.world.seen.text(viewer, AFTER_KICKOFF)
    for mark in (CUSTOMERS, CHANGED):
        assert (mark in page) is (viewer in READERS[REASONS])


@pytest.mark.parametrize("viewer", VIEWERS)
def test_an_answer_given_in_a_chat_is_read_as_every_answer(told: Told, viewer: str) -> None:
    content = next(one for one in CONTENTS if one.marks == (CHATTED,))
    page = told.world.seen.text(viewer, CHATTED_PAGE)
    assert content.shown_in(page) is (viewer in content.readers())


OF_THE_DEBRIEF = {
    NoticeKind.DEBRIEF_ASKED: {AE},
    NoticeKind.DEBRIEF_REPLIED: {CSM},
    NoticeKind.DEBRIEF_AHEAD: {CSM},
    NoticeKind.LISTENER_NAMED: {LISTENER},
    NoticeKind.CHAT_SAID: {AE},
    NoticeKind.CHAT_ELSEWHERE: {AE},
}
"""Who is told; whoever else was to be told was not."""


@pytest.mark.parametrize("kind", OF_THE_DEBRIEF)
def test_what_is_told_of_a_debrief_reaches_only_whom_it_concerns(
    told: Told, kind: NoticeKind
) -> None:
    assert set(told.heard[kind]) == OF_THE_DEBRIEF[kind]


def test_the_ae_is_told_what_they_are_asked_and_the_csm_only_that_it_was_answered(
    told: Told,
) -> None:
    asked = told.heard[NoticeKind.DEBRIEF_ASKED][AE]
    replied = told.heard[NoticeKind.DEBRIEF_REPLIED][CSM]
    for about in (*Question, None):
        text, reply = asked_about(about)
        assert text in asked
        assert reply not in asked
        assert reply not in replied


def test_the_channel_reads_that_a_debrief_is_done_and_not_what_was_said(told: Told) -> None:
    for viewer, text in told.heard[NoticeKind.DEBRIEF_DONE].items():
        assert viewer in IN_CHANNEL
        assert [one.name for one in CONTENTS if one.shown_in(text)] == ["account"]


def test_a_snooze_is_told_back_to_who_asked_for_it(told: Told) -> None:
    assert SNOOZED in told.world.seen.text(CSM, "dm")


def test_the_channel_reads_what_the_card_is_for(told: Told) -> None:
    card = told.world.seen.text(PROPOSED, "card")
    shown = {content.name for content in CONTENTS if content.shown_in(card)}
    assert {"account", "value", "success.metric", "success.target", "success.by"} <= shown


def test_what_did_not_arrive_is_told_to_admins_without_the_handoffs_they_may_not_read(
    told: Told,
) -> None:
    listed = told.world.seen.text(ADMIN, "list of admins")
    assert sentences.undelivered.HIDDEN in listed
    assert sentences.undelivered.KINDS[NoticeKind.SUMMARY] in listed
    for viewer in set(VIEWERS) - {ADMIN}:
        others = told.world.seen.text(viewer, "list of admins")
        assert sentences.undelivered.MEANS not in others
        assert sentences.people.CSV_LIST not in others
        assert sentences.people.MANAGED_MEANS not in others


def test_marks_of_a_deal_are_told_to_nobody_else(told: Told) -> None:
    for viewer in {*VIEWERS, *READ_ONLY} - INNER:
        for way, text in ways_of(told, viewer).items():
            starts = (ActionId.START_ANOTHER, ActionId.OPEN_AMEND)
            if way in (OF_A_START, *(f"press {one}" for one in starts), "form"):
                continue
            for words in MARKS_OF_ADD_ONS:
                assert words not in text.lower(), (viewer, way, words)


DAYS_AND_MOVES = {
    NoticeKind.CAPTURE_REMINDER: {AE},
    NoticeKind.ALIGNMENT_REMINDER: {AE},
    NoticeKind.SIGNATURE_SLIPPED: {AE},
    NoticeKind.COMMITMENT_ASKED: {AE_MANAGER},
    NoticeKind.COMMITTED: {TEAM},
    NoticeKind.DUE_MOVED: {AE, CSM, CS_MANAGER},
}
"""Who is told; whoever else was to be told was not."""


@pytest.mark.parametrize("kind", DAYS_AND_MOVES)
def test_what_days_and_moves_say_names_the_account_alone_and_only_to_whom_it_concerns(
    told: Told, kind: NoticeKind
) -> None:
    heard = told.heard[kind]
    assert set(heard) == DAYS_AND_MOVES[kind]
    for viewer, text in heard.items():
        shown = [content.name for content in CONTENTS if content.shown_in(text)]
        assert shown == ["account"], (viewer, shown)


@pytest.mark.parametrize(
    ("kind", "viewer", "words"),
    [
        (NoticeKind.CAPTURE_REMINDER, AE, "Still without a word: Promises."),
        (NoticeKind.ALIGNMENT_REMINDER, AE, sentences.pre_close.ALIGNMENT_ASKED),
        (NoticeKind.SIGNATURE_SLIPPED, AE, "What became of it?"),
        (NoticeKind.COMMITMENT_ASKED, AE_MANAGER, sentences.pre_close.COMMITMENT_READY),
        (NoticeKind.COMMITMENT_ASKED, AE_MANAGER, "It is not ready: "),
        (NoticeKind.COMMITTED, TEAM, "will have the brief ready by 4 Mar 2026"),
        (NoticeKind.DUE_MOVED, AE, "The brief is now due "),
        (NoticeKind.DUE_MOVED, CSM, "The reading of the brief is now due "),
        (NoticeKind.DUE_MOVED, CSM, "The debrief of the won deal is now due "),
        (NoticeKind.DUE_MOVED, CS_MANAGER, "The CSM assignment is now due "),
    ],
)
def test_what_days_and_moves_have_to_say_is_said(
    told: Told, kind: NoticeKind, viewer: str, words: str
) -> None:
    assert words in told.heard[kind][viewer]


def test_which_deal_was_signed_is_asked_by_account_of_whoever_is_in_its_channel(
    told: Told,
) -> None:
    for viewer in set(VIEWERS) & READERS[FACTS]:
        asked = told.world.seen.text(viewer, WHICH_SIGNED)
        assert sentences.signature.WHICH_SIGNED in asked, viewer
        shown = [content.name for content in CONTENTS if content.shown_in(asked)]
        assert shown == ["account"], (viewer, shown)


def test_a_shared_channel_holds_neither_words_nor_names(told: Told) -> None:
    cards = told.world.seen.by[PARTNER, "card"]
    lines = told.world.seen.by[PARTNER, "thread"]
    assert cards
    assert lines
    assert all(
        sentences.card.CARD_NEUTRAL in one or sentences.card.WITHDRAWN in one for one in cards
    ), cards
    assert all(sentences.card.WITHDRAWN in one for one in lines)
    for person in told.world.people.values():
        assert person.name not in told.world.seen.text(PARTNER, "card")
        assert person.name not in told.world.seen.text(PARTNER, "thread")


def test_guests_and_strangers_are_shown_nothing_of_a_handoff(told: Told) -> None:
    for viewer in (GUEST, STRANGER):
        texts = "\n".join(ways_of(told, viewer).values())
        assert "full members of this workspace" in texts
        assert not [content.name for content in CONTENTS if content.shown_in(texts)]


def test_the_lists_show_a_handoff_to_who_may_know_of_it(told: Told) -> None:
    account = next(content for content in CONTENTS if content.name == "account")
    for viewer in (AE, CSM, CS_MANAGER, "ae_manager", LISTENER, LEAD, "revops"):
        assert account.shown_in(told.world.seen.text(viewer, "file")), viewer
        # The listener is some CS manager: the list of one opens with what their own team has.
        if viewer != LISTENER:
            assert account.shown_in(told.world.seen.text(viewer, "command")), viewer
        if viewer != "revops":
            assert account.shown_in(told.world.seen.text(viewer, "home")), viewer
    assert READERS[FACTS].isdisjoint({ADMIN, GUEST})


def _anything() -> tuple[Content, ...]:
    """What names a person's words; labels of ours may stand anywhere."""
    return tuple(one for one in CONTENTS if any("zz" in mark for mark in one.marks))


def test_the_log_names_nothing_that_anybody_wrote(told: Told) -> None:
    assert "request failed" in told.log
    assert "sending failed" in told.log
    assert [content.name for content in _anything() if content.shown_in(told.log)] == []


def test_the_commands_print_nothing_that_anybody_wrote(told: Told) -> None:
    assert "Handoff 1:" in told.printed
    assert [content.name for content in CONTENTS if content.shown_in(told.printed)] == []


def test_the_sentences_that_are_looked_for_are_the_ones_that_are_said() -> None:
    assert sentences.terms.private_items(1) == "one private item"
    assert sentences.terms.private_items(2) == "2 private items"
