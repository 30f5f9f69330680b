"""Lines and how they are set: wrapped or not, paged or not, running heads and page numbers."""

import pytest

from index.layout import Line, layout, page_number, printed_pages, running_heads
from index.records import PageStart

WRAPPED = "国际关系中的合作与竞争并存而且相互影响直到现在\n"  # one full line of 23 em


def test_lines_know_their_place_width_and_the_blank_lines_before_them() -> None:
    lay = layout("  国际 ab\r\n\n\n次行")
    first, second = lay.lines
    assert (first.start, first.end, first.text, first.width, first.blanks) == (2, 7, "国际 ab", 3.5, 0)
    assert (second.text, second.blanks) == ("次行", 2)


def test_text_is_wrapped_when_no_line_is_wider_than_a_page() -> None:
    assert layout(WRAPPED * 20).wrapped
    assert not layout(WRAPPED.strip() * 10 + "\n").wrapped
    assert layout(WRAPPED * 20).full == 23


def test_blank_lines_after_every_line_mean_nothing() -> None:
    assert layout((WRAPPED + "\n") * 20).spaced
    assert not layout(WRAPPED * 20).spaced


def test_one_leading_space_breaks_the_page_only_in_wrapped_text() -> None:
    assert [line.break_before for line in layout(WRAPPED * 9 + " " + WRAPPED).lines][-2:] == [False, True]
    assert not layout(WRAPPED * 9 + "  " + WRAPPED).lines[-1].break_before  # two spaces are an indent
    assert not layout(WRAPPED.strip() * 9 + "\n 短行").lines[-1].break_before


def test_pages_known_to_the_file_break_before_their_first_line() -> None:
    lines = layout("甲\n\n乙\n丙", [PageStart(0, "1"), PageStart(2, "2")]).lines
    assert [line.break_before for line in lines] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "number"), [("·29·", "29"), ("— 7 —", "7"), ("２００", "200"), ("2024 年", None), ("12345", None), ("第8页", None)]
)
def test_a_page_number_stands_alone_on_its_line(text: str, number: str | None) -> None:
    (line,) = layout(text).lines
    assert page_number(line) == number


def _line(text: str, break_before: bool) -> Line:
    return Line(0, len(text), text, float(len(text)), 0, break_before)


def test_titles_journal_issues_and_repeated_edge_lines_are_running_heads() -> None:
    lines = [_line("中等强国 论", False), _line("正文", False), _line("某某研究 2024 年第 2 期", False)]
    assert running_heads(lines, ["中等强国论"]) == {0, 2}
    pages = [
        _line(text, text.startswith("眉题")) for k in "123" for text in (f"眉题 {k}", *"甲乙丙丁戊己庚辛壬"[int(k) * 3 - 3 :][:3])
    ]
    assert running_heads(pages, []) == {0, 4, 8}
    assert running_heads(pages[:8], []) == set()  # twice is no habit


def test_printed_pages_are_counted_from_the_numbers_that_were_read() -> None:
    assert printed_pages(4, {1: "9", 2: "01"}) == ["8", "9", "10", "11"]  # 01 is 10 read backwards
    assert printed_pages(3, {1: "01", 2: "11"}) == ["9", "10", "11"]
    assert printed_pages(3, {0: "12"}) == ["12", "13", "14"]
    assert printed_pages(3, {}) == [None, None, None]
    assert printed_pages(3, {0: "5", 2: "40"}) == ["5", None, "40"]  # where they disagree, nothing is guessed
