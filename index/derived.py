"""The indexes derived from the library: built from its rows, checked by their sums, replaced whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.encoder import Vectors
from index.errors import LibraryError
from index.fulltext import Entry, FullText
from index.lexicon import Lexicon, vocabulary
from index.records import ANSWERING, LANGUAGES, ArticleRecord, Kind, Language
from index.terms import Terms
from index.vectors import VectorIndex

FOLDER = "derived"
MANIFEST = "manifest.json"

Row = tuple[int, str, str, str | None, str, str, str, str, str]
"""(id, language, text, translation, section as JSON, article, context, source, kind) of a passage."""


class Indexes(NamedTuple):
    """What is derived from a library."""

    fulltext: FullText
    vectors: VectorIndex
    lexicon: Lexicon


def read(folder: Path, stamp: str) -> Indexes | None:
    """The indexes of a folder, None when it is missing, damaged, unreadable or not of this stamp."""
    if not is_sound(folder, stamp):
        return None
    try:
        return Indexes(FullText.read(folder), VectorIndex.read(folder), Lexicon.read(folder))
    except LibraryError:
        return None  # whole but of another version of the engines


def build(
    folder: Path | None,
    stamp: str,
    rows: Sequence[Row],
    articles: Mapping[str, ArticleRecord],
    vectors: Mapping[str, bytes],
    terms: Terms,
) -> Indexes:
    """Builds the indexes, in memory or into a new folder that is moved into place when whole.

    `stamp` says of which state of the library they are.  `vectors` holds them by `text_key`; a text side without one is left to full text.
    """
    nearest, words = VectorIndex.build(*_vectors(rows, vectors)), _lexicon(rows, vectors, terms)
    if folder is None:
        return Indexes(FullText.build(_entries(rows, articles, terms), None), nearest, words)
    folder.parent.mkdir(exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        FullText.build(_entries(rows, articles, terms), building)
        nearest.write(building)
        words.write(building)
        _write_manifest(building, stamp)
        if folder.exists():
            shutil.rmtree(folder)
        building.replace(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return Indexes(FullText.read(folder), VectorIndex.read(folder), Lexicon.read(folder))


def sweep(parent: Path, keep: Sequence[int]) -> None:
    """Removes the folders of other generations and what interrupted builds left behind."""
    for folder in parent.iterdir() if parent.is_dir() else ():
        if folder.name not in {str(generation) for generation in keep}:
            shutil.rmtree(folder, ignore_errors=True)


def text_key(text: str) -> str:
    """The key under which the vector of a text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _entries(rows: Sequence[Row], articles: Mapping[str, ArticleRecord], terms: Terms) -> Iterator[Entry]:
    sides = [_Sides(terms, *row) for row in rows]
    for at, own in enumerate(sides):
        beside = sides[max(0, at - 1) : at] + sides[at + 1 : at + 2]
        # Names under a title and notes at the end are about nothing that stands beside them.
        near = [s for s in beside if s.article == own.article and own.kind in ANSWERING and s.kind in ANSWERING]
        yield own.entry(articles.get(own.article), near, terms)


def _vectors(rows: Sequence[Row], known: Mapping[str, bytes]) -> tuple[list[int], Vectors]:
    """Ids and vectors of all passage sides that have one: id × 2 for the text, + 1 for the translation."""
    ids: list[int] = []
    found: list[Any] = []
    for number, _, text, translation, _, _, context, *_ in rows:
        for side, content in ((0, f"{context}{text}"), (1, translation)):
            vector = known.get(text_key(content)) if content else None
            if vector is not None:
                ids.append(number * 2 + side)
                found.append(np.frombuffer(vector, dtype=np.float32))
    return ids, np.stack(found) if found else np.empty((0, 0), dtype=np.float32)


def _lexicon(rows: Sequence[Row], known: Mapping[str, bytes], terms: Terms) -> Lexicon:
    """The words of the passages that stand in one language only."""
    found: dict[Language, tuple[list[str], Vectors]] = {}
    for spoken in LANGUAGES:
        words = vocabulary([text for _, own, text, translation, *_ in rows if own == spoken and not translation], spoken, terms)
        kept = {term: known[text_key(word)] for term, word in words.items() if text_key(word) in known}
        if kept:
            found[spoken] = list(kept), np.stack([np.frombuffer(vector, dtype=np.float32) for vector in kept.values()])
    return Lexicon.build(found)


class _Sides:
    """One passage as terms on its Chinese and its English side."""

    def __init__(
        self, terms: Terms, number: int, language: str, text: str, translation: str | None, section: str,
        article: str, context: str, source: str, kind: str,
    ) -> None:  # fmt: skip
        own = f"{context} {text}"
        chinese, english = (own, translation or "") if language == "zh" else (translation or "", own)
        self.id, self.article, self.source, self.kind = number, article, source, Kind(kind)
        self.section = " ".join(json.loads(section))
        self.chinese = terms.terms(chinese)
        self.english = terms.terms(english)
        self.grams = terms.grams(chinese)

    def entry(self, record: ArticleRecord | None, near: Sequence[_Sides], terms: Terms) -> Entry:
        """What full text keeps of it: its own terms, its headings', its neighbours'."""
        titles = (record.title_zh or "", " ".join(record.keywords), record.title_en or "") if record else ("",) * 3
        fields = {
            "zh": self.chinese,
            "zh_grams": self.grams,
            "zh_head": terms.terms(f"{self.section} {titles[0]} {titles[1]}") if self.chinese else [],
            "zh_near": [term for side in near for term in side.chinese],
            "en": self.english,
            "en_head": terms.terms(titles[2]) if self.english else [],
            "en_near": [term for side in near for term in side.english],
        }
        sides = "both" if self.chinese and self.english else "zh" if self.chinese else "en"
        return Entry(self.id, fields, self.source, self.article, sides)


def _checksums(folder: Path) -> dict[str, str]:
    sums = {}
    for path in sorted(folder.rglob("*")):
        # Tantivy's lock files come and go.
        if path.is_file() and path.name != MANIFEST and not path.name.endswith(".lock"):
            sums[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return sums


def _write_manifest(folder: Path, stamp: str) -> None:
    path = folder / MANIFEST
    with path.open("w", encoding="utf-8") as stream:
        json.dump({"stamp": stamp, "files": _checksums(folder)}, stream)
        stream.flush()
        os.fsync(stream.fileno())


def is_sound(folder: Path, stamp: str) -> bool:
    """Whether a folder is of this stamp, and all its files are there and unchanged by their checksums."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest == {"stamp": stamp, "files": _checksums(folder)})
    except (OSError, ValueError):
        return False
