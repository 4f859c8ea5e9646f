"""The Government of Canada's service inventory, and its service standards, into our format.

The inventory has a row for each service and fiscal year: names and descriptions in two languages,
applications by channel, website visits and telephone enquiries. `NA` says that a channel does not
apply, `ND` that there is no data. Lives here: putting the data folder together. Not here: which
rows can be used (`gc_service_inventory_files`), what a service is (`..._register`), the figures
(`..._figures`), and what columns and codes mean (`..._words`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from perfsite.errors import Problem
from perfsite.importers import Imported, Importer, Option, counted, csv_text
from perfsite.importers.gc_service_inventory_figures import (
    applications,
    is_given,
    service_standards,
)
from perfsite.importers.gc_service_inventory_files import Table, of_known, once_each, read_file
from perfsite.importers.gc_service_inventory_register import make_register
from perfsite.importers.gc_service_inventory_words import INVENTORY, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.model import Source

_FOLDER: Final = "submissions/gc-service-inventory"
_TEXTS: Final = ("description", "notes")


def import_inventory(sources: Sequence[Source], *, with_text: bool = True) -> Imported:
    """Turn inventories and files of service standards, in any order, into a data folder.

    Where a service is in several fiscal years, the register has what the newest one says, and the
    figures of all years stay. Without `with_text`, descriptions and remarks stay behind. Never
    raises: whatever the bytes, what is wrong with them is a problem, and without an inventory
    there are no files.
    """
    problems: list[Problem] = []
    tables: dict[bool, list[Table]] = {True: [], False: []}
    for source in sources:
        table, found = read_file(source)
        problems += found
        if table is not None:
            tables["service_standard_id" in table.rows].append(table)
    inventories, standards = tables[False], tables[True]
    if not any(len(table.rows) for table in inventories):
        missing = Problem(
            sources[0].path if sources else "",
            0,
            "PS305",
            found="no inventory of services",
            expected=f"a file with the columns {', '.join(INVENTORY)}, and rows",
            fix="Give the inventory of services, and the service standards beside it if wanted.",
        )
        return Imported({}, sorted({*problems, missing}))
    register, found = make_register(inventories)
    problems += found
    if not with_text:
        register = register.drop(columns=[f"{text}{end}" for text in _TEXTS for end in ("", "_fr")])
    files: dict[str, str] = {"perfsite.toml": SETTINGS, "services.csv": csv_text(register)}
    once: set[tuple[str, ...]] = set()
    figures = 0
    for table in inventories:
        made, found = applications(once_each(table, ["service", "period"], once, problems))
        problems += found
        if len(made):
            files[_name(table.path, files)] = csv_text(made)
        figures += int(made.drop(columns=["service", "period", "note"]).apply(is_given).sum().sum())
    services = set(register["service"])
    for table in standards:
        known = of_known(table, services, problems)
        made, found = service_standards(
            once_each(known, ["service", "channel", "period"], once, problems)
        )
        problems += found
        if len(made):
            files[_name(table.path, files)] = csv_text(made)
        figures += int(is_given(made["value"]).sum())
    carried = f"{counted(len(register), 'service')}, {counted(figures, 'figure')}"
    return Imported(files, sorted(problems), carried)


def _run(sources: Sequence[Source], options: Mapping[str, object]) -> Imported:
    return import_inventory(sources, with_text=not options["no-text"])


IMPORTER: Final = Importer(
    "gc-service-inventory",
    "The service inventory of the Government of Canada.",
    "Import FILES, the Government of Canada's service inventory and its service standards.\n\n"
    "The folder gets a register in English and French, the figures, and a perfsite.toml.",
    _run,
    (Option("no-text", "Leave descriptions and remarks behind: names and figures only.", "flag"),),
)


def _name(path: str, files: Mapping[str, str]) -> str:
    """The file for a source's figures: it has the source's name, and rows of the same numbers."""
    stem = re.sub(r"[^a-z0-9_]+", "-", PurePosixPath(path).stem.lower()).strip("-") or "figures"
    name, number = f"{_FOLDER}/{stem}.csv", 2
    while name in files:
        name, number = f"{_FOLDER}/{stem}-{number}.csv", number + 1
    return name
