"""The page in a browser: asked, pressed and measured as a reader would."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index import build
from index import encoder as encoders
from index.library import Library
from index.settings import Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 60_000  # milliseconds: the first question in a language loads its parts

CHINESE = "哈萨克斯坦为什么追求中等强国地位？"
ENGLISH = "Why does Kazakhstan pursue middle-power status?"
UNANSWERED = "量子计算机的纠错码是什么？"
HOSTILE_QUESTION = '<script>alert(1)</script><img src=x onerror=alert(2)> ![x](http://evil.example/x.png) "onload=alert(3) '
HOSTILE_NAME = "hostile <img src=x onerror=alert(9)>.txt"
HOSTILE_TEXT = """The Lamps of Zorvia

The Zorvian lighthouse treaty <img src=x onerror=alert(1)> was signed in 1931 by [the keepers](javascript:alert(2)). \
The Zorvian lighthouse keepers lit forty lamps <script>alert(3)</script> along the coast every night of the winter.
"""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
playwright = pytest.importorskip("playwright.sync_api")


# -- the page under test ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def page_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two seeds and a hostile file, with the encoder that comes with the program."""
    folder = tmp_path_factory.mktemp("page")
    seeds = folder / "seeds"
    (seeds / "translations").mkdir(parents=True)
    for path in (*SEEDS.glob("002*.txt"), *SEEDS.glob("004*.txt"), SEEDS / "catalog.toml", SEEDS / "glossary.tsv"):
        shutil.copy(path, seeds)
    for name in ("kazakhstan", "titles"):
        shutil.copy(SEEDS / "translations" / f"{name}.jsonl", seeds / "translations")
    (seeds / HOSTILE_NAME).write_text(HOSTILE_TEXT, encoding="utf-8")
    settings = Settings(library=folder / "library")
    report = build.index([seeds], settings, encoders.load(settings.encoder))
    assert not report.failed
    return settings.library


