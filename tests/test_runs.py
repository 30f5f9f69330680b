"""Saved runs as the measuring page reads, compares and makes them."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import one_sentence

from eval import saved
from eval.bench import Wanted, again, chosen
from eval.compare import compare
from eval.records import Row, Run, Span
from index.errors import DocumentError, UsageError
from ui import measuring, runs
from ui.measuring import Bench
from ui.web import failures, figures
from ui.web.texts import texts

GOLD = Span("The bees sleep.", "bees.txt", "bees", 10, 25)
HOSTILE = '<script>alert(1)</script> "onload=alert(2) `x`'


def row(number: int, language: str, *, right: bool, kind: str = "why") -> Row:
    cited = replace(GOLD, start=12 if right else 100, end=20 if right else 120)
    values = {"any gold": float(right), "points": 1.0 if right else number / 10, "MRR@10": 1.0}
    return Row(f"q-{number}", language, kind, True, False, values, 20, 9.0, HOSTILE, (cited,), (), f"Why {number}?", (), (GOLD,))


def unanswerable(number: int, *, refused: bool) -> Row:
    return Row(f"q-{number}", "en", "unanswerable", False, refused, {}, 20, 9.0, "No.", (), (), "Why not?")


ROWS = (
    *(row(number, language, right=number > 1, kind="why" if number % 2 else "how") for number in range(6) for language in ("zh", "en")),
    unanswerable(6, refused=True),
    unanswerable(7, refused=False),
)  # fmt: skip
BEFORE = Run("report", {"code": "aaa", "reader": HOSTILE}, ROWS, "2026-01-01T10:00:00+00:00")
AFTER = replace(
    BEFORE,
    when="2026-01-02T10:00:00+00:00",
    rows=tuple(
        replace(r, values={**r.values, "any gold": 0.0}, refused=True) if r.answerable and r.language == "zh" else r for r in ROWS
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    saved.save(BEFORE, tmp_path / "runs" / "before.json")
    saved.save(AFTER, tmp_path / "runs" / "after.json")
    return tmp_path / "runs"


@pytest.fixture
def before(folder: Path) -> runs.Run:
    found = runs.shelf(folder).named("before")
    assert found
    return found


# -- reading ------------------------------------------------------------------------------------


def test_a_saved_run_tells_the_page_all_that_it_shows(before):
    assert (before.split, len(before.rows), before.kinds) == ("report", len(ROWS), ("how", "unanswerable", "why"))
    assert before.when.timestamp() == 1767261600
    told = {(f.language, f.kind, f.measure): f for f in before.figures}
    assert told["zh", "", "any gold"].mean == pytest.approx(4 / 6)
    assert told["zh", "why", "any gold"].count == 3
    assert told["en", "", "caught"].mean == 0.5
    assert ("zh", "", "caught") not in told
    first = before.rows[0]
    assert first.failed
    assert (first.gold[0].article, first.gold[0].start) == ("bees", 10)


def test_runs_are_listed_the_latest_first_and_half_files_not_at_all(folder):
    (folder / ".late.json.part").write_text('{"split": "report", "ro', encoding="utf-8")
    held = runs.shelf(folder)
    assert [run.name for run in held.runs] == ["after", "before"]
    assert held.complaints == ()
    assert runs.shelf(folder / "missing") == runs.Shelf((), ())


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"rows": [', '{"split": "x"}', '{"figures": 1, "rows": []}'],
)
def test_a_damaged_run_is_told_in_one_sentence_and_the_others_are_listed(folder, text):
    (folder / "broken.json").write_text(text, encoding="utf-8")
    held = runs.shelf(folder)
    assert len(held.runs) == 2
    assert one_sentence(held.complaints[0], "broken.json")


@pytest.mark.parametrize(
    ("place", "value"), [("figures", {"mean": "much"}), ("figures", {"language": "fr"}), ("rows", {"values": {"points": []}})]
)
def test_a_run_that_could_not_be_drawn_is_left_out(folder, place, value):
    data = json.loads((folder / "before.json").read_text(encoding="utf-8"))
    data[place][0] |= value
    (folder / "odd.json").write_text(json.dumps(data), encoding="utf-8")
    assert one_sentence(runs.shelf(folder).complaints[0], "odd.json")


def test_a_changed_file_is_read_again(folder):
    assert len(runs.shelf(folder).runs) == 2
    saved.save(replace(BEFORE, split="tune"), folder / "after.json")
    assert {run.split for run in runs.shelf(folder).runs} == {"report", "tune"}


def test_a_run_of_an_earlier_version_says_how_to_complete_it_and_that_works(folder):
    data = json.loads((folder / "before.json").read_text(encoding="utf-8"))
    old = {"split": data["split"], "fingerprints": data["fingerprints"], "rows": []}
    for item in data["rows"]:
        kept = {k: v for k, v in item.items() if k not in ("question", "history", "gold", "citations", "claims", "failed")}
        old["rows"].append({**kept, "quotes": [span["quote"] for span in item["citations"]]})
    path = folder / "old.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert one_sentence(runs.shelf(folder).complaints[0], "old.json", "wenzheng eval --run")
    again(Wanted(save=path), path)
    held = runs.shelf(folder)
    assert held.complaints == ()
    found = held.named("old")
    assert found
    assert found.rows[0].cited[0].quote == GOLD.quote
    assert found.rows[0].cited[0].article == ""


# -- failures -----------------------------------------------------------------------------------


def test_failures_are_those_without_gold_and_those_not_refused(before):
    assert {(r.id, r.language) for r in runs.failures(before)} == {
        *((f"q-{n}", spoken) for n in (0, 1) for spoken in ("zh", "en")), ("q-7", "en"),
    }  # fmt: skip


def test_failures_by_a_measure_come_the_worst_first_and_can_be_narrowed(before):
    assert [(r.id, r.language) for r in runs.failures(before, "points")][::2] == [("q-0", "zh"), ("q-1", "zh")]
    assert [r.id for r in runs.failures(before, "points", language="en", kind="why")] == ["q-1"]
    assert [r.id for r in runs.failures(before, "caught")] == ["q-7"]
    assert runs.failures(before, "wrong refusals") == []


def test_failures_can_be_those_worse_than_before(folder):
    held = runs.shelf(folder)
    before, after = held.named("before"), held.named("after")
    assert after
    assert {r.id for r in runs.failures(after, "any gold", before=before)} == {"q-2", "q-3", "q-4", "q-5"}
    assert len(runs.failures(after, "wrong refusals", before=before)) == 6
    assert runs.failures(after, "points", before=before) == []


# -- two runs, and reports ----------------------------------------------------------------------


def test_a_comparison_is_that_of_the_benchmark(folder):
    found = measuring.compare(folder / "before.json", folder / "after.json")
    wanted = compare(BEFORE, AFTER)
    assert [(c.language, c.measure, c.low, c.worse, c.better) for c in found] == [
        (c.language, c.measure, c.low, c.regression, c.gain) for c in wanted
    ]
    assert {(c.language, c.measure) for c in found if c.worse} == {("zh", "any gold"), ("zh", "wrong refusals")}


def test_runs_without_a_common_question_are_not_compared_and_one_sentence_says_so(folder):
    saved.save(replace(BEFORE, rows=tuple(replace(r, id="x" + r.id) for r in ROWS)), folder / "other.json")
    with pytest.raises(DocumentError) as error:
        measuring.compare(folder / "before.json", folder / "other.json")
    assert one_sentence(str(error.value), "no question in common")


def test_the_report_is_made_where_it_is_missing(folder):
    path = measuring.report(folder / "before.json")
    text = path.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "Why 0?" in text
    made = path.stat().st_mtime_ns
    assert measuring.report(folder / "before.json").stat().st_mtime_ns == made


# -- what is drawn ------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["zh", "en"])
def test_what_comes_from_a_run_is_shown_as_text(folder, shown):
    held = runs.shelf(folder)
    run = held.runs[0]
    drawn = failures.failures(run.rows, len(run.rows), shown) + figures.shelf(held, run.name, shown)
    assert "<script" not in drawn
    assert "&#41;&lt;/script&gt;" in drawn
    assert 'href="./source?article&#61;bees&amp;start&#61;12&amp;end&#61;20"' in drawn


@pytest.mark.parametrize("shown", ["zh", "en"])
def test_a_verdict_is_told_by_sign_and_word(folder, shown):
    held = runs.shelf(folder)
    changes = measuring.compare(folder / "before.json", folder / "after.json")
    drawn = figures.changes(changes, held.runs[0].measures, shown)
    assert drawn.count(texts(shown)["measure_worse"]) == 2
    assert texts(shown)["measure_better"] not in drawn
    assert "−0.667" in drawn


def test_gold_that_was_cited_is_told_from_gold_that_was_not(before):
    own = texts("en")
    right = next(r for r in before.rows if not r.failed and r.answerable)
    assert own["measure_met"] in failures.failures([right], 1, "en")
    assert own["measure_touching"] in failures.failures([right], 1, "en")
    assert own["measure_missed"] in failures.failures([before.rows[0]], 1, "en")
    assert own["measure_elsewhere"] in failures.failures([before.rows[0]], 1, "en")


# -- runs that go on ----------------------------------------------------------------------------

WORK = """
import json, subprocess, sys, time
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "w").write(str(other.pid))
for done in range(600):
    print("a warning", file=sys.stderr)
    print(json.dumps({"done": done, "total": 600}), file=sys.stderr, flush=True)
    time.sleep(0.1)
