"""`python -m eval.soak`: a page under mixed load for hours, and whether its memory, file handles and threads stay flat.

python -m eval.soak --minutes 120

Over a copy of the library it serves the page, whose readers ask questions while files are added and taken out on the
documents page, another process indexes a folder that changes each time, and a reviewer keeps verdicts.  Every few
seconds the page's process is measured.  Exit status 1 on an error, a quotation that does not stand in its source, a
review that is not there in the end, or a growth beyond the bounds.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from eval import questions
from eval.faults import corpus
from eval.faults.child import review
from eval.load import candidates
from eval.served import Failed, Served, served
from index.clean import fold
from index.errors import UsageError, WenzhengError
from index.library import Library
from index.reviews import Reviews

WARM = 1 / 3
"""Share of the time that is not counted: caches fill and libraries are loaded at their first use."""

BOUNDS = {"memory": (0.05, 20.0), "handles": (0.05, 5.0), "threads": (0.05, 3.0)}
"""Growth over the time counted that is flat: this share of the middle value, or this much (MB, handles, threads)."""

_EVERY = 2.0  # seconds between two measurements
_QUESTIONS = 60


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process held at a time, in seconds since the begin."""

    at: float
    memory: float  # resident, MB
    handles: float
    threads: float


@dataclass(frozen=True, slots=True)
class Growth:
    """How a quantity went: the slope is the median of those between all pairs of samples (Theil and Sen)."""

    name: str
    first: float
    middle: float
    most: float
    last: float
    hourly: float
    grown: float  # over the time counted

    @property
    def flat(self) -> bool:
        """Whether it grew no more than the bounds allow."""
        share, least = BOUNDS[self.name]
        return self.grown <= max(share * self.middle, least)


@dataclass
class Tally:
    """What was done and what went wrong; shared by the threads."""

    done: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # of answers
    busy: int = 0  # refused since the library changed too often, as the page says
    errors: list[str] = field(default_factory=list)
    reviews: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, kind: str, error: str = "") -> None:
        """Takes down one thing done, or what went wrong with it."""
        with self._lock:
            self.done[kind] += 1
            if error:
                self.errors.append(f"{kind}: {error}")


def sample(process: int, at: float) -> Sample:
    """What a process holds now, from the system's own account of it (Linux)."""
    place = Path(f"/proc/{process}")
    told = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines() if ":" in line)
    memory = int(told["VmRSS"].split()[0]) / 1024
    return Sample(at, memory, len(list((place / "fd").iterdir())), int(told["Threads"]))


