"""The workspace's edge: what was accepted and what the app hears of it are two things here."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.connections import Connections
from bot.sandbox.fault_plan import FaultPlan, PostRates
from bot.sandbox.faults import Faults
from bot.sandbox.rates import TierRates
from bot.sandbox.record import Record


class Lag:
    """Messages that stand, and that the history does not show yet."""

    def __init__(self, *, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._until: dict[tuple[str, str], float] = {}

    def hide(self, channel: str, ts: str, seconds: float) -> None:
        """Show a message in no history for so long."""
        self._until[channel, ts] = self._seconds() + seconds

    def hides(self, channel: str, ts: str) -> bool:
        """Whether a history is to be without a message now."""
        until = self._until.get((channel, ts))
        if until is None:
            return False
        if until > self._seconds():
            return True
        del self._until[channel, ts]
        return False


@dataclass(frozen=True)
class Limited:
    """A call that was answered with 429; `at` is the machine's time, in seconds since 1970."""

    at: float
    method: str
    seconds: int
    """Of `Retry-After`."""


@dataclass(slots=True, kw_only=True)
class Edge:
    """Faults one by one and as a plan, the record, and what is on its way between the two."""

    seconds: Callable[[], float]
    """The machine's, monotonic."""
    faults: Faults
    record: Record
    connections: Connections = field(default_factory=Connections)
    plan: FaultPlan | None = None
    rates: PostRates | None = None
    tiers: TierRates | None = None
    on_their_way: int = 0
    """Calls that will be accepted later."""
    limited: list[Limited] = field(default_factory=list)
    """What was refused as too much, in its order; only added to."""
    lag: Lag = field(init=False)

    def __post_init__(self) -> None:
        self.lag = Lag(seconds=self.seconds)

    def keep_tiers(self, *, on: bool) -> None:
        """Have calls refused beyond Slack's rates from now on, or take them all."""
        self.tiers = TierRates(seconds=self.seconds) if on else None

    def follow(self, plan: FaultPlan | None) -> None:
        """Have calls meet the trouble of a plan from now on, or none."""
        self.plan = plan
        posts = plan.posts if plan is not None else None
        self.rates = PostRates(posts, seconds=self.seconds) if posts is not None else None
