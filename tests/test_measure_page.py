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
from corners import CORNERS, corner, every_corner, opposite_corners, own, sound

from eval import saved
from index.database import FILE
from ui.runs import FOLDER

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def pick(page: Any, element: str, choice: str) -> None:
    """Chooses from a list by keyboard."""
    page.click(f"#{element} input")
    page.locator(f"#{element} li", has_text=choice).first.click()


def counted(page: Any, texts: Any, count: int) -> None:
    """Waits until so many failures are told of."""
    page.wait_for_selector(f"#wz-m-failures :text-is('{texts['measure_failures_count'].format(count=count)}')")


@pytest.fixture(scope="module")
def folder(page_library: Path) -> Path:
    return page_library / FOLDER


@pytest.fixture
def no_runs(folder: Path) -> None:
    for path in folder.glob("*.*"):
        path.unlink()


@pytest.fixture
def two_runs(folder: Path) -> Iterator[None]:
    """Beside what there is, two runs by hand, the later one worse."""
    spans = [saved.Span(f"Quotation {n}.", "a.txt", "kazakhstan", 28400 + 20 * n, 28410 + 20 * n) for n in range(3)]
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


@opposite_corners
def test_a_run_is_started_and_cancelled_and_leaves_nothing(opened, folder, no_runs, locale, width, dark):
    watched = corner(opened, locale, width, dark, path="measure", ready="#wz-m-shelf .wz-m-empty")
    page, texts = watched.page, own(locale)
    assert texts["measure_none"] in page.inner_text("#wz-m-shelf")
    assert not page.locator("#wz-m-results").is_visible()
    sound(watched)
    page.click("#wz-m-start")
    page.wait_for_selector(".wz-m-running progress")
    assert texts["measure_loading"] in page.inner_text("#wz-m-now")
    page.click("#wz-m-cancel:not([disabled])")
    page.wait_for_selector(f".wz-m-cancelled:has-text('{texts['measure_cancelled']}')")
    page.wait_for_selector("#wz-m-start:not([disabled])")
    assert not page.locator("#wz-m-cancel").is_enabled()
    assert [path for path in folder.glob("*") if path.suffix] == []


def test_a_run_is_watched_to_its_end_and_one_that_goes_on_from_every_corner(opened, folder, no_runs):
    watched = corner(opened, *CORNERS[0], path="measure", ready="#wz-m-shelf .wz-m-empty")
    page, texts = watched.page, own(CORNERS[0][0])
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
    others = [corner(opened, *at, path="measure", ready=".wz-m-running progress[value]") for at in CORNERS[1:]]
    for at, other in zip(CORNERS[1:], others, strict=True):
        assert own(at[0])["measure_running"].split("{")[0] in other.text("#wz-m-now")
        other.page.wait_for_selector(f"#wz-m-shelf :text('{own(at[0])['measure_brief_report']}')")
        assert not other.page.locator("#wz-m-start").is_enabled()
        sound(other)
    others[-1].page.click("#wz-m-cancel")
    for each in (watched, *others):
        each.page.wait_for_selector(".wz-m-cancelled")
    assert texts["measure_cancelled"] in page.inner_text("#wz-m-now")
    time.sleep(1)
    assert {path.stem for path in folder.iterdir()} == {made.stem}
    assert page.locator("#wz-m-start").is_enabled()
    assert not page.locator("#wz-m-cancel").is_enabled()


@every_corner
def test_two_runs_are_compared_and_failures_looked_into(opened, address, folder, two_runs, locale, width, dark):
    (folder / "broken.json").write_text('{"rows"', encoding="utf-8")
    watched = corner(opened, locale, width, dark, path="measure?run=made-after", ready="#wz-m-figures .wz-m-bars")
    page, texts = watched.page, own(locale)
    assert "broken.json" in page.inner_text("#wz-m-shelf .wz-m-complaint")
    (folder / "broken.json").unlink()
    assert page.locator("#wz-m-figures tr", has_text="any gold").locator(".wz-m-mean").evaluate_all(
        "bars => bars.map((bar) => bar.getAttribute('width'))"
    ) == ["0.0", "100.0"]
    assert page.locator("#wz-m-figures .wz-m-range").count() == page.locator("#wz-m-figures .wz-m-bar").count() > 0
    pick(page, "wz-m-against", "2020-01-01")
    page.wait_for_selector("#wz-m-changes table")
    clear, rest = page.locator("#wz-m-changes table").all()
    assert texts["measure_worse"] in clear.inner_text()
    assert "any gold" in clear.inner_text()
    assert "points" not in clear.inner_text()
    assert not rest.is_visible()
    page.click("#wz-m-changes .wz-m-rest summary")
    assert rest.inner_text().count(texts["measure_same"]) == 5

    counted(page, texts, 30)
    assert page.locator(".wz-m-failure").count() == 20
    # The comparison chosen above may still draw the list anew and so take the press back.
    for _ in range(5):
        if page.locator(".wz-m-failure").count() == 20:
            page.click("#wz-m-more")
            page.wait_for_timeout(2000)
    assert page.locator(".wz-m-failure").count() == 30
    pick(page, "wz-m-of-measure", "points")
    counted(page, texts, 60)
    pick(page, "wz-m-of-language", texts["measure_en"])
    counted(page, texts, 30)
    page.click("#wz-m-regressed input")
    page.wait_for_selector(f"#wz-m-failures :text-is('{texts['measure_failures_none']}')")
    page.click("#wz-m-regressed input")
    page.wait_for_selector(".wz-m-failure")

    failure = page.locator(".wz-m-failure").first
    failure.locator("summary").press("Enter")
    failure.locator(".wz-m-sides").wait_for(state="visible")
    assert "Is it" in failure.locator(".wz-m-question").inner_text()
    assert failure.locator(".wz-m-answer").inner_text() == "Said. <b>[1]</b>"
    verdicts = ["measure_met", "measure_missed", "measure_touching", "measure_elsewhere"]
    assert failure.locator(".wz-m-verdict").all_inner_texts() == [texts[name] for name in verdicts]
    sound(watched)
    boxes = [page.locator(f"#{name}").bounding_box() for name in ("wz-m-run", "wz-m-figures", "wz-m-failures")]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    with page.expect_download() as waiting:
        page.click("#wz-m-download")
    assert waiting.value.suggested_filename == "made-after.html"
    assert "Is it 1?" in Path(waiting.value.path()).read_text(encoding="utf-8")

    other = "en-US" if locale == "zh-CN" else "zh-CN"
    page.click(f"#wz-language label:has-text('{'English' if locale == 'zh-CN' else '中文'}')")
    page.wait_for_selector(f"#wz-m-start:has-text('{own(other)['measure_start']}')")
    assert own(other)["measure_worse"] in page.inner_text("#wz-m-changes")
    assert own(other)["measure_kind_why"] in page.inner_text("#wz-m-kinds")
    assert page.locator(".wz-m-failure").count() == 20

    link = page.locator(".wz-m-failure a").first
    assert link.get_attribute("target") == "_blank"  # what was picked here stays
    assert link.get_attribute("href") == "./source?article=kazakhstan&start=28400&end=28410"
    page.goto(address + link.get_attribute("href").removeprefix("./"))
    page.wait_for_selector(".wz-cited")


def test_the_library_itself_is_not_handed_out(address, page_library, browser):
    context = browser.new_context()
    assert context.request.get(f"{address}gradio_api/file={page_library / FILE}").status == 403
    context.close()
