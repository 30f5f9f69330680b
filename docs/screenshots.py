"""Takes the pictures of the readmes and the guides: the page in headless Chromium, over a copy of a built library.

    python docs/screenshots.py [LIBRARY] [FOLDER]

LIBRARY is `library` and FOLDER `docs/images` where none is named. What the pictures need (an answer, statements
to review, a run of the benchmark) is made on the way, in the copy.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from eval.served import served

_COLOURS = 128
_SIZE = {"width": 1440, "height": 860}
_PHONE = {"width": 390, "height": 844}
_WAIT = 120_000  # milliseconds: a run of the benchmark on two cores
_QUESTIONS = 10  # of the run shown, in each language


@dataclass(frozen=True, slots=True)
class Told:
    """What is typed in one language."""

    language: str
    locale: str
    question: str
    reviewer: str


_TOLD = (
    Told("zh", "zh-CN", "韩国保守派与进步派的外交路线有什么不同？", "林晓"),
    Told("en", "en-US", "Why is Kazakhstan not yet a full middle power?", "A. Reed"),
)


def main(library: Path, folder: Path) -> None:
    """Writes all pictures to the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as copy, served(shutil.copytree(library, Path(copy) / "library")) as page:
        address = f"{page.address}/"
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for told in _TOLD:
                _ask(browser, address, told, folder)
                _source(browser, address, told, folder)
                _review(browser, address, told, folder)
                _measure(browser, address, told, folder)
            _ask(browser, address, _TOLD[0], folder, dark=True)
            _ask(browser, address, _TOLD[0], folder, phone=True)
            browser.close()


@contextmanager
def _opened(browser: Browser, told: Told, *, dark: bool = False, phone: bool = False) -> Iterator[Page]:
    context = browser.new_context(
        locale=told.locale,
        viewport=_PHONE if phone else _SIZE,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(_WAIT)
    yield page
    context.close()


def _take(page: Page, path: Path) -> None:
    """The window as a PNG of few colours."""
    page.wait_for_timeout(1000)  # fonts are there, and what slides is at rest
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stderr.write(f"{path} {path.stat().st_size // 1000} kB\n")


def _ask(browser: Browser, address: str, told: Told, folder: Path, *, dark: bool = False, phone: bool = False) -> None:
    """An answer with a card open; sent to review on the way."""
    with _opened(browser, told, dark=dark, phone=phone) as page:
        page.goto(address)
        page.wait_for_selector("#wz-box .submit-button")
        page.fill("#wz-box textarea", told.question)
        page.press("#wz-box textarea", "Enter")
        page.wait_for_selector(".wz-answer a.cite")
        page.wait_for_selector("#wz-box .submit-button")
        page.wait_for_timeout(2000)  # what may be asked next comes after the answer
        if not phone:
            page.click("a.cite[href='#card-1-1']")
        page.locator(".wz-question").scroll_into_view_if_needed()
        _take(page, folder / f"{'phone' if phone else 'dark' if dark else 'ask'}-{told.language}.png")
        page.click("#wz-send-button")
        page.wait_for_selector("#wz-send-told .wz-rv-notice")


def _source(browser: Browser, address: str, told: Told, folder: Path) -> None:
    """An article beside its translation, at a quotation."""
    with _opened(browser, told) as page:
        page.goto(f"{address}source?article=kazakhstan&start=1147&end=1312&side=both&lang={told.language}")
        page.wait_for_selector(".wz-cited")
        _take(page, folder / f"source-{told.language}.png")


def _review(browser: Browser, address: str, told: Told, folder: Path) -> None:
    """The second statement of what was sent, the first being judged."""
    with _opened(browser, told) as page:
        page.goto(f"{address}review")
        page.wait_for_selector(".wz-rv-claim")
        page.fill("#wz-rv-name :is(input, textarea)", told.reviewer)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#wz-rv-notice :text('{told.reviewer}')")
        while told.question not in page.inner_text(".wz-rv-question"):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(300)
        page.keyboard.press("a")
        page.wait_for_selector("#wz-rv-progress progress[value='1']")
        _take(page, folder / f"review-{told.language}.png")


def _measure(browser: Browser, address: str, told: Told, folder: Path) -> None:
    """The figures of a run, which is made where there is none yet."""
    with _opened(browser, told) as page:
        page.goto(f"{address}measure")
        page.wait_for_selector("#wz-m-shelf :is(.wz-m-empty, table)")
        if page.locator("#wz-m-shelf table").count() == 0:
            page.fill("#wz-m-limit input", str(_QUESTIONS))
            page.click("#wz-m-start")
            page.wait_for_selector(".wz-m-done")
        page.wait_for_selector("#wz-m-figures .wz-m-bars")
        page.evaluate("document.querySelector('#wz-m-choice').scrollIntoView()")
        _take(page, folder / f"measure-{told.language}.png")


if __name__ == "__main__":
    named = [Path(name) for name in sys.argv[1:]]
    main(named[0] if named else Path("library"), named[1] if len(named) > 1 else Path("docs/images"))
