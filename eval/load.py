"""`python -m eval.load`: many readers at once, and whether each gets his own answers, and how soon.

python -m eval.load --readers 20 --every 3 --minutes 5
python -m eval.load --server http://127.0.0.1:7860 --minutes 1

Without --server it serves the page itself.  Each reader is a session of the page's own queue with
questions of his own, Chinese and English in turn, whose answers cite places that no other reader's
answers cite; every answer must be the one that the same question got alone.  Exit status 1 on an
error, a mix-up, or a 95th percentile above 1.5 seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval import questions
from eval.served import Failed, Served, served
from index.errors import UsageError, WenzhengError
from index.records import Language

SOON = 1.5  # seconds within which 95 in 100 answers must come
_OWN = 4  # questions a reader asks in turn


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what is true of its answer whoever asks."""

    text: str
    language: Language
    answer: str  # as JSON, without what differs from call to call
    places: frozenset[tuple[str, int, int]]  # what it cites


@dataclass
class Tally:
    """What the readers met; shared by their threads."""

    seconds: list[tuple[Language, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, asked: Asked, seconds: float, answer: dict[str, Any] | None, error: str = "") -> None:
        """Takes down one answer, or why there is none."""
        with self._lock:
            self.seconds.append((asked.language, seconds))
            if answer is None:
                self.errors.append(f"{asked.text}: {error}")
            elif constant(answer) != asked.answer:
                self.mixed.append(f"{asked.text}: got the answer to “{answer.get('question')}”")

    @property
    def well(self) -> bool:
        """No error, no mix-up, and answers soon enough."""
        return not self.errors and not self.mixed and bool(self.seconds) and late(self.seconds) <= SOON


def constant(answer: dict[str, Any]) -> str:
    """An answer without its time and id, to be compared."""
    return json.dumps({name: value for name, value in answer.items() if name not in ("elapsed_ms", "id")}, sort_keys=True)


def late(seconds: Sequence[tuple[Language, float]]) -> float:
    """The 95th percentile."""
    times = [time for _, time in seconds]
    return statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def choose(page: Served, candidates: Iterator[tuple[Language, str]], readers: int) -> list[list[Asked]]:
    """For each reader questions in both languages, in turn, asked once alone; no two answers cite one place.

    Raises UsageError where the candidates do not suffice.
    """
    taken: dict[Language, list[Asked]] = {"zh": [], "en": []}
    half, places = _OWN // 2, set[tuple[str, int, int]]()
    for language, text in candidates:
        if len(taken[language]) == readers * half:
            continue
        answer = page.ask(text, "alone")
        cited = frozenset((c["source"], c["start"], c["end"]) for c in answer["citations"])
        if cited and not cited & places:
            places |= cited
            taken[language].append(Asked(text, language, constant(answer), cited))
        if all(len(found) == readers * half for found in taken.values()):
            zh, en = taken["zh"], taken["en"]
            return [[own for k in range(half) for own in (zh[r + k * readers], en[r + k * readers])] for r in range(readers)]
    raise UsageError(f"The question set has too few questions with answers of their own for {readers} readers; name fewer.")


def drive(page: Served, own: Sequence[Sequence[Asked]], every: float, seconds: float) -> Tally:
    """Lets all readers ask at their times until the seconds are over; a late answer is late from when it was due."""
    tally, begin = Tally(), time.monotonic() + 0.5

    def read(number: int) -> None:
        for turn in range(max(1, round(seconds / every))):
            asked = own[number][turn % len(own[number])]
            due = begin + every * (turn + number / len(own))
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                answer, error = page.ask(asked.text, f"reader-{number}"), ""
            except Failed as failed:
                answer, error = None, str(failed)
            tally.count(asked, time.monotonic() - due, answer, error)

    threads = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(len(own))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def table(tally: Tally, readers: int, every: float) -> str:
    """The figures as a Markdown table, and the first errors and mix-ups below."""
    rows = [f"| readers at once, each asking every {every:g} s | {readers} |"]
    for name, kinds in (("zh and en", ("zh", "en")), ("zh", ("zh",)), ("en", ("en",))):
        chosen = [item for item in tally.seconds if item[0] in kinds]
        if chosen:
            middle = statistics.median(time for _, time in chosen)
            most = max(time for _, time in chosen)
            rows.append(
                f"| {name}, {len(chosen)} answers | median {middle:.2f} s, 95th percentile {late(chosen):.2f} s, longest {most:.2f} s |"
            )
    rows += [f"| errors | {len(tally.errors)} |", f"| answers of another | {len(tally.mixed)} |"]
    return "\n".join(["| what | figure |", "|---|---|", *rows, *tally.errors[:5], *tally.mixed[:5]])


def candidates(path: Path) -> Iterator[tuple[Language, str]]:
    """Questions of a set that have an answer and need no history."""
    for question in questions.load(path):
        if question.answerable and not question.history:
            yield question.language, question.text


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.load", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--every", type=float, default=3.0, help="seconds from question to question of one reader")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--server", help="address of a served page; else one is served for the test")
    parser.add_argument("--library", type=Path, default=Path("library"), help="of the page served for the test")
    parser.add_argument("--sets", type=Path, default=questions.SETS / "questions.jsonl")
    given = parser.parse_args()
    try:
        if given.readers < 1 or given.every <= 0 or given.minutes <= 0:
            raise UsageError("--readers, --every and --minutes must be above 0.")
        with served(given.library, given.server) as page:
            own = choose(page, candidates(given.sets), given.readers)
            tally = drive(page, own, given.every, given.minutes * 60)
    except WenzhengError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    print(table(tally, given.readers, given.every))
    if not tally.well:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
