"""The texts of the page in both languages, from strings/*.toml, and the questions it offers to start with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from index.records import Language

FOLDER = Path(__file__).parent

EXAMPLES: dict[Language, tuple[str, ...]] = {
    "zh": (
        "MIKTA 对成员国为什么重要？",
        "上合组织如何推进四大全球倡议？",
        "美国振兴造船业面临哪些困难？",
        "韩国保守派与进步派的外交路线有什么不同？",
    ),
    "en": (
        "Why does Kazakhstan pursue middle-power status?",
        "What is a genuine EU common bond?",
        "What is the BRICS spirit?",
        "Why does Australia turn to minilateralism?",
    ),
}
"""Questions that the seeds answer."""


@cache
def texts(language: Language) -> Mapping[str, str]:
    """All texts in one language, by name; a name is told in one file only."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / "strings").glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        assert not found.keys() & told.keys(), f"{path.name} tells again what another file tells"
        found |= {name: text[language] for name, text in told.items()}
    return found


def preferred(accept_language: str) -> Language:
    """The first of our languages that a browser's Accept-Language asks for; English where it asks for neither."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")):
        name, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, name.lower()))
        except ValueError:
            continue
    for _, _, name in sorted(weighed):
        if name.startswith("zh"):
            return "zh"
        if name.startswith("en"):
            return "en"
    return "en"
