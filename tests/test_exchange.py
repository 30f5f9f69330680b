"""Reviews go on on another machine: the answers travel with them; and a set of answers is deleted with all of its own."""

import json
import shutil
from contextlib import closing
from dataclasses import asdict, replace

import pytest
from test_reviews import REVIEW

from eval import reviews as gold
from index import build
from index.errors import DocumentError
from index.reviews import Queued, Reviews, Statement
from index.settings import Settings
from ui import exchange
from ui.agreement import agreements


@pytest.fixture
def held(settings, corpus, encoder):
    build.index([corpus], settings, encoder)
    with closing(Reviews.open(settings.library)) as opened:
        yield opened


def test_a_second_reviewer_elsewhere_gets_the_answers_too_and_kappa_is_that_of_both(settings, held, tmp_path):
    """What one reviewer exports another goes on with on a machine that never saw the answers."""
    spans = (REVIEW.cited[0],)
    answers = [Queued("set", f"a{n}", f"问题{n}", (), "zh", (Statement(f"论断{n}", spans, "supported", 0.9),)) for n in range(4)]
    verdicts = ("accept", "accept", "not supported", "not supported")
    first = [
        replace(REVIEW, batch="set", answer=a.answer, number=1, reviewer="甲", verdict=v)
        for a, v in zip(answers, verdicts, strict=True)
    ]
    held.add(answers)
    held.keep(first)
    told = exchange.everything(held)
    file = exchange.lines(told.reviews, told.answers)
    elsewhere = Settings(library=tmp_path / "elsewhere")
    shutil.copytree(settings.library, elsewhere.library)
    with closing(Reviews.open(elsewhere.library)) as there:
        for batch in list(there.batches()):
            there.remove(batch)
        assert exchange.keep(there, exchange.parse(file, "f.jsonl")) == (4, 4)
        assert exchange.keep(there, exchange.parse(file, "f.jsonl")) == (4, 0)
        assert there.answers("set") == answers
        second = [
            replace(one, reviewer="乙", verdict=v)
            for one, v in zip(first, ("accept", "not supported", "not supported", "not supported"), strict=True)
        ]
        there.keep(second)
        back = exchange.everything(there)
    exchange.keep(held, exchange.parse(exchange.lines(back.reviews, back.answers), "b.jsonl"))
    (found,) = agreements(held.all("set"))
    # By hand: they agree on 3 of 4; chance would on 2/4 * 1/4 + 2/4 * 3/4 = 1/2 of them.
    assert (found.shared, found.agreed, found.kappa) == (4, 3, pytest.approx(0.5))


def test_a_removed_batch_takes_its_reviews_with_it_and_nothing_else(held):
    spans = (REVIEW.cited[0],)
    for batch in ("goes", "stays"):
        held.add([Queued(batch, "a", "问", (), "zh", (Statement("答", spans, "supported", 0.9),))])
        held.keep([replace(REVIEW, batch=batch, answer="a", number=1)])
    before = (held.answers("stays"), held.all("stays"), held.library.documents())
    held.remove("goes")
    assert "goes" not in held.batches()
    assert held.all("goes") == []
    assert (held.answers("stays"), held.all("stays"), held.library.documents()) == before


def test_answers_in_an_exported_file_are_no_questions_with_gold(tmp_path):
    answer = Queued("set", "a", "问", (), "zh", (Statement("答", (REVIEW.cited[0],), "supported", 0.9),))
    file = tmp_path / "r.jsonl"
    file.write_text(exchange.lines([REVIEW], [answer]), encoding="utf-8")
    plain = tmp_path / "p.jsonl"
    plain.write_text(exchange.lines([REVIEW]), encoding="utf-8")
    assert gold.load(file) == gold.load(plain) != []


@pytest.mark.parametrize("change", [{"statements": 3}, {"language": "fr"}, {"question": None}, {"statements": [{"text": "x"}]}])
def test_a_line_that_is_no_answer_is_named(tmp_path, change):
    answer = asdict(Queued("set", "a", "问", (), "zh", (Statement("答", (REVIEW.cited[0],), "supported", 0.9),)))
    with pytest.raises(DocumentError, match="line 1 is no review"):
        exchange.parse(json.dumps({**answer, **change}), "f.jsonl")
