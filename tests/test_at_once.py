"""How soon something is there to be read, as the browser sees it, and two documents that disagree."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import CHROMIUM, Watched
from corners import opposite_corners
from serving import served
from test_documents_page import drop, remove, word

from eval import questions

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

FIRST = 300  # milliseconds from sending a question until the first statement or proof can be seen
READY = 2000  # milliseconds from opening a page until it can be used
TRIES = 5  # of which one must hold: others may be using the machine
LIBRARY = os.environ.get("WENZHENG_TEST_LIBRARY")
"""A library of all the seeds, for the figure of the whole; else that of the page's own tests is asked."""

# Milliseconds from the press until a statement or a proof of the new answer stands in the page.
TIMED = """() => new Promise((done) => {
  const count = () => document.querySelectorAll("#wz-chat .wz-answer").length;
  const [before, began] = [count(), performance.now()];
  const look = () => {
    if (count() === before && !document.querySelector(`#turn-${before + 1}`)) return;
    watch.disconnect();
    requestAnimationFrame(() => done(performance.now() - began));
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, { subtree: true, childList: true });
  document.querySelector("#wz-box .submit-button").click();
})"""


@pytest.fixture(scope="module")
def home(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if LIBRARY is None:
        yield address
        return
    with served("-m", "ui.cli", "ui", "--library", Path(LIBRARY), "--port", log=tmp_path_factory.mktemp("log")) as url:
        yield url


@pytest.mark.alone
@opposite_corners
def test_the_first_evidence_is_there_within_three_tenths_of_a_second(opened, home, capsys, locale, width, dark):
    watched: Watched = opened(address=home, locale=locale, width=width, dark=dark)
    spoken = locale[:2]
    asked = [q.text for q in questions.load(questions.SETS / "questions.jsonl") if q.language == spoken][3:63:6]
    watched.ask(asked[0])
    times = []
    for question in asked[1:]:
        watched.page.click("#wz-new")
        watched.page.wait_for_selector(".wz-empty")
        watched.page.fill("#wz-box textarea", question)
        times.append(watched.page.evaluate(TIMED))
        watched.page.wait_for_selector("#wz-box .submit-button")
        if len(times) >= 3 and min(times) < FIRST:
            break
    with capsys.disabled():
        sys.stdout.write(f" first evidence after {[round(time) for time in times]} ms ")
    assert min(times) < FIRST


# -- two sources that disagree ------------------------------------------------------------------------

DISAGREE = {
    "zh-CN": (
        "帆镇的灯塔是哪一年建成的？",
        ("《灯塔志》.txt", "帆镇灯塔志\n\n帆镇的灯塔于1841年建成，由引水员行会出资。\n\n守灯人每晚点亮四十盏灯。\n".encode()),
        ("《石匠账簿》.docx", word(("帆镇石匠账簿", "据石匠账簿记载，帆镇的灯塔1852年建成。", "石料从北方的采石场运来。"))),
        ("1841", "1852"),
        "另有文献说法不同",
    ),
    "en-US": (
        "How many ships did the harbour of Vessel Town hold?",
        ("chronicle.txt", b"The Chronicle of Vessel Town\n\nThe harbour of Vessel Town could hold 40 ships at once.\n"),
        ("almanac.md", b"# Almanac\n\nIn its great days the harbour of Vessel Town would hold 65 ships.\n"),
        ("40", "65"),
        "another source says otherwise",
    ),
}


@opposite_corners
def test_two_documents_that_disagree_are_both_shown_and_said_to(opened, address, locale, width, dark):
    question, *files, figures, said = DISAGREE[locale]
    watched = opened(locale=locale, width=width, dark=dark, path="documents", ready=".wzd-doc")
    page = watched.page
    drop(page, *files)
    page.wait_for_function("document.querySelectorAll('.wzd-added').length === 2")
    try:
        page.goto(address)
        page.wait_for_selector("#wz-box .submit-button")
        watched.ask(question)
        text = watched.text(".wz-answer")
        assert text.count(said) == 2
        assert all(figure in text for figure in figures)
        marks = page.locator(".wz-answer a.cite.wz-is-contradicted")
        assert marks.count() == 2
        shape = "e => getComputedStyle(e.querySelector('.wz-shape'), '::before').content + e.querySelector('.wz-shape').className"
        assert "contradicted" in marks.first.evaluate(shape)
        assert said in page.inner_text(".wz-legend")
        sources = set()
        for number in (1, 2):
            link = page.locator(f".wz-answer .wz-quoted a.cite[href='#card-1-{number}']")
            link.press("Enter")
            card = page.locator(f"#card-1-{number}")
            card.locator(".wz-original mark").wait_for(state="visible")
            assert figures[0] in card.inner_text() or figures[1] in card.inner_text()
            assert card.locator(".wz-verdict").inner_text().strip() == said
            sources.add(re.split(" · ", card.locator(".wz-file span").inner_text())[0])
        assert sources == {name for name, _ in files}
        assert watched.wide() <= 0
        assert watched.violations() == []
    finally:
        page.goto(f"{address}documents")
        for name, _ in files:
            page.locator(".wzd-doc", has_text=name).wait_for()
            remove(page, name)


@pytest.mark.alone
@pytest.mark.parametrize(
    ("path", "ready"),
    [
        ("", "#wz-box .submit-button"),
        ("source", ".wz-src-list"),
        ("documents", ".wzd-doc"),
        ("review", "#wz-rv-buttons button"),
        ("measure", "#wz-m-shelf :is(.wz-m-empty, table)"),
    ],
)
def test_a_page_is_ready_within_two_seconds(opened, capsys, path, ready):
    times: list[int] = []
    while len(times) < TRIES and min(times, default=READY) >= READY:
        watched = opened(path=path, ready=ready)
        times.append(round(watched.page.evaluate("performance.now()")))
    with capsys.disabled():
        sys.stdout.write(f" {path or 'ask'} ready after {times} ms ")
    assert min(times) < READY
