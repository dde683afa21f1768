"""What Prometheus reads: counted as it happens, or looked at when it asks."""

import platform
from collections import Counter as Counts
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.delivery.outcomes import Outcome, Verdict
from bot.storage.failures import UNWRITABLE
from bot.storage.vitals import Vitals
from bot.watch.wellbeing import Wellbeing

ANSWER_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0, 10.0)
"""Seconds; Slack waits for three."""
DOUBTS = ("found", "not_found")
"""Points of delivery that are passed when what is in doubt was looked for."""


class Metrics:
    """A registry of its own for one bot; nothing is registered for the whole process."""

    def __init__(
        self,
        wellbeing: Wellbeing,
        *,
        kinds: Iterable[str],
        refused_writes: Callable[[], int],
        lost_lines: Callable[[], int],
        version: str,
        dialect: str,
    ) -> None:
        self.registry = CollectorRegistry()
        self._answers = Histogram(
            "handoff_answer_seconds",
            "From when something came in from Slack to its answer, by kind of interaction.",
            ["kind"],
            buckets=ANSWER_BUCKETS,
            registry=self.registry,
        )
        for kind in kinds:
            self._answers.labels(kind)
        self._calls = Counter(
            "handoff_slack_calls",
            "Calls of Slack's methods and how they ended.",
            ["method", "outcome"],
            registry=self.registry,
        )
        for method in ("chat.postMessage", "chat.update"):
            for verdict in Verdict:
                self._calls.labels(method, verdict.value)
        self._doubts = Counter(
            "handoff_doubts",
            "Messages in doubt that were looked for: found, or not there and so sent again.",
            ["result"],
            registry=self.registry,
        )
        for result in DOUBTS:
            self._doubts.labels(result)
        built = Info("handoff_build", "What runs here.", registry=self.registry)
        built.info(
            {
                "version": version,
                "python": platform.python_version(),
                "database": dialect,
                "sqlite": wellbeing.signs.sqlite_version or "",
            }
        )
        Gauge(
            "handoff_sqlite_version_safe",
            "0 where the release of SQLite may corrupt the file.",
            registry=self.registry,
        ).set(wellbeing.signs.sqlite_safe)
        self.registry.register(_AtScrape(wellbeing, refused_writes, lost_lines))
        ProcessCollector(registry=self.registry)

    def answered(self, kind: str, seconds: float) -> None:
        """Something was answered after so many seconds."""
        self._answers.labels(kind).observe(seconds)

    def heard(self, method: str, outcome: Outcome, _took: float) -> None:
        """A call to Slack ended."""
        self._calls.labels(method, outcome.verdict.value).inc()

    def reached(self, point: str) -> None:
        """Delivery passed one of its named points."""
        if point in DOUBTS:
            self._doubts.labels(point).inc()

    def text(self) -> bytes:
        """All of it in Prometheus' own format."""
        return generate_latest(self.registry)


class _AtScrape(Collector):
    """What is looked at when somebody asks, with one read of the database at most."""

    def __init__(
        self,
        wellbeing: Wellbeing,
        refused_writes: Callable[[], int],
        lost_lines: Callable[[], int],
    ) -> None:
        self._signs = wellbeing.signs
        self._refused_writes = refused_writes
        self._lost_lines = lost_lines

    def collect(self) -> Iterator[Metric]:
        """Each family once; those of a database that does not answer are left out."""
        vitals = self._signs.vitals()
        yield _gauge("handoff_database_up", "Whether the database answers.", vitals is not None)
        if vitals is not None:
            yield from _of_the_database(vitals)
        yield from self._of_the_process()

    def _of_the_process(self) -> Iterator[Metric]:
        trouble = self._signs.trouble()
        refusing = GaugeMetricFamily(
            "handoff_writes_refused",
            "1 where the database takes nothing new, by why.",
            labels=["reason"],
        )
        for reason in sorted(UNWRITABLE):
            refusing.add_metric([reason.value], float(reason is trouble))
        yield refusing
        yield CounterMetricFamily(
            "handoff_write_refusals",
            "Writes that the database refused because it takes nothing new.",
            value=self._refused_writes(),
        )
        yield CounterMetricFamily(
            "handoff_log_lines_lost",
            "Lines of the log that could not be written.",
            value=self._lost_lines(),
        )
        drift = self._signs.drift()
        if drift is not None:
            yield _gauge(
                "handoff_clock_drift_seconds",
                "How far this machine's clock is ahead of Slack's, below nought behind it.",
                drift,
            )
        ticks = GaugeMetricFamily(
            "handoff_tick_last_success_age_seconds",
            "Since a tick last did its work.",
            labels=["tick"],
        )
        for name, age in self._signs.last_success().items():
            ticks.add_metric([name], age)
        yield ticks
        if self._signs.connected is not None:
            yield _gauge(
                "handoff_socket_connected",
                "Whether Socket Mode's connection stands.",
                self._signs.connected(),
            )


_PLAIN: Mapping[str, tuple[str, Callable[[Vitals], float]]] = {
    "handoff_sweep_lag_seconds": (
        "Since the earliest moment that is due and that no sweep has dealt with.",
        lambda vitals: vitals.sweep_lag.total_seconds(),
    ),
    "handoff_outbox_oldest_age_seconds": (
        "Since the oldest of what may be sent now might have been sent.",
        lambda vitals: vitals.oldest.total_seconds(),
    ),
    "handoff_outbox_most_tries": (
        "How often one of what waits to be sent was tried in vain.",
        lambda vitals: vitals.most_tries,
    ),
    "handoff_outbox_in_vain": (
        "Messages that were tried in vain ten times or more, and are tried again.",
        lambda vitals: vitals.in_vain,
    ),
    "handoff_outbox_stands_still": (
        "Whether Slack says nothing to one of those, and took no message since its first try.",
        lambda vitals: vitals.stands_still,
    ),
    "handoff_outbox_unconfirmed": (
        "Messages that may have arrived or not, and that nobody can look for.",
        lambda vitals: vitals.unconfirmed,
    ),
    "handoff_outbox_dead_letters": (
        "Messages that could not be delivered.",
        lambda vitals: vitals.dead,
    ),
    "handoff_workspaces_token_refused": (
        "Workspaces whose token Slack refuses.",
        lambda vitals: vitals.refused_tokens,
    ),
    "handoff_workspaces_paused": (
        "Workspaces that an admin paused.",
        lambda vitals: vitals.paused,
    ),
}


def _of_the_database(vitals: Vitals) -> Iterator[Metric]:
    for name, (told, value) in _PLAIN.items():
        yield _gauge(name, told, value(vitals))
    pending = GaugeMetricFamily(
        "handoff_outbox_pending",
        "What waits to be sent for whatever reason: notices, and surfaces to be drawn anew.",
        labels=["source"],
    )
    pending.add_metric(["notice"], vitals.notices)
    pending.add_metric(["surface"], vitals.surfaces)
    yield pending
    resting = GaugeMetricFamily(
        "handoff_methods_paused",
        "Workspaces in which Slack asked for a pause of a method that is not over.",
        labels=["method"],
    )
    counts = Counts(method for _, method in vitals.resting)
    for method, count in sorted(counts.items()):
        resting.add_metric([method], count)
    yield resting


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value=float(value))