"""


def until(condition) -> None:
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it never came to pass")


def gone(process: int) -> bool:
    """Whether a process is no more, or only waits for its new parent to notice."""
    try:
        os.kill(process, 0)
        return ") Z " in Path(f"/proc/{process}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return True


def test_a_cancelled_run_leaves_no_process_and_no_file(tmp_path, monkeypatch):
    note = tmp_path / "pid"
    monkeypatch.setattr(measuring, "_command", lambda *options: [sys.executable, "-c", WORK, str(note)])
    bench = Bench(tmp_path)
    bench.start("report")
    until(lambda: bench.state.done > 1)
    assert bench.state.total == 600
    with pytest.raises(UsageError) as error:
        bench.start("report")
    assert one_sentence(str(error.value), "cancel")
    bench.folder.mkdir()
    for name in (f"{bench.state.name}.json", f".{bench.state.name}.json.part"):
        (bench.folder / name).write_text("{", encoding="utf-8")
    assert bench._process
    process = bench._process.pid
    bench.cancel()
    assert bench.state.stage == "cancelled"
    assert list(bench.folder.iterdir()) == []
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
    until(lambda: gone(int(note.read_text())))


def test_a_run_that_fails_says_why_in_its_last_words(tmp_path):
    bench = Bench(tmp_path / "none")
    bench.start("report", "en", 1)
    until(lambda: bench.state.stage != "running")
    assert bench.state.stage == "failed"
    assert one_sentence(bench.state.message, "wenzheng index")
    bench.cancel()
    assert bench.state.stage == "failed"


def test_questions_can_be_limited_by_number_and_language():
    few = chosen(Wanted(limit=2))
    assert [q.language for q in few] == ["zh", "en"] * 2
    assert [q.id for q in chosen(Wanted(limit=2, language="en"))] == [q.id for q in few[::2]]
    for wanted, said in ((Wanted(limit=0), "0"), (Wanted(language="fr"), "fr")):
        with pytest.raises(UsageError) as error:
            chosen(wanted)
        assert one_sentence(str(error.value), said)


def test_without_the_question_set_one_sentence_says_where_it_is(tmp_path):
    with pytest.raises(DocumentError) as error:
        chosen(Wanted(sets=tmp_path / "questions.jsonl"))
    assert one_sentence(str(error.value), "questions.jsonl", "eval/sets")
