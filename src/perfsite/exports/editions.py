"""The data files of frozen editions: each whole, as it was published, with its description."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.editions import EDITION, FIGURES, KPIS, SERVICES, Whole
from perfsite.errors import BuildError
from perfsite.exports.csvw import described_file
from perfsite.exports.feed import TIMEMAP, timemap_file
from perfsite.exports.tables import EDITIONS, edition_table
from perfsite.model import FIGURE, File, Status
from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from perfsite.cache import Cache
    from perfsite.config import SiteConfig
    from perfsite.editions import EditionFigures


Key = tuple[str, str, str, str]
_NUMBERS: Final = ("value", "numerator", "denominator")
_ORIGINALS: Final = {name: f"data/{name}.csv" for name in EDITIONS}


def edition_href(day: date, name: str = "index.html") -> str:
    """The address of a file of an edition."""
    return f"editions/{day.isoformat()}/{name}"


def edition_files(
    history: Sequence[EditionFigures],
    hidden: Collection[Key],
    config: SiteConfig,
    kept: Cache,
) -> list[File]:
    """The files of all editions, and the TimeMaps.

    Numbers of the figures in `hidden` are left out, and KPIs for periods that touch theirs: what
    became confidential later must not be read in an edition either.

    Raises:
        BuildError: if a table that was put together again is not the one that was frozen.
    """
    days = [one.date for one in history]
    files = [
        timemap_file(TIMEMAP, "index.html", [(day, edition_href(day)) for day in days], config.base)
    ]
    for name, original in _ORIGINALS.items():
        mementos = [(day, edition_href(day, f"{name}.csv")) for day in days]
        path = f"editions/timemap-{name}.link"
        files.append(timemap_file(path, original, mementos, config.base))
    secret = frozenset(hidden)
    for one in history:
        given = (one.hash, secret, config)
        files += kept.of(("edition", one.date), given, partial(_files, one, secret, config))
    return files


def _files(one: EditionFigures, hidden: Collection[Key], config: SiteConfig) -> list[File]:
    tables = (
        (SERVICES, one.register),
        (FIGURES, without_numbers(one.rows, hidden)),
        (KPIS, without_kpis(one.kpis, hidden)),
    )
    files = []
    for kind, table in tables:
        whole = one.whole(kind)
        if whole and table is whole.frame:
            data = whole.text(one.date).encode()
            _check(one, kind.name, data)
        else:
            data = Whole.of(table).text(one.date).encode()
        path = edition_href(one.date, f"{kind.name}.csv")
        described = edition_table(kind.name, (EDITION, *map(str, table.columns)))
        title = one.date.isoformat()
        files += [File(path, data), described_file(path, described, title, config)]
    if one.addresses is not None:
        lines = "".join(f"{address}\n" for address in sorted(one.addresses))
        files.append(File(edition_href(one.date, "urls.txt"), lines.encode()))
    return files


def _check(one: EditionFigures, name: str, data: bytes) -> None:
    if hashlib.sha256(data).hexdigest() != one.manifest.tables[name].whole:
        raise BuildError(
            f"the {name} of the edition of {one.date} were put together otherwise than they were "
            "frozen; its files are whole, so this is a fault of perfsite: use the version that "
            f"froze it ({one.manifest.versions.get('perfsite', 'not known')})"
        )


def without_numbers(rows: pd.DataFrame, hidden: Collection[Key]) -> pd.DataFrame:
    """The figures of an edition without the numbers of those that are confidential now."""
    if not hidden or rows.empty:
        return rows
    mine = pd.MultiIndex.from_frame(rows[FIGURE]).isin(list(hidden)) & (rows["value"] != "")
    if not mine.any():
        return rows
    return rows.assign(
        value=rows["value"].mask(mine, ""),
        status=rows["status"].mask(mine, str(Status.CONFIDENTIAL)),
        # A note is a sentence about the number, and may tell it.
        note=rows["note"].mask(mine, ""),
    )


def without_kpis(kpis: pd.DataFrame, hidden: Collection[Key]) -> pd.DataFrame:
    """The KPIs of an edition without those that a confidential figure may have a part in."""
    services = {key[0] for key in hidden}
    touched = kpis["service"].isin(list(services)) & (kpis["value"] != "")
    if not touched.any():
        return kpis
    spans = [(key[0], _span(key[1])) for key in hidden]
    mine = pd.Series(False, index=kpis.index)
    # Only the KPIs of services with such a figure: a handful.
    for at, service, period in kpis.loc[touched, ["service", "period"]].itertuples():
        first, last = _span(period)
        mine[at] = any(
            own == service and start <= last and first <= end for own, (start, end) in spans
        )
    if not mine.any():
        return kpis
    blanks = {name: kpis[name].mask(mine, "") for name in _NUMBERS}
    return kpis.assign(**blanks, status=kpis["status"].mask(mine, str(Status.CONFIDENTIAL)))


def _span(code: str) -> tuple[date, date]:
    period = Period.parse(code)
    return period.start, period.end


def former_addresses(
    history: Iterable[EditionFigures], now: Collection[str]
) -> dict[str, list[date]]:
    """The addresses that a site had and this one has not, with the editions that had them."""
    found: dict[str, list[date]] = {}
    for one in history:
        for address in (one.addresses or frozenset()).difference(now):
            found.setdefault(address, []).append(one.date)
    return dict(sorted(found.items()))
