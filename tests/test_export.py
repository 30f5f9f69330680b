"""What is exported, and that no text breaks out of the file that it stands in."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import docx
import lxml.html
import pytest
import rispy
from markdown_it import MarkdownIt
from pybtex.database import parse_string

from index.records import ArticleRecord, Footnote, Kind, Passage, Person
from rag.plain import clean
from rag.records import Answer, Citation, Claim
from ui.export import FORMATS, export
from ui.export.blocks import blocks
from ui.web.texts import texts

RECORD = ArticleRecord(
    "ladders", "b.txt", title_zh="论梯子", title_en="On Ladders", authors=(Person("李四", "Li Si"),),
    journal_zh="梯子研究", journal_en="Ladder Studies", year=2020, issue="3",
)  # fmt: skip
OTHER = ArticleRecord("apples", "a.txt", title_en="Apples", authors=(Person(en="Ann Adams"),), journal_en="Fruit", language="en")
ARTICLES = {record.id: record for record in (RECORD, OTHER)}
LADDER = Citation(
    1, "b.txt", "ladders", "论梯子", ("李四",), ("一、梯子", "（一）长度"), "29", 10, 20, "梯子很长。", "Ladders are long.",
    (Footnote(1, "ladders", "①", 30, 40, "王五：《高处》，第 3 页。"),), 1, 1,
)  # fmt: skip
APPLE = Citation(2, "a.txt", "apples", "Apples", ("Ann Adams",), (), None, 5, 9, "Apples are red.", None, (), 2, 2)
ANSWER = Answer(
    "梯子长吗？", "zh", False, "梯子很长。[1]", (Claim("梯子很长。", (1,), 1.0, "supported"), Claim("苹果是红的。", (2, 1), 0.5, "partly", True)),
    (LADDER, APPLE), ("ladder",), (), "extractive", "embedded", 1, understood="梯子长吗？",
)  # fmt: skip
NEAR = Passage(1, "b.txt", "ladders", Kind.BODY, "zh", (), None, 0, 5, "梯子在墙边。", (1,), "The ladder stands by the wall.")
REFUSAL = replace(
    ANSWER,
    question="它重吗？",
    refused=True,
    text="文献没有回答。",
    claims=(),
    citations=(),
    nearest=(NEAR,),
    understood="梯子重吗？",
)
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> ![p](http://evil.example/p.png) [k](javascript:alert(3)) "
    "*b* _i_ `c` # h $x$ &lt; {=html} </p></main> \\ | ~ ^[1] @key \x00\x0b\x1f\ufffe\ud800\u202e\u2028\r\n\r\n"
    "# heading\n\n- item\n\n```\nfence\n"
)
DAY = date(2025, 11, 21)


def made(format: str, answers=(ANSWER, REFUSAL), style="gbt", language="zh", articles=ARTICLES) -> bytes:
    return export(answers, articles, format, style, language, DAY)


def paragraphs(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def shown(format: str, data: bytes) -> str:
    """What a reader of the file sees, without white space."""
    if format == "docx":
        text = "\n".join(paragraphs(data))
    else:
        html = data.decode() if format == "html" else MarkdownIt("commonmark").render(data.decode())
        text = lxml.html.document_fromstring(html).text_content()
    return re.sub(r"\s+", "", text)


def hostile() -> tuple[Answer, dict[str, ArticleRecord]]:
    """Every text of an answer as bad as can be."""
    note = replace(LADDER.footnotes[0], label=HOSTILE, text=HOSTILE)
    citation = replace(
        LADDER, source=HOSTILE, section=(HOSTILE,), page=HOSTILE, quote=HOSTILE, quote_translation=HOSTILE, footnotes=(note,), context=HOSTILE
    )  # fmt: skip
    claims = (Claim(HOSTILE, (1,), 1.0, "supported"), Claim(HOSTILE, (1,), 1.0, "supported", item=True))
    record = replace(
        RECORD, title_zh=HOSTILE, title_en=HOSTILE, authors=(Person(HOSTILE, HOSTILE),), journal_zh=HOSTILE, volume=HOSTILE, pages=HOSTILE
    )  # fmt: skip
    answer = replace(
        ANSWER, question=HOSTILE, understood=HOSTILE + "?", claims=claims, citations=(citation,), also_searched=(HOSTILE,),
        reader=HOSTILE, nearest=(replace(NEAR, text=HOSTILE, translation=HOSTILE, source=HOSTILE),),
    )  # fmt: skip
    return answer, {"ladders": record}


# -- what stands in a file ----------------------------------------------------------------------


@pytest.mark.parametrize("format", ["markdown", "html", "docx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_statement_quotation_and_source_is_there(format, language):
    text = shown(format, made(format, language=language))
    own = texts(language)
    for wanted in (
        "梯子很长。[1]",
        "苹果是红的。" + texts("zh")["export_quoted"] + texts("zh")["export_partly"] + "[2][1]",
        own["export_original"] + "梯子很长。",
        own["export_translation"] + "Ladders are long.",
        own["export_note"].format(label="①") + "王五：《高处》，第 3 页。",
        own["export_page"].format(page="29"),
        "一、梯子 › （一）长度",
        own["export_place"].format(source="b.txt", start=10, end=20),
        own["export_understood"].format(question="梯子重吗？"),
        own["export_also"].format(terms="ladder"),
        "文献没有回答。",
        own["export_nearest"],
        own["export_translation"] + "The ladder stands by the wall.",
        "李四. 论梯子[J]. 梯子研究, 2020(3): 29.",
        "ADAMS A. Apples[J]. Fruit.",
    ):
        assert re.sub(r"\s+", "", wanted) in text


def test_a_quotation_names_its_number_in_the_bibliography_of_the_style():
    for style, numbers in (("gbt", {"ladders": 1, "apples": 2}), ("apa", {"ladders": 2, "apples": 1})):
        sources = [block.pieces[-1].text for block in blocks([ANSWER], ARTICLES, style, "en") if block.kind == "source"]
        assert sources[0].endswith(f"reference {numbers['ladders']}")
        assert sources[1].endswith(f"reference {numbers['apples']}")


def test_a_statement_that_another_document_denies_names_it():
    disputed = replace(ANSWER, claims=(replace(ANSWER.claims[0], against=(2,)),))
    assert "梯子很长。（另有文献说法不同，见[2]）[1]" in shown("html", made("html", answers=[disputed]))


def test_names_of_journals_are_slanted_in_latin_script_only():
    pieces = [piece for block in blocks([ANSWER], ARTICLES, "apa", "en") if block.kind == "reference" for piece in block.pieces]
    assert [piece.text for piece in pieces if piece.kind == "italic"] == ["Fruit"]
    assert any(piece.text == "梯子研究" for piece in pieces)


def test_each_mark_leads_to_its_quotation():
    page = lxml.html.document_fromstring(made("html"))
    targets = [href.removeprefix("#") for href in page.xpath("//a[@class='mark']/@href")]
    assert targets == ["quote-1-1", "quote-1-2", "quote-1-1"]
    assert set(targets) <= set(page.xpath("//@id"))
    body = docx.Document(io.BytesIO(made("docx"))).element.body
    anchors = body.xpath(".//w:hyperlink/@w:anchor")
    assert anchors == ["quote_1_1", "quote_1_2", "quote_1_1"]
    assert set(anchors) <= set(body.xpath(".//w:bookmarkStart/@w:name"))


def test_a_refusal_alone_has_no_bibliography():
    kinds = {block.kind for block in blocks([REFUSAL], ARTICLES, "gbt", "zh")}
    assert "reference" not in kinds
    assert made("bibtex", answers=[REFUSAL]) == b""


def test_the_data_formats_hold_each_article_cited_once():
    assert list(parse_string(made("bibtex", answers=(ANSWER, ANSWER)).decode(), "bibtex").entries) == ["ladders", "apples"]
    assert [entry["id"] for entry in rispy.loads(made("ris").decode())] == ["ladders", "apples"]


@pytest.mark.parametrize(("style", "wanted"), [("bibtex", "  title = {{论梯子}},\n"), ("ris", "TI  - 论梯子\n")])
def test_a_bibliography_in_a_data_format_is_shown_as_it_is(style, wanted):
    rendered = MarkdownIt("commonmark").render(made("markdown", style=style).decode())
    for page in (made("html", style=style).decode(), rendered):
        shown = lxml.html.document_fromstring(page).xpath("//pre")
        assert len(shown) == 2
        assert wanted in shown[0].text_content()
    assert any(wanted in line for line in paragraphs(made("docx", style=style)))


# -- what must not happen -----------------------------------------------------------------------


@pytest.mark.parametrize("style", ["gbt", "chicago", "bibtex"])
def test_no_text_becomes_markup(style):
    answer, articles = hostile()
    page = made("html", answers=[answer], style=style, articles=articles).decode()
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(
        made("markdown", answers=[answer], style=style, articles=articles).decode()
    )
    for tree in (lxml.html.document_fromstring(page), lxml.html.document_fromstring(rendered)):
        assert not tree.xpath("//script | //img | //iframe | //form | //@onerror | //s")
        assert len(tree.xpath("//em[.='b'] | //i[.='b']")) == 1  # the footnote's, whose file prints titles so
        assert all(href.startswith("#quote-") for href in tree.xpath("//a/@href"))
        assert len(tree.xpath("//h1")) == 1
        assert len(tree.xpath("//h2")) == 1
        assert "<script>alert(1)</script> <img src=x onerror=alert(2)> ![p](http://evil.example/p.png)" in tree.text_content()
    assert len(lxml.html.document_fromstring(page).xpath("//main")) == 1
    assert "default-src 'none'" in page


def test_characters_that_xml_forbids_do_not_reach_a_word_file():
    answer, articles = hostile()
    lines = paragraphs(made("docx", answers=[answer], articles=articles))
    assert sum("<script>alert(1)</script>" in line for line in lines) > 8
    assert not re.search("[\x00-\x08\x0b-\x1f\ufffe\ud800-\udfff\u202e]", "".join(lines))


def test_cleaning_leaves_a_line_of_text():
    assert clean("a\x00b\u202e c\r\n\td\ud800\ufffe ") == "ab c d"
    assert clean("«文» — “字” 𠮷👩‍🔬") == "«文» — “字” 𠮷👩‍🔬"


@pytest.mark.parametrize(
    "text", ["# x", "- x", "+ x", "12. x", "3) x", "= x", "> x", "| x |", "```", "~~~", "---", "    x", "<b>", "a_b_c *d*"]
)
def test_markdown_shows_a_text_as_it_stands(text):
    data = made("markdown", answers=[replace(ANSWER, claims=(Claim(text, (1,), 1.0, "supported"),))])
    tree = lxml.html.document_fromstring(MarkdownIt("gfm-like", {"linkify": False}).render(data.decode()))
    assert f"{text.strip()}[1]" in [element.text_content() for element in tree.xpath("//p")]


def test_every_format_is_offered_in_both_languages():
    for language in ("zh", "en"):
        assert all(texts(language)[f"export_format_{format}"] for format in FORMATS)


def test_a_title_between_asterisks_in_a_note_is_set_in_italics_in_every_file():
    cited = replace(LADDER, footnotes=(Footnote(1, "ladders", "①", 30, 40, "A. Vale, *On Rungs*, p. 3; *中文书* 2 * 3 * 4."),))
    answer = replace(ANSWER, citations=(cited, APPLE))
    assert b"A. Vale, <i>On Rungs</i>, p. 3; &#42;\xe4\xb8\xad" in made("html", (answer,))
    written = made("markdown", (answer,)).decode()
    assert "A. Vale, *On Rungs*, p. 3; \\*中文书\\*" in written
    document = docx.Document(io.BytesIO(made("docx", (answer,))))
    slanted = [run.text for paragraph in document.paragraphs for run in paragraph.runs if run.italic]
    assert "On Rungs" in slanted
    assert "中文书" not in "".join(slanted)
