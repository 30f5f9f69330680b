"""A translation table from the encoder's own space: for a word, the library's nearest words in the other language.

Full-text search over passages that have no translation becomes cross-lingual by it, for words no glossary
knows.  Vectors of the library's words are made at indexing; a question's words are compared with them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from index.encoder import Vectors
from index.errors import LibraryError
from index.records import Language
from index.script import language
from index.terms import Terms
from index.vectors import VectorIndex

_FILE = "words.json"
_MOST = 100_000  # words a language; what is rarer is left to the vectors of whole passages
_NEAREST = 3  # words taken for one of the question's
_NEAR = 0.45  # cosine from which a word is taken for a translation
_NEAR_PAIR = 0.55  # the same for two words together, which have a meaning less often


def vocabulary(texts: Iterable[str], spoken: Language, terms: Terms) -> dict[str, str]:
    """Word by full-text term over texts of one language: the form most often met, the most frequent words first.

    Numbers and words in the other script stand in both languages as they are.
    """
    counts: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for text in texts:
        for word, term in terms.words(text):
            if not term[0].isdigit() and language(term) == spoken:
                counts[term] += 1
                forms.setdefault(term, Counter())[word] += 1
    return {term: forms[term].most_common(1)[0][0] for term, _ in counts.most_common(_MOST)}


class Lexicon:
    """Full-text terms and their words' vectors, by language."""

    def __init__(self, terms: Mapping[Language, Sequence[str]], vectors: Mapping[Language, VectorIndex]) -> None:
        self._terms = terms
        self._vectors = vectors

    @classmethod
    def build(cls, found: Mapping[Language, tuple[Sequence[str], Vectors]]) -> Lexicon:
        """From terms and their vectors, shape (terms, dim), by language."""
        return cls(
            {spoken: tuple(terms) for spoken, (terms, _) in found.items()},
            {spoken: VectorIndex.build(range(len(terms)), vectors) for spoken, (terms, vectors) in found.items()},
        )

    def size(self, spoken: Language) -> int:
        """How many words of a language it holds."""
        return len(self._terms.get(spoken, ()))

    def translate(self, words: Vectors, pairs: Vectors, spoken: Language) -> list[dict[str, float]]:
        """For each word the nearest terms of the language `spoken`, with their cosine.

        `words` is (n, dim); `pairs` (n - 1, dim) holds neighbouring words taken together: what is
        found for a pair is counted to its first word.
        """
        found: list[dict[str, float]] = [{} for _ in words]
        for vectors, bar in ((words, _NEAR), (pairs, _NEAR_PAIR)):
            for number, near in enumerate(self._vectors[spoken].search_all(vectors, _NEAREST) if len(vectors) else ()):
                for place, cosine in near:
                    if cosine >= bar:
                        term = self._terms[spoken][place]
                        found[number][term] = max(cosine, found[number].get(term, 0.0))
        return found

    @classmethod
    def read(cls, folder: Path) -> Lexicon:
        """The table saved in a folder; raises LibraryError when it is none."""
        try:
            terms = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LibraryError(f"{folder / _FILE} cannot be read as a list of words; run `wenzheng index`.") from error
        return cls(terms, {spoken: VectorIndex.read(folder, _name(spoken)) for spoken in terms})

    def write(self, folder: Path) -> None:
        """Saves the table in a folder, on disk before it returns."""
        with (folder / _FILE).open("w", encoding="utf-8") as stream:
            json.dump(self._terms, stream, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        for spoken, vectors in self._vectors.items():
            vectors.write(folder, _name(spoken))


def _name(spoken: str) -> str:
    return f"words_{spoken}.faiss"
