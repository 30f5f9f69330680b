"""The benchmark as one call: ask, measure, save, compare, report."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from eval import questions, report, retrieval, reviews, saved
from eval.baseline import BM25, raw_splits
from eval.compare import Change, compare
from eval.compare import table as changes_table
from eval.figures import figures
from eval.questions import Question
from eval.records import Run
from eval.run import Progress, measure
from index.errors import UsageError
from index.records import LANGUAGES
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
    language: str | None = None  # only the questions in it
    limit: int | None = None  # only so many questions in each language, the first ones
    as_json: bool = False  # tells figures and changes as one JSON object


def bench(wanted: Wanted, settings: Settings, answerer: Answerer, progress: Progress) -> tuple[str, bool]:
    """Asks and measures, then tells as `tell` does.

    Raises UsageError for a split or language there is not, DocumentError for files that cannot be read.
    """
    asked = chosen(wanted)
    before = saved.read(wanted.against) if wanted.against else None
    run = measure(wanted.split, asked, answerer, progress)
    text, worse = tell(wanted, run, before)
    if wanted.baseline:
        raw = raw_splits(settings.seeds)
        plain = BM25(raw)
        found = retrieval.measure(asked, lambda text: [raw[n] for n in plain.search(text, 40)])
        text += "\n\n" + retrieval.table({"BM25 (jieba), raw files split at 400": found})
    return text, worse


def chosen(wanted: Wanted) -> list[Question]:
    """The questions to ask; raises UsageError where there are none."""
    if wanted.split not in ("train", "tune", "report"):
        raise UsageError(f"The split “{wanted.split}” is unknown; name train, tune or report.")
    if wanted.language not in (None, *LANGUAGES):
        raise UsageError(f"The language “{wanted.language}” is unknown; name zh or en.")
    if wanted.limit is not None and wanted.limit < 1:
        raise UsageError(f"The limit is {wanted.limit}; it must be at least 1.")
    load = reviews.load if reviews.holds(wanted.sets) else questions.load
    held = load(wanted.sets, [wanted.split])  # type: ignore[list-item]
    first = {one: [q.id for q in held if q.language == one][: wanted.limit] for one in LANGUAGES}
    asked = [q for q in held if q.id in first[q.language] and wanted.language in (None, q.language)]
    if not asked:
        raise UsageError(f"{wanted.sets} holds no question of the split {wanted.split}; name another split or set.")
    return asked


def tell(wanted: Wanted, run: Run, before: Run | None) -> tuple[str, bool]:
    """The figures to show, and whether a measure got worse than in the run compared with, by more than chance.

    Writes the files that are wanted.
    """
    if wanted.save:
        saved.save(run, wanted.save)
    if wanted.html:
        saved.write(wanted.html, report.html(run))
    changes = compare(before, run) if before else []
    worse = any(change.regression for change in changes)
    if wanted.as_json:
        told = {"figures": [asdict(figure) for figure in figures(run)], "changes": list(map(_change, changes))}
        return json.dumps(told, ensure_ascii=False), worse
    return "\n\n".join([report.markdown(run), *([changes_table(changes)] if changes else [])]), worse


def again(wanted: Wanted, path: Path) -> tuple[str, bool]:
    """Tells of a saved run without asking anything."""
    return tell(wanted, saved.read(path), saved.read(wanted.against) if wanted.against else None)


def _change(change: Change) -> dict[str, object]:
    return {**asdict(change), "worse": change.regression, "better": change.gain}
