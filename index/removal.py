"""The library's own files leave with their documents: put aside before the commit, deleted after it.

Whatever moment a removal is killed at, the next run makes of it either none or a whole one: a file that stayed behind
its document would be taken in again.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import LibraryError

_ASIDE = ".removed"  # folder that no run looks into for documents


def put_aside(folder: Path, names: Iterable[str]) -> None:
    """Moves files where no run finds them, on the disk before it returns; raises LibraryError where that cannot be."""
    own = [folder / name for name in names if (folder / name).is_file()]
    if not own:
        return
    with _told(folder):
        (folder / _ASIDE).mkdir(exist_ok=True)
        for path in own:
            path.replace(folder / _ASIDE / path.name)
        for changed in (folder / _ASIDE, folder):
            on_disk(changed)


def settle(folder: Path, held: Collection[str]) -> None:
    """Deletes what was put aside, or puts it back where its document is still held; raises LibraryError where it cannot."""
    if not (folder / _ASIDE).is_dir():
        return
    with _told(folder):
        for path in list((folder / _ASIDE).iterdir()):
            if path.name in held and not (folder / path.name).exists():
                path.replace(folder / path.name)
            else:
                path.unlink()
        with suppress(OSError):
            (folder / _ASIDE).rmdir()


def on_disk(folder: Path) -> None:
    """Brings a folder's own entries to the disk: after a power cut a file whose name is lost would count as removed."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LibraryError(f"{folder} cannot be written ({error.strerror}); free some space or check its permissions.") from error
