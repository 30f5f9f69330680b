"""Questions in one language find passages that stand in the other only, with the embedded encoder and no glossary."""

import json
from contextlib import closing

import pytest

from eval import crosslingual
from index.errors import DocumentError

CHINESE = [
    "钢铁价格上涨，因为煤矿罢工。",
    "渔船在港口等待风暴过去。",
    "医院里的护士不够。",
    "学校因为下雪停课。",
    "图书馆买了新的地图。",
    "1987 年 KLM 的飞机降落在岛上。",
]
ENGLISH = [
    "Steel grew dearer because the coal miners were on strike.",
    "The fishing boats waited in the harbour for the storm to pass.",
    "The hospital was short of nurses.",
    "Schools closed on account of snow.",
    "The library bought new maps.",
    "In 1987 a KLM plane landed on the island.",
]
ASKED = {
    "zh": [
        "钢铁为什么涨价？",
        "渔船在等什么？",
        "医院缺什么人？",
        "学校为何停课？",
        "图书馆买了什么？",
        "KLM 的飞机 1987 年降落在哪里？",
    ],
    "en": [
        "Why did steel get more expensive?",
        "What were the fishing boats waiting for?",
        "Whom did the hospital lack?",
        "Why were schools closed?",
        "What did the library buy?",
        "Where did the KLM plane land in 1987?",
    ],
}


def written(folder, spoken, paragraphs):
    path = folder / f"{spoken}.json"
    items = [{"context": p, "qas": [{"id": str(n), "question": ASKED[spoken][n]}]} for n, p in enumerate(paragraphs)]
    path.write_text(json.dumps({"data": [{"paragraphs": items}]}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sides")
    return tuple(crosslingual.read(written(folder, spoken, held)) for spoken, held in (("zh", CHINESE), ("en", ENGLISH)))


def test_every_direction_finds_its_paragraph(sides):
    found = {(system, direction): recall for system, direction, recall in crosslingual.measure(*sides)}
    for direction in ("zh→zh", "en→zh", "zh→en", "en→en"):
        assert sum(found["Wenzheng", direction][1]) >= 5, direction
        assert all(found["Wenzheng", direction][5]), direction
    assert sum(found["BM25 (jieba / words)", "en→zh"][1]) <= 1


@pytest.mark.parametrize(("asking", "held", "wanted"), [("en", CHINESE, "钢铁"), ("zh", ENGLISH, "steel")])
def test_full_text_crosses_through_the_learned_table(tmp_path, asking, held, wanted):
    searcher = crosslingual.library(held, tmp_path)
    with closing(searcher.library):
        assert wanted in {term for near in searcher.translated(ASKED[asking][0], asking).values() for term in near}
        hits = searcher.search(ASKED[asking][0]).hits
    assert hits[0].passage.text == held[0]
    assert "lexical, other language" in hits[0].found_by
    assert "lexical" not in hits[0].found_by


def test_a_file_of_another_form_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DocumentError, match="SQuAD"):
        crosslingual.read(tmp_path / "x.json")
