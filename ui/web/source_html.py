"""What stands around an article on the source page: its bibliographic head, its contents, the list of all articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from index.records import ArticleRecord, Language, Person
from index.script import language as language_of
from rag.cite import name
from ui.web import article_html, look
from ui.web.article import ArticleView, Section
from ui.web.article_html import Side
from ui.web.escape import escape
from ui.web.navigation import navigation
from ui.web.texts import texts

SHOWN = 50
"""Articles of the list that are written out at once."""

Texts = Mapping[str, str]

_LANG = {"zh": "zh-Hans", "en": "en"}
_TAB = "wz-source"


def address(article: str | None = None, start: int | None = None, end: int | None = None, **others: str) -> str:
    """The address of an article, or of a place in it, relative to any page of the app."""
    asked = {"article": article, "start": start, "end": end, **others}
    query = urlencode({key: value for key, value in asked.items() if value is not None})
    return f"source?{query}" if query else "source"


def link(record: ArticleRecord, start: int, end: int, shown: Language) -> str:
    """A link to a place in an article; it opens in a tab of its own, the same for every place, and leaves the answer alone."""
    own = texts(shown)
    said = escape(own["source_open_title"].format(title=record.title))
    where = escape(address(record.id, start, end, lang=shown))
    return f'<a class="wz-open" href="{where}" target="{_TAB}" title="{said}">{escape(own["source_open"])}</a>'


def header(shown: Language) -> str:
    """The name of the program, what this page is, and the ways to the other pages."""
    own = texts(shown)
    rest = f'<p class="wz-lead">{escape(own["source_lead"])}</p>{navigation(shown, "source")}'
    return look.head(shown, own["title"], rest, main="wz-src-shown")


# -- an article ---------------------------------------------------------------------------------


def article(view: ArticleView, side: Side, shown: Language) -> str:
    """The whole of an article: contents beside, head above, text."""
    own = texts(shown)
    listed = contents(view, side, shown)
    beside = (
        f'<nav class="wz-src-contents" aria-label="{escape(own["source_contents"])}"><details>'
        f"<summary>{escape(own['source_contents'])}</summary>{listed}</details></nav>"
        if listed
        else ""
    )
    remark = "" if side == "original" else f'<p class="wz-src-remark">{escape(own["source_machine"])}</p>'
    if not view.translated:
        remark = f'<p class="wz-src-remark">{escape(own["source_no_translation"])}</p>' if view.record.language != shown else ""
    return (
        f'<div class="wz-src" data-article="{escape(view.record.id)}" data-side="{side}" data-lang="{shown}" lang="{_LANG[shown]}">{beside}'
        f'<article class="wz-src-article">{head(view.record, shown)}{_tools(own)}{remark}'
        f"{article_html.article(view, side, shown)}</article></div>"
    )


def contents(view: ArticleView, side: Side, shown: Language) -> str:
    """The headings as nested lists of links; empty where the article has none."""
    return _entries(view.record.id, [section for section in view.sections if section.heading], side, shown)


def _entries(id: str, sections: Sequence[Section], side: Side, shown: Language) -> str:
    """Sections of one level with those below them inside."""
    items = ""
    while sections:
        first, rest = sections[0], sections[1:]
        below = next((at for at, section in enumerate(rest) if section.level <= first.level), len(rest))
        items += f"<li>{_entry(id, first, side, shown)}{_entries(id, rest[:below], side, shown)}</li>"
        sections = rest[below:]
    return f"<ol>{items}</ol>" if items else ""


def _entry(id: str, section: Section, side: Side, shown: Language) -> str:
    """A heading in the language of the text beside it; where both are, in that of the reader."""
    heading = section.heading
    if heading is None:
        return ""
    foreign = side == "translation" or (side == "both" and language_of(heading.text) != shown)
    text = heading.translation if heading.translation and foreign else section.title
    own = heading.lines[0].sentence
    where = escape(address(id, own.start, own.end, side=side, lang=shown))
    return f'<a href="{where}" data-to="{article_html.place(heading)}" lang="{_LANG[language_of(text)]}">{escape(text)}</a>'


def head(record: ArticleRecord, shown: Language) -> str:
    """Title in both languages, authors, journal, year, issue, pages and file of an article."""
    own = texts(shown)
    spoken = record.language
    other = record.title_en if spoken == "zh" else record.title_zh
    told: Language = "en" if spoken == "zh" else "zh"
    second = f'<p class="wz-src-other" lang="{_LANG[told]}">{escape(other)}</p>' if other and other != record.title else ""
    authors = own["join_names"].join(_names(person, shown) for person in record.authors)
    facts = "".join(f"<p>{escape(fact)}</p>" for fact in (authors, printed(record, shown)) if fact)
    return (
        f'<header class="wz-src-head"><h1 lang="{_LANG[spoken]}">{escape(record.title)}</h1>{second}'
        f'<div class="wz-src-facts">{facts}<p class="wz-src-file">{escape(own["source_file"].format(source=record.source))}</p>'
        "</div></header>"
    )


def _names(person: Person, shown: Language) -> str:
    """A person in the reader's language, with the name in the other script."""
    first = name(person, shown) or ""
    other = person.en if first == person.zh else person.zh
    return f"{first} ({other})" if other and shown == "en" else f"{first}（{other}）" if other else first


