from __future__ import annotations

from dataclasses import replace

import pytest

from perfsite.errors import RenderError
from perfsite.pages.context import Link, MovedPage, NotFoundPage, Site
from perfsite.render import Renderer, Theme

SITE = Site("Figures", "Us", "", "", "", "en-GB", "assets/perfsite.css")
MOVED = MovedPage(
    SITE,
    "services/old.html",
    "Old",
    "Moved.",
    "services",
    (),
    "",
    "old",
    Link("N & <b>", "a/b.html"),
)
NOT_FOUND = NotFoundPage(SITE, "404.html", "Not found", "Not found.", "", (), "")


def rendered(text: str, page: MovedPage | NotFoundPage = MOVED, **more: str) -> str:
    """A page by a template of its own."""
    templates = {page.template: text, **more}
    return Renderer(Theme(templates, templates, {})).render(page).data.decode()


def test_a_template_is_given_the_fields_by_name() -> None:
    """Each field of the context is a variable, and the file lies at the page's path."""
    theme = Theme({MOVED.template: "{{ former }} {{ now.href }} {{ site.title }}\n"}, {}, {})
    file = Renderer(theme).render(MOVED)

    assert (file.path, file.data) == ("services/old.html", b"old a/b.html Figures\n")


@pytest.mark.parametrize(
    ("path", "root"), [("x.html", ""), ("a/x.html", "../"), ("a/b/c/x.html", "../../../")]
)
def test_root_leads_from_the_page_to_the_top(path: str, root: str) -> None:
    """Links are relative to the page, however deep it lies."""
    assert rendered("{{ root }}", replace(MOVED, path=path)) == root


def test_text_is_escaped() -> None:
    """What stands in the data is text, never markup, in elements and in attributes."""
    page = replace(MOVED, former="\"<script>'&")

    assert rendered('<a title="{{ former }}">{{ now.text }}</a>', page) == (
        '<a title="&#34;&lt;script&gt;&#39;&amp;">N &amp; &lt;b&gt;</a>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ nothing }}",
        "{% if nothing %}{% endif %}",
        "{{ site.nothing }}",
        "{% for x in nothing %}{% endfor %}",
        "{{ former",
        "{% include 'components/none.html' %}",
        "{{ former + 1 }}",
        "{{ 1 / 0 }}",
        "{{ now() }}",
    ],
)
def test_a_wrong_template_is_named(text: str) -> None:
    """Whatever is wrong in a template, the error names the page and the template."""
    with pytest.raises(RenderError, match=r"services/old\.html: pages/moved\.html"):
        rendered(text)


def test_a_template_that_is_not_there_is_named() -> None:
    """A theme without the template of a page is an error that names both."""
    with pytest.raises(RenderError, match=r"404\.html: pages/404\.html"):
        Renderer(Theme({}, {}, {})).render(NOT_FOUND)


def test_a_template_may_extend_the_one_that_it_replaces() -> None:
    """`default:` is perfsite's own template under the same name."""
    defaults = {NOT_FOUND.template: "A{% block main %}B{% endblock %}C"}
    own = {
        NOT_FOUND.template: '{% extends "default:pages/404.html" %}{% block main %}-{% endblock %}'
    }
    file = Renderer(Theme(own, defaults, {})).render(NOT_FOUND)

    assert file.data == b"A-C"


def test_an_assets_address_changes_with_its_content_only() -> None:
    """The name holds eight digits of the content's SHA-256, before the ending."""
    one = Theme({}, {}, {"perfsite.css": b"a", "b/logo": b"", "x.min.js": b"a"}).asset_files()
    two = Theme({}, {}, {"perfsite.css": b"b"}).asset_files()

    assert [file.path for file in one.values()] == [
        "assets/b/logo.e3b0c442",
        "assets/perfsite.ca978112.css",
        "assets/x.min.ca978112.js",
    ]
    assert two["perfsite.css"].path == "assets/perfsite.3e23e816.css"
    assert two["perfsite.css"].data == b"b"
