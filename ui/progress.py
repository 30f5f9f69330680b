"""How far a command is: drawn for people on a terminal, told in lines for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.build import Progress


@contextmanager
def drawn() -> Iterator[Progress]:
    """A progress callback that draws on a terminal and stays silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    # Stages take turns a stretch of documents long, so the time left is told by all that was done and not by the last seconds.
    bar = Bars(console=Console(stderr=True), transient=True, speed_estimate_period=3600)
    tasks: dict[str, Any] = {}

    def show(stage: str, done: int, total: int) -> None:
        bar.start()
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        elif not done:
            bar.reset(tasks[stage], total=total)
        bar.update(tasks[stage], completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


@contextmanager
def told() -> Iterator[Progress]:
    """A progress callback that writes a line for whoever reads stderr; where nobody does any more, the work ends."""

    def tell(stage: str, done: int, total: int) -> None:
        print(json.dumps({"stage": stage, "done": done, "total": total}), file=sys.stderr, flush=True)

    yield tell
