"""What an answer must hold: a question for a year wants a sentence that names one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from index.records import Language

What = Literal["year", "money", "share", "rank", "count", "number", "person", "name", "city"]

_NUMERAL = r"(?:\d[\d,.]*|[一二两三四五六七八九十百千]+|几|数)"
_SCALE = r"\s*(?:多|余)?[十百千万亿]*(?:多|余)?\s*"
_CLASSIFIERS = "所艘人名国列条项位次家架座枚件届种类个张份篇部场轮吨里页票岁块只头匹颗粒棵株本册辆台套间户亩段章"
NAMES = ("person", "name", "city")
"""Kinds that are no figures."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WORDS = r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|half|both|several)"
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"

# How a question asks for it; the first that matches wins, so the more telling stand first.
_ASKS: tuple[tuple[What, str, str], ...] = (
    ("share", r"百分之几|百分之多少|多[大少]比例|(?:占比|比例|比重|份额|税率|增长率|增速|支持率).{0,6}(?:多少|多大|多高|几)|占.{0,12}(?:几成|多少|多大)|[多几][少个]?百分点",
     r"\b(?:what|which) (?:percentage|share|proportion|rate)\b|\bwhat (?:was|is|were|are) .{0,40}\b(?:rate|share|percentage)\b|percentage points|\bat what percentage\b|\bwhat .{0,20}\btariff rate"),
    ("money", r"多少[万亿]*(?:美元|欧元|澳元|日元|韩元|英镑|人民币|元|钱|资金|贷款)|花了多少|(?:金额|合同额|总价|造价|额度|贸易额|GDP|预算).{0,6}(?:多少|多大|多高)",
     r"\bhow (?:many|much) .{0,20}\b(?:dollars?|euros?|money|funding|aid|finance)\b|\bhow much .{0,40}\b(?:cost|pay|paid|spend|spent|invest(?:ed)?|lend|lent|raise|borrow|export|exports|revenue)\b|\bwhat (?:is|was|were) .{0,40}\b(?:price|cost|budget|trade volume|gdp)\b|\bhow (?:large|big) a loan|\bworth\b"),
    ("rank", r"第几|排名多少|排到多少", r"\bwhat (?:rank|place)\b|\bwhere (?:do|does|did) .{0,60}\b(?:rank|stand|come)\b"),
    ("year", r"何时|什么时候|哪一?年|哪[天月]|哪一天|几月|何年|几号|哪个年代", r"(?:^|[,;] (?:and )?|\band )when\b|\b(?:what|which) (?:year|date|day|month|decade)\b|\b(?:what|which) month and year"),
    ("person", r"哪位|哪一位|是谁|谁是", r"(?:^|[,;] (?:and )?)who (?:is|was)\b|\bwhich (?:minister|president|senator|scholar|official|leader|author)\b"),
    ("name", r"叫什么|名字是|名称是", r"\bwhat (?:is|was|were|are) .{0,60}\b(?:called|named)\b|\bwhat (?:is|was) the name\b"),
    ("city", r"哪座城市|哪个城市|哪一座城市", r"\b(?:which|what) cit(?:y|ies)\b"),
    ("count", rf"多少\s*万?[{_CLASSIFIERS}]|几[所艘人名列次架座枚届场轮]", r"\bhow many\b"),
    ("number", r"多少|几[分倍岁]|多高|多长时间|多大规模", r"\bhow much\b|\bhow (?:long|old|high|often)\b"),
)  # fmt: skip
# An ask that comes second is not what the answer stands or falls with.
_ASKED = re.compile(
    r"什么|谁|哪|为何|怎|如何|多少|吗|是否|有没有|\b(?:what|who|whom|which|why|how|where|whether)\b"
    r"|^(?:is|are|was|were|did|does|do|has|have|had|can|will|would)\b"
)

# How it looks in a text, of either language.
_LOOKS: dict[What, str] = {
    "year": rf"(?:1[89]|20)\d\d|\d{{1,2}}\s*[月日]|世纪|年代|年初|年底|年末|\b(?:{_MONTHS})\b|去年|今年|当年|前夕|last year|this year",
    "money": r"[$€£¥]\s*\d|\d[\d,.]*\s*(?:多|余)?[十百千万亿]*(?:多|余)?(?:美元|欧元|澳元|日元|韩元|英镑|人民币|卢布|元)|\d[\d,.]*\s*(?:million|billion|trillion)?\s*(?:US |Australian |Canadian )?(?:dollars|euros|yuan|won|yen|pounds|rubles)",
    "share": r"\d\s*[%％]|百分之|百分点|[一二三四五六七八九\d]成|[一二三四五六七八九\d]分之|\bper ?cent\b|percentage points?|一半|过半|半数|\bhalf\b|倍|零关税|zero tariff",
    "rank": r"第\s*[\d一二三四五六七八九十]|位居|居[世全首]|名列|首位|之首|\d(?:st|nd|rd|th)\b|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|top)\b|最大|largest",
    "number": rf"\d|[一二三四五六七八九十百千万亿]{{2,}}|[一二两三四五六七八九十百千万亿]+[{_CLASSIFIERS}年倍月天]|\b{_WORDS}\b",
    "person": r"·|[总主部院校秘][统席长书]|首相|总理|大臣|学者|教授|作者|[A-Z][a-z]+ [A-Z][a-z]+",
    "name": r"[“《「\"]|号|[A-Z][a-z]+ [A-Z][a-z]+|·",
    "city": r"[市京城]|\b(?:in|at) [A-Z][a-z]+",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a question wants named, and how that looks."""

    what: What
    looks: re.Pattern[str]
    named: frozenset[str]  # what the question names itself: that is no answer to it
    years: frozenset[str]  # the years it asks about

    def held(self, text: str, before: str = "") -> bool:
        """Whether a text names such a thing, other than the question's own, for the year asked about.

        `before`: what stands before the text, where the year may have been named.
        """
        text = unicodedata.normalize("NFKC", text)
        around = f"{before} {text}"
        if self.years and self.what != "year" and not any(year in around for year in self.years):
            return False
        return any(m.group() not in self.named for m in self.looks.finditer(text))


def expected(question: str, spoken: Language) -> Expected | None:
    """What the question wants named; None where any sentence may answer, or where it asks for other things first."""
    folded = unicodedata.normalize("NFKC", question).casefold()
    for what, chinese, english in _ASKS:
        match = re.search(chinese if spoken == "zh" else english, folded)
        if match:
            first = _ASKED.search(folded)
            if first and first.start() < match.start() - 1:
                return None
            looks = re.compile(
                _counted(folded, match.group(), spoken) if what == "count" else _LOOKS[what],
                re.IGNORECASE if what not in NAMES else 0,
            )
            return Expected(what, looks, frozenset(m.group() for m in looks.finditer(folded)), frozenset(_YEAR.findall(folded)))
    return None


def _counted(question: str, asked: str, spoken: Language) -> str:
    """A number of what the question counts: with its classifier in Chinese; no year, share or sum of money in English."""
    if spoken == "zh":
        measure = asked[-1]
        same = {
            "人": "人名位",
            "名": "人名位",
            "位": "人名位",
            "所": "所家个",
            "家": "家个所",
            "国": "国个",
            "场": "场次轮届",
            "次": "场次轮届",
        }.get(measure, measure)
        return rf"{_NUMERAL}{_SCALE}[{same}]"
    return rf"(?<![$€£\d])(?!(?:19|20)\d\d\b)\b{_WORDS}\b(?!\s*(?:%|per ?cent))"
