"""The words of a notice as true now, or why it is not said any more."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.delivery.alarms import alarm_told
from bot.delivery.chats import chat_pointed
from bot.delivery.closings import OF_A_CLOSING, closing_in_thread, closing_told, still_closed
from bot.delivery.debriefs import debrief_told, to_whoever_acts
from bot.delivery.disputes import OF_A_DISPUTE, dispute_in_thread, dispute_told
from bot.delivery.kickoffs import kickoff_told, morning_told
from bot.delivery.late import late_told
from bot.delivery.paths import path_in_thread, path_told
from bot.delivery.people import OF_PEOPLE, people_told, successor_in_thread
from bot.delivery.plans import Cancel
from bot.delivery.success_plans import milestone_due, plan_in_thread, plan_voided
from bot.delivery.why import why_told
from bot.domain import access, planning, read_models
from bot.domain.access import Act, Audience, Capacity
from bot.domain.chat import About
from bot.domain.completeness import capture_missing
from bot.domain.deadlines import (
    OWED_STATES,
    REMINDED,
    Deadline,
    DeadlineState,
    Key,
    Step,
    done_at,
    held_by,
    holder_of,
)
from bot.domain.digest import Word
from bot.domain.errors import HandoffError, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.intro import IntroDraft, count_words
from bot.domain.introducing import SENDERS, side_of_sender
from bot.domain.managers import Told
from bot.domain.notices import (
    OF_A_DATE,
    OF_A_KICKOFF,
    OF_A_PATH,
    OF_A_STEP,
    OF_THE_CLOCK,
    OF_THE_DEBRIEF,
    JobSource,
    Notice,
    NoticeKind,
    clock_notice,
    key_of,
    steps_named,
)
from bot.domain.nudging import Stage, overtaken
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.promises import Promise, Side
from bot.domain.read_models import (
    Became,
    BecauseOf,
    NamedPerson,
    NudgeModel,
    Over,
    StepLine,
    Summary,
    WhyTold,
    named,
    step_line,
)
from bot.domain.steps import OF_A_PROMISE, TO_SETTLE
from bot.domain.verification import RecordKind
from bot.storage.because import because, reason_given
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views.appointments import talk_kept_message, talk_proposed_message
from bot.views.briefing import booked_message, held_message, without_message
from bot.views.chat import chat_opened_message
from bot.views.debrief import done_message
from bot.views.digest import posted_for_ae_message, summary_message
from bot.views.files import file_failed_message
from bot.views.ids import ActionId
from bot.views.intro import csm_wrote_message, sent_message, taken_back_message
from bot.views.kickoff import kickoff_held_message
from bot.views.ledger import not_taken_message
from bot.views.message import Message
from bot.views.not_mine import Left, not_mine_message, owner_gone_message
from bot.views.nudge import nudge_message, over_message
from bot.views.pre_close import (
    alignment_message,
    capture_message,
    commitment_message,
    committed_message,
    slipped_message,
)
from bot.views.reassigning import PEOPLE_BUTTONS
from bot.views.sentences.problems import problem as problem_of
from bot.views.thread import (
    anchor_message,
    bot_posted_message,
    cannot_post_message,
    due_moved_message,
    helper_message,
    hold_lifted_message,
    invite_by_hand_message,
    outdated_message,
    overridden_message,
    promise_changed_message,
    recorded_for_message,
    sent_back_message,
    signature_corrected_message,
    size_changed_message,
    thread_message,
    unconfirmed_message,
    undo_offer_message,
    welcome_message,
    where_next_message,
)

_LATE = frozenset({NoticeKind.LATE, NoticeKind.LATE_FOR_MANAGER})
_BECAME = {
    "no_longer_owed": Became.NOT_DUE,
    "no_longer_theirs": Became.NOT_THEIRS,
    "another_is_told": Became.NOT_THEIRS,
    "no_longer_late": Became.DUE_LATER,
    "of_another_day": Became.DUE_LATER,
}
"""What is told of a reminder that does not hold any more."""
_OF_A_CHANGE = frozenset(
    {
        NoticeKind.OVERRIDDEN,
        NoticeKind.HOLD_LIFTED,
        NoticeKind.OUTDATED,
        NoticeKind.PROMISE_CHANGED,
        NoticeKind.RECORDED_FOR,
        NoticeKind.TIER_CHANGED,
    }
)
_NAMES_ANOTHER = {Capacity.AE: Act.REASSIGN_AE, Capacity.CSM: Act.ASSIGN}
"""The act by which another one is named for a part."""
_ASKS_THE_AE = frozenset({NoticeKind.WHERE_NEXT, NoticeKind.CANNOT_POST, NoticeKind.UNCONFIRMED})
_AHEAD = frozenset({Stage.HALF, Stage.MOST})
"""What is only said before the due time."""
_MOST_LEFT = 200
"""Handoffs of one person that are looked through."""
_REMINDERS = frozenset({Stage.HALF, Stage.MOST, Stage.LATE})
"""What a snooze silences."""


@dataclass(frozen=True)
class AsNow:
    """What stands already, worded as it is now; `over` where nothing in it can change any more."""

    message: Message
    over: bool


class NoticeText:
    """Words for each kind of notice."""

    def __init__(self, *, policy: Policy) -> None:
        self._policy = policy

    def for_person(self, unit: ReadUnit, notice: Notice, reader: Person) -> Message | Cancel:
        """What one person is told in a DM or where they acted."""
        if notice.kind is NoticeKind.WELCOME:
            return welcome_message()
        if notice.kind is NoticeKind.SUMMARY:
            return self.summary(unit, notice, reader)[0]
        if notice.kind is NoticeKind.ALARM:
            return alarm_told(unit, notice, reader)
        if notice.kind is NoticeKind.OWNER_GONE:
            return _owner_gone(unit, notice, reader)
        if notice.kind is NoticeKind.CHAT_ELSEWHERE:
            return chat_pointed(unit, reader)
        if notice.kind is NoticeKind.FILE_FAILED:
            # Before there were others it was always the list.
            file = NoticeKind(str(notice.facts.get("file", NoticeKind.STATUS_CSV)))
            return file_failed_message(file, unclear=bool(notice.facts["unclear"]))
        bundle = unit.bundle(notice.handoff_id or 0, viewer=reader)
        if notice.kind in OF_A_STEP:
            return _nudge(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.UNDO_OFFER:
            return self._undo_offer(bundle.handoff, notice, unit.now)
        if notice.kind in OF_A_CLOSING:
            return closing_told(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.ANCHOR:
            if "closed" in notice.facts and not still_closed(bundle.handoff, notice):
                return Cancel("closing_undone")
            if reader.id not in bundle.handoff.people():
                return Cancel("no_part")
            return anchor_message(_card(bundle, unit.now), notice.facts)
        if notice.kind is NoticeKind.CANCELLED:
            return path_told(unit, bundle, notice, reader)
        if not bundle.handoff.open:
            return Cancel("handoff_closed")
        if notice.kind in OF_A_DATE.values():
            return _of_a_date(unit, bundle, notice, reader)
        if notice.kind in OF_PEOPLE:
            return people_told(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.NOT_MINE:
            return _not_mine(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.SENT_BACK:
            told = because(unit, bundle, reader)
            if told is None or told.of is not BecauseOf.SENT_BACK:
                return Cancel("returned")
            return sent_back_message(_card(bundle, unit.now), told)
        if notice.kind is NoticeKind.REACTION_NOT_TAKEN:
            return self._not_taken(unit, bundle, notice)
        if notice.kind is NoticeKind.PLAN_VOIDED:
            return plan_voided(unit, bundle, notice, reader)
        if notice.kind in (NoticeKind.BRIEFING_BOOKED, NoticeKind.BRIEFING_SKIPPED):
            return _of_a_briefing(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.CSM_WROTE:
            return _csm_wrote(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.TALK_PROPOSED:
            return _talk_proposed(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.TALK_KEPT:
            return _talk_kept(unit, bundle, notice, reader)
        if notice.kind in OF_A_KICKOFF:
            return kickoff_told(unit, bundle, notice, reader)
        if notice.kind in OF_A_DISPUTE:
            return dispute_told(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.LATE_DIFFERS:
            return late_told(unit, bundle, notice, reader)
        if notice.kind in OF_A_PATH:
            return path_told(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.CHAT_OPENED:
            about = About(str(notice.facts["about"]))
            return chat_opened_message(bundle.handoff.account, about)
        if notice.kind in OF_THE_DEBRIEF:
            return debrief_told(unit, bundle, notice, reader)
        if notice.kind in _OF_A_CHANGE:
            return _of_a_change(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.BOT_POSTED:
            card = _card(bundle, unit.now)
            # The card is for the channel; its AE reads the names of all holes.
            holes = read_models.told(bundle.handoff, bundle.people, bundle.audiences)
            return bot_posted_message(replace(card, completeness=holes))
        if notice.kind is NoticeKind.DUE_MOVED:
            return _due_moved(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.HELPER_INVITED:
            sections = access.given(reader, bundle.handoff)
            if not sections:
                return Cancel("no_longer_helper")
            return helper_message(_card(bundle, unit.now), sections)
        if notice.kind is NoticeKind.CANNOT_POST:
            return _cannot_post(bundle, notice, unit.now)
        if notice.kind is NoticeKind.WHERE_NEXT:
            return _where_next(bundle, notice, unit.now)
        if notice.kind is NoticeKind.INVITE_BY_HAND:
            csm = named(int(notice.facts["csm"]), bundle.people)
            if csm is None or bundle.handoff.csm_id != csm.id:
                return Cancel("no_longer_csm")
            return invite_by_hand_message(_card(bundle, unit.now), csm)
        if notice.kind is NoticeKind.UNCONFIRMED:
            return unconfirmed_message(
                _card(bundle, unit.now),
                source=JobSource(str(notice.facts["source"])),
                entry=int(notice.facts["entry"]),
                # Asked before there were others: of the surfaces in a channel it was the card.
                is_card=bool(notice.facts.get("card", notice.facts["source"] == JobSource.SURFACE)),
                channel_slack_id=bundle.channel.slack_id,
            )
        return Cancel("no_such_notice")

    def summary(
        self, unit: ReadUnit, notice: Notice, reader: Person
    ) -> tuple[Message | Cancel, frozenset[int]]:
        """A summary, and which of the things it is about are in it, by their places."""
        return _summary(unit, notice, reader, fresh=True)

    def passed_on(self, unit: ReadUnit, notice: Notice, reader: Person) -> tuple[Notice, ...]:
        """What of a summary another manager is told instead by now, each thing by itself."""
        told: list[Notice] = []
        of_managers = [word for word in notice.about if word.stage is Stage.LATE_MANAGER]
        bundles = _bundles(unit, of_managers, reader)
        for word in of_managers:
            bundle = bundles[word.handoff_id]
            if _add(_Parts(), unit, bundle, word, reader) == "no_longer_theirs":
                single = clock_notice([word], reader.id, key=notice.key)
                told += _passed_on(unit, bundle, single).told
        return tuple(told)

    def asked_instead(self, unit: ReadUnit, notice: Notice) -> tuple[Notice, ...]:
        """Whoever names another AE is asked what the AE, who has no account any more, was asked."""
        if notice.kind not in _ASKS_THE_AE:
            return ()
        handoff = unit.handoffs.get(notice.handoff_id or 0)
        told = unit.reassigns(handoff, Capacity.AE, but=notice.person_id or 0)
        return _to_another(notice, told, notice.key).told

    def as_now(self, unit: ReadUnit, notice: Notice, reader: Person) -> AsNow | None:
        """What the clock said, as it is now; None where it may stand as it does."""
        if notice.kind is NoticeKind.SUMMARY:
            told, _ = _summary(unit, notice, reader, fresh=False)
            return AsNow(told, over=False) if isinstance(told, Message) else None
        if notice.kind not in OF_THE_CLOCK:
            return None
        (step, subject), stage = key_of(notice), Stage(str(notice.facts["stage"]))
        bundle = unit.bundle(notice.handoff_id or 0, viewer=reader)
        if notice.kind in OF_A_STEP:
            told = _nudge(unit, bundle, notice, reader)
        elif bundle.handoff.open:
            told = _of_a_date(unit, bundle, notice, reader)
        else:
            told = Cancel("no_longer_owed")
        if isinstance(told, Message):
            return AsNow(told, over=False)
        word = Word(bundle.handoff.id, step, stage, subject)
        over = _over(unit, bundle, word, told.reason)
        return AsNow(over_message(over), over=True) if over is not None else None

    def for_thread(self, unit: ReadUnit, notice: Notice) -> Message | Cancel:
        """A reply below the card."""
        bundle = unit.bundle(notice.handoff_id or 0, viewer=None)
        if notice.kind is NoticeKind.CSM_MENTION and (
            not bundle.handoff.open or bundle.handoff.csm_id != notice.facts["csm"]
        ):
            return Cancel("no_longer_csm")
        if notice.kind in OF_A_CLOSING:
            return closing_in_thread(unit, bundle, notice)
        if notice.kind is NoticeKind.ANCHOR and "closed" in notice.facts:
            if not still_closed(bundle.handoff, notice):
                return Cancel("closing_undone")
            return anchor_message(_card(bundle, unit.now), notice.facts)
        if notice.kind is NoticeKind.DEBRIEF_DONE:
            debrief = bundle.handoff.debrief
            if debrief.done_at is None or debrief.held_at is None:
                return Cancel("no_longer_done")
            return done_message(bundle.handoff.account, debrief.held_at)
        known = _named_in(unit, notice)
        if notice.kind is NoticeKind.SIGNATURE_CORRECTED:
            moved = _still_owed(bundle, notice, unit.now)
            return signature_corrected_message(
                _card(bundle, unit.now), notice.facts, known.get(int(notice.facts["actor"])), moved
            )
        if notice.kind is NoticeKind.TIER_CHANGED:
            size = bundle.size.seen_by(access.IN_THE_CHANNEL)
            by = known.get(int(notice.facts["actor"]))
            return size_changed_message(_card(bundle, unit.now), notice.facts, by, size)
        if notice.kind is NoticeKind.BRIEFING_HELD:
            by = known.get(int(notice.facts["actor"]))
            return held_message(_card(bundle, unit.now), notice.facts, by)
        if notice.kind in (NoticeKind.PLAN_SIGNED, NoticeKind.PLAN_REOPENED):
            return plan_in_thread(unit, bundle, notice)
        if notice.kind in (NoticeKind.INTRO_SENT, NoticeKind.INTRO_NOT_SENT):
            return _of_an_intro(bundle, notice, known.get(int(notice.facts["actor"])), unit.now)
        if notice.kind is NoticeKind.KICKOFF_HELD:
            by = known.get(int(notice.facts["actor"]))
            csm = known.get(int(notice.facts.get("csm", 0)))
            return kickoff_held_message(_card(bundle, unit.now), notice.facts, by, csm=csm)
        if notice.kind is NoticeKind.OUTDATED:
            return outdated_message(_card(bundle, unit.now), notice.facts, known)
        if notice.kind is NoticeKind.PROMISE_CHANGED:
            return promise_changed_message(_card(bundle, unit.now), notice.facts, known)
        if notice.kind in OF_A_DISPUTE:
            return dispute_in_thread(unit, bundle, notice)
        if notice.kind is NoticeKind.REASSIGNED:
            return successor_in_thread(unit, bundle, notice)
        if notice.kind in OF_A_PATH:
            return path_in_thread(unit, bundle, notice)
        return thread_message(notice.kind, _card(bundle, unit.now), notice.facts, known)

    def for_channel(self, unit: ReadUnit, notice: Notice) -> Message | Cancel:
        """A line in a channel that is not the deal's."""
        bundle = unit.bundle(notice.handoff_id or 0, viewer=None)
        if not bundle.handoff.open or bundle.handoff.commitment_on is None:
            return Cancel("handoff_closed")
        return committed_message(_card(bundle, unit.now), bundle.handoff.commitment_on)

    def _not_taken(self, unit: ReadUnit, bundle: Bundle, notice: Notice) -> Message:
        now = unit.ledger.entry(bundle.handoff.id, int(notice.facts["promise"])).promise
        facts = {
            "number": str(now.number),
            "words": now.text.words,
            "minutes": str(self._policy.undo_minutes),
        }
        problem = HandoffError(Problem(str(notice.facts["problem"])), facts=facts)
        return not_taken_message(bundle.handoff.account, problem_of(problem, people={}))

    def _undo_offer(self, handoff: Handoff, notice: Notice, now: datetime) -> Message | Cancel:
        tag = Tag(str(notice.facts["tag"]))
        done = handoff.reviews.closed_at if tag is Tag.CLOSED else handoff.cancelled_at
        if tag is Tag.ACKNOWLEDGED:
            done = handoff.acknowledged_at if handoff.acknowledged else None
        if done is None or now - done > self._policy.undo_window:
            return Cancel("too_late_to_undo")
        return undo_offer_message(handoff.id, tag, minutes=self._policy.undo_minutes)


