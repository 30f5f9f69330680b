"""The desk answers from the library as it is now, also while and after others change it."""

from __future__ import annotations

import ast
import gc
import shutil
import threading
import time
import weakref
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import GLOSSARY, FakeEncoder

from index import build
from index import encoder as encoders
from index.errors import LibraryError, WenzhengError
from index.library import Library
from index.search import Searcher
from index.uploads import Given
from rag.answer import Answerer
from ui.web.desk import Desk
from ui.web.intake import Intake
from ui.web.texts import texts

ROOT = Path(__file__).parents[1]

OTTERS = """The River Otters of Velm

Ida North

The river otters of Velm were counted in 1931 by Ida North. She found forty otters between the mill and the sea.
"""
QUESTION = "Who counted the river otters of Velm?"


@pytest.fixture
def desk(corpus, settings):
    build.index([corpus], settings, FakeEncoder())
    made = Desk(Answerer(Searcher(Library.open(settings.library), FakeEncoder())))
    yield made
    made.answerer.searcher.library.close()


def sources(turn):
    return {card.citation.source for card in turn.cards}


def ended(job):
    until = time.monotonic() + 30
    while not job.ended:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert job.error is None
    return job


def otters(tmp_path):
    path = tmp_path / "0"
    path.write_text(OTTERS, encoding="utf-8")
    return Given(path, "otters.txt")


def test_an_open_desk_answers_from_what_another_run_added(desk, corpus, settings):
    assert "otters.txt" not in sources(desk.ask(QUESTION, 1))
    assert desk.articles() == 4
    (corpus / "otters.txt").write_text(OTTERS, encoding="utf-8")
    build.index([corpus], settings, FakeEncoder())
    assert sources(desk.ask(QUESTION, 2)) == {"otters.txt"}
    assert desk.articles() == 5
    build.remove(["otters.txt"], settings)
    assert "otters.txt" not in sources(desk.ask(QUESTION, 3))


def test_a_glossary_that_changed_is_used(desk, corpus, settings):
    assert "waterhound" not in str(desk.answerer.searcher.glossary.words())
    (corpus / "glossary.tsv").write_text(GLOSSARY + "水獭\totter\t\twaterhound\tanimal\n", encoding="utf-8")
    build.index([corpus], settings, FakeEncoder())
    turn = desk.ask("Where do waterhounds live, or a waterhound?", 1)
    assert any("水獭" in entry or "otter" in entry for entry in turn.answer.also_searched)


def test_a_library_that_took_the_place_of_another_is_opened(desk, corpus, settings):
    other = settings.library.with_name("other")
    (corpus / "otters.txt").write_text(OTTERS, encoding="utf-8")
    build.index([corpus], replace(settings, library=other), FakeEncoder())
    shutil.rmtree(settings.library)
    other.rename(settings.library)
    assert sources(desk.ask(QUESTION, 1)) == {"otters.txt"}


def test_a_library_of_another_encoder_is_told_in_a_sentence_and_left_when_it_is_mended(desk, corpus, settings):
    build.index([corpus], settings, FakeEncoder(name="other", fingerprint="other-1"))
    with pytest.raises(LibraryError, match="was built with the encoder “other”"):
        desk.ask(QUESTION, 1)
    assert desk.articles() == 4
    build.index([corpus], settings, FakeEncoder())
    assert not desk.ask("Who built the tower clock of Marlow?", 1).answer.refused


def test_a_question_is_answered_again_where_the_library_changed_in_its_midst(desk, corpus, settings):
    seen = []

    def work(answerer):
        seen.append(answerer.searcher.library.generation)
        if len(seen) == 1:
            build.remove(["bees.txt"], settings)
            raise KeyError("a passage that is gone")
        return len(answerer.searcher.library.documents())

    assert desk.of_one_state(work) == 3
    assert seen == [1, 2]


def test_an_error_of_a_library_that_did_not_change_is_raised_once(desk):
    calls = []

    def work(answerer):
        calls.append(answerer)
        raise KeyError("mine")

    with pytest.raises(KeyError):
        desk.of_one_state(work)
    assert len(calls) == 1


