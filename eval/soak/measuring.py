"""What a process holds at a time, from the system's own account of it (Linux), and how that goes over time."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

WARM = 1 / 2
"""Share of the time that is not counted: caches fill and libraries are loaded at their first use."""

QUANTITIES = ("private", "resident", "handles", "threads")
"""What is measured; memory in MB."""

_PAIRED = 200  # samples of which all pairs are taken


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process held at a time, in seconds since the begin."""

    at: float
    private: float  # memory that is its own and would have to be swapped out
    resident: float  # with all that is mapped from files, which the system takes back when it likes
    handles: float
    threads: float


@dataclass(frozen=True, slots=True)
class Growth:
    """How a quantity went: the slope is the median of those between all pairs of samples (Theil and Sen)."""

    name: str
    first: float
    middle: float
    most: float
    last: float
    hourly: float
    grown: float  # over the time counted


def sample(process: int, at: float) -> Sample:
    """What a process holds now."""
    place = Path(f"/proc/{process}")
    rolled, status = _kilobytes(place / "smaps_rollup"), _kilobytes(place / "status")
    private = rolled["Private_Dirty"] + rolled["Swap"]
    return Sample(at, private / 1024, rolled["Rss"] / 1024, len(list((place / "fd").iterdir())), status["Threads"])


def _kilobytes(path: Path) -> dict[str, int]:
    """The figures of such an account by name."""
    told = (line.partition(":") for line in path.read_text(encoding="utf-8").splitlines())
    return {name: int(rest.split()[0]) for name, _, rest in told if rest.split() and rest.split()[0].isdigit()}


def growth(samples: Sequence[Sample], name: str) -> Growth:
    """How a quantity went after the warm-up."""
    begin = samples[0].at + (samples[-1].at - samples[0].at) * WARM
    counted = [one for one in samples if one.at >= begin]
    points = [(one.at, float(getattr(one, name))) for one in counted[:: max(1, len(counted) // _PAIRED)]]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] > a[0]]
    slope = statistics.median(slopes) if slopes else 0.0
    values = [value for _, value in points]
    return Growth(
        name,
        float(getattr(samples[0], name)),
        statistics.median(values),
        max(values),
        values[-1],
        slope * 3600,
        slope * (points[-1][0] - points[0][0]),
    )
