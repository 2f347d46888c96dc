"""Counting requests cheaply, and telling Prometheus when it asks."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.core import Metric

_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


@dataclass(slots=True)
class RouteMetrics:
    """How often a route answered with which status, and how long that took."""

    statuses: dict[int, int] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    seconds: float = 0.0

    def record(self, status: int, seconds: float) -> None:
        statuses = self.statuses
        statuses[status] = statuses.get(status, 0) + 1
        self.buckets[bisect_left(_BOUNDS, seconds)] += 1
        self.seconds += seconds


class Metrics:
    """Counts by route, and gauges that are read when asked for."""

    def __init__(self) -> None:
        self.routes: dict[str, RouteMetrics] = {}
        self.gauges: dict[str, tuple[str, Callable[[], float]]] = {}
        self.more: Mapping[str, tuple[str, Callable[[], float]]] = {}
        """Gauges that others keep."""

    def route(self, name: str) -> RouteMetrics:
        return self.routes.setdefault(name, RouteMetrics())

    def gauge(self, name: str, description: str, read: Callable[[], float]) -> None:
        self.gauges[name] = (description, read)

    def text(self) -> bytes:
        """Everything in Prometheus's text format."""
        from prometheus_client import CollectorRegistry, generate_latest  # takes a while; most never ask

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(self))
        return generate_latest(registry)


class _Collector:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def describe(self) -> "list[Metric]":
        return []

    def collect(self) -> "Iterator[Metric]":
        yield from _requests(self._metrics.routes)
        yield from _gauges({**self._metrics.gauges, **self._metrics.more})


def _requests(routes: Mapping[str, RouteMetrics]) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    answers = CounterMetricFamily("roomie_http_requests", "Requests answered.", labels=["route", "status"])
    durations = HistogramMetricFamily("roomie_http_request_seconds", "Time to an answer.", labels=["route"])
    for name, counted in routes.items():
        for status, times in counted.statuses.items():
            answers.add_metric([name, str(status)], times)
        durations.add_metric([name], _cumulate(counted.buckets), counted.seconds)
    yield answers
    yield durations


def _cumulate(buckets: list[int]) -> list[tuple[str, float]]:
    total, rows = 0, []
    for bound, times in zip((*map(str, _BOUNDS), "+Inf"), buckets, strict=True):
        total += times
        rows.append((bound, float(total)))
    return rows


def _gauges(gauges: Mapping[str, tuple[str, Callable[[], float]]]) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    for name, (describes, read) in gauges.items():
        yield GaugeMetricFamily(name, describes, value=read())
