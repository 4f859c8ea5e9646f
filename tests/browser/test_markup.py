from __future__ import annotations

import json
import re
import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser


def errors(checker: list[str], *paths: Path) -> list[str]:
    """What the Nu HTML checker, started once, says against pages, or every page of folders."""
    done = subprocess.run(
        [*checker, "--format", "json", "--skip-non-html", *map(str, paths)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
        check=False,
    )
    # It writes its report to the stream for errors. If it did not run, this is where it says so.
    messages: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    wrong = [message for message in messages if message["type"] != "info"]
    assert done.returncode == bool(wrong), done.stderr[-2000:]
    return [
        f"{message.get('url', '')}:{message.get('lastLine', '')}: {message['message']}"
        for message in wrong
    ]


def kind(path: PurePosixPath) -> str:
    """What kind of page stands at a path: folders, names that pages share, and how deep it is.

    A list is the same page in every order, and a figure of a service is of a kind by its name.
    """
    shared = path.name if len(path.parts) != 2 or path.stem == "index" else "*"
    name = re.sub(r"by-.*", "by", path.stem) if path.stem.startswith("by-") else shared
    return "/".join([path.parts[0], *("*" for _ in path.parts[1:-1]), name])


def sample(site: Path) -> list[Path]:
    """The largest page of every kind, and the smallest, which has the least to show."""
    kinds: dict[str, list[tuple[int, Path]]] = {}
    for path in sorted(site.rglob("*.html")):
        where = kind(PurePosixPath(path.relative_to(site)))
        kinds.setdefault(where, []).append((path.stat().st_size, path))
    return sorted({pick(pages)[1] for pages in kinds.values() for pick in (min, max)})


def test_a_page_of_every_kind_is_valid_html(checker: list[str], site: Path) -> None:
    """The Nu HTML checker finds no error in the largest and the smallest page of every kind."""
    pages = sample(site)
    here = {path.relative_to(site).as_posix() for path in pages}
    assert {"index.html", "404.html", "services/index.html", "health/index.html"} <= here
    assert {path.split("/")[0] for path in here} >= {
        *("agencies", "categories", "changes", "charts", "data", "departments", "editions"),
        *("health", "services", "about.html", "sitemap.html"),
    }
    assert 60 < len(pages) < 300
    found = errors(checker, *pages)
    assert not found, "\n".join(["", f"{len(found)} errors", *found[:30]])


@pytest.mark.proofs
def test_every_page_is_valid_html(checker: list[str], site: Path) -> None:
    """The Nu HTML checker finds no error in any page of the example."""
    assert len(list(site.rglob("*.html"))) > 800
    found = errors(checker, site)
    assert not found, "\n".join(["", f"{len(found)} errors", *found[:30]])


def test_the_checker_sees_a_fault(checker: list[str], tmp_path: Path) -> None:
    """A page with a paragraph inside a list, but outside its items, is found to be wrong."""
    page = tmp_path / "page.html"
    page.write_text(
        '<!DOCTYPE html><html lang="en"><head><title>T</title></head>'
        "<body><ul><p>No</p></ul></body></html>",
        encoding="utf-8",
    )
    (error,) = errors(checker, tmp_path)
    assert "not allowed as child" in error
