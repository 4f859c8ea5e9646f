"""Small builders: from a table that fits in a test to the values of every stage.

Tables are written as people read them, columns apart by spaces, and go through the real readers::

    period   transactions  transactions:digital
    2017-Q1  100           40
    2017-Q2  _             [z]

`_` is a blank cell. Without a column `service` the figures are those of `alpha`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from perfsite.charts.series import collect_series
from perfsite.config import SiteConfig
from perfsite.kpi.figures import work_out
from perfsite.kpi.groups import make_groups, summarise_groups
from perfsite.kpi.headlines import summarise_services
from perfsite.kpi.inputs import resolve
from perfsite.kpi.reporting import make_matrix
from perfsite.model import Service, Source, Status
from perfsite.periods import Period, Unit
from perfsite.validate.consistency import check_consistency
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from perfsite.charts.series import Series
    from perfsite.errors import Problem
    from perfsite.kpi.figures import Figures
    from perfsite.kpi.groups import GroupFigure, GroupSummary
    from perfsite.kpi.headlines import Headline, ServiceSummary
    from perfsite.kpi.inputs import Parts
    from perfsite.kpi.reporting import ReportingMatrix

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
    """Everything that comes of some submissions; each stage runs when it is first asked for."""

    sources: Sequence[Source]
    services: Mapping[str, Service]
    config: SiteConfig

    @cached_property
    def _read(self) -> tuple[pd.DataFrame, list[Problem]]:
        return read_observations(self.sources, self.services, self.config)

    @cached_property
    def _held(self) -> tuple[pd.DataFrame, list[Problem]]:
        return check_consistency(self.observations, self.parts, self.config.digital_channels)

    @property
    def observations(self) -> pd.DataFrame:
        """All that was read."""
        return self._read[0]

    @property
    def marked(self) -> pd.DataFrame:
        """All that was read, and whether it contradicts something."""
        return self._held[0]

    @property
    def flagged(self) -> pd.DataFrame:
        """The observations that contradict each other."""
        return self.marked[self.marked["flagged"]]

    @cached_property
    def parts(self) -> Parts:
        """What KPIs are made of."""
        return resolve(self.observations, self.config)

    @cached_property
    def figures(self) -> Figures:
        """Every KPI of every period."""
        return work_out(self.parts, self.observations, self.config)

    @cached_property
    def summaries(self) -> dict[str, ServiceSummary]:
        """Headlines by service."""
        found = summarise_services(self.figures, self.parts, self.services)
        return {summary.service.id: summary for summary in found}

    @cached_property
    def groups(self) -> dict[str, GroupSummary]:
        """Groups as `department/home-office`; everything is `all`."""
        groups = make_groups(self.services)
        share = self.config.headline_share
        found = summarise_groups(
            self.figures, list(self.summaries.values()), groups, share, self.parts
        )
        keys = [f"{s.group.kind}/{s.group.slug}".removeprefix("all/") for s in found]
        return dict(zip(keys, found, strict=True))

    @cached_property
    def series(self) -> dict[str, list[Series]]:
        """What can be charted, by service."""
        return collect_series(self.parts, self.figures, self.services)

    @cached_property
    def ledger(self) -> ReportingMatrix:
        """What each service gave and owes, quarter by quarter."""
        return make_matrix(
            self.figures,
            self.parts,
            list(self.summaries.values()),
            self.observations,
            self.config.digital_channels,
        )

    @property
    def problems(self) -> list[Problem]:
        """What reading, comparing and adding up have found, in this order."""
        return [*self._read[1], *self._held[1], *self.figures.problems]

    @property
    def codes(self) -> list[str]:
        """The codes of all problems, in their order."""
        return [problem.code for problem in self.problems]

    def part(self, name: str, period: str, service: str = ALPHA) -> float | str | None:
        """A part's value, or its status where it has none, or None where it is not there."""
        row = _row(self.parts.frame[self.parts.frame["part"] == name], period, service)
        if row is None:
            return None
        return float(str(row["value"])) if row["status"] == Status.PROVIDED else str(row["status"])

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

    def headline(self, kpi: str, service: str = ALPHA) -> Headline:
        """A service's headline."""
        return self.summaries[service].figures[kpi]

    def group(self, kpi: str, group: str = "all") -> dict[str, GroupFigure]:
        """A group's series of a KPI by the codes of its periods."""
        return {figure.period.code: figure for figure in self.groups[group].series.get(kpi, ())}

    def chart(self, kpi: str, service: str = ALPHA) -> Series:
        """The main series of a service and KPI."""
        return next(s for s in self.series[service] if kpi in (s.kpi, s.module) and s.main)


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
    sources: Sequence[Source],
    services: Mapping[str, Service],
    config: SiteConfig | None = None,
) -> Worked:
    """Take submissions through every stage."""
    return Worked(tuple(sources), services, config or SiteConfig())


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


@cache
def worked_example() -> Worked:
    """The example taken through every stage, once for all tests that look at it."""
    return worked_sources(example_sources(), example_register())
