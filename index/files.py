"""File → text: finds readable files and takes the text out of each, whatever its format."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from index.encodings import decode, ordinary, sound
from index.errors import DocumentError
from index.records import PageStart, SourceText

MAX_BYTES = 200_000_000
MAX_UNPACKED = 500_000_000  # of all parts of a DOCX
MAX_XML = 100_000_000  # of its XML alone, which takes some twenty times that in memory
MAX_COLUMNS = 63  # of a Word table: a cell that claims to span a billion must not be believed

PASSED_OVER = (".", "README", "NOTICE", "LICENSE")
INK = re.compile("[^\\s\u200b\ufeff\ufffd]")  # a character that a reader would see
CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
WRAP = re.compile(r"\s*\n\s*")
UNSEEN = ("script", "style", "noscript", "template", "head", "nav")
BLOCKS = "address article br dd div dl dt h1 h2 h3 h4 h5 h6 li ol p pre section table td tr ul"

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BLANKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# Word keeps a second copy of text boxes for older programs, and the old place of moved text.
COPIES = ("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{W}moveFrom")


class Content(NamedTuple):
    """What a reader takes out of the bytes of a file."""

    text: str
    encoding: str | None = None
    pages: tuple[PageStart, ...] = ()
    title: str | None = None


def readable(path: Path) -> bool:
    """Whether the suffix is that of a format that `read` knows."""
    return path.suffix.lower() in READERS


def find(paths: Sequence[Path]) -> list[Path]:
    """The files given, and the readable files in the folders given, each once.

    Raises DocumentError for a path that is missing, of an unknown type or not to be opened.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _files(path):
            found.setdefault(file.resolve(), file)
    return list(found.values())


def read(path: Path, *, max_bytes: int = MAX_BYTES) -> SourceText:
    """The text of a file, with its page starts and title where the format has them.

    Raises DocumentError, in one sentence, for whatever cannot be read as a document.
    """
    if not readable(path):
        raise _unknown(path)
    data = _bytes(path, max_bytes)
    media_type, reader = READERS[path.suffix.lower()]
    content = reader(data, str(path)) if data and not data.isspace() else Content("")
    if not INK.search(content.text):
        raise DocumentError(
            f"{path} is empty or holds white space only, but a document with text is wanted; give it text or leave it out.",
            "empty",
        )
    sha256 = hashlib.sha256(data).hexdigest()
    text, encoding, pages, title = content
    return SourceText(path.name, text, sha256, media_type, encoding, pages, title)


def _files(path: Path) -> list[Path]:
    try:
        folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        raise DocumentError(f"{path} does not exist, but a file or folder to read is wanted; check its spelling.") from None
    except OSError as error:
        raise _closed(path, error) from error
    if folder:
        return sorted(_walk(path))
    if not readable(path):
        raise _unknown(path)
    return [path]


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise _closed(Path(error.filename or folder), error) from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = (Path(parent, name) for name in names if not name.startswith(PASSED_OVER))
        yield from (file for file in files if readable(file) and file.is_file())


def _bytes(path: Path, max_bytes: int) -> bytes:
    try:
        str(path.absolute()).encode()
        if not path.is_file():
            raise FileNotFoundError("is missing or no regular file")
        size = path.stat().st_size
        if size > max_bytes:
            raise DocumentError(f"{path} has {size:,} bytes, but at most {max_bytes:,} can be read; split it.", "large")
        return path.read_bytes()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode("utf-8", "replace")
        raise DocumentError(
            f"{shown} has a name that is no UTF-8, or is in a folder that has one, but citations must be "
            "able to give it; rename it."
        ) from error
    except OSError as error:
        raise _closed(path, error) from error


def _closed(path: Path, error: OSError) -> DocumentError:
    reason = error.strerror or str(error)
    return DocumentError(f"{path} cannot be opened ({reason}), but its text is wanted; check the path and its permissions.")


def _unknown(path: Path) -> DocumentError:
    return DocumentError(
        f"{path} is of an unknown type, but one of {' '.join(READERS)} is wanted; convert it to one of these or leave it out.",
        "type",
    )


def _text(data: bytes, name: str) -> Content:
    return Content(*decode(data, name))


def _pdf(data: bytes, name: str) -> Content:
    import logging

    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    # Its remarks on slips it could mend are not for the reader.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        pages = [sound(page.extract_text()) for page in reader.pages]
        title, labels = _pdf_title(reader), _pdf_labels(reader, len(pages))
    except (FileNotDecryptedError, DependencyError) as error:
        raise DocumentError(
            f"{name} is an encrypted PDF, but only an open one can be read; save a copy without password and index that.",
            "encrypted",
        ) from error
    except Exception as error:  # pypdf lets any exception through on broken files
        raise _broken(name, "PDF") from error
    if not pages:
        raise _broken(name, "PDF")
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


def _pdf_labels(reader: Any, count: int) -> list[str]:
    own: list[str] = []
    with suppress(Exception):  # an ornament: a broken table of page labels costs no document
        own = [sound(label).strip() for label in reader.page_labels]
    own += [""] * (count - len(own))
    return [label or str(number) for number, label in enumerate(own[:count], start=1)]


def _pdf_title(reader: Any) -> str | None:
    with suppress(Exception):  # as with page labels; also raised where there is no metadata
        return _title(reader.metadata.title)
    return None


