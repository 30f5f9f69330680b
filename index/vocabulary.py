"""How often each word occurs in the passages that stand in one language only: what the lexicon is made of."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.errors import LibraryError
from index.records import LANGUAGES, Language
from index.terms import Cut, Terms

_FILE = "counts.json"
_MOST = 100_000  # words a language; what is rarer is left to the vectors of whole passages


class Met:
    """The words of texts that were gone through, in the order in which they were met.

    Numbers and words in the other script stand in both languages as they are, and are left out.
    """

    def __init__(self) -> None:
        self._chinese: Counter[str] = Counter()
        self._english: Counter[tuple[str, str]] = Counter()

    def add(self, spoken: str, cut: Cut) -> None:
        """Counts the words of a text in a language."""
        if spoken == "zh":
            self._chinese.update(cut.chinese)
        else:
            self._english.update(cut.others)

    def words(self) -> dict[Language, Iterator[tuple[tuple[str, str], int]]]:
        """By language the words, each with its term and how often it was met."""
        return {
            "zh": (((word, word), often) for word, often in self._chinese.items()),
            "en": ((told, often) for told, often in self._english.items() if not told[1][0].isdigit()),
        }


class Vocabulary:
    """Counts by language, full-text term and word, in the order in which they were met."""

    def __init__(self) -> None:
        self._counts: dict[Language, dict[str, dict[str, int]]] = {spoken: {} for spoken in LANGUAGES}

    def add(self, texts: Iterable[tuple[str, str]], terms: Terms, times: int = 1) -> None:
        """Counts the words of texts, each given with its language."""
        met = Met()
        for spoken, text in texts:
            met.add(spoken, terms.apart(text))
        self.count(met, times)

    def count(self, met: Met, times: int = 1) -> None:
        """Counts words as often as they were met."""
        for spoken, found in met.words().items():
            counts = self._counts[spoken]
            for (word, term), often in found:
                forms = counts.setdefault(term, {})
                forms[word] = forms.get(word, 0) + often * times
                if forms[word] <= 0:
                    del forms[word]
                    if not forms:
                        del counts[term]

    def take_out(self, texts: Iterable[tuple[str, str]], terms: Terms) -> None:
        """Takes back what `add` counted."""
        self.add(texts, terms, -1)

    def best(self, spoken: Language) -> dict[str, str]:
        """Word by term: the form most often met, the most frequent terms first."""
        counts = self._counts[spoken]
        often = sorted(counts, key=lambda term: -sum(counts[term].values()))[:_MOST]
        return {term: max(counts[term], key=counts[term].__getitem__) for term in often}

    @classmethod
    def read(cls, folder: Path) -> Vocabulary:
        """The counts saved in a folder; raises LibraryError when there are none."""
        found = cls()
        try:
            found._counts.update(json.loads((folder / _FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise LibraryError(f"{folder / _FILE} cannot be read as counts of words; run `wenzheng index`.") from error
        return found

    def write(self, folder: Path) -> None:
        """Saves the counts in a folder, on disk before it returns."""
        with (folder / _FILE).open("w", encoding="utf-8") as stream:
            json.dump(self._counts, stream, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
