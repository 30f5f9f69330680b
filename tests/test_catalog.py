"""The catalogue: how it is read, and that every record of it stands in the seeds."""

import re
import tomllib
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index import catalog
from index.catalog import load
from index.clean import fold
from index.errors import DocumentError
from index.records import ArticleRecord, Document, Kind, Person

_SEEDS = Path(__file__).parents[1] / "seeds"
_ENTRIES: list[dict[str, Any]] = tomllib.loads((_SEEDS / catalog.NAME).read_text(encoding="utf-8"))["article"]
_IDS = (
    "mikta brics sco-initiatives asean-tariffs us-shipbuilding eu-bonds australia-minilateral rok-diplomacy "
    "minilateral-hybrid minilateral-china minilateral-nuclear minilateral-australia sco-regionalism kazakhstan"
).split()

Save = Callable[[str], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(text: str) -> Path:
        path = tmp_path / catalog.NAME
        path.write_text(text, encoding="utf-8")
        return path

    return write


# --- reading ---


def test_records_come_by_source_in_the_order_of_the_file(save: Save) -> None:
    path = save(
        '[[article]]\nid = "b"\nsource = "x.txt"\ntitle_zh = "乙"\nyear = 2024\n'
        'authors = [{ zh = "潘玥", en = "Pan Yue" }, { en = "Megan Dee" }]\n'
        'keywords_zh = ["中等强国"]\nkeywords_en = ["middle power"]\n'
        '[[article]]\nid = "a"\nsource = "x.txt"\n[[article]]\nid = "c"\nsource = "y.txt"\nlanguage = "en"\nkind = "digest"\n'
    )
    found = load(path)
    assert {source: [r.id for r in records] for source, records in found.items()} == {"x.txt": ["b", "a"], "y.txt": ["c"]}
    first = found["x.txt"][0]
    assert first.authors == (Person("潘玥", "Pan Yue"), Person(None, "Megan Dee"))
    assert first.keywords == ("中等强国", "middle power")
    assert (first.title_zh, first.year, first.language, first.kind) == ("乙", 2024, "zh", "article")
    assert (found["y.txt"][0].language, found["y.txt"][0].kind) == ("en", "digest")


def test_no_catalogue_is_no_fault(tmp_path: Path) -> None:
    assert load(tmp_path / catalog.NAME) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[article]\n", "cannot be read as a catalogue"),
        ('[[article]]\nid = "a"\n', "article 1 has no id or no source"),
        ('[[article]]\nid = "a"\nsource = "x"\n[[article]]\nsource = "x"\n', "article 2 has no id or no source"),
    ],
)
def test_a_broken_catalogue_is_named_in_one_sentence(text: str, said: str, save: Save) -> None:
    with pytest.raises(DocumentError, match=said) as error:
        load(save(text))
    assert catalog.NAME in str(error.value)


def test_a_record_is_called_by_its_title_in_its_own_language() -> None:
    assert ArticleRecord("a", "x", title_zh="甲", title_en="A").title == "甲"
    assert ArticleRecord("a", "x", title_zh="甲", title_en="A", language="en").title == "A"
    assert ArticleRecord("a", "x", title_en="A").title == "A"
    assert ArticleRecord("a", "x").title == "a"


# --- the seeds' catalogue against the seeds ---


@pytest.fixture(scope="module")
def printed() -> Mapping[str, str]:
    """The folded text of every seed, note marks of headings taken out."""
    return {p.name: _fold(p.read_text(encoding="utf-8")) for p in _SEEDS.glob("0*.txt")}


def _fold(text: str) -> str:
    return fold(text).replace("^{*}", "")


def _own(entry: Mapping[str, Any]) -> str:
    """The text from the line where an article begins to the line where the next does."""
    lines = _lines(entry["source"])
    same = [e for e in _ENTRIES if e["source"] == entry["source"]]
    starts = [next(k for k, line in enumerate(lines) if line.startswith(e["begins"])) for e in same]
    at = same.index(entry)
    return _fold("\n".join(lines[starts[at] : starts[at + 1] if at + 1 < len(starts) else len(lines)]))


def _lines(source: str) -> list[str]:
    return [line.strip() for line in (_SEEDS / source).read_text(encoding="utf-8").split("\n")]


def test_the_catalogue_holds_the_fourteen_articles_in_the_order_of_the_seeds() -> None:
    assert [entry["id"] for entry in _ENTRIES] == _IDS
    assert [entry["source"] for entry in _ENTRIES] == sorted(entry["source"] for entry in _ENTRIES)


