"""What was done in a soak and what went wrong."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Shared by the threads."""

    done: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # of answers
    busy: int = 0  # refused since the library changed too often, as the page says
    errors: list[str] = field(default_factory=list)
    reviews: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, kind: str, error: str = "") -> None:
        """Takes down one thing done, or what went wrong with it."""
        with self._lock:
            self.done[kind] += 1
            if error:
                self.errors.append(f"{kind}: {error}")
