"""A clock that jumps, and files that are said to be from long ago or years to come, change nothing but what they must."""

from __future__ import annotations

import json
import os
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from fakes import FakeEncoder, one_sentence

from index import build
from index.errors import WenzhengError
from index.library import Library
from index.reviews import Reviews
from index.search import Searcher
from rag.answer import Answerer
from ui.export import FORMATS, export
from ui.runs import shelf

LONG_AGO, YEARS_TO_COME = 0, 4_102_444_800  # 1970 and 2100
QUESTION = "风筝起源于哪里？"


def at(monkeypatch, seconds):
    """Puts the clock of the machine to a time; the one that never goes back is left alone, as the system does."""
    monkeypatch.setattr(time, "time", lambda: float(seconds))
    monkeypatch.setattr(time, "time_ns", lambda: int(seconds) * 10**9)


def said(settings):
    with closing(Library.open(settings.library)) as library:
        answer = Answerer(Searcher(library, FakeEncoder())).answer(QUESTION)
        assert 0 <= answer.elapsed_ms < 60_000
        return answer.text, [c.quote for c in answer.citations]


def test_the_times_of_files_do_not_decide_what_is_indexed(corpus, settings, encoder):
    build.index([corpus], settings, encoder)
    wanted = said(settings)
    for when in (LONG_AGO, YEARS_TO_COME):
        for path in (*corpus.rglob("*"), *settings.library.rglob("*")):
            os.utime(path, (when, when))
        report = build.index([corpus], settings, FakeEncoder())
        assert (report.added, report.updated, report.removed, report.failed) == ((), (), (), ())
        assert said(settings) == wanted
    state = (corpus / "tea.txt").stat()
    (corpus / "tea.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")
    os.utime(corpus / "tea.txt", ns=(state.st_atime_ns, state.st_mtime_ns))  # a change that the times hide
    assert build.index([corpus], settings, FakeEncoder()).updated == ("tea.txt",)


@pytest.mark.parametrize("jump", [LONG_AGO, YEARS_TO_COME])
def test_a_clock_that_jumps_between_two_runs_and_two_reviews_loses_nothing(corpus, settings, encoder, monkeypatch, jump):
    from eval.faults.child import review

    build.index([corpus], settings, encoder)
    wanted = said(settings)
    with closing(Reviews.open(settings.library)) as held:
        held.keep([review(1)])
        at(monkeypatch, jump)
        held.keep([review(2)])
        (corpus / "cats.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")
        assert build.index([corpus], settings, FakeEncoder()).added == ("cats.txt",)
        assert said(settings) == wanted
        assert held.all() == [review(1), review(2)]


@pytest.mark.parametrize("jump", [LONG_AGO, 5_000_000_000])
def test_every_format_but_word_is_written_whatever_the_clock_says_and_for_word_one_sentence_says_why_not(
    answerer, monkeypatch, jump
):
    answers, articles = [answerer.answer(QUESTION)], answerer.searcher.library.articles()
    at(monkeypatch, jump)
    for format in sorted(FORMATS.keys() - {"docx"}):
        assert export(answers, articles, format, "gbt", "zh", date.fromtimestamp(0))
    with pytest.raises(WenzhengError) as caught:
        export(answers, articles, "docx", "gbt", "zh", date.fromtimestamp(0))
    assert one_sentence(str(caught.value), "clock")


def test_a_saved_run_whose_file_is_from_beyond_the_calendar_keeps_no_other_from_being_listed(tmp_path, monkeypatch):
    data = {"split": "tune", "fingerprints": {}, "measures": [], "figures": [], "rows": []}
    for name, when in (("good", "2026-01-02T03:04:05+00:00"), ("undated", "")):
        (tmp_path / f"{name}.json").write_text(json.dumps({**data, "when": when}), encoding="utf-8")
    whole = Path.stat

    def far(path, **options):
        state = whole(path, **options)
        return _Far(state) if path.name == "undated.json" else state

    monkeypatch.setattr(Path, "stat", far)
    found = shelf(tmp_path)
    assert [run.name for run in found.runs] == ["good"]
    assert [one_sentence(told, "undated.json") for told in found.complaints] == [True]


class _Far:
    """The state of a file changed in a year that no calendar of Python knows."""

    def __init__(self, state):
        self._state = state
        self.st_mtime_ns = 10**21

    def __getattr__(self, name):
        return getattr(self._state, name)
