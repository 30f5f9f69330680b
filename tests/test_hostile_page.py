"""Hostile texts in a browser, wherever a text from outside is shown: they run nothing, load nothing and fit the page."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import hostile
import pytest
from browser import CHROMIUM, Watched
from corners import corner, opposite_corners, own
from fakes import FakeEncoder
from serving import served

from eval import saved
from index import build
from index.library import Library
from index.reviews import Reviews
from index.settings import Settings
from ui.runs import FOLDER

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

SHOWN = ("script", "markdown", "link", "template", "closing")
"""Texts without white space that would be folded and without characters that are left out."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library whose documents, catalogue, translations and saved run are hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    report = build.index([hostile.write(folder / "papers")], Settings(library=folder / "library"), FakeEncoder())
    assert not report.failed
    _write_run(folder / "library" / FOLDER / "hostile.json")
    return folder / "library"


def _write_run(path: Path) -> None:
    """A run whose question, answer, history, quotations, kind, split and fingerprints are hostile."""
    span = saved.Span(hostile.ALL, hostile.TEXTS["handler"], hostile.TEXTS["link"], 1, 9)
    row = saved.Row(
        hostile.TEXTS["svg"], "en", hostile.TEXTS["handler"], True, False, {"any gold": 0.0}, 9, 9.0, hostile.ALL,
        (span,), (), hostile.ALL, (hostile.ALL,), (span,),
    )  # fmt: skip
    prints = {"code": hostile.TEXTS["script"], "reader": hostile.TEXTS["long"]}
    saved.save(saved.Run(hostile.TEXTS["handler"], prints, (row,), "2020-01-01T10:00:00+00:00"), path)


