"""Answers and hits as text for a terminal, from the JSON that programs get: here or from a server it reads the same."""

from __future__ import annotations

from typing import Any


def answer(data: dict[str, Any]) -> str:
    """The answer with its quotations below, or a refusal with the nearest passages."""
    lines = [data["text"]]
    form = "，第 {} 页" if data["language"] == "zh" else ", p. {}"
    for citation in data["citations"]:
        page = form.format(citation["page"]) if citation["page"] else ""
        lines.append(f"\n[{citation['number']}] {_title(citation, data['language'])}{page} ({_place(citation)})")
        lines.append(f"    {citation['quote']}")
        lines += [f"    {note['label']}: {note['text']}" for note in citation["footnotes"]]
    for passage in data["nearest"]:
        lines.append(f"\n- {passage['title']} ({_place(passage)})\n    {passage['text']}")
    return "\n".join(lines)


def hits(data: dict[str, Any]) -> str:
    """The passages of a search, best first."""
    lines = []
    for hit in data["hits"]:
        lines.append(f"{hit['rank']:2d}. {hit['title']} · {' › '.join(hit['section'])} ({', '.join(hit['found_by'])})")
        lines.append(f"    {hit['text']}")
    return "\n".join(lines)


def _title(citation: dict[str, Any], spoken: str) -> str:
    """The title for a reader of a language, with that in the article's own behind it; servers of earlier versions know one."""
    other = citation.get("title_other")
    # Told by its characters alone: asking a page elsewhere loads nothing that could tell it better.
    chinese = any("\u4e00" <= char <= "\u9fff" for char in citation["title"])
    foreign = chinese != (spoken == "zh")
    return f"{other} [{citation['title']}]" if other and foreign else str(citation["title"])


def _place(item: dict[str, Any]) -> str:
    return f"{item['source']} {item['start']}–{item['end']}"
