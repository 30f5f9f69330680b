"""The review desk in a browser: judged by keyboard alone, marked with the mouse, filled from files and from the page."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from browser import CHROMIUM, HOSTILE_NAME

from index.library import Library
from index.records import Kind
from index.reviews import Queued, Reviews, Span, Statement
from ui import exchange, queue

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

QUESTION = "哈萨克斯坦为什么追求中等强国地位？"


@pytest.fixture(scope="module")
def sentences(page_library):
    """Translated sentences of the running text of one article, far enough apart to stand in blocks of their own."""
    with closing(Library.open(page_library)) as library:
        document = next(d["name"] for d in library.documents() if d["name"].startswith("004"))
        body = [s for s in library.sentences(document=document) if s.kind is Kind.BODY]
        told = library.translations([s.id for s in body])
        return document, [s for s in body if s.id in told][20:140:20]


@pytest.fixture
def waiting(page_library, sentences, request):
    """Five claims in two answers, put into the queue by another process than the one that serves the page."""
    document, found = sentences
    statements = [
        Statement(f"论断 {n} <b>x</b>", (Span(document, s.article, s.start, s.end, s.text),), "supported", 0.9)
        for n, s in enumerate(found[:5], 1)
    ]
    batch = request.node.name
    answers = [
        Queued(batch, "one", "问题一？", ("早先的问题？",), "zh", tuple(statements[:3])),
        Queued(batch, "two", "Second question?", (), "en", tuple(statements[3:])),
    ]
    with closing(Reviews.open(page_library)) as reviews:
        reviews.add(answers)
    return batch


def said(page_library, batch):
    """What is kept of a batch, in the order of its statements."""
    with closing(Reviews.open(page_library)) as reviews:
        return reviews.all(batch)


def desk(opened, batch, **options):
    """The desk at a set of answers."""
    return opened(path=f"review?batch={batch}", ready=".wz-rv-claim", **options)


def keys(page, *names):
    for name in names:
        page.keyboard.press(name)


def told(page, text):
    page.wait_for_selector(f"#wz-rv-notice :text('{text}')")


def sign(page, name):
    """Gives the reviewer's name; the keyboard is the desk's again when it is taken."""
    page.fill("#wz-rv-name :is(input, textarea)", name)
    keys(page, "Enter")
    told(page, name)
    page.wait_for_function("document.activeElement === document.body")


def go_to(page, question):
    """Walks on until a question with these words is shown."""
    for _ in range(30):
        if question in page.inner_text(".wz-rv-question"):
            return
        keys(page, "ArrowRight")
        page.wait_for_timeout(200)
    raise AssertionError(question)


def test_five_claims_are_judged_by_keyboard_alone_with_one_step_undone(opened, page_library, waiting, sentences):
    page = desk(opened, waiting).page
    assert "论断 1 <b>x</b>" in page.inner_text(".wz-rv-claim")
    assert "早先的问题？" in page.inner_text(".wz-rv-history")
    keys(page, "a")
    told(page, "请先填写审阅人姓名")
    for _ in range(30):
        keys(page, "Tab")
        if page.evaluate("document.activeElement.closest('#wz-rv-name') !== null"):
            break
    page.keyboard.type("naw")  # letters of shortcuts, but in a text field
    keys(page, "Enter")
    told(page, "naw")
    page.wait_for_function("document.activeElement === document.body")
    assert said(page_library, waiting) == []
    keys(page, "a")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 2')")
    told(page, "已保存：接受")
    keys(page, "n")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 3')")
    keys(page, "u")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 2')")
    told(page, "已撤销")
    keys(page, "c")
    page.keyboard.type("an unclear case")
    keys(page, "Enter")
    told(page, "批注已保存")
    page.wait_for_function("document.activeElement === document.body")
    keys(page, "a")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 3')")
    keys(page, "w", "ArrowDown", " ", "Enter")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 4')")
    told(page, "标出 1 句")
    keys(page, "ArrowRight")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 5')")
    keys(page, "n")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 4')")
    keys(page, "a")
    told(page, "这批答案已全部审完")
    assert "5 / 5" in page.inner_text("#wz-rv-progress")
    kept = said(page_library, waiting)
    assert [review.verdict for review in kept] == ["accept", "accept", "wrong span", "accept", "not supported"]
    assert {review.reviewer for review in kept} == {"naw"}
    assert kept[1].comment == "an unclear case"
    document, found = sentences
    assert [(c.source, c.start) for c in kept[2].corrected] == [(document, _after(page_library, found[2]).start)]


def _after(page_library, sentence):
    with closing(Library.open(page_library)) as library:
        return library.neighbours(sentence, 0, 1)[1]


@pytest.mark.parametrize(("locale", "width"), [("zh-CN", 390), ("en-US", 1440)])
def test_what_the_mouse_selects_is_snapped_to_sentences_and_kept(opened, page_library, waiting, sentences, locale, width):
    watched = desk(opened, waiting, locale=locale, width=width, dark=width == 390)
    page = watched.page
    sign(page, "鼠标")
    page.wait_for_selector("#wz-rv-accept:has-text('Accept')" if locale == "en-US" else "#wz-rv-accept:has-text('接受')")
    assert page.input_value("#wz-rv-batch input") == f"{waiting} (2)"
    assert page.locator(".wz-rv-translation .wz-rv-cited").count() == 1
    places = page.evaluate(
        """() => {
          const first = document.querySelector(".wz-rv-text .wz-rv-cited");
          const all = [...document.querySelectorAll(".wz-rv-text .wz-rv-s")];
          const next = all[all.indexOf(first) + 1];
          next.scrollIntoView({ block: "center" });
          return [[first, first.textContent.length - 4], [next, 3]].map(([sentence, at]) => {
            const range = document.createRange();
            range.setStart(sentence.firstChild, at);
            range.setEnd(sentence.firstChild, at + 1);
            const { left, right, top, bottom } = range.getBoundingClientRect();
            return [Math.round((left + right) / 2), Math.round((top + bottom) / 2)];
          });
        }"""
    )
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=5)
    page.mouse.up()
    assert page.locator(".wz-rv-text .wz-rv-marked").count() == 2
    assert watched.wide() <= 0
    assert watched.violations() == []
    page.click("#wz-rv-wrong")
    told(page, "标出 2 句" if locale == "zh-CN" else "2 marked")
    (review,) = said(page_library, waiting)
    _, found = sentences
    assert [(c.start, c.end) for c in review.corrected] == [
        (found[0].start, found[0].end), (_after(page_library, found[0]).start, _after(page_library, found[0]).end)
    ]  # fmt: skip
    label = page.inner_text("#wz-rv-accept")
    assert label == ("接受 (A)" if locale == "zh-CN" else "Accept (A)")
    page.click(f"#wz-language label:has-text('{'English' if locale == 'zh-CN' else '中文'}')")
    page.wait_for_selector(f"#wz-rv-accept:has-text('{'Accept' if locale == 'zh-CN' else '接受'}')")
    assert watched.wide() <= 0


def test_a_second_reviewer_sees_no_verdict_of_the_first_but_how_far_they_agree(opened, page_library, waiting):
    page = desk(opened, waiting).page
    for reviewer, verdicts in (("甲", "aaann"), ("乙", "aannn")):
        sign(page, reviewer)
        page.wait_for_selector("#wz-rv-progress :text('0 / 5')")
        assert "您尚未判断" in page.inner_text(".wz-rv-mine")
        for number, key in enumerate(verdicts, start=1):
            keys(page, key)
            page.wait_for_selector(f"#wz-rv-progress :text('{number} / 5')")
    page.click("#wz-rv-agreement button")
    # 4 of 5 alike; p_e = (3 * 2 + 2 * 3) / 25
    page.wait_for_selector(".wz-rv-agreement:has-text('0.615')")
    assert "5 条共同判断的论断中，4 条一致" in page.inner_text(".wz-rv-agreement")
    page.click("#wz-rv-tools button")
    with page.expect_download() as waited:
        page.click("#wz-rv-export")
    kept = exchange.parse(waited.value.path().read_text(encoding="utf-8"), "reviews.jsonl")
    assert [review for review in kept.reviews if review.batch == waiting] == said(page_library, waiting)
    assert len(said(page_library, waiting)) == 10


def test_an_answer_is_sent_from_the_asking_page_and_files_are_loaded(opened, address, page_library, tmp_path):
    watched = opened()
    watched.ask(QUESTION)
    watched.page.click("#wz-send-button")
    watched.page.wait_for_selector("#wz-send-told :text('已送审')")
    hostile = '<img src=x onerror=alert(1)> {"$x$"} 哈萨克斯坦的外交？'
    file = tmp_path / "loaded.jsonl"
    lines = [{"id": "1", "question": hostile}, {"id": "2", "question": "When was the Zorvian lighthouse treaty signed?"}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    watched.page.goto(f"{address}review?batch={queue.CONVERSATIONS}")
    watched.page.wait_for_selector(".wz-rv-claim")
    page = watched.page
    assert QUESTION in page.inner_text(".wz-rv-question")
    page.click("#wz-rv-tools button")
    page.locator("input[type=file]").first.set_input_files(file)
    told(page, "已载入 2 个答案")
    page.wait_for_selector(".wz-rv-question:has-text('onerror')")
    assert page.inner_text(".wz-rv-question") == hostile
    go_to(page, "Zorvian")
    assert "<script>alert(3)</script>" in page.inner_text(".wz-rv-text")
    assert page.locator(".wz-rv img, .wz-rv script").count() == 0
    sign(page, "<b>x</b>")
    go_to(page, "Zorvian")
    keys(page, "w", " ", "Enter")
    told(page, "标出 1 句")
    assert [c.source for review in said(page_library, None) for c in review.corrected if review.reviewer == "<b>x</b>"] == [
        HOSTILE_NAME
    ]
