"""Bad data, one fault a case, and what perfsite says of it, letter for letter.

A case is a folder of `cases`: a data folder that holds only what the case is about, and
`expected.txt`. What it lacks is taken from `base`. Files that are no text are made by `made`. See
README.md for how a case is added and a change accepted.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from perfsite.cli import main

from .made import MADE

FOLDER: Final = Path(__file__).parent
CASES: Final = FOLDER / "cases"
BASE: Final = FOLDER / "base"
EXPECTED: Final = "expected.txt"
COMMAND: Final = "command.txt"
"""Where it is there, the words of the command, instead of `validate data`."""


def names() -> list[str]:
    """The names of all cases, sorted: a code, and what is wrong."""
    return sorted({path.name for path in CASES.iterdir() if path.is_dir()} | set(MADE))


def files(name: str) -> dict[str, bytes | Path]:
    """The files of a case's data folder by their paths, those of `base` among them; and links."""
    found: dict[str, bytes | Path] = {}
    found |= _folder(BASE) | _folder(CASES / name)
    found |= MADE[name]() if name in MADE else {}
    return {path: data for path, data in found.items() if path not in {EXPECTED, COMMAND}}


def expected(name: str) -> str:
    """What perfsite is expected to say; empty where nobody has accepted anything yet."""
    path = CASES / name / EXPECTED
    return path.read_text("utf-8") if path.exists() else ""


def said(name: str) -> tuple[int, str]:
    """What perfsite says of a case: its exit code, and all that it prints.

    The data folder is called `data`, wherever it stands.
    """
    chosen = CASES / name / COMMAND
    words = chosen.read_text("utf-8").split() if chosen.exists() else ["validate", "data"]
    with tempfile.TemporaryDirectory() as folder:
        for path, data in files(name).items():
            target = Path(folder, "data", path)
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, Path):
                target.symlink_to(data)
            else:
                target.write_bytes(data)
        there = [str(Path(folder, word)) if _is_place(word) else word for word in words]
        result = CliRunner().invoke(main, there, catch_exceptions=False)
        return result.exit_code, result.output.replace(f"{folder}/", "")


def accept() -> list[str]:
    """Write down what perfsite says of every case; the names of those that have changed."""
    changed = []
    for name in names():
        _, text = said(name)
        if text != expected(name):
            (CASES / name).mkdir(exist_ok=True)
            (CASES / name / EXPECTED).write_text(text, "utf-8", newline="\n")
            changed.append(name)
    return changed


def _folder(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _is_place(word: str) -> bool:
    """Whether a word of a command is a path in the folder of the case."""
    return word.partition("/")[0] in {"data", "out"}
