"""Turns → the HTML of chat and evidence panel; every text from outside passes `escape`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index.records import ArticleRecord, Footnote, Language
from index.script import language as language_of
from rag.cite import name
from rag.records import Answer, Citation, Claim
from ui.web import look, marks, source_html, why
from ui.web.cards import Card, Line, Near, Turn
from ui.web.copying import copying
from ui.web.escape import escape, escape_note
from ui.web.runs import LANG, lang
from ui.web.texts import texts

Texts = Mapping[str, str]

_JOINER = "&#8288;"


# -- chat ---------------------------------------------------------------------------------------


def question(text: str) -> str:
    """What the reader asked."""
    return f'<div class="wz-question" lang="{lang(text)}">{escape(text)}</div>'


def note(text: str, kind: str = "note") -> str:
    """A line of the page itself in the chat."""
    return f'<div class="wz-{kind}">{escape(text)}</div>'


def answer(turn: Turn, claims: int | None = None, *, growing: bool = False) -> str:
    """The answer, or its first `claims` statements; what stands below the last is left out while it is `growing`."""
    said = turn.answer
    own = texts(said.language)
    if said.refused:
        body = f"<p>{escape(said.text)}</p>" + _done(own["answer_refused"])
        return f'<div class="wz-answer wz-refusal" lang="{LANG[said.language]}">{body}</div>'
    body = _claims(said.claims[:claims], turn, own)
    whole = not growing and (claims is None or claims >= len(said.claims))
    return f'<div class="wz-answer" lang="{LANG[said.language]}">{body}{_end(said, own) if whole else ""}</div>'


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
    quoted += marks.against(turn.number, claim, own)
    titles = {card.citation.number: _named(card.record, turn.answer.language) for card in turn.cards}
    numbers = "".join(
        marks.mark(turn.number, number, claim, titles[number], own, first=number not in seen) for number in claim.citations
    )
    seen.update(claim.citations)
    # The word joiner keeps a number from standing alone at the start of a line.
    return f"{escape(claim.text)}{quoted}{_JOINER}{numbers}"


def _named(record: ArticleRecord, spoken: Language) -> str:
    """The title in a language, else in the article's own."""
    return (record.title_zh if spoken == "zh" else record.title_en) or record.title


def _end(said: Answer, own: Texts) -> str:
    """What stands below the last statement."""
    return _also(said, own) + _done(own["answer_done"].format(claims=len(said.claims), citations=len(said.citations)))


def _done(text: str) -> str:
    """What a screen reader is told when the answer is whole; `page.js` hands it on."""
    return f'<p class="wz-sr wz-done">{escape(text)}</p>'


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
        return _evidence(f'<p class="wz-empty">{escape(own["evidence_empty"])}</p>', shown)
    latest = turns[-1].number
    sections = "".join(_section(turn, shown, opened=turn.number == latest) for turn in reversed(turns))
    return _evidence(f"{marks.legend([turn.answer for turn in turns], shown)}{sections}", shown)


def _evidence(content: str, shown: Language) -> str:
    return (
        f'<section class="wz-evidence" lang="{LANG[shown]}" aria-label="{escape(texts(shown)["evidence"])}">{content}</section>'
    )


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
        f'<summary lang="{lang(turn.answer.question)}">{escape(turn.answer.question)}</summary>{content}</details>'
    )


def _card(turn: Turn, card: Card, shown: Language) -> str:
    own = texts(shown)
    citation = card.citation
    return (
        f'<details class="wz-card" id="card-{turn.number}-{citation.number}">'
        f'<summary><span class="wz-number">{citation.number}</span><span class="wz-head">'
        f"{_title(card.record, shown)}"
        f'<span class="wz-where">{_where(card.record, citation.section, citation.section_translation, citation.page, shown)}</span>'
        f"{marks.of_card(turn.answer, citation.number, own)}"
        f'<span class="wz-brief" lang="{lang(citation.quote)}">{escape(citation.quote)}</span></span></summary>'
        f'<div class="wz-body">{_context(citation)}<div class="wz-pair">{_original(card, own)}{_translation(card, own)}</div>'
        f"{_notes(citation.footnotes, own)}"
        f"{why.shown(card.why, shown)}"
        f'<p class="wz-file"><span>{escape(_file(citation.source, citation.start, citation.end, own))}</span></p>'
        f'<div class="wz-actions-card">{"".join(_actions(turn, card, shown))}</div>'
        "</div></details>"
    )


def _actions(turn: Turn, card: Card, shown: Language) -> list[str]:
    """What can be done with a card: links and buttons at its foot."""
    citation = card.citation
    return [
        source_html.link(card.record, citation.start, citation.end, shown),
        copying(f"card-{turn.number}-{citation.number}", shown),
        f'<a class="wz-back" href="#cite-{turn.number}-{citation.number}">{escape(texts(shown)["back"])}</a>',
    ]


