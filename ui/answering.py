"""Where answers and hits come from: the library on this machine, or a page that is served elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from index.errors import UsageError

if TYPE_CHECKING:
    from index.search import Searcher
    from index.settings import Settings
    from rag.answer import Answerer
    from ui.batch import Question
    from ui.export.command import Wanted
    from ui.remote import Remote

Asking = Callable[[str, tuple[str, ...]], dict[str, Any]]
"""Question and earlier questions → what is printed as JSON."""


def searcher(settings: Settings) -> Searcher:
    """The search in the library of these settings."""
    from index.search import Searcher

    return Searcher.open(settings)


def answerer(settings: Settings) -> Answerer:
    """What answers from the library of these settings, with their reader and their model of entailment."""
    from index import entailment
    from rag.answer import Answerer
    from rag.readers import choose

    return Answerer(searcher(settings), choose(settings), entailment.load(settings))


def answers(answerer: Answerer, documents: list[str] | None, language: str | None) -> Asking:
    """Answers from this machine."""
    from ui.contract import answer_json
    from ui.limits import limits

    articles = answerer.searcher.library.articles()
    only = limits(documents, articles)
    return lambda text, history: answer_json(
        answerer.answer(text, limits=only, language=language, history=history),  # type: ignore[arg-type]
        articles,
    )


def hits(searcher: Searcher, documents: list[str] | None, k: int) -> Asking:
    """Hits from this machine."""
    from ui.contract import search_json
    from ui.limits import limits

    articles = searcher.library.articles()
    only = limits(documents, articles)
    return lambda text, _: search_json(searcher.search(text, k, only), articles)


def elsewhere(server: str, call: str, local: dict[str, Any], **arguments: Any) -> Asking:
    """The same from a served page; UsageError where an option is given that only this machine could follow."""
    remote = _remote(server, local)
    return lambda text, history: remote.call(
        call, question=text, **arguments, **({"history": list(history)} if call == "ask" else {})
    )


def save_elsewhere(file: Wanted, server: str, local: dict[str, Any], questions: Sequence[Question], **arguments: Any) -> None:
    """Writes the answers that a served page gives to all questions into one file, which the page makes."""
    import base64

    asked = [{"question": q.text, "history": list(q.history)} for q in questions]
    made = _remote(server, local).call("export", questions=asked, format=file.format, style=file.style, **arguments)
    file.write(base64.b64decode(made["data"]))


def _remote(server: str, local: dict[str, Any]) -> Remote:
    from index import settings
    from ui.remote import Remote

    for option, value in local.items():
        if value is not None:
            raise UsageError(f"{option} is given with --server, which has its own; leave one of them out.")
    own = settings.load()
    return Remote(server, own.timeout, own.token)


def save(
    file: Wanted, answerer: Answerer, questions: Sequence[Question], documents: list[str] | None, language: str | None
) -> None:
    """Writes the answers to all questions into one file."""
    from ui.limits import limits

    articles = answerer.searcher.library.articles()
    only = limits(documents, articles)
    given = [answerer.answer(q.text, limits=only, language=language, history=q.history) for q in questions]  # type: ignore[arg-type]
    file.save(given, articles)
