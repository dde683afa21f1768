"""Notices: what is said once, and to whom the bot introduces itself before it says it."""

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, insert, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.deadlines import Key, Step
from bot.domain.digest import BELATED, Word
from bot.domain.notices import (
    OF_THE_CLOCK,
    TOLD_TOGETHER,
    FirstWord,
    Notice,
    NoticeKind,
    Place,
    Priority,
    welcome,
)
from bot.domain.nudging import Stage
from bot.storage.readable import READABLE
from bot.storage.statements import Scope, once
from bot.storage.tables import (
    OUTBOX_PENDING,
    OUTBOX_TROUBLE,
    OutboxState,
    channel,
    outbox,
    outbox_about,
)
from bot.storage.undelivered import AGAIN_NOTICE

METHODS = {
    Place.DM: "chat.postMessage",
    Place.THREAD: "chat.postMessage",
    Place.CHAT: "chat.postMessage",
    Place.CHANNEL: "chat.postMessage",
    Place.EPHEMERAL: "chat.postEphemeral",
    Place.INVITATION: "conversations.invite",
    Place.OLD_CARD: "chat.update",
}

_ADD_NOTICES = once(outbox)
_ADD_NOTICE = {dialect: add.returning(outbox.c.id) for dialect, add in _ADD_NOTICES.items()}

_ADD_TOLD = {
    dialect: add.returning(outbox.c.id, outbox.c.key) for dialect, add in _ADD_NOTICES.items()
}


def _greeting(add: Any) -> Any:
    # A greeting that waits goes as early as the first of what it precedes.
    wanted = add.excluded
    at_once = or_(wanted.not_before.is_(None), outbox.c.not_before.is_(None))
    return add.on_conflict_do_update(
        index_elements=[outbox.c.workspace_id, outbox.c.key],
        set_={
            "priority": case(
                (wanted.priority < outbox.c.priority, wanted.priority), else_=outbox.c.priority
            ),
            "not_before": case(
                (at_once, null()),
                (wanted.not_before < outbox.c.not_before, wanted.not_before),
                else_=outbox.c.not_before,
            ),
        },
        where=OUTBOX_PENDING,
    )


_WAITING = select(outbox.c.kind).where(
    outbox.c.workspace_id == bindparam("b_workspace"),
    outbox.c.handoff_id == bindparam("b_handoff"),
    outbox.c.kind.in_(sorted(kind.value for kind in TOLD_TOGETHER)),
    outbox.c.not_before > bindparam("b_now", type_=outbox.c.not_before.type),
    OUTBOX_PENDING,
)
_GREET = {
    "sqlite": _greeting(sqlite.insert(outbox)),
    "postgresql": _greeting(postgresql.insert(outbox)),
}
AGAIN = {
    "maybe_sent": False,
    "first_try_at": None,
    "attempts": 0,
    "next_try_at": bindparam("machine_now", type_=outbox.c.next_try_at.type),
    "reason": None,
}
"""A post whose fate a person cleared up is sent as if it never had been tried."""
_NOTICE_AGAIN = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("b_id"),
        outbox.c.workspace_id == bindparam("b_workspace"),
        outbox.c.handoff_id == bindparam("b_handoff"),
        outbox.c.state == OutboxState.UNCONFIRMED.value,
    )
    .values(**AGAIN, state=OutboxState.PENDING.value, settled_at=None)
)
_IN_TROUBLE = (outbox.c.id == bindparam("b_id"), outbox.c.workspace_id == bindparam("b_workspace"))
_TRY_AGAIN = (
    update(outbox)
    .where(*_IN_TROUBLE, *AGAIN_NOTICE)
    .values(**AGAIN, state=OutboxState.PENDING.value, settled_at=None)
)
_PUT_ASIDE = update(outbox).where(*_IN_TROUBLE, OUTBOX_TROUBLE).values(reason=None)
_ADD_ABOUT = insert(outbox_about)
# What a sender has in hand is left to it, and what perhaps stands there already is looked for.
_BELATED = (
    select(outbox.c.id, outbox.c.person_id)
    .where(
        OUTBOX_PENDING,
        outbox.c.next_try_at <= bindparam("machine_now", type_=outbox.c.next_try_at.type),
        outbox.c.workspace_id == bindparam("workspace"),
        outbox.c.destination.in_(bindparam("destinations", expanding=True)),
        outbox.c.kind.in_(sorted(kind.value for kind in OF_THE_CLOCK)),
        READABLE[outbox],
        outbox.c.ts.is_(None),
        outbox.c.maybe_sent.is_(False),
        or_(
            outbox.c.lease.is_(None),
            outbox.c.lease_until <= bindparam("machine_now", type_=outbox.c.lease_until.type),
        ),
        or_(
            outbox.c.not_before < bindparam("before", type_=outbox.c.not_before.type),
            and_(
                outbox.c.not_before.is_(None),
                outbox.c.created_at < bindparam("made", type_=outbox.c.created_at.type),
            ),
        ),
    )
    .order_by(outbox.c.id)
    .with_for_update(skip_locked=True)
)
_OF_THESE = (
    select(outbox_about)
    .where(outbox_about.c.outbox_id.in_(bindparam("ids", expanding=True)))
    .order_by(outbox_about.c.outbox_id, outbox_about.c.place)
)
_CANCEL = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=OutboxState.CANCELLED.value,
        reason="belated",
        lease=None,
        lease_until=None,
        settled_at=bindparam("settled", type_=outbox.c.settled_at.type),
    )
)
_TELLING_OF = (
    select(outbox_about.c.outbox_id, outbox_about.c.step, outbox_about.c.subject)
    .where(
        outbox_about.c.handoff_id == bindparam("handoff"),
        outbox_about.c.step.in_(bindparam("steps", expanding=True)),
    )
    .distinct()
)
_TELLS_OF = (
    outbox.c.workspace_id == bindparam("b_workspace"),
    outbox.c.id.in_(bindparam("b_ids", expanding=True)),
    outbox.c.place == Place.DM.value,
)
# Whoever takes it later waits for our end and reads what is true then; whoever has it learns of
# this when they settle it.
_CHANGED_ON_ITS_WAY = update(outbox).where(*_TELLS_OF, OUTBOX_PENDING).values(changed=True)
_SHOW_AS_NOW = (
    update(outbox)
    .where(
        *_TELLS_OF,
        outbox.c.state == OutboxState.SENT.value,
        outbox.c.ts.is_not(None),
        # Of what was slimmed nobody knows any more what it said.
        outbox.c.settled_at.is_not(None),
    )
    .values(
        state=OutboxState.PENDING.value,
        method="chat.update",
        priority=Priority.CARD.value,
        not_before=None,
        attempts=0,
        reason=None,
        next_try_at=bindparam("machine_now", type_=outbox.c.next_try_at.type),
    )
)
_IS_DIRECT = select(channel.c.direct).where(
    channel.c.id == bindparam("id"), channel.c.workspace_id == bindparam("workspace")
)


