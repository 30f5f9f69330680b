"""Two runs of the same questions side by side: what changed, and whether it is more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eval.measures import ANSWERS, MEASURES, RETRIEVAL
from eval.records import Run
from index.errors import UsageError


@dataclass(frozen=True, slots=True)
class Change:
    """One measure in one language; `low` and `high` bound the difference after − before (paired bootstrap, 95 %)."""

    language: str
    measure: str
    before: float
    after: float
    low: float
    high: float

    @property
    def regression(self) -> bool:
        """Whether the measure got worse by more than chance."""
        return self.low > 0 if MEASURES[self.measure].less_is_better else self.high < 0

    @property
    def gain(self) -> bool:
        """Whether the measure got better by more than chance."""
        return self.high < 0 if MEASURES[self.measure].less_is_better else self.low > 0


def compare(before: Run, after: Run) -> list[Change]:
    """Changes over the questions that both runs hold; raises UsageError where there are none."""
    changes = []
    old = {(row.id, row.language): row for row in before.rows}
    shared = [(old[row.id, row.language], row) for row in after.rows if (row.id, row.language) in old]
    if not shared:
        raise UsageError("The two runs hold no question in common; compare runs of one set and split.")
    for spoken in ("zh", "en"):
        own = [(a, b) for a, b in shared if b.language == spoken]
        for measure in (*RETRIEVAL, *ANSWERS):
            pairs = [(a.values[measure], b.values[measure]) for a, b in own if measure in a.values and measure in b.values]
            changes += _change(spoken, measure, pairs)
        for measure, answerable in (("wrong refusals", True), ("caught", False)):
            changes += _change(
                spoken, measure, [(float(a.refused), float(b.refused)) for a, b in own if b.answerable is answerable]
            )
    return changes


def _change(spoken: str, measure: str, pairs: list[tuple[float, float]]) -> list[Change]:
    if not pairs:
        return []
    table = np.asarray(pairs)
    difference = table[:, 1] - table[:, 0]
    draws = np.random.default_rng(0).choice(difference, size=(2000, len(difference))).mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return [Change(spoken, measure, float(table[:, 0].mean()), float(table[:, 1].mean()), float(low), float(high))]


def table(changes: list[Change]) -> str:
    """The changes as a Markdown table."""
    lines = ["| language | measure | before | after | difference (95 %) | |", "|---|---|---|---|---|---|"]
    for c in changes:
        note = "worse" if c.regression else "better" if c.gain else ""
        lines.append(
            f"| {c.language} | {c.measure} | {c.before:.3f} | {c.after:.3f} | {c.after - c.before:+.3f} ({c.low:+.3f} to {c.high:+.3f}) | {note} |"
        )
    return "\n".join(lines)
