"""Never lost and never doubled, whatever happens between any two statements.

Some plays are the same every time, some those of the day, or of `MACHINE_SEED=20261201`. The seed
alone repeats a play only where the same test files are loaded: Hypothesis draws from their
constants, too. So what fails prints its steps, and a line that repeats them on any machine.
`MACHINE_MINUTES=10 python -m pytest tests/machine` goes on looking at random for so long.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from bot.domain.history import Tag
from bot.storage.tables import handoff
from tests.delivery.slack import Fault
from tests.machine import acts
from tests.machine.acts import Act, OnHandoff
from tests.machine.mutants import MUTANTS
from tests.machine.process import Process
from tests.machine.world import World

MINUTES = float(os.environ.get("MACHINE_MINUTES", "0"))
SEED = int(os.environ.get("MACHINE_SEED", f"{datetime.now(UTC):%Y%m%d}"))
MOST_DEALS = 4
WHICH = st.integers(0, MOST_DEALS - 1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NO_TIME = timedelta(0)
STAYS = [MINUTE, 3 * MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, 16 * HOUR, DAY]
SPANS = st.sampled_from(STAYS)
LEAPS = st.sampled_from([HOUR, 9 * HOUR, DAY, 4 * DAY])
OFF = [timedelta(seconds=30), timedelta(seconds=90), 4 * MINUTE, HOUR, 3 * HOUR]
WALLS = [NO_TIME, *OFF, *(-one for one in OFF)]
"""How far ahead of Slack's clock a wall may be set."""
FAULTS = st.lists(st.none() | st.sampled_from(Fault), max_size=6)
NAMED = ["act committed", "before COMMIT", "marked", "poked", "posted", "swept"]
DIES = st.none() | st.integers(1, 30) | st.integers(1, 300) | st.sampled_from(NAMED)
"""At which point from now the process dies; it may be one of a later step."""
CORRECTIONS = [timedelta(0), 11 * HOUR, -11 * HOUR, 30 * HOUR]
What = tuple[Tag | None, OnHandoff]
WHILE_CALLING: list[What] = [
    (Tag.ACKNOWLEDGED, acts.acknowledge),
    (Tag.CANCELLED, acts.cancel),
    (Tag.CANCEL_UNDONE, acts.reopen),
    (None, acts.write),
]
ACTS: list[What] = [
    *WHILE_CALLING,
    (None, acts.post),
    (None, acts.write),
    (Tag.ASSIGNED, acts.assign(other=False)),
    (Tag.ASSIGNED, acts.assign(other=True)),
    (Tag.RESTATED, acts.read),
    (Tag.ACKNOWLEDGE_UNDONE, acts.undo_acknowledge),
    *((None, acts.sign(earlier=by)) for by in CORRECTIONS),
    *((Tag.SNOOZED, acts.snooze_for(span)) for span in (HOUR, 20 * HOUR)),
]


