"""Surfaces: messages that mirror rows, and how much they want to be drawn anew."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, not_, null, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain import access
from bot.domain.errors import Conflict, Problem
from bot.domain.handoff import Handoff
from bot.domain.notices import FirstWord, Place, Priority, SurfaceKind, SurfaceWish
from bot.storage.outbox import AGAIN
from bot.storage.statements import Scope, once
from bot.storage.tables import (
    IS_CARD,
    IS_GUIDE,
    IS_HOME,
    IS_PROMISE,
    OUTBOX_PENDING,
    SURFACE_GIVEN_UP,
    SURFACE_STALE,
    SurfaceState,
    outbox,
    promise,
    surface,
)
from bot.storage.undelivered import AGAIN_SURFACE

HOME_STAYS_FRESH = timedelta(minutes=15)
"""For how long after it was opened a Home tab follows what changes."""
_ADD_SURFACE = once(surface)


_URGENT = or_(
    surface.c.person_id == bindparam("actor"),
    and_(IS_CARD, surface.c.channel_id == bindparam("watched")),
)
# A surface that waits out a refusal of Slack's, or that may be there already, keeps its time.
_UNTROUBLED = and_(surface.c.attempts == 0, surface.c.maybe_sent.is_(False))
_MACHINE_NOW = bindparam("machine_now", type_=surface.c.next_try_at.type)
_DOUBLES_NOTHING = or_(IS_GUIDE, surface.c.ts.is_not(None))


def _raising(
    *conditions: ColumnElement[bool], urgent: ColumnElement[bool] = _URGENT
) -> ReturningUpdate[Any]:
    # Rows are locked in the order of their ids, so that two transactions that raise the same ones
    # take turns and never wait for each other crosswise.
    touched = (
        select(surface.c.id)
        .where(surface.c.workspace_id == bindparam("workspace"), or_(*conditions))
        .order_by(surface.c.id)
        .with_for_update()
        .cte("touched")
    )
    return (
        update(surface)
        .where(surface.c.id.in_(select(touched.c.id)))
        .values(
            wanted=surface.c.wanted + 1,
            # A guide that may be there already is worth more than none; a card is asked about,
            # but for one that is known to stand somewhere: to edit it doubles nothing.
            state=case((_DOUBLES_NOTHING, SurfaceState.LIVE.value), else_=surface.c.state),
            priority=case((urgent, Priority.ANSWER.value), else_=surface.c.priority),
            next_try_at=case(
                (and_(urgent, _UNTROUBLED), _MACHINE_NOW), else_=surface.c.next_try_at
            ),
            # Only a first message waits for the morning: an edit wakes nobody, nor does one's own.
            not_before=case(
                (or_(urgent, surface.c.ts.is_not(None)), null()), else_=surface.c.not_before
            ),
        )
        .returning(
            surface.c.kind,
            surface.c.handoff_id,
            surface.c.person_id,
            surface.c.promise_id,
            surface.c.promise_version,
            surface.c.channel_id,
            surface.c.ts,
            surface.c.priority,
            surface.c.not_before,
        )
    )


_TOUCHED = (
    # Of the promises only those are drawn anew that changed: a channel takes few edits a minute.
    and_(surface.c.handoff_id.in_(bindparam("handoffs", expanding=True)), not_(IS_PROMISE)),
    and_(
        IS_HOME,
        surface.c.person_id.in_(bindparam("people", expanding=True)),
        surface.c.opened_at >= bindparam("opened_since"),
    ),
)
_RAISE = _raising(*_TOUCHED)
# A card that stands where others may read it is made neutral at once, also during a pause.
_RAISE_CARDS = _raising(
    and_(or_(IS_CARD, IS_PROMISE), surface.c.channel_id.in_(bindparam("channels", expanding=True))),
    urgent=surface.c.ts.is_not(None),
)
_IN_FORCE = select(promise.c.version).where(promise.c.id == surface.c.promise_id).scalar_subquery()
_RAISE_WITH_PROMISES = _raising(
    *_TOUCHED,
    and_(
        IS_PROMISE,
        surface.c.promise_id.in_(bindparam("promises", expanding=True)),
        surface.c.promise_version == _IN_FORCE,
    ),
    # The message of the wording before says that it is superseded.
    and_(IS_PROMISE, surface.c.promise_id.in_(bindparam("reworded", expanding=True))),
    and_(
        IS_PROMISE,
        surface.c.handoff_id.in_(bindparam("left", expanding=True)),
        surface.c.ts.is_not(None),
    ),
    urgent=or_(_URGENT, and_(IS_PROMISE, surface.c.channel_id == bindparam("watched"))),
)
_OPEN_HOME = (
    update(surface)
    .where(
        surface.c.workspace_id == bindparam("b_workspace"),
        IS_HOME,
        surface.c.person_id == bindparam("b_person"),
    )
    .values(
        wanted=surface.c.wanted + 1,
        priority=Priority.ANSWER.value,
        state=SurfaceState.LIVE.value,
        opened_at=_MACHINE_NOW,
        next_try_at=case((_UNTROUBLED, _MACHINE_NOW), else_=surface.c.next_try_at),
    )
)


_SURFACE_AGAIN = (
    update(surface)
    .where(
        surface.c.id == bindparam("b_id"),
        surface.c.workspace_id == bindparam("b_workspace"),
        surface.c.handoff_id == bindparam("b_handoff"),
        surface.c.state == SurfaceState.DEAD.value,
        surface.c.ts.is_(None),
    )
    .values(**AGAIN, state=SurfaceState.LIVE.value, wanted=surface.c.wanted + 1)
)


_IN_TROUBLE = (
    surface.c.id == bindparam("b_id"),
    surface.c.workspace_id == bindparam("b_workspace"),
)
_TRY_AGAIN = (
    update(surface)
    .where(*_IN_TROUBLE, *AGAIN_SURFACE)
    .values(**AGAIN, state=SurfaceState.LIVE.value, wanted=surface.c.wanted + 1)
)
_PUT_ASIDE = update(surface).where(*_IN_TROUBLE, SURFACE_GIVEN_UP).values(reason=None)
_CARD_OF = (
    select(
        surface.c.id,
        surface.c.ts,
        surface.c.posted_in,
        surface.c.lease_until,
        surface.c.maybe_sent,
    )
    .where(
        surface.c.workspace_id == bindparam("workspace"),
        surface.c.handoff_id == bindparam("handoff"),
        IS_CARD,
    )
    .with_for_update()
)
# In the order of their ids, as whoever raises or claims several locks them.
_BELOW_CARD = (
    select(surface.c.id, surface.c.lease_until, surface.c.maybe_sent)
    .where(
        surface.c.workspace_id == bindparam("workspace"),
        surface.c.handoff_id == bindparam("handoff"),
        SURFACE_STALE,
        IS_PROMISE,
    )
    .order_by(surface.c.id)
    .with_for_update(),
    select(outbox.c.id, outbox.c.lease_until, outbox.c.maybe_sent)
    .where(
        outbox.c.workspace_id == bindparam("workspace"),
        outbox.c.handoff_id == bindparam("handoff"),
        outbox.c.place == Place.THREAD.value,
        OUTBOX_PENDING,
    )
    .order_by(outbox.c.id)
    .with_for_update(),
)
_CARD_ANEW = (
    update(surface)
    .where(surface.c.id == bindparam("b_id"))
    .values(
        **AGAIN,
        state=SurfaceState.LIVE.value,
        channel_id=bindparam("channel"),
        destination=bindparam("destination"),
        ts=None,
        posted_in=None,
        lease=None,
        lease_until=None,
    )
)


# Below the new card the promises are posted anew, also where the handoff lived there before.
_PROMISES_ANEW = (
    update(surface)
    .where(
        surface.c.workspace_id == bindparam("b_workspace"),
        surface.c.handoff_id == bindparam("b_handoff"),
        surface.c.channel_id == bindparam("b_channel"),
        surface.c.ts.is_not(None),
        IS_PROMISE,
    )
    .values(
        **AGAIN,
        state=SurfaceState.LIVE.value,
        ts=None,
        posted_in=None,
        lease=None,
        lease_until=None,
    )
)
_FIRST_PRIORITY = {SurfaceKind.PROMISE: Priority.NUDGE}


@dataclass(frozen=True)
class LeftCard:
    """Where the card of a handoff stood that moved."""

    posted_in: str
    ts: str


class Surfaces:
    """Messages that mirror rows; what they want to show is counted up once, at the commit."""

    def __init__(self, scope: Scope, *, may_stand_since: Callable[[int], datetime | None]) -> None:
        self._scope = scope
        self._may_stand_since = may_stand_since
        self._wishes: dict[tuple[str, int, int | None], dict[str, Any]] = {}
        self._handoffs: set[int] = set()
        self._people: set[int] = set()
        self._actor: int | None = None
        self._watched: int | None = None
        self._promises: dict[int, dict[str, Any]] = {}
        self._reworded: set[int] = set()
        self._left: set[int] = set()
        self.unsafe_channels: set[int] = set()
        """Channels whose cards must be drawn anew because of who can read there."""
        self.grown = False
        """Whether there is anything for delivery to do."""
        self.since: datetime | None = None
        """Machine time since when what is made may stand in Slack already."""

    def touch(
        self,
        of: Handoff,
        wishes: Iterable[SurfaceWish],
        *,
        actor_id: int | None,
        asked_in: int | None,
    ) -> None:
        """A handoff changed: what shows it is to be drawn anew, and what is missing to be made.

        What the person who acted looks at goes first.
        """
        for wish in wishes:
            key = (wish.kind.value, of.id, wish.person_id)
            self._wishes.setdefault(key, self._new(wish, of, wanted=1))
        self._handoffs.add(of.id)
        self._people |= access.lists_it(of)
        if actor_id is not None:
            self._people.add(actor_id)
            self._actor = actor_id
        if asked_in is not None:
            self._watched = asked_in

    def show_promise(
        self, of: Handoff, promise_id: int, version: int, *, reworded: bool = False
    ) -> None:
        """The message of a promise's wording in force is to be drawn anew, and made if missing.

        `reworded`: those of earlier wordings are, too. Before the card stands there is none.
        """
        if of.posted_at is None:
            return
        wish = SurfaceWish(SurfaceKind.PROMISE)
        place = {"promise_id": promise_id, "promise_version": version}
        self._promises[promise_id] = self._new(wish, of, wanted=1) | place
        if reworded:
            self._reworded.add(promise_id)

    def leave_promises(self, of: Handoff) -> None:
        """The messages of every wording of every promise are to say that the handoff moved."""
        self._left.add(of.id)

    def refresh(self, handoff_id: int, *, people: Iterable[int] = ()) -> None:
        """What a handoff shows changed by time alone."""
        self._handoffs.add(handoff_id)
        self._people |= set(people)

    def open_home(self, person_id: int) -> None:
        """A person looks at their Home tab; it follows what changes for a quarter of an hour."""
        row = self._new(SurfaceWish(SurfaceKind.HOME, person_id), None, wanted=0)
        self._scope.connection.execute(_ADD_SURFACE[self._scope.dialect], row)
        self._scope.connection.execute(
            _OPEN_HOME,
            {
                "b_workspace": self._scope.workspace_id,
                "b_person": person_id,
                "machine_now": self._scope.machine_now,
            },
        )
        self.grown = True

    def post_again(self, surface_id: int, *, handoff_id: int) -> bool:
        """Post an unconfirmed surface of a handoff anew; False where it is none."""
        values = {
            "b_id": surface_id,
            "b_workspace": self._scope.workspace_id,
            "b_handoff": handoff_id,
            "machine_now": self._scope.machine_now,
        }
        again = self._scope.connection.execute(_SURFACE_AGAIN, values).rowcount > 0
        self.grown |= again
        return again

    def try_again(self, surface_id: int) -> bool:
        """Show once more what Slack refused; False where it is not there to be tried."""
        return self._settle(_TRY_AGAIN, surface_id, machine_now=self._scope.machine_now)

    def put_aside(self, surface_id: int) -> bool:
        """Name a surface that was given up or is in doubt no more; it stays what it is."""
        return self._settle(_PUT_ASIDE, surface_id)

    def _settle(self, statement: Any, surface_id: int, **values: Any) -> bool:
        values |= {"b_id": surface_id, "b_workspace": self._scope.workspace_id}
        done = self._scope.connection.execute(statement, values).rowcount > 0
        self.grown |= done
        return done

    def follow(self, person_ids: Iterable[int]) -> None:
        """Let the Home tabs that these people opened a short while ago show what is new."""
        self._people |= set(person_ids)

    def move_card(self, of: Handoff) -> LeftCard | None:
        """Let the card of a handoff be posted anew where it lives now; gives where it stood.

        Raises Conflict(BUSY) while it is being sent, or may be there and is to be looked for: else
        it might come to stand there after all. The same goes for what is said below it: nobody
        would look for that in the old thread any more.
        """
        values = {"workspace": self._scope.workspace_id, "handoff": of.id}
        row = self._scope.connection.execute(_CARD_OF, values).first()
        if row is None:
            return None
        below = [self._scope.connection.execute(one, values).all() for one in _BELOW_CARD]
        if any(self._under_way(one) for one in (row, *chain(*below))):
            raise Conflict(Problem.BUSY)
        self._scope.connection.execute(
            _CARD_ANEW,
            {
                "b_id": row.id,
                "channel": of.channel_id,
                "destination": f"channel:{of.channel_id}",
                "machine_now": self._scope.machine_now,
            },
        )
        self._scope.connection.execute(
            _PROMISES_ANEW,
            {
                "b_workspace": self._scope.workspace_id,
                "b_handoff": of.id,
                "b_channel": of.channel_id,
                "machine_now": self._scope.machine_now,
            },
        )
        return LeftCard(row.posted_in, row.ts) if row.ts and row.posted_in else None

    def _under_way(self, row: Row[Any]) -> bool:
        held = row.lease_until is not None and row.lease_until > self._scope.machine_now
        return held or bool(row.maybe_sent)

    def raise_wanted(self) -> list[FirstWord]:
        """Count up what was touched in this unit, and make what is missing.

        Gives the guide cards that do not stand yet: each may be its reader's first.
        """
        first_cards: list[FirstWord] = []
        values = {
            "workspace": self._scope.workspace_id,
            "actor": self._actor,
            "watched": self._watched,
            "machine_now": self._scope.machine_now,
        }
        if self._handoffs or self._people or self._promises or self._left:
            raised = self._raise(values)
            there = {_key(row) for row in raised}
            missing = [
                {**row, "priority": self._first_priority(row)}
                for row in (*self._wishes.values(), *self._in_order())
                if _key(row) not in there
            ]
            self._make(missing)
            self.grown |= bool(raised or missing)
            first_cards += [_first_word(row) for row in (*missing, *raised) if _unseen_guide(row)]
        if self.unsafe_channels:
            channels = {"channels": sorted(self.unsafe_channels)}
            cards = self._scope.connection.execute(_RAISE_CARDS, values | channels).all()
            self.grown |= bool(cards)
        return first_cards

    def _raise(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Count up everything that was touched and is there already, in one statement."""
        about: dict[str, Any] = {
            "handoffs": sorted(self._handoffs),
            "people": sorted(self._people),
            "opened_since": self._scope.machine_now - HOME_STAYS_FRESH,
        }
        statement = _RAISE
        if self._promises or self._left:
            statement = _RAISE_WITH_PROMISES
            about |= {
                "promises": sorted(self._promises),
                "reworded": sorted(self._reworded),
                "left": sorted(self._left),
            }
        rows = self._scope.connection.execute(statement, {**values, **about})
        return [dict(row) for row in rows.mappings()]

    def _in_order(self) -> list[dict[str, Any]]:
        return [self._promises[one] for one in sorted(self._promises)]

    def _make(self, missing: Sequence[Mapping[str, Any]]) -> None:
        # Rows of one statement have the same columns, and only a promise's have its version.
        for columns in dict.fromkeys(frozenset(row) for row in missing):
            rows = [dict(row) for row in missing if row.keys() == columns]
            self._scope.connection.execute(_ADD_SURFACE[self._scope.dialect], rows)

    def _first_priority(self, row: Mapping[str, Any]) -> int:
        """What a person's own act makes for them is their answer, also during a pause."""
        own = self._actor is not None and row["person_id"] == self._actor
        watched = self._watched is not None and row["channel_id"] == self._watched
        return Priority.ANSWER.value if own or watched else row["priority"]

    def _new(self, wish: SurfaceWish, of: Handoff | None, *, wanted: int) -> dict[str, Any]:
        in_channel = wish.kind in (SurfaceKind.CARD, SurfaceKind.PROMISE)
        channel_id = of.channel_id if of and in_channel else None
        target = {
            SurfaceKind.CARD: f"channel:{channel_id}",
            SurfaceKind.PROMISE: f"channel:{channel_id}",
            SurfaceKind.GUIDE: f"dm:{wish.person_id}",
            SurfaceKind.HOME: f"home:{wish.person_id}",
        }
        since = self.since
        if since is None and of is not None and in_channel:
            # Whoever posts again what a restore forgot finds it: a channel shows no card twice.
            since = self._may_stand_since(of.id)
        return {
            "workspace_id": self._scope.workspace_id,
            "kind": wish.kind.value,
            "handoff_id": of.id if of else None,
            "person_id": wish.person_id,
            "channel_id": channel_id,
            "destination": target[wish.kind],
            # Many promises are posted at once, and nobody waits for one as for what hands over.
            "priority": _FIRST_PRIORITY.get(wish.kind, Priority.CARD).value,
            "state": SurfaceState.LIVE.value,
            "wanted": wanted,
            "shown": 0,
            "opaque": secrets.token_hex(16),
            "not_before": wish.not_before,
            "next_try_at": self._scope.machine_now,
            "maybe_sent": since is not None,
            "first_try_at": since,
            "attempts": 0,
        }


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What no two surfaces have alike; the channel alone tells apart those of one wording."""
    if row["kind"] == SurfaceKind.PROMISE:
        return row["kind"], row["promise_id"], row["promise_version"], row["channel_id"]
    return row["kind"], row["handoff_id"], row["person_id"]


def _unseen_guide(row: Mapping[str, Any]) -> bool:
    return row["kind"] == SurfaceKind.GUIDE and row.get("ts") is None


def _first_word(row: Mapping[str, Any]) -> FirstWord:
    # Of a card in hand it is a note for its sender, and for everybody else an answer's.
    priority = Priority(max(row["priority"], Priority.ANSWER))
    return FirstWord(row["person_id"], priority, row["not_before"])
