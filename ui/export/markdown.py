"""Blocks → Markdown that shows every text as it is written, and nothing that a text asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.records import Language
from ui.export.blocks import Block, Piece

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&$^@])")
# At the start of a line these begin headings, lists, rules and the like.
_LEADING = re.compile(r"^([#+\-=:%!.]|\d+(?=[.)]))")


def write(blocks: Sequence[Block], language: Language) -> bytes:
    """The blocks as a Markdown file, a blank line between any two."""
    number = 0
    lines = []
    for block in blocks:
        number += block.kind == "reference"
        lines.append(_block(block, number))
    return ("\n\n".join(lines) + "\n").encode()


def escape(text: str) -> str:
    """The text with a backslash before whatever Markdown would act upon."""
    return _SPECIAL.sub(r"\\\1", text)


def _block(block: Block, number: int) -> str:
    if block.kind == "code":
        return _fenced("".join(piece.text for piece in block.pieces))
    text = _guarded(_labelled(block))
    match block.kind:
        case "title":
            return f"# {text}"
        case "question":
            return f"## {text}"
        case "heading":
            return f"### {text}"
        case "item":
            return f"- {text}"
        case "reference":
            return f"{number}. {text}"
        case "quote" | "translation" | "note":
            return f"> {text}"
        case _:
            return text


def _labelled(block: Block) -> str:
    """The pieces; a label is bold where it leads, and parted from what follows, for "**原文：**文" would not be."""
    first, rest = block.pieces[0], block.pieces[1:]
    if first.kind == "label" and rest:
        return f"**{escape(first.text.strip())}** {''.join(map(_piece, rest))}"
    return "".join(map(_piece, block.pieces))


def _piece(piece: Piece) -> str:
    text = escape(piece.text)
    bare = text.strip()
    return text.replace(bare, f"*{bare}*") if piece.kind == "italic" and bare else text


def _guarded(text: str) -> str:
    """A line that begins with no sign of Markdown's."""
    found = _LEADING.match(text)
    if not found:
        return text
    return f"{found[1]}\\{text[found.end() :]}" if found[1].isdigit() else f"\\{text}"


def _fenced(text: str) -> str:
    """Text shown as it is; the fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.strip()}\n{fence}"
