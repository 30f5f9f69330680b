"""What `wenzheng index` tells, as lines: the documents of a library, what was understood of files, what a run changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.build import Report
    from index.settings import Settings


def documents(library: Path) -> list[str]:
    """Every document of the library in a folder, its articles below it."""
    from index.library import Library

    lines = []
    with closing(Library.open(library)) as held:
        articles = held.articles()
        for document in held.documents():
            lines.append(f"{document['name']}  {document['characters']:,} characters  {document['media_type']}")
            for name, record in articles.items():
                if record.source == document["name"] and record.kind != "part":
                    lines.append(f"    {name}: {record.title}")
    return lines


def accounts(paths: Sequence[Path]) -> str:
    """What became of every character of the files, in figures; nothing is indexed."""
    from index import catalog, fidelity, files, structure

    found = []
    for path in files.find(paths):
        records = catalog.load(path.parent / catalog.NAME).get(path.name, ())
        found.append(structure.analyse(files.read(path), records))
    return fidelity.text([fidelity.measure(document) for document in found])


def changes(report: Report) -> list[str]:
    """What became of every document in a run, and the complaints."""
    groups = (
        ("added", report.added),
        ("updated", report.updated),
        ("removed", report.removed),
        ("unchanged", report.unchanged),
    )
    return [*(f"{verb} {name}" for verb, names in groups for name in names), *map(str, report.failed)]


def compacted(settings: Settings) -> list[str]:
    """Compacts a library and tells what that removed."""
    from index.compact import compact

    done = compact(settings)
    return [
        f"Removed {done.vectors:,} vectors of texts that the library holds no more and {done.passages:,} passages "
        f"that had gone out of its indexes; {max(0, done.freed) / 1e6:,.1f} MB are free again."
    ]
