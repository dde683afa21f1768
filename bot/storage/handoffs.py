"""Handoff rows, the lock every change to one begins with, and the few ways to find one."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, insert, literal, or_, select, update

from bot.domain.access import Audience
from bot.domain.appointments import Appointment
from bot.domain.breakdowns import Breakdown
from bot.domain.briefing import Briefing
from bot.domain.champion import Champions
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.deadlines import OWED_STATES, REMINDED, Deadline, DeadlineState
from bot.domain.deal_path import DealPath
from bot.domain.debrief import Debrief, Question, Standing
from bot.domain.errors import NotFound, Problem
from bot.domain.handoff import Call, CommitmentAnswer, Handoff, State
from bot.domain.history import GENESIS, instant_text
from bot.domain.intro import CsBefore, Intro, Way
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.kickoff_state import Kickoff
from bot.domain.leave import Away
from bot.domain.money import Money, Rate
from bot.domain.partner_state import PartnerState
from bot.domain.people import ManagerBy
from bot.domain.plan import SuccessPlan
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Side, Signing
from bot.domain.reviews import Outcome, Reviews
from bot.domain.size import Marks
from bot.domain.snapshots import Snapshot
from bot.domain.succession import Succession
from bot.domain.verification import Verification
from bot.storage.statements import Scope
from bot.storage.tables import HANDOFF_HELPED, HANDOFF_OPEN, AttentionState, handoff, workspace
from bot.storage.types import MICROSECOND

_HANDOFFS = select(handoff).where(handoff.c.workspace_id == bindparam("workspace"))
_BY_ID = _HANDOFFS.where(handoff.c.id == bindparam("id"))
_BY_IDS = _HANDOFFS.where(handoff.c.id.in_(bindparam("ids", expanding=True)))
_LOCKED = _BY_ID.with_for_update()
_OPEN_IN = _HANDOFFS.where(handoff.c.channel_id == bindparam("channel"), HANDOFF_OPEN).order_by(
    handoff.c.id
)
_OPEN_OF = (
    select(handoff.c.id)
    .where(
        handoff.c.workspace_id == bindparam("workspace"),
        HANDOFF_OPEN,
        or_(
            handoff.c.ae_id == bindparam("person"),
            handoff.c.csm_id == bindparam("person"),
            handoff.c.cs_manager_id == bindparam("person"),
            handoff.c.ae_manager_id == bindparam("person"),
        ),
    )
    .order_by(handoff.c.id)
    .limit(bindparam("most"))
)
_OPEN_OF_SIDES = (
    select(handoff.c.id)
    .where(
        handoff.c.workspace_id == bindparam("workspace"),
        HANDOFF_OPEN,
        or_(
            handoff.c.ae_id.in_(bindparam("people", expanding=True)),
            handoff.c.csm_id.in_(bindparam("people", expanding=True)),
        ),
    )
    .order_by(handoff.c.id.desc())
    .limit(bindparam("most"))
)
_SIGNED_DEALS = (
    select(handoff.c.id, handoff.c.account, handoff.c.day0)
    .where(handoff.c.workspace_id == bindparam("workspace"), handoff.c.day0.is_not(None))
    .order_by(handoff.c.id)
)
# Few have any helper at all.
_HELPED = select(handoff.c.id, handoff.c.helpers).where(
    handoff.c.workspace_id == bindparam("workspace"), HANDOFF_HELPED
)
_OPEN_AFTER = (
    select(handoff.c.id)
    .where(
        handoff.c.workspace_id == bindparam("workspace"),
        HANDOFF_OPEN,
        handoff.c.id > bindparam("after"),
    )
    .order_by(handoff.c.id)
    .limit(bindparam("most"))
)
_ADD = insert(handoff).returning(handoff.c.id)
# None where numbers are beyond it, so that SQLite counts on by itself.
_GIVEN = select(func.max(workspace.c.handoffs_from)).having(
    func.max(workspace.c.handoffs_from)
    >= select(func.coalesce(func.max(handoff.c.id), 0)).scalar_subquery()
)
_CHANGE = update(handoff).where(
    handoff.c.id == bindparam("b_id"), handoff.c.workspace_id == bindparam("b_workspace")
)

_LINKS = select(handoff.c.links).where(
    handoff.c.id == bindparam("id"),
    handoff.c.workspace_id == bindparam("workspace"),
    literal(Audience.INTERNAL.value).in_(bindparam("audiences", expanding=True)),
)
_MARKS = tuple(one.name for one in fields(Marks))
_VERIFICATION = tuple(one.name for one in fields(Verification) if one.name != "sent_back_items")
_BRIEFING = tuple(one.name for one in fields(Briefing))
_SUCCESS_PLAN = tuple(one.name for one in fields(SuccessPlan))
_KICKOFF = tuple(one.name for one in fields(Kickoff))
_SUCCESSION = tuple(one.name for one in fields(Succession))
_INTRO = tuple(one.name for one in fields(Intro))
_WAYS = ("sent_way", "ae_way", "csm_way")
_PATH = tuple(one.name for one in fields(DealPath))
_PARTNER = tuple(one.name for one in fields(PartnerState))
_DEBRIEF = tuple(one.name for one in fields(Debrief) if one.name != "standings")
_REVIEWS = tuple(one.name for one in fields(Reviews) if one.name != "outcome")

_NO_CLOCK = OWED_STATES - {DeadlineState.OPEN}

Chain = tuple[int, bytes]
"""How long a handoff's history is, and its last hash."""
IsClosed = Callable[[int], bool]
"""Whether a person of the workspace has no account any more."""
WhoIsAway = Callable[[Iterable[int]], Mapping[int, Away]]
"""The people of the workspace who are away now; those given are read along."""


