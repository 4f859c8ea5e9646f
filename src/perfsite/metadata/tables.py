"""Every kind of CSV file that the site writes: its columns and its key.

This is the one place that says so. The page of downloads, CSVW, the data package and the JSON
Schemas all read it; a test holds it against the files themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from perfsite.errors import BuildError
from perfsite.kpis import KPIS
from perfsite.metadata.columns import (
    OBSERVATIONS,
    REGISTER,
    group_columns,
    headline,
    health_columns,
    kpi_columns,
)
from perfsite.metadata.revision_columns import REVISIONS, edition_columns
from perfsite.model import FIGURE, translated_columns
from perfsite.text import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.metadata.columns import Column


@dataclass(frozen=True)
class Table:
    """A kind of CSV file: its name for machines, its words for people, and its columns.

    `key` are the columns that tell rows apart. `service` is the column that holds an id of
    data/services.csv, empty where there is none.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    service: str = ""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


_KPI_KEY = ("service", "kpi", "period")


def _groups(kind: str, named: str, name: str, title: str, description: str) -> Table:
    return Table(name, title, description, group_columns(kind, named), (kind, "kpi", "period"))


_DEPARTMENT = message("The name of the department")
SERVICES_CSV: Final = "data/services.csv"
REVISIONS_CSV: Final = "data/revisions.csv"


def tables() -> dict[str, Table]:
    """The files of the whole set of a site in one language, by their paths."""
    return {
        SERVICES_CSV: Table(
            "services",
            message("Services"),
            message(
                "A row for each service: what the register says of it, and each KPI with its "
                "period."
            ),
            (*REGISTER, *(column for kpi in KPIS.values() for column in headline(kpi))),
            ("service",),
        ),
        "data/observations.csv": Table(
            "observations",
            message("Figures as they were given"),
            message("A row for each figure that was given, or given as missing."),
            OBSERVATIONS,
            tuple(FIGURE),
            "service",
        ),
        "data/kpis.csv": Table(
            "kpis",
            message("KPIs of services"),
            message(
                "A row for each KPI of each service and period, with what it is a ratio of; one "
                "without a period for a KPI that has no figure."
            ),
            kpi_columns(),
            _KPI_KEY,
            "service",
        ),
        "data/departments.csv": _groups(
            "department",
            _DEPARTMENT,
            "departments",
            message("KPIs of departments"),
            message("A row for each KPI of each department and 12 months."),
        ),
        "data/all-services.csv": _groups(
            "all",
            message("What the figure is of: all services"),
            "all-services",
            message("KPIs of all services"),
            message("A row for each KPI of all services together and 12 months."),
        ),
        "data/health.csv": Table(
            "health",
            message("Data health"),
            message("A row for each KPI of each service and quarter: whether it is there."),
            health_columns(),
            _KPI_KEY,
            "service",
        ),
        REVISIONS_CSV: Table(
            "revisions",
            message("Revisions and corrections"),
            message(
                "A row for each figure and each service that changed from one edition to the next, "
                "with what it said before and since, and why where somebody has said."
            ),
            REVISIONS,
            (*FIGURE, "change", "edition_before"),
        ),
    }


_OF_A_GROUP = message("A row for each KPI of this group of services and 12 months.")


def tables_of_folders() -> dict[str, Table]:
    """The files of one service or of one group, by the folders that they are in."""
    return {
        "services": Table(
            "figures",
            message("Figures of a service"),
            message("A row for each figure that was given, or given as missing."),
            OBSERVATIONS,
            tuple(FIGURE),
        ),
        "departments": _groups(
            "department", _DEPARTMENT, "department", message("KPIs of a department"), _OF_A_GROUP
        ),
        "agencies": _groups(
            "agency",
            message("The name of the agency"),
            "agency",
            message("KPIs of an agency"),
            _OF_A_GROUP,
        ),
        "categories": _groups(
            "category",
            message("The name of the category"),
            "category",
            message("KPIs of a category"),
            _OF_A_GROUP,
        ),
    }


def register_columns(languages: Sequence[str]) -> tuple[Column, ...]:
    """The columns of the register: those of `REGISTER`, and their texts in the other languages.

    `languages` are the tags of the site's languages, its first one first.
    """
    own = {column.name: column for column in REGISTER}
    return (
        *REGISTER,
        *(
            replace(own[column], name=name, required=False, language=language)
            for name, (column, language) in translated_columns(languages).items()
        ),
    )


def tables_of_the_set(languages: Sequence[str]) -> dict[str, Table]:
    """The files of the whole set of a site in these languages, by their paths."""
    found = tables()
    services = found[SERVICES_CSV]
    columns = (*register_columns(languages), *services.columns[len(REGISTER) :])
    return {**found, SERVICES_CSV: replace(services, columns=columns)}


EDITIONS: Final = {
    "services": (
        message("The register of an edition"),
        message("A row for each service: what the register said of it in this edition."),
        ("service",),
    ),
    "observations": (
        message("The figures of an edition"),
        message("A row for each figure as this edition published it."),
        tuple(FIGURE),
    ),
    "kpis": (
        message("The KPIs of an edition"),
        message("A row for each KPI of each service and period as this edition published it."),
        _KPI_KEY,
    ),
}
"""The files of an edition, by their names: title, description and key."""


def edition_table(name: str, header: tuple[str, ...]) -> Table:
    """The description of a file of an edition, whose columns are those of its time."""
    title, description, key = EDITIONS[name]
    return Table(f"edition-{name}", title, description, edition_columns(name, header), key)


def table_of(path: str, languages: Sequence[str] = ()) -> Table:
    """The description of a CSV file by its path relative to the site in these languages.

    Raises:
        BuildError: if it is a file that nobody has described.
    """
    folder, _, name = path.rpartition("/")
    table = tables_of_the_set(languages).get(path) or tables_of_folders().get(folder)
    if table is None or not name.endswith(".csv"):
        raise BuildError(f"{path}: perfsite.metadata.tables has no description of this file")
    return table
