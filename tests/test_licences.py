"""Whatever is installed with the program may be passed on with it: every licence is on the list, every range has an end."""

from __future__ import annotations

from importlib import metadata

import pytest
from licences import MADE_ELSEWHERE, NAMED, allowed, installed, licence, wanted

DISTRIBUTIONS = installed(wanted(("server", "dev")))


def test_the_walk_over_what_is_installed_finds_what_is_brought_along():
    assert {"gradio", "starlette", "uvicorn", "argon2-cffi", "argon2-cffi-bindings", "cffi", "torch"} <= DISTRIBUTIONS.keys()


@pytest.mark.parametrize("name", sorted(DISTRIBUTIONS))
def test_every_distribution_has_a_licence_on_the_list(name):
    if not MADE_ELSEWHERE.match(name):
        told = NAMED.get(name) or licence(DISTRIBUTIONS[name])
        assert allowed(told), f"{name} says of its licence: {told!r}"


@pytest.mark.parametrize(
    "text", ["", "GPL-3.0-or-later", "AGPL-3.0", "Proprietary", "LGPL-2.1", "permitted", "CC-BY-NC-4.0", "MIT AND GPL-2.0-only"]
)
def test_other_licences_are_not_on_the_list(text):
    assert not allowed(text)


@pytest.mark.parametrize("requirement", wanted(("server", "dev")), ids=lambda requirement: requirement.name)
def test_what_is_asked_for_is_installed_within_its_range(requirement):
    assert requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
    assert (
        requirement.name == "torch"
        or any(bound.operator in ("<", "==") for bound in requirement.specifier)
        or not requirement.specifier
    )
