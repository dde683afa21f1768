"""What is said once, to whom, and where: decided from what happened, worded elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.domain import access
from bot.domain.access import Capacity
from bot.domain.channels import UNSAFE, Channel
from bot.domain.chat import Chat, Says, Spot
from bot.domain.deadlines import Deadline, Key, Step
from bot.domain.digest import Word
from bot.domain.disputes import Ending
from bot.domain.errors import Problem
from bot.domain.handoff import CAME, WENT, Handoff
from bot.domain.history import (
    ANCHOR_DIGITS,
    OF_DISPUTES,
    OF_REVIEWS,
    Event,
    Tag,
    instant_text,
)
from bot.domain.nudging import Stage
from bot.domain.plan import Party
from bot.domain.ports import CalendarOf
from bot.domain.promises import Promise, Side
from bot.domain.status import Filter


class NoticeKind(StrEnum):
    """What a message is about."""

    NUDGE = "nudge"
    LATE = "late"
    LATE_FOR_MANAGER = "late_for_manager"
    SUMMARY = "summary"
    """Several things of the clock's in one message, or what is late in the morning."""
    BOT_POSTED = "bot_posted"
    CANNOT_POST = "cannot_post"
    """The handoff message was to be posted and its channel may not hold it."""
    WHERE_NEXT = "where_next"
    """The handoff's channel cannot be used any more: its AE is asked where it shall go on."""
    OWNER_GONE = "owner_gone"
    """Somebody with a part has no account any more, to who may name another for it."""
    CSM_MENTION = "csm_mention"
    CSM_INVITE = "csm_invite"
    """No message: the CSM is invited to the deal channel."""
    MEMBER_INVITE = "member_invite"
    """No message: somebody with a part is brought into a channel that the bot made."""
    MOVED = "moved"
    """What becomes of a card whose handoff lives in another channel now."""
    INVITE_BY_HAND = "invite_by_hand"
    """The invitation was refused; a person is given the line to type."""
    HELPER_INVITED = "helper_invited"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGE_UNDONE = "acknowledge_undone"
    SIGNATURE_CORRECTED = "signature_corrected"
    DUE_MOVED = "due_moved"
    """A signature somebody else corrected moved when the reader's steps are due."""
    KICKOFF_FILE = "kickoff_file"
    """When the kickoff is, as a file for a calendar."""
    KICKOFF_FELL = "kickoff_fell"
    """It is called off, or somebody else's now, as a file that takes it out of a calendar."""
    KICKOFF_CARD = "kickoff_card"
    """The way to its card, to the implementation lead, who has no card of the handoff."""
    KICKOFF_LATER = "kickoff_later"
    """The customer wanted it later than it should be, to the CSM and the CS manager."""
    KICKOFF_PAST = "kickoff_past"
    """It is past the last business day for it, to RevOps."""
    KICKOFF_MORNING = "kickoff_morning"
    """On the day of it: when it is, and what is still missing."""
    KICKOFF_LACKED = "kickoff_lacked"
    """Which section of the brief was missing in it, to the AE."""
    KICKOFF_HELD = "kickoff_held"
    BRIEFING_BOOKED = "briefing_booked"
    """When the briefing call is, to the other one of the two."""
    BRIEFING_SKIPPED = "briefing_skipped"
    """Somebody needs no briefing call, to the other one, who is asked or hears that it falls."""
    BRIEFING_HELD = "briefing_held"
    INTRO_SENT = "intro_sent"
    INTRO_NOT_SENT = "intro_not_sent"
    """It was recorded as sent by mistake."""
    CSM_WROTE = "csm_wrote"
    """The CSM wrote before the intro: to the AE, or to the CSM where somebody else says so."""
    HOLD_LIFTED = "hold_lifted"
    """The CS manager let the intro go out without the call it waited for."""
    TALK_PROPOSED = "talk_proposed"
    """Somebody named a time for the debrief, to who answers."""
    TALK_FILE = "talk_file"
    """The time that both agreed on, as a file for a calendar."""
    TALK_KEPT = "talk_kept"
    """It stays at the time agreed on, to who asked for another one or was asked."""
    TALK_FELL = "talk_fell"
    """What was agreed on holds no longer, as a file that takes it out of a calendar."""
    CANCELLED = "cancelled"
    """Nothing is due any more: below the card, and to everybody with a part once it is final."""
    CANCEL_UNDONE = "cancel_undone"
    HANDOFF_CLOSED = "handoff_closed"
    """It is over: a reply below the card that the channel sees, too, with thanks by name."""
    AE_LEAVES = "ae_leaves"
    """To both: with the closing the AE is out of it."""
    REOPENED = "reopened"
    """A cancelled handoff goes on: below the card, and to everybody with a part."""
    LINKED = "linked"
    """Another handoff is what this one became, or became this one, or amends its contract."""
    UNLINKED = "unlinked"
    ANCHOR = "anchor"
    """Length and last hash of the history, put where whoever runs the bot cannot change them."""
    SENT_BACK = "sent_back"
    """The brief is the AE's again, who was writing it anyway and gets no new guide card."""
    UNDO_OFFER = "undo_offer"
    TIER_CHANGED = "tier_changed"
    """Another value or other marks gave the deal another tier or other add-ons."""
    OVERRIDDEN = "overridden"
    """The AE's deal may be closed without its gate; somebody else decided so."""
    OUTDATED = "outdated"
    """A metric or a promise changed after the CSM acknowledged it."""
    PROMISE_CHANGED = "promise_changed"
    """Customer success reworded or withdrew a promise that the AE wrote down."""
    DISPUTED = "disputed"
    """Somebody disputes a promise: below the card, and to the other side."""
    SETTLE_ASKED = "settle_asked"
    """To each of the managers, or to RevOps, what is to become of a disputed promise."""
    DISPUTE_ESCALATED = "dispute_escalated"
    DISPUTE_OVER = "dispute_over"
    """It was settled or taken back: below the card, to both sides and to the managers."""
    LATE_DIFFERS = "late_differs"
    """To who answered about a late promise, that the other side answered differently."""
    REACTION_NOT_TAKEN = "reaction_not_taken"
    """A ✅ on a promise, or its removal, changed nothing; said once to whoever reacted."""
    DEBRIEF_ASKED = "debrief_asked"
    """What the CSM asks the AE; what is asked within some minutes is one message."""
    DEBRIEF_REPLIED = "debrief_replied"
    """What the AE said to it, to the CSM, in the same way."""
    DEBRIEF_AHEAD = "debrief_ahead"
    """The AE answered all seven questions before the talk."""
    DEBRIEF_DONE = "debrief_done"
    LISTENER_NAMED = "listener_named"
    """To whoever listens to the debrief besides the CSM."""
    CHAT_OPENED = "chat_opened"
    """The message on which the thread of a chat hangs."""
    CHAT_SAID = "chat_said"
    CHAT_ELSEWHERE = "chat_elsewhere"
    """Something was written beside the thread in which it is asked."""
    RECORDED_FOR = "recorded_for"
    """Somebody of their side recorded a step in its owner's place."""
    CAPTURE_REMINDER = "capture_reminder"
    ALIGNMENT_REMINDER = "alignment_reminder"
    SIGNATURE_SLIPPED = "signature_slipped"
    """The signature was expected yesterday: the AE is asked what became of it."""
    COMMITTED = "committed"
    """The team hears who wants to have a brief ready by when."""
    COMMITMENT_ASKED = "commitment_asked"
    STATUS_POST = "status_post"
    STATUS_CSV = "status_csv"
    """No message alone: a file in the reader's direct messages."""
    LEDGER_FILE = "ledger_file"
    """The same of a promise ledger."""
    PLAN_FILE = "plan_file"
    """The same of what the customer shares of a success plan."""
    PLAN_SIGNED = "plan_signed"
    PLAN_REOPENED = "plan_reopened"
    """A signed plan was changed."""
    PLAN_VOIDED = "plan_voided"
    """A change of the plan opened what somebody had signed or heard outside."""
    FILE_FAILED = "status_csv_failed"
    """That one of these did not come; named after the first of them."""
    WELCOME = "welcome"
    REASSIGNED = "reassigned"
    """Somebody else is AE, CSM, manager or implementation lead: to both, and who works by it."""
    CHAMPION_LEFT = "champion_left"
    CHAMPION_NAMED = "champion_named"
    NOT_MINE = "not_mine"
    """Somebody says that a step is not theirs, to who may name another for it."""
    ALARM = "alarm"
    """To the admins, that the bot cannot do its work, or can again."""
    UNCONFIRMED = "unconfirmed"
    """Whether a post in a channel arrived cannot be found out: somebody who can look is asked."""


