"""A run and what was picked of it → what the components of the measuring page show."""

from __future__ import annotations

from typing import Any

import gradio as gr

from index.errors import DocumentError
from index.records import LANGUAGES, Language
from ui import measuring
from ui.measuring import State
from ui.runs import Run, Shelf
from ui.runs import failures as failed
from ui.web import failures, figures
from ui.web.texts import texts

MOST = 20
"""Failures shown at once."""

_SPLITS = ("report", "tune", "train")
_FIRST = "any gold"  # the measure by which the kinds are shown at first


def labels(shown: Language) -> list[Any]:
    """What the page itself says."""
    own = texts(shown)
    return [
        figures.header(shown),
        figures.heading(own["measure_start_heading"]),
        gr.update(choices=splits(shown), label=own["measure_split"]),
        gr.update(choices=languages(shown), label=own["measure_language"]),
        gr.update(label=own["measure_limit"]),
        gr.update(value=own["measure_start"]),
        gr.update(value=own["measure_cancel"]),
        figures.heading(own["measure_runs_heading"]),
        figures.heading(own["measure_figures_heading"], own["measure_figures_note"]),
        figures.heading(own["measure_kinds_heading"]),
        figures.heading(own["measure_failures_heading"]),
        gr.update(label=own["measure_download"]),
    ]


def progress(now: State, shown: Language) -> list[Any]:
    """How far the run is, whether to look again, and which button can be pressed."""
    running = now.stage == "running"
    return [
        figures.state(now, shown),
        gr.Timer(active=running),
        gr.update(interactive=not running),
        gr.update(interactive=running),
    ]


def results(
    held: Shelf,
    shown: Language,
    run: Run | None,
    before: Run | None,
    kind: str = "",
    by: str | None = _FIRST,
    of_measure: str = "",
    of_language: str = "",
    of_kind: str = "",
    regressed: bool = False,
) -> list[Any]:
    """All of the results; what was picked stays picked where the run has it."""
    run = run or next(iter(held.runs), None)
    if run is None:
        nothing = [gr.skip()] * 8
        return [*nothing, gr.update(visible=False), figures.shelf(held, None, shown), *[gr.skip()] * 6]
    before = None if before is run else before
    own = texts(shown)
    names = [measure.name for measure in run.measures]
    kind, of_kind = (k if k in run.kinds else "" for k in (kind, of_kind))
    by = by if by in names else next(iter(names), None)
    of_measure = of_measure if of_measure in names else ""
    regressed = regressed and before is not None
    kinds = [(own["measure_all"], ""), *((figures.kind_name(k, own), k) for k in run.kinds)]
    measures = [(figures.measure_name(measure, shown), measure.name) for measure in run.measures]
    losses = [
        (own["measure_failures_of_less" if m.less_is_better else "measure_failures_of"].format(measure=label), m.name)
        for m, (label, _) in zip(run.measures, measures, strict=True)
    ]
    others = [(own["measure_against_none"], ""), *((label(r, shown), r.name) for r in held.runs if r is not run)]
    return [
        gr.update(choices=[(label(r, shown), r.name) for r in held.runs], value=run.name, label=own["measure_run"]),
        gr.update(choices=others, value=before.name if before else "", label=own["measure_against"]),
        gr.update(choices=kinds, value=kind, label=own["measure_kind"]),
        gr.update(choices=measures, value=by, label=own["measure_by"]),
        gr.update(choices=[(own["measure_failures_all"], ""), *losses], value=of_measure, label=own["measure_failures_by"]),
        gr.update(
            choices=[(own["measure_all"], ""), *_spoken(shown)],
            value=of_language if of_language in LANGUAGES else "",
            label=own["measure_language"],
        ),
        gr.update(choices=kinds, value=of_kind, label=own["measure_kind"]),
        gr.update(value=regressed, label=own["measure_regressed"], interactive=before is not None),
        gr.update(visible=True),
        figures.shelf(held, run.name, shown),
        _changes(shown, run, before),
        figures.by_measure(run, kind or None, shown),
        figures.by_kind(run, by, shown) if by else "",
        *first_failures(shown, run, before, of_measure, of_language, of_kind, regressed, MOST),
    ]


def _changes(shown: Language, run: Run, before: Run | None) -> str:
    if before is None:
        return ""
    own = texts(shown)
    head = figures.heading(own["measure_changes_heading"], own["measure_changes_note"])
    try:
        return head + figures.changes(measuring.compare(before.path, run.path), run.measures, shown)
    except (OSError, DocumentError) as error:
        return head + figures.complaint(str(error))


def first_failures(
    shown: Language, run: Run, before: Run | None, measure: str, language: str, kind: str, regressed: bool, count: int
) -> list[Any]:
    """The first failures, the button for more, and how many are shown."""
    earlier = before if regressed else None
    rows = failed(run, measure or None, language=language or None, kind=kind or None, before=earlier)
    left = min(MOST, len(rows) - count)
    label = texts(shown)["measure_more"].format(count=left)
    return [failures.failures(rows[:count], len(rows), shown), gr.update(value=label, visible=left > 0), count]


def report(run: Run | None) -> Any:
    """The report to download, where it can be made."""
    if run is None:
        return gr.skip()
    try:
        return gr.update(value=str(measuring.report(run.path)), interactive=True)
    except (OSError, DocumentError):
        return gr.update(value=None, interactive=False)


def label(run: Run, shown: Language) -> str:
    """When it was done, its split, and how many questions it has."""
    own = texts(shown)
    split = figures.split_name(run.split, own)
    return own["measure_named"].format(when=figures.moment(run), split=split, count=f"{len(run.rows):,}")


def splits(shown: Language) -> list[tuple[str, str]]:
    """The parts of a question set to choose from."""
    return [(texts(shown)[f"measure_split_{split}"], split) for split in _SPLITS]


def _spoken(shown: Language) -> list[tuple[str, str]]:
    return [(texts(shown)[f"measure_{spoken}"], spoken) for spoken in LANGUAGES]


def languages(shown: Language) -> list[tuple[str, str]]:
    """The languages of questions to choose from."""
    return [(texts(shown)["measure_language_both"], ""), *_spoken(shown)]
