"""Failed questions → HTML: question, answer, what was to be cited and what was, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from index.records import Language
from ui.runs import Row, Span
from ui.web.escape import escape
from ui.web.figures import Texts, kind_name
from ui.web.runs import lang
from ui.web.texts import texts


def failures(rows: Sequence[Row], count: int, shown: Language) -> str:
    """The rows, `count` being all that there are."""
    own = texts(shown)
    if not rows:
        return f'<p class="wz-m-empty">{escape(own["measure_failures_none"])}</p>'
    total = escape(own["measure_failures_count"].format(count=count))
    return f'<p class="wz-m-note">{total}</p>' + "".join(_row(row, own) for row in rows)


def _row(row: Row, own: Texts) -> str:
    about = [own[f"measure_{row.language}"], kind_name(row.kind, own)]
    if row.refused:
        about.append(own["measure_refused"])
    values = "".join(f"<li>{escape(name)} <b>{value:.2f}</b></li>" for name, value in row.values.items())
    earlier = escape(own["measure_history"].format(questions=" / ".join(row.history)))
    history = f'<p class="wz-m-note">{earlier}</p>' if row.history else ""
    return (
        f'<details class="wz-m-failure"><summary><span class="wz-m-about">{escape(" · ".join([row.id, *about]))}</span>'
        f"{_text(row.question, 'wz-m-question')}</summary>"
        f"{history}"
        f'<p class="wz-label">{escape(own["measure_answer"])}</p>{_text(row.answer, "wz-m-answer")}'
        f'<div class="wz-m-sides">{_gold(row, own)}{_cited(row, own)}</div>'
        f'<ul class="wz-m-values">{values}</ul></details>'
    )


def _gold(row: Row, own: Texts) -> str:
    items = [
        _span(span, own, "met" if any(span.meets(cited) for cited in row.cited) else "missed")
        if span.article
        else _span(span, own)
        for span in row.gold
    ]
    return _side(own["measure_gold"], items, own["measure_gold_none"])


def _cited(row: Row, own: Texts) -> str:
    items = [
        _span(span, own, "touching" if any(span.meets(gold) for gold in row.gold) else "elsewhere")
        if row.gold
        else _span(span, own)
        for span in row.cited
    ]
    return _side(own["measure_cited"], items, own["measure_cited_none"])


def _side(label: str, items: Sequence[str], nothing: str) -> str:
    content = f"<ol>{''.join(items)}</ol>" if items else f'<p class="wz-m-empty">{escape(nothing)}</p>'
    return f'<div><p class="wz-label">{escape(label)}</p>{content}</div>'


def _span(span: Span, own: Texts, verdict: str = "") -> str:
    """A quotation, whether the other side has it too, and the way to its place in the source."""
    told = f'<span class="wz-m-verdict wz-m-{verdict}">{escape(own[f"measure_{verdict}"])}</span>' if verdict else ""
    link = ""
    if span.article:
        place = urlencode({"article": span.article, "start": span.start, "end": span.end})
        where = escape(f"{span.article} {span.start}–{span.end}")
        link = f'<a href="./source?{escape(place)}" title="{where}" target="_blank" rel="noopener">{escape(own["measure_source"])}</a>'
    return f'<li>{_text(span.quote, "wz-m-quote")}<p class="wz-m-foot">{told}{link}</p></li>'


def _text(text: str, kind: str) -> str:
    """A text of a question or document, its language told to screen readers."""
    return f'<p class="{kind}" lang="{lang(text)}">{escape(text)}</p>'
