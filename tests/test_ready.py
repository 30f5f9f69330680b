"""What the page loads before it is there, and how many threads a question takes; how soon it is there: `test_at_once`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from index.settings import Settings
from ui.web.threads import one_a_question


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
