"""Language of a run of text, and sentences that cover it whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.script import LONGEST_SENTENCE, ends_sentence, language, sentences

PROSE = st.text(alphabet=st.sampled_from("国家ab. ，。！？…“”（）；Aq\n1!?")) | st.text()


def cut(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("中等强国", "zh"),
        ("Middle powers matter", "en"),
        ("中等强国合作体（MIKTA）", "zh"),
        ("The term 中 in English prose", "en"),
        ("", "en"),
        ("中等強國", "zh"),
    ],
)
def test_the_language_is_that_of_most_words(text: str, spoken: str) -> None:
    assert language(text) == spoken


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("一是合作。二是对话！三是什么？", ["一是合作。", "二是对话！", "三是什么？"]),
        ("他说：“合作。对话。”然后离开。", ["他说：“合作。对话。”", "然后离开。"]),  # a quotation stays whole
        ("他说：“合作。”", ["他说：“合作。”"]),
        ("（见前文。）后文。", ["（见前文。）", "后文。"]),
        ("Vol. 78, No. 6 of the U.S. journal. It ends.", ["Vol. 78, No. 6 of the U.S. journal.", "It ends."]),
        ("About 3.5 percent.", ["About 3.5 percent."]),
        ("增长1.5倍。下降。", ["增长1.5倍。", "下降。"]),
        ("没有句号", ["没有句号"]),
        ("等等……”", ["等等……”"]),
        ("   ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


def test_a_long_quotation_is_cut_at_the_sentences_inside_it() -> None:
    inner = "合作是各国共同的选择也是历史的潮流。" * 12
    first, *_ = cut(f"他说：“{inner}”完。")
    assert 150 < len(first) < len(inner)
    assert first.endswith("潮流。")


def test_an_overlong_sentence_is_cut_at_a_mark_and_never_longer_than_allowed() -> None:
    parts = cut("各国，" * 500)
    assert all(len(part) <= LONGEST_SENTENCE["zh"] for part in parts)
    assert all(part.endswith("，") for part in parts)
    assert all(len(part) <= LONGEST_SENTENCE["en"] for part in cut("word " * 2000))


@pytest.mark.parametrize(
    ("text", "ends"),
    [("结束。", True), ("结束。”）", True), ("未完，", False), ("Mr.", False), ("the end.", True), ("第3", False), ("", False)],
)
def test_a_sentence_end_is_seen_through_closing_marks(text: str, ends: bool) -> None:
    assert ends_sentence(text) is ends


@given(PROSE)
def test_sentences_cover_every_printed_character_once_and_in_order(text: str) -> None:
    spans = sentences(text)
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@given(st.text(alphabet=st.sampled_from("国。“”，a "), min_size=300, max_size=2000))
def test_no_sentence_is_longer_than_a_citation_may_be(text: str) -> None:
    assert all(b - a <= LONGEST_SENTENCE["en"] for a, b in sentences(text))
