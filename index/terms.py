"""Text → the terms of full-text search, script by script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

from index.clean import HAN, nfkc, repair

_MOST = 50_000  # words whose terms are kept while texts are gone through
_OTHER = r"[a-z\u00c0-\u024f\u0400-\u04ff\uac00-\ud7af]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*"  # a word or a number
_OTHERS = re.compile(_OTHER)
_RUN = re.compile(rf"([{HAN}]+)|({_OTHER})")
_POSSESSIVE = re.compile(r"['’]s?\Z")
_HANS = re.compile(rf"[{HAN}][{HAN}]*")
_PAIRS = re.compile(rf"[{HAN}]{{2,}}")
_BETWEEN = "\n"  # parts runs of Chinese characters that are cut together; the segmenter gives it back as a word
# Words that carry no content in a question or a sentence.
_STOP_ZH = frozenset(
    "的 了 和 与 及 或 在 是 为 对 于 以 从 由 将 把 被 也 都 就 而 但 并 还 又 这 那 其 此 该 些 之 等 着 过 地 得 所 "
    "什么 哪些 哪个 哪 谁 何 如何 怎样 怎么 为什么 为何 多少 几 吗 呢 有 请 请问 是否 以及 一个 这个 那个 我 你 他 它 们 它们 他们 "
    "文章 作者 本文 认为 指出 主要 分别 具体 一下 介绍 简述 说明 概括 谈谈 列举 什么样 有何 有哪些".split()
) | {_BETWEEN}
_STOP_EN = frozenset(
    "a an the of and or to in on at for by with from as is are was were be been being it its this that these those "
    "which who whom whose what when where why how do does did has have had can could may might will would shall should "
    "not no than then there their they them he his she her we our you your i my me about into over under between "
    "such also according article author authors paper please explain describe list".split()
)


@lru_cache(maxsize=4)
def _segmenter(words: tuple[str, ...]) -> object:
    """Its dictionary takes a third of a second to read, so all who teach it the same words share one."""
    import rjieba

    segmenter = rjieba.Jieba()
    for word in words:
        # The frequency makes the word win against its parts, which search mode still gives.
        segmenter.add_word(word, 2000, "nz")
    return segmenter


class Cut(NamedTuple):
    """A text as terms, script by script, stop words left out, each list in the order of the text."""

    chinese: list[str]  # words, each its own term
    others: list[tuple[str, str]]  # words in other scripts and numbers, folded, each with its term
    runs: list[str]  # Chinese characters that stand together, folded

    def terms(self) -> list[str]:
        """All of them, the Chinese ones first."""
        return [*self.chinese, *(term for _, term in self.others)]


class Terms:
    """Segments Chinese in search mode, stems English, folds width, case and traditional characters.

    `words` are added to the segmenter's dictionary.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = tuple(words)

    def taught(self, words: Iterable[str]) -> Terms:
        """These, where they know the same words, else new ones.

        What is cut is kept by who cut it: a new one for each state of a library would have all of it kept again.
        """
        other = Terms(words)
        return self if other._words == self._words else other

    @cached_property
    def _segmenter(self) -> object:
        return _segmenter(self._words)

    @cached_property
    def _simplify(self) -> object:
        import opencc

        return opencc.OpenCC("t2s")

    @cached_property
    def _stemmer(self) -> object:
        import Stemmer

        return Stemmer.Stemmer("english")

    def fold(self, text: str) -> str:
        """Width, case and traditional characters folded; for search only, never for a quotation."""
        folded = nfkc(repair(text)).casefold()
        return self._simplify.convert(folded)  # type: ignore[attr-defined,no-any-return]

    def terms(self, text: str) -> list[str]:
        """All terms in order, stop words left out."""
        return [term for _, term in self.words(text)]

    def words(self, text: str) -> list[tuple[str, str]]:
        """The same with the word, folded, that each term stands for: a stem is no word."""
        found: list[tuple[str, str]] = []
        for chinese, other in _RUN.findall(self.fold(text)):
            if chinese:
                found += [(word, word) for word in self.cut(chinese)]
            elif told := self.other(other):
                found.append(told)
        return found

    def apart(self, text: str) -> Cut:
        """A text as terms by script: quicker than `words` where many long texts are gone through."""
        folded = self.fold(text)
        runs = _HANS.findall(folded)
        others = [told for piece in self.others(folded) if (told := self._told(piece))]
        return Cut(self.cut(_BETWEEN.join(runs)) if runs else [], others, runs)

    @cached_property
    def _told(self) -> Callable[[str], tuple[str, str] | None]:
        return lru_cache(maxsize=_MOST)(self.other)

    def cut(self, run: str) -> list[str]:
        """The words of folded Chinese characters that stand together, stop words left out."""
        return [word for word in self._segmenter.cut_for_search(run) if word not in _STOP_ZH]  # type: ignore[attr-defined]

    def others(self, folded: str) -> list[str]:
        """The words in other scripts and the numbers of a text that is folded already, each for `other`."""
        return _OTHERS.findall(folded)

    def other(self, piece: str) -> tuple[str, str] | None:
        """The word and the term of one of `others`; None for a stop word."""
        if piece[0].isdecimal():
            return piece, piece.replace(",", "")
        if piece in _STOP_EN:
            return None
        word = piece if piece.isalpha() else _POSSESSIVE.sub("", piece)
        return word, self._stemmer.stemWord(word)  # type: ignore[attr-defined]

    def grams(self, text: str) -> list[str]:
        """Pairs of neighbouring Chinese characters: they find words that the segmenter cuts otherwise."""
        return pairs(_PAIRS.findall(self.fold(text)))


def pairs(runs: Iterable[str]) -> list[str]:
    """Pairs of neighbouring characters, none across two runs."""
    return [run[k : k + 2] for run in runs for k in range(len(run) - 1)]
