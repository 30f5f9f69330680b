"""Documents that contradict each other: both are shown, and that they differ is said."""

from contextlib import closing

import pytest
from fakes import FakeEncoder

from index import build, script
from index.library import Library
from index.search import Searcher
from index.settings import Settings
from rag.answer import Answerer
from ui.contract import answer_json

OTHERS = {
    "en": "# The fair\n\nHerring is smoked over alder and sold at the autumn fair, where the bakers bring their rye.\n",
    "zh": "# 集市\n\n鲱鱼用赤杨木熏制，在秋天的集市上出售，面包师也带来黑麦面包。\n",
}


NAMES = ("Chronicle", "Almanac")


def asked(tmp_path, question, *texts):
    """The answer from documents that say these things, one each."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number, text in enumerate(texts):
        others = OTHERS[script.language(text)]
        (folder / f"document{number}.md").write_text(f"# {NAMES[number]}\n\n{text}\n\n{others}", encoding="utf-8")
    settings = Settings(library=tmp_path / "library")
    build.index([folder], settings, FakeEncoder())
    with closing(Library.open(settings.library)) as library:
        answer = Answerer(Searcher(library, FakeEncoder())).answer(question)
        return answer, answer_json(answer, library.articles())


def sources(answer, numbers):
    return {citation.source for citation in answer.citations if citation.number in numbers}


CONTRADICTIONS = [
    (
        "When was the lighthouse of Vessel Town built?",
        "The lighthouse of Vessel Town was built in 1841 by the guild of pilots.",
        "Masons from the north built the lighthouse of Vessel Town in 1852.",
    ),
    (
        "How many ships did the harbour of Vessel Town hold?",
        "The harbour of Vessel Town could hold 40 ships at once.",
        "In its great days the harbour of Vessel Town would hold 65 ships.",
    ),
    (
        "What percentage of the herring of Vessel Town was exported?",
        "Of the herring of Vessel Town 60 percent was exported.",
        "Some 85 percent of the herring of Vessel Town was exported overseas.",
    ),
    (
        "帆镇的灯塔是哪一年建成的？",
        "帆镇的灯塔于1841年建成，由引水员行会出资。",
        "据石匠账簿记载，帆镇的灯塔1852年建成。",
    ),
]


@pytest.mark.parametrize(("question", "one", "other"), CONTRADICTIONS)
def test_another_figure_of_another_document_is_shown_beside_and_said_to_differ(tmp_path, question, one, other):
    answer, told = asked(tmp_path, question, one, other)
    disputed = [claim for claim in answer.claims if claim.against]
    assert {claim.text for claim in disputed} == {one, other}
    for claim in disputed:
        assert sources(answer, claim.against).isdisjoint(sources(answer, claim.citations))
    phrase = "另一文献的说法不同" if answer.language == "zh" else "another document says otherwise"
    assert told["text"].count(phrase) == 2
    assert {frozenset(claim) for claim in told["claims"]} == {frozenset({"text", "citations", "support", "verdict"})}


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        pytest.param(
            "When was the lighthouse of Vessel Town built?",
            "The lighthouse of Vessel Town was built in 1841 by the guild of pilots.",
            "Masons from the north built the lighthouse of Vessel Town in 1841.",
            id="the same figure",
        ),
        pytest.param(
            "How many ships did the harbour of Vessel Town hold?",
            "The harbour of Vessel Town held 40 ships in 1901.",
            "The harbour of Vessel Town held 65 ships in 1950.",
            id="of different times",
        ),
        pytest.param(
            "When was the lighthouse of Vessel Town built?",
            "The lighthouse of Vessel Town was built in 1841 by the guild of pilots.",
            "The keel was laid in 1840, and the next year the lighthouse of Vessel Town was built.",
            id="told from another year",
        ),
        pytest.param(
            "How much money did the harbour of Vessel Town earn?",
            "The harbour of Vessel Town did earn 3.9 million dollars.",
            "The harbour of Vessel Town did earn some 4 million dollars.",
            id="one is the other rounded",
        ),
        pytest.param(
            "When was the lighthouse of Vessel Town built?",
            "The lighthouse of Vessel Town was built in 1841 by the guild of pilots.",
            "The town hall of Marlow got its clock in 1852, long after the bells.",
            id="another matter",
        ),
        pytest.param(
            "Why was the lighthouse of Vessel Town built?",
            "The lighthouse of Vessel Town was built in 1841 because ships were lost.",
            "The lighthouse of Vessel Town was built in 1852 because the pilots asked for it.",
            id="no figure is asked for",
        ),
    ],
)
def test_what_does_not_contradict_is_not_said_to(tmp_path, question, one, other):
    answer, told = asked(tmp_path, question, one, other)
    assert not answer.refused
    assert not any(claim.against for claim in answer.claims)
    assert "says otherwise" not in told["text"]


def test_two_figures_in_one_document_are_no_contradiction_between_sources(tmp_path):
    answer, _ = asked(
        tmp_path,
        "When was the lighthouse of Vessel Town built?",
        "The lighthouse of Vessel Town was built in 1841.\n\nThe lighthouse of Vessel Town was built in 1852.",
    )
    assert not any(claim.against for claim in answer.claims)
