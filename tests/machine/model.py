"""What was answered and what had to be said, beside the rows; and what must hold of both."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, Table, select

from bot.domain.history import Tag, verify
from bot.domain.notices import OF_THE_CLOCK, Place
from bot.domain.nudging import Stage
from bot.domain.policy import Policy
from bot.domain.steps import Step
from bot.storage.tables import (
    deadline,
    digest_line,
    event,
    handoff,
    outbox,
    outbox_about,
    surface,
)
from bot.storage.unit_of_work import Store
from tests.builders import Team
from tests.delivery.slack import Ledger
from tests.machine.acts import Act

KINDS = frozenset(kind.value for kind in OF_THE_CLOCK)
MOST_A_DAY = Policy().nudges.most_a_day
POSTS = frozenset({Place.DM.value, Place.THREAD.value, Place.CHANNEL.value})
SAID_TO_NOBODY = frozenset(
    {Stage.POST, Stage.ESCALATE, Stage.SILENT, Stage.OPENS, Stage.PAST_LATEST}
)

Fired = tuple[int, str, int, str]
"""A handoff's step, the promise it is about, and a stage."""


@dataclass
class Rows:
    """All that the invariants look at, as it stands at one instant."""

    deadlines: list[RowMapping]
    outbox: list[RowMapping]
    about: list[RowMapping]
    lines: list[RowMapping]
    surfaces: list[RowMapping]

    def said(self) -> dict[tuple[int, str, int, tuple[Any, ...]], set[str]]:
        """What was said of each deadline; whoever reads it belongs to it."""
        readers = ("owner_id", "told_id", "manager_id")
        return {
            (
                one["handoff_id"],
                one["step"],
                one["subject"],
                tuple(one[name] for name in readers),
            ): set(json.loads(one["said"]))
            for one in self.deadlines
        }

    def words(self, notice_id: int) -> list[Fired]:
        return [_fired(one) for one in self.about if one["outbox_id"] == notice_id]

    def waiting(self, now: datetime) -> list[str]:
        """What could go out now, or is under way."""
        stale = [one for one in self.surfaces if one["wanted"] > one["shown"]]
        live = [one for one in stale if one["state"] == "live"]
        pending = [one for one in self.outbox if one["state"] == "pending"]
        return [
            str(one["kind"])
            for one in (*pending, *live)
            if one["not_before"] is None or one["not_before"] <= now
        ]


@dataclass
class Model:
    """What people were answered, and what follows from it alone."""

    done: Counter[tuple[int, Tag]] = field(default_factory=Counter)
    begun: set[str] = field(default_factory=set)
    unanswered: list[Act] = field(default_factory=list)
    cancelled: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)
    a_day: Counter[tuple[int, date]] = field(default_factory=Counter)
    fired: int = 0

    def answered(self, act: Act, *, again: bool) -> None:
        """Somebody was told that their act is done; `again` is of one that was not at first.

        That was perhaps done before other acts: then nothing follows from it for now.
        """
        if act.account is not None:
            self.begun.add(act.account)
        if act.handoff_id is None or act.tag is None:
            return
        self.done[act.handoff_id, act.tag] += 1
        self._undo(act)
        if not again and act.tag is Tag.CANCELLED:
            self.cancelled.add(act.handoff_id)
        if not again and act.tag is Tag.RESTATED:
            self.read.add(act.handoff_id)

    def left_open(self, act: Act) -> None:
        """The process died before it answered: the act is perhaps done."""
        self.unanswered.append(act)
        self._undo(act)

    def _undo(self, act: Act) -> None:
        if act.tag is Tag.CANCEL_UNDONE:
            self.cancelled.discard(act.handoff_id or 0)
        if act.tag in (Tag.ACKNOWLEDGE_UNDONE, Tag.ASSIGNED):
            self.read.discard(act.handoff_id or 0)


