"""Who is let in to ask, and what the one who is not is told."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from index.errors import WenzhengError
from index.records import Language
from index.settings import Settings
from ui.web.allowance import Allowance
from ui.web.texts import texts

Why = Literal["full", "rate", "stopping", "late", "slow"]

_LONGEST = 60  # seconds that anybody is asked to wait before the next try
_RESTART = 10  # seconds in which a stopped page is usually there again


class TurnedAway(WenzhengError):
    """A question that gets no answer for no fault of its own; to be asked again after so many seconds."""

    def __init__(self, why: Why, seconds: int) -> None:
        self.why: Why = why
        self.seconds = seconds
        super().__init__(self.said("en"))

    @property
    def status(self) -> int:
        """The status of HTTP: 429 where this client asks too much, 503 where all together do."""
        return 429 if self.why == "rate" else 503

    def said(self, shown: Language) -> str:
        """The sentence for the reader."""
        return texts(shown)[f"serving_{self.why}"].format(seconds=self.seconds)


@dataclass
class Door:
    """Lets questions in while there is room for them; asked by the page and by the endpoints for programs."""

    settings: Settings = field(default_factory=Settings)
    waiting: Callable[[], int] = lambda: 0  # questions in line
    stopping: bool = False
    requests: int = 0  # that are open over HTTP, those aside that last as long as a page is open
    _pace: float = 0.2  # seconds an answer takes, the latest counting most

    def __post_init__(self) -> None:
        self._questions = Allowance(self.settings.rate)

    def enter(self, client: str) -> None:
        """Lets a question in; raises TurnedAway where the page stops, too many wait already, or the client asks too often."""
        if self.stopping:
            raise TurnedAway("stopping", _RESTART)
        if (waiting := self.waiting()) >= self.settings.waiting:
            raise TurnedAway("full", _whole(waiting * self._pace))
        if seconds := self._questions.take(client):
            raise TurnedAway("rate", _whole(seconds))

    def begin(self, arrived: float | None) -> float:
        """When the answer to a question must be done; raises TurnedAway where it stood in line too long.

        Both times are those of the clock that never goes back.
        """
        now = time.monotonic()
        if arrived is not None and now - arrived > self.settings.wait_seconds:
            raise self.not_reached()
        return now + self.settings.answer_seconds

    def done(self, seconds: float) -> None:
        """Takes down how long an answer took."""
        self._pace += (seconds - self._pace) / 20

    def not_reached(self) -> TurnedAway:
        """What to raise where a question was not reached in time."""
        return TurnedAway("late", _whole(self.waiting() * self._pace))

    def too_slow(self) -> TurnedAway:
        """What to raise where an answer took too long to write."""
        return TurnedAway("slow", _whole(self._pace))


def _whole(seconds: float) -> int:
    return max(1, min(_LONGEST, math.ceil(seconds)))
