"""A span of a document → its words, and the sentences around it."""

from __future__ import annotations

from typing import Any

from index.errors import UsageError
from index.library import Library
from index.records import Footnote, Sentence

LONGEST = 20_000
"""Characters of a span: a section, not a book."""


def passage_json(library: Library, source: str, start: int, end: int, around: int) -> dict[str, Any]:
    """What stands in a span and around it; raises LibraryError for an unknown document, UsageError for a span beyond it."""
    if end - start > LONGEST:
        raise UsageError(f"The span {start}–{end} has {end - start} characters; it must have at most {LONGEST:,}.")
    length = len(library.source_text(source))
    if end > length:
        raise UsageError(f"The span {start}–{end} reaches beyond “{source}”, which has {length} characters; give one inside it.")
    own = [sentence for sentence in library.sentences(document=source) if sentence.start < end and sentence.end > start]
    shown = _around(library, own, around)
    article = own[0].article if own else None
    numbers = [sentence.id for sentence in shown]
    translations = library.translations(numbers)
    notes: dict[int | None, list[Footnote]] = {}
    for note in library.footnotes(numbers):
        notes.setdefault(note.sentence, []).append(note)
    return {
        "source": source,
        "article": article,
        "title": library.articles([article])[article].title if article else None,
        "start": start,
        "end": end,
        "text": library.text_between(source, start, end),
        "sentences": [
            {
                "start": sentence.start,
                "end": sentence.end,
                "kind": str(sentence.kind),
                "section": list(sentence.section),
                "page": sentence.page,
                "text": sentence.text,
                "translation": translations.get(sentence.id),
                "inside": sentence.start < end and sentence.end > start,
                "footnotes": [{"label": note.label, "text": note.text, "page": note.page} for note in notes.get(sentence.id, ())],
            }
            for sentence in shown
        ],
    }


def _around(library: Library, own: list[Sentence], around: int) -> list[Sentence]:
    """The sentences with those before and after them in the same article."""
    if not own:
        return []
    before = library.neighbours(own[0], around, 0)
    after = library.neighbours(own[-1], 0, around)
    found = {sentence.id: sentence for sentence in (*before, *own, *after)}
    return [found[number] for number in sorted(found)]
