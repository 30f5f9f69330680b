"""Footnotes: blocks, marks, and which note belongs to which mark."""

from collections.abc import Callable, Mapping

import pytest

from index.layout import layout
from index.notes import IBID, find_marks, find_notes, note_label
from index.records import Document, Kind

Taken = Callable[..., Document]

FULL = "国际关系中的合作与竞争并存而且相互影响直到现在\n"


def label(text: str) -> tuple[str, int] | None:
    (line,) = layout(text).lines
    return note_label(text, line)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("[1] 王某：《论文》", ("1", 3)),
        ("^[12] 王某", ("12", 5)),
        ("① 王某", ("①", 1)),
        ("^① 王某", ("①", 2)),
        ("^{*} 本文系项目成果", ("*", 4)),
        ("a\u3000丁工：《周边外交》", ("a", 2)),
        ("a 国", None),  # an ASCII space does not set a letter apart
        ("[2024] 年", None),
        ("正文 ①", None),
    ],
)
def test_a_note_opens_with_its_mark(line: str, found: tuple[str, int] | None) -> None:
    assert label(line) == found


def test_marks_are_found_in_all_their_forms() -> None:
    text = "合作^[1]与对话①以及^②还有^{*}。数组 [3] 不是"
    assert [(m.label, text[m.start : m.end]) for m in find_marks(text, ())] == [
        ("1", "^[1]"),
        ("①", "①"),
        ("②", "^②"),
        ("*", "^{*}"),
    ]


def test_a_bare_letter_is_a_mark_only_in_its_turn_and_after_chinese_text() -> None:
    text = "秩序，a包括 plan b 与G20。b 另有c"
    assert [(m.label, text[m.start - 1]) for m in find_marks(text, "ab")] == [("a", "，"), ("b", "。")]
    assert find_marks(text, "b")[0].start == text.index("。b") + 1
    assert find_marks("机制a和", "b") == []
    assert [m.start for m in find_marks("规划b，目标a。规则b。", "ab")] == [6, 10]  # the first b comes before its turn


def test_in_wrapped_text_a_note_runs_to_the_end_of_its_page() -> None:
    text = FULL * 6 + "① 王某：《论文》，北京大学\n出版社2020年版。\n" + " " + FULL * 3
    lay = layout(text)
    found = find_notes(text, lay.lines, set(), wrapped=lay.wrapped)
    assert [(note.label, note.lines) for note in found.notes] == [("①", (6, 7))]


def test_in_unwrapped_text_a_note_is_a_paragraph() -> None:
    text = "正文" * 50 + "。\n\n[1] 甲\n\n[2] 乙\n续行\n\n正文"
    lay = layout(text)
    found = find_notes(text, lay.lines, set(), wrapped=False)
    assert [(n.label, n.lines, n.block) for n in found.notes] == [("1", (1,), 0), ("2", (2, 3), 0)]


def test_marks_set_apart_from_their_notes_go_to_them_in_order() -> None:
    text = FULL * 6 + "①\n②\n\n王某：《甲》。\n\n李某：《乙》。\n"
    text = text.replace(FULL, FULL + "\n") + "\n " + FULL * 2
    lay = layout(text)
    found = find_notes(text, lay.lines, set(), wrapped=True)
    assert [label for _, label, _ in found.bare] == ["①", "②"]
    assert [(n.label, lay.lines[n.lines[0]].text) for n in found.notes] == [("①", "王某：《甲》。"), ("②", "李某：《乙》。")]


def test_a_short_flow_that_reads_like_a_reference_and_lost_its_mark_is_a_note() -> None:
    text = FULL * 6 + " 参见王某：《论文》，2020年。\n " + FULL * 3
    lay = layout(text)
    assert [(n.label, n.lines) for n in find_notes(text, lay.lines, set(), wrapped=True).notes] == [(None, (6,))]
    plain = text.replace("参见王某：《论文》", "这是没有出处的一段话")
    lay = layout(plain)
    assert not find_notes(plain, lay.lines, set(), wrapped=True).notes


@pytest.mark.parametrize("text", ["①\n正文", "①\n②\n③", "[1] 甲\n\n①\n乙", ""])
def test_marks_without_any_note_before_them_are_no_fault(text: str) -> None:
    lay = layout(text)
    found = find_notes(text, lay.lines, set(), wrapped=False)
    claimed = [at for note in found.notes for at in note.lines] + [at for at, _, _ in found.bare]
    assert len(claimed) == len(set(claimed))


def test_a_line_under_a_lone_mark_never_joins_the_note_of_an_earlier_block() -> None:
    text = "[1] 甲\n\n正文。\n\n①\n乙"
    lay = layout(text)
    notes = find_notes(text, lay.lines, set(), wrapped=False).notes
    assert [(n.label, n.lines) for n in notes] == [("1", (0,)), ("①", (3,))]


@pytest.mark.parametrize("text", ["Ibid., p. 3.", "*Ibid.*", "同上，第3页。", "同前。"])
def test_back_references_are_known_in_both_languages(text: str) -> None:
    assert IBID.match(text)
    assert not IBID.match("Ibidem-Verlag 2020")


def test_numbering_restarts_on_every_page(taken: Taken) -> None:
    page = "{0}" * 40 + "^[1]。{0}说。^[2]\n\n[1] {0}注一\n\n[2] {0}注二\n\n"
    document = taken(page.format("甲") + page.format("乙"))
    assert [(n.text, document.sentences[n.sentence or 0].text[0]) for n in document.footnotes] == [
        ("甲注一", "甲"),
        ("甲注二", "甲"),
        ("乙注一", "乙"),
        ("乙注二", "乙"),
    ]
    assert [n.sentence for n in document.footnotes] == [0, 1, 2, 3]
    assert document.exceptions == ()


