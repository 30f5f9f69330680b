"""Methods over a library's rows that tell of damaged ones in one sentence."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from index.library import Library


class _Over(Protocol):
    library: Library


Owner = TypeVar("Owner", bound=_Over)
Given = ParamSpec("Given")
Got = TypeVar("Got")


def told(method: Callable[Concatenate[Owner, Given], Got]) -> Callable[Concatenate[Owner, Given], Got]:
    """The method under `damage_told` of its object's library."""

    @functools.wraps(method)
    def run(self: Owner, /, *args: Given.args, **named: Given.kwargs) -> Got:
        with self.library.damage_told():
            return method(self, *args, **named)

    return run
