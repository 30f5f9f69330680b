"""Terms of the field in both languages: they expand questions and teach words to the segmenter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from index.errors import DocumentError
from index.script import language
from index.terms import Terms

NAME = "glossary.tsv"
_COLUMNS = ["zh", "en", "zh_aliases", "en_aliases", "kind"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One concept: its forms in each language, the headword first."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    kind: str


class Glossary:
    """Entries and a look-up of the concepts that a text names."""

    def __init__(self, entries: tuple[Entry, ...] = ()) -> None:
        self.entries = entries
        self._forms: dict[str, Entry] = {}
        for entry in entries:
            for form in (*entry.zh, *entry.en):
                self._forms.setdefault(_key(form), entry)
        chinese = sorted((f for f in self._forms if language(f) == "zh"), key=len, reverse=True)
        english = sorted((f for f in self._forms if language(f) != "zh"), key=len, reverse=True)
        self._chinese = re.compile("|".join(map(re.escape, chinese)) or r"(?!)")
        self._english = re.compile(rf"(?<![a-z\d])(?:{'|'.join(map(re.escape, english)) or '(?!)'})(?![a-z\d])")

    def words(self) -> list[str]:
        """Chinese forms, to teach the segmenter."""
        return [form for entry in self.entries for form in entry.zh if re.fullmatch(r"[\u4e00-\u9fff]{2,}", form)]

    def named(self, text: str) -> list[tuple[str, Entry]]:
        """Concepts named in the text with the form found, in order; the longest form wins."""
        found: list[tuple[int, str, Entry]] = []
        seen: set[int] = set()
        words = _FOLDING.fold(text).split()
        for pattern, folded in ((self._chinese, "".join(words)), (self._english, " ".join(words))):
            for match in pattern.finditer(folded):
                entry = self._forms[match.group()]
                if id(entry) not in seen:
                    seen.add(id(entry))
                    found.append((match.start(), match.group(), entry))
        return [(form, entry) for _, form, entry in sorted(found, key=lambda item: item[0])]


_FOLDING = Terms()


def _key(form: str) -> str:
    """Width, case, script and spacing folded as in full text; Chinese without spaces, English with single ones."""
    return ("" if language(form) == "zh" else " ").join(_FOLDING.fold(form).split())


def read(path: Path) -> str:
    """The text of a glossary file, checked; raises DocumentError where `parse` would."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path} cannot be read as a glossary ({error}); it must be UTF-8 text.") from error
    _entries(text, str(path))
    return text


def parse(text: str, name: str = NAME) -> Glossary:
    """The glossary of tab-separated lines; no text means an empty one.

    Raises DocumentError where the header or a line has not the five columns.
    """
    return Glossary(_entries(text, name))


def _entries(text: str, name: str) -> tuple[Entry, ...]:
    if not text:
        return ()
    rows = [line.split("\t") for line in text.splitlines()]
    if not rows or rows[0] != _COLUMNS:
        raise DocumentError(f"{name} does not begin with the columns {', '.join(_COLUMNS)}; write them as its first line.")
    entries = []
    for number, row in enumerate(rows[1:], start=2):
        if row == [""]:
            continue
        if len(row) != len(_COLUMNS) or not row[0].strip() or not row[1].strip():
            raise DocumentError(f"{name}, line {number}: {len(row)} columns or an empty term, five columns wanted; mend it.")
        zh, en, zh_aliases, en_aliases, kind = row
        entries.append(Entry((zh, *filter(None, zh_aliases.split("|"))), (en, *filter(None, en_aliases.split("|"))), kind))
    return tuple(entries)
