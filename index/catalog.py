"""The bibliographic records of `catalog.toml`, by source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.errors import DocumentError
from index.records import ArticleRecord, Person

NAME = "catalog.toml"


def load(path: Path) -> dict[str, tuple[ArticleRecord, ...]]:
    """Records by file name, in the order of the catalogue; no file means no records.

    Raises DocumentError when the file is no TOML or an article lacks its id or source.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DocumentError(f"{path} cannot be read as a catalogue ({error}); mend it or move it away.") from error
    found: dict[str, list[ArticleRecord]] = {}
    for number, entry in enumerate(data.get("article", []), start=1):
        if not entry.get("id") or not entry.get("source"):
            raise DocumentError(f"{path}: article {number} has no id or no source; give every [[article]] both.")
        found.setdefault(entry["source"], []).append(_record(entry))
    return {source: tuple(records) for source, records in found.items()}


def _record(entry: Mapping[str, Any]) -> ArticleRecord:
    plain = {
        name: entry.get(name)
        for name in ("title_zh title_en begins journal_zh journal_en year volume issue pages abstract_zh abstract_en".split())
    }
    return ArticleRecord(
        id=entry["id"],
        source=entry["source"],
        authors=tuple(Person(person.get("zh"), person.get("en")) for person in entry.get("authors", ())),
        language=entry.get("language", "zh"),
        kind=entry.get("kind", "article"),
        keywords=(*entry.get("keywords_zh", ()), *entry.get("keywords_en", ())),
        **plain,
    )
