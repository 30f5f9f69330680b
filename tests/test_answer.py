import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from fakes import CORPUS, FakeEncoder

from index.database import FILE
from index.library import Library
from index.search import Searcher
from rag import refuse, verify
from rag.answer import Answerer
from rag.records import Draft

QUESTIONS = (
    "风筝起源于哪里？",
    "制作风筝有哪三个步骤？",
    "竹条为什么必须在阴凉处晾干？",
    "Where did the kite originate?",
    "How much honey does a colony need until spring?",
    "Who built the tower clock of Marlow?",
    "研究所建议每亩悬挂多少块粘板？",
    "墨子用什么做了第一只木鸢？",
)
NONSENSE = ("量子计算机怎样纠正错误？", "What is the boiling point of tungsten?")


def printed(source, start, end):
    """What stands in a span of a source file, without footnote marks and white space."""
    return re.sub(r"\^\[\d+\]|\s", "", CORPUS[source][start:end])


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quotation_stands_verbatim_in_its_span_of_the_source(answerer, question):
    answer = answerer.answer(question)
    assert not answer.refused
    assert answer.citations
    for citation in answer.citations:
        assert re.sub(r"\s", "", citation.quote) == printed(citation.source, citation.start, citation.end)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_claim_cites_and_every_number_in_the_text_is_a_citation(answerer, question):
    answer = answerer.answer(question)
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(claim.citations for claim in answer.claims)
    assert {n for claim in answer.claims for n in claim.citations} == set(numbers)
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)} == set(numbers)
    assert all(claim.text in answer.text for claim in answer.claims)
    assert all(0 <= claim.support <= 1 for claim in answer.claims)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_in_the_language_of_the_question(answerer, question):
    answer = answerer.answer(question)
    han = bool(re.search(r"[\u4e00-\u9fff]", question))
    assert answer.language == ("zh" if han else "en")
    assert all(bool(re.search(r"[\u4e00-\u9fff]", claim.text)) == han for claim in answer.claims)
    assert not any(claim.original for claim in answer.claims)


def test_a_sentence_that_begins_with_a_pronoun_brings_the_one_before(answerer):
    answer = answerer.answer("后来改用什么材料来制作？")
    quotes = [citation.quote for citation in answer.citations]
    place = next(k for k, quote in enumerate(quotes) if quote.startswith("它后来改用竹子和纸"))
    assert "木鸢" in quotes[place - 1]


def test_an_enumeration_comes_whole_and_in_order_with_its_head(answerer):
    answer = answerer.answer("制作风筝有哪三个步骤？")
    quotes = [citation.quote for citation in answer.citations]
    at = quotes.index("制作风筝有三个步骤。")
    assert [quote[:2] for quote in quotes[at + 1 : at + 4]] == ["第一", "第二", "第三"]
    assert answer.text.count("\n") >= 3


@pytest.mark.parametrize("question", NONSENSE)
def test_a_refusal_says_so_in_the_language_of_the_question_and_shows_the_nearest_passages(answerer, question):
    answer = answerer.answer(question)
    assert answer.refused
    assert (answer.claims, answer.citations) == ((), ())
    assert 1 <= len(answer.nearest) <= 5
    han = bool(re.search(r"[\u4e00-\u9fff]", question))
    assert bool(re.search(r"[\u4e00-\u9fff]", answer.text)) == han


def test_a_refusal_says_what_else_was_searched_for(answerer):
    assert "风筝" in answerer.answer("纸鸢比赛的评分规则由谁制定？").also_searched
    assert "风筝" in refuse.refusal("zh", ("风筝",), nearest=True)
    assert "kite" in refuse.refusal("en", ("kite",), nearest=False)


def test_a_translation_answers_and_the_original_is_quoted(answerer):
    answer = answerer.answer("Where did the kite originate?")
    (first, *_) = answer.citations
    assert "The kite originated in the state of Lu in China." in answer.text
    assert first.quote == "风筝起源于中国的鲁国。"
    assert first.quote_translation == "The kite originated in the state of Lu in China."


@pytest.mark.parametrize(
    ("question", "language", "note"),
    [
        ("How much honey does a colony need until spring?", "zh", "（原文为英文，无译文）"),
        ("研究所建议每亩悬挂多少块粘板？", "en", "(quoted in the original; no translation)"),
    ],
)
def test_where_there_is_no_translation_the_original_is_quoted_and_said_so(answerer, question, language, note):
    answer = answerer.answer(question, language=language)
    assert (answer.refused, answer.language) == (False, language)
    assert any(claim.original for claim in answer.claims)
    assert note in answer.text
    assert any(citation.quote in answer.text and citation.quote_translation is None for citation in answer.citations)


def test_a_citation_carries_the_authors_own_source(answerer):
    answer = answerer.answer("墨子用什么做了第一只木鸢？")
    cited = next(citation for citation in answer.citations if "木鸢" in citation.quote)
    assert [note.label for note in cited.footnotes] == ["1"]
    assert "韩非子" in cited.footnotes[0].text
    assert (cited.title, cited.authors, cited.section) == ("风筝的制作与放飞", ("林晓",), ("一、风筝的来历",))


def test_limits_hold_for_the_whole_answer(answerer):
    answer = answerer.answer("风筝起源于哪里？", limits={"source": ["bees.txt", "clocks.txt"]})
    assert {citation.source for citation in answer.citations} <= {"bees.txt", "clocks.txt"}
    assert {passage.source for passage in answer.nearest} <= {"bees.txt", "clocks.txt"}


def test_words_that_do_not_stand_in_the_source_never_reach_the_reader(shelf, tmp_path):
    shutil.copytree(shelf.library, tmp_path / "library")
    with closing(sqlite3.connect(tmp_path / "library" / FILE)) as db:
        db.execute("UPDATE sentences SET text = replace(text, 'Josiah Finch', 'Peter Forger')")
        db.commit()
    with closing(Library.open(tmp_path / "library")) as library:
        answer = Answerer(Searcher(library, FakeEncoder())).answer("Who built the tower clock of Marlow in 1784?")
        forged = next(s for s in library.sentences(document="clocks.txt") if "Forger" in s.text)
        assert not verify.stands(forged, "clocks.txt", library)
    assert "Forger" not in answer.text


def test_the_answer_names_reader_encoder_question_and_id(answerer):
    answer = answerer.answer("风筝起源于哪里？", id="q7")
    assert (answer.id, answer.question, answer.encoder) == ("q7", "风筝起源于哪里？", "fake")
    assert answer.reader == "extractive"
    assert answer.elapsed_ms >= 0


def test_the_same_question_gets_the_same_answer(answerer):
    first, second = (answerer.answer("制作风筝有哪三个步骤？") for _ in range(2))
    assert (first.text, first.citations, first.claims) == (second.text, second.citations, second.claims)


def test_a_draft_whose_quotation_does_not_stand_is_dropped_and_counted(answerer):
    class Forger:
        name = "forger"

        def read(self, question, evidence, searcher, cancelled):
            true = evidence[0]
            forged = replace(true, sentence=replace(true.sentence, text="风筝起源于别处。"))
            return [Draft("风筝起源于别处。", (forged,)), Draft(true.sentence.text, (true,))]

    answer = Answerer(answerer.searcher, Forger()).answer("风筝起源于哪里？")
    assert answer.dropped == 1
    assert [claim.text for claim in answer.claims] == [answer.citations[0].quote]
    assert "别处" not in answer.text
