"""One run of the benchmark: every question asked, every measure taken, with what it was taken of.

Measures of retrieval are those of `eval.metrics` over 40 hits.  Of an answer: `any gold`, whether a gold sentence (or one
that says the same) is cited; `gold cited`, the share of gold quotations with a sentence cited; `touching`, the share of
citations that touch gold; `citation recall` and `citation precision` in the sense of ALCE (Gao, Yen, Yu and Chen 2023)
with `rag.verify` as the judge in place of their entailment model; `points`, the share of the key points whose numbers
and at least half of whose terms, by how much they tell, stand in the answer; `verbatim`, whether every quotation stands
in its source; `language`, whether every claim is in the language of the question; `refused`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval import metrics
from eval.places import Places
from eval.questions import Question
from eval.records import Row, Run, Span, Statement
from index import quantities
from index.clean import fold
from index.records import Hit
from index.rerank import share
from index.script import language
from index.search import Searcher
from rag import verify
from rag.answer import Answerer
from rag.records import Answer, Draft, Evidence

DEPTH = 40  # hits asked for: 5,000 characters need some 25 passages
_POINT = 0.5  # share of a point's terms, by how much they tell, that covers it

Progress = Callable[[int, int], None]


def measure(split: str, asked: Sequence[Question], answerer: Answerer, progress: Progress = lambda done, total: None) -> Run:
    """Asks every question, follow-ups with their history."""
    rows = []
    places = Places(answerer.searcher.library)
    for number, question in enumerate(asked):
        progress(number, len(asked))
        rows.append(_row(question, answerer, places))
    progress(len(asked), len(asked))
    return Run(split, fingerprints(answerer, asked), tuple(rows), datetime.now(UTC).isoformat(timespec="seconds"))


def fingerprints(answerer: Answerer, asked: Sequence[Question]) -> dict[str, str]:
    """What figures depend on: the code, the library, the encoder, the reader, the entailment model, the questions."""
    root = Path(__file__).parents[1]
    code = hashlib.sha256()
    for folder in ("index", "rag", "eval"):
        for path in sorted((root / folder).rglob("*.py")):
            code.update(path.read_bytes())
    stamp = answerer.searcher.library.manifest().get("stamp", "")
    texts = hashlib.sha256(repr([(q.id, q.text, q.gold) for q in asked]).encode())
    return {
        "code": code.hexdigest()[:12],
        "library": str(stamp),
        "encoder": f"{answerer.searcher.encoder.name} {answerer.searcher.encoder.fingerprint}",
        "reader": answerer.reader.name,
        **({"entailment": answerer.entailment.name} if answerer.entailment else {}),
        "questions": texts.hexdigest()[:12],
    }


def _row(question: Question, answerer: Answerer, places: Places) -> Row:
    answer = answerer.answer(question.text, history=question.history)
    values: dict[str, float] = {}
    if question.answerable:
        gold = [g.quote for g in question.gold]
        texts = [hit.passage.text for hit in answerer.searcher.search(answer.understood, DEPTH).hits]
        values |= {
            "within 2,000": metrics.found_within(gold, texts, 2000),
            "within 5,000": metrics.found_within(gold, texts, 5000),
            "MRR@10": metrics.reciprocal_rank(gold, texts),
            "recall@10": metrics.recall_at(gold, texts, 10),
            "nDCG@10": metrics.ndcg(gold, texts),
        }
        values |= _of_answer(question, answer, answerer)
    spoken = question.language
    length = len(answer.text) if spoken == "zh" else len(answer.text.split())
    return Row(
        question.id,
        spoken,
        question.kind,
        question.answerable,
        answer.refused,
        values,
        length,
        answer.elapsed_ms,
        answer.text,
        tuple(Span(c.quote, c.source, c.article, c.start, c.end) for c in answer.citations),
        tuple(Statement(c.text, c.citations, c.support, c.verdict) for c in answer.claims),
        question.text,
        question.history,
        tuple(places.find(gold, question.articles) for gold in question.gold),
    )


def _of_answer(question: Question, answer: Answer, answerer: Answerer) -> dict[str, float]:
    gold = [g.quote for g in question.gold]
    also = [g.quote for g in question.also]
    quotes = [c.quote for c in answer.citations]
    found = metrics.cited(gold, quotes)
    values = {
        "any gold": float(any(found) or any(metrics.cited(also, quotes))),
        "gold cited": sum(found) / len(found),
        "points": points_covered(question, answer, answerer.searcher),
    }
    if answer.refused:
        return values
    recall, precision = attributed(answer, answerer.searcher)
    library = answerer.searcher.library
    touched = metrics.touching([*gold, *also], quotes)
    return values | {
        "touching": sum(touched) / len(touched),
        "citation recall": recall,
        "citation precision": precision,
        "verbatim": float(all(fold(c.quote) in fold(library.text_between(c.source, c.start, c.end)) for c in answer.citations)),
        "language": float(all(language(c.text) == question.language for c in answer.claims if not c.original)),
    }


def points_covered(question: Question, answer: Answer, searcher: Searcher) -> float:
    """Share of the key points that the claims cover (see the top of this file); 1 where none are named."""
    if not question.points:
        return 1.0
    if answer.refused:
        return 0.0
    text = "\n".join(claim.text for claim in answer.claims)
    held = frozenset(searcher.terms.terms(text))
    numbers = quantities.values(text)
    covered = [
        quantities.figures(point) <= numbers and share(searcher.asked(point, question.language), held) >= _POINT
        for point in question.points
    ]
    return sum(covered) / len(covered)


def attributed(answer: Answer, searcher: Searcher) -> tuple[float, float]:
    """ALCE's citation recall and precision: claims supported by all they cite; citations that are not idle.

    A citation is idle when it does not support the claim alone and the others do without it.
    """
    by_number = {c.number: c for c in answer.citations}
    sentences = {s.id: s for s in searcher.library.sentences([c.sentence for c in answer.citations])}
    passages = {p.id: p for p in searcher.library.passages([c.passage for c in answer.citations])}

    def supports(text: str, numbers: Sequence[int]) -> bool:
        if not numbers:
            return False
        evidence = []
        for number in numbers:
            citation = by_number[number]
            hit = Hit(passages[citation.passage], 1, 1.0, ())
            evidence.append(Evidence(sentences[citation.sentence], hit, 1.0, 1.0, citation.quote_translation))
        return verify.check(Draft(text, tuple(evidence)), searcher).verdict == "supported"

    whole, used = [], []
    for claim in answer.claims:
        together = supports(claim.text, claim.citations)
        whole.append(together)
        for number in claim.citations:
            rest = [n for n in claim.citations if n != number]
            used.append(together and (supports(claim.text, [number]) or not supports(claim.text, rest)))
    return sum(whole) / max(1, len(whole)), sum(used) / max(1, len(used))
