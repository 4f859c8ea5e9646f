"""Lock what is installed: the libraries of a site, and the tools of development, with hashes.

`python scripts/lock.py` writes requirements/site.txt, dev.txt and docs.txt anew, for every system
and every version of Python that perfsite knows; `python scripts/lock.py docs` the last one alone.
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
    "site": "The libraries that build, check and archive a site",
    "dev": "The tools of development, besides those of site.txt",
    "docs": "What builds the documentation, in an environment of its own",
}
HASHED: Final = ("--generate-hashes", "--universal")


def main() -> None:
    """Write the locks, or print the lowest versions."""
    if "--lowest" in sys.argv[1:]:
        lowest = compiled(*extra("archive"), "--resolution", "lowest-direct")
        known = {name_of(entry) for entry in entries(lowest)}
        table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        tools = table["optional-dependencies"]["dev"]
        sys.stdout.write(lowest)
        sys.stdout.writelines(
            f"{tool}\n" for tool in tools if name_of(tool) not in known | {"perfsite"}
        )
        return
    (ROOT / "requirements").mkdir(exist_ok=True)
    write("docs", entries(compiled("--group", "pyproject.toml:docs", *HASHED)))
    if "docs" in sys.argv[1:]:
        return
    site = entries(compiled(*extra("archive"), *HASHED))
    every = entries(compiled(*extra("dev"), *HASHED))
    write("site", site)
    # One resolution has to hold for both files: what is in the first is the same in the second.
    if missing := set(site) - set(every):
        sys.exit(f"the tools want other versions: {', '.join(sorted(map(name_of, missing)))}")
    write("dev", [entry for entry in every if entry not in set(site)])


def extra(name: str) -> tuple[str, ...]:
    """What asks for the libraries of perfsite with one of its extras."""
    return ("pyproject.toml", "--extra", name)


def compiled(*asked: str) -> str:
    """What uv makes of what is asked for, which is a file with an extra or a group of one."""
    if find_spec("uv") is None:
        sys.exit("this needs uv: .venv/bin/pip install uv")
    words = ["pip", "compile", *asked, "--python-version", "3.11"]
    words += ["--quiet", "--no-header", "--no-annotate", "--no-emit-index-url"]
    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "uv", *words], cwd=ROOT, capture_output=True, text=True, check=False
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
