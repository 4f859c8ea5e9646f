from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser


def errors(checker: list[str], path: Path) -> list[str]:
    """What the Nu HTML checker says against a page, or every page of a folder."""
    done = subprocess.run(
        [*checker, "--format", "json", "--skip-non-html", str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
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
