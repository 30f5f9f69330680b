"""Two documents that answer the same question with different figures: both are shown, and that they differ is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from index.quantities import figures, spelled, values
from rag.evidence import side
from rag.expected import Expected, expected
from rag.question import Analysis
from rag.records import Evidence

_LOOKED_AT = 12  # sentences, best first
_COVERS = 0.25  # share of the question's terms that both must hold, since they must speak of the same matter,
_COVERS_BEST = 0.75  # and of what any sentence holds of them
_WORTH = 0.05  # of the best one's chance, as for what the reader takes
_ROUNDED = 0.05  # by which two figures may differ and be the same, rounded

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_RELATIVE = re.compile(
    r"[下次翌前]一?年|同年|当年|(?:next|following|previous|same) year|(?:years?|months) (?:later|before|after)", re.IGNORECASE
)
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:[%％]|个?百分点|per ?cent\b|percentage points?)", re.IGNORECASE)


def find(asked: Analysis, evidence: Sequence[Evidence]) -> tuple[Evidence, Evidence] | None:
    """The best sentence that gives the figure asked for, and the best of another document that gives another one.

    Only figures are compared, since sentences differ in most else without denying each other; and only where each names
    one of the kind asked for and neither speaks of a time that the other does not.
    """
    wanted = expected(asked.text, asked.language)
    if wanted is None:
        return None
    looked_at = [item for item in evidence[:_LOOKED_AT] if item.score >= _WORTH * evidence[0].score]
    covers = max(_COVERS, _COVERS_BEST * max((item.coverage for item in looked_at), default=0.0))
    told = []
    for item in looked_at:
        text = unicodedata.normalize("NFKC", side(item, asked.language))
        named = _named(wanted, text) - _named(wanted, asked.text)
        if item.coverage >= covers and len(named) == 1 and wanted.held(text):
            told.append((item, next(iter(named)), frozenset() if wanted.what == "year" else frozenset(_YEAR.findall(text))))
    for place, (first, figure, years) in enumerate(told):
        for second, other, times in told[place + 1 :]:
            if first.hit.passage.source != second.hit.passage.source and years == times and not _same(wanted, figure, other):
                return first, second
    return None


def _named(wanted: Expected, text: str) -> frozenset[float]:
    """The figures of the kind wanted that a text names; none for kinds that are no figures or no plain ones."""
    text = unicodedata.normalize("NFKC", text)
    if wanted.what == "year":
        # "The next year" is a year that is not printed, and may be the one asked for.
        return frozenset() if _RELATIVE.search(text) else frozenset(float(year) for year in _YEAR.findall(text))
    if wanted.what == "share":
        return frozenset(float(match) for match in _SHARE.findall(text))
    if wanted.what == "number":
        return (figures(text) | spelled(text)) - frozenset(float(year) for year in _YEAR.findall(text))
    if wanted.what == "money":
        return frozenset().union(*(figures(match.group()) for match in wanted.looks.finditer(text)))
    if wanted.what == "count":
        return frozenset(max(found) for match in wanted.looks.finditer(text) if (found := values(match.group())))
    return frozenset()


def _same(wanted: Expected, one: float, other: float) -> bool:
    exact = wanted.what in ("year", "count")
    return one == other if exact else abs(one - other) <= _ROUNDED * max(abs(one), abs(other))
