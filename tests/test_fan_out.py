"""Indexing fanned out by Ray makes the library that one process makes."""

import importlib.util
import os
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder, one_sentence, write_corpus

from index import build, fan_out
from index.errors import StoreError
from index.settings import Settings

needs_ray = pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="Ray is not installed (pip install 'wenzheng[ray]')")
TABLES = ("documents", "articles", "sentences", "footnotes", "passages")


def rows(settings):
    """Every row of a library in its order, and its vectors by key."""
    with sqlite3.connect(settings.library / "library.sqlite") as db:
        found = {table: db.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall() for table in TABLES}
        vectors = db.execute("SELECT encoder, text, vector FROM vectors ORDER BY encoder, text").fetchall()
    return found, {(encoder, text): np.frombuffer(vector, dtype=np.float32) for encoder, text, vector in vectors}


@pytest.fixture
def two(monkeypatch):
    """Ray with two processes."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    with fan_out._ray(fan_out.LOCAL, 2):
        yield


@needs_ray
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_the_library_is_that_of_one_process_through_changes_and_faults(tmp_path, two):
    folder = write_corpus(tmp_path / "corpus")
    (folder / "broken.txt").write_bytes(b"")
    alone = Settings(library=tmp_path / "alone")
    many = Settings(library=tmp_path / "many", ray="local")
    for change in (lambda: None, lambda: (folder / "cats.txt").write_text("猫的一天\n\n猫在窗台上睡觉。", encoding="utf-8")):
        change()
        encoder = FakeEncoder()
        told, other = build.index([folder], many, encoder), build.index([folder], alone, FakeEncoder())
        assert replace(told, faults=()) == replace(other, faults=())
        assert told.failed == other.failed != ()
        assert encoder.seen == []  # the writer encodes nothing itself
        (found, vectors), (expected, exact) = rows(many), rows(alone)
        assert found == expected
        assert vectors.keys() == exact.keys()
        assert all(np.array_equal(vectors[key], exact[key]) for key in exact)


@needs_ray
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_a_cluster_that_does_not_answer_is_told_in_one_sentence(tmp_path):
    with pytest.raises(StoreError) as error:
        build.index(
            [write_corpus(tmp_path / "corpus")], Settings(library=tmp_path / "library", ray="ftp://nowhere"), FakeEncoder()
        )
    assert one_sentence(str(error.value))


def test_ray_that_is_not_installed_is_told_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(StoreError) as error:
        build.index([write_corpus(tmp_path / "corpus")], Settings(library=tmp_path / "library", ray="local"), FakeEncoder())
    assert one_sentence(str(error.value), "wenzheng[ray]")
