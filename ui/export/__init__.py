"""Answers → files to keep: Markdown, Word and HTML with every quotation and its source; BibTeX and RIS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from index.records import ArticleRecord, Language
from rag import exchange
from rag.records import Answer
from ui.export import html, markdown, word
from ui.export.blocks import Block, Style, blocks, cited_articles

__all__ = ["FORMATS", "Kind", "Style", "cited_articles", "export"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: how its name ends, and what writes it."""

    suffix: str
    write: Callable[[Sequence[Block], Language], bytes] | None  # none for the data formats, which hold references only


FORMATS: Mapping[str, Kind] = {
    "docx": Kind(".docx", word.write),
    "markdown": Kind(".md", markdown.write),
    "html": Kind(".html", html.write),
    "bibtex": Kind(".bib", None),
    "ris": Kind(".ris", None),
}


def export(
    answers: Sequence[Answer],
    articles: Mapping[str, ArticleRecord],
    format: str,
    style: Style,
    language: Language,
    made: date | None = None,
) -> bytes:
    """The answers as a file of one of the FORMATS; `language` is that of everything between the answers' own words."""
    write = FORMATS[format].write
    if write is not None:
        return write(blocks(answers, articles, style, language, made), language)
    records = cited_articles(answers, articles)
    return (exchange.bibtex(records) if format == "bibtex" else exchange.ris(records)).encode()
