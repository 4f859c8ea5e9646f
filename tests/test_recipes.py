"""What CONTRIBUTING.md says of additions is done to a scratch copy, and seen to work."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest

from markdown_pages import DOCS, ROOT, fences, write_data
from recipe_tools import RECIPES, Scratch
from small_site import rows_of

if TYPE_CHECKING:
    from pathlib import Path

REGISTER: Final = "service,name,department\npassport,Passport applications,Home Office\n"
SUBMISSION: Final = """\
period,transactions,transactions:digital
2016-Q4,1000,400
2017-Q1,1100,450
2017-Q2,1200,500
2017-Q3,1300,550
"""
CONFIG: Final = "published = [2018-03-01]\n"
DATA: Final = {
    "data/services.csv": REGISTER,
    "data/perfsite.toml": CONFIG,
    "data/submissions/passport.csv": SUBMISSION,
}
GUIDE: Final = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
_ROW: Final = re.compile(r"^\| \[[^]]+\]\(#[^)]+\) \| `(\w+)` \| (\d+) \| (\d+) \|", re.MULTILINE)
COUNTED: Final = {name: (int(n), int(m)) for name, n, m in _ROW.findall(GUIDE)}
"""The table of recipes: how many files each takes, and how many places in them."""


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A copy of what a site is built with."""
    return Scratch.copied(tmp_path / "checkout")


def built(scratch: Scratch, folder: Path, files: dict[str, str], *words: str) -> Path:
    """The site that the changed perfsite makes of a small data folder."""
    write_data(folder, DATA | files)
    said = scratch.run("build", "data", "--out", "site", "--jobs", "1", *words, cwd=folder)
    assert "Built site: " in said, said
    return folder / "site"


def test_the_table_has_every_recipe() -> None:
    """CONTRIBUTING.md has a row and a section for each recipe, and for an importer."""
    there = {path.stem for path in RECIPES.glob("*.toml")}

    assert set(COUNTED) == there | {"importer"}


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.toml")))
def test_a_recipe_takes_as_many_places_as_it_says(name: str, scratch: Scratch) -> None:
    """Each file that is added or changed is named in its section, and the table counts them."""
    section = next(part for part in GUIDE.split("\n### ") if f"recipes/{name}.toml" in part)

    scratch.apply(name)

    assert COUNTED[name] == (len(scratch.touched), scratch.places)
    assert [path for path in scratch.touched if f"`{path}`" not in section] == []


@pytest.mark.slow
def test_a_kpi_is_an_entry_and_its_words(scratch: Scratch, tmp_path: Path) -> None:
    """One entry is worked out, has its card and chart, and its column in the data."""
    scratch.apply("kpi")
    calls = 'kind = "count"\naggregation = "sum"\n'
    config = f'[measures.calls]\nname = "Calls"\n{calls}[measures.answered]\nname = "Yes"\n{calls}'
    site = built(
        scratch,
        tmp_path,
        {
            "data/perfsite.toml": CONFIG + config,
            "data/submissions/passport.csv": "period,calls,answered\n2016,100,50\n2017,200,150\n",
        },
    )

    row = rows_of((site / "data" / "services.csv").read_bytes())[0]
    page = (site / "services" / "passport.html").read_text("utf-8")
    assert (row["answer_rate"], row["answer_rate_status"]) == ("0.75", "provided")
    assert "75.0% of calls were answered" in page
    assert (site / "services" / "passport" / "answer-rate.svg").is_file()
    scratch.script("translations.py")
    french = (scratch.folder / "templates" / "languages" / "fr.po").read_text("utf-8")
    assert 'msgid "Calls answered"\nmsgstr ""' in french


@pytest.mark.slow
def test_a_page_is_a_context_a_template_and_a_link(scratch: Scratch, tmp_path: Path) -> None:
    """The page is in the site and its maps, in each language, and the foot of pages leads to it."""
    scratch.apply("page")
    languages = 'languages = ["en-GB", "fr"]\n'
    site = built(scratch, tmp_path, {"data/perfsite.toml": languages + CONFIG}, "--no-charts")

    for path in ("glossary.html", "fr/glossary.html"):
        assert "<dt>" in (site / path).read_text("utf-8")
        assert path in (site / "urls.txt").read_text("utf-8")
    home = (site / "index.html").read_text("utf-8")
    assert '<a href="glossary.html">Glossary</a>' in home
    assert "glossary.html" in (site / "sitemap.html").read_text("utf-8")


@pytest.mark.slow
def test_a_kind_of_picture_is_drawn_on_a_page(scratch: Scratch, tmp_path: Path) -> None:
    """The module stands on the page of the service, and its picture has the new marks."""
    scratch.apply("chart")
    scratch.script("charts.py")
    site = built(scratch, tmp_path, {})

    page = (site / "services" / "passport.html").read_text("utf-8")
    picture = (site / "services" / "passport" / "diamonds.svg").read_text("utf-8")
    assert "Transactions, each by itself" in page
    assert 'passport/diamonds.svg"' in page
    assert "mark-symbol" in picture
    chosen = built(
        scratch,
        tmp_path,
        {"data/services.csv": "service,name,department,modules\npassport,P,H,diamonds\n"},
        "--no-charts",
    )
    page = (chosen / "services" / "passport.html").read_text("utf-8")
    assert re.findall('id="chart-([a-z-]+)"', page) == ["diamonds"]


