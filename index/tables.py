"""Tables as rows that can be found and quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.clean import Mapped, gather, tidy
from index.layout import Line
from index.records import Kind, Language, Sentence

CAPTION = re.compile(r"[图表]\s*\d{1,2}(?![\d年月])\s*\S|资料来源\s*[：:]|(?:Figure|Table)\s+\d+[.:]?\s")
_RULE = re.compile(r"[|\s:\-–—]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells as printed, and a reading of it that names the columns."""

    cells: Mapped  # cells and the bars between them
    reading: str


def is_row(line: Line) -> bool:
    """Whether the line is a row of a Markdown table."""
    return line.text.startswith("|") or (line.text.startswith("- |") and line.text.endswith("|"))


def is_rule(line: Line) -> bool:
    """Whether the line only draws a table: a rule, or a row without words."""
    return bool(_RULE.fullmatch(line.text))


def _cells(source: str, line: Line) -> list[Mapped]:
    """The cells between the bars of a line; empty ones are empty."""
    bars = [line.start - 1] + [k for k in range(line.start, line.end) if source[k] == "|"]
    if bars[-1] < line.end - 1:
        bars.append(line.end)
    first = 1 if source[line.start] in "|-" else 0
    return [tidy(gather(source, [(a + 1, b)])) for a, b in zip(bars[first:], bars[first + 1 :], strict=False)]


def rows(source: str, lines: Sequence[Line], caption: str) -> list[Row]:
    """The rows of one table, header included; rules and empty rows are left out.

    The first row names the columns.  A cell under a nameless column belongs to the column before
    it, and an empty first cell repeats the one above: that is how merged cells come out of a PDF.
    """
    lines = [line for line in lines if not is_rule(line)]
    if not lines:
        return []
    names = [cell.text for cell in _cells(source, lines[0])]
    result = [Row(_row(source, lines[0]), f"{caption}：{'、'.join(n for n in names if n)}")]
    group = ""
    for line in lines[1:]:
        cells = [cell.text for cell in _cells(source, line)]
        group = cells[0] = cells[0] or group
        result.append(Row(_row(source, line), reading(caption, names, cells, "zh")))
    return result


def split(row: str) -> list[str]:
    """The cells of a row's clean text."""
    return row.strip("|").split("|")


def is_head(sentence: Sentence) -> bool:
    """Whether a sentence is the row that names a table's columns."""
    if sentence.kind is not Kind.TABLE:
        return False
    return sentence.context.endswith("：" + "、".join(cell for cell in split(sentence.text) if cell))


def reading(caption: str, names: Sequence[str], cells: Sequence[str], language: Language) -> str:
    """A row read out with the names of its columns; a cell under a nameless column joins the one before."""
    colon, comma, semicolon = ("：", "，", "；") if language == "zh" else (": ", ", ", "; ")
    parts: list[str] = []
    for at, cell in enumerate(cells):
        name = names[at] if at < len(names) else ""
        if cell and name:
            parts.append(f"{name}{colon}{cell}")
        elif cell and parts:
            parts[-1] += f"{comma}{cell}"
        elif cell:
            parts.append(cell)
    return f"{caption}{colon}{semicolon.join(parts)}"


def _row(source: str, line: Line) -> Mapped:
    """The whole row as printed, without the white space that fills its columns."""
    start = line.start + (2 if source.startswith("- |", line.start) else 0)
    row = gather(source, [(start, line.end)])
    mask = np.array([not _beside_bar(row.text, at) for at in range(len(row))], dtype=bool)
    return tidy(row.keep(mask))


def _beside_bar(text: str, at: int) -> bool:
    """Whether the character is white space next to a bar."""
    if not text[at].isspace():
        return False
    return text[:at].rstrip()[-1:] == "|" or text[at:].lstrip()[:1] == "|"
