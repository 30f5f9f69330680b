"""The corpus of any size, and the curves that are measured on it."""

import json
import random
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from eval.scale import generate, plot, steps
from eval.scale.__main__ import table
from index.passages import passages
from index.records import SourceText
from index.structure import analyse

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="module")
def known():
    return generate.sources(SEEDS)


def test_articles_of_one_number_are_alike_and_of_two_are_not(known):
    for source in known:
        assert generate.article(3, 1, source) == generate.article(3, 1, source)
        assert len({generate.article(number, seed, source) for number in range(3) for seed in (1, 2)}) == 6


def test_hardly_a_sentence_comes_twice_or_stands_in_the_seeds(known):
    for source in known:
        seeds = {"".join(tokens) for tokens in source.sentences}
        texts = [generate.article(number, 1, source) for number in range(5)]
        found = [s.text for text in texts for s in analyse(SourceText("a.txt", text, "", "text/plain")).sentences]
        assert len(found) > 300
        assert len(set(found)) > 0.9 * len(found)
        assert sum(text in seeds for text in found) < 0.1 * len(found)


def test_pairs_of_tokens_are_those_of_the_seeds_but_for_new_words_and_numbers(known):
    for source in known:
        made = random.Random(5)
        for _ in range(50):
            tokens = generate._TOKEN.findall(generate.sentence(made, source))
            odd = [pair for pair in pairwise(tokens) if pair not in source.pairs]
            assert all(any(t.isdecimal() or (t.isalpha() and t.isascii()) for t in pair) for pair in odd)
            assert len(odd) <= 0.5 * len(tokens)


def test_an_article_is_taken_apart_into_sections_and_passages(known):
    document = analyse(SourceText("a.txt", generate.article(0, 1, known[0]), "", "text/plain"))
    assert len({sentence.section for sentence in document.sentences}) > 3
    assert len(passages(document, 320, lambda text: None)) > 15


def test_a_small_corpus_is_the_beginning_of_a_larger_one_and_has_the_seeds_inside(tmp_path):
    count = generate.generate(tmp_path / "a", 1_500, seeds=SEEDS)
    more = generate.generate(tmp_path / "b", 2_000, seeds=SEEDS)
    assert 0 < count < more
    small, large = ({path.name: path.read_bytes() for path in (tmp_path / part / "texts").rglob("*.txt")} for part in "ab")
    assert len(small) == count
    assert small.items() <= large.items()
    for path in SEEDS.glob("*.txt"):
        assert (tmp_path / "a" / "seeds" / path.name).read_bytes() == path.read_bytes()
    assert (tmp_path / "a" / "seeds" / "translations").is_dir()


def test_figures_become_a_table_and_curves_that_are_sound_xml():
    names = {step: {name for part in plot._PLOTS for one, name, _ in part[2] if one == step} for step in steps.STEPS}
    figures = {str(size): {step: dict.fromkeys(names[step], size / 100) for step in names} for size in (1_000, 10_000)}
    for size, found in figures.items():
        found["index"]["passages"] = int(size)
    drawn = plot.svg(json.loads(json.dumps(figures)))
    assert len(ET.fromstring(drawn).findall(".//{*}polyline")) == sum(len(lines) for *_, lines in plot._PLOTS)
    assert "| search: median ms | 10.0 | 100.0 |" in table(figures)