@pytest.mark.slow
def test_a_column_of_the_register_is_read_and_published(scratch: Scratch, tmp_path: Path) -> None:
    """In all files, with its meaning and its schema, and in another language."""
    scratch.apply("column")
    register = (
        "service,name,department,contact,contact_fr\n"
        "passport,Passports,Home Office,Ms Smith,Mme Smith\n"
    )
    config = 'languages = ["en-GB", "fr"]\n' + CONFIG
    site = built(
        scratch,
        tmp_path,
        {"data/services.csv": register, "data/perfsite.toml": config},
        "--no-charts",
    )

    row = rows_of((site / "data" / "services.csv").read_bytes())[0]
    assert (row["contact"], row["contact_fr"]) == ("Ms Smith", "Mme Smith")
    assert "Ms Smith" in (site / "services" / "passport.json").read_text("utf-8")
    told = (site / "data" / "services.csv-metadata.json").read_text("utf-8")
    assert "Who answers questions about it" in told
    schema = json.loads((site / "data" / "schemas" / "register.json").read_text("utf-8"))
    assert schema["$defs"]["ServiceRecord"]["properties"]["contact"]["maxLength"] == 300
    for text, code in (("x" * 301, "PS124"), ("=1+1", "PS125")):
        write_data(tmp_path, {"data/services.csv": register.replace("Ms Smith", text)})
        assert f"[{code}]" in scratch.run("validate", "data", cwd=tmp_path)


@pytest.mark.slow
def test_a_rule_is_found_and_explained(scratch: Scratch, tmp_path: Path) -> None:
    """The bad submission of its case has the problem, and `explain` says what it means."""
    scratch.apply("rule")
    case = next((scratch.folder / "tests" / "corpus" / "cases").iterdir())
    bad = (case / "submissions" / "passport.csv").read_text("utf-8")
    write_data(tmp_path, DATA | {"data/submissions/passport.csv": bad})

    assert "a whole number of millions" in scratch.run("validate", "data", cwd=tmp_path)
    assert "if it is an estimate" in scratch.run("explain", "PS218", cwd=tmp_path)
    write_data(tmp_path, DATA)
    assert "PS218" not in scratch.run("validate", "data", cwd=tmp_path)


@pytest.mark.slow
def test_an_importer_is_a_module_and_an_entry_point(scratch: Scratch, tmp_path: Path) -> None:
    """The distribution that docs/importing.md shows is found, without a change of perfsite."""
    shown = {one.path: one.text for one in fences((DOCS / "importing.md").read_text("utf-8"))}
    files = {name: shown[name] for name in ("visitor_counts.py", "pyproject.toml")}
    assert COUNTED["importer"] == (len(files), len(files))
    # An installed distribution is its modules, and a folder with what pyproject.toml says of it.
    point = re.findall(r"^visitor-counts = \"(.+)\"$", files["pyproject.toml"], re.MULTILINE)
    info = "src/visitor_counts-1.0.dist-info"
    write_data(
        scratch.folder,
        {
            "src/visitor_counts.py": files["visitor_counts.py"],
            f"{info}/METADATA": "Name: visitor-counts\nVersion: 1.0\n",
            f"{info}/entry_points.txt": f"[perfsite.importers]\nvisitor-counts = {point[0]}\n",
        },
    )
    write_data(tmp_path, {"july.txt": shown["july.txt"]})

    scratch.run(
        *("import", "visitor-counts", "july.txt", "--service", "town-museum", "--out", "data"),
        cwd=tmp_path,
    )

    made = (tmp_path / "data" / "submissions" / "visitors.csv").read_text("utf-8")
    assert made == shown["data/submissions/visitors.csv"]


@pytest.mark.slow
def test_a_language_is_a_catalogue(scratch: Scratch, tmp_path: Path) -> None:
    """The script fills an empty file with every message, and what is translated is said."""
    scratch.apply("language")
    scratch.script("translations.py")
    path = scratch.folder / "templates" / "languages" / "cy.po"
    text = path.read_text("utf-8")
    assert text.count("\nmsgid ") > 800
    welsh = text.replace('msgid "Departments"\nmsgstr ""', 'msgid "Departments"\nmsgstr "Adrannau"')
    assert welsh != text
    path.write_text(welsh, "utf-8")
    config = 'languages = ["en-GB", "cy"]\n' + CONFIG
    site = built(scratch, tmp_path, {"data/perfsite.toml": config}, "--no-charts")

    home = (site / "cy" / "index.html").read_text("utf-8")
    assert '<html lang="cy"' in home
    assert ">Adrannau</a>" in home
