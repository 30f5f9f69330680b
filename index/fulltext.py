"""Terms → passages by BM25: the one import of Tantivy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import LibraryError
from index.vector_files import link

FOLDER = "fulltext"
FIELDS = ("zh", "zh_grams", "zh_head", "zh_near", "en", "en_head", "en_near")
"""By side: the terms of a passage, of its headings, of the passages around it; Chinese character pairs."""
_HEAP = 50_000_000  # bytes the writer may hold before it flushes
_MOST = 0.7  # part of the passages allowed from which the best of all are looked through for those that are
_MORE = 1.3  # times as many of them as would do if those allowed stood evenly among them


@dataclass(frozen=True, slots=True)
class Entry:
    """One passage as terms by field; the others are exact values that a search can be limited by."""

    id: int
    terms: Mapping[str, Sequence[str]]
    source: str
    article: str
    sides: str = ""  # the languages it stands in: zh, en, or both


class FullText:
    """A BM25 index over fields of terms."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._searcher = index.searcher()

    @property
    def size(self) -> int:
        """How many passages it holds."""
        return int(self._searcher.num_docs)

    def frequency(self, field: str, term: str) -> int:
        """In how many passages the field holds the term."""
        return int(self._searcher.doc_freq(field, term))

    @classmethod
    def build(cls, entries: Iterable[Entry], folder: Path | None) -> FullText:
        """Writes an index into a folder, or into memory when there is none."""
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_unsigned_field("id", stored=True, indexed=True)
        for name in ("source", "article", "sides"):
            schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
        for name in FIELDS:
            schema.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        path = None
        if folder is not None:
            (folder / FOLDER).mkdir(parents=True)
            path = str(folder / FOLDER)
        try:
            return cls(_written(tantivy.Index(schema.build(), path=path), (), entries))
        except ValueError as error:  # what Tantivy makes of an error of the disk
            if folder is None:
                raise
            raise LibraryError(f"{folder / FOLDER} cannot be written; free some space and run `wenzheng index` again.") from error

    @classmethod
    def update(cls, before: Path, folder: Path, gone: Iterable[str], entries: Iterable[Entry]) -> FullText:
        """The index saved in one folder, with the passages of some sources taken out and others put in, in another folder.

        Files that stay as they are get a second name: Tantivy never writes to one that is there.
        """
        import tantivy

        (folder / FOLDER).mkdir(parents=True)
        try:
            for path in (before / FOLDER).iterdir():
                if not path.name.endswith(".lock"):
                    link(path, folder / FOLDER / path.name)
            return cls(_written(tantivy.Index.open(str(folder / FOLDER)), gone, entries))
        except ValueError as error:
            raise LibraryError(f"{folder / FOLDER} cannot be written; free some space and run `wenzheng index` again.") from error

    @classmethod
    def read(cls, folder: Path) -> FullText:
        """The index saved in a folder; raises LibraryError when it is none."""
        import tantivy

        try:
            return cls(tantivy.Index.open(str(folder / FOLDER)))
        except (ValueError, OSError) as error:
            raise LibraryError(f"{folder / FOLDER} cannot be read as a full-text index; run `wenzheng index`.") from error

    def search(
        self,
        terms: Mapping[str, Mapping[str, float]],
        k: int,
        limits: Mapping[str, Sequence[str]] | None = None,
    ) -> list[tuple[int, float]]:
        """The `k` best passage ids with their BM25 score, best first.

        `terms` gives by field the terms and their weights; `limits` by facet the values allowed.
        """
        from tantivy import Occur, Query

        schema = self._index.schema
        wanted = [
            (Occur.Should, Query.boost_query(Query.term_query(schema, field, term, index_option="freq"), weight))
            for field, weights in terms.items()
            for term, weight in weights.items()
            if weight > 0
        ]
        if not wanted:
            return []
        if not limits:
            return self._told(self._hits(wanted, k))
        allowed = [(Occur.Must, Query.const_score_query(self._any(facet, values), 0.0)) for facet, values in limits.items()]
        share = self._share(limits)
        if share > _MOST:
            # By itself at the top: only there does Tantivy pass over what cannot come among the best.
            depth = math.ceil(_MORE * k / share)
            hits = self._hits(wanted, depth)
            found = self._told(hits)
            ids = Query.term_set_query(schema, "id", [number for number, _ in found])
            kept = {number for number, _ in self._told(self._hits([(Occur.Must, ids), *allowed], depth))}
            if len(hits) < depth or len(kept) >= k:
                return [hit for hit in found if hit[0] in kept][:k]
        return self._told(self._hits([(Occur.Must, Query.boolean_query(wanted)), *allowed], k))

    def _hits(self, clauses: Sequence[Any], k: int) -> list[Any]:
        """The `k` best of a query as (score, address)."""
        from tantivy import Query

        found: list[Any] = self._searcher.search(Query.boolean_query(clauses), limit=k, count=False).hits
        return found

    def _told(self, hits: Sequence[Any]) -> list[tuple[int, float]]:
        """Passage ids with their score, best first."""
        found = [(int(self._searcher.doc(address)["id"][0]), float(score)) for score, address in hits]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def _any(self, facet: str, values: Sequence[str]) -> Any:
        """Whether a facet has one of the values."""
        from tantivy import Occur, Query

        own = [Query.term_query(self._index.schema, facet, value, index_option="basic") for value in values]
        return Query.boolean_query([(Occur.Should, one) for one in own])

    def _share(self, limits: Mapping[str, Sequence[str]]) -> float:
        """About what part of the passages the limits allow, from 0 to 1."""
        held = (sum(self.frequency(facet, value) for value in values) for facet, values in limits.items())
        return math.prod(min(1.0, count / max(1, self.size)) for count in held)


def _written(index: Any, gone: Iterable[str], entries: Iterable[Entry]) -> Any:
    """An index without the passages of the sources `gone`, and with the entries."""
    import tantivy

    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for source in gone:
        writer.delete_documents_by_term("source", source)
    for entry in entries:
        document = tantivy.Document(source=entry.source, article=entry.article, sides=entry.sides)
        document.add_unsigned("id", entry.id)
        for name, terms in entry.terms.items():
            document.add_text(name, " ".join(terms))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index