@pytest.fixture(scope="module")
def hostile_address(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over that library, whose language model is hostile too."""
    with served("tests/hostile.py", library, log=tmp_path_factory.mktemp("log")) as address:
        yield address


def harmless(watched: Watched) -> None:
    """Opens and touches everything; nothing may come alive, turn its order round, or reach out of the window."""
    page = watched.page
    page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
    for event in ("mouseover", "focus", "begin"):
        page.evaluate("name => document.querySelectorAll('main *').forEach((e) => e.dispatchEvent(new Event(name)))", event)
    assert watched.live() == []
    assert watched.wide() <= 0
    assert page.evaluate(_OUTSIDE) == []
    assert "\u202e" not in page.locator("body").text_content()
    assert page.locator("body").is_visible()


# What stands outside of the window where nothing scrolls to it cannot be read.
_OUTSIDE = """() => {
  const scrolls = (e) => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll("main [class*=wz]")].filter((e) => {
    const box = e.getBoundingClientRect();
    return e.checkVisibility() && box.width > 1 && (box.right > innerWidth + 1 || box.left < -1) && !scrolls(e);
  }).map((e) => `${e.className} ${e.getBoundingClientRect().left}–${e.getBoundingClientRect().right}`);
}"""


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def holds(shown: str, *texts: str) -> None:
    for text in texts:
        assert folded(text) in folded(shown)


@opposite_corners
def test_hostile_texts_do_no_harm_where_questions_are_asked(opened, hostile_address, locale, width, dark):
    watched = corner(opened, locale, width, dark, address=hostile_address)
    page = watched.page
    watched.ask(hostile.QUESTION)
    answer = watched.text(".wz-answer")
    holds(answer, *(hostile.TEXTS[name] for name in SHOWN))
    assert "reversed" in answer
    harmless(watched)
    panel = watched.text("#wz-panel")
    for text in ("onerror=hurt()", "<svg onload=hurt()>", "`${hurt()}`", "](javascript:hurt())", "1931"):
        assert text in panel
    watched.ask(hostile.ALL[:1000])
    page.wait_for_timeout(300)
    assert hostile.TEXTS["handler"] in page.locator(".wz-question").last.inner_text()
    harmless(watched)

    page.fill("#wz-box textarea", hostile.TEXTS["handler"])  # a conversation of its own, whose title it becomes
    page.click("#wz-new")
    page.wait_for_selector(".wz-empty")
    watched.ask(hostile.TEXTS["handler"])
    page.reload()
    page.wait_for_selector(".wz-answer")
    page.click("#wz-conversations .label-wrap")
    page.wait_for_selector("#wz-list label")
    assert page.locator("#wz-list label").count() == 2
    assert "onerror=hurt()" in watched.text("#wz-list")
    harmless(watched)


@opposite_corners
def test_hostile_texts_do_no_harm_where_sources_and_documents_are_shown(opened, hostile_address, library, locale, width, dark):
    with closing(Library.open(library)) as held:
        (article,) = held.articles()
    watched = corner(
        opened, locale, width, dark, address=hostile_address, path=f"source?article={quote(article)}&side=both&start=20", ready=".wz-src-text"
    )  # fmt: skip
    page, texts = watched.page, own(locale)
    holds(watched.text(".wz-src-text"), *(hostile.TEXTS[name] for name in ("script", "link", "template")))
    holds(watched.text(".wz-src-text"), hostile.TEXTS["markdown"].removeprefix("!"))  # for there a sentence ends
    harmless(watched)
    page.goto(f"{hostile_address}source")
    page.wait_for_selector(".wz-src-list")
    harmless(watched)
    page.goto(f"{hostile_address}documents")
    page.locator(".wzd-doc button[aria-expanded=false]").click()
    page.wait_for_selector(".wzd-account")
    assert "onerror=hurt()" in watched.text(".wzd-doc h3")
    harmless(watched)
    files = [(f"{text[:80]}.jpg", b"\xff") for text in (hostile.TEXTS["handler"], hostile.TEXTS["order"], "W" * 200)]
    page.set_input_files("#wzd-drop input[type=file]", [{"name": name, "mimeType": "", "buffer": data} for name, data in files])
    page.locator(".wzd-refused").nth(2).wait_for()
    assert texts["documents_refused"] in watched.text(".wzd-refused >> nth=0")
    harmless(watched)


@opposite_corners
def test_hostile_texts_do_no_harm_where_answers_are_reviewed_and_measured(
    opened, hostile_address, library, locale, width, dark, tmp_path
):
    watched = corner(opened, locale, width, dark, address=hostile_address)
    page, texts = watched.page, own(locale)
    watched.ask(f"{hostile.QUESTION} {hostile.TEXTS['svg']} {locale} {width}")
    page.click("#wz-send-button")
    page.wait_for_selector(f"#wz-send-told :text('{texts['review_sent']}')")
    page.goto(f"{hostile_address}review")
    page.wait_for_selector(".wz-rv-claim")
    page.click("#wz-rv-tools button")
    lines = [
        json.dumps({"question": hostile.QUESTION, "history": [hostile.ALL[:900]]}),
        json.dumps({"question": hostile.ALL[:900]}),
    ]
    page.locator("input[type=file]").first.set_input_files(
        {"name": f"{width} {locale} {hostile.TEXTS['script']}.jsonl", "mimeType": "", "buffer": "\n".join(lines).encode()}
    )
    page.wait_for_selector(f"#wz-rv-notice :text('{texts['review_loaded'].format(count=2)}')")
    page.wait_for_selector(".wz-rv-history")
    reviewer = f"{hostile.TEXTS['handler'][:50]} {width}{locale[0]}"
    page.fill("#wz-rv-name :is(input, textarea)", reviewer)
    page.keyboard.press("Enter")
    page.wait_for_selector("#wz-rv-notice:has-text('onerror')")
    page.fill("#wz-rv-comment :is(input, textarea)", hostile.ALL[:1900])
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#wz-rv-notice :text('{texts['review_comment_saved']}')")
    harmless(watched)
    for _ in range(3):
        page.click("#wz-rv-accept")
        page.wait_for_selector(f"#wz-rv-notice:has-text('{texts['review_accept']}')")
        harmless(watched)
    page.click("#wz-rv-agreement button")
    harmless(watched)
    with closing(Reviews.open(library)) as reviews:
        mine = [review for review in reviews.all() if review.reviewer == " ".join(reviewer.split())]
    assert len(mine) >= 3
    assert hostile.TEXTS["handler"] in mine[0].comment

    page.goto(f"{hostile_address}measure")
    page.wait_for_selector("#wz-m-figures .wz-m-bars")
    page.locator(".wz-m-failure summary").press("Enter")
    holds(watched.text(".wz-m-failure"), *(hostile.TEXTS[name] for name in SHOWN))
    assert "onerror=hurt()" in watched.text("#wz-m-shelf")
    assert "onerror=hurt()" in watched.text("#wz-m-kinds")
    harmless(watched)


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """The address of another server, and what it was asked; a connection opened in advance asks for nothing."""
    heard: list[bytes] = []

    def listen(request: socket.socket, *_: object) -> None:
        request.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            heard.extend(filter(None, [request.recv(100)]))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), listen) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
        server.shutdown()


@pytest.mark.parametrize("path", ["", "source?article=kazakhstan", "documents", "review", "measure"])
def test_even_markup_that_came_through_could_run_nothing_and_ask_nobody(opened, elsewhere, path):
    """The policy is the second wall: it is tried by taking the first one away."""
    address, heard = elsewhere
    watched: Any = opened(locale="en-US", path=path, ready="main h1")
    watched.page.evaluate(
        """(elsewhere) => {
          document.body.insertAdjacentHTML("beforeend", "<img src=data:, onerror=hurt()><b onclick=hurt()>x</b>");
          const script = document.createElement("script");
          script.textContent = "hurt()";
          document.body.append(script);
          document.querySelector("body > b").click();
          for (const [name, where] of [["img", "src"], ["script", "src"], ["iframe", "src"], ["link", "href"]]) {
            const far = document.createElement(name);
            far.rel = "stylesheet";
            far[where] = `${elsewhere}/${name}`;
            document.body.append(far);
          }
          fetch(elsewhere).catch(() => {});
        }""",
        address,
    )
    watched.page.wait_for_function("document.readyState === 'complete'")
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate("window.hurts") == 0
    assert heard == []
    for said in ("inline script", "inline event handler", *(f"/{name}" for name in ("img", "script", "link"))):
        assert any(said in line and "Content Security Policy" in line for line in watched.complaints), said
    watched.complaints.clear()
