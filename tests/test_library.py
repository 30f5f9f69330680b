import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from itertools import pairwise

import pytest
from fakes import CORPUS, KITES, one_sentence

from index import build, derived, rows
from index.database import FILE, FORMAT
from index.errors import LibraryBusy, LibraryError, LibraryMismatch, LibraryMissing
from index.library import Library
from index.records import ArticleRecord, Document, Kind, SourceText
from index.rows import Addition
from index.search import Searcher
from index.terms import Terms


@pytest.fixture
def library(shelf):
    with closing(Library.open(shelf.library)) as opened:
        yield opened


def test_a_folder_without_a_library_says_what_to_run(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(LibraryMissing) as caught:
            Library.open(folder)
        assert one_sentence(str(caught.value), str(folder), "wenzheng index")


def test_the_text_of_every_document_is_kept_as_decoded(library):
    assert {d["name"]: library.source_text(d["name"]) for d in library.documents()} == CORPUS


def test_an_unknown_document_is_refused_in_one_sentence(library):
    with pytest.raises(LibraryError) as caught:
        library.source_text("none.txt")
    assert one_sentence(str(caught.value), "none.txt")
    assert library.pieces("none.txt") == []


def test_pieces_cover_a_document_without_gap(library):
    pieces = library.pieces("kites.txt")
    assert "".join(KITES[p.start : p.end] for p in pieces) == KITES
    assert all(a.end == b.start for a, b in pairwise(pieces))


def test_sentences_come_in_the_order_asked_for_or_in_reading_order(library):
    reading = library.sentences(document="kites.txt")
    assert [s.start for s in reading] == sorted(s.start for s in reading)
    ids = [s.id for s in reading][::-1]
    assert [s.id for s in library.sentences(ids)] == ids
    assert library.sentences([]) == []
    assert library.sentences([10**9]) == []


def test_ids_are_the_librarys_own_and_no_two_documents_share_one(library):
    ids = [s.id for d in library.documents() for s in library.sentences(document=d["name"])]
    assert len(ids) == len(set(ids)) > 20
    for name in CORPUS:
        for s in library.sentences(document=name):
            assert library.source_text(name)[s.start : s.end][:1].strip() == s.text[:1]


def test_neighbours_stay_inside_the_article(library):
    last = library.sentences(document="bees.txt")[-1]
    assert [s.article for s in library.neighbours(last, 2, 5)] == ["bees"] * 3


def test_a_footnote_is_found_by_the_sentence_that_bears_its_mark(library):
    owner = next(s for s in library.sentences(document="kites.txt") if "木鸢" in s.text)
    (note,) = library.footnotes([owner.id])
    assert "韩非子" in note.text
    assert library.footnote(note.id) == note
    assert library.footnote(10**9) is None


def test_marks_and_footnotes_are_left_out_of_the_text_between(library):
    owner = next(s for s in library.sentences(document="kites.txt") if "木鸢" in s.text)
    after = next(s for s in library.sentences(document="kites.txt") if s.id == owner.id + 1)
    assert "^[1]" in KITES[owner.start : after.end]
    assert library.text_between("kites.txt", owner.start, after.end) == owner.text + after.text
    note = library.footnotes([owner.id])[0]
    assert "韩非子" in library.text_between("kites.txt", note.start, note.end)


def every(library):
    return library.passages_within({})


def test_passages_come_in_the_order_asked_for_and_unknown_ids_are_left_out(library):
    ids = sorted(every(library))[:3]
    assert [p.id for p in library.passages([ids[2], 10**9, ids[0]])] == [ids[2], ids[0]]


def test_facts_name_kind_and_languages_of_the_passages_asked_for(library):
    facts = library.passage_facts([*every(library), 10**9])
    assert list(facts) == sorted(every(library))
    assert library.passage_languages([*facts, 10**9]) == {number: known.language for number, known in facts.items()}
    for passage in library.passages(list(facts)):
        known = facts[passage.id]
        assert (known.kind, known.language) == (passage.kind, passage.language)
        assert known.spoken == ("en" if passage.source in ("bees.txt", "clocks.txt") else "zh")


def test_facts_are_read_from_an_index_of_their_own_and_without_it_are_the_same(library, tmp_path):
    shutil.copytree(library.folder, tmp_path / "old")
    with closing(sqlite3.connect(tmp_path / "old" / "library.sqlite")) as db:
        db.execute(f"DROP INDEX {rows.FACTS}")
        db.commit()
    ids = every(library)
    assert "COVERING INDEX passages_facts" in str(
        library.select(f"EXPLAIN QUERY PLAN SELECT id, language FROM passages INDEXED BY {rows.FACTS} WHERE id IN (1, 2)")
    )
    with closing(Library.open(tmp_path / "old")) as old:
        assert old.passage_facts(ids) == library.passage_facts(ids)
    with Library.writing(tmp_path / "old") as old:
        assert old.select("SELECT 1 FROM sqlite_master WHERE name = ?", (rows.FACTS,))


def test_passages_within_limits_are_those_of_the_sources_and_articles_named(library):
    passages = library.passages(every(library))
    sources, articles = {p.source for p in passages}, {p.article for p in passages}
    for limits in ({}, {"source": sorted(sources)[:2]}, {"article": sorted(articles)[:2]}, {"article": ["none"]},
                   {"source": sorted(sources)[:3], "article": sorted(articles)}):  # fmt: skip
        wanted = [
            p.id for p in passages if p.source in limits.get("source", sources) and p.article in limits.get("article", articles)
        ]
        assert sorted(library.passages_within(limits)) == sorted(wanted)


def test_some_articles_are_those_of_all_with_these_ids(library):
    known = library.articles()
    some = [*known][1:4]
    assert library.articles([*some, "none"]) == {key: known[key] for key in some}
    assert library.articles([]) == {}


def test_translations_of_sentences_and_passages_are_kept(library):
    first = next(s for s in library.sentences(document="kites.txt") if s.text.startswith("风筝起源"))
    assert library.translations([first.id]) == {first.id: "The kite originated in the state of Lu in China."}


def test_records_come_back_as_they_were(library):
    record = library.articles()["kites"]
    assert (record.title_en, record.year, record.authors[0].en) == ("Making and Flying Kites", 2020, "Lin Xiao")


def test_a_second_writer_is_refused_in_one_sentence_and_the_first_goes_on(settings, corpus, encoder):
    with Library.writing(settings.library) as first:
        with pytest.raises(LibraryBusy) as caught:
            build.index([corpus], settings, encoder)
        assert one_sentence(str(caught.value), str(settings.library))
        code = (
            "import sys; from pathlib import Path; from index.library import Library\n"
            "with Library.writing(Path(sys.argv[1])): pass"
        )
        other = subprocess.run([sys.executable, "-c", code, settings.library], capture_output=True, text=True)
        assert "LibraryBusy: Another process is writing" in other.stderr
        assert first.generation == 0
    assert build.index([corpus], settings, encoder).added


def test_the_lock_is_given_back_when_writing_fails(settings):
    with pytest.raises(ZeroDivisionError), Library.writing(settings.library):
        raise ZeroDivisionError
    with Library.writing(settings.library) as library:
        assert library.generation == 0


def test_readers_answer_from_the_last_generation_while_a_writer_is_at_work(settings, corpus, encoder, monkeypatch):
    build.index([corpus], settings, encoder)
    # More than SQLite's cache holds, which by default it writes into the file before the commit.
    big = Document(SourceText("big.txt", "x" * 9_000_000, "0", "text/plain"), (ArticleRecord("big", "big.txt"),), (), (), ())
    reached, go_on = threading.Event(), threading.Event()
    whole = derived.build

    def slow(*arguments):
        reached.set()
        assert go_on.wait(30)
        return whole(*arguments)

    def write():
        with Library.writing(settings.library) as library:
            addition = Addition(big, "", corpus / "big.txt", (), lambda text: None)
            library.commit(remove=["tea.txt"], add=[addition], manifest={}, terms=Terms())

    with closing(Library.open(settings.library)) as before:
        before.indexes(Terms())
        monkeypatch.setattr(derived, "build", slow)
        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert reached.wait(30)
            with closing(sqlite3.connect(settings.library / FILE, timeout=0)) as other:
                assert other.execute("SELECT count(*) FROM documents").fetchone() == (4,)
            assert len(before.documents()) == 4
            assert before.generation == 1
        finally:
            go_on.set()
            writer.join(60)
        monkeypatch.undo()
        assert before.generation == 2
        assert [d["name"] for d in before.documents()] == ["bees.txt", "big.txt", "clocks.txt", "kites.txt"]


def test_an_open_reader_follows_to_the_next_generation(settings, corpus, encoder):
    build.index([corpus], settings, encoder)
    with closing(Library.open(settings.library)) as library:
        searcher = Searcher(library, encoder)
        assert "猫" not in searcher.search("猫在哪里睡觉？").hits[0].passage.text
        (corpus / "cats.txt").write_text("猫的一天\n\n猫在窗台上睡觉。", encoding="utf-8")
        build.index([corpus], settings, encoder)
        assert "猫" in searcher.search("猫在哪里睡觉？").hits[0].passage.text


def test_a_change_that_fails_changes_nothing(settings, corpus, encoder, monkeypatch):
    build.index([corpus], settings, encoder)
    before = (settings.library / FILE).read_bytes()

    def fail(*_):
        raise RuntimeError("stop")

    monkeypatch.setattr(derived, "build", fail)
    with Library.writing(settings.library) as library, pytest.raises(RuntimeError, match="stop"):
        library.commit(remove=["tea.txt"], add=(), manifest={"glossary": "x"}, terms=Terms())
    assert (settings.library / FILE).read_bytes() == before


def test_vectors_of_a_batch_are_committed_together(settings, encoder, monkeypatch):
    with Library.writing(settings.library) as library:
        library.keep_vectors("e", ["a", "b"], encoder.encode(["甲", "乙"]))
        statements = []
        library._db.set_trace_callback(statements.append)
        library.keep_vectors("e", [f"k{n}" for n in range(50)], encoder.encode([f"丙{n}" for n in range(50)]))
        assert [s for s in statements if s.startswith(("BEGIN", "COMMIT"))] == ["BEGIN IMMEDIATE", "COMMIT"]
        assert library.known_vectors("e", ["a", "k7", "none"]) == {"a", "k7"}
        assert library.known_vectors("other", ["a"]) == set()


def test_a_newer_format_is_refused_in_one_sentence_and_left_as_it_is(settings, corpus, encoder):
    build.index([corpus], settings, encoder)
    with closing(sqlite3.connect(settings.library / FILE)) as db:
        db.execute("UPDATE manifest SET value = ? WHERE key = 'format'", (json.dumps(FORMAT + 1),))
        db.commit()
    before = (settings.library / FILE).read_bytes()
    for attempt in (lambda: Library.open(settings.library), lambda: build.index([corpus], settings, encoder, rebuild=True)):
        with pytest.raises(LibraryMismatch) as caught:
            attempt()
        assert one_sentence(str(caught.value), FILE, "update")
    assert (settings.library / FILE).read_bytes() == before


def test_a_reader_kept_waiting_by_another_process_says_so_and_not_that_the_library_is_damaged(
    settings, corpus, encoder, monkeypatch
):
    build.index([corpus], settings, encoder)
    whole = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **options: whole(path, **{**options, "timeout": 0}))
    with closing(whole(settings.library / FILE, isolation_level=None)) as other, closing(Library.open(settings.library)) as held:
        other.execute("BEGIN EXCLUSIVE")
        for attempt in (held.documents, lambda: Library.open(settings.library)):
            with pytest.raises(LibraryBusy) as caught:
                attempt()
            assert one_sentence(str(caught.value), FILE, "wait")


def test_the_sqlite_file_of_a_sound_library_has_no_fault(library):
    assert library.fault() is None
    assert library.indexes_are_sound()


def test_removing_a_document_leaves_no_row_of_it(settings, corpus, encoder):
    build.index([corpus], settings, encoder)
    build.remove(["kites.txt"], settings)
    with closing(sqlite3.connect(settings.library / FILE)) as db:
        for table in ("documents", "articles", "sentences", "footnotes", "passages"):
            key = "name" if table == "documents" else "document"
            held = {row[0] for row in db.execute(f"SELECT {key} FROM {table}")}
            assert len(held) == (1 if table == "footnotes" else 3), table


def test_kinds_come_back_as_kinds(library):
    assert {s.kind for s in library.sentences(document="kites.txt")} >= {Kind.TITLE, Kind.BODY, Kind.TABLE, Kind.HEADING}
