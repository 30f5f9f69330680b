"""PDF → text, with its pages and what they are called; the one import of pypdf."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from index.content import INK, Content, broken, clean_title
from index.encodings import ordinary, sound
from index.errors import DocumentError
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
        pages = [sound(page.extract_text()) for page in reader.pages]
        title, labels = _title(reader), _labels(reader, len(pages))
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


def _title(reader: Any) -> str | None:
    with suppress(Exception):  # as with page labels; also raised where there is no metadata
        return clean_title(reader.metadata.title)
    return None
