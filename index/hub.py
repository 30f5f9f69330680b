"""Names of models → folders on this machine; only `fetch`, when asked to, downloads one."""

from __future__ import annotations

import os
from pathlib import Path

from index.errors import ModelError


def resolve(name: str) -> Path | None:
    """The folder a model lies in: the name itself, or the snapshot of a hub model fetched before; None if there is none."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    # Read at import: without it a look-up tries the network for minutes.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        return None


def fetch(name: str) -> Path:
    """Downloads a model from the hub, with progress on stderr; the one place that ever calls a host for models.

    Only safetensors are taken, never pickled weights.  Raises ModelError when it cannot be had.
    """
    os.environ["HF_HUB_OFFLINE"] = "0"
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                name,
                etag_timeout=10,
                allow_patterns=["*.json", "*.txt", "*.safetensors", "*.model", "*.jinja", "*/config.json"],
            )
        )
    except Exception as error:  # the client raises its own, its transport's and the system's errors
        line = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise ModelError(
            f"The model “{name}” cannot be fetched ({line}); check the name and the network, "
            "or copy its folder to this machine and name that."
        ) from error