class Handoffs:
    """The handoffs of one workspace."""

    def __init__(self, scope: Scope, *, away: WhoIsAway, closed: IsClosed) -> None:
        self._scope = scope
        self._away = away
        self._closed = closed

    def get(self, handoff_id: int) -> Handoff:
        """One handoff; raises NotFound."""
        return self._handoff(self._row(_BY_ID, handoff_id))

    def links(self, handoff_id: int, *, audiences: Collection[Audience]) -> tuple[str, ...]:
        """The links of the deal; none for who may not read them."""
        found = self._scope.connection.execute(
            _LINKS,
            {
                "workspace": self._scope.workspace_id,
                "id": handoff_id,
                "audiences": [one.value for one in audiences],
            },
        ).scalar()
        return tuple(json.loads(found)) if found is not None else ()

    def chain(self, handoff_id: int) -> Chain:
        """Length and head of its history, as kept apart from the history; raises NotFound."""
        row = self._row(_BY_ID, handoff_id)
        return row["event_count"], row["head"]

    def open_in(self, channel_id: int) -> list[Handoff]:
        """The open handoffs of a deal channel, first started first."""
        return self._all(_OPEN_IN, {"channel": channel_id})

    def open_of(self, person_id: int, most: int) -> list[int]:
        """Ids of open handoffs in which a person has a part, first started first."""
        values = {"workspace": self._scope.workspace_id, "person": person_id, "most": most}
        return list(self._scope.connection.execute(_OPEN_OF, values).scalars())

    def written_by(self, person_id: int, most: int) -> list[Handoff]:
        """Open handoffs in which a person is AE, CSM or helper, the newest first.

        Also those of whom they stand in for; what they may write there is `access`'s to say.
        """
        absent = (one for one, gone in self._away(()).items() if gone.stand_in_id == person_id)
        people = [person_id, *absent]
        values = {"workspace": self._scope.workspace_id, "people": people, "most": most}
        found = set(self._scope.connection.execute(_OPEN_OF_SIDES, values).scalars())
        keys = {str(one) for one in people}
        rows = self._scope.connection.execute(_HELPED, {"workspace": self._scope.workspace_id})
        found |= {row.id for row in rows if keys & json.loads(row.helpers).keys()}
        newest = sorted(found, reverse=True)[:most]
        handoffs = self._all(_BY_IDS, {"ids": newest})
        return sorted(handoffs, key=lambda one: -one.id)

    def open_after(self, handoff_id: int, most: int) -> list[int]:
        """Ids of open handoffs behind one, first started first; 0 is before all."""
        values = {"workspace": self._scope.workspace_id, "after": handoff_id, "most": most}
        return list(self._scope.connection.execute(_OPEN_AFTER, values).scalars())

    def signed_deals(self) -> list[tuple[int, str, date]]:
        """Id, account and day of the signature of each that has one, open or not."""
        values = {"workspace": self._scope.workspace_id}
        rows = self._scope.connection.execute(_SIGNED_DEALS, values)
        return [(row.id, row.account, row.day0) for row in rows]

    def _handoff(self, row: RowMapping, *, read_people: bool = False) -> Handoff:
        found = _handoff(row)
        found.away = self._away(found.people() if read_people else ())
        found.closed = self._closed
        return found

    def _row(self, statement: Any, handoff_id: int) -> RowMapping:
        values = {"workspace": self._scope.workspace_id, "id": handoff_id}
        row = self._scope.connection.execute(statement, values).mappings().first()
        if row is None:
            raise NotFound(Problem.HANDOFF_GONE)
        return row

    def _all(self, statement: Any, values: dict[str, Any]) -> list[Handoff]:
        values["workspace"] = self._scope.workspace_id
        return [
            self._handoff(row)
            for row in self._scope.connection.execute(statement, values).mappings()
        ]


