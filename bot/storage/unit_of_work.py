"""Units of work: one transaction for one workspace, kept only where it is committed."""

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    or_,
    select,
    text,
    update,
)

from bot.domain import access, kickoff_booking, reassigning
from bot.domain.access import EVERY, IN_THE_CHANNEL, Audience, Capacity
from bot.domain.backfill import weigh_backfill, without_clocks
from bot.domain.brief import Brief
from bot.domain.channels import Channel
from bot.domain.completeness import completeness
from bot.domain.deadlines import (
    OWED_STATES,
    Deadline,
    DeadlineState,
    Step,
    bring_in_line,
    deadlines,
    dropped,
    held_by,
    in_order,
    moved,
    named_manager,
    told_otherwise,
)
from bot.domain.debriefing import weigh_debrief
from bot.domain.digest import Word
from bot.domain.disputes import Escalation
from bot.domain.errors import Invalid, NotFound, Problem
from bot.domain.handoff import Handoff
from bot.domain.hints import written_quickly
from bot.domain.history import CHANGES_BRIEF, OF_DISPUTES, Event, Tag
from bot.domain.items import SectionKey
from bot.domain.kickoff import KickoffTime, debrief_due, kickoff_latest, kickoff_time
from bot.domain.kickoff_day import kickoff_day
from bot.domain.kickoff_notices import of_the_kickoff
from bot.domain.kickoff_prep import follow_reading
from bot.domain.kickoff_record import weigh_kickoff
from bot.domain.ledger import Counts, Entry, LedgerPage, page_for, void, weigh
from bot.domain.linked import Linked
from bot.domain.managers import Told
from bot.domain.notices import (
    DRAWN_AS,
    Notice,
    Notify,
    announcements,
    commits,
    for_the_summary,
    hold_mentions,
    member_invite,
    member_invites,
    moved_away,
    of_the_commitment,
    only_first,
    owner_gone,
    settle_asked,
    surfaces,
    where_next,
)
from bot.domain.owing import STEP_OF, about_promises, settled_by, told_of_delivery
from bot.domain.path_notices import of_paths
from bot.domain.people import ManagerBy, Person, Role
from bot.domain.plan_pages import PlanPage, plan_page
from bot.domain.planning import weigh as weigh_plan
from bot.domain.policy import ListenerIs, Policy
from bot.domain.ports import Cipher, Clock, MachineClock, Poke
from bot.domain.pre_close import dated
from bot.domain.promises import Side
from bot.domain.reaching import about_milestones
from bot.domain.settling import decides_not, escalate, may_settle, settlers
from bot.domain.silence import looked_at, weigh_silence
from bot.domain.size import AddOn, Size
from bot.domain.snapshots import Change, Snapshot, changes
from bot.domain.steps import OF_A_PROMISE
from bot.storage import keys, tables
from bot.storage.alarms import Alarms
from bot.storage.briefs import Briefs, WritableBriefs
from bot.storage.channels import Channels, WritableChannels
from bot.storage.chats import Chats, WritableChats
from bot.storage.cipher import NoKey
from bot.storage.copied import FORGET as FORGET_COPIED
from bot.storage.copied import Copies, WritableCopies
from bot.storage.daily import Daily
from bot.storage.deadlines import SILENCE, Deadlines, WritableDeadlines
from bot.storage.debriefs import Debriefs, WritableDebriefs
from bot.storage.delivery import DeliveryStore
from bot.storage.digest import Digests
from bot.storage.disputes import Disputes, WritableDisputes
from bot.storage.engine import Database
from bot.storage.erasing import Erasing
from bot.storage.handoffs import Handoffs, WritableHandoffs
from bot.storage.history import History, WritableHistory
from bot.storage.holidays import HolidayShelf
from bot.storage.late import LatePromises, WritableLatePromises
from bot.storage.ledger import Ledgers, WritableLedgers
from bot.storage.linked import Links, WritableLinks
from bot.storage.outbox import Outbox
from bot.storage.partners import Partners, WritablePartners
from bot.storage.pasted import Pasted, WritablePasted
from bot.storage.people import People, PersonFacts, WritablePeople
from bot.storage.plans import Plans, WritablePlans
from bot.storage.rates import forget_rates
from bot.storage.readable import give_up_unreadable, take_up_readable
from bot.storage.received import Received, WritableReceived
from bot.storage.records import Records, WritableRecords
from bot.storage.reviews import WritableReviews, WrittenReviews
from bot.storage.standing import LOOK_DAILY, look_again
from bot.storage.statements import Scope, once
from bot.storage.status import Status
from bot.storage.surfaces import Surfaces
from bot.storage.undelivered import Undelivered

RECEIVED_KEPT = timedelta(days=3)
"""Slack delivers an event again for about an hour, a person presses a button again for longer."""
OUTBOX_KEPT_WHOLE = timedelta(days=30)
"""Afterwards a row says only that its key was said."""
CHANNELS_LOOKED_AT_AFTER = timedelta(hours=24)
"""How long a line stands before who can read it is asked again, whatever events said."""
_BROUGHT_IN_LINE_WITHIN = timedelta(days=1)
"""After a restart; what housekeeping changes later it would have changed before."""
_BATCH = 500
_HOUSEKEEPING = 7_205_759_405
"""Replicas keep house one at a time; any number, as long as nothing else takes it."""
_MINE_TO_KEEP = text("SELECT pg_try_advisory_xact_lock(:key)")
_BROUGHT_IN_LINE = 200
"""Handoffs of one person; Slack waits three seconds for the answer."""

_GONE = frozenset({DeadlineState.CANCELLED, DeadlineState.DROPPED})
_NEW_PLACE = frozenset({Tag.STARTED, Tag.MOVED})
_NEW_CSM = frozenset({Tag.ASSIGNED, Tag.DECLINED})
_NEW_AE = frozenset({Tag.AE_REASSIGNED})
_NEW_LISTENER = _NEW_CSM | {Tag.AE_REASSIGNED, Tag.DEAL_CHANGED, Tag.MANAGER_CHANGED}
"""After these the policy's rule may name another second listener."""
_MEETS_ANSWERS = frozenset({Tag.DEBRIEF_ANSWERED, Tag.ASSIGNED})
"""After these a CSM may have before them what the AE answered ahead."""
_WEIGHS_DEBRIEF = frozenset(
    {Tag.DEBRIEF_HELD, Tag.KICKOFF_HELD, Tag.SIGNED, Tag.SIGNATURE_CORRECTED}
)
"""After these the debrief may have been too late, or in time after all."""
_WEIGHS_KICKOFF = frozenset(
    {
        Tag.KICKOFF_BOOKED,
        Tag.KICKOFF_CALLED_OFF,
        Tag.KICKOFF_HELD,
        Tag.SIGNED,
        Tag.SIGNATURE_CORRECTED,
    }
)
"""After these the kickoff may be too late, or in time after all."""
_SIGNS = frozenset({Tag.SIGNED, Tag.SIGNATURE_CORRECTED})
_PLACED = frozenset(
    {
        Tag.POSTED,
        Tag.MOVED,
        Tag.CANCELLED,
        Tag.CANCEL_UNDONE,
        Tag.REOPENED,
        Tag.CLOSED,
        Tag.CLOSING_UNDONE,
    }
)
_OF_INITIALS = frozenset({Tag.PROMISE_INITIALED, Tag.INITIAL_TAKEN_BACK})
_OF_PROMISES = CHANGES_BRIEF - {Tag.BRIEF_SAVED, Tag.CHAMPION_LEFT, Tag.CHAMPION_NAMED}
_SETTLES = frozenset(STEP_OF.values())
_READING = frozenset(
    {
        Tag.ACKNOWLEDGED,
        Tag.ACKNOWLEDGE_UNDONE,
        Tag.OUTDATED,
        Tag.CHECKS_ANSWERED,
        Tag.RESTATED,
    }
)
"""After these another part of the CSM's reading is next."""
_MOVES_NO_PROMISE = (
    _OF_INITIALS
    | _READING
    | {
        Tag.AE_CONFIRMED,
        Tag.BRIEF_SAVED,
        Tag.COPIED,
        Tag.GATE_PASSED,
        Tag.INTRO_HELD,
        Tag.LEDGER_SIGNED,
        Tag.MATCHED,
        Tag.MISMATCHED,
        Tag.PLAN_WRITTEN,
        Tag.SNOOZED,
    }
)
"""After these alone nothing else is owed about a promise; they are what happens most."""

