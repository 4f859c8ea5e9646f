from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import perfsite
from perfsite import frames
from perfsite.frames import SCHEMAS, FrameSchema

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGE = Path(perfsite.__file__).parent
MODULES = sorted(
    path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
    for path in PACKAGE.rglob("*.py")
    if "templates" not in path.relative_to(PACKAGE).parts
)


def room(module: str) -> str:
    """The room that a module is in: its package, or itself."""
    return module.partition(".")[0]


TIERS = (
    {"text", "stages", "fingerprint"},
    {"periods", "faults", "cache", "decimals", "frames"},
    {"errors", "model", "measures", "arithmetic", "edition_cache"},
    {"documents", "files", "kpis", "disk", "workers"},
    {"config", "explanations"},
    {"tables", "language", "tokens"},
    {"kpi"},
    {"validate"},
    {"revisions", "charts", "editions"},
    {"policy"},
    {"components"},
    {"exports", "render"},
    {"leaks", "report", "preview", "forms", "load", "write", "history"},
    {"analysis", "seal"},
    {"site_data"},
    {"widgets"},
    {"pages"},
    {"units"},
    {"unit_records", "cluster"},
    {"build"},
    {"serve"},
    {"cli"},
    {"importers", "archive", "audit"},
    {"door"},
    {"__main__"},
)
"""Rooms from the lowest up: each may import from the ones below it, never from beside or above."""

DISK = "disk"
"""What those share that touch a disk: whose a folder is, how bytes come to stay."""
EDGE = {"faults", "files", "load", "write", "serve", "importers", "archive"}
"""Rooms that touch a disk, a network or other people's formats: only the commands know them."""
COMMANDS = {"analysis", "build", "cli", "door", "seal", "serve"}
ON_DISK = {DISK, "load", "seal", "write", "archive"}
REST = {"importers", "archive", "audit"}
"""Rooms that the core does not import: their commands are found by entry points."""
OPENS_FILES = "load"
"""The room that reads a data folder, by the one that opens files."""

ONLY = {
    "click": {m for m in MODULES if room(m) == "cli" or m in {f"{one}.commands" for one in REST}},
    "jinja2": {"render"},
    "watchfiles": {"serve.watcher"},
    "altair": {"charts.kinds"},
    "vl_convert": {"charts.converter"},
    "lxml": {module for module in MODULES if room(module) in {"archive", "audit"}},
    "tinycss2": {"audit.page"},
    "warcio": {"archive.warc"},
    "distributed": {"cluster"},
    "fsspec": {"cluster"},
}
"""Libraries that one room hides from all the others."""

WORLDLY = {
    "build",
    "cli",
    "files",
    "load",
    "write",
    "cache",
    "serve",
    "archive",
    "disk",
    "__main__",
}
"""Rooms that may ask the clock or the working directory."""


@cache
def tree(module: str) -> ast.Module:
    """The syntax tree of a module."""
    path = PACKAGE / f"{module.replace('.', '/')}.py"
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imports(module: str) -> frozenset[str]:
    """Everything that a module imports, for types too."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            found.add(node.module or "")
            # `from perfsite.charts import draw` is an import of charts.draw.
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def own_imports(module: str) -> set[str]:
    """The modules of perfsite that a module imports."""
    names = {
        name.removeprefix("perfsite.") for name in imports(module) if name.startswith("perfsite.")
    }
    known = {name.removesuffix(".__init__") for name in MODULES}
    return names & known


def test_the_whole_package_is_walked() -> None:
    """The modules that these tests go through are there, and so is what they import."""
    rooms = {room(module) for module in MODULES}

    assert rooms >= set().union(*TIERS)
    assert own_imports("kpi.figures") >= {"errors", "kpi.inputs", "kpi.windows"}
    assert "pandas" in imports("kpi.windows")


# Rule 1: imports run one way.


def test_every_room_has_its_floor() -> None:
    """A new room is given a place among the others before it is used."""
    placed = set().union(*TIERS)

    assert {room(module) for module in MODULES if module != "__init__"} <= placed


def test_imports_run_one_way() -> None:
    """A module imports from its own room or from rooms of lower floors."""
    floor = {name: number for number, names in enumerate(TIERS) for name in names}
    wrong = [
        f"{module} imports {name}"
        for module in MODULES
        for name in own_imports(module)
        if room(name) != room(module) and floor[room(name)] >= floor.get(room(module), -1)
    ]

    assert wrong == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Within a room, too, there is an order in which everything can be read."""
    graph = {m: own_imports(m) for m in MODULES if not m.endswith("__init__")}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"these import each other: {error.args[1]}")

    assert set(MODULES) - {m for m in MODULES if m.endswith("__init__")} <= set(order)


