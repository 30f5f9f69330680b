"""Untrusted text → text that is safe as HTML and inert as Markdown."""

from __future__ import annotations

import html
import re

# They would show the words in another order than they stand, or nothing at all.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_SPACE = re.compile(r"\s+")
_SLANTED = re.compile("&#42;([^\\s\u4e00-\u9fff][^\u4e00-\u9fff]*?)&#42;")  # escaped; Chinese has no italics
# Written as character references none of these can begin Markdown, maths or a template.
_REFERENCES = {ord(char): f"&#{ord(char)};" for char in "\\`*_{}[]()#+!~|$@^=:"}


def escape(text: str) -> str:
    """The text on one line, so that no blank line ends the HTML block it stands in."""
    shown = _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()
    # "#" and ";" of the references that html.escape writes must stay: they are replaced before it runs.
    return "".join(_REFERENCES.get(ord(char)) or html.escape(char) for char in shown)


def escape_note(text: str) -> str:
    """A footnote, escaped, with the titles in italics that its file holds between asterisks."""
    return _SLANTED.sub(r"<em>\1</em>", escape(text))