def _found(bundle: Bundle, key: Key) -> Deadline | None:
    """A deadline of a handoff; None where it has none of that sort."""
    return next((one for one in bundle.deadlines if one.key == key), None)


def _card(bundle: Bundle, as_of: datetime) -> read_models.Card:
    return read_models.card(
        bundle.handoff, bundle.brief, bundle.deadlines, bundle.people, as_of=as_of
    )


def _named_in(unit: ReadUnit, notice: Notice) -> dict[int, NamedPerson]:
    ids = [int(notice.facts[name]) for name in ("actor", "csm") if notice.facts.get(name)]
    people = unit.people.many(ids)
    return {one: NamedPerson(one, who.slack_id, who.name) for one, who in people.items()}


def _still_owed(
    bundle: Bundle, notice: Notice, now: datetime, owner_id: int | None = None
) -> list[StepLine]:
    """Of the steps a correction moved those that are still owed, by one owner or by anybody."""
    named_steps = steps_named(notice)
    return [
        step_line(one, bundle.people, as_of=now, done=None, left=bundle.handoff.reading_left())
        for one in bundle.deadlines
        if one.step in named_steps
        and one.state is DeadlineState.OPEN
        and owner_id in (None, one.owner_id)
    ]


def _of_a_change(
    unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person
) -> Message | Cancel:
    """What somebody changed, to one whose work it touches and who still has it."""
    handoff, card = bundle.handoff, _card(bundle, unit.now)
    known = _named_in(unit, notice)
    by = known.get(int(notice.facts["actor"]))
    if notice.kind is NoticeKind.OVERRIDDEN:
        reason = reason_given(unit, bundle, Tag.CLOSED_WON_OVERRIDDEN)
        if not access.acts_as(reader.id, handoff.ae_id, handoff) or reason is None:
            return Cancel("no_longer_theirs")
        return overridden_message(card, by, reason[0])
    if notice.kind is NoticeKind.HOLD_LIFTED:
        reason, owner = reason_given(unit, bundle, Tag.HOLD_LIFTED), int(notice.facts["owner"])
        if owner not in (handoff.ae_id, handoff.csm_id) or reason is None:
            return Cancel("no_longer_theirs")
        if not access.acts_as(reader.id, owner, handoff):
            return to_whoever_acts(notice, handoff, owner)
        return hold_lifted_message(card, by, reason[0])
    if notice.kind is NoticeKind.OUTDATED:
        if not access.acts_as(reader.id, handoff.csm_id, handoff) or not card.outdated:
            return Cancel("no_longer_owed")
        return outdated_message(card, notice.facts, known, in_thread=False)
    if notice.kind is NoticeKind.PROMISE_CHANGED:
        if not access.acts_as(reader.id, handoff.ae_id, handoff):
            return Cancel("no_longer_theirs")
        return promise_changed_message(card, notice.facts, known, in_thread=False)
    if notice.kind is NoticeKind.RECORDED_FOR:
        sides = (handoff.ae_id, handoff.csm_id)
        if by is None or not any(access.acts_as(reader.id, one, handoff) for one in sides):
            return Cancel("no_longer_theirs")
        return recorded_for_message(card, notice.facts, by)
    plans = (handoff.csm_id, access.holder(Capacity.CS_MANAGER, handoff))
    if not any(access.acts_as(reader.id, one, handoff) for one in plans):
        return Cancel("no_longer_theirs")
    size = bundle.size.seen_by(bundle.audiences)
    return size_changed_message(card, notice.facts, by, size, in_thread=False)