# Rule 2: few rooms touch the disk, and the others do not know them.


def test_only_commands_know_the_outside() -> None:
    """Loading, writing, importing and serving are called by build, cli and serve alone."""
    wrong = [
        f"{module} imports {name}"
        for module in MODULES
        if room(module) not in COMMANDS | {"__main__"}
        if not (room(module) in REST and module.endswith(".commands"))
        for name in own_imports(module)
        if (room(name) in EDGE - {room(module)} and (room(module), name) != (OPENS_FILES, "files"))
        or (room(name) == DISK and room(module) not in ON_DISK)
    ]

    assert wrong == []


# Rule 3: no clock, no locale and no working directory but at the edge.


CALLS = {
    "now": "the clock",
    "today": "the clock",
    "utcnow": "the clock",
    "time.time": "the clock",
    "time.time_ns": "the clock",
    "time.localtime": "the clock",
    "time.gmtime": "the clock",
    "getcwd": "the working directory",
    "cwd": "the working directory",
    "chdir": "the working directory",
    "setlocale": "the locale",
    "getlocale": "the locale",
}


def asked(code: ast.Module) -> list[str]:
    """What some code asks of the world, and in which lines."""
    found = []
    for node in ast.walk(code):
        if isinstance(node, ast.Import) and "locale" in {alias.name for alias in node.names}:
            found.append(f"line {node.lineno}: the locale")
        elif isinstance(node, ast.Attribute):
            words = ast.unparse(node)
            if what := CALLS.get(words) or CALLS.get(node.attr):
                found.append(f"line {node.lineno}: {what}")
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("strftime")
            and re.search("%[aAbBcxXp]", ast.unparse(node))
        ):
            # The names of months and weekdays are the locale's; digits are everybody's.
            found.append(f"line {node.lineno}: the locale")
    return found


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("datetime.now(UTC)", "the clock"),
        ("datetime.date.today()", "the clock"),
        ("time.time()", "the clock"),
        ("os.getcwd()", "the working directory"),
        ("Path.cwd()", "the working directory"),
        ("import locale", "the locale"),
        ("period.start.strftime('%b %Y')", "the locale"),
    ],
)
def test_a_question_to_the_world_is_recognised(code: str, what: str) -> None:
    """The walk finds what it looks for, and nothing where there is none."""
    assert asked(ast.parse(code)) == [f"line 1: {what}"]
    assert asked(ast.parse("time.tzset(), day.strftime('%Y-%m-%d'), now")) == []


def test_nothing_in_between_asks_the_world() -> None:
    """Only the edge asks the clock, the locale or the working directory."""
    between = [module for module in MODULES if room(module) not in WORLDLY]

    assert {module: what for module in between if (what := asked(tree(module)))} == {}


# Rule 4: what the core does not know: importers, archive, audit, and the libraries of other rooms.


def test_the_core_does_not_import_the_rest() -> None:
    """Importers, archive and audit are found by entry points, and do not import each other."""
    wrong = [
        f"{module} imports {name}"
        for module in MODULES
        for name in own_imports(module)
        if room(name) in REST - {room(module)}
    ]

    assert wrong == []


def test_a_library_is_known_to_its_own_room_only() -> None:
    """Only cli knows click, only render Jinja, one module of charts Altair, one vl-convert."""
    users = {
        library: {
            module
            for module in MODULES
            if any(name == library or name.startswith(f"{library}.") for name in imports(module))
        }
        for library in ONLY
    }

    assert {name: wrong for name, found in users.items() if (wrong := found - ONLY[name])} == {}
    assert [name for name, found in users.items() if not found] == []


