"""What must never happen, tried: after each fault the last good library answers as before."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import CORPUS, GLOSSARY, FakeEncoder, one_sentence, write_corpus

from index import build, database, derived, fulltext, vector_files, vectors
from index import encoder as encoders
from index.database import FILE, FORMAT
from index.errors import DocumentError, EncoderError, LibraryBusy, LibraryError, LibraryMismatch, WenzhengError
from index.library import Library
from index.search import Searcher
from index.settings import Settings
from rag.answer import Answerer

QUESTION = "风筝起源于哪里？"
ROOT = os.geteuid() == 0


@pytest.fixture(scope="session")
def pattern(tmp_path_factory):
    """A corpus and its library, to be copied."""
    folder = tmp_path_factory.mktemp("pattern")
    build.index([write_corpus(folder / "corpus")], Settings(library=folder / "library"), FakeEncoder())
    return folder


@pytest.fixture
def corpus(tmp_path):
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def settings(tmp_path, corpus, pattern):
    """Settings of a library of the corpus."""
    shutil.copytree(pattern / "library", tmp_path / "library")
    with closing(sqlite3.connect(tmp_path / "library" / FILE)) as db:
        db.execute("UPDATE documents SET path = ? || '/' || name", (str(corpus.resolve()),))
        db.commit()
    return Settings(library=tmp_path / "library")


def answer(settings, question=QUESTION):
    """What a user gets for a question: the text and the citations."""
    with closing(Library.open(settings.library)) as opened:
        found = Answerer(Searcher(opened, FakeEncoder())).answer(question)
        return found.text, [(c.source, c.article, c.start, c.end, c.quote) for c in found.citations]


@pytest.fixture(scope="session")
def wanted(pattern):
    text, citations = answer(Settings(library=pattern / "library"))
    assert citations[0][-1] == "风筝起源于中国的鲁国。"
    return text, citations


def run(corpus, settings, **options):
    return build.index([corpus], settings, FakeEncoder(), **options)


def held(settings):
    with closing(Library.open(settings.library)) as opened:
        return {d["name"]: opened.source_text(d["name"]) for d in opened.documents()}


def complaint(action):
    """What a user is told when an action fails; None when it succeeds."""
    try:
        action()
    except WenzhengError as error:
        return str(error)
    return None


# -- files that cannot be read ----------------------------------------------------------------------

NOISE = random.Random(3).randbytes(5000)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000) + NOISE


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.txt", b""),
        ("blank.txt", b" \n\t\n \xe3\x80\x80\n"),
        ("noise.txt", NOISE),
        ("picture.txt", PNG),
        ("zeros.txt", bytes(4096)),
        ("broken.pdf", b"%PDF-1.7\n" + NOISE),
        ("broken.docx", b"PK\x03\x04" + NOISE),
    ],
)
def test_a_file_that_holds_no_text_is_told_in_one_sentence_and_the_rest_is_indexed(corpus, settings, wanted, name, data):
    (corpus / name).write_bytes(data)
    (corpus / "cats.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")
    report = run(corpus, settings)
    assert report.added == ("cats.txt",)
    assert one_sentence(*report.failed, name)
    assert set(held(settings)) == {*CORPUS, "cats.txt"}
    assert answer(settings) == wanted


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_a_document_whose_file_turned_into_rubbish_goes_on_answering(corpus, settings, wanted, name):
    (corpus / name).write_bytes(PNG)
    report = run(corpus, settings)
    assert one_sentence(*report.failed, name)
    assert held(settings) == CORPUS
    assert answer(settings) == wanted


@pytest.mark.parametrize(
    ("encoding", "text", "question", "quote"),
    [
        ("gb18030", "蚕的一生\n\n蚕在桑叶上生活二十八天。它吐丝结茧需要三个昼夜。", "蚕在桑叶上生活多少天？", "二十八天"),
        ("big5", "蠶的一生\n\n蠶在桑葉上生活二十八天。牠吐絲結繭需要三個晝夜。", "蚕在桑叶上生活多少天？", "二十八天"),
    ],
)
def test_a_file_in_an_old_chinese_encoding_answers_and_is_quoted_as_printed(corpus, settings, encoding, text, question, quote):
    (corpus / "silk.txt").write_bytes((text * 20).encode(encoding))
    assert run(corpus, settings).added == ("silk.txt",)
    assert held(settings)["silk.txt"] == text * 20
    _, citations = answer(settings, question)
    source, _, start, end, quoted = citations[0]
    assert source == "silk.txt"
    assert quote in quoted
    assert (text * 20)[start:end].replace("\n", "") == quoted


GOLD = "朱船长在腊月卖掉了第三只算盘。"


def one_line(size):
    sentence = "第{}个仓库在雨季存放了{}袋稻谷。"
    lines, total, number = [], 0, 0
    while total < size:
        lines.append(sentence.format(number, number * 7))
        total += len(lines[-1].encode())
        number += 1
    lines.insert(number // 2, GOLD)
    return "".join(lines)


@pytest.mark.parametrize("size", [150_000, pytest.param(50_000_000, marks=pytest.mark.slow)])
def test_a_file_of_one_long_line_is_indexed_and_answers(corpus, settings, wanted, size, request):
    if size > 1_000_000 and "slow" not in request.config.getoption("markexpr"):
        pytest.skip("50 MB take some minutes; run with -m slow")
    (corpus / "line.txt").write_text(one_line(size), encoding="utf-8")
    assert build.index([corpus], settings, FakeEncoder(spoken=frozenset({"en"}))).added == ("line.txt",)
    _, citations = answer(settings, "朱船长在腊月卖掉了什么？")
    assert GOLD in [quote for *_, quote in citations]
    assert answer(settings)[1][0] == wanted[1][0]


def test_one_word_as_long_as_a_file_does_no_harm(corpus, settings, wanted):
    (corpus / "word.txt").write_text("a" * 300_000 + " tungsten", encoding="utf-8")
    assert run(corpus, settings).added == ("word.txt",)
    assert answer(settings) == wanted


def test_a_file_of_nothing_but_footnotes_is_indexed_and_found(corpus, settings, wanted):
    notes = "[1] 参见赵某：《竹编技艺》，成都：巴蜀书社，2003年，第8页。\n[2] 参见钱某：《漆器考》，第9页。\n"
    (corpus / "notes.txt").write_text(notes, encoding="utf-8")
    assert run(corpus, settings).added == ("notes.txt",)
    with closing(Library.open(settings.library)) as opened:
        hits = Searcher(opened, FakeEncoder()).search("竹编技艺").hits
    assert any("巴蜀书社" in hit.passage.text for hit in hits)
    assert answer(settings)[1] == wanted[1]


def test_a_folder_that_cannot_be_opened_stops_the_run_in_one_sentence(corpus, settings, wanted, monkeypatch):
    closed = corpus / "closed"
    closed.mkdir()
    (corpus / "cats.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")
    if ROOT:  # whom permissions do not bind
        whole = os.scandir

        def scandir(path="."):
            if Path(path) == closed:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return whole(path)

        monkeypatch.setattr(os, "scandir", scandir)
    else:
        closed.chmod(0)
    with pytest.raises(DocumentError) as caught:
        run(corpus, settings)
    assert one_sentence(str(caught.value), str(closed), "permissions")
    closed.chmod(0o700)
    assert held(settings) == CORPUS
    assert answer(settings) == wanted


def test_a_file_in_a_folder_whose_name_is_no_utf8_is_told_in_one_sentence(corpus, settings, wanted):
    folder = os.fsencode(corpus) + b"/\xff\xfe"
    os.mkdir(folder)
    with open(folder + b"/cats.txt", "w", encoding="utf-8") as stream:
        stream.write("猫在窗台上睡觉。")
    report = run(corpus, settings)
    assert one_sentence(*report.failed, "cats.txt")
    assert answer(settings) == wanted


# -- damaged derived indexes ------------------------------------------------------------------------


def faiss_file(folder):
    return folder / vectors.FILE


def tantivy_file(folder):
    return max((folder / fulltext.FOLDER).glob("*.term"), key=lambda path: path.stat().st_size)


def tantivy_meta(folder):
    return folder / fulltext.FOLDER / "meta.json"


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), max(1, len(data) // 20)):
        data[at] ^= 0x55
    path.write_bytes(data)


def overwrite(path):
    path.write_bytes(b"\xff" * path.stat().st_size)


@pytest.mark.parametrize("damage", [cut, flip, overwrite, Path.unlink])
@pytest.mark.parametrize("which", [faiss_file, tantivy_file, tantivy_meta])
def test_damaged_indexes_are_built_again_from_sqlite_and_answer_the_same(settings, wanted, which, damage):
    folder = settings.library / derived.FOLDER / "1"
    damage(which(folder))
    assert not derived_are_sound(settings)
    assert answer(settings) == wanted
    assert derived_are_sound(settings)


def derived_are_sound(settings):
    with closing(Library.open(settings.library)) as opened:
        return opened.indexes_are_sound()


@pytest.mark.parametrize("lost", ["manifest", "generation", "everything"])
def test_lost_indexes_are_built_again_from_sqlite_and_answer_the_same(settings, wanted, lost):
    folder = settings.library / derived.FOLDER
    if lost == "manifest":
        (folder / "1" / derived.MANIFEST).unlink()
    else:
        shutil.rmtree(folder if lost == "everything" else folder / "1")
    assert answer(settings) == wanted
    assert derived_are_sound(settings)


@pytest.mark.parametrize("what", [vectors.FILE, fulltext.FOLDER, ""])
def test_indexes_swapped_with_those_of_another_library_are_noticed_and_built_again(settings, wanted, tmp_path, what):
    other = Settings(library=tmp_path / "other")
    build.index([tmp_path / "corpus" / "clocks.txt"], other, FakeEncoder())
    mine, theirs = (made.library / derived.FOLDER / "1" / what for made in (settings, other))
    mine.rename(tmp_path / "aside")
    theirs.rename(mine)
    assert not derived_are_sound(settings)
    assert answer(settings) == wanted
    assert derived_are_sound(settings)


# -- a damaged or newer SQLite file -----------------------------------------------------------------


def no_header(path):
    path.write_bytes(b"not a database at all, sorry" * 4 + path.read_bytes()[112:])


def no_pages(path):
    path.write_bytes(path.read_bytes()[:100])


def nothing_left(path):
    path.write_bytes(b"")


def other_file(path):
    path.write_bytes(PNG)


def no_number(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("""UPDATE manifest SET value = '"one"' WHERE key = 'format'""")
        db.commit()


@pytest.mark.parametrize("damage", [no_header, cut, no_pages, nothing_left, other_file, no_number])
def test_a_damaged_sqlite_file_is_told_in_one_sentence_left_alone_and_can_be_replaced(corpus, settings, wanted, tmp_path, damage):
    path = settings.library / FILE
    damage(path)
    before = path.read_bytes()
    for attempt in (lambda: answer(settings), lambda: run(corpus, settings), lambda: run(corpus, settings, rebuild=True)):
        with pytest.raises(LibraryError) as caught:
            attempt()
        assert one_sentence(str(caught.value), str(path), "move it away", "wenzheng index"), caught.value
    assert path.read_bytes() == before
    path.rename(tmp_path / "aside.sqlite")  # what the sentence says
    assert set(run(corpus, settings).added) == set(CORPUS)
    assert answer(settings) == wanted


def test_wherever_a_page_of_the_sqlite_file_is_lost_there_is_an_answer_or_one_sentence(corpus, settings, wanted):
    path = settings.library / FILE
    whole = path.read_bytes()
    outcomes = set()
    for at in range(0, len(whole), 4096):
        path.write_bytes(whole[:at] + bytes(4096) + whole[at + 4096 :])
        told = complaint(lambda: answer(settings))
        assert told is None or one_sentence(told, FILE), told
        outcomes.add(told is None)
    assert outcomes == {True, False}
    path.write_bytes(whole)
    assert answer(settings) == wanted


def test_a_library_of_a_newer_format_is_refused_in_one_sentence_and_left_alone(corpus, settings):
    path = settings.library / FILE
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE manifest SET value = ? WHERE key = 'format'", (str(FORMAT + 1),))
        db.commit()
    before = path.read_bytes()
    for attempt in (lambda: answer(settings), lambda: run(corpus, settings, rebuild=True)):
        with pytest.raises(LibraryMismatch) as caught:
            attempt()
        assert one_sentence(str(caught.value), str(path), "newer", "update")
    assert path.read_bytes() == before


# -- encoders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["no-such/model-anywhere", "no such model", "folder"])
def test_a_missing_encoder_is_told_in_one_sentence_and_the_library_stays(corpus, settings, wanted, tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(EncoderError) as caught:
        encoders.load(str(tmp_path / name) if name == "folder" else name)
    assert one_sentence(str(caught.value), name)
    assert answer(settings) == wanted


def test_an_encoder_of_another_dimension_is_refused_then_indexes_everything_anew(corpus, settings, wanted):
    small = FakeEncoder(name="small", fingerprint="fake-16", dimensions=16)
    with closing(Library.open(settings.library)) as opened, pytest.raises(LibraryMismatch) as caught:
        Searcher(opened, small)
    assert one_sentence(str(caught.value), str(settings.library), "wenzheng index")
    assert answer(settings) == wanted
    assert build.index([corpus], settings, small).encoded > 0
    with closing(Library.open(settings.library)) as opened:
        assert Searcher(opened, small).search(QUESTION).hits[0].passage.source == "kites.txt"
    with pytest.raises(LibraryMismatch):
        answer(settings)


def test_an_encoder_that_changed_its_dimension_in_secret_is_told_in_one_sentence(settings):
    with closing(Library.open(settings.library)) as opened, pytest.raises(LibraryMismatch) as caught:
        Searcher(opened, replace(FakeEncoder(), dimensions=16)).search(QUESTION)
    assert one_sentence(str(caught.value), "--rebuild")


def test_an_encoder_that_fails_half_way_loses_neither_the_library_nor_its_work(corpus, settings, wanted, monkeypatch):
    monkeypatch.setattr(build, "_BATCH", 1)
    (corpus / "cats.txt").write_text("猫在窗台上睡觉。" + "\n\n一、狗\n\n狗在门口看家。" * 3, encoding="utf-8")
    (corpus / "owls.txt").write_text("猫头鹰在夜里捕食田鼠。", encoding="utf-8")
    calls = []

    def fail_later():
        calls.append(1)
        if len(calls) > 1:
            raise EncoderError("The encoder stopped; run `wenzheng index` again.")

    with pytest.raises(EncoderError):
        build.index([corpus], settings, FakeEncoder(on_encode=fail_later))
    assert held(settings) == CORPUS
    assert answer(settings) == wanted
    whole = FakeEncoder()
    report = build.index([corpus], settings, whole)
    assert report.added == ("cats.txt", "owls.txt")
    with closing(Library.open(settings.library)) as opened:
        kept = len(opened.sides())
    assert 0 < report.encoded < kept


# -- killed -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server():
    """Starts indexing runs that can be killed."""
    script = Path(__file__).with_name("fault_server.py")
    process = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def kill_during(server, corpus, settings, stage, delay):
    """Starts a run and kills it `delay` seconds into a stage; whether it was still running then."""
    server.stdin.write(json.dumps([str(corpus), str(settings.library)]) + "\n")
    server.stdin.flush()
    child = int(server.stdout.readline().split()[1])
    while (line := server.stdout.readline().split())[0] not in (stage, "end"):
        pass
    if line[0] != "end":
        time.sleep(delay)
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.kill(child, signal.SIGKILL)
        while (line := server.stdout.readline().split())[0] != "end":
            pass
    return os.WIFSIGNALED(int(line[1]))


LATEST = {"read": 0.06, "encode": 0.12, "write": 0.15}  # how long the stages take here, in seconds


def test_a_run_killed_at_any_moment_leaves_the_last_good_library(corpus, settings, wanted, server):
    dice = random.Random(20)
    before = dict(CORPUS)
    killed = []
    for number in range(15):
        stage = ("read", "encode", "write")[number % 3]
        after = {name: text for name, text in before.items() if not name.startswith("new")}
        after["tea.txt"] = CORPUS["tea.txt"] + f"\n茶园在第{number}年种了新苗。\n"
        for extra in range(3):
            after[f"new{number}-{extra}.txt"] = f"第{number}批稻谷有{extra}袋受潮。" * 3
        for name in before.keys() - after.keys():
            (corpus / name).unlink()
        for name, text in after.items():
            (corpus / name).write_text(text, encoding="utf-8")
        hit = kill_during(server, corpus, settings, stage, dice.uniform(0, LATEST[stage]))
        killed.append((stage, hit))
        assert answer(settings) == wanted
        assert held(settings) in (before, after)
        run(corpus, settings)
        assert held(settings) == after
        assert answer(settings) == wanted
        assert answer(settings, f"第{number}批稻谷有多少袋受潮？")[1]
        assert not list((settings.library / derived.FOLDER).glob("building-*"))
        before = after
    for stage in LATEST:
        assert (stage, True) in killed, killed
    with closing(Library.open(settings.library)) as opened:
        assert opened.fault() is None


def test_a_first_run_killed_at_any_moment_can_be_run_again(corpus, tmp_path, wanted, server):
    dice = random.Random(21)
    for number, stage in enumerate(("read", "encode", "write")):
        fresh = Settings(library=tmp_path / f"fresh{number}")
        kill_during(server, corpus, fresh, stage, dice.uniform(0, LATEST[stage] / 2))
        run(corpus, fresh)
        assert held(fresh) == CORPUS
        assert answer(fresh) == wanted


# -- full and read-only disks -----------------------------------------------------------------------


@contextmanager
def mounted(folder, *options):
    """A mount of its own on a folder; skips where that is not allowed."""
    folder.mkdir(exist_ok=True)
    if not ROOT or shutil.which("mount") is None:
        pytest.skip("only root can mount")
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mount is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(("change", "step", "who"), [("document", 90_000, "SQLite"), ("glossary", 20_000, "derived indexes")])
def test_a_disk_that_runs_full_at_any_place_is_told_in_one_sentence_and_loses_nothing(
    corpus, settings, wanted, tmp_path, change, step, who
):
    if change == "document":
        (corpus / "tea.txt").write_text(CORPUS["tea.txt"] + one_line(40_000), encoding="utf-8")
    else:  # which changes a few rows and every derived index
        (corpus / "glossary.tsv").write_text(GLOSSARY + "木鸢\twooden bird\t\t\tthing\n", encoding="utf-8")
    disk = tmp_path / "disk"
    with mounted(disk, "-t", "tmpfs", "-o", "size=6m", "tmpfs"):
        shutil.copytree(settings.library, disk / "library")
        full = replace(settings, library=disk / "library")
        filler, told = disk / "filler", []
        for free in range(0, 3_000_000, step):
            room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            filler.write_bytes(bytes(max(0, room - free)))
            message = complaint(lambda: run(corpus, full))
            if message is None:
                break
            told.append(message)
            assert one_sentence(message, str(disk), "free some space"), message
            assert answer(full) == wanted
            assert held(full) == CORPUS
            filler.unlink()
        else:
            pytest.fail("the run never succeeded")
        assert ("稻谷" in held(full)["tea.txt"]) == (change == "document")
        assert answer(full)[1][: len(wanted[1])] == wanted[1]
        by = {"SQLite" if "disk is full" in text else "derived indexes" for text in told}
        assert who in by, told


def test_sqlite_without_space_is_told_in_one_sentence_and_loses_nothing(corpus, settings, wanted, monkeypatch):
    (corpus / "tea.txt").write_text(CORPUS["tea.txt"] + one_line(60_000), encoding="utf-8")
    whole = database.connect

    def connect(path):
        connection = whole(path)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        return connection

    monkeypatch.setattr(database, "connect", connect)
    with pytest.raises(LibraryError) as caught:
        run(corpus, settings)
    assert one_sentence(str(caught.value), str(settings.library), "free some space")
    monkeypatch.undo()
    assert answer(settings) == wanted
    assert run(corpus, settings).updated == ("tea.txt",)


@pytest.mark.parametrize("where", ["folder", "vectors", "manifest"])
def test_derived_indexes_without_space_are_told_in_one_sentence_and_lose_nothing(corpus, settings, wanted, monkeypatch, where):
    (corpus / "cats.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    owner, name = {
        "folder": (derived.tempfile, "mkdtemp"),
        "vectors": (vector_files.os, "fsync"),
        "manifest": (derived, "_write_manifest"),
    }[where]
    monkeypatch.setattr(owner, name, full)
    with pytest.raises(LibraryError) as caught:
        run(corpus, settings)
    assert one_sentence(str(caught.value), str(settings.library), "free some space")
    monkeypatch.undo()
    assert [path.name for path in (settings.library / derived.FOLDER).iterdir()] == ["1"]
    assert held(settings) == CORPUS
    assert answer(settings) == wanted
    assert run(corpus, settings).added == ("cats.txt",)


@contextmanager
def read_only(folder):
    """A folder that nobody can write to."""
    if ROOT:  # whom permissions do not bind
        with mounted(folder, "--bind", str(folder)):
            subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True, capture_output=True)
            yield
    else:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_read_only_library_answers_and_cannot_be_changed(corpus, settings, wanted):
    (corpus / "cats.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")
    with read_only(settings.library):
        assert answer(settings) == wanted
        for attempt in (lambda: run(corpus, settings), lambda: build.remove(["tea.txt"], settings)):
            with pytest.raises(LibraryError) as caught:
                attempt()
            assert one_sentence(str(caught.value), str(settings.library), "--library")
    assert held(settings) == CORPUS


def test_a_read_only_library_with_damaged_indexes_answers_from_memory(settings, wanted):
    cut(faiss_file(settings.library / derived.FOLDER / "1"))
    with read_only(settings.library):
        assert answer(settings) == wanted
    assert not derived_are_sound(settings)


def test_a_library_in_a_place_that_is_no_folder_is_told_in_one_sentence(corpus, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "deeper"):
        for attempt in (lambda place=place: run(corpus, Settings(library=place)), lambda place=place: Library.open(place)):
            with pytest.raises(LibraryError) as caught:
                attempt()
            assert one_sentence(str(caught.value), str(place))


# -- two at once ------------------------------------------------------------------------------------


def test_of_two_writers_at_once_one_is_sent_away_in_one_sentence(corpus, settings, wanted, server):
    (corpus / "cats.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")
    server.stdin.write(json.dumps([str(corpus), str(settings.library)]) + "\n")
    server.stdin.flush()
    while server.stdout.readline().split()[0] != "encode":
        pass
    try:
        for attempt in (lambda: run(corpus, settings), lambda: build.remove(["tea.txt"], settings)):
            with pytest.raises(LibraryBusy) as caught:
                attempt()
            assert one_sentence(str(caught.value), str(settings.library), "wait")
        assert answer(settings) == wanted
    finally:
        while (line := server.stdout.readline().split())[0] != "end":
            pass
    assert line[1] == "0"
    assert set(held(settings)) == {*CORPUS, "cats.txt"}
    assert answer(settings) == wanted