def lane(place: Place, *, person_id: int | None, channel_id: int | None) -> dict[str, Any]:
    """How a notice travels: its place, Slack's method, and what two posts must not overlap in."""
    direct = place in (Place.DM, Place.CHAT)
    return {
        "place": place.value,
        "method": METHODS[place],
        "destination": _dm(person_id) if direct else f"channel:{channel_id}",
    }


def _dm(person_id: int | None) -> str:
    return f"dm:{person_id}"


class Outbox:
    """Notices on their way out."""

    def __init__(self, scope: Scope, *, hears_clock: Callable[[int], bool]) -> None:
        self._scope = scope
        self._hears_clock = hears_clock
        self._first_words: list[FirstWord] = []
        self.grown = False
        """Whether anything was added in this unit."""
        self.since: datetime | None = None
        """Machine time since when what is added may stand in Slack already."""

    def add(self, notice: Notice) -> bool:
        """Say something once; False where its key was said before."""
        self._precede([notice])
        row = self._row(notice)
        added = self._scope.connection.execute(_ADD_NOTICE[self._scope.dialect], row).first()
        self.grown |= added is not None
        if added is not None and notice.about:
            self._scope.connection.execute(_ADD_ABOUT, _about(added.id, notice))
        return added is not None

    def add_all(self, notices: Sequence[Notice]) -> None:
        """Say several things, each once."""
        if notices:
            self._precede(notices)
            rows = [self._row(notice) for notice in notices]
            self._scope.connection.execute(_ADD_NOTICES[self._scope.dialect], rows)
            self.grown = True

    def waiting(self, handoff_id: int, notices: Sequence[Notice]) -> frozenset[NoticeKind]:
        """Of what is told together, what is not due yet: one that is may be on its way already."""
        if not any(notice.kind in TOLD_TOGETHER for notice in notices):
            return frozenset()
        scope = self._scope
        values = {"b_workspace": scope.workspace_id, "b_handoff": handoff_id, "b_now": scope.now}
        found = scope.connection.execute(_WAITING, values).scalars()
        return frozenset(NoticeKind(one) for one in found)

    def try_again(self, notice_id: int) -> bool:
        """Send what Slack refused once more; False where it is not there to be tried."""
        return self._settle(_TRY_AGAIN, {"b_id": notice_id, "machine_now": self._scope.machine_now})

    def put_aside(self, notice_id: int) -> bool:
        """Show something that was given up or is in doubt no more; it stays what it is."""
        return self._settle(_PUT_ASIDE, {"b_id": notice_id})

    def _settle(self, statement: Any, values: dict[str, Any]) -> bool:
        values = {**values, "b_workspace": self._scope.workspace_id}
        done = self._scope.connection.execute(statement, values).rowcount > 0
        self.grown |= done
        return done

    def tell(self, notices: Sequence[Notice]) -> set[str]:
        """Say what the clock says, with what it is about; gives the keys that were not said yet."""
        if not notices:
            return set()
        self._precede(notices)
        rows = [self._row(notice) for notice in notices]
        added = self._scope.connection.execute(_ADD_TOLD[self._scope.dialect], rows)
        ids = {row.key: row.id for row in added}
        about = [row for one in notices if one.key in ids for row in _about(ids[one.key], one)]
        if about:
            self._scope.connection.execute(_ADD_ABOUT, about)
            self.grown = True
        return set(ids)

    def take_belated(self, person_ids: Collection[int]) -> dict[int, list[Word]]:
        """Say no more what the clock said to people too long ago; gives what it was, by person."""
        scope = self._scope
        values = {
            "workspace": scope.workspace_id,
            "destinations": [_dm(one) for one in sorted(person_ids)],
            "machine_now": scope.machine_now,
            "made": scope.machine_now - BELATED,
            "before": scope.now - BELATED,
        }
        to = {row.id: row.person_id for row in scope.connection.execute(_BELATED, values)}
        found: dict[int, list[Word]] = {}
        if not to:
            return found
        for row in scope.connection.execute(_OF_THESE, {"ids": list(to)}):
            word = Word(row.handoff_id, Step(row.step), Stage(row.stage), row.subject)
            found.setdefault(to[row.outbox_id], []).append(word)
        scope.connection.execute(_CANCEL, {"ids": list(to), "settled": scope.machine_now})
        return found

    def show_as_now(self, handoff_id: int, keys: Collection[Key]) -> None:
        """Have what the clock said of deadlines looked at: what is done now shall say so."""
        if not keys:
            return
        about = {"handoff": handoff_id, "steps": sorted({step for step, _ in keys})}
        # Whoever tells more of it locks the handoff first, as we did: none is added meanwhile.
        found = self._scope.connection.execute(_TELLING_OF, about)
        ids = {row.outbox_id for row in found if (row.step, row.subject) in keys}
        if not ids:
            return
        about = {"b_workspace": self._scope.workspace_id, "b_ids": sorted(ids)}
        # In this order: what is sent between the two is found by the second.
        self._scope.connection.execute(_CHANGED_ON_ITS_WAY, about)
        values = {**about, "machine_now": self._scope.machine_now}
        self.grown |= self._scope.connection.execute(_SHOW_AS_NOW, values).rowcount > 0

    def greet(self, *first_words: FirstWord) -> None:
        """See that whoever never heard from the bot is greeted before they read any of these."""
        self._first_words += first_words

    def add_greetings(self) -> None:
        """Add what is missing of the greetings of this unit, or have it go sooner.

        At its end and in the order of people, so that two units never wait for each other
        crosswise.
        """
        words = sorted(self._first_words, key=lambda word: word.person_id)
        if words:
            rows = [self._row(welcome(word)) for word in words]
            self._scope.connection.execute(_GREET[self._scope.dialect], rows)
            self.grown = True

    def _precede(self, notices: Sequence[Notice]) -> None:
        self.greet(
            *(
                FirstWord(notice.person_id, notice.priority, notice.not_before)
                for notice in notices
                if notice.place is Place.DM
                and notice.kind is not NoticeKind.WELCOME
                and notice.person_id is not None
                # A greeting with nothing behind it would puzzle whoever reads it.
                and (notice.kind not in OF_THE_CLOCK or self._hears_clock(notice.person_id))
            )
        )

    def send_again(self, notice_id: int, *, handoff_id: int) -> bool:
        """Send an unconfirmed notice of a handoff once more; False where it is none."""
        values = {
            "b_id": notice_id,
            "b_workspace": self._scope.workspace_id,
            "b_handoff": handoff_id,
            "machine_now": self._scope.machine_now,
        }
        again = self._scope.connection.execute(_NOTICE_AGAIN, values).rowcount > 0
        self.grown |= again
        return again

    def _place(self, notice: Notice) -> Place:
        """Where it goes: what only one person sees in a conversation of theirs is a DM."""
        if notice.place is Place.EPHEMERAL:
            here = {"id": notice.channel_id, "workspace": self._scope.workspace_id}
            if self._scope.connection.execute(_IS_DIRECT, here).scalar():
                return Place.DM
        return notice.place

    def _row(self, notice: Notice) -> dict[str, Any]:
        now = self._scope.machine_now
        way = lane(self._place(notice), person_id=notice.person_id, channel_id=notice.channel_id)
        in_doubt = self.since is not None and way["method"] == "chat.postMessage"
        return {
            "workspace_id": self._scope.workspace_id,
            "kind": notice.kind.value,
            **way,
            "priority": int(notice.priority),
            "key": notice.key,
            "opaque": secrets.token_hex(16),
            "handoff_id": notice.handoff_id,
            "person_id": notice.person_id,
            "channel_id": notice.channel_id,
            "facts": json.dumps(dict(notice.facts)),
            "state": OutboxState.PENDING.value,
            "not_before": notice.not_before,
            "next_try_at": now,
            "maybe_sent": in_doubt,
            "first_try_at": self.since if in_doubt else None,
            "attempts": 0,
            "created_at": now,
        }


def _about(outbox_id: int, notice: Notice) -> list[dict[str, Any]]:
    return [
        {
            "outbox_id": outbox_id,
            "place": place,
            "handoff_id": word.handoff_id,
            "step": word.step.value,
            "stage": word.stage.value,
            "subject": word.subject,
        }
        for place, word in enumerate(notice.about)
    ]
