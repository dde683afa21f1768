"""The promise ledger in any order of acts by anybody: nobody signs unseen, and it adds up."""

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain import deciding, keeping, ledger, settling
from bot.domain.access import EVERY, Act
from bot.domain.completeness import completeness
from bot.domain.disputes import Ending, Escalation, Outcome, Settlement
from bot.domain.errors import HandoffError
from bot.domain.handoff import Handoff
from bot.domain.history import Tag, verify
from bot.domain.ledger import Counts, Delivery, Entry, Via, counted
from bot.domain.people import Person
from bot.domain.promises import Fate, Promise, PromiseText, Side, Surfaced
from bot.flows.disputes import settled
from bot.flows.keeping import become
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.unit_of_work import WriteUnit
from tests.builders import FakeMachine, FixedClock, assigned, make_store, make_team

WHO = st.sampled_from(["ae", "csm", "cs_manager", "ae_manager", "revops", "outsider"])
WHICH = st.integers(min_value=0, max_value=3)
TEXTS = st.sampled_from(
    [
        PromiseText("Live in 30 days."),
        PromiseText("Live in 30 days.", owner_id=2, due=date(2026, 7, 1)),
        PromiseText("Live in 60 days.", owner_id=2, due=date(2026, 8, 1)),
    ]
)
DELIVERIES = st.sampled_from([None, Delivery.CAN, Delivery.CHECK])
_NEW_WORDS = st.sampled_from(["Live in 30 days.", "LIVE in  90 days.", "Live in 90 days."])
_NEW_DAYS = st.sampled_from([None, date(2026, 9, 1)])
_WHY = st.just("Because.")
WISHES = st.one_of(
    st.builds(Settlement, st.sampled_from([Outcome.KEPT, Outcome.WITHDRAWN]), reason=_WHY),
    st.builds(Settlement, st.just(Outcome.REWORDED), _NEW_WORDS, reason=_WHY),
    st.builds(Settlement, st.just(Outcome.RENEGOTIATED), _NEW_WORDS, _NEW_DAYS, _WHY),
)
LOOKS = st.sampled_from([True, True, True, False])
SETTLERS = st.sampled_from(["cs_manager", "ae_manager", "revops", "csm"])
FATES = st.sampled_from([Fate.DELIVERED, Fate.BROKEN])


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
        team = self.team
        self.settlers = {team.cs_manager.id, team.ae_manager.id, team.revops.id}

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def _person(self, who: str) -> Person:
        person: Person = getattr(self.team, who)
        return person

    def _entry(self, unit: WriteUnit, which: int) -> Entry:
        entries = unit.ledger.entries(self.handoff_id)
        return entries[which % len(entries)]

    def _version(self, by: Person, entry: Entry, *, looks: bool) -> int:
        """The wording that somebody acts on: what they see now, or what they looked at last."""
        if looks:
            self.seen[by.id, entry.promise.id] = entry.promise.version
        return self.seen.get((by.id, entry.promise.id), 0)

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
            found = unit.ledger.entries(handoff.id)
            late = Surfaced.CUSTOMER if ledger.surfaces_late(handoff, found) else None
            made = unit.brief.add_promise(
                handoff.id, text, by=self.team.ae.id, at=unit.now, late=late
            )
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

    @rule(who=WHO, which=WHICH, delivery=DELIVERIES, via=st.sampled_from(Via), looks=LOOKS)
    def initial(
        self, who: str, which: int, delivery: Delivery | None, via: Via, looks: bool
    ) -> None:
        by = self._person(who)
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            entry = self._entry(unit, which)
            try:
                after = ledger.initial(
                    handoff,
                    entry,
                    by=by,
                    version=self._version(by, entry, looks=looks),
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

    @rule(who=st.sampled_from(["ae", "csm", "outsider"]), which=WHICH, looks=LOOKS)
    def dispute(self, who: str, which: int, looks: bool) -> None:
        self._dispute(self._person(who), which, looks=looks)

    def _dispute(self, by: Person, which: int, *, looks: bool) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            entry = self._entry(unit, which)
            version = self._version(by, entry, looks=looks)
            try:
                raised = settling.dispute(
                    handoff, entry, "Why?", by=by, version=version, at=unit.now
                )
            except HandoffError:
                return
            unit.disputes.add(handoff.id, entry, raised)
            unit.save(handoff, actor_id=by.id)
            unit.commit()

    @rule(who=WHO, which=WHICH)
    def take_back_dispute(self, who: str, which: int) -> None:
        by = self._person(who)
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            entry = self._entry(unit, which)
            try:
                settling.take_back(handoff, entry, by=by, at=unit.now)
            except HandoffError:
                return
            assert entry.dispute is not None
            unit.disputes.end(handoff.id, entry.dispute, Ending.TAKEN_BACK)
            unit.save(handoff, actor_id=by.id)
            unit.commit()

    @rule(answers=st.lists(st.tuples(SETTLERS, WISHES, LOOKS), min_size=1, max_size=3))
    def settle(self, answers: list[tuple[str, Settlement, bool]]) -> None:
        """Several answer one after the other what is disputed; the CSM disputes it before."""
        self._dispute(self.team.csm, 0, looks=True)
        for who, wish, looks in answers:
            self._settle(self._person(who), wish, looks=looks)

    def _settle(self, by: Person, wish: Settlement, *, looks: bool) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            disputed = (one for one in unit.ledger.entries(self.handoff_id) if one.dispute)
            entry = next(disputed, None) or self._entry(unit, 0)
            entry = unit.disputes.with_answers(entry)
            version = self._version(by, entry, looks=looks)
            try:
                answered = settling.answer(
                    handoff, entry, wish, by=by, version=version, at=unit.now
                )
            except HandoffError:
                return
            unit.disputes.answer(handoff.id, entry, answered.given)
            if answered.differ:
                unit.escalate(handoff, entry, Escalation.DIFFER)
            if answered.settled is None:
                unit.save(handoff, actor_id=by.id)
            else:
                settled(unit, handoff, entry, answered.settled, by)
            unit.commit()

    @rule()
    def hold_kickoff(self) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            handoff.kickoff_held_at = handoff.kickoff_held_at or unit.now
            unit.save(handoff, actor_id=None)
            unit.commit()

    @rule(who=WHO, which=WHICH, fate=FATES, looks=LOOKS)
    def conclude(self, who: str, which: int, fate: Fate, looks: bool) -> None:
        by = self._person(who)
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            entry = self._entry(unit, which)
            version = self._version(by, entry, looks=looks)
            try:
                became = keeping.conclude(
                    handoff, entry, fate, by=by, version=version, at=unit.now, line="Why."
                )
            except HandoffError:
                return
            unit.ledger.conclude(handoff.id, entry, became)
            unit.save(handoff, actor_id=by.id)
            unit.commit()

    def _late(self, unit: WriteUnit, which: int) -> Entry:
        """A late promise, if there is one."""
        late = [one for one in unit.ledger.entries(self.handoff_id) if one.late]
        return unit.late.with_answers(late[which % len(late)] if late else self._entry(unit, which))

    @rule(who=WHO, which=WHICH, wish=WISHES, looks=LOOKS)
    def talk_over(self, who: str, which: int, wish: Settlement, looks: bool) -> None:
        by = self._person(who)
        with self.store.write(self.team.workspace_id) as unit:
            handoff, entry = unit.handoffs.lock(self.handoff_id), self._late(unit, which)
            version = self._version(by, entry, looks=looks)
            try:
                dealt, became = deciding.talk(
                    handoff,
                    entry,
                    wish,
                    "They know.",
                    by=by,
                    version=version,
                    at=unit.now,
                    reason="On a plane.",
                )
            except HandoffError:
                return
            unit.late.deal(handoff.id, entry, dealt)
            become(unit, handoff, entry, became, by, act=Act.TALK_PROMISE)
            unit.commit()

    @rule(answers=st.lists(st.tuples(WHO, WISHES, LOOKS), min_size=1, max_size=4), which=WHICH)
    def decide_late(self, answers: list[tuple[str, Settlement, bool]], which: int) -> None:
        for who, wish, looks in answers:
            self._decide(self._person(who), which, wish, looks=looks)

    def _decide(self, by: Person, which: int, wish: Settlement, *, looks: bool) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            handoff, entry = unit.handoffs.lock(self.handoff_id), self._late(unit, which)
            version = self._version(by, entry, looks=looks)
            try:
                found = deciding.answer(handoff, entry, wish, by=by, version=version, at=unit.now)
            except HandoffError:
                return
            unit.late.answer(handoff.id, entry, found.given)
            if found.decided is None:
                unit.save(handoff, actor_id=by.id)
            else:
                unit.late.deal(handoff.id, entry, found.decided)
                wanted = found.given.settlement
                become(unit, handoff, entry, wanted, by, act=Act.DECIDE_LATE, concludes=True)
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
            stored = unit.ledger.entries(self.handoff_id)
            entries = [unit.late.with_answers(unit.disputes.with_answers(one)) for one in stored]
            counts = unit.ledger.counts(self.handoff_id)
            records = unit.history.records(self.handoff_id)
            count, head = unit.history.head(self.handoff_id)
        for entry in entries:
            for side, given in entry.initials.items():
                assert self.seen[given.by.id, entry.promise.id] == entry.promise.version
                part = handoff.ae_id if side is Side.AE else handoff.csm_id
                # On what is withdrawn stays who signed it, whoever the CSM is now.
                assert given.by.id == part or not entry.open
                assert (given.delivery is not None) is (side is Side.CSM)
        assert counts == counted(entries)
        signing = handoff.signing
        assert counts == Counts(
            signing.entries, signing.ae, signing.csm, signing.signed, signing.disputed
        )
        all_of_it = bool(counts.entries) and counts.signed == counts.entries
        assert signing.complete is (all_of_it and not counts.disputed)
        assert verify(records, expected_count=count, expected_head=head).sound
        state = _State(
            boxes={
                (entry.promise.number, side.value)
                for entry in entries
                if entry.open
                for side in entry.initials
            },
            disputed={one.promise.number for one in entries if one.open and one.dispute},
            decided={
                one.promise.number
                for one in entries
                if one.open and one.dispute and one.dispute.escalated_at is not None
            },
            fates={one.promise.number: one.fate for one in entries if one.fate is not Fate.OPEN},
            dealt={one.promise.number: one.dealt.outcome for one in entries if one.dealt},
            versions={one.promise.number: one.promise.version for one in entries},
            withdrawn={one.promise.number for one in entries if not one.open},
        )
        assert state == _replayed([json.loads(one.body) for one in records])
        parts = {Side.AE: handoff.ae_id, Side.CSM: handoff.csm_id}
        for entry in entries:
            if not entry.undealt:
                continue
            said = entry.answers or {}
            for side, one in said.items():
                assert one.by.id == parts[side]
                assert self.seen[one.by.id, entry.promise.id] == entry.promise.version
            if len(said) == len(Side):
                first, second = said.values()
                assert not first.settlement.same_as(second.settlement)
        # Each manager answers once about a wording, and nobody but them and RevOps.
        for entry in entries:
            for answer in settling.answers_of(entry.dispute).values():
                assert self.seen[answer.by.id, entry.promise.id] == entry.promise.version
                assert answer.by.id in self.settlers


@dataclass
class _State:
    """A ledger, as far as its history tells it."""

    boxes: set[tuple[int, str]] = field(default_factory=set)
    disputed: set[int] = field(default_factory=set)
    decided: set[int] = field(default_factory=set)
    """Of these, what RevOps decides."""
    fates: dict[int, Fate] = field(default_factory=dict)
    """Of the wordings in force: what was said of an earlier one is said of that one."""
    dealt: dict[int, Outcome] = field(default_factory=dict)
    """What became of late ones."""
    versions: dict[int, int] = field(default_factory=dict)
    withdrawn: set[int] = field(default_factory=set)


_FATES = {
    Tag.PROMISE_DELIVERED: Fate.DELIVERED,
    Tag.PROMISE_RENEGOTIATED: Fate.RENEGOTIATED,
    Tag.PROMISE_BROKEN: Fate.BROKEN,
}
_ENDS = (Tag.DISPUTE_SETTLED, Tag.DISPUTE_TAKEN_BACK, Tag.PROMISE_WITHDRAWN)


def _replayed(history: list[dict[str, object]]) -> _State:
    """The ledger by its history alone."""
    # The first one lay in the brief before anybody acted.
    state = _State(versions={1: 1})
    said: dict[int, tuple[Fate, int]] = {}
    for event in history:
        facts = event["facts"]
        assert isinstance(facts, dict)
        number, tag = facts.get("number"), event["tag"]
        boxes = state.boxes
        if tag in (Tag.PROMISE_ADDED, Tag.PROMISE_EDITED):
            state.versions[facts["number"]] = facts["version"]
        if tag == Tag.PROMISE_DISPUTED:
            state.disputed.add(facts["number"])
        if tag == Tag.DISPUTE_ESCALATED:
            state.decided.add(facts["number"])
        if tag in _ENDS:
            state.disputed.discard(facts["number"])
            state.decided.discard(facts["number"])
        if tag == Tag.PROMISE_WITHDRAWN:
            state.withdrawn.add(facts["number"])
        if tag in (Tag.LATE_TALKED, Tag.LATE_DECIDED):
            state.dealt[facts["number"]] = Outcome(facts["outcome"])
        if tag in _FATES:
            said[facts["number"]] = _FATES[Tag(str(tag))], facts["version"]
        if tag == Tag.PROMISE_INITIALED:
            boxes.add((facts["number"], facts["side"]))
        if tag == Tag.INITIAL_TAKEN_BACK:
            boxes.remove((facts["number"], facts["side"]))
        if tag in (Tag.PROMISE_EDITED, Tag.PROMISE_WITHDRAWN):
            state.boxes = {box for box in boxes if box[0] != number}
        if tag in (Tag.ASSIGNED, Tag.DECLINED):
            state.boxes = {box for box in boxes if box[1] != Side.CSM}
    # What is agreed anew is the wording after the one of which that was said.
    state.fates = {
        number: fate
        for number, (fate, version) in said.items()
        if version + (fate is Fate.RENEGOTIATED) == state.versions[number]
    }
    return state


LedgerMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestLedger = LedgerMachine.TestCase
