"""Which of a question's terms stand in a text, found without cutting more of the text than can hold one.

The answer is that of `Terms.words`, term by term: a segmenter cuts each run of Chinese characters by itself, so that
a run which holds no term as characters holds none as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.clean import HAN
from index.terms import Terms

_CHINESE = re.compile(rf"[{HAN}]+")
_GAP = "\x1e"  # no term and nothing that folding looks at


class Sought:
    """The terms that a question looks for; what was cut for one text is not cut again for another."""

    def __init__(self, terms: Terms, wanted: Iterable[str]) -> None:
        self._terms = terms
        self._wanted = frozenset(wanted)
        self._chinese = [term for term in self._wanted if _CHINESE.search(term)]
        self._cut: dict[str, frozenset[str]] = {}  # by run of Chinese characters its words
        self._seen: set[str] = set()  # words and numbers in other scripts
        self._standing: dict[str, str] = {}  # those of them that stand for a wanted term

    def among(self, folded: str) -> set[str]:
        """The wanted terms in a text that is folded already."""
        found: set[str] = set()
        possible = [term for term in self._chinese if term in folded]
        if possible:
            for run in _CHINESE.findall(folded):
                if any(term in run for term in possible):
                    found |= self._wanted & self._words_of(run)
        others = set(self._terms.others(folded))
        if new := others - self._seen:
            self._seen |= new
            self._standing |= {
                piece: term for piece in new if (told := self._terms.other(piece)) and (term := told[1]) in self._wanted
            }
        found.update(self._standing[piece] for piece in others & self._standing.keys())
        return found

    def words(self, folded: str) -> set[str]:
        """All words of a text that is folded already."""
        found = {told[0] for piece in set(self._terms.others(folded)) if (told := self._terms.other(piece))}
        return found.union(*map(self._words_of, _CHINESE.findall(folded)))

    def _words_of(self, run: str) -> frozenset[str]:
        found = self._cut.get(run)
        if found is None:
            found = self._cut[run] = frozenset(self._terms.cut(run))
        return found


def folded(terms: Terms, texts: Sequence[str]) -> dict[str, str]:
    """By text what `Terms.fold` makes of it; all are folded at once, which costs less than one by one."""
    distinct = list(dict.fromkeys(texts))
    found = terms.fold(_GAP.join(distinct)).split(_GAP)
    if len(found) != len(distinct) or any("«" in text or "»" in text for text in distinct):  # these look beyond a text's end
        found = [terms.fold(text) for text in distinct]
    return dict(zip(distinct, found, strict=True))
