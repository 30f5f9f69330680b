"""The arguments and options that several commands share, and the checks of those that belong together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import UsageError

if TYPE_CHECKING:
    from ui.export.command import Wanted

PathsArgument = Annotated[list[Path] | None, typer.Argument(help="Files or folders; the seeds if none is named.")]
QuestionArgument = Annotated[str | None, typer.Argument(help="The question, in Chinese or English.")]
LibraryOption = Annotated[Path | None, typer.Option("--library", help="Folder of the library.")]
DocumentOption = Annotated[list[str] | None, typer.Option("--document", help="Only this document or article (repeatable).")]
ReaderOption = Annotated[str | None, typer.Option("--reader", help="extractive or llm.")]
ServerOption = Annotated[str | None, typer.Option("--server", help="Ask the page served at this address instead.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
BatchOption = Annotated[
    Path | None,
    typer.Option(
        "--batch", help='JSON Lines of {"id", "question"}, for a follow-up "history" too; writes one JSON object a line.'
    ),
]


def file(format_: str | None, style: str | None, output: Path | None, as_json: bool) -> Wanted | None:
    """The file that the answers go to, where one is asked for; UsageError for options that do not go together."""
    if format_ is None:
        if style or output:
            raise UsageError("--style and --output are for files; say which kind with --format.")
        return None
    if as_json:
        raise UsageError("--json and --format are two things; give one of them.")
    from ui.export.command import Wanted

    return Wanted(format_, style, output)
