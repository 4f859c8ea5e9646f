"""Build the documentation as a site: `make docs`, or `python scripts/docs_site.py OUT [CHECKOUT]`.

MkDocs wants all pages below one folder. Links of our pages lead out of docs/ as well (to the
README, to the notes of the example data), and have to work in a code host, too. So the pages of
mkdocs.yml are laid out in a temporary folder as they lie in the repository: no link is rewritten.

It runs in an environment of its own, which has MkDocs and not perfsite.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CONFIG: Final = "mkdocs.yml"
RECORDS: Final = "docs/decisions"
"""The records of decisions, which have a list of their own."""
_PAGE: Final = re.compile(r"^ +- [^:\n]+: (\S+\.md)$", re.MULTILINE)
_LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s#:]+)(?:#[^)]*)?\)")


def pages(root: Path) -> list[Path]:
    """The pages that mkdocs.yml lists, below the root of the checkout."""
    return [Path(match[1]) for match in _PAGE.finditer((root / CONFIG).read_text("utf-8"))]


def lay_out(root: Path, folder: Path) -> None:
    """Copy the listed pages, the records of decisions and every file that one of them leads to."""
    records = (path.relative_to(root) for path in sorted((root / RECORDS).glob("[0-9]*.md")))
    copied: set[Path] = set()
    for page in (*pages(root), *records):
        text = (root / page).read_text("utf-8")
        beside = {Path(os.path.normpath(page.parent / link)) for link in _LINK.findall(text)}
        # A page that is linked and not listed is left for MkDocs to complain of.
        copied |= {page, *(path for path in beside if path.suffix != ".md")}
    copied |= {path.relative_to(root) for path in (root / "docs/assets").iterdir()}
    for path in sorted(copied):
        if (root / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, folder / path)


def main() -> None:
    """Build the site into the folder that is named, strictly: a link that leads nowhere ends it."""
    if not sys.argv[1:]:
        sys.exit("usage: python scripts/docs_site.py OUT [CHECKOUT]")
    out = Path(sys.argv[1]).resolve()
    root = Path(sys.argv[2]).resolve() if sys.argv[2:] else ROOT
    with tempfile.TemporaryDirectory() as folder:
        lay_out(root, Path(folder))
        # Material tells at each build that MkDocs 2 will not do; decision record 039 has that.
        paths = {"PERFSITE_PAGES": folder, "PERFSITE_DOCS": str(out), "NO_MKDOCS_2_WARNING": "1"}
        # Never with --quiet: what is not said is not counted by strict mode, either.
        built = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-m", "mkdocs", "build", "--config-file", str(root / CONFIG)],
            env={**os.environ, **paths},
            check=False,
        )
    if built.returncode:
        sys.exit(built.returncode)
    sys.stdout.write(f"Built {sys.argv[1]}: open {sys.argv[1]}/index.html\n")


if __name__ == "__main__":
    main()
