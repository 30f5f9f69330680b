"""The curves as one SVG: a small plot for each measure, both axes by powers of ten."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_PLOTS = (
    ("索引", "indexing, s", (("index", "s", "wall"), ("index", "processor s", "processor"))),
    ("增删一篇", "adding, removing one document, s", (("add", "s", "add"), ("remove", "s", "remove"))),
    ("打开与首次检索", "opening, first search, s", (("open", "open s", "open"), ("open", "first search s", "first"))),
    ("检索", "searching, ms", (("search", "median ms", "median"), ("search", "95th percentile ms", "95 %"))),
    ("回答", "asking, ms", (("ask", "median ms", "median"), ("ask", "95th percentile ms", "95 %"))),
    ("内存峰值", "peak memory, MB", (("index", "peak MB", "index"), ("add", "peak MB", "add"), ("search", "peak MB", "search"))),
    ("磁盘", "disk, MB", (("index", "disk MB", "all"), ("index", "of that indexes MB", "indexes"))),
)
_COLOURS = ("#9c2b22", "#1f4f82", "#4f7a28")
_WIDTH, _HEIGHT, _LEFT, _TOP = 400, 250, 56, 40
_INNER = (_WIDTH - _LEFT - 96, _HEIGHT - _TOP - 36)

Point = tuple[float, float]


def svg(figures: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """All measures of a run, given by size and step; two plots a row."""
    title = "文证：费用随段落数 / Wenzheng: what passages cost"
    drawn = []
    for number, (chinese, english, lines) in enumerate(_PLOTS):
        curves = [
            (
                label,
                [
                    (float(found["index"]["passages"]), float(found[step][name]))
                    for _, found in sorted(figures.items(), key=_size)
                ],
            )
            for step, name, label in lines
        ]
        x, y = number % 2 * _WIDTH, number // 2 * _HEIGHT
        drawn.append(f"<g transform='translate({x},{y})'>{_plot(f'{chinese} {english}', curves)}</g>")
    height = math.ceil(len(_PLOTS) / 2) * _HEIGHT
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {2 * _WIDTH} {height}' role='img' aria-label='{escape(title)}' "
        f"font-family='system-ui,sans-serif' font-size='11'><title>{escape(title)}</title>"
        f"<rect width='100%' height='100%' fill='#fdfcf9'/>{''.join(drawn)}</svg>\n"
    )


def _size(item: tuple[str, Any]) -> int:
    return int(item[0])


def _plot(title: str, curves: Sequence[tuple[str, Sequence[Point]]]) -> str:
    points = [point for _, curve in curves for point in curve if point[1] > 0]
    if not points:
        return ""
    across, up = _axis([x for x, _ in points]), _axis([y for _, y in points])
    parts = [f"<text x='{_LEFT}' y='22' font-size='14'>{escape(title)}</text>"]
    for power in range(across[0], across[1] + 1):
        x = _LEFT + _along(10.0**power, across) * _INNER[0]
        parts.append(f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{_TOP}' y2='{_TOP + _INNER[1]}' stroke='#ddd'/>")
        parts.append(f"<text x='{x:.1f}' y='{_HEIGHT - 18}' text-anchor='middle' fill='#555'>{_short(power)}</text>")
    for power in range(up[0], up[1] + 1):
        y = _TOP + (1 - _along(10.0**power, up)) * _INNER[1]
        parts.append(f"<line x1='{_LEFT}' x2='{_LEFT + _INNER[0]}' y1='{y:.1f}' y2='{y:.1f}' stroke='#ddd'/>")
        parts.append(f"<text x='{_LEFT - 6}' y='{y + 4:.1f}' text-anchor='end' fill='#555'>{_short(power)}</text>")
    lowest = math.inf
    ends = sorted(((*_place(curve[-1], across, up), at) for at, (_, curve) in enumerate(curves)), key=lambda end: -end[1])
    for x, y, at in ends:  # from the lowest upward, so that no label stands on another
        label, curve = curves[at]
        places = [_place(point, across, up) for point in curve]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        parts.append(f"<polyline points='{path}' fill='none' stroke='{_COLOURS[at]}' stroke-width='2'/>")
        parts += [f"<circle cx='{a:.1f}' cy='{b:.1f}' r='3' fill='{_COLOURS[at]}'/>" for a, b in places]
        lowest = min(y + 4, lowest - 12)
        parts.append(f"<text x='{x + 7:.1f}' y='{lowest:.1f}' fill='{_COLOURS[at]}'>{escape(label)} {curve[-1][1]:,g}</text>")
    return "".join(parts)


def _axis(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten that hold all values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _along(value: float, axis: tuple[int, int]) -> float:
    return (math.log10(max(value, 10.0 ** axis[0])) - axis[0]) / (axis[1] - axis[0])


def _place(point: Point, across: tuple[int, int], up: tuple[int, int]) -> Point:
    return _LEFT + _along(point[0], across) * _INNER[0], _TOP + (1 - _along(point[1], up)) * _INNER[1]


def _short(power: int) -> str:
    return f"{10 ** (power % 3)}{('', 'k', 'M', 'G')[power // 3]}" if power >= 0 else f"{10.0**power:g}"
