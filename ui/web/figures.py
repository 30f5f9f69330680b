"""Runs → the HTML of the measuring page: lists, bars, changes.  Every text from a file passes `escape`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index.records import LANGUAGES, Language
from ui.measuring import Change, State
from ui.runs import Figure, Measure, Run, Shelf
from ui.web import look
from ui.web.escape import escape
from ui.web.navigation import navigation
from ui.web.texts import texts

Texts = Mapping[str, str]

_FINGERPRINTS = ("code", "library", "encoder", "reader", "entailment", "questions")
_LABELS = {"questions": "measure_set"}  # a fingerprint of its own name stands for the number of questions
_SHOWN = 12  # characters of a fingerprint


def header(shown: Language) -> str:
    """The name of the page and the ways to the others."""
    own = texts(shown)
    rest = f'<p class="wz-lead">{escape(own["measure_lead"])}</p>{navigation(shown, "measure")}'
    return look.head(shown, own["measure_title"], rest, main="wz-m-order")


def heading(text: str, note: str = "") -> str:
    """A heading with a line of explanation."""
    below = f'<p class="wz-m-note">{escape(note)}</p>' if note else ""
    return f'<div class="wz-m-heading"><h2>{escape(text)}</h2>{below}</div>'


def state(now: State, shown: Language) -> str:
    """How far the latest run is."""
    own = texts(shown)
    if now.stage == "running" and now.total:
        name = "measure_running" if now.done < now.total else "measure_writing"
        text = own[name].format(done=min(now.done + 1, now.total), total=now.total)
        bar = f'<progress max="{now.total}" value="{now.done}" aria-label="{escape(text)}"></progress>'
    elif now.stage == "running":
        text = own["measure_loading"]
        bar = f'<progress aria-label="{escape(text)}"></progress>'
    else:
        text = own[f"measure_{now.stage}"].format(name=now.name, reason=now.message)
        bar = ""
    role = "alert" if now.stage == "failed" else "status"
    # Counted up aloud it would drown everything else.
    live = "off" if now.stage == "running" and now.total else "polite"
    return f'<div class="wz-m-state wz-m-{now.stage}" role="{role}" aria-live="{live}"><p>{escape(text)}</p>{bar}</div>'


def shelf(held: Shelf, current: str | None, shown: Language) -> str:
    """The runs with their fingerprints, and what could not be read."""
    own = texts(shown)
    complaints = "".join(complaint(own["measure_damaged"].format(reason=reason)) for reason in held.complaints)
    if not held.runs:
        return f'{complaints}<p class="wz-m-empty">{escape(own["measure_none"])}</p>'
    names = [name for name in _FINGERPRINTS if any(name in run.fingerprints for run in held.runs)]
    heads = [own["measure_when"], own["measure_split"], own["measure_questions"]]
    heads += [own[_LABELS.get(name, f"measure_{name}")] for name in names]
    rows = [
        _cells(
            [
                escape(moment(run)),
                escape(split_name(run.split, own)),
                _number(len(run.rows)),
                *(f"<code>{escape(_brief(run.fingerprints.get(name, '–')))}</code>" for name in names),
            ],
            current=run.name == current,
        )
        for run in held.runs
    ]
    return complaints + _table(own["measure_runs_heading"], heads, rows)


def complaint(text: str) -> str:
    """One sentence on what is wrong."""
    return f'<p class="wz-m-complaint" role="alert">{escape(text)}</p>'


def moment(run: Run) -> str:
    """When the run was done, by the clock of this machine."""
    return f"{run.when.astimezone():%Y-%m-%d %H:%M:%S}"


def _brief(fingerprint: str) -> str:
    """The name that comes before a digest, if any, and the beginning of the digest."""
    return " ".join(word[:_SHOWN] if len(word) > _SHOWN and word.isalnum() else word for word in fingerprint.split())


# -- figures ------------------------------------------------------------------------------------


def by_measure(run: Run, kind: str | None, shown: Language) -> str:
    """A bar for each measure and language, over all questions or those of one kind."""
    own = texts(shown)
    figures = {(f.measure, f.language): f for f in run.figures if f.kind == (kind or "")}
    rows = [
        (_measure(measure, own, shown), [figures.get((measure.name, spoken)) for spoken in LANGUAGES]) for measure in run.measures
    ]
    return _bars(own["measure_figures_heading"], own["measure_measure"], rows, own)


def by_kind(run: Run, measure: str, shown: Language) -> str:
    """A bar for each kind of question and language by one measure."""
    own = texts(shown)
    figures = {(f.kind, f.language): f for f in run.figures if f.measure == measure}
    rows = [(escape(kind_name(kind, own)), [figures.get((kind, spoken)) for spoken in LANGUAGES]) for kind in run.kinds]
    return _bars(own["measure_kinds_heading"], own["measure_kind"], rows, own)


def _bars(caption: str, head: str, rows: Iterable[tuple[str, Sequence[Figure | None]]], own: Texts) -> str:
    """A table whose cells hold a figure and its bar; rows without any figure are left out."""
    heads = [head, *(own[f"measure_{spoken}"] for spoken in LANGUAGES)]
    told = [
        _cells([label, *(_bar(f, own) for f in figures)], head=True)
        for label, figures in rows
        if any(figure is not None for figure in figures)
    ]
    return _table(caption, heads, told, "wz-m-bars")


def _bar(figure: Figure | None, own: Texts) -> str:
    """The mean as a bar with its interval as a line, and both in figures."""
    if figure is None:
        return '<span class="wz-m-nothing">–</span>'
    mean, low, high = (100 * max(0.0, min(1.0, value)) for value in (figure.mean, figure.low, figure.high))
    count = escape(own["measure_count"].format(count=figure.count))
    return (
        '<svg class="wz-m-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="wz-m-track" width="100" height="8"/>'
        f'<rect class="wz-m-mean" width="{mean:.1f}" height="8"/>'
        f'<rect class="wz-m-range" x="{low:.1f}" y="3.2" width="{max(0.6, high - low):.1f}" height="1.6"/></svg>'
        f'<b class="wz-m-figure">{figure.mean:.3f}</b> <span class="wz-m-figure">({figure.low:.2f}–{figure.high:.2f})</span>'
        f' <span class="wz-m-count">{count}</span>'
    )


def _measure(measure: Measure, own: Texts, shown: Language) -> str:
    """The name, what it means, and which way is better where that is not plain."""
    said = measure.zh if shown == "zh" else measure.en
    less = f"{'；' if shown == 'zh' else '; '}{own['measure_lower']}" if measure.less_is_better else ""
    return f'<span class="wz-m-name">{escape(measure.name)}</span><span class="wz-m-means">{escape(said + less)}</span>'


def measure_name(measure: Measure, shown: Language) -> str:
    """The measure as a choice in a list."""
    return f"{measure.zh}（{measure.name}）" if shown == "zh" else measure.name


def split_name(split: str, own: Texts) -> str:
    """A part of a question set, in a word."""
    return own.get(f"measure_brief_{split}", split)


def kind_name(kind: str, own: Texts) -> str:
    """A kind of question in the language of the page; of question sets of one's own as it stands there."""
    return own.get(f"measure_kind_{kind}", kind)