def growth(samples: Sequence[Sample], name: str) -> Growth:
    """How a quantity went after the warm-up; at most 200 samples are paired."""
    begin = samples[-1].at * WARM
    counted = [one for one in samples if one.at >= begin]
    step = max(1, len(counted) // 200)
    points = [(one.at, float(getattr(one, name))) for one in counted[::step]]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] > a[0]]
    slope = statistics.median(slopes) if slopes else 0.0
    values = [value for _, value in points]
    return Growth(
        name,
        float(getattr(samples[0], name)),
        statistics.median(values),
        max(values),
        values[-1],
        slope * 3600,
        slope * (points[-1][0] - points[0][0]),
    )


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
        self._reading = threading.Lock()
        config = json.loads(_fetch(f"{self.page.address}/config"))
        self._functions = {
            (item["api_name"], item["targets"][0][1]): item["id"] for item in config["dependencies"] if item["targets"]
        }

    def run(self, seconds: float, readers: int, asked: Sequence[str]) -> list[Sample]:
        """Drives it for that long and returns what was measured meanwhile."""
        work: list[Callable[[], None]] = [
            *(lambda number=number: self._ask(number, asked) for number in range(readers)),
            self._take_in,
            self._index,
            self._review,
        ]
        threads = [threading.Thread(target=one, daemon=True) for one in work]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        samples = []
        while (at := time.monotonic() - begin) < seconds:
            if self.page.process is None:
                raise UsageError("Only a page that is started here can be measured.")
            samples.append(sample(self.page.process, at))
            time.sleep(_EVERY)
        self.over.set()
        for thread in threads:
            thread.join(120)
        self._check_reviews()
        self._held.close()
        return samples

    # -- what is done -----------------------------------------------------------------------

    def _ask(self, number: int, asked: Sequence[str]) -> None:
        dice = random.Random(number)  # noqa: S311 — no secret
        while not self.over.wait(dice.uniform(0.2, 1.5)):
            began = time.monotonic()
            try:
                answer = self.page.ask(dice.choice(asked), f"soak-{number}")
            except Failed as error:
                if "changed several times" in str(error):
                    self.tally.busy += 1
                else:
                    self.tally.count("answer", str(error))
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

    def _take_in(self) -> None:
        """Adds a file on the documents page and takes it out again."""
        for number in itertools.count(1):
            if self.over.wait(5):
                return
            name = f"soak{number}.txt"
            try:
                path = upload(self.page.address, name, corpus.document(number).encode())
                given = {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
                said = self.page.call(self._functions["_add", "upload"], [[given], [name], "en"], f"keeper-{number}")
                self.tally.count("file added", "" if name in json.dumps(said) else f"{name} is not in the list")
                if self.over.wait(2):
                    return
                self.page.call(self._functions["_remove", "delete"], ["en"], f"keeper-{number}", event_data={"name": name})
                self.tally.count("file taken out")
            except (Failed, OSError) as error:
                self.tally.count("file added", str(error))

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


def upload(address: str, name: str, data: bytes) -> str:
    """Sends a file as a browser does, and returns where the server keeps it."""
    edge = "wenzheng-soak"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'
    request = urllib.request.Request(  # noqa: S310 — a page that was started here
        f"{address}/gradio_api/upload",
        head.encode() + data + f"\r\n--{edge}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={edge}"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
        return str(json.load(reply)[0])


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as reply:  # noqa: S310 — a page that was started here
        return bytes(reply.read())


def table(samples: Sequence[Sample], tally: Tally) -> str:
    """The figures as Markdown, the first errors below."""
    rows = [
        "| what | begin | middle | most | end | growth an hour | over the time counted | flat |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in BOUNDS:
        g = growth(samples, name)
        rows.append(
            f"| {name}{' (MB)' if name == 'memory' else ''} | {g.first:.0f} | {g.middle:.0f} | {g.most:.0f} | {g.last:.0f} "
            f"| {g.hourly:+.1f} | {g.grown:+.1f} | {'yes' if g.flat else 'NO'} |"
        )
    rows += ["", "| done | times |", "|---|---|", *(f"| {kind} | {count} |" for kind, count in sorted(tally.done.items()))]
    if len(tally.seconds) > 1:
        late = statistics.quantiles(tally.seconds, n=20, method="inclusive")[-1]
        rows.append(f"| answers, median and 95th percentile | {statistics.median(tally.seconds):.2f} s, {late:.2f} s |")
    rows += [f"| refused since the library changed too often | {tally.busy} |", f"| errors | {len(tally.errors)} |"]
    return "\n".join([*rows, *tally.errors[:10]])


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--library", type=Path, default=Path("library"), help="is copied, not changed")
    parser.add_argument("--sets", type=Path, default=questions.SETS / "questions.jsonl")
    parser.add_argument("--save", type=Path, help="the samples, as JSON Lines")
    given = parser.parse_args()
    try:
        if min(given.minutes, given.readers) <= 0:
            raise UsageError("--minutes and --readers must be above 0.")
        Library.open(given.library).close()
        with tempfile.TemporaryDirectory(prefix="wenzheng-") as folder:
            library = Path(folder) / "library"
            shutil.copytree(given.library, library)
            asked = [text for _, text in itertools.islice(candidates(given.sets), _QUESTIONS)]
            with served(library) as page:
                soak = Soak(page, library, Path(folder) / "files")
                samples = soak.run(given.minutes * 60, given.readers, asked)
    except WenzhengError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    if given.save:
        given.save.write_text(
            "".join(f"{json.dumps([s.at, s.memory, s.handles, s.threads])}\n" for s in samples), encoding="utf-8"
        )
    print(table(samples, soak.tally))
    if soak.tally.errors or not all(growth(samples, name).flat for name in BOUNDS):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
