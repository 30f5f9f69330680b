"""What is in a library: every document in figures, and as the document it was taken apart into."""

from __future__ import annotations

import json
from dataclasses import dataclass

from index.build import KEPT
from index.errors import LibraryError
from index.library import Library
from index.records import ArticleRecord, Document, Footnote, SourceText


@dataclass(frozen=True, slots=True)
class Holding:
    """One document of a library, in figures."""

    name: str
    media_type: str
    kept: bool  # by the library itself, not read from a folder of the user's own
    articles: tuple[ArticleRecord, ...]  # without front and back matter
    characters: int
    sections: int
    pages: int  # known by their labels
    sentences: int
    translated: int  # sentences
    footnotes: int
    tied: int  # footnotes whose mark was found in a sentence


def holdings(library: Library) -> list[Holding]:
    """All documents of a library, by name."""
    articles: dict[str, list[ArticleRecord]] = {}
    for record in library.articles().values():
        if record.kind != "part":
            articles.setdefault(record.source, []).append(record)
    # Pages are numbered anew in every article, and a heading may stand in two of them.
    said = {
        row[0]: row[1:]
        for row in library.select(
            "SELECT document, count(DISTINCT CASE section WHEN '[]' THEN NULL ELSE article || char(0) || section END), "
            "count(DISTINCT CASE WHEN page IS NULL THEN NULL ELSE article || char(0) || page END), "
            "count(*), count(translation) FROM sentences GROUP BY document"
        )
    }
    notes = {
        row[0]: row[1:] for row in library.select("SELECT document, count(*), count(sentence) FROM footnotes GROUP BY document")
    }
    return [
        Holding(
            document["name"],
            document["media_type"],
            (library.folder / KEPT / document["name"]).is_file(),
            tuple(articles.get(document["name"], ())),
            document["characters"],
            *said.get(document["id"], (0, 0, 0, 0)),
            *notes.get(document["id"], (0, 0)),
        )
        for document in library.documents()
    ]


def document(library: Library, name: str) -> Document:
    """A document as it was when it was taken apart, its sentences and notes with the library's own numbers.

    Raises LibraryError where the library holds none of that name.
    """
    found = library.select("SELECT id, sha256, media_type, encoding, joins, exceptions FROM documents WHERE name = ?", (name,))
    if not found:
        raise LibraryError(f"The library holds no document “{name}”; see `wenzheng index --list`.")
    number, sha256, media_type, encoding, joins, exceptions = found[0]
    notes = library.select(
        'SELECT id, article, label, start, "end", text, page, sentence, same_as FROM footnotes WHERE document = ? ORDER BY id',
        (number,),
    )
    return Document(
        SourceText(name, library.source_text(name), sha256, media_type, encoding),
        tuple(record for record in library.articles().values() if record.source == name),
        tuple(library.sentences(document=name)),
        tuple(Footnote(*note) for note in notes),
        tuple(library.pieces(name)),
        tuple(json.loads(joins)),
        tuple(json.loads(exceptions)),
    )
