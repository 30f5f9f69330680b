"""Article records → references: GB/T 7714-2015, APA 7, Chicago 18, BibTeX and RIS.

Each style is written for its readers: GB/T gives a Chinese article in Chinese and an English one in
English; APA and Chicago give romanised names where the record has them, the title as it is printed
and its English title in brackets. A digest is referred to by the article that it is a digest of.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from index.records import ArticleRecord, Language, Person
from rag import csl
from rag.csl import Run, plain

Style = Literal["gbt", "apa", "chicago"]
"""Styles for readers; for programs there are the data formats of `rag.exchange`."""

STYLES: tuple[Style, ...] = get_args(Style)

_LOCALES: dict[Language, str] = {"zh": "zh-CN", "en": "en-US"}
_ARTICLES = {"article", "digest"}
# What GB/T 7714-2015 puts where neither place nor publisher is known (8.4.1.3 and 8.4.2.3).
_UNKNOWN: dict[Language, tuple[str, str]] = {"zh": ("[出版地不详]", "[出版者不详]"), "en": ("[S.l.]", "[s.n.]")}
_PAGE_RANGE = re.compile(r"^\s*(\d+)\s*[-–—~～]+\s*(\d+)\s*$")


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of a bibliography."""

    article: str
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The entry without its italics."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in its parts; `given` is empty where it is not divided."""

    family: str
    given: str = ""


@lru_cache(maxsize=4096)
def reference(record: ArticleRecord, style: Style, cited: tuple[str, ...] = ()) -> Reference:
    """The entry of one article; `cited` are the pages it is cited from.

    GB/T takes the pages cited where those of the article are not known; APA and Chicago leave them to the text.
    """
    spoken = _spoken(record, style)
    item = _item(record, style, spoken)
    if style == "gbt" and cited and record.journal_zh and "page" not in item:
        item["page"] = ", ".join(plain(page) for page in cited)
    return Reference(record.id, csl.render(item, style, _LOCALES[spoken]))


def bibliography(
    records: Sequence[ArticleRecord], style: Style, cited: Mapping[str, Sequence[str]] | None = None
) -> tuple[Reference, ...]:
    """Each article once: in the order given for GB/T, which numbers; by the alphabet for APA and Chicago."""
    pages = cited or {}
    entries = [reference(record, style, tuple(pages.get(record.id, ()))) for record in dict.fromkeys(records)]
    # Entries that begin with Chinese characters follow those in the Latin alphabet, as code points do.
    return tuple(entries) if style == "gbt" else tuple(sorted(entries, key=lambda entry: entry.text.lstrip("“").casefold()))


def original_language(record: ArticleRecord) -> Language:
    """The language of what is referred to: of a digest, that of the article it tells of."""
    if record.kind == "digest" and record.title_en:
        return "en"
    return record.language


def person(author: Person, language: Language) -> Name:
    """The parts of a name in a language, else in the other.

    A name that is also known in Chinese characters and has no dot between its parts is East Asian: family name
    first. In any other the family name is last, together with the particles before it.
    """
    text = plain((author.zh or author.en or "") if language == "zh" else (author.en or author.zh or ""))
    if not text.isascii() and text == plain(author.zh or ""):
        return Name(text)
    if "," in text:
        family, _, given = text.partition(",")
        return Name(family.strip(), given.strip())
    words = text.split(" ")
    if author.zh and not re.search("[·•・]", author.zh):
        return Name(words[0], " ".join(words[1:]))
    first = next((place for place, word in enumerate(words[1:-1], start=1) if word[:1].islower()), len(words) - 1)
    return Name(" ".join(words[first:]), " ".join(words[:first]))


def title(record: ArticleRecord, language: Language) -> str:
    """The title in a language, else in the other, else the article's id."""
    own, other = (record.title_zh, record.title_en) if language == "zh" else (record.title_en, record.title_zh)
    return plain(own or other or record.id)


def journal(record: ArticleRecord, language: Language) -> str:
    """The journal in a language, else in the other; empty where it is not known."""
    own, other = (record.journal_zh, record.journal_en) if language == "zh" else (record.journal_en, record.journal_zh)
    return plain(own or other or "")


def page_range(record: ArticleRecord) -> tuple[str, str]:
    """First and last page, both empty where they are not known."""
    if not record.pages:
        return "", ""
    found = _PAGE_RANGE.match(record.pages)
    return (found[1], found[2]) if found else (plain(record.pages), "")


def _spoken(record: ArticleRecord, style: Style) -> Language:
    """The language of the words that a style puts between the parts, such as "et al." or 等."""
    return original_language(record) if style == "gbt" else "en"


def _item(record: ArticleRecord, style: Style, spoken: Language) -> dict[str, Any]:
    """The record as an item of CSL-JSON."""
    own = original_language(record)
    first, last = page_range(record)
    names = [_name(author, style, spoken) for author in record.authors if author.zh or author.en]
    given: dict[str, Any] = {
        "author": names,
        "title": _title(record, style, own),
        "container-title": journal(record, own),
        "volume": plain(record.volume or ""),
        "issue": plain(record.issue or ""),
        "page": f"{first}-{last}" if last else first,
    }
    if not names and style != "gbt":
        # The processor would give the title twice: in the place of the author and in its own.
        quoted = style == "chicago" and _type(record, style) != "book"
        given["author"] = [{"literal": f"“{given['title']}”" if quoted else given["title"]}]
        given["title"] = ""
    item: dict[str, Any] = {key: value for key, value in given.items() if value}
    item |= {"id": _key(record), "type": _type(record, style), "language": _LOCALES[own]}
    if style == "gbt" and item["type"] == "document":
        item |= dict(zip(("publisher-place", "publisher"), _UNKNOWN[own], strict=True))
    if record.year:
        item["issued"] = {"date-parts": [[record.year]]}
    return item


def _title(record: ArticleRecord, style: Style, own: Language) -> str:
    """The title in its own language; for readers of English with the English one in brackets."""
    printed = title(record, own)
    english = plain(record.title_en or "")
    if style == "gbt" or own == "en" or not english or english == printed:
        return printed
    return printed + csl.outside(f"[{english}]")


def _name(author: Person, style: Style, spoken: Language) -> dict[str, str]:
    parts = person(author, spoken)
    if not parts.given:
        return {"literal": parts.family}
    if style == "chicago" and author.zh and author.en and parts == person(Person(author.zh, author.en), "en"):
        characters = plain(author.zh)
        if parts.family == plain(author.en).split(" ")[0]:
            # Family name first needs no comma, and the characters follow.
            return {"literal": f"{parts.family} {parts.given} {characters}"}
    return {"family": parts.family, "given": parts.given}


def _type(record: ArticleRecord, style: Style) -> str:
    """What the styles call it; an article is one though its journal be unknown."""
    if record.journal_zh or record.journal_en:
        return "article-journal"
    if record.kind in _ARTICLES:
        # Without a journal Chicago's article comes out as the edition of a newspaper; a thesis is quoted as it should be.
        # GB/T's [J] would promise a journal that the reference does not name.
        return {"chicago": "thesis", "gbt": "document"}.get(style, "article-journal")
    # Chicago leaves a mere document out of the bibliography.
    return "book" if style == "chicago" else "document"


def _key(record: ArticleRecord) -> str:
    # The processor takes ids for the same that differ in case only.
    return hashlib.sha256(record.id.encode()).hexdigest()[:12]
