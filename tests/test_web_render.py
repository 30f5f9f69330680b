"""What the page shows is the text it was given, and nothing in that text can act."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import ArticleRecord, Footnote, Kind, Passage, Person
from rag.records import Answer, Citation, Claim
from ui.web import marks, render
from ui.web.cards import Card, Line, Near, Turn
from ui.web.desk import Desk
from ui.web.escape import escape, escape_note
from ui.web.navigation import navigation
from ui.web.texts import FOLDER, preferred, texts

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "[press](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "<!-- never closed",
    "</details></div></p>",
    "<a class='cite' href='#card-1-1'>[1]</a>",
    "a\n\n# heading\n\n* item\n\n```\ncode\n```",
    "$$\\href{javascript:alert(1)}{x}$$ ${alert(1)} {{alert(1)}}",
    "&lt;script&gt; &#60;b&#62;",
    "超" * 400 + "x" * 4000,
)
TAGS = frozenset(
    "div section p ul li a span details summary mark bdi h1 table tr td button".split()  # all that render ever writes
)
ATTRIBUTES = frozenset(
    {"class", "id", "href", "title", "lang", "open", "target", "type", "role", "aria-label", "aria-hidden"}
    | {f"data-{name}" for name in ("card", "copy", "copied", "failed")}
)


class Reading(HTMLParser):
    """Tags, attributes and text of a piece of HTML, checked as they come."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.text = ""
        self.marked: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(markup)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        found = dict(attrs)
        if tag == "a" and found["class"] == "wz-open":
            assert re.fullmatch(r"source\?article=a&start=\d+&end=\d+&lang=(zh|en)", found["href"])
        elif tag == "a":
            assert re.fullmatch(r"#[a-z]+-\d+-\d+", found["href"])
            self.links.append(found["href"])
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "mark":
            self.marked.append("")
        self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "mark" in self.stack:
            self.marked[-1] += data

    def handle_comment(self, data):
        raise AssertionError(data)


def article(text: str = "标题") -> ArticleRecord:
    return ArticleRecord("a", "a.txt", title_zh=text, title_en=f"{text} en", authors=(Person(f"{text}甲", f"{text} A"),))


def citation(number: int, text: str, **others) -> Citation:
    given_ = Citation(
        number=number, source=text, article="a", title=text, authors=(text,), section=(text, text), page=text, start=3, end=9,
        quote=text, quote_translation=text, footnotes=(Footnote(1, "a", text, 0, 1, text),), sentence=number, passage=1, context=text,
    )  # fmt: skip
    return replace(given_, **others)


def turn(text: str = "引文。", number: int = 1, language="zh", **others) -> Turn:
    cited = tuple(citation(n, f"{text}{n}", **others) for n in (1, 2, 3))
    said = Answer(
        question=text, language=language, refused=False, text="", citations=cited, also_searched=(text,), nearest=(), reader="r",
        encoder="e", elapsed_ms=1,
        claims=(
            Claim(f"{text}一", (1,), 1.0, "supported"),
            Claim(f"{text}二", (1, 2), 1.0, "supported", original=True),
            Claim(f"{text}三", (3,), 1.0, "supported", item=True),
        ),
    )  # fmt: skip
    cards = tuple(
        Card(
            c,
            (Line(f"{text}前", None, False, 0), Line(c.quote, f"{text}译", True, 0), Line(f"{text}后", None, False, 1)),
            article(text),
        )
        for c in cited
    )
    return Turn(number, said, cards, ())


def refusal(text: str = "段落", near: bool = True) -> Turn:
    said = Answer(text, "zh", True, text, (), (), (text,), (), "r", "e", 1)
    passage = Passage(1, text, "a", Kind.BODY, "zh", (text,), text, 0, 4, text, (1,), text)
    return Turn(1, said, (), (Near(passage, article(text)),) if near else ())


def shown(text: str) -> str:
    """A text as a reader sees it."""
    return re.sub(r"\s+", " ", text).strip()


# -- escaping -----------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"])))
def test_escaped_text_reads_as_it_was_and_holds_no_markup(text):
    escaped = escape(text)
    assert html.unescape(escaped) == shown(text)
    assert not set(escaped) & set("<>\"'\\`*_[]{}()!~|$@\n")


