"""Which tests run when, and that what the documents say of it is so."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from properties import EXAMPLES, fewer
from tiers import marks

TESTS: Final = Path(__file__).parent
ROOT: Final = TESTS.parent
FILES: Final = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py"))
DOCUMENT: Final = (ROOT / "docs" / "testing.md").read_text("utf-8")
MAKEFILE: Final = (ROOT / "Makefile").read_text("utf-8")
_NAMED: Final = re.compile(r"`((?:\w+/)?test_\w+\.py)(?:::(test_\w+))?`")
_PROOFS: Final = re.compile(r"mark\.proofs\b")


@cache
def text(file: str) -> str:
    """The text of a file of tests."""
    return (TESTS / file).read_text("utf-8")


@cache
def functions(file: str) -> dict[str, bool]:
    """The tests of a file, and whether each is marked as a proof itself."""
    return {
        node.name: any(_PROOFS.search(ast.unparse(one)) is not None for one in node.decorator_list)
        for node in ast.parse(text(file)).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def promises() -> list[list[str]]:
    """The cells of each row of the table of promises."""
    table = DOCUMENT.partition("## Which promise is guarded where")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


@pytest.mark.parametrize(
    ("fixtures", "given", "wanted"),
    [
        ([], [], {"quick"}),
        (["tmp_path", "shared_data"], ["hypothesis"], {"hypothesis", "quick"}),
        (["built", "tree"], [], {"example"}),
        (["whole_example", "site", "address"], [], {"example", "server"}),
        (["chromium", "browser"], ["browser"], {"browser"}),
        ([], ["server"], {"server"}),
        ([], ["slow"], {"slow"}),
        ([], ["proofs"], {"proofs"}),
    ],
)
def test_a_test_is_quick_unless_it_asks_for_more(
    fixtures: list[str], given: list[str], wanted: set[str]
) -> None:
    """Its fixtures and its marks say what it asks for, and nothing has to be said otherwise."""
    assert marks(fixtures, given) == wanted


def test_this_test_is_quick(request: pytest.FixtureRequest) -> None:
    """The marks are given before anybody chooses by them."""
    assert {mark.name for mark in request.node.iter_markers()} == {"quick"}


def test_every_example_reader_is_known_by_its_fixtures() -> None:
    """The fixtures by which tests are known are there; a renamed one would make its tests quick."""
    from tiers import FIXTURES  # noqa: PLC0415

    everything = "".join(path.read_text("utf-8") for path in TESTS.rglob("*.py"))
    assert [name for name in FIXTURES if f"\ndef {name}(" not in everything] == []


def test_every_promise_has_a_guard_that_make_test_runs() -> None:
    """Each row of the table names tests, and what is proved at length is guarded in small, too."""
    for promise, quick, test, _ in promises():
        named = _NAMED.findall(f"{quick} {test}")
        assert named, promise
        for file, one in named:
            proofs = functions(file)
            assert not (proofs[one] if one else all(proofs.values())), (promise, file)
    assert len(promises()) >= 15


def test_the_table_names_tests_that_there_are() -> None:
    """Every file and every test that docs/testing.md names exists."""
    named = _NAMED.findall(DOCUMENT)

    # Outside the table a file of browser tests may be named without its folder.
    names = {*FILES, *(Path(file).name for file in FILES)}
    assert sorted({file for file, _ in named} - names) == []
    assert [(f, one) for f, one in named if one and one not in functions(f)] == []
    assert len(named) > 40


def test_every_proof_stands_in_the_table() -> None:
    """Whatever only `make proofs` runs stands in the last column of a row, and its guard beside."""
    column = " ".join(row[3] for row in promises())
    named = _NAMED.findall(column)
    proofs = {file for file in FILES if _PROOFS.search(text(file)) and file != "test_tiers.py"}
    # The packages and mirrors of the whole example are asked for in a fixture that they share.
    proofs |= {file for file in FILES if file.startswith("proofs/")}
    if "the same three" in column:
        named += [(file, "") for file in FILES if file.startswith("proofs/")]

    assert sorted(proofs - {file for file, _ in named}) == []
    alone = [(f, one) for f in FILES for one, is_proof in functions(f).items() if is_proof]
    assert [pair for pair in alone if pair not in named and (pair[0], "") not in named] == []


def test_no_property_has_settings_of_its_own() -> None:
    """How many examples are tried is said in properties.py; whoever tries fewer says why."""
    own = [file for file in FILES if re.search(r"import [^\n]*\bsettings\b", text(file))]
    hypothesis = [
        file
        for file in own
        if file != "test_tiers.py"
        and any(
            isinstance(node, ast.ImportFrom)
            and node.module == "hypothesis"
            and "settings" in {alias.name for alias in node.names}
            for node in ast.walk(ast.parse(text(file)))
        )
    ]

    assert hypothesis == []
    with pytest.raises(ValueError, match="says why"):
        fewer(2, because="")


def test_each_profile_tries_more_than_the_one_before() -> None:
    """No deadline in any of them; only the longest tries other examples each time."""
    profiles = {name: settings.get_profile(name) for name in ("inner", "ci", "long")}

    assert [profile.max_examples for profile in profiles.values()] == sorted(EXAMPLES.values())
    assert {profile.deadline for profile in profiles.values()} == {None}
    assert [name for name, one in profiles.items() if not one.derandomize] == ["long"]
    assert fewer(10**6, because="to see it").max_examples == 1


def test_the_tiers_are_what_the_documents_say() -> None:
    """README, CONTRIBUTING and CI name one command; the Makefile has it choose by these marks."""
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.findall(r"^exec (.*)$", ci, re.MULTILINE) == ["make test"]
    for name in ("README.md", "CONTRIBUTING.md", "docs/testing.md"):
        words = (ROOT / name).read_text("utf-8")
        assert {"make quick", "make test", "make proofs"} <= set(re.findall(r"make \w+", words)), (
            name
        )
    chosen = dict(
        re.findall(r"HYPOTHESIS_PROFILE=(\w+) .*? -m (\w+|\"[\w ]+\")", MAKEFILE, re.MULTILINE)
    )
    assert chosen == {"inner": "quick", "ci": '"not proofs"', "long": '"proofs or hypothesis"'}
