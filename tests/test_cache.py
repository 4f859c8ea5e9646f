from __future__ import annotations

import pytest

from perfsite.cache import Cache


def test_a_result_stands_as_long_as_what_it_was_made_from_is_equal() -> None:
    """Equal is enough, it need not be the same; what differs is made anew."""
    kept, made = Cache(), list[str]()

    def make(word: str) -> list[str]:
        made.append(word)
        return [word]

    first = kept.of("key", (1, "a"), lambda: make("first"))
    same = kept.of("key", (1, "a"), lambda: make("second"))
    other = kept.of("key", (1, "b"), lambda: make("third"))
    again = kept.of("key", (1, "a"), lambda: make("fourth"))

    assert same is first
    assert (other, again) == (["third"], ["fourth"])
    assert made == ["first", "third", "fourth"]


def test_what_fails_leaves_what_was_kept() -> None:
    """A failure is not kept, and the result before it stays."""
    kept = Cache()
    first = kept.of("key", 1, lambda: ["first"])

    def fail() -> list[str]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.of("key", 2, fail)
    assert kept.of("key", 1, lambda: ["anew"]) is first


def test_what_nobody_asks_for_is_let_go() -> None:
    """After a build that had no use for it a result is gone; one that it used stays."""
    kept = Cache()
    kept.of("gone", 1, lambda: ["first"])
    stays = kept.of("stays", 1, lambda: ["first"])
    kept.forget_unused()
    kept.of("stays", 1, lambda: ["anew"])
    kept.forget_unused()

    assert kept.of("stays", 1, lambda: ["anew"]) is stays
    assert kept.of("gone", 1, lambda: ["anew"]) == ["anew"]
