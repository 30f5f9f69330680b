"""The translation memory: clean sentences with their translation, keyed by the sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.clean import fold
from index.errors import DocumentError

FOLDER = "translations"


class Memory:
    """Looks a sentence up in either direction; white space and width do not matter."""

    def __init__(self, pairs: Iterator[tuple[str, str]] | None = None) -> None:
        self._english: dict[str, str] = {}
        self._chinese: dict[str, str] = {}
        for zh, en in pairs or iter(()):
            self._english.setdefault(fold(zh), en)
            self._chinese.setdefault(fold(en), zh)

    def __len__(self) -> int:
        return len(self._english)

    def translate(self, sentence: str) -> str | None:
        """The sentence in the other language, None where the memory does not hold it.

        A table row is translated cell by cell.
        """
        if not self._english:
            return None
        key = fold(sentence)
        found = self._english.get(key) or self._chinese.get(key)
        if found is None and "|" in sentence:
            cells = [self.translate(cell) or cell for cell in sentence.split("|")]
            return "|".join(cells) if cells != sentence.split("|") else None
        return found


def load(folders: Iterable[Path]) -> Memory:
    """All `*.jsonl` of the folders, one `{"zh": …, "en": …}` a line; a folder may be missing.

    Raises DocumentError naming the first line that is not of that form.
    """
    return Memory(pair for folder in folders for pair in pairs(folder))


def digest(folder: Path) -> str:
    """Changes when any file of the memory does."""
    result = hashlib.sha256()
    for path in sorted(folder.glob("*.jsonl")):
        result.update(path.name.encode() + path.read_bytes())
    return result.hexdigest()


def pairs(folder: Path) -> Iterator[tuple[str, str]]:
    """The (Chinese, English) pairs of a folder in order; raises DocumentError as `load` does."""
    for path in sorted(folder.glob("*.jsonl")):
        try:
            # Not splitlines: a JSON string may hold the other line separators of Unicode as they are.
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise DocumentError(f"{path} cannot be read as translations ({error}); it must be UTF-8 text.") from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                zh, en = entry["zh"].strip(), entry["en"].strip()
            except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
                raise DocumentError(
                    f'{path}, line {number} is no translation ({error}); each line must be {{"zh": …, "en": …}}.'
                ) from error
            if not zh or not en:
                raise DocumentError(f"{path}, line {number} has an empty side; give both or leave the line out.")
            yield zh, en