@pytest.mark.parametrize("entry", _ENTRIES, ids=_IDS)
def test_a_record_begins_at_one_line_of_its_source(entry: Mapping[str, Any]) -> None:
    lines = _lines(entry["source"])
    if entry["id"] == "sco-regionalism":  # has no title block and begins with its abstract
        assert lines[0].startswith(entry["begins"])
    else:
        assert lines.count(entry["begins"]) == 1


@pytest.mark.parametrize("entry", _ENTRIES, ids=_IDS)
def test_titles_and_authors_stand_in_the_article(entry: Mapping[str, Any], printed: Mapping[str, str]) -> None:
    whole = printed[entry["source"]]
    own = _own(entry)
    assert _fold(entry["title_zh"]) in own
    # Titles that the sources give in Chinese only are marked as translated by us.
    assert (_fold(entry["title_en"]) in whole) is not entry.get("title_en_translated", False)
    for person in entry.get("authors", ()):
        if "zh" in person:
            assert person["zh"] in own
        else:
            assert fold(person["en"]) in own
    chinese = "".join(person.get("zh", "") for person in entry.get("authors", ()))
    if chinese:
        title = _fold(entry["title_zh"])
        assert re.match(rf"{re.escape(title)}□?{chinese}", own)


@pytest.mark.parametrize("entry", [e for e in _ENTRIES if e["source"][:3] == "001"], ids=lambda e: e["id"])
def test_english_names_of_the_journal_issue_are_those_it_prints(entry: Mapping[str, Any], printed: Mapping[str, str]) -> None:
    names = "&".join(family.upper() + given for family, given in (p["en"].split() for p in entry["authors"]))
    assert fold(entry["title_en"]) + names + fold(entry["abstract_en"]) in printed[entry["source"]]


@pytest.mark.parametrize("entry", _ENTRIES, ids=_IDS)
def test_keywords_are_the_whole_line_the_article_prints(entry: Mapping[str, Any], printed: Mapping[str, str]) -> None:
    own = _own(entry)
    words = entry.get("keywords_zh", [])
    if entry["source"][:3] == "001":
        assert "〔关键词〕" + "、".join(words) + "〔作者简介〕" in own
    elif entry["id"] == "kazakhstan":
        assert "【关键词】" + "".join(words) + "【作者简介】" in own
    else:
        assert not words
        assert "关键词" not in printed[entry["source"]]


# What stands directly before and after the Chinese abstract.
_AROUND = {
    "000": ("摘要:", "在当今国际格局"),
    "001": ("〔提要〕", "〔关键词〕"),
    "003": ("【内容提要】", "地区主义(The"),
    "004": ("【内容提要】", "【关键词】"),
}


@pytest.mark.parametrize("entry", [e for e in _ENTRIES if "abstract_zh" in e], ids=lambda e: e["id"])
def test_abstracts_are_whole_and_word_for_word(entry: Mapping[str, Any]) -> None:
    before, after = _AROUND[entry["source"][:3]]
    assert before + _fold(entry["abstract_zh"]) + after in _own(entry)


def test_all_articles_but_the_digests_have_their_abstract() -> None:
    assert [e["id"] for e in _ENTRIES if "abstract_zh" not in e] == [e["id"] for e in _ENTRIES if e["kind"] == "digest"]


@pytest.mark.parametrize("entry", _ENTRIES, ids=_IDS)
def test_journal_year_and_issue_are_printed_in_the_source(entry: Mapping[str, Any], printed: Mapping[str, str]) -> None:
    text = printed[entry["source"]]
    line = {
        "000": "{journal_zh}{year}年第{issue}期",
        "001": "{year}年第{issue}期(总第",
        "002": "{journal_en}Vol.{volume},No.{issue},{year}.",
    }.get(entry["source"][:3])
    if line and "year" in entry:
        assert fold(line.format(**entry)) in text
    elif entry["source"][:3] in ("003", "004"):
        assert "year" not in entry or str(entry["year"]) in text


def test_pages_of_the_journal_issue_meet_and_agree_with_its_numbering() -> None:
    entries = [e for e in _ENTRIES if e["source"][:3] == "001"]
    spans = [tuple(map(int, e["pages"].split("-"))) for e in entries]
    assert all(b[0] == a[1] + 1 for a, b in pairwise(spans))
    for entry, (first, last) in zip(entries, spans, strict=True):
        assert f"6期{first:04}-{last - first + 1}" in _own(entry)


def test_cleaning_gives_the_abstracts_of_the_catalogue(
    seeds: Mapping[str, Document], seed_records: Mapping[str, tuple[ArticleRecord, ...]]
) -> None:
    for document in seeds.values():
        for record in seed_records[document.source.name]:
            own = [s for s in document.sentences if s.article == record.id and s.kind is Kind.ABSTRACT]
            assert fold("".join(s.text for s in own)) == fold((record.abstract_zh or "") + (record.abstract_en or ""))
