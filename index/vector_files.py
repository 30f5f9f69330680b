"""What stands beside a large vector index: checksums of its lists, and the changes that are not yet worked into them."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors


class Kept(NamedTuple):
    """The file beside the lists."""

    head: int  # CRC-32 of the lists' file up to where the lists begin
    sums: NDArray[np.uint32]  # CRC-32 of each list, its ids after its codes
    gone: NDArray[np.int64]  # ids of the lists that count no more
    ids: NDArray[np.int64]  # of the vectors that came since
    vectors: Vectors  # theirs, (n, dim)


def read(path: Path) -> Kept | None:
    """What is kept beside a file, None where there is nothing; raises RuntimeError where it cannot be read."""
    try:
        with beside(path).open("rb") as stream, np.load(stream) as found:
            return Kept(int(found["head"]), found["sums"], found["gone"], found["ids"], found["vectors"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RuntimeError(f"{beside(path)} cannot be read") from error


def beside(path: Path) -> Path:
    """Where it is kept."""
    return path.with_suffix(".npz")


def save(path: Path, kept: Kept) -> None:
    """Keeps it beside a file; whole or not at all."""
    replace(beside(path), lambda new: _save(new, kept))


def _save(path: Path, kept: Kept) -> None:
    with path.open("wb") as stream:
        np.savez(stream, **kept._asdict())


def replace(path: Path, write: Callable[[Path], None]) -> None:
    """Makes a file with `write` and moves it into place when it is whole and on disk."""
    new = path.with_name(path.name + ".new")
    try:
        write(new)
        with new.open("rb+") as stream:
            os.fsync(stream.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def link(path: Path, new: Path) -> None:
    """The same file under another name, or where the disk knows no second names, a copy."""
    try:
        os.link(path, new)
    except OSError:
        shutil.copyfile(path, new)
