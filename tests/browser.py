"""A page served as an operator serves it, and a browser that watches it: what the browser tests share."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfs
import pytest
from serving import ROOT, served

from index import build
from index import encoder as encoders
from index.settings import Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
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

FERRIES = (
    "The Ferries of Orrin\n\nThe first ferry of Orrin crossed the sound in 1889.",
    "The second ferry of Orrin was built in 1907 by Ada Quill.\nIt carried ninety passengers across the sound.",
)


@pytest.fixture(scope="session")
def page_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two seeds, a file of two pages and a hostile one, with the encoder that comes with the program."""
    folder = tmp_path_factory.mktemp("page")
    seeds = folder / "seeds"
    (seeds / "translations").mkdir(parents=True)
    for path in (*SEEDS.glob("002*.txt"), *SEEDS.glob("004*.txt"), SEEDS / "catalog.toml", SEEDS / "glossary.tsv"):
        shutil.copy(path, seeds)
    for name in ("kazakhstan", "titles"):
        shutil.copy(SEEDS / "translations" / f"{name}.jsonl", seeds / "translations")
    (seeds / HOSTILE_NAME).write_text(HOSTILE_TEXT, encoding="utf-8")
    (seeds / "ferries.pdf").write_bytes(pdfs.pdf(FERRIES, title="The Ferries of Orrin"))
    settings = Settings(library=folder / "library")
    report = build.index([seeds], settings, encoders.load(settings.encoder))
    assert not report.failed
    return settings.library


@pytest.fixture(scope="session")
def address(page_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page served by the command line, as an operator serves it."""
    with served("-m", "ui.cli", "ui", "--library", page_library, "--port", log=tmp_path_factory.mktemp("log")) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(ARGUMENTS))
        yield opened
        opened.close()


# What Gradio says of its own stream where a page is left while something is still being written.
_LEFT = re.compile(r"BodyStreamBuffer was aborted|Connection errored out")


class Watched:
    """A page open in the browser, with everything it complained of and asked for."""

    def __init__(
        self,
        browser: Any,
        address: str,
        locale: str = "zh-CN",
        width: int = 1440,
        dark: bool = False,
        path: str = "",
        ready: str | None = None,
        touch: bool = False,
    ) -> None:
        # Without motion, so that nothing is measured on its way.
        self.context = browser.new_context(
            locale=locale,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=touch,
        )
        # Of the context, so that a tab that the page opens is watched too.
        self.context.add_init_script("window.hurts = 0; window.hurt = () => { window.hurts += 1; }")
        self.context.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.dialogs: list[str] = []
        self.context.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on(
            "request", lambda request: self.hosts.add(re.sub(r"^\w+://([^/:]*).*", r"\1", request.url, flags=re.DOTALL))
        )
        self.context.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page = self.context.new_page()
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

    def violations(self, within: str | None = None) -> list[str]:
        """What axe finds against WCAG 2.2 AA in the page as it stands, or within an element of it, a line for each element."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
        found = axe.run(self.page, context=within, options={"resultTypes": ["violations"], "runOnly": rules}).response[
            "violations"
        ]
        return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]

    def live(self) -> list[str]:
        """Elements of the page's own parts that could run or load something; every text from outside should be text only."""
        return list(self.page.evaluate(_LIVE))


_LIVE = """() => [...document.querySelectorAll("main *")].filter((element) =>
  /^(script|iframe|object|embed|base|link|meta|style|animate)$/i.test(element.tagName) && !element.closest("button svg")
  || [...element.attributes].some(({ name, value }) => /^on/i.test(name)
    || (/^(href|src|action|formaction|xlink:href)$/i.test(name)
      && !/^(#|\\/|\\?|data:|blob:|$)/.test(value) && new URL(value, location.href).origin !== location.origin)
    || /^\\s*javascript:/i.test(value))
).map((element) => element.outerHTML.slice(0, 200))"""


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Any]:
    """Opens pages; when the test is done none may have called a foreign host, complained, shown a dialog, or run `hurt`."""
    pages: list[Watched] = []

    def open_(**options: Any) -> Watched:
        pages.append(Watched(browser, options.pop("address", address), **options))
        return pages[-1]

    yield open_
    for watched in pages:
        hurts = [page.evaluate("window.hurts") for page in watched.context.pages]
        watched.context.close()
        assert set(hurts) == {0}
        assert [complaint for complaint in watched.complaints if not _LEFT.search(complaint)] == []
        assert watched.dialogs == []
        assert watched.hosts <= {"127.0.0.1", "data:", "blob:"} | {
            host for host in watched.hosts if host.startswith(("data:", "blob:"))
        }
