"""A language-model server killed while it writes: the extractive reader stands in, says so, and nothing unproved is shown."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.llm.server import ServerModel
from rag.answer import Answerer
from rag.readers.llm import LanguageModelReader

HONEY = "How much honey does a colony need until spring?"
PIECES = [
    "A colony needs twenty kilograms of honey to last until spring. [1]\n",
    "Honeybees keep a temperature ", "of thirty-four degrees. [2]\n",
    "A colony needs ninety kilograms of honey. [1]\n",
    "Mice enter weak hives in November. [3]", "\n", "The rest is known to me. [4]",
] * 3  # fmt: skip


@contextmanager
def mortal():
    """A server in a process of its own."""
    script = Path(__file__).with_name("dying_server.py")
    process = subprocess.Popen(
        [sys.executable, script, json.dumps(PIECES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait(20)
        process.stdin.close()
        process.stdout.close()


def proved(answer, library):
    """Whether every quotation stands in its source, and every figure said is one of a quotation."""
    assert "ninety" not in answer.text
    for cited in answer.citations:
        assert "".join(cited.quote.split()) in "".join(library.text_between(cited.source, cited.start, cited.end).split())


@pytest.mark.parametrize("after", [0, 2, 3, 6, 11])
def test_a_server_killed_in_the_middle_of_its_answer_leaves_an_answer_that_says_so(searcher, answerer, after):
    wanted = answerer.answer(HONEY)
    with mortal() as (process, address):
        reader = LanguageModelReader(ServerModel(address, "m", timeout=5, retries=0), seconds=20)
        steps = []
        reading = threading.Thread(target=lambda: steps.extend(Answerer(searcher, reader).stream(HONEY)))
        reading.start()
        while process.stdout.readline().strip() != str(after):  # told as it is sent
            pass
        os.kill(process.pid, signal.SIGKILL)
        reading.join(30)
    for step in steps:
        proved(step, searcher.library)
    last = steps[-1]
    assert last.reader.startswith("extractive (llm: m at ")
    assert [c.quote for c in last.citations] == [c.quote for c in wanted.citations]
