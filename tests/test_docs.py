from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final

import pytest

from explained_examples import BESIDE, DATA, UNSHOWN, message, renewed
from markdown_pages import DOCS, ROOT, fences, without_fences, write_data
from perfsite import kpis, measures
from perfsite.analysis import analyse
from perfsite.config import Checks, SiteConfig, parse_config
from perfsite.errors import RULES
from perfsite.explanations import load_explanations
from perfsite.kpis import KPIS
from perfsite.load import load_data
from perfsite.measures import MEASURES
from perfsite.model import REGISTER_COLUMNS as COLUMNS
from perfsite.validate.submissions import TIDY
from small_site import data_folder, perfsite

sys.path.insert(0, str(ROOT / "scripts"))

import documents as documents_script

_HEADING: Final = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(markdown: str) -> set[str]:
    """The anchors that a reader on the web can link to, made of the headings."""
    headings = _HEADING.findall(without_fences(markdown))
    plain = [re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def documents() -> list[Path]:
    """Every Markdown file of the repository; what is made or installed is not of it."""
    made = {"build", "dist", "actual"}
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in made and name[0] != ".")
        found += [Path(folder, name) for name in sorted(files) if name.endswith(".md")]
    return found


def named(page: str) -> set[str]:
    """The names that a page shows as code."""
    return set(re.findall(r"`([^`\n]+)`", without_fences((DOCS / page).read_text("utf-8"))))


def test_the_page_of_errors_is_what_the_codes_mean() -> None:
    """docs/errors.md has the list and a section of each; `make documents` writes them."""
    page = (DOCS / "errors.md").read_text("utf-8")

    assert documents_script.errors_page(page) == page
    assert [line for line in page.splitlines() if line.startswith("## PS")] == [
        f"## {code}: {rule.title}" for code, rule in RULES.items()
    ]


@pytest.mark.parametrize("code", RULES)
def test_the_example_of_a_problem_makes_the_message_beside_it(code: str, tmp_path: Path) -> None:
    """The tool says of the files of an explanation, word for word, what it has as said."""
    explained = load_explanations()[code]

    said, codes = message(explained, tmp_path)

    assert explained.said == f"{said}\n"
    assert codes == {code} | BESIDE.get(code, set())
    assert code in UNSHOWN or any(path.endswith(".csv") for path in explained.files)


def test_messages_are_written_anew_each_in_its_place() -> None:
    """`make documents` changes nothing but what the tool says, whatever stood there."""
    text = DATA.read_text("utf-8")

    assert renewed(text, [one.said for one in load_explanations().values()]) == text
    assert renewed(text, ["x\n"] * len(RULES)).count("\nsaid = '''\nx\n'''\nmend = ") == len(RULES)


def test_the_table_of_checks_is_the_configuration() -> None:
    """Each entry of `[checks]` has its row in docs/errors.md, with its default."""
    text = (DOCS / "errors.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    example = next(fence.text for fence in fences(text) if fence.kind == "toml")

    assert [name for name, _ in rows] == list(Checks.model_fields)
    assert {name: float(value) for name, value in rows[1:]} == Checks().model_dump(
        exclude={"severity"}
    )
    assert parse_config(example).checks != Checks()


def test_the_data_format_names_every_measure_entry_and_column() -> None:
    """Nobody has to read the code to find a measure, an entry of perfsite.toml or a column."""
    names = named("data-format.md")

    assert set(MEASURES) - names == set()
    assert set(SiteConfig.model_fields) - names == set()
    assert set(COLUMNS) - names == set()
    assert set(TIDY) - names == set()


def test_the_table_of_measures_is_the_measures() -> None:
    """Each measure has its row, which says whether it has channels and whether it adds up."""
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| (yes|no) \| (yes|no) \|$",
        (DOCS / "data-format.md").read_text("utf-8"),
        re.MULTILINE,
    )

    def word(answer: bool) -> str:
        return "yes" if answer else "no"

    assert rows == [
        (m.id, word(m.by_channel), word(m.aggregation == "sum")) for m in MEASURES.values()
    ]


def test_the_data_format_marks_the_required_columns() -> None:
    """The register's table has its columns in order, and says which are required."""
    text = (DOCS / "data-format.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (yes|no) \| [^|]+ \|$", text, re.MULTILINE)

    assert [name for name, _ in rows] == list(COLUMNS)
    assert [name for name, needed in rows if needed == "yes"] == ["service", "name", "department"]


def test_the_examples_of_the_data_format_are_one_folder_without_a_problem(tmp_path: Path) -> None:
    """What the page shows can be copied: perfsite reads all of it and has nothing to say."""
    text = (DOCS / "data-format.md").read_text("utf-8")
    examples = [fence for fence in fences(text) if fence.kind in ("csv", "json", "toml")]

    data = load_data(write_data(tmp_path, {fence.path: fence.text for fence in examples}))

    assert {fence.kind for fence in examples} == {"csv", "json", "toml"}
    assert all(fence.path for fence in examples)
    assert len(data.submissions) >= 3
    assert data.config.title != SiteConfig().title
    assert analyse(data, max(data.config.published)).problems == ()