def test_titles_between_asterisks_are_set_in_italics_in_notes_alone_and_nothing_else_is_let_through():
    assert escape_note("A. Vale, *On Rungs*, p. 3") == "A. Vale, <em>On Rungs</em>, p. 3"
    assert escape("*On Rungs*") == "&#42;On Rungs&#42;"
    assert escape_note("2 * 3 * 4，*中文书*") == escape("2 * 3 * 4，*中文书*")
    assert escape_note("*<b onclick=x>*") == "<em>&lt;b onclick&#61;x&gt;</em>"


def test_order_of_words_cannot_be_turned_round():
    assert escape("abc\u202edef\u2066ghi\u0000") == "abcdefghi"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_the_chat(text):
    for markup in (render.question(text), render.note(text), render.answer(turn(text)), render.answer(refusal(text))):
        assert shown(text) in Reading(markup).text
        assert "\n" not in markup  # a blank line would end the HTML block and begin Markdown


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_the_panel(text, language):
    reading = Reading(render.panel([turn(text), replace(refusal(text), number=2)], language))
    assert shown(text) in reading.text
    assert len(set(reading.ids)) == len(reading.ids)


# -- answers ------------------------------------------------------------------------------------


def test_claims_carry_their_numbers_in_order():
    reading = Reading(render.answer(turn()))
    assert reading.links == ["#card-1-1", "#card-1-1", "#card-1-2", "#card-1-3"]
    assert reading.ids == ["cite-1-1", "cite-1-2", "cite-1-3"]
    assert "[1][2]" in reading.text


def test_items_are_a_list_and_a_bare_quotation_says_so():
    markup = render.answer(turn())
    assert markup.count("<li>") == 1
    assert "原文照引" in markup
    assert "quoted in the original" in render.answer(turn(language="en"))


def test_an_answer_grows_claim_by_claim():
    written = turn()
    first, second, whole = (Reading(render.answer(written, count)).text for count in (1, 2, 3))
    assert "引文。一" in first
    assert "引文。二" not in first
    assert "引文。二" in second
    assert "另以这些词检索过" not in second
    assert "另以这些词检索过" in whole
    assert whole == Reading(render.answer(written)).text


def test_every_link_of_an_answer_has_its_card_and_the_way_back():
    written = turn()
    answer, panel = Reading(render.answer(written)), Reading(render.panel([written], "zh"))
    assert {link[1:] for link in answer.links} <= set(panel.ids)
    assert {link[1:] for link in panel.links} <= set(answer.ids)


def test_a_mark_tells_its_verdict_by_class_and_in_words():
    markup = render.answer(turn())
    kinds = re.findall(r'class="cite wz-is-(\w+)"[^>]*title="([^"]*)"', markup)
    assert [kind for kind, _ in kinds] == ["supported", "original", "original", "supported"]
    for kind, title in kinds:
        assert marks.named(texts("zh"))[kind] in html.unescape(title)
    assert len(re.findall(r'<span class="wz-shape wz-is-\w+"', markup)) == 4


def test_a_card_tells_what_is_said_of_all_that_rests_on_it():
    card = re.search(r'id="card-1-1".*?id="card-1-2"', render.panel([turn()], "en")).group()
    assert re.findall(r'<span class="wz-verdict">.*?</span>([^<]+)</span>', card) == ["supported", "quoted in the original"]


def test_the_legend_explains_every_shape_that_is_shown():
    said = turn().answer
    usual = marks.legend([said], "en")
    assert "supported in part" in usual
    assert "otherwise" not in usual
    against = replace(said, claims=(replace(said.claims[0], against=(2,)),))
    assert "another source says otherwise" in marks.legend([said, against], "en")
    assert "另有文献" in marks.legend([against], "zh")
    assert marks.legend([refusal().answer], "zh") == ""


def test_a_statement_that_another_document_denies_leads_there():
    plain = turn()
    disputed = replace(plain, answer=replace(plain.answer, claims=(replace(plain.answer.claims[0], against=(3,)),)))
    reading = Reading(render.answer(disputed))
    assert reading.links == ["#card-1-3", "#card-1-1"]
    assert "另有文献说法不同，见 [3]）" in reading.text
    assert 'class="cite wz-is-contradicted"' in render.answer(disputed)


def test_every_run_of_text_has_the_language_it_is_in():
    markup = render.panel([turn("They met. "), replace(turn("他们见面。"), number=2)], "en")
    assert markup.startswith('<section class="wz-evidence" lang="en"')
    for text in re.findall(r'lang="zh-Hans"[^>]*>([^<]+)', markup):
        assert re.search(r"[\u4e00-\u9fff]", html.unescape(text))
    assert "<mark>They met." in markup.split('<div lang="en">')[1][:200]


