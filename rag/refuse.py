"""The refusal contract: when the documents do not answer, and what is said then."""

from __future__ import annotations

from collections.abc import Sequence

from index.records import Language, SearchResult
from rag.records import Evidence

COVERED_ENOUGH = 0.2
"""Share of the question's terms wanted in one sentence where no encoder knows the language."""

MOSTLY_COVERED = 0.6
"""Share of the question's terms in one sentence that lets it answer however far its vector lies."""

_LOOKED_AT = 20  # sentences

_TEXTS = {
    "zh": "库中的文献没有回答这个问题。",
    "en": "The documents in the library do not answer this question.",
}
_SEARCHED = {"zh": "另以这些词检索过：{}。", "en": "Also searched for: {}."}
_NEAREST = {"zh": "下面是最接近的段落。", "en": "The nearest passages are given below."}
_JOIN = {"zh": "、", "en": ", "}


def is_weak(evidence: Sequence[Evidence], found: SearchResult) -> bool:
    """Whether the evidence is too weak to answer from.

    With an encoder: whether the nearest passage is no nearer than everyday sentences on other matters
    come, and no sentence holds most of the question's terms.  That catches questions about other
    matters; a near miss on the documents' own it cannot tell.
    """
    covered = max((e.coverage for e in evidence[:_LOOKED_AT]), default=0.0)
    if found.nearness is not None and found.background is not None:
        return not evidence or (found.nearness < found.background and covered < MOSTLY_COVERED)
    return covered < COVERED_ENOUGH


def refusal(language: Language, also_searched: Sequence[str], *, nearest: bool) -> str:
    """What a refusal says."""
    parts = [_TEXTS[language]]
    if also_searched:
        parts.append(_SEARCHED[language].format(_JOIN[language].join(also_searched)))
    if nearest:
        parts.append(_NEAREST[language])
    return ("" if language == "zh" else " ").join(parts)
