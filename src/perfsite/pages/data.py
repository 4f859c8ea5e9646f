"""The data files of the site: everything that is published, as CSV and JSON.

A number in a data file is the number behind the pages, digit for digit; pages round, files do not.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from perfsite.components.builder import FOLDERS
from perfsite.decimals import csv_text, exact
from perfsite.kpi.groups import GroupKind
from perfsite.kpi.inputs import periods_of
from perfsite.kpis import KPIS
from perfsite.metadata.statuses import PART_ABOVE_WHOLE
from perfsite.model import REGISTER_COLUMNS, File, register_row, translated_columns
from perfsite.validate.values import PUBLISHED_MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.cache import Kept
    from perfsite.kpi import Figures, Group, GroupFigure, GroupSummary, ServiceSummary
    from perfsite.kpi.groups import Largest
    from perfsite.kpi.matched import Panel, Panels
    from perfsite.model import Service

OBSERVATIONS: Final = (
    "service", "period", "measure", "channel", "value", "status", "note", "source",
)  # fmt: skip
KPI_COLUMNS: Final = (
    "service", "kpi", "period", "value", "numerator", "denominator", "status",
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
    marks = observations["marks"].map(
        {
            letters: " ".join(PUBLISHED_MARKS[letter] for letter in letters)
            for letters in observations["marks"].unique()
        }
    )
    flags = np.where(observations["flagged"], PART_ABOVE_WHOLE, "")
    words: pd.Series[str] = observations["status"] + " " + marks + " " + flags
    status = words.str.split().str.join(" ")
    frame = observations.assign(value=_texts(observations["value"]), status=status)
    return list(frame[list(OBSERVATIONS)].itertuples(index=False, name=None))


def kpi_rows(figures: Figures, summaries: Sequence[ServiceSummary]) -> Rows:
    """All KPI figures as rows of text; those that are absent have a row without a period."""
    frame = figures.frame
    table = frame.assign(
        period=[period.code for period in periods_of(frame)],
        **{name: _texts(frame[name]) for name in ("value", "numerator", "denominator")},
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
    joined = joined.assign(a=joined["service"].map(rank), b=joined["kpi"].map(order))
    joined = joined.sort_values(["a", "b", "end", "start"], kind="stable")
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


def service_files(
    summaries: Sequence[ServiceSummary], observations: Rows, kpis: Rows, kept: Kept
) -> list[File]:
    """services/<service>.csv and .json: the figures behind each dashboard."""
    own = _by_first(observations)
    own_kpis = _by_first(kpis)
    files: list[File] = []
    for summary in summaries:
        key = summary.service.id
        given = (summary.service, own.get(key, []), own_kpis.get(key, []))
        files += kept.of(("data", key), given, partial(_service_files, *given))
    return files


def _service_files(service: Service, observations: Rows, kpis: Rows) -> tuple[File, File]:
    content = {
        **register_row(service),
        **_translations(service),
        "kpis": [_record(KPI_COLUMNS[1:], row[1:]) for row in kpis],
        "observations": [_record(OBSERVATIONS[1:], row[1:]) for row in observations],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return (
        csv_file(f"services/{service.id}.csv", OBSERVATIONS, observations),
        File(f"services/{service.id}.json", f"{text}\n".encode()),
    )


_NUMBERS: Final = {"value", "numerator", "denominator"}


def _record(names: Sequence[str], row: Sequence[str]) -> dict[str, str | float | int | None]:
    return {
        name: _number(text) if name in _NUMBERS else text
        for name, text in zip(names, row, strict=True)
    }


def _number(text: str) -> float | int | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)


def _by_first(rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def group_csv(group: Group) -> str:
    """The path of the data file of a group."""
    if group.kind is GroupKind.ALL:
        return ALL_CSV
    return f"{FOLDERS[group.kind][0]}/{group.slug}.csv"


def group_names(groups: Sequence[GroupSummary]) -> dict[str, str]:
    """The names of groups by the paths of their files."""
    return {
        group_csv(summary.group): summary.group.name
        for summary in groups
        if summary.group.kind is not GroupKind.ALL
    }


def group_files(groups: Sequence[GroupSummary], panels: Mapping[str, Panels]) -> list[File]:
    """data/departments.csv, one file for all services, and one for each other group.

    `panels` are those of the KPIs that are charted.
    """
    departments: Rows = []
    files = []
    for summary in groups:
        lines = {kpi: panel for kpi in panels if (panel := panels[kpi].of(summary)) is not None}
        rows = [
            _group_row(summary, figure, lines.get(kpi))
            for kpi, figures in summary.series.items()
            for figure in figures
        ]
        kind = summary.group.kind
        files.append(csv_file(group_csv(summary.group), (str(kind), *GROUP_COLUMNS), rows))
        departments += rows if kind is GroupKind.DEPARTMENT else []
    header = (str(GroupKind.DEPARTMENT), *GROUP_COLUMNS)
    return [csv_file(DEPARTMENTS_CSV, header, departments), *files]


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
