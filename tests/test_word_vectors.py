from index.word_vectors import WordVectors


class Library:
    """Counts what it is asked for."""

    def __init__(self):
        self.generation, self.known, self.asked = 1, {"bee": 1.0}, []

    def vectors(self, words):
        self.asked += words
        return {word: self.known[word] for word in words if word in self.known}


def test_a_word_is_read_once_also_where_the_library_has_none_of_it():
    library, words = Library(), WordVectors()
    assert words.of(library, {"bee", "hive"}) == {"bee": 1.0}
    assert words.of(library, {"bee", "hive"}) == {"bee": 1.0}
    assert sorted(library.asked) == ["bee", "hive"]


def test_a_library_that_changed_is_read_anew():
    library, words = Library(), WordVectors()
    words.of(library, {"bee", "hive"})
    library.generation, library.known = 2, {"hive": 2.0}
    assert words.of(library, {"bee", "hive"}) == {"hive": 2.0}
