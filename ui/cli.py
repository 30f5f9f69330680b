"""The command line: parse, one call, print.  Results go to stdout, progress to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import UsageError, WenzhengError

if TYPE_CHECKING:
    from index.build import Progress
    from index.search import Searcher
    from index.settings import Settings
    from rag.answer import Answerer
    from ui.export.command import Wanted

app = typer.Typer(
    name="wenzheng",
    help="Wenzheng 文证: answers from your documents, every sentence with the words that prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

LibraryOption = Annotated[Path | None, typer.Option("--library", help="Folder of the library.")]
DocumentOption = Annotated[list[str] | None, typer.Option("--document", help="Only this document or article (repeatable).")]
ServerOption = Annotated[str | None, typer.Option("--server", help="Ask the page served at this address instead.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
BatchOption = Annotated[
    Path | None,
    typer.Option(
        "--batch", help='JSON Lines of {"id", "question"}, for a follow-up "history" too; writes one JSON object a line.'
    ),
]


@app.command()
def index(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; the seeds if none is named.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read and encode everything again.")] = False,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="Take this document out (repeatable).")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the documents of the library.")] = False,
    report: Annotated[bool, typer.Option("--report", help="What was understood of every file, character by character.")] = False,
    library: LibraryOption = None,
) -> None:
    """Build or update the library from files and folders."""
    settings = _settings(library)
    if list_:
        _list(settings)
        return
    if report:
        _report(paths or [settings.seeds])
        return
    from index import build

    if remove:
        _say_report(build.remove(remove, settings))
        return
    from index import encoder

    with _progress() as show:
        done = build.index(paths or [settings.seeds], settings, encoder.load(settings.encoder), rebuild=rebuild, progress=show)
    _say_report(done)
    if done.failed:
        raise SystemExit(1)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in Chinese or English.")] = None,
    as_json: JsonOption = False,
    batch: BatchOption = None,
    reader: Annotated[str | None, typer.Option("--reader", help="extractive or llm.")] = None,
    document: DocumentOption = None,
    language: Annotated[str | None, typer.Option("--language", help="Answer in zh or en; else as asked.")] = None,
    format_: Annotated[str | None, typer.Option("--format", help="A file: docx, markdown, html, bibtex or ris.")] = None,
    style: Annotated[str | None, typer.Option("--style", help="References of the file: gbt, apa or chicago.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Where to write the file; else to stdout.")] = None,
    server: ServerOption = None,
    library: LibraryOption = None,
) -> None:
    """Answer a question with citations."""
    from ui import shown

    if language not in (None, "zh", "en"):
        raise UsageError(f"--language is “{language}”; it must be zh or en.")
    questions = _questions(question, batch)
    file = _file(format_, style, output, as_json)
    if server:
        local = {"--reader": reader, "--library": library, "--format": format_}
        answers = _there(server, "ask", local, language=language, documents=document)
    else:
        answerer = _answerer(_settings(library, reader=reader))
        if file:
            _save(file, answerer, questions, document, language)
            return
        answers = _answers(answerer, document, language)
    for number, text, history in questions:
        data = {**answers(text, history), "id": number, "question": text}
        if batch or as_json:
            _print_json(data)
        else:
            print(shown.answer(data))


@app.command()
def search(
    question: Annotated[str | None, typer.Argument(help="The question, in Chinese or English.")] = None,
    k: Annotated[int, typer.Option("-k", help="How many passages.")] = 10,
    as_json: JsonOption = False,
    batch: BatchOption = None,
    document: DocumentOption = None,
    server: ServerOption = None,
    library: LibraryOption = None,
) -> None:
    """Rank the passages that match a question."""
    from ui import shown

    if k < 1:
        raise UsageError(f"-k is {k}; it must be at least 1.")
    questions = _questions(question, batch)
    if server:
        found = _there(server, "search", {"--library": library}, k=k, documents=document)
    else:
        found = _hits(_searcher(_settings(library)), document, k)
    for number, text, _ in questions:
        data = {**found(text, ()), "id": number, "question": text}
        if batch or as_json:
            _print_json(data)
        elif data["hits"]:
            print(shown.hits(data))


@app.command()
def translate(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; the seeds if none is named.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Language model; else WENZHENG_MODEL or _SERVER.")] = None,
    take: Annotated[Path | None, typer.Option("--import", help="Take pairs from this TMX file instead.")] = None,
    give: Annotated[Path | None, typer.Option("--export", help="Write the pairs there are to this TMX file instead.")] = None,
    library: LibraryOption = None,
) -> None:
    """Fill the translation memory beside your documents with the configured language model."""
    from index import llm, memory, tmx
    from index import translate as translation

    settings = _settings(library, model=model)
    places = paths or [settings.seeds]
    folders = list(dict.fromkeys(path if path.is_dir() else path.parent for path in places))
    if take and give:
        raise UsageError("--import and --export are two things; give one of them.")
    if give:
        count = tmx.write((pair for folder in folders for pair in memory.pairs(folder / memory.FOLDER)), give)
        print(f"{count:,} pairs written to {give}", file=sys.stderr)
        return
    if take:
        added, known = translation.add(tmx.read(take), folders[0], take.stem)
        print(f"{added:,} pairs added, {known:,} were known; run `wenzheng index` to use them.", file=sys.stderr)
        return
    with _progress() as show:
        done = translation.translate(places, llm.load(settings), progress=show)
    for text, why in done.left:
        print(f"left out, {why}: {text}", file=sys.stderr)
    print(f"{done.written:,} translated, {done.known:,} were known; run `wenzheng index` to use them.", file=sys.stderr)
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
    reader: Annotated[str | None, typer.Option("--reader", help="extractive or llm.")] = None,
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
        with _told() if tell else _progress() as show:
            text, worse = bench.bench(wanted, settings, _answerer(settings), lambda done, total: show("questions", done, total))
    print(text)
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

    print(exchange(_settings(library).library, give, take), file=sys.stderr)


@app.command()
def models(
    fetch: Annotated[str | None, typer.Option("--fetch", help="Download this model from the Hugging Face hub.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Load the models that are set and try them.")] = False,
) -> None:
    """List, check and fetch models; nothing is downloaded unless --fetch asks for it."""
    if fetch:
        from index import hub

        print(hub.fetch(fetch))
        return
    from ui import models as offers

    lines, well = offers.check(_settings(None)) if check else (offers.listing(), True)
    print("\n".join(lines))
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
    from ui.web import threads

    threads.one_a_question(settings)  # before anything is loaded that reads it
    from ui.web import app as web

    web.serve(_answerer(settings), settings)


@app.command()
def doctor(library: LibraryOption = None) -> None:
    """Tell what is installed, what is in use and why, and whether the library is sound."""
    from ui.doctor import examine

    settings = _settings(library)
    lines, sound = examine(settings)
    print("\n".join(lines))
    if not sound:
        raise SystemExit(1)


# -- helpers ------------------------------------------------------------------------------------


def _settings(library: Path | None, **others: Any) -> Settings:
    from index import settings

    return settings.load({"library": library, **others})


def _searcher(settings: Settings) -> Searcher:
    from index.search import Searcher

    return Searcher.open(settings)


def _answerer(settings: Settings) -> Answerer:
    from index import entailment
    from rag.answer import Answerer
    from rag.readers import choose

    return Answerer(_searcher(settings), choose(settings), entailment.load(settings))


Asking = Callable[[str, tuple[str, ...]], dict[str, Any]]
"""Question and earlier questions → what is printed as JSON."""


def _answers(answerer: Answerer, documents: list[str] | None, language: str | None) -> Asking:
    from ui.contract import answer_json
    from ui.limits import limits

    articles = answerer.searcher.library.articles()
    only = limits(documents, articles)
    return lambda text, history: answer_json(
        answerer.answer(text, limits=only, language=language, history=history),  # type: ignore[arg-type]
        articles,
    )


def _save(
    file: Wanted,
    answerer: Answerer,
    questions: Sequence[tuple[str | None, str, tuple[str, ...]]],
    documents: list[str] | None,
    language: str | None,
) -> None:
    """Writes the answers to all questions into one file."""
    from ui.limits import limits

    articles = answerer.searcher.library.articles()
    only = limits(documents, articles)
    given = [answerer.answer(text, limits=only, language=language, history=history) for _, text, history in questions]  # type: ignore[arg-type]
    file.save(given, articles)


def _hits(searcher: Searcher, documents: list[str] | None, k: int) -> Asking:
    from ui.contract import search_json
    from ui.limits import limits

    articles = searcher.library.articles()
    only = limits(documents, articles)
    return lambda text, _: search_json(searcher.search(text, k, only), articles)


def _there(server: str, call: str, local: dict[str, Any], **arguments: Any) -> Asking:
    """The same from a served page; UsageError where an option is given that only this machine could follow."""
    from ui.remote import Remote

    for option, value in local.items():
        if value is not None:
            raise UsageError(f"{option} is given with --server, which has its own; leave one of them out.")
    remote = Remote(server, _settings(None).timeout)
    return lambda text, history: remote.call(
        call, question=text, **arguments, **({"history": list(history)} if call == "ask" else {})
    )


def _questions(question: str | None, batch: Path | None) -> list[tuple[str | None, str, tuple[str, ...]]]:
    """(id, question, earlier questions) from the argument or a batch file; UsageError for what is neither."""
    if (question is None) == (batch is None):
        raise UsageError("One question or --batch FILE is wanted; see `wenzheng ask --help`.")
    if question is not None:
        return [(None, _asked(question, "The question"), ())]
    assert batch is not None
    try:
        # Not splitlines: a JSON string may hold the other line separators of Unicode as they are.
        lines = batch.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f'{batch} cannot be read ({error}); a UTF-8 file of {{"id", "question"}} lines is wanted.') from error
    found: list[tuple[str | None, str, tuple[str, ...]]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                item = json.loads(line)
                asked = _asked(item["question"], f"{batch}, line {number}: the question")
                earlier = item.get("history") or []
                if not isinstance(earlier, list) or not all(isinstance(text, str) for text in earlier):
                    raise TypeError("history must be a list of questions")
                found.append((item.get("id"), asked, tuple(earlier)))
            except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
                raise UsageError(f'{batch}, line {number} is no {{"id", "question"}} object ({error}); mend it.') from error
    return found


def _asked(question: str, where: str) -> str:
    """The question; UsageError where it is empty or no text that could be shown again."""
    if not question.strip():
        raise UsageError(f"{where} is empty; ask something.")
    try:
        question.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{where} is no valid Unicode text; write it in UTF-8.") from error
    return question


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data, ensure_ascii=False), flush=True)


def _file(format_: str | None, style: str | None, output: Path | None, as_json: bool) -> Wanted | None:
    """The file that the answers go to, where one is asked for; UsageError for options that do not go together."""
    if format_ is None:
        if style or output:
            raise UsageError("--style and --output are for files; say which kind with --format.")
        return None
    if as_json:
        raise UsageError("--json and --format are two things; give one of them.")
    from ui.export.command import Wanted

    return Wanted(format_, style, output)


def _list(settings: Settings) -> None:
    from index.library import Library

    with closing(Library.open(settings.library)) as held:
        articles = held.articles()
        for document in held.documents():
            print(f"{document['name']}  {document['characters']:,} characters  {document['media_type']}")
            for name, record in articles.items():
                if record.source == document["name"] and record.kind != "part":
                    print(f"    {name}: {record.title}")


def _report(paths: list[Path]) -> None:
    from index import catalog, fidelity, files, structure

    documents = []
    for path in files.find(paths):
        records = catalog.load(path.parent / catalog.NAME).get(path.name, ())
        documents.append(structure.analyse(files.read(path), records))
    print(fidelity.text([fidelity.measure(document) for document in documents]))


def _say_report(report: Any) -> None:
    for verb, names in (
        ("added", report.added),
        ("updated", report.updated),
        ("removed", report.removed),
        ("unchanged", report.unchanged),
    ):
        for name in names:
            print(f"{verb} {name}", file=sys.stderr)
    for message in report.failed:
        print(message, file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A progress callback that draws on a terminal and stays silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    bar = Bars(console=Console(stderr=True), transient=True)
    tasks: dict[str, Any] = {}

    def show(stage: str, done: int, total: int) -> None:
        bar.start()
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done)
        if done >= total:
            bar.stop()

    try:
        yield show
    finally:
        bar.stop()


@contextmanager
def _told() -> Iterator[Progress]:
    """A progress callback that writes a line for whoever reads stderr; where nobody does any more, the work ends."""

    def tell(stage: str, done: int, total: int) -> None:
        print(json.dumps({"stage": stage, "done": done, "total": total}), file=sys.stderr, flush=True)

    yield tell


def main() -> None:
    """Runs the command line; a user's mistake ends in one sentence, never in a traceback."""
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
        if status:  # Typer returns what it would have exited with, after Ctrl-C too
            raise SystemExit(status)
    except BrokenPipeError:
        # Whoever read the output wanted no more of it; Python would complain when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except WenzhengError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    except typer.Abort:
        raise SystemExit(130) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        # Typer's own usage errors know their exit status and how to show themselves.
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            message = error.format_message().strip()  # empty where the help was shown instead
            if message:
                print(f"{message.rstrip('.')}; see `wenzheng --help`.", file=sys.stderr)
            raise SystemExit(2) from None
        raise


if __name__ == "__main__":
    main()