class WritableHandoffs(Handoffs):
    """The handoffs, each locked before it is changed."""

    def __init__(self, scope: Scope, *, away: WhoIsAway, closed: IsClosed, policy: Policy) -> None:
        super().__init__(scope, away=away, closed=closed)
        self._policy = policy
        self._chains: dict[int, Chain] = {}

    def lock(self, handoff_id: int) -> Handoff:
        """One handoff that nobody else changes until this unit ends; raises NotFound."""
        row = self._row(_LOCKED, handoff_id)
        self._chains[handoff_id] = row["event_count"], row["head"]
        # Whoever saves it needs its people, too.
        return self._handoff(row, read_people=True)

    def locked(self, handoff_id: int) -> bool:
        """Whether this unit holds the lock of a handoff, so that only it changes what is there."""
        return handoff_id in self._chains

    def locked_chain(self, handoff_id: int) -> Chain:
        """Where the history goes on; raises RuntimeError for a handoff this unit did not lock."""
        try:
            return self._chains[handoff_id]
        except KeyError:
            raise RuntimeError(f"handoff {handoff_id} is changed without its lock") from None

    def add(self, new: Handoff) -> None:
        """Store a new handoff and give it its id."""
        values = {**_values(new), "event_count": 0, "head": GENESIS, **attention(new, ())}
        if self._scope.dialect == "sqlite":
            values |= self._number()
        new.id = self._scope.connection.execute(_ADD, values).scalar_one()
        self._chains[new.id] = 0, GENESIS

    def _number(self) -> dict[str, int]:
        """After a restore a number that was not given before it, of which no row tells.

        Buttons of a handoff that is lost still stand in Slack, and must never mean another one.
        """
        given = self._scope.connection.execute(_GIVEN).scalar()
        return {} if given is None else {"id": given + 1}

    def change(self, changed: Handoff, chain: Chain, deadlines: Sequence[Deadline]) -> None:
        """Write a locked handoff back, with the history's new length and head."""
        self.locked_chain(changed.id)
        count, head = chain
        self._write(
            changed.id,
            {
                **_values(changed),
                **attention(changed, deadlines),
                "light_at": light_change(changed, deadlines, self._policy, self._scope.now),
                "event_count": count,
                "head": head,
            },
        )
        self._chains[changed.id] = chain

    def turn_lights(
        self, handoff_ids: Sequence[int], deadlines: Mapping[int, Sequence[Deadline]]
    ) -> list[Handoff]:
        """Set when what each shows next changes by time alone, after that time has come."""
        turned = self._all(_BY_IDS, {"ids": list(handoff_ids)})
        rows = [
            {
                "b_id": one.id,
                "b_workspace": self._scope.workspace_id,
                "light_at": light_change(
                    one, deadlines.get(one.id, ()), self._policy, self._scope.now
                ),
            }
            for one in turned
        ]
        if rows:
            self._scope.connection.execute(_CHANGE, rows)
        return turned

    def _write(self, handoff_id: int, values: dict[str, Any]) -> None:
        self._scope.connection.execute(
            _CHANGE, {"b_id": handoff_id, "b_workspace": self._scope.workspace_id, **values}
        )


