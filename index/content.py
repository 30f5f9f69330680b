"""What every reader of a file format gives and says: the content of a file, or one sentence why there is none."""

from __future__ import annotations

import re
from typing import NamedTuple

from index.encodings import sound
from index.errors import DocumentError
from index.records import PageStart

# What programs write where a title should be: addresses, names of files and of empty documents.
_NO_TITLE = re.compile(
    r"(?:about:\S*|(?:https?|file)://\S*|untitled\W*\d*|(?:word |new )?document\W*\d*|powerpoint presentation|presentation\d*|slide \d+"
    r"|\(?(?:anonymous|unspecified|unknown|none|null)\)?|title|无标题(?:文档)?\d*|未命名\S*|文档\s*\d*|[\W\d_]*|[0-9a-f-]{16,}"
    r"|(?:microsoft word\s*[-–]\s*)?.{1,200}\.(?:docx?|wps|rtf|odt|pdf|html?|txt|md|tex|dvi|indd|qxd|qxp|pptx?|xlsx?|ps|eps|cdr|fm))",
    re.IGNORECASE,
)
INK = re.compile("[^\\s\u200b\ufeff\ufffd]")  # a character that a reader would see


class Content(NamedTuple):
    """What a reader takes out of the bytes of a file."""

    text: str
    encoding: str | None = None
    pages: tuple[PageStart, ...] = ()
    title: str | None = None


def clean_title(title: str | None) -> str | None:
    """A title as the format gives it, on one line; None where nothing is left of it, or what a program put there for want of one."""
    found = " ".join(sound(title or "").split())
    return None if _NO_TITLE.fullmatch(found) else re.sub(r"^Microsoft Word\s*[-–]\s*", "", found)


def broken(name: str, kind: str) -> DocumentError:
    """The refusal of a file that is not what its suffix says."""
    return DocumentError(
        f"{name} is no {kind} or a broken one, but a sound {kind} is wanted; "
        "open it in a program that reads it, save it anew and index that.",
        "broken",
    )
