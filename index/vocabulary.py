"""How often each word occurs in the passages that stand in one language only: what the lexicon is made of."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from index.errors import LibraryError
from index.records import LANGUAGES, Language
from index.script import language
from index.terms import Terms

_FILE = "counts.json"
_MOST = 100_000  # words a language; what is rarer is left to the vectors of whole passages


class Vocabulary:
    """Counts by language, full-text term and word, in the order in which they were met."""

    def __init__(self) -> None:
        self._counts: dict[Language, dict[str, dict[str, int]]] = {spoken: {} for spoken in LANGUAGES}

    def add(self, texts: Iterable[tuple[str, str]], terms: Terms, times: int = 1) -> None:
        """Counts the words of texts, each given with its language.

        Numbers and words in the other script stand in both languages as they are.
        """
        for spoken, text in texts:
            counts = self._counts[spoken]  # type: ignore[index]
            for word, term in terms.words(text):
                if term in counts or (not term[0].isdigit() and language(term) == spoken):
                    forms = counts.setdefault(term, {})
                    forms[word] = forms.get(word, 0) + times
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
