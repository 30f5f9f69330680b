"""Files that pass through: made for a download, or on their way into the library."""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path

_KEPT = 600  # seconds that a file stays for its download


class Passing:
    """A temporary folder, removed when this is, at the latest when the process ends in order."""

    def __init__(self) -> None:
        self._place = Path(tempfile.mkdtemp(prefix="wenzheng-"))
        weakref.finalize(self, shutil.rmtree, self._place, ignore_errors=True)

    def folder(self) -> Path:
        """A new folder in it."""
        return Path(tempfile.mkdtemp(dir=self._place))

    def download(self, name: str) -> Path:
        """Where to write a file of that name for a download; the files that were fetched long ago are taken away."""
        self.forget(_KEPT)
        return self.folder() / name

    def forget(self, seconds: float) -> None:
        """Takes away the folders that are older than so many seconds."""
        for folder in self._place.iterdir():
            with suppress(FileNotFoundError):  # another download took it away meanwhile
                if folder.stat().st_mtime < time.time() - seconds:
                    shutil.rmtree(folder, ignore_errors=True)
