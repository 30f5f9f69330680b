"""Text → one line of it that any file can hold."""

from __future__ import annotations

import re
import unicodedata

# Directions that turn the words around, what is no character at all, and halves of characters, which UTF-8 does not know.
_UNWANTED = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ud800-\udfff]")


def clean(text: str) -> str:
    """The text on one line without control characters and whatever else hides or breaks the text it stands in."""
    kept = "".join(" " if char.isspace() else char for char in _UNWANTED.sub("", text))
    return re.sub(" +", " ", "".join(filter(_is_shown, kept))).strip()


def _is_shown(char: str) -> bool:
    # The last two code points of every plane are no characters.
    return unicodedata.category(char) != "Cc" and ord(char) & 0xFFFE != 0xFFFE
