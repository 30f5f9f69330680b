"""Reading, cleaning, splitting and encoding on many processes or machines by Ray Data: the one import of Ray.

Each of them does what one process alone would do (see `index.taking`); the library has one writer all the same,
which takes what they made in the order of the files.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from index import encoder as encoders
from index import memory
from index.derived import text_key
from index.encoder import Encoder, Vectors
from index.errors import DocumentError, StoreError
from index.memory import Memory
from index.script import language
from index.taking import Job, Made, Take, take, texts

LOCAL = "local"
"""Ray on this machine alone, with a process for each of its cores."""

_BATCH = 128  # texts encoded at once, as in `index.build`

Keep = Callable[[Sequence[str], Vectors], None]
"""Saves vectors under the keys of their texts."""


@contextmanager
def hands(
    jobs: Sequence[Job], address: str, encoder: Encoder, keep: Keep, alone: Take, *, processes: int | None = None
) -> Iterator[Take]:
    """Starts on the jobs, and gives what hands out their outcomes, to be asked for in the order of the jobs.

    `address` is LOCAL or that of a Ray cluster, whose machines see the files under the same paths.  Vectors of a
    document are kept before it is handed out; `alone` takes in what became due since.  Raises StoreError where Ray
    is not installed or does not answer.
    """
    with _ray(address, processes) as ray:
        done = _told(ray, address, _done(ray, jobs, encoder))

        def next_of(job: Job) -> Made:
            for row in done:
                path, made, keys, vectors = pickle.loads(row["done"])  # noqa: S301 - made by our own processes just now
                if path != job.path:
                    continue  # passed over, since a file before it has the same name or article
                if isinstance(made, DocumentError):
                    raise made
                if keys:
                    keep(keys, vectors)
                return made  # type: ignore[no-any-return]
            return alone(job)

        yield next_of


def _told(ray: Any, address: str, rows: Iterator[Any]) -> Iterator[Any]:
    """The rows; what Ray raises in between is told in one sentence."""
    try:
        yield from rows
    except ray.exceptions.RayError as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1][:200]
        raise StoreError(f"A process of Ray at {address} failed ({reason}); run `wenzheng index` again, or unset ray.") from error


def _done(ray: Any, jobs: Sequence[Job], encoder: Encoder) -> Iterator[Any]:
    if not jobs:
        return iter(())
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    rows = ray.data.from_items([{"job": pickle.dumps(job)} for job in jobs], override_num_blocks=len(jobs))
    count = max(1, min(len(jobs), int(ray.cluster_resources().get("CPU", 1))))
    work = rows.map(
        _Hand, fn_constructor_args=(encoders.another(encoder),), compute=ray.data.ActorPoolStrategy(size=count), num_cpus=1
    )
    return work.iter_rows()  # type: ignore[no-any-return]


class _Hand:
    """One process at work; the encoder is loaded once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._memories: dict[tuple[Path, ...], Memory] = {}

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        job: Job = pickle.loads(row["job"])  # noqa: S301 - made by the writer
        if job.memories not in self._memories:
            self._memories[job.memories] = memory.load(job.memories)
        translate = self._memories[job.memories].translate
        try:
            made = take(job, translate)
        except DocumentError as error:
            return {"done": pickle.dumps((job.path, error, [], None))}
        spoken = self._encoder.languages()
        wanted = dict.fromkeys(texts(*made, translate))
        found = sorted((t for t in wanted if t and language(t) in spoken), key=lambda text: (language(text), len(text)))
        parts = [self._encoder.encode(found[at : at + _BATCH]) for at in range(0, len(found), _BATCH)]
        vectors = np.concatenate(parts) if parts else None
        return {"done": pickle.dumps((job.path, made, [text_key(text) for text in found], vectors))}


@contextmanager
def _ray(address: str, processes: int | None) -> Iterator[Any]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # it would tell its makers
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # it would warn of what it will do one day
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise StoreError("ray is set, but Ray is not installed; run `pip install 'wenzheng[ray]'`, or unset ray.") from error
    ours = not ray.is_initialized()
    try:
        if ours:
            where = {"num_cpus": processes, "include_dashboard": False} if address == LOCAL else {"address": address}
            ray.init(**where, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # Ray has many of its own, and plain ones
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise StoreError(f"Ray at {address} cannot be reached ({reason}); start it, or unset ray.") from error
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()
