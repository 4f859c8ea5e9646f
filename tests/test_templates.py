from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Final

import pytest
from jinja2 import Environment, meta, nodes

from perfsite.pages import context
from perfsite.pages.context import Context
from small_site import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES: Final = {
    path.relative_to(ROOT / "templates").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.html"))
}
ENVIRONMENT: Final = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
PAGES: Final = sorted(Context.__subclasses__(), key=lambda kind: kind.__name__)
UNUSED: Final = {"path"}
"""Only the renderer needs a page's own path; its template has `root` instead."""


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
        found |= meta.find_undeclared_variables(parsed(part)) - known
    return found


def test_each_template_belongs_to_one_page() -> None:
    """Every template of pages/ is some context's, and every context has its own."""
    own = [kind.template for kind in PAGES]

    assert sorted(own) == [name for name in TEMPLATES if name.startswith("pages/")]


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_a_template_is_given_what_it_uses_and_uses_what_it_is_given(kind: type[Context]) -> None:
    """The names in a template and its layout are the fields of its context and `root`."""
    given = {field.name for field in fields(kind)}

    assert used(kind.template) - given == {"root"}
    assert given - used(kind.template) == UNUSED


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
    parts = {
        kind.__name__: {field.name for field in fields(kind)}
        for kind in vars(context).values()
        if isinstance(kind, type) and is_dataclass(kind) and not issubclass(kind, Context)
    }

    assert len(parts) >= 8
    assert {name: names - read for name, names in parts.items() if names - read} == {}
    assert read - set().union(*parts.values()) == set()


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
