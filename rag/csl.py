"""Bibliographic items → references in a style of the Citation Style Language: the one import of citeproc.

The style files are used as their makers wrote them; where the processor cannot follow them, the tree
it has read is mended in memory or its output is, and each place says why.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.source.json import CiteProcJSON

from rag.plain import clean

FOLDER = Path(__file__).parent / "styles"
FILES = {
    "gbt": "gb-t-7714-2015-numeric.csl",
    "apa": "apa.csl",
    "chicago": "chicago-notes-bibliography.csl",
}
"""The styles that come with the program; styles/README.md tells where they are from."""

_CSL = {"cs": "http://purl.org/net/xbiblio/csl"}
# Characters that no text may hold: they mark what the processor must not lose or mistake.
_ITALIC, _UPRIGHT, _AFTER, _END = "\ue000", "\ue001", "\ue002", "\ue003"
_PRIVATE = re.compile("[\ue000-\ue003]")
_OUTSIDE = re.compile(f"{_AFTER}([^{_END}]*){_END}([”{_UPRIGHT}]*)")
_SPACES = re.compile(r"\s+")

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a reference in one type."""

    text: str
    italic: bool = False


def plain(text: str) -> str:
    """The text on one line, without the characters that this module gives a meaning of their own."""
    return clean(_PRIVATE.sub("", text))


def outside(text: str) -> str:
    """Marks the end of a title as standing outside the quotation marks and italics that a style gives the title."""
    return f"{_AFTER}{text}{_END}"


def render(item: Item, style: str, locale: str) -> tuple[Run, ...]:
    """One item as an entry of a bibliography, without number."""
    return _processor(style, locale).render(item)


class _Formatter:
    """Marks italics; everything else stays as it is."""

    @staticmethod
    def preformat(text: Any) -> Any:
        return text

    @staticmethod
    def _same(text: Any) -> str:
        return str(text)

    @staticmethod
    def _italic(text: Any) -> str:
        return f"{_ITALIC}{text}{_UPRIGHT}"

    Italic = Oblique = _italic
    Bold = Light = Underline = Superscript = Subscript = SmallCaps = _same


@dataclass(frozen=True)
class _Processor:
    """A style in one locale; the processor keeps notes in its tree, hence the lock."""

    tree: CitationStylesStyle
    finish: Callable[[str], str]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def render(self, item: Item) -> tuple[Run, ...]:
        with self.lock:
            entry = CitationStylesBibliography(self.tree, CiteProcJSON([item]), _Formatter)
            entry.register(Citation([CitationItem(item["id"])]))
            text = "".join(str(part) for part in entry.bibliography())
        text = _OUTSIDE.sub(r"\2 \1", _SPACES.sub(" ", text).strip())
        return tuple(_runs(self.finish(text)))


@cache
def _processor(style: str, locale: str) -> _Processor:
    # Its schema is older than the styles and would complain of terms that it does not know.
    tree = CitationStylesStyle(str(FOLDER / FILES[style]), locale=locale, validate=False)
    _MENDS[style](tree.xml.getroot())
    return _Processor(tree, _american if style == "chicago" else str)


def _mend_gbt(root: Any) -> None:
    """Lets the kind of document be shown, and leaves numbers to whoever writes the list."""
    # The processor drops a group that names a variable and finds none, even in a branch not taken: without
    # a medium, which no record has, "[J]" would be lost.
    _drop(root.xpath("//cs:text[@macro='medium-id']", namespaces=_CSL))
    _drop(root.xpath("/cs:style/cs:bibliography//cs:text[@variable='citation-number']", namespaces=_CSL))


def _mend_chicago(root: Any) -> None:
    # The processor does not know initialize="false" and would shorten the given names, which Chicago gives in full.
    root.attrib.pop("initialize-with", None)


def _drop(elements: Sequence[Any]) -> None:
    for element in elements:
        element.getparent().remove(element)


_MENDS: Mapping[str, Callable[[Any], None]] = {"gbt": _mend_gbt, "apa": lambda root: None, "chicago": _mend_chicago}


def _american(text: str) -> str:
    """Full stop and comma inside the quotation marks, which the processor's locale asks for in vain."""
    return re.sub(r"”([.,])", r"\1”", text)


def _runs(text: str) -> Iterator[Run]:
    italic = False
    for part in re.split(f"([{_ITALIC}{_UPRIGHT}])", text):
        if part in (_ITALIC, _UPRIGHT):
            italic = part == _ITALIC
        elif part:
            yield Run(part, italic)