def _of_a_briefing(
    unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person
) -> Message | Cancel:
    """When the call is, or that one does without, to the other one while that is so."""
    handoff, by = bundle.handoff, _named_in(unit, notice).get(int(notice.facts["actor"]))
    briefing, owner = handoff.briefing, int(notice.facts["owner"])
    if by is None or owner not in (handoff.ae_id, handoff.csm_id):
        return Cancel("no_longer_theirs")
    if not access.acts_as(reader.id, owner, handoff):
        return to_whoever_acts(notice, handoff, owner)
    if notice.kind is NoticeKind.BRIEFING_BOOKED:
        at = datetime.fromisoformat(str(notice.facts["at"]))
        if briefing.at != at or briefing.recorded_at is not None:
            return Cancel("no_longer_so")
        moved = bool(notice.facts["moved"])
        return booked_message(handoff.id, handoff.account, at, by, moved=moved)
    both = bool(notice.facts["both"])
    said = briefing.without_ae_at or briefing.without_csm_at
    asked = handoff.verification.call_asked_for or briefing.recorded_at is not None
    if said is None or asked or both is not (briefing.without is not None):
        return Cancel("no_longer_so")
    return without_message(handoff.id, handoff.account, by, both=both)


def _of_an_intro(
    bundle: Bundle, notice: Notice, by: NamedPerson | None, now: datetime
) -> Message | Cancel:
    """That it went out, or did not after all, while that is so."""
    sent_at = bundle.handoff.intro.sent_at
    if notice.kind is NoticeKind.INTRO_NOT_SENT:
        if sent_at is not None:
            return Cancel("no_longer_so")
        return taken_back_message(_card(bundle, now), by)
    if sent_at != datetime.fromisoformat(str(notice.facts["at"])):
        return Cancel("no_longer_so")
    return sent_message(_card(bundle, now), notice.facts, by)


