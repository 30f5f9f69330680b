"""Texts that would act if anything took them for more than text, and a page that is full of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

TEXTS = {
    "script": "<script>hurt()</script>",
    "handler": '"><img src=x onerror=hurt()> <b onmouseover=hurt()>over</b>',
    "svg": "<svg onload=hurt()><animate onbegin=hurt() attributeName=x /></svg>",
    "markdown": "![shot](http://evil.example/x.png) [press](javascript:hurt()) <http://evil.example>",
    "link": '<a href="javascript:hurt()">press</a> <base href="http://evil.example/"> <iframe srcdoc="x"></iframe>',
    "style": "<style>body{display:none}</style> <link rel=stylesheet href=http://evil.example/x.css>",
    "entities": "&lt;script&gt;hurt()&lt;/script&gt; &#60;img src=x onerror=hurt()&#62; &amp;nbsp;",
    "template": "${hurt()} {{hurt()}} `${hurt()}` <%= hurt() %> $$\\href{javascript:hurt()}{x}$$",
    "order": "the \u202ereversed\u202c and \u2067isolated\u2069 words",
    "nothing": "zero\u200bwidth\u200djoined\ufeffmarks\u2060here",
    "long": "W" * 3000,
    "long_zh": "超" * 1500,
    "closing": "</details></section></div></p> <!-- never closed",
}
"""By name; `hurt` is what the browser counts calls of."""

ALL = " ".join(TEXTS.values())
QUESTION = "Who lit the lighthouse lamps of the Zorvian coast?"
_NAME = 'lamps <img src=x onerror=hurt()> & "quoted" ${hurt()} \u202e.txt'


def write(folder: Path) -> Path:
    """A document that is hostile in its name, title, authors, headings, words, footnotes and translations."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "translations").mkdir(exist_ok=True)
    inert = {name: text for name, text in TEXTS.items() if name not in ("long", "long_zh")}
    sentences = [f"The keepers lit the lighthouse lamps of the Zorvian coast {text} in winter." for text in inert.values()]
    heading = "## Lamps <svg onload=hurt()> `${hurt()}`"
    note = f"[1] The Keepers, {TEXTS['handler']} {TEXTS['markdown']}, Zorvia: Lamp Press, 1931, p. 7."
    lines = ["# The Lamps of Zorvia", heading, f"{sentences[0]}^[1] {' '.join(sentences[1:4])}", " ".join(sentences[4:7])]
    lines += [f"{' '.join(sentences[7:])} The lighthouse was called {'W' * 900} by the keepers of the Zorvian coast.", note]
    (folder / _NAME).write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    record = {
        "id": "lamps",
        "source": _NAME,
        "begins": "# The Lamps of Zorvia",
        "title_en": f"The Lamps of Zorvia {TEXTS['script']} {TEXTS['handler']} {TEXTS['markdown']} {'W' * 300}",
        "title_zh": f"灯塔 {TEXTS['svg']} {TEXTS['template']} {'灯' * 300}",
        "language": "en",
    }
    told = "\n".join(f"{name} = {json.dumps(value)}" for name, value in record.items())
    authors = json.dumps(f"Keeper {TEXTS['handler']}")
    (folder / "catalog.toml").write_text(f"[[article]]\n{told}\nauthors = [{{en = {authors}}}]\n", encoding="utf-8")
    memory = [{"en": sentence, "zh": f"冬天，守灯人点亮了佐尔维亚海岸的灯塔 {TEXTS['handler']}。"} for sentence in sentences[:3]]
    (folder / "translations" / "memory.jsonl").write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in memory), encoding="utf-8"
    )
    return folder


def _serve(library: Path, port: int) -> None:
    """Serves a library to a reader whose model writes nothing but hostile texts, and whose judge lets all of it through."""
    from fakes import FakeEncoder

    from index.library import Library
    from index.search import Searcher
    from index.settings import Settings
    from rag import verify
    from rag.answer import Answerer
    from rag.records import Draft, Evidence
    from rag.verify import Checked
    from ui.web import app

    @dataclass
    class Scripted:
        name: str = f"scripted {TEXTS['handler']}"

        def read(self, question: object, evidence: Sequence[Evidence], *_: object) -> list[Draft]:
            kinds = [{}, {"original": True}, {"item": True}]
            return [
                Draft(f"The lamps {text}", tuple(evidence[k % len(evidence) :][:2]), **kinds[k % 3])
                for k, text in enumerate(TEXTS.values())
            ]

    verdicts = cycle([Checked(0.9, "supported"), Checked(0.5, "partly")])
    verify.check = lambda *_: next(verdicts)
    settings = Settings(library=library, port=port)
    app.serve(Answerer(Searcher(Library.open(library), FakeEncoder()), Scripted()), settings)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
