"""The promise ledger in any order of acts by anybody: nobody signs unseen, and it adds up."""

import json
import shutil
import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain import ledger
from bot.domain.access import EVERY
from bot.domain.completeness import completeness
from bot.domain.errors import HandoffError
from bot.domain.handoff import Handoff
from bot.domain.history import Tag, verify
from bot.domain.ledger import Counts, Delivery, Entry, Via, counted
from bot.domain.people import Person
from bot.domain.promises import Promise, PromiseText, Side
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.unit_of_work import WriteUnit
from tests.builders import FakeMachine, FixedClock, assigned, make_store, make_team

WHO = st.sampled_from(["ae", "csm", "cs_manager", "outsider"])
WHICH = st.integers(min_value=0, max_value=3)
TEXTS = st.sampled_from(
    [
        PromiseText("Live in 30 days."),
        PromiseText("Live in 30 days.", owner_id=2, due=date(2026, 7, 1)),
        PromiseText("Live in 60 days.", owner_id=2, due=date(2026, 8, 1)),
    ]
)
DELIVERIES = st.sampled_from([None, Delivery.CAN, Delivery.CHECK])


@cache
def _empty_file() -> Path:
    path = Path(tempfile.mkdtemp(prefix="ledger-")) / "migrated.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


class LedgerMachine(RuleBasedStateMachine):
    """Everybody does anything to one ledger, each with the wording they looked at last."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-"))
        shutil.copy(_empty_file(), self.folder / "handoff.db")
        self.clock = FixedClock()
        url = f"sqlite:///{self.folder / 'handoff.db'}"
        self.store = make_store(url, clock=self.clock, machine=FakeMachine())
        self.team = make_team(self.store)
        self.handoff_id = assigned(self.store, self.team)
        self.seen: dict[tuple[int, int], int] = {}
        """By person and entry the wording that they looked at last."""

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def _person(self, who: str) -> Person:
        person: Person = getattr(self.team, who)
        return person

    def _entry(self, unit: WriteUnit, which: int) -> Entry:
        entries = unit.ledger.entries(self.handoff_id)
        return entries[which % len(entries)]

    def _note(
        self, unit: WriteUnit, handoff: Handoff, tag: Tag, promise: Promise, by: Person
    ) -> None:
        brief = unit.brief.load(handoff.id, audiences=EVERY)
        handoff.save_promise(
            tag,
            number=promise.number,
            version=promise.version,
            words=promise.text.words,
            state=completeness(brief, handoff.tier, unit.policy),
            by=by,
            at=unit.now,
            policy=unit.policy,
        )
        unit.save(handoff, actor_id=by.id)
        unit.commit()

    @rule(text=TEXTS)
    def add(self, text: PromiseText) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            made = unit.brief.add_promise(handoff.id, text, by=self.team.ae.id, at=unit.now)
            self._note(unit, handoff, Tag.PROMISE_ADDED, made, self.team.ae)

    @rule(who=st.sampled_from(["ae", "csm"]), which=WHICH, text=TEXTS)
    def edit(self, who: str, which: int, text: PromiseText) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            before = self._entry(unit, which)
            if not before.open or self._person(who).id not in (handoff.ae_id, handoff.csm_id):
                return
            by, version = self._person(who), before.promise.version
            after, _ = unit.brief.edit_promise(
                before.promise.id, text, base_version=version, by=by.id, at=unit.now
            )
            if after.version != version:
                ledger.void(handoff, before, by=by, at=unit.now)
                self._note(unit, handoff, Tag.PROMISE_EDITED, after, by)

    @rule(which=WHICH)
    def withdraw(self, which: int) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            handoff, by = unit.handoffs.lock(self.handoff_id), self.team.ae
            before = self._entry(unit, which)
            if before.open:
                gone = unit.brief.withdraw_promise(
                    before.promise.id, "Not so.", by=by.id, at=unit.now
                )
                ledger.void(handoff, before, by=by, at=unit.now)
                self._note(unit, handoff, Tag.PROMISE_WITHDRAWN, gone, by)

    @rule(who=WHO, which=WHICH)
    def look(self, who: str, which: int) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            promise = self._entry(unit, which).promise
        self.seen[self._person(who).id, promise.id] = promise.version

    @rule(who=WHO, which=WHICH, delivery=DELIVERIES, via=st.sampled_from(Via))
    def initial(self, who: str, which: int, delivery: Delivery | None, via: Via) -> None:
        by = self._person(who)
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            entry = self._entry(unit, which)
            try:
                after = ledger.initial(
                    handoff,
                    entry,
                    by=by,
                    version=self.seen.get((by.id, entry.promise.id), 0),
                    at=unit.now,
                    delivery=delivery,
                    check_with="the platform team",
                    via=via,
                )
            except HandoffError:
                return
            side = ledger.require_side(by, handoff)
            unit.ledger.put(handoff.id, entry, after.initials[side])
            unit.save(handoff, actor_id=by.id)
            unit.commit()

    @rule(who=WHO, which=WHICH)
    def take_back(self, who: str, which: int) -> None:
        by = self._person(who)
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            entry = self._entry(unit, which)
            try:
                ledger.take_back(
                    handoff,
                    entry,
                    by=by,
                    version=entry.promise.version,
                    at=unit.now,
                    policy=unit.policy,
                )
            except HandoffError:
                return
            unit.ledger.take(handoff.id, entry, ledger.require_side(by, handoff))
            unit.save(handoff, actor_id=by.id)
            unit.commit()

    @rule(who=st.sampled_from(["csm", "outsider"]))
    def assign(self, who: str) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            if handoff.csm_id != self._person(who).id:
                handoff.assign_csm(self._person(who), by=self.team.cs_manager, at=unit.now)
                unit.save(handoff, actor_id=self.team.cs_manager.id)
                unit.commit()

    @rule(minutes=st.integers(min_value=1, max_value=12))
    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @invariant()
    def nobody_signed_what_they_did_not_see_and_all_of_it_adds_up(self) -> None:
        with self.store.read(self.team.workspace_id) as unit:
            handoff = unit.handoffs.get(self.handoff_id)
            entries = unit.ledger.entries(self.handoff_id)
            counts = unit.ledger.counts(self.handoff_id)
            records = unit.history.records(self.handoff_id)
            count, head = unit.history.head(self.handoff_id)
        for entry in entries:
            for side, given in entry.initials.items():
                assert self.seen[given.by.id, entry.promise.id] == entry.promise.version
                part = handoff.ae_id if side is Side.AE else handoff.csm_id
                assert given.by.id == part
                assert (given.delivery is not None) is (side is Side.CSM)
        assert counts == counted(entries)
        signing = handoff.signing
        assert counts == Counts(signing.entries, signing.ae, signing.csm, signing.signed)
        assert signing.complete is (bool(counts.entries) and counts.signed == counts.entries)
        assert verify(records, expected_count=count, expected_head=head).sound
        boxes = {
            (entry.promise.number, side.value)
            for entry in entries
            if entry.open
            for side in entry.initials
        }
        assert boxes == _replayed([json.loads(one.body) for one in records])


def _replayed(history: list[dict[str, object]]) -> set[tuple[int, str]]:
    """Which boxes are filled, by the history alone."""
    boxes: set[tuple[int, str]] = set()
    for event in history:
        facts = event["facts"]
        assert isinstance(facts, dict)
        number, tag = facts.get("number"), event["tag"]
        if tag == Tag.PROMISE_INITIALED:
            boxes.add((facts["number"], facts["side"]))
        if tag == Tag.INITIAL_TAKEN_BACK:
            boxes.remove((facts["number"], facts["side"]))
        if tag in (Tag.PROMISE_EDITED, Tag.PROMISE_WITHDRAWN):
            boxes = {box for box in boxes if box[0] != number}
        if tag in (Tag.ASSIGNED, Tag.DECLINED):
            boxes = {box for box in boxes if box[1] != Side.CSM}
    return boxes


LedgerMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestLedger = LedgerMachine.TestCase