_WORKSPACES = select(
    tables.workspace.c.id,
    tables.workspace.c.enterprise_id,
    tables.workspace.c.team_id,
    tables.workspace.c.bot_user_id,
    tables.workspace.c.paused_at,
    tables.workspace.c.manager_field,
    tables.workspace.c.manager_field_label,
    tables.workspace.c.notify,
    tables.workspace.c.notify_by,
    tables.workspace.c.restored_from,
    tables.workspace.c.restored_at,
    tables.workspace.c.handoffs_from,
)
_WORKSPACE = _WORKSPACES.where(tables.workspace.c.id == bindparam("workspace"))
_BY_TEAM = _WORKSPACES.where(
    tables.workspace.c.enterprise_id == bindparam("enterprise"),
    tables.workspace.c.team_id == bindparam("team"),
)
_OF_TEAM = (
    _WORKSPACES.where(tables.workspace.c.team_id == bindparam("team"))
    .order_by(tables.workspace.c.id)
    .limit(1)
)
_ADD_WORKSPACE = once(tables.workspace)
_CHANGE_WORKSPACE = update(tables.workspace).where(tables.workspace.c.id == bindparam("b_id"))
_NOW = bindparam("now", type_=tables.deadline.c.next_at.type)


def _any_due(table: Table, *due: ColumnElement[bool]) -> ColumnElement[bool]:
    # Asked for each workspace by itself: then one look into the index answers, however much waits.
    return (
        select(table.c.workspace_id)
        .where(table.c.workspace_id == tables.workspace.c.id, *due)
        .exists()
    )


