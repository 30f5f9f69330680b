"""`python tests/fuzz.py TARGET [SECONDS]`: looks for bytes that a target of `fuzz_targets.py` cannot bear, guided by coverage.

Wants atheris (`pip install 'wenzheng[fuzz]'`).  What it finds lies in the folder it is run in as `crash-…`, and belongs
into `tests/data/fuzz/TARGET/` once the fault is mended.  Inputs that reached new lines are kept in `.fuzz/TARGET/`.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.simplefilter("ignore")

OURS = ("index", "rag", "ui", "pypdf", "docx", "trafilatura", "charset_normalizer")  # whose lines count

with atheris.instrument_imports(include=list(OURS)):
    import charset_normalizer  # noqa: F401 — imported by the readers at their first use, when it would be too late
    import docx  # noqa: F401
    import pypdf  # noqa: F401
    import trafilatura  # noqa: F401
    from fakes import CORPUS, GLOSSARY, TRANSLATIONS
    from fuzz_targets import TARGETS, answerer


def seeds(target: str) -> list[bytes]:
    """Where the search begins."""
    from test_fuzz import PIECES, sound

    if target in ("pdf", "docx", "html", "encodings"):
        return [sound(target)]
    if target == "word":
        return [b"<w:p><w:r><w:t>kites</w:t><w:tab/></w:r></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"]
    return [text.encode() for text in (*CORPUS.values(), GLOSSARY, TRANSLATIONS, *map(str, PIECES))]


def main() -> None:
    """Runs until the seconds are over or a fault is found."""
    target, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "300"
    corpus = Path(".fuzz") / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(data)
    (words := corpus.parent / "words.dict").write_text(
        "\n".join(f'"{"".join(f"{chr(92)}x{byte:02x}" for byte in str(piece).encode())}"' for piece in _pieces()) + "\n"
    )
    if target == "query":
        answerer()
    options = [
        f"-max_total_time={seconds}",
        "-max_len=4000",
        "-timeout=30",
        "-rss_limit_mb=4096",
        f"-dict={words}",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], str(corpus), *options, *sys.argv[3:]], TARGETS[target])
    atheris.Fuzz()


def _pieces() -> list[object]:
    from test_fuzz import PIECES

    return [piece for piece in PIECES if piece]


if __name__ == "__main__":
    main()
