"""Write the pattern page: every component with its examples, in the styles of the site.

`make patterns` runs it; the page is build-patterns/index.html. It is for those who change
templates: they see at once what a component looks like with much, with little and with nothing.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # the examples are the tests' own

from component_examples import EXAMPLES, SITE, Example, render_example  # noqa: E402
from perfsite.load import load_theme  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.render import Theme

OUT: Final = ROOT / "build-patterns"
CHART: Final = ROOT / "tests" / "golden" / "expected" / "services" / "full" / "transactions.svg"
HEAD: Final = """\
<!DOCTYPE html>
<html lang="en-GB" class="js">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Patterns</title>
<link rel="stylesheet" href="{stylesheet}">
</head>
<body>
<main>
<h1>Patterns</h1>
<p class="lead">Every component with its examples, from tests/component_examples.py.</p>
"""
FOOT: Final = "</main>\n</body>\n</html>\n"


def here(example: Example) -> Example:
    """The example with its ways leading to the folder of the pattern page."""
    ways = {name: "" for name in ("root", "top") if name in example.arguments}
    return replace(example, arguments={**example.arguments, **ways})


def shown(theme: Theme, example: Example) -> Iterator[str]:
    """The lines of the pattern page for an example: its name, the thing itself, its markup."""
    text = render_example(theme, here(example))
    label = f"{example.component}, {example.name}"
    yield f"<h3>{escape(label)}</h3>"
    if example.page:
        yield f'<p><a href="{escape(page_path(example))}">A page of its own</a></p>'
    else:
        yield f"<div>{text}</div>"
    yield "<details><summary>Markup</summary>"
    yield f'<pre class="scroll" tabindex="0">{escape(text)}</pre></details>'


def page_path(example: Example) -> str:
    """Where the page of an example of the layout lies: as deep as it says that it does."""
    depth = example.page.path.count("/") if example.page else 0
    return f"{'page/' * depth}{example.component}-{example.name}.html"


def write(path: str, data: bytes) -> None:
    """Write a file below the folder of the pattern page."""
    target = OUT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def main() -> None:
    """Write the folder anew."""
    theme = load_theme()
    shutil.rmtree(OUT, ignore_errors=True)
    lines = [HEAD.format(stylesheet=SITE.stylesheet)]
    for component, examples in groupby(EXAMPLES, key=lambda example: example.component):
        lines.append(f"<h2>{component}</h2>")
        for example in examples:
            lines += shown(theme, example)
            if example.page:
                write(page_path(example), render_example(theme, example).encode())
    write("index.html", "\n".join([*lines, FOOT]).encode())
    assets = {name: file.data for name, file in theme.asset_files().items()}
    # A theme has no logo of its own; the icon shows where one would stand.
    for name, data in {**assets, "logo.svg": assets["favicon.svg"]}.items():
        write(f"assets/{name}", data)
    write("services/toll/transactions.svg", CHART.read_bytes())
    print(OUT / "index.html")


if __name__ == "__main__":
    main()
