"""Serving for many: what stands before the page, and how it is stopped without breaking off an answer."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, NoReturn

import gradio as gr
from starlette.middleware import Middleware

from index.settings import Settings
from ui.web import logs
from ui.web.bounds import Bounds
from ui.web.desk import Desk
from ui.web.door import Door
from ui.web.ledger import Ledger
from ui.web.probes import Probes
from ui.web.trust import Trust, networks
from ui.web.visits import Visits

_LOOK = 0.1  # seconds between two looks at what is still in work
_QUIET = 8  # looks without anything in work, after which nothing is to come: a page asks several times for one answer
_CLOSING = 5.0  # seconds more in which the server may close its connections


def desk(answerer: Any, settings: Settings) -> Desk:
    """The desk with its door and its ledger."""
    door = Door(settings)
    return Desk(answerer, door=door, ledger=Ledger(texts=settings.log_questions == "yes", pace=door.done))


def before(own: Desk) -> list[Middleware]:
    """What a request goes through before the page sees it, the first first; raises SettingsError for addresses that are none."""
    # Uvicorn would believe forwarded headers of everybody on this machine, before any of this is asked.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    # After every event Gradio sums up in a table of pandas the last ten thousand, for a page of its own that nobody opens here.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(sys.maxsize)
    settings = own.door.settings
    return [
        Middleware(Trust, proxies=networks(settings.proxies, "proxies")),
        Middleware(Probes, desk=own),
        Middleware(Bounds, desk=own),
        Middleware(Visits),
    ]


def until_stopped(page: gr.Blocks, own: Desk) -> NoReturn:
    """Ends the process when SIGTERM or SIGINT came and the answers in work are done, or the time for that is over.

    Its status is 0, or 1 where something was broken off; a second signal ends it at once.  Called in the main thread.
    """
    asked = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            os._exit(128 + number)
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    logs.record("started", generation=own.answerer.searcher.library.generation, pid=os.getpid())
    while not asked.wait(0.5):
        pass
    whole = drain(page, own, own.door.settings.shutdown_seconds)
    logs.record("stopped", broken_off=not whole)
    # What is still in work would hold the process, and Python takes seconds to take itself apart; the library is whole after any end.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(0 if whole else 1)


def drain(page: gr.Blocks, own: Desk, seconds: float) -> bool:
    """Lets nobody in any more and waits until all are served; whether that came within the seconds."""
    own.door.stopping = True
    until, quiet = time.monotonic() + seconds, 0
    while quiet < _QUIET and time.monotonic() < until:
        quiet = 0 if own.door.requests or own.door.waiting() or _changing() else quiet + 1
        time.sleep(_LOOK)
    page._end_streaming_responses()  # the connections that last as long as a page is open
    server: Any = page.server
    server.should_exit = True
    server.thread.join(_CLOSING)
    return quiet >= _QUIET and not server.thread.is_alive()


def _changing() -> bool:
    """Whether documents are on their way in or out."""
    return any(thread.name == "intake" for thread in threading.enumerate())
