"""Turns → the HTML of chat and evidence panel; every text from outside passes `escape`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index.records import ArticleRecord, Footnote, Language
from index.script import language as language_of
from rag.cite import name
from rag.records import Answer, Citation, Claim
from ui.web.cards import Card, Line, Near, Turn
from ui.web.copying import copying
from ui.web.escape import escape
from ui.web.texts import texts

Texts = Mapping[str, str]

_JOINER = "&#8288;"
_LANG = {"zh": "zh-Hans", "en": "en"}


# -- chat ---------------------------------------------------------------------------------------


def question(text: str) -> str:
    """What the reader asked."""
    return f'<div class="wz-question">{escape(text)}</div>'


def note(text: str, kind: str = "note") -> str:
    """A line of the page itself in the chat."""
    return f'<div class="wz-{kind}">{escape(text)}</div>'


def answer(turn: Turn, claims: int | None = None) -> str:
    """The answer, or its first `claims` statements while it is being written."""
    said = turn.answer
    own = texts(said.language)
    if said.refused:
        return f'<div class="wz-answer wz-refusal" lang="{_LANG[said.language]}"><p>{escape(said.text)}</p></div>'
    body = _claims(said.claims[:claims], turn, own)
    whole = claims is None or claims >= len(said.claims)
    return f'<div class="wz-answer" lang="{_LANG[said.language]}">{body}{_also(said, own) if whole else ""}</div>'


def _claims(claims: Sequence[Claim], turn: Turn, own: Texts) -> str:
    """Statements as paragraphs, items as lists between them."""
    gap = "" if turn.answer.language == "zh" else " "
    seen: set[int] = set()
    blocks: list[tuple[str, list[str]]] = []  # ("p" or "ul", statements)
    for claim in claims:
        tag = "ul" if claim.item else "p"
        if not blocks or blocks[-1][0] != tag:
            blocks.append((tag, []))
        blocks[-1][1].append(_claim(claim, turn, own, seen))
    return "".join(
        f"<p>{gap.join(said)}</p>" if tag == "p" else f"<ul>{''.join(f'<li>{one}</li>' for one in said)}</ul>"
        for tag, said in blocks
    )


def _claim(claim: Claim, turn: Turn, own: Texts, seen: set[int]) -> str:
    quoted = f'<span class="wz-quoted">{escape(own["quoted_original"])}</span>' if claim.original else ""
    marks = "".join(_mark(turn, number, own, first=number not in seen) for number in claim.citations)
    seen.update(claim.citations)
    # The word joiner keeps a number from standing alone at the start of a line.
    return f"{escape(claim.text)}{quoted}{_JOINER}{marks}"


def _mark(turn: Turn, number: int, own: Texts, *, first: bool) -> str:
    """A citation number; the first of its kind can be gone back to."""
    title = next(c.title for c in turn.answer.citations if c.number == number)
    place = f' id="cite-{turn.number}-{number}"' if first else ""
    shown = escape(own["cite_title"].format(number=number, title=title))
    return f'<a class="cite" href="#card-{turn.number}-{number}"{place} title="{shown}">[{number}]</a>'


def _also(said: Answer, own: Texts) -> str:
    if not said.also_searched:
        return ""
    terms = own["join_names"].join(said.also_searched)
    return f'<p class="wz-also">{escape(own["also_searched"].format(terms=terms))}</p>'


# -- evidence -----------------------------------------------------------------------------------


def panel(turns: Sequence[Turn], shown: Language) -> str:
    """The proofs of a conversation, the latest question first and open."""
    own = texts(shown)
    if not turns:
        return f'<div class="wz-evidence"><p class="wz-empty">{escape(own["evidence_empty"])}</p></div>'
    latest = turns[-1].number
    sections = "".join(_section(turn, shown, opened=turn.number == latest) for turn in reversed(turns))
    return f'<div class="wz-evidence">{sections}</div>'


def _section(turn: Turn, shown: Language, *, opened: bool) -> str:
    """The proofs of one answer, or what comes nearest to a question that was refused."""
    own = texts(shown)
    if turn.answer.refused:
        nearest = "".join(_near(turn.number, place, near, shown) for place, near in enumerate(turn.nearest, start=1))
        title = own["nearest"] if nearest else own["nearest_none"]
        content = f'<p class="wz-heading">{escape(title)}</p>{nearest}'
    else:
        content = "".join(_card(turn, card, shown) for card in turn.cards)
    state = " open" if opened else ""
    return (
        f'<details class="wz-turn" id="turn-{turn.number}"{state}>'
        f"<summary>{escape(turn.answer.question)}</summary>{content}</details>"
    )


def _card(turn: Turn, card: Card, shown: Language) -> str:
    own = texts(shown)
    citation = card.citation
    spoken = language_of(citation.quote)
    return (
        f'<details class="wz-card" id="card-{turn.number}-{citation.number}">'
        f'<summary><span class="wz-number">{citation.number}</span><span class="wz-head">'
        f"{_title(card.record)}"
        f'<span class="wz-where">{_where(card.record, citation.section, citation.page, shown)}</span>'
        f'<span class="wz-brief" lang="{_LANG[spoken]}">{escape(citation.quote)}</span></span></summary>'
        f'<div class="wz-body">{_context(citation)}<div class="wz-pair">{_original(card, own)}{_translation(card, own)}</div>'
        f"{_notes(citation.footnotes, own)}{copying(f'card-{turn.number}-{citation.number}', shown)}"
        f'<p class="wz-file"><span>{escape(_file(citation.source, citation.start, citation.end, own))}</span>'
        f'<a class="wz-back" href="#cite-{turn.number}-{citation.number}">{escape(own["back"])}</a></p>'
        "</div></details>"
    )


def _near(turn: int, place: int, near: Near, shown: Language) -> str:
    own = texts(shown)
    passage = near.passage
    side = (
        _side(own["translation"], own["translation_note"], f"<p>{escape(passage.translation)}</p>") if passage.translation else ""
    )
    return (
        f'<div class="wz-near" id="near-{turn}-{place}">{_title(near.record)}'
        f'<p class="wz-where">{_where(near.record, passage.section, passage.page, shown)}</p>'
        f'<div class="wz-pair"><div class="wz-original" lang="{_LANG[passage.language]}"><p>{escape(passage.text)}</p></div>{side}</div>'
        f'<p class="wz-file"><span>{escape(_file(passage.source, passage.start, passage.end, own))}</span></p></div>'
    )


def _title(record: ArticleRecord) -> str:
    """The title, with the one in the other language where there is one."""
    other = record.title_en if record.language == "zh" else record.title_zh
    below = f'<span class="wz-title-other">{escape(other)}</span>' if other and other != record.title else ""
    return f'<span class="wz-title">{escape(record.title)}</span>{below}'


def _where(record: ArticleRecord, section: Sequence[str], page: str | None, shown: Language) -> str:
    """Authors, section path and page on one line."""
    own = texts(shown)
    authors = filter(None, (name(person, shown) for person in record.authors))
    parts = [own["join_names"].join(authors), " › ".join(section), own["page"].format(page=page) if page else ""]
    return " · ".join(f"<bdi>{escape(part)}</bdi>" for part in parts if part)


def _file(source: str, start: int, end: int, own: Texts) -> str:
    place = own["characters"].format(start=start, end=end)
    return f"{source} · {place}"


def _context(citation: Citation) -> str:
    """For a table row, the caption and column names that make it readable."""
    return f'<p class="wz-context">{escape(citation.context)}</p>' if citation.context else ""


def _original(card: Card, own: Texts) -> str:
    spoken = language_of(card.citation.quote)
    said = [(line, line.text) for line in card.lines]
    content = _rows(said) if card.table else _paragraphs(said, spoken)
    return f'<div class="wz-original" lang="{_LANG[spoken]}"><p class="wz-label">{escape(own["original"])}</p>{content}</div>'


def _translation(card: Card, own: Texts) -> str:
    """The same sentences in the other language, so far as the translation memory has them."""
    said = [(line, line.translation) for line in card.lines if line.translation]
    if not any(line.cited for line, _ in said):
        return f'<p class="wz-missing">{escape(own["translation_none"])}</p>'
    spoken: Language = "en" if language_of(card.citation.quote) == "zh" else "zh"
    content = _rows(said) if card.table else _paragraphs(said, spoken)
    return _side(own["translation"], own["translation_note"], content, spoken)


def _side(label: str, remark: str, content: str, spoken: Language | None = None) -> str:
    lang = f' lang="{_LANG[spoken]}"' if spoken else ""
    return (
        f'<div class="wz-translation"{lang}><p class="wz-label">{escape(label)}'
        f' <span class="wz-remark">{escape(remark)}</span></p>{content}</div>'
    )


def _paragraphs(said: Sequence[tuple[Line, str]], spoken: Language) -> str:
    """Sentences in their paragraphs, the cited one marked."""
    gap = "" if spoken == "zh" else " "
    paragraphs: dict[int, list[str]] = {}
    for line, text in said:
        paragraphs.setdefault(line.paragraph, []).append(_marked(text, line.cited))
    return "".join(f"<p>{gap.join(sentences)}</p>" for sentences in paragraphs.values())


def _rows(said: Sequence[tuple[Line, str]]) -> str:
    """Rows of a table, the cells of the cited one marked."""
    rows = "".join(
        f"<tr>{''.join(f'<td>{_marked(cell, line.cited)}</td>' for cell in text.removeprefix('|').removesuffix('|').split('|'))}</tr>"
        for line, text in said
    )
    return f'<div class="wz-table"><table>{rows}</table></div>'


def _marked(text: str, cited: bool) -> str:
    return f"<mark>{escape(text)}</mark>" if cited else escape(text)


def _notes(footnotes: Iterable[Footnote], own: Texts) -> str:
    items = "".join(
        f'<li><span class="wz-note-label">{escape(note.label)}</span> <span>{escape(note.text)}</span></li>' for note in footnotes
    )
    return f'<div class="wz-notes"><p class="wz-label">{escape(own["footnotes"])}</p><ul>{items}</ul></div>' if items else ""


# -- header -------------------------------------------------------------------------------------


def header(shown: Language, articles: int, encoder: str, reader: str) -> str:
    """The name of the program and what it works with."""
    own = texts(shown)
    state = own["state"].format(articles=articles, encoder=encoder, reader=reader)
    return (
        f'<div class="wz-header"><h1>{escape(own["title"])}</h1><p class="wz-lead">{escape(own["lead"])}</p>'
        f'<p class="wz-state">{escape(state)}</p></div>'
    )