def test_questions_are_answered_while_a_document_is_added_and_from_it_after(desk, tmp_path):
    go, reached = threading.Event(), threading.Event()

    def hold():
        reached.set()
        go.wait(30)

    intake = Intake(desk, encoder=lambda other: FakeEncoder(on_encode=hold))
    job = intake.add([otters(tmp_path)], "me")
    assert reached.wait(30)
    assert (job.stage, job.ended) == ("encode", False)
    assert not desk.ask("Who built the tower clock of Marlow?", 1).answer.refused
    assert [other.names for other in intake.shown("me")] == [("otters.txt",)]
    assert intake.shown("somebody else") == []
    assert intake.join("somebody else") == [job]
    go.set()
    ended(job)
    assert [(name, account.holding.name, account.fidelity.left_over) for name, account in job.added] == [
        ("otters.txt", "otters.txt", ())
    ]
    assert sources(desk.ask(QUESTION, 2)) == {"otters.txt"}
    assert desk.articles() == 5


def test_a_second_lot_waits_for_the_first(desk, tmp_path):
    go = threading.Event()
    intake = Intake(desk, encoder=lambda other: FakeEncoder(on_encode=lambda: bool(go.wait(30))))
    first = intake.add([otters(tmp_path)], "me")
    second = intake.remove("otters.txt", "you")
    time.sleep(0.2)
    assert (second.stage, second.ended) == ("wait", False)
    go.set()
    ended(first)
    ended(second)
    assert "otters.txt" not in sources(desk.ask(QUESTION, 1))
    assert intake.shown("me") == [first]
    assert first.added == ()


def test_only_what_was_added_on_the_page_can_be_removed_there(desk, settings):
    job = Intake(desk, encoder=lambda other: FakeEncoder()).remove("tea.txt", "me")
    while not job.ended:
        time.sleep(0.01)
    assert job.error is not None
    with closing(Library.open(settings.library)) as library:
        assert len(library.documents()) == 4


def test_a_change_waits_for_another_process_that_is_writing(desk, settings, tmp_path):
    intake = Intake(desk, encoder=lambda other: FakeEncoder())
    with Library.writing(settings.library):
        job = intake.add([otters(tmp_path)], "me")
        until = time.monotonic() + 30
        while job.stage != "busy":
            assert time.monotonic() < until
            time.sleep(0.01)
    assert ended(job).added


def test_questions_and_changes_at_once_lead_to_no_error_but_sentences(desk, tmp_path):
    intake = Intake(desk, encoder=lambda other: FakeEncoder())
    job = intake.add([otters(tmp_path)], "me")
    asked = 0
    while not job.ended or asked < 5:
        with suppress(WenzhengError):
            desk.ask(QUESTION, 1)
        asked += 1
    ended(job)
    assert sources(desk.ask(QUESTION, 1)) == {"otters.txt"}


def test_every_reason_for_refusing_a_file_is_told_in_both_languages():
    reasons = set()
    for path in sorted((ROOT / "index").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DocumentError" and len(node.args) == 2:
                reasons.add(node.args[1].value)
    assert {"broken", "scan", "empty", "large", "type", "many"} <= reasons
    for language in ("zh", "en"):
        assert not {reason for reason in reasons if f"documents_why_{reason}" not in texts(language)}


def test_the_encoder_of_a_change_shares_no_model_with_that_of_the_questions():
    own = encoders.load("embedded")
    other = encoders.another(own)
    assert other.fingerprint == own.fingerprint
    assert other is not own
    assert other.english is not own.english


def test_a_state_of_the_library_that_was_left_is_let_go_and_what_was_cut_of_its_texts_stays_of_use(desk):
    desk.ask("Who built the tower clock of Marlow?", 1)
    old, terms = weakref.ref(desk.answerer.searcher), desk.answerer.searcher.terms
    desk.refresh()
    desk.ask("Who built the tower clock of Marlow?", 1)
    gc.collect()
    assert old() is None
    assert desk.answerer.searcher.terms is terms
    assert terms.taught(["仓库"]) is not terms


def test_files_on_their_way_in_leave_nothing_in_the_temporary_folder(desk, tmp_path, monkeypatch):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    intake = Intake(desk, encoder=lambda other: FakeEncoder())
    ended(intake.add([otters(tmp_path)], "me"))
    assert not list(place.glob("*/*"))

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(shutil, "move", full)
    with pytest.raises(OSError, match="No space"):
        intake.add([otters(tmp_path)], "me")
    assert not list(place.glob("*/*"))
    del intake
    gc.collect()
    assert not list(place.iterdir())


def test_what_a_change_needed_for_a_moment_is_given_back_after_it(desk, tmp_path, monkeypatch):
    given = threading.Event()
    monkeypatch.setattr("ui.web.heap.give_back", given.set)
    ended(Intake(desk, encoder=lambda other: FakeEncoder()).add([otters(tmp_path)], "me"))
    assert given.wait(10)