def test_what_a_screen_reader_is_told_comes_with_the_last_statement():
    written = turn()
    assert "wz-done" not in render.answer(written, 2)
    assert "答案已写好：3 句，3 条证据。" in Reading(render.answer(written)).text
    assert "wz-done" in render.answer(refusal())


# -- cards --------------------------------------------------------------------------------------


def test_a_card_marks_the_quotation_and_its_translation():
    reading = Reading(render.panel([turn()], "zh"))
    assert reading.marked[:2] == ["引文。1", "引文。译"]
    for label in ("原文", "译文", "作者原注"):
        assert label in reading.text


def test_a_card_without_translation_says_so():
    plain = turn()
    bare = replace(plain, cards=tuple(replace(card, lines=(Line("句", None, True, 0),)) for card in plain.cards))
    assert "There is no translation" in Reading(render.panel([bare], "en")).text


def test_a_row_of_a_table_stands_in_a_table():
    plain = turn()
    rows = (Line("|国家|面积|", None, False, 0), Line("||38.5|", None, True, 0))
    tabled = replace(plain, cards=(replace(plain.cards[0], lines=rows, table=True),))
    reading = Reading(render.panel([tabled], "zh"))
    assert reading.marked == ["", "38.5"]


def test_earlier_turns_stay_below_the_latest():
    reading = Reading(render.panel([turn(), turn("新。", number=2)], "en"))
    turns = [name for name in reading.ids if name.startswith("turn")]
    assert turns == ["turn-2", "turn-1"]
    assert {"card-1-3", "card-2-3"} <= set(reading.ids)


def test_a_refusal_shows_the_nearest_passages():
    assert "最接近的段落" in Reading(render.panel([refusal()], "zh")).text
    assert "No passage comes near" in Reading(render.panel([refusal(near=False)], "en")).text


# -- the desk -----------------------------------------------------------------------------------


def test_many_readers_at_once_get_each_their_own_answer(answerer):
    desk = Desk(answerer)
    questions = [
        "风筝起源于哪里？",
        "Where did the kite originate?",
        "制作风筝有哪三个步骤？",
        "Who built the clock of Marlow?",
    ] * 4
    with ThreadPoolExecutor(8) as readers:
        turns = list(readers.map(desk.ask, questions, range(1, 17)))
    assert [turn.answer.question for turn in turns] == questions
    assert [turn.answer.text for turn in turns[4:]] == [turn.answer.text for turn in turns[:-4]]
    assert all(len(turn.cards) == len(turn.answer.citations) for turn in turns)


# -- texts --------------------------------------------------------------------------------------


def test_both_languages_say_the_same_things():
    fields = {
        language: {name: sorted(re.findall(r"\{(\w+)\}", text)) for name, text in texts(language).items()}
        for language in ("zh", "en")
    }
    assert fields["zh"] == fields["en"]
    assert all(text.strip() for language in ("zh", "en") for text in texts(language).values())


def test_every_text_that_is_named_is_there():
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.parent.rglob("*.py"))
    assert set(re.findall(r'(?:own|texts\(\w+\))\["(\w+)"\]', code)) - set(texts("zh")) == set()


def test_every_text_is_used():
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.parent.rglob("*.py"))

    def used(name):
        """By its name, or as one of a family whose last word is filled in."""
        family = f"{name.rpartition('_')[0]}_{{"
        return f'["{name}"]' in code or ("_" in name and any(form in code for form in (f'"{name}"', f"'{name}'", family)))

    assert [name for name in texts("zh") if not used(name)] == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-HK", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.5", "en"),
        ("de-DE,de;q=0.9,zh;q=0.4,en;q=0.3", "zh"),
        ("fr", "en"),
        ("", "en"),
        ("en;q=x,zh", "zh"),
    ],
)
def test_the_browser_chooses_the_first_language(header, language):
    assert preferred(header) == language


@pytest.mark.parametrize("shown", ["zh", "en"])
def test_links_between_the_pages_keep_the_language(shown):
    links = re.findall(r'href="([^"]*)"', navigation(shown, "review"))
    assert links == [f"./{path}?lang={shown}" for path in ("", "source", "documents", "review", "measure")]
