"""The refusal contract: when the documents do not answer, and what is said then."""

from __future__ import annotations

from collections.abc import Sequence

from index.quantities import values
from index.records import Kind, Language, SearchResult
from index.script import language
from rag.evidence import side
from rag.expected import NAMES, What, expected
from rag.question import Analysis
from rag.records import Evidence

COVERED_ENOUGH = 0.2
"""Share of the question's terms wanted in one sentence where no encoder knows the language."""

MOSTLY_COVERED = 0.6
"""Share of the question's terms in one sentence that lets it answer however far its vector lies."""

NAMED_ENOUGH = 0.2
"""Share of the evidence's chance that must lie on sentences which name what the question wants named (train and tune splits)."""

_LOOKED_AT = 20  # sentences
_BEFORE = 4  # sentences before one in which the year it speaks of may stand

_TEXTS = {
    "zh": "库中的文献没有回答这个问题。",
    "en": "The documents in the library do not answer this question.",
}
_LACKING: dict[Language, dict[What, str]] = {
    "zh": {
        "year": "时间", "money": "金额", "share": "比例或幅度", "rank": "名次", "count": "数目", "number": "数字",
        "person": "人物", "name": "名称", "city": "城市",
    },
    "en": {
        "year": "date", "money": "sum of money", "share": "share or rate", "rank": "rank", "count": "number", "number": "number",
        "person": "person", "name": "name", "city": "city",
    },
}  # fmt: skip
_LACKS = {"zh": "谈到此事的句子没有给出所问的{}。", "en": "The sentences that speak of it give no such {}."}
_SEARCHED = {"zh": "另以这些词检索过：{}。", "en": "Also searched for: {}."}
_NEAREST = {"zh": "下面是最接近的段落。", "en": "The nearest passages are given below."}
_JOIN = {"zh": "、", "en": ", "}


def is_weak(evidence: Sequence[Evidence], found: SearchResult) -> bool:
    """Whether the evidence is too weak to answer from.

    With an encoder: whether the nearest passage is no nearer than everyday sentences on other matters
    come, and no sentence holds most of the question's terms.  That catches questions about other
    matters; near misses on the documents' own are for `lacking`.
    """
    covered = max((e.coverage for e in evidence[:_LOOKED_AT]), default=0.0)
    if found.nearness is not None and found.background is not None:
        return not evidence or (found.nearness < found.background and covered < MOSTLY_COVERED)
    return covered < COVERED_ENOUGH


def lacking(asked: Analysis, evidence: Sequence[Evidence]) -> What | None:
    """What the question wants named and the evidence does not name: a near miss.

    The chances of the sentences that name such a thing are added up, and those of all; a sentence of the documents
    that speaks of the matter without the figure is no answer to a question for the figure.
    """
    wanted = expected(asked.text, asked.language)
    total = sum(e.score for e in evidence)
    if wanted is None or not total:
        return None
    texts = {e.sentence.id: side(e, asked.language) for e in evidence}

    def named(e: Evidence) -> bool:
        if e.sentence.kind is Kind.TABLE:  # what its figures count stands in the names of its columns
            return True
        if language(texts[e.sentence.id]) != asked.language:  # no translation: any figure may be the one
            return bool(values(texts[e.sentence.id])) or wanted.what in NAMES
        before = " ".join(texts.get(e.sentence.id - step, "") for step in range(_BEFORE, 0, -1))
        return wanted.held(texts[e.sentence.id], before)

    return wanted.what if sum(e.score for e in evidence if named(e)) < NAMED_ENOUGH * total else None


def refusal(language: Language, also_searched: Sequence[str], *, nearest: bool, lacks: What | None = None) -> str:
    """What a refusal says; `lacks`: what the question wants named and the documents do not name."""
    parts = [_TEXTS[language]]
    if lacks:
        parts.append(_LACKS[language].format(_LACKING[language][lacks]))
    if also_searched:
        parts.append(_SEARCHED[language].format(_JOIN[language].join(also_searched)))
    if nearest:
        parts.append(_NEAREST[language])
    return ("" if language == "zh" else " ").join(parts)
