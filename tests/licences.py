"""What is installed with the program, and under which licences; `python tests/licences.py` lists it."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

ALLOWED = re.compile(
    r"\b(MIT(-0|-CMU)?|BSD|[023]-Clause|Apache|PSF|Python Software Foundation|PSF-2\.0|ISC|MPL|Mozilla Public License|HPND|Unlicense|"
    r"Zlib|CC0|0BSD|Public Domain|BSL-1\.0)\b", re.IGNORECASE,
)  # fmt: skip
"""Permissive, or (MPL) open in its own files only."""

FORBIDDEN = re.compile(r"\b[AL]?GPL|GNU .*General Public|Non-?Commercial|Proprietary|-NC\b", re.IGNORECASE)
"""Whatever else stands beside it, unless one may choose."""

NAMED = {"axe-playwright-python": "MIT"}
"""Licences of distributions whose metadata do not tell them, as read in their own files."""

MADE_ELSEWHERE = re.compile(r"nvidia-|cuda-|triton$")
"""What torch brings for GPUs where no processor build of it was at hand; NVIDIA's own terms."""


def wanted(extras: tuple[str, ...]) -> list[Requirement]:
    found = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    return [Requirement(line) for line in found if not line.startswith("wenzheng")]


def installed(roots: list[Requirement]) -> dict[str, metadata.Distribution]:
    """Every distribution that the roots bring along on this machine, by its plain name."""
    found: dict[str, metadata.Distribution] = {}
    queue = [(root.name, root.extras) for root in roots]
    seen: set[tuple[str, frozenset[str]]] = set()
    while queue:
        name, extras = queue.pop()
        plain = re.sub(r"[-_.]+", "-", name).lower()
        if (plain, frozenset(extras)) in seen:
            continue
        seen.add((plain, frozenset(extras)))
        try:
            found[plain] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system or another Python
        for line in found[plain].requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                queue.append((needed.name, needed.extras))
    return found


def licence(distribution: metadata.Distribution) -> str:
    """What its metadata say, the shortest of what is there."""
    told = distribution.metadata
    classifiers = [line for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    text = (told.get("License") or "").strip().splitlines()
    return " / ".join(filter(None, [told.get("License-Expression"), *classifiers, *text[:1]]))


def allowed(told: str) -> bool:
    """Whether a licence so told is on the list."""
    return bool(ALLOWED.search(told)) and (not FORBIDDEN.search(told) or " OR " in told)


if __name__ == "__main__":
    for plain, one in sorted(installed(wanted(("server", "dev"))).items()):
        sys.stdout.write(f"{plain}\t{one.version}\t{NAMED.get(plain) or licence(one)}\n")
