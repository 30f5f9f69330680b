"""The indexes derived from the library: built from its rows or brought up to date with a change, checked by their sums.

A change makes a new folder in which the files that stay as they are have a second name; those of the folder
before are never written to, so that whoever has them open reads on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from index.encoder import Vectors
from index.entries import Counted, Row, entries
from index.errors import LibraryError, StoreError
from index.lexicon import Lexicon
from index.records import LANGUAGES, ArticleRecord
from index.stores import EMBEDDED, Engine, TextStore, VectorStore
from index.terms import Terms
from index.vocabulary import Vocabulary

FOLDER = "derived"
MANIFEST = "manifest.json"

_STRETCH = 5_000  # passages whose vectors are held together
_LARGE = 16_000_000  # bytes from which a file that was not touched since its sum was taken is not read again
_OUTGROWN = 4  # times as many vectors as its centres were learned from, and they are learned anew


class Indexes(NamedTuple):
    """What is derived from a library."""

    fulltext: TextStore
    vectors: VectorStore
    lexicon: Lexicon


def read(folder: Path, stamp: str, engine: Engine = EMBEDDED) -> Indexes | None:
    """The indexes of a folder, None when it is missing, damaged, unreadable, not of this stamp or not of this engine.

    Raises StoreError where the engine does not answer.
    """
    if not is_sound(folder, stamp):
        return None
    try:
        return _opened(folder, engine)
    except StoreError:
        raise
    except LibraryError:
        return None  # whole but of another version of the engines


class Known(Protocol):
    """Vectors as bytes by `text_key`."""

    def among(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Those of some keys; one that has none is left out."""
        ...

    def __len__(self) -> int: ...


class Change(NamedTuple):
    """What came into a library and what went out of it."""

    documents: Sequence[str]  # names of those that went
    passages: Sequence[int]  # their passages
    lone: Sequence[tuple[str, str]]  # language and text of those of them that stood in one language only
    rows: Iterable[Row]  # passages that came
    articles: Mapping[str, ArticleRecord]  # theirs


def build(
    folder: Path | None,
    stamp: str,
    rows: Iterable[Row],
    articles: Mapping[str, ArticleRecord],
    vectors: Known,
    terms: Terms,
    engine: Engine = EMBEDDED,
) -> Indexes:
    """Builds the indexes, in memory or into a new folder that is moved into place when whole.

    `stamp` says of which state of the library they are.  `rows` are gone through several times.  `vectors` holds
    them by `text_key`; a text side without one is left to full text.
    """
    counted = Counted(rows, terms)
    if folder is None:
        fulltext = engine.texts.build(entries(counted, articles, terms), None)
        return Indexes(fulltext, _nearest(counted, vectors, engine), _lexicon(counted.words, vectors))

    def fill(building: Path) -> dict[str, Any]:
        engine.texts.build(entries(counted, articles, terms), building)
        nearest = _nearest(counted, vectors, engine)
        nearest.write(building)
        _lexicon(counted.words, vectors).write(building)
        counted.words.write(building)
        return {"learned": nearest.size, "gone": 0}

    return _place(folder, stamp, fill, engine)


def update(
    before: Path,
    old: str,
    folder: Path,
    stamp: str,
    change: Change,
    rows: Iterable[Row],
    vectors: Known,
    terms: Terms,
    engine: Engine = EMBEDDED,
) -> Indexes | None:
    """The indexes of a folder with a change worked in, in a new one; None where the old ones are not sound.

    `old` is the stamp of those before, `rows` all passages of the library as it is now: they are gone through only
    when the vectors have outgrown what was learned from them.
    """
    if not is_sound(before, old):
        return None
    facts = json.loads((before / MANIFEST).read_text(encoding="utf-8"))
    try:
        nearest, lexicon, words = engine.vectors.read(before), Lexicon.read(before), Vocabulary.read(before)
        engine.texts.read(before)
    except StoreError:
        raise
    except LibraryError:
        return None

    def fill(building: Path) -> dict[str, Any]:
        counted = Counted(change.rows, terms, words)
        earlier = {spoken: words.best(spoken) for spoken in LANGUAGES}
        words.take_out(change.lone, terms)
        engine.texts.update(before, building, change.documents, entries(counted, change.articles, terms))
        nearest.remove([number * 2 + side for number in change.passages for side in (0, 1)])
        for ids, found in _blocks(change.rows, vectors):
            nearest.add(ids, found)
        learned = facts["learned"]
        index = nearest
        if not nearest.exact and nearest.size > _OUTGROWN * learned:
            index = engine.vectors.gather(nearest.size, lambda: _blocks(rows, vectors))
            learned = index.size
        index.write(building)
        for spoken in LANGUAGES:
            now = words.best(spoken)
            changed = {term: word for term, word in now.items() if earlier[spoken].get(term) != word}
            lexicon.change(spoken, [term for term in earlier[spoken] if term not in now], _of_words(changed, vectors))
        lexicon.write(building)
        words.write(building)
        return {"learned": learned if index.exact is nearest.exact else index.size, "gone": facts["gone"] + len(change.passages)}

    return _place(folder, stamp, fill, engine, before)


