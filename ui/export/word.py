"""Blocks → a Word document, with its own styles so that a reader can change them all at once."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from index.errors import WenzhengError
from index.records import Language
from ui.export.blocks import Block, Piece

_LATIN = "Times New Roman"
_CHINESE = "宋体"
_ACCENT = RGBColor(0x0F, 0x76, 0x6E)
_SOFT = RGBColor(0x57, 0x53, 0x4E)
_STYLES = {
    "title": "Title",
    "question": "Heading 1",
    "heading": "Heading 2",
    "item": "List Bullet",
    "reference": "List Number",
    "quote": "Quote",
}
_LANG = {"zh": "zh-CN", "en": "en-GB"}


class ClockError(WenzhengError):
    """The machine's clock stands at a time that a file cannot tell."""


def write(blocks: Sequence[Block], language: Language) -> bytes:
    """The blocks as a DOCX file; a mark leads to its quotation.  Raises ClockError where no such file can be dated."""
    document = docx.Document()
    _dress(document)
    properties = document.core_properties
    properties.title = "".join(piece.text for block in blocks if block.kind == "title" for piece in block.pieces)
    properties.author = "Wenzheng 文证"
    properties.comments = ""
    properties.language = _LANG[language]
    for place, block in enumerate(blocks):
        _paragraph(document, block, place)
    stream = io.BytesIO()
    year = time.localtime(time.time()).tm_year
    if not 1980 <= year <= 2107:  # what a ZIP archive can tell
        raise ClockError(
            f"The clock of this machine stands in the year {year}, but a Word file can only tell 1980 to 2107; "
            "set the clock right, or choose another format."
        )
    document.save(stream)
    return stream.getvalue()


def _dress(document: Any) -> None:
    """Fonts for both scripts, and a style for what has none in Word's template."""
    for style in document.styles:
        if style.type != WD_STYLE_TYPE.PARAGRAPH:
            continue
        style.font.name = _LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), _CHINESE)
    document.styles["Normal"].font.size = Pt(11)
    for name in ("Title", "Heading 1", "Heading 2"):
        document.styles[name].font.color.rgb = RGBColor(0, 0, 0)
    document.styles["Title"].font.size = Pt(20)
    quote = document.styles["Quote"]
    quote.font.italic = False  # Chinese has no italics
    quote.font.color.rgb = RGBColor(0, 0, 0)
    quote.paragraph_format.left_indent = Pt(18)
    aside = document.styles.add_style("Aside", WD_STYLE_TYPE.PARAGRAPH)
    aside.base_style = document.styles["Normal"]
    aside.font.size = Pt(9.5)
    aside.font.color.rgb = _SOFT
    aside.paragraph_format.left_indent = Pt(18)


def _paragraph(document: Any, block: Block, place: int) -> None:
    aside = block.kind in ("made", "remark", "translation", "note")
    paragraph = document.add_paragraph(style="Aside" if aside else _STYLES.get(block.kind))
    if block.kind == "source":
        paragraph.paragraph_format.keep_with_next = True
    if block.anchor:
        _bookmark(paragraph, block.anchor, place)
    for piece in block.pieces:
        if piece.kind == "mark":
            _link(paragraph, piece)
            continue
        run = paragraph.add_run(piece.text)
        run.italic = True if piece.kind == "italic" else None
        run.bold = True if block.kind == "source" else None
        if piece.kind == "label":
            run.font.color.rgb = _SOFT
        if block.kind == "code":
            run.font.name = "Consolas"
            run.font.size = Pt(9)


def _bookmark(paragraph: Any, anchor: str, place: int) -> None:
    for tag in ("bookmarkStart", "bookmarkEnd"):
        element = OxmlElement(f"w:{tag}")
        element.set(qn("w:id"), str(place))
        if tag == "bookmarkStart":
            element.set(qn("w:name"), anchor.replace("-", "_"))
        paragraph._p.append(element)


def _link(paragraph: Any, piece: Piece) -> None:
    """A raised number that leads to its quotation."""
    run = paragraph.add_run(piece.text)
    run.font.superscript = True
    run.font.color.rgb = _ACCENT
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), piece.target.replace("-", "_"))
    paragraph._p.append(link)
    link.append(run._r)
