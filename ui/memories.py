"""Translation memories ↔ TMX files, which other translation tools read and write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index import memory, tmx, translate
from index.errors import UsageError


def exchange(places: Sequence[Path], give: Path | None, take: Path | None) -> str:
    """Writes the pairs that stand beside documents to a file, or takes those of a file in, and tells how many.

    `places` are files and folders; what is taken in goes beside the first.  Raises UsageError where both are wanted.
    """
    if take and give:
        raise UsageError("--import and --export are two things; give one of them.")
    folders = list(dict.fromkeys(path if path.is_dir() else path.parent for path in places))
    if take:
        added, known = translate.add(tmx.read(take), folders[0], take.stem)
        return f"{added:,} pairs added, {known:,} were known; run `wenzheng index` to use them."
    assert give is not None
    count = tmx.write((pair for folder in folders for pair in memory.pairs(folder / memory.FOLDER)), give)
    return f"{count:,} pairs written to {give}"