_DUE_WORKSPACES = select(tables.workspace.c.id).where(
    tables.workspace.c.paused_at.is_(None),
    or_(
        _any_due(tables.deadline, tables.DEADLINE_TO_SAY, tables.deadline.c.next_at <= _NOW),
        _any_due(tables.handoff, tables.LIGHT_CHANGES, tables.handoff.c.light_at <= _NOW),
        _any_due(tables.person, tables.DIGEST_AHEAD, tables.person.c.digest_at <= _NOW),
        _any_due(tables.person, tables.ON_LEAVE, tables.person.c.leave_ends_at <= _NOW),
    ),
)
_HANDOFF_IDS = (
    select(tables.handoff.c.id)
    .where(tables.handoff.c.workspace_id == bindparam("workspace"))
    .order_by(tables.handoff.c.id)
)
_LIGHTS = (
    select(tables.handoff.c.id)
    .where(
        tables.handoff.c.workspace_id == bindparam("workspace"),
        tables.LIGHT_CHANGES,
        tables.handoff.c.light_at <= bindparam("now"),
        tables.handoff.c.id.not_in(bindparam("but", expanding=True)),
    )
    .order_by(tables.handoff.c.light_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_FORGET_RECEIVED = delete(tables.received).where(
    tables.received.c.received_at < bindparam("before"), ~tables.received.c.for_good
)
# A row without the time it was settled at has been slimmed, so each is met once.
_OLD_SENT = (
    select(tables.outbox.c.id)
    .where(
        tables.outbox.c.settled_at < bindparam("before"),
        tables.outbox.c.state.in_(("sent", "cancelled", "withdrawn")),
    )
    .order_by(tables.outbox.c.id)
    .limit(_BATCH)
    .with_for_update(skip_locked=True)
)
_OLD: Any = bindparam("old", expanding=True)
_SLIM_SENT = (
    update(tables.outbox)
    .where(tables.outbox.c.id.in_(_OLD))
    .values(facts="{}", opaque="", reason=None, settled_at=None)
)
_FORGET_ABOUT = delete(tables.outbox_about).where(tables.outbox_about.c.outbox_id.in_(_OLD))
# Another version drew it otherwise. Messages of handoffs that are over stay as they are.
_DRAW_ANEW = (
    update(tables.surface)
    .where(
        tables.surface.c.id.in_(
            select(tables.surface.c.id)
            .join(tables.handoff, tables.handoff.c.id == tables.surface.c.handoff_id)
            .where(
                tables.surface.c.drawn_as != bindparam("b_drawn_as"),
                tables.surface.c.ts.is_not(None),
                tables.surface.c.wanted <= tables.surface.c.shown,
                tables.HANDOFF_OPEN,
            )
            .order_by(tables.surface.c.id)
            .limit(_BATCH)
            .with_for_update(skip_locked=True, of=tables.surface)
        )
    )
    .values(wanted=tables.surface.c.wanted + 1)
)


@dataclass(frozen=True)
class WorkspaceRow:
    """One Slack workspace the bot is installed in."""

    id: int
    enterprise_id: str | None
    team_id: str
    bot_user_id: str
    paused_at: datetime | None
    manager_field: str | None = None
    """Slack's id of the profile field that holds a person's manager."""
    manager_field_label: str | None = None
    notify: Notify = Notify.ALL
    notify_by: int | None = None
    """Who chose that only they hear what the clock says."""
    restored_from: datetime | None = None
    """Machine time of the last thing that the backup knew, where one was restored."""
    restored_at: datetime | None = None
    """Calendar time of the first sweep after that."""
    handoffs_from: int | None = None
    """The highest number that may have been given to a handoff before that."""

    @property
    def restart_unnoted(self) -> bool:
        """Whether a backup was restored, and nothing was decided since."""
        return self.restored_from is not None and self.restored_at is None

    def hears_clock(self, person_id: int | None) -> bool:
        """Whether what the clock says reaches this person."""
        return self.notify.reaches(person_id, chosen_by=self.notify_by)


@dataclass(frozen=True)
class Bundle:
    """A handoff with everything that what people are shown of it is built from."""

    handoff: Handoff
    brief: Brief
    deadlines: list[Deadline]
    people: Mapping[int, Person]
    channel: Channel
    size: Size
    audiences: frozenset[Audience] = IN_THE_CHANNEL
    """Whom it was read for; the rest of the brief is empty in it."""
    linked: tuple[Linked, ...] = ()


class ReadUnit:
    """What may be read of one workspace, at one time."""

    people: People
    channels: Channels
    handoffs: Handoffs
    brief: Briefs
    pasted: Pasted
    copied: Copies
    links: Links
    partners: Partners
    records: Records
    reviews: WrittenReviews
    debriefs: Debriefs
    chats: Chats
    ledger: Ledgers
    disputes: Disputes
    late: LatePromises
    plans: Plans
    deadlines: Deadlines
    history: History
    received: Received

    def __init__(self, scope: Scope, *, policy: Policy, shelf: HolidayShelf) -> None:
        self._scope = scope
        self.policy = policy
        self.now = scope.now
        """Calendar time, the same for the whole unit."""
        self.undelivered = Undelivered(scope)
        self.daily = Daily(scope)
        self.alarms = Alarms(scope)
        self.erasing = Erasing(scope)
        self._fill(shelf)
        self.status = Status(scope, people=self.people)

    def _fill(self, shelf: HolidayShelf) -> None:
        self.people = People(self._scope, policy=self.policy, shelf=shelf)
        self.channels = Channels(self._scope)
        self.handoffs = Handoffs(self._scope, away=self.people.away, closed=self.people.closed)
        self.brief = Briefs(self._scope)
        self.pasted = Pasted(self._scope)
        self.copied = Copies(self._scope)
        self.links = Links(self._scope)
        self.partners = Partners(self._scope)
        self.records = Records(self._scope)
        self.reviews = WrittenReviews(self._scope)
        self.debriefs = Debriefs(self._scope)
        self.chats = Chats(self._scope)
        self.ledger = Ledgers(self._scope)
        self.disputes = Disputes(self._scope)
        self.late = LatePromises(self._scope)
        self.plans = Plans(self._scope)
        self.deadlines = Deadlines(self._scope)
        self.history = History(self._scope, handoffs=self.handoffs)
        self.received = Received(self._scope)

    @cached_property
    def workspace(self) -> WorkspaceRow:
        """The workspace this unit is for; raises NotFound for none."""
        row = self._scope.connection.execute(
            _WORKSPACE, {"workspace": self._scope.workspace_id}
        ).first()
        if row is None:
            raise NotFound(Problem.UNEXPECTED)
        return _workspace(row)

    def bundle(
        self, handoff_id: int, *, viewer: Person | None, from_channel: int | None = None
    ) -> Bundle:
        """A handoff with its brief, deadlines, people and channel; raises NotFound.

        It is read for one viewer, or with None for everyone in the deal channel. Who acts in a
        channel is in it: `from_channel` is where they did.
        """
        handoff = self.handoffs.get(handoff_id)
        channel = self.channels.get(handoff.channel_id)
        audiences, given = IN_THE_CHANNEL, frozenset[SectionKey]()
        if viewer is not None:
            inside = not channel.private or from_channel == channel.id
            audiences = access.audiences(viewer, handoff, in_channel=inside)
            given = access.given(viewer, handoff)
        owed = self.deadlines.of(handoff_id)
        named = [*handoff.people(), handoff.proposed_csm_id, handoff.posted_by, handoff.started_by]
        named += [handoff.cs_contact_id, handoff.call.cs_id if handoff.call else None]
        named += [handoff.overridden_by, handoff.acknowledged_by]
        named += [handoff.debrief_talk.proposed_by]
        named += [one.asker for one in handoff.completeness.open]
        named += [part for one in owed for part in (one.owner_id, one.manager_id)]
        named += access.stand_ins(handoff).values()
        return Bundle(
            handoff,
            self.brief.load(handoff_id, audiences=audiences, given=given),
            owed,
            self.people.many(named),
            channel,
            handoff.size(self.policy),
            audiences,
            self._linked(handoff, viewer=viewer, from_channel=from_channel),
        )

    def _linked(
        self, handoff: Handoff, *, viewer: Person | None, from_channel: int | None
    ) -> tuple[Linked, ...]:
        """What a handoff is linked to, each named to who may know of it."""
        if not handoff.path.links:
            return ()
        found: list[Linked] = []
        for link in self.links.of(handoff.id):
            other = self.handoffs.get(link.other_id)
            here = from_channel if viewer is not None else handoff.channel_id
            known = self.knows_of(other, viewer, from_channel=here)
            found.append(Linked(link, other.state, other.account if known else None))
        return tuple(found)

    def knows_of(
        self, other: Handoff, viewer: Person | None, *, from_channel: int | None = None
    ) -> bool:
        """Whether one person, or with None everyone in a channel, may know of a handoff at all."""
        public = not self.channels.get(other.channel_id).private
        inside = public or other.channel_id == from_channel
        if viewer is None:
            return inside
        return Audience.FACTS in access.audiences(viewer, other, in_channel=inside)

    def ledger_page(self, handoff: Handoff, *, viewer: Person, past: bool = False) -> LedgerPage:
        """The promise ledger for who may read what stands in the deal channel.

        With `past`, the disputes that are over, too.
        """
        entries = self.ledger.entries(handoff.id)
        if past:
            entries = self.disputes.with_past(handoff.id, entries)
        brief = self.brief.load(handoff.id, audiences=frozenset({Audience.CHANNEL}))
        people = self.people.many([handoff.ae_id, handoff.csm_id])
        page = page_for(viewer, handoff, entries, people, refused=brief.promises.refused)
        # Who of RevOps may decide depends on who answered; what they did stands in no page.
        asked = (one for one in entries if may_settle(viewer, handoff, one))
        settles = (
            one.promise.number
            for one in asked
            if one.dispute is None
            or one.dispute.escalated_at is None
            or may_settle(viewer, handoff, self.disputes.with_answers(one))
        )
        return replace(page, settles=frozenset(settles))

    def plan_page(self, of: Bundle, *, viewer: Person | None) -> PlanPage | None:
        """The success plan for whom its handoff was read; None for who may read nothing of it."""
        handoff, audiences = of.handoff, of.audiences
        if Audience.SHARED_MILESTONES not in audiences:
            return None
        begun = handoff.success_plan.version > 0
        return plan_page(
            viewer,
            handoff,
            of.size,
            self.plans.milestones(handoff.id, audiences=audiences) if begun else (),
            self.plans.marks(handoff.id, audiences=audiences) if begun else {},
            of.people,
            audiences=audiences,
        )

    def kickoff(self, of: Bundle) -> KickoffTime | None:
        """The time of its kickoff that the handoff message names."""
        calendar_of = self.people.calendar
        return kickoff_time(of.handoff, self.policy, calendar_of, owed=of.deadlines)

    def written_quickly(self, handoff: Handoff) -> bool:
        """Whether the brief was ready within few minutes and waits to be acknowledged."""
        if handoff.gate_at is None or handoff.acknowledged_at is not None:
            return False
        first = self.history.first_of(handoff.id, (Tag.BRIEF_SAVED, Tag.PROMISE_ADDED))
        return written_quickly(first, handoff.gate_at)

    def changed_since(
        self, bundle: Bundle, then: Snapshot | None, *, viewer: Person
    ) -> tuple[Change, ...]:
        """Where a brief, as its viewer may read it, differs from an earlier state of it."""
        if then is None:
            return ()
        before = self.brief.at(
            bundle.handoff.id,
            then,
            audiences=bundle.audiences,
            given=access.given(viewer, bundle.handoff),
        )
        return changes(before, bundle.brief)

    def news(self, bundle: Bundle, *, viewer: Person) -> tuple[Change, ...]:
        """What is new to the CSM since they acknowledged the brief; nothing for anybody else."""
        if not access.acts_as(viewer.id, bundle.handoff.csm_id, bundle.handoff):
            return ()
        return self.changed_since(bundle, bundle.handoff.read_brief, viewer=viewer)

    def drifted(self, handoff_id: int) -> bool:
        """Whether a handoff is not as the rules of today would have it."""
        handoff = self.handoffs.get(handoff_id)
        stored = self.deadlines.of(handoff_id)
        brief = self.brief.load(handoff_id, audiences=EVERY)
        counted = completeness(brief, handoff.tier, self.policy)
        counts, signing = self.ledger.counts(handoff_id), handoff.signing
        entries = len(brief.entries) or int(brief.promises.none_made)
        before = (handoff.ae_manager_id, handoff.cs_manager_id)
        before_by = (handoff.ae_manager_by, handoff.cs_manager_by)
        self._follow_managers(handoff)
        return (
            counted != handoff.completeness
            or counts.entries != entries
            or counts
            != Counts(signing.entries, signing.ae, signing.csm, signing.signed, signing.disputed)
            or (handoff.posted_at is not None and bool(self.ledger.unshown(handoff)))
            or handoff.listener_id != self._listener(handoff)
            or handoff.away_known != handoff.away_now()
            or before != (handoff.ae_manager_id, handoff.cs_manager_id)
            or before_by != (handoff.ae_manager_by, handoff.cs_manager_by)
            or self._in_line(handoff, stored) != stored
        )

    def told_on(self, handoff: Handoff, owed: Deadline) -> Told | None:
        """Who is told as the manager of what is owed, and why just they."""
        size = handoff.size(self.policy)
        holder = held_by(owed, handoff, size)
        if holder is None:
            return None
        if owed.step in (Step.DELIVERY, Step.MILESTONE):
            reads = self._reads(handoff)
            return told_of_delivery(holder, handoff, self.people.told, reads=reads)
        but = (access.acting(holder, handoff),)
        return self.people.told(holder, named=named_manager(owed.step, handoff, size), but=but)

    def reassigns(self, handoff: Handoff, part: Capacity, *, but: int) -> Told | None:
        """Who may name another AE, CSM or CS manager, and so is asked to; never `but`.

        RevOps names another CS manager.
        """
        holders = {
            Capacity.AE: handoff.ae_id,
            Capacity.CSM: handoff.csm_id,
            Capacity.CS_MANAGER: handoff.cs_manager_id,
        }
        holder = holders.get(part)
        if holder is None:
            return None
        if part is Capacity.CS_MANAGER:
            return self.people.revops(holder, but=(but,))
        manager, by = handoff.ae_manager_id, handoff.ae_manager_by
        if part is Capacity.CSM:
            manager = access.holder(Capacity.CS_MANAGER, handoff)
            by = handoff.cs_manager_by
        named = (manager, by) if manager is not None else None
        return self.people.told(holder, named=named, but=(but,))

    def asked_for_another(self, handoff: Handoff, person_id: int) -> dict[Capacity, Told]:
        """The parts of a person in a handoff for which another is to be named, and by whom."""
        parts = {
            Capacity.AE: handoff.ae_id,
            Capacity.CSM: handoff.csm_id,
            Capacity.CS_MANAGER: handoff.cs_manager_id if handoff.csm_id is None else None,
        }
        asked = (
            (part, self.reassigns(handoff, part, but=person_id))
            for part, holder in parts.items()
            if holder == person_id
        )
        return {part: told for part, told in asked if told is not None}

    def _follow_managers(self, handoff: Handoff) -> None:
        """Bring in line the managers whom nobody named for just this handoff."""
        fallback, csm_id = self.policy.managers, handoff.csm_id
        # Who assigned a CSM goes on being the CS manager, whoever manages the one assigned.
        as_proposed = csm_id in (None, handoff.proposed_csm_id)
        cs_manager = self._manager_for(handoff, handoff.proposed_csm_id, fallback.cs)
        follows = cs_manager if as_proposed else None
        if follows is None and access.holder(Capacity.CS_MANAGER, handoff) is None:
            above = self.people.above(handoff.ae_id)
            follows = cs_manager or ((above[0].id, above[1]) if above is not None else None)
        handoff.follow_managers(
            ae_manager=self._manager_for(handoff, handoff.ae_id, fallback.ae),
            cs_manager=follows,
            at=self.now,
        )

    def _manager_for(
        self, handoff: Handoff, person_id: int | None, fallback: str
    ) -> tuple[int, ManagerBy] | None:
        """A person's own manager, else the policy's, never the AE; None where there is neither."""
        found = self.people.manager_beside(handoff.ae_id, person_id, fallback)
        return (found[0].id, found[1]) if found is not None else None

    def _answered_ahead(self, handoff: Handoff) -> bool:
        """Whether the AE just answered all of a debrief, or a CSM came to it, who has not begun."""
        if handoff.csm_id is None or not handoff.debrief.ahead:
            return False
        if not any(event.tag in _MEETS_ANSWERS for event in handoff.events):
            return False
        answers = self.debriefs.load(handoff.id, audiences=EVERY).answers.values()
        wrote = {one.by for one in answers}
        return all(one and access.acts_as(one, handoff.ae_id, handoff) for one in wrote)

    def _listener(self, handoff: Handoff) -> int | None:
        """Who listens to the debrief besides the CSM: whom a person chose, else by the policy.

        Whoever was chosen listens while they may. By the policy it is the CS manager, or RevOps
        where the policy says so or the CS manager is the CSM.
        """
        chosen = handoff.listener_id
        if handoff.listener_named and (
            chosen is None or access.may_listen(self.people.get(chosen), handoff)
        ):
            return chosen
        if handoff.csm_id is None or not handoff.size(self.policy).has(AddOn.SECOND_LISTENER):
            return None
        manager = access.holder(Capacity.CS_MANAGER, handoff)
        if self.policy.add_ons.listener is ListenerIs.CS_MANAGER and manager != handoff.csm_id:
            return manager
        beside = self.people.revops_beside(handoff.ae_id)
        return beside if beside != handoff.csm_id else None

    def _in_line(self, handoff: Handoff, stored: list[Deadline]) -> list[Deadline]:
        before = {one.key: one for one in stored}
        of_handoff = {one.step: one for one in stored if not one.subject}
        fixed = {step: (one.owner_id, one.zone) for step, one in of_handoff.items()}
        calendar_of = self.people.calendar
        of_table = deadlines(
            handoff,
            self.policy,
            calendar_of,
            manager_of=self.people.manager_of,
            now=self.now,
            stored=of_handoff,
        )
        morning = kickoff_day(handoff, calendar_of, fixed=fixed)
        wanted = [
            *dated(
                handoff,
                self.policy,
                calendar_of,
                stand_in_of=self.people.revops_beside,
                fixed=fixed,
                had=[step for step, one in of_handoff.items() if one.state not in _GONE],
            ),
            *of_table,
            *([morning] if morning is not None else []),
            *self._about_promises(handoff, stored, of_table=of_table),
            *self._about_milestones(handoff, stored),
        ]
        held = without_clocks(handoff, wanted, calendar_of)
        owed = {one.key: bring_in_line(before.get(one.key), one, now=self.now) for one in held}
        left = (dropped(one) for one in stored if one.key not in owed)
        return in_order(settled_by([*owed.values(), *left]))

    def _about_promises(
        self, handoff: Handoff, stored: list[Deadline], *, of_table: Sequence[Deadline]
    ) -> list[Deadline]:
        """What is owed about single promises; asked only where there is or was such."""
        signed_by = (one.raw_due_at for one in of_table if one.step is Step.INITIALS_AE)
        before_kickoff = next(signed_by, None)
        owed = [one for one in stored if one.step in OF_A_PROMISE]
        contested = handoff.signing.disputed or any(
            one.step in STEP_OF.values() and one.state in OWED_STATES for one in owed
        )
        if not handoff.signing.entries and not contested:
            return []
        events = handoff.events
        # A talk is due with the ledger, and the kickoff may move with the CSM's reading.
        talks = any(one.step is Step.LATE_TALK and one.state in OWED_STATES for one in owed)
        if events and not talks and all(event.tag in _MOVES_NO_PROMISE for event in events):
            return owed
        kickoff = None
        if contested:
            kickoff = kickoff_time(handoff, self.policy, self.people.calendar, owed=stored)
        promised, late = self.ledger.owed(handoff.id)
        if late and handoff.kickoff_held_at is not None:
            late = self.late.with_answered(handoff.id, late)
        self.people.with_managers(one.owner_id for one in promised)
        return about_promises(
            handoff,
            self.policy,
            self.people.calendar,
            manager_of=self.people.manager_of,
            told_of=self.people.told,
            revops_of=lambda given: self._decider(handoff, given),
            kickoff_at=kickoff.at if kickoff is not None else None,
            contested=self.disputes.contested(handoff.id) if contested else (),
            promised=promised,
            surfacing=late,
            before_kickoff=before_kickoff,
            reads=self._reads(handoff),
            stored=stored,
            now=self.now,
        )

    def _about_milestones(self, handoff: Handoff, stored: list[Deadline]) -> list[Deadline]:
        """What is owed about single milestones; asked only where there is a plan."""
        if not handoff.success_plan.version:
            return []
        return about_milestones(
            handoff,
            self.policy,
            self.people.calendar,
            told_of=self.people.told,
            planned=self.plans.planned(handoff.id),
            stored=stored,
            now=self.now,
        )

    def _reads(self, handoff: Handoff) -> Callable[[int], bool]:
        """Whether somebody may know of a handoff at all; each is looked at once."""
        parts, found = frozenset(handoff.people()), dict[int, bool]()
        public: list[bool] = []

        def reads(person_id: int) -> bool:
            if person_id in parts:
                return True
            if person_id not in found:
                if not public:
                    public.append(not self.channels.get(handoff.channel_id).private)
                audiences = access.audiences(
                    self.people.get(person_id), handoff, in_channel=public[0]
                )
                found[person_id] = Audience.FACTS in audiences
            return found[person_id]

        return reads

    def _decider(self, handoff: Handoff, given: Collection[int] = ()) -> int | None:
        """Who of RevOps decides a dispute, beside whoever gave answers, or stands in for a manager.

        Nobody who is on one of its sides.
        """
        but = decides_not(handoff, answered_by=given)
        found = self.people.revops(handoff.ae_id, but=but)
        return found.person_id if found is not None else None


class WriteUnit(ReadUnit):
    """What may be read and changed of one workspace; all or nothing, at `commit`."""

    people: WritablePeople
    channels: WritableChannels
    handoffs: WritableHandoffs
    brief: WritableBriefs
    pasted: WritablePasted
    copied: WritableCopies
    links: WritableLinks
    partners: WritablePartners
    records: WritableRecords
    reviews: WritableReviews
    debriefs: WritableDebriefs
    chats: WritableChats
    ledger: WritableLedgers
    disputes: WritableDisputes
    late: WritableLatePromises
    plans: WritablePlans
    deadlines: WritableDeadlines
    history: WritableHistory
    received: WritableReceived

    def __init__(self, scope: Scope, *, policy: Policy, shelf: HolidayShelf) -> None:
        self._shelf = shelf
        self._committed = False
        self.outbox = Outbox(scope, hears_clock=lambda one: self.workspace.hears_clock(one))
        self.surfaces = Surfaces(scope, may_stand_since=self._may_stand_since)
        self.digests = Digests(scope)
        super().__init__(scope, policy=policy, shelf=shelf)

    def _fill(self, shelf: HolidayShelf) -> None:
        scope = self._scope
        self.people = WritablePeople(scope, policy=self.policy, shelf=shelf)
        self.channels = WritableChannels(scope, changed=self.surfaces.unsafe_channels)
        self.handoffs = WritableHandoffs(
            scope, away=self.people.away, closed=self.people.closed, policy=self.policy
        )
        self.brief = WritableBriefs(scope, handoffs=self.handoffs)
        self.pasted = WritablePasted(scope)
        self.copied = WritableCopies(scope)
        self.links = WritableLinks(scope, handoffs=self.handoffs)
        self.partners = WritablePartners(scope, handoffs=self.handoffs)
        self.records = WritableRecords(scope, handoffs=self.handoffs)
        self.reviews = WritableReviews(scope, handoffs=self.handoffs)
        self.debriefs = WritableDebriefs(scope, handoffs=self.handoffs)
        self.chats = WritableChats(scope)
        self.ledger = WritableLedgers(scope, handoffs=self.handoffs)
        self.disputes = WritableDisputes(scope, handoffs=self.handoffs)
        self.late = WritableLatePromises(scope, handoffs=self.handoffs)
        self.plans = WritablePlans(scope, handoffs=self.handoffs)
        self.deadlines = WritableDeadlines(scope)
        self.history = WritableHistory(scope, handoffs=self.handoffs)
        self.received = WritableReceived(scope)

    @property
    def delivery_wanted(self) -> bool:
        """Whether something was committed that is to go out."""
        grown = self.outbox.grown or self.surfaces.grown or self.daily.grown
        return self._committed and grown

    def commit(self) -> None:
        """Keep everything; the unit can be used no more."""
        if self._committed:
            raise RuntimeError("a unit of work is committed once")
        self._shelf.keep(self._scope.connection, self.people.fresh_holidays)
        self._ask_where_next()
        self.outbox.greet(*self.surfaces.raise_wanted())
        self.outbox.grown |= look_again(self._scope, self.surfaces.unsafe_channels)
        self.outbox.add_greetings()
        self._scope.connection.commit()
        self._committed = True

    def _ask_where_next(self) -> None:
        """Whoever's handoff lives in a channel that was just found to be of no use is asked.

        However that was found: by an event, or because Slack was asked.
        """
        for channel_id in sorted(self.surfaces.unsafe_channels):
            channel = self.channels.get(channel_id)
            lost = channel.obstacle is not None
            asked = (where_next(one, channel) for one in self.handoffs.open_in(channel_id) if lost)
            self.outbox.add_all([one for one in asked if one is not None])

    def save(self, handoff: Handoff, *, actor_id: int | None, asked_in: int | None = None) -> None:
        """Keep a new or locked handoff with its events, and what follows from them.

        Deadlines are brought in line, what just happened is announced, and everything that shows
        the handoff is to be drawn anew. `actor_id` is who acted, None the bot itself; `asked_in`
        the conversation where they did, for the offer to undo.
        """
        if handoff.workspace_id != self._scope.workspace_id:
            raise NotFound(Problem.HANDOFF_GONE)
        handoff.away, handoff.closed = self.people.away(), self.people.closed
        if handoff.open:
            handoff.note_leave(by=None, at=self.now)
        stored: list[Deadline] = []
        if handoff.id:
            chain = self.handoffs.locked_chain(handoff.id)
            stored = self.deadlines.of(handoff.id)
        else:
            self.handoffs.add(handoff)
            chain = self.handoffs.locked_chain(handoff.id)
        if handoff.keeps_brief:
            handoff.keep_brief(self.brief.snapshot(handoff.id))
        if handoff.signed_until is not None:
            then = self.brief.snapshot(handoff.id, before=handoff.signed_until)
            handoff.keep_signed(then, self.brief.at(handoff.id, then, audiences=EVERY))
        if any(event.tag in _SIGNS for event in handoff.events):
            weigh_backfill(handoff, self.people.calendar(handoff.ae_id), at=self.now)
        if any(event.tag in _NEW_LISTENER for event in handoff.events):
            handoff.listen(self._listener(handoff), by=None, at=self.now)
        if any(event.tag in _WEIGHS_DEBRIEF for event in handoff.events):
            latest = debrief_due(handoff, self.policy, self.people.calendar)
            weigh_debrief(handoff, latest, at=self.now)
        follow_reading(handoff, at=self.now)
        if any(event.tag in _WEIGHS_KICKOFF for event in handoff.events):
            latest = kickoff_latest(handoff, self.policy, self.people.calendar)
            weigh_kickoff(handoff, latest, at=self.now)
        if any(event.tag is Tag.SIGNATURE_CORRECTED for event in handoff.events):
            self.weigh_silence(handoff)
        self.people.with_managers(handoff.people())
        weigh_plan(handoff, handoff.size(self.policy), at=self.now)
        asked_again, lapsed = self._follow_promises(handoff, actor_id)
        ahead = self._answered_ahead(handoff)
        owed = self._in_line(handoff, stored)
        chain, numbered = self.history.append(handoff.id, handoff.events, chain)
        self.handoffs.change(handoff, chain, owed)
        self.deadlines.bring_in_line(handoff.id, stored, owed)
        self._show_as_now(handoff, stored, owed)
        asked = self._to_settle(handoff, stored, owed, asked_again)
        told = announcements(
            handoff,
            numbered,
            asked_in=asked_in,
            moved=moved(stored, owed),
            team_channel=self._team_channel(handoff),
            chain=chain,
            settlers=self._settlers(handoff, lapsed, stored),
            disputes={int(one.facts["number"]): int(one.facts["dispute"]) for one in asked},
            lapsed=lapsed,
            undo_window=self.policy.undo_window,
            answered_ahead=ahead,
        )
        told = [*asked, *told]
        told += of_paths(handoff, numbered, undo_window=self.policy.undo_window)
        told += self._told_of_kickoff(handoff, numbered)
        told = only_first(told, waiting=self.outbox.waiting(handoff.id, told))
        calendar_of = self.people.calendar
        held = hold_mentions(told, actor_id=actor_id, calendar_of=calendar_of, now=self.now)
        wishes = surfaces(handoff, actor_id=actor_id, calendar_of=calendar_of, now=self.now)
        self.outbox.add_all(held)
        self._sum_up(handoff)
        self._bring_in(handoff)
        self.surfaces.touch(handoff, wishes, actor_id=actor_id, asked_in=asked_in)
        handoff.events.clear()

    def weigh_kickoff(self, handoff: Handoff) -> None:
        """Find out whether the kickoff of a locked handoff is too late by now, and keep that."""
        latest = kickoff_latest(handoff, self.policy, self.people.calendar)
        weigh_kickoff(handoff, latest, at=self.now, over=True)
        self.save(handoff, actor_id=None)

    def _told_of_kickoff(
        self, handoff: Handoff, numbered: Sequence[tuple[int, Event]]
    ) -> list[Notice]:
        late = any(event.tag is Tag.BREAKDOWN for _, event in numbered)
        return of_the_kickoff(
            handoff,
            numbered,
            joint=kickoff_booking.joint(handoff, self.policy),
            revops=self.people.revops_beside(handoff.ae_id) if late else None,
            undo_window=self.policy.undo_window,
        )

    def weigh_silence(self, handoff: Handoff) -> None:
        """Look how far the brief was a day after the signature, once that is over; not saved."""
        then = self.brief.snapshot(handoff.id, before=looked_at(handoff))
        brief = self.brief.at(handoff.id, then, audiences=EVERY)
        counted = completeness(brief, handoff.tier, self.policy)
        weigh_silence(handoff, counted, at=self.now)

    def _settlers(
        self, handoff: Handoff, lapsed: Collection[int], stored: list[Deadline]
    ) -> list[int]:
        """Who settles disputes, each once; nobody where nothing happened about one.

        With who was to decide one that lapsed.
        """
        if not lapsed and not any(event.tag in OF_DISPUTES for event in handoff.events):
            return []
        found = settlers(handoff, revops=self._decider(handoff))
        decided = [
            one.owner_id
            for one in stored
            if one.step is Step.DECIDE
            and one.state in OWED_STATES
            and one.subject in lapsed
            and one.owner_id is not None
        ]
        return list(dict.fromkeys((*found.values(), *decided)))

    def _to_settle(
        self,
        handoff: Handoff,
        stored: list[Deadline],
        owed: list[Deadline],
        asked_again: Collection[int],
    ) -> list[Notice]:
        """The questions to who owes the answer about a wording from now on.

        Whoever takes a seat that was another's is asked, too.
        """
        before = {one.key: one for one in stored}
        asks = [
            one
            for one in owed
            if one.step in _SETTLES
            and one.state in OWED_STATES
            and (one.subject in asked_again or _not_owed_yet(before.get(one.key), one))
        ]
        numbers = {one.subject for one in asks}
        entries = {number: self.ledger.numbered(handoff.id, number) for number in numbers}
        asked: list[Notice] = []
        for one in asks:
            entry, reader, decides = entries[one.subject], one.owner_id, one.step is Step.DECIDE
            found = entry.dispute if entry is not None else None
            if entry is not None and found is not None and reader is not None:
                asked.append(
                    settle_asked(handoff, found.id, entry.promise, reader, decides=decides)
                )
        return asked

    def escalate(self, handoff: Handoff, entry: Entry, why: Escalation) -> None:
        """Let RevOps decide a dispute of a locked handoff; not saved yet."""
        if entry.dispute is None:
            return
        escalate(handoff, entry, why, at=self.now)
        self.disputes.escalate(handoff.id, entry.dispute)
        self.surfaces.show_promise(handoff, entry.promise.id, entry.promise.version)

    def _follow_promises(
        self, handoff: Handoff, actor_id: int | None
    ) -> tuple[frozenset[int], frozenset[int]]:
        """Keep the ledger by what just happened, and show below the card what changed in it.

        Gives the numbers of disputed promises that have another wording now, and of those that
        are withdrawn.
        """
        asked_again = lapsed = frozenset[int]()
        if handoff.signing.disputed:
            asked_again, lapsed = self._follow_disputes(handoff)
        tags = {event.tag for event in handoff.events}
        for side, came in ((Side.CSM, _NEW_CSM), (Side.AE, _NEW_AE)):
            if tags & came:
                # Who has the part now has signed nothing yet.
                self.ledger.take_all(handoff.id, side)
                if handoff.kickoff_held_at is not None:
                    self.late.take_all(handoff.id, side)
        of_promises = any(_of_promises(event) for event in handoff.events)
        if of_promises:
            self._say_none_made(handoff, actor_id)
        if of_promises or tags & (_NEW_CSM | _NEW_AE | _OF_INITIALS | OF_DISPUTES):
            weigh(handoff, self.ledger.counts(handoff.id), at=self.now)
        otherwise = tags & (_NEW_CSM | _NEW_AE | _PLACED) or any(map(_now_held, handoff.events))
        if otherwise and handoff.posted_at is not None:
            for entry in self.ledger.entries(handoff.id):
                if entry.open:
                    self.surfaces.show_promise(handoff, entry.promise.id, entry.promise.version)
        if Tag.MOVED in tags:
            self.surfaces.leave_promises(handoff)
        return asked_again, lapsed

    def _follow_disputes(self, handoff: Handoff) -> tuple[frozenset[int], frozenset[int]]:
        """Another wording asks anew, and with a withdrawn promise its dispute ends."""
        asked, lapsed = set[int](), set[int]()
        for event in handoff.events:
            number = event.facts.get("number")
            if not isinstance(number, int):
                continue
            if event.tag is Tag.PROMISE_EDITED and self.disputes.ask_again(handoff.id, number):
                asked.add(number)
            if event.tag is Tag.PROMISE_WITHDRAWN and self.disputes.lapse(handoff.id, number):
                lapsed.add(number)
        return frozenset(asked), frozenset(lapsed)

    def _say_none_made(self, handoff: Handoff, by: int | None) -> None:
        """That none were made is an entry of its own, for as long as the brief says so."""
        brief = self.brief.load(handoff.id, audiences=EVERY)
        none_made = brief.promises.none_made and not brief.entries
        changed = self.ledger.say_none_made(handoff.id, none_made=none_made, by=by)
        if changed is None:
            return
        if changed.withdrawn:
            person = self.people.get(by) if by is not None else None
            void(handoff, self.ledger.entry(handoff.id, changed.id), by=person, at=self.now)
        self.surfaces.show_promise(handoff, changed.id, changed.version, reworded=True)

    def _show_as_now(self, handoff: Handoff, stored: list[Deadline], owed: list[Deadline]) -> None:
        """What the clock said of a step shows what became of it; whoever it is late for knows."""
        before = {one.key: one for one in stored}
        turned = [one for one in owed if told_otherwise(before.get(one.key), one)]
        keys = {one.key for one in turned if one.key in before}
        if any(event.tag in _READING for event in handoff.events):
            keys.add((Step.READ, 0))
        self.outbox.show_as_now(handoff.id, keys)
        for one in turned:
            if one.state is DeadlineState.OPEN and one.due_at <= self.now:
                for reader in (one.owner_id, one.manager_id):
                    if reader is not None:
                        morning = self.people.calendar(reader).morning_after(self.now)
                        self.digests.wake(reader, morning)

    def _sum_up(self, handoff: Handoff) -> None:
        """What is told in a summary only waits for the next one of who is there to read it."""
        in_channel = bool(self.policy.team_channel)
        words = for_the_summary(handoff, handoff.events, team_channel=in_channel)
        self._into_summaries(handoff, words)

    def sum_up_commitment(self, handoff_id: int) -> None:
        """The managers read in their summaries what the team's channel did not take."""
        handoff = self.handoffs.get(handoff_id)
        self._into_summaries(handoff, of_the_commitment(handoff))

    def _into_summaries(self, handoff: Handoff, words: Sequence[tuple[int, Word]]) -> None:
        for manager, word in words:
            told = self.people.told(handoff.ae_id, named=(manager, None), but=(handoff.ae_id,))
            if told is not None:
                reader = told.person_id
                self.digests.add_lines(reader, [word])
                self.digests.wake(reader, self.people.calendar(reader).first_morning(self.now))

    def _team_channel(self, handoff: Handoff) -> int | None:
        """The policy's, where something just happened that is told there."""
        if not self.policy.team_channel or not any(
            commits(handoff, event) for event in handoff.events
        ):
            return None
        return self.channels.ensure(self.policy.team_channel).id

    def _bring_in(self, handoff: Handoff) -> None:
        """Into a channel that the bot made for it nobody comes by themselves."""
        arrived = any(event.tag in _NEW_PLACE for event in handoff.events)
        if arrived and self.channels.get(handoff.channel_id).made:
            self.outbox.add_all(member_invites(handoff))

    def reassign_ae(self, handoff: Handoff, ae: Person, *, by: Person) -> None:
        """Let a locked handoff have another AE, whose manager it is from now on; saved.

        Raises as `reassigning.reassign_ae`.
        """
        reassigning.reassign_ae(handoff, ae, by=by, at=self.now)
        self._follow_managers(handoff)
        self.outbox.add(member_invite(handoff.channel_id, ae.id))
        self.save(handoff, actor_id=by.id)

    def assign(self, handoff: Handoff, csm: Person, *, by: Person, override: str = "") -> None:
        """Name the CSM of a locked handoff; saved.

        What the one before was to ask the customer the new one asks. Raises as `assign_csm`.
        """
        before = handoff.csm_id
        handoff.assign_csm(csm, by=by, at=self.now, override=override)
        if before is not None and any(one.asker == before for one in handoff.completeness.open):
            self._ask_by(handoff, csm, in_place_of=before, by=by)
        self.save(handoff, actor_id=by.id)

    def _ask_by(self, handoff: Handoff, asker: Person, *, in_place_of: int, by: Person) -> None:
        brief = self.brief.load(handoff.id, audiences=EVERY)
        for key in SectionKey:
            section = brief.section(key)
            if section.asker == in_place_of:
                now = section.model_copy(update={"asker": asker.id})
                self.brief.save_section(handoff.id, key, now, by=by.id, at=self.now)
                brief = brief.with_section(key, now)
        counted = completeness(brief, handoff.tier, self.policy)
        handoff.weigh(counted, at=self.now, policy=self.policy)

    def move(self, handoff: Handoff, channel: Channel, *, by: Person) -> None:
        """Let a locked handoff live in another channel, and its card with it; saved.

        An AE whose handoff somebody else moved is brought there, as its CSM is.
        """
        left = handoff.channel_id
        handoff.move(channel.id, by=by, at=self.now)
        card = self.surfaces.move_card(handoff)
        self.save(handoff, actor_id=by.id, asked_in=channel.id)
        if by.id != handoff.ae_id:
            self.outbox.add(member_invite(channel.id, handoff.ae_id))
        if card is not None:
            told = moved_away(handoff, left=left, posted_in=card.posted_in, ts=card.ts)
            self.outbox.add(told)

    def reckon(self, handoff_id: int) -> None:
        """Bring an open handoff in line with the rules of today; what was said stays said."""
        handoff = self.handoffs.lock(handoff_id)
        if not handoff.open:
            return
        brief = self.brief.load(handoff_id, audiences=EVERY)
        handoff.copy_from(brief, at=self.now)
        counted = completeness(brief, handoff.tier, self.policy)
        handoff.weigh(counted, at=self.now, policy=self.policy)
        self._follow_managers(handoff)
        self._say_none_made(handoff, None)
        if handoff.posted_at is not None:
            for promise_id, version in self.ledger.unshown(handoff):
                self.surfaces.show_promise(handoff, promise_id, version)
        weigh(handoff, self.ledger.counts(handoff_id), at=self.now)
        handoff.listen(self._listener(handoff), by=None, at=self.now)
        self.save(handoff, actor_id=None)

    def bring_in_line(self, *person_ids: int, by: Person | None = None) -> None:
        """Reckon the open handoffs of people anew, whose manager, region, zone or leave changed.

        `by` is who changed it, where a person did.
        """
        found = {one for who in person_ids for one in self.handoffs.open_of(who, _BROUGHT_IN_LINE)}
        # In the order of their ids, so that two such changes never wait for each other crosswise.
        for handoff_id in sorted(found):
            handoff = self.handoffs.lock(handoff_id)
            if handoff.open:
                self._follow_managers(handoff)
                handoff.note_leave(by=by, at=self.now)
                self.save(handoff, actor_id=None)

    def meet(self, slack_id: str, facts: PersonFacts) -> None:
        """Keep what Slack answered about an account, whether the bot met it before or not."""
        if self.people.by_slack_id(slack_id) is None:
            self.people.ensure(slack_id, facts=facts)
        else:
            self.note_account(slack_id, facts)

    def note_account(self, slack_id: str, facts: PersonFacts, *, heard: bool = False) -> None:
        """Keep what Slack says of an account the bot has met, and let follow what hangs on it.

        `heard` is what an event says. What the account is no more since a change that is known
        is not taken for true, however late it is told.
        """
        before = self.people.lock(slack_id)
        if before is None or self.people.knows_newer(before.id, facts):
            return
        closes = before.deactivated is not facts.deactivated
        replaced = self.people.replaced_by(before.id) if closes else ()
        home = self.people.calendar(before.id)
        now = self.people.note(slack_id, facts, heard=heard)
        if now is None:
            return
        if (before.guest or before.external) is not (now.guest or now.external):
            self.channels.forget_checks()
        if closes:
            # As a manager they are passed over, and as a stand-in they act for nobody any more.
            self.bring_in_line(now.id, *replaced, *self.people.replaced_by(now.id))
            if now.deactivated:
                self._open_interviews(now.id)
                self._ask_for_another(now.id)
        if now.zone != before.zone:
            # Their day is another one: what the clock says to them, and of them, follows at once.
            self.bring_in_line(now.id, *self.people.replaced_by(now.id))
            self.digests.move(now.id, self.people.calendar(now.id), before=home)
            self.surfaces.follow([now.id])

    def doubt_account(self, slack_id: str) -> None:
        """Slack shows an account to nobody: it is no colleague's where somebody looks who reads."""
        known = self.people.lock(slack_id)
        if known is not None and self.people.checked_at(known.id) is not None:
            self.people.doubt(known.id)
            self.channels.forget_checks()

    def _open_interviews(self, ae_id: int) -> None:
        """Of every brief that an AE who is gone left unfinished others are asked what they know."""
        for handoff_id in self.handoffs.open_of(ae_id, _BROUGHT_IN_LINE):
            handoff = self.handoffs.get(handoff_id)
            if handoff.ae_id == ae_id and reassigning.brief_owed(handoff):
                locked = self.handoffs.lock(handoff_id)
                reassigning.open_interviews(locked, at=self.now)
                self.save(locked, actor_id=None)

    def _ask_for_another(self, person_id: int) -> None:
        """Whoever may name somebody else in a part whose holder is gone is told so, once."""
        asked = (
            told.person_id
            for handoff_id in self.handoffs.open_of(person_id, _BROUGHT_IN_LINE)
            for told in self.asked_for_another(self.handoffs.get(handoff_id), person_id).values()
        )
        on = self.now.date().isoformat()
        self.outbox.add_all([owner_gone(person_id, one, on=on) for one in dict.fromkeys(asked)])

    def set_leave(
        self, person_id: int, until: date | None, stand_in_id: int | None, *, by: Person | None
    ) -> Person:
        """Somebody is away from now on, up to and with a day; None ends it. All follows from it.

        Their steps, and those of whom they stood in for, find who owes them now. Raises Invalid
        as `People.set_leave` does, and where the stand-in is on the other side of one of theirs.
        """
        stood_in_for = self.people.replaced_by(person_id)
        changed = self.people.set_leave(person_id, until, stand_in_id)
        if until is not None and stand_in_id is not None:
            self._require_one_side(person_id)
        affected = {person_id, *stood_in_for, *self.people.replaced_by(person_id)}
        self.bring_in_line(*sorted(affected), by=by)
        return changed

    def _require_one_side(self, person_id: int) -> None:
        """AE and CSM of a handoff are different people, also while one of them is away."""
        for handoff_id in self.handoffs.open_of(person_id, _BROUGHT_IN_LINE):
            handoff = self.handoffs.get(handoff_id)
            if access.unattended(person_id, handoff):
                facts = {"account": handoff.account}
                raise Invalid(Problem.STAND_IN_OTHER_SIDE, field="stand_in", facts=facts)

    def end_leave(self) -> bool:
        """Bring back one of those whose leave is over; False where nobody's is."""
        for person_id in self.people.back(1):
            self.set_leave(person_id, None, None, by=None)
            return True
        return False

    def choose_manager_field(self, field_id: str | None, label: str | None) -> None:
        """Take managers from another field of the Slack profile, or with None from none."""
        changed = self.workspace.manager_field != field_id
        self._scope.connection.execute(
            _CHANGE_WORKSPACE,
            {
                "b_id": self._scope.workspace_id,
                "manager_field": field_id,
                "manager_field_label": label,
            },
        )
        self.__dict__.pop("workspace", None)
        self.people.ask_profiles_again(forget=changed)

    def note_manager(self, person_id: int, manager_id: int | None) -> bool:
        """Keep what a profile says of a person's manager; whether that is another one."""
        before = self.people.get(person_id)
        after = self.people.note_manager(person_id, manager_id)
        if (before.manager_id, before.manager_by) == (after.manager_id, after.manager_by):
            return False
        self.bring_in_line(person_id)
        return True

    def refresh_due(self, limit: int, *, but: Collection[int] = ()) -> int:
        """Have handoffs drawn anew that show something else by time alone; gives how many.

        `but` are handoffs that are not looked at.
        """
        values = {"workspace": self._scope.workspace_id, "now": self.now, "most": limit}
        values["but"] = sorted(but)
        ids = list(self._scope.connection.execute(_LIGHTS, values).scalars())
        owed_by = self.deadlines.of_many(ids)
        for handoff in self.handoffs.turn_lights(ids, owed_by):
            self.surfaces.refresh(handoff.id, people=access.lists_it(handoff))
            owed = owed_by.get(handoff.id, ())
            told = (part for one in owed for part in (one.owner_id, one.manager_id))
            self.surfaces.follow(one for one in told if one is not None)
        return len(ids)

    def look_first(self, due: datetime | None) -> None:
        """What this unit says goes out only where it does not stand in Slack since a backup.

        That is so for what was `due` before the restart that followed a restore, and for what is
        brought in line at no time of its own (None) for a day.
        """
        since, restart = self.workspace.restored_from, self.workspace.restored_at or self.now
        if since is not None and (due or self.now - _BROUGHT_IN_LINE_WITHIN) <= restart:
            self.outbox.since = self.surfaces.since = since

    def _may_stand_since(self, handoff_id: int) -> datetime | None:
        """Since when the messages of a handoff may have been posted that no row knows of."""
        restored = self.workspace
        known = restored.handoffs_from is not None and handoff_id <= restored.handoffs_from
        return restored.restored_from if known else None

    def note_restart(self) -> None:
        """Remember when the first look at the deadlines was after a restore."""
        self._scope.connection.execute(
            _CHANGE_WORKSPACE, {"b_id": self._scope.workspace_id, "restored_at": self.now}
        )
        self.__dict__.pop("workspace", None)

    def workspace_pause(self, at: datetime | None) -> None:
        """Stop everything the bot says by itself in this workspace, or with None go on."""
        self._scope.connection.execute(
            _CHANGE_WORKSPACE, {"b_id": self._scope.workspace_id, "paused_at": at}
        )
        self.__dict__.pop("workspace", None)
        self.surfaces.grown = True

    def workspace_notify(self, notify: Notify, *, by: Person) -> None:
        """Choose whom what the clock says reaches; every admin's Home tab says so."""
        self._scope.connection.execute(
            _CHANGE_WORKSPACE,
            {"b_id": self._scope.workspace_id, "notify": notify.value, "notify_by": by.id},
        )
        self.__dict__.pop("workspace", None)
        self.surfaces.follow(one.id for one in self.people.with_role(Role.ADMIN))


class SystemUnit:
    """What is known across workspaces: which there are and where something is due."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def workspaces(self) -> list[WorkspaceRow]:
        """All workspaces, the first one first."""
        rows = self._connection.execute(_WORKSPACES.order_by(tables.workspace.c.id))
        return [_workspace(row) for row in rows]

    def workspace_of_team(self, team_id: str) -> WorkspaceRow | None:
        """The workspace of Slack's id of it, which is unique among all of Slack."""
        row = self._connection.execute(_OF_TEAM, {"team": team_id}).first()
        return None if row is None else _workspace(row)

    def due_workspaces(self, now: datetime) -> list[int]:
        """Where a deadline has something to say, or what a handoff shows changed by time alone.

        Paused workspaces are left out: there the bot does nothing by itself.
        """
        return sorted(self._connection.execute(_DUE_WORKSPACES, {"now": now}).scalars())

    def handoff_ids(self, workspace_id: int) -> list[int]:
        """All handoffs of a workspace, open or not."""
        return list(self._connection.execute(_HANDOFF_IDS, {"workspace": workspace_id}).scalars())


class Store:
    """Opens units of work on one database."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        machine: MachineClock,
        policy: Policy,
        holidays: Callable[[str, int], frozenset[date]],
        on_commit: Poke,
        cipher: Cipher | None = None,
    ) -> None:
        self.database = database
        self.delivery = DeliveryStore(database, clock=clock, machine=machine)
        self._clock = clock
        self._machine = machine
        self._policy = policy
        self._shelf = HolidayShelf(holidays)
        self._on_commit = on_commit
        self._cipher = cipher or NoKey()

    @contextmanager
    def read(self, workspace_id: int) -> Iterator[ReadUnit]:
        """A unit that sees one state of the data and cannot change it."""
        with self.database.reading() as connection:
            scope = self._scope(connection, workspace_id)
            yield ReadUnit(scope, policy=self._policy, shelf=self._shelf)

    @contextmanager
    def write(self, workspace_id: int) -> Iterator[WriteUnit]:
        """A unit that is rolled back unless it is committed.

        Raises Conflict(BUSY) when others write for too long. After a commit that left something to
        send, delivery is told, outside of the transaction.
        """
        with self.database.writing() as connection:
            scope = self._scope(connection, workspace_id)
            unit = WriteUnit(scope, policy=self._policy, shelf=self._shelf)
            yield unit
        if unit.delivery_wanted:
            self._on_commit()

    @contextmanager
    def system(self) -> Iterator[SystemUnit]:
        """A unit that sees headers of every workspace, and cannot change them."""
        with self.database.reading() as connection:
            yield SystemUnit(connection)

    @contextmanager
    def act(self) -> Iterator[None]:
        """An act of a person is in hand: whoever can wait lets it go first."""
        with self.database.giving_way.act():
            yield

    def workspace(
        self, *, enterprise_id: str | None, team_id: str, bot_user_id: str = "", name: str = ""
    ) -> int:
        """The id of a Slack workspace, made where it is new; what is given is kept."""
        key = {"enterprise": enterprise_id or "", "team": team_id}
        learned = {"bot_user_id": bot_user_id, "name": name}
        given = {column: value for column, value in learned.items() if value}
        with self.database.writing() as connection:
            row = connection.execute(_BY_TEAM, key).first()
            if row is None:
                connection.execute(
                    _ADD_WORKSPACE[self.database.dialect],
                    {
                        "enterprise_id": key["enterprise"],
                        "team_id": team_id,
                        "marks_key": secrets.token_hex(16),
                        **learned,
                    },
                )
                row = connection.execute(_BY_TEAM, key).one()
            if given:
                connection.execute(_CHANGE_WORKSPACE, {"b_id": row.id, **given})
            connection.commit()
        return int(row.id)

    def key_fits(self, workspace_id: int) -> bool:
        """Whether the cipher can read what lies here; raises WrongKey as it does."""
        with self.database.reading() as connection:
            return keys.fits(connection, workspace_id, self._cipher)

    def take_key(self, workspace_id: int) -> int:
        """Use the newest key from now on, also for what lies here; gives how many notes that were.

        Raises WrongKey where the keys given do not open what lies here.
        """
        with self.database.writing() as connection:
            renewed = keys.take(connection, workspace_id, self._cipher)
            connection.commit()
        return renewed

    def housekeeping(self) -> tuple[int, int]:
        """Forget old requests and slim, a batch of, old posts; gives how many of each.

        A copied message that was added nowhere is forgotten, too, and what an earlier version left
        for every sweep to look at is not looked at any more.

        A post keeps its row for good: its key is what keeps it from being said a second time, and
        an insert that meets it there needs no other table. What the row held besides is cleared.
        Where the bot's lines stand and was not looked at for a day, it is looked again. What
        another version drew differently is drawn anew, a batch at a time. What a newer one left to
        be sent and this one does not know is shown as not delivered, until a version does. While
        another replica does all that, nothing is done here.
        """
        now = self._machine.now()
        with self.database.writing() as connection:
            if self.database.dialect == "postgresql":
                # Replicas that started together would wait for each other's rows.
                mine = connection.execute(_MINE_TO_KEEP, {"key": _HOUSEKEEPING}).scalar_one()
                if not mine:
                    return 0, 0
            requests = connection.execute(_FORGET_RECEIVED, {"before": now - RECEIVED_KEPT})
            connection.execute(FORGET_COPIED, {"before": now - RECEIVED_KEPT})
            connection.execute(SILENCE, {"before": self._clock.now()})
            forget_rates(connection, now)
            posts = _slim(connection, now - OUTBOX_KEPT_WHOLE)
            before = {"checked_before": now - CHANNELS_LOOKED_AT_AFTER}
            look = {**before, "machine_now": now}
            unchecked = connection.execute(LOOK_DAILY, look).rowcount
            outdated = connection.execute(_DRAW_ANEW, {"b_drawn_as": DRAWN_AS}).rowcount
            known = take_up_readable(connection, now=now)
            give_up_unreadable(connection, now=now, calendar=self._clock.now())
            connection.commit()
        if unchecked or outdated or known:
            self._on_commit()
        return requests.rowcount, posts

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    @property
    def policy(self) -> Policy:
        """The policy every unit works by."""
        return self._policy

    def _scope(self, connection: Connection, workspace_id: int) -> Scope:
        return Scope(
            connection=connection,
            dialect=self.database.dialect,
            workspace_id=workspace_id,
            now=self._clock.now(),
            machine_now=self._machine.now(),
            cipher=self._cipher,
        )


def _workspace(row: Any) -> WorkspaceRow:
    return WorkspaceRow(
        row.id,
        row.enterprise_id or None,
        row.team_id,
        row.bot_user_id,
        row.paused_at,
        manager_field=row.manager_field,
        manager_field_label=row.manager_field_label,
        notify=Notify(row.notify),
        notify_by=row.notify_by,
        restored_from=row.restored_from,
        restored_at=row.restored_at,
        handoffs_from=row.handoffs_from,
    )


def _slim(connection: Connection, before: datetime) -> int:
    """Clear what old posts said; gives how many."""
    old = list(connection.execute(_OLD_SENT, {"before": before}).scalars())
    if old:
        connection.execute(_FORGET_ABOUT, {"old": old})
        connection.execute(_SLIM_SENT, {"old": old})
    return len(old)


def _of_promises(event: Event) -> bool:
    """Whether something was written down about the promises, or that there are none."""
    saved = event.tag is Tag.BRIEF_SAVED and event.facts.get("section") == SectionKey.PROMISES
    return saved or event.tag in _OF_PROMISES


def _now_held(event: Event) -> bool:
    """Whether the messages of promises ask from now on what became of these."""
    return event.tag is Tag.KICKOFF_HELD and "before" not in event.facts


def _not_owed_yet(before: Deadline | None, now: Deadline) -> bool:
    """Whether somebody owes this who did not owe it until now."""
    return before is None or before.state not in OWED_STATES or before.owner_id != now.owner_id
