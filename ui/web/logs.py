"""The log of a served page: sentences for people, or one JSON object a line; never what was asked, unless that is set."""

from __future__ import annotations

import io
import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

from index.settings import Settings

_EVENTS = logging.getLogger("wenzheng")


def record(event: str, level: int = logging.INFO, **facts: object) -> None:
    """Puts an event with its facts into the log."""
    _EVENTS.log(level, event, extra={"facts": facts})


def begin(settings: Settings, stream: TextIO | None = None) -> None:
    """Has everything that this process logs or warns of written to stderr as JSON lines, where the settings say so.

    Without that, Python's own last resort tells warnings and errors to stderr, and nothing else is told.
    """
    if settings.log != "json":
        return
    questions = settings.log_questions == "yes"
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines(questions=questions))
    if stream is None:
        sys.stderr = Printed(questions=questions)  # Gradio prints the tracebacks of handlers that fail
    root = logging.getLogger()
    for other in root.handlers[:]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    _EVENTS.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # it brings handlers of its own
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.captureWarnings(True)


class Printed(io.TextIOBase):
    """What is printed to stderr past the log: its lines become events, their text told only where `questions` may be told.

    Of a traceback the places are told always.
    """

    def __init__(self, *, questions: bool) -> None:
        self._questions = questions
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if self._questions or line.startswith('  File "'):
                record("printed", level=logging.WARNING, text=line)
            elif line.strip() and not line.startswith(" "):
                record("printed", level=logging.WARNING, characters=len(line))
        return len(text)


class Lines(logging.Formatter):
    """A record → one JSON object a line: time in UTC, level, logger, event, and the facts of the event.

    What an error says may quote a question or a document, and so may the message of a foreign logger: without `questions` an
    error is told by its kind and the places in the program it went through, and a foreign message by its unfilled form.
    """

    def __init__(self, *, questions: bool) -> None:
        super().__init__()
        self._questions = questions

    def format(self, record: logging.LogRecord) -> str:
        own = record.name == _EVENTS.name or record.name.startswith(("wenzheng.", "ui.", "rag.", "index."))
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if own or self._questions else str(record.msg),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0] is not None:
            kind, error, trace = record.exc_info
            line["error"] = kind.__name__
            line["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
            if self._questions:
                line["message"] = str(error)
        return json.dumps(line, ensure_ascii=False, default=str)