def attention(about: Handoff, deadlines: Sequence[Deadline]) -> dict[str, Any]:
    """The most urgent step as columns: owed ones by due time, then the first that waits.

    What waits for its time alone is nothing that anybody owes or holds up; it is named last.
    """
    owed = [one for one in deadlines if one.state in OWED_STATES]
    timed = [one for one in owed if one.state is DeadlineState.OPEN]
    # A promise that is due one day is nothing that anybody waits for now.
    waits = [one for one in deadlines if one.state is DeadlineState.WAITING and not one.subject]
    later = [one for one in waits if one.opens_by_time]
    first = next((one for one in waits if not one.opens_by_time), None)
    if owed:
        first = min(timed or owed, key=lambda one: one.due_at)
    if first is None:
        first = min(later, key=lambda one: one.due_at, default=None)
        unsigned = about.signed_at is None
        state = AttentionState.UNSIGNED if unsigned else AttentionState.NOTHING
    else:
        state = AttentionState.WAITING
        if owed:
            state = AttentionState.OWED if timed else AttentionState.UNTIMED
    return {
        "attention_state": state.value,
        "attention_step": first.step.value if first else None,
        "attention_owner_id": first.owner_id if first else None,
        # The day that was named of a step without a clock stands with its deadline alone.
        "attention_due_at": None if first is None or first.state in _NO_CLOCK else first.due_at,
    }


def light_change(
    about: Handoff, deadlines: Sequence[Deadline], policy: Policy, now: datetime
) -> datetime | None:
    """When next something it shows changes by time alone; None when nothing will.

    A step that is owed turns due soon or late, a snooze ends, or an act cannot be undone any more.
    """
    owed = [one for one in deadlines if one.state is DeadlineState.OPEN]
    reminded = [one for one in deadlines if one.state in REMINDED]
    ends = about.undo_ends_at(policy)
    changes = [
        *(one.soon_at for one in owed),
        # At its due time itself a step is not yet late, nor is it too late then to undo.
        *(one.due_at + MICROSECOND for one in owed),
        *(one.snoozed_until for one in reminded if one.snoozed_until is not None),
        *([ends + MICROSECOND] if ends is not None else []),
    ]
    return min((at for at in changes if at > now), default=None)


