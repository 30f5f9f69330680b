"""The refusal contract: when the documents do not answer, and what is said then."""

from __future__ import annotations

from collections.abc import Sequence

from index.records import Language
from rag.records import Evidence

NEAR_ENOUGH = 0.36
"""Cosine of the nearest sentence below which nothing is answered (tune split, eval/LOG.md).

It catches questions about other matters; near misses on the documents' own matter it cannot tell.
"""

COVERED_ENOUGH = 0.2
"""Share of the question's terms wanted in one sentence where no encoder knows the language."""

_LOOKED_AT = 20  # sentences

_TEXTS = {
    "zh": "库中的文献没有回答这个问题。",
    "en": "The documents in the library do not answer this question.",
}
_SEARCHED = {"zh": "另以这些词检索过：{}。", "en": "Also searched for: {}."}
_NEAREST = {"zh": "下面是最接近的段落。", "en": "The nearest passages are given below."}
_JOIN = {"zh": "、", "en": ", "}


def is_weak(evidence: Sequence[Evidence]) -> bool:
    """Whether the evidence is too weak to answer from."""
    near = [e.nearness for e in evidence[:_LOOKED_AT] if e.nearness is not None]
    if near:
        return max(near) < NEAR_ENOUGH
    return max((e.coverage for e in evidence[:_LOOKED_AT]), default=0.0) < COVERED_ENOUGH


def refusal(language: Language, also_searched: Sequence[str], *, nearest: bool) -> str:
    """What a refusal says."""
    parts = [_TEXTS[language]]
    if also_searched:
        parts.append(_SEARCHED[language].format(_JOIN[language].join(also_searched)))
    if nearest:
        parts.append(_NEAREST[language])
    return ("" if language == "zh" else " ").join(parts)
