from __future__ import annotations

import gzip
import os
import re
from pathlib import Path
from typing import Final

import pytest

from component_examples import EXAMPLES, Example, render_example
from perfsite.load import load_theme
from small_site import ROOT

GOLDEN: Final = Path(__file__).parent / "golden" / "components"
THEME: Final = load_theme()
VOID: Final = {"base", "br", "img", "input", "link", "meta"}


def golden(example: Example) -> Path:
    """Where the accepted rendering of an example lies."""
    return GOLDEN / f"{example.component}-{example.name}.html"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.component}-{e.name}")
def test_a_component_is_as_accepted(example: Example) -> None:
    """The rendered example is the golden one; ACCEPT_COMPONENTS=1 makes it so, to be read."""
    text = render_example(THEME, example)
    if os.environ.get("ACCEPT_COMPONENTS"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        golden(example).write_bytes(text.encode())

    assert golden(example).is_file(), "there is no golden file yet"
    assert text == golden(example).read_bytes().decode()


def test_every_golden_component_is_compared() -> None:
    """No golden file lies about that is no example's, and no two examples share one."""
    there = {path.name for path in GOLDEN.iterdir()}
    examples = [golden(example).name for example in EXAMPLES]

    assert len(set(examples)) == len(examples)
    assert there == set(examples)


def test_every_component_has_an_example() -> None:
    """Each file of components/ is shown at least once."""
    files = {path.stem for path in (ROOT / "templates" / "components").glob("*.html")}

    assert {example.component for example in EXAMPLES} == files


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.component}-{e.name}")
def test_each_element_is_closed_in_its_place(example: Example) -> None:
    """What a component opens it closes, in order."""
    text = re.sub(r"<script.*?</script>|<!DOCTYPE html>", "", render_example(THEME, example))
    open_: list[str] = []
    for closing, name in re.findall(r"<(/?)([a-z][a-z0-9]*)", text):
        if closing:
            assert open_.pop() == name
        elif name not in VOID:
            open_.append(name)

    assert open_ == []


def test_what_data_says_is_never_markup() -> None:
    """Angle brackets in names, and the end of a script in the metadata, stay text."""
    for example in EXAMPLES:
        text = render_example(THEME, example)
        assert "<a> bridge" not in text
        assert "<thing>" not in text
        assert '"</script>"' not in text


def test_a_full_figure_needs_no_pointer() -> None:
    """Each cell of a chart's table has its full count as text; a card has its figure alone."""
    text = {(e.component, e.name): render_example(THEME, e) for e in EXAMPLES}

    assert "88.377619" not in text["card", "provided"] + text["card", "older"]
    assert "<td>847,123</td>" in text["figure", "chart"]
    assert not [key for key in text if key[0] in {"card", "figure"} and "<abbr" in text[key]]


def test_pages_and_data_are_reached_by_their_own_ways() -> None:
    """Links to pages start at the language's root, those to data and assets at the site's."""
    for example in EXAMPLES:
        if example.component in {"navigation", "footer", "figure"}:
            for way, target in re.findall(
                r'(?:href|src)="((?:\.\./)+)([^"]+)"', render_example(THEME, example)
            ):
                shared = target.endswith((".csv", ".xml")) or target.startswith(("assets/", "fr/"))
                assert way == ("../../" if shared else "../"), target


def test_colours_stand_only_among_the_tokens() -> None:
    """The stylesheet names no colour of its own, and uses no property that is not a token."""
    css = THEME.assets["perfsite.css"].decode()
    tokens = THEME.tokens
    known = {*tokens.light, *tokens.type, *tokens.space, "chart-ground"}

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s}])|\brgba?\(|\bhsla?\(", css) == []
    assert set(re.findall(r"var\(--([a-z-]+)\)", css)) - known == set()
    assert set(tokens.light) - set(re.findall(r"var\(--([a-z-]+)\)", css)) == set()


def test_the_styles_and_the_script_are_small() -> None:
    """Styles of at most 5 KB compressed with their tokens, and a script under 2 KB as it is."""
    css = THEME.asset_files()["perfsite.css"].data

    assert len(gzip.compress(css, mtime=0)) <= 5_000
    assert len(THEME.assets["filter.js"]) < 2_000