FILES = frozenset(
    {
        NoticeKind.STATUS_CSV,
        NoticeKind.LEDGER_FILE,
        NoticeKind.PLAN_FILE,
        NoticeKind.TALK_FILE,
        NoticeKind.TALK_FELL,
        NoticeKind.KICKOFF_FILE,
        NoticeKind.KICKOFF_FELL,
    }
)
"""What comes as a file."""
OF_A_KICKOFF = frozenset(
    {
        NoticeKind.KICKOFF_CARD,
        NoticeKind.KICKOFF_LATER,
        NoticeKind.KICKOFF_PAST,
        NoticeKind.KICKOFF_LACKED,
    }
)
"""What is told of the kickoff to one person."""
OF_THE_DEBRIEF = frozenset(
    {
        NoticeKind.DEBRIEF_ASKED,
        NoticeKind.DEBRIEF_REPLIED,
        NoticeKind.DEBRIEF_AHEAD,
        NoticeKind.LISTENER_NAMED,
    }
)
"""What is told of the debrief to one person."""
OF_A_PATH = frozenset(
    {NoticeKind.CANCELLED, NoticeKind.REOPENED, NoticeKind.LINKED, NoticeKind.UNLINKED}
)
"""What is told of a deal that does not go the straight way."""
TOLD_TOGETHER = frozenset({NoticeKind.DEBRIEF_ASKED, NoticeKind.DEBRIEF_REPLIED})
"""What one message says of all that came until it goes out."""
TOGETHER = timedelta(minutes=10)
"""What is asked, or replied, within this time is one message, sent when it is over."""
OF_A_STEP = frozenset({NoticeKind.NUDGE, NoticeKind.LATE, NoticeKind.LATE_FOR_MANAGER})
"""What is about a step that somebody owes, and is dropped once nobody does."""
OF_A_DATE: Mapping[tuple[Step, Stage], NoticeKind] = {
    (Step.CAPTURE, Stage.DAYS_BEFORE): NoticeKind.CAPTURE_REMINDER,
    (Step.CAPTURE, Stage.DAY_BEFORE): NoticeKind.CAPTURE_REMINDER,
    (Step.ALIGNMENT, Stage.DAYS_BEFORE): NoticeKind.ALIGNMENT_REMINDER,
    (Step.ALIGNMENT, Stage.DAY_BEFORE): NoticeKind.ALIGNMENT_REMINDER,
    (Step.SIGNATURE, Stage.SLIPPED): NoticeKind.SIGNATURE_SLIPPED,
    (Step.COMMITMENT, Stage.ASK): NoticeKind.COMMITMENT_ASKED,
    (Step.KICKOFF_DAY, Stage.MORNING): NoticeKind.KICKOFF_MORNING,
}
"""What is said on a fixed day, and dropped once it is answered or done."""
OF_THE_CLOCK = OF_A_STEP | {NoticeKind.SUMMARY, *OF_A_DATE.values()}
"""What no act caused: held to a measure a day, and shown as it is now once that changes."""


class Notify(StrEnum):
    """Whom what the clock says reaches; answers and hand-overs reach everybody."""

    ALL = "all"
    ME = "me"
    """Only the admin who chose it, to try the bot out."""
    OFF = "off"

    def reaches(self, reader_id: int | None, *, chosen_by: int | None) -> bool:
        """Whether this reader hears what the clock says."""
        return self is Notify.ALL or (self is Notify.ME and reader_id == chosen_by)


class Place(StrEnum):
    """Where a notice goes."""

    DM = "dm"
    THREAD = "thread"
    CHAT = "chat"
    """In the thread of a chat in the reader's direct messages."""
    CHANNEL = "channel"
    EPHEMERAL = "ephemeral"
    INVITATION = "invitation"
    OLD_CARD = "old_card"
    """In place of a card, in the channel that its handoff left."""


NO_CARD = "no_card"
"""Why what hangs on a card was not said: the card does not stand, and nobody is posting it."""
IN_CHANNEL = frozenset({Place.THREAD, Place.CHANNEL})
"""Where what is said stands for everybody who can read there."""
STANDS = IN_CHANNEL | {Place.OLD_CARD}
"""What is taken down where others come to read."""


class JobSource(StrEnum):
    """The two sorts of things that are sent: said once, or mirrored and edited."""

    NOTICE = "notice"
    SURFACE = "surface"


class Priority(IntEnum):
    """Who goes first when there is more to send than may be sent; lower is sooner."""

    ANSWER = 0
    LATE = 1
    CARD = 2
    HAND_OVER = 3
    NUDGE = 5


@dataclass(frozen=True)
class Notice:
    """One message to be sent exactly once; `key` is unique for ever within a workspace."""

    kind: NoticeKind
    place: Place
    key: str
    priority: Priority
    handoff_id: int | None = None
    person_id: int | None = None
    """The reader of a DM or an ephemeral message, or the one who is invited."""
    channel_id: int | None = None
    """The conversation of an ephemeral or a channel message; a thread is that of the card."""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    not_before: datetime | None = None
    """Calendar time; None is at once."""
    about: tuple[Word, ...] = ()
    """What of the clock's it says."""


class SurfaceKind(StrEnum):
    """Messages that mirror rows and are edited in place."""

    CARD = "card"
    GUIDE = "guide"
    HOME = "home"
    PROMISE = "promise"
    """One wording of a promise, below the card."""


DRAWN_AS = 3
"""Raised by a version that draws standing messages differently: each is then drawn anew once."""


@dataclass(frozen=True)
class SurfaceWish:
    """A surface that should exist for a handoff as it is now."""

    kind: SurfaceKind
    person_id: int | None = None
    not_before: datetime | None = None


_THREAD = {
    Tag.ACKNOWLEDGED: NoticeKind.ACKNOWLEDGED,
    Tag.ACKNOWLEDGE_UNDONE: NoticeKind.ACKNOWLEDGE_UNDONE,
    Tag.KICKOFF_HELD: NoticeKind.KICKOFF_HELD,
    Tag.CANCELLED: NoticeKind.CANCELLED,
    Tag.CANCEL_UNDONE: NoticeKind.CANCEL_UNDONE,
}
_HELD = ("held_at", "before")
"""When a kickoff was held, and when it was said to have been before a correction."""
_UNDOABLE = frozenset({Tag.ACKNOWLEDGED, Tag.CANCELLED, Tag.CLOSED})
_ANCHORED = frozenset({Tag.ACKNOWLEDGED, Tag.LEDGER_SIGNED})
"""After these the state of the history is put where whoever runs the bot cannot change it."""
_OF_THE_AE = frozenset(
    {
        Tag.ALIGNED,
        Tag.CALL_RECORDED,
        Tag.MATCHED,
        Tag.MISMATCHED,
        Tag.BRIEFING_BOOKED,
        Tag.KICKOFF_PREPARED_AE,
        Tag.LATE_TALKED,
    }
)
_OF_THE_CSM = frozenset(
    {
        Tag.ACKNOWLEDGED,
        Tag.CHECKS_ANSWERED,
        Tag.PLAN_WRITTEN,
        Tag.RESTATED,
        Tag.KICKOFF_BOOKED,
        Tag.KICKOFF_CALLED_OFF,
        Tag.KICKOFF_PREPARED,
        Tag.KICKOFF_HELD,
        Tag.KICKOFF_RECORDED,
        Tag.DEBRIEF_HELD,
        Tag.PLAN_STARTED,
        Tag.MILESTONE_ADDED,
        Tag.MILESTONE_CHANGED,
        Tag.MILESTONE_DROPPED,
        Tag.MILESTONE_OPENED,
        Tag.PLAN_CONFIRMED,
    }
)
"""What either side's manager may record for them, then with a reason."""
_OF_EITHER = OF_REVIEWS | {Tag.PLAN_INITIALED, Tag.INTRO_SENT, Tag.INTRO_NOT_SENT}
"""The same of what may be either side's: whose it was stands with it."""
_OF_THE_INTRO = frozenset({Tag.INTRO_SENT, Tag.INTRO_NOT_SENT, Tag.CHAMPION_WRITTEN_TO})
_OF_A_PROMISE = frozenset({Tag.PROMISE_EDITED, Tag.PROMISE_WITHDRAWN})


