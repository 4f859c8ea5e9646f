"""Lock what is installed, in files that build on each other, with hashes.

`python scripts/lock.py` writes requirements/*.txt anew, for every system and every version of
Python that perfsite knows; `python scripts/lock.py docs` writes docs.txt alone.
`--lowest` prints the lowest versions instead that pyproject.toml allows, and the tools of
development. The index is that of the machine; none is named in the files. It needs uv, which
nothing else does: `pip install uv`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
HEAD: Final = """\
# {what}, with their hashes, for every system. Made by scripts/lock.py.
# Install them with: pip install --require-hashes -r requirements/{name}.txt
"""
WHAT: Final = {
    "site": "The libraries that build a site",
    "build": "What the package of perfsite is made with, needed only while it is installed",
    "archive": "The libraries that pack, verify and audit a site, besides those of site.txt",
    "dask": "The libraries that build a site on a cluster, besides those of site.txt",
    "dev": "The tools of development, besides those of the other files",
    "docs": "What builds the documentation, in an environment of its own",
}
MAKERS: Final = ("hatchling", "editables")


def main() -> None:
    """Write the locks, or print the lowest versions."""
    if "--lowest" in sys.argv[1:]:
        lowest = compiled(*extra("archive", "dask"), "--resolution", "lowest-direct")
        known = {name_of(entry) for entry in entries(lowest)}
        sys.stdout.write(lowest)
        sys.stdout.writelines(
            f"{tool}\n" for tool in tools() if name_of(tool) not in known | {"perfsite"}
        )
        return
    (ROOT / "requirements").mkdir(exist_ok=True)
    write("docs", locked("--group", "pyproject.toml:docs"))
    if "docs" in sys.argv[1:]:
        return
    every = locked(*extra("dev"))
    makers = "\n".join(tool for tool in tools() if name_of(tool) in MAKERS)
    found = {
        "site": locked("pyproject.toml"),
        "archive": locked(*extra("archive")),
        "dask": locked(*extra("dask")),
        "build": locked("-", given=makers),
        "dev": every,
    }
    written: set[str] = set()
    for name, needed in found.items():
        # One resolution has to hold for all files: what is in one is the same in those after it.
        if other := set(needed) - set(every):
            sys.exit(f"the tools want other versions: {', '.join(sorted(map(name_of, other)))}")
        # What the package is made with stands in a folder of its own, and has to be complete.
        write(name, [entry for entry in needed if name == "build" or entry not in written])
        written |= set(needed)


def extra(*names: str) -> tuple[str, ...]:
    """What asks for the libraries of perfsite with some of its extras."""
    return ("pyproject.toml", *(word for name in names for word in ("--extra", name)))


def tools() -> list[str]:
    """The tools of development, as pyproject.toml has them."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found: list[str] = table["optional-dependencies"]["dev"]
    return found


def locked(*asked: str, given: str | None = None) -> list[str]:
    """What is needed for what is asked for, with hashes and for every system."""
    return entries(compiled(*asked, "--generate-hashes", "--universal", given=given))


def compiled(*asked: str, given: str | None = None) -> str:
    """What uv makes of what is asked for: a file, with an extra, a group of one, or `given`."""
    if find_spec("uv") is None:
        sys.exit("this needs uv: .venv/bin/pip install uv")
    words = ["pip", "compile", *asked, "--python-version", "3.11"]
    words += ["--quiet", "--no-header", "--no-annotate", "--no-emit-index-url"]
    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "uv", *words],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        sys.exit(ran.stderr)
    return ran.stdout


def entries(text: str) -> list[str]:
    """The requirements of a file, each with the lines of its hashes."""
    return re.findall(r"^[A-Za-z0-9].*(?:\n[ ]+.*)*\n", text, re.MULTILINE)


def name_of(entry: str) -> str:
    """The name of what is required."""
    return re.split(r"[=<>\[; ]", entry, maxsplit=1)[0]


def write(name: str, requirements: list[str]) -> None:
    """Write a lock."""
    head = HEAD.format(what=WHAT[name], name=name)
    (ROOT / "requirements" / f"{name}.txt").write_text(head + "".join(requirements), "utf-8")


if __name__ == "__main__":
    main()
