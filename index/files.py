"""File → text: finds readable files and takes the text out of each, whatever its format."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from index import sandbox
from index.content import INK, Content
from index.encodings import decode
from index.errors import DocumentError
from index.read_docx import read_docx
from index.read_html import read_html
from index.read_pdf import read_pdf
from index.records import SourceText

MAX_BYTES = 200_000_000
PASSED_OVER = (".", "README", "NOTICE", "LICENSE")


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
    suffix = path.suffix.lower()
    media_type, reader = READERS[suffix]
    if data and not data.isspace():
        content = reader(data, str(path)) if reader is _text else sandbox.read(suffix, data, str(path))
    else:
        content = Content("")
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


READERS: dict[str, tuple[str, Callable[[bytes, str], Content]]] = {
    ".txt": ("text/plain", _text),
    ".md": ("text/markdown", _text),
    ".markdown": ("text/markdown", _text),
    ".pdf": ("application/pdf", read_pdf),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", read_docx),
    ".html": ("text/html", read_html),
    ".htm": ("text/html", read_html),
}
