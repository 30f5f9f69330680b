"""One document → the HTML of its figures, its articles, and the account of what became of every character."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from index.fidelity import Fidelity
from index.holdings import Holding
from index.records import ArticleRecord, Language
from index.script import language as language_of
from rag.cite import name as person_name
from ui.web.escape import escape
from ui.web.render import Texts
from ui.web.runs import LANG
from ui.web.scope import title as title_in
from ui.web.texts import texts

_GROUPS = {
    "body": "body",
    "footnotes": "footnotes",
    "tables": "tables",
    "furniture": "furniture",
    "other": "other",
    "white space": "space",
    "left over": "left",
}
"""Groups of `index.fidelity` and the names of their texts."""

_LINES = 5  # left-over stretches and unmatched marks that a report shows
_SHORT = 80  # characters of each
_TYPES = {"application/pdf": "PDF", "text/plain": "TXT", "text/markdown": "Markdown", "text/html": "HTML"}


def figures(held: Holding, shown: Language) -> str:
    """Kind, languages, length and parts of a document."""
    own = texts(shown)
    spoken = own["join_names"].join(
        own[f"documents_language_{language}"] for language in sorted({a.language for a in held.articles})
    )
    share = own["documents_translated"].format(share=f"{held.translated / held.sentences:.0%}") if held.translated else ""
    loose = held.footnotes - held.tied
    notes = own["documents_footnotes_loose" if loose else "documents_footnotes"].format(count=f"{held.footnotes:,}", loose=loose)
    parts = (
        _TYPES.get(held.media_type, "DOCX"),
        spoken,
        own["documents_characters"].format(count=f"{held.characters:,}"),
        own["documents_pages"].format(count=f"{held.pages:,}") if held.pages else "",
        own["documents_sections"].format(count=f"{held.sections:,}") if held.sections else "",
        own["documents_sentences"].format(count=f"{held.sentences:,}"),
        share or own["documents_untranslated"],
        notes if held.footnotes else "",
    )
    return f'<ul class="wzd-figures">{_items(part for part in parts if part)}</ul>'


def articles(records: Sequence[ArticleRecord], shown: Language) -> str:
    """Titles and authors, each with the way to ask of it."""
    return f'<ul class="wzd-articles">{"".join(_article(record, shown) for record in records)}</ul>' if records else ""


def _article(record: ArticleRecord, shown: Language) -> str:
    own = texts(shown)
    authors = own["join_names"].join(filter(None, (person_name(person, shown) for person in record.authors)))
    by = f' <span class="wzd-soft"><bdi>{escape(authors)}</bdi></span>' if authors else ""
    title = title_in(record, shown)
    label = escape(own["documents_ask_label"].format(title=title))
    return (
        f'<li><span class="wzd-title" lang="{LANG[language_of(title)]}"><bdi>{escape(title)}</bdi></span>{by} '
        f'<a class="wzd-link" href="./?article={quote(record.id, safe="")}&amp;lang={shown}" aria-label="{label}">{escape(own["documents_ask"])}</a></li>'
    )


def account(report: Fidelity, shown: Language) -> str:
    """What every character became, and what did not fit."""
    own = texts(shown)
    parts = [f"{own[f'documents_part_{key}']} {count:,}" for group, key in _GROUPS.items() if (count := report.group(group))]
    joined = f"<p>{escape(own['documents_joined'].format(count=report.joined))}</p>" if report.joined else ""
    left = [own["documents_left_line"].format(line=rest.line, text=_short(rest.text)) for rest in report.left_over]
    whole = f"<p>{escape(own['documents_left_none'])}</p>"
    odd = [_odd(exception, own) for exception in report.exceptions]
    return (
        f'<div class="wzd-account"><p>{escape(own["documents_whole"].format(count=f"{report.total:,}"))}</p>'
        f'<ul class="wzd-figures">{_items(parts)}</ul>{joined}'
        f"{_lines('documents_left', left, own) or whole}"
        f"{_lines('documents_odd', odd, own)}</div>"
    )


def _odd(exception: str, own: Texts) -> str:
    kind, _, text = exception.partition(": ")
    key = {"mark without note": "documents_odd_mark", "note without mark": "documents_odd_note"}.get(kind)
    return own[key].format(text=_short(text)) if key else _short(exception)


def _lines(head: str, lines: Sequence[str], own: Texts) -> str:
    if not lines:
        return ""
    more = len(lines) - _LINES
    rest = [own["documents_rest"].format(count=more)] if more > 0 else []
    return f"<p>{escape(own[head].format(count=len(lines)))}</p><ul class='wzd-lines'>{_items([*lines[:_LINES], *rest])}</ul>"


def _items(texts_: Iterable[str]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts_)


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
