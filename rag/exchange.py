"""Article records → BibTeX and RIS, the formats that reference managers read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from index.records import ArticleRecord, Language
from rag.csl import plain
from rag.references import Name, journal, original_language, page_range, person, title

Format = Literal["bibtex", "ris"]
FORMATS: tuple[Format, ...] = get_args(Format)

_LANGUAGES: dict[Language, str] = {"zh": "chinese", "en": "english"}
# Commands in braces of their own: BibTeX counts braces even behind a backslash.
_LATEX = {
    **{char: f"\\{char}" for char in "&%$#_"},
    "\\": "{\\textbackslash}",
    "{": "{\\textbraceleft}",
    "}": "{\\textbraceright}",
    "~": "{\\textasciitilde}",
    "^": "{\\textasciicircum}",
}
_LATEX_TABLE = str.maketrans(_LATEX)


def bibtex(records: Sequence[ArticleRecord]) -> str:
    """The articles as a BibTeX file in UTF-8; what is known in the other language stands in fields that BibTeX passes over."""
    unique = list(dict.fromkeys(records))
    return "\n".join(_entry(record) for record in unique)


def ris(records: Sequence[ArticleRecord]) -> str:
    """The articles as an RIS file; its lines end as the format asks."""
    lines = [line for record in dict.fromkeys(records) for line in (*_tagged(record), ("ER", ""))]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


def digest_note(record: ArticleRecord, language: Language) -> str:
    """For a digest, one sentence saying that its words are not those of the article referred to; else empty."""
    if record.kind != "digest" or original_language(record) == record.language:
        return ""
    own = title(record, record.language)
    return f"引文据该文的中文编译《{own}》。" if language == "zh" else f"Quoted from its Chinese digest, 《{own}》."


# -- BibTeX -------------------------------------------------------------------------------------


def _entry(record: ArticleRecord) -> str:
    own = original_language(record)
    other: Language = "en" if own == "zh" else "zh"
    first, last = page_range(record)
    fields = {
        "author": _authors(record, own),
        "title": f"{{{_latex(title(record, own))}}}",  # a second pair of braces keeps capitals as they are
        "journal": _latex(journal(record, own)),
        "year": str(record.year or ""),
        "volume": _latex(record.volume or ""),
        "number": _latex(record.issue or ""),
        "pages": _latex(f"{first}--{last}" if last else first),
        "langid": _LANGUAGES[own],
        "keywords": _latex(", ".join(record.keywords)),
        "note": _latex(digest_note(record, "en")),
        **{
            f"{_LANGUAGES[other]}{name}": value
            for name, value in (
                ("author", _authors(record, other)),
                ("title", _latex(title(record, other))),
                ("journal", _latex(journal(record, other))),
            )
        },
    }
    for name in ("author", "title", "journal"):
        if fields[f"{_LANGUAGES[other]}{name}"] in (fields[name], fields[name][1:-1]):
            fields[f"{_LANGUAGES[other]}{name}"] = ""
    kind = "article" if fields["journal"] else "misc"
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{kind}{{{_key(record.id)},\n{body}}}\n"


def _authors(record: ArticleRecord, language: Language) -> str:
    names = (person(author, language) for author in record.authors if author.zh or author.en)
    return " and ".join(_part(n.family) + (f", {_part(n.given)}" if n.given else "") for n in names)


def _part(text: str) -> str:
    """Part of a name; what BibTeX would read as a division of names stands in braces."""
    shown = _latex(text)
    return f"{{{shown}}}" if "," in text or re.search(r"\band\b", text, re.IGNORECASE) else shown


def _latex(text: str) -> str:
    return plain(text).translate(_LATEX_TABLE)


def _key(id: str) -> str:
    """A citation key of plain letters; where some had to go, a digest keeps it apart from others."""
    short = re.sub(r"[^A-Za-z0-9:-]+", "-", id).strip("-")
    return short if short == id else f"{short or 'article'}-{hashlib.sha256(id.encode()).hexdigest()[:8]}"


# -- RIS ----------------------------------------------------------------------------------------


def _tagged(record: ArticleRecord) -> Iterator[tuple[str, str]]:
    own = original_language(record)
    other: Language = "en" if own == "zh" else "zh"
    first, last = page_range(record)
    translated = title(record, other)
    found = [
        ("TY", "JOUR" if journal(record, own) else "GEN"),
        ("ID", record.id),
        *(("AU", _comma(author.family, author.given)) for author in _people(record, own)),
        ("TI", title(record, own)),
        ("TT", translated if translated != title(record, own) else ""),
        ("T2", journal(record, own)),
        ("PY", str(record.year or "")),
        ("VL", record.volume or ""),
        ("IS", record.issue or ""),
        ("SP", first),
        ("EP", last),
        ("LA", own),
        *(("KW", word) for word in record.keywords),
        ("N1", digest_note(record, "en")),
        ("AB", (record.abstract_zh if own == "zh" else record.abstract_en) or ""),
    ]
    return ((tag, plain(value)) for tag, value in found if plain(value))


def _people(record: ArticleRecord, language: Language) -> Iterator[Name]:
    return (person(author, language) for author in record.authors if author.zh or author.en)


def _comma(family: str, given: str) -> str:
    return f"{family}, {given}" if given else family
