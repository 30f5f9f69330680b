"""Over the real seeds and the whole question set: what is cited stands in the source, and is found.

The Chinese half of the encoder is enough here, and loads without torch; `python -m eval` measures both.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from eval import questions, retrieval
from eval.questions import Question
from index import build
from index import encoder as encoders
from index.clean import fold
from index.encoder import EmbeddedEncoder, Vectors
from index.library import Library
from index.records import Kind, Language
from index.search import Searcher
from index.settings import Settings
from rag.answer import Answerer
from rag.records import Answer

SEEDS = Path(__file__).parents[1] / "seeds"
BETWEEN = (Kind.FOOTNOTE, Kind.MARK, Kind.FURNITURE, Kind.CAPTION)


def embedded() -> EmbeddedEncoder:
    encoder = encoders.load("embedded")
    assert isinstance(encoder, EmbeddedEncoder)
    return encoder


@dataclass(frozen=True)
class ChineseHalf:
    """The embedded encoder as far as it needs no torch."""

    name: str = "embedded, Chinese"
    fingerprint: str = "chinese half"
    whole: EmbeddedEncoder = field(default_factory=embedded)

    def encode(self, texts: list[str], *, question: bool = False) -> Vectors:
        return self.whole.encode(texts, question=question)

    def languages(self) -> frozenset[Language]:
        return frozenset(("zh",))

    def crosses(self) -> bool:
        return False


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    settings = Settings(library=tmp_path_factory.mktemp("seeds") / "library")
    encoder = ChineseHalf()
    report = build.index([SEEDS], settings, encoder)
    assert len(report.added) == 5
    assert not report.failed
    with closing(Library.open(settings.library)) as library:
        yield Answerer(Searcher(library, encoder))


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    return questions.load(questions.SETS / "questions.jsonl")


@pytest.fixture(scope="module")
def answers(answerer: Answerer, asked: list[Question]) -> list[tuple[Question, Answer]]:
    return [(question, answerer.answer(question.text)) for question in asked]


def test_every_quotation_of_every_answer_stands_verbatim_in_its_span(
    answerer: Answerer, answers: list[tuple[Question, Answer]]
) -> None:
    library = answerer.searcher.library
    pieces = {path.name: library.pieces(path.name) for path in SEEDS.glob("*.txt")}
    sources = {path.name: path.read_bytes().decode("utf-8") for path in SEEDS.glob("*.txt")}
    cited = 0
    for question, answer in answers:
        for citation in answer.citations:
            printed = "".join(
                sources[citation.source][max(citation.start, piece.start) : min(citation.end, piece.end)]
                for piece in pieces[citation.source]
                if piece.end > citation.start and piece.start < citation.end and piece.kind not in BETWEEN
            )
            assert fold(citation.quote) == fold(printed), (question.id, citation)
            cited += 1
    assert cited > len(answers)


def test_every_answer_is_in_the_language_of_its_question(answers: list[tuple[Question, Answer]]) -> None:
    for question, answer in answers:
        assert answer.language == question.language
        if not answer.refused:
            han = sum("\u4e00" <= c <= "\u9fff" for c in answer.text)
            assert (han > len(answer.text) / 4) == (question.language == "zh"), (question.id, answer.text[:80])


def test_chinese_questions_of_the_report_split_find_their_evidence(answerer: Answerer, asked: list[Question]) -> None:
    """A floor under the figures of the README, which `python -m eval` prints."""
    own = [q for q in asked if q.split == "report" and q.language == "zh"]
    figures = retrieval.measure(own, retrieval.ours(answerer.searcher))["zh"].values
    assert figures["within 5,000"][0] >= 0.85
    assert figures["within 2,000"][0] >= 0.75
    assert figures["MRR@10"][0] >= 0.65


@pytest.mark.parametrize(
    ("question", "printed"),
    [
        ("哈萨克斯坦2022年的国内生产总值", "2204.72"),
        ("表2里挪威的军费开支是多少亿美元？", "80"),
        ("新兴中等强国在世界经济中的地位如何？", "半边缘"),
        ("传统中等强国崛起于什么时候？", "冷战时期"),
    ],
)
def test_a_cell_of_a_table_is_answered_as_printed(answerer: Answerer, question: str, printed: str) -> None:
    answer = answerer.answer(question)
    rows = [c for c in answer.citations if c.context]
    assert any(printed in row.context and printed in fold(row.quote) for row in rows), answer.text


@pytest.mark.parametrize("question", ["怎样做红烧肉？", "火星上有多少水？", "今天天气怎么样？"])
def test_a_question_about_other_matters_is_refused_with_the_nearest_passages(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question)
    assert answer.refused
    assert not answer.claims
    assert answer.nearest