def _values(of: Handoff) -> dict[str, Any]:
    known = sorted(of.away_known.items())
    return {
        "workspace_id": of.workspace_id,
        "channel_id": of.channel_id,
        "account": of.account,
        "value_cents": of.value.cents,
        "currency": of.value.currency,
        "tier": of.tier.value,
        "ae_id": of.ae_id,
        "started_by": of.started_by,
        "started_at": of.started_at,
        "ae_confirmed_at": of.ae_confirmed_at,
        "ae_manager_id": of.ae_manager_id,
        "cs_manager_id": of.cs_manager_id,
        "ae_manager_by": of.ae_manager_by.value if of.ae_manager_by else None,
        "cs_manager_by": of.cs_manager_by.value if of.cs_manager_by else None,
        "away_known": json.dumps(
            {one: [gone.until.isoformat(), gone.stand_in_id] for one, gone in known}
        ),
        "proposed_csm_id": of.proposed_csm_id,
        "csm_id": of.csm_id,
        "expected_on": of.expected_on,
        "signed_at": of.signed_at,
        "signature_learned_at": of.signature_learned_at,
        "day0": of.day0,
        "backfilled_at": of.backfilled_at,
        "links": json.dumps(of.links),
        "state": of.state.value,
        "cancelled_at": of.cancelled_at,
        **{f"path_{name}": getattr(of.path, name) for name in _PATH},
        **{f"partner_{name}": getattr(of.partner, name) for name in _PARTNER},
        "posted_at": of.posted_at,
        "posted_by": of.posted_by,
        "brief_version": of.brief_version,
        **asdict(of.marks),
        "strength": of.strength,
        "commitment_on": of.commitment_on,
        "commitment_answer": of.commitment_answer.value if of.commitment_answer else None,
        "commitment_answered_at": of.commitment_answered_at,
        "rate": str(of.rate.worth) if of.rate else None,
        "rate_of": of.rate.of if of.rate else None,
        "captured_at": of.captured_at,
        "aligned_on": of.aligned_on,
        "aligned_at": of.aligned_at,
        "cs_contact_id": of.cs_contact_id,
        "call_at": of.call.at if of.call else None,
        "call_cs_id": of.call.cs_id if of.call else None,
        "call_sales_id": of.call.sales_id if of.call else None,
        "call_customer": of.call.customer if of.call else None,
        "call_champion": of.call.champion if of.call else None,
        "kickoff_proposed_at": of.kickoff_proposed_at,
        "kickoff_held_at": of.kickoff_held_at,
        "talk_turn": of.debrief_talk.turn,
        "talk_proposed_at": of.debrief_talk.proposed_at,
        "talk_proposed_side": (
            of.debrief_talk.proposed_side.value if of.debrief_talk.proposed_side else None
        ),
        "talk_proposed_by": of.debrief_talk.proposed_by,
        "talk_agreed_at": of.debrief_talk.agreed_at,
        "talk_agreed": of.debrief_talk.agreed,
        "overridden_at": of.overridden_at,
        "overridden_by": of.overridden_by,
        "listener_id": of.listener_id,
        "lead_id": of.lead_id,
        "helpers": json.dumps({one: sorted(parts) for one, parts in of.helpers.items()}),
        "items_filled": of.completeness.filled,
        "items_counted": of.completeness.counted,
        "open_items": json.dumps(
            [
                [one.item.value, one.hole.value, *([one.asker] if one.asker else [])]
                for one in of.completeness.open
            ]
        ),
        "signed_brief": _snapshot_json(of.signed_brief),
        "read_brief": _snapshot_json(of.read_brief),
        "promises_open": of.signing.entries,
        "promises_ae": of.signing.ae,
        "promises_csm": of.signing.csm,
        "promises_signed": of.signing.signed,
        "initials_ae_at": of.signing.ae_at,
        "initials_csm_at": of.signing.csm_at,
        "initials_ae_again_at": of.signing.ae_again_at,
        "initials_csm_again_at": of.signing.csm_again_at,
        "promises_disputed": of.signing.disputed,
        "disputes_clear_at": of.signing.clear_at,
        "gate_at": of.gate_at,
        "assigned_at": of.assigned_at,
        "acknowledged_at": of.acknowledged_at,
        "acknowledged_version": of.acknowledged_version,
        "acknowledged_by": of.acknowledged_by,
        "gate_overridden_at": of.gate_overridden_at,
        "declined_at": of.declined_at,
        **{name: getattr(of.verification, name) for name in _VERIFICATION},
        "sent_back_items": json.dumps([item.value for item in of.verification.sent_back_items]),
        **{f"briefing_{name}": getattr(of.briefing, name) for name in _BRIEFING},
        **{f"success_plan_{name}": getattr(of.success_plan, name) for name in _SUCCESS_PLAN},
        **{f"kickoff_{name}": getattr(of.kickoff, name) for name in _KICKOFF},
        **_intro_values(of.intro),
        "debrief_standings": json.dumps(dict(of.debrief.standings)),
        **{f"debrief_{name}": getattr(of.debrief, name) for name in _DEBRIEF},
        **{f"succession_{name}": getattr(of.succession, name) for name in _SUCCESSION},
        "champions_left": of.champions.left,
        "champions_left_at": of.champions.left_at,
        **{f"review_{name}": getattr(of.reviews, name) for name in _REVIEWS},
        "review_outcome": of.reviews.outcome.value if of.reviews.outcome else None,
        "listener_named": of.listener_named,
        "breakdowns": json.dumps(
            {kind.value: instant_text(since) for kind, since in of.breakdowns.items()}
        ),
    }


