"""What tests need besides Python, where it is found, and what to do without it.

`scripts/browser_tools.sh` and `scripts/proof_tools.sh` install all of it where they can. Nothing
here installs anything.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX: Final = Path(sys.prefix)
"""The virtual environment, in which the scripts put what is no package of the system."""
_NODE: Final = "node/node_modules"
_PROOFS: Final = "proofs/bin"
QUIET: Final = (
    "--no-sandbox",  # the sandbox does not work for root, which a container usually is
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)
"""Arguments of a browser that asks nobody anything but what it is told to."""


@dataclass(frozen=True)
class Tool:
    """Something that tests need.

    `programs` are names on the path, of which one is enough; `file` is one below `_PREFIX`;
    `install` is the command that a person would give.
    """

    name: str
    purpose: str
    install: str
    programs: tuple[str, ...] = ()
    file: str = ""

    def find(self) -> Path | None:
        """Where it is, or None."""
        if self.file:
            path = _PREFIX / self.file
            return path if path.is_file() else None
        found = (shutil.which(program) for program in self.programs)
        return next((Path(path) for path in found if path), None)


NPM: Final = "scripts/browser_tools.sh .venv, which needs the network"
PYPI: Final = "scripts/proof_tools.sh .venv, which needs the network"
TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool
    for tool in (
        Tool(
            "chromium",
            "every test in a browser",
            "apt-get install chromium fonts-liberation",
            programs=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        ),
        Tool("axe-core", "the accessibility checks", NPM, file=f"{_NODE}/axe-core/axe.min.js"),
        Tool(
            "java",
            "the check of the markup",
            "apt-get install default-jre-headless",
            programs=("java",),
        ),
        Tool("vnu-jar", "the check of the markup", NPM, file=f"{_NODE}/vnu-jar/build/dist/vnu.jar"),
        Tool("wget", "the mirrors", "apt-get install wget", programs=("wget",)),
        Tool("strace", "the order of writes", "apt-get install strace", programs=("strace",)),
        Tool("mkfs.btrfs", "a disk with a quota", "apt-get install btrfs-progs", ("mkfs.btrfs",)),
        Tool("mkdocs", "the documentation as a site", "make docs", file="docs/bin/mkdocs"),
        Tool("mounts", "disks that are full, read-only or lose power", "be root, on Linux"),
        *(
            Tool(name, purpose, PYPI, file=f"{_PROOFS}/{name}")
            for name, purpose in (
                ("warcio", "the checks of the WARC"),
                ("fastwarc", "the checks of the WARC"),
                ("wacz", "the check of the WACZ"),
                ("bagit.py", "the check of the bag"),
                ("wb-manager", "the replay of the packages"),
                ("wayback", "the replay of the packages"),
            )
        ),
    )
}
absent: Final[dict[str, Tool]] = {}
"""The tools that tests of this run asked for and did not get."""


def needed(name: str) -> Path:
    """Where a tool is; without it the test is skipped, and on CI it fails."""
    tool = TOOLS[name]
    path = tool.find()
    if path:
        return path
    absent[name] = tool
    reason = f"{tool.name} is missing, needed for {tool.purpose}; install it: {tool.install}"
    if is_required():
        pytest.fail(reason)
    pytest.skip(reason)


def is_required() -> bool:
    """Whether a missing tool is a failure: on CI nobody reads what was skipped."""
    return bool(os.environ.get("CI"))
