"""Which tests run when. A test is quick unless what it asks for says otherwise.

`make quick` runs what is marked `quick`, `make test` what is not marked `proofs`, and `make proofs`
the rest, and every property test once more with many examples. What a test asks for is known by
its fixtures; where it is not, the test is marked. docs/testing.md says which promise is kept where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

FIXTURES: Final = {
    "built": "example",
    "whole_example": "example",
    "chromium": "browser",
    "axe": "browser",
    "checker": "browser",
    "address": "server",
    "cluster": "server",
    "state": "server",
}
"""What a test that uses a fixture, itself or through another, is marked as."""
NOT_QUICK: Final = frozenset({"example", "browser", "server", "tools", "slow", "proofs"})


def marks(fixtures: Collection[str], given: Collection[str]) -> set[str]:
    """The marks that a test has by its fixtures and by those that are given to it."""
    found = {*given, *(mark for name, mark in FIXTURES.items() if name in fixtures)}
    return found if found & NOT_QUICK else found | {"quick"}
