"""The benchmark as one call: ask, measure, save, compare, report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval import questions, report, retrieval, reviews
from eval.baseline import BM25, raw_splits
from eval.compare import compare
from eval.compare import table as changes_table
from eval.run import Progress, Run, measure
from index.errors import UsageError
from index.settings import Settings
from rag.answer import Answerer


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to do besides printing its figures."""

    split: str = "report"
    sets: Path = questions.SETS / "questions.jsonl"
    save: Path | None = None
    against: Path | None = None
    html: Path | None = None
    baseline: bool = False


def bench(wanted: Wanted, settings: Settings, answerer: Answerer, progress: Progress) -> tuple[str, bool]:
    """Markdown to show, and whether a measure got worse than in the run compared with, by more than chance.

    Raises UsageError for a split there is not, DocumentError for files that cannot be read.
    """
    if wanted.split not in ("train", "tune", "report"):
        raise UsageError(f"The split “{wanted.split}” is unknown; name train, tune or report.")
    before = Run.read(wanted.against) if wanted.against else None
    load = reviews.load if reviews.holds(wanted.sets) else questions.load
    asked = load(wanted.sets, [wanted.split])  # type: ignore[list-item]
    if not asked:
        raise UsageError(f"{wanted.sets} holds no question of the split {wanted.split}; name another split or set.")
    run = measure(wanted.split, asked, answerer, progress)
    parts = [report.markdown(run)]
    if wanted.save:
        run.save(wanted.save)
    if wanted.html:
        wanted.html.parent.mkdir(parents=True, exist_ok=True)
        wanted.html.write_text(report.html(run, asked), encoding="utf-8")
    if wanted.baseline:
        raw = raw_splits(settings.seeds)
        plain = BM25(raw)
        found = retrieval.measure(asked, lambda text: [raw[n] for n in plain.search(text, 40)])
        parts.append(retrieval.table({"BM25 (jieba), raw files split at 400": found}))
    changes = compare(before, run) if before else []
    if changes:
        parts.append(changes_table(changes))
    return "\n\n".join(parts), any(change.regression for change in changes)
