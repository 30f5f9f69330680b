"""Files received from elsewhere → documents: kept byte for byte in the library, so that what is cited can be checked."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from index import build, files, removal
from index.build import KEPT, Progress
from index.encoder import Encoder
from index.errors import DocumentError, LibraryError, LibraryMissing
from index.library import Library
from index.settings import Settings

MOST_FILES = 20
"""Taken in at once."""

_LONGEST = 180  # bytes of a name, so that a number and a temporary ending still fit into a file system's 255
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # in names on other systems, where the library may be copied to
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Given:
    """A file as received, and the name its owner knows it by."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken in, and why."""

    name: str  # as given
    error: DocumentError


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the files of one lot."""

    added: tuple[tuple[str, str], ...] = ()  # name as given, name of the document
    known: tuple[tuple[str, str], ...] = ()  # name as given, name of the document of the same content
    refused: tuple[Refused, ...] = ()


def safe(name: str) -> str:
    """A name that is that of a file on every system, near to the one given."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    # Controls, order marks, lone surrogates and unassigned characters would hide what a name is.
    seen = "".join(char for char in last if char.isspace() or unicodedata.category(char)[0] != "C")
    seen = " ".join(_FORBIDDEN.sub(" ", seen).split()).rstrip(". ")
    stem, dot, suffix = seen.rpartition(".")
    if not dot:
        stem, suffix = seen, ""
    suffix = suffix.strip()[:20]
    stem = stem.strip(". ") or "document"
    if _DEVICE.fullmatch(stem) or stem.startswith(files.PASSED_OVER):
        stem = f"_{stem}"
    ending = f".{suffix}" if dot else ""
    room = _LONGEST - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + ending


def unused(name: str, taken: Collection[str]) -> str:
    """The name, numbered where it is taken; systems that know no capitals count too."""
    folded = {_folded(other) for other in taken}
    path = Path(name)
    number = 1
    while _folded(name) in folded:
        number += 1
        name = f"{path.stem} ({number}){path.suffix}"
    return name


def add(
    given: Sequence[Given],
    settings: Settings,
    encoder: Encoder,
    *,
    progress: Progress = lambda stage, done, total: None,
) -> Taken:
    """Takes files into the library; one that cannot be read is refused and leaves the rest as it was.

    A file whose very bytes the library holds already is known, not added again; one that shares
    only the name with another gets a name of its own.  What is refused is not kept.
    Raises LibraryError and its kin when the library cannot be written; nothing is kept then.
    """
    folder = settings.library / KEPT
    names, contents, stray = _held(settings.library)
    kept: dict[str, Given] = {}
    known: list[tuple[str, str]] = []
    refused: list[Refused] = []
    try:
        for number, one in enumerate(given):
            progress("keep", number, len(given))
            try:
                data = _read(one, number, settings.upload_megabytes)
            except DocumentError as error:
                refused.append(Refused(one.name, error))
                continue
            digest = hashlib.sha256(data).hexdigest()
            if digest in contents:
                known.append((one.name, contents[digest]))
                continue
            name = stray.get(digest) or unused(safe(one.name), names)
            if digest not in stray:
                _keep(data, folder / name)
            names.add(name)
            contents[digest] = name
            kept[name] = one
        progress("keep", len(given), len(given))
        report = build.index([folder / name for name in kept], settings, encoder, progress=progress) if kept else build.Report()
    except BaseException:
        _drop(folder, kept, settings.library)
        raise
    faults = {fault.path.name: fault.error for fault in report.faults}
    refused += [Refused(kept[name].name, faults[name]) for name in kept if name in faults]
    _drop(folder, [name for name in kept if name in faults], settings.library)
    # A file of the same bytes as one that was refused after it was taken for known is refused too.
    refused += [Refused(one, faults[name]) for one, name in known if name in faults]
    return Taken(
        tuple((one.name, name) for name, one in kept.items() if name not in faults),
        tuple((one, name) for one, name in known if name not in faults),
        tuple(refused),
    )


def _read(given: Given, number: int, megabytes: int) -> bytes:
    """The bytes of a file within the limits; raises DocumentError for one beyond them."""
    if number >= MOST_FILES:
        raise DocumentError(
            f"{given.name} is one file too many, at most {MOST_FILES} are taken at once; add it by itself.", "many"
        )
    if not files.readable(Path(safe(given.name))):
        raise DocumentError(
            f"{given.name} is of an unknown type, but one of {' '.join(files.READERS)} is wanted; convert it to one of these.",
            "type",
        )
    try:
        size = given.path.stat().st_size
        if size > megabytes * 1_000_000:
            raise DocumentError(
                f"{given.name} has {size:,} bytes, but at most {megabytes} MB are taken here; split it, or run `wenzheng index`.",
                "large",
                megabytes,
            )
        return given.path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{given.name} did not arrive whole ({error.strerror}); add it again.", "lost") from error


def _held(folder: Path) -> tuple[set[str], dict[str, str], dict[str, str]]:
    """The names that are taken, the documents by the hash of their bytes, and so the files that an interrupted run left."""
    documents = {str(d["name"]): str(d["sha256"]) for d in _documents(folder)}
    kept = [path for path in (folder / KEPT).iterdir() if path.is_file()] if (folder / KEPT).is_dir() else []
    stray = {hashlib.sha256(p.read_bytes()).hexdigest(): p.name for p in kept if p.name not in documents and files.readable(p)}
    return {*documents, *(path.name for path in kept)}, {digest: name for name, digest in documents.items()}, stray


def _keep(data: bytes, path: Path) -> None:
    """Writes a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        removal.on_disk(path.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise LibraryError(
            f"{path.parent} cannot be written ({error.strerror}); free some space or check its permissions."
        ) from error


def _drop(folder: Path, names: Iterable[str], library: Path) -> None:
    """Removes kept files that did not become documents."""
    with suppress(LibraryError):  # what is left the next run takes in or reports
        held = {document["name"] for document in _documents(library)}
        for name in names:
            if name not in held:
                with suppress(OSError):
                    (folder / name).unlink(missing_ok=True)


def _documents(folder: Path) -> list[dict[str, object]]:
    try:
        with closing(Library.open(folder)) as library:
            return library.documents()
    except LibraryMissing:
        return []


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
