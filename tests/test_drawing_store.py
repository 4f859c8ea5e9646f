from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.cache import DrawingStore

if TYPE_CHECKING:
    from pathlib import Path

KEY, OTHER = "ab" * 32, "cd" * 32


def test_what_is_put_is_found_by_another_build(tmp_path: Path) -> None:
    """A store that is opened again gives the bytes that were put, and nothing for another key."""
    DrawingStore(tmp_path / "s").put(KEY, b"<svg/>")

    assert DrawingStore(tmp_path / "s").get(KEY) == b"<svg/>"
    assert DrawingStore(tmp_path / "s").get(OTHER) is None


def test_a_damaged_entry_is_no_entry(tmp_path: Path) -> None:
    """One changed byte, or a file cut short, makes the store forget the entry."""
    store = DrawingStore(tmp_path)
    store.put(KEY, b"<svg>1</svg>")
    (path,) = tmp_path.rglob(KEY)
    whole = path.read_bytes()
    for broken in (whole.replace(b"1", b"2", 1), whole[:-1], whole[:10], b""):
        path.write_bytes(broken)
        assert store.get(KEY) is None

    store.put(KEY, b"<svg>1</svg>")
    assert store.get(KEY) == b"<svg>1</svg>"


def test_only_what_was_used_is_kept(tmp_path: Path) -> None:
    """Entries of which a build does not say that it used them are removed."""
    first = DrawingStore(tmp_path)
    first.put(KEY, b"1")
    first.put(OTHER, b"2")
    (tmp_path / "ab" / f"{KEY}.123").write_bytes(b"half written")

    second = DrawingStore(tmp_path)
    assert second.get(KEY) == b"1"
    second.forget_all_but({KEY})

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [KEY]


def test_a_folder_that_cannot_be_used_is_an_empty_store(tmp_path: Path) -> None:
    """A file where the folder should be stops no build."""
    (tmp_path / "s").write_text("in the way")
    store = DrawingStore(tmp_path / "s")

    store.put(KEY, b"1")
    store.forget_all_but({KEY})

    assert store.get(KEY) is None


def test_what_is_no_entry_is_not_removed(tmp_path: Path) -> None:
    """Somebody's file in a folder of that name stays; a draft that was left does not."""
    folder = tmp_path / "s"
    store = DrawingStore(folder)
    store.put(KEY, b"1")
    (folder / "my").mkdir()
    (folder / "my" / "thesis.txt").write_text("years of work")
    draft = folder / OTHER[:2] / f"{OTHER}.4711"
    draft.parent.mkdir(exist_ok=True)
    draft.write_bytes(b"half")
    DrawingStore(folder).forget_all_but(())

    assert {path.name for path in folder.glob("*/*")} == {"thesis.txt"}
