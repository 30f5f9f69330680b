"""Visits that nobody comes back to are forgotten, open ones never."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta

import gradio as gr
import httpx
import pytest
from gradio.routes import App
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from ui.web import serving, visits
from ui.web.desk import Desk
from ui.web.visits import CLOSED, Visits

NOW = datetime(2026, 1, 1, 12)


def counting():
    """A page that counts up, each visit for itself."""
    with gr.Blocks(analytics_enabled=False) as page:
        count, shown = gr.State(0), gr.Textbox()
        gr.Button("+").click(lambda n: (n + 1, str(n + 1)), count, [count, shown], queue=False)
    return page


async def served():
    # In a loop: else Gradio makes loops of its own and leaves them open.
    return App.create_app(counting(), app_kwargs={"middleware": [Middleware(Visits)]})


class Told:
    """A page served with what watches its visits."""

    def __init__(self, runner):
        self.app = runner.run(served())
        self.holder = self.app.state_holder
        self.runner = runner

    def fetch(self, place, body=None):
        async def ask():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://page") as client:
                return await (client.post(place, json=body) if body else client.get(place))

        return self.runner.run(ask())

    def count(self, visit):
        said = self.fetch("/gradio_api/run/predict", {"data": [None], "fn_index": 0, "session_hash": visit})
        return said.json()["data"][1]

    @property
    def watching(self):
        found = self.app.middleware_stack
        while not isinstance(found, Visits):
            found = found.app
        return found

    def seen(self, visit, before, beats):
        """Sets when a visit was last seen, and how many connections keep it open; None for a program."""
        self.holder.time_last_used[visit] = NOW - before
        if beats is not None:
            self.watching._beats[visit] = beats


class Alone:
    """Runs what is asynchronous in a thread of its own: the browser tests keep a loop in this one."""

    def __init__(self, thread):
        self.thread = thread
        self.runner = asyncio.Runner()

    def run(self, work):
        return self.thread.submit(self.runner.run, work).result()

    def close(self):
        self.thread.submit(self.runner.close).result()


@pytest.fixture
def told():
    with ThreadPoolExecutor(1) as thread, closing(Alone(thread)) as runner:
        yield Told(runner)


def test_a_program_is_forgotten_soon_and_a_closed_page_after_an_hour_and_an_open_one_stays(told):
    minute, day = timedelta(minutes=1), timedelta(days=1)
    kept = [("called just now", minute / 2, None), ("closed", 30 * minute, 0), ("open", day, 1)]
    gone = [("called", 2 * minute, None), ("closed long ago", 61 * minute, 0)]
    for visit, before, beats in [*kept, *gone]:
        assert told.count(visit) == "1"
        told.seen(visit, before, beats)
    told.watching.sweep(told.holder, NOW)
    assert set(told.holder.session_data) == set(told.holder.time_last_used) == {visit for visit, _, _ in kept}
    assert set(told.watching._beats) == {"closed", "open"}
    assert told.count("open") == "2"
    assert told.count("called") == "1"


def test_of_many_closed_pages_the_last_are_kept(told):
    for number in range(CLOSED + 3):
        told.count(f"visit {number}")
        told.seen(f"visit {number}", timedelta(0), 0)
    told.watching.sweep(told.holder, NOW)
    assert list(told.holder.session_data) == [f"visit {number}" for number in range(3, CLOSED + 3)]


def test_what_each_visit_shows_is_not_kept_a_second_time(told):
    told.count("one")
    assert told.holder.session_data["one"].config_values  # else there is nothing to clear any more
    told.watching.sweep(told.holder, datetime.now())
    assert not told.holder.session_data["one"].config_values
    assert told.count("one") == "2"


def test_requests_set_off_the_look_and_a_page_is_open_as_long_as_its_connection(told, monkeypatch):
    monkeypatch.setattr(visits, "_EVERY", 0.0)
    monkeypatch.setattr(visits, "_PROGRAM", timedelta(0))
    during = []

    async def lasting(scope, receive, send):
        during.append(dict(told.watching._beats))
        await PlainTextResponse("ALIVE")(scope, receive, send)

    told.count("program")
    told.fetch("/config")
    assert not told.holder.session_data
    told.watching.app = lasting
    told.fetch("/gradio_api/heartbeat/mine")
    assert during == [{"mine": 1}]
    assert not told.watching._beats


def test_the_page_is_served_with_it(searcher):
    class Answerer:
        pass

    Answerer.searcher = searcher
    assert Visits in [middleware.cls for middleware in serving.before(Desk(Answerer()))]
