"""A disk that is full or read-only at the writes that are not those of indexing: one sentence, and nothing that was kept is lost."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import CORPUS, FakeEncoder, one_sentence
from test_faults import complaint, mounted, read_only

from eval import saved
from eval.faults.child import queued, review
from index import build, memory, translate, uploads
from index.errors import DocumentError, LibraryError
from index.library import Library
from index.reviews import Reviews

TEXT = "朱船长在腊月卖掉了第三只算盘。" * 40


@pytest.fixture
def disk(tmp_path, corpus, settings, encoder):
    """Settings of a library on a disk of its own that can be filled."""
    build.index([corpus], settings, encoder)
    with closing(Reviews.open(settings.library)) as held:
        held.keep([review(0)])
    place = tmp_path / "disk"
    with mounted(place, "-t", "tmpfs", "-o", "size=8m", "tmpfs"):
        shutil.copytree(settings.library, place / "library")
        yield replace(settings, library=place / "library")


def fill(settings, free):
    """Leaves so many bytes."""
    filler = settings.library.parent / "filler"
    filler.unlink(missing_ok=True)
    state = os.statvfs(settings.library)
    filler.write_bytes(bytes(max(0, state.f_bavail * state.f_frsize - free)))


def kept(settings):
    with closing(Reviews.open(settings.library)) as held:
        return {one.number for one in held.all()}, [one.answer for batch in held.batches() for one in held.answers(batch)]


def documents(settings):
    with closing(Library.open(settings.library)) as library:
        return {d["name"] for d in library.documents()}


def test_reviews_on_a_full_disk_are_kept_or_told_in_one_sentence_and_none_that_was_kept_is_lost(disk):
    acknowledged, told = {0}, 0
    with closing(Reviews.open(disk.library)) as held:
        for turn, free in enumerate((0, 4096, 8192, 16384, 65536, 0, 200_000)):
            fill(disk, free)
            for number in range(turn * 6 + 1, turn * 6 + 7):
                said = complaint(lambda number=number: held.keep([review(number)]))
                if said is None:
                    acknowledged.add(number)
                else:
                    assert one_sentence(said, str(disk.library), "space"), said
                    told += 1
            assert kept(disk)[0] == acknowledged
        assert told
        assert held.add([queued(1)]) == 1
    assert kept(disk) == (acknowledged, ["answer-1"])


def test_files_taken_in_on_a_full_disk_are_documents_or_told_in_one_sentence_and_leave_nothing_behind(disk, tmp_path):
    given = tmp_path / "given.txt"
    given.write_text(TEXT, encoding="utf-8")
    done = False
    for free in (0, 4096, 20_000, 100_000, 250_000, 400_000, 700_000, 1_200_000, 3_000_000):
        fill(disk, free)
        said = complaint(lambda: uploads.add([uploads.Given(given, "captain.txt")], disk, FakeEncoder()))
        done = said is None
        assert done or one_sentence(said, str(disk.library), "space"), said
        present = "captain.txt" in documents(disk)
        assert present == done
        assert (disk.library / build.KEPT / "captain.txt").is_file() == present
        assert kept(disk)[0] == {0}
        if done:
            break
    assert done


def test_a_review_or_a_file_for_a_read_only_library_is_told_in_one_sentence(corpus, settings, encoder, tmp_path):
    build.index([corpus], settings, encoder)
    (tmp_path / "given.txt").write_text(TEXT, encoding="utf-8")
    with read_only(settings.library):
        with closing(Reviews.open(settings.library)) as held, pytest.raises(LibraryError) as caught:
            held.keep([review(1)])
        assert one_sentence(str(caught.value), str(settings.library))
        with pytest.raises(LibraryError) as caught:
            uploads.add([uploads.Given(tmp_path / "given.txt", "captain.txt")], settings, encoder)
        assert one_sentence(str(caught.value), str(settings.library))
    assert documents(settings) == {*CORPUS}


def no_space(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_an_upload_that_cannot_be_brought_to_the_disk_is_told_in_one_sentence(settings, tmp_path, monkeypatch):
    (tmp_path / "given.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(uploads.os, "fsync", no_space)
    with pytest.raises(LibraryError) as caught:
        uploads.add([uploads.Given(tmp_path / "given.txt", "captain.txt")], settings, FakeEncoder())
    assert one_sentence(str(caught.value), "free some space")


def test_a_run_that_cannot_be_saved_leaves_the_one_before(tmp_path, monkeypatch):
    saved.write(tmp_path / "run.json", "before")
    monkeypatch.setattr(saved.os, "fsync", no_space)
    with pytest.raises(DocumentError) as caught:
        saved.write(tmp_path / "run.json", "after")
    assert one_sentence(str(caught.value), "run.json")
    assert (tmp_path / "run.json").read_text() == "before"


def test_half_a_line_that_a_full_disk_left_in_the_translations_is_taken_off_again(tmp_path, monkeypatch):
    translate._append(tmp_path, "own", ("一。", "One."))

    def half(number):
        with Path(f"/proc/self/fd/{number}").open("rb+") as stream:
            stream.truncate(os.fstat(number).st_size - 5)
        no_space()

    with monkeypatch.context() as patch:
        patch.setattr(translate.os, "fsync", half)
        with pytest.raises(DocumentError) as caught:
            translate._append(tmp_path, "own", ("二。", "Two."))
        assert one_sentence(str(caught.value), "free some space")
    assert list(memory.pairs(tmp_path)) == [("一。", "One.")]
    translate._append(tmp_path, "own", ("三。", "Three."))
    assert list(memory.pairs(tmp_path)) == [("一。", "One."), ("三。", "Three.")]