class Machine(RuleBasedStateMachine):
    """Anybody does anything, Slack has trouble, clocks move and the process dies."""

    kind: type[Process] = Process

    @initialize(assigned=st.booleans())
    def begin_with_a_deal(self, assigned: bool) -> None:
        self.world = World(self.kind)
        self.number = 0
        self.begin(signed=True, dies=None)
        if assigned:
            for tag, change in (
                (None, acts.write),
                (None, acts.post),
                (Tag.ASSIGNED, acts.assign(other=False)),
            ):
                self.world.act(self._on(0, tag, change))

    def teardown(self) -> None:
        world = getattr(self, "world", None)
        if world is None:
            return
        try:
            world.come_to_rest()
        finally:
            world.close()

    # --- What people do

    def _on(
        self, which: int, tag: Tag | None, change: OnHandoff, *, in_channel: bool = False
    ) -> Act:
        """An act on one of the handoffs that were answered for."""
        with self.world.watcher.store.database.reading() as connection:
            ids = list(connection.execute(select(handoff.c.id).order_by(handoff.c.id)).scalars())
        # Before the first one there is, its number is tried: nobody may act on that.
        handoff_id = ids[which % len(ids)] if ids else 1
        do = acts.on(handoff_id, change, asked_in_channel=in_channel)
        return Act(self._key(), do, handoff_id, tag)

    def _key(self) -> str:
        self.number += 1
        return f"act:{self.number}"

    @rule(which=WHICH, what=st.sampled_from(ACTS), in_channel=st.booleans(), dies=DIES)
    def act(self, which: int, what: What, in_channel: bool, dies: int | str | None) -> None:
        self._may_die(dies)
        self.world.act(self._on(which, *what, in_channel=in_channel))

    @rule(signed=st.booleans(), dies=DIES)
    def begin(self, signed: bool, dies: int | str | None) -> None:
        begun = len(self.world.model.begun) + len(self.world.model.unanswered)
        if begun < MOST_DEALS:
            self._may_die(dies)
            key = self._key()
            account = f"Deal {self.number:03}"
            self.world.act(Act(key, acts.begin(account, signed=signed), account=account))

    @rule(
        part=st.sampled_from(["ae", "csm", "ae_manager", "cs_manager"]),
        days=st.integers(0, 5),
        stand_in=st.booleans(),
    )
    def leave(self, part: str, days: int, stand_in: bool) -> None:
        self.world.act(Act(self._key(), acts.leave(part, days=days, stand_in=stand_in)))

    @rule(dies=DIES)
    def deliver_again(self, dies: int | str | None) -> None:
        self._may_die(dies)
        self.world.deliver_again()

    # --- What the process does by itself, and what comes over it

    def _may_die(self, dies: int | str | None) -> None:
        if dies is not None:
            self.world.outside.doom.arm(dies)

    @rule(dies=DIES)
    def tick(self, dies: int | str | None) -> None:
        self._may_die(dies)
        self.world.sweep()

    @rule(
        faults=FAULTS,
        lags=st.booleans(),
        dies=DIES,
        which=WHICH,
        meanwhile=st.none() | st.sampled_from(WHILE_CALLING),
    )
    def deliver(
        self,
        faults: list[Fault | None],
        lags: bool,
        dies: int | str | None,
        which: int,
        meanwhile: What | None,
    ) -> None:
        slack = self.world.outside.slack
        if meanwhile is not None:
            slack.meanwhile = partial(self.world.act_within, self._on(which, *meanwhile))
        slack.plan(faults)
        slack.lags = lags
        self._may_die(dies)
        self.world.deliver()

    @rule(span=SPANS, faults=FAULTS, dies=DIES)
    def live(self, span: timedelta, faults: list[Fault | None], dies: int | str | None) -> None:
        self._may_die(dies)
        self.world.outside.slack.plan(faults)
        self.world.live(span, max(span / 4, timedelta(seconds=20)))

    @rule(dies=DIES)
    def keep_house(self, dies: int | str | None) -> None:
        # Slack has delivered again, or given up, long before a key is forgotten.
        while self.world.model.unanswered:
            self.world.deliver_again()
        self._may_die(dies)
        self.world.survive(self.world.process.housekeeping.run)

    @rule(span=SPANS)
    def wait(self, span: timedelta) -> None:
        """The process is down, or its ticks are late."""
        self.world.outside.go_on(span)

    @rule(leap=LEAPS)
    def leap(self, leap: timedelta) -> None:
        """The wall clock is set; the machine's goes on as before."""
        self.world.outside.clock.advance(leap)

    @rule(
        faults=FAULTS,
        off=st.sampled_from(WALLS),
        down=st.sampled_from([NO_TIME, *STAYS]),
        dies=DIES,
    )
    def start_again(
        self, faults: list[Fault | None], off: timedelta, down: timedelta, dies: int | str | None
    ) -> None:
        """What waits goes out, or not; then another process, by a wall that is so far ahead."""
        slack = self.world.outside.slack
        slack.plan(faults, only="chat.postMessage")
        self.world.deliver()
        slack.be_well()
        self.world.outside.go_on(down)
        self._may_die(dies)
        self.world.start_again(off)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if hasattr(self, "world"):
            self.world.watcher.history_is_what_was_answered()
            self.world.watcher.nothing_was_said_twice(self.world.watcher.rows())


@seed(SEED)
class Today(Machine):
    """With @reproduce_failure from above on `Today`, or by its steps, just this comes again."""


only_when_asked = pytest.mark.skipif(not MINUTES, reason="it takes as long as MACHINE_MINUTES says")
_ANYHOW = settings(
    stateful_step_count=30,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
IN_CI = settings(_ANYHOW, max_examples=8, derandomize=True, phases=[Phase.generate])
TODAY = settings(IN_CI, max_examples=4, derandomize=False, print_blob=True)
FINDS = settings(IN_CI, max_examples=500)
AT_RANDOM = settings(_ANYHOW, max_examples=25, stateful_step_count=50, derandomize=False)


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_whatever_comes() -> None:
    run_state_machine_as_test(Machine, settings=IN_CI)


@pytest.mark.slow
def test_nor_by_what_comes_today() -> None:
    try:
        run_state_machine_as_test(Today, settings=TODAY)
    except BaseException as error:
        error.add_note(f"Of MACHINE_SEED={SEED}. {Today.__doc__}")
        raise


@pytest.mark.slow
@only_when_asked
def test_it_holds_for_as_long_as_anybody_looks() -> None:
    end = time.monotonic() + 60 * MINUTES
    while time.monotonic() < end:
        run_state_machine_as_test(Machine, settings=AT_RANDOM)


@pytest.mark.slow
@only_when_asked
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_a_process_that_breaks_the_protocol_is_found_at_random(mutant: type[Process]) -> None:
    class Broken(Machine):
        kind = mutant

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Broken, settings=FINDS)
