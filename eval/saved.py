"""A run as a file: JSON that holds the rows and, for programs that draw them, the figures and what they mean."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.figures import figures
from eval.measures import MEASURES
from eval.records import Row, Run, Span, Statement
from index.errors import DocumentError


def save(run: Run, path: Path) -> None:
    """Writes the run whole or not at all."""
    data = {
        "split": run.split,
        "when": run.when,
        "fingerprints": run.fingerprints,
        "measures": [asdict(measure) for measure in MEASURES.values()],
        "figures": [asdict(figure) for figure in figures(run)],
        "rows": [{**asdict(row), "failed": row.failed} for row in run.rows],
    }
    write(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def write(path: Path, text: str) -> None:
    """Puts the text in place in one step, so that a process killed at any moment leaves no half file."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())  # else a power cut leaves an empty file under the name
        part.replace(path)
    except OSError as error:
        raise DocumentError(f"{path} cannot be written ({error.strerror}); name a file in a folder that can.") from error


def read(path: Path) -> Run:
    """A saved run; raises DocumentError where the file is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Run(data["split"], data["fingerprints"], tuple(map(_row, data["rows"])), data.get("when", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DocumentError(f"{path} cannot be read as a run ({error!r}); give one that `wenzheng eval --save` wrote.") from error


def _row(data: dict[str, Any]) -> Row:
    """A row; runs saved before places were kept hold the cited words alone."""
    own = {name: value for name, value in data.items() if name not in ("quotes", "failed")}
    citations = own.get("citations", [{"quote": quote} for quote in data.get("quotes", ())])
    return Row(
        **{
            **own,
            "citations": tuple(Span(**span) for span in citations),
            "claims": tuple(Statement(**{**claim, "citations": tuple(claim["citations"])}) for claim in own.get("claims", ())),
            "gold": tuple(Span(**span) for span in own.get("gold", ())),
            "history": tuple(own.get("history", ())),
        }
    )
