"""The language of a run of text, as HTML names it."""

from __future__ import annotations

from index.records import Language
from index.script import language as language_of

LANG: dict[Language, str] = {"zh": "zh-Hans", "en": "en"}
"""The value of a lang attribute by language."""


def lang(text: str) -> str:
    """The value of the lang attribute for a text."""
    return LANG[language_of(text)]
