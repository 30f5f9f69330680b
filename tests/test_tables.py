"""Tables: rows that can be quoted as printed and read with the names of their columns."""

from collections.abc import Callable, Mapping

import pytest

from index.layout import layout
from index.records import Document, Kind
from index.tables import is_row, is_rule, rows

Taken = Callable[..., Document]

TABLE = """| 项目 | | 传统 | 新兴 |
|---|---|---|---|
| 结构 | 民主 传统 | 稳定 | 不稳定 |
| | 时间 | 冷战时期 | 冷战结束后 |
| | | | |
"""


@pytest.mark.parametrize(("line", "row"), [("| a | b |", True), ("- | a | b |", True), ("- 列表", False), ("甲 | 乙", False)])
def test_a_row_opens_with_a_bar(line: str, row: bool) -> None:
    assert is_row(layout(line).lines[0]) is row


def test_rules_and_empty_rows_only_draw_the_table() -> None:
    assert [is_rule(line) for line in layout(TABLE).lines] == [False, True, False, False, True]


def test_rows_are_quoted_as_printed_without_the_filling() -> None:
    found = rows(TABLE, layout(TABLE).lines, "表1")
    assert [row.cells.text for row in found] == [
        "|项目||传统|新兴|",
        "|结构|民主传统|稳定|不稳定|",
        "||时间|冷战时期|冷战结束后|",
    ]
    for row in found:
        assert all(TABLE[at] == char for char, at in zip(row.cells.text, row.cells.origin.tolist(), strict=True))


def test_the_reading_names_the_columns_and_repeats_the_group() -> None:
    assert [row.reading for row in rows(TABLE, layout(TABLE).lines, "表1")] == [
        "表1：项目、传统、新兴",
        "表1：项目：结构，民主传统；传统：稳定；新兴：不稳定",
        "表1：项目：结构，时间；传统：冷战时期；新兴：冷战结束后",
    ]


def test_a_row_with_more_or_fewer_cells_than_the_header_is_still_read() -> None:
    text = "| 甲 | 乙 |\n| 1 | 2 | 3 |\n| 4\n"
    assert [row.reading for row in rows(text, layout(text).lines, "表")] == ["表：甲、乙", "表：甲：1；乙：2，3", "表：甲：4"]
    assert rows("|---|", layout("|---|").lines, "") == []


def test_the_rows_of_a_text_stand_after_what_goes_before_them(taken: Taken) -> None:
    document = taken("正文" * 50 + "。\n\n表1 对比\n\n" + TABLE + "\n后文" * 5 + "。\n")
    kinds = [s.kind for s in document.sentences]
    assert kinds == [Kind.BODY, Kind.CAPTION, Kind.TABLE, Kind.TABLE, Kind.TABLE, Kind.BODY]
    assert document.sentences[3].context.startswith("表1对比：项目：结构")
    drawn = "".join(document.source.text[p.start : p.end] for p in document.pieces if p.kind is Kind.FURNITURE)
    assert "|---|---|---|---|" in drawn


def test_the_two_tables_of_004_are_whole(seeds: Mapping[str, Document]) -> None:
    found = [s for s in seeds["004"].sentences if s.kind is Kind.TABLE]
    assert len(found) == 19
    assert sum(s.context.startswith("表1") for s in found) == 11
    readings = [s.context for s in found]
    assert any("国家：哈萨克斯坦；" in r and "人口规模(万)：1989.9" in r and "军费开支(亿美元)：10" in r for r in readings)
    assert any("行为差异，区域定位；传统中等强国：相对低；新兴中等强国：适度高" in r for r in readings)
    assert not any(set(s.text) <= set("|-: ") for s in found)
