"""Names of documents and articles → what a search is limited by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.errors import UsageError
from index.records import ArticleRecord


def limits(names: Sequence[str] | None, articles: Mapping[str, ArticleRecord]) -> dict[str, list[str]] | None:
    """Facets from names of documents or articles; UsageError for a name the library does not hold."""
    if not names:
        return None
    sources = {record.source for record in articles.values()}
    wanted: list[str] = []
    for name in names:
        if name in articles:
            wanted.append(name)
        elif name in sources:
            wanted += [key for key, record in articles.items() if record.source == name]
        else:
            raise UsageError(f"The library holds no document or article “{name}”; see `wenzheng index --list`.")
    return {"article": wanted}
