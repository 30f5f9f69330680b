"""A writer killed in the middle of its commit leaves SQLite's journal; whatever becomes of that, no wrong quotation is shown."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from fakes import CORPUS, FakeEncoder, one_sentence
from test_faults import complaint

from index import build
from index.database import FILE
from index.library import Library
from index.search import Searcher
from rag.answer import Answerer

QUESTIONS = ("风筝起源于哪里？", "茶小绿叶蝉吃什么？", "How do honeybees survive the winter?")

# Pages go to the file long before the commit, as when a change outgrows the cache; then it is killed.
_TORN = """
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 5")
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE sentences SET text = replace(replace(text, '鲁国', '齐国'), 'honeybees', 'bumblebees')")
db.execute("UPDATE documents SET text = replace(replace(text, '鲁国', '齐国'), 'honeybees', 'bumblebees')")
db.execute("UPDATE passages SET text = replace(replace(text, '鲁国', '齐国'), 'honeybees', 'bumblebees')")
db.execute("UPDATE vectors SET vector = zeroblob(length(vector))")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def torn(corpus, settings, encoder):
    """A library whose file is half changed, with the journal that leads back."""
    build.index([corpus], settings, encoder)
    path = settings.library / FILE
    subprocess.run([sys.executable, "-c", _TORN, str(path)], check=False)
    assert path.with_name(f"{FILE}-journal").stat().st_size > 4096
    return settings


def answers(settings):
    with closing(Library.open(settings.library)) as library:
        answerer = Answerer(Searcher(library, FakeEncoder()))
        return [answerer.answer(question) for question in QUESTIONS]


def true(found):
    """Whether every quotation stands in the files as they were read."""
    return all(
        "".join(c.quote.split()) == "".join(CORPUS[c.source][c.start : c.end].split())
        for answer in found
        for c in answer.citations
    )


def test_a_half_written_change_is_taken_back_at_the_next_start(torn):
    found = answers(torn)
    assert true(found)
    assert found[0].citations[0].quote == "风筝起源于中国的鲁国。"
    with closing(Library.open(torn.library)) as library:
        assert library.fault() is None


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def flip(path):
    data, dice = bytearray(path.read_bytes()), random.Random(5)
    for _ in range(40):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)


def delete(path):
    path.unlink()


def swap(path):
    """Another database's journal in its place."""
    with closing(sqlite3.connect(path.with_name("other.sqlite"))) as db:
        db.execute("CREATE TABLE t (x)")
        db.commit()
    path.write_bytes(path.read_bytes()[:28] + bytes(4096))


@pytest.mark.parametrize("damage", [cut, flip, delete, swap])
def test_where_the_journal_is_damaged_too_the_library_says_so_or_answers_truly(torn, damage):
    path = torn.library / FILE
    damage(path.with_name(f"{FILE}-journal"))
    found = []
    told = complaint(lambda: found.extend(answers(torn)))
    assert one_sentence(told, FILE) if told else true(found)
    with closing(Library.open(torn.library)) as library:
        fault = library.fault()
    assert fault is None or one_sentence(fault, FILE, "wenzheng index")
    assert fault or not told
