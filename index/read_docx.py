"""DOCX → text: paragraphs and tables in reading order, those of text boxes too."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from index.content import INK, Content, broken, clean_title
from index.encodings import sound
from index.errors import DocumentError

MAX_UNPACKED = 500_000_000  # of all parts of a DOCX
MAX_XML = 100_000_000  # of its XML alone, which takes some twenty times that in memory
MAX_COLUMNS = 63  # of a Word table: a cell that claims to span a billion must not be believed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BLANKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# Word keeps a second copy of text boxes for older programs, and the old place of moved text.
COPIES = ("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{W}moveFrom")


def read_docx(data: bytes, name: str) -> Content:
    """The text of a Word document; a broken one, or one that unpacks to too much, is refused."""
    import docx

    try:
        _refuse_bomb(data, name)
        document = docx.Document(io.BytesIO(data))
        text = "\n\n".join(filter(INK.search, _blocks(document.element.body)))
        return Content(sound(text), title=clean_title(document.core_properties.title))
    except DocumentError:
        raise
    except Exception as error:  # zipfile, lxml and python-docx each have errors of their own
        raise broken(name, "DOCX") from error


def _refuse_bomb(data: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
    xml = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    for group, limit in ((parts, MAX_UNPACKED), (xml, MAX_XML)):
        size = sum(part.file_size for part in group)
        if size > limit:
            raise DocumentError(
                f"{name} is a DOCX that unpacks to {size:,} bytes, but at most {limit:,} can be "
                "read; split it or take its pictures out.",
                "unpacked",
            )


def _blocks(body: Any) -> Iterator[str]:
    """Paragraphs and tables in document order, those in text boxes and content controls too."""
    for copy in list(body.iter(*COPIES)):
        copy.getparent().remove(copy)
    for block in body.iter(f"{W}p", f"{W}tbl"):
        if next(block.iterancestors(f"{W}tbl"), None) is None:
            yield _table(block) if block.tag == f"{W}tbl" else _paragraph(block)


def _paragraph(paragraph: Any) -> str:
    # Only what is in this very paragraph: a text box inside it has paragraphs of its own.
    return "".join(
        BLANKS.get(piece.tag) or piece.text or ""
        for piece in paragraph.iter(f"{W}t", *BLANKS)
        if piece.getparent().tag == f"{W}r" and next(piece.iterancestors(f"{W}p")) is paragraph
    )


def _table(table: Any) -> str:
    rows = (row for row in table.iter(f"{W}tr") if next(row.iterancestors(f"{W}tbl")) is table)
    cells = [list(_cells(row)) for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    if len(lines) > 1:
        lines.insert(1, "|" + "---|" * len(cells[0]))
    return "\n".join(lines)


def _cells(row: Any) -> Iterator[str]:
    for cell in row.iter(f"{W}tc"):
        if next(cell.iterancestors(f"{W}tr")) is row:
            text = " ".join(map(_paragraph, cell.iter(f"{W}p")))
            yield " ".join(text.split()).replace("|", r"\|")
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            width = int(span.get(f"{W}val")) if span is not None else 1
            yield from [""] * (min(width, MAX_COLUMNS) - 1)
