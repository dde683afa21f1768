"""What the clock says holds its promises, whatever the order of acts, ticks and clock moves."""

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import RowMapping, select

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline, DeadlineState, snooze
from bot.domain.digest import Word
from bot.domain.errors import HandoffError
from bot.domain.handoff import Handoff
from bot.domain.notices import OF_THE_CLOCK, NoticeKind
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.steps import Step
from bot.storage.tables import outbox, outbox_about
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import Deal, FakeMachine, FixedClock, Team, fill_brief, make_store, make_team
from tests.builders import signed as sign_new
from tests.delivery.desk import SECOND, Desk
from tests.delivery.slack import FakeSlack

KINDS = frozenset(kind.value for kind in OF_THE_CLOCK)
MOST_A_DAY = Policy().nudges.most_a_day
REMINDERS = frozenset({Stage.HALF, Stage.MOST})
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney")

Told = tuple[int, str, str, str, int]
"""A handoff's step, a stage, the due time it was about and who was told."""


class Play:
    """One workspace in which anything may happen, watched message by message."""

    def __init__(self, store: Store, clock: FixedClock, machine: FakeMachine, zone: str) -> None:
        self.store, self.clock = store, clock
        self.team: Team = make_team(store, zone=zone)
        self.desk = Desk(store, self.team, FakeSlack(machine), clock)
        self.sweep = Sweep(store=store, clock=clock)
        self.handoffs: list[int] = []
        self.known: set[int] = set()
        self.a_day: Counter[tuple[int, date]] = Counter()
        self.told: Counter[Told] = Counter()

    # --- What may happen

    def begin(self, _number: int) -> None:
        """Another deal is signed, and its message posted."""
        if len(self.handoffs) < 9:
            self.handoffs.append(sign_new(self.store, self.team, Deal(f"Deal {self.handoffs}")))
            self.post(len(self.handoffs) - 1)

    def post(self, number: int) -> None:
        self._act(number, self.team.ae, lambda h, u: h.post(by=self.team.ae, at=u.now))

    def write(self, number: int) -> None:
        def fill(handoff: Handoff, unit: WriteUnit) -> None:
            if handoff.gate_at is None:
                fill_brief(unit, handoff, self.team)

        self._act(number, self.team.ae, fill)

    def assign(self, number: int) -> None:
        by = self.team.cs_manager
        self._act(number, by, lambda h, u: h.assign_csm(self.team.csm, by=by, at=u.now))

    def acknowledge(self, number: int) -> None:
        by = self.team.csm
        self._act(number, by, lambda h, u: h.acknowledge(version=h.brief_version, by=by, at=u.now))

    def correct(self, number: int) -> None:
        """The signature was up to a day earlier or later than told."""
        ae = self.team.ae
        by = timedelta(hours=(number % 5 - 2) * 11)
        self._act(
            number,
            ae,
            lambda h, u: h.countersign(
                min((h.signed_at or u.now) + by, u.now), by=ae, at=u.now, ae=ae
            ),
        )

    def cancel(self, number: int) -> None:
        ae = self.team.ae
        self._act(number, ae, lambda h, u: h.cancel("It came to nothing.", by=ae, at=u.now))

    def change_manager(self, number: int) -> None:
        def other(handoff: Handoff, _unit: WriteUnit) -> None:
            handoff.ae_manager_id = self.team.revops.id if number % 2 else self.team.ae_manager.id

        self._act(number, self.team.ae, other)

    def put_off(self, number: int) -> None:
        """The AE wants no reminder of the brief for some hours."""

        def later(handoff: Handoff, unit: WriteUnit) -> None:
            brief = _of(unit.deadlines.of(handoff.id), Step.BRIEF)
            if brief is not None and brief.state is DeadlineState.OPEN:
                until = unit.now + timedelta(hours=1 + number)
                unit.deadlines.keep(handoff.id, snooze(brief, until))

        self._act(number, self.team.ae, later)

    def leave(self, number: int) -> None:
        """The AE or their manager is away for some days, with or without somebody for them."""
        who = (self.team.ae, self.team.ae_manager)[number % 2]
        stand_in = self.team.outsider.id if number % 3 else None
        until = self.clock.now().date() + timedelta(days=number % 9)
        with self.store.write(self.team.workspace_id) as unit:
            try:
                unit.set_leave(who.id, until, stand_in, by=who)
            except HandoffError:
                return
            unit.commit()

    def pause(self, number: int) -> None:
        """The bot says nothing by itself, or goes on; what was decided is sent before a sweep."""
        with self.store.write(self.team.workspace_id) as unit:
            unit.workspace_pause(unit.now if number % 3 == 0 else None)
            unit.commit()
        self.send(0)

    def decide(self, _number: int) -> None:
        """What is due is decided; it goes out whenever that comes."""
        self.sweep.run()

    def go_on(self, number: int) -> None:
        """The calendar moves, by minutes or by days."""
        spans = (3, 7, 20, 55, 120, 300, 700, 1500, 4000, 12000)
        self.clock.advance(timedelta(minutes=spans[number % len(spans)]))

    def tick(self, _number: int) -> None:
        """What is due is decided, and what is decided sent."""
        self.sweep.run()
        self.send(0)

    def send(self, _number: int) -> None:
        self.desk.pass_time(15 * SECOND)
        self.watch()

    def _act(self, number: int, actor: Person, act: Callable[[Handoff, WriteUnit], object]) -> None:
        if not self.handoffs:
            return
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoffs[number % len(self.handoffs)])
            try:
                act(handoff, unit)
            except HandoffError:
                return  # It was not its turn; nothing happened.
            unit.save(handoff, actor_id=actor.id)
            unit.commit()

    # --- What must hold

    def watch(self) -> None:
        """Look at every message of the clock's that is new."""
        with self.store.database.reading() as connection:
            rows = connection.execute(select(outbox)).mappings().all()
            about = connection.execute(
                select(outbox_about).order_by(outbox_about.c.place)
            ).mappings()
            words: dict[int, list[Word]] = {}
            for one in about:
                word = Word(one["handoff_id"], Step(one["step"]), Stage(one["stage"]))
                words.setdefault(one["outbox_id"], []).append(word)
        for row in rows:
            if row["kind"] in KINDS and row["state"] == "sent" and row["id"] not in self.known:
                self.known.add(row["id"])
                self._check(row, words.get(row["id"], []))

    def _check(self, row: RowMapping, words: list[Word]) -> None:
        now, reader = self.clock.now(), row["person_id"]
        with self.store.read(self.team.workspace_id) as unit:
            calendar = unit.people.calendar(reader)
            owed = unit.deadlines.of_many({word.handoff_id for word in words})
        assert not calendar.is_quiet(now), "in the reader's quiet hours"
        today = now.astimezone(ZoneInfo(calendar.zone.key)).date()
        self.a_day[reader, today] += 1
        assert self.a_day[reader, today] <= MOST_A_DAY, "more than the measure of a day"
        # What did not hold any more was left out of a summary, and is not among its words then.
        assert words
        assert row["kind"] == NoticeKind.SUMMARY.value or len(words) == 1
        for word in words:
            if word.stage not in (Stage.POST, Stage.COMMITTED):
                self._check_word(row, word, _of(owed[word.handoff_id], word.step))

    def _check_word(self, row: RowMapping, word: Word, deadline: Deadline | None) -> None:
        now, reader = self.clock.now(), row["person_id"]
        assert deadline is not None
        assert deadline.state is DeadlineState.OPEN, "of a step that nobody owes"
        if word.stage in REMINDERS:
            assert now <= deadline.due_at, "a reminder after its due time"
        if word.late:
            assert now >= deadline.due_at
        due = deadline.due_at.isoformat()
        said: Told = (word.handoff_id, word.step.value, word.stage.value, due, reader)
        # In the mornings what is late is told again.
        if row["key"].startswith("clock:") and word.stage is not Stage.SNOOZED:
            self.told[said] += 1
            assert self.told[said] == 1, "said twice"


def _of(owed: list[Deadline], step: Step) -> Deadline | None:
    return next((one for one in owed if one.step is step), None)


WHAT_HAPPENS = st.sampled_from(
    [
        *(Play.begin, Play.write, Play.assign, Play.acknowledge, Play.correct, Play.cancel),
        *(Play.change_manager, Play.put_off, Play.send, Play.leave, Play.pause, Play.decide),
        *[Play.go_on] * 5,
        *[Play.tick] * 5,
    ]
)


@given(
    zone=st.sampled_from(ZONES),
    happens=st.lists(st.tuples(WHAT_HAPPENS, st.integers(0, 40)), min_size=8, max_size=30),
)
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_the_clock_keeps_its_promises(
    empty_file: Path, zone: str, happens: list[tuple[Callable[[Play, int], None], int]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "handoff.db"
        shutil.copy(empty_file, path)
        clock, machine = FixedClock(), FakeMachine()
        store = make_store(f"sqlite:///{path}", clock=clock, machine=machine)
        play = Play(store, clock, machine, zone)
        for _ in range(3):
            play.begin(0)
        for act, number in happens:
            act(play, number)
            clock.advance(SECOND)
        play.tick(0)
        store.close()
