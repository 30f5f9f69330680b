"""Works on a library in children that can be killed: imports and loads the encoder once, then forks for every order.

An order is a line of JSON on stdin: {"do", "library", …}.  Answered on stdout, a line each: "child" with its process
number, "stage" as each begins, "kept" with what is committed and acknowledged, "found" with JSON, and "end" with
the child's status when it is gone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.faults.corpus import QUESTIONS
from index import build, encoder, uploads
from index.errors import WenzhengError
from index.library import Library
from index.reviews import Queued, Review, Reviews, Span
from index.search import Searcher
from index.settings import Settings
from index.terms import Terms
from rag.answer import Answerer

ENDLESS = 100_000  # reviews of one order: more than can be kept before the kill


def say(*words: object) -> None:
    """One line in one write, so that a kill cannot cut it."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def _settings(order: dict[str, Any]) -> Settings:
    return Settings(library=Path(order["library"]))


def _stages() -> Callable[[str, int, int], None]:
    told: set[str] = set()

    def progress(stage: str, _done: int, _total: int) -> None:
        if stage not in told:
            told.add(stage)
            say("stage", stage)

    return progress


def _index(order: dict[str, Any]) -> None:
    build.index(
        [Path(order["folder"])], _settings(order), encoder.embedded(), rebuild=order.get("rebuild", False), progress=_stages()
    )
    say("kept", "all")


def _remove(order: dict[str, Any]) -> None:
    say("stage", "write")
    build.remove(order["names"], _settings(order))
    say("kept", "all")


def _upload(order: dict[str, Any]) -> None:
    given = [uploads.Given(Path(path), Path(path).name) for path in order["files"]]
    taken = uploads.add(given, _settings(order), encoder.embedded(), progress=_stages())
    say("kept", *(name for _, name in taken.added))


def _review(order: dict[str, Any]) -> None:
    """Queues an answer and keeps reviews of it, one commit each, until it is killed."""
    say("stage", "review")
    with closing(Reviews.open(Path(order["library"]))) as held:
        answer = queued(order["first"])
        held.add([answer])
        say("kept", answer.answer)
        for number in range(order["first"], order["first"] + order.get("count", ENDLESS)):
            held.keep([review(number)])
            say("kept", number)


def queued(number: int) -> Queued:
    """An answer waiting for review, told from others by its number."""
    return Queued("killed", f"answer-{number}", f"第{number}问？", (), "zh", ())


def review(number: int) -> Review:
    """A review told from others by its number, its comment too, so that a mixed-up one shows."""
    span = Span("base.txt", "base", number, number + 9, f"引文{number}")
    return Review(
        "killed", "answer", number, "reviewer", "问？", (), "zh", "说。", (span,), "supported", 1.0, "accept", f"评{number}"
    )


def _check(order: dict[str, Any]) -> None:
    """What a fresh start finds: documents, reviews, answers with their citations; or the sentence that it is told."""
    folder = Path(order["library"])
    try:
        with closing(Library.open(folder)) as library:
            answerer = Answerer(Searcher(library, encoder.embedded()))
            answers = {question: answerer.answer(question) for question in (*QUESTIONS, *order.get("ask", ()))}
            found: dict[str, Any] = {
                "documents": {d["name"]: library.source_text(d["name"]) for d in library.documents()},
                "answers": {q: [(c.source, c.start, c.end, c.quote) for c in a.citations] for q, a in answers.items()},
                "fault": library.fault(),
            }
        with closing(Reviews.open(folder)) as held:
            found["reviews"] = {r.number: replace(r, number=0) == replace(review(r.number), number=0) for r in held.all()}
            found["queue"] = [answer.answer for batch in held.batches() for answer in held.answers(batch)]
    except WenzhengError as error:
        found = {"told": str(error)}
    say("found", json.dumps(found, ensure_ascii=False))


ORDERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "index": _index,
    "remove": _remove,
    "upload": _upload,
    "review": _review,
    "check": _check,
}


def main() -> None:
    """Serves orders until stdin ends."""
    Terms(["仓库"]).terms("仓库 depots")  # dictionaries and models are read before the first child
    encoder.embedded().encode(["仓库存粮。", "Depots hold barley."])
    say("ready")
    for line in sys.stdin:
        child = os.fork()
        if not child:
            status = 1
            try:
                say("child", os.getpid())
                order = json.loads(line)
                ORDERS[order["do"]](order)
                status = 0
            except WenzhengError as error:
                say("told", error)
            finally:
                os._exit(status)
        say("end", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
