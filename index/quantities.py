"""Numbers in a text of either language as values, so that 1.5 万亿 and 1.5 trillion, 九月 and September can be compared."""

from __future__ import annotations

import re
import unicodedata

_SCALES_ZH = {
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "十亿": 1e9,
    "亿": 1e8,
    "千万": 1e7,
    "百万": 1e6,
    "十万": 1e5,
    "万": 1e4,
    "千": 1e3,
    "百": 1e2,
}
_SCALES_EN = {
    "trillion": 1e12,
    "billion": 1e9,
    "million": 1e6,
    "thousand": 1e3,
    "hundred": 1e2,
    "bn": 1e9,
    "tn": 1e12,
    "dozen": 12.0,
}
_FIGURES = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_DIGITS = re.compile(
    rf"(?<![A-Za-z]-)(?<![A-Za-z\d])({_FIGURES})\s*(?:多|余|几|to|[-–—~至到])?\s*({'|'.join(_SCALES_ZH)}|(?:{'|'.join(_SCALES_EN)})\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"({_FIGURES})\s*(?:[-–—~至到]|to|and|or)\s*({_FIGURES})\s*({'|'.join((*_SCALES_ZH, *_SCALES_EN))})", re.IGNORECASE
)
_CHINESE = re.compile("[〇零一二两三四五六七八九十百千万亿]+")
_SPELLED = re.compile(
    "[二三四五六七八九]十[一二三四五六七八九]?(?![百千万亿])|(?<![二三四五六七八九])十[一二三四五六七八九](?![百千万亿])"
)  # 11 to 99
_LARGE_ZH = re.compile(
    "(?<![数几])[一二两三四五六七八九十][一二两三四五六七八九十百千万亿零〇]*[百千万亿][一二两三四五六七八九十百千万亿零〇]*"
)
_DIGIT_ZH = dict(zip("〇零一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_UNIT_ZH = {"十": 10, "百": 100, "千": 1000}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_WORDS = {word: n for n, word in enumerate(_ONES)} | _TENS
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "half": 2, "quarter": 4, "once": 1, "twice": 2, "both": 2, "double": 2, "twofold": 2, "bilateral": 2,
    "triple": 3, "threefold": 3, "tripled": 3, "doubled": 2, "trilateral": 3, "quadrilateral": 4,
}  # fmt: skip
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = re.compile(rf"\b({'|'.join(m if m == 'may' else f'{m[:3]}(?:{m[3:]})?' for m in _MONTHS)}|sept)\b\.?", re.IGNORECASE)
_CENTURY = re.compile(r"(\d{1,2})世纪(\d0)年代")
_TENTHS = re.compile("([一二三四五六七八九\\d])成")  # 三成 is 30 per cent
_DECADE = re.compile(r"\b(1[89]|20)(\d)0s\b")
_ENGLISH = re.compile(
    rf"\b({'|'.join([*_WORDS, *_ORDINALS])})(?:th|ths|s|fold)?(?:[- ]({'|'.join([*_ONES[1:10], *list(_ORDINALS)[:9]])}))?\b(?:[ -]({'|'.join(_SCALES_EN)}))?",
    re.IGNORECASE,
)


# “Two hundred” is told; what goes on, as in “two hundred and six” or “two hundred thousand”, is left to the reader.
_LARGE_EN = re.compile(
    rf"(?<!and )(?<!hundred )(?<!thousand )\b({'|'.join(_WORDS)})(?:[- ]({'|'.join(_ONES[1:10])}))?"
    rf" (hundred|thousand|million|billion|trillion)\b(?! (?:and )?(?:{'|'.join((*_WORDS, *_SCALES_EN))})\b)",
    re.IGNORECASE,
)


def figures(text: str) -> frozenset[float]:
    """The values written in digits, their unit of scale counted in: 15 亿 is 1.5e9."""
    text = unicodedata.normalize("NFKC", text)
    found = {_scaled(match.group(1), match.group(2)) for match in _DIGITS.finditer(text)}
    for first, second, scale in _RANGE.findall(text):
        # In 3—5 万 the scale belongs to both.
        found = (found - {_scaled(first, None)}) | {_scaled(first, scale), _scaled(second, scale)}
    return frozenset(found)


def spelled(text: str) -> frozenset[float]:
    """The values above 10 written in words, which can be nothing but numbers: 九十五, ninety-five, 九百, nine hundred."""
    text = unicodedata.normalize("NFKC", text)
    found = {max(_chinese(match.group())) for pattern in (_SPELLED, _LARGE_ZH) for match in pattern.finditer(text)}
    for word, unit, scale in _LARGE_EN.findall(text):
        found.add((_WORDS[word.casefold()] + _WORDS.get(unit.casefold(), 0)) * _SCALES_EN[scale.casefold()])
    for word, unit, _ in _ENGLISH.findall(text):
        if word.casefold() in _WORDS and _WORDS[word.casefold()] > 10:
            found.add(float(_WORDS[word.casefold()] + (_WORDS.get(unit.casefold(), 0) if unit else 0)))
    return frozenset(found)


def values(text: str) -> frozenset[float]:
    """All values a text may be said to name: in digits with and without their scale, in words, months, decades."""
    text = unicodedata.normalize("NFKC", text)
    found = set(figures(text)) | {_scaled(match.group(1), None) for match in _DIGITS.finditer(text)}
    found |= {(float(century) - 1) * 100 + float(decade) for century, decade in _CENTURY.findall(text)}
    found |= {10.0 * (_DIGIT_ZH.get(tenths) or float(tenths)) for tenths in _TENTHS.findall(text)}
    for match in _CHINESE.finditer(text):
        found |= _chinese(match.group())
    for word, unit, scale in _ENGLISH.findall(text):
        value = float({**_WORDS, **_ORDINALS}[word.casefold()])
        found.add(value)
        if unit:
            value += {**_WORDS, **_ORDINALS}[unit.casefold()]
            found.add(value)
        if scale:
            found.add(value * _SCALES_EN[scale.casefold()])
    for name in _MONTH.findall(text):
        found.add(float(next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.casefold()[:3]))))
    for century, decade in _DECADE.findall(text):
        found |= {float(f"{century}{decade}0"), float(decade) * 10, float(century) + 1}
    return frozenset(found)


def _scaled(digits: str, scale: str | None) -> float:
    factor = {**_SCALES_ZH, **_SCALES_EN}[scale.casefold()] if scale else 1.0
    return round(float(digits.replace(",", "")) * factor, 6)


def _chinese(run: str) -> set[float]:
    """What a run of Chinese numerals may mean: read digit by digit, or with its units."""
    found = {float(_DIGIT_ZH[c]) for c in run if c in _DIGIT_ZH}
    if all(c in _DIGIT_ZH for c in run):
        return found | {float("".join(str(_DIGIT_ZH[c]) for c in run))}
    total, section, digit = 0.0, 0.0, 0.0
    for c in run:
        if c in _DIGIT_ZH:
            digit = _DIGIT_ZH[c]
        elif c in _UNIT_ZH:
            section, digit = section + (digit or 1) * _UNIT_ZH[c], 0.0
        else:
            total, section, digit = (total + (section + digit or (0 if total else 1))) * (1e4 if c == "万" else 1e8), 0.0, 0.0
    return found | {total + section + digit}
