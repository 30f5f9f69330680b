"""The command line: parse, one call, print.  Results go to stdout, progress to stderr."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import UsageError
from ui import answering, ending, listing, options, progress, shown, users
from ui.batch import given
from ui.options import (
    BatchOption,
    DocumentOption,
    JsonOption,
    LibraryOption,
    PathsArgument,
    QuestionArgument,
    ReaderOption,
    ServerOption,
)
from ui.output import put, results, say

if TYPE_CHECKING:
    from index.settings import Settings

app = typer.Typer(
    name="wenzheng",
    help="Wenzheng 文证: answers from your documents, every sentence with the words that prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def index(
    paths: PathsArgument = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read and encode everything again.")] = False,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="Take this document out (repeatable).")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the documents of the library.")] = False,
    compact: Annotated[bool, typer.Option("--compact", help="Clear away what removed documents left behind.")] = False,
    report: Annotated[bool, typer.Option("--report", help="What was understood of every file, character by character.")] = False,
    library: LibraryOption = None,
) -> None:
    """Build or update the library from files and folders."""
    settings = _settings(library)
    if list_:
        put(*listing.documents(settings.library))
        return
    if report:
        put(listing.accounts(paths or [settings.seeds]))
        return
    if compact:
        say(*listing.compacted(settings))
        return
    from index import build, encoder

    if remove:
        say(*listing.changes(build.remove(remove, settings)))
        return
    with progress.drawn() as show:
        done = build.index(
            paths or [settings.seeds],
            settings,
            encoder.of(settings),
            rebuild=rebuild,
            progress=show,
        )
    say(*listing.changes(done))
    if done.failed:
        raise SystemExit(1)


@app.command()
def ask(
    question: QuestionArgument = None,
    as_json: JsonOption = False,
    batch: BatchOption = None,
    reader: ReaderOption = None,
    document: DocumentOption = None,
    language: Annotated[str | None, typer.Option("--language", help="Answer in zh or en; else as asked.")] = None,
    format_: Annotated[str | None, typer.Option("--format", help="A file: docx, markdown, html, bibtex or ris.")] = None,
    style: Annotated[str | None, typer.Option("--style", help="References of the file: gbt, apa or chicago.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Where to write the file; else to stdout.")] = None,
    server: ServerOption = None,
    library: LibraryOption = None,
) -> None:
    """Answer a question with citations."""
    if language not in (None, "zh", "en"):
        raise UsageError(f"--language is “{language}”; it must be zh or en.")
    questions = given(question, batch)
    file = options.file(format_, style, output, as_json)
    if server:
        local = {"--reader": reader, "--library": library}
        if file:
            answering.save_elsewhere(file, server, local, questions, language=language, documents=document)
            return
        answers = answering.elsewhere(server, "ask", local, language=language, documents=document)
    else:
        answerer = answering.answerer(_settings(library, reader=reader))
        if file:
            answering.save(file, answerer, questions, document, language)
            return
        answers = answering.answers(answerer, document, language)
    results(questions, answers, shown.answer, as_json=as_json or batch is not None)


@app.command()
def search(
    question: QuestionArgument = None,
    k: Annotated[int, typer.Option("-k", help="How many passages.")] = 10,
    as_json: JsonOption = False,
    batch: BatchOption = None,
    document: DocumentOption = None,
    server: ServerOption = None,
    library: LibraryOption = None,
) -> None:
    """Rank the passages that match a question."""
    if k < 1:
        raise UsageError(f"-k is {k}; it must be at least 1.")
    questions = given(question, batch)
    if server:
        found = answering.elsewhere(server, "search", {"--library": library}, k=k, documents=document)
    else:
        found = answering.hits(answering.searcher(_settings(library)), document, k)
    results(questions, found, shown.hits, as_json=as_json or batch is not None)


@app.command()
def translate(
    paths: PathsArgument = None,
    model: Annotated[str | None, typer.Option("--model", help="Language model; else WENZHENG_MODEL or _SERVER.")] = None,
    take: Annotated[Path | None, typer.Option("--import", help="Take pairs from this TMX file instead.")] = None,
    give: Annotated[Path | None, typer.Option("--export", help="Write the pairs there are to this TMX file instead.")] = None,
    library: LibraryOption = None,
) -> None:
    """Fill the translation memory beside your documents with the configured language model."""
    settings = _settings(library, model=model)
    places = paths or [settings.seeds]
    if take or give:
        from ui.memories import exchange

        say(exchange(places, give, take))
        return
    from index import llm
    from index import translate as translation

    with progress.drawn() as show:
        done = translation.translate(places, llm.load(settings), progress=show)
    say(*(f"left out, {why}: {text}" for text, why in done.left))
    say(f"{done.written:,} translated, {done.known:,} were known; run `wenzheng index` to use them.")
    if done.left:
        raise SystemExit(1)


@app.command("eval")
def evaluate(
    split: Annotated[str, typer.Option("--split", help="train, tune or report.")] = "report",
    sets: Annotated[Path | None, typer.Option("--sets", help="Question set; the project's own if none is named.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="Only questions in zh or en.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Only so many questions in each language.")] = None,
    run: Annotated[Path | None, typer.Option("--run", help="Tell of this saved run instead of asking anything.")] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Write the run to this file.")] = None,
    against: Annotated[Path | None, typer.Option("--against", help="A saved run to compare with.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a report with plots to this file.")] = None,
    fail: Annotated[bool, typer.Option("--fail-on-regression", help="Exit with 1 when a measure got worse.")] = False,
    as_json: JsonOption = False,
    tell: Annotated[bool, typer.Option("--progress", help="Tell progress on stderr as JSON lines, for programs.")] = False,
    reader: ReaderOption = None,
    library: LibraryOption = None,
) -> None:
    """Run the benchmark: retrieval, citation, answer and refusal figures for both languages."""
    from eval import bench

    wanted = bench.Wanted(
        split, sets or bench.Wanted().sets, save, against, html, language=language, limit=limit, as_json=as_json
    )
    if run:
        text, worse = bench.again(wanted, run)
    else:
        bench.chosen(wanted)  # a mistake is told before the library is loaded
        settings = _settings(library, reader=reader)
        with progress.told() if tell else progress.drawn() as show:
            text, worse = bench.bench(wanted, settings, answering.answerer(settings), lambda n, of: show("questions", n, of))
    put(text)
    if worse and fail:
        raise SystemExit(1)


@app.command()
def review(
    give: Annotated[Path | None, typer.Option("--export", help="Write all reviews to this JSON Lines file.")] = None,
    take: Annotated[Path | None, typer.Option("--import", help="Take in the reviews of such a file.")] = None,
    library: LibraryOption = None,
) -> None:
    """Export reviews, which `wenzheng eval --sets` reads as gold, or import them; reviewing is done on the page."""
    from ui.exchange import exchange

    say(exchange(_settings(library).library, give, take))


@app.command()
def models(
    fetch: Annotated[str | None, typer.Option("--fetch", help="Download this model from the Hugging Face hub.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Load the models that are set and try them.")] = False,
) -> None:
    """List, check and fetch models; nothing is downloaded unless --fetch asks for it."""
    if fetch:
        from index import hub

        put(hub.fetch(fetch))
        return
    from ui import models as offers

    lines, well = offers.check(_settings(None)) if check else (offers.listing(), True)
    put(*lines)
    if not well:
        raise SystemExit(1)


@app.command()
def ui(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
    library: LibraryOption = None,
) -> None:
    """Serve the page."""
    settings = _settings(library, host=host, port=port)
    from ui.web import heap, threads

    threads.one_a_question(settings)  # before anything is loaded that reads it
    heap.few_arenas()
    from ui.web import app as web

    web.serve(answering.answerer(settings), settings)


app.add_typer(users.app, name="users")


@app.command()
def doctor(library: LibraryOption = None) -> None:
    """Tell what is installed, what is in use and why, and whether the library is sound."""
    from ui.doctor import examine

    lines, sound = examine(_settings(library))
    put(*lines)
    if not sound:
        raise SystemExit(1)


def _settings(library: Path | None, **others: Any) -> Settings:
    from index import settings

    return settings.load({"library": library, **others})


def main() -> None:
    """Runs the command line; a user's mistake ends in one sentence, never in a traceback."""
    ending.run(app)


if __name__ == "__main__":
    main()
