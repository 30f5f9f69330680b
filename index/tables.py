"""Tables as rows that can be found and quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.clean import Mapped, gather, tidy
from index.layout import Line

_RULE = re.compile(r"[|\s:\-–—]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells as printed, and a reading of it that names the columns."""

    cells: Mapped  # cells and the bars between them
    reading: str


def is_row(line: Line) -> bool:
    """Whether the line is a row of a Markdown table."""
    return line.text.startswith("|") or (line.text.startswith("- |") and line.text.endswith("|"))


def _cells(source: str, line: Line) -> list[Mapped]:
    """The cells between the bars of a line; empty ones are empty."""
    bars = [line.start - 1] + [k for k in range(line.start, line.end) if source[k] == "|"]
    if bars[-1] < line.end - 1:
        bars.append(line.end)
    first = 1 if source[line.start] in "|-" else 0
    return [
        tidy(gather(source, [(a + 1, b)]))
        for a, b in zip(bars[first:], bars[first + 1 :], strict=False)
    ]


def rows(source: str, lines: Sequence[Line], caption: str) -> list[Row]:
    """The rows of one table, header included; rules and empty rows are left out.

    The first row names the columns.  A cell under a nameless column belongs to the column before
    it, and an empty first cell repeats the one above: that is how merged cells come out of a PDF.
    """
    table = [_cells(source, line) for line in lines if not _RULE.fullmatch(line.text)]
    table = [cells for cells in table if any(len(cell) for cell in cells)]
    if not table:
        return []
    names = [cell.text for cell in table[0]]
    result = [Row(_join(source, table[0]), f"{caption}：{'、'.join(n for n in names if n)}")]
    group = ""
    for cells in table[1:]:
        group = cells[0].text or group
        parts: list[str] = []
        for at, cell in enumerate(cells):
            text = cell.text or (group if at == 0 else "")
            name = names[at] if at < len(names) else ""
            if text and name:
                parts.append(f"{name}：{text}")
            elif text and parts:
                parts[-1] += f"，{text}"
            elif text:
                parts.append(text)
        result.append(Row(_join(source, cells), f"{caption}：{'；'.join(parts)}"))
    return result


def _join(source: str, cells: Sequence[Mapped]) -> Mapped:
    """Non-empty cells in a row with the bars between them, spaces set evenly."""
    filled = [cell for cell in cells if len(cell)]
    text, origin = filled[0].text, [filled[0].origin]
    for before, cell in zip(filled, filled[1:], strict=False):
        bar = source.index("|", int(before.origin[-1]) + 1)
        text += f"|{cell.text}"
        origin += [np.array([bar], dtype=np.int64), cell.origin]
    return Mapped(text, np.concatenate(origin))
