"""A library seen by somebody from whom some of its documents are hidden: it answers as if they were not there.

Whatever gives words of a document is stopped here, so that nothing above has to remember it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from index.derived import Indexes
from index.errors import LibraryError
from index.library import Library
from index.records import ArticleRecord, Footnote, Passage, PassageFacts, Piece, Said, SearchResult, Sentence
from index.search import Searcher
from index.terms import Terms


class VeiledLibrary(Library):
    """The library of another object, over the same connection and indexes, without the documents hidden."""

    def __init__(self, whole: Library, hidden: Collection[str]) -> None:
        super().__init__(whole.folder, whole._db)
        self._whole = whole
        self._hidden = frozenset(hidden)

    @cached_property
    def _away(self) -> frozenset[str]:
        """Ids of the articles in hidden documents."""
        marks = ",".join("?" * len(self._hidden))
        sql = f"SELECT a.id FROM articles a JOIN documents d ON d.id = a.document WHERE d.name IN ({marks})"
        return frozenset(row[0] for row in self.select(sql, sorted(self._hidden)))

    def indexes(self, terms: Terms) -> Indexes:
        return self._whole.indexes(terms)

    def close(self) -> None:
        """Leaves the library open to those who see all of it."""

    def documents(self) -> list[dict[str, Any]]:
        return [document for document in super().documents() if document["name"] not in self._hidden]

    def source_text(self, name: str) -> str:
        if name in self._hidden:
            raise LibraryError(f"The library holds no document “{name}”; see `wenzheng index --list`.")
        return super().source_text(name)

    def pieces(self, name: str, start: int = 0, end: int | None = None) -> list[Piece]:
        return [] if name in self._hidden else super().pieces(name, start, end)

    def articles(self, ids: Iterable[str] | None = None) -> dict[str, ArticleRecord]:
        return {key: record for key, record in super().articles(ids).items() if record.source not in self._hidden}

    def article(self, article: str) -> ArticleRecord | None:
        return None if article in self._away else super().article(article)

    def sentences(self, ids: Sequence[int] | None = None, *, document: str | None = None) -> list[Sentence]:
        return [sentence for sentence in super().sentences(ids, document=document) if sentence.article not in self._away]

    def reading(self, article: str) -> list[tuple[Sentence, str | None]]:
        return [] if article in self._away else super().reading(article)

    def notes(self, article: str, first: int, last: int) -> list[tuple[Footnote, str | None]]:
        return [] if article in self._away else super().notes(article, first, last)

    def translations(self, ids: Sequence[int]) -> dict[int, str]:
        return super().translations([sentence.id for sentence in self.sentences(ids)])

    def said(self, ids: Sequence[int]) -> dict[int, Said]:
        return {number: said for number, said in super().said(ids).items() if said.article not in self._away}

    def footnotes(self, sentence_ids: Sequence[int]) -> list[Footnote]:
        return [note for note in super().footnotes(sentence_ids) if note.article not in self._away]

    def footnote(self, number: int) -> Footnote | None:
        found = super().footnote(number)
        return None if found is None or found.article in self._away else found

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        return [passage for passage in super().passages(ids) if passage.source not in self._hidden]

    def passage_facts(self, ids: Iterable[int]) -> dict[int, PassageFacts]:
        return super().passage_facts([passage.id for passage in self.passages(sorted(set(ids)))])


class VeiledSearcher(Searcher):
    """Searches the documents that are left; hidden ones take no place among the best."""

    def __init__(self, whole: Searcher, hidden: Collection[str]) -> None:
        vars(self).update(vars(whole))  # glossary, terms and encoder are the same, and are made once
        self.library = VeiledLibrary(whole.library, hidden)
        self._grounds = dict(whole._grounds)

    def search(self, question: str, k: int = 10, limits: Mapping[str, Sequence[str]] | None = None) -> SearchResult:
        seen = [str(document["name"]) for document in self.library.documents()]
        sources = [name for name in (limits or {}).get("source", seen) if name in set(seen)]
        return super().search(question, k, {**(limits or {}), "source": sources})
