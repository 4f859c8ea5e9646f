from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest
from jinja2 import Environment, meta, nodes

from component_examples import PAGE
from perfsite.components import contexts, elements
from perfsite.components.contexts import Context
from perfsite.language import Language
from perfsite.load import load_theme
from perfsite.render import Renderer
from small_site import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES: Final = {
    path.relative_to(ROOT / "templates").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.html"))
}
ENVIRONMENT: Final = Environment(
    autoescape=True, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
)
# What the extension does not know of itself, the renderer sets by installing gettext.
ENVIRONMENT.newstyle_gettext = True  # type: ignore[attr-defined]
# What the filter does is the renderer's: here templates are only parsed.
ENVIRONMENT.filters["timed"] = str
PAGES: Final = sorted(Context.__subclasses__(), key=lambda kind: kind.__name__)
WAYS: Final = {"root", "top"}
"""What the renderer adds to the fields of a page."""
WORDS: Final = {"_", "gettext", "ngettext", "once"}
"""What the environment adds to every template."""
UNUSED: Final = {"path"}
"""Only the renderer needs a page's own path; its template has `root` instead."""
FRAME: Final = {"section", "crumbs", "data", "card", "dataset", "changed", "changed_day"}
"""What only the layout shows: a page within another's has none of it."""


def parsed(name: str) -> nodes.Template:
    """A template as its syntax tree."""
    return ENVIRONMENT.parse(TEMPLATES[name])


def extended(name: str) -> Iterator[str]:
    """A template and those that it extends."""
    yield name
    for node in parsed(name).find_all(nodes.Extends):
        assert isinstance(node.template, nodes.Const)
        yield from extended(node.template.value)


def used(name: str) -> set[str]:
    """The names that a template must be given, its layout's among them."""
    found = set()
    for part in extended(name):
        imports = parsed(part).find_all(nodes.FromImport)
        # jinja2.meta does not see that what is imported above a block is known in it.
        known = {n if isinstance(n, str) else n[1] for node in imports for n in node.names}
        found |= meta.find_undeclared_variables(parsed(part)) - known - WORDS
    return found


def test_each_template_belongs_to_one_page() -> None:
    """Every template of pages/ is some context's, and every context has its own."""
    own = [kind.template for kind in PAGES]

    assert sorted(own) == [name for name in TEMPLATES if name.startswith("pages/")]


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_a_template_is_given_what_it_uses_and_uses_what_it_is_given(kind: type[Context]) -> None:
    """The names in a template and its layout are the fields of its context and the two ways."""
    given = {field.name for field in fields(kind)}
    unused = UNUSED | FRAME if kind is contexts.EmbedPage else UNUSED

    assert used(kind.template) - given == WAYS
    assert given - used(kind.template) == unused


def test_what_leaves_the_layout_is_known() -> None:
    """Every page has the layout's head and foot, but the one that is shown within another's."""
    without = [kind for kind in PAGES if "components/layout.html" not in extended(kind.template)]

    assert without == [contexts.EmbedPage]


def test_a_theme_may_replace_any_part_of_a_page() -> None:
    """The layout has a block for each part of a page, and every page fills `main`."""
    blocks = {node.name for node in parsed("components/layout.html").find_all(nodes.Block)}

    assert blocks == {"head", "header", "main", "footer"}
    for kind in PAGES:
        assert "main" in {node.name for node in parsed(kind.template).find_all(nodes.Block)}


def test_a_theme_extends_a_page_that_it_replaces() -> None:
    """`default:pages/...` is perfsite's own page, of which a theme changes one block."""
    own = (
        '{% extends "default:pages/404.html" %}{% block main %}{{ super() }}<p>Mine</p>'
        "{% endblock %}{% block footer %}{% endblock %}"
    )
    theme = load_theme()
    mine = replace(theme, templates={**theme.templates, "pages/404.html": own})
    text = Renderer(mine, Language("en-GB")).render(PAGE).data.decode()

    assert "<p>Mine</p></main>" in text
    assert "There is no page at this address." in text
    assert "<header>" in text
    assert "<footer>" not in text


def test_a_theme_replaces_a_component_of_every_page() -> None:
    """A component's file alone is enough."""
    theme = load_theme()
    foot = "{% macro footer(root, top, site, alternates) %}Foot{% endmacro %}"
    mine = replace(theme, templates={**theme.templates, "components/footer.html": foot})
    text = Renderer(mine, Language("en-GB")).render(PAGE).data.decode()

    assert "</main>\nFoot\n</body>" in text


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.startswith("components/")])
def test_a_component_takes_all_that_it_uses_as_arguments(name: str) -> None:
    """A macro reads nothing from around it; only the layout is part of a page."""
    assert bool(used(name)) == (name == "components/layout.html"), used(name)


def test_every_field_of_every_part_is_shown() -> None:
    """The fields of links, cells, cards and the rest are those that templates read."""
    read = {
        node.attr
        for name in TEMPLATES
        for node in parsed(name).find_all(nodes.Getattr)
        if not (isinstance(node.node, nodes.Name) and node.node.name == "loop")
    }
    kinds = {
        kind.__name__: kind
        for kind in (vars(contexts) | vars(elements)).values()
        if isinstance(kind, type) and is_dataclass(kind)
    }
    # What pages and their parts are made of; the orders of lists stand there, too, and are no part.
    given = {kind.__name__ for kind in PAGES}
    for _ in kinds:
        types = " ".join(str(one.type) for name in given for one in fields(kinds[name]))
        given |= kinds.keys() & set(re.findall(r"\w+", types))
    parts = {
        name: {field.name for field in fields(kinds[name])}
        for name in given
        if not issubclass(kinds[name], Context)
    }

    assert len(parts) >= 8
    assert {name: names - read for name, names in parts.items() if names - read} == {}
    worked_out = {
        label
        for name in parts
        for label, attribute in vars(kinds[name]).items()
        if isinstance(attribute, property)
    }
    assert read - set().union(*parts.values()) - worked_out == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_word_is_a_message(name: str) -> None:
    """No words stand in a template but those that a language can say otherwise."""
    markup = "".join(node.data for node in parsed(name).find_all(nodes.TemplateData))
    said = re.sub(r"<[^<>]*>", " ", markup)
    labels = re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]+)"', markup)

    assert re.findall(r"[A-Za-z]{2,}", said) == []
    assert labels == []


def test_templates_do_no_arithmetic() -> None:
    """Numbers are made in Python; a template places finished text."""
    sums = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)

    assert [name for name in TEMPLATES if any(parsed(name).find(kind) for kind in sums)] == []


def test_templates_mark_nothing_as_safe() -> None:
    """No template switches the escaping off."""
    for name in TEMPLATES:
        filters = {node.name for node in parsed(name).find_all(nodes.Filter)}
        assert filters & {"safe", "tojson", "urlize", "xmlattr"} == set(), name
        assert not parsed(name).find(nodes.EvalContextModifier), name
