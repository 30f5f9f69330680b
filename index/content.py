"""What every reader of a file format gives and says: the content of a file, or one sentence why there is none."""

from __future__ import annotations

import re
from typing import NamedTuple

from index.encodings import sound
from index.errors import DocumentError
from index.records import PageStart

INK = re.compile("[^\\s\u200b\ufeff\ufffd]")  # a character that a reader would see


class Content(NamedTuple):
    """What a reader takes out of the bytes of a file."""

    text: str
    encoding: str | None = None
    pages: tuple[PageStart, ...] = ()
    title: str | None = None


def clean_title(title: str | None) -> str | None:
    """A title as the format gives it, on one line; None where nothing is left of it."""
    return " ".join(sound(title or "").split()) or None


def broken(name: str, kind: str) -> DocumentError:
    """The refusal of a file that is not what its suffix says."""
    return DocumentError(
        f"{name} is no {kind} or a broken one, but a sound {kind} is wanted; "
        "open it in a program that reads it, save it anew and index that.",
        "broken",
    )
