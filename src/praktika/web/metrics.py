"""Metrics for Prometheus, in a registry of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from praktika.version import VERSION
from praktika.web.surface import LoopMeasure, Measures

_BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)


class Metrics:
    """What the server counts, and what it looks up when it is asked.

    Args:
        measure: counts what there is.
    """

    def __init__(self, measure: Callable[[], Measures]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Looked(measure))
        self._requests = Counter(
            "praktika_http_requests",
            "Requests that were answered.",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "praktika_http_request_seconds",
            "Seconds until a request had its answer, without sending it.",
            ["route"],
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._webhooks = Counter(
            "praktika_webhooks", "Webhooks by their answer.", ["status"], registry=self._registry
        )

    def saw(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        known = method if method in {"GET", "HEAD", "POST"} else "other"
        self._requests.labels(route, known, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def received(self, status: int) -> None:
        """Count a webhook."""
        self._webhooks.labels(str(status)).inc()

    def text(self, accept: str) -> tuple[bytes, str]:
        """All of them as a scraper wants them, and what that is called."""
        encode, kind = choose_encoder(accept)
        text: bytes = encode(self._registry)
        return text, kind


class _Looked:
    """A collector of what is looked up."""

    def __init__(self, measure: Callable[[], Measures]) -> None:
        self._measure = measure

    def describe(self) -> list[Metric]:
        """Nothing, so that registering it looks nothing up."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All figures of this moment."""
        measures = self._measure()
        build = GaugeMetricFamily("praktika_build_info", "This praktika.", labels=["version"])
        build.add_metric([VERSION], 1)
        yield build
        free = "praktika_disk_free_bytes"
        yield GaugeMetricFamily(free, "Free on the disk with the state.", value=measures.free)
        queues = GaugeMetricFamily("praktika_queue_depth", "Messages that wait.", labels=["queue"])
        for name, depth in measures.queues.items():
            queues.add_metric([name], depth)
        yield queues
        runs = GaugeMetricFamily("praktika_runs", "The latest runs.", labels=["stage", "status"])
        for (stage, status), count in measures.runs.items():
            runs.add_metric([stage, status], count)
        yield runs
        left = GaugeMetricFamily(
            "praktika_forge_requests_left", "As of its last answer.", labels=["account", "api"]
        )
        for (account, api), count in measures.requests_left.items():
            left.add_metric([account, api], count)
        yield left
        yield from _of_loops(measures.loops)


def _of_loops(loops: Mapping[str, LoopMeasure]) -> Iterator[Metric]:
    turns = CounterMetricFamily("praktika_loop_turns", "Turns that went well.", labels=["loop"])
    handled = CounterMetricFamily("praktika_loop_handled", "Things dealt with.", labels=["loop"])
    troubles = CounterMetricFamily("praktika_loop_troubles", "Turns that failed.", labels=["loop"])
    silent = GaugeMetricFamily("praktika_loop_silent_seconds", "Since a turn.", labels=["loop"])
    well = GaugeMetricFamily("praktika_loop_healthy", "1 if it is well.", labels=["loop"])
    for name, loop in loops.items():
        turns.add_metric([name], loop.turns)
        handled.add_metric([name], loop.handled)
        troubles.add_metric([name], loop.troubles)
        silent.add_metric([name], loop.silent)
        well.add_metric([name], int(loop.is_well))
    yield from (turns, handled, troubles, silent, well)
