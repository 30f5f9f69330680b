import json
import shutil

import numpy as np
import pytest

from index import derived
from index.derived import text_key
from index.records import ArticleRecord
from index.terms import Terms

ARTICLES = {
    "a": ArticleRecord("a", "x.txt", title_zh="风筝的制作", title_en="Making Kites", keywords=("竹骨架",)),
    "b": ArticleRecord("b", "y.txt", title_en="The Tower Clock", language="en"),
}
ROWS = [
    (0, "zh", "宣纸糊在骨架上面。", "Paper is glued to the frame.", '["一、步骤"]', "a", "", "x.txt", "body"),
    (1, "zh", "竹条必须晾干。", None, '["一、步骤"]', "a", "", "x.txt", "body"),
    (2, "en", "The pendulum weighs ninety pounds.", None, "[]", "b", "", "y.txt", "body"),
    (3, "zh", "|沙燕|90克|", None, "[]", "a", "品种：沙燕；重量：90克\n", "x.txt", "table"),
]


@pytest.fixture(scope="module")
def terms():
    return Terms()


def unit(at):
    vector = np.zeros(4, dtype=np.float32)
    vector[at] = 1.0
    return vector.tobytes()


class Held(dict):
    def among(self, keys):
        return {key: self[key] for key in keys if key in self}


VECTORS = Held(
    {
        text_key("宣纸糊在骨架上面。"): unit(0),
        text_key("Paper is glued to the frame."): unit(1),
        text_key("品种：沙燕；重量：90克\n|沙燕|90克|"): unit(2),
    }
)


@pytest.fixture
def built(tmp_path, terms):
    derived.build(tmp_path / "derived" / "1", "stamp", ROWS, ARTICLES, VECTORS, terms)
    return tmp_path / "derived" / "1"


def found(fulltext, terms, field, text):
    return [number for number, _ in fulltext.search({field: dict.fromkeys(terms.terms(text), 1.0)}, 10)]


def test_each_side_of_a_passage_stands_in_the_fields_of_its_language(built, terms):
    fulltext, *_ = derived.read(built, "stamp")
    assert found(fulltext, terms, "zh", "宣纸") == [0]
    assert found(fulltext, terms, "en", "glued paper") == [0]
    assert found(fulltext, terms, "en", "pendulum") == [2]
    assert found(fulltext, terms, "zh", "pendulum") == []


def test_headings_title_and_keywords_are_found_apart_from_the_text(built, terms):
    fulltext, *_ = derived.read(built, "stamp")
    assert set(found(fulltext, terms, "zh_head", "步骤")) == {0, 1}
    assert set(found(fulltext, terms, "zh_head", "竹骨架")) == {0, 1, 3}
    assert found(fulltext, terms, "en_head", "tower") == [2]
    assert found(fulltext, terms, "zh", "步骤") == []


def test_neighbours_lend_their_words_inside_an_article_only(built, terms):
    fulltext, *_ = derived.read(built, "stamp")
    assert found(fulltext, terms, "zh_near", "宣纸") == [1]
    assert found(fulltext, terms, "zh_near", "沙燕") == []
    assert found(fulltext, terms, "en_near", "pendulum") == []


def test_a_table_is_found_by_the_reading_of_its_rows(built, terms):
    fulltext, *_ = derived.read(built, "stamp")
    assert found(fulltext, terms, "zh", "重量") == [3]


def test_only_sides_with_a_vector_have_one_and_the_id_tells_the_side(built):
    _, vectors, _ = derived.read(built, "stamp")
    nearest = [vectors.search(np.frombuffer(unit(at), dtype=np.float32).reshape(1, 4), 1)[0][0] for at in range(3)]
    assert vectors.size == 3
    assert nearest == [0 * 2, 0 * 2 + 1, 3 * 2]


def test_without_a_folder_both_are_built_in_memory_and_find_the_same(built, terms, tmp_path):
    fulltext, vectors, _ = derived.build(None, "stamp", ROWS, ARTICLES, VECTORS, terms)
    kept, *_ = derived.read(built, "stamp")
    assert found(fulltext, terms, "zh", "竹条 晾干") == found(kept, terms, "zh", "竹条 晾干") == [1]
    assert vectors.size == 3


def test_a_build_replaces_the_folder_whole_and_leaves_nothing_beside_it(built, terms):
    (built / "stray").write_text("x", encoding="utf-8")
    derived.build(built, "other", ROWS[:1], ARTICLES, Held(), terms)
    assert not (built / "stray").exists()
    assert [path.name for path in built.parent.iterdir()] == ["1"]
    assert derived.read(built, "stamp") is None
    fulltext, vectors, _ = derived.read(built, "other")
    assert (fulltext.size, vectors.size) == (1, 0)


def test_a_build_that_fails_leaves_the_old_folder_and_nothing_beside_it(built, terms, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(derived, "_write_manifest", fail)
    with pytest.raises(OSError, match="No space"):
        derived.build(built, "other", ROWS[:1], ARTICLES, Held(), terms)
    assert derived.read(built, "stamp") is not None
    assert [path.name for path in built.parent.iterdir()] == ["1"]


def every_file(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock"))


def test_each_file_that_is_cut_changed_missing_or_added_is_noticed(built):
    for path in every_file(built):
        data = path.read_bytes()
        if not data:
            continue
        for damaged in (data[:-1], bytes([data[0] ^ 1]) + data[1:], b""):
            path.write_bytes(damaged)
            assert not derived.is_sound(built, "stamp"), path
        path.unlink()
        assert not derived.is_sound(built, "stamp"), path
        path.write_bytes(data)
        assert derived.is_sound(built, "stamp")
    (built / "more").write_bytes(b"")
    assert not derived.is_sound(built, "stamp")


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"stamp": "stamp"}', "\ud800"])
def test_a_manifest_of_another_form_is_noticed(built, text):
    (built / derived.MANIFEST).write_bytes(text.encode("utf-8", "surrogatepass"))
    assert derived.read(built, "stamp") is None


def test_the_indexes_of_another_state_of_the_library_are_noticed(built):
    assert derived.is_sound(built, "stamp")
    assert not derived.is_sound(built, "later")


def test_files_that_are_whole_but_not_of_this_engine_count_as_missing(built):
    (built / "vectors.faiss").write_bytes(b"another engine")
    sums = {name: derived._sum(path) for name, path in derived._files(built).items()}
    (built / derived.MANIFEST).write_text(json.dumps({"stamp": "stamp", "files": sums}), encoding="utf-8")
    assert derived.is_sound(built, "stamp")
    assert derived.read(built, "stamp") is None


def test_a_missing_folder_is_no_index(tmp_path):
    assert derived.read(tmp_path / "none", "stamp") is None


def test_sweeping_keeps_the_generations_named_and_nothing_else(built):
    parent = built.parent
    for name in ("2", "3", "building-xyz"):
        shutil.copytree(built, parent / name)
    derived.sweep(parent, (2, 3))
    assert sorted(path.name for path in parent.iterdir()) == ["2", "3"]
    derived.sweep(parent / "none", (1,))
