"""A build that would lose many services stops, for something is wrong with its data."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from perfsite.decimals import decimal, grouped
from perfsite.errors import BuildError
from perfsite.frames import Col
from perfsite.kpis import KPIS
from perfsite.model import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from perfsite.model import Service


_NAMED: Final = 5


def check_losses(
    before: Collection[str],
    now: Collection[str],
    share: float,
    where: str,
    services: Mapping[str, Service] | None = None,
) -> None:
    """Check that no more than a share of the services lost all their figures.

    `before` and `now` are the services with figures; `where` says where those before were found.
    A service whose id is a former one of another, by the register `services`, is not lost.

    Raises:
        BuildError: naming how many are lost, the first five, and how to accept it.
    """
    renamed = {
        alias
        for key, service in (services or {}).items()
        if key in now
        for alias in service.aliases
    }
    lost = [service for service in before if service not in now and service not in renamed]
    if len(lost) <= decimal(share) * len(before):
        return
    named = ", ".join(sorted(lost)[:_NAMED]) + (" and others" if len(lost) > _NAMED else "")
    most = grouped(float(decimal(share) * 100))
    raise BuildError(
        f"{len(lost):,} of the {len(before):,} services that have figures in {where} would have "
        f"none: {named}. Up to {most}% may be lost (lost_services in perfsite.toml). "
        "If this is right, give --accept-losses"
    )


def reporting(observations: pd.DataFrame) -> set[str]:
    """The services that have a figure among these observations."""
    return set(observations.loc[observations[Col.STATUS] == Status.PROVIDED, Col.SERVICE])


def reporting_in(services_csv: bytes) -> set[str]:
    """The services that have a KPI in a site, by its data/services.csv.

    A file that is no such table names no service.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(services_csv.decode(), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return set()
    return {row[Col.SERVICE] for row in rows if row.get(Col.SERVICE) and any(map(row.get, KPIS))}
