"""What is to be done with each file, worked out file after file, so that few documents are held at a time."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from index import catalog, memory, taking
from index.errors import DocumentError
from index.library import Library
from index.records import ArticleRecord, Document
from index.rows import Addition
from index.settings import Settings
from index.taking import Job, Take

PIPELINE = 4
"""Raised when cleaning changes what it makes of a file, so that every document is read again."""

_STRETCH = 1_500_000  # characters of the documents that are held and committed together, some 5,000 passages


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that could not be taken in, and why."""

    path: Path
    error: DocumentError


@dataclass(slots=True)
class Stretch:
    """Documents that go in and out in one change."""

    add: list[Addition] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)


class Held(NamedTuple):
    """A document as the library holds it."""

    state: str
    path: str


class Plan:
    """What a run is to do; filled as `stretches` goes on."""

    def __init__(
        self, library: Library, found: Sequence[Path], paths: Sequence[Path], settings: Settings, *, rebuild: bool
    ) -> None:
        rows = library.select("SELECT name, state, path FROM documents ORDER BY name")
        self.held = {name: Held(state, path) for name, state, path in rows}
        self.removed = _gone(self.held, found, paths)
        self.added: list[str] = []
        self.updated: list[str] = []
        self.unchanged: list[str] = []
        self.faults: list[Fault] = []
        self._found, self._settings, self._rebuild = found, settings, rebuild
        gone = set(self.removed)
        owners = library.select("SELECT a.id, d.name FROM articles a JOIN documents d ON d.id = a.document")
        self._owners = {article: name for article, name in owners if name not in gone}
        self._own: defaultdict[str, list[str]] = defaultdict(list)
        for article, name in self._owners.items():
            self._own[name].append(article)
        self._coming = {path.name for path in found}
        self._taken: dict[str, Path] = {}
        self._records = {folder: catalog.load(folder / catalog.NAME) for folder in {path.parent for path in found}}
        self._memories = _Memories(paths)
        self.take: Take = lambda job: taking.take(job, self._memories.of(job.path.parent)[0].translate)
        for folder in self._records:  # so that a broken one stops the run before anything is written
            self._memories.of(folder)

    def due(self) -> list[Job]:
        """What is to be taken in, as far as can be told without taking anything in."""
        return [self._job(path) for path in self._found if self._changed(path)]

    def _job(self, path: Path) -> Job:
        records = self._records[path.parent].get(path.name, ())
        return Job(path, records, self._memories.folders(path.parent), self._settings.passage_length)

    def _changed(self, path: Path) -> bool:
        known = self.held.get(path.name)
        try:
            state = _state(path, self._job(path).records, self._settings, self._memories.of(path.parent)[1])
        except DocumentError:
            return False
        return self._rebuild or known != (state, str(path.resolve()))

    def stretches(self, looked: Callable[[int], None]) -> Iterator[Stretch]:
        """The changes in order, the last one perhaps empty; `looked` is told how many files were looked at."""
        stretch, size = Stretch(remove=list(self.removed)), 0
        lenders: set[str] = set()  # documents still to come whose article ids have gone to others
        for number, path in enumerate(self._found):
            looked(number)
            self._coming.discard(path.name)
            lenders.discard(path.name)
            addition = self._addition(path, lenders)
            if addition is not None:
                stretch.add.append(addition)
                size += len(addition.document.source.text)
                if path.name in self.held:
                    stretch.remove.append(path.name)
            if size >= _STRETCH and not lenders and number + 1 < len(self._found):
                yield stretch
                stretch, size = Stretch(), 0
        looked(len(self._found))
        yield stretch

    def _addition(self, path: Path, lenders: set[str]) -> Addition | None:
        """The document in a file, None where it stands as it is or cannot be taken in."""
        known = self.held.get(path.name)
        own = self._records[path.parent].get(path.name, ())
        pairs, digest = self._memories.of(path.parent)
        try:
            self._same_name(path, known)
            state = _state(path, own, self._settings, digest)
            if known and known == (state, str(path.resolve())) and not self._rebuild:
                self.unchanged.append(path.name)
                return None
            document, made = self.take(self._job(path))
            lenders |= self._claim(document)
        except DocumentError as error:
            self.faults.append(Fault(path, error))
            return None
        self._taken[path.name] = path
        (self.updated if known else self.added).append(path.name)
        return Addition(document, state, path.resolve(), made, pairs.translate)

    def _same_name(self, path: Path, known: Held | None) -> None:
        """Two files of one name cannot both be cited by it."""
        other = Path(known.path) if known and Path(known.path).exists() else None
        other = self._taken.get(path.name, other)
        if other is not None and other != path.resolve():
            raise DocumentError(f"{path}: the library already holds {other} under the same file name; rename one of them.")

    def _claim(self, document: Document) -> set[str]:
        """Makes a document the owner of its article ids; two articles of one id cannot both be cited by it.

        What documents to come own now they will claim themselves; these are returned.
        """
        name = document.source.name
        ids = [record.id for record in document.articles]
        lenders = {owner for key in ids if (owner := self._owners.get(key, name)) != name}
        for number, key in enumerate(ids):
            owner = self._owners.get(key, name)
            if key in ids[:number] or (owner != name and owner not in self._coming):
                raise DocumentError(
                    f"{name}: the article id “{key}” is already that of an article in {owner}; "
                    f"give it another one in {catalog.NAME}."
                )
        for key in self._own.pop(name, ()):
            if self._owners[key] == name:
                del self._owners[key]
        self._owners.update(dict.fromkeys(ids, name))
        return lenders


def _gone(held: Mapping[str, Held], found: Sequence[Path], paths: Sequence[Path]) -> list[str]:
    """The documents of the folders given whose file is there no more."""
    folders = [path.resolve() for path in paths if path.is_dir()]
    present = {path.name for path in found}
    return [
        name
        for name, kept in held.items()
        if name not in present
        and any(Path(kept.path).is_relative_to(folder) for folder in folders)
        and not Path(kept.path).exists()
    ]


def _state(path: Path, records: Sequence[ArticleRecord], settings: Settings, translations: str) -> str:
    """A digest of all that a document's contents in the library depend on."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
    parts: Any = [[asdict(r) for r in records], PIPELINE, settings.passage_length, translations]
    return hashlib.sha256(hashlib.sha256(content).digest() + json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


class _Memories:
    """The translations for each folder: those beside its files and those of the folder given that holds it."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._given = [path for path in paths if path.is_dir()]
        self._loaded: dict[tuple[Path, ...], tuple[memory.Memory, str]] = {}

    def of(self, folder: Path) -> tuple[memory.Memory, str]:
        """The translations for the files of a folder, and a digest of them."""
        key = self.folders(folder)
        if key not in self._loaded:
            self._loaded[key] = memory.load(key), " ".join(memory.digest(folder) for folder in key if folder.is_dir())
        return self._loaded[key]

    def folders(self, folder: Path) -> tuple[Path, ...]:
        """Where they stand."""
        folders = {folder, *(given for given in self._given if folder.is_relative_to(given))}
        return tuple(folder / memory.FOLDER for folder in sorted(folders))
