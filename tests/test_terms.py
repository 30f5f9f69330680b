import pytest

from index.terms import Terms


@pytest.fixture(scope="module")
def terms():
    return Terms()


def test_each_run_of_a_mixed_text_is_cut_by_its_own_script(terms):
    assert terms.terms("上海合作组织与ASEAN签署 agreements") == [
        *terms.terms("上海合作组织"),
        "asean",
        *terms.terms("签署"),
        "agreement",
    ]


def test_search_mode_gives_a_long_word_and_its_parts(terms):
    assert {"中国", "科学", "科学院", "中国科学院"} <= set(terms.terms("中国科学院"))


def test_traditional_characters_find_simplified_text(terms):
    assert terms.terms("國際關係與經濟發展") == terms.terms("国际关系与经济发展")


def test_folding_for_search_changes_width_case_and_script(terms):
    assert terms.fold("ＡＢＣ 國際 Café") == "abc 国际 café"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5,000 people", ["5000", "peopl"]),
        ("５０００", ["5000"]),
        ("3.5%", ["3.5"]),
        ("2025年", ["2025", "年"]),
        ("COVID-19", ["covid", "19"]),
    ],
)
def test_numbers_are_terms_of_their_own_whatever_their_form(terms, text, wanted):
    assert terms.terms(text) == wanted


def test_english_words_are_stemmed_and_possessives_dropped(terms):
    assert terms.terms("The country's cooperating members' policies") == terms.terms("country cooperation member policy")
    assert terms.terms("Kazakhstan’s") == terms.terms("Kazakhstan")


def test_words_without_content_are_left_out_in_both_languages(terms):
    assert terms.terms("的 了 什么 哪些 为什么 the of which is") == []


def test_a_word_of_the_glossary_is_kept_whole_and_without_it_is_not(terms):
    word = "小多边主义"
    assert word not in terms.terms(f"推进{word}合作")
    assert word in Terms([word]).terms(f"推进{word}合作")


def test_teaching_one_segmenter_words_does_not_teach_another():
    assert "风筝节庆会" in Terms(["风筝节庆会"]).terms("举办风筝节庆会")
    assert "风筝节庆会" not in Terms(["竹骨架"]).terms("举办风筝节庆会")


def test_pairs_of_characters_do_not_cross_other_text(terms):
    assert terms.grams("蜂群abc越冬期") == ["蜂群", "越冬", "冬期"]
    assert terms.grams("一 a") == []


def test_white_space_never_stands_inside_a_term(terms):
    assert not [term for term in terms.terms("风筝　起源 于\u2028中国\tand the\u00a0kite") if term.split() != [term]]


@pytest.mark.parametrize("text", ["", "   ", "，。！", "\u200b", "😀"])
def test_a_text_without_words_has_no_terms(terms, text):
    assert terms.terms(text) == []
