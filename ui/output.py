"""What commands print: results on stdout, for people or as JSON, and everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from ui.answering import Asking
from ui.batch import Question


def results(questions: Iterable[Question], asking: Asking, show: Callable[[dict[str, Any]], str], *, as_json: bool) -> None:
    """Asks one question after the other and prints what comes of it at once, each as one line of JSON or as `show` has it."""
    for asked in questions:
        data = {**asking(asked.text, asked.history), "id": asked.id, "question": asked.text}
        if as_json:
            print(json.dumps(data, ensure_ascii=False), flush=True)
        elif text := show(data):
            print(text)


def put(*lines: object) -> None:
    """Prints what was asked for, on stdout."""
    for line in lines:
        print(line)


def say(*lines: str) -> None:
    """Tells what else is to be known, on stderr."""
    for line in lines:
        print(line, file=sys.stderr)
