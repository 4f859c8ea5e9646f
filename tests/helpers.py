"""Small builders: from a table that fits in a test to the values of every stage.

Tables are written as people read them, columns apart by spaces, and go through the real readers::

    period   transactions  transactions:digital
    2017-Q1  100           40
    2017-Q2  _             [z]

`_` is a blank cell. Without a column `service` the figures are those of `alpha`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perfsite.charts.series import collect_series
from perfsite.config import SiteConfig
from perfsite.kpi import summarise_groups, summarise_services, work_out
from perfsite.kpi.groups import make_groups
from perfsite.model import Service, Source, Status
from perfsite.parts import resolve
from perfsite.periods import Period, Unit
from perfsite.validate import check_consistency, read_observations, read_register

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from perfsite.charts.series import Series
    from perfsite.errors import Problem
    from perfsite.kpi import Figure, Figures, GroupFigure, GroupSummary, ServiceSummary
    from perfsite.parts import Parts

EXAMPLE = Path(__file__).parents[1] / "data"
"""The example that comes with the project: 734 services."""

ALPHA = "alpha"


def one_service_register(**more: str) -> dict[str, Service]:
    """A register of the one service `alpha`."""
    return register(ALPHA, **more)


def register(*ids: str, **more: str) -> dict[str, Service]:
    """A register of services with these ids, all of one ministry unless `more` says otherwise."""
    fields = {"department": "Ministry", **more}
    return {key: Service(id=key, name=key.capitalize(), **fields) for key in ids}  # type: ignore[arg-type]


def csv_source(table: str, path: str = f"submissions/{ALPHA}.csv") -> Source:
    """A table written with spaces, as the CSV file that it stands for."""
    return Source(path, csv_text(table).encode())


def csv_text(table: str) -> str:
    """A table written with spaces, as CSV."""
    rows = [line.split() for line in table.strip().splitlines()]
    return "".join(",".join("" if c == "_" else c for c in row) + "\n" for row in rows)


@dataclass(frozen=True)
class Worked:
    """Everything that comes of a table of figures, stage by stage."""

    services: dict[str, Service]
    observations: pd.DataFrame
    parts: Parts
    figures: Figures
    summaries: dict[str, ServiceSummary]
    groups: dict[str, GroupSummary]
    series: dict[str, list[Series]]
    problems: list[Problem]

    @property
    def codes(self) -> list[str]:
        """The codes of all problems, in their order."""
        return [problem.code for problem in self.problems]

    def part(self, name: str, period: str, service: str = ALPHA) -> float | None | str:
        """A part's value, or its status where it has none, or None where it is not there."""
        row = _row(self.parts.frame[self.parts.frame["part"] == name], period, service)
        return row if row is None or row["status"] != Status.PROVIDED else float(row["value"])  # type: ignore[return-value]

    def kpi(self, kpi: str, period: str, service: str = ALPHA) -> float | str | None:
        """A KPI's value for a period: a number, `withheld`, or None where there is no figure."""
        frame = self.figures.frame
        row = _row(frame[frame["kpi"] == kpi], period, service)
        if row is None:
            return None
        return float(str(row["value"])) if row["status"] == Status.PROVIDED else str(row["status"])

    def window(self, name: str, period: str, service: str = ALPHA) -> float | None:
        """A part's figure for a window of 12 months, or None where there is none."""
        frame = self.figures.windows.frame
        row = _row(frame[frame["part"] == name], period, service)
        return None if row is None else float(str(row["value"]))

    def headline(self, kpi: str, service: str = ALPHA) -> Figure:
        """A service's headline."""
        return self.summaries[service].figures[kpi]

    def group(self, kpi: str, group: str = "all") -> dict[str, GroupFigure]:
        """A group's series of a KPI by the codes of its periods."""
        return {figure.period.code: figure for figure in self.groups[group].series.get(kpi, ())}

    def chart(self, kpi: str, service: str = ALPHA) -> Series:
        """The main series of a service and KPI."""
        return next(s for s in self.series[service] if s.kpi == kpi and s.main)


def _row(frame: pd.DataFrame, code: str, service: str) -> dict[str, object] | None:
    wanted = span(code)
    mine = frame[
        (frame["service"] == service)
        & (frame["unit"] == str(wanted.unit))
        & (frame["count"] == wanted.count)
        & (frame["first"] == wanted.first)
    ].to_dict("records")
    assert len(mine) <= 1, f"{len(mine)} rows for {service} {code}"
    return {str(key): value for key, value in mine[0].items()} if mine else None


def span(code: str) -> Period:
    """A period by its code; runs of weeks too, which perfsite makes but never reads."""
    if "W" in code and "/" in code:
        first, last = (Period.parse(part) for part in code.split("/"))
        return Period(Unit.WEEK, first.first, last.first - first.first + 1)
    return Period.parse(code)


def worked(
    table: str,
    services: Mapping[str, Service] | None = None,
    config: SiteConfig | None = None,
) -> Worked:
    """Take a table through every stage; one service `alpha` unless a register is given."""
    return worked_sources([csv_source(table)], services or one_service_register(), config)


def worked_sources(
    sources: Iterable[Source],
    services: Mapping[str, Service],
    config: SiteConfig | None = None,
) -> Worked:
    """Take submissions through every stage."""
    config = config or SiteConfig()
    observations, read = read_observations(list(sources), services, config)
    parts = resolve(observations, config)
    flagged, held = check_consistency(observations, parts)
    figures = work_out(parts, observations, config)
    summaries = summarise_services(figures, observations, services)
    groups = summarise_groups(figures, summaries, make_groups(services), config.headline_share)
    return Worked(
        dict(services),
        flagged,
        parts,
        figures,
        {summary.service.id: summary for summary in summaries},
        {summary.group.slug: summary for summary in groups},
        collect_series(parts, figures, services),
        [*read, *held, *figures.problems],
    )


def observe(
    table: str,
    services: Mapping[str, Service] | None = None,
    config: SiteConfig | None = None,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a table; one service `alpha` unless a register is given."""
    return read_observations(
        [csv_source(table)], services or one_service_register(), config or SiteConfig()
    )


def figures_of(frame: pd.DataFrame) -> dict[str, float | str]:
    """Observations in short: `alpha 2017 transactions:digital` to its value or its status."""
    found: dict[str, float | str] = {}
    for row in frame.to_dict("records"):
        channel = f":{row['channel']}" if row["channel"] else ""
        key = f"{row['service']} {row['period']} {row['measure']}{channel}"
        assert key not in found, f"{key} stands twice"
        provided = row["status"] == Status.PROVIDED
        found[key] = float(row["value"]) if provided else str(row["status"])
    return found


def example_sources() -> list[Source]:
    """The submissions of the example."""
    paths = sorted(path for path in (EXAMPLE / "submissions").rglob("*") if path.is_file())
    return [Source(path.relative_to(EXAMPLE).as_posix(), path.read_bytes()) for path in paths]


def example_register() -> dict[str, Service]:
    """The register of the example."""
    source = Source("services.csv", (EXAMPLE / "services.csv").read_bytes())
    services, problems = read_register([source])
    assert not problems, problems[:3]
    return services
