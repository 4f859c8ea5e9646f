"""The documentation as a site: whole, found from its list, and read without anybody else's host."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import pytest

from markdown_pages import DOCS, ROOT
from tools import needed

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

SCRIPT: Final = ROOT / "scripts" / "docs_site.py"
_TAG: Final = re.compile(r"<(?:script|link|img|iframe|source|video|form)\b[^>]*>")
_ADDRESS: Final = re.compile(r"\b(?:href|src|action)=(?:\"([^\"]*)\"|([^\s\"'>]+))")


def script() -> Any:  # noqa: ANN401 - a module
    """The script that lays the pages out and has them built."""
    spec = importlib.util.spec_from_file_location("docs_site", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def built(out: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Build the site of a checkout, in the environment that `make docs` has made."""
    python = needed("mkdocs").with_name("python")
    return subprocess.run(
        [python, SCRIPT, out, root], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def documentation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built documentation."""
    out = tmp_path_factory.mktemp("documentation") / "site"
    done = built(out)
    assert done.returncode == 0, done.stderr
    return out


def test_every_page_is_in_the_list_once() -> None:
    """mkdocs.yml lists every page under docs/ but the records, and none that is not there."""
    listed = Counter(path.as_posix() for path in script().pages(ROOT))
    there = {path.relative_to(ROOT).as_posix() for path in DOCS.rglob("*.md")}

    assert {path for path, times in listed.items() if times > 1} == set()
    assert {path for path in listed if not (ROOT / path).is_file()} == set()
    unlisted = {path for path in there - set(listed) if not re.match(r"docs/decisions/\d", path)}
    assert unlisted == set()


def test_the_pages_are_laid_out_as_they_lie_in_the_repository(tmp_path: Path) -> None:
    """Each with the pictures and files that it leads to, byte for byte, and nothing else."""
    script().lay_out(ROOT, tmp_path)
    laid = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}

    assert laid >= {"README.md", "LICENSE", "docs/tutorial.md", "docs/screenshots/service.png"}
    assert laid >= {"docs/schemas/problems.json", "data/README.md", "docs/decisions/README.md"}
    assert {path for path in laid if path.startswith(("src/", "scripts/"))} == set()
    for path in laid:
        assert (tmp_path / path).read_bytes() == (ROOT / path).read_bytes()


@pytest.mark.tools
def test_the_site_is_whole_and_asks_no_other_host(documentation: Path) -> None:
    """Every address in a page leads to a file of the site, and nothing is loaded from elsewhere."""
    pages = sorted(documentation.rglob("*.html"))
    dead, foreign = [], []
    for path in pages:
        text = path.read_text("utf-8")
        for tag in _TAG.findall(text):
            foreign += [
                tag for one in _ADDRESS.findall(tag) if re.match("(https?:)?//", "".join(one))
            ]
        for quoted, bare in _ADDRESS.findall(text):
            address = unquote((quoted or bare).partition("#")[0].partition("?")[0])
            # 404.html is served under any address, so that its own are those of a root.
            if not address or re.match("[a-z]+:", address) or path.name == "404.html":
                continue
            if not (path.parent / address).exists():
                dead.append(f"{path.relative_to(documentation)}: {address}")

    assert len(pages) > 60
    assert dead == []
    assert foreign == []


@pytest.mark.tools
def test_what_is_a_table_in_a_code_host_is_one_in_the_site(documentation: Path) -> None:
    """The two read Markdown a little differently; a table would be a paragraph full of bars."""
    for page in script().pages(ROOT):
        html = page.with_suffix(".html") if page.name != "README.md" else page.parent / "index.html"
        tables = re.findall(r"^\|[-| :]+\|$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        made = (documentation / html).read_text("utf-8").count("<table>")
        assert made == len(tables), page


@pytest.mark.tools
def test_a_link_that_leads_nowhere_builds_nothing(tmp_path: Path) -> None:
    """Neither to a page that is not there nor to a section."""
    root = tmp_path / "checkout"
    script().lay_out(ROOT, root)
    shutil.copy(ROOT / "mkdocs.yml", root)
    page = root / "docs" / "why.md"
    page.write_text(f"{page.read_text('utf-8')}\n[a](nowhere.md) [b](kpis.md#nothing)\n", "utf-8")

    done = built(tmp_path / "site", root)

    assert done.returncode != 0
    assert "'nowhere.md'" in done.stderr
    assert "'#nothing'" in done.stderr


def test_from_a_disk_the_site_is_searched_and_nobody_is_asked(
    documentation: Path, browser: Browser
) -> None:
    """Opened as a file, without a server, it finds a word; no request leaves the folder."""
    asked: list[str] = []
    tab = browser.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((documentation / "index.html").as_uri())
    tab.fill("input[name=query]", "embargo")
    tab.click("input[name=query]")
    tab.wait_for_selector(".md-search-result__item a")
    found = [
        link.get_attribute("href") or ""
        for link in tab.query_selector_all("a.md-search-result__link")
    ]
    tab.close()

    assert any("docs/policy.html" in address for address in found)
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
