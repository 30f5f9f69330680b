"""Numbers of both languages come out as the same values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quantities import figures, spelled, values


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("1.5 万亿美元", "$1.5 trillion"),
        ("15.36 亿", "1.536 billion"),
        ("约３万名", "some 30,000 people"),
        ("3～5 万人", "30,000 to 50,000 people"),
        ("2013年9月25日", "25 September 2013"),
        ("2013年9月25日", "Sept. 25, 2013"),
        ("20世纪90年代", "the 1990s"),
        ("第77届联合国大会", "the 77th UN General Assembly"),
        ("八个国家", "eight countries"),
        ("二十一世纪", "the twenty-first century"),
        ("超过九成受访者", "more than 90% of respondents"),
        ("一百二十艘", "120 ships"),
        ("二〇一四年", "2014"),
    ],
)
def test_a_number_and_its_translation_agree(zh, en):
    assert figures(zh) <= values(en)
    assert figures(en) <= values(zh)


@pytest.mark.parametrize(
    ("zh", "en"),
    [("15 亿", "15 million"), ("2013 年", "2014"), ("9 月", "October"), ("三成", "20%"), ("3 万", "3,000")],
)
def test_a_wrong_number_does_not_agree(zh, en):
    assert not (figures(zh) <= values(en) and figures(en) <= values(zh))


def test_a_number_that_is_part_of_a_name_is_none():
    assert not figures("COVID-19 and the F-35")


@given(st.integers(min_value=0, max_value=10**12))
def test_a_whole_number_is_read_back_with_and_without_separators(number):
    assert figures(f"共 {number} 个") == figures(f"{number:,} in all") == {float(number)}


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    assert figures(text) <= values(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("九十五块粘板", {95}), ("四十多年", {40}), ("百分之三十五", {35}), ("十一月", {11}), ("ninety-five traps", {95}), ("twelve states", {12}),
        ("十分重要", set()), ("五十万吨", {500_000}), ("九百公斤", {900}), ("一万亿", {1e12}), ("数十亿", set()), ("千方百计", set()),
        ("nine hundred kilograms", {900}), ("two thousand and six", set()), ("two hundred thousand", set()), ("一个", set()), ("one of the ten", set()),
    ],
)  # fmt: skip
def test_numbers_in_words_are_read_where_they_can_be_nothing_else(text, found):
    assert spelled(text) == found