def gone(folder: Path) -> int:
    """How many passages went out since the indexes of a folder were built whole; what is left of them costs some space."""
    try:
        return int(json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("gone", 0))
    except (OSError, ValueError):
        return 0


def _place(
    folder: Path, stamp: str, fill: Callable[[Path], dict[str, Any]], engine: Engine, before: Path | None = None
) -> Indexes:
    """Fills a new folder and moves it into place when it is whole."""
    folder.parent.mkdir(exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        facts = fill(building)
        _write_manifest(building, stamp, facts, before)
        if folder.exists():
            discard(folder, engine)
        building.replace(folder)
    except BaseException:
        discard(building, engine)
        raise
    return _opened(folder, engine)


def _opened(folder: Path, engine: Engine) -> Indexes:
    return Indexes(engine.texts.read(folder), engine.vectors.read(folder), Lexicon.read(folder))


def discard(folder: Path, engine: Engine = EMBEDDED) -> None:
    """Removes a folder and what the engine keeps for it alone; where the engine does not answer, another time."""
    with suppress(StoreError):
        engine.forget(folder)
        shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path, keep: Sequence[int], engine: Engine = EMBEDDED) -> None:
    """Removes the folders of other generations and what interrupted builds left behind."""
    for folder in parent.iterdir() if parent.is_dir() else ():
        if folder.name not in {str(generation) for generation in keep}:
            discard(folder, engine)


def text_key(text: str) -> str:
    """The key under which the vector of a text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _nearest(counted: Counted, known: Known, engine: Engine) -> VectorStore:
    return engine.vectors.gather(min(counted.sides, len(known)), lambda: _blocks(counted.rows, known))


def _blocks(rows: Iterable[Row], known: Known) -> Iterator[tuple[Any, Vectors]]:
    """Ids and vectors of all passage sides that have one: id × 2 for the text, + 1 for the translation."""
    rest = iter(rows)
    while some := list(islice(rest, _STRETCH)):
        keys = [
            (number * 2 + side, text_key(content))
            for number, _, text, translation, _, _, context, *_ in some
            for side, content in ((0, f"{context}{text}"), (1, translation))
            if content
        ]
        vectors = known.among([key for _, key in keys])
        found = [(number, vectors[key]) for number, key in keys if key in vectors]
        if found:
            table = np.stack([np.frombuffer(vector, dtype=np.float32) for _, vector in found])
            yield np.asarray([number for number, _ in found], dtype=np.int64), table


def _lexicon(words: Vocabulary, known: Known) -> Lexicon:
    """The words of the passages that stand in one language only."""
    found = {spoken: _of_words(words.best(spoken), known) for spoken in LANGUAGES}
    return Lexicon.build({spoken: (list(kept), np.stack(list(kept.values()))) for spoken, kept in found.items() if kept})


def _of_words(words: Mapping[str, str], known: Known) -> dict[str, Vectors]:
    """By term the vector of its word, where there is one."""
    keys = {term: text_key(word) for term, word in words.items()}
    vectors = known.among(list(keys.values()))
    return {term: np.frombuffer(vectors[key], dtype=np.float32) for term, key in keys.items() if key in vectors}


def _files(folder: Path) -> dict[str, Path]:
    """By relative name; Tantivy's lock files come and go."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith(".lock"))
    return {str(path.relative_to(folder)): path for path in found if path.name != MANIFEST}


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _touched(path: Path) -> list[int]:
    """Size and time of the last change; together they tell whether a file was written to."""
    state = path.stat()
    return [state.st_size, state.st_mtime_ns]


def _write_manifest(folder: Path, stamp: str, facts: dict[str, Any], before: Path | None) -> None:
    """Sums of files that are those of the folder before are taken over from there."""
    sums = json.loads((before / MANIFEST).read_text(encoding="utf-8"))["files"] if before else {}
    files = _files(folder)
    kept = {name: sums[name] for name, path in files.items() if before and name in sums and path.samefile(before / name)}
    found = {"stamp": stamp, "files": {name: kept.get(name) or _sum(path) for name, path in files.items()}}
    seen = {name: _touched(path) for name, path in files.items()}
    with (folder / MANIFEST).open("w", encoding="utf-8") as stream:
        json.dump({**found, "seen": seen, **facts}, stream)
        stream.flush()
        os.fsync(stream.fileno())


def is_sound(folder: Path, stamp: str, *, wholly: bool = False) -> bool:
    """Whether a folder is of this stamp, and all its files are there and unchanged by their checksums.

    A large file whose size and time are those it had when its sum was taken is read only where `wholly` is set.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files, sums, seen = _files(folder), manifest["files"], {} if wholly else manifest.get("seen", {})
        return bool(manifest["stamp"] == stamp and files.keys() == sums.keys()) and all(
            (path.stat().st_size >= _LARGE and seen.get(name) == _touched(path)) or _sum(path) == sums[name]
            for name, path in files.items()
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False
