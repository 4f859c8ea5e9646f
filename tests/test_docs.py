from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from perfsite.build import find_problems
from perfsite.cli import main
from perfsite.config import SiteConfig
from perfsite.errors import RULES
from perfsite.load import load_data
from perfsite.measures import KPIS, MEASURES
from perfsite.model import REGISTER_COLUMNS as COLUMNS
from perfsite.validate.submissions import TIDY
from small_site import data_folder, perfsite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
NOT_REPORTED: Final[set[str]] = set()
"""Codes that no command reports so far: their sections have no message to show."""
NO_TEXT: Final = {"PS101", "PS102"}
"""Codes for files that are not text, which a page cannot show."""
REGISTER: Final = (
    "service,name,department\n"
    "passport,Passport applications,Home Office\n"
    "visa,Visa applications,Home Office\n"
)
"""The register that docs/errors.md shows as a table."""
PLATFORM: Final = (
    "Name of service,Slug,Department,2014-Q4 Vol.\n"
    'Passport applications,passport,Home Office,"1,200"\n'
)
"""The smallest edition of the platform's register, for the command that imports one."""
_FENCE: Final = re.compile(
    r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_HEADING: Final = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_SECONDS: Final = 300


class Fence(NamedTuple):
    """A fenced example: the path that stands before it, its language and its text."""

    path: str
    kind: str
    text: str


def fences(markdown: str) -> list[Fence]:
    """The fenced examples of a page, in order."""
    return [
        Fence(match["path"] or "", match["kind"], match["text"])
        for match in _FENCE.finditer(markdown)
    ]


def without_fences(markdown: str) -> str:
    """The page without its examples, in which # is no heading and [x] no link."""
    return _FENCE.sub("", markdown)


def anchors(markdown: str) -> set[str]:
    """The anchors that a reader on the web can link to, made of the headings."""
    headings = _HEADING.findall(without_fences(markdown))
    plain = [re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def sections() -> dict[str, tuple[str, str]]:
    """The sections of docs/errors.md: code to heading and text."""
    parts = re.split(r"^## ", (DOCS / "errors.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = {part[:5]: (part.partition("\n")[0], part.partition("\n")[2]) for part in parts}
    assert len(found) == len(parts), "a section stands twice"
    return found


def documents() -> list[Path]:
    """Every Markdown file of the repository; what is made or installed is not of it."""
    made = {"build", "dist", "actual"}
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in made and name[0] != ".")
        found += [Path(folder, name) for name in sorted(files) if name.endswith(".md")]
    return found


def commands() -> list[list[str]]:
    """The lines of the README's sh fences, in order, each fence a list."""
    text = (ROOT / "README.md").read_text("utf-8")
    return [f.text.splitlines() for f in fences(text) if f.kind == "sh"]


def named(page: str) -> set[str]:
    """The names that a page shows as code."""
    return set(re.findall(r"`([^`\n]+)`", without_fences((DOCS / page).read_text("utf-8"))))


def write_data(folder: Path, files: dict[str, str]) -> Path:
    """A data folder with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_every_problem_has_its_section_and_no_other_has() -> None:
    """docs/errors.md explains the codes of errors.RULES, under their titles, in their order."""
    headings = [heading for heading, _ in sections().values()]

    assert headings == [f"{code}: {rule.title}" for code, rule in RULES.items()]


@pytest.mark.parametrize("code", RULES)
def test_every_section_says_how_much_its_problem_matters_and_how_to_mend_it(code: str) -> None:
    """A section names the severity of its rule and a way out."""
    _, text = sections()[code]

    assert re.findall(r"^This is an? (\w+)\.$", text, re.MULTILINE) == [RULES[code].severity]
    assert "**To mend it:**" in text


@pytest.mark.parametrize("code", sorted(set(RULES) - NOT_REPORTED))
def test_every_section_shows_a_message_of_its_own_code(code: str) -> None:
    """The message shown carries the code, the severity and the title that the tool prints."""
    shown = [fence.text for fence in fences(sections()[code][1]) if fence.kind == "text"]

    rule = RULES[code]
    assert len(shown) == 1
    assert f"  {rule.severity} {code}: {rule.title}\n" in shown[0]


@pytest.mark.parametrize("code", sorted(set(RULES) - NOT_REPORTED - NO_TEXT))
def test_the_example_of_a_problem_makes_the_message_beside_it(code: str, tmp_path: Path) -> None:
    """The tool says of the file in a section, word for word, what stands below it."""
    shown = fences(sections()[code][1])
    message = next(fence.text for fence in shown if fence.kind == "text")
    example = next(fence for fence in shown if fence.kind == "csv")
    data = write_data(tmp_path / "data", {"services.csv": REGISTER, example.path: example.text})
    (data / "submissions").mkdir(exist_ok=True)
    arguments = ["validate", str(data)]
    if code.startswith("PS3"):
        source, out = str(data / "services.csv"), str(tmp_path / "out")
        arguments = ["import", "performance-platform", source, "--out", out]

    result = CliRunner().invoke(main, arguments)

    assert message.rstrip() in result.output
    assert set(re.findall(r" (PS\d{3}): ", result.output)) == {code}


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
    assert find_problems(data) == ()


def test_every_fence_says_its_language() -> None:
    """No example escapes its check by being of no kind."""
    for name in ("data-format.md", "errors.md", "kpis.md"):
        assert all(fence.kind for fence in fences((DOCS / name).read_text("utf-8"))), name


def test_every_kpi_is_explained_with_its_formula() -> None:
    """docs/kpis.md has a section, the id, the formula and the window of every KPI."""
    text = (DOCS / "kpis.md").read_text("utf-8")
    rows = text.splitlines()

    for kpi in KPIS.values():
        assert f"### {kpi.name}\n" in text
        assert f"`{kpi.id}`" in text
        link = f"[{kpi.name}](#{kpi.name.lower().replace(' ', '-')})"
        assert f"| {link} | {kpi.formula} | {kpi.window} |" in rows, kpi.id


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


def test_no_document_holds_a_path_of_somebodys_machine() -> None:
    """What is written is true on any machine."""
    for path in documents():
        assert not re.search(r"(?<![\w.])/(home|work|tmp|Users)/", path.read_text("utf-8")), path


def test_the_readme_starts_with_the_example_and_the_tests() -> None:
    """The first commands that a newcomer sees build the example and check it."""
    first = commands()[0]

    assert "make site" in first
    assert "make test" in first


def test_every_make_command_of_the_readme_is_a_target_with_its_help() -> None:
    """`make X` in the README is a target that `make` alone lists."""
    targets = re.findall(r"^([a-z]+):.*## \S", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    asked = {
        word
        for lines in commands()
        for line in lines
        if line.startswith("make")
        for word in shlex.split(line, comments=True)[1:]
        if "=" not in word
    }

    assert asked
    assert asked <= set(targets)


class _Shell:
    """Runs the README's commands in a copy of the example, as a reader would."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(ROOT / "data", folder / "data")
        # The checkout may be on a relative PYTHONPATH, which the folder would change.
        paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self._environment.pop("SOURCE_DATE_EPOCH", None)

    def run(self, words: Sequence[str]) -> None:
        """Run a perfsite command, which has to succeed."""
        if words[0] == "import":
            (self._folder / words[2]).write_text(PLATFORM, "utf-8")
        done = subprocess.run(
            self._command(words),
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}\n{done.stderr}"

    def serve(self, words: Sequence[str]) -> None:
        """Start a server, ask it for a page, and stop it."""
        # Any free port: the one that the README names may be taken on this machine.
        with subprocess.Popen(
            self._command([*words, "--port", "0"]),
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            watchdog = threading.Timer(_SECONDS, server.kill)
            watchdog.start()
            try:
                address = next(_addresses(server.stdout or ()), "")
                assert address, f"{shlex.join(words)} did not say where it serves"
                with urlopen(f"{address}index.html", timeout=30) as answer:  # noqa: S310 - our own
                    assert answer.status == 200
                    assert b"<title>" in answer.read()
            finally:
                watchdog.cancel()
                server.kill()

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "perfsite", *words]


def _addresses(lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    for line in lines:
        if match := re.search(r"http://\S+/", line):
            yield match[0]


def test_every_perfsite_command_of_the_readme_works_as_written(tmp_path: Path) -> None:
    """The commands run one after the other in a folder that holds the example."""
    lines = [line for fence in commands() for line in fence if line.startswith("perfsite ")]
    wanted = [shlex.split(line, comments=True)[1:] for line in dict.fromkeys(lines)]
    shell = _Shell(tmp_path)

    assert {"build", "import", "validate"} <= {words[0] for words in wanted}
    for words in wanted:
        if words[0] == "serve":
            shell.serve(words)
        else:
            shell.run(words)


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
