"""How soon the page is there: bounds wide enough for a busy machine, the figures printed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from browser import CHROMIUM, Watched

from index.settings import Settings
from ui.web.threads import one_a_question

SOON = 15.0  # seconds; two on two idle cores is the aim


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_page_is_ready_soon_after_it_is_opened(browser, address, capsys):
    times = []
    for _ in range(3):
        began = time.monotonic()
        watched = Watched(browser, address)
        times.append(time.monotonic() - began)
        watched.context.close()
        assert watched.complaints == []
    with capsys.disabled():
        sys.stdout.write(f" ready after {[round(seconds, 2) for seconds in times]} s ")
    assert min(times) < SOON


def test_a_page_is_made_without_loading_the_model_libraries():
    code = (
        "import sys\nimport ui.web.app\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'faiss', 'tantivy', 'playwright'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("reader", "given", "threads"), [("extractive", None, "1"), ("llm", None, None), ("extractive", "4", "4")]
)
def test_a_question_takes_one_thread_unless_a_model_reads_or_the_operator_says_otherwise(monkeypatch, reader, given, threads):
    monkeypatch.setattr(os, "environ", {"OMP_NUM_THREADS": given} if given else {})
    one_a_question(Settings(reader=reader))
    assert os.environ.get("OMP_NUM_THREADS") == threads


def test_what_decides_on_threads_loads_nothing_that_reads_them_first():
    code = "import sys\nfrom ui.web import threads\nsys.exit(bool({'numpy', 'torch', 'faiss', 'gradio'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
