"""References and files for programs: what the page's own export offers, over HTTP."""

from __future__ import annotations

import base64
import time
from typing import Any, Literal, get_args

from index.errors import UsageError
from index.records import LANGUAGES
from rag import exchange, references
from rag.answer import Answerer
from ui.export import FORMATS
from ui.export.blocks import Style, entries
from ui.export.command import file_of
from ui.limits import limits
from ui.web import checked, origin
from ui.web.desk import Desk

_STYLES: tuple[Style, ...] = (*get_args(references.Style), *get_args(exchange.Format))


class Files:
    """The endpoints; their signatures and docstrings are what Gradio's API page shows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def references(
        self, citations: list[dict[str, Any]] | None = None, style: Literal["gbt", "apa", "chicago", "bibtex", "ris"] = "gbt"
    ) -> list[dict[str, Any]]:
        """Give the bibliography of citations in a style: each article once, in the order of the style.

        Args:
            citations: Objects with an article and, where known, a page, such as the citations of an answer; 1 to 100.
            style: gbt (GB/T 7714-2015), apa (7), chicago (18), bibtex or ris.

        Returns:
            For each article article, reference, note; the note says of a digest that it is one, and is empty otherwise.
        """
        cited = checked.objects(citations, "citations", "article")
        chosen = next(one for one in _STYLES if one == checked.choice(style, "style", _STYLES))

        def work(answerer: Answerer) -> list[dict[str, Any]]:
            held = answerer.searcher.library.articles()
            pages: dict[str, list[str]] = {}
            for citation in cited:
                if citation["article"] not in held:
                    raise UsageError(
                        f"The library holds no article “{citation['article']}”; see the endpoint articles for those it has."
                    )
                found = pages.setdefault(citation["article"], [])
                if isinstance(page := citation.get("page"), str) and page not in found:
                    found.append(page)
            return [
                {
                    "article": record.id,
                    "reference": "".join(piece.text for piece in pieces),
                    "note": exchange.digest_note(record, "zh" if chosen == "gbt" else "en"),
                }
                for record, pieces in entries([held[id] for id in pages], chosen, pages)
            ]

        return self._desk.of_one_state(work)

    def export(
        self,
        questions: list[dict[str, Any]] | None = None,
        format: Literal["docx", "markdown", "html", "bibtex", "ris"] = "markdown",
        style: Literal["gbt", "apa", "chicago"] | None = None,
        language: Literal["zh", "en"] | None = None,
        documents: list[str] | None = None,
    ) -> dict[str, str]:
        """Answer questions into one file, as `wenzheng ask --format` does.

        Args:
            questions: Objects with a question and, for a follow-up, a history of earlier questions; 1 to 100.
            format: docx, markdown, html, bibtex or ris.
            style: References in gbt, apa or chicago; null for gbt with Chinese answers and apa with English ones.
            language: Language of the answers, zh or en; null for that of each question.
            documents: Answer from these documents (file names) or articles (ids) only; null for all.

        Returns:
            name, data: a name for the file, and its bytes in base64.
        """
        asked = [
            (
                checked.question(one["question"], self._desk.longest),
                [checked.question(text, self._desk.longest, "history") for text in checked.texts(one.get("history"), "history")],
            )
            for one in checked.objects(questions, "questions", "question")
        ]
        kind = checked.choice(format, "format", tuple(FORMATS))
        chosen = None if style is None else checked.choice(style, "style", references.STYLES)
        if language is not None and language not in LANGUAGES:
            raise UsageError(f"language is “{language}”; it must be zh, en or null.")
        names = checked.texts(documents, "documents")

        until = self._desk.door.begin(origin.arrived())

        def late() -> bool:
            return time.monotonic() > until

        def work(answerer: Answerer) -> dict[str, str]:
            articles = answerer.searcher.library.articles()
            only = limits(names, articles)
            answers = []
            for text, history in asked:
                answers.append(answerer.answer(text, limits=only, language=language, history=history, cancelled=late))
                if late():
                    raise self._desk.door.too_slow()
            data = file_of(answers, articles, kind, chosen)
            return {"name": f"wenzheng{FORMATS[kind].suffix}", "data": base64.b64encode(data).decode()}

        return self._desk.of_one_state(work)