def commits(handoff: Handoff, event: Event) -> bool:
    """Whether the AE stands by the day of the commitment with this event, or by another day."""
    if event.tag is Tag.EXPECTED_CHANGED:
        return handoff.ae_confirmed_at is not None and "commitment_on" in event.facts
    confirms = event.tag is Tag.AE_CONFIRMED or (
        event.tag is Tag.STARTED and event.actor == handoff.ae_id
    )
    return confirms and handoff.commitment_on is not None


def announcements(
    handoff: Handoff,
    events: Sequence[tuple[int, Event]],
    *,
    asked_in: int | None,
    moved: Sequence[Deadline] = (),
    team_channel: int | None = None,
    chain: tuple[int, bytes] | None = None,
    settlers: Sequence[int] = (),
    disputes: Mapping[int, int] | None = None,
    lapsed: Collection[int] = (),
    undo_window: timedelta = timedelta(0),
    answered_ahead: bool = False,
) -> list[Notice]:
    """What is told about what just happened; `events` come with their numbers in the history.

    `asked_in` is the conversation in which the person acted, for the offer to undo; None where
    there is no place for an ephemeral message. `moved` are the owed steps whose due time changed.
    `team_channel` is the one of the policy. `chain` is how long the history is with them, and its
    last hash, for an anchor. `settlers` settle disputes; `disputes` are the ids of those that were
    raised by the numbers of their promises; `lapsed` are the numbers of those that were withdrawn
    while they were disputed. `undo_window` is how long a cancellation can be taken back.
    `answered_ahead` says whether all of a debrief was written by the AE, and the CSM has not begun
    with it.
    """
    told: list[Notice] = []
    cause: Event | None = None
    following = [*(event.tag for _, event in events[1:]), None]
    for (seq, event), then in zip(events, following, strict=False):
        told.extend(_of_event(handoff, seq, event))
        told.extend(_of_a_record(handoff, seq, event))
        told.extend(_of_the_debrief(handoff, seq, event, ahead=answered_ahead))
        told.extend(_of_a_fallen_talk(handoff, seq, event, undo_window))
        told.extend(_of_the_plan(handoff, seq, event))
        told.extend(_of_a_successor(handoff, seq, event))
        told.extend(_of_a_champion(handoff, seq, event))
        if event.tag is Tag.CLOSED and chain is not None:
            told.extend(_of_a_closing(handoff, seq, event, chain, undo_window))
        # Who delivers it is told where it opened a box.
        told_of = not event.facts.get("same") or (
            cause is not None and cause.tag is Tag.INITIALS_VOIDED
        )
        if event.tag in _OF_A_PROMISE and told_of and _by_the_csm(handoff, event):
            told.extend(_of_a_promise(handoff, seq, event, outdates=then is Tag.OUTDATED))
        if event.tag is Tag.OUTDATED and cause is not None:
            told.extend(_of_an_outdated_reading(handoff, seq, cause))
        cause = event
        if event.tag in OF_DISPUTES:
            told.extend(_of_a_dispute(handoff, seq, event, settlers, disputes or {}))
        if event.tag is Tag.PROMISE_WITHDRAWN and _number(event) in lapsed:
            told.extend(_of_a_lapse(handoff, seq, event, settlers))
        if event.tag is Tag.LATE_ANSWERED and event.facts.get("differ"):
            told.extend(_of_two_answers(handoff, seq, event))
        if event.tag is Tag.SIGNATURE_CORRECTED:
            told.extend(_of_correction(handoff, seq, event, moved))
        if team_channel is not None and commits(handoff, event):
            told.append(_committed(handoff, seq, event, team_channel))
        if event.tag in _ANCHORED and chain is not None:
            told.extend(_anchors(handoff, seq, event, chain))
        if event.tag in _UNDOABLE and event.actor is not None and asked_in is not None:
            told.append(
                Notice(
                    NoticeKind.UNDO_OFFER,
                    Place.EPHEMERAL,
                    f"undo:{handoff.id}:{seq}",
                    Priority.ANSWER,
                    handoff_id=handoff.id,
                    person_id=event.actor,
                    channel_id=asked_in,
                    facts={"tag": event.tag.value},
                )
            )
    return told


def _of_correction(
    handoff: Handoff, seq: int, event: Event, moved: Sequence[Deadline]
) -> list[Notice]:
    """To everybody in the thread, and to each owner who did not correct it themselves."""
    about: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    about |= {name: str(event.facts[name]) for name in ("before", "signed_at")}
    told: list[Notice] = []
    if handoff.posted_at is not None:
        facts = about | _naming(moved)
        told.append(_in_thread(handoff, NoticeKind.SIGNATURE_CORRECTED, seq, facts))
    owners = dict.fromkeys(one.owner_id for one in moved)
    for owner in owners:
        if owner is not None and owner != event.actor:
            theirs = [one for one in moved if one.owner_id == owner]
            told.append(
                Notice(
                    NoticeKind.DUE_MOVED,
                    Place.DM,
                    f"due-moved:{handoff.id}:{seq}:{owner}",
                    Priority.HAND_OVER,
                    handoff_id=handoff.id,
                    person_id=owner,
                    facts=about | _naming(theirs),
                )
            )
    return told


def _naming(deadlines: Sequence[Deadline]) -> dict[str, str | int]:
    return {one.step.value: instant_text(one.due_at) for one in deadlines}


def key_of(notice: Notice) -> Key:
    """Which deadline of its handoff a notice of the clock's is about, where it is about one."""
    return Step(str(notice.facts["step"])), int(notice.facts.get("subject", 0))


def steps_named(notice: Notice) -> tuple[Step, ...]:
    """The steps whose due times a notice of a correction is about."""
    return tuple(step for step in Step if step.value in notice.facts)


def _committed(handoff: Handoff, seq: int, event: Event, team_channel: int) -> Notice:
    # A day that moved is told of once more.
    moved = f":{seq}" if event.tag is Tag.EXPECTED_CHANGED else ""
    return Notice(
        NoticeKind.COMMITTED,
        Place.CHANNEL,
        f"committed:{handoff.id}{moved}",
        Priority.CARD,
        handoff_id=handoff.id,
        person_id=handoff.ae_id,
        channel_id=team_channel,
    )


