"""Reviews and the answers they are of ↔ JSON Lines: for the benchmark and for reviewers elsewhere, without a loss."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from index import reviews as records
from index.errors import DocumentError, UsageError
from index.reviews import Queued, Review, Reviews


@dataclass(frozen=True, slots=True)
class Told:
    """What a file holds: reviews, and the answers they are of or that wait for one."""

    reviews: tuple[Review, ...]
    answers: tuple[Queued, ...]


def lines(reviews: Iterable[Review], answers: Iterable[Queued] = ()) -> str:
    """One JSON object a line, the reviews first, by which a file is known for one of reviews."""
    told = [*map(asdict, reviews), *map(asdict, answers)]
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told)


def everything(held: Reviews) -> Told:
    """All that a library holds of reviews and of answers for them."""
    return Told(tuple(held.all()), tuple(answer for batch in held.batches() for answer in held.answers(batch)))


def parse(text: str, name: str) -> Told:
    """What an exported file holds; raises DocumentError naming a line that is neither review nor answer."""
    found: list[Review | Queued] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append(records.entry(json.loads(line)))
            except (ValueError, DocumentError) as error:
                raise DocumentError(f"{name}, line {number} is no review; give what `wenzheng review --export` wrote.") from error
    return Told(tuple(one for one in found if isinstance(one, Review)), tuple(one for one in found if isinstance(one, Queued)))


def keep(held: Reviews, told: Told) -> tuple[int, int]:
    """Keeps what a file held and tells how many reviews were taken in, and how many answers that were not yet there."""
    added = held.add(told.answers) if told.answers else 0
    return held.keep(told.reviews) if told.reviews else 0, added


def holds_reviews(text: str) -> bool:
    """Whether a file's first line is a review, or an answer that waits for one."""
    try:
        first = json.loads(next((line for line in text.split("\n") if line.strip()), "null"))
    except ValueError:
        return False
    return isinstance(first, dict) and ("reviewer" in first or "statements" in first)


def exchange(library: Path, give: Path | None, take: Path | None) -> str:
    """Writes the reviews of a library to a file or takes those of a file in, and tells how many.

    Raises UsageError where not just one of the two is wanted, DocumentError for a file that cannot be used.
    """
    if (give is None) == (take is None):
        raise UsageError("One of --export FILE and --import FILE is wanted; see `wenzheng review --help`.")
    held = Reviews.open(library)
    try:
        if give is not None:
            found = everything(held)
            give.write_text(lines(found.reviews, found.answers), encoding="utf-8")
            return f"{len(found.reviews):,} reviews and {len(found.answers):,} answers written to {give}"
        assert take is not None
        reviews, answers = keep(held, parse(take.read_text(encoding="utf-8-sig"), take.name))
        return f"{reviews:,} reviews and {answers:,} new answers taken in from {take}"
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{give or take} cannot be read or written ({error}); name another file.") from error
    finally:
        held.close()
