"""Metrics in Prometheus's text format.

A request is recorded in two small arrays of its route, which takes 0.5 µs. `Counter` and `Histogram` of
prometheus_client take 2 µs with children looked up once and 10 µs through `labels()`, and 20 ms to import at
start; so a collector makes metric families of the arrays when `/metrics` is requested.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from bot.services import Metric

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
    from prometheus_client.core import Metric as MetricFamily

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
"""Upper bounds in seconds."""


class RouteMetrics(Struct):
    """Responses of one route by status code, and a histogram of their durations."""

    codes: dict[int, int] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(_BUCKETS) + 1))
    seconds: float = 0.0

    def record(self, code: int, seconds: float) -> None:
        codes = self.codes
        codes[code] = codes.get(code, 0) + 1
        self.buckets[bisect_left(_BUCKETS, seconds)] += 1
        self.seconds += seconds


class Metrics:
    """The metrics of a server: requests by route, and values that are read when `/metrics` is requested."""

    def __init__(self) -> None:
        self.routes: dict[str, RouteMetrics] = {}
        self.own: list[Metric] = []
        self.shared: Sequence[Metric] = ()
        """Metrics that other parts of the process register."""

    def route(self, name: str) -> RouteMetrics:
        return self.routes.setdefault(name, RouteMetrics())

    def register(self, name: str, description: str, read: Callable[[], float]) -> None:
        self.own.append(Metric(name, description, read))

    def text(self) -> bytes:
        """All metrics in the text format, those of the process included."""
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest  # 20 ms

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(self))
        ProcessCollector(registry=registry)
        return generate_latest(registry)


class _Collector:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def describe(self) -> "list[MetricFamily]":
        return []

    def collect(self) -> "Iterator[MetricFamily]":
        yield from _request_families(self._metrics.routes)
        yield from _families([*self._metrics.own, *self._metrics.shared])


def _request_families(routes: Mapping[str, RouteMetrics]) -> "Iterator[MetricFamily]":
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    requests = CounterMetricFamily(
        "roomie_http_requests_total", "HTTP requests answered.", labels=["route", "code"]
    )
    durations = HistogramMetricFamily(
        "roomie_http_request_duration_seconds", "Time from a request to its response.", labels=["route"]
    )
    for name, route in routes.items():
        for code, count in route.codes.items():
            requests.add_metric([name, str(code)], count)
        durations.add_metric([name], _cumulate(route.buckets), route.seconds)
    yield requests
    yield durations


def _cumulate(buckets: Sequence[int]) -> list[tuple[str, float]]:
    total, rows = 0, []
    for bound, count in zip((*map(str, _BUCKETS), "+Inf"), buckets, strict=True):
        total += count
        rows.append((bound, float(total)))
    return rows


def _families(metrics: Iterable[Metric]) -> "Iterator[MetricFamily]":
    """One family for each name, with a sample for each set of labels."""
    families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
    for metric in metrics:
        family = families.get(metric.name)
        if family is None:
            family = families[metric.name] = _family(metric)
        family.add_metric(list(metric.labels.values()), metric.read())
    yield from families.values()


def _family(metric: Metric) -> "CounterMetricFamily | GaugeMetricFamily":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    kind = CounterMetricFamily if metric.is_counter else GaugeMetricFamily
    return kind(metric.name, metric.description, labels=list(metric.labels))