def _docx(data: bytes, name: str) -> Content:
    import docx

    try:
        _refuse_bomb(data, name)
        document = docx.Document(io.BytesIO(data))
        text = "\n\n".join(filter(INK.search, _docx_blocks(document.element.body)))
        return Content(sound(text), title=_title(document.core_properties.title))
    except DocumentError:
        raise
    except Exception as error:  # zipfile, lxml and python-docx each have errors of their own
        raise _broken(name, "DOCX") from error


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


def _docx_blocks(body: Any) -> Iterator[str]:
    """Paragraphs and tables in document order, those in text boxes and content controls too."""
    for copy in list(body.iter(*COPIES)):
        copy.getparent().remove(copy)
    for block in body.iter(f"{W}p", f"{W}tbl"):
        if next(block.iterancestors(f"{W}tbl"), None) is None:
            yield _docx_table(block) if block.tag == f"{W}tbl" else _docx_paragraph(block)


def _docx_paragraph(paragraph: Any) -> str:
    # Only what is in this very paragraph: a text box inside it has paragraphs of its own.
    return "".join(
        BLANKS.get(piece.tag) or piece.text or ""
        for piece in paragraph.iter(f"{W}t", *BLANKS)
        if piece.getparent().tag == f"{W}r" and next(piece.iterancestors(f"{W}p")) is paragraph
    )


def _docx_table(table: Any) -> str:
    rows = (row for row in table.iter(f"{W}tr") if next(row.iterancestors(f"{W}tbl")) is table)
    cells = [list(_docx_cells(row)) for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    if len(lines) > 1:
        lines.insert(1, "|" + "---|" * len(cells[0]))
    return "\n".join(lines)


def _docx_cells(row: Any) -> Iterator[str]:
    for cell in row.iter(f"{W}tc"):
        if next(cell.iterancestors(f"{W}tr")) is row:
            text = " ".join(map(_docx_paragraph, cell.iter(f"{W}p")))
            yield " ".join(text.split()).replace("|", r"\|")
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            width = int(span.get(f"{W}val")) if span is not None else 1
            yield from [""] * (min(width, MAX_COLUMNS) - 1)


def _html(data: bytes, name: str) -> Content:
    import logging

    import trafilatura
    from trafilatura.settings import DEFAULT_CONFIG

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    config = deepcopy(DEFAULT_CONFIG)
    # Under 250 characters, much in Chinese, it would fall back to a dump that takes in the menus.
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"
    declared = CHARSET.search(data[:4096])
    markup, encoding = decode(data, name, declared[1].decode() if declared else "")
    try:
        tree = _html_tree(markup)
        title = _title(tree.findtext(".//title"))
        _hide(tree)
        _frame(tree)
        main = trafilatura.extract(deepcopy(tree), include_comments=False, config=config)
        text = sound(main or _stripped(tree))
    except Exception as error:  # whatever lxml and trafilatura stumble over
        raise _broken(name, "HTML") from error
    lines = filter(None, (line.strip() for line in text.splitlines()))
    return Content("\n\n".join(lines).replace("|\n\n|", "|\n|"), encoding, title=title)


def _html_tree(markup: str) -> Any:
    """The parsed page; trafilatura's own parser drops what is nested deeper than 256 levels."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = html.document_fromstring(markup.encode(), parser=parser)
    if parser.error_log.filter_types(etree.ErrorTypes.ERR_RESOURCE_LIMIT):
        raise ValueError("nested so deeply that lxml left out the rest")
    return tree


def _hide(tree: Any) -> None:
    """Takes out what no reader sees, and the line breaks that HTML counts as mere spaces."""
    from lxml import etree

    etree.strip_elements(tree, *UNSEEN, with_tail=False)
    for node in tree.iter():
        if next(node.iterancestors("pre"), None) is None:
            node.tail = node.tail and WRAP.sub(" ", node.tail)
            if node.tag != "pre":
                node.text = node.text and WRAP.sub(" ", node.text)


def _frame(tree: Any) -> None:
    """Puts a bare page into an article, else trafilatura loses its headings and lists."""
    body = tree.find("body")
    bare = body is not None and body.find("p") is not None
    if bare and next(tree.iter("article", "main"), None) is None:
        article = body.makeelement("article")
        article[:], article.text, body.text = body[:], body.text, None
        body.append(article)


def _stripped(tree: Any) -> str:
    from lxml import etree

    for block in tree.iter(*BLOCKS.split()):
        block.text, block.tail = f"\n{block.text or ''}", f"\n{block.tail or ''}"
    return str(etree.tostring(tree, method="text", encoding="unicode"))


def _title(title: str | None) -> str | None:
    return " ".join(sound(title or "").split()) or None


def _broken(name: str, kind: str) -> DocumentError:
    return DocumentError(
        f"{name} is no {kind} or a broken one, but a sound {kind} is wanted; "
        "open it in a program that reads it, save it anew and index that.",
        "broken",
    )


READERS: dict[str, tuple[str, Callable[[bytes, str], Content]]] = {
    ".txt": ("text/plain", _text),
    ".md": ("text/markdown", _text),
    ".markdown": ("text/markdown", _text),
    ".pdf": ("application/pdf", _pdf),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
    ".html": ("text/html", _html),
    ".htm": ("text/html", _html),
}
