"""The measuring page: runs of the benchmark started, watched, looked into and compared."""

from __future__ import annotations

from typing import Any

import gradio as gr

from index.errors import UsageError, WenzhengError
from index.records import LANGUAGES, Language
from ui.measuring import Bench
from ui.runs import remove, shelf
from ui.web import figures
from ui.web import measure_view as view
from ui.web.desk import Desk
from ui.web.really import Really
from ui.web.switch import language_switch
from ui.web.texts import preferred, texts

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
            self.language = language_switch()
        self.start_heading = _html()
        with gr.Row(elem_id="wz-m-order"):
            self.split = gr.Dropdown(view.splits("zh"), value="report", label=own["measure_split"], elem_id="wz-m-split")
            self.spoken = gr.Dropdown(view.languages("zh"), value="", label=own["measure_language"], elem_id="wz-m-spoken")
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
        self.really = Really("really_run", "wz-m-delete")
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
        self.count: gr.State = gr.State(view.MOST)

    # -- events -----------------------------------------------------------------------------

    def _events(self) -> None:
        page = gr.context.Context.root_block
        labels = [
            self.header, self.start_heading, self.split, self.spoken, self.limit, self.start, self.cancel,
            self.runs_heading, self.figures_heading, self.kinds_heading, self.failures_heading, self.download,
            *self.really.labelled(),
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
        self.really.events(self._ask, [self.language, self.run], self._remove, choice, [*shown, self.download])
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
        found = view.results(held, shown, run, held.named(asked.get("against")))
        return [shown, *self._labels(shown), *view.progress(self.bench.state, shown), *found, view.report(run)]

    def _labels(self, shown: Language) -> list[Any]:
        return [*view.labels(shown), *self.really.labels(shown)]

    def _relabel(self, shown: Language, *picked: Any) -> list[Any]:
        """Everything that the page itself says, in another language."""
        return [*self._labels(shown), *view.progress(self.bench.state, shown), *self._again(shown, *picked)]

    # -- a run that goes on -----------------------------------------------------------------

    def _start(self, shown: Language, split: str, spoken: str, limit: float | None) -> list[Any]:
        try:
            self.bench.start(split, spoken or None, int(limit) if limit else None)
        except UsageError:
            gr.Warning(texts(shown)["measure_busy"])
        return view.progress(self.bench.state, shown)

    def _cancel(self, shown: Language) -> list[Any]:
        self.bench.cancel()
        return view.progress(self.bench.state, shown)

    def _tick(self, shown: Language, *picked: Any) -> list[Any]:
        """Progress; when the run is done its figures, compared with those that were shown."""
        now = self.bench.state
        progress = view.progress(now, shown)
        if now.stage != "done":
            return [*progress, *[gr.skip()] * 17]
        held = shelf(self.bench.folder)
        run = held.named(now.name)
        before = held.named(picked[0])
        same = run and before and before.split == run.split and before.name != run.name
        return [*progress, *view.results(held, shown, run, before if same else None), view.report(run)]

    # -- a run that is shown ----------------------------------------------------------------

    def _choose(self, shown: Language, *picked: Any) -> list[Any]:
        """Another run."""
        return [*self._again(shown, *picked), view.report(shelf(self.bench.folder).named(picked[0]))]

    def _compare(self, shown: Language, *picked: Any) -> list[Any]:
        """The same run beside another."""
        return self._again(shown, *picked)

    def _ask(self, shown: Language, name: str | None) -> str:
        """Whether the run is really to go; nothing where it is gone already."""
        run = shelf(self.bench.folder).named(name)
        return texts(shown)["really_run_question"].format(run=view.label(run, shown)) if run else ""

    def _remove(self, shown: Language, name: str | None, against: str | None, *others: Any) -> list[Any]:
        """The runs without the one shown, and the latest of them."""
        run = shelf(self.bench.folder).named(name)
        try:
            if run:
                remove(run)
        except WenzhengError as error:
            gr.Warning(str(error))
        held = shelf(self.bench.folder)
        left = held.named(name) or next(iter(held.runs), None)
        return [*self._again(shown, left.name if left else None, against, *others), view.report(left)]

    def _again(self, shown: Language, run: str | None, against: str | None, *others: Any) -> list[Any]:
        held = shelf(self.bench.folder)
        return view.results(held, shown, held.named(run), held.named(against), *others)

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
        return view.first_failures(shown, found, held.named(against), measure, spoken, kind, regressed, count + view.MOST)


def _html(value: str = "", elem_id: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, elem_classes="wz-m-block", apply_default_css=False)
