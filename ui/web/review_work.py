"""Where a reviewer is in a batch of answers, and the steps from there: judge, comment, undo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from index.reviews import Queued, Review, Reviews

AROUND = (2, 8, 30)
"""Sentences shown around a citation, and after each request for more."""


@dataclass(frozen=True, slots=True)
class Done:
    """A step that can be undone: where it was made, what it wrote, what stood there before."""

    at: int
    wrote: Review
    before: Review | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reviewer is."""

    reviewer: str = ""
    batch: str = ""
    at: int = 0  # among all statements of the batch
    around: int = AROUND[0]
    done: tuple[Done, ...] = ()
    asked: int | None = None  # the statement of whose wrong span the right one was asked for


@dataclass(frozen=True, slots=True)
class Work:
    """The statements of a batch and what one reviewer said of them, by place."""

    statements: tuple[tuple[Queued, int], ...]
    said: Mapping[int, Review]

    @property
    def judged(self) -> frozenset[int]:
        """The places of statements with a verdict."""
        return frozenset(at for at, review in self.said.items() if review.verdict is not None)

    @property
    def finished(self) -> bool:
        """Whether every statement has a verdict."""
        return len(self.judged) == len(self.statements)

    def after(self, at: int) -> int:
        """The first statement after this one without a verdict, from the beginning again; the same where all have one."""
        order = [*range(at + 1, len(self.statements)), *range(at)]
        return next((place for place in order if place not in self.judged), at)


def work(reviews: Reviews, place: Place) -> Work:
    """What there is to judge and what this reviewer said of it; what others said stays hidden from them."""
    statements = tuple((a, number) for a in reviews.answers(place.batch) for number in range(1, len(a.statements) + 1))
    own = {review.key: review for review in reviews.all(place.batch) if review.reviewer == place.reviewer}
    keys = [(answer.batch, answer.answer, number, place.reviewer) for answer, number in statements]
    return Work(statements, {at: own[key] for at, key in enumerate(keys) if key in own})


def opened(reviews: Reviews, place: Place) -> Place:
    """The place of the first statement that this reviewer has not judged."""
    return replace(place, at=max(0, work(reviews, place).after(-1)))


def keep(reviews: Reviews, place: Place, comment: str, **changes: Any) -> Place:
    """Commits what the reviewer says of the statement they are at; raises LibraryError where it cannot be kept."""
    known = work(reviews, place)
    answer, number = known.statements[place.at]
    statement, before = answer.statements[number - 1], known.said.get(place.at)
    plain = Review(
        answer.batch, answer.answer, number, place.reviewer, answer.question, answer.history, answer.language,
        statement.text, statement.cited, statement.program, statement.support, None,
    )  # fmt: skip
    now = datetime.now(UTC).isoformat(timespec="seconds")
    wrote = replace(before or plain, comment=comment.strip(), time=now, **changes)
    reviews.keep([wrote])
    return replace(place, done=(*place.done, Done(place.at, wrote, before)))


def undo(reviews: Reviews, place: Place) -> Place:
    """Takes the last step back and returns to where it was made; raises LibraryError where that cannot be kept."""
    last = place.done[-1]
    if last.before is None:
        reviews.take_back(last.wrote)
    else:
        reviews.keep([last.before])
    return replace(place, at=last.at, done=place.done[:-1])
