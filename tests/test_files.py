"""File → text: each format gives its words and nothing else, each bad file one plain sentence."""

import hashlib
import io
import os
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import pdf

from index import files
from index.errors import DocumentError
from index.files import find, read, readable
from index.records import PageStart, SourceText

SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
MENU = "<nav><a href='/'>首页</a></nav><div><ul>" + "<li><a href='/x'>栏目</a></li>" * 40 + "</ul></div>"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


# --- makers of small files ---


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads in this process, where tests can change what is read with; `test_sandbox` has the other."""
    monkeypatch.setattr("index.files.sandbox.read", lambda suffix, data, name: files.READERS[suffix][1](data, name))


Save = Callable[[str, bytes], Path]


def locked(data: bytes, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(build: Callable[[docx.document.Document], object]) -> bytes:
    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_xml(body: str) -> bytes:
    """A DOCX whose body is the XML given, for what python-docx cannot write itself."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word(lambda document: None))) as plain,
        zipfile.ZipFile(out, "w") as package,
    ):
        for name in plain.namelist():
            xml = f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()
            package.writestr(name, xml if name == "word/document.xml" else plain.read(name))
    return out.getvalue()


def refusal(path: Path, says: str, **options: int) -> None:
    """Checks that reading fails with one sentence: file, what was found, wanted, to be done."""
    with pytest.raises(DocumentError) as caught:
        read(path, **options)
    assert re.search(says, one_sentence(caught.value, path))


def one_sentence(error: DocumentError, path: Path) -> str:
    """The message after the name of the file, which may itself hold any word."""
    rest = str(error).removeprefix(str(path))
    assert rest != str(error), "the message begins with the file"
    assert ", but " in rest
    assert "; " in rest
    assert rest.endswith(".")
    assert "\n" not in rest
    assert ". " not in rest
    return rest


# --- which files ---


@pytest.mark.parametrize("suffix", [".txt", ".md", ".markdown", ".pdf", ".docx", ".html", ".htm", ".TXT", ".Pdf"])
def test_a_known_suffix_in_any_case_is_readable(suffix: str) -> None:
    assert readable(Path(f"文件{suffix}"))


@pytest.mark.parametrize("name", ["a.doc", "a.txt~", "txt", "a", ".txt", "a.toml"])
def test_any_other_name_is_not_readable(name: str) -> None:
    assert not readable(Path(name))


def test_folders_are_searched_in_order_without_hidden_files_and_notices(tmp_path: Path, save: Save) -> None:
    wanted = ["a.md", "b.txt", "sub/deep/c.PDF", "子/d.txt"]
    passed_over = ["README.md", "NOTICE.txt", "LICENSE-CC.txt", ".hidden.txt", ".git/e.txt", "f.py"]
    for name in wanted + passed_over:
        save(name, b"x")
    assert find([tmp_path]) == [tmp_path / name for name in wanted]


def test_files_come_in_the_order_given_and_once_each(tmp_path: Path, save: Save) -> None:
    first, _ = save("a.txt", b"x"), save("b.txt", b"x")
    again = tmp_path / "sub" / ".." / "b.txt"
    (tmp_path / "sub").mkdir()
    assert find([again, tmp_path, first]) == [again, first]


def test_a_file_named_outright_is_found_whatever_its_name(save: Save) -> None:
    path = save("README.md", b"x")
    assert find([path]) == [path]


def test_no_paths_and_an_empty_folder_give_no_files(tmp_path: Path) -> None:
    assert find([]) == find([tmp_path]) == []


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=re.escape("无.txt does not exist")) as caught:
        find([tmp_path / "无.txt"])
    one_sentence(caught.value, tmp_path / "无.txt")


def test_a_named_file_of_unknown_type_is_refused_by_find_and_by_read(save: Save) -> None:
    path = save("a.xlsx", b"x")
    with pytest.raises(DocumentError, match=re.escape("unknown type, but one of .txt .md .markdown .pdf")):
        find([path])
    with pytest.raises(DocumentError, match="unknown type"):
        read(path)


