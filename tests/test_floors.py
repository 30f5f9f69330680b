"""Imports point one way, and heavy libraries are imported in one place each."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = {"index": {"index"}, "rag": {"index", "rag"}, "ui": {"index", "rag", "ui"}, "eval": {"index", "rag", "eval"}}
HEAVY = {
    "faiss": {"index/lists.py", "eval/scale/recall.py", "eval/peers/with_llamaindex.py"},
    "tantivy": {"index/fulltext.py"},
    "sentence_transformers": {
        "index/encoder.py",
        "index/entailment.py",
        "index/bilingual.py",
        "index/training/teacher.py",
        "eval/peers/task.py",
    },
    "torch": {
        "index/encoder.py",
        "index/bilingual.py",
        "index/train_bilingual.py",
        "index/training/student.py",
        "index/training/trainer.py",
        "index/llm/local.py",
        "eval/train_ranker.py",
        "eval/fit.py",
        "eval/students.py",
    },
    "transformers": {
        "index/encoder.py",
        "index/entailment.py",
        "index/bilingual.py",
        "index/llm/local.py",
    },
    "openai": {"index/llm/server.py"},
    "huggingface_hub": {"index/hub.py"},
    "opencc": {"index/terms.py"},
    "langchain_text_splitters": {"index/passages.py", "eval/baseline.py"},
    "pymilvus": {"index/milvus.py"},
    "ray": {"index/fan_out.py"},
    "gradio": {"ui/web"},
    "prometheus_client": {"ui/web/metrics.py"},
    "pypdf": {"index/read_pdf.py"},
    "docx": {"index/read_docx.py", "ui/export/word.py"},
    "citeproc": {"rag/csl.py"},
    "trafilatura": {"index/read_html.py"},
    "sqlite3": {"index/database.py", "index/rows.py", "ui/accounts.py"},
    "argon2": {"ui/accounts.py"},
}
MODULES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """Names of all modules a file imports, also inside functions and for type checking."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_no_floor_above_its_own(path: Path) -> None:
    floor = path.relative_to(ROOT).parts[0]
    above = {name.split(".")[0] for name in imported(path)} & (set(FLOORS) - FLOORS[floor])
    if path == ROOT / "ui" / "cli.py":
        above -= {"eval"}  # inside its command
    assert not above


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_heavy_library_is_imported_only_where_it_belongs(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for name in {name.split(".")[0] for name in imported(path)} & set(HEAVY):
        assert any(place.startswith(home) for home in HEAVY[name]), f"{place} imports {name}"
