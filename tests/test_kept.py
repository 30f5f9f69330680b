from index.kept import Kept
from index.terms import Terms


class Library:
    """Counts what it is asked for."""

    def __init__(self):
        self.generation, self.known, self.asked = 1, {"bee": 1.0}, []

    def vectors(self, words):
        self.asked += words
        return {word: self.known[word] for word in words if word in self.known}


def test_a_text_is_read_once_also_where_the_library_has_none_of_it():
    library, kept = Library(), Kept()
    assert kept.vectors(library, {"bee", "hive"}) == {"bee": 1.0}
    assert kept.vectors(library, {"bee", "hive"}) == {"bee": 1.0}
    assert sorted(library.asked) == ["bee", "hive"]


def test_a_library_that_changed_is_read_anew():
    library, kept = Library(), Kept()
    kept.vectors(library, {"bee", "hive"})
    library.generation, library.known = 2, {"hive": 2.0}
    assert kept.vectors(library, {"bee", "hive"}) == {"hive": 2.0}


def test_a_text_is_folded_once(monkeypatch):
    terms, kept, folds = Terms(), Kept(), []
    fold = terms.fold
    monkeypatch.setattr(terms, "fold", lambda text: folds.append(text) or fold(text))
    assert kept.folded(terms, ["ＡＢ", "漢"]) == {"ＡＢ": "ab", "漢": "汉"}
    made = len(folds)
    assert kept.folded(terms, ["漢", "ＡＢ"]) == {"ＡＢ": "ab", "漢": "汉"}
    assert len(folds) == made


def test_no_more_is_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr("index.kept._MOST", 3)
    library, kept = Library(), Kept()
    library.known = {word: float(number) for number, word in enumerate("abcdef")}
    for words in ("ab", "bc", "cd", "abcdef", "fa"):
        assert kept.vectors(library, words) == {word: library.known[word] for word in words}
        assert kept.folded(Terms(), words) == {word: word for word in words}
    assert library.asked == [*"ab", "c", "d", *"abef"]
