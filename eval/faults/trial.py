"""One library that is killed at again and again: the pieces of work, and what is looked at after each."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.faults import corpus
from eval.faults.child import review
from eval.faults.children import Children
from eval.faults.oracle import Oracle
from index.reviews import Reviews

WORK = ("first", "update", "rebuild", "remove", "upload", "review", "both")
"""What is done to the library; `both` is an update while this process keeps reviews."""

_ENOUGH = 8  # documents beside the base before some go again


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