class Watcher:
    """Looks at the rows and at what Slack took, on a connection of its own that never dies."""

    def __init__(self, store: Store, team: Team, ledger: Ledger, model: Model) -> None:
        self.store, self.team, self.ledger, self.model = store, team, ledger, model

    def rows(self) -> Rows:
        return Rows(*map(self.all, (deadline, outbox, outbox_about, digest_line, surface)))

    def all(self, table: Table) -> list[RowMapping]:
        with self.store.database.reading() as connection:
            return list(connection.execute(select(table)).mappings())

    # --- After every step

    def history_is_what_was_answered(self) -> None:
        """Each act that was answered left its mark once; one that was not, at most once."""
        noted = Counter((one["handoff_id"], Tag(one["tag"])) for one in self.all(event))
        open_acts = Counter(
            (one.handoff_id, one.tag) for one in self.model.unanswered if one.handoff_id
        )
        for key, times in self.model.done.items():
            assert times <= noted[key] <= times + open_acts[key], (key, times, noted[key])
        accounts = Counter(one["account"] for one in self.all(handoff))
        maybe = {one.account for one in self.model.unanswered}
        for account, times in accounts.items():
            assert times == 1, f"{account} was begun {times} times"
            assert account in self.model.begun | maybe
        assert not self.model.begun - set(accounts)

    def nothing_was_said_twice(self, rows: Rows) -> None:
        """No key twice in Slack, nothing there that nobody decided, each to whom it is for."""
        keys = [one.key for one in self.ledger.messages if one.key is not None]
        assert len(keys) == len(set(keys)), "a message stands twice"
        messages = {one.key: one for one in self.ledger.messages}
        dms = {one.id: f"D-{one.slack_id}" for one in self._people()}
        for row in rows.outbox:
            message = messages.pop(row["opaque"], None)
            if row["state"] == "sent" and row["place"] in POSTS:
                assert message is not None, f"lost: {row['key']}"
                # Where nothing in it can change any more it was edited last, and is let go.
                known = message.ts if row["ts"] or not message.edits else None
                assert row["ts"] == known
            if message is None:
                continue
            assert row["maybe_sent"] or row["state"] != "pending" or row["ts"] == message.ts
            if row["place"] == Place.DM.value:
                assert message.channel == dms[row["person_id"]]
        for row in rows.surfaces:
            message = messages.pop(row["opaque"], None)
            if row["ts"] is not None:
                assert message is not None, f"lost: a {row['kind']}"
                assert (row["posted_in"], row["ts"]) == (message.channel, message.ts)
        # What nobody knows any more is a guide that made room for the next: it was shrunk.
        assert all(one.edits for one in messages.values()), "a message that nobody decided"

    def _people(self) -> list[Any]:
        team = self.team
        return [team.ae, team.csm, team.cs_manager, team.ae_manager, team.revops, team.outsider]

    # --- Around a delivery

    def check_posts(self, posted: int, cancelled: Collection[int]) -> None:
        """Nothing the clock says since then is about a handoff that was cancelled before."""
        accounts = {one["id"]: one["account"] for one in self.all(handoff)}
        rows = self.rows()
        of_the_clock = {one["opaque"]: one["id"] for one in rows.outbox if one["kind"] in KINDS}
        for message in self.ledger.messages[posted:]:
            if message.key not in of_the_clock:
                continue
            words = json.dumps([message.args.get("text"), message.args.get("blocks")])
            said = rows.words(of_the_clock[message.key])
            # That the bot posted for the AE stays so.
            facts = {handoff_id for handoff_id, _, _, stage in said if stage == Stage.POST}
            for handoff_id in set(cancelled) - facts:
                assert accounts[handoff_id] not in words, "of a handoff that was cancelled"

    # --- Around a sweep

    def check_sweep(self, before: Rows, after: Rows, now: datetime) -> None:
        """What fired became exactly one intent, and nothing was said that did not fire."""
        known = {one["id"] for one in before.outbox}
        new = [one for one in after.outbox if one["id"] not in known and one["kind"] in KINDS]
        alone: Counter[tuple[int, Fired]] = Counter()
        summed: Counter[tuple[int, Fired]] = Counter()
        for row in new:
            where = summed if row["key"].startswith("summary:") else alone
            where.update((row["person_id"], word) for word in after.words(row["id"]))
            self._count(row, now)
        had = {(one["person_id"], _fired(one)) for one in before.lines}
        lines = {(one["person_id"], _fired(one)) for one in after.lines}
        summed.update(lines - had)
        fired, perhaps = _fired_between(before, after)
        self.model.fired += len(fired)
        again = {word for word in fired if _said_before(word, before, after)}
        told = Counter(word for _, word in alone.elements())
        told_at_all = {word for _, word in (*alone, *summed)}
        for word in fired - again:
            assert word in told_at_all, f"fired and not decided: {word}"
        for word, times in told.items():
            assert word in fired | perhaps, f"said without having fired: {word}"
            assert times == 1, f"decided twice: {word}"
        for handoff_id, step, _, _ in told:
            assert handoff_id not in self.model.cancelled, "of a handoff that was cancelled"
            assert step != Step.READ or handoff_id not in self.model.read, "of what was read"

    def _count(self, row: RowMapping, now: datetime) -> None:
        with self.store.read(self.team.workspace_id) as unit:
            calendar = unit.people.calendar(row["person_id"])
        day = calendar.local_date(row["not_before"] or now)
        self.model.a_day[row["person_id"], day] += 1
        assert self.model.a_day[row["person_id"], day] <= MOST_A_DAY, "over the measure of a day"

    # --- At rest

    def all_came_to_an_end(self, now: datetime) -> None:
        """Nothing waits, nothing is in doubt, and each history is sound."""
        rows = self.rows()
        assert not rows.waiting(now)
        for row in rows.outbox:
            whispered = row["place"] == Place.EPHEMERAL.value
            # Nobody can look whether a person saw what only they could see.
            assert row["state"] != "unconfirmed" or whispered
            assert row["state"] != "dead", row["reason"]
            assert row["state"] != "pending" or not row["maybe_sent"]
        assert all(one["state"] == "live" for one in rows.surfaces)
        whispers = [one for one in rows.outbox if one["place"] == Place.EPHEMERAL.value]
        assert len(self.ledger.whispers) <= len(whispers)
        self.nothing_was_said_twice(rows)
        self.history_is_what_was_answered()
        for one in self.all(handoff):
            with self.store.read(self.team.workspace_id) as unit:
                records = unit.history.records(one["id"])
                count, head = unit.history.head(one["id"])
            assert verify(records, expected_count=count, expected_head=head).sound

    def shown(self) -> dict[str, str]:
        """What stands in Slack for every surface; of what is over it stays as it was."""
        opened = {one["id"] for one in self.all(handoff) if one["state"] == "open"}
        stands = {one.ts: one.args for one in self.ledger.messages}
        return {
            one["opaque"]: json.dumps([stands[one["ts"]].get("text"), stands[one["ts"]]["blocks"]])
            for one in self.all(surface)
            if one["ts"] is not None and one["handoff_id"] in opened
        }


