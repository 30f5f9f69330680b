"""Decoding: every encoding comes back as it went in, and nothing is guessed silently wrong."""

import codecs
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encodings import RADICALS, decode, ordinary, sound
from index.errors import DocumentError

SIMPLIFIED = (
    "中等强国合作体在全球治理中的作用日益受到重视。",
    "上海合作组织坚持“互信、互利、平等、协商”的原则，",
    "小多边主义是什么？它与多边主义的区别在于成员的数量；",
    "2025 年 6 月，东盟各国外长在吉隆坡举行会议（见表 1）。\r\n",
    "The SCO — 上合组织 — was founded in 2001.\n",
)
TRADITIONAL = (
    "臺灣與東南亞國協各國之間的關係日益密切。",
    "學者認為，「中等強國」的外交政策具有三個特點：",
    "這篇論文討論的是美國對於亞太地區安全問題的看法，",
    "2025 年 6 月，兩國外長舉行會談（見表 1）。\r\n",
)
ENGLISH = (
    "It’s the “middle power” that doesn’t choose — yet.",
    "The café of naïve realism, pp. 12–14…\n",
    "Señor Müller’s façade: a §3 matter. ",
)
UNTOLD = "Внешняя политика Казахстана".encode("koi8_r") * 9


def texts(sentences: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(sentences), min_size=1, max_size=9).map("".join)


@settings(deadline=None)
@given(texts(SIMPLIFIED + TRADITIONAL))
def test_gb18030_comes_back_in_both_scripts(text: str) -> None:
    assert decode(text.encode("gb18030"), "a.txt") == (text, "gb18030")


@settings(deadline=None)
@given(texts(TRADITIONAL))
def test_big5_is_not_taken_for_gb18030(text: str) -> None:
    assert decode(text.encode("cp950"), "a.txt") == (text, "cp950")


@pytest.mark.parametrize("text", ["你好世界", "hello 世界", "哈萨克斯坦", "的", *SIMPLIFIED])
def test_even_short_gb18030_comes_back(text: str) -> None:
    assert decode(text.encode("gb18030"), "a.txt").text == text


def test_big5_with_hong_kong_characters_comes_back() -> None:
    text = "佢哋嘅外交政策係點樣嘅？我哋要睇清楚呢個問題。"
    assert decode(text.encode("big5hkscs"), "a.txt") == (text, "big5hkscs")


@settings(deadline=None)
@given(texts(ENGLISH))
def test_english_with_windows_quotes_comes_back(text: str) -> None:
    assert decode(text.encode("cp1252"), "a.txt") == (text, "cp1252")


def test_english_saved_as_gb18030_keeps_its_dashes() -> None:
    text = "Foreign Policy, 2015, pp. 4–28; “Hegemony”, pp. 1–24."
    assert decode(text.encode("gb18030"), "a.txt").text == text


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"))))
def test_utf8_comes_back_whatever_it_says(text: str) -> None:
    text = text.removeprefix("\ufeff")
    assert decode(text.encode(), "a.txt") == (text, "utf-8")


@settings(deadline=None)
@given(texts(SIMPLIFIED + TRADITIONAL + ENGLISH), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_a_byte_order_mark_tells_the_encoding_and_is_not_part_of_the_text(text: str, encoding: str) -> None:
    marks = {
        "utf-8": {"utf-8": codecs.BOM_UTF8},
        "utf-16": {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE},
        "utf-32": {"utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE},
    }
    for codec, mark in marks[encoding].items():
        found = decode(mark + text.encode(codec), "a.txt")
        assert found.text == text
        assert found.encoding.startswith(encoding)


@settings(deadline=None)
@given(texts(SIMPLIFIED + ENGLISH), st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_utf16_without_a_mark_is_told_by_its_nuls(text: str, encoding: str) -> None:
    text += "\n"
    assert decode(text.encode(encoding), "a.txt") == (text, encoding)


def test_newlines_of_every_kind_stay_as_they_are() -> None:
    text = "一\r\n二\r三\n\n四\u2028五\x0c六\x85"
    assert decode(text.encode(), "a.txt").text == text


def test_a_declared_encoding_is_believed_where_the_bytes_cannot_tell() -> None:
    korean_looking = "寇背沥氓篮".encode("gb18030") * 20
    with pytest.raises(DocumentError):
        decode(korean_looking, "a.html")
    assert decode(korean_looking, "a.html", "GB2312").encoding == "gb18030"
    assert decode("中文".encode(), "a.html", "GB2312") == ("中文", "utf-8")


@pytest.mark.parametrize("declared", ["idna", "unicode_escape", "rot13", "no-such-thing"])
def test_a_declared_encoding_outside_the_list_is_passed_over(declared: str) -> None:
    assert decode("你好，世界。".encode("gb18030"), "a.html", declared).encoding == "gb18030"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a\0b", "binary"),
        (bytes(range(256)) * 9, "binary"),
        (bytes(range(1, 256)) * 9, "binary"),
        (b"\x01\x02\x03\x04abc", "binary"),
        (b"\xff\xfe\x00\xd8" * 9, "binary"),
        (("中等强国合作体" * 9).encode()[:-1], "broken in 1 place,"),
        (("中等强国合作体" * 9).encode() + b"\xff\xe4" + "。".encode(), "broken in 2 places"),
        ("대한민국의 외교정책은 중견국".encode("euc_kr") * 9, "encoding"),
        (UNTOLD, "encoding"),
        (bytes(n for low in range(0x90) for n in (low, 0x34 + low % 20)), "binary"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_sentence(data: bytes, says: str) -> None:
    with pytest.raises(DocumentError, match=says) as caught:
        decode(data, "折.txt")
    message = str(caught.value)
    assert message.startswith("折.txt ")
    assert message.endswith(".")
    assert "\n" not in message
    assert ". " not in message.removeprefix("折.txt")


def test_what_is_hardly_chinese_is_left_to_the_last_resort() -> None:
    text = "これは外交政策の文章です"
    assert decode(text.encode("shift_jis"), "a.txt").text == text


def test_broken_utf8_is_told_where_it_breaks() -> None:
    with pytest.raises(DocumentError, match="at byte 6,"):
        decode("中文".encode() + b"\xff" + ("强国" * 20).encode(), "a.txt")


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x2E70, max_codepoint=0x3010)))
def test_radicals_are_replaced_one_for_one_and_nothing_else_is(text: str) -> None:
    result = ordinary(text)
    assert len(result) == len(text)
    for before, after in zip(text, result, strict=True):
        assert after == before or 0x2E80 <= ord(before) <= 0x2FD5


def test_every_kangxi_radical_and_the_frequent_others_become_characters() -> None:
    assert ordinary("北京⼤学，⽴⾏⾼⼀，⻚⻓⻋⻢⻅⻔⻛⻝⻜⻥⻦⻨⻩⻬⻮⻰⻳⺠⺟") == (
        "北京大学，立行高一，页长车马见门风食飞鱼鸟麦黄齐齿龙龟民母"
    )
    for point in range(0x2F00, 0x2FD6):
        assert unicodedata.name(ordinary(chr(point))).startswith("CJK UNIFIED")
    for point in RADICALS:
        assert "RADICAL" in unicodedata.name(chr(point))


def test_surrogates_are_paired_or_replaced_so_that_any_text_can_be_stored() -> None:
    assert sound("a\ud83d\ude00b\ud800c\0") == "a😀b\ufffdc\ufffd"
