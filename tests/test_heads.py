"""The head of a file that no catalogue knows: its names, addresses and running heads never reach a sentence of its text."""

from collections.abc import Sequence
from pathlib import Path

import docx
import pdfs
import pytest

from index.content import clean_title
from index.files import read
from index.pdf_lines import Run, headline, lines, set_apart, usual_size
from index.records import Document, Kind, SourceText
from index.structure import analyse

BODY = (
    "Luvinia lies between two rivers, has fewer than three million",
    "inhabitants and has always lived on transit trade. Its ports are open",
    "to the ships of all neighbours on equal terms.",
)
NEXT = (
    "The policy brought clear gains. Transit cargo rose to eleven million",
    "tonnes, and the port revenue paid for a third of the budget.",
)
ZH = (
    "卢维尼亚位于两大河流之间，人口不足三百万，长期依赖过境贸易维持财",
    "政。一九九八年宪法改革之后，该国开始推行港口中立政策，允许所有邻",
    "国船只在同等条件下停靠。",
)  # fmt: skip


def printed(path: Path, pages: Sequence[Sequence[tuple[float, float, str]]], title: str = "") -> SourceText:
    """A PDF of lines, each with the size of its type and its height on the page in points, read."""
    path.write_bytes(pdfs.printed(pages, title))
    return read(path)


def text(top: float, said: Sequence[str], size: float = 10) -> list[tuple[float, float, str]]:
    """Lines of one size below one another."""
    return [(size, top - 1.5 * size * number, line) for number, line in enumerate(said)]


def of(document: Document, kind: Kind) -> list[str]:
    return [sentence.text for sentence in document.sentences if sentence.kind is kind]


@pytest.mark.parametrize("title", ["about:blank", "saved page.html", "Microsoft Word - draft 3.docx", "Untitled-1", ""])
def test_a_pdf_is_called_as_its_first_page_prints_it_where_its_own_title_is_none(tmp_path: Path, title: str) -> None:
    page = [(17, 700, "Rules and Autonomy: A Study of"), (17, 675, "Port Neutrality"), *text(630, BODY)]
    source = printed(tmp_path / "a.pdf", [page], title)
    assert source.title == "Rules and Autonomy: A Study of Port Neutrality"
    assert analyse(source).articles[0].title_en == source.title


def test_a_title_of_a_pdf_that_is_one_is_kept_where_the_page_prints_no_other(tmp_path: Path) -> None:
    assert printed(tmp_path / "a.pdf", [text(700, BODY)], "Ports of Luvinia").title == "Ports of Luvinia"


def test_a_pdf_without_any_title_is_called_as_its_file(tmp_path: Path) -> None:
    assert analyse(printed(tmp_path / "ports.pdf", [text(700, BODY)], "about:blank")).articles[0].title == "ports"


@pytest.mark.parametrize(
    "title",
    [
        "about:blank",
        "https://example.org/a?b",
        "file:///C:/a.html",
        "无标题文档",
        "文档1",
        "Document1",
        "PowerPoint Presentation",
        "a.pdf",
        "—",
    ],
)
def test_what_programs_write_for_want_of_a_title_is_none(title: str) -> None:
    assert clean_title(title) is None


@pytest.mark.parametrize("title", ["Documents of Power", "文档中的中立", "Anonymous Ports", "The .com Boom"])
def test_a_title_that_only_looks_like_one_of_those_is_one(title: str) -> None:
    assert clean_title(title) == title


def test_names_addresses_and_dates_below_a_title_are_no_part_of_its_first_sentence(tmp_path: Path) -> None:
    head = [
        (9, 760, "European Review of Small States"),
        (16, 720, "Rules and Autonomy"),
        (10, 690, "Maria T. Halvorsen and Joop van der Berg"),
        (8, 670, "Department of International Relations, Eastern Sea University,"),
        (8, 658, "Oslo, Norway"),
        (8, 640, "Received 3 May 2022; accepted 1 March 2023"),
    ]
    document = analyse(printed(tmp_path / "a.pdf", [[*head, *text(600, BODY)]]))
    assert of(document, Kind.TITLE) == ["Rules and Autonomy"]
    assert of(document, Kind.AUTHOR) == ["Maria T. Halvorsen and Joop van der Berg"]
    assert len(of(document, Kind.META)) == 4
    assert of(document, Kind.BODY)[0] == f"{BODY[0]} {BODY[1].split('. ')[0]}."


