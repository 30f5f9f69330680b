"""The translation memory of the seeds is whole, and keeps numbers, script, length and terms."""

import json
from collections import Counter
from pathlib import Path

import pytest

from index import catalog, files, glossary, memory
from index.likeness import faults, unrendered
from index.records import Document, Kind
from index.script import language
from index.structure import analyse
from index.terms import Terms

SEEDS = Path(__file__).parents[1] / "seeds"
KEPT = (Kind.BODY, Kind.ABSTRACT, Kind.TABLE, Kind.CAPTION, Kind.META)
PASSED = {
    ("eu-bonds", "SAFE1500"): "the source glues the name to the figure",
    ("kazakhstan", "万km ²"): "the exponent of a unit",
}


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    records = catalog.load(SEEDS / catalog.NAME)
    return [analyse(files.read(path), records.get(path.name, ())) for path in sorted(SEEDS.glob("*.txt"))]


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str, str]]:
    """(file, Chinese, English), all of them."""
    found = []
    for path in sorted((SEEDS / memory.FOLDER).glob("*.jsonl")):
        items = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        found += [(path.stem, item["zh"], item["en"]) for item in items]
    return found


@pytest.fixture(scope="module")
def terms() -> tuple[glossary.Glossary, Terms]:
    book = glossary.parse(glossary.read(SEEDS / glossary.NAME))
    return book, Terms(book.words())


def test_every_chinese_sentence_of_body_abstract_table_and_caption_has_its_translation(documents):
    held = memory.load([SEEDS / memory.FOLDER])
    wanted = [s for d in documents for s in d.sentences if s.kind in KEPT and language(s.text) == "zh"]
    assert len(wanted) > 2_600
    assert not [(s.article, s.text) for s in wanted if held.translate(s.text) is None]


def test_every_heading_of_an_article_has_its_translation(documents):
    held = memory.load([SEEDS / memory.FOLDER])
    wanted = [s for d in documents for s in d.sentences if s.kind is Kind.HEADING and "#" not in s.article]
    assert not [s.text for s in wanted if held.translate(s.text) is None]


def test_every_article_with_an_english_abstract_has_a_chinese_one(documents):
    spoken = {(s.article, language(s.text)) for d in documents for s in d.sentences if s.kind is Kind.ABSTRACT}
    assert {article for article, spoken_in in spoken if spoken_in == "en" and "#" not in article} <= {
        article for article, spoken_in in spoken if spoken_in == "zh"
    }


def test_numbers_and_years_script_and_length_agree_in_every_pair(pairs):
    found = [(name, fault, zh) for name, zh, en in pairs for fault in faults(zh, en)]
    assert not [f for f in found if not any(f[0] == name and part in f[2] for name, part in PASSED)]


def test_terms_of_the_glossary_are_rendered_in_its_forms(pairs, terms):
    named, missed = Counter(), Counter()
    for name, zh, en in pairs:
        named[name] += len(terms[0].named(zh))
        missed[name] += len(unrendered(zh, en, *terms))
    assert named.total() > 9_000
    assert missed.total() / named.total() < 0.05  # what is left is verbs and adjectives of the terms: American, deter
    assert all(missed[name] / named[name] < 0.15 for name in named)


def test_a_fault_of_each_kind_is_seen():
    sentence = "2013 年 9 月，五国外长举行了首次会晤并一致同意建立合作体。"
    right = "In September 2013 the foreign ministers of the five countries first met and agreed to establish it."
    assert not faults(sentence, right)
    assert "2013" in faults(sentence, right.replace("2013", "2014"))[0]
    assert "2014" in faults(sentence, right.replace("2013", "2013 and 2014"))[0]
    assert "Chinese characters" in faults(sentence, right + "合作体")[0]
    assert "times as long" in faults(sentence, "September 2013.")[0]
