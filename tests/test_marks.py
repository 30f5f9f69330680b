"""What a model writes is taken apart into statements with their marks, however it is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers.marks import Statement, statements

TEXT = "五国组成 MIKTA。[1][3] 它成立于 2013 年［2］。\n- 第一项，【1，2】\n- Second item [4-6].\nNo mark here. The end (really)! [12]"
WHOLE = [
    Statement("五国组成 MIKTA。", (1, 3)),
    Statement("它成立于 2013 年。", (2,)),
    Statement("第一项，", (1, 2), item=True),
    Statement("Second item.", (4, 5, 6), item=True),
    Statement("No mark here.", ()),
    Statement("The end (really)!", (12,)),
]


def test_marks_of_every_width_lists_and_ranges_are_read():
    assert list(statements([TEXT])) == WHOLE


@given(st.lists(st.integers(min_value=1, max_value=7), max_size=40))
def test_the_cuts_of_the_stream_do_not_matter(lengths):
    pieces, at = [], 0
    for length in lengths:
        pieces.append(TEXT[at : at + length])
        at += length
    assert list(statements([*pieces, TEXT[at:]])) == WHOLE


def test_a_statement_comes_before_the_next_is_whole():
    def pieces():
        yield "The first. [1] The sec"
        raise AssertionError("the first statement should have come by now")

    assert next(statements(pieces())) == Statement("The first.", (1,))


@pytest.mark.parametrize("text", ["<think>I wonder [1].</think>\n\nBees sleep. [2]", "<think>\n\n</think>Bees sleep. [2]"])
def test_what_a_model_thinks_aloud_is_no_statement(text):
    assert list(statements(text)) == [Statement("Bees sleep.", (2,))]


def test_thinking_that_never_ends_says_nothing():
    assert list(statements("<think>I wonder. [1] And wonder. [2]")) == []


def test_a_number_with_a_point_and_a_year_in_brackets_do_not_end_or_cite():
    assert list(statements("It rose by 3.5 per cent [1].")) == [Statement("It rose by 3.5 per cent.", (1,))]
    assert list(statements("The report [2013] says so [1].")) == [Statement("The report [2013] says so.", (1,))]


@given(st.text(max_size=300))
def test_any_text_can_be_taken_apart(text):
    for statement in statements([text]):
        assert statement.text


def test_a_text_without_end_is_cut():
    assert len(list(statements(["word " * 1000]))) >= 1
