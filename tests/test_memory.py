import json

import pytest
from fakes import one_sentence

from index import memory
from index.errors import DocumentError


def write(folder, *lines, name="a.jsonl"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def pair(zh, en):
    return json.dumps({"zh": zh, "en": en}, ensure_ascii=False)


def test_a_sentence_is_found_in_either_direction_whatever_its_width_and_white_space(tmp_path):
    held = memory.load([write(tmp_path, pair("共有３项，即 ABC。", "There are three items: ABC."))])
    assert held.translate("共有3项，即ABC。") == "There are three items: ABC."
    assert held.translate("There  are three items:ABC.") == "共有３项，即 ABC。"
    assert held.translate("共有4项，即ABC。") is None


def test_a_table_row_is_translated_cell_by_cell_and_unknown_cells_stay(tmp_path):
    held = memory.load([write(tmp_path, pair("重量", "Weight"), pair("产地", "Origin"))])
    assert held.translate("|重量|90克|产地|") == "|Weight|90克|Origin|"
    assert held.translate("|甲|乙|") is None


def test_the_first_translation_of_a_sentence_stays(tmp_path):
    held = memory.load([write(tmp_path, pair("甲。", "One."), pair("甲。", "Two."))])
    assert held.translate("甲。") == "One."
    assert len(held) == 1


def test_several_folders_are_read_and_a_missing_one_is_empty(tmp_path):
    one, two = write(tmp_path / "1", pair("甲。", "A.")), write(tmp_path / "2", pair("乙。", "B."))
    held = memory.load([one, two, tmp_path / "3"])
    assert (held.translate("甲。"), held.translate("乙。")) == ("A.", "B.")


def test_a_line_separator_inside_a_translation_does_not_end_the_line(tmp_path):
    held = memory.load([write(tmp_path, pair("甲。", "One\u2028two\x85three."))])
    assert held.translate("甲。") == "One\u2028two\x85three."


def test_blank_lines_are_passed_over(tmp_path):
    assert len(memory.load([write(tmp_path, "", pair("甲。", "A."), "  ", "")])) == 1


@pytest.mark.parametrize(
    "line", ["{", "[1]", '{"zh": "甲"}', '{"zh": "甲", "en": null}', '{"zh": 1, "en": "A"}', '{"zh": "", "en": "A"}', '"甲"']
)
def test_a_line_that_is_no_pair_is_named_by_file_and_number(tmp_path, line):
    with pytest.raises(DocumentError) as caught:
        memory.load([write(tmp_path, pair("甲。", "A."), line)])
    assert one_sentence(str(caught.value), "a.jsonl, line 2")


def test_translations_that_are_no_utf8_are_refused_in_one_sentence(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(pair("甲。", "A.").encode("gb18030"))
    with pytest.raises(DocumentError) as caught:
        memory.load([tmp_path])
    assert one_sentence(str(caught.value), "a.jsonl")


def test_the_digest_changes_with_the_contents_and_names_of_the_files_only(tmp_path):
    first = memory.digest(write(tmp_path / "1", pair("甲。", "A.")))
    assert memory.digest(write(tmp_path / "2", pair("甲。", "A."))) == first
    assert memory.digest(write(tmp_path / "2", pair("甲。", "B."))) != first
    assert memory.digest(write(tmp_path / "3", pair("甲。", "A."), name="b.jsonl")) != first
