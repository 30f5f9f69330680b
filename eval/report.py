"""A run for people: Markdown tables for the terminal, and one HTML file with plots that needs nothing else."""

from __future__ import annotations

from html import escape

from eval.figures import lengths, summary, times
from eval.measures import ANSWERS, MEASURES, REFUSALS, RETRIEVAL
from eval.records import Row, Run

_COLOURS = {"zh": "#9c2b22", "en": "#1f4f82"}
_STYLE = (
    "body{font:16px/1.6 system-ui,'Noto Serif CJK SC',serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fdfcf9}"
    "table{border-collapse:collapse;margin:1rem 0;width:100%}td,th{border-bottom:1px solid #ddd;padding:.25rem .6rem;text-align:left;"
    "vertical-align:top}td.n{font-variant-numeric:tabular-nums;text-align:right;white-space:nowrap}"
    "details{margin:.4rem 0;border-left:3px solid #ccc;padding-left:.8rem}summary{cursor:pointer}q{quotes:none}.ok{color:#1a6b2d}.no{color:#9c2b22}"
)


def markdown(run: Run) -> str:
    """The figures as tables."""
    figures = summary(run)
    lines = [f"Split {run.split}, {', '.join(f'{name} {value}' for name, value in run.fingerprints.items())}", ""]
    for names in (RETRIEVAL, (*ANSWERS, *REFUSALS)):
        lines += [f"| language | questions | {' | '.join(names)} |", "|---|---|" + "---|" * len(names)]
        for spoken, values in figures.items():
            count = sum(row.language == spoken for row in run.rows)
            cells = [f"{v[0]:.3f} ({v[1]:.2f}–{v[2]:.2f})" if (v := values.get(name)) else "–" for name in names]
            lines.append(f"| {spoken} | {count} | {' | '.join(cells)} |")
        lines.append("")
    for spoken in figures:
        median, late = times(run, spoken)
        unit = "characters" if spoken == "zh" else "words"
        lines.append(
            f"{spoken}: median answer to factoid and number questions {lengths(run, spoken):.0f} {unit}; "
            f"a question takes {median:.0f} ms, 95th percentile {late:.0f} ms."
        )
    return "\n".join(lines)


def html(run: Run) -> str:
    """The whole report as one page in both languages."""
    failures = [row for row in run.rows if row.failed]
    return (
        f"<!doctype html><html lang='zh'><meta charset='utf-8'><title>文证 Wenzheng · {escape(run.split)}</title>"
        f"<style>{_STYLE}</style><h1>文证评测 <span lang='en'>Wenzheng benchmark</span></h1>"
        f"{_facts(run)}<h2>检索 <span lang='en'>Retrieval</span></h2>{_plot(run, RETRIEVAL)}"
        f"<h2>回答 <span lang='en'>Answers</span></h2>{_plot(run, (*ANSWERS, *REFUSALS))}"
        f"<h2>按题型 <span lang='en'>By kind</span></h2>{_kinds(run)}"
        f"<h2>失误 <span lang='en'>Failures</span> ({len(failures)})</h2>" + "".join(map(_failure, failures)) + "</html>"
    )


def _facts(run: Run) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in run.fingerprints.items())
    return f"<table>{cells}</table>"


def _plot(run: Run, names: tuple[str, ...]) -> str:
    """Bars with their intervals, one pair of languages a measure."""
    figures = summary(run)
    height = 46
    rows = []
    for at, name in enumerate(names):
        top = at * height
        rows.append(f"<text x='0' y='{top + 16}' font-size='13'>{escape(MEASURES[name].zh)}</text>")
        rows.append(f"<text x='0' y='{top + 32}' font-size='12' fill='#666'>{escape(name)}</text>")
        for line, (spoken, values) in enumerate(figures.items()):
            if name not in values:
                continue
            mean, low, high = values[name]
            y = top + 4 + line * 18
            x = [230 + 480 * value for value in (mean, low, high)]
            rows.append(
                f"<rect x='230' y='{y}' width='{max(1.0, x[0] - 230):.1f}' height='13' fill='{_COLOURS[spoken]}' opacity='.8'/>"
            )
            rows.append(f"<line x1='{x[1]:.1f}' x2='{x[2]:.1f}' y1='{y + 6.5}' y2='{y + 6.5}' stroke='#222'/>")
            rows.append(f"<text x='720' y='{y + 11}' font-size='12'>{spoken} {mean:.3f} ({low:.2f}–{high:.2f})</text>")
    total = len(names) * height
    title = "均值与 95% 区间 / mean and 95 % interval"
    return (
        f"<svg viewBox='0 0 880 {total}' role='img' aria-label='{title}' width='100%'><title>{title}</title>{''.join(rows)}</svg>"
    )


def _kinds(run: Run) -> str:
    names = ("within 5,000", "any gold", "touching", "points")
    head = "".join(f"<th>{escape(MEASURES[name].zh)}<br>{escape(name)}</th>" for name in names)
    lines = [f"<table><tr><th>题型 kind</th><th></th><th>题数 questions</th>{head}</tr>"]
    for kind in sorted({row.kind for row in run.rows if row.answerable}):
        for spoken in ("zh", "en"):
            own = [row for row in run.rows if row.kind == kind and row.language == spoken and row.answerable]
            cells = []
            for name in names:
                values = [row.values[name] for row in own if name in row.values]
                cells.append(f"<td class='n'>{sum(values) / len(values):.2f}</td>" if values else "<td>–</td>")
            lines.append(f"<tr><td>{escape(kind)}</td><td>{spoken}</td><td class='n'>{len(own)}</td>{''.join(cells)}</tr>")
    return "".join(lines) + "</table>"


def _failure(row: Row) -> str:
    gold = "".join(f"<li>{escape(g.quote)}</li>" for g in row.gold)
    cited = "".join(f"<li>{escape(quote)}</li>" for quote in row.quotes)
    text = escape(row.question or row.id)
    return (
        f"<details><summary>{escape(row.id)} · {row.language} · {escape(row.kind)}: {text}</summary>"
        f"<p>{escape(row.answer)}</p><p class='ok'>标准证据 gold</p><ul>{gold or '<li>–</li>'}</ul>"
        f"<p class='no'>所引 cited</p><ul>{cited or '<li>–</li>'}</ul></details>"
    )
