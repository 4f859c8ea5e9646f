from __future__ import annotations

import re
import shlex
import tomllib
from typing import TYPE_CHECKING

import pytest

from markdown_pages import DOCS, fences
from perfsite.cli.extensions import own_points
from perfsite.importers import GROUP
from perfsite.importers.map_file import (
    CellsTable,
    ColumnTable,
    Map,
    PeriodTable,
    RegisterTable,
    ServiceTable,
    TidyTable,
)
from perfsite.importers.period_forms import period_form
from small_site import perfsite, read_tree

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (DOCS / "importing.md").read_text("utf-8")
FILES = {fence.path: fence.text for fence in fences(PAGE) if fence.path}
RUNS = [shlex.split(fence.text)[1:] for fence in fences(PAGE) if fence.kind == "sh"]


@pytest.mark.parametrize("words", RUNS, ids=lambda words: words[1])
def test_the_examples_of_the_page_make_what_it_shows(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command of the page, with the files that it shows, gives the file shown below it."""
    shown = {path: text for path, text in FILES.items() if path.startswith("data/")}
    for path, text in FILES.items():
        if path not in shown:
            (tmp_path / path).write_text(text, "utf-8")
    # An installed distribution is its modules, and a folder with what pyproject.toml says of it.
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    info = tmp_path / "visitor_counts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"][GROUP]
    lines = [f"{name} = {value}\n" for name, value in points.items()]
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{''.join(lines)}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)

    ran = perfsite(*words)

    assert ran.code == 0, ran.err
    assert "0 errors, 0 warnings, 0 notes." in ran.out
    made = {f"data/{path}": data.decode() for path, data in read_tree(tmp_path / "data").items()}
    made.pop("data/services.csv", None)
    assert made
    assert {path: shown[path] for path in made} == made


def test_the_page_names_every_importer_and_every_entry_of_a_map() -> None:
    """Nobody has to read the code to find an importer or an entry."""
    for point in own_points(GROUP):
        assert f"\n## {point.name}" in PAGE, point.name
    rows = "\n".join(re.findall(r"^\| `.*\|$", PAGE, re.MULTILINE))
    entries = {
        "service": list(ServiceTable.model_fields),
        "period": list(PeriodTable.model_fields),
        "tidy": list(TidyTable.model_fields),
        "cells": list(CellsTable.model_fields),
        "register": list(RegisterTable.model_fields),
    }
    for field, about in Map.model_fields.items():
        name = about.alias or field
        for entry in [f"{name}.{entry}" for entry in entries.get(name, [])] or [name]:
            assert f"`{entry}`" in rows, entry
    for entry in ColumnTable.model_fields:
        assert f".{entry}`" in rows, entry


def test_the_table_of_forms_is_true() -> None:
    """Each form reads its example as the page says."""
    row = r"^\| `([^`]+)`(?:, with `first_month = (\d)`)? \| ([^|]+) \| (\d[^|]+) \|$"
    rows = re.findall(row, PAGE, re.MULTILINE)

    assert len(rows) >= 5
    for form, first_month, text, code in rows:
        read = period_form(form, first_month=int(first_month or 0)).read(text.strip())
        assert read.code == code.strip()


def test_every_fence_says_its_language() -> None:
    """No example escapes its check by being of no kind."""
    assert PAGE.count("```") == 2 * len([fence for fence in fences(PAGE) if fence.kind])
    assert len(RUNS) == 3
