"""The audit as a command, and what it tells: text, JSON and a page."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from jsonschema import Draft202012Validator

from audit_sites import BROKEN, listed
from markdown_pages import DOCS
from perfsite.audit.inspection import audit_site
from perfsite.audit.page import read_page
from perfsite.audit.report import audit_json, audit_page, audit_text
from perfsite.audit.rules import RULES, Facet
from perfsite.exports.schemas import audit_schema
from small_site import perfsite, small_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from perfsite.audit.rules import Audit
    from small_site import Tree

LINES: Final = 12


def write(tree: Tree, folder: Path) -> Path:
    """A site on a disk."""
    for path, data in tree.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def broken() -> Audit:
    """The audit of a site that breaks three rules: one of them often, one by a hostile name."""
    tree = dict(small_site())
    lost = {f"lost-{number}.txt": b"%d" % number for number in range(LINES)}
    tree |= lost | {"\x1b[31m<b>.txt": b"x"}
    tree["about.html"] = tree["about.html"].replace(b"</main>", b"<h1>Again</h1></main>")
    return audit_site(listed(tree))


@pytest.fixture(scope="module")
def clean() -> Audit:
    """The audit of a site without fault."""
    return audit_site(small_site())


def test_the_text_has_facets_findings_and_counts(broken: Audit) -> None:
    """Each broken rule stands below its facet, with its first places, and how to mend it."""
    text = audit_text(broken)

    assert text.startswith("Accessibility: Can a crawler find everything, and is it let in?\n")
    assert "Every file is reached from index.html by plain links: 13 errors\n" in text
    assert "  lost-0.txt  no chain of plain links leads to it\n" in text
    assert "  ... and 8 more; --format json lists them all\n" in text
    assert text.index("Accessibility: ") < text.index("Standards Compliance: ")
    assert "Every page has one h1: 1 error\n  about.html:" in text
    assert "  expected  one <h1>\n  mend      make it so " in text
    assert "[heading]\n" in text
    assert "\x1b" not in text
    assert text.splitlines()[-5].startswith("15 errors, 0 warnings in 235 files (114 pages, ")
    assert text.splitlines()[-3].endswith(" 10 of 11 rules kept")


def test_the_text_of_a_clean_site_is_short(clean: Audit) -> None:
    """Counts, and how many rules of each facet are kept."""
    first, *facets = audit_text(clean).splitlines()

    assert first.startswith("0 errors, 0 warnings in 222 files (114 pages, ")
    assert [line.split("  ")[1] for line in facets] == list(Facet)


def test_the_json_is_as_its_schema_says(broken: Audit, clean: Audit) -> None:
    """All findings and all rules are there, and the schema in the documents is the code's."""
    schema = audit_schema()
    committed = json.loads((DOCS / "schemas" / "audit.json").read_text("utf-8"))
    for audit in (broken, clean):
        content: dict[str, Any] = json.loads(audit_json(audit))
        Draft202012Validator(schema).validate(content)
        assert [rule["rule"] for rule in content["rules"]] == list(RULES)
        assert len(content["findings"]) == sum(content["counts"].values())
        assert sum(rule["findings"] for rule in content["rules"]) == len(content["findings"])

    assert committed == schema
    heading = next(one for one in json.loads(audit_json(broken))["findings"] if one["line"])
    assert heading["file"] == "about.html"
    assert (heading["rule"], heading["severity"], heading["found"]) == (
        "heading", "error", "2 of <h1>",
    )  # fmt: skip
    assert heading["expected"]
    assert heading["fix"]


def test_the_page_is_whole_by_itself(broken: Audit, clean: Audit) -> None:
    """The report is a page that the audit itself passes, with every rule under its facet."""
    for audit in (broken, clean):
        html = audit_page(audit)
        page = read_page("audit.html", html.encode())
        assert page.findings == []
        assert page.links == []
        assert "<script" not in html
        for rule in RULES.values():
            assert html.count(f"<code>{rule.id}</code>") == 1
        places = [html.index(f"<h2>{facet}</h2>") for facet in Facet]
        assert places == sorted(places)

    assert "&lt;b&gt;.txt" in audit_page(broken)
    assert "<h1>Audit: the site is broken</h1>" in audit_page(broken)
    assert "<h1>Audit: the site is clean</h1>" in audit_page(clean)


def test_the_documents_list_every_rule_under_its_facet() -> None:
    """docs/archive.md has a row for each rule, with its sentence, in the order of the code."""
    text = (DOCS / "archive.md").read_text("utf-8")
    for facet in Facet:
        section = text.partition(f"\n### {facet}\n")[2].partition("\n### ")[0]
        assert facet.asks in section
        assert re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", section, re.MULTILINE) == [
            (rule.id, rule.sentence + (" (a warning)" if rule.warns else ""))
            for rule in RULES.values()
            if rule.facet is facet
        ]


def test_the_exit_code_says_whether_the_site_is_clean(tmp_path: Path) -> None:
    """0 when every rule is kept, 1 when one is broken, 3 where there is no site."""
    site = write(small_site(), tmp_path / "site")
    assert perfsite("audit", site).code == 0
    assert perfsite("audit", site, "--before", site).code == 0

    urls = tmp_path / "urls.txt"
    urls.write_text("index.html\ngone.html\n", "utf-8")
    gone = perfsite("audit", site, "--before", urls)
    assert gone.code == 1
    assert "  gone.html  it was published before and is gone\n" in gone.out

    (tmp_path / "empty").mkdir()
    for absent in ("none", "empty"):
        ran = perfsite("audit", tmp_path / absent)
        assert ran.code == 3
        assert "holds no index.html" in ran.err


def test_wrong_usage_has_its_own_code(tmp_path: Path) -> None:
    """An unknown format, or an older site that is not there, is wrong usage."""
    assert perfsite("audit", tmp_path, "--format", "pdf").code == 2
    assert perfsite("audit", tmp_path, "--before", tmp_path / "none").code == 2


@pytest.mark.parametrize(("style", "start"), [("json", "{\n"), ("html", "<!DOCTYPE html>\n")])
def test_a_report_is_written_where_it_is_wanted(tmp_path: Path, style: str, start: str) -> None:
    """--out writes a file and says so; the exit code stays."""
    tree, _ = BROKEN["a dead link"].make()
    site, out = write(tree, tmp_path / "site"), tmp_path / "reports" / f"audit.{style}"
    ran = perfsite("audit", site, "--format", style, "--out", out)

    assert (ran.code, ran.out, ran.err) == (1, "", f"Wrote {out}.\n")
    assert out.read_text("utf-8").startswith(start)
    assert perfsite("audit", site, "--format", style).out == out.read_text("utf-8")


class _Without:
    """An import system that lacks a library."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse the library; know nothing of others."""
        if name.partition(".")[0] == "lxml":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.fixture
def _no_lxml(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    kept = dict(sys.modules)
    for name in kept:
        if name.startswith(("lxml", "perfsite.audit")):
            del sys.modules[name]
    monkeypatch.setattr(sys, "meta_path", [_Without(), *sys.meta_path])
    yield
    for name in [one for one in sys.modules if one.startswith(("lxml", "perfsite.audit"))]:
        del sys.modules[name]
    sys.modules.update(kept)


@pytest.mark.usefixtures("_no_lxml")
def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    """Without the libraries of the extra the command says what to install."""
    ran = perfsite("audit", write(small_site(), tmp_path))

    assert ran.code == 2
    assert "audit needs lxml, which is not installed: pip install 'perfsite[archive]'" in ran.err