def _completeness(row: RowMapping) -> Completeness:
    open_items = json.loads(row["open_items"])
    return Completeness(
        row["items_filled"],
        row["items_counted"],
        tuple(OpenItem(Item(item), Hole(hole), *asker) for item, hole, *asker in open_items),
    )


def _call(row: RowMapping) -> Call | None:
    if row["call_at"] is None:
        return None
    return Call(
        row["call_at"],
        row["call_cs_id"],
        row["call_customer"],
        row["call_champion"],
        row["call_sales_id"],
    )


def _snapshot_json(of: Snapshot | None) -> str | None:
    if of is None:
        return None
    return json.dumps({"sections": dict(of.sections), "promises": dict(of.promises)})


def _snapshot(text: str | None) -> Snapshot | None:
    if text is None:
        return None
    kept = json.loads(text)
    return Snapshot(
        {SectionKey(key): revision for key, revision in kept["sections"].items()},
        {int(one): version for one, version in kept["promises"].items()},
    )


def _intro_values(of: Intro) -> dict[str, Any]:
    kept = {name: getattr(of, name) for name in _INTRO}
    return {
        f"intro_{name}": one.value if isinstance(one, StrEnum) else one
        for name, one in kept.items()
    }


def _intro(row: RowMapping) -> Intro:
    kept: dict[str, Any] = {name: row[f"intro_{name}"] for name in _INTRO}
    kept |= {name: Way(kept[name]) for name in _WAYS if kept[name] is not None}
    if kept["cs_before"] is not None:
        kept["cs_before"] = CsBefore(kept["cs_before"])
    return Intro(**kept)


