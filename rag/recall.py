"""An answer put away in few characters, and brought back from the library that it was given from.

Only statements and places are put away; the words that prove them are read from the library again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from index.library import Library
from index.records import LANGUAGES, Hit, Language, Passage
from rag.cite import citation, text
from rag.records import Answer, Citation, Claim, Evidence

_VERDICTS = ("supported", "partly")


def stamp(library: Library) -> str:
    """Tells one state of a library from all others."""
    return str(library.manifest().get("stamp", ""))


def pack(answer: Answer, stamp: str) -> dict[str, Any]:
    """What `recall` needs, as plain values for JSON; `stamp` is that of the library it was given from."""
    return {
        "stamp": stamp,
        "language": answer.language,
        "refused": answer.text if answer.refused else None,
        "claims": [
            [c.text, list(c.citations), round(c.support, 3), c.verdict, c.original, c.item, list(c.against)]
            for c in answer.claims
        ],
        "citations": [
            [c.number, c.sentence, c.passage, _digest(c.source, c.start, c.end, c.quote), _found(c.hit)] for c in answer.citations
        ],
        "nearest": [[p.id, _digest(p.source, p.start, p.end, p.text)] for p in answer.nearest],
        "also": list(answer.also_searched),
        "understood": answer.understood,
        "by": [answer.reader, answer.encoder, answer.elapsed_ms],
    }


def recall(packed: Any, question: str, library: Library) -> Answer | None:
    """The answer with its proofs read again; None where they no longer stand in the library as they did.

    A refusal is brought back only from an unchanged library: what was added since may hold the answer.
    """
    try:
        return _recalled(packed, question, library)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None  # kept outside the program: anything may have become of it


def _recalled(packed: Mapping[str, Any], question: str, library: Library) -> Answer | None:
    refused = packed["refused"]
    if refused is not None and packed["stamp"] != stamp(library):
        return None
    citations = _citations(packed["citations"], library)
    claims = tuple(_claim(row) for row in packed["claims"])
    if citations is None or {n for c in claims for n in (*c.citations, *c.against)} != {c.number for c in citations}:
        return None
    reader, encoder, elapsed = packed["by"]
    return Answer(
        question=question,
        language=_language(packed["language"]),
        refused=refused is not None,
        text=_text(refused) if refused is not None else text(claims, _language(packed["language"])),
        claims=claims,
        citations=citations,
        also_searched=tuple(_text(term) for term in packed["also"]),
        nearest=_nearest(packed["nearest"], library),
        reader=_text(reader),
        encoder=_text(encoder),
        elapsed_ms=int(elapsed),
        understood=_text(packed["understood"]),
    )


def _claim(row: Sequence[Any]) -> Claim:
    said, numbers, support, verdict, original, item, against = row
    if verdict not in _VERDICTS or not numbers:
        raise ValueError(verdict)
    return Claim(
        _text(said),
        tuple(int(n) for n in numbers),
        float(support),
        verdict,
        bool(original),
        bool(item),
        tuple(int(n) for n in against),
    )


def _citations(rows: Sequence[Sequence[Any]], library: Library) -> tuple[Citation, ...] | None:
    """The citations, None where one of them no longer stands where it stood."""
    sentences = {s.id: s for s in library.sentences([int(row[1]) for row in rows])}
    articles = library.articles(s.article for s in sentences.values())
    passages = {p.id: p for p in library.passages([int(row[2]) for row in rows])}
    translations = library.translations(list(sentences))
    found = []
    for number, sentence, passage, digest, how in rows:
        own, home = sentences.get(sentence), passages.get(passage)
        if own is None or home is None or _digest(home.source, own.start, own.end, own.text) != digest:
            return None
        rank, lists = how or (0, [])
        hit = Hit(home, int(rank), 0.0, tuple(_text(name) for name, _ in lists), tuple(int(place) for _, place in lists))
        evidence = Evidence(own, hit, 0.0, 0.0, translations.get(own.id))
        cited = citation(int(number), evidence, articles[own.article], library)
        found.append(cited if how else replace(cited, hit=None))
    return tuple(found)


def _nearest(rows: Sequence[Sequence[Any]], library: Library) -> tuple[Passage, ...]:
    wanted = {int(number): digest for number, digest in rows}
    return tuple(p for p in library.passages(list(wanted)) if _digest(p.source, p.start, p.end, p.text) == wanted[p.id])


def _found(hit: Hit | None) -> list[Any] | None:
    """How a passage was found: its rank, and the lists that hold it with its rank in each."""
    return [hit.rank, [list(pair) for pair in zip(hit.found_by, hit.ranks, strict=False)]] if hit else None


def _digest(source: str, start: int, end: int, text: str) -> str:
    return hashlib.blake2b(f"{source}\n{start}\n{end}\n{text}".encode(), digest_size=8).hexdigest()


def _language(value: Any) -> Language:
    return LANGUAGES[LANGUAGES.index(value)]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
