"""The contract of the vector index, for each kind of it: the same answers, whatever the size."""

import os
from contextlib import suppress

import numpy as np
import pytest
from fakes import one_sentence

from index import lists as of
from index import vectors as kinds
from index.errors import LibraryError
from index.vector_files import beside
from index.vectors import FILE, VectorIndex

SIZE, DIMENSION = 1500, 24


@pytest.fixture(scope="module")
def rows():
    """Vectors in clouds, as those of texts are."""
    random = np.random.default_rng(7)
    found = random.normal(size=(40, DIMENSION))[random.integers(0, 40, SIZE)] + 0.5 * random.normal(size=(SIZE, DIMENSION))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(params=["exact", "lists"])
def kind(request, monkeypatch):
    monkeypatch.setattr(kinds, "EXACT", 10 * SIZE if request.param == "exact" else 1000)
    return request.param


@pytest.fixture
def lists(monkeypatch):
    monkeypatch.setattr(kinds, "EXACT", 1000)


def build(rows):
    return VectorIndex.build(range(0, 3 * len(rows), 3), rows)


def saved(index, folder):
    index.write(folder)
    return VectorIndex.read(folder)


def nearest(rows, query, k):
    return (np.argsort(-(rows @ query), kind="stable")[:k] * 3).tolist()


def found(index, query, k, **how):
    return [number for number, _ in index.search(query[None], k, **how)]


def test_the_kind_is_chosen_by_size(rows, kind):
    assert build(rows).exact == (kind == "exact")
    assert build(rows[:900]).exact


def test_the_nearest_are_those_of_an_exact_comparison(rows, kind, tmp_path):
    index = saved(build(rows), tmp_path)
    same = [len({*found(index, query, 10)} & {*nearest(rows, query, 10)}) for query in rows[:100]]
    assert np.mean(same) >= (10 if kind == "exact" else 9.7)
    cosines = [cosine for _, cosine in index.search(rows[5:6], 10)]
    assert cosines == sorted(cosines, reverse=True)
    assert cosines[0] == pytest.approx(1.0, abs=0.01)


def test_it_finds_the_same_before_and_after_it_is_saved_and_made_anew(rows, kind, tmp_path):
    index = build(rows)
    assert index.search_all(rows[:30], 10) == saved(index, tmp_path).search_all(rows[:30], 10)
    assert index.search_all(rows[:30], 10) == build(rows).search_all(rows[:30], 10)


def test_several_questions_at_once_find_what_each_finds_alone(rows, kind):
    index = build(rows)
    together = index.search_all(rows[:5], 8)
    assert [[number for number, _ in hits] for hits in together] == [found(index, query, 8) for query in rows[:5]]


def test_it_is_the_same_index_when_its_vectors_come_in_blocks(rows, kind):
    ids = np.arange(0, 3 * SIZE, 3)
    parts = [(ids[at : at + 333], rows[at : at + 333]) for at in range(0, SIZE, 333)]
    index = VectorIndex.gather(SIZE, lambda: iter(parts))
    assert index.search_all(rows[:30], 10) == build(rows).search_all(rows[:30], 10)


def test_vectors_put_in_are_found_and_those_taken_out_are_not(rows, kind, tmp_path):
    index = build(rows[:1400])
    index.add([7, 8], rows[1400:1402])
    index.remove([0, 30, 31])  # 31 was never in it
    for each in (index, saved(index, tmp_path)):
        assert each.size == 1400
        assert found(each, rows[1400], 1) == [7]
        assert 0 not in found(each, rows[0], 1400)
        assert found(each, rows[1], 1) == [3]


def test_a_vector_put_in_under_a_known_id_takes_the_others_place(rows, kind, tmp_path):
    index = build(rows[:1400])
    index.add([3], rows[1400:1401])
    index.add([3], rows[1401:1402])
    for each in (index, saved(index, tmp_path)):
        assert each.size == 1400
        assert found(each, rows[1401], 1) == [3]
        assert found(each, rows[1], 1) != [3]


def test_what_was_taken_out_can_come_back(rows, kind, tmp_path):
    index = build(rows[:1400])
    index.remove([12])
    index = saved(index, tmp_path)
    index.add([12], rows[4:5])
    assert (index.size, found(saved(index, tmp_path), rows[4], 1)) == (1400, [12])


