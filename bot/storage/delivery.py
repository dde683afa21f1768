"""What delivery reads and settles: leases on notices and surfaces, each call a transaction."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    update,
)

from bot.domain.alarms import TRIED_IN_VAIN
from bot.domain.deadlines import Step
from bot.domain.digest import Word
from bot.domain.notices import (
    DRAWN_AS,
    NO_CARD,
    STANDS,
    JobSource,
    Place,
    Priority,
    SurfaceKind,
)
from bot.domain.ports import Clock, MachineClock
from bot.storage.engine import Database, told_by_server
from bot.storage.jobs import CardMessage, DeadLetter, Job, OutboxCounts, SurfaceJob
from bot.storage.leasing import (
    IN_HAND,
    SPARE,
    TABLES,
    Candidate,
    Gate,
    Open,
    Times,
    Wanted,
    candidates,
    claim,
    free_from,
    is_answer,
)
from bot.storage.outbox import METHODS, lane
from bot.storage.standing import filed
from bot.storage.tables import (
    IS_CARD,
    IS_PROMISE,
    OUTBOX_PENDING,
    OUTBOX_TROUBLE,
    SURFACE_GIVEN_UP,
    SURFACE_STALE,
    OutboxState,
    SurfaceState,
    outbox,
    outbox_about,
    person,
    surface,
    workspace,
)
from bot.storage.types import Instant

_OPEN = Open()
AT_A_LOOK = 16
"""A look sorts all that waits, however much of it is taken: so much is seen at once."""
_LEASING = 7_205_759_404
"""Replicas lease one after the other, so that two never choose one destination."""
_TURN = "SELECT clock_timestamp() AS told FROM pg_advisory_xact_lock(:key)"
_IN_TURN = text(_TURN).columns(told=Instant)
_TOLD = func.clock_timestamp(type_=Instant).label("told")


def _nothing_besides(_connection: Connection) -> None:
    return None


def _revive_below(connection: Connection, handoff_id: int | None, now: datetime) -> None:
    """What was not said because there was no card is said below the one that stands now.

    While a card is in doubt, or was refused, what people do would else never be told there.
    """
    unsaid = and_(
        outbox.c.handoff_id == handoff_id,
        outbox.c.place == Place.THREAD.value,
        outbox.c.state == OutboxState.CANCELLED.value,
        outbox.c.reason == NO_CARD,
    )
    anew = {"state": OutboxState.PENDING.value, "reason": None, "settled_at": None}
    connection.execute(update(outbox).where(unsaid).values(**anew, next_try_at=now, attempts=0))
    unshown = and_(
        surface.c.handoff_id == handoff_id,
        surface.c.state == SurfaceState.LIVE.value,
        surface.c.ts.is_(None),
        surface.c.reason.is_(None),
        IS_PROMISE,
    )
    connection.execute(update(surface).where(unshown).values(wanted=surface.c.wanted + 1))


class DeliveryStore:
    """Leases and settles; every settling call is refused once the lease went to somebody else."""

    def __init__(self, database: Database, *, clock: Clock, machine: MachineClock) -> None:
        self._database = database
        self._clock = clock
        self._machine = machine
        self._ahead = timedelta(0)
        self._others_tried_until = machine.now()

    # --- Slack's clock

    def slack_showed(self, date: datetime | None) -> None:
        """Slack's clock showed this just now; None where an answer did not say."""
        if date is not None:
            self._ahead = max(timedelta(0), self._machine.now() - date)

    @property
    def ahead(self) -> timedelta:
        """How far machine time is ahead of Slack's clock, by its last answer; never below zero."""
        return self._ahead

    @property
    def others_tried_until(self) -> datetime:
        """A first try that is noted as later than this was made by this process."""
        return self._others_tried_until

    # --- The start of the only process

    def take_over(
        self, *, lease: timedelta, quarantine: timedelta, longest_wait: timedelta
    ) -> None:
        """Wait anew for what a process before this one had in hand, by a clock that may have moved.

        Whoever reads the wall when it starts does not know how long ago that was: what it sent may
        still be accepted, and what it put off for a moment must not wait for a clock to catch up.
        """
        now = self._machine.now()
        with self._database.writing() as connection:
            for table in TABLES.values():
                leased = update(table).where(table.c.lease.is_not(None))
                connection.execute(leased.values(lease_until=now + lease))
                # Of the outbox nearly all is settled, and an index has the rest.
                waiting = OUTBOX_PENDING if table is outbox else true()
                in_doubt = and_(table.c.maybe_sent, waiting)
                waits = update(table).where(in_doubt, table.c.next_try_at < now + quarantine)
                connection.execute(waits.values(next_try_at=now + quarantine))
                put_off = update(table).where(waiting, table.c.next_try_at > now + longest_wait)
                connection.execute(put_off.values(next_try_at=now + longest_wait))
                tried = connection.execute(
                    select(func.max(table.c.first_try_at)).where(in_doubt)
                ).scalar()
                if tried is not None:
                    self._others_tried_until = max(self._others_tried_until, tried)
            refused = update(workspace).where(workspace.c.blocked_at > now)
            connection.execute(refused.values(blocked_at=now))
            # Before the first sweep after a restore nobody knows how long ago that was, either.
            until = workspace.c.in_doubt_until
            unswept = and_(until.is_not(None), workspace.c.restored_at.is_(None))
            restored = update(workspace).where(or_(unswept, until > now))
            connection.execute(restored.values(in_doubt_until=now + lease))
            connection.commit()

    # --- Leasing

    def lease(
        self,
        limit: int,
        *,
        lease: timedelta,
        gate: Gate = _OPEN,
        seen: list[Candidate] | None = None,
    ) -> list[Job]:
        """Take what may be sent now: answers first, then by priority and age, one a destination.

        Of a paused workspace only answers are taken, of a blocked one nothing until it is tried
        again. `seen` is what an earlier look found and nobody took: only where nothing of that can
        be taken any more is there another look, and what that finds too many is left in it.
        """
        times = Times(self._machine.now(), self._clock.now())
        if seen and (taken := self._take(seen, limit, lease=lease, gate=gate, times=times)):
            return taken
        most = limit if seen is None else max(limit, AT_A_LOOK)
        dialect = self._database.dialect
        with self._database.reading() as connection:
            held_back = gate.held_back(connection)
            found = candidates(connection, most, held_back, times=times, dialect=dialect)
            if not found:
                self._agreed(connection)  # Something may be due that this machine slept through.
        taken = self._take(found, limit, lease=lease, gate=gate, times=times)
        if seen is not None:
            seen[:] = found
        return taken

    def _take(
        self, found: list[Candidate], limit: int, *, lease: timedelta, gate: Gate, times: Times
    ) -> list[Job]:
        """Lease the first that still may be, and leave in `found` what comes after those.

        Where several in a row may not, too much has changed since they were looked at.
        """
        taken: list[Job] = []
        if not found:
            return taken
        tried = 0
        with self._database.writing(patient=True) as connection:
            if self._database.dialect == "postgresql":
                told = connection.execute(_IN_TURN, {"key": _LEASING}).scalar_one()
                # By its own clock, a machine that slept would lease until what is over for others.
                times = replace(times, machine=self._machine.catch_up(told))
            for source, row in found[: limit * SPARE]:
                if len(taken) == limit:
                    break
                tried += 1
                wanted = Wanted(
                    row["workspace_id"], row["method"], row["destination"], row["priority"]
                )
                claims = partial(claim, connection, source, row, lease=lease, times=times)
                job = gate.let(wanted, claims, connection)
                if job is not None:
                    taken.append(job)
            if taken:
                connection.commit()
        del found[:tried]
        return taken

    def holds(self, job: Job, *, lasting: timedelta = timedelta(0)) -> bool:
        """Whether the job is still leased to who holds it, and for so long at least.

        With replicas that is so by the server's clock, however late this machine's is.
        """
        table = TABLES[job.source]
        held = select(*self._until_and_now(table)).where(
            table.c.id == job.id, table.c.lease == job.lease
        )
        with self._database.reading() as connection:
            return self._lasts(connection.execute(held).first(), lasting)

    def _until_and_now(self, table: Table) -> tuple[ColumnElement[Any], ...]:
        """Until when a lease lasts, and the time: told besides, as a statement of its own costs."""
        if self._database.dialect == "postgresql":
            return table.c.lease_until, _TOLD
        return table.c.lease_until, literal(self._machine.now(), Instant()).label(_TOLD.name)

    def _lasts(self, leased: Row[Any] | None, lasting: timedelta) -> bool:
        if leased is None:
            return False
        until: datetime = leased.lease_until
        return until - self._machine.catch_up(leased.told) >= lasting

    def _agreed(self, within: Connection | None = None) -> datetime:
        """Machine time, asked of the server where others go by that, too."""
        if self._database.dialect != "postgresql":
            return self._machine.now()
        told = told_by_server(within) if within is not None else self._database.server_now()
        return self._machine.catch_up(told)

    # --- Settling

    def mark_maybe_sent(
        self,
        job: Job,
        *,
        lasting: timedelta = timedelta(0),
        step: Step | None = None,
        key: str | None = None,
    ) -> bool:
        """Note, just before posting, that from now on it may be there.

        Not noted, and False, where the lease does not last for `lasting`, as `holds` says. `step`
        is the one that a guide tells its reader of; `key` is by what it is looked for, where that
        is not the one that it has.
        """
        table = TABLES[job.source]
        now = self._machine.now() - self._ahead
        if job.restored_from is not None and now <= job.restored_from:
            # By a clock that is ahead, what was known last is of later: this was tried after it.
            now = self._machine.now()
        first = func.coalesce(table.c.first_try_at, literal(now, table.c.first_try_at.type))
        values: dict[str, Any] = {"maybe_sent": True, "first_try_at": first}
        if job.source is JobSource.SURFACE:
            values["step"] = step
        if key is not None:
            values["opaque"] = key
        return self._settle(job, values, release=False, lasting=lasting)

    def sent(
        self,
        job: Job,
        *,
        ts: str | None,
        channel: str | None,
        shown: int | None = None,
        settle: timedelta = timedelta(0),
        step: Step | None = None,
    ) -> bool:
        """It is there; a surface shows the version `shown` and rests for `settle`.

        Without a `ts` it was edited. A guide stands at `step` now, if that is told.
        """
        now = self._machine.now()
        values: dict[str, Any]
        if job.source is JobSource.NOTICE:
            values = {
                "state": OutboxState.SENT.value,
                "ts": ts,
                "sent_channel": channel,
                "maybe_sent": False,
                "reason": None,
                "settled_at": now,
            }
            if ts is not None:
                values |= _once_more(now, method=outbox.c.method)
            return self._settle(job, values, stands=ts is not None)
        version = shown if shown is not None else _surface_of(job).wanted
        urgent = and_(
            surface.c.priority == Priority.ANSWER.value, surface.c.wanted > literal(version)
        )
        kind = surface.c.next_try_at.type
        values = {
            "shown": version,
            "maybe_sent": False,
            "first_try_at": None,
            "attempts": 0,
            "reason": None,
            "drawn_as": DRAWN_AS,
            "priority": case((urgent, surface.c.priority), else_=Priority.CARD.value),
            "next_try_at": case((urgent, literal(now, kind)), else_=literal(now + settle, kind)),
        }
        if ts is not None:
            values |= {"ts": ts, "posted_in": channel}
        if ts is None or step is not None:
            values["step"] = step
        card = _surface_of(job)
        if ts is None or card.kind is not SurfaceKind.CARD or card.ts is not None:
            return self._settle(job, values)

        def below(connection: Connection) -> None:
            _revive_below(connection, card.handoff_id, now)

        settled = self._settle(job, values, besides=below)
        if settled:
            self._wake_below(card.handoff_id, now)
        return settled

    def _wake_below(self, handoff_id: int | None, now: datetime) -> None:
        """A card stands: what waited for that goes at once. Else each would look in its turn."""
        for table, waiting in (
            (outbox, OUTBOX_PENDING),
            (surface, and_(SURFACE_STALE, IS_PROMISE)),
        ):
            new = and_(
                table.c.handoff_id == handoff_id,
                table.c.next_try_at > now,
                table.c.attempts == 0,
                table.c.ts.is_(None),
                table.c.lease.is_(None),
                not_(table.c.maybe_sent),
            )
            # In the order in which acts lock them, too; what somebody has locked comes by itself.
            free = select(table.c.id).where(waiting, new).order_by(table.c.id)
            woken = table.c.id.in_(free.with_for_update(skip_locked=True))
            self._write(update(table).where(woken).values(next_try_at=now))

    def keep_about(self, job: Job, kept: Collection[int]) -> None:
        """Forget of what a message is about all that will not be said in it after all.

        `kept` counts from 0 in the order of `job.notice.about`.
        """
        of_it = outbox_about.c.outbox_id == job.id
        with self._database.reading() as connection:
            in_order = select(outbox_about.c.place).where(of_it).order_by(outbox_about.c.place)
            places = connection.execute(in_order).scalars().all()
        left_out = [place for number, place in enumerate(places) if number not in kept]
        if left_out:
            self._write(delete(outbox_about).where(of_it, outbox_about.c.place.in_(left_out)))

    def retell(self, job: Job, words: Sequence[Word]) -> None:
        """Have a message be about these alone, in this order; the rest was said elsewhere."""
        rows = [
            {
                "outbox_id": job.id,
                "place": place,
                "handoff_id": word.handoff_id,
                "step": word.step.value,
                "stage": word.stage.value,
                "subject": word.subject,
            }
            for place, word in enumerate(words)
        ]
        with self._database.writing(patient=True) as connection:
            connection.execute(delete(outbox_about).where(outbox_about.c.outbox_id == job.id))
            connection.execute(insert(outbox_about), rows)
            connection.commit()

    def shown_for_now(self, job: Job, *, until: datetime, settle: timedelta) -> bool:
        """A surface was edited, and is wanted anew at a calendar time unless it changes before."""
        rested = self._machine.now() + settle
        shown = {"not_before": until, "next_try_at": rested, "attempts": 0, "reason": None}
        return self._settle(job, shown)

    def retry(
        self,
        job: Job,
        *,
        after: timedelta,
        maybe_sent: bool | None = None,
        surface_lost: bool = False,
        counted: bool = True,
        in_doubt_after: timedelta | None = None,
        reason: str | None = None,
        unheard: bool = False,
    ) -> bool:
        """Give it back for later; `maybe_sent` None leaves that open as it stands.

        `surface_lost`: its message is gone or retired, so it is posted anew under a new key.
        `in_doubt_after` is how long to wait where the row says that it may be there. `reason` is
        why a try was in vain, kept once it was so often; `unheard`: Slack said nothing to it.
        """
        table = TABLES[job.source]
        # What may come to stand there yet is not looked for too soon by anybody.
        now = self._agreed() if maybe_sent or in_doubt_after else self._machine.now()
        kind = table.c.next_try_at.type
        values: dict[str, Any] = {"next_try_at": now + after}
        if in_doubt_after is not None:
            values["next_try_at"] = case(
                (table.c.maybe_sent, literal(now + in_doubt_after, kind)),
                else_=literal(now + after, kind),
            )
        if counted:
            values["attempts"] = table.c.attempts + 1
            values["unheard_since"] = None
        if counted and unheard:
            first = or_(table.c.attempts == 0, table.c.unheard_since.is_(None))
            values["unheard_since"] = case((first, literal(now, kind)), else_=table.c.unheard_since)
        if reason is not None:
            often = table.c.attempts + 1 >= TRIED_IN_VAIN
            values["reason"] = case((often, reason), else_=table.c.reason)
        if maybe_sent is not None:
            values["maybe_sent"] = maybe_sent
            if not maybe_sent:
                values["first_try_at"] = None
        if job.source is JobSource.SURFACE:
            answer = (is_answer(surface), Priority.ANSWER.value)
            lower = (surface.c.priority > job.priority, job.priority)
            values["priority"] = case(answer, lower, else_=surface.c.priority)
            if surface_lost:
                values |= {"ts": None, "posted_in": None, "opaque": secrets.token_hex(16)}
        return self._settle(job, values)

    def by_dm(self, job: Job) -> bool:
        """Send a notice to its reader's DM instead, from now on in the lane of that."""
        if job.notice is None:
            raise TypeError(job.source)
        to_reader = lane(Place.DM, person_id=job.notice.person_id, channel_id=None)
        values = {"maybe_sent": False, "first_try_at": None, "next_try_at": self._machine.now()}
        return self._settle(job, {**to_reader, **values})

    def draw_again(self, job: Job) -> None:
        """Have a surface drawn once more, whoever holds it now."""
        statement = update(surface).where(surface.c.id == job.id)
        self._write(statement.values(wanted=surface.c.wanted + 1))

    def draw_card_again(self, handoff_id: int) -> None:
        """Have the card of a handoff drawn once more."""
        statement = update(surface).where(surface.c.handoff_id == handoff_id, IS_CARD)
        self._write(statement.values(wanted=surface.c.wanted + 1))

    def postpone(self, job: Job, *, until: datetime) -> bool:
        """Let it wait for a calendar time, as quiet hours do."""
        return self._settle(job, {"not_before": until})

    def dead(self, job: Job, *, reason: str) -> bool:
        """Give it up, visibly; a surface is tried again when its rows change."""
        if job.source is JobSource.SURFACE:
            return self._let_be(job, reason)
        return self._settle_notice(job, OutboxState.DEAD, reason)

    def in_doubt(self, job: Job) -> bool:
        """Whether its row says that it may be there, whatever the job knew when it was leased."""
        table = TABLES[job.source]
        doubtful = select(table.c.id).where(table.c.id == job.id, table.c.maybe_sent)
        with self._database.reading() as connection:
            return connection.execute(doubtful).first() is not None

    def stays(self, job: Job) -> bool:
        """What was looked at may go on standing where it does."""
        if job.notice is None:
            raise TypeError(job.source)
        method = literal(METHODS[job.notice.place])
        values = {"reason": None, **_once_more(self._machine.now(), method=method)}
        return self._settle(job, values, stands=True)

    def withdrawn(self, job: Job) -> bool:
        """What stood in a channel does so no more."""
        return self._settle_notice(job, OutboxState.WITHDRAWN, None)

    def cancelled(self, job: Job, *, reason: str) -> bool:
        """It is no longer to be sent; a surface is looked at again when its rows change."""
        if job.source is JobSource.SURFACE:
            return self._let_be(job, None)
        return self._settle_notice(job, OutboxState.CANCELLED, reason)

    def unconfirmed(self, job: Job, *, reason: str, surface_lost: bool = False) -> bool:
        """It may be there or not and nobody can look: not repeated by itself, and shown.

        A guide is posted anew when its rows change, a card where a person says so. `surface_lost`:
        it is not where it stood.
        """
        if job.source is JobSource.SURFACE:
            over: dict[str, Any] = {
                "state": SurfaceState.DEAD.value,
                "opaque": secrets.token_hex(16),
            }
            if surface_lost:
                over |= {"ts": None, "posted_in": None}
            return self._let_be(job, reason, over)
        return self._settle_notice(job, OutboxState.UNCONFIRMED, reason)

    def _settle_notice(self, job: Job, state: OutboxState, reason: str | None) -> bool:
        values = {"state": state.value, "reason": reason, "settled_at": self._machine.now()}
        return self._settle(job, values)

    def _let_be(self, job: Job, reason: str | None, over: dict[str, Any] | None = None) -> bool:
        values = {
            "shown": _surface_of(job).wanted,
            "maybe_sent": False,
            "first_try_at": None,
            "attempts": 0,
            "reason": reason,
        }
        return self._settle(job, {**values, **(over or {})})

    def _settle(
        self,
        job: Job,
        values: dict[str, Any],
        *,
        release: bool = True,
        stands: bool = False,
        lasting: timedelta | None = None,
        besides: Callable[[Connection], None] = _nothing_besides,
    ) -> bool:
        table = TABLES[job.source]
        if release:
            values = {**values, "lease": None, "lease_until": None}
        if release and job.source is JobSource.SURFACE and "priority" not in values:
            in_hand = surface.c.priority == IN_HAND
            served = case((in_hand, Priority.CARD.value), else_=surface.c.priority)
            values["priority"] = served
        statement = update(table).where(table.c.id == job.id, table.c.lease == job.lease)
        with self._database.writing(patient=True) as connection:
            if stands and job.notice is not None and job.notice.place in STANDS:
                now = self._machine.now()
                values |= filed(connection, job.notice.channel_id, now=now)
            noted = statement.values(**values)
            if lasting is None:
                settled = connection.execute(noted).rowcount == 1
            else:
                leased = connection.execute(noted.returning(*self._until_and_now(table))).first()
                settled = self._lasts(leased, lasting)
            if settled:
                besides(connection)
                connection.commit()
        return settled

    # --- People and workspaces

    def set_dm(self, person_id: int, channel_slack_id: str | None) -> None:
        """Remember the conversation between the bot and a person; None has it opened again."""
        statement = update(person).where(person.c.id == person_id)
        self._write(statement.values(dm_slack_id=channel_slack_id))

    def dm_of(self, person_id: int) -> str | None:
        """The conversation between the bot and a person, once opened."""
        with self._database.reading() as connection:
            return connection.execute(
                select(person.c.dm_slack_id).where(person.c.id == person_id)
            ).scalar_one_or_none()

    def block_workspace(self, workspace_id: int, reason: str) -> None:
        """Stop sending for a workspace whose token Slack refuses; its rows stay."""
        statement = update(workspace).where(workspace.c.id == workspace_id)
        self._write(statement.values(blocked_at=self._machine.now(), blocked_reason=reason))

    def unblock_workspace(self, workspace_id: int) -> None:
        """Send for the workspace again; nothing is written where it is not blocked."""
        if workspace_id in self.blocked():
            statement = update(workspace).where(workspace.c.id == workspace_id)
            self._write(statement.values(blocked_at=None, blocked_reason=None))

    def blocked(self) -> dict[int, str]:
        """The blocked workspaces and Slack's word for why."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(workspace.c.id, workspace.c.blocked_reason).where(
                    workspace.c.blocked_at.is_not(None)
                )
            )
            return {row.id: row.blocked_reason or "" for row in rows}

    def _write(self, statement: Any) -> None:
        with self._database.writing(patient=True) as connection:
            connection.execute(statement)
            connection.commit()

    # --- Looking

    def card_message(self, handoff_id: int) -> CardMessage:
        """Where the card of a handoff stands, for replies below it."""
        statement = select(
            surface.c.ts,
            surface.c.posted_in,
            SURFACE_STALE.label("awaited"),
            surface.c.next_try_at,
        ).where(surface.c.handoff_id == handoff_id, IS_CARD)
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return CardMessage(None, None, awaited=False)
        return CardMessage(row.ts, row.posted_in, bool(row.awaited), row.next_try_at)

    def next_due(self) -> datetime | None:
        """When, in machine time, the next notice or surface may be tried; None for nothing."""
        with self._database.reading() as connection:
            dues = [
                connection.execute(select(func.min(free_from(table))).where(waiting)).scalar()
                for table, waiting in ((outbox, OUTBOX_PENDING), (surface, SURFACE_STALE))
            ]
        return min((due for due in dues if due is not None), default=None)

    def counts(self) -> OutboxCounts:
        """How many wait, since when the oldest does, and how many were given up."""
        with self._database.reading() as connection:
            waiting, oldest = connection.execute(
                select(func.count(), func.min(outbox.c.created_at)).where(OUTBOX_PENDING)
            ).one()
            tries = [
                connection.execute(select(func.max(table.c.attempts)).where(waits)).scalar()
                for table, waits in ((outbox, OUTBOX_PENDING), (surface, SURFACE_STALE))
            ]
            failed = _by_state(connection, outbox, OUTBOX_TROUBLE)
            surfaces = _by_state(connection, surface, SURFACE_GIVEN_UP)
        return OutboxCounts(
            pending=waiting,
            oldest_age=self._machine.now() - oldest if oldest is not None else None,
            most_tries=max(one or 0 for one in tries),
            unconfirmed=failed.get(OutboxState.UNCONFIRMED.value, 0)
            + surfaces.get(SurfaceState.DEAD.value, 0),
            dead=failed.get(OutboxState.DEAD.value, 0) + surfaces.get(SurfaceState.LIVE.value, 0),
        )

    def dead_letters(self, workspace_id: int) -> list[DeadLetter]:
        """What was given up or is in doubt in a workspace, oldest first."""
        letters: list[DeadLetter] = []
        with self._database.reading() as connection:
            for source, table, given_up in (
                (JobSource.NOTICE, outbox, OUTBOX_TROUBLE),
                (JobSource.SURFACE, surface, SURFACE_GIVEN_UP),
            ):
                rows = connection.execute(
                    select(
                        table.c.id,
                        table.c.kind,
                        table.c.handoff_id,
                        table.c.person_id,
                        table.c.reason,
                    )
                    .where(table.c.workspace_id == workspace_id, given_up)
                    .order_by(table.c.id)
                )
                letters += [DeadLetter(source, *row) for row in rows]
        return letters


def _by_state(connection: Connection, table: Table, of: ColumnElement[bool]) -> dict[str, int]:
    counted = select(table.c.state, func.count().label("of_it")).where(of).group_by(table.c.state)
    return {row.state: row.of_it for row in connection.execute(counted)}


def _once_more(now: datetime, *, method: ColumnElement[str]) -> dict[str, Any]:
    """A message stands, and is a job again at once where what it says changed meanwhile."""
    changed = outbox.c.changed
    when = outbox.c.next_try_at
    return {
        "state": case((changed, OutboxState.PENDING.value), else_=OutboxState.SENT.value),
        "method": case((changed, "chat.update"), else_=method),
        "priority": case((changed, Priority.CARD.value), else_=outbox.c.priority),
        "next_try_at": case((changed, literal(now, when.type)), else_=when),
        "attempts": case((changed, 0), else_=outbox.c.attempts),
        "changed": False,
    }


def _surface_of(job: Job) -> SurfaceJob:
    if job.surface is None:
        raise TypeError(job.source)
    return job.surface
