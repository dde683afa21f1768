"""Simulated time for real code: threads of which one runs at a time, and each knows until when.

A thread that waits gives up its turn; whoever is due next goes on, in an order that is always the
same. Nothing sleeps. With `works` the processor time of the code itself passes as well, as on a
machine that does one thing at a time; without it only what is waited for does.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta


class Over(BaseException):
    """Ends a thread of the stage whose time is over; nothing of the bot's catches it."""


class Actor:
    """One thread of the stage."""

    def __init__(self, name: str, play: Callable[[], None]) -> None:
        self.name = name
        self.play = play
        self.turn = threading.Semaphore(0)
        self.waits = 0
        """Counts its waits, so that one that was cut short is known by its number."""
        self.pokable = False


class Stage:
    """Passes the turn among its actors until an instant is reached."""

    def __init__(self, *, works: bool) -> None:
        self._works = works
        self._at = 0.0
        self._since = time.process_time()
        self._due: list[tuple[float, int, Actor, int]] = []
        self._order = itertools.count()
        self._actors: dict[threading.Thread, Actor] = {}
        self._back = threading.Semaphore(0)
        self._over = False
        self.failed: BaseException | None = None
        self.worked = 0.0
        """Processor seconds of the code itself."""

    def seconds(self) -> float:
        """How far simulated time has come."""
        return self._at + (time.process_time() - self._since if self._works else 0.0)

    def add(self, name: str, play: Callable[[], None], *, at: float = 0.0) -> Actor:
        """Have an actor begin at an instant."""
        actor = Actor(name, play)
        thread = threading.Thread(target=self._run, args=(actor,), name=name, daemon=True)
        self._actors[thread] = actor
        self._push(actor, at)
        thread.start()
        return actor

    def wait(self, seconds: float, *, pokable: bool = False) -> None:
        """Called by an actor: let the others go on until so much later, or until it is poked."""
        actor = self._actors[threading.current_thread()]
        actor.pokable = pokable
        self._push(actor, self.seconds() + seconds)
        self._yield(actor)

    def poke(self, actor: Actor) -> bool:
        """Have an actor that waits to be poked go on now; whether it did."""
        if not actor.pokable:
            return False
        actor.pokable = False
        self._push(actor, self.seconds())
        return True

    def run(self, until: float) -> None:
        """Let everybody play until an instant, or until nobody has anything to do."""
        while self._due and self._due[0][0] <= until and self.failed is None:
            at, _, actor, number = heapq.heappop(self._due)
            if number != actor.waits:
                continue  # It was poked before.
            self._at = max(self._at, at)
            self._give(actor)
        self._at = max(self._at, until)
        if self.failed is not None:
            raise self.failed

    def close(self) -> None:
        """End all actors where they wait."""
        self._over = True
        for thread, actor in self._actors.items():
            if thread.is_alive():
                self._give(actor)
            thread.join()

    def _push(self, actor: Actor, at: float) -> None:
        actor.waits += 1
        heapq.heappush(self._due, (at, next(self._order), actor, actor.waits))

    def _give(self, actor: Actor) -> None:
        actor.pokable = False
        self._since = time.process_time()
        actor.turn.release()
        self._back.acquire()
        took = time.process_time() - self._since
        self.worked += took
        self._at += took if self._works else 0.0
        self._since = time.process_time()

    def _yield(self, actor: Actor) -> None:
        self._back.release()
        actor.turn.acquire()
        if self._over:
            raise Over

    def _run(self, actor: Actor) -> None:
        actor.turn.acquire()
        try:
            if not self._over:
                actor.play()
        except Over:
            pass
        except BaseException as error:  # noqa: BLE001, told to whoever runs the stage
            self.failed = error
        self._back.release()


class StageClock:
    """Both clocks of the bot: they begin at an instant, and go on as the stage does."""

    def __init__(self, stage: Stage, begins: datetime) -> None:
        self._stage = stage
        self._begins = begins

    def now(self) -> datetime:
        """The simulated instant."""
        return self._begins + timedelta(seconds=self._stage.seconds())

    def catch_up(self, _told: datetime, /) -> datetime:
        """It goes by no server."""
        return self.now()

    def monotonic(self) -> float:
        """Simulated seconds since the beginning."""
        return self._stage.seconds()
