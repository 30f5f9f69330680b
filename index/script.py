"""Which language a text is in, and where its sentences end."""

from __future__ import annotations

import re

from index.clean import HAN
from index.records import Language

# A class at the head of an expression lets `re` skip to the first character of it, which a repetition does not.
_HAN = re.compile(f"[{HAN}][{HAN}]*")
_LATIN = r"A-Za-z\u00c0-\u024f"
_LATIN_WORD = re.compile(f"[{_LATIN}][{_LATIN}]+")

LONGEST_SENTENCE = {"zh": 400, "en": 1200}
"""Characters; a longer one is cut at the best place, so that a citation stays readable."""

_LONG_QUOTE = 160  # a quotation longer than this may be cut at the sentences inside it

_CLOSERS = "”’」』）)】]》〉\"'"
_STOP_ZH = "。！？"
_SIGN = re.compile(f"[“「『”」』{_STOP_ZH}!?.…]")  # what may open or close a quotation or end a sentence
_SENTENCE_START = re.compile(rf"\s+[\"“‘(\[]?[A-Z\d{HAN}]|[{HAN}]")
# A full stop after these is no sentence end.
_ABBREVIATIONS = frozenset(
    "vol no nos pp p ed eds et al vs dr mr mrs ms prof jr sr st inc ltd co corp gen sen rep gov "
    "jan feb mar apr jun jul aug sep sept oct nov dec fig cf e.g i.e u.s u.k u.n a.m p.m ph.d".split()
)


def language(text: str) -> Language:
    """`zh` when Han characters outnumber Latin words, else `en`."""
    if text.isascii() or not _HAN.search(text):
        return "en"
    words = len(_LATIN_WORD.findall(text))
    return "zh" if words < 2 or sum(map(len, _HAN.findall(text))) >= words else "en"


def ends_sentence(text: str) -> bool:
    """Whether the text ends where a sentence may end (closing quotes and brackets passed over)."""
    bare = text.rstrip().rstrip(_CLOSERS)
    return bool(bare) and (bare[-1] in _STOP_ZH + "…!?" or (bare[-1] == "." and _is_stop(bare, len(bare) - 1)))


def _is_stop(text: str, at: int) -> bool:
    """Whether the full stop at `at` ends an English sentence."""
    word = re.search(r"[\w.]*\Z", text[max(0, at - 12) : at])
    before = word.group().casefold() if word else ""
    if before in _ABBREVIATIONS or re.fullmatch(r"[a-z]|(?:[a-z]\.)+[a-z]", before):
        return False
    after = text[at + 1 : at + 12].lstrip(_CLOSERS)
    return not after or bool(_SENTENCE_START.match(after))


def _stops(text: str) -> list[tuple[int, int]]:
    """Every possible sentence end as (offset after it, depth of open quotes there)."""
    found: list[tuple[int, int]] = []
    depth = 0
    passed = 0
    for sign in _SIGN.finditer(text):
        at, char = sign.start(), sign.group()
        if at < passed:
            continue
        if char in "“「『":
            depth += 1
        elif char in "”」』":
            depth = max(0, depth - 1)
        stop = char in _STOP_ZH + "!?" or (char == "." and _is_stop(text, at))
        if stop or (char == "…" and text[at + 1 : at + 3] in ("", "”", "」", "』")):
            passed = at + 1
            while passed < len(text) and text[passed] in _STOP_ZH + _CLOSERS + "!?":
                if text[passed] in "”」』":
                    depth = max(0, depth - 1)
                passed += 1
            found.append((passed, depth))
    return found


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences; together they cover the text but for white space between them.

    A quotation of several sentences stays whole unless it is very long, so that its quotation
    marks stay in pairs.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    stops = _stops(text)
    inner: list[int] = []  # ends inside an open quotation since `start`
    for end, depth in [*stops, (len(text), 0)]:
        if depth and end < len(text):
            inner.append(end)
            if end - start < _LONG_QUOTE:
                continue
        if end > start and text[start:end].strip():
            spans.extend(_cut(text, start, end))
        start = end
        inner.clear()
    return spans


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span without white space at its ends, cut where it is longer than a sentence may be."""
    spans = []
    longest = min(LONGEST_SENTENCE.values())
    if end - start > longest:  # only then is the language worth finding out
        longest = LONGEST_SENTENCE[language(text[start : start + 1000])]
    while end - start > longest:
        window = text[start : start + longest]
        best = max(window.rfind(mark) for mark in "；;")
        if best < longest // 4:
            best = max(window.rfind(mark) for mark in "，,： ")
        size = best + 1 if best >= longest // 4 else longest
        spans.append((start, start + size))
        start += size
    spans.append((start, end))
    return [
        (a + len(text[a:b]) - len(text[a:b].lstrip()), b - (len(text[a:b]) - len(text[a:b].rstrip())))
        for a, b in spans
        if text[a:b].strip()
    ]
