"""The load on one page: what its readers, keepers and reviewers do, each kind in threads of its own."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.faults import corpus
from eval.faults.child import review
from eval.served import Failed, Served
from eval.soak.measuring import Sample, sample
from eval.soak.tally import Tally
from eval.soak.visit import Page, Visit, upload
from index.clean import fold
from index.errors import UsageError, WenzhengError
from index.library import Library
from index.reviews import Reviews

KINDS = ("ask", "visit", "upload", "index", "review")
"""Programs that ask; browsers that open the page, ask, export, read and judge; files in and out; another process that
indexes; and one that keeps verdicts."""

_EVERY = 2.0  # seconds between two measurements
_AWAY = (Failed, OSError, ValueError, KeyError)


@dataclass
class Soak:
    """The load on one page."""

    page: Served
    library: Path
    folder: Path  # for files that are indexed and added
    tally: Tally = field(default_factory=Tally)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._held = Library.open(self.library)
        self._fixed = {document["name"] for document in self._held.documents()}  # which nothing here changes
        self._article = next(iter(self._held.articles()))
        self._reading = threading.Lock()
        self._page = Page.of(self.page)

    def run(self, seconds: float, readers: int, asked: Sequence[str], kinds: Sequence[str] = KINDS) -> list[Sample]:
        """Drives it for that long and returns what was measured meanwhile."""
        if self.page.process is None:
            raise UsageError("Only a page that is started here can be measured.")
        work: list[Callable[[], None]] = []
        for kind in kinds:
            if kind in ("ask", "visit"):
                each = self._ask if kind == "ask" else self._visits
                work += [lambda number=number, each=each: each(number, asked) for number in range(readers)]  # type: ignore[misc]
            else:
                work.append({"upload": self._take_in, "index": self._index, "review": self._review}[kind])
        threads = [threading.Thread(target=one, daemon=True) for one in work]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        samples = []
        while (at := time.monotonic() - begin) < seconds:
            samples.append(sample(self.page.process, at))
            time.sleep(_EVERY)
        self.over.set()
        for thread in threads:
            thread.join(120)
        self._check_reviews()
        self._held.close()
        return samples

    # -- readers ----------------------------------------------------------------------------

    def _ask(self, number: int, asked: Sequence[str]) -> None:
        """A program that asks all there is and then again and again, every fifth time as one that never asked before."""
        dice = random.Random(number)  # noqa: S311 — no secret
        for count in itertools.count():
            if self.over.wait(dice.uniform(0.2, 1.5) if count >= len(asked) else 0.01):
                return
            began = time.monotonic()
            question = dice.choice(asked) if count >= len(asked) else asked[count]  # so that caches fill in the warm-up
            try:
                answer = self.page.ask(question, f"soak-{number}" if count % 5 else f"soak-{number}-{count}")
            except Failed as error:
                self._refused("answer", error)
                continue
            self.tally.seconds.append(time.monotonic() - began)
            self.tally.count("answer", self._wrong(answer))

    def _wrong(self, answer: dict[str, Any]) -> str:
        """The first quotation that does not stand where the answer says."""
        with self._reading:
            for cited in answer["citations"]:
                if cited["source"] in self._fixed:
                    stands = self._held.text_between(cited["source"], cited["start"], cited["end"])
                    if fold(cited["quote"]) not in fold(stands):
                        return f"“{cited['quote']}” does not stand at {cited['source']} {cited['start']}–{cited['end']}"
        return ""

    def _refused(self, kind: str, error: Exception) -> None:
        """What went wrong, unless the page said that the library changed too often."""
        if "changed several times" in str(error):
            self.tally.busy += 1
        else:
            self.tally.count(kind, str(error) or repr(error))

    def _visits(self, number: int, asked: Sequence[str]) -> None:
        """One visit after another: the page of questions, an article, the desk of reviews."""
        dice = random.Random(1000 + number)  # noqa: S311 — no secret
        for count in itertools.count():
            if self.over.wait(dice.uniform(1, 4)):
                return
            try:
                with Visit(self._page, f"visit-{number}-{count}").opened() as visit:
                    self._converse(visit, dice.sample(list(asked), 2), send=count % 10 == 0)
                with Visit(self._page, f"source-{number}-{count}").opened() as visit:
                    visit.does("_first_1", "load", asked=f"article={self._article}&side=both")
                with Visit(self._page, f"review-{number}-{count}").opened() as visit:
                    visit.does("_first_3", "load", f"reviewer {number}")
                    visit.does("wz-rv-accept", "click", None, "", "[]", "en")
                    visit.does("wz-rv-export", "click")
                self.tally.count("visit")
            except _AWAY as error:
                self._refused("visit", error)

    def _converse(self, visit: Visit, questions: Sequence[str], *, send: bool) -> None:
        """Asks, follows the answers as they grow, has suggestions made, exports, and at times sends one to be reviewed."""
        visit.does("_first", "load", None)
        for question in questions:
            visit.does("wz-box", "submit", question, None, None, None, "en", "", [])
            visit.does("write", "then", None, None, None, "en")
            visit.does("done", "then", None, "en")
            visit.does("keep", "then", None, None, "en")
            visit.does("next", "then", None, None, "en")
        visit.does("wz-export-download", "click", "all", "docx", "apa", "en", None)
        if send:
            visit.does("wz-send-button", "click", None, "en")

    # -- keepers of the library -------------------------------------------------------------

    def _take_in(self) -> None:
        """Adds a file on the documents page and takes it out again."""
        for number in itertools.count(1):
            if self.over.wait(5):
                return
            name = f"soak{number}.txt"
            try:
                with Visit(self._page, f"keeper-{number}").opened() as visit:
                    path = upload(self.page.address, name, corpus.document(number).encode())
                    given = {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
                    said = visit.does("wzd-drop", "upload", [given], [name], "en")
                    self.tally.count("file added", "" if name in json.dumps(said) else f"{name} is not in the list")
                    if self.over.wait(2):
                        return
                    visit.does("wzd-list", "delete", "en", event_data={"name": name})
                    self.tally.count("file taken out")
            except _AWAY as error:
                self._refused("file added", error)

    def _index(self) -> None:
        """Has another process index a folder of which half is new each time."""
        for number in itertools.count(1):
            if self.over.wait(20):
                return
            corpus.write(self.folder, {f"fleet{n}.txt": corpus.document(10_000 + n) for n in (number, number + 1)})
            command = [sys.executable, "-m", "ui.cli", "index", str(self.folder), "--library", str(self.library)]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 — our own program
            busy = "Another process is writing" in ended.stderr  # the documents page; that is what it should say
            self.tally.count(
                "index refused" if busy else "index run", "" if busy or not ended.returncode else ended.stderr[-300:]
            )

    # -- reviewers --------------------------------------------------------------------------

    def _review(self) -> None:
        with closing(Reviews.open(self.library)) as held:
            while not self.over.wait(0.5):
                try:
                    held.keep([review(self.tally.reviews)])
                    self.tally.reviews += 1
                    self.tally.count("review")
                except WenzhengError as error:
                    self.tally.count("review refused", "" if "Another process is writing" in str(error) else str(error))

    def _check_reviews(self) -> None:
        with closing(Reviews.open(self.library)) as held:
            there = {one.number for one in held.all() if one.batch == "killed"}
        lost = set(range(self.tally.reviews)) - there
        if lost:
            self.tally.errors.append(f"reviews lost: {sorted(lost)[:10]}")
