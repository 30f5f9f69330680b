"""What opening a library and asking it cost must not follow its size: counted, not timed, so that it holds on any machine."""

from collections import Counter
from contextlib import closing

import pytest
from fakes import FakeEncoder, write_corpus

from index import build
from index import lists as lists_of_vectors
from index import vectors as kinds
from index.contents import Contents
from index.library import Library
from index.search import Searcher
from index.settings import Settings

ASKED = ("蜂群越冬需要多少公斤蜂蜜？", "How do farmers trap the tea green leafhopper?")
SIZES = (300, 2400)


def lines(count):
    return "".join(f"蜂群{number}号在第{number * 7}天越冬，需要{number % 90}公斤蜂蜜。" for number in range(count))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The corpus beside few and beside many passages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "EXACT", 250)
        made = []
        for size in SIZES:
            folder = tmp_path_factory.mktemp(f"size{size}")
            corpus = write_corpus(folder / "corpus")
            (corpus / "more.txt").write_text(lines(size), encoding="utf-8")
            build.index([corpus], Settings(library=folder / "library", passage_length=24), FakeEncoder())
            made.append(folder / "library")
        yield made


@pytest.fixture
def read(monkeypatch):
    """How many rows SQLite has given, and how many lists of vectors were looked at."""
    seen = Counter()
    select, one = Contents.select, lists_of_vectors.one

    def counted(self, sql, values=()):
        found = select(self, sql, values)
        seen["rows"] += len(found)
        return found

    def looked_at(lists, number):
        seen["lists"] += 1
        return one(lists, number)

    monkeypatch.setattr(Contents, "select", counted)
    monkeypatch.setattr(lists_of_vectors, "one", looked_at)
    return seen


def opened(folder, read):
    read.clear()
    searcher = Searcher(Library.open(folder), FakeEncoder())
    searcher.library.indexes(searcher.terms)
    return searcher


def test_opening_reads_as_much_of_a_large_library_as_of_a_small_one(folders, read):
    counts = []
    for folder in folders:
        with closing(opened(folder, read).library):
            counts.append(read.copy())
    assert counts[0] == counts[1]
    assert counts[1]["rows"] < 50
    assert counts[1]["lists"] == 0


def test_a_question_reads_its_candidates_and_not_the_library(folders, read, monkeypatch):
    monkeypatch.setattr(kinds, "_PROBES", 8)
    counts = []
    for folder in folders:
        searcher = opened(folder, read)
        with closing(searcher.library):
            for question in ASKED:
                assert searcher.search(question).hits
            read.clear()
            for question in ASKED:
                searcher.search(question)
            counts.append(read.copy())
            assert searcher.library.select("SELECT count(*) FROM sentences")[0][0] > 0
    assert counts[1]["rows"] < 2 * counts[0]["rows"]
    assert counts[1]["lists"] == 0  # they were checked when the first questions came to them


def test_a_question_limited_to_a_document_finds_it_however_much_stands_beside_it(folders, read):
    searcher = opened(folders[1], read)
    with closing(searcher.library):
        found = searcher.search("How much honey does a colony need in winter?", 10, {"source": ["bees.txt"]})
    assert found.hits
    assert {hit.passage.source for hit in found.hits} == {"bees.txt"}
    assert any("dense" in name for hit in found.hits for name in hit.found_by)


def test_vectors_compared_for_a_question_are_few_of_many(folders, read, monkeypatch):
    faiss = pytest.importorskip("faiss")
    monkeypatch.setattr(kinds, "_PROBES", 8)
    searcher = opened(folders[1], read)
    with closing(searcher.library):
        vectors = searcher.library.indexes(searcher.terms).vectors
        assert not vectors.exact
        faiss.cvar.indexIVF_stats.reset()
        vectors.search(FakeEncoder().encode([ASKED[0]]), 10)
    assert 0 < faiss.cvar.indexIVF_stats.ndis < vectors.size / 3
