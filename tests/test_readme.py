from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final
from urllib.request import urlopen

import pytest

from markdown_pages import ROOT, fences, write_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

README: Final = (ROOT / "README.md").read_text("utf-8")
PLATFORM: Final = (
    "Name of service,Slug,Department,2014-Q4 Vol.\n"
    'Passport applications,passport,Home Office,"1,200"\n'
)
"""The smallest edition of the platform's register, for the command that imports one."""
_SECONDS: Final = 300
DATA_ERRORS: Final = 1


def commands() -> list[list[str]]:
    """The lines of the README's sh fences, in order, each fence a list."""
    return [f.text.splitlines() for f in fences(README) if f.kind == "sh"]


class Reader:
    """Does what the README says, in a folder of its own, as somebody would who arrives cold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.answer = ""
        self.code = 0
        # The checkout may be on a relative PYTHONPATH, which the folder would change.
        paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self._environment.pop("SOURCE_DATE_EPOCH", None)

    def run(self, line: str) -> None:
        """Run a line of the README that is a command of perfsite's."""
        words = [
            found
            for word in shlex.split(line, comments=True)[1:]
            for found in (map(str, self.folder.glob(word)) if "*" in word else [word])
        ]
        assert self.code == 0, f"{self.ran[-1]}\n{self.answer}"
        self.ran.append(line)
        if words[0] == "serve":
            self._serve(words)
            return
        done = subprocess.run(
            self._command(words),
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        self.answer, self.code = done.stdout + done.stderr, done.returncode

    def compare(self, shown: str) -> None:
        """Hold what the README shows against what the last command said: that data has errors."""
        assert shown in self.answer
        assert self.code == DATA_ERRORS
        self.code = 0

    def _serve(self, words: Sequence[str]) -> None:
        """Start a server, ask it for a page, and stop it."""
        # Any free port: the one that the README names may be taken on this machine.
        with subprocess.Popen(
            self._command([*words, "--port", "0"]),
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            watchdog = threading.Timer(_SECONDS, server.kill)
            watchdog.start()
            try:
                address = next(_addresses(server.stdout or ()), "")
                assert address, f"{shlex.join(words)} did not say where it serves"
                with urlopen(f"{address}index.html", timeout=30) as answer:  # noqa: S310 - our own
                    assert answer.status == 200
                    assert b"<title>" in answer.read()
            finally:
                watchdog.cancel()
                server.kill()

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "perfsite", *words]


def _addresses(lines: Iterable[str]) -> Iterator[str]:
    return (match[0] for line in lines if (match := re.search(r"http://\S+/", line)))


def test_the_readme_starts_with_the_example_and_the_tests() -> None:
    """The first commands that a newcomer sees build the example and check it."""
    first = commands()[0]

    assert "make site" in first
    assert "make test" in first


def test_every_make_command_of_the_readme_is_a_target_with_its_help() -> None:
    """`make X` in the README is a target that `make` alone lists."""
    targets = re.findall(r"^([a-z]+):.*## \S", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    asked = {
        word
        for lines in commands()
        for line in lines
        if line.startswith("make")
        for word in shlex.split(line, comments=True)[1:]
        if "=" not in word
    }

    assert asked
    assert asked <= set(targets)


@pytest.mark.server
def test_a_newcomer_gets_from_a_spreadsheet_to_a_page(tmp_path: Path) -> None:
    """Every command of the README, every file and every answer in it, one after the other."""
    (tmp_path / "services.csv").write_text(PLATFORM, "utf-8")
    reader = Reader(tmp_path)
    for fence in fences(README):
        if fence.kind == "csv":
            assert fence.path, "a file of the README has no name"
            write_data(tmp_path, {fence.path: fence.text})
        elif fence.kind == "text":
            reader.compare(fence.text)
        elif fence.kind == "sh":
            for line in fence.text.splitlines():
                if line.startswith("perfsite "):
                    reader.run(line)

    assert reader.code == 0, reader.answer
    ran = {line.split()[1] for line in reader.ran}
    assert ran >= {"init", "new", "validate", "build", "serve", "status", "import"}
    assert ran >= {"archive", "verify"}
    page = (tmp_path / "site" / "services" / "passport.html").read_text("utf-8")
    assert "Passport applications" in page
    assert "5,750 transactions" in page
    assert (tmp_path / "preview" / "index.html").is_file()
    assert (tmp_path / "imported" / "services.csv").is_file()


def test_every_command_is_in_the_readme() -> None:
    """The table of commands has a row for each command that there is."""
    from perfsite.cli import main  # noqa: PLC0415

    listed = re.findall(r"^\| `perfsite (\w+)", README, re.MULTILINE)

    assert sorted(listed) == sorted(main.commands)
