"""What a model's folder may hold: weights as safetensors and no program code, looked at before anything is loaded.

Pickled weights run whatever they were made to run when they are opened, and so does the code that some folders bring.
"""

from __future__ import annotations

import json
from pathlib import Path

_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack", ".h5")
_OWN = "index.bilingual.Bilingual"  # the part of the encoder that comes with the program
_LARGEST = 10_000_000  # bytes of a file that configures anything


def fault(folder: Path, *, remote_code: bool = False) -> str | None:
    """Why a folder must not be loaded, None where it may; `remote_code` allows it to bring code of its own."""
    for place in (folder, *(path for path in sorted(folder.rglob("*")) if path.is_dir())):
        files = [path for path in sorted(place.iterdir()) if path.is_file()]
        pickled = [path.name for path in files if path.suffix.lower() in _PICKLED]
        if pickled and not any(path.suffix == ".safetensors" for path in files):
            return f"it holds pickled weights, {pickled[0]}, and no safetensors"
    if not remote_code and (named := _own_code(folder)):
        return f"it wants to run code of its own, {named}; set WENZHENG_REMOTE_CODE=yes where you trust it"
    return None


def _own_code(folder: Path) -> str:
    """The first class that a folder names for loading and that is none of the libraries'; empty where there is none."""
    for path in sorted(folder.rglob("*.json")):
        try:
            found = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size < _LARGEST else None
        except (OSError, ValueError):
            continue  # whoever loads it says so
        if path.name == "modules.json" and isinstance(found, list):
            # From a folder sentence-transformers loads these even where it is told to trust no code.
            types = [str(part.get("type", "")) for part in found if isinstance(part, dict)]
            ours = () if any(folder.rglob("*.py")) else (_OWN,)  # a file of the folder may bear its name
            foreign = [name for name in types if not name.startswith("sentence_transformers.") and name not in ours]
            if foreign:
                return foreign[0]
        elif isinstance(found, dict) and found.get("auto_map"):
            return str(found["auto_map"])[:100]
    return ""
