"""PDF → text, with its pages and what they are called; the one import of pypdf."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from index.clean import fold
from index.content import INK, Content, broken, clean_title
from index.encodings import ordinary, sound
from index.errors import DocumentError
from index.pdf_lines import Run, SetLine, headline, lines, set_apart, usual_size
from index.records import PageStart


def read_pdf(data: bytes, name: str) -> Content:
    """The text layer of a PDF, page by page; an encrypted, broken or scanned one is refused."""
    import logging

    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    # Its remarks on slips it could mend are not for the reader.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        found = [lines(_runs(page)) for page in reader.pages]
        usual = usual_size(found)
        pages = [set_apart(page, usual) for page in found]
        title = _title(reader, next((page for page in found if any(line.size for line in page)), []), usual)
        labels = _labels(reader, len(pages))
    except (FileNotDecryptedError, DependencyError) as error:
        raise DocumentError(
            f"{name} is an encrypted PDF, but only an open one can be read; save a copy without password and index that.",
            "encrypted",
        ) from error
    except Exception as error:  # pypdf lets any exception through on broken files
        raise broken(name, "PDF") from error
    if not pages:
        raise broken(name, "PDF")
    if not any(map(INK.search, pages)):
        raise DocumentError(
            f"{name} is a PDF of {len(pages)} page(s) without a text layer, probably a scan, "
            "but its text is wanted; run text recognition (OCR) on it and index the result.",
            "scan",
        )
    return _joined(pages, labels)._replace(title=title)


def _joined(pages: Sequence[str], labels: Sequence[str]) -> Content:
    inked = [(page, label) for page, label in zip(pages, labels, strict=True) if INK.search(page)]
    starts, offset = [], 0
    for page, label in inked:
        starts.append(PageStart(offset, label))
        offset += len(page) + 1
    text = "\n".join(page for page, _ in inked)
    return Content(ordinary(text), pages=tuple(starts))


def _labels(reader: Any, count: int) -> list[str]:
    own: list[str] = []
    with suppress(Exception):  # an ornament: a broken table of page labels costs no document
        own = [sound(label).strip() for label in reader.page_labels]
    own += [""] * (count - len(own))
    return [label or str(number) for number, label in enumerate(own[:count], start=1)]


def _runs(page: Any) -> list[Run]:
    """The text of a page in reading order, with the size and height it is set at."""
    found: list[Run] = []

    def take(text: str, user: Sequence[float], matrix: Sequence[float], font: Any, size: float) -> None:
        scale = math.hypot(matrix[2], matrix[3]) * math.hypot(user[2], user[3])
        height = matrix[4] * user[1] + matrix[5] * user[3] + user[5]
        found.append(Run(sound(text), round(size * scale, 1), round(height, 1)))

    page.extract_text(visitor_text=take)
    return found


def _title(reader: Any, first: Sequence[SetLine], usual: float) -> str | None:
    """The title as it is printed on the first page, else as the file's own record gives it.

    That record often names another thing: the page's address, a draft, a part of the title.
    """
    recorded = None
    with suppress(Exception):  # as with page labels; also raised where there is no metadata
        recorded = clean_title(reader.metadata.title)
    printed = clean_title(ordinary(headline(first, usual) or ""))
    if recorded and printed and fold(recorded) in fold("".join(line.text for line in first)):
        return printed if fold(recorded) in fold(printed) else recorded
    return printed or recorded
