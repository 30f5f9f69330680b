"""A translation table from the encoder's own space: for a word, the library's nearest words in the other language.

Full-text search over passages that have no translation becomes cross-lingual by it, for words no glossary
knows.  Vectors of the library's words are made at indexing; a question's words are compared with them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.encoder import Vectors
from index.errors import LibraryError
from index.records import Language
from index.vectors import Found, VectorIndex

_FILE = "words.json"
_NEAREST = 3  # words taken for one of the question's
_PROBES = 128  # lists read where there are more words than are compared one by one: see eval/LOG.md
_NEAR = 0.45  # cosine from which a word is taken for a translation
_NEAR_PAIR = 0.55  # the same for two words together, which have a meaning less often
_KEPT = 20_000  # texts whose nearest words are kept from one question to the next, some 10 MB


class Lexicon:
    """Full-text terms and their words' vectors, by language."""

    def __init__(self, terms: Mapping[Language, Sequence[str]], vectors: Mapping[Language, VectorIndex]) -> None:
        self._terms = {spoken: list(found) for spoken, found in terms.items()}  # "" where one has gone
        self._vectors = dict(vectors)
        self._kept: dict[tuple[Language, str], Found] = {}

    @classmethod
    def build(cls, found: Mapping[Language, tuple[Sequence[str], Vectors]]) -> Lexicon:
        """From terms and their vectors, shape (terms, dim), by language."""
        return cls(
            {spoken: tuple(terms) for spoken, (terms, _) in found.items()},
            {spoken: VectorIndex.build(range(len(terms)), vectors) for spoken, (terms, vectors) in found.items()},
        )

    def size(self, spoken: Language) -> int:
        """How many words of a language it holds."""
        return self._vectors[spoken].size if spoken in self._vectors else 0

    def change(self, spoken: Language, gone: Iterable[str], found: Mapping[str, Vectors]) -> None:
        """Takes terms out, and takes in others with their vectors (dim,); a term that it holds gets another vector."""
        self._kept = {}
        places = {term: place for place, term in enumerate(self._terms.setdefault(spoken, []))}
        lost = [places[term] for term in gone if term in places]
        for place in lost:
            self._terms[spoken][place] = ""
        new = [term for term in found if term not in places]
        places |= zip(new, range(len(places), len(places) + len(new)), strict=True)
        self._terms[spoken] += new
        vectors = self._vectors.setdefault(spoken, VectorIndex.build((), np.empty((0, 0), dtype=np.float32)))
        vectors.remove(lost)
        if found:
            vectors.add([places[term] for term in found], np.stack(list(found.values())))

    def translate(
        self, words: Sequence[str], pairs: Sequence[str], spoken: Language, encode: Callable[[Sequence[str]], Vectors]
    ) -> list[dict[str, float]]:
        """For each word the nearest terms of the language `spoken`, with their cosine.

        `pairs`, one fewer, are neighbouring words taken together: what is found for a pair is counted to its first
        word.  `encode` makes vectors (n, dim) of texts.
        """
        nearest = self._nearest([*words, *pairs], spoken, encode)
        found: list[dict[str, float]] = [{} for _ in words]
        for texts, bar in ((words, _NEAR), (pairs, _NEAR_PAIR)):
            for own, text in zip(found, texts, strict=False):
                for place, cosine in nearest[text]:
                    if cosine >= bar:
                        term = self._terms[spoken][place]
                        own[term] = max(cosine, own.get(term, 0.0))
        return found

    def _nearest(self, texts: Sequence[str], spoken: Language, encode: Callable[[Sequence[str]], Vectors]) -> dict[str, Found]:
        """By text the nearest words of a language; most words of a question were in others before it."""
        kept = self._kept
        found = {text: near for text in texts if (near := kept.get((spoken, text))) is not None}
        if new := [text for text in dict.fromkeys(texts) if text not in found]:
            found |= zip(new, self._vectors[spoken].search_all(encode(new), _NEAREST, probes=_PROBES), strict=True)
            if len(kept) + len(new) > _KEPT:
                kept = {}  # not emptied: another thread may be reading the one before
            kept.update(((spoken, text), found[text]) for text in new)
            self._kept = kept
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
