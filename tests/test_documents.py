from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

import pytest

from markdown_pages import DOCS, ROOT
from perfsite import documents
from perfsite.errors import UsageError
from small_site import perfsite
from test_docs import anchors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCES: Final = sorted((ROOT / "src" / "perfsite").rglob("*.py"))
PAGE: Final = """\
# A page

## First `thing`

One.

```sh
# a remark
```

### Within

Two.

## Second

Three.
"""


def texts(path: Path) -> Iterator[str]:
    """Every text of a module that somebody may be told: no docstring but those of commands."""
    tree = ast.parse(path.read_text("utf-8"))
    helps = {
        id(node.body[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(one).startswith("click.") for one in node.decorator_list)
    }
    notes = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and id(node) not in helps
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.value


def named_pages() -> set[str]:
    """The pages that the code names, by the function that does it or in so many words."""
    called = {
        match[1]
        for path in SOURCES
        for match in re.finditer(r"documents\.named\([\"']([^\"']+)", path.read_text("utf-8"))
    }
    written = {
        match[1]
        for path in SOURCES
        for text in texts(path)
        for match in re.finditer(r"perfsite docs ([a-z][\w#-]*)", text)
    }
    return called | written


def test_whatever_page_a_message_names_is_there() -> None:
    """Nobody is sent to a page or a section that perfsite does not print."""
    pages = named_pages()

    assert pages >= {"data-format#measures", "importing#the-map", "revisions", "archive#audit"}
    for page in pages:
        assert documents.read(page).startswith("#"), page


def test_no_message_names_a_file_of_the_checkout() -> None:
    """An installed perfsite has no docs/: a message names the command that prints the page."""
    named = {path.name: text for path in SOURCES for text in texts(path) if "docs/" in text}

    assert named == {}


def test_a_section_ends_where_the_next_one_of_its_level_begins() -> None:
    """With what stands below it, and a # in an example is no heading."""
    found = documents.sections(PAGE)

    assert list(found) == ["a-page", "first-thing", "within", "second"]
    assert found["a-page"] == PAGE
    assert found["first-thing"] == PAGE[PAGE.index("## First") : PAGE.index("\n## Second")]
    assert found["within"] == "### Within\n\nTwo.\n"
    assert found["second"] == "## Second\n\nThree.\n"


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_sections_have_the_anchors_that_links_use(path: Path) -> None:
    """What stands behind # in a link is what `perfsite docs` takes."""
    text = path.read_text("utf-8")

    assert set(documents.sections(text)) == anchors(text)


def test_the_pages_are_listed_and_printed() -> None:
    """Without a page the command lists all with their titles, with one it prints it as it is."""
    listed = perfsite("docs").out
    printed = perfsite("docs", "tutorial").out

    assert "tutorial       From one spreadsheet to a page\n" in listed
    assert len(listed.splitlines()) == len(list(DOCS.glob("*.md")))
    assert printed == (DOCS / "tutorial.md").read_text("utf-8")
    assert perfsite("docs", "data-format#measures").out.startswith("## Measures\n")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("data-fromat", "there is no page data-fromat; did you mean data-format?"),
        ("zzz", "there is no page zzz; `perfsite docs` lists them"),
        ("../README", "there is no page ../README; `perfsite docs` lists them"),
        ("kpis#zzz", "the page kpis has no section zzz"),
    ],
)
def test_a_page_that_is_not_there_is_said(page: str, said: str) -> None:
    """With the one that was meant, if there is one near; a name is no path."""
    with pytest.raises(UsageError, match=re.escape(said)):
        documents.read(page)
