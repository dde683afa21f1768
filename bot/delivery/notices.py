"""The words of a notice as true now, or why it is not said any more."""

from dataclasses import replace
from datetime import datetime

from bot.delivery.because import because
from bot.delivery.plans import Cancel
from bot.domain import access, read_models
from bot.domain.completeness import capture_missing
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.errors import Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.notices import (
    OF_A_DATE,
    OF_A_STEP,
    JobSource,
    Notice,
    NoticeKind,
    steps_named,
    still_true,
)
from bot.domain.nudging import Stage, overtaken
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.read_models import (
    BecauseOf,
    NamedPerson,
    NudgeModel,
    StepLine,
    named,
    step_line,
)
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views.message import Message
from bot.views.nudge import nudge_message
from bot.views.pre_close import (
    alignment_message,
    capture_message,
    commitment_message,
    committed_message,
    slipped_message,
)
from bot.views.thread import (
    anchor_message,
    bot_posted_message,
    cannot_post_message,
    due_moved_message,
    helper_message,
    invite_by_hand_message,
    sent_back_message,
    signature_corrected_message,
    thread_message,
    unconfirmed_message,
    undo_offer_message,
    welcome_message,
)

_LATE = frozenset({NoticeKind.LATE, NoticeKind.LATE_FOR_MANAGER})
_REMINDERS = frozenset({Stage.HALF, Stage.MOST, Stage.LATE})
"""What a snooze silences."""


class NoticeText:
    """Words for each kind of notice."""

    def __init__(self, *, policy: Policy) -> None:
        self._policy = policy

    def for_person(self, unit: ReadUnit, notice: Notice, reader: Person) -> Message | Cancel:
        """What one person is told in a DM or where they acted."""
        if notice.kind is NoticeKind.WELCOME:
            return welcome_message()
        bundle = unit.bundle(notice.handoff_id or 0, viewer=reader)
        if notice.kind in OF_A_STEP:
            return _nudge(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.UNDO_OFFER:
            return self._undo_offer(bundle.handoff, notice, unit.now)
        if notice.kind is NoticeKind.ANCHOR:
            if reader.id not in bundle.handoff.people():
                return Cancel("no_part")
            return anchor_message(_card(bundle, unit.now), notice.facts)
        if not bundle.handoff.open:
            return Cancel("handoff_closed")
        if notice.kind in OF_A_DATE.values():
            return _of_a_date(unit, bundle, notice, reader)
        if notice.kind is NoticeKind.SENT_BACK:
            told = because(unit, bundle, reader)
            if told is None or told.of is not BecauseOf.SENT_BACK:
                return Cancel("returned")
            return sent_back_message(_card(bundle, unit.now), told)
        if notice.kind is NoticeKind.BOT_POSTED:
            card = _card(bundle, unit.now)
            # The card is for the channel; its AE reads the names of all holes.
            holes = bundle.handoff.completeness.seen_by(bundle.audiences)
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
                channel_slack_id=bundle.channel.slack_id,
            )
        return Cancel("no_such_notice")

    def for_thread(self, unit: ReadUnit, notice: Notice) -> Message | Cancel:
        """A reply below the card."""
        bundle = unit.bundle(notice.handoff_id or 0, viewer=None)
        if notice.kind is NoticeKind.CSM_MENTION and (
            not bundle.handoff.open or bundle.handoff.csm_id != notice.facts["csm"]
        ):
            return Cancel("no_longer_csm")
        known = _named_in(unit, notice)
        if notice.kind is NoticeKind.SIGNATURE_CORRECTED:
            moved = _still_owed(bundle, notice, unit.now)
            return signature_corrected_message(
                _card(bundle, unit.now), notice.facts, known.get(int(notice.facts["actor"])), moved
            )
        return thread_message(notice.kind, _card(bundle, unit.now), notice.facts, known)

    def for_channel(self, unit: ReadUnit, notice: Notice) -> Message | Cancel:
        """A line in a channel that is not the deal's."""
        bundle = unit.bundle(notice.handoff_id or 0, viewer=None)
        if not bundle.handoff.open or bundle.handoff.commitment_on is None:
            return Cancel("handoff_closed")
        return committed_message(_card(bundle, unit.now), bundle.handoff.commitment_on)

    def _undo_offer(self, handoff: Handoff, notice: Notice, now: datetime) -> Message | Cancel:
        tag = Tag(str(notice.facts["tag"]))
        done = handoff.cancelled_at
        if tag is Tag.ACKNOWLEDGED:
            done = handoff.acknowledged_at if handoff.acknowledged else None
        if done is None or now - done > self._policy.undo_window:
            return Cancel("too_late_to_undo")
        return undo_offer_message(handoff.id, tag, minutes=self._policy.undo_minutes)


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


