from __future__ import annotations

from typing import TYPE_CHECKING, Final

import openpyxl
import pytest
from click.testing import CliRunner

from perfsite.cli import main
from perfsite.load import load_data
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register
from small_site import REGISTER, data_folder

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

NEW: Final = ("--name", "Visas", "--department", "Home Office")


def run(*words: str | Path) -> Result:
    """Run `init` or `new`."""
    return CliRunner().invoke(main, [str(word) for word in words])


def test_init_begins_a_folder_that_has_no_problem(tmp_path: Path) -> None:
    """Everything that is needed is written, and the next two commands are named."""
    folder = tmp_path / "mine"
    ran = run("init", folder, "--title", "Ours")
    data = load_data(folder)
    services, problems = read_register(data.register)
    frame, found = read_observations(data.submissions, services, data.config)

    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[-2] == (
        f"Next: perfsite validate {folder}, then perfsite build {folder}."
    )
    assert (data.config.title, data.problems, problems, found) == ("Ours", (), [], [])
    assert set(frame["service"]) == {"example-library-card"}
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "perfsite.toml",
        "services.csv",
        "submissions",
    ]


def test_init_replaces_nothing(tmp_path: Path) -> None:
    """A folder that holds anything is left as it is."""
    (tmp_path / "notes.txt").write_text("mine")
    ran = run("init", tmp_path)

    assert ran.exit_code == 2
    assert "is not empty" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_init_from_a_table_proposes_a_map(tmp_path: Path) -> None:
    """The map is written, no example is, and the command that uses it is named."""
    table = tmp_path / "theirs.csv"
    table.write_text("Service,Month,Applications\nVisa,2017-07,12\nVisa,2017-08,13\n")
    ran = run("init", tmp_path / "mine", "--from", table)

    assert ran.exit_code == 0, ran.stderr
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == [
        "MAP.toml",
        "perfsite.toml",
    ]
    assert f"perfsite import csv {table} --map" in ran.stdout


def test_new_adds_the_service_and_its_form(tmp_path: Path) -> None:
    """The register gets one row more and keeps every byte, and the form is beside the others."""
    folder = data_folder(tmp_path)
    ran = run("new", "visa", folder, *NEW, "--first", "2017-Q1", "--last", "2017-Q4")
    register = (folder / "services.csv").read_bytes()

    assert ran.exit_code == 0, ran.stderr
    assert register.startswith(REGISTER.encode())
    assert register[len(REGISTER.encode()) :] == b"visa,Visas,Home Office,,,,,,,,,,\n"
    assert (folder / "submissions" / "visa.csv").read_text().splitlines()[:2] == [
        "period,transactions,transactions:digital,cost,note",
        "2017-Q1,,,,",
    ]
    assert ran.stdout.splitlines() == [
        f"Added visa to {folder / 'services.csv'}",
        f"Wrote {folder / 'submissions' / 'visa.csv'}: 4 rows, 12 figures to fill in",
        f"Next: fill it in, then run perfsite validate {folder}.",
    ]


def test_new_for_a_service_of_the_register_leaves_the_register(tmp_path: Path) -> None:
    """The service is there already, so only the form is written: here as a workbook."""
    folder = data_folder(tmp_path)
    options = ("--style", "xlsx", "--shape", "tidy", "--measures", "cost,cost:digital")
    ran = run("new", "no-figures", folder, *options)
    book = openpyxl.load_workbook(folder / "submissions" / "no-figures.xlsx")

    assert ran.exit_code == 0, ran.stderr
    assert (folder / "services.csv").read_text() == REGISTER
    rows = [[cell.value for cell in row[1:3]] for row in book["Figures"].iter_rows(2, 3)]
    assert rows == [["cost", None], ["cost", "digital"]]
    assert "8 figures to fill in" in ran.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["visa"], "visa is not in the register; give its --name and --department"),
        (["Visa", *NEW], "'Visa' cannot be the id of a service"),
        (["old-name", *NEW], "old-name is a former id of renamed"),
        (["full"], "full.csv is there already; nothing was written"),
        (["no-figures", "--measures", "visits"], "'visits' is no measure of this site"),
        (["no-figures", "--channels", "Digital"], "Digital cannot be in a form"),
        (["no-figures", "--measures", "uptime:web"], "web cannot be in a form"),
        (["no-figures", "--first", "2017"], "give --first and --last together"),
        (["no-figures", "--first", "2017-13", "--last", "2018"], "there is no month 13"),
        (["no-figures", "--first", "2018", "--last", "2017"], "is before the first"),
    ],
)
def test_new_says_why_it_does_nothing(tmp_path: Path, words: list[str], message: str) -> None:
    """Exit code 2, a sentence, and not a byte written."""
    folder = data_folder(tmp_path)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    ran = run("new", words[0], folder, *words[1:])

    assert ran.exit_code == 2
    assert message in ran.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_new_cannot_add_to_a_register_that_is_no_csv(tmp_path: Path) -> None:
    """A register in another form is added to by its owner, who is told where."""
    folder = data_folder(tmp_path)
    (folder / "services.csv").unlink()
    (folder / "services").mkdir()
    record = '{"service": "a", "name": "A", "department": "D"}'
    (folder / "services" / "all.json").write_text(record)
    ran = run("new", "visa", folder, *NEW)

    assert ran.exit_code == 2
    assert "add it to" in ran.stderr
    assert "all.json first" in ran.stderr
