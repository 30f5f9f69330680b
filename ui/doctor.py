"""What is installed, what is in use and why, and whether the library is sound."""

from __future__ import annotations

import platform
from contextlib import closing
from dataclasses import fields
from importlib import metadata

from index import encoder as encoders
from index import entailment, stores
from index.errors import EncoderError, LibraryError, ModelError
from index.library import Library
from index.settings import Settings

_PACKAGES = ("sentence-transformers", "torch", "faiss-cpu", "tantivy", "rjieba", "opencc", "gradio")


def examine(settings: Settings) -> tuple[list[str], bool]:
    """Lines to show, and whether all is well."""
    lines = [f"Wenzheng {_version('wenzheng')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"]
    lines += [f"  {package} {_version(package)}" for package in _PACKAGES]
    lines.append("Settings")
    for name in (f.name for f in fields(settings) if f.name != "origins"):
        lines.append(f"  {name} = {settings.shown(name)}  ({settings.origin(name)})")
    sound = True
    fingerprint = None
    try:
        encoder = encoders.of(settings)
        fingerprint = encoder.fingerprint
        lines.append(f"Encoder: {encoder.name} in {encoder.folder}")
    except EncoderError as error:
        lines.append(f"Encoder: {error}")
        sound = False
    try:
        if model := entailment.load(settings):
            lines.append(f"Entailment model: {model.name} in {model.folder}")
    except ModelError as error:
        lines.append(f"Entailment model: {error}")
        sound = False
    try:
        with closing(Library.open(settings.library, stores.chosen(settings))) as library, library.damage_told():
            manifest = library.manifest()
            built = manifest.get("encoder", {})
            held = [record for record in library.articles().values() if record.kind != "part"]
            lines.append(f"Library: {len(library.documents())} documents, {len(held)} articles, generation {library.generation}")
            if built and fingerprint and built["fingerprint"] != fingerprint:
                lines.append(f"  built with the encoder “{built['name']}”, another is set; run `wenzheng index`.")
                sound = False
            if (fault := library.fault()) or (fault := library.engine_fault()):
                lines.append(f"  {fault}")
                sound = False
            elif not library.indexes_are_sound(wholly=True):
                lines.append("  the indexes are missing or damaged; they are built again when first used.")
            elif gone := library.gone():
                held = library.select("SELECT count(*) FROM passages")[0][0]
                lines.append(
                    f"  {gone:,} passages went out since the indexes of its {held:,} were built; `wenzheng index --compact` "
                    "gives their space back, and so does the next change once they are the more."
                )
    except LibraryError as error:
        lines.append(f"Library: {error}")
        sound = False
    lines.append("All is well." if sound else "Something needs attention; see above.")
    return lines, sound


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
