"""The usual default of a retrieval framework, to show beside ours: BM25 over raw files split at 400.

No cleaning, no structure: Robertson and Zaragoza's BM25 (k1 1.5, b 0.75) over jieba words.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from pathlib import Path

import rjieba
from langchain_text_splitters import RecursiveCharacterTextSplitter

K1, B = 1.5, 0.75


class RawBM25:
    """Plain BM25 over character splits of the files as they are."""

    def __init__(self, folder: Path, size: int = 400) -> None:
        splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=0)
        self.texts = [part for path in sorted(folder.glob("*.txt")) for part in splitter.split_text(path.read_text("utf-8"))]
        counts = [Counter(_words(text)) for text in self.texts]
        self.lengths = [sum(count.values()) for count in counts]
        self.mean = sum(self.lengths) / len(self.lengths)
        self.postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, count in enumerate(counts):
            for word, times in count.items():
                self.postings[word].append((number, times))

    def search(self, question: str, k: int) -> list[str]:
        """The `k` best splits."""
        scores: defaultdict[int, float] = defaultdict(float)
        for word in set(_words(question)):
            holders = self.postings.get(word, [])
            weight = math.log(1 + (len(self.texts) - len(holders) + 0.5) / (len(holders) + 0.5))
            for number, times in holders:
                norm = K1 * (1 - B + B * self.lengths[number] / self.mean)
                scores[number] += weight * times * (K1 + 1) / (times + norm)
        return [self.texts[n] for n, _ in sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]]


def _words(text: str) -> list[str]:
    return [word for word in rjieba.cut(text.casefold()) if word.strip()]
