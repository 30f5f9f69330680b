"""How a source is taken apart: the rules on small texts, any text at all, and the five seeds."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.clean import fold
from index.fidelity import measure
from index.records import ArticleRecord, Document, Kind, PageStart, Person, Piece, Sentence, SourceText
from index.structure import _pieces, analyse

Taken = Callable[..., Document]
Seeds = Mapping[str, Document]

DATA = Path(__file__).parent / "data"
FULL = "国际关系中的合作与竞争并存而且相互影响直到现在\n"  # a full line, as the wrapped texts have them
_BETWEEN = (Kind.FOOTNOTE, Kind.MARK, Kind.FURNITURE, Kind.CAPTION)


def texts(document: Document, kind: Kind = Kind.BODY) -> list[str]:
    return [s.text for s in document.sentences if s.kind is kind]


# --- paragraphs and page breaks ---


def test_wrapped_lines_become_one_paragraph_and_its_sentences(taken: Taken) -> None:
    document = taken(FULL * 3 + "完。\n" + FULL * 2 + "又完。\n")
    assert texts(document) == [FULL.strip() * 3 + "完。", FULL.strip() * 2 + "又完。"]
    assert [s.page for s in document.sentences] == [None, None]


def test_a_word_cut_by_a_page_and_its_notes_is_joined(taken: Taken) -> None:
    document = taken("甲" * 80 + "有利于使哈\n\n[1] 王某：《论文》。\n\n萨克斯坦发展。后文。\n")
    assert texts(document) == ["甲" * 80 + "有利于使哈萨克斯坦发展。", "后文。"]
    (join,) = document.joins
    assert document.source.text[join:].startswith("萨克斯坦")
    assert document.exceptions == ("note without mark: 1 王某：《论文》。",)


def test_a_page_break_between_two_sentences_joins_nothing(taken: Taken) -> None:
    document = taken("甲" * 80 + "。\n\n[1] 注。\n\n后文。\n")
    assert document.joins == ()
    lines = [f"{char * 22}\n" for char in "甲乙丙丁戊"]
    lines[2] = lines[2].replace("丙\n", "。\n")  # a full line, so that the paragraph goes on
    document = taken("".join(lines[:3]) + " " + "".join(lines[3:]) + "完。\n")
    assert [s.paragraph for s in document.sentences] == [0, 0]
    assert document.joins == ()


def test_a_character_printed_on_both_sides_of_a_page_break_stands_once(taken: Taken) -> None:
    document = taken("甲" * 80 + "，金砖国家领\n\n[1] 注。\n\n领导人会晤。\n")
    assert texts(document) == ["甲" * 80 + "，金砖国家领导人会晤。"]


@pytest.mark.parametrize(("before", "after"), [("维护安全", "全球治理"), ("加强合作", "作为选择"), ("美国", "国家利益")])
def test_a_character_that_ends_one_word_and_begins_the_next_stands_twice(before: str, after: str, taken: Taken) -> None:
    document = taken("甲" * 80 + f"，{before}\n\n[1] 注。\n\n{after}很重要。\n")
    assert texts(document)[0].endswith(f"，{before}{after}很重要。")


def test_a_page_number_between_two_parts_of_a_number_is_furniture(taken: Taken) -> None:
    document = taken(FULL * 4 + "体量就是塔吉克斯坦七十三亿美元的２００\n\n８\n\n 倍。\n" + FULL * 2)
    assert any("美元的200倍。" in text for text in texts(document))
    assert not any("8" in text for text in texts(document))


def test_a_new_paragraph_begins_after_a_short_finished_line(taken: Taken) -> None:
    text = (FULL + "\n") * 3 + "到此为止。\n\n" + (FULL + "\n") * 2
    assert [s.paragraph for s in taken(text).sentences] == [0, 1]


# --- headings ---


def test_headings_nest_and_name_the_sections_below_them(taken: Taken) -> None:
    text = "一、背景\n\n" + "甲" * 70 + "。\n\n（一）起源\n\n" + "乙" * 70 + "。\n\n二、结论是什么？\n\n" + "丙" * 70 + "。\n"
    assert [(s.kind, s.section) for s in taken(text).sentences] == [
        (Kind.HEADING, ()),
        (Kind.BODY, ("一、背景",)),
        (Kind.HEADING, ("一、背景",)),
        (Kind.BODY, ("一、背景", "（一）起源")),
        (Kind.HEADING, ()),
        (Kind.BODY, ("二、结论是什么？",)),
    ]


PLAIN = """The Lamps of Zorvia

