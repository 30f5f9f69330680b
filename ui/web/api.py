"""What programs may ask of a served page over HTTP: the functions behind Gradio's documented endpoints.

Arguments come from anywhere: each is checked here, and what is wrong with it is told in one sentence.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, ParamSpec, TypeVar

import gradio as gr

from index.errors import UsageError, WenzhengError
from index.records import LANGUAGES, ArticleRecord, Person
from rag.answer import Answerer
from rag.records import Answer
from ui.contract import answer_json, search_json
from ui.extract import passage_json
from ui.limits import limits
from ui.remote import WRONG_USE
from ui.web import checked, origin
from ui.web.api_files import Files
from ui.web.desk import Desk
from ui.web.page import READERS

MOST_HITS = 100
"""Passages a search may ask for."""
MOST_AROUND = 20
"""Sentences before and after a span that may be asked for."""

Given = ParamSpec("Given")
Got = TypeVar("Got")


def offer(desk: Desk) -> None:
    """Adds the endpoints to the page that is being built."""
    calls, files = Calls(desk), Files(desk)
    for call in (calls.ask, calls.search, calls.articles, calls.passage, files.references, files.export):
        gr.api(told(call), api_name=call.__name__, concurrency_id="ask", concurrency_limit=READERS)


class Calls:
    """The endpoints; their signatures and docstrings are what Gradio's API page shows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(
        self,
        question: str = "",
        language: Literal["zh", "en"] | None = None,
        documents: list[str] | None = None,
        history: list[str] | None = None,
    ) -> dict[str, Any]:
        """Answer a question with citations, field for field as `wenzheng ask --json` does.

        Args:
            question: In Chinese or English, 1 to 1000 characters.
            language: Language of the answer, zh or en; null for that of the question.
            documents: Answer from these documents (file names) or articles (ids) only; null for all.
            history: Earlier questions of the conversation, the oldest first; null where there are none.

        Returns:
            id, question, language, refused, text, claims, citations, also_searched, nearest, reader, encoder, elapsed_ms.
        """
        asked = checked.question(question, self._desk.longest)
        if language is not None and language not in LANGUAGES:
            raise UsageError(f"language is “{language}”; it must be zh, en or null.")
        names, earlier = (
            checked.texts(documents, "documents"),
            [checked.question(text, self._desk.longest, "history") for text in checked.texts(history, "history")],
        )

        def work(answerer: Answerer) -> tuple[Answer, dict[str, Any]]:
            articles = answerer.searcher.library.articles()
            answer = answerer.answer(
                asked,
                limits=limits(names, articles),
                language=language,
                history=earlier,
                cancelled=lambda: time.monotonic() > until,
            )
            if time.monotonic() > until:
                raise self._desk.door.too_slow()
            return answer, answer_json(answer, articles)

        arrived = origin.arrived()
        with self._desk.ledger.question("ask", asked, arrived) as note:
            until = self._desk.door.begin(arrived)
            answer, told = self._desk.of_one_state(work)
            note(answer)
        return told

    def search(self, question: str = "", k: int = 10, documents: list[str] | None = None) -> dict[str, Any]:
        """Rank the passages that match a question, field for field as `wenzheng search --json` does.

        Args:
            question: In Chinese or English, 1 to 1000 characters.
            k: How many passages, 1 to 100.
            documents: Search these documents (file names) or articles (ids) only; null for all.

        Returns:
            id, question, hits.
        """
        asked, most, names = (
            checked.question(question, self._desk.longest),
            checked.whole(k, "k", 1, MOST_HITS),
            checked.texts(documents, "documents"),
        )

        def work(answerer: Answerer) -> dict[str, Any]:
            articles = answerer.searcher.library.articles()
            return search_json(answerer.searcher.search(asked, most, limits(names, articles)), articles)

        arrived = origin.arrived()
        with self._desk.ledger.question("search", asked, arrived):
            self._desk.door.begin(arrived)
            return self._desk.of_one_state(work)

    def articles(self) -> list[dict[str, Any]]:
        """List the articles of the library with their bibliographic records.

        Returns:
            For each article id, source, kind, language, title_zh, title_en, authors, journal_zh, journal_en, year, volume, issue, pages, keywords, abstract_zh, abstract_en.
        """
        return self._desk.of_one_state(
            lambda answerer: [
                article_json(record) for record in answerer.searcher.library.articles().values() if record.kind != "part"
            ]
        )

    def passage(self, source: str = "", start: int = 0, end: int = 0, around: int = 2) -> dict[str, Any]:
        """Give the words of a document in a span, such as that of a citation, with the sentences around it.

        Args:
            source: File name of the document, as a citation gives it.
            start: First character of the span in the decoded source.
            end: The character after its last.
            around: How many sentences before and after to give, 0 to 20.

        Returns:
            source, article, title, start, end, text, sentences.
        """
        if not isinstance(source, str) or not source:
            raise UsageError("source is missing; give the file name of a document, as a citation has it.")
        first, last = checked.whole(start, "start", 0), checked.whole(end, "end", 0)
        if first >= last:
            raise UsageError(f"The span {first}–{last} holds nothing; end must be above start.")
        most = checked.whole(around, "around", 0, MOST_AROUND)
        return self._desk.of_one_state(lambda answerer: passage_json(answerer.searcher.library, source, first, last, most))


def article_json(record: ArticleRecord) -> dict[str, Any]:
    """An article's bibliographic record as programs get it."""
    return {
        "id": record.id,
        "source": record.source,
        "kind": record.kind,
        "language": record.language,
        "title_zh": record.title_zh,
        "title_en": record.title_en,
        "authors": [_person(person) for person in record.authors],
        "journal_zh": record.journal_zh,
        "journal_en": record.journal_en,
        "year": record.year,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "keywords": list(record.keywords),
        "abstract_zh": record.abstract_zh,
        "abstract_en": record.abstract_en,
    }


def _person(person: Person) -> Mapping[str, str | None]:
    return {"zh": person.zh, "en": person.en}


def told(call: Callable[Given, Got]) -> Callable[Given, Got]:
    """The call, its errors as sentences that Gradio passes on; of a fault of ours only that there was one."""

    @functools.wraps(call)
    def run(*args: Given.args, **named: Given.kwargs) -> Got:
        try:
            return call(*args, **named)
        except WenzhengError as error:
            title = WRONG_USE if isinstance(error, UsageError) else "Error"
            raise gr.Error(str(error), title=title, print_exception=False) from error
        except Exception as error:
            logging.getLogger(__name__).exception("The endpoint %s failed", call.__name__)
            raise gr.Error(
                "This failed on the server; ask its operator to look at what it printed.", print_exception=False
            ) from error

    return run
