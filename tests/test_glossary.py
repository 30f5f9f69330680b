import pytest
from fakes import GLOSSARY, one_sentence

from index import glossary
from index.errors import DocumentError

HEADER = "zh\ten\tzh_aliases\ten_aliases\tkind\n"


def forms(text, lines):
    return [form for form, _ in glossary.parse(HEADER + lines).named(text)]


def test_headwords_and_aliases_name_the_same_concept_in_both_languages():
    book = glossary.parse(GLOSSARY)
    entries = {id(book.named(text)[0][1]) for text in ("风筝很轻", "放纸鸢", "The kite is light", "A paper kite")}
    assert len(entries) == 1
    assert book.named("风筝很轻")[0][1].en == ("kite", "paper kite")


def test_the_longest_form_wins_and_concepts_come_in_the_order_of_the_text():
    lines = "蜂\tbee\t\t\tx\n蜂群\tbee colony\t\t\tx\n风筝\tkite\t\t\tx\n"
    assert forms("风筝和蜂群", lines) == ["风筝", "蜂群"]
    assert forms("a bee colony and a kite", lines) == ["bee colony", "kite"]


def test_an_english_form_is_found_as_a_whole_word_only():
    assert forms("the kitesurfers", "风筝\tkite\t\t\tx\n") == []
    assert forms("the KITE's tail", "风筝\tkite\t\t\tx\n") == ["kite"]


def test_an_english_form_of_several_words_is_found_in_a_chinese_question():
    assert forms("什么是 middle power？", "中等强国\tmiddle power\t\t\tx\n") == ["middle power"]


def test_width_script_and_line_breaks_do_not_hide_a_concept():
    lines = "中等强国\tmiddle power\t\t\tx\n上合组织\tSCO\t\t\tx\n"
    assert forms("中等強國是什麼", lines) == ["中等强国"]
    assert forms("ＳＣＯ的成员", lines) == ["sco"]
    assert forms("a middle\n power", lines) == ["middle power"]


def test_a_concept_named_twice_counts_once():
    assert forms("风筝与风筝", "风筝\tkite\t\t\tx\n") == ["风筝"]


def test_no_glossary_names_nothing():
    assert glossary.parse("").named("风筝 kite") == []


def test_the_segmenter_is_taught_chinese_words_only():
    lines = "风筝\tkite\t纸鸢|“鸢”|G20 国\t\tx\n轻\tlight\t\t\tx\n"
    assert glossary.parse(HEADER + lines).words() == ["风筝", "纸鸢"]


@pytest.mark.parametrize("text", ["zh\ten\n", HEADER + "风筝\tkite\n", HEADER + "\tkite\t\t\tx\n", HEADER + "风筝\t \t\t\tx\n"])
def test_a_glossary_of_another_form_is_refused_in_one_sentence(tmp_path, text):
    path = tmp_path / "glossary.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        glossary.read(path)
    assert one_sentence(str(caught.value), str(path))


def test_a_glossary_that_is_no_utf8_or_no_file_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "glossary.tsv").write_bytes((HEADER + "风筝\tkite\t\t\tx\n").encode("gb18030"))
    (tmp_path / "folder.tsv").mkdir()
    for name in ("glossary.tsv", "folder.tsv"):
        with pytest.raises(DocumentError) as caught:
            glossary.read(tmp_path / name)
        assert one_sentence(str(caught.value), name)


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path):
    path = tmp_path / "glossary.tsv"
    path.write_text("\ufeff" + HEADER + "风筝\tkite\t\t\tx\n\n", encoding="utf-8")
    assert len(glossary.parse(glossary.read(path)).entries) == 1


def test_quotation_marks_are_kept_as_they_are():
    assert forms('he said "kite" twice', '“风筝”\t"kite"\t\t\tx\n') == ['"kite"']
