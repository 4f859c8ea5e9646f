from __future__ import annotations

import pytest

from tree_difference import assert_same_files, first_difference

TREE = {"a.html": b"<p>\nOne\n</p>\n", "b/c.csv": b"x,y\n1,2\n", "d.jpg": bytes(range(256))}


def test_the_same_files_have_no_difference() -> None:
    """Nothing is said of two trees with the same paths and bytes, in whatever order."""
    assert first_difference(TREE, dict(reversed(TREE.items()))) == ""
    assert_same_files(TREE, {**TREE})
    assert first_difference({}, {}) == ""


def test_a_file_that_one_tree_lacks_is_named() -> None:
    """A file on one side only is named with its side, the first by name, the others counted."""
    more = {**TREE, "0.txt": b"", "z.txt": b""}

    assert first_difference(more, TREE, ("here", "there")) == "0.txt is in here only, and 1 more"
    assert first_difference(TREE, more, ("here", "there")) == "0.txt is in there only, and 1 more"


def test_the_first_byte_that_differs_is_shown_in_both() -> None:
    """File, byte, line, lengths, and what stands around the place on both sides."""
    other = {**TREE, "b/c.csv": b"x,y\n1,3,\n", "d.jpg": b""}

    assert first_difference(TREE, other, ("built here", "elsewhere")) == (
        "b/c.csv differs, and 1 more: byte 6, line 2\n"
        "  built here (8 bytes) b'x,y\\n1,' | b'2\\n'\n"
        "  elsewhere  (9 bytes) b'x,y\\n1,' | b'3,\\n'"
    )


def test_a_file_that_is_cut_short_differs_at_its_end() -> None:
    """The start of a file is not the file, and the other way round."""
    short = {**TREE, "a.html": TREE["a.html"][:4]}
    said = first_difference(TREE, short)

    assert said.startswith("a.html differs: byte 4, line 2\n")
    assert said.endswith("(4 bytes) b'<p>\\n' | ends here")
    assert "b'One\\n</p>\\n'" in first_difference(short, TREE)


def test_a_picture_is_shown_as_bytes_and_not_whole() -> None:
    """What is no text is spelt out, and no more than a window of it."""
    other = {**TREE, "d.jpg": TREE["d.jpg"][:200] + b"\x00" + TREE["d.jpg"][201:]}
    said = first_difference(TREE, other)

    assert "byte 200, line 2" in said
    assert "\\xc7' | b'\\x00\\xc9" in said
    assert "\\x9f" not in said


def test_a_difference_fails_a_test_in_its_own_words() -> None:
    """The failure is the report, and not two sites printed side by side."""
    with pytest.raises(AssertionError, match=r"^d\.jpg is in one only"):
        assert_same_files(TREE, {k: v for k, v in TREE.items() if k != "d.jpg"})
