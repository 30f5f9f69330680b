"""What documents that went out of a library left behind: it does no harm, but takes space until it is cleared away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index import glossary, stores
from index.derived import text_key
from index.library import Library
from index.records import LANGUAGES
from index.settings import Settings
from index.terms import Terms
from index.vocabulary import Vocabulary

_DOCUMENTS = 200  # looked through together


@dataclass(frozen=True, slots=True)
class Compacted:
    """What compacting a library removed."""

    vectors: int  # of texts that it holds no more
    passages: int  # that had gone out of the indexes by name only
    freed: int  # bytes; below 0 where the indexes built anew are larger


def compact(settings: Settings) -> Compacted:
    """Builds the indexes whole, removes vectors of texts that the library holds no more and gives free space back.

    Raises LibraryMissing where there is none, LibraryBusy while another process is writing.
    """
    Library.open(settings.library).close()  # `writing` would make an empty one
    with Library.writing(settings.library, stores.chosen(settings)) as library:
        before, gone = _size(library), library.gone()
        terms = Terms(glossary.parse(library.manifest().get("glossary", "")).words())
        vectors = library.keep_only(text_key(text) for text in _texts(library, terms))
        library.commit(remove=(), add=(), manifest={}, terms=terms, anew=True)
        library.shrink()
        library.mend(terms)
        return Compacted(vectors, gone, before - _size(library))


def _texts(library: Library, terms: Terms) -> Iterator[str]:
    """Every text whose vector is of use."""
    names = [name for (name,) in library.select("SELECT name FROM documents ORDER BY name")]
    words = Vocabulary()
    for at in range(0, len(names), _DOCUMENTS):
        yield from library.sides(names[at : at + _DOCUMENTS])
        words.add(library.one_sided(names[at : at + _DOCUMENTS]), terms)
    for spoken in LANGUAGES:
        yield from words.best(spoken).values()


def _size(library: Library) -> int:
    """Bytes of the folder; files of the indexes that have several names count once."""
    found = {
        (state.st_dev, state.st_ino): state.st_size for p in library.folder.rglob("*") if p.is_file() for state in [p.stat()]
    }
    return sum(found.values())
