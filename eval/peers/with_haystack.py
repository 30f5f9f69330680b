"""Haystack: its FAISS store, its BM25 in memory (which takes each Chinese character for a word), joined by rank."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.peers.task import DEPTH, Search, Task


class Haystack:
    """As its documentation builds a hybrid pipeline, the components called in its order."""

    def _lexical(self, folder: Path | None = None) -> Any:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        return InMemoryDocumentStore.load_from_disk(str(folder / "bm25.json")) if folder else InMemoryDocumentStore()

    def index(self, task: Task, folder: Path) -> None:
        from haystack import Document
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder
        from haystack_integrations.document_stores.faiss import FAISSDocumentStore

        embedder = SentenceTransformersDocumentEmbedder(
            model=task.encoder, trust_remote_code=True, progress_bar=False, normalize_embeddings=True
        )
        embedder.warm_up()
        documents = [Document(id=t.id, content=t.text) for t in task.texts]
        embedded = embedder.run(documents=documents)["documents"]
        store = FAISSDocumentStore(index_path=str(folder / "faiss"), embedding_dim=len(embedded[0].embedding))
        store.write_documents(embedded)
        store.save(str(folder / "faiss"))
        lexical = self._lexical()
        lexical.write_documents(documents)
        lexical.save_to_disk(str(folder / "bm25.json"))

    def open(self, task: Task, folder: Path) -> Search:
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder
        from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
        from haystack_integrations.document_stores.faiss import FAISSDocumentStore

        embedder = SentenceTransformersTextEmbedder(
            model=task.encoder, trust_remote_code=True, progress_bar=False, normalize_embeddings=True
        )
        embedder.warm_up()
        size = len(embedder.run(text="a")["embedding"])
        store = FAISSDocumentStore(index_path=str(folder / "faiss"), embedding_dim=size)
        dense = FAISSEmbeddingRetriever(document_store=store, top_k=DEPTH)
        lexical = InMemoryBM25Retriever(document_store=self._lexical(folder), top_k=DEPTH)
        joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH)

        def search(question: str, k: int) -> list[str]:
            near = dense.run(query_embedding=embedder.run(text=question)["embedding"])["documents"]
            worded = lexical.run(query=question)["documents"]
            return [found.id for found in joiner.run(documents=[near, worded])["documents"]][:k]

        return search
