"""The question set is sound: every quotation stands in its source, every split holds every article."""

import collections
from pathlib import Path

import pytest

from eval.questions import SETS, Question, load
from index.clean import fold

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return load(SETS / "questions.jsonl")


def test_every_gold_quotation_stands_verbatim_in_its_source(questions: list[Question]) -> None:
    texts = {path.name: fold(path.read_bytes().decode("utf-8")) for path in SEEDS.glob("*.txt")}
    for question in questions:
        for gold in question.gold:
            assert fold(gold.quote) in texts[gold.source], (question.id, gold.quote)


def test_every_item_stands_in_both_languages_under_one_split(questions: list[Question]) -> None:
    forms = collections.Counter((q.id, q.split) for q in questions)
    assert set(forms.values()) == {2}
    assert len({q.id for q in questions}) == len(forms)


def test_report_and_tune_each_cover_all_fourteen_articles(questions: list[Question]) -> None:
    for split in ("tune", "report"):
        covered = {a for q in questions if q.split == split for a in q.articles}
        assert len(covered) == 14, (split, covered)


def test_the_report_split_holds_at_least_sixty_answerable_questions(questions: list[Question]) -> None:
    assert sum(q.split == "report" and q.language == "zh" and q.answerable for q in questions) >= 60
