"""The fidelity report: every character has its account, and what is lost is named by its line."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from index.fidelity import LeftOver, measure, text
from index.records import Document, Kind, Piece

Taken = Callable[..., Document]

SAMPLE = "一、背景\n\n" + "甲" * 70 + "^[1]\n\n[1] 注文。\n\n乙乙。丙。^[2]\n\n表1 某表\n\n| 国 | 数 |\n|---|---|\n| 乙 | 2 |\n"


def test_characters_are_counted_by_what_they_are(taken: Taken) -> None:
    report = measure(taken(SAMPLE))
    groups = ["body", "footnotes", "tables", "furniture", "other", "white space", "left over"]
    assert {name: report.group(name) for name in groups} == {
        "body": 75,  # 70, 乙乙。 and 丙。
        "footnotes": 14,  # two marks of four characters, [1] and three of the note
        "tables": 14,  # 表1某表 and two rows of five
        "furniture": 9,
        "other": 4,
        "white space": len(SAMPLE) - 75 - 14 - 14 - 9 - 4,
        "left over": 0,
    }
    assert report.total == len(SAMPLE)


def test_joined_sentences_footnotes_and_exceptions_are_counted(taken: Taken) -> None:
    report = measure(taken(SAMPLE))
    assert (report.sentences, report.joined, report.footnotes, report.borne) == (6, 1, 1, 1)
    assert report.exceptions == ("mark without note: 2 in “丙。”",)


def test_a_sentence_is_joined_only_by_a_break_inside_it(taken: Taken) -> None:
    document = taken("第一句。第二句。")
    edges = [measure(replace(document, joins=(at,))).joined for at in (0, 2, 4, 6, 8)]
    assert edges == [0, 1, 0, 1, 0]


def test_text_that_stands_in_no_sentence_is_left_over_with_its_line(taken: Taken) -> None:
    document = taken("第一句。\n\n第二句。\n\n第三句。\n")
    robbed = replace(document, sentences=tuple(s for s in document.sentences if s.text != "第二句。"))
    report = measure(robbed)
    assert report.left_over == (LeftOver(3, "第二句。"),)
    assert (report.group("body"), report.group("left over"), report.total) == (8, 4, len(document.source.text))


def test_text_that_nothing_claimed_is_left_over(taken: Taken) -> None:
    document = taken("第一句。")
    unclaimed = replace(document, sentences=(), pieces=(Piece(0, 4, Kind.LEFT_OVER),))
    assert measure(unclaimed).left_over == (LeftOver(1, "第一句。"),)
    assert measure(unclaimed).characters == {Kind.LEFT_OVER: 4}


def test_the_report_lines_up_and_lists_what_went_wrong(taken: Taken) -> None:
    document = taken(SAMPLE)
    long = replace(document, source=replace(document.source, name="一个中文的文件名.txt"), sentences=document.sentences[:-1])
    shown = text([measure(document), measure(long)])
    lines = shown.splitlines()
    head, first, second = lines[:3]
    assert head.split() == [
        "characters",
        "body",
        "footnotes",
        "tables",
        "furniture",
        "other",
        "white",
        "space",
        *"left over in all".split(),
    ]
    assert first.split()[1:6] == ["75", "14", "14", "9", "4"]
    # A Chinese character takes two columns: the second name is eight of them and .txt.
    assert len(head) == len(first) == len(second) + 8
    assert "  exception: mark without note: 2 in “丙。”" in lines
    assert "  left over: line 13: | 乙 | 2 |" in lines
    assert "  other: heading 4" in lines


def test_the_report_shows_no_control_characters_and_no_long_stretches(taken: Taken) -> None:
    document = replace(taken("\x1b[31m" + "长" * 500), sentences=())
    (line,) = [line for line in text([measure(document)]).splitlines() if "left over: line" in line]
    assert "\x1b" not in line
    assert len(line) < 100
    assert line.endswith("…")


def test_a_report_on_nothing_is_only_its_headings() -> None:
    assert len(text([]).splitlines()) == 3


@pytest.mark.parametrize(
    ("name", "characters", "joined", "footnotes"),
    [
        ("000", 31_097, 16, 60),
        ("001", 196_302, 120, 466),
        ("002", 6_925, 2, 0),
        ("003", 19_737, 12, 14),
        ("004", 33_160, 16, 90),
    ],
)
def test_of_the_seeds_nothing_is_lost(
    name: str, characters: int, joined: int, footnotes: int, seeds: Mapping[str, Document]
) -> None:
    report = measure(seeds[name])
    assert report.left_over == ()
    assert report.total == characters
    assert report.joined == joined
    assert (report.footnotes, report.borne) == (footnotes, footnotes)
    assert report.group("furniture") < 250  # furniture is what is thrown away: little
