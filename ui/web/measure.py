"""The measuring page: runs of the benchmark started, watched, looked into and compared."""

from __future__ import annotations

from typing import Any

import gradio as gr

from index.errors import DocumentError, WenzhengError
from index.records import LANGUAGES, Language
from ui import measuring
from ui.measuring import Bench
from ui.runs import Run, Shelf, shelf
from ui.runs import failures as failed
from ui.web import failures, figures
from ui.web.desk import Desk
from ui.web.texts import preferred, texts

_SPLITS = ("report", "tune", "train")
_SHOWN = 20  # failures at once
_FIRST = "any gold"  # the measure by which the kinds are shown at first
_BEAT = 1.0  # seconds between looks at a run that goes on

_PRIVATE: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
_PICKED: dict[str, Any] = {**_PRIVATE, "trigger_mode": "always_last"}  # a choice made while another is answered counts


class MeasurePage:
    """The components of the page and what happens to them."""

    def __init__(self, desk: Desk) -> None:
        self.bench = Bench(desk.answerer.searcher.library.folder.resolve())
        own = texts("zh")
        with gr.Row(elem_id="wz-top"):
            self.header = _html(figures.header("zh"), elem_id="wz-header")
            self.language = gr.Radio(
                [("中文", "zh"), ("English", "en")], value="zh", label="中文 / English", show_label=False, container=False,
                elem_id="wz-language",
            )  # fmt: skip
        self.start_heading = _html()
        with gr.Row(elem_id="wz-m-order"):
            self.split = gr.Dropdown(_splits("zh"), value="report", label=own["measure_split"], elem_id="wz-m-split")
            self.spoken = gr.Dropdown(_languages("zh"), value="", label=own["measure_language"], elem_id="wz-m-spoken")
            self.limit = gr.Number(0, label=own["measure_limit"], minimum=0, precision=0, elem_id="wz-m-limit")
        with gr.Row(elem_id="wz-m-actions"):
            self.start = gr.Button(own["measure_start"], variant="primary", elem_id="wz-m-start")
            self.cancel = gr.Button(own["measure_cancel"], interactive=False, elem_id="wz-m-cancel")
        self.state = _html(elem_id="wz-m-now")
        self.timer = gr.Timer(_BEAT, active=False)
        self.runs_heading = _html()
        self.shelf = _html(elem_id="wz-m-shelf")
        with gr.Column(visible=False, elem_id="wz-m-results") as self.results:
            self._results(own)
        self._events()

    def _results(self, own: figures.Texts) -> None:
        """What is shown of a run."""
        with gr.Row(elem_id="wz-m-choice"):
            self.run = gr.Dropdown([], label=own["measure_run"], elem_id="wz-m-run")
            self.against = gr.Dropdown([], label=own["measure_against"], elem_id="wz-m-against")
            self.download = gr.DownloadButton(own["measure_download"], elem_id="wz-m-download")
        self.changes = _html(elem_id="wz-m-changes")
        self.figures_heading = _html()
        self.kind = gr.Dropdown([], label=own["measure_kind"], elem_id="wz-m-kind")
        self.figures = _html(elem_id="wz-m-figures")
        self.kinds_heading = _html()
        self.by = gr.Dropdown([], label=own["measure_by"], elem_id="wz-m-by")
        self.kinds = _html(elem_id="wz-m-kinds")
        self.failures_heading = _html()
        with gr.Row(elem_id="wz-m-filter"):
            self.of_measure = gr.Dropdown([], label=own["measure_failures_by"], elem_id="wz-m-of-measure")
            self.of_language = gr.Dropdown([], label=own["measure_language"], elem_id="wz-m-of-language")
            self.of_kind = gr.Dropdown([], label=own["measure_kind"], elem_id="wz-m-of-kind")
        self.regressed = gr.Checkbox(False, label=own["measure_regressed"], elem_id="wz-m-regressed")
        self.failures = _html(elem_id="wz-m-failures")
        self.more = gr.Button("", visible=False, elem_id="wz-m-more")
        self.count: gr.State = gr.State(_SHOWN)

    # -- events -----------------------------------------------------------------------------

    def _events(self) -> None:
        page = gr.context.Context.root_block
        labels = [
            self.header, self.start_heading, self.split, self.spoken, self.limit, self.start, self.cancel,
            self.runs_heading, self.figures_heading, self.kinds_heading, self.failures_heading, self.download,
        ]  # fmt: skip
        picked = [self.run, self.against, self.kind, self.by, self.of_measure, self.of_language, self.of_kind, self.regressed]
        shown = [*picked, self.results, self.shelf, self.changes, self.figures, self.kinds, self.failures, self.more, self.count]
        progress = [self.state, self.timer, self.start, self.cancel]
        choice = [self.language, *picked]
        sought = [self.language, self.run, self.against, self.of_measure, self.of_language, self.of_kind, self.regressed]
        found = [self.failures, self.more, self.count]

        page.load(self._first, None, [self.language, *labels, *progress, *shown, self.download], **_PRIVATE)
        self.language.input(self._relabel, choice, [*labels, *progress, *shown], **_PICKED)
        self.start.click(self._start, [self.language, self.split, self.spoken, self.limit], progress, **_PRIVATE)
        self.cancel.click(self._cancel, self.language, progress, **_PRIVATE)
        self.timer.tick(self._tick, choice, [*progress, *shown, self.download], **_PRIVATE)
        self.run.input(self._choose, choice, [*shown, self.download], **_PICKED)
        self.against.input(self._compare, choice, shown, **_PICKED)
        self.kind.input(self._figures, [self.language, self.run, self.kind], self.figures, **_PICKED)
        self.by.input(self._kinds, [self.language, self.run, self.by], self.kinds, **_PICKED)
        gr.on(
            [self.of_measure.input, self.of_language.input, self.of_kind.input, self.regressed.input],
            self._failures, sought, found, **_PICKED,
        )  # fmt: skip
        self.more.click(self._failures, [*sought, self.count], found, **_PRIVATE)

    def _first(self, request: gr.Request) -> list[Any]:
        """The page in the language that its address or the browser asks for, with the latest run, or the one in its address."""
        asked = request.query_params
        lang = asked.get("lang")
        shown: Language = lang if lang in LANGUAGES else preferred(request.headers.get("accept-language", ""))
        held = shelf(self.bench.folder)
        run = held.named(asked.get("run")) or next(iter(held.runs), None)
        view = self._view(held, shown, run, held.named(asked.get("against")))
        return [shown, *self._labels(shown), *self._progress(shown), *view, self._report(run)]

    def _relabel(self, shown: Language, *picked: Any) -> list[Any]:
        """Everything that the page itself says, in another language."""
        return [*self._labels(shown), *self._progress(shown), *self._again(shown, *picked)]

    def _labels(self, shown: Language) -> list[Any]:
        own = texts(shown)
        return [
            figures.header(shown),
            figures.heading(own["measure_start_heading"]),
            gr.update(choices=_splits(shown), label=own["measure_split"]),
            gr.update(choices=_languages(shown), label=own["measure_language"]),
            gr.update(label=own["measure_limit"]),
            gr.update(value=own["measure_start"]),
            gr.update(value=own["measure_cancel"]),
            figures.heading(own["measure_runs_heading"]),
            figures.heading(own["measure_figures_heading"], own["measure_figures_note"]),
            figures.heading(own["measure_kinds_heading"]),
            figures.heading(own["measure_failures_heading"]),
            gr.update(label=own["measure_download"]),
        ]

    # -- a run that goes on -----------------------------------------------------------------

    def _start(self, shown: Language, split: str, spoken: str, limit: float | None) -> list[Any]:
        try:
            self.bench.start(split, spoken or None, int(limit) if limit else None)
        except WenzhengError as error:
            gr.Warning(str(error))
        return self._progress(shown)

    def _cancel(self, shown: Language) -> list[Any]:
        self.bench.cancel()
        return self._progress(shown)

    def _progress(self, shown: Language) -> list[Any]:
        """How far the run is, whether to look again, and which button can be pressed."""
        now = self.bench.state
        running = now.stage == "running"
        return [
            figures.state(now, shown),
            gr.Timer(active=running),
            gr.update(interactive=not running),
            gr.update(interactive=running),
        ]

    def _tick(self, shown: Language, *picked: Any) -> list[Any]:
        """Progress; when the run is done its figures, compared with those that were shown."""
        progress = self._progress(shown)
        now = self.bench.state
        if now.stage != "done":
            return [*progress, *[gr.skip()] * 17]
        held = shelf(self.bench.folder)
        run = held.named(now.name)
        before = held.named(picked[0])
        same = run and before and before.split == run.split and before.name != run.name
        return [*progress, *self._view(held, shown, run, before if same else None), self._report(run)]

    # -- a run that is shown ----------------------------------------------------------------

    def _choose(self, shown: Language, *picked: Any) -> list[Any]:
        """Another run."""
        return [*self._again(shown, *picked), self._report(shelf(self.bench.folder).named(picked[0]))]

    def _compare(self, shown: Language, *picked: Any) -> list[Any]:
        """The same run beside another."""
        return self._again(shown, *picked)

    def _again(self, shown: Language, run: str | None, against: str | None, *others: Any) -> list[Any]:
        held = shelf(self.bench.folder)
        return self._view(held, shown, held.named(run), held.named(against), *others)

    def _view(
        self,
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
        others = [(own["measure_against_none"], ""), *((_label(r), r.name) for r in held.runs if r is not run)]
        return [
            gr.update(choices=[(_label(r), r.name) for r in held.runs], value=run.name, label=own["measure_run"]),
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
            self._changes(shown, run, before),
            figures.by_measure(run, kind or None, shown),
            figures.by_kind(run, by, shown) if by else "",
            *_found(shown, run, before, of_measure, of_language, of_kind, regressed, _SHOWN),
        ]

    def _changes(self, shown: Language, run: Run, before: Run | None) -> str:
        if before is None:
            return ""
        own = texts(shown)
        head = figures.heading(own["measure_changes_heading"], own["measure_changes_note"])
        try:
            return head + figures.changes(measuring.compare(before.path, run.path), run.measures, shown)
        except (OSError, DocumentError) as error:
            return head + figures.complaint(str(error))

    def _figures(self, shown: Language, run: str, kind: str) -> Any:
        found = shelf(self.bench.folder).named(run)
        return figures.by_measure(found, kind or None, shown) if found else gr.skip()

    def _kinds(self, shown: Language, run: str, by: str) -> Any:
        found = shelf(self.bench.folder).named(run)
        return figures.by_kind(found, by, shown) if found else gr.skip()

    def _failures(
        self, shown: Language, run: str, against: str, measure: str, spoken: str, kind: str, regressed: bool, count: int = 0
    ) -> list[Any]:
        """The failures that are sought, so many more than were shown."""
        held = shelf(self.bench.folder)
        found = held.named(run)
        if found is None:
            return [gr.skip()] * 3
        return _found(shown, found, held.named(against), measure, spoken, kind, regressed, count + _SHOWN)

    def _report(self, run: Run | None) -> Any:
        """The report to download, where it can be made."""
        if run is None:
            return gr.skip()
        try:
            return gr.update(value=str(measuring.report(run.path)), interactive=True)
        except (OSError, DocumentError):
            return gr.update(value=None, interactive=False)


def _found(
    shown: Language, run: Run, before: Run | None, measure: str, language: str, kind: str, regressed: bool, count: int
) -> list[Any]:
    """The first failures, the button for more, and how many are shown."""
    earlier = before if regressed else None
    rows = failed(run, measure or None, language=language or None, kind=kind or None, before=earlier)
    left = min(_SHOWN, len(rows) - count)
    label = texts(shown)["measure_more"].format(count=left)
    return [failures.failures(rows[:count], len(rows), shown), gr.update(value=label, visible=left > 0), count]


def _html(value: str = "", elem_id: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, elem_classes="wz-m-block", apply_default_css=False)


def _label(run: Run) -> str:
    return f"{figures.moment(run)} · {run.split} · {len(run.rows)}"


def _splits(shown: Language) -> list[tuple[str, str]]:
    return [(texts(shown)[f"measure_split_{split}"], split) for split in _SPLITS]


def _spoken(shown: Language) -> list[tuple[str, str]]:
    return [(texts(shown)[f"measure_{spoken}"], spoken) for spoken in LANGUAGES]


def _languages(shown: Language) -> list[tuple[str, str]]:
    return [(texts(shown)["measure_language_both"], ""), *_spoken(shown)]
