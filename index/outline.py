"""The headings of an article in the other language, for readers who do not read its own."""

from __future__ import annotations

from collections.abc import Sequence

from index.clean import fold
from index.contents import Contents
from index.records import Kind


def translated(library: Contents, article: str, section: Sequence[str]) -> tuple[str, ...]:
    """A path of headings in the other language, outermost first.

    A heading that the translation memory lacks stays as it is; empty where it has none of them.
    """
    if not section:
        return ()
    found = library.select(
        "SELECT text, translation FROM sentences WHERE document = (SELECT document FROM articles WHERE id = ?) "
        "AND article = ? AND kind = ? AND translation IS NOT NULL",
        (article, article, str(Kind.HEADING)),
    )
    known = {fold(text): translation for text, translation in found}
    path = tuple(known.get(fold(heading), heading) for heading in section)
    return path if path != tuple(section) else ()
