"""What the C library keeps of memory that was let go (glibc; elsewhere nothing is done)."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8  # malloc.h of glibc
_ARENAS = 2


def few_arenas() -> None:
    """Has all threads share two heaps; to be called before there are others.

    Each thread of a server may else get a heap of its own, eight for each core, and what a question or an upload lets go in
    one of them is of no use to the next, which runs in another: on two cores a page under mixed load held 100 MB more and
    went on growing.  Python holds its own lock while it asks for memory, so that threads hardly wait for each other.
    """
    _call("mallopt", _M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Gives what is free back to the system, also where something in use lies behind it; some ten milliseconds."""
    _call("malloc_trim", 0)


def _call(name: str, *numbers: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*numbers)
