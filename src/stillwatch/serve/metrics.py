"""Counts and times in Prometheus' text format. Counting costs two dictionary updates a decision."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS_S = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1)
CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
NOT_DECIDED = "Questions that could not be decided; missed is what the client package tells, of them many again: add it to no other kind"
Readings = Callable[[], dict[str, tuple[str, float]]]
"""Name -> (help text, value), read at each scrape."""


class Metrics(Collector):
    """The metrics of the service."""

    def __init__(self, gauges: Readings, counters: Readings) -> None:
        """Take functions that return further gauges and counters; names of counters without ``_total``."""
        self.decisions: Counter[tuple[str, str, str, str]] = Counter()
        """By surface, decision, would, mode."""
        self.faults: Counter[tuple[str, str]] = Counter()
        """By surface and kind: malformed, unauthorised, forbidden, deadline, too-large, no-snapshot, internal, missed."""
        self._times: dict[str, list[int]] = {}
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._gauges, self._counters = gauges, counters
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def observe(self, surface: str, decision: str, would: str, mode: str, seconds: float) -> None:
        """Count one decision and the seconds that it took."""
        self.decisions[surface, decision, would, mode] += 1
        times = self._times.get(surface)
        if times is None:
            times = self._times[surface] = [0] * (len(BUCKETS_S) + 1)
        times[bisect_left(BUCKETS_S, seconds)] += 1
        self._sums[surface] += seconds

    def collect(self) -> Iterable[Metric]:
        """The metrics, for prometheus_client."""
        labels = ["surface", "decision", "would", "mode"]
        decisions = CounterMetricFamily("stillwatch_decisions", "Decisions", labels=labels)
        for key, n in list(self.decisions.items()):
            decisions.add_metric(list(key), n)
        yield decisions
        faults = CounterMetricFamily("stillwatch_faults", NOT_DECIDED, labels=["surface", "kind"])
        for pair, n in list(self.faults.items()):
            faults.add_metric(list(pair), n)
        yield faults
        seconds = HistogramMetricFamily("stillwatch_decision_seconds", "Time of a decision in the service", labels=["surface"])
        for surface, times in list(self._times.items()):
            n, buckets = 0, []
            for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), times, strict=True):
                n += count
                buckets.append((bound, n))
            seconds.add_metric([surface], buckets, self._sums[surface])
        yield seconds
        for name, (help_, value) in self._gauges().items():
            yield GaugeMetricFamily(f"stillwatch_{name}", help_, value)
        for name, (help_, value) in self._counters().items():
            yield CounterMetricFamily(f"stillwatch_{name}", help_, value)

    def text(self) -> bytes:
        """All metrics in the text format."""
        return generate_latest(self._registry)
