"""A statement passes only when the words it cites stand in the source and say it."""

from dataclasses import replace

import pytest

from rag import verify
from rag.records import Draft

ASKED = {"zh": "风筝起源于哪里？墨子用什么做了第一只木鸢？", "en": "How much honey does a colony need until spring?"}


@pytest.fixture
def draft(answerer):
    """Makes a draft that cites the first sentence an answer cites, with a text of our own."""
    from rag.evidence import gather
    from rag.question import analyse

    def make(text, spoken="zh", containing=None):
        found = answerer.searcher.search(ASKED[spoken])
        evidence = gather(answerer.searcher, analyse(ASKED[spoken]), found.hits)
        chosen = next(e for e in evidence if containing is None or containing in e.sentence.text)
        return Draft(text or chosen.sentence.text, (chosen,))

    return make


def checked(draft, answerer):
    return verify.check(draft, answerer.searcher)


def test_the_words_of_the_source_are_supported_in_full(draft, answerer):
    assert checked(draft(None), answerer) == verify.Checked(1.0, "supported")


def test_a_forged_sentence_is_dropped_whatever_it_says(draft, answerer):
    honest = draft(None)
    forged = replace(honest.evidence[0], sentence=replace(honest.evidence[0].sentence, text="风筝起源于月球。"))
    found = checked(Draft("风筝起源于月球。", (forged,)), answerer)
    assert found.verdict is None
    assert "source" in found.faults[0]


def test_the_same_in_other_words_passes(draft, answerer):
    honest = draft(None, "en", containing="twenty kilograms")
    said = "A honeybee colony needs about 20 kilograms of honey until spring."
    assert checked(replace(honest, text=said), answerer).verdict in {"supported", "partly"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("A colony needs about 25 kilograms of honey.", "25"),
        ("A colony needs ninety kilograms of honey until spring.", "90"),
        ("A colony needs nine hundred kilograms of honey until spring.", "900"),
        ("A colony of Marlow needs twenty kilograms of honey.", "Marlow"),
        ("A colony does not need twenty kilograms of honey.", "denies"),
        ("A colony “needs ninety jars of honey” until spring.", "absent"),
        ("Kangaroos hop over tall fences at night.", "too little"),
    ],
    ids=["number", "number in words", "large number in words", "name", "negation", "quotation", "other matter"],
)
def test_a_statement_that_its_evidence_does_not_say_is_dropped_with_its_fault(draft, answerer, text, fault):
    found = checked(replace(draft(None, "en", containing="twenty kilograms"), text=text), answerer)
    assert found.verdict is None
    assert any(fault in line for line in found.faults)


def test_a_quotation_is_found_whatever_its_width_space_and_script(draft, answerer):
    sides = [draft(None).evidence[0].sentence.text]
    words = sides[0][:8]
    assert verify.standing(f" {words[:4]} {words[4:]}", sides, answerer.searcher) == "found"
    assert verify.standing("風箏" + words[2:], sides, answerer.searcher) == ("found" if words.startswith("风筝") else "absent")


def test_a_quotation_of_another_document_and_one_of_nowhere_are_told_apart(draft, answerer):
    sides = [draft(None).evidence[0].sentence.text]
    assert verify.standing("twenty kilograms of honey", sides, answerer.searcher) == "in another source"
    assert verify.standing("ninety jars of marmalade", sides, answerer.searcher) == "absent"


def test_pieces_of_the_evidence_joined_are_stitched(answerer):
    sides = ["蜂群越冬需要蜂蜜二十公斤以上", "茶农悬挂黄色粘板诱捕叶蝉虫害"]
    assert verify.standing("蜂群越冬需要诱捕叶蝉虫害", sides, answerer.searcher) == "stitched"