By Ada Moore and Ben Carver

Introduction

The lighthouse treaty was signed in 1931 by the keepers of the northern coast. They lit forty lamps.

Why the lamps went out

Oil was dear after the war, and the keepers were not paid. Nobody objected to that at the time.
"""
PLAIN_ZH = """灯塔条约始末

张三、李四

一、引言

灯塔条约于1931年签署。守灯人每晚点亮四十盏灯。

灯为什么熄灭

战后灯油昂贵，守灯人也领不到薪水。当时没有人反对。
"""


@pytest.mark.parametrize(
    ("text", "names", "first", "second"),
    [
        (PLAIN, "By Ada Moore and Ben Carver", "Introduction", "Why the lamps went out"),
        (PLAIN_ZH, "张三、李四", "一、引言", "灯为什么熄灭"),
    ],
)
def test_in_plain_text_title_names_and_headings_stay_out_of_the_sentences(text, names, first, second, taken: Taken) -> None:
    document = taken(text)
    assert texts(document, Kind.TITLE) == [text.splitlines()[0]]
    assert texts(document, Kind.AUTHOR) == [names]
    assert texts(document, Kind.HEADING) == [first, second]
    body = [s for s in document.sentences if s.kind is Kind.BODY]
    assert len(body) == 4
    assert [s.section[-1] for s in body] == [first, first, second, second]


def test_a_short_line_that_goes_on_or_ends_a_sentence_is_no_heading(taken: Taken) -> None:
    lines = ["word " * 40 + ".", "He said so.", "to the lighthouse", "In the year 1931,", "the lamps were lit."]
    text = "\n\n".join(lines)
    assert texts(taken(text), Kind.HEADING) == []


def test_markdown_headings_count_by_their_signs(taken: Taken) -> None:
    document = taken("# Middle powers\n\n" + "word " * 40 + ".\n\n## Method\n\n" + "term " * 40 + ".\n")
    assert [s.section for s in document.sentences][-1] == ("Middle powers", "Method")
    assert texts(document, Kind.HEADING) == ["Middle powers", "Method"]


@pytest.mark.parametrize("line", ["一、各国认为，", "二、这是一个完整的句子。", "三、" + "长" * 60])
def test_numbered_lines_that_go_on_or_end_are_no_headings(line: str, taken: Taken) -> None:
    document = taken("甲" * 80 + "。\n\n" + line + "\n\n" + "乙" * 80 + "。\n")
    assert not texts(document, Kind.HEADING)


def test_a_numbered_line_in_mid_sentence_is_no_heading(taken: Taken) -> None:
    assert not texts(taken("甲" * 80 + "，共有\n\n一、二两点\n\n" + "乙" * 80 + "。\n"), Kind.HEADING)


# --- articles and parts ---

_RECORDS = (
    ArticleRecord("a", "text.txt", title_zh="论合作", begins="论合作", authors=(Person("潘玥", None),), pages="1-2"),
    ArticleRecord("b", "text.txt", title_zh="论竞争", begins="论竞争", title_en="On Rivalry"),
)
_ISSUE = (
    "目录\n\n论 合 作 ……1\n\n论合作\n\n□ 潘 玥\n\n〔提 要〕 摘要甲。\n\n〔关 键 词〕 合作、 对话\n\n" + "甲" * 70 + "。^[1]\n\n"
    "[1] 注甲。\n\n【责任编辑：某】\n\n论竞争\n\n" + "乙" * 70 + "。\n\nAbstracts\n\nOn Rivalry\n\nRivalry is old.\n\n"
    "2025年总目录\n\n一个题目\n王 某（2025 年第 1 期）\n\n投稿须知\n\n请投稿。\n"
)


def test_an_issue_falls_into_front_articles_abstracts_index_and_notices(taken: Taken) -> None:
    document = taken(_ISSUE, _RECORDS)
    found = [(s.article.rpartition("#")[2], s.kind.value, s.text) for s in document.sentences]
    assert found == [
        ("front", "heading", "目录"),
        ("front", "contents", "论合作 ……1"),
        ("a", "title", "论合作"),
        ("a", "author", "□ 潘玥"),
        ("a", "abstract", "摘要甲。"),
        ("a", "meta", "〔关键词〕 合作、 对话"),
        ("a", "body", "甲" * 70 + "。"),
        ("b", "title", "论竞争"),
        ("b", "body", "乙" * 70 + "。"),
        ("abstracts", "notice", "Abstracts"),
        ("b", "title", "On Rivalry"),
        ("b", "abstract", "Rivalry is old."),
        ("index", "index", "2025年总目录"),
        ("index", "index", "一个题目 王某（2025 年第 1 期）"),
        ("notes", "notice", "投稿须知"),
        ("notes", "notice", "请投稿。"),
    ]
    assert [record.kind for record in document.articles] == ["article", "article", *["part"] * 4]
    assert [note.article for note in document.footnotes] == ["a"]
    assert not measure(document).left_over


def test_the_headings_of_one_part_end_with_it(taken: Taken) -> None:
    text = _ISSUE.replace("论竞争\n\n乙", "论竞争\n\n一、末节\n\n乙")
    document = taken(text, _RECORDS)
    assert ("一、末节",) in {s.section for s in document.sentences if s.article == "b"}
    assert {s.section for s in document.sentences if s.article.endswith(("#abstracts", "#notes", "#index"))} == {()}


def test_an_index_entry_of_three_lines_is_one_and_keeps_its_first_line(taken: Taken) -> None:
    text = _ISSUE.replace("一个题目\n", "一个很长的\n题目：副题\n")
    assert texts(taken(text, _RECORDS), Kind.INDEX)[1] == "一个很长的题目：副题 王某（2025 年第 1 期）".replace("的题", "的 题")


def test_marks_in_the_year_s_index_cost_no_entry_and_stand_in_none(taken: Taken) -> None:
    text = _ISSUE.replace("一个题目\n", "甲题\n\n^[1]\n乙题a\n")
    index = texts(taken(text + "\na\u3000注乙。\n", _RECORDS), Kind.INDEX)
    assert index == ["2025年总目录", "甲题", "乙题 王某（2025 年第 1 期）"]


def test_a_file_without_a_record_is_one_document_that_tells_its_title(taken: Taken) -> None:
    (record,) = taken("# On Rivalry\n\n" + "word " * 50 + ".\n").articles
    assert (record.id, record.title, record.language, record.kind) == ("text.txt", "On Rivalry", "en", "document")


def test_a_record_whose_beginning_is_not_found_leaves_the_rest_in_place(taken: Taken) -> None:
    ghost = ArticleRecord("ghost", "text.txt", title_zh="没有这篇")
    document = taken(_ISSUE, (_RECORDS[0], ghost, _RECORDS[1]))
    assert {s.article for s in document.sentences if s.kind is Kind.BODY} == {"a", "b"}


def test_pages_known_to_the_file_are_the_pages_of_the_sentences() -> None:
    text = "甲甲甲。\n乙乙乙。\n"
    source = SourceText("a.pdf", text, "0", "application/pdf", pages=(PageStart(0, "iv"), PageStart(5, "1")))
    assert [s.page for s in analyse(source).sentences] == ["iv", "1"]


# --- any text at all ---


def test_what_no_rule_claims_is_called_left_over() -> None:
    assert _pieces("ab c", bytearray(4)) == (
        Piece(0, 2, Kind.LEFT_OVER),
        Piece(2, 3, Kind.SPACE),
        Piece(3, 4, Kind.LEFT_OVER),
    )


_BITS = [
    *"国家的人。，；“”（）《»ꎬ①②^[1]2|-a b.C{*}#２\u3000\n\n\n\x00\x0c\r\u2028\x85…—",
    *("\n\n", "^[1]", "①\n", "[1] ", "a\u3000", "| a | b |\n", "|---|---|\n", "2025 年总目录\n", "参见https://x.y "),
    *("同上，", "Abstracts\n", "一、引言\n", "图1 某图\n", "【关键词】", "〔提 要〕", "（2025 年第 1 期）\n"),
    *("\n 参见", "论合作\n", FULL),
]
ANYTHING = st.lists(st.sampled_from(_BITS), max_size=60).map("".join) | st.text()


def check(document: Document) -> None:
    """What holds for every document."""
    text = document.source.text
    edges = [0, *(piece.end for piece in document.pieces)]
    assert [piece.start for piece in document.pieces] == edges[:-1]
    assert edges[-1] == len(text)
    assert all(piece.end > piece.start for piece in document.pieces)
    assert [s.id for s in document.sentences] == list(range(len(document.sentences)))
    assert [n.id for n in document.footnotes] == list(range(len(document.footnotes)))
    assert all(0 <= s.start < s.end <= len(text) and s.text for s in document.sentences)
    assert {s.article for s in document.sentences} <= {record.id for record in document.articles}
    accounts = measure(document)
    assert accounts.left_over == ()
    assert accounts.total == len(text)


@given(ANYTHING, st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_text_is_taken_apart_without_fault_gap_or_loss(text: str, issue: bool) -> None:
    check(analyse(SourceText("text.txt", text, "0", "text/plain"), _RECORDS if issue else ()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\u3000\n",
        "①",
        "①\n②\n③\n",
        "[1] 只有注。\n\n[2] 还是注。\n",
        "\x00\x01\x02",
        "国" * 50_000,
        "…" * 20_000,
        "a. " * 5_000,
        "|" * 5_000,
        "« " * 5_000,
        "\r\n" * 100,
    ],
    ids=["empty", "white", "mark", "marks", "notes", "control", "long", "dots", "stops", "bars", "guillemets", "crlf"],
)
def test_odd_texts_are_taken_apart_too(text: str, taken: Taken) -> None:
    check(taken(text))
    check(taken(text, _RECORDS))


@given(st.lists(st.sampled_from(["甲乙丙。", "丁戊，", "“己庚”！", "AB cd. ", "12 "]), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_the_sentences_of_plain_prose_hold_all_of_it_once(parts: Sequence[str]) -> None:
    text = "".join(parts)
    document = analyse(SourceText("text.txt", text, "0", "text/plain"))
    assert "".join(fold(s.text) for s in document.sentences) == fold(text)


# --- the seeds ---


def _line(document: Document, sentence: Sentence) -> int:
    return document.source.text.count("\n", 0, sentence.start) + 1


def _joins() -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / "page_joins.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_seeds_keep_every_rule_that_any_text_keeps(seeds: Seeds) -> None:
    assert len(seeds) == 5
    for document in seeds.values():
        check(document)


def test_all_page_breaks_of_the_independent_list_are_joined(paragraphs: Mapping[str, list[str]]) -> None:
    assert len(_joins()) == 175
    missing = [
        join for join in _joins() if not any(fold(join["joined"]) in paragraph for paragraph in paragraphs[join["source"][:3]])
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("004", "使哈萨克斯坦"),
        ("001", "《核不扩散条约》"),
        ("001", "在2023年金砖国家领导人第十五次会晤上"),
        ("000", "选择非正式的磋商论坛"),
        ("004", "德国国际与安全事务研究所"),
        ("001", "特朗普也曾考虑将美国"),
        ("001", "关税胁迫已经成为特朗普政府重塑"),
        ("004", "联合国中亚和阿富汗可持续发展目标区域中心"),
        ("003", "的200倍"),
        ("000", "区域和国际平台，但囿于土耳其"),
    ],
)
def test_words_cut_in_the_source_stand_whole_in_one_sentence(name: str, words: str, seeds: Seeds) -> None:
    assert any(fold(words) in fold(text) for text in texts(seeds[name]))


@pytest.mark.parametrize("wrong", ["2008倍", "领领导", "阿富汗汗", "2000倍"])
def test_what_only_the_page_break_put_together_stands_nowhere(wrong: str, seeds: Seeds) -> None:
    assert not any(wrong in fold(s.text) for document in seeds.values() for s in document.sentences)


_NOTE_TEXT = re.compile(r"https?:|www\.|访问时间|Accessed on|^参见|\bIbid|责任编辑")
_RUNNING = ("南亚东南亚研究", "国际问题研究》2025", "上海合作组织: 基于共识的地区主义建设")


def test_no_body_sentence_holds_a_footnote_a_page_number_or_a_running_head(seeds: Seeds) -> None:
    for document in seeds.values():
        for text in texts(document):
            assert not _NOTE_TEXT.search(text), text
            assert not re.fullmatch(r"[·\s\d]+", text), text
            assert not text.startswith(_RUNNING), text
            assert fold(text) not in {fold(head) for head in _RUNNING}


def test_page_numbers_running_heads_and_editors_are_furniture(seeds: Seeds) -> None:
    furniture = {
        name: [d.source.text[p.start : p.end].strip() for p in d.pieces if p.kind is Kind.FURNITURE] for name, d in seeds.items()
    }
    assert {"·29·", "南亚东南亚研究  2024 年第 2 期"} <= set(furniture["000"])
    assert {"４", "５", "７", "０１", "上海合作组织: 基于共识的地区主义建设"} <= set(furniture["003"])
    assert sum("责任编辑" in text for text in furniture["001"]) == 7
    assert {"领", "汗"} <= set(furniture["001"]) | set(furniture["004"])


def _gold(name: str) -> list[tuple[int, int, str]]:
    """Headings as a reader listed them: line, level, text.

    Two sorts on the list are no headings here: labels that belong to the title block of a digest
    (No. 1) or stand over names (本期审校), and headings run in with their paragraph in 003, which
    are sentences of it.
    """
    data = json.loads((DATA / "headings.json").read_text(encoding="utf-8"))
    listed = next(rows for source, rows in data.items() if source.startswith(name))
    return [
        (line, level, fold(text))
        for line, level, text in listed
        if not (text.startswith("No. ") or text == "本期审校" or (name == "003" and text.startswith("(")))
    ]


@pytest.mark.parametrize(("name", "count"), [("000", 14), ("001", 98), ("002", 2), ("003", 5), ("004", 14)])
def test_the_headings_are_those_of_the_independent_list(name: str, count: int, seeds: Seeds) -> None:
    document = seeds[name]
    found = [
        (_line(document, s), len(s.section) + 1, fold(s.text))
        for s in document.sentences
        if s.kind is Kind.HEADING and s.text != "Table of Contents"
    ]
    assert found == _gold(name)
    assert len(found) == count


def test_run_in_headings_of_003_are_sentences_of_their_paragraph(seeds: Seeds) -> None:
    found = [s for s in seeds["003"].sentences if re.match(r"\([1-4]\)", s.text)]
    assert [s.text[:7] for s in found] == ["(1)各国为实", "(2)中俄博弈", "(3)中印矛盾", "(4)美国的挑"]
    assert {s.section for s in found} == {("二 地区主义与多元博弈", "2 多元利益博弈")}


def test_the_preface_of_the_digest_is_not_glued_to_its_heading(seeds: Seeds) -> None:
    heading, first = seeds["002"].sentences[:2]
    assert (heading.text, heading.kind) == ("专题序言", Kind.HEADING)
    assert first.text.startswith("拓展小多边和次区域合作")
    assert first.section == ("专题序言",)


@pytest.mark.parametrize("name", ["000", "001", "002", "003", "004"])
def test_every_sentence_leads_back_to_the_words_of_the_source(name: str, seeds: Seeds) -> None:
    document = seeds[name]
    text = document.source.text
    own = bytearray(len(text))  # 1 where a citation's words may stand
    for piece in document.pieces:
        own[piece.start : piece.end] = bytes([piece.kind not in _BETWEEN]) * (piece.end - piece.start)
    for sentence in document.sentences:
        span = range(sentence.start, sentence.end)
        if sentence.kind is Kind.CAPTION:
            printed = re.sub(r"\^?[①-⑳]", "", text[sentence.start : sentence.end])
        else:
            printed = "".join(text[at] for at in span if own[at])
        assert fold(sentence.text) == fold(printed), sentence


def test_every_footnote_leads_back_to_the_words_of_the_source(seeds: Seeds) -> None:
    for document in seeds.values():
        inside = [p for p in document.pieces if p.kind is Kind.FOOTNOTE]
        for note in document.footnotes:
            parts = [p for p in inside if p.end > note.start and p.start < note.end]
            printed = fold("".join(document.source.text[max(p.start, note.start) : min(p.end, note.end)] for p in parts))
            # A hyphen at a line end may have gone.
            assert fold(note.text).replace("-", "") == printed.replace("-", "")


def test_the_articles_of_the_journal_issue_carry_its_page_numbers(
    seeds: Seeds, seed_records: Mapping[str, tuple[ArticleRecord, ...]]
) -> None:
    document = seeds["001"]
    for record in seed_records[document.source.name]:
        first, last = map(int, (record.pages or "").split("-"))
        pages = [int(s.page or 0) for s in document.sentences if s.article == record.id and s.kind is Kind.BODY]
        assert pages[0] in (first, first + 1)  # the head may fill the first page
        assert pages[-1] == last
        assert pages == sorted(pages)
        assert {int(n.page or 0) for n in document.footnotes if n.article == record.id} <= set(range(first, last + 1))


def test_page_ten_of_003_is_read_though_its_digits_stand_reversed(seeds: Seeds) -> None:
    document = seeds["003"]
    pages = [int(s.page or 0) for s in document.sentences]
    assert sorted(set(pages)) == list(range(1, 19))
    assert any(s.page == "10" and s.text.startswith("应该说，协商一致与效率两难") for s in document.sentences)


def test_the_one_page_number_of_000_gives_all_its_pages(seeds: Seeds) -> None:
    pages = [s.page for s in seeds["000"].sentences if s.kind is Kind.BODY]
    assert (pages[0], pages[-1]) == ("24", "45")
    by_text = {s.text: s.page for s in seeds["000"].sentences}
    assert by_text["（三）现有文献的启示"] == "30"


def test_the_index_of_the_year_has_one_entry_for_each_article(seeds: Seeds) -> None:
    index = texts(seeds["001"], Kind.INDEX)
    entries = [text for text in index if re.search(r"[（(]2025 年第 \d 期[）)]$", text)]
    assert len(entries) == 39
    assert all(len(re.findall(r"年第", text)) == 1 for text in entries)
    assert [text for text in index if text not in entries] == [
        "《国际问题研究》2025 年总目录", "【特稿】", "【习近平外交思想研究】", "【中国外交】", "【区域与国别】", "【全球治理】", "【国际政治】",
    ]  # fmt: skip
    assert "联合国 2030 议程：进展、挑战和后续路径 李佳 贡森 (2025 年第 5 期)" in entries
    numbers = [s.paragraph for s in seeds["001"].sentences if s.kind is Kind.INDEX]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_names_are_closed_up_and_keywords_keep_their_spaces(seeds: Seeds) -> None:
    assert texts(seeds["000"], Kind.AUTHOR) == ["潘玥"]
    assert texts(seeds["004"], Kind.AUTHOR) == ["周明 李琼"]
    assert "□ 曾向红 张宇" in texts(seeds["001"], Kind.AUTHOR)
    assert "【关键词】 哈萨克斯坦 中等强国 多元平衡外交 软制衡 利基外交" in texts(seeds["004"], Kind.META)


def test_all_fourteen_articles_have_a_body(seeds: Seeds, seed_records: Mapping[str, tuple[ArticleRecord, ...]]) -> None:
    wanted = {record.id for records in seed_records.values() for record in records}
    sizes = dict.fromkeys(wanted, 0)
    for document in seeds.values():
        for sentence in document.sentences:
            if sentence.kind is Kind.BODY:
                sizes[sentence.article] += 1
    assert len(sizes) == 14
    assert min(sizes.values()) >= 17, sizes
