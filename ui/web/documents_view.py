"""Holdings, jobs and accounts → the HTML of the page of documents; everything untrusted is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from urllib.parse import quote

from index.errors import DocumentError, LibraryBusy, WenzhengError
from index.fidelity import Fidelity
from index.files import READERS
from index.holdings import Holding
from index.records import ArticleRecord, Language
from index.script import language as language_of
from index.uploads import MOST_BYTES, MOST_FILES
from rag.cite import name as person_name
from ui.web import look
from ui.web.escape import escape
from ui.web.intake import Account, Job
from ui.web.navigation import navigation
from ui.web.render import Texts
from ui.web.scope import title as title_in
from ui.web.texts import texts

_STAGES = ("keep", "read", "encode", "write", "open")
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
_LANG = {"zh": "zh-Hans", "en": "en"}
_TYPES = {"application/pdf": "PDF", "text/plain": "TXT", "text/markdown": "Markdown", "text/html": "HTML"}


def header(shown: Language) -> str:
    """The name of the page and the ways to the others."""
    own = texts(shown)
    rest = f'<p class="wz-lead">{escape(own["documents_lead"])}</p>{navigation(shown, "documents")}'
    return look.head(shown, own["documents_title"], rest, main="wzd-main")


def limits(shown: Language) -> str:
    """Which files are taken, and how many."""
    return f'<p class="wzd-limits" lang="{_LANG[shown]}">{_filled("documents_limits", shown)}</p>'


def failed(error: WenzhengError, shown: Language) -> str:
    """What could not be done."""
    return f'<p class="wzd-failed" role="alert" lang="{_LANG[shown]}">{escape(_reason(error, "", shown))}</p>'


# -- jobs ---------------------------------------------------------------------------------------


def jobs(all_: Sequence[Job], shown: Language) -> str:
    """What is in work and what has come of it, the latest first; what bears `data-told` is read out as it changes."""
    content = "".join(_ended(job, shown) if job.ended else _running(job, shown) for job in reversed(all_))
    return f'<div class="wzd-jobs" lang="{_LANG[shown]}">{content}</div>'


def _running(job: Job, shown: Language) -> str:
    own = texts(shown)
    head = own["documents_removing" if job.removes else "documents_adding"].format(names=_names(job.names, own))
    stages = ("write", "open") if job.removes else _STAGES
    if job.stage in stages:
        at = stages.index(job.stage)
        steps = "".join(_step(stage, place - at, job, own) for place, stage in enumerate(stages))
        content = f'<ol class="wzd-steps">{steps}</ol>'
    else:
        content = f"<p data-told>{escape(own[f'documents_stage_{job.stage}'])}</p>"
    return (
        f'<section class="wzd-job wzd-running"><h2 data-told>{escape(head)}</h2>{content}'
        f'<p class="wzd-soft">{escape(own["documents_meanwhile"])}</p></section>'
    )


def _step(stage: str, place: int, job: Job, own: Texts) -> str:
    """One stage: done, in work with its bar, or to come."""
    label = escape(own[f"documents_stage_{stage}"])
    if place:
        return f'<li class="{"wzd-past" if place < 0 else "wzd-next"}">{label}</li>'
    bar = count = ""
    if job.total > 1:
        bar = f'<progress max="{job.total}" value="{job.done}" aria-label="{label}"></progress>'
        count = f' <span class="wzd-soft">{job.done:,} / {job.total:,}</span>'
    return f'<li class="wzd-now" aria-current="step"><span data-told>{label}</span>{count}{bar}</li>'


def _ended(job: Job, shown: Language) -> str:
    if job.error is not None:
        content = f'<p class="wzd-failed" data-told>{escape(_reason(job.error, "", shown))}</p>'
    elif job.removes:
        content = f"<p data-told>{_filled('documents_removed', shown, name=job.names[0])}</p>"
    else:
        content = "".join(_added(given, account, shown) for given, account in job.added)
        content += "".join(
            _outcome(given, "known", _filled("documents_known", shown, name=held), shown) for given, held in job.known
        )
        content += "".join(
            _outcome(one.name, "refused", escape(_reason(one.error, one.name, shown)), shown) for one in job.refused
        )
    return f'<section class="wzd-job">{content}</section>' if content else ""


def _outcome(name: str, how: str, said: str, shown: Language) -> str:
    """A file that was not added, and why."""
    state = texts(shown)["documents_refused"]
    return (
        f'<article class="wzd-file wzd-{how}"><h3 data-told><bdi>{escape(name)}</bdi> <span class="wzd-state">{escape(state)}</span></h3>'
        f"<p>{said}</p></article>"
    )


def _added(given: str, account: Account, shown: Language) -> str:
    own, held = texts(shown), account.holding
    state = own["documents_added"] if held.name == given else own["documents_added_as"].format(name=held.name)
    return (
        f'<article class="wzd-file wzd-added"><h3 data-told><bdi>{escape(given)}</bdi> <span class="wzd-state">{escape(state)}</span></h3>'
        f"{_figures(held, shown)}{_articles(held.articles, shown)}{_account(account.fidelity, shown)}</article>"
    )


def _names(names: Sequence[str], own: Texts) -> str:
    first = own["join_names"].join(names[:2])
    return own["documents_more"].format(names=first, count=len(names) - 2) if names[2:] else first


def _reason(error: WenzhengError, name: str, shown: Language) -> str:
    """Why something failed, in the language of the page where it is a reason the page knows."""
    own = texts(shown)
    if isinstance(error, DocumentError) and (known := own.get(f"documents_why_{error.why}")):
        return known.format(**_facts(name))
    if isinstance(error, LibraryBusy):
        return own["documents_failed_busy"]
    return own["documents_failed"].format(reason=error)


def _facts(name: str) -> dict[str, str]:
    """What is filled into texts on limits."""
    types = ", ".join(suffix.removeprefix(".") for suffix in READERS)
    kind = PurePath(name).suffix.removeprefix(".").upper()
    return {"types": types, "size": str(MOST_BYTES // 1_000_000), "files": str(MOST_FILES), "kind": kind}


def _filled(text: str, shown: Language, **facts: str) -> str:
    return escape(texts(shown)[text].format(**{**_facts(""), **facts}))


# -- the list -----------------------------------------------------------------------------------


def listing(held: Sequence[Holding], shown: Language, opened: Account | None = None, focus: str | None = None) -> str:
    """Every document with its figures and articles, one of them with its account.

    `focus` names the document whose button was last pressed; where it is gone, the heading gets the focus.
    """
    own = texts(shown)
    articles = sum(len(holding.articles) for holding in held)
    head = own["documents_list"].format(documents=len(held), articles=articles) if held else own["documents_none"]
    rows = "".join(_row(holding, shown, opened, focus == holding.name) for holding in held)
    here = any(holding.name == focus for holding in held)
    mark = ' tabindex="-1" data-focus' if focus is not None and not here else ""
    return f'<div class="wzd-list" lang="{_LANG[shown]}"><h2{mark}>{escape(head)}</h2>{rows}</div>'


def _row(held: Holding, shown: Language, opened: Account | None, focused: bool) -> str:
    own = texts(shown)
    account = opened if opened and opened.holding.name == held.name else None
    act, key = ("collapse", "documents_account_close") if account else ("expand", "documents_account")
    label = "" if account else f' aria-label="{escape(own["documents_account_label"].format(name=held.name))}"'
    focus = " data-focus" if focused else ""
    kept = f' <span class="wzd-state">{escape(own["documents_kept"])}</span>' if held.kept else ""
    return (
        f'<article class="wzd-doc"><h3><bdi>{escape(held.name)}</bdi>{kept}</h3>{_figures(held, shown)}'
        f"{_articles(held.articles, shown)}"
        f'<div class="wzd-acts"><button type="button" data-act="{act}" data-name="{quote(held.name, safe="")}" '
        f'aria-expanded="{"true" if account else "false"}"{label}{focus}>{escape(own[key])}</button>'
        f"{_removal(held, own) if held.kept else ''}</div>"
        f"{_account(account.fidelity, shown) if account else ''}</article>"
    )


def _removal(held: Holding, own: Texts) -> str:
    """A question before a document goes."""
    label = escape(own["documents_remove_label"].format(name=held.name))
    return (
        f'<details class="wzd-remove"><summary aria-label="{label}">{escape(own["documents_remove"])}</summary>'
        f"<p>{escape(own['documents_remove_sure'].format(name=held.name))}</p>"
        f'<button type="button" data-act="delete" data-name="{quote(held.name, safe="")}">{escape(own["documents_remove_yes"])}</button>'
        "</details>"
    )


def _figures(held: Holding, shown: Language) -> str:
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


def _articles(records: Sequence[ArticleRecord], shown: Language) -> str:
    return f'<ul class="wzd-articles">{"".join(_article(record, shown) for record in records)}</ul>' if records else ""


def _article(record: ArticleRecord, shown: Language) -> str:
    own = texts(shown)
    authors = own["join_names"].join(filter(None, (person_name(person, shown) for person in record.authors)))
    by = f' <span class="wzd-soft"><bdi>{escape(authors)}</bdi></span>' if authors else ""
    title = title_in(record, shown)
    label = escape(own["documents_ask_label"].format(title=title))
    return (
        f'<li><span class="wzd-title" lang="{_LANG[language_of(title)]}"><bdi>{escape(title)}</bdi></span>{by} '
        f'<a class="wzd-link" href="./?article={quote(record.id, safe="")}&amp;lang={shown}" aria-label="{label}">{escape(own["documents_ask"])}</a></li>'
    )


# -- the account of one document ----------------------------------------------------------------


def _account(report: Fidelity, shown: Language) -> str:
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
