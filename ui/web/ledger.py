"""What became of every question, in figures and in the log; its text in neither, unless the operator wants it there."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from index.errors import UsageError, WenzhengError
from rag.records import Answer
from ui.web.door import TurnedAway
from ui.web.logs import record
from ui.web.metrics import Metrics

Way = Literal["page", "ask", "search"]
"""Where a question came from: the page, or one of the endpoints for programs."""


@dataclass
class Ledger:
    """Takes down what happens to questions."""

    metrics: Metrics = field(default_factory=Metrics)
    texts: bool = False  # whether the log may hold what was asked
    answers: int = 0  # how many there were
    pace: Callable[[float], None] = lambda seconds: None  # told how long each answer took

    @contextmanager
    def question(self, way: Way, text: str, arrived: float | None = None) -> Iterator[Callable[[Answer], None]]:
        """Takes down one question; what is yielded is to be called with its answer as it grows.

        `arrived` is the time at which it got in line, of the clock that never goes back.
        """
        began = time.monotonic()
        arrived = began if arrived is None else arrived
        answers: list[Answer] = []
        outcome, error = "stopped", None
        self.metrics.in_flight.inc()
        self.metrics.stages.labels("line").observe(began - arrived)
        try:
            yield lambda answer: answers.__setitem__(slice(None), [answer])
            if way == "search":
                outcome = "answered"  # there is no answer to note
            elif answers:
                outcome = "refused" if answers[0].refused else "answered"
        except BaseException as caught:
            outcome, error = _outcome(caught), caught
            raise
        finally:
            now = time.monotonic()
            self.metrics.in_flight.dec()
            self.metrics.seconds.labels(way).observe(now - arrived)
            self._count(way, outcome, answers[0] if answers else None)
            if outcome in ("answered", "refused"):
                self.answers += 1
                self.pace(now - began)
            self._log(way, text, outcome, error, answers[0] if answers else None, now - arrived, began - arrived)

    def turned_away(self, way: str, why: str) -> None:
        """Takes down a question or request that was not let in."""
        self.metrics.turned_away.labels(why).inc()
        record("turned away", level=logging.WARNING, way=way, why=why)

    def _count(self, way: Way, outcome: str, answer: Answer | None) -> None:
        self.metrics.questions.labels(way, outcome, answer.language if answer else "").inc()
        if answer is None:
            return
        for stage, milliseconds in answer.stages.items():
            self.metrics.stages.labels(stage).observe(milliseconds / 1000)
        self.metrics.claims.labels("shown").inc(len(answer.claims))
        self.metrics.claims.labels("dropped").inc(answer.dropped)

    def _log(
        self,
        way: Way,
        text: str,
        outcome: str,
        error: BaseException | None,
        answer: Answer | None,
        seconds: float,
        line: float,
    ) -> None:
        facts: dict[str, object] = {"way": way, "outcome": outcome, "characters": len(text), "seconds": round(seconds, 3)}
        facts["line_seconds"] = round(line, 3)
        if answer is not None:
            facts |= {
                "language": answer.language,
                "claims": len(answer.claims),
                "dropped": answer.dropped,
                "reader": answer.reader,
            }
            facts["stages_ms"] = {stage: round(milliseconds, 1) for stage, milliseconds in answer.stages.items()}
        if error is not None:
            facts["error"] = type(error).__name__
        if self.texts:
            facts["question"] = text
        record("question", level=logging.ERROR if outcome == "failed" else logging.INFO, **facts)


def _outcome(error: BaseException) -> str:
    """The caller's mistake, a sentence that tells why there is no answer, a fault of ours, or one who went away."""
    if isinstance(error, TurnedAway):
        return error.why
    if isinstance(error, UsageError):
        return "wrong"
    if isinstance(error, WenzhengError):
        return "unable"
    return "failed" if isinstance(error, Exception) else "stopped"