def test_every_fence_says_its_language() -> None:
    """No example escapes its check by being of no kind."""
    for name in ("data-format.md", "errors.md", "kpis.md"):
        assert all(fence.kind for fence in fences((DOCS / name).read_text("utf-8"))), name


def test_every_kpi_is_explained_with_its_formula() -> None:
    """docs/kpis.md has a section, the id, the formula and the window of every KPI, in order."""
    text = (DOCS / "kpis.md").read_text("utf-8")

    for kpi in KPIS.values():
        assert f"### {kpi.name}\n\n`{kpi.id}`: {kpi.formula}." in text
    assert re.findall(r"^\| (\[.*\]\(#[a-z-]+\) \| .* \| .*) \|$", text, re.MULTILINE) == [
        f"[{kpi.name}](#{kpi.name.lower().replace(' ', '-')}) | {kpi.formula} | {kpi.window}"
        for kpi in KPIS.values()
    ]


def test_the_table_of_entries_is_the_table() -> None:
    """docs/kpis.md says of every KPI how it adds up, of what, and which way is better."""
    text = (DOCS / "kpis.md").read_text("utf-8")
    table = text.partition("| KPI | adds up as |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table]

    def code(*parts: str) -> str:
        return " ".join(f"`{part}`" for part in parts if part)

    assert rows == [
        [
            code(kpi.id),
            kpi.adding,
            code(*kpi.numerator),
            code(*kpi.denominator),
            code(kpi.stated),
            kpi.better,
        ]
        for kpi in KPIS.values()
    ]


def test_the_example_of_an_entry_can_be_added() -> None:
    """The Python of docs/kpis.md makes a KPI that lacks nothing."""
    (fence,) = (f for f in fences((DOCS / "kpis.md").read_text("utf-8")) if f.kind == "python")

    made = eval(fence.text, {**vars(kpis), **vars(measures)})  # noqa: S307 - our own page

    assert made.id not in KPIS
    assert made.told_by == ("answered",)


def test_every_record_of_a_decision_is_listed_and_short() -> None:
    """The list of records links to all of them, and each has its three parts in 40 lines."""
    folder = DOCS / "decisions"
    listed = re.findall(r"\((\d{3}-[a-z-]+\.md)\)", (folder / "README.md").read_text("utf-8"))

    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
    for name in listed:
        text = (folder / name).read_text("utf-8")
        assert text.startswith(f"# {name[:3]}: ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]
        assert len(text.splitlines()) <= 65


def test_every_dependency_has_its_reason() -> None:
    """A table of some record names each one of pyproject.toml, and why."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = project.partition("\ndependencies = [")[2].partition("]")[0]
    needed = re.findall(r'"([a-z0-9-]+)', block)
    reasons = []
    for record in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        table = record.read_text("utf-8").partition("| dependency | why |")[2].partition("\n\n")[0]
        reasons += re.findall(r"^\| ([a-z0-9-]+) \|", table, re.MULTILINE)

    assert needed
    assert sorted(reasons) == sorted(needed)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    """A relative link names a file that is there, and an anchor that it has."""
    dead = []
    for link in _LINK.findall(without_fences(path.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            dead.append(link)

    assert dead == []


def test_every_file_of_the_checkout_that_a_document_names_is_there() -> None:
    """A module that moves takes its name in the documents with it; recipes name what they add."""
    added = "".join(path.read_text("utf-8") for path in (ROOT / "tests/recipes").glob("*.toml"))
    named_files = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in documents()
        for name in re.findall(
            r"`((?:src|tests|scripts|templates|docs|requirements)/[\w./-]+)(?:::\w+)?`",
            without_fences(path.read_text("utf-8")),
        )
    }

    assert len(named_files) > 50
    assert {
        (page, name)
        for page, name in named_files
        if not (ROOT / name).exists() and f'"{Path(name).name}"' not in added.replace("/", '"')
    } == set()


def test_no_document_holds_a_path_of_somebodys_machine() -> None:
    """What is written is true on any machine."""
    for path in documents():
        assert not re.search(r"(?<![\w.])/(home|work|tmp|Users)/", path.read_text("utf-8")), path


def test_the_theme_of_the_guide_is_a_theme(tmp_path: Path) -> None:
    """The template in docs/theme.md extends perfsite's own, and stands on every service's page."""
    (fence,) = (f for f in fences((DOCS / "theme.md").read_text("utf-8")) if f.kind == "html")
    write_data(tmp_path, {fence.path: fence.text})
    data, out = data_folder(tmp_path), tmp_path / "site"

    done = perfsite("build", data, "--out", out, "--templates", tmp_path / "theme", "--no-charts")

    assert done.code == 0, done.err
    page = (out / "services" / "full.html").read_text("utf-8")
    assert (
        '<p class="notice">Pay a toll: a service that The Office of Examples watches.</p>' in page
    )
    assert '<p class="lead">5,000 transactions in the year to September 2017' in page
