"""Folder → library, one story: read, take apart, translate, encode, commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index import catalog, files, glossary, memory
from index.derived import text_key
from index.encoder import Encoder
from index.errors import DocumentError
from index.lexicon import vocabulary
from index.library import Library
from index.passages import passages
from index.records import ANSWERING, ArticleRecord, Document, Language
from index.rows import Addition, passage_context
from index.script import language
from index.settings import Settings
from index.structure import analyse
from index.terms import Terms

PIPELINE = 4
"""Raised when cleaning changes what it makes of a file, so that every document is read again."""

KEPT = "uploads"
"""Folder of a library for the files that came from no folder of the user's own."""

_BATCH = 64  # texts encoded between two commits of vectors

Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that could not be taken in, and why."""

    path: Path
    error: DocumentError


@dataclass(frozen=True, slots=True)
class Report:
    """What a run changed."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    encoded: int = 0  # texts

    @property
    def failed(self) -> tuple[str, ...]:
        """One sentence for each file that could not be taken in."""
        return tuple(str(fault.error) for fault in self.faults)


@dataclass(slots=True)
class _Plan:
    """What is to be done, worked out before anything is written."""

    add: list[Addition] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def index(
    paths: Sequence[Path],
    settings: Settings,
    encoder: Encoder,
    *,
    rebuild: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Brings the library up to date with files and folders; only what changed is touched.

    Documents of an indexed folder whose file is gone are removed.  A file that cannot be read is
    reported and leaves the rest, and what the library held of it, as it was.  `rebuild` reads and
    encodes all of them again.
    Files that the library itself keeps (see `index.uploads`) are looked through in every run.
    Raises LibraryError and its kin when the library cannot be written.
    """
    paths = [*paths, *([kept] if (kept := settings.library / KEPT).is_dir() else ())]
    found = files.find(paths)
    with Library.writing(settings.library) as library:
        manifest = library.manifest()
        book = _glossary_text(paths, manifest.get("glossary", ""))
        plan = _plan(library, found, paths, settings, rebuild=rebuild, progress=progress)
        again = rebuild or manifest.get("encoder", {}).get("fingerprint") != encoder.fingerprint
        if not (plan.add or plan.remove or again or book != manifest.get("glossary", "")):
            library.mend(Terms(glossary.parse(book).words()))
            return _report(plan, 0)
        spoken = encoder.languages()
        terms = Terms(glossary.parse(book).words())
        texts = [*_texts(library, plan, spoken), *(_words(library, plan, spoken, terms) if encoder.crosses() else ())]
        encoded = _encode(library, encoder, texts, progress, rebuild=rebuild)
        progress("write", 0, 1)
        library.commit(
            remove=plan.remove,
            add=plan.add,
            manifest={
                "encoder": {
                    "name": encoder.name,
                    "fingerprint": encoder.fingerprint,
                    "languages": sorted(spoken),
                    "crosses": encoder.crosses(),
                },
                "glossary": book,
                "passage_length": settings.passage_length,
                "pipeline": PIPELINE,
            },
            terms=terms,
        )
        progress("write", 1, 1)
        return _report(plan, encoded)


def remove(names: Sequence[str], settings: Settings) -> Report:
    """Takes documents out of the library by name, and their files where the library kept them.

    Raises DocumentError for a name it does not hold.
    """
    Library.open(settings.library).close()  # `writing` would make an empty one
    with Library.writing(settings.library) as library:
        held = {document["name"] for document in library.documents()}
        for name in names:
            if name not in held:
                raise DocumentError(f"The library holds no document “{name}”; see `wenzheng index --list`.")
        library.commit(
            remove=names,
            add=(),
            manifest={},
            terms=Terms(glossary.parse(library.manifest().get("glossary", "")).words()),
        )
        for name in names:  # once it is out: a file without its document comes back in the next run, and none is lost
            (settings.library / KEPT / name).unlink(missing_ok=True)
    return Report(removed=tuple(names))


def _report(plan: _Plan, encoded: int) -> Report:
    return Report(tuple(plan.added), tuple(plan.updated), tuple(plan.removed), tuple(plan.unchanged), tuple(plan.faults), encoded)


# -- what is to be done -------------------------------------------------------------------------


def _plan(
    library: Library,
    found: Sequence[Path],
    paths: Sequence[Path],
    settings: Settings,
    *,
    rebuild: bool,
    progress: Progress,
) -> _Plan:
    held = {document["name"]: document for document in library.documents()}
    gone = _gone(held, found, paths)
    plan = _Plan(remove=list(gone), removed=list(gone))
    owners = {key: record.source for key, record in library.articles().items() if record.source not in gone}
    coming = {path.name for path in found}
    records = {folder: catalog.load(folder / catalog.NAME) for folder in {path.parent for path in found}}
    memories = _Memories(paths)
    for number, path in enumerate(found):
        progress("read", number, len(found))
        known = held.get(path.name)
        own = records[path.parent].get(path.name, ())
        pairs, digest = memories.of(path)
        coming.discard(path.name)
        try:
            _same_name(path, known, [addition.path for addition in plan.add])
            state = _state(path, own, settings, digest)
            if known and known["state"] == state and known["path"] == str(path.resolve()) and not rebuild:
                plan.unchanged.append(path.name)
                continue
            document = analyse(files.read(path), own)
            _claim(document, owners, coming)
            made = passages(document, settings.passage_length, pairs.translate)
        except DocumentError as error:
            plan.faults.append(Fault(path, error))
            continue
        plan.add.append(Addition(document, state, path.resolve(), made, pairs.translate))
        (plan.updated if known else plan.added).append(path.name)
        if known:
            plan.remove.append(path.name)
    progress("read", len(found), len(found))
    return plan


def _gone(held: Mapping[str, Mapping[str, Any]], found: Sequence[Path], paths: Sequence[Path]) -> list[str]:
    """The documents of the folders given whose file is there no more."""
    folders = [path.resolve() for path in paths if path.is_dir()]
    present = {path.name for path in found}
    return [
        name
        for name, kept in held.items()
        if name not in present
        and any(Path(kept["path"]).is_relative_to(folder) for folder in folders)
        and not Path(kept["path"]).exists()
    ]


def _same_name(path: Path, known: dict[str, Any] | None, planned: Iterable[Path]) -> None:
    """Two files of one name cannot both be cited by it."""
    other = Path(known["path"]) if known and Path(known["path"]).exists() else None
    other = next((p for p in planned if p.name == path.name), other)
    if other is not None and other != path.resolve():
        raise DocumentError(f"{path}: the library already holds {other} under the same file name; rename one of them.")


def _claim(document: Document, owners: dict[str, str], coming: Collection[str]) -> None:
    """Makes a document the owner of its article ids; two articles of one id cannot both be cited by it.

    What the documents `coming` own now they will claim themselves.
    """
    name = document.source.name
    ids = [record.id for record in document.articles]
    for number, key in enumerate(ids):
        owner = owners.get(key, name)
        if key in ids[:number] or owner not in (name, *coming):
            raise DocumentError(
                f"{name}: the article id “{key}” is already that of an article in {owner}; give it another one in {catalog.NAME}."
            )
    for key in [key for key, owner in owners.items() if owner == name]:
        del owners[key]
    owners.update(dict.fromkeys(ids, name))


def _state(path: Path, records: Sequence[ArticleRecord], settings: Settings, translations: str) -> str:
    """A digest of all that a document's contents in the library depend on."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
    parts = json.dumps([[asdict(r) for r in records], PIPELINE, settings.passage_length, translations], ensure_ascii=False)
    return hashlib.sha256(hashlib.sha256(content).digest() + parts.encode()).hexdigest()


def _glossary_text(paths: Sequence[Path], kept: str) -> str:
    """The glossary beside the documents, checked; the library's own where there is none."""
    for folder in [path if path.is_dir() else path.parent for path in paths]:
        if (folder / glossary.NAME).is_file():
            return glossary.read(folder / glossary.NAME)
    return kept


class _Memories:
    """The translations for each file: those beside it and those of the folder given that holds it."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._given = [path for path in paths if path.is_dir()]
        self._loaded: dict[tuple[Path, ...], tuple[memory.Memory, str]] = {}

    def of(self, path: Path) -> tuple[memory.Memory, str]:
        """The translations for a file, and a digest of them."""
        folders = {path.parent, *(folder for folder in self._given if path.is_relative_to(folder))}
        key = tuple(folder / memory.FOLDER for folder in sorted(folders))
        if key not in self._loaded:
            self._loaded[key] = memory.load(key), " ".join(memory.digest(folder) for folder in key if folder.is_dir())
        return self._loaded[key]


# -- vectors ------------------------------------------------------------------------------------


def _texts(library: Library, plan: _Plan, spoken: frozenset[Language]) -> list[str]:
    """Every text side that the encoder can tell apart and that will stand in the library."""
    texts = library.sides(without=plan.remove)
    for addition in plan.add:
        contexts = {s.id: s.context for s in addition.document.sentences}
        for passage in addition.passages:
            texts += [f"{passage_context(passage, contexts)}{passage.text}", passage.translation or ""]
        for sentence in addition.document.sentences:
            if sentence.kind in ANSWERING:
                texts += [sentence.context or sentence.text, addition.translate(sentence.text) or ""]
    return [text for text in dict.fromkeys(texts) if text and language(text) in spoken]


def _words(library: Library, plan: _Plan, spoken: frozenset[Language], terms: Terms) -> list[str]:
    """The words of what will stand in one language only (see `index.lexicon`)."""
    lone = library.one_sided(without=plan.remove)
    lone += [(p.language, p.text) for a in plan.add for p in a.passages if p.kind in ANSWERING and not p.translation]
    found = [word for own in sorted(spoken) for word in vocabulary([t for o, t in lone if o == own], own, terms).values()]
    return list(dict.fromkeys(found))


def _encode(library: Library, encoder: Encoder, texts: Sequence[str], progress: Progress, *, rebuild: bool) -> int:
    """Vectors for texts that have none yet, committed batch by batch; returns how many were made."""
    known = set() if rebuild else library.known_vectors(encoder.fingerprint, [text_key(text) for text in texts])
    missing = [text for text in texts if text_key(text) not in known]
    # Texts of one length in a batch waste no padding.
    missing.sort(key=len)
    for at in range(0, len(missing), _BATCH):
        progress("encode", at, len(missing))
        batch = missing[at : at + _BATCH]
        library.keep_vectors(encoder.fingerprint, [text_key(text) for text in batch], encoder.encode(batch))
    progress("encode", len(missing), len(missing))
    return len(missing)
