"""An article's view → HTML, for any page that shows one.

Every sentence stands in an element of the class `wz-s` that carries data-start and data-end, its
span in the source, in the original and in the translation alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from index.records import Footnote, Kind, Language
from index.script import language as language_of
from index.tables import is_head
from ui.web.article import ArticleView, Block, Line, Note, Section
from ui.web.escape import escape, escape_note
from ui.web.texts import texts

Side = Literal["original", "translation", "both"]
Texts = Mapping[str, str]

_LANG = {"zh": "zh-Hans", "en": "en"}
_DEEPEST = 6  # HTML has no heading below h6
_UNTOLD = (Kind.TITLE, Kind.AUTHOR, Kind.META)  # names and numbers: nobody misses their translation


def article(view: ArticleView, side: Side, shown: Language) -> str:
    """The text of an article: original, translation, or both paragraph by paragraph."""
    own = texts(shown)
    sections = "".join(_section(section, side, own) for section in view.sections)
    pops = "".join(_pop(note, side, own) for note in view.notes())
    return f'<div class="wz-src-text wz-src-{side}">{sections}</div>{pops}'


def cited(markup: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these sentences or footnotes marked."""
    for start, end in spans:
        plain = f'class="wz-s" data-start="{start}" data-end="{end}"'
        markup = markup.replace(plain, plain.replace('"wz-s"', '"wz-s wz-cited"'))
    return markup


def place(block: Block) -> str:
    """The id of a block's element."""
    return f"wz-p{block.lines[0].sentence.id}"


# -- text ---------------------------------------------------------------------------------------


def _section(section: Section, side: Side, own: Texts) -> str:
    heading = _row(section.heading, side, own, section.level) if section.heading else ""
    rows = "".join(_row(block, side, own) for block in section.blocks)
    return f'<section class="wz-src-section">{heading}{rows}{_notes(section.notes, side, own)}</section>'


def _row(block: Block, side: Side, own: Texts, level: int = 0) -> str:
    """A paragraph, or a paragraph and its translation level with it."""
    cells = ""
    if side != "translation":
        cells += _cell(block, own, level, translated=False)
    if side != "original":
        cells += _cell(block, own, 0 if side == "both" else level, translated=True, alone=side == "translation")
    return f'<div class="wz-src-row" id="{place(block)}">{_turned(block, own)}{cells}</div>'


def _turned(block: Block, own: Texts) -> str:
    """The page of the print that the block begins on, for the margin; pages turned inside it stand in its text."""
    page = block.lines[0].page
    return _page(page, own) if page else ""


def _page(page: str, own: Texts) -> str:
    said = escape(own["source_turned"].format(page=page))
    return f'<span class="wz-src-page" role="img" aria-label="{said}" title="{said}">{escape(page)}</span>'


def _cell(block: Block, own: Texts, level: int, *, translated: bool, alone: bool = False) -> str:
    """One side of a block; a sentence without translation stands in the original where nothing else shows it."""
    there = [line for line in block.lines if line.translation] if translated else list(block.lines)
    if not there and not alone:
        said = "" if block.kind in _UNTOLD else escape(own["source_untranslated"])
        return f'<div class="wz-src-cell"><p class="wz-src-missing">{said}</p></div>'
    spoken = language_of(" ".join(_text(line, translated) for line in (there or block.lines)))
    lines = block.lines if alone else there
    if block.kind is Kind.TABLE:
        content = _table(lines, own, translated)
    else:
        gap = "" if spoken == "zh" else " "
        paged = alone or not translated  # once in a row
        inner = gap.join(_sentence(line, own, translated, paged=paged and line is not block.lines[0]) for line in lines)
        kind = "missing" if translated and not there else block.kind.value.replace(" ", "-")
        tag = f"h{min(level + 1, _DEEPEST)}" if level else "p"
        content = f'<{tag} class="wz-src-{kind}">{inner}</{tag}>'
    return f'<div class="wz-src-cell" lang="{_LANG[spoken]}">{content}</div>'


def _text(line: Line, translated: bool) -> str:
    return (line.translation if translated else None) or line.sentence.text


def _sentence(line: Line, own: Texts, translated: bool, *, paged: bool) -> str:
    page = _page(line.page, own) if line.page and paged else ""
    return f"{page}<span {_span(line)}>{_marked(line, own, translated)}</span>"


