"""What tests of the policy share: releases, editions and problems of a small table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from helpers import csv_source, figures_of, one_service_register
from perfsite.config import SiteConfig
from perfsite.editions import (
    OBSERVATIONS,
    Content,
    EditionFigures,
    edition_path,
    freeze,
    read_edition,
    register_frame,
    text_frame,
)
from perfsite.exports.tables import KPI_COLUMNS, observation_rows
from perfsite.kpi.inputs import resolve
from perfsite.model import Source
from perfsite.policy.embargo import release
from perfsite.validate.consistency import check_consistency
from perfsite.validate.observations import read_observations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from perfsite.errors import Problem
    from perfsite.model import File, Service

DAY = date(2018, 9, 19)
"""The date of the edition in most tests."""


def source(table: str, path: str = "submissions/alpha.csv") -> Source:
    """A submission; `~` stands for a space in a cell."""
    made = csv_source(table, path)
    return Source(path, made.data.replace(b"~", b" "))


def read(
    sources: Sequence[Source] | str,
    day: date | None = DAY,
    services: Mapping[str, Service] | None = None,
) -> tuple[pd.DataFrame, list[Problem]]:
    """The frame of all observations as on a day, with secrets, and what was wrong."""
    made = [source(sources)] if isinstance(sources, str) else sources
    return read_observations(made, services or one_service_register(), SiteConfig(), day)


def public(
    sources: Sequence[Source] | str,
    day: date | None = DAY,
    services: Mapping[str, Service] | None = None,
) -> pd.DataFrame:
    """What may be published on a day."""
    return release(read(sources, day, services)[0], day)[0]


def edition(
    sources: Sequence[Source] | str,
    day: date = DAY,
    services: Mapping[str, Service] | None = None,
) -> EditionFigures:
    """The edition of a day, frozen and read back."""
    services = services or one_service_register()
    return thawed(frozen(public(sources, day, services), day, services), day)


def content(observations: pd.DataFrame, services: Mapping[str, Service]) -> Content:
    """What an edition of these observations holds; KPIs are not worked out."""
    marked, _ = check_consistency(
        observations, resolve(observations, SiteConfig()), SiteConfig().digital_channels
    )
    return Content(
        register_frame(services),
        text_frame(OBSERVATIONS, observation_rows(marked)),
        text_frame(KPI_COLUMNS, []),
    )


def frozen(
    observations: pd.DataFrame,
    day: date,
    services: Mapping[str, Service],
    before: EditionFigures | None = None,
) -> list[File]:
    """The files of an edition of these observations."""
    made = content(observations, services)
    return freeze(made, 'title = "Test"\n', day, {"perfsite": "1.0"}, before)


def thawed(
    files: Sequence[File], day: date = DAY, before: EditionFigures | None = None
) -> EditionFigures:
    """An edition read from its files."""
    bytes_of = {file.path: file.data for file in files}
    path = edition_path(day)
    return read_edition(Source(path, bytes_of[path]), bytes_of.__getitem__, before)


def short(frame: pd.DataFrame) -> dict[str, float | str]:
    """Observations in short, as `figures_of`, without the service `alpha`."""
    return {key.removeprefix("alpha "): value for key, value in figures_of(frame).items()}


def secrets_of(frame: pd.DataFrame) -> dict[str, tuple[float, str]]:
    """Secrets in short: `2017 transactions:digital` to the value and why."""
    return {
        f"{row['period']} {row['measure']}{':' if row['channel'] else ''}{row['channel']}": (
            row["value"],
            row["why"],
        )
        for row in frame.to_dict("records")
    }
