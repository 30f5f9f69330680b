"""The page served: how it is put together, started and reached by programs."""

from __future__ import annotations

import sys
import threading

import gradio as gr
from starlette.middleware import Middleware

from index.errors import UsageError
from index.files import MAX_BYTES
from index.settings import Settings
from rag.answer import Answerer
from ui.accounts import Accounts
from ui.runs import FOLDER as RUNS
from ui.web import api, line, logs, serving
from ui.web.desk import Desk
from ui.web.documents import DocumentsPage
from ui.web.gate import Gate
from ui.web.headers import Headers
from ui.web.measure import MeasurePage
from ui.web.page import READERS, Page
from ui.web.review import ReviewPage
from ui.web.source import SourcePage
from ui.web.texts import FOLDER
from ui.web.visitor import ALONE, Access, Checked, required

_SANS = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"]
# Gradio's own sizes in rem, so that they follow the size of print.
_SIZES = gr.themes.Size("0.5625rem", "0.625rem", "0.75rem", "0.875rem", "1rem", "1.375rem", "1.625rem", name="text_rem")
_MONO = ["ui-monospace", "Menlo", "Consolas", "Noto Sans Mono CJK SC", "monospace"]


def serve(answerer: Answerer, settings: Settings) -> None:
    """Serves the page on the host and port of the settings until it is interrupted."""
    desk = serving.desk(answerer, settings)
    logs.begin(settings)
    page = launch(desk, settings.host, settings.port)
    if settings.log == "plain":
        sys.stderr.write(f"Wenzheng 文证: http://{settings.host}:{settings.port}{settings.root_path}\n")
    serving.until_stopped(page, desk)


def launch(desk: Desk, host: str, port: int) -> gr.Blocks:
    """Starts the page and returns; raises UsageError when the port is taken, or others could come in without an account."""
    before, folder = serving.before(desk), desk.answerer.searcher.library.folder
    access = Access(required(host, desk.door.settings.login, Accounts(folder)))
    page = build(desk, access)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            show_error=True,
            share=False,
            max_file_size=MAX_BYTES,
            ssr_mode=False,
            run_history=False,
            enable_monitoring=False,
            footer_links=["api"],
            theme=_theme(),
            allowed_paths=[str((folder / RUNS).resolve())],
            css_paths=sorted(FOLDER.glob("*.css")),
            js=_scripts(),
            root_path=desk.door.settings.root_path,
            app_kwargs={
                "middleware": [
                    *before,
                    Middleware(Headers, first=_first()),
                    Middleware(Gate, access=access, runs=folder / RUNS),
                ]
            },
        )
    except OSError as error:
        raise UsageError(
            f"The page cannot listen on {host}:{port}, which is taken or not an address of this machine; "
            "choose another with --host and --port."
        ) from error
    return page


def build(desk: Desk, access: Access = ALONE) -> gr.Blocks:
    """The page over one desk, for those who have access, not yet served."""
    desk.rights = access.rights
    kept = (3600, 3600)  # seconds between two clearings of the files made for downloads, and that one is kept
    with Checked(title="文证 Wenzheng", fill_width=True, analytics_enabled=False, delete_cache=kept) as page:
        page.access = access
        asking = Page(desk)
        api.offer(desk)
    with page.route("Source", "source", show_in_navbar=False):
        SourcePage(desk)
    with page.route("Documents", "documents", show_in_navbar=False):
        DocumentsPage(desk)
    with page.route("Review", "review", show_in_navbar=False):
        ReviewPage(desk)
    with page.route("Measure", "measure", show_in_navbar=False):
        MeasurePage(desk)
    threading.Thread(target=asking.warm, daemon=True, name="warm").start()
    page.queue(max_size=desk.door.settings.waiting + line.OTHERS, default_concurrency_limit=READERS)
    line.stand(page, desk)
    return page


def _scripts() -> str:
    """Every script of the page, each a function, run in turn when the page is ready."""
    functions = ",\n".join(path.read_text(encoding="utf-8").strip() for path in sorted(FOLDER.glob("*.js")))
    return f"() => {{ for (const run of [\n{functions}\n]) run(); }}"


def _first() -> str:
    """The scripts that cannot wait until the page is ready: what they decide would be seen to change."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((FOLDER / "first").glob("*.js")))


def _theme() -> gr.themes.Base:
    theme = gr.themes.Default(primary_hue="teal", neutral_hue="stone", font=_SANS, font_mono=_MONO, text_size=_SIZES)
    return theme.set(body_text_color_subdued="*neutral_600")  # its own is too faint to be read on white