def _span(line: Line) -> str:
    return f'class="wz-s" data-start="{line.sentence.start}" data-end="{line.sentence.end}"'


def _marked(line: Line, own: Texts, translated: bool) -> str:
    """A sentence with its footnotes' marks, in a translation at its end."""
    text = _text(line, translated)
    if translated and line.translation:
        return escape(text) + "".join(_mark(mark.note, mark.label, own) for mark in line.marks)
    parts, last = [], 0
    for mark in line.marks:
        parts += [_part(text[last : mark.at]), _mark(mark.note, mark.label, own)]
        last = mark.at
    return "".join([*parts, _part(text[last:])])


def _part(text: str) -> str:
    """Part of a sentence; the white space at its ends belongs to the text."""
    before = " " if text[:1].isspace() else ""
    after = " " if text.strip() and text[-1:].isspace() else ""
    return f"{before}{escape(text)}{after}"


def _mark(note: int, label: str, own: Texts) -> str:
    said = escape(own["source_note"].format(label=label))
    return (
        f'<button type="button" class="wz-src-mark" popovertarget="wz-n{note}" aria-label="{said}">'
        f"<sup>{escape(label)}</sup></button>"
    )


def _table(lines: Sequence[Line], own: Texts, translated: bool) -> str:
    rows = "".join(_tr(line, translated) for line in lines)
    said = escape(own["source_rows"])
    return f'<div class="wz-src-table" role="group" tabindex="0" aria-label="{said}"><table>{rows}</table></div>'


def _tr(line: Line, translated: bool) -> str:
    # One bar at each end and no more: a second one stands beside an empty cell.
    cells = _text(line, translated).removeprefix("|").removesuffix("|").split("|")
    head = is_head(line.sentence)
    return f"<tr {_span(line)}>{''.join(_td(cell, head) for cell in cells)}</tr>"


def _td(cell: str, head: bool) -> str:
    """A cell; a nameless column has no header."""
    return f'<th scope="col">{escape(cell)}</th>' if head and cell else f"<td>{escape(cell)}</td>"


# -- footnotes ----------------------------------------------------------------------------------


def _notes(notes: Sequence[Note], side: Side, own: Texts) -> str:
    """The footnotes of a section, folded."""
    if not notes:
        return ""
    items = "".join(f"<li>{_note(note, side, own, listed=True)}</li>" for note in notes)
    title = escape(own["source_notes"].format(count=len(notes)))
    return f'<details class="wz-src-notes"><summary>{title}</summary><ul>{items}</ul></details>'


def _pop(note: Note, side: Side, own: Texts) -> str:
    said = escape(own["source_note"].format(label=note.footnote.label))
    number, close = note.footnote.id, escape(own["source_close"])
    return (
        f'<div popover id="wz-n{number}" class="wz-src-pop" role="note" aria-label="{said}">'
        f"<div>{_note(note, side, own)}</div>"
        f'<button type="button" class="wz-src-close" popovertarget="wz-n{number}" popovertargetaction="hide">'
        f"{close}</button></div>"
    )


def _note(note: Note, side: Side, own: Texts, *, listed: bool = False) -> str:
    """A footnote as printed, the one that it repeats, and its translation where the original is not enough."""
    footnote = note.footnote
    page = f" {_where(footnote, own)}" if listed and footnote.page else ""
    span = f' class="wz-s" data-start="{footnote.start}" data-end="{footnote.end}"' if listed else ""
    told = f'<span{span} lang="{_LANG[language_of(footnote.text)]}">{escape_note(footnote.text)}</span>'
    parts = [f'<p><span class="wz-src-label">{escape(footnote.label)}{page}</span> {told}</p>']
    if note.repeats:
        parts.append("<p>" + escape(own["source_repeats"]) + f" {escape_note(note.repeats.text)}</p>")
    if note.translation and side != "original":
        parts.append(f'<p lang="{_LANG[language_of(note.translation)]}">{escape_note(note.translation)}</p>')
    return "".join(parts)


def _where(footnote: Footnote, own: Texts) -> str:
    return f'<span class="wz-src-notepage">{escape(own["page"].format(page=footnote.page))}</span>'