def _fired_between(before: Rows, after: Rows) -> tuple[set[Fired], set[Fired]]:
    """What fired in a sweep; and what did perhaps, as it has another reader since a leave ended."""
    was = before.said()
    fired, perhaps = set[Fired](), set[Fired]()
    for (handoff_id, step, subject, readers), said in after.said().items():
        known = was.get((handoff_id, step, subject, readers))
        for stage in said - (known or set()) - SAID_TO_NOBODY:
            kept = perhaps if known is None else fired
            kept.add((handoff_id, step, subject, stage))
    return fired, perhaps


def _said_before(word: Fired, before: Rows, after: Rows) -> bool:
    """Whether it was said of this due time: it moved, or had another reader, and came back."""
    handoff_id, step, subject, stage = word
    (found,) = (
        one
        for one in after.deadlines
        if (one["handoff_id"], one["step"], one["subject"]) == (handoff_id, step, subject)
    )
    number = f"#{subject}" if subject else ""
    key = f"clock:{handoff_id}:{step}{number}:{stage}:{found['due_at'].isoformat()}|"
    # The key of several words in one message does not tell their due times.
    several = {one["id"] for one in before.outbox if one["key"].startswith("clock:")}
    with_others = any(_fired(one) == word for one in before.about if one["outbox_id"] in several)
    return with_others or any(one["key"].startswith(key) for one in before.outbox)


def _fired(one: RowMapping) -> Fired:
    return (one["handoff_id"], one["step"], one["subject"], one["stage"])
