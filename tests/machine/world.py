"""Everything one run plays in: what lives on, the process that may die, and who watches."""

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from bot.domain.errors import HandoffError
from bot.storage.tables import surface
from tests.builders import make_store, make_team, migrated_file
from tests.delivery.desk import Crash
from tests.machine.acts import Act
from tests.machine.model import Model, Watcher
from tests.machine.outside import Outside
from tests.machine.process import Process

DRAINS_WITHIN = timedelta(minutes=20)
"""Lease and quarantine are three minutes of it; the rest is what waits, at the rate of Slack."""
_PATIENCE = timedelta(seconds=5)


class World:
    """One workspace over which everything may come."""

    def __init__(self, kind: type[Process] = Process) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
        path = self._folder / "handoff.db"
        path.write_bytes(migrated_file())
        self.outside = Outside(f"sqlite:///{path}")
        self._looking = make_store(
            self.outside.url, clock=self.outside.clock, machine=self.outside.machine
        )
        self.team = make_team(self._looking)
        self.model = Model()
        self.watcher = Watcher(self._looking, self.team, self.outside.slack.ledger, self.model)
        self._kind = kind
        self._begin()

    def close(self) -> None:
        self.process.end()
        self._looking.close()
        shutil.rmtree(self._folder)

    # --- Living and dying

    def survive(self, run: Callable[[], object]) -> bool:
        """Run something of the process; False where it died in it, and there is a new one."""
        try:
            run()
        except Crash:
            self.process.end()
            self._begin()
            return False
        return True

    def start_again(self, off: timedelta) -> None:
        """The process ends; the next one begins by a wall that is so far ahead of Slack's clock."""
        self.process.end()
        self.outside.set_wall(off)
        self._begin()

    def _begin(self) -> None:
        self.process = self._kind(self.outside, self.team)
        self.survive(self.process.start)

    def act(self, act: Act, *, again: bool = False) -> None:
        """Deliver an act; where the process dies before it answered it is delivered again."""
        try:
            lived = self.survive(lambda: self.process.take(act))
        except HandoffError:
            return  # It was not its turn, and whoever acted was told so.
        if lived:
            self.model.answered(act, again=again)
        else:
            self.model.left_open(act)

    def act_within(self, act: Act) -> None:
        """The same while the process does something else, which then dies with it."""
        try:
            self.process.take(act)
        except HandoffError:
            return
        except Crash:
            self.model.left_open(act)
            raise
        self.model.answered(act, again=False)

    def deliver_again(self) -> None:
        """Slack delivers once more what was not answered."""
        waiting, self.model.unanswered = self.model.unanswered, []
        for act in waiting:
            self.act(act, again=True)

    def sweep(self) -> None:
        before = self.watcher.rows()
        self.survive(self.process.sweep.run)
        self.watcher.check_sweep(before, self.watcher.rows(), self.outside.clock.now())

    def deliver(self) -> None:
        posted, cancelled = len(self.outside.slack.ledger.messages), set(self.model.cancelled)
        self.survive(self.process.desk.work)
        self.watcher.check_posts(posted, cancelled)

    def live(self, span: timedelta, step: timedelta) -> None:
        """Time goes by, and both ticks with it."""
        end = self.outside.clock.now() + span
        while self.outside.clock.now() < end:
            self.sweep()
            self.deliver()
            self.outside.go_on(step)

    # --- Coming to rest

    def come_to_rest(self) -> None:
        """No more faults: what waits goes out, in waking hours, and stands as it should."""
        self.outside.doom.disarm()
        self.outside.slack.be_well()
        while self.model.unanswered:
            self.deliver_again()
        self._drain()
        self._stands_as_it_should()
        self.outside.clock.advance(_waking(self.outside.clock.now()) - self.outside.clock.now())
        self._drain()
        self.watcher.all_came_to_an_end(self.outside.clock.now())
        self._stands_as_it_should()

    def _stands_as_it_should(self) -> None:
        """Drawn once more, nothing looks otherwise."""
        stood = self.watcher.shown()
        self._draw_all_again()
        self._drain()
        assert self.watcher.shown() == stood, "a surface stood wrong"

    def _drain(self) -> None:
        end = self.outside.machine.now() + DRAINS_WITHIN
        self.sweep()
        self.deliver()
        while self.watcher.rows().waiting(self.outside.clock.now()):
            assert self.outside.machine.now() < end, "the queue does not drain"
            self.outside.machine.advance(_PATIENCE)
            self.outside.slack.catch_up()
            self.deliver()
            self.sweep()

    def _draw_all_again(self) -> None:
        with self._looking.database.writing() as connection:
            connection.execute(update(surface).values(wanted=surface.c.wanted + 1))
            connection.commit()


def _waking(now: datetime) -> datetime:
    """The next Wednesday at ten, when everybody in Berlin is at work."""
    days = (2 - now.weekday()) % 7 or 7
    return datetime(now.year, now.month, now.day, 9, tzinfo=UTC) + timedelta(days=days)
