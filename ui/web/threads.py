"""How many threads one question may take.  Knows no heavy library: what it sets is read when they are loaded."""

from __future__ import annotations

import os

from index.settings import Settings


def one_a_question(settings: Settings) -> None:
    """Has FAISS, PyTorch and BLAS work in one thread each, unless the operator says otherwise or a language model reads.

    A question is thousands of tiny computations.  Shared out over threads, each waits for the slowest, spinning: on two
    busy cores that took up to twice the processor time, and answers came two to four times later.
    """
    if settings.reader == "extractive":
        os.environ.setdefault("OMP_NUM_THREADS", "1")