def _csm_wrote(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """That the CSM wrote before the intro, to the other one of the two while that is so."""
    handoff, by = bundle.handoff, _named_in(unit, notice).get(int(notice.facts["actor"]))
    wrote, owner = handoff.intro.wrote(Side.CSM), int(notice.facts["owner"])
    if by is None or owner not in (handoff.ae_id, handoff.csm_id):
        return Cancel("no_longer_theirs")
    if not access.acts_as(reader.id, owner, handoff):
        return to_whoever_acts(notice, handoff, owner)
    if wrote is None or wrote.at != datetime.fromisoformat(str(notice.facts["at"])):
        return Cancel("no_longer_so")
    to_csm = owner == handoff.csm_id
    if handoff.intro.csm_said_so is to_csm or (not to_csm and handoff.intro.sent_at is not None):
        return Cancel("no_longer_so")
    account = handoff.account
    return csm_wrote_message(handoff.id, account, by, wrote.way, wrote.at, to_csm=to_csm)


def _talk_proposed(
    unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person
) -> Message | Cancel:
    """A proposed time, to who still answers it."""
    handoff, by = bundle.handoff, _named_in(unit, notice).get(int(notice.facts["actor"]))
    talk = handoff.debrief_talk
    waits = talk.waits_for is not None and handoff.can_be_arranged
    if not waits or talk.turn != notice.facts["turn"] or by is None:
        return Cancel("no_longer_owed")
    line = read_models.talk_of(handoff, bundle.people, reader)
    if not line.yours:
        owner = handoff.ae_id if talk.waits_for is Side.AE else handoff.csm_id
        return to_whoever_acts(notice, handoff, owner)
    told = unit.history.value(handoff.id, int(notice.facts["seq"]), "line")
    return talk_proposed_message(
        handoff.id, handoff.account, line, by, turn=line.turn, told=told or ""
    )


def _talk_kept(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """That it stays at the time agreed on, while that is so."""
    handoff, by = bundle.handoff, _named_in(unit, notice).get(int(notice.facts["actor"]))
    talk, owner = handoff.debrief_talk, int(notice.facts["owner"])
    over = not handoff.can_be_arranged or talk.turn != notice.facts["turn"]
    if over or talk.agreed_at is None or by is None:
        return Cancel("no_longer_agreed")
    if not access.acts_as(reader.id, owner, handoff):
        return to_whoever_acts(notice, handoff, owner)
    if owner not in (handoff.ae_id, handoff.csm_id):
        return Cancel("no_longer_theirs")
    told = unit.history.value(handoff.id, int(notice.facts["seq"]), "line")
    return talk_kept_message(handoff.account, talk.agreed_at, by, told=told or "")


def _due_moved(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    moved = _still_owed(bundle, notice, unit.now, reader.id)
    if not moved:
        return Cancel("no_longer_owed")
    by = _named_in(unit, notice).get(int(notice.facts["actor"]))
    return due_moved_message(_card(bundle, unit.now), by, moved)


def _cannot_post(bundle: Bundle, notice: Notice, now: datetime) -> Message | Cancel:
    stood = bool(notice.facts.get("stood"))
    if bundle.channel.problem() is None and (stood or bundle.handoff.posted_at is not None):
        return Cancel("can_post")  # Meanwhile the card goes out by itself.
    problem = Problem(str(notice.facts["problem"]))
    return cannot_post_message(
        _card(bundle, now),
        problem=problem,
        channel_slack_id=bundle.channel.slack_id,
        stood=stood,
    )


def _where_next(bundle: Bundle, notice: Notice, now: datetime) -> Message | Cancel:
    handoff, channel = bundle.handoff, bundle.channel
    problem = Problem(str(notice.facts["problem"]))
    if channel.id != notice.channel_id:
        return Cancel("moved")
    if channel.obstacle is not problem:
        return Cancel("can_post")  # Or of what it is now another message tells.
    return where_next_message(
        _card(bundle, now),
        problem=problem,
        channel_slack_id=channel.slack_id,
        stands=handoff.posted_at is not None,
    )


def _of_a_date(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    return _dated(unit, bundle, notice.kind, Step(str(notice.facts["step"])), reader)


def _dated(
    unit: ReadUnit, bundle: Bundle, kind: NoticeKind, step: Step, reader: Person
) -> Message | Cancel:
    """What is said on a fixed day, where it is still so that day."""
    handoff = bundle.handoff
    owed = _found(bundle, (step, 0))
    if owed is None or not handoff.open or owed.state is not DeadlineState.DATED:
        return Cancel("no_longer_owed")
    if reader.id != owed.owner_id:
        return Cancel("no_longer_theirs")
    card = _card(bundle, unit.now)
    if kind is NoticeKind.KICKOFF_MORNING:
        return morning_told(bundle, unit.now)
    if kind is NoticeKind.COMMITMENT_ASKED and handoff.commitment_on is not None:
        return commitment_message(card, handoff.commitment_on, ready_at=handoff.gate_at)
    expected = handoff.expected_on
    if expected is None:
        return Cancel("no_longer_owed")
    slipped = expected < unit.people.calendar(reader.id).local_date(unit.now)
    if slipped is not (kind is NoticeKind.SIGNATURE_SLIPPED):
        return Cancel("of_another_day")
    if slipped:
        return slipped_message(card, expected)
    if kind is NoticeKind.ALIGNMENT_REMINDER:
        return alignment_message(card, expected)
    return capture_message(card, expected, capture_missing(bundle.brief))


def _nudge(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    stage = Stage(str(notice.facts["stage"])) if "stage" in notice.facts else None
    owed = _owed(
        unit,
        bundle,
        reader,
        key_of(notice),
        stage,
        to_manager=notice.kind is NoticeKind.LATE_FOR_MANAGER,
        late=notice.kind in _LATE,
    )
    if not isinstance(owed, Cancel):
        return nudge_message(owed, notice.kind)
    if notice.kind is NoticeKind.LATE_FOR_MANAGER and owed.reason == "no_longer_theirs":
        return _passed_on(unit, bundle, notice)
    return owed


def _passed_on(unit: ReadUnit, bundle: Bundle, notice: Notice) -> Cancel:
    key = key_of(notice)
    due = next(one for one in bundle.deadlines if one.key == key)
    told = unit.told_on(bundle.handoff, due)
    about = f"{due.step.value}{f'#{due.subject}' if due.subject else ''}"
    return _to_another(notice, told, f"{about}:{due.due_at.isoformat()}:{due.owner_id}")


def _owed(
    unit: ReadUnit,
    bundle: Bundle,
    reader: Person,
    key: Key,
    stage: Stage | None,
    *,
    to_manager: bool,
    late: bool,
) -> NudgeModel | Cancel:
    """What is said of a step to who owes it or to their manager, where it still holds."""
    step, owed = key[0], _found(bundle, key)
    if owed is None or not bundle.handoff.open or owed.state not in REMINDED:
        return Cancel("no_longer_owed")
    in_place = not to_manager and reader.id == owed.told_id
    told = unit.told_on(bundle.handoff, owed) if to_manager or in_place else None
    if reader.id != (owed.reader_id if told is None else told.person_id):
        return Cancel("no_longer_theirs")
    if stage is not None and overtaken(stage, owed.said):
        return Cancel("overtaken")  # After a pause or an outage only the present state is said.
    is_late = owed.state is DeadlineState.OPEN and unit.now >= owed.due_at
    if late and not is_late:
        return Cancel("no_longer_late")
    if stage in _AHEAD and unit.now >= owed.due_at:
        return Cancel("overtaken")  # It is late by now, and the sweep says so.
    if stage in _REMINDERS and owed.snoozed_until and unit.now < owed.snoozed_until:
        return Cancel("snoozed")
    held = held_by(owed, bundle.handoff, bundle.size)
    away = unit.people.away().get(held or 0)
    held_is_gone = held is not None and unit.people.closed(held)
    acts_for = named(held, bundle.people) if held != owed.owner_id else None
    return NudgeModel(
        handoff_id=bundle.handoff.id,
        account=bundle.handoff.account,
        line=step_line(
            owed,
            bundle.people,
            as_of=unit.now,
            done=None,
            left=bundle.handoff.reading_left(),
        ),
        completeness=read_models.told(bundle.handoff, bundle.people, bundle.audiences),
        late_by=unit.now - owed.due_at if is_late else None,
        holds_up=_held_up(bundle, owed),
        viewer=NamedPerson(reader.id, reader.slack_id, reader.name),
        told_as_manager=to_manager or in_place,
        promise=_promise(unit, bundle, owed),
        milestone=milestone_due(unit, bundle, owed),
        brief_version=bundle.handoff.brief_version,
        with_ae=bundle.handoff.verification.with_ae,
        snoozed_reason=_snoozed_for(unit, bundle.handoff.id, reader, stage),
        why=why_told(unit, bundle.handoff, told) if told is not None else None,
        away_until=away.until if away and (acts_for or owed.told_id is not None) else None,
        owner_gone=held_is_gone,
        stands_in=acts_for,
        declines=step is Step.READ and reader.id == bundle.handoff.csm_id,
        reassigns=(step is Step.READ or (held == bundle.handoff.csm_id and held_is_gone))
        and access.may(Act.ASSIGN, reader, bundle.handoff),
        reassigns_ae=held == bundle.handoff.ae_id
        and held_is_gone
        and access.may(Act.REASSIGN_AE, reader, bundle.handoff),
        no_promises=not bundle.handoff.signing.entries,
        kickoff_at=bundle.handoff.kickoff.at,
        contacted=bundle.handoff.intro.csm_wrote_at is not None,
        draft_words=None if to_manager or in_place else _draft_words(unit, bundle, reader, step),
        incomplete=bundle.handoff.success_plan.incomplete,
        unsigned=planning.missing(bundle.handoff, bundle.size),
    )


def _draft_words(unit: ReadUnit, bundle: Bundle, reader: Person, step: Step) -> int | None:
    """How many words the draft of an intro has, of a reminder to its sender."""
    of = SENDERS[side_of_sender(bundle.size)]
    if step is not Step.INTRO or not access.may(of.write, reader, bundle.handoff):
        return None
    found = unit.records.load(bundle.handoff.id, audiences=bundle.audiences)
    kept = found.get(RecordKind.INTRO_DRAFT)
    draft = kept.record if kept is not None else None
    return count_words(draft.words) if isinstance(draft, IntroDraft) else 0


def _promise(unit: ReadUnit, bundle: Bundle, owed: Deadline) -> Promise | None:
    """What is owed about a promise names it, to who may read it."""
    if owed.step not in OF_A_PROMISE or Audience.CHANNEL not in bundle.audiences:
        return None
    entry = unit.ledger.numbered(bundle.handoff.id, owed.subject)
    return entry.promise if entry is not None else None


def _over(unit: ReadUnit, bundle: Bundle, word: Word, reason: str) -> Over | None:
    """What became of something the clock said; None where it holds, or a later word tells."""
    became = _BECAME.get(reason)
    owed = _found(bundle, (word.step, word.subject))
    if became is None or owed is None:
        return None
    done = done_at(word.step, bundle.handoff) if bundle.handoff.open else None
    done_of_a_promise = owed.subject and owed.state is DeadlineState.DONE
    if became is Became.NOT_DUE and (done is not None or done_of_a_promise):
        became = Became.DONE
    line = step_line(owed, bundle.people, as_of=unit.now, done=done)
    return Over(bundle.handoff.account, line, became)


def _summary(
    unit: ReadUnit, notice: Notice, reader: Person, *, fresh: bool
) -> tuple[Message | Cancel, frozenset[int]]:
    """Several things in one message; what does not hold is left out, or later told to be over."""
    parts = _Parts()
    held: set[int] = set()
    bundles = _bundles(unit, notice.about, reader)
    for place, word in enumerate(notice.about):
        bundle = bundles[word.handoff_id]
        reason = _add(parts, unit, bundle, word, reader)
        held |= set() if reason else {place}
        over = _over(unit, bundle, word, reason) if reason and not fresh else None
        if over is not None:
            parts.over.append(over)
    return _in_one(unit, notice, reader, parts, fresh=fresh), frozenset(held)


def _in_one(
    unit: ReadUnit, notice: Notice, reader: Person, parts: "_Parts", *, fresh: bool
) -> Message | Cancel:
    if fresh and not (parts.yours or parts.in_team or parts.asked or parts.besides):
        return Cancel("nothing_holds")
    alone = parts.alone()
    if alone is not None and not notice.facts.get("left"):
        return alone
    late = any(one.late_by is not None for one in (*parts.yours, *parts.in_team))
    morning = unit.people.calendar(reader.id).morning_after(unit.now) if late else None
    return summary_message(
        Summary(
            yours=tuple(parts.yours),
            in_team=tuple(parts.in_team),
            over=tuple(parts.over),
            left=int(notice.facts.get("left", 0)),
            next_at=morning,
        ),
        asked=parts.asked,
        besides=parts.besides,
    )


def _bundles(unit: ReadUnit, words: Iterable[Word], reader: Person) -> dict[int, Bundle]:
    """What the words are about, each handoff read once."""
    return {one: unit.bundle(one, viewer=reader) for one in {word.handoff_id for word in words}}


@dataclass
class _Parts:
    yours: list[NudgeModel] = field(default_factory=list)
    in_team: list[NudgeModel] = field(default_factory=list)
    asked: list[Message] = field(default_factory=list)
    besides: list[Message] = field(default_factory=list)
    over: list[Over] = field(default_factory=list)

    def alone(self) -> Message | None:
        """The message about the one thing there is; None for several."""
        if len(self.yours) + len(self.in_team) + len(self.asked) != 1 or self.besides or self.over:
            return None
        for nudge in (*self.yours, *self.in_team):
            # Of what is not late a manager is told in the place of somebody away, as of a reminder.
            late = nudge.late_by is not None
            return nudge_message(nudge, NoticeKind.LATE if late else NoticeKind.NUDGE)
        return self.asked[0]


def _add(parts: _Parts, unit: ReadUnit, bundle: Bundle, word: Word, reader: Person) -> str:
    """Add one word to the message; gives why it does not hold, or nothing."""
    if word.stage is Stage.POST:
        parts.besides.append(posted_for_ae_message(bundle.handoff.account))
        return ""
    if word.stage is Stage.COMMITTED:
        on = bundle.handoff.commitment_on
        if on is not None and bundle.handoff.open:
            parts.besides.append(committed_message(_card(bundle, unit.now), on))
        return ""
    kind = OF_A_DATE.get((word.step, word.stage))
    if kind is not None:
        told = _dated(unit, bundle, kind, word.step, reader)
        if isinstance(told, Cancel):
            return told.reason
        parts.asked.append(told)
        return ""
    to_manager = word.stage is Stage.LATE_MANAGER
    key = (word.step, word.subject)
    owed = _owed(unit, bundle, reader, key, word.stage, to_manager=to_manager, late=word.late)
    if isinstance(owed, Cancel):
        return owed.reason
    (parts.in_team if to_manager else parts.yours).append(owed)
    return ""


def _to_another(notice: Notice, told: Told | None, about: str) -> Cancel:
    """Since it was written down somebody else became the one who is told, of the same thing once.

    `about` tells what is said anew from what was passed on before.
    """
    if told is None:
        return Cancel("no_longer_theirs")
    key = f"passed-on:{notice.kind.value}:{notice.handoff_id}:{about}:{told.person_id}"
    return Cancel("another_is_told", (replace(notice, person_id=told.person_id, key=key),))


def _not_mine(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """What somebody said of a step, while they still owe it."""
    handoff, step = bundle.handoff, Step(str(notice.facts["step"]))
    by = _named_in(unit, notice).get(int(notice.facts["actor"]))
    owed = _found(bundle, (step, 0))
    if by is None or owed is None or owed.state not in OWED_STATES:
        return Cancel("no_longer_owed")
    if owed.owner_id != by.id:
        return Cancel("no_longer_theirs")
    holder = holder_of(step, handoff, bundle.size)
    parts = {handoff.ae_id: Capacity.AE, handoff.csm_id: Capacity.CSM}
    part = parts.get(holder or 0, Capacity.CS_MANAGER)
    told = unit.reassigns(handoff, part, but=by.id)
    if told is None or told.person_id != reader.id:
        return _to_another(notice, told, f"{step.value}:{by.id}")
    reasons = [
        one.value
        for one in unit.history.reasons(handoff.id, audiences=bundle.audiences)
        if one.tag is Tag.NOT_MINE and one.actor_id == by.id
    ]
    return not_mine_message(
        handoff.id,
        handoff.account,
        step_line(owed, bundle.people, as_of=unit.now, done=None, left=handoff.reading_left()),
        by=by,
        reason=reasons[-1] if reasons else None,
        why=why_told(unit, handoff, told),
        names=_names_another(part, reader, handoff),
    )


def _names_another(part: Capacity, reader: Person, handoff: Handoff) -> ActionId | None:
    """The button by which a reader may name somebody else for a part."""
    act = _NAMES_ANOTHER.get(part)
    may = act is not None and access.may(act, reader, handoff)
    return PEOPLE_BUTTONS[act] if act is not None and may else None


def _owner_gone(unit: ReadUnit, notice: Notice, reader: Person) -> Message | Cancel:
    """Where a reader is to name somebody else in place of one who has no account any more."""
    gone = unit.people.get(int(notice.facts["person"]))
    left: list[Left] = []
    why: WhyTold | None = None
    for handoff_id in unit.handoffs.open_of(gone.id, _MOST_LEFT) if gone.deactivated else ():
        handoff = unit.handoffs.get(handoff_id)
        for part, told in unit.asked_for_another(handoff, gone.id).items():
            if told.person_id == reader.id:
                names = _NAMES_ANOTHER.get(part)
                assigns = names is not None and access.may(names, reader, handoff)
                asks = part is Capacity.AE and handoff.succession.interviews_at is not None
                interviews = asks and access.may(Act.INTERVIEW, reader, handoff)
                left.append(Left(handoff.id, handoff.account, part, assigns, interviews))
                why = why or why_told(unit, handoff, told)
    if not left:
        return Cancel("no_longer_owed")
    return owner_gone_message(NamedPerson(gone.id, gone.slack_id, gone.name), left, why)


def _held_up(bundle: Bundle, owed: Deadline) -> Step | None:
    # A dispute is waited for as a whole, whoever of those that settle it is named.
    waited = TO_SETTLE if owed.step in TO_SETTLE else {owed.step}
    return next((one.step for one in bundle.deadlines if one.waits_for in waited), None)


def _snoozed_for(
    unit: ReadUnit, handoff_id: int, reader: Person, stage: Stage | None
) -> str | None:
    """The reader's own reason, told back to them alone."""
    if stage is not Stage.SNOOZED:
        return None
    theirs = unit.history.reasons(handoff_id, audiences=(), reader=reader.id)
    own = [one.value for one in theirs if one.tag is Tag.SNOOZED]
    return own[-1] if own else None
