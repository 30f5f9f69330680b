"""What a translation must keep of its sentence: numbers, script, length, terms of the glossary."""

from __future__ import annotations

import re

from index.clean import HAN
from index.glossary import Glossary
from index.quantities import figures, values
from index.script import language
from index.terms import Terms

_LENGTH = (1.0, 9.0)  # characters of English for one of Chinese: the seeds' own pairs lie between
_SHORT = 12  # characters of Chinese below which length says nothing
_HAN = re.compile(f"[{HAN}]")


def unrendered(zh: str, en: str, glossary: Glossary, terms: Terms) -> list[str]:
    """Concepts that the Chinese names and the English gives in none of the glossary's forms, as the Chinese has them."""
    stems, folded = set(terms.terms(en)), en.casefold()
    return [
        form
        for form, entry in glossary.named(zh)
        if not any(set(terms.terms(other)) <= stems or other.casefold() in folded for other in entry.en)
    ]


def faults(zh: str, en: str) -> list[str]:
    """What does not agree between a Chinese text and its English one, a few words each; none is best."""
    found = []
    missing = sorted(figures(zh) - values(en))
    if missing:
        found.append(f"number {missing[0]:g} of the Chinese is not in the English")
    added = sorted(figures(en) - values(zh))
    if added:
        found.append(f"number {added[0]:g} of the English is not in the Chinese")
    if _HAN.search(en) and language(zh) == "zh":
        found.append("Chinese characters stand in the English")
    ratio = len(en) / max(1, len(zh))
    if len(zh) >= _SHORT and not _LENGTH[0] <= ratio <= _LENGTH[1]:
        found.append(f"the English is {ratio:.1f} times as long as the Chinese")
    return found
