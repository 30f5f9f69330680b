"""Files that reviewers load and save: runs, questions that are answered on the spot, reviews."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from index.errors import DocumentError
from index.records import Language
from index.reviews import Reviews
from ui import exchange, queue
from ui.web.desk import Desk
from ui.web.passing import Passing
from ui.web.texts import texts

_LARGEST = 20  # megabytes
_EXPORTED = "wenzheng-reviews.jsonl"


def take(path: Path, reviews: Reviews, desk: Desk, shown: Language) -> Iterator[tuple[str, str | None]]:
    """Takes a file in step by step; gives what to tell, and in the end the batch to be reviewed.

    Every answer is kept as soon as it is there.  Raises DocumentError for a file that is none of the three.
    """
    own = texts(shown)
    size = path.stat().st_size / 1_000_000
    if size > _LARGEST:
        raise DocumentError(own["review_large"].format(size=f"{size:.1f}", most=_LARGEST))
    text, batch = queue.text_of(path), queue.batch_of(path)
    rows = queue.rows_of(text)
    if rows is not None:
        reviews.add(queue.of_run(rows, batch, reviews, path.name))
        yield own["review_loaded"].format(count=len(rows)), batch
    elif exchange.holds_reviews(text):
        told = exchange.parse(text, path.name)
        said, added = exchange.keep(reviews, told)
        yield own["review_imported"].format(count=said, answers=added), told.answers[-1].batch if told.answers else None
    else:
        asked = queue.questions_of(text, path.name)
        for done, item in enumerate(asked):
            yield own["review_answering"].format(done=done, total=len(asked)), None
            answer = desk.ask(item.question, 1, item.history).answer
            queue.add(reviews, answer, batch, item.history)
        yield own["review_loaded"].format(count=len(asked)), batch


def give(reviews: Reviews, passing: Passing) -> Path:
    """All reviews and the answers they are of in a file of their own, for downloading."""
    path = passing.download(_EXPORTED)
    told = exchange.everything(reviews)
    path.write_text(exchange.lines(told.reviews, told.answers), encoding="utf-8")
    return path