def _near(turn: int, place: int, near: Near, shown: Language) -> str:
    own = texts(shown)
    passage = near.passage
    side = _side(own, f"<p>{escape(passage.translation)}</p>", passage.translation) if passage.translation else ""
    return (
        f'<div class="wz-near" id="near-{turn}-{place}">{_title(near.record, shown)}'
        f'<p class="wz-where">{_where(near.record, passage.section, near.section_translation, passage.page, shown)}</p>'
        f'<div class="wz-pair"><div class="wz-original" lang="{LANG[passage.language]}"><p>{escape(passage.text)}</p></div>{side}</div>'
        f'<p class="wz-file"><span>{escape(_file(passage.source, passage.start, passage.end, own))}</span></p>'
        f'<div class="wz-actions-card">{source_html.link(near.record, passage.start, passage.end, shown)}</div></div>'
    )


def _title(record: ArticleRecord, shown: Language) -> str:
    """The title in the reader's language where it has one, with the one in the other below it."""
    first = _named(record, shown)
    other = next((title for title in (record.title, record.title_zh, record.title_en) if title and title != first), None)
    below = f'<span class="wz-title-other" lang="{lang(other)}">{escape(other)}</span>' if other else ""
    return f'<span class="wz-title" lang="{lang(first)}">{escape(first)}</span>{below}'


def _where(record: ArticleRecord, section: Sequence[str], translated: Sequence[str], page: str | None, shown: Language) -> str:
    """Authors, section path and page on one line."""
    own = texts(shown)
    authors = filter(None, (name(person, shown) for person in record.authors))
    paged = own["page"].format(page=page) if page else ""
    said = [_part(own["join_names"].join(authors)), _path(section, translated, shown), _part(paged)]
    return " · ".join(filter(None, said))


def _part(text: str) -> str:
    return f'<bdi lang="{lang(text)}">{escape(text)}</bdi>' if text else ""


def _path(section: Sequence[str], translated: Sequence[str], shown: Language) -> str:
    """The headings above a passage; for who does not read their language in translation, said to be one, with the original."""
    printed = _part(" › ".join(section))
    if not translated or language_of("".join(section)) == shown:
        return printed
    remark = f'<span class="wz-remark">{escape(texts(shown)["section_translated"])}</span>'
    return f'{_part(" › ".join(translated))} {remark} <span class="wz-path-own">{printed}</span>'


def _file(source: str, start: int, end: int, own: Texts) -> str:
    place = own["characters"].format(start=start, end=end)
    return f"{source} · {place}"


def _context(citation: Citation) -> str:
    """For a table row, the caption and column names that make it readable."""
    return f'<p class="wz-context" lang="{lang(citation.context)}">{escape(citation.context)}</p>' if citation.context else ""


def _original(card: Card, own: Texts) -> str:
    spoken = language_of(card.citation.quote)
    said = [(line, line.text) for line in card.lines]
    content = _rows(said) if card.table else _paragraphs(said, spoken)
    label = f'<p class="wz-label">{escape(own["original"])}</p>'
    return f'<div class="wz-original">{label}<div lang="{LANG[spoken]}">{content}</div></div>'


def _translation(card: Card, own: Texts) -> str:
    """The same sentences in the other language, so far as the translation memory has them."""
    said = [(line, line.translation) for line in card.lines if line.translation]
    if not any(line.cited for line, _ in said):
        return f'<p class="wz-missing">{escape(own["translation_none"])}</p>'
    spoken: Language = "en" if language_of(card.citation.quote) == "zh" else "zh"
    content = _rows(said) if card.table else _paragraphs(said, spoken)
    return _side(own, content, said[0][1])


def _side(own: Texts, content: str, text: str) -> str:
    """The translation, `text` being some of it, in its language under a label in the reader's."""
    return (
        f'<div class="wz-translation"><p class="wz-label">{escape(own["translation"])}'
        f' <span class="wz-remark">{escape(own["translation_note"])}</span></p><div lang="{lang(text)}">{content}</div></div>'
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
        f'<li><span class="wz-note-label">{escape(one.label)}</span> <span lang="{lang(one.text)}">{escape_note(one.text)}</span></li>'
        for one in footnotes
    )
    return f'<div class="wz-notes"><p class="wz-label">{escape(own["footnotes"])}</p><ul>{items}</ul></div>' if items else ""


# -- header -------------------------------------------------------------------------------------


def header(shown: Language, articles: int, encoder: str, reader: str) -> str:
    """The name of the program and what it works with."""
    own = texts(shown)
    state = own["state"].format(articles=articles, encoder=encoder, reader=reader)
    return look.head(shown, own["title"], f'<p class="wz-lead">{escape(own["lead"])}</p><p class="wz-state">{escape(state)}</p>')
