"""A page served as an operator serves it, and a browser that watches it: what the browser tests share."""

from __future__ import annotations

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
from index.settings import Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 60_000  # milliseconds: the first question in a language loads its parts

HOSTILE_NAME = "hostile <img src=x onerror=alert(9)>.txt"
HOSTILE_TEXT = """The Lamps of Zorvia

The Zorvian lighthouse treaty <img src=x onerror=alert(1)> was signed in 1931 by [the keepers](javascript:alert(2)). \
The Zorvian lighthouse keepers lit forty lamps <script>alert(3)</script> along the coast every night of the winter.
"""


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
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(ARGUMENTS))
        yield opened
        opened.close()


class Watched:
    """A page open in the browser, with everything it complained of and asked for."""

    def __init__(
        self, browser: Any, address: str, locale: str = "zh-CN", width: int = 1440, path: str = "", ready: str | None = None
    ) -> None:
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
        self.page.goto(address + path)
        label = "提问" if locale.startswith("zh") else "Ask"
        self.page.wait_for_selector(ready or f"#wz-box button:has-text('{label}')")

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