@pytest.fixture(scope="session")
def address(page_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page served by the command line, as an operator serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("log") / "ui.log"
    command = [sys.executable, "-m", "ui.cli", "ui", "--library", str(page_library), "--port", str(port)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WENZHENG_")}
    with log.open("w") as stream:
        served = subprocess.Popen(command, cwd=ROOT, env=clean, stdout=stream, stderr=stream)
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait_for(url, served, log)
        yield url
    finally:
        served.terminate()
        served.wait(timeout=20)


def _wait_for(url: str, served: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert served.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(ARGUMENTS))
        yield opened
        opened.close()


class Watched:
    """A page open in the browser, with everything it complained of and asked for."""

    def __init__(self, browser: Any, address: str, locale: str = "zh-CN", width: int = 1440) -> None:
        self.context = browser.new_context(locale=locale, viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.dialogs: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(re.sub(r"^\w+://([^/:]*).*", r"\1", request.url, flags=re.DOTALL)))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.goto(address)
        label = "提问" if locale.startswith("zh") else "Ask"
        self.page.wait_for_selector(f"#wz-box button:has-text('{label}')")

    def ask(self, question: str) -> None:
        """Asks with Enter and waits until the answer is whole."""
        before = self.page.locator(".wz-answer").count()
        self.page.fill("#wz-box textarea", question)
        self.page.press("#wz-box textarea", "Enter")
        self.page.locator(".wz-answer").nth(before).wait_for()
        self.page.wait_for_selector("#wz-box .submit-button")

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def wide(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Any]:
    """Opens pages; when the test is done none may have called a foreign host, complained, or shown a dialog."""
    pages: list[Watched] = []

    def open_(**options: Any) -> Watched:
        pages.append(Watched(browser, address, **options))
        return pages[-1]

    yield open_
    for watched in pages:
        watched.context.close()
        assert watched.complaints == []
        assert watched.dialogs == []
        assert watched.hosts <= {"127.0.0.1", "data:", "blob:"} | {
            host for host in watched.hosts if host.startswith(("data:", "blob:"))
        }


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


# -- what a reader does -------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "question"), [("zh-CN", CHINESE), ("en-US", ENGLISH)])
def test_a_number_opens_the_words_that_prove_the_sentence(opened, page_library, locale, question):
    watched = opened(locale=locale)
    watched.ask(question)
    card = watched.page.locator("#card-1-1")
    assert not card.locator("mark").first.is_visible()
    watched.page.click("a.cite[href='#card-1-1']")
    card.locator(".wz-original mark").wait_for(state="visible")
    quote = card.locator(".wz-original mark").inner_text()
    source = card.locator(".wz-file span").inner_text().split(" · ")[0]
    library = Library.open(page_library)
    start, end = (int(n) for n in re.findall(r"(\d+)–(\d+)", card.locator(".wz-file span").inner_text())[0])
    assert bare(quote) == bare(library.text_between(source, start, end))
    library.close()
    assert "wz-on" in card.get_attribute("class")
    assert card.locator(".wz-translation mark").count() == 1
    assert "哈萨克斯坦的实践及成效" in card.locator(".wz-title").inner_text()


def test_enter_on_a_focused_number_opens_its_card_and_the_way_back_returns(opened):
    watched = opened()
    watched.ask(CHINESE)
    watched.page.focus("a.cite[href='#card-1-2']")
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_selector("#card-1-2[open] mark")
    watched.page.click("#card-1-2 .wz-back")
    assert watched.page.evaluate("document.activeElement.id") == "cite-1-2"


def test_cards_of_an_earlier_answer_stay_reachable(opened):
    watched = opened()
    watched.ask(CHINESE)
    watched.ask("小多边主义是什么？")
    assert not watched.page.locator("#turn-1").get_attribute("open")
    watched.page.click("a.cite[href='#card-1-1']")
    watched.page.locator("#card-1-1 .wz-original mark").wait_for(state="visible")


def test_the_switch_changes_the_interface_and_leaves_the_answer(opened):
    watched = opened()
    watched.ask(CHINESE)
    answer = watched.text(".wz-answer")
    watched.page.click("#wz-language label:has-text('English')")
    watched.page.wait_for_selector("#wz-box button:has-text('Ask')")
    assert watched.text("#wz-retry") == "Retry"
    assert "articles" in watched.text("#wz-header")
    watched.page.click("a.cite[href='#card-1-1']")
    assert "Original" in watched.text("#card-1-1")
    assert watched.text(".wz-answer") == answer


def test_a_refusal_shows_the_nearest_passages(opened):
    watched = opened()
    watched.ask(UNANSWERED)
    assert "没有回答这个问题" in watched.text(".wz-refusal")
    assert watched.page.locator(".wz-near").count() == 3
    assert watched.page.locator("a.cite").count() == 0


def test_an_example_is_asked_by_a_click(opened):
    watched = opened(locale="en-US")
    watched.page.locator("#wz-chat .example", has_text="Kazakhstan").click()
    watched.page.wait_for_selector(".wz-answer a.cite")
    assert "Kazakhstan" in watched.text(".wz-question")


def test_retry_answers_again_in_place_and_clear_empties(opened):
    watched = opened()
    watched.ask(CHINESE)
    watched.page.wait_for_selector("#wz-retry:not([disabled])")
    watched.page.click("#wz-retry")
    watched.page.wait_for_selector("#wz-box .stop-button", state="attached")
    watched.page.wait_for_selector("#wz-box .submit-button")
    watched.page.wait_for_selector(".wz-answer a.cite")
    assert watched.page.locator(".wz-question").count() == 1
    assert watched.page.locator(".wz-turn").count() == 1
    watched.page.click("#wz-clear")
    watched.page.wait_for_selector(".wz-empty")
    assert watched.page.locator(".wz-question").count() == 0


# -- what must not happen -----------------------------------------------------------------------


def test_a_hostile_question_does_no_harm(opened):
    watched = opened()
    scripts = watched.page.locator("script").count()
    watched.ask(HOSTILE_QUESTION)
    watched.page.wait_for_timeout(500)
    assert watched.text(".wz-question") == HOSTILE_QUESTION.strip()
    assert watched.page.locator("script").count() == scripts
    assert watched.page.locator("#wz-main img").count() == 0
    assert watched.text("#turn-1 > summary").strip() == HOSTILE_QUESTION.strip()


def test_a_hostile_document_is_shown_as_text(opened):
    watched = opened(locale="en-US")
    watched.ask("When was the Zorvian lighthouse treaty signed?")
    assert "<img src=x onerror=alert(1)>" in watched.text(".wz-answer")
    watched.page.click("a.cite[href='#card-1-1']")
    card = watched.page.locator("#card-1-1")
    card.locator(".wz-original mark").wait_for(state="visible")
    watched.page.wait_for_timeout(300)
    assert "<script>alert(3)</script>" in card.inner_text()
    assert HOSTILE_NAME in card.locator(".wz-file").inner_text()
    assert watched.page.locator("#wz-main :is(img, script, a[href^='javascript'])").count() == 0


def test_nothing_is_asked_where_nothing_is_typed(opened):
    watched = opened()
    watched.page.press("#wz-box textarea", "Enter")
    watched.page.wait_for_timeout(700)
    assert watched.page.locator(".wz-question").count() == 0
    assert watched.page.locator("#wz-box .submit-button").is_visible()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(("locale", "question"), [("zh-CN", CHINESE), ("en-US", ENGLISH)])
def test_nothing_scrolls_sideways(opened, locale, question, width):
    watched = opened(locale=locale, width=width)
    assert watched.wide() <= 0
    watched.ask(question)
    watched.page.click("a.cite[href='#card-1-1']")
    watched.page.locator("#card-1-1 mark").first.wait_for(state="visible")
    assert watched.wide() <= 0
    left, panel = (watched.page.locator(name).bounding_box() for name in ("#wz-left", "#wz-panel"))
    assert (panel["x"] >= left["x"] + left["width"]) == (width == 1440)


# -- the endpoint -------------------------------------------------------------------------------


def test_the_one_public_endpoint_gives_the_contract(address):
    with urllib.request.urlopen(f"{address}gradio_api/info", timeout=30) as reply:
        assert list(json.load(reply)["named_endpoints"]) == ["/ask"]
    request = urllib.request.Request(
        f"{address}gradio_api/call/ask", json.dumps({"data": [CHINESE, None]}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        event = json.load(reply)["event_id"]
    with urllib.request.urlopen(f"{address}gradio_api/call/ask/{event}", timeout=60) as reply:
        data = next(line for line in reply.read().decode().splitlines() if line.startswith("data: "))
    answer = json.loads(data.removeprefix("data: "))[0]
    assert answer["question"] == CHINESE
    assert answer["language"] == "zh"
    assert answer["citations"][0]["number"] == 1
