"""An article as it is read holds the library's text, whole and in order, and no text in it can act."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from fakes import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

from index import build
from index.library import Library
from index.records import ArticleRecord, Footnote, Kind, Person, Piece, Sentence
from index.settings import Settings
from ui.web import article_html, source_html
from ui.web.article import ArticleView, Block, Line, Note, Section, view
from ui.web.article_html import Side
from ui.web.note_marks import Mark, Places
from ui.web.source import SIDES, Place, Shelf

SEEDS = Path(__file__).parents[1] / "seeds"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "[press](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "</span></p></article><!-- never closed",
    '" data-start="0" class="wz-s',
    "&lt;b&gt; {{alert(1)}} ${alert(1)}",
    "超" * 400 + "x" * 4000,
)
TAGS = frozenset(
    "div section article header nav details summary ol ul li p span a button sup table tr td th h1 h2 h3 h4 h5 h6 bdi em".split()
)


class Reading(HTMLParser):
    """Tags and text of a piece of HTML; sentences by their span, each with its own text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.sentences: list[tuple[tuple[int, int], str]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.deepest = 0
        self.feed(markup)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        assert tag in TAGS
        assert len(found) == len(attrs)
        assert not any(name.startswith("on") or name in ("src", "style") for name in found)
        if "wz-s" in (found.get("class") or "").split():
            self.sentences.append(((int(found["data-start"]), int(found["data-end"])), ""))
        if "href" in found:
            assert re.match(r"source\b|\./$", found["href"])
            self.links.append(found["href"])
        self.ids += [found["id"]] if "id" in found else []
        self.targets += [found["popovertarget"]] if "popovertarget" in found else []
        self.stack.append((tag, found))

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        self.text += data
        # The label of a mark is none of the sentence's words.
        if any("wz-s" in (found.get("class") or "").split() for _, found in self.stack) and not self._in("button"):
            span, before = self.sentences[-1]
            self.sentences[-1] = (span, before + data)

    def handle_comment(self, data):
        raise AssertionError(data)

    def _in(self, tag: str) -> bool:
        return any(name == tag for name, _ in self.stack)


def shown(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Two seeds with footnotes, tables and pages, one of them translated."""
    folder = tmp_path_factory.mktemp("articles")
    (folder / "seeds" / "translations").mkdir(parents=True)
    for path in (*SEEDS.glob("003*.txt"), *SEEDS.glob("004*.txt"), SEEDS / "catalog.toml"):
        shutil.copy(path, folder / "seeds")
    shutil.copy(SEEDS / "translations" / "kazakhstan.jsonl", folder / "seeds" / "translations")
    settings = Settings(library=folder / "library")
    assert not build.index([folder / "seeds"], settings, FakeEncoder()).failed
    opened = Library.open(settings.library)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def views(library: Library) -> dict[str, ArticleView]:
    found = {article: view(library, article) for article in library.articles()}
    return {article: one for article, one in found.items() if one is not None}


# -- the view -----------------------------------------------------------------------------------


def test_every_sentence_stands_in_the_view_once_and_in_order(library, views):
    assert {"kazakhstan", "sco-regionalism"} <= set(views)
    for article, one in views.items():
        source = one.record.source
        own = [sentence for sentence in library.sentences(document=source) if sentence.article == article]
        assert [line.sentence for line in one.lines()] == own


@given(st.data())
def test_the_text_between_two_sentences_is_the_librarys(library, views, data):
    one = views[data.draw(st.sampled_from(sorted(views)))]
    lines = list(one.lines())
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first, min(len(lines) - 1, first + 30)))
    ids = [line.sentence.id for line in lines[first : last + 1]]
    assert [line.sentence.text for line in lines[first : last + 1]] == [s.text for s in library.sentences(ids)]
    assert {line.sentence.id: line.translation for line in lines[first : last + 1] if line.translation} == library.translations(
        ids
    )


@given(st.data())
def test_a_place_opens_at_the_sentences_it_touches(views, data):
    one = views[data.draw(st.sampled_from(sorted(views)))]
    lines = list(one.lines())
    sentence = data.draw(st.sampled_from(lines)).sentence
    assert (sentence.start, sentence.end) in one.spans(sentence.start, sentence.end)
    assert one.spans(max(line.sentence.end for line in lines) + 1000, 10**9) == []


def test_a_place_inside_a_footnote_is_that_footnote(views):
    for note in views["kazakhstan"].notes():
        assert views["kazakhstan"].spans(note.footnote.start, note.footnote.end) == [(note.footnote.start, note.footnote.end)]


def test_headings_nest_without_leaving_out_a_level(views):
    for one in views.values():
        levels = [section.level for section in one.sections]
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert all((section.level == 0) == (section.heading is None) for section in one.sections)
    levels = [section.level for section in views["kazakhstan"].sections]
    assert levels == [0, 1, 1, 2, 2, 2, 1, 2, 2, 2, 2, 1, 1, 2, 2]


def test_a_heading_keeps_the_space_that_its_sentences_know(views):
    assert views["kazakhstan"].sections[1].title == "一 何谓“中等强国”？"


def test_every_footnote_is_in_the_section_of_its_sentence_and_marked_there(library, views):
    one = views["kazakhstan"]
    notes = list(one.notes())
    assert len(notes) == len({note.footnote.id for note in notes}) == 90
    for section in one.sections:
        blocks = [block for block in (section.heading, *section.blocks) if block]
        lines = [line for block in blocks for line in block.lines]
        marked = {(mark.note, line.sentence.id) for line in lines for mark in line.marks}
        assert marked == {(note.footnote.id, note.footnote.sentence) for note in section.notes}
    repeated = next(note for note in notes if note.footnote.text.startswith("Ibid., pp. 116"))
    assert "Safranchuk" in repeated.repeats.text


def test_marks_stand_where_the_source_has_them(views):
    line = next(line for line in views["kazakhstan"].lines() if "世界和传统宗教领袖大会以及" in line.sentence.text)
    text, marks = line.sentence.text, line.marks
    assert [text[: mark.at].endswith(words) for mark, words in zip(marks, ("领袖大会", "哈萨克斯坦分会"), strict=True)] == [
        True
    ] * 2


def test_pages_are_told_once_where_they_begin(views):
    pages = [line.page for line in views["sco-regionalism"].lines() if line.page]
    assert pages == sorted(set(pages), key=int)
    assert len(pages) > 10


def test_a_page_stands_once_in_the_margin_whatever_the_sides(views):
    one = views["sco-regionalism"]
    pages = [line.page for line in one.lines() if line.page]
    for side in SIDES:
        assert re.findall(r'class="wz-src-page"[^>]*>(\d+)<', article_html.article(one, side, "zh")) == pages


def test_a_mark_that_the_source_does_not_show_stands_at_the_end():
    sentence = Sentence(1, "a", Kind.BODY, 0, (), 0, 5, "甲乙丙丁。")
    note = Footnote(7, "a", "1", 8, 9, "注", sentence=1)
    assert Places("甲乙丙丁。\n\n注", [Piece(0, 5, Kind.BODY)]).marks(sentence, 5, [note]) == (Mark(5, 7, "1"),)


def test_an_article_that_is_not_there_has_no_view(library):
    assert view(library, "nothing") is None


# -- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["original", "both"])
def test_the_original_is_written_whole(views, side):
    for one in views.values():
        reading = Reading(article_html.article(one, side, "zh"))
        told = dict(reversed(reading.sentences))  # in both, the original comes first
        for line in one.lines():
            own = told[line.sentence.start, line.sentence.end]
            text = line.sentence.text.replace("|", "") if line.sentence.kind is Kind.TABLE else line.sentence.text
            assert bare(own) == bare(text)


def test_a_translation_stands_beside_its_original(views):
    one = views["kazakhstan"]
    told = Reading(article_html.article(one, "translation", "en")).sentences
    by_span = dict(reversed(told))
    for line in one.lines():
        text = (line.translation or line.sentence.text).replace("|", "" if line.sentence.kind is Kind.TABLE else "|")
        assert bare(by_span[line.sentence.start, line.sentence.end]) == bare(text)
    both = article_html.article(one, "both", "en")
    assert all(row.count('class="wz-src-cell"') == 2 for row in both.split('class="wz-src-row"')[1:])


def test_every_mark_opens_a_footnote_that_is_there(views):
    for side in SIDES:
        reading = Reading(article_html.article(views["kazakhstan"], side, "zh"))
        assert set(reading.targets) <= set(reading.ids)
        assert len(reading.ids) == len(set(reading.ids))


def test_a_table_names_its_columns(views):
    markup = article_html.article(views["kazakhstan"], "original", "zh")
    assert '<th scope="col">国土面积' in html.unescape(markup)
    row = next(row for row in markup.split("<tr ") if "冷战时期" in row)
    assert re.findall(r"<td>(.*?)</td>", row.split("</tr>")[0]) == ["", "中等强国崛起时间", "", "冷战时期", "冷战结束后"]


def test_the_quotation_alone_is_marked(views):
    one = views["kazakhstan"]
    sentence = list(one.lines())[40].sentence
    plain = article_html.article(one, "both", "zh")
    marked = article_html.cited(plain, one.spans(sentence.start, sentence.end))
    assert marked.count("wz-cited") == 2
    assert f'wz-cited" data-start="{sentence.start}"' in marked
    assert marked.replace(" wz-cited", "") == plain


def test_contents_lead_to_every_heading(views):
    one = views["kazakhstan"]
    markup = source_html.contents(one, "original", "zh")
    assert Reading(markup).text == "".join(section.title for section in one.sections if section.heading)
    text = article_html.article(one, "original", "zh")
    assert all(f'id="{place}"' in text for place in re.findall(r'data-to="([^"]+)"', markup))


def test_the_head_tells_where_an_article_appeared():
    record = ArticleRecord(
        "a", "a.txt", title_zh="题", title_en="Title", authors=(Person("杨娜", "Yang Na"),), journal_zh="国际问题研究",
        journal_en="International Studies", year=2025, issue="6", pages="1-21",
    )  # fmt: skip
    assert source_html.printed(record, "zh") == "《国际问题研究》2025 年第 6 期，第 1–21 页"
    assert source_html.printed(record, "en") == "International Studies, 2025, no. 6, pp. 1–21"
    told = Reading(source_html.head(record, "en")).text
    assert all(word in told for word in ("题", "Title", "Yang Na (杨娜)", "a.txt"))


# -- what must not happen -----------------------------------------------------------------------


def hostile(text: str) -> ArticleView:
    """An article every text of which is the given one."""

    def line(number: int, kind: Kind) -> Line:
        sentence = Sentence(number, text, kind, number, (text,), number * 10, number * 10 + 9, text, text, f"：{text}")
        return Line(sentence, text, (Mark(1, number, text),), text)

    kinds = (Kind.BODY, Kind.TABLE, Kind.CAPTION, Kind.META)
    blocks = tuple(Block(kind, (line(number, kind),)) for number, kind in enumerate(kinds, start=2))
    notes = tuple(
        Note(Footnote(n, text, text, n, n + 1, text, text, n), text, Footnote(99, text, text, 0, 1, text)) for n in range(1, 6)
    )
    record = ArticleRecord(
        text, text, title_zh=text, title_en=f"{text}!", authors=(Person(text, f"{text}!"),), journal_zh=text, volume=text, issue=text,
        pages=text,
    )  # fmt: skip
    return ArticleView(record, (Section(1, Block(Kind.HEADING, (line(1, Kind.HEADING),)), blocks, notes),))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text, language):
    one = hostile(text)
    for side in SIDES:
        markup = article_html.cited(source_html.article(one, side, language), one.spans(10, 19))
        assert shown(text) in shown(Reading(markup).text)
    for markup in (source_html.listing([one.record], "", language), source_html.listing([one.record], f"{text}?", language)):
        assert shown(text) in Reading(markup).text
    assert Reading(source_html.link(one.record, 0, 1, language)).links[0].startswith("source?article=")


@pytest.mark.parametrize("text", HOSTILE)
def test_an_address_brings_back_what_it_was_made_of(text):
    from urllib.parse import parse_qs, urlsplit

    asked = parse_qs(urlsplit(source_html.address(text, 3, 9, lang="zh")).query)
    assert asked == {"article": [text], "start": ["3"], "end": ["9"], "lang": ["zh"]}


# -- many articles ------------------------------------------------------------------------------


def test_a_list_of_a_thousand_is_not_written_out_whole():
    records = [
        ArticleRecord(f"a{n}", "a.txt", title_zh=f"第{n}篇", authors=(Person("杨娜", "Yang Na"),), year=n) for n in range(1000)
    ]
    markup = source_html.listing(records, "", "zh")
    assert markup.count("<li>") == source_html.SHOWN
    assert "共 1000 篇" in html.unescape(markup)
    assert source_html.listing(records, "YANG 第7篇", "zh").count("<li>") == 1
    assert "No article matches" in source_html.listing(records, "nobody", "en")


def test_the_shelf_writes_an_article_once_until_the_library_changes(shelf):
    room = Shelf(shelf.library)
    first = room.page("kites", "original", "zh")
    assert "墨子用木头做了第一只木鸢" in html.unescape(first)
    assert room.page("kites", "original", "zh") is first
    assert room.page("kites", "both", "zh") is not first
    assert room.view("nothing") is None


def test_what_the_shelf_kept_of_a_state_of_the_library_goes_with_it(corpus, settings):
    build.index([corpus], settings, FakeEncoder())
    room = Shelf(settings.library)
    for number in range(3):
        assert "墨子用木头做了第一只木鸢" in html.unescape(room.page("kites", "original", "zh"))
        (corpus / "more.txt").write_text(f"Larks\n\nThe larks of Velm were counted {number} times.\n", encoding="utf-8")
        build.index([corpus], settings, FakeEncoder())
        room.records()
    assert [kept.cache_info().currsize for kept in (room._list, room._view, room._page)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("place", "span"), [(Place("a"), None), (Place("a", 5), (5, 6)), (Place("a", 5, 9), (5, 9)), (Place("a", 5, 3), (5, 6))]
)
def test_an_address_without_end_is_one_character(place, span):
    assert place.span == span


def test_a_side_is_one_of_three():
    assert set(SIDES) == set(Side.__args__)
    assert replace(Place("a"), start=1).span == (1, 2)
