"""The review desk in a browser: judged by keyboard alone, marked by mouse and finger, filled from files and from the page."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from browser import CHROMIUM, HOSTILE_NAME
from corners import corner, every_corner, in_sight, opposite_corners, own, sound

from eval import reviews as gold
from eval import saved
from index.library import Library
from index.records import Kind
from index.reviews import Queued, Reviews, Span, Statement
from ui import exchange

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

QUESTIONS = {
    ("zh-CN", 1440): "哈萨克斯坦为什么追求中等强国地位？", ("zh-CN", 390): "哈萨克斯坦为什么还不是完整意义上的中等强国？",
    ("en-US", 1440): "Why does Kazakhstan pursue middle-power status?", ("en-US", 390): "Why is Kazakhstan not yet a full middle power?",
}  # fmt: skip


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


def keys(page, *names):
    for name in names:
        page.keyboard.press(name)


def told(page, text):
    page.wait_for_selector(f"#wz-rv-notice :text('{text}')")


def beginning(text):
    """What a text says before its first place for something else."""
    return text.split("{")[0].strip()


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


def judged(page, texts, count, total):
    page.wait_for_selector(f"#wz-rv-progress :text('{texts['review_progress'].format(judged=count, total=total)}')")


def _after(page_library, sentence):
    with closing(Library.open(page_library)) as library:
        return library.neighbours(sentence, 0, 1)[1]


@every_corner
def test_five_claims_are_judged_by_keyboard_alone_with_one_step_undone(
    opened, page_library, waiting, sentences, locale, width, dark
):
    watched = corner(opened, locale, width, dark, path=f"review?batch={waiting}", ready=".wz-rv-claim")
    page, texts = watched.page, own(locale)
    assert "论断 1 <b>x</b>" in page.inner_text(".wz-rv-claim")
    assert "早先的问题？" in page.inner_text(".wz-rv-history")
    assert texts["review_program_supported"] in page.inner_text(".wz-rv-verdicts")
    keys(page, "a")
    told(page, texts["review_wants_name"])
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
    told(page, texts["review_saved"].format(verdict=texts["review_accept"]))
    judged(page, texts, 1, 5)
    keys(page, "n")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 3')")
    keys(page, "u")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 2')")
    told(page, texts["review_undone"])
    keys(page, "c")
    page.keyboard.type("an unclear case")
    keys(page, "Enter")
    told(page, texts["review_comment_saved"])
    page.wait_for_function("document.activeElement === document.body")
    keys(page, "a")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 3')")
    before = page.locator(".wz-rv-text .wz-rv-s").count()
    keys(page, "m")
    page.wait_for_function(f"document.querySelectorAll('.wz-rv-text .wz-rv-s').length > {before}")
    keys(page, "w", "Enter")
    told(page, texts["review_mark_first"])
    keys(page, "ArrowDown", " ")
    sound(watched)
    keys(page, "Enter")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 4')")
    told(page, texts["review_saved_spans"].format(verdict=texts["review_wrong"], count=1))
    assert in_sight(watched, ".wz-rv-question")
    keys(page, "ArrowRight")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 5')")
    keys(page, "n")
    page.wait_for_selector(".wz-rv-claim:has-text('论断 4')")
    keys(page, "a")
    told(page, texts["review_all_done"])
    judged(page, texts, 5, 5)
    kept = said(page_library, waiting)
    assert [review.verdict for review in kept] == ["accept", "accept", "wrong span", "accept", "not supported"]
    assert {review.reviewer for review in kept} == {"naw"}
    assert kept[1].comment == "an unclear case"
    document, found = sentences
    assert [(c.source, c.start) for c in kept[2].corrected] == [(document, _after(page_library, found[2]).start)]


DRAGGED = """() => {
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


@opposite_corners
def test_the_right_sentences_are_marked_with_the_mouse_or_a_finger(opened, page_library, waiting, sentences, locale, width, dark):
    watched = corner(opened, locale, width, dark, path=f"review?batch={waiting}", ready=".wz-rv-claim")
    page, texts = watched.page, own(locale)
    sign(page, "手")
    assert page.input_value("#wz-rv-batch input") == f"{waiting} (2)"
    assert page.locator(".wz-rv-translation .wz-rv-cited").count() == 1
    page.click("#wz-rv-wrong")
    told(page, texts["review_mark_first"])
    assert said(page_library, waiting) == []
    cited = page.locator(".wz-rv-text .wz-rv-cited")
    if width == 390:
        cited.tap()
        page.locator(".wz-rv-text .wz-rv-cited + .wz-rv-s").tap()
        page.locator(".wz-rv-text .wz-rv-s").first.tap()
        page.locator(".wz-rv-text .wz-rv-s").first.tap()
    else:
        (from_x, from_y), (to_x, to_y) = page.evaluate(DRAGGED)
        page.mouse.move(from_x, from_y)
        page.mouse.down()
        page.mouse.move(to_x, to_y, steps=5)
        page.mouse.up()
        page.locator(".wz-rv-text .wz-rv-s").first.click()
        page.locator(".wz-rv-text .wz-rv-s").first.click()
    assert page.locator(".wz-rv-text .wz-rv-marked").count() == 2
    assert page.locator(".wz-rv-translation .wz-rv-marked.wz-rv-cited").count() == 1
    sound(watched)
    page.click("#wz-rv-wrong")
    told(page, texts["review_saved_spans"].format(verdict=texts["review_wrong"], count=2))
    (review,) = said(page_library, waiting)
    _, found = sentences
    assert [(c.start, c.end) for c in review.corrected] == [
        (found[0].start, found[0].end), (_after(page_library, found[0]).start, _after(page_library, found[0]).end)
    ]  # fmt: skip
    page.click("#wz-rv-wrong")
    told(page, texts["review_mark_first"])
    page.click("#wz-rv-wrong")  # it stands elsewhere
    told(page, texts["review_saved"].format(verdict=texts["review_wrong"]))
    assert [len(review.corrected) for review in said(page_library, waiting)] == [2, 0]
    other = "en-US" if locale == "zh-CN" else "zh-CN"
    page.click(f"#wz-language label:has-text('{'English' if locale == 'zh-CN' else '中文'}')")
    page.wait_for_selector(f"#wz-rv-accept:text-is('{own(other)['review_accept']} (A)')")
    assert watched.wide() <= 0


@opposite_corners
def test_two_reviewers_are_compared_and_all_is_exported_and_loaded_again(
    opened, page_library, waiting, locale, width, dark, tmp_path
):
    watched = corner(opened, locale, width, dark, path=f"review?batch={waiting}", ready=".wz-rv-claim")
    page, texts = watched.page, own(locale)
    page.click("#wz-rv-agreement button")
    page.wait_for_selector(f"#wz-rv-agreement :text('{texts['review_alone']}')")
    for reviewer, verdicts in (("甲", "aaann"), ("乙", "aannn")):
        sign(page, reviewer)
        judged(page, texts, 0, 5)
        assert texts["review_none_yet"] in page.inner_text(".wz-rv-mine")
        for number, key in enumerate(verdicts, start=1):
            keys(page, key)
            judged(page, texts, number, 5)
    # 4 of 5 alike; p_e = (3 * 2 + 2 * 3) / 25
    page.wait_for_selector(".wz-rv-agreement:has-text('0.615')")
    assert texts["review_kappa"].format(first="乙", second="甲", kappa="0.615", shared=5, agreed=4) in page.inner_text(
        ".wz-rv-agreement"
    )
    page.click("#wz-rv-tools button")
    sound(watched)
    with page.expect_download() as waited:
        page.click("#wz-rv-export")
    file = tmp_path / waited.value.suggested_filename
    waited.value.save_as(file)
    before = said(page_library, waiting)
    kept = exchange.parse(file.read_text(encoding="utf-8"), "reviews.jsonl")
    assert [review for review in kept.reviews if review.batch == waiting] == before
    assert len(before) == 10
    assert gold.holds(file)
    assert gold.load(file)
    (question,) = gold.questions(before)
    accepted = {review.cited[0].quote for review in before if review.verdict == "accept" and review.number <= 2}
    assert {g.quote for g in question.gold} == accepted

    page.click("#wz-rv-delete")
    page.wait_for_selector("#wz-rv-delete-really:has-text('10')")
    sound(watched)
    page.click("#wz-rv-delete-yes")
    told(page, texts["really_batch_done"].format(batch=waiting))
    assert said(page_library, waiting) == []
    page.locator("input[type=file]").first.set_input_files(file)
    told(page, beginning(texts["review_imported"]))
    assert said(page_library, waiting) == before
    page.goto(page.url)
    page.wait_for_selector(".wz-rv-claim")
    judged(page, texts, 5, 5)
    page.click("#wz-rv-agreement button")
    page.wait_for_selector(".wz-rv-agreement:has-text('0.615')")


@opposite_corners
def test_the_queue_is_filled_from_a_conversation_a_run_and_a_file_of_questions(
    opened, address, page_library, sentences, tmp_path, locale, width, dark
):
    asked = QUESTIONS[locale, width]
    watched = corner(opened, locale, width, dark)
    page, texts = watched.page, own(locale)
    watched.ask(asked)
    page.click("#wz-send-button")
    page.wait_for_selector(f"#wz-send-told :text('{texts['review_sent']}')")
    page.goto(f"{address}review")
    page.wait_for_selector(".wz-rv-claim")
    assert texts["review_conversations"] in page.input_value("#wz-rv-batch input")  # for it came last
    go_to(page, asked)
    page.click("#wz-rv-tools button")
    load = page.locator("input[type=file]").first

    hostile = '<img src=x onerror=alert(1)> {"$x$"} 哈萨克斯坦的外交？'
    file = tmp_path / f"loaded-{locale}-{width}.jsonl"
    lines = [{"id": "1", "question": hostile}, {"id": "2", "question": "When was the Zorvian lighthouse treaty signed?"}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    load.set_input_files(file)
    told(page, texts["review_loaded"].format(count=2))
    page.wait_for_selector(".wz-rv-question:has-text('onerror')")
    assert page.inner_text(".wz-rv-question") == hostile
    go_to(page, "Zorvian")
    assert "<script>alert(3)</script>" in page.inner_text(".wz-rv-text")
    assert page.locator(".wz-rv img, .wz-rv script").count() == 0
    reviewer = f"<b>{locale} {width}</b>"
    sign(page, reviewer)
    go_to(page, "Zorvian")
    keys(page, "w", " ", "Enter")
    told(page, texts["review_saved_spans"].format(verdict=texts["review_wrong"], count=1))
    marked = [c.source for review in said(page_library, None) for c in review.corrected if review.reviewer == reviewer]
    assert marked == [HOSTILE_NAME]

    document, (sentence, *_) = sentences
    cited = saved.Span(sentence.text, document, sentence.article, sentence.start, sentence.end)
    claim = saved.Statement(f"A claim of a run at {width}.", (1,), 0.5, "partly")
    row = saved.Row(
        "r", "en", "why", True, False, {"any gold": 1.0}, 9, 9.0, f"{claim.text} [1]", (cited,), (claim,), "Asked in a run?", (), ()
    )  # fmt: skip
    run = tmp_path / f"run-{locale}-{width}.json"
    saved.save(saved.Run("tune", {}, (row,), "2020-01-01T10:00:00+00:00"), run)
    load.set_input_files(run)
    told(page, texts["review_loaded"].format(count=1))
    page.wait_for_selector(f".wz-rv-claim:has-text('{claim.text}')")
    assert texts["review_program_partly"] in page.inner_text(".wz-rv-verdicts")
    assert page.locator(".wz-rv-text .wz-rv-cited").inner_text() == sentence.text
    sound(watched)

    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"question": 7}\n', encoding="utf-8")
    load.set_input_files(bad)
    told(page, beginning(texts["review_failed"]))
    assert "bad.jsonl" in page.inner_text("#wz-rv-notice")
    page.wait_for_selector(f".wz-rv-claim:has-text('{claim.text}')")
    assert watched.wide() <= 0
