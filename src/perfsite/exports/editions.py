"""The data files of frozen editions: each whole, as it was published, with its description."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.editions import EDITION, FIGURES, KPIS, SERVICES, Whole
from perfsite.errors import BuildError
from perfsite.exports.csvw import described_file
from perfsite.exports.feed import TIMEMAP, timemap_file
from perfsite.exports.tables import EDITIONS, edition_table
from perfsite.fingerprint import code_fingerprint, fingerprint
from perfsite.frames import Col
from perfsite.model import FIGURE, File, Status
from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from perfsite.config import SiteConfig
    from perfsite.editions import EditionFigures


Key = tuple[str, str, str, str]
_NUMBERS: Final = (Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR)
_ORIGINALS: Final = {name: f"data/{name}.csv" for name in EDITIONS}


def edition_href(day: date, name: str = "index.html") -> str:
    """The address of a file of an edition."""
    return f"editions/{day.isoformat()}/{name}"


def timemaps(history: Sequence[EditionFigures], config: SiteConfig) -> list[File]:
    """The TimeMaps: which editions there are of the site, and of each of its tables."""
    days = [edition.date for edition in history]
    files = [
        timemap_file(TIMEMAP, "index.html", [(day, edition_href(day)) for day in days], config.base)
    ]
    for name, original in _ORIGINALS.items():
        mementos = [(day, edition_href(day, f"{name}.csv")) for day in days]
        path = f"editions/timemap-{name}.link"
        files.append(timemap_file(path, original, mementos, config.base))
    return files


def edition_key(edition: EditionFigures, hidden: Collection[Key], config: SiteConfig) -> str:
    """The fingerprint of all that the files of an edition are made of, the code too."""
    parts = (code_fingerprint(), edition.hash, sorted(hidden), config.model_dump_json())
    return fingerprint(parts)


def edition_files(
    edition: EditionFigures, hidden: Collection[Key], config: SiteConfig
) -> list[File]:
    """The files of an edition.

    Numbers of the figures in `hidden` are left out, and KPIs for periods that touch theirs: what
    became confidential later must not be read in an edition either.

    Raises:
        BuildError: if a table that was put together again is not the one that was frozen.
    """
    tables = (
        (SERVICES, edition.register),
        (FIGURES, without_numbers(edition.rows, hidden)),
        (KPIS, without_kpis(edition.kpis, hidden)),
    )
    files = []
    for kind, table in tables:
        whole = edition.whole(kind)
        if whole and table is whole.frame:
            data = whole.text(edition.date).encode()
            _check(edition, kind.name, data)
        else:
            data = Whole.of(table).text(edition.date).encode()
        path = edition_href(edition.date, f"{kind.name}.csv")
        described = edition_table(kind.name, (EDITION, *map(str, table.columns)))
        title = edition.date.isoformat()
        files += [File(path, data), described_file(path, described, title, config)]
    if edition.addresses is not None:
        lines = "".join(f"{address}\n" for address in sorted(edition.addresses))
        files.append(File(edition_href(edition.date, "urls.txt"), lines.encode()))
    return files


def _check(edition: EditionFigures, name: str, data: bytes) -> None:
    if hashlib.sha256(data).hexdigest() != edition.manifest.tables[name].whole:
        raise BuildError(
            f"the {name} of the edition of {edition.date} were put together otherwise than they "
            "were frozen; its files are whole, so this is a fault of perfsite: use the version "
            f"that froze it ({edition.manifest.versions.get('perfsite', 'not known')})"
        )


def without_numbers(rows: pd.DataFrame, hidden: Collection[Key]) -> pd.DataFrame:
    """The figures of an edition without the numbers of those that are confidential now."""
    if not hidden or rows.empty:
        return rows
    is_hidden = pd.MultiIndex.from_frame(rows[FIGURE]).isin(list(hidden)) & (rows[Col.VALUE] != "")
    if not is_hidden.any():
        return rows
    return rows.assign(
        value=rows[Col.VALUE].mask(is_hidden, ""),
        status=rows[Col.STATUS].mask(is_hidden, str(Status.CONFIDENTIAL)),
        # A note is a sentence about the number, and may tell it.
        note=rows[Col.NOTE].mask(is_hidden, ""),
    )


def without_kpis(kpis: pd.DataFrame, hidden: Collection[Key]) -> pd.DataFrame:
    """The KPIs of an edition without those that a confidential figure may have a part in."""
    services = {key[0] for key in hidden}
    touched = kpis[Col.SERVICE].isin(list(services)) & (kpis[Col.VALUE] != "")
    if not touched.any():
        return kpis
    spans = [(key[0], _span(key[1])) for key in hidden]
    is_hidden = pd.Series(False, index=kpis.index)
    # Only the KPIs of services with such a figure: a handful.
    for at, service, period in kpis.loc[touched, [Col.SERVICE, Col.PERIOD]].itertuples():
        first, last = _span(period)
        is_hidden[at] = any(
            owner == service and start <= last and first <= end for owner, (start, end) in spans
        )
    if not is_hidden.any():
        return kpis
    blanks = {name: kpis[name].mask(is_hidden, "") for name in _NUMBERS}
    return kpis.assign(**blanks, status=kpis[Col.STATUS].mask(is_hidden, str(Status.CONFIDENTIAL)))


def _span(code: str) -> tuple[date, date]:
    period = Period.parse(code)
    return period.start, period.end


def former_addresses(
    history: Iterable[EditionFigures], now: Collection[str]
) -> dict[str, list[date]]:
    """The addresses that a site had and this one has not, with the editions that had them."""
    editions: dict[str, list[date]] = {}
    for edition in history:
        for address in (edition.addresses or frozenset()).difference(now):
            editions.setdefault(address, []).append(edition.date)
    return dict(sorted(editions.items()))