def test_a_chinese_head_is_told_from_the_text_too(tmp_path: Path) -> None:
    head = [
        (16, 720, "规则与自主：卢维尼亚港口中立政策研究"),
        (10, 690, "陈树明　欧阳若兰"),
        (8, 670, "（东海大学国际关系学院，上海 200000）"),
    ]
    document = analyse(printed(tmp_path / "a.pdf", [[*head, *text(640, ZH)]]))
    assert of(document, Kind.AUTHOR) == ["陈树明 欧阳若兰"]
    assert of(document, Kind.BODY)[0] == "卢维尼亚位于两大河流之间，人口不足三百万，长期依赖过境贸易维持财政。"


def test_a_heading_in_larger_type_is_one_though_it_has_no_number(tmp_path: Path) -> None:
    page = [
        (16, 720, "Rules and Autonomy"),
        *text(690, BODY),
        (12, 630, "Economic Gains of an"),
        (12, 612, "Open Port"),
        *text(585, NEXT),
    ]
    document = analyse(printed(tmp_path / "a.pdf", [page]))
    assert of(document, Kind.HEADING) == ["Economic Gains of an Open Port"]
    assert {s.section for s in document.sentences if s.text.startswith("The policy")} == {("Economic Gains of an Open Port",)}


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("Eastern Sea Studies, Vol. 12", "{}"),
        ("东海国际研究 2023 年第 4 期", "第 {} 页"),
        ("11/21/26, 11:50 AM", "about:blank {}/2"),
    ],
)
def test_running_heads_and_page_numbers_of_two_pages_are_in_no_sentence(tmp_path: Path, head: str, foot: str) -> None:
    pages = [
        [(8, 780, head), *text(700, said), (8, 40, foot.format(number))] for number, said in enumerate((BODY, NEXT), start=1)
    ]
    document = analyse(printed(tmp_path / "a.pdf", pages))
    assert {sentence.kind for sentence in document.sentences} == {Kind.BODY}
    assert " ".join(of(document, Kind.BODY)) == " ".join((*BODY, *NEXT))


def test_a_raised_number_is_a_mark_and_finds_its_note_at_the_end_of_the_file(tmp_path: Path) -> None:
    first = [*text(700, BODY), (6, 674, "1")]
    document = analyse(
        printed(tmp_path / "a.pdf", [first, [*text(700, NEXT), (6, 643, "1"), (8, 640, " See A. Lind, Ports, p. 20.")]])
    )
    assert of(document, Kind.BODY)[1].endswith("on equal terms.")
    assert [(note.label, note.text) for note in document.footnotes] == [("1", "See A. Lind, Ports, p. 20.")]
    assert document.footnotes[0].sentence == 1


def test_a_power_of_a_unit_is_no_mark() -> None:
    page = lines([Run("an area of 12 km", 10, 500), Run("2", 6, 503), Run(" by the sea", 10, 500)])
    assert [line.text for line in page] == ["an area of 12 km2 by the sea"]


def test_lines_of_one_size_and_distance_stay_together_and_ligatures_are_letters() -> None:
    page = lines([Run("It ﬁnds\nthat trust\nmatters", 10, 500)])
    assert set_apart(page, usual_size([page])) == "It finds\nthat trust\nmatters"
    assert headline(page, usual_size([page])) is None


def test_points_below_a_title_are_text_and_no_part_of_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "# Ports\n\n- equal terms for all ships\n- rulings of the University court\n\n## Gains\n\nCargo rose.\n", encoding="utf-8"
    )
    assert of(analyse(read(path)), Kind.BODY)[0].endswith("equal terms for all ships")


def test_the_head_of_a_word_file_holds_names_and_addresses(tmp_path: Path) -> None:
    document = docx.Document()
    for line in ("规则与自主", "陈树明　欧阳若兰", "（东海大学国际关系学院，上海 200000）", "".join(ZH)):
        document.add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    found = analyse(read(tmp_path / "a.docx"))
    assert of(found, Kind.META) == ["（东海大学国际关系学院，上海 200000）"]
    assert of(found, Kind.BODY)[0].startswith("卢维尼亚位于")
