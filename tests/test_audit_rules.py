"""Every rule of the audit, kept and broken."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from audit_sites import ABOUT, BROKEN, add, dated, listed
from perfsite.audit import site
from perfsite.audit.inspection import audit_site
from perfsite.audit.rules import RULES, SHARED, Facet
from perfsite.load import load_data
from perfsite.write import write_site
from small_site import (
    CONFIG,
    build,
    data_folder,
    read_tree,
    small_site,
    small_site_in_two_languages,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from perfsite.audit.rules import Audit
    from small_site import Tree


@pytest.fixture(autouse=True, scope="module")
def _read_once() -> Iterator[None]:
    """A page that a hundred sites share is parsed once, and not for each of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("read_page", "read_sheet"):
            patch.setattr(site, name, cache(getattr(site, name)))
        yield


def found(audit: Audit) -> list[tuple[str, str]]:
    """Rule and place of every finding, once."""
    return sorted({(finding.rule, finding.place) for finding in audit.findings})


def test_the_small_site_keeps_every_rule() -> None:
    """What perfsite builds is archivable, whole and consistent, in two languages, too."""
    for tree in (small_site(), small_site_in_two_languages()):
        audit = audit_site(tree)

        assert audit.findings == ()
        assert audit.files == len(tree)
        assert audit.pages > 100


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found_by_file_and_line(name: str) -> None:
    """A site with one thing wrong breaks exactly the rule meant, where it was broken."""
    broken = BROKEN[name]
    tree, place = broken.make()

    assert found(audit_site(tree, broken.before)) == [(broken.rule, place)]


def test_a_description_of_many_pages_is_found() -> None:
    """So many pages may share one description; each beyond that is named."""
    tree = dict(small_site())
    pages = sorted(path for path in tree if path.endswith(".html"))[: SHARED + 2]
    for path in pages:
        text = re.sub(r'(name="description" content=)"[^"]*"', r'\1"Words."', tree[path].decode())
        tree[path] = text.encode()

    audit = audit_site(listed(tree))

    assert [finding.file for finding in audit.findings] == pages[SHARED:]
    assert audit.counts == {"description": 2}


def test_a_new_lastmod_needs_a_new_page() -> None:
    """A page that did not change keeps its date; the date itself is no change."""
    before = dated(small_site(), "2018-03-01")
    now = dated(small_site(), "2018-09-19", on="2018-09-19")
    audit = audit_site(now, before)

    assert [finding.rule for finding in audit.findings] == ["lastmod-kept"]
    assert audit.findings[0].file == "sitemap.xml"
    assert b"about.html" in now["sitemap.xml"].splitlines()[audit.findings[0].line - 1]
    assert audit.errors == 1
    assert audit_site(before, before).findings == ()


def test_a_new_page_should_have_a_new_lastmod() -> None:
    """A page that changed and kept its date is a warning, which does not fail an audit."""
    before = dated(small_site(), "2018-03-01")
    now = dated(small_site(), "2018-03-01", "News.")
    audit = audit_site(now, before)

    assert [finding.rule for finding in audit.findings] == ["lastmod-new"]
    assert (audit.errors, audit.warnings) == (0, 1)
    changed = dated(small_site(), "2018-09-19", "News.", on="2018-09-19")
    assert audit_site(changed, before).findings == ()


def test_every_rule_is_broken_by_a_site() -> None:
    """No rule goes without a site that breaks it, and there are many sites."""
    elsewhere = {"lastmod-kept", "lastmod-new"}

    assert {broken.rule for broken in BROKEN.values()} | elsewhere == set(RULES)
    assert len(BROKEN) > 80


def test_a_rule_says_what_is_so_what_is_expected_and_how_to_mend_it() -> None:
    """Every rule has an id for programs, a sentence for people, and a facet of CLEAR+."""
    for name, rule in RULES.items():
        assert name == rule.id
        assert re.fullmatch("[a-z]+(-[a-z0-9]+)*", name)
        assert rule.sentence
        assert rule.expected
        assert rule.mend
    assert {rule.facet for rule in RULES.values()} == set(Facet)