def test_only_the_ids_asked_for_are_found_however_far_they_are(rows, kind, tmp_path):
    index = build(rows)
    index.remove([6])
    index.add([4000 * 3], rows[9:10])
    index = saved(index, tmp_path)
    only = np.array([0, 6, 300, 1500, 4000 * 3])
    hits = found(index, rows[9], 10, only=only)
    assert hits[0] == 4000 * 3
    assert set(hits) == {0, 300, 1500, 4000 * 3}
    assert found(index, rows[9], 10, only=np.empty(0, dtype=np.int64)) == []


def test_everything_can_be_taken_out_and_an_empty_index_be_filled(rows, kind, tmp_path):
    index = build(rows)
    index.remove(range(0, 3 * SIZE, 3))
    index = saved(index, tmp_path)
    assert index.size == 0
    assert index.search(rows[:1], 5) == []
    index.add([5], rows[:1])
    assert found(saved(index, tmp_path), rows[0], 5) == [5]


def test_an_exact_index_that_grows_gets_lists(rows, lists, tmp_path):
    index = build(rows[:900])
    index.add(range(0, 600), rows[900:])
    assert not index.exact
    assert saved(index, tmp_path).size == len({*range(600)} | {*range(0, 2700, 3)})


def test_many_changes_are_worked_into_the_lists_and_find_the_same(rows, lists, monkeypatch, tmp_path):
    monkeypatch.setattr(kinds, "_CHANGES", 50)
    index = saved(build(rows), tmp_path)
    index.remove(range(0, 90, 3))
    before = index.search_all(rows[:40], 10)
    index.compact()
    assert index.search_all(rows[:40], 10) == before
    index.add(range(1, 90, 3), rows[:30])
    assert index.size == SIZE
    assert found(saved(index, tmp_path), rows[2], 1) == [7] != found(index, rows[2], 1, only=np.array([1, 4]))


def test_lists_that_did_not_change_are_not_written_again(rows, lists, tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.mkdir(), two.mkdir()
    index = saved(build(rows), one)
    index.add([1], rows[:1])
    index.write(two)
    assert os.path.samefile(one / FILE, two / FILE)
    assert VectorIndex.read(one).size + 1 == VectorIndex.read(two).size


def test_opening_lists_reads_none_of_them_and_a_question_reads_only_its_own(rows, lists, monkeypatch, tmp_path):
    monkeypatch.setattr(kinds, "_PROBES", 5)
    build(rows).write(tmp_path)
    seen = []
    monkeypatch.setattr(of, "one", lambda own, number, see=of.one: seen.append(number) or see(own, number))
    index = VectorIndex.read(tmp_path)
    assert seen == []
    index.search(rows[:1], 10)
    assert 1 <= len(seen) <= 5
    index.search(rows[:1], 10)
    assert len(seen) <= 5


def test_a_flipped_bit_anywhere_is_never_searched(rows, lists, tmp_path):
    build(rows).write(tmp_path)
    wanted, refused = VectorIndex.read(tmp_path).search_all(rows[:20], 10), 0
    for path in (tmp_path / FILE, beside(tmp_path / FILE)):
        data = path.read_bytes()
        for at in np.linspace(0, len(data) - 1, 40).astype(int):
            path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
            told = None  # where it lies in a list that these questions do not come to
            with suppress(LibraryError):
                told = VectorIndex.read(tmp_path).search_all(rows[:20], 10)
            refused += told is None
            assert told in (None, wanted), at
        path.write_bytes(data)
    assert refused > 40


@pytest.mark.parametrize("damage", ["empty", "cut", "other", "another's"])
@pytest.mark.parametrize("which", ["lists", "beside"])
def test_files_that_do_not_belong_together_are_refused_in_one_sentence(rows, lists, damage, which, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    build(rows[100:]).write(other)
    build(rows).write(tmp_path)
    name = (lambda folder: folder / FILE) if which == "lists" else (lambda folder: beside(folder / FILE))
    data = name(tmp_path).read_bytes()
    wrong = {"empty": b"", "cut": data[:-100], "other": b"no index" * 99, "another's": name(other).read_bytes()}
    name(tmp_path).write_bytes(wrong[damage])
    with pytest.raises(LibraryError) as caught:
        VectorIndex.read(tmp_path).search_all(rows, 10)
    assert one_sentence(str(caught.value), FILE)
