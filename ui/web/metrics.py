"""Figures of a served page as Prometheus reads them; none of them tells what was asked or by whom."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of Prometheus' text format."""

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """One registry for each page, so that two in one process do not count each other's questions."""

    def __init__(self) -> None:
        self._registry = own = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=own)
        self.questions = Counter(
            "wenzheng_questions", "Questions by way (page, ask, search) and outcome", ["way", "outcome", "language"], registry=own
        )
        self.turned_away = Counter("wenzheng_turned_away", "Questions and requests not let in, by reason", ["why"], registry=own)
        self.seconds = Histogram(
            "wenzheng_answer_seconds", "From the arrival of a question to its answer", ["way"], buckets=_SECONDS, registry=own
        )
        self.stages = Histogram(
            "wenzheng_stage_seconds",
            "Seconds of each stage: line, search, evidence, reading, verification",
            ["stage"],
            buckets=_SECONDS,
            registry=own,
        )
        self.in_flight = Gauge("wenzheng_in_flight", "Questions in work", registry=own)
        self.responses = Counter("wenzheng_responses", "Replies over HTTP by class of status", ["status"], registry=own)
        self.claims = Counter("wenzheng_claims", "Statements, shown or dropped as not proved", ["fate"], registry=own)

    def look_at(self, waiting: Callable[[], int], generation: Callable[[], int], ready: Callable[[], bool]) -> None:
        """Adds what is looked up whenever the figures are read."""
        for name, told, look in (
            ("wenzheng_waiting", "Questions in line", waiting),
            ("wenzheng_library_generation", "Generation of the library in use; -1 where it cannot be read", generation),
            ("wenzheng_ready", "1 where questions are answered", ready),
        ):
            Gauge(name, told, registry=self._registry).set_function(lambda look=look: float(look()))  # type: ignore[misc]

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)