def printed(record: ArticleRecord, shown: Language) -> str:
    """Where an article appeared: journal, year, volume, issue, pages, so far as the record has them."""
    own = texts(shown)
    journal = (record.journal_zh or record.journal_en) if shown == "zh" else (record.journal_en or record.journal_zh)
    pages = (record.pages or "").replace("-", "–")
    several = any(sign in pages for sign in "–—,")
    issue = [
        own["source_journal"].format(journal=journal.strip("《》")) if journal else "",
        own["source_year"].format(year=record.year) if record.year else "",
        own["source_volume"].format(volume=record.volume) if record.volume else "",
        own["source_issue"].format(issue=record.issue) if record.issue else "",
    ]
    there = (own["source_pages"] if several else own["source_onepage"]).format(pages=pages) if pages else ""
    gap = "" if shown == "zh" else own["source_join"]
    return own["source_join"].join(filter(None, (gap.join(filter(None, issue)), there)))


def _tools(own: Texts) -> str:
    """The button that copies a link, and the line that says what became of it; the script of the page works them."""
    copy, chosen = escape(own["source_copy"]), escape(own["source_copy_selected"])
    done, failed = escape(own["source_copied"]), escape(own["source_copy_failed"])
    return (
        f'<div class="wz-src-tools"><button type="button" class="wz-src-share" data-plain="{copy}" data-selected="{chosen}" '
        f'data-done="{done}" data-failed="{failed}">{copy}</button><span class="wz-src-said" role="status"></span></div>'
    )


# -- the list -----------------------------------------------------------------------------------


def note(text: str) -> str:
    """A sentence of the page itself."""
    return f'<p class="wz-src-note" role="status">{escape(text)}</p>'


def opening(record: ArticleRecord, shown: Language) -> str:
    """A link to the beginning of an article."""
    where = escape(address(record.id, lang=shown))
    return f'<p class="wz-src-note"><a href="{where}">{escape(texts(shown)["source_from_start"])}</a></p>'


def matching(records: Sequence[ArticleRecord], words: str) -> list[ArticleRecord]:
    """The articles whose title, authors, journal or year hold every one of the words."""
    wanted = words.casefold().split()
    return [record for record in records if all(word in _told(record) for word in wanted)]


def _told(record: ArticleRecord) -> str:
    people = [part for person in record.authors for part in (person.zh, person.en)]
    parts = (record.title_zh, record.title_en, *people, record.journal_zh, record.journal_en, str(record.year or ""), record.id)
    return " ".join(filter(None, parts)).casefold()


def listing(records: Sequence[ArticleRecord], words: str, shown: Language) -> str:
    """The articles that hold the words, each a link, and how many there are."""
    own = texts(shown)
    found = matching(records, words)
    if not found:
        return note(own["source_none"].format(words=words.strip()) if records else own["source_empty"])
    several = own["source_shown"] if len(found) > SHOWN else own["source_count"]
    items = "".join(_item(record, shown) for record in found[:SHOWN])
    title = f'<h1 class="wz-src-all">{escape(own["source_all"])}</h1>'
    return f'{title}{note(several.format(count=len(found), shown=SHOWN))}<ul class="wz-src-list">{items}</ul>'


def _item(record: ArticleRecord, shown: Language) -> str:
    own = texts(shown)
    other = record.title_en if record.language == "zh" else record.title_zh
    told: Language = "en" if record.language == "zh" else "zh"
    second = (
        f'<span class="wz-title-other" lang="{_LANG[told]}">{escape(other)}</span>' if other and other != record.title else ""
    )
    authors = own["join_names"].join(filter(None, (name(person, shown) for person in record.authors)))
    facts = " · ".join(f"<bdi>{escape(fact)}</bdi>" for fact in (authors, printed(record, shown)) if fact)
    return (
        f'<li><a href="{escape(address(record.id, lang=shown))}" lang="{_LANG[record.language]}">{escape(record.title)}</a>'
        f'{second}<span class="wz-where">{facts}</span></li>'
    )
