"""Commands that are found by entry points: perfsite's own, and those of other distributions."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

import pytest

from perfsite.cli import extensions
from perfsite.cli.extensions import COMMANDS, PROPOSALS, own_points
from perfsite.importers import GROUP
from small_site import environment, perfsite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAKE: Final = """
import click

@click.command(short_help="Count the files.")
def count():
    click.echo("two")

WORD = "no command"
"""
POINTS: Final = {
    "count": "fake_commands:count",
    "word": "fake_commands:WORD",
    "gone": "fake_commands_that_are_not_there:gone",
    "build": "fake_commands:count",
    "audit": "fake_commands:count",
}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put distributions that offer these commands on the path, as if they were installed."""

    def distribution(name: str) -> None:
        info = tmp_path / f"{name}-2.1.dist-info"
        info.mkdir()
        (tmp_path / "fake_commands.py").write_text(FAKE)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
        lines = "\n".join(f"{key} = {value}" for key, value in POINTS.items())
        (info / "entry_points.txt").write_text(f"[{COMMANDS}]\n{lines}\n")
        monkeypatch.syspath_prepend(tmp_path)

    return distribution


def test_commands_of_other_distributions_are_listed_and_run(install: Callable[[str], None]) -> None:
    """Nothing of perfsite names them; its own commands cannot be replaced."""
    install("other")
    listed = perfsite("--help").out

    assert re.search(r"^  count +Count the files\.$", listed, re.MULTILINE)
    assert (perfsite("count").code, perfsite("count").out) == (0, "two\n")
    assert "Build the site from the folder DATA." in perfsite("build", "--help").out
    audit = perfsite("audit", "--help")
    assert "can be archived" in audit.out
    assert audit.err == "perfsite: the command audit is perfsite's own; not that of other 2.1\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("word", "the command word of other 2.1 cannot be used: fake_commands:WORD is no click"),
        ("gone", "the command gone of other 2.1 cannot be used: ModuleNotFoundError: No module"),
    ],
)
def test_a_broken_command_breaks_no_other(
    install: Callable[[str], None], name: str, said: str
) -> None:
    """It stands in the list, and says in a sentence whose it is and why it cannot be used."""
    install("other")
    ran = perfsite(name)

    assert ran.code == 2
    assert said in ran.err
    assert perfsite("--help").code == perfsite("count").code == 0


def test_nobody_is_chosen_where_two_offer_a_command(install: Callable[[str], None]) -> None:
    """The message names both."""
    install("other")
    install("third")
    ran = perfsite("count")

    assert ran.code == 2
    assert re.search(r"is offered by (other|third) 2\.1 and (other|third) 2\.1; ", ran.err)


@pytest.mark.parametrize("group", [COMMANDS, GROUP, PROPOSALS])
def test_what_a_checkout_declares_is_what_an_installed_perfsite_offers(
    group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no pyproject.toml, the metadata says the same, and all of it can be loaded."""
    declared = {point.name: point.value for point in own_points(group)}
    info = tmp_path / "perfsite-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: perfsite\nVersion: 0.1.0\n")
    lines = "\n".join(f"{key} = {value}" for key, value in declared.items())
    (info / "entry_points.txt").write_text(f"[{group}]\n{lines}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(extensions, "__file__", str(tmp_path / "a" / "b" / "c" / "d.py"))

    assert declared
    assert {point.name: point.value for point in own_points(group)} == declared
    assert all(point.dist for point in entry_points(group=group))


def loaded_by(*words: str) -> tuple[str, set[str]]:
    """What a command prints, and the modules that are loaded when it ends."""
    program = (
        "import sys, atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from perfsite.cli import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout, set(ran.stderr.split())


def rest(loaded: set[str]) -> set[str]:
    """What of these is not of the core."""
    return {name for name in loaded if re.match(r"perfsite\.(archive|audit|importers)\b", name)}


def test_the_list_of_commands_loads_no_libraries_and_nothing_of_the_rest() -> None:
    """`perfsite --help` imports the modules that say what the commands are, and no more."""
    said, loaded = loaded_by("--help")
    rooms = {f"perfsite.{room}" for room in ("archive", "audit", "importers")}

    for name in ("archive", "audit", "import", "verify"):
        assert f"\n  {name} " in said
    assert rest(loaded) == rooms | {f"{room}.commands" for room in rooms}
    assert not loaded & {"pandas", "numpy", "pydantic", "jinja2", "lxml", "warcio", "filelock"}


def test_a_command_of_the_core_loads_nothing_of_the_rest() -> None:
    """Who explains a code has not even looked for what else there is."""
    said, loaded = loaded_by("explain", "PS104")

    assert "PS104: A value is not a number" in said
    assert rest(loaded) == set()
