"""What the browser tests need besides Python, where it is found, and what to do without it.

`scripts/browser_tools.sh` installs all of it where it can. Nothing here installs anything.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES: Final = Path(sys.prefix) / "node" / "node_modules"
"""Where `scripts/browser_tools.sh` puts what comes from npm: inside the virtual environment."""
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

    `programs` are names on the path, of which one is enough; `file` is one below `PACKAGES`;
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
            path = PACKAGES / self.file
            return path if path.is_file() else None
        found = (shutil.which(program) for program in self.programs)
        return next((Path(path) for path in found if path), None)


NPM: Final = "scripts/browser_tools.sh .venv, which needs the network"
TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool
    for tool in (
        Tool(
            "chromium",
            "every test in a browser",
            "apt-get install chromium fonts-liberation",
            programs=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        ),
        Tool("axe-core", "the accessibility checks", NPM, file="axe-core/axe.min.js"),
        Tool(
            "java",
            "the check of the markup",
            "apt-get install default-jre-headless",
            programs=("java",),
        ),
        Tool("vnu-jar", "the check of the markup", NPM, file="vnu-jar/build/dist/vnu.jar"),
    )
}


def missing() -> list[Tool]:
    """The tools that are not there, in the order of `TOOLS`."""
    return [tool for tool in TOOLS.values() if tool.find() is None]


def is_required() -> bool:
    """Whether a missing tool is a failure: on CI nobody reads what was skipped."""
    return bool(os.environ.get("CI"))
