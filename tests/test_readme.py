from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final
from urllib.request import urlopen

import click
import pytest

from markdown_pages import ROOT, fences, write_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

BEGINNINGS: Final = ("README.md", "docs/tutorial.md")
"""The pages that begin with nothing."""
ELSEWHERE: Final = {
    "docs/importing.md": "its examples have files of their own: test_importers_docs.py",
    "docs/scale.md": "its commands need a cluster: test_cluster.py",
}
"""Guides whose commands are run by another test."""
_SECONDS: Final = 300
DATA_ERRORS: Final = 1


def page(path: str) -> str:
    """A page of the repository."""
    return (ROOT / path).read_text("utf-8")


def commands(text: str) -> list[str]:
    """The lines of a page's sh fences, in order."""
    return [line for f in fences(text) if f.kind == "sh" for line in f.text.splitlines()]


def guides() -> list[str]:
    """The how-to pages that have commands of perfsite's, in the order of mkdocs.yml."""
    listed = page("mkdocs.yml").partition("  - How to:\n")[2].partition("  - Reference:\n")[0]
    return [
        path
        for path in re.findall(r": (\S+\.md)$", listed, re.MULTILINE)
        if any(line.startswith("perfsite ") for line in commands(page(path)))
    ]


class Reader:
    """Does what a page says, in a folder of its own, as somebody would who arrives cold."""

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
        """Run a line of a page that is a command of perfsite's."""
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

    def follow(self, path: str) -> None:
        """Write the files of a page, run its commands and compare the answers that it shows."""
        for fence in fences(page(path)):
            if fence.kind == "csv":
                assert fence.path, f"a file of {path} has no name"
                write_data(self.folder, {fence.path: fence.text})
            elif fence.kind == "text":
                self.compare(fence.text)
            elif fence.kind == "sh":
                for line in fence.text.splitlines():
                    if line.startswith("perfsite "):
                        self.run(line)
        assert self.code == 0, self.answer

    def compare(self, shown: str) -> None:
        """Hold what a page shows against what the last command said: that data has errors."""
        assert shown in self.answer
        assert self.code == DATA_ERRORS
        self.code = 0

    def _serve(self, words: Sequence[str]) -> None:
        """Start a server, ask it for a page, and stop it."""
        # Any free port: the one that the page names may be taken on this machine.
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


@pytest.fixture(scope="module")
def after_the_tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of whoever has done what the tutorial says."""
    folder = tmp_path_factory.mktemp("tutorial")
    Reader(folder).follow("docs/tutorial.md")
    return folder


def test_the_readme_starts_with_the_example_and_the_tests() -> None:
    """The first commands that a newcomer sees build the example and check it."""
    assert commands(page("README.md"))[:2] == ["make site", "make test"]


def test_the_readme_is_read_in_five_minutes() -> None:
    """It has a hundred lines, and leads to every page of docs/ that mkdocs.yml lists."""
    readme = page("README.md")
    listed = set(re.findall(r": (docs/\S+\.md)$", page("mkdocs.yml"), re.MULTILINE))

    assert len(readme.splitlines()) <= 110
    assert listed - set(re.findall(r"\]\(([^)#]+)\)", readme)) == set()


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md", "docs/testing.md"])
def test_every_make_command_is_a_target_with_its_help(path: str) -> None:
    """`make X` in a page is a target that `make` alone lists."""
    targets = re.findall(r"^([a-z-]+):.*## \S", page("Makefile"), re.MULTILINE)
    asked = {
        word
        for line in [*commands(page(path)), *re.findall(r"`(make [^`]+)`", page(path))]
        if line.startswith("make ")
        for word in shlex.split(line, comments=True)[1:]
        if "=" not in word
    }

    assert asked
    assert asked <= set(targets)


@pytest.mark.server
def test_a_newcomer_gets_from_a_spreadsheet_to_a_page(after_the_tutorial: Path) -> None:
    """Every command of the tutorial, every file and every answer in it, one after the other."""
    built = (after_the_tutorial / "site" / "services" / "passport.html").read_text("utf-8")

    assert "Passport applications" in built
    assert "5,750 transactions" in built
    assert "Incomplete" in built
    assert (after_the_tutorial / "site" / "editions" / "2026-09-01" / "index.html").is_file()


@pytest.mark.slow
def test_the_readme_does_the_same(tmp_path: Path) -> None:
    """The short way of the README ends at the same page."""
    Reader(tmp_path).follow("README.md")

    built = (tmp_path / "site" / "services" / "passport.html").read_text("utf-8")
    assert "5,750 transactions" in built


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in guides() if path not in ELSEWHERE])
def test_every_command_of_a_guide_works(
    path: str, after_the_tutorial: Path, tmp_path: Path
) -> None:
    """Where the tutorial ends a guide goes on, and each of its commands does what it says."""
    folder = tmp_path / "folder"
    shutil.copytree(after_the_tutorial, folder)

    Reader(folder).follow(path)


def test_every_command_is_tried_by_some_guide() -> None:
    """Every command of perfsite's is shown at work by a guide, and none that there is not."""
    from perfsite.cli import main  # noqa: PLC0415

    lines = [line for path in (*BEGINNINGS, *guides()) for line in commands(page(path))]
    shown = {line.split()[1] for line in lines if line.startswith("perfsite ")}

    there = set(main.list_commands(click.Context(main)))
    assert there - shown == {"completion"}
    assert shown <= there
    assert set(ELSEWHERE) <= set(guides())
