"""`python -m eval.faults.kill`: processes killed at random moments, and what must still be there looked for after each.

python -m eval.faults.kill --rounds 200

Each round gives a child one piece of work on a small library with the built-in encoder (a first indexing, an update, a
rebuild, a removal, files taken in, reviews, or reviews by one process while another one indexes), kills it with SIGKILL
at a random moment of a random stage, and asks a fresh start what it finds.  Wanted: each document is wholly as it was or
wholly as it should become, each review and queued answer that was acknowledged is there, every quotation stands
word for word at its place in the source, the questions asked find what they found before, and SQLite finds no
fault; then the same work done again must succeed.  Exit status 1 where anything of that fails.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.faults import corpus
from eval.faults.child import review
from index.reviews import Reviews

WORK = ("first", "update", "rebuild", "remove", "upload", "review", "both")
"""What is done to the library; `both` is an update while this process keeps reviews."""

_TYPICAL = 0.1  # seconds of a stage that was never yet seen to its end
_ENOUGH = 8  # documents beside the base before some go again
_REVIEWING = 0.3  # seconds after which a reviewer is killed at the latest


@dataclass(frozen=True, slots=True)
class Ended:
    """What was heard of a child."""

    killed: bool
    stage: str  # in which it was killed, or the last one
    kept: tuple[str, ...]  # acknowledged
    found: dict[str, Any]
    told: str


class Children:
    """The process that forks a child for every order."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "eval.faults.child"]
        self._process = subprocess.Popen(  # noqa: S603 — our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        self._durations: dict[tuple[str, str], float] = {}
        if self._line()[0] != "ready":
            raise RuntimeError("The process that forks children did not start.")

    def run(self, order: Mapping[str, Any], *, work: str = "", stage: str = "", share: float = 0.0) -> Ended:
        """Lets a child carry out an order; kills it when a share of the typical length of a stage of it is over."""
        if self._process.stdin is None:
            raise RuntimeError("The process that forks children takes no orders.")
        self._process.stdin.write(json.dumps(order, ensure_ascii=False) + "\n")
        self._process.stdin.flush()
        child, last, began, timer = int(self._line()[1]), "", time.monotonic(), None
        kept: list[str] = []
        found: dict[str, Any] = {}
        told = ""
        while (line := self._line())[0] != "end":
            if line[0] == "stage":
                self._took(work, last, began, timer)
                last, began = line[1], time.monotonic()
                if last == stage:
                    longest = _REVIEWING if stage == "review" else self._durations.get((work, stage), _TYPICAL)
                    timer = threading.Timer(share * longest, _kill, [child])
                    timer.start()
            elif line[0] == "kept":
                kept += line[1:]
                self._took(work, last, began, timer)
            elif line[0] == "found":
                found = json.loads(" ".join(line[1:]))
            elif line[0] == "told":
                told = " ".join(line[1:])
        if timer:
            timer.cancel()
        return Ended(int(line[1]) == -signal.SIGKILL, last, tuple(kept), found, told)

    def close(self) -> None:
        """Ends the process."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(60)
        if self._process.stdout:
            self._process.stdout.close()

    def _took(self, work: str, stage: str, began: float, timer: object) -> None:
        if stage and stage != "review" and timer is None:
            self._durations[work, stage] = time.monotonic() - began

    def _line(self) -> list[str]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("The process that forks children ended.")
        return line.rstrip("\n").split(" ")


def _kill(child: int) -> None:
    with suppress(ProcessLookupError):  # it may have ended by itself
        os.kill(child, signal.SIGKILL)


@dataclass
class Oracle:
    """What must be in the library, whatever was killed."""

    texts: dict[str, str] = field(default_factory=dict)  # of the documents
    reviews: set[int] = field(default_factory=set)  # acknowledged
    queue: set[str] = field(default_factory=set)  # acknowledged

    def complaints(self, found: Mapping[str, Any], wanted: Mapping[str, str], begun: int) -> Iterator[str]:
        """What is not as it must be; `wanted` is what the documents were to become, `begun` the last review begun."""
        if "told" in found:
            yield f"a fresh start was told: {found['told']}"
            return
        if found["documents"] not in (self.texts, wanted):
            lost = sorted(self.texts.keys() & wanted.keys() - found["documents"].keys())
            yield f"the documents are neither as before nor as wanted (lost: {lost})"
        if found["fault"]:
            yield found["fault"]
        there = {int(number) for number in found["reviews"]}
        if not self.reviews <= there:
            yield f"reviews lost: {sorted(self.reviews - there)}"
        if not there - self.reviews <= set(range(begun, begun + 1)):
            yield f"reviews that nobody kept: {sorted(there - self.reviews)}"
        if not all(found["reviews"].values()):
            yield "a review is not what was kept"
        if not self.queue <= set(found["queue"]):
            yield f"queued answers lost: {sorted(self.queue - set(found['queue']))}"
        yield from self._quotes(found["documents"], found["answers"])

    @staticmethod
    def _quotes(texts: Mapping[str, str], answers: Mapping[str, Any]) -> Iterator[str]:
        for question, cited in answers.items():
            for source, start, end, quote in cited:
                if corpus.bare(texts.get(source, "")[start:end]) != corpus.bare(quote):
                    yield f"{question}: “{quote}” does not stand at {source} {start}–{end}"
            wanted = corpus.QUESTIONS.get(question)
            if wanted and corpus.BASE in texts and corpus.bare(wanted) not in [corpus.bare(one[-1]) for one in cited]:
                yield f"{question}: “{wanted}” is not cited any more"


@dataclass
class Trial:
    """One library, killed at again and again."""

    folder: Path
    children: Children
    dice: random.Random
    oracle: Oracle = field(default_factory=Oracle)
    number: int = 0  # of the next new document
    review: int = 1  # of the next review
    said: list[str] = field(default_factory=list)  # complaints
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def library(self) -> Path:
        """The folder of the library."""
        return self.folder / "library"

    def begin(self) -> None:
        """A whole library of the base, seen to its end once for each kind of work, so that the stages' lengths are known."""
        corpus.write(self.folder / "files", {corpus.BASE: corpus.TEXT})
        self._whole("first", {corpus.BASE: corpus.TEXT})
        for work in ("update", "rebuild", "upload", "remove"):
            order, wanted = self._order(work)
            self.children.run(order, work=work)
            self._look(work, "unhurt", wanted, self.review - 1)

    def round(self, work: str) -> None:
        """One piece of work killed, what is left looked at, and the work done again."""
        stages = {"remove": ("write",), "review": ("review",), "upload": ("keep", "read", "encode", "write")}
        stage = self.dice.choice(stages.get(work, ("read", "encode", "write")))
        share = self.dice.random() * 1.1
        if work == "first":
            return self._first(stage, share)
        order, wanted = self._order("update" if work == "both" else work)
        begun = self.review
        with self._reviewing(work == "both"):
            ended = self.children.run(order, work="update" if work == "both" else work, stage=stage, share=share)
        if work == "review":
            self.oracle.reviews |= {int(word) for word in ended.kept[1:]}
            self.oracle.queue |= set(ended.kept[:1])
            begun = self.review = max([self.review, *(n + 1 for n in self.oracle.reviews)])
        elif work == "both":
            begun = 0
        acknowledged = bool(ended.kept) and work != "review"
        self._look(work, ended.stage if ended.killed else "after its end", wanted, begun, acknowledged=acknowledged)
        if work == "review":
            self.review += 1  # the one in hand may or may not be there; it is not kept a second time
            return None
        if self.oracle.texts != wanted:
            again = self.children.run(self._again(order, wanted), work=work)
            if again.told:
                self.said.append(f"{work} again was told: {again.told}")
            self._look(work, "", wanted, begun, acknowledged=True)
        return None

    # -- kinds of work ----------------------------------------------------------------------

    def _order(self, work: str) -> tuple[dict[str, Any], dict[str, str]]:
        """An order, its files laid ready, and what the documents will be when it is done."""
        texts, order = dict(self.oracle.texts), {"library": str(self.library), "folder": str(self.folder / "files")}
        fleets = [name for name in texts if name.startswith("fleet")]
        uploads = [name for name in texts if name.startswith("upload")]
        if work == "update":
            for name in self.dice.sample(fleets, len(fleets) // 2 if len(fleets) > _ENOUGH else min(len(fleets), 1)):
                del texts[name]
            for name in self.dice.sample(
                sorted(texts.keys() - {corpus.BASE, *uploads}), 1 if texts.keys() - {corpus.BASE, *uploads} else 0
            ):
                texts[name] = corpus.document(self._next())
            texts |= {f"fleet{number}.txt": corpus.document(number) for number in (self._next(), self._next())}
            corpus.write(self.folder / "files", {name: text for name, text in texts.items() if name not in uploads})
            return {**order, "do": "index"}, texts
        if work == "rebuild":
            return {**order, "do": "index", "rebuild": True}, texts
        if work == "remove":
            gone = self.dice.choice(uploads or fleets)
            (self.folder / "files" / gone).unlink(missing_ok=True)
            return {**order, "do": "remove", "names": [gone]}, {name: text for name, text in texts.items() if name != gone}
        if work == "upload":
            name, text = f"upload{(number := self._next())}.txt", corpus.document(number)
            given = self.folder / "given" / name
            given.parent.mkdir(exist_ok=True)
            given.write_text(text, encoding="utf-8")
            return {**order, "do": "upload", "files": [str(given)]}, {**texts, name: text}
        return {**order, "do": "review", "first": self.review}, texts

    def _again(self, order: dict[str, Any], wanted: Mapping[str, str]) -> dict[str, Any]:
        """What a user would do next: the same once more; after a removal that was cut short the document may be gone."""
        return order

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _whole(self, work: str, wanted: dict[str, str]) -> None:
        ended = self.children.run({"do": "index", "library": str(self.library), "folder": str(self.folder / "files")}, work=work)
        if ended.told:
            self.said.append(f"{work} was told: {ended.told}")
        self.oracle.texts = wanted

    def _first(self, stage: str, share: float) -> None:
        """The first indexing of a library of its own: afterwards there is none, or an empty one, or the whole."""
        texts = {corpus.BASE: corpus.TEXT, "fleet0.txt": corpus.document(0)}
        own = self.folder / f"first{self._next()}"
        corpus.write(own / "files", texts)
        order = {"do": "index", "library": str(own / "library"), "folder": str(own / "files")}
        ended = self.children.run(order, work="first", stage=stage, share=share)
        found = self.children.run({"do": "check", "library": str(own / "library")}).found
        empty, told = Oracle(), str(found.get("told", ""))
        if "told" in found and "`wenzheng index`" in told:
            found = {"documents": {}, "fault": None, "reviews": {}, "queue": [], "answers": {}}
        self._record("first", ended.stage if ended.killed else "after its end", empty.complaints(found, texts, 0), found, texts)
        again = self.children.run(order, work="first")
        found = self.children.run({"do": "check", "library": str(own / "library")}).found
        if again.told or found.get("documents") != texts:
            self.said.append(f"first again: {again.told or found.get('told') or 'documents are missing'}")

    @contextmanager
    def _reviewing(self, wanted: bool) -> Iterator[None]:
        """Keeps reviews from this process meanwhile."""
        if not wanted:
            yield
            return
        stop = threading.Event()

        def work() -> None:
            with closing(Reviews.open(self.library)) as held:
                while not stop.is_set():
                    held.keep([review(self.review)])
                    self.oracle.reviews.add(self.review)
                    self.review += 1
                    time.sleep(0.01)

        reviewer = threading.Thread(target=work)
        reviewer.start()
        try:
            yield
        finally:
            stop.set()
            reviewer.join()

    # -- what is left -----------------------------------------------------------------------

    def _look(self, work: str, stage: str, wanted: dict[str, str], begun: int, *, acknowledged: bool = False) -> None:
        found = self.children.run({"do": "check", "library": str(self.library)}).found
        before = self.oracle.texts
        if acknowledged and found.get("documents") != wanted:
            self.said.append(f"{work}: what was acknowledged is not there")
        self._record(work, stage, self.oracle.complaints(found, wanted, begun), found, wanted)
        if found.get("documents") in (before, wanted):
            self.oracle.texts = dict(found["documents"])
        self.oracle.reviews |= {int(number) for number in found.get("reviews", ())}

    def _record(
        self, work: str, stage: str, complaints: Iterator[str], found: Mapping[str, Any], wanted: Mapping[str, str]
    ) -> None:
        said = [f"{work}, {stage}: {complaint}" for complaint in complaints]
        self.said += said
        state = "a fault" if said else "as wanted" if found.get("documents") == wanted else "as before"
        if stage:
            self.outcomes[work, stage, state] += 1


def table(trial: Trial) -> str:
    """How often which stage was hit and what was left, as Markdown; the complaints below."""
    rows = [f"| {work} | {stage} | {state} | {count} |" for (work, stage, state), count in sorted(trial.outcomes.items())]
    return "\n".join(["| work | killed in | documents afterwards | rounds |", "|---|---|---|---|", *rows, *trial.said])


def trial(folder: Path, rounds: int, seed: int) -> Trial:
    """That many rounds in a folder, the kinds of work in turn."""
    children = Children()
    try:
        made = Trial(folder, children, random.Random(seed))  # noqa: S311 — no secret
        made.begin()
        for number in range(rounds):
            made.round(WORK[number % len(WORK)])
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{number + 1}/{rounds}")
        return made
    finally:
        children.close()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.faults.kill", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wenzheng-") as folder:
        done = trial(Path(folder), given.rounds, given.seed)
    print(table(done))
    print(f"\n{sum(done.outcomes.values())} looks, {len(done.oracle.reviews)} reviews kept, {len(done.said)} faults")
    if done.said:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
