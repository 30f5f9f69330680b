"""The list of `tests/guards.py` keeps up with the program; taking the guards out one by one takes minutes and is done by hand."""

import pytest
from guards import GUARDS, ROOT


@pytest.mark.parametrize(("name", "file", "guard", "instead", "tests"), GUARDS, ids=[guard[0] for guard in GUARDS])
def test_a_guard_stands_once_where_the_list_says(name, file, guard, instead, tests):
    assert (ROOT / file).read_text(encoding="utf-8").count(guard) == 1, name
    assert guard != instead
    assert all((ROOT / "tests" / word).is_file() for word in tests.split() if word.endswith(".py"))
