"""A file → its document, its passages and the texts that have vectors: the part of indexing that any machine can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import files
from index.passages import passages
from index.records import ANSWERING, ArticleRecord, Document, Passage
from index.rows import passage_context
from index.structure import analyse


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be taken in, and all that the outcome depends on."""

    path: Path
    records: tuple[ArticleRecord, ...]
    memories: tuple[Path, ...]  # folders of translations
    length: int  # characters a passage aims at


Made = tuple[Document, list[Passage]]

Translate = Callable[[str], str | None]

Take = Callable[[Job], Made]
"""Takes a file in; raises DocumentError where it cannot be."""


def take(job: Job, translate: Translate) -> Made:
    """Reads, cleans and splits a file; `translate` knows the translations of its folders."""
    document = analyse(files.read(job.path), job.records)
    return document, passages(document, job.length, translate)


def texts(document: Document, made: Sequence[Passage], translate: Translate) -> Iterator[str]:
    """What has vectors: passages with their context, sentences that may answer, translations of both; some may be empty."""
    contexts = {s.id: s.context for s in document.sentences}
    for passage in made:
        yield f"{passage_context(passage, contexts)}{passage.text}"
        yield passage.translation or ""
    for sentence in document.sentences:
        if sentence.kind in ANSWERING:
            yield sentence.context or sentence.text
            yield translate(sentence.text) or ""
