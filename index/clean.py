"""Text → clean text with a map back to the source.

Cleaning repairs glyphs one for one, closes up white space and line ends, and takes marks out;
it never adds a character and never corrects a word, so every clean character still knows the
one source character it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import compress, pairwise

import numpy as np
from numpy.typing import NDArray

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
CJK = HAN + "\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff65"
"""Han characters and the punctuation set only with them (a regex class body)."""
SHARED = "\u2018\u2019\u201c\u201d\u2026\u2014"
"""Quotation marks, dashes and dots that both scripts use (a regex class body)."""

_WIDE = {c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_GLYPHS = {
    # Some Chinese typesetting fonts put their punctuation on Lisu-script code points.
    **str.maketrans("ꎬꎮꎻ", "，。；"),
    **_WIDE,
    **str.maketrans("－／＿＝＋＠＃％＆", "-/_=+@#%&"),
    **dict.fromkeys(map(ord, "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2009\u202f\u3000"), " "),
}
_DISPLACED = re.compile(f"[{re.escape(''.join(map(chr, _GLYPHS)))}]")
_ANGLES = re.compile(f"«(?=.{{0,40}}[{HAN}])|(?<=[{HAN}])([^«]{{0,40}}?)»", re.DOTALL)


def repair(text: str) -> str:
    """Replaces glyphs that fonts or encodings have displaced, one for one.

    Guillemets become title marks only beside Chinese text, where nothing else uses them.
    """
    text = _DISPLACED.sub(_glyph, text)
    if "«" not in text and "»" not in text:
        return text
    return _ANGLES.sub(lambda m: "《" if m.group() == "«" else f"{m.group(1)}》", text)


def _glyph(match: re.Match[str]) -> str:
    return match.group().translate(_GLYPHS)


_COMMON = tuple((mark, unicodedata.normalize("NFKC", mark)) for mark in "，：；（）？！…")


def nfkc(text: str) -> str:
    """The compatibility form of Unicode, NFKC.

    Taking a mark for its decomposition first changes nothing of the outcome, and leaves nothing to be
    done in most of Chinese text.
    """
    if not text.isascii():
        for mark, form in _COMMON:
            text = text.replace(mark, form)
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """The form in which quotations are compared: NFKC, glyphs repaired, no white space."""
    return "".join(nfkc(repair(text)).split())


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """Clean text; `origin[i]` is the source offset of character i (int64, strictly rising)."""

    text: str
    origin: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.text)

    def part(self, start: int, end: int) -> Mapped:
        """The characters from `start` up to `end`."""
        return Mapped(self.text[start:end], self.origin[start:end])

    def keep(self, mask: NDArray[np.bool_]) -> Mapped:
        """Only the characters where `mask` is true."""
        if mask.all():
            return self
        # Not as an array of characters: numpy takes NUL for the end of a string.
        return Mapped("".join(compress(self.text, mask.tolist())), self.origin[mask])

    def span(self) -> tuple[int, int]:
        """Half-open span of the source from the first character to the last."""
        return int(self.origin[0]), int(self.origin[-1]) + 1


def gather(source: str, spans: Iterable[tuple[int, int]]) -> Mapped:
    """The spans of the source as one text, a line feed between any two of them.

    The line feed stands for the one that follows the earlier span in the source.
    """
    texts: list[str] = []
    origins: list[NDArray[np.int64]] = []
    last = -1
    for start, end in spans:
        if start == end:
            continue
        if last >= 0:
            texts.append("\n")
            origins.append(np.array([last], dtype=np.int64))
        texts.append(repair(source[start:end]))
        origins.append(np.arange(start, end, dtype=np.int64))
        last = end
    if not texts:
        return Mapped("", np.empty(0, dtype=np.int64))
    return Mapped("".join(texts), np.concatenate(origins))


_URL_END = re.compile(r"(?:https?:/*|www\.)[^\s，。；）》”>]*\Z")
_BEFORE = re.compile(f"[{CJK}][{SHARED}]*\\Z")  # Chinese text up to here, and from here on
_AFTER = re.compile(f"[{SHARED}]*[{CJK}]")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d,])")


_SPACED_OUT = re.compile(rf"(?<![^\s〔【（(《□■|])[{HAN}](?:\s+[{HAN}])+(?![^\s〕】）)（(》|])")


def close_names(mapped: Mapped) -> Mapped:
    """Closes characters set apart (潘 玥, 关 键 词) and leaves one space between names and entries.

    An even number of lone characters is taken as names of two.
    """
    text = mapped.text
    drop = np.zeros(len(text), dtype=bool)
    for match in re.finditer(r"\s+", text):
        drop[match.start() + 1 : match.end()] = True
        drop[match.start()] = match.start() == 0 or match.end() == len(text)
    for match in _SPACED_OUT.finditer(text):
        places = [k for k in range(*match.span()) if not text[k].isspace()]
        for number, (a, b) in enumerate(pairwise(places)):
            if len(places) % 2 or number % 2 == 0:
                drop[a + 1 : b] = True
    return Mapped(re.sub(r"\s", " ", text), mapped.origin).keep(~drop)


def tidy(mapped: Mapped, *, words: Callable[[str], bool] = lambda word: False) -> Mapped:
    """Closes up white space; what stays is one space between two words in Latin script.

    White space next to Chinese text goes, since setting puts it there at random; line ends inside
    a web address go; a hyphen at a line end goes when `words` knows the closed-up word.
    A space that parts thousands goes, so that 1 989.9 is one number.
    """
    text = mapped.text
    drop = np.zeros(len(text), dtype=bool)
    spaces: list[int] = []  # kept white space, to be written as a plain space
    for match in re.finditer(r"\s+", text):
        start, end = match.span()
        if (
            start == 0
            or end == len(text)
            or _BEFORE.search(text, max(0, start - 4), start)
            or _AFTER.match(text, end)
            or ("\n" in match.group() and _URL_END.search(text, max(0, start - 300), start))
        ):
            drop[start:end] = True
        elif "\n" in match.group() and text[start - 1] == "-" and text[end].islower():
            drop[start:end] = True
            before = re.search(r"[^\W\d_]+\Z", text[max(0, start - 40) : start - 1])
            after = re.match(r"[^\W\d_]+", text[end : end + 40])
            if before and after and words((before.group() + after.group()).casefold()):
                drop[start - 1] = True
        else:
            drop[start + 1 : end] = True
            spaces.append(start)
    if spaces:
        chars = list(text)
        for at in spaces:
            chars[at] = " "
        text = "".join(chars)
    kept = Mapped(text, mapped.origin).keep(~drop)
    thousands = np.zeros(len(kept.text), dtype=bool)
    for match in _THOUSANDS.finditer(kept.text):
        for at in range(*match.span()):
            thousands[at] = kept.text[at] == " "
    return kept.keep(~thousands)
