"""Folder → library, one story: read, take apart, translate, encode, commit, a stretch of documents at a time.

What a stretch has brought in stays in: a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import files, glossary, removal, stores, taking
from index.derived import text_key
from index.encoder import Encoder, Vectors, fast
from index.errors import DocumentError
from index.library import Library
from index.plan import PIPELINE, Fault, Plan, Stretch
from index.records import ANSWERING, Language
from index.script import language
from index.settings import Settings
from index.taking import Take
from index.terms import Terms
from index.vocabulary import Vocabulary

KEPT = "uploads"
"""Folder of a library for the files that came from no folder of the user's own."""

_BATCH = 128  # texts encoded between two looks at the clock
_EVERY = 2.0  # seconds between two commits of vectors
_DOCUMENTS = 200  # documents whose texts are looked through together

Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done, and how much there is."""


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
    found = files.find(paths)  # a path that is not there makes no library
    with Library.writing(settings.library, stores.chosen(settings)) as library:
        if (own := settings.library / KEPT).is_dir():
            removal.settle(own, _names(library))
            paths = [*paths, own]
            found = files.find(paths)  # only here: before, another process could still take one of them away
        manifest = library.manifest()
        book = _glossary_text(paths, manifest.get("glossary", ""))
        terms = Terms(glossary.parse(book).words())
        again = rebuild or manifest.get("encoder", {}).get("fingerprint") != encoder.fingerprint
        plan = Plan(library, found, paths, settings, rebuild=rebuild)
        making = _Vectors(library, fast(encoder) if settings.encoding == "fast" else encoder, progress, fresh=rebuild)
        if again:
            gone = set(plan.removed)
            making.all_of([name for name in plan.held if name not in gone], terms)
        due = again or book != manifest.get("glossary", "")
        written = False
        with _hands(plan, settings, encoder, making) as plan.take:
            for stretch in plan.stretches(lambda number: progress("read", number, len(found))):
                if not (stretch.add or stretch.remove or due):
                    continue
                making.of(stretch, terms)
                progress("write", 0, 1)
                facts = _facts(encoder, book, settings)
                library.commit(remove=stretch.remove, add=stretch.add, manifest=facts, terms=terms)
                progress("write", 1, 1)
                due, written = False, True
        if not written:
            library.mend(terms)
        return _report(plan, making.made)


def remove(names: Sequence[str], settings: Settings) -> Report:
    """Takes documents out of the library by name, and their files where the library kept them.

    Raises DocumentError for a name it does not hold.
    """
    Library.open(settings.library).close()  # `writing` would make an empty one
    with Library.writing(settings.library, stores.chosen(settings)) as library:
        held = _names(library)
        for name in names:
            if name not in held:
                raise DocumentError(f"The library holds no document “{name}”; see `wenzheng index --list`.")
        own = settings.library / KEPT
        removal.settle(own, held)
        removal.put_aside(own, names)
        try:
            library.commit(
                remove=names,
                add=(),
                manifest={},
                terms=Terms(glossary.parse(library.manifest().get("glossary", "")).words()),
            )
        finally:
            removal.settle(own, _names(library))
    return Report(removed=tuple(names))


def _names(library: Library) -> set[str]:
    return {str(name) for (name,) in library.select("SELECT name FROM documents")}


def _hands(plan: Plan, settings: Settings, encoder: Encoder, making: _Vectors) -> AbstractContextManager[Take]:
    """What takes files in: this process, or all that Ray has."""
    if not settings.ray or not (jobs := plan.due()):
        return nullcontext(plan.take)
    from index import fan_out

    return fan_out.hands(jobs, settings.ray, encoder, making.keep, plan.take)


def _report(plan: Plan, encoded: int) -> Report:
    return Report(tuple(plan.added), tuple(plan.updated), tuple(plan.removed), tuple(plan.unchanged), tuple(plan.faults), encoded)


def _facts(encoder: Encoder, book: str, settings: Settings) -> dict[str, Any]:
    """What the manifest keeps of a run."""
    return {
        "encoder": {
            "name": encoder.name,
            "fingerprint": encoder.fingerprint,
            "languages": sorted(encoder.languages()),
            "crosses": encoder.crosses(),
        },
        "glossary": book,
        "passage_length": settings.passage_length,
        "pipeline": PIPELINE,
    }


def _glossary_text(paths: Sequence[Path], kept: str) -> str:
    """The glossary beside the documents, checked; the library's own where there is none."""
    for folder in [path if path.is_dir() else path.parent for path in paths]:
        if (folder / glossary.NAME).is_file():
            return glossary.read(folder / glossary.NAME)
    return kept


# -- vectors ------------------------------------------------------------------------------------


class _Vectors:
    """Makes the vectors that are missing, and commits them as they come."""

    def __init__(self, library: Library, encoder: Encoder, progress: Progress, *, fresh: bool) -> None:
        self._library, self._encoder, self._progress = library, encoder, progress
        self._spoken = encoder.languages()
        self._done: set[str] | None = set() if fresh else None  # keys made in this run, where those of others do not count
        self.made = 0

    def of(self, stretch: Stretch, terms: Terms) -> None:
        """For documents on their way in: passages, sentences, translations of both, and words."""
        texts = [text for a in stretch.add for text in taking.texts(a.document, a.passages, a.translate)]
        lone = [(p.language, p.text) for a in stretch.add for p in a.passages if p.kind in ANSWERING and not p.translation]
        self._make([*texts, *self._words(lone, terms)])

    def keep(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Commits vectors that others have made."""
        self._library.keep_vectors(self._encoder.fingerprint, keys, vectors)
        self.made += len(keys)
        if self._done is not None:
            self._done.update(keys)

    def all_of(self, names: Sequence[str], terms: Terms) -> None:
        """For documents that the library holds."""
        for at in range(0, len(names), _DOCUMENTS):
            self._make(self._library.sides(names[at : at + _DOCUMENTS]))

        def lone() -> Iterator[tuple[Language, str]]:
            for at in range(0, len(names), _DOCUMENTS):
                yield from self._library.one_sided(names[at : at + _DOCUMENTS])

        if names:
            self._make(self._words(lone(), terms))

    def _words(self, lone: Iterable[tuple[Language, str]], terms: Terms) -> list[str]:
        """The words of what stands in one language only (see `index.lexicon`)."""
        if not self._encoder.crosses():
            return []
        counts = Vocabulary()
        counts.add(lone, terms)
        return [word for own in sorted(self._spoken) for word in counts.best(own).values()]

    def _make(self, texts: Iterable[str]) -> None:
        wanted = [text for text in dict.fromkeys(texts) if text and language(text) in self._spoken]
        keys = {text: text_key(text) for text in wanted}
        known = self._library.known_vectors(self._encoder.fingerprint, keys.values()) if self._done is None else self._done
        # Texts of one language and length in a batch waste no padding.
        missing = sorted((text for text in wanted if keys[text] not in known), key=lambda text: (language(text), len(text)))
        waiting: list[str] = []
        made: list[Vectors] = []
        begun = time.monotonic()
        for at in range(0, len(missing), _BATCH):
            self._progress("encode", at, len(missing))
            batch = missing[at : at + _BATCH]
            waiting += [keys[text] for text in batch]
            made.append(self._encoder.encode(batch))
            if time.monotonic() - begun > _EVERY or at + _BATCH >= len(missing):
                self._library.keep_vectors(self._encoder.fingerprint, waiting, np.concatenate(made))
                waiting, made, begun = [], [], time.monotonic()
        self._progress("encode", len(missing), len(missing))
        self.made += len(missing)
        if self._done is not None:
            self._done.update(keys[text] for text in missing)