ALLOWED = {
    "a link to elsewhere": '<a href="https://example.org/?a=b#c">There</a>',
    "a mail": '<a href="mailto:figures@example.org?subject=A">Mail</a>',
    "a picture in the page": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">',
    "a style in the page": "<p style=\"background: url('data:image/gif;base64,AA')\">A</p>",
    "elements that close by themselves": "<ul><li>One<li>Two</ul><p>Three",
    "a table that closes by itself": "<table><tr><td>One<tr><td>Two</table>",
    "comments and signs": "<!-- <div> --><p>1 &lt; 2 > 1</p>",
    "a month": '<p><time datetime="2018-09">September 2018</time></p>',
    "a day in time": '<p>On <time datetime="2018-09-19">19 September 2018</time>.</p>',
    "a period in a table": "<table><tr><th>25 May 2015 to 31 May 2015</th></tr></table>",
    "a place of the page": '<a href="#main">Up</a>',
    "a field for a script": '<div role="search"><input type="search" aria-label="A"></div>',
    "a description": '<script type="application/ld+json">{"url": "index.html"}</script>',
    "a picture that links to its data": (
        '<figure><img src="services/full/transactions.svg" alt="A chart">'
        '<a href="services/full.csv">Data</a></figure>'
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_no_harm_is_not_found(name: str) -> None:
    """The audit raises no alarm where an archive loses nothing."""
    tree = dict(small_site())
    add(tree, ABOUT, ALLOWED[name])

    assert found(audit_site(listed(tree))) == []


def with_base(tmp_path: Path) -> Tree:
    """A site that knows its address."""
    config = f'base_url = "https://example.org/figures/"\n{CONFIG}'
    write_site(build(load_data(data_folder(tmp_path, config=config))).files, tmp_path / "site")
    return read_tree(tmp_path / "site")


def test_a_site_that_knows_its_address_is_understood(tmp_path: Path) -> None:
    """Its lists, its canonical links and its descriptions are absolute; its links are not."""
    tree = with_base(tmp_path)
    own = '<a href="https://example.org/figures/index.html">Home</a>'

    assert b'rel="canonical" href="https://example.org/figures/about.html"' in tree[ABOUT]
    assert found(audit_site(tree)) == []
    add(tree, ABOUT, own)
    assert [
        finding.rule for finding in audit_site(tree).findings if finding.rule != "manifest"
    ] == ["relative"]


def test_a_page_that_says_where_an_address_went_keeps_it() -> None:
    """A former address in <code class="former"> is no loss; neither is one that is still there."""
    tree = dict(small_site())
    add(tree, ABOUT, '<p><code class="former">services/gone.svg</code> was merged.</p>')
    before = {"urls.txt": b"index.html\nservices/gone.svg\nabout.html\n"}

    assert audit_site(listed(tree), before).findings == ()
    assert audit_site(small_site(), small_site()).findings == ()


def test_editions_are_whole_by_themselves() -> None:
    """A frozen edition may hold the same bytes as the site, but none of them twice."""
    tree = {**small_site(), "editions/2017-01-01/robots.txt": small_site()["robots.txt"]}
    add(tree, ABOUT, '<a href="editions/2017-01-01/robots.txt">Then</a>')

    assert audit_site(listed(tree)).findings == ()
    tree["editions/2017-01-01/more.txt"] = small_site()["robots.txt"]
    add(tree, ABOUT, '<a href="editions/2017-01-01/more.txt">Then</a>')
    assert [finding.rule for finding in audit_site(listed(tree)).findings] == ["once"]


def test_case_is_one_thing_to_some_disks() -> None:
    """Two names that differ in case alone are found, besides being no addresses."""
    tree = {**small_site(), "About.html": b"x"}

    places = found(audit_site(listed(tree)))

    assert ("case", "about.html") in places


ODD = (
    *(b"", b" \n", b"\x00", b"\xff\xfe", b"<!-- -->", b"<!DOCTYPE html>", b"<p", b"<title>"),
    *(b"text", b"<a href='http://[x'>a</a><a href='#%zz'>"),
    *(b"[1]", b'{"tables": 1}', b'{"resources": [1]}'),
)
"""Contents of which nothing can be made."""


@pytest.mark.parametrize("content", ODD)
def test_no_file_stops_the_audit(content: bytes) -> None:
    """Whatever a file of a site or of an older one holds, the audit ends with findings."""
    names = [
        *("index.html", "404.html", "sitemap.html", "a.css", "a.js", "a.csv", "a.svg", "a.json"),
        *("data/x.csv-metadata.json", "datapackage.json", "feed.xml", "sitemap.xml"),
        *("robots.txt", "urls.txt", "manifest-sha256.txt", "editions/2018-01-01/urls.txt"),
    ]
    for name in names:
        files = {"index.html": b"<p>Home</p>", name: content}
        assert audit_site(files, files).errors
