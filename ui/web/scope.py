"""Where a question is looked for: documents and articles to choose from, and what a choice comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from index.records import ArticleRecord, Language
from ui.web.texts import texts

_FILE, _ARTICLE = "file:", "article:"  # a document and an article may bear one name
_NAMED = 3  # titles told of a longer choice

Articles = Mapping[str, ArticleRecord]


def choices(articles: Articles, shown: Language) -> list[tuple[str, str]]:
    """Labels and values: documents of several articles, then all articles."""
    own = texts(shown)
    count = Counter(record.source for record in articles.values() if record.kind != "part")
    files = [(own["ask_file"].format(name=name, count=n), f"{_FILE}{name}") for name, n in sorted(count.items()) if n > 1]
    return files + [(title(record, shown), f"{_ARTICLE}{name}") for name, record in articles.items() if record.kind != "part"]


def chosen(name: str, articles: Articles) -> list[str]:
    """The value that stands for an article or a document of that name; none where there is none."""
    if name in articles and articles[name].kind != "part":
        return [f"{_ARTICLE}{name}"]
    own = [key for key, record in articles.items() if record.source == name and record.kind != "part"]
    return [f"{_FILE}{name}"] if len(own) > 1 else [f"{_ARTICLE}{key}" for key in own]


def limited(values: Sequence[str], articles: Articles) -> tuple[str, ...]:
    """The articles that chosen values stand for, parts of a chosen document among them."""
    found: dict[str, None] = {}
    for value in values:
        if value.startswith(_FILE):
            source = value.removeprefix(_FILE)
            held = [key for key, record in articles.items() if record.source == source]
            found |= dict.fromkeys(held or [source])  # what is gone matches nothing, which is not the same as no limit
        else:
            found[value.removeprefix(_ARTICLE)] = None
    return tuple(found)


def again(limits: Sequence[str], articles: Articles) -> list[str]:
    """The values that stand for these articles, a whole document as one."""
    values: list[str] = []
    for source in dict.fromkeys(record.source for record in articles.values()):
        held = [key for key, record in articles.items() if record.source == source]
        own = [key for key in held if key in limits]
        whole = own == held and sum(articles[key].kind != "part" for key in held) > 1
        values += [f"{_FILE}{source}"] if whole else [f"{_ARTICLE}{key}" for key in own if articles[key].kind != "part"]
    return values


def title(record: ArticleRecord, shown: Language) -> str:
    """The title in a language, else in the other."""
    return (record.title_en if shown == "en" else record.title_zh) or record.title


def told(limits: Sequence[str], language: Language | None, articles: Articles, shown: Language) -> str:
    """What a question was limited to and the language its answer was wanted in, on one line."""
    own = texts(shown)
    parts = []
    own_articles = [name for name in limits if name not in articles or articles[name].kind != "part"]
    if own_articles:
        names = [title(articles[name], shown) if name in articles else name for name in own_articles[:_NAMED]]
        form = own["ask_limited"] if len(own_articles) <= _NAMED else own["ask_limited_more"]
        parts.append(form.format(titles=("；" if shown == "zh" else "; ").join(names), count=len(own_articles)))
    if language:
        parts.append(own["ask_in"].format(language=NAMES[language]))
    return " · ".join(parts)


def summary(values: Sequence[str], language: str, articles: Articles, shown: Language) -> str:
    """What is set, as the heading of the fold that holds the settings."""
    own = texts(shown)
    count = sum(name not in articles or articles[name].kind != "part" for name in limited(values, articles))
    parts = [own["ask_scope_one"] if count == 1 else own["ask_scope_count"].format(count=count)] if count else []
    parts += [name for key, name in NAMES.items() if key == language]
    return own["ask_scope_set"].format(scope=" · ".join(parts)) if parts else own["ask_scope"]


NAMES: dict[Language, str] = {"zh": "中文", "en": "English"}
"""The languages, each by its own name."""
