"""LlamaIndex: FAISS and BM25 over jieba words, joined by its query fusion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.peers.task import DEPTH, Search, Task
from eval.peers.with_langchain import words


class LlamaIndex:
    """As its documentation builds a hybrid search, with no language model."""

    def _embedding(self, task: Task) -> Any:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        return HuggingFaceEmbedding(model_name=task.encoder, trust_remote_code=True, device="cpu", max_length=256)

    def index(self, task: Task, folder: Path) -> None:
        import faiss
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        nodes = [TextNode(text=t.text, id_=t.id) for t in task.texts]
        embedding = self._embedding(task)
        size = len(embedding.get_text_embedding(task.texts[0].text))
        storage = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatIP(size)))
        VectorStoreIndex(nodes, storage_context=storage, embed_model=embedding)
        storage.persist(str(folder))
        lexical = BM25Retriever.from_defaults(nodes=nodes, tokenizer=words, skip_stemming=True, similarity_top_k=DEPTH)
        lexical.persist(str(folder / "bm25"))

    def open(self, task: Task, folder: Path) -> Search:
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        storage = StorageContext.from_defaults(
            vector_store=FaissVectorStore.from_persist_dir(str(folder)), persist_dir=str(folder)
        )
        dense = load_index_from_storage(storage, embed_model=self._embedding(task)).as_retriever(similarity_top_k=DEPTH)
        # What it keeps of BM25 comes back without the tokenizer, so it is made anew.
        nodes = [TextNode(text=t.text, id_=t.id) for t in task.texts]
        lexical = BM25Retriever.from_defaults(nodes=nodes, tokenizer=words, skip_stemming=True, similarity_top_k=DEPTH)
        both = QueryFusionRetriever(
            [dense, lexical],
            llm=MockLLM(),
            num_queries=1,
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=DEPTH,
            use_async=False,
        )
        return lambda question, k: [found.node.node_id for found in both.retrieve(question)][:k]
