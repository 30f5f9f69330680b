"""txtai: its hybrid index, FAISS and its own BM25 with its standard tokenizer."""

from __future__ import annotations

from pathlib import Path

from eval.peers.task import Search, Task


class Txtai:
    """As its documentation builds a hybrid index."""

    def index(self, task: Task, folder: Path) -> None:
        from txtai import Embeddings

        embeddings = Embeddings(
            {
                "path": task.encoder, "method": "sentence-transformers", "hybrid": True, "backend": "faiss",
                "vectors": {"trust_remote_code": True},
            }
        )  # fmt: skip
        embeddings.index((t.id, t.text, None) for t in task.texts)
        embeddings.save(str(folder / "txtai"))

    def open(self, task: Task, folder: Path) -> Search:
        from txtai import Embeddings

        embeddings = Embeddings()
        embeddings.load(str(folder / "txtai"))
        return lambda question, k: [number for number, _ in embeddings.search(question, k)]