def _handoff(row: RowMapping) -> Handoff:
    return Handoff(
        id=row["id"],
        workspace_id=row["workspace_id"],
        channel_id=row["channel_id"],
        account=row["account"],
        value=Money(row["value_cents"], row["currency"]),
        tier=Tier(row["tier"]),
        ae_id=row["ae_id"],
        started_by=row["started_by"],
        started_at=row["started_at"],
        ae_confirmed_at=row["ae_confirmed_at"],
        ae_manager_id=row["ae_manager_id"],
        cs_manager_id=row["cs_manager_id"],
        ae_manager_by=ManagerBy(row["ae_manager_by"]) if row["ae_manager_by"] else None,
        cs_manager_by=ManagerBy(row["cs_manager_by"]) if row["cs_manager_by"] else None,
        away_known={
            int(one): Away(date.fromisoformat(until), stand_in_id)
            for one, (until, stand_in_id) in json.loads(row["away_known"]).items()
        },
        proposed_csm_id=row["proposed_csm_id"],
        csm_id=row["csm_id"],
        expected_on=row["expected_on"],
        signed_at=row["signed_at"],
        signature_learned_at=row["signature_learned_at"],
        day0=row["day0"],
        backfilled_at=row["backfilled_at"],
        links=tuple(json.loads(row["links"])),
        state=State(row["state"]),
        cancelled_at=row["cancelled_at"],
        path=DealPath(**{name: row[f"path_{name}"] for name in _PATH}),
        partner=PartnerState(**{name: row[f"partner_{name}"] for name in _PARTNER}),
        posted_at=row["posted_at"],
        posted_by=row["posted_by"],
        brief_version=row["brief_version"],
        marks=Marks(**{name: row[name] for name in _MARKS}),
        strength=row["strength"],
        commitment_on=row["commitment_on"],
        commitment_answer=(
            CommitmentAnswer(row["commitment_answer"]) if row["commitment_answer"] else None
        ),
        commitment_answered_at=row["commitment_answered_at"],
        rate=Rate(Decimal(row["rate"]), row["rate_of"]) if row["rate"] else None,
        captured_at=row["captured_at"],
        aligned_on=row["aligned_on"],
        aligned_at=row["aligned_at"],
        cs_contact_id=row["cs_contact_id"],
        call=_call(row),
        kickoff_proposed_at=row["kickoff_proposed_at"],
        kickoff_held_at=row["kickoff_held_at"],
        debrief_talk=Appointment(
            row["talk_turn"],
            row["talk_proposed_at"],
            Side(row["talk_proposed_side"]) if row["talk_proposed_side"] else None,
            row["talk_proposed_by"],
            row["talk_agreed_at"],
            row["talk_agreed"],
        ),
        overridden_at=row["overridden_at"],
        overridden_by=row["overridden_by"],
        listener_id=row["listener_id"],
        lead_id=row["lead_id"],
        helpers={
            int(one): frozenset(SectionKey(key) for key in keys)
            for one, keys in json.loads(row["helpers"]).items()
        },
        completeness=_completeness(row),
        signed_brief=_snapshot(row["signed_brief"]),
        read_brief=_snapshot(row["read_brief"]),
        signing=Signing(
            row["promises_open"],
            row["promises_ae"],
            row["promises_csm"],
            row["promises_signed"],
            row["initials_ae_at"],
            row["initials_csm_at"],
            row["initials_ae_again_at"],
            row["initials_csm_again_at"],
            row["promises_disputed"],
            row["disputes_clear_at"],
        ),
        gate_at=row["gate_at"],
        assigned_at=row["assigned_at"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_version=row["acknowledged_version"],
        acknowledged_by=row["acknowledged_by"],
        gate_overridden_at=row["gate_overridden_at"],
        declined_at=row["declined_at"],
        verification=Verification(
            **{name: row[name] for name in _VERIFICATION},
            sent_back_items=tuple(Item(one) for one in json.loads(row["sent_back_items"])),
        ),
        briefing=Briefing(**{name: row[f"briefing_{name}"] for name in _BRIEFING}),
        success_plan=SuccessPlan(**{name: row[f"success_plan_{name}"] for name in _SUCCESS_PLAN}),
        kickoff=Kickoff(**{name: row[f"kickoff_{name}"] for name in _KICKOFF}),
        intro=_intro(row),
        debrief=Debrief(
            standings={
                Question(one): Standing(standing)
                for one, standing in json.loads(row["debrief_standings"]).items()
            },
            **{name: row[f"debrief_{name}"] for name in _DEBRIEF},
        ),
        succession=Succession(**{name: row[f"succession_{name}"] for name in _SUCCESSION}),
        champions=Champions(row["champions_left"], row["champions_left_at"]),
        reviews=Reviews(
            **{name: row[f"review_{name}"] for name in _REVIEWS},
            outcome=Outcome(row["review_outcome"]) if row["review_outcome"] else None,
        ),
        listener_named=row["listener_named"],
        breakdowns={
            Breakdown(kind): datetime.fromisoformat(since)
            for kind, since in json.loads(row["breakdowns"]).items()
        },
    )
