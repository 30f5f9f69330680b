"""Figures of all systems → a table with ratios, in either language."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from index.records import Language

OURS = "wenzheng"
"""The system that the others are compared with; a name that begins so is a setting of it."""

Figures = Mapping[str, float]
"""By name of the measure, for one system; see `eval.peers.task` for units."""


_ROWS: Sequence[tuple[str, str, str]] = (  # measure, in English, in Chinese
    ("rate index s", "indexing, passages a second", "建库（段/秒）"),
    ("rate index processor s", "indexing, passages a processor second", "建库（段/处理器秒）"),
    ("rate store s", "the same without the encoder, a second", "同上，不计编码（段/秒）"),
    ("rate store processor s", "the same without the encoder, a processor second", "同上，不计编码（段/处理器秒）"),
    ("median zh", "search zh, median, ms", "中文检索中位数（毫秒）"),
    ("p95 zh", "search zh, 95th percentile, ms", "中文检索第 95 百分位（毫秒）"),
    ("processor zh", "search zh, processor, ms", "中文检索占用处理器（毫秒）"),
    ("median en", "search en, median, ms", "英文检索中位数（毫秒）"),
    ("p95 en", "search en, 95th percentile, ms", "英文检索第 95 百分位（毫秒）"),
    ("processor en", "search en, processor, ms", "英文检索占用处理器（毫秒）"),
    ("cold zh", "cold start to the first hits, zh, s", "冷启动到首个结果，中文（秒）"),
    ("cold processor zh", "the same, processor, s", "同上，占用处理器（秒）"),
    ("cold en", "cold start to the first hits, en, s", "冷启动到首个结果，英文（秒）"),
    ("cold processor en", "the same, processor, s", "同上，占用处理器（秒）"),
    ("peak indexing", "peak memory, indexing, MB", "建库内存峰值（MB）"),
    ("peak searching", "peak memory, searching, MB", "检索内存峰值（MB）"),
    ("within 5,000 zh", "evidence within 5,000 characters, zh", "证据落在前 5,000 字内，中文"),
    ("within 5,000 en", "evidence within 5,000 characters, en", "证据落在前 5,000 字内，英文"),
    ("recall@10 zh", "evidence recall@10, zh", "证据召回率@10，中文"),
    ("recall@10 en", "evidence recall@10, en", "证据召回率@10，英文"),
)
_HEADS = {"en": ("", "ours against the best other"), "zh": ("", "本项目与其余最佳者之比")}


def joined(rounds: Sequence[Figures]) -> dict[str, float]:
    """The median of each measure over rounds; memory, the most."""
    names = dict.fromkeys(name for figures in rounds for name in figures)
    found = {name: [figures[name] for figures in rounds if name in figures] for name in names}
    return {name: max(values) if name.startswith("peak") else statistics.median(values) for name, values in found.items()}


def rated(figures: Figures, passages: int) -> dict[str, float]:
    """The figures with passages a second for seconds of indexing."""
    seconds = ("index s", "index processor s", "store s", "store processor s")
    return {**figures, **{f"rate {name}": passages / figures[name] for name in seconds if figures.get(name)}}


def compared(measure: str, found: Mapping[str, Figures]) -> float | None:
    """How many times as good ours is as the best other; for shares of evidence, how much higher.

    None where ours or all others lack the measure.
    """
    others = [figures[measure] for name, figures in found.items() if not name.startswith(OURS) and measure in figures]
    own = found.get(OURS, {}).get(measure)
    if own is None or not others:
        return None
    if _is_share(measure):
        return own - max(others)
    return own / max(others) if measure.startswith("rate") else min(others) / own


def markdown(found: Mapping[str, Figures], spoken: Language = "en") -> str:
    """A table of Markdown, a row a measure and a column a system."""
    names = list(found)
    first, last = _HEADS[spoken]
    lines = [f"| {first} | " + " | ".join(names) + f" | {last} |", "|---|" + "---|" * (len(names) + 1)]
    for measure, english, chinese in _ROWS:
        ratio = compared(measure, found)
        cells = [_figure(measure, figures.get(measure)) for figures in found.values()]
        shown = "–" if ratio is None else f"{ratio:+.3f}" if _is_share(measure) else f"{ratio:.2f} ×"
        lines.append(f"| {english if spoken == 'en' else chinese} | {' | '.join(cells)} | {shown} |")
    return "\n".join(lines)


def _is_share(measure: str) -> bool:
    return measure.startswith(("within", "recall"))


def _figure(measure: str, value: float | None) -> str:
    if value is None:
        return "–"
    if _is_share(measure):
        return f"{value:.3f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
