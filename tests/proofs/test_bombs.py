"""Files that are larger than they look, each given to the real command, and what that takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from small_site import data_folder
from test_budgets import BOMBS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.proofs
MEGABYTES: Final = 300
SECONDS: Final = 10
"""Of the processor. On a machine that does nothing else it is one; this test has no deadline."""


def sparse(path: Path) -> None:
    """A gigabyte of nothing."""
    with path.open("wb") as file:
        file.truncate(2**30)


def novel(path: Path) -> None:
    """A value of 50 MB in quotation marks."""
    path.write_bytes(b'period,transactions\r\n2017,"' + b"x" * 50_000_000 + b'"\n2018,1\n')


def bomb(name: str) -> Callable[[Path], None]:
    """What writes one of the small bombs."""
    return lambda path: void(path.write_bytes(BOMBS[name][1]()))


def void(_: object) -> None:
    """Nothing."""


LARGE: Final[dict[str, tuple[str, Callable[[Path], None]]]] = {
    "a sparse table": ("a.csv", sparse),
    "a sparse workbook": ("a.ods", sparse),
    "a novel": ("a.csv", novel),
    **{name: (entry[0], bomb(name)) for name, entry in BOMBS.items()},
}


_LAUNCH = """
import json, os, sys
out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
actions = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
words = [sys.executable, *sys.argv[2:]]
child = os.posix_spawn(words[0], words, os.environ, file_actions=actions)
_, status, used = os.wait4(child, 0)
print(json.dumps([status, used.ru_maxrss, used.ru_utime + used.ru_stime]))
"""
"""Linux counts the memory of the process that starts another as that one's, so a small one does."""


@pytest.mark.parametrize("name", LARGE)
def test_a_bomb_is_refused_in_little_time_and_memory(tmp_path: Path, name: str) -> None:
    """The figures of others are validated, and all takes 300 MB at most, Python included."""
    path, write = LARGE[name]
    folder = data_folder(tmp_path / "data")
    write(folder / "submissions" / path)
    words = ["-m", "perfsite", "validate", str(folder), "--edition", "2026-01-01"]
    ran = subprocess.run(
        [sys.executable, "-c", _LAUNCH, str(tmp_path / "out.txt"), *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    status, kilobytes, seconds = json.loads(ran.stdout)

    said = (tmp_path / "out.txt").read_text("utf-8")
    assert os.waitstatus_to_exitcode(status) == 1, said
    assert f"submissions/{path}" in said
    assert kilobytes / 1024 < MEGABYTES
    assert seconds < SECONDS