def test_what_does_not_fit_is_an_exception_of_one_sentence(taken: Taken) -> None:
    document = taken("甲" * 60 + "^[1]。乙^[3]。\n\n[1] 注一\n\n[2] 注二\n")
    assert [e.split(":")[0] for e in document.exceptions] == ["note without mark", "mark without note"]
    assert document.footnotes[1].sentence is None
    assert not any("\n" in e for e in document.exceptions)


def test_ibid_points_to_the_note_it_repeats(taken: Taken) -> None:
    text = "甲" * 60 + "^[1]。乙^[2]。丙^[3]。\n\n[1] 王某\n\n[2] 同上。\n\n[3] Ibid., p. 2.\n"
    assert [n.same_as for n in taken(text).footnotes] == [None, 0, 0]


# --- the seeds ---

_COUNTS = {"000": (60, 60), "001": (466, 466), "002": (0, 0), "003": (20, 14), "004": (90, 90)}  # marks, notes


@pytest.mark.parametrize(("name", "counts"), _COUNTS.items())
def test_every_mark_of_the_seeds_resolves_but_for_the_lost_notes(
    name: str, counts: tuple[int, int], seeds: Mapping[str, Document]
) -> None:
    marks, notes = counts
    document = seeds[name]
    assert len(document.footnotes) == notes
    assert all(note.sentence is not None and note.text for note in document.footnotes)
    assert len(document.exceptions) == marks - notes
    assert all(exception.startswith("mark without note: ") for exception in document.exceptions)


def test_the_six_notes_that_003_lost_are_listed(seeds: Mapping[str, Document]) -> None:
    listed = [("①", "政策与其进程”。"), ("②", "政策与其进程”。"), ("③", "俄罗斯方面对此并不掩饰。")]
    listed += [("①", "“大欧亚伙伴关系”倡议。"), ("②", "“大欧亚伙伴关系”倡议。"), ("④", "“平衡地区邻国对中亚的影响”。")]
    exceptions = seeds["003"].exceptions
    assert len(exceptions) == len(listed)
    for exception, (mark, end) in zip(exceptions, listed, strict=True):
        assert exception.startswith(f"mark without note: {mark} in “")
        assert exception.endswith(f"{end}”")


@pytest.mark.parametrize(
    ("name", "label", "note", "sentence"),
    [
        ("000", "a", "潘玥：《海洋强国方略与佐科的印尼国家身份塑造》", "试图塑造地区秩序，包括通过加强"),
        ("000", "a", "丁工：《中等强国与中国周边外交》", "改变世界政治版图的重要力量"),
        ("000", "a", "何亚非：《全球治理改革与新世纪国际秩序的重塑》", "维护和扩大自身在全球事务中的战略影响力"),
        ("001", "1", "习近平：《新起点新愿景新动力", "将金砖精神提炼为“开放、包容、合作、共赢”"),
        ("001", "2", "《国际武器贸易条例》是美国", "《国际武器贸易条例》（ITAR）对技术出口的限制"),
        ("001", "5", "王雪：《金正恩：若美国不再要求", "也不会一起做任何事”"),
        ("003", "①", "2013年，中国国家主席习近平在访问哈萨克斯坦", "推动“政策沟通”，并将此视为"),  # the note's mark is lost
        ("003", "②", "参见中国国家发展改革委、外交部、商务部", "深入经贸合作的“重要保障”"),
        ("003", "①", "《上海合作组织成员国元首理事会阿斯塔纳宣言》", "“卫生健康共同体”“安全共同体”"),
        ("003", "③", "“United States Strategy for Central Asia”", "2020年美国国务院出台"),
        ("004", "*", "本文系国家社科基金项目", "追求中等强国地位的身份认知与行为选择"),
        ("004", "①", "“Kazakhstan Allocates", "展现出负责任的国际担当"),
        ("004", "③", "“The Strategy for Development”", "《哈萨克斯坦2050战略》"),
    ],
)
def test_notes_are_tied_to_the_sentence_that_bears_their_mark(
    name: str, label: str, note: str, sentence: str, seeds: Mapping[str, Document]
) -> None:
    document = seeds[name]
    found = [n for n in document.footnotes if n.text.startswith(note)]
    assert any(n.label == label and n.sentence is not None and sentence in document.sentences[n.sentence].text for n in found)


def test_every_ibid_of_the_seeds_is_resolved_to_a_note_with_words_of_its_own(seeds: Mapping[str, Document]) -> None:
    back = [(d, n) for d in seeds.values() for n in d.footnotes if IBID.match(n.text)]
    assert len(back) == 5
    for document, note in back:
        assert note.same_as is not None
        target = document.footnotes[note.same_as]
        assert target.id < note.id
        assert target.article == note.article
        assert not IBID.match(target.text)
    assert "Australia in the World" in [d.footnotes[n.same_as or 0].text for d, n in back][2]


def test_no_mark_is_left_in_the_text_of_the_seeds(seeds: Mapping[str, Document]) -> None:
    for document in seeds.values():
        for sentence in document.sentences:
            if sentence.kind is Kind.BODY:
                assert not find_marks(sentence.text, ()), sentence