# -- two runs -----------------------------------------------------------------------------------


def changes(found: Sequence[Change], measures: Sequence[Measure], shown: Language) -> str:
    """What got better or worse, by sign and word; what did not change by more than chance is folded away."""
    own = texts(shown)
    clear = [change for change in found if change.better or change.worse]
    rest = [change for change in found if not (change.better or change.worse)]
    told = _changes(clear, measures, shown) if clear else f'<p class="wz-m-empty">{escape(own["measure_changes_none"])}</p>'
    if not rest:
        return told
    unclear = escape(own["measure_changes_rest"].format(count=len(rest)))
    return f'{told}<details class="wz-m-rest"><summary>{unclear}</summary>{_changes(rest, measures, shown)}</details>'


def _changes(found: Sequence[Change], measures: Sequence[Measure], shown: Language) -> str:
    own = texts(shown)
    known = {measure.name: measure for measure in measures}
    heads = [own[f"measure_{name}"] for name in ("measure", "language", "verdict", "before", "after", "difference")]
    rows = []
    for change in found:
        verdict = "better" if change.better else "worse" if change.worse else "same"
        label = _measure(known[change.measure], own, shown) if change.measure in known else escape(change.measure)
        rows.append(
            _cells(
                [
                    label,
                    escape(own[f"measure_{change.language}"]),
                    f'<span class="wz-m-verdict wz-m-{verdict}">{escape(own[f"measure_{verdict}"])}</span>',
                    _number(f"{change.before:.3f}"),
                    _number(f"{change.after:.3f}"),
                    _number(f"{_signed(change.after - change.before)} ({_signed(change.low)} – {_signed(change.high)})"),
                ],
                head=True,
            )
        )
    return _table(own["measure_changes_heading"], heads, rows)


def _signed(value: float) -> str:
    """With a true minus sign; nothing is not negative."""
    return "0.000" if abs(value) < 0.0005 else f"{value:+.3f}".replace("-", "−")


# -- tables -------------------------------------------------------------------------------------


def _table(caption: str, heads: Sequence[str], rows: Sequence[str], kind: str = "") -> str:
    """A table that scrolls by itself where it is too wide, also by keyboard."""
    named = escape(caption)
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return (
        f'<div class="wz-m-scroll" role="region" tabindex="0" aria-label="{named}"><table class="wz-m-table {kind}">'
        f'<caption class="wz-m-hidden">{named}</caption><thead><tr>{top}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _cells(contents: Sequence[str], *, head: bool = False, current: bool = False) -> str:
    """A row of finished HTML; the first cell names it where it is a head."""
    first, *rest = contents
    named = f'<th scope="row">{first}</th>' if head else f"<td>{first}</td>"
    chosen = ' aria-current="true"' if current else ""
    return f"<tr{chosen}>{named}{''.join(f'<td>{content}</td>' for content in rest)}</tr>"


def _number(value: object) -> str:
    return f'<span class="wz-m-number">{escape(str(value))}</span>'
