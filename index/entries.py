"""Passages → what full text keeps of them: their terms on both sides, their headings', their neighbours'."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from index.fulltext import Entry
from index.records import ANSWERING, ArticleRecord, Kind
from index.terms import Terms, pairs
from index.vocabulary import Met, Vocabulary

_HEADS = 256  # headings and titles whose terms are kept: passages that stand together have the same

Row = tuple[int, str, str, str | None, str, str, str, str, str]
"""(id, language, text, translation, section as JSON, article, context, source, kind) of a passage."""


class Counted:
    """Passages as terms, whose sides and words are counted when they are first gone through."""

    def __init__(self, rows: Iterable[Row], terms: Terms, words: Vocabulary | None = None) -> None:
        self.rows, self._terms = rows, terms
        self.words = words or Vocabulary()
        self.sides = 0

    def __iter__(self) -> Iterator[_Sides]:
        met = Met()
        for row in self.rows:
            _, spoken, text, translation, _, _, context, *_ = row
            sides = _Sides(self._terms, *row)
            self.sides += 1 + bool(translation)
            if not translation:
                met.add(spoken, self._terms.apart(text) if context else sides.own)
            yield sides
        self.words.count(met)


def entries(counted: Iterable[_Sides], articles: Mapping[str, ArticleRecord], terms: Terms) -> Iterator[Entry]:
    """What full text keeps of each passage; of three neighbours at a time."""

    @lru_cache(maxsize=_HEADS)
    def headed(text: str) -> list[str]:
        return terms.apart(text).terms()

    before: _Sides | None = None
    own: _Sides | None = None
    for after in chain(counted, [None]):
        if own is not None:
            near = [side for side in (before, after) if side and own.is_about(side)]
            yield own.entry(articles.get(own.article), near, headed)
        before, own = own, after


class _Sides:
    """One passage as terms on its Chinese and its English side."""

    def __init__(
        self, terms: Terms, number: int, language: str, text: str, translation: str | None, section: str,
        article: str, context: str, source: str, kind: str,
    ) -> None:  # fmt: skip
        self.id, self.article, self.source, self.kind = number, article, source, Kind(kind)
        self.section = " ".join(json.loads(section))
        self.own = terms.apart(f"{context} {text}")
        other = terms.apart(translation or "")
        chinese, english = (self.own, other) if language == "zh" else (other, self.own)
        self.chinese, self.english = chinese.terms(), english.terms()
        self.grams = pairs(chinese.runs)

    def is_about(self, other: _Sides) -> bool:
        """Whether a neighbour tells what this one is about: names under a title and notes at the end do not."""
        return other.article == self.article and self.kind in ANSWERING and other.kind in ANSWERING

    def entry(self, record: ArticleRecord | None, near: Sequence[_Sides], headed: Callable[[str], list[str]]) -> Entry:
        """What full text keeps of it: its own terms, its headings', its neighbours'; `headed` makes terms of headings."""
        titles = (record.title_zh or "", " ".join(record.keywords), record.title_en or "") if record else ("",) * 3
        fields = {
            "zh": self.chinese,
            "zh_grams": self.grams,
            "zh_head": headed(f"{self.section} {titles[0]} {titles[1]}") if self.chinese else [],
            "zh_near": [term for side in near for term in side.chinese],
            "en": self.english,
            "en_head": headed(titles[2]) if self.english else [],
            "en_near": [term for side in near for term in side.english],
        }
        sides = "both" if self.chinese and self.english else "zh" if self.chinese else "en"
        return Entry(self.id, fields, self.source, self.article, sides)
