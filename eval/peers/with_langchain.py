"""LangChain: FAISS and BM25 over jieba words, joined by its ensemble retriever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import rjieba

from eval.peers.task import DEPTH, Search, Task


def words(text: str) -> list[str]:
    """Words of both languages, for systems that take a tokenizer."""
    return [word for word in rjieba.cut(text.casefold()) if word.strip()]


class LangChain:
    """As its documentation builds a hybrid search; BM25 is not kept on disk there."""

    def _embeddings(self, task: Task) -> Any:
        from langchain_huggingface import HuggingFaceEmbeddings

        return HuggingFaceEmbeddings(
            model_name=task.encoder,
            model_kwargs={"trust_remote_code": True, "local_files_only": True},
            encode_kwargs={"normalize_embeddings": True},
        )

    def _lexical(self, texts: list[tuple[str, str]]) -> Any:
        from langchain_community.retrievers import BM25Retriever

        return BM25Retriever.from_texts(
            [text for _, text in texts], metadatas=[{"id": number} for number, _ in texts], preprocess_func=words, k=DEPTH
        )

    def index(self, task: Task, folder: Path) -> None:
        from langchain_community.vectorstores import FAISS

        store = FAISS.from_texts(
            [t.text for t in task.texts], self._embeddings(task), metadatas=[{"id": t.id} for t in task.texts]
        )
        store.save_local(str(folder))
        texts = [(t.id, t.text) for t in task.texts]
        self._lexical(texts)
        (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")

    def open(self, task: Task, folder: Path) -> Search:
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.vectorstores import FAISS

        store = FAISS.load_local(str(folder), self._embeddings(task), allow_dangerous_deserialization=True)
        lexical = self._lexical(json.loads((folder / "texts.json").read_text(encoding="utf-8")))
        dense = store.as_retriever(search_kwargs={"k": DEPTH})
        both = EnsembleRetriever(retrievers=[dense, lexical], weights=[0.5, 0.5])
        return lambda question, k: [found.metadata["id"] for found in both.invoke(question)][:k]
