"""The embedded reader: chooses, completes, orders and joins the sentences that answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from index import tables
from index.records import Kind, Language, Sentence
from index.script import language
from index.search import Searcher
from rag.evidence import asks
from rag.question import Analysis
from rag.records import Draft, Evidence

# A sentence that opens so points back to the one before it.
_POINTS_BACK = re.compile(
    r"(?:这|此|该|其(?![一二三次中他实])|它|他们|她|对此|为此|"
    r"this|these|that|those|it |its |they |their |he |she |such |for this)",
    re.IGNORECASE,
)
_ORDINALS = (
    ("第一", "第二", "第三", "第四", "第五", "第六", "第七"),
    ("首先", "其次", "再次", "最后"),
    ("一是", "二是", "三是", "四是", "五是"),
    ("其一", "其二", "其三", "其四"),
    ("一方面", "另一方面"),
)
_MARKER = re.compile(r"(?:" + "|".join(m for chain in _ORDINALS for m in chain) + r"|[（(]\d[）)]|\d[）)])")
_ASKS_FIGURES = ("number", "fact")
_ROW_COVERS = 0.6  # share of the question's terms in a table row that is worth showing beside the text
_TABLE_REACH = 60  # sentences before a row among which its table's head and caption stand
_LIST_REACH = 60  # sentences after a list's head in which its items are looked for
_MOST = {"list": 5, "why": 4, "how": 4, "compare": 4, "summary": 5, "definition": 3, "fact": 5}
_MOST_ELSE = 3
_TOLD_IN_ORDER = ("why", "how", "summary", "compare")  # kinds whose sentences make an argument; else the best comes first
_SEVERAL = ("list", "why", "how", "summary", "compare")  # kinds that want several sentences
_NEAR_BEST = 0.1  # of the best one's chance: a sentence further below adds noise (tune split)
_NEAR_BEST_TOLD = 0.05  # for the kinds that want several sentences
_SAME = 0.75  # share of terms in common above which a sentence says nothing new


@dataclass(frozen=True, slots=True)
class ExtractiveReader:
    """Answers in the documents' own sentences, in the question's language where they have it."""

    name: str = "extractive"

    def read(
        self,
        question: Analysis,
        evidence: Sequence[Evidence],
        searcher: Searcher,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[Draft]:
        """Statements, each one sentence of the documents or a row of a table; too soon done to be cancelled."""
        if not evidence:
            return []
        chosen = self._choose(question, evidence, searcher)
        if question.kind == "list" and (items := self._enumeration(chosen[0], searcher)):
            rest = [e for e in chosen if e.sentence.id not in {i.sentence.id for i in items}]
            chosen = [*items, *rest[: max(0, _MOST["list"] - len(items))]]
        elif question.kind in _TOLD_IN_ORDER:
            chosen = self._ordered(chosen)
        return [draft(question.language, e, searcher) for e in self._complete(chosen, searcher)]

    def _choose(self, question: Analysis, evidence: Sequence[Evidence], searcher: Searcher) -> list[Evidence]:
        """The best sentences that say different things."""
        best = evidence[0].score
        near = _NEAR_BEST_TOLD if question.kind in _SEVERAL else _NEAR_BEST
        chosen: list[Evidence] = []
        taken: list[set[str]] = []
        for candidate in evidence:
            if candidate.score < near * best or len(chosen) >= _MOST.get(question.kind, _MOST_ELSE):
                break
            terms = set(searcher.terms.terms(candidate.sentence.text))
            if any(len(terms & other) > _SAME * min(len(terms), len(other)) for other in taken if terms and other):
                continue
            chosen.append(candidate)
            taken.append(terms)
        return [*chosen, *self._row(question, evidence, chosen)]

    def _row(self, question: Analysis, evidence: Sequence[Evidence], chosen: Sequence[Evidence]) -> list[Evidence]:
        """The table row that names most of what is asked: figures are printed there."""
        if question.kind not in _ASKS_FIGURES or any(e.sentence.kind is Kind.TABLE for e in chosen):
            return []
        rows = [e for e in evidence if e.sentence.kind is Kind.TABLE and e.coverage >= _ROW_COVERS]
        return [max(rows, key=lambda e: e.coverage)] if rows else []

    def _enumeration(self, best: Evidence, searcher: Searcher) -> list[Evidence]:
        """The whole enumeration that the best sentence heads or belongs to, head first."""
        sentence = best.sentence
        around = searcher.library.neighbours(sentence, _LIST_REACH, _LIST_REACH)
        own = [s for s in around if s.section == sentence.section and s.kind in (Kind.BODY, Kind.ABSTRACT)]
        place = next((k for k, s in enumerate(own) if s.id == sentence.id), None)
        if place is None:
            return []
        for chain in _ORDINALS:
            starts = [k for k, s in enumerate(own) if s.text.startswith(chain)]
            if not starts:
                continue
            run = _run(own, starts, chain, place)
            if len(run) < 2:
                continue
            head = run[0] - 1
            places = ([head] if head >= 0 else []) + run
            # The head announces the list; the best sentence must be it, or one of the items.
            if place == head or place in run:
                return [replace(best, sentence=own[k], translation=None) for k in places]
        return []

    def _complete(self, chosen: Iterable[Evidence], searcher: Searcher) -> list[Evidence]:
        """Brings along the sentence that a pronoun or connective at the start points to."""
        result: dict[int, Evidence] = {}
        for evidence in chosen:
            sentence = evidence.sentence
            if _POINTS_BACK.match(sentence.text) and sentence.kind in (Kind.BODY, Kind.ABSTRACT):
                before = searcher.library.neighbours(sentence, 1, 0)
                if len(before) == 2 and before[0].paragraph == sentence.paragraph and not asks(before[0]):
                    result.setdefault(before[0].id, replace(evidence, sentence=before[0], translation=None))
            result.setdefault(sentence.id, evidence)
        missing = [e.sentence.id for e in result.values() if e.translation is None]
        known = searcher.library.translations(missing)
        return [replace(e, translation=e.translation or known.get(number)) for number, e in result.items()]

    def _ordered(self, chosen: Sequence[Evidence]) -> list[Evidence]:
        """By article in the order of the best, in reading order inside an article."""
        rank: dict[str, int] = {}
        for evidence in chosen:
            rank.setdefault(evidence.sentence.article, len(rank))
        return sorted(chosen, key=lambda e: (rank[e.sentence.article], e.sentence.id))


def draft(spoken: Language, evidence: Evidence, searcher: Searcher) -> Draft:
    """A sentence as a statement in a language: itself, its translation, or itself quoted for want of one."""
    sentence = evidence.sentence
    own = language(sentence.context or sentence.text) == spoken
    text = statement(sentence)
    if not own and evidence.translation:
        text = _row_in_translation(sentence, searcher) if sentence.kind is Kind.TABLE else evidence.translation
    return Draft(
        text=text,
        evidence=(evidence,),
        original=not own and not evidence.translation,
        item=bool(_MARKER.match(sentence.text)) or sentence.kind is Kind.TABLE,
    )


def statement(sentence: Sentence) -> str:
    """A sentence as a statement: a table row is read with the names of its columns."""
    return sentence.context if sentence.kind is Kind.TABLE and sentence.context else sentence.text


def _row_in_translation(row: Sentence, searcher: Searcher) -> str:
    """A table row read out in the other language, with the translated names of its columns."""
    library = searcher.library
    before = library.neighbours(row, _TABLE_REACH, 0)
    table = [s for s in before if s.kind is Kind.TABLE and s.paragraph == row.paragraph]
    captions = [s for s in before if s.kind is Kind.CAPTION and row.context.startswith(s.text)]
    known = library.translations([s.id for s in (*table, *captions)])
    translated = [tables.split(known.get(s.id, s.text)) for s in table]
    caption = known.get(captions[-1].id, captions[-1].text) if captions else ""
    group = next((cells[0] for cells in reversed(translated[1:]) if cells[0]), "")
    cells = [translated[-1][0] or group, *translated[-1][1:]]
    return tables.reading(caption, translated[0], cells, language(" ".join(translated[0])))


def _run(own: Sequence[Sentence], starts: Sequence[int], chain: Sequence[str], place: int) -> list[int]:
    """Positions of one full round of the chain (first, second …) nearest to `place`."""
    runs: list[list[int]] = []
    for k in starts:
        number = next(n for n, marker in enumerate(chain) if own[k].text.startswith(marker))
        if number == 0 or not runs:
            runs.append([k] if number == 0 else [])
        elif runs[-1]:
            runs[-1].append(k)
    full = [run for run in runs if len(run) >= 2]
    return min(full, key=lambda run: max(0, run[0] - 1 - place, place - run[-1] - 3), default=[])
