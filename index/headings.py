"""Which lines are headings, and of which level: by their number, by Markdown, or by standing alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from index.layout import Layout, Line
from index.script import ends_sentence, language

MARKDOWN = re.compile(r"(#{1,6})\s+(?=\S)")
LONGEST_HEADING = 46  # em

_NUMERAL = "一二三四五六七八九十"
_CHINESE = re.compile(rf"[{_NUMERAL}]{{1,3}}(?:、|\s)|[（(][{_NUMERAL}]{{1,3}}[）)]")
_HEADINGS = (
    (1, re.compile(rf"[{_NUMERAL}]{{1,3}}(?:、|\s)\s*\S")),
    (1, re.compile(r"(?:结\s*语|结\s*论|引\s*言|导\s*论|余\s*论|Conclusion|Introduction|References|参考文献)")),
    (2, re.compile(rf"[（(][{_NUMERAL}]{{1,3}}[）)]")),
    (3, re.compile(r"\d{1,2}(?:[.．、]\s*|\s+)(?=[^\d\s.])")),
)
_NUMBERED_TWICE = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+\S")
_DIGIT = 3  # level of a heading numbered 1, 2 … below those in Chinese numerals
_WIDEST_ALONE = 30  # em, of a heading known by nothing but that it stands alone
_UNNUMBERED = 2  # level of such a heading
_GOES_ON = ("，", "、", "；", "：", ",", ";", ":")


def heading(line: Line, lay: Layout, *, complete: bool) -> int:
    """Level of a heading, 0 if the line is none; `complete` says whether the text before it is."""
    if markup := MARKDOWN.match(line.text):
        return len(markup.group(1))
    if not complete or line.width > LONGEST_HEADING or ends_sentence(line.text.rstrip("？?")):
        return 0
    for level, pattern in _HEADINGS:
        if pattern.match(line.text):
            if level == 1 and pattern.pattern.startswith("(?:") and not pattern.fullmatch(line.text):
                continue
            short = line.width < 0.75 * lay.full if lay.wrapped else True
            return level if short and not line.text.endswith(tuple(set(_GOES_ON) - {"：", ":"})) else 0
    return 0


def heading_alone(lay: Layout, at: int, *, complete: bool) -> int:
    """Level of a heading known by nothing but that it stands alone between blank lines, 0 if it is none."""
    line = lay.lines[at]
    opens = line.text[:1].isupper() or language(line.text[:1]) == "zh" or bool(_NUMBERED_TWICE.match(line.text))
    alone = bool(line.blanks) and opens and line.width <= _WIDEST_ALONE and stands_out(lay, at)
    return _UNNUMBERED if complete and alone else 0


def highest(levels: Mapping[int, int], lay: Layout) -> dict[int, int]:
    """The levels of headings by line; where nothing is numbered in Chinese numerals, 1, 2 … are the highest."""
    if any(_CHINESE.match(lay.lines[at].text) for at in levels):
        return dict(levels)
    digits = [at for at, level in levels.items() if level == _DIGIT and not MARKDOWN.match(lay.lines[at].text)]
    return dict(levels) | dict.fromkeys(digits, 1)


def stands_out(lay: Layout, at: int) -> bool:
    """Whether a line is short, ends no sentence, and is not the first of a paragraph that goes on below."""
    line = lay.lines[at]
    if line.width > LONGEST_HEADING or at + 1 == len(lay.lines) or ends_sentence(line.text) or line.text.endswith(_GOES_ON):
        return False
    return line.width < 0.75 * lay.full if lay.spaced else bool(lay.lines[at + 1].blanks)
