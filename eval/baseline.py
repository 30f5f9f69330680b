"""What to compare with: BM25 as the usual retrieval framework has it, no cleaning, no structure.

Robertson and Zaragoza's BM25 (k1 1.5, b 0.75) over jieba words.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import rjieba
from langchain_text_splitters import RecursiveCharacterTextSplitter

K1, B = 1.5, 0.75


def raw_splits(folder: Path, size: int = 400) -> list[str]:
    """The text files of a folder as they are, split every `size` characters or sooner."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=0)
    return [part for path in sorted(folder.glob("*.txt")) for part in splitter.split_text(path.read_text("utf-8"))]


class BM25:
    """Plain BM25 over texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(_words(text)) for text in texts]
        self._lengths = [sum(count.values()) for count in counts]
        self._mean = sum(self._lengths) / max(1, len(self._lengths))
        self._postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, count in enumerate(counts):
            for word, times in count.items():
                self._postings[word].append((number, times))

    def search(self, question: str, k: int) -> list[int]:
        """The places of the `k` best texts, best first."""
        scores: defaultdict[int, float] = defaultdict(float)
        size = len(self._lengths)
        for word in set(_words(question)):
            holders = self._postings.get(word, [])
            weight = math.log(1 + (size - len(holders) + 0.5) / (len(holders) + 0.5))
            for number, times in holders:
                norm = K1 * (1 - B + B * self._lengths[number] / self._mean)
                scores[number] += weight * times * (K1 + 1) / (times + norm)
        return [n for n, _ in sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]]


def _words(text: str) -> list[str]:
    return [word for word in rjieba.cut(text.casefold()) if word.strip()]
