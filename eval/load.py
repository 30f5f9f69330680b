"""`python -m eval.load`: many readers at once, and whether each gets his own answers, and how soon.

python -m eval.load --readers 20 --every 3 --minutes 5
python -m eval.load --server http://127.0.0.1:7860 --minutes 1

Without --server it serves the page itself.  Each reader is a session of the page's own queue with
questions of his own, Chinese and English in turn, whose answers cite places that no other reader's
answers cite; every answer must be the one that the same question got alone.  Exit status 1 on an
error, a mix-up, an answer other than alone, or a 95th percentile above 1.5 seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval import questions
from eval.served import Failed, Served, TurnedAway, served
from index.errors import UsageError, WenzhengError
from index.records import Language

SOON = 1.5  # seconds within which 95 in 100 answers must come
_EACH = 4  # questions that a reader asks in turn, in each language

Place = tuple[str, int, int]
"""Source and span of a citation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what is true of its answer whoever asks."""

    text: str
    language: Language
    answer: str  # as JSON, without what differs from call to call
    places: frozenset[Place]  # what it cites


@dataclass
class Tally:
    """What the readers met; shared by their threads."""

    seconds: list[tuple[Language, float]] = field(default_factory=list)
    first: list[tuple[Language, float]] = field(default_factory=list)  # of them, to questions the page had not met before
    errors: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)  # questions that the page did not let in, with what it said
    mixed: list[str] = field(default_factory=list)  # answers to another question, or proved by what proves another's
    changed: list[str] = field(default_factory=list)  # answers to the question that are not those it got alone
    others: Mapping[str, frozenset[Place]] = field(default_factory=dict)  # by question, the places others' answers cite
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, asked: Asked, seconds: float, answer: dict[str, Any] | None, error: str = "", new: bool = False) -> None:
        """Takes down one answer, or why there is none."""
        with self._lock:
            self.seconds.append((asked.language, seconds))
            if new:
                self.first.append((asked.language, seconds))
            if answer is None:
                self.errors.append(f"{asked.text}: {error}")
            elif answer.get("question") != asked.text:
                self.mixed.append(f"{asked.text}: got the answer to “{answer.get('question')}”")
            elif constant(answer) != asked.answer:
                foreign = places(answer) & self.others.get(asked.text, frozenset())
                (self.mixed if foreign else self.changed).append(
                    f"{asked.text}: got another answer than alone{', with the proof of another' if foreign else ''}"
                )

    def turned_away(self, said: str) -> None:
        """Takes down a question that was not let in."""
        with self._lock:
            self.away.append(said)

    @property
    def well(self) -> bool:
        """No error, all let in, no mix-up, nothing changed by other readers, and answers soon enough."""
        return not (self.errors or self.away or self.mixed or self.changed) and bool(self.seconds) and late(self.seconds) <= SOON


def constant(answer: dict[str, Any]) -> str:
    """An answer without its time and id, to be compared."""
    return json.dumps({name: value for name, value in answer.items() if name not in ("elapsed_ms", "id")}, sort_keys=True)


def places(answer: dict[str, Any]) -> frozenset[Place]:
    """What an answer cites."""
    return frozenset((c["source"], c["start"], c["end"]) for c in answer["citations"])


def late(seconds: Sequence[tuple[Language, float]]) -> float:
    """The 95th percentile."""
    times = [time for _, time in seconds]
    return statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def choose(page: Served, candidates: Iterable[tuple[Language, str]], readers: int, each: int = _EACH) -> list[list[Asked]]:
    """For each reader `each` questions a language, in turn, asked once alone; no two answers cite one place.

    Raises UsageError where the candidates do not suffice.
    """
    taken: dict[Language, list[Asked]] = {"zh": [], "en": []}
    wanted, cited_before = readers * each, set[Place]()
    for language, text in candidates:
        if len(taken[language]) == wanted:
            continue
        answer = page.ask(text, "alone")
        cited = places(answer)
        if cited and not cited & cited_before:
            cited_before |= cited
            taken[language].append(Asked(text, language, constant(answer), cited))
        if all(len(found) == wanted for found in taken.values()):
            turns = [own for pair in zip(taken["zh"], taken["en"], strict=True) for own in pair]
            return [turns[number * 2 * each : (number + 1) * 2 * each] for number in range(readers)]
    raise UsageError(f"The question set has too few questions with answers of their own for {readers} readers; name fewer.")


def drive(page: Served, own: Sequence[Sequence[Asked]], every: float, seconds: float) -> Tally:
    """Lets all readers ask at their times until the seconds are over; a late answer is late from when it was due."""
    every_place = frozenset[Place]().union(*(asked.places for questions_ in own for asked in questions_))
    others = {a.text: every_place - frozenset[Place]().union(*(b.places for b in mine)) for mine in own for a in mine}
    tally, begin = Tally(others=others), time.monotonic() + 0.5

    def read(number: int) -> None:
        for turn in range(max(1, round(seconds / every))):
            asked = own[number][turn % len(own[number])]
            due = begin + every * (turn + number / len(own))
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                answer, error = page.ask(asked.text, f"reader-{number}"), ""
            except TurnedAway as away:
                tally.turned_away(str(away))
                continue
            except Failed as failed:
                answer, error = None, str(failed)
            tally.count(asked, time.monotonic() - due, answer, error, turn < len(own[number]))

    threads = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(len(own))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def table(tally: Tally, readers: int, every: float) -> str:
    """The figures as a Markdown table, and the first errors and mix-ups below."""
    rows = [f"| readers at once, each asking every {every:g} s | {readers} |"]
    for name, chosen in (
        ("zh and en", tally.seconds),
        ("zh", [item for item in tally.seconds if item[0] == "zh"]),
        ("en", [item for item in tally.seconds if item[0] == "en"]),
        ("a question asked for the first time", tally.first),
    ):
        if chosen:
            times = [seconds for _, seconds in chosen]
            spread = f"median {statistics.median(times):.2f} s, 95th percentile {late(chosen):.2f} s, longest {max(times):.2f} s"
            rows.append(f"| {name}, {len(chosen)} answers | {spread} |")
    faults = {
        "errors": tally.errors,
        "not let in": tally.away,
        "answers or proofs of another": tally.mixed,
        "answers other than alone": tally.changed,
    }
    rows += [f"| {name} | {len(found)} |" for name, found in faults.items()]
    return "\n".join(["| what | figure |", "|---|---|", *rows, *(line for found in faults.values() for line in found[:5])])


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
    parser.add_argument("--each", type=int, default=_EACH, help="questions a reader asks in turn, in each language")
    parser.add_argument("--server", help="address of a served page; else one is served for the test")
    parser.add_argument("--library", type=Path, help="of the page served for the test")
    parser.add_argument("--sets", type=Path, default=questions.SETS / "questions.jsonl")
    given = parser.parse_args()
    try:
        if min(given.readers, given.every, given.minutes, given.each) <= 0:
            raise UsageError("--readers, --every, --minutes and --each must be above 0.")
        with served(given.library, given.server) as page:
            own = choose(page, candidates(given.sets), given.readers, given.each)
        # Served anew, so that it has met none of the questions: what was lately encoded is kept.
        with served(given.library, given.server) as page:
            page.ask(own[0][1].text, "warm")
            tally = drive(page, own, given.every, given.minutes * 60)
    except WenzhengError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    print(table(tally, given.readers, given.every))
    if not tally.well:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
