"""The side by side: its ratios, its table, and what is measured, on made-up figures; none of the others is needed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from eval.peers import __main__ as peers
from eval.peers import table
from eval.peers.task import Clock, Task, Text, indexed, searched
from eval.questions import Gold, Question

SEEDS = Path("seeds")
FOUND = {
    "wenzheng": {"rate index s": 30.0, "median zh": 10.0, "recall@10 zh": 0.9, "peak searching": 300.0},
    "wenzheng fast": {"rate index s": 90.0, "median zh": 1.0},
    "a": {"rate index s": 20.0, "median zh": 40.0, "recall@10 zh": 0.7, "peak searching": 900.0},
    "b": {"rate index s": 60.0, "median zh": 5.0, "recall@10 zh": 0.8},
}


@pytest.mark.parametrize(
    ("measure", "ratio"),
    [("rate index s", 0.5), ("median zh", 0.5), ("recall@10 zh", 0.1), ("peak searching", 3.0)],
)
def test_a_ratio_is_ours_against_the_best_of_the_others_and_more_is_better(measure, ratio):
    assert table.compared(measure, FOUND) == pytest.approx(ratio)


def test_there_is_no_ratio_where_a_side_is_missing():
    assert table.compared("median zh", {"wenzheng": FOUND["wenzheng"]}) is None
    assert table.compared("median zh", {"a": FOUND["a"]}) is None
    assert table.compared("cold en", FOUND) is None


def test_rounds_are_joined_by_the_median_and_memory_by_the_most():
    rounds = [{"median zh": 1.0, "peak searching": 5.0}, {"median zh": 9.0, "peak searching": 7.0}, {"median zh": 2.0}]
    assert table.joined(rounds) == {"median zh": 2.0, "peak searching": 7.0}


def test_seconds_become_passages_a_second():
    assert table.rated({"index s": 50.0, "cold zh": 1.0}, 1000)["rate index s"] == 20.0


def test_the_table_has_every_system_and_measure_in_both_languages():
    english, chinese = (table.markdown(FOUND, spoken).splitlines() for spoken in ("en", "zh"))
    assert len(english) == len(chinese) == 2 + len(table._ROWS)
    assert "| 10.0 | 1.00 | 40.0 | 5.00 | 0.50 × |" in "\n".join(english)
    assert "| 0.900 | – | 0.700 | 0.800 | +0.100 |" in "\n".join(chinese)
    assert len({line.count("|") for line in (*english, *chinese)}) == 1


def asked(spoken: str, quote: str) -> Question:
    return Question(f"q {quote}", spoken, "factoid", "tune", (), quote, (), (Gold("s.txt", quote),))


def test_a_search_is_judged_by_the_passages_that_it_finds_in_either_language(tmp_path):
    (tmp_path / "s.txt").touch()
    task = Task(str(tmp_path), (), ("甲说了一句话。", "乙说了另一句话。"), "")
    questions = [asked(spoken, quote) for spoken in ("zh", "en") for quote in task.originals]
    found = searched(lambda question, k: ["1:en", "1:zh"], task, questions, questions)
    for spoken in ("zh", "en"):
        assert found[f"recall@10 {spoken}"] == found[f"within 5,000 {spoken}"] == 0.5
        assert found[f"median {spoken}"] <= found[f"p95 {spoken}"]


class Slow:
    """A system whose encoder takes three seconds of four, on a clock that it sets."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.given: list[Task] = []

    def index(self, task: Task, folder: Path) -> None:
        self.given.append(task)
        self.clock.wall += 3.0

    def open(self, task: Task, folder: Path):
        raise NotImplementedError


def test_what_is_loaded_at_first_is_not_counted_as_indexing(tmp_path):
    clock = Clock()
    slow = Slow(clock)
    task = Task("seeds", (Text("0:zh", "一句。"),), ("一句。",), "")
    figures = indexed(slow, task, tmp_path, clock)
    assert [len(given.texts) for given in slow.given] == [2, 1]
    assert figures["index s"] - figures["store s"] == pytest.approx(3.0)


def test_an_encoder_within_an_encoder_is_counted_once():
    clock, whole = Clock(), Clock()
    with whole.running(), clock.running(), clock.running():
        time.sleep(0.05)
    assert 0.05 <= clock.wall <= whole.wall


def test_where_the_sources_are_not_indexed_there_is_no_figure_of_evidence(tmp_path):
    task = Task(str(tmp_path), (), ("甲说了一句话。", "乙说了另一句话。"), "")
    questions = [asked(spoken, quote) for spoken in ("zh", "en") for quote in task.originals]
    assert "recall@10 zh" not in searched(lambda question, k: ["0:zh"], task, questions, questions)
    (tmp_path / "s.txt").touch()
    assert "recall@10 zh" in searched(lambda question, k: ["0:zh"], task, questions, questions)


def test_a_system_that_fails_is_left_out_and_ours_is_not(monkeypatch, capsys):
    def figures(name, part, *rest):
        if name == failing:
            raise subprocess.CalledProcessError(1, name, stderr=b"Traceback\nModuleNotFoundError: No module named 'txtai'\n")
        return {part: 1.0}

    monkeypatch.setattr(peers, "figures", figures)
    monkeypatch.setattr(peers, "task", lambda sources, library=None: Task(str(sources), (), ("一句。",) * 2, ""))
    failing = "txtai"
    passages, found = peers.measure(["haystack", "txtai"], SEEDS, "tune", 1, 2)
    assert (passages, list(found)) == (2, ["wenzheng", "haystack"])
    assert "txtai is left out: ModuleNotFoundError" in capsys.readouterr().err
    failing = "wenzheng"
    with pytest.raises(subprocess.CalledProcessError):
        peers.measure(["haystack"], SEEDS, "tune", 1, 2)


def test_naming_a_system_imports_nothing_of_the_others():
    code = (
        "import sys; from eval.peers.__main__ import PEERS, system; from eval.peers.task import Clock; "
        "[system(name, Clock()) for name in PEERS]; "
        "print([name for name in ('langchain_core', 'llama_index', 'haystack', 'txtai', 'torch') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
