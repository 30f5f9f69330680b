"""Blocks → one HTML file that asks for nothing beside itself."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from index.records import Language
from ui.export.blocks import Block, Piece
from ui.web.escape import escape

_LANG = {"zh": "zh-Hans", "en": "en"}
_TAGS = {"title": "h1", "question": "h2", "heading": "h3", "quote": "blockquote", "item": "li", "reference": "li", "code": "pre"}
_LISTS = {"item": "ul", "reference": "ol"}


def write(blocks: Sequence[Block], language: Language) -> bytes:
    """The blocks as a page that no script, picture or address in a text can change."""
    title = next((block for block in blocks if block.kind == "title"), None)
    named = "".join(escape(piece.text) for piece in title.pieces) if title else ""
    style = (Path(__file__).parent / "export.css").read_text(encoding="utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="{_LANG[language]}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{named}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{_body(blocks)}</main>\n</body>\n</html>\n"
    ).encode()


def _body(blocks: Sequence[Block]) -> str:
    result = ""
    for kind, group in groupby(blocks, lambda block: block.kind):
        inside = "".join(map(_block, group))
        result += f"<{_LISTS[kind]}>\n{inside}</{_LISTS[kind]}>\n" if kind in _LISTS else inside
    return result


def _block(block: Block) -> str:
    tag = _TAGS.get(block.kind, "p")
    anchor = f' id="{block.anchor}"' if block.anchor else ""
    inside = html.escape("".join(p.text for p in block.pieces)) if block.kind == "code" else "".join(map(_piece, block.pieces))
    return f'<{tag} class="{block.kind}" lang="{_LANG[block.language]}"{anchor}>{inside}</{tag}>\n'


def _piece(piece: Piece) -> str:
    # `escape` takes the spaces at the ends away, which part a piece from its neighbours.
    text = " " * piece.text.startswith(" ") + escape(piece.text) + " " * (piece.text.endswith(" ") and piece.text != " ")
    match piece.kind:
        case "mark":
            return f'<a class="mark" href="#{piece.target}">{text}</a>'
        case "italic":
            return f"<i>{text}</i>"
        case "label":
            return f'<span class="label">{text}</span>'
        case _:
            return text