def test_nothing_is_imported_on_the_side() -> None:
    """No module hides an import in a string."""
    hidden = {"__import__", "import_module", "importlib.import_module", "exec", "eval"}
    found = [
        f"{module}, line {node.lineno}: {name}"
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in hidden
    ]

    assert found == []


# Rule 5: a name says one thing.


def test_a_module_says_what_lives_there() -> None:
    """Every module has a docstring, and over 600 lines its reason there for that."""
    silent = [m for m in MODULES if not (ast.get_docstring(tree(m)) or "").strip()]
    paths = {module: PACKAGE / f"{module.replace('.', '/')}.py" for module in MODULES}
    lines = {m: len(path.read_text(encoding="utf-8").splitlines()) for m, path in paths.items()}

    assert silent == []
    long = [module for module, number in lines.items() if number > 600]
    assert [
        m for m in long if "It is long, because" not in (ast.get_docstring(tree(m)) or "")
    ] == []


def classes(code: ast.Module) -> list[str]:
    """The names of the classes that some code defines, within others and functions, too."""
    return [node.name for node in ast.walk(code) if isinstance(node, ast.ClassDef)]


def shared(names: Iterable[str]) -> set[str]:
    """The names that stand there more than once."""
    return {name for name, number in Counter(names).items() if number > 1}


def test_no_two_classes_have_one_name() -> None:
    """A name of a class says what it is without its module."""
    assert shared(name for module in MODULES for name in classes(tree(module))) == set()


def test_a_name_that_stands_twice_is_found() -> None:
    """The walk finds classes within others, and tells those of one name."""
    code = ast.parse("class A:\n    class B: ...\ndef f():\n    class A: ...")

    assert shared(classes(code)) == {"A"}


def test_the_map_has_every_room() -> None:
    """CONTRIBUTING.md says of each room what lives there, and of no room that there is not."""
    text = (PACKAGE.parents[1] / "CONTRIBUTING.md").read_text("utf-8")
    table = text.partition("| room |")[2].partition("\n\n")[0]
    drawn = [
        name
        for line in table.splitlines()[2:]
        for name in re.findall("`([a-z_]+)/?`", line.split("|")[1])
    ]

    assert sorted(drawn) == sorted({room(module) for module in MODULES} - {"__init__", "__main__"})


COLUMNS = {name for one in SCHEMAS for name in one.columns}


def spelt(code: ast.Module) -> list[str]:
    """The columns of frames that some code takes by a literal, and in which lines."""
    return [
        f"line {cell.lineno}: {cell.value}"
        for node in ast.walk(code)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) != "Literal"
        for within in [node.slice, *getattr(node.slice, "elts", ())]
        for cell in [within, *getattr(within, "elts", ())]
        if isinstance(cell, ast.Constant) and cell.value in COLUMNS
    ]


@pytest.mark.parametrize(
    "code",
    [
        "frame['service']",
        "frame[['service', *more]]",
        "frame.loc[rows, 'service']",
        "frame.loc[rows, ['service', 'slug']]",
    ],
)
def test_a_column_that_is_spelt_is_recognised(code: str) -> None:
    """The walk finds a column by itself, in a list and behind rows, and no other text."""
    assert "line 1: service" in spelt(ast.parse(code))
    assert spelt(ast.parse("frame[Col.SERVICE], frame['slug'], x == 'service'")) == []


def test_columns_of_frames_have_their_names_from_one_place() -> None:
    """Where the core uses pandas, a column of a schema is an attribute of `Col`."""
    users = [m for m in MODULES if "pandas" in imports(m) and room(m) not in REST]

    assert len(users) > 20
    assert {module: found for module in users if (found := spelt(tree(module)))} == {}


def test_every_frame_is_held_against_its_schema_somewhere() -> None:
    """Each schema is asked for where a frame enters a stage."""
    asked_for = {
        ast.unparse(node.args[1])
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "entering"
    }
    names = {name: one for name, one in vars(frames).items() if isinstance(one, FrameSchema)}

    assert [name for name in names if name not in asked_for] == []
    assert set(map(id, names.values())) == set(map(id, SCHEMAS))
