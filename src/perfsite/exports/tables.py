"""The data files of the site: every kind of CSV file, its columns, its key and its rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from perfsite.decimals import csv_text, exact
from perfsite.errors import BuildError
from perfsite.exports.columns import (
    OBSERVATIONS,
    OBSERVATIONS_OF_A_SERVICE,
    PART_ABOVE_WHOLE,
    REGISTER,
    REVISIONS,
    edition_columns,
    group_columns,
    headline,
    health_columns,
    kpi_columns,
)
from perfsite.frames import REPORTING, Col, entering
from perfsite.kpi.groups import FOLDERS, GroupKind
from perfsite.kpi.inputs import periods_of
from perfsite.kpis import KPIS
from perfsite.model import FIGURE, REGISTER_COLUMNS, File, register_row, translated_columns
from perfsite.text import message
from perfsite.validate.values import PUBLISHED_MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.exports.columns import DataColumn
    from perfsite.kpi.figures import Figures
    from perfsite.kpi.groups import Group, GroupFigure, GroupSummary, Largest
    from perfsite.kpi.headlines import ServiceSummary
    from perfsite.kpi.matched import Panel
    from perfsite.kpi.reporting import ReportingMatrix
    from perfsite.model import Service


# Every kind of CSV file that the site writes: its columns and its key.
#
# This is the one place that says so. The page of downloads, CSVW, the data package and the JSON
# Schemas all read it; a test holds it against the files themselves.


@dataclass(frozen=True)
class DataTable:
    """A kind of CSV file: its name for machines, its words for people, and its columns.

    `key` are the columns that tell rows apart. `service` is the column that holds an id of
    data/services.csv, empty where there is none.
    """

    name: str
    title: str
    description: str
    columns: tuple[DataColumn, ...]
    key: tuple[str, ...]
    service: str = ""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


_KPI_KEY = (Col.SERVICE, Col.KPI, Col.PERIOD)


def _groups(kind: str, named: str, name: str, title: str, description: str) -> DataTable:
    return DataTable(
        name, title, description, group_columns(kind, named), (kind, Col.KPI, Col.PERIOD)
    )


_DEPARTMENT = message("The name of the department")
SERVICES_CSV: Final = "data/services.csv"
HEALTH_CSV: Final = "data/health.csv"
REVISIONS_CSV: Final = "data/revisions.csv"


def tables() -> dict[str, DataTable]:
    """The files of the whole set of a site in one language, by their paths."""
    return {
        SERVICES_CSV: DataTable(
            "services",
            message("Services"),
            message(
                "A row for each service: what the register says of it, and each KPI with its "
                "period."
            ),
            (*REGISTER, *(column for kpi in KPIS.values() for column in headline(kpi))),
            ("service",),
        ),
        "data/observations.csv": DataTable(
            "observations",
            message("Figures as they were given"),
            message("A row for each figure that was given, or given as missing."),
            OBSERVATIONS,
            tuple(FIGURE),
            "service",
        ),
        "data/kpis.csv": DataTable(
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
        HEALTH_CSV: DataTable(
            "health",
            message("Data health"),
            message("A row for each KPI of each service and quarter: whether it is there."),
            health_columns(),
            _KPI_KEY,
            "service",
        ),
        REVISIONS_CSV: DataTable(
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


def tables_of_folders() -> dict[str, DataTable]:
    """The files of one service or of one group, by the folders that they are in."""
    return {
        "services": DataTable(
            "figures",
            message("Figures of a service"),
            message("A row for each figure that was given, or given as missing."),
            OBSERVATIONS_OF_A_SERVICE,
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


def register_columns(languages: Sequence[str]) -> tuple[DataColumn, ...]:
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


def tables_of_the_set(languages: Sequence[str]) -> dict[str, DataTable]:
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


def edition_table(name: str, header: tuple[str, ...]) -> DataTable:
    """The description of a file of an edition, whose columns are those of its time."""
    title, description, key = EDITIONS[name]
    return DataTable(f"edition-{name}", title, description, edition_columns(name, header), key)


def table_of(path: str, languages: Sequence[str] = ()) -> DataTable:
    """The description of a CSV file by its path relative to the site in these languages.

    Raises:
        BuildError: if it is a file that nobody has described.
    """
    folder, _, name = path.rpartition("/")
    table = tables_of_the_set(languages).get(path) or tables_of_folders().get(folder)
    if table is None or not name.endswith(".csv"):
        raise BuildError(f"{path}: perfsite.exports.tables has no description of this file")
    return table


# The data files of the site: everything that is published, as CSV and JSON.
#
# A number in a data file is the number behind the pages, digit for digit; pages round, files do
# not.


OBSERVATION_COLUMNS: Final = (
    Col.SERVICE, Col.PERIOD, Col.MEASURE, Col.CHANNEL, Col.VALUE, Col.STATUS, Col.NOTE, Col.SOURCE,
)  # fmt: skip
KPI_COLUMNS: Final = (
    Col.SERVICE, Col.KPI, Col.PERIOD, Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR, Col.STATUS,
)  # fmt: skip
GROUP_COLUMNS: Final = (
    "kpi", "period", "value", "numerator", "denominator", "services", "of",
    "like_for_like_value", "like_for_like_year_before", "like_for_like_services",
    "like_for_like_constant_volumes", "withheld", "stocks", "largest", "largest_share",
    "without_largest_value", "without_largest_like_for_like_value",
    "without_largest_like_for_like_year_before", "without_largest_like_for_like_services",
    "silent_services", "silent_share", "panel_value", "panel_services", "complete",
)  # fmt: skip
ALL_CSV: Final = "data/all-services.csv"
DEPARTMENTS_CSV: Final = "data/departments.csv"
KPIS_CSV: Final = "data/kpis.csv"
Rows = list[tuple[Any, ...]]


def observation_rows(observations: pd.DataFrame) -> Rows:
    """The observations as rows of text in the columns of `OBSERVATIONS`."""
    marks = observations[Col.MARKS].map(
        {
            letters: " ".join(PUBLISHED_MARKS[letter] for letter in letters)
            for letters in observations[Col.MARKS].unique()
        }
    )
    flags = np.where(observations[Col.FLAGGED], PART_ABOVE_WHOLE, "")
    words: pd.Series[str] = observations[Col.STATUS] + " " + marks + " " + flags
    status = words.str.split().str.join(" ")
    places = zip(observations[Col.FILE], observations[Col.ROW], strict=True)
    frame = observations.assign(
        value=_texts(observations[Col.VALUE]),
        status=status,
        source=[f"{file}:{row}" for file, row in places],
    )
    return list(frame[list(OBSERVATION_COLUMNS)].itertuples(index=False, name=None))


def rows_of_services(rows: Rows, observations: pd.DataFrame) -> Rows:
    """The same rows as the files of services have them: they count the rows of the service alone.

    `rows` are those of `observation_rows`. `file#5` is the fifth row of the service in that file;
    rows of other services that come or go do not change it. What an edition lends keeps its
    `file:row`, for no row of an edition comes or goes.
    """
    places = zip(observations[Col.FILE], observations[Col.SERVICE_ROW], strict=True)
    return [
        (*row[:-1], f"{file}#{place}") if place else row
        for row, (file, place) in zip(rows, places, strict=True)
    ]


def kpi_rows(figures: Figures, summaries: Sequence[ServiceSummary]) -> Rows:
    """All KPI figures as rows of text; those that are absent have a row without a period."""
    frame = figures.frame
    table = frame.assign(
        period=[period.code for period in periods_of(frame)],
        **{name: _texts(frame[name]) for name in (Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR)},
    )
    absent = pd.DataFrame(
        [
            (summary.service.id, kpi, "", "", "", "", str(figure.status))
            for summary in summaries
            for kpi, figure in summary.figures.items()
            if figure.period is None
        ],
        columns=list(KPI_COLUMNS),
    )
    rank = {summary.service.id: i for i, summary in enumerate(summaries)}
    order = {kpi: i for i, kpi in enumerate(KPIS)}
    joined = pd.concat([table, absent.assign(start=0, end=0)], ignore_index=True)
    joined = joined.assign(a=joined[Col.SERVICE].map(rank), b=joined[Col.KPI].map(order))
    joined = joined.sort_values(["a", "b", Col.END, Col.START], kind="stable")
    return list(joined[list(KPI_COLUMNS)].itertuples(index=False, name=None))


def _texts(numbers: pd.Series) -> pd.Series:
    """Numbers as exact text; each value is spelt once, for values repeat."""
    spelt = {number: exact(number) for number in numbers.dropna().unique()}
    return numbers.map(spelt).astype(object).where(numbers.notna(), "")


def csv_file(path: str, header: Iterable[str], rows: Iterable[Sequence[Any]]) -> File:
    """A CSV file as RFC 4180 has it: UTF-8, commas, CRLF."""
    return File(path, csv_text([tuple(header), *rows]).encode())


def services_file(summaries: Sequence[ServiceSummary], languages: Sequence[str] = ()) -> File:
    """data/services.csv: the register, and each KPI with its period and status.

    The register's texts are there in all languages of the site, whose tags these are.
    """
    translated = translated_columns(languages)
    header = [*REGISTER_COLUMNS, *translated]
    for kpi in KPIS:
        header += [kpi, f"{kpi}_period", f"{kpi}_status"]
    rows = [
        [
            *register_row(summary.service).values(),
            *(
                summary.service.translations.get(language, {}).get(column, "")
                for column, language in translated.values()
            ),
            *_headlines(summary),
        ]
        for summary in summaries
    ]
    return csv_file("data/services.csv", header, rows)


def _translations(service: Service) -> dict[str, dict[str, dict[str, str]]]:
    texts = {language: dict(words) for language, words in service.translations.items()}
    return {"translations": texts} if texts else {}


def _headlines(summary: ServiceSummary) -> list[str]:
    cells = []
    for kpi in KPIS:
        figure = summary.figures[kpi]
        value = "" if figure.value is None else exact(figure.value)
        cells += [value, figure.period.code if figure.period else "", str(figure.status)]
    return cells


def service_files(service: Service, observations: Rows, kpis: Rows) -> tuple[File, File]:
    """services/<service>.csv and .json: the figures behind its dashboard.

    `observations` are its own rows of `rows_of_services`, and `kpis` those of `kpi_rows`.
    """
    content = {
        **register_row(service),
        **_translations(service),
        "kpis": [_record(KPI_COLUMNS[1:], row[1:]) for row in kpis],
        "observations": [_record(OBSERVATION_COLUMNS[1:], row[1:]) for row in observations],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return (
        csv_file(f"services/{service.id}.csv", OBSERVATION_COLUMNS, observations),
        File(f"services/{service.id}.json", f"{text}\n".encode()),
    )


_NUMBERS: Final = {Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR}


def _record(names: Sequence[str], row: Sequence[str]) -> dict[str, str | float | int | None]:
    return {
        name: _number(text) if name in _NUMBERS else text
        for name, text in zip(names, row, strict=True)
    }


def _number(text: str) -> float | int | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)


def health_file(ledger: ReportingMatrix) -> File:
    """data/health.csv: a row for each KPI of each service and quarter."""
    rows = ledger.rows()
    entering("data files", REPORTING, rows)
    return csv_file(HEALTH_CSV, list(rows.columns), list(rows.itertuples(index=False, name=None)))


def group_csv(group: Group) -> str:
    """The path of the data file of a group."""
    if group.kind is GroupKind.ALL:
        return ALL_CSV
    return f"{FOLDERS[group.kind][0]}/{group.slug}.csv"


def group_names(groups: Iterable[Group]) -> dict[str, str]:
    """The names of groups by the paths of their files."""
    return {group_csv(group): group.name for group in groups if group.kind is not GroupKind.ALL}


def group_file(summary: GroupSummary, samples: Mapping[str, Panel]) -> File:
    """The figures of a group; `samples` are its matched samples, by KPI."""
    header = (str(summary.group.kind), *GROUP_COLUMNS)
    return csv_file(group_csv(summary.group), header, _group_rows(summary, samples))


def whole_group_files(groups: Iterable[tuple[GroupSummary, Mapping[str, Panel]]]) -> list[File]:
    """data/departments.csv, and the file of all services together, which is one of the groups."""
    departments: Rows = []
    files = []
    for summary, samples in groups:
        if summary.group.kind is GroupKind.DEPARTMENT:
            departments += _group_rows(summary, samples)
        elif summary.group.kind is GroupKind.ALL:
            files.append(group_file(summary, samples))
    header = (str(GroupKind.DEPARTMENT), *GROUP_COLUMNS)
    return [csv_file(DEPARTMENTS_CSV, header, departments), *files]


def _group_rows(summary: GroupSummary, samples: Mapping[str, Panel]) -> Rows:
    return [
        _group_row(summary, figure, samples.get(kpi))
        for kpi, figures in summary.series.items()
        for figure in figures
    ]


def _text(value: float | None) -> str:
    return "" if value is None else exact(value)


def _group_row(summary: GroupSummary, figure: GroupFigure, line: Panel | None) -> tuple[Any, ...]:
    """A figure of a group in the columns of `GROUP_COLUMNS`; `line` is that of its chart."""
    shown = dict(line.points).get(figure.period) if line else None
    return (
        summary.group.name,
        figure.kpi,
        figure.period.code,
        _text(figure.value),
        _text(figure.numerator),
        _text(figure.denominator),
        figure.services,
        figure.of,
        _text(figure.like_now),
        _text(figure.like_before),
        figure.like_services,
        _text(figure.like_constant),
        figure.withheld,
        _text(figure.stocks),
        *_largest(figure.largest),
        *_silent(summary, figure),
        _text(shown),
        "" if line is None or shown is None else line.services,
        "yes" if figure.complete else "no",
    )


def _largest(largest: Largest | None) -> tuple[Any, ...]:
    if largest is None:
        return ("",) * 6
    return (
        largest.service,
        _text(largest.share),
        _text(largest.value),
        _text(largest.like_now),
        _text(largest.like_before),
        largest.like_services,
    )


def _silent(summary: GroupSummary, figure: GroupFigure) -> tuple[Any, ...]:
    """Who has fallen silent is told of the headline alone."""
    silence = summary.silent.get(figure.kpi)
    if silence is None or summary.figures[figure.kpi] != figure:
        return ("", "")
    return len(silence.services), _text(silence.share)