def _of_event(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    if event.tag is Tag.DEAL_CHANGED:
        return _of_a_changed_deal(handoff, seq, event)
    kind = _THREAD.get(event.tag)
    if kind is not None and handoff.posted_at is not None:
        version = event.facts.get("brief")
        facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
        if isinstance(version, int):
            facts["version"] = version
        if event.tag is Tag.KICKOFF_HELD:
            facts |= {name: str(event.facts[name]) for name in _HELD if name in event.facts}
            if "before" not in event.facts:
                facts["csm"] = handoff.csm_id or 0  # From now on the customer's first contact.
        if kind is NoticeKind.ACKNOWLEDGED and event.actor != handoff.csm_id:
            facts["csm"] = handoff.csm_id or 0  # Somebody said it for them.
        return [_in_thread(handoff, kind, seq, facts)]
    if event.tag is Tag.CLOSED_WON_OVERRIDDEN:
        about, ae = {"seq": seq, "actor": event.actor or 0}, access.acting(handoff.ae_id, handoff)
        if event.actor in (handoff.ae_id, ae):
            return []
        return [_to(handoff, NoticeKind.OVERRIDDEN, seq, ae, about)]
    if event.tag in (Tag.BRIEFING_BOOKED, Tag.BRIEFING_SKIPPED):
        return _of_a_briefing(handoff, seq, event)
    if event.tag is Tag.HOLD_LIFTED:
        return _of_a_lifted_hold(handoff, seq, event)
    if event.tag is Tag.BRIEFING_HELD and handoff.posted_at is not None:
        return _of_a_held_briefing(handoff, seq, event)
    if event.tag in _OF_THE_INTRO:
        return _of_the_intro(handoff, seq, event)
    if event.tag in (Tag.TALK_PROPOSED, Tag.TALK_AGREED, Tag.TALK_KEPT):
        return _of_a_talk(handoff, seq, event)
    if event.tag is Tag.SENT_BACK and handoff.gate_at is None:
        return [
            Notice(
                NoticeKind.SENT_BACK,
                Place.DM,
                f"{NoticeKind.SENT_BACK.value}:{handoff.id}:{seq}",
                Priority.HAND_OVER,
                handoff_id=handoff.id,
                person_id=access.acting(handoff.ae_id, handoff),
            )
        ]
    if event.tag is Tag.POSTED:
        return _of_posting(handoff, seq, by_bot=event.actor is None)
    if event.tag is Tag.HELPER_INVITED:
        return [_of_invitation(handoff, seq, event)]
    if event.tag is Tag.NOT_MINE:
        return [_of_a_step_not_theirs(handoff, seq, event)]
    if event.tag in (Tag.ASSIGNED, Tag.MOVED) and handoff.csm_id is not None:
        invite = Notice(
            NoticeKind.CSM_INVITE,
            Place.INVITATION,
            f"invite:{handoff.id}:{seq}",
            Priority.HAND_OVER,
            handoff_id=handoff.id,
            person_id=handoff.csm_id,
            channel_id=handoff.channel_id,
        )
        told = [invite]
        if handoff.posted_at is not None and event.tag is Tag.ASSIGNED:
            facts = {"csm": handoff.csm_id}
            told.append(_in_thread(handoff, NoticeKind.CSM_MENTION, seq, facts))
        return told
    return []


def reaction_not_taken(handoff: Handoff, of: Promise, person_id: int, problem: Problem) -> Notice:
    """To whoever reacted to a promise in vain; once for each wording and reason."""
    kind = NoticeKind.REACTION_NOT_TAKEN
    return Notice(
        kind,
        Place.EPHEMERAL,
        f"{kind.value}:{of.id}:{of.version}:{person_id}:{problem.value}",
        Priority.ANSWER,
        handoff_id=handoff.id,
        person_id=person_id,
        channel_id=handoff.channel_id,
        facts={"promise": of.id, "problem": problem.value},
    )


def _of_a_record(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """To the owner of a step that somebody else recorded, who has it read in their name."""
    if "reason" not in event.values:
        return []
    both = event.tag is Tag.BRIEFING_HELD
    of = event.facts.get("side") if event.tag in _OF_EITHER else None
    owners = (
        handoff.ae_id if both or of == Side.AE or event.tag in _OF_THE_AE else None,
        handoff.csm_id if both or of == Side.CSM or event.tag in _OF_THE_CSM else None,
    )
    facts = {"seq": seq, "actor": event.actor or 0, "tag": event.tag.value}
    readers = (access.acting(one, handoff) for one in owners if one is not None)
    return [
        _to(handoff, NoticeKind.RECORDED_FOR, seq, one, facts) for one in dict.fromkeys(readers)
    ]


def _of_the_debrief(handoff: Handoff, seq: int, event: Event, *, ahead: bool) -> list[Notice]:
    ae = access.acting(handoff.ae_id, handoff)
    csm = access.acting(handoff.csm_id, handoff) if handoff.csm_id is not None else None
    if event.tag is Tag.DEBRIEF_ASKED:
        return [_within_minutes(handoff, NoticeKind.DEBRIEF_ASKED, ae, seq, event)]
    if event.tag is Tag.DEBRIEF_REPLIED and csm is not None:
        return [_within_minutes(handoff, NoticeKind.DEBRIEF_REPLIED, csm, seq, event)]
    answered = event.tag is Tag.DEBRIEF_ANSWERED and event.actor == ae
    if ahead and csm is not None and (answered or event.tag is Tag.ASSIGNED):
        kind = NoticeKind.DEBRIEF_AHEAD
        key = f"{kind.value}:{handoff.id}:{csm}"
        facts = {"seq": seq, "actor": ae}
        return [replace(_to(handoff, kind, seq, csm, facts), key=key)]
    if event.tag is Tag.DEBRIEF_DONE and handoff.posted_at is not None:
        return [_in_thread(handoff, NoticeKind.DEBRIEF_DONE, seq, {"seq": seq})]
    listener = event.facts.get("listener")
    if event.tag is Tag.LISTENER_CHANGED and isinstance(listener, int):
        return _of_a_listener(handoff, seq, event, listener)
    return []


def _of_a_listener(handoff: Handoff, seq: int, event: Event, listener: int) -> list[Notice]:
    """That they listen, and when, where that is agreed on already."""
    told: list[Notice] = []
    if listener != event.actor:
        facts = {"seq": seq, "actor": event.actor or 0, "listener": listener}
        reader = access.acting(listener, handoff)
        told.append(_to(handoff, NoticeKind.LISTENER_NAMED, seq, reader, facts))
    agreed = handoff.debrief_talk.agreed_at
    if agreed is not None and agreed > event.at and handoff.can_be_arranged:
        told.append(_talk_file(handoff, seq, event, listener))
    return told


def _talk_file(handoff: Handoff, seq: int, event: Event, owner: int) -> Notice:
    facts = {
        "seq": seq,
        "actor": event.actor or 0,
        "agreed": handoff.debrief_talk.agreed,
        "owner": owner,
    }
    told = _to(handoff, NoticeKind.TALK_FILE, seq, access.acting(owner, handoff), facts)
    return replace(told, priority=Priority.ANSWER) if told.person_id == event.actor else told


def _of_a_fallen_talk(
    handoff: Handoff, seq: int, event: Event, undo_window: timedelta
) -> list[Notice]:
    """To everybody who has the agreed time in a calendar; of a cancellation once it is final."""
    talk, not_before = handoff.debrief_talk, None
    facts: dict[str, str | int] = {"seq": seq}
    if event.tag is Tag.TALK_FELL:
        csm, number = event.facts["csm"], event.facts["agreed"]
        facts |= {"at": str(event.facts["at"])}
        facts |= {"agreed": number if isinstance(number, int) else 0}
    elif event.tag is Tag.CANCELLED and talk.agreed_at is not None:
        if talk.agreed_at <= event.at or handoff.debrief.recorded_at is not None:
            return []
        csm, not_before = handoff.csm_id, event.at + undo_window
        facts |= {"at": instant_text(talk.agreed_at), "agreed": talk.called_off}
        facts |= {"cancelled": instant_text(event.at)}
    else:
        return []
    # With another AE it was agreed on by the former one.
    of_it = (event.facts.get("ae", handoff.ae_id), csm, handoff.listener_id)
    readers = (access.acting(one, handoff) for one in of_it if isinstance(one, int))
    told = (_to(handoff, NoticeKind.TALK_FELL, seq, one, facts) for one in dict.fromkeys(readers))
    return [replace(one, not_before=not_before) for one in told]


def _within_minutes(
    handoff: Handoff, kind: NoticeKind, reader: int, seq: int, event: Event
) -> Notice:
    """One message for all of the same sort that comes until it goes out, some minutes later."""
    facts: dict[str, str | int] = {"since": instant_text(event.at), "actor": event.actor or 0}
    told = _to(handoff, kind, seq, reader, facts)
    return replace(told, not_before=event.at + TOGETHER)


def _of_the_plan(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """Below the card that it is signed, or is so no longer; and who has to say yes again.

    Said once: what a change opened is open for the next change, too.
    """
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    below = handoff.posted_at is not None
    if event.tag is Tag.PLAN_SIGNED:
        return [_in_thread(handoff, NoticeKind.PLAN_SIGNED, seq, facts)] if below else []
    if event.tag is not Tag.PLAN_VOIDED:
        return []
    void = event.facts["parties"]
    parties = [str(one) for one in void] if isinstance(void, list) else []
    told: list[Notice] = []
    if below and event.facts["signed"]:
        told.append(_in_thread(handoff, NoticeKind.PLAN_REOPENED, seq, facts))
    for party, owner in ((Party.AE, handoff.ae_id), (Party.CSM, handoff.csm_id)):
        initial = party.value in parties
        asks_outside = party is Party.CSM and not set(parties) <= {Party.AE, Party.CSM}
        if initial or asks_outside:
            about = {**facts, "initial": int(initial)}
            owners = (owner,)
            told += _to_owners(
                handoff, NoticeKind.PLAN_VOIDED, seq, event, owners=owners, facts=about
            )
    return told


def only_first(notices: Sequence[Notice], *, waiting: Collection[NoticeKind]) -> list[Notice]:
    """The same without what a message that still waits will say, or the first of these here."""
    kept: list[Notice] = []
    for notice in notices:
        said = {*waiting, *(one.kind for one in kept)}
        if notice.kind not in TOLD_TOGETHER or notice.kind not in said:
            kept.append(notice)
    return kept


def _of_a_changed_deal(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """Another tier and other add-ons are told; which marks were set is for few.

    To everybody below the card, and to CSM and CS manager, who plan by it.
    """
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    if event.facts["tier"] != event.facts["before"]:
        facts["tier"] = str(event.facts["tier"])
    for how in (CAME, WENT):
        named = event.facts.get(how)
        facts |= {str(one): how for one in (named if isinstance(named, list) else ())}
    if not facts.keys() - {"seq", "actor"}:
        return []
    told: list[Notice] = []
    if handoff.posted_at is not None:
        told.append(_in_thread(handoff, NoticeKind.TIER_CHANGED, seq, facts))
    cs_manager = access.holder(Capacity.CS_MANAGER, handoff)
    plans = [handoff.csm_id, cs_manager if handoff.assignable else None]
    acting = (access.acting(one, handoff) for one in plans if one is not None)
    for reader in dict.fromkeys(acting):
        if reader != event.actor:
            told.append(_to(handoff, NoticeKind.TIER_CHANGED, seq, reader, facts))
    return told


def _by_the_csm(handoff: Handoff, event: Event) -> bool:
    return event.actor is not None and access.acts_as(event.actor, handoff.csm_id, handoff)


def _of_a_promise(handoff: Handoff, seq: int, event: Event, *, outdates: bool) -> list[Notice]:
    """What customer success made of a promise: to the AE, who wrote it down, and below the card.

    Where it `outdates` an acknowledgement the line below the card is that one.
    """
    facts: dict[str, str | int] = {
        "seq": seq,
        "actor": event.actor or 0,
        "changed": event.tag.value,
        "number": _number(event),
    }
    told: list[Notice] = []
    if handoff.posted_at is not None and not outdates:
        told.append(_in_thread(handoff, NoticeKind.PROMISE_CHANGED, seq, facts))
    reader = access.acting(handoff.ae_id, handoff)
    return [*told, _to(handoff, NoticeKind.PROMISE_CHANGED, seq, reader, facts)]


def _of_a_dispute(
    handoff: Handoff,
    seq: int,
    event: Event,
    settlers: Sequence[int],
    disputes: Mapping[int, int],
) -> list[Notice]:
    """What both sides and everybody below the card are told of it.

    What one manager answered is told to nobody; who is asked follows from who owes an answer.
    """
    number = _number(event)
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0, "number": number}
    sides = [access.acting(one, handoff) for one in (handoff.ae_id, handoff.csm_id) if one]
    if event.tag is Tag.PROMISE_DISPUTED:
        kind, readers = NoticeKind.DISPUTED, sides
        if number in disputes:
            facts["dispute"] = disputes[number]
    elif event.tag is Tag.DISPUTE_ESCALATED:
        kind, readers = NoticeKind.DISPUTE_ESCALATED, []
        facts["why"] = str(event.facts["why"])
    elif event.tag in (Tag.DISPUTE_SETTLED, Tag.DISPUTE_TAKEN_BACK):
        kind, readers = NoticeKind.DISPUTE_OVER, [*sides, *settlers]
        if event.tag is Tag.DISPUTE_SETTLED:
            facts["outcome"] = str(event.facts["outcome"])
    else:
        return []
    told = [
        _to(handoff, kind, seq, one, facts) for one in dict.fromkeys(readers) if one != event.actor
    ]
    if handoff.posted_at is not None:
        told.append(_in_thread(handoff, kind, seq, facts))
    return told


def _of_two_answers(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """To the side that answered before; what is answered stands in no notice."""
    holder = handoff.csm_id if event.facts["side"] == Side.AE.value else handoff.ae_id
    if holder is None:
        return []
    facts = {"seq": seq, "actor": event.actor or 0, "number": _number(event)}
    return [_to(handoff, NoticeKind.LATE_DIFFERS, seq, access.acting(holder, handoff), facts)]


def _of_a_lapse(handoff: Handoff, seq: int, event: Event, settlers: Sequence[int]) -> list[Notice]:
    """To who was asked about it; everybody else sees the promise withdrawn."""
    facts: dict[str, str | int] = {
        "seq": seq,
        "actor": event.actor or 0,
        "number": _number(event),
        "ending": Ending.LAPSED.value,
    }
    kind = NoticeKind.DISPUTE_OVER
    return [_to(handoff, kind, seq, one, facts) for one in settlers if one != event.actor]


def settle_asked(
    handoff: Handoff, dispute_id: int, of: Promise, person_id: int, *, decides: bool
) -> Notice:
    """What is to become of a wording, to one who owes the answer; once for each of them."""
    kind = NoticeKind.SETTLE_ASKED
    seat = "decide" if decides else "settle"
    return Notice(
        kind,
        Place.DM,
        f"{kind.value}:{seat}:{dispute_id}:{of.version}:{person_id}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=person_id,
        facts={"number": of.number, "dispute": dispute_id, "version": of.version},
    )


def _number(event: Event) -> int:
    number = event.facts.get("number")
    return number if isinstance(number, int) else 0


def _of_an_outdated_reading(handoff: Handoff, seq: int, cause: Event) -> list[Notice]:
    """What was acknowledged changed: `cause` says what, and who did it.

    Below the card, and to a CSM who gets no new card because of it: they owed the rest already.
    A CSM who changed it knows.
    """
    facts: dict[str, str | int] = {
        "seq": seq,
        "actor": cause.actor or 0,
        "csm": handoff.csm_id or 0,
        "changed": cause.tag.value,
    }
    if number := _number(cause):
        facts["number"] = number
    told: list[Notice] = []
    if handoff.posted_at is not None:
        told.append(_in_thread(handoff, NoticeKind.OUTDATED, seq, facts))
    unknown = not _by_the_csm(handoff, cause)
    if handoff.csm_id is not None and unknown and len(handoff.reading_left()) > 1:
        csm = access.acting(handoff.csm_id, handoff)
        told.append(_to(handoff, NoticeKind.OUTDATED, seq, csm, facts))
    return told


def _to(
    handoff: Handoff,
    kind: NoticeKind,
    seq: int,
    person_id: int,
    facts: Mapping[str, str | int],
) -> Notice:
    return Notice(
        kind,
        Place.DM,
        f"{kind.value}:{handoff.id}:{seq}:{person_id}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=person_id,
        facts=facts,
    )


def _anchors(handoff: Handoff, seq: int, event: Event, chain: tuple[int, bytes]) -> list[Notice]:
    """An anchor below the card, where it stands, and one for the AE and the CSM each."""
    count, head = chain
    version = event.facts.get("brief")
    facts: dict[str, str | int] = {"count": count, "head": head.hex()[:ANCHOR_DIGITS]}
    if isinstance(version, int):
        facts["version"] = version
    if event.tag is Tag.LEDGER_SIGNED:
        facts["signed"] = 1
    told = []
    if handoff.posted_at is not None:
        told.append(_in_thread(handoff, NoticeKind.ANCHOR, seq, facts))
    for reader in (handoff.ae_id, handoff.csm_id):
        if reader is not None:
            told.append(
                Notice(
                    NoticeKind.ANCHOR,
                    Place.DM,
                    f"{NoticeKind.ANCHOR.value}:{handoff.id}:{seq}:{reader}",
                    Priority.ANSWER if reader == event.actor else Priority.HAND_OVER,
                    handoff_id=handoff.id,
                    person_id=reader,
                    facts=facts,
                )
            )
    return told


def _of_a_closing(
    handoff: Handoff,
    seq: int,
    event: Event,
    chain: tuple[int, bytes],
    undo_window: timedelta,
) -> list[Notice]:
    """Once it cannot be taken back any more: to everybody, to both of the two, and the anchors.

    Each carries when it was closed: what was taken back and closed again is told once.
    """
    closed: dict[str, str | int] = {"closed": instant_text(event.at)}
    facts = {"seq": seq, "actor": event.actor or 0, **closed}
    told: list[Notice] = []
    if handoff.posted_at is not None:
        told.append(_in_thread(handoff, NoticeKind.HANDOFF_CLOSED, seq, facts))
    sides = (one for one in (handoff.ae_id, handoff.csm_id) if one is not None)
    readers = dict.fromkeys(access.acting(one, handoff) for one in sides)
    leaves = (_to(handoff, NoticeKind.AE_LEAVES, seq, one, facts) for one in readers)
    told += [
        replace(one, priority=Priority.ANSWER) if one.person_id == event.actor else one
        for one in leaves
    ]
    anchors = _anchors(handoff, seq, event, chain)
    told += [replace(one, facts={**one.facts, **closed}) for one in anchors]
    return [replace(one, not_before=event.at + undo_window) for one in told]


def _of_invitation(handoff: Handoff, seq: int, event: Event) -> Notice:
    """A helper has no card of this handoff: this one message leads to their sections."""
    helper = event.facts["helper"]
    return Notice(
        NoticeKind.HELPER_INVITED,
        Place.DM,
        f"helper:{handoff.id}:{seq}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=helper if isinstance(helper, int) else None,
    )


def _of_a_step_not_theirs(handoff: Handoff, seq: int, event: Event) -> Notice:
    asked, step = event.facts["asked"], str(event.facts["step"])
    return Notice(
        NoticeKind.NOT_MINE,
        Place.DM,
        f"{NoticeKind.NOT_MINE.value}:{handoff.id}:{step}:{event.actor}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=asked if isinstance(asked, int) else None,
        facts={"seq": seq, "actor": event.actor or 0, "step": step},
    )


def _of_a_talk(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """What was proposed, or stays, to the other one; what was agreed on to all in the talk."""
    sides = [one for one in (handoff.ae_id, handoff.csm_id) if one is not None]
    if event.tag is Tag.TALK_AGREED:
        listener = [handoff.listener_id] if handoff.listener_id is not None else []
        files = (_talk_file(handoff, seq, event, one) for one in (*sides, *listener))
        return list({one.person_id: one for one in files}.values())
    kind = NoticeKind.TALK_KEPT if event.tag is Tag.TALK_KEPT else NoticeKind.TALK_PROPOSED
    turn = event.facts["turn"]
    facts = {
        "seq": seq,
        "actor": event.actor or 0,
        "turn": turn if isinstance(turn, int) else 0,
    }
    acting = {one: access.acting(one, handoff) for one in sides}
    return [
        _to(handoff, kind, seq, reader, {**facts, "owner": one})
        for one, reader in acting.items()
        if reader != event.actor
    ]


def _of_a_briefing(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """When the call is, or that one does without: to whoever of the two did not do it."""
    booked = event.tag is Tag.BRIEFING_BOOKED
    kind = NoticeKind.BRIEFING_BOOKED if booked else NoticeKind.BRIEFING_SKIPPED
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    if booked:
        facts |= {"at": str(event.facts["at"]), "moved": int(event.facts["before"] is not None)}
    else:
        facts["both"] = int(bool(event.facts["both"]))
    # For whom somebody else booked it, they are told of that, and why.
    sides = (None if "reason" in event.values else handoff.ae_id, handoff.csm_id)
    return _to_owners(handoff, kind, seq, event, owners=sides, facts=facts)


def _of_a_lifted_hold(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """To both, of whom one writes the intro and the other waits for the call."""
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    sides = (handoff.ae_id, handoff.csm_id)
    return _to_owners(handoff, NoticeKind.HOLD_LIFTED, seq, event, owners=sides, facts=facts)


def _to_owners(
    handoff: Handoff,
    kind: NoticeKind,
    seq: int,
    event: Event,
    *,
    owners: Sequence[int | None],
    facts: Mapping[str, str | int],
) -> list[Notice]:
    """To each of some, or who acts for them, but not to who did it; each person reads it once."""
    acting = {access.acting(one, handoff): one for one in owners if one is not None}
    return [
        _to(handoff, kind, seq, reader, {**facts, "owner": owner})
        for reader, owner in acting.items()
        if reader != event.actor
    ]


def _of_a_held_briefing(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """Below the card, once; a corrected record says nothing there."""
    if event.facts["again"]:
        return []
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    facts |= {"held_at": str(event.facts["held_at"]), "debrief": int(bool(event.facts["debrief"]))}
    return [_in_thread(handoff, NoticeKind.BRIEFING_HELD, seq, facts)]


def _succeeds(event: Event) -> tuple[Capacity, int, int | None] | None:
    """In which part who follows whom; None where nobody does, or only the clock's rules say so."""
    facts = event.facts
    if event.tag is Tag.AE_REASSIGNED:
        part, now = Capacity.AE, facts["ae"]
    elif event.tag is Tag.ASSIGNED and facts["before"] is not None:
        part, now = Capacity.CSM, facts["csm"]
    elif event.tag is Tag.LEAD_CHANGED and facts["lead"] is not None:
        part, now = Capacity.LEAD, facts["lead"]
    elif event.tag is Tag.MANAGER_CHANGED and event.actor is not None:
        of_ae = facts["side"] == Side.AE.value
        part, now = (Capacity.AE_MANAGER if of_ae else Capacity.CS_MANAGER), facts["manager"]
    else:
        return None
    before = facts["before"]
    if not isinstance(now, int):
        raise TypeError(now)
    return part, now, before if isinstance(before, int) else None


def _of_a_successor(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """To both of them, to the other one of AE and CSM and to the managers; below the card of an AE.

    Before the kickoff a new CSM has all of it on their card. Who the implementation lead is is
    nothing that the managers have to know.
    """
    found = _succeeds(event)
    if found is None:
        return []
    part, now, before = found
    managers = [access.holder(one, handoff) for one in (Capacity.CS_MANAGER, Capacity.AE_MANAGER)]
    sides = [handoff.ae_id, handoff.csm_id]
    if part is Capacity.LEAD:
        managers = []
    elif part in (Capacity.AE_MANAGER, Capacity.CS_MANAGER):
        sides = sides[:1] if part is Capacity.AE_MANAGER else sides[1:]
    owners = [before, now, *sides, *managers]
    if part is Capacity.CSM and handoff.kickoff_held_at is None:
        owners = [one for one in owners if one != now]
    facts = {"seq": seq, "actor": event.actor or 0, "part": part.value, "now": now}
    facts |= {"before": before or 0}
    kind = NoticeKind.REASSIGNED
    told = _to_owners(handoff, kind, seq, event, owners=owners, facts=facts)
    if part is Capacity.AE and handoff.posted_at is not None:
        told.append(_in_thread(handoff, kind, seq, facts))
    return told


def _of_a_champion(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """To AE and CSM, and that one left to both managers, too; the name stands in the brief."""
    if event.tag not in (Tag.CHAMPION_LEFT, Tag.CHAMPION_NAMED):
        return []
    owners = [handoff.ae_id, handoff.csm_id]
    kind = NoticeKind.CHAMPION_NAMED
    if event.tag is Tag.CHAMPION_LEFT:
        kind = NoticeKind.CHAMPION_LEFT
        parts = (Capacity.CS_MANAGER, Capacity.AE_MANAGER)
        owners += [access.holder(one, handoff) for one in parts]
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    for name in ("left", "champion"):
        entry = event.facts.get(name)
        facts[name] = entry if isinstance(entry, int) else 0
    return _to_owners(handoff, kind, seq, event, owners=owners, facts=facts)


def _of_the_intro(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """Below the card that it went out, or did not after all; a corrected time says nothing there.

    Of an intro of the AE's, that the CSM wrote before is told to whichever of the two did not say
    so.
    """
    told: list[Notice] = []
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    if event.tag is Tag.INTRO_SENT and event.facts["before"] is None:
        side = handoff.ae_id if event.facts["side"] == Side.AE else handoff.csm_id
        own = access.acts_as(event.actor or 0, side, handoff)
        said = {name: str(event.facts[name]) for name in ("at", "way")}
        told.append(
            _in_thread(handoff, NoticeKind.INTRO_SENT, seq, {**facts, **said, "own": int(own)})
        )
    elif event.tag is Tag.INTRO_NOT_SENT:
        told.append(_in_thread(handoff, NoticeKind.INTRO_NOT_SENT, seq, facts))
    kept = told if handoff.posted_at is not None else []
    if not event.facts.get("csm_wrote_at") or not event.facts["csm_anew"]:
        return kept
    owner = handoff.ae_id if event.tag is Tag.CHAMPION_WRITTEN_TO else handoff.csm_id
    facts["at"] = str(event.facts["csm_wrote_at"])
    return kept + _to_owners(handoff, NoticeKind.CSM_WROTE, seq, event, owners=[owner], facts=facts)


def _of_posting(handoff: Handoff, seq: int, *, by_bot: bool) -> list[Notice]:
    told: list[Notice] = []
    if by_bot:
        told.append(
            Notice(
                NoticeKind.BOT_POSTED,
                Place.DM,
                f"bot-posted:{handoff.id}:{seq}",
                Priority.HAND_OVER,
                handoff_id=handoff.id,
                person_id=access.acting(handoff.ae_id, handoff),
            )
        )
    # A CSM who was assigned before the card stood there could not be mentioned then.
    if handoff.csm_id is not None:
        told.append(_in_thread(handoff, NoticeKind.CSM_MENTION, seq, {"csm": handoff.csm_id}))
    return told


def chat_opened(chat: Chat) -> Notice:
    """The message on which a chat's thread hangs; said again where Slack never took it."""
    return Notice(
        NoticeKind.CHAT_OPENED,
        Place.DM,
        f"{NoticeKind.CHAT_OPENED.value}:{chat.id}:{chat.turn}",
        Priority.ANSWER,
        handoff_id=chat.handoff_id,
        person_id=chat.person_id,
        facts={"about": chat.about.value},
    )


def chat_said(
    chat: Chat,
    says: Says,
    *,
    spot: Spot,
    saved: int = 0,
    hint: str = "",
    left: int = 0,
    promised: bool = False,
) -> Notice:
    """What the bot says in a chat in its present turn."""
    return Notice(
        NoticeKind.CHAT_SAID,
        Place.CHAT,
        f"{NoticeKind.CHAT_SAID.value}:{chat.id}:{chat.turn}",
        Priority.ANSWER,
        handoff_id=chat.handoff_id,
        person_id=chat.person_id,
        facts={
            "chat": chat.id,
            "says": says.value,
            "section": spot.section,
            "item": spot.item,
            "saved": saved,
            "hint": hint,
            "left": left,
            "promised": int(promised),
            "turn": chat.turn,
        },
    )


def chat_elsewhere(person_id: int, ts: str) -> Notice:
    """To who wrote something beside their threads, once for each message; `ts` is its own."""
    return Notice(
        NoticeKind.CHAT_ELSEWHERE,
        Place.DM,
        f"{NoticeKind.CHAT_ELSEWHERE.value}:{person_id}:{ts}",
        Priority.ANSWER,
        person_id=person_id,
    )


def member_invites(handoff: Handoff) -> list[Notice]:
    """AE, proposed CSM and both managers are brought in; an assigned CSM is wherever it lives.

    Nobody else: others with a part read the handoff without the channel, and a lead would read
    more in it than their part gives them.
    """
    proposed = handoff.proposed_csm_id if handoff.csm_id is None else None
    managers = (access.holder(one, handoff) for one in (Capacity.CS_MANAGER, Capacity.AE_MANAGER))
    wanted = (handoff.ae_id, proposed, *managers)
    return [
        member_invite(handoff.channel_id, person_id)
        for person_id in dict.fromkeys(wanted)
        if person_id is not None
    ]


def member_invite(channel_id: int, person_id: int) -> Notice:
    """Somebody is brought into a channel, once."""
    return Notice(
        NoticeKind.MEMBER_INVITE,
        Place.INVITATION,
        f"member:{channel_id}:{person_id}",
        Priority.HAND_OVER,
        person_id=person_id,
        channel_id=channel_id,
    )


def moved_away(handoff: Handoff, *, left: int, posted_in: str, ts: str) -> Notice:
    """The card in the channel that was left says no more than that, if even that."""
    return Notice(
        NoticeKind.MOVED,
        Place.OLD_CARD,
        f"moved:{handoff.id}:{left}:{ts}",
        Priority.CARD,
        handoff_id=handoff.id,
        channel_id=left,
        facts={"posted_in": posted_in, "ts": ts},
    )


def cannot_post(handoff: Handoff, problem: Problem, *, turns: int, stood: bool = False) -> Notice:
    """The AE hears why their message does not stand in its channel, and what to do.

    `turns` are the channel's: a second time that it is shared or archived is told anew. `stood`:
    it did, until others could read there.
    """
    return Notice(
        NoticeKind.CANNOT_POST,
        Place.DM,
        f"cannot-post:{handoff.id}:{problem.value}:{handoff.channel_id}:{turns}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=access.acting(handoff.ae_id, handoff),
        facts={"problem": problem.value, "stood": int(stood)},
    )


def owner_gone(person_id: int, reader: int, *, on: str) -> Notice:
    """One message for all the handoffs of somebody who has no account any more.

    `on` is the day it was closed: one that was opened again may be closed again.
    """
    kind = NoticeKind.OWNER_GONE
    return Notice(
        kind,
        Place.DM,
        f"{kind.value}:{person_id}:{reader}:{on}",
        Priority.HAND_OVER,
        person_id=reader,
        facts={"person": person_id},
    )


NO_PLACE = frozenset({Problem.CHANNEL_ARCHIVED, Problem.CHANNEL_NOT_INSIDE})
"""Nothing can be shown in such a channel, not even that it may not be shown."""


def where_next(handoff: Handoff, channel: Channel) -> Notice | None:
    """The AE is asked where a handoff shall go on whose channel cannot be used any more.

    Once for each time that the channel turns; None where it can be used, or where the message that
    stands there becomes neutral and tells of it (`cannot_post`).
    """
    problem = channel.obstacle
    lost = problem in NO_PLACE or (problem in UNSAFE and handoff.posted_at is None)
    if problem is None or not lost:
        return None
    return Notice(
        NoticeKind.WHERE_NEXT,
        Place.DM,
        f"{NoticeKind.WHERE_NEXT.value}:{handoff.id}:{problem.value}:{channel.id}:{channel.turns}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=access.acting(handoff.ae_id, handoff),
        channel_id=channel.id,
        facts={"problem": problem.value},
    )


def status_csv(reader: int, chosen: Filter, *, key: str) -> Notice:
    """The status list as a file; whoever asked for it is answered, at whatever hour."""
    return Notice(
        NoticeKind.STATUS_CSV,
        Place.DM,
        f"status-csv:{key}",
        Priority.ANSWER,
        person_id=reader,
        facts={"chosen": chosen.dump()},
    )


def ledger_file(handoff: Handoff, reader: int, *, key: str) -> Notice:
    """The promise ledger as a file for whoever asked for it."""
    return Notice(
        NoticeKind.LEDGER_FILE,
        Place.DM,
        f"ledger-file:{key}",
        Priority.ANSWER,
        handoff_id=handoff.id,
        person_id=reader,
    )


def plan_file(handoff: Handoff, reader: int, *, key: str) -> Notice:
    """What the customer shares of the success plan as a file for whoever asked for it."""
    return Notice(
        NoticeKind.PLAN_FILE,
        Place.DM,
        f"plan-file:{key}",
        Priority.ANSWER,
        handoff_id=handoff.id,
        person_id=reader,
    )


def file_failed(of: Notice, *, unclear: bool) -> Notice:
    """Its reader hears that it could not be sent, or that nobody can see whether it was."""
    return Notice(
        NoticeKind.FILE_FAILED,
        Place.DM,
        f"failed:{int(unclear)}:{of.key}",
        Priority.ANSWER,
        person_id=of.person_id,
        facts={"unclear": int(unclear), "file": of.kind.value},
    )


def hold_mentions(
    notices: Sequence[Notice], *, actor_id: int | None, calendar_of: CalendarOf, now: datetime
) -> list[Notice]:
    """The same, with a mention of somebody else waiting for the end of their quiet hours."""
    held: list[Notice] = []
    for notice in notices:
        mentioned = notice.facts.get("csm")
        if notice.kind is NoticeKind.CSM_MENTION and mentioned not in (None, actor_id):
            loud = calendar_of(int(mentioned or 0), None).first_loud(now)
            notice = replace(notice, not_before=loud if loud != now else None)
        held.append(notice)
    return held


def _in_thread(
    handoff: Handoff, kind: NoticeKind, seq: int, facts: Mapping[str, str | int]
) -> Notice:
    return Notice(
        kind,
        Place.THREAD,
        f"{kind.value}:{handoff.id}:{seq}",
        Priority.CARD,
        handoff_id=handoff.id,
        channel_id=handoff.channel_id,
        facts=facts,
    )


def surfaces(
    handoff: Handoff, *, actor_id: int | None, calendar_of: CalendarOf, now: datetime
) -> list[SurfaceWish]:
    """The card once posted, and a guide card for each who has or had something to do.

    Who stands in for somebody has it in their place. A guide that appears through another person's
    act waits for the reader's quiet hours to end.
    """
    wishes = [SurfaceWish(SurfaceKind.CARD)] if handoff.posted_at is not None else []
    readers = [handoff.ae_id]
    cs_manager = access.holder(Capacity.CS_MANAGER, handoff)
    if handoff.assignable and cs_manager is not None:
        readers.append(cs_manager)
    if handoff.csm_id is not None:
        readers.append(handoff.csm_id)
    for reader in dict.fromkeys(access.acting(one, handoff) for one in readers):
        own = reader == actor_id
        loud = None if own else calendar_of(reader, None).first_loud(now)
        wishes.append(SurfaceWish(SurfaceKind.GUIDE, reader, loud if loud != now else None))
    return wishes


@dataclass(frozen=True)
class FirstWord:
    """Something that may be the first a person ever reads from the bot, so a greeting precedes it.

    It goes as soon as what it precedes, in the same hours.
    """

    person_id: int
    priority: Priority = Priority.ANSWER
    not_before: datetime | None = None


def welcome(before: FirstWord) -> Notice:
    """The greeting a person gets once, before anything else."""
    return Notice(
        NoticeKind.WELCOME,
        Place.DM,
        f"welcome:{before.person_id}",
        before.priority,
        person_id=before.person_id,
        not_before=before.not_before,
    )


def clock_notice(
    words: Sequence[Word],
    reader_id: int,
    *,
    key: str,
    not_before: datetime | None = None,
    left: int = 0,
) -> Notice:
    """What the clock says to one person, in one message; `left` is how much more there was.

    `key` is the same whenever the same is said, and another where a deadline moved.
    """
    first, *more = words
    late = any(word.late for word in words)
    facts: dict[str, str | int] = {"left": left}
    if not more and not left:
        facts = {"step": first.step.value, "stage": first.stage.value}
        if first.subject:
            facts["subject"] = first.subject
    return Notice(
        NoticeKind.SUMMARY if more or left else _said_by_the_clock(first.step, first.stage),
        Place.DM,
        key,
        Priority.LATE if late else Priority.NUDGE,
        handoff_id=None if more or left else first.handoff_id,
        person_id=reader_id,
        facts=facts,
        not_before=not_before,
        about=tuple(words),
    )


def for_the_summary(
    handoff: Handoff, events: Sequence[Event], *, team_channel: bool
) -> list[tuple[int, Word]]:
    """What managers are told of what just happened in their next summary, and nowhere else.

    That the bot posted in the AE's place; the day of a commitment where there is no channel for it.
    """
    told: list[tuple[int, Word]] = []
    for event in events:
        if event.tag is Tag.POSTED and event.actor is None and handoff.ae_manager_id is not None:
            told.append((handoff.ae_manager_id, Word(handoff.id, Step.MESSAGE, Stage.POST)))
        if commits(handoff, event) and not team_channel:
            told += of_the_commitment(handoff, but=event.actor)
    return list(dict.fromkeys(told))


def of_the_commitment(handoff: Handoff, *, but: int | None = None) -> list[tuple[int, Word]]:
    """The day of the commitment to both managers, but not to who named it."""
    word = Word(handoff.id, Step.COMMITMENT, Stage.COMMITTED)
    managers = (handoff.ae_manager_id, handoff.cs_manager_id)
    return [(manager, word) for manager in managers if manager is not None and manager != but]


def _said_by_the_clock(step: Step, stage: Stage) -> NoticeKind:
    if stage in (Stage.POST, Stage.COMMITTED):
        return NoticeKind.SUMMARY
    if stage is Stage.LATE_MANAGER:
        return NoticeKind.LATE_FOR_MANAGER
    usual = NoticeKind.LATE if stage is Stage.LATE else NoticeKind.NUDGE
    return OF_A_DATE.get((step, stage), usual)
