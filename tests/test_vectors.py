import numpy as np
import pytest
from fakes import FakeEncoder, one_sentence

from index.errors import LibraryError, LibraryMismatch
from index.vectors import FILE, VectorIndex


@pytest.fixture
def rows():
    found = np.random.default_rng(7).normal(size=(50, 16)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_the_nearest_vectors_come_first_with_their_cosine_under_the_callers_ids(rows):
    ids = [1000 + 3 * k for k in range(50)]
    found = VectorIndex.build(ids, rows).search(rows[4:5], 10)
    wanted = sorted(zip(ids, rows @ rows[4], strict=True), key=lambda pair: -pair[1])[:10]
    assert [number for number, _ in found] == [number for number, _ in wanted]
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted], abs=1e-5)
    assert found[0] == (1012, pytest.approx(1.0, abs=1e-5))


def test_no_more_is_found_than_there_is(rows):
    assert len(VectorIndex.build(range(3), rows[:3]).search(rows[:1], 10)) == 3


def test_an_empty_index_finds_nothing_and_can_be_saved(tmp_path, rows):
    empty = VectorIndex.build([], np.empty((0, 0), dtype=np.float32))
    assert empty.search(rows[:1], 5) == []
    empty.write(tmp_path)
    assert VectorIndex.read(tmp_path).size == 0


def test_a_saved_index_finds_the_same(tmp_path, rows):
    index = VectorIndex.build(range(50), rows)
    index.write(tmp_path)
    assert VectorIndex.read(tmp_path).search(rows[9:10], 7) == index.search(rows[9:10], 7)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other"])
def test_a_file_that_is_no_index_is_refused_in_one_sentence(tmp_path, rows, damage):
    VectorIndex.build(range(50), rows).write(tmp_path)
    path = tmp_path / FILE
    data = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": data[: len(data) // 2], "other": b"no index" * 99}[damage])
    with pytest.raises(LibraryError) as caught:
        VectorIndex.read(tmp_path)
    assert one_sentence(str(caught.value), FILE)


def test_a_question_of_another_dimension_is_refused_in_one_sentence(rows):
    with pytest.raises(LibraryMismatch) as caught:
        VectorIndex.build(range(50), rows).search(FakeEncoder().encode(["风筝"]), 3)
    assert one_sentence(str(caught.value), "256", "16")


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path, rows):
    with pytest.raises(LibraryError) as caught:
        VectorIndex.build(range(50), rows).write(tmp_path / "missing")
    assert one_sentence(str(caught.value), FILE)