def _of_a_date(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    """What is said on a fixed day, where it is still so that day."""
    handoff, step = bundle.handoff, Step(str(notice.facts["step"]))
    owed = next((one for one in bundle.deadlines if one.step is step), None)
    if owed is None or not still_true(notice.kind, handoff, owed):
        return Cancel("no_longer_owed")
    if reader.id != owed.owner_id:
        return Cancel("no_longer_theirs")
    card = _card(bundle, unit.now)
    if notice.kind is NoticeKind.COMMITMENT_ASKED and handoff.commitment_on is not None:
        return commitment_message(card, handoff.commitment_on, ready_at=handoff.gate_at)
    expected = handoff.expected_on
    if expected is None:
        return Cancel("no_longer_owed")
    slipped = expected < unit.people.calendar(reader.id).local_date(unit.now)
    if slipped is not (notice.kind is NoticeKind.SIGNATURE_SLIPPED):
        return Cancel("of_another_day")
    if slipped:
        return slipped_message(card, expected)
    if notice.kind is NoticeKind.ALIGNMENT_REMINDER:
        return alignment_message(card, expected)
    return capture_message(card, expected, capture_missing(bundle.brief))


def _nudge(unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person) -> Message | Cancel:
    step = Step(str(notice.facts["step"]))
    stage = Stage(str(notice.facts["stage"])) if "stage" in notice.facts else None
    owed = next((one for one in bundle.deadlines if one.step is step), None)
    if owed is None or not still_true(notice.kind, bundle.handoff, owed):
        return Cancel("no_longer_owed")
    to_manager = notice.kind is NoticeKind.LATE_FOR_MANAGER
    if reader.id != (owed.manager_id if to_manager else owed.owner_id):
        return Cancel("no_longer_theirs")
    if stage is not None and overtaken(stage, owed.said):
        return Cancel("overtaken")  # After a pause or an outage only the present state is said.
    if notice.kind in _LATE and not owed.late_at(unit.now):
        return Cancel("no_longer_late")
    if stage in _REMINDERS and owed.snoozed_until and unit.now < owed.snoozed_until:
        return Cancel("snoozed")
    late_by = unit.now - owed.due_at if owed.late_at(unit.now) else None
    model = NudgeModel(
        handoff_id=bundle.handoff.id,
        account=bundle.handoff.account,
        line=step_line(
            owed,
            bundle.people,
            as_of=unit.now,
            done=None,
            left=bundle.handoff.reading_left(),
        ),
        completeness=bundle.handoff.completeness.seen_by(bundle.audiences),
        late_by=late_by,
        holds_up=_held_up(bundle, owed),
        viewer=NamedPerson(reader.id, reader.slack_id, reader.name),
        told_as_manager=to_manager,
        brief_version=bundle.handoff.brief_version,
        with_ae=bundle.handoff.verification.with_ae,
        snoozed_reason=_snoozed_for(unit, notice, reader, stage),
    )
    return nudge_message(model, notice.kind)


def _held_up(bundle: Bundle, owed: Deadline) -> Step | None:
    return next((one.step for one in bundle.deadlines if one.waits_for is owed.step), None)


def _snoozed_for(unit: ReadUnit, notice: Notice, reader: Person, stage: Stage | None) -> str | None:
    """The reader's own reason, told back to them alone."""
    if stage is not Stage.SNOOZED:
        return None
    own = [
        one.value
        for one in unit.history.reasons(notice.handoff_id or 0)
        if one.tag is Tag.SNOOZED and one.actor_id == reader.id
    ]
    return own[-1] if own else None
