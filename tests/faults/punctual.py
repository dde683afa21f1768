"""How long after its planned instant a notice was there."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.domain.nudging import Stage
from tests.faults.evidence import Evidence, number_of
from tests.faults.world import Stream

WITHIN = 300.0
"""Seconds after its planned instant in which a notice has to be there, as shipped."""
GOAL = 0.999


@dataclass(frozen=True)
class Punctuality:
    """Delays in seconds, lowest first; what never came counts as never."""

    delays: Sequence[float]
    within: float

    @property
    def share(self) -> float:
        """Of those that came in time."""
        return sum(one <= self.within for one in self.delays) / max(1, len(self.delays))

    def at(self, quantile: float) -> float:
        """The delay that this share of them did not exceed."""
        if not self.delays:
            return 0.0
        return self.delays[min(len(self.delays) - 1, int(quantile * len(self.delays)))]

    def told(self) -> str:
        """As a figure."""
        return (
            f"{self.share:.2%} of {len(self.delays)} notices within {self.within:g} s of their "
            f"planned instant; delay p50 {self.at(0.5):.1f} s, p99 {self.at(0.99):.1f} s, "
            f"p99.9 {self.at(0.999):.1f} s, most {self.at(1.0):.1f} s"
        )


def punctuality(
    several: Iterable[Evidence],
    stream: Stream,
    handoffs: Iterable[Collection[int]],
    *,
    factor: int,
) -> Punctuality:
    """Of a stream that was planned ahead, and of what told owners that these are late."""
    delays: list[float] = []
    for seen, owing in zip(several, handoffs, strict=True):
        numbers = range(stream.first, stream.first + stream.count)
        planned = {one: seen.starts + stream.instant(one) for one in numbers}
        due = {one: seen.starts + seen.scenario.due[one] for one in owing}
        for row in seen.rows.outbox:
            posts = seen.posts.get(row["opaque"], ())
            number = number_of(row)
            instants = [planned.pop(number)] if number in planned else []
            for word in seen.rows.about.get(row["id"], ()):
                owned = row["person_id"] == seen.rows.handoffs[word["handoff_id"]]["ae_id"]
                if owned and word["stage"] == Stage.LATE.value and word["handoff_id"] in due:
                    instants.append(due.pop(word["handoff_id"]))
            delays += [(posts[0].at if posts else float("inf")) - one for one in instants]
        delays += [float("inf")] * (len(planned) + len(due))
    return Punctuality(sorted(delays), WITHIN / factor)
