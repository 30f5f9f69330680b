"""Cleaning repairs glyphs and closes up white space, adds nothing, and never loses its place in the source."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.clean import Mapped, close_names, fold, gather, repair, tidy

# Text in which the rules have something to do.
DIRTY = st.text(alphabet=st.sampled_from("国家ab-1２ \n\t\u3000，。“”《»«ꎬꎮ./:|A\x00")) | st.text()


def clean(text: str) -> str:
    return tidy(gather(text, [(0, len(text))])).text


def names(text: str) -> str:
    return close_names(gather(text, [(0, len(text))])).text


@pytest.mark.parametrize(
    ("printed", "repaired"),
    [
        ("规则ꎬ秩序ꎮ一是ꎻ", "规则，秩序。一是；"),
        ("２０２１年ＧＤＰ", "2021年GDP"),
        ("参见«国际政治»", "参见《国际政治》"),
        ("la «gloire» de", "la «gloire» de"),  # guillemets of French stay
        ("2019－2025", "2019-2025"),
    ],
)
def test_displaced_glyphs_are_repaired_one_for_one(printed: str, repaired: str) -> None:
    assert repair(printed) == repaired
    assert len(repair(printed)) == len(printed)


@pytest.mark.parametrize(
    ("printed", "cleaned"),
    [
        ("提出 MIKTA 的 概念", "提出MIKTA的概念"),
        ("middle \n power", "middle power"),
        ("全球\n\n治理", "全球治理"),
        ("the “ G20 ” \n国家", "the “ G20 ”国家"),
        ("见 https://www.example.org/\nreports/2020", "见https://www.example.org/reports/2020"),
        ("人口 1 989.9 万", "人口1989.9万"),
        ("从 2019 2020 年", "从2019 2020年"),  # years side by side are no thousands
        ("  居中  ", "居中"),
    ],
)
def test_white_space_stays_only_between_words_in_latin_script(printed: str, cleaned: str) -> None:
    assert clean(printed) == cleaned


def test_a_hyphen_at_a_line_end_goes_only_when_the_closed_up_word_is_known() -> None:
    text = "cooper-\nation and middle-\npower"
    mapped = tidy(gather(text, [(0, len(text))]), words={"cooperation"}.__contains__)
    assert mapped.text == "cooperation and middle-power"


@pytest.mark.parametrize(
    ("printed", "closed"),
    [
        ("潘 玥", "潘玥"),
        ("周\u3000明 李\u3000琼", "周明 李琼"),
        ("关 键 词", "关键词"),
        ("〔关 键 词〕 全球南方、 金砖合作", "〔关键词〕 全球南方、 金砖合作"),
        ("曾向红 张 宇", "曾向红 张宇"),
        ("哈萨克斯坦  中等强国   软制衡", "哈萨克斯坦 中等强国 软制衡"),
    ],
)
def test_names_are_closed_up_and_entries_stay_apart(printed: str, closed: str) -> None:
    assert names(printed) == closed


def test_folding_makes_equal_what_differs_only_in_width_and_white_space() -> None:
    assert fold("２０２１ 年ꎬ（MIKTA）\n") == fold("2021年，(ＭＩＫＴＡ)") == "2021年,(MIKTA)"


def test_keeping_characters_loses_none_not_even_nul() -> None:
    mapped = Mapped("a\x00b\x00", np.arange(4)).keep(np.array([False, True, True, True]))
    assert (mapped.text, mapped.origin.tolist()) == ("\x00b\x00", [1, 2, 3])


def test_gathered_spans_are_parted_by_the_line_feed_after_the_earlier_one() -> None:
    mapped = gather("使哈\n注\n萨克", [(0, 2), (5, 7)])
    assert mapped.text == "使哈\n萨克"
    assert mapped.origin.tolist() == [0, 1, 2, 5, 6]
    assert mapped.span() == (0, 7)
    assert gather("任何", []).text == ""


@given(DIRTY)
def test_every_clean_character_is_the_repaired_source_character_at_its_origin(text: str) -> None:
    source = repair(text)
    for mapped in (tidy(gather(text, [(0, len(text))])), close_names(gather(text, [(0, len(text))]))):
        assert len(mapped.text) == len(mapped.origin)
        assert (np.diff(mapped.origin) > 0).all()
        for char, origin in zip(mapped.text, mapped.origin.tolist(), strict=True):
            assert char == source[origin] or (char == " " and source[origin].isspace())


@given(DIRTY)
def test_cleaning_drops_nothing_but_white_space(text: str) -> None:
    # No word list is given, so that not even a hyphen may go.
    assert "".join(clean(text).split()) == "".join(repair(text).split())


@given(DIRTY)
def test_repair_keeps_every_character_in_its_place(text: str) -> None:
    repaired = repair(text)
    assert len(repaired) == len(text)
    assert all(a == b for a, b in zip(text, repaired, strict=True) if a.isascii() and not a.isspace())


@given(DIRTY, st.lists(st.integers(0, 60), max_size=8))
def test_gathering_keeps_origins_rising_over_any_spans_with_a_gap(text: str, edges: list[int]) -> None:
    places = sorted({min(edge, len(text)) for edge in edges})
    spans = [(a, b - 1) for a, b in zip(places[::2], places[1::2], strict=False) if b > a]
    mapped = gather(text, spans)
    assert (np.diff(mapped.origin) > 0).all()
    assert len(mapped.text) == len(mapped.origin)
