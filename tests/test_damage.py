"""A library damaged bit by bit, and one of an older format: an answer as before or one sentence, never a wrong quotation."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest
from fakes import CORPUS, FakeEncoder, one_sentence

from index import build, migrate, seals
from index.contents import Contents
from index.database import FILE, FORMAT
from index.errors import LibraryError, LibraryMismatch, WenzhengError
from index.library import Library
from index.reviews import Reviews
from index.search import Searcher
from rag.answer import Answerer
from ui.doctor import examine

QUESTIONS = (
    "风筝起源于哪里？",
    "茶小绿叶蝉吃什么？",
    "How do honeybees survive the winter?",
    "Who built the tower clock of Marlow?",
)


@pytest.fixture
def made(corpus, settings, encoder):
    build.index([corpus], settings, encoder)
    return settings


def answers(settings):
    """What is said and cited, question by question."""
    with closing(Library.open(settings.library)) as library:
        answerer = Answerer(Searcher(library, FakeEncoder()))
        found = [answerer.answer(question) for question in QUESTIONS]
    return [(a.text, [(c.source, c.start, c.end, c.quote) for c in a.citations]) for a in found]


def bare(text):
    return "".join(text.split())


def test_whichever_bit_of_the_sqlite_file_turns_there_is_an_answer_with_true_words_or_one_sentence(made):
    path = made.library / FILE
    whole, wanted, dice = path.read_bytes(), answers(made), random.Random(31)
    true = {cited for _, citations in wanted for cited in citations}
    inked = [at for at, byte in enumerate(whole) if byte]  # where anything stands
    told = 0
    for at in dice.sample(inked, 60):
        turned = bytearray(whole)
        turned[at] ^= 1 << dice.randrange(8)
        path.write_bytes(turned)
        try:
            found = answers(made)
        except WenzhengError as error:
            said, found = str(error), []
            told += 1
        else:
            said = ""
        assert not said or one_sentence(said), said
        for source, start, end, quote in {cited for _, citations in found for cited in citations} - true:
            assert bare(quote) == bare(CORPUS[source][start:end])
    assert told
    path.write_bytes(whole)
    assert answers(made) == wanted


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sentences SET text = replace(text, '鲁国', '鲁囯')",
        "UPDATE documents SET text = replace(text, '1784', '1785')",
        "UPDATE articles SET record = replace(record, 'Ada Moore', 'Adb Moore')",
        "UPDATE sentences SET translation = replace(translation, 'Lu', 'Mu')",
        "UPDATE footnotes SET text = replace(text, '1990', '1991')",
        "UPDATE passages SET text = replace(text, '鲁国', '鲁囯')",
        "UPDATE manifest SET value = replace(value, 'paper kite', 'paper kitf') WHERE key = 'glossary'",
        "DELETE FROM documents WHERE name = 'tea.txt'",
    ],
)
def test_a_letter_changed_behind_the_programs_back_is_found_by_the_examination(made, change):
    with closing(Library.open(made.library)) as library:
        assert library.fault() is None
    with closing(sqlite3.connect(made.library / FILE)) as db:
        assert db.execute(change).rowcount
        db.commit()
    with closing(Library.open(made.library)) as library:
        assert one_sentence(library.fault(), FILE, "is not what was written" if change[0] == "U" else "documents")
    lines, sound = examine(made)
    assert not sound
    assert any("wenzheng index" in line and FILE in line for line in lines)


@pytest.mark.parametrize("half", ["鲁国", "墨子"])
def test_a_document_changed_throughout_behind_the_programs_back_is_not_quoted(made, half):
    with closing(sqlite3.connect(made.library / FILE)) as db:
        for table in ("documents", "sentences", "passages"):
            db.execute(f"UPDATE {table} SET text = replace(text, ?, '齐国')", (half,))
        db.commit()
    with pytest.raises(LibraryError) as caught:
        answers(made)
    assert one_sentence(str(caught.value), FILE, "kites.txt")


def test_an_error_of_the_program_is_not_called_damage(made, monkeypatch):
    def fail(*_):
        raise KeyError("ours")

    monkeypatch.setattr(Contents, "passages", fail)
    with pytest.raises(KeyError, match="ours"):
        answers(made)


def test_a_removed_document_takes_its_seal_along_and_the_rest_stays_sealed(made):
    build.remove(["tea.txt"], made)
    with closing(Library.open(made.library)) as library:
        assert library.fault() is None
        assert len(library.select("SELECT * FROM seals")) == len(CORPUS) - 1


# -- older formats --------------------------------------------------------------------------------


def make_old(settings):
    """Turns a library into what the first format was."""
    with closing(sqlite3.connect(settings.library / FILE)) as db:
        db.execute("DROP TABLE seals")
        db.execute("DROP INDEX articles_document")
        db.execute("DROP INDEX footnotes_document")
        db.execute("DELETE FROM manifest WHERE key = 'seal'")
        db.execute("UPDATE manifest SET value = '1' WHERE key = 'format'")
        db.commit()


def format_of(path):
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()[0])


def test_a_library_of_an_older_format_answers_and_is_brought_up_to_date_by_the_next_run_with_a_copy_kept(made, corpus, encoder):
    wanted = answers(made)
    make_old(made)
    before = (made.library / FILE).read_bytes()
    assert answers(made) == wanted
    assert (made.library / FILE).read_bytes() == before
    build.index([corpus], made, encoder)
    assert format_of(made.library / FILE) == FORMAT
    assert format_of(made.library / f"{FILE}.format-1") == 1
    assert answers(made) == wanted
    with closing(Library.open(made.library)) as library:
        assert library.fault() is None
        assert len(library.select("SELECT * FROM seals")) == len(CORPUS)
    (made.library / f"{FILE}.format-1").replace(made.library / FILE)  # the copy is a whole library
    assert answers(made) == wanted


def test_a_run_that_fails_while_a_library_is_brought_up_to_date_leaves_it_as_it_was(made, corpus, encoder, monkeypatch):
    wanted = answers(made)
    make_old(made)

    def fail(db):
        seals.keep_all(db)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(migrate, "STEPS", {1: fail})
    with pytest.raises(LibraryError) as caught:
        build.index([corpus], made, encoder)
    assert one_sentence(str(caught.value), str(made.library), "free some space")
    assert format_of(made.library / FILE) == 1
    assert answers(made) == wanted
    monkeypatch.undo()
    build.index([corpus], made, encoder)
    assert format_of(made.library / FILE) == FORMAT
    assert answers(made) == wanted


def test_a_library_of_a_format_that_nobody_knows_any_more_is_refused_in_one_sentence(made, corpus, encoder):
    make_old(made)
    with closing(sqlite3.connect(made.library / FILE)) as db:
        db.execute("UPDATE manifest SET value = '-3' WHERE key = 'format'")
        db.commit()
    before = (made.library / FILE).read_bytes()
    with pytest.raises(LibraryMismatch) as caught:
        build.index([corpus], made, encoder)
    assert one_sentence(str(caught.value), FILE, "move it away")
    assert (made.library / FILE).read_bytes() == before


def test_reviews_of_an_older_library_are_there_after_it_was_brought_up_to_date(made, corpus, encoder):
    from eval.faults.child import queued, review

    make_old(made)
    with closing(Reviews.open(made.library)) as held:
        held.keep([review(1)])
        held.add([queued(1)])
    build.index([corpus], made, encoder)
    with closing(Reviews.open(made.library)) as held:
        assert held.all() == [review(1)]
        assert held.answers("killed") == [queued(1)]
