"""Follow-ups: a question that leans on the ones before it, completed from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.glossary import Entry, Glossary
from index.records import Language
from index.script import language

_POINTS_ZH = re.compile(
    r"它们?|他们?|她们?|(?<!耳)其(?![他实余])|这(?!样的话)|那(?=[里个些种次年时两三几样份条位篇]|它|他|她|么|\Z)|该|此(?!外)|上述|前者|后者|两者|刚才"
)
_POINTS_EN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|his|him|she|her|this|these|those|there|the (?:former|latter|same|other)|the one|ones?|"
    r"such|so|that(?! (?:is|are|was|were|has|have|had|does|do|did|will|would|can|could|the|a)\b))\b",
    re.IGNORECASE,
)
_PRONOUN: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"它们?|(?<!耳)其(?![他实余])"),
    "en": re.compile(r"\b(?:it|its|they|them|their|theirs)\b", re.IGNORECASE),
}
_OPENS = re.compile(r"\s*(?:那么?|还有|另外|and|but|what about|how about|or|then|also)(?:\b|(?=[^a-zA-Z]))", re.IGNORECASE)
_ABOUT = re.compile(
    r"\s*(?:那么?)?(?P<zh>[^，。？?]{1,24}?)(?:又)?呢[？?]?\s*\Z|"
    r"\s*(?:and|but|so)?\s*(?:what|how)?\s*(?:about|for|in|with|by)\s+(?P<en>[^?]{1,60})\?*\s*\Z|"
    r"\s*and\s+(?P<bare>[^?,]{1,40})\?*\s*\Z",
    re.IGNORECASE,
)
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z.-]+(?:\s+[A-Z][A-Za-z.-]+)*")
_SHORT = {"zh": 14, "en": 40}  # characters; a shorter question that names nothing leans on what was asked before


# “What is deterrence?” says itself what it is about.
_DEFINES = re.compile(
    r"\s*(?:什么(?:是|叫做?)\S{2}|what (?:is|are) (?!(?:the|there|in|at|on|different|new|meant)\b)[a-z])", re.IGNORECASE
)

Strange = Callable[[str], bool]
"""Whether a question holds a word that stands nowhere in the documents: it brings a matter of its own."""


def _never(question: str) -> bool:
    return False


def leans(question: str, glossary: Glossary, strange: Strange = _never) -> bool:
    """Whether a question cannot be understood without the ones before it."""
    spoken = language(question)
    points = _POINTS_ZH if spoken == "zh" else _POINTS_EN
    if _OPENS.match(question) or _ABOUT.match(question):
        return True
    pointer = points.search(question)
    if pointer:
        # In “what is the Quad and who is in it” the pronoun has what it stands for before it.
        before = question[: pointer.start()]
        return not glossary.named(before) and not _LATIN_NAME.search(before[1:])
    if len(question.strip()) > _SHORT[spoken] or glossary.named(question) or _LATIN_NAME.search(question[1:]):
        return False
    return not _DEFINES.match(question) and not strange(question)


def complete(question: str, history: Sequence[str], glossary: Glossary, strange: Strange = _never) -> str:
    """The question as one that stands alone; itself where it does already, or where there is no history.

    `history` holds the reader's earlier questions, the oldest first, as asked or as they were understood.
    """
    if not history or not leans(question, glossary, strange):
        return question
    before = history[0]
    for earlier in history[1:]:
        before = earlier if earlier.startswith(before) else complete(earlier, [before], glossary, strange)
    spoken = language(question)
    if language(before) != spoken:
        return _with_topic(question, before, spoken, glossary)
    return (
        _exchanged(question, before, spoken, glossary)
        or _named_again(question, before, spoken, glossary)
        or _joined(before, question, spoken)
    )


def _exchanged(question: str, before: str, spoken: Language, glossary: Glossary) -> str | None:
    """For “and for Turkey?”: the question before with Turkey in the place of what is of its kind there."""
    match = _ABOUT.match(question)
    about = next((part for part in (match.groupdict().values() if match else ()) if part), None)
    if about is None:
        return None
    new = glossary.named(about)
    if len(new) != 1:
        return None
    old = [form for form, entry in glossary.named(before) if entry.kind == new[0][1].kind and entry is not new[0][1]]
    places = [found for form in old if (found := re.search(re.escape(form), before, re.IGNORECASE))]
    if not places:
        return None
    at = places[-1]
    text = about.strip()
    return before[: at.start()] + text + before[at.end() :]


def _named_again(question: str, before: str, spoken: Language, glossary: Glossary) -> str | None:
    """For “who are its members?”: the question with what was asked about before in the pronoun's place."""
    named = glossary.named(before)
    pronoun = _PRONOUN[spoken].search(question)
    if len(named) != 1 or not pronoun:
        return None  # of several, nobody can say which is meant
    found = re.search(re.escape(named[0][0]), before, re.IGNORECASE)
    name = found.group() if found else _form(named[0][1], spoken)
    owned = pronoun.group().casefold() in ("its", "their", "his", "her", "theirs")
    return question[: pronoun.start()] + name + ("'s" if owned else "") + question[pronoun.end() :]


def _with_topic(question: str, before: str, spoken: Language, glossary: Glossary) -> str:
    """What was asked about in the other language, named in this one, and names in Latin letters as they are."""
    named = glossary.named(before)
    topic = [_form(entry, spoken) for _, entry in named]
    covered = " ".join(form for _, entry in named for form in (*entry.en, *entry.zh)).casefold()
    topic += [name for name in _LATIN_NAME.findall(before[1:]) if name.casefold() not in covered]
    return _joined(("、" if spoken == "zh" else ", ").join(dict.fromkeys(topic)), question, spoken) if topic else question


def _form(entry: Entry, spoken: Language) -> str:
    return (entry.zh if spoken == "zh" else entry.en)[0]


def _joined(before: str, question: str, spoken: Language) -> str:
    return f"{before}{question}" if spoken == "zh" else f"{before} {question}"
