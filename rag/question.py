"""What a question asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.records import Language
from index.script import language

Kind = Literal["list", "definition", "why", "how", "number", "when", "who", "where", "compare", "summary", "fact"]

# The first kind whose pattern is found wins, so the more telling ones stand first.
_PATTERNS: tuple[tuple[Kind, str, str], ...] = (
    ("compare", r"区别|不同|差异|异同|相比|比较|对比|分别", r"\b(?:differ|difference|differences|compare|compared|comparison|versus|vs|contrast)\b"),
    ("why", r"为什么|为何|何以|原因|缘由|动因|理由|怎么会|凭什么|图什么", r"\bwhy\b|\breasons?\b|\bcauses?\b|\bmotiv|\bhow come\b|\bdrivers?\b"),
    ("number", r"多少|几[个次位名年月艘份项倍人]|占比|比例|比重|金额|规模有多|多大|多高|数量|第几", r"\bhow (?:many|much|large|big|high|long|often)\b|\bwhat (?:share|percentage|proportion|number|amount|figure)\b|\bpercent"),
    ("when", r"何时|什么时候|哪一年|哪年|几月|何年|时间", r"\bwhen\b|\bwhat (?:year|date)\b|\bwhich year\b"),
    ("list", r"哪些|哪几|列举|有哪|几[大方类种点条]|[两三四五六七八九十][大个类种点条项组层]|分别是|都有", r"\bwhich\b.*\b(?:are|were|do|did|have)\b|\blist\b|\bname the\b|\bwhat (?:are|were) the\b|\b(?:two|three|four|five|six|seven) \w+"),
    ("definition", r"什么是|是什么|何谓|何为|指的是|定义|含义|什么意思|怎样理解|如何理解|是指", r"\bwhat (?:is|was) (?:an? |the )?[\w\s\"“”'-]+\?$|\bdefin|\bmeant? by\b|\bmeaning of\b|\bmean\b"),
    ("who", r"谁|哪位|哪一位|何人|作者是", r"\bwho(?:se|m)?\b"),
    ("where", r"哪里|何处|在哪|什么地方|哪个国家|哪国", r"\bwhere\b|\bwhich country\b"),
    ("summary", r"概括|总结|概述|主要内容|主要观点|结论|总体", r"\bsummar|\boverview\b|\bmain (?:argument|point|idea|finding|conclusion)|\bconclu"),
    ("how", r"如何|怎样|怎么|何种方式|途径|措施|办法", r"\bhow\b|\bin what way|\bby what means|\bmeasures\b"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Analysis:
    """The question, its language and what it asks for."""

    text: str
    language: Language
    kind: Kind


def analyse(question: str) -> Analysis:
    """Reads language and kind off the wording."""
    spoken = language(question)
    folded = question.casefold().strip()
    for kind, chinese, english in _PATTERNS:
        if re.search(chinese if spoken == "zh" else english, folded):
            return Analysis(question, spoken, kind)
    return Analysis(question, spoken, "fact")
