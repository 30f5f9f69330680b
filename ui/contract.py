"""Records → the JSON that other programs rely on, field for field as DESIGN has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.records import ArticleRecord, Passage, SearchResult
from rag.records import Answer, Citation


def answer_json(answer: Answer, articles: Mapping[str, ArticleRecord]) -> dict[str, Any]:
    """An answer as `wenzheng ask --json` prints it."""
    return {
        "id": answer.id,
        "question": answer.question,
        "language": answer.language,
        "refused": answer.refused,
        "text": answer.text,
        "claims": [
            {"text": c.text, "citations": list(c.citations), "support": round(c.support, 3), "verdict": c.verdict}
            for c in answer.claims
        ],
        "citations": [_citation(c) for c in answer.citations],
        "also_searched": list(answer.also_searched),
        "nearest": [_passage(passage, articles) for passage in answer.nearest],
        "reader": answer.reader,
        "encoder": answer.encoder,
        "elapsed_ms": answer.elapsed_ms,
    }


def search_json(result: SearchResult, articles: Mapping[str, ArticleRecord], id: str | None = None) -> dict[str, Any]:
    """A search as `wenzheng search --json` prints it."""
    return {
        "id": id,
        "question": result.question,
        "hits": [
            {
                "rank": hit.rank,
                "score": round(hit.score, 6),
                **_passage(hit.passage, articles),
                "found_by": list(hit.found_by),
            }
            for hit in result.hits
        ],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "source": citation.source,
        "article": citation.article,
        "title": citation.title,
        "authors": list(citation.authors),
        "section": list(citation.section),
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "quote_translation": citation.quote_translation,
        "footnotes": [{"label": note.label, "text": note.text, "page": note.page} for note in citation.footnotes],
        "title_other": citation.title_other,
        "section_translation": list(citation.section_translation),
    }


def _passage(passage: Passage, articles: Mapping[str, ArticleRecord]) -> dict[str, Any]:
    return {
        "source": passage.source,
        "article": passage.article,
        "title": articles[passage.article].title,
        "section": list(passage.section),
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "translation": passage.translation,
    }