def test_a_folder_that_cannot_be_listed_is_refused(tmp_path: Path, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = save("closed/a.txt", b"x").parent
    scandir = os.scandir

    def guarded(path: str) -> object:  # the tests may run as root, whom no permission stops
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    with pytest.raises(DocumentError, match="Permission denied") as caught:
        find([tmp_path])
    one_sentence(caught.value, closed)


# --- text files ---


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_a_seed_is_read_byte_for_byte(path: Path) -> None:
    data = path.read_bytes()
    source = read(path)
    assert source.text == data.decode("utf-8")
    assert source == SourceText(path.name, source.text, hashlib.sha256(data).hexdigest(), "text/plain", "utf-8")


def test_all_seeds_are_found_and_nothing_else() -> None:
    assert len(SEEDS) == 5
    assert find([SEEDS[0].parent]) == SEEDS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_a_seed_saved_in_another_encoding_reads_the_same(path: Path, encoding: str, save: Save) -> None:
    text = path.read_bytes().decode("utf-8").replace("\n", "\r\n")
    source = read(save("a.txt", text.encode(encoding)))
    assert source.text == text
    assert source.encoding == encoding


def test_markdown_stays_as_it_is_written(save: Save) -> None:
    text = "# 题目\r\n\r\n**粗** [链接](http://x) <b>x</b>\n| a | b |\n|---|---|\n"
    for name in ("a.md", "a.markdown"):
        source = read(save(name, text.encode()))
        assert (source.text, source.media_type) == (text, "text/markdown")


def test_a_single_line_of_fifty_megabytes_is_read_in_seconds(save: Save) -> None:
    line = "中等强国合作体在全球治理中的作用，" * 1_000_000
    path = save("long.txt", line.encode())
    began = time.perf_counter()
    assert read(path).text == line
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize("suffix", [".txt", ".md", ".pdf", ".docx", ".html"])
@pytest.mark.parametrize("data", [b"", b" \r\n\t\n"], ids=["empty", "blank"])
def test_an_empty_or_blank_file_of_any_type_is_refused(suffix: str, data: bytes, save: Save) -> None:
    refusal(save("空" + suffix, data), "empty or holds white space only")


@pytest.mark.parametrize("text", ["\ufeff", "\u3000\n\u200b", "\ufeff \n"])
def test_a_file_of_invisible_characters_is_refused(text: str, save: Save) -> None:
    refusal(save("空.txt", text.encode()), "empty or holds white space only")


def test_a_binary_file_named_txt_is_refused(save: Save) -> None:
    refusal(save("图.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))), "binary data")
    refusal(save("节.txt", b"\x01\x02\x03\x04\x05\x06 abc" * 50), "binary data")
    refusal(save("文.txt", word(lambda document: None)), "binary data")


def test_a_file_over_the_limit_is_refused_with_both_sizes(save: Save) -> None:
    refusal(save("大.txt", b"x" * 1001), "has 1,001 bytes, but at most 1,000", max_bytes=1000)
    assert read(save("小.txt", b"x" * 1000), max_bytes=1000).text == "x" * 1000


def test_a_missing_file_a_folder_and_a_pipe_are_refused_by_read(tmp_path: Path) -> None:
    refusal(tmp_path / "无.txt", "cannot be opened")
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    refusal(folder, "no regular file")
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    refusal(pipe, "no regular file")
    assert find([tmp_path]) == []


def test_a_file_name_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode("中.txt".encode("gb18030"))
    path.write_bytes(b"x")
    with pytest.raises(DocumentError, match="rename it") as caught:
        read(path)
    assert str(caught.value).encode()


# --- PDF ---


def test_a_pdf_gives_text_pages_and_title(save: Save) -> None:
    source = read(save("a.pdf", pdf(["First page\nsecond line", "Next page"], title="A  Title ")))
    assert source.text == "First page\nsecond line\nNext page"
    assert source.pages == (PageStart(0, "1"), PageStart(23, "2"))
    assert source.title == "A Title"
    assert source.media_type == "application/pdf"
    assert source.encoding is None


def test_a_pdf_names_its_pages_by_its_own_labels(save: Save) -> None:
    labels = "/PageLabels<</Nums[0<</S/r>>2<</S/D/St 29>>4<</P(A-)/S/D>>]>>"
    source = read(save("a.pdf", pdf(["one", "two", "three", "four", "five"], labels)))
    assert [page.label for page in source.pages] == ["i", "ii", "29", "30", "A-1"]


@pytest.mark.parametrize("labels", ["/PageLabels 99 0 R", "/PageLabels<</Nums[(x)]>>"])
def test_broken_page_labels_give_way_to_numbers(labels: str, save: Save) -> None:
    source = read(save("a.pdf", pdf(["one", "two"], labels)))
    assert [page.label for page in source.pages] == ["1", "2"]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(["", "alpha", "beta gamma", "delta\nepsilon"]), min_size=1))
def test_every_page_with_text_starts_where_its_offset_says(tmp_path_factory: pytest.TempPathFactory, pages: list[str]) -> None:
    path = tmp_path_factory.mktemp("pdf") / "a.pdf"
    path.write_bytes(pdf([*pages, "last"]))
    source = read(path)
    inked = [(str(number), page) for number, page in enumerate([*pages, "last"], 1) if page]
    assert [page.label for page in source.pages] == [label for label, _ in inked]
    for start, (_, page) in zip(source.pages, inked, strict=True):
        assert source.text.startswith(page, start.offset)


def test_radicals_in_a_pdf_become_the_characters_they_stand_for(save: Save) -> None:
    cmap = "3 beginbfchar <41><2F24> <42><5B66> <43><2EDA> endbfchar"  # ⼤ 学 ⻚
    source = read(save("a.pdf", pdf(["AB", "CAB"], cmap=cmap)))
    assert source.text == "大学\n页大学"
    assert source.pages == (PageStart(0, "1"), PageStart(3, "2"))


def test_the_remarks_of_pypdf_on_a_poor_pdf_are_not_shown(save: Save, caplog: pytest.LogCaptureFixture) -> None:
    assert read(save("a.pdf", re.sub(rb"startxref\n\d+", b"startxref\n7", pdf(["words"])))).text
    assert not caplog.records


def test_an_encrypted_pdf_is_refused(save: Save) -> None:
    refusal(save("密.pdf", locked(pdf(["secret"]), "password")), "encrypted")


def test_a_pdf_locked_against_printing_only_is_read(save: Save) -> None:
    assert read(save("a.pdf", locked(pdf(["open words"]), ""))).text == "open words"


def test_a_broken_pdf_is_refused(save: Save) -> None:
    refusal(save("坏.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 9), "no PDF or a broken one")
    refusal(save("文.pdf", "不是 PDF".encode()), "no PDF or a broken one")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95, 0.999])
def test_a_pdf_cut_short_is_read_whole_or_refused_in_one_sentence(share: float, save: Save) -> None:
    data = pdf(["First page", "Next page"])
    path = save("断.pdf", data[: int(len(data) * share)])
    try:
        assert read(path).text == "First page\nNext page"
    except DocumentError as error:
        one_sentence(error, path)


def test_a_pdf_without_pages_is_broken_not_scanned(save: Save) -> None:
    refusal(save("无.pdf", pdf([])), "no PDF or a broken one")


def test_a_scanned_pdf_is_refused_and_called_a_scan(save: Save) -> None:
    refusal(save("扫描.pdf", pdf(["", "", ""])), r"3 page\(s\) without a text layer, probably a scan")


# --- DOCX ---


def test_a_docx_gives_headings_paragraphs_and_tables_in_order(save: Save) -> None:
    def build(document: docx.document.Document) -> None:
        document.core_properties.title = "合作 之 道"
        document.add_heading("一、引言", level=1)
        document.add_paragraph("第一段\t有制表符。").add_run("粗体").bold = True
        table = document.add_table(rows=2, cols=2)
        for number, text in enumerate(["项目", "a|b", "两\n行", ""]):
            table.cell(number // 2, number % 2).text = text
        document.add_paragraph("")
        document.add_paragraph("表后一段。")

    source = read(save("a.docx", word(build)))
    assert source.text == ("一、引言\n\n第一段\t有制表符。粗体\n\n| 项目 | a\\|b |\n|---|---|\n| 两 行 |  |\n\n表后一段。")
    assert source.title == "合作 之 道"
    assert source.media_type.endswith("wordprocessingml.document")
    assert source.pages == ()


def test_merged_cells_of_a_docx_keep_the_columns_in_line(save: Save) -> None:
    def build(document: docx.document.Document) -> None:
        table = document.add_table(rows=2, cols=3)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "宽"
        table.cell(0, 2).merge(table.cell(1, 2)).text = "高"
        table.cell(1, 0).text = "左"

    text = read(save("a.docx", word(build))).text
    assert text == "| 宽 |  | 高 |\n|---|---|---|\n| 左 |  |  |"


def test_a_table_in_a_cell_of_a_docx_becomes_text_of_that_cell(save: Save) -> None:
    def build(document: docx.document.Document) -> None:
        cell = document.add_table(rows=1, cols=2).cell(0, 0)
        cell.text = "外"
        inner = cell.add_table(rows=2, cols=1)
        inner.cell(0, 0).text, inner.cell(1, 0).text = "内一", "内二"

    assert read(save("a.docx", word(build))).text.split() == ["|", "外", "内一", "内二", "|", "|"]


def test_a_docx_keeps_insertions_links_and_text_boxes_but_no_deletions_or_copies(
    save: Save,
) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>".format
    box = f"<w:txbxContent><w:p>{run('框')}</w:p></w:txbxContent>"
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    body = (
        f"<w:p>{run('甲')}<w:ins>{run('乙')}</w:ins><w:del><w:r><w:delText>删</w:delText></w:r>"
        f"</w:del><w:hyperlink>{run('丙')}</w:hyperlink><w:moveFrom>{run('旧')}</w:moveFrom>"
        f'<w:r><mc:AlternateContent xmlns:mc="{compatible}"><mc:Choice>{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>{run('丁')}</w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run('控件')}</w:p></w:sdtContent></w:sdt>"
    )
    assert read(save("a.docx", word_xml(body))).text == "甲乙丙丁\n\n框\n\n控件"


def test_a_docx_without_text_is_refused(save: Save) -> None:
    refusal(save("空.docx", word(lambda document: document.add_paragraph(" "))), "white space only")


def test_a_broken_docx_is_refused(save: Save) -> None:
    whole = word(lambda document: document.add_paragraph("x"))
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("a.txt", "x")
    for data in (b"\xd0\xcf\x11\xe0 old Word", whole[:-200], other.getvalue(), word_xml("<w:p>")):
        refusal(save("坏.docx", data), "no DOCX or a broken one")


def test_a_docx_that_unpacks_to_too_much_is_refused(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * 101_000_000)
    path = save("弹.docx", bomb.getvalue())
    assert path.stat().st_size < 1_000_000
    refusal(path, "unpacks to 101,000,000 bytes, but at most 100,000,000")
    monkeypatch.setattr("index.read_docx.MAX_UNPACKED", 1000)
    refusal(path, "at most 1,000 can")


def test_a_cell_that_claims_to_span_a_billion_columns_is_not_believed(save: Save) -> None:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p>'
    data = word_xml(f"<w:tbl><w:tr>{cell}</w:tc></w:tr></w:tbl>")
    assert len(read(save("宽.docx", data)).text) < 1000


def test_entities_of_a_docx_are_not_expanded(save: Save) -> None:
    out = io.BytesIO()
    laughs = "<!DOCTYPE d [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {new} '{f'&{old};' * 20}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with (
        zipfile.ZipFile(io.BytesIO(word_xml("<w:p><w:r><w:t>&i;x</w:t></w:r></w:p>"))) as plain,
        zipfile.ZipFile(out, "w") as package,
    ):
        for name in plain.namelist():
            prefix = f"{laughs}]>".encode() if name == "word/document.xml" else b""
            package.writestr(name, prefix + plain.read(name))
    path = save("笑.docx", out.getvalue())
    try:
        assert len(read(path).text) < 100
    except DocumentError as error:
        one_sentence(error, path)


# --- HTML ---


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


ARTICLE = (
    "<h1>东盟的困境</h1><p>东盟国家在<b>关税</b>战中的处境很难，<a href='u'>各国</a>\n应对不一。</p>"
    "<h2>二、结论</h2><p>有的谈判，有的反制，a &lt; b。</p><ul><li>第一条</li></ul>"
    "<table><tr><th>国家</th><th>税率</th></tr><tr><td>越南</td><td>46%</td></tr></table>"
)
EXTRACTED = (
    "东盟的困境\n\n东盟国家在关税战中的处境很难，各国 应对不一。\n\n二、结论\n\n"
    "有的谈判，有的反制，a < b。\n\n- 第一条\n\n| 国家 | 税率 |\n|---|---|\n| 越南 | 46% |"
)


@pytest.mark.parametrize(
    "body",
    [
        ARTICLE,
        f"{MENU}<article>{ARTICLE}</article><footer>版权所有</footer>",
        f"{MENU}<div class='content'>{ARTICLE}</div><div class='footer'>版权所有</div>",
        f"{MENU}{ARTICLE}<footer>版权所有</footer>",
        f"<script>alert(1)</script><style>p {{}}</style>{ARTICLE}<!-- note --><noscript>x</noscript>",
    ],
    ids=["bare", "article", "div", "menu", "script"],
)
def test_html_gives_its_main_text_without_markup_menus_and_scripts(body: str, save: Save) -> None:
    source = read(save("a.html", page(body, "<title> 困境\n与应对 </title>").encode()))
    assert source.text == EXTRACTED
    assert (source.title, source.media_type, source.encoding) == (
        "困境 与应对",
        "text/html",
        "utf-8",
    )


@pytest.mark.parametrize(("charset", "encoding"), [("gb2312", "gb18030"), ("big5", "cp950"), ("utf-8", "utf-8")])
def test_html_is_read_in_the_encoding_it_declares(charset: str, encoding: str, save: Save) -> None:
    text = page("<p>中文文章，很短。</p>", f"<meta charset={charset}>")
    path = save("a.htm", text.encode(encoding))
    assert read(path).text == "中文文章，很短。"
    assert read(path).encoding == encoding


def test_html_is_believed_where_its_bytes_alone_cannot_tell(save: Save) -> None:
    rare = "寇背沥氓篮" * 20
    refusal(save("疑.html", page(f"<p>{rare}</p>").encode("gb18030")), "in no encoding")
    declared = page(f"<p>{rare}</p>", "<meta http-equiv=x content='text/html; charset=GB2312'>")
    assert read(save("a.html", declared.encode("gb18030"))).text == rare


def test_only_preformatted_html_keeps_its_line_breaks(save: Save) -> None:
    body = "<p>一行\n两行</p><pre>甲\n乙 <b>丙\n丁</b>\n戊</pre>"
    lines = read(save("a.html", page(body).encode())).text.split("\n\n")
    assert lines == ["一行 两行", "甲", "乙 丙", "丁", "戊"]


def test_html_that_trafilatura_finds_nothing_in_is_stripped_plainly(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trafilatura.extract", lambda *_, **__: None)
    source = read(save("a.html", page(f"<nav>菜单</nav><script>x</script>{ARTICLE}").encode()))
    assert source.text.split("\n\n")[:2] == [
        "东盟的困境",
        "东盟国家在关税战中的处境很难，各国 应对不一。",
    ]
    for gone in ("菜单", "script", "<b>", "href"):
        assert gone not in source.text


def test_deep_nesting_is_read_whole_or_refused_but_never_cut(save: Save) -> None:
    deep = read(save("深.html", page("<p>开头</p>" + "<font>" * 400 + "<p>末尾的内容</p>").encode()))
    assert "末尾的内容" in deep.text
    refusal(save("渊.html", page("<p>开头</p>" + "<div>" * 9000 + "末尾").encode()), "no HTML")


@pytest.mark.parametrize("body", ["<!-- only a note -->", "<script>alert(1)</script>", "<p> </p>"])
def test_html_without_visible_text_is_refused(body: str, save: Save) -> None:
    refusal(save("空.html", body.encode()), "empty or holds white space only|no HTML")


def test_html_that_is_binary_is_refused(save: Save) -> None:
    refusal(save("图.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "binary data")
