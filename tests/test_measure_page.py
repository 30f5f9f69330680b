"""The measuring page in a browser: a run started, cancelled, looked into and compared as an evaluator would."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM

from eval import saved
from index.database import FILE
from ui.runs import FOLDER

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def pick(page: Any, element: str, choice: str) -> None:
    """Chooses from a list by keyboard."""
    page.click(f"#{element} input")
    page.locator(f"#{element} li", has_text=choice).first.click()


@pytest.fixture(scope="module")
def folder(page_library: Path) -> Path:
    return page_library / FOLDER


@pytest.fixture
def two_runs(folder: Path) -> Iterator[None]:
    """Beside what there is, two runs by hand, the later one worse."""
    spans = [saved.Span(f"Quotation {n}.", "a.txt", "kazakhstan", 10 * n, 10 * n + 8) for n in range(3)]
    dice = random.Random(1)
    rows = [
        saved.Row(
            f"made-{n}", language, kind, True, False, {"any gold": 1.0, "points": dice.random()}, 9, 9.0, "Said. <b>[1]</b>",
            (spans[0], spans[2]), (), f"Is it {n}?", (), (spans[0], spans[1]),
        )
        for n in range(30) for language, kind in (("zh", "why"), ("en", "how"))
    ]  # fmt: skip
    before = saved.Run("tune", {"code": "aaa", "reader": "extractive"}, tuple(rows), "2020-01-01T10:00:00+00:00")
    worse = tuple(replace(r, values={**r.values, "any gold": float(r.language == "en")}) for r in rows)
    saved.save(before, folder / "made-before.json")
    saved.save(replace(before, rows=worse, when="2020-01-02T10:00:00+00:00"), folder / "made-after.json")
    yield
    for path in folder.glob("made-*"):
        path.unlink()


def test_a_run_is_started_watched_and_seen_and_another_cancelled(opened, folder):
    page = opened(path="measure", ready="#wz-m-shelf :is(.wz-m-empty, table)").page
    assert "还没有评测记录" in page.inner_text("#wz-m-shelf")
    assert not page.locator("#wz-m-results").is_visible()
    page.fill("#wz-m-limit input", "1")
    page.click("#wz-m-start")
    page.wait_for_selector(".wz-m-running progress")
    page.wait_for_selector(".wz-m-done", timeout=180_000)
    page.wait_for_selector("#wz-m-figures .wz-m-bars")
    (made,) = folder.glob("*.json")
    assert made.stem in page.inner_text("#wz-m-now")
    run = saved.read(made)
    assert [row.language for row in run.rows] == ["zh", "en"]
    assert run.fingerprints["code"] in page.inner_text("#wz-m-shelf")
    mean = saved.figures(run)[0]
    shown = page.locator("#wz-m-figures tbody tr").first.inner_text()
    assert mean.measure in shown
    assert f"{mean.mean:.3f}" in shown

    page.fill("#wz-m-limit input", "0")
    page.click("#wz-m-start")
    page.wait_for_selector(".wz-m-running progress[value]", timeout=180_000)
    page.click("#wz-m-cancel")
    page.wait_for_selector(".wz-m-cancelled")
    assert "没有留下任何文件" in page.inner_text("#wz-m-now")
    time.sleep(1)
    assert {path.stem for path in folder.iterdir()} == {made.stem}
    assert page.locator("#wz-m-start").is_enabled()
    assert not page.locator("#wz-m-cancel").is_enabled()


def test_two_runs_are_compared_and_failures_looked_into(opened, folder, two_runs):
    (folder / "broken.json").write_text('{"rows"', encoding="utf-8")
    page = opened(locale="en-US", path="measure?run=made-after", ready="#wz-m-figures .wz-m-bars").page
    assert "broken.json" in page.inner_text("#wz-m-shelf .wz-m-complaint")
    (folder / "broken.json").unlink()
    pick(page, "wz-m-against", "2020-01-01")
    page.wait_for_selector("#wz-m-changes table")
    clear, rest = page.locator("#wz-m-changes table").all()
    assert "▼ worse" in clear.inner_text()
    assert "any gold" in clear.inner_text()
    assert "points" not in clear.inner_text()
    assert not rest.is_visible()
    page.click("#wz-m-changes .wz-m-rest summary")
    assert rest.inner_text().count("no clear change") == 5

    assert "30 in all" in page.inner_text("#wz-m-failures")
    assert page.locator(".wz-m-failure").count() == 20
    page.click("#wz-m-more")
    page.wait_for_function("document.querySelectorAll('.wz-m-failure').length === 30")
    pick(page, "wz-m-of-measure", "points")
    page.wait_for_function("document.querySelector('#wz-m-failures').innerText.includes('60 in all')")
    pick(page, "wz-m-of-language", "English")
    page.wait_for_function("document.querySelector('#wz-m-failures').innerText.includes('30 in all')")
    page.click("#wz-m-regressed input")
    page.wait_for_function("document.querySelector('#wz-m-failures').innerText.includes('No question fits')")
    page.click("#wz-m-regressed input")
    page.wait_for_selector(".wz-m-failure")

    failure = page.locator(".wz-m-failure").first
    failure.locator("summary").press("Enter")
    failure.locator(".wz-m-sides").wait_for(state="visible")
    assert failure.locator(".wz-m-answer").inner_text() == "Said. <b>[1]</b>"
    assert failure.locator(".wz-m-verdict").all_inner_texts() == ["✓ cited", "✗ not cited", "✓ touches gold", "– elsewhere"]
    link = failure.locator("a").first.get_attribute("href")
    assert link == "./source?article=kazakhstan&start=0&end=8"

    page.click("#wz-language label:has-text('中文')")
    page.wait_for_selector("#wz-m-start:has-text('开始评测')")
    assert "▼ 变差" in page.inner_text("#wz-m-changes")
    assert "原因" in page.inner_text("#wz-m-kinds")
    assert page.locator(".wz-m-failure").count() == 20


@pytest.mark.parametrize(("locale", "dark"), [("zh-CN", False), ("en-US", True)])
def test_a_narrow_page_fits_axe_finds_nothing_and_the_report_is_downloaded(opened, two_runs, locale, dark):
    path = "measure?run=made-after&against=made-before"
    watched = opened(locale=locale, width=390, dark=dark, path=path, ready="#wz-m-changes table")
    page = watched.page
    page.locator(".wz-m-failure summary").first.click()
    assert watched.wide() <= 0
    boxes = [page.locator(f"#{name}").bounding_box() for name in ("wz-m-run", "wz-m-figures", "wz-m-failures")]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert watched.violations() == []
    with page.expect_download() as waiting:
        page.click("#wz-m-download")
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "made-after.html"
    assert "Is it 1?" in text


def test_the_library_itself_is_not_handed_out(address, page_library, browser):
    context = browser.new_context()
    assert context.request.get(f"{address}gradio_api/file={page_library / FILE}").status == 403
    context.close()
